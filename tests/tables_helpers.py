"""Builds broken tables and reads them the way everything else does."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import openpyxl
import pandas as pd

from expertmatch.errors import InputError, Problem
from expertmatch.tables.check import CheckedTable, check_table
from expertmatch.tables.read import Source, read_raw

TODAY = date(2024, 6, 1)
HEADER = ["姓名", "工作单位", "职称", "研究方向"]
ZHANG = ["张三", "西安交通大学", "教授", "电力设备绝缘"]
LI = ["李四", "西北农林科技大学", "副教授", "猕猴桃溃疡病防治"]
WANG = ["王五", "陕西省农业科学院", "研究员", "苹果矮化砧木"]
GOOD = [HEADER, ZHANG, LI, WANG]


@dataclass(frozen=True)
class Outcome:
    """What reading and checking gave; no table if nothing could be read."""

    checked: CheckedTable | None
    problems: tuple[Problem, ...]

    def codes(self, *severities: str) -> list[str]:
        return [p.code for p in self.problems if not severities or p.severity in severities]

    def find(self, code: str) -> list[Problem]:
        return [p for p in self.problems if p.code == code]

    def values(self, column: str) -> list[str]:
        assert self.checked is not None, self.problems
        return self.checked.frame[column].tolist()


def load(
    source: Source, table: str = "experts", sheet: str | None = None, columns: Mapping[str, str] | None = None
) -> Outcome:
    try:
        raw = read_raw(source, table=table, sheet=sheet, columns=columns)
    except InputError as error:
        return Outcome(None, error.problems)
    checked = check_table(raw, columns=columns, today=TODAY)
    return Outcome(checked, checked.problems)


def csv_text(rows: Sequence[Sequence[str]], delimiter: str = ",", end: str = "\n") -> str:
    return "".join(delimiter.join(row) + end for row in rows)


def write(path: Path, data: str | bytes, encoding: str = "utf-8") -> Path:
    path.write_bytes(data.encode(encoding) if isinstance(data, str) else data)
    return path


def workbook(
    sheets: Mapping[str, Sequence[Sequence[object]]], merges: Mapping[str, Sequence[str]] | None = None
) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for i, row in enumerate(rows, start=1):
            for j, value in enumerate(row, start=1):
                if value not in (None, ""):
                    sheet.cell(i, j, value)
        for span in (merges or {}).get(name, ()):
            sheet.merge_cells(span)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@dataclass(frozen=True)
class Broken:
    """One way a table can be broken.

    ``make`` returns the source; ``code`` is what must be reported, at ``row``, ``column``, ``sheet`` where these
    are given; ``keep`` are the texts of ``key`` that must survive, in order; None where nothing can be read.
    """

    name: str
    make: Callable[[Path], Source]
    code: str
    severity: str
    keep: list[str] | None = field(default_factory=lambda: ["张三", "李四", "王五"])
    key: str = "name"
    row: int | None = None
    column: str | None = None
    in_sheet: str | None = None
    table: str = "experts"
    sheet: str | None = None
    columns: Mapping[str, str] | None = None
    remedy: bool = True


def frame(rows: Sequence[Sequence[object]]) -> pd.DataFrame:
    return pd.DataFrame([list(r) for r in rows[1:]], columns=list(rows[0]))
