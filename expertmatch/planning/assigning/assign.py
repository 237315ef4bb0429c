"""The best assignment of experts to needs from a table of scores alone."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
import pandas as pd
from scipy import sparse

from expertmatch.display import html_table, text_table
from expertmatch.errors import ConflictError, SettingError, check_number, nearest_names
from expertmatch.planning.assigning.scores import Scores, edge_flags, pairs, positions, read_scores, whole_numbers
from expertmatch.planning.assigning.shortage import explain_shortage
from expertmatch.planning.solver.model import Model, Rows
from expertmatch.planning.solver.solution import Solution
from expertmatch.planning.solver.solving import solve
from expertmatch.scenarios.columns import Flags, Floats, Ints

_WORDS = {"optimal": "最优", "partial": "不完整", "time_limit": "到时限为止的方案"}


@dataclass(frozen=True, eq=False, kw_only=True)
class Group:
    """How many services go to experts of a group.

    Parameters
    ----------
    label : str
        What people read.
    members : sequence
        A boolean for each expert, or their positions or labels.
    least : int, default 0
        At least so many.
    most : int or None
        At most so many.
    needs : sequence or None
        For which needs; for all of them without it.
    whole : bool, default False
        Whether the bounds hold for all these needs together rather than for each.

    Examples
    --------
    >>> Group(label="女专家", members=[True, False, True], least=1).least
    1
    """

    label: str
    members: Any
    least: int = 0
    most: int | None = None
    needs: Any = None
    whole: bool = False


@dataclass(frozen=True, eq=False, kw_only=True)
class Assignment:
    """Who serves what.

    Parameters
    ----------
    pairs : DataFrame
        need, expert, score: a row a place, in the order of needs, then experts.
    total : float
        Sum of the scores.
    status : {"optimal", "partial", "time_limit"}
        ``partial`` where something that must be filled stays empty.
    bound : float
        No assignment with as few empty places has a larger total.
    floor_cost : float
        How much of the total the floor costs.
    scores : Scores
        What was given.
    model : Model
        The same with all settings.
    solution : Solution
        What the solver found.
    """

    pairs: pd.DataFrame
    total: float
    status: Literal["optimal", "partial", "time_limit"]
    bound: float
    floor_cost: float
    scores: Scores
    model: Model
    solution: Solution

    @property
    def gap(self) -> float:
        """By how much another assignment could be better at most."""
        return self.solution.gap

    @property
    def complete(self) -> bool:
        """Whether everything that must be filled is."""
        return self.status != "partial"

    @cached_property
    def shortage(self) -> pd.DataFrame:
        """What is missing, why, and what would help (``shortage.py``)."""
        needs, experts = self.scores.names()
        return explain_shortage(self.model, self.solution, needs=needs, experts=experts)

    def _head(self) -> str:
        words = "" if self.complete else "不完整的"
        first = f"{words}分配：{len(self.scores.needs)} 项需求，安排 {len(self.pairs)} 人次，总分 {self.total:.6g}"
        if self.complete:
            return f"{first}（{_WORDS[self.status]}，差距不超过 {self.gap:.2g}）"
        places, idle = int(self.solution.short.sum()), int(self.solution.idle.sum())
        hard = zip(self.model.rows, self.solution.breach, strict=True)
        rules = sum(int((one > 0).sum()) for rule, one in hard if rule.price is None)
        told = [f"缺 {places} 人次"] * (places > 0) + [f"少排 {idle} 次"] * (idle > 0)
        return f"{first}；{'、'.join([*told, *[f'{rules} 处名额不足'] * (rules > 0)])}，原因见 shortage"

    def __repr__(self) -> str:
        """One line, and the pairs."""
        return f"{self._head()}\n{text_table(list(self.pairs), self.pairs.to_numpy().tolist(), align='llr')}"

    def _repr_html_(self) -> str:
        table = html_table(list(self.pairs), self.pairs.to_numpy().tolist(), align="llr")
        return f"<p>{html.escape(self._head())}</p>{table}"


def assign(
    scores: object,
    *,
    wanted: object = 1,
    capacity: object = 1,
    minimum: object = 0,
    forbidden: object = None,
    locked: object = None,
    groups: Sequence[Group] | None = None,
    objective: str = "total",
    floor: float | None = None,
    solver: str = "highs",
    time_limit: float = 60.0,
) -> Assignment:
    """Assign experts to needs: the largest total, or fairness first, under every bound given.

    What must hold and cannot is missing as little as possible, and told; the result is then called incomplete.

    Parameters
    ----------
    scores : array, sparse matrix or DataFrame
        Needs by experts, more is better. NaN, and what a sparse matrix does not store, is no candidate; a stored 0 is
        one. The labels of a DataFrame are kept.
    wanted : int, sequence of int, or tuple (least, most) of those
        How many experts each need has. A tuple of two is always least and most.
    capacity, minimum : int or sequence of int
        How many services each expert can, and must, take on.
    forbidden, locked : boolean table, sequence of (need, expert), or None
        Pairs that may not, and must, be; by label where there are labels, else by position.
    groups : sequence of Group or None
        How many of certain experts each need, or all together, must or may have.
    objective : {"total", "fair"}
        ``fair``: the smallest score used, locked pairs apart, is first raised as far as possible.
    floor : float or None
        Every need gets at least this share of the total it would have alone, whoever else wants the same experts.
    solver : {"highs", "flow"}
        ``flow`` is ortools' minimum-cost flow: the same total, faster, without groups and floor.
    time_limit : float, default 60
        Seconds; what is found by then is given with its gap.

    Returns
    -------
    Assignment

    Raises
    ------
    SettingError, UnknownNameError
        Settings that are not accepted, by name.
    ConflictError
        Locked pairs, or bounds, that contradict each other.
    MissingExtraError
        ``flow`` without ortools.

    Examples
    --------
    >>> scores = pd.DataFrame([[0.9, 0.8], [0.7, 0.1]], index=["滴灌改造", "猕猴桃溃疡病"], columns=["张三", "李四"])
    >>> print(assign(scores))
    分配：2 项需求，安排 2 人次，总分 1.5（最优，差距不超过 0）
    need          expert  score
    ------------  ------  -----
    滴灌改造      李四      0.8
    猕猴桃溃疡病  张三      0.7
    """
    _check(objective, floor, solver, time_limit)
    table = read_scores(scores)
    model = _model(table, wanted, capacity, minimum, forbidden, locked, groups or ())
    best = None if floor is None else _own_best(model)
    try:
        found = solve(
            model, objective=objective, floor=floor, best=best, solver=solver, time_limit=time_limit  # type: ignore[arg-type]
        )  # fmt: skip
    except ConflictError as conflict:
        raise conflict.named(*table.names()) from None
    return _assignment(table, model, found)


def _check(objective: object, floor: object, solver: object, time_limit: object) -> None:
    for name, value, known in (("objective", objective, ("total", "fair")), ("solver", solver, ("highs", "flow"))):
        if value not in known:
            near = nearest_names(str(value), known)
            raise SettingError(name, value, "、".join(known) + (f"；是否想写 {near[0]}" if near else ""))
    if floor is not None:
        check_number("floor", floor, 1.0)
        if floor == 0:
            raise SettingError("floor", floor, "大于 0、至多 1 的数；不要最低份额就不写")
    if not isinstance(time_limit, int | float) or isinstance(time_limit, bool) or not time_limit > 0:
        raise SettingError("time_limit", time_limit, "大于 0 的秒数")


def _model(
    table: Scores,
    wanted: object,
    capacity: object,
    minimum: object,
    forbidden: object,
    locked: object,
    groups: Sequence[Group],
) -> Model:
    least_given, most_given = wanted if isinstance(wanted, tuple) and len(wanted) == 2 else (wanted, wanted)
    least = whole_numbers("wanted", least_given, table.needs, of="项需求")
    most = whole_numbers("wanted", most_given, table.needs, of="项需求")
    names = table.names()
    for at in np.flatnonzero(least > most)[:1]:
        raise SettingError("wanted", wanted, f"至少不大于至多；{names[0][at]}至少 {least[at]}、至多 {most[at]}")
    room = whole_numbers("capacity", capacity, table.experts, of="位专家")
    lowest = whole_numbers("minimum", minimum, table.experts, of="位专家")
    for at in np.flatnonzero(lowest > room)[:1]:
        told = f"不大于 capacity 的数；{names[1][at]}至少 {lowest[at]} 次、至多 {room[at]} 次"
        raise SettingError("minimum", int(lowest[at]), told)
    barred, _ = edge_flags(table, pairs("forbidden", forbidden, table))
    kept = pairs("locked", locked, table)
    fixed, absent = edge_flags(table, kept)
    for at in absent[:1]:
        where = f"{names[0][kept[0][at]]}与{names[1][kept[1][at]]}"
        raise SettingError("locked", where, "有得分的组合；这一对在 scores 里没有得分")
    for at in np.flatnonzero(fixed & barred)[:1]:
        where = f"{names[0][table.need[at]]}与{names[1][table.expert[at]]}"
        raise SettingError("locked", where, "没有写进 forbidden 的组合；同一对不能既保留又排除")
    free = ~barred
    need, expert = table.need[free], table.expert[free]
    return Model(
        need=need, expert=expert, value=table.value[free], least=least, most=most, minimum=lowest, capacity=room,
        locked=fixed[free], rows=tuple(_rows(group, table, need, expert) for group in groups),
    )  # fmt: skip


def _rows(group: Group, table: Scores, need: Ints, expert: Ints) -> Rows:
    if not isinstance(group, Group):
        raise SettingError("groups", group, "一组 Group(label=…, members=…, least=…, most=…)")
    name = f"groups 的“{group.label}”"
    least = whole_numbers(f"{name} least", group.least, (0,), of="组")[0]
    most = np.inf if group.most is None else float(whole_numbers(f"{name} most", group.most, (0,), of="组")[0])
    if least > most:
        raise SettingError(name, f"至少 {least}、至多 {most:g}", "至少不大于至多")
    inside = np.zeros(len(table.experts), bool)
    inside[positions(f"{name} members", group.members, table.experts, of="位专家")] = True
    every = np.arange(len(table.needs))
    about = every if group.needs is None else positions(f"{name} needs", group.needs, table.needs, of="项需求")
    chosen = np.isin(need, about) & inside[expert]
    edges = np.flatnonzero(chosen)
    count = 1 if group.whole else len(about)
    row = np.zeros(len(edges), np.int64) if group.whole else np.searchsorted(about, need[edges])
    return Rows(
        rule="group", label=group.label,
        matrix=sparse.csr_array((np.ones(len(edges)), (row, edges)), shape=(count, len(need))),
        lower=np.full(count, float(least) if least else -np.inf), upper=np.full(count, most),
        need=np.array([-1]) if group.whole else about, subject=("",) * count,
    )  # fmt: skip


def _own_best(model: Model) -> Floats:
    """Return what each need would have alone: its best as many as it must have, and further ones that add."""
    order = np.lexsort((-model.value, model.need))
    able: Flags = (model.capacity[model.expert] > 0)[order]
    order = order[able]
    need, value = model.need[order], model.value[order]
    start = np.searchsorted(need, np.arange(len(model.least)))
    rank = np.arange(len(order)) - start[need]
    taken = (rank < model.least[need]) | ((rank < model.most[need]) & (value > 0))
    return np.bincount(need[taken], weights=value[taken], minlength=len(model.least)).astype(np.float64)


def _assignment(table: Scores, model: Model, found: Solution) -> Assignment:
    need, expert = model.need[found.chosen], model.expert[found.chosen]
    frame = pd.DataFrame({
        "need": pd.Index(table.needs)[need] if len(table.needs) else [],
        "expert": pd.Index(table.experts)[expert] if len(table.experts) else [],
        "score": model.value[found.chosen],
    })  # fmt: skip
    return Assignment(
        pairs=frame, total=found.total, status=found.status, bound=found.bound, floor_cost=found.floor_cost,
        scores=table, model=model, solution=found,
    )  # fmt: skip
