"""Invent the experts."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from make.banks import BRIDGES, FARMING, HERE, Bank, Topic, read_toml
from make.cells import discipline_cell, field_cell, rank_of, title_cell
from make.dice import Dice
from make.names import UNUSUAL, NameMaker
from make.places import unit_kind, unit_place

#: How many experts have a topic as their main one; sparse and crowded topics both occur in life.
_CROWD = ((1, 2, 3, 4, 5), (0.16, 0.35, 0.29, 0.13, 0.07))

#: Some names in the forms that older registers still carry.
_OLD_FORMS = str.maketrans("张刘陈杨赵黄吴孙马罗郑谢韩华国伟丽红军", "張劉陳楊趙黃吳孫馬羅鄭謝韓華國偉麗紅軍")


@dataclass
class Expert:
    """One invented person, as plain facts and as the cells an office wrote."""

    sort: str  # "usual", "local" (no title), "silent" (no usable text), "academician"
    bank: str
    topics: list[Topic]
    name: str
    sex: str
    birth: tuple[int, int]
    unit: str
    id: str = ""
    post: str = ""
    title: str = ""
    academy: str = ""
    status: str = ""
    region: str = ""
    disciplines: str = ""
    discipline_state: str = "right"  # "right", "missing", "wrong"
    fields: str = ""
    bio: str = ""
    societies: str = ""
    languages: str = ""
    stations: str = ""
    avoid: str = ""
    capacity: str = ""
    memberships: list[tuple[str, str]] = field(default_factory=list)


def _birth(dice: Dice, sort: str) -> tuple[int, int]:
    if sort == "academician":
        return dice.between(1937, 1964), dice.between(1, 12)
    year = 1950 + int((dice.unit() + dice.unit() + dice.unit()) / 3 * 46)
    return year, dice.between(1, 12)


def _second_topic(dice: Dice, bank: Bank, topic: Topic, banks: dict[str, Bank]) -> list[Topic]:
    """Add a second topic for half of the people, now and then one from another field."""
    draw = dice.unit()
    if draw < 0.36:
        return [topic, dice.pick([t for t in bank.topics if t is not topic])]
    far = [banks[b] for a, b in BRIDGES if a == bank.id and b in banks]
    if draw < 0.52 and far:
        return [topic, dice.pick(dice.pick(far).topics)]
    return [topic]


def _status(dice: Dice, year: int, sort: str) -> str:
    """Return 在岗状态 as an office fills it in, often not at all."""
    if sort == "academician":
        return dice.pick(("退休", "退休", "在职", "")) if year < 1950 else dice.pick(("在职", "在职", "退休", ""))
    if sort == "local":
        return ""
    if year <= 1964:
        return dice.pick(("退休", "退休", "返聘", "", "退居二线", "退休", "一线"))
    if dice.chance(0.04):
        return dice.pick(("离职", "停薪留职", "退居二线", "不详"))
    return dice.pick(("一线", "一线", "一线", "在岗", "", ""))


def _fill(expert: Expert, bank: Bank, banks: dict[str, Bank], dice: Dice) -> None:
    """Write the cells that depend on the person's field, age and unit."""
    expert.status = _status(dice, expert.birth[0], expert.sort)
    expert.region = "" if dice.chance(0.06) else unit_place(expert.unit, dice)
    if expert.sort == "silent":
        expert.title, expert.post, _ = title_cell(expert.unit, bank.titles, expert.birth[0], dice)
        return
    wrong = [b for b in banks.values() if b.field != bank.field and not set(b.disciplines) & set(bank.disciplines)]
    expert.disciplines, expert.discipline_state = discipline_cell(bank, wrong, dice)
    expert.fields = "" if dice.chance(0.14) else field_cell(expert.topics, dice)
    expert.title, expert.post, expert.academy = title_cell(
        expert.unit, bank.titles, expert.birth[0], dice, academician=expert.sort == "academician"
    )
    if expert.academy:
        expert.stations = str(dice.weigh((0, 1, 2, 3), (0.3, 0.4, 0.2, 0.1)))
    if rank_of(expert.title) != "中级" and dice.chance(0.3):
        expert.languages = dice.pick(("英语", "英语", "英语（熟练）", "英语、俄语", "日语", "英语、德语", "法语"))
    # A stream of its own, so that it shifts nothing that is drawn after it.
    shy = Dice("avoid", expert.name, expert.unit)
    if shy.chance(0.05):
        other = shy.pick([u for b in banks.values() for u in b.units if u != expert.unit])
        expert.avoid = shy.pick((other, f"{other}；{expert.unit}", f"原单位（{other}）", other))
    if dice.chance(0.3):
        expert.capacity = str(dice.pick((2, 3, 4, 4, 5, 6, 10)))


