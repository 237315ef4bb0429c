"""Stored vectors of many rows, compiled: the numbers of :mod:`expertmatch.index.weights`, operation for operation.

Importing this module imports numba and costs some tenths of a second.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from expertmatch.index.compiled import compiled
from expertmatch.index.weights import ONE


@compiled
def _inverse_length(squares: Any) -> Any:
    return 1.0 / np.sqrt(squares) if squares > 0.0 else 0.0


@compiled
def _merge(columns: Any, data: Any, begins: Any, ends: Any, terms: Any, held: Any) -> int:
    """Write the terms of one row in all fields, ascending, and its count in each field; return how many there are."""
    count = 0
    while True:
        lowest: Any = np.iinfo(np.int64).max
        for f in range(len(begins)):
            if begins[f] < ends[f]:
                lowest = min(lowest, np.int64(columns[begins[f]]))
        if lowest == np.iinfo(np.int64).max:
            return count
        terms[count] = lowest
        for f in range(len(begins)):
            held[count, f] = 0
            if begins[f] < ends[f] and columns[begins[f]] == lowest:
                held[count, f] = data[begins[f]]
                begins[f] += 1
        count += 1


@compiled
def _open_row(indptr: Any, offsets: Any, row: int, begins: Any, ends: Any) -> None:
    for f in range(len(offsets)):
        begins[f], ends[f] = offsets[f] + indptr[f, row], offsets[f] + indptr[f, row + 1]


@compiled
def lengths(
    first: int, last: int, indptr: Any, offsets: Any, columns: Any, data: Any, logs: Any, term_weights: Any, out: Any
) -> None:
    """Fill ``out`` with the length of each row's weights, all fields together.

    Parameters
    ----------
    first, last : int
        Which rows.
    indptr : ndarray of int64, shape (fields, rows + 1)
        Where each field's rows begin.
    offsets : ndarray of int64, shape (fields,)
        Where each field begins in ``columns`` and ``data``.
    columns, data : ndarray of int
        Terms and counts of all fields, one field behind the other.
    logs : ndarray of float64
        log2(1 + count) for every count that there is or that fields add up to.
    term_weights : ndarray of float64, shape (terms,)
        idf times the weight of the term's sort.
    out : ndarray of float64, shape (rows,)
        Filled from ``first`` to ``last``.
    """
    fields = len(offsets)
    begins, ends = np.empty(fields, dtype=np.int64), np.empty(fields, dtype=np.int64)
    most = 0
    for row in range(first, last):
        _open_row(indptr, offsets, row, begins, ends)
        most = max(most, (ends - begins).sum())
    terms, held = np.empty(most, dtype=np.int64), np.empty((most, fields), dtype=np.int64)
    for row in range(first, last):
        _open_row(indptr, offsets, row, begins, ends)
        count = _merge(columns, data, begins, ends, terms, held)
        squares = 0.0
        for i in range(count):
            weight = logs[held[i].sum()] * term_weights[terms[i]]
            squares += weight * weight
        out[row] = np.sqrt(squares)


@compiled
def vectors(
    first: int,
    last: int,
    indptr: Any,
    offsets: Any,
    columns: Any,
    data: Any,
    logs: Any,
    term_weights: Any,
    field_weights: Any,
    factors: Any,
    place: int,
    out_terms: Any,
    out_data: Any,
    out_counts: Any,
) -> int:
    """Write the stored vectors of rows behind each other, from ``place`` on; return where they end.

    Parameters
    ----------
    first, last, indptr, offsets, columns, data, logs, term_weights
        As for :func:`lengths`.
    field_weights : ndarray of float64, shape (fields,)
        Weight of each field's unit vector.
    factors : ndarray of float64, shape (rows,)
        How long the vector of each row may be.
    place : int
        Where to begin in ``out_terms`` and ``out_data``.
    out_terms, out_data : ndarray of int32, int16
        Terms and components.
    out_counts : ndarray of int64, shape (rows,)
        How many components each row has.
    """
    fields = len(offsets)
    begins, ends = np.empty(fields, dtype=np.int64), np.empty(fields, dtype=np.int64)
    most = 0
    for row in range(first, last):
        _open_row(indptr, offsets, row, begins, ends)
        most = max(most, (ends - begins).sum())
    terms, held, whole = (
        np.empty(most, dtype=np.int64),
        np.empty((most, fields), dtype=np.int64),
        np.empty(most, dtype=np.float64),
    )
    squares = np.empty(fields, dtype=np.float64)
    for row in range(first, last):
        _open_row(indptr, offsets, row, begins, ends)
        count = _merge(columns, data, begins, ends, terms, held)
        squares[:] = 0.0
        for i in range(count):
            for f in range(fields):
                if held[i, f]:
                    weight = logs[held[i, f]] * term_weights[terms[i]]
                    squares[f] += weight * weight
        for f in range(fields):
            squares[f] = field_weights[f] * _inverse_length(squares[f])
        together = 0.0
        for i in range(count):
            value = 0.0
            for f in range(fields):
                if held[i, f]:
                    value += logs[held[i, f]] * term_weights[terms[i]] * squares[f]
            whole[i] = value
            together += value * value
        scale = _inverse_length(together)
        start = place
        for i in range(count):
            component = min(np.floor(whole[i] * scale * factors[row] * ONE), ONE - 1)
            if component > 0:
                out_terms[place], out_data[place] = terms[i], component
                place += 1
        out_counts[row] = place - start
    return place
