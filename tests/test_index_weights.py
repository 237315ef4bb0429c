"""Weights: against a slow oracle, and the bounds that keep whole-number sums exact."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import sparse
from strategies import analyzer, need_texts, short_texts, small_rows

from expertmatch.errors import SettingError
from expertmatch.index import ExpertIndex, Rows, Weights
from expertmatch.index import weights as index_weights
from expertmatch.index.counts import count_terms
from expertmatch.index.weights import (
    ONE,
    combine_fields,
    inverse_document_frequency,
    length_factors,
    quantise,
    row_lengths,
    row_norms,
    row_vectors,
    weighted,
)

WEIGHTS = st.builds(
    Weights,
    character_weight=st.sampled_from([0.0, 0.3, 0.7, 1.0]),
    character_share=st.sampled_from([0.0, 0.05, 0.5, 1.0]),
    synonym_weight=st.sampled_from([0.0, 0.5, 1.0]),
    length_slope=st.sampled_from([0.0, 0.4, 0.7, 1.0]),
    works_discount=st.sampled_from([0.0, 0.5, 0.9]),
    title_weight=st.sampled_from([0.0, 0.5, 1.0, 10.0]),
    text_weight=st.sampled_from([0.0, 1.0, 3.0]),
    keywords_weight=st.sampled_from([0.0, 1.0, 2.0]),
)

Vector = dict[str, float]


def length(vector: Vector) -> float:
    return math.sqrt(math.fsum(value**2 for value in vector.values()))


def slow_vectors(
    rows: Sequence[Mapping[str, Sequence[str]]], frequency: Mapping[str, int], size: int, weights: Weights
) -> list[Vector]:
    """Unit vectors of rows of terms by field, in plain Python."""
    field_weights = {"title": weights.title_weight, "text": weights.text_weight, "keywords": weights.keywords_weight}
    found = []
    for row in rows:
        whole: Vector = {}
        for name, terms in row.items():
            part = {term: term_weight(terms.count(term), term, frequency, size, weights) for term in terms}
            if length(part):
                for term, value in part.items():
                    whole[term] = whole.get(term, 0.0) + field_weights[name] * value / length(part)
        scale = length(whole)
        found.append({term: value / scale for term, value in whole.items()} if scale else {})
    return found


def term_weight(count: float, term: str, frequency: Mapping[str, int], size: int, weights: Weights) -> float:
    idf = math.log((1 + size) / (1 + frequency[term])) + 1
    if term[0] != "~":
        return math.log2(1 + count) * idf
    if len(term) == 2 and frequency[term] > weights.character_share * size:
        return 0.0
    return math.log2(1 + count) * idf * weights.character_weight


def slow_factors(
    rows: Sequence[Mapping[str, Sequence[str]]], frequency: Mapping[str, int], size: int, weights: Weights
) -> list[float]:
    lengths = []
    for row in rows:
        terms = [term for column in row.values() for term in column]
        lengths.append(length({t: term_weight(terms.count(t), t, frequency, size, weights) for t in terms}))
    filled = [one for one in lengths if one > 0]
    pivot = sum(filled) / len(filled) if filled else 0.0
    slope = weights.length_slope
    return [one / max(one, (1 - slope) * pivot + slope * one) if one else 0.0 for one in lengths]


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(short_texts(), short_texts()), max_size=6), WEIGHTS)
def test_stored_vectors_are_those_of_a_slow_oracle(texts: list[tuple[str, str]], weights: Weights) -> None:
    rows = Rows.build(["E1"], [("E1", f"W{i}", *one) for i, one in enumerate(texts)])
    index = ExpertIndex.fit(rows, analyzer=analyzer(), weights=weights)
    terms = [{name: analyzer()(column[i]) for name, column in rows.texts.items()} for i in range(len(rows))]
    held = [{term for column in row.values() for term in column} for row in terms]
    frequency = {term: sum(term in row for row in held) for term in set().union(*held)}
    assert dict(zip(index.counts.terms, index.document_frequency.tolist(), strict=True)) == frequency
    factors = slow_factors(terms, frequency, len(rows), weights)
    stored = index.row_vectors.toarray()
    for i, vector in enumerate(slow_vectors(terms, frequency, len(rows), weights)):
        for term, place in index.term_ids.items():
            expected = vector.get(term, 0.0) * factors[i]
            assert abs(stored[i, place] / ONE - expected) <= 1 / ONE, (term, stored[i, place], expected)


@settings(deadline=None, max_examples=60)
@given(small_rows(), need_texts(), WEIGHTS)
def test_no_vector_is_longer_than_one_and_no_product_larger(
    rows: Rows, needs: dict[str, list[str]], weights: Weights
) -> None:
    index = ExpertIndex.fit(rows, analyzer=analyzer(), weights=weights)
    vectors = index.vectors(needs)
    for matrix in (index.row_vectors, vectors):
        assert matrix.dtype == np.int16
        squares = (matrix.astype(np.int64).multiply(matrix.astype(np.int64))).sum(axis=1)
        assert (np.asarray(squares) <= 2**30).all()
        assert (matrix.data > 0).all()
    products = (vectors.astype(np.int64) @ index.row_vectors.astype(np.int64).T).toarray()
    assert (products >= 0).all()
    assert (products <= 2**30).all()
    narrow = (vectors.astype(np.int32) @ index.row_vectors.astype(np.int32).T).toarray()
    assert (narrow == products).all()


POSITIVE = st.floats(1e-9, 1e9, allow_nan=False)


@settings(deadline=None, max_examples=200)
@given(hnp.arrays(np.float64, hnp.array_shapes(min_dims=2, max_dims=2, max_side=9), elements=POSITIVE | st.just(0.0)))
def test_quantised_unit_vectors_stay_within_the_bound(array: np.ndarray) -> None:
    matrix = sparse.csr_array(array)
    lengths = row_norms(matrix)
    assert np.allclose(lengths, np.sqrt((array**2).sum(axis=1)), rtol=1e-12)
    scale = np.divide(1.0, lengths, out=np.zeros_like(lengths), where=lengths > 0)
    unit = sparse.csr_array(matrix.multiply(scale[:, None]))
    whole = quantise(unit)
    assert whole.dtype == np.int16
    assert ((whole.toarray().astype(np.int64) ** 2).sum(axis=1) <= ONE**2).all()
    assert (np.abs(whole.toarray() / ONE - unit.toarray()) <= 1 / ONE).all()
    assert 0 not in whole.data


@settings(deadline=None, max_examples=100)
@given(
    hnp.arrays(np.int32, hnp.array_shapes(min_dims=2, max_dims=2, max_side=8), elements=st.integers(0, 50)),
    st.floats(0, 1),
    st.data(),
)
def test_length_factors_lie_in_the_unit_interval_and_grow_with_length(
    counts: np.ndarray, slope: float, data: st.DataObject
) -> None:
    matrix = sparse.csr_array(counts)
    idf = data.draw(hnp.arrays(np.float64, counts.shape[1], elements=st.floats(1, 20)))
    lengths = row_norms(weighted(matrix, idf))
    factors = length_factors(lengths, slope)
    assert ((factors >= 0) & (factors <= 1)).all()
    assert ((factors == 0) == (lengths == 0)).all()
    order = np.argsort(lengths, kind="stable")
    assert (np.diff(factors[order]) >= -1e-12).all()
    if slope == 1:
        assert np.allclose(factors[lengths > 0], 1.0)


def test_short_rows_count_less_and_the_slope_decides_how_much() -> None:
    table = count_terms({"title": ["苹果", "苹果 梨 桃 杏 李 枣 柿"]}, str.split)
    idf = inverse_document_frequency(np.ones(7, dtype=np.int64), 2)
    short = [length_factors(row_lengths(table.fields, idf), slope)[0] for slope in (0.0, 0.5, 1.0)]
    assert short[0] < short[1] < short[2]
    assert short[2] == pytest.approx(1.0)


def test_the_inverse_document_frequency_is_scikit_learns() -> None:
    from sklearn.feature_extraction.text import TfidfTransformer

    counts = np.array([[1, 0, 2], [1, 1, 0], [1, 0, 0], [3, 1, 0]])
    theirs = TfidfTransformer(smooth_idf=True).fit(counts).idf_
    assert np.allclose(inverse_document_frequency((counts > 0).sum(axis=0), 4), theirs, rtol=1e-14)


def test_fields_of_weight_zero_and_rows_without_terms_give_empty_vectors() -> None:
    table = count_terms({"title": ["苹果", ""], "text": ["", ""]}, str.split)
    idf = np.ones(1)
    assert combine_fields(table.fields, idf, {"title": 1.0, "text": 1.0}).toarray().tolist() == [[1.0], [0.0]]
    assert quantise(combine_fields(table.fields, idf, {"title": 0.0, "text": 1.0})).nnz == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("character_weight", 1.01),
        ("synonym_weight", -0.1),
        ("length_slope", float("nan")),
        ("works_discount", 1.0),
        ("works_discount", 1),
        ("title_weight", 10.5),
        ("text_weight", "1"),
        ("keywords_weight", None),
        ("character_weight", True),
        ("text_weight", float("inf")),
    ],
)
def test_weights_out_of_range_are_refused_with_what_is_accepted(name: str, value: object) -> None:
    with pytest.raises(SettingError, match=name) as caught:
        Weights(**{name: value})  # type: ignore[arg-type]
    assert caught.value.value is value
    assert "0 到 1" in caught.value.accepted


@settings(deadline=None, max_examples=150)
@given(st.integers(0, 2**32 - 1), WEIGHTS, st.integers(1, 3))
def test_compiled_vectors_are_the_same_bytes(seed: int, weights: Weights, fields: int) -> None:
    random = np.random.default_rng(seed)
    rows, terms = int(random.integers(1, 40)), int(random.integers(1, 30))
    names = ("title", "text", "keywords")[:fields]
    counts = {
        name: sparse.csr_array((random.random((rows, terms)) < 0.3) * random.integers(1, 9, (rows, terms), np.int32))
        for name in names
    }
    term_weights = np.where(random.random(terms) < 0.2, 0.0, 1 + random.random(terms))

    def made() -> tuple[np.ndarray, sparse.csr_array]:
        lengths = row_lengths(counts, term_weights)
        factors = length_factors(lengths, weights.length_slope)
        return lengths, row_vectors(counts, term_weights, weights.of_fields(), factors)

    lengths, plain = made()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(index_weights, "_MANY", 0)
        compiled_lengths, compiled = made()
    assert compiled_lengths.tobytes() == lengths.tobytes()
    for part in ("data", "indices", "indptr"):
        mine, theirs = getattr(compiled, part), getattr(plain, part)
        assert (mine.dtype, mine.tobytes()) == (theirs.dtype, theirs.tobytes()), part
