"""The leader's pencil: a plan's sheet marked by hand, read back as what must be and what must not.

保留 ticked: the pair stays. 删除 ticked: the pair must not be. 替换: whoever sits there must not, and whoever is named
there must; a tick alone leaves it open who comes. 备注 is kept and never a rule. A row added by hand with need, name
and 保留 ticked is a pair that must be. What cannot be understood for certain is refused by cell, all at once: a wish
that is misread is worse than one that is asked for again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

import pandas as pd

from expertmatch.errors import InputError, Problem
from expertmatch.planning.pencil.people import People, Person
from expertmatch.planning.pencil.seats import Seat, read_seats, unresolved
from expertmatch.planning.pencil.sheet import Cell, frame_of, plan_sheet, settings_of
from expertmatch.planning.pencil.words import ACCEPTED, CROSSES, NO, PLAN_COLUMNS, YES, Column
from expertmatch.planning.settings import Pair
from expertmatch.tables.needs import Needs
from expertmatch.tables.pool import Pool
from expertmatch.tables.read import Source

__all__ = ["Cell", "Wish", "Wishes", "frame_of", "read_mark", "read_wishes", "settings_of"]

Kind = Literal["keep", "drop", "replace"]


@dataclass(frozen=True, slots=True)
class Wish:
    """One wish, and the cell that says it.

    Parameters
    ----------
    kind : {"keep", "drop", "replace"}
        保留, 删除, 替换.
    need_id : str
        Of which need.
    place : int
        Which seat; 0 for a row added by hand.
    out : str
        Who must not be there, ``""`` for nobody; by id as in the settings' pairs.
    into : str
        Who must be there, likewise.
    sentence : str
        The wish for people.
    cell : Cell
        Where it was written.
    """

    kind: Kind
    need_id: str
    place: int
    out: str
    into: str
    sentence: str
    cell: Cell

    @property
    def lock(self) -> Pair | None:
        """The pair that must be."""
        return (self.need_id, self.into) if self.into else None

    @property
    def ban(self) -> Pair | None:
        """The pair that must not be."""
        return (self.need_id, self.out) if self.out else None


@dataclass(frozen=True, eq=False)
class Wishes:
    """What a leader wants of a plan.

    Parameters
    ----------
    wishes : tuple of Wish
        In the sheet's order.
    notes : dict of (need_id, place) to str
        What stands under 备注; place 0 for rows added by hand.
    shown : frozenset of (need_id, candidate)
        The pairs that have a row in the sheet.
    problems : tuple of Problem
        What was noticed: no errors.
    """

    wishes: tuple[Wish, ...] = ()
    notes: Mapping[tuple[str, int], str] = field(default_factory=lambda: MappingProxyType({}))
    shown: frozenset[Pair] = frozenset()
    problems: tuple[Problem, ...] = ()

    @property
    def locked(self) -> tuple[Pair, ...]:
        """The pairs that must be, each once."""
        return tuple(dict.fromkeys(wish.lock for wish in self.wishes if wish.lock))

    @property
    def forbidden(self) -> tuple[Pair, ...]:
        """The pairs that must not be, each once."""
        return tuple(dict.fromkeys(wish.ban for wish in self.wishes if wish.ban))

    @property
    def replaced(self) -> tuple[tuple[str, int, str, str], ...]:
        """Need, seat, who goes, who comes (``""`` where that is left open), for each 替换."""
        return tuple((w.need_id, w.place, w.out, w.into) for w in self.wishes if w.kind == "replace")

    def added_to(self, locked: Iterable[Pair], forbidden: Iterable[Pair]) -> tuple[tuple[Pair, ...], tuple[Pair, ...]]:
        """Return an earlier run's pairs together with these wishes, of which the newer count.

        An earlier lock whose row stands in the sheet holds only if 保留 is still ticked there; one that was banned
        since goes. An earlier ban goes where the pair is wanted now.

        Parameters
        ----------
        locked, forbidden : iterable of (need_id, candidate)
            Of the earlier run.

        Returns
        -------
        tuple, tuple
            For ``PlanSettings(locked=..., forbidden=...)``.

        Examples
        --------
        >>> Wishes(shown=frozenset({("N1", "E1")})).added_to([("N1", "E1"), ("N2", "E2")], [("N1", "E3")])
        ((('N2', 'E2'),), (('N1', 'E3'),))
        """
        gone = (self.shown | set(self.forbidden)) - set(self.locked)
        keep = [pair for pair in locked if pair not in gone]
        ban = [pair for pair in forbidden if pair not in set(self.locked)]
        return tuple(dict.fromkeys([*keep, *self.locked])), tuple(dict.fromkeys([*ban, *self.forbidden]))


def read_wishes(
    source: Source, *, frame: pd.DataFrame | None = None, needs: Needs | pd.DataFrame, pool: Pool
) -> Wishes:
    """Read the marks that a leader made in a plan's sheet.

    Parameters
    ----------
    source : path or DataFrame
        The workbook, saved by whatever program; or the sheet 方案 as CSV.
    frame : DataFrame, optional
        The frame of the plan that the sheet was written from; by default as the workbook's sheet 原方案 has it. It
        tells what was written over by hand and which rows were deleted; a CSV alone cannot.
    needs : Needs or DataFrame
        The needs of this run.
    pool : Pool
        Its experts and societies; whether the rules allow whom a leader names is for the planner to say.

    Returns
    -------
    Wishes

    Raises
    ------
    InputError
        Another workbook, columns missing, or anything that cannot be understood for certain: every such cell, with
        file, sheet, row, column, text, and what to do.

    Examples
    --------
    >>> from expertmatch.tables.needs import read_needs
    >>> from expertmatch.tables.pool import read_pool
    >>> pool = read_pool(pd.DataFrame({"专家编号": ["E1", "E2"], "姓名": ["张三", "李四"],
    ...                                "工作单位": ["西北大学", "长安大学"]}))
    >>> needs = read_needs("猕猴桃溃疡病怎么防治")
    >>> sheet = pd.DataFrame({"需求编号": ["N001"], "席位": ["1"], "编号": ["E1"], "姓名": ["张三"],
    ...                       "保留": [""], "删除": [""], "替换": ["李 四"], "备注": ["请先电话联系"]})
    >>> wishes = read_wishes(sheet, needs=needs, pool=pool)
    >>> wishes.locked, wishes.forbidden, wishes.wishes[0].sentence
    ((('N001', 'E2'),), (('N001', 'E1'),), 'N001 第 1 席：张三换成李四')
    """
    sheet = plan_sheet(source)
    people = People(pool)
    asked = needs.frame if isinstance(needs, Needs) else needs
    seats, found = read_seats(sheet, asked, people, frame if frame is not None else frame_of(source))
    problems = [*sheet.problems, *found]
    wishes: list[Wish] = []
    for seat in seats:
        wish, told = _wish(seat, people)
        problems += told
        wishes += [wish] if wish else []
    problems += _conflicts(wishes, seats, people)
    if any(problem.severity == "error" for problem in problems):
        raise InputError(sorted(problems, key=lambda p: p.row or 0))
    notes: dict[tuple[str, int], str] = {}
    for seat in seats:
        if text := seat.line.text("note"):
            key = (seat.need_id, seat.place)
            notes[key] = "；".join(dict.fromkeys([*filter(None, [notes.get(key)]), text]))
    shown = frozenset((seat.need_id, people.pair_id(seat.who.key)) for seat in seats if seat.who)
    return Wishes(tuple(wishes), MappingProxyType(notes), shown, tuple(problems))


def read_mark(text: str, column: Column) -> bool | None:
    """Say what a mark means.

    Parameters
    ----------
    text : str
        The cell.
    column : {"keep", "drop", "replace"}
        In which column.

    Returns
    -------
    bool or None
        None where it is no mark of that column; under 替换 it may then be a name.

    Examples
    --------
    >>> read_mark(" √", "keep"), read_mark("否", "drop"), read_mark("○", "keep"), read_mark("×", "drop")
    (True, False, None, None)
    """
    mark = "".join(text.split()).casefold()
    full = mark.translate(_HALF)
    if mark in NO[column] or full in NO[column]:
        return False
    return True if mark in YES[column] or full in YES[column] else None


_HALF = {code + 0xFEE0: code for code in range(0x21, 0x7F)}


def _wish(seat: Seat, people: People) -> tuple[Wish | None, list[Problem]]:
    """Return what a row wishes, and what is wrong with its marks."""
    problems: list[Problem] = []
    keep, drop = (_marked(seat, column, problems) for column in ("keep", "drop"))
    new, named = _named(seat, people, problems)
    if problems:
        return None, problems
    wrong = _misplaced(seat, keep=keep, drop=drop, new=new, named=named)
    if wrong:
        return None, [wrong]
    cells, who = seat.line.cells, seat.who
    present = people.pair_id(who.key) if who else ""
    head = f"{seat.need_id} 第 {seat.place} 席：" if seat.place else f"{seat.need_id}："
    label = who.name or who.id if who else ""
    if new and (who or named):
        into = people.pair_id(named.key) if named else ""
        told = f"{label or '空缺'}换成{named.name or named.id}" if named else f"{label}换下，另派他人"
        return Wish("replace", seat.need_id, seat.place, present, into, head + told, cells["replace"]), []
    if drop:
        return Wish("drop", seat.need_id, seat.place, present, "", f"{head}不派{label}", cells["drop"]), []
    if keep:
        told = f"保留{label}" if seat.state == "held" else f"加派{label}"
        return Wish("keep", seat.need_id, seat.place, "", present, head + told, cells["keep"]), []
    return None, _noted(seat, new=new)


def _noted(seat: Seat, *, new: bool) -> list[Problem]:
    """Return what to know of a row that wishes nothing although something was written."""
    kept, replaced = seat.line.cells["keep"], seat.line.cells["replace"]
    if new:
        told = "这一席本来就空缺，没有写由谁来，照常尽量安排。"
        return [replaced.problem("note", "still-vacant", told, "要指定人选，请写姓名。")]
    if "".join(kept.text.split()).casefold() in CROSSES:
        told = "“保留”打了叉，只当没有保留，此人仍可能排上。"
        return [kept.problem("note", "cross-under-keep", told, "不要此人，请在“删除”打 √。")]
    return []


def _marked(seat: Seat, column: Literal["keep", "drop"], problems: list[Problem]) -> bool:
    cell = seat.line.cells[column]
    mark = read_mark(cell.text, column)
    if mark is None:
        name = PLAN_COLUMNS[column][0]
        why = f"“{name}”列的“{cell.text.strip()}”看不懂。"
        if "".join(cell.text.split()).casefold() in CROSSES:
            why = f"“{name}”列的“{cell.text.strip()}”可以是要删，也可以是不删。"
        problems.append(cell.problem("error", "unknown-mark", why, f"{ACCEPTED[column]}；别的话请写在“备注”。"))
    return bool(mark)


def _named(seat: Seat, people: People, problems: list[Problem]) -> tuple[bool, Person | None]:
    """Return whether somebody new is wanted, and whom."""
    cell = seat.line.cells["replace"]
    mark = read_mark(cell.text, "replace")
    if mark is not None:
        return mark, None
    found = people.find(cell.text)
    if found.why:
        problems.append(unresolved(cell, found, cell.text.strip()))
        return False, None
    return True, found.people[0]


def _misplaced(seat: Seat, *, keep: bool, drop: bool, new: bool, named: Person | None) -> Problem | None:
    """Return what makes a row's marks contradict each other or what the row is."""
    cells = seat.line.cells
    marked = cells["keep" if keep else "drop" if drop else "replace"]
    if keep and drop:
        return cells["drop"].problem("error", "keep-and-drop", "同一行既打了“保留”又打了“删除”。", "请只留一个。")
    if keep and new:
        return cells["replace"].problem("error", "keep-and-replace", "同一行既打了“保留”又写了“替换”。",
                                        "要留现在的人，清空“替换”；要换人，清空“保留”。")  # fmt: skip
    if seat.state == "requester" and (keep or drop or new):
        return marked.problem("error", "requester-seat", "这一席由需求方自己的人担任，不由方案安排。",
                              "请清空这一格；人选请与需求方商量，改在需求表的“需求方人员”。")  # fmt: skip
    if seat.state == "gap" and (keep or drop):
        return marked.problem("error", "vacant-seat", "这一席空缺，没有人可以保留或删除。",
                              "要指定人选，请在“替换”写姓名；否则留空。")  # fmt: skip
    if seat.state == "added" and new:
        return cells["replace"].problem("error", "added-replace", "这一行是自己加的，没有现任可换。",
                                        "要加派此人，清空“替换”，在“保留”打 √；要换下谁，写在他那一行。")  # fmt: skip
    if seat.state == "added" and not keep and not drop:
        told = f"这一行是自己加的（{_label(seat.who)}），没有打“保留”。"
        remedy = "要加派此人，请在“保留”打 √；不要就整行删去；要他顶替某人，请写在那一行的“替换”。"
        return cells["keep"].problem("error", "added-unmarked", told, remedy)
    if named is not None and seat.who is not None and named.key == seat.who.key:
        return cells["replace"].problem("error", "replaced-by-self", f"“替换”写的{_label(named)}就是现在的人。",
                                        "要留他，请清空“替换”，在“保留”打 √。")  # fmt: skip
    return None


