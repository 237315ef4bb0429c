"""Cells as spreadsheets take them: nothing that runs, nothing that breaks the file."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd

CELL_LIMIT = 32_767
CUT_MARK = "…（后文过长，已截去）"

# What Excel, WPS and LibreOffice take for the start of a formula, also full-width or behind blanks.
_RUNS = re.compile(r"[\s\u200b\ufeff]*[=+\-@＝＋－＠\t\r\n]")
_HARMLESS = re.compile(r"\s*[-+]?\d[\d,]*(?:\.\d+)?%?|[-+—]+")
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_SHEET_ILLEGAL = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_SHEET_LIMIT = 31


def runs(text: str) -> bool:
    """Say whether a spreadsheet would take the text for a formula.

    Examples
    --------
    >>> runs("=1+1"), runs("＝HYPERLINK()"), runs("-3.5"), runs("教授")
    (True, True, False, False)
    """
    return _RUNS.match(text) is not None and _HARMLESS.fullmatch(text) is None


def safe_cell(value: object) -> object:
    """Return a cell's value such that no spreadsheet runs it when it opens a text file.

    Text that begins like a formula gets an apostrophe before it, which spreadsheets take for "this is text" and
    :mod:`expertmatch.tables.read` drops again. Anything else, and plain numbers such as ``-3.5``, stay as they are.

    Parameters
    ----------
    value
        Any cell.

    Returns
    -------
    object
        The value, or the text with the apostrophe.

    Examples
    --------
    >>> safe_cell("=cmd|' /C calc'!A0"), safe_cell("@SUM(A1)"), safe_cell(-1.5), safe_cell("张三")
    ("'=cmd|' /C calc'!A0", "'@SUM(A1)", -1.5, '张三')
    """
    return f"'{value}" if isinstance(value, str) and runs(value) else value


def legal_text(text: str) -> str:
    r"""Return the text without the characters that XML forbids, and with one kind of line break.

    Examples
    --------
    >>> legal_text("甲\x07乙\r\n丙")
    '甲乙\n丙'
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _ILLEGAL.sub("", text)


def cut_text(text: str) -> tuple[str, bool]:
    """Return the text cut to what a spreadsheet's cell holds, and whether it was cut.

    Examples
    --------
    >>> cut_text("短")
    ('短', False)
    """
    if len(text) * 2 <= CELL_LIMIT:
        return text, False
    units = text.encode("utf-16-le", "surrogatepass")  # spreadsheets count UTF-16 units
    if len(units) // 2 <= CELL_LIMIT:
        return text, False
    kept = units[: 2 * (CELL_LIMIT - len(CUT_MARK))].decode("utf-16-le", "ignore")
    return kept + CUT_MARK, True


def plain_values(column: pd.Series[Any]) -> list[Any]:
    """Return a column as Python values for JSON: missing is ``None``, dates are ISO text, numpy is gone.

    Examples
    --------
    >>> plain_values(pd.Series([1.0, float("nan")])), plain_values(pd.Series(["甲", None]))
    ([1.0, None], ['甲', None])
    """
    return [_plain(value) for value in column.tolist()]


def cell_values(column: pd.Series[Any]) -> list[str | int | float | None]:
    """Return a column as what a spreadsheet's cells hold: text, numbers, nothing.

    Yes and no become 是 and 否, lists are joined by ``；``, numbers too long for a spreadsheet become text.

    Examples
    --------
    >>> cell_values(pd.Series([True, ["甲", "乙"], 12345678901234567890]))
    ['是', '甲；乙', '12345678901234567890']
    """
    return [_cell(value) for value in column.tolist()]


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is pd.NaT or value is pd.NA:
        return None
    if isinstance(value, date):
        return _iso(value)
    if isinstance(value, np.generic):
        return _plain(value.item())
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, np.ndarray):
        return [_plain(item) for item in value.tolist()]
    if isinstance(value, set | frozenset):
        return sorted(map(str, value))
    if isinstance(value, Iterable):
        return [_plain(item) for item in value]
    return str(value)


def _cell(value: Any) -> str | int | float | None:
    if isinstance(value, str) or value is None:
        return value
    plain = _plain(value)
    if isinstance(plain, bool):
        return "是" if plain else "否"
    if isinstance(plain, int) and abs(plain) >= 10**15:
        return str(plain)
    if isinstance(plain, list):
        return "；".join("" if item is None else str(item) for item in plain)
    if isinstance(plain, dict):
        return json.dumps(plain, ensure_ascii=False)
    if plain is None and isinstance(value, float) and math.isinf(value):
        return "∞" if value > 0 else "-∞"
    return plain  # type: ignore[no-any-return]


def _iso(value: date) -> str:
    if isinstance(value, datetime) and (value.hour, value.minute, value.second, value.microsecond) != (0, 0, 0, 0):
        return value.isoformat(sep=" ", timespec="seconds")
    return value.strftime("%Y-%m-%d") if value.year >= 1000 else value.isoformat()[:10]


def sheet_name(name: str, taken: Iterable[str] = ()) -> str:
    r"""Return a sheet's name that Excel accepts and that differs from those taken.

    Excel's rules: at most 31 characters, none of ``[ ] : * ? / \``, no apostrophe at the ends, not ``History``,
    no two names that differ by case only.

    Parameters
    ----------
    name
        Any text.
    taken
        Names in use.

    Returns
    -------
    str
        Never empty.

    Examples
    --------
    >>> sheet_name("推荐/理由"), sheet_name("推荐", ["推荐"]), sheet_name("")
    ('推荐_理由', '推荐_2', '表')
    """
    used = {other.lower() for other in taken}
    base = _SHEET_ILLEGAL.sub("_", legal_text(name)).strip().strip("'").strip() or "表"
    if base.lower() == "history":
        base = "History_"
    base = _short(base, _SHEET_LIMIT)
    fresh, number = base, 1
    while fresh.lower() in used:
        number += 1
        tail = f"_{number}"
        fresh = _short(base, _SHEET_LIMIT - len(tail)) + tail
    return fresh


def _short(text: str, most: int) -> str:
    return text.encode("utf-16-le")[: 2 * most].decode("utf-16-le", "ignore").rstrip().rstrip("'")
