"""The checker of plans finds each of many planted violations, and nothing in a right plan."""

from __future__ import annotations

from dataclasses import replace

import pytest
from plan_case import right, row, worth
from plan_edits import (
    FULL,
    GAP,
    Edit,
    add,
    asked,
    both,
    composed,
    drop,
    given_more,
    needs_two_in_2027,
    needs_with,
    place,
    put,
    refusing,
    said,
    saying,
    under,
)

OVER_55 = {"label": "55 岁以上的至多一成", "where": [{"field": "age", "above": 50}], "at_most": 0.1, "hard": True}
OF_ONE_SOCIETY = {"label": "同一学会至多 1 人", "per": ["society"], "most": 1, "hard": True}

VIOLATIONS: dict[str, tuple[Edit, str, str, str]] = {
    # name: edit, rule, need, who and what is told (joined by +)
    "need unknown": (put(1, need_id="N9"), "need", "N9", "E03"),
    "candidate unknown": (put(1, candidate_id="E99"), "candidate", "N1", "E99"),
    "id on one of the requester's own": (put(3, candidate_id="E01"), "candidate", "N1", "沈工（E01）"),
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
