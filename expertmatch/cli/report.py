"""The page of a run that is there: the run is made again from its record, and must come out the same."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from expertmatch.cli import given as options
from expertmatch.cli.books import found_coverage
from expertmatch.cli.console import OK, CommandError, Console
from expertmatch.cli.given import Given
from expertmatch.cli.match import Run, page_of, ranked, sample_run
from expertmatch.cli.match_words import RECORD
from expertmatch.cli.plan import planned
from expertmatch.cli.replay import given_again
from expertmatch.errors import OutputError
from expertmatch.planning.plan import Plan
from expertmatch.report.page import PAGE

_TABLES = ("experts", "works", "societies", "memberships", "relations", "availability", "engagements", "pending")


def report(console: Console, folder: Path, *, force: bool) -> int:
    """Write the page of a run.

    Parameters
    ----------
    console : Console
        Where lines go.
    folder : Path
        Of its results.
    force : bool
        Replace a page that is there.

    Returns
    -------
    int
        Exit code.
    """
    record = _record(folder)
    page = folder / PAGE
    if page.exists() and not force:
        raise OutputError(page, "网页已经有了。", "要重写，请加 --force。")
    command = record.get("command")
    if not isinstance(command, dict):
        message = f"{folder / RECORD} 没有记下当时的命令（由旧版本写出）。请重新运行，并加 --html。"
        raise CommandError(message)
    run, plan = _again(console, command, str(record["as_of"]), folder)
    _compare(record, {**run.record, "plan": None if plan is None else {"total": plan.total, "status": plan.status}})
    covered = found_coverage(console, run.matcher.pool_, run.needs)
    written = page_of(console, run, record, folder, plan=plan, coverage=covered, force=force)
    console.say(f"网页：{written}", f"The page: {written}")
    return console.done(OK, written=[written], needs=len(run.ranking.needs), pairs=len(run.ranking.frame))


def _record(folder: Path) -> dict[str, Any]:
    try:
        held = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    except FileNotFoundError:
        message = f"{folder} 里没有 {RECORD}。请给出 match、plan 或 demo 写出的文件夹。"
        raise CommandError(message) from None
    except (OSError, ValueError) as bad:
        message = f"读不了 {folder / RECORD}：文件损坏，或不是一次运行的记录。请重新运行，并加 --html。"
        raise CommandError(message) from bad
    if not isinstance(held, dict) or "as_of" not in held:
        message = f"{folder / RECORD} 不是一次运行的记录。请给出 match、plan 或 demo 写出的文件夹。"
        raise CommandError(message)
    return held


def _again(console: Console, command: Mapping[str, Any], day: str, folder: Path) -> tuple[Run, Plan | None]:
    if command.get("name") == "demo":
        return sample_run(console), None
    written = given_again(command.get("options", {}), folder)
    if command.get("name") == "plan":
        return planned(console, {**written, "as-of": day})
    held = Given(
        tables={name: written.get(name) for name in _TABLES},
        sheets=options.sheets_of(written.get("sheet", ())),
        columns=options.columns_of(written.get("column", ())),
        as_of=options.day_of(day),
        ledger=written.get("ledger"),
    )
    index = written.get("index")
    run = ranked(
        console, held, needs=written["needs"], scenario=written.get("scenario"), judgments=written.get("judgments"),
        judged_needs=written.get("judged-needs"), index=None if index is None else Path(index),
        top=int(written.get("top", 10)),
    )  # fmt: skip
    return run, None


def _compare(before: Mapping[str, Any], now: Mapping[str, Any]) -> None:
    """Refuse where the run does not come out as it was recorded."""
    files = {(one["table"], one["file"], one["sheet"]): one["sha256"] for one in now["inputs"]}
    changed = [
        str(one["file"] or one["table"]) for one in before["inputs"]
        if files.get((one["table"], one["file"], one["sheet"])) != one["sha256"]
    ]  # fmt: skip
    if changed:
        message = f"这些表和当时的不一样了：{'、'.join(changed)}。网页不能代表当时的结果；请重新运行，并加 --html。"
        raise CommandError(message)
    for name, label in (("ledger", "服务台账"), ("index", "索引")):
        if before.get(name) != now.get(name):
            message = f"{label}和当时的不一样了。网页不能代表当时的结果；请重新运行，并加 --html。"
            raise CommandError(message)
    told = before.get("plan")
    if told is not None and (
        now["plan"]["status"] != told["status"] or abs(now["plan"]["total"] - told["total"]) > 1e-6
    ):
        message = "重新统筹的结果和当时的不一样（--absent 修补过，或软件版本不同）。请重新运行 plan，并加 --html。"
        raise CommandError(message)
    if before["counts"] != now["counts"] or before["expertmatch"] != now["expertmatch"]:
        message = "重新计算的结果和当时的不一样（软件版本或场景文件变了）。请重新运行，并加 --html。"
        raise CommandError(message)
