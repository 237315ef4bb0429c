"""How good a run is: measures by ir-measures, every need's value kept."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from expertmatch.display import html_table, text_table
from expertmatch.errors import InputError, MissingExtraError, Problem, SettingError
from expertmatch.evaluation.judgments import GRADES, Judgments, read_judgments
from expertmatch.evaluation.runs import Run, read_run
from expertmatch.tables.read import Source

MEASURES = ("nDCG@10", "P@5", "R@10", "MRR", "judged@10")
"""The measures taken unless others are named."""

_NAME = re.compile(r"(ndcg|p|r|mrr|judged)(?:@([1-9][0-9]*))?", re.IGNORECASE)
_WRITTEN = {"ndcg": "nDCG", "p": "P", "r": "R", "mrr": "MRR", "judged": "judged"}
_NEEDS_CUT = ("P", "R")
_OF_GAINS = ("nDCG",)
_OF_THE_RUN = ("P", "judged")


@dataclass(frozen=True, eq=False, repr=False)
class Evaluation:
    """How good a run is.

    Parameters
    ----------
    per_need : DataFrame
        Index need_id (every need with judgments, sorted), a column per measure; NaN where a measure is not
        defined: no candidate of that need is relevant, or (judged) none was ranked.
    relevant : int
        The grade from which a candidate counts as relevant.
    unranked : tuple of str
        Needs with judgments for which the run has no candidate: they count as 0.
    unjudged : tuple of str
        Needs of the run without any judgment: they count nowhere.
    """

    per_need: pd.DataFrame
    relevant: int
    unranked: tuple[str, ...]
    unjudged: tuple[str, ...]

    @property
    def frame(self) -> pd.DataFrame:
        """The means: measure, mean, needs (over how many the mean is taken)."""
        columns = list(self.per_need.columns)
        mean = [float(self.per_need[name].mean()) if self.per_need[name].notna().any() else np.nan for name in columns]
        return pd.DataFrame(
            {"measure": columns, "mean": mean, "needs": [int(self.per_need[n].count()) for n in columns]}
        )

    def __getitem__(self, measure: str) -> float:
        """Return the mean of a measure."""
        return float(self.frame.set_index("measure")["mean"][measure_name(measure)])

    def __repr__(self) -> str:
        """Return the means as text."""
        return f"{self._head()}\n{text_table(['指标', '平均', '需求数'], self._rows(), align='lrr')}"

    def _repr_html_(self) -> str:
        return html_table(["指标", "平均", "需求数"], self._rows(), caption=self._head(), align="lrr")

    def _rows(self) -> list[list[str]]:
        return [[name, f"{mean:.4f}", f"{needs:,}"] for name, mean, needs in self.frame.itertuples(index=False)]

    def _head(self) -> str:
        parts = [f"评测 {len(self.per_need):,} 条有评判的需求（{self.relevant} 分以上为合适）"]
        if self.unranked:
            parts.append(f"{len(self.unranked):,} 条没有推荐，按 0 计")
        if self.unjudged:
            parts.append(f"{len(self.unjudged):,} 条需求没有评判，未计入")
        return "；".join(parts)


def evaluate(
    run: Run, judgments: Source | Judgments, *, measures: Sequence[str] = MEASURES, relevant: int = 2
) -> Evaluation:
    """Say how good a run is.

    nDCG@k has gains 2^grade - 1 and discounts log2(rank + 1) (Burges et al., ICML 2005); P@k, R@k and MRR count
    candidates of grade ``relevant`` and above; judged@k is the share of the first k that was judged at all.
    A candidate without a judgment counts as grade 0, as in trec_eval. nDCG, R and MRR are not defined for needs
    that nobody suits; such needs are left out of their means. Where several judges graded a pair, the lower
    median counts.

    Parameters
    ----------
    run : Ranking, DataFrame or path
        What was ranked; ties of score go by id.
    judgments : Judgments, path or DataFrame
        Graded pairs.
    measures : sequence of str, default nDCG@10, P@5, R@10, MRR, judged@10
        Any of nDCG, nDCG@k, P@k, R@k, MRR, MRR@k, judged@k.
    relevant : int, default 2
        From which grade on a candidate is relevant: 1, 2 or 3.

    Returns
    -------
    Evaluation

    Raises
    ------
    InputError
        Tables that cannot be used, or no need that both have.
    SettingError
        A measure that does not exist, or a grade that is none.
    MissingExtraError
        ir-measures is not installed.

    Examples
    --------
    >>> judged = {"need_id": ["N1"] * 3, "expert_id": ["E1", "E2", "E3"], "grade": [0, 3, 1]}
    >>> run = {"need_id": ["N1"] * 3, "expert_id": ["E1", "E2", "E3"], "score": [0.9, 0.7, 0.1]}
    >>> evaluate(pd.DataFrame(run), pd.DataFrame(judged), measures=["MRR", "P@1"]).per_need.loc["N1"].tolist()
    [0.5, 0.0]
    """
    names = [measure_name(name) for name in measures]
    if not names or len(set(names)) != len(names):
        raise SettingError("measures", list(measures), "至少一个、互不相同的指标，如 nDCG@10、P@5、R@100、MRR")
    if relevant not in GRADES[1:]:
        raise SettingError("relevant", relevant, "、".join(map(str, GRADES[1:])))
    ranked, pooled = read_run(run), read_judgments(judgments).pooled
    needs = sorted(set(pooled["need_id"]))
    known = ranked["need_id"].isin(set(needs))
    _check_shared(ranked, known)
    values = _values(names, ranked[known], pooled, relevant)
    best = pooled.groupby("need_id")["grade"].max()
    per_need = values.reindex(index=pd.Index(needs, name="need_id"), columns=names).fillna(0.0)
    for name in names:
        kind = name.partition("@")[0]
        if kind not in _OF_THE_RUN:
            per_need.loc[best < (1 if kind in _OF_GAINS else relevant), name] = np.nan
        if kind == "judged":
            per_need.loc[~per_need.index.isin(set(ranked["need_id"])), name] = np.nan
    unjudged = tuple(sorted(set(ranked.loc[~known, "need_id"])))
    unranked = tuple(need for need in needs if need not in set(ranked["need_id"]))
    return Evaluation(per_need=per_need, relevant=relevant, unranked=unranked, unjudged=unjudged)


def measure_name(name: str) -> str:
    """Return a measure's name as it is written here.

    Parameters
    ----------
    name : str
        In any case.

    Returns
    -------
    str

    Raises
    ------
    SettingError
        There is no such measure.

    Examples
    --------
    >>> measure_name("ndcg@10")
    'nDCG@10'
    """
    accepted = "nDCG、nDCG@k、P@k、R@k、MRR、MRR@k、judged、judged@k（k 为正整数）"
    match = _NAME.fullmatch(name.strip()) if isinstance(name, str) else None
    if match is None:
        setting = "measures"
        raise SettingError(setting, name, accepted)
    kind, cut = _WRITTEN[match[1].lower()], match[2]
    if kind in _NEEDS_CUT and cut is None:
        setting = "measures"
        raise SettingError(setting, name, accepted)
    return f"{kind}@{cut}" if cut else kind


def _values(names: list[str], ranked: pd.DataFrame, pooled: pd.DataFrame, relevant: int) -> pd.DataFrame:
    """Let ir-measures take the measures; the score it gets is the rank, so that it sees no ties."""
    measures = {_measure(name, relevant): name for name in names}
    import ir_measures

    qrels = {
        str(need): {str(expert): int(grade) for expert, grade in zip(rows["expert_id"], rows["grade"], strict=True)}
        for need, rows in pooled.groupby("need_id")
    }
    run = {
        str(need): {str(expert): -float(rank) for expert, rank in zip(rows["expert_id"], rows["rank"], strict=True)}
        for need, rows in ranked.groupby("need_id")
    }
    values: dict[str, dict[str, float]] = {name: {} for name in names}
    for metric in ir_measures.iter_calc(list(measures), qrels, run):
        values[measures[metric.measure]][metric.query_id] = float(metric.value)
    return pd.DataFrame(values)


def _measure(name: str, relevant: int) -> Any:
    try:
        import ir_measures
    except ImportError as error:
        purpose, extra = "计算评测指标", "evaluation"
        raise MissingExtraError(purpose, extra) from error
    kind, _, cut = name.partition("@")
    measures: dict[str, Any] = {
        "nDCG": ir_measures.nDCG(gains={grade: 2**grade - 1 for grade in GRADES}),
        "P": ir_measures.P(rel=relevant),
        "R": ir_measures.R(rel=relevant),
        "MRR": ir_measures.RR(rel=relevant),
        "judged": ir_measures.Judged,
    }
    return measures[kind] @ int(cut) if cut else measures[kind]


def _check_shared(ranked: pd.DataFrame, known: pd.Series) -> None:
    if known.any():
        return
    some = "、".join(sorted(set(ranked["need_id"]))[:3]) or "（空）"
    raise InputError([
        Problem(
            severity="error", code="no-shared-need",
            message=f"排名与评判没有共同的需求编号；排名中有：{some}。",
            remedy="请确认两份文件的需求编号写法一致。",
        )
    ])  # fmt: skip
