"""One pattern for many phrases: a trie written as a regular expression."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any


def phrase_pattern(phrases: Iterable[str]) -> re.Pattern[str] | None:
    """Compile a pattern that finds the longest of many phrases at each place.

    A trie looks at each character once, where an alternation would try every phrase in turn. A phrase that
    begins or ends in a Latin letter or digit is found only where no further letter or digit adjoins.

    Parameters
    ----------
    phrases : iterable of str
        What to find, as it stands in the text.

    Returns
    -------
    re.Pattern or None
        ``None`` when there are no phrases.

    Examples
    --------
    >>> phrase_pattern(["碳纤维", "碳纤维布", "PM 2.5"]).findall("碳纤维布和PM 2.5，非PM 2.55")
    ['碳纤维布', 'PM 2.5']
    """
    trie: dict[str, Any] = {}
    for phrase in phrases:
        node = trie
        for char in phrase:
            node = node.setdefault(char, {})
        node[""] = {}
    trie.pop("", None)
    return re.compile(_alternatives(trie)) if trie else None


def _alternatives(node: dict[str, Any], before: str = "") -> str:
    branches = []
    for char in sorted(c for c in node if c):
        edge = r"(?<![A-Za-z0-9])" if not before and _latin(char) else ""
        branches.append(edge + re.escape(char) + _alternatives(node[char], char))
    if "" in node:  # a phrase ends here: taken only if nothing longer goes on
        branches.append(r"(?![A-Za-z0-9])" if _latin(before) else "")
    return branches[0] if len(branches) == 1 else f"(?:{'|'.join(branches)})"


def _latin(char: str) -> bool:
    return char.isascii() and char.isalnum()