def _usual(bank: Bank, banks: dict[str, Bank], names: NameMaker) -> list[Expert]:
    out = []
    for topic in bank.topics:
        dice = Dice("people", topic.key)
        for _ in range(dice.weigh(*_CROWD)):
            sex = "女" if dice.chance(0.31) else "男"
            birth = _birth(dice, "usual")
            unit = dice.weigh(bank.units, [1 / (1.0 + 0.45 * i) for i in range(len(bank.units))])
            person = Expert(
                sort="usual",
                bank=bank.id,
                topics=_second_topic(dice, bank, topic, banks),
                name=names.make(sex, birth[0]),
                sex=sex,
                birth=birth,
                unit=unit,
            )
            _fill(person, bank, banks, dice)
            out.append(person)
    return out


def _local(banks: dict[str, Bank], names: NameMaker) -> list[Expert]:
    """Return the local experts without a title, each with a hand-written self-description."""
    out = []
    for i, raw in enumerate(read_toml(HERE / "local_people.toml")["people"]):
        bank = banks.get(raw["bank"])
        if bank is None:
            continue
        dice = Dice("local", i)
        sex = "女" if dice.chance(0.2) else "男"
        birth = (dice.between(1955, 1984), dice.between(1, 12))
        out.append(
            Expert(
                sort="local",
                bank=bank.id,
                topics=[dice.pick(bank.topics)],
                name=names.make(sex, birth[0]),
                sex=sex,
                birth=birth,
                unit=raw["unit"],
                post=raw["post"],
                title=raw["title"],
                bio=raw["bio"],
                region=unit_place(raw["unit"], dice),
                discipline_state="missing",
            )
        )
    return out


def _special(banks: dict[str, Bank], people: list[Expert]) -> None:
    """Turn some of the usual people into academicians and people without usable text."""
    dice = Dice("special")
    usual = dice.shuffled([p for p in people if p.sort == "usual"])
    old = [
        p
        for p in usual
        if p.birth[0] < 1966 and unit_kind(p.unit) in ("university", "institute") and "职业" not in p.unit
    ]
    chosen: set[str] = set()
    for p in old:
        if len(chosen) < 8 and p.bank not in chosen and p.bank not in FARMING | {"policy", "edu", "stat_eval"}:
            chosen.add(p.bank)
            p.sort, p.birth = "academician", _birth(dice, "academician")
            _fill(p, banks[p.bank], banks, dice)
    for p in [p for p in old if p.bank in FARMING and p.sort == "usual"][:2]:
        p.sort, p.birth = "academician", _birth(dice, "academician")
        _fill(p, banks[p.bank], banks, dice)
    rest = [p for p in usual if p.sort == "usual"]
    counts: dict[str, int] = {}
    for p in people:
        counts[p.topics[0].key] = counts.get(p.topics[0].key, 0) + 1
    silent = [p for p in rest if counts[p.topics[0].key] > 2][:10]
    for p in silent:
        p.sort = "silent"
        p.topics, p.disciplines, p.fields, p.discipline_state = [], "", "", "missing"
    for p, (name, sex) in zip([p for p in rest if p.sort == "usual"], UNUSUAL, strict=False):
        p.name, p.sex = name, sex


_RANKS = (
    "副主任医师 主任医师 主治医师 副教授 教授 助理研究员 副研究员 推广研究员 研究员 正高级工程师 高级工程师 "
    "助理工程师 工程师 副研究馆员 研究馆员 馆员 高级农艺师 农艺师 高级畜牧师 畜牧师 高级兽医师 兽医师 讲师 "
    "高级技师 技师 药师 经济师 统计师 会计师 审计师"
).split()
_CHINESE = {c: i for i, c in enumerate("零一二三四五六七八九")}


