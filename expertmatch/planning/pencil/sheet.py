"""The sheets of a plan's workbook read back as rows of known columns, before anything is made of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from expertmatch.errors import InputError, Problem, Severity
from expertmatch.planning.pencil.words import (
    ALSO,
    BEFORE_COLUMNS,
    BEFORE_SHEET,
    KIND_NAMES,
    MORE_SHEETS,
    NEEDED,
    OWN_SHEETS,
    PLAN_COLUMNS,
    PLAN_SHEET,
    SETTINGS_COLUMNS,
    SETTINGS_SHEET,
)
from expertmatch.tables.columns import normalise_header
from expertmatch.tables.read import RawTable, Source, read_raw, sheet_names

_TABLE = "engagements"  # of the tables that are known the one with most of a plan's headers
_DAMAGE = frozenset({"formula-error", "damaged-text", "nul-characters", "row-too-long", "broken-line"})
_OTHERS = (*OWN_SHEETS.values(), *MORE_SHEETS.values(), BEFORE_SHEET, SETTINGS_SHEET)
_NAMES = {normalise_header(name) for pair in _OTHERS for name in pair}
_Headers = Mapping[str, tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Cell:
    """Where something was written, and what.

    Parameters
    ----------
    file, sheet
        The file's name, and the sheet's where there is one.
    row
        As the spreadsheet shows it.
    column
        The header as written.
    text
        What stands in the cell.
    """

    file: str
    sheet: str | None
    row: int
    column: str
    text: str

    @property
    def place(self) -> str:
        """The place in words: ``第 5 行“替换”列``."""
        return f"第 {self.row} 行“{self.column}”列"

    def problem(self, severity: Severity, code: str, message: str, remedy: str = "") -> Problem:
        """Return what was found here."""
        place: dict[str, Any] = {"file": self.file, "sheet": self.sheet, "row": self.row, "column": self.column}
        return Problem(severity=severity, code=code, message=message, remedy=remedy, value=self.text, **place)


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a sheet.

    Parameters
    ----------
    row
        As the spreadsheet shows it.
    cells
        Canonical column -> cell; every column the sheet has.
    filled
        How many cells of the row have anything, known columns or not.
    """

    row: int
    cells: Mapping[str, Cell]
    filled: int

    def text(self, column: str) -> str:
        """Return what stands in a column, ``""`` where there is no such column."""
        cell = self.cells.get(column)
        return cell.text.strip() if cell is not None else ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of known columns.

    Parameters
    ----------
    file, sheet
        Where it was read.
    lines
        Its rows.
    problems
        Notes and warnings of the reader, and errors for cells that are damaged where it matters.
    """

    file: str
    sheet: str | None
    lines: tuple[Line, ...]
    problems: tuple[Problem, ...] = field(default=())


def plan_sheet(source: Source) -> Sheet:
    """Read the sheet 方案.

    Parameters
    ----------
    source : path or DataFrame
        A workbook, or one sheet as CSV.

    Returns
    -------
    Sheet
        Columns as in ``PLAN_COLUMNS``.

    Raises
    ------
    InputError
        Not a plan's workbook, two sheets that could be it, or columns missing or there twice.
    """
    names = sheet_names(source)
    if not names:
        return _read(source, None, PLAN_COLUMNS, NEEDED)
    fitting = [name for name in names if _is(name, PLAN_SHEET)]
    others = [name for name in names if name not in fitting and normalise_header(name) not in _NAMES]
    fitting += [name for name in others if _fits(source, name)]
    if len(fitting) == 1:
        return _read(source, fitting[0], PLAN_COLUMNS, NEEDED)
    file = Path(str(source)).name
    quoted = "、".join(f"“{name}”" for name in fitting or names)
    if fitting:
        message = f"有 {len(fitting)} 个工作表都是方案：{quoted}，看不出以哪一个为准。"
        remedy = f"请只留下批改过的那一个，并命名为“{PLAN_SHEET[0]}”。"
        raise InputError([Problem(severity="error", code="two-plans", message=message, remedy=remedy, file=file)])
    result = "这是推荐结果，不是方案" if {"推荐", "Recommended"} & set(names) else "这不是方案工作簿"
    message = f"{result}：工作表有{quoted}，没有“{PLAN_SHEET[0]}”。"
    remedy = "请给出 expertmatch plan 写出、批改过的方案工作簿。"
    raise InputError([Problem(severity="error", code="not-a-plan", message=message, remedy=remedy, file=file)])


def settings_of(source: Source) -> dict[str, str]:
    """Read the sheet 参数 of a plan's workbook back.

    Parameters
    ----------
    source : path or DataFrame
        The workbook, or that sheet as CSV.

    Returns
    -------
    dict of str to str
        Name -> value as text, in the sheet's order; a name that stands there several times (rules of a scenario)
        has its values in as many lines.

    Raises
    ------
    InputError
        There is no such sheet, or it lacks the columns 参数 and 内容.

    Examples
    --------
    >>> settings_of(pd.DataFrame({"类别": ["设置"], "参数": ["wanted"], "内容": ["3"]}))
    {'wanted': '3'}
    """
    sheet = _read(source, _own(source, SETTINGS_SHEET), SETTINGS_COLUMNS, ("setting", "value"))
    found: dict[str, list[str]] = {}
    for line in sheet.lines:
        if name := line.text("setting"):
            found.setdefault(name, []).append(line.text("value"))
    return {name: "\n".join(values) for name, values in found.items()}


def frame_of(source: Source) -> pd.DataFrame | None:
    """Read the plan as it was made, from the sheet 原方案 of its workbook.

    Parameters
    ----------
    source : path or DataFrame
        The workbook.

    Returns
    -------
    DataFrame or None
        With the columns of a plan's frame; None where there is no such sheet, as in a single CSV.

    Raises
    ------
    InputError
        The sheet was changed: columns missing, or a seat, kind or score that is none.
    """
    names = sheet_names(source)
    if not any(_is(name, BEFORE_SHEET) for name in names):
        return None
    sheet = _read(source, _own(source, BEFORE_SHEET), BEFORE_COLUMNS, tuple(BEFORE_COLUMNS))
    kinds = {word: kind for kind, pair in KIND_NAMES.items() for word in pair}
    rows, problems = [], []
    for line in sheet.lines:
        texts = {name: line.text(name) for name in BEFORE_COLUMNS}
        place, kind, score = (
            _number(texts["place"]),
            kinds.get(texts["candidate_kind"]),
            _number(texts["score"] or "nan"),
        )
        bad = [name for name, value in (("place", place), ("candidate_kind", kind), ("score", score)) if value is None]
        if bad:
            message = f"“{BEFORE_SHEET[0]}”是核对用的原样，这一格被改过：“{texts[bad[0]]}”。"
            remedy = f"请不要改动“{BEFORE_SHEET[0]}”；从原来的工作簿把它复制回来。"
            problems.append(line.cells[bad[0]].problem("error", "before-changed", message, remedy))
            continue
        rows.append({**texts, "place": int(place or 0), "candidate_kind": kind, "score": score,
                     "locked": texts["locked"] in ("是", "yes")})  # fmt: skip
    if problems:
        raise InputError(problems)
    frame = pd.DataFrame(rows, columns=list(BEFORE_COLUMNS))
    return frame.astype({"place": np.int64, "score": np.float64, "locked": bool})


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _is(name: str, pair: tuple[str, str]) -> bool:
    return normalise_header(name) in {normalise_header(one) for one in pair}


def _own(source: Source, pair: tuple[str, str]) -> str | None:
    """Return the name of one of the workbook's own sheets; None where the source is no workbook."""
    names = sheet_names(source)
    found = [name for name in names if _is(name, pair)]
    if found or not names:
        return found[0] if found else None
    file = Path(str(source)).name
    message = f"工作簿里没有“{pair[0]}”工作表；现有：{'、'.join(names)}。"
    remedy = "请给出 expertmatch plan 写出的方案工作簿，各工作表不要删。"
    raise InputError([Problem(severity="error", code="no-such-sheet", message=message, remedy=remedy, file=file)])


