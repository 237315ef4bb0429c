"""Which seat of a plan each row of an edited sheet is, and whether who stands there is who was put there."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, NoReturn

import pandas as pd

from expertmatch.errors import InputError, Problem, nearest_names
from expertmatch.planning.pencil.people import Found, People, Person
from expertmatch.planning.pencil.sheet import Cell, Line, Sheet
from expertmatch.planning.pencil.words import ACCEPTED, GAPS, KIND_NAMES
from expertmatch.tables.joining.identity import name_key, title_key

State = Literal["held", "gap", "requester", "added"]

_SEAT = re.compile(r"第?\s*(\d{1,6})\s*(?:席|位|个)?")
_MARKED = ("keep", "drop", "replace")
_KINDS = {name_key(word): kind for kind, pair in KIND_NAMES.items() for word in pair}
_MOST_TOLD = 5


@dataclass(frozen=True, slots=True)
class Seat:
    """A row understood.

    Parameters
    ----------
    line : Line
        The row.
    need_id : str
        The need's id.
    place : int
        Which seat within the need; 0 for a row added by hand.
    state : {"held", "gap", "requester", "added"}
        Somebody was put there; nobody was; the requester's own people sit there; the row was added by hand.
    who : Person or None
        Who is there.
    """

    line: Line
    need_id: str
    place: int
    state: State
    who: Person | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """What the plan as made has for a seat."""

    kind: str
    id: str
    name: str


class _Refused(Exception):
    """A row that cannot be used, with the problem that says why."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem


def read_seats(
    sheet: Sheet, needs: pd.DataFrame, people: People, before: pd.DataFrame | None
) -> tuple[list[Seat], list[Problem]]:
    """Say which seat each row is.

    Parameters
    ----------
    sheet : Sheet
        The sheet 方案.
    needs : DataFrame
        need_id and title of all needs.
    people : People
        The pool's.
    before : DataFrame or None
        The plan's frame as it was made; without it only ids and names are held against each other.

    Returns
    -------
    list of Seat, list of Problem
        The rows that are understood, in the sheet's order, and what is wrong with the others.

    Raises
    ------
    InputError
        Not one row is of these needs: another run's sheet.
    """
    reader = _Reader(needs, people, before)
    seats, problems = [], []
    for line in sheet.lines:
        try:
            seat = reader.seat(line)
        except _Refused as refused:
            problems.append(refused.problem)
        else:
            seats += [seat] if seat else []
    foreign = [problem for problem in problems if problem.code == "unknown-need"]
    if len(foreign) > 1 and len(foreign) == len(sheet.lines):
        message = (
            f"{len(foreign)} 行的需求都不在本次的需求表里（{'、'.join(_first(p.value or '' for p in foreign))}）。"
        )
        remedy = "请同时给出排这份方案时用的需求表，或改用本次需求的方案工作簿。"
        other = Problem(severity="error", code="other-needs", message=message, remedy=remedy, file=sheet.file,
                        sheet=sheet.sheet)  # fmt: skip
        raise InputError([other])
    problems += _twice(seats)
    problems += reader.unused
    problems += reader.deleted(seats, sheet)
    return seats, problems


