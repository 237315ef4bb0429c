"""Plans: held against their tables, against more pairs, and on tiny pools against trying everything."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest
from plan_pools import asked_cases, programme, settings, whole_day

import expertmatch as em
from expertmatch.errors import ConflictError, SettingError, UnknownNameError
from expertmatch.planning.checking.check import check_plan
from expertmatch.planning.pencil.marks import Cell, Wish, Wishes
from expertmatch.planning.wishes import with_wishes
from expertmatch.scenarios import Scenario

WORDS = ("猕猴桃溃疡病", "猕猴桃授粉", "苹果冻害", "苹果修剪", "奶山羊乳房炎", "混凝土裂缝")
UNITS = ("西北大学", "周至县农技推广站", "陕西中天机械有限公司")
WORKS = pd.DataFrame({
    "expert_id": ["E1", "E1", "E2", "E3"], "title": ["猕猴桃溃疡病", "猕猴桃授粉", "猕猴桃冻害", "猕猴桃溃疡病防治"],
})  # fmt: skip


@pytest.fixture(scope="module")
def ranking() -> em.Ranking:
    return em.Matcher().fit(em.read_pool(works=WORKS)).rank(["猕猴桃溃疡病", "猕猴桃冻害"])


def tables(number: int) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return experts, works and needs of a tiny pool."""
    rng = random.Random(f"tiny {number}")
    ids = [f"E{i}" for i in range(1, rng.randint(3, 5) + 1)]
    experts = pd.DataFrame({"expert_id": ids, "name": [f"虚构{one}" for one in ids],
                            "unit": [rng.choice(UNITS) for _ in ids]})  # fmt: skip
    works = [(who, word + rng.choice(WORDS)) for who in ids for word in rng.sample(WORDS, 3)]
    needs = [(f"N{i}", rng.choice(WORDS) + rng.choice(WORDS)) for i in range(rng.randint(2, 3))]
    return (
        experts,
        pd.DataFrame(works, columns=["expert_id", "title"]),
        pd.DataFrame(needs, columns=["need_id", "title"]),
    )


def ranked(number: int, *, shuffled: bool = False) -> em.Ranking:
    experts, works, needs = tables(number)
    if shuffled:
        experts, works = (one.sample(frac=1, random_state=number).reset_index(drop=True) for one in (experts, works))
    return em.Matcher().fit(em.read_pool(experts, works=works)).rank(em.Needs(needs), top=50)


def pairs_of(frame: pd.DataFrame) -> set[tuple[str, str]]:
    return set(zip(frame["need_id"], frame["candidate_id"], strict=True))


def worth(plan: em.Plan) -> float:
    return plan.total - plan.penalty


def every_plan(number: int, ranking: em.Ranking, *, wanted: int, capacity: int, limit: int | None,
               absent: str = "") -> Iterator[tuple[int, float, set[tuple[str, str]]]]:  # fmt: skip
    """Yield missing, total and pairs of everything that may be, from the tables."""
    experts, _, needs = tables(number)
    unit = dict(zip(experts["expert_id"], experts["unit"], strict=True))
    rows = ranking.frame
    score = dict(zip(zip(rows["need_id"], rows["candidate_id"], strict=True), rows["score"], strict=True))
    choices = []
    for need in needs["need_id"]:
        able = [who for who in unit if (need, who) in score and who != absent]
        teams = [team for size in range(wanted + 1) for team in itertools.combinations(able, size)]
        choices.append([
            team for team in teams if limit is None or max(Counter(unit[w] for w in team).values(), default=0) <= limit
        ])  # fmt: skip
    for teams in itertools.product(*choices):
        if max(Counter(itertools.chain(*teams)).values(), default=0) <= capacity:
            pairs = {(need, who) for need, team in zip(needs["need_id"], teams, strict=True) for who in team}
            yield wanted * len(teams) - len(pairs), sum(score[one] for one in pairs), pairs


