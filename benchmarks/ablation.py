"""What each signal brings: nDCG@10 with and without it, by sort of need, paired over the needs, with intervals.

    python benchmarks/ablation.py [--out FILE]

``ablation`` takes any matcher settings, needs and judgments, so that scenario files can be put through it. Every
signal is measured twice: in the ranking of the whole pool, where a candidate nobody judged counts as unsuitable
(pairs were pooled from rankings by text, so this favours text), and among the judged pairs alone.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Collection, Mapping, Sequence
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
"""Weights looked at until the scenarios have files of their own."""
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
    read = read_judgments(judgments)
    signals = {name: weight for name, weight in settings["signals"].items() if weight > 0}
    whole = _runs(em.Matcher(**settings).fit(pool), needs, read)
    rows = []
    for name, weight in signals.items():
        others = {other: value for other, value in signals.items() if other != name}
        if not {"text", "discipline"} & set(others):
            continue
        bare = _runs(em.Matcher(**{**settings, "signals": others}).fit(pool), needs, read)
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
    pairs = read.pooled[["need_id", "expert_id"]]
    return {
        "pool": matcher.rank(needs, top=10).frame,
        "judged": matcher.score(pairs, needs=needs)[["need_id", "expert_id", "score"]],
    }


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
    print(sample.told(out["machine"]))
    if asked.out:
        asked.out.write_text(json.dumps(out, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
