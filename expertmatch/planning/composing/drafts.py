"""Rows of rules over edges, written down piece by piece and put into matrices at the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy import sparse

from expertmatch.planning.solver.model import Rows
from expertmatch.scenarios.columns import Floats, Ints


@dataclass(frozen=True, eq=False, kw_only=True)
class Draft:
    """The rows of one rule before the number of variables is known.

    Parameters
    ----------
    rule, label, source : str
        As in :class:`~expertmatch.planning.solver.model.Rows`.
    row, column : ndarray of int64, shape (entries,)
        Where entries stand; rows from 0.
    entry : ndarray of float64, shape (entries,)
        What stands there.
    lower, upper : ndarray of float64, shape (rows,)
        Bounds.
    need : ndarray of int64, shape (rows,)
        The need each row is about; -1 for the whole plan.
    subject : sequence of str
        What each row is about.
    price : float or None
        What a unit of breach costs; ``None`` for what must hold.
    """

    rule: str
    label: str
    row: Ints
    column: Ints
    entry: Floats
    lower: Floats
    upper: Floats
    need: Ints
    subject: Sequence[str]
    price: float | None = None
    source: str = ""


@dataclass(eq=False)
class Book:
    """The drafts of a model, and how many variables they need beyond its edges.

    Parameters
    ----------
    edges : int
        How many edges there are.
    """

    edges: int
    drafts: list[Draft] = field(default_factory=list)
    extra: int = 0

    def more_variables(self, count: int) -> Ints:
        """Take further variables; return their columns."""
        start = self.edges + self.extra
        self.extra += count
        return np.arange(start, start + count, dtype=np.int64)

    def add(
        self,
        rule: str,
        label: str,
        *,
        row: Ints,
        column: Ints,
        lower: Floats | float = -np.inf,
        upper: Floats | float = np.inf,
        need: Ints,
        subject: Sequence[str] = (),
        entry: Floats | float = 1.0,
        price: float | None = None,
        source: str = "",
    ) -> None:
        """Write down the rows of a rule; nothing is, where there are none.

        Parameters
        ----------
        rule, label, row, column, need, subject, price, source
            As in :class:`Draft`; without subjects the needs say what rows are about.
        lower, upper, entry : ndarray of float64 or float
            One for all, or each.
        """
        count = len(need)
        if not count:
            return
        self.drafts.append(
            Draft(
                rule=rule,
                label=label,
                row=row,
                column=column,
                entry=np.broadcast_to(np.asarray(entry, dtype=np.float64), row.shape).copy(),
                lower=np.broadcast_to(np.asarray(lower, dtype=np.float64), (count,)).copy(),
                upper=np.broadcast_to(np.asarray(upper, dtype=np.float64), (count,)).copy(),
                need=need,
                subject=tuple(subject) or ("",) * count,
                price=price,
                source=source,
            )
        )

    def rows(self) -> tuple[Rows, ...]:
        """Return what was written down as matrices."""
        width = self.edges + self.extra
        return tuple(
            Rows(
                rule=one.rule,
                label=one.label,
                matrix=sparse.csr_array((one.entry, (one.row, one.column)), shape=(len(one.need), width)),
                lower=one.lower,
                upper=one.upper,
                need=one.need,
                subject=tuple(one.subject),
                price=one.price,
                source=one.source,
            )
            for one in self.drafts
        )


def numbered(keys: Ints) -> tuple[Ints, Ints]:
    """Return the different keys, ascending, and which of them each is."""
    found, place = np.unique(keys, return_inverse=True)
    return found, np.asarray(place, dtype=np.int64).reshape(-1)
