"""Ranking: candidates per need, best first, with every part of the score."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from scipy import sparse

from expertmatch.display import html_table, text_table
from expertmatch.errors import UnknownNameError
from expertmatch.index.topk import Scored, joined, top_places
from expertmatch.ranking.candidates import Candidates, candidate_key, need_columns
from expertmatch.ranking.explain import Explanation, NeedView, OtherPart, explain_pair, view_need
from expertmatch.ranking.signals import Totals


@dataclass(frozen=True, kw_only=True, eq=False)
class _View:
    need: NeedView
    frame: pd.DataFrame
    mixture: sparse.csr_array | None


@dataclass(frozen=True, kw_only=True, eq=False)
class Ranking:
    """Candidates per need, best first.

    Parameters
    ----------
    frame : DataFrame
        need_id, rank (from 1), candidate_id, candidate_kind (expert or society), score, a column per signal that
        counts, and expert_id where all candidates are experts; needs in the order they were given, candidates by
        score downwards, then by id.
    needs : DataFrame
        The needs, columns need_id, title, text, keywords and what else was read.
    unmatched : DataFrame
        need_id, title, reason: needs without any candidate.
    unusable : DataFrame
        expert_id, name, reason: experts who cannot be found by text.
    candidates : Candidates
        What the ranking was made from.

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
        return self._explained(self._view(need_id), self._place_of(candidate_id))

    def explanations(self) -> Iterator[Explanation]:
        """Explain every recommended pair, in the order of the frame.

        Yields
        ------
        Explanation
        """
        for need_id, pairs in self.frame.groupby("need_id", sort=False):
            view = self._view(str(need_id))
            for kind, key in zip(pairs["candidate_kind"], pairs["candidate_id"], strict=True):
                yield self._explained(view, self._places[candidate_key(kind, key)])

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
        why = self.explain(need_id, candidate_id)
        place = self._place_of(candidate_id)
        kind, key = self.candidates.kind_and_id[place]
        listed = self.frame[self.frame["need_id"] == why.need_id]
        own = listed[(listed["candidate_id"] == key) & (listed["candidate_kind"] == kind)]
        if len(own):
            return f"{why.candidate}已被推荐，排第 {int(own['rank'].iloc[0])} 位。{why.sentence}"
        if not self.candidates.index.usable[place] and why.score <= 0:
            return f"{why.candidate}没有可用的成果、研究方向或简介，无法按文字匹配；请补充后再试。"
        if why.score <= 0:
            return why.sentence
        last = listed.iloc[-1]
        return (
            f"{why.candidate}得分 {why.score:.3f}，未进前 {len(listed)} 名；"
            f"第 {len(listed)} 名得分 {float(last['score']):.3f}。{why.sentence}"
        )

    def _view(self, need_id: str) -> _View:
        need_id = str(need_id)  # a number from a table of one's own
        rows = self.needs[self.needs["need_id"] == need_id]
        if rows.empty:
            raise UnknownNameError("需求编号", need_id, self.needs["need_id"])
        texts = {name: column[0] for name, column in need_columns(rows.iloc[[0]]).items()}
        need = view_need(self.candidates.index, need_id, texts)
        return _View(need=need, frame=rows.iloc[[0]], mixture=self.candidates.mixture(rows.iloc[[0]]))

    def _explained(self, view: _View, place: int) -> Explanation:
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
            others=self._others(view, place),
        )

    def _others(self, view: _View, place: int) -> list[OtherPart]:
        """Return the parts of the other signals, none where neither text nor discipline speaks for the candidate."""
        candidates, graph = self.candidates, self.candidates.place
        if graph is None or view.mixture is None:
            return []
        weights, parts = candidates.signals, list[OtherPart]()
        if "discipline" in weights:
            found = graph.discipline_parts(view.mixture, place)
            parts += [OtherPart("discipline", what, how, weights["discipline"] * part) for what, how, part in found]
        score, _ = candidates.pairs(view.frame, np.zeros(1, dtype=np.int64), np.array([place]))
        if "standing" in weights and score[0] > 0:
            held = graph.standing_parts(view.mixture, place)
            parts += [OtherPart("standing", what, how, weights["standing"] * part) for what, how, part in held]
        return parts

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
        from html import escape

        return f"<p>{escape(repr(self)[1:-1])}</p>{html_table(*self._table())}"

    def _table(self, most: int = 10) -> tuple[tuple[str, ...], list[list[str]]]:
        titles = dict(zip(self.needs["need_id"], self.needs["title"], strict=True))
        rows = [
            [str(row.need_id), titles.get(row.need_id, ""), str(row.rank),
             self.candidates.names.get(candidate_key(str(row.candidate_kind), str(row.candidate_id)),
                                       str(row.candidate_id)), f"{row.score:.3f}"]
            for row in self.frame.head(most).itertuples()
        ]  # fmt: skip
        return ("需求", "名称", "名次", "专家", "得分"), rows


