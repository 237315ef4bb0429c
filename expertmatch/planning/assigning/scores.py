"""Scores, pairs and numbers as people give them to :func:`expertmatch.assign`, as arrays or refused by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from expertmatch.errors import SettingError, UnknownNameError
from expertmatch.scenarios.columns import Flags, Floats, Ints


@dataclass(frozen=True, eq=False, kw_only=True)
class Scores:
    """Who could serve what, and how well.

    Parameters
    ----------
    need, expert : ndarray of int64
        Positions, sorted.
    value : ndarray of float64
    needs, experts : tuple
        Labels; positions where none were given.
    labelled : bool
        Whether labels were given.
    """

    need: Ints
    expert: Ints
    value: Floats
    needs: tuple[Any, ...]
    experts: tuple[Any, ...]
    labelled: bool

    @property
    def shape(self) -> tuple[int, int]:
        """How many needs and experts there are."""
        return len(self.needs), len(self.experts)

    def names(self) -> tuple[list[str], list[str]]:
        """Return the names that sentences use: the labels, or what position it is."""
        if self.labelled:
            return list(map(str, self.needs)), list(map(str, self.experts))
        return [f"第 {at + 1} 项需求" for at in self.needs], [f"第 {at + 1} 位专家" for at in self.experts]

    def edges(self) -> sparse.csr_array:
        """Return the number of each edge, counted from 1, by need and expert."""
        numbers = np.arange(1, len(self.need) + 1)
        return sparse.csr_array((numbers, (self.need, self.expert)), shape=self.shape)


def read_scores(scores: object) -> Scores:
    """Return scores of any accepted kind as edges.

    Parameters
    ----------
    scores : array, sparse matrix or DataFrame
        Needs by experts. NaN, and what a sparse matrix does not store, is no candidate; a stored 0 is one.

    Returns
    -------
    Scores

    Raises
    ------
    SettingError
        Not two-dimensional, not numbers, infinite, or labels twice.
    """
    labels: tuple[tuple[Any, ...], tuple[Any, ...]] | None = None
    if isinstance(scores, pd.DataFrame):
        labels = tuple(scores.index), tuple(scores.columns)
        for name, given in (("行名", labels[0]), ("列名", labels[1])):
            twice = pd.Index(given)[pd.Index(given).duplicated()]
            if len(twice):
                raise SettingError("scores", twice[0], f"{name}各不相同的表；{name}“{twice[0]}”出现了不止一次")
        frame = scores
        scores = _numbers("scores", lambda: frame.to_numpy(dtype=np.float64, na_value=np.nan))
    if sparse.issparse(scores):
        need, expert, value, shape = _stored(scores)
    else:
        dense = _numbers("scores", lambda: np.asarray(scores, dtype=np.float64))
        if dense.ndim != 2:
            raise SettingError("scores", f"{dense.ndim} 维数组", "二维的：每行一项需求，每列一位专家")
        need, expert = np.nonzero(~np.isnan(dense))
        value, shape = dense[need, expert], dense.shape
    if np.isinf(value).any():
        at = int(np.flatnonzero(np.isinf(value))[0])
        told = "有限的数；不能安排的组合写成空（NaN），或写进 forbidden"
        raise SettingError("scores", f"第 {need[at] + 1} 行第 {expert[at] + 1} 列的 {value[at]}", told)
    needs, experts = labels if labels is not None else (tuple(range(shape[0])), tuple(range(shape[1])))
    return Scores(
        need=need.astype(np.int64), expert=expert.astype(np.int64), value=value.astype(np.float64), needs=needs,
        experts=experts, labelled=labels is not None,
    )  # fmt: skip


def _stored(scores: Any) -> tuple[Ints, Ints, Floats, tuple[int, int]]:
    table = sparse.csr_array(scores).astype(np.float64)
    table.sum_duplicates()
    need = np.repeat(np.arange(table.shape[0]), np.diff(table.indptr))
    kept = ~np.isnan(table.data)
    return need[kept], table.indices[kept], table.data[kept], table.shape


def _numbers(name: str, made: Callable[[], Any]) -> Any:
    try:
        return made()
    except (TypeError, ValueError) as bad:
        raise SettingError(name, "其中有不是数的内容", "数；没有候选的地方留空（NaN）") from bad


def whole_numbers(name: str, given: object, labels: Sequence[Any], *, of: str) -> Ints:
    """Return one whole number, 0 or above, for each need or expert.

    Parameters
    ----------
    name : str
        Of the setting.
    given : int, or sequence of int, or Series by label
    labels : sequence
        Of the needs or experts.
    of : str
        What they are, in Chinese.

    Returns
    -------
    ndarray of int64

    Raises
    ------
    SettingError
    """
    if isinstance(given, pd.Series) and not given.index.equals(pd.RangeIndex(len(labels))):
        missing = [label for label in labels if label not in given.index]
        if missing:
            raise SettingError(name, f"没有“{missing[0]}”的表", f"每{of}都有一个数的表")
        given = given.loc[list(labels)].to_numpy()
    told = f"不小于 0 的整数，或每{of}一个（共 {len(labels)} 个）"
    try:
        array = np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError) as bad:
        raise SettingError(name, given, told) from bad
    if isinstance(given, bool) or array.ndim > 1 or (array.ndim == 1 and len(array) != len(labels)):
        raise SettingError(name, given if array.ndim == 0 else f"{array.shape} 的数组", told)
    wrong = ~(np.isfinite(array) & (array >= 0) & (array == np.round(array)))
    if wrong.any():
        raise SettingError(name, array.flat[int(np.flatnonzero(wrong)[0])].item(), told)
    return np.broadcast_to(array, (len(labels),)).astype(np.int64)


def positions(name: str, given: object, labels: Sequence[Any], *, of: str) -> Ints:
    """Return the positions that a boolean array, positions or labels stand for, in order.

    Parameters
    ----------
    name, labels, of
        As for :func:`whole_numbers`.
    given : array of bool, or sequence of positions or labels

    Returns
    -------
    ndarray of int64

    Raises
    ------
    SettingError
        A boolean array of another length.
    UnknownNameError
        Nothing of that name.
    """
    items = list(given) if isinstance(given, Sequence | np.ndarray | pd.Series | pd.Index | set | frozenset) else None
    if items is None or isinstance(given, str):
        raise SettingError(name, given, f"一组{of}的编号，或每{of}一个真假")
    if items and _all_flags(items):
        if len(items) != len(labels):
            raise SettingError(name, f"{len(items)} 个真假", f"每{of}一个（共 {len(labels)} 个）")
        return np.flatnonzero(np.array(items, dtype=bool))
    place = {label: at for at, label in enumerate(labels)}
    return np.unique(np.array([_position(item, place, of) for item in items], dtype=np.int64))


def _all_flags(items: Sequence[Any]) -> bool:
    return all(isinstance(item, bool | np.bool_) for item in items)


def _position(item: Any, place: dict[Any, int], of: str) -> int:
    try:
        return place[item]
    except (KeyError, TypeError):
        raise UnknownNameError(of, str(item), map(str, list(place))) from None


def pairs(name: str, given: object, scores: Scores) -> tuple[Ints, Ints]:
    """Return pairs of need and expert given as a boolean table or one by one.

    Parameters
    ----------
    name : str
        Of the setting.
    given : boolean array, sparse matrix or DataFrame, or sequence of (need, expert), or None
    scores : Scores

    Returns
    -------
    ndarray, ndarray
        Positions.

    Raises
    ------
    SettingError, UnknownNameError
    """
    if given is None:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    told = f"与 scores 一样大的真假表（{scores.shape[0]} × {scores.shape[1]}），或一组（需求，专家）"
    if isinstance(given, pd.DataFrame):
        needs = positions(name, list(given.index), scores.needs, of="需求")
        experts = positions(name, list(given.columns), scores.experts, of="专家")
        if len(needs) != scores.shape[0] or len(experts) != scores.shape[1]:
            raise SettingError(name, f"{given.shape} 的表", told)
        given = given.loc[list(scores.needs), list(scores.experts)].to_numpy()
    if isinstance(given, list) and given and all(isinstance(row, list) and _all_flags(row) for row in given):
        given = np.array(given, dtype=bool)
    if sparse.issparse(given) or (isinstance(given, np.ndarray) and given.dtype == bool):
        flags = sparse.csr_array(given)
        if flags.shape != scores.shape:
            raise SettingError(name, f"{flags.shape} 的表", told)
        rows, columns = flags.nonzero()
        return rows.astype(np.int64), columns.astype(np.int64)
    if not isinstance(given, Sequence | np.ndarray | set | frozenset) or isinstance(given, str):
        raise SettingError(name, given, told)
    need_at = {label: at for at, label in enumerate(scores.needs)}
    expert_at = {label: at for at, label in enumerate(scores.experts)}
    needs_given, experts_given = [], []
    for pair in given:
        if isinstance(pair, str) or not isinstance(pair, Sequence | np.ndarray) or len(pair) != 2:
            raise SettingError(name, pair, told)
        needs_given.append(_position(pair[0], need_at, "需求"))
        experts_given.append(_position(pair[1], expert_at, "专家"))
    return np.array(needs_given, dtype=np.int64), np.array(experts_given, dtype=np.int64)


def edge_flags(scores: Scores, which: tuple[Ints, Ints]) -> tuple[Flags, Ints]:
    """Return which edges are among pairs, and which of the pairs are no edges.

    Parameters
    ----------
    scores : Scores
    which : (ndarray, ndarray)

    Returns
    -------
    ndarray of bool, ndarray of int64
    """
    found = np.zeros(len(scores.need), bool)
    if not len(which[0]):
        return found, np.empty(0, np.int64)
    key = scores.need * max(scores.shape[1], 1) + scores.expert
    asked = which[0] * max(scores.shape[1], 1) + which[1]
    found[np.isin(key, asked)] = True
    return found, np.flatnonzero(~np.isin(asked, key))
