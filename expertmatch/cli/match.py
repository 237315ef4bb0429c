"""The main job: tables in, ranked and explained matches out."""

from __future__ import annotations

import json
import platform
import shutil
from collections.abc import Mapping
from datetime import date
from importlib import metadata
from pathlib import Path
from typing import Any, cast, get_args

import pandas as pd

from expertmatch import __version__
from expertmatch.cli.console import OK, UNMATCHED, Console
from expertmatch.display import text_table
from expertmatch.errors import OutputError, SettingError
from expertmatch.matcher import Matcher
from expertmatch.ranking import Ranking
from expertmatch.report.results import WORKBOOK, result_frames, write_results
from expertmatch.tables.needs import Needs, read_needs
from expertmatch.tables.pool import Pool, read_pool
from expertmatch.tables.write import Format, Written, whole_file

RECORD, LOG = "run.json", "run.log"
_LIBRARIES = ("numpy", "pandas", "scipy", "rjieba", "opencc", "snowballstemmer", "python-calamine", "XlsxWriter")


def match(
    console: Console,
    *,
    needs: Path,
    tables: Mapping[str, Path | None],
    index: Path | None,
    top: int,
    out: Path,
    formats: tuple[Format, ...],
    as_of: date,
    strict: bool,
    force: bool,
) -> int:
    """Rank experts for every need of a table and write the results.

    Parameters
    ----------
    console : Console
        Where lines go.
    needs : Path
        The needs.
    tables : dict of str to Path or None
        Files by name of the table (experts, works, societies, memberships, pending …).
    index : Path or None
        A stored index instead of tables.
    top : int
        How many experts a need gets at most.
    out : Path
        Folder of the results.
    formats : tuple of str
        Of xlsx, csv, jsonl, parquet.
    as_of : date
        The date that years are judged by.
    strict : bool
        Exit code 1 when a need has no candidate.
    force : bool
        Replace results that are there.

    Returns
    -------
    int
        Exit code.
    """
    if index is None:
        _check_given(tables)
    elif any(path is not None for path in tables.values()):
        raise SettingError("--index", index, "单独使用；已有索引时不要再给专家表等")
    _check_free(out, formats, force)
    asked = _read_needs(console, needs, as_of)
    if index is None:
        with console.step("读入专家库", "reading the pool"):
            pool = read_tables(tables, as_of)
        with console.step("建立索引", "indexing"):
            matcher = Matcher().fit(pool)
    else:
        pool = Pool()
        with console.step("打开索引", "opening the index"):
            matcher = Matcher.load(index)
    with console.step("匹配", "ranking"):
        ranking = matcher.rank(asked, top=top)
    _say_what_was_read(console, matcher, asked, pool)
    record = run_record(matcher, asked, pool, ranking, as_of=as_of, top=top)
    with console.step("写出结果", "writing"):
        frames = result_frames(
            ranking,
            experts=matcher.experts_,
            problems=(*pool.problems, *asked.problems),
            pending=pool.pending,
            settings=_settings_rows(record),
            language=console.language,
        )
        out.mkdir(parents=True, exist_ok=True)
        written = write_results(frames, out, formats, force=force)
        _write_text(out / RECORD, json.dumps(record, ensure_ascii=False, indent=2) + "\n")
    log = "".join(f"{name}: {seconds:.2f} s\n" for name, seconds in console.durations.items())
    _write_text(out / LOG, log)
    _say_results(console, ranking, matcher.experts_, written, out)
    return UNMATCHED if strict and len(ranking.unmatched) else OK


def demo(console: Console, *, out: Path, force: bool) -> int:
    """Run the main job on the sample tables that come with the library.

    Parameters
    ----------
    console : Console
        Where lines go.
    out : Path
        Folder of the results.
    force : bool
        Replace results that are there.

    Returns
    -------
    int
        Exit code.
    """
    data = sample_folder()
    console.say(
        "这是用虚构的示例数据（虚构示例，人物、单位均不存在）做的一次完整匹配。",
        "A complete run on fictional sample data.",
    )
    tables = {name: data / f"{name}.csv" for name in ("experts", "works", "societies", "memberships")}
    return match(
        console,
        needs=data / "needs_enterprise.csv",
        tables=tables,
        index=None,
        top=10,
        out=out,
        formats=("xlsx", "csv", "jsonl"),
        as_of=date(2026, 11, 1),
        strict=False,
        force=force,
    )


