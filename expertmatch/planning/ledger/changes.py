"""One change held against what stands: nobody came between, the state follows, what is finished stays."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from expertmatch.errors import Problem, nearest_names
from expertmatch.planning.ledger.fields import FIELDS, FINAL_STATES, IDENTITY, LABELS, NEXT_STATES, RATED, STATES
from expertmatch.planning.ledger.services import Change, Fields, inconsistent, is_rated_word, read_value

CHANGED, CORRECTED, ADDED, IMPORTED = "变更", "更正", "新增", "导入"
"""What a row of the journal is."""


@dataclass(frozen=True, kw_only=True)
class Held:
    """A service as it stands.

    Parameters
    ----------
    service_id : str
        Which.
    version : int
        How often it was written.
    fields : dict of str to str
        Its values.
    """

    service_id: str
    version: int
    fields: Fields


def changed(
    held: Held, change: Change, today: date, last: Callable[[], tuple[str, str]]
) -> tuple[dict[str, str], list[Problem]]:
    """Return a service's fields with a change, or why it may not be.

    Parameters
    ----------
    held : Held
        The service.
    change : Change
        What is asked.
    today : date
        The day that bounds possible years.
    last : callable
        Says who wrote the service last, and when.

    Returns
    -------
    dict of str to str, list of Problem
        The fields to be; of no use where there are problems.
    """
    problems = [_problem(change, *trouble) for trouble in _stale(held, change, last)]
    values, found = _read(change, today)
    problems += found
    after = {**held.fields, **values}
    rated = is_rated_word(change.fields.get("state", ""))
    if not problems:
        problems += [_problem(change, *trouble) for trouble in _allowed(held.fields, after, change.reason)]
        before = set(inconsistent(held.fields))
        said = [text for text in inconsistent(after, rated=rated) if text not in before]
        problems += [_problem(change, "inconsistent", text) for text in said]
    return after, problems


def _stale(held: Held, change: Change, last: Callable[[], tuple[str, str]]) -> list[tuple[str, str, str]]:
    if change.seen == held.version:
        return []
    if not 1 <= change.seen < held.version:
        message = f"没有第 {change.seen} 版，现在是第 {held.version} 版。"
        return [("no-version", message, "请重新查看这条服务再改。")]
    who, at = last()
    message = f"您看到的是第 {change.seen} 版，{who}已在 {at} 改到第 {held.version} 版（现在{held.fields['state']}）。"
    return [("stale", message, "请重新查看这条服务再改。")]


def _read(change: Change, today: date) -> tuple[dict[str, str], list[Problem]]:
    values: dict[str, str] = {}
    problems = []
    for name, value in change.fields.items():
        if name not in FIELDS:
            near = nearest_names(name, FIELDS)
            hint = f"是否想写：{'、'.join(near)}？" if near else f"可以是：{'、'.join(FIELDS)}。"
            problems.append(_problem(change, "unknown-field", f"服务没有“{name}”这一项。", hint))
            continue
        values[name], trouble = read_value(name, value, today)
        if trouble:
            problems.append(_problem(change, "bad-value", trouble))
        elif name == "state" and not values[name]:
            problems.append(_problem(change, "bad-value", "服务状态不能是空的。", f"可以是：{_states(STATES)}。"))
        elif name == "candidate_kind" and values[name] not in ("expert", "society"):
            problems.append(
                _problem(change, "bad-value", f"候选类型不能是“{values[name]}”。", "可以是：expert、society。")
            )
    return values, problems


def _allowed(before: Fields, after: Mapping[str, str], reason: str) -> list[tuple[str, str, str]]:
    """Say what only a correction may do, where there is no reason for one."""
    if reason.strip():
        return []
    found = []
    remedy = "如是更正，请写明理由（reason，命令行 --reason）。"
    old, new = before["state"], after["state"]
    if new != old and new not in NEXT_STATES.get(old, ()):
        follows = NEXT_STATES.get(old, ())
        told = f"可以改为：{_states(follows)}" if follows else "不再往下走"
        found.append(("forbidden-state", f"“{old}”不能改为“{new}”，{told}。", remedy))
    moved = [name for name in IDENTITY if before[name] and after[name] != before[name]]
    if moved:
        found.append(
            ("identity", f"{'、'.join(LABELS[name] for name in moved)}说的是这是哪一次服务，不能直接改。", remedy)
        )
    if old in FINAL_STATES:
        rewritten = [name for name in FIELDS if before[name] and after[name] != before[name]
                     and name not in ("state", "note", *IDENTITY)]  # fmt: skip
        if rewritten:
            told = "、".join(f"{LABELS[name]}（{before[name]}）" for name in rewritten)
            found.append(("finished", f"服务{old}，已记的{told}不能直接改。", remedy))
    return found


def _states(states: tuple[str, ...]) -> str:
    """Return states for people, with 已评价 where a service may be done."""
    return "、".join([*states, *([RATED] if states == STATES else [])])


def _problem(change: Change, code: str, message: str, remedy: str = "") -> Problem:
    text = f"{change.service_id}：{message}"
    return Problem(
        severity="error", code=code, message=text, remedy=remedy, table="engagements", value=change.service_id
    )
