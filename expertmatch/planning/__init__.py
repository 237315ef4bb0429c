"""Many needs at once: plans under everything that binds, and problems that companies share."""

from expertmatch.planning.assign import Assignment, Group, assign
from expertmatch.planning.plan import Plan, plan
from expertmatch.planning.settings import GroupQuota, PlanSettings
from expertmatch.planning.topics import Topics, find_topics

__all__ = [
    "Assignment", "Group", "GroupQuota", "Plan", "PlanSettings", "Topics", "assign", "find_topics", "plan",
]  # fmt: skip
