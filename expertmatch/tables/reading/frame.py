"""A grid of cells to a frame: merged cells, rows that are no data, rows of the wrong length, damaged text.

Every reader ends here, so that a table looks the same whichever file it came from.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from expertmatch.tables.clean import mask_personal
from expertmatch.tables.columns import is_header, normalise_header
from expertmatch.tables.reading.grid import Grid, Header, Merge, Report, column_letter, find_header

#: The column that holds what a row has beyond the header's columns.
EXCESS = "多出的内容"

_FORMULA_ERRORS = frozenset(
    {"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!", "#GETTING_DATA", "#SPILL!", "#CALC!"}
)
_SECTION = re.compile(r"^\W*(?:[一二三四五六七八九十]{1,3}[、.．]|第[一二三四五六七八九十]+[部分类组])")
_REMARK = re.compile(
    r"^\W*(?:注|备注|说明|填表|填报|制表|审核|合计|总计|共计|小计|联系人|经办|负责人签|单位.{0,4}盖章|盖章|日期)"
)


def to_frame(
    grid: Grid, table: str, report: Report, columns: Mapping[str, str] | None = None
) -> tuple[pd.DataFrame, np.ndarray]:
    """Turn a grid into a frame of texts with unique headers.

    Parameters
    ----------
    grid
        The cells.
    table
        Canonical table name.
    report
        Receives what was skipped, repaired or doubtful.
    columns
        Headers given by the caller.

    Returns
    -------
    frame, rows
        The cells as text, and the row number of each row as the spreadsheet shows it.
    """
    header = find_header(grid, table, columns)
    if header is None:
        report.add("error", "empty-table", "表中没有任何内容。", "请确认是否选对了文件或工作表。")
        return pd.DataFrame(), np.array([], dtype=np.int64)
    _say_header(grid, header, report)
    body, numbers = _body(grid, header, report)
    _say_form(body, numbers, table, report)
    width = max(len(header.texts), 1)
    while width > 1 and not header.texts[width - 1]:
        width -= 1
    names = _unique(header.texts[:width])
    titled = width
    longest = max(map(len, body), default=0)
    if longest > width:
        width, names = _wider(body, numbers, names, longest, report)
    for row, number in zip(body, numbers, strict=True):
        if len(row) < titled and grid.delimited:
            report.add(
                "warning",
                "row-too-short",
                f"这一行只有 {len(row)} 格，表头有 {titled} 列，缺少的按空白处理。",
                "请检查这一行是否被截断，或中间少了分隔符。",
                row=number,
            )
        if len(row) < width:
            row.extend([""] * (width - len(row)))
    cells = [[row[j] for row in body] for j in range(width)]
    keep = [j for j in range(width) if (j < len(header.texts) and header.texts[j]) or any(cells[j])]
    for j in keep:
        if not (j < len(header.texts) and header.texts[j]) and names[j] != EXCESS:
            report.add(
                "warning",
                "empty-header",
                "这一列有内容但没有表头，按原样保留，不参与匹配。",
                "请在表头行给这一列起名。",
                row=grid.numbers[header.last],
                column=names[j],
            )
    frame = pd.DataFrame({names[j]: _tidy(cells[j], names[j], numbers, report) for j in keep}, dtype=object)
    if not body:
        report.add("warning", "no-rows", "只有表头，没有数据行。", "如果不应为空，请检查文件是否保存完整。")
    return frame, np.array(numbers, dtype=np.int64)


def records_frame(
    columns: Mapping[str, list[str]], numbers: list[int], report: Report
) -> tuple[pd.DataFrame, np.ndarray]:
    """Turn named columns of texts into a frame, without empty rows.

    Parameters
    ----------
    columns
        Header -> cells.
    numbers
        The row number of each row.
    report
        Receives what was repaired or doubtful.

    Returns
    -------
    frame, rows
        As from :func:`to_frame`.
    """
    keep = [i for i in range(len(numbers)) if any(cells[i].strip() for cells in columns.values())]
    _say_empty([n for i, n in enumerate(numbers) if i not in set(keep)] if len(keep) < len(numbers) else [], report)
    kept = [numbers[i] for i in keep]
    whole = len(keep) == len(numbers)
    frame = pd.DataFrame(
        {
            " ".join(name.split()): _tidy(cells if whole else [cells[i] for i in keep], name, kept, report)
            for name, cells in columns.items()
        },
        dtype=object,
    )
    if not kept:
        report.add("warning", "no-rows", "只有列名，没有数据行。", "如果不应为空，请检查数据来源。")
    return frame, np.array(kept, dtype=np.int64)


def _say_empty(numbers: list[int], report: Report) -> None:
    if numbers:
        where = f"第 {numbers[0]} 行" if len(numbers) == 1 else f"第 {numbers[0]} 至 {numbers[-1]} 行之间"
        report.add("note", "empty-rows", f"{where}有 {len(numbers)} 个空行，已略过。")


def _say_header(grid: Grid, header: Header, report: Report) -> None:
    shown = grid.numbers[header.first]
    if not header.known:
        report.add(
            "warning",
            "header-unknown",
            f"没有找到认识的表头，暂把第 {shown} 行当作表头。",
            "请在数据上方加一行表头（如 姓名、工作单位、职称），或用 columns= 指定各列。",
            row=shown,
        )
        return
    above = [grid.numbers[i] for i in range(header.first) if any(grid.rows[i])]
    if above:
        where = f"第 {above[0]} 行" if len(above) == 1 else f"第 {above[0]} 至 {above[-1]} 行"
        report.add("note", "title-rows", f"{where}是表头上方的标题或说明，不作数据。", row=shown)
    if header.last > header.first:
        report.add("note", "header-two-rows", "表头占两行，已合在一起读。", row=shown)


def _body(grid: Grid, header: Header, report: Report) -> tuple[list[list[str]], list[int]]:
    """Return the data rows, merged cells filled, without empty rows, repeated headers, sections and remarks."""
    rows = [list(r) for r in grid.rows[header.last + 1 :]]
    numbers = list(grid.numbers[header.last + 1 :])
    width = max((j + 1 for j, t in enumerate(header.texts) if t), default=1)
    wide = _fill_merges(rows, numbers, grid.merges, width, report)
    counters = {j for j, t in enumerate(header.texts) if normalise_header(t) in {"序号", "行号", "no", "编号"}}
    body: list[list[str]] = []
    kept: list[int] = []
    empty: list[int] = []
    for row, number in zip(rows, numbers, strict=True):
        filled = [j for j, c in enumerate(row) if c and not c.isspace()]
        if not filled:
            empty.append(number)
            continue
        if header.known and any(map(str.__eq__, row, header.texts)) and _same_header(row, filled, header.texts):
            report.add("note", "repeated-header", "这一行又是表头，不作数据。", row=number)
        elif number in wide or (width > 1 and _is_remark(row, filled, counters)):
            report.add("note", "remark-row", "这一行是小标题、合计或备注，不作数据。", "如是数据，请填全。", row=number)
        else:
            body.append(row)
            kept.append(number)
    _say_empty(empty, report)
    return body, kept


def _say_form(body: list[list[str]], numbers: list[int], table: str, report: Report) -> None:
    """Tell a form for one person or one need, headers beside their cells, from a list."""
    top = body[:15]
    labels = [i for i, row in enumerate(top) if is_header(next(filter(None, row)).strip(), table)]
    if len(labels) >= 3 and len(labels) * 2 > len(top):
        report.add(
            "error",
            "form-layout",
            "这像是一人（一项）一张的登记表：项目名称在左，内容在右，不是一行一条的清单。",
            "请汇总成清单：第一行是表头，以下每行一人或一项需求。",
            row=numbers[labels[0]],
        )


def _same_header(row: list[str], filled: list[int], texts: Sequence[str]) -> bool:
    """Say whether a row repeats the header: most of its cells are the headers of their own columns."""
    own = [j for j in filled if j < len(texts) and normalise_header(row[j]) in _names(texts[j])]
    return len(own) * 10 >= len(filled) * 6 and (len(own) > 1 or len(texts) == 1)


def _names(header: str) -> set[str]:
    return {normalise_header(part) for part in (header, *header.split("/"))}


def _is_remark(row: list[str], filled: list[int], counters: set[int]) -> bool:
    first = row[filled[0]].strip()
    if len(filled) == 1:
        if filled[0] in counters:
            return not first.isdigit()
        return bool(_REMARK.match(first) or _SECTION.match(first))
    return filled[0] in counters and first in {"合计", "总计", "小计", "共计"}


def _fill_merges(
    rows: list[list[str]], numbers: list[int], merges: Sequence[Merge], width: int, report: Report
) -> set[int]:
    """Write a merged cell's text into all its cells; return the rows that are one merged cell across."""
    if not merges:
        return set()
    at = {n: i for i, n in enumerate(numbers)}
    wide: set[int] = set()
    filled: list[int] = []
    for top, left, bottom, right in merges:
        if top + 1 not in at:
            continue
        first = rows[at[top + 1]]
        text = first[left] if left < len(first) else ""
        if right - left + 1 >= max(3, (width * 3 + 4) // 5):
            others = [c for j, c in enumerate(first) if c and not left <= j <= right]
            if not others:
                wide.add(top + 1)
                continue
        if not text:
            continue
        for number in range(top + 1, bottom + 2):
            if number not in at:
                continue
            row = rows[at[number]]
            row.extend([""] * (right + 1 - len(row)))
            for j in range(left, right + 1):
                if not row[j]:
                    row[j] = text
                    filled.append(number)
    if filled:
        message = f"合并单元格的内容已填入所覆盖的 {len(filled)} 格。"
        report.add("note", "merged-cells", message, rows=sorted(set(filled)))
    return wide


def _unique(texts: Sequence[str]) -> list[str]:
    names: list[str] = []
    seen: set[str] = set()
    for j, text in enumerate(texts):
        # without a header row, a person's data stand here, and headers are quoted in messages
        base = mask_personal(text) or f"{column_letter(j)}列（无表头）"
        name, n = base, 2
        while name in seen:
            name, n = f"{base}_{n}", n + 1
        seen.add(name)
        names.append(name)
    return names


def _wider(
    body: list[list[str]], numbers: list[int], names: list[str], longest: int, report: Report
) -> tuple[int, list[str]]:
    """Rows longer than the header: a column of their own without a header, or cells too many."""
    width = len(names)
    longer = [i for i, row in enumerate(body) if any(row[width:])]
    if not longer:
        for row in body:
            del row[width:]
        return width, names
    if len(longer) * 2 > len(body):  # most rows have it: a column whose header is missing
        return longest, _unique([*names, *[""] * (longest - width)])
    for row in body:
        rest = [c for c in row[width:] if c]
        row[width:] = ["；".join(rest)] if rest else []
    for i in longer:
        report.add(
            "warning",
            "row-too-long",
            f"这一行的格数比表头的 {width} 列多，多出的内容放在“{EXCESS}”列，本行各列可能错位。",
            "请检查这一行；单元格里含分隔符的，要用英文双引号括起来。",
            row=numbers[i],
        )
    return width + 1, [*names, EXCESS]


def _tidy(cells: list[str], name: str, numbers: list[int], report: Report) -> list[str]:
    """Drop what is not text: NUL, marks that force text, values of failed formulas; report damage."""
    out = cells
    for text in {c for c in cells if c}:
        if "\x00" in text or "\ufffd" in text or text[0] in "#'’=" or text != text.strip():
            break
    else:
        return out
    out = []
    for text, number in zip(cells, numbers, strict=True):
        new = text.strip()
        if "\x00" in new:
            new = new.replace("\x00", "").strip()
            report.add(
                "warning",
                "nul-characters",
                "单元格里有空字符（NUL），已删去。",
                "请核对这一格；文件可能由其他系统导出时损坏。",
                row=number,
                column=name,
            )
        if "\ufffd" in new:
            report.add(
                "warning",
                "damaged-text",
                "有认不出的字节，已用“\ufffd”代替，本行保留。",
                "请对照原件改正这一格，或重新导出为 UTF-8。",
                row=number,
                column=name,
            )
        if new in _FORMULA_ERRORS:
            report.add(
                "warning",
                "formula-error",
                f"公式结果是错误值 {new}，按空白处理。",
                "请在表格软件中改正公式，或直接填写内容。",
                row=number,
                column=name,
                value=new,
            )
            new = ""
        out.append(_unforced(new))
    return out


def _unforced(text: str) -> str:
    """'0123 and ="0123" are ways to force text in a spreadsheet."""
    if len(text) > 1 and text[0] in "'’" and text[-1] not in "'’":
        return text[1:].strip()
    if text.startswith('="') and text.endswith('"') and len(text) > 3:
        return text[2:-1]
    return text
