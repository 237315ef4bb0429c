"""Matcher: wiring of tables, index and ranking."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd

from expertmatch.errors import NotFittedError, SettingError, UnknownNameError
from expertmatch.graph.walk import WalkTable
from expertmatch.index import ExpertIndex, Rows, Weights
from expertmatch.index.store import load_index, save_index
from expertmatch.ranking import Candidates, Ranking, rank_needs
from expertmatch.ranking.candidates import candidate_key, checked_kinds
from expertmatch.ranking.place import Place
from expertmatch.ranking.signals import checked_signals
from expertmatch.tables.clean import clean_id
from expertmatch.tables.needs import Needs, read_needs
from expertmatch.tables.pool import Pool, read_pool
from expertmatch.text import Analyzer

_TABLES = ("experts", "works", "societies", "memberships")

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
    candidates : {"expert", "society"} or a sequence of both, default "expert"
        Who can be recommended. A society's text is its name and scope and its members' works.
    signals : dict of str to float or None, default None
        Weights of the signals ``text``, ``discipline`` and ``standing``; ``None`` is text alone. Weights of
        discipline and standing are policy, not measurement.
    processes : int, default 1
        How many processes analyse text in ``fit`` and ``update``; results do not depend on it.

    Attributes
    ----------
    index_ : ExpertIndex
        Rows as vectors.
    pool_ : Pool
        The tables it was fitted to, without contacts.
    experts_, works_ : DataFrame
        The pool's experts and works.

    Examples
    --------
    >>> pool = read_pool(works=pd.DataFrame({"expert_id": ["E1", "E2"], "title": ["猕猴桃溃疡病", "混凝土裂缝"]}))
    >>> Matcher().fit(pool).rank("混凝土开裂").frame["expert_id"].tolist()
    ['E2']
    """

    def __init__(
        self,
        *,
        analyzer: Analyzer | None = None,
        weights: Weights | None = None,
        candidates: str | Sequence[str] = "expert",
        signals: Mapping[str, float] | None = None,
        processes: int = 1,
    ) -> None:
        self.analyzer = analyzer
        self.weights = weights
        self.candidates = candidates
        self.signals = signals
        self.processes = processes

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

    def fit(self, experts: Pool | pd.DataFrame | str | Path | None = None, works: Any = None) -> Self:
        """Take in a pool.

        Parameters
        ----------
        experts : Pool, DataFrame, path or None
            A pool as :func:`read_pool` gives it, or an experts table.
        works : DataFrame, path or None
            A works table, when ``experts`` is not a pool.

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
        rows = pool_rows(pool, checked_kinds(self.candidates))
        index = ExpertIndex.fit(rows, analyzer=analyzer, weights=weights, processes=self.processes)
        return self._learn(index, pool)

    def update(self, experts: Pool | pd.DataFrame | str | Path | None = None, works: Any = None) -> Self:
        """Take in a new state of the pool, analysing only texts that were not there before.

        Parameters
        ----------
        experts, works
            As for :meth:`fit`: the whole new state, not the difference.

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
        index = before.update(pool_rows(pool, checked_kinds(self.candidates)), processes=self.processes)
        return self._learn(index, pool)

    def rank(self, needs: NeedsLike, *, top: int = 10) -> Ranking:
        """Rank experts for every need.

        Parameters
        ----------
        needs : Needs, DataFrame, path, str or list of str
            What is asked for.
        top : int, default 10
            How many experts a need gets at most, at least 1.

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
        return rank_needs(self._candidates_, _needs(needs).frame, top=int(top))

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
        scores, parts = self._candidates_.pairs(frame, need, candidate)
        return pairs.assign(score=scores, **parts)

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
        index = self._fitted()
        from expertmatch.version import __version__

        tables = {name: _to_json(getattr(self.pool_, name)) for name in _TABLES}
        settings = {"candidates": list(checked_kinds(self.candidates)), "signals": checked_signals(self.signals)}
        place = self._candidates_.place
        walk = {} if place is None else {f"walk_{name}": array for name, array in place.walk.arrays().items()}
        extra = {**tables, "matcher": settings, **walk}
        save_index(index, folder, extra=extra, about={"expertmatch": __version__})

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
        index, extra = load_index(folder)
        settings = extra["matcher"]
        matcher = cls(
            analyzer=index.analyzer,
            weights=index.weights,
            candidates=tuple(settings["candidates"]),
            signals=settings["signals"],
        )
        experts, works, societies, memberships = (pd.DataFrame(extra[name], dtype=object) for name in _TABLES)
        pool = Pool(experts=experts, works=works, societies=societies, memberships=memberships)
        walk = {name.removeprefix("walk_"): array for name, array in extra.items() if name.startswith("walk_")}
        return matcher._learn(index, pool, WalkTable.from_arrays(walk) if walk else None)

    # inside

    def _pool(self, experts: Any, works: Any) -> Pool:
        return experts if isinstance(experts, Pool) else read_pool(experts, works=works)

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

    def _learn(self, index: ExpertIndex, pool: Pool, walk: WalkTable | None = None) -> Self:
        self.index_, self.pool_ = index, replace(pool, contacts=Pool().contacts)
        self.experts_, self.works_ = pool.experts, pool.works
        kinds, signals = checked_kinds(self.candidates), checked_signals(self.signals)
        names = {
            candidate_key("expert", expert): f"{name or expert}（{unit}）" if unit else name or expert
            for expert, name, unit in _columns(pool.experts, "expert_id", "name", "unit")
        }
        if "society" in kinds:
            societies = _columns(pool.societies, "society_id", "name")
            names |= {candidate_key("society", society): name or society for society, name in societies}
        titles = dict(zip(*(_column(pool.works, name) for name in ("work_id", "title")), strict=True))
        found = Candidates(index=index, names=names, titles=titles, kinds=kinds, signals=signals)
        if signals.keys() - {"text"}:
            found = replace(found, place=Place.build(pool, found.kind_and_id, walk=walk))
        self._candidates_ = found
        return self

    def _fitted(self) -> ExpertIndex:
        index: ExpertIndex | None = getattr(self, "index_", None)
        if index is None:
            raise NotFittedError
        return index


def pool_rows(pool: Pool, kinds: Sequence[str] = ("expert",)) -> Rows:
    """Return what is indexed of a pool.

    Of an expert every work, and fields and bio as a profile row; of a society name and scope as a profile row, and
    every work of its members.

    Parameters
    ----------
    pool : Pool
        The checked tables.
    kinds : sequence of {"expert", "society"}, default ("expert",)
        Which candidates.

    Returns
    -------
    Rows
    """
    works = _columns(pool.works, "expert_id", "work_id", "title", "text", "keywords")
    keys: list[str] = []
    rows: list[tuple[str, ...]] = []
    if "expert" in kinds:
        profiles = _columns(pool.experts, "expert_id", "fields", "bio")
        keys += [expert for expert, *_ in profiles]
        rows += [*works, *((expert, "", fields, bio) for expert, fields, bio in profiles)]
    if "society" in kinds:
        of_expert: dict[str, list[tuple[str, ...]]] = {}
        for work in works:
            of_expert.setdefault(work[0], []).append(work[1:])
        societies = _columns(pool.societies, "society_id", "name", "scope")
        keys += [candidate_key("society", society) for society, *_ in societies]
        rows += [(candidate_key("society", society), "", name, scope) for society, name, scope in societies]
        members = sorted(set(_columns(pool.memberships, "society_id", "expert_id")))
        rows += [
            (candidate_key("society", society), *work)
            for society, expert in members
            for work in of_expert.get(expert, ())
        ]
    return Rows.build(keys, rows)


def _column(frame: pd.DataFrame, name: str) -> list[str]:
    return ["" if pd.isna(value) else str(value) for value in frame[name]] if name in frame else [""] * len(frame)


def _columns(frame: pd.DataFrame, *names: str) -> list[tuple[str, ...]]:
    return list(zip(*(_column(frame, name) for name in names), strict=True))


def _needs(needs: NeedsLike) -> Needs:
    return needs if isinstance(needs, Needs) else read_needs(needs)


def _places(ids: pd.Series, known: Sequence[str] | pd.Series, what: str) -> np.ndarray:
    place = {name: i for i, name in enumerate(known)}
    written = [name if name in place else clean_id(name) for name in ids]  # 7 and 7.0 are the id "7" of the tables
    missing = next((str(given) for given, name in zip(ids, written, strict=True) if name not in place), None)
    if missing is not None:
        raise UnknownNameError(what, missing, place)
    return np.array([place[name] for name in written], dtype=np.int64)


def _to_json(frame: pd.DataFrame) -> dict[str, list[Any]]:
    return {
        str(name): [
            None if pd.isna(value) else value.item() if isinstance(value, np.generic) else value
            for value in frame[name]
        ]
        for name in frame.columns
    }
