"""Dates as people write them, to ISO.

Only what a cell really says is kept: no day is invented for a month, no month for a year.
"""

from __future__ import annotations

import calendar
import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import date, timedelta

from expertmatch.tables.cleaning.basic import clean_text, han_number, is_empty

EARLIEST_YEAR = 1900
YEARS_AHEAD = 20
OPEN_END = "至今"

_SERIAL_ZERO = date(1899, 12, 30)  # day 0 of spreadsheets, for serials after their non-existing 29 February 1900
_MONTHS = {name.lower(): i for i, name in enumerate(calendar.month_abbr) if name}

_PLACEHOLDER = re.compile(r"[0\s\-/.年月日:T]+")
_TIME = re.compile(r"[T\s]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s*(?:[AaPp][Mm])?(?:Z|[+-]\d{2}:?\d{2})?$")
#: Weekday, part of the day and hour behind a date: 2026-08-12（周三）上午9:00-11:30.
_CLOCK = r"(?:\d{1,2}\s*(?:[:：]\s*\d{2}(?:[:：]\d{2})?|[点时]\s*(?:\d{1,2}\s*分?|半|整|一刻|三刻)?))"
_DAY_PART = re.compile(
    r"(?<=[\d日号])[\s,，]*"
    r"(?=[\s(]*(?:周|星期|礼拜)[一二三四五六日天]|\s*(?:凌晨|清晨|早|晚|上午|中午|正午|午前|午后|下午|傍晚|夜|全天|[AaPp][Mm])|\s+\d{1,2}\s*[点时])"
    r"(?:\(?\s*(?:周|星期|礼拜)[一二三四五六日天]\s*\)?)?\s*"
    r"(?:凌晨|清晨|早晨|早上|早|晚上|晚间|晚|上午|中午|正午|午前|午后|下午|傍晚|夜间|夜里|夜晚|夜|全天|[AaPp][Mm]|[、和及与]|\s)*"
    rf"(?:{_CLOCK}(?:\s*(?:-|—+|–|~|～|至|到)\s*(?:上午|中午|下午|晚上|傍晚)?\s*{_CLOCK})?)?\s*(?:左右|前|以前|之前)?$"
)
_HAN_DATE = re.compile(r"[〇○零一二三四五六七八九十]+(?=年|月|日|号)")
_HAN_YEAR = re.compile(r"[〇○零一二三四五六七八九]{4}")
_NOW = re.compile(r"(?:至今|现在|目前|今|现|now|present)$", re.IGNORECASE)
_WORDS = re.compile(
    r"(?:约|大约|大概|自|从|始于|于|公元|截至|截止|出生于|生于)|"
    r"(?:左右|前后|以前|之前|以后|之后|以来|出生|生|起|始|开始|期间|入学|毕业|立项|发表|授权|完成|[?？]|(?<=[年月日])[前后])+$"
)
_PART_OF_YEAR = re.compile(
    r"(?<=\d)\s*年?\s*(?:度|学年|初|底|末|中|春|夏|秋|冬|[上下]半年|[春夏秋冬]季|第?[一二三四1-4]季度?|Q[1-4]|H[12]|年)$"
)
_PART_OF_MONTH = re.compile(r"(?<=月)(?:初|底|末|中|[上中下]旬|份)+$")
_SPAN = re.compile(r"\s*(?:至|到|~|～|—+|–+|―+|──|--+|→|->)\s*")

