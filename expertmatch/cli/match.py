"""The main job: tables in, ranked and explained matches out."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

from expertmatch.cli.console import OK, UNMATCHED, CommandError, Console, error, on_the_command_line
from expertmatch.cli.given import Given
from expertmatch.cli.record import run_record, settings_rows
from expertmatch.display import text_table
from expertmatch.errors import InputError, OutputError, Problem
from expertmatch.matcher import Matcher
from expertmatch.ranking import Ranking
from expertmatch.report.results import WORKBOOK, result_frames, thin_firsts, write_results
from expertmatch.tables.needs import Needs
from expertmatch.tables.pool import Pool
from expertmatch.tables.write import Format, Written, whole_file

RECORD, LOG = "run.json", "run.log"
_SAMPLE_DAY = date(2026, 11, 1)


def match(
    console: Console,
    given: Given,
    *,
    needs: str,
    index: Path | None,
    top: int,
    out: Path,
    formats: tuple[Format, ...],
    strict: bool,
    force: bool,
) -> int:
    """Rank experts for every need of a table and write the results.

    Parameters
    ----------
    console : Console
        Where lines go.
    given : Given
        The tables of the pool.
    needs : str
        The needs.
    index : Path or None
        A stored index instead of tables.
    top : int
        How many experts a need gets at most.
    out : Path
        Folder of the results.
    formats : tuple of str
        Of xlsx, csv, jsonl, parquet.
    strict : bool
        Exit code 1 when a need has no candidate.
    force : bool
        Replace results that are there.

    Returns
    -------
    int
        Exit code.
    """
    if index is not None and given.has_pool:
        message = "--index 代替专家表等，两者不能同时给出。专家库有变动时，先用 expertmatch index update 更新索引。"
        raise CommandError(message)
    if index is None:
        given.check()
    before = _check_free(out, force=force)
    asked, pool = _read(console, given, needs, with_pool=index is None)
    matcher = _matcher(console, pool, index)
    with console.step("匹配", "ranking"):
        ranking = matcher.rank(asked, top=top)
    problems = _problems(pool, asked)
    _say_what_was_read(console, matcher, asked, pool, problems)
    record = run_record(matcher, asked, pool, ranking, as_of=given.as_of, top=top)
    with console.step("写出结果", "writing"):
        frames = result_frames(
            ranking,
            experts=matcher.experts_,
            problems=problems,
            pending=(Pool() if pool is None else pool).pending,
            settings=settings_rows(record, console.language),
            language=console.language,
        )
        written = write_results(frames, out, formats, force=force)
        _write_text(out / RECORD, json.dumps(record, ensure_ascii=False, indent=2) + "\n")
    log = "".join(f"{name}: {seconds:.2f} s\n" for name, seconds in console.durations.items())
    _write_text(out / LOG, log)
    _say_results(console, ranking, thin_firsts(frames, console.language), written, out)
    _say_left(console, before, written, out)
    if strict and len(ranking.unmatched):
        error(f"有 {len(ranking.unmatched)} 条需求没有候选，见“未匹配”表（--strict：退出码 1）。")
        return UNMATCHED
    return OK


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
        "用自带的示例数据完整运行一次。数据是虚构示例，人物和单位都不存在。",
        "A complete run on the sample data, which is fictional.",
    )
    tables = {name: str(data / f"{name}.csv") for name in ("experts", "works", "societies", "memberships")}
    return match(
        console,
        Given(tables=tables, as_of=_SAMPLE_DAY),
        needs=str(data / "needs_enterprise.csv"),
        index=None,
        top=10,
        out=out,
        formats=("xlsx", "csv", "jsonl"),
        strict=False,
        force=force,
    )


def sample_folder() -> Path:
    """Return the folder of the sample tables: in the installed package, or beside it in a checkout.

    Returns
    -------
    Path

    Raises
    ------
    CommandError
        The sample tables are not there.
    """
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "data", package.parent / "data"):
        if (folder / "experts.csv").is_file():
            return folder
    message = "没有找到示例数据。请重新安装：pip install --force-reinstall expertmatch"
    raise CommandError(message)


def _read(console: Console, given: Given, needs: str, *, with_pool: bool) -> tuple[Needs, Pool | None]:
    """Read all tables before complaining of any."""
    asked, pool = None, None
    problems: list[Problem] = []
    try:
        asked = given.needs(console, needs)
    except InputError as bad:
        problems.extend(bad.problems)
    try:
        pool = given.pool(console) if with_pool else None
    except InputError as bad:
        problems.extend(bad.problems)
    if asked is None or problems:
        raise InputError(problems)
    return asked, pool


def _matcher(console: Console, pool: Pool | None, index: Path | None) -> Matcher:
    if index is not None:
        with console.step("打开索引", "opening the index"):
            return Matcher.load(index)
    with console.step("建立索引", "indexing"):
        return Matcher().fit(pool)


def _problems(pool: Pool | None, needs: Needs) -> tuple[Problem, ...]:
    found = (*(pool.problems if pool is not None else ()), *needs.problems)
    return tuple(
        replace(p, message=on_the_command_line(p.message), remedy=on_the_command_line(p.remedy)) for p in found
    )


def _write_text(path: Path, text: str) -> None:
    with whole_file(path, overwrite=True) as file:
        file.write(text.encode("utf-8", "replace"))


def _check_free(out: Path, *, force: bool) -> list[Path]:
    """Refuse before the work, not after it; return the files of an earlier run."""
    if out.exists() and not out.is_dir():
        raise OutputError(out, "这里是一个文件，不是文件夹。", "请用 --out 给出一个文件夹。")
    nearest = next((folder for folder in (out, *out.absolute().parents) if folder.exists()), out)
    if not nearest.is_dir():
        raise OutputError(out, f"{nearest.name} 是一个文件，不是文件夹。", "请用 --out 给出一个文件夹。")
    if not os.access(nearest, os.W_OK | os.X_OK):
        raise OutputError(out, "没有在这个文件夹里写文件的权限。", "请用 --out 换一个可以写的文件夹，例如“文档”。")
    if not out.is_dir():
        return []
    held = sorted([*out.glob(f"{WORKBOOK}.*"), *out.glob(f"{WORKBOOK}_*.*"), *out.glob(RECORD)])
    if held and not force:
        raise OutputError(
            out, f"已有上次的结果（{held[-1].name} 等）。", "请用 --out 换一个文件夹，或加 --force 覆盖。"
        )
    return held


def _say_what_was_read(
    console: Console, matcher: Matcher, needs: Needs, pool: Pool | None, problems: tuple[Problem, ...]
) -> None:
    index = matcher.index_
    experts, rows, usable = len(index.rows.expert_ids), len(index.rows), int(index.usable.sum())
    console.say(
        f"读入 {experts:,} 位专家（其中 {usable:,} 位有可用文字）、{rows:,} 条成果与简介、{len(needs):,} 条需求。",
        f"Read {experts:,} experts ({usable:,} with usable text), {rows:,} works and profiles, {len(needs):,} needs.",
    )
    warnings = sum(problem.severity == "warning" for problem in problems)
    if warnings:
        console.say(
            f"数据有 {warnings:,} 处提醒，逐行列在“数据问题”表中。先看几处：",
            f"{warnings:,} warnings about the tables, row by row in the sheet Data problems; the first of them:",
        )
        console.problems(problems, most=3)
    if pool is not None and pool.unconfirmed:
        console.say(
            f"有 {pool.unconfirmed:,} 处姓名对不上号，列在“待确认”表中；填好“确认为”一列，下次用 --pending 读回。",
            f"{pool.unconfirmed:,} names are doubtful: fill in the column 确认为 of the sheet To confirm, "
            "and read it back with --pending.",
        )


def _say_results(console: Console, ranking: Ranking, thin: int, written: list[Written], out: Path) -> None:
    none, without_text = len(ranking.unmatched), len(ranking.unusable)
    matched = len(ranking.needs) - none
    console.say(
        f"{matched:,} 条需求有推荐，{none:,} 条没有候选；{without_text:,} 位专家没有可用文字，无法推荐。",
        f"{matched:,} needs have candidates, {none:,} have none; {without_text:,} experts have no usable text.",
    )
    if thin:
        console.say(
            f"其中 {thin:,} 条的首选依据薄弱（相同的文字不到两处），“提示”一列注明，请看理由再定。",
            f"In {thin:,} of them the first place rests on little (column Hint): read the reasons before deciding.",
        )
    first = ranking.frame[ranking.frame["rank"] == 1].head(5)
    called = ranking.candidates.names
    titles = dict(zip(ranking.needs["need_id"], ranking.needs["title"], strict=True))
    rows = [
        [need, titles[need], called.get(expert) or expert, f"{score:.3f}"]
        for need, expert, score in zip(first["need_id"], first["expert_id"], first["score"], strict=True)
    ]
    headers = ("Need", "Title", "First", "Score") if console.language == "en" else ("需求", "名称", "首选专家", "得分")
    if rows:
        width = max(60, min(100, shutil.get_terminal_size((80, 24)).columns))
        left = matched - len(rows)
        more = f"（另有 {left:,} 条，见结果）" if console.language == "zh" else f"({left:,} more in the results)"
        console.say("\n" + text_table(headers, rows, width=width, align="lllr") + (f"\n{more}\n" if left else "\n"))
    console.say(f"结果在文件夹：{out}", f"Results are in: {out}")
    for file in written:
        console.say("  " + "、".join(path.name for path in file.paths))
        console.problems(file.problems)
    console.say(f"  {RECORD}（用了哪些文件、什么版本和参数）、{LOG}", f"  {RECORD}, {LOG}")


def _say_left(console: Console, before: list[Path], written: list[Written], out: Path) -> None:
    """Name files of an earlier run that this one has not replaced."""
    replaced = {path.name for file in written for path in file.paths} | {RECORD}
    left = [path.name for path in before if path.name not in replaced]
    if left:
        console.say(
            f"注意：{out} 里还有以前的结果，与这次无关：{'、'.join(left)}。",
            f"Note: {out} still holds files of an earlier run: {', '.join(left)}.",
        )
