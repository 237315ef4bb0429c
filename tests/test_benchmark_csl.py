"""The third protocol of the benchmark, on made-up papers and against counting by hand."""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path

import numpy as np
import pytest

from expertmatch.graph.crosswalks import read_crosswalk
from expertmatch.graph.disciplines import own_tree

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
PAPERS = [
    ("苹果树腐烂病的田间防治与病原菌", "植物保护"),
    ("猕猴桃果园生草与整形修剪", "园艺学"),
    ("变压器局部放电的在线监测", "电气工程"),
    ("唐诗意象与诗人风格", "中国语言文学"),
    ("隧道围岩", "艺术学"),
    ("油画与书法的笔触", "艺术学"),
]


@pytest.fixture(scope="module")
def csl():
    sys.path.insert(0, str(BENCHMARKS))
    try:
        import csl
    finally:
        sys.path.remove(str(BENCHMARKS))
    return csl


@pytest.fixture
def folder(tmp_path):
    lines = [json.dumps({"abstract": text, "discipline": label}, ensure_ascii=False) for text, label in PAPERS]
    (tmp_path / "papers.jsonl").write_text("\n".join(lines) + "\n\n", encoding="utf-8")
    return tmp_path


def test_the_crosswalk_holds():
    crosswalk = read_crosswalk(BENCHMARKS / "csl_crosswalk.csv")
    assert len(crosswalk.names) == 67
    with (BENCHMARKS / "csl_crosswalk.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows == sorted(rows, key=lambda row: row["code"])
    unnamed = [code for code in own_tree().children("") if not crosswalk.labels(code)]
    assert unnamed == ["410", "416", "535", "620"]  # no name among the 67 is theirs as a whole


def test_accuracy_counts_by_hand(csl):
    papers = csl.Papers(texts=["", "", "", ""], labels=["a", "a", "b", "d"], digest="")
    scores = np.array([[0.9, 0.1, 0.2, 0], [0.1, 0.3, 0.2, 0], [0.5, 0.4, 0.1, 0], [0.5, 0.4, 0.1, 0]])
    found = csl.accuracy(papers, scores, ("a", "b", "c", "d"))
    assert found == {
        "top-1 micro": 0.25,
        "top-1 macro": pytest.approx(0.5 / 3, abs=1e-4),
        "top-3 micro": 0.75,
        "top-3 macro": pytest.approx(2 / 3, abs=1e-4),
    }


def test_a_score_of_nothing_is_no_answer(csl):
    papers = csl.Papers(texts=[""], labels=["a"], digest="")
    assert set(csl.accuracy(papers, np.zeros((1, 3)), ("a", "b", "c")).values()) == {0.0}


def test_the_halves_do_not_meet(csl):
    chosen_on, reported = csl.halves(1000)
    assert len(chosen_on) == len(reported) == 500
    assert sorted([*chosen_on, *reported]) == list(range(1000))
    assert np.array_equal(reported, csl.halves(1000)[1])


def test_the_whole_runs(csl, folder):
    said: list[str] = []
    told = csl.run(folder, said.append)
    assert told["labels"] == 5
    assert len(told["digest"]) == 64
    assert told["accuracy"]["all 6, one by one"]["top-1 micro"] == pytest.approx(5 / 6, abs=1e-4)
    assert {"reported 3, refined", "reported 3, refined among all"} < set(told["accuracy"])
    assert "one by one" in said[-1]
    part = csl.run(folder, said.append, smoke=True)
    assert part["accuracy"] == told["accuracy"]


def test_weights_that_are_tried_exist(csl, folder, monkeypatch):
    monkeypatch.setattr(csl, "GRID", {name: values[:1] for name, values in csl.GRID.items()})
    told = csl.run(folder, lambda _: None, tune=True)
    assert "reported 3, refined, chosen" in told["accuracy"]
