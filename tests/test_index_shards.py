"""Experts cut into shards in any way are scored like one index, byte for byte."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import analyzer, experts_of, need_texts, row_tuples

from expertmatch.index import ExpertIndex, Rows, Weights, merge_topk
from expertmatch.index.shards import count_shard, join_counted, join_shards, search_shard, shard_lengths
from expertmatch.index.weights import pivot_of

RowTuples = list[tuple[str, str, str, str]]


@settings(deadline=None, max_examples=60)
@given(row_tuples(), need_texts(), st.integers(1, 4), st.integers(1, 12), st.randoms(use_true_random=False))
def test_shards_find_what_one_index_finds(
    state: RowTuples, needs: dict[str, list[str]], shards: int, k: int, random: object
) -> None:
    weights = Weights()
    index = ExpertIndex.fit(Rows.build(experts_of(), state), analyzer=analyzer(), weights=weights)
    expected = index.top(index.vectors(needs), k)
    of = {expert: random.randrange(shards) for expert in experts_of()}  # type: ignore[attr-defined]
    counted = [
        count_shard(
            Rows.build([e for e in of if of[e] == shard], [row for row in state if of[row[0]] == shard]), analyzer()
        )
        for shard in range(shards)
    ]
    if shards > 2:  # two of them made one
        counted = [join_counted(counted[:2]), *counted[2:]]
    whole = join_shards([one.told() for one in counted], analyzer(), weights)
    assert whole.expert_ids == index.rows.expert_ids
    lengths = [shard_lengths(one, share) for one, share in zip(counted, whole.shares, strict=True)]
    pivot = pivot_of(np.concatenate(lengths))
    found = [
        search_shard(one, share, own, pivot, weights).top(whole.terms.vectors(needs), k)
        for one, share, own in zip(counted, whole.shares, lengths, strict=True)
    ]
    merged = merge_topk(found, k)
    for name in ("need", "group", "score"):
        assert getattr(merged, name).tobytes() == getattr(expected, name).tobytes()
