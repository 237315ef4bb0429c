"""Feedback in the ledger of services as judgments: who was served, and how content they were."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from expertmatch.errors import InputError, Problem, SettingError
from expertmatch.evaluation.judgments import Judgments

SERVED = "已完成"
"""State of an engagement that took place."""
GRADES_OF_RATINGS = ((4.5, 3), (4.0, 2), (3.0, 1), (0.0, 0))
"""Rating on the scale to 5 from which on, and the grade it stands for: policy, not measurement."""
JUDGE = "服务台账"
_MOST = 5.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Feedback:
    """What the ledger says of matches.

    Parameters
    ----------
    judgments : Judgments
        A grade for each need and expert that was served and rated; the judge is 服务台账.
    needs : DataFrame
        need_id, title of the needs served, where the ledger has the title.
    unrated : int
        Engagements that took place without a rating.
    others : int
        Engagements that are no feedback on the match: declined, cancelled, agreed or under way.
    """

    judgments: Judgments
    needs: pd.DataFrame
    unrated: int
    others: int

    @property
    def sentence(self) -> str:
        """What was read, in Chinese."""
        return (
            f"服务台账：{len(self.judgments):,} 对有满意度，作为评分；{self.unrated:,} 次已完成但没有满意度，"
            f"{self.others:,} 次未完成（拒绝、取消等不算评分）。"
        )


def feedback(engagements: pd.DataFrame) -> Feedback:
    """Read grades from a ledger.

    A rating of 4.5 and above (of 5) becomes grade 3, of 4 and above 2, of 3 and above 1, below that 0. Only services
    that took place count: who declines had no time or another reason, which says nothing about how well they would
    have suited. Where an expert served a need several times, the lower median rating counts.

    A ledger holds only people who were chosen, mostly one a need, and content people; needs with one rated expert
    say nothing about order. The signal ``record`` is made of the same ratings: do not tune its weight on them.

    Parameters
    ----------
    engagements : DataFrame
        need_id, candidate_id, state, rating, and need_title if there: a pool's ``engagements``.

    Returns
    -------
    Feedback

    Raises
    ------
    SettingError
        A column is missing.
    InputError
        A rating that is no number from 0 to 5.

    Examples
    --------
    >>> rows = [("N1", "E1", "已完成", "4.5"), ("N1", "E2", "已完成", "3.5"), ("N1", "E3", "已拒绝", "")]
    >>> feedback(pd.DataFrame(rows, columns=["need_id", "candidate_id", "state", "rating"])).judgments.pooled[
    ...     "grade"].tolist()
    [3, 1]
    """
    for name in ("need_id", "candidate_id", "state", "rating"):
        if name not in engagements:
            setting = "engagements"
            raise SettingError(setting, list(engagements.columns), f"有 {name} 列的服务台账")
    text = engagements.reindex(columns=["need_id", "candidate_id", "state", "rating", "need_title"])
    text = text.astype(object).where(text.notna(), "").astype(str)
    known = (text["need_id"] != "") & (text["candidate_id"] != "")
    served = known & (text["state"] == SERVED)
    rated = text[served & (text["rating"].str.strip() != "")]
    numbers = pd.to_numeric(rated["rating"], errors="coerce")
    wrong = rated[~numbers.between(0, _MOST)]
    if len(wrong):
        raise InputError([_problem(row.need_id, row.candidate_id, row.rating) for row in wrong.itertuples()])
    pairs = rated.assign(grade=[grade_of(float(number)) for number in numbers])
    pairs = pairs.rename(columns={"candidate_id": "expert_id"}).assign(
        judge=JUDGE, grade=lambda table: table["grade"].astype(np.int64)
    )
    pooled = Judgments(frame=pairs[["need_id", "expert_id", "grade", "judge"]]).pooled.assign(judge=JUDGE)
    needs = text[known & (text["need_title"].str.strip() != "")].drop_duplicates("need_id").sort_values("need_id")
    return Feedback(
        judgments=Judgments(frame=pooled.sort_values(["need_id", "expert_id"], ignore_index=True)),
        needs=needs[["need_id", "need_title"]].rename(columns={"need_title": "title"}).reset_index(drop=True),
        unrated=int(served.sum()) - len(rated),
        others=int(len(text) - served.sum()),
    )


def grade_of(rating: float) -> int:
    """Return the grade that a rating stands for.

    Parameters
    ----------
    rating : float
        From 0 to 5.

    Returns
    -------
    int
        0 to 3.

    Examples
    --------
    >>> [grade_of(rating) for rating in (5, 4.5, 4, 3.5, 2)]
    [3, 3, 2, 1, 0]
    """
    return next(grade for least, grade in GRADES_OF_RATINGS if rating >= least)


def _problem(need: object, expert: object, rating: object) -> Problem:
    return Problem(
        severity="error", code="bad-rating", table="engagements", column="满意度", value=str(rating),
        message=f"需求 {need} 与专家 {expert} 的满意度“{rating}”不是 0 到 5 的数。",
        remedy="请换算成 5 分制，或留空。",
    )  # fmt: skip
