"""Batches of new services and of changes: everything is looked at, then all of it is written or none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from expertmatch.errors import Problem, nearest_names
from expertmatch.planning.ledger.changes import CHANGED, CORRECTED, Held, changed
from expertmatch.planning.ledger.fields import DONE, FACTS, FINAL_STATES
from expertmatch.planning.ledger.quotas import Refusal, Touched, known_facts, passed
from expertmatch.planning.ledger.rows import Reading, refuse
from expertmatch.planning.ledger.schema import Tables, tables
from expertmatch.planning.ledger.services import Added, Change, Fields, Row, derived, inconsistent
from expertmatch.planning.ledger.store import Store
from expertmatch.planning.ledger.writing import Act, alike, held_services, insert_services, last_writer, update_service
from expertmatch.scenarios import Scenario
from expertmatch.tables.pool import Pool

if TYPE_CHECKING:
    from sqlalchemy import Connection

_CHUNK = 400
Alike = Mapping[tuple[str, str], list[tuple[str, str, str]]]


def add_rows(
    store: Store,
    reading: Reading,
    act: Act,
    *,
    scenarios: Sequence[Scenario],
    pool: Pool | None,
    day: date,
    past: bool = False,
) -> Added:
    """Add rows as services, in one transaction.

    Parameters
    ----------
    store : Store
        The ledger.
    reading : Reading
        The rows, and what was found while they were read.
    act : Act
        Who adds them.
    scenarios : sequence of Scenario
        Whose quotas hold.
    pool : Pool or None
        What is known of candidates.
    day : date
        The day.
    past : bool, default False
        They record what was: quotas and what does not go together are told, not refused.

    Returns
    -------
    Added

    Raises
    ------
    LedgerError
        With all problems of all rows; nothing is added then.
    """
    known = tables()
    rows, problems = _prepared(reading, scenarios, pool, day, past=past)
    with store.writing() as connection:
        there = alike(connection, known, [row.fields for row in rows])
        taken = _taken(connection, known, rows)
        new, already, found = _new_rows(rows, there, taken, past=past)
        problems += found
        ids = insert_services(connection, known, [row.fields for row in new], act)
        if past:
            _note_taken(connection, known, new, ids)
        touched = [Touched(service_id=one, before=None, after=row.fields) for one, row in zip(ids, new, strict=True)]
        by_id = dict(zip(ids, new, strict=True))
        for refusal in passed(connection, known, touched, scenarios, day):
            first = by_id[refusal.service_ids[0]]
            problem = first.problem(refusal.code, refusal.message, refusal.remedy, warning=past)
            numbers = tuple(number for one in refusal.service_ids if (number := by_id[one].row) is not None)
            problems.append(replace(problem, rows=numbers if len(numbers) > 1 else ()))
        refuse(problems)
    return Added(service_ids=tuple(ids), already=tuple(already), problems=tuple(problems))


def change_services(
    store: Store,
    changes: Sequence[Change],
    who: str,
    *,
    scenarios: Sequence[Scenario],
    pool: Pool | None,
    day: date,
) -> dict[str, int]:
    """Change services, in one transaction.

    Parameters
    ----------
    store : Store
        The ledger.
    changes : sequence of Change
        What is asked; each service once.
    who : str
        Who changes them.
    scenarios : sequence of Scenario
        Whose quotas hold.
    pool : Pool or None
        What is known of candidates; without it, what was known when they were added.
    day : date
        The day.

    Returns
    -------
    dict of str to int
        Service to its version.

    Raises
    ------
    LedgerError
        With all problems of all changes; nothing is changed then.
    """
    known = tables()
    versions: dict[str, int] = {}
    with store.writing() as connection:
        held = held_services(connection, known, [change.service_id for change in changes])
        ready, problems = _ready(changes, held, day, lambda one: last_writer(connection, known, one))
        facts = known_facts([after for _, _, after in ready], pool, scenarios, day) if pool is not None else {}
        touched = []
        for change, one, fields in ready:
            seen = facts.get((fields["candidate_kind"], fields["candidate_id"]), fields[FACTS])
            after = {**fields, FACTS: seen, **derived(fields, scenarios)}
            if fields["scenario"] and not after["programme"]:
                problems.append(_of_change(change, *_unknown_scenario(fields["scenario"], scenarios)))
            act = Act(who=who, act=CORRECTED if change.reason.strip() else CHANGED, reason=change.reason.strip())
            versions[one.service_id] = update_service(connection, known, one, after, act)
            touched.append(Touched(service_id=one.service_id, before=one.fields, after=after))
        problems += _refused(passed(connection, known, touched, scenarios, day))
        refuse(problems)
    return versions


def _prepared(
    reading: Reading, scenarios: Sequence[Scenario], pool: Pool | None, day: date, *, past: bool
) -> tuple[list[Row], list[Problem]]:
    """Return the rows that can be services, with all that is kept of them."""
    problems, rows = list(reading.problems), []
    facts = known_facts([row.fields for row in reading.rows], pool, scenarios, day) if pool is not None else {}
    unplaced = []
    for row in reading.rows:
        fields = {**row.fields, FACTS: facts.get((row.fields["candidate_kind"], row.fields["candidate_id"]), "")}
        fields |= derived(fields, scenarios)
        troubles = [("inconsistent", text, "") for text in inconsistent(fields, rated=row.rated)]
        if fields["scenario"] and not fields["programme"]:
            troubles.append(_unknown_scenario(fields["scenario"], scenarios))
        problems += [row.problem(*trouble, warning=past) for trouble in troubles]
        unplaced += [row.row or 0] if past and not (fields["scenario"] or fields["need_kind"]) else []
        rows.append(replace(row, fields=fields))
    if unplaced:
        message = f"{len(unplaced)} 行没有写场景和需求类型，不计入任何活动的定额。"
        problem = rows[0].problem(
            "no-programme", message, "请补上，或用 scenario（命令行 --scenario）说明。", warning=True
        )
        problems.append(replace(problem, row=unplaced[0], rows=tuple(unplaced) if len(unplaced) > 1 else ()))
    return rows, problems


def _unknown_scenario(said: str, scenarios: Sequence[Scenario]) -> tuple[str, str, str]:
    near = "、".join(nearest_names(said, [name for one in scenarios for name in (one.name, one.title)], 1))
    hint = f"是否想写：{near}？" if near else ""
    return ("unknown-scenario", f"没有名为“{said}”的场景。",
            f"{hint}自己的场景请给出它的文件（quotas，命令行 --scenario 文件.toml）。")  # fmt: skip


def _new_rows(
    rows: Sequence[Row], there: Alike, taken: Mapping[str, str], *, past: bool
) -> tuple[list[Row], list[str], list[Problem]]:
    """Tell rows that are new from those that the ledger has, and from those that contradict it."""
    new, already, problems = [], [], []
    times = Counter(_identity(row.fields) for row in rows)
    for row in rows:
        if row.key in taken:
            already.append(taken[row.key])
            continue
        standing = there.get((row.fields["need_key"], row.fields["who"]), [])
        same = next((one for one, state, when in standing if _same(row.fields, state, when)), None)
        other = next((each for each in standing if _contradicts(row.fields, *each[1:], past=past)), None)
        if same is not None and not past:
            already.append(same)
        elif other is not None or (past and same is not None):
            one, state = (other or (same, row.fields["state"]))[:2]
            message = f"台账里已有同一需求、同一候选的 {one}（{state}），没有记入这一行。"
            remedy = f"如是同一次服务，请用 ledger set {one} 改；如是另一次，请写明不同的日期。"
            problems.append(row.problem("already-there", message, remedy, warning=past))
        elif times[_identity(row.fields)] > 1 and not past:
            message = "同一需求、同一候选、同一日期写了不止一行。"
            problems.append(row.problem("listed-twice", message, "同一次服务只留一行；不同的服务请写明不同的日期。"))
        else:
            new.append(row)
    return new, already, problems


def _identity(fields: Fields) -> tuple[str, str, str]:
    return fields["need_key"], fields["who"], fields["date"]


def _same(fields: Fields, state: str, when: str) -> bool:
    if state in FINAL_STATES:
        return when == fields["date"] and state in (fields["state"], DONE)
    return state == fields["state"]


def _contradicts(fields: Fields, state: str, when: str, *, past: bool) -> bool:
    undated = past and not (when and fields["date"])
    return state not in FINAL_STATES or (past and (when == fields["date"] or undated))


def _taken(connection: Connection, known: Tables, rows: Sequence[Row]) -> dict[str, str]:
    """Return the past records among rows that were taken over before, and as which service."""
    import sqlalchemy as sa

    keys = [row.key for row in rows if row.key]
    columns = (known.imported.c.key, known.imported.c.service_id)
    found: dict[str, str] = {}
    for start in range(0, len(keys), _CHUNK):
        asked = sa.select(*columns).where(known.imported.c.key.in_(keys[start : start + _CHUNK]))
        found |= {str(key): str(one) for key, one in connection.execute(asked)}
    return found


def _note_taken(connection: Connection, known: Tables, rows: Sequence[Row], ids: Sequence[str]) -> None:
    import sqlalchemy as sa

    values = [{"key": row.key, "service_id": one} for row, one in zip(rows, ids, strict=True)]
    if values:
        connection.execute(sa.insert(known.imported), values)


def _ready(
    changes: Sequence[Change], held: Mapping[str, Held], day: date, last: Callable[[str], tuple[str, str]]
) -> tuple[list[tuple[Change, Held, dict[str, str]]], list[Problem]]:
    """Return the changes that may be, with the fields they lead to."""
    ready, problems = [], []
    times = Counter(change.service_id for change in changes)
    for change in changes:
        one = held.get(change.service_id)
        if one is None:
            message = "台账里没有这条服务。"
            problems.append(_of_change(change, "unknown-service", message, "请用 ledger list 查编号。"))
        elif times[change.service_id] > 1:
            message = "一批里改了不止一次。"
            problems.append(_of_change(change, "changed-twice", message, "请并成一次。"))
        else:
            after, found = changed(one, change, day, partial(last, one.service_id))
            problems += found
            ready += [] if found else [(change, one, after)]
    return ready, problems


def _of_change(change: Change, code: str, message: str, remedy: str) -> Problem:
    return Problem(severity="error", code=code, message=f"{change.service_id}：{message}", remedy=remedy,
                   table="engagements", value=change.service_id)  # fmt: skip


def _refused(refusals: Sequence[Refusal]) -> list[Problem]:
    return [
        Problem(severity="error", code=one.code, message=f"{'、'.join(one.service_ids[:5])}：{one.message}",
                remedy=one.remedy, table="engagements", value=one.service_ids[0])
        for one in refusals
    ]  # fmt: skip