def rules(*some: dict[str, Any]) -> Scenario:
    return Scenario.model_validate({
        "name": "tiny", "title": "虚构场景", "summary": "虚构示例。", "need_kinds": ["试验"], "rules": list(some),
    })  # fmt: skip


# (a) random pools


@pytest.mark.parametrize("select", ["best", "draw"])
def test_plans_on_random_pools_hold_and_admit_what_they_lack(select: str) -> None:
    made: Counter[str] = Counter()
    for case in asked_cases(range(100, 122)):
        matcher = em.Matcher(scenario=programme(case.rng), as_of=case.pool.today).fit(case.pool)
        ranking = whole_day(matcher, case.needs)
        asked = settings(case.rng, ranking)
        if select == "draw":
            asked |= {"select": "draw", "seed": f"第 {case.number} 次"}
        try:
            plan = em.plan(ranking, **asked)
        except (em.InputError, ConflictError, SettingError):  # only what is locked can contradict rules
            assert asked.get("locked"), case.number
            made["refused"] += 1
            continue
        check = plan.check()
        assert not check.broken, (case.number, asked, str(check))
        made[plan.status] += 1
    assert made["partial"]
    assert made["drawn" if select == "draw" else "optimal"]
    assert made["refused"] < 8


# (b) more pairs


@pytest.mark.parametrize("objective", ["total", "fair"])
def test_more_pairs_are_no_better_where_both_are_proven(objective: str) -> None:
    proven = 0
    for case in asked_cases(range(12)):
        ranking = whole_day(em.Matcher(scenario=programme(case.rng), as_of=case.pool.today).fit(case.pool), case.needs)
        one, every = (em.plan(ranking, wanted=2, objective=objective, pairs=pairs) for pairs in (1, 10_000))
        assert one.unserved["missing"].sum() == every.unserved["missing"].sum(), case.number
        assert worth(every) <= one.bound + 1e-6, case.number
        assert worth(one) <= every.bound + 1e-6, case.number
        if one.gap == every.gap == 0:
            proven += 1
            assert worth(one) == pytest.approx(worth(every), abs=1e-6), case.number
            assert one.bound == pytest.approx(every.bound, abs=1e-6), case.number
    assert proven


# (c) everything tried


@pytest.mark.parametrize("number", range(12))
def test_tiny_plans_are_as_good_as_trying_everything(number: int) -> None:
    ranking = ranked(number)
    for capacity, limit in ((1, None), (2, 1), (1, 1)):
        plan = em.plan(ranking, wanted=2, capacity=capacity, cover=False, limits={"unit": limit} if limit else {})
        tried = every_plan(number, ranking, wanted=2, capacity=capacity, limit=limit)
        missing, total, _ = min(tried, key=lambda one: (one[0], -one[1]))
        assert plan.unserved["missing"].sum() == missing
        assert plan.total == pytest.approx(total, abs=1e-9)


# (d) several scenarios


def test_several_scenarios_share_one_capacity_and_refuse_what_does_not_belong_together() -> None:
    matcher = em.Matcher().fit(em.read_pool(works=WORKS))
    other = matcher.under(rules())
    needs = pd.DataFrame({"need_id": ["A1", "B1"], "title": ["猕猴桃溃疡病", "猕猴桃溃疡病"]})
    first, second = matcher.rank(em.Needs(needs.iloc[:1])), other.rank(em.Needs(needs.iloc[1:].reset_index(drop=True)))
    plan = em.plan([first, second], wanted=(1, 3), capacity=1)
    assert len(plan.scenarios) == 2
    experts = plan.frame.loc[plan.frame["candidate_kind"] == "expert", "candidate_id"]
    assert len(experts)
    assert not experts.duplicated().any()
    assert not plan.check().broken
    with pytest.raises(em.InputError, match="A1"):
        em.plan([first, first])
    stranger = em.Matcher().fit(em.read_pool(works=WORKS.iloc[:2])).rank(em.Needs(needs.iloc[1:]))
    with pytest.raises(SettingError, match="专家库"):
        em.plan([first, stranger])


# (e) repair