def read_tables(tables: Mapping[str, Path | None], as_of: date) -> Pool:
    """Read a pool from files by name of the table.

    Parameters
    ----------
    tables : dict of str to Path or None
        At least one of experts and works.
    as_of : date
        The date that years are judged by.

    Returns
    -------
    Pool

    Raises
    ------
    SettingError
        Neither experts nor works.
    InputError
        Tables that cannot be used.
    """
    _check_given(tables)
    given = dict(tables)
    return read_pool(given.pop("experts", None), today=as_of, **cast("dict[str, Any]", given))


def sample_folder() -> Path:
    """Return the folder of the sample tables: in the installed package, or beside it in a checkout.

    Returns
    -------
    Path

    Raises
    ------
    OutputError
        The sample tables are not there.
    """
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "data", package.parent / "data"):
        if (folder / "experts.csv").is_file():
            return folder
    raise OutputError(package, "没有找到示例数据。", "请重新安装：pip install --force-reinstall expertmatch")


def run_record(
    matcher: Matcher, needs: Needs, pool: Pool, ranking: Ranking, *, as_of: date, top: int
) -> dict[str, Any]:
    """Return how results were made: inputs by hash, versions, settings; no durations, no paths.

    Parameters
    ----------
    matcher : Matcher
        Fitted.
    needs, pool
        What was read.
    ranking : Ranking
        What came out.
    as_of : date
        The date that years are judged by.
    top : int
        How many experts a need gets at most.

    Returns
    -------
    dict
        JSON values.
    """
    sources = [
        {
            "table": source.table,
            "file": source.file,
            "sheet": source.sheet,
            "sha256": source.digest,
            "rows_read": source.rows_read,
            "rows_used": source.rows_used,
        }
        for source in (*pool.sources, *needs.sources)
    ]
    index = matcher.index_
    return {
        "expertmatch": __version__,
        "python": platform.python_version(),
        "libraries": {name: metadata.version(name) for name in _LIBRARIES},
        "as_of": as_of.isoformat(),
        "inputs": sources,
        "settings": {"top": top, **vars(index.weights), "analyzer": _short_settings(index.analyzer.settings())},
        "counts": {
            "experts": len(index.rows.expert_ids),
            "rows": len(index.rows),
            "terms": len(index.counts.terms),
            "needs": len(ranking.needs),
            "pairs": len(ranking.frame),
            "unmatched_needs": len(ranking.unmatched),
            "unusable_experts": len(ranking.unusable),
            "problems": len(pool.problems) + len(needs.problems),
            "to_confirm": pool.unconfirmed,
        },
    }


def _short_settings(settings: dict[str, Any]) -> dict[str, Any]:
    from hashlib import sha256

    lists = json.dumps([settings["stop_words"], settings["synonyms"]], ensure_ascii=False)
    short = {name: value for name, value in settings.items() if name not in ("stop_words", "synonyms")}
    return {**short, "word_lists_sha256": sha256(lists.encode("utf-8")).hexdigest()}


def _settings_rows(record: Mapping[str, Any]) -> dict[str, Any]:
    rows: dict[str, Any] = {}
    for name, value in record.items():
        if isinstance(value, dict):
            rows.update({f"{name}.{key}": json.dumps(v, ensure_ascii=False) if isinstance(v, dict) else v
                         for key, v in value.items()})  # fmt: skip
        elif isinstance(value, list):
            rows.update({f"inputs.{i}": f"{s['table']} {s['file'] or ''} {s['sheet'] or ''} sha256 {s['sha256']}"
                         for i, s in enumerate(value, 1)})  # fmt: skip
        else:
            rows[name] = value
    return rows


def _check_given(tables: Mapping[str, Path | None]) -> None:
    if tables.get("experts") is None and tables.get("works") is None:
        raise SettingError("--experts、--works", "", "专家表和成果表，至少给出一个；或用 --index 给出建好的索引")


