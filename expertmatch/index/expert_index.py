"""ExpertIndex: rows of text to vectors, needs to scores."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2b

import numpy as np
import numpy.typing as npt
from scipy import sparse

from expertmatch.index.counts import CountTable, Progress, count_terms, merge_counts
from expertmatch.index.search import Search
from expertmatch.index.terms import Terms, Weights
from expertmatch.index.topk import Scored, joined
from expertmatch.index.weights import length_factors, row_lengths, row_vectors
from expertmatch.text import Analyzer

FIELDS = ("title", "text", "keywords")
"""What needs and rows consist of; a profile's title is its fields of research, its text the bio."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Rows:
    """What is indexed: one row of text a work or a profile, in canonical order.

    Parameters
    ----------
    expert_ids : tuple of str
        Sorted; groups are positions in it.
    group : ndarray of int64, shape (rows,)
        The expert of each row, ascending.
    keys : tuple of str
        Work id, or ``""`` for a profile.
    texts : mapping of str to tuple of str
        Field to one text per row.
    """

    expert_ids: tuple[str, ...]
    group: npt.NDArray[np.int64]
    keys: tuple[str, ...]
    texts: Mapping[str, tuple[str, ...]]

    @classmethod
    def build(cls, expert_ids: Iterable[str], rows: Iterable[Sequence[str]]) -> Rows:
        """Sort experts and rows, so that the order they came in does not matter.

        Parameters
        ----------
        expert_ids : iterable of str
            All experts, with rows or without.
        rows : iterable of (expert_id, key, title, text, keywords)
            Texts at the end may be left out; rows without any text are.

        Returns
        -------
        Rows
        """
        ids = tuple(sorted(set(expert_ids)))
        place = {expert: i for i, expert in enumerate(ids)}
        kept = sorted((place[expert], key, _padded(texts)) for expert, key, *texts in rows if any(texts))
        return cls(
            expert_ids=ids,
            group=np.array([row[0] for row in kept], dtype=np.int64),
            keys=tuple(key for _, key, _ in kept),
            texts={name: tuple(texts[i] for _, _, texts in kept) for i, name in enumerate(FIELDS)},
        )

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.keys)

    def digests(self) -> list[bytes]:
        """Return a hash of each row's texts."""
        told = ("".join(f"{len(text)}:{text}" for text in texts) for texts in self.of_each())
        return [blake2b(row.encode("utf-8", "surrogatepass"), digest_size=16).digest() for row in told]

    def of_each(self) -> Iterator[tuple[str, ...]]:
        """Return the texts of each row; equal texts have equal terms."""
        return zip(*self.texts.values(), strict=True)


def _padded(texts: list[str]) -> tuple[str, ...]:
    return (*texts, *[""] * (len(FIELDS) - len(texts)))