class _Reader:
    """Rows to seats, one at a time."""

    def __init__(self, needs: pd.DataFrame, people: People, before: pd.DataFrame | None) -> None:
        self.people = people
        self.titles = dict(zip(needs["need_id"].astype(str), needs["title"].astype(str), strict=True))
        self.spelt = {_plain(need): need for need in reversed(list(self.titles))}
        self.by_title = {title_key(title): need for need, title in reversed(list(self.titles.items())) if title}
        self.before: dict[tuple[str, int], Placed] | None = None
        if before is not None:
            columns = before[["need_id", "place", "candidate_kind", "candidate_id", "name"]]
            self.before = {
                (str(need), int(place)): Placed(str(kind), str(key), str(name))
                for need, place, kind, key, name in columns.itertuples(index=False)
            }
        self.unused: list[Problem] = []

    def seat(self, line: Line) -> Seat | None:
        """Return the seat of a row; None where it says nothing of a plan."""
        if not any(line.text(name) for name in (*_MARKED, "candidate_id", "name", "place")):
            if line.filled:
                cell = next(cell for cell in line.cells.values())
                self.unused.append(cell.problem("note", "row-unused", "这一行没有席位、姓名和批改，没有采用。"))
            return None
        need = self._need(line)
        place = self._place(line)
        if place == 0:
            return self._added(line, need, 0)
        expected = self.before.get((need, place)) if self.before is not None else None
        name, code = line.text("name"), line.text("candidate_id")
        if name_key(name) in GAPS and not code:
            if expected is not None:
                _refuse(line.cells["name"], "candidate-overwritten", f"这一席原是{expected.name}，被改成了“{name}”。",
                        f"请把姓名、编号改回{_told(expected)}；不要此人，请在“删除”打 √。")  # fmt: skip
            return Seat(line, need, place, "gap")
        own = expected.kind if expected else _KINDS.get(name_key(line.text("candidate_kind")), "")
        if own == "requester" and not code:
            if expected and name_key(name) not in name_key(expected.name):
                told = f"这一席由需求方的人（{expected.name}）担任，改写的“{name}”没有采用。"
                remedy = "请改在需求表的“需求方人员”。"
                self.unused.append(line.cells["name"].problem("warning", "requester-renamed", told, remedy))
            return Seat(line, need, place, "requester")
        if expected is None and self.before is not None and name:
            return self._added(line, need, place)
        who = self._held(line, expected)
        return Seat(line, need, place, "held", who)

    def _need(self, line: Line) -> str:
        cell, text, title = line.cells["need_id"], line.text("need_id"), line.text("need")
        same = self.by_title.get(title_key(title), "") if title else ""
        found = text if text in self.titles else self.spelt.get(_plain(text), "") or self._number(text)
        if not text:
            hint = f"这项需求是“{same}”，" if same else "照同一需求的其他行填写，"
            _refuse(cell, "no-need-id", "这一行没有需求编号，不知是哪项需求。", f"{hint}请补上；不用的行请整行删去。")
        if not found:
            near = [same] if same else nearest_names(text, list(self.titles))
            hint = f"是否想写 {'、'.join(near)}？" if near else "没有相近的编号。"
            _refuse(cell, "unknown-need", f"本次的需求里没有编号“{text}”。", f"{hint}请改正，或整行删去。")
        if same and same != found and title_key(self.titles[found]) != title_key(title):
            _refuse(cell, "need-disagrees", f"需求编号“{text}”是“{self.titles[found]}”，需求名称写的却是 {same} 的。",
                    "请核对；排序时要选中全部列，不能只排一列。")  # fmt: skip
        return found

    def _number(self, text: str) -> str:
        """Return the one id that is this number with noughts before it."""
        found = [need for need in self.titles if text.isdigit() and need.isdigit() and int(need) == int(text)]
        return found[0] if len(found) == 1 else ""

    def _place(self, line: Line) -> int:
        text = unicodedata.normalize("NFKC", line.text("place"))
        found = _SEAT.fullmatch(text)
        if text and (found is None or int(found[1]) == 0):
            _refuse(line.cells["place"], "bad-place", f"席位“{line.text('place')}”不是 1、2、3 这样的序号。",
                    "请照原来的方案改回；自己加的行，席位留空。")  # fmt: skip
        return int(found[1]) if found else 0

    def _held(self, line: Line, expected: Placed | None) -> Person:
        """Return who sits in a seat, having held id and name against each other and against the plan."""
        name, code = line.text("name"), line.text("candidate_id")
        if not code or not name:
            self._emptied(line, expected)
        who = self._by_id(line)
        if not self.people.fits(who, name):
            was = _told(expected) if expected else f"“{who.name}”"
            _refuse(line.cells["name"], "candidate-disagrees", f"编号 {code} 是{who.shown}，姓名写的却是“{name}”。",
                    f"要换人，请把姓名、编号改回{was}，“{name}”写在“替换”列；若是只排序了一列，请撤销。")  # fmt: skip
        if expected is not None and who.key != (expected.kind, expected.id):
            _refuse(line.cells["candidate_id"], "candidate-overwritten",
                    f"这一席排的是{_told(expected)}，现在写的是{who.shown}。",
                    f"要换人，请把姓名、编号改回原样，把“{who.name}”写在“替换”列。")  # fmt: skip
        return who

    def _emptied(self, line: Line, expected: Placed | None) -> NoReturn:
        name, code = line.text("name"), line.text("candidate_id")
        was = _told(expected) if expected else "原样"
        if not name:
            hits = self.people.by_id(code) if code else []
            was = _told(expected) if expected else f"“{hits[0].name}”" if len(hits) == 1 else "原样"
            _refuse(line.cells["name"], "candidate-emptied", "姓名被清空了，看不出是要删去此人还是误删。",
                    f"要删去，请把姓名、编号改回{was}，在“删除”打 √；想空着等人，也用“删除”。")  # fmt: skip
        _refuse(line.cells["name"], "candidate-overwritten", f"“{name}”没有编号：像是直接改写了姓名。",
                f"请把姓名、编号改回{was}（缺人的席位写“（缺）”），把“{name}”写在“替换”列。")  # fmt: skip

    def _by_id(self, line: Line) -> Person:
        cell, code = line.cells["candidate_id"], line.text("candidate_id")
        kind = _KINDS.get(name_key(line.text("candidate_kind")), "")
        hits = self.people.by_id(code, "" if kind == "requester" else kind)
        if not hits:
            found = self.people.find(line.text("name")) if line.text("name") else Found(())
            near = f"叫“{line.text('name')}”的是 {found.listed}。" if found.people else ""
            _refuse(cell, "unknown-candidate", f"专家库和学会名单里没有编号“{code}”。",
                    f"{near}请改回原来的编号；此人若已不在库，把这一行整行删去即可。")  # fmt: skip
        if len(hits) > 1:
            listed = Found(tuple(hits)).listed
            _refuse(cell, "ambiguous-candidate", f"编号“{code}”对应 {len(hits)} 个：{listed}。",
                    "请在“类别”列写明专家或学会。")  # fmt: skip
        return hits[0]

    def _added(self, line: Line, need: str, place: int) -> Seat:
        """Return a row that a person wrote: whom it names, by id, or name and unit."""
        name, code, unit = (line.text(column) for column in ("name", "candidate_id", "unit"))
        if not name and not code:
            _refuse(line.cells["name"], "added-nobody", "这一行没有席位，也没有姓名和编号，不知批改的是谁。",
                    "自己加的行请写姓名，并在“保留”打 √；原有的行请把席位、编号、姓名补回。")  # fmt: skip
        if code:
            who = self._by_id(line)
            if name and not self.people.fits(who, name):
                _refuse(line.cells["name"], "candidate-disagrees", f"编号 {code} 是{who.shown}，姓名写的却是“{name}”。",
                        "请只留对的一个，另一个清空。")  # fmt: skip
        else:
            found = self.people.find(f"{name}（{unit}）" if unit else name)
            if found.why:
                raise _Refused(unresolved(line.cells["name"], found, name))
            who = found.people[0]
        return Seat(line, need, place, "added", who)

    def deleted(self, seats: Iterable[Seat], sheet: Sheet) -> list[Problem]:
        """Say which seats of the plan have no row any more: that is no wish."""
        seen = {(seat.need_id, seat.place) for seat in seats if seat.place}
        if self.before is not None:
            lost = [(key, one.name) for key, one in self.before.items() if key not in seen and key[0] in self.titles]
        else:
            most: dict[str, int] = {}
            for need, place in sorted(seen):
                most[need] = place
            lost = [((need, place), "") for need, last in most.items() for place in range(1, last)
                    if (need, place) not in seen]  # fmt: skip
        if not lost:
            return []
        told = "、".join(_first(f"{need} 第 {place} 席{name}" for (need, place), name in lost))
        message = f"有 {len(lost)} 席的行没有读到（{told}）：删行不算批改，这些席位照常重新安排。"
        remedy = "不要某人，请保留他的那一行，在“删除”打 √。"
        return [Problem(severity="note", code="rows-deleted", message=message, remedy=remedy, file=sheet.file,
                        sheet=sheet.sheet)]  # fmt: skip


