"""Rules and recusal hold: a thousand random pools against a checker that shares nothing with the ranking."""

from __future__ import annotations

import random
from datetime import date
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from oracle_rules import Codes, Oracle, rows
from random_pools import (
    DAYS_OF_RULES,
    GROUNDS,
    TODAY,
    Case,
    cases,
    random_scenario,
    random_weights,
    rich_scenario,
)
from strategies import analyzer

import expertmatch as em
from expertmatch.ranking.signals import SIGNALS
from expertmatch.scenarios import FIELDS, Scenario, read_scenario, scenario_names
from expertmatch.scenarios.fields import Field
from expertmatch.scenarios.parts import OPERATORS

POOLS, CHUNK = 1000, 125
GRAPH_POOLS = range(2000, 2006)
Pair = tuple[str, str, str]
"""need_id, kind, id"""


@cache
def scenario_of(number: int) -> Scenario:
    """Half of the pools have a scenario of their own, a quarter the rich one, a quarter those of the library."""
    if number % 2:
        return random_scenario(random.Random(f"scenario {number}"))
    if number % 4:
        return rich_scenario(graph=False)
    names = scenario_names()
    return read_scenario(names[number // 4 % len(names)])


def some_cases(numbers: range, scenarios: list[Scenario]) -> list[Case]:
    return list(cases(numbers, [[*scenario.need_kinds] for scenario in scenarios]))


class Judged:
    """A case ranked, scored and judged by the checker."""

    def __init__(self, case: Case, scenario: Scenario, *, weights: dict[str, float] | None, day: date) -> None:
        self.case, self.scenario, self.top = case, scenario, case.rng.choice((1, 3, 5))
        self.matcher = em.Matcher(scenario=scenario, analyzer=analyzer(), signals=weights, as_of=day).fit(case.pool)
        self.ranking = self.matcher.rank(case.needs, top=self.top)
        self.needs = {row["need_id"]: row for row in rows(case.needs.frame)}
        self.oracle = Oracle(case.pool, scenario, day, *self._codes())
        kinds = [kind for kind in ("expert", "society") if kind in scenario.candidates]
        ids = {"expert": case.pool.experts["expert_id"], "society": case.pool.societies["society_id"]}
        pairs: list[Pair] = [(need, kind, key) for need in self.needs for kind in kinds for key in ids[kind]]
        asked = pd.DataFrame(pairs, columns=["need_id", "candidate_kind", "candidate_id"])
        self.scored = self.matcher.score(asked, needs=case.needs)
        self.score = dict(zip(pairs, self.scored["score"].tolist(), strict=True))
        self.eligible = dict(zip(pairs, self.scored["eligible"].tolist(), strict=True))
        self.verdicts = {pair: self.oracle.judge(self.needs[pair[0]], *pair[1:]) for pair in pairs}
        self.listed = list(_pairs(self.ranking.frame))

    def _codes(self) -> tuple[Codes, Codes]:
        graph = self.matcher.programmes_.graph
        if graph is None:
            return {}, {}
        codes = graph.codes_of(graph.mixture(self.case.needs.frame))
        return graph.candidate_codes, dict(zip(self.needs, codes, strict=True))

    def best_first(self, need: str, *, refused: bool) -> list[Pair]:
        """The pairs of a need that score, as the order of all rankings has them."""
        found = [
            pair
            for pair, verdict in self.verdicts.items()
            if pair[0] == need and self.score[pair] > 0 and not verdict.alone
            if refused or verdict.outcome == "eligible"
        ]  # fmt: skip
        return sorted(found, key=lambda pair: (-self.score[pair], self._key(pair)))

    @staticmethod
    def _key(pair: Pair) -> str:
        return pair[2] if pair[1] == "expert" else f"society:{pair[2]}"


def _pairs(frame: pd.DataFrame) -> list[Pair]:
    return list(zip(frame["need_id"], frame["candidate_kind"], frame["candidate_id"], strict=True))


def check_eligible(told: Judged) -> None:
    for pair, verdict in told.verdicts.items():
        assert told.eligible[pair] == (verdict.outcome == "eligible"), (told.case.number, pair, verdict)


def check_listed(told: Judged) -> None:
    """Exactly the first of those the checker allows are listed, in order, in the role it names."""
    expected = [pair for need in told.needs for pair in told.best_first(need, refused=False)[: told.top]]
    assert told.listed == expected, told.case.number
    roles = [told.verdicts[pair].role for pair in expected]
    assert told.ranking.frame["role"].tolist() == roles, told.case.number
    frame = told.ranking.frame
    assert frame["score"].tolist() == [told.score[pair] for pair in expected]


def check_kept_out(told: Judged) -> None:
    """The rows of the sheet of the excluded, and the counts of the others."""
    rows_: dict[Pair, set[tuple[str, str]]] = {}
    for pair, reason in zip(
        _pairs(told.ranking.excluded),
        zip(told.ranking.excluded["outcome"], told.ranking.excluded["rule"], strict=True),
        strict=True,
    ):
        assert reason not in rows_.setdefault(pair, set()) or reason[1].startswith("recusal:")
        rows_[pair].add(reason)
    expected: dict[Pair, set[tuple[str, str]]] = {}
    counts: dict[tuple[str, str], int] = {}
    for pair, verdict in told.verdicts.items():
        if verdict.alone:
            expected["", *pair[1:]] = told.oracle.judge_alone(*pair[1:])
    for need in told.needs:
        for place, pair in enumerate(told.best_first(need, refused=True)):
            verdict = told.verdicts[pair]
            if verdict.outcome != "eligible" and place < told.top:
                expected[pair] = verdict.reasons
            elif verdict.outcome != "eligible":
                counts[need, verdict.told_as] = counts.get((need, verdict.told_as), 0) + 1
    assert rows_ == expected, told.case.number
    passed = told.ranking.passed_over
    assert dict(zip(zip(passed["need_id"], passed["label"], strict=True), passed["count"], strict=True)) == counts


def check_facts(told: Judged) -> None:
    """Every field of every pair, and every relation that is found, barring or only told."""
    candidates = told.matcher.programmes_.candidates_of(told.scenario.name)
    asked = candidates.asked(told.case.needs.frame)
    place = {pair: i for i, pair in enumerate(candidates.kind_and_id)}
    number = {need: i for i, need in enumerate(asked.frame["need_id"])}
    pairs = list(told.verdicts)
    need = np.array([number[pair[0]] for pair in pairs])
    candidate = np.array([place[pair[1:]] for pair in pairs])
    assert asked.facts is not None
    for name, field in FIELDS.items():
        column = asked.facts.column(name, need, candidate)
        for pair, known, value in zip(pairs, column.known.tolist(), column.data.tolist(), strict=True):
            told_value = _as_told(field, value) if known else None
            assert told_value == told.oracle.fact(name, told.needs[pair[0]], *pair[1:]), (told.case.number, name, pair)
    assert asked.gate is not None
    for pair, i, j in zip(pairs, need.tolist(), candidate.tolist(), strict=True):
        bars = asked.gate.recusals.of_pair(i, j)
        barred, warned = told.oracle.recusals(told.needs[pair[0]], *pair[1:])
        assert {bar.ground for bar in bars if bar.bars} == barred, (told.case.number, pair)
        assert {bar.ground for bar in bars if not bar.bars} == warned, (told.case.number, pair)


def _as_told(field: Field, value: Any) -> Any:
    if field.type == "flag":
        return bool(value)
    if field.type == "level":
        return field.levels[int(value)]
    if field.type == "words":
        return list(value) if field.name == "languages" else value[0]
    return value


def check_words(told: Judged) -> None:
    """One refused pair of each outcome is told with the labels of what refuses it; hints stand in their table."""
    labels = {rule.id: rule.label for rule in told.scenario.rules}
    for outcome in ("excluded", "ask"):
        refused = [pair for pair, verdict in told.verdicts.items() if verdict.outcome == outcome]
        for pair in refused[:1]:
            said = told.ranking.why_not(pair[0], pair[2])
            for how, rule in told.verdicts[pair].reasons:
                assert labels.get(rule, "回避" if rule != "kind" else "不推荐") in said
                assert how != "ask" or "请先核实" in said
    hints = told.ranking.hints
    told_of = set(zip(_pairs(hints), hints["label"], strict=True))
    for pair in told.listed:
        found = {label for one, label in told_of if one == pair}
        expected = {labels[rule] for rule in told.verdicts[pair].hints if rule in labels}
        assert {label for label in found if not label.startswith("留意")} == expected
        warned = any(rule.startswith("recusal:") for rule in told.verdicts[pair].hints)
        assert any(label.startswith("留意") for label in found) == warned


def check_prefix(told: Judged) -> None:
    more = told.matcher.rank(told.case.needs, top=told.top + 4).frame
    first = more[more["rank"] <= told.top].reset_index(drop=True)
    pd.testing.assert_frame_equal(first, told.ranking.frame, check_exact=True)


def check(told: Judged) -> None:
    check_eligible(told)
    check_listed(told)
    check_kept_out(told)
    if told.case.number % 3 == 0:
        check_words(told)
    if told.case.number % 4 == 1:
        check_facts(told)
    if told.case.number % 5 == 0:
        check_prefix(told)


@pytest.mark.parametrize("start", range(0, POOLS, CHUNK))
def test_rules_and_recusal_hold_on_random_pools(start: int) -> None:
    numbers = range(start, start + CHUNK)
    scenarios = [scenario_of(number) for number in numbers]
    seen: dict[str, int] = {}
    for case, scenario in zip(some_cases(numbers, scenarios), scenarios, strict=True):
        told = Judged(
            case, scenario, weights=random_weights(case.rng), day=DAYS_OF_RULES[case.number % len(DAYS_OF_RULES)]
        )
        check(told)
        for verdict in told.verdicts.values():
            seen[verdict.outcome] = seen.get(verdict.outcome, 0) + 1
            for _, reason in verdict.reasons:
                seen[reason] = seen.get(reason, 0) + 1
    assert seen["eligible"] > 100
    assert seen["excluded"] > 100
    assert seen["ask"] > 10
    for ground in (*GROUNDS, "same_person"):
        assert seen[f"recusal:{ground}"] > 0


def test_rules_hold_with_disciplines_and_every_signal() -> None:
    scenario = rich_scenario(graph=True)
    rule = next(rule for rule in scenario.rules if rule.field == "discipline_distance")
    distances = set()
    for case in some_cases(GRAPH_POOLS, [scenario] * len(GRAPH_POOLS)):
        told = Judged(case, scenario, weights=None, day=TODAY)
        check(told)
        check_facts(told)
        check_words(told)
        for need, kind, key in told.verdicts:
            distances.add(told.oracle.fact(rule.field, told.needs[need], kind, key))
    assert {0.0, 3.0, None} < distances


def test_the_rich_scenario_asks_for_everything() -> None:
    scenario = rich_scenario(graph=True)
    conditions = [one for rule in scenario.rules for one in (rule, *rule.when)]
    assert {one.field for one in conditions} == set(FIELDS)
    assert {name for one in conditions for name in one.asked} == set(OPERATORS)
    assert {rule.unknown for rule in scenario.rules} == {"allow", "hint", "ask", "exclude"}
    assert {one.ground for one in scenario.recusal} == set(GROUNDS)
    assert {role.come_from for role in scenario.roles} == {"pool", "requester"}
    assert set(scenario.signals) == set(SIGNALS)
