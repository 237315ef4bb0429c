"""The quality benchmark on tiny made-up data: its tasks, its peers against slow oracles, and the whole as a process."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import expertmatch as em
from expertmatch.evaluation import evaluate

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
FIELDS = [
    "猕猴桃溃疡病防治",
    "锂电池负极材料",
    "混凝土裂缝检测",
    "农村金融扶贫机制",
    "奶山羊良种繁育",
    "文物数字化保护",
]
PARTS = ["机理", "关键技术", "评价", "应用示范", "监测方法", "产业化"]


@pytest.fixture
def bench(monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    for name in ("disciplines", "figures", "ours", "peers", "protocols", "quality", "splits"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    import ours
    import peers
    import protocols
    import quality
    import splits

    return {"ours": ours, "peers": peers, "protocols": protocols, "quality": quality, "splits": splits}


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """A folder of the shape of the real one: 8 requirements of which 6 qualify, 30 people of whom 9 are targets."""
    folder = tmp_path_factory.mktemp("datasets")
    rng = np.random.default_rng(7)
    transfer = folder / "techtransfer"
    transfer.mkdir()
    requirements = [
        {"id": f"r{i}", "title": FIELDS[i % 6] + PARTS[i % 5], "text": f"急需解决{FIELDS[i % 6]}的{PARTS[i % 4]}。"}
        for i in range(8)
    ]
    achievements, qrels = [], []
    for i, requirement in enumerate(requirements):
        for j in range(3 if i == 6 else 7):
            field = int(rng.integers(6))
            achievements.append({"id": f"a{i}{j}", "title": f"{FIELDS[field]} {PARTS[j % 6]}"})
            grade = 0 if i == 7 else 3 if field == i % 6 else int(j == 0)
            qrels.append(f"{requirement['id']} 0 a{i}{j} {grade}")
        if i < 6:
            achievements.append({"id": f"b{i}", "title": f"{FIELDS[i]} 方法"})
            qrels.append(f"{requirement['id']} 0 b{i} 2")
    for name, rows in (("requirements", requirements), ("achievements", achievements)):
        lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (transfer / f"{name}.jsonl").write_text(lines, encoding="utf-8")
    (transfer / "qrels.txt").write_text("\n".join(qrels) + "\n", encoding="utf-8")
    rows = [("P00", "", "2001-01-01"), ("", "无主项目", "2001-01-01")]
    for person in range(30):
        field = FIELDS[person % 6]
        for k in range({0: 3, 1: 6}.get(person, 2) if person < 9 else 1):
            rows.append((f"P{person:02d}", f"{field}{PARTS[(person + k) % 6]}研究{k}", f"20{10 + k}-06-30"))
    rows += [("P05", rows[2 + 3 + 6][1], "0000"), rows[2], rows[2]]
    table = pd.DataFrame(rows, columns=["负责人编号", "项目名称", "立项时间"]).assign(学科分类="管理学")
    (folder / "fund").mkdir()
    table.to_csv(folder / "fund" / "social_fund_projects.csv", index=False, encoding="gb18030")
    return folder


def test_techtransfer_keeps_requirements_with_enough_and_differing_grades(bench, data):
    task = bench["protocols"].techtransfer(data / "techtransfer")
    assert sorted(set(task.judgments["need_id"])) == [f"r{i}" for i in range(6)]
    assert len(task.needs) == 8
    assert len(task.works) == 8 * 7 - 4 + 6
    assert set(task.digests) == {"requirements.jsonl", "achievements.jsonl", "qrels.txt"}


def test_fund_takes_the_last_project_as_the_need(bench, data):
    task = bench["protocols"].fund(data / "fund")
    assert task.about == {"rows": 49, "projects": 45, "people": 30, "needs": 9}
    works = {person: rows["title"].tolist() for person, rows in task.works.groupby("expert_id")}
    target = dict(zip(task.judgments["expert_id"], task.needs["title"], strict=True))
    assert target["P00"].endswith("研究2")
    assert [title[-1] for title in works["P00"]] == ["0", "1"]
    assert task.groups.tolist()[:3] == ["2-4", "5+", "1"]
    assert not any(need in works[person] for person, need in target.items())
    smoke = bench["protocols"].fund(data / "fund", most=1)
    assert (len(smoke.needs), len(smoke.people)) == (1, 11)


def test_peers_score_is_the_best_works_cosine(bench, data):
    from sklearn.feature_extraction.text import TfidfVectorizer

    peers, task = bench["peers"], bench["protocols"].fund(data / "fund")
    peer = peers.PEERS[0]
    options = peers.Options()
    cut = [peers.tokens(peers.joined(frame), mode="accurate", hmm=True, least=1) for frame in (task.needs, task.works)]
    vectors = TfidfVectorizer(analyzer=peers.as_is).fit(cut[1])
    cosine = (vectors.transform(cut[0]) @ vectors.transform(cut[1]).T).toarray()
    owner = task.works["expert_id"].to_numpy()
    ranks = peers.target_ranks(task, peer.scorer(task, options))
    for need, (person, rank) in enumerate(zip(task.judgments["expert_id"], ranks, strict=True)):
        best = {name: cosine[need, owner == name].max() for name in task.people}
        assert 1 + sorted(best, key=lambda name: (-best[name], name)).index(person) == rank


def test_every_peer_scores_every_judged_pair(bench, data):
    task = bench["protocols"].techtransfer(data / "techtransfer")
    for peer in bench["peers"].PEERS:
        run = bench["peers"].judged_run(task, peer.scorer(task))
        assert len(run) == len(task.judgments)
        assert run["score"].max() > 0


def test_our_ranks_are_those_of_all_scores(bench, data):
    task = bench["protocols"].fund(data / "fund")
    matcher = bench["ours"].fitted(task)
    ranks = bench["ours"].target_ranks(task, matcher)
    pairs = pd.DataFrame([(n, p) for n in task.needs["need_id"] for p in task.people], columns=["need_id", "expert_id"])
    scores = matcher.score(pairs, needs=task.needs)
    for need, person, rank in zip(task.needs["need_id"], task.judgments["expert_id"], ranks, strict=True):
        mine = scores[scores["need_id"] == need].sort_values(["score", "expert_id"], ascending=[False, True])
        assert mine["expert_id"].tolist().index(person) + 1 == rank


def test_a_target_without_any_shared_term_comes_after_all_others_by_id(bench):
    protocols = bench["protocols"]
    task = protocols.Task(
        name="fund",
        needs=pd.DataFrame({"need_id": ["N1"], "title": ["猕猴桃"], "text": [""]}),
        works=pd.DataFrame(
            {"expert_id": ["A", "B", "C", "D"], "title": ["混凝土", "猕猴桃", "量子", "猕猴桃"], "date": ""}
        ),
        judgments=pd.DataFrame({"need_id": ["N1"], "expert_id": ["C"], "grade": [1]}),
        digests={},
        about={},
    )
    assert bench["ours"].target_ranks(task, bench["ours"].fitted(task)).tolist() == [4]
    assert bench["ours"].target_ranks(task, bench["ours"].fitted(task), top=2).tolist() == [np.inf]
    peer = bench["peers"].PEERS[1]
    assert bench["peers"].target_ranks(task, peer.scorer(task)).tolist() == [4]


def test_measures_from_ranks_are_those_of_the_measure_library(bench, data):
    task = bench["protocols"].fund(data / "fund")
    peer = bench["peers"].PEERS[1]
    people = list(task.people)
    scorer = peer.scorer(task)
    blocks = np.concatenate([block for _, block in bench["peers"].best_works(task, scorer)])
    rows = [
        (need, person, blocks[i, j]) for i, need in enumerate(task.needs["need_id"]) for j, person in enumerate(people)
    ]
    run = pd.DataFrame(rows, columns=["need_id", "expert_id", "score"])
    expected = evaluate(run, task.judgments, measures=["MRR", "R@10", "R@100"], relevant=1).per_need
    found = bench["quality"].from_ranks(task, bench["peers"].target_ranks(task, scorer)).per_need
    pd.testing.assert_frame_equal(found, expected, check_index_type=False)


def test_splits_choose_on_one_half_and_report_the_other(bench):
    splits = bench["splits"]
    index = pd.Index([f"N{i}" for i in range(20)], name="need_id")
    good = pd.DataFrame({"m": np.linspace(0.5, 0.9, 20)}, index=index)
    bad = good - 0.3
    chosen = splits.choose({(("w", 0.0),): bad, (("w", 1.0),): good}, "m", 3)
    pd.testing.assert_frame_equal(chosen.per_need, good)
    assert chosen.picks == {(("w", 1.0),): 6}
    rng = np.random.default_rng(1)
    noise = [pd.DataFrame({"m": rng.random(20)}, index=index) for _ in range(6)]
    chosen = splits.choose({(("w", float(k)),): frame for k, frame in enumerate(noise)}, "m", 4)
    assert len(chosen.picks) > 1
    expected = np.zeros(20)
    for seed in range(4):
        order = np.random.default_rng(seed).permutation(20).tolist()
        for need in range(20):
            other = order[10:] if need in order[:10] else order[:10]
            expected[need] += max(noise, key=lambda frame: frame["m"].iloc[other].mean())["m"].iloc[need] / 4
    assert chosen.per_need["m"].tolist() == pytest.approx(expected.tolist())


def test_grids_name_settings_that_exist(bench):
    for task, grid in bench["splits"].GRIDS.items():
        for setting in bench["splits"].settings_of(task):
            em.Weights(**dict(setting))
        assert len(bench["splits"].settings_of(task)) == np.prod([len(values) for values in grid.values()])


def test_the_benchmark_runs_as_a_process(data, tmp_path):
    out = tmp_path / "quality.json"
    command = [sys.executable, str(BENCHMARKS / "quality.py"), "--data", str(data)]
    command += ["--only", "techtransfer", "fund", "fund-disciplines"]
    command += ["--splits", "1", "--smoke", "--peer-options", "--out", str(out)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    assert "expertmatch minus peers" in done.stdout
    assert "halves chose" in done.stdout
    assert done.stdout.count("(used)") == 6
    told = json.loads(out.read_text(encoding="utf-8"))
    assert set(told["tasks"]) == {"techtransfer", "fund", "fund-disciplines"}
    fund = told["tasks"]["fund"]
    assert {"expertmatch", "jieba 搜索 + BM25"} < set(fund["systems"])
    assert [row["measure"] for row in fund["systems"]["expertmatch"]["measures"]] == ["MRR", "R@10", "R@100"]
    assert {"全部", "1"} <= {row["group"] for row in fund["differences"]["jieba 搜索 + TF-IDF"]}
    assert len(fund["digests"]["social_fund_projects.csv"]) == 64
    assert told["machine"]["packages"]["jieba"]
    assert str(data) not in out.read_text(encoding="utf-8")
