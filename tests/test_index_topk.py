"""Grouped top-k against brute force, with ties, shards and blocks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from expertmatch.index.topk import (
    BEST_ROWS,
    SCALE,
    Scored,
    group_scores,
    merge_topk,
    need_blocks,
    row_discounts,
    top_k,
)

TIED = st.sampled_from([0.1, 0.25, 0.5, 0.5000000000000001, 1.0])
DISCOUNTS = st.sampled_from([0.0, 0.3, 0.5, 0.999])


@st.composite
def products(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    """Products (needs, rows) with many ties and zeros, and the group of each row; some groups have no rows."""
    needs, rows = draw(st.integers(1, 4)), draw(st.integers(1, 40))
    value = st.sampled_from([0, 0, 1, 7, 2**29, 2**30])
    array = np.array(draw(st.lists(value, min_size=needs * rows, max_size=needs * rows)), dtype=np.int32)
    groups = sorted(draw(st.lists(st.integers(0, 4), min_size=rows, max_size=rows)))
    return array.reshape(needs, rows), np.array(groups, dtype=np.int64)


@st.composite
def scored(draw: st.DrawFn) -> Scored:
    pairs = sorted(draw(st.sets(st.tuples(st.integers(0, 3), st.integers(0, 9)), max_size=30)))
    scores = [draw(TIED) for _ in pairs]
    order = draw(st.permutations(range(len(pairs))))
    need, group = ([pairs[i][axis] for i in order] for axis in (0, 1))
    return Scored(np.array(need, dtype=np.int64), np.array(group, dtype=np.int64), np.array([scores[i] for i in order]))


def as_tuples(one: Scored) -> list[tuple[int, int, float]]:
    return list(zip(*(column.tolist() for column in one), strict=True))


def slow_top(pairs: list[tuple[int, int, float]], k: int) -> list[tuple[int, int, float]]:
    best: list[tuple[int, int, float]] = []
    for need in sorted({pair[0] for pair in pairs}):
        best.extend(sorted((pair for pair in pairs if pair[0] == need), key=lambda pair: (-pair[2], pair[1]))[:k])
    return best


@settings(deadline=None, max_examples=200)
@given(products(), DISCOUNTS)
def test_the_score_of_a_group_is_the_discounted_sum_of_its_best_rows(
    made: tuple[np.ndarray, np.ndarray], discount: float
) -> None:
    array, row_group = made
    expected = []
    for need, row in enumerate(array.tolist()):
        for group in sorted(set(row_group.tolist())):
            best = sorted((v for v, g in zip(row, row_group.tolist(), strict=True) if g == group and v), reverse=True)
            score = 0.0
            for place, value in enumerate(best[:16]):
                score += (1.0 - discount) * discount**place * (value / 2**30)
            if best:
                expected.append((need, group, score))
    assert as_tuples(group_scores(sparse.csr_array(array), row_group, discount)) == expected
    assert all(0 < score <= 1 for _, _, score in expected)


def test_stored_zeros_and_the_order_within_a_row_do_not_matter() -> None:
    data, columns = np.array([5, 0, 2**30, 7], dtype=np.int32), np.array([2, 1, 3, 0])
    messy = sparse.csr_array((data, columns, np.array([0, 4])), shape=(1, 4))
    tidy = sparse.csr_array(np.array([[7, 0, 5, 2**30]], dtype=np.int32))
    groups = np.array([0, 1, 2, 2])
    assert as_tuples(group_scores(messy, groups, 0.5)) == as_tuples(group_scores(tidy, groups, 0.5))
    assert group_scores(messy, groups, 0.5).group.tolist() == [0, 2]


@pytest.mark.parametrize("shape", [(0, 0), (3, 0), (0, 5), (3, 5)])
def test_nothing_scored_is_an_empty_result(shape: tuple[int, int]) -> None:
    none = group_scores(sparse.csr_array(shape, dtype=np.int32), np.zeros(shape[1], dtype=np.int64), 0.5)
    assert as_tuples(none) == as_tuples(top_k(none, 3)) == as_tuples(merge_topk([none, none], 3)) == []


def test_many_weak_rows_do_not_beat_one_good_one() -> None:
    weak, good = 2**27, 2**30
    array = np.array([[weak] * 20 + [good]], dtype=np.int32)
    groups = np.array([0] * 20 + [1])
    for discount in (0.0, 0.5, 0.8):
        found = group_scores(sparse.csr_array(array), groups, discount)
        assert found.score[0] < found.score[1]
        assert found.score[0] <= weak * SCALE


def test_only_the_sixteen_best_rows_count() -> None:
    many = group_scores(sparse.csr_array(np.full((1, 30), 2**20, dtype=np.int32)), np.zeros(30, dtype=np.int64), 0.9)
    some = group_scores(sparse.csr_array(np.full((1, 16), 2**20, dtype=np.int32)), np.zeros(16, dtype=np.int64), 0.9)
    assert as_tuples(many) == as_tuples(some)
    assert len(row_discounts(0.5)) == BEST_ROWS == 16
    assert row_discounts(0.0).tolist() == [1.0] + [0.0] * 15


@settings(deadline=None, max_examples=200)
@given(scored(), st.integers(1, 12))
def test_top_k_is_the_head_of_the_total_order(one: Scored, k: int) -> None:
    assert as_tuples(top_k(one, k)) == slow_top(as_tuples(one), k)


@settings(deadline=None, max_examples=200)
@given(scored(), st.integers(1, 12), st.integers(1, 4), st.data())
def test_shards_merged_are_the_whole(one: Scored, k: int, shards: int, data: st.DataObject) -> None:
    shard = np.array([data.draw(st.integers(0, shards - 1)) for _ in range(10)])
    parts = [top_k(Scored(*(column[shard[one.group] == i] for column in one)), k) for i in range(shards)]
    assert as_tuples(merge_topk(parts, k)) == as_tuples(top_k(one, k))


def test_no_shards_at_all_are_an_empty_result() -> None:
    assert as_tuples(merge_topk([], 3)) == []


@settings(deadline=None, max_examples=200)
@given(st.lists(st.integers(0, 50), max_size=30), st.integers(1, 60), st.integers(0, 2**33))
def test_blocks_cover_all_needs_once_and_keep_the_limits(work: list[int], limit: int, groups: int) -> None:
    blocks = list(need_blocks(np.array(work, dtype=np.int64), limit, groups))
    assert [i for block in blocks for i in range(len(work))[block]] == list(range(len(work)))
    for block in blocks:
        inside = work[block]
        assert inside
        assert len(inside) == 1 or sum(inside) <= limit
        assert len(inside) == 1 or len(inside) * groups <= 2**32


@settings(deadline=None, max_examples=100)
@given(products(), DISCOUNTS, st.integers(1, 100))
def test_scores_do_not_depend_on_the_blocks(made: tuple[np.ndarray, np.ndarray], discount: float, limit: int) -> None:
    array, row_group = made
    whole = as_tuples(group_scores(sparse.csr_array(array), row_group, discount))
    pieces = []
    for block in need_blocks((array > 0).sum(axis=1), limit, 5):
        part = group_scores(sparse.csr_array(array[block]), row_group, discount)
        pieces.extend(as_tuples(Scored(part.need + block.start, part.group, part.score)))
    assert pieces == whole
