"""The benchmark of the discipline signal on tiny made-up data: ranks against the library's own, what it reports."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import expertmatch as em

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
TOPICS = ("农村金融", "宗教文献", "民族教育", "货币政策")
DISCIPLINES = ("应用经济", "宗教学", "民族问题研究", "")


@pytest.fixture
def bench(monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    for name in ("disciplines", "figures", "ours", "protocols", "quality", "splits"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    import disciplines
    import ours
    import protocols

    return {"disciplines": disciplines, "ours": ours, "protocols": protocols}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Projects of 24 people, 12 of whom have two; every fourth declares no discipline."""
    rows = []
    for person in range(24):
        topic, discipline = TOPICS[person % 4], DISCIPLINES[person % 4]
        for k in range(2 if person < 12 else 1):
            title = (
                f"{topic}{('史', '改革', '评价')[(person + k) % 3]}研究{person}" if k == 0 else f"评价{topic[:2]}{k}"
            )
            rows.append((f"P{person:02d}", title, f"20{10 + k}-06-30", discipline))
    table = pd.DataFrame(rows, columns=["负责人编号", "项目名称", "立项时间", "学科分类"])
    place = tmp_path_factory.mktemp("fund")
    table.to_csv(place / "social_fund_projects.csv", index=False, encoding="gb18030")
    return place


def test_disciplines_are_those_of_the_projects_own_rows(bench, folder):
    task = bench["protocols"].fund(folder, disciplines=True)
    expected = [DISCIPLINES[int(person[1:]) % 4] for person in task.judgments["expert_id"]]
    assert task.needs["disciplines"].tolist() == expected
    assert task.works["disciplines"].tolist() == [DISCIPLINES[int(p[1:]) % 4] for p in task.works["expert_id"]]
    assert "disciplines" not in bench["protocols"].fund(folder).needs


@pytest.mark.parametrize("declared", [True, False])
def test_ranks_are_those_of_a_matcher_with_that_weight(bench, folder, declared):
    task = bench["protocols"].fund(folder, disciplines=True)
    needs = task.needs if declared else task.needs.drop(columns="disciplines")
    pool = em.read_pool(works=task.works)
    matcher = em.Matcher(signals={"text": 1.0, "discipline": 1.0}).fit(pool)
    weights = (0.0, 0.1, 0.5)
    found = bench["disciplines"].target_ranks(matcher, task, needs, weights)
    assert found[0].tolist() == bench["ours"].target_ranks(task, em.Matcher().fit(pool)).tolist()
    people = task.people.tolist()
    for weight, ranks in zip(weights[1:], found[1:], strict=True):
        single = em.Matcher(signals={"text": 1.0, "discipline": weight}).fit(pool)
        frame = single.rank(needs, top=len(people)).frame
        for need, person, rank in zip(needs["need_id"], task.judgments["expert_id"], ranks, strict=True):
            listed = frame.loc[frame["need_id"] == need, "expert_id"].tolist()
            every = listed + [name for name in people if name not in set(listed)]
            assert every.index(person) + 1 == rank


def test_people_without_any_signal_come_last_by_id(bench):
    task = bench["protocols"].Task(
        name="fund",
        needs=pd.DataFrame({"need_id": ["N1"], "title": ["猕猴桃"], "disciplines": ["宗教学"]}),
        works=pd.DataFrame(
            {"expert_id": ["A", "B", "C", "D"], "title": ["混凝土", "猕猴桃", "量子", "猕猴桃"], "date": "",
             "disciplines": ["数学", "数学", "数学", "宗教学"]}
        ),
        judgments=pd.DataFrame({"need_id": ["N1"], "expert_id": ["C"], "grade": [1]}),
        digests={},
        about={},
    )  # fmt: skip
    matcher = em.Matcher(signals={"text": 1.0, "discipline": 0.5}).fit(em.read_pool(works=task.works))
    assert bench["disciplines"].target_ranks(matcher, task, task.needs, (0.0, 0.5)).tolist() == [[4], [4]]


def test_what_is_reported(bench, folder):
    said: list[str] = []
    out = bench["disciplines"].run_fund(folder, said.append, most=9, count=2)
    assert out["about"]["declared"] == 7
    assert set(out["differences"]) == {"declared", "inferred"}
    for name in ("declared", "inferred"):
        assert sum(out["picks"][name].values()) == 4
        rows = pd.DataFrame(out["differences"][name])
        assert set(rows["measure"]) == {"MRR", "R@10", "R@100"}
        assert np.isfinite(rows.loc[rows["group"] == "全部", "difference"]).all()
    text = "\n".join(said)
    assert "9 needs, 7 declare a discipline" in text
    assert "halves chose" in text
    assert len(out["digests"]["social_fund_projects.csv"]) == 64


def test_the_sample_needs_no_folder(tmp_path):
    out = tmp_path / "sample.json"
    command = [sys.executable, str(BENCHMARKS / "quality.py"), "--only", "sample", "--smoke", "--out", str(out)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    told = json.loads(out.read_text(encoding="utf-8"))["tasks"]["sample"]
    assert len(told["judged pairs"]["differences"]) == len(told["whole ranking"]["differences"]) == 1
    assert {"judgments.csv", "experts.csv"} < set(told["digests"])


def test_real_data_need_a_folder(bench, capsys):
    import quality

    with pytest.raises(SystemExit) as refused:
        quality.main(["--only", "fund-disciplines"])
    assert refused.value.code == 2
    assert "--data" in capsys.readouterr().err
