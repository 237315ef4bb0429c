"""How the tests run: at random where people work, the same every time where a change is decided on."""

from __future__ import annotations

import os

import pytest
from cli_office import office
from hypothesis import HealthCheck, settings
from ledger_databases import ledger, postgresql, where

__all__ = ["ledger", "office", "postgresql", "where"]

settings.register_profile(
    "ci", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)
if os.environ.get("CI"):
    settings.load_profile("ci")

LONGEST = (
    "test_docs.py",
    "test_ranking_gate.py",
    "test_planning_ledger_crowd.py",
    "test_planning_solve.py",
    "test_planning_plan.py",
    "test_report_page.py",
    "test_cli_match.py",
    "test_cli_json.py",
    "test_cli_examples.py",
    "test_cli_interrupt.py",
    "test_cli_every_scenario.py",
)
"""Files begun first, so that none of them is left for one processor alone at the end."""


def pytest_configure(config: pytest.Config) -> None:
    if hasattr(config.option, "loadscopereorder"):  # pytest-xdist would begin with the files of many tests
        config.option.loadscopereorder = False


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: LONGEST.index(item.path.name) if item.path.name in LONGEST else len(LONGEST))
