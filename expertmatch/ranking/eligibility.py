"""Hard rules and recusal, before the cut: who may serve a need at all, in which role, and why not.

A candidate takes a role when no rule of it refuses them; they are eligible when they can take one. Rules that
speak of the candidate alone are decided once (:class:`Standpoint`), the others and recusal for each pair.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from expertmatch.ranking.recusal import LABELS, Recusals, Relations
from expertmatch.scenarios import FIELDS, Rule, Scenario
from expertmatch.scenarios.columns import Column, Flags, Ints
from expertmatch.scenarios.conditions import Verdicts, kept
from expertmatch.scenarios.facts import CandidateFacts
from expertmatch.scenarios.pairs import PairFacts
from expertmatch.scenarios.parts import origin

Outcome = Literal["excluded", "ask", "hint"]


class Finding(NamedTuple):
    """What a rule or a ground of recusal says of a candidate.

    Parameters
    ----------
    outcome : {"excluded", "ask", "hint"}
        Refused; held back until somebody asks; allowed, with something to look at.
    rule : str
        Id of the rule, or ``recusal:`` and the ground.
    label : str
        What people read.
    detail : str
        What was found.
    source : str
        Where the rule stands; with 待核实 where that is not confirmed.
    """

    outcome: Outcome
    rule: str
    label: str
    detail: str
    source: str


@dataclass(frozen=True, eq=False, kw_only=True)
class Gate:
    """The rules of a scenario, held against candidates.

    Parameters
    ----------
    scenario : Scenario
        As it is on the day.
    facts : CandidateFacts
        What is known of candidates.
    relations : Relations
        For recusal.
    """

    scenario: Scenario
    facts: CandidateFacts
    relations: Relations

    # for candidates alone

    @cached_property
    def role_names(self) -> tuple[str, ...]:
        """What the roles are called, in the order of the file."""
        return tuple(role.label for role in self.scenario.pool_roles)

    @cached_property
    def _verdicts(self) -> dict[str, Verdicts]:
        """Each rule that speaks of candidates alone, held against all of them."""
        rules = (rule for rule in self.scenario.rules if rule.scope == "candidate")
        return {rule.id: kept(rule, self.facts.verdicts) for rule in rules}

    @cached_property
    def _kinds(self) -> npt.NDArray[np.object_]:
        return np.array(self.facts.text("kind"), dtype=object)

    @cached_property
    def wanted(self) -> Flags:
        """Candidates of a kind the scenario asks for; the others are not spoken of."""
        return np.isin(self._kinds, list(self.scenario.candidates))

    @cached_property
    def roles(self) -> npt.NDArray[np.bool_]:
        """Which roles each candidate can take by rules about them alone, shape (roles, candidates)."""
        rows = []
        for role in self.scenario.pool_roles:
            able = self.wanted & np.isin(self._kinds, list(role.kinds))
            for rule in self.rules_of(role.id, "candidate"):
                able &= ~self.binds(rule) | _passes(rule, self._verdicts[rule.id])
            rows.append(able)
        return np.array(rows, dtype=bool)

    @cached_property
    def mask(self) -> Flags:
        """Candidates who can take a role at all."""
        return np.asarray(self.roles.any(axis=0))

    def rules_of(self, role: str, scope: str) -> list[Rule]:
        """Return the rules of a role that speak of candidates alone, or also of needs."""
        return [r for r in self.scenario.rules if r.scope == scope and (not r.roles or role in r.roles)]

    def binds(self, rule: Rule) -> Flags:
        """Say which candidates are of a kind that a rule binds."""
        return np.isin(self._kinds, list(rule.kinds))

    # for pairs

    def needs(self, facts: PairFacts) -> NeedGate:
        """Return the gate for given needs.

        Parameters
        ----------
        facts : PairFacts
            The candidates beside the needs.

        Returns
        -------
        NeedGate
        """
        return NeedGate(gate=self, facts=facts, recusals=self.relations.of(facts.needs.frame))

    def findings(self, candidate: int) -> list[Finding]:
        """Return what rules about candidates alone say of one: of all roles, the one that refuses least."""
        return self.least(candidate, lambda role: self._of_role(role, candidate))

    def least(self, candidate: int, of_role: Callable[[str], list[Finding]]) -> list[Finding]:
        """Return the findings of the role that refuses a candidate least, the first of equals.

        About those who are refused anyway, nobody needs to ask.
        """
        kind = self._kinds[candidate]
        if not self.wanted[candidate] or not any(kind in role.kinds for role in self.scenario.pool_roles):
            label = {"expert": "专家", "society": "学会"}[kind]
            return [Finding("excluded", "kind", f"{self.scenario.title}不推荐{label}", "", "")]
        by_role = [of_role(role.id) for role in self.scenario.pool_roles if kind in role.kinds]
        found = min(by_role, key=lambda found: sum(row.outcome != "hint" for row in found))
        return [row for row in found if row.outcome == "excluded"] or found

    @cached_property
    def refusals(self) -> list[tuple[int, Finding]]:
        """Every candidate asked for who can take no role by rules about them alone, with what refuses them."""
        places = np.flatnonzero(self.wanted & ~self.mask).tolist()
        return [(place, found) for place in places for found in self.findings(place) if found.outcome != "hint"]

    def _of_role(self, role: str, candidate: int) -> list[Finding]:
        found = []
        for rule in self.rules_of(role, "candidate"):
            verdict = int(self._verdicts[rule.id][candidate])
            if verdict <= 0 and self._kinds[candidate] in rule.kinds:
                found += finding(rule, verdict, lambda name: (self.facts.column(name), candidate))
        return found


@dataclass(frozen=True, eq=False, kw_only=True)
class NeedGate:
    """The rules of a scenario, held against pairs of needs and candidates.

    Parameters
    ----------
    gate : Gate
        Candidates and rules.
    facts : PairFacts
        The candidates beside the needs.
    recusals : Recusals
        Relations between needs and candidates.
    """

    gate: Gate
    facts: PairFacts
    recusals: Recusals

    def judged(self, need: Ints, candidate: Ints) -> tuple[Ints, Ints]:
        """Judge pairs.

        Parameters
        ----------
        need, candidate : ndarray of int64, shape (pairs,)
            Positions; candidates within the gate's mask.

        Returns
        -------
        role : ndarray of int64
            The first role each candidate can take; -1 for none.
        why : ndarray of int64
            0 where the pair may be, else 1 + the position in :attr:`reasons`: recusal if the candidate is barred,
            else the first rule that refuses the first role left to the candidate.
        """
        role = np.full(len(need), -1, dtype=np.int64)
        why = np.zeros(len(need), dtype=np.int64)
        for i, able, refusing in reversed(list(self._by_role(need, candidate))):
            why[refusing >= 0] = 1 + refusing[refusing >= 0]
            role[able] = i
        why[role >= 0] = 0
        why[self.recusals.barred(need, candidate)] = len(self.reasons)
        return role, why

    def open_roles(self, need: Ints, candidate: Ints) -> Flags:
        """Return which roles rules leave open, recusal aside.

        Parameters
        ----------
        need, candidate : ndarray of int64, shape (pairs,)
            Positions.

        Returns
        -------
        ndarray of bool, shape (roles, pairs)
        """
        return np.array([able for _, able, _ in self._by_role(need, candidate)], dtype=bool)

    def _by_role(self, need: Ints, candidate: Ints) -> list[tuple[int, Flags, Ints]]:
        """Return for each role who can take it, and which rule about the pair refuses those who else could."""
        passed = {rule.id: _passes(rule, self._held(rule, need, candidate)) for rule in self._pair_rules}
        found = []
        for i, one in enumerate(self.gate.scenario.pool_roles):
            able = self.gate.roles[i][candidate]
            refusing = np.full(len(need), -1, dtype=np.int64)
            for k, rule in enumerate(self._pair_rules):
                if not rule.roles or one.id in rule.roles:
                    refused = able & self.gate.binds(rule)[candidate] & ~passed[rule.id]
                    refusing[refused] = k
                    able = able & ~refused
            found.append((i, able, refusing))
        return found

    @cached_property
    def reasons(self) -> tuple[str, ...]:
        """What can refuse a pair: labels of the rules that depend on needs, then recusal."""
        return (*(rule.label for rule in self._pair_rules), "回避")

    def findings(self, need: int, candidate: int) -> list[Finding]:
        """Return everything rules and recusal say of a pair, refusals first.

        Parameters
        ----------
        need, candidate : int
            Positions.

        Returns
        -------
        list of Finding
        """
        gate, one = self.gate, (np.array([need]), np.array([candidate]))

        def of_role(role: str) -> list[Finding]:
            found = gate._of_role(role, candidate)
            for rule in gate.rules_of(role, "pair"):
                if gate._kinds[candidate] in rule.kinds:
                    verdict = int(self._held(rule, *one)[0])
                    found += finding(rule, verdict, lambda name: (self.facts.column(name, *one), 0))
            return found

        rows = gate.least(candidate, of_role)
        rows += [self._recused(bar.ground, bar.detail, bar.bars) for bar in self.recusals.of_pair(need, candidate)]
        order = {"excluded": 0, "ask": 1, "hint": 2}
        return sorted(rows, key=lambda row: order[row.outcome])

    def noted(self, need: Ints, candidate: Ints) -> Flags:
        """Say of which pairs there may be something to look at: a fact not known, a relation.

        Parameters
        ----------
        need, candidate : ndarray of int64, shape (pairs,)
            Positions.

        Returns
        -------
        ndarray of bool
        """
        found = self.recusals.told(need, candidate)
        for rule in self.gate.scenario.rules:
            if rule.unknown == "hint":
                found |= self._held(rule, need, candidate) == 0
        return found

    def _recused(self, ground: str, detail: str, bars: bool) -> Finding:
        sources = {str(one.ground): origin(one.source, one.confirmed) for one in self.gate.scenario.recusal}
        label = f"回避：{LABELS[ground]}" if bars else f"留意：{LABELS[ground]}"
        outcome: Outcome = "excluded" if bars else "hint"
        return Finding(outcome, f"recusal:{ground}", label, detail, sources.get(ground, ""))

    @cached_property
    def _pair_rules(self) -> list[Rule]:
        return [rule for rule in self.gate.scenario.rules if rule.scope == "pair"]

    def _held(self, rule: Rule, need: Ints, candidate: Ints) -> Verdicts:
        return kept(rule, lambda condition: self.facts.verdicts(condition, need, candidate))


def finding(rule: Rule, verdict: int, fact: Callable[[str], tuple[Column, int]]) -> list[Finding]:
    """Return what a verdict of a rule means: nothing, or a finding.

    Parameters
    ----------
    rule : Rule
        The rule.
    verdict : int
        1 kept, -1 broken, 0 not known.
    fact : callable
        Field name to a column and the place in it: what the tables say.

    Returns
    -------
    list of Finding
        One at most.
    """
    if verdict > 0 or (verdict == 0 and rule.unknown == "allow"):
        return []
    source, told = origin(rule.source, rule.confirmed), _value(rule.field, *fact(rule.field))
    if verdict < 0:
        return [Finding("excluded", rule.id, rule.label, told, source)]
    asked = dict.fromkeys([rule.field, *(condition.field for condition in rule.when)])
    missing = [FIELDS[name].label for name in asked if not _is_known(*fact(name))]
    known = f"；{told}" if _is_known(*fact(rule.field)) else ""
    outcomes: Mapping[str, Outcome] = {"exclude": "excluded", "ask": "ask", "hint": "hint"}
    return [Finding(outcomes[rule.unknown], rule.id, rule.label, f"{'、'.join(missing)}不详{known}", source)]


def _is_known(column: Column, place: int) -> bool:
    return bool(column.known[place])


def _passes(rule: Rule, verdicts: Verdicts) -> Flags:
    """Say where a rule lets through: kept, or not known and not held back for it."""
    least = 0 if rule.unknown in ("allow", "hint") else 1
    return np.asarray(verdicts >= least)


def _value(name: str, column: Column, place: int) -> str:
    field = FIELDS[name]
    if not column.known[place]:
        return f"{field.label}不详"
    value = column.data[place]
    if field.type == "flag":
        return f"{field.label}：{'是' if value else '否'}"
    if field.type == "level":
        return f"{field.label}：{field.levels[int(value)] if value >= 0 else '不详'}"
    if field.type == "number":
        return f"{field.label}：{value:g}{field.unit}"
    return f"{field.label}：{value if isinstance(value, str) else '、'.join(value)}"
