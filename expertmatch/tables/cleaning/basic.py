"""Text, names, ids and the other plain cells: one spelling, nothing lost.

Every function takes one cell and returns one small value; none of them raises on any text.
"""

from __future__ import annotations

import functools
import math
import re
import unicodedata

_ZERO_WIDTH = (
    "\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2061\u2062\u2063\u2064\ufeff\ufffe\uffff"
)
_BLANKS = "\t\v\f\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_LINE_END = re.compile(r"\r\n?|_x000[dD]_\n?|[\u0085\u2028\u2029]")
_MANY_BLANKS = re.compile(r" {2,}")
_BLANKS_AT_LINE_END = re.compile(r" *\n *")
_MANY_LINES = re.compile(r"\n{3,}")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")

_EMPTY_WORDS = frozenset(
    (
        *("", "无", "没有", "暂无", "空", "不详", "未知", "未填", "未填写", "不适用", "略", "待定", "待补", "待补充"),
        *("-", "--", "---", "—", "——", "/", "\\", "//", "、", ".", "。", "*", "?", "？", "#", "#N/A", "#N/A N/A"),
        *("N/A", "n/a", "NA", "nan", "NaN", "None", "none", "null", "NULL", "<NA>", "NaT", "nil", "0.0", "0"),
    )
)

_LONGEST_NAME = 100  # characters
_NAME_DOTS = re.compile(r"\s*[·•・‧∙⋅●˙．.]\s*")
_BRACKETED = re.compile(r"[(（\[【〔<《][^()（）\[\]【】〔〕<>《》]*[)）\]】〕>》]")
_OPEN_BRACKET = re.compile(r"[(（\[【〔].*$", re.DOTALL)
_NAME_TAIL = re.compile(r"(?:\s*(?:等(?:\s*\d+\s*人|人)?|先生|女士|同志))+$")
_HONORIFIC = re.compile(
    r"(?:副?教授|副?研究员|院士|高级工程师|正高级工程师|工程师|博士|主任医师|副主任医师|老师|高工)+$"
)
_LATIN_NAME = re.compile(r"[A-Za-zÀ-ɏ]")
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff]")
_NAME_SPLIT = re.compile(r"[;；、，,/|\n&＆＋+]+|\s+(?:and|和|与)\s+|(?<=[\u4e00-\u9fff])\s*(?:\s和\s)\s*")
_NOT_A_NAME = re.compile(r"^(?:等|等人|等等|无|\d+|et\s*al\.?|合作|团队)$")


def as_text(value: object) -> str:
    """Return a cell as text: missing is ``""``, a whole float loses its ``.0``.

    Parameters
    ----------
    value
        Text, a number, ``None``, ``NaN`` or anything that prints.

    Returns
    -------
    str
        The text as it is, otherwise unchanged.

    Examples
    --------
    >>> as_text(2017.0), as_text(None), as_text("教授 ")
    ('2017', '', '教授 ')
    """
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, float):
        if math.isnan(value):
            return ""
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else str(value)
    text = str(value)
    return "" if text in {"<NA>", "NaT", "nan"} else text


@functools.cache
def _display_table() -> dict[int, str | None]:
    table: dict[int, str | None] = dict.fromkeys(range(32))
    table.update(dict.fromkeys(range(0x7F, 0xA0)))
    table.update(dict.fromkeys(map(ord, _ZERO_WIDTH)))
    table[ord("\n")] = "\n"
    table.update(dict.fromkeys(map(ord, _BLANKS), " "))
    keep = "，；：？！（）～、。"  # Chinese punctuation is right as it is; letters, digits and signs are not
    for code in range(0xFF01, 0xFF5F):
        if chr(code) not in keep:
            table[code] = chr(code - 0xFEE0)
    # Radicals and compatibility ideographs look like characters and equal none of them; PDF copies are full of them.
    for code in (*range(0x2E80, 0x2FE0), *range(0xF900, 0xFB00)):
        plain = unicodedata.normalize("NFKC", chr(code))
        if plain != chr(code):
            table[code] = plain
    return table


