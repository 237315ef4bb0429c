"""Whether each person may serve the need they stand for: rules, roles, recusal, and time."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import combinations

import numpy as np

from expertmatch.planning.checking.book import Book, Place, Who
from expertmatch.ranking.recusal import LABELS, Relations
from expertmatch.ranking.registry import Registry
from expertmatch.scenarios import FIELDS, Role, Rule, Scenario
from expertmatch.scenarios.columns import Column
from expertmatch.scenarios.conditions import rule_verdicts
from expertmatch.scenarios.pairs import PairFacts
from expertmatch.scenarios.parts import origin


def check_people(book: Book) -> None:
    """Hold the rules of each programme against everybody placed under it, in the role they take."""
    for name, ids in book.by_scenario.items():
        scenario = book.scenarios.get(name)
        here = [one for need_id in ids for one in book.team[need_id]]
        roles = _roles(book, name, scenario, here)
        if scenario is None or not here:
            continue
        kinds = book.notes.rule("kinds", "推荐对象", "、".join(scenario.candidates), of=name)
        for one in here:
            kinds.seen(one.need_id)
            if one.kind not in scenario.candidates:
                kinds.fails(f"{scenario.title}不推荐这一类", need_id=one.need_id, who=book.person(one))
        facts = replace(book.people.facts, capacity=scenario.capacity)
        pairs = PairFacts(candidates=facts, needs=book.need_facts)
        for rule in scenario.rules:
            _hold(book, name, rule, pairs, [(one, role) for one, role in zip(here, roles, strict=True) if role])
        _recusal(book, name, scenario, ids, here)


def _roles(book: Book, name: str, scenario: Scenario | None, here: list[Place]) -> list[Role | None]:
    """Return the role each takes, and note those that are none or not open to them."""
    held = book.notes.rule("role", "角色", "场景里有，并且可以担任", of=name)
    known = [] if scenario is None else [role.label for role in scenario.roles if role.come_from == "pool"]
    found = [book.role_of(one) for one in here]
    for one, role in zip(here, found, strict=True):
        held.seen(one.need_id)
        if role is None and (scenario is not None or one.role):
            asked = "、".join(known) or "不写角色"
            told = f"没有角色“{one.role}”" if one.role else "没有写角色"
            held.fails(told, need_id=one.need_id, who=book.person(one), required=asked)
        elif role is not None and one.kind not in role.kinds:
            label = {"expert": "专家", "society": "学会"}[one.kind]
            held.fails(f"{label}不能担任{role.label}", need_id=one.need_id, who=book.person(one))
    theirs = [] if scenario is None else [role.label for role in scenario.roles if role.come_from == "requester"]
    for one in (one for one in book.own if book.named_scenario[one.need_id] == name):
        held.seen(one.need_id)
        if one.role not in theirs:
            told = f"“{one.role}”不由需求方人员担任"
            held.fails(told, need_id=one.need_id, who=one.name, required="、".join(theirs) or "没有需求方的角色")
    return found


def _hold(book: Book, name: str, rule: Rule, pairs: PairFacts, placed: list[tuple[Place, Role]]) -> None:
    """Hold one rule against those in the roles it binds."""
    bound = [one for one, role in placed if one.kind in rule.kinds and (not rule.roles or role.id in rule.roles)]
    if not bound:
        return
    required = "；".join([*(f"限{condition.in_words}的" for condition in rule.when), rule.in_words])
    held = book.notes.rule(f"rule:{rule.id}", rule.label, required, of=name, source=origin(rule.source, rule.confirmed))
    need = np.array([book.need_at[one.need_id] for one in bound], dtype=np.int64)
    who = np.array([book.row_of[one.who] for one in bound], dtype=np.int64)
    verdicts = rule_verdicts(rule, lambda field: pairs.column(field, need, who))
    fact = pairs.column(rule.field, need, who)
    for i, one in enumerate(bound):
        held.seen(one.need_id)
        if verdicts[i] < 0 or (verdicts[i] == 0 and rule.unknown not in ("allow", "hint")):
            held.fails(_told(rule.field, fact, i), need_id=one.need_id, who=book.person(one))


def _told(name: str, column: Column, place: int) -> str:
    field, value = FIELDS[name], column.data[place]
    if not column.known[place]:
        return f"{field.label}不详"
    if field.type == "flag":
        return f"{field.label}：{'是' if value else '否'}"
    if field.type == "level":
        return f"{field.label}：{field.levels[int(value)] if value >= 0 else '不详'}"
    if field.type == "number":
        return f"{field.label}：{value:g}{field.unit}"
    return f"{field.label}：{value if isinstance(value, str) else '、'.join(value)}"


def _recusal(book: Book, name: str, scenario: Scenario, ids: list[str], here: list[Place]) -> None:
    """Find the relations between the needs of a programme and everybody placed for them."""
    if not scenario.recusal:
        return
    sources = {str(one.ground): origin(one.source, one.confirmed) for one in scenario.recusal}
    held = book.notes.rule("recusal", "回避", "与需求方没有应当回避的关系", of=name)
    everybody = sorted(book.known)
    place = {who: i for i, who in enumerate(everybody)}
    rows = book.needs.iloc[[book.need_at[need_id] for need_id in ids]].reset_index(drop=True)
    relations = Relations(
        registry=Registry(pool=book.pool, candidates=everybody), grounds=scenario.recusal, as_of=book.as_of
    ).of(rows)
    number = {need_id: i for i, need_id in enumerate(ids)}
    for one in here:
        held.seen(one.need_id)
        bars = [bar for bar in relations.of_pair(number[one.need_id], place[one.who]) if bar.bars]
        if bars:
            told = "；".join(f"{LABELS[bar.ground]}：{bar.detail}" for bar in bars)
            held.fails(told, need_id=one.need_id, who=book.person(one))
            held.rows[-1] = (*held.rows[-1][:-1], sources.get(bars[0].ground, ""))


# time


def check_time(book: Book) -> None:
    """Hold when everybody can serve against when they are to, and their events against each other."""
    pairs = PairFacts(candidates=book.people.facts, needs=book.need_facts)
    free = book.notes.rule("available", "时间合适", "需求的时间在可服务时间内")
    if book.chosen:
        need = np.array([book.need_at[one.need_id] for one in book.chosen], dtype=np.int64)
        who = np.array([book.row_of[one.who] for one in book.chosen], dtype=np.int64)
        column = pairs.column("available", need, who)
        for i, one in enumerate(book.chosen):
            free.seen(one.need_id)
            if column.known[i] and not column.data[i]:
                span = "至".join(dict.fromkeys(_span(book, one.need_id)))
                free.fails(f"{span}不能服务", need_id=one.need_id, who=book.person(one))
    once = book.notes.rule("time", "时间冲突", "同一人的活动不重叠")
    between = book.notes.rule("travel", "路途", "不同区县的两场活动之间空出半天")
    slots = {need_id: _half_days(book, need_id) for need_id in book.need_at}
    for who_id, taken in book.of_candidate.items():
        once.seen()
        if book.settings.travel:
            between.seen()
        for one, other in combinations([place for place in taken if slots[place.need_id]], 2):
            if one.need_id != other.need_id:
                _two_events(book, who_id, one.need_id, other.need_id, slots)


def _two_events(book: Book, who: Who, one: str, other: str, slots: dict[str, set[int]]) -> None:
    once, between = book.notes.rule("time", ""), book.notes.rule("travel", "")
    told = "与".join(f"{need_id}（{'至'.join(dict.fromkeys(_span(book, need_id)))}）" for need_id in (one, other))
    if slots[one] & slots[other]:
        once.fails(f"{told}重叠", need_id=one, who=book.called(*who))
    elif book.settings.travel and _elsewhere(book, one, other):
        on_the_way = {slot + step for slot in slots[one] for step in (-1, 1)}
        if on_the_way & slots[other]:
            between.fails(f"{told}不在一个区县，中间没有空", need_id=one, who=book.called(*who))


def _span(book: Book, need_id: str) -> tuple[str, str]:
    start, end = (book.need_cell(need_id, name) for name in ("start", "end"))
    return start, end or start


def _half_days(book: Book, need_id: str) -> set[int]:
    """Return the half-days an event takes, two a day; none where the need is no event."""
    start, end = _span(book, need_id)
    if len(start) != 10 or len(end) != 10:
        return set()
    first, last = date.fromisoformat(start).toordinal(), date.fromisoformat(end).toordinal()
    days = range(first, last + 1)
    return {2 * day + half for day in days for half in (0, 1)} if len(days) <= book.settings.longest_event else set()


def _elsewhere(book: Book, one: str, other: str) -> bool:
    """Say whether two needs are certainly in different counties."""
    places = [[book.need_cell(need_id, part) for part in ("province", "city", "county")] for need_id in (one, other)]
    known = all(place[2] for place in places)
    return known and any(a and b and a != b for a, b in zip(*places, strict=True))
