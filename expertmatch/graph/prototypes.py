"""Arrays of linking: what the words of disciplines weigh, and how near a text is to each label.

A label (a discipline at some level, or a label of a crosswalk) is the sum of its disciplines' words. Each word
gives features: itself as a phrase, the words it is cut into, their characters and pairs of neighbours. With c the
count of a feature among a label's words, L the number of labels and p the shares of the labels in the feature (each
label's count divided by all its counts, so that a label with many words has no advantage),

    weight = log2(1 + c) · (1 - H(p) / ln L) · s,

where H is the entropy and s the weight of the feature's sort: a feature of one label counts fully, one that all
labels have alike says nothing. A label's vector is brought to length 1, or less where a label has more words than
usual (weights.length_factors). A text is weighted alike; nearness is the cosine, a sum over the features they share.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy import sparse

from expertmatch.errors import check_number
from expertmatch.graph.disciplines import DisciplineTree
from expertmatch.graph.features import PHRASE_MARK, Features
from expertmatch.index.counts import CountTable, count_terms
from expertmatch.index.weights import length_factors, row_norms, weighted
from expertmatch.text import CHARACTER_MARK

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

WORDS = "words"
"""The one field that is counted here."""

_COMMON = 0.2
"""A feature that stands in more than this share of the texts says nothing about their labels."""

_FEW = 20
"""... but one in so many texts is not yet common."""

_LEAST_SHARE = 0.001

_OTHERS = 100
"""Texts near all labels alike that are added to a batch before its means are taken."""


@dataclass(frozen=True, kw_only=True)
class LinkWeights:
    """How features count; chosen on titles of one set of real data and half the abstracts of another.

    Parameters
    ----------
    phrase_weight, pair_weight, character_weight : float
        Weight of a whole word of the lexicon, of a pair of neighbouring characters, of a single character,
        against a word of the analyzer; 0 to 10.
    length_slope : float
        0 to 2. 1 counts labels with few words like those with many; below they count less, above more.
    inherit : float
        How much a word of a discipline counts for the labels of the disciplines under it, 0 to 1.
    text_weight : float
        Share of what labelled texts (a pool's, or the batch itself when refining) say against the lexicon, 0 to 1.
    sharpness : float
        How surely a text of the batch belongs to its nearest labels when refining; above 0.
    rounds : int
        Rounds of refining.

    Raises
    ------
    SettingError
        A value out of range.
    """

    phrase_weight: float = 1.0
    pair_weight: float = 0.8
    character_weight: float = 0.6
    length_slope: float = 1.0
    inherit: float = 0.3
    text_weight: float = 0.4
    sharpness: float = 3.0
    rounds: int = 1

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            most = 1.0 if name in ("inherit", "text_weight") else 2.0 if name == "length_slope" else 10.0
            check_number(name, value, most)

    def of(self, features: Sequence[str]) -> Floats:
        """Return the weight of each feature's sort."""
        return np.array([self._sort(feature) for feature in features], dtype=np.float64)

    def _sort(self, feature: str) -> float:
        if feature.startswith(PHRASE_MARK):
            return self.phrase_weight
        if feature.startswith(CHARACTER_MARK):
            return self.character_weight if len(feature) == 2 else self.pair_weight
        return 1.0


@dataclass(frozen=True, eq=False)
class Prototypes:
    """A vector per label.

    Parameters
    ----------
    places : dict of str to int
        Place of each feature.
    term_weights : ndarray of float64, shape (features,)
        Weight of a feature that stands once in a text.
    matrix : csr_array, shape (labels, features), float64
        Rows of length at most 1, nothing below 0.
    """

    places: dict[str, int]
    term_weights: Floats
    matrix: sparse.csr_array

    @classmethod
    def of_words(cls, counts: CountTable, members: sparse.csr_array, weights: LinkWeights) -> Prototypes:
        """Make them from the words of a tree's disciplines.

        Parameters
        ----------
        counts : CountTable
            Features of each discipline's words.
        members : csr_array, shape (disciplines, labels)
            How much each discipline counts for each label.
        weights : LinkWeights
            How features count.

        Returns
        -------
        Prototypes
        """
        table = sparse.csr_array(members.T @ counts.fields[WORDS].astype(np.float64))
        table.sort_indices()
        term_weights = certainty(table) * weights.of(counts.terms)
        vectors = weighted(table, term_weights)
        matrix = _scaled(vectors, length_factors(row_norms(vectors), weights.length_slope))
        return cls({term: i for i, term in enumerate(counts.terms)}, term_weights, matrix)

    @classmethod
    def of_texts(
        cls, counts: CountTable, members: sparse.csr_array, weights: LinkWeights, *, least: int = 1
    ) -> Prototypes:
        """Make them from texts that belong to labels: the centre of each label's, less the centre of all.

        Parameters
        ----------
        counts : CountTable
            Features of each text.
        members : csr_array, shape (texts, labels)
            How much each text belongs to each label, at least 0.
        weights : LinkWeights
            How features count.
        least : int, default 1
            A feature counts that stands in at least so many texts.

        Returns
        -------
        Prototypes
            Labels without texts have an empty row.
        """
        table = counts.fields[WORDS]
        texts = table.shape[0]
        df = np.bincount(table.indices, minlength=table.shape[1])
        term_weights = np.log((1.0 + texts) / (1.0 + df)) * weights.of(counts.terms)
        term_weights[[term.startswith(PHRASE_MARK) for term in counts.terms]] = 0.0
        term_weights[(df < least) | (df > max(_COMMON * texts, _FEW))] = 0.0
        vectors = _scaled(weighted(table, term_weights))
        mass = np.asarray(members.sum(axis=0)).ravel()
        centres = sparse.csr_array(members.T @ vectors)
        centres.sort_indices()
        lengths = np.diff(centres.indptr)
        data = _divided(centres.data, np.repeat(mass, lengths))
        usual = np.bincount(centres.indices, weights=data, minlength=len(counts.terms)) / max(1, int((mass > 0).sum()))
        apart = np.maximum(data - usual[centres.indices], 0.0)
        matrix = sparse.csr_array((apart, centres.indices, centres.indptr), shape=centres.shape)
        matrix.eliminate_zeros()
        return cls({term: i for i, term in enumerate(counts.terms)}, term_weights, _scaled(matrix))

    def vectors(self, counts: CountTable) -> sparse.csr_array:
        """Return texts as vectors of length 1; texts without known features are empty."""
        place = np.array([self.places.get(term, -1) for term in counts.terms], dtype=np.int64)
        table = counts.fields[WORDS].tocoo()
        columns = place[table.col] if len(place) else np.empty(0, dtype=np.int64)
        kept = columns >= 0
        shape = (table.shape[0], len(self.places))
        known = sparse.csr_array((table.data[kept].astype(np.float64), (table.row[kept], columns[kept])), shape=shape)
        known.sort_indices()
        return _scaled(weighted(known, self.term_weights))

    def nearness(self, vectors: sparse.csr_array) -> Floats:
        """Return the cosine of each text and label, shape (texts, labels), each in [0, 1]."""
        near: Floats = np.clip((vectors @ self._across).toarray(), 0.0, 1.0)
        return near

    def shares(self, vectors: sparse.csr_array, text: Ints, label: Ints) -> sparse.csr_array:
        """Return what each feature adds to the nearness of given pairs, shape (pairs, features)."""
        rows = sparse.csr_array(vectors[text])
        rows.sort_indices()
        width = rows.shape[1]
        wanted = np.repeat(label, np.diff(rows.indptr)) * width + rows.indices
        place = np.minimum(np.searchsorted(self._keys, wanted), max(0, len(self._keys) - 1))
        known = self._keys[place] == wanted if len(self._keys) else np.zeros(len(wanted), dtype=bool)
        values = np.where(known, self.matrix.data[place], 0.0) if len(self._keys) else np.zeros(len(wanted))
        return sparse.csr_array((rows.data * values, rows.indices, rows.indptr), shape=rows.shape)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The features, in the order of their places."""
        return tuple(self.places)

    @cached_property
    def _across(self) -> sparse.csr_array:
        """The matrix on its side, turned once: a product with it would turn it every time."""
        return self.matrix.T.tocsr()

    @cached_property
    def _keys(self) -> Ints:
        """Place of each entry of the matrix, row by row."""
        rows = np.repeat(np.arange(self.matrix.shape[0], dtype=np.int64), np.diff(self.matrix.indptr))
        keys: Ints = rows * self.matrix.shape[1] + self.matrix.indices
        return keys


def word_counts(tree: DisciplineTree, features: Features) -> CountTable:
    """Count the features of each discipline's name and words, disciplines in the tree's order.

    A word that stands under a discipline and under one below it counts below alone: the words of a first-level
    discipline are those of its branches too, and a branch may have a label of its own.

    Parameters
    ----------
    tree : DisciplineTree
        Disciplines and their words.
    features : Features
        Words to features.

    Returns
    -------
    CountTable
        One field, a row per discipline.
    """
    rows = []
    for each in tree.disciplines.values():
        below = {word for code in tree.children(each.code) for word in tree.lexicon(code)}
        words = [word for word in each.terms if word not in below]
        rows.append("\n".join([each.name, *words]) if each.terms else "")
    return count_terms({WORDS: rows}, features)


def memberships(
    labels_of: Sequence[Sequence[int]], above: Sequence[int], inherit: float, labels: int
) -> sparse.csr_array:
    """Return how much each discipline counts for each label.

    Parameters
    ----------
    labels_of : sequence of sequence of int
        The labels of each discipline.
    above : sequence of int
        The discipline above each, -1 if none.
    inherit : float
        How much a discipline counts for the labels of those under it, 0 to 1.
    labels : int
        How many labels there are.

    Returns
    -------
    csr_array, shape (disciplines, labels), float64
    """
    weight: dict[tuple[int, int], float] = {}
    for place, own in enumerate(labels_of):
        over, share = place, 1.0
        while over >= 0 and share > 0:
            for label in own:
                weight[over, label] = max(weight.get((over, label), 0.0), share)
            over, share = above[over], share * inherit
    rows, columns = np.array(list(weight), dtype=np.int64).reshape(-1, 2).T
    data = np.fromiter(weight.values(), dtype=np.float64, count=len(weight))
    return sparse.csr_array((data, (rows, columns)), shape=(len(labels_of), labels))


def certainty(table: sparse.csr_array) -> Floats:
    """Return how surely each feature tells a label: 1 if only one has it, 0 if all have it alike.

    Parameters
    ----------
    table : csr_array, shape (labels, features)
        Counts, at least 0.

    Returns
    -------
    ndarray of float64, shape (features,)
        1 - entropy of the feature's shares / ln(labels); shares are of the label's counts.

    Examples
    --------
    >>> certainty(sparse.csr_array(np.array([[2.0, 2.0], [0.0, 4.0]]))).round(3).tolist()
    [1.0, 0.082]
    """
    rates = _divided(table.data, np.repeat(np.asarray(table.sum(axis=1)).ravel(), np.diff(table.indptr)))
    total = np.bincount(table.indices, weights=rates, minlength=table.shape[1])
    shares = _divided(rates, total[table.indices])
    told = -shares * np.log(np.where(shares > 0, shares, 1.0))
    entropy = np.bincount(table.indices, weights=told, minlength=table.shape[1])
    found: Floats = np.clip(1.0 - entropy / np.log(max(2, table.shape[0])), 0.0, 1.0)
    return found


def evened(nearness: Floats) -> Floats:
    """Damp labels that all texts of a batch are near to, by the root of their mean nearness.

    Some labels draw texts of every sort, because their words are common ones. The mean is taken as if a hundred
    further texts were near all labels alike, so that a small batch changes little; each text's largest stays.

    Parameters
    ----------
    nearness : ndarray, shape (texts, labels)
        At least 0.

    Returns
    -------
    ndarray of float64, shape (texts, labels)
    """
    if not nearness.size:
        return nearness
    mean = nearness.mean(axis=0)
    usual = (len(nearness) * mean + _OTHERS * mean.mean()) / (len(nearness) + _OTHERS)
    damped = _divided(nearness, np.sqrt(usual)[None, :])
    found: Floats = _divided(damped, damped.max(axis=1, keepdims=True)) * nearness.max(axis=1, keepdims=True)
    return found


def sharpened(nearness: Floats, sharpness: float) -> Floats:
    """Return how much each text belongs to each label: softmax of z-scores, times its largest.

    Rows of 0 stay 0, and so do shares below a thousandth.

    Parameters
    ----------
    nearness : ndarray, shape (texts, labels)
        At least 0.
    sharpness : float
        0 spreads evenly, larger prefers the nearest.

    Returns
    -------
    ndarray of float64, shape (texts, labels)
    """
    spread = nearness.std(axis=1, keepdims=True)
    z = _divided(nearness - nearness.max(axis=1, keepdims=True), spread)
    shares = np.exp(sharpness * z) * (spread > 0)
    shares = _divided(shares, shares.sum(axis=1, keepdims=True))
    found: Floats = shares * shares.max(axis=1, keepdims=True)
    found[found < _LEAST_SHARE] = 0.0
    return found


def blended(words: Floats, texts: Floats, share: float) -> Floats:
    """Return nearness to words and to texts as one, in [0, 1].

    Each is measured in parts of the text's largest, so that their scales do not matter, and the sum is brought
    back to the larger of the two.
    """
    most_words, most_texts = words.max(axis=1, keepdims=True), texts.max(axis=1, keepdims=True)
    both = (1.0 - share) * _divided(words, most_words) + share * _divided(texts, most_texts)
    found: Floats = both * np.maximum(most_words, most_texts)
    return found


def _divided(values: Floats, by: Floats) -> Floats:
    by = np.broadcast_to(by, values.shape)
    return np.divide(values, by, out=np.zeros_like(values), where=by > 0)


def _scaled(matrix: sparse.csr_array, lengths: Floats | float = 1.0) -> sparse.csr_array:
    """Give rows a length; empty ones stay so."""
    factors = _divided(np.broadcast_to(np.asarray(lengths), (matrix.shape[0],)).astype(np.float64), row_norms(matrix))
    data = matrix.data * np.repeat(factors, np.diff(matrix.indptr))
    return sparse.csr_array((data, matrix.indices, matrix.indptr), shape=matrix.shape)
