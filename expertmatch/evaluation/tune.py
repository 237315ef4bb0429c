"""Weights from judgments: fitted on judged pairs, believed only when they are better on needs not fitted on.

Weights are changed one at a time to the best of a few values, in passes, as long as that helps (coordinate ascent
on the measure itself: Metzler and Croft, Information Retrieval 10, 2007). A change is made only when its mean gain
over the needs is larger than its standard error, so that few judgments leave the weights where they were.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from expertmatch.errors import SettingError, UnknownNameError
from expertmatch.evaluation.compare import paired
from expertmatch.evaluation.judgments import Judgments, read_judgments
from expertmatch.evaluation.trial import OPENING, Bench, Floats, Ints, Setting
from expertmatch.evaluation.tuned import Tuned
from expertmatch.index import ExpertIndex
from expertmatch.ranking.signals import SIGNALS
from expertmatch.tables.needs import Needs, read_needs
from expertmatch.tables.read import Source

GRID: Mapping[str, tuple[float, ...]] = {
    "character_weight": (0.4, 0.6, 0.8, 1.0),
    "character_share": (0.0, 0.05, 0.1, 0.2),
    "synonym_weight": (0.0, 0.25, 0.5, 1.0),
    "length_slope": (0.5, 0.7, 0.85, 1.0),
    "works_discount": (0.0, 0.3, 0.5, 0.7),
    "title_weight": (0.5, 1.0, 2.0, 4.0),
    "text_weight": (0.5, 1.0, 2.0),
    "keywords_weight": (0.5, 1.0, 2.0),
}
"""Values tried for each of the index's weights."""
SHARES = (0.0, 0.02, 0.05, 0.1, 0.2, 0.4)
"""Values tried for a signal's weight, as shares of the weight of the first signal (text, if it counts)."""
LEAST_NEEDS = 20
"""Needs with differing grades below which nothing is fitted."""
_PASSES = 3


class Tunable(Protocol):
    """What can be tuned: a fitted Matcher."""

    @property
    def index_(self) -> ExpertIndex:
        """The index."""

    def score(self, pairs: pd.DataFrame, *, needs: Needs) -> pd.DataFrame:
        """Return the pairs with a column per signal that counts."""


