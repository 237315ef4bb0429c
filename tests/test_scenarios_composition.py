"""Lists of people held against scenarios: size, roles, rules, limits, shares, spreads, quotas, each in three values."""

from __future__ import annotations

from datetime import date
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from expertmatch.errors import InputError
from expertmatch.scenarios import Check, Scenario, check_composition
from expertmatch.scenarios.grouping import could_exceed, largest_groups, societies_in, spread
from expertmatch.scenarios.people import read_people

DAY = date(2026, 11, 1)
PEOPLE = {
    "姓名": ["张三", "李四", "王五", "赵六"],
    "工作单位": ["西北大学", "西北大学物理学院", "长安大学", "某果业公司"],
    "职称": ["教授", "讲师", "", "工程师"],
    "出生年月": ["1960-01", "1995-05", "", "1990"],
    "学科": ["园艺学", "物理学", "园艺学", ""],
    "所在地区": ["陕西省西安市碑林区", "陕西省西安市碑林区", "陕西省西安市雁塔区", ""],
    "学会任职": ["西安市果业协会理事", "西安市果业协会猕猴桃专业委员会委员", "", "陕西省物理学会会员"],
}


def scenario(**parts: Any) -> Scenario:
    head = {"name": "own", "title": "自办", "summary": "示例。", "need_kinds": ["自办"], "signals": {"text": 1}}
    return Scenario.model_validate({**head, **parts})


def held(one: Scenario, people: dict[str, list[Any]] | pd.DataFrame | None = None, **given: Any) -> Check:
    return one.check(pd.DataFrame(PEOPLE if people is None else people), as_of=DAY, **given)


def line(check: Check, rule: str) -> dict[str, Any]:
    rows = check.frame[check.frame["rule"] == rule].to_dict("records")
    assert len(rows) == 1, check.frame
    return {str(key): value for key, value in rows[0].items()}


def said(check: Check, rule: str) -> tuple[str, str]:
    row = line(check, rule)
    return row["result"], row["who"]


# size and roles


@pytest.mark.parametrize(("least", "most", "result"), [(4, 4, "ok"), (5, None, "broken"), (1, 3, "broken")])
def test_size(least: int, most: int | None, result: str) -> None:
    composition = {"least": least, "hard": True, **({"most": most} if most else {})}
    check = held(scenario(composition=composition))
    assert line(check, "size")["result"] == result
    assert check.ok == (result == "ok")
    assert check.broken == (result == "broken")


def test_what_is_soft_is_told_and_refuses_nothing() -> None:
    check = held(scenario(composition={"least": 9, "source": "某通知"}))
    assert line(check, "size")["result"] == "broken"
    assert check.ok
    assert "某通知（待核实）" in str(check)


ROLES = [
    {"id": "host", "label": "主持人", "least": 1, "most": 1},
    {"id": "keynote", "label": "主讲人", "least": 2},
    {"id": "engineer", "label": "企业科技工作者", "come_from": "requester"},
    {"id": "body", "label": "承办学会", "kinds": ["society"]},
]


def test_roles_that_are_not_named_are_given_so_that_none_stays_empty() -> None:
    people = {**PEOPLE, "角色": ["", "主讲人", "", ""], "来源": ["", "", "", "需求方"]}
    check = held(scenario(roles=ROLES), people)
    taken = dict(zip(check.roles["name"], check.roles["role"], strict=True))
    assert taken["李四"] == "主讲人"
    assert taken["赵六"] == "企业科技工作者"
    assert sorted([taken["张三"], taken["王五"]]) == ["主持人", "主讲人"]
    assert check.ok
    assert any("3 人没有写角色" in note for note in check.notes)


def test_a_role_goes_to_whom_its_rules_let_in() -> None:
    rules = [{"id": "title", "label": "正高", "roles": ["host"], "field": "title_level", "at_least": "正高"}]
    check = held(scenario(roles=ROLES[:2], rules=rules))
    assert said(check, "role:host") == ("ok", "张三")
    assert said(check, "rule:title") == ("ok", "")


