"""Commands and their options; what they do stands in the other files of this room."""

from __future__ import annotations

import sys
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from expertmatch.cli.console import Console, run
from expertmatch.errors import SettingError

app = typer.Typer(
    name="expertmatch",
    help="为科协匹配专家与需求：读现成的表，排名，讲清理由。",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
index_app = typer.Typer(help="建立、更新、查看、检验索引。", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(index_app, name="index")

ExpertsOption = Annotated[Path | None, typer.Option("--experts", help="专家表；工作簿里的成果、任职等表也会读入。")]
WorksOption = Annotated[Path | None, typer.Option("--works", help="成果表；没有专家表时，由它生成专家。")]
SocietiesOption = Annotated[Path | None, typer.Option("--societies", help="学会表。")]
MembershipsOption = Annotated[Path | None, typer.Option("--memberships", help="任职表。")]
PendingOption = Annotated[Path | None, typer.Option("--pending", help="填好的“待确认”表。")]
OutOption = Annotated[Path, typer.Option("--out", help="结果文件夹。")]
ForceOption = Annotated[bool, typer.Option("--force", help="覆盖上次的结果。")]
LangOption = Annotated[Literal["zh", "en"], typer.Option("--lang", help="输出的语言。")]
QuietOption = Annotated[bool, typer.Option("--quiet", help="只输出错误。")]
AsOfOption = Annotated[str | None, typer.Option("--as-of", help="以哪一天为准判断年份，例如 2026-11-01；默认今天。")]


@app.command("match")
def match_command(
    needs: Annotated[Path, typer.Option("--needs", help="需求表。")],
    experts: ExpertsOption = None,
    works: WorksOption = None,
    societies: SocietiesOption = None,
    memberships: MembershipsOption = None,
    pending: PendingOption = None,
    index: Annotated[Path | None, typer.Option("--index", help="已建立的索引，代替专家表等。")] = None,
    top: Annotated[int, typer.Option("--top", help="每条需求推荐几位。")] = 10,
    out: OutOption = Path("结果"),
    formats: Annotated[
        str, typer.Option("--format", help="xlsx、csv、jsonl、parquet，可多选，用逗号隔开。")
    ] = "xlsx,csv,jsonl",
    as_of: AsOfOption = None,
    strict: Annotated[bool, typer.Option("--strict", help="有需求没有候选时，退出码为 1。")] = False,
    force: ForceOption = False,
    lang: LangOption = "zh",
    quiet: QuietOption = False,
) -> int:
    """为每条需求推荐专家，写出推荐结果.xlsx、CSV、JSONL 和 run.json。

    例：expertmatch match --needs 需求.xlsx --experts 专家库.xlsx --works 成果.csv --top 5 --out 结果
    """
    from expertmatch.cli.match import formats_of, match

    return match(
        Console(lang, quiet=quiet),
        needs=needs,
        tables={
            "experts": experts,
            "works": works,
            "societies": societies,
            "memberships": memberships,
            "pending": pending,
        },
        index=index,
        top=top,
        out=out,
        formats=formats_of(formats),
        as_of=_date(as_of),
        strict=strict,
        force=force,
    )


@app.command("demo")
def demo_command(
    out: OutOption = Path("结果"), force: ForceOption = False, lang: LangOption = "zh", quiet: QuietOption = False
) -> int:
    """用自带的虚构示例数据完整运行一次。

    例：expertmatch demo --out 结果
    """
    from expertmatch.cli.match import demo

    return demo(Console(lang, quiet=quiet), out=out, force=force)


@app.command("check")
def check_command(
    files: Annotated[list[Path], typer.Argument(help="要检查的文件，可以多个。", show_default=False)],
    table: Annotated[str | None, typer.Option("--table", help="这些文件是什么表；默认按表头猜。")] = None,
    as_of: AsOfOption = None,
    lang: LangOption = "zh",
) -> int:
    """检查表格：一次说清所有问题（文件、工作表、行、列、内容、处理办法），以及每一列是怎样理解的。

    例：expertmatch check 专家库.xlsx 成果.csv 需求.xlsx
    """
    from expertmatch.cli.tables import check

    return check(Console(lang), files, table=table, as_of=_date(as_of))


@app.command("diff")
def diff_command(
    old: Annotated[Path, typer.Argument(help="原来的专家表或成果表。", show_default=False)],
    new: Annotated[Path, typer.Argument(help="现在的专家表或成果表。", show_default=False)],
    out: Annotated[Path | None, typer.Option("--out", help="另写成 XLSX 文件。")] = None,
    as_of: AsOfOption = None,
    force: ForceOption = False,
    lang: LangOption = "zh",
) -> int:
    """比较专家库的前后两个状态：新增、离开、单位职称等变动、疑似重复。

    例：expertmatch diff 专家库2025.xlsx 专家库2026.xlsx --out 变动.xlsx
    """
    from expertmatch.cli.tables import diff

    return diff(Console(lang), old, new, out=out, as_of=_date(as_of), force=force)


@app.command("merge")
def merge_command(
    files: Annotated[list[Path], typer.Argument(help="各区县的专家表。", show_default=False)],
    out: Annotated[Path, typer.Option("--out", help="合并后的 XLSX 文件。")],
    as_of: AsOfOption = None,
    force: ForceOption = False,
    lang: LangOption = "zh",
) -> int:
    """把几个区县的专家表合成一个，同一个人合并，冲突逐条列出。

    例：expertmatch merge 雁塔区.xlsx 周至县.xlsx --out 全市.xlsx
    """
    from expertmatch.cli.tables import merge

    return merge(Console(lang), files, out=out, as_of=_date(as_of), force=force)


@app.command("evaluate")
def evaluate_command(
    result: Annotated[
        Path, typer.Argument(metavar="RUN", help="结果文件夹，或推荐结果（CSV、XLSX、JSONL）。", show_default=False)
    ],
    judgments: Annotated[Path, typer.Argument(help="评判表：需求编号、专家编号、评分。", show_default=False)],
    lang: LangOption = "zh",
) -> int:
    """用人的评判衡量一次推荐的好坏：nDCG@10、P@5、MRR，以及最差的几条需求。

    例：expertmatch evaluate 结果 评判.csv
    """
    from expertmatch.cli.evaluate import evaluate

    return evaluate(Console(lang), result, judgments)


@index_app.command("build")
def index_build_command(
    out: Annotated[Path, typer.Option("--out", help="索引文件夹。")],
    experts: ExpertsOption = None,
    works: WorksOption = None,
    pending: PendingOption = None,
    processes: Annotated[int, typer.Option("--processes", help="用几个进程分词。")] = 1,
    as_of: AsOfOption = None,
    lang: LangOption = "zh",
) -> int:
    """由专家表和成果表建立索引。

    例：expertmatch index build --experts 专家库.xlsx --works 成果.csv --out 索引
    """
    from expertmatch.cli.index import build

    tables = {"experts": experts, "works": works, "pending": pending}
    return build(Console(lang), tables, out, processes=processes, as_of=_date(as_of))


@index_app.command("update")
def index_update_command(
    folder: Annotated[Path, typer.Argument(help="索引文件夹。", show_default=False)],
    experts: ExpertsOption = None,
    works: WorksOption = None,
    pending: PendingOption = None,
    as_of: AsOfOption = None,
    lang: LangOption = "zh",
) -> int:
    """用专家库的新状态更新索引，只重新分析变动的文字；更新后与重新建立完全一样。

    例：expertmatch index update 索引 --experts 专家库.xlsx --works 成果.csv
    """
    from expertmatch.cli.index import update

    return update(Console(lang), folder, {"experts": experts, "works": works, "pending": pending}, as_of=_date(as_of))


@index_app.command("info")
def index_info_command(
    folder: Annotated[Path, typer.Argument(help="索引文件夹。", show_default=False)], lang: LangOption = "zh"
) -> int:
    """说明索引里有什么。

    例：expertmatch index info 索引
    """
    from expertmatch.cli.index import info

    return info(Console(lang), folder)


@index_app.command("verify")
def index_verify_command(
    folder: Annotated[Path, typer.Argument(help="索引文件夹。", show_default=False)], lang: LangOption = "zh"
) -> int:
    """逐字节检验索引的完整性。

    例：expertmatch index verify 索引
    """
    from expertmatch.cli.index import verify

    return verify(Console(lang), folder)


@app.callback(invoke_without_command=True)
def _root(
    version: Annotated[bool, typer.Option("--version", help="显示版本。")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="内部错误时显示详情。")] = False,  # noqa: ARG001 - read in main
) -> None:
    if version:
        from expertmatch import __version__

        sys.stdout.write(f"expertmatch {__version__}\n")
        raise typer.Exit


def _date(text: str | None) -> date:
    if text is None:
        return date.today()
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        raise SettingError("--as-of", text, "年-月-日，例如 2026-11-01") from None


def main() -> None:
    """Run the command line; the process ends with its exit code."""
    arguments = sys.argv[1:]
    if "--debug" in arguments:  # accepted anywhere, as people add it at the end
        arguments = ["--debug", *(argument for argument in arguments if argument != "--debug")]
    commands = ["match", "demo", "check", "index", "evaluate", "diff", "merge"]
    command = typer.main.get_command(app)
    sys.exit(
        run(
            lambda: command.main(args=arguments, prog_name="expertmatch", standalone_mode=False),
            commands=commands,
            debug="--debug" in arguments,
        )
    )