def clean_text(value: object) -> str:
    r"""Return text fit for display: no control or zero-width characters, one kind of blank, half-width letters.

    Chinese punctuation stays as written, line breaks stay (as ``\n``), blanks are single and not at line ends.

    Parameters
    ----------
    value
        Any cell.

    Returns
    -------
    str
        Possibly empty.

    Examples
    --------
    >>> clean_text("　Ｑ２３５ 钢材\u200b（焊接）\r\n")
    'Q235 钢材（焊接）'
    """
    text = as_text(value)
    if text.isascii() and text.isprintable():
        return _MANY_BLANKS.sub(" ", text.replace("_x000D_", "\n").replace("_x000d_", "\n")).strip()
    text = _LINE_END.sub("\n", text).translate(_display_table())
    text = _LONE_SURROGATE.sub("\ufffd", text)
    text = _MANY_BLANKS.sub(" ", text)
    if "\n" in text:
        text = _MANY_LINES.sub("\n\n", _BLANKS_AT_LINE_END.sub("\n", text))
    return text.strip()


def is_empty(value: object) -> bool:
    """Say whether a cell holds nothing or one of the words people write for nothing (无, /, 0, N/A ...).

    Examples
    --------
    >>> is_empty("／"), is_empty("无"), is_empty("无锡")
    (True, True, False)
    """
    return clean_text(value).strip("。.；; ") in _EMPTY_WORDS


def clean_name(value: object) -> str:
    """Return a person's name in one spelling.

    Blanks inside Chinese names and titles in brackets go, the dots of transliterated names become ``·``,
    a trailing 等 goes; Latin names keep single blanks.

    Parameters
    ----------
    value
        A cell with one name.

    Returns
    -------
    str
        The name, ``""`` if the cell holds none.

    Examples
    --------
    >>> clean_name("张　三（组长）"), clean_name("买买提•艾力 等"), clean_name("John  Smith")
    ('张三', '买买提·艾力', 'John Smith')
    """
    text = " ".join(clean_text(value)[:_LONGEST_NAME].split())
    for _ in range(_LONGEST_NAME):  # what goes may bare more that goes: 张三等（组长）
        shorter = _trimmed_name(text)
        if shorter == text:
            break
        text = shorter
    return text


def _trimmed_name(text: str) -> str:
    text = _OPEN_BRACKET.sub("", _BRACKETED.sub("", text)).strip(" 　,，;；、。:：*'\"“”‘’")
    text = _NAME_TAIL.sub("", text)
    if _HAN.search(text):
        text = _NAME_DOTS.sub("·", text).strip("·")
        if not _LATIN_NAME.search(text):
            text = text.replace(" ", "")
            shorter = _HONORIFIC.sub("", text)
            text = shorter if len(shorter) >= 2 else text
    return "" if text in _EMPTY_WORDS else text


def split_names(value: object) -> list[str]:
    """Return the names in a cell such as ``张三；李四、王五 等``, each once, in order.

    Blanks separate only whole names: ``张 三`` is one name, ``张三 李四`` are two.

    Parameters
    ----------
    value
        A cell with any number of names.

    Returns
    -------
    list of str
        Names in one spelling (see :func:`clean_name`).

    Examples
    --------
    >>> split_names("张三；李 四、王五 等")
    ['张三', '李四', '王五']
    >>> split_names("欧阳锋 张三")
    ['欧阳锋', '张三']
    """
    names: dict[str, None] = {}
    text = _BRACKETED.sub("", clean_text(value))
    for piece in _NAME_SPLIT.split(text):
        for part in _split_blanks(piece.strip()):
            if _NOT_A_NAME.match(part):
                continue
            name = clean_name(part)
            if name:
                names[name] = None
    return list(names)


def _split_blanks(piece: str) -> list[str]:
    parts = piece.split()
    if len(parts) < 2 or not _HAN.search(piece) or _LATIN_NAME.search(piece):
        return [piece] if piece else []
    names: list[str] = []
    held = ""
    for part in parts:  # single characters belong together: 张 三 李四 -> 张三, 李四
        if len(part) == 1:
            held += part
            if len(held) >= 3:
                names.append(held)
                held = ""
        else:
            if held:
                names.append(held)
                held = ""
            names.append(part)
    if held:
        names.append(held)
    return names


