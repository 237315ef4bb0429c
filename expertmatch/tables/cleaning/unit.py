"""Units and societies to one spelling, and the legal person they belong to."""

from __future__ import annotations

import csv
import functools
import re
from importlib import resources

from expertmatch.tables.cleaning.basic import clean_text, is_empty

_TO_WIDE = str.maketrans("()[]{}【】〔〕［］", "（）（）（）（）（）（）")
_BLANK_BESIDE_HAN = re.compile(r"(?<=[^\x00-\x7f])\s+|\s+(?=[^\x00-\x7f])")
_PIECES = re.compile(r"[\s、；;]+")
_NOTE = re.compile(
    r"（(?:原|现|筹|暂|退休|离休|返聘|兼|挂靠|含|即|简称|以下简称|曾用名|原名)[^（）]*）|"
    r"（[^（）]*(?:\d+号|\d+室|路\d+|邮编|电话)[^（）]*）|（[A-Za-z&.\- ]{1,15}）|（）"
)
_OPEN_NOTE = re.compile(r"（[^（）]*$")
_BODY = "大学|公司|医院|党校|科学院|学会|协会|研究会|出版社|厅|局|委|研究室"
_A_UNIT = re.compile(rf"研究院|研究所|学院|{_BODY}")
_A_COLLEGE = re.compile(
    r"中国|国家|中央|[\u4e00-\u9fff]{2,3}(?:省|市|行政|师范|工|医|财|体育|美术|音乐)|.*(?:大学|党校)"
)
_NATIONAL = re.compile(r"中国|国家|中央|中共")
_NAMED = re.compile(rf".{{2,}}?(?:{_BODY})")
_LONGEST = 200  # characters; no unit's name is longer
_EDGES = " ,，.。;；:：、/\\-—_*'\"“”‘’"

_INSIDE = re.compile(r"(?:学院|系|所|中心|部|院|实验室|馆|室|处)$")
_PROVINCIAL = re.compile(r"(?<=[省市区州县])社科院|(?<=^[\u4e00-\u9fff]{2})社科院|(?<=^[\u4e00-\u9fff]{3})社科院")

_SOCIETY = (
    r"学会|协会|研究会|促进会|联合会|联谊会|商会|基金会|总会|校友会|志愿者联盟|产业联盟|技术联盟|创新联盟|协作网|协同会"
)
_SOCIETY_HEAD = re.compile(rf"^.+?(?:{_SOCIETY})(?:联合会|联合体|总会|联盟)?")
_BRANCH = re.compile(
    r"(?:分会|专业委员会|专委会|工作委员会|工委|委员会|学组|分支机构|工作组|专业组|协作组|分部|支会|"
    r"秘书处|办公室|理事会|常务理事会|监事会|党支部|党委|[学术编辑部会员]{2,4}部|联络处|代表处|工作站|服务站|服务中心)$"
)

_COMPANY = re.compile(r"^(.+?(?:有限责任公司|股份有限公司|有限公司|集团公司|总公司|公司))(.*)$")
_LEGAL_END = re.compile(r"(?:有限责任公司|有限公司|总公司|出版社)$")
_AFFILIATED = re.compile(r"^(.+?附属.{0,12}?(?:医院|中学|小学|学校)|.+?附[中小])")
_HOSPITAL = re.compile(r"^(.+?(?:医院|卫生院|疾病预防控制中心|疾控中心|保健院))")
_INSTITUTE_OF_ACADEMY = re.compile(
    r"^(中国(?!社会)[\u4e00-\u9fff]{0,6}?科学(?:研究)?院(?!大学)[\u4e00-\u9fff]{2,30}?"
    r"(?:研究所|研究院|研究中心|天文台|植物园|授时中心))"
)
_UNIVERSITY = re.compile(r"^(.+?大学(?!生|城(?![市乡镇]))(?:（[\u4e00-\u9fff]{2,4}）)?)")
_ACADEMY = re.compile(
    r"^(.+?(?:社会科学院|科学院|科学研究院|职业技术学院|学院(?!路)|党校|干部学校|军校|学校|中学|小学|职高|技校)"
    r"(?:（[\u4e00-\u9fff]{2,4}(?:校区)?）|（[\u4e00-\u9fff]{2,8}(?:学院|党校)）)?)"
)
_INSTITUTE = re.compile(
    r"^(.+?(?:研究总院|设计研究院|勘察设计院|研究院|设计院|勘察院|研究所|设计所|试验站|推广总站|推广站|推广中心|"
    r"图书馆|博物馆|博物院|科技馆|纪念馆|档案馆|出版社|杂志社|报社|电视台|文化馆|合作社|家庭农场|农场|林场|植物园|动物园|"
    r"监测站|监测中心|气象台|检验所|研究中心|工程中心|技术中心|服务中心|示范基地|示范园))"
)
_OFFICE = re.compile(
    r"^(.{2,20}?(?:人民政府|委员会|厅|局|部|委|署|人民法院|人民检察院|法院|检察院))(?=.{2,14}(?:处|司|科|室|股|队|所|中心)$)"
)
_PARENTS = (_INSTITUTE_OF_ACADEMY, _UNIVERSITY, _ACADEMY, _HOSPITAL, _INSTITUTE, _OFFICE)


