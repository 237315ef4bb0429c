"""Teams of a plan beside each need's individually best people, with and without composing them by coverage.

    python benchmarks/teams.py [--out FILE] > benchmarks/results/teams.txt

Each table of needs of the sample is planned for itself, then all of them together with quotas over the whole plan;
every need by the scenario of its kind. The individually best people are a need's own best team when no other need asks
for anybody: they need not keep capacities or quotas, so their score is more than a plan can always have. Coverage is
the weight of a need's sub-topics that somebody of the team covers. Both are figures of the plan about itself: no judge
was asked whether such teams are better; what coverage says of judges' grades is in team_coverage.txt.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import sample
from quality import machine

import expertmatch as em
from expertmatch.display import text_table

TABLES = ("enterprise", "village", "other", "programmes")
TOGETHER = "all"
QUOTAS: Sequence[Mapping[str, Any]] = (
    {"label": "one unit at most 40", "per": "unit", "most": 40},
    {"label": "women at least 300", "where": [{"field": "sex", "any_of": ["女"]}], "least": 300},
)
"""Of the plan of all needs together."""
_OWN = ("quota:", "quotas:")
"""How the check calls quotas of scenarios and of the plan."""


def figures(plan: em.Plan) -> pd.DataFrame:
    """Return what a plan's teams are worth, a row a scenario and one for all.

    Parameters
    ----------
    plan : Plan
        A plan.

    Returns
    -------
    DataFrame
        scenario, needs, wanted, placed, unserved, share (sum of scores over that of the individually best), worst
        (the least share of a need; both None where nobody scores), coverage, best_coverage (means over needs),
        broken, best_broken (rules about teams not kept).
    """
    teams = plan.teams
    parts = [("all", teams), *teams.groupby("scenario", sort=True)]
    short = set(plan.unserved["need_id"])
    rows = [
        {
            "scenario": name or "(none)",
            "needs": len(own),
            "wanted": int(own["wanted"].sum()),
            "placed": int(own["placed"].sum()),
            "unserved": int(own["need_id"].isin(short).sum()),
            "share": _share(own),
            "worst": None if _share(own) is None else float(own.loc[own["best"] > 0, "share"].min()),
            "coverage": float(own["coverage"].mean()),
            "best_coverage": float(own["best_coverage"].mean()),
            "broken": int(own["broken"].sum()),
            "best_broken": int(own["best_broken"].sum()),
        }
        for name, own in parts
    ]
    return pd.DataFrame(rows).astype({"share": object, "worst": object})


def _share(teams: pd.DataFrame) -> float | None:
    best = float(teams["best"].sum())
    return float(teams["score"].sum()) / best if best > 0 else None


def whole(plan: em.Plan) -> dict[str, Any]:
    """Return what holds of a plan as a whole: status, gap, the check without the solver, quotas, the busiest person."""
    check = plan.check()
    quotas = check.frame[check.frame["rule"].str.startswith(_OWN)]
    every = set(zip(quotas["rule"], quotas["label"], strict=True))
    missed = quotas[quotas["result"] != "ok"]
    unmet = set(zip(missed["rule"], missed["label"], strict=True))
    bad = check.frame[check.frame["hard"] & (check.frame["result"] != "ok")]
    return {
        "status": plan.status,
        "gap": plan.gap,
        "checked": "broken" if check.broken else "ok" if check.ok else "unknown",
        "not_ok": bad.groupby(["label", "result"]).size().reset_index(name="rows").to_dict("records"),
        "quotas": len(every),
        "quotas_met": len(every - unmet),
        "people": int((plan.loads["planned"] > 0).sum()),
        "busiest": int(plan.loads["planned"].max()),
    }


def compared(matcher: em.Matcher, needs: pd.DataFrame, **settings: Any) -> dict[str, Any]:
    """Plan the needs with and without composing by coverage; return the figures of both."""
    found: dict[str, Any] = {}
    for cover in (True, False):
        plan = matcher.plan(needs, cover=cover, **settings)
        found["cover" if cover else "plain"] = {"whole": whole(plan), "teams": figures(plan).to_dict("records")}
    return found


def table(found: Mapping[str, Any]) -> str:
    """Return the figures of a plan with coverage and of one without, side by side."""
    rows = []
    for with_cover, plain in zip(found["cover"]["teams"], found["plain"]["teams"], strict=True):
        both = with_cover, plain
        rows.append([
            with_cover["scenario"], with_cover["needs"],
            *(f"{one['placed']}/{one['wanted']}" for one in both),
            *(_percent(one["share"]) for one in both), *(_percent(one["worst"]) for one in both),
            *(f"{one['coverage']:.1%}" for one in both), f"{with_cover['best_coverage']:.1%}",
            *(one["broken"] for one in both), with_cover["best_broken"],
        ])  # fmt: skip
    headers = [
        "scenario", "needs", "filled", "plain", "score", "plain", "worst", "plain", "coverage", "plain", "best",
        "broken", "plain", "best",
    ]  # fmt: skip
    lines = [text_table(headers, rows, width=150, max_rows=None)]
    for name in ("cover", "plain"):
        own = found[name]["whole"]
        lines.append(
            f"{name}: {own['status']}, gap {own['gap']:.2%}, checked: {own['checked']}, "
            f"quotas met {own['quotas_met']} of {own['quotas']}, {own['people']} people, busiest {own['busiest']} times"
        )
        lines += [f"  must, {one['result']}: {one['label']}, {one['rows']}" for one in own["not_ok"]]
    return "\n".join(lines)


def _percent(share: float | None) -> str:
    return "" if share is None or pd.isna(share) else f"{share:.1%}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--out", type=Path, help="write all figures as JSON")
    asked = parser.parse_args(arguments)
    matcher = em.Matcher(scenario="auto", as_of=sample.DAY).fit(sample.whole_pool())
    out: dict[str, Any] = {"machine": machine(), "quotas": QUOTAS, "plans": {}}
    print("filled: places filled of those that must be; score: share of the individually best people's; worst: the")
    print("need that gets least of its own; coverage: of sub-topics, mean over needs; broken: rules about teams not")
    print("kept. First with composing by coverage (the default), then plain without, then the best people's own.\n")
    for name in (*TABLES, TOGETHER):
        if name == TOGETHER:
            needs, settings = sample.all_needs(), {"quotas": QUOTAS}
        else:
            needs, settings = em.read_needs(sample.DATA / f"needs_{name}.csv", today=sample.DAY).frame, {}
        found = compared(matcher, needs, **settings)
        print(f"{name}: {len(needs)} needs\n{table(found)}\n", flush=True)
        out["plans"][name] = found
    print(sample.told(out["machine"]))
    if asked.out:
        asked.out.write_text(json.dumps(out, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