def test_a_society_takes_its_own_role_and_somebody_without_one_is_named() -> None:
    people = {"姓名": ["张三", "周至县猕猴桃农技协", "李四"], "类别": ["", "农技协", ""], "来源": ["", "", "需求方"]}
    roles = [{"id": "expert", "label": "专家"}, {"id": "host", "label": "承接方", "kinds": ["society"], "least": 1}]
    rules = [{"id": "kind", "label": "农技协", "roles": ["host"], "field": "society_kind", "any_of": ["农技协"]}]
    check = held(scenario(roles=roles, rules=rules, candidates=["expert", "society"]), people)
    assert said(check, "role:host") == ("ok", "周至县猕猴桃农技协")
    assert said(check, "rule:kind") == ("ok", "")
    assert said(check, "role") == ("broken", "李四")  # nobody of the requester's has a role
    assert not check.ok


def test_a_named_role_that_is_closed_to_somebody_is_broken_and_one_that_is_none_is_refused() -> None:
    people = {"姓名": ["张三", "李四"], "角色": ["body", "主持人"]}
    assert said(held(scenario(roles=ROLES), people), "role") == ("broken", "张三")
    with pytest.raises(InputError, match=r"李四的角色“主持”.*主持人"):
        held(scenario(roles=ROLES), {"姓名": ["张三", "李四"], "角色": ["", "主持"]})


@given(st.permutations(range(4)))
@settings(max_examples=15, deadline=None)
def test_the_order_of_rows_does_not_matter(order: list[int]) -> None:
    one = scenario(
        roles=ROLES[:2], rules=[TITLE], composition={"limits": [{"label": "同单位", "per": ["unit"], "most": 1}]}
    )
    frame = pd.DataFrame(PEOPLE)
    first, second = held(one, frame), held(one, frame.iloc[order])
    pd.testing.assert_frame_equal(first.frame, second.frame)
    pd.testing.assert_frame_equal(first.roles, second.roles)


# rules

TITLE = {"id": "title", "label": "中级以上", "field": "title_level", "at_least": "副高", "source": "某通知"}


def test_a_rule_names_who_breaks_it_and_who_is_not_known() -> None:
    row = line(held(scenario(rules=[TITLE])), "rule:title")
    assert (row["result"], set(row["who"].split("、")), row["hard"]) == ("broken", {"李四", "赵六"}, True)
    assert row["found"] == "1 人符合，2 人不符合，1 人未填职称"
    assert (row["required"], row["source"], row["confirmed"]) == ("职称级别不低于副高", "某通知", False)


UNKNOWN = [("exclude", "unknown"), ("ask", "unknown"), ("hint", "ok"), ("allow", "ok")]


@pytest.mark.parametrize(("unknown", "result"), UNKNOWN)
def test_a_fact_that_is_missing_is_treated_as_the_rule_says(unknown: str, result: str) -> None:
    rule = {"id": "age", "label": "七十岁以下", "field": "age", "below": 70, "unknown": unknown}
    check = held(scenario(rules=[rule]))
    assert said(check, "rule:age") == (result, "" if unknown == "allow" else "王五")
    assert "1 人未填出生年月" in line(check, "rule:age")["found"]
    assert check.ok == (result == "ok")


def test_when_and_dates_of_rules() -> None:
    rule = {**TITLE, "when": [{"field": "age", "below": 40}], "since": date(2026, 11, 2)}
    assert "rule:title" not in set(held(scenario(rules=[rule])).frame["rule"])
    check = held(scenario(rules=[{**rule, "since": date(2026, 11, 1)}]))
    assert line(check, "rule:title")["found"] == "1 人不归它管，2 人不符合，1 人未填职称，1 人未填出生年月"


