"""The commands on tables, ``expertmatch check``, ``diff`` and ``merge``, and their options."""

# ruff: noqa: D400 - the first line of a command's docstring is its Chinese help

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from expertmatch.cli.console import Console
from expertmatch.cli.options import (
    FILE,
    AsOfOption,
    ColumnOption,
    ForceOption,
    JsonOption,
    LangOption,
    QuietOption,
    SheetOption,
)


def check_command(
    files: Annotated[list[str], typer.Argument(metavar=FILE, help="要检查的表格，可以多个。", show_default=False)],
    table: Annotated[
        str | None,
        typer.Option("--table", metavar="表", help="这些文件是什么表，例如 专家、成果、需求；不写则按表头判断。"),
    ] = None,
    column: ColumnOption = None,
    as_of: AsOfOption = None,
    lang: LangOption = "zh",
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> int:
    """检查表格：一次列出所有问题（文件、工作表、行、列、内容、处理办法），并说明每一列是怎样理解的。

    例：
    expertmatch check 专家库.xlsx 成果.csv 需求.xlsx
    """
    from expertmatch.cli import given
    from expertmatch.cli.tables import check

    return check(
        Console(given.language_of(lang), quiet=quiet, json=as_json),
        files,
        table=given.table_of(table),
        columns=given.columns_of(column or ()),
        as_of=given.day_of(as_of),
    )


def diff_command(
    old: Annotated[str, typer.Argument(metavar="原来的表", help="原来的专家表或成果表。", show_default=False)],
    new: Annotated[str, typer.Argument(metavar="现在的表", help="现在的专家表或成果表。", show_default=False)],
    out: Annotated[Path | None, typer.Option("--out", metavar="文件", help="另外写成 XLSX 文件。")] = None,
    sheet: SheetOption = None,
    column: ColumnOption = None,
    as_of: AsOfOption = None,
    force: ForceOption = False,
    lang: LangOption = "zh",
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> int:
    """比较专家库的前后两个状态：新增、离开、单位职称等变动、疑似重复。

    例：
    expertmatch diff 专家库2025.xlsx 专家库2026.xlsx --out 变动.xlsx
    """
    from expertmatch.cli import given
    from expertmatch.cli.tables import diff

    console, sheets = Console(given.language_of(lang), quiet=quiet, json=as_json), given.sheets_of(sheet or ())
    return diff(
        console, old, new, out=out, sheets=sheets, columns=given.columns_of(column or ()), as_of=given.day_of(as_of),
        force=force,
    )  # fmt: skip


def merge_command(
    files: Annotated[list[str], typer.Argument(metavar=FILE, help="各区县的专家表。", show_default=False)],
    out: Annotated[Path, typer.Option("--out", metavar="文件", help="合并后的 XLSX 文件。")],
    sheet: SheetOption = None,
    column: ColumnOption = None,
    as_of: AsOfOption = None,
    force: ForceOption = False,
    lang: LangOption = "zh",
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> int:
    """把几个区县的专家表合成一个：同一个人合并为一条，说法不一的逐条列出。

    例：
    expertmatch merge 雁塔区.xlsx 周至县.xlsx --out 全市.xlsx
    """
    from expertmatch.cli import given
    from expertmatch.cli.tables import merge

    console, sheets = Console(given.language_of(lang), quiet=quiet, json=as_json), given.sheets_of(sheet or ())
    return merge(
        console, files, out=out, sheets=sheets, columns=given.columns_of(column or ()), as_of=given.day_of(as_of),
        force=force,
    )  # fmt: skip
