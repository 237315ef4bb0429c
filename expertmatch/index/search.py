"""Search: the best groups of needs among rows held by term.

A few needs go a short way on numpy, many go through compiled code; both give what :func:`group_scores` and
:func:`top_k` give over all products, byte for byte.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy import sparse

from expertmatch.index.processors import processors
from expertmatch.index.topk import BEST_ROWS, Scored, group_scores, joined, need_blocks, row_discounts, top_k

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_BLOCK_ROWS = 1 << 17
"""Rows whose sums are held together: half a megabyte, within the cache of one core."""
_FEW = 64
"""Up to so many needs are done without compiled code where it is not loaded yet: loading it takes longer."""
_KERNEL = "expertmatch.index.kernel"
_PRODUCTS = 20_000_000
"""Multiply-adds of one block of needs where all products are held; bounds its memory to some hundred MB."""
_LOOK = 64
"""Groups looked at together for a bound."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Search:
    """Rows by term.

    Parameters
    ----------
    term_ptr : ndarray of int64, shape (terms + 1,)
        Where the rows of each term begin.
    term_rows : ndarray of int32
        Rows of each term, ascending.
    term_weights : ndarray of int16
        Their components.
    row_group : ndarray of int32, shape (rows,)
        The group of each row, ascending.
    groups : int
        How many groups there are, with rows or without.
    discount : float
        g of the discounted sum of a group's rows.
    """

    term_ptr: Ints
    term_rows: npt.NDArray[np.int32]
    term_weights: npt.NDArray[np.int16]
    row_group: npt.NDArray[np.int32]
    groups: int
    discount: float

    @classmethod
    def of(cls, vectors: sparse.csr_array, group: Ints, *, groups: int, discount: float) -> Search:
        """Turn rows of vectors into rows by term.

        Parameters
        ----------
        vectors : csr_array of int16, shape (rows, terms)
            Stored vectors.
        group : ndarray of int64, shape (rows,)
            The group of each row, ascending.
        groups : int
            How many groups there are.
        discount : float
            g of the discounted sum.

        Returns
        -------
        Search
        """
        by_term = vectors.T.tocsr()
        return cls(
            term_ptr=by_term.indptr.astype(np.int64),
            term_rows=by_term.indices.astype(np.int32, copy=False),
            term_weights=by_term.data,
            row_group=group.astype(np.int32),
            groups=groups,
            discount=discount,
        )

    def top(
        self,
        vectors: sparse.csr_array,
        k: int,
        *,
        allowed: Flags | None = None,
        barred: Sequence[Ints] | None = None,
        threads: int | None = None,
    ) -> Scored:
        """Return the best k groups of each need under the total order.

        Parameters
        ----------
        vectors : csr_array of int16, shape (needs, terms)
            Stored vectors of the needs.
        k : int
            How many at most; fewer where fewer share a term.
        allowed : ndarray of bool, shape (groups,), optional
            Who can be found; everybody without it.
        barred : sequence of ndarray of int64, optional
            For each need, groups that cannot be found for it, ascending.
        threads : int, optional
            How many threads search; as many as there are processors without it. The result does not depend on it.

        Returns
        -------
        Scored
            Sorted by need, then rank.
        """
        k = min(k, self.groups)
        able = np.ones(self.groups, dtype=bool) if allowed is None else allowed
        bars = [_NOBODY] * vectors.shape[0] if barred is None else barred
        if k < 1 or not vectors.nnz or not len(self.term_rows):
            return joined(())
        if vectors.shape[0] <= _FEW and _KERNEL not in sys.modules:
            return joined(self._few(vectors, k, able, bars))
        return self._many(vectors, k, able, bars, threads or processors())

    def scores(self, vectors: sparse.csr_array) -> Iterator[Scored]:
        """Yield the signal of every group that shares a term with a need, block by block.

        Parameters
        ----------
        vectors : csr_array of int16, shape (needs, terms)
            Stored vectors of the needs.

        Yields
        ------
        Scored
            Needs in order, numbered over all blocks; within a need by group.
        """
        done = np.r_[0, np.cumsum(np.diff(self.term_ptr)[vectors.indices])]
        work = done[vectors.indptr[1:]] - done[vectors.indptr[:-1]]
        for block in need_blocks(work, _PRODUCTS, self.groups):
            products = sparse.csr_array(vectors[block].astype(np.int32) @ self._by_term)
            scored = group_scores(products, self._row_group, self.discount)
            yield Scored(scored.need + block.start, scored.group, scored.score)

    # the short way

    def _few(self, vectors: sparse.csr_array, k: int, allowed: Flags, barred: Sequence[Ints]) -> Iterator[Scored]:
        sums = np.zeros(len(self.row_group), dtype=np.int32)
        for need in range(vectors.shape[0]):
            sums[:] = 0
            for p in range(vectors.indptr[need], vectors.indptr[need + 1]):
                term = vectors.indices[p]
                here = slice(self.term_ptr[term], self.term_ptr[term + 1])
                sums[self.term_rows[here]] += np.multiply(self.term_weights[here], vectors.data[p], dtype=np.int32)
            best = np.zeros(self.groups, dtype=np.int32)
            best[self._with_rows] = np.maximum.reduceat(sums, self._group_ptr[self._with_rows])
            best[~allowed] = 0
            best[barred[need]] = 0
            found = self._scored(sums, self._hopeful(best, k))
            kept = top_k(found, k)
            yield Scored(np.full(len(kept.group), need), kept.group, kept.score)

    def _hopeful(self, best: npt.NDArray[np.int32], k: int) -> Ints:
        """Return the groups that may be among the best k, ascending, from the best row of each."""
        looked = np.maximum.reduceat(best, np.arange(0, len(best), _LOOK))
        if len(looked) <= k:
            return np.flatnonzero(best)
        # k groups at least have a best row like this, and a total of (1 - g) times it or more
        least = float(np.partition(looked, len(looked) - k)[len(looked) - k])
        discounts = row_discounts(self.discount)
        bound = least * discounts[0] / float(np.max(self._most_of_best)) * (1 - 1e-12)
        return np.flatnonzero(best >= max(1.0, bound))

    def _scored(self, sums: npt.NDArray[np.int32], groups: Ints) -> Scored:
        """Score some groups of one need exactly."""
        first, last = self._group_ptr[groups], self._group_ptr[groups + 1]
        sizes = last - first
        rows = np.repeat(first - np.r_[0, np.cumsum(sizes)[:-1]], sizes) + np.arange(int(sizes.sum()))
        data = sums[rows]
        products = sparse.csr_array((data, rows, np.array([0, len(rows)])), shape=(1, len(self.row_group)))
        return group_scores(products, self._row_group, self.discount)

    # the way of many

    def _many(self, vectors: sparse.csr_array, k: int, allowed: Flags, barred: Sequence[Ints], threads: int) -> Scored:
        from expertmatch.index import kernel

        needs = vectors.shape[0]
        held, groups, scores = np.zeros(needs, np.int64), np.zeros((needs, k), np.int64), np.zeros((needs, k))
        indptr, indices = vectors.indptr.astype(np.int64), vectors.indices.astype(np.int32)
        barred_ptr = np.r_[0, np.cumsum([len(one) for one in barred])].astype(np.int64)
        listed = np.concatenate([_NOBODY, *barred])

        def search(part: tuple[int, int]) -> None:
            kernel.best_groups(
                indptr, indices, vectors.data, *part, self.term_ptr, self.term_rows, self.term_weights,
                self._block_rows, self.row_group, self._group_ptr, row_discounts(self.discount),
                self._most_of_best, allowed, barred_ptr, listed, held, groups, scores,
            )  # fmt: skip

        cuts = np.linspace(0, needs, min(needs, 8 * threads if threads > 1 else 1) + 1).astype(np.int64)
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(search, pairwise(cuts.tolist())))
        kept = np.arange(k) < held[:, None]
        return Scored(np.repeat(np.arange(needs), held), groups[kept], scores[kept])

    # what follows from the rows

    @cached_property
    def _row_group(self) -> Ints:
        return self.row_group.astype(np.int64)

    @cached_property
    def _by_term(self) -> sparse.csr_array:
        """Components by term, int32 so that products do not overflow, shape (terms, rows)."""
        shape = (len(self.term_ptr) - 1, len(self.row_group))
        return sparse.csr_array((self.term_weights.astype(np.int32), self.term_rows, self.term_ptr), shape=shape)

    @cached_property
    def _group_ptr(self) -> Ints:
        """Where the rows of each group begin, shape (groups + 1,)."""
        sizes: Ints = np.bincount(self.row_group, minlength=self.groups).astype(np.int64)
        return np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(sizes)])

    @cached_property
    def _with_rows(self) -> Ints:
        return np.flatnonzero(np.diff(self._group_ptr))

    @cached_property
    def _block_rows(self) -> Ints:
        """Where blocks of rows begin; no group is cut."""
        wanted = np.arange(0, len(self.row_group), _BLOCK_ROWS)
        begins = self._group_ptr[np.searchsorted(self._group_ptr, wanted)]
        block_rows: Ints = np.unique(np.r_[begins, len(self.row_group)])
        return block_rows

    @cached_property
    def _most_of_best(self) -> npt.NDArray[np.float64]:
        """The most that a group of each block can have as a share of its best row, shape (blocks,)."""
        sizes = np.diff(self._group_ptr)[self.row_group]
        most = np.maximum.reduceat(sizes, self._block_rows[:-1])
        share: npt.NDArray[np.float64] = np.cumsum(row_discounts(self.discount))[np.minimum(most, BEST_ROWS) - 1]
        return share


_NOBODY = np.empty(0, dtype=np.int64)
