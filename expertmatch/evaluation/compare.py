"""Is one run better than another: paired differences over the same needs, with intervals."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from expertmatch.display import html_table, text_table
from expertmatch.errors import SettingError, UnknownNameError
from expertmatch.evaluation.judgments import Judgments
from expertmatch.evaluation.measures import MEASURES, Evaluation, evaluate, measure_name
from expertmatch.evaluation.runs import Run
from expertmatch.tables.read import Source

Method = Literal["t", "bootstrap"]
RESAMPLES = 10_000
"""Resamples of the bootstrap."""
TIE = 1e-9
"""Values nearer than this are a tie."""

_ALL = "全部"
_Array = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A paired difference a - b.

    Parameters
    ----------
    needs : int
        Pairs of values.
    a, b : float
        The means; NaN without any pair.
    mean, low, high : float
        Mean of the differences and the bounds of its interval; bounds are NaN below two pairs.
    wins, ties, losses : int
        Needs for which a is better, equal, worse.
    """

    needs: int
    a: float
    b: float
    mean: float
    low: float
    high: float
    wins: int
    ties: int
    losses: int


@dataclass(frozen=True, eq=False, repr=False)
class Comparison:
    """Two runs side by side.

    Parameters
    ----------
    names : tuple of str
        What the runs are called.
    per_need : DataFrame
        need_id, measure, group, a, b, difference; only where the measure is defined.
    frame : DataFrame
        A row per measure and group: measure, group, needs, a, b, difference, low, high, wins, ties, losses. The
        first group, 全部, is all needs.
    level : float
        Level of the intervals.
    method : str
        How they were made.
    """

    names: tuple[str, str]
    per_need: pd.DataFrame
    frame: pd.DataFrame
    level: float
    method: Method

    def worst(self, measure: str, most: int = 10) -> pd.DataFrame:
        """Return the needs for which the first run is most behind.

        Parameters
        ----------
        measure : str
            One of the measures compared.
        most : int, default 10
            How many at most.

        Returns
        -------
        DataFrame
            need_id, group, a, b, difference; most behind first, then by need; only needs with a loss.

        Raises
        ------
        UnknownNameError
            The measure was not compared.
        """
        name, known = measure_name(measure), list(self.frame["measure"].unique())
        if name not in known:
            what = "指标"
            raise UnknownNameError(what, name, known)
        lost = self.per_need[(self.per_need["measure"] == name) & (self.per_need["difference"] < -TIE)]
        rows = lost.sort_values(["difference", "need_id"], kind="stable").head(most)
        return rows[["need_id", "group", "a", "b", "difference"]].reset_index(drop=True)

    def __repr__(self) -> str:
        """Return the differences as text."""
        return f"{self._head()}\n{text_table(*self._table(), width=110, max_rows=None)}"

    def _repr_html_(self) -> str:
        return html_table(*self._table(), caption=self._head())

    def _head(self) -> str:
        how = "配对 t" if self.method == "t" else "自助法"
        return f"{self.names[0]} 减 {self.names[1]}，{self.level:.0%} 区间（{how}）"

    def _table(self) -> tuple[list[str], list[list[str]]]:
        headers = ["指标", "分组", "需求数", *self.names, "差", "区间", "胜/平/负"]
        rows = [
            [
                str(row["measure"]),
                str(row["group"]),
                f"{row['needs']:,}",
                f"{row['a']:.4f}",
                f"{row['b']:.4f}",
                f"{row['difference']:+.4f}",
                f"[{row['low']:+.4f}, {row['high']:+.4f}]",
                f"{row['wins']}/{row['ties']}/{row['losses']}",
            ]
            for row in self.frame.to_dict("records")
        ]
        return headers, rows


