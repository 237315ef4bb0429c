"""The best plan: a model of the best pairs of each need, solved, and widened as long as that improves it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from expertmatch.errors import ConflictError, SettingError
from expertmatch.planning.composing.build import MISSED, build, check_locked
from expertmatch.planning.composing.drafts import Book
from expertmatch.planning.composing.edges import Edges, Supply
from expertmatch.planning.composing.groups import Groups
from expertmatch.planning.composing.pricing import KEPT, MOST_ADDED, Pricing, improving
from expertmatch.planning.composing.sides import Pairs, Sides
from expertmatch.planning.composing.team_rows import Topics
from expertmatch.planning.solver.model import Model
from expertmatch.planning.solver.solving import Solution, relaxed, solve
from expertmatch.scenarios.columns import Flags, Ints, texts

_ROUNDS = 8


@dataclass(frozen=True, eq=False, kw_only=True)
class Composed:
    """A plan in positions.

    Parameters
    ----------
    supply : Supply
        Every pair that may be.
    edges : Edges
        The pairs that were looked at, in roles.
    model : Model
        What was solved.
    solution : Solution
        What was found.
    bound : float
        No plan over all pairs that may be, with as many places filled, is worth more.
    kept : ndarray of int64
        Keys of pairs of an earlier plan that should stay.
    groups : Groups
        Who belongs to what.
    topics : Topics
        The needs' sub-topics.
    """

    supply: Supply
    edges: Edges
    model: Model
    solution: Solution
    bound: float
    kept: Ints
    groups: Groups
    topics: Topics

    @property
    def sides(self) -> Sides:
        """Needs and candidates."""
        return self.supply.sides

    @cached_property
    def chosen(self) -> Ints:
        """The edges of the plan."""
        return np.flatnonzero(self.solution.chosen)


def compose(sides: Sides, *, kept: Ints | None = None) -> Composed:
    """Find the best plan.

    Parameters
    ----------
    sides : Sides
        Needs, candidates, settings.
    kept : ndarray of int64, optional
        Keys of the pairs of an earlier plan: as many of them as can be stay.

    Returns
    -------
    Composed

    Raises
    ------
    ConflictError
        Pairs that must be contradict each other or the rules.
    SettingError
        A floor that cannot be reached, or a solver that cannot solve such plans.
    """
    check_locked(sides)
    supply, groups, topics = Supply.of(sides), Groups(sides=sides), Topics()
    stay = np.empty(0, dtype=np.int64) if kept is None else np.sort(kept)
    pairs = supply.first
    if len(stay):
        held = sides.key(pairs.need, pairs.expert)
        lacking = stay[~np.isin(stay, held)]
        pairs = Pairs.joined(
            [pairs, supply.further(held, lambda some: np.isin(sides.key(some.need, some.expert), lacking))]
        )
    relaxing, closed = sides.settings.objective == "total" and sides.settings.solver == "highs", False
    for _ in range(_ROUNDS):
        edges = Edges.of(sides, pairs)
        model = build(supply, edges, groups, topics)
        if len(stay):
            model = _keeping(sides, supply, model, np.isin(edges.key(sides), stay))
        with _named(sides):
            prices = relaxed(model, time_limit=sides.settings.time_limit) if relaxing else None
        if prices is not None:
            pricing = Pricing(supply=supply, groups=groups, topics=topics, model=model, prices=prices)
            more = pricing.better(edges)
            if len(more.need):
                pairs = Pairs.joined([pairs, more])
                continue
        relaxing = False
        try:
            solution = _solved(sides, supply, model)
        except SettingError:  # a floor out of reach: over every pair, if these are not all
            more = supply.further(np.unique(edges.key(sides)), lambda some: np.ones(len(some.need), dtype=bool))
            if sides.settings.floor is None or not 0 < len(more.need) <= MOST_ADDED:
                raise
            pairs = Pairs.joined([pairs, more])
            continue
        if solution.prices is None:
            break
        pricing = Pricing(supply=supply, groups=groups, topics=topics, model=model, prices=solution.prices)
        more, closed = improving(pricing, edges, solution)
        if closed or not len(more.need):
            break
        pairs = Pairs.joined([pairs, more])
    bound = math.nan
    if solution.prices is not None:
        bound = solution.bound if closed else pricing.prices.bound + pricing.missed(more)
    return Composed(
        supply=supply, edges=edges, model=model, solution=solution, bound=bound, kept=stay, groups=groups, topics=topics
    )  # fmt: skip


def _keeping(sides: Sides, supply: Supply, model: Model, kept: Flags) -> Model:
    """Add that as many pairs of an earlier plan stay as can, rules kept and places filled first."""
    unit = float(model.value.max(initial=0.0)) or 1.0
    most = _solved(sides, supply, replace(model, value=np.where(kept, unit, 0.0)), plain=True)
    at = np.flatnonzero(kept)
    book = Book(model.edges)
    book.add(KEPT, "原方案尽量不动", row=np.zeros(len(at), dtype=np.int64), column=at, need=np.array([-1]),
             lower=float(most.chosen[kept].sum()), source="本次要求")  # fmt: skip
    book.extra = model.extra
    return replace(model, rows=(*model.rows, *book.rows()))


def _solved(sides: Sides, supply: Supply, model: Model, *, plain: bool = False) -> Solution:
    settings = sides.settings
    best = supply.best if len(sides.sections) < 2 else (supply.best > 0).astype(np.float64)
    with _named(sides):
        return solve(
            model, objective="total" if plain else settings.objective, floor=None if plain else settings.floor,
            best=best, solver=settings.solver, time_limit=settings.time_limit,
        )  # fmt: skip


@contextmanager
def _named(sides: Sides) -> Iterator[None]:
    """Give conflicts the names of needs and candidates."""
    try:
        yield
    except ConflictError as bad:
        if bad.rule == MISSED:
            raise ConflictError(MISSED, bad.subject, accepted=0, found=1, locked=False) from None
        raise bad.named(texts(sides.needs, "need_id"), sides.names) from None