def unresolved(cell: Cell, found: Found, text: str) -> Problem:
    """Return the problem of a text that does not name exactly one person.

    Parameters
    ----------
    cell : Cell
        Where it stands.
    found : Found
        What was found.
    text : str
        The text.

    Returns
    -------
    Problem
    """
    code, remedy = f"{found.why}-candidate", "请写成“姓名（单位）”，或写编号。"
    if found.why == "ambiguous":
        message = f"“{text}”有 {len(found.people)} 位，分不清是谁：{found.listed}。"
    elif found.why == "several":
        message = f"“{text}”写了不止一人：{found.listed}。"
        remedy = "一格只写一人；要另外加人，请加一行，写需求编号和姓名，在“保留”打 √。"
    elif found.why == "disagree":
        message = f"“{text}”里的姓名、单位、编号不是同一人的；库中有 {found.listed}。"
    else:
        message = f"专家库和学会名单里没有“{text}”。"
        near = f"相近的有：{found.listed}。" if found.people else "没有相近的姓名。"
        remedy = f"{near}{ACCEPTED['replace']}。"
    return cell.problem("error", code, message, remedy)


def _twice(seats: Iterable[Seat]) -> list[Problem]:
    first: dict[tuple[str, int], Seat] = {}
    problems = []
    for seat in seats:
        other = first.setdefault((seat.need_id, seat.place), seat) if seat.place else seat
        if (other.who, other.state) != (seat.who, seat.state):
            message = f"{seat.need_id} 第 {seat.place} 席在第 {other.line.row} 行已有，人却不同。"
            remedy = "一席只留一行；自己加的行，席位留空。"
            problems.append(seat.line.cells["place"].problem("error", "place-twice", message, remedy))
    return problems


def _refuse(cell: Cell, code: str, message: str, remedy: str) -> NoReturn:
    raise _Refused(cell.problem("error", code, message, remedy))


def _told(expected: Placed) -> str:
    return f"“{expected.name}”" + (f"（{expected.id}）" if expected.id else "")


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().casefold()


def _first(texts: Iterable[str]) -> list[str]:
    every = list(dict.fromkeys(texts))
    return [*every[:_MOST_TOLD], *(["……"] if len(every) > _MOST_TOLD else [])]