@functools.cache
def _aliases() -> dict[str, str]:
    text = resources.files("expertmatch.resources").joinpath("unit_aliases.csv").read_text(encoding="utf-8")
    return {row[0]: row[1] for row in list(csv.reader(text.splitlines()))[1:]}


def clean_unit(value: object) -> str:
    """Return a unit's name in one spelling.

    Blanks inside Chinese names go, brackets are Chinese ones, notes in brackets (原…, 退休, an address) go, names
    known by a short form (``resources/unit_aliases.csv``) are written out. Several units in one cell are joined by
    ``、``.

    Parameters
    ----------
    value
        A cell with a unit, as people write it.

    Returns
    -------
    str
        The name, ``""`` if the cell holds none. What belongs to the name, such as （武汉） or （集团）, stays.

    Examples
    --------
    >>> clean_unit("中国地质大学 (武汉)　经济学院"), clean_unit("西安交大 机械学院")
    ('中国地质大学（武汉）经济学院', '西安交通大学机械学院')
    """
    text = clean_text(value)
    if is_empty(text):
        return ""
    text = text[:_LONGEST].translate(_TO_WIDE)
    pieces = [piece for piece in _PIECES.split(text) if piece]
    if len(pieces) > 1 and any(ord(char) > 127 for char in text):
        units: list[str] = []
        for piece in pieces:
            if units and not (_stands_alone(piece) and _stands_alone(units[-1])):
                units[-1] += ("、" if f"{units[-1]}、" in text else "") + piece
            else:
                units.append(piece)
        return "、".join(dict.fromkeys(filter(None, map(_one_unit, units))))
    return _one_unit(text)


def _stands_alone(piece: str) -> bool:
    """Say whether a piece is a unit by itself, not a department of the one before it."""
    if len(piece) < 4 or not _A_UNIT.search(piece):
        return False
    if piece.endswith("学院") and not _A_COLLEGE.match(piece):
        return False
    return bool(_NATIONAL.match(piece) or _NAMED.match(piece))


def _one_unit(text: str) -> str:
    text = " ".join(text.split())
    for _ in range(_LONGEST):  # brackets in brackets
        shorter = _OPEN_NOTE.sub("", _NOTE.sub("", _BLANK_BESIDE_HAN.sub("", text))).strip(_EDGES)
        if shorter == text:
            break
        text = shorter
    text = _PROVINCIAL.sub("社会科学院", text)
    aliases = _aliases()
    for length in range(min(12, len(text)), 1, -1):
        full = aliases.get(text[:length])
        if full and not text.startswith(full):
            behind = text[length:]
            if not behind or behind[0] == "（" or _INSIDE.search(behind):
                return full + behind
    return "" if is_empty(text) else text


def unit_parent(value: object) -> str:
    """Return the legal person a unit belongs to: what is asked where rules speak of one's own unit.

    Parameters
    ----------
    value
        A unit in any spelling; of several the first counts.

    Returns
    -------
    str
        The university of a school, the company of a branch, the society of a committee, the body of an office; the
        unit itself if it stands alone. University hospitals, institutes of the Chinese Academy of Sciences and
        publishing houses are legal persons of their own.

    Examples
    --------
    >>> unit_parent("西安交通大学机械工程学院"), unit_parent("西安交通大学第一附属医院骨科")
    ('西安交通大学', '西安交通大学第一附属医院')
    >>> unit_parent("中国科学院西安光学精密机械研究所空间光学室"), unit_parent("陕西省计算机学会人工智能专业委员会")
    ('中国科学院西安光学精密机械研究所', '陕西省计算机学会')
    """
    unit = clean_unit(value).partition("、")[0]
    if not unit:
        return ""
    company = _COMPANY.match(unit)
    if company:
        return unit if _LEGAL_END.search(company[2]) else company[1]
    affiliated = _AFFILIATED.match(unit)
    if affiliated:
        return affiliated[1]
    if _LEGAL_END.search(unit):
        return unit
    society = _parent_society(unit)
    if society != unit:
        return society
    hospital = _HOSPITAL.match(unit)
    if hospital and "大学" not in hospital[1]:
        return hospital[1]
    for pattern in _PARENTS:
        found = pattern.match(unit)
        if found:
            return found[1]
    return unit


def clean_society(value: object) -> str:
    """Return a society's name in one spelling; a branch keeps its own name.

    Examples
    --------
    >>> clean_society("陕西省 计算机学会(筹)"), clean_society("西安市果业协会（XAFA）")
    ('陕西省计算机学会', '西安市果业协会')
    """
    return clean_unit(value)


def society_parent(value: object) -> str:
    """Return the society that a branch belongs to, or the society itself.

    A branch has no legal personality and must bear the society's full name before its own (rules of national
    societies on branches), so the part up to 学会, 协会, 研究会 ... is the parent.

    Parameters
    ----------
    value
        A society or one of its branches, committees or offices.

    Returns
    -------
    str
        ``""`` for an empty cell.

    Examples
    --------
    >>> society_parent("陕西省计算机学会人工智能专业委员会"), society_parent("中华医学会心血管病学分会")
    ('陕西省计算机学会', '中华医学会')
    """
    return _parent_society(clean_society(value))


def _parent_society(name: str) -> str:
    found = _SOCIETY_HEAD.match(name)
    if not found:
        return name
    head = name[: found.end()]
    behind = name[found.end() :]
    return head if behind.startswith("（") or _BRANCH.search(behind) else name
