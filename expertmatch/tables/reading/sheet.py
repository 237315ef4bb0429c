"""Workbooks (XLSX, XLS, XLSB, ODS) and HTML tables to grids: which sheet, which cells."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import python_calamine as calamine

from expertmatch.errors import InputError, Problem, nearest_names
from expertmatch.tables.columns import TABLES, guess_table
from expertmatch.tables.reading.grid import Grid, Report, cell_text, find_header
from expertmatch.tables.reading.guard import chains_end, stray_cell

#: Words in a sheet's name that tell its table.
_SHEET_WORDS: Mapping[str, tuple[str, ...]] = {
    "experts": ("专家", "人才", "expert"),
    "works": ("成果", "项目", "论文", "专利", "著作", "work"),
    "societies": ("学会", "社团", "团体", "societ"),
    "memberships": ("任职", "兼职", "会员", "理事", "member"),
    "needs": ("需求", "难题", "问题", "need"),
    "relations": ("关系", "回避", "relation"),
    "availability": ("可服务", "时间安排", "档期", "availab"),
    "engagements": ("台账", "服务记录", "engage"),
    "targets": ("指标", "任务", "target"),
    "judgments": ("评判", "打分", "judg"),
    "contacts": ("联系方式", "通讯录", "contact"),
}
_INSIDE = "内部结构不完整"
_EXACT = {"学会任职": "memberships", "任职": "memberships", "专家成果": "works", "专家任职": "memberships"}


@dataclass(frozen=True, slots=True)
class SheetGuess:
    """What one sheet of a workbook seems to hold.

    Parameters
    ----------
    name
        The sheet's name.
    scores
        Table -> how well it fits, best first; empty for a sheet without cells.
    rows
        Rows of the sheet, with title and header rows.
    hidden
        Whether the sheet is hidden.
    """

    name: str
    scores: Mapping[str, float]
    rows: int
    hidden: bool = False

    @property
    def table(self) -> str | None:
        """The table that fits best, if any does."""
        best = next(iter(self.scores.items()), None)
        return best[0] if best and best[1] >= 1 else None


def open_workbook(data: bytes, report: Report) -> calamine.CalamineWorkbook:
    """Open a workbook from its bytes.

    Parameters
    ----------
    data
        The file's bytes.
    report
        Gives the place for the message.

    Returns
    -------
    calamine.CalamineWorkbook

    Raises
    ------
    InputError
        If it is protected by a password or damaged.
    """
    locked = "EncryptedPackage".encode("utf-16-le") in data
    if data[:2] == b"PK" and (cell := stray_cell(data)):
        problem = report.add(
            "error",
            "sheet-too-large",
            f"工作表的范围一直延伸到 {cell}，内存放不下。",
            f"请在表格软件中删除 {cell} 一带多余的单元格，或把数据复制到新的工作簿。",
        )
        raise InputError([problem])
    with _understood(report, locked=locked):
        if data[:2] != b"PK" and not chains_end(data):
            raise calamine.CalamineError(_INSIDE)
        return calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))


@contextmanager
def _understood(report: Report, *, locked: bool = False) -> Iterator[None]:
    """Turn what the reader says of a file it cannot read into a problem with a remedy."""
    reason = _INSIDE
    try:
        yield
        return
    except calamine.PasswordError:
        locked = True
    except (calamine.CalamineError, OSError, ValueError) as error:
        reason = str(error)
    except BaseException as error:  # a Rust panic on a damaged file derives from BaseException
        if type(error).__name__ != "PanicException":
            raise
    if locked:
        problem = report.add(
            "error",
            "password",
            "工作簿设有打开密码，无法读取。",
            "请在 WPS 或 Excel 中打开，取消密码（文件 → 信息 → 保护工作簿）后另存为 xlsx。",
        )
    else:
        problem = report.add(
            "error",
            "damaged-workbook",
            f"工作簿已损坏或不完整，打不开（{reason}）。",
            "请用 WPS 或 Excel 打开并另存为新的 xlsx；打不开时请向提供者重新索取。",
        )
    raise InputError([problem])


def sheet_grid(book: calamine.CalamineWorkbook, name: str, report: Report) -> Grid:
    """Read one sheet's cells as text.

    Parameters
    ----------
    book
        An open workbook.
    name
        The sheet's name.
    report
        Gives the place for the message.

    Returns
    -------
    Grid
        Without empty rows; row numbers as the spreadsheet shows them.
    """
    with _understood(report):
        sheet = book.get_sheet_by_name(name)
        start = sheet.start
        if start is None:
            return Grid([], [])
        cells = list(sheet.iter_rows())
        merges = [(a[0], a[1], b[0], b[1]) for a, b in sheet.merged_cell_ranges or ()]
    left = [""] * start[1]
    rows: list[list[str]] = []
    numbers: list[int] = []
    for i, row in enumerate(cells):
        texts = [c if isinstance(c, str) else cell_text(c) for c in row]
        if any(texts):
            rows.append(left + texts)
            numbers.append(i + 1)
    return Grid(rows, numbers, merges)


def guess_sheets(book: calamine.CalamineWorkbook, report: Report) -> list[SheetGuess]:
    """Say of every sheet which table it seems to hold.

    Parameters
    ----------
    book
        An open workbook.
    report
        Gives the place for the message.

    Returns
    -------
    list of SheetGuess
        In the workbook's order.
    """
    return [_guess(book, meta, report) for meta in book.sheets_metadata if meta.typ == calamine.SheetTypeEnum.WorkSheet]


def _guess(book: calamine.CalamineWorkbook, meta: calamine.SheetMetadata, report: Report) -> SheetGuess:
    hidden = meta.visible != calamine.SheetVisibleEnum.Visible
    grid = sheet_grid(book, meta.name, report)
    if not grid.rows:
        return SheetGuess(meta.name, {}, 0, hidden)
    return SheetGuess(meta.name, score_grid(grid, meta.name), grid.numbers[-1], hidden)


def score_grid(grid: Grid, name: str) -> dict[str, float]:
    """Score how well a grid with this name fits each table: known headers, required ones, the name.

    Parameters
    ----------
    grid
        The cells.
    name
        The sheet's name.

    Returns
    -------
    dict of str to float
        Table -> score, best first.
    """
    top = Grid(grid.rows[:30], grid.numbers[:30], grid.merges)
    named = _EXACT.get(name.strip())
    words = {t for t, ws in _SHEET_WORDS.items() if any(w in name.casefold() for w in ws)}
    scores: dict[str, float] = {}
    for table in TABLES:
        header = find_header(top, table)
        if header is None or not header.known:
            scores[table] = 0.0
            continue
        share = guess_table(header.texts)[table]
        score = share * header.known
        if named:
            score *= 4 if table == named else 0.25
        elif words:
            score *= 2 if table in words else 0.4
        scores[table] = round(score, 4)
    return dict(sorted(scores.items(), key=lambda item: (-item[1], item[0])))


def choose_sheet(book: calamine.CalamineWorkbook, table: str, sheet: str | None, report: Report) -> tuple[str, Grid]:
    """Choose the sheet that holds a table: the named one, the only one, or the one whose headers fit.

    Parameters
    ----------
    book
        An open workbook.
    table
        Canonical table name.
    sheet
        The sheet's name, if the caller gave one.
    report
        Receives which sheet was taken and why.

    Returns
    -------
    name, grid

    Raises
    ------
    InputError
        If there is no such sheet, no sheet with cells, or several that fit equally well.
    """
    names = list(book.sheet_names)
    if sheet is not None:
        wanted = [n for n in names if n == sheet] or [n for n in names if n.strip() == sheet.strip()]
        if not wanted:
            raise InputError([_no_sheet(sheet, names, report)])
        return wanted[0], sheet_grid(book, wanted[0], report)
    metas = [m for m in book.sheets_metadata if m.typ == calamine.SheetTypeEnum.WorkSheet]
    grids = {m.name: grid for m in metas if (grid := sheet_grid(book, m.name, report)).rows}
    hidden = {m.name for m in metas if m.visible != calamine.SheetVisibleEnum.Visible}
    if not grids:
        problem = report.add(
            "error", "empty-table", "工作簿里没有任何内容。", "请确认文件是否保存完整，或是否选对了文件。"
        )
        raise InputError([problem])
    if len(grids) == 1:
        return next(iter(grids.items()))
    return _best_sheet(grids, hidden, table, report)


def _best_sheet(grids: Mapping[str, Grid], hidden: set[str], table: str, report: Report) -> tuple[str, Grid]:
    all_scores = {name: score_grid(grid, name) for name, grid in grids.items()}
    scores = {n: s[table] * (0.5 if n in hidden else 1) for n, s in all_scores.items()}
    ranked = sorted(scores, key=lambda n: -scores[n])
    best = ranked[0]
    label = TABLES[table].label
    quoted = "、".join(f"“{n}”" for n in grids)
    # a sheet that fits another table better is no rival, whatever it shares with this one
    rivals = [
        n for n in ranked[1:]
        if scores[n] > 0 and scores[n] >= 0.9 * scores[best] and next(iter(all_scores[n])) == table
    ]  # fmt: skip
    own, fit = next(iter(all_scores[best].items()))
    if scores[best] <= 0 or (own != table and all_scores[best][table] < 0.5 * fit):
        problem = report.add(
            "error",
            "no-fitting-sheet",
            f"工作簿有 {len(grids)} 个工作表（{quoted}），看不出哪个是{label}表。",
            f"请用 sheet=（命令行 --sheet）指定工作表，或把表头改为常用名称，如 {_example(table)}。",
        )
        raise InputError([problem])
    if rivals:
        both = "、".join(f"“{n}”" for n in [best, *rivals])
        problem = report.add(
            "error",
            "ambiguous-sheet",
            f"有 {len(rivals) + 1} 个工作表都像{label}表：{both}。",
            "请用 sheet=（命令行 --sheet）指定其中一个；要合并使用时，先用 expertmatch merge 合成一张表。",
        )
        raise InputError([problem])
    report.sheet = best
    report.add(
        "note",
        "sheet-guessed",
        f"工作簿有 {len(grids)} 个工作表（{quoted}），按表头选了“{best}”作{label}表。",
        "如不对，请用 sheet=（命令行 --sheet）指定。",
    )
    if best in hidden:
        report.add("warning", "hidden-sheet", "这个工作表是隐藏的。", "请确认是否应当使用它。")
    return best, grids[best]


def _example(table: str) -> str:
    contract = TABLES[table]
    return "、".join(contract.column(group[-1]).label for group in contract.required)


def _no_sheet(sheet: str, names: Sequence[str], report: Report) -> Problem:
    near = nearest_names(sheet, names, most=1)
    hint = f"是否想用“{near[0]}”？" if near else ""
    return report.add(
        "error",
        "no-such-sheet",
        f"没有名为“{sheet}”的工作表；现有：{'、'.join(names)}。",
        f"{hint}请改正工作表名称。",
    )