def _write_text(path: Path, text: str) -> None:
    with whole_file(path, overwrite=True) as file:
        file.write(text.encode("utf-8"))


def _check_free(out: Path, formats: tuple[Format, ...], force: bool) -> None:
    """Refuse before the work, not after it."""
    if out.exists() and not out.is_dir():
        raise OutputError(out, "这里是一个文件，不是文件夹。", "请用 --out 给出一个文件夹。")
    held = [path for form in formats for path in sorted(out.glob(f"{WORKBOOK}*.{form}"))]
    if held and not force:
        raise OutputError(held[0], "已有上次的结果。", "请换一个文件夹（--out），或加 --force 覆盖。")


def _read_needs(console: Console, path: Path, as_of: date) -> Needs:
    with console.step("读入需求", "reading the needs"):
        return read_needs(path, today=as_of)


def _say_what_was_read(console: Console, matcher: Matcher, needs: Needs, pool: Pool) -> None:
    index = matcher.index_
    experts, rows, usable = len(index.rows.expert_ids), len(index.rows), int(index.usable.sum())
    console.say(
        f"读入 {experts:,} 位专家（{usable:,} 位有可用文字）、{rows:,} 条成果与简介、{len(needs):,} 条需求。",
        f"Read {experts:,} experts ({usable:,} with usable text), {rows:,} works and profiles, {len(needs):,} needs.",
    )
    problems = (*pool.problems, *needs.problems)
    warnings = sum(problem.severity == "warning" for problem in problems)
    if warnings:
        console.say(
            f"数据中有 {warnings} 条提醒，逐条列在“数据问题”表中；其中最先的几条：",
            f"{warnings} warnings about the tables, listed in the problems sheet; the first of them:",
        )
        console.problems(problems, most=3)
    if pool.unconfirmed:
        console.say(
            f"有 {pool.unconfirmed} 处姓名对不上号，写在“待确认”表中；填好后用 --pending 读回。",
            f"{pool.unconfirmed} names are doubtful; fill in the sheet 待确认 and read it back with --pending.",
        )


def _say_results(console: Console, ranking: Ranking, experts: pd.DataFrame, written: list[Written], out: Path) -> None:
    none, without_text = len(ranking.unmatched), len(ranking.unusable)
    matched = len(ranking.needs) - none
    console.say(
        f"{matched:,} 条需求有推荐，{none:,} 条没有候选；{without_text:,} 位专家没有可用文字。",
        f"{matched:,} needs have candidates, {none:,} have none; {without_text:,} experts have no usable text.",
    )
    first = ranking.frame[ranking.frame["rank"] == 1].head(5)
    called = dict(zip(experts["expert_id"], experts["name"], strict=True))
    titles = dict(zip(ranking.needs["need_id"], ranking.needs["title"], strict=True))
    rows = [
        [need, titles[need], called[expert] or expert, f"{score:.3f}"]
        for need, expert, score in zip(first["need_id"], first["expert_id"], first["score"], strict=True)
    ]
    headers = ("Need", "Title", "First", "Score") if console.language == "en" else ("需求", "名称", "首选", "得分")
    if rows:
        width = max(60, min(100, shutil.get_terminal_size((80, 24)).columns))
        console.say(text_table(headers, rows, width=width))
    console.say(f"结果在：{out}", f"Results are in: {out}")
    for file in written:
        console.say("  " + "、".join(path.name for path in file.paths))
        console.problems(file.problems)


def formats_of(text: str) -> tuple[Format, ...]:
    """Read a list of formats such as ``xlsx,csv``.

    Parameters
    ----------
    text : str
        Names joined by commas.

    Returns
    -------
    tuple of str

    Raises
    ------
    SettingError
        A name that is no format, or none at all.
    """
    names = tuple(dict.fromkeys(name.strip().lower() for name in text.replace("，", ",").split(",") if name.strip()))
    known = get_args(Format)
    wrong = next((name for name in names if name not in known), None)
    if wrong is not None or not names:
        raise SettingError("--format", wrong if wrong is not None else text, "、".join(known))
    return cast("tuple[Format, ...]", names)
