"""What a pool says of its people's relations, ready to be looked up for a need: read once, whatever the needs."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, TypeVar

from expertmatch.ranking.parties import BETWEEN, umbrella, units_of
from expertmatch.scenarios.columns import texts
from expertmatch.tables.clean import clean_name
from expertmatch.tables.joining.identity import name_key
from expertmatch.tables.pool import Pool

_T = TypeVar("_T")
_K = TypeVar("_K", bound=Hashable)


class Tie(NamedTuple):
    """A row of the relations table."""

    expert: str
    other: str
    kind: str
    since: str
    until: str


class Work(NamedTuple):
    """A work of an expert, with the day as far as it is known."""

    expert: str
    title: str
    day: str
    work_id: str


class Part(NamedTuple):
    """A part somebody had in a need, by the service record."""

    at: int
    state: str
    day: str
    need: str


@dataclass(frozen=True, eq=False, kw_only=True)
class Registry:
    """The relations of a pool's candidates.

    Parameters
    ----------
    pool : Pool
        Experts, works, societies, relations, engagements.
    candidates : sequence of (kind, id)
        In the order of the index.
    """

    pool: Pool
    candidates: Sequence[tuple[str, str]]

    @cached_property
    def place(self) -> Mapping[tuple[str, str], int]:
        """Position of each candidate."""
        return {pair: i for i, pair in enumerate(self.candidates)}

    @cached_property
    def names(self) -> Mapping[str, str]:
        """Name of each expert of the pool, by id."""
        return dict(zip(texts(self.pool.experts, "expert_id"), texts(self.pool.experts, "name"), strict=True))

    @cached_property
    def named(self) -> Mapping[str, list[tuple[str, frozenset[str]]]]:
        """Id and legal persons of the pool's experts, by what names are compared by."""
        return _grouped(
            (name_key(self.names[key]), (key, frozenset(units.values()))) for key, units in self._units.items()
        )

    @cached_property
    def members(self) -> Mapping[str, list[tuple[int, str]]]:
        """Candidates of each legal person, with the unit; a society is of its own and of the body it hangs on."""
        found = [(legal, (at, unit)) for at, unit, legal in self._belonging]
        return _grouped(found)

    @cached_property
    def under(self) -> Mapping[str, list[tuple[int, str, str]]]:
        """Candidates under each umbrella, with unit and legal person."""
        return _grouped((umbrella(legal), (at, unit, legal)) for at, unit, legal in self._belonging if umbrella(legal))

    @cached_property
    def societies(self) -> Mapping[str, list[int]]:
        """Societies among the candidates by name."""
        table = self.pool.societies
        pairs = zip(texts(table, "society_id"), texts(table, "name"), strict=True)
        return _grouped((name, self.place["society", key]) for key, name in pairs if ("society", key) in self.place)

    @cached_property
    def avoided(self) -> Mapping[str, list[tuple[int, str]]]:
        """Candidates and the unit they asked not to serve, by its legal person."""
        table = self.pool.experts
        cells = zip(texts(table, "expert_id"), texts(table, "avoid_units"), strict=True)
        return _grouped(
            (legal, (self.place["expert", key], unit))
            for key, cell in cells
            if cell and ("expert", key) in self.place
            for unit, legal in units_of(cell).items()
        )

    @cached_property
    def ties(self) -> Mapping[str, list[Tie]]:
        """Relations by the expert they are told of."""
        return _grouped((tie.expert, tie) for tie in self._ties)

    @cached_property
    def ties_to(self) -> Mapping[str, list[Tie]]:
        """Relations by what the other may be called: an id, what a name is compared by, a unit, a legal person."""
        return _grouped((name, tie) for tie in self._ties for name in sorted(names_of(tie.other)))

    @cached_property
    def works(self) -> Mapping[str, list[Work]]:
        """Works by their expert."""
        return _grouped((work.expert, work) for work, _ in self._works)

    @cached_property
    def works_of_id(self) -> Mapping[str, list[Work]]:
        """Works by their id."""
        return _grouped((work.work_id, work) for work, _ in self._works if work.work_id)

    @cached_property
    def works_naming(self) -> Mapping[str, list[Work]]:
        """Works by what the names of their authors are compared by, the expert's own left out."""
        return _grouped(
            (key, work)
            for work, authors in self._works
            for key in map(name_key, authors)
            if key and key != name_key(self.names.get(work.expert, ""))
        )

    @cached_property
    def parts(self) -> Mapping[tuple[str, str], list[Part]]:
        """Parts in needs, by ``("id", need id)`` and by ``("title", title)``."""
        found = []
        columns = (texts(self.pool.engagements, c) for c in ("need_id", "need_title", "candidate_id", "state", "date"))
        for need_id, title, who, state, day in zip(*columns, strict=True):
            at = self.place.get(("expert", who), self.place.get(("society", who)))
            if at is not None:
                part = Part(at, state, day, title or need_id)
                found += [(key, part) for key in (("id", need_id), ("title", title)) if key[1]]
        return _grouped(found)

    @cached_property
    def _units(self) -> Mapping[str, Mapping[str, str]]:
        """Units of the pool's experts with their legal persons."""
        columns = (texts(self.pool.experts, c) for c in ("expert_id", "unit", "unit_parent"))
        return {
            key: units_of(unit) if "、" in unit or not parent else {unit: parent}
            for key, unit, parent in zip(*columns, strict=True)
        }

    @cached_property
    def _belonging(self) -> list[tuple[int, str, str]]:
        """Position, unit and legal person of every candidate."""
        found = [
            (self.place["expert", key], unit, legal)
            for key, units in self._units.items()
            if ("expert", key) in self.place
            for unit, legal in units.items()
        ]
        columns = (texts(self.pool.societies, c) for c in ("society_id", "name", "parent"))
        for key, *units in zip(*columns, strict=True):
            if ("society", key) in self.place:
                at = self.place["society", key]
                found += [(at, unit, legal) for cell in units for unit, legal in units_of(cell).items()]
        return found

    @cached_property
    def _ties(self) -> list[Tie]:
        columns = (texts(self.pool.relations, c) for c in ("expert_id", "other", "kind", "since", "until"))
        return [Tie(*row) for row in zip(*columns, strict=True)]

    @cached_property
    def _works(self) -> list[tuple[Work, list[str]]]:
        columns = (texts(self.pool.works, c) for c in ("expert_id", "title", "date", "year", "work_id", "authors"))
        return [
            (Work(expert, title, day or year, work_id), authors.split("；"))
            for expert, title, day, year, work_id, authors in zip(*columns, strict=True)
        ]


def names_of(other: str) -> set[str]:
    """Return what an entry of a relation may be: an id, what a name is compared by, a unit, a legal person.

    Examples
    --------
    >>> sorted(names_of("西北大学化工学院"))
    ['西北大学', '西北大学化工学院']
    """
    parts = BETWEEN.split(other)
    units = units_of(other)
    return {*parts, *(name_key(clean_name(part)) for part in parts), *units, *units.values()} - {""}


def _grouped(pairs: Iterable[tuple[_K, _T]]) -> dict[_K, list[_T]]:
    found: dict[_K, list[_T]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return found
