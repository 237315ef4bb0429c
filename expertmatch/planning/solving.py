"""The best choice of edges of a model: locks, then bounds never passed, then as few empty places as can be, then value."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from time import monotonic
from typing import Literal

import numpy as np

from expertmatch.errors import ConflictError, SettingError
from expertmatch.planning.highs import Outcome, Program, linear, maximise
from expertmatch.planning.model import Model, Rows
from expertmatch.planning.program import Layout
from expertmatch.scenarios.columns import Flags, Floats, Ints

Status = Literal["optimal", "partial", "time_limit"]
_NOISE = 1e-7


@dataclass(frozen=True, eq=False, kw_only=True)
class Prices:
    """What one more of each bound would be worth to the linear relaxation, places missing as they are.

    Parameters
    ----------
    need, expert : ndarray
        Of each need and each candidate: positive where more places, or more capacity, would add to the total; negative
        where a least number costs.
    rows : tuple of ndarray
        Of each row of each of the model's rules, with the same signs.
    floor : ndarray
        Of each need's floor, 0 or above.
    bound : float
        No solution over the model's edges is worth more; proved by these prices alone.
    """

    need: Floats
    expert: Floats
    rows: tuple[Floats, ...]
    floor: Floats
    bound: float

    def reduced(self, need: Ints, expert: Ints, value: Floats) -> Floats:
        """Return by how much edges that are not in the model could raise ``bound``, if no rule's row has them.

        With such edges in it no solution is worth more than ``bound`` and the sum of their positive ones. For an edge
        in rows, subtract each row's price times its coefficient.

        Parameters
        ----------
        need, expert : ndarray of int64
        value : ndarray of float64

        Returns
        -------
        ndarray of float64
        """
        return value * (1 + self.floor[need]) - self.need[need] - self.expert[expert]


@dataclass(frozen=True, eq=False, kw_only=True)
class Solution:
    """Which edges of a model are chosen, and what is known about that choice.

    Parameters
    ----------
    chosen : ndarray of bool
        Of the edges.
    extra : ndarray of float64
        The extra variables.
    total : float
        Sum of the values chosen.
    penalty : float
        What breaches of priced rows cost.
    bound : float
        No choice over these edges with as few places missing has a larger total less penalty.
    status : {"optimal", "partial", "time_limit"}
        ``partial`` where something is missing, whether that is proved to be least or not.
    proven : bool
        Whether the solver ended by itself rather than by the clock.
    short : ndarray of int64
        Of each need, places of ``least`` that stay empty.
    idle : ndarray of int64
        Of each candidate, services of ``minimum`` that are not reached.
    breach : tuple of ndarray
        Of each row of each rule, how far it is beyond its bounds.
    prices : Prices or None
        ``None`` from the flow solver, which has none, and where the clock came first.
    floor_cost : float
        How much of the total the floor costs.
    worst : float
        Smallest value chosen, apart from locked edges; NaN without any.
    """

    chosen: Flags
    extra: Floats
    total: float
    penalty: float
    bound: float
    status: Status
    proven: bool
    short: Ints
    idle: Ints
    breach: tuple[Floats, ...]
    prices: Prices | None
    floor_cost: float = 0.0
    worst: float = math.nan

    @property
    def gap(self) -> float:
        """How much better another choice could be at most."""
        return max(0.0, self.bound - (self.total - self.penalty))


class Clock:
    """Seconds that are left; a step that must be made has a tenth of them at least.

    Parameters
    ----------
    seconds : float
        From now on.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds, self.end = seconds, monotonic() + seconds

    @property
    def left(self) -> float:
        """Seconds for the next step."""
        return max(self.end - monotonic(), 0.1 * self.seconds)


