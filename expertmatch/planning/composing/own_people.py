"""The requester's own people (需求方人员): they stand on the list of their need beside those of the pool."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from expertmatch.graph.disciplines import own_tree
from expertmatch.scenarios import Scenario
from expertmatch.scenarios.columns import Ints, texts, words
from expertmatch.scenarios.conditions import Verdicts, all_hold
from expertmatch.scenarios.facts import CandidateFacts
from expertmatch.scenarios.grouping import Keys, keys_of
from expertmatch.scenarios.parts import Condition
from expertmatch.scenarios.people import People

_SEVERAL = "；;、"


@dataclass(frozen=True, eq=False, kw_only=True)
class OwnPeople:
    """The requester's own people of every need whose programme has a role for them, by need.

    Parameters
    ----------
    need : ndarray of int64, shape (people,)
        Whose they are.
    role : tuple of str
        What the role is called.
    people : People
        Who they are; of most nothing is known but name and unit.
    """

    need: Ints
    role: tuple[str, ...]
    people: People

    @classmethod
    def of(cls, needs: pd.DataFrame, scenarios: Sequence[Scenario | None], facts: CandidateFacts) -> OwnPeople:
        """Find them.

        Parameters
        ----------
        needs : DataFrame
            The needs.
        scenarios : sequence of Scenario or None
            That of each need.
        facts : CandidateFacts
            The day and the service record.

        Returns
        -------
        OwnPeople
        """
        columns = ("requester_people", "requester", "requester_parent", "need_id")
        need, role, rows = [], [], []
        for i, (people, unit, parent, key) in enumerate(zip(*(texts(needs, name) for name in columns), strict=True)):
            scenario = scenarios[i]
            label = "" if scenario is None else next((r.label for r in scenario.roles if r.come_from != "pool"), "")
            single = not any(mark in unit for mark in _SEVERAL)  # of several requesters it is not known whose they are
            for name in dict.fromkeys(words(people)) if label else ():
                need.append(i)
                role.append(label)
                rows.append(("expert", f"需求方：{key}：{name}", name, *((unit, parent) if single else ("", ""))))
        frame = pd.DataFrame(rows, columns=["kind", "id", "name", "unit", "unit_parent"], dtype=object)
        own = CandidateFacts(frame=frame, services=facts.services, as_of=facts.as_of, capacity=facts.capacity)
        people_of = People(facts=own, roles=tuple(role), own=np.ones(len(rows), dtype=bool))
        return cls(need=np.array(need, dtype=np.int64), role=tuple(role), people=people_of)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.need)

    @property
    def names(self) -> list[str]:
        """What they are called."""
        return self.people.facts.text("name")

    def count(self, needs: int) -> Ints:
        """Return how many each need has."""
        return np.bincount(self.need, minlength=needs)

    def keys(self, what: str) -> Keys:
        """Return what each belongs to, ``None`` where that is not known."""
        return keys_of(self.people, what, own_tree())

    def verdicts(self, conditions: Sequence[Condition]) -> Verdicts:
        """Hold conditions against them."""
        return all_hold(conditions, self.people.facts.column)
