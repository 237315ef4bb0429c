"""Writing: whole files, safe cells, the same bytes, and what other programs read back."""

from __future__ import annotations

import csv
import errno
import json
import os
import zipfile
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from expertmatch.errors import OutputError, SettingError
from expertmatch.tables.write import safe_cell, sheet_name, whole_file, write_frames
from expertmatch.tables.writing import whole as write_whole
from expertmatch.tables.writing import xlsx as write_xlsx
from expertmatch.tables.writing.cells import CELL_LIMIT, cell_values, cut_text, plain_values

TRICKY = [
    "=1+1",
    "＝HYPERLINK(1)",
    "+86 13800138000",
    "-cmd",
    "@SUM(A1)",
    "\t=1",
    "http://example.com",
    "0012",
    "1e5",
    "_x0041_",
    "甲\n乙",
    "<b>&\"'",
    "'撇号",
]


def frame() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "专家": TRICKY,
            "名次": range(len(TRICKY)),
            "得分": np.linspace(0, 1, len(TRICKY)),
            "空": [None, float("nan"), ""] + ["x"] * (len(TRICKY) - 3),
        }
    )


def read_back(path: Path, sheet: str) -> list[list[object]]:
    return CalamineWorkbook.from_path(str(path)).get_sheet_by_name(sheet).to_python()


