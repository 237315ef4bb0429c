"""ExpertIndex: exact scores under every order, cut and update."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import analyzer, experts_of, need_texts, row_tuples, small_rows
from test_index_counts import assert_same

from expertmatch.index import ExpertIndex, Rows, Weights, expert_index, search
from expertmatch.index.topk import Scored, joined
from expertmatch.text import Analyzer, Synonyms
from expertmatch.text.batch import TermCounts

Needs = dict[str, list[str]]
RowTuples = list[tuple[str, str, str, str]]


def fit(rows: Rows, **weights: float) -> ExpertIndex:
    return ExpertIndex.fit(rows, analyzer=analyzer(), weights=Weights(**weights))


def build(*rows: tuple[str, str, str], experts: Sequence[str] = ()) -> Rows:
    """Rows of (expert, title, text)."""
    keyed = [(expert, f"W{i}", title, text) for i, (expert, title, text) in enumerate(rows)]
    return Rows.build({*experts, *(row[0] for row in rows)}, keyed)


def as_tuples(one: Scored) -> list[tuple[int, int, float]]:
    return list(zip(*(column.tolist() for column in one), strict=True))


def as_bytes(one: Scored) -> tuple[bytes, ...]:
    return tuple(column.tobytes() for column in one)


def slow_scores(index: ExpertIndex, needs: Needs) -> dict[tuple[int, int], float]:
    """Score every expert for every need with whole numbers of plain Python."""
    rows, vectors = index.row_vectors.toarray().tolist(), index.vectors(needs).toarray().tolist()
    discount = index.weights.works_discount
    found = {}
    for need, vector in enumerate(vectors):
        for expert in range(len(index.rows.expert_ids)):
            own = [row for row, group in zip(rows, index.rows.group.tolist(), strict=True) if group == expert]
            products = sorted((sum(a * b for a, b in zip(vector, row, strict=True)) for row in own), reverse=True)
            score = 0.0
            for place, product in enumerate(products[:16]):
                score += (1.0 - discount) * discount**place * (product / 2**30)
            found[need, expert] = score
    return found


# scores


@settings(deadline=None, max_examples=60)
@given(small_rows(), need_texts(), st.integers(1, 8), st.sampled_from([0.0, 0.5, 0.9]))
def test_top_and_pair_scores_are_those_of_a_slow_oracle(rows: Rows, needs: Needs, k: int, discount: float) -> None:
    index = fit(rows, works_discount=discount)
    vectors, slow = index.vectors(needs), slow_scores(index, needs)
    expected = []
    for need in range(len(needs["title"])):
        ranked = sorted((-slow[need, expert], expert) for expert in range(6) if slow[need, expert] > 0)
        expected.extend((need, expert, -score) for score, expert in ranked[:k])
    assert as_tuples(index.top(vectors, k)) == expected
    need, expert = (np.array(axis, dtype=np.int64) for axis in zip(*slow, strict=True))
    assert index.pair_scores(vectors, need, expert).tolist() == list(slow.values())
    some = np.arange(len(need))[::-3]
    assert index.pair_scores(vectors, need[some], expert[some]).tolist() == [list(slow.values())[i] for i in some]


@settings(deadline=None, max_examples=30)
@given(small_rows(), need_texts(6), st.integers(1, 30))
def test_blocks_of_needs_do_not_change_a_byte(rows: Rows, needs: Needs, limit: int) -> None:
    index = fit(rows)
    vectors = index.vectors(needs)
    whole = as_bytes(joined(index.scores(vectors)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search, "_PRODUCTS", limit)
        assert as_bytes(joined(index.scores(vectors))) == whole


@settings(deadline=None, max_examples=40)
@given(row_tuples(), need_texts(), st.randoms(use_true_random=False))
def test_the_order_of_experts_and_rows_does_not_change_a_byte(
    rows: RowTuples, needs: Needs, shuffler: random.Random
) -> None:
    one = fit(Rows.build(experts_of(), rows))
    mixed, ids = list(rows), experts_of()
    shuffler.shuffle(mixed)
    shuffler.shuffle(ids)
    other = fit(Rows.build(ids, mixed))
    assert_same_index(one, other)
    assert as_bytes(one.top(one.vectors(needs), 4)) == as_bytes(other.top(other.vectors(needs), 4))


@settings(deadline=None, max_examples=30)
@given(small_rows(), need_texts())
def test_needs_together_score_like_needs_one_by_one(rows: Rows, needs: Needs) -> None:
    index = fit(rows)
    together = as_tuples(index.top(index.vectors(needs), 9))
    alone = []
    for i in range(len(needs["title"])):
        one = index.vectors({name: [column[i]] for name, column in needs.items()})
        alone.extend((i, group, score) for _, group, score in as_tuples(index.top(one, 9)))
    assert together == alone


def test_ties_go_by_the_id_of_the_expert() -> None:
    index = fit(build(("E3", "猕猴桃溃疡病", ""), ("E1", "猕猴桃溃疡病", ""), ("E2", "猕猴桃溃疡病", "")))
    top = index.top(index.vectors({"title": ["猕猴桃溃疡病"]}), 2)
    assert top.group.tolist() == [0, 1]
    assert len(set(top.score.tolist())) == 1


def test_more_than_there_are_returns_what_there_is() -> None:
    index = fit(build(("E1", "猕猴桃溃疡病", ""), ("E2", "混凝土裂缝", ""), experts=["E3"]))
    assert len(index.top(index.vectors({"title": ["猕猴桃的混凝土"]}), 1000).need) == 2


@pytest.mark.parametrize("discount", [0.0, 0.3, 0.5, 0.7])
def test_twenty_weak_works_do_not_beat_one_exact_work(discount: float) -> None:
    weak = [("E1", f"猕猴桃{subject}", "") for subject in "分级包装 冷链运输 品牌营销 采摘机械 果酒酿造".split() * 4]
    index = fit(build(*weak, ("E2", "猕猴桃溃疡病防治", ""), ("E3", "混凝土裂缝", "")), works_discount=discount)
    top = index.top(index.vectors({"title": ["猕猴桃溃疡病防治"]}), 5)
    assert top.group.tolist() == [1, 0]
    assert top.score[1] < top.score[0] / 2 if discount <= 0.5 else top.score[1] < top.score[0]


def test_a_second_work_on_the_subject_counts_for_its_author() -> None:
    rows = [("E1", "猕猴桃溃疡病防治", ""), ("E2", "猕猴桃溃疡病防治", ""), ("E2", "猕猴桃溃疡病菌检测", "")]
    index = fit(build(*rows))
    assert index.top(index.vectors({"title": ["猕猴桃溃疡病"]}), 5).group.tolist() == [1, 0]
    best_alone = fit(build(*rows), works_discount=0.0)
    scores = best_alone.top(best_alone.vectors({"title": ["猕猴桃溃疡病"]}), 5).score
    assert len(scores) == 2


# synonyms


def test_synonyms_of_the_need_find_works_at_their_weight() -> None:
    rows = build(("E1", "奇异果采后保鲜", ""), ("E2", "混凝土裂缝", ""))
    found = []
    for weight in (0.0, 0.5, 1.0):
        index = fit(rows, synonym_weight=weight)
        top = index.top(index.vectors({"title": ["猕猴桃烂果"]}), 5)
        found.append((top.group.tolist(), top.score.tolist()))
    assert found[0][0] == []
    assert found[1][0] == found[2][0] == [0]


def test_a_word_that_the_need_names_itself_is_not_added_as_a_synonym() -> None:
    index = fit(build(("E1", "奇异果猕猴桃", "")))
    one = index.vectors({"title": ["猕猴桃和奇异果"]}).toarray()
    other = fit(build(("E1", "奇异果猕猴桃", "")), synonym_weight=0.0).vectors({"title": ["猕猴桃和奇异果"]}).toarray()
    assert (one == other).all()


def test_synonyms_of_several_words_add_the_largest_count_once() -> None:
    groups = Synonyms((("甲乙丙", "丁戊己", "庚辛壬"),))
    own = Analyzer(characters=False, user_words=["甲乙丙", "丁戊己", "庚辛壬", "对照词"], synonyms=groups)
    rows = build(("E1", "庚辛壬", ""), ("E2", "对照词", ""))
    index = ExpertIndex.fit(rows, analyzer=own, weights=Weights(synonym_weight=0.5))
    one, two = index.vectors({"title": ["甲乙丙，对照词", "甲乙丙、丁戊己、丁戊己，对照词"]}).toarray().tolist()
    place, other = index.term_ids["庚辛壬"], index.term_ids["对照词"]
    assert one[place] / one[other] == pytest.approx(np.log2(1.5), rel=1e-3)
    assert two[place] / two[other] == pytest.approx(np.log2(2.0), rel=1e-3)


# updates


def assert_same_index(one: ExpertIndex, other: ExpertIndex) -> None:
    assert one.rows.expert_ids == other.rows.expert_ids
    assert (one.rows.keys, one.rows.texts) == (other.rows.keys, other.rows.texts)
    assert one.rows.group.tobytes() == other.rows.group.tobytes()
    assert one.rows.group.dtype == other.rows.group.dtype
    assert_same(one.counts, other.counts)
    for name in ("document_frequency", "term_weights", "usable"):
        assert getattr(one, name).tobytes() == getattr(other, name).tobytes(), name
    for part in ("data", "indices", "indptr"):
        assert getattr(one.row_vectors, part).tobytes() == getattr(other.row_vectors, part).tobytes(), part


@st.composite
def two_states(draw: st.DrawFn) -> tuple[RowTuples, RowTuples]:
    """A pool and what became of it: some rows left, some changed, some came, some moved to another expert."""
    old, fresh = draw(row_tuples()), draw(row_tuples(8, 4))
    new: RowTuples = []
    for row in old:
        fate = draw(st.sampled_from(["stays", "leaves", "moves", "swaps"]))
        expert, key, title, text = row
        new += {
            "stays": [row],
            "leaves": [],
            "moves": [("E05", key, title, text)],
            "swaps": [(expert, key, text, title)],
        }[fate]
    return old, new + fresh


@settings(deadline=None, max_examples=80)
@given(two_states())
def test_an_update_equals_a_fresh_build_in_every_byte(states: tuple[RowTuples, RowTuples]) -> None:
    old, new = (Rows.build(experts_of(8), state) for state in states)
    assert_same_index(fit(old).update(new), fit(new))


@settings(deadline=None, max_examples=25)
@given(st.lists(row_tuples(rows=5), min_size=2, max_size=4))
def test_a_chain_of_updates_equals_a_fresh_build(states: list[RowTuples]) -> None:
    rows = [Rows.build(experts_of(), state) for state in states]
    index = fit(rows[0])
    for state in rows[1:]:
        index = index.update(state)
    assert_same_index(index, fit(rows[-1]))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (("苹果\x00猕猴桃", ""), ("苹果", "猕猴桃\x00")),
        (("苹果\x00", "猕猴桃"), ("苹果", "\x00猕猴桃")),
        (("苹果", ""), ("", "苹果")),
    ],
)
def test_texts_cut_otherwise_are_other_texts(old: tuple[str, str], new: tuple[str, str]) -> None:
    before, after = build(("E1", *old)), build(("E1", *new))
    assert before.digests() != after.digests()
    assert_same_index(fit(before).update(after), fit(after))


def test_an_update_analyses_only_new_texts() -> None:
    seen: list[str] = []

    class Listening(Analyzer):
        def count(self, texts: Sequence[str]) -> TermCounts:
            seen.extend(text for text in texts if text)
            return super().count(texts)

    rows = build(("E1", "猕猴桃", "溃疡病"), ("E2", "混凝土", ""))
    index = ExpertIndex.fit(rows, analyzer=Listening(), weights=Weights())
    seen.clear()
    index.update(build(("E1", "猕猴桃", "溃疡病"), ("E3", "混凝土", ""), ("E4", "混凝土", "裂缝")))
    assert sorted(seen) == ["混凝土", "裂缝"]


def test_two_processes_update_like_one() -> None:
    old = build(("E1", "猕猴桃", ""))
    new = build(*((f"E{i}", f"混凝土裂缝{'甲乙丙丁戊'[i % 5]}", "") for i in range(9)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(expert_index.count_terms.__kwdefaults__, "chunk", 5)
        assert_same_index(fit(old).update(new, processes=2), fit(new))


# what is empty


def test_experts_without_usable_text_are_told() -> None:
    rows = Rows.build(
        ["E1", "E2", "E3", "E4"], [("E1", "W1", "猕猴桃", ""), ("E2", "W2", "2018年", "，"), ("E3", "", "", "")]
    )
    index = fit(rows)
    assert index.usable.tolist() == [True, False, False, False]
    assert len(rows) == 2


def test_rows_without_title_and_text_are_left_out() -> None:
    assert len(Rows.build(["E1"], [("E1", "W1", "", ""), ("E1", "W2", "", "x")])) == 1


def test_needs_without_known_terms_have_an_empty_result() -> None:
    index = fit(build(("E1", "猕猴桃", "")))
    vectors = index.vectors({"title": ["", "量子通信", "2018年", "猕猴桃"], "text": ["", "，", "关于", ""]})
    assert np.diff(vectors.indptr).tolist() == [0, 0, 0, vectors.nnz]
    assert vectors.nnz > 0
    assert index.top(vectors, 3).need.tolist() == [3]


@pytest.mark.parametrize("experts", [[], ["E1", "E2"]])
def test_an_empty_pool_answers_with_nothing(experts: list[str]) -> None:
    index = fit(Rows.build(experts, []))
    vectors = index.vectors({"title": ["猕猴桃"], "text": [""]})
    assert vectors.shape == (1, 0)
    assert as_tuples(index.top(vectors, 5)) == []
    assert index.usable.tolist() == [False] * len(experts)
    place = np.zeros(len(experts), dtype=np.int64)
    assert index.pair_scores(vectors, place, np.arange(len(experts))).tolist() == [0.0] * len(experts)


def test_no_needs_and_no_pairs_are_answered_with_nothing() -> None:
    index = fit(build(("E1", "猕猴桃", "")))
    none = index.vectors({"title": [], "text": []})
    empty = np.empty(0, dtype=np.int64)
    assert as_tuples(index.top(none, 5)) == []
    assert index.pair_scores(none, empty, empty).tolist() == []
    assert index.pair_scores(index.vectors({"title": ["猕猴桃"]}), empty, empty).tolist() == []


def test_an_expert_who_is_not_listed_cannot_have_rows() -> None:
    with pytest.raises(KeyError):
        Rows.build(["E1"], [("E2", "W1", "猕猴桃", "")])


def test_scores_only_of_the_experts_asked_for() -> None:
    index = fit(build(("E1", "猕猴桃", ""), ("E2", "猕猴桃病", ""), ("E3", "猕猴桃", "")))
    (some,) = index.scores(index.vectors({"title": ["猕猴桃"]}), np.array([1, 2]))
    assert some.group.tolist() == [1, 2]


def test_other_weights_use_the_same_counts() -> None:
    index = fit(build(("E1", "猕猴桃溃疡病", ""), ("E2", "猕猴", "")))
    changed = replace(index, weights=Weights(character_weight=0.0))
    assert_same_index(changed, fit(index.rows, character_weight=0.0))
