"""Needs as vectors: what they say, joined with the disciplines they belong to.

With x the TF-IDF vector of a need (the index's own, see index/weights.py), d the vector of its nearness to every
first-level discipline (graph/linking.py), both of length 1, and w the weight of disciplines, the likeness of two
needs is

    (1 - w) · x·x' + w · d·d',

in [0, 1]. It is the product of the joined vectors (√(1 - w) x, √w d). Components are whole numbers, so products are
exact and do not depend on the order of rows or on how many threads multiply.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from expertmatch.graph.declared import need_texts
from expertmatch.graph.linking import Linker
from expertmatch.index import ExpertIndex, Rows, Weights
from expertmatch.index.expert_index import FIELDS
from expertmatch.index.topk import SCALE
from expertmatch.index.weights import ONE, quantise

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_BLOCK = 512
"""Needs compared at a time; bounds memory beside the result."""

_TOP, _POWER = 3, 2.0
"""As graph/mixtures.py: the three nearest disciplines, with the square of their nearness."""


@dataclass(frozen=True, eq=False, kw_only=True)
class NeedVectors:
    """Needs as joined vectors.

    Parameters
    ----------
    text : csr_array of int16, shape (needs, terms)
        What they say.
    disciplines : csr_array of int16, shape (needs, disciplines)
        What they are near to.
    weight : float
        Weight of disciplines against text, 0 to 1.
    """

    text: sparse.csr_array
    disciplines: sparse.csr_array
    weight: float

    def __len__(self) -> int:
        """Return the number of needs."""
        return int(self.text.shape[0])

    @property
    def usable(self) -> npt.NDArray[np.bool_]:
        """Whether each need says anything, shape (needs,)."""
        return np.asarray(np.diff(self.text.indptr) > 0)

    def part(self, places: Ints) -> NeedVectors:
        """Return some of the needs."""
        return NeedVectors(text=self.text[places], disciplines=self.disciplines[places], weight=self.weight)

    def joined(self) -> sparse.csr_array:
        """Return the joined vectors, shape (needs, terms + disciplines), float64: what any clustering can take."""
        parts = ((self.text, 1.0 - self.weight), (self.disciplines, self.weight))
        return sparse.csr_array(sparse.hstack([part * (np.sqrt(share) / ONE) for part, share in parts], format="csr"))

    def distances(self) -> Floats:
        """Return 1 - likeness of every pair, in the order of scipy's condensed matrices, shape (n · (n - 1) / 2,)."""
        n = len(self)
        found = np.empty(n * (n - 1) // 2)
        words = sparse.csr_array(self.text.astype(np.int32).T.tocsr())
        fields = self.disciplines.toarray().astype(np.float64)  # whole numbers: sums stay exact below 2**53
        done = 0
        for start in range(0, n, _BLOCK):
            stop = min(n, start + _BLOCK)
            said = (self.text[start:stop].astype(np.int32) @ words).toarray()
            near = fields[start:stop] @ fields[start:].T
            for i in range(start, stop):
                alike = (1.0 - self.weight) * said[i - start, i + 1 :] + self.weight * near[i - start, i + 1 - start :]
                found[done : done + n - 1 - i] = 1.0 - alike * SCALE
                done += n - 1 - i
        return found

    def to_others(self, places: Ints) -> Floats:
        """Return the mean likeness of each of some needs to the others of them, in [0, 1].

        Parameters
        ----------
        places : ndarray of int, shape (members,)
            At least two.

        Returns
        -------
        ndarray of float64, shape (members,)
            The products with the sum of all, less that with itself, which whole numbers give exactly.
        """
        found = np.zeros(len(places))
        for part, share in ((self.text, 1.0 - self.weight), (self.disciplines, self.weight)):
            rows = sparse.csr_array(part[places].astype(np.int64))
            total = np.asarray(rows.sum(axis=0)).ravel()
            own = np.asarray(rows.multiply(rows).sum(axis=1)).ravel()
            found += share * (rows @ total - own)
        return np.clip(found * SCALE / (len(places) - 1), 0.0, 1.0)


def need_vectors(frame: pd.DataFrame, linker: Linker, *, weight: float) -> NeedVectors:
    """Make the vectors of needs, from their own texts alone: what is rare among these needs counts most.

    Parameters
    ----------
    frame : DataFrame
        title, text, keywords, disciplines, as far as they are there.
    linker : Linker
        Texts to disciplines; its analyzer cuts the texts too.
    weight : float
        Weight of disciplines against text, 0 to 1.

    Returns
    -------
    NeedVectors
        In the order of the rows.

    Examples
    --------
    >>> frame = pd.DataFrame({"title": ["变压器局部放电", "互感器局部放电", ""]})
    >>> vectors = need_vectors(frame, Linker.fit(), weight=0.3)
    >>> vectors.usable.tolist(), vectors.distances().round(1).tolist()
    ([True, True, False], [0.5, 1.0, 1.0])
    """
    ids = [f"{i:09d}" for i in range(len(frame))]
    columns = [frame[name].astype(str) if name in frame else [""] * len(frame) for name in FIELDS]
    rows = Rows.build(ids, [(one, "", *texts) for one, *texts in zip(ids, *columns, strict=True)])
    index = ExpertIndex.fit(rows, analyzer=linker.features.analyzer, weights=Weights(length_slope=1.0))
    place = sparse.csr_array(
        (np.ones(len(rows), dtype=np.int16), (rows.group, np.arange(len(rows)))), shape=(len(frame), len(rows))
    )
    text = sparse.csr_array(place @ index.row_vectors)
    text.sort_indices()
    near = linker.scores(need_texts(frame)) if len(frame) else np.zeros((0, len(linker.labels.names)))
    length = np.sqrt((near**2).sum(axis=1, keepdims=True))
    unit = np.divide(near, length, out=np.zeros_like(near), where=length > 0)
    return NeedVectors(text=text, disciplines=quantise(sparse.csr_array(unit)), weight=float(weight))


def discipline_shares(vectors: NeedVectors, frame: pd.DataFrame, linker: Linker) -> Floats:
    """Return how much each need belongs to each discipline: declared ones alike, else the nearest three.

    Parameters
    ----------
    vectors : NeedVectors
        Of these needs.
    frame : DataFrame
        The needs.
    linker : Linker
        Texts to disciplines.

    Returns
    -------
    ndarray of float64, shape (needs, disciplines)
        Rows sum to 1, or are 0 where nothing is known.
    """
    near = (vectors.disciplines.toarray() / ONE) ** _POWER
    order = np.argsort(-near, axis=1, kind="stable")
    np.put_along_axis(near, order[:, _TOP:], 0.0, axis=1)
    cells: Sequence[str] = frame["disciplines"].tolist() if "disciplines" in frame else [""] * len(frame)
    for i, cell in enumerate(cells):
        places = linker.declared(cell)
        if places:
            near[i] = 0.0
            near[i, list(places)] = 1.0
    total = near.sum(axis=1, keepdims=True)
    shares: Floats = np.divide(near, total, out=np.zeros_like(near), where=total > 0)
    return shares
