"""Titles (职称), academicians and what else stands in the same cell.

Lists of experts mix titles, offices, honours and degrees in one cell (``教授、院长、博导``). The reading takes the cell
apart; the words are data (``resources/titles.toml``).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from expertmatch.tables.cleaning.basic import clean_text, is_empty
from expertmatch.tables.cleaning.title_words import LEVELS, Level, TitleWords, title_words

Academician = Literal["中国科学院院士", "中国工程院院士", "外籍院士", "两院院士", "院士", ""]

_LOWER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
_SPLIT = re.compile(r"[、,;/|\n+&·。:\s]+")
_JOIN = re.compile(
    r"(?<![\u4e00-\u9fff])((?:正|副)?高级|助理|中国科学院|中国工程院|中科院|工程院|外籍|资深|[一二三四]级)\s+(?=[\u4e00-\u9fff])"
)
_LATIN_BLANK = re.compile(r"(?<=[a-z.])\s+(?=[a-z])")
_BOTH = re.compile(r"(?:中国科学院|中科院)[、,和及与/\s]*(?:中国)?工程院(?:两院)?院士")
_EXPLAINED = re.compile(
    r"((?:正高|副高|中|初)级?(?:职称)?)\((?=[^()]*(?:[、,/]|等\)))[^()]*\)"
)  # 正高级（教授、研究员等） says no more than 正高级
_GRADE = re.compile(r"(?:专业技术)?(?:正高|副高|中级)?([一二三四五六七八九十]{1,2}|\d{1,2})级(?:岗位?|职员)?")
_FILLER = re.compile(
    r"^(?:现任?|原|曾任?|兼任?|及|和|与|等|为|是|任|担任|聘任?|国家|全国|职称|技术职称|专业技术职务|系列|任职资格|资格|已评|被聘|"
    r"临床|医学|中学|小学|大学|高校|终身|其他|在读|级|的|专家|岗位?)+$"
)
_BRACKETS = re.compile(r"[()\[\]{}<>\"“”'‘’《》【】]+")
_NO_TITLE = re.compile(r"(?:无|没有|暂无|未评|未定)(?:专业)?(?:技术)?(?:职称|职务)?")

_ACADEMY = re.compile(r"(中国科学院|中科院|中国工程院|两院|双院)?(?:学部)?((?:外籍|资深|双聘|在职|退休)*)$")
_OTHER_ACADEMY = re.compile(r"院|学会|academy|ieee|twas", re.IGNORECASE)
_KINDS: dict[str, Academician] = {
    "中国科学院": "中国科学院院士",
    "中科院": "中国科学院院士",
    "科学院": "中国科学院院士",
    "中国工程院": "中国工程院院士",
    "工程院": "中国工程院院士",
    "两院": "两院院士",
    "双院": "两院院士",
}


@dataclass(frozen=True, slots=True)
class TitleReading:
    """What a title cell says.

    Parameters
    ----------
    title
        The highest title in its usual spelling; of several at one level the first.
    level
        正高, 副高, 中级, 初级, or ``""``: skill grades (技师) and police ranks are titles without a level.
    academician
        Kind of academician of the two Chinese academies. 两院院士 may mean either academy or both; 院士 means that the
        cell does not say which.
    posts
        Offices: 院长, 总工程师.
    labels
        Honours, degrees, duties; academicians of other academies.
    known
        Whether a title or academician was recognised, or else all of the cell was (无, or offices alone). An
        occupation (教师, 干部) is no title.
    rest
        Pieces that were not recognised.
    """

    title: str = ""
    level: Level = ""
    academician: Academician = ""
    posts: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    known: bool = False
    rest: tuple[str, ...] = ()


@dataclass(slots=True)
class _Found:
    titles: list[tuple[str, Level, bool]] = field(default_factory=list)
    kinds: set[Academician] = field(default_factory=set)
    posts: dict[str, None] = field(default_factory=dict)
    labels: dict[str, None] = field(default_factory=dict)
    rest: dict[str, None] = field(default_factory=dict)


def read_title(value: object) -> TitleReading:
    """Read a title cell.

    Parameters
    ----------
    value
        For example ``教授、院长、博导``, ``正高级工程师（二级）/总工``, ``中国工程院院士``, ``正高``.

    Returns
    -------
    TitleReading
        ``known`` is false for an empty cell and for words that are no title.

    Notes
    -----
    Levels follow the national series of titles after the reform of 2016 to 2020; a bare 高级 counts as 副高, which it
    is at least. 特聘, 客座, 兼职 and 名誉教授 are appointments, not titles, and go to the labels. Academicians of other
    academies, and members of an academician's team, are no academicians here.

    Examples
    --------
    >>> read_title("教授、院长、博导")
    TitleReading(title='教授', level='正高', academician='', posts=('院长',), labels=('博士生导师',), known=True,
        rest=())
    >>> read_title("研究员级高工/副总工程师").title
    '正高级工程师'
    >>> read_title("院士团队成员").academician, read_title("中科院资深院士").academician
    ('', '中国科学院院士')
    """
    text = unicodedata.normalize("NFKC", clean_text(value))
    if not text:
        return TitleReading()
    if is_empty(text) or _NO_TITLE.fullmatch(text):
        return TitleReading(known=True)
    found = _Found()
    words = title_words()
    for piece in _pieces(text):
        _read_piece(piece, words, found)
    return _reading(found, words)


def _pieces(text: str) -> Iterator[str]:
    text = _LATIN_BLANK.sub("\x00", text.translate(_LOWER))
    text = _EXPLAINED.sub(r"\1", _BOTH.sub("两院院士", _JOIN.sub(r"\1", text)))
    for piece in _SPLIT.split(text):
        if piece:
            yield piece.replace("\x00", " ")


def _read_piece(piece: str, words: TitleWords, found: _Found) -> None:
    piece = piece.strip()
    if "院士" in piece or "学部委员" in piece:
        left = _academicians(piece, words, found)
        if left is None:
            return
        piece = left
    if not piece:
        return
    engineer = words.engineer.search(piece)
    if engineer and _engineer(engineer, words, found):
        _leftover(piece[: engineer.start()], words, found)
        _read_piece(piece[engineer.end() :], words, found)
        return
    end = 0
    for match in words.pattern.finditer(piece):
        word = match[0]
        if word in words.offices:
            found.posts[_bare(piece[end : match.end()])] = None
        else:
            _leftover(piece[end : match.start()], words, found)
            if word in words.titles:
                kept, level = words.titles[word]
                found.titles.append((kept, level, word in words.generic))
            elif words.labels[word]:
                found.labels[words.labels[word]] = None
        end = match.end()
    _leftover(piece[end:], words, found)


def _engineer(match: re.Match[str], words: TitleWords, found: _Found) -> bool:
    """Take 高级机械工程师 for 高级工程师, 软件工程师 for a firm's job; say whether it was one of them."""
    around = match["field"]
    if words.pattern.search(around) or words.post.fullmatch(around) or around[-1] in "总级席任册正副":
        return False
    if any(name in around for name in words.company):
        found.posts[match[0]] = None
        return True
    kept, level = words.titles[(match["grade"] or "") + "工程师"]
    found.titles.append((kept, level, False))
    return True


