"""Commands on tables: check, diff, merge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from expertmatch.cli.console import BAD_INPUT, OK, Console
from expertmatch.cli.match import read_tables
from expertmatch.display import text_table
from expertmatch.errors import InputError, Problem, SettingError, UnknownNameError
from expertmatch.report.labels import COLUMNS, SEVERITIES, pick
from expertmatch.tables.build import POOL_TABLES
from expertmatch.tables.check import CheckedTable, check_table
from expertmatch.tables.columns import TABLES, guess_table
from expertmatch.tables.compare import diff_pools, merge_pools
from expertmatch.tables.needs import read_needs
from expertmatch.tables.pool import Pool, read_pool
from expertmatch.tables.read import list_sheets, read_raw
from expertmatch.tables.write import write_frames


@dataclass(frozen=True)
class _Read:
    path: Path
    table: str
    checked: CheckedTable | None
    problems: tuple[Problem, ...]


def check(console: Console, files: Sequence[Path], *, table: str | None, as_of: date) -> int:
    """Say everything that is wrong with tables, and how each column was understood.

    Parameters
    ----------
    console : Console
        Where lines go.
    files : sequence of Path
        The tables.
    table : str or None
        Which table the files are; guessed from the headers by default.
    as_of : date
        The date that years are judged by.

    Returns
    -------
    int
        Exit code: 2 when there are errors.
    """
    if table is not None and table not in TABLES:
        raise UnknownNameError("表", table, TABLES)
    reads = [read for path in files for read in _read(path, table, as_of)]
    for read in reads:
        if read.checked is not None:
            _say_columns(console, read.checked)
    problems = list(dict.fromkeys(p for read in reads for p in read.problems))
    problems.extend(p for p in _joint_problems(reads, as_of) if p not in set(problems))
    for severity in ("error", "warning", "note"):
        found = [p for p in problems if p.severity == severity]
        if found:
            name = SEVERITIES[severity][0]
            console.say(f"\n{name} {len(found)} 处", f"\n{len(found)} {SEVERITIES[severity][1]}s")
            for problem in found:
                console.say(f"  - {problem}")
    errors = sum(p.severity == "error" for p in problems)
    warnings = sum(p.severity == "warning" for p in problems)
    console.say(
        f"\n检查完毕：错误 {errors} 处，提醒 {warnings} 条。" + ("请先改正错误。" if errors else "可以使用。"),
        f"\nChecked: {errors} errors, {warnings} warnings.",
    )
    return BAD_INPUT if errors else OK


def diff(console: Console, old: Path, new: Path, *, out: Path | None, as_of: date, force: bool) -> int:
    """Compare two states of a pool.

    Parameters
    ----------
    console : Console
        Where lines go.
    old, new : Path
        Experts tables or workbooks; works tables where there is no experts table.
    out : Path or None
        A workbook to write.
    as_of : date
        The date that years are judged by.
    force : bool
        Replace the workbook.

    Returns
    -------
    int
        Exit code.
    """
    _check_workbook(out)
    found = diff_pools(_pool(old, as_of), _pool(new, as_of))
    sheets = {
        "新增": found.joined, "离开": found.left, "变动": found.changed, "疑似重复": found.duplicates
    }  # fmt: skip
    for name, frame in sheets.items():
        console.say(f"{name} {len(frame)}")
        if len(frame):
            shown = _named(frame, console)
            console.say(text_table(list(shown.columns), shown.to_numpy().tolist(), width=100) + "\n")
    if out is not None:
        write_frames(
            {name: _named(frame, console) for name, frame in sheets.items()}, out, format="xlsx", overwrite=force
        )
        console.say(f"已写出：{out}", f"Written: {out}")
    return OK


def merge(console: Console, files: Sequence[Path], *, out: Path, as_of: date, force: bool) -> int:
    """Make one pool of the tables of several districts.

    Parameters
    ----------
    console : Console
        Where lines go.
    files : sequence of Path
        Experts tables or workbooks, one a district; the file names serve as labels.
    out : Path
        The workbook to write.
    as_of : date
        The date that years are judged by.
    force : bool
        Replace the workbook.

    Returns
    -------
    int
        Exit code.
    """
    _check_workbook(out)
    labels = [path.stem for path in files]
    if len(set(labels)) < len(labels):
        raise SettingError("FILES", "、".join(labels), "文件名各不相同的表（文件名用来区分区县）")
    merged = merge_pools([_pool(path, as_of) for path in files], labels=labels)
    sheets = {TABLES[name].label: _labelled(getattr(merged, name), name) for name in POOL_TABLES}
    sheets = {name: frame for name, frame in sheets.items() if len(frame)}
    if len(merged.pending):
        sheets["待确认"] = merged.pending
    write_frames(sheets, out, format="xlsx", overwrite=force)
    console.say(f"合并后：{len(merged):,} 位专家、{len(merged.works):,} 条成果。", f"Merged: {len(merged):,} experts.")
    console.problems(merged.problems)
    console.say(f"已写出：{out}", f"Written: {out}")
    return OK


def _read(path: Path, table: str | None, as_of: date) -> list[_Read]:
    try:
        if table is not None:
            return [_checked(path, table, None, as_of)]
        sheets = list_sheets(path)
        likely = [(s.table, s.name) for s in sheets if s.table and not s.hidden]
        if likely:
            return [_checked(path, likely_table, name, as_of) for likely_table, name in likely]
        headers = [str(name) for name in read_raw(path, table="experts").frame.columns]
        return [_checked(path, next(iter(guess_table(headers))), None, as_of)]
    except InputError as bad:
        return [_Read(path, table or "", None, bad.problems)]


def _checked(path: Path, table: str, sheet: str | None, as_of: date) -> _Read:
    checked = check_table(read_raw(path, table=table, sheet=sheet), today=as_of)
    return _Read(path, table, checked, checked.all_problems)


def _joint_problems(reads: Sequence[_Read], as_of: date) -> list[Problem]:
    """Find what shows only when tables are joined: one id for two people, names that fit several."""
    problems: list[Problem] = []
    by_table: dict[str, Path] = {}
    for read in reads:
        by_table.setdefault(read.table, read.path)
    pool_tables = {name: path for name, path in by_table.items() if name in POOL_TABLES}
    own_workbook = pool_tables.get("experts")
    given: dict[str, Path | None] = {n: p for n, p in pool_tables.items() if n == "experts" or p != own_workbook}
    try:
        if given.keys() & {"experts", "works"}:
            problems.extend(read_tables(given, as_of).problems)
    except InputError as bad:
        problems.extend(bad.problems)
    try:
        if "needs" in by_table:
            problems.extend(read_needs(by_table["needs"], today=as_of).problems)
    except InputError as bad:
        problems.extend(bad.problems)
    return problems


def _say_columns(console: Console, checked: CheckedTable) -> None:
    raw, label = checked.raw, TABLES[checked.table].label
    sheet = f"工作表“{raw.sheet}”" if raw.sheet else ""
    console.say(
        f"\n{raw.source} {sheet}：{label}，{len(checked):,} 行。各列的理解：",
        f"\n{raw.source}: {checked.table}, {len(checked):,} rows",
    )
    rows = [[item.header, item.label or "—", item.how] for item in checked.header_map.explained]
    console.say(text_table(("表头", "理解为", "说明"), rows, width=100, max_rows=None, max_lines=3))


def _pool(path: Path, as_of: date) -> Pool:
    headers: list[str] = []
    if not list_sheets(path):
        headers = [str(name) for name in read_raw(path, table="experts").frame.columns]
    is_works = bool(headers) and next(iter(guess_table(headers))) == "works"
    return read_pool(works=path, today=as_of) if is_works else read_pool(path, today=as_of)


def _check_workbook(out: Path | None) -> None:
    if out is not None and out.suffix.lower() != ".xlsx":
        raise SettingError("--out", out, "以 .xlsx 结尾的文件名")


def _named(frame: pd.DataFrame, console: Console) -> pd.DataFrame:
    own = {
        "post": ("职务", "Post"), "region": ("地区", "Region"), "field": ("变动项", "Field"), "old": ("原来", "Old"),
        "new": ("现在", "New"), "other_id": ("另一编号", "Other id"), "other_unit": ("另一单位", "Other unit"),
        "birth": ("出生", "Birth"), "other_birth": ("另一出生", "Other birth"), "where": ("在何处", "Where"),
    }  # fmt: skip
    names = {**COLUMNS, **own}
    return frame.rename(columns={c: pick(names[c], console.language) for c in frame if c in names})


def _labelled(frame: pd.DataFrame, table: str) -> pd.DataFrame:
    """Return a table under its Chinese headers, so that it can be read again; empty columns are left out."""
    labels = {column.name: column.label for column in TABLES[table].columns}
    kept = [c for c in frame if c in labels and (frame[c] != "").any()]
    return frame[kept].rename(columns=labels)
