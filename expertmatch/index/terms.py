"""Terms: the vocabulary of an index, what each term says, and needs in its words."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy import sparse

from expertmatch.errors import check_number
from expertmatch.index.counts import CountTable, count_terms
from expertmatch.index.deferred import Places
from expertmatch.index.weights import combine_fields, inverse_document_frequency, quantise
from expertmatch.text import CHARACTER_MARK, Analyzer

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Weights:
    """How terms, fields and works count; chosen on halves of real data, see docs/decisions/0003-text-signal.md.

    Parameters
    ----------
    character_weight : float, default 0.8
        Weight of a character or a pair of neighbours against a word, 0 to 1.
    character_share : float, default 0.1
        A single character that stands in more than this share of the rows says nothing and is left out, 0 to 1.
    synonym_weight : float, default 0.5
        Weight of a need's term in the place of its synonym, 0 to 1.
    length_slope : float, default 0.7
        1 counts short rows like long ones; towards 0, rows shorter than usual count less.
    works_discount : float, default 0.5
        g of the discounted sum of an expert's rows; 0 takes the best row alone. Below 1.
    title_weight, text_weight, keywords_weight : float, default 1
        Weight of each field's unit vector, 0 to 10.

    Raises
    ------
    SettingError
        A value out of range.

    Examples
    --------
    >>> Weights(works_discount=0.3).works_discount
    0.3
    """

    character_weight: float = 0.8
    character_share: float = 0.1
    synonym_weight: float = 0.5
    length_slope: float = 0.7
    works_discount: float = 0.5
    title_weight: float = 1.0
    text_weight: float = 1.0
    keywords_weight: float = 1.0

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            most = 10.0 if name in ("title_weight", "text_weight", "keywords_weight") else 1.0
            check_number(name, value, most, open_end=name == "works_discount")

    def of_fields(self) -> dict[str, float]:
        """Return the weight of each field by its name."""
        return {"title": self.title_weight, "text": self.text_weight, "keywords": self.keywords_weight}


@dataclass(frozen=True, kw_only=True, eq=False)
class Terms:
    """The vocabulary of an index: what each term says of a row, and of a need.

    Parameters
    ----------
    spelt : tuple of str
        The terms, sorted.
    document_frequency : ndarray of int64, shape (terms,)
        How many rows hold each.
    term_weights : ndarray of float64, shape (terms,)
        What each says.
    analyzer : Analyzer
        Text to terms.
    weights : Weights
        How terms, fields and works count.
    """

    spelt: tuple[str, ...]
    document_frequency: Ints
    term_weights: npt.NDArray[np.float64]
    analyzer: Analyzer
    weights: Weights

    @classmethod
    def of(
        cls, spelt: tuple[str, ...], document_frequency: Ints, rows: int, *, analyzer: Analyzer, weights: Weights
    ) -> Terms:
        """Weigh terms: inverse document frequency times the weight of the term's sort.

        Parameters
        ----------
        spelt, document_frequency, rows, analyzer, weights
            As for the class.

        Returns
        -------
        Terms
        """
        # marked terms stand together, as terms are sorted
        marked = slice(bisect_left(spelt, CHARACTER_MARK), bisect_left(spelt, chr(ord(CHARACTER_MARK) + 1)))
        sizes = np.fromiter(map(len, spelt[marked]), dtype=np.int64, count=marked.stop - marked.start)
        says_nothing = (sizes == 2) & (document_frequency[marked] > weights.character_share * rows)
        sort = np.ones(len(spelt))
        sort[marked] = np.where(says_nothing, 0.0, weights.character_weight)
        return cls(
            spelt=spelt,
            document_frequency=document_frequency,
            term_weights=sort * inverse_document_frequency(document_frequency, rows),
            analyzer=analyzer,
            weights=weights,
        )

    @cached_property
    def ids(self) -> Places:
        """Place of each term."""
        return Places(self.spelt)

    def vectors(self, needs: Mapping[str, Sequence[str]]) -> sparse.csr_array:
        """Return the stored vectors of needs.

        Parameters
        ----------
        needs : dict of str to sequence of str
            Field (title, text, keywords) to one text per need.

        Returns
        -------
        csr_array of int16, shape (needs, terms)
            Rows of needs without known terms are empty.
        """
        fields = {name: self._need_counts(texts) for name, texts in needs.items()}
        return quantise(combine_fields(fields, self.term_weights, self.weights.of_fields()))

    def _need_counts(self, texts: Sequence[str]) -> sparse.csr_array:
        known, ids = count_terms({"field": texts}, self.analyzer), self.ids
        counts = known.fields["field"].tocoo()
        place = np.array([ids.get(term, -1) for term in known.terms], dtype=np.int64)
        columns = place[counts.col] if len(place) else np.empty(0, dtype=np.int64)
        kept = columns >= 0
        shape = (len(texts), len(self.spelt))
        own = sparse.csr_array((counts.data[kept].astype(np.float64), (counts.row[kept], columns[kept])), shape=shape)
        own.sort_indices()
        return self._with_synonyms(own, known)

    def _with_synonyms(self, own: sparse.csr_array, known: CountTable) -> sparse.csr_array:
        """Add, for terms of the need that have synonyms, those the need does not name itself."""
        weight, ids = self.weights.synonym_weight, self.ids
        if not weight:
            return own
        counts = known.fields["field"]
        added: dict[tuple[int, int], float] = {}
        for place, term in enumerate(known.terms):
            others = [ids[other] for other in self.analyzer.synonyms_of(term) if other in ids]
            if not others:
                continue
            column = counts[:, [place]].tocoo()
            for row, count in zip(column.row.tolist(), column.data.tolist(), strict=True):
                for other in others:
                    added[row, other] = max(added.get((row, other), 0.0), weight * count)
        new = {pair: value for pair, value in added.items() if own[pair] == 0}
        if not new:
            return own
        rows, columns = (np.array(axis) for axis in zip(*new, strict=True))
        more = sparse.csr_array((np.fromiter(new.values(), dtype=np.float64), (rows, columns)), shape=own.shape)
        both = own + more
        both.sort_indices()
        return both
