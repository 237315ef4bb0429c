"""Cells of the expert table, written the way offices write them."""

from __future__ import annotations

from make.banks import Bank, Topic
from make.dice import Dice
from make.places import unit_kind

_TOP = ("正高级", "教授级", "主任医师", "主任药师", "推广研究员", "研究馆员", "研究员级")
_LADDER: dict[str, dict[str, tuple[str, ...]]] = {
    "university": {"正高": ("教授",), "副高": ("副教授",), "中级": ("讲师", "讲师", "助理研究员")},
    "institute": {
        "正高": ("研究员", "正高级工程师"),
        "副高": ("副研究员", "高级工程师"),
        "中级": ("助理研究员", "工程师"),
    },
    "hospital": {"正高": ("主任医师",), "副高": ("副主任医师",), "中级": ("主治医师",)},
    "company": {
        "正高": ("正高级工程师", "教授级高级工程师"),
        "副高": ("高级工程师",),
        "中级": ("工程师",),
    },
    "farm": {"正高": ("正高级农艺师",), "副高": ("高级农艺师",), "中级": ("农艺师", "助理农艺师")},
    "office": {"正高": ("正高级工程师", "研究员"), "副高": ("高级工程师",), "中级": ("工程师", "助理工程师")},
}
_POSTS = {
    "university": ("院长", "副院长", "系主任", "教研室主任", "实验室主任", "学科带头人", "科研处副处长"),
    "institute": ("所长", "副所长", "研究室主任", "首席专家", "课题组长", "总工程师", "站长"),
    "hospital": ("科主任", "科副主任", "业务副院长", "教研室主任", "护理部干事"),
    "company": ("总工程师", "技术总监", "研发中心主任", "副总经理", "项目经理", "主任设计师", "车间技术主管"),
    "farm": ("理事长", "技术顾问", "技术总监"),
    "office": ("主任", "副主任", "站长", "科长", "馆员", "部长", "办公室主任"),
}
_HONOURS = (
    "博士生导师",
    "博导",
    "硕导",
    "享受国务院特殊津贴专家",
    "三秦学者",
    "省突出贡献专家",
    "省科技新星",
    "省级科技特派员",
)
_JOINERS = ("、", "，", "/", " ", "；", "、", "、")


def rank_of(title: str) -> str:
    """Return 正高, 副高 or 中级 for a plain title."""
    if any(word in title for word in _TOP):
        return "正高"
    if title.startswith("副") or "高级" in title:
        return "副高"
    if title.startswith("助理") or "讲师" in title or "主治" in title or "主管" in title:
        return "中级"
    return "正高" if title in ("教授", "研究员", "编审", "译审") else "中级"


def _fits(title: str, kind: str) -> bool:
    if ("教授" in title and "级" not in title) or title.endswith("讲师"):
        return kind in ("university", "hospital") if "教授" in title else kind in ("university", "office")
    if "医师" in title and "兽" not in title:
        return kind in ("hospital", "university")
    if "药师" in title or "护师" in title or "技师" in title:
        return kind in ("hospital", "company", "office")
    if "馆员" in title or "农艺师" in title or "畜牧师" in title or "兽医师" in title:
        return kind not in ("university", "company")
    if title.endswith("研究员"):
        return kind in ("university", "institute", "office") or "推广" in title
    return kind != "university"


def _plain_title(unit: str, titles: tuple[str, ...], year: int, dice: Dice) -> str:
    kind = unit_kind(unit)
    if year < 1972:
        rank = dice.weigh(("正高", "副高", "中级"), (0.72, 0.24, 0.04))
    elif year < 1984:
        rank = dice.weigh(("正高", "副高", "中级"), (0.34, 0.56, 0.1))
    else:
        rank = dice.weigh(("副高", "中级"), (0.38, 0.62))
    known = [t for t in titles if rank_of(t) == rank and _fits(t, kind)]
    if known and dice.chance(0.75):
        return dice.pick(known)
    return dice.pick(_LADDER[kind][rank])


