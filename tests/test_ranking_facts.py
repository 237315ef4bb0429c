"""Signals of facts by hand, sums that add up in every scenario, stores and row order that change nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from random_pools import TODAY, Case, cases, random_weights, rich_scenario
from strategies import analyzer

import expertmatch as em
from expertmatch.ranking.signals import SIGNALS
from expertmatch.scenarios import Scenario, read_scenario, scenario_names

SCENARIOS = (*scenario_names(), "rich")
OWN = """
name = "own"
title = "自办活动"
summary = "试验。"
need_kinds = ["自办"]
candidates = ["expert", "society"]

[signals]
text = 0.5
place = 0.2
record = 0.1
load = 0.1
balance = 0.1

[[rules]]
id = "age"
label = "不满六十"
field = "age"
below = 60
unknown = "ask"

[[recusal]]
ground = "same_unit"
"""


@cache
def case_of(name: str) -> Case:
    """One pool with needs of the kinds of a scenario."""
    return next(cases(range(3000 + SCENARIOS.index(name), 3001 + SCENARIOS.index(name)), [_kinds(name)]))


def _kinds(name: str) -> list[str]:
    return [*_scenario(name).need_kinds]


@cache
def _scenario(name: str) -> Scenario:
    return rich_scenario(graph=True) if name == "rich" else read_scenario(name)


# every scenario


@pytest.mark.parametrize("name", SCENARIOS)
def test_signals_are_shares_and_explanations_add_up(name: str) -> None:
    case, scenario = case_of(name), _scenario(name)
    weights = (
        scenario.signals if name == "rich" else {**dict.fromkeys(("place", "record", "load"), 0.1), **scenario.signals}
    )
    matcher = em.Matcher(scenario=scenario, analyzer=analyzer(), signals=weights).fit(case.pool)
    everybody = pd.DataFrame(
        [(need, "expert", key) for need in case.needs.frame["need_id"] for key in case.pool.experts["expert_id"]],
        columns=["need_id", "candidate_kind", "candidate_id"],
    )
    if "expert" in scenario.candidates:
        scored = matcher.score(everybody, needs=case.needs)
        _are_shares(scored, weights)
    ranking = matcher.rank(case.needs, top=30)
    _are_shares(ranking.frame, weights)
    for score, why in zip(ranking.frame["score"], ranking.explanations(), strict=True):
        parts = sum(entry.contribution for entry in why.entries) + sum(part.contribution for part in why.others)
        assert abs(parts - score) < 1e-9
        assert abs(why.score - score) < 1e-9
    again = matcher.score(ranking.frame[["need_id", "candidate_kind", "candidate_id"]], needs=case.needs)
    assert again["eligible"].all()
    for column in ("score", *(one for one in SIGNALS if one in ranking.frame)):
        assert again[column].to_numpy().tobytes() == ranking.frame[column].to_numpy().tobytes()


def _are_shares(frame: pd.DataFrame, weights: Mapping[Any, float]) -> None:
    names = [name for name in SIGNALS if weights.get(name)]
    assert [name for name in SIGNALS if name in frame] == names
    assert frame[names].ge(0).all(axis=None)
    assert frame[names].le(1).all(axis=None)
    total = sum(weights[name] * frame[name] for name in names)
    assert np.abs(frame["score"] - total).max() < 1e-9 if len(frame) else True


@pytest.mark.parametrize("name", [*SCENARIOS, "auto", "file"])
def test_stored_and_loaded_it_ranks_and_refuses_the_same(name: str, tmp_path: Path) -> None:
    scenario: Any = _scenario(name) if name in SCENARIOS else name
    if name == "file":
        scenario = tmp_path / "自办.toml"
        scenario.write_text(OWN, encoding="utf-8")
    case = case_of(name if name in SCENARIOS else SCENARIOS[0])
    weights = None if name == "file" else random_weights(case.rng)
    first = em.Matcher(scenario=scenario, analyzer=analyzer(), signals=weights).fit(case.pool)
    first.save(tmp_path / "索引")
    again = em.Matcher.load(tmp_path / "索引")
    assert again.as_of_ == first.as_of_ == TODAY
    _same(first.rank(case.needs, top=4), again.rank(case.needs, top=4))


def _same(one: em.Ranking, other: em.Ranking) -> None:
    for table in ("frame", "unmatched", "excluded", "passed_over", "hints"):
        pd.testing.assert_frame_equal(getattr(one, table), getattr(other, table), check_exact=True)


def test_the_order_of_rows_changes_nothing() -> None:
    for case in cases(range(3100, 3104), [["试验"]] * 4):
        tables = {
            name: getattr(case.pool, name).sample(frac=1, random_state=5).replace("", None)
            for name in ("works", "societies", "memberships", "relations", "availability", "engagements")
        }
        shuffled = em.read_pool(case.pool.experts.sample(frac=1, random_state=6), **tables, today=TODAY)
        needs = em.read_needs(case.needs.frame.sample(frac=1, random_state=7), today=TODAY)
        whole = em.read_pool(case.pool.experts, **{name: getattr(case.pool, name) for name in tables}, today=TODAY)
        assert shuffled == whole
        settings: dict[str, Any] = {"scenario": rich_scenario(graph=False), "signals": random_weights(case.rng)}
        one, other = (em.Matcher(analyzer=analyzer(), **settings).fit(pool) for pool in (whole, shuffled))
        _same(one.rank(case.needs, top=3), other.rank(needs, top=3))


# by hand


def ranked(signal: str, engagements: pd.DataFrame | None = None, **columns: Any) -> dict[str, float]:
    """The values of one signal for three experts on 2024-06-15 whose works are all alike."""
    experts = pd.DataFrame({"expert_id": ["E1", "E2", "E3"], "name": ["甲一", "乙二", "丙三"]})
    given = {name: cells for name, cells in columns.items() if name not in ("region", "years")}
    experts = experts.assign(**given, **({"region": columns["region"]} if "region" in columns else {}))
    works = pd.DataFrame({"expert_id": ["E1", "E2", "E3"], "title": ["猕猴桃溃疡病"] * 3})
    if "years" in columns:
        works["date"] = columns["years"]
    needs = pd.DataFrame({"need_id": ["N1"], "title": ["猕猴桃溃疡病"], "region": ["西安市周至县"]})
    pool = em.read_pool(experts, works=works, engagements=engagements, today=TODAY)
    matcher = em.Matcher(signals={"text": 0.5, signal: 0.5}, analyzer=analyzer()).fit(pool)
    frame = matcher.rank(em.read_needs(needs, today=TODAY)).frame
    assert len(frame) == 3
    return dict(zip(frame["expert_id"], frame[signal], strict=True))


def served(**columns: list[str]) -> pd.DataFrame:
    return pd.DataFrame({"need_title": "旧需求", **columns})


def test_place() -> None:
    assert ranked("place", region=["周至县", "西安市雁塔区", "陕西省"]) == {"E1": 1.0, "E2": 0.6, "E3": 0.3}
    assert ranked("place", region=["四川省", "", "美国"]) == {"E1": 0.0, "E2": 0.0, "E3": 0.0}


def test_record() -> None:
    # the mean of all is (1.0 + 0.6 + 0.8) / 3 = 0.8; ratings go up to 5
    table = served(
        candidate_id=["E1", "E1", "E2", "E2"],
        state=["已完成", "已完成", "已完成", "服务中"],
        date=["2023", "2024-06-15", "2022-01", "2022-01"],
        rating=["5", "3", "4", "1"],
    )
    values = ranked("record", table)
    assert values == pytest.approx({"E1": (1.6 + 4) / 7, "E2": (0.8 + 4) / 6, "E3": 0.8})
    assert ranked("record") == {"E1": 0.5, "E2": 0.5, "E3": 0.5}
    late = served(candidate_id=["E1"], state=["已完成"], date=["2024-06-16"], rating=["5"])
    assert ranked("record", late) == ranked("record")


def test_load() -> None:
    table = served(
        candidate_id=["E1", "E1", "E1", "E2", "E3"],
        state=["已同意", "服务中", "已完成", "服务中", "已拒绝"],
        date=["2024", "", "2024", "2023", "2024"],
    )
    assert ranked("load", table, capacity=["8", "", "0"]) == {"E1": 0.75, "E2": 0.75, "E3": 0.0}
    assert ranked("load", table, capacity=["1", "1", ""]) == {"E1": 0.0, "E2": 0.0, "E3": 1.0}


def test_recency() -> None:
    values = ranked("recency", years=["2024-05", "2019", ""])
    assert values == {"E1": 1.0, "E2": 0.5, "E3": 0.0}
    assert ranked("recency", years=["2014", "2025", "2004"]) == {"E1": 0.25, "E2": 0.0, "E3": 0.0625}


def test_balance() -> None:
    table = served(candidate_id=["E2", "E3"], state=["已完成", "已拒绝"], date=["2020", "2020"])
    assert ranked("balance", table, birth=["1984-07", "1984-07", "1984-06"]) == {"E1": 1.0, "E2": 0.5, "E3": 0.5}
    assert ranked("balance", birth=["", "1984", "1985"]) == {"E1": 0.5, "E2": 0.5, "E3": 1.0}


def test_a_signal_without_weight_counts_nothing() -> None:
    case = case_of("relief")
    plain = em.Matcher(analyzer=analyzer()).fit(case.pool).rank(case.needs)
    weighted = (
        em.Matcher(analyzer=analyzer(), signals={"text": 1, "place": 0, "load": 0}).fit(case.pool).rank(case.needs)
    )
    pd.testing.assert_frame_equal(plain.frame, weighted.frame, check_exact=True)


def test_as_of_is_the_day_that_counts() -> None:
    case = case_of("relief")
    settings: dict[str, Any] = {"signals": {"text": 0.5, "recency": 0.5}, "analyzer": analyzer()}
    now = em.Matcher(**settings).fit(case.pool).rank(case.needs, top=30).frame
    then = em.Matcher(as_of=date(2034, 6, 15), **settings).fit(case.pool).rank(case.needs, top=30).frame
    both = now.merge(then, on=["need_id", "candidate_id"])
    old = both[both["recency_x"].between(0.01, 0.99)]
    assert len(old)
    assert (old["recency_y"] < old["recency_x"]).all()
