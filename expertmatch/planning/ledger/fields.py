"""What a service is: its fields, its states, and what may follow what. Data only."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from expertmatch.scenarios.fields import ACTIVE_STATES, SERVED_STATES
from expertmatch.tables.columns import TABLES

PROPOSED, INVITED, AGREED, SERVING, DONE, DECLINED, CANCELLED = (
    "已推荐", "已邀请", "已同意", "服务中", "已完成", "已拒绝", "已取消",
)  # fmt: skip
RATED = "已评价"
"""Not a state of its own: 已完成 with a 满意度, as every table of engagements says it."""

NEXT_STATES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        PROPOSED: (INVITED, AGREED, DECLINED, CANCELLED),
        INVITED: (AGREED, DECLINED, CANCELLED),
        AGREED: (SERVING, DONE, CANCELLED),
        SERVING: (DONE, CANCELLED),
        DONE: (),
        DECLINED: (),
        CANCELLED: (),
    }
)
"""State to the states that may follow without a correction."""
STATES = tuple(NEXT_STATES)
FINAL_STATES = tuple(state for state, after in NEXT_STATES.items() if not after)
"""States after which a service goes no further: what they hold is changed by correction only."""
COUNTED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"year": SERVED_STATES, "ever": SERVED_STATES, "open": ACTIVE_STATES}
)
"""Period of a quota to the states it counts: who was proposed or invited has not agreed, and counts for none."""

IDENTITY = (
    "need_id", "need_title", "need_kind", "scenario", "candidate_kind", "candidate_id", "candidate_name",
    "candidate_unit",
)  # fmt: skip
"""Which service it is: changed by correction only."""
OUTCOMES = (
    "hours", "rating", "headcount", "varieties", "techniques", "bases", "solved", "households", "poor_households",
    "income_gain", "incubated", "publicity",
)  # fmt: skip
"""What came of a service (DOMAIN: 3.5)."""
FIELDS = (*IDENTITY, "role", "county", "state", "date", *OUTCOMES, "note")
"""Every field of a service, in the order people read them."""
FACTS = "facts"
"""What was known of the candidate, as far as quotas ask for it: JSON, kept with the service and in the journal."""

LABELS: Mapping[str, str] = MappingProxyType(
    {
        **{column.name: column.label for column in TABLES["engagements"].columns if not column.personal},
        FACTS: "候选情况",
        "contacts": "联系方式",
        "version": "版本",
    }
)
"""Field to what people call it."""
KIND_LABELS: Mapping[str, str] = MappingProxyType({"expert": "专家", "society": "学会"})
