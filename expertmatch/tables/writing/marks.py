"""Which rows of a sheet are coloured, by what stands in one of their cells.

A colour repeats what the cell says in words; it never says anything alone. Spreadsheets work the colours out
themselves, so that they follow when a person edits the cell.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from xlsxwriter.utility import xl_col_to_name

Colour = Literal["doubt", "stop"]
COLOURS: dict[str, tuple[str, str]] = {"doubt": ("#FFF2CC", "#5F4B00"), "stop": ("#FADBD8", "#7B1A12")}
"""Background and text; text on background has a contrast of 7 to 1 and more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Rows to colour.

    Parameters
    ----------
    column : str
        The column that decides.
    words : tuple of str
        Rows whose cell is one of these; without words and number, rows whose cell is not empty.
    at_most : float or None
        Rows whose cell is a number up to this one.
    colour : {"doubt", "stop"}
        Something to look at, or something that is missing.

    Examples
    --------
    >>> Mark(column="状态", words=("有需求，无学会",)).rule("G", 2)
    'OR($G2="有需求，无学会")'
    >>> Mark(column="提示").rule("K", 2), Mark(column="还可安排", at_most=0).rule("H", 3)
    ('LEN($K2)>0', 'AND(ISNUMBER($H3),$H3<=0)')
    """

    column: str
    words: tuple[str, ...] = ()
    at_most: float | None = None
    colour: Colour = "doubt"

    def rule(self, letter: str, row: int) -> str:
        """Return the condition as spreadsheets read it, of the first row below the header.

        Parameters
        ----------
        letter : str
            Of the column.
        row : int
            From 1.

        Returns
        -------
        str
            Built from the words given here alone, never from a cell.
        """
        cell = f"${letter}{row}"
        if self.at_most is not None:
            return f"AND(ISNUMBER({cell}),{cell}<={self.at_most:g})"
        if not self.words:
            return f"LEN({cell})>0"
        quoted = [word.replace('"', '""') for word in self.words]
        return "OR(" + ",".join(f'{cell}="{word}"' for word in quoted) + ")"


def colour_rows(sheet: Any, marks: tuple[Mark, ...], headers: list[str], first: int, last: int, formats: Any) -> None:
    """Write the marks whose column is there.

    Parameters
    ----------
    sheet : Worksheet
        XlsxWriter's.
    marks : tuple of Mark
        The first that fits a row colours it.
    headers : list of str
        Of the sheet.
    first, last : int
        Rows from 0.
    formats : dict of str to Format
        Colour to format.
    """
    if last < first:
        return
    for mark in marks:
        if mark.column in headers:
            rule = mark.rule(xl_col_to_name(headers.index(mark.column)), first + 1)
            options = {"type": "formula", "criteria": f"={rule}", "format": formats[mark.colour], "stop_if_true": True}
            sheet.conditional_format(first, 0, last, len(headers) - 1, options)
