"""Tables to rows that ask to be services: a plan, a sheet of a plan, or any table of engagements."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import pandas as pd

from expertmatch.errors import InputError, LedgerError, Problem, SettingError
from expertmatch.planning.ledger.fields import FIELDS, KIND_LABELS, LABELS, PROPOSED
from expertmatch.planning.ledger.services import Row, is_rated_word, read_value
from expertmatch.tables.check import CheckedTable, check_table
from expertmatch.tables.clean import clean_text
from expertmatch.tables.columns import TABLES, map_headers
from expertmatch.tables.joining.rows import texts
from expertmatch.tables.needs import Needs
from expertmatch.tables.pool import Pool
from expertmatch.tables.read import RawTable, Source, list_sheets, read_raw

PLAN_SHEET = "方案"
"""The sheet of a plan's workbook that is read where no other is named."""
PLAN_COLUMNS = ("need_id", "scenario", "role", "candidate_kind", "candidate_id", "name")
"""Columns of a plan's frame that the ledger takes over."""
_OWN = ("requester", "需求方", "需求单位", "需求方人员")
_VACANT = ("（缺）", "(vacant)", "缺", "空缺")
_MARKS = ("删除", "替换")
_NO_MARK = ("", "否", "不", "无", "0", "-", "—", "/", "□")
_NAME_AND_UNIT = re.compile(r"^(?P<name>[^（(]+)[（(](?P<unit>.+)[）)]$")
_REFUSED = frozenset({"unknown-word", "bad-date", "bad-number"})


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What was read of a table.

    Parameters
    ----------
    rows : list of Row
        Those that can be used.
    problems : list of Problem
        Errors and warnings.
    """

    rows: list[Row]
    problems: list[Problem]

    @property
    def errors(self) -> list[Problem]:
        """What stops the batch."""
        return [problem for problem in self.problems if problem.severity == "error"]


def read_rows(
    source: Source,
    day: date,
    *,
    state: str = "",
    sheet: str | None = None,
    columns: Mapping[str, str] | None = None,
) -> Reading:
    """Read a table of engagements; a plan's sheet, which has no states, gives what is proposed.

    Parameters
    ----------
    source : DataFrame, path or URL
        The table.
    day : date
        The day dates are judged by.
    state : str
        Of rows in a table without a column for it; without it such a table is refused.
    sheet : str or None
        The sheet; that of a plan, or the one whose headers fit, without it.
    columns : dict of str to str or None
        Header to column, for headers that are not known.

    Returns
    -------
    Reading
    """
    try:
        raw = _raw(source, sheet, columns)
    except InputError as bad:
        return Reading(rows=[], problems=list(bad.problems))
    given = {**_plan_headers(raw), **(columns or {})}
    raw, problems = _filled_places(raw), _marked(raw)
    if state and "state" not in map_headers(list(raw.frame.columns), "engagements", given or None).mapping.values():
        raw = replace(raw, frame=raw.frame.assign(**{LABELS["state"]: state}))
    checked = check_table(raw, columns=given or None, today=day)
    problems += [_graver(one) for one in checked.problems if one.severity != "note"]
    return _rows_of(checked, raw, problems)


def plan_rows(frame: pd.DataFrame) -> Reading:
    """Read a plan's frame; the requester's own people are left out.

    Parameters
    ----------
    frame : DataFrame
        need_id, scenario, role, candidate_kind, candidate_id, name.

    Returns
    -------
    Reading

    Raises
    ------
    SettingError
        A column is missing.
    """
    missing = [name for name in PLAN_COLUMNS if name not in frame.columns]
    if missing:
        setting = "plan_frame"
        raise SettingError(setting, list(frame.columns), f"有 {'、'.join(PLAN_COLUMNS)} 列的方案")
    columns = [texts(frame, name) for name in PLAN_COLUMNS]
    rows = []
    for number, cells in enumerate(zip(*columns, strict=True), start=1):
        need, scenario, role, kind, one, said = map(str, cells)
        if kind in _OWN or not (one or said):
            continue
        name, unit = _named(said) if kind != "society" else (said, "")
        values = {"need_id": need, "scenario": scenario, "role": role, "candidate_kind": kind, "candidate_id": one,
                  "candidate_name": name, "candidate_unit": unit, "state": PROPOSED}  # fmt: skip
        rows.append(Row(fields={field: values.get(field, "") for field in FIELDS}, file="方案", row=number))
    return Reading(rows=rows, problems=[])


def completed(reading: Reading, needs: Needs | None, pool: Pool | None, scenario: str, *, planned: bool) -> Reading:
    """Fill rows from the needs and the pool, and give those without a scenario one.

    Parameters
    ----------
    reading : Reading
        The rows.
    needs : Needs or None
        Title, kind, county and date of the needs; a need that is not among them is refused.
    pool : Pool or None
        Names and units of candidates; a candidate that is not in it is refused.
    scenario : str
        Of rows that name none.
    planned : bool
        Rows without a date are planned for the need's; else they keep none.

    Returns
    -------
    Reading
    """
    of_needs = {} if needs is None else _by_id(needs.frame, "need_id")
    people = {} if pool is None else _by_id(pool.experts, "expert_id")
    societies = {} if pool is None else _by_id(pool.societies, "society_id")
    rows, problems = [], list(reading.problems)
    for row in reading.rows:
        fields = dict(row.fields)
        need = of_needs.get(fields["need_id"])
        if needs is not None and need is None and fields["need_id"]:
            message = f"需求表里没有编号为“{fields['need_id']}”的需求。"
            problems.append(row.problem("unknown-need", message, "请改正编号，或给出有它的需求表。"))
        for field, column in (("need_title", "title"), ("need_kind", "kind"), ("county", "county"), ("date", "start")):
            if need is not None and not fields[field] and (field != "date" or planned):
                fields[field] = need[column]
        one = fields["candidate_id"]
        if not fields["candidate_kind"]:
            fields["candidate_kind"] = "society" if one in societies and one not in people else "expert"
        held = (societies if fields["candidate_kind"] == "society" else people).get(one)
        if pool is not None and held is None and one:
            message = f"专家库里没有编号为“{one}”的{KIND_LABELS[fields['candidate_kind']]}。"
            problems.append(row.problem("unknown-candidate", message, "请改正编号，或给出有它的专家表、学会表。"))
        if held is not None:
            fields["candidate_name"] = fields["candidate_name"] or held["name"]
            fields["candidate_unit"] = fields["candidate_unit"] or held.get("unit", "")
        fields["scenario"] = fields["scenario"] or scenario
        rows.append(replace(row, fields=fields))
    return Reading(rows=rows, problems=problems)


def refuse(problems: list[Problem]) -> None:
    """Raise where any problem is an error.

    Raises
    ------
    LedgerError
        With all errors.
    """
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors:
        raise LedgerError(errors)


def _raw(source: Source, sheet: str | None, columns: Mapping[str, str] | None) -> RawTable:
    if sheet is None and PLAN_SHEET in [guess.name for guess in list_sheets(source)]:
        sheet = PLAN_SHEET
    return read_raw(source, table="engagements", sheet=sheet, columns=columns or None)


def _plan_headers(raw: RawTable) -> dict[str, str]:
    """Return what the headers of a plan's sheet mean that other tables use otherwise."""
    headers = {str(header).strip() for header in raw.frame.columns}
    if not {"席位", "编号"} <= headers:
        return {}
    return {"编号": "candidate_id", "候补": "", "备注": ""} | ({"类别": "candidate_kind"} if "类别" in headers else {})


