"""What a table's contract is: its columns, their kinds and the headers people use for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "id",  # an identifier: outer blanks and invisible characters dropped, nothing else
    "name",  # one person's name
    "names",  # several people's names
    "line",  # a short text in one line
    "text",  # a long text
    "list",  # several short texts
    "title",  # 职称, possibly mixed with posts and honours
    "level",  # 职称级别
    "academician",
    "sex",
    "birth",  # a date kept as YYYY or YYYY-MM only
    "region",
    "date",
    "unit",
    "units",
    "society",
    "societies",
    "disciplines",
    "int",
    "float",
    "yesno",
    "enum",  # one of `choices`; other words stay as they are
    "phone",
    "mail",
    "id_no",
]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Parameters
    ----------
    name
        Canonical name.
    kind
        How its cells are cleaned.
    label
        Chinese name shown to users.
    aliases
        Headers people use for it; the canonical name and the label are accepted without being listed.
    joins
        Empty: one header only. Otherwise several headers may carry it, joined with this text.
    choices
        For kind ``enum``: ``(word, normal word)``.
    personal
        Split off into the contacts and never kept in a frame, a message or a log.
    """

    name: str
    kind: Kind
    label: str
    aliases: tuple[str, ...] = ()
    joins: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    personal: bool = False


@dataclass(frozen=True, slots=True)
class TableContract:
    """One kind of table.

    Parameters
    ----------
    name
        Canonical name.
    label
        Chinese name shown to users.
    columns
        All columns it may have.
    required
        Groups; of each, at least one column must be there.
    takes_over
        ``(generic header, column)``: without any other column of that column's required group, a generic
        header such as ``id`` is read as this column (and said).
    yields
        ``(column, headers, instead)``: these headers mean the column only if no other header claims it;
        otherwise they are read as ``instead``, or kept as unknown if that is "".
    """

    name: str
    label: str
    columns: tuple[Column, ...]
    required: tuple[tuple[str, ...], ...]
    takes_over: tuple[tuple[str, str], ...] = ()
    yields: tuple[tuple[str, tuple[str, ...], str], ...] = ()

    def column(self, name: str) -> Column:
        """Return the column with this canonical name.

        Parameters
        ----------
        name
            Canonical name.

        Returns
        -------
        Column

        Raises
        ------
        KeyError
            If the table has no such column.
        """
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)


def split(text: str) -> tuple[str, ...]:
    """Return the blank-separated words of a text."""
    return tuple(text.split())


def col(name: str, kind: Kind, label: str, headers: str = "", joins: str = "") -> Column:
    """Make a column from blank-separated headers."""
    return Column(name, kind, label, split(headers), joins)


def enum_column(name: str, label: str, headers: str, choices: Mapping[str, str]) -> Column:
    """Make an ``enum`` column; the normal words themselves are accepted too."""
    normal = {v: v for v in choices.values()} | dict(choices)
    return Column(name, "enum", label, split(headers), choices=tuple(normal.items()))


def words(*groups: str) -> dict[str, str]:
    """Each group: the normal word, then words with the same meaning."""
    return {word: group.split()[0] for group in groups for word in group.split()}