@pytest.mark.parametrize("number", range(8))
def test_repair_keeps_as_many_pairs_as_trying_everything(number: int) -> None:
    ranking = ranked(number)
    plan = em.plan(ranking, wanted=2, capacity=2, cover=False)
    gone = str(plan.frame["candidate_id"].iloc[0])
    repaired = plan.repair([gone])
    before, after = pairs_of(plan.frame), pairs_of(repaired.frame)
    assert gone not in set(repaired.frame["candidate_id"])
    tried = every_plan(number, ranking, wanted=2, capacity=2, limit=None, absent=gone)
    missing, kept, total = min((lack, -len(pairs & before), -total) for lack, total, pairs in tried)
    assert repaired.unserved["missing"].sum() == missing
    assert len(after & before) == -kept
    assert repaired.total == pytest.approx(-total, abs=1e-9)
    assert not repaired.check().broken
    assert repaired.changes is not None
    told = repaired.changes
    assert (told["before"] != "").sum() == len(before - after)
    assert (told["after"] != "").sum() == len(after - before)


def test_who_stays_after_a_repair_has_stand_ins_as_before() -> None:
    words = ["猕猴桃溃疡病", "猕猴桃冻害", "猕猴桃授粉", "猕猴桃修剪", "猕猴桃施肥", "猕猴桃贮藏"]
    works = pd.DataFrame({"expert_id": [f"E{i}" for i in range(6)], "title": words})
    needs = ["猕猴桃溃疡病", "猕猴桃施肥"]
    plan = em.plan(em.Matcher().fit(em.read_pool(works=works)).rank(needs), wanted=1, cover=False)
    stays, leaves = plan.frame["candidate_id"]
    repaired = plan.repair([leaves])
    assert set(repaired.runner_ups["need_id"]) == {"N001", "N002"}
    mine = [set(one.runner_ups.query("need_id == 'N001'")["candidate_id"]) for one in (plan, repaired)]
    assert mine[1] - {leaves}
    assert stays not in mine[1]
    assert repaired.changes is not None
    assert repaired.changes["why"].tolist() == ["来不了"]


def test_repair_names_the_nearest_id(ranking: em.Ranking) -> None:
    with pytest.raises(UnknownNameError, match="E1"):
        em.plan(ranking, wanted=1).repair(["E11"])


# (f) wishes


def wish(need: str, *, out: str = "", into: str = "") -> Wish:
    kind: Any = "replace" if out and into else "drop" if out else "keep"
    cell = Cell(file="方案.xlsx", sheet="方案", row=2, column="保留", text="√")
    return Wish(kind=kind, need_id=need, place=1, out=out, into=into, sentence=f"{need} {out}→{into}", cell=cell)


@pytest.mark.parametrize("number", range(6))
def test_wishes_hold_and_cost_the_difference_of_two_plans(number: int) -> None:
    ranking = ranked(number)
    plan = em.plan(ranking, wanted=1, capacity=1, cover=False)
    need, out = plan.frame[["need_id", "candidate_id"]].iloc[0]
    others = ranking.frame[(ranking.frame["need_id"] == need) & (ranking.frame["candidate_id"] != out)]
    into = str(others["candidate_id"].iloc[-1])
    made, costs = with_wishes(plan, Wishes((wish(need, out=out), wish(need, into=into))))
    assert (need, into) in pairs_of(made.frame)
    assert (need, out) not in pairs_of(made.frame)
    straight = em.plan(ranking, wanted=1, capacity=1, cover=False, locked=((need, into),), forbidden=((need, out),))
    assert len(costs) == 3
    assert costs["cost"].iloc[-1] == pytest.approx(worth(plan) - worth(straight), abs=1e-9)
    alone = em.plan(ranking, wanted=1, capacity=1, cover=False, forbidden=((need, out),))
    assert costs["cost"].iloc[1] == pytest.approx(worth(alone) - worth(straight), abs=1e-9)
    assert not made.check().broken


