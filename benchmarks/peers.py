"""The peers: what one gets from jieba with scikit-learn or with bm25s, on the same tasks.

Every peer shares its text handling: title and text joined by a blank, lower case, jieba, tokens without any
letter, digit or Chinese character dropped. Each runs with the options that suit it best on the set at hand (the
headline measure; HMM on or off, tokens of one or at least two characters, raw or sublinear term frequency, fitted
on the works alone or on works and needs), so that no gain over a peer comes from a poor setting of the peer;
`quality.py --peer-options` prints the whole grid.

How that relates to the figures recorded with the data, whose recipes are not recorded: many were tried (tokens,
weights, fields, tie rules), so a match in three digits shows what can give a figure, not where it came from. The
two that match for techtransfer are not one recipe. 0.638: accurate mode, HMM on, two characters, raw, fitted on
both (0.6384, ties by id upwards; others round to it too). 0.662: search mode, HMM on, two characters, sublinear,
fitted on both, with ties by id downwards, as trec_eval breaks them (0.6620). With ties by id upwards, as here for
every system, those scores give 0.6569, and the best options 0.6590. For fund, search mode, MRR 0.113, R@10 0.167,
R@100 0.312 are recorded and nothing tried gave them; the options here give 0.1055 to 0.1123, 0.154 to 0.164,
0.294 to 0.304.
"""

from __future__ import annotations

import functools
import itertools
import logging
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from protocols import Task
from scipy import sparse

BLOCK = 200
"""Needs at a time: a block of scores has as many rows, and as many columns as there are works."""

_LETTER = re.compile(r"\w")
Tokens = list[list[str]]


@dataclass(frozen=True)
class Options:
    """How a peer is set.

    Parameters
    ----------
    hmm : bool
        Whether jieba guesses words that its dictionary lacks.
    least : int
        Characters that a token has at least.
    sublinear : bool
        1 + ln(tf) instead of tf (TF-IDF only).
    fit_needs : bool
        Whether the needs' texts count in the document frequencies too (TF-IDF only).
    """

    hmm: bool = True
    least: int = 1
    sublinear: bool = False
    fit_needs: bool = False


@dataclass(frozen=True)
class Peer:
    """One peer: its segmentation, its weighting, its options by task.

    Parameters
    ----------
    name : str
        As printed.
    mode : str
        jieba's ``accurate`` or ``search`` mode.
    model : str
        ``tfidf`` (scikit-learn's TfidfVectorizer, cosine) or ``bm25`` (bm25s, Lucene variant, k1 1.5, b 0.75).
    options : dict of str to Options
        By task.
    """

    name: str
    mode: Literal["accurate", "search"]
    model: Literal["tfidf", "bm25"]
    options: dict[str, Options]

    def scorer(self, task: Task, options: Options | None = None) -> Scorer:
        """Return what scores blocks of needs against all works."""
        chosen = options or self.options[task.name]
        cut = functools.partial(tokens, mode=self.mode, hmm=chosen.hmm, least=chosen.least)
        needs, works = cut(joined(task.needs)), cut(joined(task.works))
        if self.model == "bm25":
            return _bm25(needs, works)
        return _tfidf(needs, works, chosen)


Scorer = Callable[[int, int], np.ndarray]
"""From need, to need -> scores of these needs (rows) for all works (columns)."""


def joined(frame: pd.DataFrame) -> list[str]:
    """Return title and text of each row, joined by a blank."""
    texts = frame["text"] if "text" in frame else [""] * len(frame)
    return [f"{title} {text}".strip() for title, text in zip(frame["title"], texts, strict=True)]


def tokens(texts: Sequence[str], *, mode: str, hmm: bool, least: int) -> Tokens:
    """Segment texts by jieba and drop what is not a word."""
    import jieba

    jieba.setLogLevel(logging.ERROR)
    cut = jieba.lcut if mode == "accurate" else jieba.lcut_for_search
    every = (cut(text.lower(), HMM=hmm) for text in texts)
    return [[word for word in words if len(word.strip()) >= least and _LETTER.search(word)] for words in every]


def as_is(words: list[str]) -> list[str]:
    """Return the tokens: scikit-learn's ``analyzer=`` for texts that are segmented already."""
    return words