_YMD = re.compile(r"(\d{4})\s*[-/.年,，_\s]\s*(\d{1,2})\s*[-/.月,，_\s]\s*(\d{1,2})\s*[日号]?")
_YM = re.compile(r"(\d{4})\s*[-/.年,，_\s]\s*(\d{1,2})\s*[月.]?")
_Y = re.compile(r"(\d{4})\s*年?")
_YY = re.compile(r"['’]?(\d{2})\s*[-/.年]\s*(\d{1,2})(?:\s*[-/.月]\s*(\d{1,2}))?\s*[日号月]?")
_YY_ONLY = re.compile(r"['’]?(\d{2})\s*年")
_DMY = re.compile(r"(\d{1,2})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{4})")
_MY = re.compile(r"(\d{1,2})\s*[-/.]\s*(\d{4})")
_NO_YEAR = re.compile(r"\d{1,2}\s*月(?:\s*\d{1,2}\s*[日号])?|\d{1,2}[-/.]\d{1,2}")
_DIGITS = re.compile(r"(\d+)(?:\.0*)?")
_SERIAL = re.compile(r"(\d{5})(?:\.\d+)?")
_AGE = re.compile(r"(\d{1,3})\s*(?:周?岁)")
_ENGLISH = (
    re.compile(r"(?P<d>\d{1,2})[-\s/.]*(?P<m>[A-Za-z]{3})[a-z]*\.?[-\s/.,]*(?P<y>\d{4})"),
    re.compile(r"(?P<m>[A-Za-z]{3})[a-z]*\.?\s*(?P<d>\d{1,2})(?:st|nd|rd|th)?\s*,\s*(?P<y>\d{4})"),
    re.compile(r"(?P<m>[A-Za-z]{3})[a-z]*\.?[-\s/.,]*(?P<y>\d{4})"),
    re.compile(r"(?P<y>\d{4})[-\s/.,]*(?P<m>[A-Za-z]{3})[a-z]*\.?"),
)
# Spans that use the same sign as dates do: 2015-2018, 2015.3-2018.6, 2015-16, 2015.3-6, 201503-201806.
_MONTH_PART = r"(?:[./年]\s*\d{1,2}\s*(?:[./月]\s*\d{1,2}\s*日?|月)?)?"
_SHARED_SIGN = (
    re.compile(rf"(\d{{4}}{_MONTH_PART}年?)\s*-\s*(\d{{4}}{_MONTH_PART}年?)"),
    re.compile(r"(\d{4}-\d{1,2})\s*-\s*(\d{4}-\d{1,2})"),
    re.compile(r"(\d{4}-\d{1,2}-\d{1,2})\s*-\s*(\d{4}-\d{1,2}-\d{1,2})"),
    re.compile(r"(\d{6}|\d{8})\s*-\s*(\d{6}|\d{8})"),
    re.compile(r"(\d{4}[./年]\s*\d{1,2}\s*月?)\s*-\s*(\d{1,2}\s*月?)"),
)
_YEAR_TO_SHORT_YEAR = re.compile(r"(\d{4})\s*[-/]\s*(\d{2})(?:学年|年|年度)?")


@dataclass(frozen=True, slots=True)
class DateReading:
    """What a date cell says.

    Parameters
    ----------
    iso
        ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``, as exact as the cell is; ``""`` if unknown. Of a span the start.
    year
        The year of ``iso``.
    known
        Whether there is at least a year.
    why
        Chinese remark: why it is unknown, or what of it was doubtful.
    end
        End of a span in the same form, ``"至今"`` for an open one, else ``""``.
    """

    iso: str = ""
    year: int | None = None
    known: bool = False
    why: str = ""
    end: str = ""


@dataclass(frozen=True, slots=True)
class _Limits:
    first: int
    last: int
    birth: bool
    today: date


def read_date(value: object, *, today: date, birth: bool = False, age: bool = False) -> DateReading:
    """Read a date cell.

    Parameters
    ----------
    value
        For example ``2017/6/30``, ``1986.3``, ``二〇一七年六月``, ``20170630``, ``42916`` (a spreadsheet's serial
        number), ``2015-2018``, ``0000-00-00``.
    today
        The date that bounds what is possible: years from 1900 to twenty years ahead, births up to today.
    birth
        The cell holds a birth: ``6405`` is May 1964, ``640513`` the 13th of it.
    age
        The column is headed 年龄: ``53`` is an age, and gives the year of birth.

    Returns
    -------
    DateReading
        A date that cannot be (month 13, 31 June) keeps the part that can and says so in ``why``.

    Examples
    --------
    >>> from datetime import date
    >>> today = date(2018, 6, 1)
    >>> read_date("1986年3月", today=today).iso, read_date("42916", today=today).iso
    ('1986-03', '2017-06-30')
    >>> read_date("6405", today=today, birth=True).iso, read_date("6405", today=today).why
    ('1964-05', '年份 6405 不在 1900—2038 之间')
    >>> read_date("2015.3-2018.6", today=today)
    DateReading(iso='2015-03', year=2015, known=True, why='', end='2018-06')
    """
    limits = _Limits(EARLIEST_YEAR, today.year if birth or age else today.year + YEARS_AHEAD, birth, today)
    text = _normalise(value)
    if not text:
        return DateReading()
    if _PLACEHOLDER.fullmatch(text) or is_empty(text):
        return DateReading(why="没有填写日期")
    if birth or age:
        years = _AGE.fullmatch(text) or (re.fullmatch(r"(\d{1,3})", text) if age else None)
        if years:
            return _from_age(int(years[1]), limits)
    return _span(text, limits) or _one(text, limits)