def rank_needs(candidates: Candidates, needs: pd.DataFrame, *, top: int) -> Ranking:
    """Rank experts for every need.

    Parameters
    ----------
    candidates : Candidates
        Who can be recommended.
    needs : DataFrame
        need_id, title, text, keywords.
    top : int
        How many experts a need gets at most.

    Returns
    -------
    Ranking
    """
    best = [_best(found, top) for found in candidates.totals(needs)]
    scored = joined(found.scored for found in best)
    need_ids = needs["need_id"].to_numpy(dtype=object)
    named = candidates.kind_and_id
    ids = np.array([key for _, key in named], dtype=object)[scored.group]
    first = np.flatnonzero(np.r_[True, scored.need[1:] != scored.need[:-1]]) if len(scored.need) else np.array([], int)
    sizes = np.diff(np.r_[first, len(scored.need)])
    frame = pd.DataFrame(
        {
            "need_id": need_ids[scored.need],
            "rank": np.arange(len(scored.need)) - np.repeat(first, sizes) + 1,
            "candidate_id": ids,
            "candidate_kind": np.array([kind for kind, _ in named], dtype=object)[scored.group],
            "score": scored.score,
            **{
                name: np.concatenate([found.parts[name] for found in best]) if best else np.empty(0)
                for name in candidates.signals
            },
        }
    )
    if candidates.kinds == ("expert",):
        frame["expert_id"] = ids
    has_terms = np.diff(candidates.index.vectors(need_columns(needs)).indptr)
    return Ranking(
        frame=frame,
        needs=needs.reset_index(drop=True),
        unmatched=_unmatched(needs, has_terms, set(frame["need_id"])),
        unusable=_unusable(candidates),
        candidates=candidates,
    )


def _best(found: Totals, top: int) -> Totals:
    """Cut to the best of each need; the parts go along."""
    kept = top_places(found.scored, top)
    need, group, score = found.scored
    parts = {name: values[kept] for name, values in found.parts.items()}
    return Totals(scored=Scored(need[kept], group[kept], score[kept]), parts=parts)


def _unmatched(needs: pd.DataFrame, terms: np.ndarray, matched: set[str]) -> pd.DataFrame:
    rows = []
    texts = need_columns(needs)
    for i, need_id in enumerate(needs["need_id"]):
        if need_id in matched:
            continue
        if not any(column[i].strip() for column in texts.values()):
            reason = "需求没有文字，请补充名称或内容"
        elif not terms[i]:
            reason = "需求的用词在专家库中都没有出现过"
        else:
            reason = "没有专家的成果与需求有共同的用词"
        rows.append((need_id, texts["title"][i], reason))
    return pd.DataFrame(rows, columns=["need_id", "title", "reason"])


def _unusable(candidates: Candidates) -> pd.DataFrame:
    index = candidates.index
    has_rows = np.zeros(len(index.rows.expert_ids), dtype=bool)
    has_rows[index.rows.group] = True
    rows = [
        (
            expert,
            candidates.names.get(expert, ""),
            "没有成果、研究方向和简介" if not has_rows[i] else "文字中没有可用的词",
        )
        for i, expert in enumerate(index.rows.expert_ids)
        if not index.usable[i]
    ]
    return pd.DataFrame(rows, columns=["expert_id", "name", "reason"])
