"""Many needs at once: plans under everything that binds, and problems that companies share."""

from expertmatch.planning.plan import Plan, plan
from expertmatch.planning.settings import GroupQuota, PlanSettings
from expertmatch.planning.topics import Topics, find_topics

__all__ = ["GroupQuota", "Plan", "PlanSettings", "Topics", "find_topics", "plan"]