def test_rules_bind_the_requesters_people_only_where_they_name_their_role() -> None:
    people = {"姓名": ["张三"], "来源": ["需求方"]}
    free = held(scenario(roles=ROLES, rules=[TITLE]), people)
    assert line(free, "rule:title")["found"] == "没有人归它管"
    bound = held(scenario(roles=ROLES, rules=[{**TITLE, "roles": ["engineer"]}]), people)
    assert said(bound, "rule:title") == ("unknown", "张三")


def test_rules_about_needs_are_held_with_needs_and_otherwise_told_to_be_left_out() -> None:
    rules = [{"id": "near", "label": "同市", "field": "nearness", "at_least": "同市"}]
    bare = held(scenario(rules=rules))
    assert list(bare.frame["rule"]) == []
    assert any("同市" in one for one in bare.left_out)
    needs = pd.DataFrame(
        {"需求编号": ["N1", "N2"], "需求名称": ["剪枝", "清园"], "所在地区": ["西安市周至县", "宝鸡市眉县"]}
    )
    near = held(scenario(rules=rules), needs=needs.iloc[:1])
    assert said(near, "rule:near") == ("unknown", "赵六")
    far = held(scenario(rules=rules), needs=needs)  # one need that it breaks is enough
    assert line(far, "rule:near")["result"] == "broken"


# limits and spreads, against all ways in which what is not known may turn out

KEY = st.one_of(st.none(), st.sets(st.sampled_from("ab"), max_size=2).map(frozenset))
LISTS = st.integers(1, 2).flatmap(
    lambda dims: st.lists(st.tuples(*[KEY] * dims), min_size=1, max_size=4).map(
        lambda rows: [list(column) for column in zip(*rows, strict=True)]
    )
)


def _worst(keys: list[list[frozenset[str]]]) -> int:
    people = range(len(keys[0]))
    combos = {combo for i in people for combo in product(*(each[i] for each in keys))}
    return max((sum(all(v in each[i] for v, each in zip(combo, keys, strict=True)) for i in people)
                for combo in combos), default=0)  # fmt: skip


@given(LISTS, st.integers(1, 3))
def test_a_limit_could_be_exceeded_exactly_if_it_is_in_some_world(
    keys: list[list[frozenset[str] | None]], most: int
) -> None:
    values = [frozenset(one) for one in ((), "a", "b", "z", "ab")]
    blanks = [(d, i) for d, each in enumerate(keys) for i, one in enumerate(each) if one is None]
    assume(len(blanks) <= 4)
    worlds = []
    for filled in product(values, repeat=len(blanks)):
        found = [[one or frozenset() for one in each] for each in keys]
        for (d, i), value in zip(blanks, filled, strict=True):
            found[d][i] = value
        worlds.append(_worst(found))
    groups = largest_groups(keys)
    assert max((len(group.members) for group in groups), default=0) == min(worlds)
    assert could_exceed(keys, most) == (max(worlds) > most)


@given(st.lists(st.one_of(st.none(), st.sampled_from("abc")), max_size=5), st.integers(2, 4))
def test_a_spread_of_units_holds_exactly_if_it_does_in_every_world(cells: list[str | None], least: int) -> None:
    keys = [None if cell is None else frozenset(cell) for cell in cells]
    worlds = [
        len(set(filled)) >= least
        for filled in product(*(("a", "b", "c", *(f"new{i}",)) if cell is None else (cell,)
                                for i, cell in enumerate(cells)))
    ]  # fmt: skip
    expected = "ok" if all(worlds) else "unknown" if any(worlds) else "broken"
    assert spread(keys, "unit", least)[1] == expected


