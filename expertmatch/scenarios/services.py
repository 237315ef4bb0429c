"""What the service record says of candidates: counts and ratings up to a day."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from expertmatch.scenarios.columns import texts
from expertmatch.scenarios.fields import ACTIVE_STATES, SERVED_STATES

_STATION = re.compile(r"工作站|建站")
_SCALES = (5.0, 10.0, 100.0)


@dataclass(frozen=True, eq=False, kw_only=True)
class Services:
    """What the service record says of candidates, counted up to a day.

    Parameters
    ----------
    open, served, this_year, stations : dict of str to int
        Engagements going on, finished, of the day's year, going on at stations.
    ratings : dict of str to tuple of float
        Ratings from 0 to 1.
    """

    open: Mapping[str, int] = field(default_factory=dict)
    served: Mapping[str, int] = field(default_factory=dict)
    this_year: Mapping[str, int] = field(default_factory=dict)
    stations: Mapping[str, int] = field(default_factory=dict)
    ratings: Mapping[str, tuple[float, ...]] = field(default_factory=dict)

    @classmethod
    def read(cls, engagements: pd.DataFrame, as_of: date) -> Services:
        """Count a table of engagements; what is dated later than the day is not counted.

        The scale of ratings is 5, 10 or 100: the smallest that holds them all.

        Parameters
        ----------
        engagements : DataFrame
            candidate_id, state, date, rating, need_title.
        as_of : date
            The day.

        Returns
        -------
        Services
        """
        counts: dict[str, dict[str, int]] = {name: {} for name in ("open", "served", "this_year", "stations")}
        ratings: dict[str, list[float]] = {}
        day, year = as_of.isoformat(), str(as_of.year)
        columns = (texts(engagements, name) for name in ("candidate_id", "state", "date", "rating", "need_title"))
        for who, state, when, rating, title in zip(*columns, strict=True):
            if when and when > day[: len(when)]:
                continue
            named = {
                "open": state in ACTIVE_STATES,
                "served": state == "已完成",
                "this_year": state in SERVED_STATES and when[:4] == year,
                "stations": state in ACTIVE_STATES and bool(_STATION.search(title)),
            }
            for name, counted in named.items():
                if counted:
                    counts[name][who] = counts[name].get(who, 0) + 1
            if rating and state == "已完成":
                ratings.setdefault(who, []).append(float(rating))
        top = max((max(each) for each in ratings.values()), default=0.0)
        scale = next((most for most in _SCALES if top <= most), top)
        return cls(
            **counts, ratings={who: tuple(max(0.0, r) / scale for r in sorted(each)) for who, each in ratings.items()}
        )
