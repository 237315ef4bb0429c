"""How wide columns are: wide characters count two, and a sheet fits a page that can still be read."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

Cells = Sequence[str | int | float | None]

PAGE = 190
"""Widths that A4 lying takes at about 80 %: ten points print as eight."""

_SAMPLE = 2000
_WIDEST, _NARROWEST = 60, 6
_BUTTON = 3  # the filter's
_HEADER = 8  # longer headers may break
_WHOLE = 16  # shorter texts are never broken: numbers of needs, names, dates
_MOST_LINES = 12
_MOST_SHOWN = 2000


def column_widths(headers: Sequence[str], columns: Sequence[Cells]) -> tuple[list[int], list[bool]]:
    """Return how wide columns are, and which have texts that break into lines.

    The widths are those at which rows have the fewest lines while the sheet fits the page.

    Parameters
    ----------
    headers : sequence of str
        Of the columns.
    columns : sequence of cells
        Texts, numbers, nothing.

    Returns
    -------
    widths : list of int
        In characters.
    broken : list of bool

    Examples
    --------
    >>> column_widths(["姓名", "理由"], [["张三"], ["研究猕猴桃溃疡病" * 20]])
    ([7, 60], [False, True])
    """
    needed = [_needed(column) for column in columns]
    heads = [cell_len(header) + _BUTTON for header in headers]
    least = [
        max(min(head, _HEADER + _BUTTON), need if need <= _WHOLE or not _texts(column) else _WHOLE, _NARROWEST)
        for head, need, column in zip(heads, needed, columns, strict=True)
    ]
    widths = least
    for lines in range(1, _MOST_LINES + 1):
        widths = [
            max(least[i], min(max(heads[i] if lines == 1 else 0, -(-need // lines) + 2 * (lines > 1)), _WIDEST))
            for i, need in enumerate(needed)
        ]
        if sum(widths) <= PAGE:
            break
    return widths, [_texts(column) and need > width
                    for column, need, width in zip(columns, needed, widths, strict=True)]  # fmt: skip


def lines_of(values: Cells, widths: Sequence[float]) -> int:
    """Return how many lines the tallest cell of a row takes, within reason.

    Parameters
    ----------
    values : sequence of cells
        A row.
    widths : sequence of float
        Of the columns; 0 where texts do not break.

    Returns
    -------
    int

    Examples
    --------
    >>> lines_of(["甲" * 10, 3], [11, 0])
    2
    """
    most = 1
    for value, width in zip(values, widths, strict=True):
        if width and isinstance(value, str):
            room = max(int(width), 2)
            taken = sum(max(1, -(-cell_len(line) // room)) for line in value[:_MOST_SHOWN].split("\n"))
            most = max(most, taken)
    return min(most, _MOST_LINES)


def _texts(column: Cells) -> bool:
    return any(isinstance(value, str) and value for value in column[:_SAMPLE])


def _needed(column: Cells) -> int:
    """Return the width that nearly all cells fit in, on one line."""
    seen = sorted(_room(value) for value in column[:_SAMPLE] if value is not None and value != "")
    if not seen:
        return 0
    return seen[-1] if seen[-1] <= _WIDEST else max(_WIDEST + 1, seen[(len(seen) - 1) * 19 // 20])


def _room(value: str | int | float | None) -> int:
    if isinstance(value, str):
        return max(cell_len(line) for line in value[: 4 * _WIDEST].split("\n")) + 2
    return 8 if isinstance(value, float) else len(str(value)) + 2
