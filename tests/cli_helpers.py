"""Runs the command line, as a real process or inside the tests, on small tables and on the sample data."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from expertmatch.cli import run_arguments

ROOT = Path(__file__).parents[1]
DATA = ROOT / "data"
SHEETS = ["推荐", "理由", "未匹配", "专家负荷", "数据问题", "待确认", "参数"]
TABULAR = [name for name in SHEETS if name != "待确认"]

EXPERTS = """专家编号,姓名,工作单位,职称,研究方向,联系电话
E1,张三,西安交通大学,教授,电力设备绝缘与变压器局部放电监测,13800138000
E2,李四,西北农林科技大学,副教授,猕猴桃溃疡病防治,
E3,王五,陕西省农业科学院,研究员,苹果矮化砧木,
E4,赵六,西安某研究所,乡土人才,,
E5,钱七,西北大学,乡土人才,文物保护,
"""
WORKS = """成果编号,成果名称,完成人,工作单位
W1,猕猴桃溃疡病综合防控技术,李四,西北农林科技大学
W2,变压器局部放电特高频监测,张三,
W3,苹果腐烂病防治,王五,陕西省农业科学院
W4,壁画修复材料,孙八,某馆
W5,猕猴桃贮藏保鲜,张三,长安大学
"""
NEEDS = """需求编号,需求名称,问题内容,需求单位
N1,猕猴桃溃疡病越来越重怎么防,开春流胶,周至县某合作社
N2,变压器局部放电怎么监测,,某电气公司
N3,月壤采样,,某公司
"""
NORMAL = {"PYTHONIOENCODING": "utf-8", "PYTHONWARNINGS": "error", "PYTHONPATH": str(ROOT)}
INTERRUPTED = {name: text for name, text in NORMAL.items() if name != "PYTHONWARNINGS"}
"""A file object that Ctrl-C orphans is closed with a warning: no matter for people."""


def tables(folder: Path, *, experts: str = EXPERTS, works: str = WORKS, needs: str = NEEDS) -> list[str]:
    """Write the small tables; return the options that give them."""
    for name, text in (("专家.csv", experts), ("成果.csv", works), ("需求.csv", needs)):
        (folder / name).write_text(text, encoding="utf-8")
    given = (("--needs", "需求.csv"), ("--experts", "专家.csv"), ("--works", "成果.csv"))
    return [word for option, name in given for word in (option, str(folder / name))]


@dataclass(frozen=True)
class Ran:
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        return self.out + self.err


def process(
    arguments: Sequence[str | Path], cwd: Path, env: Mapping[str, str] = NORMAL, encoding: str = "utf-8"
) -> Ran:
    """Run the command as people do: a process of its own, its output in pipes."""
    done = subprocess.run(
        [sys.executable, "-m", "expertmatch", *map(str, arguments)],
        cwd=cwd,
        env=clean_environment(env),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=120,
    )
    return Ran(done.returncode, done.stdout.decode(encoding), done.stderr.decode(encoding))


def clean_environment(env: Mapping[str, str]) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "SYSTEMROOT", "TMPDIR") if name in os.environ}
    return {**kept, "PYTHONPATH": str(ROOT), **env}


def heed_interrupts() -> None:
    """Undo what a shell does to what it starts in the background: let Ctrl-C be ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def on_a_terminal(
    arguments: Sequence[str | Path], cwd: Path, *, interrupt_at: str | None = None, out: bool = False
) -> tuple[int, str]:
    """Run the command with its standard error, and its output too if asked, on a terminal of 80 columns.

    Returns the exit code and what was shown; once ``interrupt_at`` is shown, Ctrl-C is sent.
    """
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    env = NORMAL if interrupt_at is None else INTERRUPTED
    running = subprocess.Popen(
        [sys.executable, "-m", "expertmatch", *map(str, arguments)],
        cwd=cwd,
        env=clean_environment({**env, "TERM": "xterm"}),
        stdin=subprocess.DEVNULL,
        stdout=slave if out else subprocess.DEVNULL,
        stderr=slave,
        preexec_fn=heed_interrupts,
    )
    os.close(slave)
    shown, sent, until = b"", False, time.monotonic() + 120
    while time.monotonic() < until:
        if select.select([master], [], [], 0.05)[0]:
            try:
                piece = os.read(master, 65536)
            except OSError:  # the other end is closed
                break
            if not piece:
                break
            shown += piece
        if interrupt_at is not None and not sent and interrupt_at.encode() in shown:
            running.send_signal(signal.SIGINT)
            sent = True
    os.close(master)
    return running.wait(timeout=30), shown.decode("utf-8", "replace")


def inside(arguments: Sequence[str | Path], capsys: pytest.CaptureFixture[str], cwd: Path | None = None) -> Ran:
    """Run the command in this process, in a folder if one is given: what a real one does, without its start."""
    capsys.readouterr()
    with pytest.MonkeyPatch.context() as patch:
        if cwd is not None:
            patch.chdir(cwd)
        code = run_arguments([*map(str, arguments)])
    out, err = capsys.readouterr()
    return Ran(code, out, err)


def sheet(path: Path, name: str) -> list[list[object]]:
    """Read a sheet with another program than ours."""
    rows: list[list[object]] = CalamineWorkbook.from_path(path).get_sheet_by_name(name).to_python()
    return rows


def sheet_names(path: Path) -> list[str]:
    return list(CalamineWorkbook.from_path(path).sheet_names)


def records(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def contents(folder: Path) -> dict[str, bytes]:
    """Return the files of a result without the log, which holds durations."""
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.name != "run.log"}