def _leftover(text: str, words: TitleWords, found: _Found) -> None:
    """Sort what stands between the known words: a grade, an office, mere filling, or something unknown."""
    for part in _BRACKETS.split(text):
        part = part.strip(" .-—~*")
        if not part or _FILLER.match(part) or _NO_TITLE.fullmatch(part):  # 无/科长
            continue
        grade = _GRADE.fullmatch(part)
        if grade:
            found.labels[f"{grade[1]}级岗"] = None
        elif part in words.jobs or words.post.fullmatch(part):
            found.posts[part] = None
        else:
            found.rest[part] = None


def _bare(text: str) -> str:
    return _BRACKETS.sub("", text).strip()


def _academicians(piece: str, words: TitleWords, found: _Found) -> str | None:
    """Take academicians out of a piece; return what is left to read, ``None`` if the piece is settled."""
    who, mark, behind = piece.partition("院士" if "院士" in piece else "学部委员")
    after = behind.lstrip('()[]<>"“”')
    if mark == "学部委员" and not who.endswith(("中国科学院", "中科院")):
        return piece
    titled = not after or behind[:1] in "()[]" or words.pattern.match(after)
    if not titled or after.startswith(("工作站", "团队", "助理", "后备", "候选", "专家")):
        _leftover(piece, words, found)  # 院士团队, 院士工作站, 院士助理
        return None
    academy = _ACADEMY.search(who)
    name, manner = (academy[1] or "", academy[2]) if academy else ("", "")
    before = who[: academy.start()] if academy else who
    if not name:  # 工程院院士 alone is the Chinese one, 俄罗斯工程院外籍院士 is not
        for short in ("工程院", "科学院"):
            if before.endswith(short) and _ends_known(before[: -len(short)], words):
                name, before = short, before[: -len(short)]
    if not name and not _ends_known(before, words):
        if _OTHER_ACADEMY.search(before):
            found.labels[_bare(who + mark)] = None
        else:
            found.rest[_bare(who + mark)] = None  # 师从张三院士
        return behind
    inside = re.match(r"[(\[](中国科学院|中科院|中国工程院|科学院|工程院|两院)?(外籍|资深)?[)\]]", behind)
    if inside and (inside[1] or inside[2]):
        name, manner = inside[1] or name, manner + (inside[2] or "")
        behind = behind[inside.end() :]
    if "外籍" in manner:
        found.kinds.add("外籍院士")
        if name and name not in {"两院", "双院"}:
            found.labels[_KINDS[name].replace("院士", "外籍院士")] = None
    else:
        found.kinds.add(_KINDS.get(name, "院士"))
    for word in ("资深", "双聘"):
        if word in manner:
            found.labels[f"{word}院士"] = None
    return f"{before} {behind}".strip()


def _ends_known(text: str, words: TitleWords) -> bool:
    """Say whether nothing stands before, or what does is a word of its own (博导, 院长) and not an academy's name."""
    text = _BRACKETS.sub("", text).strip()
    if not text or _FILLER.match(text) or words.post.fullmatch(text):
        return True
    return any(match.end() == len(text) for match in words.pattern.finditer(text))


def _reading(found: _Found, words: TitleWords) -> TitleReading:
    title, level = _best(found.titles)
    unclear = found.rest or not words.jobs.isdisjoint(found.posts)
    return TitleReading(
        title,
        level,
        _academician(found.kinds),
        tuple(found.posts),
        tuple(found.labels),
        known=bool(found.titles or found.kinds or not unclear),
        rest=tuple(found.rest),
    )


def _best(titles: list[tuple[str, Level, bool]]) -> tuple[str, Level]:
    """Return the title of the highest level; a title proper goes before a word for its level."""
    order = (*LEVELS, "")
    if not titles:
        return "", ""
    title, level, _ = min(titles, key=lambda found: (order.index(found[1]), found[2]))
    return title, level


def _academician(kinds: set[Academician]) -> Academician:
    if "两院院士" in kinds or {"中国科学院院士", "中国工程院院士"} <= kinds:
        return "两院院士"
    for kind in ("中国科学院院士", "中国工程院院士", "外籍院士", "院士"):
        if kind in kinds:
            return kind
    return ""
