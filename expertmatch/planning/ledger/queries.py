"""What a ledger holds, read in one look."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from expertmatch.errors import UnknownNameError
from expertmatch.planning.ledger.fields import FACTS, FIELDS, LABELS
from expertmatch.planning.ledger.schema import ENGAGEMENT_COLUMNS, tables
from expertmatch.planning.ledger.store import Store
from expertmatch.planning.ledger.writing import KEPT
from expertmatch.tables.pool import frames_digest

if TYPE_CHECKING:
    from sqlalchemy import Connection, Table

HISTORY_COLUMNS = ("entry", "service_id", "version", "at", "who", "act", "field", "old", "new", "reason")
CONTACTS = "联系方式："
"""What the journal calls contacts that were given out, before the expert's id: an event, not a state."""
_TARGET_COLUMNS = ("indicator", "period", "county", "value")
_INDICATOR_COLUMNS = ("indicator", "measure", "states", "scenarios", "need_kinds")


def read_services(store: Store) -> pd.DataFrame:
    """Return all services in the order they were added, with their versions and programmes; all else is text."""
    names = ("service_id", *FIELDS, FACTS, "version", "programme", "who", "need_key")
    with store.reading() as connection:
        return _frame(connection, tables().services, names, "number")


def read_engagements(store: Store) -> pd.DataFrame:
    """Return all services with the columns of the table of engagements, all of them text."""
    with store.reading() as connection:
        return _frame(connection, tables().services, ENGAGEMENT_COLUMNS, "number")


def read_history(store: Store, service_id: str | None) -> pd.DataFrame:
    """Return the journal, of one service or of everything, oldest first.

    Raises
    ------
    UnknownNameError
        No such service.
    """
    import sqlalchemy as sa

    known = tables()
    with store.reading() as connection:
        frame = _frame(connection, known.journal, ("entry", "subject", *HISTORY_COLUMNS[2:]), "entry", service_id)
        if service_id is not None and not len(frame):
            ids = connection.execute(sa.select(known.services.c.service_id)).scalars().all()
            raise UnknownNameError("服务编号", service_id, [str(one) for one in ids])
    frame = frame.rename(columns={"subject": "service_id"})
    frame["field"] = [LABELS.get(name, name) for name in frame["field"]]
    return frame


def read_targets(store: Store) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the targets, and what their indicators count."""
    known = tables()
    with store.reading() as connection:
        targets = _frame(connection, known.targets, _TARGET_COLUMNS)
        return targets, _frame(connection, known.indicators, _INDICATOR_COLUMNS)


def state_digest(store: Store) -> str:
    """Return the SHA-256 of what the ledger says now: the same in either database, whatever led there."""
    known = tables()
    with store.reading() as connection:
        frames = {
            "services": _frame(connection, known.services, ("service_id", *KEPT), "number"),
            "targets": _frame(connection, known.targets, _TARGET_COLUMNS),
            "indicators": _frame(connection, known.indicators, _INDICATOR_COLUMNS),
        }
    return frames_digest(frames)


def differences(store: Store) -> list[str]:
    """Say where the current state is not what the journal leads to.

    Parameters
    ----------
    store : Store
        The ledger.

    Returns
    -------
    list of str
        Sentences; empty where all agrees.
    """
    import sqlalchemy as sa

    known = tables()
    with store.reading() as connection:
        led = _replayed(connection)
        found: list[str] = []
        for row in connection.execute(sa.select(known.services)).mappings():
            one = str(row["service_id"])
            version, fields = led.pop(one, (0, {}))
            if version != row["version"]:
                found.append(f"{one}：现在是第 {row['version']} 版，变更记录到第 {version} 版。")
            found += [f"{one}：{LABELS[name]}现在是“{row[name]}”，变更记录是“{fields.get(name, '')}”。"
                      for name in KEPT if fields.get(name, "") != row[name]]  # fmt: skip
        for row in connection.execute(sa.select(known.targets)).mappings():
            subject = target_subject(*(str(row[name]) for name in _TARGET_COLUMNS[:3]))
            if led.pop(subject, (0, {}))[1].get("value", "") != row["value"]:
                found.append(f"{subject}：与变更记录不一致。")
        for row in connection.execute(sa.select(known.indicators)).mappings():
            subject = indicator_subject(str(row["indicator"]))
            fields = led.pop(subject, (0, {}))[1]
            if any(fields.get(name, "") != row[name] for name in _INDICATOR_COLUMNS[1:]):
                found.append(f"{subject}：与变更记录不一致。")
    left = {one: fields for one, (_, fields) in led.items() if not one.startswith(CONTACTS)}
    return found + [f"{one}：变更记录里有，台账里没有。" for one, fields in left.items() if any(fields.values())]


def target_subject(indicator: str, period: str, county: str) -> str:
    """Return what the journal calls a target."""
    return f"目标：{indicator}｜{period}｜{county or '全市'}"


def indicator_subject(indicator: str) -> str:
    """Return what the journal calls an indicator."""
    return f"指标：{indicator}"


def _replayed(connection: Connection) -> dict[str, tuple[int, dict[str, str]]]:
    import sqlalchemy as sa

    journal = tables().journal
    led: dict[str, tuple[int, dict[str, str]]] = {}
    for row in connection.execute(sa.select(journal).order_by(journal.c.entry)):
        _, fields = led.get(row.subject, (0, {}))
        fields[row.field] = row.new
        led[row.subject] = (row.version, fields)
    return led


def _frame(
    connection: Connection, table: Table, names: Sequence[str], order: str = "", subject: str | None = None
) -> pd.DataFrame:
    """Return columns of a table, ordered by a number, or by what its cells say, which is the same in any database."""
    import sqlalchemy as sa

    asked = sa.select(*(table.c[name] for name in names))
    asked = asked if subject is None else asked.where(table.c.subject == subject)
    rows: list[Any] = [tuple(row) for row in connection.execute(asked.order_by(table.c[order]) if order else asked)]
    frame = pd.DataFrame(rows if order else sorted(rows), columns=list(names), dtype=object)
    return frame.astype({name: "int64" for name in ("version", "entry") if name in frame})
