"""Ranking: candidates per need, best first, with every part of the score."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from expertmatch.display import html_table, text_table
from expertmatch.errors import UnknownNameError
from expertmatch.index import ExpertIndex
from expertmatch.index.expert_index import FIELDS
from expertmatch.ranking.explain import Explanation, NeedView, explain_pair, view_need

SIGNALS = ("text",)
"""The signals there are; a column of a ranking each. With text alone its weight is 1."""

FRAME_COLUMNS = ("need_id", "rank", "candidate_id", "candidate_kind", "score", *SIGNALS, "expert_id")


@dataclass(frozen=True, kw_only=True, eq=False)
class Candidates:
    """Who can be recommended: the index and what people call its experts and works.

    Parameters
    ----------
    index : ExpertIndex
        Scores.
    names : dict of str to str
        Expert id to name and unit.
    titles : dict of str to str
        Work id to title.
    """

    index: ExpertIndex
    names: Mapping[str, str]
    titles: Mapping[str, str]


@dataclass(frozen=True, kw_only=True, eq=False)
class Ranking:
    """Candidates per need, best first.

    Parameters
    ----------
    frame : DataFrame
        need_id, rank (from 1), candidate_id, candidate_kind, score, a column per signal, expert_id; needs in the
        order they were given, candidates by score downwards, then by id.
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

    def explain(self, need_id: str, expert_id: str) -> Explanation:
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
        return self._explained(self._view(need_id), expert_id)

    def explanations(self) -> Iterator[Explanation]:
        """Explain every recommended pair, in the order of the frame.

        Yields
        ------
        Explanation
        """
        for need_id, pairs in self.frame.groupby("need_id", sort=False):
            view = self._view(str(need_id))
            for expert_id in pairs["expert_id"]:
                yield self._explained(view, expert_id)

    def why_not(self, need_id: str, expert_id: str) -> str:
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
        why = self.explain(need_id, expert_id)
        listed = self.frame[self.frame["need_id"] == why.need_id]
        own = listed[listed["expert_id"] == why.expert_id]
        if len(own):
            return f"{why.expert}已被推荐，排第 {int(own['rank'].iloc[0])} 位。{why.sentence}"
        if not self.candidates.index.usable[self._expert_place(expert_id)]:
            return f"{why.expert}没有可用的成果、研究方向或简介，无法按文字匹配；请补充后再试。"
        if why.score <= 0:
            return why.sentence
        last = listed.iloc[-1]
        return (
            f"{why.expert}得分 {why.score:.3f}，未进前 {len(listed)} 名；"
            f"第 {len(listed)} 名得分 {float(last['score']):.3f}。{why.sentence}"
        )

    def _view(self, need_id: str) -> NeedView:
        need_id = str(need_id)  # a number from a table of one's own
        rows = self.needs[self.needs["need_id"] == need_id]
        if rows.empty:
            raise UnknownNameError("需求编号", need_id, self.needs["need_id"])
        texts = {name: column[0] for name, column in need_columns(rows.iloc[[0]]).items()}
        return view_need(self.candidates.index, need_id, texts)

    def _explained(self, view: NeedView, expert_id: str) -> Explanation:
        place = self._expert_place(expert_id)
        known = self.candidates.index.rows.expert_ids[place]
        return explain_pair(
            self.candidates.index,
            view,
            expert=place,
            expert_name=self.candidates.names.get(known, known),
            titles=self.candidates.titles,
        )

    def _expert_place(self, expert_id: str) -> int:
        ids, expert_id = self.candidates.index.rows.expert_ids, str(expert_id)
        place = bisect_left(ids, expert_id)
        if place >= len(ids) or ids[place] != expert_id:
            raise UnknownNameError("专家编号", expert_id, ids)
        return place

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
             self.candidates.names.get(str(row.expert_id), str(row.expert_id)), f"{row.score:.3f}"]
            for row in self.frame.head(most).itertuples()
        ]  # fmt: skip
        return ("需求", "名称", "名次", "专家", "得分"), rows


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
    index = candidates.index
    vectors = index.vectors(need_columns(needs))
    scored = index.top(vectors, top)
    need_ids = needs["need_id"].to_numpy(dtype=object)
    expert_ids = np.array(index.rows.expert_ids, dtype=object)
    experts = expert_ids[scored.group]
    first = np.flatnonzero(np.r_[True, scored.need[1:] != scored.need[:-1]]) if len(scored.need) else np.array([], int)
    sizes = np.diff(np.r_[first, len(scored.need)])
    frame = pd.DataFrame(
        {
            "need_id": need_ids[scored.need],
            "rank": np.arange(len(scored.need)) - np.repeat(first, sizes) + 1,
            "candidate_id": experts,
            "candidate_kind": "expert",
            "score": scored.score,
            "text": scored.score,
            "expert_id": experts,
        },
        columns=list(FRAME_COLUMNS),
    )
    return Ranking(
        frame=frame,
        needs=needs.reset_index(drop=True),
        unmatched=_unmatched(needs, np.diff(vectors.indptr), set(frame["need_id"])),
        unusable=_unusable(candidates),
        candidates=candidates,
    )


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
