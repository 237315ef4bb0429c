"""Every relaxation that is named makes the plan whole when it is made, and one unit less does not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse

from expertmatch.planning.assigning.shortage import explain_shortage
from expertmatch.planning.solver.lack import groups_of
from expertmatch.planning.solver.model import Model, Rows
from expertmatch.planning.solver.relax import Relaxation, relaxations
from expertmatch.planning.solver.solution import NOISE
from expertmatch.planning.solver.solving import solve

NEEDS, EXPERTS = 4, 5


def short_model(seed: int) -> Model:
    """Return a small model with too little room and a most of a group in each need."""
    rng = np.random.default_rng(seed)
    need, expert = np.nonzero(rng.random((NEEDS, EXPERTS)) < 0.7)
    wanted = rng.integers(1, 4, NEEDS)
    inside = np.flatnonzero(rng.random(EXPERTS)[expert] < 0.5)
    matrix = sparse.csr_array((np.ones(len(inside)), (need[inside], inside)), shape=(NEEDS, len(need)))
    few = Rows(rule="few", label="外单位人数", matrix=matrix, lower=np.full(NEEDS, -np.inf), upper=np.ones(NEEDS),
               need=np.arange(NEEDS), subject=("",) * NEEDS)  # fmt: skip
    return Model(need=need, expert=expert, value=rng.random(len(need)), least=wanted, most=wanted,
                 minimum=np.zeros(EXPERTS, np.int64), capacity=rng.integers(1, 3, EXPERTS),
                 locked=np.zeros(len(need), bool), rows=(few,))  # fmt: skip


def made(model: Model, change: Relaxation, units: dict[int, float]) -> Model:
    """Return the model with a change made."""
    if change.what == "rule":
        upper = model.rows[change.number].upper.copy()
        for at, count in units.items():
            upper[at] += count
        return replace(model, rows=(replace(model.rows[change.number], upper=upper),))
    if change.what == "places":
        least = model.least.copy()
        for at, count in units.items():
            least[at] -= round(count)
        return replace(model, least=least)
    capacity = model.capacity.copy()
    for at, count in units.items():
        capacity[at] += round(count)
    return replace(model, capacity=capacity)


@pytest.mark.parametrize("part", range(4))
def test_each_relaxation_makes_it_whole_and_one_unit_less_does_not(part):
    kinds = set()
    for seed in range(part * 25, part * 25 + 25):
        model = short_model(seed)
        found = solve(model)
        groups = groups_of(model, found)
        if len(groups) != 1:
            continue
        for change in relaxations(model, found, groups[0], seconds=10.0):
            if change.left > NOISE:
                continue
            kinds.add(change.what)
            assert not solve(made(model, change, change.units)).short.any()
            for at in change.units:
                less = {**change.units, at: change.units[at] - 1}
                assert solve(made(model, change, less)).short.any()
    assert kinds == {"capacity", "places", "rule"}


def test_every_relaxation_is_named_in_the_table():
    told = set()
    for seed in range(25):
        model = short_model(seed)
        found = solve(model)
        if not found.short.any():
            continue
        table = explain_shortage(model, found, needs=list("甲乙丙丁"), experts=list("子丑寅卯辰"))
        at = 0
        for group in groups_of(model, found):
            for change in relaxations(model, found, group, seconds=10.0):
                word = {"capacity": "加 ", "places": "少要 ", "rule": "“外单位人数”放宽 "}[change.what]
                assert word in table["relaxation"][at]
                told.add(change.what)
            at += len(group.lacks)
        assert at == len(table)
    assert told == {"capacity", "places", "rule"}


def test_needs_that_are_short_apart_are_helped_apart():
    two = np.full(2, 2)
    model = Model(need=np.arange(2), expert=np.arange(2), value=np.ones(2), least=two, most=two,
                  minimum=np.zeros(2, np.int64), capacity=np.ones(2, np.int64), locked=np.zeros(2, bool))  # fmt: skip
    found = solve(model)
    for group in groups_of(model, found):
        fewer = [one for one in relaxations(model, found, group, seconds=10.0) if one.what == "places"]
        assert [one.units for one in fewer] == [{int(group.needs[0]): 1.0}]
