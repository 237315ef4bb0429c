"""The benchmarks on the sample: halves never share a need, and each signal is left out in turn."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from test_evaluation_tune import SIGNALS, planted, society_pool

import expertmatch as em

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import ablation
    import sample

    return {"ablation": ablation, "sample": sample}


def test_halves_share_no_need_and_cover_all(bench) -> None:
    ids = [f"N{i}" for i in range(9)]
    found = bench["sample"].halves(ids, 3)
    assert [seed for seed, *_ in found] == [0, 0, 1, 1, 2, 2]
    for _, one, two in found:
        assert not one & two
        assert one | two == set(ids)
    assert found[0][1] == found[1][2]
    assert found[0][1] != found[2][1]


def test_each_signal_is_left_out_and_policy_is_marked(bench) -> None:
    pool = society_pool()
    _, needs, judged = planted(12)
    needs["disciplines"] = ["植物保护学" if i % 2 else "电气工程" for i in range(len(needs))]
    groups = {need: "甲" if i % 2 else "乙" for i, need in enumerate(needs["need_id"])}
    found = bench["ablation"].ablation({"signals": SIGNALS}, needs, judged, pool=pool, groups=groups)
    assert found.groupby(["signal", "over", "group"]).size().eq(1).all()
    assert set(found["signal"]) == set(SIGNALS)
    assert set(found.loc[~found["policy"], "signal"]) == {"text"}
    told = bench["ablation"].table(found)
    assert "0.15 (policy)" in told
    bare = {name: weight for name, weight in SIGNALS.items() if name != "standing"}
    pairs = judged[["need_id", "expert_id"]]
    runs = [em.Matcher(signals=s).fit(pool).score(pairs, needs=needs) for s in (SIGNALS, bare)]
    direct = em.compare_runs(*(run[["need_id", "expert_id", "score"]] for run in runs), judged, measures=["nDCG@10"])
    row = found[(found["signal"] == "standing") & (found["over"] == "judged") & (found["group"] == "全部")].iloc[0]
    assert row["difference"] == pytest.approx(direct.frame["difference"].iloc[0])


def test_a_signal_without_which_nothing_is_scored_is_left_out(bench) -> None:
    pool, needs, judged = planted(4)
    found = bench["ablation"].ablation({"signals": {"text": 1.0}}, needs, judged, pool=pool)
    assert isinstance(found, pd.DataFrame)
    assert found.empty
