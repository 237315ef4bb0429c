"""Past records taken over: each once, however often its file is read."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from expertmatch.planning.ledger.batches import add_rows
from expertmatch.planning.ledger.changes import IMPORTED
from expertmatch.planning.ledger.rows import Reading, completed, read_rows
from expertmatch.planning.ledger.services import Added
from expertmatch.planning.ledger.store import Store
from expertmatch.planning.ledger.writing import Act
from expertmatch.scenarios import Scenario
from expertmatch.tables.needs import Needs
from expertmatch.tables.pool import Pool
from expertmatch.tables.read import Source


def import_past(
    store: Store,
    source: Source,
    who: str,
    *,
    scenarios: Sequence[Scenario],
    needs: Needs | None,
    pool: Pool | None,
    scenario: str,
    sheet: str | None,
    columns: Mapping[str, str] | None,
    day: date,
) -> Added:
    """Take over past records.

    Parameters
    ----------
    store : Store
        The ledger.
    source : DataFrame, path or URL
        A table of engagements.
    who : str
        Who takes them over.
    scenarios : sequence of Scenario
        Whose quotas are told where they were passed.
    needs, pool : Needs, Pool or None
        What fills gaps.
    scenario : str
        Of rows that name none.
    sheet, columns
        As for reading any table.
    day : date
        The day.

    Returns
    -------
    Added

    Raises
    ------
    LedgerError
        Rows that say neither what, nor who, nor in which state.
    """
    read = read_rows(source, day, sheet=sheet, columns=columns)
    marked = [replace(row, key=_key(row.fields)) for row in read.rows]
    filled = completed(Reading(rows=marked, problems=read.problems), needs, pool, scenario, planned=False)
    act = Act(who=who, act=IMPORTED)
    return add_rows(store, filled, act, scenarios=scenarios, pool=pool, day=day, past=True)


def _key(fields: Mapping[str, str]) -> str:
    """Return what tells a record from others: all that its row says."""
    text = "\x1f".join(f"{name}={value}" for name, value in sorted(fields.items()) if value)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