def test_limits_count_the_legal_person_the_first_level_discipline_and_the_society() -> None:
    def limit(*per: str, most: int = 1) -> dict[str, Any]:
        return line(
            held(scenario(composition={"limits": [{"label": "限", "per": list(per), "most": most}]})), "limit:1"
        )

    unit = limit("unit")
    assert (unit["result"], unit["found"]) == ("broken", "西北大学 2 人")
    assert set(unit["who"].split("、")) == {"张三", "李四"}
    discipline = limit("discipline")
    assert (discipline["result"], discipline["found"]) == ("broken", "农学 2 人")
    both = limit("unit", "discipline")
    assert (both["result"], both["who"]) == ("ok", "")  # 赵六 stands alone in a unit
    society = limit("society")
    assert set(society["who"].split("、")) == {"张三", "李四"}
    county = limit("county", most=2)
    assert (county["result"], county["who"]) == ("unknown", "赵六")
    assert "1 人未填所在地区，可能超过" in county["found"]


def test_the_requesters_people_are_limited_by_who_sends_them() -> None:
    people = {"姓名": list("甲乙丙丁"), "工作单位": ["某公司"] * 4, "来源": ["需求方", "需求方", "", ""]}
    limits = [{"label": "每家至多 1 人", "per": ["requester"], "most": 1}]
    row = line(held(scenario(roles=ROLES[2:3] + ROLES[:1], composition={"limits": limits}), people), "limit:1")
    assert (row["result"], row["found"]) == ("broken", "某公司 2 人")


def test_societies_of_offices() -> None:
    assert societies_in("西安市果业协会理事；西安市果业协会猕猴桃专业委员会委员") == {"西安市果业协会"}
    assert societies_in("陕西省物理学会副理事长兼秘书长；西安市果业协会") == {"陕西省物理学会", "西安市果业协会"}
    assert societies_in("") == frozenset()


def test_shares_and_spreads_say_what_cannot_be_said() -> None:
    young = {"label": "青年", "where": [{"field": "age", "below": 40}]}
    shares = [{**young, "at_least": 0.5}, {**young, "at_least": 0.7}, {**young, "at_least": 0.8, "hard": True},
              {**young, "at_most": 0.6}]  # fmt: skip
    spreads = [{"label": "学科", "of": "discipline", "at_least": 2}, {"label": "区县", "of": "county", "at_least": 3},
               {"label": "单位", "of": "unit", "at_least": 4}]  # fmt: skip
    check = held(scenario(composition={"shares": shares, "spreads": spreads}))
    assert [said(check, f"share:{i}")[0] for i in range(1, 5)] == ["ok", "unknown", "broken", "unknown"]
    assert said(check, "share:2") == ("unknown", "王五")
    assert line(check, "share:2")["found"] == "4 人中 2 人（50%）；1 人未填出生年月"
    assert [said(check, f"spread:{i}")[0] for i in (1, 2, 3)] == ["ok", "unknown", "broken"]
    assert not check.ok


def test_a_share_is_counted_among_people_alone() -> None:
    people = {"姓名": ["张三", "某某学会"], "类别": ["", "学会"], "出生年月": ["1995", ""]}
    shares = [{"label": "青年", "where": [{"field": "age", "below": 40}], "at_least": 1.0}]
    check = held(scenario(composition={"shares": shares}, candidates=["expert", "society"],
                          roles=[ROLES[0], ROLES[3]]), people)  # fmt: skip
    assert said(check, "share:1") == ("ok", "张三")


def test_a_share_about_needs_is_refused() -> None:
    with pytest.raises(ValueError, match="只能问人本身，不能问 nearness"):
        scenario(composition={"shares": [{"label": "近", "where": [{"field": "nearness", "at_least": "同市"}]}]})


# quotas

LEDGER = pd.DataFrame({
    "专家姓名": ["张三", "张三", "张三", "李四", "张三"],
    "工作单位": ["西北大学", "西北大学", "西北大学", "西北大学物理学院", "西北大学"],
    "需求编号": ["N1", "N2", "N3", "N1", "N4"],
    "服务状态": ["已完成", "服务中", "已拒绝", "已完成", "已完成"],
    "服务日期": ["2026-03", "2026-05-01", "2026-06", "2025-05", "2026-12-01"],
})  # fmt: skip


