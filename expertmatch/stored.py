"""A matcher's state as plain files: the index, the pool's tables, settings, walks and calibrations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from expertmatch.graph.walk import WalkTable
from expertmatch.index import ExpertIndex
from expertmatch.index.store import load_index, save_index
from expertmatch.ranking.calibrate import Calibration
from expertmatch.scenarios import Scenario
from expertmatch.tables.pool import DeferredPool, Pool
from expertmatch.version import __version__

_TABLES = ("experts", "works", "societies", "memberships", "relations", "availability", "engagements")


@dataclass(frozen=True, eq=False, kw_only=True)
class Stored:
    """What a matcher is made of.

    Parameters
    ----------
    index : ExpertIndex
        Rows as vectors.
    pool : Pool
        The tables.
    candidates : tuple of str
        Kinds of candidates in the index.
    signals : dict of str to float or None
        Weights in place of the scenario's own.
    scenario : Scenario or str
        A scenario, none (``""``) or ``"auto"``.
    as_of : date or None
        The day that rules are counted from, where it was set.
    walk : WalkTable or None
        Walks from disciplines.
    calibrations : dict of str to Calibration
        By scenario.
    """

    index: ExpertIndex
    pool: Pool
    candidates: tuple[str, ...]
    signals: Mapping[str, float] | None
    scenario: Scenario | str
    as_of: date | None
    walk: WalkTable | None
    calibrations: Mapping[str, Calibration]

    def write(self, folder: str | Path) -> None:
        """Write everything as a new generation of the folder.

        Parameters
        ----------
        folder : str or Path
            Made when it is not there.

        Raises
        ------
        OutputError
            The folder cannot be written.
        """
        scenario = self.scenario
        settings = {
            "candidates": list(self.candidates),
            "signals": None if self.signals is None else dict(self.signals),
            "scenario": scenario if isinstance(scenario, str) else scenario.model_dump(mode="json", by_alias=True),
            "as_of": None if self.as_of is None else self.as_of.isoformat(),
            "today": None if self.pool.today is None else self.pool.today.isoformat(),
        }
        walk = {} if self.walk is None else {f"walk_{name}": array for name, array in self.walk.arrays().items()}
        extra = {
            **{name: _to_json(getattr(self.pool, name)) for name in _TABLES},
            "matcher": settings,
            "calibrations": {name: one.to_dict() for name, one in self.calibrations.items()},
            **walk,
        }
        save_index(self.index, folder, extra=extra, about={"expertmatch": __version__}, tables=_TABLES)

    @classmethod
    def read(cls, folder: str | Path) -> Stored:
        """Open what :meth:`write` wrote.

        Parameters
        ----------
        folder : str or Path
            The folder.

        Returns
        -------
        Stored

        Raises
        ------
        StoreError
            Not an index, or a damaged one.
        """
        index, extra, stored = load_index(folder)
        settings = extra["matcher"]
        walk = {name.removeprefix("walk_"): array for name, array in extra.items() if name.startswith("walk_")}
        scenario, today = settings.get("scenario", ""), _day(settings.get("today"))
        return cls(
            index=index,
            pool=DeferredPool(lambda: _pool(stored, today), today=today),
            candidates=tuple(settings["candidates"]),
            signals=settings["signals"],
            scenario=scenario if isinstance(scenario, str) else Scenario.model_validate(scenario),
            as_of=_day(settings.get("as_of")),
            walk=WalkTable.from_arrays(walk) if walk else None,
            calibrations={name: Calibration.from_dict(one) for name, one in extra.get("calibrations", {}).items()},
        )


def _pool(stored: Mapping[str, Any], today: date | None) -> Pool:
    tables: dict[str, Any] = {name: pd.DataFrame(stored[name], dtype=object) for name in _TABLES}
    return Pool(**tables, today=today)


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _to_json(frame: pd.DataFrame) -> dict[str, list[Any]]:
    return {
        str(name): [
            None if pd.isna(value) else value.item() if isinstance(value, np.generic) else value
            for value in frame[name]
        ]
        for name in frame.columns
    }