def _filled_places(raw: RawTable) -> RawTable:
    """Leave out of a plan's sheet what is no candidate of the pool: the requester's own people, vacant places."""
    if "席位" not in raw.frame.columns:
        return raw
    kinds, names = texts(raw.frame, "类别"), texts(raw.frame, "姓名")
    keep = [str(kind).strip() not in _OWN and str(name).strip() not in _VACANT
            for kind, name in zip(kinds, names, strict=True)]  # fmt: skip
    return replace(raw, frame=raw.frame[keep].reset_index(drop=True), rows=raw.rows[keep])


def _marked(raw: RawTable) -> list[Problem]:
    """Refuse a plan with marks that nobody has worked in yet."""
    found = []
    for header in raw.frame.columns:
        if str(header).strip() not in _MARKS or "席位" not in raw.frame.columns:
            continue
        at = [int(number) for number, cell in zip(raw.rows, raw.frame[header], strict=True)
              if clean_text(cell) not in _NO_MARK]  # fmt: skip
        if at:
            found.append(Problem(
                severity="error", code="pencil-marks", table="engagements", file=raw.source, sheet=raw.sheet,
                message=f"这份方案的“{header}”列还有没落实的批改。",
                remedy="请先用 expertmatch plan --from 按批改重排，再把新的方案记入台账。",
                row=at[0], rows=tuple(at) if len(at) > 1 else (), column=str(header),
            ))  # fmt: skip
    return found


