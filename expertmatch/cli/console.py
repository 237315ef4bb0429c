"""What every command shares: messages, progress, exit codes."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Any

from expertmatch.errors import ExpertmatchError, InputError, Problem, nearest_names
from expertmatch.report.labels import Language

OK, UNMATCHED, BAD_INPUT, INTERNAL, INTERRUPTED = 0, 1, 2, 3, 130

_SHOWN = 20


class Console:
    """Lines for people: results on standard output, progress and errors on standard error.

    Parameters
    ----------
    language : {"zh", "en"}
        Of the command's own lines; messages about the tables are Chinese.
    quiet : bool
        Leave out everything but errors.
    """

    def __init__(self, language: Language = "zh", *, quiet: bool = False) -> None:
        self.language = language
        self.quiet = quiet
        self.durations: dict[str, float] = {}

    def say(self, chinese: str, english: str | None = None) -> None:
        """Write a line to standard output.

        Parameters
        ----------
        chinese, english : str
            The line; without English the Chinese one serves both.
        """
        if not self.quiet:
            sys.stdout.write((english if self.language == "en" and english is not None else chinese) + "\n")
            sys.stdout.flush()

    @contextmanager
    def step(self, chinese: str, english: str) -> Iterator[None]:
        """Show on a terminal what is being done, and note how long it took.

        Parameters
        ----------
        chinese, english : str
            What is being done.
        """
        start = perf_counter()
        text = english if self.language == "en" else chinese
        if self.quiet or not sys.stderr.isatty():
            yield
        else:
            from rich.console import Console as RichConsole

            with RichConsole(stderr=True).status(f"{text}…"):
                yield
        self.durations[english] = self.durations.get(english, 0.0) + perf_counter() - start

    def problems(self, problems: tuple[Problem, ...], *, most: int = _SHOWN) -> None:
        """List problems, the gravest first, and say how many more there are.

        Parameters
        ----------
        problems : tuple of Problem
            What was found; notes are left out.
        most : int, default 20
            How many lines at most.
        """
        names = {"error": "错误", "warning": "提醒"}
        for kind in names:
            found = [p for p in problems if p.severity == kind]
            for problem in found[:most]:
                self.say(f"  [{names[kind]}] {problem}")
            if len(found) > most:
                self.say(
                    f"  [{names[kind]}] 另有 {len(found) - most} 条，见结果的“数据问题”表，或用 expertmatch check 查看。"
                )


def error(text: str) -> None:
    """Write a line to standard error."""
    sys.stderr.write(text + "\n")


def run(command: Callable[[], Any], *, commands: list[str], debug: bool) -> int:
    """Run a command and turn whatever happens into an exit code and a message without a traceback.

    Parameters
    ----------
    command : callable
        What to run; an int it returns is the exit code.
    commands : list of str
        Names of all commands, for suggestions.
    debug : bool
        Show the traceback of an internal error.

    Returns
    -------
    int
        0 done, 1 unmatched with ``--strict``, 2 bad input or usage, 3 internal error, 130 interrupted.
    """
    try:
        code = command()
        return code if isinstance(code, int) else OK
    except InputError as bad:
        shown = [p for p in bad.problems if p.severity == "error"]
        error(f"输入有 {len(shown)} 处错误，没有写出结果：")
        for problem in shown[:_SHOWN]:
            error(f"  - {problem}")
        if len(shown) > _SHOWN:
            error(f"  另有 {len(shown) - _SHOWN} 处，用 expertmatch check 查看全部。")
        return BAD_INPUT
    except ExpertmatchError as bad:
        error(str(bad))
        return BAD_INPUT
    except KeyboardInterrupt:
        error("已中断，没有留下写了一半的文件。")
        return INTERRUPTED
    except MemoryError:
        error("内存不足。请减少一次处理的需求，或换一台内存更大的机器。")
        return INTERNAL
    except BrokenPipeError:
        sys.stdout = None
        return OK
    except Exception as bad:
        if getattr(bad, "exit_code", None) == BAD_INPUT and hasattr(bad, "format_message"):
            error(_usage(bad, commands))
            return BAD_INPUT
        if type(bad).__name__ == "Abort":
            error("已中断，没有留下写了一半的文件。")
            return INTERRUPTED
        error(f"程序内部错误（{type(bad).__name__}），不是您的输入造成的。请加 --debug 再运行一次，把输出发给维护者。")
        if debug:
            error(traceback.format_exc())
        return INTERNAL


def _usage(bad: Any, commands: list[str]) -> str:
    """Say in Chinese what is wrong with the command line, with the nearest right name."""
    kind, text = type(bad).__name__, str(bad.format_message())
    parameter = getattr(bad, "param", None)
    name = "、".join(getattr(parameter, "opts", ()) or ()) or getattr(bad, "param_hint", "") or ""
    if kind == "NoSuchOption":
        near = "、".join(getattr(bad, "possibilities", None) or ())
        said = f"没有选项 {bad.option_name}。" + (f"是否想写：{near}？" if near else "")
    elif kind == "MissingParameter":
        said = f"缺少 {name}。"
    elif kind == "BadOptionUsage":
        said = f"选项 {getattr(bad, 'option_name', '')} 后面缺少内容。"
    elif "No such command" in text:
        given = text.split("'")[1] if "'" in text else ""
        near = "、".join(nearest_names(given, commands))
        said = f"没有命令 {given}。" + (f"是否想写：{near}？" if near else f"可用的命令：{'、'.join(commands)}。")
    elif kind == "BadParameter":
        said = f"{name} 的内容不对：{text}"
    else:
        said = f"命令写得不对：{text}"
    context = getattr(bad, "ctx", None)
    where = getattr(context, "command_path", "expertmatch")
    return f"{said} 用 {where} --help 查看用法。"