def _fits(source: Source, name: str) -> bool:
    """Say whether a sheet has the headers of 方案, whatever its name."""
    try:
        raw = read_raw(source, table=_TABLE, sheet=name, columns=_spellings(PLAN_COLUMNS))
    except InputError:
        return False
    return set(NEEDED) <= set(_columns(raw, PLAN_COLUMNS))


def _spellings(headers: _Headers) -> dict[str, str]:
    """Return all headers that are known, and their columns."""
    also = ALSO if headers is PLAN_COLUMNS else {}
    return {word: name for name, pair in headers.items() for word in (*pair, *also.get(name, ()))}


def _columns(raw: RawTable, headers: _Headers) -> dict[str, list[str]]:
    """Return the headers of each column as written; more than one where it is there twice."""
    known = {normalise_header(word): name for word, name in _spellings(headers).items()}
    written = list(map(str, raw.frame.columns))
    found: dict[str, list[str]] = {}
    for header in written:
        base, mark, number = header.rpartition("_")  # a second 备注 is read as 备注_2
        plain = base if mark and number.isdigit() and base in written else header
        if name := known.get(normalise_header(plain)):
            found.setdefault(name, []).append(header)
    return found


def _read(source: Source, sheet: str | None, headers: _Headers, needed: Sequence[str]) -> Sheet:
    raw = read_raw(source, table=_TABLE, sheet=sheet, columns=_spellings(headers))
    found = _columns(raw, headers)
    wrong = _wrong_columns(raw, found, headers, needed)
    if wrong:
        raise InputError(wrong)
    column = {name: written[0] for name, written in found.items()}
    texts = {name: raw.frame[header].tolist() for name, header in column.items()}
    filled = (raw.frame != "").sum(axis=1).tolist()
    lines = tuple(
        Line(int(row), {name: Cell(raw.source, raw.sheet, int(row), column[name], texts[name][i]) for name in column},
             int(filled[i]))
        for i, row in enumerate(raw.rows)
    )  # fmt: skip
    return Sheet(raw.source, raw.sheet, lines, tuple(_noticed(raw, {column[name] for name in needed})))


