"""The best plan for all needs of a table, and what a leader's marks change in it."""

from __future__ import annotations

import json
import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, get_args

import pandas as pd

from expertmatch.cli import given as options
from expertmatch.cli.books import found_coverage, plan_extras
from expertmatch.cli.console import OK, UNMATCHED, CommandError, Console, error, one_of
from expertmatch.cli.contacts import check_contacts, give_contacts
from expertmatch.cli.given import Given
from expertmatch.cli.match import Run, check_free, page_of, problems_of, read_tables, write_text
from expertmatch.cli.match_words import LOG, RECORD
from expertmatch.cli.record import run_record, settings_rows
from expertmatch.cli.replay import kept, refuse_hidden, without_password
from expertmatch.matcher import Matcher
from expertmatch.planning.checking.check import PlanCheck
from expertmatch.planning.pencil.changes import changes
from expertmatch.planning.pencil.marks import Wishes, frame_of, read_wishes, settings_of
from expertmatch.planning.pencil.sheet import plan_sheet
from expertmatch.planning.plan import Plan
from expertmatch.planning.plan import plan as make_plan
from expertmatch.planning.settings import PlanSettings
from expertmatch.planning.wishes import with_wishes
from expertmatch.ranking import Ranking
from expertmatch.report.invitations import LIST
from expertmatch.report.plan_sheets import WORKBOOK, change_sheets, plan_frames, plan_titles, write_plan
from expertmatch.scenarios import AUTO, read_scenario
from expertmatch.tables.needs import Needs
from expertmatch.tables.pool import Pool
from expertmatch.tables.write import Format, write_frames

_TABLES = (
    "experts", "works", "societies", "memberships", "relations", "availability", "engagements", "pending",
)  # fmt: skip
DRAWN = "抽取记录"
_COMMAND = "命令行选项"
_PER = {"单位": "unit", "学会": "society", "区县": "county", "学科": "discipline"}
_SEEN = 0.0005
"""What a mark costs from which on it shows in three digits; below, it may be the gap of either plan."""
_FIRST = 5
_CHOICES: dict[str, tuple[str, ...]] = {
    name: get_args(PlanSettings.model_fields[name].annotation) for name in ("objective", "select")
}


@dataclass(frozen=True, eq=False, kw_only=True)
class _Run:
    """What a plan is made from."""

    written: Mapping[str, str]
    matcher: Matcher
    needs: Needs
    pool: Pool
    ranking: Ranking
    settings: PlanSettings
    given: Given


def plan(
    console: Console,
    written: Mapping[str, str],
    *,
    source: Path | None,
    absent: Sequence[str],
    out: Path,
    formats: tuple[Format, ...],
    strict: bool,
    html: bool,
    force: bool,
    contacts: str | None = None,
    who: str = "",
) -> int:
    """Plan, or plan again.

    Parameters
    ----------
    console : Console
        Where lines go.
    written : dict of str to str
        Options as written on the command line, by name.
    source : Path or None
        A plan with marks, or the folder it stands in; options that are not written are those of its run.
    absent : sequence of str
        Who cannot serve.
    out : Path
        Folder of the results.
    formats : tuple of str
        Of xlsx, csv, jsonl, parquet.
    strict : bool
        Exit code 1 when the plan is partial.
    html : bool
        Write the page too.
    force : bool
        Replace results that are there.
    contacts : str or None
        A table of contacts for an invitation list that has them.
    who : str
        Who gives the contacts out, for the ledger.

    Returns
    -------
    int
        Exit code.
    """
    if absent and source is None:
        message = "--absent 要和 --from 一起用：先说明是哪份方案里的人来不了。"
        raise CommandError(message)
    if source is not None and source.is_dir():
        source /= f"{WORKBOOK}.xlsx"
    check_free(out, WORKBOOK, force=force)
    old_list = check_free(out, LIST, force=force) and (out / f"{LIST}.xlsx").exists()
    every = {**(_earlier(source) if source is not None else {}), **written}
    refuse_hidden(every)
    run = _prepared(console, every, source, contacts, who)
    with console.step(f"统筹（求解至多 {run.settings.time_limit:g} 秒）", "planning"):
        made = make_plan(run.ranking, settings=run.settings)
    wishes, costs = Wishes(), None
    if source is not None:
        wishes = read_wishes(source, needs=run.needs, pool=run.pool)
        console.problems(wishes.problems, most=_FIRST)
        with console.step("按批改重排", "planning again"):
            made, costs = _again(made, wishes, source, absent)
    verdict = made.check()
    _say_plan(console, made, verdict)
    _say_changes(console, made, costs)
    files = _write(console, run, made, wishes, costs, out, formats, html=html, force=force)
    if contacts is not None:
        listed = give_contacts(console, made, contacts, run.given, who=who, out=out, force=force)
        console.say("  " + "、".join(path.name for path in listed.paths))
        files += listed.paths
    elif old_list:
        console.say(
            f"注意：{out} 里还有以前的{LIST}.xlsx，含联系方式，与这次无关。",
            f"Note: {out} still holds an earlier {LIST}.xlsx with contacts.",
        )
    if strict and not made.complete:
        error("方案不完整（--strict：退出码 1）。")
    return console.done(
        UNMATCHED if strict and not made.complete else OK,
        status=made.status, complete=made.complete, total=made.total, bound=made.bound, needs=len(made.needs),
        places=len(made.frame), unserved=made.unserved[["need_id", "missing"]],
        shortage=made.shortage["sentence"].tolist(),
        broken=made.broken["label"].value_counts().to_dict(), checked=verdict.ok,
        changes=None if made.changes is None else len(made.changes), out=out, written=files,
    )  # fmt: skip


