"""Texts of a page, each of them once: cleaned, masked, and found again by number."""

from __future__ import annotations

import re

from expertmatch.tables.cleaning.personal import mask_personal
from expertmatch.text import normalise

_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
"""Controls, marks of direction and halves of characters: a cell could turn around what stands beside it."""


def shown(value: object) -> str:
    r"""Return a cell as a page may show it: personal numbers masked, without characters that nobody sees.

    Parameters
    ----------
    value : object
        Any cell.

    Returns
    -------
    str

    Examples
    --------
    >>> shown("联系 13800138000\u202e")
    '联系 138****8000'
    """
    return _UNSEEN.sub("", mask_personal(value))


class Words:
    """Texts by number, as they came.

    Examples
    --------
    >>> words = Words()
    >>> [words(text) for text in ("猕猴桃", "溃疡病", "猕猴桃")], words.texts
    ([0, 1, 0], ['猕猴桃', '溃疡病'])
    """

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.plain: dict[int, int] = {}
        """Number of a text -> number of the same text in the spelling that shared pieces have, of equal length."""
        self._numbers: dict[str, int] = {}
        self._raw: dict[str, int] = {}

    def __call__(self, text: str) -> int:
        """Return the number of a text.

        Parameters
        ----------
        text : str
            As it stands in a table.

        Returns
        -------
        int
        """
        found = self._raw.get(text)
        if found is None:
            found = self._raw[text] = self._number(shown(text))
        return found

    def searched(self, text: str) -> int:
        """Return the number of a text in which shared pieces are marked.

        Parameters
        ----------
        text : str
            As it stands in a table.

        Returns
        -------
        int
        """
        number = self(text)
        seen = self.texts[number]
        plain = normalise(seen)
        if plain.lower() != seen.lower() and len(plain) == len(seen):
            self.plain[number] = self._number(plain)
        return number

    def _number(self, text: str) -> int:
        found = self._numbers.setdefault(text, len(self.texts))
        if found == len(self.texts):
            self.texts.append(text)
        return found
