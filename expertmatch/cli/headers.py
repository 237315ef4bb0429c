"""Whether the headers that ``--column`` names are there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from expertmatch.cli.console import CommandError
from expertmatch.errors import nearest_names
from expertmatch.tables.headers.header_text import squeeze
from expertmatch.tables.needs import Needs
from expertmatch.tables.pool import Pool


def check_headers(columns: Mapping[str, Mapping[str, str]], headers: Iterable[tuple[str, Sequence[str]]]) -> None:
    """Refuse ``--column`` with a header that none of the tables has: it would say nothing.

    Parameters
    ----------
    columns : dict of str to dict of str to str
        As :func:`columns_of` gives them.
    headers : iterable of (str, sequence of str)
        Each table that was read, and its headers.

    Raises
    ------
    CommandError
        No such header in a table that has the column; names the nearest.
    """
    read = list(headers)
    for header in dict.fromkeys(name for given in columns.values() for name in given):
        seen = list(dict.fromkeys(one for table, names in read if header in columns.get(table, ()) for one in names))
        if squeeze(header) in map(squeeze, seen):
            continue
        near = nearest_names(header, seen)
        hint = f"是否想写：{'、'.join(near)}？" if near else "用 expertmatch check 查看有哪些表头。"
        message = f"--column 里的“{header}”不是读到的表里的表头。{hint}"
        raise CommandError(message)


def headers_of(*read: Pool | Needs | None) -> list[tuple[str, Sequence[str]]]:
    """Return each table that was read, and its headers.

    Parameters
    ----------
    *read : Pool, Needs or None
        What was read.

    Returns
    -------
    list of (str, sequence of str)
    """
    return [(info.table, info.headers) for one in read if one is not None for info in one.sources]
