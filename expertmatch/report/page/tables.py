"""The tables that stand in the page itself: load, plan, coverage, exclusions, problems."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import pandas as pd

from expertmatch.errors import Problem
from expertmatch.graph.coverage import HEADERS, Coverage
from expertmatch.planning.pencil.words import BEFORE_SHEET, PLAN_SHEET, SETTINGS_SHEET
from expertmatch.planning.plan import Plan
from expertmatch.ranking import Ranking
from expertmatch.report.labels import COLUMNS, OUTCOMES, SEVERITIES
from expertmatch.report.page.words import shown
from expertmatch.report.plan_sheets import plan_frames
from expertmatch.report.plan_words import NUMBER_FORMATS

MOST = 1000
"""Rows of a table that the page shows; the workbook has all."""
BUSIEST = 20
_PENCIL = ("保留", "删除", "替换", "备注")


class Table(NamedTuple):
    """A table as the page shows it.

    Parameters
    ----------
    caption : str
        What it is.
    headers : list of str
        Of the columns.
    rows : list of list of str
        Texts, masked.
    numbers : list of bool
        Which columns hold numbers.
    left : int
        How many rows are not shown.
    """

    caption: str
    headers: list[str]
    rows: list[list[str]]
    numbers: list[bool]
    left: int


def table(caption: str, frame: pd.DataFrame, *, most: int = MOST) -> Table:
    """Return a frame as a table of texts.

    Parameters
    ----------
    caption : str
        What it is.
    frame : DataFrame
        Columns as people call them.
    most : int, default 1000
        How many rows at most.

    Returns
    -------
    Table

    Examples
    --------
    >>> table("名单", pd.DataFrame({"姓名": ["张三"], "得分": [0.5]})).rows
    [['张三', '0.500']]
    """
    names = [str(name) for name in frame]
    formats = [NUMBER_FORMATS.get(name, "0.000" if name == "得分" else "") for name in names]
    numbers = [pd.api.types.is_numeric_dtype(frame[name]) for name in frame]
    rows = [
        [_cell(value, form) for value, form in zip(row, formats, strict=True)]
        for row in frame.head(most).itertuples(index=False, name=None)
    ]
    return Table(caption, names, rows, numbers, max(0, len(frame) - most))


def _cell(value: Any, form: str) -> str:
    if isinstance(value, float):
        if math.isnan(value):
            return ""
        return f"{value:.0%}" if form == "0%" else f"{value:.3f}" if form else f"{value:g}"
    return "" if value is None else shown(value)


def load_table(ranking: Ranking) -> tuple[str, Table]:
    """Say on whom the recommendations fall: a sentence, and those named most often.

    Parameters
    ----------
    ranking : Ranking
        What was recommended.

    Returns
    -------
    sentence : str
    table : Table
        Name, times recommended, times first.
    """
    frame = ranking.frame
    every = frame.assign(first=(frame["rank"] == 1).astype(int), times=1)
    sums = every.groupby(["candidate_kind", "candidate_id"], sort=True)[["times", "first"]].sum().reset_index()
    sums = sums.sort_values(["times", "first", "candidate_kind", "candidate_id"], ascending=[False, False, True, True])
    people, pairs, top = len(sums), len(frame), int(sums["times"].head(10).sum())
    who = [
        ranking.name_of(kind, key)
        for kind, key in sums[["candidate_kind", "candidate_id"]].itertuples(index=False, name=None)
    ]
    told = pd.DataFrame(
        {"姓名或名称": who, "被推荐次数": sums["times"].to_numpy(), "其中首选": sums["first"].to_numpy()}
    )
    sentence = f"共推荐 {pairs:,} 人次，涉及 {people:,} 位候选"
    sentence += f"，被推荐最多的 10 位占 {top / pairs:.0%}。" if people > 10 else "。"
    return sentence, table("被推荐最多的候选", told, most=BUSIEST)._replace(left=0)


def plan_tables(plan: Plan) -> list[Table]:
    """Return a plan's tables as its workbook has them, without the pencil's columns.

    Parameters
    ----------
    plan : Plan
        The plan.

    Returns
    -------
    list of Table
        方案 first; empty ones are left out.
    """
    frames = plan_frames(plan, settings=())
    kept = {name: frame for name, frame in frames.items() if name not in (SETTINGS_SHEET[0], BEFORE_SHEET[0])}
    found = []
    for name, frame in kept.items():
        own = frame.drop(columns=[c for c in frame if c in _PENCIL]) if name == PLAN_SHEET[0] else frame
        found += [table(name, own)] if len(own) else []
    return found


def coverage_table(found: Coverage) -> Table:
    """Return the disciplines with gaps, the gravest first.

    Parameters
    ----------
    found : Coverage
        As :func:`expertmatch.coverage` gives it.

    Returns
    -------
    Table
    """
    return table("有缺口的学科", found.gaps.rename(columns=HEADERS))


def all_disciplines(found: Coverage) -> Table:
    """Return all disciplines that have anything, for whoever cannot see the chart.

    Parameters
    ----------
    found : Coverage
        As :func:`expertmatch.coverage` gives it.

    Returns
    -------
    Table
    """
    frame = found.frame
    held = frame[(frame["needs"] > 0) | (frame["societies"] > 0) | (frame["experts"] > 0)]
    return table("有需求、学会或专家的学科", held.rename(columns=HEADERS))


def excluded_table(ranking: Ranking) -> Table:
    """Return whom rules keep out of a scenario altogether.

    Parameters
    ----------
    ranking : Ranking
        What was recommended.

    Returns
    -------
    Table
        Without rows where nobody is.
    """
    titles = {
        part.candidates.gate.scenario.name: part.candidates.gate.scenario.title
        for part in (ranking.parts or (ranking,))
        if part.candidates.gate is not None
    }
    frame = ranking.excluded[ranking.excluded["need_id"] == ""]
    columns = {
        "scenario": COLUMNS["scenario"][0], "candidate_id": COLUMNS["candidate_id"][0],
        "name": COLUMNS["called_name"][0], "outcome": COLUMNS["outcome"][0], "label": COLUMNS["label"][0],
        "detail": COLUMNS["detail"][0], "source": COLUMNS["source"][0],
    }  # fmt: skip
    told = frame[list(columns)].assign(
        scenario=frame["scenario"].map(titles), outcome=[OUTCOMES[one][0] for one in frame["outcome"]]
    )
    return table("按规则不在候选之列", told.rename(columns=columns))


def unusable_table(ranking: Ranking) -> Table:
    """Return the experts without usable text.

    Parameters
    ----------
    ranking : Ranking
        What was recommended.

    Returns
    -------
    Table
    """
    frame = ranking.unusable.set_axis(["编号", "姓名", "原因"], axis=1)
    return table("没有可用文字、无法推荐的专家", frame)


def problem_table(problems: Sequence[Problem]) -> Table:
    """Return what was found in the tables, the gravest first.

    Parameters
    ----------
    problems : sequence of Problem
        As found.

    Returns
    -------
    Table
        Severity, place, cell, message, remedy.
    """
    order = list(SEVERITIES)
    rows = [
        (SEVERITIES[one.severity][0], one.place, one.value or "", one.message, one.remedy)
        for one in sorted(problems, key=lambda one: order.index(one.severity))
    ]
    frame = pd.DataFrame(rows, columns=["级别", "位置", "内容", "问题", "处理办法"], dtype=object)
    return table("数据中发现的问题", frame)