def tune(
    matcher: Tunable,
    needs: Needs | pd.DataFrame | Source,
    judgments: Source | Judgments,
    *,
    signals: Mapping[str, float] | None = None,
    grid: Mapping[str, Sequence[float]] = GRID,
    cut: int = 10,
    folds: int = 2,
    repeats: int = 5,
    random_state: int = 0,
) -> Tuned:
    """Fit the weights of fields, terms and signals on judged pairs, and say whether that gains anything.

    The judged pairs of a need are ranked among themselves (ties by id) and measured by nDCG. In every repeat the
    needs are cut into folds by a seed; weights fitted on the other folds are measured on each fold. The gain is the
    paired difference to the given weights, need by need, means over the repeats. Only when its 95 % interval lies
    above 0 are the weights fitted on all needs taken, else the given ones stay.

    Needs are the unit: with few of them, or with weights that were set on the same judgments before, a true gain
    may go unclaimed or the interval be too narrow.

    Parameters
    ----------
    matcher : Matcher
        Fitted; its weights are those to improve. Signals that it counts are tuned too.
    needs : Needs, DataFrame or path
        The needs that were judged.
    judgments : Judgments, path or DataFrame
        Graded pairs.
    signals : dict of str to float, optional
        Given weights of the matcher's signals, in place of its own; a signal of weight 0 is tried from 0.
    grid : dict of str to sequence of float
        Values tried for each of the index's weights; an empty one leaves them alone.
    cut : int, default 10
        k of nDCG@k.
    folds : int, default 2
        Parts that the needs are cut into.
    repeats : int, default 5
        How often, with seeds random_state, random_state + 1 and so on.
    random_state : int, default 0
        First seed.

    Returns
    -------
    Tuned

    Raises
    ------
    SettingError
        A setting that is not accepted, or no judged pair whose need and expert are there.
    UnknownNameError
        A weight or a signal that does not exist.
    InputError
        Tables that cannot be used.

    Examples
    --------
    >>> import expertmatch as em
    >>> matcher = em.Matcher().fit(em.read_pool(works=pd.DataFrame(
    ...     {"expert_id": ["E1", "E2"], "title": ["猕猴桃溃疡病", "混凝土裂缝"]})))
    >>> judged = pd.DataFrame({"need_id": ["N001"] * 2, "expert_id": ["E1", "E2"], "grade": [3, 0]})
    >>> print(tune(matcher, pd.DataFrame({"need_id": ["N001"], "title": ["猕猴桃病害"]}), judged).sentence)
    评分有高有低的需求只有 1 条，至少要有 20 条才能调权重，还差 19 条；保留原来的权重。
    """
    for name, value, least in (("cut", cut, 1), ("folds", folds, 2), ("repeats", repeats, 1)):
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise SettingError(name, value, f"{least} 以上的整数")
    read = needs if isinstance(needs, Needs) else read_needs(needs)
    pairs, left_out = _known_pairs(matcher.index_, read, read_judgments(judgments).pooled)
    scored = matcher.score(pairs[["need_id", "expert_id"]], needs=read)
    given = Setting(matcher.index_.weights, tuple(_given_signals(matcher, scored, signals).items()))
    bench = Bench.build(matcher.index_, read, pairs, scored, cut)
    usable = np.flatnonzero(bench.differing)
    before = bench.values(given)[usable]
    if len(usable) < max(LEAST_NEEDS, folds):
        nothing = replace(paired([], []), needs=len(usable))
        per_need = pd.DataFrame({"given": before, "fitted": np.nan}, index=_index(bench.need_ids[usable]))
        frame = _frame(given, given, given, [])
        return Tuned(
            weights=given.weights, signals=dict(given.signals), claimed=False, gain=nothing, frame=frame,
            per_need=per_need, measure=f"nDCG@{cut}", fits=0, least=max(LEAST_NEEDS, folds), left_out=left_out,
        )  # fmt: skip
    axes = value_axes(given, grid)
    seeds = [random_state + repeat for repeat in range(repeats)]
    after, fits = cross_validated(bench, given, axes, usable, folds=folds, seeds=seeds)
    gain = paired(after, before)
    fitted = _fit(bench, given, axes, usable)
    claimed = gain.low > 0 and fitted != given
    used = fitted if claimed else given
    return Tuned(
        weights=used.weights,
        signals=dict(used.signals),
        claimed=claimed,
        gain=gain,
        frame=_frame(given, fitted, used, fits),
        per_need=pd.DataFrame({"given": before, "fitted": after}, index=_index(bench.need_ids[usable])),
        measure=f"nDCG@{cut}",
        fits=len(fits),
        least=LEAST_NEEDS,
        left_out=left_out,
    )


def cross_validated(
    bench: Bench, given: Setting, axes: Mapping[str, Sequence[float]], needs: Ints, *, folds: int, seeds: Sequence[int]
) -> tuple[Floats, list[Setting]]:
    """Measure every need under weights that were fitted without it.

    Parameters
    ----------
    bench : Bench
        Judged pairs.
    given : Setting
        Where fits start.
    axes : dict of str to sequence of float
        Values tried for each weight.
    needs : ndarray of int64, shape (needs,)
        Positions of the needs that count.
    folds : int
        Parts that they are cut into.
    seeds : sequence of int
        One for each time that they are cut.

    Returns
    -------
    (ndarray of float64, list of Setting)
        The measure of each need, mean over the seeds, and every fit.
    """
    total, fits = np.zeros(len(needs)), list[Setting]()
    for seed in seeds:
        order = np.random.default_rng(seed).permutation(len(needs))
        for part in np.array_split(order, folds):
            rest = np.setdiff1d(order, part)
            fits.append(_fit(bench, given, axes, needs[rest]))
            total[part] += bench.values(fits[-1])[needs[part]]
    return total / len(seeds), fits