def _wrong_columns(
    raw: RawTable, found: Mapping[str, list[str]], headers: _Headers, needed: Sequence[str]
) -> list[Problem]:
    place: dict[str, Any] = {"file": raw.source, "sheet": raw.sheet}
    missing = [f"“{headers[name][0]}”" for name in needed if name not in found]
    problems = []
    if missing:
        remedy = "请从原来的工作簿把缺的列连同表头复制回来；各列可以移动，不能删去或改名。"
        message = f"缺少{'、'.join(missing)}列，读不出批改。现有：{'、'.join(map(str, raw.frame.columns))}。"
        problems.append(Problem(severity="error", code="missing-columns", message=message, remedy=remedy, **place))
    for name, written in found.items():
        if len(written) > 1 and name in (*needed, "note"):
            message = f"“{headers[name][0]}”有 {len(written)} 列（{'、'.join(written)}），看不出以哪一列为准。"
            remedy = "请只留一列，其余改名或删去。"
            problems.append(Problem(severity="error", code="column-twice", message=message, remedy=remedy,
                                    column=written[0], **place))  # fmt: skip
    return problems


def _noticed(raw: RawTable, needed: set[str]) -> list[Problem]:
    """Return what the reader noticed; damage to a cell that matters is an error here."""
    noticed = []
    for problem in raw.problems:
        own = replace(problem, table=None)
        if problem.code in _DAMAGE and (problem.column is None or problem.column in needed):
            remedy = problem.remedy or "请改正这一格。"
            own = replace(own, severity="error", remedy=f"{remedy}批改不能靠猜，改好后再读。")
        noticed.append(own)
    return noticed