def solve(
    model: Model,
    *,
    objective: Literal["total", "fair"] = "total",
    floor: float | None = None,
    best: Floats | None = None,
    solver: Literal["highs", "flow"] = "highs",
    time_limit: float = 60.0,
) -> Solution:
    """Return the best choice of edges.

    In this order: locked edges are chosen; upper bounds that must hold are kept; as little as possible is missing of
    lower bounds that must hold, in all; the value less what breaches of priced rows cost is largest.

    Parameters
    ----------
    model : Model
    objective : {"total", "fair"}
        ``fair``: first the smallest value chosen, locked edges apart, is as large as can be with as little missing.
    floor : float or None
        Each need's chosen edges are worth at least this share of ``best``.
    best : ndarray of float64
        Of each need, what it would have alone; needed for ``floor``.
    solver : {"highs", "flow"}
        ``flow`` takes plain models only: no rows, no roles.
    time_limit : float
        Seconds.

    Returns
    -------
    Solution

    Raises
    ------
    ConflictError
        Locked edges break what is never passed, or it contradicts itself.
    SettingError
        A floor that cannot be reached, a model that is none for the solver, or no solution within the time.
    MissingExtraError
        ``flow`` without ortools.
    """
    check_locks(model)
    clock = Clock(time_limit)
    if floor is not None:
        from expertmatch.planning.fair import solve_floor

        return solve_floor(model, floor, best, objective=objective, solver=solver, clock=clock)
    if objective == "fair":
        from expertmatch.planning.fair import solve_fair

        return solve_fair(model, solver=solver, clock=clock)
    if solver == "flow":
        from expertmatch.planning.flow import solve_flow

        return solve_flow(model)
    return largest(Layout(model), clock)


def largest(layout: Layout, clock: Clock, *, allowed: Flags | None = None) -> Solution:
    """Return the largest value with as little missing as can be.

    Parameters
    ----------
    layout : Layout
    clock : Clock
    allowed : ndarray of bool or None
        Edges that may be used.

    Returns
    -------
    Solution
    """
    outcome = maximise(layout.program("value", allowed=allowed), seconds=clock.left)
    if outcome.status == "optimal" or outcome.values is not None:
        return read(layout, outcome)
    fewest = least_missing(layout, clock, allowed=allowed)
    assert fewest.values is not None
    missing = layout.missing(fewest.values)
    most = float(round(missing)) if layout.whole_numbers() else missing + _NOISE
    outcome = maximise(layout.program("value", shortfall=most, allowed=allowed), seconds=clock.left)
    if outcome.values is None:
        return replace(read(layout, fewest), bound=math.inf, prices=None, proven=False)
    solution = read(layout, outcome)
    return solution if fewest.status == "optimal" else replace(solution, proven=False)


def relaxed(model: Model, *, time_limit: float = 60.0) -> Prices | None:
    """Return the prices of the linear relaxation, everything kept that must be.

    Parameters
    ----------
    model : Model
    time_limit : float
        Seconds.

    Returns
    -------
    Prices or None
        ``None`` where not everything can be kept, or the clock came first.
    """
    check_locks(model)
    layout = Layout(model)
    outcome = linear(layout.program("value"), seconds=time_limit)
    return None if outcome.values is None else read(layout, outcome).prices


def least_missing(layout: Layout, clock: Clock, *, allowed: Flags | None = None) -> Outcome:
    """Return a solution with as little missing as can be.

    Parameters
    ----------
    layout : Layout
    clock : Clock
    allowed : ndarray of bool or None
        Edges that may be used.

    Returns
    -------
    Outcome
        With values.

    Raises
    ------
    ConflictError
        Not even then can everything be kept that must be.
    SettingError
        Nothing was found within the time.
    """
    outcome = maximise(layout.program("shortfall", shortfall=None, allowed=allowed), seconds=clock.left)
    if outcome.status == "infeasible":
        raise _conflict(layout, clock)
    if outcome.values is None:
        raise SettingError("time_limit", clock.seconds, "更长的时间；这段时间里还没有找到任何方案")
    return outcome


def read(layout: Layout, outcome: Outcome) -> Solution:
    """Return what a solver found as a solution; everything is worked out again from the edges chosen.

    Parameters
    ----------
    layout : Layout
    outcome : Outcome
        With values.

    Returns
    -------
    Solution
    """
    model = layout.model
    assert outcome.values is not None
    chosen = outcome.values[: model.edges] > 0.5
    extra = np.round(outcome.values[model.edges : model.edges + model.extra])
    found = layout.spread(outcome.price)
    empty = np.zeros(len(model.least))
    prices = Prices(
        need=found["need", 0],
        expert=found["expert", 0],
        rows=tuple(found["rows", number] for number in range(len(model.rows))),
        floor=-found.get(("floor", 0), empty),
        bound=outcome.relaxed,
    )
    solution = account(model, chosen, extra)
    reached = solution.total - solution.penalty
    proven = outcome.status == "optimal"
    status: Status = solution.status if solution.status == "partial" or proven else "time_limit"
    bound = max(outcome.bound, reached)
    return replace(solution, bound=bound, status=status, proven=proven, prices=prices)


