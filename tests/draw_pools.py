"""Small random pools for draws, from a seed, and what must hold of every draw, said slowly."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace

import numpy as np
import pandas as pd

from expertmatch.planning.draw import Draw
from expertmatch.planning.draw_pool import DrawPool, Limit

UNITS = ("西安交通大学", "西北大学", "周至县农技推广站")


def pool_of(needs: list[tuple[str, int, int]], people: dict[str, tuple[int, int]], edges: dict[str, str]) -> DrawPool:
    """Return a plain pool: needs (id, least, most), people (served, capacity), who could serve each need, by blanks."""
    ids, names = [need for need, _, _ in needs], list(people)
    pairs = [(ids.index(need), names.index(one)) for need, able in edges.items() for one in able.split()]
    return DrawPool(
        needs=pd.DataFrame([(n, f"题目{n}", a, b) for n, a, b in needs], columns=["need_id", "title", "least", "most"]),
        candidates=pd.DataFrame(
            [("expert", one, f"专家{one}", "", *facts) for one, facts in people.items()],
            columns=["kind", "id", "name", "unit", "served", "capacity"],
        ),
        need=np.array([need for need, _ in pairs], dtype=np.int64),
        candidate=np.array([one for _, one in pairs], dtype=np.int64),
    )


def random_pool(seed: int, *, plain: bool = False) -> DrawPool:
    """Return a pool; a plain one has capacities and nothing else."""
    dice = random.Random(seed)
    needs, people = dice.randint(1, 6), dice.randint(1, 9)
    frame, roles = [], []
    for need in range(needs):
        least = dice.randint(0, 3)
        most = least if plain else least + dice.choice([0, 0, 1, 2])
        own = 0
        if not plain and dice.random() < 0.4 and most:
            for label in ("主持人", "成员", "企业代表")[: dice.randint(1, 3)]:
                need_of = min(dice.randint(0, 2), most - own)
                own += need_of
                roles.append((need, label, need_of, need_of + dice.randint(0, 2)))
        frame.append((f"N{need:02d}", f"题目{need}", least, most))
    own_roles = [[i for i, role in enumerate(roles) if role[0] == need] for need in range(needs)]
    density = dice.choice([0.3, 0.6, 0.9])
    edges, reserve = [], []
    for need in range(needs):
        for one in range(people):
            if dice.random() < density:
                able = [role for role in own_roles[need] if dice.random() < 0.6] if own_roles[need] else [-1]
                wait = not plain and dice.random() < 0.3
                edges += [(need, one, role) for role in able]
                reserve += [wait] * len(able)
    need, candidate, role = (np.array([edge[i] for edge in edges], dtype=np.int64) for i in range(3))
    who = [(dice.choice(["expert", "society"]), f"E{i:02d}", f"专家{i}", dice.choice(UNITS)) for i in range(people)]
    counts = [(dice.randint(0, 2), dice.choice([0, 1, 1, 2, 3])) for _ in range(people)]
    pool = DrawPool(
        needs=pd.DataFrame(frame, columns=["need_id", "title", "least", "most"]),
        candidates=pd.DataFrame(
            [(*a, *b) for a, b in zip(who, counts, strict=True)],
            columns=["kind", "id", "name", "unit", "served", "capacity"],
        ),
        need=need, candidate=candidate, role=role, score=np.round(np.array([dice.random() for _ in edges]), 3),
        reserve=np.array(reserve, dtype=bool), roles=pd.DataFrame(roles, columns=["need", "label", "least", "most"]),
    )  # fmt: skip
    return pool if plain else _ruled(pool, dice)


def _ruled(pool: DrawPool, dice: random.Random) -> DrawPool:
    """Add clashes, limits per unit and over the plan, and pairs that may not be."""
    units = np.array(list(pool.candidates["unit"]), dtype=object)[pool.candidate]
    limits = []
    for need in range(len(pool.needs)):
        for unit in UNITS:
            edges = np.flatnonzero((pool.need == need) & (units == unit))
            if dice.random() < 0.4 and len(edges):
                limits.append(Limit(label=f"同一单位（{unit}）", most=dice.randint(0, 2), edges=edges))
    for unit in UNITS:
        if dice.random() < 0.3:
            limits.append(Limit(label=f"{unit}全年", most=dice.randint(-1, 3), edges=np.flatnonzero(units == unit)))
    numbers = range(len(pool.needs))
    clashes = [(a, b) for a in numbers for b in numbers if a < b and dice.random() < 0.25]
    barred = {(int(n), int(c)) for n, c in zip(pool.need, pool.candidate, strict=True) if dice.random() < 0.1}
    forbidden = [(int(n), int(c)) in barred for n, c in zip(pool.need, pool.candidate, strict=True)]
    return replace(
        pool, limits=tuple(limits), conflicts=np.array(clashes, dtype=np.int64).reshape(-1, 2),
        forbidden=np.array(forbidden, dtype=bool),
    )  # fmt: skip


def shuffled(pool: DrawPool, seed: int) -> DrawPool:
    """Return the same pool with needs, candidates and edges in another order."""
    dice = np.random.default_rng(seed)
    needs, people = dice.permutation(len(pool.needs)), dice.permutation(len(pool.candidates))
    edges = dice.permutation(pool.edges)
    new_need, new_one, new_edge = np.argsort(needs), np.argsort(people), np.argsort(edges)
    roles = pool.roles.assign(need=new_need[pool.roles["need"].to_numpy(dtype=np.int64)])
    return replace(
        pool, needs=pool.needs.iloc[needs].reset_index(drop=True), roles=roles,
        candidates=pool.candidates.iloc[people].reset_index(drop=True), need=new_need[pool.need[edges]],
        candidate=new_one[pool.candidate[edges]], role=pool.role[edges], score=pool.score[edges],
        reserve=pool.reserve[edges], locked=pool.locked[edges], forbidden=pool.forbidden[edges],
        conflicts=new_need[pool.conflicts],
        limits=tuple(Limit(label=one.label, most=one.most, edges=new_edge[one.edges]) for one in pool.limits),
    )  # fmt: skip


def broken_rules(pool: DrawPool, edges: list[int]) -> list[str]:
    """Say what some edges break, rule by rule."""
    found = []
    pairs = Counter((int(pool.need[e]), int(pool.candidate[e])) for e in edges)
    found += [f"{pair} twice" for pair, times in pairs.items() if times > 1]
    for one, times in Counter(int(pool.candidate[e]) for e in edges).items():
        if times > max(0, pool.candidates["capacity"].iloc[one]):
            found.append(f"candidate {one} serves {times}")
    for need, times in Counter(int(pool.need[e]) for e in edges).items():
        if times > pool.needs["most"].iloc[need]:
            found.append(f"need {need} has {times}")
    for role, times in Counter(int(pool.role[e]) for e in edges if pool.role[e] >= 0).items():
        if times > pool.roles["most"].iloc[role]:
            found.append(f"role {role} has {times}")
    for a, b in pool.conflicts.tolist():
        both = {one for need, one in pairs if need == a} & {one for need, one in pairs if need == b}
        found += [f"candidate {one} serves {a} and {b}" for one in both]
    for limit in pool.limits:
        if len(set(edges) & set(limit.edges.tolist())) > max(0, limit.most):
            found.append(f"limit {limit.label}")
    return found + [f"edge {e} is forbidden" for e in edges if pool.forbidden[e]]


def placed(drawn: Draw) -> dict[str, list[str]]:
    """Return who serves each need, by place."""
    return {str(need): list(own["candidate_id"]) for need, own in drawn.frame.groupby("need_id")}
