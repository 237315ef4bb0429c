"""Small random pools, needs and scenarios, from a seed: full of namesakes, relations, gaps and near misses.

Tables of many pools are read together, which costs a tenth of reading each; ids and names tell the pools apart.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pandas as pd

import expertmatch as em
from expertmatch.scenarios import Scenario, parse_scenario

TODAY = date(2024, 6, 15)
WORDS = ("猕猴桃", "溃疡病", "混凝土", "裂缝", "变压器", "局部放电", "奶山羊", "乳房炎", "无人机", "土壤改良")
NAMES = ("张建", "李强", "王敏", "买买提·艾力", "赵志", "钱芳")
UNITS = (
    "西安交通大学", "西安交通大学电信学部", "西安交通大学、西北大学", "西北大学", "西北大学化工学院",
    "周至县农技推广站",     "中国科学院西安光学精密机械研究所", "中国科学院地球环境研究所", "中国科学院",
    "陕西中天机械有限公司", "陕西中天机械有限公司西安分公司", "西安交通大学第一附属医院骨科", "",
)  # fmt: skip
TITLES = (
    "教授",
    "研究员",
    "工程师",
    "助理工程师",
    "高级农艺师",
    "土专家",
    "教授、学科带头人",
    "中国工程院院士、教授",
    "",
    "",
)
POSTS = ("", "院长", "村致富带头人", "总工程师")
REGIONS = ("西安市雁塔区", "西安市周至县", "陕西省宝鸡市", "陕西省", "四川省成都市", "北京市海淀区",
           "美国", "德国慕尼黑", "香港特别行政区",
           "鼓楼区", "")  # fmt: skip
DAYS = ("", "2016", "2019", "2021-06", "2021-06-14", "2021-06-15", "2021-07", "2022-11-30", "2023", "2024-02",
        "2024-06-15", "2024-06-16", "2025")  # fmt: skip
STATES = ("已推荐", "已邀请", "已同意", "服务中", "已完成", "已完成", "已拒绝", "已取消")
DISCIPLINES = ("", "", "植物保护学", "电气工程", "畜牧、兽医科学", "21040", "数学")
LANGUAGES = ("", "", "英语", "英语；法语", "俄语（流利）")
DAYS_OF_RULES = (TODAY, TODAY, date(2022, 2, 28), date(2024, 2, 29), date(2025, 1, 1))


@dataclass(frozen=True)
class Case:
    """A pool with needs."""

    number: int
    pool: em.Pool
    needs: em.Needs
    rng: random.Random


def cases(numbers: range, kinds: list[list[str]], batch: int = 125) -> Iterator[Case]:
    """Yield a case for each number, with needs of the kinds given for it; the same for the same number."""
    for start in range(numbers.start, numbers.stop, batch):
        some = range(start, min(start + batch, numbers.stop))
        made = [_raw(number, kinds[number - numbers.start]) for number in some]
        whole = {name: pd.DataFrame([row for tables in made for row in tables[name]]) for name in made[0]}
        needs = em.read_needs(whole.pop("needs"), today=TODAY)
        pool = em.read_pool(whole.pop("experts"), **whole, today=TODAY)
        bare = em.Pool(today=TODAY)
        parts = {table: _by_pool(getattr(pool, table), column) for table, column in _OWNER.items()}
        asked = _by_pool(needs.frame, "need_id")
        for number in some:
            own = _prefix(number)
            tables = {table: frames[own] for table, frames in parts.items() if own in frames}
            yield Case(number, replace(bare, **tables), em.Needs(asked[own]), random.Random(f"case {number}"))


_OWNER = {"experts": "expert_id", "works": "expert_id", "societies": "society_id", "memberships": "expert_id",
          "relations": "expert_id", "availability": "expert_id", "engagements": "candidate_id"}  # fmt: skip


def _by_pool(frame: pd.DataFrame, column: str) -> dict[str, pd.DataFrame]:
    return {str(own): part.reset_index(drop=True) for own, part in frame.groupby(frame[column].str[:5])}


def _prefix(number: int) -> str:
    return f"P{number:04d}"


def _raw(number: int, kinds: list[str]) -> dict[str, list[dict[str, str]]]:
    rng = random.Random(f"pool {number}")
    own, mark = _prefix(number), chr(0x5000 + number)
    names = [f"{name}{mark}" for name in NAMES]
    experts = [
        _expert(rng, f"{own}E{i:02d}", rng.choice(names)) for i in range(rng.randint(5, rng.choice((8, 10, 10, 25))))
    ]
    ids = [row["expert_id"] for row in experts]
    societies = [
        {"society_id": f"{own}S{i}", "name": f"西安市{mark}{what}",
         "kind": rng.choice(("学会", "农技协", "海外团体", "")), "scope": _text(rng),
         "parent": rng.choice(UNITS), "region": rng.choice(REGIONS)}
        for i, what in enumerate(("果业协会", "计算机学会", "土木学会")[: rng.randint(1, 3)])
    ]  # fmt: skip
    needs = [
        _need(rng, f"{own}N{i}", names, rng.choice(kinds), [s["name"] for s in societies])
        for i in range(rng.randint(1, 2))
    ]
    works = [_work(rng, i, rng.choice(ids), names, own) for i in range(rng.randint(4, 20))]
    return {
        "experts": experts,
        "works": works,
        "societies": societies,
        "needs": needs,
        "memberships": [
            {"expert_id": rng.choice(ids), "society_id": rng.choice(societies)["society_id"], "role": "理事"}
            for _ in range(3)
        ],
        "relations": [_relation(rng, ids, names) for _ in range(rng.randint(1, 7))],
        "availability": [
            {"expert_id": rng.choice(ids), "from": rng.choice(DAYS[1:8]), "to": rng.choice(DAYS)} for _ in range(4)
        ],
        "engagements": [
            {"need_id": rng.choice((f"{own}N0", "", "X1")),
             "need_title": rng.choice((needs[-1]["title"], "某院士工作站建站", "旧需求")),
             "candidate_id": rng.choice([*ids, societies[0]["society_id"]]), "state": rng.choice(STATES),
             "date": rng.choice(DAYS), "rating": rng.choice(("", "3", "4.5", "5"))}
            for _ in range(rng.randint(1, 8))
        ],
    }  # fmt: skip


def _text(rng: random.Random) -> str:
    return "".join(rng.sample(WORDS, rng.randint(1, 3)))


def _expert(rng: random.Random, key: str, name: str) -> dict[str, str]:
    return {
        "expert_id": key,
        "name": name,
        "unit": rng.choice(UNITS),
        "post": rng.choice(POSTS),
        "title": rng.choice(TITLES),
        "retired": rng.choice(("yes", "no", "", "不详")),
        "birth": rng.choice(("", "", "1950-06", "1964-07", "1984", "1984-06", "1984-07", "1999")),
        "sex": rng.choice(("男", "女", "")),
        "region": rng.choice(REGIONS),
        "fields": rng.choice((_text(rng), "")),
        "disciplines": rng.choice(DISCIPLINES),
        "languages": rng.choice(LANGUAGES),
        "stations_held": rng.choice(("", "0", "1", "3")),
        "avoid_units": rng.choice(("", "", "", f"{rng.choice(UNITS[:-1])}；{rng.choice(UNITS[:-1])}")),
        "capacity": rng.choice(("", "0", "1", "6")),
        "status": rng.choice(("", "在职", "在职", "停薪留职", "去世")),
    }


def _need(rng: random.Random, key: str, names: list[str], kind: str, societies: list[str]) -> dict[str, str]:
    start = rng.choice(DAYS)
    return {
        "need_id": key,
        "title": f"{_text(rng)}{key[1:]}",
        "kind": kind,
        "requester": rng.choice([*UNITS, *UNITS, "猕猴桃村", societies[0]]),
        "requester_people": "；".join(rng.sample(names, rng.randint(0, 2))),
        "region": rng.choice(REGIONS),
        "start": start,
        "end": rng.choice(("", "2024-12", "2025-06-14", "2027")) if start < "2024" else "",
        "languages": rng.choice(("", "", "法语", "英语")),
        "disciplines": rng.choice(DISCIPLINES),
        "audience": rng.choice(("", "农民", "中小学生")),
    }


def _work(rng: random.Random, i: int, expert: str, names: list[str], own: str) -> dict[str, str]:
    shared = rng.random() < 0.3
    return {
        "expert_id": expert,
        "title": f"{WORDS[int(own[1:]) % len(WORDS)]}合作研究" if shared else f"{_text(rng)}研究{i}",
        "work_id": "" if not shared or rng.random() < 0.3 else f"{own}W",
        "authors": "；".join(rng.sample(names, rng.randint(0, 3))),
        "date": rng.choice(DAYS),
    }


def _relation(rng: random.Random, ids: list[str], names: list[str]) -> dict[str, str]:
    return {
        "expert_id": rng.choice(ids),
        "other": rng.choice([*ids, *names, *names, *UNITS[:-1]]),
        "kind": rng.choice(("亲属", "师生", "任职", "合作", "", "同乡")),
        "since": rng.choice(("", "", *DAYS)),
        "until": rng.choice(("", *DAYS)),
    }


# scenarios

CONDITIONS: tuple[dict[str, Any], ...] = (
    {"field": "title_level", "at_least": "中级"},
    {"field": "title_level", "any_of": ["副高", "正高"]},
    {"field": "title_level", "at_most": "副高"},
    {"field": "title_level", "none_of": ["初级"]},
    {"field": "academician", "is": True},
    {"field": "academician", "is": False},
    {"field": "retired", "is": False},
    {"field": "age", "below": 60},
    {"field": "age", "above": 24, "at_most": 74},
    {"field": "age", "at_least": 40},
    {"field": "sex", "any_of": ["女"]},
    {"field": "province", "any_of": ["陕西省"]},
    {"field": "city", "none_of": ["宝鸡市"]},
    {"field": "county", "any_of": ["周至县", "雁塔区"]},
    {"field": "overseas", "is": True},
    {"field": "overseas", "is": False},
    {"field": "status", "none_of": ["停薪留职", "去世"]},
    {"field": "languages", "any_of": ["英语", "俄语"]},
    {"field": "languages", "none_of": ["法语"]},
    {"field": "local", "is": True},
    {"field": "post", "none_of": ["总工"]},
    {"field": "title", "any_of": ["教授", "农艺"]},
    {"field": "unit", "any_of": ["大学", "研究所"]},
    {"field": "unit", "none_of": ["公司"]},
    {"field": "society_kind", "any_of": ["农技协", "海外团体"]},
    {"field": "stations", "at_most": 1},
    {"field": "stations", "below": 3},
    {"field": "partners", "at_least": 1},
    {"field": "free", "above": 0},
    {"field": "open", "at_most": 1},
    {"field": "served_this_year", "below": 2},
    {"field": "services", "at_most": 1},
    {"field": "nearness", "at_least": "同省"},
    {"field": "nearness", "none_of": ["同县"]},
    {"field": "available", "is": True},
    {"field": "speaks", "is": True},
    {"field": "need_kind", "any_of": ["试验"]},
    {"field": "need_years", "at_least": 3},
    {"field": "need_years", "below": 3},
    {"field": "need_audience", "any_of": ["学生"]},
    {"field": "need_region", "none_of": ["成都"]},
)
DISTANCE: dict[str, Any] = {"field": "discipline_distance", "at_most": 2}
GROUNDS = ("own", "avoid_units", "same_unit", "kin", "adviser", "employment", "cowork", "earlier_part")
_TIMED = ("employment", "cowork", "adviser", "earlier_part")
_SPANS = ((None, None), (None, None), ("2023-01-01", None), (None, "2023-12-31"), ("2022-02-28", "2024-06-15"))


def random_scenario(rng: random.Random) -> Scenario:
    """Return a scenario of random roles, rules and grounds; most let somebody through."""
    roles = [
        {"id": name, "label": f"角色{name}", "kinds": rng.choice((["expert"], ["expert", "society"], ["society"]))}
        for name in ("a", "b", "c")[: rng.randint(0, 3)]
    ]
    rules = [
        {
            "id": f"r{i}",
            "label": f"规则{i}",
            **rng.choice(CONDITIONS),
            "when": rng.sample(CONDITIONS, rng.choice((0, 0, 1, 1, 2))),
            "roles": rng.sample([role["id"] for role in roles], min(len(roles), rng.choice((0, 1, 1, 2)))),
            "kinds": rng.choice((["expert"], ["expert", "society"], ["expert", "society"])),
            "unknown": rng.choice(("allow", "hint", "ask", "exclude")),
            **_span(rng),
        }
        for i in range(rng.randint(1, 5))
    ]
    recusal = [
        {"ground": ground, **_span(rng)}
        | ({"years": rng.choice((0.5, 1, 3))} if ground in _TIMED and rng.random() < 0.6 else {})
        for ground in rng.sample(GROUNDS, rng.randint(0, len(GROUNDS)))
    ]  # fmt: skip
    return Scenario.model_validate({
        "name": "random", "title": "随机场景", "summary": "试验。", "need_kinds": ["试验"],
        "capacity": rng.randint(1, 4),
        "candidates": rng.choice((["expert"], ["expert", "society"], ["expert", "society"], ["society"])),
        "roles": roles, "rules": rules, "recusal": recusal,
    })  # fmt: skip


def _span(rng: random.Random) -> dict[str, str]:
    since, until = rng.choice(_SPANS)
    return {name: day for name, day in (("since", since), ("until", until)) if day is not None}


def random_weights(rng: random.Random) -> dict[str, float]:
    """Return weights of signals that need no graph; text is always among them."""
    others = ("place", "record", "load", "recency", "balance")
    return {"text": rng.choice((1.0, 0.9, 0.01))} | {
        name: rng.random() for name in rng.sample(others, rng.randint(0, 5))
    }


RICH = """
name = "rich"
title = "样样都有的场景"
summary = "试验：每个字段、每种写法、每个事由。"
need_kinds = ["试验", "帮扶需求"]
candidates = ["expert", "society"]
capacity = 2