def _normalise(value: object) -> str:
    text = unicodedata.normalize("NFKC", clean_text(value)).replace("\n", " ").strip(" 。.,，;；'’`()[]")
    text = text.replace("∕", "/").replace("−", "-").replace("‐", "-").replace("－", "-")
    text = _without_hour(text)
    text = _HAN_YEAR.sub(lambda m: str(han_number(m[0])), text)
    text = _HAN_DATE.sub(lambda m: str(han_number(m[0]) if han_number(m[0]) is not None else m[0]), text)
    text = _TIME.sub("", text)
    return text.strip()


def _without_hour(text: str) -> str:
    return _DAY_PART.sub("", text) if len(text) <= 80 else text  # a date is short


def _from_age(years: int, limits: _Limits) -> DateReading:
    if not 14 <= years <= 110:
        return DateReading(why=f"年龄 {years} 不合情理")
    year = limits.today.year - years
    return DateReading(str(year), year, known=True, why=f"由年龄 {years} 推算，可能差一年")


def _span(text: str, limits: _Limits) -> DateReading | None:
    """Read a span, or return ``None`` if the cell holds one date."""
    open_span = _NOW.search(text)
    if open_span:
        start = _SPAN.sub("", text[: open_span.start()]).strip(" -年起")
        if not start:
            return DateReading(why="没有开始日期")
        return replace(_one(text[: open_span.start()].rstrip(" -—–~至到"), limits), end=OPEN_END)
    if re.search(r"\d[年月日]?\s*(?:-|—+|–|~|～|起)$", text):
        return replace(_one(text.rstrip(" -—–~～起"), limits), end=OPEN_END)
    short = _YEAR_TO_SHORT_YEAR.fullmatch(text)
    if short and int(short[2]) > 12:
        end_year = short[1][:2] + short[2]
        if int(end_year) > int(short[1]):
            return _joined(_one(short[1], limits), _one(end_year, limits))
    parts = _SPAN.split(text)
    if len(parts) == 2 and all(parts):
        return _joined(_one(parts[0], limits), _end(parts[0], parts[1], limits))
    for pattern in _SHARED_SIGN:
        found = pattern.fullmatch(_PART_OF_YEAR.sub("", text))
        if found:
            return _joined(_one(found[1], limits), _end(found[1], found[2], limits))
    return None


def _end(start: str, end: str, limits: _Limits) -> DateReading:
    """Read the end of a span, which may leave out the year (2015年3月至6月) or the month (8月12日至13日)."""
    day = re.fullmatch(r"(\d{1,2})\s*[日号]", _without_hour(end.strip()))
    first = _one(start, limits).iso
    if day and len(first) > 4:
        return _one(f"{first[:7]}-{day[1]}", limits)
    if re.fullmatch(r"\d{1,2}\s*月?|\d{1,2}\s*月\s*\d{1,2}\s*日?", end):
        return _one(f"{start.strip()[:4]}年{end if '月' in end else end + '月'}", limits)
    return _one(end, limits)


def _joined(start: DateReading, end: DateReading) -> DateReading:
    if not start.known:
        return replace(start, end=end.iso)
    why = start.why or ("" if end.known else end.why)
    if end.known and end.iso[: len(start.iso)] < start.iso[: len(end.iso)]:
        why = f"结束（{end.iso}）早于开始（{start.iso}）"
    return replace(start, end=end.iso, why=why)


def _one(text: str, limits: _Limits) -> DateReading:
    text = _WORDS.sub("", _without_hour(text.strip())).strip()
    text = _PART_OF_MONTH.sub("", text)
    found = _YMD.fullmatch(text) or _YM.fullmatch(text) or _Y.fullmatch(text)
    if not found:
        shorter = _PART_OF_YEAR.sub("", text).strip()
        found = _Y.fullmatch(shorter)
        text = shorter if found else text
    if found and not (limits.birth and text.isdigit()):
        parts = [int(part) for part in found.groups()]
        remark = ""
        if len(parts) == 2 and re.fullmatch(r"\d{4}\.1", text):
            remark = "若原为 10 月，末尾的 0 可能被表格软件去掉，请核对"
        return _made(parts, limits, remark)
    if _DIGITS.fullmatch(text) or _SERIAL.fullmatch(text):
        return _from_digits(text, limits)
    return _rarer(text, limits)


