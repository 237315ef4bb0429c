"""A small pool with everything a rule can ask for, a right plan of it, and a check of plans said again by hand."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache
from typing import Any

import pandas as pd

import expertmatch as em
from expertmatch.planning.checking.check import PlanCheck, check_plan
from expertmatch.planning.settings import PlanSettings
from expertmatch.scenarios import Scenario

DAY = date(2026, 11, 1)
CITY = "陕西省西安市"
# id: name, unit, title, birth, county, discipline, society, capacity, status
EXPERTS = {
    "E01": ("赵一", "西北大学", "教授", "1970-01", "雁塔区", "210", "西安市甲学会理事", "3", "一线"),
    "E02": ("钱二", "长安大学", "教授", "1972-01", "碑林区", "220", "西安市乙学会理事", "3", "一线"),
    "E03": ("孙三", "西安理工大学", "副教授", "1988-01", "碑林区", "230", "西安市丙学会理事", "2", "一线"),
    "E04": ("李四", "西安工业大学", "讲师", "1990-01", "未央区", "240", "西安市丁学会理事", "2", "一线"),
    "E05": ("周五", "西安石油大学", "副教授", "1985-01", "雁塔区", "310", "西安市戊学会理事", "2", "一线"),
    "E06": ("吴六", "西安邮电大学", "教授", "1980-01", "长安区", "320", "西安市己学会理事", "2", "一线"),
    "E07": ("郑七", "西北大学", "副教授", "1989-01", "碑林区", "210", "西安市甲学会理事", "2", "一线"),
    "E08": ("王八", "西安财经大学", "副教授", "1940-01", "雁塔区", "330", "西安市庚学会理事", "2", "一线"),
    "E09": ("冯九", "西安科技大学", "副教授", "1984-01", "雁塔区", "340", "西安市辛学会理事", "2", "去世"),
    "E10": ("陈十", "西安渭桥食品有限公司", "工程师", "1983-01", "雁塔区", "550", "西安市壬学会理事", "2", "一线"),
    "E11": ("褚甲", "西安医学院", "教授", "1982-01", "临潼区", "350", "西安市癸学会理事", "2", "一线"),
    "E12": ("卫乙", "榆林学院", "教授", "1981-01", "榆阳区", "360", "榆林市甲学会理事", "2", "一线"),
}  # fmt: skip
SOCIETIES = {"S1": "西安市子学会", "S2": "西安市丑学会"}
AWAY = {"E11": ("2026-12-01", "2026-12-31"), "E06": ("2026-11-01", "2027-12-31")}
KIN = ("E05", "蒋工")
LEDGER = (
    ("E02", "N0", "已同意", "2026-10-01"), ("E04", "N0", "已完成", "2025-05-01"), ("E01", "N0", "已完成", "2026-03-01"),
    ("E02", "N0", "已完成", "2026-04-01"), ("E07", "N0", "已完成", "2026-05-01"), ("E03", "N0", "已拒绝", "2026-05-01"),
)  # fmt: skip
# id: requester, people, county, start, end, wanted
NEEDS = {
    "N1": ("西安沣岭航空构件有限公司", "蒋工；沈工", "雁塔区", "2026-11-10", "2026-11-11", "3"),
    "N2": ("西安渭桥食品有限公司", "韩工", "碑林区", "2026-11-12", "", "3"),
    "N3": ("西安皂河微电子股份有限公司", "杨工", "雁塔区", "2026-11-11", "2026-11-13", "2"),
    "N4": ("西安草滩汽车电驱有限公司", "朱工", "未央区", "2026-12", "2027-03", "2"),
}
SCENARIO = Scenario.model_validate(
    {
        "name": "panel", "title": "会诊", "summary": "示例。", "need_kinds": ["会诊"], "capacity": 2,
        "candidates": ["expert", "society"],
        "roles": [
            {"id": "lead", "label": "主持人", "least": 1, "most": 1},
            {"id": "member", "label": "成员", "least": 1, "kinds": ["expert"]},
            {"id": "body", "label": "承接学会", "most": 1, "kinds": ["society"]},
            {"id": "firm", "label": "企业代表", "come_from": "requester"},
        ],
        "rules": [
            {"id": "title", "label": "主持人是正高", "field": "title_level", "at_least": "正高", "roles": ["lead"]},
            {"id": "alive", "label": "在岗", "field": "status", "none_of": ["去世"], "unknown": "allow"},
            {"id": "age", "label": "不满 70 岁", "field": "age", "below": 70, "kinds": ["expert"]},
            {"id": "near", "label": "在同一市", "field": "nearness", "at_least": "同市", "kinds": ["expert"]},
        ],
        "recusal": [{"ground": "own"}, {"ground": "same_unit"}, {"ground": "kin"}],
        "composition": {
            "least": 2, "most": 5, "hard": True,
            "limits": [{"label": "同一单位至多 1 人", "per": ["unit"], "most": 1, "hard": True},
                       {"label": "同一区县至多 1 人", "per": ["county"], "most": 1}],
            "shares": [{"label": "45 岁以下的至少三成", "where": [{"field": "age", "below": 45}], "at_least": 0.3}],
            "spreads": [{"label": "至少两个学科", "of": "discipline", "at_least": 2}],
        },
        "quotas": [{"label": "每人每年至多 3 次", "per": "candidate", "most": 3}],
    }
)  # fmt: skip
COLUMNS = ["need_id", "scenario", "place", "role", "candidate_kind", "candidate_id", "name", "score", "locked"]


@cache
def pool() -> em.Pool:
    rows = [(key, *row[:4], CITY + row[4], *row[5:]) for key, row in EXPERTS.items()]
    rows = [(*row[:5], row[5].replace(CITY, "陕西省榆林市") if row[0] == "E12" else row[5], *row[6:]) for row in rows]
    names = ["expert_id", "name", "unit", "title", "birth", "region", "disciplines", "societies", "capacity", "status"]
    societies = pd.DataFrame({"society_id": list(SOCIETIES), "name": list(SOCIETIES.values())})
    return em.read_pool(
        pd.DataFrame(rows, columns=names),
        societies=societies,
        relations=pd.DataFrame({"expert_id": [KIN[0]], "other": [KIN[1]], "kind": ["亲属"]}),
        availability=pd.DataFrame([(key, *span) for key, span in AWAY.items()], columns=["expert_id", "from", "to"]),
        engagements=pd.DataFrame(
            [(need, who, state, day) for who, need, state, day in LEDGER],
            columns=["need_id", "candidate_id", "state", "date"],
        ),
        today=DAY,
    )


@cache
def needs() -> pd.DataFrame:
    rows = [(key, f"难题{key}", "会诊", *row[:2], CITY + row[2], *row[3:]) for key, row in NEEDS.items()]
    names = ["need_id", "title", "kind", "requester", "requester_people", "region", "start", "end", "wanted"]
    return em.read_needs(pd.DataFrame(rows, columns=names), today=DAY).frame


def worth(need_id: str, key: str) -> float:
    """A score that differs for every pair."""
    return (int(need_id[1:]) * 37 + sum(map(ord, key)) * 11) % 97 / 100 + 0.01


def score(pairs: pd.DataFrame) -> pd.DataFrame:
    return pairs.assign(score=[worth(*row) for row in zip(pairs["need_id"], pairs["candidate_id"], strict=True)])


def row(need_id: str, place: int, role: str, kind: str, key: str, *, locked: bool = False) -> dict[str, Any]:
    if kind == "requester":
        name, number = key, math.nan
    elif kind == "society":
        name, number = SOCIETIES[key], worth(need_id, key)
    else:
        name, number = f"{EXPERTS[key][0]}（{EXPERTS[key][1]}）", worth(need_id, key)
    cells = (need_id, "panel", place, role, kind, "" if kind == "requester" else key, name, number, locked)
    return dict(zip(COLUMNS, cells, strict=True))


@dataclass
class Case:
    """A plan with everything it says of itself."""

    rows: list[dict[str, Any]]
    settings: PlanSettings = field(default_factory=PlanSettings)
    scenario: Scenario = SCENARIO
    unserved: list[dict[str, Any]] = field(default_factory=list)
    broken: list[dict[str, Any]] = field(default_factory=list)
    loads: list[dict[str, Any]] | None = None
    teams: list[dict[str, Any]] | None = None
    total: float | None = None
    status: str = "optimal"
    more: dict[str, Any] = field(default_factory=dict)

    def asked(self, **settings: Any) -> Case:
        return replace(self, settings=self.settings.changed(settings))

    def under(self, **parts: Any) -> Case:
        """Return the case under a changed scenario."""
        given = {**self.scenario.model_dump(exclude_none=True, exclude_defaults=True, by_alias=True), **parts}
        return replace(self, scenario=Scenario.model_validate(given))

    def check(self) -> PlanCheck:
        columns = ["need_id", "rule", "label", "required", "found", "price", "source"]
        return check_plan(
            pd.DataFrame(self.rows, columns=COLUMNS),
            unserved=pd.DataFrame(self.unserved, columns=["need_id", "title", "wanted", "placed", "missing", "reason"]),
            broken=pd.DataFrame(self.broken, columns=columns),
            loads=None if self.loads is None else pd.DataFrame(self.loads),
            teams=None if self.teams is None else pd.DataFrame(self.teams),
            total=self.total,
            status=self.status,
            **{
                "needs": needs(), "pool": pool(), "scenarios": {"panel": self.scenario}, "settings": self.settings,
                "as_of": DAY, "score": score, **self.more,
            },
        )  # fmt: skip


def right() -> Case:
    """Return a plan that breaks nothing, and says so rightly."""
    rows = [
        row("N1", 1, "主持人", "expert", "E01", locked=True), row("N1", 2, "成员", "expert", "E03"),
        row("N1", 3, "成员", "expert", "E04"), row("N1", 4, "企业代表", "requester", "沈工"),
        row("N2", 1, "主持人", "expert", "E06"), row("N2", 2, "成员", "expert", "E05"),
        row("N2", 3, "承接学会", "society", "S1"),
        row("N3", 1, "主持人", "expert", "E02"), row("N3", 2, "成员", "expert", "E10"),
        row("N4", 1, "主持人", "expert", "E06"), row("N4", 2, "成员", "expert", "E03"),
    ]  # fmt: skip
    return finished(Case(rows, PlanSettings(locked=(("N1", "E01"),), forbidden=(("N2", "E11"),))))


def finished(case: Case) -> Case:
    """Return a case whose tables and total are those of its rows."""
    placed = [one for one in case.rows if one["candidate_kind"] != "requester"]
    planned = Counter((one["candidate_kind"], one["candidate_id"]) for one in placed)
    loads = [
        {"candidate_kind": kind, "candidate_id": key, "name": "", "held": held(key), "planned": count,
         "capacity": capacity(case, key)}
        for (kind, key), count in sorted(planned.items())
    ]  # fmt: skip
    teams = []
    for need_id in NEEDS:
        scores = [one["score"] for one in placed if one["need_id"] == need_id]
        best = sum(sorted(worth(need_id, key) for key in [*EXPERTS, *SOCIETIES])[::-1][: int(NEEDS[need_id][5])])
        teams.append({"need_id": need_id, "scenario": "panel", "placed": len(scores), "score": sum(scores),
                      "best": best, "share": sum(scores) / best})  # fmt: skip
    return replace(case, loads=loads, teams=teams, total=sum(one["score"] for one in placed))


def held(key: str) -> int:
    return sum(who == key and state == "已同意" for who, _, state, _ in LEDGER)


def capacity(case: Case, key: str) -> int:
    own = EXPERTS[key][7] if key in EXPERTS else ""
    given = case.settings.capacity
    return given if given is not None else int(own) if own else case.scenario.capacity


# the same rules, said again for this scenario, pool and these needs alone


def sound(rows: list[dict[str, Any]]) -> bool:
    """Say whether rows are a right plan under the right plan's settings, slowly and by other means than the check."""
    return all(_sound_need(rows, need_id) for need_id in NEEDS) and _sound_rows(rows) and _sound_people(rows)


