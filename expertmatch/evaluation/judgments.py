"""Judgments: who read which pair and how well it fits; how far two judges agree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from expertmatch.display import html_table, text_table
from expertmatch.errors import InputError, Problem, SettingError, UnknownNameError
from expertmatch.tables.check import CheckedTable, check_table
from expertmatch.tables.read import Source, read_raw

GRADES = (0, 1, 2, 3)
"""Grades there are: 0 does not suit, 1 hardly, 2 suits, 3 suits very well."""

_PAIR = ["need_id", "expert_id"]


@dataclass(frozen=True, eq=False, repr=False)
class Judgments:
    """Graded pairs of need and expert.

    Parameters
    ----------
    frame : DataFrame
        need_id, expert_id, grade (int), judge (``""`` when not said); sorted by need, expert, judge; one row for
        each pair and judge.
    problems : tuple of Problem
        Warnings and notes from reading.
    """

    frame: pd.DataFrame
    problems: tuple[Problem, ...] = field(default=())

    def __len__(self) -> int:
        """Return the number of judgments."""
        return len(self.frame)

    def __repr__(self) -> str:
        """Return one line for people."""
        grades = self.frame["grade"].value_counts().sort_index()
        told = "、".join(f"{grade} 分 {count:,}" for grade, count in grades.items())
        needs, judges = self.frame["need_id"].nunique(), len(self.judges)
        return f"<评判：{len(self):,} 条（{told}）；需求 {needs:,} 条，评判人 {judges} 位>"

    @property
    def judges(self) -> tuple[str, ...]:
        """The judges' names, sorted; ``""`` stands for judgments without a name."""
        return tuple(sorted(set(self.frame["judge"])))

    @property
    def pooled(self) -> pd.DataFrame:
        """One grade for each pair: the median of its judges, the lower of the two middle ones when even.

        Columns need_id, expert_id, grade. Gains of nDCG need whole grades, and where judges differ the pair is
        not shown to be better than the lower grade says.
        """
        grades = self.frame.sort_values([*_PAIR, "grade"], kind="stable")
        group = grades.groupby(_PAIR, sort=False)
        middle = group.cumcount() == (group["grade"].transform("size") - 1) // 2
        return grades.loc[middle, [*_PAIR, "grade"]].reset_index(drop=True)


@dataclass(frozen=True, eq=False, repr=False)
class Agreement:
    """How far two judges agree on the pairs that both have graded.

    Parameters
    ----------
    judges : tuple of str
        Their names.
    pairs : int
        Pairs that both have graded.
    exact : float
        Share of pairs with the same grade.
    kappa, linear, quadratic : float
        Cohen's kappa without weights, and with weights that grow with the difference or with its square; NaN
        where chance alone would agree always.
    confusion : DataFrame
        Pairs by grade of the first judge (rows) and of the second (columns).
    """

    judges: tuple[str, str]
    pairs: int
    exact: float
    kappa: float
    linear: float
    quadratic: float
    confusion: pd.DataFrame

    @property
    def frame(self) -> pd.DataFrame:
        """The figures, columns measure and value."""
        names = ("pairs", "exact", "kappa", "linear", "quadratic")
        return pd.DataFrame({"measure": names, "value": [float(getattr(self, name)) for name in names]})

    def __repr__(self) -> str:
        """Return the figures and the table of grades as text."""
        first, second = (name or "（未署名）" for name in self.judges)
        head = (
            f"{first}与{second}共同评判 {self.pairs:,} 对：一致 {self.exact:.1%}，"
            f"Cohen κ {self.kappa:.3f}，线性加权 {self.linear:.3f}，平方加权 {self.quadratic:.3f}"
        )
        return f"{head}\n{text_table(*self._table())}"

    def _repr_html_(self) -> str:
        return html_table(*self._table(), caption=repr(self).splitlines()[0])

    def _table(self) -> tuple[list[str], list[list[object]]]:
        first, second = (name or "（未署名）" for name in self.judges)
        headers = [f"{first} \\ {second}", *(str(grade) for grade in self.confusion.columns)]
        return headers, [
            [grade, *row] for grade, row in zip(self.confusion.index, self.confusion.to_numpy(), strict=True)
        ]


def read_judgments(
    source: Source | Judgments, *, sheet: str | None = None, columns: Mapping[str, str] | None = None
) -> Judgments:
    """Read graded pairs.

    Parameters
    ----------
    source : path, database URL or DataFrame
        Columns need_id, expert_id, grade (0 to 3, or 不合适, 勉强, 合适, 很合适), optionally judge; Chinese
        headers such as 需求编号, 专家编号, 评分, 评判人. Judgments are returned as they are.
    sheet : str, optional
        The sheet's name.
    columns : dict of str to str, optional
        Header -> canonical name, for headers that are not known.

    Returns
    -------
    Judgments

    Raises
    ------
    InputError
        Rows without need, expert or grade, grades that are none, one judge with two grades for one pair; all at
        once, by row.

    Examples
    --------
    >>> table = {"需求编号": ["N1", "N1"], "专家编号": ["E1", "E2"], "评分": [3, "不合适"]}
    >>> read_judgments(pd.DataFrame(table)).frame["grade"].tolist()
    [3, 0]
    """
    if isinstance(source, Judgments):
        return source
    checked = check_table(read_raw(source, table="judgments", sheet=sheet, columns=columns), columns=columns)
    problems = [p for p in checked.problems if p.code != "unknown-word"]
    problems += _grade_problems(checked)
    problems += _double_problems(checked)
    if not len(checked.frame) and not any(p.severity == "error" for p in problems):
        problems.append(_problem(checked, None, "no-rows", "表中没有一条评判。", "请确认选对了文件和工作表。"))
    if any(p.severity == "error" for p in problems):
        raise InputError(problems)
    frame = checked.frame[[*_PAIR, "grade", "judge"]].copy()
    frame["grade"] = frame["grade"].astype(np.int64)
    frame = frame.drop_duplicates([*_PAIR, "judge"]).sort_values([*_PAIR, "judge"], kind="stable")
    return Judgments(frame=frame.reset_index(drop=True), problems=tuple(problems))


