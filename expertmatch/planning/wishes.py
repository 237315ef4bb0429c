"""A plan made again as a leader's marks want it, and what each mark costs."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from expertmatch.planning.pencil.changes import changes
from expertmatch.planning.pencil.marks import Wish, Wishes
from expertmatch.planning.plan import Plan

COSTS = ("wish", "cost", "missing")
_EACH = 20
"""So many marks are costed one by one; more only together."""


def with_wishes(before: Plan, wishes: Wishes) -> tuple[Plan, pd.DataFrame]:
    """Plan again with what a leader wants, and say what it costs.

    What a mark costs is how much better the plan would be without it alone, all the others kept.

    Parameters
    ----------
    before : Plan
        Without the marks.
    wishes : Wishes
        What the marks say.

    Returns
    -------
    plan : Plan
        Its ``changes`` say what moved, and why.
    costs : DataFrame
        wish (in words, with its cell), cost (of the total less what broken rules count), missing (how many more
        places stay empty); the last row is all of them together.

    Raises
    ------
    InputError, ConflictError
        Marks that the rules or other marks refuse.
    """
    after = _planned(before, wishes)
    made = replace(after, changes=changes(before.frame, after.frame, before.needs, wishes=wishes))
    rows: list[tuple[str, float, int]] = []
    if 1 < len(wishes.wishes) <= _EACH:
        for one in wishes.wishes:
            rest = tuple(other for other in wishes.wishes if other is not one)
            without = _planned(before, replace(wishes, wishes=rest))
            rows.append(_cost(_in_words(one), without, made))
    if wishes.wishes:
        label = _in_words(wishes.wishes[0]) if len(wishes.wishes) == 1 else f"{len(wishes.wishes)} 处批改合计"
        rows.append(_cost(label, before, made))
    return made, pd.DataFrame(rows, columns=list(COSTS)).astype({"cost": float, "missing": int})


def _planned(before: Plan, wishes: Wishes) -> Plan:
    locked, forbidden = wishes.added_to(before.settings.locked, before.settings.forbidden)
    if (locked, forbidden) == (before.settings.locked, before.settings.forbidden):
        return before
    return before.again(locked=locked, forbidden=forbidden)


def _in_words(wish: Wish) -> str:
    return f"{wish.cell.place}：{wish.sentence}"


def _cost(label: str, without: Plan, made: Plan) -> tuple[str, float, int]:
    cost = (without.total - without.penalty) - (made.total - made.penalty)
    missing = int(made.unserved["missing"].sum()) - int(without.unserved["missing"].sum())
    return label, cost, missing
