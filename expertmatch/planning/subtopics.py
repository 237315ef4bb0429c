"""What a need consists of: its keywords, or the heaviest words of its title and text, and its disciplines.

A team is composed so that it covers them (covering.py): topic coverage of the group is the first of three principles
of composing one (刘晓豫、汪雪锋、朱东华, 数据分析与知识发现 2024 no. 6).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
import pandas as pd

from expertmatch.errors import SettingError
from expertmatch.graph.features import PHRASE_MARK
from expertmatch.index import ExpertIndex
from expertmatch.index.weights import inverse_document_frequency
from expertmatch.planning.labels import can_name, stands_alone
from expertmatch.ranking.candidates import Candidates, need_columns
from expertmatch.ranking.graph_signals import GraphSignals
from expertmatch.scenarios.columns import Floats
from expertmatch.text import CHARACTER_MARK, normalise

Sort = Literal["keyword", "word", "discipline"]
DISCIPLINES = 0.3
"""Weight of a need's disciplines together, where it has other sub-topics."""
_LEAST_SHARE = 0.2
"""Share of a need from which one of its disciplines is a sub-topic."""
_PLACES_A_DISCIPLINE = 3
"""So many places for sub-topics allow one for a discipline."""
_LEAST_WORDS = 2
_CHARACTER = len(CHARACTER_MARK) + 1
_LISTED = re.compile("[；;\n]+")


@dataclass(frozen=True, kw_only=True)
class SubTopic:
    """One part of what a need asks for.

    Parameters
    ----------
    label : str
        What people read.
    sort : {"keyword", "word", "discipline"}
        Where it comes from.
    weight : float
        Its share of the need.
    code : str
        Of a discipline.
    words : dict of str to float
        Of the others: its terms and the share of its weight that each carries.
    """

    label: str
    sort: Sort
    weight: float = 0.0
    code: str = ""
    words: Mapping[str, float] = field(default_factory=dict)


_Weighed = tuple[SubTopic, float]


@dataclass(frozen=True, eq=False, kw_only=True)
class SubTopics:
    """The sub-topics of needs.

    Parameters
    ----------
    of_need : tuple of tuple of SubTopic
        Of each need, in its order; none where nothing is known.
    most : int
        How many a need has at most.
    """

    of_need: tuple[tuple[SubTopic, ...], ...]
    most: int

    @property
    def weights(self) -> Floats:
        """Weight of each sub-topic, shape (needs, most): rows sum to 1, or to 0; 0 where there is none."""
        found = np.zeros((len(self.of_need), self.most))
        for i, own in enumerate(self.of_need):
            found[i, : len(own)] = [one.weight for one in own]
        return found

    def __len__(self) -> int:
        """Return the number of needs."""
        return len(self.of_need)


