"""What notebooks show of the public values: small, escaped, without anybody's contacts."""

import re

import pandas as pd
import pytest

import expertmatch as em

BAD = "<script>alert(1)</script>"
PHONE = "13900001234"


@pytest.fixture(scope="module")
def values():
    experts = pd.DataFrame(
        {"姓名": [f"张{BAD}", "李四"], "工作单位": [f"甲{BAD}大学", "乙所"], "学科": ["植物保护学", "土木建筑工程"],
         "联系电话": [PHONE, PHONE]}
    )  # fmt: skip
    works = pd.DataFrame(
        {"完成人": ["李四"] * 3, "成果名称": [f"混凝土裂缝{BAD}{PHONE}", "桥墩裂缝修补", "猕猴桃溃疡病"]}
    )
    needs = em.read_needs(pd.DataFrame(
        {"题目": [f"混凝土裂缝{i}{BAD}，电话{PHONE}" for i in range(40)], "单位": [f"公司{i}{BAD}" for i in range(40)]}
    ))  # fmt: skip
    pool = em.read_pool(experts, works=works)
    ranking = em.Matcher().fit(pool).rank(needs)
    pair = ranking.frame.iloc[0]
    return {
        "Pool": pool,
        "Ranking": ranking,
        "Explanation": ranking.explain(pair["need_id"], pair["candidate_id"]),
        "Plan": em.plan(ranking, wanted=3, capacity=2),
        "Topics": em.find_topics(needs),
        "Coverage": em.coverage(pool, needs),
    }


@pytest.mark.parametrize("name", ["Pool", "Ranking", "Explanation", "Plan", "Topics", "Coverage"])
def test_a_value_shows_itself(values, name):
    value = values[name]
    assert type(value).__name__ == name
    shown = value._repr_html_()
    assert "<script>" not in shown
    assert PHONE not in shown
    assert "<table" in shown
    assert len(shown) < 12_000
    assert shown == value._repr_html_()


def test_a_partial_plan_shows_what_is_missing(values):
    plan = values["Plan"]
    assert plan.status == "partial"
    shown = plan._repr_html_()
    assert "没有排满的需求" in shown
    assert shown.count("没有排满的需求") == 1


def test_a_pool_shows_what_was_read(values):
    shown = values["Pool"]._repr_html_()
    assert "<td>专家</td><td>DataFrame</td>" in shown
    assert "2 位专家" in shown


def test_what_is_not_shown_is_counted(values):
    plan = values["Plan"]
    rest = len(plan.frame) - 12
    assert (f"另有 {rest} 个席位" in plan._repr_html_()) == (rest > 0)
    assert "另有 30 条" in values["Ranking"]._repr_html_()


def test_of_one_need_the_rest_of_candidates_and_of_terms_is_counted():
    titles = [f"混凝土桥墩裂缝修补与渗漏监测之{number}" for number in "甲乙丙丁戊己庚辛壬癸子丑寅卯"]
    works = pd.DataFrame({"expert_id": ["E01"] * 14 + [f"E{i:02d}" for i in range(2, 14)],
                          "title": titles + titles[:12]})  # fmt: skip
    ranking = em.Matcher().fit(works=works).rank("混凝土桥墩裂缝修补", top=13)
    assert len(ranking.frame) == 13
    assert "另有 3 名" in ranking._repr_html_()
    why = ranking.explain("N001", "E01")
    parts = re.findall(r"(\d\.\d{4})</td></tr>", why._repr_html_())
    assert re.search(r"另有 \d+ 项，合计", why._repr_html_())
    assert len(parts) == 13
    assert sum(map(float, parts)) == pytest.approx(why.score, abs=1e-3)
