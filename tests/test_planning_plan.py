"""Plans: what they hold is verified from the tables, how good they are by looking at more pairs."""

from __future__ import annotations

import pandas as pd
import pytest
from plan_pools import asked_cases, programme

import expertmatch as em

WORKS = pd.DataFrame({
    "expert_id": ["E1", "E1", "E2", "E3"], "title": ["猕猴桃溃疡病", "猕猴桃授粉", "猕猴桃冻害", "猕猴桃溃疡病防治"],
})  # fmt: skip


@pytest.fixture(scope="module")
def ranking() -> em.Ranking:
    return em.Matcher().fit(em.read_pool(works=WORKS)).rank(["猕猴桃溃疡病", "猕猴桃冻害"])


@pytest.mark.parametrize("objective", ["total", "fair"])
def test_plans_on_random_pools_hold_and_more_pairs_are_no_better(objective: str) -> None:
    for case in asked_cases(range(12)):
        ranking = em.Matcher(scenario=programme(case.rng), as_of=case.pool.today).fit(case.pool).rank(case.needs)
        plan = em.plan(ranking, wanted=2, objective=objective, pairs=1)
        every = em.plan(ranking, wanted=2, objective=objective, pairs=10_000)
        assert not plan.check().broken, (case.number, str(plan.check()))
        if objective == "total":
            assert plan.unserved["missing"].sum() == every.unserved["missing"].sum()
            assert every.total - every.penalty <= plan.bound + 1e-6, case.number
            if plan.gap == 0:
                assert plan.total - plan.penalty == pytest.approx(every.total - every.penalty, abs=1e-6)


def test_a_partial_plan_says_so_first_and_why(ranking: em.Ranking) -> None:
    plan = em.plan(ranking, wanted=2, capacity=1)
    assert (plan.status, plan.complete) == ("partial", False)
    assert plan.summary.startswith("不完整")
    assert plan.unserved["missing"].sum() == 1
    assert plan.shortage["sentence"].str.len().gt(0).all()
    assert plan.check().ok


def test_repair_leaves_out_the_absent_and_tells_what_moved(ranking: em.Ranking) -> None:
    plan = em.plan(ranking, wanted=1, capacity=1)
    gone = plan.frame["candidate_id"].iloc[0]
    repaired = plan.repair([gone])
    assert gone not in set(repaired.frame["candidate_id"])
    assert repaired.frame["candidate_id"].iloc[1] == plan.frame["candidate_id"].iloc[1]
    assert repaired.changes is not None
    assert repaired.changes["what"].tolist() == ["换人"]
    with pytest.raises(em.ExpertmatchError, match="E1"):
        plan.repair(["E11"])


def test_locks_bans_and_wrong_settings(ranking: em.Ranking) -> None:
    plan = em.plan(ranking, wanted=1, locked=(("N001", "E2"),), forbidden=(("N002", "E2"),))
    pairs = set(zip(plan.frame["need_id"], plan.frame["candidate_id"], strict=True))
    assert ("N001", "E2") in pairs
    assert ("N002", "E2") not in pairs
    for wrong, told in ({"wantd": 1}, "wanted"), ({"locked": (("N009", "E1"),)}, "N00"):
        with pytest.raises(em.ExpertmatchError, match=told):
            em.plan(ranking, **wrong)
    with pytest.raises(em.InputError, match="N001"):
        em.plan([ranking, ranking])


def test_a_draw_can_be_repeated_and_checked(ranking: em.Ranking) -> None:
    plan = em.plan(ranking, wanted=1, select="draw", seed="2026-11-20 王")
    again = em.plan(ranking, wanted=1, select="draw", seed="2026-11-20 王")
    pd.testing.assert_frame_equal(plan.frame, again.frame)
    assert plan.status == "drawn"
    assert plan.check().ok
