"""Why a plan is not whole, and what would make it so, in the words of the form."""

from __future__ import annotations

from collections.abc import Sequence
from time import monotonic

import numpy as np
import pandas as pd

from expertmatch.planning.solver.lack import Group, Lack, groups_of
from expertmatch.planning.solver.model import Model
from expertmatch.planning.solver.relax import Relaxation, relaxations
from expertmatch.planning.solver.solution import NOISE, Solution

COLUMNS = ("what", "subject", "label", "demand", "supply", "missing", "needs", "sentence", "relaxation")
_SHOWN = 5


def explain_shortage(
    model: Model, solution: Solution, *, needs: Sequence[str], experts: Sequence[str], seconds: float = 20.0
) -> pd.DataFrame:
    """Return every lower bound a plan does not reach: what binds, demand against supply, and what would help.

    Needs that share too few candidates are told together (Hall's theorem: a set of needs that wants more than its
    candidates can give). A relaxation is the smallest change of one kind that would make the row's group whole by
    itself, with everything else as it is.

    Parameters
    ----------
    model : Model
    solution : Solution
        With as little missing as can be.
    needs, experts : sequence of str
        Names in the order of the positions.
    seconds : float
        For the relaxations; rows for which it does not suffice say so.

    Returns
    -------
    DataFrame
        A row a bound: what (need, expert or rule), subject, label (what binds), demand, supply and missing (of its
        group), needs (names of the group's, with 、 between), sentence, relaxation.

    Examples
    --------
    >>> import numpy as np
    >>> from expertmatch.planning.solver.solving import solve
    >>> model = Model(need=np.array([0, 1]), expert=np.array([0, 0]), value=np.array([0.9, 0.8]),
    ...     least=np.array([1, 1]), most=np.array([1, 1]), minimum=np.array([0]), capacity=np.array([1]),
    ...     locked=np.zeros(2, bool))
    >>> found = explain_shortage(model, solve(model), needs=["甲村", "乙村"], experts=["张三"])
    >>> print(found["sentence"][0])
    甲村、乙村一共要 2 人次，能承担的只有张三，合计最多 1 人次，缺 1。
    >>> print(found["relaxation"][0])
    给张三加 1 次（共 1 次）；或乙村少要 1 人（共 1 人）
    """
    words = _Words(model, needs, experts)
    end = monotonic() + seconds
    rows: list[list[object]] = []
    for group in groups_of(model, solution):
        left = end - monotonic()
        changes = relaxations(model, solution, group, seconds=left) if left > 0 else None
        for lack in group.lacks:
            rows.append(words.row(solution, group, lack, changes))
    return pd.DataFrame(rows, columns=pd.Index(COLUMNS))


