"""What every command shares: lines for people, progress, exit codes."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from time import perf_counter
from typing import Any, TextIO

from expertmatch.cli.misuse import what_is_wrong
from expertmatch.cli.outcome import Outcome, as_json
from expertmatch.cli.terminal import Progress, shown_progress, terminal_width
from expertmatch.display import text_table
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
    ("用 create=True（命令行 --create）", "加 --create"),
    ("（reason，命令行 --reason）", "（--reason）"),
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
    json : bool
        Leave standard output to the one object that says how the command ended.
    """

    def __init__(self, language: Language = "zh", *, quiet: bool = False, json: bool = False) -> None:
        self.language = language
        self.quiet = quiet
        self.json = json
        self.durations: dict[str, float] = {}

    def say(self, chinese: str, english: str | None = None) -> None:
        """Write a line to standard output.

        Parameters
        ----------
        chinese, english : str
            The line; without English the Chinese one serves both.
        """
        if not self.quiet and not self.json:
            _write(sys.stdout, english if self.language == "en" and english is not None else chinese)

    def table(
        self,
        headers: Sequence[object],
        rows: Iterable[Sequence[object]],
        *,
        align: str = "",
        max_rows: int | None = 30,
        max_lines: int = 1,
    ) -> None:
        """Write a table that fits the terminal, or 80 columns in a file or a pipe.

        Parameters
        ----------
        headers, rows, align, max_rows, max_lines
            As for :func:`expertmatch.display.text_table`.
        """
        width = terminal_width()
        self.say(text_table(headers, rows, width=width, max_rows=max_rows, max_lines=max_lines, align=align))

    @contextmanager
    def step(self, chinese: str, english: str) -> Iterator[Progress]:
        """Show on a terminal what is being done and how far it has come, and note how long it took.

        Parameters
        ----------
        chinese, english : str
            What is being done.

        Yields
        ------
        callable
            To be told how much is done, and of how much.
        """
        start = perf_counter()
        if self.quiet:
            yield lambda done, total: None  # noqa: ARG005 - nobody looks
        else:
            with shown_progress(english if self.language == "en" else chinese, self.language) as progress:
                yield progress
        self.durations[english] = self.durations.get(english, 0.0) + perf_counter() - start

    def done(self, code: int, **facts: Any) -> int:
        """Return how a command ended.

        Parameters
        ----------
        code : int
            The exit code.
        **facts
            What ``--json`` says of it.

        Returns
        -------
        int
            The code, with the facts.
        """
        return Outcome(code, facts)

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


def problem_facts(problem: Problem) -> dict[str, Any]:
    """Return a problem as ``--json`` says it: its place, what it is, what to do.

    Parameters
    ----------
    problem : Problem
        What was found.

    Returns
    -------
    dict
    """
    told = asdict(problem)
    return {**told, **{name: on_the_command_line(told[name]) for name in ("message", "remedy")}}


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


def run(command: Callable[[], Any], *, debug: bool = False, json: str | None = None) -> int:
    """Run a command and turn whatever happens into an exit code and a message without a traceback.

    Parameters
    ----------
    command : callable
        What to run; an int it returns is the exit code.
    debug : bool
        Show the traceback of an internal error.
    json : str or None
        The command's name, where standard output gets one JSON object and nothing else.

    Returns
    -------
    int
        0 done, 1 unmatched with ``--strict``, 2 bad input or usage, 3 internal error, 130 interrupted.
    """
    told: list[Mapping[str, Any]] = []
    code = _run(command, told, debug=debug)
    if json is not None:
        _write(sys.stdout, as_json(json, code, told))
    return int(code)


def _run(command: Callable[[], Any], told: list[Mapping[str, Any]], *, debug: bool) -> int:
    try:
        code = command()
        if code == INTERRUPTED:  # the library of commands has caught the signal itself
            raise KeyboardInterrupt
        return code if isinstance(code, int) else OK
    except InputError as bad:
        told += [problem_facts(problem) for problem in bad.problems if problem.severity == "error"]
        return _bad_tables(bad)
    except KeyboardInterrupt:
        return _failed(told, "已中断，没有留下写了一半的文件。", INTERRUPTED)
    except BrokenPipeError:
        _silence(sys.stdout)
        return OK
    except Exception as bad:
        if type(bad).__name__ == "NoArgsIsHelpError":
            _write(sys.stdout, str(bad.format_message()))  # type: ignore[attr-defined]
            return BAD_INPUT
        text, code = _in_chinese(bad)
        _failed(told, text, code)
        if debug and (code == INTERNAL or isinstance(bad, OSError)):
            error("".join(traceback.format_exception(bad)))
            return INTERNAL
        return code


def _in_chinese(bad: Exception) -> tuple[str, int]:
    """Return what to say of an exception, and the exit code it gives."""
    if isinstance(bad, ExpertmatchError):
        return on_the_command_line(str(bad)), BAD_INPUT
    if isinstance(bad, MemoryError):
        return "内存不足。请减少一次处理的数据，或换一台内存更大的机器。", INTERNAL
    if isinstance(bad, OSError):
        place = f" {bad.filename}" if bad.filename else ""
        return f"系统不允许读写{place}（{bad.strerror or bad}）。请检查路径、权限和磁盘空间。", BAD_INPUT
    if type(bad).__name__ == "Abort":
        return "已中断，没有留下写了一半的文件。", INTERRUPTED
    if hasattr(bad, "format_message"):
        return what_is_wrong(bad), BAD_INPUT
    if isinstance(bad, UnicodeEncodeError) and bad.encoding == sys.getfilesystemencoding() != "utf-8":
        return (
            f"系统的文件名编码是 {bad.encoding}，写不出中文文件名。请设置环境变量 PYTHONUTF8=1 再运行一次。",
            BAD_INPUT,
        )
    return (
        f"程序内部错误（{type(bad).__name__}），不是您的输入造成的。请加 --debug 再运行一次，把输出发给维护者。",
        INTERNAL,
    )


def _failed(told: list[Mapping[str, Any]], text: str, code: int) -> int:
    told.append({"message": text})
    error(text)
    return code


def _bad_tables(bad: InputError) -> int:
    errors = [p for p in bad.problems if p.severity == "error"]
    error(f"输入有 {len(errors)} 处错误，没有写出结果：")
    for problem in errors[:_SHOWN]:
        error(f"  - {in_words(problem)}")
    if len(errors) > _SHOWN:
        error(f"  另有 {len(errors) - _SHOWN} 处，用 expertmatch check 查看全部。")
    return BAD_INPUT


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
