"""Ranking: candidates per need, best first, with every part of the score."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby

import pandas as pd

from expertmatch.display import html_table, text_table
from expertmatch.errors import UnknownNameError
from expertmatch.ranking.candidates import Asked, Candidates, candidate_key, need_columns
from expertmatch.ranking.eligibility import Finding
from expertmatch.ranking.explain import Explanation, NeedView, explain_pair, view_need

EXCLUDED = (
    "need_id", "scenario", "candidate_kind", "candidate_id", "name", "outcome", "rule", "label", "detail", "source",
)  # fmt: skip
PASSED_OVER = ("need_id", "scenario", "label", "count")
ANSWERS = ("need_id", "answered", "p_best", "missing", "sentence")
_KEPT_REASONS = 20_000
"""Explanations that a ranking keeps once they are made: workbook and page both ask for all of them."""
_FIRST = 3
HINTS = ("need_id", "candidate_kind", "candidate_id", "label", "detail", "source")


@dataclass(frozen=True, kw_only=True, eq=False)
class _View:
    need: NeedView
    frame: pd.DataFrame
    candidates: Candidates

    @cached_property
    def asked(self) -> Asked:
        return self.candidates.asked(self.frame)


@dataclass(frozen=True, kw_only=True, eq=False)
class Ranking:
    """Candidates per need, best first.

    Parameters
    ----------
    frame : DataFrame
        need_id, rank (from 1), candidate_id, candidate_kind (expert or society), score, probability (that a judge
        would call the match suitable; NaN where judgments have not calibrated it), a column per signal that counts,
        and expert_id where all candidates are experts; with a scenario also scenario and role (the first
        that the candidate can take). Needs in the order they were given, candidates by score downwards, then by id.
    needs : DataFrame
        The needs, columns need_id, title, text, keywords and what else was read.
    unmatched : DataFrame
        need_id, title, reason: needs without any candidate.
    unusable : DataFrame
        expert_id, name, reason: experts who cannot be found by text.
    candidates : Candidates
        What the ranking was made from.
    excluded : DataFrame
        need_id (empty where the rule does not depend on it), scenario, candidate_kind, candidate_id, name, outcome
        (excluded, or ask: held back until somebody asks), rule, label, detail, source: whom a rule or recusal keeps
        out; of those kept out for a need, who would have been among its first.
    passed_over : DataFrame
        need_id, scenario, label, count: how many more were kept out for a need, not among its first anyway.
    hints : DataFrame
        need_id, candidate_kind, candidate_id, label, detail, source: what to look at before one signs.
    answers : DataFrame
        need_id, answered, p_best, missing, sentence: whether anybody suits, where judgments have calibrated the
        scores; else without rows.
    parts : tuple of Ranking
        The rankings of single scenarios it was put together from, if any.

    Examples
    --------
    >>> import expertmatch as em
    >>> pool = em.read_pool(works=pd.DataFrame({"expert_id": ["E2", "E1"], "title": ["混凝土裂缝", "猕猴桃溃疡病"]}))
    >>> ranking = em.Matcher().fit(pool).rank(["猕猴桃树溃疡病", "量子通信"], top=3)
    >>> ranking.frame[["need_id", "rank", "expert_id"]].to_numpy().tolist()
    [['N001', 1, 'E1']]
    >>> ranking.unmatched["need_id"].tolist()
    ['N002']
    """

    frame: pd.DataFrame
    needs: pd.DataFrame
    unmatched: pd.DataFrame
    unusable: pd.DataFrame
    candidates: Candidates
    excluded: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(EXCLUDED)))
    passed_over: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(PASSED_OVER)))
    hints: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(HINTS)))
    answers: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(ANSWERS)))
    parts: tuple[Ranking, ...] = ()

    def explain(self, need_id: str, candidate_id: str) -> Explanation:
        """Take the score of a pair apart, whether it is in the ranking or not.

        Parameters
        ----------
        need_id : str
            A need of this ranking.
        expert_id : str
            An expert of the pool.

        Returns
        -------
        Explanation

        Raises
        ------
        UnknownNameError
            No such need or expert; names the nearest.
        """
        part = self._part(need_id)
        return part._explained(part._view(need_id), part._place_of(candidate_id))

    def explanations(self) -> Iterator[Explanation]:
        """Explain every recommended pair, in the order of the frame.

        Yields
        ------
        Explanation
        """
        yield from self._reasons if len(self.frame) <= _KEPT_REASONS else self._each_reason()

    @cached_property
    def _reasons(self) -> tuple[Explanation, ...]:
        return tuple(self._each_reason())

    def _each_reason(self) -> Iterator[Explanation]:
        pairs = self.frame[["need_id", "candidate_kind", "candidate_id"]]
        yield from self.explain_pairs(pairs.itertuples(index=False, name=None))

    def explain_pairs(self, pairs: Iterable[tuple[str, str, str]]) -> Iterator[Explanation]:
        """Explain pairs, recommended or not; those of a need are best given together.

        Parameters
        ----------
        pairs : iterable of (need_id, candidate_kind, candidate_id)
            As in the frame.

        Yields
        ------
        Explanation
        """
        for need_id, own in groupby(pairs, key=lambda pair: str(pair[0])):
            part = self._part(need_id)
            view = part._view(need_id)
            for _, kind, key in own:
                yield part._explained(view, part._places[candidate_key(kind, key)])

    def remarks(self, pairs: Iterable[tuple[str, str, str]]) -> Iterator[tuple[str, ...]]:
        """Say what rules remark about pairs without refusing them, recommended or not.

        Parameters
        ----------
        pairs : iterable of (need_id, candidate_kind, candidate_id)
            As in the frame.

        Yields
        ------
        tuple of str
            What to look at before one signs; empty for most.
        """
        for need_id, own in groupby(pairs, key=lambda pair: str(pair[0])):
            part = self._part(need_id)
            gate = part._view(need_id).asked.gate
            for _, kind, key in own:
                found = [] if gate is None else gate.findings(0, part._places[candidate_key(kind, key)])
                yield tuple(f"{one.label}（{one.detail}）" for one in found if one.outcome == "hint")

    def why_not(self, need_id: str, candidate_id: str) -> str:
        """Say why an expert is not among the recommended of a need, or at which rank they are.

        Parameters
        ----------
        need_id : str
            A need of this ranking.
        expert_id : str
            An expert of the pool.

        Returns
        -------
        str
            A Chinese sentence.

        Raises
        ------
        UnknownNameError
            No such need or expert; names the nearest.
        """
        if self.parts:
            return self._part(need_id).why_not(need_id, candidate_id)
        view, place = self._view(need_id), self._place_of(candidate_id)
        why = self._explained(view, place)
        kind, key = self.candidates.kind_and_id[place]
        found = [] if view.asked.gate is None else view.asked.gate.findings(0, place)
        refused = "；".join(_in_words(one) for one in found if one.outcome != "hint")
        if refused:
            return f"{why.candidate}不在推荐之列：{refused}。"
        listed = self.frame[self.frame["need_id"] == why.need_id]
        own = listed[(listed["candidate_id"] == key) & (listed["candidate_kind"] == kind)]
        if len(own):
            hints = "".join(f"请留意：{_in_words(one)}。" for one in found)
            return f"{why.candidate}已被推荐，排第 {int(own['rank'].iloc[0])} 位。{why.sentence}{hints}"
        if not self.candidates.index.usable[place] and why.score <= 0:
            return f"{why.candidate}没有可用的成果、研究方向或简介，无法按文字匹配；请补充后再试。"
        if why.score <= 0:
            return why.sentence
        last = listed.iloc[-1]
        return (
            f"{why.candidate}得分 {why.score:.3f}，未进前 {len(listed)} 名；"
            f"第 {len(listed)} 名得分 {float(last['score']):.3f}。{why.sentence}"
        )

    def _part(self, need_id: str) -> Ranking:
        """Return the ranking of the scenario that a need was ranked by."""
        if not self.parts:
            return self
        for part in self.parts:
            if str(need_id) in part._need_ids:
                return part
        raise UnknownNameError("需求编号", str(need_id), self.needs["need_id"])

    @cached_property
    def _need_ids(self) -> frozenset[str]:
        return frozenset(self.needs["need_id"])

    def _view(self, need_id: str) -> _View:
        need_id = str(need_id)  # a number from a table of one's own
        rows = self.needs[self.needs["need_id"] == need_id]
        if rows.empty:
            raise UnknownNameError("需求编号", need_id, self.needs["need_id"])
        texts = {name: column[0] for name, column in need_columns(rows.iloc[[0]]).items()}
        need = view_need(self.candidates.index, need_id, texts)
        return _View(need=need, frame=rows.iloc[[0]].reset_index(drop=True), candidates=self.candidates)

    def _explained(self, view: _View, place: int, *, text_only: bool = False) -> Explanation:
        candidates = self.candidates
        key = candidates.index.rows.expert_ids[place]
        return explain_pair(
            candidates.index,
            view.need,
            candidate=place,
            candidate_id=candidates.kind_and_id[place][1],
            name=candidates.names.get(key, key),
            titles=candidates.titles,
            weight=candidates.signals.get("text", 0.0),
            others=None
            if text_only or candidates.signals.keys() == {"text"}
            else lambda shares_text: candidates.others(view.asked, place, shares_text=shares_text),
        )

    def _place_of(self, candidate_id: str) -> int:
        """Return the position of a candidate by id; where an expert and a society share an id, the expert."""
        for kind in self.candidates.kinds:
            place = self._places.get(candidate_key(kind, str(candidate_id)))
            if place is not None:
                return place
        names = {"expert": "专家编号", "society": "学会编号"}
        what = "候选编号" if len(self.candidates.kinds) > 1 else names[self.candidates.kinds[0]]
        raise UnknownNameError(what, str(candidate_id), [key for _, key in self.candidates.kind_and_id])

    @cached_property
    def _places(self) -> dict[str, int]:
        return {key: i for i, key in enumerate(self.candidates.index.rows.expert_ids)}

    def __len__(self) -> int:
        """Return the number of recommended pairs."""
        return len(self.frame)

    def __repr__(self) -> str:
        """Return one line: how many needs, pairs and needs without a candidate."""
        return f"<推荐：{len(self.needs)} 条需求，{len(self.frame)} 对推荐，{len(self.unmatched)} 条没有候选>"

    def __str__(self) -> str:
        """Return the line and the first pairs as a table."""
        return f"{self!r}\n{text_table(*self._table())}"

    def _repr_html_(self) -> str:
        return html_table(*self._table(), caption=repr(self)[1:-1])

    def _table(self, most: int = 10) -> tuple[tuple[str, ...], list[list[str]]]:
        """Return the candidates of one need, or the first three of every one of several."""
        titles = dict(zip(self.needs["need_id"], self.needs["title"], strict=True))
        who = "专家" if "expert_id" in self.frame else "候选"
        if len(self.needs) > 1:
            rows = []
            for need in self.needs["need_id"].head(most):
                own = self.frame[self.frame["need_id"] == need].head(_FIRST)
                told = "；".join(f"{name} {score:.3f}" for name, score in self._named(own)) or "（没有候选）"
                rows.append([str(need), str(titles[need]), told])
            rest = len(self.needs) - len(rows)
            return ("需求", "名称", f"前 {_FIRST} 名{who}与得分"), [
                *rows,
                *([["…", f"另有 {rest} 条", ""]] if rest else []),
            ]
        rows = [
            [str(row.need_id), titles.get(row.need_id, ""), str(row.rank), name, f"{score:.3f}"]
            for row, (name, score) in zip(self.frame.head(most).itertuples(), self._named(self.frame), strict=False)
        ]
        rest = len(self.frame) - len(rows)
        rows += [["…", f"另有 {rest} 名", "", "", ""]] if rest else []
        return ("需求", "名称", "名次", who, "得分"), rows

    def _named(self, pairs: pd.DataFrame) -> list[tuple[str, float]]:
        columns = (pairs[c] for c in ("candidate_kind", "candidate_id", "score"))
        return [(self.name_of(str(kind), str(key)), float(score)) for kind, key, score in zip(*columns, strict=True)]

    def name_of(self, kind: str, candidate_id: str) -> str:
        """Return what a candidate is called: name and unit.

        Parameters
        ----------
        kind, candidate_id : str
            As in the frame.

        Returns
        -------
        str
            The id where there is no name.
        """
        return self.candidates.names.get(candidate_key(kind, candidate_id), candidate_id)


def _in_words(found: Finding) -> str:
    detail = f"（{found.detail}）" if found.detail else ""
    ask = "，请先核实" if found.outcome == "ask" else ""
    source = f"，依据：{found.source}" if found.source else ""
    return f"{found.label}{detail}{ask}{source}"
