"""What cannot be together: locked edges against what is never passed, and bounds against each other."""

from __future__ import annotations

import numpy as np

from expertmatch.errors import ConflictError
from expertmatch.planning.solver.highs import maximise
from expertmatch.planning.solver.model import Model, Rows
from expertmatch.planning.solver.program import Layout
from expertmatch.planning.solver.solution import NOISE


def check_locks(model: Model) -> None:
    """Refuse locked edges that break by themselves what is never passed.

    Parameters
    ----------
    model : Model

    Raises
    ------
    ConflictError
        Naming the first bound they break.
    """
    for rows in model.rows:
        for row in np.flatnonzero(rows.lower > rows.upper)[:1]:
            raise _row_conflict(rows, int(row), float(rows.lower[row]), locked=False)
    if not model.locked.any():
        return
    need, expert = model.need[model.locked], model.expert[model.locked]
    for of, most, rule, about in (
        (need, model.most, "人数上限", "need"),
        (expert, model.capacity, "可承担的次数", "expert"),
    ):
        held = np.bincount(of, minlength=len(most))
        for one in np.flatnonzero(held > most)[:1]:
            at, bound, count = int(one), float(most[one]), float(held[one])
            if about == "need":
                raise ConflictError(rule, f"第 {at + 1} 个需求", accepted=bound, found=count, need=at)
            raise ConflictError(rule, f"第 {at + 1} 位专家", accepted=bound, found=count, expert=at)
    twice = np.bincount(model.pair[model.locked])
    for one in np.flatnonzero(twice > 1)[:1]:
        edge = int(np.flatnonzero(model.pair == one)[0])
        where, who = int(model.need[edge]), int(model.expert[edge])
        subject = f"第 {where + 1} 个需求与第 {who + 1} 位专家"
        raise ConflictError(
            "一人在一项需求中只任一职", subject, accepted=1, found=float(twice[one]), need=where, expert=who
        )
    values = np.r_[model.locked.astype(float), np.zeros(model.extra)]
    for rows in model.rows:
        if rows.price is not None:
            continue
        reached = rows.matrix @ values
        for row in np.flatnonzero(reached > rows.upper + NOISE):
            if (rows.matrix[[row]].data >= 0).all():
                raise _row_conflict(rows, int(row), float(reached[row]), locked=True)


def _row_conflict(rows: Rows, row: int, found: float, *, locked: bool) -> ConflictError:
    need = int(rows.need[row])
    subject = rows.subject[row] or (f"第 {need + 1} 个需求" if need >= 0 else "")
    place = need if need >= 0 and not rows.subject[row] else None
    return ConflictError(rows.label, subject, accepted=float(rows.upper[row]), found=found, need=place, locked=locked)


def find_conflict(layout: Layout, seconds: float) -> ConflictError:
    """Find which bound stands in the way, by passing as little of all of them as possible.

    Parameters
    ----------
    layout : Layout
        Of a model that cannot keep what must be kept, whatever stays empty.
    seconds : float

    Returns
    -------
    ConflictError
        To be raised.
    """
    model = layout.model
    loose = Layout(model, elastic=[(block.kind, block.number) for block in layout.blocks])
    outcome = maximise(loose.program("shortfall", shortfall=None), seconds=seconds)
    columns = loose.columns()
    passed = np.empty(0) if outcome.values is None else outcome.values[loose.variables :]
    for beyond, at, subject, sign in zip(passed, columns.block, columns.subject, columns.sign, strict=False):
        block = loose.blocks[at]
        if beyond > NOISE and block.kind == "rows" and block.price is None and sign < 0:
            rule = model.rows[block.number]
            return _row_conflict(rule, int(subject), float(rule.upper[subject]) + float(beyond), locked=False)
    return ConflictError("各条要求合在一起", "", accepted=0, found=1, locked=False)
