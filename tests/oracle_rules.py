"""Who may serve a need, said again: slowly, one pair at a time, from the documentation; nothing of ranking is used."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache, cached_property
from typing import Any

import pandas as pd

import expertmatch as em
from expertmatch.scenarios import Condition, Recusal, Role, Rule, Scenario
from expertmatch.tables.clean import clean_unit, unit_parent
from expertmatch.tables.joining.identity import name_key, suspected_duplicates

Row = dict[str, str]
Codes = Mapping[Any, frozenset[str]]
UMBRELLAS = ("中国科学院", "中国农业科学院")
"""Those the random pools use."""
KINDS = {"kin": "亲属", "adviser": "师生", "employment": "任职", "cowork": "合作"}
LEVELS = {
    "title_level": ("初级", "中级", "副高", "正高"),
    "nearness": ("其他", "同省", "同市", "同县"),
}
CANDIDATE_FIELDS = {
    "title_level", "academician", "retired", "age", "sex", "province", "city", "county", "overseas", "status",
    "languages", "local", "post", "title", "unit", "society_kind", "stations", "partners", "free", "open",
    "served_this_year", "services",
}  # fmt: skip


def _nobody_asks(refused: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Leave out what would have to be asked about somebody whom another rule refuses anyway."""
    excluded = {one for one in refused if one[0] == "excluded"}
    return excluded or refused


@dataclass
class Verdict:
    """What the rules say of a pair."""

    outcome: str
    """eligible, ask or excluded"""
    role: str = ""
    reasons: set[tuple[str, str]] = field(default_factory=set)
    """(outcome, rule or recusal:ground) of everything that stands against it."""
    hints: set[str] = field(default_factory=set)
    alone: bool = False
    """Refused by rules about the candidate alone."""
    told_as: str = ""
    """Under which label it is counted when it is not listed."""


