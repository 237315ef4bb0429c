"""The rules that recommended people have passed, by scenario and role."""

from __future__ import annotations

from typing import Any

from expertmatch.ranking import Ranking
from expertmatch.ranking.recusal import LABELS
from expertmatch.report.page.words import Words
from expertmatch.scenarios import Scenario
from expertmatch.scenarios.parts import origin

_UNKNOWN = {"allow": "查不到的不排除", "hint": "查不到的加提示", "ask": "查不到的先问清", "exclude": "查不到的排除"}


def rules_of(ranking: Ranking, words: Words) -> dict[str, Any]:
    """Return the rules of each scenario of a ranking.

    Who is recommended is refused by none of them. Where a fact is not known, a rule says itself whether that
    refuses; the text tells it.

    Parameters
    ----------
    ranking : Ranking
        What was recommended.
    words : Words
        Takes the texts.

    Returns
    -------
    dict
        Scenario's name to ``title`` and ``roles``: a role's label to its rules, each label, condition, source; and
        ``apart``: the grounds of recusal, none of which was found.
    """
    parts = ranking.parts or (ranking,)
    gates = [part.candidates.gate for part in parts if part.candidates.gate is not None]
    return {gate.scenario.name: _rules(gate.scenario, words) for gate in gates}


def _rules(scenario: Scenario, words: Words) -> dict[str, Any]:
    roles = {}
    for role in scenario.pool_roles:
        rows = []
        for rule in scenario.rules:
            if (not rule.roles or role.id in rule.roles) and set(rule.kinds) & set(role.kinds):
                when = f"{'，且'.join(one.in_words for one in rule.when)}的，" if rule.when else ""
                told = f"{when}须{rule.in_words}；{_UNKNOWN[rule.unknown]}"
                rows.append([words(rule.label), words(told), words(origin(rule.source, rule.confirmed))])
        roles[str(words(role.label))] = rows
    return {
        "title": words(scenario.title),
        "roles": roles,
        "apart": [words(LABELS[one.ground]) for one in scenario.recusal],
    }
