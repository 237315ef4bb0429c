"""Matcher: wiring of tables, index and ranking."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pandas as pd

from expertmatch.errors import NotFittedError, SettingError, UnknownNameError
from expertmatch.evaluation.judgments import Judgments, read_judgments
from expertmatch.graph.walk import WalkTable
from expertmatch.index import ExpertIndex, Rows, Weights
from expertmatch.index.counts import Progress
from expertmatch.ranking import Ranking, join_rankings
from expertmatch.ranking.answers import LEVEL, apply
from expertmatch.ranking.calibrate import FIRST, Calibration, calibrate
from expertmatch.ranking.candidates import KINDS, Kind, candidate_key, checked_kinds
from expertmatch.ranking.graph_signals import GraphSignals
from expertmatch.ranking.pool_rows import pool_rows
from expertmatch.ranking.programmes import Programmes
from expertmatch.ranking.signals import checked_signals
from expertmatch.scenarios import AUTO, Scenario, read_scenario
from expertmatch.stored import Stored
from expertmatch.tables.clean import clean_id
from expertmatch.tables.needs import Needs, read_needs
from expertmatch.tables.pool import Pool, read_pool
from expertmatch.tables.read import Source
from expertmatch.text import Analyzer

if TYPE_CHECKING:
    from expertmatch.planning.plan import Plan
    from expertmatch.planning.settings import PlanSettings

NeedsLike = Needs | pd.DataFrame | str | Path | Sequence[str]
"""What needs can be given as: read needs, a table, a path, one text or a list of texts."""


class Matcher:
    """Match experts to needs.

    Settings go into the constructor, data into :meth:`fit`; what was learned ends in an underscore.

    Parameters
    ----------
    analyzer : Analyzer or None, default None
        Text to terms; ``None`` takes one with the library's word lists.
    weights : Weights or None, default None
        How terms, fields and works count; ``None`` takes the measured defaults.
    scenario : str, Path, Scenario or None, default None
        A programme with its rules: a name of ``scenario_names()``, a file of one's own, or ``"auto"``, which takes
        for each need the scenario that names its kind. ``None`` is text alone without rules.
    candidates : {"expert", "society"}, a sequence of both, or None, default None
        Who can be recommended; ``None`` is what the scenario says, else experts. A society's text is its name and
        scope and its members' works.
    signals : dict of str to float or None, default None
        Weights of the signals (see ``ranking/signals.py``); ``None`` is what the scenario says, else text alone.
        All weights but that of text are policy, not measurement.
    as_of : date or None, default None
        The day that ages, windows and rules are counted from; ``None`` is the day the pool was read for, else today.
    processes : int, default 1
        How many processes analyse text in ``fit`` and ``update``; results do not depend on it.
    cluster : str, cluster or Client, optional
        Where ``fit``, ``update`` and searches by text run: the address of a dask.distributed scheduler, a
        LocalCluster, or a client; results do not depend on it. Without it, here.

    Attributes
    ----------
    index_ : ExpertIndex
        Rows as vectors.
    pool_ : Pool
        The tables it was fitted to, without contacts.
    experts_, works_ : DataFrame
        The pool's experts and works.
    programmes_ : Programmes
        What is scored and judged how, for each scenario.
    calibrations_ : dict of str to Calibration
        What scores mean, for each scenario that :meth:`calibrate` has seen.
    as_of_ : date
        The day that ages, windows and rules are counted from.

    Examples
    --------
    >>> pool = read_pool(works=pd.DataFrame({"expert_id": ["E1", "E2"], "title": ["猕猴桃溃疡病", "混凝土裂缝"]}))
    >>> Matcher().fit(pool).rank("混凝土开裂").frame["expert_id"].tolist()
    ['E2']
    """

    calibrations_: dict[str, Calibration]

    def __init__(
        self,
        *,
        analyzer: Analyzer | None = None,
        weights: Weights | None = None,
        scenario: str | Path | Scenario | None = None,
        candidates: str | Sequence[str] | None = None,
        signals: Mapping[str, float] | None = None,
        as_of: date | None = None,
        processes: int = 1,
        cluster: Any = None,
    ) -> None:
        self.analyzer = analyzer
        self.weights = weights
        self.scenario = scenario
        self.candidates = candidates
        self.signals = signals
        self.as_of = as_of
        self.processes = processes
        self.cluster = cluster

    # settings, in scikit-learn's manner

    def get_params(self, deep: bool = True) -> dict[str, Any]:  # noqa: ARG002 - scikit-learn's signature
        """Return the settings.

        Parameters
        ----------
        deep : bool, default True
            Not used; scikit-learn passes it.

        Returns
        -------
        dict
        """
        return {name: getattr(self, name) for name in inspect.signature(type(self)).parameters}

    def set_params(self, **settings: Any) -> Self:
        """Change settings; data fitted before stays until the next ``fit``.

        Parameters
        ----------
        **settings
            Names as in the constructor.

        Returns
        -------
        Matcher

        Raises
        ------
        UnknownNameError
            A name that is no setting.
        """
        known = self.get_params()
        for name in settings:
            if name not in known:
                raise UnknownNameError("设置", name, known)
        for name, value in settings.items():
            setattr(self, name, value)
        return self

    # data

    def fit(
        self,
        experts: Pool | pd.DataFrame | str | Path | None = None,
        works: Any = None,
        *,
        progress: Progress | None = None,
    ) -> Self:
        """Take in a pool.

        Parameters
        ----------
        experts : Pool, DataFrame, path or None
            A pool as :func:`read_pool` gives it, or an experts table.
        works : DataFrame, path or None
            A works table, when ``experts`` is not a pool.
        progress : callable, optional
            Told how many rows are analysed, and of how many.

        Returns
        -------
        Matcher
            Itself.

        Raises
        ------
        InputError
            Tables that cannot be used.
        SettingError
            A setting that is not accepted.
        """
        pool = self._pool(experts, works)
        analyzer, weights = self._checked_settings()
        rows = pool_rows(pool, self._kinds())
        if self.cluster is not None:
            return self._learn(self._fit_on_cluster(rows, analyzer, weights), pool)
        index = ExpertIndex.fit(rows, analyzer=analyzer, weights=weights, processes=self.processes, progress=progress)
        return self._learn(index, pool)

    def update(
        self,
        experts: Pool | pd.DataFrame | str | Path | None = None,
        works: Any = None,
        *,
        progress: Progress | None = None,
    ) -> Self:
        """Take in a new state of the pool, analysing only texts that were not there before.

        Parameters
        ----------
        experts, works
            As for :meth:`fit`: the whole new state, not the difference.
        progress : callable, optional
            Told how many new rows are analysed, and of how many.

        Returns
        -------
        Matcher
            Itself; it ranks like one fitted afresh.

        Raises
        ------
        NotFittedError
            Nothing was fitted before.
        InputError
            Tables that cannot be used.
        SettingError
            A setting that is not accepted.
        """
        before = self._fitted()
        self._checked_settings()
        pool = self._pool(experts, works)
        if self.cluster is not None:  # the workers' shards are cut anew
            return self.fit(pool)
        index = before.update(pool_rows(pool, self._kinds()), processes=self.processes, progress=progress)
        return self._learn(index, pool)

    def rank(self, needs: NeedsLike, *, top: int = 10, progress: Progress | None = None) -> Ranking:
        """Rank experts for every need.

        Parameters
        ----------
        needs : Needs, DataFrame, path, str or list of str
            What is asked for.
        top : int, default 10
            How many experts a need gets at most, at least 1.
        progress : callable, optional
            Told how many needs are scored, and of how many.

        Returns
        -------
        Ranking

        Raises
        ------
        NotFittedError
            Nothing was fitted.
        InputError
            Needs that cannot be used.
        SettingError
            ``top`` below 1.
        """
        self._fitted()
        if isinstance(top, bool) or not isinstance(top, int | np.integer) or top < 1:
            raise SettingError("top", top, "1 以上的整数")
        frame = _needs(needs).frame
        ranked = self.programmes_.ranked(frame, int(top), progress=progress)
        parts = [self._with_probability(name, part) for name, part in ranked]
        return parts[0] if len(parts) == 1 else join_rankings(parts, frame)

    def prepare(self) -> Self:
        """Load what the first need would load: compiled code, vectors, rows by term. Results do not depend on it.

        Returns
        -------
        Matcher
            Itself; a service calls this once before it answers.

        Raises
        ------
        NotFittedError
            Nothing was fitted.

        Examples
        --------
        >>> pool = read_pool(works=pd.DataFrame({"expert_id": ["E1"], "title": ["猕猴桃溃疡病"]}))
        >>> Matcher().fit(pool).prepare().rank("猕猴桃").frame["expert_id"].tolist()
        ['E1']
        """
        from expertmatch.index import kernel  # noqa: F401 - searches take compiled code where it is loaded

        self._fitted()
        self.rank("机器")
        return self

    def plan(self, needs: NeedsLike, *, settings: PlanSettings | None = None, **changes: Any) -> Plan:
        """Find the best plan for all needs together.

        Parameters
        ----------
        needs : Needs, DataFrame, path, str or list of str
            What is asked for.
        settings, **changes
            As for :func:`expertmatch.plan`.

        Returns
        -------
        Plan

        Raises
        ------
        NotFittedError
            Nothing was fitted.
        InputError, SettingError, UnknownNameError, ConflictError
            As :func:`expertmatch.plan`.
        """
        from expertmatch.planning.plan import plan  # brings solvers

        return plan(self.rank(needs), settings=settings, **changes)

    def calibrate(self, judgments: Source | Judgments, *, needs: NeedsLike) -> Self:
        """Learn from judged needs what a score means: the probability that a judge would call the match suitable.

        Each scenario is calibrated by its own needs alone, from the first ten places that were judged; with fewer
        than 100 such pairs its probabilities stay empty. ``fit`` and ``update`` forget it, as it holds for one index.

        Parameters
        ----------
        judgments : Judgments, path or DataFrame
            Graded pairs.
        needs : Needs, DataFrame, path, str or list of str
            The needs that were judged.

        Returns
        -------
        Matcher
            Itself; :meth:`rank` then fills ``probability`` and says which needs nobody suits.

        Raises
        ------
        NotFittedError
            Nothing was fitted.
        InputError
            Judgments or needs that cannot be used.
        """
        self._fitted()
        read = read_judgments(judgments)
        ranked = self.programmes_.ranked(_needs(needs).frame, FIRST)
        self.calibrations_ = {name: calibrate(part, read, scenario=name) for name, part in ranked}
        return self

    def _with_probability(self, name: str, ranking: Ranking) -> Ranking:
        calibration = self.calibrations_.get(name)
        if calibration is None:
            return ranking
        scenario = self.programmes_.scenarios[name]
        level = LEVEL if scenario is None else scenario.level
        probability, answers = apply(ranking, calibration, scenario=name, level=level)
        return replace(ranking, frame=ranking.frame.assign(probability=probability), answers=answers)

    def score(self, pairs: pd.DataFrame, *, needs: NeedsLike) -> pd.DataFrame:
        """Score given pairs with the numbers that :meth:`rank` would give.

        Parameters
        ----------
        pairs : DataFrame
            Columns need_id and expert_id, or need_id, candidate_id and candidate_kind; further columns are kept.
        needs : Needs, DataFrame, path, str or list of str
            What is asked for.

        Returns
        -------
        DataFrame
            The pairs in their order, with the columns score and one per signal; 0 where nothing speaks for them.
            With a scenario also eligible: whether rules and recusal let the pair be.

        Raises
        ------
        NotFittedError
            Nothing was fitted.
        UnknownNameError
            A need or an expert that does not exist; names the nearest.
        """
        index = self._fitted()
        frame = _needs(needs).frame
        key = "expert_id" if "expert_id" in pairs or "candidate_id" not in pairs else "candidate_id"
        for column in ("need_id", key):
            if column not in pairs:
                raise UnknownNameError("列", column, [str(name) for name in pairs.columns])
        need = _places(pairs["need_id"], frame["need_id"], "需求编号")
        kinds = pairs["candidate_kind"] if key == "candidate_id" and "candidate_kind" in pairs else None
        if kinds is None:
            candidate = _places(pairs[key], index.rows.expert_ids, "专家编号")
        else:
            keys = [candidate_key(str(kind), str(one)) for kind, one in zip(kinds, pairs[key], strict=True)]
            candidate = _places(pd.Series(keys, dtype=object), index.rows.expert_ids, "候选编号")
        values = self.programmes_.scored(frame, need, candidate)
        return pairs.assign(**{str(name): values[name].to_numpy() for name in values})

    def under(self, scenario: str | Path | Scenario | None, *, as_of: date | None = None) -> Matcher:
        """Return a matcher with the same data under another scenario, without analysing anything again.

        Parameters
        ----------
        scenario : str, Path, Scenario or None
            As for the constructor; ``None`` keeps the one there is.
        as_of : date, optional
            As for the constructor; without it the day there is.

        Returns
        -------
        Matcher

        Raises
        ------
        NotFittedError
            Nothing was fitted.
        SettingError
            The scenario asks for societies, and only experts were indexed.
        """
        index, held = self._fitted(), self._kinds()
        other = Matcher(**{
            **self.get_params(),
            "scenario": self.scenario if scenario is None else scenario,
            "as_of": as_of or self.as_of,
            "candidates": held,
        })  # fmt: skip
        wanted = other._read_scenario()
        kinds = wanted.candidates if isinstance(wanted, Scenario) else ()
        if not set(kinds) <= set(held):
            accepted = "只推荐专家的场景；要推荐学会，请用这个场景重新建索引"
            raise SettingError("scenario", wanted.name if isinstance(wanted, Scenario) else wanted, accepted)
        other._learn(index, self.pool_, graph=self.programmes_.graph)
        other.calibrations_ = dict(self.calibrations_)
        return other

    # files

    def save(self, folder: str | Path) -> None:
        """Write the index as plain files; a reader sees the old or the new state, never half.

        Parameters
        ----------
        folder : str or Path
            Made when it is not there.

        Raises
        ------
        NotFittedError
            Nothing was fitted.
        OutputError
            The folder cannot be written.
        """
        index, programmes = self._fitted(), self.programmes_
        Stored(
            index=index,
            pool=self.pool_,
            candidates=self._kinds(),
            signals=None if self.signals is None else checked_signals(self.signals),
            scenario=self._read_scenario(),
            as_of=self.as_of,
            walk=None if programmes.graph is None else programmes.graph.walk,
            calibrations=self.calibrations_,
        ).write(folder)

    @classmethod
    def load(cls, folder: str | Path) -> Self:
        """Open an index that :meth:`save` wrote.

        Parameters
        ----------
        folder : str or Path
            The folder.

        Returns
        -------
        Matcher
            It ranks like the one that was saved.

        Raises
        ------
        StoreError
            Not an index, or a damaged one.
        """
        held = Stored.read(folder)
        matcher = cls(
            analyzer=held.index.analyzer,
            weights=held.index.weights,
            candidates=held.candidates,
            signals=held.signals,
            scenario=held.scenario or None,
            as_of=held.as_of,
        )
        matcher._learn(held.index, held.pool, held.walk)
        matcher.calibrations_ = dict(held.calibrations)
        return matcher

    # inside

    @property
    def experts_(self) -> pd.DataFrame:
        """The pool's experts."""
        return self.pool_.experts

    @property
    def works_(self) -> pd.DataFrame:
        """The pool's works."""
        return self.pool_.works

    def _pool(self, experts: Any, works: Any) -> Pool:
        return experts if isinstance(experts, Pool) else read_pool(experts, works=works)

    def _fit_on_cluster(self, rows: Rows, analyzer: Analyzer, weights: Weights) -> ExpertIndex:
        from expertmatch.cluster import client_of, fit_on

        self._client = client_of(self.cluster)
        return fit_on(self._client, rows, analyzer=analyzer, weights=weights)

    def _checked_settings(self) -> tuple[Analyzer, Weights]:
        analyzer = Analyzer() if self.analyzer is None else self.analyzer
        weights = Weights() if self.weights is None else self.weights
        if not isinstance(analyzer, Analyzer):
            raise SettingError("analyzer", analyzer, "Analyzer(...)")
        if not isinstance(weights, Weights):
            raise SettingError("weights", weights, "Weights(...)")
        if isinstance(self.processes, bool) or not isinstance(self.processes, int) or self.processes < 1:
            raise SettingError("processes", self.processes, "1 以上的整数")
        return analyzer, weights

    def _learn(
        self, index: ExpertIndex, pool: Pool, walk: WalkTable | None = None, graph: GraphSignals | None = None
    ) -> Self:
        self.index_, self.pool_ = index, pool.without_contacts()
        self.as_of_ = self.as_of or pool.today or date.today()
        self.calibrations_ = {}
        self.programmes_ = Programmes.build(
            index, self.pool_, kinds=self._kinds(), scenario=self._read_scenario(), signals=self.signals,
            as_of=self.as_of_, walk=walk, graph=graph,
        )  # fmt: skip
        return self

    def _read_scenario(self) -> Scenario | str:
        """Return the scenario, or how it is found: ``""`` is none, ``"auto"`` by each need's kind."""
        if self.scenario is None or self.scenario == AUTO:
            return "" if self.scenario is None else AUTO
        return read_scenario(self.scenario)

    def _kinds(self) -> tuple[Kind, ...]:
        if self.candidates is not None:
            return checked_kinds(self.candidates)
        scenario = self._read_scenario()
        if isinstance(scenario, Scenario):
            return checked_kinds(scenario.candidates)
        return KINDS if scenario == AUTO else ("expert",)

    def _fitted(self) -> ExpertIndex:
        index: ExpertIndex | None = getattr(self, "index_", None)
        if index is None:
            raise NotFittedError
        return index


def _needs(needs: NeedsLike) -> Needs:
    return needs if isinstance(needs, Needs) else read_needs(needs)


def _places(ids: pd.Series, known: Sequence[str] | pd.Series, what: str) -> np.ndarray:
    place = {name: i for i, name in enumerate(known)}
    written = [name if name in place else clean_id(name) for name in ids]  # 7 and 7.0 are the id "7" of the tables
    missing = next((str(given) for given, name in zip(ids, written, strict=True) if name not in place), None)
    if missing is not None:
        raise UnknownNameError(what, missing, place)
    return np.array([place[name] for name in written], dtype=np.int64)
