"""What of a pool is indexed."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from expertmatch.index import Rows
from expertmatch.ranking.candidates import candidate_key
from expertmatch.scenarios.columns import texts
from expertmatch.tables.pool import Pool


def pool_rows(pool: Pool, kinds: Sequence[str] = ("expert",)) -> Rows:
    """Return what is indexed of a pool.

    Of an expert every work, and fields and bio as a profile row; of a society name and scope as a profile row, and
    every work of its members.

    Parameters
    ----------
    pool : Pool
        The checked tables.
    kinds : sequence of {"expert", "society"}, default ("expert",)
        Which candidates.

    Returns
    -------
    Rows
    """
    works = columns(pool.works, "expert_id", "work_id", "title", "text", "keywords")
    keys: list[str] = []
    rows: list[tuple[str, ...]] = []
    if "expert" in kinds:
        profiles = columns(pool.experts, "expert_id", "fields", "bio")
        keys += [expert for expert, *_ in profiles]
        rows += [*works, *((expert, "", fields, bio) for expert, fields, bio in profiles)]
    if "society" in kinds:
        of_expert: dict[str, list[tuple[str, ...]]] = {}
        for work in works:
            of_expert.setdefault(work[0], []).append(work[1:])
        societies = columns(pool.societies, "society_id", "name", "scope")
        keys += [candidate_key("society", society) for society, *_ in societies]
        rows += [(candidate_key("society", society), "", name, scope) for society, name, scope in societies]
        members = sorted(set(columns(pool.memberships, "society_id", "expert_id")))
        rows += [
            (candidate_key("society", society), *work)
            for society, expert in members
            for work in of_expert.get(expert, ())
        ]
    return Rows.build(keys, rows)


def columns(frame: pd.DataFrame, *names: str) -> list[tuple[str, ...]]:
    """Return columns as rows of texts, empty where a cell or a column is missing."""
    return list(zip(*(texts(frame, name) for name in names), strict=True))
