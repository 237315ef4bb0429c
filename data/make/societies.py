"""Societies, their branches and who holds which post in them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from make.banks import HERE, Bank, read_toml
from make.cells import rank_of
from make.dice import Dice
from make.people import Expert
from make.places import place_of


@dataclass
class Society:
    """One society, farmers' technical association, base or body abroad."""

    name: str
    kind: str
    scope: str
    disciplines: str
    parent: str
    region: str
    bank: str
    id: str = ""


@dataclass(frozen=True)
class Membership:
    """One person's post in one society."""

    expert: Expert
    society: Society
    role: str
    since: str
    until: str
    by: str  # "id" or "names"


_CHAIR = {"学会": ("理事长", "会长", "理事长", "主席"), "海外团体": ("会长", "主席")}
_VICE = {"理事长": "副理事长", "会长": "副会长", "主席": "副主席", "主任委员": "副主任委员"}


def kind_of_society(name: str) -> str:
    """Return 学会, 农技协, 科普示范基地 or 海外团体 for a name."""
    if "基地" in name:
        return "科普示范基地"
    if "农技协" in name or "农村专业技术协会" in name:
        return "农技协"
    return "海外团体" if name.startswith(("旅", "北美", "留", "澳", "中亚")) else "学会"


def _from_bank(bank: Bank, number: int, scopes: list[str]) -> list[Society]:
    dice = Dice("societies", bank.id)
    out = []
    for i, name in enumerate(bank.societies):
        a, b, c = (t.name for t in dice.sample(bank.topics, 3))
        scope = scopes[(number * 3 + i) % len(scopes)].format(f=bank.field, a=a, b=b, c=c)
        city, county = place_of(name)
        region = "西安市" if name.startswith("西安市") else f"{city}{county}"
        named = dice.pick(("、", "；")).join(bank.disciplines[: dice.between(1, 2)])
        out.append(
            Society(
                name=name,
                kind=kind_of_society(name),
                scope=scope,
                disciplines="" if dice.chance(0.15) else named,
                parent="",
                region="" if dice.chance(0.08) else region,
                bank=bank.id,
            )
        )
    return out


def make_societies(banks: list[Bank]) -> list[Society]:
    """Return all societies; a branch carries its parent's full name in front, as the rules want."""
    raw = read_toml(HERE / "societies.toml")
    scopes = Dice("scopes").shuffled(raw["scopes"])
    out = [s for i, bank in enumerate(banks) for s in _from_bank(bank, i, scopes)]
    heads: dict[str, Society] = {}
    for s in out:
        if s.kind == "学会":
            heads.setdefault(s.bank, s)
    for row in raw["branches"]:
        head = heads.get(row["of"])
        if head is not None:
            name = head.name + row["suffix"]
            out.append(Society(name, "学会", row["scope"], head.disciplines, head.name, head.region, head.bank))
    for row in raw["others"]:
        named = "、".join(row["disciplines"])
        out.append(Society(row["name"], row["kind"], row["scope"], named, "", row["region"], ""))
    out = Dice("society order").shuffled(out)
    for number, s in enumerate(out, 1):
        s.id = f"XH{number:03d}"
    return out


def _role(society: Society, expert: Expert, filled: Counter[tuple[str, str]], dice: Dice) -> str:
    """Return the next post: one chair, some deputies, one secretary, then the many."""

    def free(slot: str, most: int) -> bool:
        if filled[society.name, slot] >= most:
            return False
        filled[society.name, slot] += 1
        return True

    senior = rank_of(expert.title) == "正高" or expert.sort == "local"
    chair = "主任委员" if society.parent else Dice("chair", society.name).pick(_CHAIR.get(society.kind, ("会长",)))
    if society.kind == "科普示范基地":
        if free("head", 1):
            return "负责人"
        return dice.pick(("技术顾问", "讲解员", "技术顾问", "会员"))
    if senior and free("chair", 1):
        return chair
    if senior and dice.chance(0.5) and free("vice", 3):
        return _VICE[chair]
    if dice.chance(0.3) and free("secretary", 1):
        return "秘书长"
    if dice.chance(0.06) and free("deputy secretary", 1):
        return "副秘书长"
    if society.parent:
        return dice.pick(("委员", "委员", "会员", "委员"))
    if dice.chance(0.04) and free("watch", 1):
        return dice.pick(("监事", "监事长"))
    return dice.weigh(("常务理事", "理事", "会员", "高级会员", "普通会员"), (0.16, 0.32, 0.4, 0.05, 0.07))


def make_memberships(societies: list[Society], people: list[Expert]) -> list[Membership]:
    """Return who holds which post, and write the people's own cell 社会兼职 for half of them."""
    near: dict[str, list[Society]] = {}
    for s in societies:
        near.setdefault(s.bank, []).append(s)
    filled: Counter[tuple[str, str]] = Counter()
    out = []
    # By age, so that chairs go to the older ones.
    for p in sorted(people, key=lambda p: (p.birth[0] // 8, p.id)):
        dice = Dice("membership", p.id)
        own = near.get(p.bank, [])
        far = near.get(p.topics[1].bank, []) if len(p.topics) > 1 and p.topics[1].bank != p.bank else []
        chosen = dice.sample(own, dice.weigh((0, 1, 2, 3), (0.08, 0.36, 0.38, 0.18)))
        if far and dice.chance(0.6):
            chosen.append(dice.pick(far))
        if near.get("") and dice.chance(0.14):
            chosen.append(dice.pick(near[""]))
        for s in chosen:
            role = _role(s, p, filled, dice)
            since = dice.between(max(2008, min(2022, p.birth[0] + 28)), 2024)
            term = dice.pick((4, 5, 5))
            until = "" if dice.chance(0.45) else str(since + term)
            p.memberships.append((s.name, role))
            out.append(Membership(p, s, role, "" if dice.chance(0.2) else str(since), until, ""))
        if p.memberships and p.sort != "silent" and dice.chance(0.5):
            p.societies = _own_words(p.memberships, dice)
    dice = Dice("membership rows")
    return [
        Membership(m.expert, m.society, m.role, m.since, m.until, "names" if dice.chance(0.12) else "id")
        for m in dice.shuffled(out)
    ]


def _own_words(held: list[tuple[str, str]], dice: Dice) -> str:
    """Write 社会兼职 as people do: name and post run together, some forgotten."""
    kept = held if dice.chance(0.7) else held[:1]
    glue = dice.pick(("", "", " ", "—"))
    return dice.pick(("；", "、", "，")).join(f"{name}{glue}{role}" for name, role in kept)
