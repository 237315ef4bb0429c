"""What a ledger adds up to: counts by state, targets reached, the monthly table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from expertmatch.display import text_table
from expertmatch.errors import SettingError
from expertmatch.planning.ledger.fields import DONE, LABELS, OUTCOMES, RATED, STATES
from expertmatch.planning.ledger.periods import Period, read_period
from expertmatch.planning.ledger.queries import read_services, read_targets
from expertmatch.planning.ledger.store import Store
from expertmatch.planning.ledger.targets import MEASURES, Indicator, counted, measured, total
from expertmatch.scenarios import read_scenarios

WHOLE_CITY, NO_MONTH, NO_COUNTY, TOTAL, NO_PROGRAMME = "全市", "未写月份", "未写区县", "合计", "未写场景"
_SUMS = tuple(name for name in OUTCOMES if name != "rating")
TARGET_HEADERS = ("指标", "期间", "区县", "目标", "完成", "差额", "说明")
_WIDTH = 80


@dataclass(frozen=True, eq=False, kw_only=True)
class LedgerStats:
    """What a ledger adds up to.

    Parameters
    ----------
    counts : DataFrame
        场景, a column for each state, 其中已评价, 合计; the last row adds up.
    targets : DataFrame
        指标, 期间, 区县, 目标, 完成, 差额 (what is still lacking; below 0 what is above), 说明.
    monthly : DataFrame
        The monthly table (月度汇总表) of what is 已完成: 月份, 区县, 服务次数, 专家人数, sums of the outcomes; the last
        row adds up, with every expert once.
    """

    counts: pd.DataFrame
    targets: pd.DataFrame
    monthly: pd.DataFrame

    def __str__(self) -> str:
        """Return the three as text."""
        parts = [("各场景的服务", self.counts), ("目标完成情况", self.targets), ("月度汇总（已完成的）", self.monthly)]
        shown = [f"{title}\n{_text(frame)}" for title, frame in parts if len(frame)]
        return "\n\n".join(shown)


def ledger_stats(store: Store, period: str | None = None, county: str | None = None) -> LedgerStats:
    """Add up a ledger.

    Parameters
    ----------
    store : Store
        The ledger.
    period : str or None
        Only services dated in it, and targets for it or a part of it.
    county : str or None
        Only services and targets of it.

    Returns
    -------
    LedgerStats

    Raises
    ------
    SettingError
        A period that is none.
    """
    within = None
    if period is not None:
        within = read_period(period)
        if within is None:
            name, accepted = "period", "2026、2026-03、2026年第1季度、2026年上半年 或 2024至2026年"
            raise SettingError(name, period, accepted)
    services = read_services(store)
    targets, indicators = read_targets(store)
    defined = {str(row["indicator"]): Indicator.of(row) for row in _rows(indicators)}
    shown = targets if county is None else targets[targets["county"] == county]
    if within is not None:
        spans = [read_period(cell) for cell in shown["period"]]
        inside = [span is not None and within.first <= span.first and span.last <= within.last for span in spans]
        shown = shown[np.array(inside, dtype=bool)]
    reached = [_reached(row, defined[row["indicator"]], services) for row in _rows(shown)]
    if within is not None:
        services = services[dated_in(services, within)]
    if county is not None:
        services = services[services["county"] == county]
    return LedgerStats(
        counts=_counts(services),
        targets=pd.DataFrame(reached, columns=list(TARGET_HEADERS)),
        monthly=_monthly(services),
    )


def _reached(row: Mapping[str, str], indicator: Indicator, services: pd.DataFrame) -> dict[str, object]:
    period = read_period(row["period"]) or Period(row["period"], "", "")
    mine = counted(services, indicator)
    if row["county"]:
        mine = mine[mine["county"] == row["county"]]
    unclear = sum(period.holds(day) is None for day in mine["date"])
    done = measured(mine[dated_in(mine, period)], indicator.measure)
    wanted = float(row["value"])
    return {"指标": row["indicator"], "期间": period.name, "区县": row["county"] or WHOLE_CITY, "目标": _number(wanted),
            "完成": _number(done), "差额": _number(wanted - done),
            "说明": f"另有 {unclear} 次服务的日期不详或太粗，没有算入" if unclear else ""}  # fmt: skip


def dated_in(services: pd.DataFrame, period: Period) -> npt.NDArray[np.bool_]:
    """Return which services are certainly dated in a period."""
    return np.array([period.holds(day) is True for day in services["date"]], dtype=bool)


def _counts(services: pd.DataFrame) -> pd.DataFrame:
    titles = {one.name: one.title for one in read_scenarios().values()}
    named = [titles.get(one, one) or said or NO_PROGRAMME
             for one, said in zip(services["programme"], services["scenario"], strict=True)]  # fmt: skip
    services = services.assign(named=named)
    groups = [(str(name), part) for name, part in services.groupby("named", sort=True)]
    rows = []
    for name, part in [*groups, (TOTAL, services)] if groups else []:
        by_state = {state: int((part["state"] == state).sum()) for state in STATES}
        rated = int(((part["state"] == DONE) & (part["rating"] != "")).sum())
        rows.append({"场景": name, **by_state, f"其中{RATED}": rated, TOTAL: len(part)})
    return pd.DataFrame(rows, columns=["场景", *STATES, f"其中{RATED}", TOTAL])


def _monthly(services: pd.DataFrame) -> pd.DataFrame:
    done = services[services["state"] == DONE]
    done = done.assign(
        month=[day[:7] if len(day) >= 7 else NO_MONTH for day in done["date"]],
        place=[county or NO_COUNTY for county in done["county"]],
    )
    labels = {name: LABELS[name] for name in _SUMS}
    groups = [(month, place, part) for (month, place), part in done.groupby(["month", "place"], sort=True)]
    rows = []
    for month, place, part in [*groups, (TOTAL, "", done)] if groups else []:
        sums = {label: _number(total(part, name)) for name, label in labels.items()}
        people = int(measured(part, next(label for label, name in MEASURES.items() if name == "experts")))
        rows.append({"月份": month, "区县": place, "服务次数": len(part), "专家人数": people, **sums})
    return pd.DataFrame(rows, columns=["月份", "区县", "服务次数", "专家人数", *labels.values()])


def _rows(frame: pd.DataFrame) -> list[dict[str, str]]:
    return [{str(name): str(cell) for name, cell in row.items()} for row in frame.to_dict("records")]


def _number(value: float) -> int | float:
    return int(value) if value.is_integer() else round(value, 6)


def _text(frame: pd.DataFrame) -> str:
    """Return a table without the columns in which nothing is counted."""
    keep = [name for name in frame.columns if not (frame[name].astype(str).isin(["0", ""]).all())]
    shown = frame[keep or list(frame.columns)]
    return text_table(list(shown.columns), shown.to_numpy(dtype=object).tolist(), width=_WIDTH, max_rows=None)
