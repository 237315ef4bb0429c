"""The main job: tables in, ranked and explained matches out."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from expertmatch.cli.books import found_coverage, match_frames
from expertmatch.cli.console import OK, UNMATCHED, CommandError, Console, error, on_the_command_line
from expertmatch.cli.given import Given, source
from expertmatch.cli.headers import check_headers, headers_of
from expertmatch.cli.match_words import LOG, RECORD, say_left, say_results, say_what_was_read
from expertmatch.cli.record import run_record, settings_rows
from expertmatch.cli.replay import kept
from expertmatch.errors import InputError, OutputError, Problem
from expertmatch.graph.coverage import Coverage
from expertmatch.matcher import Matcher
from expertmatch.planning.plan import Plan
from expertmatch.ranking import Ranking
from expertmatch.report.page import PAGE, page_view, write_page
from expertmatch.report.results import WORKBOOK, thin_firsts, unanswered, write_results
from expertmatch.scenarios import AUTO, Scenario, read_scenario
from expertmatch.tables.needs import Needs
from expertmatch.tables.pool import Pool
from expertmatch.tables.write import Format, whole_file

_SAMPLE_DAY = date(2026, 11, 1)


def match(
    console: Console,
    given: Given,
    *,
    needs: str,
    scenario: str | None,
    judgments: str | None,
    judged_needs: str | None,
    index: Path | None,
    top: int,
    out: Path,
    formats: tuple[Format, ...],
    strict: bool,
    html: bool,
    force: bool,
    command: Mapping[str, Any],
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
    scenario : str or None
        Whose rules bind: a name, a file, or ``auto``.
    judgments, judged_needs : str or None
        Graded pairs, from which probabilities are learned, and the needs they are of; without, those of ``needs``.
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
    html : bool
        Write the page too.
    force : bool
        Replace results that are there.
    command : dict
        What was typed, as ``run.json`` keeps it: ``report`` repeats the run from it.

    Returns
    -------
    int
        Exit code.
    """
    before = check_free(out, WORKBOOK, force=force)
    run = ranked(console, given, needs=needs, scenario=scenario, judgments=judgments, judged_needs=judged_needs,
                 index=index, top=top)  # fmt: skip
    matcher, ranking, pool, problems = run.matcher, run.ranking, run.pool, run.problems
    say_what_was_read(console, matcher, run.needs, pool, problems)
    record = {**run.record, "command": {**command, "options": kept(command.get("options", {}), out)}}
    covered = found_coverage(console, matcher.pool_, run.needs)
    frames = match_frames(
        console, matcher, ranking, problems=problems, pending=(Pool() if pool is None else pool).pending,
        record=record, as_of=given.as_of, coverage=covered,
    )  # fmt: skip
    page = [page_of(console, run, record, out, coverage=covered, force=force)] if html else []
    with console.step("写出结果", "writing") as progress:
        (out / RECORD).unlink(missing_ok=True)  # written last of all: where it stands, all files are of one run
        written = write_results(frames, out, formats, force=force, progress=progress)
        write_text(out / RECORD, json.dumps(record, ensure_ascii=False, indent=2) + "\n")
    log = "".join(f"{name}: {seconds:.2f} s\n" for name, seconds in console.durations.items())
    write_text(out / LOG, log)
    thin = thin_firsts(frames, console.language)
    say_results(console, matcher, ranking, thin, written, out)
    for one in page:
        console.say(f"  {one.name}（用浏览器打开，不联网也能看）", f"  {one.name} (open it in a browser)")
    say_left(console, before, written, out)
    no_answer = ranking.answers["answered"].isna().all()
    if strict and len(ranking.unmatched):
        error(f"有 {len(ranking.unmatched)} 条需求没有候选，见“未匹配”表（--strict：退出码 1）。")
    return console.done(
        UNMATCHED if strict and len(ranking.unmatched) else OK,
        **{name: count for name, count in record["counts"].items() if name != "problems"},
        table_problems=record["counts"]["problems"],
        matched_needs=len(ranking.needs) - len(ranking.unmatched),
        needs_without_candidate=ranking.unmatched["need_id"].tolist(),
        needs_without_suitable=None if no_answer else unanswered(ranking)["need_id"].tolist(),
        thin_firsts=thin,
        out=out,
        written=[path for file in written for path in file.paths] + [*page, out / RECORD, out / LOG],
    )


@dataclass(frozen=True, eq=False, kw_only=True)
class Run:
    """What a run read and found.

    Parameters
    ----------
    matcher : Matcher
        Fitted.
    needs : Needs
    pool : Pool or None
        ``None`` where a stored index took its place.
    ranking : Ranking
    problems : tuple of Problem
        Of all tables.
    record : dict
        How it was made.
    """

    matcher: Matcher
    needs: Needs
    pool: Pool | None
    ranking: Ranking
    problems: tuple[Problem, ...]
    record: dict[str, Any]


def ranked(
    console: Console,
    given: Given,
    *,
    needs: str,
    scenario: str | None,
    judgments: str | None,
    judged_needs: str | None,
    index: Path | None,
    top: int,
) -> Run:
    """Read the tables and rank; parameters as in :func:`match`.

    Returns
    -------
    Run
    """
    if index is not None and given.has_pool:
        message = "--index 代替专家表等，两者不能同时给出。专家库有变动时，先用 expertmatch index update 更新索引。"
        raise CommandError(message)
    if index is None:
        given.check()
    programme = None if scenario in (None, AUTO) else read_scenario(str(scenario))
    asked, pool = read_tables(console, given, needs, with_pool=index is None)
    matcher = _matcher(console, pool, index, programme or scenario, given.as_of)
    if judgments is not None:
        with console.step("由评判换算可能性", "learning from judgments"):
            judged = asked if judged_needs is None else given.needs(console, judged_needs)
            matcher.calibrate(source(judgments), needs=judged)
    with console.step("匹配", "ranking") as progress:
        ranking = matcher.rank(asked, top=top, progress=progress)
    problems = problems_of(pool, asked)
    record = run_record(matcher, asked, pool, ranking, as_of=given.as_of, top=top, ledger=given.ledger_state)
    return Run(matcher=matcher, needs=asked, pool=pool, ranking=ranking, problems=problems, record=record)


