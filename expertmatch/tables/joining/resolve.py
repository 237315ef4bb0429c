"""Names to experts: joined where there is one, asked about where there are several.

The rule is the same for works, memberships, relations, available times and the service record. Of the experts
with that name, the one of the same legal person is meant. Without a unit on either side a name that only one
expert has is enough. Everything else is a question for the 待确认 sheet: several experts of the same name and
unit, a shared name without a unit, a name whose unit differs. What a question is called depends on what its
row says, so that an answer stays valid when rows move.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
import pandas as pd

from expertmatch.errors import Problem, nearest_names
from expertmatch.tables.joining.answers import NOT_IN_POOL
from expertmatch.tables.joining.identity import alike, mapped, name_key
from expertmatch.tables.joining.pending import Question, Questions, question_key
from expertmatch.tables.joining.rows import Stack, Texts, texts

_T = TypeVar("_T")
#: Above so many experts no similar id is looked for: that would take longer than the reading.
_MOST_COMPARED = 2000


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whom a name and a unit mean.

    Parameters
    ----------
    expert_id
        The expert, ``""`` if doubtful or unknown.
    candidates
        Ids of those who may be meant, if doubtful.
    reason
        Why it is doubtful, or how it was joined, in Chinese.
    by_name
        Joined by the name alone.
    per_unit
        One answer goes for all rows with this name and unit, whatever the work or society.
    """

    expert_id: str = ""
    candidates: tuple[str, ...] = ()
    reason: str = ""
    by_name: bool = False
    per_unit: bool = False


class People:
    """Experts by name.

    Parameters
    ----------
    experts
        One row an expert, with ``expert_id``, ``name``, ``unit``, ``unit_parent``.
    """

    def __init__(self, experts: pd.DataFrame) -> None:
        ids, units = texts(experts, "expert_id"), texts(experts, "unit")
        parents = np.where(texts(experts, "unit_parent") != "", texts(experts, "unit_parent"), units)
        names = mapped(texts(experts, "name"), name_key)
        self.names: dict[str, str] = dict(zip(ids, names, strict=True))
        self.shown: dict[str, str] = dict(zip(ids, texts(experts, "name"), strict=True))
        self._near: dict[tuple[str, str], bool] = {}
        self._loose: dict[str, str] = {}
        self._spelled: dict[str, list[str]] = {}
        self._by_name: dict[str, list[tuple[str, str, str]]] = {}
        for person in zip(names, ids, mapped(parents, name_key), mapped(units, name_key), strict=True):
            if person[0]:
                self._by_name.setdefault(person[0], []).append(person[1:])

    def __contains__(self, expert_id: object) -> bool:
        return expert_id in self.names

    def find(self, name: str, parent: str, *, strangers: bool = False) -> Verdict:
        """Say whom a name and the legal person of a unit mean.

        Parameters
        ----------
        name, parent
            As :func:`~expertmatch.tables.identity.name_key` makes them; ``parent`` may be empty.
        strangers
            Experts are being made from this table, so that the same name at another unit is another person.

        Returns
        -------
        Verdict
        """
        found = self._by_name.get(name, [])
        same = [p for p in found if parent and p[1] == parent]
        if len(same) == 1:
            return Verdict(same[0][0], reason="姓名和单位相同")
        if len(same) > 1:
            return Verdict("", _ids(same), f"有 {len(same)} 位同名同单位的专家")
        if len(found) == 1 and not (parent and found[0][1]):
            return Verdict(found[0][0], reason="库中只有一位此姓名的专家", by_name=True)
        if not found or (strangers and parent):
            return Verdict()
        if not parent:
            return Verdict("", _ids(found), f"有 {len(found)} 位同名专家，此处没有写单位")
        near = [p for p in found if self._alike(p[2], parent) or self._alike(p[1], parent)]
        blank = any(not p[1] for p in found)
        how = "单位相近但不相同" if near else "单位不同或未写" if blank else "单位不同"
        rest = [p for p in found if p not in near]
        return Verdict("", _ids(near) + _ids(rest), f"有 {len(found)} 位同名专家，{how}", per_unit=True)

    def spelled(self, text: str) -> str:
        """Return the id that is written so but for case, width and blanks; ``""`` if none or several are."""
        if not self._spelled:
            for one in self.names:
                self._spelled.setdefault(_respelled(one), []).append(one)
        found = self._spelled.get(_respelled(text), [])
        return found[0] if len(found) == 1 else ""

    def near(self, expert_id: str) -> list[str]:
        """Return the id that was probably meant: but for case and leading zeros, else the most similar one."""
        if not self._loose:
            self._loose.update((_loosened(one), one) for one in sorted(self.names, reverse=True))
        found = self._loose.get(_loosened(expert_id))
        if found:
            return [found]
        return nearest_names(expert_id, list(self.names), 1) if len(self.names) <= _MOST_COMPARED else []

    def _alike(self, unit: str, other: str) -> bool:
        known = self._near.get((unit, other))
        if known is None:
            known = self._near[unit, other] = alike(unit, other)
        return known


