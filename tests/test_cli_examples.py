"""Every example that a help page shows runs, and every help page fits the terminal."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from cli_helpers import inside
from cli_office import COMMANDS, EXAMPLES, examples_of, run_example

Capture = pytest.CaptureFixture[str]


def _cells(line: str) -> int:
    """Columns of a line by Unicode's own table."""
    wide = sum(unicodedata.east_asian_width(char) in "WF" for char in line)
    return len(line) + wide - sum(unicodedata.combining(char) > 0 for char in line)


@pytest.mark.parametrize("line", EXAMPLES)
def test_an_example_of_the_help_runs(line: str, office: Path, tmp_path: Path, capsys: Capture) -> None:
    ran = run_example(line, office, tmp_path / "office", capsys)
    assert (ran.code, ran.err) == (0, ""), ran.said
    assert ran.out.strip()


def test_every_command_has_an_example_of_its_own() -> None:
    for path, command in COMMANDS.items():
        start = " ".join(("expertmatch", *path))
        assert any(line == start or line.startswith(f"{start} ") for line in examples_of(command)), path


@pytest.mark.parametrize("path", list(COMMANDS), ids=" ".join)
@pytest.mark.parametrize("columns", [80, 100, 200])
def test_help_fits_the_terminal(path: tuple[str, ...], columns: int, monkeypatch, capsys: Capture) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    lines = inside([*path, "--help"], capsys).out.splitlines()
    assert [line for line in lines if _cells(line) > min(columns, 100)] == []