def clean_person_sex(value: object) -> str:
    """Return ``"男"``, ``"女"`` or ``""``.

    Examples
    --------
    >>> clean_person_sex(" 男性"), clean_person_sex("F"), clean_person_sex("不详")
    ('男', '女', '')
    """
    text = clean_text(value).replace(" ", "").lower()
    if text in {"男", "男性", "男士", "先生", "m", "male", "♂"}:
        return "男"
    if text in {"女", "女性", "女士", "f", "female", "♀"}:
        return "女"
    return ""


def clean_yesno(value: object) -> str:
    """Return ``"yes"``, ``"no"`` or ``"unknown"``: an empty or doubtful cell is unknown, never no.

    Examples
    --------
    >>> clean_yesno("是"), clean_yesno("未退休"), clean_yesno("")
    ('yes', 'no', 'unknown')
    """
    text = clean_text(value).replace(" ", "").lower().strip("。.")
    if text in {"是", "有", "√", "✓", "✔", "☑", "对", "y", "yes", "true", "t", "1", "已退休", "退休", "已", "离休"}:
        return "yes"
    if text in {"否", "无", "不是", "没有", "×", "✗", "x", "错", "n", "no", "false", "f", "0", "未退休", "在职"}:
        return "no"
    if text in {"未", "在岗", "在编", "一线"}:
        return "no"
    return "unknown"


_NUMBER = re.compile(r"[-+]?\d[\d,]*(?:\.\d+)?")
_HAN_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "○": 0}


def clean_int(value: object) -> int | None:
    """Return the whole number of a cell such as ``3人``, ``１２``, ``1,200``, ``三``; ``None`` if there is none.

    Parameters
    ----------
    value
        Any cell; exactly one number with at most a unit behind it.

    Returns
    -------
    int or None
        A fraction or a span (``3-5``) is not a whole number.

    Examples
    --------
    >>> clean_int("３ 人"), clean_int("约 1,200 户"), clean_int("十二"), clean_int("3-5")
    (3, 1200, 12, None)
    """
    text = unicodedata.normalize("NFKC", clean_text(value)).strip()
    found = _NUMBER.findall(text)
    if len(found) == 1:
        number = float(found[0].replace(",", ""))
        times = 10_000 if re.search(re.escape(found[0]) + r"\s*万", text) else 1
        number *= times
        return int(number) if number.is_integer() else None
    if found:
        return None
    return han_number(text.rstrip("人个名位次户家项天年届"))


def han_number(text: str) -> int | None:
    """Return the value of a Chinese numeral below 100 (``十二``, ``二十``, ``〇``), else ``None``.

    Examples
    --------
    >>> han_number("十二"), han_number("二十"), han_number("百")
    (12, 20, None)
    """
    if not text or any(c not in _HAN_DIGITS and c != "十" for c in text):
        return None
    if "十" not in text:
        return int("".join(str(_HAN_DIGITS[c]) for c in text))
    tens, _, ones = text.partition("十")
    if len(tens) > 1 or len(ones) > 1 or ones == "十":
        return None
    return (_HAN_DIGITS[tens] if tens else 1) * 10 + (_HAN_DIGITS[ones] if ones else 0)


def clean_id(value: object) -> str:
    """Return an identifier in one spelling: half-width, no blanks, no apostrophe, ``12.0`` is ``12``.

    Case and leading zeros stay: they are part of an identifier.

    Examples
    --------
    >>> clean_id("'Ｅ００１ "), clean_id("1024.0"), clean_id("无")
    ('E001', '1024', '')
    """
    text = unicodedata.normalize("NFKC", clean_text(value))
    text = unicodedata.normalize("NFKC", "".join(text.split())).lstrip("'’‘`")
    if re.fullmatch(r"\d+\.0+", text):
        text = text.partition(".")[0]
    return "" if text in _EMPTY_WORDS and text not in {"0"} else text
