"""Analyzer: Chinese text to terms.

A text is normalised (NFKC, traditional to simplified), Latin, digit and mixed terms are cut out, runs of Chinese
characters are cut into words by jieba's algorithm in search mode, and every run also gives its single characters
and its pairs of neighbours, which find what the dictionary does not know.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, cached_property
from itertools import pairwise
from typing import Any, Literal, cast

from expertmatch.errors import MissingExtraError, SettingError
from expertmatch.text.batch import LETTER_RANGES, MARK, Batch, TermCounts
from expertmatch.text.normalise import HAN_RANGES, normalise
from expertmatch.text.phrases import phrase_pattern
from expertmatch.text.words import (
    MEASURES,
    NAMES_LIKE_QUANTITIES,
    UNITS,
    Synonyms,
    english_stop_words,
    own_synonyms,
    stop_words,
)

CHARACTER_MARK = MARK

_Piece = tuple[str, str, int, int]
"""Whether it is Chinese or Latin, what it is, where it begins, what lies behind it."""
_HAN, _LATIN = (
    "".join(f"{chr(first)}-{chr(last)}" for first, last in ranges) for ranges in (HAN_RANGES, LETTER_RANGES)
)
_PIECE = re.compile(rf"(?P<han>[{_HAN}]+)|(?P<latin>[{_LATIN}0-9]+(?:[-_./+&'·][{_LATIN}0-9]+)*(?:\+\+|#)?)")
_NUMBER = re.compile(r"[\d.,/\-+_·]+")
_QUANTITY = re.compile(rf"[\d.,/\-+_]*\d(?P<unit>[{_LATIN}/]+\d?)")
_SPLIT = re.compile(r"[-_/+&'·]+")
_WORD = re.compile(r"[a-z]+")
_CHINESE = re.compile(f"[{_HAN}]")

_MEASURES = "".join(sorted(MEASURES))
_LONGEST_JOINED = 2
"""Latin pieces up to this length are also joined to the Chinese word beside them (X射线, pH值, 维生素C)."""
_SHORTEST_STEMMED = 4
_SHORTEST_NUMBER = 3
"""Digits of a number that stays as a part of a mixed term (7075-T6)."""


class Analyzer:
    """Turn a text into terms: words, mixed terms, marked characters and pairs of neighbours.

    It is callable, so it can be scikit-learn's ``analyzer=``. It has no state beyond its settings: the same text
    gives the same terms in every process. It can be pickled.

    Parameters
    ----------
    characters : bool, default True
        Also give the single characters of Chinese runs and the pairs of neighbours, marked by ``"~"`` in front.
    user_words : iterable of str, default ()
        Words of one's own; blanks, digits and symbols in them are allowed. They are cut out before
        segmentation, the longest first, and given whole and in parts.
    stop_words : iterable of str or None, default None
        Words to drop; ``None`` takes the list that comes with the library.
    synonyms : Synonyms or None, default None
        Groups of words that mean the same; ``None`` takes the list that comes with the library. They are
        found in the text and given whole; :meth:`synonyms_of` names a term's synonyms.
    engine : {"rjieba", "jieba"}, default "rjieba"
        Which implementation of jieba's algorithm cuts; both cut alike, ``"jieba"`` is slower and an extra.

    Raises
    ------
    SettingError
        A setting that is not accepted.

    Examples
    --------
    >>> Analyzer(characters=False)("关于304不锈钢在5G基站中的应用研究（2018年）")
    ['304不锈钢', '不锈', '不锈钢', '5g', '5g基站', '基站']
    >>> Analyzer()("猕猴桃")
    ['猕猴', '猕猴桃', '~猕', '~猴', '~桃', '~猕猴', '~猴桃']
    """

    def __init__(
        self,
        *,
        characters: bool = True,
        user_words: Iterable[str] = (),
        stop_words: Iterable[str] | None = None,
        synonyms: Synonyms | None = None,
        engine: Literal["rjieba", "jieba"] = "rjieba",
    ) -> None:
        if engine not in ("rjieba", "jieba"):
            raise SettingError("engine", engine, "rjieba、jieba")
        if isinstance(user_words, str) or isinstance(stop_words, str):
            given = user_words if isinstance(user_words, str) else stop_words
            raise SettingError("user_words、stop_words", given, "由词组成的列表，例如 ['碳纤维', 'PM 2.5']")
        self.characters = bool(characters)
        self.engine: Literal["rjieba", "jieba"] = engine
        self.user_words = _plain_words(user_words)
        self.stop_words = None if stop_words is None else _plain_words(stop_words)
        self.synonyms = own_synonyms() if synonyms is None else synonyms
        own = (*self.user_words, *(_plain(word) for group in self.synonyms.groups for word in group))
        marked = next((word for word in own if word.startswith(MARK)), None)
        if marked is not None:
            raise SettingError("user_words、synonyms", marked, f"不以 {MARK} 开头的词")

    def __call__(self, text: str) -> list[str]:
        """Return the terms of a text.

        Parameters
        ----------
        text : str
            Any text; an empty one has no terms.

        Returns
        -------
        list of str
            Words in the order of the text, then synonyms found whole, then characters and pairs of neighbours
            marked with ``"~"``. A term stands as often as the text has it.
        """
        words, characters = self._terms(normalise(text)) if text else ([], [])
        return words + characters

    def count(self, texts: Sequence[str]) -> TermCounts:
        """Return how often each term stands in each of many texts.

        Parameters
        ----------
        texts : sequence of str
            Any texts.

        Returns
        -------
        TermCounts
            The counts of ``Counter(analyzer(text))`` for every text, as arrays.

        Examples
        --------
        >>> Analyzer(characters=False).count(["猕猴桃", "猕猴桃，猕猴桃"]).counts.tolist()
        [1, 1, 2, 2]
        """
        return self._batch.count(texts)

    def _terms(self, plain: str) -> tuple[list[str], list[str]]:
        """Return the words and the marked characters and pairs of a normalised text."""
        words: list[str] = []
        characters: list[str] = []
        for part, is_user_word in self._split_user_words(plain):
            found_words, found_characters = self._analyze(part)
            if is_user_word:
                whole = part.lower()
                words.append(whole)
                found_words = [word for word in found_words if word != whole]
            words.extend(found_words)
            characters.extend(found_characters)
        if self._phrases is not None:
            phrases = Counter(found.group() for found in self._phrases.finditer(plain.lower()))
            for phrase, times in phrases.items():  # those that segmentation or a user word gave already count once
                words.extend([phrase] * (times - words.count(phrase)))
        return words, characters

    def synonyms_of(self, term: str) -> tuple[str, ...]:
        """Return the terms that mean the same as ``term``, without itself.

        Parameters
        ----------
        term : str
            A term as this analyzer gives it.

        Returns
        -------
        tuple of str
            Empty when there are none.

        Examples
        --------
        >>> Analyzer(synonyms=Synonyms((("猕猴桃", "奇异果"),))).synonyms_of("奇异果")
        ('猕猴桃',)
        """
        return self._synonym_terms.get(term, ())

    def settings(self) -> dict[str, Any]:
        """Return the settings as plain values that JSON can hold; equal settings give equal terms.

        Returns
        -------
        dict
            Keyword arguments; lists in place of tuples.

        Examples
        --------
        >>> Analyzer(user_words=["碳纤维"]).settings()["user_words"]
        ['碳纤维']
        """
        return {
            "characters": self.characters,
            "user_words": list(self.user_words),
            "stop_words": None if self.stop_words is None else list(self.stop_words),
            "synonyms": [list(group) for group in self.synonyms.groups],
            "engine": self.engine,
        }

    @classmethod
    def from_settings(cls, settings: dict[str, Any]) -> Analyzer:
        """Return the analyzer that :meth:`settings` described.

        Parameters
        ----------
        settings : dict
            As :meth:`settings` gives it.

        Returns
        -------
        Analyzer
        """
        groups = tuple(tuple(group) for group in settings["synonyms"])
        return cls(**{**settings, "synonyms": Synonyms(groups)})

    def __eq__(self, other: object) -> bool:
        """Analyzers are equal when their settings are."""
        return isinstance(other, Analyzer) and self.settings() == other.settings()

    __hash__ = None  # type: ignore[assignment]

    def __getstate__(self) -> dict[str, Any]:
        """Leave out the cutter, which cannot be pickled, and what is derived from the settings."""
        return self.settings()

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take settings back; the cutter is made again when first needed."""
        self.__dict__.update(Analyzer.from_settings(state).__dict__)

    # what is derived from the settings, made when first needed

    @cached_property
    def _batch(self) -> Batch:
        return Batch(self)

    @cached_property
    def _cut(self) -> Callable[[str], list[str]]:
        if self.engine == "jieba":
            return _jieba_cutter()
        return _rjieba_cutter()

    @cached_property
    def _stop(self) -> frozenset[str]:
        return stop_words() if self.stop_words is None else frozenset(self.stop_words)

    @cached_property
    def _stop_pattern(self) -> re.Pattern[str] | None:
        return phrase_pattern(self._stop_phrases)

    @cached_property
    def _stop_phrases(self) -> tuple[str, ...]:
        return tuple(word for word in self._stop if len(word) > 1 and _CHINESE.match(word))

    @cached_property
    def _stem(self) -> Callable[[str], str]:
        import snowballstemmer

        stem_word = snowballstemmer.stemmer("english").stemWord
        known: dict[str, str] = {}

        def stem(word: str) -> str:
            if word not in known:
                known[word] = stem_word(word)
            return known[word]

        return stem

    @cached_property
    def _user_pattern(self) -> re.Pattern[str] | None:
        pattern = phrase_pattern(self.user_words)
        return None if pattern is None else re.compile(pattern.pattern, re.IGNORECASE)

    @cached_property
    def _synonym_terms(self) -> dict[str, tuple[str, ...]]:
        terms: dict[str, tuple[str, ...]] = {}
        for group in self.synonyms.groups:
            members = [self._term_of(_plain(word)) for word in group]
            for member in members:  # words of two groups may give one term: UAV and ｕａｖ, drone and drones
                others = dict.fromkeys((*terms.get(member, ()), *members))
                terms[member] = tuple(other for other in others if other != member)
        return terms

    @cached_property
    def _phrases(self) -> re.Pattern[str] | None:
        return phrase_pattern(self._phrase_words)

    @cached_property
    def _phrase_words(self) -> tuple[str, ...]:
        """Synonyms that segmentation would not give whole."""
        words = sorted({_plain(word) for group in self.synonyms.groups for word in group} - {""})
        return tuple(word for word in words if self._term_of(word) not in self._analyze(word)[0])

    def _term_of(self, word: str) -> str:
        """Return the term a synonym appears as: its stem when it is one Latin word, else itself."""
        return self._stemmed(word) if _WORD.fullmatch(word) else word

    # the steps

    def _split_user_words(self, text: str) -> Iterator[tuple[str, bool]]:
        if self._user_pattern is None:
            yield text, False
            return
        start = 0
        for found in self._user_pattern.finditer(text):
            if found.start() > start:
                yield text[start : found.start()], False
            yield found.group(), True
            start = found.end()
        if start < len(text):
            yield text[start:], False

    def _analyze(self, text: str) -> tuple[list[str], list[str]]:
        words: list[str] = []
        characters: list[str] = []
        pieces = _pieces(text)
        cuts = {i: self._cut(piece[1]) for i, piece in enumerate(pieces) if piece[0] == "han"}
        for i, (kind, piece, start, _) in enumerate(pieces):
            if kind == "han":
                words.extend(word for word in cuts[i] if len(word) > 1 and word not in self._stop)
                if self.characters:
                    after_number = i > 0 and pieces[i - 1][3] == start and pieces[i - 1][1][-1].isdigit()
                    run = piece.lstrip(_MEASURES) if after_number else piece
                    singles = run if self._stop_pattern is None else self._stop_pattern.sub("", run)
                    pairs = map("".join, pairwise(run))
                    characters.extend(CHARACTER_MARK + one for one in (*singles, *pairs) if one not in self._stop)
                continue
            words.extend(self._latin_at(i, pieces, cuts.__getitem__))
        return words, characters

    def _latin_words(self, text: str) -> list[str]:
        """Return the terms of letters and digits alone; only Chinese runs beside them are cut."""
        pieces = _pieces(text)
        places = [i for i, piece in enumerate(pieces) if piece[0] == "latin"]
        return [term for i in places for term in self._latin_at(i, pieces, lambda place: self._cut(pieces[place][1]))]

    def _latin_at(self, i: int, pieces: list[_Piece], cut: Callable[[int], list[str]]) -> list[str]:
        _, piece, start, end = pieces[i]
        before = after = ""
        if len(piece) <= _LONGEST_JOINED or _NUMBER.fullmatch(piece):
            if i and pieces[i - 1][0] == "han" and pieces[i - 1][3] == start:
                before = cut(i - 1)[-1]
            if i + 1 < len(pieces) and pieces[i + 1][0] == "han" and pieces[i + 1][2] == end:
                after = _first_word(pieces[i + 1][1], cut(i + 1))
        return self._latin(piece, before, after)

    def _latin(self, piece: str, before: str, after: str) -> list[str]:
        """Return the terms of letters, digits and signs between two Chinese words (empty where none adjoins)."""
        low = piece.lower()
        if _is_quantity(piece):
            return []
        if _NUMBER.fullmatch(piece):
            counts = len(after) < 2 or after[0] in MEASURES or after in self._stop
            return [] if counts or not piece.isdigit() else [low + after]
        terms = [] if self._is_noise(piece) else [self._stemmed(low)]
        if len(piece) <= _LONGEST_JOINED:
            if len(before) > 1 and before not in self._stop:
                terms.append(before + low)
            if after and after not in self._stop:
                terms.append(low + after)
        parts = [part for part in _SPLIT.split(piece) if part]
        if len(parts) > 1:
            terms.extend(self._stemmed(part.lower()) for part in parts if not self._is_noise(part))
        return terms

    def _is_noise(self, piece: str) -> bool:
        if piece.isdigit():
            return len(piece) < _SHORTEST_NUMBER
        low = piece.lower()
        return len(low) < 2 or low in english_stop_words() or low in self._stop or _is_quantity(piece)

    def _stemmed(self, low: str) -> str:
        return self._stem(low) if len(low) >= _SHORTEST_STEMMED and _WORD.fullmatch(low) else low


