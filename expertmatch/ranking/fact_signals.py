"""Signals read from plain facts: place, record, load, recency, balance. All in [0, 1], all policy.

place    1 in the same county, 0.6 in the same city, 0.3 in the same province, else 0 (also where it is not known)
record   (sum of the candidate's ratings + 5 · m) / (ratings + 5), ratings from 0 to 1, m the mean of all: few ratings
         say little, none says the mean (additive smoothing towards the prior mean)
load     1 less the engagements going on over the capacity, 0 at least
recency  0.5 to the power of the years since the last dated work over 5; 0 without one
balance  half for an age below 40, half for those who have never served

The order of place follows the association's own districts; where the numbers come from, nobody has measured.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from expertmatch.ranking.signals import Floats, Ints
from expertmatch.scenarios.columns import texts
from expertmatch.scenarios.facts import CandidateFacts
from expertmatch.scenarios.fields import NEARNESS
from expertmatch.scenarios.pairs import PairFacts
from expertmatch.tables.pool import Pool

NAMES = ("place", "record", "load", "recency", "balance")

PLACE_STEPS = (0.0, 0.3, 0.6, 1.0)
"""Value of each step of NEARNESS."""
PRIOR_RATINGS = 5.0
"""How many ratings the mean counts for."""
HALF_LIFE = 5.0
"""Years after which a last work counts half."""
YOUNG = 40.0
"""Below this age a candidate is young (DOMAIN: 2.1, at least a third of a salon under 40)."""


@dataclass(frozen=True, kw_only=True, eq=False)
class FactSignals:
    """Signals of facts, ready for many needs.

    Parameters
    ----------
    facts : CandidateFacts
        What is known of candidates.
    last_year : dict of str to int
        Expert id to the year of the last dated work.
    """

    facts: CandidateFacts
    last_year: Mapping[str, int]

    @classmethod
    def build(cls, facts: CandidateFacts, pool: Pool) -> FactSignals:
        """Read what the signals need of a pool's works."""
        last: dict[str, int] = {}
        for expert, year in zip(texts(pool.works, "expert_id"), texts(pool.works, "year"), strict=True):
            if year and int(year) <= facts.as_of.year:
                last[expert] = max(int(year), last.get(expert, 0))
        return cls(facts=facts, last_year=last)

    def values(self, name: str, pairs: PairFacts, need: Ints, candidate: Ints) -> Floats:
        """Return a signal of pairs.

        Parameters
        ----------
        name : str
            One of :data:`NAMES`.
        pairs : PairFacts
            The candidates beside the needs.
        need, candidate : ndarray of int64, shape (pairs,)
            Positions.

        Returns
        -------
        ndarray of float64, shape (pairs,)
            In [0, 1].
        """
        if name != "place":
            return self._of_candidates[name][candidate]
        steps = pairs.nearness(need, candidate).data.astype(np.int64)
        return np.array(PLACE_STEPS)[steps]

    def told(self, name: str, pairs: PairFacts, need: int, candidate: int) -> str:
        """Say what a signal rests on, for people."""
        facts, key = self.facts, self.facts.text("id")[candidate]
        if name == "place":
            step = pairs.nearness(np.array([need]), np.array([candidate])).data[0]
            return f"{NEARNESS[int(step)]}：{facts.text('region')[candidate]}"
        if name == "record":
            ratings = facts.services.ratings.get(key, ())
            return f"{len(ratings)} 次评价" if ratings else "没有评价，按平均"
        if name == "load":
            busy = facts.column("open").data[candidate]
            return f"在办 {busy:g} 项，可承接 {facts.capacities[candidate]:g} 项"
        if name == "recency":
            year = self.last_year.get(key)
            return f"最近的成果在 {year} 年" if year else "没有注明年份的成果"
        age = facts.ages
        young = bool(age.known[candidate]) and age.data[candidate] < YOUNG
        words = [f"{YOUNG:g} 岁以下"] if young else []
        words += ["还没有服务过"] if not facts.services.served.get(key) else []
        return "、".join(words)

    @cached_property
    def _of_candidates(self) -> dict[str, Floats]:
        facts = self.facts
        ids = facts.text("id")
        every = [rating for key in sorted(facts.services.ratings) for rating in facts.services.ratings[key]]
        mean = sum(every) / len(every) if every else 0.5
        ratings = [facts.services.ratings.get(key, ()) for key in ids]
        record = [(sum(own) + PRIOR_RATINGS * mean) / (len(own) + PRIOR_RATINGS) for own in ratings]
        busy = facts.count(facts.services.open)
        capacities = facts.capacities
        load = np.divide(busy, capacities, out=np.ones(len(facts)), where=capacities > 0)
        since = [facts.as_of.year - self.last_year[key] if key in self.last_year else np.inf for key in ids]
        young = facts.ages.known & (facts.ages.data.astype(np.float64) < YOUNG)
        fresh = facts.count(facts.services.served) == 0
        return {
            "record": np.array(record, dtype=np.float64),
            "load": np.clip(1.0 - load, 0.0, 1.0),
            "recency": 0.5 ** (np.array(since, dtype=np.float64) / HALF_LIFE),
            "balance": 0.5 * young + 0.5 * fresh,
        }
