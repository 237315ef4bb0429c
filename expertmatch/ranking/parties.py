"""The parties to needs: who asks, from which legal person, and which experts of the pool they are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from expertmatch.scenarios.columns import texts
from expertmatch.tables.clean import clean_name, clean_unit, unit_parent
from expertmatch.tables.pool import Pool

_SEVERAL = re.compile(r"[；;、]")
UMBRELLAS = (
    "中国科学院", "中国社会科学院", "中国农业科学院", "中国林业科学研究院", "中国医学科学院", "中国中医科学院",
    "中国工程物理研究院", "中国环境科学研究院", "中国水产科学研究院", "中国热带农业科学院",
    "中国航天科技集团", "中国航天科工集团", "中国航空工业集团", "中国兵器工业集团", "中国船舶集团",
    "中国电子科技集团", "国家电网", "国网", "中国石油", "中国石化", "中国铁路", "中国中铁", "中国铁建", "中国建筑",
)  # fmt: skip
"""Names many legal persons begin with: a shared one is said, but does not bar."""


def umbrella(unit: str) -> str:
    """Return the umbrella a unit's name begins with, or an empty text.

    Examples
    --------
    >>> umbrella("中国科学院地球环境研究所"), umbrella("中国科学院"), umbrella("西北大学")
    ('中国科学院', '', '')
    """
    return next((name for name in UMBRELLAS if unit.startswith(name) and unit != name), "")


@dataclass(frozen=True, eq=False, kw_only=True)
class Parties:
    """Who stands behind each need.

    Parameters
    ----------
    units, parents, people : tuple of frozenset of str
        Of each need: requesters, their legal persons, their people.
    ids : tuple of frozenset of str
        Of each need: experts of the pool who are among its people (same name, same legal person).
    by_unit, by_parent, by_umbrella, by_person, by_person_id, by_id, by_title : dict of str to tuple of int
        Back from a name or id to needs.
    experts_named : dict of str to tuple of str
        Name to the ids of the pool's experts.
    """

    units: tuple[frozenset[str], ...]
    parents: tuple[frozenset[str], ...]
    people: tuple[frozenset[str], ...]
    ids: tuple[frozenset[str], ...]
    by_unit: Mapping[str, tuple[int, ...]]
    by_parent: Mapping[str, tuple[int, ...]]
    by_umbrella: Mapping[str, tuple[int, ...]]
    by_person: Mapping[str, tuple[int, ...]]
    by_person_id: Mapping[str, tuple[int, ...]]
    by_id: Mapping[str, tuple[int, ...]]
    by_title: Mapping[str, tuple[int, ...]]
    experts_named: Mapping[str, tuple[str, ...]]

    @classmethod
    def read(cls, needs: pd.DataFrame, pool: Pool) -> Parties:
        """Read the parties of needs.

        Parameters
        ----------
        needs : DataFrame
            need_id, title, requester, requester_parent, requester_people, as far as they are there.
        pool : Pool
            Experts.

        Returns
        -------
        Parties
        """
        units = tuple(_split(cell) for cell in texts(needs, "requester"))
        parents = tuple(frozenset(unit_parent(unit) or unit for unit in each) for each in units)
        people = tuple(
            frozenset(name for part in cell.split("；") if (name := clean_name(part)))
            for cell in texts(needs, "requester_people")
        )
        named: dict[str, list[tuple[str, str]]] = {}
        columns = (texts(pool.experts, c) for c in ("expert_id", "name", "unit", "unit_parent"))
        for key, name, unit, parent in zip(*columns, strict=True):
            named.setdefault(name, []).append((key, parent or unit))
        ids = tuple(
            frozenset(key for name in names for key, unit in named.get(name, ()) if not here or unit in here)
            for names, here in zip(people, parents, strict=True)
        )
        return cls(
            units=units, parents=parents, people=people, ids=ids,
            by_unit=_back(units),
            by_parent=_back(parents),
            by_umbrella=_back([frozenset(map(umbrella, each)) - {""} for each in parents]),
            by_person=_back(people),
            by_person_id=_back(ids),
            by_id=_back([frozenset({cell}) - {""} for cell in texts(needs, "need_id")]),
            by_title=_back([frozenset({cell}) - {""} for cell in texts(needs, "title")]),
            experts_named={name: tuple(key for key, _ in each) for name, each in named.items()},
        )  # fmt: skip

    def every_person(self) -> Iterator[tuple[int, str]]:
        """Yield need and name, sorted."""
        for need, names in enumerate(self.people):
            for name in sorted(names):
                yield need, name

    def concerned(self, other: str) -> list[int]:
        """Return the needs an entry of a relation is a party to: an expert's id, a person's name, a unit."""
        found = {*self.by_person_id.get(other, ()), *self.by_person.get(clean_name(other), ())}
        unit = clean_unit(other)
        found |= {*self.by_unit.get(unit, ()), *self.by_parent.get(unit_parent(unit) or unit, ())}
        return sorted(found)


def _split(cell: str) -> frozenset[str]:
    return frozenset(unit for part in _SEVERAL.split(cell) if (unit := clean_unit(part)))


def _back(sets: list[frozenset[str]] | tuple[frozenset[str], ...]) -> dict[str, tuple[int, ...]]:
    found: dict[str, list[int]] = {}
    for i, each in enumerate(sets):
        for one in each:
            found.setdefault(one, []).append(i)
    return {one: tuple(places) for one, places in found.items()}
