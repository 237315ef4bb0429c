"""The commands of ``expertmatch ledger`` and their options."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from expertmatch.cli.console import Console
from expertmatch.cli.help import ChineseCommand, ChineseGroup
from expertmatch.cli.options import (
    FILE,
    GROUP_SETTINGS,
    ColumnOption,
    ForceOption,
    JsonOption,
    QuietOption,
)

ledger_app = typer.Typer(
    cls=ChineseGroup,
    help="""服务台账：谁被推荐、邀请、同意、服务、评价，谁在什么时候改了什么。

    台账是一个文件（默认 台账.db），也可以放在 PostgreSQL 数据库里（postgresql://用户@主机/库名）。

    例：
    expertmatch ledger add 方案.xlsx --needs 需求.xlsx --who 王某 --create
    expertmatch ledger set S0001 --state 已同意 --date 2026-11-20 --who 王某
    expertmatch ledger stats
    """,
    **GROUP_SETTINGS,  # type: ignore[arg-type]
)

LedgerOption = Annotated[str, typer.Option("--ledger", metavar="台账", help="台账文件，或数据库地址。")]
WhoOption = Annotated[str, typer.Option("--who", metavar="姓名", help="经办人，记入变更记录。")]
CreateOption = Annotated[bool, typer.Option("--create", help="没有这个台账就新建。")]
SheetNameOption = Annotated[
    str | None, typer.Option("--sheet", metavar="工作表", help="读哪个工作表；不写则按表头选。")
]
NeedsOption = Annotated[
    str | None, typer.Option("--needs", metavar=FILE, help="需求表：补上需求的名称、类型、区县、时间。")
]
ExpertsOption = Annotated[
    str | None,
    typer.Option("--experts", metavar=FILE, help="专家表：补上姓名单位；是否院士、退休、已建站数也从这里看。"),
]
SocietiesOption = Annotated[str | None, typer.Option("--societies", metavar=FILE, help="学会表。")]
ScenarioOption = Annotated[
    str | None,
    typer.Option("--scenario", metavar="场景", help="没有写场景的行属于哪个场景：名称，或自己的 .toml 文件。"),
]
PeriodOption = Annotated[
    str | None, typer.Option("--period", metavar="期间", help="只看这一期间，例如 2026、2026-03、2026年第1季度。")
]
CountyOption = Annotated[str | None, typer.Option("--county", metavar="区县", help="只看这个区县。")]
_LEDGER = "台账.db"


@ledger_app.command("add", cls=ChineseCommand)
def ledger_add_command(
    file: Annotated[str, typer.Argument(metavar=FILE, help="方案.xlsx，或服务台账表。", show_default=False)],
    who: WhoOption,
    ledger: LedgerOption = _LEDGER,
    create: CreateOption = False,
    needs: NeedsOption = None,
    experts: ExpertsOption = None,
    societies: SocietiesOption = None,
    scenario: ScenarioOption = None,
    state: Annotated[str, typer.Option("--state", metavar="状态", help="表里没有状态一列时，记作什么。")] = "已推荐",
    sheet: SheetNameOption = None,
    column: ColumnOption = None,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> int:
    """把方案或表格里的服务记入台账：全部记入，或一条也不记。

    正在办的同一条（同一需求、同一人）不重复记。超过定额的不记，并说明超过哪一条。

    例：
    expertmatch ledger add 方案.xlsx --experts 专家库.xlsx --who 王某 --create
    """
    from expertmatch.cli.given import columns_of
    from expertmatch.cli.ledger import add
    from expertmatch.cli.ledger_given import Asked

    asked = Asked(needs=needs, experts=experts, societies=societies, scenario=scenario, sheet=sheet,
                  columns=columns_of(column or ()))  # fmt: skip
    return add(Console(quiet=quiet, json=as_json), ledger, file, who, asked, state=state, create=create)


@ledger_app.command("import", cls=ChineseCommand)
def ledger_import_command(
    file: Annotated[str, typer.Argument(metavar=FILE, help="往年的服务记录。", show_default=False)],
    who: WhoOption,
    ledger: LedgerOption = _LEDGER,
    create: CreateOption = False,
    needs: NeedsOption = None,
    experts: ExpertsOption = None,
    societies: SocietiesOption = None,
    scenario: ScenarioOption = None,
    sheet: SheetNameOption = None,
    column: ColumnOption = None,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> int:
    """导入往年的服务记录：如实记下，同一份文件导入两次不会重复。

    往年已经超过定额的，记下并提醒。

    例：
    expertmatch ledger import 往年台账.csv --who 王某 --create
    """
    from expertmatch.cli.given import columns_of
    from expertmatch.cli.ledger import import_past
    from expertmatch.cli.ledger_given import Asked

    asked = Asked(needs=needs, experts=experts, societies=societies, scenario=scenario, sheet=sheet,
                  columns=columns_of(column or ()))  # fmt: skip
    return import_past(Console(quiet=quiet, json=as_json), ledger, file, who, asked, create=create)


@ledger_app.command("set", cls=ChineseCommand)
def ledger_set_command(
    services: Annotated[list[str], typer.Argument(metavar="编号", help="服务编号，可以多个。", show_default=False)],
    who: WhoOption,
    ledger: LedgerOption = _LEDGER,
    state: Annotated[
        str | None,
        typer.Option(
            "--state", metavar="状态", help="已邀请、已同意、已拒绝、服务中、已完成、已评价（要有满意度）或已取消。"
        ),
    ] = None,
    date: Annotated[str | None, typer.Option("--date", metavar="日期", help="服务日期，年、年月或年月日。")] = None,
    hours: Annotated[str | None, typer.Option("--hours", metavar="小时", help="服务时长。")] = None,
    rating: Annotated[str | None, typer.Option("--rating", metavar="分数", help="满意度。")] = None,
    note: Annotated[str | None, typer.Option("--note", metavar="文字", help="备注。")] = None,
    field: Annotated[
        list[str] | None,
        typer.Option("--field", metavar="项目=内容", help="其他项目，例如 参加人数=40、带动户数=12。可写多次。"),
    ] = None,
    reason: Annotated[
        str, typer.Option("--reason", metavar="理由", help="更正的理由：改回、改人、改已办结的，都要写。")
    ] = "",
    seen: Annotated[
        str | None,
        typer.Option("--seen", metavar="版本", help="您看到的版本；别人已经改过，就不改。不写则按现在的版本。"),
    ] = None,
    experts: ExpertsOption = None,
    societies: SocietiesOption = None,
    scenario: Annotated[
        str | None, typer.Option("--scenario", metavar=FILE, help="自己的场景文件：它的定额也要守。")
    ] = None,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> int:
    """改服务的状态、日期、成效；每一处改动都记入变更记录，原来的内容不会丢。

    例：
    expertmatch ledger set S0001 S0002 --state 已邀请 --who 王某
    expertmatch ledger set S0001 --state 已同意 --date 2026-11-20 --who 王某
    expertmatch ledger set S0001 --state 已评价 --rating 4.5 --who 王某
    expertmatch ledger set S0001 --field 参加人数=40 --who 王某
    """
    from expertmatch.cli.ledger import change
    from expertmatch.cli.ledger_given import Asked

    fields = {"state": state, "date": date, "hours": hours, "rating": rating, "note": note}
    given = {name: value for name, value in fields.items() if value is not None}
    asked = Asked(experts=experts, societies=societies, scenario=scenario)
    console = Console(quiet=quiet, json=as_json)
    return change(console, ledger, services, who, asked, fields=given, more=field or (), reason=reason, seen=seen)


@ledger_app.command("list", cls=ChineseCommand)
def ledger_list_command(
    ledger: LedgerOption = _LEDGER,
    state: Annotated[str | None, typer.Option("--state", metavar="状态", help="只看这个状态。")] = None,
    candidate: Annotated[
        str | None, typer.Option("--candidate", metavar="姓名", help="只看这个人：姓名或编号。")
    ] = None,
    need: Annotated[
        str | None, typer.Option("--need", metavar="需求", help="只看这条需求：编号，或名称里的字。")
    ] = None,
    county: CountyOption = None,
    period: PeriodOption = None,
    most: Annotated[str, typer.Option("--most", metavar="条数", help="最多显示几条。")] = "200",
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> int:
    """列出台账里的服务。

    例：
    expertmatch ledger list --state 已邀请
    """
    from expertmatch.cli.given import count_of
    from expertmatch.cli.ledger import show_list
    from expertmatch.cli.ledger_given import Wanted

    wanted = Wanted(state=state, candidate=candidate, need=need, county=county, period=period)
    return show_list(Console(quiet=quiet, json=as_json), ledger, wanted, most=count_of("--most", most))


@ledger_app.command("history", cls=ChineseCommand)
def ledger_history_command(
    service: Annotated[str, typer.Argument(metavar="编号", help="服务编号。", show_default=False)],
    ledger: LedgerOption = _LEDGER,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> int:
    """一条服务的来龙去脉：谁在什么时候把什么改成了什么。

    例：
    expertmatch ledger history S0001
    """
    from expertmatch.cli.ledger import history

    return history(Console(quiet=quiet, json=as_json), ledger, service)


@ledger_app.command("targets", cls=ChineseCommand)
def ledger_targets_command(
    file: Annotated[
        str, typer.Argument(metavar=FILE, help="指标表：指标、期间、目标值、区县、计量。", show_default=False)
    ],
    who: WhoOption,
    ledger: LedgerOption = _LEDGER,
    create: CreateOption = False,
    sheet: SheetNameOption = None,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> int:
    """记下指标的目标值，以及每个指标数什么。

    “计量”可以是服务次数、专家人数、学会数、需求数、区县数、服务时长、参加人数、带动户数等；
    只数一部分服务的，再写服务状态、场景、需求类型。

    例：
    expertmatch ledger targets 指标.xlsx --who 王某
    """
    from expertmatch.cli.ledger import targets

    return targets(Console(quiet=quiet, json=as_json), ledger, file, who, sheet=sheet, create=create)


@ledger_app.command("stats", cls=ChineseCommand)
def ledger_stats_command(
    ledger: LedgerOption = _LEDGER,
    period: PeriodOption = None,
    county: CountyOption = None,
    out: Annotated[Path | None, typer.Option("--out", metavar=FILE, help="另外写成 XLSX 文件。")] = None,
    force: ForceOption = False,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> int:
    """各场景的服务、指标的目标与完成、月度汇总表。

    例：
    expertmatch ledger stats --period 2026 --out 汇总.xlsx
    """
    from expertmatch.cli.ledger import stats

    return stats(Console(quiet=quiet, json=as_json), ledger, period=period, county=county, out=out, force=force)


@ledger_app.command("export", cls=ChineseCommand)
def ledger_export_command(
    out: Annotated[Path, typer.Argument(metavar=FILE, help="以 .xlsx 或 .csv 结尾。", show_default=False)],
    ledger: LedgerOption = _LEDGER,
    force: ForceOption = False,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> int:
    """导出台账：XLSX 里另有变更记录和指标；导出的表可以再读回来，也可以给 --engagements 用。

    例：
    expertmatch ledger export 服务台账.xlsx
    """
    from expertmatch.cli.ledger import export

    return export(Console(quiet=quiet, json=as_json), ledger, out, force=force)


@ledger_app.command("verify", cls=ChineseCommand)
def ledger_verify_command(
    ledger: LedgerOption = _LEDGER,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> int:
    """核对台账与变更记录是否一致。

    例：
    expertmatch ledger verify
    """
    from expertmatch.cli.ledger import verify

    return verify(Console(quiet=quiet, json=as_json), ledger)
