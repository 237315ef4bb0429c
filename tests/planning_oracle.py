"""Small random models, and every choice of their edges looked at: what any solver of a plan must agree with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from expertmatch.planning.model import Model, Rows

TINY = 1e-9


def small_model(rng: np.random.Generator, *, plain: bool = False, most_edges: int = 10) -> Model:
    """Return a model small enough to look at every choice; ``plain`` ones are pure flows."""
    needs, experts = int(rng.integers(1, 4)), int(rng.integers(1, 5))
    pairs = [(i, j) for i in range(needs) for j in range(experts) if rng.random() < 0.8]
    edges = sorted(pairs + ([] if plain else [pair for pair in pairs if rng.random() < 0.15]))
    while len(edges) > most_edges:
        edges.pop(int(rng.integers(len(edges))))
    count = len(edges)
    need = np.array([i for i, _ in edges], dtype=np.int64)
    expert = np.array([j for _, j in edges], dtype=np.int64)
    value = np.round(rng.random(count), 1) if rng.random() < 0.3 else rng.normal(0.5, 0.4, count)
    least = rng.integers(0, 3, needs)
    extra = 0 if plain or rng.random() < 0.7 else int(rng.integers(1, 3))
    model = Model(
        need=need, expert=expert, value=value, least=least, most=least + rng.integers(0, 3, needs),
        minimum=rng.integers(0, 2, experts) * (rng.random() < 0.4), capacity=rng.integers(0, 4, experts),
        locked=(rng.random(count) < 0.1) & (rng.random() < 0.5), extra=extra,
        rows=() if plain else small_rows(rng, need, expert, count, extra),
    )  # fmt: skip
    return model


def small_rows(rng, need: np.ndarray, expert: np.ndarray, count: int, extra: int) -> tuple[Rows, ...]:
    """Return rules: quotas of groups in each need or over the plan, shares, presence of somebody; hard or priced."""
    found = []
    for number in range(int(rng.integers(0, 3))):
        members = rng.random(int(expert.max(initial=0)) + 1) < 0.5
        inside = members[expert].astype(float) if count else np.empty(0)
        whole = rng.random() < 0.4
        about = np.array([-1]) if whole else np.unique(need)
        dense = np.array([inside * ((need == one) | (one < 0)) for one in about]).reshape(len(about), count)
        if rng.random() < 0.2:
            everybody = np.array([((need == one) | (one < 0)).astype(float) for one in about])
            dense = dense - 0.4 * everybody.reshape(len(about), count)
        lower = np.where(rng.random(len(about)) < 0.6, rng.integers(0, 3, len(about)), -np.inf).astype(float)
        upper = np.where(rng.random(len(about)) < 0.5, rng.integers(0, 3, len(about)), np.inf).astype(float)
        upper = np.maximum(upper, lower)
        dense = np.hstack([dense, np.zeros((len(about), extra))])
        if extra and rng.random() < 0.7:
            dense[:, count + int(rng.integers(extra))] = -1.0
        price = float(rng.choice([0.3, 5.0])) if rng.random() < 0.5 else None
        found.append(
            Rows(
                rule=f"r{number}", label=f"规则{number}", matrix=sparse.csr_array(dense), lower=lower, upper=upper,
                need=about, subject=("",) * len(about), price=price,
            )
        )  # fmt: skip
    return tuple(found)


@dataclass(frozen=True)
class Every:
    """Every choice that keeps what is never passed: what it is worth, and what is missing of what must be."""

    choices: np.ndarray
    missing: np.ndarray
    worth: np.ndarray
    worst: np.ndarray
    need_value: np.ndarray

    @property
    def least(self) -> float:
        return float(self.missing.min())

    def best(self, kept: np.ndarray | None = None) -> float:
        """The largest worth among those with the least missing."""
        good = self.missing <= self.missing.min() + TINY
        good &= True if kept is None else kept
        return float(self.worth[good].max()) if good.any() else -np.inf


def every_choice(model: Model) -> Every:
    """Look at all choices, without any solver."""
    count, size = model.edges, model.edges + model.extra
    bits = ((np.arange(2**size)[:, None] >> np.arange(size)[None, :]) & 1).astype(float)
    edges = bits[:, :count]
    fits = (edges[:, model.locked] == 1).all(axis=1)
    missing = np.zeros(len(bits))
    for of, least, most in ((model.need, model.least, model.most), (model.expert, model.minimum, model.capacity)):
        for one in range(len(least)):
            held = edges[:, of == one].sum(axis=1)
            fits &= held <= most[one]
            missing += np.maximum(least[one] - held, 0)
    for a in range(count):
        for b in range(a):
            if model.need[a] == model.need[b] and model.expert[a] == model.expert[b]:
                fits &= edges[:, a] + edges[:, b] <= 1
    cost = np.zeros(len(bits))
    for rule in model.rows:
        reached = bits @ rule.matrix.toarray().T
        below = np.maximum(rule.lower - reached, 0)
        above = np.maximum(reached - rule.upper, 0)
        if rule.price is None:
            fits &= (above <= TINY).all(axis=1)
            missing += below.sum(axis=1)
        else:
            cost += rule.price * (below + above).sum(axis=1)
    free = np.where((edges == 1) & ~model.locked, model.value, np.inf) if count else np.full((len(bits), 1), np.inf)
    parts = [edges[:, model.need == one] @ model.value[model.need == one] for one in range(len(model.least))]
    return Every(
        choices=bits[fits], missing=missing[fits], worth=(edges @ model.value - cost)[fits],
        worst=free.min(axis=1)[fits], need_value=np.array(parts).T[fits],
    )  # fmt: skip
