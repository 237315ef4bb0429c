"""The reasons for a score, read from the parts the score is the sum of."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from expertmatch.display import html_table, text_table
from expertmatch.index import ExpertIndex
from expertmatch.index.topk import BEST_ROWS, SCALE, row_discounts
from expertmatch.text import CHARACTER_MARK, normalise
from expertmatch.text.words import everyday_words

PROFILE = "（研究方向与简介）"
"""What a profile row is called in place of a work's title."""

LOOSE = "（零散的字）"
"""Piece of single characters that need and work share, but no longer text around them."""

_ENOUGH = 2
"""Shared pieces from which a match is not thin."""
_CHANCE = 2
"""Characters in a row that two texts may share by chance."""

_WORD_RUN = re.compile(r"[^\W_]+")


class TermPart(NamedTuple):
    """One shared term in one work: the smallest part of a score.

    Parameters
    ----------
    work_id, work : str
        The work and its title; for the profile an empty id and a name in brackets.
    work_rank : int
        1 for the expert's best work.
    term, kind : str
        The term, and whether it is a ``word``, a ``characters`` or a ``synonym`` of what the need says.
    need_term : str
        The need's own word where a synonym matched, else empty.
    piece : str
        The longest piece of text that need and work share around the term; for a synonym both words.
    contribution : float
        Part of the score.
    """

    work_id: str
    work: str
    work_rank: int
    term: str
    kind: str
    need_term: str
    piece: str
    contribution: float


