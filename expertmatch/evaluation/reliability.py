"""How far probabilities can be believed: calibration error, Brier score and skill, the table of reliability."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from expertmatch.display import html_table, text_table
from expertmatch.errors import SettingError

BINS = 10
"""Bins of equal mass that the calibration error is taken over."""
DRAWS = 1000
"""Draws of :func:`expected_ece`."""

_Array = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class Reliability:
    """Probabilities beside what happened.

    Parameters
    ----------
    frame : DataFrame
        A row per bin: low, high (of the probabilities in it), pairs, predicted (their mean), observed (share that
        came true).
    pairs : int
        How many.
    base : float
        Share of all that came true.
    ece, brier, skill : float
        As :func:`ece`, :func:`brier` and :func:`brier_skill` give them.
    """

    frame: pd.DataFrame
    pairs: int
    base: float
    ece: float
    brier: float
    skill: float

    def __repr__(self) -> str:
        """Return the figures and the bins as text."""
        return f"{self._head()}\n{text_table(*self._table(), align='lrrr')}"

    def _repr_html_(self) -> str:
        return html_table(*self._table(), caption=self._head(), align="lrrr")

    def _head(self) -> str:
        return (
            f"{self.pairs:,} 对，合适的占 {self.base:.1%}；校准误差 {self.ece:.3f}，"
            f"Brier 分 {self.brier:.3f}，相对总占比的技巧 {self.skill:+.3f}"
        )

    def _table(self) -> tuple[list[str], list[list[str]]]:
        rows = [
            [f"{row.low:.2f} 至 {row.high:.2f}", f"{row.pairs:,}", f"{row.predicted:.3f}", f"{row.observed:.3f}"]
            for row in self.frame.itertuples()
        ]
        return ["概率", "对数", "平均概率", "实际合适"], rows


def reliability(probabilities: npt.ArrayLike, outcomes: npt.ArrayLike, *, bins: int = BINS) -> Reliability:
    """Put probabilities beside what happened.

    Parameters
    ----------
    probabilities : array-like of float, shape (pairs,)
        From 0 to 1.
    outcomes : array-like of bool, shape (pairs,)
        What came true.
    bins : int, default 10
        Bins of equal mass; equal probabilities are never parted, so there can be fewer.

    Returns
    -------
    Reliability

    Raises
    ------
    SettingError
        Numbers that are no probabilities, lengths that differ, no pair at all.

    Examples
    --------
    >>> reliability([0.1, 0.1, 0.9, 0.9], [False, False, True, True], bins=2).frame["observed"].tolist()
    [0.0, 1.0]
    """
    chance, true = _checked(probabilities, outcomes, bins)
    table = pd.DataFrame({"p": chance, "y": true, "bin": equal_mass_bins(chance, bins)})
    frame = table.groupby("bin").agg(
        low=("p", "min"), high=("p", "max"), pairs=("p", "size"), predicted=("p", "mean"), observed=("y", "mean")
    )
    return Reliability(
        frame=frame.reset_index(drop=True),
        pairs=len(table),
        base=float(true.mean()),
        ece=ece(chance, true, bins=bins),
        brier=brier(chance, true),
        skill=brier_skill(chance, true),
    )


def ece(probabilities: npt.ArrayLike, outcomes: npt.ArrayLike, *, bins: int = BINS) -> float:
    """Return the expected calibration error: the mean over bins of |predicted - observed|, weighted by pairs.

    Bins have equal mass (Naeini, Cooper and Hauskrecht, AAAI 2015, take equal mass too; bins of equal width leave
    most of them nearly empty at a few hundred pairs). Even perfect probabilities have an error above 0 on few
    pairs: :func:`expected_ece` says how much.

    Parameters
    ----------
    probabilities, outcomes, bins
        As for :func:`reliability`.

    Returns
    -------
    float

    Raises
    ------
    SettingError
        As for :func:`reliability`.

    Examples
    --------
    >>> round(ece([0.2, 0.2, 0.8, 0.8], [False, False, True, True], bins=2), 3)
    0.2
    """
    chance, true = _checked(probabilities, outcomes, bins)
    place = equal_mass_bins(chance, bins)
    gaps = np.bincount(place, weights=chance - true, minlength=bins)
    return float(np.abs(gaps).sum() / len(chance))


def expected_ece(probabilities: npt.ArrayLike, *, bins: int = BINS, draws: int = DRAWS, random_state: int = 0) -> float:
    """Return the calibration error that these probabilities would show if they were exactly right.

    The mean of :func:`ece` over outcomes drawn from the probabilities themselves (the consistency resampling of
    Bröcker and Smith, Weather and Forecasting 22, 2007).

    Parameters
    ----------
    probabilities : array-like of float, shape (pairs,)
        From 0 to 1.
    bins : int, default 10
        As for :func:`ece`.
    draws : int, default 1000
        How many draws.
    random_state : int, default 0
        Seed.

    Returns
    -------
    float

    Raises
    ------
    SettingError
        As for :func:`reliability`.

    Examples
    --------
    >>> expected_ece([0.0, 1.0], bins=2)
    0.0
    """
    chance, _ = _checked(probabilities, np.zeros(np.shape(probabilities)), bins)
    rng = np.random.default_rng(random_state)
    place = equal_mass_bins(chance, bins)
    whole = 0.0
    for _ in range(draws):
        drawn = (rng.random(len(chance)) < chance).astype(np.float64)
        whole += float(np.abs(np.bincount(place, weights=chance - drawn, minlength=bins)).sum())
    return whole / draws / len(chance)


def brier(probabilities: npt.ArrayLike, outcomes: npt.ArrayLike) -> float:
    """Return the mean squared difference of probability and outcome (Brier, Monthly Weather Review 78, 1950).

    Parameters
    ----------
    probabilities, outcomes
        As for :func:`reliability`.

    Returns
    -------
    float
        0 is best.

    Raises
    ------
    SettingError
        As for :func:`reliability`.

    Examples
    --------
    >>> brier([0.5, 1.0], [True, True])
    0.125
    """
    chance, true = _checked(probabilities, outcomes, 1)
    return float(((chance - true) ** 2).mean())


def brier_skill(probabilities: npt.ArrayLike, outcomes: npt.ArrayLike) -> float:
    """Return 1 - Brier score / that of saying the base rate of these same outcomes every time.

    Parameters
    ----------
    probabilities, outcomes
        As for :func:`reliability`.

    Returns
    -------
    float
        1 is best, 0 is no better than the base rate; NaN where all outcomes are alike.

    Raises
    ------
    SettingError
        As for :func:`reliability`.

    Examples
    --------
    >>> brier_skill([0.75, 0.25], [True, False])
    0.75
    """
    chance, true = _checked(probabilities, outcomes, 1)
    base = float(true.mean())
    return 1.0 - brier(chance, true) / (base * (1 - base)) if 0 < base < 1 else float("nan")


def equal_mass_bins(probabilities: _Array, bins: int) -> npt.NDArray[np.int64]:
    """Return the bin of each probability: floor(bins · number of smaller ones / number of all).

    Equal values share a bin, so that the order of the rows does not matter.

    Parameters
    ----------
    probabilities : ndarray of float64, shape (pairs,)
        Any numbers.
    bins : int
        How many.

    Returns
    -------
    ndarray of int64, shape (pairs,)

    Examples
    --------
    >>> equal_mass_bins(np.array([0.3, 0.1, 0.3, 0.9]), 2).tolist()
    [0, 0, 0, 1]
    """
    smaller = np.searchsorted(np.sort(probabilities), probabilities, "left")
    return (smaller * bins // len(probabilities)).astype(np.int64)


def _checked(probabilities: npt.ArrayLike, outcomes: npt.ArrayLike, bins: int) -> tuple[_Array, _Array]:
    chance, true = (np.asarray(values, dtype=np.float64) for values in (probabilities, outcomes))
    if chance.ndim != 1 or not len(chance) or not ((chance >= 0) & (chance <= 1)).all():
        setting = "probabilities"
        raise SettingError(setting, probabilities, "至少一个、都在 0 到 1 之间的数")
    if chance.shape != true.shape or not np.isin(true, (0.0, 1.0)).all():
        setting = "outcomes"
        raise SettingError(setting, outcomes, f"{len(chance)} 个是或否（True、False）")
    if isinstance(bins, bool) or not isinstance(bins, int | np.integer) or bins < 1:
        setting = "bins"
        raise SettingError(setting, bins, "1 以上的整数")
    return chance, true
