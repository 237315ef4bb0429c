"""What a plan as a whole must hold, as rows: one place at a time, quotas of programmes, numbers of groups."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from expertmatch.planning.composing.calendar import cliques
from expertmatch.planning.composing.drafts import Book, numbered
from expertmatch.planning.composing.edges import Edges
from expertmatch.planning.composing.groups import Groups
from expertmatch.planning.composing.sides import Section, Sides
from expertmatch.planning.settings import GroupQuota
from expertmatch.scenarios.columns import Flags, Ints, texts
from expertmatch.scenarios.conditions import all_hold
from expertmatch.scenarios.fields import ACTIVE_STATES
from expertmatch.scenarios.parts import Quota
from expertmatch.scenarios.quotas import Record

TIME = "time"
"""The rule that nobody serves two needs at a time."""
_LEDGER_COLUMN = {"candidate": "who", "unit": "unit", "county": "county", "programme": ""}


@dataclass(frozen=True, eq=False, kw_only=True)
class PlanRows:
    """Writes down what holds over several needs.

    Parameters
    ----------
    sides : Sides
        Needs and candidates.
    edges : Edges
        Candidates in roles for needs.
    groups : Groups
        Who belongs to what.
    able : ndarray of bool
        Who could serve anywhere at all: groups without anybody who could are asked nothing.
    every : bool
        Also rows that these edges alone could never break.
    """

    sides: Sides
    edges: Edges
    groups: Groups
    able: Flags
    every: bool = False

    def write(self, book: Book) -> None:
        """Write down everything that holds over several needs."""
        self._time(book)
        for i, section in enumerate(self.sides.sections):
            if section.scenario is not None:
                for place, quota in enumerate(section.scenario.quotas, start=1):
                    if quota.most is not None:
                        self._quota(book, f"quota:{section.name}:{place}", quota, section, i)
        for place, group in enumerate(self.sides.settings.quotas, start=1):
            self._group(book, f"quotas:{place}", group)

    def _time(self, book: Book) -> None:
        settings = self.sides.settings
        found = cliques(self.sides.needs, longest=settings.longest_event, travel=settings.travel)
        rows: list[Ints] = []
        keys: list[Ints] = []
        for number, members in enumerate(found):
            at = np.flatnonzero(np.isin(self.edges.need, members))
            keys.append(number * len(self.sides.people) + self.edges.expert[at])
            rows.append(at)
        if not rows:
            return
        column, key = np.concatenate(rows), np.concatenate(keys)
        groups, row = numbered(key)
        needs = np.unique(np.column_stack([row, self.edges.need[column]]), axis=0)[:, 0]
        several = np.bincount(needs, minlength=len(groups)) > (0 if self.every else 1)
        place, kept = np.cumsum(several) - 1, several[row]
        who = groups[several] % len(self.sides.people)
        book.add(
            TIME, "同一时间只能在一处", row=place[row[kept]], column=column[kept], upper=1.0,
            need=np.full(int(several.sum()), -1), subject=[self.sides.names[one] for one in who.tolist()],
            source="本次要求",
        )  # fmt: skip

    def _quota(self, book: Book, rule: str, quota: Quota, section: Section, number: int) -> None:
        """At most so many services of a value in a period, with what the ledger holds of it."""
        own = np.flatnonzero(self.sides.section_of[self.edges.need] == number)
        if quota.when:  # who is not known to be free of it is bound
            own = own[(all_hold(quota.when, self.sides.facts.column) >= 0)[self.edges.expert[own]]]
        if not len(own):
            return
        values, member = self._values(quota, own)
        known = member >= 0
        own, member = own[known], member[known]
        years = self._years(quota)
        year_of = years[self.edges.need[own]]
        different, year = np.unique(year_of, return_inverse=True)
        keys, row = numbered(member * len(different) + np.asarray(year).reshape(-1))
        held = self._held(quota, section)
        names = [values[one] for one in (keys // max(1, len(different))).tolist()]
        times = [str(different[one]) for one in (keys % max(1, len(different))).tolist()]
        besides = dict(zip((key for _, key in self.sides.people), self._besides(quota), strict=False))
        served = [held[name, time] + besides.get(name, 0.0) for name, time in zip(names, times, strict=True)]
        left = np.maximum(float(quota.most or 0) - np.array(served, dtype=np.float64), 0.0)
        called = dict(zip((key for _, key in self.sides.people), self.sides.names, strict=True))
        subjects = [
            "、".join(one for one in (called.get(name, name) if quota.per == "candidate" else name,
                                     f"{time} 年" if time and quota.period == "year" else "") if one)
            for name, time in zip(names, times, strict=True)
        ]  # fmt: skip
        possible = (np.bincount(row, minlength=len(keys)) > left) | self.every
        place, kept = np.cumsum(possible) - 1, possible[row]
        book.add(
            rule, quota.label, row=place[row[kept]], column=own[kept], upper=left[possible],
            need=np.full(int(possible.sum()), -1),
            subject=[one for one, much in zip(subjects, possible, strict=True) if much], source=quota.source,
        )  # fmt: skip

    def _values(self, quota: Quota, own: Ints) -> tuple[list[str], Ints]:
        """Return whose services a quota counts, and which of them each edge adds to; -1 for none that is known."""
        expert, need = self.edges.expert[own], self.edges.need[own]
        if quota.per == "programme":
            return [""], np.zeros(len(own), dtype=np.int64)
        if quota.per == "candidate":
            return [key for _, key in self.sides.people], expert
        if quota.per == "county":
            cells = np.array(texts(self.sides.needs, "county"), dtype=object)[need]
        else:
            units = [next(iter(one)) if one else "" for one in self.groups.of("unit")]
            cells = np.array(units, dtype=object)[expert]
        names = sorted({str(cell) for cell in cells} - {""})
        place = {name: i for i, name in enumerate(names)}
        return names, np.array([place.get(str(cell), -1) for cell in cells], dtype=np.int64)

    def _years(self, quota: Quota) -> Ints:
        """Return the year each need counts in: that of its start, else the day's."""
        if quota.period != "year":
            return np.zeros(len(self.sides.needs), dtype=np.int64)
        day = self.sides.as_of.year
        return np.array([int(cell[:4]) if cell else day for cell in texts(self.sides.needs, "start")], dtype=np.int64)

    def _held(self, quota: Quota, section: Section) -> Counter[tuple[str, str]]:
        """Count the services of the programme in the ledger by value and year."""
        if not len(self.sides.pool.engagements):
            return Counter()
        scenario = section.scenario
        kinds = () if scenario is None else scenario.need_kinds
        rows = Record.of(
            self.sides.ledger, self.sides.needs.iloc[section.needs], kinds,
            self.sides.listed,
        ).rows  # fmt: skip
        column = _LEDGER_COLUMN[quota.per]
        cells = texts(rows, column) if column else [""] * len(rows)
        years = [cell[:4] if quota.period == "year" else "0" for cell in texts(rows, "when")]
        counted = [quota.period != "open" or state in ACTIVE_STATES for state in texts(rows, "state")]
        return Counter(pair for pair, here in zip(zip(cells, years, strict=True), counted, strict=True) if here)

    def _besides(self, quota: Quota) -> list[float]:
        """Return what each candidate holds open beside the ledger."""
        if not quota.besides:
            return []
        return [float(cell) if cell else 0.0 for cell in self.sides.facts.text(quota.besides)]

    def _group(self, book: Book, rule: str, group: GroupQuota) -> None:
        """Bounds on how many services go to a group of candidates."""
        everybody = np.ones(len(self.sides.people), dtype=bool)
        of = all_hold(group.where, self.sides.facts.column) > 0 if group.where else everybody
        edges = np.flatnonzero(of[self.edges.expert])
        if group.per is None:
            column, row, names = edges, np.zeros(len(edges), dtype=np.int64), [""]
        else:
            at, member, every = self.groups.members((group.per,), self.edges.expert[edges])
            asked = self.groups.members((group.per,), np.flatnonzero(of & self.able))[1]
            kept = np.unique(np.r_[member, asked])
            column, row, names = edges[at], np.searchsorted(kept, member), [every[one] for one in kept.tolist()]
        book.add(
            rule, group.label, row=row, column=column, lower=-np.inf if group.least is None else float(group.least),
            upper=np.inf if group.most is None else float(group.most), need=np.full(len(names), -1), subject=names,
            source=group.source or "本次要求",
        )  # fmt: skip
