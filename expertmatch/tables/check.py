"""A raw table to a checked one: columns understood, cells cleaned, every problem listed, personal data split off.

Nothing is raised for what a table contains; each finding is a :class:`~expertmatch.errors.Problem` with its place
and its remedy. Equal texts in one column are one finding that names all their rows.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from expertmatch.errors import Problem
from expertmatch.tables import clean
from expertmatch.tables.cells import Cell, map_distinct, reader
from expertmatch.tables.columns import TABLES, Column, HeaderMap, derived_columns, frame_columns, map_headers
from expertmatch.tables.headers.contracts import ROW_RULES
from expertmatch.tables.read import RawTable
from expertmatch.tables.reading.grid import Report

#: A text without these cannot hold a phone number, an identity number or a mail address.
_MAY_BE_PERSONAL = re.compile(r"[\d０-９]{5}|[@＠]|微信|[Qq][Qq]|\d{3,4}[-— ]\d{4}")
_SPANS = (("start", "end"), ("since", "until"), ("from", "to"))
_LEFT = frozenset({"离职", "调离", "停薪留职", "去世", "已故", "已去世"})
_MOST_NAMED = 10
_WEIGHT = {"error": 0, "warning": 1, "note": 2}


@dataclass(frozen=True)
class CheckedTable:
    """A table whose columns are understood and whose cells are clean.

    Parameters
    ----------
    table
        Canonical table name.
    frame
        All columns of :func:`~expertmatch.tables.columns.frame_columns`, then the unknown ones under their own
        headers; every cell is ``str``, ``""`` where there is nothing. No personal column is in it.
    extra
        The unknown headers, as they are in ``frame``.
    raw
        The table as it was read.
    rows
        Row number as the spreadsheet shows it, per row of ``frame``; no row of ``raw`` is left out.
    problems
        Everything found in reading and in checking, errors first, then by row.
    header_map
        How each header was understood.
    contacts
        ``row`` (position in ``frame``), ``kind`` (phone, mail, id_no), ``value``.
    headers
        Canonical column -> the header(s) it was read from.
    """

    table: str
    frame: pd.DataFrame
    extra: tuple[str, ...]
    raw: RawTable
    rows: np.ndarray
    problems: tuple[Problem, ...]
    header_map: HeaderMap
    contacts: pd.DataFrame
    headers: Mapping[str, str]

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.rows)

    def __repr__(self) -> str:
        """Name the table without its cells or its contacts."""
        return f"CheckedTable({self.table!r}, {len(self)} rows, {len(self.problems)} problems)"


def check_table(raw: RawTable, *, columns: Mapping[str, str] | None = None, today: date | None = None) -> CheckedTable:
    """Understand a table's columns, clean its cells and list every problem at once.

    Parameters
    ----------
    raw
        What :func:`~expertmatch.tables.read.read_raw` read.
    columns
        Header -> canonical name, overriding the known headers; ``""`` leaves a column unread.
    today
        The date that bounds possible years; by default the day it runs.

    Returns
    -------
    CheckedTable
        Errors are among its problems; rows with errors are in the frame too.

    Examples
    --------
    >>> from expertmatch.tables.read import read_raw
    >>> raw = read_raw(pd.DataFrame({"姓 名": ["张　三"], "职称": ["教授、院长"]}), table="experts")
    >>> checked = check_table(raw)
    >>> checked.frame.loc[0, ["name", "title", "title_level"]].tolist()
    ['张三', '教授', '正高']
    """
    today = today or date.today()
    work = _Work(raw, columns, today)
    work.check_headers()
    for column in TABLES[raw.table].columns:
        if column.personal:
            work.split_off(column)
        else:
            work.clean_column(column)
    work.combine()
    work.keep_extra()
    work.check_rows()
    return work.result()


class _Work:
    """One run of :func:`check_table`: its findings and the columns done so far."""

    def __init__(self, raw: RawTable, columns: Mapping[str, str] | None, today: date) -> None:
        self.raw, self.today = raw, today
        self.contract = TABLES[raw.table]
        self.rows: list[int] = raw.rows.tolist()
        self.names = [str(c) for c in raw.frame.columns]
        self.map = map_headers(self.names, raw.table, columns)
        self.given = dict(columns or {})
        self.report = Report(raw.table, raw.source, raw.sheet)
        self.done: dict[str, list[str]] = {}
        self.headers: dict[str, str] = {}
        self.extra: list[str] = []
        self.contacts: list[tuple[int, str, str]] = []

    def cells(self, position: int) -> list[str]:
        values: list[str] = self.raw.frame.iloc[:, position].tolist()
        return values

    def check_headers(self) -> None:
        """Report missing columns, assumptions, and settings that name no column."""
        known = {c.name for c in self.contract.columns}
        for header, canonical in self.given.items():
            if canonical and canonical not in known and canonical in self.map.mapping.values():
                self.report.add(
                    "error",
                    "bad-columns",
                    f"columns 把这一列指定为 {canonical}，{self.contract.label}表没有这一项。",
                    f"可以是：{'、'.join(sorted(known))}。",
                    column=header,
                )
        for _, canonical, text in self.map.assumed:
            self.report.add(
                "warning",
                "assumed-column",
                text,
                "如不对，请加上相应的列，或用 columns= 指定。",
                column=self.names[self.map.positions(canonical)[0]],
            )
        for group in self.map.missing:
            columns = [self.contract.column(name) for name in group]
            wanted = "或".join(f"“{c.label}”" for c in columns)
            also = "、".join(w for c in columns for w in c.aliases[:3])
            found = "、".join(n for n in self.names[:30] if n)
            self.report.add(
                "error",
                "missing-column",
                f"{self.contract.label}表缺少{wanted}列（表头也可写作：{also}）；现有表头：{found}。",
                "请补上这一列或改正表头，也可用 columns= 指定哪一列是它；若选错了文件或工作表，请改选。",
            )
        for i in self.map.unknown:
            self.report.add("note", "unknown-column", self.map.explained[i].how, "", column=self.names[i])

    def clean_column(self, column: Column) -> None:
        """Clean one column and what is derived from it."""
        positions = self.map.positions(column.name)
        derived = derived_columns(column)
        if not positions:
            self.done.setdefault(column.name, [""] * len(self.rows))
            for name in derived:
                self.done.setdefault(name, [""] * len(self.rows))
            return
        self.headers[column.name] = "、".join(self.names[i] for i in positions)
        texts = self.joined(column, positions)
        if column.kind not in {"id", "int", "float", "date", "birth", "enum", "sex", "yesno"}:
            texts = self.masked(texts, self.headers[column.name])
        read = map_distinct(texts, reader(column, today=self.today, header=self.headers[column.name]))
        self.done[column.name] = [cell.value for cell in read]
        for k, name in enumerate(derived):
            self.done[f"~{name}" if name in _own(self.contract.columns) else name] = [
                cell.derived[k] if k < len(cell.derived) else "" for cell in read
            ]
        if column.kind == "date":
            self.done[f"~end {column.name}"] = [cell.derived[1] if len(cell.derived) > 1 else "" for cell in read]
        if column.name == "retired":
            self.note_left(texts, self.headers[column.name])
        self.say(texts, read, self.headers[column.name])

    def note_left(self, texts: Sequence[str], header: str) -> None:
        """Keep in the status what 在岗状态 says beside retirement: who has left or died."""
        left = [t if (t := clean.clean_text(text)) in _LEFT else "" for text in texts]
        self.done["~status"] = left
        for word in dict.fromkeys(filter(None, left)):
            at = [k for k, t in enumerate(left) if t == word]
            named = "、".join(self.who(k) for k in at[:_MOST_NAMED])
            more = f"等 {len(at)} 位" if len(at) > _MOST_NAMED else ""
            self.report.add(
                "warning",
                "expert-left",
                f"{named}{more}{header}为“{word}”，仍在库中。",
                "如不再服务，请把这些行从专家表中移出。",
                rows=self.numbers(at),
                column=header,
                value=word,
            )

    def who(self, k: int) -> str:
        """Name the person of a row, with the id if there is one."""
        name, expert_id = (self.done.get(c, [""] * (k + 1))[k] for c in ("name", "expert_id"))
        return f"{name}（{expert_id}）" if name and expert_id else name or expert_id

    def joined(self, column: Column, positions: Sequence[int]) -> list[str]:
        """One text per row from all headers of a column."""
        parts = [self.cells(i) for i in positions]
        if len(parts) == 1:
            return parts[0]
        if column.joins:
            return [_join(cells, column) for cells in zip(*parts, strict=True)]
        out: list[str] = []
        clashes: list[int] = []
        for k, cells in enumerate(zip(*parts, strict=True)):
            different = dict.fromkeys(t for c in cells if (t := clean.clean_text(c)) and not clean.is_empty(c))
            out.append(next(iter(different), ""))
            if len(different) > 1:
                clashes.append(k)
        headers = "、".join(f"“{self.names[i]}”" for i in positions)
        if clashes:
            self.report.add(
                "error",
                "ambiguous-column",
                f"{headers}都可以是“{column.label}”，而内容不同。",
                "请改名或删去其中多余的列，只留一列，或用 columns= 指定读哪一列。",
                rows=self.numbers(clashes),
                column=self.names[positions[0]],
            )
        else:
            self.report.add(
                "note",
                "same-columns",
                f"{headers}内容一致，合并读作“{column.label}”。",
                column=self.names[positions[0]],
            )
        return out

    def masked(self, texts: list[str], header: str) -> list[str]:
        """Texts without phone numbers, identity numbers and mail addresses; says how many cells had some."""
        if not any(_MAY_BE_PERSONAL.search(t) for t in set(texts) if t):
            return texts

        def mask(text: str) -> str:
            if not _MAY_BE_PERSONAL.search(text) or not clean.find_personal(text):
                return text
            return clean.mask_personal(text)

        out: list[str] = map_distinct(texts, mask)
        at = [k for k, (old, new) in enumerate(zip(texts, out, strict=True)) if old != new]
        if at:
            self.report.add(
                "warning",
                "personal-in-text",
                "文字里有电话、证件号或邮箱，已遮盖。",
                "请把联系方式填在单独的列（如 联系电话、电子邮箱、身份证号）。",
                rows=self.numbers(at),
                column=header,
            )
        return out

    def say(self, texts: Sequence[str], read: Sequence[Cell], header: str) -> None:
        """One problem for each distinct text that is wrong, naming all its rows."""
        if not any(cell.code for cell in read):
            return
        wrong: dict[str, list[int]] = {}
        for k, cell in enumerate(read):
            if cell.code:
                wrong.setdefault(texts[k], []).append(k)
        for text, at in wrong.items():
            cell = read[at[0]]
            value = clean.mask_personal(clean.clean_text(text).replace("\n", " "))[:60]
            message = clean.mask_personal(cell.message) if _MAY_BE_PERSONAL.search(text) else cell.message
            message = message if value in message else f"“{value}”{message}"
            self.report.add(
                "warning",
                cell.code,
                message,
                cell.remedy,
                rows=self.numbers(at),
                column=header,
                value=value,
            )

    def numbers(self, at: Sequence[int]) -> list[int]:
        """Return the numbers of these rows as the spreadsheet shows them."""
        return [self.rows[k] for k in at]

    def split_off(self, column: Column) -> None:
        """Move a personal column to the contacts."""
        for i in self.map.positions(column.name):
            for k, cell in enumerate(self.cells(i)):
                text = clean.clean_text(cell)
                if text and not clean.is_empty(text):
                    self.contacts.append((k, column.name, text))

    def combine(self) -> None:
        """Let columns fill each other's gaps; a column of its own wins."""
        for name in [n for n in self.done if n.startswith("~")]:
            values = self.done.pop(name)
            if name.startswith("~end "):
                start = name.removeprefix("~end ")
                pairs = dict(_SPANS)
                target = pairs.get(start, "")
            else:
                target = name[1:]
            if target in self.done:
                self.done[target] = [own or v for own, v in zip(self.done[target], values, strict=True)]
        if self.raw.table == "needs":
            self._title_from_text()

    def _title_from_text(self) -> None:
        titles, texts = self.done["title"], self.done["text"]
        at = [k for k, (title, text) in enumerate(zip(titles, texts, strict=True)) if not title and text]
        for k in at:
            line = texts[k].split("\n")[0]
            titles[k] = re.split(r"(?<=.{8})[。；;！？]", line)[0][:40]
        if at:
            self.report.add(
                "warning",
                "title-from-text",
                "没有需求名称，取内容的开头作名称。",
                "请补上需求名称。",
                rows=self.numbers(at),
                column=self.headers.get("title"),
            )

    def keep_extra(self) -> None:
        """Unknown columns under their own headers, masked."""
        for i in self.map.unknown:
            name = self.names[i]
            while name in self.done:
                name += "_原表"
            self.done[name] = self.masked(self.cells(i), self.names[i])
            self.extra.append(name)

    def check_rows(self) -> None:
        """Rows that lack what every row needs."""
        rules = ROW_RULES.get(self.raw.table, {})
        for group in self.contract.required:
            if group in self.map.missing:
                continue
            columns = [self.done[name] for name in group]
            severity, code, effect = rules.get(group[0], ("warning", "empty-required", ""))
            label = "或".join(self.contract.column(n).label for n in group if self.map.positions(n))
            header = self.headers.get(group[0]) or next(self.headers[n] for n in group if n in self.headers)
            for k, values in enumerate(zip(*columns, strict=True)):
                if not any(values):
                    self.report.add(
                        severity,
                        code,
                        f"这一行没有{label}{effect}。",
                        f"请补上{label}，或删去这一行。",
                        row=self.rows[k],
                        column=header,
                    )

    def result(self) -> CheckedTable:
        """Put everything together."""
        order = [*frame_columns(self.raw.table), *self.extra]
        frame = pd.DataFrame({name: self.done[name] for name in order}, dtype=object)
        contacts = pd.DataFrame(
            {
                "row": np.array([c[0] for c in self.contacts], dtype=np.int64),
                "kind": np.array([c[1] for c in self.contacts], dtype=object),
                "value": np.array([c[2] for c in self.contacts], dtype=object),
            }
        )
        problems = sorted((*self.raw.problems, *self.report.problems), key=lambda p: (_WEIGHT[p.severity], p.row or 0))
        return CheckedTable(
            self.raw.table,
            frame,
            tuple(self.extra),
            self.raw,
            self.raw.rows,
            tuple(problems),
            self.map,
            contacts,
            self.headers,
        )


def _own(columns: Sequence[Column]) -> set[str]:
    return {c.name for c in columns}


def _join(cells: Sequence[str], column: Column) -> str:
    parts = list(dict.fromkeys(t for c in cells if (t := c.strip()) and not clean.is_empty(t)))
    if column.kind == "region":  # 陕西省 | 西安市 | 陕西省西安市周至县: a part that another has is said once
        return "".join(p for p in parts if not any(p != q and p in q for q in parts))
    return column.joins.join(parts)
