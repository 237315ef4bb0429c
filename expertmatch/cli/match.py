"""The main job: tables in, ranked and explained matches out."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np

from expertmatch.cli.console import OK, UNMATCHED, CommandError, Console, error, on_the_command_line
from expertmatch.cli.given import Given, source
from expertmatch.cli.record import run_record, settings_rows
from expertmatch.display import text_table
from expertmatch.errors import InputError, OutputError, Problem
from expertmatch.matcher import Matcher
from expertmatch.ranking import Ranking
from expertmatch.report.results import WORKBOOK, result_frames, thin_firsts, write_results
from expertmatch.scenarios import AUTO, Scenario, read_scenario
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
    scenario: str | None,
    judgments: str | None,
    judged_needs: str | None,
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
    before = check_free(out, WORKBOOK, force=force)
    programme = None if scenario in (None, AUTO) else read_scenario(str(scenario))
    asked, pool = read_tables(console, given, needs, with_pool=index is None)
    matcher = _matcher(console, pool, index, programme or scenario, given.as_of)
    if judgments is not None:
        with console.step("由评判换算可能性", "learning from judgments"):
            judged = asked if judged_needs is None else given.needs(console, judged_needs)
            matcher.calibrate(source(judgments), needs=judged)
    with console.step("匹配", "ranking"):
        ranking = matcher.rank(asked, top=top)
    problems = _problems(pool, asked)
    _say_what_was_read(console, matcher, asked, pool, problems)
    record = run_record(
        matcher, asked, pool, ranking, as_of=given.as_of, top=top, ledger=given.ledger_state
    )  # fmt: skip
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
        write_text(out / RECORD, json.dumps(record, ensure_ascii=False, indent=2) + "\n")
    log = "".join(f"{name}: {seconds:.2f} s\n" for name, seconds in console.durations.items())
    write_text(out / LOG, log)
    _say_results(console, matcher, ranking, thin_firsts(frames, console.language), written, out)
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
        scenario=None,
        judgments=None,
        judged_needs=None,
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
    return asked, pool


def _matcher(
    console: Console, pool: Pool | None, index: Path | None, scenario: Scenario | str | None, as_of: date
) -> Matcher:
    if index is not None:
        with console.step("打开索引", "opening the index"):
            return Matcher.load(index).under(scenario, as_of=as_of)
    with console.step("建立索引", "indexing"):
        return Matcher(scenario=scenario, as_of=as_of).fit(pool)


def _problems(pool: Pool | None, needs: Needs) -> tuple[Problem, ...]:
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
    held = sorted([*out.glob(f"{name}.*"), *out.glob(f"{name}_*.*"), *out.glob(RECORD)])
    if held and not force:
        raise OutputError(
            out, f"已有上次的结果（{held[-1].name} 等）。", "请用 --out 换一个文件夹，或加 --force 覆盖。"
        )
    return held


def _say_what_was_read(
    console: Console, matcher: Matcher, needs: Needs, pool: Pool | None, problems: tuple[Problem, ...]
) -> None:
    index = matcher.index_
    kinds = np.array([kind for kind, _ in matcher.programmes_.plain.kind_and_id], dtype=object)
    experts, usable = int((kinds == "expert").sum()), int((index.usable & (kinds == "expert")).sum())
    rows, societies = int((kinds[index.rows.group] == "expert").sum()), int((kinds == "society").sum())
    more, also = (f"、{societies:,} 个学会", f", {societies:,} societies") if societies else ("", "")
    people = f"{experts:,} 位专家（其中 {usable:,} 位有可用文字）"
    console.say(
        f"读入 {people}{more}、{rows:,} 条成果与简介、{len(needs):,} 条需求。",
        f"Read {experts:,} experts ({usable:,} with usable text){also}, {rows:,} works and profiles, "
        f"{len(needs):,} needs.",
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


def _say_results(
    console: Console, matcher: Matcher, ranking: Ranking, thin: int, written: list[Written], out: Path
) -> None:
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
    _say_rules(console, matcher, ranking)
    _say_answers(console, matcher, ranking)
    first = ranking.frame[ranking.frame["rank"] == 1].head(5)
    titles = dict(zip(ranking.needs["need_id"], ranking.needs["title"], strict=True))
    rows = [
        [need, titles[need], ranking.name_of(kind, key), f"{score:.3f}"]
        for need, kind, key, score in first[["need_id", "candidate_kind", "candidate_id", "score"]].itertuples(
            index=False
        )
    ]
    who = "首选专家" if "expert_id" in first else "首选"
    headers = ("Need", "Title", "First", "Score") if console.language == "en" else ("需求", "名称", who, "得分")
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


def _say_rules(console: Console, matcher: Matcher, ranking: Ranking) -> None:
    """Say by which scenarios was ranked, and whom their rules kept out."""
    if "scenario" not in ranking.frame:
        return
    parts = ranking.parts or (ranking,)
    used = [(part.candidates.gate.scenario, len(part.needs)) for part in parts if part.candidates.gate is not None]
    told = "、".join(f"{scenario.title} {count:,} 条" for scenario, count in used)
    named = ", ".join(f"{scenario.name} {count:,}" for scenario, count in used)
    console.say(f"按场景的规则推荐：{told}。", f"By the rules of the scenarios: {named}.")
    excluded = ranking.excluded
    people = excluded[["scenario", "candidate_kind", "candidate_id"]]
    asked = int((excluded["outcome"] == "ask").sum())
    of_needs = excluded["need_id"] != ""
    ruled, recused = len(people[~of_needs].drop_duplicates()), int(of_needs.sum())
    ask = f"；{asked:,} 处要先核实再定" if asked else ""
    console.say(
        f"按规则 {ruled:,} 位不在候选之列，本可入选而回避或不合条件的有 {recused:,} 对{ask}，见“回避与排除”表。",
        f"{ruled:,} are no candidates by rule, {recused:,} pairs are recused or do not fit, {asked:,} are to be asked "
        "about: see the sheet Recused and excluded.",
    )
    kinds = {kind for kind in ranking.needs["kind"] if kind} - {kind for one, _ in used for kind in one.need_kinds}
    if len(used) == 1 and kinds:
        shown = "、".join(sorted(kinds)[:4])
        console.say(
            f"注意：需求类型 {shown} 不在“{used[0][0].title}”受理之列，仍按它的规则推荐；"
            "几种需求混在一起的表请用 --scenario auto。",
            f"Note: kinds {shown} are not among those of {used[0][0].name}; use --scenario auto for mixed tables.",
        )
    _say_missing(console, [scenario for scenario, _ in used], matcher.pool_)


def _say_answers(console: Console, matcher: Matcher, ranking: Ranking) -> None:
    """Say how many needs somebody suits, or how many judgments there are still to make."""
    for name, calibration in matcher.calibrations_.items():
        scenario = matcher.programmes_.scenarios[name]
        title = "" if scenario is None else f"{scenario.title}："
        console.say(
            f"{title}{calibration.sentence}", f"{name or 'judgments'}: {calibration.judged:,} judged top results."
        )
    known = ranking.answers[ranking.answers["answered"].notna()]
    if len(known):
        yes = int(known["answered"].sum())
        console.say(
            f"{yes:,} 条需求有合适的人选，{len(known) - yes:,} 条库中没有合适的专家（见“未匹配”表，写明缺什么）。",
            f"Somebody probably suits {yes:,} needs; nobody suits {len(known) - yes:,} (see the sheet Unmatched).",
        )


def _say_missing(console: Console, scenarios: list[Scenario], pool: Pool) -> None:
    """Say which rules could not be judged for want of a table."""
    grounds = {recusal.ground for scenario in scenarios for recusal in scenario.recusal}
    counted = {signal for scenario in scenarios for signal in scenario.signals} & {"record", "load"}
    fields = {rule.field for scenario in scenarios for rule in scenario.rules}
    lacking = []
    if grounds & {"kin", "adviser", "employment", "cowork"} and not len(pool.relations):
        lacking.append("没有关系表（--relations），亲属、师生、任职关系的回避无从判断")
    if (counted or "earlier_part" in grounds) and not len(pool.engagements):
        lacking.append("没有服务台账（--engagements），在办项数、评价和以前的参与都按没有计")
    if "available" in fields and not len(pool.availability):
        lacking.append("没有可服务时间表（--availability），时间一律按合适计")
    for one in lacking:
        console.say(f"注意：{one}。", f"Note: {one}.")


def _say_left(console: Console, before: list[Path], written: list[Written], out: Path) -> None:
    """Name files of an earlier run that this one has not replaced."""
    replaced = {path.name for file in written for path in file.paths} | {RECORD}
    left = [path.name for path in before if path.name not in replaced]
    if left:
        console.say(
            f"注意：{out} 里还有以前的结果，与这次无关：{'、'.join(left)}。",
            f"Note: {out} still holds files of an earlier run: {', '.join(left)}.",
        )
