"""Commands on tables: check, diff, merge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from expertmatch.cli.console import BAD_INPUT, OK, CommandError, Console, in_words, on_the_command_line, problem_facts
from expertmatch.cli.given import source
from expertmatch.cli.headers import check_headers, headers_of
from expertmatch.errors import InputError, OutputError, Problem
from expertmatch.report.labels import COLUMNS, DIFF_COLUMNS, DIFF_SHEETS, FIELDS, SEVERITIES, pick
from expertmatch.tables.check import CheckedTable, check_table
from expertmatch.tables.columns import TABLES, guess_table
from expertmatch.tables.compare import diff_pools, merge_pools
from expertmatch.tables.headers.header_text import squeeze
from expertmatch.tables.joining.build import POOL_TABLES, pool_columns, rank
from expertmatch.tables.joining.people import SOURCE
from expertmatch.tables.joining.unite import joined_list
from expertmatch.tables.needs import read_needs
from expertmatch.tables.pool import Pool, read_pool
from expertmatch.tables.read import list_sheets, read_raw
from expertmatch.tables.write import write_frames

Columns = Mapping[str, Mapping[str, str]]
#: How many lines about works that are not used `check` shows.
_MOST_UNUSED = 20


@dataclass(frozen=True)
class _Read:
    path: str
    table: str
    checked: CheckedTable | None
    problems: tuple[Problem, ...]


def check(console: Console, files: Sequence[str], *, table: str | None, columns: Columns, as_of: date) -> int:
    """Say everything that is wrong with tables, and how each column was understood.

    Parameters
    ----------
    console : Console
        Where lines go.
    files : sequence of str
        The tables.
    table : str or None
        Which table the files are; guessed from the headers by default.
    columns : dict of str to dict of str to str
        Table to header to column, for headers that are not known.
    as_of : date
        The date that years are judged by.

    Returns
    -------
    int
        Exit code: 2 when there are errors.
    """
    reads = [read for path in files for read in _read(path, table, columns, as_of)]
    seen = [read.checked for read in reads if read.checked is not None]
    check_headers(columns, [(one.table, [item.header for item in one.header_map.explained]) for one in seen])
    for read in reads:
        if read.checked is not None:
            _say_columns(console, read.checked)
    problems = dict.fromkeys(p for read in reads for p in read.problems)
    problems.update(dict.fromkeys(_joint_problems(reads, columns, as_of)))
    order = {Path(path).name: place for place, path in enumerate(files)}
    for severity in ("error", "warning", "note"):
        found = [p for p in problems if p.severity == severity]
        found.sort(key=lambda p: (rank(p), order.get(p.file or "", len(order)), p.sheet or "", p.row or 0))
        if found:
            name = SEVERITIES[severity][0]
            console.say(f"\n{name} {len(found)} 处：", f"\n{len(found)} {SEVERITIES[severity][1]}s:")
            for problem in found:
                console.say(f"  - {_of_check(problem)}")
    errors = sum(p.severity == "error" for p in problems)
    warnings = sum(p.severity == "warning" for p in problems)
    advice = "请先改正错误，再使用这些表。" if errors else "可以使用。"
    console.say(
        f"\n检查完毕：错误 {errors} 处，提醒 {warnings} 处。{advice}",
        f"\nChecked: {errors} errors, {warnings} warnings.",
    )
    return console.done(
        BAD_INPUT if errors else OK,
        tables=[_as_facts(read.checked) for read in reads if read.checked is not None],
        problems=[problem_facts(problem) for problem in problems],
    )


def diff(
    console: Console, old: str, new: str, *, out: Path | None, sheets: Mapping[str, str], columns: Columns, as_of: date,
    force: bool,
) -> int:  # fmt: skip
    """Compare two states of a pool.

    Parameters
    ----------
    console : Console
        Where lines go.
    old, new : str
        Experts tables or workbooks; works tables where there is no experts table.
    out : Path or None
        A workbook to write.
    sheets : dict of str to str
        Table to sheet, where it is not to be guessed.
    columns : dict of str to dict of str to str
        Table to header to column, for headers that are not known.
    as_of : date
        The date that years are judged by.
    force : bool
        Replace the workbook.

    Returns
    -------
    int
        Exit code.
    """
    _check_workbook(out, force=force)
    pools = []
    for path, zh, en in (
        (old, "读入原来的表", "reading the old state"),
        (new, "读入现在的表", "reading the new state"),
    ):
        with console.step(zh, en):
            pools.append(_pool(path, sheets, columns, as_of))
    check_headers(columns, headers_of(*pools))
    found = diff_pools(*pools)
    console.say(
        f"原来 {found.old_count:,} 位，现在 {found.new_count:,} 位。",
        f"{found.old_count:,} people before, {found.new_count:,} now.",
    )
    names = DIFF_SHEETS
    frames = {
        pick(names["joined"], console.language): found.joined,
        pick(names["left"], console.language): found.left,
        pick(names["changed"], console.language): found.changed,
        pick(names["duplicates"], console.language): found.duplicates,
    }
    frames = {name: _named(frame, console) for name, frame in frames.items()}
    for name, frame in frames.items():
        console.say(f"{name}：{len(frame):,}", f"{name}: {len(frame):,}")
        if len(frame):
            console.table(list(frame.columns), frame.to_numpy().tolist())
            console.say("")
    if out is not None:
        write_frames(frames, out, format="xlsx", overwrite=force)
        console.say(f"已写出：{out}", f"Written: {out}")
    return console.done(
        OK, old=found.old_count, new=found.new_count, joined=found.joined, left=found.left, changed=found.changed,
        duplicates=found.duplicates, written=[] if out is None else [out],
    )  # fmt: skip


def merge(
    console: Console, files: Sequence[str], *, out: Path, sheets: Mapping[str, str], columns: Columns, as_of: date,
    force: bool,
) -> int:  # fmt: skip
    """Make one pool of the tables of several districts.

    Parameters
    ----------
    console : Console
        Where lines go.
    files : sequence of str
        Experts tables or workbooks, one a district; the file names serve as labels.
    out : Path
        The workbook to write.
    sheets : dict of str to str
        Table to sheet, where it is not to be guessed.
    columns : dict of str to dict of str to str
        Table to header to column, for headers that are not known.
    as_of : date
        The date that years are judged by.
    force : bool
        Replace the workbook.

    Returns
    -------
    int
        Exit code.
    """
    _check_workbook(out, force=force)
    labels = [Path(path).stem for path in files]
    again = next((label for label in labels if labels.count(label) > 1), None)
    if again is not None:
        message = f"有几个文件都叫“{again}”。文件名用来区分各区县，请改成各不相同的名称。"
        raise CommandError(message)
    pools = []
    for path in files:
        with console.step(f"读入 {Path(path).name}", f"reading {Path(path).name}"):
            pools.append(_pool(path, sheets, columns, as_of))
    check_headers(columns, headers_of(*pools))
    merged = merge_pools(pools, labels=labels)
    tables = {name: getattr(merged, name) for name in POOL_TABLES} | {"experts": _with_sources(merged)}
    frames = {TABLES[name].label: _labelled(frame, name) for name, frame in tables.items() if len(frame)}
    if len(merged.pending):
        frames["待确认"] = merged.pending
    if merged.problems:
        frames["冲突与提醒"] = _listed(merged.problems)
    write_frames(frames, out, format="xlsx", overwrite=force)
    console.say(
        f"合并 {len(files)} 张表，共 {len(merged):,} 位专家、{len(merged.works):,} 条成果。",
        f"{len(files)} tables merged: {len(merged):,} experts, {len(merged.works):,} works.",
    )
    console.problems(merged.problems, rest="见“冲突与提醒”表")
    if len(merged.contacts):
        named = {c.name: c.label for c in TABLES["experts"].columns}
        kinds = "、".join(named.get(kind, kind) for kind in dict.fromkeys(merged.contacts["kind"]))
        console.say(
            f"个人信息（{kinds}，共 {len(merged.contacts):,} 条）没有写入合并后的表，需要时请查原表。",
            f"Personal data ({len(merged.contacts):,} cells) are not written; see the tables themselves.",
        )
    if merged.unconfirmed:
        console.say(
            f"有 {merged.unconfirmed:,} 处姓名对不上号，列在“待确认”表中。",
            f"{merged.unconfirmed:,} names are doubtful, see the sheet 待确认.",
        )
    console.say(f"已写出：{out}", f"Written: {out}")
    return console.done(
        OK, tables=len(files), experts=len(merged), works=len(merged.works), to_confirm=merged.unconfirmed,
        warnings=sum(problem.severity == "warning" for problem in merged.problems), written=[out],
    )  # fmt: skip


def _read(path: str, table: str | None, columns: Columns, as_of: date) -> list[_Read]:
    try:
        if table is not None:
            return [_checked(path, table, None, columns, as_of)]
        sheets = list_sheets(source(path))
        likely = [(s.table, s.name) for s in sheets if s.table and not s.hidden]
        if likely:
            return [_checked(path, likely_table, name, columns, as_of) for likely_table, name in likely]
        return [_checked(path, _guessed(path, columns), None, columns, as_of)]
    except InputError as bad:
        return [_Read(path, table or "", None, bad.problems)]


def _guessed(path: str, columns: Columns) -> str:
    """Say which table a file is: by its headers and what ``--column`` says of them, else by the file's name."""
    merged = {header: name for table in columns.values() for header, name in table.items()}
    headers = [str(name) for name in read_raw(source(path), table="experts", columns=merged or None).frame.columns]
    scores = {}
    for name in TABLES:
        given = {squeeze(header): column for header, column in columns.get(name, {}).items()}
        scores[name] = guess_table([given.get(squeeze(header), header) for header in headers])[name]
    best = max(scores, key=lambda name: scores[name])  # of equal ones the first
    if scores[best]:
        return best
    stem = Path(path).stem
    return next((name for name, contract in TABLES.items() if contract.label in stem), best)


