"""What a ranking can say about its pairs without anybody's judgment: how much need and candidate share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import sparse

from expertmatch.index import ExpertIndex
from expertmatch.ranking.candidates import need_columns
from expertmatch.ranking.explain import shared_pieces
from expertmatch.ranking.signals import Floats, Ints
from expertmatch.text import CHARACTER_MARK, normalise

if TYPE_CHECKING:
    from expertmatch.ranking.rank import Ranking

EVIDENCE = ("score", "pieces", "coverage")
"""Columns of :func:`evidence`; of each, more speaks for the pair."""

_BLOCK = 20_000
"""Rows of candidates that are compared at a time."""


def evidence(ranking: Ranking) -> pd.DataFrame:
    """Return what speaks for each recommended pair, without a judgment.

    Parameters
    ----------
    ranking : Ranking
        Pairs and what scored them.

    Returns
    -------
    DataFrame
        Aligned with ``ranking.frame``: ``score``; ``pieces``, ln(1 + n) of the n distinct pieces of text, two
        characters or longer and with a shared term in them, that the need shares with the candidate's nearest work
        (or profile); ``coverage``, the share of the need's squared term weights that this work has.

    Examples
    --------
    >>> import expertmatch as em
    >>> works = pd.DataFrame({"expert_id": ["E1"], "title": ["猕猴桃溃疡病的药剂防治"]})
    >>> ranking = em.Matcher().fit(em.read_pool(works=works)).rank("猕猴桃溃疡病如何防治")
    >>> np.expm1(evidence(ranking)["pieces"]).round().tolist()
    [2.0]
    """
    frame, index = ranking.frame, ranking.candidates.index
    if frame.empty:
        return pd.DataFrame({name: np.empty(0) for name in EVIDENCE})
    texts = need_columns(ranking.needs)
    vectors = index.vectors(texts)
    need, candidate = positions(ranking)
    best = nearest_rows(index, vectors, need, candidate)
    known = np.flatnonzero(best >= 0)
    shared = _overlap(vectors[need[known]], index.row_vectors[best[known]])
    shared.data = np.ones(len(shared.data))
    squares = vectors.astype(np.float64)
    squares.data = squares.data**2
    whole = squares.sum(axis=1)[need[known]]
    covered = np.zeros(len(frame))
    found = sparse.csr_array(squares[need[known]].multiply(shared)).sum(axis=1)
    covered[known] = np.divide(found, whole, out=np.zeros(len(known)), where=whole > 0)
    pieces = np.zeros(len(frame))
    pieces[known] = _counted_pieces(index, texts, need[known], best[known], shared)
    return pd.DataFrame(
        {"score": frame["score"].to_numpy(np.float64), "pieces": np.log1p(pieces), "coverage": covered},
        index=frame.index,
    )


def positions(ranking: Ranking) -> tuple[Ints, Ints]:
    """Return the positions of need and candidate of each pair of a ranking.

    Parameters
    ----------
    ranking : Ranking
        Any.

    Returns
    -------
    (ndarray of int64, ndarray of int64)
        Positions among ``ranking.needs`` and among the candidates of the index.
    """
    frame = ranking.frame
    needs = {need: i for i, need in enumerate(ranking.needs["need_id"])}
    candidates = {pair: i for i, pair in enumerate(ranking.candidates.kind_and_id)}
    pairs = zip(frame["candidate_kind"], frame["candidate_id"], strict=True)
    return (
        np.array([needs[need] for need in frame["need_id"]], dtype=np.int64),
        np.array([candidates[pair] for pair in pairs], dtype=np.int64),
    )


def nearest_rows(index: ExpertIndex, vectors: sparse.csr_array, need: Ints, candidate: Ints) -> Ints:
    """Return the row of each candidate that is nearest to the need; of equally near ones the first.

    Parameters
    ----------
    index : ExpertIndex
        Rows as vectors.
    vectors : csr_array of int16, shape (needs, terms)
        As ``index.vectors`` gives them.
    need, candidate : ndarray of int64, shape (pairs,)
        Positions.

    Returns
    -------
    ndarray of int64, shape (pairs,)
        Positions of rows; -1 for candidates without any.
    """
    group = index.rows.group
    first, last = np.searchsorted(group, candidate, "left"), np.searchsorted(group, candidate, "right")
    best = np.full(len(need), -1, dtype=np.int64)
    for pairs in _blocks(last - first):
        sizes = (last - first)[pairs]
        of_pair = np.repeat(pairs, sizes)
        rows = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes) + np.repeat(first[pairs], sizes)
        products = _overlap(vectors[need[of_pair]], index.row_vectors[rows]).sum(axis=1)
        order = np.lexsort((rows, -products, of_pair))
        lead = order[np.r_[True, of_pair[order][1:] != of_pair[order][:-1]]] if len(order) else order
        best[of_pair[lead]] = rows[lead]
    return best


def _blocks(sizes: Ints) -> Iterator[Ints]:
    """Yield positions of pairs, so that a block holds few rows, and at least one pair."""
    block = (np.cumsum(sizes) - sizes) // _BLOCK
    for number in np.unique(block):
        yield np.flatnonzero(block == number)


def _overlap(needs: sparse.csr_array, rows: sparse.csr_array) -> sparse.csr_array:
    """Return the products of two stacks of stored vectors, term by term."""
    return sparse.csr_array(needs.astype(np.int32).multiply(rows.astype(np.int32)))


def _counted_pieces(
    index: ExpertIndex, texts: dict[str, list[str]], need: Ints, row: Ints, shared: sparse.csr_array
) -> Floats:
    written = [normalise("\n".join(column[i] for column in texts.values())) for i in range(len(texts["title"]))]
    terms = index.counts.terms
    counts = np.zeros(len(need))
    for k, (of_need, of_row) in enumerate(zip(need.tolist(), row.tolist(), strict=True)):
        span = slice(shared.indptr[k], shared.indptr[k + 1])
        words = {terms[i].removeprefix(CHARACTER_MARK) for i in shared.indices[span].tolist()}
        words = {word for word in words if len(word) > 1}
        work = normalise("\n".join(column[of_row] for column in index.rows.texts.values())).lower()
        pieces = (piece.lower() for piece in shared_pieces(written[of_need], work))
        counts[k] = sum(any(word in piece for word in words) for piece in pieces)
    return counts
