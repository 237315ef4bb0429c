"""Who can be recommended, and the one function that scores them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np
import pandas as pd
from scipy import sparse

from expertmatch.errors import SettingError
from expertmatch.index import ExpertIndex
from expertmatch.index.expert_index import FIELDS
from expertmatch.index.topk import Scored, joined
from expertmatch.ranking.place import Place
from expertmatch.ranking.signals import Floats, Ints, Totals, pair_values, total

Kind = Literal["expert", "society"]
KINDS: tuple[Kind, ...] = ("expert", "society")
_SOCIETY = "society:"
_BLOCK = 256
"""Needs whose discipline signals are held at a time."""


def checked_kinds(kinds: str | Sequence[str]) -> tuple[Kind, ...]:
    """Return which kinds of candidates are asked for.

    Parameters
    ----------
    kinds : "expert", "society" or a sequence of them
        As given.

    Returns
    -------
    tuple of str
        In the order of :data:`KINDS`.

    Raises
    ------
    SettingError
        None, or a kind that does not exist.

    Examples
    --------
    >>> checked_kinds(("society", "expert"))
    ('expert', 'society')
    """
    given = (kinds,) if isinstance(kinds, str) else tuple(kinds)
    if not given or any(kind not in KINDS for kind in given):
        raise SettingError("candidates", kinds, "expert、society，或两者 ('expert', 'society')")
    return tuple(kind for kind in KINDS if kind in given)


def candidate_key(kind: str, key: str) -> str:
    """Return what a candidate is called in the index: an expert by the id, a society with ``society:`` before it."""
    return key if kind == "expert" else f"{_SOCIETY}{key}"


@dataclass(frozen=True, kw_only=True, eq=False)
class Candidates:
    """Who can be recommended: the index, what people call its rows, and which signals count.

    Parameters
    ----------
    index : ExpertIndex
        Text signals; its groups are the candidates.
    names : dict of str to str
        Candidate key to name and unit.
    titles : dict of str to str
        Work id to title.
    kinds : tuple of {"expert", "society"}, default ("expert",)
        Which kinds there are.
    signals : dict of str to float
        Weight of each signal that counts, in their fixed order.
    place : Place or None
        Discipline and standing signals; needed when their weights are above 0.
    """

    index: ExpertIndex
    names: Mapping[str, str]
    titles: Mapping[str, str]
    kinds: tuple[Kind, ...] = ("expert",)
    signals: Mapping[str, float] = field(default_factory=lambda: {"text": 1.0})
    place: Place | None = None

    @cached_property
    def kind_and_id(self) -> list[tuple[Kind, str]]:
        """Kind and id of each candidate, in the order of the index."""
        if "society" not in self.kinds:
            return [("expert", key) for key in self.index.rows.expert_ids]
        return [
            ("society", key.removeprefix(_SOCIETY)) if key.startswith(_SOCIETY) else ("expert", key)
            for key in self.index.rows.expert_ids
        ]

    def mixture(self, needs: pd.DataFrame) -> sparse.csr_array | None:
        """Return the disciplines of needs where a signal asks for them."""
        return None if self.place is None else self.place.mixture(needs)

    def totals(self, needs: pd.DataFrame) -> Iterator[Totals]:
        """Yield the scores of all candidates with a text or discipline signal above 0, needs in order.

        Parameters
        ----------
        needs : DataFrame
            title, text, keywords, disciplines, as far as they are there.

        Yields
        ------
        Totals
            Needs numbered over all.
        """
        vectors = self.index.vectors(need_columns(needs))
        size = len(self.index.rows.expert_ids)
        mixture = self.mixture(needs)
        if mixture is None:
            for scored in self.index.scores(vectors):
                yield total(scored, None, None, None, self.signals, size)
            return
        place = self._place
        for start in range(0, len(needs), _BLOCK):
            part = slice(start, start + _BLOCK)
            text = joined(self.index.scores(vectors[part])) if "text" in self.signals else joined([])
            discipline = place.walk.signal(mixture[part]) if "discipline" in self.signals else None
            found = total(text, discipline, place.standing, mixture[part], self.signals, size)
            need, group, score = found.scored
            yield Totals(scored=Scored(need + start, group, score), parts=found.parts)

    def pairs(self, needs: pd.DataFrame, need: Ints, candidate: Ints) -> tuple[Floats, dict[str, Floats]]:
        """Return the scores of given pairs and their parts: the numbers that :meth:`totals` gives.

        Parameters
        ----------
        needs : DataFrame
            As for :meth:`totals`.
        need, candidate : ndarray of int64, shape (pairs,)
            Positions.

        Returns
        -------
        ndarray of float64, dict of str to ndarray of float64
            0 for pairs without a text or discipline signal.
        """
        parts: dict[str, Floats] = {}
        mixture = self.mixture(needs)
        if "text" in self.signals:
            parts["text"] = self.index.pair_scores(self.index.vectors(need_columns(needs)), need, candidate)
        if mixture is not None and "discipline" in self.signals:
            parts["discipline"] = pair_values(self._place.walk.signal(mixture), need, candidate)
        touched = np.zeros(len(need), dtype=bool)
        for values in parts.values():
            touched |= values > 0
        if mixture is not None and "standing" in self.signals:
            parts["standing"] = np.where(touched, self._place.standing.of_pairs(mixture, need, candidate), 0.0)
        score = np.zeros(len(need))
        for name, values in parts.items():
            score += self.signals[name] * values
        return score, parts

    @property
    def _place(self) -> Place:
        if self.place is None:  # a matcher always gives one when a signal needs it
            message = "no place"
            raise ValueError(message)
        return self.place


def need_columns(needs: pd.DataFrame) -> dict[str, list[str]]:
    """Return the texts of needs by field, empty where a column is missing.

    Parameters
    ----------
    needs : DataFrame
        Columns title, text, keywords, each optional.

    Returns
    -------
    dict of str to list of str
    """
    return {
        name: ["" if pd.isna(text) else str(text) for text in needs[name]] if name in needs else [""] * len(needs)
        for name in FIELDS
    }
