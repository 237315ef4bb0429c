"""Who can be recommended, and the one function that scores them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Literal, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from expertmatch.errors import SettingError
from expertmatch.index import ExpertIndex
from expertmatch.index.expert_index import FIELDS
from expertmatch.index.topk import Scored, joined
from expertmatch.ranking.eligibility import Gate, NeedGate
from expertmatch.ranking.explain import OtherPart
from expertmatch.ranking.fact_signals import NAMES as FACT_SIGNALS
from expertmatch.ranking.fact_signals import FactSignals
from expertmatch.ranking.graph_signals import GraphSignals
from expertmatch.ranking.signals import Floats, Ints, Totals, found_pairs, looked_up, pair_values, weighted_sum
from expertmatch.scenarios.facts import NeedFacts
from expertmatch.scenarios.pairs import PairFacts
from expertmatch.tables.pool import Pool

Kind = Literal["expert", "society"]
KINDS: tuple[Kind, ...] = ("expert", "society")
_SOCIETY = "society:"
_T = TypeVar("_T")
SIGNAL_LABELS = {
    "text": "文字", "discipline": "学科", "standing": "任职与职称", "place": "同地", "record": "服务评价",
    "load": "余力", "recency": "近年成果", "balance": "青年与新人",
}  # fmt: skip
"""What each signal is called."""
_BLOCK = 256
"""Needs whose discipline signals are held at a time."""
_NEEDS = 2048
"""Needs searched at a time, between two words of progress."""


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
class Asked:
    """Needs as everything that scores or judges them sees them.

    Parameters
    ----------
    frame : DataFrame
        The needs.
    vectors : csr_array of int16, shape (needs, terms)
        Their texts.
    mixture : csr_array, shape (needs, disciplines)
        Their disciplines; without columns where no signal or rule asks for them.
    facts : PairFacts or None
        What rules and signals can ask of them and of candidates.
    gate : NeedGate or None
        The rules of a scenario.
    """

    frame: pd.DataFrame
    vectors: sparse.csr_array
    mixture: sparse.csr_array
    facts: PairFacts | None
    gate: NeedGate | None


@dataclass(frozen=True, kw_only=True, eq=False)
class Candidates:
    """Who can be recommended: the index, what people call its rows, which signals count, which rules bind.

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
    graph : GraphSignals or None
        Discipline and standing signals; needed when their weights are above 0.
    facts : FactSignals or None
        The signals read from facts; needed when their weights are above 0.
    gate : Gate or None
        The rules of a scenario; without one, everybody may be recommended.
    pool : Pool
        The tables behind it, for what plans ask beyond scores.
    as_of : date or None
        The day they are read for.
    """

    index: ExpertIndex
    names: Mapping[str, str]
    titles: Mapping[str, str]
    kinds: tuple[Kind, ...] = ("expert",)
    signals: Mapping[str, float] = field(default_factory=lambda: {"text": 1.0})
    graph: GraphSignals | None = None
    facts: FactSignals | None = None
    gate: Gate | None = None
    pool: Pool = field(default_factory=Pool)
    as_of: date | None = None

    @cached_property
    def kind_and_id(self) -> list[tuple[Kind, str]]:
        """Kind and id of each candidate, in the order of the index."""
        if "society" not in self.kinds:
            return [("expert", key) for key in self.index.rows.expert_ids]
        return [
            ("society", key.removeprefix(_SOCIETY)) if key.startswith(_SOCIETY) else ("expert", key)
            for key in self.index.rows.expert_ids
        ]

    @cached_property
    def kinds_of(self) -> npt.NDArray[np.object_]:
        """Kind of each candidate."""
        return np.array([kind for kind, _ in self.kind_and_id], dtype=object)

    @cached_property
    def ids(self) -> npt.NDArray[np.object_]:
        """Id of each candidate."""
        return np.array([key for _, key in self.kind_and_id], dtype=object)

    @cached_property
    def unusable(self) -> tuple[tuple[str, str, str], ...]:
        """Id and name of listed candidates who cannot be found by text, and why."""
        silent = np.flatnonzero(~self.index.usable).tolist()
        with_rows = set(self.index.rows.group.tolist()) if silent else set()
        rows = []
        for i in silent:
            kind, key = self.kind_and_id[i]
            if kind in self.listed_kinds:
                why = "文字中没有可用的词" if i in with_rows else "没有成果、研究方向和简介"
                rows.append((key, self.names.get(candidate_key(kind, key), ""), why))
        return tuple(rows)

    @property
    def is_text_alone(self) -> bool:
        """Whether the text signal is the whole score and nobody is judged: then the index finds the best itself."""
        return self.gate is None and dict(self.signals) == {"text": 1.0}

    @property
    def listed_kinds(self) -> tuple[Kind, ...]:
        """The kinds that are recommended: those of the scenario among those of the index."""
        asked = self.kinds if self.gate is None else self.gate.scenario.candidates
        return tuple(kind for kind in self.kinds if kind in asked)

    def asked(self, needs: pd.DataFrame) -> Asked:
        """Read needs once for everything that scores or judges them.

        Parameters
        ----------
        needs : DataFrame
            title, text, keywords, disciplines and what rules ask for, as far as they are there.

        Returns
        -------
        Asked
        """
        mixture = sparse.csr_array((len(needs), 0)) if self.graph is None else self.graph.mixture(needs)
        codes = () if self.graph is None else self.graph.codes_of(mixture)
        facts = None
        if self.facts is not None:
            facts = PairFacts(candidates=self.facts.facts, needs=NeedFacts(frame=needs, codes=codes))
        return Asked(
            frame=needs,
            vectors=self.index.vectors(need_columns(needs)),
            mixture=mixture,
            facts=facts,
            gate=None if self.gate is None or facts is None else self.gate.needs(facts),
        )

    def totals(self, asked: Asked) -> Iterator[Totals]:
        """Yield the scores of all candidates with a text or discipline signal above 0, needs in order.

        Candidates whom rules about them alone refuse are left out; pairs refused for the need are marked.

        Parameters
        ----------
        asked : Asked
            The needs.

        Yields
        ------
        Totals
            Needs numbered over all.
        """
        size = len(self.index.rows.expert_ids)
        for start, text, discipline in self._found(asked):
            keys = found_pairs(text, discipline, size)
            if self.gate is not None:
                keys = keys[self.gate.mask[keys % size]]
            need, candidate = keys // size, keys % size
            parts: dict[str, Floats] = {}
            if text is not None:
                parts["text"] = looked_up(text.need * size + text.group, text.score, keys)
            if discipline is not None:
                parts["discipline"] = pair_values(discipline, need, candidate)
            need = need + start
            parts |= self._further(asked, need, candidate)
            score = weighted_sum(parts, self.signals, len(keys))
            yield self._judged(asked, Scored(need, candidate, score), parts)

    def best(self, asked: Asked, top: int) -> Iterator[Totals]:
        """Yield the best candidates of needs by text alone, needs in order.

        Parameters
        ----------
        asked : Asked
            The needs.
        top : int
            How many candidates a need gets at most.

        Yields
        ------
        Totals
            What :meth:`totals` gives of them, by rank; needs numbered over all.
        """
        for start in range(0, asked.vectors.shape[0], _NEEDS):
            need, group, score = self.index.top(asked.vectors[start : start + _NEEDS], top)
            yield self._judged(asked, Scored(need + start, group, score), {"text": score})

    def pairs(self, asked: Asked, need: Ints, candidate: Ints) -> Totals:
        """Return the scores of given pairs and their parts: the numbers that :meth:`totals` gives.

        Parameters
        ----------
        asked : Asked
            The needs.
        need, candidate : ndarray of int64, shape (pairs,)
            Positions.

        Returns
        -------
        Totals
            In the order of the pairs; 0 for those without a text or discipline signal.
        """
        parts: dict[str, Floats] = {}
        if "text" in self.signals:
            parts["text"] = self.index.pair_scores(asked.vectors, need, candidate)
        if "discipline" in self.signals:
            parts["discipline"] = pair_values(self._graph.walk.signal(asked.mixture), need, candidate)
        touched = np.zeros(len(need), dtype=bool)
        for values in parts.values():
            touched |= values > 0
        further = self._further(asked, need, candidate)
        parts |= {name: np.where(touched, values, 0.0) for name, values in further.items()}
        return self._judged(asked, Scored(need, candidate, weighted_sum(parts, self.signals, len(need))), parts)

    def others(self, asked: Asked, candidate: int, *, shares_text: bool) -> list[OtherPart]:
        """Return the parts of one need's signals that are not text, none where neither finder speaks for the pair.

        Parameters
        ----------
        asked : Asked
            One need.
        candidate : int
            Position of the candidate.
        shares_text : bool
            Whether the text signal is above 0.

        Returns
        -------
        list of OtherPart
            Weighted.
        """
        pair = np.zeros(1, dtype=np.int64), np.array([candidate])
        values: dict[str, Floats] = {}
        if "discipline" in self.signals:
            values["discipline"] = pair_values(self._graph.walk.signal(asked.mixture), *pair)
        if not shares_text and not any(value[0] > 0 for value in values.values()):
            return []
        values |= self._further(asked, *pair)
        rows: list[OtherPart] = []
        for name, weight in self.signals.items():
            value = 0.0 if name == "text" else float(values[name][0])
            if not value:
                continue
            if name in ("discipline", "standing"):
                split = self._graph.discipline_parts if name == "discipline" else self._graph.standing_parts
                rows += [
                    OtherPart(name, what, how, weight * part) for what, how, part in split(asked.mixture, candidate)
                ]
            else:
                told = self._facts.told(name, _there(asked.facts), 0, candidate)
                rows.append(OtherPart(name, SIGNAL_LABELS[name], told, weight * value))
        return rows

    def _found(self, asked: Asked) -> Iterator[tuple[int, Scored | None, sparse.csr_array | None]]:
        """Yield the first need of a block, its text signals and its discipline signals, needs numbered from there."""
        if "discipline" not in self.signals:
            for scored in self.index.scores(asked.vectors):
                yield 0, scored, None
            return
        for start in range(0, len(asked.frame), _BLOCK):
            part = slice(start, start + _BLOCK)
            text = joined(self.index.scores(asked.vectors[part])) if "text" in self.signals else None
            yield start, text, self._graph.walk.signal(asked.mixture[part])

    def _further(self, asked: Asked, need: Ints, candidate: Ints) -> dict[str, Floats]:
        """Return the signals that find nobody but count for those found."""
        found: dict[str, Floats] = {}
        if "standing" in self.signals:
            found["standing"] = self._graph.standing.of_pairs(asked.mixture, need, candidate)
        for name in FACT_SIGNALS:
            if name in self.signals:
                found[name] = self._facts.values(name, _there(asked.facts), need, candidate)
        return found

    def _judged(self, asked: Asked, scored: Scored, parts: dict[str, Floats]) -> Totals:
        pairs = len(scored.need)
        if asked.gate is None:
            zeros = np.zeros(pairs, dtype=np.int64)
            return Totals(scored=scored, parts=parts, allowed=np.ones(pairs, dtype=bool), role=zeros, why=zeros)
        role, why = asked.gate.judged(scored.need, scored.group)
        return Totals(scored=scored, parts=parts, allowed=why == 0, role=role, why=why)

    @property
    def _graph(self) -> GraphSignals:
        return _there(self.graph)

    @property
    def _facts(self) -> FactSignals:
        return _there(self.facts)


def _there(part: _T | None) -> _T:
    if part is None:  # a matcher always gives what a signal with weight needs
        message = "a signal without its source"
        raise ValueError(message)
    return part


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
