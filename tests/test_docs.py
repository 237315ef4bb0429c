"""What the documents show runs: every Python block, every command; every link leads somewhere."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest
from cli_helpers import DATA, ROOT, inside

PAGES = [*sorted(ROOT.glob("README*.md")), *sorted((ROOT / "docs").rglob("*.md")), ROOT / "data" / "README.md"]
BLOCK = re.compile(r"^```(python|bash)\n(.*?)^```", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)")
#: Commands that set up a machine or need data from elsewhere.
SKIPPED = re.compile(r"(make|pip|git|cd|source)\b|python (benchmarks|data|tools)/")


def _blocks(page: Path) -> list[tuple[str, str]]:
    return BLOCK.findall(page.read_text(encoding="utf-8"))


def _commands(block: str) -> list[str]:
    lines = block.replace("\\\n", " ").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]


@pytest.mark.parametrize("page", [p for p in PAGES if _blocks(p)], ids=lambda p: str(p.relative_to(ROOT)))
def test_what_a_page_shows_runs(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(DATA, tmp_path / "data", ignore=shutil.ignore_patterns("make", "__pycache__"))
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {"__name__": "__page__"}
    for language, block in _blocks(page):
        if language == "python":
            exec(compile(block, page.name, "exec"), names)
            continue
        for line in _commands(block):
            if SKIPPED.match(line):
                continue
            program, *arguments = shlex.split(line, comments=True)
            assert program == "expertmatch", f"no rule says how to try: {line}"
            ran = inside(arguments, capsys)
            assert ran.code == 0, f"{line}\n{ran.said}"


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    targets = LINK.findall(page.read_text(encoding="utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_there_are_pages_with_something_to_run() -> None:
    assert any(_blocks(page) for page in PAGES)
