"""expertmatch: who suits each need, why, and which rules stand in the way."""

from expertmatch.errors import ExpertmatchError, InputError, Problem
from expertmatch.evaluation import compare_runs, evaluate, read_judgments, tune
from expertmatch.graph.coverage import bridges, coverage
from expertmatch.graph.linking import link_disciplines
from expertmatch.graph.network import build_network
from expertmatch.index import Weights
from expertmatch.matcher import Matcher
from expertmatch.planning import (
    Assignment,
    Group,
    GroupQuota,
    Plan,
    PlanSettings,
    Topics,
    assign,
    find_topics,
    plan,
)
from expertmatch.planning.ledger import Ledger
from expertmatch.ranking import Explanation, Ranking
from expertmatch.scenarios import Scenario, check_shares, read_scenario, scenario_names
from expertmatch.tables.needs import Needs, read_needs
from expertmatch.tables.pool import Pool, read_pool
from expertmatch.text import Analyzer, Synonyms
from expertmatch.version import __version__

__all__ = [
    "Analyzer",
    "Assignment",
    "ExpertmatchError",
    "Explanation",
    "Group",
    "GroupQuota",
    "InputError",
    "Ledger",
    "Matcher",
    "Needs",
    "Plan",
    "PlanSettings",
    "Pool",
    "Problem",
    "Ranking",
    "Scenario",
    "Synonyms",
    "Topics",
    "Weights",
    "__version__",
    "assign",
    "bridges",
    "build_network",
    "check_shares",
    "compare_runs",
    "coverage",
    "evaluate",
    "find_topics",
    "link_disciplines",
    "plan",
    "read_judgments",
    "read_needs",
    "read_pool",
    "read_scenario",
    "scenario_names",
    "tune",
]
