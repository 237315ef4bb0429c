"""A small plan, written out by hand, for the tests of its sheets. All people are fictional (虚构示例)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache

import pandas as pd

from expertmatch.scenarios import Scenario
from expertmatch.tables.needs import Needs, read_needs
from expertmatch.tables.pool import Pool, read_pool

EXPERTS = (
    ("E001", "张三", "西北大学", "教授"),
    ("E002", "李四", "长安大学", "副教授"),
    ("E003", "王五", "西安某研究院", "研究员"),
    ("E004", "张三", "长安大学", "讲师"),
    ("E005", "赵六", "西北大学", "教授"),
    ("E006", "买买提·艾力", "西部果业研究所", "研究员"),
    ("E007", "孙七", "西北大学", ""),
    ("E008", "周八", "", "高级工程师"),
    ("0012", "吴九", "长安大学", ""),
    ("XH1", "郑十", "长安大学", ""),
)
SOCIETIES = (("XH1", "西安市果业学会"), ("XH2", "西安市力学学会"))
SETTINGS = (("设置", "wanted", "3"), ("设置", "capacity", "4"), ("场景“沙龙”", "资格规则", "甲"),
            ("场景“沙龙”", "资格规则", "乙"))  # fmt: skip

_FRAME = ["need_id", "scenario", "place", "role", "candidate_kind", "candidate_id", "name", "score", "locked"]
_RUNNERS = ["need_id", "place", "order", "candidate_kind", "candidate_id", "name", "score"]
_TEAMS = ["need_id", "title", "scenario", "wanted", "placed", "score", "best", "share", "coverage", "best_coverage",
          "broken", "best_broken"]  # fmt: skip


@cache
def pool() -> Pool:
    experts = pd.DataFrame(EXPERTS, columns=["专家编号", "姓名", "工作单位", "职称"])
    societies = pd.DataFrame(SOCIETIES, columns=["学会编号", "学会名称"])
    return read_pool(experts, societies=societies, today=date(2018, 6, 1))


@cache
def needs() -> Needs:
    return read_needs(
        pd.DataFrame(
            {
                "需求编号": ["N001", "N002", "N003"],
                "需求名称": ["猕猴桃溃疡病防治", "薄壁件铣削变形", "果园水肥一体化"],
                "需求单位": ["周至某合作社", "西安某机床公司", "眉县某果业公司"],
                "开始时间": ["2018-09-01", "2018-09", ""],
                "结束时间": ["2018-09-03", "", ""],
                "地点": ["楼南村", "", ""],
                "所在地区": ["周至县", "西安市雁塔区", "眉县"],
            }
        ),
        today=date(2018, 6, 1),
    )


def _name(key: str) -> str:
    name, unit = next((name, unit) for one, name, unit, _ in EXPERTS if one == key)
    return f"{name}（{unit}）" if unit else name


@dataclass(frozen=True)
class StandIn:
    """The tables that sheets are written from."""

    frame: pd.DataFrame
    unserved: pd.DataFrame
    runner_ups: pd.DataFrame
    broken: pd.DataFrame
    teams: pd.DataFrame
    loads: pd.DataFrame
    status: str = "partial"
    gap: float = 0.0
    needs: pd.DataFrame = field(default_factory=lambda: needs().frame)
    pool: Pool = field(default_factory=pool)
    scenarios: Mapping[str, Scenario | None] = field(default_factory=lambda: {"": None})
    as_of: date = date(2018, 6, 1)


def frame(*rows: tuple[str, int, str, str, str], locked: tuple[tuple[str, str], ...] = ()) -> pd.DataFrame:
    """Return a plan's frame of need, place, role, kind, id; the score falls from row to row."""
    made = [
        (need, "", place, role, kind, key if kind != "requester" else "",
         _name(key) if kind == "expert" else dict(SOCIETIES).get(key, key),
         float("nan") if kind == "requester" else 0.9 - i / 7, (need, key) in locked)
        for i, (need, place, role, kind, key) in enumerate(rows)
    ]  # fmt: skip
    return pd.DataFrame(made, columns=_FRAME)


def plan() -> StandIn:
    """Three seats of N001; a society and a gap in N002; the requester's own and an expert in N003."""
    seats = frame(
        ("N001", 1, "主持人", "expert", "E001"),
        ("N001", 2, "", "expert", "E002"),
        ("N001", 3, "", "expert", "E003"),
        ("N002", 1, "", "society", "XH2"),
        ("N003", 1, "企业科技工作者", "requester", "郭工（眉县某果业公司）"),
        ("N003", 2, "", "expert", "E002"),
    )
    runners = [
        ("N001", 1, 1, "expert", "E005", _name("E005"), 0.5),
        ("N001", 1, 2, "society", "XH1", "西安市果业学会", 0.4),
        ("N001", 2, 1, "expert", "E005", _name("E005"), 0.5),
    ]
    teams = [
        ("N001", "猕猴桃溃疡病防治", "", 3, 3, 2.1, 2.4, 0.875, 0.8, 0.6, 0, 1),
        ("N002", "薄壁件铣削变形", "", 2, 1, 0.4, 0.4, 1.0, 0.5, 0.5, 0, 0),
    ]
    return StandIn(
        frame=seats,
        unserved=pd.DataFrame(
            [("N002", "薄壁件铣削变形", 2, 1, 1, "能用的候选都已排满")],
            columns=["need_id", "title", "wanted", "placed", "missing", "reason"],
        ),
        runner_ups=pd.DataFrame(runners, columns=_RUNNERS),
        broken=pd.DataFrame(
            [("N001", "young", "40 岁以下的至少三分之一", "1", "0", 0.2, "沙龙办法"),
             ("", "newcomers", "新人不少于一成", "1", "0", 0.1, "本方案的设定")],
            columns=["need_id", "rule", "label", "required", "found", "price", "source"],
        ),
        teams=pd.DataFrame(teams, columns=_TEAMS),
        loads=pd.DataFrame(
            [("expert", "E001", _name("E001"), 1, 1, 4), ("expert", "E002", _name("E002"), 0, 2, 4),
             ("society", "XH2", "西安市力学学会", 0, 1, 1)],
            columns=["candidate_kind", "candidate_id", "name", "held", "planned", "capacity"],
        ),
    )  # fmt: skip
