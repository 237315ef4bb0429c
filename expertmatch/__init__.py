"""expertmatch: who suits each need, why, and which rules stand in the way."""

from importlib import import_module
from typing import TYPE_CHECKING

from expertmatch.version import __version__

if TYPE_CHECKING:
    from expertmatch.cluster import rank_parquet
    from expertmatch.errors import ExpertmatchError, InputError, Problem
    from expertmatch.evaluation import compare_runs, evaluate, read_judgments, tune
    from expertmatch.graph.coverage import bridges, coverage
    from expertmatch.graph.linking import link_disciplines
    from expertmatch.graph.network import build_network
    from expertmatch.index import Weights, merge_topk
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
    from expertmatch.report import plots
    from expertmatch.scenarios import Scenario, check_shares, read_scenario, scenario_names
    from expertmatch.tables.needs import Needs, read_needs
    from expertmatch.tables.pool import Pool, read_pool
    from expertmatch.text import Analyzer, Synonyms

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
    "merge_topk",
    "plan",
    "plots",
    "rank_parquet",
    "read_judgments",
    "read_needs",
    "read_pool",
    "read_scenario",
    "scenario_names",
    "tune",
]

_WHERE = {
    "Analyzer": "expertmatch.text",
    "Assignment": "expertmatch.planning",
    "ExpertmatchError": "expertmatch.errors",
    "Explanation": "expertmatch.ranking",
    "Group": "expertmatch.planning",
    "GroupQuota": "expertmatch.planning",
    "InputError": "expertmatch.errors",
    "Ledger": "expertmatch.planning.ledger",
    "Matcher": "expertmatch.matcher",
    "Needs": "expertmatch.tables.needs",
    "Plan": "expertmatch.planning",
    "PlanSettings": "expertmatch.planning",
    "Pool": "expertmatch.tables.pool",
    "Problem": "expertmatch.errors",
    "Ranking": "expertmatch.ranking",
    "Scenario": "expertmatch.scenarios",
    "Synonyms": "expertmatch.text",
    "Topics": "expertmatch.planning",
    "Weights": "expertmatch.index",
    "assign": "expertmatch.planning",
    "bridges": "expertmatch.graph.coverage",
    "build_network": "expertmatch.graph.network",
    "check_shares": "expertmatch.scenarios",
    "compare_runs": "expertmatch.evaluation",
    "coverage": "expertmatch.graph.coverage",
    "evaluate": "expertmatch.evaluation",
    "find_topics": "expertmatch.planning",
    "link_disciplines": "expertmatch.graph.linking",
    "merge_topk": "expertmatch.index",
    "rank_parquet": "expertmatch.cluster",
    "plan": "expertmatch.planning",
    "read_judgments": "expertmatch.evaluation",
    "read_needs": "expertmatch.tables.needs",
    "read_pool": "expertmatch.tables.pool",
    "read_scenario": "expertmatch.scenarios",
    "scenario_names": "expertmatch.scenarios",
    "tune": "expertmatch.evaluation",
}
"""Public name -> module that has it; loaded when first asked for, so that a start costs what it uses."""


def __getattr__(name: str) -> object:
    if name == "plots":
        return import_module("expertmatch.report.plots")
    if name not in _WHERE:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    found = getattr(import_module(_WHERE[name]), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted(set(globals()) | set(__all__))