class OtherPart(NamedTuple):
    """A part of a score that is not text.

    Parameters
    ----------
    signal : str
        ``discipline`` or ``standing``.
    what : str
        The discipline, the office, the title level.
    how : str
        The strongest path through the graph, if it is a discipline.
    contribution : float
        Part of the score.
    """

    signal: str
    what: str
    how: str
    contribution: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Explanation:
    """Why an expert has a score for a need: parts that add up to it.

    Parameters
    ----------
    need_id, candidate_id : str
        The pair.
    need, candidate : str
        What to call them: the need's title, the candidate's name and unit.
    score : float
        The score: the weighted sum of the signals.
    entries : tuple of TermPart
        What the text signal consists of, by work, best first.
    others : tuple of OtherPart
        What the other signals consist of; with ``entries`` the contributions add up to ``score``.

    Examples
    --------
    >>> import expertmatch as em
    >>> matcher = em.Matcher().fit(em.read_pool(works=pd.DataFrame(
    ...     {"expert_id": ["E1"], "title": ["猕猴桃溃疡病防治技术"]})))
    >>> why = matcher.rank("猕猴桃溃疡病怎么防").explain("N001", "E1")
    >>> why.pieces["piece"].tolist()
    ['猕猴桃溃疡病']
    """

    need_id: str
    candidate_id: str
    need: str
    candidate: str
    score: float
    entries: tuple[TermPart, ...]
    others: tuple[OtherPart, ...] = ()

    @property
    def terms(self) -> pd.DataFrame:
        """One row a work and shared term: the fields of :class:`TermPart`."""
        return pd.DataFrame(self.entries, columns=list(TermPart._fields))

    @property
    def pieces(self) -> pd.DataFrame:
        """Contributions by shared piece of text, largest first: piece, contribution, share."""
        return self._table("piece")

    @property
    def works(self) -> pd.DataFrame:
        """Contributions by work, largest first: work_id, work, contribution, share."""
        return self._table("work_id", "work")

    @property
    def parts(self) -> pd.DataFrame:
        """Contributions by work and shared piece, largest first: work_id, work, piece, contribution, share."""
        return self._table("work_id", "work", "piece")

    def summed(self, *by: str) -> list[tuple[Any, ...]]:
        """Add up contributions.

        Parameters
        ----------
        *by : str
            Fields of :class:`TermPart`.

        Returns
        -------
        list of tuple
            The fields, their contribution and its share of the score; largest first, then by the fields.
        """
        places = [TermPart._fields.index(name) for name in by]
        sums: dict[tuple[Any, ...], float] = {}
        for entry in self.entries:
            key = tuple(entry[place] for place in places)
            sums[key] = sums.get(key, 0.0) + entry.contribution
        rows = sorted(sums.items(), key=lambda item: (-item[1], item[0]))
        return [(*key, part, part / self.score) for key, part in rows]

    @property
    def places(self) -> pd.DataFrame:
        """The parts that are not text: the fields of :class:`OtherPart`."""
        return pd.DataFrame(self.others, columns=list(OtherPart._fields))

    def _table(self, *by: str) -> pd.DataFrame:
        return pd.DataFrame(self.summed(*by), columns=[*by, "contribution", "share"])

    @property
    def thin(self) -> bool:
        """Whether need and work share fewer than two pieces of text: chance may have brought them together.

        A piece counts when a word that is not of everyday speech stands in it, or three characters in a row; two
        neighbours that segmentation cut from different words do not. On the judged pairs of the sample, 17 % of thin
        recommendations are suitable, of the others 57 %.
        """
        telling = {entry.piece for entry in self.entries if entry.kind != "characters" and _tells(entry.term)}
        long = {entry.piece for entry in self.entries if len(entry.piece) > _CHANCE and _tells(entry.piece)}
        return len((telling | long) - {LOOSE}) < _ENOUGH

    @property
    def sentence(self) -> str:
        """The reason in one Chinese sentence."""
        if self.score <= 0:
            return f"{self.candidate}的成果和简介与需求“{self.need}”没有共同的用词，得分为 0。"
        place = "".join(f"；{part.what}：{part.how}" if part.how else "" for part in self.others[:1])
        if not self.entries:
            return f"{self.candidate}与需求“{self.need}”没有共同的用词{place}；得分 {self.score:.3f}。"
        works = self.summed("work_id", "work")
        pieces = [row for row in self.summed("piece") if row[0] != LOOSE] or self.summed("piece")
        named = "".join(f"“{piece}”" for piece, *_ in pieces[:4])
        titles = "、".join(_quoted(title) for _, title, *_ in works[:2])
        more = f"等 {len(works)} 项" if len(works) > 2 else ""
        lead, _, share = pieces[0]
        if lead == LOOSE:
            return (
                f"{self.candidate}：{titles}{more}与需求“{self.need}”只有零散的字相同{place}；得分 {self.score:.3f}。"
            )
        biggest = f"，其中“{lead}”占 {share:.0%}" if len(pieces) > 1 else ""
        return (
            f"{self.candidate}：{titles}{more}与需求“{self.need}”都谈到{named}{place}；得分 {self.score:.3f}{biggest}。"
        )

    def __str__(self) -> str:
        """Return the sentence and a table of the largest parts."""
        if not self.entries and not self.others:
            return self.sentence
        return f"{self.sentence}\n\n{text_table(*self._shown())}"

    def _repr_html_(self) -> str:
        return html_table(*self._shown(), caption=self.sentence, align="llr")

    def _shown(self, most: int = 12) -> tuple[tuple[str, ...], list[list[str]]]:
        texts = self.summed("work", "piece")
        rows = [[piece, work, f"{part:.4f}"] for work, piece, part, _ in texts[:most]]
        rest = [part for *_, part, _ in texts[most:]]
        rows += [["…", f"另有 {len(rest)} 项，合计", f"{sum(rest):.4f}"]] if rest else []
        rows += [[part.what, part.how, f"{part.contribution:.4f}"] for part in self.others]
        return ("共同的文字", "成果", "得分"), rows


@dataclass(frozen=True, kw_only=True, eq=False)
class NeedView:
    """A need as the index sees it, made once for all its explanations.

    Parameters
    ----------
    need_id, title : str
        The need.
    query : ndarray of int64, shape (terms,)
        Its stored vector, dense.
    terms : frozenset of str
        Its own terms, without synonyms.
    text : str
        Its normalised text, case kept.
    """

    need_id: str
    title: str
    query: npt.NDArray[np.int64]
    terms: frozenset[str]
    text: str


def view_need(index: ExpertIndex, need_id: str, texts: Mapping[str, str]) -> NeedView:
    """Analyse a need for explanations.

    Parameters
    ----------
    index : ExpertIndex
        What scores.
    need_id : str
        The need.
    texts : dict of str to str
        Field (title, text, keywords) to its text.

    Returns
    -------
    NeedView
    """
    vector = index.vectors({name: [text] for name, text in texts.items()})
    query = np.zeros(len(index.counts.terms), dtype=np.int64)
    query[vector.indices] = vector.data
    return NeedView(
        need_id=need_id,
        title=texts.get("title", ""),
        query=query,
        terms=frozenset(term for text in texts.values() for term in index.analyzer(text)),
        text=normalise("\n".join(texts.values())),
    )


