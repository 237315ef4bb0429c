"""Matcher: wiring of tables, index and ranking."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd

from expertmatch.errors import NotFittedError, SettingError, UnknownNameError
from expertmatch.index import ExpertIndex, Rows, Weights
from expertmatch.index.store import load_index, save_index
from expertmatch.ranking import Candidates, Ranking, rank_needs
from expertmatch.ranking.rank import need_columns
from expertmatch.tables.clean import clean_id
from expertmatch.tables.needs import Needs, read_needs
from expertmatch.tables.pool import Pool, read_pool
from expertmatch.text import Analyzer

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
    processes : int, default 1
        How many processes analyse text in ``fit`` and ``update``; results do not depend on it.

    Attributes
    ----------
    index_ : ExpertIndex
        Rows as vectors.
    experts_ : DataFrame
        The experts, sorted by id.
    works_ : DataFrame
        The works, sorted by expert.

    Examples
    --------
    >>> pool = read_pool(works=pd.DataFrame({"expert_id": ["E1", "E2"], "title": ["猕猴桃溃疡病", "混凝土裂缝"]}))
    >>> Matcher().fit(pool).rank("混凝土开裂").frame["expert_id"].tolist()
    ['E2']
    """

    def __init__(self, *, analyzer: Analyzer | None = None, weights: Weights | None = None, processes: int = 1) -> None:
        self.analyzer = analyzer
        self.weights = weights
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
        index = ExpertIndex.fit(pool_rows(pool), analyzer=analyzer, weights=weights, processes=self.processes)
        return self._learn(index, pool.experts, pool.works)

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
        index = before.update(pool_rows(pool), processes=self.processes)
        return self._learn(index, pool.experts, pool.works)

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
        index = self._fitted()
        if isinstance(top, bool) or not isinstance(top, int | np.integer) or top < 1:
            raise SettingError("top", top, "1 以上的整数")
        return rank_needs(self._candidates(index), _needs(needs).frame, top=int(top))

    def score(self, pairs: pd.DataFrame, *, needs: NeedsLike) -> pd.DataFrame:
        """Score given pairs with the numbers that :meth:`rank` would give.

        Parameters
        ----------
        pairs : DataFrame
            Columns need_id, expert_id; further columns are kept.
        needs : Needs, DataFrame, path, str or list of str
            What is asked for.

        Returns
        -------
        DataFrame
            The pairs in their order, with columns score and text; 0 where nothing is shared.

        Raises
        ------
        NotFittedError
            Nothing was fitted.
        UnknownNameError
            A need or an expert that does not exist; names the nearest.
        """
        index = self._fitted()
        frame = _needs(needs).frame
        for column in ("need_id", "expert_id"):
            if column not in pairs:
                raise UnknownNameError("列", column, [str(name) for name in pairs.columns])
        need = _places(pairs["need_id"], frame["need_id"], "需求编号")
        expert = _places(pairs["expert_id"], index.rows.expert_ids, "专家编号")
        scores = index.pair_scores(index.vectors(need_columns(frame)), need, expert)
        return pairs.assign(score=scores, text=scores)

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
        tables = {name: _to_json(frame) for name, frame in (("experts", self.experts_), ("works", self.works_))}
        from expertmatch.version import __version__

        save_index(index, folder, extra=tables, about={"expertmatch": __version__})

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
        index, tables = load_index(folder)
        matcher = cls(analyzer=index.analyzer, weights=index.weights)
        return matcher._learn(index, *(pd.DataFrame(tables[name], dtype=object) for name in ("experts", "works")))

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

    def _learn(self, index: ExpertIndex, experts: pd.DataFrame, works: pd.DataFrame) -> Self:
        self.index_, self.experts_, self.works_ = index, experts, works
        return self

    def _fitted(self) -> ExpertIndex:
        index: ExpertIndex | None = getattr(self, "index_", None)
        if index is None:
            raise NotFittedError
        return index

    def _candidates(self, index: ExpertIndex) -> Candidates:
        names = {
            expert: f"{name or expert}（{unit}）" if unit else name or expert
            for expert, name, unit in _columns(self.experts_, "expert_id", "name", "unit")
        }
        titles = dict(zip(*(_column(self.works_, name) for name in ("work_id", "title")), strict=True))
        return Candidates(index=index, names=names, titles=titles)


def pool_rows(pool: Pool) -> Rows:
    """Return what is indexed of a pool: every work, and every expert's fields and bio as a profile row.

    Parameters
    ----------
    pool : Pool
        The checked tables.

    Returns
    -------
    Rows
    """
    works = _columns(pool.works, "expert_id", "work_id", "title", "text", "keywords")
    profiles = [
        (expert, "", fields, bio) for expert, fields, bio in _columns(pool.experts, "expert_id", "fields", "bio")
    ]
    return Rows.build((expert for expert, *_ in profiles), [*works, *profiles])


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
