"""Frames as a workbook: the same bytes at every run, nothing in it that runs."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, BinaryIO

import pandas as pd
import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from expertmatch.errors import Problem
from expertmatch.tables.writing.cells import cell_values, cut_text, legal_text, runs, sheet_name
from expertmatch.tables.writing.marks import COLOURS, Mark, colour_rows
from expertmatch.tables.writing.widths import column_widths, lines_of

CREATED = datetime(2000, 1, 1)  # fixed, so that equal tables are equal files
LAST_ROW = 1_048_576
LAST_COLUMN = 16_384

_STREAM_FROM = 200_000  # cells; below, texts are stored once each, above, rows leave memory as they are written
_LINE_HEIGHT = 15.0
_FONT = {"font_size": 10}  # two of its letters are as wide as one wide character, and as a column's unit

_OPTIONS = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "use_future_functions": False,
}


def write_workbook(
    frames: Mapping[str, pd.DataFrame],
    file: BinaryIO,
    *,
    titles: Mapping[str, str],
    number_formats: Mapping[str, str] = MappingProxyType({}),
    marks: Mapping[str, Sequence[Mark]] = MappingProxyType({}),
) -> list[Problem]:
    """Write one sheet per frame: bold header that stays in view, filter, column widths for Chinese, A4 lying.

    Parameters
    ----------
    frames
        Sheet name -> frame; the index is not written.
    file
        To write to.
    titles
        Sheet name -> a line above the header.
    number_formats
        Column -> how its numbers are shown.
    marks
        Sheet name -> which rows are coloured.

    Returns
    -------
    list of Problem
        Cells that were cut, characters that were removed, sheets that were divided.
    """
    cells = sum(frame.shape[0] * frame.shape[1] for frame in frames.values())
    problems: list[Problem] = []
    with tempfile.TemporaryDirectory() as scratch:
        options = {**_OPTIONS, "constant_memory": cells > _STREAM_FROM, "tmpdir": scratch}
        with xlsxwriter.Workbook(file, options) as book:
            book.set_properties({"created": CREATED})
            formats = _formats(book, number_formats)
            taken: list[str] = []
            for name, frame in frames.items():
                for part, sheet in _parts(name, frame, titles.get(name, ""), taken, problems):
                    taken.append(sheet)
                    tab = book.add_worksheet(sheet)
                    headers = _write_sheet(tab, part, titles.get(name, ""), formats, sheet, problems)
                    first = 1 + bool(titles.get(name))
                    colour_rows(tab, tuple(marks.get(name, ())), headers, first, first + len(part) - 1, formats)
            if not frames:
                book.add_worksheet(sheet_name(""))
    return problems


def _formats(book: Any, number_formats: Mapping[str, str]) -> dict[str, Any]:
    top = {**_FONT, "valign": "top"}
    number = {**top, "align": "right", "indent": 1}  # apart from the text beside it
    edge = {"bg_color": "#DDEBF7", "bottom": 1, "valign": "vcenter", "text_wrap": True}
    return {
        **{f"#{name}": book.add_format({**number, "num_format": code}) for name, code in number_formats.items()},
        **{name: book.add_format({"bg_color": back, "font_color": fore}) for name, (back, fore) in COLOURS.items()},
        "title": book.add_format({"bold": True, "font_size": 14}),
        "header": book.add_format({**_FONT, **edge, "bold": True}),
        "text": book.add_format(top),
        "long": book.add_format({**top, "text_wrap": True}),
        "float": book.add_format({**number, "num_format": "0.0000"}),
        "whole": book.add_format({**top, "align": "center"}),
        # Quoted text stays text even when a person edits the cell.
        "quoted": book.add_format({**top, "quote_prefix": True}),
        "quoted long": book.add_format({**top, "quote_prefix": True, "text_wrap": True}),
    }


def _parts(
    name: str, frame: pd.DataFrame, title: str, taken: list[str], problems: list[Problem]
) -> list[tuple[pd.DataFrame, str]]:
    """Divide a frame that is longer than a sheet; cut one that is wider."""
    if frame.shape[1] > LAST_COLUMN:
        message = f"有 {frame.shape[1]} 列，表格软件最多 {LAST_COLUMN} 列，其余未写出。"
        problems.append(_problem("error", "too-many-columns", message, name, "请改用 CSV 或 Parquet 格式。"))
        frame = frame.iloc[:, :LAST_COLUMN]
    room = LAST_ROW - 1 - bool(title)
    starts = range(0, max(len(frame), 1), room)
    names = list(taken)
    parts = []
    for start in starts:
        names.append(sheet_name(name, names))
        parts.append((frame.iloc[start : start + room], names[-1]))
    if len(parts) > 1:
        message = f"共 {len(frame)} 行，一张工作表放不下，已分为 {len(parts)} 张。"
        problems.append(_problem("note", "sheet-divided", message, name))
    return parts


def _problem(severity: Any, code: str, message: str, sheet: str, remedy: str = "", **place: Any) -> Problem:
    return Problem(severity=severity, code=code, message=message, remedy=remedy, sheet=sheet, **place)


def _write_sheet(
    sheet: Any, frame: pd.DataFrame, title: str, formats: dict[str, Any], name: str, problems: list[Problem]
) -> list[str]:
    """Write one sheet; return its headers."""
    headers = [legal_text(str(column)) for column in frame.columns]
    columns = [cell_values(frame.iloc[:, i]) for i in range(frame.shape[1])]
    top = 1 if title else 0
    widths, long = column_widths(headers, columns)
    for i, width in enumerate(widths):
        sheet.set_column(i, i, width)
    breaking = [float(width) if breaks else 0.0 for width, breaks in zip(widths, long, strict=True)]
    number_formats = [formats.get(f"#{header}") for header in headers]
    _set_page(sheet, len(headers), top)
    if title:
        sheet.set_row(0, 22)
        sheet.write_string(0, 0, legal_text(title)[:1000], formats["title"])
    sheet.set_row(top, 4 + _LINE_HEIGHT * lines_of(headers, [float(width - 2) for width in widths]))
    for i, header in enumerate(headers):
        sheet.write_string(top, i, cut_text(header)[0], formats["header"])
    removed = 0
    for row, values in enumerate(zip(*columns, strict=True), start=top + 1):
        lines = lines_of(values, breaking)
        if lines > 1:  # not every program fits the height to wrapped text by itself
            sheet.set_row(row, 3 + _LINE_HEIGHT * lines)
        for i, value in enumerate(values):
            if value is None or value == "":
                continue
            if not isinstance(value, str):
                usual = formats["float" if isinstance(value, float) else "whole"]
                sheet.write_number(row, i, value, number_formats[i] or usual)
                continue
            text = legal_text(value)
            removed += len(text) != len(value) and text != value.replace("\r\n", "\n")
            text, cut = cut_text(text)
            if cut:
                message = f"文字有 {len(value)} 个字符，单元格最多 32767 个，后文已截去。"
                remedy = "需要全文请看 CSV 或 JSONL 格式的结果。"
                place = {"row": row + 1, "column": headers[i]}
                problems.append(_problem("warning", "cell-cut", message, name, remedy, **place))
            shown = ("quoted" if runs(text) else "") + (" long" if long[i] else "")
            sheet.write_string(row, i, text, formats[shown.strip() or "text"])
    if headers:
        sheet.autofilter(top, 0, top + max(len(frame), 1), len(headers) - 1)
    if removed:
        message = f"有 {removed} 个单元格含有表格软件不接受的控制字符，已去掉这些字符。"
        problems.append(_problem("note", "control-characters", message, name))
    return headers


def _set_page(sheet: Any, count: int, top: int) -> None:
    """Set how a sheet prints: A4 lying, as wide as the paper, its name and the header on every page."""
    sheet.set_paper(9)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.hide_gridlines(0)  # lines between rows on paper too
    sheet.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.55)
    sheet.set_header("&L&A", {"margin": 0.25})
    sheet.set_footer("&C第 &P 页，共 &N 页", {"margin": 0.25})
    if count:
        sheet.freeze_panes(top + 1, 0)
        sheet.repeat_rows(top)
        sheet.ignore_errors({"number_stored_as_text": f"A1:{xl_col_to_name(count - 1)}{LAST_ROW}"})
