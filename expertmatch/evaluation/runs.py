"""Runs: what was ranked for each need, in one explicit order."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np
import pandas as pd

from expertmatch.errors import InputError, Problem
from expertmatch.tables.columns import normalise_header
from expertmatch.tables.read import list_sheets, read_raw

_HEADERS: Mapping[str, tuple[str, ...]] = {
    "need_id": ("需求编号", "need id", "query_id"),
    "expert_id": ("candidate_id", "专家编号", "候选编号", "expert id", "candidate id"),
    "score": ("得分", "分数"),
    "rank": ("名次", "排名"),
}
_SHEETS = ("推荐", "Recommended")


@runtime_checkable
class HasFrame(Protocol):
    """A value with a ``frame``: a Ranking."""

    @property
    def frame(self) -> pd.DataFrame:
        """The table."""


Run = pd.DataFrame | HasFrame | str | Path
"""What a run can be given as: a Ranking, a DataFrame or a file that was written from one."""


def read_run(run: Run) -> pd.DataFrame:
    """Return a run in one explicit order.

    Within a need, candidates go by rank where there is one, then by score downwards, then by id upwards, so that
    no measure breaks ties in its own way.

    Parameters
    ----------
    run : Ranking, DataFrame or path
        Columns need_id, expert_id (or candidate_id), and score or rank or both; Chinese headers of result files
        too (需求编号, 专家编号, 得分, 名次).

    Returns
    -------
    DataFrame
        need_id, expert_id (str), rank (from 1 without gaps).

    Raises
    ------
    InputError
        A column is missing, a score is no number, a pair is there twice.

    Examples
    --------
    >>> table = {"need_id": ["N1"] * 3, "expert_id": ["E2", "E1", "E3"], "score": [0.5, 0.5, 0.9]}
    >>> read_run(pd.DataFrame(table))["expert_id"].tolist()
    ['E3', 'E1', 'E2']
    """
    frame, name, rows = _table(run)
    frame = frame.set_axis([str(header) for header in frame.columns], axis=1)
    found = _columns(frame)
    missing = [column for column in ("need_id", "expert_id") if column not in found]
    if "score" not in found and "rank" not in found:
        missing.append("score 或 rank")
    if missing:
        raise InputError([_missing(missing, frame, name)])
    table = pd.DataFrame({column: frame[found[column]].astype(str).to_numpy() for column in ("need_id", "expert_id")})
    problems: list[Problem] = []
    for column, sign in (("rank", 1.0), ("score", -1.0)):
        values = _numbers(frame, rows, found[column], name, problems) if column in found else np.zeros(len(frame))
        table[column] = sign * values
    problems += _twice(table, name)
    if problems:
        raise InputError(problems)
    table = table.sort_values(["need_id", "rank", "score", "expert_id"], ignore_index=True)
    table["rank"] = table.groupby("need_id", sort=False).cumcount().to_numpy() + 1
    return table[["need_id", "expert_id", "rank"]]


def _table(run: Run) -> tuple[pd.DataFrame, str, np.ndarray]:
    """Return the table, what to call it, and its row numbers as its reader sees them."""
    if isinstance(run, pd.DataFrame):
        return run, "DataFrame", np.arange(1, len(run) + 1)
    if isinstance(run, HasFrame):
        return run.frame, "Ranking", np.arange(1, len(run.frame) + 1)
    path = os.fspath(run)
    sheet = next((guess.name for guess in list_sheets(path) if guess.name in _SHEETS), None)
    known = {header: column for column in ("need_id", "expert_id") for header in _HEADERS[column]}
    raw = read_raw(path, table="judgments", sheet=sheet, columns=known)
    return raw.frame, raw.source, raw.rows


def _columns(frame: pd.DataFrame) -> dict[str, str]:
    """Map need_id, expert_id, score, rank to the headers that are there; the canonical name goes first."""
    by_name: dict[str, str] = {}
    for header in map(str, frame.columns):
        by_name.setdefault(normalise_header(header), header)
    found: dict[str, str] = {}
    for column, others in _HEADERS.items():
        names = [normalise_header(name) for name in (column, *others)]
        there = [by_name[name] for name in names if name in by_name]
        if there:
            found[column] = there[0]
    return found


def _numbers(frame: pd.DataFrame, rows: np.ndarray, header: str, name: str, problems: list[Problem]) -> np.ndarray:
    values = pd.to_numeric(frame[header], errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    for i in np.flatnonzero(~np.isfinite(values))[:20]:
        cell = str(frame[header].iloc[i])
        problems.append(_problem("bad-number", f"“{cell}”不是数。", "请改为数字。", name, int(rows[i]), header, cell))
    return values


def _twice(table: pd.DataFrame, name: str) -> list[Problem]:
    again = table[table.duplicated(["need_id", "expert_id"])].head(20)
    return [
        _problem("repeated-pair", f"需求 {need} 下专家 {expert} 出现了两次。", "请只留一行。", name)
        for need, expert in zip(again["need_id"], again["expert_id"], strict=True)
    ]


def _missing(missing: list[str], frame: pd.DataFrame, name: str) -> Problem:
    there = "、".join(str(header) for header in frame.columns)
    message = f"排名表缺少列：{'、'.join(missing)}；现有：{there}。"
    remedy = "需要 need_id（需求编号）、expert_id（专家编号），以及 score（得分）或 rank（名次）。"
    return _problem("missing-column", message, remedy, name)


def _problem(
    code: str,
    message: str,
    remedy: str,
    name: str,
    row: int | None = None,
    column: str | None = None,
    value: str | None = None,
) -> Problem:
    return Problem(
        severity="error",
        code=code,
        message=message,
        remedy=remedy,
        file=name,
        row=row,
        column=column,
        value=value,
    )
