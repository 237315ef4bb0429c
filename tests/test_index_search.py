"""Both ways of searching give what scoring every pair gives, byte for byte."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from expertmatch.index import compiled, search
from expertmatch.index.search import Search
from expertmatch.index.topk import Scored, group_scores, top_k


class Case(NamedTuple):
    needs: sparse.csr_array
    rows: sparse.csr_array
    group: np.ndarray
    groups: int
    allowed: np.ndarray
    barred: list[np.ndarray]
    k: int
    discount: float


@st.composite
def cases(draw: st.DrawFn, most_rows: int = 300) -> Case:
    """Needs and rows of few terms with many ties; some groups without rows, one perhaps of very many."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    needs, rows, terms = draw(st.integers(1, 7)), draw(st.integers(1, most_rows)), draw(st.integers(1, 6))
    groups = draw(st.integers(1, 60))
    heavy = draw(st.sampled_from([0.0, 0.5, 0.95]))
    group = np.where(random.random(rows) < heavy, groups // 2, random.integers(0, groups, rows))
    values = np.array(draw(st.sampled_from([[1, 2], [1, 100, 13_000], [13_000], [7, 9_999, 13_000]])))
    density = draw(st.sampled_from([0.05, 0.3, 0.9]))

    def some(count: int) -> sparse.csr_array:
        held = random.choice(values, (count, terms)) * (random.random((count, terms)) < density)
        return sparse.csr_array(held.astype(np.int16))

    return Case(
        needs=some(needs),
        rows=some(rows),
        group=np.sort(group).astype(np.int64),
        groups=groups,
        allowed=random.random(groups) < draw(st.sampled_from([0.5, 1.0])),
        barred=[np.flatnonzero(random.random(groups) < draw(st.sampled_from([0.0, 0.2]))) for _ in range(needs)],
        k=draw(st.integers(1, 30)),
        discount=draw(st.sampled_from([0.0, 0.3, 0.5, 0.9])),
    )


def expected(case: Case) -> Scored:
    products = sparse.csr_array(case.needs.astype(np.int32) @ case.rows.astype(np.int32).T)
    every = group_scores(products, case.group, case.discount)
    barred = [group in case.barred[need] for need, group in zip(every.need, every.group, strict=True)]
    kept = case.allowed[every.group] & ~np.array(barred, dtype=bool)
    return top_k(Scored(*(column[kept] for column in every)), case.k)


def searched(case: Case, *, few: int, block: int = 1 << 17, threads: int = 1) -> Scored:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search, "_FEW", few)
        patch.setattr(search, "_KERNEL", "not loaded")
        patch.setattr(search, "_BLOCK_ROWS", block)
        one = Search.of(case.rows, case.group, groups=case.groups, discount=case.discount)
        return one.top(case.needs, case.k, allowed=case.allowed, barred=case.barred, threads=threads)


def as_bytes(one: Scored) -> list[bytes]:
    return [one.need.astype(np.int64).tobytes(), one.group.astype(np.int64).tobytes(), one.score.tobytes()]


@settings(deadline=None, max_examples=300)
@given(cases(), st.sampled_from([1, 5, 64, 130, 1 << 17]), st.integers(1, 3))
def test_both_ways_find_the_best_of_all_pairs(case: Case, block: int, threads: int) -> None:
    wanted = as_bytes(expected(case))
    assert as_bytes(searched(case, few=len(case.barred))) == wanted
    assert as_bytes(searched(case, few=0, block=block, threads=threads)) == wanted


@settings(deadline=None, max_examples=8)
@given(cases(most_rows=9_000))
def test_both_ways_find_the_best_of_many_rows(case: Case) -> None:
    wanted = as_bytes(expected(case))
    assert as_bytes(searched(case, few=len(case.barred))) == wanted
    assert as_bytes(searched(case, few=0, block=1000, threads=2)) == wanted


def test_a_single_row_that_says_all_there_is_to_say() -> None:
    whole = sparse.csr_array(np.array([[32767]], dtype=np.int16))
    one = Search.of(whole, np.zeros(1, dtype=np.int64), groups=1, discount=0.0)
    assert one.top(whole, 3).score.tolist() == [(32767 / 32768) ** 2]


def test_nobody_is_found_where_there_is_nobody() -> None:
    rows = sparse.csr_array(np.array([[0, 5]], dtype=np.int16))
    one = Search.of(rows, np.zeros(1, dtype=np.int64), groups=3, discount=0.5)
    for vectors in (np.array([[7, 0]]), np.zeros((2, 2)), np.zeros((0, 2))):
        found = one.top(sparse.csr_array(vectors.astype(np.int16)), 3)
        assert [len(column) for column in found] == [0, 0, 0]
    empty = Search.of(sparse.csr_array((0, 2), dtype=np.int16), np.zeros(0, dtype=np.int64), groups=0, discount=0.5)
    assert len(empty.top(sparse.csr_array(np.array([[7, 3]], dtype=np.int16)), 3).need) == 0


def test_a_place_that_cannot_be_written_costs_the_cache_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[dict[str, object]] = []

    def refusing(**settings: object) -> object:
        made.append(settings)
        if settings.get("cache"):
            message = "cannot cache function: no locator available"
            raise RuntimeError(message)
        return lambda function: function

    monkeypatch.setattr(compiled.numba, "njit", refusing)
    assert compiled.compiled(len) is len
    assert [one.get("cache", False) for one in made] == [True, False]
