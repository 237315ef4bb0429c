"""The guide says what the scenario files say: every rule with its source, every field, every kind of need."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from cli_helpers import ROOT

from expertmatch.ranking.recusal import LABELS
from expertmatch.scenarios import FIELDS, Scenario, read_scenario, read_scenarios
from expertmatch.scenarios.parts import OPERATORS

GUIDE = ROOT / "docs" / "guide"
PAGES = ("salon", "workstation", "relief", "assessment", "review", "lecture")
OWN_CHOICE = "本场景的设定，可改"
UNKNOWN = {"hint": "；不详则提示", "ask": "；不详则先问清"}


def _parts(scenario: Scenario) -> Iterator[tuple[str, Any]]:
    for rule in scenario.rules:
        yield rule.label + UNKNOWN.get(rule.unknown, ""), rule
    for recusal in scenario.recusal:
        years = "" if recusal.years is None else f"（{recusal.years:g} 年内）"
        yield f"回避：{LABELS[recusal.ground]}{years}", recusal
    size = scenario.composition
    if size is not None:
        if size.most is not None:
            yield f"名单 {size.least} 至 {size.most} 人", size
        for part in (*size.limits, *size.shares, *size.spreads):
            yield part.label, part
    for quota in scenario.quotas:
        yield f"定额：{quota.label}", quota
    for term in scenario.terms:
        yield f"提醒：{term.label}", term


def _row(label: str, part: Any) -> str:
    chosen = part.source.startswith(OWN_CHOICE)
    since, until = getattr(part, "since", None), getattr(part, "until", None)
    dates = "、".join([f"{since} 起"] * bool(since) + [f"{until} 止"] * bool(until))
    source = part.source.removeprefix(OWN_CHOICE).lstrip("：；") if chosen else part.source
    state = "已核实" if part.confirmed else "设定，可改" if chosen else "待核实"
    return f"| {label}{f'（{dates}）' if dates else ''} | {source or '—'} | {state} |"


@pytest.mark.parametrize("name", PAGES)
def test_a_page_tells_every_rule_with_its_source_and_no_other(name: str) -> None:
    page = (GUIDE / f"{name}.md").read_text(encoding="utf-8")
    rows = [_row(label, part) for label, part in _parts(read_scenario(name))]
    table = page.split("| 规定 | 出处 | 情况 |\n|---|---|---|\n")[1].split("\n\n")[0].splitlines()
    assert table == rows


@pytest.mark.parametrize("name", PAGES)
def test_a_page_tells_the_weights(name: str) -> None:
    page = (GUIDE / f"{name}.md").read_text(encoding="utf-8")
    part = page.split("## 权重是政策")[1].split("\n## ")[0]
    missing = [f"{weight:g}" for weight in read_scenario(name).signals.values() if f" {weight:g}" not in part]
    assert missing == []


@pytest.mark.parametrize("name", PAGES)
def test_the_index_leads_to_the_page(name: str) -> None:
    assert f"]({name}.md)" in (GUIDE / "index.md").read_text(encoding="utf-8")


def test_the_index_tells_every_scenario_with_its_kinds() -> None:
    index = (GUIDE / "index.md").read_text(encoding="utf-8")
    for name, scenario in read_scenarios().items():
        row = next(line for line in index.splitlines() if line.startswith(("| [`" + name, "| `" + name)))
        assert f"| {scenario.title} | {'、'.join(scenario.need_kinds)} |" in row


def test_the_index_tells_every_field_and_operator_and_ground() -> None:
    index = (GUIDE / "index.md").read_text(encoding="utf-8")
    missing = [name for name, field in FIELDS.items() if f"| `{name}` | {field.label} |" not in index]
    assert missing == []
    assert [name for name in OPERATORS if f"`{name}" not in index] == []
    assert [ground for ground in LABELS if ground != "same_person" and f"`{ground}`" not in index] == []
