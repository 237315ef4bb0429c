"""What can go wrong, each error carrying its facts.

Every error a user can cause is an :class:`ExpertmatchError`. Its text is Chinese and says what was found,
what is accepted and what to do next; the same facts are attributes, so that callers need not parse prose.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning", "note"]

_MOST_ROWS_SHOWN = 20


class ExpertmatchError(Exception):
    """Base of all errors that a user of the library can cause and mend."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing found in an input, with its place and its remedy.

    Parameters
    ----------
    severity
        ``"error"`` stops the run, ``"warning"`` is counted and listed while the row stays where it can,
        ``"note"`` tells how something was understood.
    code
        Short stable name in kebab case, e.g. ``"duplicate-id"``; tests and callers compare this, not the text.
    message
        Chinese sentence: what was found and what is accepted.
    remedy
        Chinese sentence: what to do next.
    table
        Canonical table name (``"experts"`` ...), if known.
    file, sheet, row, column, value
        The place as the user sees it: the file's name, the sheet's name, the row number as the spreadsheet
        shows it (1-based, counting title and header rows), the header as written, the cell's text.
    rows
        All rows it stands for, ``row`` the first of them, where the same was found in several.
    """

    severity: Severity
    code: str
    message: str
    remedy: str = ""
    table: str | None = None
    file: str | None = None
    sheet: str | None = None
    row: int | None = None
    column: str | None = None
    value: str | None = None
    rows: tuple[int, ...] = ()

    @property
    def place(self) -> str:
        """Where it is, for people: ``专家库.xlsx 工作表“专家” 第 5 行 “职称”列``; of many rows the first 20."""
        parts = []
        if self.file:
            parts.append(self.file)
        if self.sheet:
            parts.append(f"工作表“{self.sheet}”")
        rows = self.rows or (() if self.row is None else (self.row,))
        if rows:
            shown = "、".join(map(str, rows[:_MOST_ROWS_SHOWN]))
            parts.append(f"第 {shown} 行" if len(rows) <= _MOST_ROWS_SHOWN else f"第 {shown} 等 {len(rows)} 行")
        if self.column:
            parts.append(f"“{self.column}”列")
        return " ".join(parts)

    def __str__(self) -> str:
        """Place, message and remedy in one line."""
        head = f"{self.place}：" if self.place else ""
        tail = f" {self.remedy}" if self.remedy else ""
        return f"{head}{self.message}{tail}"


class InputError(ExpertmatchError):
    """Tables that cannot be used; carries every problem found, not only the first.

    Parameters
    ----------
    problems
        All problems of the input, errors and warnings.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        errors = [p for p in self.problems if p.severity == "error"]
        shown = "\n".join(f"  - {p}" for p in errors[:20])
        more = f"\n  （另有 {len(errors) - 20} 处，用 expertmatch check 查看全部）" if len(errors) > 20 else ""
        super().__init__(f"输入有 {len(errors)} 处错误，未作处理：\n{shown}{more}")


class SettingError(ExpertmatchError, ValueError):
    """A setting with a value that is not accepted.

    Parameters
    ----------
    name
        The setting.
    value
        What was given.
    accepted
        What is accepted, in words.
    """

    def __init__(self, name: str, value: object, accepted: str) -> None:
        self.name, self.value, self.accepted = name, value, accepted
        super().__init__(f"参数 {name} 不能是 {value!r}；可以是：{accepted}。")


class ConflictError(ExpertmatchError):
    """What was asked for contradicts itself: pairs that must be, or bounds that are never passed, cannot be together.

    Parameters
    ----------
    rule
        What cannot be kept, in words, e.g. ``"可承担的次数"``.
    subject
        What it is about; empty where it is the whole plan.
    accepted, found
        The bound, and what would be.
    need, expert
        Their positions, where it is about one.
    locked
        Whether the pairs that must be break it by themselves.
    """

    def __init__(
        self,
        rule: str,
        subject: str,
        *,
        accepted: float,
        found: float,
        need: int | None = None,
        expert: int | None = None,
        locked: bool = True,
    ) -> None:
        self.rule, self.subject, self.accepted, self.found = rule, subject, accepted, found
        self.need, self.expert, self.locked = need, expert, locked
        about = f"“{subject}”" if subject else "整个方案"
        if locked:
            told = f"最多 {accepted:g}，必须保留的组合已经占了 {found:g}。请减少必须保留的组合，或放宽这一条。"
        else:
            told = f"无论怎样安排都做不到：最多 {accepted:g}，至少也有 {found:g}。请放宽这一条，或看要求是否互相矛盾。"
        super().__init__(f"{about}的“{rule}”{told}")

    def named(self, needs: Sequence[str], experts: Sequence[str]) -> ConflictError:
        """Return the same with the names of the need and the expert.

        Parameters
        ----------
        needs, experts
            Names in the order of the positions.

        Returns
        -------
        ConflictError
        """
        names = [needs[self.need]] if self.need is not None else []
        names += [experts[self.expert]] if self.expert is not None else []
        return ConflictError(
            self.rule, " 与 ".join(names) or self.subject, accepted=self.accepted, found=self.found,
            need=self.need, expert=self.expert, locked=self.locked,
        )  # fmt: skip


