"""The benchmark of topics: B-cubed against its definition, and a small run."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import expertmatch as em
from expertmatch.graph.linking import Linker
from expertmatch.planning.common_problems.vectors import need_vectors

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
PAPERS = [
    ("苹果树腐烂病的田间防治", "植物保护"), ("小麦条锈病的防治与预测", "植物保护"),
    ("苹果树腐烂病病原菌检测", "植物保护"),
    ("变压器局部放电监测", "电气工程"), ("互感器局部放电定位", "电气工程"), ("变压器绕组变形检测", "电气工程"),
    ("唐诗意象与诗人风格", "文学"), ("宋词与唐诗的比较", "文学"), ("油画与书法", "艺术学"), ("书法的笔触", "艺术学"),
    ("混凝土裂缝修补", "土木工程"), ("混凝土桥梁裂缝监测", "土木工程"),
]  # fmt: skip


@pytest.fixture(scope="module")
def bench():
    sys.path.insert(0, str(BENCHMARKS))
    try:
        import topics
    finally:
        sys.path.remove(str(BENCHMARKS))
    return topics


def by_definition(truth, found):
    """Return B-cubed F1 item by item."""
    items = range(len(truth))
    own = [{j for j in items if truth[j] == truth[i]} for i in items]
    put = [{j for j in items if found[j] == found[i]} for i in items]
    precision = np.mean([len(a & b) / len(b) for a, b in zip(own, put, strict=True)])
    recall = np.mean([len(a & b) / len(a) for a, b in zip(own, put, strict=True)])
    return 2 * precision * recall / (precision + recall)


def test_bcubed_by_hand(bench):
    found = bench.bcubed(["a", "a", "a", "b"], [0, 0, 1, 1])
    assert found["precision"] == pytest.approx((1 + 1 + 0.5 + 0.5) / 4)
    assert found["recall"] == pytest.approx((2 / 3 + 2 / 3 + 1 / 3 + 1) / 4)
    assert bench.bcubed([1, 1, 2], [5, 5, 9])["F1"] == 1.0


@given(pairs=st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=20))
def test_bcubed_is_its_definition(bench, pairs):
    truth, found = zip(*pairs, strict=True)
    assert bench.bcubed(truth, found)["F1"] == pytest.approx(by_definition(truth, found))


def test_what_is_left_alone_is_a_cluster_of_its_own(bench):
    assert bench.alone_by_itself(np.array([-1, 0, 0, -1, 1])).tolist() == [2, 0, 0, 3, 1]
    assert bench.alone_by_itself(np.array([-1, -1])).tolist() == [0, 1]
    told = bench.measures(np.array(["a", "a", "b"]), np.array([0, 0, 1]))
    assert (told["AMI"], told["B3 F1"], told["clusters"], told["alone"]) == (pytest.approx(1.0), 1.0, 2, 1)


def test_pairs_by_hand(bench):
    told = bench.pairs(np.array([0, 0, 1, 1]), np.array([0, 0, 0, 1]))
    assert told == {"pair precision": pytest.approx(1 / 3), "pair recall": pytest.approx(1 / 2)}


def test_the_peers_get_the_same_distances(bench):
    frame = pd.DataFrame({"title": "", "text": [text for text, _ in PAPERS]})
    vectors = need_vectors(frame, Linker.fit(), weight=0.3)
    points, joined = bench.turned(vectors), vectors.joined().toarray()
    for space in (points, joined):
        gaps = ((space[:, None] - space[None, :]) ** 2).sum(axis=2)
        if space is points:
            expected = gaps
    assert np.allclose(gaps, expected, atol=1e-9)


def test_ours_is_what_the_library_does(bench):
    texts = sorted(text for text, _ in PAPERS)
    needs = pd.DataFrame({"need_id": [f"N{i:02d}" for i in range(len(texts))], "title": "", "text": texts})
    vectors = need_vectors(needs, Linker.fit(), weight=bench.DEFAULT["discipline_weight"])
    labels = bench.ours(vectors, bench.DEFAULT["tightness"], bench.DEFAULT["margin"])
    topics = em.find_topics(needs).members.groupby("topic_id")["need_id"].agg(frozenset)
    ids = needs["need_id"].to_numpy()
    groups = {frozenset(ids[labels == one]) for one in np.unique(labels)}
    assert {group for group in groups if len(group) > 1} == set(topics)
    assert len(topics) > 1


def test_the_whole_runs(bench, tmp_path, monkeypatch):
    monkeypatch.setattr(bench, "WEIGHTS", (0.3,))
    monkeypatch.setattr(bench, "TIGHTNESS", (0.2, 0.3))
    monkeypatch.setattr(bench, "DENSITY", {"min_cluster_size": (2,)})
    lines = [json.dumps({"abstract": text, "discipline": label}, ensure_ascii=False) for text, label in PAPERS]
    (tmp_path / "papers.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    said: list[str] = []
    told = bench.run(tmp_path, said.append, smoke=True)
    assert told["labels"] == 5
    assert list(told["csl"]) == ["chosen on, 6", "reported, 6", "all, 12"]
    for systems in told["csl"].values():
        assert {"expertmatch", "HDBSCAN", "KMeans, 5 clusters", "nearest discipline, no clustering"} < set(systems)
    assert {row["measure"] for row in told["draws"]} == {"AMI", "B3 F1"}
    assert told["sample"]["expertmatch, default settings"]["pair recall"] > 0.5
    assert any("HDBSCAN" in line for line in said)
