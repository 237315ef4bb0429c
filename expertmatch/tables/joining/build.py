"""Checked rows of all tables to the frames of one pool."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd

from expertmatch.errors import Problem
from expertmatch.tables.columns import TABLES
from expertmatch.tables.joining.answers import check_answers, read_answers
from expertmatch.tables.joining.duplicates import duplicate_warnings, find_origins
from expertmatch.tables.joining.evidence import attach_works, to_works, work_columns
from expertmatch.tables.joining.identity import person_keys, suspected_duplicates
from expertmatch.tables.joining.pending import Questions, pending_frame
from expertmatch.tables.joining.people import PersonRows, from_experts, key_to_id
from expertmatch.tables.joining.resolve import People, attach
from expertmatch.tables.joining.rows import (
    Numbers,
    Part,
    Stack,
    drop_repeats,
    known_columns,
    stack,
    text_frame,
    texts,
)
from expertmatch.tables.joining.societies import (
    Societies,
    membership_columns,
    society_columns,
    to_memberships,
    to_societies,
    with_branches,
)

#: Hidden column of works split off an experts table: the key of the person whose row it was.
PERSON = "_person"
#: Tables a pool has, in the order in which they are read.
POOL_TABLES = ("experts", "works", "societies", "memberships", "relations", "availability", "engagements")
_ORDER = {"error": 0, "warning": 1, "note": 2}
#: Which findings of a severity come first (less than 0) and last.
_RANK = {"confirmed-other-name": -2, "works-not-used": -1, "suspected-duplicate": 1}


@dataclass(frozen=True)
class Built:
    """The frames of a pool and what was found while they were made.

    Parameters
    ----------
    frames
        Table -> frame.
    pending
        The 待确认 sheet.
    contacts
        ``expert_id``, ``kind``, ``value``.
    origins
        ``expert_id``, ``file``, ``sheet``, ``row``: where each expert stands.
    problems
        In a fixed order: errors, warnings, notes; within each by place.
    used
        Per part, how many of its rows were used.
    """

    frames: Mapping[str, pd.DataFrame]
    pending: pd.DataFrame
    contacts: pd.DataFrame
    origins: pd.DataFrame
    problems: tuple[Problem, ...]
    used: tuple[int, ...]


def pool_columns(table: str) -> tuple[str, ...]:
    """Return the columns that a pool's frame of this table always has, in order.

    Parameters
    ----------
    table
        ``experts``, ``works``, ``societies``, ``memberships``, ``relations``, ``availability``, ``engagements``.

    Returns
    -------
    tuple of str
        Columns kept under their own header may follow.

    Examples
    --------
    >>> pool_columns("availability")
    ('expert_id', 'from', 'to')
    """
    if table == "works":
        return work_columns()
    if table == "societies":
        return society_columns()
    if table == "memberships":
        return membership_columns()
    names = {"expert_name", "expert_unit", "expert_unit_parent"} if table != "experts" else set()
    return tuple(c for c in known_columns(table) if c not in names)


def build(parts: Sequence[Part], today: date) -> Built:
    """Make a pool's frames from checked rows.

    Parameters
    ----------
    parts
        Rows of any tables, in any order; ``pending`` is the 待确认 sheet read back.
    today
        Last day accepted for 更新时间.

    Returns
    -------
    Built
        The same for any order of the rows and of the parts.
    """
    problems: list[Problem] = []
    stacks: dict[str, Stack] = {}
    for table in (*POOL_TABLES, "pending"):
        stacks[table], found = drop_repeats(stack(parts, table))
        problems += found
    answers, found = read_answers(stacks["pending"])
    problems += found
    questions = Questions(answers)

    listed = from_experts(stacks["experts"], today)
    stacks["works"] = _with_person_ids(stacks["works"], listed)
    attached = attach_works(stacks["works"], listed, questions)
    works, found = to_works(stacks["works"], attached.pairs)
    problems += attached.problems + found
    people = People(attached.experts)

    societies, found = to_societies(stacks["societies"])
    problems += found
    memberships, at, societies, found = to_memberships(
        stacks["memberships"], people, societies, questions, listed=bool(len(stacks["societies"]))
    )
    problems += found
    frames = {"experts": attached.experts, "works": works.drop(columns=PERSON, errors="ignore")}
    frames |= {"societies": with_branches(societies), "memberships": memberships}
    used = {
        "experts": np.arange(len(listed)),
        "works": np.array([i for i, _ in attached.pairs], dtype=np.int64),
        "societies": np.arange(len(stacks["societies"])),
        "memberships": at,
        "pending": np.flatnonzero(stacks["pending"].texts("确认为") != ""),
    }
    for table in ("relations", "availability", "engagements"):
        frames[table], used[table], found = _others(table, stacks[table], people, societies, questions)
        problems += found
    where = {key: _place(q.table, q.row) for key, q in questions.asked.items()}
    problems += check_answers(stacks["pending"], people, questions.asked, questions.meant, where)
    origins = find_origins(parts, attached.rows, stacks["works"], attached.pairs)
    problems += duplicate_warnings(suspected_duplicates(attached.experts), origins)
    counts = {t: _rows_used(stacks[t], at) for t, at in used.items()}
    return Built(
        {t: _tidy(t, f) for t, f in frames.items()},
        pending_frame(questions, attached.experts),
        _contacts(parts, attached.rows),
        origins,
        in_order(problems),
        tuple(counts[p.table].get(id(p), 0) for p in parts),
    )


def _place(table: str, row: int) -> str:
    return f"{TABLES[table].label}表第 {row} 行" if table in TABLES else ""


def _rows_used(rows: Stack, at: Numbers) -> dict[int, int]:
    counts = np.bincount(rows.part[np.unique(at)], minlength=len(rows.parts))
    return {id(p): int(n) for p, n in zip(rows.parts, counts, strict=True)}


def _with_person_ids(works: Stack, listed: PersonRows) -> Stack:
    """Give works that stood in a row of the experts table the id of that row's person."""
    keys = works.texts(PERSON)
    if not (keys != "").any():
        return works
    known = key_to_id(listed)
    given = works.texts("expert_id")
    ids = [one or known.get(key, "") if key else one for one, key in zip(given, keys, strict=True)]
    frame = works.frame.assign(expert_id=text_frame({"i": np.array(ids, dtype=object)})["i"].to_numpy())
    return Stack(frame, works.row, works.part, works.parts)


