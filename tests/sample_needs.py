"""The sample's tables and needs, read once for the tests that need all of them."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

import pandas as pd

import expertmatch as em

DATA = Path(__file__).parent.parent / "data"
DAY = date(2026, 11, 1)
NEEDS = ("enterprise", "village", "other", "programmes")
TABLES = ("works", "societies", "memberships", "relations", "availability", "engagements")


@cache
def pool() -> em.Pool:
    return em.read_pool(DATA / "experts.csv", **{name: DATA / f"{name}.csv" for name in TABLES}, today=DAY)  # type: ignore[arg-type]


@cache
def needs() -> pd.DataFrame:
    frames = [em.read_needs(DATA / f"needs_{name}.csv", today=DAY).frame for name in NEEDS]
    return pd.concat(frames, ignore_index=True)


@cache
def ranking() -> em.Ranking:
    """All needs of the sample, each by the rules of its own scenario."""
    return em.Matcher(scenario="auto").fit(pool()).rank(needs(), top=10)