def _tfidf(needs: Tokens, works: Tokens, options: Options) -> Scorer:
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectorizer = TfidfVectorizer(analyzer=as_is, sublinear_tf=options.sublinear)
    vectorizer.fit(works + needs if options.fit_needs else works)
    rows = sparse.csr_array(vectorizer.transform(needs))
    columns = sparse.csr_array(vectorizer.transform(works).T)

    def block(start: int, stop: int) -> np.ndarray:
        return np.asarray((rows[start:stop] @ columns).toarray())

    return block


def _bm25(needs: Tokens, works: Tokens) -> Scorer:
    import bm25s

    model = bm25s.BM25(method="lucene")
    model.index(works, show_progress=False)
    known = model.vocab_dict

    def block(start: int, stop: int) -> np.ndarray:
        empty = np.zeros(len(works))
        words = ([word for word in need if word in known] for need in needs[start:stop])
        return np.array([model.get_scores(need) if need else empty for need in words], dtype=np.float64)

    return block


def _starts(task: Task) -> np.ndarray:
    """Return where each person's works begin (works are sorted by person)."""
    owner = task.works["expert_id"].to_numpy()
    return np.flatnonzero(np.r_[True, owner[1:] != owner[:-1]])


def best_works(task: Task, scorer: Scorer) -> Iterator[tuple[int, np.ndarray]]:
    """Yield the first need of a block and, for its needs, every person's best work's score."""
    starts = _starts(task)
    for start in range(0, len(task.needs), BLOCK):
        scores = scorer(start, min(start + BLOCK, len(task.needs)))
        yield start, np.maximum.reduceat(scores, starts, axis=1)


def judged_run(task: Task, scorer: Scorer) -> pd.DataFrame:
    """Score every judged pair: need_id, expert_id, score."""
    need = task.judgments["need_id"].map({name: i for i, name in enumerate(task.needs["need_id"])}).to_numpy()
    person = np.searchsorted(task.people.astype(str), task.judgments["expert_id"].to_numpy(dtype=str))
    scores = np.zeros(len(task.judgments))
    for start, block in best_works(task, scorer):
        here = (need >= start) & (need < start + len(block))
        scores[here] = block[need[here] - start, person[here]]
    return task.judgments[["need_id", "expert_id"]].assign(score=scores)


def target_ranks(task: Task, scorer: Scorer) -> np.ndarray:
    """Rank of each need's right person among all people: by score, ties by id."""
    targets = np.searchsorted(task.people.astype(str), task.judgments["expert_id"].to_numpy(dtype=str))
    ranks = np.zeros(len(targets), dtype=np.int64)
    for start, scores in best_works(task, scorer):
        target = targets[start : start + len(scores)]
        own = scores[np.arange(len(target)), target][:, None]
        before = np.arange(scores.shape[1])[None, :] < target[:, None]
        ranks[start : start + len(scores)] = 1 + ((scores > own) | ((scores == own) & before)).sum(axis=1)
    return ranks


def option_grid(model: str) -> list[Options]:
    """Return every setting that the options of a peer were chosen from."""
    tfidf = list(itertools.product((False, True), (False, True))) if model == "tfidf" else [(False, False)]
    grid = itertools.product((True, False), (1, 2), tfidf)
    return [Options(hmm, least, *rest) for hmm, least, rest in grid]


PEERS = (
    Peer(
        "jieba 精确 + TF-IDF",
        "accurate",
        "tfidf",
        {
            "techtransfer": Options(hmm=True, least=2, sublinear=True, fit_needs=True),
            "fund": Options(hmm=False, least=1, sublinear=True, fit_needs=False),
        },
    ),
    Peer(
        "jieba 搜索 + TF-IDF",
        "search",
        "tfidf",
        {
            "techtransfer": Options(hmm=False, least=1, sublinear=True, fit_needs=True),
            "fund": Options(hmm=False, least=1, sublinear=False, fit_needs=True),
        },
    ),
    Peer(
        "jieba 搜索 + BM25",
        "search",
        "bm25",
        {"techtransfer": Options(hmm=False, least=1), "fund": Options(hmm=False, least=1)},
    ),
)
"""accurate and search mode with TF-IDF, search mode with BM25; a person's score is that of the best work."""
