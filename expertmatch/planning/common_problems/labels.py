"""Labels of topics: two to four real terms that stand in the members' texts.

What can be a term: a word of the analyzer, a word of the discipline lexicon, two neighbouring words that stand
together, a keyword that a member gives. It must be a word of its own somewhere in the topic, not only a part of
longer words (感器 of 传感器 and 互感器), no stop word, no number or amount. With m the number of members whose text has
it and df the number of needs that have it, out of N, a term counts

    m · ln((1 + N) / (1 + df)) · b,

where b is 1 for a term that stands in a title or among keywords or is in the lexicon, else 1/2: what many of the
topic and few others say (class-based TF-IDF, as Grootendorst 2022 uses it for topics). Terms that at least two
members share come first; fewer than two such are filled up with those of one member.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import pandas as pd

from expertmatch.graph.features import PHRASE_MARK, Features
from expertmatch.text import CHARACTER_MARK, normalise
from expertmatch.text.words import MEASURES, UNITS, english_stop_words, stop_words

MOST_TERMS, LEAST_TERMS = 4, 2

_ASIDE = 0.5
_NUMERALS = r"〇零一二两三四五六七八九十百千万亿半几多数\d."
_AMOUNT = re.compile(f"[{_NUMERALS}]+[{''.join(sorted(MEASURES))}几多]{{0,2}}")
_TALK = frozenset(
    "怎么 怎样 怎么办 什么 啥 啥时候 咋 以后 现在 不让 不出 出来 哪里 有没有 能不能 请问 没人 想换 不能".split()
)
"""What people say when they ask; no list of stop words has them, because they do no harm to a ranking."""
_GRAMMAR = frozenset("的了与和及是在被把们")
"""What no term begins or ends with; segmentation sometimes takes 学与 for a word."""
_UNITS = frozenset(unit.lower() for unit in UNITS)


@dataclass(frozen=True, eq=False)
class NeedTerms:
    """What could name a topic, of every need.

    Parameters
    ----------
    frame : DataFrame
        title, text, keywords, as far as they are there.
    features : Features
        Texts to words and words of the lexicon.
    """

    frame: pd.DataFrame
    features: Features

    def label(self, members: Sequence[int]) -> tuple[str, ...]:
        """Return the terms that name a topic, as they are written in it.

        Parameters
        ----------
        members : sequence of int
            Places of its needs.

        Returns
        -------
        tuple of str
            Two to four; fewer only where the texts have no more, none where they have none.
        """
        texts = [self._plain[i] for i in members]
        heads = [self._heads[i] for i in members]
        offered = sorted(set().union(*(self._offered[i] for i in members)))
        times = {term: sum(stands(term, text) for text in texts) for term in offered}
        single = set().union(*(self._single[i] for i in members))
        offered = [term for term in offered if times[term] > 1 or term in single]
        lexicon = set().union(*(self._lexicon[i] for i in members))

        def value(term: str) -> float:
            known = term in lexicon or any(stands(term, head) for head in heads)
            spread = max(self._frequency[term], times[term])
            return times[term] * math.log((1 + len(self.frame)) / (1 + spread)) * (1.0 if known else _ASIDE)

        ordered = sorted(offered, key=lambda term: (times[term] < 2, -value(term), -len(term), term))
        chosen: list[str] = []
        for term in ordered:
            if len(chosen) >= (MOST_TERMS if times[term] > 1 else LEAST_TERMS):
                break
            longer = any(term != other and term in other and times[other] >= times[term] for other in offered)
            if not longer and not any(term in other or other in term for other in chosen):
                chosen.append(term)
        return tuple(_written(term, [self._texts[i] for i in members]) for term in chosen)

    @cached_property
    def _texts(self) -> list[str]:
        """Normalised texts, a field a line."""
        columns = [self.frame[name].astype(str) for name in ("title", "text", "keywords") if name in self.frame]
        return [normalise("\n".join(cells).replace("；", "\n")) for cells in zip(*columns, strict=True)]

    @cached_property
    def _plain(self) -> list[str]:
        return [text.lower() for text in self._texts]

    @cached_property
    def _heads(self) -> list[str]:
        """Titles and keywords alone."""
        columns = [self.frame[name].astype(str) for name in ("title", "keywords") if name in self.frame]
        return [normalise("\n".join(cells).replace("；", "\n")).lower() for cells in zip(*columns, strict=True)]

    @cached_property
    def _found(self) -> list[list[str]]:
        return [self.features(text) for text in self._texts]

    @cached_property
    def _lexicon(self) -> list[set[str]]:
        return [{term[1:] for term in found if term.startswith(PHRASE_MARK)} for found in self._found]

    @cached_property
    def _words(self) -> list[list[str]]:
        marks = (CHARACTER_MARK, PHRASE_MARK)
        return [[term for term in found if not term.startswith(marks)] for found in self._found]

    @cached_property
    def _single(self) -> list[set[str]]:
        """What is a term although only one need has it: words, keywords and the lexicon's, not pairs of words."""
        given = self.frame["keywords"].astype(str) if "keywords" in self.frame else [""] * len(self.frame)
        keywords = [{normalise(word).strip().lower() for word in cell.split("；")} for cell in given]
        return [
            {*words, *own, *lexicon} for words, own, lexicon in zip(self._words, keywords, self._lexicon, strict=True)
        ]

    @cached_property
    def _offered(self) -> list[set[str]]:
        offered = []
        for words, single, text in zip(self._words, self._single, self._plain, strict=True):
            terms = {*single, *map("".join, pairwise(words))}
            kept = {term for term in terms if can_name(term) and stands(term, text)}
            offered.append({term for term in kept if stands_alone(term, words, text)})
        return offered

    @cached_property
    def _frequency(self) -> Counter[str]:
        return Counter(term for offered in self._offered for term in offered)