def _pieces(text: str) -> list[_Piece]:
    return [(str(found.lastgroup), found.group(), found.start(), found.end()) for found in _PIECE.finditer(text)]


@cache
def _rjieba_cutter() -> Callable[[str], list[str]]:
    """Return the search mode on the dictionary that comes with it, read once: it takes no words of one's own."""
    import rjieba

    return cast("Callable[[str], list[str]]", rjieba.Jieba().cut_for_search)


def _jieba_cutter() -> Callable[[str], list[str]]:
    """Return jieba's own search mode on a tokenizer of its own, its notices silenced, no cache file shared."""
    try:
        import jieba
    except ImportError:
        raise MissingExtraError("engine='jieba' ", "jieba") from None
    tokenizer = jieba.Tokenizer()
    tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(tokenizer.get_dict_file())
    tokenizer.initialized = True
    return cast("Callable[[str], list[str]]", tokenizer.lcut_for_search)


def _is_quantity(piece: str) -> bool:
    quantity = _QUANTITY.fullmatch(piece)
    return bool(quantity and quantity["unit"] in UNITS and piece not in NAMES_LIKE_QUANTITIES)


def _plain(word: str) -> str:
    return normalise(word).strip().lower()


def _plain_words(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({plain for word in words if (plain := _plain(word))}))


def _first_word(run: str, cut: list[str]) -> str:
    """Return the first whole word of a run; search mode gives the parts of a long word before it."""
    return max((word for word in cut if run.startswith(word)), key=len)
