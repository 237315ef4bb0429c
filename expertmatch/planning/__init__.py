"""Many needs at once: plans under everything that binds, and problems that companies share."""

from expertmatch.planning.assigning.assign import Assignment, Group, assign
from expertmatch.planning.common_problems.topics import Topics, find_topics
from expertmatch.planning.plan import Plan, plan
from expertmatch.planning.settings import GroupQuota, PlanSettings

__all__ = [
    "Assignment", "Group", "GroupQuota", "Plan", "PlanSettings", "Topics", "assign", "find_topics", "plan",
]  # fmt: skip
