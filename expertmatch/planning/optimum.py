"""The largest value of a model's edges with as little missing as can be, through HiGHS."""

from __future__ import annotations

import math
from dataclasses import replace
from time import monotonic

import numpy as np

from expertmatch.errors import SettingError
from expertmatch.planning.conflicts import find_conflict
from expertmatch.planning.highs import Outcome, maximise
from expertmatch.planning.program import Layout
from expertmatch.planning.solution import NOISE, Prices, Solution, Status, account
from expertmatch.scenarios.columns import Flags


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


def largest(layout: Layout, clock: Clock, *, allowed: Flags | None = None, shortfall: float = 0.0) -> Solution:
    """Return the largest value with as little missing as can be.

    Parameters
    ----------
    layout : Layout
    clock : Clock
    allowed : ndarray of bool or None
        Edges that may be used.
    shortfall : float
        How much is known to be missing at least, and to be enough.

    Returns
    -------
    Solution
    """
    outcome = maximise(layout.program("value", shortfall=shortfall, allowed=allowed), seconds=clock.left)
    if outcome.values is not None:
        return read(layout, outcome)
    fewest = least_missing(layout, clock, allowed=allowed)
    assert fewest.values is not None
    missing = _rounded(layout, layout.missing(fewest.values))
    outcome = maximise(layout.program("value", shortfall=missing, allowed=allowed), seconds=clock.left)
    if outcome.values is None:
        return replace(read(layout, fewest), bound=math.inf, prices=None, proven=False)
    solution = read(layout, outcome)
    return solution if fewest.status == "optimal" else replace(solution, proven=False)


def most_missing(layout: Layout, solution: Solution) -> float:
    """Return how much a program may leave missing so that a solution of least missing stays possible.

    Parameters
    ----------
    layout : Layout
    solution : Solution

    Returns
    -------
    float
    """
    model = layout.model
    hard = zip(model.rows, solution.breach, strict=True)
    rows = math.fsum(float(breach.sum()) for rule, breach in hard if rule.price is None)
    beyond = np.maximum(model.minimum - np.maximum(model.capacity, 0), 0)
    impossible = int(np.minimum(beyond, solution.idle).sum() + np.maximum(model.least - model.most, 0).sum())
    return _rounded(layout, float(solution.short.sum() + solution.idle.sum()) - impossible + rows)


def _rounded(layout: Layout, missing: float) -> float:
    return float(round(missing)) if layout.whole_numbers() else missing + NOISE * (missing > 0)


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
        raise find_conflict(layout, clock.left)
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
        floor=np.maximum(-found.get(("floor", 0), empty), 0.0),
        bound=outcome.relaxed,
    )
    solution = account(model, chosen, extra)
    reached = solution.total - solution.penalty
    proven = outcome.status == "optimal"
    status: Status = solution.status if solution.status == "partial" or proven else "time_limit"
    bound = max(outcome.bound, reached)
    return replace(solution, bound=bound, status=status, proven=proven, prices=prices)
