"""The judged pairs of the sample: complete, read twice, and a guard for the numbers of the ranking."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pandas as pd

import expertmatch as em
from expertmatch.evaluation import agreement, evaluate, read_judgments

DATA = Path(__file__).parent.parent / "data"
KINDS = ("enterprise", "village", "other")


@cache
def needs() -> pd.DataFrame:
    return pd.concat([em.read_needs(DATA / f"needs_{kind}.csv").frame for kind in KINDS], ignore_index=True)


@cache
def pool() -> em.Pool:
    return em.read_pool(DATA / "experts.csv", works=DATA / "works.csv")


def test_every_pair_is_of_the_sample_and_was_read_twice() -> None:
    read = read_judgments(DATA / "judgments.csv")
    assert read.judges == ("乙", "甲")
    assert set(read.frame["need_id"]) <= set(needs()["need_id"])
    assert set(read.frame["expert_id"]) <= set(pool().experts["expert_id"])
    assert (read.frame.groupby(["need_id", "expert_id"])["judge"].nunique() == 2).all()
    assert len(read.pooled) >= 1200
    raw = pd.read_csv(DATA / "judgments.csv", dtype=str, encoding="utf-8-sig")
    assert (raw["说明"] == "虚构示例").all()


def test_the_two_readings_agree_but_are_two() -> None:
    found = agreement(DATA / "judgments.csv")
    assert 0.7 < found.kappa < 1.0
    assert found.quadratic > 0.9


def test_many_needs_have_no_suitable_expert() -> None:
    best = read_judgments(DATA / "judgments.csv").frame.groupby("need_id")["grade"].max()
    assert (best < 2).mean() >= 0.15


def test_the_ranking_stays_as_good_as_it_was() -> None:
    ranking = em.Matcher().fit(pool()).rank(needs(), top=10)
    found = evaluate(ranking, DATA / "judgments.csv")
    assert found["nDCG@10"] > 0.79  # 0.819 when written; pairs were pooled from rankings like this one, so a guard only


def test_thin_recommendations_are_seldom_suitable() -> None:
    ranking = em.Matcher().fit(pool()).rank(needs(), top=3)
    pooled = read_judgments(DATA / "judgments.csv").pooled
    grades = dict(zip(zip(pooled["need_id"], pooled["expert_id"], strict=True), pooled["grade"], strict=True))
    suitable: dict[bool, list[bool]] = {True: [], False: []}
    for why in ranking.explanations():
        grade = grades.get((why.need_id, why.candidate_id))
        if grade is not None:
            suitable[why.thin].append(grade >= 2)
    share = {thin: sum(found) / len(found) for thin, found in suitable.items()}
    assert len(suitable[True]) > 100
    assert share[True] < 0.2
    assert share[False] > 0.5
