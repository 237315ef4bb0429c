"""What the commands on the ledger are given beside it: tables that fill gaps, and which services are meant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pandas as pd

from expertmatch.cli.console import CommandError
from expertmatch.cli.given import source
from expertmatch.errors import nearest_names
from expertmatch.planning.ledger.fields import FIELDS, LABELS
from expertmatch.planning.ledger.periods import read_period
from expertmatch.planning.ledger.services import is_rated_word, read_value
from expertmatch.planning.ledger.stats import dated_in
from expertmatch.scenarios import Scenario, read_scenario
from expertmatch.tables.needs import read_needs
from expertmatch.tables.pool import read_pool


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is given beside a table.

    Parameters
    ----------
    needs, experts, societies : str or None
        Further tables.
    scenario : str or None
        A name, or an own file.
    sheet : str or None
        The sheet.
    columns : dict of str to dict of str to str
        Table to header to column.
    """

    needs: str | None = None
    experts: str | None = None
    societies: str | None = None
    scenario: str | None = None
    sheet: str | None = None
    columns: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def known(self) -> dict[str, Any]:
        """Return what fills and binds services: pool and quotas."""
        if self.societies and not self.experts:
            message = "给了 --societies，没有给 --experts。请一并给出专家表。"
            raise CommandError(message)
        pool = None
        if self.experts:
            societies = source(self.societies) if self.societies else None
            pool = read_pool(source(self.experts), societies=societies, columns=self.columns)
        return {"pool": pool, "quotas": self.own}

    def of_rows(self) -> dict[str, Any]:
        """Return what is needed to read rows."""
        needs = read_needs(source(self.needs), columns=self.columns) if self.needs else None
        own = self.own
        name = own.name if own is not None else self.scenario or ""
        mine = self.columns.get("engagements")
        return {**self.known(), "needs": needs, "scenario": name, "sheet": self.sheet, "columns": mine}

    @property
    def own(self) -> Scenario | None:
        """The scenario of an own file."""
        return read_scenario(self.scenario) if self.scenario and self.scenario.endswith(".toml") else None


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which services are listed; all where nothing is said.

    Parameters
    ----------
    state, candidate, need, county, period : str or None
        As on the command line.
    """

    state: str | None = None
    candidate: str | None = None
    need: str | None = None
    county: str | None = None
    period: str | None = None

    def of(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return the rows that are wanted."""
        if self.state is not None:
            state, trouble = read_value("state", self.state, date.today())
            if trouble:
                raise CommandError(f"--state：{trouble}")
            frame = frame[frame["state"] == state]
            frame = frame[frame["rating"] != ""] if is_rated_word(self.state) else frame
        if self.candidate is not None:
            frame = frame[(frame["candidate_id"] == self.candidate) | (frame["candidate_name"] == self.candidate)]
        if self.need is not None:
            named = frame["need_title"].str.contains(self.need, regex=False)
            frame = frame[(frame["need_id"] == self.need) | named.astype(bool)]
        if self.county is not None:
            frame = frame[frame["county"] == self.county]
        if self.period is not None:
            period = read_period(self.period)
            if period is None:
                raise CommandError(f"--period 不能是“{self.period}”，请写成 2026、2026-03 或 2026年第1季度。")
            frame = frame[dated_in(frame, period)]
        return frame


def field_of(pair: str) -> tuple[str, str]:
    """Read ``--field 项目=内容``.

    Parameters
    ----------
    pair : str
        As written.

    Returns
    -------
    name, value : str

    Raises
    ------
    CommandError
        No such field.
    """
    label, equals, value = (part.strip() for part in pair.replace("＝", "=").partition("="))
    names = {word: name for name in FIELDS for word in (name, LABELS[name])}
    if not equals or label not in names:
        known = [LABELS[name] for name in FIELDS]
        near = nearest_names(label, known, 1)
        hint = f"是否想写：{near[0]}？" if near else ""
        message = f"--field 不能是“{pair}”，请写成 项目=内容，项目可以是：{'、'.join(known)}。{hint}"
        raise CommandError(message)
    return names[label], value
