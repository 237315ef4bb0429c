"""Which edges of a model are chosen, what that comes to, and what is known about it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from expertmatch.planning.solver.model import Model
from expertmatch.scenarios.columns import Flags, Floats, Ints

Status = Literal["optimal", "partial", "time_limit"]
NOISE = 1e-7


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
        breach.append(np.where(beyond <= NOISE, 0.0, beyond))
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
