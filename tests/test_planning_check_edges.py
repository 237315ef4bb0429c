"""What the checker of plans makes of what is admitted, not known or not binding, and of any edit at all."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle_rules import Oracle, rows
from plan_case import COLUMNS, DAY, EXPERTS, NEEDS, SOCIETIES, finished, needs, pool, right, row, score, sound, worth
from plan_edits import GAP, Edit, asked, both, composed, drop, needs_with, place, put, said
from random_pools import TODAY, cases, random_scenario, rich_scenario

from expertmatch.errors import SettingError
from expertmatch.planning.checking.check import check_plan
from expertmatch.planning.settings import PlanSettings
from expertmatch.scenarios import Scenario

# what is admitted, what is not known, what does not bind


def broken_row(need_id: str, rule: str, label: str) -> dict[str, Any]:
    return {"need_id": need_id, "rule": rule, "label": label}


@pytest.mark.parametrize(
    ("edit", "rule", "need_id"),
    [
        (drop(2, unserved=[GAP], status="partial"), "least", "N1"),
        (both(place(8, "E07"), said("broken", broken_row("N3", "limit:2", ""))), "limit:2", "N3"),
        (both(put(0, role="成员"), said("broken", broken_row("N1", "role:lead", "主持人"))), "role:lead", "N1"),
        (
            both(composed(spreads=[{"label": "多县", "of": "county", "at_least": 3}]),
                 said("broken", broken_row("N3", "", "多县"), broken_row("N4", "", "多县"))),
            "spread:1", "N4",
        ),
        (both(asked(floor=0.7), said("broken", *(broken_row(one, "floor", "") for one in NEEDS))), "floor", "N1"),
    ],
)  # fmt: skip
def test_what_is_admitted_is_told_and_does_not_make_the_plan_wrong(edit: Edit, rule: str, need_id: str) -> None:
    check = edit(replace(right(), rows=[{**one, "locked": False} for one in right().rows]).asked(locked=())).check()
    rows = check.frame[(check.frame["rule"] == rule) & (check.frame["need_id"] == need_id)]
    assert list(zip(rows["result"], rows["hard"], strict=True)) == [("broken", False)]
    assert not check.broken, check


def test_what_is_admitted_and_met_is_overstated() -> None:
    case = replace(right(), broken=[broken_row("N3", "limit:2", ""), broken_row("N1", "unheard", "没有听说过")])
    rows = case.check().frame
    told = rows[rows["rule"] == "overstated"]
    assert list(zip(told["need_id"], told["result"], told["hard"], strict=True)) == [("N3", "broken", False)]


def test_what_cannot_be_said_is_neither_right_nor_broken() -> None:
    hard = {"label": "同一学科至多 1 人", "per": ["discipline"], "most": 1, "hard": True}
    check = composed(limits=[hard])(right()).check()
    assert not check.ok
    assert not check.broken
    assert "说不准" in repr(check)


@pytest.mark.parametrize(
    ("start", "end", "settings", "rule", "result"),
    [
        ("2026-11-13", "", {"travel": True}, "travel", "ok"),
        ("2026-11-12", "", {"travel": False}, "time", "ok"),
        ("2026-11-12", "", {"travel": True}, "travel", "broken"),
        ("2026-11-09", "", {"travel": True}, "travel", "broken"),
        ("2026-11-08", "", {"travel": True}, "travel", "ok"),
        ("2026-11", "", {"travel": True}, "time", "ok"),
        ("2026-11-01", "2026-11-30", {}, "time", "broken"),
        ("2026-11-01", "2026-11-30", {"longest_event": 29}, "time", "ok"),
        ("2026-11-11", "", {}, "time", "broken"),
    ],
)
def test_events_take_whole_days_and_longer_needs_none(
    start: str, end: str, settings: dict[str, Any], rule: str, result: str
) -> None:
    case = both(asked(**settings), place(5, "E03"), needs_with("N2", start=start, end=end))(right())
    rows = case.check().frame
    assert rows.loc[rows["rule"] == rule, "result"].tolist() == [result]


def test_two_events_in_one_county_need_no_way() -> None:
    case = both(asked(travel=True), place(5, "E03"), needs_with("N2", county="雁塔区"))(right())
    rows = case.check().frame
    assert rows.loc[rows["rule"] == "travel", "result"].tolist() == ["ok"]


def test_over_several_scenarios_shares_are_added() -> None:
    case = right()
    other = case.scenario.model_copy(update={"name": "other"})
    rows = [{**one, "scenario": "other" if one["need_id"] == "N4" else "panel"} for one in case.rows]
    teams = case.teams or []
    more = {"scenarios": {"panel": case.scenario, "other": other}}
    shares = sum(each["score"] / each["best"] for each in teams)
    assert replace(case, rows=rows, total=shares, more=more).check().ok
    assert not replace(case, rows=rows, more=more).check().ok
    assert replace(case, rows=rows, teams=None, more=more).check().left_out


def test_the_scenario_of_a_need_is_the_one_that_is_given() -> None:
    given = {"scenario_of": {"N1": "other"}, "scenarios": {"panel": right().scenario, "other": None}}
    rows = replace(right(), total=None, more=given).check().frame
    wrong = rows[(rows["rule"] == "scenario") & (rows["result"] == "broken")]
    assert set(wrong["need_id"]) == {"N1"}


def test_without_a_scenario_only_the_settings_bind() -> None:
    rows = [{**one, "scenario": "", "role": ""} for one in right().rows if one["candidate_kind"] != "requester"]
    rows[1] = {**row("N1", 2, "", "expert", "E09"), "scenario": ""}
    case = replace(finished(replace(right(), rows=rows)), more={"scenarios": {"": None}})
    case = replace(case, loads=None)
    assert [one for one in case.check().frame["rule"] if one.startswith(("rule:", "limit:", "recusal"))] == []
    assert case.asked(capacity=2).check().ok


def test_what_was_not_given_is_said_not_to_be_checked() -> None:
    case = replace(right().asked(select="draw", seed="示例", minimum=1), loads=None, more={"score": None})
    left_out = case.check().left_out
    for word in ("得分", "各人承接情况表", "抽取", "该有任务"):
        assert any(word in one for one in left_out), word
    assert "未核对：得分" in str(case.check())


def test_displays_are_chinese_and_safe() -> None:
    check = put(1, name="<b>赵一</b>")(right()).check()
    assert "&lt;b&gt;" in check._repr_html_()
    assert str(check).index("不合") < str(check).index("都符合")
    assert repr(check) == "<方案核对：4 条需求、11 个席位，必须做到的有问题（全部要求：35 项合，1 项不合，2 项说不准）>"


def test_a_plan_without_a_column_is_refused_by_name() -> None:
    case = right()
    with pytest.raises(SettingError, match="candidate_id"):
        check_plan(
            pd.DataFrame(case.rows).drop(columns="candidate_id"), needs=needs(), pool=pool(),
            scenarios={"panel": case.scenario}, settings=case.settings, as_of=DAY,
        )  # fmt: skip


def test_an_empty_plan_of_no_needs_holds() -> None:
    check = check_plan(
        pd.DataFrame(columns=COLUMNS), needs=needs().iloc[:0], pool=pool(),
        scenarios={"panel": right().scenario}, settings=right().settings.changed({"locked": ()}), as_of=DAY,
        score=score, total=0.0,
    )  # fmt: skip
    assert check.ok


# any edit at all


def _cells(at: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """One cell of a row changed to anything that stands in such a column."""
    values: dict[str, list[Any]] = {
        "need_id": [*NEEDS, "N9"], "place": [0, 1, 2, 3, 4, 5], "role": ["主持人", "成员", "承接学会", "企业代表", ""],
        "candidate_kind": ["expert", "society", "requester"], "candidate_id": [*EXPERTS, "S1", "S2", "E99"],
        "score": [at["score"], 0.5], "locked": [True, False], "name": ["赵一", "沈工", "蒋工", at["name"]],
        "scenario": ["panel", "salon"],
    }  # fmt: skip
    return st.sampled_from([{name: value} for name, each in values.items() for value in each])


@st.composite
def edited(draw: st.DrawFn) -> list[dict[str, Any]]:
    rows = right().rows
    at = draw(st.integers(0, len(rows) - 1))
    what = draw(st.sampled_from(["cell", "swap", "replace", "replace", "replace", "drop", "add"]))
    if what == "cell":
        rows[at] = {**rows[at], **draw(_cells(rows[at]))}
    elif what == "swap":
        other = draw(st.integers(0, len(rows) - 1))
        for name in ("candidate_kind", "candidate_id", "name"):
            rows[at][name], rows[other][name] = rows[other][name], rows[at][name]
        for one in (rows[at], rows[other]):
            one["score"] = worth(one["need_id"], one["candidate_id"]) if one["candidate_id"] else float("nan")
    elif what == "drop":
        rows.pop(at)
    else:
        key = draw(st.sampled_from([*EXPERTS, "S1", "S2"]))
        old = rows[at]
        role = draw(st.sampled_from([old["role"], "成员", "主持人", "承接学会"]))
        kind = "society" if key.startswith("S") else "expert"
        made = row(old["need_id"], old["place"], role, kind, key, locked=old["locked"])
        if what == "replace":
            rows[at] = made
        else:
            rows.append({**made, "place": 1 + sum(one["need_id"] == old["need_id"] for one in rows), "locked": False})
    return rows


@settings(max_examples=100, deadline=None)
@given(rows=edited())
def test_a_single_edit_is_found_exactly_where_it_breaks_something(rows: list[dict[str, Any]]) -> None:
    case = right()
    check = finished(replace(case, rows=rows)).check() if all_known(rows) else replace(case, rows=rows).check()
    assert check.ok == sound(rows), check


def all_known(rows: list[dict[str, Any]]) -> bool:
    return all(one["candidate_kind"] == "requester" or one["candidate_id"] in (*EXPERTS, *SOCIETIES) for one in rows)


# the rules, against the oracle that the ranking is held against


@pytest.mark.parametrize("number", range(12))
def test_rules_and_recusal_let_through_whom_the_oracle_lets_through(number: int) -> None:
    scenario = random_scenario(random.Random(f"plan {number}")) if number % 2 else rich_scenario(graph=False)
    (case,) = cases(range(number, number + 1), [[*scenario.need_kinds]])
    scenario = scenario.on(TODAY)
    oracle = Oracle(case.pool, scenario, TODAY)
    ids = {"expert": case.pool.experts["expert_id"], "society": case.pool.societies["society_id"]}
    asked_for = rows(case.needs.frame)
    pairs = [(need["need_id"], kind, key) for need in asked_for for kind in scenario.candidates for key in ids[kind]]
    needs_by_id = {need["need_id"]: need for need in asked_for}
    expected = {one for one in pairs if oracle.judge(needs_by_id[one[0]], *one[1:]).outcome == "eligible"}
    labels = [role.label for role in scenario.roles if role.come_from == "pool"] or [""]
    assert set().union(*(_let_through(case, scenario, pairs, label) for label in labels)) == expected


def _let_through(case: Any, scenario: Scenario, pairs: list[tuple[str, str, str]], label: str) -> set[Any]:
    """Put every pair into a role; return those against whom no rule speaks."""
    frame = pd.DataFrame(
        [(need, scenario.name, 1, label, kind, key, "", 0.0, False) for need, kind, key in pairs], columns=COLUMNS
    )
    check = check_plan(
        frame, needs=case.needs.frame, pool=case.pool, scenarios={scenario.name: scenario}, settings=PlanSettings(),
        as_of=TODAY, codes={}, need_codes={},
    )  # fmt: skip
    about = check.frame["rule"].str.startswith("rule:") | check.frame["rule"].isin(["role", "kinds", "recusal"])
    found = check.frame[about & (check.frame["result"] == "broken")]
    told = set(zip(found["need_id"], found["who"].str.extract(r"（([^（）]+)）$")[0].fillna(found["who"]), strict=True))
    return {(need, kind, key) for need, kind, key in pairs if (need, key) not in told}