def _graver(problem: Problem) -> Problem:
    """Make an error of a cell that a table may have, but the ledger not."""
    if problem.code not in _REFUSED and problem.code != "empty-required":
        return problem
    message = problem.message.replace("，按空白处理", "").replace("，按原文保留", "")
    return replace(problem, severity="error", message=message)


def _rows_of(checked: CheckedTable, raw: RawTable, problems: list[Problem]) -> Reading:
    if any(problem.code == "missing-column" for problem in problems):
        return Reading(rows=[], problems=problems)
    frame = checked.frame
    rated = _written_as_rated(checked, raw)
    bad = {number for one in problems if one.severity == "error" for number in (*one.rows, one.row)}
    units = texts(frame, "candidate_unit")
    columns = {name: texts(frame, name) for name in FIELDS}
    rows: list[Row] = []
    seen: dict[tuple[str, ...], int] = {}
    for i, number in enumerate(map(int, checked.rows)):
        fields = {name: str(values[i]) for name, values in columns.items()}
        row = Row(fields=fields, file=raw.source, sheet=raw.sheet, row=number, rated=number in rated)
        if fields["candidate_kind"] in _OWN or number in bad:
            continue
        kind = _kind(fields["candidate_kind"])
        if kind is None:
            message = f"候选类型不能是“{fields['candidate_kind']}”。"
            problems.append(
                row.problem("unknown-kind", message, "可以是：专家、学会、农技协、科普示范基地、海外团体。")
            )
            continue
        fields["candidate_kind"] = kind
        for name in ("hours", "rating", "headcount", "county"):
            _, trouble = read_value(name, fields[name], date.max)
            if trouble:
                problems.append(row.problem("bad-value", trouble))
        key = tuple(fields.values())
        if key in seen:
            message = f"与第 {seen[key]} 行完全相同，只记一次。"
            problems.append(row.problem("repeated-row", message, warning=True))
            continue
        seen[key] = number
        rows.append(replace(row, fields={**fields, "candidate_unit": str(units[i])}))
    return Reading(rows=rows, problems=problems)


def _written_as_rated(checked: CheckedTable, raw: RawTable) -> set[int]:
    """Return the numbers of rows whose state is written as rated."""
    header = checked.headers.get("state", "")
    if header not in raw.frame.columns:
        return set()
    return {int(number) for number, cell in zip(raw.rows, raw.frame[header], strict=True) if is_rated_word(cell)}


def _kind(cell: str) -> str | None:
    """Return the kind of a candidate; ``""`` where it is not said, None for a word that is none."""
    if cell in ("", "expert", "专家", "个人", "人"):
        return "expert" if cell else ""
    kinds = dict(TABLES["societies"].column("kind").choices)
    return "society" if cell == "society" or cell in kinds or cell in kinds.values() else None


def _named(said: str) -> tuple[str, str]:
    found = _NAME_AND_UNIT.match(said)
    return (found["name"], found["unit"]) if found else (said, "")


def _by_id(frame: pd.DataFrame, column: str) -> dict[str, dict[str, str]]:
    names = [str(name) for name in frame.columns]
    rows = zip(*(texts(frame, name) for name in names), strict=True)
    place = names.index(column)
    return {str(cells[place]): dict(zip(names, map(str, cells), strict=True)) for cells in rows}
