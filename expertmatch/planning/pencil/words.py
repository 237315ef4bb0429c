"""What the sheets of a plan are called, and the marks a leader makes in them. Words only.

Writing (:mod:`expertmatch.report.plan_sheets`) and reading back (``marks.py``) share these, so
that what one writes the other knows.
"""

from __future__ import annotations

from typing import Literal

PLAN_SHEET = ("方案", "Plan")
BEFORE_SHEET = ("原方案", "Plan as made")
SETTINGS_SHEET = ("参数", "Settings")
OWN_SHEETS = {
    "unserved": ("未满足", "Unserved"),
    "broken": ("不合要求", "Rules not kept"),
    "teams": ("队伍", "Teams"),
    "loads": ("专家负荷", "Loads"),
    "runner_ups": ("候补", "Runners-up"),
}
MORE_SHEETS = {
    "changes": ("变动", "Changes"),
    "costs": ("批改的代价", "Costs of marks"),
    "invitations": ("邀请名单", "Invitations"),
    "reasons": ("理由", "Reasons"),
    "excluded": ("回避与排除", "Recused and excluded"),
    "coverage": ("学科覆盖", "Coverage"),
    "problems": ("数据问题", "Data problems"),
}
"""Sheets that no marks are read from either, as results have them."""

PLAN_COLUMNS = {
    "need_id": ("需求编号", "Need id"),
    "need": ("需求名称", "Need"),
    "requester": ("需求方", "Requester"),
    "time": ("时间", "Time"),
    "where": ("地点", "Place"),
    "scenario": ("场景", "Scenario"),
    "place": ("席位", "Seat"),
    "role": ("角色", "Role"),
    "candidate_kind": ("类别", "Kind"),
    "candidate_id": ("编号", "Id"),
    "name": ("姓名", "Name"),
    "unit": ("单位", "Unit"),
    "score": ("得分", "Score"),
    "hint": ("提示", "Hint"),
    "runner_ups": ("候补", "Runners-up"),
    "keep": ("保留", "Keep"),
    "drop": ("删除", "Drop"),
    "replace": ("替换", "Replace by"),
    "note": ("备注", "Note"),
}
"""Columns of 方案, in order."""

BEFORE_COLUMNS = {name: PLAN_COLUMNS[name] for name in
                  ("need_id", "scenario", "place", "role", "candidate_kind", "candidate_id", "name", "score")} | {
    "locked": ("锁定", "Locked")
}  # fmt: skip
"""Columns of 原方案: the plan's frame, to hold the edited sheet against."""

SETTINGS_COLUMNS = {"group": ("类别", "Group"), "setting": ("参数", "Setting"), "value": ("内容", "Value")}

NEEDED = ("need_id", "place", "candidate_id", "name", "keep", "drop", "replace")
"""Columns of 方案 without which nothing can be read from it."""

ALSO = {
    "candidate_id": ("专家编号", "候选编号", "学会编号"),
    "name": ("姓名或名称", "名称", "专家姓名"),
    "unit": ("工作单位",),
    "place": ("席位号",),
    "requester": ("需求单位",),
    "where": ("地点或地区", "地点/地区", "地区"),
    "candidate_kind": ("候选类型",),
}
"""Other headers for the same columns."""

GAP = ("（缺）", "(vacant)")
"""What stands for a name where a place is not filled."""
GAPS = frozenset({"缺", "空缺", "缺人", "vacant"})
"""The same, without brackets."""

KIND_NAMES = {
    "expert": ("专家", "expert"),
    "society": ("学会", "society"),
    "requester": ("需求方", "requester"),
}

Column = Literal["keep", "drop", "replace"]

CROSSES = frozenset("× x ✗ ✘ ✕ ✖ ╳ ❌".split())
_TICKS = frozenset("√ ✓ ✔ ☑ ✅ 是 对 y yes v t true".split())
_NOTHING = frozenset("否 不 无 0 n no f false / \\ - -- — —— ☐ □".split()) | {""}
YES = {
    "keep": _TICKS | frozenset("1 保留 留 留用 要 keep".split()),
    "drop": _TICKS | frozenset("1 删除 删 删去 不要 去掉 drop".split()),
    "replace": _TICKS | frozenset("换 换人 换掉 另派 另选 另换 另请 更换 替换 改派 replace".split()),
}
"""Marks that mean yes, by column. A 1 under 替换 could be the first of the runners-up, so it is none."""
NO = {
    "keep": _NOTHING | CROSSES | frozenset("不保留 不留 不用保留".split()),
    "drop": _NOTHING | frozenset("不删 不删除 不用删".split()),
    "replace": _NOTHING | CROSSES | frozenset("不换 不替换 不用换".split()),
}
"""Marks that mean nothing. A cross under 删除 could mean either, so it is refused."""
ACCEPTED = {
    "keep": "要保留打 √（也认 ✓、是、1、Y、对、保留），不保留就留空（也认 否、0、×）",
    "drop": "要删除打 √（也认 ✓、是、1、Y、对、删除），不删就留空（也认 否、0）",
    "replace": "写接替者的姓名、姓名（单位）或编号；只换人、不指定谁，写 √、换 或 另派；不换就留空",
}
