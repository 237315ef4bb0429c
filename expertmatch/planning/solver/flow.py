"""The same optimum by ortools' minimum-cost flow, for plans without further rules."""

from __future__ import annotations

import math
from dataclasses import replace
from importlib import import_module
from typing import Any

import numpy as np

from expertmatch.errors import MissingExtraError, SettingError
from expertmatch.planning.solver.model import Model
from expertmatch.planning.solver.reach import Open, is_plain, left_open, most_filled
from expertmatch.planning.solver.solution import Solution, account
from expertmatch.scenarios.columns import Flags, Floats, Ints

_ERROR = 2.5e-7
_ROOM = 60
"""Costs times nodes stay below two to this power: the solver multiplies them in 64 bits."""


def solve_flow(model: Model, *, allowed: Flags | None = None) -> Solution:
    """Return the best choice of edges of a plain model.

    Values become whole costs on a scale so fine that the total is within 1e-6 of the optimum; the bound says how
    close it is proved to be.

    Parameters
    ----------
    model : Model
    allowed : ndarray of bool or None
        Edges that may be used; all without it.

    Returns
    -------
    Solution
        Without prices.

    Raises
    ------
    SettingError
        The model has rows or roles.
    MissingExtraError
        ortools is not installed.
    """
    if not is_plain(model):
        raise SettingError("solver", "flow", "“highs”；“flow” 只能解没有角色、名额、组成等附加要求的方案")
    try:
        flows = import_module("ortools.graph.python.min_cost_flow")
    except ImportError as missing:
        raise MissingExtraError("用最小费用流求解（solver=“flow”）", "flow") from missing
    rest = left_open(model, allowed)
    units = min(int(rest.most.sum()), int(rest.capacity.sum()), len(rest.edge))
    cost, scale = _costs(model.value[rest.edge], units, len(model.least) + len(model.capacity))
    edges = _chosen(flows, model, rest, cost, (int(rest.least.sum()), int(rest.minimum.sum())))
    if edges is None:
        edges = _chosen(flows, model, rest, cost, most_filled(model, rest))
    if edges is None:
        raise AssertionError("两个最大流不能同时达到，这不应发生")
    chosen = model.locked.copy()
    chosen[rest.edge[edges]] = True
    solution = account(model, chosen)
    exact = -int(cost[edges].sum()) / scale + math.fsum(model.value[model.locked])
    return replace(solution, bound=max(solution.total, exact + 0.5 * units / scale))


def _costs(value: Floats, units: int, nodes: int) -> tuple[Ints, float]:
    """Return whole costs, and what one unit of value is in them: a power of two, so that scaling is exact."""
    largest = max(float(np.abs(value).max(initial=0)), 1e-300)
    wanted = math.ceil(math.log2(max(units, 1) / _ERROR))
    possible = _ROOM - math.ceil(math.log2(nodes + 4)) - math.ceil(math.log2(largest))
    scale = 2.0 ** min(wanted, possible)
    return np.round(-value * scale).astype(np.int64), scale


def _chosen(flows: Any, model: Model, rest: Open, cost: Ints, filled: tuple[int, int]) -> Ints | None:
    """Return which of the open edges carry flow with so many places and services filled; ``None`` where none can.

    Required places are fed by one node and the others by a second, which also takes what candidates give beyond what
    they must, so that others are used only where that pays.
    """
    places, services = filled
    needs = len(model.least)
    who, of = np.unique(model.expert[rest.edge], return_inverse=True)
    if services > int(rest.minimum[who].sum()):
        return None
    required, given, other = needs + len(who), needs + len(who) + 1, needs + len(who) + 2
    arcs = [
        (model.need[rest.edge], needs + of, np.ones(len(of), np.int64), cost),
        (np.full(needs, required), np.arange(needs), rest.least, None),
        (np.full(needs, other), np.arange(needs), rest.most - rest.least, None),
        (needs + np.arange(len(who)), np.full(len(who), given), rest.minimum[who], None),
        (needs + np.arange(len(who)), np.full(len(who), other), (rest.capacity - rest.minimum)[who], None),
    ]
    flow = flows.SimpleMinCostFlow()
    numbers = None
    for tail, head, room, price in arcs:
        kept = room > 0
        each = np.zeros(int(kept.sum()), np.int64) if price is None else price[kept]
        added = flow.add_arcs_with_capacity_and_unit_cost(
            tail[kept].astype(np.int32), head[kept].astype(np.int32), room[kept].astype(np.int64), each
        )
        numbers = added if numbers is None else numbers
    ends = np.array([required, given, other], dtype=np.int32)
    flow.set_nodes_supplies(ends, np.array([places, -services, services - places], dtype=np.int64))
    status = flow.solve()
    if status == flow.OPTIMAL:
        return np.flatnonzero(np.asarray(flow.flows(numbers)) > 0)
    if status == flow.INFEASIBLE:
        return None
    raise SettingError("solver", "flow", f"“highs”；最小费用流没有解出（{status}）")
