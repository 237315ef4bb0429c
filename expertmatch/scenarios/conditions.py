"""Conditions held against columns of facts, in a logic of three values: yes, no, not known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from expertmatch.scenarios.columns import Column
from expertmatch.scenarios.parts import Condition, Rule

Verdicts = npt.NDArray[np.int8]
"""1 where a condition holds, -1 where not, 0 where it is not known: minimum is and, maximum is or (Kleene 1938)."""


def holds(condition: Condition, column: Column) -> Verdicts:
    """Hold a condition against a column.

    Parameters
    ----------
    condition : Condition
        What is asked.
    column : Column
        The values of its field.

    Returns
    -------
    ndarray of int8
        1, 0 or -1 for each value.

    Examples
    --------
    >>> column = Column(np.array([35.0, 61.0, 0.0]), np.array([True, True, False]))
    >>> holds(Condition(field="age", below=40), column).tolist()
    [1, -1, 0]
    """
    found = np.ones(len(column.known), dtype=bool)
    for name, value in condition.asked.items():
        found &= _one(condition, name, value, column)
    return np.where(column.known, np.where(found, 1, -1), 0).astype(np.int8)


def rule_verdicts(rule: Rule, column_of: Callable[[str], Column]) -> Verdicts:
    """Hold a rule: its condition binds only where every ``when`` holds.

    Parameters
    ----------
    rule : Rule
        The rule.
    column_of : callable
        Field name to column; all of one length.

    Returns
    -------
    ndarray of int8
        1 where it is kept or does not bind, -1 where it is broken, 0 where that is not known.
    """
    return kept(rule, lambda condition: holds(condition, column_of(condition.field)))


def kept(rule: Rule, held: Callable[[Condition], Verdicts]) -> Verdicts:
    """Put a rule together from its condition and those it binds under, each held already.

    Parameters
    ----------
    rule : Rule
        The rule.
    held : callable
        Condition to verdicts; all of one length.

    Returns
    -------
    ndarray of int8
        As :func:`rule_verdicts`.
    """
    found = held(rule)
    for condition in rule.when:
        found = np.maximum(found, -held(condition))
    return found


def all_hold(conditions: Sequence[Condition], column_of: Callable[[str], Column]) -> Verdicts:
    """Hold several conditions at once.

    Parameters
    ----------
    conditions : sequence of Condition
        At least one.
    column_of : callable
        Field name to column; all of one length.

    Returns
    -------
    ndarray of int8
    """
    found: Verdicts = np.minimum.reduce([holds(one, column_of(one.field)) for one in conditions])
    return found


def _one(condition: Condition, name: str, value: Any, column: Column) -> npt.NDArray[np.bool_]:
    field, values = condition.about, column.data
    if field.type == "flag":
        return np.asarray(values == float(value))
    if field.type in ("words", "text"):
        hits = np.array([_meets(held, value) for held in values], dtype=bool)
        return hits if name == "any_of" else ~hits
    place = {level: float(i) for i, level in enumerate(field.levels)}
    if name in ("any_of", "none_of"):
        hits = np.isin(values.astype(np.float64), [place[level] for level in value])
        return hits if name == "any_of" else ~hits
    bound = place[value] if field.type == "level" else float(value)
    compare = {"at_least": np.greater_equal, "at_most": np.less_equal, "above": np.greater, "below": np.less}[name]
    return np.asarray(compare(values.astype(np.float64), bound))


def _meets(held: object, wanted: tuple[str, ...]) -> bool:
    if isinstance(held, str):  # a text: words that stand in it
        return any(word in held for word in wanted)
    return isinstance(held, tuple) and any(word in held for word in wanted)
