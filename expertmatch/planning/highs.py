"""Linear and mixed-integer programs through scipy's HiGHS, with bounds that are proved from the prices themselves."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from scipy import optimize, sparse

from expertmatch.scenarios.columns import Flags, Floats

_WHOLE = 1e-6


@dataclass(frozen=True, eq=False, kw_only=True)
class Program:
    """The largest ``gain @ v`` with lower <= matrix @ v <= upper and least <= v <= most, all of them finite for v.

    Parameters
    ----------
    gain, lower, upper, least, most : ndarray of float64
    matrix : csr_array
    whole : ndarray of bool
        Which variables are whole numbers.
    """

    gain: Floats
    matrix: sparse.csr_array
    lower: Floats
    upper: Floats
    least: Floats
    most: Floats
    whole: Flags


@dataclass(frozen=True, eq=False, kw_only=True)
class Outcome:
    """What a solver found.

    Parameters
    ----------
    status : {"optimal", "infeasible", "time"}
    values : ndarray or None
        Of the variables; ``None`` where nothing was found.
    bound : float
        No solution is worth more.
    price : ndarray
        Of each row in the linear relaxation: what one more of its right side is worth; negative where it is a lower
        bound that costs.
    relaxed : float
        The bound that these prices prove.
    """

    status: Literal["optimal", "infeasible", "time"]
    values: Floats | None
    bound: float
    price: Floats
    relaxed: float


def maximise(program: Program, *, seconds: float) -> Outcome:
    """Solve a program: as a linear one first, and with whole numbers only where that is fractional.

    Parameters
    ----------
    program : Program
    seconds : float
        Time for both.

    Returns
    -------
    Outcome
        Whole numbers where asked for.
    """
    first = linear(program, seconds=seconds)
    if first.values is None:
        return first
    values = first.values
    whole = values[program.whole]
    if len(whole) == 0 or np.abs(whole - np.round(whole)).max() <= _WHOLE:
        return first
    return _integer(program, first, seconds)


def linear(program: Program, *, seconds: float) -> Outcome:
    """Solve the linear relaxation.

    Parameters
    ----------
    program : Program
    seconds : float

    Returns
    -------
    Outcome
    """
    if not len(program.gain):
        fits = bool((program.lower <= 0).all() and (program.upper >= 0).all())
        none = np.zeros(len(program.lower))
        return Outcome(status="optimal" if fits else "infeasible", values=none[:0], bound=0.0, price=none, relaxed=0.0)
    equal = program.lower == program.upper
    upper = np.isfinite(program.upper) & ~equal
    lower = np.isfinite(program.lower) & ~equal
    matrix = program.matrix
    rows = [matrix[upper], -matrix[lower]]
    result = optimize.linprog(
        -program.gain,
        A_ub=sparse.vstack(rows, format="csc") if upper.any() or lower.any() else None,
        b_ub=np.r_[program.upper[upper], -program.lower[lower]] if upper.any() or lower.any() else None,
        A_eq=matrix[equal].tocsc() if equal.any() else None,
        b_eq=program.upper[equal] if equal.any() else None,
        bounds=np.column_stack([program.least, program.most]),
        method="highs-ds",
        options={"time_limit": max(seconds, 0.01), "presolve": False, "dual_feasibility_tolerance": 1e-9},
    )
    price = np.zeros(len(program.lower))
    if result.x is None or result.status != 0:
        status: Literal["infeasible", "time"] = "infeasible" if result.status == 2 else "time"
        return Outcome(status=status, values=None, bound=np.inf, price=price, relaxed=np.inf)
    price[equal] = -np.asarray(result.eqlin.marginals)
    each = -np.asarray(result.ineqlin.marginals)
    price[upper] += np.maximum(each[: upper.sum()], 0)
    price[lower] -= np.maximum(each[upper.sum() :], 0)
    bound = proved(program, price)
    return Outcome(status="optimal", values=np.asarray(result.x), bound=bound, price=price, relaxed=bound)


def proved(program: Program, price: Floats) -> float:
    """Return the bound that prices prove, whatever they are (weak duality).

    Parameters
    ----------
    program : Program
    price : ndarray
        Positive ones hold for upper bounds, negative ones for lower bounds.

    Returns
    -------
    float
    """
    side = np.where(price > 0, program.upper, program.lower)
    used = price != 0
    reduced = program.gain - program.matrix.T @ price
    return float((price[used] * side[used]).sum() + np.maximum(reduced * program.least, reduced * program.most).sum())


def _integer(program: Program, first: Outcome, seconds: float) -> Outcome:
    result = optimize.milp(
        -program.gain,
        constraints=optimize.LinearConstraint(program.matrix, program.lower, program.upper),
        integrality=program.whole.astype(int),
        bounds=optimize.Bounds(program.least, program.most),
        options={"time_limit": max(seconds, 0.01), "mip_rel_gap": 0.0},
    )
    if result.status == 2:
        return replace(first, status="infeasible", values=None, bound=-np.inf)
    bound = first.bound
    if result.mip_dual_bound is not None and np.isfinite(result.mip_dual_bound):
        bound = min(bound, -float(result.mip_dual_bound))
    values = None if result.x is None else np.asarray(result.x)
    done = result.status == 0 and values is not None
    return replace(first, status="optimal" if done else "time", values=values, bound=bound)