@dataclass(frozen=True, kw_only=True, eq=False)
class ExpertIndex:
    """Rows as vectors; everything but the counts follows from the counts.

    Parameters
    ----------
    rows : Rows
        What is indexed.
    counts : CountTable
        Term counts of the rows.
    analyzer : Analyzer
        Text to terms.
    weights : Weights
        How terms, fields and works count.

    Examples
    --------
    >>> rows = Rows.build(["E1", "E2"], [("E1", "W1", "猕猴桃溃疡病防治", ""), ("E2", "W2", "混凝土裂缝", "")])
    >>> index = ExpertIndex.fit(rows, analyzer=Analyzer(), weights=Weights())
    >>> index.top(index.vectors({"title": ["猕猴桃病害"]}), 5).group.tolist()
    [0]
    """

    rows: Rows
    counts: CountTable
    analyzer: Analyzer
    weights: Weights = field(default_factory=Weights)

    @classmethod
    def fit(
        cls,
        rows: Rows,
        *,
        analyzer: Analyzer,
        weights: Weights,
        processes: int = 1,
        progress: Progress | None = None,
    ) -> ExpertIndex:
        """Analyse all rows.

        Parameters
        ----------
        rows : Rows
            What to index.
        analyzer : Analyzer
            Text to terms.
        weights : Weights
            How terms, fields and works count.
        processes : int, default 1
            How many processes analyse; the index does not depend on it.
        progress : callable, optional
            Told how many rows are analysed, and of how many.

        Returns
        -------
        ExpertIndex
        """
        counts = count_terms(rows.texts, analyzer, processes=processes, progress=progress)
        return cls(rows=rows, counts=counts, analyzer=analyzer, weights=weights)

    def update(self, rows: Rows, *, processes: int = 1, progress: Progress | None = None) -> ExpertIndex:
        """Return the index of other rows, analysing only texts that are not here already.

        Parameters
        ----------
        rows : Rows
            All rows of the new state.
        processes : int, default 1
            How many processes analyse.
        progress : callable, optional
            Told how many new rows are analysed, and of how many.

        Returns
        -------
        ExpertIndex
            Equal to ``fit(rows)`` in every number.
        """
        here = {texts: i for i, texts in enumerate(self.rows.of_each())}
        wanted = list(rows.of_each())
        fresh = [i for i, texts in enumerate(wanted) if texts not in here]
        columns = {name: [column[i] for i in fresh] for name, column in rows.texts.items()}
        counted = count_terms(columns, self.analyzer, processes=processes, progress=progress)
        place = {i: len(self.rows) + k for k, i in enumerate(fresh)}
        order = [place[i] if i in place else here[texts] for i, texts in enumerate(wanted)]
        counts = merge_counts([self.counts, counted], np.array(order, dtype=np.int64))
        return ExpertIndex(rows=rows, counts=counts, analyzer=self.analyzer, weights=self.weights)

    # what follows from the counts

    @cached_property
    def terms(self) -> Terms:
        """The vocabulary, and what each term says."""
        df = np.bincount(self.counts.total().indices, minlength=len(self.counts.terms)).astype(np.int64)
        return Terms.of(self.counts.terms, df, len(self.rows), analyzer=self.analyzer, weights=self.weights)

    @property
    def term_ids(self) -> Mapping[str, int]:
        """Place of each term."""
        return self.terms.ids

    @property
    def document_frequency(self) -> npt.NDArray[np.int64]:
        """How many rows hold each term, shape (terms,)."""
        return self.terms.document_frequency

    @property
    def term_weights(self) -> npt.NDArray[np.float64]:
        """Inverse document frequency times the weight of the term's sort, shape (terms,)."""
        return self.terms.term_weights

    @cached_property
    def row_vectors(self) -> sparse.csr_array:
        """Stored vectors of the rows, shape (rows, terms), int16."""
        lengths = row_lengths(self.counts.fields, self.term_weights)
        factors = length_factors(lengths, self.weights.length_slope)
        return row_vectors(self.counts.fields, self.term_weights, self.weights.of_fields(), factors)

    @cached_property
    def usable(self) -> npt.NDArray[np.bool_]:
        """Whether each expert has a row with known terms, shape (experts,)."""
        has = np.zeros(len(self.rows.expert_ids), dtype=bool)
        has[self.rows.group[np.diff(self.row_vectors.indptr) > 0]] = True
        return has

    @cached_property
    def search(self) -> Search:
        """Row vectors by term."""
        return self._searched(self.row_vectors, self.rows.group)

    def _searched(self, vectors: sparse.csr_array, group: npt.NDArray[np.int64]) -> Search:
        experts, discount = len(self.rows.expert_ids), self.weights.works_discount
        return Search.of(vectors, group, groups=experts, discount=discount)

    # needs

    def vectors(self, needs: Mapping[str, Sequence[str]]) -> sparse.csr_array:
        """Return the stored vectors of needs, as :meth:`expertmatch.index.terms.Terms.vectors` does.

        Parameters
        ----------
        needs : dict of str to sequence of str
            Field (title, text, keywords) to one text per need.

        Returns
        -------
        csr_array of int16, shape (needs, terms)
        """
        return self.terms.vectors(needs)

    def scores(self, vectors: sparse.csr_array, experts: npt.NDArray[np.int64] | None = None) -> Iterator[Scored]:
        """Give the signal of every expert who shares a term with a need, block by block.

        Parameters
        ----------
        vectors : csr_array of int16, shape (needs, terms)
            As :meth:`vectors` gives them.
        experts : ndarray of int64, optional
            Only these experts, by position.

        Returns
        -------
        iterator of Scored
            Needs in order, numbered over all blocks; within a need by expert.
        """
        if experts is None:
            return self.search.scores(vectors)
        rows = np.flatnonzero(np.isin(self.rows.group, experts))
        return self._searched(self.row_vectors[rows], self.rows.group[rows]).scores(vectors)

    def top(
        self,
        vectors: sparse.csr_array,
        k: int,
        *,
        allowed: npt.NDArray[np.bool_] | None = None,
        barred: Sequence[npt.NDArray[np.int64]] | None = None,
        threads: int | None = None,
    ) -> Scored:
        """Return the best k experts of each need under the total order.

        Parameters
        ----------
        vectors : csr_array of int16, shape (needs, terms)
            As :meth:`vectors` gives them.
        k : int
            How many at most; fewer where fewer share a term.
        allowed, barred, threads
            As for :meth:`expertmatch.index.search.Search.top`.

        Returns
        -------
        Scored
            Sorted by need, then rank.
        """
        return self.search.top(vectors, k, allowed=allowed, barred=barred, threads=threads)

    def pair_scores(
        self, vectors: sparse.csr_array, need: npt.NDArray[np.int64], expert: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.float64]:
        """Return the signal of given pairs, 0 where they share no term.

        Parameters
        ----------
        vectors : csr_array of int16, shape (needs, terms)
            As :meth:`vectors` gives them.
        need, expert : ndarray of int64, shape (pairs,)
            Positions.

        Returns
        -------
        ndarray of float64, shape (pairs,)
            The same numbers as :meth:`top` gives.
        """
        experts = len(self.rows.expert_ids)
        known = joined(self.scores(vectors, np.unique(expert)))
        keys, wanted = known.need * experts + known.group, need * experts + expert
        place = np.minimum(np.searchsorted(keys, wanted), max(0, len(keys) - 1))
        if not len(keys):
            return np.zeros(len(wanted))
        return np.where(keys[place] == wanted, known.score[place], 0.0)
