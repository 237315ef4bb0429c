"""Draws over random pools: within every rule, and no place left open that could be filled."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import networkx as nx
import numpy as np
import pandas as pd
from draw_pools import broken_rules, random_pool
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import LinearConstraint, milp

from expertmatch.planning.drawing.draw import draw
from expertmatch.planning.drawing.pool import DrawPool

SEEDS = st.integers(0, 10**6)
POOLS = 150
"""Pools that are held against integer programming."""


@given(SEEDS)
@settings(max_examples=100, deadline=None)
def test_no_rule_is_broken_and_the_record_is_true(seed: int) -> None:
    pool = random_pool(seed)
    drawn = draw(pool, seed=str(seed))
    assert broken_rules(pool, drawn.edges.tolist()) == []
    assert drawn.record.verify() == []
    for need, title, wanted, has, missing in drawn.short.drop(columns="reason").itertuples(index=False, name=None):
        assert wanted - has == missing > 0, (need, title)


@given(SEEDS)
@settings(max_examples=100, deadline=None)
def test_what_stays_open_nobody_of_the_pool_could_simply_take(seed: int) -> None:
    pool = random_pool(seed)
    drawn = draw(pool, seed=str(seed))
    edges = drawn.edges.tolist()
    least = {need: int(a) for need, a in enumerate(pool.needs["least"])}
    roles = {role: int(a) for role, a in enumerate(pool.roles["least"])}
    has = Counter(int(pool.role[e]) for e in edges)
    for edge in range(pool.edges):
        need, role = int(pool.need[edge]), int(pool.role[edge])
        number = sum(pool.need[e] == need for e in edges)
        lacks = has[role] < roles[role] if role >= 0 else number < least[need]
        if lacks:
            assert broken_rules(pool, [*edges, edge]), f"edge {edge}"


def _max_flow(pool: DrawPool) -> int:
    graph = nx.DiGraph()
    for one, capacity in enumerate(pool.candidates["capacity"]):
        graph.add_edge("from", ("candidate", one), capacity=int(capacity))
    for need, least in enumerate(pool.needs["least"]):
        graph.add_edge(("need", need), "to", capacity=int(least))
    for need, one in zip(pool.need.tolist(), pool.candidate.tolist(), strict=True):
        graph.add_edge(("candidate", one), ("need", need), capacity=1)
    return int(nx.maximum_flow_value(graph, "from", "to"))


@given(SEEDS)
@settings(max_examples=100, deadline=None)
def test_as_many_places_are_filled_as_a_maximum_flow_fills(seed: int) -> None:
    pool = random_pool(seed, plain=True)
    drawn = draw(pool, seed=str(seed))
    assert len(drawn.edges) == _max_flow(pool)
    assert drawn.record.verify() == []


def test_larger_pools_are_filled_to_the_maximum_flow_too() -> None:
    dice = np.random.default_rng(5)
    for density in (0.02, 0.04, 0.08):
        able = dice.random((60, 90)) < density
        need, candidate = (each.astype(np.int64) for each in np.nonzero(able))
        pool = DrawPool(
            needs=pd.DataFrame({"need_id": [f"N{i:02d}" for i in range(60)], "title": "", "least": 2, "most": 2}),
            candidates=pd.DataFrame({
                "kind": "expert", "id": [f"E{i:02d}" for i in range(90)], "name": "虚构示例", "unit": "",
                "served": dice.integers(0, 3, 90), "capacity": dice.integers(0, 3, 90),
            }),
            need=need, candidate=candidate,
        )  # fmt: skip
        drawn = draw(pool, seed="大")
        assert len(drawn.edges) == _max_flow(pool)
        assert drawn.record.verify() == []


def _most_places(pool: DrawPool) -> int:
    """Return how many places that must be filled the pool without its reserve can fill, by integer programming."""
    own = pool.roles["need"].to_numpy(dtype=np.int64)
    sums = {need: int(pool.roles["least"][own == need].sum()) for need in range(len(pool.needs))}
    seats: list[tuple[int, str]] = []  # an edge on a place of its role, or on one of any role
    for edge in np.flatnonzero(~pool.reserve & ~pool.forbidden).tolist():
        seats += [(edge, "role"), *([(edge, "rest")] if pool.role[edge] >= 0 else [])]
    rules: dict[tuple[object, ...], tuple[set[int], int]] = {}
    for i, (edge, kind) in enumerate(seats):
        need, one, role = int(pool.need[edge]), int(pool.candidate[edge]), int(pool.role[edge])
        least = int(pool.needs["least"].iloc[need])
        names: list[tuple[tuple[object, ...], int]] = [
            (("candidate", one), max(0, int(pool.candidates["capacity"].iloc[one]))), (("pair", need, one), 1),
        ]  # fmt: skip
        if kind == "rest":
            names.append((("rest", need), max(0, least - sums[need])))
            names.append((("more", role), int(pool.roles["most"].iloc[role] - pool.roles["least"].iloc[role])))
        else:
            names.append((("role", need, role), least if role < 0 else int(pool.roles["least"].iloc[role])))
        names += [(("clash", one, a, b), 1) for a, b in pool.conflicts.tolist() if need in (a, b)]
        names += [(("limit", k), max(0, each.most)) for k, each in enumerate(pool.limits) if edge in each.edges]
        for name, most in names:
            rules.setdefault(name, (set(), most))[0].add(i)
    if not seats:
        return 0
    matrix = np.array([[float(i in members) for i in range(len(seats))] for members, _ in rules.values()])
    most = [float(bound) for _, bound in rules.values()]
    found = milp(
        -np.ones(len(seats)), constraints=LinearConstraint(matrix, -np.inf, most), integrality=1, bounds=(0, 1)
    )
    return round(-found.fun)


def test_with_roles_limits_and_clashes_hardly_a_place_is_lost() -> None:
    could = did = 0
    for seed in range(POOLS):
        pool = random_pool(seed)
        table = draw(pool, seed=str(seed)).record.table
        drawn, most = int(((table["轮次"] == "首轮") & (table["结果"] == "入选")).sum()), _most_places(pool)
        assert drawn <= most
        did, could = did + drawn, could + most
    assert did >= 0.99 * could


@given(SEEDS)
@settings(max_examples=100, deadline=None)
def test_what_one_draw_gave_can_be_locked_in_the_next(seed: int) -> None:
    pool = random_pool(seed)
    edges = draw(pool, seed="一").edges
    some = np.zeros(pool.edges, dtype=bool)
    some[edges[::2]] = True
    drawn = draw(replace(pool, locked=some), seed="二")
    assert set(edges[::2].tolist()) <= set(drawn.edges.tolist())
    assert broken_rules(pool, drawn.edges.tolist()) == []
    assert drawn.record.verify() == []


@given(SEEDS)
@settings(max_examples=100, deadline=None)
def test_every_alternate_could_stand_in_and_nobody_before_them_was_left_out(seed: int) -> None:
    pool = random_pool(seed)
    drawn = draw(pool, seed=str(seed), alternates=2)
    table = drawn.record.table
    edges = drawn.edges.tolist()
    who = (pool.candidates["kind"] + ":" + pool.candidates["id"]).tolist()
    ids = pool.needs["need_id"].tolist()
    for i, row in enumerate(drawn.frame.itertuples(index=False)):
        own = table[(table["需求"] == row.need_id) & (row.topped_up | (table["轮次"] != "补充"))]
        serving = {int(pool.candidate[e]) for e in edges if pool.need[e] == ids.index(row.need_id)}
        able = []
        for name in dict.fromkeys(own["候选"]):
            one = who.index(name)
            role = pool.role[edges[i]]
            same = np.flatnonzero(
                (pool.need == pool.need[edges[i]]) & (pool.candidate == one) & (pool.role == role)
            ).tolist()
            if one not in serving and same and not broken_rules(pool, [*edges[:i], *edges[i + 1 :], same[0]]):
                able.append(name)
        found = drawn.alternates[
            (drawn.alternates["need_id"] == row.need_id) & (drawn.alternates["place"] == row.place)
        ]
        assert (found["candidate_kind"] + ":" + found["candidate_id"]).tolist() == able[:2]