[signals]
text = 0.6
discipline = 0.1
standing = 0.05
place = 0.05
record = 0.05
load = 0.05
recency = 0.05
balance = 0.05

[[roles]]
id = "lead"
label = "领衔人"

[[roles]]
id = "member"
label = "成员"

[[roles]]
id = "host"
label = "承接单位"
kinds = ["society", "expert"]

[[roles]]
id = "asker"
label = "企业人员"
come_from = "requester"
"""
_ROLE_OF = ("lead", "lead", "lead", "member", "member", "host", "asker")


def rich_scenario(*, graph: bool) -> Scenario:
    """Return the scenario that uses every field, operator, mode, role, ground; without graph, no disciplines."""
    text, unknown = RICH, ("allow", "hint", "ask", "exclude")
    for i, condition in enumerate((*CONDITIONS, DISTANCE)):
        if condition is DISTANCE and not graph:
            continue
        asked = "\n".join(f"{name} = {_toml(value)}" for name, value in condition.items())
        text += f'\n[[rules]]\nid = "r{i}"\nlabel = "规则{i}"\nroles = ["{_ROLE_OF[i % 7]}"]\n'
        text += f'unknown = "{unknown[i % 4]}"\n{asked}\n'
        if i % 3:  # the rule binds a few only, so that somebody is left
            where = CONDITIONS[(i * 7 + 4) % len(CONDITIONS)]
            text += "[[rules.when]]\n" + "\n".join(f"{name} = {_toml(value)}" for name, value in where.items()) + "\n"
            text += '[[rules.when]]\nfield = "sex"\nany_of = ["女"]\n'
    for i, ground in enumerate(GROUNDS):
        text += f'\n[[recusal]]\nground = "{ground}"\nsource = "来源{i}"\n' + (
            "years = 3\n" if ground in _TIMED else ""
        )
    return parse_scenario(text, "rich.toml")


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    return f'"{value}"' if isinstance(value, str) else str(value)
