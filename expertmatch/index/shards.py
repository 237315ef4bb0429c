"""Experts in shards: what each shard tells the others, and the search of one.

Each shard counts its own rows. Document frequencies are added up first; then every weight, length and score is the
number that one index over all rows would have, whichever way the experts were cut. A shard keeps its own
vocabulary, a part of the whole one in the same order, so even sums of fractions come out alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from expertmatch.index.counts import CountTable, count_terms, merge_counts, united
from expertmatch.index.expert_index import Rows
from expertmatch.index.search import Search
from expertmatch.index.terms import Terms, Weights
from expertmatch.index.topk import Scored
from expertmatch.index.weights import length_factors, row_lengths, row_vectors
from expertmatch.text import Analyzer

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Counted:
    """The rows of a shard, counted.

    Parameters
    ----------
    expert_ids : tuple of str
        Sorted.
    group : ndarray of int64, shape (rows,)
        The expert of each row, ascending.
    counts : CountTable
        Term counts of the rows.
    """

    expert_ids: tuple[str, ...]
    group: Ints
    counts: CountTable

    def __sizeof__(self) -> int:
        """Return the bytes held, so that a scheduler knows what moving it costs."""
        arrays = [array for m in self.counts.fields.values() for array in (m.data, m.indices, m.indptr)]
        return int(self.group.nbytes + sum(array.nbytes for array in arrays) + 100 * len(self.counts.terms))

    def told(self) -> Told:
        """Return what the other shards must know."""
        df = np.bincount(self.counts.total().indices, minlength=len(self.counts.terms)).astype(np.int64)
        return Told(self.expert_ids, self.counts.terms, df, self.counts.rows)


@dataclass(frozen=True, eq=False)
class Told:
    """What a shard tells the others.

    Parameters
    ----------
    expert_ids : tuple of str
        Sorted.
    terms : tuple of str
        Sorted.
    document_frequency : ndarray of int64, shape (terms,)
        How many of its rows hold each.
    rows : int
        How many rows it has.
    """

    expert_ids: tuple[str, ...]
    terms: tuple[str, ...]
    document_frequency: Ints
    rows: int

    def __sizeof__(self) -> int:
        """Return about the bytes held."""
        return int(self.document_frequency.nbytes + 100 * (len(self.terms) + len(self.expert_ids)))


@dataclass(frozen=True, eq=False)
class Share:
    """What a shard learns from the others.

    Parameters
    ----------
    places : ndarray of int64, shape (own terms,)
        Where its terms stand among all, ascending.
    term_weights : ndarray of float64, shape (own terms,)
        What each says, by the document frequencies of all rows.
    positions : ndarray of int64, shape (own experts,)
        Where its experts stand among all, ascending.
    """

    places: Ints
    term_weights: Floats
    positions: Ints

    def __sizeof__(self) -> int:
        """Return the bytes held."""
        return int(self.places.nbytes + self.term_weights.nbytes + self.positions.nbytes)


@dataclass(frozen=True, eq=False)
class Whole:
    """All shards together.

    Parameters
    ----------
    expert_ids : tuple of str
        Of all shards, sorted.
    terms : Terms
        Of all shards.
    shares : list of Share
        One for each shard.
    """

    expert_ids: tuple[str, ...]
    terms: Terms
    shares: list[Share]

    def __sizeof__(self) -> int:
        """Return about the bytes held."""
        return 100 * (len(self.expert_ids) + len(self.terms.spelt)) + sum(share.__sizeof__() for share in self.shares)


@dataclass(frozen=True, eq=False)
class ShardSearch:
    """The search of one shard, in terms and experts of all.

    Parameters
    ----------
    search : Search
        Over its own rows.
    share : Share
        Where its terms and experts stand among all.
    """

    search: Search
    share: Share

    def __sizeof__(self) -> int:
        """Return the bytes held, so that a scheduler knows what moving it costs."""
        held = self.search
        arrays = (held.term_ptr, held.term_rows, held.term_weights, held.row_group)
        return int(sum(array.nbytes for array in arrays) + self.share.__sizeof__())

    def top(self, vectors: sparse.csr_array, k: int, *, threads: int = 1) -> Scored:
        """Return the best k experts of this shard for each need.

        Parameters
        ----------
        vectors : csr_array of int16, shape (needs, all terms)
            As :meth:`Terms.vectors` gives them.
        k : int
            How many at most.
        threads : int, default 1
            How many threads search.

        Returns
        -------
        Scored
            Experts by their position among all.
        """
        places = self.share.places
        own = np.minimum(np.searchsorted(places, vectors.indices), max(0, len(places) - 1))
        known = places[own] == vectors.indices if len(places) else np.zeros(len(own), dtype=bool)
        indptr = np.r_[0, np.cumsum(known)][vectors.indptr]
        here = sparse.csr_array(
            (vectors.data[known], own[known].astype(np.int32), indptr), shape=(vectors.shape[0], len(places))
        )
        found = self.search.top(here, k, threads=threads)
        return Scored(found.need, self.share.positions[found.group], found.score)


def count_shard(rows: Rows, analyzer: Analyzer) -> Counted:
    """Count the rows of a shard.

    Parameters
    ----------
    rows : Rows
        All rows of its experts.
    analyzer : Analyzer
        Text to terms.

    Returns
    -------
    Counted
    """
    return Counted(rows.expert_ids, rows.group, count_terms(rows.texts, analyzer))


def join_counted(parts: Sequence[Counted]) -> Counted:
    """Make one shard of several.

    Parameters
    ----------
    parts : sequence of Counted
        At least one; no expert in two.

    Returns
    -------
    Counted
        What :func:`count_shard` gives of all their rows.
    """
    if len(parts) == 1:
        return parts[0]
    ids, positions = united([part.expert_ids for part in parts])
    group = np.concatenate([position[part.group] for part, position in zip(parts, positions, strict=True)])
    order = np.argsort(group, kind="stable")
    return Counted(ids, group[order], merge_counts([part.counts for part in parts], order))


def join_shards(told: Sequence[Told], analyzer: Analyzer, weights: Weights) -> Whole:
    """Add up what the shards tell.

    Parameters
    ----------
    told : sequence of Told
        At least one; no expert in two.
    analyzer : Analyzer
        Text to terms.
    weights : Weights
        How terms, fields and works count.

    Returns
    -------
    Whole
    """
    spelt, places = united([one.terms for one in told])
    df = np.zeros(len(spelt), dtype=np.int64)
    for one, place in zip(told, places, strict=True):
        df[place] += one.document_frequency
    terms = Terms.of(spelt, df, sum(one.rows for one in told), analyzer=analyzer, weights=weights)
    ids, positions = united([one.expert_ids for one in told])
    shares = [
        Share(place, terms.term_weights[place], position) for place, position in zip(places, positions, strict=True)
    ]
    return Whole(ids, terms, shares)


def shard_lengths(counted: Counted, share: Share) -> Floats:
    """Return the length of each row's weights.

    Parameters
    ----------
    counted : Counted
        The shard.
    share : Share
        What it learned.

    Returns
    -------
    ndarray of float64, shape (rows,)
    """
    return row_lengths(counted.counts.fields, share.term_weights, threads=1)


def search_shard(counted: Counted, share: Share, lengths: Floats, pivot: float, weights: Weights) -> ShardSearch:
    """Return the search of a shard.

    Parameters
    ----------
    counted : Counted
        The shard.
    share : Share
        What it learned.
    lengths : ndarray of float64, shape (rows,)
        As :func:`shard_lengths` gives them.
    pivot : float
        The mean length of the rows of all shards.
    weights : Weights
        How terms, fields and works count.

    Returns
    -------
    ShardSearch
    """
    factors = length_factors(lengths, weights.length_slope, pivot)
    fields, field_weights = counted.counts.fields, weights.of_fields()
    vectors = row_vectors(fields, share.term_weights, field_weights, factors, threads=1)
    groups = len(counted.expert_ids)
    return ShardSearch(Search.of(vectors, counted.group, groups=groups, discount=weights.works_discount), share)