def _sound_rows(rows: list[dict[str, Any]]) -> bool:
    for one in rows:
        need_id, kind, key = one["need_id"], one["candidate_kind"], one["candidate_id"]
        if need_id not in NEEDS or one["scenario"] != "panel":
            return False
        if kind == "requester":
            if (
                key
                or one["locked"]
                or not math.isnan(one["score"])
                or one["role"] != "企业代表"
                or one["name"] not in NEEDS[need_id][1].split("；")
            ):
                return False
            continue
        table: dict[str, Any] = {"expert": {k: v[0] for k, v in EXPERTS.items()}, "society": SOCIETIES}.get(kind, {})
        if key not in table or not one["name"].startswith(table[key]) or abs(one["score"] - worth(need_id, key)) > 1e-9:
            return False
        if one["locked"] != ((need_id, key) == ("N1", "E01")) or (need_id, key) == ("N2", "E11"):
            return False
        if kind == "society" and one["role"] not in ("承接学会",):
            return False
        if kind == "expert" and not _may(need_id, key, one["role"]):
            return False
    return any((one["need_id"], one["candidate_id"]) == ("N1", "E01") for one in rows)


def _may(need_id: str, key: str, role: str) -> bool:
    _, unit, title, birth, _, _, _, _, status = EXPERTS[key]
    start, end = NEEDS[need_id][3], NEEDS[need_id][4] or NEEDS[need_id][3]
    since, until = AWAY.get(key, ("0000", "9999"))
    there = since[: len(start)] <= start and end <= until[: len(end)]
    kin = key == KIN[0] and KIN[1] in NEEDS[need_id][1]
    old = 2026 - int(birth[:4]) >= 70
    fits = role == "成员" or (role == "主持人" and title == "教授")
    return fits and there and not (kin or old or status == "去世" or key == "E12" or unit == NEEDS[need_id][0])


