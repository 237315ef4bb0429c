"""Plan: who serves what, under everything that binds; what could not be had, and what it costs."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property, partial
from typing import Any

import numpy as np
import pandas as pd

from expertmatch.display import html_table, text_table
from expertmatch.errors import SettingError, UnknownNameError
from expertmatch.planning.broken import broken_of
from expertmatch.planning.checking.check import PlanCheck, check_plan
from expertmatch.planning.composing.compose import Composed, compose
from expertmatch.planning.composing.sides import Sides
from expertmatch.planning.composing.standins import RUNNER_UPS, runner_ups
from expertmatch.planning.drawing.draw import Draw
from expertmatch.planning.drawing.plan_draw import drawn, verified
from expertmatch.planning.pencil.changes import changes
from expertmatch.planning.plan_tables import frame_of, loads_of, shortage_of, teams_of, unserved_of
from expertmatch.planning.settings import PlanSettings
from expertmatch.ranking import Ranking
from expertmatch.scenarios import Scenario
from expertmatch.scenarios.columns import Ints
from expertmatch.tables.pool import Pool

_ROUNDING = 1e-9
"""What sums of many may be off by: a bound nearer than that is reached."""
_STATUS = {
    "optimal": "完整，已证明最优",
    "complete": "完整",
    "partial": "不完整",
    "time_limit": "完整，时限内未证明最优",
    "drawn": "完整，抽取产生",
}


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Plan:
    """Who serves what.

    Parameters
    ----------
    frame : DataFrame
        A row a filled place: need_id, scenario, place (from 1), role, candidate_kind (expert, society, or requester
        for the requester's own people), candidate_id, name, score, locked.
    unserved : DataFrame
        need_id, title, wanted, placed, missing, reason: needs with fewer people than they must have.
    runner_ups : DataFrame
        need_id, place, order, candidate_kind, candidate_id, name, score: who could stand in.
    broken : DataFrame
        need_id (empty for the whole plan), rule, label, required, found, price, source: rules that are no must and
        are not kept; price is what the solver counted for it, in the unit of the total.
    teams : DataFrame
        Each need's team beside its individually best people: score, best, share, coverage, best_coverage, broken,
        best_broken.
    loads : DataFrame
        candidate_kind, candidate_id, name, held, planned, capacity.
    status : {"optimal", "complete", "partial", "time_limit", "drawn"}
        ``optimal``: proven the best over all pairs that may be; ``complete``: whole, and as near to the best as ``gap``
        says; ``partial``: places that must be filled are empty; such a plan is never called whole.
    total : float
        Sum of the scores; over several scenarios, of each need's share of its own best team.
    penalty, bound, gap : float
        What broken rules count; no plan with as many places filled is worth more than ``bound``, over all pairs that
        may be; how far below it the plan is, as a share. NaN where the solver proves none.
    floor_cost : float
        How much of the total the floor costs.
    settings : PlanSettings
        What was asked for.
    rankings : tuple of Ranking
        What it was made from.
    changes : DataFrame or None
        Of a plan made from another one: what moved.
    draw : Draw or None
        Of a plan by lot: the draw with its record (抽取记录).

    Examples
    --------
    >>> import expertmatch as em
    >>> works = pd.DataFrame({"expert_id": ["E1", "E1", "E2"], "title": ["猕猴桃溃疡病", "猕猴桃授粉", "猕猴桃冻害"]})
    >>> ranking = em.Matcher().fit(em.read_pool(works=works)).rank(["猕猴桃溃疡病", "猕猴桃冻害"])
    >>> plan = em.plan(ranking, wanted=1, capacity=1)
    >>> plan.frame[["need_id", "candidate_id"]].to_numpy().tolist(), plan.status
    ([['N001', 'E1'], ['N002', 'E2']], 'optimal')
    """

    frame: pd.DataFrame
    unserved: pd.DataFrame
    runner_ups: pd.DataFrame
    broken: pd.DataFrame
    teams: pd.DataFrame
    loads: pd.DataFrame
    status: str
    total: float
    penalty: float
    bound: float
    floor_cost: float
    settings: PlanSettings
    rankings: tuple[Ranking, ...]
    absent: frozenset[tuple[str, str]] = frozenset()
    changes: pd.DataFrame | None = None
    draw: Draw | None = None
    _kept: Ints | None = field(default=None, repr=False)
    _found: Composed = field(repr=False)

    @property
    def _sides(self) -> Sides:
        return self._found.sides

    @cached_property
    def shortage(self) -> pd.DataFrame:
        """What cannot be had: which rule binds, demand, supply, a sentence, the smallest relaxation.

        Worked out when it is first asked for, as that solves several programs.
        """
        return shortage_of(self._found)

    @property
    def complete(self) -> bool:
        """Whether every place that must be filled is."""
        return self.status != "partial"

    @property
    def gap(self) -> float:
        """How far below the bound the plan is, as a share of the total; 0 is proven optimal, NaN not known."""
        return _gap(self.total, self.penalty, self.bound)

    @property
    def needs(self) -> pd.DataFrame:
        """The needs."""
        return self._sides.needs

    @property
    def pool(self) -> Pool:
        """The tables."""
        return self._sides.pool

    @property
    def as_of(self) -> date:
        """The day everything is counted from."""
        return self._sides.as_of

    @property
    def scenarios(self) -> Mapping[str, Scenario | None]:
        """The scenarios by name."""
        return {section.name: section.scenario for section in self._sides.sections}

    # again

    def check(self) -> PlanCheck:
        """Verify everything from the tables alone, without the solver.

        Returns
        -------
        PlanCheck
        """
        return check_plan(
            self.frame,
            unserved=self.unserved,
            needs=self.needs,
            pool=self.pool,
            scenarios=self.scenarios,
            settings=self.settings,
            as_of=self.as_of,
            score=self._scored,
            broken=self.broken,
            loads=self.loads,
            teams=self.teams,
            total=self.total,
            status=self.status,
            scenario_of=self._sides.scenario_of,
            codes=self._sides.codes,
            need_codes=self._sides.need_codes,
            draw=None if self.draw is None else partial(verified, self.draw, self._sides, self._kept),
        )

    def repair(self, absent: Iterable[str]) -> Plan:
        """Plan again without some people, keeping as many of the others where they are as can be.

        Parameters
        ----------
        absent : iterable of str
            Who cannot serve: ids of candidates, or names of people in this plan whom no other there has.

        Returns
        -------
        Plan
            Its ``changes`` say what moved.

        Raises
        ------
        UnknownNameError
            Nobody has such an id or name, or several have the name; names the nearest.
        """
        gone = frozenset(self._who(str(one)) for one in absent)
        settings = self.settings.changed({
            "locked": tuple(pair for pair in self.settings.locked if self._who(pair[1]) not in gone)
        })  # fmt: skip
        sides = replace(self._sides, settings=settings, absent=self.absent | gone)
        stay = [
            (need, kind, key)
            for need, kind, key in zip(
                *(self.frame[c] for c in ("need_id", "candidate_kind", "candidate_id")), strict=True
            )
            if kind != "requester" and (kind, key) not in gone
        ]
        place = {need: i for i, need in enumerate(sides.needs["need_id"])}
        people = {who: i for i, who in enumerate(sides.people)}
        keys = [place[need] * len(sides.people) + people[kind, key] for need, kind, key in stay]
        made = _planned(sides, self.rankings, np.array(keys, dtype=np.int64))
        return replace(made, changes=changes(self.frame, made.frame, self.needs, absent=made.absent))

    def again(self, **settings: Any) -> Plan:
        """Plan again with other settings.

        Parameters
        ----------
        **settings
            As for :func:`plan`; those not named stay as they are.

        Returns
        -------
        Plan
            Its ``changes`` say what moved.
        """
        made = _planned(
            replace(self._sides, settings=self.settings.changed(settings), absent=self.absent), self.rankings
        )
        return replace(made, changes=changes(self.frame, made.frame, self.needs))

    def _who(self, key: str) -> tuple[str, str]:
        people = self._sides.people
        for kind in ("expert", "society"):
            plain = key.removeprefix(f"{kind}:")
            if (kind, plain) in self._people:
                return kind, plain
        seats = self.frame[self.frame["candidate_kind"] != "requester"]
        named = seats[["candidate_kind", "candidate_id", "name"]].drop_duplicates()
        short = named["name"].astype(str).str.partition("（")[0]
        found = named[(short == key.strip()) | (named["name"] == key.strip())]
        if len(found) == 1:
            return str(found["candidate_kind"].iloc[0]), str(found["candidate_id"].iloc[0])
        if len(found):
            raise UnknownNameError("候选编号", key, found["candidate_id"])
        raise UnknownNameError("候选编号或方案中的姓名", key, [*(one for _, one in people), *short])

    @cached_property
    def _people(self) -> frozenset[tuple[str, str]]:
        return frozenset(self._sides.people)

    def _scored(self, pairs: pd.DataFrame) -> pd.DataFrame:
        """Return score and eligible of pairs, by the scenario of each need."""
        sides = self._sides
        place = {need: i for i, need in enumerate(sides.needs["need_id"])}
        people = {who: i for i, who in enumerate(sides.people)}
        need = np.array([place[one] for one in pairs["need_id"]], dtype=np.int64)
        who = zip(pairs["candidate_kind"], pairs["candidate_id"], strict=True)
        expert = np.array([people.get(one, -1) for one in who], dtype=np.int64)
        score, eligible = np.zeros(len(pairs)), np.zeros(len(pairs), dtype=bool)  # who is not indexed has no score
        for i, section in enumerate(sides.sections):
            here = np.flatnonzero((sides.section_of[need] == i) & (expert >= 0))
            found = section.candidates.pairs(section.asked, np.searchsorted(section.needs, need[here]), expert[here])
            gate = section.candidates.gate
            score[here] = found.scored.score
            there = np.array([sides.people[one] not in sides.absent for one in expert[here].tolist()], dtype=bool)
            free = sides.available(need[here], expert[here]) & there
            eligible[here] = found.allowed & free & (True if gate is None else gate.mask[expert[here]])
        return pairs.assign(score=score, eligible=eligible)

    # for people

    def __len__(self) -> int:
        """Return the number of filled places."""
        return len(self.frame)

    @property
    def summary(self) -> str:
        """The plan in a sentence; a partial one says so first."""
        needs, filled = len(self.needs), len(self.frame)
        people = len(
            self.frame[self.frame["candidate_kind"] != "requester"][
                ["candidate_kind", "candidate_id"]
            ].drop_duplicates()
        )
        head = _STATUS[self.status]
        if not self.complete:
            lacking = int(self.unserved["missing"].sum())
            head += f"：{len(self.unserved)} 条需求还缺 {lacking} 人" if lacking else "：有必须满足的要求没有满足"
        told = f"{head}；{needs} 条需求安排 {filled} 人次，用到 {people} 位"
        if math.isnan(self.gap):
            return told
        told += f"，得分合计 {self.total:.3f}"
        if self.penalty > _ROUNDING:
            told += f"，扣去没有人能答的方面和没有做到的要求 {self.penalty:.3f}，总分 {self.total - self.penalty:.3f}"
        return f"{told}，与可能的最高分至多差 {self.gap:.2%}"

    def __repr__(self) -> str:
        """Return one line for people."""
        return f"<方案：{self.summary}>"

    def __str__(self) -> str:
        """Return the line and the first places as a table."""
        return f"{self!r}\n{text_table(*self._table())}"

    def _repr_html_(self) -> str:
        shown = html_table(*self._table(), caption=repr(self)[1:-1])
        if self.unserved.empty:
            return shown
        lacking = self.unserved[["need_id", "title", "missing", "reason"]].to_numpy().tolist()
        return shown + html_table(("需求", "名称", "还缺", "原因"), lacking, caption="没有排满的需求", max_rows=8)

    def _table(self, most: int = 12) -> tuple[tuple[str, ...], list[list[str]]]:
        titles = dict(zip(self.needs["need_id"], self.needs["title"], strict=True))
        shown = self.frame.head(most)
        rows = [
            [str(row.need_id), titles[row.need_id], str(row.place), str(row.role), str(row.name),
             "" if math.isnan(score) else f"{score:.3f}"]
            for row, score in zip(shown.itertuples(index=False), shown["score"].tolist(), strict=True)
        ]  # fmt: skip
        rest = len(self.frame) - len(shown)
        rows += [["…", f"另有 {rest} 个席位", "", "", "", ""]] if rest else []
        return ("需求", "名称", "席位", "角色", "人选", "得分"), rows


def plan(rankings: Ranking | Sequence[Ranking], *, settings: PlanSettings | None = None, **changes: Any) -> Plan:
    """Find the best plan for all needs together.

    Maximises the sum of scores (over several scenarios: of each need's share of its own best team), or with
    ``objective="fair"`` first the worst pair, under how many each need wants, capacities, rules, recusal, roles,
    limits, quotas, times, locked and forbidden pairs. A mixed-integer program solved by HiGHS (DESIGN: 7); its bound
    holds over all pairs that may be, not only those looked at.

    Parameters
    ----------
    rankings : Ranking or sequence of Ranking
        What :meth:`expertmatch.Matcher.rank` gives; several share one capacity.
    settings : PlanSettings, optional
        What is asked for.
    **changes
        Single settings by name, see :class:`~expertmatch.planning.settings.PlanSettings`: wanted, capacity, minimum,
        objective, floor, select, seed, alternates, locked, forbidden, limits, quotas, newcomers, travel,
        longest_event, cover, pairs, time_limit, solver.

    Returns
    -------
    Plan

    Raises
    ------
    SettingError, UnknownNameError
        A setting that is not accepted; names the nearest.
    InputError
        Locked pairs that the rules refuse, or a need in two rankings.
    ConflictError
        Locked pairs that contradict each other or a bound.
    MissingExtraError
        ``solver="flow"`` without ortools.

    Examples
    --------
    >>> import expertmatch as em
    >>> works = pd.DataFrame({"expert_id": ["E1", "E2"], "title": ["猕猴桃溃疡病", "猕猴桃冻害"]})
    >>> ranking = em.Matcher().fit(em.read_pool(works=works)).rank(["猕猴桃病害", "猕猴桃花粉"])
    >>> plan = em.plan(ranking, wanted=2, capacity=1)
    >>> plan.status, plan.unserved[["need_id", "missing"]].to_numpy().tolist()
    ('partial', [['N001', 1], ['N002', 1]])
    """
    every = (rankings,) if isinstance(rankings, Ranking) else tuple(rankings)
    if settings is not None and not isinstance(settings, PlanSettings):
        raise SettingError("settings", settings, "PlanSettings(...)，或逐项写出")
    asked = (settings or PlanSettings()).changed(changes)
    return _planned(Sides.of(every, asked), every)


def _planned(sides: Sides, rankings: tuple[Ranking, ...], kept: Ints | None = None) -> Plan:
    if sides.settings.select == "draw":
        found, lots = drawn(sides, kept=kept)
        return _made(found, rankings, lots)
    return _made(compose(sides, kept=kept), rankings)


def _made(found: Composed, rankings: tuple[Ranking, ...], lots: Draw | None = None) -> Plan:
    sides, solution = found.sides, found.solution
    frame = frame_of(found, None if lots is None else lots.edges)
    status: str = solution.status
    if status == "optimal" and lots is not None:
        status = "drawn"
    elif status == "optimal" and _gap(solution.total, solution.penalty, found.bound) != 0.0:
        status = "complete"
    return Plan(
        frame=frame,
        unserved=unserved_of(
            found, None if lots is None else dict(zip(lots.short["need_id"], lots.short["reason"], strict=True))
        ),
        runner_ups=runner_ups(found, frame) if lots is None else lots.alternates[list(RUNNER_UPS)],
        broken=broken_of(found),
        teams=teams_of(found),
        loads=loads_of(found),
        status=status,
        total=solution.total,
        penalty=solution.penalty,
        bound=found.bound,
        floor_cost=solution.floor_cost,
        settings=sides.settings,
        rankings=rankings,
        draw=lots,
        _kept=found.kept,
        absent=sides.absent,
        _found=found,
    )


def _gap(total: float, penalty: float, bound: float) -> float:
    """Return how far below a bound a plan is, as a share of the total; 0 where only rounding is between them."""
    if math.isnan(bound):
        return math.nan
    missing = bound - (total - penalty)
    return 0.0 if missing <= _ROUNDING * max(1.0, abs(bound)) else missing / max(abs(total), abs(bound), 1e-12)
