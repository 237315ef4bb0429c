"""A plan beside the tables it was made of, looked up by id: what every check reads."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import NamedTuple

import numpy as np
import pandas as pd

from expertmatch.errors import SettingError
from expertmatch.graph.disciplines import DisciplineTree, own_tree
from expertmatch.planning.check_notes import Notes
from expertmatch.planning.settings import PlanSettings
from expertmatch.planning.wanted import wanted_of
from expertmatch.scenarios import Role, Scenario
from expertmatch.scenarios.columns import texts
from expertmatch.scenarios.facts import CandidateFacts, NeedFacts
from expertmatch.scenarios.fields import ACTIVE_STATES
from expertmatch.scenarios.people import People
from expertmatch.tables.pool import Pool

PLACE_COLUMNS = (
    "need_id", "scenario", "place", "role", "candidate_kind", "candidate_id", "name", "score", "locked",
)  # fmt: skip
Score = Callable[[pd.DataFrame], pd.DataFrame]
Codes = Mapping[tuple[str, str], frozenset[str]]
Who = tuple[str, str]
"""Kind and id of a candidate; of the requester's own people ``requester`` and need and name."""
MOST_PAIRS = 200_000
"""How many pairs of needs and candidates are scored at most to see what else could have been."""
_DEFAULT_CAPACITY: int = Scenario.model_fields["capacity"].default


class Place(NamedTuple):
    """A row of the plan, as it stands there."""

    need_id: str
    scenario: str
    place: float
    role: str
    kind: str
    key: str
    name: str
    score: float
    locked: bool

    @property
    def who(self) -> Who:
        """Whom it names."""
        return (self.kind, f"{self.need_id}\n{self.name}") if self.kind == "requester" else (self.kind, self.key)


