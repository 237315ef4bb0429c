"""Which role each person on a list takes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from expertmatch.errors import InputError, Problem, nearest_names
from expertmatch.scenarios.columns import Ints
from expertmatch.scenarios.conditions import rule_verdicts
from expertmatch.scenarios.parts import Role, Rule
from expertmatch.scenarios.people import People
from expertmatch.scenarios.scenario import Scenario

_NEVER, _BROKEN, _OVER, _FREE, _UNKNOWN = 1e12, 1e8, 1e5, 1e2, 1.0


def rules_of(scenario: Scenario, role: Role) -> list[Rule]:
    """Return the rules that bind a role; those that name none bind the candidates of the pool.

    Parameters
    ----------
    scenario : Scenario
        The scenario.
    role : Role
        One of its roles.

    Returns
    -------
    list of Rule
    """
    return [r for r in scenario.rules if role.id in r.roles or (not r.roles and role.come_from == "pool")]


def all_roles(scenario: Scenario) -> tuple[Role, ...]:
    """Return every role of a scenario; one without a name where none is written."""
    return scenario.roles or scenario.pool_roles


def seats(scenario: Scenario, people: People) -> Ints:
    """Return the role each person takes.

    A role that the list names is believed. The others get the one they may take, so that as few rules are broken
    and as few places stay empty as can be; of equals the role that stands first in the file.

    Parameters
    ----------
    scenario : Scenario
        As it is on the day.
    people : People
        The list.

    Returns
    -------
    ndarray of int64
        Position among :func:`all_roles`; -1 for those no role is open to.

    Raises
    ------
    InputError
        The list names a role that the scenario does not have.
    """
    roles = all_roles(scenario)
    taken = _named(scenario, people)
    open_to = fits(roles, people)
    free = np.flatnonzero((taken < 0) & open_to.any(axis=0))
    if not len(free):
        return taken
    from scipy.optimize import linear_sum_assignment  # half a second that most uses do not need

    costs, owners = [], []
    for i, role in enumerate(roles):
        one = np.where(open_to[i], _cost(scenario, role, people), _NEVER)[free]
        held = int((taken == i).sum())
        for place in range(held, held + len(free)):
            over = role.most is not None and place >= role.most
            costs.append(one + (_OVER if over else _FREE if place >= role.least else 0.0) + i * 1e-3)
            owners.append(i)
    rows, columns = linear_sum_assignment(np.array(costs).T)
    taken[free[rows]] = np.array(owners, dtype=np.int64)[columns]
    return taken


def fits(roles: Sequence[Role], people: People) -> np.ndarray:
    """Say which roles are open to whom by kind and by where they come from, shape (roles, people)."""
    kinds = np.array(people.facts.text("kind"), dtype=object)
    found = [np.isin(kinds, list(role.kinds)) & (people.own == (role.come_from == "requester")) for role in roles]
    return np.array(found, dtype=bool)


def _cost(scenario: Scenario, role: Role, people: People) -> np.ndarray:
    """How little each person suits a role: rules that are broken, then facts that are not known."""
    kinds = np.array(people.facts.text("kind"), dtype=object)
    cost = np.zeros(len(people))
    for rule in rules_of(scenario, role):
        if rule.scope == "candidate":
            verdicts = rule_verdicts(rule, people.facts.column)
            asked = _UNKNOWN if rule.unknown in ("ask", "exclude") else 0.0
            missed = np.where(verdicts < 0, _BROKEN, np.where(verdicts == 0, asked, 0.0))
            cost += np.where(np.isin(kinds, list(rule.kinds)), missed, 0.0)
    return cost


def _named(scenario: Scenario, people: People) -> Ints:
    roles = all_roles(scenario)
    places = {word: i for i, role in reversed(list(enumerate(roles))) for word in (role.id, role.label)}
    problems = []
    for name, cell in zip(people.names, people.roles, strict=True):
        if cell and cell not in places:
            near = nearest_names(cell, list(places))
            labels = "、".join(role.label for role in roles)
            hint = f"是否想写：{'、'.join(near)}？" if near else f"可以写：{labels}；不写则自动安排。"
            message = f"{name}的角色“{cell}”不是“{scenario.title}”的角色。"
            problems.append(Problem(severity="error", code="unknown-role", message=message, remedy=hint, value=cell))
    if problems:
        raise InputError(problems)
    return np.array([places.get(cell, -1) for cell in people.roles], dtype=np.int64)
