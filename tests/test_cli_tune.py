"""Command tune, as people run it: a gain, none, too few needs, the ledger, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from cli_helpers import inside
from test_evaluation_tune import planted

import expertmatch as em
from expertmatch.cli.tune import signals_of
from expertmatch.errors import ExpertmatchError

Capture = pytest.CaptureFixture[str]


def written(folder: Path, needs: int = 40) -> list[str]:
    """Write planted tables; return the options that give them."""
    pool, asked, judged = planted(needs)
    tables = {
        "成果.csv": pool.works[["expert_id", "title", "text"]].set_axis(["专家编号", "成果名称", "摘要"], axis=1),
        "需求.csv": asked.set_axis(["需求编号", "需求名称", "需求内容"], axis=1),
        "评判.csv": judged.set_axis(["需求编号", "专家编号", "评分"], axis=1),
    }
    for name, table in tables.items():
        table.to_csv(folder / name, index=False, encoding="utf-8")
    return ["--needs", "需求.csv", "--judgments", "评判.csv", "--works", "成果.csv"]


def test_what_is_found_is_said_and_written(tmp_path: Path, capsys: Capture) -> None:
    given = written(tmp_path)
    ran = inside(["tune", *given, "--out", "权重.json"], capsys, tmp_path)
    assert (ran.code, ran.err) == (0, "")
    assert "40 条需求，交叉验证 10 次：nDCG@10 由" in ran.out
    assert "题目的权重" in ran.out
    assert "已写出：权重.json" in ran.out
    told = json.loads((tmp_path / "权重.json").read_text(encoding="utf-8"))
    pool, needs, judged = planted()
    found = em.tune(em.Matcher().fit(pool), needs, judged)
    assert told == json.loads(json.dumps(found.to_dict()))
    assert str(found) in ran.out


def test_few_needs_are_no_error_but_say_so(tmp_path: Path, capsys: Capture) -> None:
    ran = inside(["tune", *written(tmp_path, 5)], capsys, tmp_path)
    assert (ran.code, ran.err) == (0, "")
    assert "评分有高有低的需求只有 5 条，至少要有 20 条才能调权重，还差 15 条；保留原来的权重。" in ran.out


def test_the_ledger_alone_or_with_judgments(tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    given = written(tmp_path, 24)
    monkeypatch.chdir(tmp_path)
    ledger = pd.DataFrame({
        "需求编号": ["N00", "N00", "旧1", "旧1"], "需求名称": ["", "", "猕猴桃溃疡病", "猕猴桃溃疡病"],
        "专家编号": ["E000", "E003", "E000", "E001"], "服务状态": "已完成", "满意度": [5, 2, 4, 3.5],
    })  # fmt: skip
    ledger.to_csv("台账.csv", index=False, encoding="utf-8")
    alone = [*given[:2], *given[4:]]
    ran = inside(["tune", *alone, "--engagements", "台账.csv"], capsys)
    assert ran.code == 0
    assert "服务台账：4 对有满意度" in ran.out
    assert "评分有高有低的需求只有 2 条" in ran.out
    both = inside(["tune", *given, "--engagements", "台账.csv"], capsys)
    assert both.code == 0
    assert "25 条需求，交叉验证" in both.out
    assert "不计" not in both.out


def test_pairs_of_other_tables_are_counted(tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    given = written(tmp_path, 24)
    monkeypatch.chdir(tmp_path)
    with Path("评判.csv").open("a", encoding="utf-8") as file:
        file.write("N00,ZZZ,3\n")
    ran = inside(["tune", *given], capsys)
    assert "有 1 对评判的需求或专家不在这些表里，不计。" in ran.out


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--signal", "discipline"], "--signal 不能是“discipline”，请写成：--signal discipline=0.05。"),
        (["--signal", "text=很多"], "--signal 不能是“text=很多”"),
        (["--signal", "txt=1"], "没有名为“txt”的信号。是否想写：text？"),
        (["--signal", "text=-1"], "0 以上的数"),
        (["--out", "权重.xlsx"], "请写以 .json 结尾的文件名"),
    ],
)
def test_misuse_is_refused_before_the_work(
    more: list[str], said: str, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = written(tmp_path, 5)
    monkeypatch.chdir(tmp_path)
    ran = inside(["tune", *given, *more], capsys)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


def test_nothing_to_judge_by_and_files_in_the_way(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = written(tmp_path, 5)
    monkeypatch.chdir(tmp_path)
    ran = inside(["tune", *given[:2], *given[4:]], capsys)
    assert ran.code == 2
    assert "没有给出评判" in ran.err
    Path("权重.json").write_text("旧", encoding="utf-8")
    ran = inside(["tune", *given, "--out", "权重.json"], capsys)
    assert ran.code == 2
    assert "--force" in ran.err
    assert Path("权重.json").read_text(encoding="utf-8") == "旧"
    assert inside(["tune", *given, "--out", "权重.json", "--force"], capsys).code == 0
    assert json.loads(Path("权重.json").read_text(encoding="utf-8"))["claimed"] is False


def test_signals_are_read() -> None:
    assert signals_of([]) == {"text": 1.0}
    assert signals_of(["text＝0.8", " discipline = 0 "]) == {"text": 0.8, "discipline": 0.0}
    with pytest.raises(ExpertmatchError, match="至少有一个大于 0"):
        signals_of(["standing=1"])
