"""Confidence: the probability that a judge would call a match suitable.

A score has no unit: 0.12 may be a lot in one pool and little in another. Judged top results give it one. What is
learned holds for the index, the signal weights and the scenario it was learned with, and is refused elsewhere.

The model is a logistic regression with few inputs, each of which can only speak for a pair (slopes of 0 or more),
and a ridge penalty, as judged pairs are few (Platt, Advances in Large Margin Classifiers, 1999, fits a score's
slope and offset in this way). The order of a ranking stays the score's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit

from expertmatch.errors import CalibrationError, SettingError, UnknownNameError, check_number
from expertmatch.index.digest import index_digest
from expertmatch.ranking.evidence import EVIDENCE, evidence
from expertmatch.ranking.signals import Floats

if TYPE_CHECKING:
    from expertmatch.ranking.rank import Ranking

LEAST = 100
"""Judged top results below which there is no calibration."""
LEAST_EACH = 10
"""Suitable ones, and unsuitable ones, that there must be among them."""
SUITABLE = 2
"""The grade from which a match is suitable."""
FIRST = 10
"""Places of a ranking that count as its top results."""
RIDGE = 1.0
"""Penalty on the slopes of the standardised inputs: half of it times the sum of their squares."""
USED = ("score", "pieces")
"""Inputs used unless others are named; see docs/decisions/0011-confidence.md."""
_FORMAT = 1
_PAIR = ("need_id", "candidate_id")


@runtime_checkable
class HasPooled(Protocol):
    """Judgments: one grade a pair."""

    @property
    def pooled(self) -> pd.DataFrame:
        """need_id, expert_id, grade."""


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """What turns the evidence for a pair into a probability.

    Parameters
    ----------
    features : tuple of str
        Inputs, of :data:`EVIDENCE`.
    means, scales : tuple of float
        Of each input over the judged pairs; inputs are standardised with them.
    coefficients : tuple of float
        Slope of each standardised input, 0 or more; empty where there are too few judgments.
    intercept : float
        Of the log odds.
    judged, suitable : int
        Judged top results, and those of grade 2 and above among them.
    first : int
        Places of the ranking that count as top results; further places get no probability.
    index : str
        Digest of the index it holds for.
    signals : dict of str to float
        Signal weights it holds for.
    scenario : str
        Name of the scenario it holds for.

    Examples
    --------
    >>> Calibration(judged=37, suitable=9, first=10, index="", signals={"text": 1.0}, scenario="").sentence
    '靠前的推荐中评判过 37 对（其中合适 9 对），满 100 对才给出合适的概率，还差 63 对。'
    """

    features: tuple[str, ...] = ()
    means: tuple[float, ...] = ()
    scales: tuple[float, ...] = ()
    coefficients: tuple[float, ...] = ()
    intercept: float = 0.0
    judged: int
    suitable: int
    first: int
    index: str
    signals: Mapping[str, float]
    scenario: str

    @property
    def enough(self) -> bool:
        """Whether there were enough judgments to say anything."""
        return bool(self.coefficients)

    @property
    def sentence(self) -> str:
        """What the probabilities rest on, or how many judgments are missing, in Chinese."""
        head = f"靠前的推荐中评判过 {self.judged:,} 对（其中合适 {self.suitable:,} 对）"
        if self.enough:
            return f"合适的概率由评判得出：{head}，只适用于这个专家库、这组权重和这个场景。"
        if self.judged < LEAST:
            return f"{head}，满 {LEAST} 对才给出合适的概率，还差 {LEAST - self.judged:,} 对。"
        short, kind = min((self.suitable, "合适"), (self.judged - self.suitable, "不合适"))
        return f"{head}，{kind}的至少要有 {LEAST_EACH} 对才给出概率，还差 {LEAST_EACH - short} 对。"

    def check(self, ranking: Ranking, *, scenario: str = "") -> None:
        """Refuse a ranking that this calibration was not made for.

        Parameters
        ----------
        ranking : Ranking
            What it is to be used on.
        scenario : str, default ""
            The scenario's name.

        Raises
        ------
        CalibrationError
            Another index, other signal weights or another scenario.
        """
        if scenario != self.scenario:
            raise CalibrationError(f"它属于场景“{self.scenario or '（无）'}”，现在的场景是“{scenario or '（无）'}”")
        signals = dict(ranking.candidates.signals)
        if signals != dict(self.signals):
            raise CalibrationError(f"它用的信号权重是 {_told(self.signals)}，现在是 {_told(signals)}")
        if index_digest(ranking.candidates.index) != self.index:
            raise CalibrationError("它是用另一个索引做的，专家库或文字的权重已经不同")

    def probabilities(self, ranking: Ranking, *, scenario: str = "") -> Floats:
        """Return the probability of each recommended pair that a judge would call it suitable.

        Parameters
        ----------
        ranking : Ranking
            Pairs, from the index and with the weights that this was made with.
        scenario : str, default ""
            The scenario's name.

        Returns
        -------
        ndarray of float64, shape (pairs,)
            Aligned with ``ranking.frame``; NaN beyond the first places, and everywhere without enough judgments.

        Raises
        ------
        CalibrationError
            Another index, other signal weights or another scenario.
        """
        self.check(ranking, scenario=scenario)
        if not self.enough:
            return np.full(len(ranking.frame), np.nan)
        found = self.of_evidence(evidence(ranking))
        return np.where(ranking.frame["rank"].to_numpy() <= self.first, found, np.nan)

    def of_evidence(self, table: pd.DataFrame) -> Floats:
        """Return probabilities of rows of evidence.

        Parameters
        ----------
        table : DataFrame
            As :func:`evidence` gives it.

        Returns
        -------
        ndarray of float64, shape (rows,)
            Never lower where an input is higher and the others equal.
        """
        inputs = table[list(self.features)].to_numpy(np.float64)
        standard = (inputs - np.array(self.means)) / np.array(self.scales)
        found: Floats = expit(standard @ np.array(self.coefficients) + self.intercept)
        return found

    def to_dict(self) -> dict[str, Any]:
        """Return plain values that JSON can hold and :meth:`from_dict` reads.

        Returns
        -------
        dict
        """
        told = {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}
        return {"format": _FORMAT, **told, "signals": dict(self.signals)}

    @classmethod
    def from_dict(cls, told: Mapping[str, Any]) -> Calibration:
        """Return the calibration that :meth:`to_dict` described.

        Parameters
        ----------
        told : dict
            Plain values.

        Returns
        -------
        Calibration

        Raises
        ------
        CalibrationError
            Not such a description, or one of another version.

        Examples
        --------
        >>> one = Calibration(judged=3, suitable=1, first=10, index="", signals={"text": 1.0}, scenario="salon")
        >>> Calibration.from_dict(one.to_dict()) == one
        True
        """
        names = {field.name for field in fields(cls)}
        if told.get("format") != _FORMAT or set(told) != {"format", *names}:
            raise CalibrationError("文件不是概率标定，或由另一个版本写成")
        given: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in told.items()}
        del given["format"]
        return cls(**given)

    def __str__(self) -> str:
        """Return the sentence."""
        return self.sentence


def calibrate(
    ranking: Ranking,
    judgments: HasPooled | pd.DataFrame,
    *,
    scenario: str = "",
    features: Sequence[str] = USED,
    first: int = FIRST,
    ridge: float = RIDGE,
) -> Calibration:
    """Learn from judged top results how probable it is that a match suits.

    Only pairs that the ranking itself puts in its first places count; judged pairs elsewhere, chosen as near-misses
    or for another purpose, would say nothing of what people see.

    Parameters
    ----------
    ranking : Ranking
        Recommended pairs.
    judgments : Judgments or DataFrame
        As ``read_judgments`` gives them; a DataFrame has need_id, expert_id, grade, one row a pair.
    scenario : str, default ""
        Name of the scenario that ranking and judgments belong to.
    features : sequence of str, default ("score", "pieces")
        Inputs, of score, pieces, coverage.
    first : int, default 10
        How many places count as top results.
    ridge : float, default 1.0
        Penalty on the slopes, 0 to 1000.

    Returns
    -------
    Calibration
        One that says nothing when fewer than 100 top results were judged, or fewer than 10 of them are suitable or
        fewer than 10 are not; its sentence says what is missing.

    Raises
    ------
    SettingError
        A setting that is not accepted, or a pair with several grades.
    UnknownNameError
        An input or a column that does not exist.

    Examples
    --------
    >>> import expertmatch as em
    >>> works = pd.DataFrame({"expert_id": ["E1"], "title": ["猕猴桃溃疡病防治"]})
    >>> ranking = em.Matcher().fit(em.read_pool(works=works)).rank("猕猴桃溃疡病")
    >>> judged = pd.DataFrame({"need_id": ["N001"], "expert_id": ["E1"], "grade": [3]})
    >>> calibrate(ranking, judged).enough
    False
    """
    _check_settings(features, first, ridge)
    pairs = judged_pairs(ranking, judgments)
    top = (ranking.frame["rank"] <= first).to_numpy() & ~np.isnan(pairs)
    suitable = pairs[top] >= SUITABLE
    found = Calibration(
        judged=int(top.sum()),
        suitable=int(suitable.sum()),
        first=int(first),
        index=index_digest(ranking.candidates.index),
        signals=dict(ranking.candidates.signals),
        scenario=scenario,
    )
    if found.judged < LEAST or min(found.suitable, found.judged - found.suitable) < LEAST_EACH:
        return found
    return fit_evidence(found, evidence(ranking)[top], suitable, features=features, ridge=ridge)


def fit_evidence(
    blank: Calibration, table: pd.DataFrame, suitable: npt.NDArray[np.bool_], *, features: Sequence[str], ridge: float
) -> Calibration:
    """Fill a calibration in from evidence and what was found suitable.

    Parameters
    ----------
    blank : Calibration
        What it is for.
    table : DataFrame
        As :func:`evidence` gives it.
    suitable : ndarray of bool, shape (rows,)
        Both kinds must be there.
    features, ridge
        As for :func:`calibrate`.

    Returns
    -------
    Calibration
    """
    inputs = table[list(features)].to_numpy(np.float64)
    means, scales = inputs.mean(axis=0), inputs.std(axis=0)
    scales = np.where(scales > 0, scales, 1.0)
    slopes, intercept = fit_logistic((inputs - means) / scales, suitable, ridge=ridge)
    return replace(
        blank,
        features=tuple(features),
        means=tuple(map(float, means)),
        scales=tuple(map(float, scales)),
        coefficients=tuple(map(float, slopes)),
        intercept=intercept,
    )


def judged_pairs(ranking: Ranking, judgments: HasPooled | pd.DataFrame) -> Floats:
    """Return the grade of each recommended pair.

    Parameters
    ----------
    ranking : Ranking
        Recommended pairs.
    judgments : Judgments or DataFrame
        One grade a pair.

    Returns
    -------
    ndarray of float64, shape (pairs,)
        NaN where nobody judged. Where an expert and a society share an id, the grade is the expert's.

    Raises
    ------
    SettingError
        A pair with several grades.
    UnknownNameError
        A column is missing.
    """
    pooled = judgments.pooled if isinstance(judgments, HasPooled) else judgments
    for column in ("need_id", "expert_id", "grade"):
        if column not in pooled:
            raise UnknownNameError("列", column, [str(name) for name in pooled.columns])
    keys = list(zip(pooled["need_id"].astype(str), pooled["expert_id"].astype(str), strict=True))
    grades = dict(zip(keys, pooled["grade"].astype(float), strict=True))
    if len(grades) != len(keys):
        setting = "judgments"
        raise SettingError(setting, "有的一对有几个评分", "每对一个评分；几位评判人的表请先用 em.read_judgments 读入")
    frame = ranking.frame
    experts = set(zip(*(frame.loc[frame["candidate_kind"] == "expert", c] for c in _PAIR), strict=True))
    columns = (frame[name] for name in (*_PAIR, "candidate_kind"))
    return np.array(
        [
            grades.get((need, key), np.nan) if kind == "expert" or (need, key) not in experts else np.nan
            for need, key, kind in zip(*columns, strict=True)
        ],
        dtype=np.float64,
    )


def fit_logistic(inputs: Floats, suitable: npt.NDArray[np.bool_], *, ridge: float) -> tuple[Floats, float]:
    """Fit log odds = inputs · slopes + intercept, slopes at least 0.

    Minimises the sum of log losses plus ridge / 2 times the sum of squared slopes, a convex problem with one
    minimum, by L-BFGS-B.

    Parameters
    ----------
    inputs : ndarray of float64, shape (pairs, features)
        Standardised.
    suitable : ndarray of bool, shape (pairs,)
        Both kinds must be there.
    ridge : float
        Penalty.

    Returns
    -------
    (ndarray of float64, float)
        Slopes and intercept.
    """
    signs = np.where(suitable, 1.0, -1.0)
    count = inputs.shape[1]

    def loss(values: Floats) -> tuple[float, Floats]:
        slopes, odds = values[:count], signs * (inputs @ values[:count] + values[count])
        wrong = -signs * expit(-odds)
        whole = float(np.logaddexp(0.0, -odds).sum() + ridge / 2 * (slopes**2).sum())
        return whole, np.r_[inputs.T @ wrong + ridge * slopes, wrong.sum()]

    share = float(suitable.mean())
    start = np.r_[np.zeros(count), np.log(share / (1 - share))]
    bounds = [(0.0, None)] * count + [(None, None)]
    options = {"maxiter": 1000, "ftol": 1e-14, "gtol": 1e-9}
    from scipy.optimize import minimize  # slow to import, and few calibrate

    found = minimize(loss, start, jac=True, bounds=bounds, method="L-BFGS-B", options=options)
    return found.x[:count], float(found.x[count])


def _check_settings(features: Sequence[str], first: int, ridge: float) -> None:
    for name in features:
        if name not in EVIDENCE:
            what = "依据"
            raise UnknownNameError(what, name, EVIDENCE)
    if isinstance(features, str) or not features or len(set(features)) != len(features):
        setting = "features"
        raise SettingError(setting, features, f"至少一个、互不相同的：{'、'.join(EVIDENCE)}")
    if isinstance(first, bool) or not isinstance(first, int) or first < 1:
        setting = "first"
        raise SettingError(setting, first, "1 以上的整数")
    check_number("ridge", ridge, 1000.0)


def _told(signals: Mapping[str, float]) -> str:
    return "、".join(f"{name} {weight:g}" for name, weight in signals.items())
