"""Databases for the ledger's tests: a SQLite file, and a PostgreSQL server of the tests' own."""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy as sa

from expertmatch.planning.ledger import Ledger

BINARIES = "/usr/lib/postgresql/*/bin"
_SCHEMAS = itertools.count(1)
Where = Callable[[], str]
"""Returns where a new ledger can be made."""


class NoServerError(Exception):
    """PostgreSQL cannot be started here."""


def _binaries() -> Path:
    found = sorted(Path("/").glob(f"{BINARIES.lstrip('/')}/initdb"), key=lambda path: float(path.parts[-3]))
    on_path = shutil.which("initdb")
    if not found and on_path is None:
        raise NoServerError(f"no initdb in {BINARIES} or on the PATH: install Debian's package postgresql")
    return found[-1].parent if found else Path(str(on_path)).parent


def _user() -> str | None:
    """Return whom the server runs as: it refuses root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            pwd.getpwnam(name)
        except KeyError:
            continue
        return name
    raise NoServerError("PostgreSQL refuses root, and there is no user postgres or nobody")


def _start(folder: Path) -> subprocess.Popen[bytes]:
    binaries, user = _binaries(), _user()
    if user is not None:
        shutil.chown(folder, user)
    data, log = folder / "data", folder / "log"
    given = ["-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
    environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"}
    made = subprocess.run([binaries / "initdb", *given], user=user, env=environment, cwd=folder, capture_output=True)
    if made.returncode:
        raise NoServerError(f"initdb: {made.stderr.decode(errors='replace')[-500:]}")
    listen = ["-c", "listen_addresses=", "-c", "max_connections=50", "-k", folder]
    with log.open("wb") as said:
        server = subprocess.Popen([binaries / "postgres", "-D", data, *listen], user=user, env=environment, cwd=folder,
                                  stdout=said, stderr=said)  # fmt: skip
    engine = sa.create_engine(f"postgresql+psycopg://postgres@/postgres?host={folder}", poolclass=sa.NullPool)
    for _ in range(600):
        try:
            engine.connect().close()
        except sa.exc.OperationalError:
            if server.poll() is not None:
                raise NoServerError(log.read_text(errors="replace")[-500:]) from None
            time.sleep(0.05)
        else:
            return server
    server.kill()
    server.wait()
    raise NoServerError("the server did not answer")


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Where]:
    """Start a server; every call gives the address of an empty schema of its own."""
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    server = None
    try:
        try:
            server = _start(folder)
        except NoServerError as why:
            pytest.skip(f"no PostgreSQL here: {why}")
        address = f"postgresql://postgres@/postgres?host={folder}"
        engine = sa.create_engine(address.replace("://", "+psycopg://"), poolclass=sa.NullPool)

        def where() -> str:
            name = f"ledger{next(_SCHEMAS)}"
            with engine.begin() as connection:
                connection.execute(sa.text(f"CREATE SCHEMA {name}"))
            return f"{address}&options=-csearch_path%3D{name}"

        yield where
    finally:
        if server is not None:
            server.send_signal(signal.SIGQUIT)  # at once: nothing is kept
            server.wait(timeout=30)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Where:
    """Where a new ledger can be made, in either database."""
    if request.param == "postgresql":
        found: Where = request.getfixturevalue("postgresql")
        return found
    numbers = itertools.count(1)
    return lambda: str(tmp_path / f"台账{next(numbers)}.db")


@pytest.fixture
def ledger(where: Where) -> Iterator[Ledger]:
    """Make an empty ledger in either database."""
    with Ledger.open(where(), create=True) as opened:
        yield opened


def rows(*cells: str, **same: str) -> pd.DataFrame:
    """Return rows from texts such as ``N1 E1 已同意 2026-03``: need, candidate, and what is there of state and date."""
    names = ("need_id", "candidate_id", "state", "date")
    split = [dict(zip(names, each.split(), strict=False)) for each in cells]
    return pd.DataFrame(split).assign(candidate_name="虚构", **same).fillna("")


def codes(refused: BaseException) -> list[str]:
    return [problem.code for problem in refused.problems]  # type: ignore[attr-defined]