def quota(per: str, most: int | None = None, **parts: Any) -> dict[str, Any]:
    bound = {} if most is None else {"most": most}
    return {"label": "定额", "per": per, "period": "year", **bound, **parts}


def quota_line(one: dict[str, Any], needs: pd.DataFrame | None = None, ledger: pd.DataFrame = LEDGER) -> dict[str, Any]:
    people = {"姓名": PEOPLE["姓名"], "工作单位": PEOPLE["工作单位"]}
    return line(held(scenario(quotas=[one]), people, engagements=ledger, needs=needs), "quota:1")


def test_quotas_count_the_year_up_to_the_day_with_this_time_on_top() -> None:
    over = quota_line(quota("candidate", 2))
    assert (over["result"], over["who"], over["found"]) == ("broken", "张三", "今年最多 3 次，含这一次")
    assert quota_line(quota("candidate", 3))["result"] == "ok"
    assert quota_line(quota("unit", 3))["found"] == "今年最多 4 次，含这一次（西北大学）"
    assert quota_line(quota("unit", 4))["result"] == "ok"
    assert quota_line(quota("unit", 4, period="ever"))["result"] == "broken"
    assert quota_line(quota("programme", 6))["result"] == "ok"
    assert quota_line(quota("programme", 5))["result"] == "broken"


def test_a_least_that_is_not_reached_yet_refuses_nothing() -> None:
    row = quota_line(quota("programme", least=50))
    assert (row["result"], row["hard"], row["found"]) == ("unknown", False, "今年 6 次，含这一次；还差 44 次")


def test_undated_services_make_a_quota_unknown() -> None:
    ledger = LEDGER.assign(服务日期=["", "2026-05-01", "", "2025", ""])
    assert quota_line(quota("candidate", 3), ledger=ledger)["result"] == "unknown"
    assert quota_line(quota("candidate", 4), ledger=ledger)["result"] == "ok"


def test_counties_are_those_of_the_needs_and_other_programmes_do_not_count() -> None:
    needs = pd.DataFrame({"需求编号": ["N1", "N2"], "需求名称": ["剪枝", "清园"], "需求类型": ["自办", "别的"],
                          "所在地区": ["西安市周至县", "西安市周至县"]})  # fmt: skip
    row = quota_line(quota("county", 5), needs)
    assert (row["result"], row["found"]) == ("ok", "今年 5 次，含这一次（周至县）")
    assert quota_line(quota("programme", 4), needs)["found"] == "今年 5 次，含这一次"
    check = held(scenario(quotas=[quota("county", 1)]), engagements=LEDGER)
    assert any("不知在哪个区县" in one for one in check.left_out)


def test_without_a_record_quotas_are_told_to_be_left_out() -> None:
    check = held(scenario(quotas=[quota("candidate", 1)]))
    assert any("这次没有给出" in one for one in check.left_out)
    assert check.ok


STATION = {"label": "站", "per": "candidate", "period": "open", "most": 1, "besides": "stations_held",
           "when": [{"field": "academician", "is": True}, {"field": "retired", "is": False}]}  # fmt: skip


