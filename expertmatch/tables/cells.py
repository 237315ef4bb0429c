"""How the cells of one column are cleaned, by the column's kind.

Every distinct text is read once: a column of sixty thousand titles has a dozen different ones. A reader takes the
text and returns the cleaned text, the derived texts and, where something is wrong, what.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from expertmatch.tables import clean
from expertmatch.tables.headers.contract import Column

_PARTS = re.compile(r"[；;、，,|\n]+")
_ROLE_PARTS = re.compile(r"[兼及和、，,;；/\s]+")
_NUMBER = re.compile(r"[-+]?\d[\d,，]*(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Cell:
    """One cleaned text.

    Parameters
    ----------
    value
        The cleaned text, ``""`` if there is none.
    derived
        Texts for the derived columns, in their order.
    code
        Of what is wrong, ``""`` if nothing is.
    message, remedy
        Chinese, for the problem.
    """

    value: str
    derived: tuple[str, ...] = ()
    code: str = ""
    message: str = ""
    remedy: str = ""


Reader = Callable[[str], Cell]


def reader(column: Column, *, today: date, header: str = "") -> Reader:
    """Return the function that cleans the cells of a column.

    Parameters
    ----------
    column
        The column.
    today
        The date that bounds possible years.
    header
        The header as written; 年龄 is read as an age.

    Returns
    -------
    callable
        Text -> :class:`Cell`; never raises.

    Examples
    --------
    >>> from expertmatch.tables.columns import TABLES
    >>> unit = TABLES["experts"].column("unit")
    >>> reader(unit, today=date(2018, 6, 1))("西安 交通大学").value
    '西安交通大学'
    """
    if column.kind == "enum":
        choices = dict(column.choices)
        return lambda text: _enum(text, choices, column.label)
    if column.kind in {"date", "birth"}:
        birth = column.kind == "birth"
        age = birth and header.strip() in {"年龄", "周岁"}
        late = column.name in {"date", "end", "until", "to", "deadline"}
        return lambda text: _date(text, today, birth=birth, age=age, late=late)
    if column.kind == "unit" and column.name == "parent":
        return lambda text: _plain(clean.clean_unit(text), text)
    return _READERS.get(column.kind, _line)


def _plain(value: str, text: str) -> Cell:
    return Cell("" if clean.is_empty(text) else value)


def _line(text: str) -> Cell:
    return _plain(clean.clean_text(text).replace("\n", " "), text)


def _text(text: str) -> Cell:
    return _plain(clean.clean_text(text), text)


def _id(text: str) -> Cell:
    value = clean.clean_id(text)
    if value and re.fullmatch(r"\d(?:\.\d+)?[eE]\+\d+", value):
        return Cell(
            value,
            (),
            "number-damaged",
            "编号被表格软件改成了科学记数法，后几位已经丢失。",
            "请把这一列设为“文本”格式，重新填写编号。",
        )
    return Cell(value)


def _name(text: str) -> Cell:
    if clean.is_empty(text):
        return Cell("")
    return Cell(clean.clean_name(text))


def _names(text: str) -> Cell:
    return Cell("" if clean.is_empty(text) else "；".join(clean.split_names(text)))


def _list(text: str) -> Cell:
    parts = (clean.clean_text(p) for p in _PARTS.split(text))
    return Cell("；".join(dict.fromkeys(p for p in parts if p and not clean.is_empty(p))))


def _units(text: str) -> Cell:
    parts = (clean.clean_unit(p) for p in _PARTS.split(text) if not clean.is_empty(p))
    return Cell("；".join(dict.fromkeys(p for p in parts if p)))


def _unit(text: str) -> Cell:
    if clean.is_empty(text):
        return Cell("", ("",))
    value = clean.clean_unit(text)
    return Cell(value, (clean.unit_parent(value),))


def _society(text: str) -> Cell:
    if clean.is_empty(text):
        return Cell("", ("",))
    value = clean.clean_society(text)
    return Cell(value, (clean.society_parent(value),))


def _title(text: str) -> Cell:
    if clean.is_empty(text):
        return Cell("", ("", "", "", ""))
    found = clean.read_title(text)
    # where a column of posts wins over posts in the title, 致富带头人 must not be lost: rules ask for it
    labels = [*found.labels, *(post for post in found.posts if post.endswith("带头人"))]
    derived = (found.level, found.academician, "、".join(found.posts), "；".join(labels))
    value = found.title or ("" if found.known else clean.clean_text(text).replace("\n", " "))
    if found.known or found.posts or found.labels or found.academician:
        return Cell(value, derived)
    return Cell(
        value,
        derived,
        "unknown-title",
        "认不出是什么职称，按原文保留，职称级别留空。",
        "请写职称全称（如 教授、高级工程师、副主任医师），职务另写一列。",
    )


def _level(text: str) -> Cell:
    if clean.is_empty(text):
        return Cell("")
    level = clean.read_title(text).level
    if level:
        return Cell(level)
    return Cell("", (), "unknown-level", "认不出是哪个职称级别，按空白处理。", "可以是：正高、副高、中级、初级。")


def _academician(text: str) -> Cell:
    if clean.is_empty(text):
        return Cell("")
    found = clean.read_title(text).academician
    if found:
        return Cell(found)
    answer = clean.clean_yesno(text)
    if answer != "unknown":
        return Cell("院士" if answer == "yes" else "")
    return Cell(
        "",
        (),
        "unknown-word",
        "看不出是不是院士，按空白处理。",
        "可以是：中国科学院院士、中国工程院院士、外籍院士、是、否。",
    )


def _sex(text: str) -> Cell:
    return Cell(clean.clean_person_sex(text))


def _region(text: str) -> Cell:
    if clean.is_empty(text):
        return Cell("", ("", "", "", ""))
    found = clean.read_region(text)
    derived = (found.province, found.city, found.county, found.code)
    value = (found.full + found.rest) if found.known else clean.clean_text(text).replace("\n", " ")
    if found.known:
        return Cell(value, derived)
    return Cell(
        value,
        derived,
        "unknown-region",
        f"认不出是哪个地区{f'（{found.why}）' if found.why else ''}，按原文保留。",
        "请写省、市、区县的名称（如 陕西省西安市周至县）。",
    )


def _date(text: str, today: date, *, birth: bool, age: bool, late: bool) -> Cell:
    if not text:
        return Cell("", ("", ""))
    found = clean.read_date(text, today=today, birth=birth, age=age)
    end = "" if found.end == "至今" else found.end
    iso = (end or found.iso) if late else found.iso
    if birth:
        iso = iso[:7]
    year = iso[:4]
    if found.known or not found.why:
        return Cell(iso, (year, end))
    return Cell(
        "",
        ("", ""),
        "bad-birth" if birth else "bad-date",
        f"没有有效的日期（{found.why}），按空白处理。",
        "请写成 1964-05 这样的年月。" if birth else "请写成 2017-06-30、2017-06 或 2017。",
    )


def _int(text: str) -> Cell:
    if not clean.clean_text(text) or clean.clean_text(text) in {"/", "-", "—", "无", "不详"}:
        return Cell("")
    number = clean.clean_int(text)
    if number is not None and number >= 0:
        return Cell(str(number))
    return Cell("", (), "bad-number", "应为不小于 0 的整数，按空白处理。", "请只填一个整数，如 3。")


def _float(text: str) -> Cell:
    plain = clean.clean_text(text)
    if not plain or plain in {"/", "-", "—", "无", "不详"}:
        return Cell("")
    found = _NUMBER.findall(plain)
    if len(found) == 1:
        number = float(re.sub(r"[,，]", "", found[0]))
        return Cell(str(int(number)) if number.is_integer() else repr(number))
    return Cell("", (), "bad-number", "应为一个数，按空白处理。", "请只填一个数，如 4.5。")


def _yesno(text: str) -> Cell:
    return Cell(clean.clean_yesno(text))


def _enum(text: str, choices: dict[str, str], label: str) -> Cell:
    plain = clean.clean_text(text).replace(" ", "").replace("\n", "")
    if plain in choices:
        return Cell(choices[plain])
    if clean.is_empty(text):
        return Cell("")
    lower = {k.casefold(): v for k, v in choices.items()}
    if plain.casefold() in lower:
        return Cell(lower[plain.casefold()])
    parts = [choices.get(p) for p in _ROLE_PARTS.split(plain) if p]
    if parts and all(parts):
        return Cell("、".join(dict.fromkeys(p for p in parts if p)))
    said: dict[str, str] = {}
    for word, normal in choices.items():  # a code such as yes is shown by the first Chinese word for it
        if not word.isascii() or word == normal:
            said[normal] = said[normal] if normal in said and not said[normal].isascii() else word
    return Cell(
        clean.clean_text(text).replace("\n", " "),
        (),
        "unknown-word",
        f"不是常用的{label}，按原文保留。",
        f"可以是：{'、'.join(said.values())}。",
    )


_READERS: dict[str, Reader] = {
    "id": _id,
    "name": _name,
    "names": _names,
    "line": _line,
    "text": _text,
    "list": _list,
    "disciplines": _list,
    "societies": _list,
    "title": _title,
    "level": _level,
    "academician": _academician,
    "sex": _sex,
    "region": _region,
    "unit": _unit,
    "units": _units,
    "society": _society,
    "int": _int,
    "float": _float,
    "yesno": _yesno,
}


def map_distinct(texts: Sequence[str], function: Callable[[str], Any]) -> list[Any]:
    """Apply a pure function to every text, once per distinct one.

    Parameters
    ----------
    texts
        The texts.
    function
        Text -> anything.

    Returns
    -------
    list
        As long as ``texts``.

    Examples
    --------
    >>> map_distinct(["甲", "乙", "甲"], len)
    [1, 1, 1]
    """
    known: dict[str, Any] = {}
    out = []
    for text in texts:
        try:
            out.append(known[text])
        except KeyError:
            value = known[text] = function(text)
            out.append(value)
    return out
