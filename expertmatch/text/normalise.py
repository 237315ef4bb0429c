"""One form for every text: NFKC, invisible characters gone, traditional characters simplified."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from typing import Any, cast

HAN_RANGES = ((0x3007, 0x3007), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF))
"""Chinese characters."""
SEPARATOR = "\x1f"
"""Stands between texts that are handled together."""
_CHINESE = re.compile("[" + "".join(f"{chr(first)}-{chr(last)}" for first, last in HAN_RANGES) + "]")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\ud800-\udfff]")
"""What has no shape: soft hyphens, marks of direction, halves of characters that a damaged file left."""
_WIDE = tuple((wide, unicodedata.normalize("NFKC", wide)) for wide in "，；：（）？！\u3000")


def normalise(text: str) -> str:
    """Return a text in one form: NFKC, invisible characters gone, traditional characters simplified.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
        Case is kept; it tells 5G from 5g.

    Examples
    --------
    >>> normalise("５Ｇ基站的電磁兼容")
    '5G基站的电磁兼容'
    """
    plain = _compatible(text)
    return _simplify(plain) if _CHINESE.search(plain) else plain


def normalise_all(texts: Sequence[str]) -> list[str]:
    """Return :func:`normalise` of every text, most of them converted together.

    Parameters
    ----------
    texts : sequence of str
        Any texts.

    Returns
    -------
    list of str
    """
    together = SEPARATOR.join(texts)
    if together.count(SEPARATOR) != len(texts) - 1:
        return [normalise(text) for text in texts]
    return _simplify(_compatible(together)).split(SEPARATOR)


def _compatible(text: str) -> str:
    """Return NFKC without invisible characters; what nearly every text has is replaced first, as NFKC is slow."""
    plain = _INVISIBLE.sub("", text)
    for wide, narrow in _WIDE:
        plain = plain.replace(wide, narrow)
    return plain if unicodedata.is_normalized("NFKC", plain) else unicodedata.normalize("NFKC", plain)


def _simplify(text: str) -> str:
    return cast(str, _converter().convert(text))


@cache
def _converter() -> Any:
    import opencc

    return opencc.OpenCC("t2s")