def _checked(path: str, table: str, sheet: str | None, columns: Columns, as_of: date) -> _Read:
    own = columns.get(table)
    checked = check_table(read_raw(source(path), table=table, sheet=sheet, columns=own), columns=own, today=as_of)
    return _Read(path, table, checked, checked.problems)


def _joint_problems(reads: Sequence[_Read], columns: Columns, as_of: date) -> tuple[Problem, ...]:
    """Find what shows only when tables are joined: authors outside the pool, names that fit several experts."""
    problems: list[Problem] = []
    paths: dict[str, list[str]] = {}
    for read in reads:
        if read.table in POOL_TABLES and read.path not in paths.setdefault(read.table, []):
            paths[read.table].append(read.path)
    books = paths.get("experts", [])  # their other sheets are read with them
    given: dict[str, Any] = {t: [source(p) for p in found if t == "experts" or p not in books]
                             for t, found in paths.items()}  # fmt: skip
    given = {table: sources for table, sources in given.items() if sources}
    try:
        if given.keys() & {"experts", "works"}:
            problems += read_pool(**given, columns=columns, today=as_of).problems
    except InputError as bad:
        problems += [_between_files(p, books) for p in bad.problems]
    for read in reads:
        if read.table == "needs" and read.checked is not None:
            try:
                sheet = read.checked.raw.sheet
                problems += read_needs(source(read.path), sheet=sheet, columns=columns, today=as_of).problems
            except InputError as bad:
                problems += bad.problems
    return _first_rows(problems)


