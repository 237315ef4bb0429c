"""Recusal: which relations bar a candidate from a need, read from the tables.

Grounds are those a scenario lists (DOMAIN: 4.1 recusal grounds; sources and windows stand in its file). A candidate
who is barred stays barred under every id that may be the same person.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from expertmatch.ranking.parties import BETWEEN, Party, read_parties, umbrella
from expertmatch.ranking.registry import Registry, Tie, Work
from expertmatch.scenarios import Recusal
from expertmatch.tables.clean import clean_name
from expertmatch.tables.joining.identity import name_key, suspected_duplicates

Ints = npt.NDArray[np.int64]

LABELS: Mapping[str, str] = {
    "own": "本人或本单位就是需求方",
    "avoid_units": "申报了回避单位",
    "same_unit": "与需求方同一法人单位",
    "kin": "亲属关系",
    "adviser": "师生关系",
    "employment": "任职关系",
    "cowork": "合作关系",
    "earlier_part": "已参与过本项目",
    "same_person": "疑为应回避的同一人",
}
"""What each ground is called."""

_RELATION_KINDS = {"kin": "亲属", "adviser": "师生", "employment": "任职", "cowork": "合作"}
_NOT_TAKEN_PART = ("已推荐", "已邀请", "已拒绝", "已取消")


_Found = tuple[int, str, bool]


class Bar(NamedTuple):
    """One relation between a need and a candidate.

    Parameters
    ----------
    need, candidate : int
        Positions.
    ground : str
        A key of :data:`LABELS`.
    detail : str
        What was found, for people.
    bars : bool
        Whether it bars the candidate; otherwise it is only said.
    """

    need: int
    candidate: int
    ground: str
    detail: str
    bars: bool


@dataclass(frozen=True, eq=False, kw_only=True)
class Recusals:
    """Every relation found, sorted by need, candidate, ground.

    Parameters
    ----------
    rows : tuple of Bar
        The relations.
    candidates : int
        How many candidates there are.
    """

    rows: tuple[Bar, ...] = ()
    candidates: int = 0

    @cached_property
    def keys(self) -> Ints:
        """Need · candidates + candidate of each barred pair, ascending."""
        found = {row.need * self.candidates + row.candidate for row in self.rows if row.bars}
        return np.array(sorted(found), dtype=np.int64)

    def barred(self, need: Ints, candidate: Ints) -> npt.NDArray[np.bool_]:
        """Say which pairs are barred.

        Parameters
        ----------
        need, candidate : ndarray of int64, shape (pairs,)
            Positions.

        Returns
        -------
        ndarray of bool
        """
        return np.isin(need * self.candidates + candidate, self.keys)

    def told(self, need: Ints, candidate: Ints) -> npt.NDArray[np.bool_]:
        """Say between which pairs anything was found, whether it bars or not."""
        found = {row.need * self.candidates + row.candidate for row in self.rows}
        return np.isin(need * self.candidates + candidate, np.array(sorted(found), dtype=np.int64))

    def of_pair(self, need: int, candidate: int) -> list[Bar]:
        """Return what was found between a need and a candidate."""
        return self._by_pair.get((need, candidate), [])

    @cached_property
    def _by_pair(self) -> dict[tuple[int, int], list[Bar]]:
        found: dict[tuple[int, int], list[Bar]] = {}
        for row in self.rows:
            found.setdefault((row.need, row.candidate), []).append(row)
        return found


@dataclass(frozen=True, eq=False, kw_only=True)
class Relations:
    """The relations of a pool's candidates that count, ready for many needs.

    Parameters
    ----------
    registry : Registry
        What the pool says.
    grounds : tuple of Recusal
        What counts.
    as_of : date
        The day windows are counted from.
    """

    registry: Registry
    grounds: tuple[Recusal, ...]
    as_of: date

    def of(self, needs: pd.DataFrame) -> Recusals:
        """Find the relations between needs and candidates.

        Parameters
        ----------
        needs : DataFrame
            As :func:`expertmatch.read_needs` gives them.

        Returns
        -------
        Recusals
        """
        finders: Mapping[str, Callable[[Party, Recusal], Iterator[_Found]]] = {
            "own": self._own, "avoid_units": self._avoided, "same_unit": self._same_unit, "kin": self._related,
            "adviser": self._related, "employment": self._related, "cowork": self._worked,
            "earlier_part": self._earlier,
        }  # fmt: skip
        found = [
            Bar(need, at, recusal.ground, detail, bars)
            for need, party in enumerate(read_parties(needs, self.registry.named) if self.grounds else ())
            for recusal in self.grounds
            for at, detail, bars in finders[recusal.ground](party, recusal)
        ]
        found += self._same_person([bar for bar in found if bar.bars])
        rows = sorted(set(found), key=lambda bar: (bar.need, bar.candidate, not bar.bars, bar.ground, bar.detail))
        return Recusals(rows=tuple(rows), candidates=len(self.registry.candidates))

    # the grounds: position of the candidate, what was found, whether it bars

    def _own(self, party: Party, recusal: Recusal) -> Iterator[_Found]:  # noqa: ARG002 - called as the others are
        for key, name in party.people.items():
            for expert, _ in self.registry.named.get(key, ()):
                known = expert in party.ids
                told = f"{name}即需求方人员" if known else f"与需求方人员{name}同名，单位不同或不详，请核实是否同一人"
                yield from self._at(expert, told, known)
        for name in sorted({*party.units, *party.legal}):
            for at in self.registry.societies.get(name, ()):
                yield at, f"{name}即需求方", True

    def _avoided(self, party: Party, recusal: Recusal) -> Iterator[_Found]:  # noqa: ARG002
        for legal in sorted(party.legal):
            mine = [unit for unit, person in party.units.items() if person == legal]
            for at, unit in self.registry.avoided.get(legal, ()):
                inside = any(one.startswith(unit) for one in mine)
                yield at, f"本人申报回避{unit}" + ("" if inside else "，与需求方同属一个单位，请核实"), inside
            roof = umbrella(legal)
            for at, unit in self.registry.avoided.get(roof, ()) if roof else ():
                yield at, f"本人申报回避{unit}，需求方是其下的{legal}，请核实", False

    def _same_unit(self, party: Party, recusal: Recusal) -> Iterator[_Found]:  # noqa: ARG002
        for legal in sorted(party.legal):
            for at, _ in self.registry.members.get(legal, ()):
                yield at, f"同属{legal}", True
            roof = umbrella(legal)
            for at, unit, other in self.registry.under.get(roof, ()) if roof else ():
                if other not in party.legal:
                    yield at, f"同属{roof}，但不是同一法人（{unit}），请留意", False

    def _earlier(self, party: Party, recusal: Recusal) -> Iterator[_Found]:
        for key in (("id", party.need_id), ("title", party.title)):
            for part in self.registry.parts.get(key, ()):
                if part.state not in _NOT_TAKEN_PART and self._recent(part.day, recusal.years):
                    yield part.at, f"台账：{part.state}（{part.need}）", True

    def _related(self, party: Party, recusal: Recusal) -> Iterator[_Found]:
        kind, registry = _RELATION_KINDS[recusal.ground], self.registry
        called = {*party.ids, *party.people, *party.units, *party.legal}
        for tie in (tie for name in sorted(called) for tie in registry.ties_to.get(name, ())):
            if self._counts(tie, kind, recusal.years):
                yield from self._at(tie.expert, self._told(tie), True)
        for tie in (tie for expert in sorted(party.ids) for tie in registry.ties.get(expert, ())):
            if self._counts(tie, kind, recusal.years):
                for expert, sure in self._meant(tie.other):
                    if expert != tie.expert:
                        yield from self._at(expert, self._told(tie), sure)

    def _worked(self, party: Party, recusal: Recusal) -> Iterator[_Found]:
        yield from self._related(party, recusal)
        for key, name in party.people.items():
            for work in self.registry.works_naming.get(key, ()):
                yield from self._written(work, name, recusal)
        for expert in sorted(party.ids):
            for own in self.registry.works.get(expert, ()):
                for work in self.registry.works_of_id.get(own.work_id, ()):
                    if work.expert not in party.ids:
                        yield from self._written(work, self._called(expert), recusal)

    def _written(self, work: Work, name: str, recusal: Recusal) -> Iterator[_Found]:
        if work.day and work.day > self.as_of.isoformat()[: len(work.day)]:
            return
        recent = recusal.years is None or (bool(work.day) and self._recent(work.day, recusal.years))
        if recent or not work.day:
            told = f"与{name}合作《{work.title}》（{work.day or '时间不明，请核实'}）"
            yield from self._at(work.expert, told, recent)

    def _same_person(self, bars: Sequence[Bar]) -> Iterator[Bar]:
        registry = self.registry
        barred = [(bar, registry.candidates[bar.candidate]) for bar in bars]
        names = {name_key(registry.names.get(key, "")) for _, (kind, key) in barred if kind == "expert"}
        alike = sorted(key for name in names for key, _ in registry.named.get(name, ()))
        if len(alike) < 2:
            return
        experts = registry.pool.experts
        others: dict[str, set[str]] = {}
        pairs = suspected_duplicates(experts[experts["expert_id"].isin(alike)])
        for a, b in zip(pairs["expert_id"], pairs["other_id"], strict=True):
            others.setdefault(a, set()).add(b)
            others.setdefault(b, set()).add(a)
        for bar, (kind, key) in barred:
            for other in sorted(others.get(key, ())) if kind == "expert" else ():
                for at, told, _ in self._at(other, f"与{self._called(key)}疑为同一人：{bar.detail}", True):
                    yield Bar(bar.need, at, "same_person", told, True)

    # small things

    def _at(self, expert: str, told: str, bars: bool) -> Iterator[_Found]:
        at = self.registry.place.get(("expert", expert))
        if at is not None:
            yield at, told, bars

    def _counts(self, tie: Tie, kind: str, years: float | None) -> bool:
        """Say whether a relation counts: begun by the day, and not over for longer than the window.

        One whose kind is not written, or none of those known, counts as any: it must not pass in silence.
        """
        if tie.kind != kind and tie.kind in _RELATION_KINDS.values():
            return False
        begun = not tie.since or tie.since <= self.as_of.isoformat()[: len(tie.since)]
        return begun and self._recent(tie.until, years)

    def _recent(self, day: str, years: float | None) -> bool:
        """Say whether a day is within the window; one without month or day as late as it can be, none always."""
        return years is None or not day or day >= _years_before(self.as_of, years)[: len(day)]

    def _called(self, who: str) -> str:
        return self.registry.names.get(who) or who

    def _told(self, tie: Tie) -> str:
        when = f"（{tie.since or '?'}至{tie.until or '今'}）" if tie.since or tie.until else ""
        return f"{tie.kind or '关系类型未写'}：{self._called(tie.expert)}与{self._called(tie.other)}{when}"

    def _meant(self, other: str) -> Iterator[tuple[str, bool]]:
        """Yield the experts an entry of a relation may mean, and whether that is sure."""
        for part in BETWEEN.split(other):
            if part in self.registry.names:
                yield part, True
            else:
                found = self.registry.named.get(name_key(clean_name(part)), ())
                yield from ((expert, len(found) == 1) for expert, _ in found)


def _years_before(day: date, years: float) -> str:
    """Return the day so many years earlier, in whole months; the month's last where it has no such day.

    Examples
    --------
    >>> _years_before(date(2024, 2, 29), 3), _years_before(date(2024, 2, 29), 0.5)
    ('2021-02-28', '2023-08-29')
    """
    year, month = divmod(day.year * 12 + day.month - 1 - round(years * 12), 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1])).isoformat()
