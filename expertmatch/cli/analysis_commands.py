"""The commands ``expertmatch evaluate``, ``tune``, ``coverage`` and ``topics``, and their options."""

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
    ExpertsOption,
    ForceOption,
    JsonOption,
    LangOption,
    MembershipsOption,
    PendingOption,
    QuietOption,
    SheetOption,
    SocietiesOption,
    WorksOption,
)


def evaluate_command(
    result: Annotated[
        Path,
        typer.Argument(metavar="结果", help="结果文件夹，或其中的推荐表（CSV、XLSX、JSONL）。", show_default=False),
    ],
    judgments: Annotated[
        Path, typer.Argument(metavar="评判表", help="需求编号、专家编号、评分（0 至 3）。", show_default=False)
    ],
    column: ColumnOption = None,
    lang: LangOption = "zh",
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> int:
    """用人的评判衡量一次推荐的好坏：nDCG@10、P@5、MRR，以及最差的几条需求。

    例：
    expertmatch evaluate 结果 评判.csv
    """
    from expertmatch.cli.evaluate import evaluate
    from expertmatch.cli.given import columns_of, language_of

    console = Console(language_of(lang), quiet=quiet, json=as_json)
    return evaluate(console, result, judgments, columns=columns_of(column or ()))


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
    as_json: JsonOption = False,
) -> int:
    """用人的评判调权重：在没见过的需求上确实更好，才建议采用；在误差之内就保留原来的。

    例：
    expertmatch tune --needs 需求.xlsx --judgments 评判.csv --experts 专家库.xlsx
    """
    from expertmatch.cli import given
    from expertmatch.cli.tune import signals_of, tune

    tables = {"experts": experts, "works": works, "societies": societies, "memberships": memberships}
    return tune(
        Console(given.language_of(lang), quiet=quiet, json=as_json),
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
    as_json: JsonOption = False,
) -> int:
    """学科覆盖：哪些学科有需求没有学会，有学会没有活跃专家，或只有一位专家。

    例：
    expertmatch coverage --needs 需求.xlsx --experts 专家库.xlsx --out 覆盖.xlsx
    """
    from expertmatch.cli import given
    from expertmatch.cli.coverage import coverage, level_of

    tables = {"experts": experts, "works": works, "societies": societies, "memberships": memberships}
    return coverage(
        Console(given.language_of(lang), quiet=quiet, json=as_json),
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
    as_json: JsonOption = False,
) -> int:
    """共性难点：把各家企业的难题归成共同的难点，几家企业都有的，建议办一场科技创新沙龙。

    例：
    expertmatch topics --needs 企业技术需求.xlsx --out 共性难点.xlsx
    """
    from expertmatch.cli import given
    from expertmatch.cli.topics import tightness_of, topics

    return topics(
        Console(given.language_of(lang), quiet=quiet, json=as_json),
        given.Given(
            sheets=given.sheets_of(sheet or ()), columns=given.columns_of(column or ()), as_of=given.day_of(as_of)
        ),
        needs=needs,
        min_companies=given.count_of("--min-companies", min_companies),
        tightness=tightness_of(tightness),
        out=out,
        force=force,
    )
