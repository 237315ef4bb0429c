"""Command evaluate: how good a result is, by people's judgments."""

from __future__ import annotations

from pathlib import Path

from expertmatch.cli.console import OK, Console
from expertmatch.display import text_table
from expertmatch.errors import InputError, Problem
from expertmatch.evaluation import Evaluation, agreement, read_judgments
from expertmatch.evaluation import evaluate as evaluate_run
from expertmatch.report.results import WORKBOOK

_WORST = 10


def evaluate(console: Console, result: Path, judgments: Path) -> int:
    """Measure a result and name the needs it serves worst.

    Parameters
    ----------
    console : Console
        Where lines go.
    result : Path
        A folder of results, or one of its files.
    judgments : Path
        need_id, expert_id, grade, judge.

    Returns
    -------
    int
        Exit code.
    """
    read = read_judgments(judgments)
    found = evaluate_run(_run_file(result), read)
    console.say(repr(found))
    if len(read.judges) == 2:
        console.say("")
        console.say(repr(agreement(read)))
    worst = _worst(found)
    if worst:
        console.say("\n最差的需求（按 nDCG@10）：", "\nWorst needs (by nDCG@10):")
        console.say(text_table(("需求", "nDCG@10"), worst, align="lr"))
    return OK


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


def _worst(found: Evaluation) -> list[list[str]]:
    if "nDCG@10" not in found.per_need:
        return []
    values = found.per_need["nDCG@10"].dropna().sort_values(kind="stable").head(_WORST)
    return [[str(need), f"{value:.3f}"] for need, value in values.items()]
