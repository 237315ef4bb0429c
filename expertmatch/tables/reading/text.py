"""Delimited text to a grid: delimiter, quotes that do not match, lines broken in the middle.

The csv module reads what is well formed. A quote that is never closed would swallow the rest of the file there,
so every record that spans lines is checked, and a damaged one is read again by its own line.
"""

from __future__ import annotations

import csv
import itertools
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from expertmatch.tables.columns import is_header, normalise_header
from expertmatch.tables.reading.decode import decode
from expertmatch.tables.reading.grid import Grid, Report

_DELIMITERS = {",": "逗号", "\t": "制表符", ";": "分号", "|": "竖线", "，": "全角逗号", "；": "全角分号"}
_LINE = re.compile(r"([^\r\n]*)(\r\n|\n|\r|$)")
_MOST_HEADER_LINES = 12
_MOST_LINES = 300  # a cell with more lines than this is taken for an unclosed quote


@dataclass(slots=True)
class _Record:
    fields: list[str]
    end: str  # the line end behind it
    damage: str = ""
    lines: int = 1


def read_text(data: bytes, table: str, report: Report, columns: Mapping[str, str] | None = None) -> Grid:
    """Read a delimited text of unknown encoding and delimiter.

    Parameters
    ----------
    data
        The file's bytes.
    table
        Canonical table name: its headers tell the delimiter.
    report
        Receives encoding, delimiter and everything that was repaired.
    columns
        Headers given by the caller; they count as known.

    Returns
    -------
    Grid
        Row numbers count records, as a spreadsheet does, not lines.
    """
    given = {normalise_header(h) for h in columns or ()}

    def known(cell: str) -> bool:
        return bool(cell) and (is_header(cell, table) or normalise_header(cell) in given)

    decoded = decode(data)
    text = decoded.text.lstrip("\ufeff")
    lines = [(m[1], m[2]) for m in _LINE.finditer(text)]
    while lines and not lines[-1][0]:
        lines.pop()
    first = 0
    if lines and (hint := re.fullmatch(r'"?sep=(.)"?', lines[0][0].strip(), re.IGNORECASE)):
        delimiter, first = hint[1], 1
    else:
        delimiter = _delimiter([line for line, _ in lines[:40]], known)
    report.add("note", "text-format", f"按 {decoded.encoding} 编码、{_DELIMITERS.get(delimiter, delimiter)}分隔读取。")
    headers = _header_width(lines[first : first + 60], delimiter, known)
    records = _records(lines[first:], delimiter, headers)
    numbers = list(range(first + 1, first + 1 + len(records)))
    if decoded.mixed:
        begins = [m.start() + len(decoded.text) - len(text) for m in _LINE.finditer(text)]
        _say_mixed([bisect_right(begins, at) - 1 - first for at in decoded.mixed], records, first, report)
    records, numbers = _rejoin(records, numbers)
    for record, number in zip(records, numbers, strict=True):
        _say_damage(record, number, report)
    return Grid([r.fields for r in records], numbers, delimited=True)


def _say_mixed(lines: list[int], records: list[_Record], first: int, report: Report) -> None:
    """Name the rows whose lines were in another encoding."""
    last = list(itertools.accumulate(record.lines for record in records))  # lines up to and with each record
    rows = sorted({first + 1 + bisect_right(last, line) for line in lines})
    report.add(
        "warning",
        "mixed-encoding",
        f"文件里混有两种编码，有 {len(rows)} 行按另一种编码读出。",
        "请核对这些行的文字，并另存为 UTF-8。",
        rows=rows,
    )


def _delimiter(lines: list[str], known: Callable[[str], bool]) -> str:
    """Choose the delimiter that yields the most known headers in one row, then the steadiest width."""
    best, score = ",", (-1, 0.0)
    for delimiter in _DELIMITERS:
        widths: Counter[int] = Counter()
        headers = 0
        for line in lines:
            cells = _lenient(line, delimiter)[0]
            widths[len(cells)] += 1
            headers = max(headers, sum(map(known, cells)))
        width, times = max(((w, n) for w, n in widths.items() if w > 1), key=lambda x: x[1], default=(1, 0))
        this = (headers, times / max(len(lines), 1) if width > 1 else 0.0)
        if this > score:
            best, score = delimiter, this
    return best


def _header_width(lines: list[tuple[str, str]], delimiter: str, known: Callable[[str], bool]) -> int:
    """Return how many cells the header has, 0 if no row has two known headers.

    A header may go on in the next line; one that takes many lines has a quote that is not closed.
    """
    width = most = before = 0
    reader = csv.reader((line + end for line, end in lines), delimiter=delimiter)
    try:
        for cells in reader:
            headers = sum(map(known, cells))
            if headers > max(most, 1) and reader.line_num - before <= _MOST_HEADER_LINES:
                width, most = len(cells), headers
            before = reader.line_num
    except csv.Error:  # a cell longer than the module takes
        pass
    return width


def _strict(text: str, delimiter: str) -> list[str] | None:
    try:
        rows = list(csv.reader([text], delimiter=delimiter, strict=True))
    except csv.Error:
        return None
    return rows[0] if len(rows) == 1 else None


