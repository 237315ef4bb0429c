"""Small tables of codes: rows as texts, with the row a spreadsheet shows, and problems that name it."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from io import StringIO
from pathlib import Path

import pandas as pd

from expertmatch.errors import InputError, Problem


def split_list(cell: str) -> tuple[str, ...]:
    """Return the parts of a cell that ``;`` or ；joins, each once."""
    return tuple(dict.fromkeys(part for piece in re.split("[;；]", cell) if (part := piece.strip())))


def read_rows(source: str | Path | pd.DataFrame, headers: Mapping[str, str]) -> tuple[str | None, list[dict[str, str]]]:
    """Return a table's file name and its rows as texts, ``_row`` the row as a spreadsheet shows it.

    Parameters
    ----------
    source : path or DataFrame
        CSV in UTF-8 or GB18030.
    headers : dict of str to str
        Other names of columns.

    Raises
    ------
    InputError
        The file cannot be opened.
    """
    if isinstance(source, pd.DataFrame):
        named = {str(column): headers.get(str(column).strip(), str(column).strip()) for column in source.columns}
        texts = [{named[str(k)]: _cell(v) for k, v in row.items()} for row in source.to_dict("records")]
        return None, [{"_row": str(i), **row} for i, row in enumerate(texts, 2)]
    path = Path(source)
    try:
        raw = path.read_bytes()
    except OSError:
        found = problem("unreadable-file", path.name, None, "", "文件打不开。", "请检查路径。")
        raise InputError([found]) from None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("gb18030", "replace")
    reader = csv.reader(StringIO(text, newline=""))
    names = [headers.get(cell.strip(), cell.strip()) for cell in next(reader, [])]
    rows = []
    for cells in reader:
        if any(cell.strip() for cell in cells):
            padded = [*(cell.strip() for cell in cells), *[""] * (len(names) - len(cells))]
            rows.append({"_row": str(reader.line_num), **dict(zip(names, padded, strict=False))})
    return path.name, rows or [{"_row": "1", **dict.fromkeys(names, "")}]


def _cell(value: object) -> str:
    return "" if value is None or value is pd.NA or value != value else str(value).strip()


def problem(code: str, file: str | None, row: str | None, value: str, message: str, remedy: str) -> Problem:
    """Return an error at a row; ``""`` and ``None`` leave row and value out."""
    return Problem(
        severity="error",
        code=code,
        file=file,
        row=int(row) if row else None,
        value=value or None,
        message=message,
        remedy=remedy,
    )
