"""What a plan is for a solver: pairs that may be, what each is worth, and the rows that must hold. Arrays only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from expertmatch.scenarios.columns import Flags, Floats, Ints


@dataclass(frozen=True, eq=False, kw_only=True)
class Rows:
    """The rows of one rule: lower <= matrix @ variables <= upper, a row a need, a group or what else it is about.

    Parameters
    ----------
    rule, label : str
        Short name, and what people read.
    matrix : csr_array, shape (rows, variables)
        Variables are the edges of the model, then its ``extra`` ones.
    lower, upper : ndarray of float64, shape (rows,)
        Bounds; infinite where there is none.
    need : ndarray of int64, shape (rows,)
        The need each row is about; -1 where it is about the whole plan.
    subject : tuple of str
        What each row is about, for people, such as the unit's name; empty where the need says it all.
    price : float or None
        What a unit of breach costs in total; ``None`` for what must hold. A lower bound that must hold and cannot
        counts as a shortage, an upper one is never passed.
    source : str
        Where the rule stands.
    """

    rule: str
    label: str
    matrix: sparse.csr_array
    lower: Floats
    upper: Floats
    need: Ints
    subject: tuple[str, ...]
    price: float | None = None
    source: str = ""

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.lower)


@dataclass(frozen=True, eq=False, kw_only=True)
class Model:
    """Who may serve what, and what must hold.

    An edge is a candidate in a role for a need; a candidate serves a need at most once, in whichever role.

    Parameters
    ----------
    need, expert : ndarray of int64, shape (edges,)
        Positions, sorted by need, then expert; equal pairs are different roles.
    value : ndarray of float64, shape (edges,)
        What each edge is worth; their sum over those chosen is the total.
    least, most : ndarray of int64, shape (needs,)
        How many each need must have, and can have.
    minimum, capacity : ndarray of int64, shape (experts,)
        How many services each candidate must and can take on.
    locked : ndarray of bool, shape (edges,)
        Edges that are chosen whatever they are worth.
    rows : tuple of Rows
        Further rules.
    extra : int
        Further variables from 0 to 1 behind the edges, worth nothing themselves: such as whether a team has anybody
        of a discipline.
    """

    need: Ints
    expert: Ints
    value: Floats
    least: Ints
    most: Ints
    minimum: Ints
    capacity: Ints
    locked: Flags
    rows: tuple[Rows, ...] = ()
    extra: int = 0

    @property
    def edges(self) -> int:
        """How many edges there are."""
        return len(self.need)

    @property
    def pair(self) -> Ints:
        """A number for each edge that equal pairs of need and expert share, ascending from 0."""
        if not self.edges:
            return np.empty(0, dtype=np.int64)
        new = (self.need[1:] != self.need[:-1]) | (self.expert[1:] != self.expert[:-1])
        return np.cumsum(np.r_[0, new])
