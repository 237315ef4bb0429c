"""The guide as a site: built without a warning, complete, and asking nothing of the network."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest
from cli_helpers import ROOT, clean_environment

import expertmatch as em

REFERENCE = ROOT / "docs" / "reference"
ASKS = re.compile(r"""<(?:script|img|iframe|link)\b[^>]*?\b(?:src|href)=["']?((?:https?:)?//[^"'\s>]+)""")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("site")
    pytest.importorskip("mkdocs")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(target)]
    built = subprocess.run(
        command, cwd=ROOT, env=clean_environment({"NO_MKDOCS_2_WARNING": "1"}), capture_output=True, text=True
    )
    assert built.returncode == 0, built.stdout + built.stderr
    return target


def test_every_page_is_built(site: Path) -> None:
    sources = {path.relative_to(ROOT / "docs").with_suffix(".html") for path in (ROOT / "docs").rglob("*.md")}
    assert {path for path in sources if not (site / path).exists()} == set()


def test_pages_ask_nothing_of_the_network(site: Path) -> None:
    asked = {
        (page.name, address)
        for page in site.rglob("*.html")
        for address in ASKS.findall(page.read_text(encoding="utf-8"))
    }
    assert asked == set()


def test_the_reference_shows_docstrings(site: Path) -> None:
    shown = (site / "reference" / "matching.html").read_text(encoding="utf-8")
    assert 'id="expertmatch.Matcher.rank"' in shown
    figures = (site / "reference" / "plots.html").read_text(encoding="utf-8")
    assert [name for name in em.plots.__all__ if f'id="expertmatch.report.plots.{name}"' not in figures] == []


def test_every_public_name_stands_in_the_reference() -> None:
    told = "\n".join(page.read_text(encoding="utf-8") for page in REFERENCE.glob("*.md"))
    named = set(re.findall(r"^::: expertmatch\.([\w.]+)$", told, re.MULTILINE))
    outside = {"__version__", "plots"}  # a string; a module, whose functions stand one by one
    assert set(em.__all__) - outside - named == set()


def test_the_page_on_formats_is_what_the_contracts_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    module = importlib.import_module("build_formats")
    assert module.TARGET.read_text(encoding="utf-8") == module.page()