def account(model: Model, chosen: Flags, extra: Floats | None = None) -> Solution:
    """Return what a choice of edges comes to: total, what is missing, breaches and their cost.

    Parameters
    ----------
    model : Model
    chosen : ndarray of bool
        Of the edges.
    extra : ndarray or None
        The extra variables; 0 without it.

    Returns
    -------
    Solution
        Its bound is what it comes to itself.
    """
    extra = np.zeros(model.extra) if extra is None else extra
    placed = np.bincount(model.need[chosen], minlength=len(model.least))
    held = np.bincount(model.expert[chosen], minlength=len(model.capacity))
    values = np.r_[chosen.astype(float), extra]
    breach = []
    for rule in model.rows:
        reached = rule.matrix @ values
        beyond = np.maximum(np.maximum(rule.lower - reached, reached - rule.upper), 0)
        breach.append(np.where(beyond <= _NOISE, 0.0, beyond))
    pairs = zip(model.rows, breach, strict=True)
    penalty = math.fsum(rule.price * float(one.sum()) for rule, one in pairs if rule.price is not None)
    short, idle = np.maximum(model.least - placed, 0), np.maximum(model.minimum - held, 0)
    hard = any(rule.price is None and one.any() for rule, one in zip(model.rows, breach, strict=True))
    total = math.fsum(model.value[chosen])
    free = model.value[chosen & ~model.locked]
    return Solution(
        chosen=chosen, extra=extra, total=total, penalty=penalty, bound=total - penalty, proven=True, short=short,
        status="partial" if short.any() or idle.any() or hard else "optimal", idle=idle, breach=tuple(breach),
        prices=None, worst=float(free.min()) if len(free) else math.nan,
    )  # fmt: skip


def check_locks(model: Model) -> None:
    """Refuse locked edges that break by themselves what is never passed.

    Parameters
    ----------
    model : Model

    Raises
    ------
    ConflictError
        Naming the first bound they break.
    """
    for rows in model.rows:
        for row in np.flatnonzero(rows.lower > rows.upper)[:1]:
            raise _row_conflict(rows, int(row), float(rows.lower[row]), locked=False)
    if not model.locked.any():
        return
    need, expert = model.need[model.locked], model.expert[model.locked]
    for of, most, rule, about in (
        (need, model.most, "人数上限", "need"),
        (expert, model.capacity, "可承担的次数", "expert"),
    ):
        held = np.bincount(of, minlength=len(most))
        for one in np.flatnonzero(held > most)[:1]:
            place = f"第 {one + 1} 个需求" if about == "need" else f"第 {one + 1} 位专家"
            facts = {about: int(one)}
            raise ConflictError(rule, place, accepted=float(most[one]), found=float(held[one]), **facts)
    twice = np.bincount(model.pair[model.locked])
    for one in np.flatnonzero(twice > 1)[:1]:
        edge = int(np.flatnonzero(model.pair == one)[0])
        where, who = int(model.need[edge]), int(model.expert[edge])
        subject = f"第 {where + 1} 个需求与第 {who + 1} 位专家"
        raise ConflictError(
            "一人在一项需求中只任一职", subject, accepted=1, found=float(twice[one]), need=where, expert=who
        )
    values = np.r_[model.locked.astype(float), np.zeros(model.extra)]
    for rows in model.rows:
        if rows.price is not None:
            continue
        reached = rows.matrix @ values
        for row in np.flatnonzero(reached > rows.upper + _NOISE):
            if (rows.matrix[[row]].data >= 0).all():
                raise _row_conflict(rows, int(row), float(reached[row]), locked=True)


def _row_conflict(rows: Rows, row: int, found: float, *, locked: bool) -> ConflictError:
    need = int(rows.need[row])
    subject = rows.subject[row] or (f"第 {need + 1} 个需求" if need >= 0 else "")
    place = need if need >= 0 and not rows.subject[row] else None
    return ConflictError(rows.label, subject, accepted=float(rows.upper[row]), found=found, need=place, locked=locked)


def _conflict(layout: Layout, clock: Clock) -> ConflictError:
    """Find which bound stands in the way by passing as little of all of them as possible."""
    model = layout.model
    loose = Layout(model, elastic=True)
    program: Program = loose.program("shortfall", shortfall=None)
    outcome = maximise(program, seconds=clock.left)
    for block, row, side, beyond in [] if outcome.values is None else loose.passed(outcome.values):
        if block.kind == "rows" and block.price is None and side < 0:
            rule, at = model.rows[block.number], int(block.kept[row])
            return _row_conflict(rule, at, float(rule.upper[at]) + beyond, locked=False)
    return ConflictError("各条要求合在一起", "", accepted=0, found=1, locked=False)
