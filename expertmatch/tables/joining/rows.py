"""Checked rows and where they came from, so that every later message can name file, sheet and row."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
import pandas as pd

from expertmatch.errors import Problem, Severity
from expertmatch.tables.columns import TABLES, frame_columns

#: A column of texts, or of positions, as numpy keeps it.
Texts = np.ndarray[tuple[int], np.dtype[np.object_]]
Numbers = np.ndarray[tuple[int], np.dtype[np.int64]]
Flags = np.ndarray[tuple[int], np.dtype[np.bool_]]


@dataclass(frozen=True, eq=False)
class Part:
    """The checked rows of one table from one sheet.

    Parameters
    ----------
    table
        Canonical table name.
    frame
        Canonical columns and the ones kept under their own header; text only, ``""`` for missing.
    rows
        Row numbers as the spreadsheet shows them, one per row of ``frame``.
    file, sheet
        Where it was read.
    headers
        Canonical column -> header as written.
    listed
        An experts table came with it, which decides who is in the pool; otherwise works make their people.
    joined
        Works that were joined before: their ids say all, the authors' names need no reading.
    contacts
        ``row`` (position in ``frame``), ``kind``, ``value``: kept apart from everything else.
    digest
        SHA-256 of what was read.
    read
        Rows of the sheet; more than ``frame`` has if some could not be used.
    written
        All headers of the sheet, also of columns that are kept apart or left out.
    """

    table: str
    frame: pd.DataFrame
    rows: Numbers
    file: str | None = None
    sheet: str | None = None
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    listed: bool = True
    joined: bool = False
    contacts: pd.DataFrame | None = field(default=None, repr=False)
    digest: str = ""
    read: int = 0
    written: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """What its columns are called where it was read; those that nobody knows keep their names in the frame."""
        return tuple(dict.fromkeys([*self.written, *self.headers.values(), *map(str, self.frame.columns)]))


@dataclass(frozen=True, eq=False)
class Stack:
    """Rows of one table from any number of parts, one below the other.

    Parameters
    ----------
    frame
        All rows, index 0, 1, ...
    row
        Row number as shown, per row.
    part
        Position in ``parts``, per row.
    parts
        Where rows came from.
    """

    frame: pd.DataFrame
    row: Numbers
    part: Numbers
    parts: tuple[Part, ...]

    def __len__(self) -> int:
        return len(self.frame)

    def texts(self, column: str) -> Texts:
        """Return one column as an array of text, all ``""`` if it is not there."""
        return texts(self.frame, column)

    def texts_at(self, column: str, at: Sequence[int]) -> list[str]:
        """Return the texts of one column in some rows."""
        values = self.frame[column].iloc[list(at)] if column in self.frame.columns else [""] * len(at)
        return [_plain(v) for v in values]

    def take(self, keep: Numbers | Flags) -> Stack:
        """Return the stack of these rows."""
        frame = self.frame.iloc[np.flatnonzero(keep) if keep.dtype == bool else keep]
        return Stack(frame.reset_index(drop=True), self.row[keep], self.part[keep], self.parts)

    @property
    def listed(self) -> Flags:
        """Per row: an experts table came with it."""
        return self._of_parts([p.listed for p in self.parts])

    @property
    def joined(self) -> Flags:
        """Per row: works that were joined before."""
        return self._of_parts([p.joined for p in self.parts])

    def _of_parts(self, flags: Sequence[bool]) -> Flags:
        return np.array(flags, dtype=bool)[self.part] if len(self) else np.zeros(0, dtype=bool)

    def where(self, i: int, seen_from: int | None = None) -> str:
        """Return ``第 5 行``, with file and sheet where they are not those of row ``seen_from``."""
        part, line = self.parts[self.part[i]], f"第 {self.row[i]} 行"
        if seen_from is not None and self.part[i] == self.part[seen_from]:
            return line
        sheet = f"工作表“{part.sheet}”" if part.sheet else ""
        return " ".join(p for p in (part.file or "", sheet, line) if p)

    def header(self, i: int, column: str) -> str:
        """Return what the sheet of row ``i`` calls a column."""
        part = self.parts[self.part[i]]
        return part.headers.get(column) or column_label(part.table, column)

    def problem(
        self,
        i: int,
        severity: Severity,
        code: str,
        message: str,
        remedy: str = "",
        column: str | None = None,
        value: str | None = None,
    ) -> Problem:
        """Return a problem of row ``i``, its column named as the header is written."""
        part = self.parts[self.part[i]]
        header = self.header(i, column) if column else None
        return Problem(
            severity=severity,
            code=code,
            message=message,
            remedy=remedy,
            table=part.table,
            file=part.file,
            sheet=part.sheet,
            row=int(self.row[i]),
            column=header,
            value=value,
        )


@functools.cache
def known_columns(table: str) -> tuple[str, ...]:
    """Return the columns that a checked frame of this table always has."""
    return frame_columns(table)


def column_label(table: str, column: str) -> str:
    """Return the Chinese name of a column, the column itself if it has none.

    Examples
    --------
    >>> column_label("experts", "title"), column_label("experts", "爱好")
    ('职称', '爱好')
    """
    labels = {c.name: c.label for c in TABLES[table].columns} if table in TABLES else {}
    return labels.get(column, column)


def texts(frame: pd.DataFrame, column: str) -> Texts:
    """Return a column as an object array of str, missing values as ``""``; all ``""`` if it is not there."""
    if column not in frame.columns:
        return np.full(len(frame), "", dtype=object)
    values = frame[column].to_numpy(dtype=object)
    if pd.api.types.infer_dtype(values, skipna=False) == "string":
        return values
    return np.array([_plain(v) for v in values], dtype=object)


def _plain(value: object) -> str:
    if isinstance(value, str):
        return value
    if value is None or value is pd.NA or value is pd.NaT or value != value:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def text_frame(columns: Mapping[str, Texts]) -> pd.DataFrame:
    """Return a frame of text columns with a plain index; they hold str, whatever pandas calls it."""
    return pd.DataFrame(dict(columns), dtype=object)


def stack(parts: Iterable[Part], table: str) -> Stack:
    """Put the parts of one table below each other.

    Parameters
    ----------
    parts
        Parts of any tables; the others are left out.
    table
        Canonical table name.

    Returns
    -------
    Stack
        With all columns of the table, then the other columns by name.
    """
    mine = tuple(p for p in parts if p.table == table)
    known = known_columns(table) if table in TABLES else ()
    extra = sorted({str(c) for p in mine for c in p.frame.columns} - set(known))
    columns = {c: _joined([texts(p.frame, c) for p in mine]) for c in (*known, *extra)}
    row = _joined([np.asarray(p.rows, dtype=np.int64) for p in mine], np.int64)
    part = _joined([np.full(len(p.frame), i, dtype=np.int64) for i, p in enumerate(mine)], np.int64)
    return Stack(text_frame(columns), row, part, mine)


def _joined(arrays: Sequence[np.ndarray], dtype: type = object) -> np.ndarray:
    return np.concatenate(arrays) if arrays else np.zeros(0, dtype=dtype)


def below(upper: Stack, lower: Stack, columns: Sequence[str]) -> Stack:
    """Put two stacks below each other, with these columns."""
    frame = text_frame({c: np.concatenate([upper.texts(c), lower.texts(c)]) for c in columns})
    part = np.concatenate([upper.part, lower.part + len(upper.parts)])
    return Stack(frame, np.concatenate([upper.row, lower.row]), part, upper.parts + lower.parts)


def drop_repeats(rows: Stack) -> tuple[Stack, list[Problem]]:
    """Drop rows that say exactly what an earlier row says; each is listed.

    Parameters
    ----------
    rows
        Rows of one table.

    Returns
    -------
    Stack, list of Problem
    """
    if not len(rows):
        return rows, []
    codes = np.zeros(len(rows), dtype=np.int64)
    for column in rows.frame.columns:
        cell, uniques = pd.factorize(rows.texts(column))
        if len(uniques) > 1:
            codes = pd.factorize(codes * np.int64(len(uniques)) + cell)[0].astype(np.int64)
    if rows.parts:  # rows with and without an experts table do not mean the same
        codes = codes * 2 + rows.listed
    _, first, inverse = np.unique(codes, return_index=True, return_inverse=True)
    source = first[inverse.ravel()]
    again = source != np.arange(len(rows))
    problems = [
        rows.problem(i, "note", "repeated-row", f"与{rows.where(source[i], i)}完全相同，只计一次。")
        for i in map(int, np.flatnonzero(again))
    ]
    return rows.take(~again), problems
