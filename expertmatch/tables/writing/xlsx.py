"""Frames as a workbook: the same bytes at every run, nothing in it that runs."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, BinaryIO

import pandas as pd
import xlsxwriter
from rich.cells import cell_len

from expertmatch.errors import Problem
from expertmatch.tables.writing.cells import cell_values, cut_text, legal_text, runs, sheet_name

CREATED = datetime(2000, 1, 1)  # fixed, so that equal tables are equal files
LAST_ROW = 1_048_576
LAST_COLUMN = 16_384

_STREAM_FROM = 200_000  # cells; below, texts are stored once each, above, rows leave memory as they are written
_SAMPLE = 500
_WIDEST, _NARROWEST = 60, 6
_LINE_HEIGHT = 15.0
_MOST_LINES = 12
_MOST_SHOWN = 2000

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
) -> list[Problem]:
    """Write one sheet per frame: bold header that stays in view, filter, column widths for Chinese.

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
                    _write_sheet(book.add_worksheet(sheet), part, titles.get(name, ""), formats, sheet, problems)
            if not frames:
                book.add_worksheet(sheet_name(""))
    return problems


def _formats(book: Any, number_formats: Mapping[str, str]) -> dict[str, Any]:
    return {
        **{f"#{name}": book.add_format({"valign": "top", "num_format": code}) for name, code in number_formats.items()},
        "title": book.add_format({"bold": True, "font_size": 14}),
        "header": book.add_format({"bold": True, "bg_color": "#DDEBF7", "bottom": 1, "valign": "vcenter"}),
        "text": book.add_format({"valign": "top"}),
        "long": book.add_format({"valign": "top", "text_wrap": True}),
        "float": book.add_format({"valign": "top", "num_format": "0.0000"}),
        "whole": book.add_format({"valign": "top", "align": "center"}),
        # Quoted text stays text even when a person edits the cell.
        "quoted": book.add_format({"valign": "top", "quote_prefix": True}),
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
) -> None:
    headers = [legal_text(str(column)) for column in frame.columns]
    columns = [cell_values(frame.iloc[:, i]) for i in range(frame.shape[1])]
    top = 1 if title else 0
    text_formats, number_formats, widths = [], [], []
    for i, (header, column) in enumerate(zip(headers, columns, strict=True)):
        width, long = _width(header, column)
        widths.append(width if long else 0.0)
        sheet.set_column(i, i, width)
        text_formats.append(formats["long" if long else "text"])
        number_formats.append(formats.get(f"#{header}"))
    sheet.set_paper(9)  # A4, lying, as wide as the paper
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&C第 &P 页，共 &N 页")
    if title:
        sheet.write_string(0, 0, legal_text(title)[:1000], formats["title"])
    for i, header in enumerate(headers):
        sheet.write_string(top, i, cut_text(header)[0], formats["header"])
    removed = 0
    for row, values in enumerate(zip(*columns, strict=True), start=top + 1):
        lines = _lines(values, widths)
        if lines > 1:  # not every program fits the height to wrapped text by itself
            sheet.set_row(row, _LINE_HEIGHT * lines)
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
            sheet.write_string(row, i, text, formats["quoted"] if runs(text) else text_formats[i])
    if headers:
        sheet.freeze_panes(top + 1, 0)
        sheet.repeat_rows(top)
        sheet.autofilter(top, 0, top + max(len(frame), 1), len(headers) - 1)
    if removed:
        message = f"有 {removed} 个单元格含有表格软件不接受的控制字符，已去掉这些字符。"
        problems.append(_problem("note", "control-characters", message, name))


def _lines(values: Sequence[str | int | float | None], widths: Sequence[float]) -> int:
    """Return how many lines the longest wrapped cell of a row takes, within reason."""
    most = 1
    for value, width in zip(values, widths, strict=True):
        if width and isinstance(value, str):
            taken = sum(max(1, -(-cell_len(line) // int(width))) for line in value[:_MOST_SHOWN].split("\n"))
            most = max(most, taken)
    return min(most, _MOST_LINES)


def _width(header: str, column: list[str | int | float | None]) -> tuple[float, bool]:
    """Return a column's width, wide characters counted twice, and whether its texts are long."""
    widest = cell_len(header) + 3  # the filter's button
    for value in column[:_SAMPLE]:
        if isinstance(value, str):
            first = value[: 2 * _WIDEST].partition("\n")[0]
            widest = max(widest, cell_len(first) + 2)
        elif value is not None:
            widest = max(widest, 10 if isinstance(value, float) else len(str(value)) + 2)
    return float(min(max(widest, _NARROWEST), _WIDEST)), widest > _WIDEST
