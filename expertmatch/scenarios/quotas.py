"""Quotas of a programme, counted in the service record with a list on top of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from expertmatch.scenarios.columns import texts
from expertmatch.scenarios.conditions import all_hold
from expertmatch.scenarios.fields import ACTIVE_STATES, SERVED_STATES
from expertmatch.scenarios.parts import Quota
from expertmatch.scenarios.people import People, column_under

_COUNTY = ("区县", "county", "所在区县")
_PERIODS = {"year": "今年", "ever": "历来", "open": "同时"}


@dataclass(frozen=True, eq=False, kw_only=True)
class Record:
    """What the service record says for quotas: who served where, in the programme, up to a day.

    Parameters
    ----------
    rows : DataFrame
        who, unit, county, when and state, empty where not known.
    year : str
        The day's year.
    counties : tuple of str
        Where the list is to serve; empty where no need was given.
    """

    rows: pd.DataFrame
    year: str
    counties: tuple[str, ...] = ()

    @classmethod
    def of(cls, ledger: pd.DataFrame, needs: pd.DataFrame, kinds: Iterable[str], people: People) -> Record:
        """Read the record of a programme.

        Parameters
        ----------
        ledger : DataFrame
            As :func:`expertmatch.scenarios.people.read_ledger` gives it; where served stands in a column 区县.
        needs : DataFrame
            The needs the list serves, which also say where and of which kind theirs in the record are; may be empty.
        kinds : iterable of str
            Kinds of need the programme takes; rows whose need is known to be of another kind are not its own.
        people : People
            The list, for the units of those on it.

        Returns
        -------
        Record
        """
        day: date = people.facts.as_of
        ids = texts(needs, "need_id")
        county = dict(zip(ids, texts(needs, "county"), strict=True))
        kind = dict(zip(ids, texts(needs, "kind"), strict=True))
        own = dict(zip(people.ids, _units(people), strict=True))
        written = column_under(ledger, _COUNTY)
        names = ("candidate_id", "candidate_unit_parent", "candidate_unit", "need_id", "state", "date")
        found = []
        columns = (*(texts(ledger, name) for name in names), written)
        for who, parent, unit, need, state, when, place in zip(*columns, strict=True):
            foreign = kind.get(need, "") not in ("", *kinds)
            if state in SERVED_STATES and not foreign and not (when and when > day.isoformat()[: len(when)]):
                found.append((who, own.get(who) or parent or unit, place or county.get(need, ""), when, state))
        rows = pd.DataFrame(found, columns=["who", "unit", "county", "when", "state"], dtype=object)
        return cls(rows=rows, year=str(day.year), counties=tuple(sorted({one for one in county.values() if one})))

    def count(self, quota: Quota, what: str, value: str) -> tuple[int, int]:
        """Count the services of a value in a quota's period: those known, and those that may be its own.

        Parameters
        ----------
        quota : Quota
            Its period counts.
        what : {"who", "unit", "county", ""}
            Of what; of all without it.
        value : str
            The value.

        Returns
        -------
        sure, possible : int
        """
        sure = possible = 0
        cells = texts(self.rows, what) if what else [value] * len(self.rows)
        for cell, when, state in zip(cells, texts(self.rows, "when"), texts(self.rows, "state"), strict=True):
            if quota.period == "open" and state not in ACTIVE_STATES:
                continue
            in_time = quota.period != "year" or when[:4] == self.year
            if cell in (value, "") and (in_time or not when):
                possible += 1
                sure += cell == value and in_time
        return sure, possible


@dataclass(frozen=True, slots=True)
class QuotaFound:
    """What a quota gives with the list on top of the record.

    Parameters
    ----------
    found : str
        In words.
    result : {"ok", "broken", "unknown"}
        Whether it holds.
    who : tuple of int
        Places of those it is about.
    hard : bool
        A list cannot break a least: the period may still bring it.
    """

    found: str
    result: str
    who: tuple[int, ...] = ()
    hard: bool = True


def held(quota: Quota, record: Record, people: People) -> QuotaFound | None:
    """Hold a quota against the record and the list, each candidate of which serves once more.

    Parameters
    ----------
    quota : Quota
        The quota.
    record : Record
        What was served.
    people : People
        The list; the requester's own people do not count.

    Returns
    -------
    QuotaFound or None
        ``None`` for a county's quota where it is not known in which county the list serves.
    """
    more = _more(quota, record, people)
    if more is None:
        return None
    column = {"candidate": "who", "unit": "unit", "county": "county", "programme": ""}[quota.per]
    counts = {value: record.count(quota, column, value) for value in more}
    besides = {value: _besides(quota, people, at) for value, at in more.items()}
    bound = {value: _bound(quota, people, at) for value, at in more.items()}
    sure = {value: counts[value][0] + len(at) + besides[value][0] for value, at in more.items()}
    possible = {value: counts[value][1] + len(at) + besides[value][1] for value, at in more.items()}
    over = [value for value in more if quota.most is not None and bound[value] and sure[value] > quota.most]
    maybe = [value for value in more if quota.most is not None and possible[value] > quota.most]
    short = [value for value in more if quota.least is not None and sure[value] < quota.least]
    top = max(more, key=lambda value: (sure[value], value), default="")
    told = f"{_PERIODS[quota.period]}{'最多' if len(more) > 1 else ''} {sure.get(top, 0)} 次，含这一次"
    if quota.per in ("unit", "county") and top:
        told += f"（{top}）"
    if over or maybe:
        unclear = "" if over else f"；{_unclear(quota)}，可能超过"
        return QuotaFound(told + unclear, "broken" if over else "unknown", _places(more, over or maybe))
    if short:
        lacking = max((quota.least or 0) - sure[value] for value in short)
        return QuotaFound(f"{told}；还差 {lacking} 次", "unknown", hard=False)
    return QuotaFound(told, "ok", hard=quota.most is not None)


def _more(quota: Quota, record: Record, people: People) -> Mapping[str, list[int]] | None:
    """Return whose counts the list adds to, and by whom."""
    candidates = [i for i, own in enumerate(people.own) if not own]
    if quota.per == "programme":
        return {"": candidates}
    if quota.when:
        verdicts = all_hold(quota.when, people.facts.column)
        candidates = [i for i in candidates if verdicts[i] >= 0]
    if quota.per == "county":
        return dict.fromkeys(record.counties, candidates) or None
    values = people.ids if quota.per == "candidate" else _units(people)
    found: dict[str, list[int]] = {}
    for i in candidates:
        if values[i]:
            found.setdefault(values[i], []).append(i)
    return found


def _bound(quota: Quota, people: People, at: Sequence[int]) -> bool:
    """Say whether a quota certainly binds a candidate."""
    return not quota.when or bool((all_hold(quota.when, people.facts.column)[list(at)] > 0).all())


def _besides(quota: Quota, people: People, at: Sequence[int]) -> tuple[int, float]:
    """Return what somebody holds beside the record: at least, and at most."""
    cell = people.facts.text(quota.besides)[at[0]] if quota.besides else "0"
    return (int(float(cell)), float(cell)) if cell else (0, float("inf"))


def _unclear(quota: Quota) -> str:
    asked = "、".join(dict.fromkeys([*(one.about.label for one in quota.when), *(["已建站数"] * bool(quota.besides))]))
    return "台账里有的没有写日期、单位或需求" + (f"，或{asked}不详" if asked else "")


def _places(more: Mapping[str, list[int]], values: Iterable[str]) -> tuple[int, ...]:
    return tuple(sorted({i for value in values for i in more[value]}))


def _units(people: People) -> list[str]:
    facts = people.facts
    return [parent or unit for parent, unit in zip(facts.text("unit_parent"), facts.text("unit"), strict=True)]
