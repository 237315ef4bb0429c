"""Fairness first: the worst pair as good as can be, or every need a share of its own best team; then the total."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Literal

import numpy as np
from scipy import sparse

from expertmatch.errors import SettingError
from expertmatch.planning.solver.flow import solve_flow
from expertmatch.planning.solver.highs import Program, maximise
from expertmatch.planning.solver.model import Model
from expertmatch.planning.solver.optimum import Clock, largest, most_missing
from expertmatch.planning.solver.program import Layout
from expertmatch.planning.solver.reach import is_plain, left_open, most_filled
from expertmatch.planning.solver.solution import Solution
from expertmatch.scenarios.columns import Flags, Floats

_DIGITS = 1000


def solve_fair(
    model: Model,
    *,
    solver: Literal["highs", "flow"],
    clock: Clock,
    targets: Floats | None = None,
    start: Solution | None = None,
) -> Solution:
    """Return the largest total among the choices whose worst edge is as good as can be.

    Locked edges do not count, since nothing can be done about them. Where nothing has to be chosen at all, there is no
    worst edge to raise, and the total decides. The bound and the prices are those of the choice among equally fair
    ones.

    Parameters
    ----------
    model : Model
    solver : {"highs", "flow"}
    clock : Clock
    targets : ndarray or None
        What each need must be worth.
    start : Solution or None
        The largest total, where it is known.

    Returns
    -------
    Solution
    """
    layout = Layout(model, targets)
    if start is None:
        start = solve_flow(model) if solver == "flow" else largest(layout, clock)
    question = _Question(layout, start, clock, plain=is_plain(model) and targets is None)
    if math.isnan(start.worst) or question.possible(math.inf):
        return start
    values = np.unique(model.value[(model.value >= start.worst) & ~model.locked])
    low, high = 0, len(values)
    while high - low > 1:
        middle = (low + high) // 2
        if question.possible(float(values[middle])):
            low = middle
        else:
            high = middle
    allowed = model.value >= values[low]
    if solver == "flow":
        return solve_flow(model, allowed=allowed)
    found = largest(layout, clock, allowed=allowed, shortfall=question.missing)
    return found if question.sure else replace(found, proven=False)


class _Question:
    """Whether as little can be missing with edges of a value and above only."""

    def __init__(self, layout: Layout, start: Solution, clock: Clock, *, plain: bool) -> None:
        self.layout, self.clock, self.plain, self.sure = layout, clock, plain, True
        self.missing = most_missing(layout, start)
        self.filled = most_filled(layout.model, left_open(layout.model)) if plain else (0, 0)

    def possible(self, value: float) -> bool:
        allowed = self.layout.model.value >= value
        if self.plain:
            return most_filled(self.layout.model, left_open(self.layout.model, allowed)) == self.filled
        program = self.layout.program("any", shortfall=self.missing, allowed=allowed)
        outcome = maximise(program, seconds=self.clock.left)
        self.sure &= outcome.status != "time"
        return outcome.values is not None


def solve_floor(
    model: Model,
    floor: float,
    best: Floats | None,
    *,
    objective: Literal["total", "fair"],
    solver: Literal["highs", "flow"],
    clock: Clock,
) -> Solution:
    """Return the best choice that gives every need a share of its own best team, and what that costs.

    Parameters
    ----------
    model : Model
    floor : float
        The share.
    best : ndarray or None
        What each need would have alone; needs whose own best is worth nothing are asked for nothing.
    objective : {"total", "fair"}
    solver : {"highs", "flow"}
    clock : Clock

    Returns
    -------
    Solution

    Raises
    ------
    SettingError
        The floor cannot be reached, naming the largest one found; or it is asked of the flow solver.
    """
    if best is None:
        raise SettingError("best", None, "每项需求单独组队时的最好总分（使用 floor 时必须给出）")
    if solver == "flow":
        raise SettingError("solver", "flow", "“highs”；“flow” 不能保证每项需求的最低份额（floor）")
    free = largest(Layout(model), clock)
    asked = best > 0
    targets = np.where(asked, floor * best, -np.inf)
    layout = Layout(model, targets)
    missing = most_missing(layout, free)
    placed = np.bincount(model.need[free.chosen], weights=model.value[free.chosen], minlength=len(best))
    if (placed >= targets).all():
        found = free
    else:
        if maximise(layout.program("any", shortfall=missing), seconds=clock.left).values is None:
            share, proven = _largest_floor(model, best, missing, clock)
            what = "能做到的最大份额" if proven else "限定时间内已找到的最大份额，延长时间也许还能提高"
            raise SettingError("floor", floor, f"不超过 {share:g} 的份额（这是{what}，向下取到千分位）")
        found = largest(layout, clock, shortfall=missing)
    if objective == "fair":
        base, found = solve_fair(model, solver=solver, clock=clock, start=free), solve_fair(
            model, solver=solver, clock=clock, targets=targets, start=found
        )  # fmt: skip
    else:
        base = free
    cost = max(0.0, (base.total - base.penalty) - (found.total - found.penalty))
    return replace(found, floor_cost=cost)


def _largest_floor(model: Model, best: Floats, missing: float, clock: Clock) -> tuple[float, bool]:
    """Return the largest share found that every need can have, rounded down, and whether none larger can be had."""
    asked = best > 0
    layout = Layout(model, np.where(asked, 0.0, -np.inf))
    rest = layout.program("any", shortfall=missing)
    rows = layout.rows_of("floor")
    column = sparse.csr_array((-best[asked], (rows, np.zeros(len(rows), np.int64))), shape=(rest.matrix.shape[0], 1))
    program = Program(
        gain=np.append(rest.gain, 1.0),
        matrix=sparse.hstack([rest.matrix, column], format="csr"),
        lower=rest.lower,
        upper=rest.upper,
        least=np.append(rest.least, 0.0),
        most=np.append(rest.most, 1.0),
        whole=np.append(rest.whole, False),
    )
    outcome = maximise(program, seconds=clock.left)
    if outcome.values is None:
        return 0.0, False
    chosen: Flags = outcome.values[: model.edges] > 0.5
    placed = np.bincount(model.need[chosen], weights=model.value[chosen], minlength=len(best))
    return math.floor(float((placed[asked] / best[asked]).min()) * _DIGITS) / _DIGITS, outcome.status == "optimal"
