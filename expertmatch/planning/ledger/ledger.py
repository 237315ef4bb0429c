"""Ledger: the service record (服务台账) as one value."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property
from types import TracebackType

import pandas as pd

from expertmatch.errors import SettingError
from expertmatch.planning.ledger.batches import add_rows, change_services
from expertmatch.planning.ledger.changes import ADDED, CHANGED
from expertmatch.planning.ledger.fields import PROPOSED, STATES
from expertmatch.planning.ledger.given_out import GIVEN_OUT, note_contacts
from expertmatch.planning.ledger.past import import_past
from expertmatch.planning.ledger.queries import (
    differences,
    read_engagements,
    read_history,
    read_services,
    read_targets,
    state_digest,
)
from expertmatch.planning.ledger.quotas import programmes
from expertmatch.planning.ledger.rows import completed, plan_rows, read_rows
from expertmatch.planning.ledger.services import Added, Change
from expertmatch.planning.ledger.stats import LedgerStats, ledger_stats
from expertmatch.planning.ledger.store import Store, open_store
from expertmatch.planning.ledger.targets import set_targets
from expertmatch.planning.ledger.writing import Act
from expertmatch.scenarios import Scenario, read_scenarios
from expertmatch.tables.clean import clean_text
from expertmatch.tables.needs import Needs
from expertmatch.tables.pool import Pool
from expertmatch.tables.read import Source

Scenarios = Scenario | Iterable[Scenario]


class Ledger:
    """What was proposed, agreed, served and rated, with who changed what and when.

    Every change is a row of a journal that is never changed, and the current state is written in the same
    transaction: a batch is there whole or not at all, and so it is after a crash. One writes at a time; quotas are
    counted inside the transaction, so several processes cannot pass one together. Make one with :meth:`open`.

    Parameters
    ----------
    store : Store
        An opened database.

    Examples
    --------
    >>> import tempfile
    >>> rows = pd.DataFrame({"需求编号": ["N1"], "专家编号": ["E1"], "姓名": ["张三"]})  # 虚构示例
    >>> with tempfile.TemporaryDirectory() as folder, Ledger.open(f"{folder}/台账.db", create=True) as ledger:
    ...     print(ledger.add(rows, who="王某"))
    ...     _ = ledger.set("S0001", seen=1, who="王某", state="已同意", date="2026-11-20")
    ...     print(ledger.engagements()[["need_id", "candidate_id", "state", "date"]].values.tolist())
    记入 1 条服务（S0001）。
    [['N1', 'E1', '已同意', '2026-11-20']]
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    @classmethod
    def open(cls, where: str | os.PathLike[str], *, create: bool = False) -> Ledger:
        """Open a ledger.

        Parameters
        ----------
        where : str or path
            A SQLite file, or ``postgresql://user@host/database``.
        create : bool, default False
            Make a new one where there is none; one that is there is opened as it is.

        Returns
        -------
        Ledger

        Raises
        ------
        LedgerError
            There is none, it is none, or it cannot be reached.
        MissingExtraError
            SQLAlchemy, or for PostgreSQL psycopg, is not installed.
        """
        return cls(open_store(where, create=create))

    def close(self) -> None:
        """Close its connections."""
        self._store.engine.dispose()

    def __enter__(self) -> Ledger:
        """Return the ledger; it is closed at the end of the block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, bad: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close its connections."""
        self.close()

    def __repr__(self) -> str:
        """Return one line for people."""
        return f"<服务台账：{self._store.name}>"

    @property
    def name(self) -> str:
        """The file, or the address without its password."""
        return self._store.name

    def add(
        self,
        rows: Source,
        *,
        who: str,
        state: str = PROPOSED,
        needs: Needs | None = None,
        pool: Pool | None = None,
        quotas: Scenarios | None = None,
        scenario: str = "",
        sheet: str | None = None,
        columns: Mapping[str, str] | None = None,
    ) -> Added:
        """Add services from a table, all or none.

        A service of the same need and candidate that is under way is not added again, so that a batch may be sent
        twice; one that is there in another state is refused.

        Parameters
        ----------
        rows : DataFrame, path or URL
            A table of engagements, or the 方案 sheet of a plan.
        who : str
            Who adds them.
        state : str, default "已推荐"
            Of a table that has no column for it.
        needs : Needs or None
            Title, kind, county and planned date of the needs.
        pool : Pool or None
            Names of candidates, and what quotas ask about them (academician, retired, stations held).
        quotas : Scenario, iterable of Scenario or None
            Own scenarios whose quotas hold; those of the library's scenarios always hold.
        scenario : str
            Of rows that name none.
        sheet : str or None
            The sheet.
        columns : dict of str to str or None
            Header to column, for headers that are not known.

        Returns
        -------
        Added

        Raises
        ------
        LedgerError
            With all problems of all rows, quotas that would be passed among them; nothing is added then.
        """
        if state not in STATES:
            name = "state"
            raise SettingError(name, state, "、".join(STATES))
        act, day = Act(who=_named(who), act=ADDED), date.today()
        read = read_rows(rows, day, state=state, sheet=sheet, columns=columns)
        filled = completed(read, needs, pool, scenario, planned=True)
        return add_rows(self._store, filled, act, scenarios=self._scenarios(quotas), pool=pool, day=day)

    def add_plan(
        self,
        plan_frame: pd.DataFrame,
        *,
        who: str,
        needs: Needs | None = None,
        pool: Pool | None = None,
        quotas: Scenarios | None = None,
    ) -> Added:
        """Add the places of a plan as proposed, all or none; the requester's own people are left out.

        Parameters
        ----------
        plan_frame : DataFrame
            ``Plan.frame``: need_id, scenario, role, candidate_kind, candidate_id, name.
        who, needs, pool, quotas
            As for :meth:`add`.

        Returns
        -------
        Added

        Raises
        ------
        LedgerError
            With all problems of all rows; nothing is added then.
        SettingError
            The frame lacks a column.
        """
        act, day = Act(who=_named(who), act=ADDED), date.today()
        filled = completed(plan_rows(plan_frame), needs, pool, "", planned=True)
        return add_rows(self._store, filled, act, scenarios=self._scenarios(quotas), pool=pool, day=day)

    def import_past(
        self,
        source: Source,
        *,
        who: str,
        needs: Needs | None = None,
        pool: Pool | None = None,
        quotas: Scenarios | None = None,
        scenario: str = "",
        sheet: str | None = None,
        columns: Mapping[str, str] | None = None,
    ) -> Added:
        """Take over past records; the same file twice adds nothing.

        What was is recorded as it was: quotas that were passed are told as warnings, and so are rows that contradict
        what the ledger holds, which are left out.

        Parameters
        ----------
        source : DataFrame, path or URL
            A table of engagements.
        who, needs, pool, quotas, scenario, sheet, columns
            As for :meth:`add`; rows without a date keep none.

        Returns
        -------
        Added

        Raises
        ------
        LedgerError
            Rows that say neither what, nor who, nor in which state; nothing is added then.
        """
        return import_past(
            self._store, source, _named(who), scenarios=self._scenarios(quotas), needs=needs, pool=pool,
            scenario=scenario, sheet=sheet, columns=columns, day=date.today(),
        )  # fmt: skip

    def change(
        self,
        changes: Sequence[Change],
        *,
        who: str,
        pool: Pool | None = None,
        quotas: Scenarios | None = None,
    ) -> dict[str, int]:
        """Change services, all or none.

        Parameters
        ----------
        changes : sequence of Change
            Each names the version it saw; each service stands in the batch once.
        who : str
            Who changes them.
        pool, quotas
            As for :meth:`add`; without a pool, candidates are as they were when last seen.

        Returns
        -------
        dict of str to int
            Service to its version.

        Raises
        ------
        LedgerError
            With all problems of all changes: somebody came between, a state that does not follow, a quota that would
            be passed. Nothing is changed then.
        """
        scenarios, day = self._scenarios(quotas), date.today()
        return change_services(self._store, changes, _named(who), scenarios=scenarios, pool=pool, day=day)

    def set(
        self,
        service_id: str,
        *,
        seen: int,
        who: str,
        reason: str = "",
        pool: Pool | None = None,
        quotas: Scenarios | None = None,
        **fields: object,
    ) -> int:
        """Change one service.

        Parameters
        ----------
        service_id : str
            Which.
        seen : int
            The version that was seen.
        who, pool, quotas
            As for :meth:`change`.
        reason : str
            Why, for a correction.
        **fields
            New values: state, date, hours, rating, headcount and so on.

        Returns
        -------
        int
            Its version.

        Raises
        ------
        LedgerError
            With all problems; nothing is changed then.
        """
        change = Change(service_id=service_id, seen=seen, fields=fields, reason=reason)
        return self.change([change], who=who, pool=pool, quotas=quotas)[service_id]

    def set_targets(self, source: Source, *, who: str, sheet: str | None = None) -> int:
        """Write targets, and what their indicators count; what "百千万" means is the association's to say.

        Parameters
        ----------
        source : DataFrame, path or URL
            指标, 期间, 目标值, 区县; 计量, 服务状态, 场景, 需求类型 say what an indicator counts.
        who : str
            Who writes them.
        sheet : str or None
            The sheet.

        Returns
        -------
        int
            How many targets are new or other than before.

        Raises
        ------
        LedgerError
            With all problems of all rows; nothing is written then.
        """
        return set_targets(self._store, source, Act(who=_named(who), act=CHANGED), date.today(), sheet)

    def note_contacts(self, given: Mapping[str, Sequence[str]], *, who: str, reason: str = "") -> int:
        """Note in the journal whose contacts were given out, never the contacts; return how many people's.

        Parameters
        ----------
        given : dict of str to sequence of str
            Expert's id -> what was given and for which needs, in words.
        who, reason : str
            Who gives them out, and what for.
        """
        return note_contacts(self._store, given, Act(who=_named(who), act=GIVEN_OUT, reason=reason))

    def services(self) -> pd.DataFrame:
        """Return every service with its version: what :meth:`set` asks for."""
        frame = read_services(self._store)
        return frame[[name for name in frame.columns if name not in ("facts", "who", "need_key", "programme")]]

    def engagements(self) -> pd.DataFrame:
        """Return every service with the columns of the table of engagements, for ``read_pool(engagements=…)``."""
        return read_engagements(self._store)

    def history(self, service_id: str | None = None) -> pd.DataFrame:
        """Return the journal of one service, or of everything: who changed what and when, oldest first."""
        return read_history(self._store, service_id)

    def targets(self) -> pd.DataFrame:
        """Return the targets with what their indicators count."""
        targets, indicators = read_targets(self._store)
        return targets.merge(indicators, on="indicator", how="left", validate="many_to_one")

    def stats(self, period: str | None = None, *, county: str | None = None) -> LedgerStats:
        """Add up: services by state, targets reached, the monthly table.

        Parameters
        ----------
        period : str or None
            Only what is dated in it: 2026, 2026-03, 2026年第1季度.
        county : str or None
            Only what is of it.

        Returns
        -------
        LedgerStats
        """
        return ledger_stats(self._store, period, county)

    def digest(self) -> str:
        """Return the SHA-256 of what the ledger says now: the same in either database, whatever led there."""
        return state_digest(self._store)

    def verify(self) -> list[str]:
        """Say where the current state is not what the journal leads to; empty where all agrees."""
        return differences(self._store)

    def _scenarios(self, quotas: Scenarios | None) -> tuple[Scenario, ...]:
        return programmes(quotas, self._shipped)

    @cached_property
    def _shipped(self) -> tuple[Scenario, ...]:
        return tuple(read_scenarios().values())


def _named(who: str) -> str:
    plain = clean_text(who)
    if not plain:
        name = "who"
        raise SettingError(name, who, "经办人的姓名")
    return plain
