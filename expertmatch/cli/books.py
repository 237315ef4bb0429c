"""What the workbooks of a run are made from: the sheets that need more than the ranking or the plan."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd

from expertmatch.cli.console import Console
from expertmatch.cli.record import settings_rows
from expertmatch.errors import Problem
from expertmatch.graph.coverage import Coverage
from expertmatch.graph.coverage import coverage as cover
from expertmatch.matcher import Matcher
from expertmatch.planning.plan import Plan
from expertmatch.ranking import Ranking
from expertmatch.report.results import result_frames
from expertmatch.report.sheets import coverage_sheet, excluded, hint, loads, named, problem_lines, reasons
from expertmatch.tables.needs import Needs
from expertmatch.tables.pool import Pool


def found_coverage(console: Console, pool: Pool, needs: Needs) -> Coverage | None:
    """Say which disciplines have needs and nobody to turn to; nothing where no societies are given.

    Without societies every discipline would lack one, which says nothing of the city.

    Parameters
    ----------
    console : Console
        Shows that it is being done.
    pool : Pool
        The tables.
    needs : Needs
        The needs.

    Returns
    -------
    Coverage or None
    """
    if not len(pool.societies):
        return None
    with console.step("归入学科", "linking disciplines"):
        return cover(pool, needs)


def match_frames(
    console: Console,
    matcher: Matcher,
    ranking: Ranking,
    *,
    problems: tuple[Problem, ...],
    pending: pd.DataFrame,
    record: dict[str, Any],
    as_of: date,
    coverage: Coverage | None,
) -> dict[str, pd.DataFrame]:
    """Return the sheets of 推荐结果.

    Parameters
    ----------
    console : Console
        Its language is the sheets'.
    matcher : Matcher
        Fitted.
    ranking : Ranking
        What came out.
    problems : tuple of Problem
        What was found in the tables.
    pending : DataFrame
        The questions to confirm.
    record : dict
        As :func:`expertmatch.cli.record.run_record` gives it.
    as_of : date
        The day loads are counted on.
    coverage : Coverage or None
        As :func:`found_coverage` gives it.

    Returns
    -------
    dict of str to DataFrame
    """
    return result_frames(
        ranking,
        experts=matcher.experts_,
        problems=problems,
        pending=pending,
        settings=settings_rows(record, console.language),
        language=console.language,
        loads=loads(ranking, matcher.pool_, as_of),
        coverage=coverage,
    )


def plan_extras(
    console: Console, made: Plan, ranking: Ranking, *, problems: tuple[Problem, ...], coverage: Coverage | None
) -> tuple[dict[tuple[str, int], str], dict[str, pd.DataFrame]]:
    """Return the hints of 方案 and its further sheets: reasons, excluded, coverage, problems.

    Parameters
    ----------
    console : Console
        Its language is the sheets'.
    made : Plan
        The plan.
    ranking : Ranking
        What it was made from.
    problems : tuple of Problem
        What was found in the tables.
    coverage : Coverage or None
        As :func:`found_coverage` gives it.

    Returns
    -------
    hints : dict of (need_id, place) to str
    more : dict of str to DataFrame
        As :func:`expertmatch.report.plan_sheets.plan_frames` takes them.
    """
    language, experts = console.language, made.pool.experts
    frame = made.frame[made.frame["candidate_kind"] != "requester"].sort_values(["need_id", "place"], kind="stable")
    pairs = list(frame[["need_id", "candidate_kind", "candidate_id"]].itertuples(index=False, name=None))
    explained = list(ranking.explain_pairs(pairs))
    statuses = dict(zip(experts["expert_id"], experts.reindex(columns=["status"])["status"].fillna(""), strict=True))
    hints = {
        (need, int(place)): hint(why, statuses.get(key, "") if kind == "expert" else "", remarks)
        for (need, kind, key), place, why, remarks in zip(
            pairs, frame["place"], explained, ranking.remarks(pairs), strict=True
        )
    }
    kinds = frame["candidate_kind"].tolist()
    more = {"reasons": named(reasons(ranking, zip(kinds, explained, strict=True), experts, language), language),
            "problems": named(problem_lines(problems, language), language)}  # fmt: skip
    if "scenario" in ranking.frame:
        more["excluded"] = named(excluded(ranking, language), language)
    if coverage is not None:
        more["coverage"] = coverage_sheet(coverage, language)
    return hints, more