def explain_pair(
    index: ExpertIndex,
    need: NeedView,
    *,
    candidate: int,
    candidate_id: str,
    name: str,
    titles: Mapping[str, str],
    weight: float = 1.0,
    others: Callable[[bool], Sequence[OtherPart]] | None = None,
) -> Explanation:
    """Take a score apart into works and terms.

    Parameters
    ----------
    index : ExpertIndex
        What scored the pair.
    need : NeedView
        The need.
    candidate : int
        Position of the candidate.
    candidate_id, name : str
        The id, and what to call them.
    titles : dict of str to str
        Work id to title.
    weight : float, default 1
        Weight of the text signal.
    others : callable, optional
        Gives the parts of the other signals, weighted; told whether the text signal is above 0.

    Returns
    -------
    Explanation
    """
    first, last = np.searchsorted(index.rows.group, [candidate, candidate + 1])
    rows = index.row_vectors[first:last].astype(np.int64)
    products = rows @ need.query
    discounts = row_discounts(index.weights.works_discount)
    counted = min(BEST_ROWS, int(np.count_nonzero(discounts)))  # with a discount of 0 the best row alone
    best = [int(row) for row in np.argsort(-products, kind="stable")[:counted] if products[row] > 0 and weight]

    entries: list[TermPart] = []
    for place, row in enumerate(best):
        key = index.rows.keys[first + row]
        shown = (key, titles.get(key, "") if key else PROFILE, place + 1)
        text = _plain("\n".join(column[first + row] for column in index.rows.texts.values()))
        shared = shared_pieces(need.text, text)
        span = slice(rows.indptr[row], rows.indptr[row + 1])
        for term_id, value in zip(rows.indices[span].tolist(), rows.data[span].tolist(), strict=True):
            product = value * int(need.query[term_id])
            if product:
                term = index.counts.terms[term_id]
                surface = term.removeprefix(CHARACTER_MARK)
                kind, own = _kind(term, need.terms, index)
                piece = _piece(surface, kind, own, shared, text)
                part = weight * float(discounts[place]) * product * SCALE
                entries.append(TermPart(*shown, surface, kind, own, piece, part))
    signal = float(sum(discounts[i] * (int(products[row]) * SCALE) for i, row in enumerate(best)))
    rest = tuple(others(bool(best))) if others else ()
    entries.sort(key=lambda entry: (entry.work_rank, -entry.contribution, entry.term, entry.kind))
    return Explanation(
        need_id=need.need_id,
        candidate_id=candidate_id,
        need=need.title or need.need_id,
        candidate=name,
        score=weight * signal + sum(part.contribution for part in rest),
        entries=tuple(entries),
        others=rest,
    )


def _tells(text: str) -> bool:
    return text not in everyday_words()


def _kind(term: str, own_terms: frozenset[str], index: ExpertIndex) -> tuple[str, str]:
    if term.startswith(CHARACTER_MARK):
        return "characters", ""
    if term in own_terms:
        return "word", ""
    return "synonym", next((other for other in index.analyzer.synonyms_of(term) if other in own_terms), "")


def _piece(surface: str, kind: str, own: str, shared: list[str], work: str) -> str:
    """Say what need and work share around a term, in words that a reader finds in the texts."""
    if own:
        return f"{own}＝{surface}"
    around = max((piece for piece in shared if surface in piece.lower()), key=len, default="")
    if around:
        return around
    if kind == "characters" and len(surface) == 1:
        return LOOSE
    if surface.isascii():  # a stem: the word of the work that has it
        found = re.search(rf"(?<![a-z0-9]){re.escape(surface)}[a-z0-9]*", work)
        return found.group() if found else surface
    return surface


def _plain(text: str) -> str:
    return normalise(text).lower()


def shared_pieces(need: str, work: str) -> list[str]:
    """Return the longest pieces of unbroken text, two characters or more, that stand in both texts.

    Case does not matter; pieces are written as the need writes them. Two pointers over the need: a piece that
    starts one further can end no earlier.
    """
    low = need.lower()
    written = need if len(low) == len(need) else low  # a few letters grow when lowered
    pieces: dict[str, None] = {}
    for run in _WORD_RUN.finditer(low):
        text, end, covered = run.group(), 0, 0
        for start in range(len(text)):
            end = max(end, start)
            while end < len(text) and text[start : end + 1] in work:
                end += 1
            if end - start >= 2 and end > covered:
                pieces[written[run.start() + start : run.start() + end]] = None
                covered = end
    return list(pieces)


def _quoted(title: str) -> str:
    return title if title == PROFILE else f"《{title}》"
