"""What every command shares: lines for people, progress, exit codes."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from time import perf_counter
from typing import Any, TextIO

from expertmatch.cli.misuse import what_is_wrong
from expertmatch.errors import ExpertmatchError, InputError, Problem, nearest_names
from expertmatch.report.labels import Language

OK, UNMATCHED, BAD_INPUT, INTERNAL, INTERRUPTED = 0, 1, 2, 3, 130

_SHOWN = 20

#: What messages for callers of the library say, and what it is called on the command line.
_ON_THE_COMMAND_LINE = (
    ("用 sheet=（命令行 --sheet）指定", "用 --sheet 表=工作表 指定"),
    ("用 columns= 指定哪一列是它", "用 --column 表头=含义 指定"),
    ("用 columns= 指定读哪一列", "用 --column 表头=含义 指定读哪一列"),
    ("用 columns= 指定", "用 --column 表头=含义 指定"),
    ("用 overwrite=True 允许覆盖", "加 --force 覆盖"),
)


class CommandError(ExpertmatchError):
    """Something asked for on the command line that cannot be done."""


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
            _write(sys.stdout, english if self.language == "en" and english is not None else chinese)

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

    def problems(self, problems: Sequence[Problem], *, most: int = _SHOWN, rest: str = "") -> None:
        """List problems, the gravest first, and say how many more there are.

        Parameters
        ----------
        problems : sequence of Problem
            What was found; notes are left out.
        most : int, default 20
            How many lines of a kind at most.
        rest : str
            Where the others can be seen.
        """
        for kind, name in (("error", "错误"), ("warning", "提醒")):
            found = [p for p in problems if p.severity == kind]
            for problem in found[:most]:
                self.say(f"  [{name}] {in_words(problem)}")
            if len(found) > most:
                self.say(f"  [{name}] 另有 {len(found) - most} 处{f'，{rest}' if rest else ''}。")


def error(text: str) -> None:
    """Write a line to standard error.

    Parameters
    ----------
    text : str
        The line.
    """
    _write(sys.stderr, text)


def on_the_command_line(text: str) -> str:
    """Return a message with the options' names in place of the arguments of the library.

    Parameters
    ----------
    text : str
        A message or a remedy.

    Returns
    -------
    str

    Examples
    --------
    >>> on_the_command_line("如不对，请用 sheet=（命令行 --sheet）指定。")
    '如不对，请用 --sheet 表=工作表 指定。'
    """
    for library, command in _ON_THE_COMMAND_LINE:
        text = text.replace(library, command)
    return text


def in_words(problem: Problem) -> str:
    """Return a problem as one line.

    Parameters
    ----------
    problem : Problem
        What was found.

    Returns
    -------
    str
        Place, message and remedy.
    """
    return on_the_command_line(" ".join(str(problem).split("\n")))


def one_of(option: str, given: str, accepted: Sequence[str]) -> CommandError:
    """Return the error that an option has a word that is not accepted.

    Parameters
    ----------
    option : str
        The option.
    given : str
        The word.
    accepted : sequence of str
        The words that are.

    Returns
    -------
    CommandError

    Examples
    --------
    >>> print(one_of("--format", "xslx", ["xlsx", "csv"]))
    --format 不能是“xslx”，可以是：xlsx、csv。是否想写：xlsx？
    """
    near = "、".join(nearest_names(given, accepted, 1))
    return CommandError(
        f"{option} 不能是“{given}”，可以是：{'、'.join(accepted)}。{f'是否想写：{near}？' if near else ''}"
    )


def run(command: Callable[[], Any], *, debug: bool = False) -> int:
    """Run a command and turn whatever happens into an exit code and a message without a traceback.

    Parameters
    ----------
    command : callable
        What to run; an int it returns is the exit code.
    debug : bool
        Show the traceback of an internal error.

    Returns
    -------
    int
        0 done, 1 unmatched with ``--strict``, 2 bad input or usage, 3 internal error, 130 interrupted.
    """
    try:
        code = command()
        if code == INTERRUPTED:  # the library of commands has caught the signal itself
            raise KeyboardInterrupt
        return code if isinstance(code, int) else OK
    except InputError as bad:
        return _bad_tables(bad)
    except ExpertmatchError as bad:
        error(on_the_command_line(str(bad)))
        return BAD_INPUT
    except KeyboardInterrupt:
        error("已中断，没有留下写了一半的文件。")
        return INTERRUPTED
    except MemoryError:
        error("内存不足。请减少一次处理的数据，或换一台内存更大的机器。")
        return INTERNAL
    except BrokenPipeError:
        _silence(sys.stdout)
        return OK
    except OSError as bad:
        place = f" {bad.filename}" if bad.filename else ""
        error(f"系统不允许读写{place}（{bad.strerror or bad}）。请检查路径、权限和磁盘空间。")
        return _internal(bad) if debug else BAD_INPUT
    except Exception as bad:
        if type(bad).__name__ == "Abort":
            error("已中断，没有留下写了一半的文件。")
            return INTERRUPTED
        if type(bad).__name__ == "NoArgsIsHelpError":
            _write(sys.stdout, str(bad.format_message()))  # type: ignore[attr-defined]
            return BAD_INPUT
        if hasattr(bad, "format_message"):
            error(what_is_wrong(bad))
            return BAD_INPUT
        if isinstance(bad, UnicodeEncodeError) and bad.encoding == sys.getfilesystemencoding() != "utf-8":
            error(f"系统的文件名编码是 {bad.encoding}，写不出中文文件名。请设置环境变量 PYTHONUTF8=1 再运行一次。")
            return BAD_INPUT
        error(f"程序内部错误（{type(bad).__name__}），不是您的输入造成的。请加 --debug 再运行一次，把输出发给维护者。")
        return _internal(bad) if debug else INTERNAL


def _bad_tables(bad: InputError) -> int:
    errors = [p for p in bad.problems if p.severity == "error"]
    error(f"输入有 {len(errors)} 处错误，没有写出结果：")
    for problem in errors[:_SHOWN]:
        error(f"  - {in_words(problem)}")
    if len(errors) > _SHOWN:
        error(f"  另有 {len(errors) - _SHOWN} 处，用 expertmatch check 查看全部。")
    return BAD_INPUT


def _internal(bad: BaseException) -> int:
    error("".join(traceback.format_exception(bad)))
    return INTERNAL


def _write(stream: TextIO, text: str) -> None:
    """Write a line without characters that move a cursor; a reader who has gone away stops nothing."""
    plain = "".join(char if char == "\n" or not _is_control(char) else " " for char in text)
    try:
        stream.write(plain + "\n")
        stream.flush()
    except BrokenPipeError:
        _silence(stream)


def _is_control(char: str) -> bool:
    return char < " " or "\x7f" <= char <= "\x9f"


def _silence(stream: TextIO) -> None:
    """Let what is still written to a closed pipe go nowhere, also when Python ends."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
