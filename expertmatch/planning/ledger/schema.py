"""The ledger's tables. SQLAlchemy is imported when a ledger is opened, not before."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from expertmatch.planning.ledger.fields import FACTS, FIELDS
from expertmatch.tables.columns import TABLES

if TYPE_CHECKING:
    from sqlalchemy import MetaData, Table

FORMAT = "1"
"""Version of these tables."""
ENGAGEMENTS_VIEW = "ledger_engagements"
"""A view with the columns of the table of engagements, for whoever reads the database itself."""
ENGAGEMENT_COLUMNS = tuple(column.name for column in TABLES["engagements"].columns if not column.personal)


@dataclass(frozen=True)
class Tables:
    """The tables of a ledger.

    Parameters
    ----------
    metadata : MetaData
        All of them.
    about : Table
        Name and value: the format.
    services : Table
        The current state: a row a service, kept in the transaction that writes the journal.
    journal : Table
        Every change, a row a field; never updated, never deleted.
    targets : Table
        What is to be reached, by indicator, period and county.
    indicators : Table
        What each indicator counts.
    imported : Table
        Keys of past records that were taken over.
    """

    metadata: MetaData
    about: Table
    services: Table
    journal: Table
    targets: Table
    indicators: Table
    imported: Table


@functools.cache
def tables() -> Tables:
    """Return the tables; the same for every ledger.

    Returns
    -------
    Tables
    """
    import sqlalchemy as sa

    metadata = sa.MetaData()

    def text(name: str, *, key: bool = False, unique: bool = False) -> sa.Column[str]:
        return sa.Column(name, sa.Text, nullable=False, primary_key=key, unique=unique)

    def number(name: str) -> sa.Column[int]:
        return sa.Column(name, sa.Integer, nullable=False)

    key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    about = sa.Table("ledger_about", metadata, text("name", key=True), text("value"))
    services = sa.Table(
        "ledger_services",
        metadata,
        sa.Column("number", key, primary_key=True, autoincrement=False),
        text("service_id", unique=True),
        number("version"),
        *(text(name) for name in (*FIELDS, FACTS)),
        *(text(name) for name in ("programme", "need_key", "who", "unit_key")),
        sa.Index("ledger_services_who", "who", "need_key"),
        sa.Index("ledger_services_programme", "programme", "who", "state"),
    )
    journal = sa.Table(
        "ledger_journal",
        metadata,
        sa.Column("entry", key, primary_key=True, autoincrement=True),
        text("subject"),
        number("version"),
        *(text(name) for name in ("at", "who", "act", "field", "old", "new", "reason")),
        sa.Index("ledger_journal_subject", "subject"),
        sqlite_autoincrement=True,
    )
    places = [text(name, key=True) for name in ("indicator", "period", "county")]
    targets = sa.Table("ledger_targets", metadata, *places, text("value"))
    names = ("measure", "states", "scenarios", "need_kinds")
    columns = [text("indicator", key=True), *(text(name) for name in names)]
    indicators = sa.Table("ledger_indicators", metadata, *columns)
    imported = sa.Table("ledger_imported", metadata, text("key", key=True), text("service_id"))
    return Tables(metadata, about, services, journal, targets, indicators, imported)


def more_sql(dialect: str) -> tuple[str, ...]:
    """Return what a new ledger needs beside its tables: the view, and the triggers that keep the journal.

    Parameters
    ----------
    dialect : {"sqlite", "postgresql"}
        The database.

    Returns
    -------
    tuple of str
        Statements.
    """
    view = f"CREATE VIEW {ENGAGEMENTS_VIEW} AS SELECT {', '.join(ENGAGEMENT_COLUMNS)} FROM ledger_services"
    kept = "the journal is never changed"
    if dialect == "sqlite":
        taken = "EXISTS (SELECT 1 FROM ledger_journal WHERE entry = NEW.entry)"  # INSERT OR REPLACE deletes unseen
        whens = {"UPDATE": "", "DELETE": "", "INSERT": f"WHEN {taken} "}
        return (view, *(
            f"CREATE TRIGGER ledger_journal_{event.lower()} BEFORE {event} ON ledger_journal {when}"
            f"BEGIN SELECT RAISE(ABORT, '{kept}'); END"
            for event, when in whens.items()
        ))  # fmt: skip
    return (
        view,
        "CREATE FUNCTION ledger_journal_kept() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{kept}'; END $$",
        "CREATE TRIGGER ledger_journal_rows BEFORE UPDATE OR DELETE ON ledger_journal "
        "FOR EACH ROW EXECUTE FUNCTION ledger_journal_kept()",
        "CREATE TRIGGER ledger_journal_whole BEFORE TRUNCATE ON ledger_journal "
        "FOR EACH STATEMENT EXECUTE FUNCTION ledger_journal_kept()",
    )
