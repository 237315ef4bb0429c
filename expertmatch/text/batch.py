"""Many texts to term counts at once: what :class:`Analyzer` says of each text, as arrays of whole numbers.

Texts are joined and handled as arrays of characters; only what a dictionary or a pattern must see passes through
Python strings, and only where it can be found. The counts are those of ``Counter(analyzer(text))``, which a test
holds.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from expertmatch.text.normalise import HAN_RANGES, SEPARATOR, normalise_all
from expertmatch.text.words import MEASURES

if TYPE_CHECKING:
    from expertmatch.text.analyze import Analyzer

Ints = npt.NDArray[np.int64]
Codes = npt.NDArray[np.uint32]
Found = tuple[Ints, Ints]
"""Which text each word or character stands in, and its number or key."""

MARK = "~"
"""First character of a term that is a character or a pair of neighbours."""
LETTER_RANGES = ((0x41, 0x5A), (0x61, 0x7A), (0xC0, 0x24F), (0x370, 0x3FF), (0x400, 0x4FF), (0x2126, 0x2126))
"""Latin, Greek and Cyrillic letters."""
_DIGITS = (0x30, 0x39)
_CODES = 0x110000
_NEXT = 21
"""Bits of the second character of a pair in its key; a single character's key has 0 there."""


@dataclass(frozen=True, eq=False)
class TermCounts:
    """How often each term stands in each text.

    Parameters
    ----------
    words : list of str
        Distinct words, sorted.
    characters : ndarray of int64
        Distinct characters and pairs of neighbours as keys, ascending: first character · 2**21 + second or 0.
    indptr : ndarray of int64, shape (texts + 1,)
        Where the terms of each text begin.
    terms : ndarray of int32
        Places in the sorted list of all terms (:meth:`Union.terms`), ascending in each text.
    counts : ndarray of int32
        How often each stands there.
    """

    words: list[str]
    characters: Ints
    indptr: Ints
    terms: npt.NDArray[np.int32]
    counts: npt.NDArray[np.int32]

    @property
    def rows(self) -> int:
        """Number of texts."""
        return len(self.indptr) - 1


Columns = dict[str, TermCounts]
"""Field to the counts of its texts."""


def count_columns(texts: Mapping[str, Sequence[str]], analyzer: Callable[[str], list[str]]) -> Columns:
    """Count the terms of several columns of texts.

    Parameters
    ----------
    texts : dict of str to sequence of str
        Field to texts.
    analyzer : callable
        Text to terms.

    Returns
    -------
    dict of str to TermCounts
    """
    many = getattr(analyzer, "count", None)
    return {name: _one_by_one(column, analyzer) if many is None else many(column) for name, column in texts.items()}


def _one_by_one(texts: Sequence[str], analyzer: Callable[[str], list[str]]) -> TermCounts:
    numbers = _Numbers()
    return _counted(len(texts), [_listed(enumerate(map(analyzer, texts)), numbers)], [], numbers)


@dataclass(frozen=True, eq=False)
class Union:
    """The vocabulary of several tables.

    Parameters
    ----------
    words : list of str
        Sorted.
    characters : ndarray of int64
        Keys, ascending.
    """

    words: list[str]
    characters: Ints

    @cached_property
    def _low(self) -> int:
        return bisect_left(self.words, MARK)

    @cached_property
    def _place(self) -> dict[str, int]:
        return {word: i for i, word in enumerate(self.words)}

    def terms(self) -> tuple[str, ...]:
        """Return words and marked characters as one sorted list.

        Returns
        -------
        tuple of str

        Examples
        --------
        >>> Union(["5g", "猕猴桃"], np.array([0x7315 << 21, (0x7315 << 21) + 0x7334])).terms()
        ('5g', '~猕', '~猕猴', '猕猴桃')
        """
        first, second = self.characters >> _NEXT, self.characters & ((1 << _NEXT) - 1)
        codes = np.stack([np.full(len(first), ord(MARK)), first, np.where(second == 0, ord(MARK), second)], axis=1)
        text = text_of(codes.ravel())
        marked = [
            text[i : i + 2] if alone else text[i : i + 3]
            for i, alone in zip(range(0, len(text), 3), (second == 0).tolist(), strict=True)
        ]
        return (*self.words[: self._low], *marked, *self.words[self._low :])

    def places(self, table: TermCounts) -> Ints:
        """Return where each term of a table stands among these, ascending.

        Parameters
        ----------
        table : TermCounts
            Whose words and characters are all here.

        Returns
        -------
        ndarray of int64
        """
        words = np.fromiter(map(self._place.__getitem__, table.words), dtype=np.int64, count=len(table.words))
        low = bisect_left(table.words, MARK)
        words[low:] += len(self.characters)
        characters = self._low + np.searchsorted(self.characters, table.characters)
        return np.concatenate([words[:low], characters, words[low:]])