def compare_runs(
    run_a: Run | Evaluation,
    run_b: Run | Evaluation,
    judgments: Source | Judgments | None = None,
    *,
    measures: Sequence[str] = MEASURES,
    relevant: int = 2,
    names: tuple[str, str] = ("A", "B"),
    groups: Mapping[str, str] | pd.Series | None = None,
    level: float = 0.95,
    method: Method = "t",
    random_state: int = 0,
) -> Comparison:
    """Say whether the first run is better than the second, and for which needs.

    The interval is that of the mean difference over needs. Student's t is the default: it needs no random
    numbers, and on retrieval measures it agrees with the bootstrap and the randomisation test (Smucker, Allan and
    Carterette, CIKM 2007). ``method="bootstrap"`` takes the percentiles of 10,000 seeded resamples of the needs,
    which suits small sets of very skewed differences.

    Parameters
    ----------
    run_a, run_b : Ranking, DataFrame, path or Evaluation
        What was ranked, or what :func:`evaluate` said of it.
    judgments : Judgments, path or DataFrame
        Graded pairs; may be left out when both runs are evaluations.
    measures : sequence of str
        As for :func:`evaluate`; of evaluations, those that both have.
    relevant : int, default 2
        As for :func:`evaluate`.
    names : tuple of str, default ("A", "B")
        What to call the runs.
    groups : dict of str to str, optional
        Need id -> group; every group gets its own rows besides all needs together.
    level : float, default 0.95
        Level of the intervals, between 0 and 1.
    method : {"t", "bootstrap"}, default "t"
        How the intervals are made.
    random_state : int, default 0
        Seed of the bootstrap.

    Returns
    -------
    Comparison

    Raises
    ------
    SettingError
        A setting that is not accepted; no judgments where they are needed; nothing to compare.
    InputError
        Tables that cannot be used.
    MissingExtraError
        ir-measures is not installed.

    Examples
    --------
    >>> judged = pd.DataFrame({"need_id": ["N1", "N2"], "expert_id": ["E1", "E1"], "grade": [3, 3]})
    >>> ranks = {"need_id": ["N1", "N1", "N2", "N2"], "expert_id": ["E1", "E2"] * 2}
    >>> a = pd.DataFrame(ranks | {"rank": [1, 2, 1, 2]})
    >>> b = pd.DataFrame(ranks | {"rank": [2, 1, 1, 2]})
    >>> compare_runs(a, b, judged, measures=["MRR"]).frame[["needs", "wins", "ties", "losses"]].loc[0].tolist()
    [2, 1, 1, 0]
    """
    check_level(level, method)
    values = [_values(run, judgments, measures, relevant) for run in (run_a, run_b)]
    shared = [name for name in values[0].columns if name in values[1].columns]
    if not shared or not set(values[0].index) & set(values[1].index):
        setting = "run_b"
        raise SettingError(setting, names[1], "与前一份有共同需求和共同指标的评测结果")
    parts = []
    for name in shared:
        both = pd.DataFrame({"a": values[0][name], "b": values[1][name]}).dropna()
        table = both.sort_index().rename_axis("need_id").reset_index()
        parts.append(table.assign(measure=name, difference=table["a"] - table["b"]))
    per_need = pd.concat(parts, ignore_index=True)
    per_need["group"] = _ALL if groups is None else per_need["need_id"].map(dict(groups)).fillna("")
    rows = []
    for name in shared:
        mine = per_need[per_need["measure"] == name]
        told = [] if groups is None else sorted(set(mine["group"]) - {""})
        for group, part in [(_ALL, mine), *((group, mine[mine["group"] == group]) for group in told)]:
            found = paired(part["a"], part["b"], level=level, method=method, random_state=random_state)
            rows.append({"measure": name, "group": group, **_told(found)})
    columns = ["need_id", "measure", "group", "a", "b", "difference"]
    return Comparison(
        names=(names[0], names[1]), per_need=per_need[columns], frame=pd.DataFrame(rows), level=level, method=method
    )


def paired(
    a: npt.ArrayLike, b: npt.ArrayLike, *, level: float = 0.95, method: Method = "t", random_state: int = 0
) -> Difference:
    """Return the mean difference of paired values with its interval.

    Parameters
    ----------
    a, b : array-like of float, shape (needs,)
        Values of the same needs, in the same order.
    level, method, random_state
        As for :func:`compare_runs`.

    Returns
    -------
    Difference

    Raises
    ------
    SettingError
        A setting that is not accepted, or lengths that differ.

    Examples
    --------
    >>> found = paired([1.0, 0.5, 0.5], [0.5, 0.5, 0.0])
    >>> found.wins, found.ties, round(found.mean, 3), round(found.low, 3), round(found.high, 3)
    (2, 1, 0.333, -0.384, 1.05)
    """
    check_level(level, method)
    first, second = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    if first.shape != second.shape or first.ndim != 1:
        setting = "b"
        raise SettingError(setting, second.shape, f"与 a 同样长度的一列数（{first.shape}）")
    differences: _Array = first - second
    count = len(differences)
    low, high = (math.nan, math.nan) if count < 2 else _interval(differences, level, method, random_state)
    return Difference(
        needs=count,
        a=float(first.mean()) if count else math.nan,
        b=float(second.mean()) if count else math.nan,
        mean=float(differences.mean()) if count else math.nan,
        low=low,
        high=high,
        wins=int((differences > TIE).sum()),
        ties=int((np.abs(differences) <= TIE).sum()),
        losses=int((differences < -TIE).sum()),
    )


def check_level(level: float, method: str) -> None:
    """Raise SettingError unless the level lies between 0 and 1 and the method exists."""
    if method not in get_args(Method):
        setting = "method"
        raise SettingError(setting, method, "、".join(get_args(Method)))
    if not 0 < level < 1:
        setting = "level"
        raise SettingError(setting, level, "0 与 1 之间的数，如 0.95")


def _interval(differences: _Array, level: float, method: Method, random_state: int) -> tuple[float, float]:
    mean, count = float(differences.mean()), len(differences)
    if method == "t":
        from scipy.stats import t

        half = float(t.ppf((1 + level) / 2, count - 1)) * float(differences.std(ddof=1)) / math.sqrt(count)
        return mean - half, mean + half
    rng = np.random.default_rng(random_state)
    block = max(1, 2_000_000 // count)
    means = [
        differences[rng.integers(0, count, size=(min(block, RESAMPLES - done), count))].mean(axis=1)
        for done in range(0, RESAMPLES, block)
    ]
    low, high = np.quantile(np.concatenate(means), [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def _values(
    run: Run | Evaluation, judgments: Source | Judgments | None, measures: Sequence[str], relevant: int
) -> pd.DataFrame:
    if isinstance(run, Evaluation):
        return run.per_need
    if judgments is None:
        setting = "judgments"
        raise SettingError(setting, None, "评判表（文件、DataFrame 或 read_judgments 的结果）")
    return evaluate(run, judgments, measures=measures, relevant=relevant).per_need


def _told(found: Difference) -> dict[str, float]:
    names = ("needs", "a", "b", "mean", "low", "high", "wins", "ties", "losses")
    return {("difference" if name == "mean" else name): getattr(found, name) for name in names}
