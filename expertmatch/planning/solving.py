"""The best choice of a model's edges: locks, hard bounds, as few empty places as can be, then value."""

from __future__ import annotations

from typing import Literal

from expertmatch.planning.conflicts import check_locks
from expertmatch.planning.fair import solve_fair, solve_floor
from expertmatch.planning.flow import solve_flow
from expertmatch.planning.highs import linear
from expertmatch.planning.model import Model
from expertmatch.planning.optimum import Clock, largest, read
from expertmatch.planning.program import Layout
from expertmatch.planning.solution import NOISE, Prices, Solution, account
from expertmatch.scenarios.columns import Floats

__all__ = ["Prices", "Solution", "account", "relaxed", "solve"]


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
        return solve_floor(model, floor, best, objective=objective, solver=solver, clock=clock)
    if objective == "fair":
        return solve_fair(model, solver=solver, clock=clock)
    if solver == "flow":
        return solve_flow(model)
    return largest(Layout(model), clock)


def relaxed(model: Model, *, time_limit: float = 60.0) -> Prices | None:
    """Return the prices of the linear relaxation, as little missing as that allows.

    Parameters
    ----------
    model : Model
    time_limit : float
        Seconds.

    Returns
    -------
    Prices or None
        ``None`` where upper bounds cannot be kept, or the clock came first.

    Raises
    ------
    ConflictError
        Locked edges break what is never passed.
    """
    check_locks(model)
    layout, clock = Layout(model), Clock(time_limit)
    outcome = linear(layout.program("value"), seconds=clock.left)
    if outcome.values is None:
        fewest = linear(layout.program("shortfall", shortfall=None), seconds=clock.left)
        if fewest.values is None:
            return None
        missing = layout.missing(fewest.values) * (1 + NOISE)
        outcome = linear(layout.program("value", shortfall=missing), seconds=clock.left)
    return None if outcome.values is None else read(layout, outcome).prices
