"""Personal numbers and addresses inside text: found, and masked.

Recognised are identity numbers, mobile and landline numbers, mail addresses, bank cards and accounts of messengers,
also with blanks, dashes or full-width digits. Patent numbers, standards and other long codes are left alone: a
number counts only if its form and, where there is one, its check digit are right.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Literal, NamedTuple

from expertmatch.tables.cleaning.basic import as_text

PersonalKind = Literal["id", "mobile", "landline", "mail", "bank", "im"]

# One character to one character, so that places in the plain text are places in the original.
_PLAIN = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | dict.fromkeys(
    (0x2010, 0x2011, 0x2012, 0x2013, 0x2014, 0x2015, 0x2212, 0x00AD), ord("-")
)
_PLAIN |= dict.fromkeys((0x3000, 0x00A0, 0x2002, 0x2003, 0x2009, 0x202F, 0x200B, 0x200C, 0x200D, 0xFEFF, 9), ord(" "))

# Nothing of a longer number or code may stand before or behind.
_NOT_BEFORE = r"(?<![0-9A-Za-z_.])(?<![A-Za-z]/)"
_NOT_BEHIND = r"(?![0-9A-Za-z_])(?!\.[1-9])"
_GAP = r"[ -]?"

_PROVINCES = "1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]"
_ID_18 = re.compile(rf"(?<![0-9A-Za-z_.])[1-9]{_GAP}(?:\d{_GAP}){{16}}[0-9Xx]{_NOT_BEHIND}")
_ID_15 = re.compile(rf"{_NOT_BEFORE}(?:{_PROVINCES})\d{{4}}[ -]?\d{{6}}[ -]?\d{{3}}{_NOT_BEHIND}")
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS = "10X98765432"
_ID_SAID = re.compile(r"(?:身份证|证件|身份号|公民身份)[^0-9]{0,12}$")

_MOBILE_START = r"(?:(?<![0-9A-Za-z_.])|(?<=[Tt][Ee][Ll])|(?<=[Mm]ob)|(?<=obile)|(?<=hone)|(?<=[Vv][Xx])|(?<=[Ww][Xx]))"
_MOBILE_GROUPS = (
    r"(?:1[3-9]\d(?: {1,2}\d{4} {1,2}\d{4}|-\d{4}-\d{4}| \d{3} \d{5}|-\d{3}-\d{5})|"
    r"1[3-9]\d\d(?: \d{3} \d{4}|-\d{3}-\d{4}))"
)
_MOBILE = re.compile(
    rf"{_MOBILE_START}(?:(?:\+|00)?86[ -]{{0,2}}(?:1[3-9]\d{{9}}|{_MOBILE_GROUPS})|"
    rf"1[3-9]\d{{9}}|(?<!\d[ -]){_MOBILE_GROUPS}){_NOT_BEHIND}"
)
_AREA = r"0(?:10|2\d|[3-9]\d{2})"
_LANDLINE = re.compile(
    rf"{_NOT_BEFORE}(?<!\d-)(?:(?:(?:\+|00)86[ -]?|86-)?(?:\({_AREA}\) ?|{_AREA} ?- ?)"
    rf"[2-9]\d{{2,3}}[ -]?\d{{4}}|(?:\+|00)86[ -]?{_AREA[1:]}[ -]?[2-9]\d{{2,3}}[ -]?\d{{4}})"
    rf"(?: ?(?:-|转) ?\d{{1,5}})?(?:[/、,] ?[2-9]\d{{6,7}})*(?![0-9A-Za-z_-])(?!\.\d)"
)
_SAID = r"(?:电话|座机|固话|传真|[Tt][Ee][Ll]|[Ff][Aa][Xx])(?:号码?)?[:： .]{0,3}"
_LANDLINE_SAID = re.compile(rf"{_SAID}((?:{_AREA}[ -]?)?[2-9]\d{{6,7}})(?![0-9A-Za-z_])")
_MAIL = re.compile(
    r"(?<![0-9A-Za-z._%+-])[0-9A-Za-z_%+][0-9A-Za-z._%+-]{0,63} ?(?:@|[(\[]at[)\]]) ?"
    r"(?:[0-9A-Za-z](?:[0-9A-Za-z-]{0,62})\.){1,5}[A-Za-z]{2,18}(?![0-9A-Za-z])"
)
_BANK = re.compile(r"(?<![0-9A-Za-z_.-])62\d{2}(?:[ -]?\d{4}){3}(?:[ -]?\d{1,3})?(?![0-9A-Za-z_])(?!\.\d)")
_BANK_SAID = re.compile(r"(?:卡号|账号|帐号|银行卡)[:： ]{0,3}(\d(?:[ -]?\d){11,22})(?![0-9A-Za-z_])")
_MESSENGER = re.compile(
    r"(?:QQ|qq)(?:号码?|群)?[:： ]{0,3}([1-9]\d{4,10})(?![0-9A-Za-z@.])|"
    r"(?:微信号?|[Ww]e[Cc]hat)[:： ]{1,3}([A-Za-z][0-9A-Za-z_-]{5,19}|1[3-9]\d{9})(?![0-9A-Za-z@.])"
)
_TAKEN = "\x00"
# A text without a digit or an at sign holds none of all this.
_WORTH_A_LOOK = re.compile(r"\d.{0,8}\d.{0,8}\d|@|at[)\]]|微信|[Ww]e[Cc]hat", re.DOTALL)


class Personal(NamedTuple):
    """One find.

    Parameters
    ----------
    kind
        ``id``, ``mobile``, ``landline``, ``mail``, ``bank`` or ``im`` (messenger account).
    span
        Start and end in the text as given.
    """

    kind: PersonalKind
    span: tuple[int, int]


def find_personal(value: object) -> list[Personal]:
    """Find personal numbers and addresses in a text.

    Parameters
    ----------
    value
        Any cell.

    Returns
    -------
    list of Personal
        In order, without overlaps.

    Notes
    -----
    Identity numbers of 18 digits need the right check digit of GB 11643 and a possible date (a wrong check digit
    passes where 身份证 or 证件 stands before), those of 15 digits a province and a date; landlines need an area
    code or a word such as 电话 before them.

    Examples
    --------
    >>> find_personal("张三，手机 138-0013-8000，专利 ZL201710123456.7")
    [Personal(kind='mobile', span=(6, 19))]
    """
    text = as_text(value)
    if len(text) < 5:
        return []
    plain = text if text.isascii() and "\t" not in text else text.translate(_PLAIN)
    if not _WORTH_A_LOOK.search(plain):
        return []
    found: list[Personal] = []
    while True:  # once more without what was found: 13800138000-029-88886666
        fresh = _without_overlaps(_candidates(plain))
        if not fresh:
            return sorted(found, key=lambda item: item.span)
        found += fresh
        plain = _replaced(plain, ((item.span, _TAKEN * (item.span[1] - item.span[0])) for item in fresh))


def _without_overlaps(candidates: Iterable[tuple[PersonalKind, int, int]]) -> list[Personal]:
    kept: list[Personal] = []
    starts: list[int] = []
    for kind, start, end in candidates:
        place = bisect.bisect(starts, start)
        before = place == 0 or kept[place - 1].span[1] <= start
        if before and (place == len(kept) or kept[place].span[0] >= end):
            starts.insert(place, start)
            kept.insert(place, Personal(kind, (start, end)))
    return kept


def mask_personal(value: object) -> str:
    """Return the text with personal numbers and addresses masked.

    Masked as offices do: a mobile keeps three digits in front and four behind, an identity number three and four, a
    mail address its first letter and its domain, the others two characters.

    Parameters
    ----------
    value
        Any cell.

    Returns
    -------
    str
        The same text where nothing was found.

    Examples
    --------
    >>> mask_personal("电话 029-88886666，邮箱 zhangsan@example.com")
    '电话 029-********，邮箱 z*******@example.com'
    """
    text = as_text(value)
    found = find_personal(text)
    if not found:
        return text
    return _replaced(text, ((item.span, _masked(item.kind, text[slice(*item.span)])) for item in found))


def _replaced(text: str, parts: Iterable[tuple[tuple[int, int], str]]) -> str:
    pieces: list[str] = []
    end = 0
    for (start, stop), new in parts:
        pieces += (text[end:start], new)
        end = stop
    return "".join([*pieces, text[end:]])


def _candidates(text: str) -> Iterator[tuple[PersonalKind, int, int]]:
    """Yield finds, the surest kinds first: what they cover is not looked at again."""
    for match in _MAIL.finditer(text):
        yield "mail", *match.span()
    for match in _ID_18.finditer(text):
        if _is_id(match[0], said=bool(_ID_SAID.search(text, max(0, match.start() - 20), match.start()))):
            yield "id", *match.span()
    for match in _BANK.finditer(text):
        if _luhn(match[0]):
            yield "bank", *match.span()
    for match in _ID_15.finditer(text):
        digits = _digits(match[0])
        if _is_day("19" + digits[6:12]):
            yield "id", *match.span()
    for match in _MOBILE.finditer(text):
        yield "mobile", *match.span()
    for match in _LANDLINE.finditer(text):
        yield "landline", *match.span()
    for match in _LANDLINE_SAID.finditer(text):
        yield "landline", *match.span(1)
    for match in _BANK_SAID.finditer(text):
        yield "bank", *match.span(1)
    for match in _MESSENGER.finditer(text):
        yield "im", *match.span(1 if match[1] else 2)


def _digits(text: str) -> str:
    return text.replace(" ", "").replace("-", "")


def _is_id(text: str, *, said: bool) -> bool:
    digits = _digits(text).upper()
    if not re.match(_PROVINCES, digits) or not _is_day(digits[6:14]):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(digits[:17], _ID_WEIGHTS, strict=True))
    return said or _ID_CHECKS[total % 11] == digits[17]


def _is_day(digits: str) -> bool:
    try:
        day = date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return False
    return 1880 <= day.year <= 2100


def _luhn(text: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(_digits(text))):
        number = int(digit) * (1 + place % 2)
        total += number - 9 * (number > 9)
    return total % 10 == 0


def _masked(kind: PersonalKind, text: str) -> str:
    if kind == "mail":
        at = max(text.find("@"), text.find("＠"), text.find("("), text.find("["))
        shown = min(1, at - 1)  # a name of one letter is masked whole
        return text[:shown] + "*" * (at - shown) + text[at:]
    keep_front, keep_back = {"id": (3, 4), "mobile": (3, 4)}.get(kind, (2, 0))
    if kind == "landline":
        keep_front = 3 if re.match(r"[(（0０]", text) else 0
    places = [i for i, char in enumerate(text) if char.isalnum()]
    if kind == "mobile" and len(places) > 11:  # 86 before the number
        keep_front += len(places) - 11
    kept = set(places[:keep_front]) | set(places[len(places) - keep_back :] if keep_back else ())
    return "".join("*" if char.isalnum() and i not in kept else char for i, char in enumerate(text))
