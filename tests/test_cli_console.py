"""What all commands share: help, misuse, exit codes, terminals and pipes, interruptions."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from cli_helpers import NORMAL, clean_environment, contents, inside, on_a_terminal, process, sheet, tables
from rich.cells import cell_len

import expertmatch
from expertmatch.cli.console import Console, in_words, on_the_command_line, run
from expertmatch.errors import Problem

Capture = pytest.CaptureFixture[str]
COMMANDS = [
    "match",
    "report",
    "plan",
    "papers",
    "template",
    "demo",
    "check",
    "diff",
    "merge",
    "evaluate",
    "tune",
    "coverage",
    "topics",
]
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
    (["天书"], "没有命令 天书", "match、report、plan、papers"),
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
    (["match", "--needs", "x", "--experts", "x", "--scenario", "relif"], "没有名为“relif”的场景", "relief"),
    (["match", "--needs", "x", "--experts", "x", "--scenario", "精准扶贫"], "“精准扶贫”", "是否想写：relief？"),
    (["index", "build", "--experts", "x", "--out", "i", "--scenario", "salom"], "“salom”", "salon"),
    (["scenarios", "show", "院士工作占"], "“院士工作占”", "workstation"),
    (["scenarios", "shwo"], "没有命令 shwo", "show"),
    (["ledger", "histroy"], "没有命令 histroy", "history"),
    (["plan", "--needs", "x", "--experts", "x", "--objective", "fiar"], "--objective 不能是“fiar”", "fair？"),
    (["plan", "--needs", "x", "--experts", "x", "--select", "drow"], "--select 不能是“drow”", "draw？"),
    (["tune", "--needs", "x", "--judgments", "x", "--experts", "x", "--signal", "txt=1"], "“txt”", "text"),
    (["coverage", "--needs", "x", "--experts", "x", "--level", "3"], "--level 不能是“3”", "二级学科"),
    (["evaluate", "x", "y", "--column", "甲=评芬"], "“评芬”不是任何表的列", "评分"),
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


WRONG_HEADER = "--column 里的“负责领城”不是读到的表里的表头。是否想写：负责领域？\n"


@pytest.mark.parametrize(
    "command",
    [
        "match --needs n.csv --experts e.csv",
        "plan --needs n.csv --experts e.csv",
        "check e.csv n.csv",
        "diff e.csv e.csv",
        "merge e.csv f.csv --out m.xlsx",
        "coverage --needs n.csv --experts e.csv",
        "tune --needs n.csv --experts e.csv --judgments j.csv",
        "index build --experts e.csv --out i",
    ],
)
def test_a_header_that_no_table_has_is_refused(command: str, tmp_path: Path, monkeypatch, capsys: Capture) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("e.csv", "f.csv"):
        (tmp_path / name).write_text("编号,姓名,单位,负责领域\n1,张三,西北大学,苹果\n", encoding="utf-8")
    (tmp_path / "n.csv").write_text("需求名称\n苹果树病\n", encoding="utf-8")
    (tmp_path / "j.csv").write_text("需求编号,专家编号,评分\nN1,1,3\n", encoding="utf-8")
    before = sorted(tmp_path.iterdir())
    ran = inside([*command.split(), "--column", "负责领城=研究方向"], capsys)
    assert (ran.code, ran.out, ran.err) == (2, "", WRONG_HEADER)
    assert sorted(tmp_path.iterdir()) == before


def test_headers_of_judgments_and_of_both_tables_can_be_named(tmp_path: Path, monkeypatch, capsys: Capture) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "run.csv").write_text("需求编号,专家编号,名次\nN1,E1,1\n", encoding="utf-8")
    (tmp_path / "j.csv").write_text("需求编号,专家编号,印象分\nN1,E1,3\n", encoding="utf-8")
    assert inside(["evaluate", "run.csv", "j.csv"], capsys).code == 2
    assert "nDCG@10" in inside(["evaluate", "run.csv", "j.csv", "--column", "印象分=评分"], capsys).out
    ran = inside(["evaluate", "run.csv", "j.csv", "--column", "印相分=评分"], capsys)
    assert ran.code == 2
    for name, field in (("a.csv", "苹果"), ("b.csv", "猕猴桃")):
        (tmp_path / name).write_text(f"编号,姓名,负责领域\n1,张三,{field}\n", encoding="utf-8")
    named = ["--column", "负责领域=研究方向"]
    assert "研究方向" in inside(["diff", "a.csv", "b.csv", *named], capsys).out
    assert "研究方向" not in inside(["diff", "a.csv", "b.csv"], capsys).out
    assert inside(["merge", "a.csv", "--out", "m.xlsx", *named], capsys).code == 0
    assert "研究方向" in sheet(tmp_path / "m.xlsx", "专家")[0]


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


# ---------------------------------------------------------------- terminals and pipes


def test_progress_is_shown_on_a_terminal_only(tmp_path: Path) -> None:
    given = ["match", *tables(tmp_path), "--out", str(tmp_path / "r")]
    ran = process(given, tmp_path)
    assert (ran.code, ran.err) == (0, "")
    assert not CONTROL.search(ran.out)
    _, shown = on_a_terminal([*given, "--force"], tmp_path)
    assert "读入专家库…" in shown
    assert "\x1b[" in shown


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