def stands(term: str, text: str) -> bool:
    """Say whether a term stands in a text, not cutting a Latin word or a number.

    Parameters
    ----------
    term, text : str
        Both normalised and in lower case.

    Returns
    -------
    bool

    Examples
    --------
    >>> stands("局部放电", "变压器局部放电"), stands("rain", "training"), stands("cod", "cod超标")
    (True, False, True)
    """
    place = text.find(term)
    while place >= 0:
        if not _inside_latin(text, place) and not _inside_latin(text, place + len(term)):
            return True
        place = text.find(term, place + 1)
    return False


def _inside_latin(text: str, place: int) -> bool:
    if not 0 < place < len(text):
        return False
    before, after = text[place - 1], text[place]
    return before.isascii() and after.isascii() and before.isalnum() and after.isalnum()


def can_name(term: str) -> bool:
    """Say whether a term can name something: no single character, stop word, amount, unit, or word of asking.

    Parameters
    ----------
    term : str
        In lower case.

    Returns
    -------
    bool

    Examples
    --------
    >>> can_name("溃疡病"), can_name("怎么办"), can_name("三百株")
    (True, False, False)
    """
    if len(term) < 2 or "\n" in term or term in _UNITS | _TALK:
        return False
    if term in stop_words() or term in english_stop_words():
        return False
    if term[0] in _GRAMMAR or term[-1] in _GRAMMAR:
        return False
    return _AMOUNT.fullmatch(term) is None and any(char.isalpha() for char in term)


def stands_alone(term: str, words: Sequence[str], text: str) -> bool:
    """Say whether a term stands by itself somewhere, not only as a part of longer words.

    Parameters
    ----------
    term : str
        In lower case.
    words : sequence of str
        Words of the text.
    text : str
        Normalised, in lower case.

    Returns
    -------
    bool

    Examples
    --------
    >>> stands_alone("感器", ["传感器", "感器"], "互感器和传感器"), stands_alone("感器", ["传感器"], "传感器")
    (True, False)
    """
    for word in words:
        if term != word and term in word:
            text = text.replace(word, "\n")
    return term in text


def _written(term: str, texts: Sequence[str]) -> str:
    """Return a term in the case that most of the texts write it in."""
    if term.upper() == term:
        return term
    spelt = Counter(found for text in texts for found in re.findall(re.escape(term), text, re.IGNORECASE))
    return min(spelt, key=lambda one: (-spelt[one], one)) if spelt else term
