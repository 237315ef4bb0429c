"""The smallest change of one kind that would make up what a plan lacks: capacity, places, or one of its rules."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from expertmatch.planning.solver.highs import maximise
from expertmatch.planning.solver.lack import Group
from expertmatch.planning.solver.model import Model
from expertmatch.planning.solver.program import Columns, Layout
from expertmatch.planning.solver.solution import NOISE, Solution
from expertmatch.scenarios.columns import Flags, Floats, Ints

_FIRST = 1000.0
"""How many units of change are rather made than one place left empty."""

What = Literal["capacity", "places", "services", "rule"]


@dataclass(frozen=True, eq=False, kw_only=True)
class Relaxation:
    """A change of one kind.

    Parameters
    ----------
    what : {"capacity", "places", "services", "rule"}
        More services of candidates, fewer places of needs, fewer services that candidates must get, or a rule.
    number : int
        Which rule; 0 otherwise.
    units : dict of int to float
        By how much, for each candidate, need or row.
    left : float
        What would be missing still.
    """

    what: What
    number: int
    units: dict[int, float]
    left: float

    @property
    def amount(self) -> float:
        """How many units in all."""
        return sum(self.units.values())


def relaxations(model: Model, solution: Solution, group: Group, *, seconds: float) -> list[Relaxation]:
    """Return the smallest change of each kind that helps, each by itself and with everything else as it is.

    Nothing else may lack more than it does.

    Parameters
    ----------
    model : Model
    solution : Solution
        With as little missing as can be.
    group : Group
        What is to be made up.
    seconds : float
        For each kind.

    Returns
    -------
    list of Relaxation
        Those that leave nothing missing first, then by units.
    """
    kinds: list[tuple[What, int]] = [("capacity", 0), ("places", 0)]
    if solution.idle.any():
        kinds.append(("services", 0))
    kinds += [("rule", number) for number, rule in enumerate(model.rows) if rule.price is None]
    missing = sum(lack.missing for lack in group.lacks)
    found = []
    for what, number in kinds:
        change = _smallest(model, solution, group, what, number, seconds)
        if change is not None and change.left < missing - NOISE:
            found.append(change)
    return sorted(found, key=lambda one: (one.left > NOISE, one.left, one.amount))


def _smallest(
    model: Model, solution: Solution, group: Group, what: What, number: int, seconds: float
) -> Relaxation | None:
    elastic: list[tuple[Literal["need", "expert", "pair", "rows", "floor"], int]] = []
    if what == "capacity":
        elastic = [("expert", 0)]
    elif what == "rule":
        elastic = [("rows", number)]
    layout = Layout(model, elastic=elastic)
    columns = layout.columns()
    now = _now(layout, columns, solution)
    changed = _changed(layout, columns, what, number)
    if what in {"places", "services"}:  # what other groups lack is no change of this one
        own = group.needs if what == "places" else _services_of(model, group)
        changed &= (now <= NOISE) | np.isin(columns.subject, own)
    wanted = _wanted(layout, columns, group) & ~changed
    program = layout.program("any", shortfall=None)
    most, gain = program.most.copy(), program.gain.copy()
    soft = np.array([block.price is not None for block in layout.blocks])[columns.block]
    behind = slice(layout.variables, len(most))
    most[behind] = np.where(changed | soft, most[behind], np.minimum(most[behind], now))
    gain[behind] = -changed.astype(float) - _FIRST * wanted
    outcome = maximise(replace(program, most=most, gain=gain), seconds=seconds)
    if outcome.values is None:
        return None
    values = outcome.values[behind]
    at = np.flatnonzero(changed & (values > NOISE))
    units: dict[int, float] = {}
    for one in at.tolist():
        subject = int(columns.subject[one])
        units[subject] = units.get(subject, 0.0) + round(float(values[one]), 6)
    return Relaxation(what=what, number=number, units=units, left=round(float(values[wanted].sum()), 6))


def _now(layout: Layout, columns: Columns, solution: Solution) -> Floats:
    """Return what each column takes up in the solution."""
    now = np.zeros(len(columns.block))
    for at, block in enumerate(layout.blocks):
        here = (columns.block == at) & (columns.sign > 0)
        if block.kind == "need":
            now[here] = solution.short[columns.subject[here]]
        elif block.kind == "expert":
            now[here] = solution.idle[columns.subject[here]]
        elif block.kind == "rows" and block.price is None:
            now[here] = solution.breach[block.number][columns.subject[here]]
    return now + NOISE * (now > 0)


def _services_of(model: Model, group: Group) -> Ints:
    """Return whose required services this group is about: those who lack one, and who could serve its needs."""
    short = [lack.subject for lack in group.lacks if lack.what == "expert"]
    return np.union1d(model.expert[np.isin(model.need, group.needs)], np.array(short, np.int64))


def _changed(layout: Layout, columns: Columns, what: What, number: int) -> Flags:
    kind, side = {"capacity": ("expert", -1), "places": ("need", 1), "services": ("expert", 1), "rule": ("rows", 0)}[
        what
    ]
    right = np.array([block.kind == kind and block.number == number for block in layout.blocks])
    found: Flags = right[columns.block] & ((columns.sign == side) | (side == 0))
    return found


def _wanted(layout: Layout, columns: Columns, group: Group) -> Flags:
    """Return the columns of what the group lacks."""
    wanted = np.zeros(len(columns.block), bool)
    for at, block in enumerate(layout.blocks):
        name = "rule" if block.kind == "rows" else block.kind
        own = [lack.subject for lack in group.lacks if lack.what == name and lack.number == block.number]
        if own:
            wanted |= (columns.block == at) & (columns.sign > 0) & np.isin(columns.subject, own)
    return wanted
