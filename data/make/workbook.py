"""The same people as an office sends them: one untidy workbook."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import xlsxwriter

from make.cells import birth_cell
from make.dice import Dice
from make.people import Expert
from make.tables import FICTION
from make.works import Work

UNITS = 16
_FULL = str.maketrans("0123456789-.", "０１２３４５６７８９－．")
_FIXED = datetime(2026, 3, 2, 9, 0, 0)
_EPOCH = date(1899, 12, 30)

_HEAD_PEOPLE = (
    ("序号", 6),
    ("专家编号", 11),
    ("姓 名*", 10),
    ("性别", 6),
    ("出生年月\n(如198603)", 13),
    ("工作单位*", 26),
    ("职 务", 12),
    ("职称/\n专业技术职务", 22),
    ("在岗状态", 9),
    ("所在地区", 18),
    ("学科\n分类", 16),
    ("研究方向*\n（请用顿号隔开）", 30),
    ("个人简介\n(500字以内)", 50),
    ("联系电话", 11),
    ("备注", 10),
)
_HEAD_POSTS = (
    ("序号", 6),
    ("姓名", 10),
    ("工作单位", 26),
    ("学会名称*", 34),
    ("学会职务", 12),
    ("任职\n时间", 10),
    ("备注", 10),
)
_HEAD_WORKS = (
    ("序号", 6),
    ("成果名称*", 46),
    ("主要完成人", 16),
    ("所在单位", 26),
    ("摘 要", 60),
    ("成果\n类型", 10),
    ("完成时间", 13),
    ("备注", 10),
)
_ADVICE = (
    "填 表 说 明（虚构示例）",
    "一、带*的为必填项，其余尽量填写。",
    "二、出生年月按六位数字填写，如 198603。",
    "三、职称请填写现任专业技术职务，导师、荣誉称号请填入个人简介。",
    "四、研究方向填写三至五个，用顿号隔开，不要写“无”。",
    "五、同一单位的专家请连续填写，单位名称可以合并单元格。",
    "六、联系电话一律填 000-0000，示例中不出现任何真实号码。",
    "七、各单位汇总后发联络员，表名不要改动。",
    "八、表中人物、单位、社团、成果均为虚构示例。",
)


@dataclass
class _Book:
    """The workbook under construction, with its formats."""

    book: Any
    title: Any
    head: Any
    text: Any
    number: Any
    month: Any
    day: Any
    middle: Any
    quoted: Any


def _open(buffer: io.BytesIO) -> _Book:
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_numbers": False, "strings_to_formulas": False})
    book.set_properties({"title": "专家库（虚构示例）", "author": "各单位汇总", "created": _FIXED})
    line = {"border": 1, "valign": "vcenter"}
    return _Book(
        book=book,
        title=book.add_format({"bold": True, "font_size": 16, "align": "center", "valign": "vcenter"}),
        head=book.add_format({**line, "bold": True, "text_wrap": True, "align": "center"}),
        text=book.add_format({**line, "text_wrap": True, "num_format": "@"}),
        number=book.add_format(line),
        month=book.add_format({**line, "num_format": 'yyyy"年"m"月"'}),
        day=book.add_format({**line, "num_format": "yyyy/m/d"}),
        middle=book.add_format({**line, "text_wrap": True, "align": "center"}),
        quoted=book.add_format({**line, "quote_prefix": True}),
    )


def _start(b: _Book, name: str, title: str, note: str, head: Sequence[tuple[str, int]]) -> Any:
    """Add a sheet with two merged title rows and the header in its third row."""
    sheet = b.book.add_worksheet(name)
    last = len(head) - 1
    sheet.merge_range(0, 0, 0, last, title, b.title)
    sheet.merge_range(1, 0, 1, last, note, b.number)
    for column, (word, width) in enumerate(head):
        sheet.set_column(column, column, width)
        sheet.write_string(2, column, word, b.head)
    sheet.set_row(2, 32)
    return sheet


def _finish(b: _Book, sheet: Any, row: int, columns: int) -> None:
    """Leave eight framed but empty rows, as such forms have."""
    for r in range(row, row + 8):
        for c in range(columns):
            sheet.write_blank(r, c, None, b.text)
    # Somebody pressed the space bar in the last of them.
    sheet.write_string(row + 7, 3, " ", b.text)


def _write_birth(b: _Book, sheet: Any, row: int, p: Expert, dice: Dice) -> None:
    year, month = p.birth
    said = birth_cell(p.birth, Dice("expert row", p.id))
    if said in ("", str(year)):
        # What the other list does not know, this one does not know either.
        sheet.write_string(row, 4, said, b.text)
        return
    how = dice.weigh(("date", "number", "text", "full", "serial"), (0.18, 0.22, 0.44, 0.1, 0.06))
    if how == "date":
        sheet.write_datetime(row, 4, datetime(year, month, 1), b.month)
    elif how == "number":
        sheet.write_number(row, 4, year * 100 + month, b.number)
    elif how == "serial":
        sheet.write_number(row, 4, (date(year, month, 1) - _EPOCH).days, b.number)
    elif how == "full":
        sheet.write_string(row, 4, f"{year}-{month:02d}".translate(_FULL), b.text)
    else:
        sheet.write_string(row, 4, said, b.text)


def _write_units(b: _Book, sheet: Any, column: int, rows: Sequence[tuple[int, str]]) -> None:
    """Merge runs of the same unit, except some that were typed again in every row."""
    start = 0
    for i in range(1, len(rows) + 1):
        if i < len(rows) and rows[i][1] == rows[start][1]:
            continue
        first, last, unit = rows[start][0], rows[i - 1][0], rows[start][1]
        if last > first and Dice("merge", unit).chance(0.8):
            sheet.merge_range(first, column, last, column, unit, b.middle)
        else:
            for row in range(first, last + 1):
                sheet.write_string(row, column, unit, b.text)
        start = i


def _people_sheet(b: _Book, people: Sequence[Expert]) -> None:
    sheet = _start(
        b,
        "专家信息表",
        "专家库专家信息汇总表（虚构示例）",
        "填报单位：各单位汇总        填报日期：2026年3月        单位：人",
        _HEAD_PEOPLE,
    )
    for i, p in enumerate(people):
        row, dice = i + 3, Dice("sheet", p.id)
        sheet.write_number(row, 0, i + 1, b.number)
        how = dice.weigh(("plain", "quoted", "apostrophe"), (0.7, 0.2, 0.1))
        code = f"'{p.id}" if how == "apostrophe" else p.id
        sheet.write_string(row, 1, code, b.quoted if how == "quoted" else b.text)
        name = f"{p.name[0]}　{p.name[1]}" if len(p.name) == 2 and dice.chance(0.6) else p.name
        sheet.write_string(row, 2, name, b.text)
        sheet.write_string(row, 3, p.sex, b.text)
        _write_birth(b, sheet, row, p, dice)
        fields = p.fields.replace("-", "－").replace("1", "１") if dice.chance(0.15) else p.fields
        phone = dice.pick(("000-0000", "０００－００００", "", ""))
        for column, value in (
            (6, p.post),
            (7, p.title.replace("、", "\n") if dice.chance(0.2) else p.title),
            (8, p.status),
            (9, p.region),
            (10, p.disciplines),
            (11, fields),
            (12, p.bio),
            (13, phone),
            (14, FICTION),
        ):
            if value:
                sheet.write_string(row, column, value, b.text)
            else:
                sheet.write_blank(row, column, None, b.text)
    _write_units(b, sheet, 5, [(i + 3, p.unit) for i, p in enumerate(people)])
    _finish(b, sheet, len(people) + 3, len(_HEAD_PEOPLE))
    sheet.freeze_panes(3, 3)


def _posts_sheet(b: _Book, people: Sequence[Expert]) -> None:
    sheet = _start(b, "学会任职", "专家学会任职情况表（虚构示例）", "由各学会秘书处核对", _HEAD_POSTS)
    row = 3
    units = []
    for p in people:
        for name, role in p.memberships:
            dice = Dice("post row", p.id, name)
            sheet.write_number(row, 0, row - 2, b.number)
            sheet.write_string(row, 1, p.name, b.text)
            units.append((row, p.unit))
            sheet.write_string(row, 3, name, b.text)
            sheet.write_string(row, 4, role, b.text)
            year = dice.between(2016, 2024)
            if dice.chance(0.3):
                sheet.write_number(row, 5, year, b.number)
            elif dice.chance(0.6):
                sheet.write_string(row, 5, f"{year}年", b.text)
            else:
                sheet.write_blank(row, 5, None, b.text)
            sheet.write_string(row, 6, FICTION, b.text)
            row += 1
    _write_units(b, sheet, 2, units)
    _finish(b, sheet, row, len(_HEAD_POSTS))


def _works_sheet(b: _Book, people: Sequence[Expert], works: Sequence[Work]) -> None:
    sheet = _start(
        b, "成果", "专家代表性成果汇总表（虚构示例）", "论文、专利、项目、标准、培训讲义均可填写", _HEAD_WORKS
    )
    known = {p.id for p in people}
    order = {p.id: i for i, p in enumerate(people)}
    mine = [w for w in works if any(a.id in known for a in w.authors)]
    mine.sort(key=lambda w: (min(order.get(a.id, len(order)) for a in w.authors), w.id))
    for i, work in enumerate(mine):
        row, dice = i + 3, Dice("sheet work", work.title)
        first = next(a for a in work.authors if a.id in known)
        names = [first.name, *(a.name for a in work.authors if a is not first)]
        sheet.write_number(row, 0, i + 1, b.number)
        sheet.write_string(row, 1, work.title, b.text)
        sheet.write_string(row, 2, dice.pick(("；", "、", "  ")).join(names), b.text)
        sheet.write_string(row, 3, first.unit, b.text)
        sheet.write_string(row, 4, work.text, b.text)
        sheet.write_string(row, 5, work.label, b.text)
        year, month, day = work.date
        how = dice.weigh(("date", "number", "serial", "full", "text"), (0.25, 0.3, 0.1, 0.1, 0.25))
        if how == "date":
            sheet.write_datetime(row, 6, datetime(year, month, day), b.day)
        elif how == "number":
            sheet.write_number(row, 6, year, b.number)
        elif how == "serial":
            sheet.write_number(row, 6, (date(year, month, day) - _EPOCH).days, b.number)
        elif how == "full":
            sheet.write_string(row, 6, f"{year}.{month:02d}".translate(_FULL), b.text)
        else:
            sheet.write_string(row, 6, f"{year}年{month}月", b.text)
        sheet.write_string(row, 7, FICTION, b.text)
    _finish(b, sheet, len(mine) + 3, len(_HEAD_WORKS))


def _store(raw: bytes) -> bytes:
    """Pack the parts anew without compression: compressed bytes differ between zlib builds."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as new:
        for name in old.namelist():
            info = zipfile.ZipInfo(name, (2026, 3, 2, 9, 0, 0))
            info.create_system = 0
            new.writestr(info, old.read(name))
    return out.getvalue()


def choose_people(people: Sequence[Expert]) -> list[Expert]:
    """Return everybody of some units, about 120 people, unit by unit."""
    crowd: dict[str, list[Expert]] = {}
    for p in people:
        crowd.setdefault(p.unit, []).append(p)
    units = Dice("workbook units").shuffled(sorted(u for u in crowd if len(crowd[u]) >= 2))
    chosen: list[Expert] = []
    for unit in units:
        if len(chosen) >= 118:
            break
        chosen += sorted(crowd[unit], key=lambda p: p.id)
    return chosen


def make_workbook(people: Sequence[Expert], works: Sequence[Work]) -> bytes:
    """Return the bytes of the untidy workbook."""
    chosen = choose_people(people)
    buffer = io.BytesIO()
    b = _open(buffer)
    _people_sheet(b, chosen)
    _posts_sheet(b, chosen)
    _works_sheet(b, chosen, works)
    sheet = b.book.add_worksheet("填表说明")
    sheet.set_column(0, 0, 80)
    for row, text in enumerate(_ADVICE):
        sheet.write_string(row, 0, text, b.title if row == 0 else b.number)
    b.book.close()
    return _store(buffer.getvalue())
