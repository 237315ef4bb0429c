"""What pairs outside a model could add to a plan, by the prices of its linear program."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from expertmatch.planning.composing.build import LOCKED, build, scaled, values
from expertmatch.planning.composing.edges import Edges, Supply
from expertmatch.planning.composing.groups import Groups
from expertmatch.planning.composing.sides import Pairs
from expertmatch.planning.composing.team_rows import THERE, Topics
from expertmatch.planning.solver.model import Model, Rows
from expertmatch.planning.solver.solving import Prices, Solution
from expertmatch.scenarios.columns import Flags, Floats

KEPT = "kept"
"""The rule that pairs of an earlier plan stay; only pairs that are looked at anyway have its rows."""
MOST_ADDED = 100_000
"""So many pairs are added in one round at most."""
_FEW, _CHUNK = 2_000, 200_000
_NEAR = 1e-9


@dataclass(frozen=True, eq=False, kw_only=True)
class Pricing:
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
        worth = self.prices.reduced(pairs.need, pairs.expert, scaled(self.supply, pairs.need, pairs.score))
        return worth + self._asked[0][pairs.need] + self._asked[1]

    @cached_property
    def _asked(self) -> tuple[Floats, float]:
        """What rows could add to an edge that helps to keep them: of each need, and over the whole plan."""
        needs, everywhere = np.zeros(len(self.model.least)), 0.0
        for rows, price in zip(self.model.rows, self.prices.rows, strict=True):
            if rows.rule in (KEPT, LOCKED):
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
        return more.take(np.argsort(-self.reduced(more), kind="stable")[:MOST_ADDED])

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
            if rows.rule != LOCKED:
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


def improving(pricing: Pricing, edges: Edges, solution: Solution) -> tuple[Pairs, bool]:
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
            must = must | (scaled(supply, pairs.need, pairs.score) > solution.worst)
        return np.asarray(fit & (must | (gain > -reach + _NEAR)))

    near = supply.further(held, lambda pairs: wanted(pairs, spare))
    if not len(near.need):
        return near, True
    if len(near.need) <= max(_FEW, len(edges)):  # few enough to settle the plan in whole numbers too
        return near, False
    return supply.further(held, lambda pairs: wanted(pairs, 0.0)).take(slice(0, MOST_ADDED)), False


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
