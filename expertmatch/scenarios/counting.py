"""Shares in three values: who counts, who does not, and of whom it is not known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

import numpy as np

from expertmatch.scenarios.conditions import Verdicts, all_hold, holds
from expertmatch.scenarios.facts import CandidateFacts
from expertmatch.scenarios.fields import FIELDS
from expertmatch.scenarios.parts import Condition, Share

_FILLED_IN = {
    "age": "出生年月", "title_level": "职称", "province": "所在地区", "city": "所在地区", "county": "所在地区",
    "overseas": "所在地区", "retired": "是否退休", "languages": "语种", "stations": "在站数", "unit": "工作单位",
    "partners": "合作者", "society_kind": "类别",
}  # fmt: skip


def bounds(share: Share, total: int) -> tuple[int, int]:
    """Return how many of a number of people a share asks for, at least and at most, without rounding errors.

    Parameters
    ----------
    share : Share
        The share.
    total : int
        Of how many.

    Returns
    -------
    least, most : int

    Examples
    --------
    >>> bounds(Share(label="一线", where=[{"field": "age", "below": 40}], at_least=0.07), 100)
    (7, 100)
    """
    return ceil(Fraction(str(share.at_least)) * total), floor(Fraction(str(share.at_most)) * total)


@dataclass(frozen=True, eq=False)
class Counted:
    """A share, counted.

    Parameters
    ----------
    share : Share
        What was counted.
    verdicts : ndarray of int8
        1 who counts, -1 who does not, 0 of whom it is not known; of people alone.
    """

    share: Share
    verdicts: Verdicts

    @classmethod
    def of(cls, share: Share, facts: CandidateFacts, places: Sequence[int] | np.ndarray) -> Counted:
        """Count a share among the people at given places."""
        return cls(share, all_hold(share.where, facts.column)[np.asarray(places, dtype=np.int64)])

    @property
    def total(self) -> int:
        """Of how many people."""
        return len(self.verdicts)

    @property
    def yes(self) -> int:
        """How many count."""
        return int((self.verdicts > 0).sum())

    @property
    def unknown(self) -> int:
        """Of how many it is not known."""
        return int((self.verdicts == 0).sum())

    @property
    def bounds(self) -> tuple[int, int]:
        """How many must count, at least and at most."""
        return bounds(self.share, self.total)

    @property
    def result(self) -> str:
        """``ok`` and ``broken`` whatever the unknown turn out to be, else ``unknown``."""
        least, most = self.bounds
        if self.yes + self.unknown < least or self.yes > most:
            return "broken"
        return "ok" if least <= self.yes and self.yes + self.unknown <= most else "unknown"

    @property
    def required(self) -> str:
        """What is asked, in words."""
        least, most = self.bounds
        told = [f"至少 {self.share.at_least * 100:.4g}%，即 {least} 人"] if self.share.at_least > 0 else []
        told += [f"至多 {self.share.at_most * 100:.4g}%，即 {most} 人"] if self.share.at_most < 1 else []
        return "；".join(told)


def missing_facts(conditions: Sequence[Condition], facts: CandidateFacts, places: Sequence[int] | np.ndarray) -> str:
    """Say what was not filled in, and by how many of the people at given places.

    Parameters
    ----------
    conditions : sequence of Condition
        What was asked.
    facts : CandidateFacts
        What is known.
    places : sequence of int
        Whose facts are missing.

    Returns
    -------
    str
        Such as ``3 人未填出生年月``; empty where nobody is.
    """
    told: dict[str, int] = {}
    for condition in conditions:
        blank = int((holds(condition, facts.column(condition.field))[np.asarray(places, dtype=np.int64)] == 0).sum())
        name = filled_in(condition.field)
        told[name] = max(told.get(name, 0), blank)
    return "，".join(f"{count} 人未填{name}" for name, count in told.items() if count)


def filled_in(field: str) -> str:
    """Return the column of a list in which a field is filled in.

    Examples
    --------
    >>> filled_in("age"), filled_in("post")
    ('出生年月', '职务')
    """
    return _FILLED_IN.get(field) or FIELDS[field].label
