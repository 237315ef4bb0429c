"""Whether a plan's tables are what they say: ids, numbers, scores, who is short, who is full."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pandas as pd

from expertmatch.planning.checking.book import Book, Place, Score
from expertmatch.planning.checking.notes import between, by_key, joined
from expertmatch.scenarios.columns import texts

_SCORE, _TOTAL = 1e-9, 1e-6
"""How far a score and a sum of many may be off."""


def check_rows(book: Book) -> None:
    """Hold each row of the plan against the needs and the pool: who and what it names, in which order."""
    notes = book.notes
    need = notes.rule("need", "需求编号", "在需求表中")
    kind = notes.rule("kind", "候选类别", "expert、society 或 requester，与库中一致")
    known = notes.rule("candidate", "候选编号", "在专家库或学会表中")
    name = notes.rule("name", "姓名", "与编号相符")
    scenario = notes.rule("scenario", "场景", "需求所属的那一个")
    for one in book.places:
        need.seen()
        if one.need_id not in book.need_at:
            need.fails("需求表中没有这个编号", need_id=one.need_id, who=book.person(one))
            continue
        scenario.seen(one.need_id)
        meant = book.named_scenario[one.need_id]
        if one.scenario not in book.scenarios or one.scenario != meant:
            told = f"写的是“{one.scenario}”，应为“{meant}”"
            scenario.fails(told, need_id=one.need_id, who=book.person(one))
        known.seen(one.need_id)
        if one.kind == "requester":
            if one.key:
                known.fails("需求方人员没有编号", need_id=one.need_id, who=f"{one.name}（{one.key}）")
            continue
        kind.seen(one.need_id)
        other = next((k for k in ("expert", "society") if k != one.kind and (k, one.key) in book.known), "")
        if one.who in book.known:
            name.seen(one.need_id)
            mine = book.known[one.who] or one.key
            if one.name.split("（")[0] != mine.split("（")[0]:
                name.fails(f"写的是“{one.name}”", need_id=one.need_id, who=book.person(one), required=mine)
        elif other:
            kind.fails(f"写的是“{one.kind}”，库中是“{other}”", need_id=one.need_id, who=book.called(other, one.key))
        elif one.kind not in ("expert", "society"):
            kind.fails(f"写的是“{one.kind}”", need_id=one.need_id, who=one.key or one.name)
        else:
            known.fails("库中没有这个编号", need_id=one.need_id, who=f"{one.name}（{one.key}）")


def check_places(book: Book) -> None:
    """Hold each need's places against each other: nobody twice, numbered from 1 without a gap."""
    twice = book.notes.rule("twice", "同一人", "一个需求里只出现一次")
    numbers = book.notes.rule("place", "位次", "从 1 起连续，不重复")
    own = book.notes.rule("requester", "需求方人员", "在需求表的“需求方人员”里")
    by_need: dict[str, list[Place]] = {}
    for one in book.places:
        by_need.setdefault(one.need_id, []).append(one)
    for need_id, here in by_need.items():
        twice.seen(need_id)
        counts = Counter(one.who for one in here)
        for who, count in counts.items():
            if count > 1:
                named = next(book.person(one) for one in here if one.who == who)
                twice.fails(f"出现了 {count} 次", need_id=need_id, who=named)
        numbers.seen(need_id)
        found = [one.place for one in here]
        if sorted(found) != list(range(1, len(found) + 1)):
            told = joined(["空" if math.isnan(number) else f"{number:g}" for number in found])
            numbers.fails(
                told, need_id=need_id, required=f"1 至 {len(found)}", who=joined([book.person(p) for p in here])
            )
        if need_id in book.need_at:
            asked = book.own_people(need_id)
            for one in (one for one in here if one.kind == "requester"):
                own.seen(need_id)
                if one.name.split("（")[0].strip() not in asked:
                    own.fails("需求表里没有写", need_id=need_id, who=one.name)