def planned(console: Console, written: Mapping[str, str]) -> tuple[Run, Plan]:
    """Make a plan from the options of its run, as its record keeps them.

    Parameters
    ----------
    console : Console
        Where lines go.
    written : dict of str to str
        As for :func:`plan`; marks and locks among them.

    Returns
    -------
    Run, Plan
    """
    run = _prepared(console, written, None, None, "")
    with console.step(f"统筹（求解至多 {run.settings.time_limit:g} 秒）", "planning"):
        made = make_plan(run.ranking, settings=run.settings)
    return _read(run, made), made


def _read(run: _Run, made: Plan) -> Run:
    record = run_record(run.matcher, run.needs, run.pool, run.ranking, as_of=made.as_of, top=10,
                        ledger=run.given.ledger_state)  # fmt: skip
    return Run(matcher=run.matcher, needs=run.needs, pool=run.pool, ranking=run.ranking, record=record,
               problems=problems_of(run.pool, run.needs))  # fmt: skip


def _again(before: Plan, wishes: Wishes, source: Path, absent: Sequence[str]) -> tuple[Plan, pd.DataFrame]:
    """Plan again by marks, then without the absent; what changed is told against the plan that was marked."""
    made, costs = with_wishes(before, wishes)
    if absent:
        made = made.repair(one.strip() for text in absent for one in text.replace("，", ",").split(",") if one.strip())
    seen = frame_of(source)
    told = changes(before.frame if seen is None else seen, made.frame, made.needs, wishes=wishes, absent=made.absent)
    return replace(made, changes=told), costs


def _earlier(source: Path) -> dict[str, str]:
    """Return the options of the run that a plan came from."""
    held = settings_of(source)
    return {name[2:]: text for name, text in held.items() if name.startswith("--") and text}


def _prepared(
    console: Console, written: Mapping[str, str], source: Path | None, contacts: str | None, who: str
) -> _Run:
    if "needs" not in written:
        if source is not None:
            plan_sheet(source)  # what is no plan has no options either: say that it is none
        message = "没有给出需求表。请用 --needs 给出；重排时用 --from 给出上次的方案。"
        raise CommandError(message)
    held = Given(
        tables={name: written.get(name) for name in _TABLES},
        sheets=options.sheets_of(_several(written, "sheet")),
        columns=options.columns_of(_several(written, "column")),
        as_of=options.day_of(written.get("as-of")),
        ledger=written.get("ledger"),
    )
    held.check()
    check_contacts(contacts, held, who)
    settings = PlanSettings().changed(_settings(written))
    scenario = written.get("scenario")
    programme = scenario if scenario in (None, AUTO) else read_scenario(str(scenario))
    needs, pool = read_tables(console, held, written["needs"], with_pool=True)
    assert pool is not None
    warnings = sum(problem.severity == "warning" for problem in (*pool.problems, *needs.problems))
    if warnings:
        console.say(
            f"数据有 {warnings:,} 处提醒，可用 expertmatch check 逐行查看。",
            f"{warnings:,} warnings about the tables: see expertmatch check.",
        )
    with console.step("建立索引", "indexing") as progress:
        matcher = Matcher(scenario=programme, as_of=held.as_of).fit(pool, progress=progress)
    with console.step("匹配", "ranking") as progress:
        ranking = matcher.rank(needs, progress=progress)
    return _Run(written=written, matcher=matcher, needs=needs, pool=pool, ranking=ranking, settings=settings,
                given=held)  # fmt: skip


def _several(written: Mapping[str, str], name: str) -> list[str]:
    return [one for one in written.get(name, "").split("；") if one]


