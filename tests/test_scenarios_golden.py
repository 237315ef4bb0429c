"""Golden runs: what the six full scenarios recommend for the sample, and how many their rules keep out.

    python tests/test_scenarios_golden.py

writes the files again after a change that is meant; the difference then shows what it does.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pandas as pd
import pytest
from sample_needs import ranking

GOLDEN = Path(__file__).parent / "golden"
SIX = ("salon", "workstation", "relief", "assessment", "review", "lecture")


def first_places(name: str) -> pd.DataFrame:
    frame = ranking().frame
    rows = frame[(frame["scenario"] == name) & (frame["rank"] <= 3)]
    kept = rows[["need_id", "rank", "candidate_kind", "candidate_id", "role", "score"]]
    return kept.assign(score=kept["score"].map("{:.6f}".format)).reset_index(drop=True)


def kept_out() -> pd.DataFrame:
    """Return how many each rule and ground keeps out, candidates alone apart from pairs."""
    excluded = ranking().excluded
    pairs = (excluded["need_id"] != "").map({True: "pair", False: "candidate"})
    counts = excluded.groupby(["scenario", pairs, "outcome", "rule"]).size().rename("count").reset_index()
    return counts.rename(columns={"need_id": "about"}).sort_values(["scenario", "about", "outcome", "rule"])


def as_text(frame: pd.DataFrame) -> str:
    return frame.to_csv(index=False, lineterminator="\n")


@pytest.mark.parametrize("name", SIX)
def test_the_first_three_are_those_of_the_golden_run(name: str) -> None:
    stored = pd.read_csv(GOLDEN / f"{name}.csv", dtype=str, keep_default_na=False)
    now = pd.read_csv(io.StringIO(as_text(first_places(name))), dtype=str, keep_default_na=False)
    different = stored.compare(now) if stored.shape == now.shape else f"{len(stored)} rows became {len(now)}"
    assert stored.equals(now), different
    assert len(now) >= 10


def test_rules_keep_out_as_many_as_in_the_golden_run() -> None:
    assert as_text(kept_out()) == (GOLDEN / "kept_out.csv").read_text(encoding="utf-8")


if __name__ == "__main__":
    for scenario in SIX:
        (GOLDEN / f"{scenario}.csv").write_text(as_text(first_places(scenario)), encoding="utf-8")
    (GOLDEN / "kept_out.csv").write_text(as_text(kept_out()), encoding="utf-8")
    sys.stdout.write(f"{len(SIX) + 1} files in {GOLDEN.name}\n")
