"""Regions as people write them, to province, city, county and GB/T 2260 code.

Names of several places (鼓楼区, 长安区) are settled by what stands before or behind them, else they are reported;
a place is never guessed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from expertmatch.tables.cleaning.basic import clean_text, is_empty
from expertmatch.tables.cleaning.region_index import MUNICIPALITIES, RegionIndex, is_below, level, parents, region_index

_SEPARATORS = re.compile(r"[\s,，、;；/／|\\>→＞:：()（）\[\]【】·•\-—–_.。]+")
_SEVERAL = re.compile(r"[,，、;；/／|\n]|\s和\s|及")
_CODE = re.compile(r"(\d{6})(?:\d{3}|\d{6})?")
_COUNTRY = re.compile(r"^(?:中华人民共和国|中国(?!社|科|人|国|石|矿|地质|农|医|计))")
_HEADINGS = re.compile(r"(?:市辖区|省直辖县级行政区划|自治区直辖县级行政区划|省直辖县?|直辖县?|县(?=.{2,}))")
# Short names run on into names of streets, towns and bodies that lie elsewhere: 长沙路, 城关镇, 北京师范大学.
_NOT_HERE = re.compile(
    r"^(?:[东南西北中]?(?:路|街|大道|大街|巷|胡同|桥|镇|乡|村|社区|站|门)|"
    r"(?:[\u4e00-\u9fff]{0,6}?(?:大学|学院|社科院|科学院|研究院|研究所|党校|公司|银行|医院|中学|小学|出版社)))"
)
_LAST_WORDS = {1: "省市", 2: "市州盟", 3: "县区市旗"}
_UNIT_WORDS = "省市州盟县区旗"


@dataclass(frozen=True, slots=True)
class RegionReading:
    """What a region cell says.

    Parameters
    ----------
    province, city, county
        Names as in GB/T 2260, as far as given. A municipality (北京市) is its own city; a county that answers to
        its province directly (仙桃市, 石河子市) has no city.
    code
        Six digits of the smallest region that is sure, else ``""``.
    rest
        What stands behind the region: town, village, zone, street.
    known
        Whether there is a code.
    why
        Chinese remark: what is in doubt, or how an old name was understood.
    """

    province: str = ""
    city: str = ""
    county: str = ""
    code: str = ""
    rest: str = ""
    known: bool = False
    why: str = ""

    @property
    def full(self) -> str:
        """Return the parts in one piece, 陕西省西安市周至县; a municipality only once."""
        return "".join(dict.fromkeys((self.province, self.city, self.county)))


@dataclass(frozen=True, slots=True)
class _Match:
    codes: tuple[str, ...]
    length: int
    note: str = ""


def read_region(value: object) -> RegionReading:
    """Read a region cell.

    Full and short names, paths with or without separators, old names of renamed counties and codes are understood.

    Parameters
    ----------
    value
        For example ``陕西``, ``西安市雁塔区``, ``周至``, ``陕西省/西安市/周至县竹峪镇``, ``610124``.

    Returns
    -------
    RegionReading
        ``known`` is false, with a remark in ``why``, for what is no region (高校), for a name that several places
        bear (鼓楼区), for parts that contradict each other (江苏宜昌) and for several regions in one cell.

    Examples
    --------
    >>> read_region("周至竹峪镇")
    RegionReading(province='陕西省', city='西安市', county='周至县', code='610124', rest='竹峪镇', known=True, why='')
    >>> read_region("户县").full, read_region("户县").why
    ('陕西省西安市鄠邑区', '原户县，现为鄠邑区')
    >>> read_region("鼓楼区").why
    '“鼓楼区”有 4 处：江苏省南京市、江苏省徐州市、福建省福州市、河南省开封市，请写出上级'
    """
    if is_empty(value):
        return RegionReading()
    text = unicodedata.normalize("NFKC", clean_text(value))
    index = region_index()
    digits = _CODE.fullmatch(text)
    if digits:
        return _from_code(index, digits[1])
    packed = _COUNTRY.sub("", _SEPARATORS.sub("", text))
    reading = _read(index, packed)
    if not reading.known and reading.rest and _SEVERAL.search(text):
        parts = [_read(index, _SEPARATORS.sub("", part)) for part in _SEVERAL.split(text) if part.strip()]
        found = [part for part in parts if part.known]
        if len(found) > 1:
            return RegionReading(rest=text, why=f"写了多个地区：{'、'.join(part.full for part in found)}，请只写一个")
    return reading


def _from_code(index: RegionIndex, code: str) -> RegionReading:
    for known in (code, code[:4] + "00", code[:2] + "0000"):
        if known in index.names:
            why = "" if known == code else f"代码 {code} 不在国标表中，只认到上级"
            return _result(index, known, "", why)
    return RegionReading(rest=code, why=f"代码 {code} 不在国标表中")


def _result(index: RegionIndex, code: str, rest: str, why: str = "") -> RegionReading:
    parts = {level(c): index.names[c] for c in (code, *parents(code)) if c in index.names}
    province, city, county = parts[1], parts.get(2, ""), parts.get(3, "")
    if code[:2] + "0000" in MUNICIPALITIES:
        city = province
    return RegionReading(province, city, county, code, rest, known=True, why=why)


def _read(index: RegionIndex, text: str) -> RegionReading:
    here, notes, position = "", [], 0
    open_codes: tuple[str, ...] = ()
    open_name = ""
    while position < len(text) and not (here and level(here) == 3):
        heading = _HEADINGS.match(text, position) if here else None
        if heading:
            position = heading.end()
            continue
        match = _match(index, text, position, here, open_codes)
        if match is None:
            break
        position += match.length
        if match.note:
            notes.append(match.note)
        if len(match.codes) == 1:
            here, open_codes = match.codes[0], ()
        elif open_codes:  # a second name that does not settle the first
            break
        else:
            open_codes, open_name = match.codes, text[position - match.length : position]
            if here:
                break
    rest = text[position:]
    if open_codes:
        return _ambiguous(index, here, open_name, open_codes, rest)
    if not here:
        return RegionReading(rest=text, why=f"“{text[:30]}”不是可以识别的地区")
    rest, behind = _behind(index, here, rest)
    if behind:
        return RegionReading(*_names(index, here), rest=rest, why=behind)
    return _result(index, here, rest, "；".join(dict.fromkeys(notes)))


def _names(index: RegionIndex, code: str) -> tuple[str, str]:
    reading = _result(index, code, "")
    return reading.province, reading.city


def _match(index: RegionIndex, text: str, start: int, here: str, open_codes: tuple[str, ...]) -> _Match | None:
    """Find the longest name at ``start`` that lies in ``here``, or settles ``open_codes`` as a place above them."""
    for length in range(min(index.longest, len(text) - start), 1, -1):
        name = text[start : start + length]
        behind = text[start + length :]
        if open_codes:
            found = _above(index, name, open_codes)
            if found:
                return _Match(found, length)
            continue
        if not here and name in index.aliases:
            code, note = index.aliases[name]
            return _Match((code,), length, note)
        if name in index.full:
            codes = _inside(index.full[name], here)
            if codes:
                return _Match(codes, length)
            alias = index.aliases.get(name)
            if alias and is_below(alias[0], here):
                return _Match((alias[0],), length, alias[1])
        elif name in index.aliases and is_below(index.aliases[name][0], here):
            code, note = index.aliases[name]
            return _Match((code,), length, note)
        elif name in index.short:
            found_short = _short(index, name, behind, here)
            if found_short:
                return found_short
    return None


def _short(index: RegionIndex, name: str, behind: str, here: str) -> _Match | None:
    codes = _best_level(_inside(index.short[name], here))
    if not codes or (_NOT_HERE.match(behind) and not _goes_on(index, behind, codes)):
        return None
    tail = behind[:1]
    if tail and tail in _UNIT_WORDS:
        # 吴江市 for 吴江区, 广西省 for 广西壮族自治区: the word behind the name has changed, the place has not.
        fits = tuple(c for c in _inside(index.short[name], here) if tail in _LAST_WORDS[level(c)])
        if len(fits) != 1 or (level(fits[0]) < 3 and tail not in "省州盟"):
            return None
        note = f"“{name}{tail}”现为{index.names[fits[0]]}" if level(fits[0]) == 3 else ""
        return _Match(fits, len(name) + 1, note)
    return _Match(codes, len(name))


def _goes_on(index: RegionIndex, behind: str, codes: tuple[str, ...]) -> bool:
    """Say whether what follows begins with a place inside: 江苏镇江 is no town 江苏镇."""
    for length in range(min(index.longest, len(behind)), 1, -1):
        places = index.full.get(behind[:length], ()) + index.short.get(behind[:length], ())
        if any(is_below(place, code) for place in places for code in codes):
            return True
    return False


def _inside(codes: Iterable[str], here: str) -> tuple[str, ...]:
    return tuple(c for c in codes if not here or is_below(c, here))


def _best_level(codes: tuple[str, ...]) -> tuple[str, ...]:
    """Keep the codes of the highest level: 西安 is the city, not 牡丹江市西安区.

    Where a city shares its short name with a district of a municipality (朝阳), either may be meant.
    """
    if len(codes) < 2:
        return codes
    top = min(map(level, codes))
    best = tuple(c for c in codes if level(c) == top)
    if top == 2 and any(c[:2] + "0000" in MUNICIPALITIES for c in codes):
        return codes
    return best


def _above(index: RegionIndex, name: str, codes: tuple[str, ...]) -> tuple[str, ...]:
    """Return those of ``codes`` that lie in a place called ``name``."""
    places = index.full.get(name, ()) + index.short.get(name, ())
    return tuple(c for c in codes if any(is_below(c, place) for place in places))


def _ambiguous(index: RegionIndex, here: str, name: str, codes: tuple[str, ...], rest: str) -> RegionReading:
    above = ["".join(index.names[c] for c in reversed([*parents(code)]) if c in index.names) for code in codes]
    if len(set(above)) < len(codes) or len(set(map(level, codes))) > 1:  # 临夏市 and 临夏县; 朝阳市 and 朝阳区
        shown, remedy = [_result(index, code, "").full for code in codes], "请写出全名"
    else:
        shown, remedy = above, "请写出上级"
    more = "等" if len(shown) > 6 else ""
    why = f"“{name}”有 {len(codes)} 处：{'、'.join(shown[:6])}{more}，{remedy}"
    province, city = _names(index, here) if here else ("", "")
    return RegionReading(province, city, rest=name + rest, why=why)


def _behind(index: RegionIndex, here: str, rest: str) -> tuple[str, str]:
    """Look at what follows: the place above once more (贵阳贵州), or a place that lies elsewhere (江苏宜昌)."""
    if any(above in index.full.get(rest, ()) + index.short.get(rest, ()) for above in parents(here)):
        return "", ""
    for length in range(min(index.longest, len(rest)), 1, -1):
        name = rest[:length]
        codes = index.full.get(name, ()) or (index.short.get(name, ()) if length == len(rest) else ())
        if codes and not any(is_below(c, here) or c == here for c in codes):
            if level(here) == 3:
                return rest, ""
            there = _result(index, _best_level(codes)[0], "").full
            return rest, f"{index.names[here]}没有“{name}”（{there}），请核对"
    return rest, ""
