"""Everything a plan must hold, written down as a model over given edges."""

from __future__ import annotations

import numpy as np

from expertmatch.errors import ConflictError
from expertmatch.planning.composing.drafts import Book
from expertmatch.planning.composing.edges import Edges, Supply
from expertmatch.planning.composing.groups import Groups
from expertmatch.planning.composing.plan_rows import PlanRows
from expertmatch.planning.composing.sides import Sides
from expertmatch.planning.composing.team_rows import Costs, TeamRows, Topics
from expertmatch.planning.solver.model import Model
from expertmatch.scenarios.columns import Floats, Ints, texts

LOCKED = "locked"
"""The rule of pairs that must be; only pairs that are looked at anyway have its rows."""
MISSED = "要保留而排不进"
_RULE, _COVER = 10.0, 0.5
"""In the unit of the best pair: what a soft rule counts; of what the best pair of a need usually is worth: what all its
sub-topics together count."""


def build(supply: Supply, edges: Edges, groups: Groups, topics: Topics, *, every: bool = False) -> Model:
    """Write down everything a plan must hold over given edges.

    Parameters
    ----------
    supply : Supply
        Every pair that may be.
    edges : Edges
        Those looked at.
    groups : Groups
        Who belongs to what.
    topics : Topics
        The needs' sub-topics.
    every : bool, default False
        Also rows that these edges alone could never break.

    Returns
    -------
    Model
    """
    sides = supply.sides
    worth = values(supply, edges)
    unit = float(worth.max(initial=0.0)) or 1.0
    costs = Costs(rule=unit * _RULE, cover=_COVER * _usual(edges, worth, unit))
    book = Book(len(edges))
    TeamRows(sides=sides, edges=edges, groups=groups, costs=costs, topics=topics, every=every).write(book)
    PlanRows(sides=sides, edges=edges, groups=groups, able=supply.able, every=every).write(book)
    keys = edges.key(sides)
    locked = np.isin(keys, sides.locked)
    alone = np.bincount(np.unique(keys, return_inverse=True)[1].reshape(-1), minlength=1)
    several = locked & (alone[np.unique(keys, return_inverse=True)[1].reshape(-1)] > 1)
    _lock_in_a_role(book, sides, edges, np.flatnonzero(several))
    least, most = sides.wanted
    return Model(
        need=edges.need,
        expert=edges.expert,
        value=worth,
        least=least,
        most=most,
        minimum=np.where(supply.able, sides.settings.minimum, 0).astype(np.int64),
        capacity=sides.capacity,
        locked=locked & ~several,
        rows=book.rows(),
        extra=book.extra,
    )


def values(supply: Supply, edges: Edges) -> Floats:
    """Return what edges are worth: their score, or with several scenarios its share of the need's own best team."""
    return scaled(supply, edges.need, edges.score)


def scaled(supply: Supply, need: Ints, score: Floats) -> Floats:
    """Return what scores are worth to needs: themselves, or their share of the need's own best team."""
    if len(supply.sides.sections) < 2:
        return score
    best = supply.best[need]
    return np.divide(score, best, out=np.zeros(len(score)), where=best > 0)


def _usual(edges: Edges, worth: Floats, unit: float) -> float:
    """Return what the best pair of a need is usually worth."""
    if not len(edges):
        return unit
    best = np.full(int(edges.need.max()) + 1, -1.0)
    np.maximum.at(best, edges.need, worth)
    return float(np.median(best[best >= 0]))


def _lock_in_a_role(book: Book, sides: Sides, edges: Edges, at: Ints) -> None:
    """Write that a pair that must be and has several roles takes one of them, as a bound that is never passed."""
    keys, row = np.unique(edges.key(sides)[at], return_inverse=True)
    need, expert = keys // len(sides.people), keys % len(sides.people)
    book.add(
        LOCKED, MISSED, row=np.asarray(row).reshape(-1), column=at, entry=-1.0, upper=-1.0, need=need,
        subject=[sides.names[one] for one in expert.tolist()], source="本次要求",
    )  # fmt: skip


def check_locked(sides: Sides) -> None:
    """Refuse more pairs that must be than a need can have or somebody can take on, in whichever roles.

    Parameters
    ----------
    sides : Sides

    Raises
    ------
    ConflictError
        Naming the first such need or candidate, with both numbers.
    """
    need, expert = sides.locked // len(sides.people), sides.locked % len(sides.people)
    ids = texts(sides.needs, "need_id")
    for of, most, rule, names in (
        (need, sides.wanted[1], "人数上限", ids), (expert, sides.capacity, "可承担的次数", sides.names),
    ):  # fmt: skip
        held = np.bincount(of, minlength=len(most))
        for one in np.flatnonzero(held > most)[:1].tolist():
            raise ConflictError(rule, names[one], accepted=float(most[one]), found=float(held[one]))