def _respelled(expert_id: str) -> str:
    return "".join(unicodedata.normalize("NFKC", expert_id).split()).casefold()


def _loosened(expert_id: str) -> str:
    """Return an id without what spreadsheets lose: leading zeros, case."""
    return expert_id.lstrip("0").casefold()


def _ids(people: Sequence[tuple[str, str, str]]) -> tuple[str, ...]:
    return tuple(sorted(p[0] for p in people))


@dataclass(slots=True)
class Mentions:
    """Named people in the rows of a table, one entry a person; lists of equal length.

    Parameters
    ----------
    row
        Position in the stack.
    name, unit, parent
        As written, and the legal person of the unit.
    makes
        Whether an unknown person becomes an expert.
    whole
        Whether the row's columns about a person are about this one.
    """

    row: list[int] = field(default_factory=list)
    name: list[str] = field(default_factory=list)
    unit: list[str] = field(default_factory=list)
    parent: list[str] = field(default_factory=list)
    makes: list[bool] = field(default_factory=list)
    whole: list[bool] = field(default_factory=list)

    def add(self, row: int, name: str, unit: str, parent: str, makes: bool, whole: bool) -> None:
        """Append one named person."""
        self.row.append(row)
        self.name.append(name)
        self.unit.append(unit)
        self.parent.append(parent or unit)
        self.makes.append(makes)
        self.whole.append(whole)

    def __len__(self) -> int:
        return len(self.row)

    def where(self, keep: Sequence[bool]) -> Mentions:
        """Return the mentions for which ``keep`` is true."""

        def some(values: list[_T]) -> list[_T]:
            return [v for v, k in zip(values, keep, strict=True) if k]

        return Mentions(
            some(self.row), some(self.name), some(self.unit), some(self.parent), some(self.makes), some(self.whole)
        )


@dataclass(frozen=True, slots=True)
class Joined:
    """What became of the named people of a table.

    Parameters
    ----------
    expert_id
        Per mention; ``""`` where nobody was joined.
    unknown
        Positions of mentions of whom the pool has none.
    doubtful
        Positions of mentions that wait for an answer.
    by_name
        Positions of mentions joined by the name alone.
    """

    expert_id: Texts
    unknown: list[int]
    doubtful: list[int]
    by_name: list[int]