def _others(
    table: str, rows: Stack, people: People, societies: Societies, questions: Questions
) -> tuple[pd.DataFrame, Numbers, list[Problem]]:
    """Join relations, available times and the service record to experts."""
    record = table == "engagements"
    prefix = "candidate" if record else "expert"
    subject = {"relations": "other", "engagements": "need_title"}.get(table, "from")
    given, names = rows.texts(f"{prefix}_id"), rows.texts(f"{prefix}_name")
    if record:  # candidates may be societies
        society_ids = societies.ids
        known = np.array([g in society_ids for g in given], dtype=bool)
        ids = np.where(known, [societies.alias.get(g, g) for g in given], given)
    else:
        known, ids = np.zeros(len(rows), dtype=bool), np.full(len(rows), "", dtype=object)
    people_rows = rows.take(~known)
    fate = "这一行照留，但不计入任何专家" if record else "这一行未采用"
    subjects = people_rows.texts(subject)
    found, problems = attach(people_rows, people, questions, subjects, prefix, fate)
    ids[~known] = np.where(found != "", found, ids[~known])
    keep = np.flatnonzero((ids != "") | (record & (names != "")))
    frame = rows.frame.iloc[keep].reset_index(drop=True)
    frame[f"{prefix}_id"] = text_frame({"i": ids[keep]})["i"]
    extra = [c for c in frame.columns if c not in known_columns(table)]
    columns = [*(c for c in pool_columns(table)), *extra]
    return frame[columns], keep, problems


def _tidy(table: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Put columns in order, drop rows that became equal, sort rows by what they say."""
    known = pool_columns(table)
    columns = [*known, *sorted(set(map(str, frame.columns)) - set(known))]
    values = {c: texts(frame, c) for c in columns}
    if table in {"experts", "works", "societies"}:  # unique and sorted already
        return text_frame(values)
    if not len(frame):
        return text_frame(values)
    codes = [pd.factorize(v, sort=True)[0] for v in values.values()]
    order = np.lexsort(codes[::-1])
    fresh = np.ones(len(order), dtype=bool)
    fresh[1:] = np.any([c[order][1:] != c[order][:-1] for c in codes], axis=0)
    return text_frame({c: v[order[fresh]] for c, v in values.items()})


def _contacts(parts: Sequence[Part], people: PersonRows) -> pd.DataFrame:
    """Collect what experts tables say of how to reach people, under the experts' ids."""
    known = key_to_id(people)
    found: set[tuple[str, str, str]] = set()
    for part in parts:
        if part.table != "experts" or part.contacts is None or not len(part.contacts):
            continue
        given, keys = texts(part.frame, "expert_id"), person_keys(part.frame)
        ids = [g or known.get(k, "") for g, k in zip(given, keys, strict=True)]
        rows = part.contacts["row"].to_numpy(dtype=np.int64)
        kinds, values = texts(part.contacts, "kind"), texts(part.contacts, "value")
        found |= {(ids[r], k, v) for r, k, v in zip(rows, kinds, values, strict=True) if ids[r]}
    rows_ = sorted(found)
    names = ("expert_id", "kind", "value")
    return text_frame({c: np.array([r[k] for r in rows_], dtype=object) for k, c in enumerate(names)})


def in_order(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    """Return problems in a fixed order: errors, warnings, notes; within each by :func:`rank`, place and text.

    Parameters
    ----------
    problems
        Any problems.

    Returns
    -------
    tuple of Problem
        Each once; what was found alike in several rows of a sheet is one problem with all these rows.
    """
    gathered: dict[Problem, set[int]] = {}
    for p in problems:
        rows = gathered.setdefault(replace(p, row=None, rows=()), set())
        rows.update(p.rows or (() if p.row is None else (p.row,)))
    placed = []
    for p, rows in gathered.items():
        lines = tuple(sorted(rows))
        placed.append(replace(p, row=lines[0] if lines else None, rows=lines if len(lines) > 1 else ()))

    def key(p: Problem) -> tuple[int, int, str, str, str, int, str, str, str]:
        place = (p.table or "", p.file or "", p.sheet or "", p.row or 0)
        return (_ORDER[p.severity], rank(p), *place, p.column or "", p.code, p.message)

    return tuple(sorted(placed, key=key))


def rank(problem: Problem) -> int:
    """Return where a problem stands among those of its severity.

    Parameters
    ----------
    problem
        Any problem.

    Returns
    -------
    int
        Less than 0 for what must be seen first (a confirmation that contradicts itself, a table of which few
        rows are used), 0 for most, more for what can wait (likely duplicates).

    Examples
    --------
    >>> rank(Problem(severity="warning", code="works-not-used", message="成果表 3 行，采用 1 行。"))
    -1
    """
    return _RANK.get(problem.code, 0)