def agreement(judgments: Source | Judgments, judges: tuple[str, str] | None = None) -> Agreement:
    """Say how far two judges agree.

    Weighted kappa is 1 - sum(w · observed) / sum(w · expected) with w = |i - j| or (i - j)², expected from the
    two judges' own shares (Cohen, Psychological Bulletin 70, 1968).

    Parameters
    ----------
    judgments : Judgments, path or DataFrame
        Graded pairs with their judges.
    judges : tuple of two str, optional
        Whom to compare; may be left out when there are two.

    Returns
    -------
    Agreement

    Raises
    ------
    SettingError
        Not two judges to choose, or no pair that both have graded.
    UnknownNameError
        A judge who graded nothing.

    Examples
    --------
    >>> rows = [("N1", "E1", 3, "甲"), ("N1", "E2", 0, "甲"), ("N1", "E1", 2, "乙"), ("N1", "E2", 0, "乙")]
    >>> agreement(pd.DataFrame(rows, columns=["need_id", "expert_id", "grade", "judge"])).exact
    0.5
    """
    read = read_judgments(judgments)
    first, second = _two_judges(read, judges)
    by_judge = {name: rows.set_index(_PAIR)["grade"] for name, rows in read.frame.groupby("judge")}
    both = pd.concat([by_judge[first], by_judge[second]], axis=1, join="inner", keys=["a", "b"])
    if both.empty:
        raise SettingError("judges", (first, second), "至少共同评判过一对的两位评判人")
    confusion = np.zeros((len(GRADES), len(GRADES)), dtype=np.int64)
    np.add.at(confusion, (both["a"].to_numpy(), both["b"].to_numpy()), 1)
    distance = np.abs(np.subtract.outer(np.array(GRADES), np.array(GRADES))).astype(np.float64)
    return Agreement(
        judges=(first, second),
        pairs=len(both),
        exact=float(np.trace(confusion) / len(both)),
        kappa=_kappa(confusion, (distance > 0).astype(np.float64)),
        linear=_kappa(confusion, distance),
        quadratic=_kappa(confusion, distance**2),
        confusion=pd.DataFrame(confusion, index=list(GRADES), columns=list(GRADES)),
    )


def _kappa(confusion: np.ndarray, weights: np.ndarray) -> float:
    pairs = confusion.sum()
    expected = np.outer(confusion.sum(axis=1), confusion.sum(axis=0)) / pairs
    by_chance = float((weights * expected).sum())
    return 1.0 - float((weights * confusion).sum()) / by_chance if by_chance > 0 else float("nan")


def _two_judges(read: Judgments, judges: tuple[str, str] | None) -> tuple[str, str]:
    chosen = read.judges if judges is None else tuple(judges)
    if len(chosen) != 2 or len(set(chosen)) != 2:
        raise SettingError("judges", judges, f"两位不同的评判人，表中有：{'、'.join(read.judges) or '无'}")
    for name in chosen:
        if name not in read.judges:
            what = "评判人"
            raise UnknownNameError(what, name, read.judges)
    return chosen[0], chosen[1]


def _grade_problems(checked: CheckedTable) -> list[Problem]:
    """List grades that are none; that a cell is empty is known already."""
    if "grade" not in checked.frame:
        return []
    accepted = {str(grade) for grade in GRADES}
    return [
        _problem(
            checked,
            i,
            "bad-grade",
            f"评分“{grade}”不在 0 至 3 之内。",
            "请改为 0、1、2、3 或 不合适、勉强、合适、很合适。",
        )
        for i, grade in enumerate(checked.frame["grade"])
        if grade and grade not in accepted
    ]


def _double_problems(checked: CheckedTable) -> list[Problem]:
    """List pairs that one judge gave two different grades."""
    if not {*_PAIR, "grade", "judge"} <= set(checked.frame.columns):
        return []
    seen: dict[tuple[str, str, str], tuple[str, int]] = {}
    problems = []
    columns = (checked.frame[name] for name in (*_PAIR, "judge", "grade"))
    for i, (need, expert, judge, grade) in enumerate(zip(*columns, strict=True)):
        other, row = seen.setdefault((need, expert, judge), (grade, i))
        if other != grade and need and expert and grade:
            message = f"需求 {need} 与专家 {expert} 在第 {checked.rows[row]} 行已评为 {other}，这里评为 {grade}。"
            remedy = "请只留一行；若由两人评判，请在“评判人”列写明各自姓名。"
            problems.append(_problem(checked, i, "two-grades", message, remedy))
    return problems


def _problem(checked: CheckedTable, place: int | None, code: str, message: str, remedy: str) -> Problem:
    row = None if place is None else int(checked.rows[place])
    return Problem(
        severity="error", code=code, message=message, remedy=remedy, table="judgments",
        file=checked.raw.source, sheet=checked.raw.sheet, row=row,
        column=None if place is None else "评分",
    )  # fmt: skip