def join(mentions: Mentions, rows: Stack, people: People, questions: Questions, subjects: Texts) -> Joined:
    """Find the expert of every named person.

    Parameters
    ----------
    mentions
        The named people.
    rows
        The rows they stand in.
    people
        The experts.
    questions
        Answers so far; new questions are added.
    subjects
        Per row of ``rows``, what the question is about (title, society).

    Returns
    -------
    Joined
    """
    table = rows.parts[0].table if rows.parts else ""
    verdicts: dict[tuple[str, str, bool], Verdict] = {}
    ids = np.full(len(mentions), "", dtype=object)
    unknown, doubtful, by_name = [], [], []
    for m in range(len(mentions)):
        name, parent, makes = mentions.name[m], mentions.parent[m], mentions.makes[m]
        verdict = verdicts.get((name, parent, makes))
        if verdict is None:
            verdict = people.find(name_key(name), name_key(parent), strangers=makes)
            verdicts[name, parent, makes] = verdict
        if verdict.expert_id:
            ids[m] = verdict.expert_id
            if verdict.by_name:
                by_name.append(m)
        elif not verdict.candidates:
            unknown.append(m)
        else:
            i = mentions.row[m]
            key = question_key(table, name, parent, "" if verdict.per_unit else subjects[i])
            answer = questions.answer(
                Question(
                    key,
                    table,
                    int(rows.row[i]),
                    name,
                    mentions.unit[m],
                    subjects[i],
                    verdict.candidates,
                    verdict.reason,
                ),
                people,
            )
            if answer is None:
                doubtful.append(m)
            elif answer != NOT_IN_POOL:
                ids[m] = answer
    return Joined(ids, unknown, doubtful, by_name)


def attach(
    rows: Stack,
    people: People,
    questions: Questions,
    subjects: Texts,
    prefix: str = "expert",
    fate: str = "这一行未采用",
) -> tuple[Texts, list[Problem]]:
    """Find the one expert of every row of a table such as memberships or relations.

    Parameters
    ----------
    rows
        Rows with ``<prefix>_id``, ``<prefix>_name`` and ``<prefix>_unit``.
    people
        The experts.
    questions
        Answers so far; new questions are added.
    subjects
        Per row, what the question is about.
    prefix
        ``"expert"`` or ``"candidate"``.
    fate
        What becomes of a row without an expert, for the messages.

    Returns
    -------
    array of str, list of Problem
        Ids, ``""`` where nobody is joined: unknown ones are listed, doubtful ones are in the 待确认 sheet,
        rows that name nobody were listed when they were checked.
    """
    given, names = rows.texts(f"{prefix}_id"), rows.texts(f"{prefix}_name")
    units, parents = rows.texts(f"{prefix}_unit"), rows.texts(f"{prefix}_unit_parent")
    ids = np.full(len(rows), "", dtype=object)
    problems: list[Problem] = []
    mentions = Mentions()
    for i, (one, name) in enumerate(zip(given, names, strict=True)):
        if one and one in people:
            ids[i] = one
            problems += id_against_name(rows, i, one, name, people, f"{prefix}_name")
        elif one:
            problems.append(unknown_id(rows, i, one, people, f"{prefix}_id", fate))
        elif name:
            mentions.add(i, name, units[i], parents[i], False, True)
    joined = join(mentions, rows, people, questions, subjects)
    for m, one in enumerate(joined.expert_id):
        ids[mentions.row[m]] = one
    for m in joined.unknown:
        problems.append(
            rows.problem(
                mentions.row[m],
                "warning",
                "unknown-expert",
                f"专家库中没有“{mentions.name[m]}”，{fate}。",
                "核对姓名，或把此人补入专家表。",
                f"{prefix}_name",
                mentions.name[m],
            )
        )
    return ids, problems


def id_against_name(rows: Stack, i: int, expert_id: str, name: str, people: People, column: str) -> list[Problem]:
    """Return a warning if a row's id and name are of two people; the id decides."""
    own = people.names.get(expert_id, "")
    if not name or not own or name_key(name) == own:
        return []
    message = (
        f"编号 {expert_id} 在专家库中是“{people.shown.get(expert_id, '')}”，这一行的姓名却是“{name}”；按编号办理。"
    )
    return [rows.problem(i, "warning", "id-name-mismatch", message, "核对编号和姓名。", column, name)]


def unknown_id(rows: Stack, i: int, expert_id: str, people: People, column: str, fate: str = "这一行未采用") -> Problem:
    """Return the warning that a row names an expert whom the pool has not."""
    near = people.near(expert_id)
    hint = f"是否应为 {near[0]}？" if near else ""
    message = f"专家库中没有编号 {expert_id}，{fate}。"
    return rows.problem(
        i, "warning", "unknown-expert", message, f"{hint}核对编号，或把此人补入专家表。", column, expert_id
    )