class UnknownNameError(ExpertmatchError, KeyError):
    """A name that does not exist, with the nearest ones that do.

    Parameters
    ----------
    what
        What kind of name, in Chinese, e.g. ``"需求编号"``.
    name
        What was given.
    known
        All names that exist.
    nearest
        Those that were probably meant, where something else than their letters tells it.
    """

    def __init__(self, what: str, name: str, known: Iterable[str], *, nearest: Sequence[str] = ()) -> None:
        self.what, self.name = what, name
        self.nearest = list(nearest) or nearest_names(name, list(known))
        hint = f"是否想写：{'、'.join(self.nearest)}？" if self.nearest else "没有相近的名称。"
        super().__init__(f"没有名为“{name}”的{what}。{hint}")

    def __str__(self) -> str:
        """Return the sentence itself; ``KeyError`` would quote it."""
        return str(self.args[0])


class MissingExtraError(ExpertmatchError, ImportError):
    """An optional part is not installed; the text has the install line.

    Parameters
    ----------
    purpose
        What it is needed for, in Chinese.
    extra
        Name of the extra.
    """

    def __init__(self, purpose: str, extra: str) -> None:
        self.purpose, self.extra = purpose, extra
        super().__init__(f"{purpose}需要可选组件，请先运行：pip install 'expertmatch[{extra}]'")


class NotFittedError(ExpertmatchError):
    """Something was asked of a matcher or an index before it was fitted."""

    def __init__(self, what: str = "Matcher") -> None:
        self.what = what
        super().__init__(f"{what} 还没有数据，请先调用 fit(专家库)，或用 load(文件夹) 打开已存的索引。")


class CalibrationError(ExpertmatchError):
    """A calibration that was made for something else, or cannot be read.

    Parameters
    ----------
    what
        What does not fit, in Chinese.
    """

    def __init__(self, what: str) -> None:
        self.what = what
        super().__init__(f"这份概率标定不能用在这里：{what}。请用现在的推荐和本场景自己的评判重新标定。")


class StoreError(ExpertmatchError):
    """A stored index that cannot be opened: missing, damaged, or of another format version.

    Parameters
    ----------
    path
        The folder or file.
    message
        What is wrong with it.
    remedy
        What to do next.
    """

    def __init__(self, path: object, message: str, remedy: str) -> None:
        self.path, self.remedy = str(path), remedy
        super().__init__(f"索引 {path}：{message} {remedy}")


class LedgerError(ExpertmatchError):
    """A service ledger that cannot be opened, or changes that it refuses; it holds what it held before.

    Parameters
    ----------
    problems
        All problems of the batch.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        if len(self.problems) == 1:
            super().__init__(f"服务台账没有改动：{self.problems[0]}")
            return
        shown = "\n".join(f"  - {p}" for p in self.problems[:_MOST_ROWS_SHOWN])
        more = len(self.problems) - _MOST_ROWS_SHOWN
        rest = f"\n  （另有 {more} 处）" if more > 0 else ""
        super().__init__(f"服务台账没有改动，有 {len(self.problems)} 处问题：\n{shown}{rest}")


class OutputError(ExpertmatchError):
    """Results that cannot be written: folder read-only, file open elsewhere, disk full.

    Parameters
    ----------
    path
        The file or folder.
    message
        What is wrong.
    remedy
        What to do next.
    """

    def __init__(self, path: object, message: str, remedy: str) -> None:
        self.path, self.remedy = str(path), remedy
        super().__init__(f"无法写入 {path}：{message} {remedy}")


def check_number(name: str, value: object, most: float, *, open_end: bool = False) -> None:
    """Refuse a setting that is no number from 0 to ``most``.

    Parameters
    ----------
    name
        The setting.
    value
        What was given.
    most
        The largest number accepted.
    open_end
        ``most`` itself is not accepted.

    Raises
    ------
    SettingError
        Not such a number; True and False are none.

    Examples
    --------
    >>> check_number("works_discount", 0.5, 1.0, open_end=True)
    """
    number = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= most
    if not number or (open_end and value == most):
        raise SettingError(name, value, f"0 到 {most:g} 的数" + (f"（不含 {most:g}）" if open_end else ""))


def nearest_names(name: str, known: Sequence[str], most: int = 3) -> list[str]:
    """Return the known names most like ``name``, best first.

    Parameters
    ----------
    name
        What was given.
    known
        All names that exist.
    most
        How many at most.

    Returns
    -------
    list of str
        Possibly empty.

    Examples
    --------
    >>> nearest_names("experst", ["experts", "works"])
    ['experts']
    """
    return difflib.get_close_matches(name, known, n=most, cutoff=0.5)
