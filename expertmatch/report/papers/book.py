"""A plan's workbook read back as what papers are written from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pandas as pd

from expertmatch.errors import InputError, Problem
from expertmatch.planning.drawing.record import EXCLUDED, HEAD, LOTS, SHORT, SIGNED
from expertmatch.planning.drawing.verify import verify
from expertmatch.planning.pencil.marks import frame_of, read_wishes
from expertmatch.planning.pencil.people import People
from expertmatch.planning.pencil.seats import Seat, read_seats
from expertmatch.planning.pencil.sheet import plan_sheet, settings_of
from expertmatch.planning.pencil.words import OWN_SHEETS
from expertmatch.tables.columns import normalise_header
from expertmatch.tables.needs import Needs
from expertmatch.tables.pool import Pool
from expertmatch.tables.reading.grid import Report
from expertmatch.tables.reading.sheet import open_workbook, sheet_grid

RECORD_FILE = "抽取记录.xlsx"
"""What the record of a draw is called, beside the plan's workbook."""

_RECORD_COLUMNS = {
    HEAD: ("项目", "内容"),
    LOTS: ("序号", "轮次", "需求", "角色", "候选", "姓名", "单位", "本年已服务", "签号", "结果", "说明"),
    SHORT: ("需求", "名称", "应有", "已有", "缺", "原因"),
    EXCLUDED: ("需求", "原因", "人数"),
    SIGNED: ("签字人",),
}
_ROTATES = "不轮换"
_AGAIN = "请先用 expertmatch plan --from 重排，再用新的方案写公文。"


@dataclass(frozen=True, eq=False, kw_only=True)
class DrawSheets:
    """The record of a draw as filed.

    Parameters
    ----------
    sheets : dict of str to DataFrame
        抽取说明, 抽取记录, 需补充, 未入围, 签字; cells are texts.
    wrong : tuple of str
        What does not follow from seed and list; empty where the record is true to itself.
    """

    sheets: Mapping[str, pd.DataFrame]
    wrong: tuple[str, ...]

    @property
    def head(self) -> dict[str, str]:
        """项目 -> 内容."""
        return dict(self.sheets[HEAD][["项目", "内容"]].itertuples(index=False, name=None))


@dataclass(frozen=True, eq=False, kw_only=True)
class PlanBook:
    """What papers are written from.

    Parameters
    ----------
    needs : DataFrame
        The needs that the plan serves, in its order.
    seats : dict of str to tuple of Seat
        need_id -> its seats in order, gaps included.
    scenarios : dict of str to str
        need_id -> the scenario's name, ``""`` without one.
    broken : DataFrame
        The sheet 不合要求; cells are texts.
    pool : Pool
        The experts and societies.
    as_of : date
        The day that the plan was made for.
    draw : DrawSheets or None
        Of a plan by lot: its record.
    problems : tuple of Problem
        What was noticed: no errors.
    """

    needs: pd.DataFrame
    seats: Mapping[str, tuple[Seat, ...]]
    scenarios: Mapping[str, str]
    broken: pd.DataFrame
    pool: Pool
    as_of: date
    draw: DrawSheets | None = None
    problems: tuple[Problem, ...] = ()


def read_book(source: Path, *, needs: Needs, pool: Pool, record: Path | None = None) -> PlanBook:
    """Read a plan's workbook for its papers.

    Parameters
    ----------
    source : Path
        The workbook that ``expertmatch plan`` wrote.
    needs : Needs
        The needs that it was made for.
    pool : Pool
        The experts and societies that it was made from: titles and posts are theirs.
    record : Path, optional
        The record of the draw.

    Returns
    -------
    PlanBook

    Raises
    ------
    InputError
        Another workbook, other needs or people, rows deleted, or marks that have not been planned again: a letter
        to somebody whom a leader crossed out must not be written.
    """
    wishes = read_wishes(source, needs=needs, pool=pool)
    before = frame_of(source)
    seats, _ = read_seats(plan_sheet(source), needs.frame, People(pool), before)
    problems = [
        wish.cell.problem("error", "not-planned-again", f"这里的批改（{wish.sentence}）还没有重排。", _AGAIN)
        for wish in wishes.wishes if wish.kind != "keep" or not wish.place
    ]  # fmt: skip
    problems += [replace(one, severity="error", remedy=_AGAIN) for one in wishes.problems if one.code == "rows-deleted"]
    if problems:
        raise InputError(problems)
    held: dict[str, list[Seat]] = {}
    for seat in sorted(seats, key=lambda seat: seat.place):
        held.setdefault(seat.need_id, []).append(seat)
    asked = needs.frame[needs.frame["need_id"].isin(held)].reset_index(drop=True)
    return PlanBook(
        needs=asked,
        seats={str(need): tuple(held[str(need)]) for need in asked["need_id"]},
        scenarios={} if before is None else dict(zip(before["need_id"], before["scenario"], strict=True)),
        broken=_sheet(source, OWN_SHEETS["broken"][0], ("需求编号", "要求", "应为", "实为", "依据")),
        pool=pool,
        as_of=date.fromisoformat(settings_of(source)["--as-of"]),
        draw=None if record is None else _draw(record),
        problems=wishes.problems,
    )


def _draw(record: Path) -> DrawSheets:
    sheets = {name: _sheet(record, name, columns) for name, columns in _RECORD_COLUMNS.items()}
    head = dict(sheets[HEAD][["项目", "内容"]].itertuples(index=False, name=None))
    lacking = [name for name in ("种子", "名单指纹", "轮换") if not head.get(name)]
    if lacking:
        message = f"“{HEAD}”里缺少{'、'.join(lacking)}，这份记录无法复核。"
        raise InputError([_problem(record, "bad-record", message, "请用 expertmatch plan 写出的原件。", HEAD)])
    wrong = verify(sheets[LOTS], head["种子"], fingerprint=head["名单指纹"],
                   rotation=not head["轮换"].startswith(_ROTATES))  # fmt: skip
    return DrawSheets(sheets=sheets, wrong=tuple(wrong))


def _sheet(source: Path, name: str, columns: Sequence[str]) -> pd.DataFrame:
    """Read one sheet cell by cell as texts: a record is not a table to be understood, every row of it counts."""
    report = Report("engagements", source.name)
    try:
        book = open_workbook(source.read_bytes(), report)
    except OSError as bad:
        raise InputError([_problem(source, "unreadable-file", "文件打不开。", "请检查路径和权限。", name)]) from bad
    found = next((one for one in book.sheet_names if normalise_header(one) == normalise_header(name)), None)
    if found is None:
        message = f"工作簿里没有“{name}”工作表。"
        raise InputError([_problem(source, "no-such-sheet", message, "请给出 expertmatch plan 写出的原件。", name)])
    rows = sheet_grid(book, found, report).rows
    top = next((i for i, row in enumerate(rows) if set(columns) <= set(row)), None)
    if top is None:
        message = f"缺少列：应当有{'、'.join(columns)}。"
        raise InputError([_problem(source, "missing-columns", message, "请给出 expertmatch plan 写出的原件。", name)])
    return pd.DataFrame(rows[top + 1 :], columns=rows[top], dtype=object)


def _problem(source: Path, code: str, message: str, remedy: str, sheet: str) -> Problem:
    return Problem(severity="error", code=code, message=message, remedy=remedy, file=source.name, sheet=sheet)
