"""Help in Chinese: how a command is used, its options, an example."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

import typer
from rich.cells import cell_len
from typer.core import TyperCommand, TyperGroup

from expertmatch.cli.terminal import terminal_width
from expertmatch.display import wrapped_lines

_OWN_WORDS = "显示这段说明。"
_EXAMPLE = "例："


class ChineseCommand(TyperCommand):
    """A command whose help is Chinese."""

    def get_help(self, ctx: typer.Context) -> str:  # type: ignore[override, unused-ignore]
        """Return the help.

        Parameters
        ----------
        ctx : typer.Context
            Of this command.

        Returns
        -------
        str
        """
        return help_text(self, ctx)


class ChineseGroup(TyperGroup):
    """A group of commands whose help is Chinese."""

    def get_help(self, ctx: typer.Context) -> str:  # type: ignore[override, unused-ignore]
        """Return the help.

        Parameters
        ----------
        ctx : typer.Context
            Of this group.

        Returns
        -------
        str
        """
        return help_text(self, ctx)


def help_text(command: Any, context: Any) -> str:
    """Return what ``--help`` shows.

    Parameters
    ----------
    command : TyperCommand or TyperGroup
        The command.
    context : typer.Context
        Its context.

    Returns
    -------
    str
    """
    width = terminal_width()
    about, _, example = (command.help or "").partition(_EXAMPLE)
    parameters = [p for p in command.get_params(context) if not getattr(p, "hidden", False)]
    arguments = [p for p in parameters if not p.opts[0].startswith("-")]
    options = [p for p in parameters if p.opts[0].startswith("-")]
    names = command.list_commands(context) if hasattr(command, "list_commands") else []
    words = [context.command_path, *(["命令"] if names else []), *map(_argument, arguments), *_demanded(options)]
    usage = " ".join([*words, "[选项]"])
    blocks = [
        f"用法：{usage}",
        *(_wrapped(_joined(part), width, 0) for part in about.split("\n\n") if part.strip()),
    ]
    if example:
        blocks.append("\n".join([_EXAMPLE, *(f"  {line.strip()}" for line in example.strip().splitlines())]))
    if names:
        listed = [(name, _first_lines(command.get_command(context, name))) for name in names]
        blocks.append("命令：\n" + _table(listed, width))
    if arguments:
        blocks.append("内容：\n" + _table([(_argument(p), _about(p)) for p in arguments], width))
    blocks.append("选项：\n" + _table([(_option(p), _about(p)) for p in options], width))
    return "\n\n".join(blocks)


def _first_lines(command: Any) -> str:
    return _joined((command.help or "").partition(_EXAMPLE)[0].strip().split("\n\n")[0])


def _joined(text: str) -> str:
    """Join lines as Chinese is written: without a blank after its own marks."""
    return re.sub(r"(?<=[，。；：、])\s+", "", " ".join(text.split()))


def _argument(parameter: Any) -> str:
    name = parameter.metavar or parameter.name
    return f"{name} [{name}…]" if parameter.nargs == -1 else str(name)


def _option(parameter: Any) -> str:
    kind = "" if getattr(parameter, "is_flag", False) or not parameter.metavar else f" {parameter.metavar}"
    return f"{'、'.join(parameter.opts)}{kind}"


def _demanded(options: Iterable[Any]) -> list[str]:
    return [_option(p) for p in options if p.required]


def _about(parameter: Any) -> str:
    text = _OWN_WORDS if "--help" in parameter.opts else parameter.help or ""
    if parameter.required and parameter.opts[0].startswith("-"):
        return f"{text}必填。"
    default = parameter.default
    shown = isinstance(default, str) and default and parameter.show_default is not False
    return f"{text}默认 {default}。" if shown else text


def _table(rows: Sequence[tuple[str, str]], width: int) -> str:
    left = max(cell_len(name) for name, _ in rows) + 4
    return "\n".join(
        f"  {name}{' ' * (left - 2 - cell_len(name))}{_wrapped(text, width, left)}".rstrip() for name, text in rows
    )


def _wrapped(text: str, width: int, indent: int) -> str:
    """Break a text into lines of at most so many cells, the first already indented."""
    return ("\n" + " " * indent).join(wrapped_lines(text, width - indent))
