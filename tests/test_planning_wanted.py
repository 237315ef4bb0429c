"""How many a need wants: its own column, the settings, roles, the size of the list."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from expertmatch.planning.composing.wanted import wanted_of
from expertmatch.planning.settings import PlanSettings
from expertmatch.scenarios import Scenario

NEEDS = pd.DataFrame({"need_id": ["N1", "N2", "N3"], "wanted": ["", "6", "1"]})
LEAD = {"id": "lead", "label": "主持人", "least": 1, "most": 1}
MEMBER = {"id": "member", "label": "成员", "least": 2}


def scenario(**parts: Any) -> Scenario:
    return Scenario.model_validate(
        {"name": "own", "title": "自办", "summary": "示例。", "need_kinds": ["自办"], **parts}
    )


@pytest.mark.parametrize(
    ("parts", "wanted", "least", "most"),
    [
        ({}, 3, [3, 6, 1], [3, 6, 1]),
        ({}, (2, 4), [2, 6, 1], [4, 6, 1]),
        ({"roles": [LEAD, MEMBER]}, 2, [3, 6, 3], [3, 6, 3]),
        ({"roles": [LEAD, MEMBER]}, (1, 5), [3, 6, 3], [5, 6, 3]),
        ({"roles": [LEAD, {**MEMBER, "most": 3}]}, (1, 5), [3, 4, 3], [4, 4, 3]),
        ({"roles": [LEAD, {**MEMBER, "come_from": "requester"}]}, 2, [1, 1, 1], [1, 1, 1]),
        ({"composition": {"least": 4, "most": 5, "hard": True}}, 3, [4, 5, 4], [4, 5, 4]),
        ({"composition": {"least": 4, "most": 5}}, 3, [3, 6, 1], [3, 6, 1]),
        ({"composition": {"least": 2, "hard": True}}, (0, 4), [2, 6, 2], [4, 6, 2]),
    ],
)
def test_wanted_is_the_needs_own_raised_by_roles_and_bounded_by_size(
    parts: dict[str, Any], wanted: Any, least: list[int], most: list[int]
) -> None:
    found = wanted_of(NEEDS, scenario(**parts), PlanSettings(wanted=wanted))
    assert [each.tolist() for each in found] == [least, most]


def test_without_a_scenario_and_without_the_column_the_settings_say_it() -> None:
    needs = pd.DataFrame({"need_id": ["N1"]})
    assert [each.tolist() for each in wanted_of(needs, None, PlanSettings(wanted=(0, 2)))] == [[0], [2]]
