"""The value that says how the headers of one table were understood."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Explained:
    """How one header was understood.

    Parameters
    ----------
    position
        Its place among the headers, from 0.
    header
        The header as written.
    canonical
        The column it was taken for, or None.
    label
        That column's Chinese name, or "".
    how
        One Chinese sentence for ``expertmatch check``.
    """

    position: int
    header: str
    canonical: str | None
    label: str
    how: str


@dataclass(frozen=True, slots=True)
class HeaderMap:
    """Headers of one table, understood.

    Parameters
    ----------
    table
        Canonical table name.
    headers
        The headers as written.
    mapping
        Position -> canonical column. Of an ambiguous column every candidate is in it.
    unknown
        Positions of headers that no column claims: kept under their own name.
    ignored
        Positions of headers left out on purpose (row numbers, sensitive particulars, empty columns).
    ambiguous
        ``(canonical, headers)`` where several headers claim a column that holds one value.
    assumed
        ``(header, canonical, sentence)`` for readings that rest on an assumption.
    missing
        Required groups of which no column is there.
    explained
        How each header was understood, in sheet order.
    """

    table: str
    headers: tuple[str, ...]
    mapping: Mapping[int, str]
    unknown: tuple[int, ...]
    ignored: tuple[int, ...]
    ambiguous: tuple[tuple[str, tuple[str, ...]], ...]
    assumed: tuple[tuple[str, str, str], ...]
    missing: tuple[tuple[str, ...], ...]
    explained: tuple[Explained, ...]

    def positions(self, canonical: str) -> list[int]:
        """Return the positions of all headers taken for one column.

        Parameters
        ----------
        canonical
            Canonical column name.

        Returns
        -------
        list of int
            Ascending, possibly empty.
        """
        return sorted(i for i, name in self.mapping.items() if name == canonical)
