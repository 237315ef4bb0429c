"""Texts to features: the analyzer's terms, and words of the lexicon found whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from expertmatch.text import Analyzer, normalise

PHRASE_MARK = "="
"""First character of a feature that is a whole word of the lexicon; no word of the analyzer begins with it."""


class Features:
    """Turn a text into features: the analyzer's terms, and the lexicon's words found in it, longest first.

    Parameters
    ----------
    phrases : sequence of str
        Words of the lexicon.
    analyzer : Analyzer
        Text to terms.

    Examples
    --------
    >>> Features(["猕猴桃溃疡病"], Analyzer(characters=False))("猕猴桃溃疡病防治")
    ['猕猴', '猕猴桃', '溃疡', '溃疡病', '防治', '=猕猴桃溃疡病']
    """

    def __init__(self, phrases: Sequence[str], analyzer: Analyzer) -> None:
        self.analyzer = analyzer
        self._phrases = frozenset(plain(phrase) for phrase in phrases if len(phrase) > 1)
        lengths: dict[str, set[int]] = {}
        for phrase in self._phrases:
            lengths.setdefault(phrase[:2], set()).add(len(phrase))
        self._lengths = {head: tuple(sorted(some, reverse=True)) for head, some in lengths.items()}

    def __call__(self, text: str) -> list[str]:
        """Return the features of a text."""
        return self.analyzer(text) + [PHRASE_MARK + phrase for phrase in self._found(plain(text))]

    def _found(self, text: str) -> Iterator[str]:
        """Yield the longest phrase at each place; one cannot begin or end within a Latin word or a number.

        A pattern as text/phrases.py makes it does the same, but tries the first characters of all phrases in
        turn: with 40,000 phrases that took six times as long.
        """
        at, phrases, lengths = 0, self._phrases, self._lengths
        while at < len(text) - 1:
            for length in lengths.get(text[at : at + 2], ()):
                phrase = text[at : at + length]
                if phrase in phrases and not _cuts_latin(text, at, at + length):
                    yield phrase
                    at += length
                    break
            else:
                at += 1


def _cuts_latin(text: str, start: int, end: int) -> bool:
    return any(
        0 < place < len(text) and text[place - 1].isascii() and text[place].isascii()
        and text[place - 1].isalnum() and text[place].isalnum()
        for place in (start, end)
    )  # fmt: skip


def plain(text: str) -> str:
    """Return a text in the form in which phrases are looked for."""
    return normalise(text).lower()
