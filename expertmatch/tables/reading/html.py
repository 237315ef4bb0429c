"""HTML tables to a grid: many web systems save one as ``.xls``."""

from __future__ import annotations

from html.parser import HTMLParser

from expertmatch.tables.reading.grid import Grid, Merge, find_header


class _Tables(HTMLParser):
    """Collects all tables of a page, cells with their spans."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[list[list[tuple[str, int, int]]]] = []
        self._open: list[int] = []
        self._cell: list[str] | None = None
        self._span = (1, 1)
        self._skip = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self._close_cell()
            self.tables.append([])
            self._open.append(len(self.tables) - 1)
        elif tag in {"script", "style"}:
            self._skip += 1
        elif tag == "br" and self._cell is not None:
            self._cell.append("\n")
        elif self._open and tag == "tr":
            self._close_cell()
            self.tables[self._open[-1]].append([])
        elif self._open and tag in {"td", "th"}:
            self._close_cell()
            spans = dict(attrs)
            self._span = (_span(spans.get("rowspan")), _span(spans.get("colspan")))
            self._cell = []

    def handle_endtag(self, tag: str) -> None:
        if tag in {"td", "th", "tr"}:
            self._close_cell()
        elif tag == "table" and self._open:
            self._close_cell()
            self._open.pop()
        elif tag in {"script", "style"}:
            self._skip = max(0, self._skip - 1)

    def handle_data(self, data: str) -> None:
        if self._cell is not None and not self._skip:
            self._cell.append(data)

    def close(self) -> None:
        super().close()
        self._close_cell()

    def _close_cell(self) -> None:
        if self._cell is None or not self._open:
            self._cell = None
            return
        rows = self.tables[self._open[-1]]
        if not rows:
            rows.append([])
        lines = (" ".join(line.split()) for line in "".join(self._cell).split("\n"))
        rows[-1].append(("\n".join(line for line in lines if line), *self._span))
        self._cell = None


def _span(text: str | None) -> int:
    return min(max(int(text), 1), 1000) if text and text.isdigit() else 1


def read_html(text: str, table: str) -> Grid | None:
    """Read the table of a page whose headers fit best.

    Parameters
    ----------
    text
        The page.
    table
        Canonical table name.

    Returns
    -------
    Grid or None
        None if the page has no table. Row numbers count the table's rows from 1.

    Examples
    --------
    >>> read_html("<table><tr><th>姓名<th>单位<tr><td>张三<td>某所</table>", "experts").rows
    [['姓名', '单位'], ['张三', '某所']]
    """
    parser = _Tables()
    parser.feed(text)
    parser.close()
    grids = [_grid(rows) for rows in parser.tables if any(rows)]
    best: tuple[int, int] | None = None
    chosen: Grid | None = None
    for grid in grids:
        header = find_header(grid, table)
        score = (header.known if header else 0, len(grid.rows))
        if best is None or score > best:
            best, chosen = score, grid
    return chosen


def _grid(rows: list[list[tuple[str, int, int]]]) -> Grid:
    cells: dict[tuple[int, int], str] = {}
    merges: list[Merge] = []
    width = 0
    for i, row in enumerate(rows):
        j = 0
        for text, down, right in row:
            while (i, j) in cells:
                j += 1
            for a in range(i, min(i + down, len(rows))):
                for b in range(j, j + right):
                    cells[a, b] = ""
            cells[i, j] = text
            if down > 1 or right > 1:
                merges.append((i, j, min(i + down, len(rows)) - 1, j + right - 1))
            j += right
            width = max(width, j)
    texts = [[cells.get((i, j), "") for j in range(width)] for i in range(len(rows))]
    return Grid(texts, list(range(1, len(rows) + 1)), merges)
