"""The fictional sample: its pool, its needs and its judged pairs, as every benchmark on it reads them."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

import expertmatch as em
from expertmatch.evaluation import Judgments

DATA = Path(__file__).parents[1] / "data"
KINDS = ("enterprise", "village", "other")
DAY = date(2026, 11, 1)
"""The day the sample is read for."""
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


@cache
def whole_pool() -> em.Pool:
    """Read the pool with every table that rules ask for, as it is on the sample's day."""
    names = ("works", "societies", "memberships", "relations", "availability", "engagements")
    return em.read_pool(DATA / "experts.csv", **{name: DATA / f"{name}.csv" for name in names}, today=DAY)


@cache
def all_needs() -> pd.DataFrame:
    """Read the needs of every programme."""
    names = (*KINDS, "programmes")
    return pd.concat([em.read_needs(DATA / f"needs_{name}.csv", today=DAY).frame for name in names], ignore_index=True)


@cache
def all_judgments() -> Judgments:
    """Read the judged pairs of experts, of every programme."""
    known = set(whole_pool().experts["expert_id"])
    parts = [em.read_judgments(DATA / name).frame for name in ("judgments.csv", "judgments_programmes.csv")]
    frame = pd.concat(parts, ignore_index=True)
    return Judgments(frame=frame[frame["expert_id"].isin(known)].reset_index(drop=True))


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
