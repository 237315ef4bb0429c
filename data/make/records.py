"""Past services, relations and times when people can serve."""

from __future__ import annotations

from dataclasses import dataclass

from make.banks import FARMING, HERE, read_toml
from make.dice import Dice
from make.people import Expert
from make.places import place_of, unit_kind
from make.societies import Society
from make.works import Work

Row = dict[str, str]


@dataclass(frozen=True)
class Past:
    """What the ledger of past years is written from."""

    served: list[str]
    declined: list[str]
    cancelled: list[str]
    agreed: list[str]
    needs_farm: list[str]
    needs_other: list[str]
    companies: list[str]


def load_past() -> Past:
    """Read the hand-written notes."""
    return Past(**read_toml(HERE / "records.toml"))


def _service(p: Expert, number: int, past: Past, notes: dict[str, list[str]], dice: Dice) -> Row:
    topic = dice.pick(p.topics)
    farm = topic.bank in FARMING
    year = dice.pick((2022, 2023, 2023, 2024, 2024, 2025, 2025, 2026))
    month = dice.between(1, 12) if year < 2026 else dice.between(1, 3)
    pattern = dice.pick(past.needs_farm if farm else past.needs_other)
    county = place_of(p.unit)[1]
    state = dice.weigh(("已完成", "已完成", "已拒绝", "已取消", "已同意", "服务中"), (0.5, 0.24, 0.1, 0.05, 0.06, 0.05))
    row = {
        "需求编号": f"{year}-{'村' if farm else '企'}-{number:03d}",
        "需求名称": pattern.format(county=county, term=dice.pick(topic.terms), topic=topic.name),
        "专家编号": p.id,
        "专家姓名": p.name,
        "服务状态": state,
        "服务日期": dice.pick(
            (f"{year}-{month:02d}-{dice.between(1, 28):02d}", f"{year}年{month}月", f"{year}.{month}")
        ),
    }
    group = {"已完成": "served", "已拒绝": "declined", "已取消": "cancelled"}.get(state, "agreed")
    if not notes.get(group):
        notes[group] = dice.shuffled(getattr(past, group))
    # A note that was used up comes back only after all the others of its group.
    row["备注"] = notes[group].pop() if dice.chance(0.5) else ""
    if state == "已完成":
        row["服务时长"] = dice.pick(("2", "3", "4", "4", "6", "8", "1.5", "16", ""))
        row["满意度"] = dice.weigh(("5", "4", "4.5", "3", "2", "1", ""), (0.36, 0.24, 0.1, 0.08, 0.03, 0.01, 0.18))
        if farm:
            row["参加人数"] = str(dice.between(8, 130)) if dice.chance(0.7) else ""
            row["带动户数"] = str(dice.between(3, 60)) if dice.chance(0.4) else ""
            row["推广新技术"] = dice.pick(("1", "2", "", "1", ""))
        row["解决问题数"] = dice.pick(("1", "1", "2", "0", "", ""))
    return row


def make_engagements(people: list[Expert], societies: list[Society]) -> list[Row]:
    """Return the ledger of past services: many people with none, a few with a dozen."""
    past = load_past()
    notes: dict[str, list[str]] = {}
    out: list[Row] = []
    for p in people:
        if not p.topics:
            continue
        dice = Dice("service", p.id)
        for _ in range(dice.weigh((0, 1, 2, 4, 9), (0.62, 0.18, 0.12, 0.06, 0.02))):
            out.append(_service(p, len(out) + 1, past, notes, dice))
    dice = Dice("society services")
    for s in dice.sample([s for s in societies if s.kind == "学会" and not s.parent], 14):
        year = dice.between(2022, 2025)
        out.append(
            {
                "需求编号": f"{year}-评-{len(out) + 1:03d}",
                "需求名称": dice.pick(("科技计划项目第三方评估", "成果鉴定", "学科发展报告编制", "职称评审辅助服务")),
                "专家编号": s.id,
                "专家姓名": s.name,
                "服务状态": "已完成",
                "服务日期": f"{year}-{dice.between(3, 12):02d}",
                "满意度": dice.pick(("5", "4", "", "3")),
                "备注": "",
            }
        )
    return out


def _relation(expert: Expert, other: str, kind: str, since: str = "", until: str = "") -> Row:
    return {
        "专家编号": expert.id,
        "专家姓名": expert.name,
        "关系方": other,
        "关系类型": kind,
        "开始时间": since,
        "结束时间": until,
    }


def make_relations(people: list[Expert], works: list[Work], requesters: list[Row]) -> list[Row]:
    """Return relations that may bar a person from a need: kin, teacher and student, posts, joint work."""
    dice = Dice("relations")
    out: list[Row] = []
    for work in works:
        if len(work.authors) > 1 and dice.chance(0.35):
            out.append(_relation(work.authors[0], work.authors[1].id, "合作", str(work.date[0])))
    by_unit: dict[str, list[Expert]] = {}
    for p in people:
        by_unit.setdefault(p.unit, []).append(p)
    for unit in sorted(by_unit):
        crowd = sorted(by_unit[unit], key=lambda p: (p.birth, p.id))
        if unit_kind(unit) not in ("university", "institute", "hospital") or len(crowd) < 3:
            continue
        for young in crowd[-2:]:
            teacher = crowd[0]
            if young.birth[0] - teacher.birth[0] >= 14 and dice.chance(0.6):
                since = young.birth[0] + dice.between(23, 28)
                out.append(_relation(young, teacher.id, "师生", str(since), str(since + dice.pick((3, 4, 5)))))
    named = [r for r in requesters if r.get("requester")]
    past = load_past()
    for p in dice.sample([p for p in people if p.topics], 46):
        other = dice.pick(named)["requester"] if named and dice.chance(0.6) else dice.pick(past.companies)
        year = dice.between(2015, 2025)
        kind = dice.pick(("任职", "合作", "合作", "任职"))
        out.append(_relation(p, other, kind, str(year), "" if dice.chance(0.6) else str(min(2026, year + 3))))
    staff = [name for r in named for name in r.get("requester_people", "").split("；") if name]
    for p in dice.sample([p for p in people if p.topics], 12):
        kin = dice.pick(staff) if staff and dice.chance(0.7) else dice.pick(people).id
        if kin != p.id:
            out.append(_relation(p, kin, "亲属"))
    return dice.shuffled(out)


def make_availability(people: list[Expert]) -> list[Row]:
    """Return when some of the people can serve."""
    dice = Dice("availability")
    out = []
    for p in dice.sample([p for p in people if p.topics], 90):
        month = dice.between(1, 9)
        for _ in range(dice.pick((1, 1, 2))):
            last = min(12, month + dice.between(1, 4))
            end = {2: 28, 4: 30, 6: 30, 9: 30, 11: 30}.get(last, 31)
            out.append(
                {
                    "专家编号": p.id,
                    "可服务起": f"2026-{month:02d}-{dice.pick((1, 1, 10, 15)):02d}",
                    "可服务止": f"2026-{last:02d}-{end:02d}",
                }
            )
            month = last + 1
            if month > 11:
                break
    return out
