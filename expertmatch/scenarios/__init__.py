"""Programmes of the association as files: which needs, which candidates, which rules."""

from expertmatch.scenarios.fields import FIELDS
from expertmatch.scenarios.parts import Condition, Recusal, Role, Rule, Share
from expertmatch.scenarios.reading import AUTO, parse_scenario, read_scenario, read_scenarios, scenario_names
from expertmatch.scenarios.scenario import Scenario

__all__ = [
    "AUTO",
    "FIELDS",
    "Condition",
    "Recusal",
    "Role",
    "Rule",
    "Scenario",
    "Share",
    "parse_scenario",
    "read_scenario",
    "read_scenarios",
    "scenario_names",
]
