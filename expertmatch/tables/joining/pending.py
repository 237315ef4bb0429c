"""The 待确认 sheet: what could not be decided by name and unit, asked, filled in and read back.

What a question is called depends on what its row says, so that an answer stays valid when rows move.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from expertmatch.tables.columns import TABLES
from expertmatch.tables.joining.answers import NOT_IN_POOL, Names, understand
from expertmatch.tables.joining.identity import made_id, name_key, title_key
from expertmatch.tables.joining.rows import text_frame, texts

__all__ = ["NOT_IN_POOL", "PENDING_COLUMNS", "Question", "Questions", "cut_short", "pending_frame", "question_key"]

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
#: What the sheet says may be written.
_HOW = f"填专家编号，或填：{NOT_IN_POOL}"
_BETWEEN = re.compile(r"[；;，,、。/ ]")
_MOST_CANDIDATES = 10
_MOST_SUBJECTS = 3


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
        Question -> what was written into 确认为.
    asked
        Question -> what is asked.
    subjects
        Question -> all works or societies it is asked for.
    meant
        Question -> expert id or ``不在库``, for answers that were understood.
    """

    answers: Mapping[str, str]
    asked: dict[str, Question] = field(default_factory=dict)
    subjects: dict[str, set[str]] = field(default_factory=dict)
    meant: dict[str, str] = field(default_factory=dict)

    def answer(self, question: Question, people: Names) -> str | None:
        """Note the question; return its answer, None while there is none."""
        known = self.asked.setdefault(question.key, question)
        self.subjects.setdefault(question.key, set()).add(question.subject)
        # rows that ask the same may be spelled differently: which is shown must not depend on their order
        shown = min(known, question, key=lambda q: (q.unit, q.name, q.subject))
        self.asked[question.key] = replace(shown, row=min(known.row, question.row))
        said = self.answers.get(question.key)
        if not said:
            return None
        meant = understand(said, question.candidates, people)
        if meant:
            self.meant[question.key] = meant
        return meant or said


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
        said = questions.meant.get(q.key) or questions.answers.get(q.key, "")
        label = TABLES[q.table].label if q.table in TABLES else q.table
        subject = _some(questions.subjects[q.key])
        rows.append((q.key, label, str(q.row), q.name, q.unit, subject, shown, q.reason, said, "" if said else _HOW))
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
        facts = "，".join(f for f in (unit, title, born, cut_short(" ".join(fields.split()), 20)) if f)
        found[expert_id] = f"{expert_id} {name}（{facts}）" if facts else f"{expert_id} {name}"
    return found


def cut_short(text: str, most: int) -> str:
    """Return a text of at most so many characters, cut between words and marked where it was cut.

    Examples
    --------
    >>> cut_short("酶催化,连续流反应,绿色合成", 10), cut_short("猕猴桃溃疡病综合防控技术", 8)
    ('酶催化,连续流反应…', '猕猴桃溃疡病综合…')
    """
    if len(text) <= most:
        return text
    ends = [m.start() for m in _BETWEEN.finditer(text[: most + 1]) if m.start() >= most // 3]
    return text[: ends[-1] if ends else most].rstrip() + "…"