def title_cell(
    unit: str, titles: tuple[str, ...], year: int, dice: Dice, *, academician: bool = False
) -> tuple[str, str, str]:
    """Return the cells 职称, 职务 and 院士 of a person."""
    plain = _plain_title(unit, titles, year, dice)
    if academician:
        plain = "教授" if unit_kind(unit) == "university" else "研究员"
        academy = dice.pick(("中国工程院院士", "中国科学院院士", "中国工程院院士"))
        cell = dice.pick((f"{academy}、{plain}", f"{plain}，{academy}", academy, f"院士、{plain}、博导", plain))
        return cell, dice.pick(("", "首席科学家", "学术委员会主任")), academy
    post = ""
    if rank_of(plain) != "中级" and dice.chance(0.4):
        post = dice.pick(_POSTS[unit_kind(unit)])
    parts = [plain]
    if post and dice.chance(0.55):
        parts.append(post)
        if dice.chance(0.5):
            post = ""
    senior = rank_of(plain) == "正高"
    if senior and dice.chance(0.4):
        honour = dice.pick(_HONOURS)
        if honour in ("博士生导师", "博导", "硕导") and unit_kind(unit) not in ("university", "institute", "hospital"):
            honour = "省突出贡献专家"
        parts.append(honour)
    if not senior and rank_of(plain) == "副高" and dice.chance(0.12):
        parts.append(dice.pick(("硕导", "院士团队成员", "博士", "青年科技新星")))
    if len(parts) == 1 and dice.chance(0.03):
        return "", post, ""
    if len(parts) == 2 and dice.chance(0.2):
        return f"{parts[0]}（{parts[1]}）", post, ""
    return dice.pick(_JOINERS).join(parts), post, ""


def discipline_cell(bank: Bank, wrong: list[Bank], dice: Dice) -> tuple[str, str]:
    """Return the declared disciplines and whether they are right, missing or wrong."""
    draw = dice.unit()
    if draw < 0.125:
        return "", "missing"
    if draw < 0.24 and wrong:
        return dice.pick(dice.pick(wrong).disciplines), "wrong"
    # The first disciplines of a bank are the closest to its heart.
    first = dice.weigh(bank.disciplines, [1 / (1 + i) for i in range(len(bank.disciplines))])
    if dice.chance(0.3):
        rest = [d for d in bank.disciplines if d != first]
        if rest:
            return dice.pick(("、", "；", ",", "/")).join((first, dice.pick(rest))), "right"
    return first, "right"


def field_cell(topics: list[Topic], dice: Dice) -> str:
    """Return the cell 研究方向."""
    words = dice.sample(topics[0].terms, dice.between(1, 4))
    if dice.chance(0.25):
        words = [topics[0].name, *[w for w in words if w not in topics[0].name][:2]]
    if len(topics) > 1:
        words += dice.sample(topics[1].terms, dice.between(1, 2))
    return dice.pick(("、", "；", "，", ",", "、", " ; ")).join(dict.fromkeys(words))


def birth_cell(birth: tuple[int, int], dice: Dice) -> str:
    """Return the cell 出生年月."""
    year, month = birth
    if dice.chance(0.05):
        return ""
    shapes = (
        f"{year}-{month:02d}",
        f"{year}.{month:02d}",
        f"{year}年{month}月",
        f"{year}{month:02d}",
        f"{year}/{month}",
        f"{year % 100:02d}{month:02d}",
        str(year),
    )
    return dice.weigh(shapes, (0.42, 0.16, 0.12, 0.1, 0.06, 0.08, 0.06))


def date_cell(year: int, month: int, day: int, dice: Dice) -> str:
    """Return a date of a work as offices write it."""
    shapes = (
        str(year),
        f"{year}-{month:02d}",
        f"{year}.{month}",
        f"{year}年{month}月",
        f"{year}/{month}/{day}",
        f"{year}-{month:02d}-{day:02d}",
        f"{year}年",
    )
    return dice.weigh(shapes, (0.34, 0.2, 0.08, 0.1, 0.1, 0.14, 0.04))
