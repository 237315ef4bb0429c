"""The commands of ``expertmatch index`` and their options."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from expertmatch.cli.console import Console
from expertmatch.cli.help import ChineseCommand, ChineseGroup
from expertmatch.cli.options import (
    GROUP_SETTINGS,
    AsOfOption,
    AvailabilityOption,
    ColumnOption,
    EngagementsOption,
    ExpertsOption,
    FolderArgument,
    JsonOption,
    LangOption,
    MembershipsOption,
    PendingOption,
    QuietOption,
    RelationsOption,
    ScenarioOption,
    SheetOption,
    SocietiesOption,
    WorksOption,
)

index_app = typer.Typer(
    cls=ChineseGroup,
    help="""建立、更新、查看、检验索引：专家库很大时，建一次，用多次。

    例：
    expertmatch index build --experts 专家库.xlsx --works 成果.csv --out 索引
    expertmatch match --needs 需求.xlsx --index 索引
    """,
    **GROUP_SETTINGS,  # type: ignore[arg-type]
)


@index_app.command("build", cls=ChineseCommand)
def index_build_command(
    out: Annotated[Path, typer.Option("--out", metavar="索引", help="索引写到哪个文件夹。")],
    experts: ExpertsOption = None,
    works: WorksOption = None,
    societies: SocietiesOption = None,
    memberships: MembershipsOption = None,
    relations: RelationsOption = None,
    availability: AvailabilityOption = None,
    engagements: EngagementsOption = None,
    pending: PendingOption = None,
    scenario: ScenarioOption = None,
    sheet: SheetOption = None,
    column: ColumnOption = None,
    processes: Annotated[str, typer.Option("--processes", metavar="个数", help="用几个进程分词。")] = "1",
    as_of: AsOfOption = None,
    lang: LangOption = "zh",
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> int:
    """由专家表和成果表建立索引。

    例：
    expertmatch index build --experts 专家库.xlsx --works 成果.csv --out 索引
    """
    from expertmatch.cli import given
    from expertmatch.cli.index import build

    tables = {"experts": experts, "works": works, "societies": societies, "memberships": memberships}
    more = {"relations": relations, "availability": availability, "engagements": engagements, "pending": pending}
    return build(
        Console(given.language_of(lang), quiet=quiet, json=as_json),
        given.Given(
            tables={**tables, **more},
            sheets=given.sheets_of(sheet or ()),
            columns=given.columns_of(column or ()),
            as_of=given.day_of(as_of),
        ),
        out,
        scenario=scenario,
        processes=given.count_of("--processes", processes),
    )


@index_app.command("update", cls=ChineseCommand)
def index_update_command(
    folder: FolderArgument,
    experts: ExpertsOption = None,
    works: WorksOption = None,
    societies: SocietiesOption = None,
    memberships: MembershipsOption = None,
    relations: RelationsOption = None,
    availability: AvailabilityOption = None,
    engagements: EngagementsOption = None,
    pending: PendingOption = None,
    sheet: SheetOption = None,
    column: ColumnOption = None,
    as_of: AsOfOption = None,
    lang: LangOption = "zh",
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> int:
    """用专家库现在的表更新索引：只重新分析变动的文字，更新后与重新建立完全一样。

    例：
    expertmatch index update 索引 --experts 专家库.xlsx --works 成果.csv
    """
    from expertmatch.cli import given
    from expertmatch.cli.index import update

    tables = {"experts": experts, "works": works, "societies": societies, "memberships": memberships}
    more = {"relations": relations, "availability": availability, "engagements": engagements, "pending": pending}
    return update(
        Console(given.language_of(lang), quiet=quiet, json=as_json),
        folder,
        given.Given(
            tables={**tables, **more},
            sheets=given.sheets_of(sheet or ()),
            columns=given.columns_of(column or ()),
            as_of=given.day_of(as_of),
        ),
    )


@index_app.command("info", cls=ChineseCommand)
def index_info_command(
    folder: FolderArgument,
    lang: LangOption = "zh",
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> int:
    """说明索引里有什么。

    例：
    expertmatch index info 索引
    """
    from expertmatch.cli.given import language_of
    from expertmatch.cli.index import info

    return info(Console(language_of(lang), quiet=quiet, json=as_json), folder)


@index_app.command("verify", cls=ChineseCommand)
def index_verify_command(
    folder: FolderArgument,
    lang: LangOption = "zh",
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> int:
    """逐字节检验索引是否完好。

    例：
    expertmatch index verify 索引
    """
    from expertmatch.cli.given import language_of
    from expertmatch.cli.index import verify

    return verify(Console(language_of(lang), quiet=quiet, json=as_json), folder)
