"""Empty tables to be filled in: headers, lists to choose from, and a sheet that says what each column means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import xlsxwriter
from rich.cells import cell_len

from expertmatch.errors import UnknownNameError
from expertmatch.planning.ledger.fields import STATES
from expertmatch.planning.ledger.targets import MEASURES
from expertmatch.scenarios import read_scenario, scenario_names
from expertmatch.tables.columns import TABLES, Column, TableContract
from expertmatch.tables.headers.told import told
from expertmatch.tables.write import whole_file
from expertmatch.tables.writing.xlsx import CREATED

GUIDE_SHEET = "填写说明"
EXAMPLE = "示例（虚构示例）"
GUIDE_COLUMNS = ("列名", "含义", "是否必填", "填什么", EXAMPLE, "也认的表头")
"""Columns of 填写说明."""

_GUIDE_WIDTHS = (14, 34, 22, 40, 30, 50)
_LINE = 15
_ROWS = 2000
_LONGEST_MESSAGE = 255
_WIDTHS = {"text": 40, "line": 20, "unit": 26, "units": 26, "region": 22, "list": 22, "names": 16, "name": 10,
           "society": 28, "societies": 28, "disciplines": 20, "title": 14, "int": 10, "float": 10,
           "sex": 6}  # fmt: skip
_WRITTEN = {
    "id": "字母和数字，不重复；编号不是行号",
    "name": "一个人的姓名",
    "names": "姓名，几个人用分号隔开",
    "line": "一行文字",
    "text": "一段文字，可以换行",
    "list": "几项用分号隔开",
    "title": "职称全称，如 教授、高级工程师、副主任医师",
    "birth": "1975-06 或 1975",
    "region": "省、市、区县的名称",
    "date": "2026-06-18、2026-06 或 2026",
    "unit": "单位全称",
    "units": "单位全称，几个用分号隔开",
    "society": "学会全称",
    "societies": "学会全称和职务，几个用分号隔开",
    "disciplines": "学科名称或代码，几个用分号隔开",
    "int": "不小于 0 的整数",
    "float": "一个数",
    "yesno": "是、否或未知",
    "phone": "号码",
    "mail": "邮箱地址",
    "id_no": "号码",
}
_LISTS: Mapping[str, tuple[str, ...]] = {
    "sex": ("男", "女"),
    "level": ("正高", "副高", "中级", "初级"),
    "academician": ("中国科学院院士", "中国工程院院士", "外籍院士"),
    "yesno": ("是", "否", "未知"),
}
_TEXT_KINDS = frozenset({"id", "date", "birth", "phone", "id_no"})
"""Kinds whose cells are text, so that a spreadsheet changes neither 007 nor 2026-06."""


def write_blank(table: str, path: Path, *, overwrite: bool = False) -> Path:
    """Write an empty table with its explanations.

    Parameters
    ----------
    table : str
        Canonical name, such as ``"experts"``.
    path : Path
        The XLSX file.
    overwrite : bool, default False
        Whether a file of that name may be replaced.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    UnknownNameError
        There is no such table.
    OutputError
        The file is there already, or cannot be written.

    Notes
    -----
    The same version gives the same bytes. Columns come from the contracts that the reader reads by, so that what is
    filled in is read back. Columns of phone, mail and identity numbers stand in the table of contacts alone.

    Examples
    --------
    >>> import tempfile
    >>> from expertmatch.tables.pool import read_pool
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_blank("experts", Path(folder, "专家表.xlsx")).name
    '专家表.xlsx'
    """
    if table not in TABLES:
        raise UnknownNameError("表", table, TABLES)
    contract = TABLES[table]
    with whole_file(path, overwrite=overwrite) as file, xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        book.set_properties({"created": CREATED})
        _write_table(book, contract)
        _write_guide(book, contract)
    return path


def blank_columns(contract: TableContract) -> list[Column]:
    """Return the columns of an empty table, those that are needed first.

    Parameters
    ----------
    contract : TableContract
        Of the table.

    Returns
    -------
    list of Column
    """
    first = [name for group in contract.required for name in group]
    person = contract.name in ("works", "engagements")
    columns = [c for c in contract.columns if contract.name == "contacts" or not c.personal]

    def key(column: Column) -> tuple[bool, bool]:
        about = person and column.name.startswith("expert_") and column.name not in ("expert_name", "expert_unit")
        return column.name not in first, about

    return sorted(columns, key=key)  # of each kind in the contract's own order


def choices_of(table: str, column: Column) -> tuple[str, ...]:
    """Return the words to choose from; other words are accepted too, but said.

    Parameters
    ----------
    table : str
        Canonical name of the table.
    column : Column
        Of it.

    Returns
    -------
    tuple of str
        Empty where anything may be written.

    Examples
    --------
    >>> choices_of("experts", TABLES["experts"].column("retired"))
    ('是', '否', '未知')
    """
    if column.name in ("kind", "need_kind") and table in ("needs", "engagements"):
        return tuple(kind for name in scenario_names() for kind in read_scenario(name).need_kinds)
    if (table, column.name) == ("targets", "measure"):
        return tuple(MEASURES)
    if (table, column.name) == ("engagements", "state"):
        return STATES
    if (table, column.name) == ("engagements", "candidate_kind"):
        return ("专家", "学会")
    if column.kind != "enum":
        return _LISTS.get(column.kind, ())
    shown: dict[str, str] = {}
    for word, normal in column.choices:  # a code such as yes is shown by the first Chinese word for it
        if normal not in shown or (shown[normal].isascii() and not shown[normal].isdigit() and not word.isascii()):
            shown[normal] = word
    return tuple(shown.values())


def needed(contract: TableContract, column: Column) -> str:
    """Return whether a column must be filled in, in words.

    Parameters
    ----------
    contract : TableContract
        Of the table.
    column : Column
        Of it.

    Returns
    -------
    str
        ``""`` where it need not be.

    Examples
    --------
    >>> needed(TABLES["needs"], TABLES["needs"].column("title")), needed(TABLES["judgments"],
    ...     TABLES["judgments"].column("grade"))
    ('与“需求内容”至少填一项', '必填')
    """
    for group in contract.required:
        if column.name in group:
            others = [contract.column(name).label for name in group if name != column.name]
            return f"与{'、'.join(f'“{one}”' for one in others)}至少填一项" if others else "必填"
    return ""


def guide_rows(contract: TableContract) -> list[tuple[str, ...]]:
    """Return the rows of 填写说明.

    Parameters
    ----------
    contract : TableContract
        Of the table.

    Returns
    -------
    list of tuple of str
        In the order of ``GUIDE_COLUMNS``.
    """
    rows: list[tuple[str, ...]] = []
    for column in blank_columns(contract):
        meaning, example = told(contract.name, column.name)
        choices = choices_of(contract.name, column)
        written = f"从下拉列表选：{'、'.join(choices)}" if choices else _WRITTEN[column.kind]
        also = "、".join(word for word in column.aliases if not word.isascii())
        rows.append((column.label, meaning, needed(contract, column) or "可不填", written, example, also))
    return rows


def _write_table(book: Any, contract: TableContract) -> None:
    sheet = book.add_worksheet(contract.label)
    plain = {"bold": True, "bottom": 1, "valign": "vcenter"}
    must, may = book.add_format({**plain, "bg_color": "#F8CBAD"}), book.add_format({**plain, "bg_color": "#DDEBF7"})
    text = book.add_format({"num_format": "@", "valign": "top", "text_wrap": True})
    usual = book.add_format({"valign": "top", "text_wrap": True})
    columns = blank_columns(contract)
    for i, column in enumerate(columns):
        sheet.write_string(0, i, column.label, must if needed(contract, column) else may)
        width = max(_WIDTHS.get(column.kind, 14), 2 * len(column.label) + 4)
        sheet.set_column(i, i, width, text if column.kind in _TEXT_KINDS else usual)
        sheet.data_validation(1, i, _ROWS, i, _validation(contract, column))
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, _ROWS, len(columns) - 1)
    sheet.set_paper(9)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)


def _validation(contract: TableContract, column: Column) -> dict[str, Any]:
    """Return what a cell accepts and says when it is chosen; a list warns only, as other words may be right."""
    meaning, example = told(contract.name, column.name)
    must = needed(contract, column)
    choices = choices_of(contract.name, column)
    lines = [meaning, _WRITTEN.get(column.kind, "") if not choices else "", f"例（虚构）：{example}" if example else ""]
    message = "\n".join(filter(None, [must, *lines]))[:_LONGEST_MESSAGE]
    asked: dict[str, Any] = {"input_title": column.label, "input_message": message, "error_type": "warning",
                             "error_title": column.label}  # fmt: skip
    if choices:
        return {**asked, "validate": "list", "source": list(choices),
                "error_message": "不在列表里。确实要这样写就选“是”。"}  # fmt: skip
    if column.kind in ("int", "float"):
        kind = "integer" if column.kind == "int" else "decimal"
        return {**asked, "validate": kind, "criteria": ">=", "value": 0,
                "error_message": f"应为{_WRITTEN[column.kind]}。"}  # fmt: skip
    return {**asked, "validate": "any"}


def _write_guide(book: Any, contract: TableContract) -> None:
    sheet = book.add_worksheet(GUIDE_SHEET)
    head = book.add_format({"bold": True, "bg_color": "#DDEBF7", "bottom": 1, "valign": "vcenter"})
    cell = book.add_format({"valign": "top", "text_wrap": True})
    sheet.write_string(
        0, 0, f"{contract.label}表填写说明（示例均为虚构示例）", book.add_format({"bold": True, "font_size": 14})
    )
    _row(sheet, 1, GUIDE_COLUMNS, head)
    for i, width in enumerate(_GUIDE_WIDTHS):
        sheet.set_column(i, i, width)
    for i, row in enumerate(guide_rows(contract), start=2):
        lines = max(-(-cell_len(text) // (width - 1)) for text, width in zip(row, _GUIDE_WIDTHS, strict=True))
        sheet.set_row(i, _LINE * max(1, lines))  # not every program fits the height to wrapped text by itself
        _row(sheet, i, row, cell)
    sheet.freeze_panes(2, 1)
    sheet.set_paper(9)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    after = len(blank_columns(contract)) + 3
    for i, line in enumerate(_NOTES):
        sheet.write_string(after + i, 0, line)


_NOTES = (
    f"在前一张工作表里填写，一行一条；橙色表头的要填，蓝色的可不填，不用的列可以整列删去，列的次序不限。“{GUIDE_SHEET}”这一张不会被读取。",
    "日期和编号列已设为文本，2026-06 和 007 会照原样保留。",
    "填好后用 expertmatch check 文件名 检查：有问题会逐行列出。",
)


def _row(sheet: Any, number: int, texts: Sequence[str], form: Any) -> None:
    for i, text in enumerate(texts):
        sheet.write_string(number, i, text, form)
