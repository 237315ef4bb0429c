"""What all commands share: help, misuse, exit codes, terminals and pipes, interruptions."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from cli_helpers import NORMAL, clean_environment, contents, inside, process, tables
from rich.cells import cell_len

import expertmatch
from expertmatch.cli.console import Console, in_words, on_the_command_line, run
from expertmatch.errors import Problem

Capture = pytest.CaptureFixture[str]
COMMANDS = ["match", "plan", "demo", "check", "diff", "merge", "evaluate", "tune", "coverage", "topics"]
INDEX_COMMANDS = ["build", "update", "info", "verify"]
SCENARIO_COMMANDS = ["list", "show", "new", "check"]
LEDGER_COMMANDS = ["add", "import", "set", "list", "history", "targets", "stats", "export", "verify"]
GROUPS = {"index": INDEX_COMMANDS, "scenarios": SCENARIO_COMMANDS, "ledger": LEDGER_COMMANDS}
ALL = [[name] for name in COMMANDS] + [[group, name] for group, names in GROUPS.items() for name in names]
CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f]")


# ---------------------------------------------------------------- help and version


@pytest.mark.parametrize("command", [[], *([group] for group in GROUPS), *ALL], ids=" ".join)
def test_help_is_chinese_with_an_example(command: list[str], capsys: Capture) -> None:
    ran = inside([*command, "--help"], capsys)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(f"用法：{' '.join(['expertmatch', *command])}")
    assert f"\n例：\n  expertmatch {' '.join(command)}" in ran.out
    for english in ("Usage", "Options", "Commands", "Arguments", "required", "default", "Show this", "<str>"):
        assert english not in ran.out
    for line in ran.out.splitlines():
        assert cell_len(line) <= 80 or line.startswith("  expertmatch")
    for option in re.findall(r"^  (--[a-z-]+)\b.*", ran.out, re.MULTILINE):
        line = next(line for line in ran.out.splitlines() if line.startswith(f"  {option}"))
        assert re.search("[\u4e00-\u9fff]", line), line


def test_every_command_is_listed(capsys: Capture) -> None:
    out = inside([], capsys).out
    assert re.findall(r"^  ([a-z]+)  ", out, re.MULTILINE) == [*COMMANDS, *GROUPS]
    for group, names in GROUPS.items():
        out = inside([group], capsys).out
        assert re.findall(r"^  ([a-z]+)  ", out, re.MULTILINE) == names


def test_version(tmp_path: Path) -> None:
    ran = process(["--version"], tmp_path)
    assert (ran.code, ran.out, ran.err) == (0, f"expertmatch {expertmatch.__version__}\n", "")


def test_the_installed_script_is_the_module(tmp_path: Path) -> None:
    script = Path(sys.executable).with_name("expertmatch")
    done = subprocess.run([script, "--version"], cwd=tmp_path, capture_output=True, timeout=60, check=True)
    assert done.stdout.decode() == f"expertmatch {expertmatch.__version__}\n"


# ---------------------------------------------------------------- misuse

MISUSE = [
    (["mach"], "没有命令 mach", "match"),
    (["matsch", "--needs", "x"], "没有命令 matsch", "match"),
    (["index", "biuld"], "没有命令 biuld", "build"),
    (["天书"], "没有命令 天书", "match、plan、demo、check"),
    (["match", "--need", "x"], "没有选项 --need", "--needs"),
    (["match", "-n", "x"], "没有选项 -n", "match --help"),
    (["demo", "--forse"], "没有选项 --forse", "--force"),
    (["match"], "缺少 --needs", "match --help"),
    (["merge", "a.xlsx"], "缺少 --out", "merge --help"),
    (["check"], "缺少 文件", "check --help"),
    (["diff", "a.xlsx"], "缺少 现在的表", "diff --help"),
    (["match", "--needs"], "--needs 后面缺少内容", "--help"),
    (["demo", "--force=1"], "--force 后面不接内容", "--help"),
    (["demo", "结果"], "多出了内容：结果", "demo --help"),
    (["match", "--needs", "x", "--experts", "x", "--format", "xslx"], "不能是“xslx”", "xlsx？"),
    (["match", "--needs", "x", "--experts", "x", "--format", ","], "不能是“,”", "xlsx、csv、jsonl、parquet"),
    (["match", "--needs", "x", "--experts", "x", "--top", "0"], "--top 不能是“0”", "1 以上的整数"),
    (["match", "--needs", "x", "--experts", "x", "--top", "十"], "--top 不能是“十”", "1 以上的整数"),
    (["match", "--needs", "x", "--experts", "x", "--as-of", "明天"], "--as-of 不能是“明天”", "2026-11-01"),
    (["match", "--needs", "x", "--experts", "x", "--sheet", "专家"], "--sheet 不能是“专家”", "专家=Sheet2"),
    (["match", "--needs", "x", "--experts", "x", "--sheet", "砖家=a"], "--sheet 不能是“砖家”", "专家？"),
    (["match", "--needs", "x", "--experts", "x", "--sheet", "成果=a"], "没有给出成果表", "--sheet"),
    (["match", "--needs", "x", "--experts", "x", "--column", "a=研究方象"], "“研究方象”不是任何表的列", "研究方向"),
    (["match", "--needs", "x"], "没有给出专家", "--experts"),
    (["match", "--needs", "x", "--pending", "x"], "没有给出专家", "--works"),
    (["match", "--needs", "x", "--experts", "x", "--index", "x"], "不能同时给出", "index update"),
    (["demo", "--lang", "fr"], "--lang 不能是“fr”", "zh、en"),
    (["check", "x.csv", "--table", "专加"], "--table 不能是“专加”", "专家？"),
    (["diff", "a", "b", "--out", "c.csv"], "--out 不能是“c.csv”", ".xlsx"),
    (["merge", "甲/a.xlsx", "乙/a.xlsx", "--out", "c.xlsx"], "都叫“a”", "各不相同"),
    (["index", "build", "--out", "x"], "没有给出专家", "--experts"),
    (["index", "build", "--experts", "x", "--out", "x", "--processes", "-1"], "--processes 不能是“-1”", "整数"),
    (["index", "info", "没有"], "没有", "index build"),
    (["match", "--needs", "没有.csv", "--index", "没有"], "没有.csv", "请检查"),
]


@pytest.mark.parametrize(("arguments", "said", "near"), MISUSE, ids=[" ".join(a) for a, _, _ in MISUSE])
def test_misuse_is_told_in_chinese_with_what_was_meant(
    arguments: list[str], said: str, near: str, tmp_path: Path, monkeypatch, capsys: Capture
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = inside(arguments, capsys)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert near in ran.err
    assert "Posix" not in ran.err
    assert not re.search(r"\b(Invalid|Missing|unexpected|Error)\b", ran.err)
    assert list(tmp_path.iterdir()) == []


def test_all_bad_tables_are_told_at_once(tmp_path: Path, capsys: Capture) -> None:
    arguments = ["match", "--needs", "甲.csv", "--experts", "乙.csv", "--works", "丙.csv", "--out", tmp_path / "r"]
    ran = inside(arguments, capsys)
    assert ran.code == 2
    assert [name for name in ("甲.csv", "乙.csv", "丙.csv") if name in ran.err] == ["甲.csv", "乙.csv", "丙.csv"]
    assert not (tmp_path / "r").exists()


# ---------------------------------------------------------------- exit codes


def test_an_internal_error_has_its_own_code_and_no_traceback(tmp_path: Path, monkeypatch, capsys: Capture) -> None:
    def broken(*_: object, **__: object) -> None:
        message = "秘密"
        raise KeyError(message)

    monkeypatch.setattr("expertmatch.matcher.Matcher.rank", broken)
    given = tables(tmp_path)
    ran = inside(["match", *given, "--out", tmp_path / "r"], capsys)
    assert ran.code == 3
    assert "程序内部错误（KeyError）" in ran.err
    assert "--debug" in ran.err
    assert "Traceback" not in ran.said
    assert not (tmp_path / "r").exists()
    ran = inside(["match", *given, "--out", tmp_path / "r", "--debug"], capsys)
    assert ran.code == 3
    assert "Traceback" in ran.err


@pytest.mark.parametrize(
    ("thrown", "code", "said"),
    [
        (KeyboardInterrupt(), 130, "已中断"),
        (MemoryError(), 3, "内存不足"),
        (BrokenPipeError(), 0, ""),
        (PermissionError(13, "Permission denied", "甲.csv"), 2, "甲.csv"),
        (RecursionError(), 3, "程序内部错误"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else None,
)
def test_what_is_thrown_becomes_a_code(thrown: BaseException, code: int, said: str, capfd) -> None:
    def command() -> None:
        raise thrown

    kept = os.dup(1)
    try:
        assert run(command) == code
    finally:  # a closed pipe sends standard output nowhere
        os.dup2(kept, 1)
        os.close(kept)
    err = capfd.readouterr().err
    assert said in err
    assert "Traceback" not in err


def test_the_code_of_an_interruption_that_was_caught_elsewhere(capsys: Capture) -> None:
    assert run(lambda: 130) == 130
    assert "已中断" in capsys.readouterr().err


def _interrupted_when(folder: Path, arguments: list[str], ready: str) -> tuple[int, str]:
    """Run a command on a terminal and interrupt it when it shows that it does something."""
    master, slave = pty.openpty()
    running = subprocess.Popen(
        [sys.executable, "-m", "expertmatch", *arguments],
        cwd=folder,
        env=clean_environment({**NORMAL, "TERM": "xterm"}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=slave,
    )
    os.close(slave)
    shown, sent, until = b"", False, time.monotonic() + 60
    while time.monotonic() < until:
        if select.select([master], [], [], 0.05)[0]:
            try:
                piece = os.read(master, 65536)
            except OSError:  # the other end is closed
                break
            if not piece:
                break
            shown += piece
        if not sent and ready.encode() in shown:
            running.send_signal(signal.SIGINT)
            sent = True
    os.close(master)
    return running.wait(timeout=30), shown.decode("utf-8", "replace")


@pytest.mark.parametrize("step", ["读入专家库", "建立索引", "写出结果"])
def test_an_interruption_leaves_no_half_file(step: str, tmp_path: Path) -> None:
    code, shown = _interrupted_when(tmp_path, ["demo", "--out", "结果"], step)
    assert code == 130
    assert "已中断，没有留下写了一半的文件。" in shown
    assert "Traceback" not in shown
    left = [path.name for path in tmp_path.rglob("*") if path.is_file()]
    assert not [name for name in left if name.startswith(".") or name.endswith(".part")]
    assert "run.json" not in left  # the last file of all


# ---------------------------------------------------------------- terminals and pipes


def test_progress_is_shown_on_a_terminal_only(tmp_path: Path) -> None:
    given = ["match", *tables(tmp_path), "--out", str(tmp_path / "r")]
    ran = process(given, tmp_path)
    assert (ran.code, ran.err) == (0, "")
    assert not CONTROL.search(ran.out)
    _, shown = _interrupted_when(tmp_path, [*given, "--force"], "不会出现的字")
    assert "读入专家库…" in shown
    assert "\x1b[" in shown
    _, shown = _interrupted_when(tmp_path, [*given, "--force", "--quiet"], "不会出现的字")
    assert shown == ""


@pytest.mark.parametrize(
    "env",
    [{"PYTHONIOENCODING": "gbk"}, {"PYTHONIOENCODING": "ascii"}, {"LANG": "C", "LC_ALL": "C"}],
    ids=["gbk", "ascii", "C"],
)
def test_any_encoding_of_the_terminal(env: dict[str, str], tmp_path: Path) -> None:
    given = tables(tmp_path, needs="需求名称\n猕猴桃溃疡病𠮷😀\n月壤😀\n")
    encoding = env.get("PYTHONIOENCODING", "utf-8")
    ran = process(["match", *given, "--out", "结果"], tmp_path, {**env, "PYTHONWARNINGS": "error"}, encoding)
    assert (ran.code, ran.err) == (0, "")
    assert (tmp_path / "结果" / "推荐结果.xlsx").exists()
    assert "猕猴桃溃疡病" in ran.out or encoding == "ascii"


def test_a_system_without_chinese_file_names(tmp_path: Path) -> None:
    env = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    ran = process(["match", *tables(tmp_path), "--out", "r"], tmp_path, env, "ascii")
    assert ran.code == 2
    assert "PYTHONUTF8=1" in ran.err
    assert "Traceback" not in ran.err


def test_a_reader_who_has_gone_away_stops_nothing(tmp_path: Path) -> None:
    given = tables(tmp_path)
    running = subprocess.Popen(
        [sys.executable, "-m", "expertmatch", "match", *given, "--out", "结果"],
        cwd=tmp_path,
        env=clean_environment(NORMAL),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert running.stdout is not None
    assert running.stderr is not None
    running.stdout.close()
    err = running.stderr.read().decode()
    running.stderr.close()
    assert (running.wait(timeout=60), err) == (0, "")
    assert "run.json" in contents(tmp_path / "结果")


def test_long_help_into_a_short_reader(tmp_path: Path) -> None:
    line = f"{sys.executable} -m expertmatch match --help | head -1"
    env = clean_environment(NORMAL)
    done = subprocess.run(["bash", "-c", line], cwd=tmp_path, env=env, capture_output=True, timeout=60, check=True)
    assert done.stderr == b""
    assert done.stdout.decode().startswith("用法")


# ---------------------------------------------------------------- lines


def test_lines_move_no_cursor(capsys: Capture) -> None:
    Console().say("甲\x1b[31m乙\r丙\t丁\n戊")
    assert capsys.readouterr().out == "甲 [31m乙 丙 丁\n戊\n"


def test_a_problem_is_one_line() -> None:
    problem = Problem(
        severity="error", code="x", message="甲。", column="姓\n名", row=3, remedy="用 columns= 指定各列。"
    )
    assert in_words(problem) == "第 3 行 “姓 名”列：甲。 用 --column 表头=含义 指定各列。"


def test_messages_speak_of_options(tmp_path: Path) -> None:
    """No message of the library names an argument that has another name on the command line."""
    found = []
    for path in (Path(expertmatch.__file__).parent / "tables").glob("*.py"):
        for text in re.findall(r'"([^"\n]*(?:sheet=|columns=)[^"\n]*)"', path.read_text(encoding="utf-8")):
            if re.search("[\u4e00-\u9fff]", text):
                found.append(text)
    assert found
    assert [text for text in found if re.search("sheet=|columns=", on_the_command_line(text))] == []