def _settings(written: Mapping[str, str]) -> dict[str, Any]:
    """Return the plan's settings as the command line says them."""
    found: dict[str, Any] = {}
    for name in ("capacity", "minimum", "alternates", "newcomers"):
        if name in written:
            found[name] = _number(name, written[name])
    for name, accepted in _CHOICES.items():
        if name in written:
            if written[name] not in accepted:
                raise one_of(f"--{name}", written[name], accepted)
            found[name] = written[name]
    if "seed" in written:
        found["seed"] = written["seed"]
    if found.get("select") == "draw" and "seed" not in found:
        message = "抽取要用 --seed 写明种子（任意文字，例如日期和经办人），以后才能复核。"
        raise CommandError(message)
    if "wanted" in written:
        found["wanted"] = _wanted(written["wanted"])
    for option, name in (("floor", "floor"), ("time-limit", "time_limit")):
        if option in written:
            found[name] = _decimal(option, written[option])
    found["travel"] = written.get("travel") == "是"
    found["locked"] = _pairs("lock", _several(written, "lock"))
    found["forbidden"] = _pairs("ban", _several(written, "ban"))
    found["limits"] = dict(_limit(text) for text in _several(written, "limit"))
    if "quotas" in written:
        found["quotas"] = _quotas(Path(written["quotas"]))
    return found


def _number(option: str, text: str) -> int:
    if not text.strip().isdecimal():
        message = f"--{option} 不能是“{text}”，请写 0 以上的整数。"
        raise CommandError(message)
    return int(text)


def _decimal(option: str, text: str) -> float:
    message = f"--{option} 不能是“{text}”，请写一个数，例如 {'30' if option == 'time-limit' else '0.8'}。"
    try:
        found = float(text)
    except ValueError:
        raise CommandError(message) from None
    if not math.isfinite(found):
        raise CommandError(message)
    return found


def _wanted(text: str) -> int | tuple[int, int]:
    parts = [part.strip() for part in text.replace("~", "-").replace("至", "-").split("-")]
    if len(parts) > 2 or not all(part.isdecimal() for part in parts):
        message = f"--wanted 不能是“{text}”，请写人数，例如 3，或至少、至多，例如 2-4。"
        raise CommandError(message)
    return int(parts[0]) if len(parts) == 1 else (int(parts[0]), int(parts[1]))


def _pairs(option: str, texts: Sequence[str]) -> tuple[tuple[str, str], ...]:
    found = []
    for text in texts:
        need, equals, who = text.partition("=")
        if not equals or not need.strip() or not who.strip():
            message = f"--{option} 不能是“{text}”，请写成 需求编号=专家编号，例如 E001=ZJ0012。"
            raise CommandError(message)
        found.append((need.strip(), who.strip()))
    return tuple(found)


def _limit(text: str) -> tuple[str, int]:
    what, _, count = text.partition("=")
    what = what.strip()
    if _PER.get(what, what) not in _PER.values() or not count.strip().isdecimal():
        message = f"--limit 不能是“{text}”，请写成 单位=2；可以限制：{'、'.join(_PER)}。"
        raise CommandError(message)
    return _PER.get(what, what), int(count)


def _quotas(path: Path) -> list[dict[str, Any]]:
    try:
        held = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as missing:
        why = "没有这个文件" if isinstance(missing, FileNotFoundError) else "不是可以读的文件"
        message = f"打不开 {path}：{why}。请检查 --quotas 的文件名。"
        raise CommandError(message) from missing
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as bad:
        message = f"{path} 不是 TOML 文件：{bad}。写法见使用手册“统筹”一页。"
        raise CommandError(message) from bad
    rows = held.get("quotas")
    if set(held) != {"quotas"} or not isinstance(rows, list):
        message = f"{path} 里应当只有一段或几段 [[quotas]]。写法见使用手册“统筹”一页。"
        raise CommandError(message)
    return rows


def _say_plan(console: Console, made: Plan, verdict: PlanCheck) -> None:
    console.say(f"方案{made.summary}。", f"Plan: {made.status}, {len(made.frame)} places filled.")
    for sentence in made.shortage["sentence"].drop_duplicates().head(_FIRST):
        console.say(f"  缺口：{sentence}", f"  Short: {sentence}")
    for text in made.shortage["relaxation"].drop_duplicates().head(_FIRST):
        if text:
            console.say(f"  可以：{text}", f"  Possible: {text}")
    for label, rows in made.broken.groupby("label", sort=False):
        console.say(f"  未合的要求：{label}，{len(rows):,} 处", f"  Not kept: {label}, {len(rows):,}")
    teams = made.teams[made.teams["placed"] > 0]
    if len(teams):
        reached = teams["score"].sum() / max(teams["best"].sum(), 1e-12)
        cover, best = teams["coverage"].mean(), teams["best_coverage"].mean()
        console.say(
            f"与每条需求各取最好的人（不管重复和规定）相比：得分为其 {reached:.1%}；"
            f"所需的各个方面，有人能答的占 {cover:.1%}（原为 {best:.1%}）；"
            f"不符合要求 {int(teams['broken'].sum())} 处（原为 {int(teams['best_broken'].sum())} 处）。",
            f"Against each need's own best people: score {reached:.1%}, "
            f"coverage {cover:.1%} ({best:.1%}), rules broken {int(teams['broken'].sum())} "
            f"({int(teams['best_broken'].sum())}).",
        )
    if len(made.loads):
        busiest = made.loads.iloc[0]
        console.say(
            f"安排最多的是{busiest['name']}，{busiest['planned']} 次。",
            f"Most often planned: {busiest['name']}, {busiest['planned']} times.",
        )
    console.say(f"另行核对：{str(verdict).splitlines()[0]}", f"Checked again: {'ok' if verdict.ok else 'not ok'}.")