def _fit(bench: Bench, given: Setting, axes: Mapping[str, Sequence[float]], needs: Ints) -> Setting:
    """Climb from the given setting, one weight at a time."""
    here = given
    for _ in range(_PASSES):
        start = here
        for name, values in axes.items():
            here = _best(bench, here, (here.changed(name, value) for value in values), needs)
        if here == start:
            break
    return here


def _best(bench: Bench, here: Setting, others: Iterable[Setting], needs: Ints) -> Setting:
    """Return the setting with the largest mean gain, or this one where that is within its standard error."""
    now = bench.values(here)[needs]
    best, most = here, 0.0
    for other in others:
        if other == here or not any(weight > 0 for name, weight in other.signals if name in OPENING):
            continue
        gains = bench.values(other)[needs] - now
        mean, error = float(gains.mean()), float(gains.std(ddof=1)) / np.sqrt(len(gains))
        if mean > error and mean > most + 1e-12:
            best, most = other, mean
    return best


def value_axes(given: Setting, grid: Mapping[str, Sequence[float]]) -> dict[str, tuple[float, ...]]:
    """Return the values tried for each weight; the first signal is the measure of the others and stays."""
    known = set(vars(given.weights))
    for name in grid:
        if name not in known:
            what = "权重"
            raise UnknownNameError(what, name, known)
    axes = {name: tuple(values) for name, values in grid.items()} if "text" in dict(given.signals) else {}
    scale = next(weight for _, weight in given.signals if weight > 0)
    first = next(name for name, weight in given.signals if weight > 0)
    return axes | {name: tuple(scale * share for share in SHARES) for name, _ in given.signals if name != first}


def _given_signals(matcher: Tunable, scored: pd.DataFrame, signals: Mapping[str, float] | None) -> dict[str, float]:
    there = [name for name in SIGNALS if name in scored]
    own = getattr(matcher, "signals", None)
    given = dict(signals if signals is not None else {"text": 1.0} if own is None else own)
    for name, weight in given.items():
        if name not in there:
            what = "信号"
            raise UnknownNameError(what, name, there)
        if isinstance(weight, bool) or not isinstance(weight, int | float) or not 0 <= weight < float("inf"):
            raise SettingError(f"signals[{name!r}]", weight, "0 以上的数")
    if not any(given.get(name, 0) for name in OPENING):
        setting = "signals"
        raise SettingError(setting, given, f"{'、'.join(OPENING)} 至少有一个大于 0")
    return {name: float(given[name]) for name in there if name in given}


def _known_pairs(index: ExpertIndex, needs: Needs, pooled: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    experts = set(index.rows.expert_ids)
    known = pooled["need_id"].isin(set(needs.frame["need_id"])) & pooled["expert_id"].isin(experts)
    if not known.any():
        setting, some = "judgments", "、".join(sorted(set(pooled["need_id"]))[:3])
        accepted = "需求表和专家库中都有其编号的评判；请确认编号写法一致"
        raise SettingError(setting, f"需求 {some} 等的评判", accepted)
    return pooled[known].reset_index(drop=True), int((~known).sum())


def _frame(given: Setting, fitted: Setting, used: Setting, fits: Sequence[Setting]) -> pd.DataFrame:
    names = [*vars(given.weights), *dict(given.signals)]
    rows = [
        (name, given.value(name), fitted.value(name), used.value(name),
         sum(fit.value(name) != given.value(name) for fit in fits))
        for name in names
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["setting", "given", "fitted", "used", "changed"])


def _index(need_ids: npt.NDArray[np.object_]) -> pd.Index:
    return pd.Index(need_ids, name="need_id")