def test_a_lock_that_the_rules_refuse_is_refused_with_the_rule() -> None:
    experts, works, needs = tables(0)
    experts["title"] = ["教授", *["工程师"] * (len(experts) - 1)]
    rule = {"id": "prof", "label": "须为教授", "field": "title", "any_of": ["教授"]}
    matcher = em.Matcher(scenario=rules(rule)).fit(em.read_pool(experts, works=works))
    plan = em.plan(matcher.rank(em.Needs(needs), top=50), wanted=1, cover=False)
    with pytest.raises(em.InputError, match="须为教授"):
        with_wishes(plan, Wishes((wish("N0", into="E2"),)))


# (g) partial plans


def test_a_partial_plan_says_so_first_and_why(ranking: em.Ranking) -> None:
    plan = em.plan(ranking, wanted=2, capacity=1)
    assert (plan.status, plan.complete) == ("partial", False)
    assert plan.summary.startswith("不完整")
    assert plan.unserved["missing"].sum() == 1
    assert len(plan.shortage)
    assert plan.shortage["sentence"].str.len().gt(0).all()
    assert plan.check().ok


def test_a_need_without_candidates_is_unserved_and_said_why() -> None:
    ranking = em.Matcher().fit(em.read_pool(works=WORKS)).rank(["猕猴桃溃疡病", "量子纠缠"])
    plan = em.plan(ranking, wanted=(1, 2))
    row = plan.unserved.iloc[0]
    assert len(plan.unserved) == 1
    assert (row["need_id"], row["wanted"], row["placed"], row["missing"]) == ("N002", 1, 0, 1)
    assert row["reason"]
    assert plan.summary.startswith("不完整")
    assert not plan.check().broken


# (h) settings


@pytest.mark.parametrize(("wrong", "told"), [
    ({"wantd": 1}, "wanted"), ({"locked": (("N009", "E1"),)}, "N00"), ({"forbidden": (("N001", "E9"),)}, "E"),
    ({"objective": "totl"}, "total"), ({"wanted": (3, 1)}, "不可能"), ({"limits": {"units": 1}}, "unit"),
    ({"select": "draw"}, "seed"), ({"pairs": 0}, "pairs"), ({"time_limit": 0}, "time_limit"),
    ({"quotas": [{"label": "名额", "per": "unit"}]}, "least"),
    ({"quotas": [{"label": "名额", "per": "unit", "mst": 1}]}, "most"),
    ({"locked": (("N001", "E1"),), "forbidden": (("N001", "E1"),)}, "既要保留又要排除"),
])  # fmt: skip
def test_wrong_settings_are_refused_in_chinese(ranking: em.Ranking, wrong: dict[str, Any], told: str) -> None:
    with pytest.raises(em.ExpertmatchError, match=told) as refused:
        em.plan(ranking, **wrong)
    assert any("一" <= one <= "鿿" for one in str(refused.value))
    if told in {"N00", "E"}:  # ids, which settings alone do not know
        return
    with pytest.raises(em.ExpertmatchError) as alone:
        em.PlanSettings(**wrong)
    assert str(alone.value) == str(refused.value)


# (i) the same again


@pytest.mark.parametrize("number", range(8))
def test_the_same_plan_twice_and_with_shuffled_tables(number: int) -> None:
    asked: dict[str, Any] = {"wanted": 2, "capacity": 2, "limits": {"unit": 1}}
    plan = em.plan(ranked(number), **asked)
    for other in (em.plan(ranked(number), **asked), em.plan(ranked(number, shuffled=True), **asked)):
        pd.testing.assert_frame_equal(plan.frame, other.frame)
        pd.testing.assert_frame_equal(plan.runner_ups, other.runner_ups)
        assert plan.total == pytest.approx(other.total, abs=1e-12)


# (j) runner-ups