def _rarer(text: str, limits: _Limits) -> DateReading:
    for pattern in _ENGLISH:
        found = pattern.fullmatch(text)
        if found and found["m"].lower() in _MONTHS:
            day = found.groupdict().get("d")
            parts = [int(found["y"]), _MONTHS[found["m"].lower()]] + ([int(day)] if day else [])
            return _made(parts, limits)
    found = _DMY.fullmatch(text)
    if found:
        return _day_month(int(found[1]), int(found[2]), int(found[3]), limits)
    found = _MY.fullmatch(text)
    if found:
        return _made([int(found[2]), int(found[1])], limits)
    found = _YY.fullmatch(text) or _YY_ONLY.fullmatch(text)
    no_year = _NO_YEAR.fullmatch(text)
    if found and (limits.birth or not no_year):
        return _short_year([int(part) for part in found.groups() if part], limits)
    if no_year:
        return DateReading(why="没有年份")
    return DateReading(why=f"“{text[:30]}”不是可以识别的日期")


def _day_month(first: int, second: int, year: int, limits: _Limits) -> DateReading:
    if first > 12 >= second:
        return _made([year, second, first], limits)
    if second > 12 >= first or first == second:
        return _made([year, first, second], limits)
    return _made([year], limits, "日和月的次序不明，只取年份")


def _short_year(parts: list[int], limits: _Limits) -> DateReading:
    latest = limits.today.year if limits.birth else limits.today.year + 5
    year = 2000 + parts[0] if 2000 + parts[0] <= latest else 1900 + parts[0]
    reading = _made([year, *parts[1:]], limits)
    if reading.known and not limits.birth and not reading.why:
        return replace(reading, why=f"两位年份，按 {year} 年理解")
    return reading


def _from_digits(text: str, limits: _Limits) -> DateReading:
    digits = text.partition(".")[0]
    size = len(digits)
    if size == 8:
        return _made([int(digits[:4]), int(digits[4:6]), int(digits[6:])], limits)
    if size == 6:
        if limits.first <= int(digits[:4]) <= limits.last and int(digits[4:]) <= 12:
            return _made([int(digits[:4]), int(digits[4:])], limits)
        if 1 <= int(digits[2:4]) <= 12 and 1 <= int(digits[4:]) <= 31:
            return _short_year([int(digits[:2]), int(digits[2:4]), int(digits[4:])], limits)
    if size == 5:
        day = _SERIAL_ZERO + timedelta(days=int(digits))
        if limits.first <= day.year <= limits.last:
            return DateReading(day.isoformat(), day.year, known=True)
    if size == 4:
        if limits.birth and not limits.first <= int(digits) <= limits.last and 1 <= int(digits[2:]) <= 12:
            return _short_year([int(digits[:2]), int(digits[2:])], limits)
        return _made([int(digits)], limits)
    if size == 14:  # 20170630120000
        return _made([int(digits[:4]), int(digits[4:6]), int(digits[6:8])], limits)
    if size == 2 and limits.birth:
        return DateReading(why=f"“{digits}”可能是年龄，也可能是年份")
    return DateReading(why=f"“{text[:30]}”不是可以识别的日期")


def _made(parts: list[int], limits: _Limits, remark: str = "") -> DateReading:
    """Make a reading of year, month and day as far as they can be; 00 stands for not given."""
    year = parts[0]
    if year == 0:
        return DateReading(why="没有年份")
    if not limits.first <= year <= limits.last:
        return DateReading(why=f"年份 {year} 不在 {limits.first}—{limits.last} 之间")
    month = parts[1] if len(parts) > 1 else 0
    day = parts[2] if len(parts) > 2 else 0
    if not month:
        return DateReading(str(year), year, known=True, why=remark)
    if month > 12:
        return DateReading(str(year), year, known=True, why=f"没有 {month} 月，只取年份")
    if not day:
        return DateReading(f"{year}-{month:02d}", year, known=True, why=remark)
    if day > calendar.monthrange(year, month)[1]:
        why = f"{year} 年 {month} 月没有 {day} 日，只取年月"
        return DateReading(f"{year}-{month:02d}", year, known=True, why=why)
    return DateReading(f"{year}-{month:02d}-{day:02d}", year, known=True, why=remark)
