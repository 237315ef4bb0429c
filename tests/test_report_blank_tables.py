"""Empty tables: every column is explained, and what is filled in is read back without a problem."""

from __future__ import annotations

import warnings
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from cli_helpers import inside

from expertmatch.errors import OutputError, UnknownNameError
from expertmatch.report.blank_tables import (
    EXAMPLE,
    GUIDE_SHEET,
    blank_columns,
    choices_of,
    guide_rows,
    needed,
    write_blank,
)
from expertmatch.tables.check import check_table
from expertmatch.tables.columns import TABLES, map_headers
from expertmatch.tables.headers.told import told
from expertmatch.tables.read import list_sheets, read_raw

EVERY = list(TABLES)
DAY = date(2026, 11, 1)


def _filled(table: str, path: Path, *rows: dict[str, str]) -> Path:
    """Fill an empty table as a person does, in another program than ours."""
    write_blank(table, path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of openpyxl, about what it does not keep
        book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    heads = {str(cell.value): cell.column for cell in sheet[1]}
    for number, row in enumerate(rows, start=2):
        for label, text in row.items():
            sheet.cell(number, heads[label], text)
    book.save(path)
    return path


def _examples(table: str) -> dict[str, str]:
    return {row[0]: row[4] for row in guide_rows(TABLES[table]) if row[4]}


@pytest.mark.parametrize("table", EVERY)
def test_the_examples_of_a_table_are_read_back_without_a_problem(table: str, tmp_path: Path) -> None:
    row = _examples(table)
    raw = read_raw(_filled(table, tmp_path / "表.xlsx", row), table=table)
    assert raw.sheet == TABLES[table].label
    checked = check_table(raw, today=DAY)
    allowed = {"personal-in-text"}  # the example of a phone is one
    told_of = [str(p) for p in (*raw.problems, *checked.problems) if p.severity != "note" and p.code not in allowed]
    assert told_of == []
    own = {c.label: c.name for c in blank_columns(TABLES[table]) if not c.personal}
    for label, name in own.items():
        assert bool(checked.frame[name].iloc[0]) == (label in row), label


@pytest.mark.parametrize("table", EVERY)
def test_each_header_is_read_as_its_own_column_and_none_is_unknown(table: str) -> None:
    columns = blank_columns(TABLES[table])
    found = map_headers([c.label for c in columns], table)
    assert [found.mapping[i] for i in range(len(columns))] == [c.name for c in columns]
    assert not found.unknown
    assert not found.ambiguous
    assert not found.missing


@pytest.mark.parametrize("table", EVERY)
def test_every_column_has_a_meaning_and_every_word_of_a_list_is_accepted(table: str, tmp_path: Path) -> None:
    contract = TABLES[table]
    assert [row[0] for row in guide_rows(contract)] == [c.label for c in blank_columns(contract)]
    for column in blank_columns(contract):
        assert told(table, column.name)[0]
        words = choices_of(table, column)
        assert len(",".join(words)) <= 255  # what a list in a cell may be long
        base = _examples(table)
        for i, word in enumerate(words if column.kind in ("enum", "level", "academician", "sex", "yesno") else ()):
            path = _filled(table, tmp_path / f"{column.name}{i}.xlsx", base | {column.label: word})
            checked = check_table(read_raw(path, table=table), today=DAY)
            assert checked.frame[column.name].iloc[0], (column.name, word)
            assert not [p for p in checked.problems if p.column == column.label and p.severity != "note"]


def test_personal_columns_stand_in_the_table_of_contacts_alone() -> None:
    for name, contract in TABLES.items():
        assert any(c.personal for c in blank_columns(contract)) == (name == "contacts")


def test_what_is_needed_comes_first_and_is_said() -> None:
    needs = TABLES["needs"]
    assert [c.name for c in blank_columns(needs)][:2] == ["title", "text"]
    assert needed(needs, needs.column("text")) == "与“需求名称”至少填一项"
    assert needed(needs, needs.column("place")) == ""
    grades = TABLES["judgments"]
    assert [needed(grades, c) for c in blank_columns(grades)] == ["必填", "必填", "必填", ""]


def test_the_workbook_has_lists_guide_and_text_cells_and_the_same_bytes(tmp_path: Path) -> None:
    first = write_blank("experts", tmp_path / "一.xlsx").read_bytes()
    assert write_blank("experts", tmp_path / "二.xlsx").read_bytes() == first
    book = openpyxl.load_workbook(tmp_path / "一.xlsx")
    assert book.sheetnames == ["专家", GUIDE_SHEET]
    sheet, guide = book.worksheets
    assert sheet.max_row == 1
    assert sheet.freeze_panes == "A2"
    heads = {cell.value: cell.column_letter for cell in sheet[1]}
    lists = {str(v.sqref): v.formula1 for v in sheet.data_validations.dataValidation if v.type == "list"}
    at = heads["是否退休"]
    assert lists[f"{at}2:{at}2001"] == '"是,否,未知"'
    assert sheet.column_dimensions[heads["专家编号"]].number_format == "@"
    assert [cell.value for cell in guide[2]][4] == EXAMPLE
    assert "虚构示例" in str(guide["A1"].value)
    assert guide.max_row > len(heads)


def test_the_guide_is_not_taken_for_a_table(tmp_path: Path) -> None:
    for table in EVERY:
        path = _filled(table, tmp_path / f"{table}.xlsx", _examples(table))
        guesses = {guess.name: guess.table for guess in list_sheets(path)}
        assert guesses[GUIDE_SHEET] is None, table


def test_an_empty_table_says_that_it_has_no_rows(tmp_path: Path) -> None:
    raw = read_raw(write_blank("needs", tmp_path / "需求.xlsx"), table="needs")
    assert [p.code for p in raw.problems if p.severity != "note"] == ["no-rows"]


def test_refusals(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="experts"):
        write_blank("expert", tmp_path / "表.xlsx")
    path = tmp_path / "表.xlsx"
    path.write_bytes(b"own")
    with pytest.raises(OutputError):
        write_blank("experts", path)
    assert path.read_bytes() == b"own"


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ran = inside(["template", "需求", "--out", "需求.xlsx"], capsys)
    assert (ran.code, Path("需求.xlsx").is_file()) == (0, True)
    ran = inside(["template"], capsys)
    assert ran.code == 0
    assert sorted(path.name for path in Path("填报模板").iterdir()) == sorted(
        f"{t.label}表.xlsx" for t in TABLES.values()
    )
    again = inside(["template"], capsys)
    assert again.code == 2
    assert "--force" in again.said
    assert inside(["template", "--force", "--quiet"], capsys).out == ""
    wrong = inside(["template", "expert"], capsys)
    assert (wrong.code, "experts" in wrong.said or "专家" in wrong.said) == (2, True)
    assert inside(["template", "--out", "全部.xlsx"], capsys).code == 2
    assert inside(["template", "专家", "--out", "专家.csv"], capsys).code == 2


def test_filled_tables_go_through_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = [_filled(t, tmp_path / f"{t}.xlsx", _examples(t)) for t in ("experts", "works", "needs")]
    ran = inside(["check", *files, "--as-of", "2026-11-01"], capsys)
    assert ran.code == 0
    assert "[错误]" not in ran.said
