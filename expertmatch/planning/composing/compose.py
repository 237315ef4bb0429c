"""The best plan: a model of the best pairs of each need, solved, and widened as long as that improves it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from expertmatch.errors import ConflictError, SettingError
from expertmatch.planning.composing.drafts import Book
from expertmatch.planning.composing.edges import Edges, Supply
from expertmatch.planning.composing.groups import Groups
from expertmatch.planning.composing.plan_rows import PlanRows
from expertmatch.planning.composing.sides import Pairs, Sides
from expertmatch.planning.composing.team_rows import THERE, Costs, TeamRows, Topics
from expertmatch.planning.solver.model import Model, Rows
from expertmatch.planning.solver.solving import Prices, Solution, relaxed, solve
from expertmatch.scenarios.columns import Flags, Floats, Ints, texts

_ROUNDS = 8
_MOST_ADDED, _FEW, _CHUNK = 100_000, 2_000, 200_000
_NEAR = 1e-9
_RULE, _COVER = 10.0, 0.5
"""In the unit of the best pair: what a soft rule counts; of what the best pair of a need usually is worth: what all its
sub-topics together count."""
_KEPT, _LOCKED = "kept", "locked"
"""Rules whose rows only pairs have that are looked at anyway."""
_MISSED = "要保留而排不进"


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
    _check_locked(sides)
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
            pricing = _Pricing(supply=supply, groups=groups, topics=topics, model=model, prices=prices)
            more = pricing.better(edges)
            if len(more.need):
                pairs = Pairs.joined([pairs, more])
                continue
        relaxing = False
        try:
            solution = _solved(sides, supply, model)
        except SettingError:  # a floor out of reach: over every pair, if these are not all
            more = supply.further(np.unique(edges.key(sides)), lambda some: np.ones(len(some.need), dtype=bool))
            if sides.settings.floor is None or not 0 < len(more.need) <= _MOST_ADDED:
                raise
            pairs = Pairs.joined([pairs, more])
            continue
        if solution.prices is None:
            break
        pricing = _Pricing(supply=supply, groups=groups, topics=topics, model=model, prices=solution.prices)
        more, closed = _improving(pricing, edges, solution)
        if closed or not len(more.need):
            break
        pairs = Pairs.joined([pairs, more])
    bound = math.nan
    if solution.prices is not None:
        bound = solution.bound if closed else pricing.prices.bound + pricing.missed(more)
    return Composed(
        supply=supply, edges=edges, model=model, solution=solution, bound=bound, kept=stay, groups=groups, topics=topics
    )  # fmt: skip


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
    return _scaled(supply, edges.need, edges.score)


def _scaled(supply: Supply, need: Ints, score: Floats) -> Floats:
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
        _LOCKED, _MISSED, row=np.asarray(row).reshape(-1), column=at, entry=-1.0, upper=-1.0, need=need,
        subject=[sides.names[one] for one in expert.tolist()], source="本次要求",
    )  # fmt: skip


def _keeping(sides: Sides, supply: Supply, model: Model, kept: Flags) -> Model:
    """Add that as many pairs of an earlier plan stay as can, rules kept and places filled first."""
    unit = float(model.value.max(initial=0.0)) or 1.0
    most = _solved(sides, supply, replace(model, value=np.where(kept, unit, 0.0)), plain=True)
    at = np.flatnonzero(kept)
    book = Book(model.edges)
    book.add(_KEPT, "原方案尽量不动", row=np.zeros(len(at), dtype=np.int64), column=at, need=np.array([-1]),
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
        if bad.rule == _MISSED:
            raise ConflictError(_MISSED, bad.subject, accepted=0, found=1, locked=False) from None
        raise bad.named(texts(sides.needs, "need_id"), sides.names) from None


def _check_locked(sides: Sides) -> None:
    """Refuse more pairs that must be than a need can have or somebody can take on, in whichever roles."""
    need, expert = sides.locked // len(sides.people), sides.locked % len(sides.people)
    ids = texts(sides.needs, "need_id")
    for of, most, rule, names in (
        (need, sides.wanted[1], "人数上限", ids), (expert, sides.capacity, "可承担的次数", sides.names),
    ):  # fmt: skip
        held = np.bincount(of, minlength=len(most))
        for one in np.flatnonzero(held > most)[:1].tolist():
            raise ConflictError(rule, names[one], accepted=float(most[one]), found=float(held[one]))


@dataclass(frozen=True, eq=False, kw_only=True)
class _Pricing:
    """What pairs outside a model could add to a plan, by the prices of its linear program."""

    supply: Supply
    groups: Groups
    topics: Topics
    model: Model
    prices: Prices

    def reduced(self, pairs: Pairs, above: float = -np.inf) -> Floats:
        """Return the value of pairs less the prices of everything they would take up; of several roles the best.

        Pairs that could not be above ``above`` even if they served every row that asks for more are not worked out.
        """
        found = np.full(len(pairs.need), -np.inf)
        at = np.flatnonzero(self._at_best(pairs) > above)
        for start in range(0, len(at), _CHUNK):
            part = at[start : start + _CHUNK]
            found[part] = self._reduced(pairs.take(part))
        return found

    def _at_best(self, pairs: Pairs) -> Floats:
        """Return what pairs could be worth at most, whatever rows they stand in."""
        worth = self.prices.reduced(pairs.need, pairs.expert, _scaled(self.supply, pairs.need, pairs.score))
        return worth + self._asked[0][pairs.need] + self._asked[1]

    @cached_property
    def _asked(self) -> tuple[Floats, float]:
        """What rows could add to an edge that helps to keep them: of each need, and over the whole plan."""
        needs, everywhere = np.zeros(len(self.model.least)), 0.0
        for rows, price in zip(self.model.rows, self.prices.rows, strict=True):
            if rows.rule in (_KEPT, _LOCKED):
                continue
            entries = rows.matrix.tocoo()
            gain = np.zeros(len(rows))
            np.maximum.at(gain, entries.row, -price[entries.row] * entries.data)
            if rows.rule in self._spreads:  # each group that is new to a team may count
                gain *= self._most_groups
            own = rows.need >= 0
            np.add.at(needs, rows.need[own], gain[own])
            everywhere += float(gain[~own].sum())
        return needs, everywhere

    @cached_property
    def _spreads(self) -> frozenset[str]:
        """Rules about how many different groups a team has."""
        return frozenset(rows.rule.removesuffix(THERE) for rows in self.model.rows if rows.rule.endswith(THERE))

    @cached_property
    def _most_groups(self) -> int:
        """How many groups of one sort a candidate is in at most, where numbers of groups are asked for."""
        lists = [part.scenario.composition for part in self.supply.sides.sections if part.scenario is not None]
        asked = {spread.of for one in lists if one is not None for spread in one.spreads}
        return max((int(np.bincount(self.groups.codes((of,))[0]).max(initial=1)) for of in sorted(asked)), default=1)

    def better(self, edges: Edges) -> Pairs:
        """Return pairs outside that would raise the bound of the linear program, the best of each need first."""
        sides = self.supply.sides
        held = np.unique(edges.key(sides))

        def wanted(pairs: Pairs) -> Flags:
            fit = np.asarray(~np.isin(sides.key(pairs.need, pairs.expert), held))
            fit[fit] = self.reduced(pairs.take(fit), _NEAR) > _NEAR
            return fit

        more = self.supply.further(held, wanted)
        return more.take(np.argsort(-self.reduced(more), kind="stable")[:_MOST_ADDED])

    def missed(self, more: Pairs) -> float:
        """Return what pairs that were not looked at could add at most to a plan."""
        gain = np.maximum(self.reduced(more, 0.0), 0.0)
        order = np.lexsort((-gain, more.need))
        need = more.need[order]
        start = np.flatnonzero(np.r_[True, need[1:] != need[:-1]]) if len(need) else np.empty(0, dtype=np.int64)
        place = np.arange(len(need)) - np.repeat(start, np.diff(np.r_[start, len(need)]))
        return float(gain[order][place < self.model.most[need]].sum())

    def _reduced(self, pairs: Pairs) -> Floats:
        sides = self.supply.sides
        edges = Edges.of(sides, pairs)
        value = self.prices.reduced(edges.need, edges.expert, values(self.supply, edges))
        for rows in build(self.supply, edges, self.groups, self.topics, every=True).rows:
            if rows.rule != _LOCKED:
                value = value - rows.matrix[:, : len(edges)].T @ self._price(rows)
        keys, wanted = edges.key(sides), sides.key(pairs.need, pairs.expert)
        best = np.full(len(wanted), -np.inf)
        order = np.argsort(wanted)
        np.maximum.at(best, order[np.searchsorted(wanted[order], keys)], value)
        return best

    def _price(self, rows: Rows) -> Floats:
        """Return the price of each row; one that the model does not have costs nothing.

        Whether a team has anybody of a new group is worth what the number of groups is.
        """
        held = self._held.get(rows.rule, {})
        worth = self._held.get(rows.rule.removesuffix(THERE), {}) if rows.rule.endswith(THERE) else {}
        new = [max(0.0, -worth.get((need, ""), 0.0)) for need in rows.need.tolist()]
        named = zip(rows.need.tolist(), rows.subject, new, strict=True)
        return np.array([held.get((need, subject), price) for need, subject, price in named], dtype=np.float64)

    @cached_property
    def _held(self) -> dict[str, dict[tuple[int, str], float]]:
        found: dict[str, dict[tuple[int, str], float]] = {}
        for rows, price in zip(self.model.rows, self.prices.rows, strict=True):  # scenarios may share a rule's name
            held = found.setdefault(rows.rule, {})
            for need, subject, one in zip(rows.need.tolist(), rows.subject, price.tolist(), strict=True):
                held[need, subject] = min(one, held.get((need, subject), one))  # of namesakes the lower: still a bound
        return found


def _improving(pricing: _Pricing, edges: Edges, solution: Solution) -> tuple[Pairs, bool]:
    """Return pairs that could be in a better plan, and whether there are none.

    A pair outside is worth at most its value less the prices of what it takes up. If the linear bound plus that is
    below the plan there is, no better plan has the pair.
    """
    supply, model, sides = pricing.supply, pricing.model, pricing.supply.sides
    held = np.unique(edges.key(sides))
    short = _short(model, solution)
    spare = max(pricing.prices.bound - (solution.total - solution.penalty), 0.0)

    def wanted(pairs: Pairs, reach: float) -> Flags:
        fit = np.asarray(~np.isin(sides.key(pairs.need, pairs.expert), held))
        gain = np.full(len(fit), -np.inf)
        gain[fit] = pricing.reduced(pairs.take(fit), -reach + _NEAR)
        must = short[pairs.need]
        if sides.settings.objective == "fair":
            must = must | (_scaled(supply, pairs.need, pairs.score) > solution.worst)
        return np.asarray(fit & (must | (gain > -reach + _NEAR)))

    near = supply.further(held, lambda pairs: wanted(pairs, spare))
    if not len(near.need):
        return near, True
    if len(near.need) <= max(_FEW, len(edges)):  # few enough to settle the plan in whole numbers too
        return near, False
    return supply.further(held, lambda pairs: wanted(pairs, 0.0)).take(slice(0, _MOST_ADDED)), False


def _short(model: Model, solution: Solution) -> Flags:
    """Say for which needs something that must be is missing; for all where the whole plan misses something."""
    short = solution.short > 0
    for rows, lack in zip(model.rows, solution.breach, strict=True):
        if rows.price is None:
            missed = rows.need[lack > _NEAR]
            short[missed[missed >= 0]] = True
            if (missed < 0).any():
                short[:] = True
    return np.asarray(short | bool(solution.idle.any()))
