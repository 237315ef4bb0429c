"""Completion by the Tab key, in a real bash."""

from __future__ import annotations

import os
import pty
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from cli_helpers import NORMAL, clean_environment, inside

from expertmatch.cli.complete import SHELLS, VARIABLE, scenarios, script, several
from expertmatch.scenarios import scenario_names

pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
Capture = pytest.CaptureFixture[str]


def _environment(folder: Path) -> dict[str, str]:
    """An environment in which ``expertmatch`` is this code."""
    program = folder / "expertmatch"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m expertmatch "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    env = clean_environment(NORMAL)
    return {**env, "PATH": f"{folder}{os.pathsep}{env['PATH']}"}


def _completed(folder: Path, line: str) -> list[str]:
    """Return what bash offers at the end of a line, by the function that it calls itself."""
    (folder / "complete.sh").write_text(script("bash"), encoding="utf-8")
    words = [*line.split(), ""] if line.endswith(" ") else line.split()
    asked = f"source complete.sh; COMP_WORDS=({' '.join(repr(word) for word in words)}); COMP_CWORD={len(words) - 1}; "
    asked += '_expertmatch_completion expertmatch; printf "%s\\n" "${COMPREPLY[@]}"'
    done = subprocess.run(
        ["bash", "--norc", "-c", asked],
        cwd=folder,
        env=_environment(folder),
        capture_output=True,
        timeout=60,
        check=True,
    )
    assert done.stderr == b""
    return done.stdout.decode().split()


def test_bash_completes_commands_options_and_names(tmp_path: Path) -> None:
    assert _completed(tmp_path, "expertmatch sc") == ["scenarios"]
    assert _completed(tmp_path, "expertmatch match --exp") == ["--experts"]
    assert _completed(tmp_path, "expertmatch match --scenario re") == [
        name for name in ["auto", *scenario_names()] if name.startswith("re")
    ]
    assert _completed(tmp_path, "expertmatch match --needs ") == []  # bash goes on with file names


def test_the_tab_key_in_a_terminal(tmp_path: Path) -> None:
    (tmp_path / "complete.sh").write_text(script("bash"), encoding="utf-8")
    master, slave = pty.openpty()
    shell = subprocess.Popen(
        ["bash", "--norc", "--noprofile", "-i"], cwd=tmp_path, stdin=slave, stdout=slave, stderr=slave,
        env={**_environment(tmp_path), "TERM": "dumb", "PS1": "$ "}, start_new_session=True,
    )  # fmt: skip
    os.close(slave)
    shown = b""

    def type_in(text: str, until: str) -> None:
        nonlocal shown
        os.write(master, text.encode())
        end = time.monotonic() + 60
        while until.encode() not in shown and time.monotonic() < end:
            if select.select([master], [], [], 0.1)[0]:
                shown += os.read(master, 65536)

    type_in("source complete.sh\n", "source complete.sh")
    type_in("expertmatch scenarios sho\t", "scenarios show ")
    type_in("rel\t", "show relief ")
    type_in("\x15exit\n", "exit\r\n")
    shell.wait(timeout=60)
    os.close(master)
    assert b"expertmatch scenarios show relief " in shown


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_of_every_shell_is_shown(shell: str, capsys: Capture) -> None:
    ran = inside(["--show-completion", shell], capsys)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.rstrip("\n") == script(shell)
    assert VARIABLE in ran.out


def test_an_unknown_shell_is_refused(capsys: Capture) -> None:
    ran = inside(["--show-completion", "bahs"], capsys)
    assert (ran.code, ran.out) == (2, "")
    assert "是否想写：bash？" in ran.err


def test_what_is_completed() -> None:
    assert scenarios("") == ["auto", *scenario_names()]
    assert several("xlsx", "csv")("csv,") == ["csv,xlsx", "csv,csv"]