def _records(lines: list[tuple[str, str]], delimiter: str, headers: int) -> list[_Record]:
    """Cut lines into records; a quoted cell may hold line breaks."""
    width = _usual_width(lines, delimiter, headers)
    records: list[_Record] = []
    i = 0
    while i < len(lines):
        line, end = lines[i]
        if '"' not in line:
            records.append(_Record(line.split(delimiter), end))
            i += 1
            continue
        fields = _strict(line, delimiter)
        if fields is not None:
            records.append(_Record(fields, end))
            i += 1
            continue
        several = _several_lines(lines, i, delimiter, width)
        if several is not None:
            records.append(several)
            i += several.lines
            continue
        fields, damage = _lenient(line, delimiter)
        records.append(_Record(fields, end, damage or "quote-damage"))
        i += 1
    return records


def _usual_width(lines: list[tuple[str, str]], delimiter: str, headers: int) -> int:
    """Return how many cells a row has: as many as the header, where one is known."""
    if headers:
        return headers
    widths = Counter(line.count(delimiter) + 1 for line, _ in lines[:2000] if line and '"' not in line)
    if not widths:
        widths = Counter(len(f) for line, _ in lines[:2000] if (f := _strict(line, delimiter)))
    return max(widths, key=lambda w: (widths[w], w), default=1)


def _several_lines(lines: list[tuple[str, str]], i: int, delimiter: str, width: int) -> _Record | None:
    """Read a record whose quoted cell holds line breaks, if it is one.

    It is none if the quote is not closed soon, if the closed text is not well formed, or if a line inside
    it is a whole record by itself: then the quote has swallowed rows.
    """
    pieces = [lines[i][0]]
    quotes = pieces[0].count('"')
    for j in range(i + 1, min(len(lines), i + _MOST_LINES)):
        line = lines[j][0]
        pieces += [lines[j - 1][1], line]
        quotes += line.count('"')
        if '"' not in line:
            if width > 2 and line.count(delimiter) + 1 == width:
                return None
            continue
        if quotes % 2:
            if width > 2 and _strict(line, delimiter) and len(_lenient(line, delimiter)[0]) == width:
                return None
            continue
        fields = _strict("".join(pieces), delimiter)
        if fields is not None and (len(fields) <= width or width == 1):
            return _Record([f.replace("\r\n", "\n").replace("\r", "\n") for f in fields], lines[j][1], "", j - i + 1)
    return None


def _lenient(line: str, delimiter: str) -> tuple[list[str], str]:
    """Read one line whose quotes do not match, losing no character but the quotes themselves."""
    fields: list[str] = []
    damage = ""
    at = 0
    while True:
        if line.startswith('"', at):
            close = _closing(line, at + 1, delimiter)
            if close < 0:  # opened and never closed: the quote is dropped, the cell ends at the delimiter
                damage = "unclosed-quote"
                at += 1
            else:
                inner = line[at + 1 : close]
                if '"' in inner.replace('""', ""):
                    damage = damage or "quote-damage"
                fields.append(inner.replace('""', '"'))
                if close + 1 >= len(line):
                    return fields, damage
                at = close + 2
                continue
        end = line.find(delimiter, at)
        if end < 0:
            fields.append(line[at:])
            return fields, damage
        fields.append(line[at:end])
        at = end + 1


def _closing(line: str, at: int, delimiter: str) -> int:
    while (found := line.find('"', at)) >= 0:
        if line.startswith('""', found) and not (line.startswith(delimiter, found + 2) and line[at:found]):
            at = found + 2
            continue
        if found + 1 == len(line) or line.startswith(delimiter, found + 1):
            return found
        at = found + 1
    return -1


def _rejoin(records: list[_Record], numbers: list[int]) -> tuple[list[_Record], list[int]]:
    """Join rows that a bare line break inside an unquoted cell has cut: told by the odd line end."""
    ends = Counter(r.end for r in records if r.end)
    if len(ends) < 2:
        return records, numbers
    usual = ends.most_common(1)[0][0]
    width = Counter(len(r.fields) for r in records).most_common(1)[0][0]
    out: list[_Record] = []
    kept: list[int] = []
    for record, number in zip(records, numbers, strict=True):
        last = out[-1] if out else None
        if (
            last is not None
            and last.end not in {usual, ""}
            and len(last.fields) < width
            and len(last.fields) + len(record.fields) - 1 <= width
        ):
            last.fields[-1] += "\n" + record.fields[0]
            last.fields += record.fields[1:]
            last.end = record.end
            last.damage = "broken-line"
        else:
            out.append(record)
            kept.append(number)
    return out, kept


def _say_damage(record: _Record, number: int, report: Report) -> None:
    if record.damage == "unclosed-quote":
        report.add(
            "warning",
            "unclosed-quote",
            "这一行有一个英文双引号没有配对，已忽略该引号，本行和后面各行都保留。",
            "请核对这一行，补上或删去引号。",
            row=number,
        )
    elif record.damage == "quote-damage":
        report.add(
            "warning",
            "quote-damage",
            "单元格里的英文双引号没有写成两个，已按原文保留。",
            "请核对这一行；单元格里的双引号应写成两个连续的双引号。",
            row=number,
        )
    elif record.damage == "broken-line":
        report.add(
            "warning",
            "broken-line",
            "这一行在单元格中间被换行切断，已接回。",
            "请核对这一行；含换行的内容要用英文双引号括起来。",
            row=number,
        )
