"""Commands and their options; what they do stands in the other files of this room."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import typer

from expertmatch.cli import complete
from expertmatch.cli.analysis_commands import coverage_command, evaluate_command, topics_command, tune_command
from expertmatch.cli.console import Console, one_of, run
from expertmatch.cli.help import ChineseCommand, ChineseGroup
from expertmatch.cli.index_commands import index_app
from expertmatch.cli.ledger_commands import ledger_app
from expertmatch.cli.options import (
    FILE,
    GROUP_SETTINGS,
    AsOfOption,
    AvailabilityOption,
    ColumnOption,
    EngagementsOption,
    ExpertsOption,
    ForceOption,
    HtmlOption,
    JsonOption,
    LangOption,
    LedgerOption,
    MembershipsOption,
    PendingOption,
    QuietOption,
    RelationsOption,
    ResultsOption,
    ScenarioOption,
    SheetOption,
    SocietiesOption,
    WorksOption,
)
from expertmatch.cli.papers import papers_command
from expertmatch.cli.plan_commands import plan_command
from expertmatch.cli.report_command import report_command
from expertmatch.cli.scenario_commands import scenarios_app
from expertmatch.cli.table_commands import check_command, diff_command, merge_command
from expertmatch.cli.template import template_command

app = typer.Typer(
    name="expertmatch",
    cls=ChineseGroup,
    help="""为科协匹配专家与需求：读现成的表格，排出名次，讲清理由。

    例：
    expertmatch demo
    expertmatch check 专家库.xlsx 需求.xlsx
    expertmatch match --needs 需求.xlsx --experts 专家库.xlsx
    """,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"]},
    **GROUP_SETTINGS,  # type: ignore[arg-type]
)
app.add_typer(index_app, name="index")
app.add_typer(scenarios_app, name="scenarios")
app.add_typer(ledger_app, name="ledger")


@app.command("match", cls=ChineseCommand)
def match_command(
    needs: Annotated[str, typer.Option("--needs", metavar=FILE, help="需求表。")],
    experts: ExpertsOption = None,
    works: WorksOption = None,
    societies: SocietiesOption = None,
    memberships: MembershipsOption = None,
    relations: RelationsOption = None,
    availability: AvailabilityOption = None,
    engagements: EngagementsOption = None,
    ledger: LedgerOption = None,
    pending: PendingOption = None,
    scenario: ScenarioOption = None,
    judgments: Annotated[
        str | None,
        typer.Option("--judgments", metavar=FILE, help="评判表：由它把得分换算成“合适的可能性”，至少要评 100 对。"),
    ] = None,
    judged_needs: Annotated[
        str | None,
        typer.Option("--judged-needs", metavar=FILE, help="评判表所评的需求；不写就是 --needs 那张表。"),
    ] = None,
    index: Annotated[
        Path | None, typer.Option("--index", metavar="索引", help="建好的索引文件夹，代替专家表等。")
    ] = None,
    top: Annotated[str, typer.Option("--top", metavar="人数", help="每条需求最多推荐几位。")] = "10",
    out: ResultsOption = Path("结果"),
    formats: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="格式",
            autocompletion=complete.several("xlsx", "csv", "jsonl", "parquet"),
            help="xlsx、csv、jsonl、parquet，可以多选，用逗号隔开。",
        ),
    ] = "xlsx,csv,jsonl",
    sheet: SheetOption = None,
    column: ColumnOption = None,
    as_of: AsOfOption = None,
    strict: Annotated[bool, typer.Option("--strict", help="只要有需求没有候选，退出码就为 1。")] = False,
    html: HtmlOption = False,
    force: ForceOption = False,
    lang: LangOption = "zh",
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> int:
    """为每条需求推荐专家，并讲清理由。

    结果是一个工作簿，推荐、理由、未匹配、数据问题、待确认、参数各一张表；另有同样内容的 CSV 和 JSONL，
    以及记录这次运行的 run.json。

    给出 --scenario，就按那项活动的规则来：谁有资格、谁要回避、各信号占多少，另有一张“回避与排除”表。

    表格可以是 CSV、XLSX、XLS、JSON、Parquet，或数据库地址（如 sqlite:///库.db::专家）。专家表和成果表至少给出一个。

    例：
    expertmatch match --needs 需求.xlsx --experts 专家库.xlsx
    expertmatch match --needs 需求.xlsx --experts 专家库.xlsx --scenario relief
    expertmatch match --needs 需求.xlsx --works 成果.csv --top 5 --out 前五名
    """
    from expertmatch.cli import given
    from expertmatch.cli.match import match

    tables = {"experts": experts, "works": works, "societies": societies, "memberships": memberships}
    more = {"relations": relations, "availability": availability, "engagements": engagements, "pending": pending}
    written = {
        "needs": needs, **tables, **more, "ledger": ledger, "scenario": scenario, "judgments": judgments,
        "judged-needs": judged_needs, "index": None if index is None else str(index), "top": top,
        "sheet": list(sheet or ()), "column": list(column or ()),
    }  # fmt: skip
    return match(
        Console(given.language_of(lang), quiet=quiet, json=as_json),
        given.Given(
            tables={**tables, **more},
            sheets=given.sheets_of(sheet or ()),
            columns=given.columns_of(column or ()),
            as_of=given.day_of(as_of),
            ledger=ledger,
        ),
        needs=needs,
        scenario=scenario,
        judgments=judgments,
        judged_needs=judged_needs,
        index=index,
        top=given.count_of("--top", top),
        out=out,
        formats=given.formats_of(formats),
        strict=strict,
        html=html,
        force=force,
        command={"name": "match", "options": {name: value for name, value in written.items() if value}},
    )


app.command("report", cls=ChineseCommand)(report_command)
app.command("plan", cls=ChineseCommand)(plan_command)
app.command("papers", cls=ChineseCommand)(papers_command)
app.command("template", cls=ChineseCommand)(template_command)


@app.command("demo", cls=ChineseCommand)
def demo_command(
    out: ResultsOption = Path("结果"),
    force: ForceOption = False,
    lang: LangOption = "zh",
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> int:
    """用自带的示例数据（虚构示例）完整运行一次。

    例：
    expertmatch demo --out 结果
    """
    from expertmatch.cli.given import language_of
    from expertmatch.cli.match import demo

    return demo(Console(language_of(lang), quiet=quiet, json=as_json), out=out, force=force)


app.command("check", cls=ChineseCommand)(check_command)
app.command("diff", cls=ChineseCommand)(diff_command)
app.command("merge", cls=ChineseCommand)(merge_command)
app.command("evaluate", cls=ChineseCommand)(evaluate_command)
app.command("tune", cls=ChineseCommand)(tune_command)
app.command("coverage", cls=ChineseCommand)(coverage_command)
app.command("topics", cls=ChineseCommand)(topics_command)


@app.callback(invoke_without_command=True)
def _root(
    version: Annotated[bool, typer.Option("--version", help="显示版本。")] = False,
    show_completion: Annotated[
        str | None,
        typer.Option(
            "--show-completion",
            metavar="bash|zsh|fish|powershell",
            help="显示按 Tab 键补全用的脚本；怎样装见使用手册“命令行”一页。",
            autocompletion=complete.beginning(*complete.SHELLS),
        ),
    ] = None,
    debug: Annotated[bool, typer.Option("--debug", help="出现内部错误时显示详情。")] = False,  # noqa: ARG001 - read below
) -> None:
    if show_completion is not None:
        if show_completion not in complete.SHELLS:
            raise one_of("--show-completion", show_completion, complete.SHELLS)
        sys.stdout.write(complete.script(show_completion) + "\n")
        raise typer.Exit
    if version:
        from expertmatch.version import __version__

        sys.stdout.write(f"expertmatch {__version__}\n")
        raise typer.Exit


def run_arguments(arguments: Sequence[str]) -> int:
    """Run the command line.

    Parameters
    ----------
    arguments : sequence of str
        What stands behind ``expertmatch``.

    Returns
    -------
    int
        The exit code.

    Examples
    --------
    >>> run_arguments(["--version"])
    expertmatch ...
    0
    """
    given = list(arguments)
    debug = "--debug" in given  # accepted anywhere, as people add it at the end
    if debug:
        given = ["--debug", *(argument for argument in given if argument != "--debug")]
    if complete.VARIABLE in os.environ:
        complete.prepare()
    command = _whole_command()
    json = _command_name(given) if "--json" in given and not {"--help", "-h"} & set(given) else None
    return run(
        lambda: command.main(
            args=given, prog_name="expertmatch", complete_var=complete.VARIABLE, standalone_mode=False
        ),
        debug=debug,
        json=json,
    )


@cache
def _whole_command() -> Any:
    """Return all commands as click has them, made once in a process."""
    return typer.main.get_command(app)


def _command_name(given: Sequence[str]) -> str:
    """Return the command of a command line, ``index build`` for one of a group."""
    words = [word for word in given if not word.startswith("-")]
    groups = {group.name for group in app.registered_groups}
    return " ".join(words[: 2 if words and words[0] in groups else 1])


def main() -> None:
    """Run the command line; the process ends with its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a terminal that cannot show Chinese gets question marks, not an error
            stream.reconfigure(errors="replace")
    sys.exit(run_arguments(sys.argv[1:]))
