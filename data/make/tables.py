"""Lay the sample out as the CSV tables that an office would bring."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from make.banks import HERE, read_toml
from make.cells import birth_cell, date_cell
from make.dice import Dice
from make.people import Expert
from make.societies import Membership, Society
from make.works import Work

FICTION = "虚构示例"
Row = dict[str, str]

EXPERT_HEADERS = (
    "专家编号 姓名 性别 出生年月 工作单位 职务 职称 院士类别 在岗状态 所在地区 学科分类 研究方向 个人简介 社会兼职 "
    "外语语种 已建站数 回避单位 年服务次数 说明"
).split()
WORK_HEADERS = "成果编号 专家编号 完成人 工作单位 成果名称 摘要 关键词 完成时间 成果类型 说明".split()
SOCIETY_HEADERS = "学会编号 学会名称 类型 业务范围 学科分类 上级学会 所在地区 说明".split()
MEMBERSHIP_HEADERS = "专家编号 姓名 工作单位 学会名称 学会职务 任职时间 届满时间 说明".split()
ENGAGEMENT_HEADERS = (
    "需求编号 需求名称 专家编号 专家姓名 服务状态 服务日期 服务时长 满意度 参加人数 推广新技术 解决问题数 带动户数 "
    "备注 说明"
).split()
RELATION_HEADERS = "专家编号 专家姓名 关系方 关系类型 开始时间 结束时间 说明".split()
AVAILABILITY_HEADERS = "专家编号 可服务起 可服务止 说明".split()

#: Headers of the need tables, by the key in the hand-written files.
NEED_HEADERS: dict[str, dict[str, str]] = {
    "enterprise": {
        "need_id": "需求编号",
        "requester": "机构全称",
        "region": "所在地域",
        "industry": "应用行业",
        "title": "技术需求名称",
        "problem": "主要问题",
        "key_points": "技术关键\n（含指标）",
        "goal": "预期目标",
        "text": "概述",
        "keywords": "关键字",
        "kind": "需求类型",
        "budget": "资金需求总额（万元）",
        "method": "解决方式",
        "deadline": "期望完成时间",
        "requester_people": "联系人",
    },
    "village": {
        "need_id": "需求编号",
        "kind": "申请类型",
        "requester": "所在村",
        "region": "所在地区",
        "households": "户数",
        "poor_households": "其中贫困户",
        "crop": "主导产业",
        "area": "面积或存栏",
        "title": "问题名称",
        "text": "问题内容",
        "season": "时节",
    },
    "other": {
        "need_id": "需求编号",
        "kind": "需求类型",
        "title": "需求名称",
        "text": "需求内容",
        "keywords": "关键词",
        "requester": "提出单位",
        "requester_people": "联系人",
        "region": "所在地区",
        "date": "希望时间",
        "place": "地点",
        "audience": "受众",
        "wanted": "需要专家人数",
    },
    "programmes": {
        "need_id": "需求编号",
        "kind": "需求类型",
        "title": "需求名称",
        "text": "需求内容",
        "keywords": "关键词",
        "requester": "提出单位",
        "requester_people": "需求方人员",
        "region": "所在地区",
        "start": "开始时间",
        "end": "结束时间",
        "place": "地点",
        "audience": "受众",
        "wanted": "需要人数",
        "households": "户数",
        "languages": "语种要求",
    },
}
#: Headers of the hand-written tables of people, by the key in the files.
PEOPLE_HEADERS: dict[str, dict[str, str]] = {
    "overseas": {
        "id": "专家编号",
        "name": "姓名",
        "sex": "性别",
        "birth": "出生年月",
        "unit": "工作单位",
        "title": "职称",
        "status": "在岗状态",
        "region": "所在地区",
        "fields": "研究方向",
        "bio": "个人简介",
        "societies": "社会兼职",
        "languages": "外语语种",
        "capacity": "年服务次数",
    },
    "cadres": {
        "id": "编号",
        "name": "姓名",
        "sex": "性别",
        "unit": "工作单位",
        "post": "职务",
        "region": "所在地区",
        "fields": "研究方向",
        "bio": "个人简介",
        "capacity": "年服务次数",
    },
}
#: Notes of the writers to themselves; they stay out of the tables.
_INNER = frozenset(("no_expert", "oddity", "shared", "twin"))


def to_csv(headers: Sequence[str], rows: Iterable[Row], *, encoding: str = "utf-8-sig", end: str = "\n") -> bytes:
    """Return the bytes of a CSV file in which every row says that it is made up."""
    out = io.StringIO()
    writer = csv.DictWriter(out, headers, restval="", extrasaction="raise", lineterminator=end)
    writer.writeheader()
    for row in rows:
        writer.writerow({"说明": FICTION, **row})
    return out.getvalue().encode(encoding)


def expert_rows(people: Sequence[Expert]) -> list[Row]:
    """Return the rows of experts.csv."""
    rows = []
    for p in people:
        dice = Dice("expert row", p.id)
        values = (
            p.id,
            p.name,
            p.sex,
            birth_cell(p.birth, dice),
            p.unit,
            p.post,
            p.title,
            p.academy if dice.chance(0.5) or "院士" not in p.title else "",
            p.status,
            p.region,
            p.disciplines,
            p.fields,
            p.bio,
            p.societies,
            p.languages,
            p.stations,
            p.avoid,
            p.capacity,
            FICTION,
        )
        rows.append(dict(zip(EXPERT_HEADERS, values, strict=True)))
    return rows


def work_rows(works: Sequence[Work]) -> list[Row]:
    """Return the rows of works.csv: one for each author with an id, or one that only names people."""
    rows = []
    for work in works:
        dice = Dice("work row", work.title)
        row = {
            "成果编号": work.id,
            "成果名称": work.title,
            "摘要": work.text,
            "关键词": work.keywords,
            "完成时间": "" if dice.chance(0.03) else date_cell(*work.date, dice),
            "成果类型": work.label,
        }
        if work.by == "names":
            names = dice.pick(("；", "；", "、", ";", " ")).join(a.name for a in work.authors)
            unit = work.authors[0].unit if work.with_unit else ""
            rows.append({**row, "完成人": names, "工作单位": unit})
            continue
        for author in work.authors:
            shown = author.name if dice.chance(0.4) else ""
            rows.append({**row, "专家编号": author.id, "完成人": shown})
    return rows


def society_rows(societies: Sequence[Society]) -> list[Row]:
    """Return the rows of societies.csv."""
    return [
        dict(
            zip(
                SOCIETY_HEADERS,
                (s.id, s.name, s.kind, s.scope, s.disciplines, s.parent, s.region, FICTION),
                strict=True,
            )
        )
        for s in societies
    ]


def membership_rows(memberships: Sequence[Membership]) -> list[Row]:
    """Return the rows of memberships.csv; one in eight names the person without an id."""
    return [
        {
            "专家编号": m.expert.id if m.by == "id" else "",
            "姓名": m.expert.name,
            "工作单位": m.expert.unit if m.by == "names" else "",
            "学会名称": m.society.name,
            "学会职务": m.role,
            "任职时间": m.since,
            "届满时间": m.until,
        }
        for m in memberships
    ]


def _cell(value: Any) -> str:
    """Write a list with ；, a number as a whole number, anything else as text."""
    if isinstance(value, list):
        return "；".join(_cell(v) for v in value)
    return str(value)


def load_needs(folder: Path = HERE / "needs") -> dict[str, list[Row]]:
    """Return the hand-written needs by file (enterprise, other, programmes, village), values as text."""
    return {path.stem: _entries(path, "needs") for path in sorted(folder.glob("*.toml"), key=lambda p: p.name)}


def need_table(name: str, needs: Sequence[Row]) -> tuple[list[str], list[Row]]:
    """Return the headers and rows of one need table."""
    return _laid_out(f"needs/{name}.toml", NEED_HEADERS[name], needs)


def people_table(name: str, folder: Path = HERE) -> tuple[list[str], list[Row]]:
    """Return the headers and rows of a hand-written table of people: overseas or cadres."""
    return _laid_out(f"{name}.toml", PEOPLE_HEADERS[name], _entries(folder / f"{name}.toml", "people"))


def _entries(path: Path, key: str) -> list[Row]:
    return [{k: _cell(v) for k, v in raw.items()} for raw in read_toml(path).get(key, [])]


def _laid_out(file: str, words: dict[str, str], entries: Sequence[Row]) -> tuple[list[str], list[Row]]:
    unknown = sorted({key for entry in entries for key in entry} - set(words) - _INNER)
    if unknown:
        msg = f"{file} has keys without a header: {', '.join(unknown)}"
        raise KeyError(msg)
    rows = [{header: entry.get(key, "") for key, header in words.items()} for entry in entries]
    return [*words.values(), "说明"], rows
