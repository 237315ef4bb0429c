"""What a need asks for and nobody among the first has: its most telling words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from expertmatch.index import ExpertIndex
from expertmatch.index.counts import count_terms
from expertmatch.index.weights import inverse_document_frequency, weighted
from expertmatch.ranking.candidates import need_columns
from expertmatch.ranking.evidence import positions
from expertmatch.ranking.signals import Ints
from expertmatch.text import CHARACTER_MARK, normalise

if TYPE_CHECKING:
    from expertmatch.ranking.rank import Ranking

TELLING = 8
"""How many words of a need are looked at, those of the largest weight."""
MOST = 4
"""How many missing words are named."""

_WORD = re.compile(r"[\u4e00-\u9fff]|^[a-z]{2}")
_BETWEEN = re.compile(r"[；;，,、/\n]+")


def missing_words(ranking: Ranking, need_ids: Iterable[str], *, first: int = 10) -> dict[str, tuple[str, ...]]:
    """Return the telling words of needs that stand in no text of the first candidates.

    Words are those of the need's keywords, of its title where it has none, of its text where it has neither. A word
    tells as much as it weighs: log2(1 + count) · idf, idf of the pool's rows, largest for words that no row has. A
    synonym counts as the word. A keyword none of whose words is there is named as it was written.

    Parameters
    ----------
    ranking : Ranking
        Who was recommended.
    need_ids : iterable of str
        Needs of the ranking.
    first : int, default 10
        How many candidates of a need are looked at.

    Returns
    -------
    dict of str to tuple of str
        Need to at most four words, the heaviest first; none that is part of another.

    Examples
    --------
    >>> import expertmatch as em, pandas as pd
    >>> works = pd.DataFrame({"expert_id": ["E1"], "title": ["猕猴桃溃疡病防治"]})
    >>> ranking = em.Matcher().fit(em.read_pool(works=works)).rank("猕猴桃园怎样防霜冻")
    >>> missing_words(ranking, ["N001"])
    {'N001': ('霜冻',)}
    """
    index = ranking.candidates.index
    asked = list(need_ids)
    place = {need: i for i, need in enumerate(ranking.needs["need_id"])}
    texts = _speaking(need_columns(ranking.needs.iloc[[place[need] for need in asked]]))
    of_need, candidate = positions(ranking)
    early = (ranking.frame["rank"] <= first).to_numpy()
    found: dict[str, tuple[str, ...]] = {}
    for need, text, words in zip(asked, texts, telling_words(index, texts), strict=True):
        said = _said(index, candidate[early & (of_need == place[need])])
        gone = [_as_written(index, word, text, said) for word in words if not _has(index, word, said)]
        whole = dict.fromkeys(word for word in gone if not any(word in other and word != other for other in gone))
        found[need] = tuple(whole)[:MOST]
    return found


def telling_words(index: ExpertIndex, texts: Sequence[str]) -> list[list[str]]:
    """Return the heaviest words of texts, also those that no row of the index has.

    Parameters
    ----------
    index : ExpertIndex
        Knows how rare a word is.
    texts : sequence of str
        One a need.

    Returns
    -------
    list of list of str
        At most :data:`TELLING` per need, heaviest first, then by the word.
    """
    counted = count_terms({"text": list(texts)}, index.analyzer)
    frequency = np.array(
        [index.document_frequency[index.term_ids[term]] if term in index.term_ids else 0 for term in counted.terms],
        dtype=np.int64,
    )
    is_word = np.array([_is_word(term) for term in counted.terms], dtype=bool)
    weights = weighted(counted.fields["text"], inverse_document_frequency(frequency, len(index.rows)) * is_word)
    told = []
    for start, end in zip(weights.indptr[:-1], weights.indptr[1:], strict=True):
        terms = (counted.terms[term] for term in weights.indices[start:end].tolist())
        words = sorted((-weight, term) for weight, term in zip(weights.data[start:end].tolist(), terms, strict=True))
        told.append([word for weight, word in words[:TELLING] if weight < 0])
    return told


def _is_word(term: str) -> bool:
    return not term.startswith(CHARACTER_MARK) and len(term) > 1 and bool(_WORD.search(term))


def _speaking(texts: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the keywords of each need, else its title, else its text."""
    columns = zip(texts["keywords"], texts["title"], texts["text"], strict=True)
    return [next((text for text in three if text.strip()), "") for three in columns]


def _said(index: ExpertIndex, candidates: Ints) -> str:
    """Return everything that candidates say, plain and in lower case."""
    rows = np.flatnonzero(np.isin(index.rows.group, candidates)).tolist()
    return normalise("\n".join(column[row] for row in rows for column in index.rows.texts.values())).lower()


def _has(index: ExpertIndex, word: str, said: str) -> bool:
    return any(one in said for one in (word, *index.analyzer.synonyms_of(word)))


def _as_written(index: ExpertIndex, word: str, text: str, said: str) -> str:
    """Return the need's own way to write a word: the keyword, if nothing of it is there; a stem in full."""
    plain = normalise(text)
    for phrase in _BETWEEN.split(plain):
        within = [other for other in index.analyzer(phrase) if _is_word(other)] if len(phrase) <= 8 else []
        if word in within and not any(_has(index, other, said) for other in within):
            return phrase.strip()
    found = re.search(rf"(?<![a-z0-9]){re.escape(word)}[a-z0-9]*", plain, re.IGNORECASE) if word.isascii() else None
    return found.group() if found else word
