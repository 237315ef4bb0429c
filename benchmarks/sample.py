"""The fictional sample: its pool, its needs and its judged pairs, as every benchmark on it reads them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

import expertmatch as em
from expertmatch.evaluation import Judgments

DATA = Path(__file__).parents[1] / "data"
KINDS = ("enterprise", "village", "other")
GROUPS = {"E": "企业技术难题", "V": "帮扶需求", "O": "其他"}
"""First letter of a need's id to what sort of need it is."""


@cache
def pool() -> em.Pool:
    """Read the pool."""
    tables = {name: DATA / f"{name}.csv" for name in ("works", "societies", "memberships")}
    return em.read_pool(DATA / "experts.csv", **tables)


@cache
def needs() -> pd.DataFrame:
    """Read all needs."""
    return pd.concat([em.read_needs(DATA / f"needs_{kind}.csv").frame for kind in KINDS], ignore_index=True)


@cache
def judgments() -> Judgments:
    """Read the judged pairs."""
    return em.read_judgments(DATA / "judgments.csv")


def halves(ids: list[str], splits: int) -> list[tuple[int, set[str], set[str]]]:
    """Return seed, needs to fit on and needs to report on: both ways round for every seed."""
    found = []
    for seed in range(splits):
        order = [ids[i] for i in np.random.default_rng(seed).permutation(len(ids))]
        one, two = set(order[: len(ids) // 2]), set(order[len(ids) // 2 :])
        found += [(seed, one, two), (seed, two, one)]
    return found


def told(machine: dict[str, object]) -> str:
    """Return the machine and the versions as a line."""
    packages = machine["packages"]
    assert isinstance(packages, dict)
    versions = ", ".join(f"{name} {version}" for name, version in packages.items())
    return f"{machine['cpu']}, {machine['cores']} cores, {machine['system']}, Python {machine['python']}; {versions}"
