"""TF-IDF weights by field, and vectors of whole numbers whose products are exact.

With c the count of a term in a field, n the number of rows and df the number of rows that hold the term,

    weight = log2(1 + c) · idf · b,   idf = ln((1 + n) / (1 + df)) + 1

where b is ``character_weight`` for characters and pairs of neighbours (0 for a single character that stands in too
many rows) and 1 for words (sublinear term frequency: Manning, Raghavan and
Schütze, Introduction to Information Retrieval, section 6.4.1; the smoothed idf is scikit-learn's). Each field's
vector gets length 1, the fields are added with their weights, and the sum gets length 1 again: a long text does
not drown a title. Rows shorter than usual get a length below 1 (pivoted length normalisation: Singhal, Buckley
and Mitra, SIGIR 1996), since a title of two words proves less than one of ten.

A component x is stored as floor(x · 2**15) in int16. Vectors are then never longer than 2**15, so a product of
two of them stays at or below 2**30, and sums of int32 are the same in any order.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy import sparse

from expertmatch.index.processors import processors

Floats = npt.NDArray[np.float64]

ONE = 2**15
"""What a component of 1 is stored as (the largest int16, 32767, when it is 1 exactly)."""
_MANY = 2_000_000
"""From so many counts on, loading compiled code takes less time than it saves."""


def inverse_document_frequency(df: npt.NDArray[np.int64], rows: int) -> Floats:
    """Return ln((1 + rows) / (1 + df)) + 1.

    Parameters
    ----------
    df : ndarray of int, shape (terms,)
        Rows that hold each term.
    rows : int
        All rows.

    Returns
    -------
    ndarray of float64, shape (terms,)
        At least 1.

    Examples
    --------
    >>> inverse_document_frequency(np.array([3]), 3).tolist()
    [1.0]
    """
    idf: Floats = np.log((1.0 + rows) / (1.0 + df)) + 1.0
    return idf


def weighted(counts: sparse.csr_array, term_weights: Floats) -> sparse.csr_array:
    """Return log2(1 + count) · weight of the term, shape as ``counts``, float64.

    Parameters
    ----------
    counts : csr_array, shape (rows, terms)
        Counts; expanded synonyms may be fractions.
    term_weights : ndarray of float64, shape (terms,)
        idf times the weight of the term's sort.

    Returns
    -------
    csr_array
    """
    data = np.log2(1.0 + counts.data) * term_weights[counts.indices]
    return sparse.csr_array((data, counts.indices, counts.indptr), shape=counts.shape)


def row_norms(matrix: sparse.csr_array) -> Floats:
    """Return the Euclidean length of each row, summed in the order of the terms.

    Parameters
    ----------
    matrix : csr_array, shape (rows, terms)
        Indices sorted.

    Returns
    -------
    ndarray of float64, shape (rows,)
    """
    row = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    # bincount adds one after the other, as compiled code does
    lengths: Floats = np.sqrt(np.bincount(row, weights=matrix.data**2, minlength=matrix.shape[0]))
    return lengths


def combine_fields(
    fields: Mapping[str, sparse.csr_array], term_weights: Floats, field_weights: Mapping[str, float]
) -> sparse.csr_array:
    """Add the unit vectors of the fields with their weights; give the sum length 1.

    Parameters
    ----------
    fields : dict of str to csr_array, shape (rows, terms)
        Counts by field.
    term_weights : ndarray of float64, shape (terms,)
        idf times the weight of the term's sort.
    field_weights : dict of str to float
        Weight of each field, at least 0.

    Returns
    -------
    csr_array, shape (rows, terms), float64
        Rows of length 1; rows without terms are empty.
    """
    total: sparse.csr_array | None = None
    for name, counts in fields.items():
        vectors = weighted(counts, term_weights)
        part = _scaled(vectors, field_weights[name] * _inverse(row_norms(vectors)))
        total = part if total is None else total + part
    if total is None:
        message = "no fields"
        raise ValueError(message)
    total = sparse.csr_array(total)
    total.sort_indices()
    return _scaled(total, _inverse(row_norms(total)))


def pivot_of(lengths: Floats) -> float:
    """Return the mean length of rows that have one, exact to the last bit whatever their order.

    Parameters
    ----------
    lengths : ndarray of float64, shape (rows,)
        Of rows before normalisation; those of 0 do not count.

    Returns
    -------
    float
        0 without any.
    """
    filled = lengths[lengths > 0]
    return math.fsum(filled) / len(filled) if len(filled) else 0.0


def length_factors(lengths: Floats, slope: float, pivot: float | None = None) -> Floats:
    """Return how long the vector of each row may be: 1, or less for rows shorter than usual.

    With l the length of the row's weights before normalisation and p the mean of l over all rows,
    the factor is l / max(l, (1 - slope) · p + slope · l).

    Parameters
    ----------
    lengths : ndarray of float64, shape (rows,)
        The length of each row's weights, all fields together.
    slope : float
        From 0 to 1; 1 switches the factor off.
    pivot : float, optional
        p, where these are not all rows.

    Returns
    -------
    ndarray of float64, shape (rows,)
        In [0, 1].
    """
    usual = pivot_of(lengths) if pivot is None else pivot
    longest: Floats = np.maximum(lengths, (1.0 - slope) * usual + slope * lengths)
    return lengths * _inverse(longest)


def row_lengths(fields: Mapping[str, sparse.csr_array], term_weights: Floats, *, threads: int | None = None) -> Floats:
    """Return the length of each row's weights, all fields together.

    Parameters
    ----------
    fields : dict of str to csr_array of int32, shape (rows, terms)
        Counts by field.
    term_weights : ndarray of float64, shape (terms,)
        idf times the weight of the term's sort.
    threads : int, optional
        How many threads; as many as there are processors without it.

    Returns
    -------
    ndarray of float64, shape (rows,)
        Many rows go through compiled code, which gives the same bytes.
    """
    matrices = list(fields.values())
    if sum(matrix.nnz for matrix in matrices) >= _MANY:
        return _Compiled(matrices, term_weights, threads).lengths()
    total = matrices[0]
    for matrix in matrices[1:]:
        total = total + matrix
    total.sort_indices()
    return row_norms(weighted(total, term_weights))


def row_vectors(
    fields: Mapping[str, sparse.csr_array],
    term_weights: Floats,
    field_weights: Mapping[str, float],
    factors: Floats,
    *,
    threads: int | None = None,
) -> sparse.csr_array:
    """Return the stored vectors of rows: fields combined, shortened by their length, as whole numbers.

    Parameters
    ----------
    fields : dict of str to csr_array of int32, shape (rows, terms)
        Counts by field.
    term_weights : ndarray of float64, shape (terms,)
        idf times the weight of the term's sort.
    field_weights : dict of str to float
        Weight of each field, at least 0.
    factors : ndarray of float64, shape (rows,)
        As :func:`length_factors` gives them.
    threads : int, optional
        How many threads; as many as there are processors without it.

    Returns
    -------
    csr_array of int16, shape (rows, terms)
        Many rows go through compiled code, which gives the same bytes.
    """
    matrices = list(fields.values())
    if sum(matrix.nnz for matrix in matrices) >= _MANY:
        each = np.array([field_weights[name] for name in fields])
        return _Compiled(matrices, term_weights, threads).vectors(each, factors)
    return quantise(combine_fields(fields, term_weights, field_weights), factors)


class _Compiled:
    """Counts laid out for compiled code, and the pieces its threads take."""

    def __init__(self, matrices: Sequence[sparse.csr_array], term_weights: Floats, threads: int | None) -> None:
        self.shape, self.threads = matrices[0].shape, threads or processors()
        indptr = np.array([matrix.indptr for matrix in matrices], dtype=np.int64)
        offsets = np.r_[0, np.cumsum(indptr[:, -1])].astype(np.int64)
        columns = np.concatenate([matrix.indices for matrix in matrices])
        data = np.concatenate([matrix.data for matrix in matrices])
        logs = np.log2(1.0 + np.arange(sum(int(matrix.data.max(initial=0)) for matrix in matrices) + 1))
        self.given = (indptr, offsets[:-1], columns, data, logs, term_weights)
        self.cuts = np.linspace(0, self.shape[0], 8 * self.threads + 1).astype(np.int64)

    def lengths(self) -> Floats:
        from expertmatch.index import row_kernel

        lengths = np.empty(self.shape[0])
        with ThreadPoolExecutor(self.threads) as pool:
            list(pool.map(lambda part: row_kernel.lengths(part[0], part[1], *self.given, lengths), pairwise(self.cuts)))
        return lengths

    def vectors(self, field_weights: Floats, factors: Floats) -> sparse.csr_array:
        from expertmatch.index import row_kernel

        room = self.given[0].sum(axis=0)
        width = np.int32 if room[-1] < 2**31 else np.int64
        terms, components = np.empty(room[-1], dtype=width), np.empty(room[-1], dtype=np.int16)
        counts = np.zeros(self.shape[0], dtype=np.int64)

        def fill(part: tuple[int, int]) -> slice:
            first, last = part
            out = (int(room[first]), terms, components, counts)
            return slice(out[0], row_kernel.vectors(first, last, *self.given, field_weights, factors, *out))

        with ThreadPoolExecutor(self.threads) as pool:
            written = list(pool.map(fill, pairwise(self.cuts)))
        data, indices = (np.concatenate([array[part] for part in written]) for array in (components, terms))
        indptr = np.r_[0, np.cumsum(counts)].astype(width)
        return sparse.csr_array((data, indices, indptr), shape=self.shape)


def quantise(vectors: sparse.csr_array, factors: Floats | None = None) -> sparse.csr_array:
    """Store vectors as whole numbers: floor(component · factor · 2**15), int16.

    Parameters
    ----------
    vectors : csr_array, shape (rows, terms)
        Components from 0 to 1, rows of length at most 1.
    factors : ndarray of float64, shape (rows,), optional
        A factor in [0, 1] for each row.

    Returns
    -------
    csr_array of int16
        Entries that become 0 are left out.

    Examples
    --------
    >>> quantise(sparse.csr_array(np.array([[0.6, 0.8]]))).toarray().tolist()
    [[19660, 26214]]
    """
    scaled = vectors if factors is None else _scaled(vectors, factors)
    data = np.minimum(np.floor(scaled.data * ONE), ONE - 1).astype(np.int16)
    whole = sparse.csr_array((data, scaled.indices.copy(), scaled.indptr.copy()), shape=vectors.shape)
    whole.eliminate_zeros()
    return whole


def _inverse(lengths: Floats) -> Floats:
    return np.divide(1.0, lengths, out=np.zeros_like(lengths), where=lengths > 0)


def _scaled(matrix: sparse.csr_array, factors: Floats) -> sparse.csr_array:
    data = matrix.data * np.repeat(factors, np.diff(matrix.indptr))
    return sparse.csr_array((data, matrix.indices, matrix.indptr), shape=matrix.shape)
