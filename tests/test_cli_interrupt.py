"""Ctrl-C in a real process, slowed by the size of its tables: no half file, a word about it, exit code 130."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from cli_helpers import DATA, INTERRUPTED, clean_environment, heed_interrupts, on_a_terminal, process, sheet_names
from python_calamine import CalamineWorkbook

TIMES = 2
SAID = "已中断，没有留下写了一半的文件。"
PARTIAL = (".part", ".tmp", ".partial")


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tables that take some seconds: the sample several times over, under other ids."""
    folder = tmp_path_factory.mktemp("large")
    read = {name: pd.read_csv(DATA / f"{name}.csv", dtype=str, keep_default_na=False) for name in
            ("experts", "works", "needs_enterprise")}  # fmt: skip
    ids = {"experts": ["专家编号", "姓名"], "works": ["成果编号", "专家编号"], "needs_enterprise": ["需求编号"]}
    for name, frame in read.items():
        copies = [frame.assign(**{column: frame[column] + f"{chr(0x4E00 + i)}" for column in ids[name]})
                  for i in range(TIMES)]  # fmt: skip
        pd.concat(copies).to_csv(folder / f"{name}.csv", index=False)
    return folder


def _command(large: Path, *more: str) -> list[str]:
    given = (("--needs", "needs_enterprise"), ("--experts", "experts"), ("--works", "works"))
    return ["match", *(word for option, name in given for word in (option, str(large / f"{name}.csv"))), *more]


def _interrupted(arguments: list[str], cwd: Path, writing: Callable[[], bool]) -> tuple[int, str, str]:
    """Start a command in pipes, send SIGINT when it writes; return its code, output and errors."""
    running = subprocess.Popen(
        [sys.executable, "-m", "expertmatch", *arguments], cwd=cwd, env=clean_environment(INTERRUPTED),
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=heed_interrupts,
    )  # fmt: skip
    until = time.monotonic() + 120
    while not writing() and running.poll() is None and time.monotonic() < until:
        time.sleep(0.002)
    assert running.poll() is None, "it was done before it could be interrupted"
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=60)
    return running.returncode, out.decode(), err.decode()


def _complete(folder: Path) -> list[str]:
    """Open every file that is left; return their names."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    for path in files:
        assert not path.name.startswith("."), path
        assert path.suffix not in PARTIAL, path
        if path.suffix == ".xlsx":
            for name in sheet_names(path):
                assert CalamineWorkbook.from_path(path).get_sheet_by_name(name).to_python()
        elif path.suffix == ".jsonl":
            for line in path.read_text(encoding="utf-8").splitlines():
                assert isinstance(json.loads(line), dict)
        elif path.suffix == ".csv":
            assert path.read_bytes().endswith(b"\r\n")
    return [path.name for path in files]


@pytest.mark.parametrize("step", ["读入专家库", "建立索引", "匹配"])
def test_before_anything_is_written(step: str, tmp_path: Path) -> None:
    code, shown = on_a_terminal(_command(DATA, "--out", "结果"), tmp_path, interrupt_at=f"{step}…")
    assert code == 130
    assert SAID in shown
    assert "Traceback" not in shown
    assert list(tmp_path.iterdir()) == []


def test_while_files_are_written(tmp_path: Path) -> None:
    out = tmp_path / "结果"
    code, said, err = _interrupted(_command(DATA, "--out", "结果"), tmp_path, out.exists)
    assert (code, err) == (130, f"{SAID}\n")
    assert "结果在文件夹" not in said
    assert "run.json" not in _complete(out)


def test_a_run_that_replaces_another_leaves_no_record_of_it(tmp_path: Path) -> None:
    record = tmp_path / "结果" / "run.json"
    record.parent.mkdir()
    record.write_text("{}", encoding="utf-8")
    code, out, err = _interrupted(
        _command(DATA, "--out", "结果", "--force", "--json"), tmp_path, lambda: not record.exists()
    )
    assert (code, err) == (130, f"{SAID}\n")
    found = json.loads(out)
    assert (found["command"], found["exit_code"], found["errors"]) == ("match", 130, [{"message": SAID}])
    assert "run.json" not in _complete(tmp_path / "结果")


def test_an_index_is_whole_or_none(large: Path, tmp_path: Path) -> None:
    index = tmp_path / "索引"
    arguments = ["index", "build", *_command(large)[3:], "--out", "索引"]
    code, _, err = _interrupted(arguments, tmp_path, index.exists)
    assert (code, err) == (130, f"{SAID}\n")
    assert process(["index", "info", "索引"], tmp_path).code == 2
    again = process(arguments, tmp_path)
    assert (again.code, again.err) == (0, "")
    assert process(["index", "verify", "索引"], tmp_path).code == 0
