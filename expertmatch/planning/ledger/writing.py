"""Services and journal written together, inside a transaction that is already open."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from expertmatch.planning.ledger.changes import Held
from expertmatch.planning.ledger.fields import FACTS, FIELDS
from expertmatch.planning.ledger.schema import Tables
from expertmatch.planning.ledger.services import Fields

if TYPE_CHECKING:
    from sqlalchemy import Connection

KEPT = (*FIELDS, FACTS)
"""Columns of a service that the journal follows."""
_CHUNK = 400
FOUND_BY = ("programme", "need_key", "who", "unit_key")
"""Columns beside them, worked out from them."""


@dataclass(frozen=True, kw_only=True)
class Act:
    """Who does something, when, what, and why.

    Parameters
    ----------
    who : str
        The person.
    act : str
        What is done.
    reason : str
        Of a correction.
    at : str
        When; with the offset from UTC.
    """

    who: str
    act: str
    reason: str = ""
    at: str = field(default_factory=lambda: datetime.now().astimezone().isoformat(timespec="seconds"))


def insert_services(connection: Connection, tables: Tables, services: Sequence[Fields], act: Act) -> list[str]:
    """Write new services, their numbers following the last.

    Parameters
    ----------
    connection : Connection
        The transaction.
    tables : Tables
        The ledger's.
    services : sequence of dict
        Their fields, facts and what they are found by.
    act : Act
        Who adds them.

    Returns
    -------
    list of str
        Their ids.
    """
    import sqlalchemy as sa

    if not services:
        return []
    last = connection.execute(sa.select(sa.func.max(tables.services.c.number))).scalar() or 0
    rows: list[dict[str, Any]] = []
    entries: list[dict[str, Any]] = []
    for number, fields in enumerate(services, start=last + 1):
        one = f"S{number:04d}"
        rows.append({"number": number, "service_id": one, "version": 1, **{n: fields[n] for n in (*KEPT, *FOUND_BY)}})
        entries += _entries(one, 1, {}, fields, act)
    connection.execute(sa.insert(tables.services), rows)
    connection.execute(sa.insert(tables.journal), entries)
    return [str(row["service_id"]) for row in rows]


def update_service(connection: Connection, tables: Tables, held: Held, after: Fields, act: Act) -> int:
    """Write a change of a service; nothing where nothing changes.

    Parameters
    ----------
    connection : Connection
        The transaction.
    tables : Tables
        The ledger's.
    held : Held
        As it stands.
    after : dict of str to str
        As it is to be, with facts and what it is found by.
    act : Act
        Who changes it.

    Returns
    -------
    int
        Its version.
    """
    import sqlalchemy as sa

    version = held.version + 1
    entries = _entries(held.service_id, version, held.fields, after, act)
    if not entries:
        return held.version
    values: dict[str, Any] = {name: after[name] for name in (*KEPT, *FOUND_BY) if after[name] != held.fields[name]}
    values |= {"version": version}
    mine = tables.services.c.service_id == held.service_id
    connection.execute(sa.update(tables.services).where(mine).values(values))
    connection.execute(sa.insert(tables.journal), entries)
    return version


def note_change(
    connection: Connection, tables: Tables, subject: str, changes: Iterable[tuple[str, str, str]], act: Act
) -> None:
    """Write a change of anything but a service to the journal.

    Parameters
    ----------
    connection : Connection
        The transaction.
    tables : Tables
        The ledger's.
    subject : str
        What is changed.
    changes : iterable of (field, old, new)
        How.
    act : Act
        Who changes it.
    """
    import sqlalchemy as sa

    entries = [_entry(subject, 0, field, old, new, act) for field, old, new in changes if old != new]
    if entries:
        connection.execute(sa.insert(tables.journal), entries)


def held_services(connection: Connection, tables: Tables, service_ids: Sequence[str]) -> dict[str, Held]:
    """Return services as they stand.

    Parameters
    ----------
    connection : Connection
        The transaction.
    tables : Tables
        The ledger's.
    service_ids : sequence of str
        Which.

    Returns
    -------
    dict of str to Held
        Those that exist.
    """
    import sqlalchemy as sa

    found: dict[str, Held] = {}
    for start in range(0, len(service_ids), _CHUNK):
        part = list(service_ids[start : start + _CHUNK])
        asked = sa.select(tables.services).where(tables.services.c.service_id.in_(part))
        for row in connection.execute(asked).mappings():
            one = str(row["service_id"])
            fields = {name: str(row[name]) for name in (*KEPT, *FOUND_BY)}
            found[one] = Held(service_id=one, version=int(row["version"]), fields=fields)
    return found


def last_writer(connection: Connection, tables: Tables, service_id: str) -> tuple[str, str]:
    """Return who wrote a service last, and when.

    Parameters
    ----------
    connection : Connection
        The transaction.
    tables : Tables
        The ledger's.
    service_id : str
        Which.

    Returns
    -------
    who, at : str
    """
    import sqlalchemy as sa

    journal = tables.journal.c
    asked = sa.select(journal.who, journal.at).where(journal.subject == service_id).order_by(journal.entry.desc())
    who, at = connection.execute(asked.limit(1)).one()
    return str(who), str(at)


def alike(
    connection: Connection, tables: Tables, services: Sequence[Fields]
) -> dict[tuple[str, str], list[tuple[str, str, str]]]:
    """Return what the ledger holds of the same needs and candidates.

    Parameters
    ----------
    connection : Connection
        The transaction.
    tables : Tables
        The ledger's.
    services : sequence of dict
        With what they are found by.

    Returns
    -------
    dict of (need_key, who) to list of (service_id, state, date)
        In the order of the ledger.
    """
    import sqlalchemy as sa

    held = tables.services.c
    people = sorted({fields["who"] for fields in services})
    found: dict[tuple[str, str], list[tuple[str, str, str]]] = {}
    columns = (held.need_key, held.who, held.service_id, held.state, held.date)
    for start in range(0, len(people), _CHUNK):
        asked = sa.select(*columns).where(held.who.in_(people[start : start + _CHUNK])).order_by(held.number)
        for need, who, one, state, when in connection.execute(asked):
            found.setdefault((need, who), []).append((one, state, when))
    return found


def _entries(subject: str, version: int, before: Fields, after: Fields, act: Act) -> list[dict[str, Any]]:
    pairs = [(name, before.get(name, ""), after[name]) for name in KEPT]
    return [_entry(subject, version, name, old, new, act) for name, old, new in pairs if old != new]


def _entry(subject: str, version: int, name: str, old: str, new: str, act: Act) -> dict[str, Any]:
    return {"subject": subject, "version": version, "at": act.at, "who": act.who, "act": act.act, "field": name,
            "old": old, "new": new, "reason": act.reason}  # fmt: skip
