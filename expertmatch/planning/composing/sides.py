"""The two sides of a plan: needs of one or several rankings, and who could serve them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import NamedTuple

import numpy as np
import pandas as pd

from expertmatch.errors import InputError, Problem, SettingError, UnknownNameError
from expertmatch.graph.disciplines import own_tree
from expertmatch.planning.composing.own_people import OwnPeople
from expertmatch.planning.composing.wanted import wanted_of
from expertmatch.planning.settings import PlanSettings
from expertmatch.ranking import Ranking
from expertmatch.ranking.candidates import Asked, Candidates, candidate_key
from expertmatch.scenarios import Role, Scenario
from expertmatch.scenarios.columns import Flags, Floats, Ints, texts
from expertmatch.scenarios.facts import CandidateFacts, NeedFacts
from expertmatch.scenarios.pairs import PairFacts
from expertmatch.scenarios.people import People, read_ledger
from expertmatch.tables.pool import Pool

_DEFAULT_CAPACITY: int = Scenario.model_fields["capacity"].default


class Pairs(NamedTuple):
    """Pairs of needs and candidates with their scores, by position in the plan.

    Parameters
    ----------
    need, expert : ndarray of int64
        Positions.
    score : ndarray of float64
        As the ranking gives it.
    """

    need: Ints
    expert: Ints
    score: Floats

    def take(self, places: Ints | Flags | slice) -> Pairs:
        """Return some of them."""
        return Pairs(self.need[places], self.expert[places], self.score[places])

    @classmethod
    def joined(cls, parts: Sequence[Pairs]) -> Pairs:
        """Put pairs behind each other."""
        if not parts:
            return cls(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), np.empty(0))
        return cls(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


@dataclass(frozen=True, eq=False, kw_only=True)
class Section:
    """The needs of one scenario.

    Parameters
    ----------
    ranking : Ranking
        Of one scenario, or of none.
    needs : ndarray of int64
        Where its needs stand in the plan.
    """

    ranking: Ranking
    needs: Ints

    @property
    def candidates(self) -> Candidates:
        """Who can be recommended, and how they are scored."""
        return self.ranking.candidates

    @property
    def scenario(self) -> Scenario | None:
        """The scenario as it is on the day."""
        return None if self.candidates.gate is None else self.candidates.gate.scenario

    @property
    def name(self) -> str:
        """The scenario's name, empty without one."""
        return "" if self.scenario is None else self.scenario.name

    @cached_property
    def asked(self) -> Asked:
        """Its needs, read for scoring and judging."""
        return self.candidates.asked(self.ranking.needs)

    @property
    def roles(self) -> tuple[Role, ...]:
        """The roles that are planned: those of the scenario where numbers are asked of them, else none."""
        found = () if self.scenario is None else self.scenario.pool_roles
        counted = any(role.least or role.most is not None for role in found)
        return found if len(found) > 1 and counted else ()

    def eligible(self) -> Iterator[Pairs]:
        """Yield every pair that has a score and that rules and recusal let be, needs in order."""
        for found in self.candidates.totals(self.asked):
            kept = found.take(found.allowed)
            yield Pairs(self.needs[kept.scored.need], kept.scored.group, kept.scored.score)

    def open_roles(self, need: Ints, expert: Ints) -> np.ndarray:
        """Return which roles are open to pairs, by position in the plan, shape (roles, pairs)."""
        gate = self.asked.gate
        if gate is None:
            return np.ones((1, len(need)), dtype=bool)
        return gate.open_roles(np.searchsorted(self.needs, need), expert)

    def role_label(self, role: int) -> str:
        """Return what a role is called; nothing where the scenario has none."""
        found = () if self.scenario is None else tuple(r for r in self.scenario.roles if r.come_from == "pool")
        return found[role].label if found else ""


