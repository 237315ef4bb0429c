"""Any source to a raw table: cells as text, the row numbers people see, and everything that was noticed.

What a file is is told from its first bytes; its extension only helps where the bytes do not decide, since office
systems save HTML as ``.xls`` and people rename workbooks to ``.csv``.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from python_calamine import CalamineWorkbook

from expertmatch.errors import InputError, Problem, SettingError, nearest_names
from expertmatch.tables.columns import TABLES
from expertmatch.tables.reading.data import Records, is_url, read_dataframe, read_json, read_parquet, read_sql
from expertmatch.tables.reading.decode import decode
from expertmatch.tables.reading.frame import records_frame, to_frame
from expertmatch.tables.reading.grid import Report
from expertmatch.tables.reading.html import read_html
from expertmatch.tables.reading.sheet import SheetGuess, choose_sheet, guess_sheets, open_workbook
from expertmatch.tables.reading.sniff import ET, refuse, refuse_et, sniff
from expertmatch.tables.reading.text import read_text

__all__ = ["RawTable", "SheetGuess", "Source", "list_sheets", "read_raw", "sheet_names"]

Source = str | os.PathLike[str] | pd.DataFrame


@dataclass(frozen=True, slots=True)
class RawTable:
    """A table as it came, before its columns are understood.

    Parameters
    ----------
    table
        Canonical table name it was read as.
    frame
        All cells are ``str``, ``""`` where there is nothing; columns are the headers as written, made unique.
    rows
        Per frame row, its number as the spreadsheet shows it (from 1, title and header rows counted). For
        JSON Lines the line, for other sources the record's place.
    source
        Short name for messages: the file's name, the database's, ``"DataFrame"``.
    sheet
        The sheet or database table, if there is one.
    problems
        Notes, warnings and errors found while reading.
    digest
        SHA-256 of the file's bytes, or of the cells where there is no file.
    """

    table: str
    frame: pd.DataFrame
    rows: np.ndarray
    source: str
    sheet: str | None
    problems: tuple[Problem, ...]
    digest: str

    def __len__(self) -> int:
        """Return the number of data rows."""
        return len(self.rows)


def read_raw(
    source: Source, *, table: str, sheet: str | None = None, columns: Mapping[str, str] | None = None
) -> RawTable:
    r"""Read a table from a file, a database or a DataFrame, as text and without judging its contents.

    Parameters
    ----------
    source
        A path (CSV, TSV, TXT in UTF-8, GB18030 or UTF-16; XLSX, XLS, XLSB, ODS; HTML; JSON, JSON Lines;
        Parquet), a database URL such as ``"sqlite:///pool.db::experts"`` (behind ``::`` a table or a query), or
        a DataFrame.
    table
        Canonical table name; its headers tell the header row, the delimiter and the sheet.
    sheet
        The sheet's name; by default the one whose headers fit.
    columns
        Header -> canonical name, for headers that are not known; they help to find the header row.

    Returns
    -------
    RawTable

    Raises
    ------
    InputError
        If nothing can be read: no such file, a folder, empty, protected, damaged, of another kind, no or
        several fitting sheets. Its one problem names the place and the remedy.
    SettingError
        If there is no such table, or the source is of another type.
    MissingExtraError
        If the source needs an extra that is not installed.

    Examples
    --------
    >>> raw = read_raw(pd.DataFrame({"姓 名": ["张三", "李四"], "单位": ["某大学", None]}), table="experts")
    >>> raw.frame["单位"].tolist(), raw.rows.tolist()
    (['某大学', ''], [1, 2])
    """
    if table not in TABLES:
        raise SettingError("table", table, "、".join(TABLES))
    if isinstance(source, pd.DataFrame):
        report = Report(table, "DataFrame")
        return _from_records(read_dataframe(source, report), report)
    if is_url(source):
        report = Report(table, "数据库")
        return _from_records(read_sql(str(source), report), report)
    if not isinstance(source, str | os.PathLike):
        raise SettingError("source", type(source).__name__, "文件路径、数据库地址或 DataFrame")
    path = Path(source)
    report = Report(table, path.name)
    data = _bytes(path, report)
    return _from_bytes(data, path, report, sheet, columns)


def list_sheets(source: Source) -> list[SheetGuess]:
    """Say which sheets a workbook has and which table each seems to hold.

    Parameters
    ----------
    source
        Anything that ``read_raw`` accepts.

    Returns
    -------
    list of SheetGuess
        Empty if the source is no workbook.

    Raises
    ------
    InputError
        If the file cannot be read.
    """
    book, report = _book(source)
    return guess_sheets(book, report) if book is not None else []


def sheet_names(source: Source) -> list[str]:
    """Return the names of a workbook's sheets without reading their cells.

    Parameters
    ----------
    source
        Anything that ``read_raw`` accepts.

    Returns
    -------
    list of str
        In the workbook's order; empty if the source is no workbook.

    Raises
    ------
    InputError
        If the file cannot be read.

    Examples
    --------
    >>> sheet_names(pd.DataFrame({"姓名": ["张三"]}))
    []
    """
    book, _ = _book(source)
    return list(book.sheet_names) if book is not None else []


def _book(source: Source) -> tuple[CalamineWorkbook | None, Report]:
    """Open a source that is a workbook; None for any other."""
    if isinstance(source, pd.DataFrame) or is_url(source):
        return None, Report("experts", "DataFrame")
    path = Path(source)
    report = Report("experts", path.name)
    data = _bytes(path, report)
    return (_workbook(data, path, report) if sniff(data, path.suffix) == "workbook" else None), report


def _workbook(data: bytes, path: Path, report: Report) -> CalamineWorkbook:
    """Open a workbook; one of WPS that is none inside is called what it is, not damaged."""
    try:
        return open_workbook(data, report)
    except InputError as bad:
        if any(problem.code == "damaged-workbook" for problem in bad.problems):
            refuse_et(path.suffix, report)
        raise


def _bytes(path: Path, report: Report) -> bytes:
    """Read a file whole, or say why it cannot be."""
    if path.name.startswith("~$"):
        problem = report.add(
            "error",
            "lock-file",
            "这是表格软件打开文件时的临时文件，不是表格本身。",
            f"请改用 {path.name.removeprefix('~$')}。",
        )
        raise InputError([problem])
    if path.is_dir():
        problem = report.add("error", "is-directory", "这是文件夹，不是文件。", "请给出其中某个表格文件的路径。")
        raise InputError([problem])
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise InputError([_missing(path, report)]) from None
    except OSError as error:
        problem = report.add(
            "error",
            "unreadable-file",
            f"文件打不开（{error.strerror or type(error).__name__}）。",
            "请检查权限；文件正在其他软件中打开时，请先关闭。",
        )
        raise InputError([problem]) from None
    if not data.strip(b" \t\r\n\x00\xef\xbb\xbf\xff\xfe"):
        problem = report.add("error", "empty-file", "文件是空的，没有任何内容。", "请重新导出，或确认选对了文件。")
        raise InputError([problem])
    return data


def _missing(path: Path, report: Report) -> Problem:
    try:
        beside = sorted(p.name for p in path.parent.iterdir() if p.is_file())
    except OSError:
        return report.add("error", "no-such-file", f"没有这个文件，所在的文件夹 {path.parent.name} 也不存在。",
                          "请检查路径。")  # fmt: skip
    near = [n for n in beside if Path(n).stem == path.stem] or nearest_names(path.name, beside, most=1)
    hint = f"是否想用 {near[0]}？" if near else ""
    return report.add("error", "no-such-file", "没有这个文件。", f"{hint}请检查文件名和路径。")


def _from_bytes(
    data: bytes, path: Path, report: Report, sheet: str | None, columns: Mapping[str, str] | None
) -> RawTable:
    kind = sniff(data, path.suffix)
    refuse(kind, data, path.suffix, report)
    _say_kind(kind, path.suffix.lower(), report)
    if sheet is not None and kind != "workbook":
        report.add("note", "sheet-ignored", f"不是工作簿，没有工作表“{sheet}”之分，按整个文件读取。")
    digest = hashlib.sha256(data).hexdigest()
    if kind in {"json", "jsonl"}:
        return _from_records(read_json(data, kind == "jsonl", report), report, digest)
    if kind == "parquet":
        return _from_records(read_parquet(data, report), report, digest)
    if kind == "workbook":
        book = _workbook(data, path, report)
        report.sheet, grid = choose_sheet(book, report.table, sheet, report)
    elif kind == "html":
        found = read_html(decode(data).text, report.table)
        if found is None:
            problem = report.add(
                "error",
                "html-without-table",
                "这是网页，里面没有表格。",
                "请在浏览器中打开它，把表格另存为 xlsx；若显示登录页，请重新登录后导出。",
            )
            raise InputError([problem])
        grid = found
    else:
        grid = read_text(data, report.table, report, columns)
    frame, rows = to_frame(grid, report.table, report, columns)
    return _raw(frame, rows, report, digest)


def _say_kind(kind: str, suffix: str, report: Report) -> None:
    names = {"workbook": "Excel 工作簿", "html": "网页表格", "parquet": "Parquet", "text": "文本"}
    usual = {
        "workbook": {".xlsx", ".xls", ".xlsm", ".xlsb", ".ods", ".xltx", ".xlt"},
        "html": {".html", ".htm"},
        "parquet": {".parquet", ".pq"},
        "text": {".csv", ".tsv", ".txt", ".tab", ".dat", ""},
    }
    if kind == "workbook" and suffix in ET:
        report.add(
            "note", "wps-workbook", f"{ET[suffix]}，里面与 Excel 工作簿相同，已读取。", "请核对；最好另存为 xlsx。"
        )
    elif kind in usual and suffix not in usual[kind]:
        report.add(
            "note",
            "kind-by-content",
            f"扩展名是 {suffix or '空'}，内容是{names[kind]}，按内容读取。",
            "建议改正扩展名。",
        )


def _from_records(records: Records, report: Report, digest: str | None = None) -> RawTable:
    if not records.columns:
        problem = report.add("error", "empty-table", "没有任何列。", "请确认数据来源是否正确。")
        raise InputError([*report.problems[:-1], problem])
    if digest is None:
        text = "\x1e".join("\x1f".join([name, *cells]) for name, cells in records.columns.items())
        digest = hashlib.sha256(text.encode("utf-8", errors="surrogatepass")).hexdigest()
    frame, rows = records_frame(records.columns, records.numbers, report)
    return _raw(frame, rows, report, digest)


def _raw(frame: pd.DataFrame, rows: np.ndarray, report: Report, digest: str) -> RawTable:
    if frame.shape[1] == 0:
        raise InputError(report.problems)
    return RawTable(report.table, frame, rows, report.file, report.sheet, tuple(report.problems), digest)