def _label(who: Person | None) -> str:
    return who.shown if who else ""


def _conflicts(wishes: list[Wish], seats: list[Seat], people: People) -> list[Problem]:
    """Return where wishes of several rows contradict each other; said at the later row."""
    locks: dict[Pair, Wish] = {}
    bans: dict[Pair, Wish] = {}
    problems = []
    for wish in wishes:
        if wish.lock:
            other = locks.setdefault(wish.lock, wish)
            if other.place != wish.place or other.cell.column != wish.cell.column:
                message = f"{wish.into} 在 {wish.need_id} 里已由{other.cell.place}排上，一人在一项需求里只占一席。"
                problems.append(wish.cell.problem("error", "placed-twice", message, "请只留一处。"))
        if wish.ban:
            bans.setdefault(wish.ban, wish)
    for pair in sorted(locks.keys() & bans.keys()):
        later, other = sorted((locks[pair], bans[pair]), key=lambda w: -w.cell.row)
        message = f"{pair[0]} 里的 {pair[1]}，这里与{other.cell.place}一处要、一处不要（“{other.cell.text.strip()}”）。"
        problems.append(later.cell.problem("error", "wanted-and-not", message, "请只留一种意见，另一处清空。"))
    marked = {(w.need_id, w.place) for w in wishes if w.place}
    sitting = {(seat.need_id, people.pair_id(seat.who.key)): seat for seat in seats
               if seat.who and seat.state == "held" and (seat.need_id, seat.place) not in marked}  # fmt: skip
    for pair, wish in locks.items():
        seat = sitting.get(pair)
        if seat is not None and seat.place != wish.place:
            message = f"{_label(seat.who)}已在 {pair[0]} 第 {seat.place} 席（第 {seat.line.row} 行），不能再占一席。"
            remedy = f"要留他，请在第 {seat.line.row} 行的“保留”打 √，这里另写他人；只想换下这一席，写 另派。"
            problems.append(wish.cell.problem("error", "placed-already", message, remedy))
    return problems
