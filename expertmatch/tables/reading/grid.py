"""Cells before anything is known of their meaning, and where the header is among them."""

from __future__ import annotations

import datetime
import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from expertmatch.errors import Problem, Severity
from expertmatch.tables.columns import TABLES, is_header, normalise_header

Merge = tuple[int, int, int, int]  # first row, first column, last row, last column; from 0, all included

_LOOK_AT = 30


@dataclass(slots=True)
class Report:
    """Collects the problems of one table while it is read.

    Parameters
    ----------
    table, file, sheet
        The place that all problems share.
    problems
        What was found so far.
    """

    table: str
    file: str
    sheet: str | None = None
    problems: list[Problem] = field(default_factory=list)

    def add(
        self,
        severity: Severity,
        code: str,
        message: str,
        remedy: str = "",
        *,
        row: int | None = None,
        column: str | None = None,
        value: str | None = None,
        rows: Sequence[int] = (),
    ) -> Problem:
        """Add a problem and return it; ``rows`` are all its rows where it has several, ``row`` or the first leads."""
        problem = Problem(
            severity=severity,
            code=code,
            message=message,
            remedy=remedy,
            table=self.table,
            file=self.file,
            sheet=self.sheet,
            row=rows[0] if rows and row is None else row,
            column=column,
            value=value,
            rows=tuple(rows) if len(rows) > 1 else (),
        )
        self.problems.append(problem)
        return problem


@dataclass(slots=True)
class Grid:
    """Cells as text, before anything is known of their meaning.

    Parameters
    ----------
    rows
        One list of texts a row; rows may differ in length, completely empty rows may be left out.
    numbers
        The row number of each, as the spreadsheet shows it.
    merges
        Merged ranges, by row and column from 0.
    delimited
        Whether a short row is worth a warning: its end was written by a person or a program, not by a grid.
    """

    rows: list[list[str]]
    numbers: list[int]
    merges: Sequence[Merge] = ()
    delimited: bool = False


def cell_text(value: object) -> str:
    """Return a cell as text: "" for nothing, ISO for dates, no ``.0`` behind whole numbers.

    Parameters
    ----------
    value
        Any scalar that a spreadsheet, a database or JSON can hold.

    Returns
    -------
    str

    Examples
    --------
    >>> cell_text(3.0), cell_text(None), cell_text(True)
    ('3', '', '是')
    """
    if isinstance(value, str):
        return value
    if value is None or value is pd.NaT or value is pd.NA:
        return ""
    if isinstance(value, bool | np.bool_):
        return "是" if value else "否"
    if isinstance(value, float | np.floating):
        number = float(value)
        if math.isnan(number):
            return ""
        return str(int(number)) if number.is_integer() and abs(number) < 1e300 else repr(number)
    if isinstance(value, datetime.datetime):
        midnight = value.time() == datetime.time(0)
        return value.date().isoformat() if midnight else value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode("utf-8", errors="replace")
    return str(value)


def column_letter(index: int) -> str:
    """Return the letters a spreadsheet shows over a column.

    Parameters
    ----------
    index
        Column, from 0.

    Returns
    -------
    str

    Examples
    --------
    >>> column_letter(0), column_letter(27)
    ('A', 'AB')
    """
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


@dataclass(frozen=True, slots=True)
class Header:
    """Where the header is: rows ``first`` to ``last`` of the grid (from 0), and the joined texts."""

    first: int
    last: int
    texts: list[str]
    known: int


def find_header(grid: Grid, table: str, columns: Mapping[str, str] | None = None) -> Header | None:
    """Find the header, in one row or spread over two.

    Parameters
    ----------
    grid
        The cells.
    table
        Canonical table name.
    columns
        Headers given by the caller; they count as known.

    Returns
    -------
    Header or None
        None if the grid is empty. ``known`` is 0 if no row has a known header: then the first row with the
        most cells is taken.
    """
    given = {normalise_header(h) for h in columns or ()}

    def known(text: str) -> bool:
        return bool(text) and (normalise_header(text) in given or is_header(text, table))

    def known_elsewhere(text: str) -> bool:
        return bool(text) and any(is_header(text, name) for name in TABLES)

    # a table of another kind still has its header where it has it; what is missing is said later
    return _look(grid, known) or _look(grid, known_elsewhere) or _fullest(grid)


def _fullest(grid: Grid) -> Header | None:
    top = [i for i, row in enumerate(grid.rows) if any(row)][:3]
    if not top:
        return None
    i = max(top, key=lambda i: sum(map(bool, grid.rows[i])))
    return Header(i, i, [_flat(c) for c in grid.rows[i]], 0)


def _look(grid: Grid, known: Callable[[str], bool]) -> Header | None:
    top = [i for i, row in enumerate(grid.rows) if any(row)][:_LOOK_AT]
    if not top:
        return None
    singles = [_single(grid, i, known) for i in top]
    best = max(singles, key=lambda h: h.known)
    pairs = [
        pair
        for upper, lower in itertools.pairwise(singles)
        if (pair := _pair(grid, upper, lower, known)) and pair.known > best.known
    ]
    found = max(pairs, key=lambda h: h.known, default=best)
    return found if found.known and _convincing(found, singles) else None


def _single(grid: Grid, i: int, known: Callable[[str], bool]) -> Header:
    texts = [_flat(c) for c in grid.rows[i]]
    return Header(i, i, texts, sum(map(known, texts)))


def _flat(text: str) -> str:
    return " ".join(text.replace("\x00", "").split())


def _convincing(found: Header, singles: list[Header]) -> bool:
    filled = sum(map(bool, found.texts))
    if found.known * 2 >= filled:
        return True
    fuller = [h for h in singles if h.first < found.first and sum(map(bool, h.texts)) >= filled]
    return found.known >= 2 and not fuller


def _pair(grid: Grid, upper: Header, lower: Header, known: Callable[[str], bool]) -> Header | None:
    """Join two rows into one header, if the lower one is no data."""
    below = [t for t in lower.texts if t]
    if lower.first != upper.first + 1 or lower.known * 2 < len(below):
        return None
    width = max(len(upper.texts), len(lower.texts))
    above = _spread(grid, upper, width)
    texts = []
    for j in range(width):
        low = lower.texts[j] if j < len(lower.texts) else ""
        own = upper.texts[j] if j < len(upper.texts) else ""
        # a group label counts only over a sub-header; over nothing the cell's own text counts
        texts.append(f"{above[j]}/{low}" if low and above[j] and above[j] != low else low or own)
    return Header(upper.first, lower.last, texts, sum(map(known, texts)))


def _spread(grid: Grid, upper: Header, width: int) -> list[str]:
    """Group labels carried over the cells to their right that belong to them."""
    own = [*upper.texts, *[""] * (width - len(upper.texts))]
    number = grid.numbers[upper.first] - 1
    wide = [m for m in grid.merges if m[0] == number and m[3] > m[1]]
    if wide:
        for _, first, _, last in wide:
            for j in range(first, min(last + 1, width)):
                own[j] = own[first] if first < width else ""
        return own
    label = ""
    for j, text in enumerate(own):
        label = text or label
        own[j] = label
    return own
