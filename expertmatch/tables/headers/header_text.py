"""Headers as people write them, reduced to what distinguishes them."""

from __future__ import annotations

import re
import unicodedata

_INVISIBLE = re.compile(r"[\s\u200b-\u200f\u2028-\u202e\u2060\ufeff\u00ad\x00-\x1f\x7f]+")
_MARKS = re.compile(r"[*★☆※'\"“”‘’`]+")
_BRACKETS = re.compile(r"[(\[【〔{<《][^()\[\]【】〔〕{}<>《》]*[)\]】〕}>》]")
_NUMBERING = re.compile(r"^(?:[(（]?(?:\d{1,2}|[一二三四五六七八九十]{1,3})[)、.．:]|\d{1,2}(?=[\u4e00-\u9fff]))+")


def normalise_header(text: object) -> str:
    r"""Return a header without what does not distinguish it.

    Full-width characters become half-width, blanks and line breaks, asterisks, quotes, remarks in brackets
    such as a unit, a leading number and a trailing colon go, Latin letters become lower case.

    Parameters
    ----------
    text
        The header as written; None and NaN count as empty.

    Returns
    -------
    str
        Possibly empty.

    Examples
    --------
    >>> normalise_header("* 资金需求总额\n（万元）")
    '资金需求总额'
    >>> normalise_header("３．姓　名：")
    '姓名'
    """
    return bare(squeeze(text))


def squeeze(text: object) -> str:
    """Return a header in half-width lower case without blanks, asterisks and quotes; brackets stay."""
    if text is None or text != text:
        return ""
    flat = unicodedata.normalize("NFKC", _INVISIBLE.sub("", str(text)))
    return _MARKS.sub("", _INVISIBLE.sub("", flat)).casefold().strip(":;,、。.-_/|")


def bare(squeezed: str) -> str:
    """Return a squeezed header without remarks in brackets and without its number."""
    text, before = squeezed, None
    while before != text:
        before, text = text, _BRACKETS.sub("", text)
    text = _NUMBERING.sub("", text).strip(":;,、。.-_/|") or text
    return text or squeezed
