"""How often each term stands in each row, by field: all that an index must store.

Tables of counts from several processes, shards or times merge into one; the merged table is the same whichever
way it was cut, so that an update equals a fresh build.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

import numpy as np
import numpy.typing as npt
from scipy import sparse

from expertmatch.text.batch import Columns, TermCounts, Union, count_columns, union_of

Texts = Mapping[str, Sequence[str]]
"""Field name to one text per row; all fields have equally many rows."""
Progress = Callable[[int, int], object]
"""Told how much is done, and of how much."""


@dataclass(frozen=True, eq=False)
class CountTable:
    """Term counts of rows, one sparse matrix per field over one sorted vocabulary.

    Parameters
    ----------
    terms : tuple of str
        Sorted; only terms that stand in some row.
    fields : dict of str to csr_array, shape (rows, terms), int32
        Counts, indices sorted.
    """

    terms: tuple[str, ...]
    fields: dict[str, sparse.csr_array]

    @property
    def rows(self) -> int:
        """Number of rows."""
        return int(next(iter(self.fields.values())).shape[0])

    def total(self) -> sparse.csr_array:
        """Return the counts of all fields together, shape (rows, terms)."""
        matrices = list(self.fields.values())
        both = matrices[0]
        for matrix in matrices[1:]:
            both = both + matrix
        both.sort_indices()
        return both

    def take(self, rows: npt.NDArray[np.int64]) -> CountTable:
        """Return the table of some rows, in the order asked, its vocabulary cut to what they hold."""
        return merge_counts([CountTable(self.terms, {name: m[rows] for name, m in self.fields.items()})])


def count_terms(
    texts: Texts,
    analyzer: Callable[[str], list[str]],
    *,
    processes: int = 1,
    chunk: int = 4096,
    progress: Progress | None = None,
) -> CountTable:
    """Count the terms of texts.

    Parameters
    ----------
    texts : dict of str to sequence of str
        Field to one text per row.
    analyzer : callable
        Text to terms; picklable when ``processes`` is above 1.
    processes : int, default 1
        How many processes analyse; the result does not depend on it.
    chunk : int, default 4096
        Rows handed to a process at a time.
    progress : callable, optional
        Told how many rows are done, and of how many.

    Returns
    -------
    CountTable

    Examples
    --------
    >>> count_terms({"title": ["苹果 苹果", "梨"]}, str.split).fields["title"].toarray().tolist()
    [[0, 2], [1, 0]]
    """
    rows = len(next(iter(texts.values())))
    pieces = [{name: list(column[i : i + chunk]) for name, column in texts.items()} for i in range(0, rows, chunk)]
    if processes > 1 and len(pieces) > 1:
        with ProcessPoolExecutor(min(processes, len(pieces)), mp_context=get_context("spawn")) as pool:
            counted = _told(pool.map(count_columns, pieces, [analyzer] * len(pieces)), rows, progress)
    else:
        counted = _told((count_columns(piece, analyzer) for piece in pieces), rows, progress)
    return _assembled(list(texts), counted)


def _told(counted: Iterable[Columns], rows: int, progress: Progress | None) -> list[Columns]:
    made, done = [], 0
    for columns in counted:
        made.append(columns)
        done += next(iter(columns.values())).rows
        if progress is not None:
            progress(done, rows)
    return made


def _assembled(names: Sequence[str], counted: Sequence[Columns]) -> CountTable:
    """Put the counts of chunks under each other, over the union of their terms."""
    every = [one for columns in counted for one in columns.values()]
    union = union_of(every)
    terms = union.terms()
    parts = {name: [columns[name] for columns in counted] for name in names}
    return CountTable(terms, {name: _stacked(part, union, len(terms)) for name, part in parts.items()})


def _stacked(parts: Sequence[TermCounts], union: Union, terms: int) -> sparse.csr_array:
    sizes = [np.zeros(1, dtype=np.int64), *(np.diff(part.indptr) for part in parts)]
    indptr = np.cumsum(np.concatenate(sizes))
    # each part's terms stay ascending: its vocabulary is sorted as the union is
    moved = [union.places(part)[part.terms] for part in parts]
    indices = np.concatenate([np.empty(0, dtype=np.int64), *moved])
    data = np.concatenate([np.empty(0, dtype=np.int32), *(part.counts for part in parts)])
    return _sized(sparse.csr_array((data, indices, indptr), shape=(len(indptr) - 1, terms)))


def merge_counts(tables: Sequence[CountTable]) -> CountTable:
    """Put tables of counts under each other, over the union of their terms.

    Parameters
    ----------
    tables : sequence of CountTable
        At least one; all with the same fields.

    Returns
    -------
    CountTable
        Rows in the order given; terms that stand nowhere are left out.

    Examples
    --------
    >>> one, two = (count_terms({"title": [text]}, str.split) for text in ("苹果", "樱桃"))
    >>> merge_counts([one, two]).terms
    ('樱桃', '苹果')
    """
    used = [np.unique(np.concatenate([m.indices for m in table.fields.values()])) for table in tables]
    union = sorted(set().union(*({table.terms[i] for i in ids} for table, ids in zip(tables, used, strict=True))))
    place = {term: i for i, term in enumerate(union)}
    fields: dict[str, list[sparse.csr_array]] = {name: [] for name in tables[0].fields}
    for table, ids in zip(tables, used, strict=True):
        new_id = np.zeros(len(table.terms), dtype=np.int64)
        new_id[ids] = [place[table.terms[i]] for i in ids]
        for name, matrix in table.fields.items():
            moved = sparse.csr_array(
                (matrix.data, new_id[matrix.indices], matrix.indptr), shape=(matrix.shape[0], len(union))
            )
            fields[name].append(moved)
    stacked = {name: sparse.csr_array(sparse.vstack(parts, format="csr")) for name, parts in fields.items()}
    return CountTable(tuple(union), {name: _sized(whole) for name, whole in stacked.items()})


def _sized(whole: sparse.csr_array) -> sparse.csr_array:
    whole.sort_indices()
    # scipy's choice between int32 and int64 depends on where the parts came from; stored bytes must not
    width = np.int32 if max(*whole.shape, whole.nnz) < 2**31 else np.int64
    whole.indices, whole.indptr = whole.indices.astype(width, copy=False), whole.indptr.astype(width, copy=False)
    return whole
