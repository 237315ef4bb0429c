"""Tables as text and as HTML, for the values' own displays and for the terminal.

Chinese characters are two columns wide; ``rich`` knows which are. Nothing here prints.
"""

from __future__ import annotations

import html
import math
import re
from collections.abc import Iterable, Sequence

from rich.cells import cell_len, chop_cells, set_cell_size

_GAP = "  "
_MORE = "…"
_LEAST = 4
#: What a line may be broken between: words, blanks, and single wide characters with the marks that follow them.
_PIECES = re.compile(r"[!-~]+[，。；：、？！）”》]*|\s+|[（“《]*.[，。；：、？！）”》]*", re.DOTALL)
_LOOK = (
    "<style>.expertmatch table{border-collapse:collapse;margin:.3em 0;min-width:min(36em,100%)}"
    ".expertmatch caption{caption-side:top;text-align:left;color:inherit;padding:.2em 0}"
    ".expertmatch.expertmatch table th,.expertmatch.expertmatch table td{"
    "border:1px solid rgba(128,128,128,.45);padding:.2em .6em;text-align:left;"
    "vertical-align:top;white-space:normal;max-width:34em}"
    ".expertmatch table th{background:rgba(128,128,128,.16)}</style>"
)
"""Colours are the notebook's own, and what is between them: readable on light and on dark ground.

The class stands twice because Jupyter's own rule, which moves every cell to the right, is as exact as one."""


def text_table(
    headers: Sequence[object],
    rows: Iterable[Sequence[object]],
    *,
    width: int = 80,
    max_rows: int | None = 20,
    max_lines: int = 1,
    align: str = "",
) -> str:
    """Return a table as text, its columns aligned also where cells are Chinese.

    Parameters
    ----------
    headers
        One cell per column.
    rows
        Cells of any kind; missing ones (None, NaN) are blank, short rows are filled up.
    width
        Columns of the terminal; the widest columns of the table give way, and cut cells end in ``…``.
    max_rows
        Rows shown; a last line tells how many more there are. ``None`` for all.
    max_lines
        Lines per row: 1 cuts long cells, more wraps them first.
    align
        One letter per column: ``l`` left, ``r`` right; missing letters are ``l``.

    Returns
    -------
    str
        Lines without trailing blanks, joined by line breaks.

    Examples
    --------
    >>> print(text_table(["专家", "得分"], [["张三", 0.5], ["欧阳明远", 0.25]], align="lr"))
    专家      得分
    --------  ----
    张三       0.5
    欧阳明远  0.25
    """
    head = [_plain(cell).replace("\n", " ") for cell in headers]
    body, left_out = _taken(rows, max_rows)
    cells = [[_plain(cell) for cell in row][: len(head)] for row in body]
    if max_lines <= 1:
        cells = [[cell.replace("\n", " ") for cell in row] for row in cells]
    cells = [row + [""] * (len(head) - len(row)) for row in cells]
    widths = [max(map(_widest, column)) for column in zip(head, *cells, strict=True)]
    widths = _fitted(widths, max(width, _LEAST) - len(_GAP) * (len(head) - 1))
    sides = align.ljust(len(head), "l")
    lines = [_line(head, widths, sides), _GAP.join("-" * size for size in widths)]
    for row in cells:
        wrapped = [_wrapped(cell, size, max_lines) for cell, size in zip(row, widths, strict=True)]
        for i in range(max(map(len, wrapped), default=0)):
            lines.append(_line([part[i] if i < len(part) else "" for part in wrapped], widths, sides))
    if left_out:
        lines.append(f"（另有 {left_out} 行未显示）")
    return "\n".join(lines)


