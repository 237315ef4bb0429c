"""The commands of ``expertmatch scenarios`` and their options."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from expertmatch.cli.complete import scenarios as scenarios_of
from expertmatch.cli.console import Console
from expertmatch.cli.help import ChineseCommand, ChineseGroup
from expertmatch.cli.options import (
    FILE,
    GROUP_SETTINGS,
    EngagementsOption,
    JsonOption,
    QuietOption,
)

scenarios_app = typer.Typer(
    cls=ChineseGroup,
    help="""查看自带的场景，新建自己的场景，检查场景文件和名单。

    例：
    expertmatch scenarios list
    expertmatch scenarios show relief
    expertmatch scenarios new my_forum --title 专家论坛
    expertmatch scenarios check my_forum.toml
    """,
    **GROUP_SETTINGS,  # type: ignore[arg-type]
)
_WHICH = "自带场景的名称，或自己的 .toml 文件。"
_AsOfOption = Annotated[
    str | None,
    typer.Option("--as-of", metavar="日期", help="以哪一天为准算年龄、看规则是否有效，例如 2026-11-01；不写则为今天。"),
]


@scenarios_app.command("list", cls=ChineseCommand)
def scenarios_list_command(
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> int:
    """列出自带的场景：名称、受理的需求类型、推荐谁。

    例：
    expertmatch scenarios list
    """
    from expertmatch.cli.scenarios import list_scenarios

    return list_scenarios(Console(quiet=quiet, json=as_json))


@scenarios_app.command("show", cls=ChineseCommand)
def scenarios_show_command(
    scenario: Annotated[
        str, typer.Argument(metavar="场景", help=_WHICH, autocompletion=scenarios_of, show_default=False)
    ],
    toml: Annotated[bool, typer.Option("--toml", help="显示文件本身，而不是说明。")] = False,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> int:
    """说明一个场景：推荐谁、有哪些规则和出处、回避什么、权重、人数与搭配、定额。

    例：
    expertmatch scenarios show relief
    expertmatch scenarios show relief --toml
    """
    from expertmatch.cli.scenarios import show

    return show(Console(quiet=quiet, json=as_json), scenario, toml=toml)


@scenarios_app.command("new", cls=ChineseCommand)
def scenarios_new_command(
    name: Annotated[
        str, typer.Argument(metavar="名称", help="小写英文字母、数字、下划线，例如 my_forum。", show_default=False)
    ],
    title: Annotated[str | None, typer.Option("--title", metavar="标题", help="场景的中文名称。")] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar=FILE, help="写到哪个 .toml 文件；不写则为 名称.toml。")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="覆盖已有的文件。")] = False,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> int:
    """新建一个场景文件：带说明的样板，改成自己的即可。

    例：
    expertmatch scenarios new my_forum --title 专家论坛
    """
    from expertmatch.cli.scenarios import new

    return new(Console(quiet=quiet, json=as_json), name, title=title, out=out, force=force)


@scenarios_app.command("check", cls=ChineseCommand)
def scenarios_check_command(
    scenarios: Annotated[
        list[str], typer.Argument(metavar="场景", help=_WHICH, autocompletion=scenarios_of, show_default=False)
    ],
    people: Annotated[
        str | None,
        typer.Option("--people", metavar=FILE, help="另外核对一份名单：专家表的列，可加 角色、类别、来源。"),
    ] = None,
    needs: Annotated[
        str | None, typer.Option("--needs", metavar=FILE, help="名单要服务的需求：有的规则要对着需求看。")
    ] = None,
    engagements: EngagementsOption = None,
    as_of: _AsOfOption = None,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> int:
    """检查场景文件，一次列出所有问题和行号；或核对一份名单是否合乎场景。

    退出码：文件有错为 2，名单不合必须的要求为 1，否则为 0。

    例：
    expertmatch scenarios check my_forum.toml
    expertmatch scenarios check relief --people 名单.xlsx --as-of 2026-11-01
    """
    from expertmatch.cli.given import day_of
    from expertmatch.cli.scenarios import check

    return check(
        Console(quiet=quiet, json=as_json),
        scenarios,
        people=people,
        needs=needs,
        engagements=engagements,
        as_of=day_of(as_of),
    )
