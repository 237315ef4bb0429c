"""Whether a plan is what it says: every constraint held again from the tables alone, without the solver's code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd

from expertmatch.display import html_table, text_table
from expertmatch.planning.checking.book import Book, Codes, Score
from expertmatch.planning.checking.notes import COLUMNS
from expertmatch.planning.checking.people import check_people, check_time
from expertmatch.planning.checking.tables import (
    check_load,
    check_minimum,
    check_pencil,
    check_places,
    check_rows,
    check_scores,
    check_sizes,
)
from expertmatch.planning.checking.teams import Teams
from expertmatch.planning.checking.whole import Draw, check_draw, check_groups, check_quotas, check_shares_of_best
from expertmatch.planning.settings import PlanSettings
from expertmatch.scenarios import Scenario
from expertmatch.scenarios.composition import RESULTS
from expertmatch.tables.pool import Pool

_SHOWN = ("要求", "需求", "涉及", "应当", "实际", "结果", "必须", "出处")


@dataclass(frozen=True, eq=False, repr=False)
class PlanCheck:
    """What was found when a plan was held against its tables.

    Parameters
    ----------
    frame : DataFrame
        A row for each place where a rule does not hold or that cannot be said, and one for each rule that always
        holds: rule, label, need_id (empty for the whole plan), who, required, found, result (ok, broken, unknown),
        hard, source. What may give way and is said to be short is broken and not hard; in silence a hard row
        ``unsaid`` stands beside it.
    needs, places : int
        How many needs and filled places there are.
    left_out : tuple of str
        What could not be checked, and why.
    """

    frame: pd.DataFrame
    needs: int
    places: int
    left_out: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether nothing that is a must is broken, kept silent, or cannot be said."""
        return not bool((self.frame["hard"] & (self.frame["result"] != "ok")).any())

    @property
    def broken(self) -> bool:
        """Whether something that is a must is certainly broken, or kept silent."""
        return bool((self.frame["hard"] & (self.frame["result"] == "broken")).any())

    def __repr__(self) -> str:
        """Return one line for people."""
        return f"<方案核对：{self._summary}>"

    def __str__(self) -> str:
        """Return every requirement as a table, what is broken first, then what was not checked."""
        table = text_table(_SHOWN, self._rows, width=140, max_rows=200, max_lines=4)
        rest = [f"未核对：{one}" for one in self.left_out]
        return "\n".join([f"{self._summary}。", "", table, *([""] if rest else []), *rest])

    def _repr_html_(self) -> str:
        rest = html_table(["未核对"], [[one] for one in self.left_out]) if self.left_out else ""
        return html_table(_SHOWN, self._rows, caption=self._summary, max_rows=200) + rest

    @property
    def _summary(self) -> str:
        counts = self.frame["result"].value_counts()
        told = "，".join(f"{counts[one]} 项{word}" for one, word in RESULTS.items() if counts.get(one, 0))
        hard = "有问题" if self.broken else "没有问题" if self.ok else "还说不准有没有问题"
        return f"{self.needs} 条需求、{self.places} 个席位，必须做到的{hard}（全部要求：{told or '没有'}）"

    @property
    def _rows(self) -> list[list[str]]:
        first = {"broken": 0, "unknown": 1, "ok": 2}
        rows = list(zip(*(self.frame[name].tolist() for name in COLUMNS), strict=True))
        rows.sort(key=lambda row: (first[row[6]], not row[7]))
        return [
            [label, need_id, who, required, found, RESULTS[result], "是" if hard else "", source]
            for _, label, need_id, who, required, found, result, hard, source in rows
        ]


def check_plan(
    places: pd.DataFrame,
    *,
    unserved: pd.DataFrame | None = None,
    needs: pd.DataFrame,
    pool: Pool,
    scenarios: Mapping[str, Scenario | None],
    settings: PlanSettings,
    as_of: date,
    score: Score | None = None,
    broken: pd.DataFrame | None = None,
    loads: pd.DataFrame | None = None,
    teams: pd.DataFrame | None = None,
    total: float | None = None,
    status: str | None = None,
    draw: Draw | None = None,
    scenario_of: Mapping[str, str] | None = None,
    codes: Codes | None = None,
    need_codes: Mapping[str, frozenset[str]] | None = None,
) -> PlanCheck:
    """Hold a plan against its tables: ids, numbers, scores, rules, recusal, time, teams, quotas, what it admits.

    Parameters
    ----------
    places : DataFrame
        The plan, a row a filled place: need_id, scenario, place, role, candidate_kind, candidate_id, name, score,
        locked.
    unserved, broken : DataFrame, optional
        What the plan says it lacks: needs not fully served, rules not met. Without them it says it lacks nothing.
    needs : DataFrame
        As :func:`expertmatch.read_needs` gives it.
    pool : Pool
        The tables.
    scenarios : dict of str to Scenario or None
        As they are on the day.
    settings : PlanSettings
        What was asked.
    as_of : date
        The day.
    score : callable, optional
        need_id, candidate_id, candidate_kind to the same rows with score and, with rules, eligible.
    loads, teams : DataFrame, optional
        What the plan says of each candidate and each need.
    total : float, optional
        What it says they add up to; over several scenarios the shares of each need's best.
    status : str, optional
        What it says of itself.
    draw : callable, optional
        The places to sentences on what a repeated draw finds wrong; none if nothing is.
    scenario_of : dict of str to str, optional
        The scenario of each need; without it the places are believed, then the kind of the need.
    codes, need_codes : dict, optional
        Disciplines of candidates by kind and id, and of needs; without them those they declare.

    Returns
    -------
    PlanCheck

    Raises
    ------
    SettingError
        The plan lacks a column.

    Examples
    --------
    >>> from expertmatch.tables.pool import read_pool
    >>> day = date(2026, 11, 1)
    >>> experts = pd.DataFrame({"专家编号": ["E1"], "姓名": ["张三"], "工作单位": ["西北大学"]})
    >>> needs = pd.DataFrame({"need_id": ["N1"], "title": ["猕猴桃溃疡病"]})
    >>> row = ("N1", "", 1, "", "expert", "E1", "张三（西北大学）", 0.5, False)
    >>> names = "need_id scenario place role candidate_kind candidate_id name score locked".split()
    >>> check = check_plan(pd.DataFrame([row], columns=names), needs=needs, pool=read_pool(experts, today=day),
    ...                    scenarios={"": None}, settings=PlanSettings(wanted=2), as_of=day)
    >>> check.frame.loc[check.frame["result"] == "broken", ["rule", "need_id", "found"]].values.tolist()
    [['least', 'N1', '1 人'], ['unsaid', 'N1', '没有做到而方案未说明：人数，1 人']]
    """
    nothing = pd.DataFrame({"need_id": [], "rule": [], "label": []})
    book = Book(
        frame=places, unserved=nothing if unserved is None else unserved, broken=nothing if broken is None else broken,
        loads=loads, teams=teams, needs=needs, pool=pool, scenarios=scenarios, scenario_of=scenario_of or {},
        settings=settings, as_of=as_of, score=score, codes=codes, need_codes=need_codes,
    )  # fmt: skip
    check_rows(book)
    check_places(book)
    check_sizes(book, status)
    check_pencil(book)
    check_scores(book, total)
    check_load(book)
    check_minimum(book)
    check_people(book)
    check_time(book)
    Teams(book).check()
    check_groups(book)
    check_quotas(book)
    check_shares_of_best(book)
    check_draw(book, draw)
    book.notes.overstated()
    frame = book.notes.frame()
    return PlanCheck(frame=frame, needs=len(needs), places=len(places), left_out=tuple(book.notes.left_out))
