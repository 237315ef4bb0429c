"""The command ``expertmatch template``: empty tables to be filled in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from expertmatch.cli.console import OK, CommandError, Console
from expertmatch.cli.options import ForceOption, JsonOption, LangOption, QuietOption

FOLDER = Path("填报模板")


def template_command(
    table: Annotated[
        str | None,
        typer.Argument(metavar="[表]", help="专家、需求等，或 experts、needs 等；不写则全部。", show_default=False),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="文件", help="XLSX 文件；不写表名时是文件夹。默认 填报模板。")
    ] = None,
    force: ForceOption = False,
    lang: LangOption = "zh",
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> int:
    """写出空白表格（XLSX）：有表头、下拉列表，另有一张填写说明（含义、是否必填、示例）。

    填好的表可以直接用于 check、match、plan 等命令。

    例：
    expertmatch template
    expertmatch template experts --out 专家表.xlsx
    expertmatch template 需求 --out 需求表.xlsx
    """  # noqa: D400
    from expertmatch.cli import given

    console = Console(given.language_of(lang), quiet=quiet, json=as_json)
    return template(console, given.table_of(table, "表名"), out=out, force=force)


def template(console: Console, table: str | None, *, out: Path | None, force: bool) -> int:
    """Write one empty table, or all of them.

    Parameters
    ----------
    console : Console
        Where lines go.
    table : str or None
        Canonical name; all tables without it.
    out : Path or None
        The file, or the folder of all; by default ``填报模板``, and in it the table's own name.
    force : bool
        Replace files that are there.

    Returns
    -------
    int
        Exit code.

    Raises
    ------
    CommandError
        A file that does not end in .xlsx for one table, or does for all.
    OutputError
        A file is there already, or cannot be written.
    """
    from expertmatch.errors import OutputError
    from expertmatch.report.blank_tables import write_blank
    from expertmatch.tables.columns import TABLES

    named = out is not None and out.suffix.lower() == ".xlsx"
    if table is None and named:
        message = f"没有写是哪张表，--out 应是文件夹，不能是“{out}”。只要一张表，请写出表名，例如 experts。"
        raise CommandError(message)
    if table is not None and out is not None and not named and out.suffix:
        message = f"--out 不能是“{out}”，请写以 .xlsx 结尾的文件名，或一个文件夹。"
        raise CommandError(message)
    names = list(TABLES) if table is None else [table]
    if named and out is not None:
        paths = {names[0]: out}
    else:
        paths = {name: (out or FOLDER) / f"{TABLES[name].label}表.xlsx" for name in names}
    there = [path for path in paths.values() if path.exists()]
    if there and not force:  # before the first is written, so that all or none are
        raise OutputError(there[0], "文件已经存在，没有改动它。", "请用 --out 另写一处，或加 --force 覆盖。")
    for name, path in paths.items():
        write_blank(name, path, overwrite=force)
        console.say(f"{TABLES[name].label}表：{path}", f"{name}: {path}")
    return console.done(OK, written=list(paths.values()))