def page_of(
    console: Console, run: Run, record: Mapping[str, Any], out: Path, *, plan: Plan | None = None,
    coverage: Coverage | None, force: bool,
) -> Path:  # fmt: skip
    """Write the page of a run.

    Parameters
    ----------
    console : Console
        Where lines go.
    run : Run
        What was read and found.
    record : dict
        How it was made.
    out : Path
        Folder of the results.
    plan : Plan or None
        Who serves what.
    coverage : Coverage or None
        As :func:`expertmatch.cli.books.found_coverage` gives it.
    force : bool
        Replace a page that is there.

    Returns
    -------
    Path
    """
    with console.step("写网页", "writing the page"):
        view = page_view(
            run.ranking, record=record, settings=settings_rows(dict(record), "zh"), plan=plan, coverage=coverage,
            problems=run.problems,
        )  # fmt: skip
        out.mkdir(parents=True, exist_ok=True)
        return write_page(view, out / PAGE, overwrite=force)


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
    given, asked = _sample(data)
    return match(
        console,
        given,
        **asked,
        out=out,
        formats=("xlsx", "csv", "jsonl"),
        strict=False,
        html=True,
        force=force,
        command={"name": "demo"},
    )


def _sample(data: Path) -> tuple[Given, dict[str, Any]]:
    tables = {name: str(data / f"{name}.csv") for name in ("experts", "works", "societies", "memberships")}
    asked = {"needs": str(data / "needs_enterprise.csv"), "scenario": None, "judgments": None, "judged_needs": None,
             "index": None, "top": 10}  # fmt: skip
    return Given(tables=tables, as_of=_SAMPLE_DAY), asked


def sample_run(console: Console) -> Run:
    """Make the run of the sample tables again.

    Parameters
    ----------
    console : Console
        Where lines go.

    Returns
    -------
    Run
    """
    given, asked = _sample(sample_folder())
    return ranked(console, given, **asked)


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


def read_tables(console: Console, given: Given, needs: str, *, with_pool: bool) -> tuple[Needs, Pool | None]:
    """Read all tables before complaining of any.

    Parameters
    ----------
    console : Console
        Where lines go.
    given : Given
        The tables of the pool.
    needs : str
        The needs.
    with_pool : bool
        Whether the pool is read too.

    Returns
    -------
    needs : Needs
    pool : Pool or None

    Raises
    ------
    InputError
        All problems of all tables.
    """
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
    check_headers(given.columns, headers_of(asked, pool))
    return asked, pool


def _matcher(
    console: Console, pool: Pool | None, index: Path | None, scenario: Scenario | str | None, as_of: date
) -> Matcher:
    if index is not None:
        with console.step("打开索引", "opening the index"):
            return Matcher.load(index).under(scenario, as_of=as_of)
    with console.step("建立索引", "indexing") as progress:
        return Matcher(scenario=scenario, as_of=as_of).fit(pool, progress=progress)


def problems_of(pool: Pool | None, needs: Needs) -> tuple[Problem, ...]:
    """Return what was found in all tables, as the command line says it."""
    found = (*(pool.problems if pool is not None else ()), *needs.problems)
    return tuple(
        replace(p, message=on_the_command_line(p.message), remedy=on_the_command_line(p.remedy)) for p in found
    )


def write_text(path: Path, text: str) -> None:
    """Write a text file, whole or not at all."""
    with whole_file(path, overwrite=True) as file:
        file.write(text.encode("utf-8", "replace"))


def check_free(out: Path, name: str, *, force: bool) -> list[Path]:
    """Refuse before the work, not after it; return the files of an earlier run.

    Parameters
    ----------
    out : Path
        Folder of the results.
    name : str
        What its workbook is called.
    force : bool
        Whether results that are there may be replaced.

    Returns
    -------
    list of Path

    Raises
    ------
    OutputError
        No folder, not to be written in, or with results that may not be replaced.
    """
    if out.exists() and not out.is_dir():
        raise OutputError(out, "这里是一个文件，不是文件夹。", "请用 --out 给出一个文件夹。")
    nearest = next((folder for folder in (out, *out.absolute().parents) if folder.exists()), out)
    if not nearest.is_dir():
        raise OutputError(out, f"{nearest.name} 是一个文件，不是文件夹。", "请用 --out 给出一个文件夹。")
    if not os.access(nearest, os.W_OK | os.X_OK):
        raise OutputError(out, "没有在这个文件夹里写文件的权限。", "请用 --out 换一个可以写的文件夹，例如“文档”。")
    if not out.is_dir():
        return []
    held = sorted([*out.glob(PAGE), *out.glob(f"{name}.*"), *out.glob(f"{name}_*.*"), *out.glob(RECORD)])
    if held and not force:
        raise OutputError(
            out, f"已有上次的结果（{held[-1].name} 等）。", "请用 --out 换一个文件夹，或加 --force 覆盖。"
        )
    return held
