"""Recusal: which relations bar a candidate from a need, read from the tables.

Grounds are those a scenario lists (DOMAIN: 4.1 recusal grounds; sources and windows stand in its file). A candidate
who is barred stays barred under every id that may be the same person.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from expertmatch.ranking.parties import Parties, umbrella
from expertmatch.scenarios import Recusal
from expertmatch.scenarios.columns import texts
from expertmatch.tables.clean import clean_name, clean_unit, unit_parent
from expertmatch.tables.joining.identity import suspected_duplicates
from expertmatch.tables.pool import Pool

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
_NOT_TAKEN_PART = ("已推荐", "已拒绝", "已取消")


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
    """The relations of a pool's candidates, ready for many needs.

    Parameters
    ----------
    pool : Pool
        Experts, works, societies, relations, engagements.
    candidates : sequence of (kind, id)
        In the order of the index.
    grounds : tuple of Recusal
        What counts.
    as_of : date
        The day windows are counted from.
    """

    pool: Pool
    candidates: Sequence[tuple[str, str]]
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
        parties = Parties.read(needs, self.pool)
        found: list[Bar] = []
        for recusal in self.grounds:
            finders = {"own": self._own, "avoid_units": self._avoided, "same_unit": self._same_unit,
                       "earlier_part": self._earlier}  # fmt: skip
            if recusal.ground in finders:
                found.extend(finders[recusal.ground](parties))
            else:
                found.extend(self._related(parties, recusal))
            if recusal.ground == "cowork":
                found.extend(self._written_together(parties, recusal))
        found.extend(self._same_person([bar for bar in found if bar.bars]))
        rows = sorted(set(found), key=lambda bar: (bar.need, bar.candidate, not bar.bars, bar.ground, bar.detail))
        return Recusals(rows=tuple(rows), candidates=len(self.candidates))

    # the grounds

    def _own(self, parties: Parties) -> Iterator[Bar]:
        for need, name in parties.every_person():
            for expert in parties.experts_named.get(name, ()):
                at = self._place.get(("expert", expert))
                if at is None:
                    continue
                known = expert in parties.ids[need]
                detail = f"{name}即需求方人员" if known else f"与需求方人员{name}同名，单位不同，请核实是否同一人"
                yield Bar(need, at, "own", detail, known)
        for need, units in enumerate(parties.units):
            for society, at in self._societies:
                if society in units:
                    yield Bar(need, at, "own", f"{society}即需求方", True)

    def _avoided(self, parties: Parties) -> Iterator[Bar]:
        for expert, cell in zip(texts(self.pool.experts, "expert_id"), self._avoid, strict=True):
            at = self._place.get(("expert", expert))
            if at is None or not cell:
                continue
            for unit in (clean_unit(part) for part in cell.split("；") if part.strip()):
                for need in parties.by_unit.get(unit, ()):
                    yield Bar(need, at, "avoid_units", f"本人申报回避{unit}", True)
                for need in parties.by_parent.get(unit_parent(unit), ()):
                    if need in parties.by_unit.get(unit, ()):
                        continue
                    inside = any(mine.startswith(unit) for mine in parties.units[need])
                    told = f"本人申报回避{unit}" + ("" if inside else "，与需求方同属一个单位，请核实")
                    yield Bar(need, at, "avoid_units", told, inside)

    def _same_unit(self, parties: Parties) -> Iterator[Bar]:
        for at, unit, parent in self._units:
            if not parent:
                continue
            for need in parties.by_parent.get(parent, ()):
                yield Bar(need, at, "same_unit", f"同属{parent}", True)
            roof = umbrella(parent)
            for need in parties.by_umbrella.get(roof, ()) if roof else ():
                if need not in parties.by_parent.get(parent, ()):
                    yield Bar(need, at, "same_unit", f"同属{roof}，但不是同一法人（{unit}），请留意", False)

    def _earlier(self, parties: Parties) -> Iterator[Bar]:
        columns = (texts(self.pool.engagements, c) for c in ("need_id", "need_title", "candidate_id", "state"))
        for need_id, title, who, state in zip(*columns, strict=True):
            if state in _NOT_TAKEN_PART:
                continue
            at = self._place.get(("expert", who), self._place.get(("society", who)))
            if at is None:
                continue
            for need in sorted({*parties.by_id.get(need_id, ()), *parties.by_title.get(title, ())}):
                yield Bar(need, at, "earlier_part", f"台账：{state}（{title or need_id}）", True)

    def _related(self, parties: Parties, recusal: Recusal) -> Iterator[Bar]:
        kind = _RELATION_KINDS[recusal.ground]
        table = self.pool.relations
        columns = (texts(table, c) for c in ("expert_id", "other", "kind", "since", "until"))
        for expert, other, sort, since, until in zip(*columns, strict=True):
            if sort != kind or not self._counts(since, until, recusal.years):
                continue
            told = f"{kind}：{self._called(expert)}与{self._called(other)}{_when(since, until)}"
            at = self._place.get(("expert", expert))
            if at is not None:
                for need in parties.concerned(other):
                    yield Bar(need, at, recusal.ground, told, True)
            others, sure = self._experts_called(other, parties)
            for need in sorted(parties.by_person_id.get(expert, ())):
                for one in others:
                    place = self._place.get(("expert", one))
                    if place is not None and one != expert:
                        yield Bar(need, place, recusal.ground, told, sure)

    def _written_together(self, parties: Parties, recusal: Recusal) -> Iterator[Bar]:
        first = None if recusal.years is None else self.as_of.year - recusal.years
        columns = (texts(self.pool.works, c) for c in ("expert_id", "authors", "year", "title"))
        for expert, authors, year, title in zip(*columns, strict=True):
            at = self._place.get(("expert", expert))
            if at is None or not parties.by_person:
                continue
            for name in authors.split("；"):
                for need in parties.by_person.get(name, ()):
                    if name == self._names.get(expert):
                        continue  # one's own name: a namesake at most, which `own` tells
                    recent = first is None or (bool(year) and int(year) >= first)
                    if recent or not year:
                        told = f"与{name}合作《{title}》（{year or '年份不明，请核实'}）"
                        yield Bar(need, at, "cowork", told, recent)

    def _same_person(self, bars: Sequence[Bar]) -> Iterator[Bar]:
        named = {self.candidates[bar.candidate][1] for bar in bars if self.candidates[bar.candidate][0] == "expert"}
        names = {self._names.get(expert, "") for expert in named} - {""}
        alike = self.pool.experts[self.pool.experts["name"].isin(names)]
        if len(alike) < 2:
            return
        others: dict[str, set[str]] = {}
        pairs = suspected_duplicates(alike)
        for a, b in zip(pairs.iloc[:, 0].astype(str), pairs.iloc[:, 1].astype(str), strict=True):
            others.setdefault(a, set()).add(b)
            others.setdefault(b, set()).add(a)
        for bar in bars:
            for other in sorted(others.get(self.candidates[bar.candidate][1], ())):
                at = self._place.get(("expert", other))
                if at is not None:
                    told = f"与{self._called(self.candidates[bar.candidate][1])}疑为同一人：{bar.detail}"
                    yield Bar(bar.need, at, "same_person", told, True)

    # small things

    @cached_property
    def _place(self) -> dict[tuple[str, str], int]:
        return {pair: i for i, pair in enumerate(self.candidates)}

    def _counts(self, since: str, until: str, years: float | None) -> bool:
        """Say whether a relation counts: begun by the day, and not over for longer than the window."""
        day = self.as_of.isoformat()
        if since and since > day[: len(since)]:
            return False
        return years is None or not until or int(until[:4]) >= self.as_of.year - years

    @cached_property
    def _names(self) -> dict[str, str]:
        return dict(zip(texts(self.pool.experts, "expert_id"), texts(self.pool.experts, "name"), strict=True))

    @cached_property
    def _avoid(self) -> list[str]:
        return texts(self.pool.experts, "avoid_units")

    @cached_property
    def _units(self) -> list[tuple[int, str, str]]:
        """Place, unit and legal person of every candidate; of a society the body it hangs on."""
        found = []
        experts, societies = self.pool.experts, self.pool.societies
        for key, unit, parent in zip(*(texts(experts, c) for c in ("expert_id", "unit", "unit_parent")), strict=True):
            if ("expert", key) in self._place:
                found.append((self._place["expert", key], unit, parent or unit))
        for key, parent in zip(texts(societies, "society_id"), texts(societies, "parent"), strict=True):
            if ("society", key) in self._place:
                found.append((self._place["society", key], parent, unit_parent(parent)))
        return found

    @cached_property
    def _societies(self) -> list[tuple[str, int]]:
        table = self.pool.societies
        pairs = zip(texts(table, "society_id"), texts(table, "name"), strict=True)
        return [(name, self._place["society", key]) for key, name in pairs if ("society", key) in self._place]

    def _called(self, who: str) -> str:
        return self._names.get(who) or who

    def _experts_called(self, other: str, parties: Parties) -> tuple[tuple[str, ...], bool]:
        """Return the experts an entry may mean, and whether that is sure."""
        if other in self._names:
            return (other,), True
        found = tuple(parties.experts_named.get(clean_name(other), ()))
        return found, len(found) == 1


def _when(since: str, until: str) -> str:
    return f"（{since or '?'}至{until or '今'}）" if since or until else ""
