"""The command ``report``: the page of a run that is there."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from expertmatch.cli.options import ForceOption, JsonOption, LangOption, QuietOption


def report_command(
    folder: Annotated[Path, typer.Argument(metavar="结果文件夹", help="match、plan 或 demo 写出的文件夹。")],
    force: ForceOption = False,
    lang: LangOption = "zh",
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> int:
    """把一次结果写成网页“报告.html”：不联网也能打开，可以查找、筛选、打印。

    网页由同样的输入重新算出：结果和表格要在原来的位置，或一起搬动；改过的、找不到的会写明是哪一张。

    例：
    expertmatch report 结果
    expertmatch report 方案 --force
    """
    from expertmatch.cli import given
    from expertmatch.cli.console import Console
    from expertmatch.cli.report import report

    return report(Console(given.language_of(lang), quiet=quiet, json=as_json), folder, force=force)
