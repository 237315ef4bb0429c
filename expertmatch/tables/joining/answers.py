"""The 待确认 sheet read back: whom an answer means, however it is written, and what is wrong with it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Protocol

from expertmatch.errors import Problem, nearest_names
from expertmatch.tables.joining.identity import name_key
from expertmatch.tables.joining.rows import Stack

#: What is written into 确认为 when the person is none of the experts.
NOT_IN_POOL = "不在库"
#: Other words people write for it.
_NOBODY = frozenset(
    "不在库 不在库中 不在库内 不在专家库 不在 否 无 没有 无此人 查无此人 不是 都不是 均不是 皆不是 全不是 不是本人 "
    "非本人 不是此人 不是同一人 都不是本人 no none".split()
)


class Names(Protocol):
    """Whoever knows all experts' ids and names."""

    #: Id -> key of the name, and the name as shown.
    names: dict[str, str]
    shown: dict[str, str]

    def spelled(self, text: str) -> str:
        """Return the id that is written so but for case, width and blanks; ``""`` if none or several are."""
        ...


class Asked(Protocol):
    """A question: whom it is about, who may be meant, where it was asked."""

    @property
    def name(self) -> str:
        """The name that is asked about."""
        ...

    @property
    def candidates(self) -> tuple[str, ...]:
        """Ids of those who may be meant."""
        ...


def understand(said: str, candidates: Sequence[str], people: Names) -> str:
    """Say whom an answer means.

    Parameters
    ----------
    said
        An expert's id in any case and width; the id with the name, as the candidates are shown; the bare name if
        one candidate alone has it; 不在库 or another word for it (否, 无, 都不是, 不是本人 ...).
    candidates
        Ids of those who may be meant.
    people
        All experts.

    Returns
    -------
    str
        An expert's id, :data:`NOT_IN_POOL`, or ``""`` if it is not understood: among others an id with the name
        of somebody else.
    """
    text = unicodedata.normalize("NFKC", said).strip()
    if said.strip() in people.names:
        return said.strip()
    if name_key(text) in _NOBODY:
        return NOT_IN_POOL
    found = people.spelled(text)
    if found:
        return found
    before = re.split(r"[(\[【]", text)[0]  # ZJ0343 任亚红（关中农林科学院，研究员）
    head, _, tail = before.strip().partition(" ")
    one = people.spelled(head)
    if one and tail.strip() and name_key(tail) == people.names[one]:
        return one
    forms = {name_key(text), name_key(before)}
    for told in (_with_name, _name_only, _without_zeros):
        hits = [c for c in candidates if c in people.names and forms & told(c, people.names[c])]
        if len(hits) == 1:
            return hits[0]
    return ""


def _with_name(expert_id: str, name: str) -> set[str]:
    return {name_key(expert_id) + name, name + name_key(expert_id)}


def _name_only(_: str, name: str) -> set[str]:
    return {name} - {""}


def _without_zeros(expert_id: str, _: str) -> set[str]:
    """Return what a spreadsheet makes of an id that is a number."""
    return {expert_id.lstrip("0")} if expert_id.isdigit() else set()


def read_answers(rows: Stack) -> tuple[dict[str, str], list[Problem]]:
    """Read a 待确认 sheet that was filled in.

    Parameters
    ----------
    rows
        Its rows, with at least 编号 and 确认为.

    Returns
    -------
    dict, list of Problem
        Question -> answer as written, for those answered; answers without a question are errors.
    """
    answers: dict[str, str] = {}
    problems: list[Problem] = []
    for i, key, said in _answered(rows):
        if key:
            answers.setdefault(key, said)
            continue
        problems.append(
            rows.problem(
                i,
                "error",
                "answer-without-key",
                f"“确认为”填了“{said}”，但这一行没有编号。",
                "请勿改动“编号”列；从原来的待确认表重新复制这一行的编号。",
                "编号",
            )
        )
    return answers, problems


def _answered(rows: Stack) -> list[tuple[int, str, str]]:
    cells = zip(rows.texts("编号"), rows.texts("确认为"), strict=True)
    return [(i, key.strip(), said.strip()) for i, (key, said) in enumerate(cells) if said.strip()]


def check_answers(
    rows: Stack, people: Names, asked: Mapping[str, Asked], meant: Mapping[str, str], where: Mapping[str, str]
) -> list[Problem]:
    """Check the answers against the experts and the questions that were asked.

    Parameters
    ----------
    rows
        Rows of the filled-in sheet.
    people
        All experts.
    asked
        Question -> what was asked, after all names were joined.
    meant
        Question -> whom its answer was taken to mean.
    where
        Question -> place of the row that asks it, for messages.

    Returns
    -------
    list of Problem
        Errors for answers that name nobody and for contradicting ones, warnings for answers to questions that no
        longer arise and for answers whose expert has another name.
    """
    problems: list[Problem] = []
    first: dict[str, tuple[int, str, str]] = {}
    for i, key, said in _answered(rows):
        if not key:
            continue
        question = asked.get(key)
        candidates = question.candidates if question else ()
        whom = understand(said, candidates, people)
        before = first.setdefault(key, (i, said, whom or said))
        if question and i == before[0] and whom and meant.get(key) != whom:
            whom = ""  # it was not yet understood when the rows were joined
        if not whom:
            problems.append(_unknown(rows, i, said, candidates, people))
        elif before[2] != whom:
            problems.append(_contradicts(rows, i, key, said, before))
        elif question is None:
            problems.append(_stale(rows, i, key))
        elif i == before[0] and whom != NOT_IN_POOL and people.names[whom] != name_key(question.name):
            problems.append(_other_name(rows, i, said, whom, question, people, where.get(key, "")))
    return problems


def _unknown(rows: Stack, i: int, said: str, candidates: Sequence[str], people: Names) -> Problem:
    near = list(candidates[:3]) or nearest_names(said, list(people.names))
    hint = f"可填：{'、'.join(near)}，" if near else "填专家编号，"
    one = people.spelled(unicodedata.normalize("NFKC", said).partition(" ")[0])
    message = f"“确认为”填的“{said}”不是专家编号。"
    if one:
        message = f"“确认为”填的“{said}”，编号和姓名不是同一人：{one} 是“{people.shown.get(one, '')}”。"
    return rows.problem(
        i, "error", "unknown-answer", message, f"{hint}不是库中专家的填“{NOT_IN_POOL}”。", "确认为", said
    )


def _contradicts(rows: Stack, i: int, key: str, said: str, before: tuple[int, str, str]) -> Problem:
    message = f"同一问题 {key} 有两种答案：{rows.where(before[0], i)}“{before[1]}”，这里“{said}”。"
    return rows.problem(i, "error", "conflicting-answers", message, "只保留一种。", "确认为", said)


def _stale(rows: Stack, i: int, key: str) -> Problem:
    message = f"问题 {key} 已不存在，这条确认没有用到。"
    remedy = "若原表的姓名、单位或题名改过，请用新的待确认表。"
    return rows.problem(i, "warning", "stale-answer", message, remedy, "编号", key)


def _other_name(rows: Stack, i: int, said: str, whom: str, question: Asked, people: Names, place: str) -> Problem:
    asked = f"“{question.name}”（{place}）" if place else f"“{question.name}”"
    return rows.problem(
        i,
        "warning",
        "confirmed-other-name",
        f"{asked}确认为 {whom}，而此编号的专家叫“{people.shown.get(whom, '')}”，姓名不同；按确认的办理。",
        "请再核对一次编号。若填错了，请改正“待确认”表后重新运行。",
        "确认为",
        said,
    )
