"""Programmes of the association as files: which needs, which candidates, which rules."""

from expertmatch.scenarios.composition import Check, check_composition
from expertmatch.scenarios.fields import FIELDS
from expertmatch.scenarios.parts import Condition, Recusal, Role, Rule, Share
from expertmatch.scenarios.reading import AUTO, parse_scenario, read_scenario, read_scenarios, scenario_names
from expertmatch.scenarios.scenario import Scenario
from expertmatch.scenarios.shares import FRONT_LINE, SharesCheck, check_shares

__all__ = [
    "AUTO",
    "FIELDS",
    "FRONT_LINE",
    "Check",
    "Condition",
    "Recusal",
    "Role",
    "Rule",
    "Scenario",
    "Share",
    "SharesCheck",
    "check_composition",
    "check_shares",
    "parse_scenario",
    "read_scenario",
    "read_scenarios",
    "scenario_names",
]
