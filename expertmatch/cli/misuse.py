"""What is wrong with a command line, in Chinese, with the nearest right name."""

from __future__ import annotations

import re
from typing import Any

from expertmatch.errors import nearest_names

_QUOTED = re.compile(r"'([^']*)'")


def what_is_wrong(bad: Any) -> str:
    """Say in Chinese what the library of commands complains about.

    Parameters
    ----------
    bad : Exception
        One of its usage errors; told by name, as its classes have moved between versions.

    Returns
    -------
    str
        What is wrong, what was probably meant, and where to read on.
    """
    context = getattr(bad, "ctx", None)
    where = getattr(context, "command_path", None) or "expertmatch"
    return f"{_said(bad, context)}用 {where} --help 查看用法。"


def _said(bad: Any, context: Any) -> str:
    kind, text = type(bad).__name__, str(bad.format_message())
    quoted = _QUOTED.search(text)
    if kind in {"NoSuchOption", "NoSuchCommand"} or "No such command" in text:
        return _no_such(bad, context, quoted.group(1) if quoted else "")
    if kind == "MissingParameter":
        return f"缺少 {_name(bad)}。"
    if kind == "BadOptionUsage":
        option = getattr(bad, "option_name", "")
        return f"选项 {option} 后面不接内容。" if "does not take" in text else f"选项 {option} 后面缺少内容。"
    if "unexpected extra argument" in text:
        extra = text.rpartition("(")[2].rstrip(").")
        return f"多出了内容：{extra}。文件请写在对应的选项后面，名称中有空格的要加引号。"
    if kind == "BadParameter":
        return f"{_name(bad)} 的内容不对。"
    return f"命令写得不对：{text} "


def _no_such(bad: Any, context: Any, quoted: str) -> str:
    command = getattr(context, "command", None)
    option = getattr(bad, "option_name", None)
    if option is not None:
        known = [name for parameter in getattr(command, "params", ()) for name in parameter.opts if name[:2] == "--"]
        near = nearest_names(option, known, 2)
        return f"没有选项 {option}。" + (f"是否想写：{'、'.join(near)}？" if near else "")
    names = list(command.list_commands(context)) if command is not None and hasattr(command, "list_commands") else []
    near = nearest_names(quoted, names)
    said = f"是否想写：{'、'.join(near)}？" if near else f"可用的命令：{'、'.join(names)}。"
    return f"没有命令 {quoted}。{said}"


def _name(bad: Any) -> str:
    parameter = getattr(bad, "param", None)
    if parameter is None:
        return str(getattr(bad, "param_hint", "") or "")
    options = "、".join(name for name in parameter.opts if name.startswith("-"))
    return options or str(parameter.metavar or parameter.name)
