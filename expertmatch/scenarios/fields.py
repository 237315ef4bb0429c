"""What rules, shares and limits can speak of: the fields of candidates, of needs, and of the two together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

FieldType = Literal["number", "level", "flag", "words", "text"]
"""number and level are compared, a flag is yes or no, words are compared whole, a text is searched for words."""
Scope = Literal["candidate", "need", "pair"]

TITLE_LEVELS = ("初级", "中级", "副高", "正高")
"""Levels of professional titles, lowest first (DOMAIN: 7.1)."""
NEARNESS = ("其他", "同省", "同市", "同县")
"""How near a candidate's region is to the need's, farthest first."""

ACTIVE_STATES = ("已同意", "服务中")
"""States of the ledger that take up capacity now."""
SERVED_STATES = (*ACTIVE_STATES, "已完成")
"""States of the ledger in which somebody serves or has served."""


@dataclass(frozen=True, slots=True)
class Field:
    """One thing a rule can ask for.

    Parameters
    ----------
    name, label : str
        As written in scenario files, and for people.
    type : {"number", "level", "flag", "words", "text"}
        How it is compared.
    scope : {"candidate", "need", "pair"}
        Whose it is.
    levels : tuple of str
        The values of a level, lowest first.
    unit : str
        Of a number.
    """

    name: str
    label: str
    type: FieldType
    scope: Scope = "candidate"
    levels: tuple[str, ...] = ()
    unit: str = ""


_ALL = (
    Field("title_level", "职称级别", "level", levels=TITLE_LEVELS),
    Field("academician", "院士", "flag"),
    Field("retired", "退休", "flag"),
    Field("age", "年龄", "number", unit="岁"),
    Field("sex", "性别", "words"),
    Field("province", "省份", "words"),
    Field("city", "城市", "words"),
    Field("county", "区县", "words"),
    Field("overseas", "海外", "flag"),
    Field("status", "状态", "words"),
    Field("languages", "语种", "words"),
    Field("local", "土专家、带头人", "flag"),
    Field("post", "职务", "text"),
    Field("title", "职称", "text"),
    Field("unit", "单位", "text"),
    Field("society_kind", "学会类型", "words"),
    Field("stations", "已进站数", "number", unit="个"),
    Field("partners", "合作者人数", "number", unit="人"),
    Field("free", "尚可承接数", "number", unit="项"),
    Field("open", "在办项数", "number", unit="项"),
    Field("served_this_year", "本年已服务次数", "number", unit="次"),
    Field("services", "历次服务次数", "number", unit="次"),
    Field("nearness", "与需求同地", "level", "pair", NEARNESS),
    Field("discipline_distance", "与需求学科的距离", "number", "pair"),
    Field("available", "时间合适", "flag", "pair"),
    Field("speaks", "会所需语种", "flag", "pair"),
    Field("need_kind", "需求类型", "words", "need"),
    Field("need_years", "合作年限", "number", "need", unit="年"),
    Field("need_audience", "受众", "text", "need"),
    Field("need_region", "需求所在地区", "text", "need"),
)
FIELDS: Mapping[str, Field] = MappingProxyType({field.name: field for field in _ALL})
"""Every field by its name.

``stations`` adds the column 在站数 and the ledger; ``free`` is capacity less what is open; ``partners`` counts the
people named beside a candidate in works (not known where nobody is); ``discipline_distance`` is 0 within a
second-level discipline, 1 within a first-level one, 2 within a category (门类) of GB/T 13745, else 3; ``overseas``
is yes where the region is none of the mainland's, and not known where that cannot be told; ``local`` is yes where
title, post or honours say 土专家, 乡土人才, 田秀才 or 带头人 (but not 学科带头人).
"""