class _Words:
    """Sentences about a model with names."""

    def __init__(self, model: Model, needs: Sequence[str], experts: Sequence[str]) -> None:
        self.model, self.needs, self.experts = model, needs, experts

    def row(self, solution: Solution, group: Group, lack: Lack, changes: list[Relaxation] | None) -> list[object]:
        demand, missing = lack.demand, lack.missing
        together = lack.what == "need" and group.full
        if together:
            demand = float(self.model.least[group.needs].sum())
            missing = float(solution.short[group.needs].sum())
        label = self._label(group, lack, changes)
        names = "、".join(self.needs[at] for at in group.needs)
        helps = "（时间所限，没有再算放宽办法）" if changes is None else self._helps(changes)
        if lack.what == "expert" and group.full:
            helps = f"给{self.experts[lack.subject]}加 {_text(lack.missing)} 次；或少排 {_text(lack.missing)} 次"
        sentence = self._sentence(solution, group, lack, label)
        return [
            lack.what, self._subject(lack), label, _number(demand), _number(demand - missing), _number(missing),
            names, sentence, helps,
        ]  # fmt: skip

    def _subject(self, lack: Lack) -> str:
        if lack.what == "need":
            return self.needs[lack.subject]
        if lack.what == "expert":
            return self.experts[lack.subject]
        return self._about(lack.number, lack.subject)

    def _about(self, number: int, row: int) -> str:
        """Return what a rule's row is about: its need, its subject, both, or the whole plan."""
        rule = self.model.rows[number]
        need = int(rule.need[row])
        parts = [self.needs[need]] if need >= 0 else []
        parts += [rule.subject[row]] if rule.subject[row] else []
        return " ".join(parts) or "整个方案"

    def _label(self, group: Group, lack: Lack, changes: list[Relaxation] | None) -> str:
        if lack.what == "rule":
            return self.model.rows[lack.number].label
        if lack.what == "need" and group.full:
            return "候选人数" if len(group.needs) == 1 and self._few(lack.subject) else "可承担的次数"
        rules = [one for one in changes or [] if one.what == "rule"]
        if rules:
            return self.model.rows[rules[0].number].label
        return "可承担的次数" if lack.what == "expert" and group.full else "各条要求合在一起"

    def _candidates(self, need: int) -> list[int]:
        found: list[int] = np.unique(self.model.expert[self.model.need == need]).tolist()
        return found

    def _few(self, need: int) -> bool:
        return len(self._candidates(need)) < int(self.model.least[need])

    def _sentence(self, solution: Solution, group: Group, lack: Lack, label: str) -> str:
        subject, missing = self._subject(lack), _text(lack.missing)
        if lack.what == "expert":
            had = _text(lack.demand - lack.missing)
            return f"{subject}至少要安排 {_text(lack.demand)} 次，只能安排 {had} 次，缺 {missing}；受限于“{label}”。"
        if lack.what == "rule":
            had = _text(lack.demand - lack.missing)
            return f"{subject}的“{label}”至少要 {_text(lack.demand)}，只能做到 {had}，缺 {missing}。"
        least = int(self.model.least[lack.subject])
        if not group.full:
            return f"{subject}要 {least} 人，只能安排 {least - int(lack.missing)} 人，缺 {missing}；受限于“{label}”。"
        if label == "候选人数":
            who = self._candidates(lack.subject)
            told = f"候选只有 {len(who)} 位（{self._list(who, self.experts, '位')}）" if who else "一位候选都没有"
            return f"{subject}要 {least} 人，{told}，缺 {missing}。"
        demand = int(self.model.least[group.needs].sum())
        short = int(solution.short[group.needs].sum())
        together = self._list(group.needs.tolist(), self.needs, "项")
        able = self._list(group.experts.tolist(), self.experts, "位")
        whole = "一共" if len(group.needs) > 1 else ""
        return f"{together}{whole}要 {demand} 人次，能承担的只有{able}，合计最多 {demand - short} 人次，缺 {short}。"

    def _helps(self, changes: list[Relaxation]) -> str:
        if not changes:
            return "放宽任何一条都不够，请增加候选。"
        return "；或".join(self._change(one) for one in changes)

    def _change(self, change: Relaxation) -> str:
        total = _text(change.amount)
        each = sorted(change.units.items())
        if change.what == "capacity":
            told = f"给{self._each(each, self.experts, '加', '次')}（共 {total} 次）"
        elif change.what == "places":
            told = f"{self._each(each, self.needs, '少要', '人')}（共 {total} 人）"
        elif change.what == "services":
            told = f"{self._each(each, self.experts, '少排', '次')}（共 {total} 次）"
        else:
            names = {row: self._about(change.number, row) for row, _ in each}
            told = f"“{self.model.rows[change.number].label}”放宽 {total}（{self._each(each, names, '', '')}）"
        return told if change.left <= NOISE else f"{told}，仍缺 {_text(change.left)}"

    def _each(self, units: list[tuple[int, float]], names: Sequence[str] | dict[int, str], verb: str, unit: str) -> str:
        shown = "、".join(
            f"{names[at]}{verb} {_text(count)}{' ' + unit if unit else ''}" for at, count in units[:_SHOWN]
        )
        return shown if len(units) <= _SHOWN else f"{shown}等 {len(units)} 处"

    def _list(self, positions: list[int], names: Sequence[str], unit: str) -> str:
        shown = "、".join(names[at] for at in positions[:_SHOWN])
        return shown if len(positions) <= _SHOWN else f"{shown}等 {len(positions)} {unit}"


def _number(value: float) -> int | float:
    return round(value) if abs(value - round(value)) <= NOISE else value


def _text(value: float) -> str:
    return f"{value:.4g}" if abs(value - round(value)) > NOISE else str(round(value))
