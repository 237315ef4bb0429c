"""Sources to checked rows: which sheet holds which table, and every problem of all of them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from expertmatch.errors import InputError, Problem, SettingError, nearest_names
from expertmatch.tables.check import CheckedTable, check_table
from expertmatch.tables.columns import TABLES
from expertmatch.tables.joining.build import POOL_TABLES
from expertmatch.tables.joining.pending import PENDING_COLUMNS
from expertmatch.tables.joining.records import record_kind, split_records
from expertmatch.tables.joining.rows import Part, text_frame, texts
from expertmatch.tables.read import RawTable, Source, list_sheets, read_raw

#: Header -> column, or table -> such a mapping.
Columns = Mapping[str, str] | Mapping[str, Mapping[str, str]]
#: What a table is read from: one source, or several whose rows stand one below the other.
Sources = Source | Sequence[Source]
Progress = Callable[[int, int], object]
_PENDING_SHEET = "待确认"


def read_parts(
    sources: Mapping[str, Sources],
    columns: Columns | None,
    sheets: str | Mapping[str, str] | None,
    today: date,
    progress: Progress | None = None,
) -> tuple[list[Part], list[Problem]]:
    """Read and check all tables of a pool; no error stops the reading of the next one.

    Parameters
    ----------
    sources
        Table -> source, or a list of sources whose rows stand one below the other.
    columns, sheets, today
        As :func:`~expertmatch.tables.pool.read_pool` takes them.
    progress
        Told how many sources are read, and of how many; joining them counts as one more.

    Returns
    -------
    list of Part, list of Problem
    """
    named = {"experts": sheets} if isinstance(sheets, str) else dict(sheets or {})
    _known_tables("sheets", named, sources)
    parts: list[Part] = []
    problems: list[Problem] = []
    books: list[tuple[Source, str | None]] = []
    taken: set[tuple[object, str | None]] = set()
    whole, done = sum(len(each_source(given)) for given in sources.values()) + 1, 0
    for table, given in sources.items():
        if table == "pending":
            continue
        for source in each_source(given):
            sheet = _sheet_of(source, named.get(table), several=len(each_source(given)) > 1)
            part, found = read_part(source, table, sheet, columns_of(columns, table), today)
            parts += part
            problems += found
            taken |= {(_identity(source), p.sheet) for p in part}
            books += [(source, part[0].file)] if table == "experts" and part else []
            done += 1
            if progress is not None:
                progress(done, whole)
    with_file = {p.table: p.file for p in parts if p.digest}
    for source, file in books:
        chosen = {t for t in named if _identity(source) in map(_identity, each_source(sources[t]))}
        for other, name in _other_sheets(source, taken, chosen):
            more, found = read_part(source, other, name, columns_of(columns, other), today)
            parts += more
            problems += [*found, _sheet_used(file, name, other, with_file.get(other) if other in sources else None)]
    if "experts" not in sources:
        parts = [_unlisted(p) for p in parts]
    for source in each_source(sources.get("pending", [])):
        rows, found = _read_pending(source, named.get("pending"))
        parts += rows
        problems += found
    return parts, problems


def each_source(given: Sources) -> Sequence[Source]:
    """Return the sources of a table: a single one, or those of a list or tuple.

    Examples
    --------
    >>> each_source("成果.csv"), each_source(["甲.csv", "乙.csv"])
    (['成果.csv'], ['甲.csv', '乙.csv'])
    """
    return given if isinstance(given, (list, tuple)) else [given]  # type: ignore[list-item]


def _identity(source: Source) -> object:
    """Return what tells whether two sources are one."""
    return id(source) if isinstance(source, pd.DataFrame) else os.path.abspath(source)


def _sheet_of(source: Source, named: str | None, *, several: bool) -> str | None:
    """Return the sheet that was named; of several files, only for those that have it."""
    if named is None or not several:
        return named
    try:
        return named if named in [guess.name for guess in list_sheets(source)] else None
    except InputError:  # it is told when the source is read
        return None


def _known_tables(setting: str, tables: Iterable[str], known: Iterable[str]) -> None:
    for table in tables:
        if table not in known:
            raise SettingError(setting, table, "、".join(known))


def columns_of(columns: Columns | None, table: str) -> dict[str, str]:
    """Return what the caller said of one table's headers.

    Parameters
    ----------
    columns
        Header -> canonical column, which then goes for every table that has that column, or table -> mapping.
    table
        Canonical table name.

    Returns
    -------
    dict

    Raises
    ------
    SettingError
        If a column exists in no table.
    """
    mine: dict[str, str] = {}
    for key, value in (columns or {}).items():
        if isinstance(value, str):
            if value and not any(value in _names(t) for t in TABLES):
                near = nearest_names(value, sorted(set().union(*map(_names, TABLES))))
                accepted = f"规范列名，如 {'、'.join(near) or 'name、unit、title'}"
                name = f"columns[{key!r}]"
                raise SettingError(name, value, accepted)
            if not value or value in _names(table):
                mine[key] = value
        elif key == table:
            for header, name in value.items():
                if name and name not in _names(table):
                    near = nearest_names(name, sorted(_names(table)))
                    setting, accepted = f"columns[{table!r}][{header!r}]", f"规范列名，如 {'、'.join(near)}"
                    raise SettingError(setting, name, accepted)
                mine[header] = name
        elif key not in TABLES:
            name = "columns"
            raise SettingError(name, key, "、".join(TABLES))
    return mine


def _names(table: str) -> set[str]:
    return {c.name for c in TABLES[table].columns}


def read_part(
    source: Source, table: str, sheet: str | None, columns: Mapping[str, str], today: date
) -> tuple[list[Part], list[Problem]]:
    """Read and check one table.

    Parameters
    ----------
    source, table, sheet
        What to read.
    columns
        See :func:`columns_of`.
    today
        The day dates are judged by.

    Returns
    -------
    list of Part, list of Problem
        No part if the source cannot be read; works listed in an experts table are a part of their own.
    """
    try:
        raw = read_raw(source, table=table, sheet=sheet, columns=columns or None)
    except InputError as error:
        return [], list(error.problems)
    checked = check_table(raw, columns=columns or None, today=today)
    problems = list(checked.problems)
    part = as_part(checked, raw)
    if table != "experts":
        return [part], problems
    part, works, found = split_records(part, _record_cells(checked, raw))
    return [part, *([works] if works else [])], [*problems, *found]


def as_part(checked: CheckedTable, raw: RawTable) -> Part:
    """Return a checked table as rows that know their place."""
    return Part(
        checked.table,
        checked.frame,
        np.asarray(checked.rows, dtype=np.int64),
        raw.source,
        raw.sheet,
        checked.headers,
        contacts=checked.contacts,
        digest=raw.digest,
        read=len(raw.rows),
        written=checked.header_map.headers,
    )


def _record_cells(checked: CheckedTable, raw: RawTable) -> pd.DataFrame:
    """Return the columns that may list works, as written, for the rows that checking kept."""
    line = {int(row): i for i, row in enumerate(raw.rows)}
    at = [line[int(row)] for row in checked.rows]
    found = {
        header: texts(raw.frame.iloc[:, [i]], raw.frame.columns[i])[at]
        for i, header in enumerate(map(str, raw.frame.columns))
        if record_kind(header) and checked.header_map.mapping.get(i, "bio") == "bio"
    }
    return text_frame(found) if found else pd.DataFrame(index=range(len(at)))


def _other_sheets(source: Source, taken: set[tuple[object, str | None]], chosen: set[str]) -> list[tuple[str, str]]:
    """Find further sheets of a workbook that hold tables of a pool.

    A table of which a file was given too is read here as well: its rows would be lost otherwise. Sheets that were
    read already, and tables for which a sheet of this very workbook was named, are left.
    """
    return [
        (guess.table, guess.name)
        for guess in list_sheets(source)
        if guess.table in POOL_TABLES
        and guess.table != "experts"
        and guess.table not in chosen
        and guess.name != _PENDING_SHEET
        and (_identity(source), guess.name) not in taken
        and not guess.hidden
    ]


def _sheet_used(file: str | None, sheet: str, table: str, beside: str | None) -> Problem:
    label = TABLES[table].label
    also = f"，与另外给出的 {beside} 合在一起" if beside else ""
    return Problem(
        severity="note",
        code="sheet-used",
        message=f"工作表“{sheet}”{'也' if also else ''}读作{label}表{also}。",
        remedy="如不应采用，请删去或隐藏这张工作表。" if also else "如不对，请改工作表名称，或单独给出这张表。",
        table=table,
        file=file,
        sheet=sheet,
    )


def _unlisted(part: Part) -> Part:
    return replace(part, listed=False)


def _read_pending(source: Source, sheet: str | None) -> tuple[list[Part], list[Problem]]:
    """Read a 待确认 sheet that was filled in."""
    try:
        sheets = [] if sheet else [g.name for g in list_sheets(source)]
        raw = read_raw(source, table="experts", sheet=sheet or (_PENDING_SHEET if _PENDING_SHEET in sheets else None))
    except InputError as error:
        return [], [replace(p, table="pending") for p in error.problems]
    missing = [c for c in ("编号", "确认为") if c not in raw.frame.columns]
    if missing:
        problem = Problem(
            severity="error",
            code="not-a-pending-table",
            message=f"这不是待确认表：没有{'、'.join(f'“{c}”' for c in missing)}列。",
            remedy=f"请给出结果工作簿，或其中的“{_PENDING_SHEET}”工作表，在“确认为”列填好后原样保存。",
            table="pending",
            file=raw.source,
            sheet=raw.sheet,
        )
        return [], [problem]
    frame = text_frame({c: texts(raw.frame, c) for c in PENDING_COLUMNS})
    unread = [replace(p, table="pending") for p in raw.problems if p.severity != "note"]
    return [Part("pending", frame, raw.rows, raw.source, raw.sheet, digest=raw.digest, read=len(raw.rows))], unread


def looks_like_file(text: str | os.PathLike[str]) -> bool:
    """Say whether a text is meant as a file: it exists, it ends as tables do, or has a folder and an ending.

    Parameters
    ----------
    text
        Any text or path.

    Returns
    -------
    bool

    Examples
    --------
    >>> looks_like_file("需求.xlsx"), looks_like_file("如何防治猕猴桃溃疡病"), looks_like_file("表/需求.dat")
    (True, False, True)
    """
    if not isinstance(text, str):
        return True
    if "\n" in text or not text.strip():
        return False
    try:
        if Path(text).exists():
            return True
    except (OSError, ValueError):  # longer than a name can be
        return False
    suffix = Path(text.strip()).suffix.lower()
    if suffix in _TABLE_SUFFIXES:
        return True
    folder = "/" in text or "\\" in text
    return folder and 1 < len(suffix) <= 6 and suffix[1:].isascii() and suffix[1:].isalnum()


_TABLE_SUFFIXES = frozenset(
    ".csv .tsv .txt .tab .xlsx .xlsm .xlsb .xls .ods .et .json .jsonl .ndjson .parquet .pq .html .htm .db .sqlite "
    ".doc .docx .pdf .wps".split()
)
