"""The 待确认 sheet: what could not be decided by name and unit, asked, filled in and read back.

What a question is called depends on what its row says, so that an answer stays valid when rows move.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np
import pandas as pd

from expertmatch.errors import Problem, nearest_names
from expertmatch.tables.columns import TABLES
from expertmatch.tables.joining.identity import made_id, name_key, title_key
from expertmatch.tables.joining.rows import Stack, text_frame, texts

#: Columns of the 待确认 sheet.
PENDING_COLUMNS = (
    "编号",
    "表",
    "行",
    "姓名",
    "单位",
    "成果或学会",
    "候选专家",
    "候选理由",
    "确认为",
    "备注",
)
#: What is written into 确认为 when the person is none of the experts.
NOT_IN_POOL = "不在库"
_MOST_CANDIDATES = 10
_MOST_SUBJECTS = 3


class Names(Protocol):
    """Whoever knows all experts' ids and the keys of their names."""

    names: dict[str, str]


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to be confirmed, whatever the number of rows that ask it."""

    key: str
    table: str
    row: int
    name: str
    unit: str
    subject: str
    candidates: tuple[str, ...]
    reason: str


@dataclass(slots=True)
class Questions:
    """Answers read back and questions still to ask.

    Parameters
    ----------
    answers
        Question -> expert id or ``不在库``.
    asked
        Question -> what is asked.
    subjects
        Question -> all works or societies it is asked for.
    """

    answers: Mapping[str, str]
    asked: dict[str, Question] = field(default_factory=dict)
    subjects: dict[str, set[str]] = field(default_factory=dict)

    def answer(self, question: Question) -> str | None:
        """Note the question; return its answer, None while there is none."""
        known = self.asked.setdefault(question.key, question)
        self.subjects.setdefault(question.key, set()).add(question.subject)
        # rows that ask the same may be spelled differently: which is shown must not depend on their order
        shown = min(known, question, key=lambda q: (q.unit, q.name, q.subject))
        self.asked[question.key] = replace(shown, row=min(known.row, question.row))
        return self.answers.get(question.key)


def question_key(table: str, name: str, parent: str, subject: str) -> str:
    """Return what a question is called: the same for every row that says the same.

    Parameters
    ----------
    table
        Canonical table name.
    name, parent, subject
        Name, legal person, and title of the work or name of the society; no subject where one answer goes for
        all rows with this name and unit.

    Returns
    -------
    str
    """
    return made_id("Q", table, name_key(name), name_key(parent), title_key(subject))


def read_answers(rows: Stack) -> tuple[dict[str, str], list[Problem]]:
    """Read a 待确认 sheet that was filled in.

    Parameters
    ----------
    rows
        Its rows, with at least 编号 and 确认为.

    Returns
    -------
    dict, list of Problem
        Question -> answer, for those answered; contradicting answers are errors.
    """
    answers: dict[str, str] = {}
    first: dict[str, int] = {}
    problems: list[Problem] = []
    for i, (key, said) in enumerate(zip(rows.texts("编号"), rows.texts("确认为"), strict=True)):
        key, said = key.strip(), said.strip()
        if not said:
            continue
        if not key:
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
        elif answers.get(key, said) != said:
            problems.append(
                rows.problem(
                    i,
                    "error",
                    "conflicting-answers",
                    f"同一问题 {key} 有两种答案：{rows.where(first[key], i)}“{answers[key]}”，这里“{said}”。",
                    "只保留一种。",
                    "确认为",
                    said,
                )
            )
        else:
            answers.setdefault(key, said)
            first.setdefault(key, i)
    return answers, problems


def check_answers(rows: Stack, people: Names, questions: Questions) -> list[Problem]:
    """Check the answers against the experts and the questions that were asked.

    Parameters
    ----------
    rows
        Rows of the filled-in sheet.
    people
        All experts.
    questions
        After all names were joined.

    Returns
    -------
    list of Problem
        Errors for ids that do not exist, warnings for answers to questions that no longer arise and for
        answers whose expert has another name.
    """
    problems: list[Problem] = []
    for i, (key, said) in enumerate(zip(rows.texts("编号"), rows.texts("确认为"), strict=True)):
        key, said = key.strip(), said.strip()
        if not said or not key:
            continue
        question = questions.asked.get(key)
        if said != NOT_IN_POOL and said not in people.names:
            near = list(question.candidates[:3]) if question else nearest_names(said, list(people.names))
            hint = f"可填：{'、'.join(near)}，" if near else "填专家编号，"
            problems.append(
                rows.problem(
                    i,
                    "error",
                    "unknown-answer",
                    f"“确认为”填的“{said}”不是专家编号。",
                    f"{hint}不是库中专家的填“{NOT_IN_POOL}”。",
                    "确认为",
                    said,
                )
            )
        elif question is None:
            problems.append(
                rows.problem(
                    i,
                    "warning",
                    "stale-answer",
                    f"问题 {key} 已不存在，这条确认没有用到。",
                    "若原表的姓名、单位或题名改过，请用新的待确认表。",
                    "编号",
                    key,
                )
            )
        elif said != NOT_IN_POOL and people.names[said] not in ("", name_key(question.name)):
            problems.append(
                rows.problem(
                    i,
                    "warning",
                    "answer-other-name",
                    f"“{question.name}”确认为 {said}，但此编号的专家姓名不同；按确认的办理。",
                    "请再核对一次。",
                    "确认为",
                    said,
                )
            )
    return problems


def pending_frame(questions: Questions, experts: pd.DataFrame) -> pd.DataFrame:
    """Return the 待确认 sheet.

    Parameters
    ----------
    questions
        What was asked, and the answers so far: answered rows stay, filled in, below the open ones, so that
        the newest sheet alone can be read back.
    experts
        All experts, to describe the candidates.

    Returns
    -------
    DataFrame
        Columns as ``PENDING_COLUMNS``.
    """
    about = _descriptions(experts, {c for q in questions.asked.values() for c in q.candidates})
    rows = []
    for q in questions.asked.values():
        shown = "；".join(about.get(c, c) for c in q.candidates[:_MOST_CANDIDATES])
        more = len(q.candidates) - _MOST_CANDIDATES
        shown += f"；另有 {more} 位" if more > 0 else ""
        said = questions.answers.get(q.key, "")
        label = TABLES[q.table].label if q.table in TABLES else q.table
        subject = _some(questions.subjects[q.key])
        rows.append((q.key, label, str(q.row), q.name, q.unit, subject, shown, q.reason, said, ""))
    rows.sort(key=lambda r: (r[8] != "", r[1], r[3], r[4], r[5], r[0]))
    return text_frame({c: np.array([r[k] for r in rows], dtype=object) for k, c in enumerate(PENDING_COLUMNS)})


def _some(subjects: Iterable[str]) -> str:
    """Return the first few of what a question is asked for."""
    # spellings that differ only in marks are one
    titles = list({title_key(s): s for s in sorted(subjects, reverse=True)}.values())[::-1]
    more = f" 等 {len(titles)} 项" if len(titles) > _MOST_SUBJECTS else ""
    return "；".join(titles[:_MOST_SUBJECTS]) + more


def _descriptions(experts: pd.DataFrame, wanted: Iterable[str]) -> dict[str, str]:
    ids = set(wanted)
    mine = experts[experts["expert_id"].isin(ids)] if ids else experts.iloc[:0]
    columns = [texts(mine, c) for c in ("expert_id", "name", "unit", "title", "birth", "fields")]
    found = {}
    for expert_id, name, unit, title, birth, fields in zip(*columns, strict=True):
        born = f"{birth[:4]} 年生" if birth else ""
        facts = "，".join(f for f in (unit, title, born, " ".join(fields.split())[:20]) if f)
        found[expert_id] = f"{expert_id} {name}（{facts}）" if facts else f"{expert_id} {name}"
    return found