def subtopics(candidates: Candidates, needs: pd.DataFrame, *, most: int = 6) -> SubTopics:
    """Return the sub-topics of needs.

    Keywords count alike, the first ones where there are too many; words by their weight in the need's vector. A
    keyword of which nothing can be searched for is none, and words that no row of the index has are none; no word is
    part of another.

    Parameters
    ----------
    candidates : Candidates
        What the needs are matched to; with a graph, disciplines are sub-topics too.
    needs : DataFrame
        title, text, keywords, disciplines, as far as they are there.
    most : int, default 6
        How many a need has at most; a third of them can be disciplines.

    Returns
    -------
    SubTopics

    Raises
    ------
    SettingError
        ``most`` is no number from 1.

    Examples
    --------
    >>> import expertmatch as em
    >>> works = pd.DataFrame({"expert_id": ["E1", "E2"], "title": ["猕猴桃溃疡病防治", "果园霜冻预警"]})
    >>> needs = pd.DataFrame({"need_id": ["N1", "N2"], "title": ["果园的难事", "猕猴桃树得了溃疡病"],
    ...                       "keywords": ["溃疡病；霜冻", ""]})
    >>> ranking = em.Matcher().fit(em.read_pool(works=works)).rank(needs)
    >>> found = subtopics(ranking.candidates, ranking.needs)
    >>> {one.label: one.weight for one in found.of_need[0]}
    {'溃疡病': 0.5, '霜冻': 0.5}
    >>> sorted(one.label for one in found.of_need[1])
    ['溃疡病', '猕猴桃']
    """
    if isinstance(most, bool) or not isinstance(most, int | np.integer) or most < 1:
        raise SettingError("most", most, "1 以上的整数")
    fields = _disciplines(candidates.graph, needs, int(most) // _PLACES_A_DISCIPLINE)
    terms = _terms(candidates, needs, int(most))
    found = [_weighed(words[: int(most) - len(codes)], codes) for words, codes in zip(terms, fields, strict=True)]
    return SubTopics(of_need=tuple(found), most=int(most))


def _weighed(terms: Sequence[_Weighed], fields: Sequence[_Weighed]) -> tuple[SubTopic, ...]:
    """Give the terms and the disciplines of a need weights that sum to 1."""
    apart = DISCIPLINES if terms and fields else float(bool(fields))
    found = []
    for part, share in ((terms, 1.0 - apart), (fields, apart)):
        total = sum(weight for _, weight in part)
        found += [replace(topic, weight=share * weight / total) for topic, weight in part]
    return tuple(found)


def _terms(candidates: Candidates, needs: pd.DataFrame, most: int) -> list[list[_Weighed]]:
    """Return the keywords of each need, else its heaviest words."""
    index, texts = candidates.index, need_columns(needs)
    given = [[word.strip() for word in _LISTED.split(cell) if word.strip()] for cell in texts["keywords"]]
    named = [_topics(index, "keyword", [(word, 1.0) for word in dict.fromkeys(own)]) for own in given]
    silent = [i for i, own in enumerate(named) if not own]
    vectors = index.vectors({name: [texts[name][i] for i in silent] for name in ("title", "text")})
    for row, i in enumerate(silent):
        span = slice(vectors.indptr[row], vectors.indptr[row + 1])
        terms = (index.counts.terms[term] for term in vectors.indices[span].tolist())
        weights = dict(zip(terms, vectors.data[span].tolist(), strict=True))
        words = _words(candidates, texts["title"][i], texts["text"][i], weights)
        named[i] = _topics(index, "word", words[:most])
    return named


def _words(candidates: Candidates, title: str, text: str, weights: Mapping[str, int]) -> list[tuple[str, float]]:
    """Return words of a need as they are written, heaviest first, none a part of another.

    Words of the title and of the lexicon of disciplines; others only where there are fewer than two of these.
    """
    plain, head = normalise(f"{title}\n{text}"), normalise(title).lower()
    graph = candidates.graph
    words = [word for word in dict.fromkeys(candidates.index.analyzer(plain)) if not word.startswith(CHARACTER_MARK)]
    low = plain.lower()
    usable = [w for w in words if w in weights and can_name(w) and (w.isascii() or stands_alone(w, words, low))]
    kept = [w for w in usable if not any(w != other and w in other for other in usable)]
    known = {w for w in kept if w in head or (graph is not None and f"{PHRASE_MARK}{w}" in graph.linker.features(w))}
    kept.sort(key=lambda w: (w not in known, -weights[w], w))
    return [(_written(word, plain), float(weights[word])) for word in kept[: max(len(known), _LEAST_WORDS)]]


def _written(word: str, text: str) -> str:
    """Return a word as the text writes it, a stem in full."""
    found = re.search(rf"(?<![a-z0-9]){re.escape(word)}[a-z0-9]*" if word.isascii() else re.escape(word), text, re.I)
    return found.group() if found else word


def _topics(index: ExpertIndex, sort: Sort, words: Sequence[tuple[str, float]]) -> list[_Weighed]:
    """Make sub-topics of words; those that nothing can be searched for are left out."""
    found = []
    for label, weight in words:
        shares = _shares(index, label)
        if shares:
            found.append((SubTopic(label=label, sort=sort, words=shares), weight))
    return found


def _shares(index: ExpertIndex, label: str) -> dict[str, float]:
    """Return the terms of a keyword or word and the share of its weight that each carries.

    Terms are its words that are no part of another, and the pairs of characters that join one to a character in no
    word (大模型 is more than 模型); where it has neither, its characters.
    """
    terms = list(dict.fromkeys(index.analyzer(label)))
    words = [term for term in terms if not term.startswith(CHARACTER_MARK)]
    whole = [word for word in words if not any(word != other and word in other for other in words)]
    inside = set("".join(whole))
    pairs = [term for term in terms if term.startswith(CHARACTER_MARK) and len(term) > _CHARACTER]
    pairs = [pair for pair in pairs if not inside.issuperset(pair.removeprefix(CHARACTER_MARK))]
    weights = {term: _weight(index, term) for term in sorted([*whole, *pairs] or terms)}
    total = sum(weights.values())
    return {term: weight / total for term, weight in weights.items() if weight > 0}


def _weight(index: ExpertIndex, term: str) -> float:
    """Return how much a term weighs; one that no row has, as the rarest."""
    place = index.term_ids.get(term)
    if place is not None:
        return float(index.term_weights[place])
    sort = index.weights.character_weight if term.startswith(CHARACTER_MARK) else 1.0
    return sort * float(inverse_document_frequency(np.zeros(1, dtype=np.int64), len(index.rows))[0])


def _disciplines(graph: GraphSignals | None, needs: pd.DataFrame, most: int) -> list[list[_Weighed]]:
    """Return the disciplines of each need with a fair share of it, the largest first."""
    if graph is None:
        return [[] for _ in range(len(needs))]
    mixture, tree = graph.mixture(needs), graph.linker.labels.tree
    found = []
    for start, end in zip(mixture.indptr[:-1].tolist(), mixture.indptr[1:].tolist(), strict=True):
        own = zip(mixture.data[start:end].tolist(), mixture.indices[start:end].tolist(), strict=True)
        fair = sorted((-share, graph.codes[place]) for share, place in own if share >= _LEAST_SHARE)
        found.append([
            (SubTopic(label=tree.disciplines[code].name, sort="discipline", code=code), -share)
            for share, code in fair[:most]
        ])  # fmt: skip
    return found