@pytest.mark.parametrize(
    ("state", "held_already", "retired", "result"),
    [
        ("已完成", "0", "在岗", "ok"),
        ("服务中", "0", "在岗", "broken"),
        ("已邀请", "0", "在岗", "ok"),
        ("已完成", "1", "在岗", "broken"),
        ("已完成", "", "在岗", "unknown"),
        ("服务中", "0", "退休", "ok"),
        ("服务中", "0", "", "unknown"),
    ],
)
def test_quotas_of_what_goes_on_at_the_same_time(state: str, held_already: str, retired: str, result: str) -> None:
    people = {"专家编号": ["E1"], "姓名": ["张三"], "职称": ["中国科学院院士"], "已建站数": [held_already],
              "在岗状态": [retired]}  # fmt: skip
    ledger = pd.DataFrame({"专家编号": ["E1"], "需求编号": ["N1"], "服务状态": [state], "服务日期": ["2020-01"]})
    row = line(held(scenario(quotas=[STATION]), people, engagements=ledger), "quota:1")
    assert row["result"] == result
    assert row["found"].startswith("同时" if retired != "退休" else "")


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"per": "unit", "besides": ""}, "per 要写 candidate"),
        ({"period": "year"}, "period 要写 open"),
        ({"when": [{"field": "nearness", "at_least": "同市"}]}, "只能问人本身"),
    ],
)
def test_open_quotas_that_cannot_be_are_refused(changes: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        scenario(quotas=[STATION | changes])


# lists as they come


def test_lists_come_as_workbooks_and_frames_of_the_pool(tmp_path: Path) -> None:
    path = tmp_path / "名单.xlsx"
    pd.DataFrame(PEOPLE).to_excel(path, index=False)
    one = scenario(rules=[TITLE], composition={"least": 4, "most": 4})
    pd.testing.assert_frame_equal(check_composition(one, str(path), as_of=DAY).frame, held(one).frame)
    plain = read_people(pd.DataFrame(PEOPLE), DAY).facts.frame
    again = held(one, plain[["expert_id", "name", "unit", "title", "title_level", "birth", "disciplines", "region"]])
    assert list(again.frame["result"]) == list(held(one).frame["result"])


def test_lists_that_cannot_be_used_are_refused() -> None:
    with pytest.raises(InputError, match=r"第 1、3 行：名单里“张三”出现了 2 次"):
        held(scenario(), {"姓名": ["张三", "李四", "张三"]})
    with pytest.raises(InputError, match="名单是空的"):
        held(scenario(), {"姓名": []})
    with pytest.raises(InputError, match="缺少“专家编号”或“姓名”列"):
        held(scenario(), {"单位": ["西北大学"]})


def test_namesakes_are_told_apart() -> None:
    people = {"姓名": ["张三", "张三"], "工作单位": ["西北大学", "长安大学"], "职称": ["讲师", "教授"]}
    assert line(held(scenario(rules=[TITLE]), people), "rule:title")["who"] == "张三（西北大学）"


def test_an_empty_post_is_none_where_others_have_one() -> None:
    rule = {"id": "post", "label": "不是院长", "field": "post", "none_of": ["院长"]}
    check = held(scenario(rules=[rule]), {"姓名": ["张三", "李四", "王五"], "职务": ["院长", "", "无"]})
    assert said(check, "rule:post") == ("broken", "张三")
    assert any("2 人职务一栏空着" in note for note in check.notes)
    silent = held(scenario(rules=[rule]), {"姓名": ["张三", "李四"], "职务": ["", ""]})
    assert line(silent, "rule:post")["result"] == "unknown"


def test_what_a_check_shows() -> None:
    one = scenario(rules=[TITLE], recusal=[{"ground": "own"}], terms=[{"label": "签协议"}], composition={"least": 4})
    check = held(one)
    assert repr(check) == "<名单核对：自办，4 人：不符合必须的要求（1 项合，1 项不合）>"
    for part in ("职称级别不低于副高", "不合", "回避", "签协议", "某通知（待核实）"):
        assert part in str(check)
        assert part in check._repr_html_()
    odd = held(one, {**PEOPLE, "类别": ["一线代表", "", "", ""]})
    assert any("一线代表" in note for note in odd.notes)
    assert np.array_equal(odd.frame["result"], check.frame["result"])


def test_relief_as_it_comes() -> None:
    people = pd.DataFrame({"姓名": ["张三", "李四"], "职称": ["农艺师", ""], "职务": ["", "致富带头人"]})
    check = check_composition("relief", people, as_of=DAY)
    assert check.ok
    assert sorted(check.roles["role"]) == ["下派专家", "土专家、带头人"]
