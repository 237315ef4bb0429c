"""Whether the plan as a whole holds its quotas, and serves every need as well as it says."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from expertmatch.planning.check_book import Book, Place, Who
from expertmatch.planning.check_notes import Held, between, joined
from expertmatch.planning.settings import GroupQuota
from expertmatch.scenarios import Scenario
from expertmatch.scenarios.columns import texts
from expertmatch.scenarios.conditions import all_hold
from expertmatch.scenarios.fields import ACTIVE_STATES, SERVED_STATES
from expertmatch.scenarios.grouping import keys_of
from expertmatch.scenarios.parts import Quota, origin
from expertmatch.scenarios.people import People, column_under

Draw = Callable[[pd.DataFrame], Iterable[str]]
_COUNTY = ("区县", "county", "所在区县")
_SLACK = 1e-6


def check_groups(book: Book) -> None:
    """Count the services of each group over the whole plan."""
    for number, quota in enumerate(book.settings.quotas, start=1):
        held = book.notes.rule(f"quotas:{number}", quota.label, between(quota.least or 0, quota.most, "次"),
                               source=origin(quota.source, quota.confirmed))  # fmt: skip
        group = _groups(book, quota, book.people, [*book.of_candidate])
        count: Counter[str] = Counter()
        who: dict[str, list[str]] = {}
        for one, taken in book.of_candidate.items():
            for value in group.get(one, ()):
                count[value] += len(taken)
                who.setdefault(value, []).append(book.called(*one))
        for value in sorted({*count, *_asked_groups(book, quota)}):
            held.seen()
            told = f"{value}{'：' if value else ''}{count[value]} 次"
            if quota.most is not None and count[value] > quota.most:
                held.fails(told, who=joined(who[value]))
            if quota.least is not None and count[value] < quota.least:
                book.notes.yields(held, told, who=value)


def _groups(book: Book, quota: GroupQuota, people: People, known: Sequence[Who]) -> Mapping[Who, frozenset[str]]:
    """Return the groups each candidate certainly is of; the one group without ``per`` has no name."""
    inside = np.ones(len(people), dtype=bool)
    if quota.where:
        inside = all_hold(quota.where, people.facts.column) > 0
    keys = [frozenset({""})] * len(people) if quota.per is None else keys_of(people, quota.per, book.tree)
    return {who: keys[i] or frozenset() for i, who in enumerate(known) if inside[i]}


def _asked_groups(book: Book, quota: GroupQuota) -> set[str]:
    """Return the groups that a least speaks of: of everybody who could serve anywhere, where that is known."""
    if quota.least is None:
        return set()
    if quota.per is None:
        return {""}
    if book.scored is None:
        book.notes.left_out.append(f"{quota.label}：没有排进方案的单位或区县（候选太多，或没有给出评分）")
        return set()
    able = sorted(set(zip(book.scored["candidate_kind"], book.scored["candidate_id"], strict=True)))
    facts = book.facts_of(able)
    people = People(facts=facts, roles=("",) * len(facts), own=np.zeros(len(facts), dtype=bool))
    return set().union(*_groups(book, quota, people, able).values())


# quotas of the programmes


def check_quotas(book: Book) -> None:
    """Count the services of each programme in the ledger with the plan on top."""
    for name, ids in book.by_scenario.items():
        scenario = book.scenarios.get(name)
        here = [one for need_id in ids for one in book.team[need_id]]
        if scenario is None or not here:
            continue
        record = _record(book, scenario) if scenario.quotas else []
        for number, quota in enumerate(scenario.quotas, start=1):
            held = book.notes.rule(f"quota:{number}", quota.label, between(quota.least or 0, quota.most, "次"), of=name,
                                   source=origin(quota.source, quota.confirmed))  # fmt: skip
            _hold(book, held, quota, record, here)


def _hold(
    book: Book, held: Held, quota: Quota, record: Sequence[tuple[str, str, str, str, str]], here: list[Place]
) -> None:
    column = {"candidate": 0, "unit": 1, "county": 2}
    groups: dict[tuple[str, str], list[Place]] = {}
    for one in here:
        if _bound(book, quota, one) < 0:
            continue
        year = _year(book, one.need_id) if quota.period == "year" else ""
        value = _value(book, quota, one)
        if value or quota.per == "programme":
            groups.setdefault((value, year), []).append(one)
        else:
            held.fails(
                "需求所在区县或候选的单位不详", need_id=one.need_id, who=book.person(one), result="unknown", hard=False
            )
    for (value, year), taken in sorted(groups.items()):
        held.seen()
        beside = _besides(book, quota, taken[0])
        sure, possible = len(taken) + (beside or 0), len(taken) + (math.inf if beside is None else beside)
        for row in record:
            if quota.period == "open" and row[4] not in ACTIVE_STATES:
                continue
            cell = value if quota.per == "programme" else row[column[quota.per]]
            inside = not year or row[3][:4] == year
            if cell in (value, "") and (inside or not row[3]):
                possible += 1
                sure += cell == value and inside
        when = f"{year} 年" if year else "同时" if quota.period == "open" else "历来"
        shown = book.person(taken[0]) if quota.per == "candidate" else value
        told = f"{shown}{'：' if shown else ''}{when} {sure:g} 次，含本次 {len(taken)} 次"
        who = joined(list(dict.fromkeys(book.person(one) for one in taken)))
        ids = {one.need_id for one in taken}
        need_id = ids.pop() if len(ids) == 1 else ""
        if quota.most is not None and sure > quota.most and _bound(book, quota, taken[0]) > 0:
            held.fails(told, need_id=need_id, who=who)
        elif quota.most is not None and possible > quota.most:
            held.fails(f"{told}；台账里有的写得不全，可能超过", need_id=need_id, who=who, result="unknown")
        elif quota.least is not None and sure < quota.least:
            told = f"{told}；还差 {quota.least - sure} 次"
            held.fails(told, need_id=need_id, who=who, result="unknown", hard=False)


def _bound(book: Book, quota: Quota, one: Place) -> int:
    """Say whether a quota binds the candidate of a place: 1 yes, -1 no, 0 not known."""
    if not quota.when or (one.kind, one.key) not in book.row_of:
        return 1
    return int(all_hold(quota.when, book.people.facts.column)[book.row_of[one.kind, one.key]])


def _besides(book: Book, quota: Quota, one: Place) -> int | None:
    """Return what the candidate of a place holds open beside the ledger; ``None`` where that is not known."""
    if not quota.besides or (one.kind, one.key) not in book.row_of:
        return 0
    cell = book.people.facts.text(quota.besides)[book.row_of[one.kind, one.key]]
    return int(float(cell)) if cell else None


def _value(book: Book, quota: Quota, one: Place) -> str:
    """Return whose count a place adds to."""
    if quota.per == "candidate":
        return one.key
    if quota.per == "county":
        return book.need_cell(one.need_id, "county")
    return "" if quota.per == "programme" else _unit_of(book, one.kind, one.key)


def _unit_of(book: Book, kind: str, key: str) -> str:
    if (kind, key) not in book.row_of:
        return ""
    row, facts = book.row_of[kind, key], book.people.facts
    return facts.text("unit_parent")[row] or facts.text("unit")[row]


def _record(book: Book, scenario: Scenario) -> list[tuple[str, str, str, str, str]]:
    """Return id, unit, county, date and state of every service of a programme that the ledger holds on the day."""
    ledger, day = book.pool.engagements, book.as_of.isoformat()
    names = ("candidate_id", "candidate_unit_parent", "candidate_unit", "need_id", "state", "date")
    columns = (*(texts(ledger, name) for name in names), column_under(ledger, _COUNTY))
    found = []
    for who, parent, unit, need_id, state, when, county in zip(*columns, strict=True):
        here = need_id in book.need_at
        foreign = here and book.need_cell(need_id, "kind") not in ("", *scenario.need_kinds)
        if state in SERVED_STATES and not foreign and not (when and when > day[: len(when)]):
            own = _unit_of(book, "expert", who) or _unit_of(book, "society", who)
            where = county or (book.need_cell(need_id, "county") if here else "")
            found.append((who, own or parent or unit, where, when, state))
    return found


def _year(book: Book, need_id: str) -> str:
    return book.need_cell(need_id, "start")[:4] or str(book.as_of.year)


# every need as good as it says


def check_shares_of_best(book: Book) -> None:
    """Hold each need's team against its own best, and the table that says so."""
    floor = book.settings.floor
    claimed = None if book.teams is None else _by_need(book, book.teams)
    above = _upper(book) if floor is not None or claimed is not None else {}
    if claimed is not None:
        _check_teams(book, claimed, above)
    if floor is None:
        return
    held = book.notes.rule("floor", "每个需求的底线", f"不低于自己最好阵容的 {floor * 100:g}%")
    for need_id, team in book.team.items():
        best = claimed[need_id]["best"] if claimed and need_id in claimed else above.get(need_id)
        if best is None:
            continue
        held.seen(need_id)
        score = math.fsum(one.score for one in team)
        if score < floor * best - _SLACK:
            told = f"{score:.4f}，最好 {best:.4f}"
            if claimed or _plain(book, need_id):
                book.notes.yields(held, told, need_id=need_id, short=True)
            else:
                held.fails(f"{told}（未计角色等要求）", need_id=need_id, result="unknown", hard=False)


