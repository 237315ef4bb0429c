"""The checker of plans finds what is wrong in a plan, and nothing in a right one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expertmatch.errors import SettingError
from expertmatch.planning.check import check_plan
from tests import plan_case
from tests.plan_case import COLUMNS, EXPERTS, NEEDS, Case, finished, right, row, sound, worth

Edit = Callable[[Case], Case]
SHORT = {"title": "", "reason": "没有合适的人"}


def put(at: int, **cells: Any) -> Edit:
    """Change cells of a row of the right plan; what it says of itself follows."""

    def edit(case: Case) -> Case:
        case.rows[at] = {**case.rows[at], **cells}
        return finished(case)

    return edit


def place(at: int, key: str, **cells: Any) -> Edit:
    """Put another candidate into a place, with name and score as they should be."""

    def edit(case: Case) -> Case:
        old = case.rows[at]
        kind = "society" if key.startswith("S") else "expert"
        case.rows[at] = {**row(old["need_id"], old["place"], old["role"], kind, key, locked=old["locked"]), **cells}
        return finished(case)

    return edit


def add(*rows: dict[str, Any]) -> Edit:
    return lambda case: finished(replace(case, rows=[*case.rows, *rows]))


def drop(at: int, **cells: Any) -> Edit:
    """Leave a place out; the later ones of the need move up."""

    def edit(case: Case) -> Case:
        gone = case.rows[at]
        rows = [
            {**one, "place": one["place"] - (one["need_id"] == gone["need_id"] and one["place"] > gone["place"])}
            for one in case.rows
            if one is not gone
        ]
        return finished(replace(case, rows=rows, **cells))

    return edit


def asked(**changes: Any) -> Edit:
    return lambda case: finished(case.asked(**changes))


def said(table: str, *rows: dict[str, Any]) -> Edit:
    return lambda case: replace(case, **{table: list(rows)})


def saying(table: str, at: int, **cells: Any) -> Edit:
    """Change what the plan says of a candidate or a need."""

    def edit(case: Case) -> Case:
        getattr(case, table)[at].update(cells)
        return case

    return edit


def under(**parts: Any) -> Edit:
    return lambda case: finished(case.under(**parts))


def given_more(**more: Any) -> Edit:
    return lambda case: replace(case, more=more)


def both(*edits: Edit) -> Edit:
    def edit(case: Case) -> Case:
        for one in edits:
            case = one(case)
        return case

    return edit


def composed(**parts: Any) -> Edit:
    return under(composition={"least": 2, "most": 5, "hard": True, **parts})


def refusing(pairs: pd.DataFrame) -> pd.DataFrame:
    return plan_case.score(pairs).assign(eligible=pairs["candidate_id"] != "E03")


def needs_with(need_id: str, **cells: str) -> Edit:
    frame = plan_case.needs().copy()
    for name, cell in cells.items():
        frame.loc[frame["need_id"] == need_id, name] = cell
    return given_more(needs=frame)


FULL = {"need_id": "N1", "wanted": 3, "placed": 3, "missing": 0, **SHORT}
GAP = {"need_id": "N1", "wanted": 3, "placed": 2, "missing": 1, **SHORT}
OVER_55 = {"label": "55 岁以上的至多一成", "where": [{"field": "age", "above": 50}], "at_most": 0.1, "hard": True}
OF_ONE_SOCIETY = {"label": "同一学会至多 1 人", "per": ["society"], "most": 1, "hard": True}

VIOLATIONS: dict[str, tuple[Edit, str, str, str]] = {
    # name: edit, rule, need, who and what is told (joined by +)
    "need unknown": (put(1, need_id="N9"), "need", "N9", "E03"),
    "candidate unknown": (put(1, candidate_id="E99"), "candidate", "N1", "E99"),
    "society called an expert": (put(6, candidate_kind="expert"), "kind", "N2", "S1"),
    "kind unknown": (put(1, candidate_kind="人"), "kind", "N1", "E03"),
    "name of somebody else": (put(1, name="赵一（西北大学）"), "name", "N1", "E03"),
    "scenario unknown": (put(1, scenario="salon"), "scenario", "N1", "E03"),
    "one person twice in a need": (place(2, "E03"), "twice", "N1", "E03"),
    "place twice": (put(1, place=1), "place", "N1", "E03"),
    "place left out": (put(2, place=7), "place", "N1", "E04"),
    "place from 0": (put(0, place=0), "place", "N1", "E01"),
    "too many": (add(row("N4", 3, "成员", "expert", "E04")), "most", "N4", "E04"),
    "too few in silence": (drop(2), "unsaid", "N1", "人数，2 人"),
    "too few, called whole": (drop(2, unserved=[GAP]), "status", "N1", ""),
    "need left out in silence": (both(drop(10), drop(9)), "unsaid", "N4", "人数，0 人"),
    "unserved with wrong missing": (
        drop(2, unserved=[{**GAP, "missing": 2}], status="partial"), "unserved", "N1", ""
    ),
    "unserved with wrong placed": (
        drop(2, unserved=[{**GAP, "placed": 1}], status="partial"), "unserved", "N1", ""
    ),
    "unserved with wrong wanted": (
        drop(2, unserved=[{**GAP, "wanted": 4}], status="partial"), "unserved", "N1", ""
    ),
    "unserved and full": (said("unserved", FULL), "unserved", "N1", ""),
    "unserved twice": (drop(2, unserved=[GAP, GAP], status="partial"), "unserved", "N1", ""),
    "unserved unknown": (said("unserved", {**FULL, "need_id": "N8"}), "unserved", "N8", ""),
    "partial and whole": (lambda case: replace(case, status="partial"), "status", "", ""),
    "own capacity passed": (
        both(put(7, candidate_id="E06", name="吴六", score=worth("N3", "E06"))), "capacity", "", "E06"
    ),
    "the scenario's capacity passed": (
        both(add(row("N1", 5, "承接学会", "society", "S1"), row("N3", 3, "承接学会", "society", "S1"))),
        "capacity", "", "S1",
    ),
    "capacity of the settings passed": (asked(capacity=1), "capacity", "", "E03"),
    "capacity with what is open passed": (asked(capacity=1), "capacity", "N3", "E02"),
    "load held wrong": (saying("loads", 1, held=0), "loads", "N3", "E02"),
    "load planned wrong": (saying("loads", 1, planned=2), "loads", "N3", "E02"),
    "load capacity wrong": (saying("loads", 1, capacity=9), "loads", "N3", "E02"),
    "load left out": (lambda case: replace(case, loads=case.loads[1:] if case.loads else None), "loads", "", "E01"),
    "load of nobody": (saying("loads", 0, candidate_id="E77"), "loads", "", "E77"),
    "minimum in silence": (asked(minimum=1), "unsaid", "", "E07+每人至少承接"),
    "score wrong": (put(1, score=worth("N1", "E03") + 1e-6), "score", "N1", "E03"),
    "score missing": (put(1, score=float("nan")), "score", "N1", "E03"),
    "score of the requester's own": (put(3, score=0.5), "score", "N1", "沈工"),
    "total wrong": (lambda case: replace(case, total=(case.total or 0) + 0.01), "total", "", ""),
    "refused by the scoring": (given_more(score=refusing), "eligible", "N1", "E03"),
    "title too low for the role": (place(4, "E03"), "rule:title", "N2", "E03"),
    "too old": (place(5, "E08"), "rule:age", "N2", "E08"),
    "dead": (place(5, "E09"), "rule:alive", "N2", "E09"),
    "too far": (place(1, "E12"), "rule:near", "N1", "E12"),
    "of the requester's unit": (place(5, "E10"), "recusal", "N2", "E10"),
    "kin of the requester's": (place(1, "E05"), "recusal", "N1", "E05"),
    "society in an expert's role": (place(5, "S2"), "role", "N2", "S2"),
    "role unknown": (put(1, role="顾问"), "role", "N1", "E03"),
    "role left out": (put(1, role=""), "role", "N1", "E03"),
    "role of the requester's own": (put(1, role="企业代表"), "role", "N1", "E03"),
    "own in a role of the pool": (put(3, role="成员"), "role", "N1", "沈工"),
    "kind not asked for": (under(candidates=["expert"]), "kinds", "N2", "S1"),
    "two leads": (both(place(5, "E11"), put(5, role="主持人")), "role:lead", "N2", "E11"),
    "no lead, in silence": (put(0, role="成员"), "unsaid", "N1", "主持人"),
    "list too long": (composed(most=3), "size", "N1", "沈工"),
    "list too short, in silence": (
        both(composed(least=4), lambda case: replace(case, more={"settings": case.settings})), "unsaid", "N4", "总人数"
    ),
    "not there at the time": (place(4, "E11"), "available", "N2", "E11"),
    "two events at a time": (place(8, "E03"), "time", "N1", "E03"),
    "no way between two counties": (both(asked(travel=True), place(5, "E03")), "travel", "N1", "E03"),
    "locked pair missing": (place(0, "E06"), "locked", "N1", "E01"),
    "locked and unmarked": (put(0, locked=False), "locked-mark", "N1", "E01"),
    "marked and not locked": (put(1, locked=True), "locked-mark", "N1", "E03"),
    "forbidden pair": (place(4, "E11"), "forbidden", "N2", "E11"),
    "forbidden by kind": (asked(forbidden=(("N2", "society:S1"),)), "forbidden", "N2", "S1"),
    "two of a unit, by the settings": (both(asked(limits={"unit": 1}), place(2, "E07")), "limits:unit", "N1", "E07"),
    "two of a society, by the settings": (
        both(asked(limits={"society": 1}), place(2, "E07")), "limits:society", "N1", "E01"
    ),
    "two of a county, by the settings": (
        both(asked(limits={"county": 1}), place(2, "E07")), "limits:county", "N1", "E03"
    ),
    "two of a discipline, by the settings": (
        both(asked(limits={"discipline": 1}), place(2, "E07")), "limits:discipline", "N1", "E07"
    ),
    "two of a unit, by the programme": (place(2, "E07"), "limit:1", "N1", "E07"),
    "two of a society, by the programme": (
        both(composed(limits=[OF_ONE_SOCIETY]), place(2, "E07")), "limit:1", "N1", "E07"
    ),
    "two of a county, in silence": (place(8, "E07"), "unsaid", "N3", "E07+同一区县"),
    "share too low, in silence": (
        both(composed(shares=[{"label": "青年", "where": [{"field": "age", "below": 38}], "at_least": 0.3}])),
        "unsaid", "N3", "青年",
    ),
    "share too high": (composed(shares=[OVER_55]), "share:1", "N1", "E01"),
    "spread too small, in silence": (
        composed(spreads=[{"label": "五个学科", "of": "county", "at_least": 3}]), "unsaid", "N4", "五个学科"
    ),
    "quota of a programme": (
        both(under(quotas=[{"label": "每年一次", "per": "candidate", "most": 1}])), "quota:1", "N1", "E01"
    ),
    "quota of a year to come": (
        both(needs_with("N4", start="2027-02-01"), needs_with("N2", start="2027-01-01"),
             lambda case: replace(case, more=needs_two_in_2027()),
             under(quotas=[{"label": "每年一次", "per": "candidate", "most": 1}])), "quota:1", "", "E06",
    ),
    "quota of a county": (under(quotas=[{"label": "每区", "per": "county", "most": 2}]), "quota:1", "", "E01"),
    "quota of a unit": (under(quotas=[{"label": "每单位", "per": "unit", "most": 1}]), "quota:1", "", "E03"),
    "quota of all": (under(quotas=[{"label": "全市", "per": "programme", "most": 9}]), "quota:1", "", "E01"),
    "too many of a group": (
        asked(quotas=[{"label": "正高", "where": [{"field": "title_level", "at_least": "正高"}], "most": 3}]),
        "quotas:1", "", "E06",
    ),
    "too few of a group, in silence": (
        asked(quotas=[{"label": "初级", "where": [{"field": "title_level", "any_of": ["初级"]}], "least": 1}]),
        "unsaid", "", "初级，0 次",
    ),
    "too many of each unit": (asked(quotas=[{"label": "每单位", "per": "unit", "most": 1}]), "quotas:1", "", "E06"),
    "a county without any, in silence": (
        asked(quotas=[{"label": "每区县", "per": "county", "least": 1}]), "unsaid", "", "临潼区+每区县"
    ),
    "no newcomer, in silence": (both(asked(newcomers=1), place(1, "E07"), place(2, "E04")), "unsaid", "N1", "新人"),
    "not one of the requester's people": (put(3, name="路人"), "requester", "N1", "路人"),
    "the requester's own twice": (
        add(row("N1", 5, "企业代表", "requester", "沈工")), "twice", "N1", "沈工"
    ),
    "below the floor, in silence": (asked(floor=0.99), "unsaid", "N1", "底线"),
    "best said lower than the team": (saying("teams", 0, best=0.1), "teams", "N1", ""),
    "best said higher than can be": (saying("teams", 0, best=9.0), "teams", "N1", ""),
    "team's score wrong": (saying("teams", 0, score=0.1), "teams", "N1", ""),
    "team's places wrong": (saying("teams", 0, placed=9), "teams", "N1", ""),
    "team left out": (lambda case: replace(case, teams=case.teams[1:] if case.teams else None), "teams", "N1", ""),
    "draw that does not repeat": (
        both(asked(select="draw", seed="示例"), given_more(draw=lambda places: ["N1 第 1 位应为 E02"])), "draw", "", ""
    ),
}  # fmt: skip


def needs_two_in_2027() -> dict[str, Any]:
    frame = plan_case.needs().copy()
    frame.loc[frame["need_id"].isin(["N2", "N4"]), ["start", "end"]] = ["2027-02", "2027-03"]
    return {"needs": frame}


def test_a_right_plan_holds() -> None:
    check = right().check()
    assert check.ok
    assert not check.broken
    assert not (check.frame["result"] == "broken").any()
    assert "没有问题" in repr(check)


@pytest.mark.parametrize("name", VIOLATIONS)
def test_a_planted_violation_is_found_and_named(name: str) -> None:
    edit, rule, need_id, told_of = VIOLATIONS[name]
    check = edit(right()).check()
    rows = check.frame[(check.frame["rule"] == rule) & (check.frame["result"] == "broken") & check.frame["hard"]]
    assert not check.ok
    told = [f"{one.who}，{one.found}" for one in rows.itertuples() if one.need_id == need_id]
    assert any(all(word in each for word in told_of.split("+")) for each in told), check


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
    assert repr(check) == "<方案核对：4 个需求、11 个位次，有问题（35 项合，1 项不合，2 项说不准）>"


def test_a_plan_without_a_column_is_refused_by_name() -> None:
    case = right()
    with pytest.raises(SettingError, match="candidate_id"):
        check_plan(
            pd.DataFrame(case.rows).drop(columns="candidate_id"), needs=plan_case.needs(), pool=plan_case.pool(),
            scenarios={"panel": case.scenario}, settings=case.settings, as_of=plan_case.DAY,
        )  # fmt: skip


def test_an_empty_plan_of_no_needs_holds() -> None:
    check = check_plan(
        pd.DataFrame(columns=COLUMNS), needs=plan_case.needs().iloc[:0], pool=plan_case.pool(),
        scenarios={"panel": right().scenario}, settings=right().settings.changed({"locked": ()}), as_of=plan_case.DAY,
        score=plan_case.score, total=0.0,
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


@settings(max_examples=300, deadline=None)
@given(rows=edited())
def test_a_single_edit_is_found_exactly_where_it_breaks_something(rows: list[dict[str, Any]]) -> None:
    case = right()
    check = finished(replace(case, rows=rows)).check() if all_known(rows) else replace(case, rows=rows).check()
    assert check.ok == sound(rows), check


def all_known(rows: list[dict[str, Any]]) -> bool:
    return all(
        one["candidate_kind"] == "requester" or one["candidate_id"] in (*EXPERTS, *plan_case.SOCIETIES) for one in rows
    )