def _say_changes(console: Console, made: Plan, costs: pd.DataFrame | None) -> None:
    if costs is not None:
        for wish, cost, missing in costs[["wish", "cost", "missing"]].itertuples(index=False):
            more = f"，多缺 {missing:g} 人" if missing > 0 else ""
            lost = f"总分少 {cost:.3f}" if cost >= _SEEN else "总分没有减少"
            console.say(f"  {wish}：{lost}{more}", f"  {wish}: costs {cost:.3f}")
    if made.changes is None:
        return
    moved = made.changes
    console.say(f"与原方案相比变动 {len(moved)} 处。", f"{len(moved)} changes.")
    if len(moved):
        shown = moved.head(20)
        columns = ["need_id", "title", "before", "after", "what", "why"]
        heads = ("需求", "名称", "原来", "现在", "变动", "原因")
        console.table(heads, shown[columns].astype(str).to_numpy().tolist(), max_lines=4)
        if len(moved) > len(shown):
            console.say(f"（另有 {len(moved) - len(shown)} 处，见“变动”表）", f"({len(moved) - len(shown)} more)")


def _write(
    console: Console, run: _Run, made: Plan, wishes: Wishes, costs: pd.DataFrame | None, out: Path,
    formats: Sequence[Format], *, html: bool, force: bool,
) -> list[Path]:  # fmt: skip
    read = _read(run, made)
    record = read.record
    record["plan"] = {
        "settings": made.settings.model_dump(mode="json"), "status": made.status, "total": made.total,
        "penalty": made.penalty, "bound": None if math.isnan(made.bound) else made.bound, "floor_cost": made.floor_cost,
    }  # fmt: skip
    locked = "；".join(f"{need}={who}" for need, who in made.settings.locked)
    forbidden = "；".join(f"{need}={who}" for need, who in made.settings.forbidden)
    written = {**run.written, "lock": locked, "ban": forbidden, "as-of": made.as_of.isoformat()}
    written = {name: without_password(text) for name, text in written.items() if text}
    record["command"] = {"name": "plan", "options": kept(written, out)}
    rows = [(_COMMAND, f"--{name}", text) for name, text in written.items()]
    covered = found_coverage(console, made.pool, run.needs)
    hints, more = plan_extras(console, made, run.ranking, problems=read.problems, coverage=covered)
    more = {**change_sheets(made.changes, costs, console.language), **more}
    page = [page_of(console, read, record, out, plan=made, coverage=covered, force=force)] if html else []
    with console.step("写出方案", "writing"):
        frames = plan_frames(
            made, settings=[*rows, *settings_rows(record, console.language)], language=console.language,
            notes=wishes.notes, hints=hints, more=more,
        )  # fmt: skip
        (out / RECORD).unlink(missing_ok=True)  # written last of all: where it stands, all files are of one run
        files = write_plan(frames, plan_titles(made, console.language), out, formats, force=force)
        if made.draw is not None:
            files.append(write_frames(made.draw.record.frames(), out / f"{DRAWN}.xlsx", overwrite=force))
        write_text(out / RECORD, json.dumps(record, ensure_ascii=False, indent=2) + "\n")
    write_text(out / LOG, "".join(f"{name}: {seconds:.2f} s\n" for name, seconds in console.durations.items()))
    console.say(f"方案在文件夹：{out}", f"The plan is in: {out}")
    for file in files:
        console.say("  " + "、".join(path.name for path in file.paths))
        console.problems(file.problems)
    for one in page:
        console.say(f"  {one.name}（用浏览器打开，不联网也能看）", f"  {one.name} (open it in a browser)")
    book = out / f"{WORKBOOK}.xlsx"
    console.say(
        f"在“保留、删除、替换”三列批改后，用 expertmatch plan --from {book} --out 新文件夹 重排。",
        f"Mark the columns Keep, Drop, Replace, then: expertmatch plan --from {book} --out FOLDER",
    )
    return [path for file in files for path in file.paths] + [*page, out / RECORD, out / LOG]