def _years_said(bio: str) -> int:
    """Return the most years of work that a self-description speaks of."""
    years = [int(n) for n in re.findall(r"(?<!\d)(\d{1,2})(?:多|余)?(?:来)?年", bio)]
    for tens, ones in re.findall(r"([一二两三四]?)十([一二三四五六七八九]?)(?:多|来|余|几)?年", bio):
        years.append(10 * (_CHINESE.get(tens, 2 if tens == "两" else 1)) + _CHINESE.get(ones, 0))
    return max(years, default=0)


def _suits(bio: str, p: Expert) -> bool:
    """Whether a self-description does not contradict a person's title, unit and age."""
    said = next((r for r in _RANKS if r in bio), "")
    if said and next((r for r in _RANKS if r in p.title), "") != said:
        return False
    kind = unit_kind(p.unit)
    if ("本院" in bio or "科室" in bio or "门诊" in bio) and kind not in ("hospital", "university"):
        return False
    if ("公司" in bio or "技术总监" in bio or "总工" in bio) and kind != "company":
        return False
    if any(w in bio for w in ("教授", "本科生", "研究生", "开课", "课题组")) and kind not in (
        "university",
        "institute",
    ):
        return False
    if any(w in bio for w in ("退休", "退居", "老工程师", "干了一辈子")) and p.birth[0] > 1966:
        return False
    if any(w in bio for w in ("刚毕业", "青年", "博士后")) and p.birth[0] < 1982:
        return False
    return p.birth[0] + 22 + _years_said(bio) <= 2026


def _bios(people: list[Expert]) -> None:
    """Hand out each self-description once, to somebody whom it suits."""
    dice = Dice("bios")
    taken: set[str] = set()
    for p in dice.shuffled([p for p in people if p.sort in ("usual", "academician")]):
        free = [b for b in p.topics[0].bios if b not in taken and _suits(b, p)]
        if free and dice.chance(0.82):
            p.bio = dice.pick(free)
            taken.add(p.bio)


def _same_names(people: list[Expert]) -> None:
    """Give seven pairs of different people the same name, as happens in any pool of this size."""
    dice = Dice("same names")
    usual = dice.shuffled([p for p in people if p.sort == "usual" and len(p.name) <= 3])
    twice: set[str] = set()
    for i, p in enumerate(usual):
        twin = next(
            (
                q
                for q in usual[i + 1 :]
                if (q.sex, q.bank != p.bank, q.unit != p.unit) == (p.sex, True, True)
                and abs(q.birth[0] - p.birth[0]) < 12
                and not {p.name, q.name} & twice
            ),
            None,
        )
        if twin is not None:
            twin.name = p.name
            twice.add(p.name)
        if len(twice) == 7:
            return


def _doubles(people: list[Expert]) -> list[Expert]:
    """Return six people a second time, under another spelling of their name or unit."""
    dice = Dice("doubles")
    out: list[Expert] = []
    for p in dice.shuffled([p for p in people if p.sort == "usual" and len(p.name) in (2, 3)]):
        long_unit = next((u for u in ("大学", "研究院", "科学院") if u in p.unit and not p.unit.endswith(u)), "")
        if len(out) % 2 and long_unit:
            head, tail = p.unit.split(long_unit, 1)
            twin = replace(p, unit=f"{head}{long_unit}（{tail}）", memberships=[])
        elif len(out) % 2 == 0:
            spaced = f"{p.name[0]}　{p.name[1]}" if len(p.name) == 2 else f"{p.name} "
            twin = replace(p, name=spaced, unit=p.unit, memberships=[], societies="")
            if len(p.name) == 3:
                twin.name = p.name.translate(_OLD_FORMS)
        else:
            continue
        if (twin.name, twin.unit) == (p.name, p.unit):
            continue
        twin.bio, twin.fields = "", field_cell(p.topics, dice)
        out.append(twin)
        if len(out) == 6:
            break
    return out


def make_people(banks: list[Bank]) -> list[Expert]:
    """Return all experts in an order that says nothing about their field, with their ids."""
    by_id = {b.id: b for b in banks}
    names = NameMaker(Dice("names"))
    people = [p for bank in banks for p in _usual(bank, by_id, names)]
    people += _local(by_id, names)
    _special(by_id, people)
    _same_names(people)
    _bios(people)
    people += _doubles(people)
    people = Dice("order").shuffled(people)
    for number, p in enumerate(people, 1):
        p.id = f"ZJ{number:04d}"
    return people
