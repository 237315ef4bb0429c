"""What each signal brings: nDCG@10 with and without it, by sort of need, paired over the needs, with intervals.

    python benchmarks/ablation.py [--out FILE]

First some weights without rules, then every scenario whose needs have judgments, with the weights of its file and only
experts whom its rules allow. Every signal is measured twice: in the ranking of the whole pool, where a candidate
nobody judged counts as unsuitable (pairs were pooled from rankings by text, so this favours text), and among the
judged pairs alone.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import sample
from quality import machine

import expertmatch as em
from expertmatch.display import text_table
from expertmatch.evaluation import Judgments, compare_runs, read_judgments

MEASURE = "nDCG@10"
SETTINGS: Mapping[str, Mapping[str, Any]] = {
    "text .95, discipline .05": {"signals": {"text": 0.95, "discipline": 0.05}},
    "text .95, standing .05": {"signals": {"text": 0.95, "standing": 0.05}},
    "text .8, discipline .15, standing .05": {"signals": {"text": 0.8, "discipline": 0.15, "standing": 0.05}},
}
"""Weights looked at without rules."""
SCENARIOS = ("salon", "workstation", "relief", "assessment", "review", "lecture", "advice", "mentoring")
"""Scenarios whose needs have judgments."""
LEAST = 5
"""Needs with a suitable expert below which nothing is compared."""
MEASURED = frozenset({"text"})
"""Signals whose weight rests on measurement; that of every other is policy."""
_ALL = "全部"


def ablation(
    settings: Mapping[str, Any],
    needs: pd.DataFrame,
    judgments: Judgments | pd.DataFrame,
    *,
    pool: em.Pool,
    groups: Mapping[str, str] | None = None,
    measured: Collection[str] = MEASURED,
) -> pd.DataFrame:
    """Leave out each signal that counts and compare.

    Parameters
    ----------
    settings : dict
        Keyword arguments of ``em.Matcher``; ``signals`` has the weights.
    needs : DataFrame
        The needs.
    judgments : Judgments or DataFrame
        Graded pairs.
    pool : Pool
        Who can be recommended.
    groups : dict of str to str, optional
        Need id to sort of need.
    measured : collection of str
        Signals whose weight is not policy.

    Returns
    -------
    DataFrame
        A row per signal, way of measuring (``pool`` or ``judged``) and group: signal, weight, policy, over, group,
        needs, with, without, difference, low, high, wins, ties, losses. A signal without which nothing would be
        scored is left out.
    """

    def made(signals: Mapping[str, float]) -> em.Matcher:
        return em.Matcher(**{**settings, "signals": dict(signals)}).fit(pool)

    return left_out(made, settings["signals"], needs, judgments, groups=groups, measured=measured)


def left_out(
    made: Callable[[Mapping[str, float]], em.Matcher],
    weights: Mapping[str, float],
    needs: pd.DataFrame,
    judgments: Judgments | pd.DataFrame,
    *,
    groups: Mapping[str, str] | None = None,
    measured: Collection[str] = MEASURED,
) -> pd.DataFrame:
    """Compare all signals with all but one, for each signal: rows as :func:`ablation` returns them."""
    read = read_judgments(judgments)
    signals = {name: weight for name, weight in weights.items() if weight > 0}
    whole = _runs(made(signals), needs, read)
    rows = []
    for name, weight in signals.items():
        others = {other: value for other, value in signals.items() if other != name}
        if not {"text", "discipline"} & set(others):
            continue
        bare = _runs(made(others), needs, read)
        for over in ("pool", "judged"):
            found = compare_runs(whole[over], bare[over], read, measures=[MEASURE], groups=groups)
            told = found.frame.rename(columns={"a": "with", "b": "without"}).drop(columns="measure")
            told.insert(0, "over", over)
            told.insert(0, "policy", name not in measured)
            told.insert(0, "weight", weight)
            told.insert(0, "signal", name)
            rows.append(told)
    return pd.concat(rows, ignore_index=True) if rows else pd.DataFrame()


def _runs(matcher: em.Matcher, needs: pd.DataFrame, read: Judgments) -> dict[str, pd.DataFrame]:
    """Rank experts in the whole pool and among the judged pairs; where there are rules, only whom they allow."""
    frame = matcher.rank(needs, top=10).frame
    listed = frame[frame["candidate_kind"] == "expert"].rename(columns={"candidate_id": "expert_id"})
    judged = matcher.score(read.pooled[["need_id", "expert_id"]], needs=needs)
    allowed = judged if "eligible" not in judged else judged[judged["eligible"]]
    columns = ["need_id", "expert_id", "score"]
    return {"pool": listed.loc[:, ~listed.columns.duplicated()][columns], "judged": allowed[columns]}


def scenarios(say: Callable[[str], None]) -> dict[str, Any]:
    """Leave out each signal of each scenario that has judgments."""
    base = em.Matcher(scenario="auto", as_of=sample.DAY).fit(sample.whole_pool())
    needs, read = sample.all_needs(), sample.all_judgments()
    found: dict[str, Any] = {}
    for name in SCENARIOS:
        scenario = em.read_scenario(name)
        own = needs[needs["kind"].isin(scenario.need_kinds)].reset_index(drop=True)
        judged = read.frame[read.frame["need_id"].isin(own["need_id"])]
        suited = judged.loc[judged["grade"] >= 2, "need_id"].nunique()
        head = f"{name}: {len(own)} needs, {len(judged):,} judgments, somebody suits {suited}"
        if suited < LEAST:
            say(f"{head}: too few to compare\n")
            continue

        def made(signals: Mapping[str, float], name: str = name) -> em.Matcher:
            return base.set_params(signals=dict(signals)).under(name)

        rows = left_out(made, dict(scenario.signals), own, judged, measured=scenario.measured)
        say(f"{head}: {MEASURE}\n{table(rows)}\n")
        found[name] = rows.to_dict("records")
    return found


def table(found: pd.DataFrame) -> str:
    """Return the rows as text."""
    rows = [
        [
            row["signal"], f"{row['weight']:g}" + (" (policy)" if row["policy"] else ""), row["over"], row["group"],
            row["needs"], f"{row['with']:.4f}", f"{row['without']:.4f}", f"{row['difference']:+.4f}",
            f"[{row['low']:+.4f}, {row['high']:+.4f}]", f"{row['wins']}/{row['ties']}/{row['losses']}",
        ]
        for row in found.to_dict("records")
    ]  # fmt: skip
    headers = ["signal", "weight", "over", "needs", "n", "with", "without", "difference", "95 % interval", "w/t/l"]
    return text_table(headers, rows, width=140, max_rows=None)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--out", type=Path, help="write all figures as JSON")
    asked = parser.parse_args(arguments)
    groups = {need: sample.GROUPS[need[0]] for need in sample.needs()["need_id"]}
    out: dict[str, Any] = {"machine": machine(), "measure": MEASURE, "settings": {}}
    for name, settings in SETTINGS.items():
        found = ablation(settings, sample.needs(), sample.judgments(), pool=sample.pool(), groups=groups)
        print(f"{name}: {MEASURE}\n{table(found)}\n")
        out["settings"][name] = found.to_dict("records")
    out["scenarios"] = scenarios(print)
    print(sample.told(out["machine"]))
    if asked.out:
        asked.out.write_text(json.dumps(out, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