def _between_files(problem: Problem, books: Sequence[str]) -> Problem:
    """Say how to join tables of several districts whose ids clash; each by itself is sound."""
    clash = problem.code in {"one-id-two-people", "one-id-two-societies"}
    others = [Path(path).name for path in books if Path(path).name != problem.file]
    if not (clash and any(f"{name} " in problem.message for name in others)):
        return problem
    remedy = "若各表的编号是各自编的，请先用 expertmatch merge 合并，相撞的编号会加上文件名；否则改正编号。"
    return replace(problem, severity="warning", remedy=remedy)


def _first_rows(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    """Leave a screenful of the works that are not used; their number is said in a warning of its own."""
    rows = [p for p in problems if p.code == "work-without-expert"]
    if len(rows) <= _MOST_UNUSED:
        return tuple(problems)
    left = sum(len(p.rows) or 1 for p in rows[_MOST_UNUSED:])
    more = replace(rows[0], code="more-unused", message=f"另有 {left:,} 行成果因同样原因未采用，这里不一一列出。",
                   remedy="用 expertmatch match 写出结果，“数据问题”表逐行列出。", row=None, rows=())  # fmt: skip
    cut = set(rows[_MOST_UNUSED:])
    return (*(p for p in problems if p not in cut), more)


def _say_columns(console: Console, checked: CheckedTable) -> None:
    raw, label = checked.raw, TABLES[checked.table].label
    sheet = f"工作表“{raw.sheet}”" if raw.sheet else ""
    console.say(
        f"\n{raw.source}{f' {sheet}' if sheet else ''}：{label}表，{len(checked):,} 行。各列是这样理解的：",
        f"\n{raw.source}{f' {raw.sheet}' if raw.sheet else ''}: {checked.table}, {len(checked):,} rows",
    )
    rows = [[item.header, item.label or "—", on_the_command_line(item.how)] for item in checked.header_map.explained]
    console.table(("表头", "理解为", "说明"), rows, max_rows=None, max_lines=4)


def _as_facts(checked: CheckedTable) -> dict[str, Any]:
    columns = [{"header": one.header, "column": one.canonical, "how": on_the_command_line(one.how)}
               for one in checked.header_map.explained]  # fmt: skip
    raw = checked.raw
    return {"file": raw.source, "sheet": raw.sheet, "table": checked.table, "rows": len(checked), "columns": columns}


def _pool(path: str, sheets: Mapping[str, str], columns: Columns, as_of: date) -> Pool:
    headers: list[str] = []
    if not list_sheets(source(path)):
        headers = [str(name) for name in read_raw(source(path), table="experts").frame.columns]
    if headers and next(iter(guess_table(headers))) == "works":
        return read_pool(works=source(path), columns=columns, today=as_of)
    named = {table: sheet for table, sheet in sheets.items() if table == "experts"}
    return read_pool(source(path), sheets=named, columns=columns, today=as_of)


def _check_workbook(out: Path | None, *, force: bool) -> None:
    """Refuse before the work, not after it."""
    if out is None:
        return
    if out.suffix.lower() != ".xlsx":
        message = f"--out 不能是“{out}”，请写以 .xlsx 结尾的文件名。"
        raise CommandError(message)
    if out.exists() and not force:
        raise OutputError(out, "文件已经存在，没有改动它。", "请用 --out 换一个文件名，或加 --force 覆盖。")


def _named(frame: pd.DataFrame, console: Console) -> pd.DataFrame:
    names = {**COLUMNS, **DIFF_COLUMNS}
    if "field" in frame:
        labels = {c.name: c.label if console.language == "zh" else c.name for c in TABLES["experts"].columns}
        shown = [pick(FIELDS[f], console.language) if f in FIELDS else labels.get(f, f) for f in frame["field"]]
        frame = frame.assign(field=shown)
    return frame.rename(columns={c: pick(names[c], console.language) for c in frame if c in names})


def _with_sources(merged: Pool) -> pd.DataFrame:
    """Return the experts with the files each came from."""
    files: dict[str, dict[str, None]] = {}
    for one, file in zip(merged.origins["expert_id"], merged.origins["file"], strict=True):
        files.setdefault(one, {})[file] = None
    experts = merged.experts
    before = experts[SOURCE] if SOURCE in experts else [""] * len(experts)
    now = ["；".join(files.get(one, {})) for one in experts["expert_id"]]
    return experts.assign(**{SOURCE: [joined_list(filter(None, pair)) for pair in zip(before, now, strict=True)]})


def _listed(problems: Sequence[Problem]) -> pd.DataFrame:
    """Return all problems as a sheet, in their order."""
    rows = [
        (
            SEVERITIES[p.severity][0],
            p.file or "",
            p.sheet or "",
            "、".join(map(str, p.rows or (() if p.row is None else (p.row,)))),
            p.column or "",
            on_the_command_line(p.message),
            on_the_command_line(p.remedy),
        )
        for p in problems
    ]
    return pd.DataFrame(rows, columns=["级别", "文件", "工作表", "行", "列", "问题", "处理建议"], dtype=object)


def _labelled(frame: pd.DataFrame, table: str) -> pd.DataFrame:
    """Return a table under its Chinese headers, so that it can be read again; derived and empty columns go."""
    labels = {column.name: column.label for column in TABLES[table].columns}
    derived = set(pool_columns(table)) - set(labels)
    kept = [c for c in frame if c not in derived and (frame[c] != "").any()]
    return frame[kept].rename(columns=labels)


def _of_check(problem: Problem) -> str:
    """Say a problem; check reads all sheets, so which one is meant is said to the commands that use it."""
    return in_words(problem).replace("请用 --sheet 表=工作表 指定", "在 match、plan 里用 --sheet 表=工作表 指定")