def html_table(
    headers: Sequence[object],
    rows: Iterable[Sequence[object]],
    *,
    caption: str = "",
    max_rows: int | None = 60,
    align: str = "",
) -> str:
    """Return a table as HTML, every cell escaped.

    Parameters
    ----------
    headers, rows, max_rows, align
        As for :func:`text_table`.
    caption
        Line above the table.

    Returns
    -------
    str
        One ``<div>`` element with a ``<table>`` and its look; text has the colour of what is around it.

    Examples
    --------
    >>> "<td>&lt;b&gt;张三&lt;/b&gt;</td>" in html_table(["专家"], [["<b>张三</b>"]])
    True
    """
    body, left_out = _taken(rows, max_rows)
    sides = align.ljust(len(headers), "l")
    parts = [f'<div class="expertmatch">{_LOOK}<table>']
    if caption:
        parts.append(f"<caption>{html.escape(caption)}</caption>")
    parts.append(f"<thead><tr>{''.join(f'<th>{html.escape(_shown(cell))}</th>' for cell in headers)}</tr></thead>")
    parts.append("<tbody>")
    for row in body:
        tags = []
        for side, cell in zip(sides, (*row, *[""] * (len(headers) - len(row))), strict=False):
            style = ' style="text-align:right"' if side == "r" else ""
            tags.append(f"<td{style}>{html.escape(_shown(cell)).replace(chr(10), '<br>')}</td>")
        parts.append(f"<tr>{''.join(tags)}</tr>")
    if left_out:
        parts.append(f'<tr><td colspan="{len(headers)}">（另有 {left_out} 行未显示）</td></tr>')
    parts.append("</tbody></table></div>")
    return "".join(parts)


def wrapped_lines(text: str, width: int) -> list[str]:
    """Break a line where Chinese may be broken: between characters, before no mark, and not within a word or number.

    Parameters
    ----------
    text
        One line.
    width
        Columns of a line; what has no place to break is cut there.

    Returns
    -------
    list of str
        At least one line.

    Examples
    --------
    >>> wrapped_lines("陕西 2017：100 名专家", 10)
    ['陕西', '2017：100', '名专家']
    """
    lines, used = [""], 0
    for whole in _PIECES.findall(text):
        for piece in chop_cells(whole, width) if cell_len(whole) > width else [whole]:
            size = cell_len(piece)
            if used + size > width and lines[-1]:
                lines.append("")
                used, piece = 0, piece.lstrip()
                size = cell_len(piece)
            lines[-1] += piece
            used += size
    return [line.rstrip() for line in lines]


def _taken(rows: Iterable[Sequence[object]], most: int | None) -> tuple[list[Sequence[object]], int]:
    every = list(rows)
    if most is None or len(every) <= most:
        return every, 0
    return every[:most], len(every) - most


def _shown(cell: object) -> str:
    if isinstance(cell, float):
        return "" if math.isnan(cell) else f"{cell:.4g}"
    text = "" if cell is None else str(cell)
    return "" if text in {"<NA>", "NaT"} else text


def _plain(cell: object) -> str:
    """Return a cell without characters that would move the cursor or break the line."""
    text = _shown(cell).replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return "".join(char for char in text if char == "\n" or char.isprintable()).strip()


def _widest(cell: str) -> int:
    return max(map(cell_len, cell.split("\n")))


def _fitted(widths: list[int], room: int) -> list[int]:
    """Shrink the widest columns, one step at a time and the last first, until all fit."""
    fitted = [max(size, 1) for size in widths]
    while sum(fitted) > room:
        widest = max(fitted)
        if widest <= _LEAST:
            break
        second = max((size for size in fitted if size < widest), default=_LEAST)
        places = [i for i, size in enumerate(fitted) if size == widest]
        step = min(widest - max(second, _LEAST), -(-(sum(fitted) - room) // len(places)))
        for i in places:
            fitted[i] -= max(step, 1)
    return fitted


def _wrapped(cell: str, size: int, most: int) -> list[str]:
    if most <= 1:
        return [cell]
    lines = [piece for line in cell.split("\n") for piece in wrapped_lines(line, size)]
    if len(lines) > most:
        lines = [*lines[: most - 1], "".join(lines[most - 1 :])]
    return lines


def _line(cells: Sequence[str], widths: Sequence[int], sides: str) -> str:
    parts = []
    for cell, size, side in zip(cells, widths, sides, strict=False):
        text = cell
        if cell_len(text) > size:
            text = set_cell_size(text, size - 1).rstrip() + _MORE
        blanks = " " * (size - cell_len(text))
        parts.append(blanks + text if side == "r" else text + blanks)
    return _GAP.join(parts).rstrip()