@pytest.mark.parametrize("stream_from", [0, 10**9], ids=["rows leave memory", "shared texts"])
def test_xlsx_texts_come_back_as_texts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stream_from: int) -> None:
    monkeypatch.setattr(write_xlsx, "_STREAM_FROM", stream_from)
    path = tmp_path / "结果.xlsx"
    written = write_frames({"推荐": frame()}, path)
    assert written.paths == (path,)
    assert written.problems == ()
    rows = read_back(path, "推荐")
    assert rows[0] == ["专家", "名次", "得分", "空"]
    assert [row[0] for row in rows[1:]] == TRICKY
    assert [row[1] for row in rows[1:]] == list(range(len(TRICKY)))
    sheet = openpyxl.load_workbook(path)["推荐"]
    assert {cell.data_type for cell in sheet["A"]} <= {"s", "inlineStr"}
    assert not [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f" or cell.hyperlink]
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == f"A1:D{len(TRICKY) + 1}"
    assert sheet["A2"].quotePrefix


def test_xlsx_title_row_stands_above_the_header(tmp_path: Path) -> None:
    path = tmp_path / "结果.xlsx"
    write_frames({"推荐": frame()}, path, titles={"推荐": "虚构示例"})
    assert [row[0] for row in read_back(path, "推荐")[:2]] == ["虚构示例", "专家"]
    assert openpyxl.load_workbook(path)["推荐"].freeze_panes == "A3"


@pytest.mark.parametrize("kind", ["xlsx", "csv", "jsonl", "parquet"])
def test_same_frames_same_bytes(tmp_path: Path, kind: str) -> None:
    for name in ("一", "二"):
        write_frames({"推荐": frame()}, tmp_path / f"{name}.{kind}")
    assert (tmp_path / f"一.{kind}").read_bytes() == (tmp_path / f"二.{kind}").read_bytes()
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted([f"一.{kind}", f"二.{kind}"])


def test_workbook_carries_no_clock(tmp_path: Path) -> None:
    path = tmp_path / "结果.xlsx"
    write_frames({"推荐": frame()}, path)
    with zipfile.ZipFile(path) as book:
        assert b"2000-01-01T00:00:00Z" in book.read("docProps/core.xml")
        assert {info.date_time[0] for info in book.infolist()} == {1980}


def test_long_and_illegal_texts_are_reported(tmp_path: Path) -> None:
    path = tmp_path / "结果.xlsx"
    texts = ["好" * 40_000, "𠮷" * 20_000, "响铃\x07\x00", "好" * CELL_LIMIT, "甲\r\n乙"]
    written = write_frames({"推荐": pd.DataFrame({"说明": texts})}, path)
    cells = [row[0] for row in read_back(path, "推荐")[1:]]
    assert cells[0].startswith("好好")
    assert cells[0].endswith("（后文过长，已截去）")
    assert len(cells[0]) == CELL_LIMIT
    assert len(str(cells[1]).encode("utf-16-le")) // 2 <= CELL_LIMIT
    assert cells[2:] == ["响铃", "好" * CELL_LIMIT, "甲\n乙"]
    assert [(p.code, p.row, p.column, p.sheet) for p in written.problems] == [
        ("cell-cut", 2, "说明", "推荐"),
        ("cell-cut", 3, "说明", "推荐"),
        ("control-characters", None, None, "推荐"),
    ]
    assert {(p.file, p.value) for p in written.problems} == {("结果.xlsx", None)}


def test_frame_longer_than_a_sheet_is_divided(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(write_xlsx, "LAST_ROW", 5)
    path = tmp_path / "结果.xlsx"
    written = write_frames({"推荐": pd.DataFrame({"n": range(9)})}, path)
    assert openpyxl.load_workbook(path).sheetnames == ["推荐", "推荐_2", "推荐_3"]
    assert [row[0] for name in ("推荐", "推荐_2", "推荐_3") for row in read_back(path, name)[1:]] == list(range(9))
    assert [p.code for p in written.problems] == ["sheet-divided"]


def test_widths_count_wide_characters(tmp_path: Path) -> None:
    path = tmp_path / "结果.xlsx"
    write_frames({"推荐": pd.DataFrame({"中": ["西安交通大学"], "拉": ["abcdef"], "长": ["字" * 500]})}, path)
    sheet = openpyxl.load_workbook(path)["推荐"]
    widths = [sheet.column_dimensions[letter].width for letter in "ABC"]
    assert widths[1] < widths[0] < widths[2] < 70
    assert sheet["C2"].alignment.wrap_text


def test_empty_frames_still_have_headers(tmp_path: Path) -> None:
    write_frames({"未匹配": pd.DataFrame(columns=["need_id", "reason"])}, tmp_path / "a.xlsx")
    assert read_back(tmp_path / "a.xlsx", "未匹配") == [["need_id", "reason"]]
    write_frames({"无": pd.DataFrame()}, tmp_path / "b.xlsx")
    write_frames({}, tmp_path / "c.xlsx")
    write_frames({"未匹配": pd.DataFrame(columns=["need_id"])}, tmp_path / "d.csv")
    assert (tmp_path / "d.csv").read_bytes() == b"\xef\xbb\xbfneed_id\r\n"


def test_csv_opens_in_excel_and_cannot_run(tmp_path: Path) -> None:
    path = tmp_path / "结果.csv"
    write_frames({"推荐": frame()}, path)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert [row[0] for row in rows[1:7]] == ["'" + text for text in TRICKY[:6]]
    assert [row[0] for row in rows[7:]] == TRICKY[6:]


@given(st.text())
@settings(max_examples=200, deadline=None)
def test_safe_cell_never_begins_like_a_formula(text: str) -> None:
    safe = str(safe_cell(text))
    assert safe in {text, f"'{text}"}
    begins = safe.lstrip(" \t\r\n\u3000")[:1]
    assert begins not in set("=@＝＠")
    if begins in set("+-＋－"):
        assert (
            not set(safe) - set("0123456789.,+-%— \t\r\n\u3000\x0b\x0c\x1c\x1d\x1e\x1f\x85\xa0")
            or safe.strip().isdecimal()
        )


def test_safe_cell_leaves_numbers_alone() -> None:
    assert [safe_cell(value) for value in ("-3.5", "+7", "-", "—", -1, None, 2.5)] == [
        *("-3.5", "+7", "-", "—"),
        *(-1, None, 2.5),
    ]
    assert safe_cell("-1+2") == "'-1+2"


def test_jsonl_keeps_kinds(tmp_path: Path) -> None:
    path = tmp_path / "结果.jsonl"
    table = pd.DataFrame(
        {
            "a": ["甲", None],
            "b": [1, 2],
            "c": [0.5, float("nan")],
            "d": [True, False],
            "e": [["x", "y"], []],
            "f": pd.to_datetime(["2017-06-30", None]),
        }
    )
    write_frames({"推荐": table}, path)
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert lines == [
        {"a": "甲", "b": 1, "c": 0.5, "d": True, "e": ["x", "y"], "f": "2017-06-30"},
        {"a": None, "b": 2, "c": None, "d": False, "e": [], "f": None},
    ]


def test_parquet_round_trip_and_mixed_columns(tmp_path: Path) -> None:
    table = pd.DataFrame({"专家": ["甲", "乙"], "得分": [0.1, 0.2]})
    write_frames({"推荐": table}, tmp_path / "a.parquet")
    assert pd.read_parquet(tmp_path / "a.parquet").to_dict("list") == table.to_dict("list")
    mixed = pd.DataFrame({"值": pd.Series(["甲", 1, None], dtype=object)})
    write_frames({"推荐": mixed}, tmp_path / "b.parquet")
    assert pd.read_parquet(tmp_path / "b.parquet")["值"].tolist()[:2] == ["甲", "1"]


def test_several_frames_are_several_files_or_none(tmp_path: Path) -> None:
    frames = {"推荐": frame(), "理由/说明": frame()}
    written = write_frames(frames, tmp_path / "结果.csv")
    assert [path.name for path in written.paths] == ["结果_推荐.csv", "结果_理由_说明.csv"]
    (tmp_path / "结果_推荐.csv").unlink()
    with pytest.raises(OutputError, match="已经存在"):
        write_frames(frames, tmp_path / "结果.csv")
    assert [path.name for path in tmp_path.iterdir()] == ["结果_理由_说明.csv"]


def test_existing_file_stays_unless_told(tmp_path: Path) -> None:
    path = tmp_path / "结果.xlsx"
    path.write_text("旧", encoding="utf-8")
    with pytest.raises(OutputError, match="overwrite=True"):
        write_frames({"推荐": frame()}, path)
    assert path.read_text(encoding="utf-8") == "旧"
    write_frames({"推荐": frame()}, path, overwrite=True)
    assert len(read_back(path, "推荐")) == len(TRICKY) + 1


def test_failure_on_the_way_leaves_nothing(tmp_path: Path) -> None:
    class Torn(Exception):
        pass

    path = tmp_path / "结果.txt"
    path.write_text("旧", encoding="utf-8")

    def write_half() -> None:
        with whole_file(path, overwrite=True) as file:
            file.write(b"half")
            raise Torn

    with pytest.raises(Torn):
        write_half()
    assert path.read_text(encoding="utf-8") == "旧"
    assert [p.name for p in tmp_path.iterdir()] == ["结果.txt"]


@pytest.mark.parametrize(
    ("number", "where", "says"),
    [
        (errno.EACCES, "replace", "关闭打开它的程序"),
        (errno.ENOSPC, "fsync", "磁盘已满"),
        (errno.EROFS, "fsync", "只读"),
        (errno.EIO, "fsync", "系统报告"),
    ],
)
def test_system_errors_are_explained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, where: str, says: str
) -> None:
    def fail(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    path = tmp_path / "结果.csv"
    path.write_text("旧", encoding="utf-8")
    monkeypatch.setattr(write_whole.os, where, fail)
    with pytest.raises(OutputError, match=says) as caught:
        write_frames({"推荐": frame()}, path, overwrite=True)
    monkeypatch.undo()
    assert caught.value.remedy
    assert path.read_text(encoding="utf-8") == "旧"
    assert [p.name for p in tmp_path.iterdir()] == ["结果.csv"]


def test_folders_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(OutputError, match="文件夹"):
        write_frames({"推荐": frame()}, tmp_path, format="csv")
    (tmp_path / "甲").write_text("", encoding="utf-8")
    with pytest.raises(OutputError, match="不是文件夹"):
        write_frames({"推荐": frame()}, tmp_path / "甲" / "结果.csv")
    write_frames({"推荐": frame()}, tmp_path / "新" / "更新" / "结果.csv")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "no")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(OutputError, match="没有在这个文件夹里写文件的权限"):
        write_frames({"推荐": frame()}, tmp_path / "只读.csv")


def test_unknown_format_names_the_accepted_ones(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="xlsx、csv、jsonl、parquet"):
        write_frames({"推荐": frame()}, tmp_path / "结果.docx")


@given(st.text(max_size=60), st.lists(st.text(max_size=40), max_size=4))
@settings(max_examples=200, deadline=None)
def test_sheet_names_keep_excels_rules(name: str, others: list[str]) -> None:
    taken: list[str] = []
    for other in [*others, name, name.upper()]:
        fresh = sheet_name(other, taken)
        assert 0 < len(fresh.encode("utf-16-le")) // 2 <= 31
        assert not set(fresh) & set("[]:*?/\\")
        assert not fresh.startswith("'")
        assert not fresh.endswith("'")
        assert fresh.lower() not in {"history", *(t.lower() for t in taken)}
        taken.append(fresh)


@given(st.text(alphabet=st.characters(codec="utf-16"), max_size=50), st.integers(0, 3))
@settings(max_examples=100, deadline=None)
def test_cut_text_fits_and_keeps_the_beginning(text: str, times: int) -> None:
    long = text * (times * 400 + 1)
    kept, cut = cut_text(long)
    assert len(kept.encode("utf-16-le")) // 2 <= CELL_LIMIT
    assert cut == (len(long.encode("utf-16-le")) // 2 > CELL_LIMIT)
    assert kept == long if not cut else kept[:1000] == long[:1000]


def test_values_of_many_kinds() -> None:
    column = pd.Series(
        [
            np.int64(3),
            np.float64("nan"),
            pd.NA,
            pd.Timestamp("2017-06-30 08:00"),
            {"b": 1},
            {"x"},
            float("inf"),
            np.bool_(True),
        ],
        dtype=object,
    )
    assert plain_values(column) == [3, None, None, "2017-06-30 08:00:00", {"b": 1}, ["x"], None, True]
    assert cell_values(column) == [3, None, None, "2017-06-30 08:00:00", '{"b": 1}', "x", "∞", "是"]


def test_an_interruption_between_making_and_opening_leaves_nothing(tmp_path: Path, monkeypatch) -> None:
    opened = Path.open

    def interrupted(path: Path, mode: str = "r", **more: object) -> object:
        opened(path, mode, **more).close()
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "open", interrupted)
    with pytest.raises(KeyboardInterrupt), whole_file(tmp_path / "甲.txt"):
        pass
    assert list(tmp_path.iterdir()) == []