@dataclass(frozen=True, eq=False, kw_only=True)
class Sides:
    """Needs and candidates of a plan.

    Parameters
    ----------
    sections : tuple of Section
        The needs by scenario.
    needs : DataFrame
        All needs, in the order of the rankings.
    pool : Pool
        The tables.
    as_of : date
        The day everything is counted from.
    settings : PlanSettings
        What is asked for.
    absent : frozenset of (kind, id)
        Candidates who cannot serve at all.
    """

    sections: tuple[Section, ...]
    needs: pd.DataFrame
    pool: Pool
    as_of: date
    settings: PlanSettings
    absent: frozenset[tuple[str, str]] = frozenset()

    @classmethod
    def of(cls, rankings: Sequence[Ranking], settings: PlanSettings) -> Sides:
        """Put rankings together.

        Parameters
        ----------
        rankings : sequence of Ranking
            Of one pool; no need in two of them. Those of one scenario are put together.
        settings : PlanSettings
            What is asked for.

        Returns
        -------
        Sides

        Raises
        ------
        SettingError
            No rankings, or of different pools, or one scenario in two versions.
        InputError
            A need stands in two rankings.
        """
        if not rankings or not all(isinstance(one, Ranking) for one in rankings):
            raise SettingError("rankings", list(rankings), "一份或几份推荐（Matcher.rank 的结果）")
        first = rankings[0].candidates
        if any(
            one.candidates.pool != first.pool or one.candidates.kind_and_id != first.kind_and_id for one in rankings
        ):
            accepted = "出自同一个专家库的推荐：请用同一个 Matcher，换场景用 matcher.under(场景)"
            raise SettingError("rankings", "几个不同的专家库", accepted)
        needs = pd.concat([one.needs for one in rankings], ignore_index=True)
        _refuse_repeats(needs)
        place = {need: i for i, need in enumerate(needs["need_id"])}
        parts = [part for one in rankings for part in (one.parts or (one,))]
        sections = tuple(
            Section(ranking=part, needs=np.array([place[need] for need in part.needs["need_id"]], dtype=np.int64))
            for part in _by_scenario([part for part in parts if len(part.needs)] or parts[:1])
        )
        day = first.as_of or first.pool.today or date.today()
        return cls(sections=sections, needs=needs, pool=first.pool, as_of=day, settings=settings)

    # candidates

    @property
    def people(self) -> Sequence[tuple[str, str]]:
        """Kind and id of each candidate."""
        return self._any.kind_and_id

    @cached_property
    def names(self) -> list[str]:
        """What candidates are called."""
        names = self._any.names
        return [names.get(candidate_key(kind, key), key) for kind, key in self.people]

    @cached_property
    def facts(self) -> CandidateFacts:
        """What is known of candidates; their disciplines are as rules see them: declared, else of their works.

        Without any graph of disciplines, those they declare.
        """
        graph = next((part.candidates.graph for part in self.sections if part.candidates.graph is not None), None)
        codes = self._declared if graph is None else graph.candidate_codes
        return CandidateFacts.of_pool(self.pool, self.people, self.as_of, capacity=_DEFAULT_CAPACITY, codes=codes)

    @property
    def _declared(self) -> Mapping[tuple[str, str], frozenset[str]]:
        cells = dict(zip(texts(self.pool.experts, "expert_id"), texts(self.pool.experts, "disciplines"), strict=True))
        others = zip(texts(self.pool.societies, "society_id"), texts(self.pool.societies, "disciplines"), strict=True)
        declared = {"expert": cells, "society": dict(others)}
        tree, known = own_tree(), {"": frozenset[str]()}
        codes = {}
        for kind, key in self.people:
            cell = declared[kind].get(key, "")
            if cell not in known:
                known[cell] = frozenset(tree.find_all(cell)[0])
            if known[cell]:
                codes[kind, key] = known[cell]
        return codes

    @cached_property
    def listed(self) -> People:
        """The candidates as a list that limits and spreads are counted on."""
        count = len(self.people)
        return People(facts=self.facts, roles=("",) * count, own=np.zeros(count, dtype=bool))

    @cached_property
    def ledger(self) -> pd.DataFrame:
        """The service record, read for quotas."""
        return read_ledger(self.pool.engagements, self.as_of)

    @cached_property
    def held(self) -> Ints:
        """What each candidate has open in the ledger."""
        return self.facts.count(self.facts.services.open).astype(np.int64)

    @cached_property
    def whole_capacity(self) -> Ints:
        """How many services each candidate can take on in all: their own number, else the largest of the scenarios'."""
        scenarios = [part.scenario for part in self.sections]
        usual = max((_DEFAULT_CAPACITY if one is None else one.capacity for one in scenarios), default=0)
        if self.settings.capacity is not None:
            return np.full(len(self.people), self.settings.capacity, dtype=np.int64)
        cells = self.facts.text("capacity")
        return np.array([int(float(cell)) if cell else usual for cell in cells], dtype=np.int64)

    @cached_property
    def capacity(self) -> Ints:
        """How many more services each candidate can take on."""
        return np.asarray(np.maximum(self.whole_capacity - self.held, 0))

    # needs

    @cached_property
    def section_of(self) -> Ints:
        """The section of each need."""
        found = np.zeros(len(self.needs), dtype=np.int64)
        for i, section in enumerate(self.sections):
            found[section.needs] = i
        return found

    @cached_property
    def own(self) -> OwnPeople:
        """The requester's own people."""
        scenarios = [self.sections[one].scenario for one in self.section_of.tolist()]
        return OwnPeople.of(self.needs, scenarios, self.facts)

    @cached_property
    def wanted(self) -> tuple[Ints, Ints]:
        """How many each need must have, and can have."""
        least, most = np.zeros(len(self.needs), dtype=np.int64), np.zeros(len(self.needs), dtype=np.int64)
        for section in self.sections:
            rows = self.needs.iloc[section.needs]
            least[section.needs], most[section.needs] = wanted_of(rows, section.scenario, self.settings)
        return least, most

    def eligible(self) -> Iterator[Pairs]:
        """Yield every pair that may be: scored, let by rules and recusal, free at the time, not forbidden."""
        banned, there = self.forbidden, np.array([one not in self.absent for one in self.people], dtype=bool)
        for section in self.sections:
            for pairs in section.eligible():
                kept = pairs.take(there[pairs.expert] & self.available(pairs.need, pairs.expert))
                yield kept.take(~np.isin(self.key(kept.need, kept.expert), banned)) if len(banned) else kept

    def available(self, need: Ints, expert: Ints) -> Flags:
        """Say which pairs are not certainly at a time the candidate cannot serve."""
        column = self._facts_of_pairs.column("available", need, expert)
        return np.asarray(~column.known | (column.data.astype(np.float64) > 0))

    def key(self, need: Ints, expert: Ints) -> Ints:
        """Return a number for each pair, ascending by need, then candidate."""
        return need * len(self.people) + expert

    @cached_property
    def locked(self) -> Ints:
        """Keys of pairs that must be."""
        return self._keys(self.settings.locked)

    @cached_property
    def forbidden(self) -> Ints:
        """Keys of pairs that must not be."""
        return self._keys(self.settings.forbidden)

    @property
    def scenario_of(self) -> dict[str, str]:
        """The scenario of each need, by id."""
        ids = texts(self.needs, "need_id")
        return {ids[need]: section.name for section in self.sections for need in section.needs.tolist()}

    @property
    def codes(self) -> Mapping[tuple[str, str], frozenset[str]]:
        """Disciplines of candidates as rules see them, by kind and id."""
        return self.facts.codes

    @property
    def need_codes(self) -> dict[str, frozenset[str]]:
        """Disciplines of needs as rules see them, by id."""
        found: dict[str, frozenset[str]] = {}
        for section in self.sections:
            if section.asked.facts is not None and section.asked.facts.needs.codes:
                found |= dict(zip(section.ranking.needs["need_id"], section.asked.facts.needs.codes, strict=True))
        return found

    @property
    def _any(self) -> Candidates:
        return self.sections[0].candidates

    @cached_property
    def _facts_of_pairs(self) -> PairFacts:
        return PairFacts(candidates=self.facts, needs=NeedFacts(frame=self.needs))

    def _keys(self, pairs: Sequence[tuple[str, str]]) -> Ints:
        needs = {need: i for i, need in enumerate(self.needs["need_id"])}
        known = {f"{kind}:{key}": i for i, (kind, key) in enumerate(self.people)}
        plain = {key: i for i, (kind, key) in reversed(list(enumerate(self.people)))} | {
            key: i for i, (kind, key) in enumerate(self.people) if kind == "expert"
        }
        found = []
        for need, who in pairs:
            if need not in needs:
                raise UnknownNameError("需求编号", need, needs)
            if who not in plain and who not in known:
                raise UnknownNameError("候选编号", who, plain)
            found.append(needs[need] * len(self.people) + (plain[who] if who in plain else known[who]))
        return np.array(sorted(set(found)), dtype=np.int64)