@dataclass(frozen=True, eq=False, kw_only=True)
class Book:
    """A plan and its tables.

    Parameters
    ----------
    frame : DataFrame
        The filled places.
    unserved, broken : DataFrame
        What the plan says it lacks.
    loads, teams : DataFrame or None
        What it says of candidates and of needs.
    needs : DataFrame
        The needs.
    pool : Pool
        The tables.
    scenarios : dict of str to Scenario or None
        As they are on the day.
    scenario_of : dict of str to str
        Need id to name of the scenario, where that is known.
    settings : PlanSettings
        What was asked.
    as_of : date
        The day.
    score : callable or None
        Scores of pairs.
    codes : dict of (kind, id) to frozenset of str, or None
        Disciplines of candidates; what they declare where it is not given.
    need_codes : dict of str to frozenset of str, or None
        Disciplines of needs, likewise.
    """

    frame: pd.DataFrame
    unserved: pd.DataFrame
    broken: pd.DataFrame
    loads: pd.DataFrame | None
    teams: pd.DataFrame | None
    needs: pd.DataFrame
    pool: Pool
    scenarios: Mapping[str, Scenario | None]
    scenario_of: Mapping[str, str]
    settings: PlanSettings
    as_of: date
    score: Score | None = None
    codes: Codes | None = None
    need_codes: Mapping[str, frozenset[str]] | None = None
    notes: Notes = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "notes", Notes(self.broken, self.unserved))

    # the plan

    @cached_property
    def places(self) -> list[Place]:
        """Every row of the plan."""
        missing = [name for name in PLACE_COLUMNS if name not in self.frame]
        if missing:
            name = "places"
            raise SettingError(name, list(map(str, self.frame.columns)), f"有 {'、'.join(PLACE_COLUMNS)} 各列的方案表")
        cells = {name: texts(self.frame, name) for name in PLACE_COLUMNS}
        numbers = ([_number(cell) for cell in cells[name]] for name in ("place", "score"))
        locked = [bool(cell) and not pd.isna(cell) for cell in self.frame["locked"]]
        first = (cells[name] for name in ("need_id", "scenario"))
        middle = (cells[name] for name in ("role", "candidate_kind", "candidate_id", "name"))
        place, score = numbers
        return [Place(*row) for row in zip(*first, place, *middle, score, locked, strict=True)]

    @cached_property
    def chosen(self) -> list[Place]:
        """The places of candidates of the pool, of needs that there are: what all further rules speak of."""
        return [one for one in self.places if one.need_id in self.need_at and one.who in self.known]

    @cached_property
    def own(self) -> list[Place]:
        """The places of the requester's own people, each once a need."""
        found = {one.who: one for one in self.places if one.kind == "requester" and one.need_id in self.need_at}
        return list(found.values())

    @cached_property
    def team(self) -> Mapping[str, list[Place]]:
        """The places of candidates of the pool by need; every need is there."""
        found: dict[str, list[Place]] = {need_id: [] for need_id in self.need_at}
        for one in self.chosen:
            found[one.need_id].append(one)
        return found

    @cached_property
    def everybody(self) -> Mapping[str, list[Place]]:
        """The places of each need with those of the requester's own people."""
        found = {need_id: [*team] for need_id, team in self.team.items()}
        for one in self.own:
            found[one.need_id].append(one)
        return found

    @cached_property
    def of_candidate(self) -> Mapping[Who, list[Place]]:
        """The places of each candidate of the pool, by kind and id."""
        found: dict[Who, list[Place]] = {}
        for one in self.chosen:
            found.setdefault(one.who, []).append(one)
        return dict(sorted(found.items()))

    # the needs

    @cached_property
    def need_at(self) -> Mapping[str, int]:
        """Where each need stands."""
        return {need_id: i for i, need_id in enumerate(texts(self.needs, "need_id"))}

    def need_cell(self, need_id: str, column: str) -> str:
        """Return a cell of a need."""
        return self._need_cells(column)[self.need_at[need_id]]

    def own_people(self, need_id: str) -> set[str]:
        """Return the names of the requester's people."""
        return _names_in(self.need_cell(need_id, "requester_people"))

    def _need_cells(self, column: str) -> list[str]:
        if column not in self._cells:
            self._cells[column] = texts(self.needs, column)
        return self._cells[column]

    @cached_property
    def _cells(self) -> dict[str, list[str]]:
        return {}

    @cached_property
    def named_scenario(self) -> Mapping[str, str]:
        """The scenario of every need: as given, as its places say, as its kind says, or the only one there is."""
        said: dict[str, str] = {}
        for one in self.places:
            if one.scenario in self.scenarios:
                said.setdefault(one.need_id, one.scenario)
        kinds = {kind: name for name, one in self.scenarios.items() if one is not None for kind in one.need_kinds}
        only = next(iter(self.scenarios)) if len(self.scenarios) == 1 else ""
        return {
            need_id: self.scenario_of.get(need_id)
            or said.get(need_id)
            or (only if len(self.scenarios) == 1 else kinds.get(self.need_cell(need_id, "kind"), ""))
            for need_id in self.need_at
        }

    def scenario(self, need_id: str) -> Scenario | None:
        """Return the scenario of a need."""
        return self.scenarios.get(self.named_scenario[need_id])

    @cached_property
    def by_scenario(self) -> Mapping[str, list[str]]:
        """Needs by the name of their scenario, in the order of the needs."""
        found: dict[str, list[str]] = {}
        for need_id, name in self.named_scenario.items():
            found.setdefault(name, []).append(need_id)
        return found

    @cached_property
    def wanted(self) -> Mapping[str, tuple[int, int]]:
        """How many each need must have at least, and can have."""
        found: dict[str, tuple[int, int]] = {}
        for name, ids in self.by_scenario.items():
            rows = self.needs.iloc[[self.need_at[need_id] for need_id in ids]]
            least, most = wanted_of(rows, self.scenarios.get(name), self.settings)
            found.update(zip(ids, zip(least.tolist(), most.tolist(), strict=True), strict=True))
        return found

    # the candidates

    @cached_property
    def known(self) -> Mapping[Who, str]:
        """Name of every candidate of the pool, by kind and id."""
        experts = zip(texts(self.pool.experts, "expert_id"), texts(self.pool.experts, "name"), strict=True)
        societies = zip(texts(self.pool.societies, "society_id"), texts(self.pool.societies, "name"), strict=True)
        found = {("expert", key): name for key, name in experts}
        return found | {("society", key): name for key, name in societies}

    def called(self, kind: str, key: str) -> str:
        """Return what a candidate is called: name and id."""
        name = self.known.get((kind, key), "")
        return f"{name}（{key}）" if name else key

    def person(self, one: Place) -> str:
        """Return what the person in a place is called."""
        return one.name if one.kind == "requester" else self.called(one.kind, one.key)

    @cached_property
    def capacity(self) -> Mapping[Who, int]:
        """How much each candidate can take on in all: as asked, their own, or the largest of the scenarios'."""
        given = self.settings.capacity
        asked = [self.scenarios.get(name) for name in self.named_scenario.values()]
        usual = max((_DEFAULT_CAPACITY if one is None else one.capacity for one in asked), default=_DEFAULT_CAPACITY)
        own: dict[Who, int] = {}
        for kind, table in (("expert", self.pool.experts), ("society", self.pool.societies)):
            cells = zip(texts(table, f"{kind}_id"), texts(table, "capacity"), strict=True)
            own |= {(kind, key): int(float(cell)) for key, cell in cells if cell}
        return {who: given if given is not None else own.get(who, usual) for who in self.known}

    @cached_property
    def held(self) -> Mapping[str, int]:
        """How much the ledger holds open for each id on the day."""
        found: dict[str, int] = {}
        columns = (texts(self.pool.engagements, name) for name in ("candidate_id", "state", "date"))
        for key, state, when in zip(*columns, strict=True):
            later = bool(when) and when > self.as_of.isoformat()[: len(when)]
            if state in ACTIVE_STATES and not later:
                found[key] = found.get(key, 0) + 1
        return found

    # facts

    @cached_property
    def tree(self) -> DisciplineTree:
        """Where disciplines are looked up."""
        return own_tree()

    def facts_of(self, candidates: Sequence[Who]) -> CandidateFacts:
        """Return what the tables say of candidates of the pool, in the table of memberships too."""
        codes = self.codes if self.codes is not None else self._declared(candidates)
        facts = CandidateFacts.of_pool(self.pool, candidates, self.as_of, codes=codes)
        cells = [
            "；".join(filter(None, [cell, *(self._offices.get(key, ()) if kind == "expert" else ())]))
            for (kind, key), cell in zip(candidates, facts.text("societies"), strict=True)
        ]
        return replace(facts, frame=facts.frame.assign(societies=np.array(cells, dtype=object)))

    @cached_property
    def _offices(self) -> Mapping[str, list[str]]:
        """The societies each expert is a member of, by the table of memberships."""
        found: dict[str, list[str]] = {}
        for key, society in zip(
            *(texts(self.pool.memberships, f"{one}_id") for one in ("expert", "society")), strict=True
        ):
            found.setdefault(key, []).append(self.known.get(("society", society), "") or society)
        return found

    def _declared(self, candidates: Sequence[Who]) -> Codes:
        cells: dict[Who, str] = {}
        for kind, table in (("expert", self.pool.experts), ("society", self.pool.societies)):
            found = zip(texts(table, f"{kind}_id"), texts(table, "disciplines"), strict=True)
            cells |= {(kind, key): cell for key, cell in found}
        codes = {who: frozenset(self.tree.find_all(cells.get(who, ""))[0]) for who in candidates}
        return {who: each for who, each in codes.items() if each}

    @cached_property
    def people(self) -> People:
        """Everybody who stands in the plan, each once: candidates of the pool, then the requester's own people."""
        facts = self.facts_of(list(self.of_candidate))
        own = [self._own_row(one) for one in self.own]
        frame = pd.concat([facts.frame, pd.DataFrame(own, dtype=object)], ignore_index=True).fillna("")
        mine = np.arange(len(frame)) >= len(facts)
        return People(facts=replace(facts, frame=frame), roles=("",) * len(frame), own=mine)

    def _own_row(self, one: Place) -> dict[str, str]:
        """Return what is known of somebody of the requester's: the unit where only one asks."""
        requester = self.need_cell(one.need_id, "requester")
        single = not any(mark in requester for mark in "；;、")
        unit, parent = (requester, self.need_cell(one.need_id, "requester_parent")) if single else ("", "")
        name = one.name.split("（")[0]
        return {"kind": "expert", "id": f"需求方：{one.need_id}：{name}", "name": name, "unit": unit,
                "unit_parent": parent}  # fmt: skip

    @cached_property
    def row_of(self) -> Mapping[Who, int]:
        """Where each stands among :attr:`people`."""
        return {who: i for i, who in enumerate([*self.of_candidate, *(one.who for one in self.own)])}

    @cached_property
    def listed(self) -> Mapping[str, list[int]]:
        """Who stands on the list of each need, each once, as positions in :attr:`people`."""
        return {
            need_id: list(dict.fromkeys(self.row_of[one.who] for one in each))
            for need_id, each in self.everybody.items()
        }

    @cached_property
    def need_facts(self) -> NeedFacts:
        """What the tables say of the needs."""
        ids, given = list(self.need_at), self.need_codes
        if given is not None:
            return NeedFacts(frame=self.needs, codes=tuple(given.get(need_id, frozenset()) for need_id in ids))
        cells = self._need_cells("disciplines")
        return NeedFacts(frame=self.needs, codes=tuple(frozenset(self.tree.find_all(cell)[0]) for cell in cells))

    # what else could have been

    @cached_property
    def scored(self) -> pd.DataFrame | None:
        """Scores of all pairs of needs and candidates that may be, where they are few enough to ask for them all."""
        if self.score is None or len(self.need_at) * len(self.known) > MOST_PAIRS:
            return None
        pairs = pd.DataFrame(
            [(need_id, key, kind) for need_id in self.need_at for kind, key in self.known],
            columns=["need_id", "candidate_id", "candidate_kind"],
        )
        found = self.score(pairs)
        pairs["score"] = found["score"].to_numpy()
        may = found["eligible"].fillna(True).astype(bool).to_numpy() if "eligible" in found else True
        columns = (pairs[name] for name in ("need_id", "candidate_kind", "candidate_id"))
        no = [self.meant(*row) & self._forbidden for row in zip(*columns, strict=True)]
        return pairs[(pairs["score"] > 0) & may & ~np.array(no, dtype=bool)]

    @staticmethod
    def meant(need_id: str, kind: str, key: str) -> set[tuple[str, str]]:
        """Return how the settings may name a pair."""
        return {(need_id, key), (need_id, f"{kind}:{key}")}

    @cached_property
    def _forbidden(self) -> frozenset[tuple[str, str]]:
        return frozenset(self.settings.forbidden)

    def role_of(self, one: Place) -> Role | None:
        """Return the role of the pool a place names; ``None`` where the scenario has none so called."""
        scenario = self.scenario(one.need_id)
        if scenario is None:
            return None
        if not any(role.come_from == "pool" for role in scenario.roles):
            return scenario.pool_roles[0] if not one.role else None
        return next((role for role in scenario.roles if role.label == one.role and role.come_from == "pool"), None)


def _names_in(cell: str) -> set[str]:
    """Return the names in a cell of 需求方人员."""
    return {part.split("（")[0].strip() for part in re.split(r"[；;、，,]", cell)} - {""}


def _number(cell: str) -> float:
    try:
        return float(cell)
    except ValueError:
        return math.nan
