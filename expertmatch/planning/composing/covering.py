"""Who covers which part of a need, and by which work.

A candidate covers a keyword or word if one work of theirs, or their profile, has words of it that carry at least half
of its weight (inverse document frequency; a synonym counts as the word); a discipline if they stand for it or for one
under it, declared or inferred. What two works have of it does not add up: one work must show it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd
from scipy import sparse

from expertmatch.index import ExpertIndex
from expertmatch.planning.composing.subtopics import SubTopic, SubTopics
from expertmatch.ranking.candidates import Candidates
from expertmatch.ranking.explain import PROFILE
from expertmatch.scenarios.columns import Flags, Floats, Ints
from expertmatch.text import CHARACTER_MARK

TOLD = (
    "need", "subtopic", "sort", "weight", "candidate_kind", "candidate_id", "name", "work_id", "work", "words",
)  # fmt: skip
"""Columns of :func:`told`."""

HALF = 0.5
"""Share of a sub-topic's weight that one work must have. Chosen on half of the sample's needs, where no other rule
tried (whole, 0.35 to 0.9; pairs of characters counted or not; all works together) was certainly better."""
_ROUNDING = 1e-9


def covers(sub: SubTopics, candidates: Candidates, need: Ints, candidate: Ints) -> Flags:
    """Say who covers what.

    Parameters
    ----------
    sub : SubTopics
        Of all needs.
    candidates : Candidates
        What they were made from.
    need, candidate : ndarray of int64, shape (pairs,)
        Positions, in any order.

    Returns
    -------
    ndarray of bool, shape (pairs, most)
        False where the need has no such sub-topic.

    Examples
    --------
    >>> import expertmatch as em
    >>> from expertmatch.planning.composing.subtopics import subtopics
    >>> works = pd.DataFrame({"expert_id": ["E1", "E2"], "title": ["猕猴桃溃疡病防治", "果园霜冻预警"]})
    >>> needs = pd.DataFrame({"title": ["果园的难事"], "keywords": ["溃疡病；霜冻；水肥一体化"]})
    >>> ranking = em.Matcher().fit(em.read_pool(works=works)).rank(needs)
    >>> found, team = subtopics(ranking.candidates, ranking.needs), (np.array([0, 0]), np.array([0, 1]))
    >>> covered = covers(found, ranking.candidates, *team)
    >>> covered[:, :3].tolist(), coverage(found, team[0], covered).round(2).tolist()
    ([[True, False, False], [False, True, False]], [0.67])
    >>> told(found, ranking.candidates, *team)[["subtopic", "candidate_id", "work"]].to_numpy().tolist()
    [['溃疡病', 'E1', '猕猴桃溃疡病防治'], ['霜冻', 'E2', '果园霜冻预警'], ['水肥一体化', '', '']]
    """
    found = np.zeros((len(need), sub.most), dtype=bool)
    for pairs, _, shares, starts in _compared(sub, candidates.index, need, candidate):
        found[pairs] = np.maximum.reduceat(shares, starts, axis=0) >= HALF - _ROUNDING
    stands = _stands_for(sub, candidates, candidate)
    for place in range(sub.most):
        code = np.array([own[place].code if place < len(own) else "" for own in sub.of_need], dtype=object)[need]
        for one in sorted(set(code) - {""}):
            here = np.flatnonzero(code == one)
            found[here, place] = stands[one][candidate[here]]
    return found


def coverage(sub: SubTopics, need: Ints, covered: Flags) -> Floats:
    """Return which share of each need its team covers.

    Parameters
    ----------
    sub : SubTopics
        Of all needs.
    need : ndarray of int64, shape (members,)
        The need that each member of a team serves.
    covered : ndarray of bool, shape (members, most)
        What each covers, as :func:`covers` says.

    Returns
    -------
    ndarray of float64, shape (needs,)
        From 0 to 1; 0 without a team, NaN for needs without sub-topics.
    """
    by_team = np.zeros((len(sub), sub.most), dtype=bool)
    np.logical_or.at(by_team, need, covered)
    weights = sub.weights
    share: Floats = np.where(weights.any(axis=1), np.minimum((weights * by_team).sum(axis=1), 1.0), np.nan)
    return share


def told(sub: SubTopics, candidates: Candidates, need: Ints, candidate: Ints) -> pd.DataFrame:
    """Say who of each team covers which sub-topic, by which work.

    Parameters
    ----------
    sub : SubTopics
        Of all needs.
    candidates : Candidates
        What they were made from.
    need, candidate : ndarray of int64, shape (members,)
        Who serves which need.

    Returns
    -------
    DataFrame
        ``need`` (position), ``subtopic``, ``sort``, ``weight``, ``candidate_kind``, ``candidate_id``, ``name``,
        ``work_id``, ``work`` (title of the work that has most of it; the profile has no id) and ``words`` (those it
        has; of a discipline, the candidate's own names). By need, sub-topic, then members as given; what nobody
        covers has a row without a candidate. Needs without a team are left out.
    """
    covered, index = covers(sub, candidates, need, candidate), candidates.index
    works: dict[int, tuple[Ints, Ints]] = {}
    for pairs, rows, shares, starts in _compared(sub, index, need, candidate):
        for pair, begin, end in zip(pairs.tolist(), starts.tolist(), [*starts[1:].tolist(), len(rows)], strict=True):
            works[pair] = rows[begin:end], shares[begin:end].argmax(axis=0)
    told_rows: list[tuple[object, ...]] = []
    for one in np.unique(need).tolist():
        team = np.flatnonzero(need == one).tolist()
        for place, topic in enumerate(sub.of_need[one]):
            about = (one, topic.label, topic.sort, topic.weight)
            by = [pair for pair in team if covered[pair, place]]
            for pair in by:
                key = index.rows.expert_ids[candidate[pair]]
                who = (*candidates.kind_and_id[candidate[pair]], candidates.names.get(key, key))
                if topic.sort == "discipline":
                    evidence = ("", "", _own_names(candidates, int(candidate[pair]), topic.code))
                else:
                    rows, best = works[pair]
                    evidence = _evidence(candidates, topic, int(rows[best[place]]))
                told_rows.append((*about, *who, *evidence))
            if not by:
                told_rows.append((*about, *[""] * 6))
    return pd.DataFrame(told_rows, columns=list(TOLD))


def _compared(
    sub: SubTopics, index: ExpertIndex, need: Ints, candidate: Ints
) -> Iterator[tuple[Ints, Ints, Floats, Ints]]:
    """Yield, need by need, what each row of its candidates has of each sub-topic.

    Yields
    ------
    (pairs, rows, shares, starts)
        Pairs whose candidates have rows; rows of the index, candidate by candidate; the share of each sub-topic
        (columns) that each row has; where the rows of each pair begin.
    """
    place: dict[str, int] = {}
    entries = [
        (i, k, place.setdefault(term, len(place)), share)
        for i, own in enumerate(sub.of_need) for k, topic in enumerate(own) for term, share in topic.words.items()
    ]  # fmt: skip
    if not entries or not len(need):
        return
    of_need, column, term, share = (np.array(axis) for axis in zip(*entries, strict=True))
    bounds = np.searchsorted(of_need, np.arange(len(sub) + 1))
    first, last = (np.searchsorted(index.rows.group, candidate + step) for step in (0, 1))
    asked = np.unique(
        np.concatenate([np.arange(a, b) for a, b in set(zip(first.tolist(), last.tolist(), strict=True))])
    )
    present = _presence(index, asked, place)
    order = np.argsort(need, kind="stable")
    order = order[(first < last)[order]]
    for pairs in np.split(order, np.flatnonzero(np.diff(need[order])) + 1):
        if not len(pairs):
            return
        rows = np.concatenate([np.arange(first[pair], last[pair]) for pair in pairs.tolist()])
        starts = np.r_[0, np.cumsum(last[pairs] - first[pairs])[:-1]]
        own = slice(*bounds[need[pairs[0]] : need[pairs[0]] + 2].tolist())
        weights = sparse.csr_array((share[own], (term[own], column[own])), shape=(len(place), sub.most))
        yield pairs, rows, (present[np.searchsorted(asked, rows)] @ weights).toarray(), starts


def _presence(index: ExpertIndex, rows: Ints, place: Mapping[str, int]) -> sparse.csr_array:
    """Return which rows have which of the terms asked, or a synonym: shape (rows, terms asked), 0 and 1."""
    meant = [
        (index.term_ids[one], column)
        for term, column in place.items() for one in (term, *index.analyzer.synonyms_of(term)) if one in index.term_ids
    ]  # fmt: skip
    terms, columns = (np.array(axis, dtype=np.int64) for axis in zip(*meant, strict=True)) if meant else ([], [])
    shape = (len(index.counts.terms), len(place))
    means = sparse.csr_array((np.ones(len(meant)), (terms, columns)), shape=shape)
    held = index.row_vectors[rows]
    found = sparse.csr_array((np.ones(held.nnz), held.indices, held.indptr), shape=held.shape) @ means
    found.data[:] = 1.0
    return sparse.csr_array(found)


def _stands_for(sub: SubTopics, candidates: Candidates, candidate: Ints) -> dict[str, Flags]:
    """Return, for each discipline asked, which candidates stand for it or for one under it."""
    graph = candidates.graph
    codes = {topic.code for own in sub.of_need for topic in own if topic.code}
    found = {code: np.zeros(len(candidates.kind_and_id), dtype=bool) for code in codes}
    if graph is not None and codes:
        tree = graph.linker.labels.tree
        for one in np.unique(candidate).tolist():
            for own in graph.candidate_codes.get(candidates.kind_and_id[one], ()):
                for code in codes.intersection(tree.lineage(own)):
                    found[code][one] = True
    return found


def _own_names(candidates: Candidates, candidate: int, code: str) -> str:
    """Return the names of a candidate's disciplines that are the one asked, or under it."""
    graph = candidates.graph
    if graph is None:
        return ""
    tree = graph.linker.labels.tree
    own = sorted(graph.candidate_codes.get(candidates.kind_and_id[candidate], ()))
    return "、".join(tree.disciplines[one].name for one in own if code in tree.lineage(one))


def _evidence(candidates: Candidates, topic: SubTopic, row: int) -> tuple[str, str, str]:
    """Return id and title of a work, and which words of a sub-topic it has."""
    index = candidates.index
    key = index.rows.keys[row]
    present = _presence(index, np.array([row]), {term: i for i, term in enumerate(topic.words)})
    words = [term.removeprefix(CHARACTER_MARK) for i, term in enumerate(topic.words) if i in present.indices]
    return key, candidates.titles.get(key, "") if key else PROFILE, "、".join(words)
