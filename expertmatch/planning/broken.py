"""What a plan does not keep, told: rules that may give way, sizes, services that were asked for and not reached."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pandas as pd

from expertmatch.planning.composing.compose import Composed
from expertmatch.planning.composing.groups import called, values_of
from expertmatch.planning.composing.sides import Section, Sides
from expertmatch.planning.composing.team_rows import COVER
from expertmatch.planning.solver.model import Rows
from expertmatch.scenarios.columns import Ints, texts
from expertmatch.scenarios.parts import Composition, origin

BROKEN = ("need_id", "rule", "label", "required", "found", "price", "source")
NOISE = 1e-6
"""A breach below this is none."""
_OWN = "需求方自己的人"
_Row = tuple[int, str, str, str, str, float, str]
"""A row with the position of the need; -1 for the whole plan."""


def broken_of(found: Composed) -> pd.DataFrame:
    """Return the rules that the plan does not keep; of needs that nobody serves, only their roles.

    Parameters
    ----------
    found : Composed
        The plan.

    Returns
    -------
    DataFrame
    """
    sides = found.sides
    ids = texts(sides.needs, "need_id")
    placed = np.bincount(found.edges.need[found.chosen], minlength=len(ids)) + sides.own.count(len(ids))
    rows = [
        row for row in _breaches(found) if row[0] < 0 or placed[row[0]] or row[1].startswith("role:")
    ]  # fmt: skip
    for section in sides.sections:
        if section.scenario is not None:
            rows += _own_roles(sides, section)
            if section.scenario.composition is not None:
                rows += _sizes(section, section.scenario.composition, placed)
                rows += _own_too_many(sides, section, section.scenario.composition)
    rows += _idle(found)
    rows.sort(key=lambda row: (row[0], row[1], row[4]))
    cells = [(ids[row[0]] if row[0] >= 0 else "", *row[1:]) for row in rows]
    return pd.DataFrame(cells, columns=list(BROKEN)).astype({"price": float})


def _breaches(found: Composed) -> list[_Row]:
    values = np.r_[found.solution.chosen.astype(float), found.solution.extra]
    rows: list[_Row] = []
    for rule, breach in zip(found.model.rows, found.solution.breach, strict=True):
        if rule.rule == COVER:
            continue
        reached = rule.matrix @ values
        for row in np.flatnonzero(breach > NOISE).tolist():
            required, seen = _in_words(rule, row, float(reached[row]), float(breach[row]))
            price = 0.0 if rule.price is None else rule.price * float(breach[row])
            rows.append((int(rule.need[row]), rule.rule, rule.label, required, seen, price, rule.source))
    return rows


def _in_words(rule: Rows, row: int, reached: float, breach: float) -> tuple[str, str]:
    """Return what a row asks for and what there is, in words."""
    lower, upper = float(rule.lower[row]), float(rule.upper[row])
    subject = rule.subject[row]
    who = f"{subject} " if subject else ""
    word = "个" if rule.rule.startswith("spread") else "人" if rule.need[row] >= 0 else "次"
    if rule.rule.startswith("share"):
        return rule.label, f"还差 {math.ceil(breach - NOISE)} 人" if math.isfinite(lower) else "超过"
    if rule.rule.startswith("limit"):  # what the requester's own people take up is off its bound
        return rule.label, f"{who}多 {breach:g} 人"
    required = f"至少 {lower:g} {word}" if reached < lower else f"至多 {upper:g} {word}"
    return required, f"{who}{reached:g} {word}"


def _idle(found: Composed) -> list[_Row]:
    """Return who gets fewer services than everybody is to get."""
    sides, least = found.sides, found.sides.settings.minimum
    planned = np.bincount(found.edges.expert[found.chosen], minlength=len(sides.people))
    return [
        (-1, "minimum", "每人至少承接", f"至少 {least} 次", f"{sides.names[i]} {planned[i]} 次", 0.0, "本次要求")
        for i in np.flatnonzero(found.solution.idle).tolist()
    ]


def _sizes(section: Section, about: Composition, placed: Ints) -> list[_Row]:
    """Return the teams that are smaller or larger than the programme's usual size; how many was asked says the need."""
    rows: list[_Row] = []
    if about.least <= 1 and about.most is None:
        return rows
    for need in section.needs.tolist():
        count = int(placed[need])
        if count and (count < about.least or (about.most is not None and count > about.most)):
            required = f"{about.least} 人以上" if about.most is None else f"{about.least} 至 {about.most} 人"
            source = origin(about.source, about.confirmed)
            rows.append((need, "size", "人数", required, f"{count} 人", 0.0, source))
    return rows


def _own_roles(sides: Sides, section: Section) -> list[_Row]:
    """Return the needs whose requester names fewer or more people than the programme asks of them."""
    rows: list[_Row] = []
    counts = Counter(zip(sides.own.need.tolist(), sides.own.role, strict=True))
    for role in () if section.scenario is None else section.scenario.roles:
        if role.come_from == "requester":
            for need in section.needs.tolist():
                count = counts[need, role.label]
                if count < role.least or (role.most is not None and count > role.most):
                    required = f"至少 {role.least} 人" if count < role.least else f"至多 {role.most} 人"
                    source = origin(role.source, role.confirmed)
                    rows.append((need, f"role:{role.id}", role.label, required, f"{count} 人", 0.0, source))
    return rows


def _own_too_many(sides: Sides, section: Section, about: Composition) -> list[_Row]:
    """Return the limits that the requester's own people pass by themselves; the plan adds nobody to them."""
    own = sides.own
    rows: list[_Row] = []
    here = np.isin(own.need, section.needs)
    for place, limit in enumerate(about.limits, start=1):
        counts: Counter[tuple[int, tuple[str, ...]]] = Counter()
        for i, values in values_of([own.keys(what) for what in limit.per]):
            counts[int(own.need[i]), values] += int(here[i])
        for (need, values), count in counts.items():
            if count > limit.most:
                told = f"{_OWN}：{called(limit.per, [values])[0]} {count} 人"
                source = origin(limit.source, limit.confirmed)
                rows.append((need, f"limit:{place}", limit.label, f"至多 {limit.most} 人", told, 0.0, source))
    for place, share in enumerate(about.shares, start=1):
        verdicts = own.verdicts(share.where)
        for need in np.unique(own.need[here]).tolist() if share.hard and share.at_most < 1 else ():
            known = verdicts[(own.need == need) & (verdicts != 0)]
            yes = int((known > 0).sum())
            if yes > share.at_most * len(known) + NOISE:
                told = f"{_OWN}：{len(known)} 人中 {yes} 人"
                source = origin(share.source, share.confirmed)
                rows.append((need, f"share:{place}", share.label, share.label, told, 0.0, source))
    return rows
