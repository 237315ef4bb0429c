"""Commands and their options; what they do stands in the other files of this room."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from expertmatch.cli.console import Console, run
from expertmatch.cli.help import ChineseCommand, ChineseGroup
from expertmatch.cli.index_commands import index_app
from expertmatch.cli.options import (
    FILE,
    GROUP_SETTINGS,
    AsOfOption,
    AvailabilityOption,
    ColumnOption,
    EngagementsOption,
    ExpertsOption,
    ForceOption,
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
from expertmatch.cli.plan_commands import plan_command
from expertmatch.cli.scenario_commands import scenarios_app

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
    **GROUP_SETTINGS,  # type: ignore[arg-type]
)
app.add_typer(index_app, name="index")
app.add_typer(scenarios_app, name="scenarios")


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
        typer.Option("--format", metavar="格式", help="xlsx、csv、jsonl、parquet，可以多选，用逗号隔开。"),
    ] = "xlsx,csv,jsonl",
    sheet: SheetOption = None,
    column: ColumnOption = None,
    as_of: AsOfOption = None,
    strict: Annotated[bool, typer.Option("--strict", help="只要有需求没有候选，退出码就为 1。")] = False,
    force: ForceOption = False,
    lang: LangOption = "zh",
    quiet: QuietOption = False,
) -> int:
    """为每条需求推荐专家，并讲清理由。

    结果是一个工作簿，推荐、理由、未匹配、数据问题、待确认、参数各一张表；另有同样内容的 CSV 和 JSONL，
    以及记录这次运行的 run.json。

    给出 --scenario，就按那项活动的规则来：谁有资格、谁要回避、各信号占多少，另有一张“回避与排除”表。

    表格可以是 CSV、XLSX、XLS、JSON、Parquet，或数据库地址（如 sqlite:///库.db::专家）。专家表和成果表至少给出一个。

    例：
    expertmatch match --needs 需求.xlsx --experts 专家库.xlsx
    expertmatch match --needs 需求.xlsx --experts 专家库.xlsx --societies 学会.csv --scenario relief
    expertmatch match --needs 需求.xlsx --experts 专家库.xlsx --works 成果.csv --top 5 --out 结果
    """
    from expertmatch.cli import given
    from expertmatch.cli.match import match

    tables = {"experts": experts, "works": works, "societies": societies, "memberships": memberships}
    more = {"relations": relations, "availability": availability, "engagements": engagements, "pending": pending}
    return match(
        Console(given.language_of(lang), quiet=quiet),
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
        force=force,
    )


app.command("plan", cls=ChineseCommand)(plan_command)


@app.command("demo", cls=ChineseCommand)
def demo_command(
    out: ResultsOption = Path("结果"), force: ForceOption = False, lang: LangOption = "zh", quiet: QuietOption = False
) -> int:
    """用自带的示例数据（虚构示例）完整运行一次。

    例：
    expertmatch demo --out 结果
    """
    from expertmatch.cli.given import language_of
    from expertmatch.cli.match import demo

    return demo(Console(language_of(lang), quiet=quiet), out=out, force=force)


@app.command("check", cls=ChineseCommand)
def check_command(
    files: Annotated[list[str], typer.Argument(metavar=FILE, help="要检查的表格，可以多个。", show_default=False)],
    table: Annotated[
        str | None,
        typer.Option("--table", metavar="表", help="这些文件是什么表，例如 专家、成果、需求；不写则按表头判断。"),
    ] = None,
    column: ColumnOption = None,
    as_of: AsOfOption = None,
    lang: LangOption = "zh",
) -> int:
    """检查表格：一次列出所有问题（文件、工作表、行、列、内容、处理办法），并说明每一列是怎样理解的。

    例：
    expertmatch check 专家库.xlsx 成果.csv 需求.xlsx
    """
    from expertmatch.cli import given
    from expertmatch.cli.tables import check

    return check(
        Console(given.language_of(lang)),
        files,
        table=given.table_of(table),
        columns=given.columns_of(column or ()),
        as_of=given.day_of(as_of),
    )


@app.command("diff", cls=ChineseCommand)
def diff_command(
    old: Annotated[str, typer.Argument(metavar="原来的表", help="原来的专家表或成果表。", show_default=False)],
    new: Annotated[str, typer.Argument(metavar="现在的表", help="现在的专家表或成果表。", show_default=False)],
    out: Annotated[Path | None, typer.Option("--out", metavar="文件", help="另外写成 XLSX 文件。")] = None,
    sheet: SheetOption = None,
    as_of: AsOfOption = None,
    force: ForceOption = False,
    lang: LangOption = "zh",
) -> int:
    """比较专家库的前后两个状态：新增、离开、单位职称等变动、疑似重复。

    例：
    expertmatch diff 专家库2025.xlsx 专家库2026.xlsx --out 变动.xlsx
    """
    from expertmatch.cli import given
    from expertmatch.cli.tables import diff

    console, sheets = Console(given.language_of(lang)), given.sheets_of(sheet or ())
    return diff(console, old, new, out=out, sheets=sheets, as_of=given.day_of(as_of), force=force)


@app.command("merge", cls=ChineseCommand)
def merge_command(
    files: Annotated[list[str], typer.Argument(metavar=FILE, help="各区县的专家表。", show_default=False)],
    out: Annotated[Path, typer.Option("--out", metavar="文件", help="合并后的 XLSX 文件。")],
    sheet: SheetOption = None,
    as_of: AsOfOption = None,
    force: ForceOption = False,
    lang: LangOption = "zh",
) -> int:
    """把几个区县的专家表合成一个：同一个人合并为一条，说法不一的逐条列出。

    例：
    expertmatch merge 雁塔区.xlsx 周至县.xlsx --out 全市.xlsx
    """
    from expertmatch.cli import given
    from expertmatch.cli.tables import merge

    console, sheets = Console(given.language_of(lang)), given.sheets_of(sheet or ())
    return merge(console, files, out=out, sheets=sheets, as_of=given.day_of(as_of), force=force)


@app.command("evaluate", cls=ChineseCommand)
def evaluate_command(
    result: Annotated[
        Path,
        typer.Argument(metavar="结果", help="结果文件夹，或其中的推荐表（CSV、XLSX、JSONL）。", show_default=False),
    ],
    judgments: Annotated[
        Path, typer.Argument(metavar="评判表", help="需求编号、专家编号、评分（0 至 3）。", show_default=False)
    ],
    lang: LangOption = "zh",
) -> int:
    """用人的评判衡量一次推荐的好坏：nDCG@10、P@5、MRR，以及最差的几条需求。

    例：
    expertmatch evaluate 结果 评判.csv
    """
    from expertmatch.cli.evaluate import evaluate
    from expertmatch.cli.given import language_of

    return evaluate(Console(language_of(lang)), result, judgments)


@app.command("tune", cls=ChineseCommand)
def tune_command(
    needs: Annotated[str, typer.Option("--needs", metavar=FILE, help="评判过的需求。")],
    judgments: Annotated[
        Path | None, typer.Option("--judgments", metavar=FILE, help="评判表：需求编号、专家编号、评分（0 至 3）。")
    ] = None,
    experts: ExpertsOption = None,
    works: WorksOption = None,
    societies: SocietiesOption = None,
    memberships: MembershipsOption = None,
    engagements: Annotated[
        str | None, typer.Option("--engagements", metavar=FILE, help="服务台账；其中的满意度也作为评分。")
    ] = None,
    pending: PendingOption = None,
    signal: Annotated[
        list[str] | None,
        typer.Option("--signal", metavar="信号=权重", help="原来的信号权重，例如 discipline=0；不写则只按文字。"),
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar=FILE, help="另外把权重写成 JSON 文件。")] = None,
    sheet: SheetOption = None,
    column: ColumnOption = None,
    as_of: AsOfOption = None,
    force: ForceOption = False,
    lang: LangOption = "zh",
    quiet: QuietOption = False,
) -> int:
    """用人的评判调权重：在没见过的需求上确实更好，才建议采用；在误差之内就保留原来的。

    例：
    expertmatch tune --needs 需求.xlsx --judgments 评判.csv --experts 专家库.xlsx --works 成果.csv
    """
    from expertmatch.cli import given
    from expertmatch.cli.tune import signals_of, tune

    tables = {"experts": experts, "works": works, "societies": societies, "memberships": memberships}
    return tune(
        Console(given.language_of(lang), quiet=quiet),
        given.Given(
            tables={**tables, "engagements": engagements, "pending": pending},
            sheets=given.sheets_of(sheet or ()),
            columns=given.columns_of(column or ()),
            as_of=given.day_of(as_of),
        ),
        needs=needs,
        judgments=judgments,
        signals=signals_of(signal or ()),
        out=out,
        force=force,
    )


@app.command("coverage", cls=ChineseCommand)
def coverage_command(
    needs: Annotated[str, typer.Option("--needs", metavar=FILE, help="需求表。")],
    experts: ExpertsOption = None,
    works: WorksOption = None,
    societies: SocietiesOption = None,
    memberships: MembershipsOption = None,
    pending: PendingOption = None,
    level: Annotated[str, typer.Option("--level", metavar="1|2", help="看一级学科还是二级学科。")] = "1",
    out: Annotated[
        Path | None, typer.Option("--out", metavar=FILE, help="另外写成 XLSX、CSV、JSONL 或 Parquet 文件。")
    ] = None,
    chart: Annotated[
        Path | None, typer.Option("--chart", metavar=FILE, help="另外画成图，写成 HTML 文件（不联网也能看）。")
    ] = None,
    sheet: SheetOption = None,
    column: ColumnOption = None,
    as_of: AsOfOption = None,
    force: ForceOption = False,
    lang: LangOption = "zh",
    quiet: QuietOption = False,
) -> int:
    """学科覆盖：哪些学科有需求没有学会，有学会没有活跃专家，或只有一位专家。

    例：
    expertmatch coverage --needs 需求.xlsx --experts 专家库.xlsx --societies 学会.csv --out 学科覆盖.xlsx
    """
    from expertmatch.cli import given
    from expertmatch.cli.coverage import coverage, level_of

    tables = {"experts": experts, "works": works, "societies": societies, "memberships": memberships}
    return coverage(
        Console(given.language_of(lang), quiet=quiet),
        given.Given(
            tables={**tables, "pending": pending},
            sheets=given.sheets_of(sheet or ()),
            columns=given.columns_of(column or ()),
            as_of=given.day_of(as_of),
        ),
        needs=needs,
        level=level_of(level),
        out=out,
        chart=chart,
        force=force,
    )


@app.command("topics", cls=ChineseCommand)
def topics_command(
    needs: Annotated[str, typer.Option("--needs", metavar=FILE, help="需求表。")],
    out: Annotated[
        Path | None, typer.Option("--out", metavar=FILE, help="另外写成 XLSX、CSV、JSONL 或 Parquet 文件。")
    ] = None,
    min_companies: Annotated[
        str, typer.Option("--min-companies", metavar="家数", help="至少几家企业共同提出，才建议办沙龙。")
    ] = "3",
    tightness: Annotated[
        str,
        typer.Option("--tightness", metavar="0~1", help="难点里的需求至少要多相近；小则难点大而宽，大则小而具体。"),
    ] = "0.28",
    sheet: SheetOption = None,
    column: ColumnOption = None,
    as_of: AsOfOption = None,
    force: ForceOption = False,
    lang: LangOption = "zh",
    quiet: QuietOption = False,
) -> int:
    """共性难点：把各家企业的难题归成共同的难点，几家企业都有的，建议办一场科技创新沙龙。

    例：
    expertmatch topics --needs 企业技术需求.xlsx --out 共性难点.xlsx
    """
    from expertmatch.cli import given
    from expertmatch.cli.topics import tightness_of, topics

    return topics(
        Console(given.language_of(lang), quiet=quiet),
        given.Given(
            sheets=given.sheets_of(sheet or ()), columns=given.columns_of(column or ()), as_of=given.day_of(as_of)
        ),
        needs=needs,
        min_companies=given.count_of("--min-companies", min_companies),
        tightness=tightness_of(tightness),
        out=out,
        force=force,
    )


@app.callback(invoke_without_command=True)
def _root(
    version: Annotated[bool, typer.Option("--version", help="显示版本。")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="出现内部错误时显示详情。")] = False,  # noqa: ARG001 - read below
) -> None:
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
    command = typer.main.get_command(app)
    return run(lambda: command.main(args=given, prog_name="expertmatch", standalone_mode=False), debug=debug)


def main() -> None:
    """Run the command line; the process ends with its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a terminal that cannot show Chinese gets question marks, not an error
            stream.reconfigure(errors="replace")
    sys.exit(run_arguments(sys.argv[1:]))