def check_sizes(book: Book, status: str | None) -> None:
    """Count each team; who has fewer than they must have stands among the unserved, with the right numbers."""
    notes = book.notes
    most_of = notes.rule("most", "人数上限", "不超过需要的人数")
    least_of = notes.rule("least", "人数", "不少于需要的人数")
    listed = notes.rule("unserved", "未满足的需求", "如数列出")
    rows = by_key(book.unserved, ["need_id"])
    cells = {name: texts(book.unserved, name) for name in ("wanted", "placed", "missing")}
    short = []
    for need_id, team in book.team.items():
        least, most = book.wanted[need_id]
        count, asked = len(team), between(*book.wanted[need_id])
        most_of.seen(need_id)
        least_of.seen(need_id)
        if count > most:
            most_of.fails(f"{count} 人", need_id=need_id, required=asked, who=joined([book.person(p) for p in team]))
        here = rows.get((need_id,), [])
        if count < least:
            short.append(need_id)
            notes.yields(least_of, f"{count} 人", need_id=need_id, required=asked, short=True)
        elif here:
            listed.fails(f"列为未满足，实际 {count} 人，不缺", need_id=need_id, required=asked)
            continue
        if len(here) > 1:
            listed.fails(f"列了 {len(here)} 次", need_id=need_id)
        for row in here:
            listed.seen(need_id)
            for name, label, right in (
                ("wanted", "应有", least), ("placed", "已排", count), ("missing", "还缺", least - count),
            ):  # fmt: skip
                if cells[name][row] not in (str(right), f"{right}.0"):
                    told = f"{label}写的是 {cells[name][row] or '空'}"
                    listed.fails(told, need_id=need_id, required=f"{label} {right}")
    for (need_id,) in rows:
        if need_id not in book.need_at:
            listed.fails("需求表中没有这个编号", need_id=need_id)
    _check_status(book, status, short)


def _check_status(book: Book, status: str | None, short: list[str]) -> None:
    if status is None:
        return
    held = book.notes.rule("status", "结果", "有空位的方案不得称为完整")
    held.seen()
    if short and status != "partial":
        held.fails(f"写的是 {status}，有 {len(short)} 个需求没有排满", need_id=short[0] if len(short) == 1 else "")
    if status == "partial" and not short and not len(book.broken):
        held.fails(f"写的是 {status}，没有查出缺什么")


def check_load(book: Book) -> None:
    """Count what each candidate takes on, with the ledger, against what they can; then the table that says so."""
    held = book.notes.rule("capacity", "可承接数", "台账在办加本次不超过可承接数")
    for who, taken in book.of_candidate.items():
        held.seen()
        limit, already = book.capacity[who], book.held.get(who[1], 0)
        if len(taken) > max(0, limit - already):
            told = f"在办 {already} 项，本次 {len(taken)} 项（{joined([one.need_id for one in taken])}）"
            held.fails(told, who=book.called(*who), required=f"至多 {limit} 项", need_id=_same(taken))
    if book.loads is None:
        book.notes.left_out.append("各人承接情况表（没有给出）")
        return
    listed = book.notes.rule("loads", "承接情况表", "与方案和台账一致")
    rows = by_key(book.loads, ["candidate_kind", "candidate_id"])
    cells = {name: texts(book.loads, name) for name in ("held", "planned", "capacity")}
    for who in book.of_candidate:
        listed.seen()
        if who not in rows:
            listed.fails(f"没有列出，本次 {len(book.of_candidate[who])} 项", who=book.called(*who))
    for (kind, key), here in rows.items():
        listed.seen()
        if len(here) > 1:
            listed.fails(f"列了 {len(here)} 次", who=book.called(kind, key))
        if (kind, key) not in book.known:
            listed.fails("库中没有这个编号", who=key)
            continue
        taken = book.of_candidate.get((kind, key), [])
        right = {"held": book.held.get(key, 0), "planned": len(taken), "capacity": book.capacity[kind, key]}
        for name, label in (("held", "在办"), ("planned", "本次"), ("capacity", "可承接")):
            if any(cells[name][row] not in (str(right[name]), f"{right[name]}.0") for row in here):
                told = f"{label}写的是 {joined([cells[name][row] or '空' for row in here])}"
                listed.fails(told, who=book.called(kind, key), required=f"{label} {right[name]}", need_id=_same(taken))


def check_minimum(book: Book) -> None:
    """Count whether everybody who could serve anywhere serves as often as was asked for."""
    least = book.settings.minimum
    if not least:
        return
    held = book.notes.rule("minimum", "每人至少承接", f"至少 {least} 项")
    if book.scored is None:
        book.notes.left_out.append("没有排进方案的人是否该有任务（候选太多，或没有给出评分）")
        asked = set(book.of_candidate)
    else:
        asked = set(zip(book.scored["candidate_kind"], book.scored["candidate_id"], strict=True))
    for who in sorted(asked):
        held.seen()
        count = len(book.of_candidate.get(who, []))
        if count < least:
            book.notes.yields(held, f"{count} 项", who=book.called(*who))


