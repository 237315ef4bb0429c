"""Which papers there are, and which placeholders each one's template may use. Words only.

A template is a Word file; ``{{需求名称}}`` stands for a text, ``{%tr for 人 in 名单 %}`` … ``{%tr endfor %}`` repeats
a table's row, ``{{人.姓名}}`` stands for a field of it. Whoever edits a template reads these names: they are Chinese.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

BLANK = "＿＿＿＿＿＿"
"""What stands where nothing is known: to be filled in by hand."""

PERSON = ("序号", "席位", "姓名", "单位", "职务", "职称", "角色", "类别", "编号", "称呼", "敬称", "备注")
"""Fields of who serves; contacts are none of them."""

LISTED = ("序号", "姓名", "单位", "职称")
"""Fields of who is made public: name, unit and title, nothing else."""

TO_FILL = (
    "主办单位", "承办单位", "文号", "落款日期", "联系人", "回执截止", "公示起", "公示止", "公示事项", "经办人",
    "抽取时间", "抽取地点",
)  # fmt: skip
"""Texts that no table holds: given with ``--set``, blank otherwise."""

REPLACED = ("时间", "地点")
"""Texts of a need that ``--set`` may replace."""

_NEED = (
    "需求编号", "需求名称", "需求内容", "需求类型", "关键词", "需求方", "需求方人员", "时间", "地点", "受众", "场景",
    "人数", "人选", "空缺", "角色人数",
)  # fmt: skip
_NEED_LISTS: Mapping[str, tuple[str, ...]] = {
    "名单": PERSON,
    "专家名单": PERSON,
    "需求方名单": PERSON,
    "约定": ("序号", "内容", "依据"),
    "未合要求": ("要求", "应为", "实为", "依据"),
}


@dataclass(frozen=True, slots=True)
class Paper:
    """One kind of paper.

    Parameters
    ----------
    name
        What it is called.
    about
        What it is for, in a few words.
    per
        One file for the whole plan, for each need, or for each person of each need.
    texts
        Placeholders that stand for a text.
    lists
        Placeholders to be looped over, and the fields of their rows.
    """

    name: str
    about: str
    per: Literal["plan", "need", "person"]
    texts: tuple[str, ...]
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))


def _paper(
    name: str, about: str, per: Literal["plan", "need", "person"], texts: tuple[str, ...],
    lists: Mapping[str, tuple[str, ...]] = _NEED_LISTS,
) -> Paper:  # fmt: skip
    return Paper(name, about, per, tuple(dict.fromkeys((*texts, *TO_FILL))), MappingProxyType(dict(lists)))


_ALL = (
    _paper("沙龙方案", "一场沙龙的方案：主题、嘉宾、议程、约定，每项需求一份", "need", _NEED),
    _paper("邀请函", "请一位专家出席，每人每项需求一份", "person",
           (*_NEED, *(name for name in PERSON if name not in ("序号", "席位", "备注", "类别", "编号")))),
    _paper("签到表", "到场签名用，每项需求一份", "need", _NEED),
    _paper("公示名单", "对外公示的名单，只有姓名、单位、职称，全部需求一份", "plan", ("场景", "人数", "人选", "需求数"),
           {"名单": LISTED}),
    _paper("派遣函", "向需求方派出专家，附服务情况回执，每项需求一份", "need", _NEED),
    _paper("抽取记录", "随机抽取的记录，供经办、监督、复核签字，全部需求一份", "plan",
           ("事项", "种子", "名单指纹", "复核结果", "签数", "入选人数", "未抽到人数"),
           {
               "说明": ("项目", "内容"),
               "抽取": ("序号", "轮次", "需求", "角色", "候选", "姓名", "单位", "本年已服务", "签号", "结果", "说明"),
               "入选": ("序号", "需求", "角色", "姓名", "单位", "签号", "结果"),
               "需补充": ("需求", "名称", "应有", "已有", "缺", "原因"),
               "未入围": ("需求", "原因", "人数"),
               "签字": ("签字人",),
           }),
)  # fmt: skip
PAPERS: Mapping[str, Paper] = MappingProxyType({paper.name: paper for paper in _ALL})
