"""What a draw is held over: needs, their roles, candidates, who may serve what, and what must hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from expertmatch.errors import SettingError
from expertmatch.scenarios.columns import Flags, Floats, Ints

NEED_COLUMNS = ("need_id", "title", "least", "most")
ROLE_COLUMNS = ("need", "label", "least", "most")
CANDIDATE_COLUMNS = ("kind", "id", "name", "unit", "served", "capacity")
EXCLUDED_COLUMNS = ("need_id", "reason", "count")


@dataclass(frozen=True, eq=False, kw_only=True)
class Limit:
    """At most so many of some edges: of one unit in a need, or what a quota still leaves over the whole plan.

    Parameters
    ----------
    label : str
        What people read, such as ``同一单位（西安交通大学）``.
    most : int
        How many; what the ledger holds of a quota is already taken off, less than 0 counts as 0.
    edges : ndarray of int64
        Positions of the edges that count.
    """

    label: str
    most: int
    edges: Ints


def _nobody() -> pd.DataFrame:
    return pd.DataFrame(columns=list(EXCLUDED_COLUMNS))


def _no_roles() -> pd.DataFrame:
    return pd.DataFrame({name: [] for name in ROLE_COLUMNS})


@dataclass(frozen=True, eq=False, kw_only=True)
class DrawPool:
    """Those who are past every rule, recusal and their own calendar, in any order of rows.

    An edge is a candidate in a role for a need; a candidate serves a need at most once, in whichever role.

    Parameters
    ----------
    needs : DataFrame
        ``need_id``, ``title``, ``least``, ``most``: how many must and can be drawn.
    candidates : DataFrame
        ``kind`` ("expert" or "society"), ``id``, ``name``, ``unit``, ``served`` (how often this year, by the ledger),
        ``capacity`` (how often yet; less than 0 counts as 0).
    need, candidate, role : ndarray of int64, shape (edges,)
        Positions in the three tables; ``role`` is -1 where the need has no roles.
    score : ndarray of float64, shape (edges,)
        Of the ranking; carried along, a draw does not look at it.
    roles : DataFrame
        ``need`` (position), ``label``, ``least``, ``most``; within a need in the order in which they are named.
    reserve : ndarray of bool, shape (edges,)
        Who is asked only where the others are too few (补充), such as those of lower rank. Of a pair, all edges or
        none.
    locked, forbidden : ndarray of bool, shape (edges,)
        Who serves without a lot, and who may not serve. A pair is locked where one of its edges is, and takes one
        of those that are.
    conflicts : ndarray of int64, shape (pairs, 2)
        Needs that nobody can serve both of.
    limits : tuple of Limit
        What else must hold.
    excluded : DataFrame
        ``need_id``, ``reason``, ``count``: who was kept out before, for the record.

    Raises
    ------
    SettingError
        A table lacks a column, ids repeat, edges repeat or point nowhere, or numbers contradict each other.

    Examples
    --------
    >>> needs = pd.DataFrame({"need_id": ["N1"], "title": ["猕猴桃溃疡病"], "least": [1], "most": [1]})
    >>> people = pd.DataFrame(
    ...     {"kind": "expert", "id": ["E1", "E2"], "name": ["张三", "李四"], "unit": "", "served": 0, "capacity": 2}
    ... )
    >>> DrawPool(needs=needs, candidates=people, need=np.zeros(2, dtype=np.int64), candidate=np.arange(2)).edges
    2
    """

    needs: pd.DataFrame
    candidates: pd.DataFrame
    need: Ints
    candidate: Ints
    role: Ints = None  # type: ignore[assignment]
    score: Floats = None  # type: ignore[assignment]
    reserve: Flags = None  # type: ignore[assignment]
    locked: Flags = None  # type: ignore[assignment]
    forbidden: Flags = None  # type: ignore[assignment]
    roles: pd.DataFrame = field(default_factory=_no_roles)
    conflicts: Ints = field(default_factory=lambda: np.empty((0, 2), dtype=np.int64))
    limits: tuple[Limit, ...] = ()
    excluded: pd.DataFrame = field(default_factory=_nobody)

    def __post_init__(self) -> None:
        number = len(self.need)
        empty: dict[str, Flags | Ints | Floats] = {
            "role": np.full(number, -1, dtype=np.int64),
            "score": np.full(number, np.nan),
            "reserve": np.zeros(number, dtype=bool),
            "locked": np.zeros(number, dtype=bool),
            "forbidden": np.zeros(number, dtype=bool),
        }
        for name, value in empty.items():
            if getattr(self, name) is None:
                object.__setattr__(self, name, value)
        _check_tables(self)
        _check_edges(self)
        _check_numbers(self)

    @property
    def edges(self) -> int:
        """How many edges there are."""
        return len(self.need)


def _check_tables(pool: DrawPool) -> None:
    tables = {
        "needs": NEED_COLUMNS,
        "candidates": CANDIDATE_COLUMNS,
        "roles": ROLE_COLUMNS,
        "excluded": EXCLUDED_COLUMNS,
    }
    for name, columns in tables.items():
        lacking = [column for column in columns if column not in getattr(pool, name)]
        if lacking:
            raise SettingError(name, list(getattr(pool, name).columns), f"有这些列的表：{'、'.join(columns)}")
    keys = {"needs": pool.needs["need_id"].astype(str), "candidates": who(pool.candidates)}
    for name, key in keys.items():
        again = key[key.duplicated()]
        if len(again):
            raise SettingError(name, str(again.iloc[0]), "编号各不相同的行")
        broken = [one for one in key if "\n" in one or "\t" in one]
        if broken:
            raise SettingError(name, broken[0], "没有换行和制表符的编号")


def _check_edges(pool: DrawPool) -> None:
    for name in ("candidate", "role", "score", "reserve", "locked", "forbidden"):
        if len(getattr(pool, name)) != pool.edges:
            raise SettingError(name, len(getattr(pool, name)), f"{pool.edges} 个值，与 need 一样多")
    _check_places("need", pool.need, 0, len(pool.needs))
    _check_places("candidate", pool.candidate, 0, len(pool.candidates))
    _check_places("role", pool.role, -1, len(pool.roles))
    _check_places("conflicts", pool.conflicts.ravel(), 0, len(pool.needs))
    for limit in pool.limits:
        _check_places("limits", limit.edges, 0, pool.edges)
    whose = pool.roles["need"].to_numpy(dtype=np.int64)
    _check_places("roles", whose, 0, len(pool.needs))
    expected = np.append(whose, -1)[pool.role]
    wrong = np.where(pool.role < 0, np.isin(pool.need, whose), expected != pool.need)
    if wrong.any():
        need = pool.needs["need_id"].iloc[int(pool.need[np.flatnonzero(wrong)[0]])]
        raise SettingError("role", need, "该需求自己的角色；没有角色的需求写 -1")
    triples = np.column_stack([pool.need, pool.candidate, pool.role])
    if len(np.unique(triples, axis=0)) != pool.edges:
        raise SettingError("need", "重复", "每个人在每条需求的每个角色上只有一行")
    pair = pool.need * len(pool.candidates) + pool.candidate
    if np.intersect1d(pair[pool.reserve], pair[~pool.reserve]).size:
        raise SettingError("reserve", "同一对既是又不是", "同一个人对同一条需求，要么都是后备，要么都不是")
    if np.intersect1d(pair[pool.locked], pair[pool.forbidden]).size:
        raise SettingError("locked", "同一对既保留又排除", "只保留，或只排除")


def _check_places(name: str, values: Ints, least: int, size: int) -> None:
    bad = values[(values < least) | (values >= size)]
    if len(bad):
        raise SettingError(name, int(bad[0]), f"{least} 到 {size - 1} 的位置")


def _check_numbers(pool: DrawPool) -> None:
    for table, labels in ((pool.needs, pool.needs["need_id"]), (pool.roles, pool.roles["label"])):
        for label, least, most in zip(labels, table["least"], table["most"], strict=True):
            if not 0 <= least <= most:
                raise SettingError("least", (least, most), f"“{label}”至少不小于 0，也不多于至多")
    needed: Counter[int] = Counter()
    for need, least in zip(pool.roles["need"], pool.roles["least"], strict=True):
        needed[int(need)] += int(least)
    for need, total in needed.items():
        most = int(pool.needs["most"].iloc[need])
        if total > most:
            raise SettingError("roles", total, f"各角色至少的人数合计不超过需求至多的 {most} 人")


def who(candidates: pd.DataFrame) -> pd.Series:
    """Return each candidate as a lot names it: ``expert:E001``.

    Parameters
    ----------
    candidates : DataFrame
        ``kind`` and ``id``.

    Returns
    -------
    Series of str
    """
    return candidates["kind"].astype(str) + ":" + candidates["id"].astype(str)


def listed(numbers: Sequence[object]) -> str:
    """Return values in a row for people, each once."""
    return "、".join(dict.fromkeys(map(str, numbers)))
