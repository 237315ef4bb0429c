"""One pool under one or several scenarios: who is scored how, and judged by which rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from expertmatch.errors import UnknownNameError
from expertmatch.graph.walk import WalkTable
from expertmatch.index import ExpertIndex
from expertmatch.index.counts import Progress
from expertmatch.index.deferred import Deferred
from expertmatch.ranking.candidates import Candidates, Kind, candidate_key
from expertmatch.ranking.eligibility import Gate
from expertmatch.ranking.fact_signals import NAMES as FACT_SIGNALS
from expertmatch.ranking.fact_signals import FactSignals
from expertmatch.ranking.graph_signals import GraphSignals
from expertmatch.ranking.pool_rows import columns
from expertmatch.ranking.rank import Ranking
from expertmatch.ranking.ranker import rank_needs
from expertmatch.ranking.recusal import Relations
from expertmatch.ranking.registry import Registry
from expertmatch.ranking.signals import Ints, checked_signals
from expertmatch.scenarios import AUTO, Scenario, read_scenarios
from expertmatch.scenarios.columns import texts
from expertmatch.scenarios.facts import CandidateFacts
from expertmatch.tables.pool import Pool

_TEXT = Scenario(
    name="text", title="只按文字", summary="没有哪个场景受理的需求，只按文字推荐专家。", need_kinds=("其他",)
)
"""What ``auto`` takes for needs whose kind no scenario names."""
_DEFAULT_CAPACITY: int = Scenario.model_fields["capacity"].default


@dataclass(frozen=True, eq=False, kw_only=True)
class Programmes:
    """A pool, ready to be scored under each scenario that needs may fall under.

    Parameters
    ----------
    pool : Pool
        The checked tables.
    plain : Candidates
        Text alone, without rules.
    scenarios : dict of str to Scenario or None
        By name, as they are on the day; ``""`` is none.
    by_kind : bool
        Whether a need's kind says which scenario it falls under.
    signals : dict of str to float or None
        Weights in place of the scenarios' own.
    graph : GraphSignals or None
        Where a signal or a rule asks for disciplines.
    as_of : date
        The day that ages, windows and rules are counted from.
    """

    pool: Pool
    plain: Candidates
    scenarios: Mapping[str, Scenario | None]
    by_kind: bool
    signals: Mapping[str, float] | None
    graph: GraphSignals | None
    as_of: date
    _known: dict[str, Candidates] = field(default_factory=dict, repr=False)

    @classmethod
    def build(
        cls,
        index: ExpertIndex,
        pool: Pool,
        *,
        kinds: tuple[Kind, ...],
        scenario: Scenario | str,
        signals: Mapping[str, float] | None,
        as_of: date,
        walk: WalkTable | None = None,
        graph: GraphSignals | None = None,
    ) -> Programmes:
        """Make everything that does not depend on needs.

        Parameters
        ----------
        index : ExpertIndex
            The pool's rows.
        pool : Pool
            The checked tables.
        kinds : tuple of {"expert", "society"}
            Kinds of candidates in the index.
        scenario : Scenario or {"", "auto"}
            The scenario, none, or the one each need's kind names.
        signals : dict of str to float or None
            Weights in place of the scenarios' own.
        as_of : date
            The day.
        walk : WalkTable, optional
            The walk of this pool, where it was stored.
        graph : GraphSignals, optional
            Those of this index and pool, where they were made before.

        Returns
        -------
        Programmes
        """
        plain = Candidates(
            index=index,
            names=Deferred(lambda: _names(pool, kinds)),
            titles=Deferred(lambda: {work: title for work, title in columns(pool.works, "work_id", "title")}),  # noqa: C416 - typed pairs
            kinds=kinds,
            pool=pool,
            as_of=as_of,
        )
        scenarios = _on_the_day(scenario, as_of)
        deep = any(_uses_graph(one, _weights(one, signals)) for one in scenarios.values())
        return cls(
            pool=pool,
            plain=plain,
            scenarios=scenarios,
            by_kind=scenario == AUTO,
            signals=signals,
            graph=(graph or GraphSignals.build(pool, plain.kind_and_id, walk=walk)) if deep else None,
            as_of=as_of,
        )

    def candidates_of(self, name: str = "") -> Candidates:
        """Return who can be recommended under a scenario, and how they are scored.

        Parameters
        ----------
        name : str, default ""
            Name of a scenario; empty for none.

        Returns
        -------
        Candidates

        Raises
        ------
        UnknownNameError
            Not one of these scenarios.
        """
        if name not in self.scenarios:
            what = "场景"
            raise UnknownNameError(what, name, [one for one in self.scenarios if one])
        if name not in self._known:
            self._known[name] = self._made(self.scenarios[name])
        return self._known[name]

    def by_scenario(self, needs: pd.DataFrame) -> list[tuple[str, npt.NDArray[np.int64]]]:
        """Return each scenario with the positions of its needs, by name; without needs, one with none of them.

        Parameters
        ----------
        needs : DataFrame
            With the column kind where scenarios are found by it.

        Returns
        -------
        list of (str, ndarray of int64)
        """
        if not self.by_kind:
            return [(next(iter(self.scenarios)), np.arange(len(needs)))]
        taken: dict[str, list[int]] = {}
        for i, kind in enumerate(texts(needs, "kind")):
            taken.setdefault(self._of_kind.get(kind, _TEXT.name), []).append(i)
        return [(name, np.array(taken[name], dtype=np.int64)) for name in sorted(taken)] or [(_TEXT.name, np.arange(0))]

    def ranked(self, needs: pd.DataFrame, top: int, *, progress: Progress | None = None) -> list[tuple[str, Ranking]]:
        """Rank needs by their scenarios, each scenario by itself.

        Parameters
        ----------
        needs : DataFrame
            As :func:`expertmatch.read_needs` gives them.
        top : int
            How many candidates a need gets at most.
        progress : callable, optional
            Told how many needs are scored, and of how many.

        Returns
        -------
        list of (str, Ranking)
            Name of the scenario and its ranking.
        """
        found, before = [], 0
        for name, places in self.by_scenario(needs):
            told = None if progress is None else _after(progress, before, len(needs))
            found.append((name, rank_needs(self.candidates_of(name), needs.iloc[places], top=top, progress=told)))
            before += len(places)
        return found

    def scored(self, needs: pd.DataFrame, need: Ints, candidate: Ints) -> pd.DataFrame:
        """Score given pairs, each by the scenario of its need.

        Parameters
        ----------
        needs : DataFrame
            As :func:`expertmatch.read_needs` gives them.
        need, candidate : ndarray of int64, shape (pairs,)
            Positions.

        Returns
        -------
        DataFrame
            In the order of the pairs: score, a column per signal, and with a scenario eligible.
        """
        parts = []
        for name, places in self.by_scenario(needs):
            scoring, here = self.candidates_of(name), np.isin(need, places)
            asked = scoring.asked(needs.iloc[places].reset_index(drop=True))
            found = scoring.pairs(asked, np.searchsorted(places, need[here]), candidate[here])
            columns: dict[str, npt.NDArray[np.generic]] = {"score": found.scored.score, **found.parts}
            if scoring.gate is not None:
                columns["eligible"] = found.allowed & scoring.gate.mask[candidate[here]]
            parts.append(pd.DataFrame(columns, index=np.flatnonzero(here)))
        return pd.concat(parts).sort_index()

    @cached_property
    def _of_kind(self) -> dict[str, str]:
        named = ((one, kind) for one in self.scenarios.values() if one is not None for kind in one.need_kinds)
        return {kind: one.name for one, kind in named}

    @cached_property
    def _facts(self) -> CandidateFacts:
        codes = {} if self.graph is None else self.graph.candidate_codes
        return CandidateFacts.of_pool(self.pool, self.plain.kind_and_id, self.as_of, codes=codes)

    @cached_property
    def _registry(self) -> Registry:
        return Registry(pool=self.pool, candidates=self.plain.kind_and_id)

    def _made(self, scenario: Scenario | None) -> Candidates:
        signals = _weights(scenario, self.signals)
        found = replace(self.plain, signals=signals, graph=self.graph if _uses_graph(scenario, signals) else None)
        if scenario is None and not signals.keys() & set(FACT_SIGNALS):
            return found
        capacity = _DEFAULT_CAPACITY if scenario is None else scenario.capacity
        facts = replace(self._facts, capacity=capacity)
        found = replace(found, facts=FactSignals.build(facts, self.pool))
        if scenario is None:
            return found
        relations = Relations(registry=self._registry, grounds=scenario.recusal, as_of=self.as_of)
        return replace(found, gate=Gate(scenario=scenario, facts=facts, relations=relations))


def _names(pool: Pool, kinds: tuple[Kind, ...]) -> dict[str, str]:
    names = {
        candidate_key("expert", expert): f"{name or expert}（{unit}）" if unit else name or expert
        for expert, name, unit in columns(pool.experts, "expert_id", "name", "unit")
    }
    if "society" in kinds:
        societies = columns(pool.societies, "society_id", "name")
        names |= {candidate_key("society", society): name or society for society, name in societies}
    return names


def _after(progress: Progress, before: int, whole: int) -> Progress:
    """Return what counts on from the needs of other scenarios."""
    return lambda done, _: progress(before + done, whole)


def _on_the_day(scenario: Scenario | str, day: date) -> dict[str, Scenario | None]:
    if isinstance(scenario, Scenario):
        return {scenario.name: scenario.on(day)}
    if scenario != AUTO:
        return {"": None}
    return {_TEXT.name: _TEXT, **{name: one.on(day) for name, one in read_scenarios().items()}}


def _weights(scenario: Scenario | None, signals: Mapping[str, float] | None) -> dict[str, float]:
    if signals is not None or scenario is None:
        return checked_signals(signals)
    return checked_signals({str(name): weight for name, weight in scenario.signals.items()})


def _uses_graph(scenario: Scenario | None, signals: Mapping[str, float]) -> bool:
    rules = () if scenario is None else scenario.rules
    asked = {one.field for rule in rules for one in (rule, *rule.when)}
    return bool(signals.keys() & {"discipline", "standing"}) or "discipline_distance" in asked
