"""The command ``expertmatch plan`` and its options."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from expertmatch.cli.complete import beginning, several
from expertmatch.cli.console import Console
from expertmatch.cli.options import (
    FILE,
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
    ScenarioOption,
    SheetOption,
    SocietiesOption,
    WorksOption,
)

_Texts = list[str] | None


def plan_command(
    needs: Annotated[str | None, typer.Option("--needs", metavar=FILE, help="需求表。")] = None,
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
    source: Annotated[
        Path | None,
        typer.Option(
            "--from",
            metavar="方案.xlsx",
            help="批改过的方案，或所在文件夹：按保留、删除、替换重排；其余选项照上次，也可另写。",
        ),
    ] = None,
    absent: Annotated[
        _Texts, typer.Option("--absent", metavar="编号", help="谁来不了：其余尽量不动，另找人顶上。可写多次。")
    ] = None,
    wanted: Annotated[
        str | None, typer.Option("--wanted", metavar="人数", help="需求没写人数的，每条几人：3，或 2-4。[默认：3]")
    ] = None,
    capacity: Annotated[
        str | None, typer.Option("--capacity", metavar="次数", help="每人一年至多几次；不写则按各人和场景的。")
    ] = None,
    minimum: Annotated[str | None, typer.Option("--minimum", metavar="次数", help="候选每人至少安排几次。")] = None,
    objective: Annotated[
        str | None,
        typer.Option(
            "--objective",
            metavar="total|fair",
            autocompletion=beginning("total", "fair"),
            help="总分最高，或先顾最弱的一对。[默认：total]",
        ),
    ] = None,
    floor: Annotated[
        str | None, typer.Option("--floor", metavar="0~1", help="每条需求至少得到自己最好队伍的几成，例如 0.8。")
    ] = None,
    select: Annotated[
        str | None,
        typer.Option(
            "--select",
            metavar="best|draw",
            autocompletion=beginning("best", "draw"),
            help="择优，或在合格者中随机抽取。[默认：best]",
        ),
    ] = None,
    seed: Annotated[
        str | None, typer.Option("--seed", metavar="文字", help="抽取的种子，例如日期加经办人；凭它可以复核。")
    ] = None,
    alternates: Annotated[
        str | None, typer.Option("--alternates", metavar="人数", help="每个席位列几名候补。[默认：2]")
    ] = None,
    lock: Annotated[
        _Texts, typer.Option("--lock", metavar="需求=编号", help="一定要安排的，例如 E001=ZJ0012。可写多次。")
    ] = None,
    ban: Annotated[_Texts, typer.Option("--ban", metavar="需求=编号", help="一定不安排的。可写多次。")] = None,
    limit: Annotated[
        _Texts,
        typer.Option("--limit", metavar="什么=人数", help="一队里同一单位、学会、区县、学科至多几人，例如 单位=2。"),
    ] = None,
    quotas: Annotated[
        str | None, typer.Option("--quotas", metavar="名额.toml", help="整个方案的名额：哪类人、哪个单位至多至少几次。")
    ] = None,
    newcomers: Annotated[
        str | None, typer.Option("--newcomers", metavar="人数", help="每队至少几名还没有服务过的人。")
    ] = None,
    travel: Annotated[bool, typer.Option("--travel", help="跨区县的两场活动之间要留半天路程。")] = False,
    time_limit: Annotated[
        str | None, typer.Option("--time-limit", metavar="秒", help="求解至多用多少秒。[默认：60]")
    ] = None,
    contacts: Annotated[
        str | None,
        typer.Option(
            "--with-contacts",
            metavar=FILE,
            help="联系方式表：另写一份带电话、邮箱的邀请名单.xlsx；不写就没有联系方式。",
        ),
    ] = None,
    who: Annotated[
        str, typer.Option("--who", metavar="姓名", help="经办人；用了台账时，提供联系方式这件事记在其名下。")
    ] = "",
    out: Annotated[Path, typer.Option("--out", metavar="文件夹", help="方案写到哪个文件夹。")] = Path("方案"),
    formats: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="格式",
            autocompletion=several("xlsx", "csv", "jsonl", "parquet"),
            help="xlsx、csv、jsonl、parquet，可以多选，用逗号隔开。",
        ),
    ] = "xlsx",
    sheet: SheetOption = None,
    column: ColumnOption = None,
    as_of: AsOfOption = None,
    strict: Annotated[bool, typer.Option("--strict", help="方案不完整时，退出码为 1。")] = False,
    html: HtmlOption = False,
    force: ForceOption = False,
    lang: LangOption = "zh",
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> int:
    """全盘统筹：在人数、次数、角色、回避、名额和时间之内，为所有需求一起排出最好的方案。

    方案表里留有“保留、删除、替换、备注”四列。领导批改后用 --from 读回，重排并说明变了什么、每一处批改的代价。

    排不满时不会把缺口藏起来：缺在哪里、卡在哪一条、怎样放宽最省，一一列出。

    例：
    expertmatch plan --needs 需求.xlsx --experts 专家库.xlsx --scenario relief
    expertmatch plan --from 方案/方案.xlsx --out 方案二
    expertmatch plan --from 方案/方案.xlsx --absent ZJ0012 --out 方案三
    expertmatch plan --from 方案 --with-contacts 通讯录.xlsx --who 王某 --out 定稿
    expertmatch plan --from 方案/方案.xlsx --select draw --seed 王1120 --out 抽取
    """
    from expertmatch.cli import given
    from expertmatch.cli.plan import plan

    written = {
        "needs": needs,
        "experts": experts,
        "works": works,
        "societies": societies,
        "memberships": memberships,
        "relations": relations,
        "availability": availability,
        "engagements": engagements,
        "ledger": ledger,
        "pending": pending,
        "scenario": scenario,
        "wanted": wanted,
        "capacity": capacity,
        "minimum": minimum,
        "objective": objective,
        "floor": floor,
        "select": select,
        "seed": seed,
        "alternates": alternates,
        "lock": "；".join(lock or ()),
        "ban": "；".join(ban or ()),
        "limit": "；".join(limit or ()),
        "quotas": quotas,
        "newcomers": newcomers,
        "travel": "是" if travel else None,
        "time-limit": time_limit,
        "sheet": "；".join(sheet or ()),
        "column": "；".join(column or ()),
        "as-of": as_of,
    }
    return plan(
        Console(given.language_of(lang), quiet=quiet, json=as_json),
        {name: text for name, text in written.items() if text},
        source=source,
        absent=absent or [],
        out=out,
        formats=given.formats_of(formats),
        strict=strict,
        html=html,
        force=force,
        contacts=contacts,
        who=who,
    )
