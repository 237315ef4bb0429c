"""Where a ledger is kept: a SQLite file or a PostgreSQL database, one writer at a time, whole transactions.

A change holds the only right to write from its first look to its commit: ``BEGIN IMMEDIATE`` in SQLite, an advisory
lock in PostgreSQL. So what a quota counted is still so when the change is written, and nothing has to be tried again.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from expertmatch.errors import LedgerError, MissingExtraError, Problem
from expertmatch.planning.ledger.schema import FORMAT, more_sql, tables

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection, Engine

WAIT = 60
"""Seconds a change waits for others to finish."""
_LOCK = 7_263_481_905_530_117
"""Key of the advisory lock, beside the schema's own number."""


@dataclass(frozen=True, eq=False)
class Store:
    """An opened database.

    Parameters
    ----------
    engine : Engine
        Its connections.
    name : str
        For messages: the file, or the address without its password.
    """

    engine: Engine
    name: str

    @property
    def dialect(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return self.engine.dialect.name

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open a transaction that alone may write; it is committed whole, or not at all when anything is raised.

        Yields
        ------
        Connection
        """
        import sqlalchemy as sa

        with _told(self.name), self.engine.connect() as connection:
            connection.execution_options(ledger_writes=True)
            with connection.begin():
                if self.dialect == "postgresql":
                    connection.execute(sa.text(f"SET LOCAL lock_timeout = '{WAIT}s'"))
                    connection.execute(sa.text("SET LOCAL synchronous_commit = on"))
                    here = "(SELECT oid::bigint FROM pg_namespace WHERE nspname = current_schema())"
                    connection.execute(sa.text(f"SELECT pg_advisory_xact_lock({_LOCK} + {here})"))
                yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a transaction that sees one state throughout.

        Yields
        ------
        Connection
        """
        with _told(self.name), self.engine.connect() as connection:
            if self.dialect == "postgresql":
                connection.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin():
                yield connection


def open_store(where: str | os.PathLike[str], *, create: bool) -> Store:
    """Open a database, and make the ledger's tables in it where asked.

    Parameters
    ----------
    where : str or path
        A file, or the address of a database.
    create : bool
        Make a ledger where there is none.

    Returns
    -------
    Store

    Raises
    ------
    LedgerError
        There is none, it is no ledger, of another format, or cannot be reached.
    MissingExtraError
        SQLAlchemy or the driver is not installed.
    """
    url, name = _address(where)
    on_disk = url.drivername.startswith("sqlite")
    if on_disk:
        _check_file(Path(str(url.database)), name, create=create)
    store = Store(_engine(url), name)
    try:
        found = _format(store)
        if not found and create:
            _make(store)
            found = _format(store)
    except BaseException:
        store.engine.dispose()
        raise
    if found == FORMAT:
        return store
    store.engine.dispose()
    if found:
        raise _trouble(name, "other-format", f"台账的格式版本是 {found}，这个版本的 expertmatch 只认 {FORMAT}。",
                       "请换用写出它的 expertmatch 版本。")  # fmt: skip
    raise _trouble(name, "no-ledger", "这里面没有服务台账。", "请检查路径；要新建，用 create=True（命令行 --create）。")


def _address(where: str | os.PathLike[str]) -> tuple[URL, str]:
    import sqlalchemy as sa

    text = os.fspath(where)
    if not re.match(r"^[a-z][a-z0-9+_]*://", text):
        return sa.URL.create("sqlite", database=str(Path(text).absolute())), Path(text).name
    try:
        url = sa.make_url(text)
    except sa.exc.ArgumentError:
        raise _trouble("数据库", "bad-url", "数据库地址写法不对。", "应如 postgresql://用户@主机/库名。") from None
    if url.drivername == "sqlite" and url.database not in (None, "", ":memory:"):
        return url, Path(str(url.database)).name
    name = url.render_as_string(hide_password=True)
    if url.drivername not in ("postgresql", "postgres", "postgresql+psycopg"):
        raise _trouble(name, "bad-url", "台账可以放在 SQLite 文件或 PostgreSQL 数据库里，别的地址不行。",
                       "请写文件名（如 台账.db），或 postgresql://用户@主机/库名。")  # fmt: skip
    try:
        import psycopg  # noqa: F401
    except ImportError:
        raise MissingExtraError("放在 PostgreSQL 里的服务台账", "postgresql") from None
    return url.set(drivername="postgresql+psycopg"), name


def _check_file(path: Path, name: str, *, create: bool) -> None:
    if path.is_dir():
        raise _trouble(name, "is-directory", "这是文件夹，不是台账。", "请写出文件名，例如 台账.db。")
    if path.exists():
        return
    if not path.parent.is_dir():
        raise _trouble(name, "no-such-folder", f"台账所在的文件夹 {path.parent.name} 不存在。", "请检查路径。")
    if not create:
        raise _trouble(name, "no-ledger", "没有这个台账。", "请检查路径；要新建，用 create=True（命令行 --create）。")


def _engine(url: URL) -> Engine:
    import sqlalchemy as sa

    if not url.drivername.startswith("sqlite"):
        return sa.create_engine(url, pool_size=1, max_overflow=8, pool_pre_ping=True)
    engine = sa.create_engine(url, poolclass=sa.pool.NullPool, connect_args={"timeout": WAIT})

    @sa.event.listens_for(engine, "connect")
    def _connected(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver opens no transactions of its own
        connection.execute("PRAGMA synchronous = FULL")  # a rollback journal: one file at rest, also on shared folders

    @sa.event.listens_for(engine, "begin")
    def _begun(connection: Connection) -> None:
        writes = connection.get_execution_options().get("ledger_writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _format(store: Store) -> str:
    import sqlalchemy as sa

    about = tables().about
    with store.reading() as connection:
        if not sa.inspect(connection).has_table(about.name):
            return ""
        found = connection.execute(sa.select(about.c.value).where(about.c.name == "format")).scalar()
    return str(found or "")


def _make(store: Store) -> None:
    """Make all tables in one transaction; who comes second finds them made."""
    import sqlalchemy as sa

    known = tables()
    with store.writing() as connection:
        if sa.inspect(connection).has_table(known.about.name):
            return
        known.metadata.create_all(connection, checkfirst=False)
        for statement in more_sql(store.dialect):
            connection.exec_driver_sql(statement)
        connection.execute(sa.insert(known.about), [{"name": "format", "value": FORMAT}])


@contextmanager
def _told(name: str) -> Iterator[None]:
    """Say in Chinese what a database complains about."""
    import sqlalchemy as sa

    try:
        yield
    except sa.exc.SQLAlchemyError as bad:
        original = getattr(bad, "orig", None)
        said = " ".join(str(original or type(bad).__name__).split())
        raise _explained(name, said, str(getattr(original, "sqlstate", None) or "")) from bad


def _explained(name: str, said: str, sqlstate: str) -> LedgerError:
    if "locked" in said or sqlstate == "55P03":
        return _trouble(name, "busy", f"台账正被别的程序占用，等了 {WAIT} 秒。", "请稍后再试，或关闭占用它的程序。")
    if "readonly" in said or "unable to open" in said or sqlstate == "42501":
        return _trouble(name, "no-permission", "没有写台账的权限。", "请检查文件、文件夹或数据库账号的权限。")
    if "full" in said or sqlstate == "53100":
        return _trouble(name, "disk-full", "磁盘已满。", "请清出空间，再运行一次。")
    if "not a database" in said:
        return _trouble(
            name, "not-a-ledger", "这不是台账文件。", "请检查路径；表格请用 ledger add 或 ledger import 读入。"
        )
    if "malformed" in said or "corrupt" in said:
        return _trouble(name, "damaged", "台账文件已损坏。", "请用备份恢复。")
    return _trouble(name, "database", f"数据库报告：{said}。", "请检查地址、账号和网络，再运行一次。")


def _trouble(name: str, code: str, message: str, remedy: str) -> LedgerError:
    return LedgerError([Problem(severity="error", code=code, message=message, remedy=remedy, file=name)])
