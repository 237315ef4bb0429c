"""Several processes write at once; a writer is killed at any moment: nothing said is lost, no quota is passed."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cli_helpers import NORMAL, clean_environment
from ledger_databases import Where

from expertmatch.planning.ledger import Ledger

PROGRAM = Path(__file__).with_name("ledger_writers.py")
PROCESSES, CHANGES, KILLS, MOST = 8, 500, 200, 10


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest) -> Iterator[str]:
    """Where a ledger can be made; SQLite's in memory where the system has a folder there: a kill loses no memory."""
    if request.param == "postgresql":
        found: Where = request.getfixturevalue("postgresql")
        yield found()
        return
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        yield f"{folder}/台账.db"


def run(*arguments: object) -> Any:
    environment = clean_environment({**NORMAL, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"})
    done = subprocess.run(
        [sys.executable, PROGRAM, *map(str, arguments)], env=environment, capture_output=True, timeout=600
    )
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    return json.loads(done.stdout)


def test_many_processes_lose_nothing_and_pass_no_quota(place: str) -> None:
    result = run("crowd", place, PROCESSES, CHANGES)
    assert result["codes"] == [0] * PROCESSES
    said = dict(result["said"])
    assert len(said) == len(result["said"]) == PROCESSES * CHANGES
    with Ledger.open(place) as ledger:
        held = ledger.services().set_index("service_id")
        assert held["state"].to_dict() == said
        assert (held["version"] == 2).all()
        limited = held[held["need_kind"] == "自办"]
        agreed = limited[limited["state"] == "已同意"].groupby("candidate_id").size()
        assert len(agreed) == result["people"]
        assert (agreed == MOST).all()  # as many as may be, of more who wanted
        assert (limited["state"] == "已拒绝").sum() == len(limited) - result["people"] * MOST > 0
        writers = ledger.history().query("act == '变更' and field == '服务状态'")["who"].value_counts()
        assert writers.to_dict() == {f"进程{i}": CHANGES for i in range(PROCESSES)}
        assert ledger.verify() == []


def test_a_writer_killed_at_any_moment_loses_nothing_it_said(place: str) -> None:
    result = run("kill", place, KILLS)
    assert result["killed"] == KILLS
    assert (result["lost"], result["odd"]) == ([], [])
    assert result["said"] > KILLS  # they were at work
