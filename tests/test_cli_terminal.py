"""What a terminal shows: tables that fit and stay aligned, and how far a step has come."""

from __future__ import annotations

import re
import shutil
import unicodedata
from pathlib import Path

import pytest
from cli_helpers import inside, on_a_terminal, tables
from hypothesis import given
from hypothesis import strategies as st

from expertmatch.cli.terminal import progress_line, terminal_width
from expertmatch.display import text_table, wrapped_lines

Capture = pytest.CaptureFixture[str]
RULE = re.compile(r"-+(  -+)*")
CELLS = st.text(st.sampled_from("王芳欧阳，。（）abcXYZ 0123456789é한あ％"), max_size=30)


def _cells(text: str) -> int:
    """Columns of a text by Unicode's own table."""
    wide = sum(unicodedata.east_asian_width(char) in "WF" for char in text)
    return len(text) + wide - sum(unicodedata.combining(char) > 0 for char in text)


def _starts(rule: str) -> list[int]:
    return [match.start() for match in re.finditer("-+", rule)]


def _at(line: str, column: int) -> str:
    """Return the character that begins at a column, or what is wrong with it."""
    for end in range(len(line) + 1):
        if _cells(line[:end]) == column:
            return line[end : end + 1]
        if _cells(line[:end]) > column:
            return "half a character"
    return ""


def _tables_of(out: str) -> list[list[str]]:
    """Return the tables of an output: header, rule, rows."""
    lines, found = out.splitlines(), []
    for i, line in enumerate(lines):
        if i and RULE.fullmatch(line) and lines[i - 1].strip():
            rows = lines[i + 1 :]
            ends = [k for k, row in enumerate(rows) if not row.strip() or row.startswith(("（另有", "方案在"))]
            found.append([lines[i - 1], line, *rows[: ends[0] if ends else len(rows)]])
    return found


# ---------------------------------------------------------------- tables


@given(
    st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=6), st.integers(30, 110), st.integers(1, 4)
)
def test_a_table_fits_and_its_columns_begin_where_the_rule_does(rows: list[list[str]], width: int, lines: int) -> None:
    shown = text_table(["姓名", "单位", "说明"], rows, width=width, max_lines=lines).splitlines()
    assert all(_cells(line) <= width for line in shown)
    for line in shown:
        for start in _starts(shown[1])[1:]:
            assert _at(line, start) != "half a character"
            assert _at(line, start - 1) in (" ", "")
            assert _at(line, start - 2) in (" ", "")


@given(CELLS, st.integers(2, 40))
def test_wrapping_keeps_every_character(text: str, width: int) -> None:
    lines = wrapped_lines(text, width)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(_cells(line) <= width for line in lines)


def test_words_and_numbers_are_not_cut() -> None:
    assert wrapped_lines("陕西 2017：100 名专家，编 10 支队", 9) == ["陕西", "2017：100", "名专家，", "编 10 支", "队"]


@pytest.fixture(scope="module")
def own_office(office: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the office: here commands write into it one after another."""
    return shutil.copytree(office, tmp_path_factory.mktemp("own") / "office")


WITH_TABLES = [
    "match --needs 需求.xlsx --experts 专家库.xlsx --out 又一份",
    "plan --from 方案/方案.xlsx --select draw --seed 甲 --out 抽取",
    "check 专家库.xlsx 需求.xlsx",
    "diff 专家库2025.xlsx 专家库2026.xlsx",
    "evaluate 结果 评判.csv",
    "tune --needs 需求.xlsx --judgments 评判.csv --experts 专家库.xlsx",
    "coverage --needs 需求.xlsx --experts 专家库.xlsx",
    "topics --needs 企业技术需求.xlsx --min-companies 1 --tightness 0.05",
    "scenarios list",
    "scenarios check relief --people 名单.xlsx --as-of 2026-11-01",
    "ledger list",
    "ledger history S0001",
    "ledger stats",
]


@pytest.mark.parametrize("line", WITH_TABLES)
@pytest.mark.parametrize("columns", [80, 60])
def test_every_table_of_a_command_fits(line: str, columns: int, own_office: Path, monkeypatch, capsys: Capture) -> None:
    monkeypatch.chdir(own_office)
    monkeypatch.setenv("COLUMNS", str(columns))
    ran = inside([*line.split(), *(["--force"] if "--out" in line else [])], capsys)
    assert (ran.code, ran.err) == (0, "")
    found = _tables_of(ran.out)
    assert found
    if columns < 80 and not line.startswith(("evaluate", "tune", "scenarios check", "ledger stats")):
        assert max(_cells(row) for table in found for row in table) <= columns
    assert max(_cells(row) for table in found for row in table) <= 80
    for table in found:
        for row in table:
            assert [start for start in _starts(table[1]) if _at(row, start) == "half a character"] == []


@pytest.mark.parametrize(("given_columns", "width"), [("80", 80), ("132", 100), ("60", 60), ("0", 80), ("x", 80)])
def test_the_width_is_that_of_the_terminal(given_columns: str, width: int, monkeypatch) -> None:
    monkeypatch.setenv("COLUMNS", given_columns)
    assert terminal_width() == width


# ---------------------------------------------------------------- progress


def test_progress_says_counts_and_time_left() -> None:
    assert progress_line(0, None, 2.5) == "已用 3 秒"
    assert progress_line(0, 10, 2.5) == "0/10"
    assert progress_line(5, 10, 60) == "5/10 还要约 1 分 0 秒"
    assert progress_line(10, 10, 60) == "10/10"
    assert progress_line(5, 10, 3, "en") == "5/10 left: about 3 s"


@given(st.integers(1, 10**6), st.integers(1, 10**6), st.floats(0.01, 10**6))
def test_the_time_left_is_what_the_rest_takes_at_the_same_pace(done: int, rest: int, seconds: float) -> None:
    left = progress_line(done, done + rest, seconds).partition("还要约 ")[2]
    numbers = [int(number) for number in re.findall(r"\d+", left)]
    units = [{"小时": 3600, "分": 60, "秒": 1}[unit] for unit in re.findall("小时|分|秒", left)]
    told = sum(number * unit for number, unit in zip(numbers, units, strict=True))
    assert abs(told - seconds * rest / done) <= (60 if "小时" in left else 1) + 1e-6 * told


def test_a_terminal_shows_what_is_counted(tmp_path: Path) -> None:
    given_tables = tables(tmp_path)
    code, shown = on_a_terminal(["match", *given_tables, "--out", str(tmp_path / "r")], tmp_path)
    assert code == 0
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown)
    for text in (
        r"读入专家库… \S+ 3/3",
        r"建立索引… \S+ (\d+)/\1\b",
        r"匹配… \S+ 3/3",
        r"写出结果… \S+ 3/3",
    ):
        assert re.search(text, plain), text
    for line in re.split(r"[\r\n]+", plain):
        assert _cells(line) <= 80
    code, shown = on_a_terminal(["match", *given_tables, "--out", str(tmp_path / "r"), "--force", "--quiet"], tmp_path)
    assert (code, shown) == (0, "")