def check_scores(book: Book, total: float | None) -> None:
    """Ask the one scoring function for every pair again, and add up."""
    if book.score is None:
        book.notes.left_out.append("得分（没有给出评分）")
    elif book.chosen:
        _check_each_score(book, book.score)
    for one in (one for one in book.places if one.kind == "requester" and not math.isnan(one.score)):
        held = book.notes.rule("score", "得分", "与评分一致")
        held.fails(f"需求方人员不评分，写的是 {one.score:g}", need_id=one.need_id, who=one.name)
    if total is None:
        return
    held = book.notes.rule("total", "总分", "等于各位次之和")
    best = None if book.teams is None else dict(zip(texts(book.teams, "need_id"), book.teams["best"], strict=True))
    sums = {need_id: math.fsum(one.score for one in team) for need_id, team in book.team.items()}
    several = len(book.by_scenario) > 1
    if several and best is None:
        book.notes.left_out.append("总分（几个场景的方案按各需求最好阵容的份额相加，没有给出各需求一览）")
        return
    if several and best is not None:
        sums = {need_id: each / float(best[need_id]) for need_id, each in sums.items() if best.get(need_id)}
    found = math.fsum(sums.values())
    held.seen()
    if not abs(found - total) <= _TOTAL * max(1.0, abs(found)):
        held.fails(f"写的是 {total:.9g}", required=f"{found:.9g}")


def _check_each_score(book: Book, score: Score) -> None:
    held = book.notes.rule("score", "得分", "与评分一致")
    may = book.notes.rule("eligible", "评分时的资格", "可以推荐")
    rows = [(one.need_id, one.key, one.kind) for one in book.chosen]
    found = score(pd.DataFrame(rows, columns=["need_id", "candidate_id", "candidate_kind"]))
    right = found["score"].to_numpy(dtype=np.float64)
    refused = np.zeros(len(rows), dtype=bool)
    if "eligible" in found:
        refused = ~found["eligible"].fillna(True).astype(bool).to_numpy()
    for one, value, no in zip(book.chosen, right.tolist(), refused.tolist(), strict=True):
        held.seen(one.need_id)
        if not abs(one.score - value) <= _SCORE:
            held.fails(f"写的是 {one.score:.12g}", need_id=one.need_id, who=book.person(one), required=f"{value:.12g}")
        may.seen(one.need_id, int("eligible" in found))
        if no:
            may.fails("评分时不予推荐", need_id=one.need_id, who=book.person(one))


def check_pencil(book: Book) -> None:
    """Hold the pairs that must be and must not be against the plan."""
    kept = book.notes.rule("locked", "指定的人", "在方案里")
    marked = book.notes.rule("locked-mark", "指定的标记", "只标指定的人")
    banned = book.notes.rule("forbidden", "排除的人", "不在方案里")
    locked, forbidden = set(book.settings.locked), set(book.settings.forbidden)
    met: set[tuple[str, str]] = set()
    for one in book.chosen:
        names = book.meant(one.need_id, one.kind, one.key)
        met |= names & locked
        marked.seen(one.need_id)
        if one.locked != bool(names & locked):
            told = "标为指定，并没有指定" if one.locked else "是指定的，没有标"
            marked.fails(told, need_id=one.need_id, who=book.person(one))
        if names & forbidden:
            banned.fails("仍在方案里", need_id=one.need_id, who=book.person(one))
    for one in (one for one in book.own if one.locked):
        marked.fails("标为指定，并没有指定", need_id=one.need_id, who=one.name)
    for pair in sorted(locked):
        kept.seen(pair[0])
        if pair not in met:
            kind, _, key = pair[1].rpartition(":")
            who = next((book.called(k, key) for k in (kind, "expert", "society") if (k, key) in book.known), pair[1])
            kept.fails("不在方案里", need_id=pair[0], who=who)
    for pair in sorted(forbidden):
        banned.seen(pair[0])


def _same(taken: list[Place]) -> str:
    """Return the need of places that are all of one."""
    ids = {one.need_id for one in taken}
    return ids.pop() if len(ids) == 1 else ""
