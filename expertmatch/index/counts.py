"""How often each term stands in each row, by field: all that an index must store.

Tables of counts from several processes, shards or times merge into one; the merged table is the same whichever
way it was cut, so that an update equals a fresh build.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from itertools import compress, pairwise
from multiprocessing import get_context

import numpy as np
import numpy.typing as npt
from scipy import sparse

from expertmatch.errors import SettingError
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
    fields : mapping of str to csr_array, shape (rows, terms), int32
        Counts, indices sorted.
    """

    terms: tuple[str, ...]
    fields: Mapping[str, sparse.csr_array]

    @property
    def rows(self) -> int:
        """Number of rows."""
        return int(next(iter(self.fields.values())).shape[0])

    def total(self) -> sparse.csr_array:
        """Return the counts of all fields together, shape (rows, terms)."""
        matrices = list(self.fields.values())
        filled = [matrix for matrix in matrices if matrix.nnz] or matrices
        both = filled[0]
        for matrix in filled[1:]:
            both = both + matrix
        both.sort_indices()
        return both

    def take(self, rows: npt.NDArray[np.int64]) -> CountTable:
        """Return the table of some rows, in the order asked, its vocabulary cut to what they hold."""
        return merge_counts([self], rows)


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

    Raises
    ------
    SettingError
        Processes cannot be started, or were ended from outside.

    Examples
    --------
    >>> count_terms({"title": ["苹果 苹果", "梨"]}, str.split).fields["title"].toarray().tolist()
    [[0, 2], [1, 0]]
    """
    rows = len(next(iter(texts.values())))
    pieces = [{name: list(column[i : i + chunk]) for name, column in texts.items()} for i in range(0, rows, chunk)]
    if processes > 1 and len(pieces) > 1:
        try:
            with ProcessPoolExecutor(min(processes, len(pieces)), mp_context=get_context("spawn")) as pool:
                counted = _told(pool.map(count_columns, pieces, [analyzer] * len(pieces)), rows, progress)
        except BrokenProcessPool as error:
            accepted = "1；大于 1 时脚本的主体要写在 if __name__ == '__main__': 下面，内存也要够几个进程用"
            raise SettingError("processes", processes, accepted) from error
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
    return CountTable(terms, {name: _column(part, union, len(terms)) for name, part in parts.items()})


def _column(parts: Sequence[TermCounts], union: Union, terms: int) -> sparse.csr_array:
    sizes = [np.zeros(1, dtype=np.int64), *(np.diff(part.indptr) for part in parts)]
    indptr = np.cumsum(np.concatenate(sizes))
    # each part's terms stay ascending: its vocabulary is sorted as the union is
    moved = [union.places(part)[part.terms] for part in parts]
    indices = np.concatenate([np.empty(0, dtype=np.int64), *moved])
    data = np.concatenate([np.empty(0, dtype=np.int32), *(part.counts for part in parts)])
    return _sized(sparse.csr_array((data, indices, indptr), shape=(len(indptr) - 1, terms)))


def merge_counts(tables: Sequence[CountTable], rows: npt.NDArray[np.int64] | None = None) -> CountTable:
    """Put tables of counts under each other, over the union of their terms.

    Parameters
    ----------
    tables : sequence of CountTable
        At least one; all with the same fields.
    rows : ndarray of int64, optional
        Which rows to take, numbered over all tables, in the order asked; all of them without it.

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
    begin = np.cumsum([0, *(len(table.terms) for table in tables)])
    fields = {}
    for name in tables[0].fields:
        whole = _stacked([table.fields[name] for table in tables], begin)
        fields[name] = whole if rows is None else sparse.csr_array(whole[rows])
    used = np.zeros(begin[-1], dtype=bool)
    for matrix in fields.values():
        used[matrix.indices] = True
    kept = [
        table.terms if used[i:j].all() else tuple(compress(table.terms, used[i:j].tolist()))
        for table, (i, j) in zip(tables, pairwise(begin.tolist()), strict=True)
    ]
    terms, places = united(kept)
    place = np.zeros(begin[-1], dtype=np.int64)
    place[used] = np.concatenate(places)
    same = len(tables) == 1 and bool(used.all())
    return CountTable(terms, {name: _moved(m, None if same else place, len(terms)) for name, m in fields.items()})


def _stacked(matrices: Sequence[sparse.csr_array], begin: npt.NDArray[np.int64]) -> sparse.csr_array:
    """Put matrices under each other, the terms of each numbered behind those before it."""
    if len(matrices) == 1:
        return matrices[0]
    sizes = np.concatenate([np.zeros(1, dtype=np.int64), *(np.diff(matrix.indptr) for matrix in matrices)])
    columns = [m.indices + first if first else m.indices for m, first in zip(matrices, begin.tolist(), strict=False)]
    data = np.concatenate([matrix.data for matrix in matrices])
    shape = (len(sizes) - 1, int(begin[-1]))
    return sparse.csr_array((data, np.concatenate(columns), np.cumsum(sizes)), shape=shape)


def united(each: Sequence[tuple[str, ...]]) -> tuple[tuple[str, ...], list[npt.NDArray[np.int64]]]:
    """Return all terms of sorted lists, sorted, and where those of each list stand among them.

    Parameters
    ----------
    each : sequence of tuple of str
        At least one list, each sorted.

    Returns
    -------
    (tuple of str, list of ndarray of int64)

    Examples
    --------
    >>> terms, places = united([("梨", "苹果"), ("桃", "苹果")])
    >>> terms, [place.tolist() for place in places]
    (('桃', '梨', '苹果'), [[1, 2], [0, 2]])
    """
    longest = max(each, key=len)
    held = set(longest) if sum(map(len, each)) > 2 * len(longest) else None
    more = sorted({
        term for terms in each if terms is not longest for term in terms
        if not (_holds(longest, term) if held is None else term in held)
    })  # fmt: skip
    union = tuple(sorted([*longest, *more])) if more else longest  # of two sorted pieces: they are merged
    before = np.array([bisect_left(longest, term) for term in more], dtype=np.int64)
    own = np.arange(len(longest)) + np.searchsorted(before, np.arange(len(longest)), side="right")
    place = {} if held is None else {term: i for i, term in enumerate(union)}
    return union, [
        own
        if terms is longest
        else np.array([place[term] if place else bisect_left(union, term) for term in terms], dtype=np.int64)
        for terms in each
    ]


def _holds(terms: tuple[str, ...], term: str) -> bool:
    place = bisect_left(terms, term)
    return place < len(terms) and terms[place] == term


def _moved(matrix: sparse.csr_array, place: npt.NDArray[np.int64] | None, terms: int) -> sparse.csr_array:
    indices = matrix.indices if place is None else place.astype(np.int32 if terms < 2**31 else np.int64)[matrix.indices]
    return _sized(sparse.csr_array((matrix.data, indices, matrix.indptr), shape=(matrix.shape[0], terms)))


def _sized(whole: sparse.csr_array) -> sparse.csr_array:
    whole.sort_indices()
    # scipy's choice between int32 and int64 depends on where the parts came from; stored bytes must not
    width = np.int32 if max(*whole.shape, whole.nnz) < 2**31 else np.int64
    whole.indices, whole.indptr = whole.indices.astype(width, copy=False), whole.indptr.astype(width, copy=False)
    return whole