def _sound_need(rows: list[dict[str, Any]], need_id: str) -> bool:
    here = [one for one in rows if one["need_id"] == need_id]
    pooled = [one for one in here if one["candidate_kind"] != "requester"]
    people = [one["candidate_id"] for one in pooled if one["candidate_kind"] == "expert"]
    roles = Counter(one["role"] for one in here)
    names = [one["candidate_id"] or one["name"] for one in here]
    counties, units = (Counter(EXPERTS[key][at] for key in people if key in EXPERTS) for at in (4, 1))
    firms = [one for one in here if one["candidate_kind"] == "requester"]
    young = sum(int(EXPERTS[key][3][:4]) > 1981 for key in people if key in EXPERTS)  # turned 44 at the most
    fields = {EXPERTS[key][5] for key in people if key in EXPERTS}
    total = len(people) + len(firms)
    return (
        [one["place"] for one in sorted(here, key=lambda one: one["place"])] == list(range(1, len(here) + 1))
        and len(pooled) == int(NEEDS[need_id][5])
        and len(set(names)) == len(names)
        and roles["主持人"] == 1 and roles["成员"] >= 1 and roles["承接学会"] <= 1
        and 2 <= len(here) <= 5
        and max(units.values(), default=0) <= 1
        and len(firms) <= 1
        and max(counties.values(), default=0) <= 1
        and young + len(firms) >= math.ceil(total * 3 / 10)
        and (len(fields) >= 2 or len(firms) + len(here) - len(people) > 0)
    )  # fmt: skip


def _sound_people(rows: list[dict[str, Any]]) -> bool:
    served: dict[str, list[str]] = {}
    for one in rows:
        if one["candidate_kind"] != "requester":
            served.setdefault(one["candidate_id"], []).append(one["need_id"])
    for key, taken in served.items():
        days = [day for need_id in taken for day in _days(need_id)]
        limit = int(EXPERTS[key][7]) if key in EXPERTS else 2
        done = Counter(who for who, _, state, day in LEDGER if state in ("已同意", "已完成") and day[:4] == "2026")
        if len(set(days)) < len(days) or len(taken) > limit - held(key) or len(taken) + done[key] > 3:
            return False
    return True


def _days(need_id: str) -> list[date]:
    start, end = NEEDS[need_id][3], NEEDS[need_id][4] or NEEDS[need_id][3]
    if len(start) < 10:
        return []
    first, last = date.fromisoformat(start), date.fromisoformat(end)
    return [first + timedelta(days=i) for i in range((last - first).days + 1)]