def test_each_runner_up_alone_in_its_place_keeps_every_hard_rule() -> None:
    tried = 0
    for case in asked_cases(range(200, 225)):
        matcher = em.Matcher(scenario=programme(case.rng), as_of=case.pool.today).fit(case.pool)
        ranking = whole_day(matcher, case.needs)
        asked = settings(case.rng, ranking) | {"locked": (), "forbidden": (), "minimum": 0, "wanted": 1}
        plan = em.plan(ranking, **asked)
        for row in plan.runner_ups.itertuples(index=False):
            frame = plan.frame.copy()
            at = (frame["need_id"] == row.need_id) & (frame["place"] == row.place)
            assert at.sum() == 1
            instead = [row.candidate_kind, row.candidate_id, row.name, row.score]
            frame.loc[at, ["candidate_kind", "candidate_id", "name", "score"]] = instead
            found = hard_faults(plan, frame)
            assert found <= hard_faults(plan, plan.frame), (case.number, row, found)
            tried += 1
    assert tried > 20


def hard_faults(plan: em.Plan, frame: pd.DataFrame) -> set[tuple[str, str, str]]:
    """Return the rules that are a must and broken; of what gives way, a stand-in may leave it unsaid."""
    sides = plan._sides
    rows = check_plan(
        frame, unserved=plan.unserved, broken=plan.broken, needs=plan.needs, pool=plan.pool, scenarios=plan.scenarios,
        settings=plan.settings, as_of=plan.as_of, score=plan._scored, scenario_of=sides.scenario_of,
        codes=sides.codes, need_codes=sides.need_codes,
    ).frame  # fmt: skip
    bad = rows[rows["hard"] & (rows["result"] == "broken") & (rows["rule"] != "unsaid")]
    return set(zip(bad["rule"], bad["need_id"], bad["label"], strict=True))


# (k) by lot


def test_a_draw_is_repeated_by_its_seed_and_differs_by_another(ranking: em.Ranking) -> None:
    plan, again = (em.plan(ranking, wanted=1, select="draw", seed="2026-11-20 王") for _ in range(2))
    pd.testing.assert_frame_equal(plan.frame, again.frame)
    assert plan.status == "drawn"
    assert plan.check().ok
    assert plan.draw is not None
    assert not plan.draw.record.verify()
    others = [em.plan(ranking, wanted=1, select="draw", seed=f"另一次 {i}") for i in range(8)]
    assert any(pairs_of(one.frame) != pairs_of(plan.frame) for one in others)


def test_repairing_a_draw_keeps_the_others(ranking: em.Ranking) -> None:
    for seed in "甲乙丙丁":
        plan = em.plan(ranking, wanted=1, capacity=1, select="draw", seed=seed)
        gone = str(plan.frame["candidate_id"].iloc[0])
        repaired = plan.repair([gone])
        stay = pairs_of(plan.frame[plan.frame["candidate_id"] != gone])
        assert stay
        assert stay <= pairs_of(repaired.frame)
        assert gone not in set(repaired.frame["candidate_id"])
        assert not repaired.check().broken


def test_locks_beyond_a_draws_room_are_told_with_figures(ranking: em.Ranking) -> None:
    needs = ranking.frame["need_id"].unique().tolist()
    with pytest.raises(ConflictError, match="可承担的次数") as told:
        em.plan(ranking, wanted=1, capacity=1, select="draw", seed="甲", locked=[(one, "E1") for one in needs])
    assert "2" in str(told.value)


# (l) rankings of one scenario


def test_rankings_of_one_scenario_are_planned_as_one() -> None:
    """Quotas and capacities are the scenario's, however many rankings its needs come in."""
    split = 0
    for case in asked_cases(range(300, 312)):
        matcher = em.Matcher(scenario=programme(case.rng), as_of=case.pool.today).fit(case.pool)
        every = case.needs
        if len(every) < 2:
            continue
        whole = whole_day(matcher, case.needs)
        parts = [whole_day(matcher, every.iloc[rows].reset_index(drop=True))
                 for rows in (slice(0, 1), slice(1, None))]  # fmt: skip
        one, two = em.plan(whole, wanted=1), em.plan(parts, wanted=1)
        assert worth(two) == pytest.approx(worth(one), abs=1e-9)
        assert len(two.unserved) == len(one.unserved)
        assert not two.check().broken
        split += 1
    assert split > 5
