"""Command evaluate: how good a result is, by people's judgments."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from expertmatch.cli.console import OK, Console
from expertmatch.cli.headers import check_headers
from expertmatch.errors import InputError, Problem
from expertmatch.evaluation import Evaluation, agreement, read_judgments, read_run
from expertmatch.evaluation import evaluate as evaluate_run
from expertmatch.report.labels import NEED
from expertmatch.report.results import WORKBOOK
from expertmatch.tables.read import read_raw

_WORST = 10
_MEANING = (
    "nDCG@10：前 10 名的人和次序有多好，1 为最好；P@5：前 5 名里合适的占几成；R@10：合适的人有几成进了前 10；"
    "MRR：第一个合适的人排在第几（取倒数）；judged@10：前 10 名里评过的占几成。没有合适的人的需求不计入 nDCG、R、MRR。"
)


def evaluate(console: Console, result: Path, judgments: Path, *, columns: Mapping[str, Mapping[str, str]]) -> int:
    """Measure a result and name the needs it serves worst.

    Parameters
    ----------
    console : Console
        Where lines go.
    result : Path
        A folder of results, or one of its files.
    judgments : Path
        need_id, expert_id, grade, judge.
    columns : dict of str to dict of str to str
        Table to header to column, for headers that are not known.

    Returns
    -------
    int
        Exit code.
    """
    read = read_judgments(judgments, columns=columns.get("judgments"))
    if columns:
        check_headers(columns, [("judgments", list(map(str, read_raw(judgments, table="judgments").frame.columns)))])
    run = _run_file(result)
    asked = _asked(run)
    mine = read.frame["need_id"].isin(asked)
    if mine.any() and not mine.all():
        others = read.frame.loc[~mine, "need_id"].nunique()
        console.say(f"评判表里另有 {others:,} 条需求不在这次的结果里，不计。")
        read = replace(read, frame=read.frame[mine].reset_index(drop=True))
    found = evaluate_run(run, read)
    console.say(repr(found))
    console.say(f"\n{_MEANING}")
    if len(read.judges) == 2:
        console.say("")
        console.say(repr(agreement(read)))
    worst = _worst(found)
    if worst:
        console.say("\n最差的需求（按 nDCG@10）：", "\nWorst needs (by nDCG@10):")
        console.table(("需求", "nDCG@10"), [[need, f"{value:.3f}"] for need, value in worst], align="lr")
    return console.done(
        OK,
        needs=len(found.per_need),
        unranked=found.unranked,
        unjudged=found.unjudged,
        measures=dict(zip(found.frame["measure"], found.frame["mean"], strict=True)),
        worst=[{"need_id": need, "nDCG@10": value} for need, value in worst],
    )


def _asked(run: Path) -> set[str]:
    """Return the needs of a run: those with candidates, and those that its sheet of unmatched ones names."""
    asked = set(read_run(run)["need_id"])
    beside = run.with_name(run.name.replace("_推荐.", "_未匹配."))
    if beside != run and beside.suffix == ".csv" and beside.is_file():
        with beside.open(encoding="utf-8-sig", newline="") as file:
            asked.update(row.get("编号", "") for row in csv.DictReader(file) if row.get("对象") == NEED[0])
    return asked


def _run_file(result: Path) -> Path:
    if not result.is_dir():
        return result
    names = [f"{WORKBOOK}_推荐.csv", f"{WORKBOOK}_推荐.jsonl", f"{WORKBOOK}.xlsx", f"{WORKBOOK}_推荐.parquet"]
    for name in names:
        if (result / name).is_file():
            return result / name
    problem = Problem(
        severity="error",
        code="no-run",
        file=str(result),
        message="文件夹里没有推荐结果。",
        remedy="请给出 expertmatch match 写出结果的文件夹，或其中的推荐文件。",
    )
    raise InputError([problem])


def _worst(found: Evaluation) -> list[tuple[str, float]]:
    if "nDCG@10" not in found.per_need:
        return []
    values = found.per_need["nDCG@10"].dropna().sort_values(kind="stable").head(_WORST)
    return [(str(need), float(value)) for need, value in values.items()]
