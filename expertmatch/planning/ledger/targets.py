"""Targets: what is to be reached, and what each indicator counts; both are the association's own words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

import pandas as pd

from expertmatch.errors import InputError, Problem, nearest_names
from expertmatch.planning.ledger.fields import DONE, LABELS, OUTCOMES, RATED, STATES
from expertmatch.planning.ledger.periods import read_period
from expertmatch.planning.ledger.queries import indicator_subject, target_subject
from expertmatch.planning.ledger.rows import refuse
from expertmatch.planning.ledger.schema import tables
from expertmatch.planning.ledger.services import read_value
from expertmatch.planning.ledger.store import Store
from expertmatch.planning.ledger.writing import Act, note_change
from expertmatch.tables.check import check_table
from expertmatch.tables.joining.rows import texts
from expertmatch.tables.read import Source, read_raw

MEASURES: Mapping[str, str] = MappingProxyType(
    {
        "服务次数": "services",
        "专家人数": "experts",
        "学会数": "societies",
        "需求数": "needs",
        "区县数": "counties",
        **{LABELS[name]: name for name in OUTCOMES if name != "rating"},
    }
)
"""What can be counted, by its Chinese name: services, different ones of four things, and sums of outcomes."""
_DEFINED_BY = ("measure", "states", "scenarios", "need_kinds")
_LIST = "；"


@dataclass(frozen=True, kw_only=True)
class Indicator:
    """What an indicator counts.

    Parameters
    ----------
    measure : str
        One of :data:`MEASURES`, by its Chinese name.
    states : tuple of str
        States of the services it counts; 已完成 where none is named, 已评价 for those with a rating.
    scenarios, need_kinds : tuple of str
        Programmes and kinds of need it counts; all where none is named.
    """

    measure: str
    states: tuple[str, ...] = ()
    scenarios: tuple[str, ...] = ()
    need_kinds: tuple[str, ...] = ()

    @classmethod
    def of(cls, cells: Mapping[str, str]) -> Indicator:
        """Return the indicator that cells define."""
        parts = {name: tuple(sorted(filter(None, cells[name].split(_LIST)))) for name in _DEFINED_BY[1:]}
        return cls(measure=cells["measure"], **parts)

    @property
    def cells(self) -> dict[str, str]:
        """As it is stored."""
        return {"measure": self.measure, "states": _LIST.join(self.states),
                "scenarios": _LIST.join(self.scenarios), "need_kinds": _LIST.join(self.need_kinds)}  # fmt: skip


def set_targets(store: Store, source: Source, act: Act, day: date, sheet: str | None = None) -> int:
    """Write targets, and what their indicators count, in one transaction.

    A target for the same indicator, period and county takes the place of the earlier one, which the journal keeps;
    one without a value takes it away.

    Parameters
    ----------
    store : Store
        The ledger.
    source : DataFrame, path or URL
        指标, 期间, 目标值, 区县; 计量 and, where wanted, 服务状态, 场景, 需求类型 say what an indicator counts.
    act : Act
        Who writes them.
    day : date
        The day.
    sheet : str or None
        The sheet.

    Returns
    -------
    int
        How many targets were new or other than before.

    Raises
    ------
    LedgerError
        With all problems of all rows; nothing is written then.
    """
    import sqlalchemy as sa

    rows, problems = _read(source, day, sheet)
    known = tables()
    changed = 0
    with store.writing() as connection:
        stored = connection.execute(sa.select(known.indicators)).mappings()
        defined = {str(row["indicator"]): Indicator.of({k: str(v) for k, v in row.items()}) for row in stored}
        asked, found = _definitions(rows, defined)
        refuse([*problems, *found])
        for name, indicator in sorted(asked.items()):
            before = defined[name].cells if name in defined else dict.fromkeys(_DEFINED_BY, "")
            connection.execute(sa.delete(known.indicators).where(known.indicators.c.indicator == name))
            connection.execute(sa.insert(known.indicators), [{"indicator": name, **indicator.cells}])
            changes = [(part, before[part], indicator.cells[part]) for part in _DEFINED_BY]
            note_change(connection, known, indicator_subject(name), changes, act)
        for row in rows:
            place = {"indicator": row.indicator, "period": row.period, "county": row.county}
            mine = sa.and_(*(known.targets.c[part] == cell for part, cell in place.items()))
            old = str(connection.execute(sa.select(known.targets.c.value).where(mine)).scalar() or "")
            connection.execute(sa.delete(known.targets).where(mine))
            if row.value:
                connection.execute(sa.insert(known.targets), [{**place, "value": row.value}])
            subject = target_subject(row.indicator, row.period, row.county)
            note_change(connection, known, subject, [("value", old, row.value)], act)
            changed += old != row.value
    return changed


@dataclass(frozen=True, kw_only=True)
class _Row:
    indicator: str
    period: str
    county: str
    value: str
    defined: Indicator | None
    place: Mapping[str, object]


def _read(source: Source, day: date, sheet: str | None) -> tuple[list[_Row], list[Problem]]:
    try:
        raw = read_raw(source, table="targets", sheet=sheet)
    except InputError as bad:
        return [], list(bad.problems)
    checked = check_table(raw, today=day)
    problems = [one for one in checked.problems if one.severity == "error"]
    if problems:
        return [], problems
    rows: list[_Row] = []
    seen: dict[tuple[str, str, str], int] = {}
    for i, number in enumerate(map(int, checked.rows)):
        cells = {name: str(texts(checked.frame, name)[i]) for name in checked.frame.columns}
        place = {"table": "targets", "file": raw.source, "sheet": raw.sheet, "row": number}
        said, period = _troubles(cells)
        key = (cells["indicator"], period, cells["county"])
        if key in seen and not said:
            said.append((f"与第 {seen[key]} 行是同一指标、期间、区县。", "请只留一行。"))
        seen.setdefault(key, number)
        problems += [_problem(place, *each) for each in said]
        defined = Indicator.of(cells) if any(cells[name] for name in _DEFINED_BY) else None
        rows.append(_Row(indicator=key[0], period=period, county=key[2], value=cells["value"], defined=defined,
                         place=place))  # fmt: skip
    return rows, problems


def _troubles(cells: Mapping[str, str]) -> tuple[list[tuple[str, str]], str]:
    """Return what is wrong with a row, and its period."""
    said = []
    if not cells["indicator"]:
        said.append(("没有写指标。", "请写指标的名称。"))
    period = read_period(cells["period"])
    if period is None:
        said.append(
            (f"期间不能是“{cells['period']}”。", "请写成 2026、2026-03、2026年第1季度、2026年上半年 或 2024至2026年。")
        )
    value, trouble = read_value("hours", cells["value"], date.max)
    if trouble or (value and float(value) < 0):
        said.append((f"目标值不能是“{cells['value']}”。", "请写不小于 0 的数。"))
    if cells["measure"] and cells["measure"] not in MEASURES:
        near = nearest_names(cells["measure"], list(MEASURES), 1)
        hint = f"是否想写：{near[0]}？" if near else ""
        said.append((f"计量不能是“{cells['measure']}”。", f"{hint}可以是：{'、'.join(MEASURES)}。"))
    wrong = [one for one in cells["states"].split(_LIST) if one and one not in (*STATES, RATED)]
    if wrong:
        said.append((f"服务状态不能是“{'、'.join(wrong)}”。", f"可以是：{'、'.join((*STATES, RATED))}。"))
    if any(cells[name] for name in _DEFINED_BY) and not cells["measure"]:
        said.append(("写了服务状态、场景或需求类型，没有写计量。", f"计量可以是：{'、'.join(MEASURES)}。"))
    return said, period.name if period else cells["period"]


def _definitions(rows: Sequence[_Row], defined: Mapping[str, Indicator]) -> tuple[dict[str, Indicator], list[Problem]]:
    """Return what indicators count from now on; rows of one must agree."""
    asked: dict[str, Indicator] = {}
    problems = []
    for row in rows:
        if row.defined is not None and asked.setdefault(row.indicator, row.defined) != row.defined:
            message = f"指标“{row.indicator}”数什么，与前面的行说得不一样。"
            problems.append(_problem(row.place, message, "同一指标只有一种数法；不同的数法请起不同的名称。"))
    for name in sorted({row.indicator for row in rows if row.indicator} - set(asked) - set(defined)):
        first = next(row for row in rows if row.indicator == name)
        message = f"不知道指标“{name}”数什么。"
        problems.append(_problem(first.place, message, f"请加一列“计量”，可以是：{'、'.join(MEASURES)}。"))
    return {name: one for name, one in asked.items() if defined.get(name) != one}, problems


def _problem(place: Mapping[str, object], message: str, remedy: str) -> Problem:
    return Problem(severity="error", code="bad-target", message=message, remedy=remedy, **place)  # type: ignore[arg-type]


def counted(services: pd.DataFrame, indicator: Indicator) -> pd.DataFrame:
    """Return the services an indicator counts, whatever their date and county.

    Parameters
    ----------
    services : DataFrame
        As :func:`expertmatch.planning.ledger.queries.read_services` gives them.
    indicator : Indicator
        What it counts.

    Returns
    -------
    DataFrame
    """
    states = indicator.states or (DONE,)
    keep = services["state"].isin(states)
    if RATED in states:
        keep |= (services["state"] == DONE) & (services["rating"] != "")
    if indicator.scenarios:
        keep &= services["programme"].isin(indicator.scenarios) | services["scenario"].isin(indicator.scenarios)
    if indicator.need_kinds:
        keep &= services["need_kind"].isin(indicator.need_kinds)
    return services[keep]


def measured(services: pd.DataFrame, measure: str) -> float:
    """Return what a measure gives of services.

    Parameters
    ----------
    services : DataFrame
        Those that count.
    measure : str
        One of :data:`MEASURES`, by its Chinese name.

    Returns
    -------
    float
    """
    name = MEASURES[measure]
    if name == "services":
        return float(len(services))
    if name in ("experts", "societies"):
        kind = "expert" if name == "experts" else "society"
        return float(services.loc[services["candidate_kind"] == kind, "who"].nunique())
    if name == "needs":
        return float(services["need_key"].nunique())
    if name == "counties":
        return float(services.loc[services["county"] != "", "county"].nunique())
    return total(services, name)


def total(services: pd.DataFrame, name: str) -> float:
    """Return the sum of an outcome; empty cells count nothing."""
    return float(sum(float(cell) for cell in services[name] if cell))