def _by_scenario(parts: Sequence[Ranking]) -> list[Ranking]:
    """Put rankings of one scenario together: its quotas and its needs are one."""
    found: dict[str, Ranking] = {}
    for part in parts:
        gate = part.candidates.gate
        name = "" if gate is None else gate.scenario.name
        if name not in found:
            found[name] = part
            continue
        first = found[name].candidates
        same = (None if first.gate is None else first.gate.scenario) == (None if gate is None else gate.scenario)
        if not same or first.signals != part.candidates.signals or first.as_of != part.candidates.as_of:
            accepted = "同一场景用同一版规则、同一天、同样的权重得出的推荐"
            raise SettingError("rankings", f"场景“{name or '只按文字'}”的两种推荐", accepted)
        tables = {
            table: pd.concat([getattr(one, table) for one in (found[name], part)], ignore_index=True)
            for table in ("frame", "needs", "unmatched")
        }
        found[name] = replace(found[name], **tables)
    return list(found.values())


def _refuse_repeats(needs: pd.DataFrame) -> None:
    ids = pd.Series(texts(needs, "need_id"), dtype=object)
    twice = sorted(set(ids[ids.duplicated()]))
    if twice:
        message = f"需求 {'、'.join(twice[:5])} 在几份推荐里都有。"
        remedy = "一条需求只能在一份推荐里；几种需求混在一起的表请用场景 auto 一次推荐。"
        raise InputError([Problem(severity="error", code="need-twice", message=message, remedy=remedy, table="needs")])
