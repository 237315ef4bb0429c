"""Judged pairs measured under any weights, quickly: what tuning asks some thousand times."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from expertmatch.index import ExpertIndex, Weights
from expertmatch.ranking.candidates import need_columns
from expertmatch.ranking.signals import SIGNALS
from expertmatch.tables.needs import Needs

OPENING = ("text", "discipline")
"""Signals one of which must be above 0 for a pair to have a score at all."""

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def ndcg(need: Ints, score: Floats, tie: Ints, grade: Ints, needs: int, cut: int) -> Floats:
    """Return nDCG@cut of each need: gains 2^grade - 1, discounts log2(rank + 1), over its own pairs.

    As :func:`~expertmatch.evaluation.evaluate` measures it; that takes a fifth of a second where this takes a
    thousandth, and a fit asks some thousand times.

    Parameters
    ----------
    need : ndarray of int64, shape (pairs,)
        The need of each pair.
    score : ndarray of float64, shape (pairs,)
        Best first.
    tie : ndarray of int64, shape (pairs,)
        Among equal scores, lowest first.
    grade : ndarray of int64, shape (pairs,)
        0 to 3.
    needs, cut : int
        How many needs there are; how many ranks count.

    Returns
    -------
    ndarray of float64, shape (needs,)
        0 where no pair has a grade above 0.

    Examples
    --------
    >>> one = np.zeros(2, dtype=np.int64)
    >>> ndcg(one, np.array([0.1, 0.9]), np.array([0, 1]), np.array([0, 3]), 1, 10).tolist()
    [1.0]
    """

    def gained(order: Ints) -> Floats:
        of = need[order]
        first = np.searchsorted(of, of)
        rank = np.arange(len(of)) - first
        value = np.where(rank < cut, (2.0 ** grade[order] - 1.0) / np.log2(rank + 2.0), 0.0)
        return np.bincount(of, weights=value, minlength=needs).astype(np.float64)

    ideal = gained(np.lexsort((-grade, need)))
    found = gained(np.lexsort((tie, -score, need)))
    return np.divide(found, ideal, out=np.zeros(needs), where=ideal > 0)


@dataclass(frozen=True)
class Setting:
    """One choice of all weights.

    Parameters
    ----------
    weights : Weights
        Of terms, fields and works.
    signals : tuple of (str, float)
        Of signals.
    """

    weights: Weights
    signals: tuple[tuple[str, float], ...]

    def value(self, name: str) -> float:
        """Return a weight by its name."""
        of_signals = dict(self.signals)
        return of_signals[name] if name in of_signals else float(getattr(self.weights, name))

    def changed(self, name: str, value: float) -> Setting:
        """Return the setting with one weight changed."""
        if name in dict(self.signals):
            return replace(self, signals=tuple((n, value if n == name else old) for n, old in self.signals))
        return replace(self, weights=replace(self.weights, **{name: value}))


@dataclass(frozen=True, kw_only=True, eq=False)
class Bench:
    """Judged pairs, ready to be measured under any setting.

    Parameters
    ----------
    index : ExpertIndex
        Scores text; its weights are the given ones.
    texts : dict of str to sequence of str
        Field to one text per need.
    columns : dict of str to ndarray of float64, shape (pairs,)
        Value of each signal, the text's under the given weights.
    need, expert, grade : ndarray of int64, shape (pairs,)
        Position of the need, position of the expert, grade.
    need_ids : ndarray of str, shape (needs,)
        The needs.
    cut : int
        k of nDCG@k.
    kept_texts, kept : dict
        What was computed before: text signals by weights, measures by setting.
    """

    index: ExpertIndex
    texts: Mapping[str, Sequence[str]]
    columns: Mapping[str, Floats]
    need: Ints
    expert: Ints
    grade: Ints
    need_ids: npt.NDArray[np.object_]
    cut: int
    kept_texts: dict[Weights, Floats] = field(default_factory=dict)
    kept: dict[Setting, Floats] = field(default_factory=dict)

    @classmethod
    def build(cls, index: ExpertIndex, needs: Needs, pairs: pd.DataFrame, scored: pd.DataFrame, cut: int) -> Bench:
        """Put pairs, needs and a matcher's signals together."""
        asked = needs.frame[needs.frame["need_id"].isin(set(pairs["need_id"]))].reset_index(drop=True)
        place = {need: i for i, need in enumerate(asked["need_id"])}
        experts = {expert: i for i, expert in enumerate(index.rows.expert_ids)}
        known = {name: scored[name].to_numpy(np.float64) for name in SIGNALS if name in scored}
        return cls(
            index=index,
            texts=need_columns(asked),
            columns=known,
            need=np.array([place[need] for need in pairs["need_id"]], dtype=np.int64),
            expert=np.array([experts[expert] for expert in pairs["expert_id"]], dtype=np.int64),
            grade=pairs["grade"].to_numpy(np.int64),
            need_ids=asked["need_id"].to_numpy(dtype=object),
            cut=cut,
        )

    @property
    def differing(self) -> npt.NDArray[np.bool_]:
        """Whether each need has pairs with different grades: of others, every order is as good."""
        low, high = np.full(len(self.need_ids), 99), np.full(len(self.need_ids), -1)
        np.minimum.at(low, self.need, self.grade)
        np.maximum.at(high, self.need, self.grade)
        return high > low

    def values(self, setting: Setting) -> Floats:
        """Return the measure of every need."""
        if setting not in self.kept:
            score = self.scores(setting)
            self.kept[setting] = ndcg(self.need, score, self.expert, self.grade, len(self.need_ids), self.cut)
        return self.kept[setting]

    def scores(self, setting: Setting) -> Floats:
        """Return the scores that a matcher with this setting gives."""
        score, opened = np.zeros(len(self.need)), np.zeros(len(self.need), dtype=bool)
        for name, weight in setting.signals:
            if weight > 0:
                values = self._text(setting.weights) if name == "text" else self.columns[name]
                score += weight * values
                opened |= (values > 0) & (name in OPENING)
        return np.where(opened, score, 0.0)

    def _text(self, weights: Weights) -> Floats:
        if weights == self.index.weights:
            return self.columns["text"]
        if weights not in self.kept_texts:
            index = ExpertIndex(
                rows=self.index.rows, counts=self.index.counts, analyzer=self.index.analyzer, weights=weights
            )
            self.kept_texts[weights] = index.pair_scores(index.vectors(self.texts), self.need, self.expert)
        return self.kept_texts[weights]