def union_of(tables: Sequence[TermCounts]) -> Union:
    """Return the vocabulary of tables.

    Parameters
    ----------
    tables : sequence of TermCounts
        Any.

    Returns
    -------
    Union
    """
    words = sorted(set().union(*(table.words for table in tables)))
    keys = np.concatenate([np.empty(0, dtype=np.int64), *(table.characters for table in tables)])
    keys.sort(kind="stable")  # made of ascending pieces, which a merging sort takes as they are
    return Union(words, keys[np.r_[True, keys[1:] != keys[:-1]]] if len(keys) else keys)


def table_of(ranges: Iterable[tuple[int, int]]) -> npt.NDArray[np.bool_]:
    """Return for every character whether it lies in one of the ranges."""
    table = np.zeros(_CODES, dtype=bool)
    for first, last in ranges:
        table[first : last + 1] = True
    return table


def codes_of(text: str) -> Codes:
    """Return the characters of a text as numbers."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")


def text_of(codes: Codes) -> str:
    """Return the text of characters given as numbers."""
    return codes.astype("<u4").tobytes().decode("utf-32-le", "surrogatepass")


class Finder:
    """Where one of many phrases may begin: a cheap look before a pattern is asked.

    Parameters
    ----------
    phrases : iterable of str
        At least one character each.
    """

    def __init__(self, phrases: Iterable[str]) -> None:
        self.alone = np.zeros(_CODES, dtype=bool)
        self.first = np.zeros(_CODES, dtype=bool)
        pairs: set[int] = set()
        for phrase in phrases:
            if len(phrase) == 1:
                self.alone[ord(phrase)] = True
            else:
                self.first[ord(phrase[0])] = True
                pairs.add(pair_key(phrase))
        self.pairs = np.array(sorted(pairs), dtype=np.int64)

    def places(self, codes: Codes) -> Ints:
        """Return positions at which a phrase may begin, ascending; none is left out."""
        begins = np.flatnonzero(self.first[codes[:-1]]) if len(codes) else np.empty(0, dtype=np.int64)
        if len(begins):
            begins = begins[among(pair_keys(codes[begins], codes[begins + 1]), self.pairs)]
        return np.union1d(begins, np.flatnonzero(self.alone[codes]))


def pair_key(pair: str) -> int:
    """Return the key of a pair of neighbours, or of a single character."""
    return (ord(pair[0]) << _NEXT) | (ord(pair[1]) if len(pair) > 1 else 0)


def pair_keys(first: Codes, second: Codes) -> Ints:
    """Return the keys of pairs of neighbours."""
    return (first.astype(np.int64) << _NEXT) | second


def among(keys: Ints, known: Ints) -> npt.NDArray[np.bool_]:
    """Say of each key whether it is one of the known ones, which are ascending."""
    if not len(known):
        return np.zeros(len(keys), dtype=bool)
    found: npt.NDArray[np.bool_] = known[np.minimum(np.searchsorted(known, keys), len(known) - 1)] == keys
    return found


class Batch:
    """What an analyzer's settings mean for many texts at once.

    Parameters
    ----------
    analyzer : Analyzer
        Whose terms are counted.
    few : int, default 16
        Up to so many texts are taken one by one, as arrays do not pay.
    """

    def __init__(self, analyzer: Analyzer, *, few: int = 16) -> None:
        self.analyzer, self.few = analyzer, few
        self.han, self.latin = table_of(HAN_RANGES), table_of((_DIGITS, *LETTER_RANGES))
        stop = analyzer._stop
        self.stop_single = np.zeros(_CODES, dtype=bool)
        self.stop_single[[ord(word) for word in stop if len(word) == 1]] = True
        self.stop_pairs = np.array(sorted(pair_key(word) for word in stop if len(word) == 2), dtype=np.int64)
        self.stop_first, self.stop_second = np.zeros((2, _CODES), dtype=bool)
        self.stop_first[self.stop_pairs >> _NEXT] = True
        self.stop_second[self.stop_pairs & ((1 << _NEXT) - 1)] = True
        self.stop_phrases = Finder(analyzer._stop_phrases)
        self.synonyms = Finder(analyzer._phrase_words)

    def count(self, texts: Sequence[str]) -> TermCounts:
        """Return the counts of the terms of texts."""
        if not any(texts):
            return _counted(len(texts), [], [], _Numbers())
        plain = normalise_all(texts)
        if len(plain) <= self.few:
            numbers = _Numbers()
            return _counted(len(plain), *self._each(plain, range(len(plain)), numbers), numbers)
        return self._together(plain)

    def _each(self, plain: Sequence[str], rows: Iterable[int], numbers: _Numbers) -> tuple[list[Found], list[Found]]:
        """Return text and number of words, and text and key of characters, of some texts, each by itself."""
        terms = [(i, *self.analyzer._terms(plain[i])) for i in rows]
        words = _listed(((i, words) for i, words, _ in terms), numbers)
        return [words], [_keyed(i, characters) for i, _, characters in terms]

    def _together(self, plain: Sequence[str]) -> TermCounts:
        slow = self._with_user_words(plain)
        fast = plain if not slow else [" " if i in slow else text for i, text in enumerate(plain)]
        numbers = _Numbers()
        codes = codes_of(SEPARATOR.join((*fast, "")))
        row_of = np.repeat(np.arange(len(fast)), np.fromiter(map(len, fast), dtype=np.int64, count=len(fast)) + 1)
        runs = _Runs.of(codes, row_of, self.han)
        word_row, word = self._words(codes, runs, numbers)
        found = [(word_row, word), self._others(fast, codes, row_of, numbers)]
        found.append(self._synonyms(fast, found, numbers))
        more_words, characters = self._each(plain, sorted(slow), numbers)
        if self.analyzer.characters:
            characters.append(self._characters(codes, runs))
        return _counted(len(plain), found + more_words, characters, numbers)

    def _with_user_words(self, plain: Sequence[str]) -> set[int]:
        """Return the texts that have a word of the user's: cut out first, they change what stands beside them."""
        pattern = self.analyzer._user_pattern
        if pattern is None:
            return set()
        return {i for i, text in enumerate(plain) if pattern.search(text)}

    def _words(self, codes: Codes, runs: _Runs, numbers: _Numbers) -> Found:
        """Return text and number of every word that segmentation finds in Chinese runs."""
        tokens = self.analyzer._cut(text_of(runs.separated(codes, _BREAK)))
        word = np.fromiter(map(numbers.__getitem__, tokens), dtype=np.int64, count=len(tokens))
        broken = word == numbers[chr(_BREAK)]
        if np.count_nonzero(broken) != len(runs.row):
            message = "the segmenter lost a break between runs"
            raise RuntimeError(message)
        stop = self.analyzer._stop
        says = np.array([len(word) > 1 and word not in stop for word in numbers], dtype=bool)
        said = np.flatnonzero(says[word])
        return runs.row[np.cumsum(broken)[said]], word[said]

    def _others(self, plain: Sequence[str], codes: Codes, row_of: Ints, numbers: _Numbers) -> Found:
        """Return text and number of every term of letters and digits."""
        rows = np.unique(row_of[self.latin[codes]]).tolist()
        return _listed(((row, self.analyzer._latin_words(plain[row])) for row in rows), numbers)

    def _synonyms(self, plain: Sequence[str], found: list[Found], numbers: _Numbers) -> Found:
        """Return text and number of synonyms that stand in a text more often than segmentation gave them."""
        if self.analyzer._phrases is None:
            return _nothing()
        low = [text.lower() for text in plain]
        codes = codes_of(SEPARATOR.join((*low, "")))
        ends = np.cumsum(np.fromiter(map(len, low), dtype=np.int64, count=len(low)) + 1)
        rows = np.unique(np.searchsorted(ends, self.synonyms.places(codes), side="right")).tolist()
        told = [(row, phrase) for row in rows for phrase in self.analyzer._phrases.findall(low[row])]
        if not told:
            return _nothing()
        row = np.array([row for row, _ in told], dtype=np.int64)
        number = np.array([numbers[phrase] for _, phrase in told], dtype=np.int64)
        keys, times = np.unique((row << 32) | number, return_counts=True)
        here = np.concatenate([(r[kept] << 32) | w[kept] for r, w in found for kept in (np.isin(w, number),)])
        here.sort()
        had = np.searchsorted(here, keys, side="right") - np.searchsorted(here, keys, side="left")
        more = np.repeat(keys, np.maximum(times - had, 0))
        return more >> 32, more & 0xFFFFFFFF

    def _characters(self, codes: Codes, runs: _Runs) -> Found:
        """Return text and key of every character and pair of neighbours in Chinese runs."""
        runs = runs.without_measures(codes)
        run_codes, run = runs.chosen(codes)
        together = run[1:] == run[:-1]
        pairs = pair_keys(run_codes[:-1], run_codes[1:])[together]
        pair_row = runs.row[run[:-1][together]]
        kept = self._says_something(pairs, run_codes, together)
        singles, single_run = self._without_stop_phrases(run_codes, run)
        counts = ~self.stop_single[singles]
        keys = np.concatenate([singles[counts].astype(np.int64) << _NEXT, pairs[kept]])
        return np.concatenate([runs.row[single_run[counts]], pair_row[kept]]), keys

    def _says_something(self, pairs: Ints, codes: Codes, together: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
        """Say of each pair of neighbours whether it is no stop word."""
        kept = np.ones(len(pairs), dtype=bool)
        maybe = np.flatnonzero(self.stop_first[codes[:-1][together]] & self.stop_second[codes[1:][together]])
        kept[maybe[among(pairs[maybe], self.stop_pairs)]] = False
        return kept

    def _without_stop_phrases(self, codes: Codes, run: Ints) -> tuple[Codes, Ints]:
        """Return the characters of runs without stop words of two characters and more, and the run of each."""
        pattern = self.analyzer._stop_pattern
        touched = np.unique(run[self.stop_phrases.places(codes)])
        if pattern is None or not len(touched):
            return codes, run
        inside = np.zeros(int(run[-1]) + 1, dtype=bool)
        inside[touched] = True
        there = inside[run]
        some, some_run = codes[there], run[there]
        ends = np.flatnonzero(np.r_[some_run[1:] != some_run[:-1], True]) + 1
        cut = codes_of(pattern.sub("", text_of(np.insert(some, ends, _BREAK))))
        left = cut != _BREAK
        cut_run = touched[np.cumsum(~left)[left]]
        return np.concatenate([codes[~there], cut[left]]), np.concatenate([run[~there], cut_run])


_BREAK = ord("\n")
"""Stands between Chinese runs: segmentation gives it as a token of its own."""


@dataclass(frozen=True, eq=False)
class _Runs:
    """Chinese runs in joined texts: the text of each, its first place, and the place behind it."""

    row: Ints
    start: Ints
    end: Ints

    @classmethod
    def of(cls, codes: Codes, row_of: Ints, han: npt.NDArray[np.bool_]) -> _Runs:
        edges = np.diff(han[codes].astype(np.int8), prepend=0, append=0)
        start, end = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
        return cls(row_of[start], start, end)

    def chosen(self, codes: Codes) -> tuple[Codes, Ints]:
        """Return the characters of all runs, and the run of each."""
        lengths = self.end - self.start
        run = np.repeat(np.arange(len(lengths)), lengths)
        offset = self.start - np.r_[0, np.cumsum(lengths)[:-1]] if len(lengths) else self.start
        return codes[np.arange(len(run)) + offset[run]], run

    def separated(self, codes: Codes, separator: int) -> Codes:
        """Return the characters of all runs, a separator behind each."""
        found, _ = self.chosen(codes)
        return np.insert(found, np.cumsum(self.end - self.start), separator)

    def without_measures(self, codes: Codes) -> _Runs:
        """Return the runs without the measure words that follow a number."""
        start = self.start.copy()
        before = codes[np.maximum(start - 1, 0)]
        for i in np.flatnonzero((start > 0) & (before >= ord("0")) & (before <= ord("9"))).tolist():
            while start[i] < self.end[i] and chr(codes[start[i]]) in MEASURES:
                start[i] += 1
        kept = start < self.end
        return _Runs(self.row[kept], start[kept], self.end[kept])


class _Numbers(dict[str, int]):
    """Words by the number they got when they first came."""

    def __missing__(self, word: str) -> int:
        self[word] = number = len(self)
        return number


def _numbered(keys: Ints) -> tuple[Ints, Ints]:
    """Return the distinct keys of characters and pairs, ascending, and which of them each key is."""
    if not 0 < len(keys) < 1 << _NEXT:
        distinct, code = np.unique(keys, return_inverse=True)
        return distinct, code
    # key and place in one number: sorting whole numbers is much quicker than sorting by them
    placed = (keys << _NEXT) | np.arange(len(keys))
    placed.sort()
    ordered = placed >> _NEXT
    new = np.r_[True, ordered[1:] != ordered[:-1]]
    code = np.empty(len(keys), dtype=np.int64)
    code[placed & ((1 << _NEXT) - 1)] = np.cumsum(new) - 1
    return ordered[new], code


def _nothing() -> Found:
    return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)


