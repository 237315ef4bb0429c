"""Recusal and rules, one small case for each way they could go wrong."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from strategies import analyzer

import expertmatch as em
from expertmatch.scenarios import Scenario

TODAY = date(2024, 6, 15)
NEED = {"need_id": "N1", "title": "猕猴桃溃疡病", "requester": "西北大学化工学院", "requester_people": "周正"}


def scenario(*grounds: str | dict[str, Any], **more: Any) -> Scenario:
    recusal = [{"ground": one} if isinstance(one, str) else one for one in grounds]
    return Scenario.model_validate(
        {"name": "own", "title": "自办", "summary": "试验。", "need_kinds": ["自办"], "recusal": recusal, **more}
    )


def ranking(
    rules: Scenario, experts: dict[str, list[str]], need: dict[str, str] | None = None, day: date = TODAY, **tables: Any
) -> em.Ranking:
    """Rank experts who all suit the need; ``experts`` has at least the names."""
    count = len(experts["name"])
    frame = pd.DataFrame({"expert_id": [f"E{i + 1}" for i in range(count)], "fields": "猕猴桃溃疡病", **experts})
    pool = em.read_pool(frame, **{name: pd.DataFrame(rows) for name, rows in tables.items()}, today=TODAY)
    needs = em.read_needs(pd.DataFrame([NEED | (need or {})]), today=TODAY)
    return em.Matcher(scenario=rules, signals={"text": 1}, analyzer=analyzer(), as_of=day).fit(pool).rank(needs)


def listed(found: em.Ranking) -> list[str]:
    return found.frame["candidate_id"].tolist()


def hinted(found: em.Ranking) -> list[str]:
    return found.hints["candidate_id"].tolist()


def test_every_unit_of_a_cell_counts() -> None:
    units = ["西安交通大学、西北大学", "西安交通大学", "长安大学"]
    asked = {"requester": "陕西师范大学；西北大学化工学院"}
    found = ranking(scenario("same_unit"), {"name": ["甲一", "乙二", "丙三"], "unit": units}, asked)
    assert listed(found) == ["E2", "E3"]
    assert "同属西北大学" in found.why_not("N1", "E1")
    avoided = ranking(
        scenario("avoid_units"), {"name": ["甲一", "乙二"], "avoid_units": ["西北大学", "长安大学"]}, asked
    )
    assert listed(avoided) == ["E2"]


def test_a_shared_umbrella_is_only_told() -> None:
    institutes = ["中国科学院西安光学精密机械研究所", "中国科学院地球环境研究所"]
    experts = {"name": ["甲一", "乙二"], "unit": institutes}
    asked = {"requester": "中国科学院地球环境研究所"}
    found = ranking(scenario("same_unit"), experts, asked)
    assert listed(found) == ["E1"]
    assert hinted(found) == ["E1"]
    asks = ranking(scenario("avoid_units"), {"name": ["甲一", "乙二"], "avoid_units": ["中国科学院", ""]}, asked)
    assert listed(asks) == ["E1", "E2"]
    assert hinted(asks) == ["E1"]


def test_a_namesake_elsewhere_is_told_and_one_of_the_same_unit_barred() -> None:
    experts = {
        "name": ["周正", "周正", "周正"],
        "unit": ["西北大学", "长安大学", ""],
        "birth": ["1970", "1980", "1990"],
    }
    found = ranking(scenario("own"), experts)
    assert listed(found) == hinted(found) == ["E2", "E3"]
    anybody = ranking(scenario("own"), experts, {"requester": ""})
    assert listed(anybody) == []


@pytest.mark.parametrize(("kind", "barred"), [("亲属", True), ("合作", False), ("", True), ("同乡", True)])
def test_a_relation_that_is_not_understood_counts_as_any(kind: str, barred: bool) -> None:
    ties = [{"expert_id": "E1", "other": "周正", "kind": kind}]
    found = ranking(scenario("kin"), {"name": ["甲一", "乙二"]}, relations=ties)
    assert listed(found) == (["E2"] if barred else ["E1", "E2"])


@pytest.mark.parametrize(
    ("until", "barred"),
    [
        ("2021-06-14", False),
        ("2021-06-15", True),
        ("2021-05", False),
        ("2021-06", True),
        ("2021", True),
        ("2020", False),
    ],
)
@pytest.mark.parametrize("ground", ["employment", "earlier_part", "cowork"])
def test_windows_are_held_to_the_day(ground: str, until: str, barred: bool) -> None:
    tables = {
        "employment": {"relations": [{"expert_id": "E1", "other": "西北大学", "kind": "任职", "until": until}]},
        "earlier_part": {"engagements": [{"need_id": "N1", "candidate_id": "E1", "state": "已完成", "date": until}]},
        "cowork": {"works": [{"expert_id": "E1", "title": "旧作", "authors": "甲一；周正", "date": until}]},
    }[ground]
    found = ranking(scenario({"ground": ground, "years": 3}), {"name": ["甲一", "乙二"]}, **tables)
    assert listed(found) == (["E2"] if barred else ["E1", "E2"])
    ever = ranking(scenario(ground), {"name": ["甲一", "乙二"]}, **tables)
    assert listed(ever) == ["E2"]


def test_what_came_later_than_the_day_does_not_bar() -> None:
    works = [{"expert_id": "E1", "title": "新作", "authors": "甲一；周正", "date": "2024-03"}]
    ties = [{"expert_id": "E2", "other": "周正", "kind": "合作", "since": "2024-03"}]
    experts = {"name": ["甲一", "乙二"]}
    assert listed(ranking(scenario("cowork"), experts, works=works, relations=ties)) == []
    before = ranking(scenario("cowork"), experts, day=date(2024, 2, 1), works=works, relations=ties)
    assert listed(before) == ["E1", "E2"]


def test_a_work_of_unknown_date_is_told() -> None:
    works = [{"expert_id": "E1", "title": "旧作", "authors": "甲一；周正"}]
    found = ranking(scenario({"ground": "cowork", "years": 3}), {"name": ["甲一"]}, works=works)
    assert listed(found) == hinted(found) == ["E1"]


def test_those_who_share_a_work_by_its_id_worked_together() -> None:
    works = [{"expert_id": expert, "title": "合著", "work_id": "W1", "date": "2023"} for expert in ("E1", "E2")]
    experts = {"name": ["周正", "乙二", "丙三"], "unit": ["西北大学", "长安大学", ""]}
    assert listed(ranking(scenario("cowork"), experts, works=works)) == ["E1", "E3"]


def test_names_are_compared_as_people_write_them() -> None:
    ties = [{"expert_id": "E2", "other": "买买提 艾力", "kind": "师生"}]
    experts = {"name": ["买买提·艾力", "乙二"], "unit": ["西北大学", ""]}
    found = ranking(scenario("own", "adviser"), experts, {"requester_people": "买买提艾力"}, relations=ties)
    assert listed(found) == []


def test_both_ids_of_a_person_are_barred() -> None:
    experts = {
        "name": ["甲一", "甲 一", "甲一"],
        "unit": ["长安大学", "长安大学公路学院", "西安石油大学"],
        "avoid_units": ["西北大学", "", ""],
    }
    found = ranking(scenario("avoid_units"), experts)
    assert listed(found) == ["E3"]
    assert "疑为同一人" in found.why_not("N1", "E2")


def test_a_society_that_asks_is_no_candidate_nor_is_one_that_hangs_on_the_requester() -> None:
    societies = [
        {"society_id": "S1", "name": "西安市果业协会", "scope": "猕猴桃溃疡病"},
        {"society_id": "S2", "name": "西安市植保学会", "scope": "猕猴桃溃疡病", "parent": "西北大学"},
    ]
    both = {"candidates": ["society"]}
    asked = {"requester": "西安市果业协会猕猴桃专业委员会"}
    assert listed(ranking(scenario("own", **both), {"name": ["甲一"]}, asked, societies=societies)) == ["S2"]
    assert listed(ranking(scenario("same_unit", **both), {"name": ["甲一"]}, asked, societies=societies)) == ["S2"]
    assert listed(ranking(scenario("same_unit", **both), {"name": ["甲一"]}, societies=societies)) == ["S1"]


RULES = [
    {
        "id": "sex",
        "label": "男",
        "field": "sex",
        "any_of": ["男"],
        "when": [{"field": "need_kind", "any_of": ["自办"]}],
    },
    {"id": "age", "label": "年轻", "field": "age", "below": 40, "when": [{"field": "need_kind", "any_of": ["自办"]}]},
]


def test_of_several_rules_the_first_is_counted() -> None:
    experts = {"name": [f"人{i}甲" for i in range(12)], "sex": ["女"] * 12, "birth": ["1960"] * 12}
    found = ranking(scenario(rules=RULES), experts, {"kind": "自办"})
    assert found.passed_over[["label", "count"]].to_numpy().tolist() == [["男", 2]]
    assert set(found.excluded["rule"]) == {"sex", "age"}


def test_what_is_asked_for_is_only_what_is_not_known() -> None:
    rule = {"id": "stations", "label": "在职院士至多一个站", "field": "stations", "at_most": 1, "unknown": "ask",
            "when": [{"field": "retired", "is": False}]}  # fmt: skip
    experts = {"name": ["甲一", "乙二", "丙三"], "stations_held": ["2", "", "1"], "retired": ["", "", ""]}
    found = ranking(scenario(rules=[rule]), experts)
    assert listed(found) == ["E3"]
    told = dict(zip(found.excluded["candidate_id"], found.excluded["detail"], strict=True))
    assert told == {"E1": "退休不详；已进站数：2个", "E2": "已进站数、退休不详"}
    assert set(found.excluded["outcome"]) == {"ask"}


def test_a_kind_without_a_role_is_told() -> None:
    rules = scenario(candidates=["expert", "society"], roles=[{"id": "host", "label": "承接方", "kinds": ["society"]}])
    found = ranking(rules, {"name": ["甲一"]})
    assert found.excluded[["candidate_id", "rule"]].to_numpy().tolist() == [["E1", "kind"]]
    assert "不推荐专家" in found.why_not("N1", "E1")


def test_a_region_that_cannot_be_told_is_not_abroad() -> None:
    rule = {"id": "overseas", "label": "海外", "field": "overseas", "is": True, "unknown": "ask"}
    experts = {"name": ["甲一", "乙二", "丙三", "丁四"], "region": ["鼓楼区", "德国慕尼黑", "西安市", "香港特别行政区"]}
    found = ranking(scenario(rules=[rule]), experts)
    assert listed(found) == ["E2", "E4"]
    assert dict(zip(found.excluded["candidate_id"], found.excluded["outcome"], strict=True)) == {
        "E1": "ask",
        "E3": "excluded",
    }


def test_a_stored_matcher_counts_from_the_day_its_pool_was_read_for(tmp_path: Path) -> None:
    pool = em.read_pool(works=pd.DataFrame({"expert_id": ["E1"], "title": ["猕猴桃溃疡病"]}), today=date(2020, 1, 1))
    em.Matcher(analyzer=analyzer()).fit(pool).save(tmp_path / "索引")
    assert em.Matcher.load(tmp_path / "索引").as_of_ == date(2020, 1, 1)