def _check_teams(book: Book, claimed: Mapping[str, Mapping[str, float]], above: Mapping[str, float]) -> None:
    held = book.notes.rule("teams", "各需求一览", "与方案一致")
    for need_id, team in book.team.items():
        held.seen(need_id)
        if need_id not in claimed:
            held.fails("没有列出", need_id=need_id)
            continue
        row = claimed[need_id]
        score = math.fsum(one.score for one in team)
        best = row["best"]
        right = {"placed": float(len(team)), "score": score, "share": score / best if best else math.nan}
        for name, label in (("placed", "已排"), ("score", "得分"), ("share", "份额")):
            if name in row and not math.isnan(right[name]) and not abs(row[name] - right[name]) <= _SLACK:
                told = f"{label}写的是 {row[name]:.6g}"
                held.fails(told, need_id=need_id, required=f"{right[name]:.6g}")
        if best < score - _SLACK:
            held.fails(f"最好阵容写的是 {best:.6g}，本方案已有 {score:.6g}", need_id=need_id)
        if best > above.get(need_id, math.inf) + _SLACK:
            told = f"最好阵容写的是 {best:.6g}，得分最高的人加起来只有 {above[need_id]:.6g}"
            held.fails(told, need_id=need_id)


def _by_need(book: Book, teams: pd.DataFrame) -> dict[str, dict[str, float]]:
    names = [name for name in ("best", "placed", "score", "share") if name in teams]
    rows = zip(texts(teams, "need_id"), *(teams[name].astype(float).tolist() for name in names), strict=True)
    return {need_id: dict(zip(names, cells, strict=True)) for need_id, *cells in rows if need_id in book.need_at}


def _upper(book: Book) -> dict[str, float]:
    """Return the sum of the best scores each need could have, whatever further rules say; empty where not known."""
    if book.scored is None:
        return {}
    found: dict[str, list[float]] = {need_id: [] for need_id in book.need_at}
    for need_id, score in zip(book.scored["need_id"], book.scored["score"].tolist(), strict=True):
        found[need_id].append(score)
    return {need_id: math.fsum(sorted(each)[::-1][: book.wanted[need_id][1]]) for need_id, each in found.items()}


def _plain(book: Book, need_id: str) -> bool:
    """Say whether nothing but the number is asked of a need's team, so that its best is known."""
    scenario = book.scenario(need_id)
    asked = book.settings.limits or book.settings.newcomers or book.settings.locked
    return not asked and (scenario is None or (not scenario.roles and scenario.composition is None))


def check_draw(book: Book, draw: Draw | None) -> None:
    """Ask for the record of the draw to be repeated."""
    if book.settings.select != "draw":
        return
    held = book.notes.rule("draw", "抽取", "按抽取记录重抽，结果相同")
    if draw is None:
        book.notes.left_out.append("抽取（没有给出抽取记录的复核）")
        return
    held.seen()
    for told in draw(book.frame):
        held.fails(told)