def _listed(found: Iterable[tuple[int, list[str]]], numbers: _Numbers) -> tuple[Ints, Ints]:
    rows: list[int] = []
    ids: list[int] = []
    for row, words in found:
        ids += map(numbers.__getitem__, words)
        rows += [row] * len(words)
    return np.array(rows, dtype=np.int64), np.array(ids, dtype=np.int64)


def _keyed(row: int, marked: list[str]) -> tuple[Ints, Ints]:
    keys = np.array([pair_key(term[1:]) for term in marked], dtype=np.int64)
    return np.full(len(keys), row, dtype=np.int64), keys


def _counted(rows: int, words: list[Found], characters: list[Found], numbers: _Numbers) -> TermCounts:
    """Count terms row by row, numbered in the order of their spelling."""
    word_row, word = (np.concatenate([part[i] for part in (_nothing(), *words)]) for i in (0, 1))
    used = np.zeros(len(numbers), dtype=bool)
    used[word] = True
    spelt = list(numbers)
    order = sorted(np.flatnonzero(used).tolist(), key=spelt.__getitem__)
    listed = list(map(spelt.__getitem__, order))
    low = bisect_left(listed, MARK)
    char_row, key = (np.concatenate([part[i] for part in (_nothing(), *characters)]) for i in (0, 1))
    distinct, code = _numbered(key)
    place = np.zeros(len(numbers), dtype=np.int64)
    place[order] = np.arange(len(order)) + np.where(np.arange(len(order)) < low, 0, len(distinct))
    both = np.concatenate([(word_row << 32) | place[word], (char_row << 32) | (low + code)])
    both.sort()
    first = np.flatnonzero(np.r_[True, both[1:] != both[:-1]]) if len(both) else np.empty(0, dtype=np.int64)
    kept = both[first]
    return TermCounts(
        words=listed,
        characters=distinct,
        indptr=np.searchsorted(kept >> 32, np.arange(rows + 1)),
        terms=(kept & 0xFFFFFFFF).astype(np.int32),
        counts=np.diff(np.r_[first, len(both)]).astype(np.int32),
    )
