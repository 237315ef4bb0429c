"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, get_args

import typer

from expertmatch.cli.complete import beginning, scenarios
from expertmatch.report.labels import Language

FILE = "文件"
GROUP_SETTINGS = {"no_args_is_help": True, "add_completion": False, "rich_markup_mode": None}
"""Of every group of commands."""

ExpertsOption = Annotated[
    str | None, typer.Option("--experts", metavar=FILE, help="专家表；工作簿里如有成果、任职等表，一并读入。")
]
WorksOption = Annotated[str | None, typer.Option("--works", metavar=FILE, help="成果表；没有专家表时，由它得出专家。")]
SocietiesOption = Annotated[str | None, typer.Option("--societies", metavar=FILE, help="学会表。")]
MembershipsOption = Annotated[str | None, typer.Option("--memberships", metavar=FILE, help="任职表。")]
RelationsOption = Annotated[
    str | None, typer.Option("--relations", metavar=FILE, help="关系表（亲属、师生、任职、合作），回避用。")
]
AvailabilityOption = Annotated[str | None, typer.Option("--availability", metavar=FILE, help="可服务时间表。")]
EngagementsOption = Annotated[
    str | None, typer.Option("--engagements", metavar=FILE, help="服务台账：在办项数、评价、名额从这里数。")
]
LedgerOption = Annotated[
    str | None,
    typer.Option(
        "--ledger",
        metavar="台账",
        help="服务台账（expertmatch ledger），代替 --engagements：文件，或 PostgreSQL 地址。",
    ),
]
ScenarioOption = Annotated[
    str | None,
    typer.Option(
        "--scenario",
        metavar="场景",
        autocompletion=scenarios,
        help="按哪个场景的规则：名称、自己的 .toml 文件，或 auto（按需求类型）；不写则只按文字。",
    ),
]
PendingOption = Annotated[
    str | None, typer.Option("--pending", metavar=FILE, help="填好的“待确认”表，或含有它的推荐结果.xlsx。")
]
SheetOption = Annotated[
    list[str] | None,
    typer.Option("--sheet", metavar="表=工作表", help="读哪个工作表，例如 专家=Sheet2；不写则按表头选。可写多次。"),
]
ColumnOption = Annotated[
    list[str] | None,
    typer.Option("--column", metavar="表头=含义", help="认不出的表头是什么列，例如 负责领域=研究方向。可写多次。"),
]
ForceOption = Annotated[bool, typer.Option("--force", help="覆盖上次的结果。")]
LangOption = Annotated[
    str,
    typer.Option(
        "--lang",
        metavar="zh|en",
        help="输出用中文还是英文；对表格内容的提醒只有中文。",
        autocompletion=beginning(*get_args(Language)),
    ),
]
HtmlOption = Annotated[
    bool, typer.Option("--html", help="另写一个网页“报告.html”：不联网也能打开，可以查找、筛选、打印。")
]
QuietOption = Annotated[bool, typer.Option("--quiet", help="只输出错误。")]
JsonOption = Annotated[bool, typer.Option("--json", help="标准输出只写一个 JSON 对象，给程序读。")]
AsOfOption = Annotated[
    str | None,
    typer.Option("--as-of", metavar="日期", help="以哪一天为准判断年份是否可能，例如 2026-11-01；不写则为今天。"),
]
ResultsOption = Annotated[Path, typer.Option("--out", metavar="文件夹", help="结果写到哪个文件夹。")]
FolderArgument = Annotated[Path, typer.Argument(metavar="索引", help="索引文件夹。", show_default=False)]
