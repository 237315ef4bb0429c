"""Everything a page shows, as plain values: read from the ranking, the plan, the tables and the record of the run."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from expertmatch.errors import Problem
from expertmatch.graph.coverage import Coverage
from expertmatch.planning.plan import Plan
from expertmatch.ranking import Explanation, Ranking
from expertmatch.report import plots
from expertmatch.report.page.charts import charts
from expertmatch.report.page.pairs import MICRO, need_details
from expertmatch.report.page.states import STATES, NeedState, counts, need_states
from expertmatch.report.page.tables import (
    all_disciplines,
    coverage_table,
    excluded_table,
    load_table,
    plan_tables,
    problem_table,
    unusable_table,
)
from expertmatch.report.page.words import Words, shown

NETWORKS = 200
"""Needs up to which each has its network drawn; beyond, the page would grow over what is quick to open."""


def page_view(
    ranking: Ranking,
    *,
    record: Mapping[str, Any],
    settings: Sequence[tuple[str, str, str]],
    explanations: Sequence[Explanation] | None = None,
    plan: Plan | None = None,
    coverage: Coverage | None = None,
    problems: Sequence[Problem] = (),
) -> dict[str, Any]:
    """Return what a page shows.

    Parameters
    ----------
    ranking : Ranking
        What was recommended.
    record : dict
        The record of the run, ``run.json``.
    settings : sequence of (str, str, str)
        The same in words: group, name, value.
    explanations : sequence of Explanation, optional
        Of the ranking's pairs, in their order, where they are there already.
    plan : Plan, optional
        Who serves what.
    coverage : Coverage, optional
        Which disciplines have needs and nobody to turn to.
    problems : sequence of Problem
        What was found in the tables.

    Returns
    -------
    dict
        Texts, numbers, lists and dicts only; personal numbers in texts are masked.

    Examples
    --------
    >>> import pandas as pd
    >>> import expertmatch as em
    >>> works = pd.DataFrame({"expert_id": ["E1"], "title": ["猕猴桃溃疡病防治"]})
    >>> ranking = em.Matcher().fit(em.read_pool(works=works)).rank(["猕猴桃怎样防治溃疡病", "月壤采样"])
    >>> page_view(ranking, record={}, settings=[])["counts"]
    {'answered': 1, 'doubtful': 0, 'unanswered': 1}
    """
    reasons = list(ranking.explanations()) if explanations is None else explanations
    states = need_states(ranking, reasons)
    words = Words()
    details = need_details(ranking, reasons, states, words)
    drawn = charts(_makers(ranking, plan, coverage))
    sentence, load = load_table(ranking)
    details["charts"] = drawn.figures
    details |= {"words": words.texts, "plain": {str(k): v for k, v in words.plain.items()}, "micro": MICRO}
    return {
        "made": _made(record),
        "counts": counts(states),
        "state_names": dict(STATES),
        "needs": _listed(ranking, states),
        "kinds": _values(ranking, "kind"),
        "calibrated": bool(ranking.answers["answered"].notna().any()),
        "pairs": len(ranking.frame),
        "load": {"sentence": sentence, "table": load},
        "plan": None if plan is None else {"summary": shown(plan.summary), "partial": not plan.complete,
                                           "shortage": _shortage(plan), "tables": plan_tables(plan)},
        "coverage": None if coverage is None else {
            "states": [(str(k), int(n)) for k, n in coverage.frame["state"].value_counts().sort_index().items()],
            "disciplines": len(coverage.frame), "unplaced": len(coverage.unplaced),
            "gaps": coverage_table(coverage), "all": all_disciplines(coverage),
        },
        "excluded": excluded_table(ranking),
        "unusable": unusable_table(ranking),
        "problems": problem_table(problems),
        "settings": [tuple(shown(text) for text in row) for row in settings],
        "record": shown(json.dumps(record, ensure_ascii=False, indent=2)),
        "charts": sorted(drawn.figures),
        "charts_missing": drawn.missing,
        "details": details,
    }  # fmt: skip


def _makers(ranking: Ranking, plan: Plan | None, coverage: Coverage | None) -> dict[str, Callable[[], Any]]:
    makers: dict[str, Callable[[], Any]] = {}
    if plan is not None and len(plan.frame):
        makers["sankey"] = partial(plots.sankey, plan)
    if coverage is not None:
        makers["treemap"] = partial(plots.tree_map, coverage)
    if len(ranking.needs) <= NETWORKS:
        makers |= {
            f"network:{need}": partial(plots.network, ranking, need) for need in ranking.frame["need_id"].unique()
        }
    return makers


def _listed(ranking: Ranking, states: Mapping[str, NeedState]) -> list[dict[str, Any]]:
    """Return the rows of the list of needs."""
    frame = ranking.frame
    first = frame[frame["rank"] == 1].set_index("need_id")
    size = frame["need_id"].value_counts()
    needs = ranking.needs.reindex(columns=["need_id", "title", "kind", "requester"], fill_value="").fillna("")
    rows = []
    for number, (need, title, kind, requester) in enumerate(needs.itertuples(index=False, name=None)):
        own = first.loc[need] if need in first.index else None
        chance = math.nan if own is None else float(own["probability"])
        rows.append({
            "number": number, "id": shown(need), "title": shown(title) or shown(need), "kind": shown(kind),
            "requester": shown(requester), "state": states[need].state, "why": shown(states[need].why),
            "first": "" if own is None else shown(ranking.name_of(str(own["candidate_kind"]), own["candidate_id"])),
            "score": "" if own is None else f"{float(own['score']):.3f}",
            "chance": "" if math.isnan(chance) else f"{chance:.0%}", "people": int(size.get(need, 0)),
        })  # fmt: skip
    return rows


def _values(ranking: Ranking, column: str) -> list[str]:
    if column not in ranking.needs:
        return []
    return sorted({shown(value) for value in ranking.needs[column] if isinstance(value, str) and value})


def _shortage(plan: Plan) -> list[str]:
    rows = plan.shortage[["sentence", "relaxation"]].drop_duplicates().itertuples(index=False, name=None)
    return [shown(f"{told}{f'可以：{more}' if more else ''}") for told, more in rows]


def _made(record: Mapping[str, Any]) -> dict[str, Any]:
    scenarios = record.get("scenarios", {})
    return {
        "version": str(record.get("expertmatch", "")),
        "as_of": str(record.get("as_of", "")),
        "scenarios": [shown(one.get("title", name)) for name, one in scenarios.items()],
        "files": [shown(one.get("file") or one.get("table") or "") for one in record.get("inputs", ())],
    }