@dataclass
class Oracle:
    """The rules of a scenario on a day, over one pool."""

    pool: em.Pool
    scenario: Scenario
    as_of: date
    candidate_codes: Codes = field(default_factory=dict)
    need_codes: Codes = field(default_factory=dict)

    # the pair

    def judge(self, need: Row, kind: str, key: str) -> Verdict:
        if kind not in self.scenario.candidates:
            return Verdict("excluded", reasons={("excluded", "kind")}, alone=True)
        roles = [role for role in self.roles if kind in role.kinds]
        if not roles:
            return Verdict("excluded", reasons={("excluded", "kind")}, alone=True)
        by_role = [self._against(role, need, kind, key) for role in roles]
        alone = all(any(rule in self.candidate_rules for _, rule in refused) for refused, _ in by_role)
        refused, hints = min(by_role, key=lambda found: len(found[0]))
        role = roles[[found[0] for found in by_role].index(refused)].label
        barred, warned = self.recusals(need, kind, key)
        reasons = _nobody_asks(refused) | {("excluded", f"recusal:{ground}") for ground in barred}
        outcome = "eligible"
        if reasons:
            outcome = "excluded" if any(kind == "excluded" for kind, _ in reasons) else "ask"
        told = "回避" if barred else self._first_refusal(by_role)
        hints = hints | {f"recusal:{ground}" for ground in warned}
        return Verdict(outcome, "" if reasons else role, reasons, hints, alone, told)

    def judge_alone(self, kind: str, key: str) -> set[tuple[str, str]]:
        """What rules about the candidate alone say of them: of all roles, the one that refuses least."""
        roles = [role for role in self.roles if kind in role.kinds]
        if not roles:
            return {("excluded", "kind")}
        by_role = [self._against(role, {}, kind, key, only=self.candidate_rules)[0] for role in roles]
        return _nobody_asks(min(by_role, key=len))

    @cached_property
    def rules(self) -> list[Rule]:
        return [rule for rule in self.scenario.rules if self._in_force(rule)]

    @cached_property
    def candidate_rules(self) -> set[str]:
        return {
            rule.id for rule in self.rules if {rule.field, *(one.field for one in rule.when)} <= CANDIDATE_FIELDS
        }  # fmt: skip

    @cached_property
    def roles(self) -> list[Role]:
        found = [role for role in self.scenario.roles if role.come_from == "pool"]
        return found or [Role(id="candidate", label="候选", kinds=self.scenario.candidates)]

    def _first_refusal(self, by_role: list[tuple[set[tuple[str, str]], set[str]]]) -> str:
        for refused, _ in by_role:
            names = {rule for _, rule in refused}
            if not names & self.candidate_rules:
                return next((rule.label for rule in self.rules if rule.id in names), "")
        return ""

    def _in_force(self, part: Rule | Recusal) -> bool:
        if part.since is not None and self.as_of < part.since:
            return False
        return part.until is None or self.as_of <= part.until

    def _against(
        self, role: Role, need: Row, kind: str, key: str, only: set[str] | None = None
    ) -> tuple[set[tuple[str, str]], set[str]]:
        refused: set[tuple[str, str]] = set()
        hints: set[str] = set()
        for rule in self.rules:
            bound = kind in rule.kinds and (not rule.roles or role.id in rule.roles)
            if not bound or (only is not None and rule.id not in only):
                continue
            kept = self._kept(rule, need, kind, key)
            if kept is False or (kept is None and rule.unknown == "exclude"):
                refused.add(("excluded", rule.id))
            elif kept is None and rule.unknown == "ask":
                refused.add(("ask", rule.id))
            elif kept is None and rule.unknown == "hint":
                hints.add(rule.id)
        return refused, hints

    def _kept(self, rule: Rule, need: Row, kind: str, key: str) -> bool | None:
        binds: bool | None = True
        for condition in rule.when:
            one = self._true(condition, need, kind, key)
            if one is False:
                return True
            if one is None:
                binds = None
        held = self._true(rule, need, kind, key)
        if held is True:
            return True
        return False if held is False and binds else None

    def _true(self, condition: Condition, need: Row, kind: str, key: str) -> bool | None:
        name = condition.field
        value = self.fact(name, need, kind, key)
        if value is None:
            return None
        wanted = {
            "at_least": condition.at_least, "at_most": condition.at_most, "above": condition.above,
            "below": condition.below, "any_of": condition.any_of, "none_of": condition.none_of, "is": condition.is_,
        }  # fmt: skip
        for operator, bound in wanted.items():
            if bound is not None and not self._compare(name, value, operator, bound):
                return False
        return True

    @staticmethod
    def _compare(name: str, value: Any, operator: str, bound: Any) -> bool:
        if operator == "is":
            return bool(value) == bound
        if operator in ("any_of", "none_of"):
            if name in ("post", "title", "unit", "need_audience", "need_region") or isinstance(value, list):
                hit = any(word in value for word in bound)
            else:
                hit = value in bound
            return hit if operator == "any_of" else not hit
        if name in LEVELS:
            value, bound = LEVELS[name].index(value), LEVELS[name].index(bound)
        bound = float(bound)
        return {"at_least": value >= bound, "at_most": value <= bound, "above": value > bound, "below": value < bound}[
            operator
        ]

    # what is known

    def fact(self, name: str, need: Row, kind: str, key: str) -> Any:
        if name in ("need_kind", "need_audience", "need_region"):
            return need.get(name.removeprefix("need_"), "") or None
        if name == "need_years":
            return self._years(need.get("start", ""), need.get("end", ""))
        row = self.row(kind, key)
        if name == "nearness":
            return self._nearness(need, row)
        if name == "available":
            return self._available(need, kind, key)
        if name == "speaks":
            return self._speaks(need, row)
        if name == "discipline_distance":
            return self._distance(
                self.need_codes.get(need["need_id"], frozenset()), self.candidate_codes.get((kind, key), frozenset())
            )
        return self._of_candidate(name, row, kind, key)

    def _of_candidate(self, name: str, row: Row, kind: str, key: str) -> Any:
        cell = row.get(name, "")
        if name == "academician":
            return cell != ""
        if name == "retired":
            return {"yes": True, "no": False}.get(cell)
        if name == "age":
            return self._age(row.get("birth", ""))
        if name == "overseas":
            code, region = row.get("region_code", ""), row.get("region", "")
            if code:
                return code[:2] in ("71", "81", "82")
            return True if region in ("美国", "德国慕尼黑") else None
        if name == "local":
            said = " ".join(row.get(part, "") for part in ("title", "post", "honours"))
            said = said.replace("学科带头人", "").replace("学术带头人", "")
            return any(word in said for word in ("土专家", "乡土人才", "田秀才", "土秀才", "带头人"))
        if name == "languages":
            return [re.sub(r"（.*?）", "", part) for part in cell.split("；")] if cell else None
        if name == "society_kind":
            return (row.get("kind", "") if kind == "society" else "") or None
        if name == "unit":
            return row.get("name" if kind == "society" else "unit", "") or None
        if name in ("stations", "partners", "free", "open", "served_this_year", "services"):
            return self._counted(name, row, key)
        return cell or None

    def _counted(self, name: str, row: Row, key: str) -> float | None:
        if name == "partners":
            mine = [work for work in self.works if work["expert_id"] == key]
            beside = {a for work in mine for a in work["authors"].split("；") if a and a != row.get("name", "")}
            return float(len(beside)) if beside else None  # works that name nobody else say nothing of a team
        served = [one for one in self.engagements if one["candidate_id"] == key and self._happened(one["date"])]
        going_on = [one for one in served if one["state"] in ("已同意", "服务中")]
        done = [one for one in served if one["state"] == "已完成"]
        if name == "open":
            return float(len(going_on))
        if name == "services":
            return float(len(done))
        if name == "served_this_year":
            return float(sum(one["date"][:4] == f"{self.as_of:%Y}" for one in going_on + done))
        if name == "free":
            return float(row.get("capacity", "") or self.scenario.capacity) - len(going_on)
        held = row.get("stations_held", "")
        at_stations = [one for one in going_on if "工作站" in one["need_title"] or "建站" in one["need_title"]]
        return float(held) + len(at_stations) if held else None

    def _happened(self, day: str) -> bool:
        return not day or _first(day) <= self.as_of

    def _age(self, birth: str) -> float | None:
        if not birth:
            return None
        if len(birth) == 4:
            return float(self.as_of.year - int(birth))
        year, month = int(birth[:4]), int(birth[5:7])
        return float((self.as_of.year * 12 + self.as_of.month - year * 12 - month) // 12)

    @staticmethod
    def _years(start: str, end: str) -> float | None:
        if not start or not end:
            return None
        first, last = _first(start), _last(end)
        months = (last.year - first.year) * 12 + last.month - first.month
        months += last.day / monthrange(last.year, last.month)[1]
        months -= (first.day - 1) / monthrange(first.year, first.month)[1]
        return round(months) / 12

    @staticmethod
    def _nearness(need: Row, row: Row) -> str | None:
        here = [need.get(part, "") for part in ("province", "city", "county")]
        there = [row.get(part, "") for part in ("province", "city", "county")]
        if not here[0] or not there[0]:
            return None
        steps = 0
        while steps < 3 and here[steps] and here[steps] == there[steps]:
            steps += 1
        return LEVELS["nearness"][steps]

    def _available(self, need: Row, kind: str, key: str) -> bool | None:
        start, end = need.get("start", ""), need.get("end", "") or need.get("start", "")
        times = [row for row in self.availability if row["expert_id"] == key]
        if not start or not times:
            return None
        return any(
            (not row["from"] or _first(row["from"]) <= _last(start))
            and (not row["to"] or _first(end) <= _last(row["to"]))
            for row in times
        )

    @staticmethod
    def _speaks(need: Row, row: Row) -> bool | None:
        asked, spoken = need.get("languages", ""), row.get("languages", "")
        if not asked:
            return True
        return bool({*asked.split("；")} & {*re.sub(r"（.*?）", "", spoken).split("；")}) if spoken else None

    @staticmethod
    def _distance(ours: frozenset[str], theirs: frozenset[str]) -> float | None:
        def one(a: str, b: str) -> float:
            if len(a) == 3 or len(b) == 3:
                if a[:3] == b[:3]:
                    return 0.0
            elif a[:5] == b[:5]:
                return 0.0
            category = ["ABCDE"[(int(c[0]) > 1) + (int(c[0]) > 2) + (int(c[0]) > 3) + (int(c[0]) > 6)] for c in (a, b)]
            return 1.0 if a[:3] == b[:3] else 2.0 if category[0] == category[1] else 3.0

        return min((one(a, b) for a in ours for b in theirs), default=None)

    # recusal

    def recusals(self, need: Row, kind: str, key: str) -> tuple[set[str], set[str]]:
        """Return the grounds that bar the candidate and those that are only told."""
        barred, warned = self._direct(need, kind, key)
        if kind == "expert":
            for other in self.alike.get(key, ()):
                if self._direct(need, kind, other)[0]:
                    barred.add("same_person")
        return barred, warned

    def _direct(self, need: Row, kind: str, key: str) -> tuple[set[str], set[str]]:
        if (need["need_id"], kind, key) not in self._known:
            barred: set[str] = set()
            warned: set[str] = set()
            for recusal in self.scenario.recusal:
                if self._in_force(recusal):
                    for bars in self._ground(recusal, need, kind, key):
                        (barred if bars else warned).add(recusal.ground)
            self._known[need["need_id"], kind, key] = barred, warned
        barred, warned = self._known[need["need_id"], kind, key]
        return set(barred), set(warned)

    @cached_property
    def _known(self) -> dict[tuple[str, str, str], tuple[set[str], set[str]]]:
        return {}

    def _ground(self, recusal: Recusal, need: Row, kind: str, key: str) -> list[bool]:
        ground, row = recusal.ground, self.row(kind, key)
        theirs = legal_persons(need.get("requester", ""))
        if ground == "own":
            return self._own(need, theirs, row, kind, key)
        if ground == "avoid_units":
            return self._avoids(theirs, row)
        if ground == "same_unit":
            return self._same_unit(theirs, row, kind)
        if ground == "earlier_part":
            return [
                True
                for one in self.engagements
                if one["candidate_id"] == key
                and one["state"] not in ("已推荐", "已邀请", "已拒绝", "已取消")
                and (one["need_id"] == need["need_id"] or (one["need_title"] and one["need_title"] == need["title"]))
                and self._within(one["date"], recusal)
            ]
        if kind != "expert":
            return []
        found = self._related(recusal, need, theirs, key)
        return found + (self._worked_together(recusal, need, key) if ground == "cowork" else [])

    def _own(self, need: Row, theirs: dict[str, str], row: Row, kind: str, key: str) -> list[bool]:
        if kind == "society":
            return [True] if row["name"] in {*theirs, *theirs.values()} else []
        if name_key(row["name"]) not in people(need):
            return []
        return [key in self.party(need)]

    @staticmethod
    def _avoids(theirs: dict[str, str], row: Row) -> list[bool]:
        found = []
        for unit, legal in legal_persons(row.get("avoid_units", "")).items():
            for asked, asked_legal in theirs.items():
                if asked_legal == legal:
                    found.append(asked.startswith(unit))
                elif asked_legal.startswith(unit) and unit in UMBRELLAS:
                    found.append(False)
        return found

    @staticmethod
    def _same_unit(theirs: dict[str, str], row: Row, kind: str) -> list[bool]:
        cells = [row.get("name", ""), row.get("parent", "")] if kind == "society" else [row.get("unit", "")]
        mine = {legal for cell in cells for legal in legal_persons(cell).values()}
        others = {*theirs.values()}
        found = [True for legal in mine if legal in others]
        for legal in mine - others:
            for roof in UMBRELLAS:
                if legal.startswith(roof) and legal != roof:
                    found += [False for other in others if other.startswith(roof) and other != roof]
        return found

    def _related(self, recusal: Recusal, need: Row, theirs: dict[str, str], key: str) -> list[bool]:
        found = []
        party = self.party(need)
        for tie in self.relations:
            if tie["kind"] in KINDS.values() and tie["kind"] != KINDS[recusal.ground]:
                continue
            if not self._happened(tie["since"]) or not self._within(tie["until"], recusal):
                continue
            other = tie["other"]
            if tie["expert_id"] == key:
                same_unit = any(
                    {unit, legal} & {*theirs, *theirs.values()} for unit, legal in legal_persons(other).items()
                )
                if other in party or name_key(other) in people(need) or same_unit:
                    found.append(True)
            elif tie["expert_id"] in party:
                if other == key:
                    found.append(True)
                elif other not in self.experts and name_key(other) == name_key(self.experts[key]["name"]):
                    alone = sum(name_key(row["name"]) == name_key(other) for row in self.experts.values()) == 1
                    found.append(alone)
        return found

    def _worked_together(self, recusal: Recusal, need: Row, key: str) -> list[bool]:
        found = []
        own = name_key(self.experts[key]["name"])
        party = self.party(need)
        for work in (work for work in self.works if work["expert_id"] == key):
            named = {name_key(author) for author in work["authors"].split("；")} - {own, ""}
            with_party = key not in party and any(
                other["work_id"] == work["work_id"] and other["expert_id"] in party for other in self.works
            )
            if not (named & people(need) or with_party):
                continue
            day = work["date"] or work["year"]
            if not day:
                found.append(recusal.years is None)
            elif self._happened(day) and self._within(day, recusal):
                found.append(True)
        return found

    def _within(self, day: str, recusal: Recusal) -> bool:
        if recusal.years is None or not day:
            return True
        months = self.as_of.year * 12 + self.as_of.month - 1 - round(recusal.years * 12)
        last = min(self.as_of.day, monthrange(months // 12, months % 12 + 1)[1])
        return _last(day) >= date(months // 12, months % 12 + 1, last)

    def party(self, need: Row) -> set[str]:
        """Return the experts who are the requester's people: same name, same legal person where one is written."""
        if need["need_id"] not in self._parties:
            theirs = {*legal_persons(need.get("requester", "")).values()}
            self._parties[need["need_id"]] = {
                key
                for key, row in self.experts.items()
                if name_key(row["name"]) in people(need)
                and (not theirs or theirs & {*legal_persons(row.get("unit", "")).values()})
            }
        return self._parties[need["need_id"]]

    @cached_property
    def _parties(self) -> dict[str, set[str]]:
        return {}

    @cached_property
    def alike(self) -> dict[str, set[str]]:
        pairs = suspected_duplicates(self.pool.experts)
        found: dict[str, set[str]] = {}
        for a, b in zip(pairs["expert_id"], pairs["other_id"], strict=True):
            found.setdefault(a, set()).add(b)
            found.setdefault(b, set()).add(a)
        return found

    # rows

    def row(self, kind: str, key: str) -> Row:
        return self.experts[key] if kind == "expert" else self.societies[key]

    @cached_property
    def experts(self) -> dict[str, Row]:
        return {row["expert_id"]: row for row in rows(self.pool.experts)}

    @cached_property
    def societies(self) -> dict[str, Row]:
        return {row["society_id"]: row for row in rows(self.pool.societies)}

    @cached_property
    def works(self) -> list[Row]:
        return rows(self.pool.works)

    @cached_property
    def relations(self) -> list[Row]:
        return rows(self.pool.relations)

    @cached_property
    def availability(self) -> list[Row]:
        return rows(self.pool.availability)

    @cached_property
    def engagements(self) -> list[Row]:
        return rows(self.pool.engagements)


def rows(frame: pd.DataFrame) -> list[Row]:
    return [dict(zip(map(str, frame.columns), row, strict=True)) for row in frame.to_numpy(dtype=object).tolist()]


def people(need: Row) -> set[str]:
    return {name_key(name) for name in need.get("requester_people", "").split("；")} - {""}


@cache
def legal_persons(cell: str) -> dict[str, str]:
    units = [clean_unit(unit) for unit in re.split("[、；]", cell)]
    return {unit: unit_parent(unit) or unit for unit in units if unit}


def _first(day: str) -> date:
    return date(*[int(part) for part in (f"{day}-01-01" if len(day) == 4 else f"{day}-01")[:10].split("-")])


def _last(day: str) -> date:
    if len(day) == 10:
        return _first(day)
    year, month = int(day[:4]), int(day[5:7]) if len(day) == 7 else 12
    return date(year, month, monthrange(year, month)[1])
