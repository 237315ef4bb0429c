"""``expertmatch ledger``: as people type it, with what they type wrong."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from cli_helpers import DATA, Ran, inside, process, sheet, sheet_names

import expertmatch as em
from expertmatch.planning.ledger import Ledger

PLAN = "需求编号,需求名称,专家编号,专家姓名,工作单位\nN1,剪枝,E1,张三,西北大学\nN2,清园,E2,李四,长安大学\n"
OWN = """name = "own"
title = "自办活动"
summary = "示例。"
need_kinds = ["自办"]

[[quotas]]
label = "每人一年一次"
per = "candidate"
most = 1
"""


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def run(line: str, capsys: pytest.CaptureFixture[str]) -> Ran:
    return inside(["ledger", *line.split()], capsys)


@pytest.fixture
def filled(capsys: pytest.CaptureFixture[str]) -> None:
    Path("方案.csv").write_text(PLAN, encoding="utf-8")
    assert run("add 方案.csv --who 王某 --create", capsys).code == 0


def test_a_year_of_a_ledger_as_people_type_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("方案.csv").write_text(PLAN, encoding="utf-8")
    Path("指标.csv").write_text("指标,期间,目标值,计量\n服务场次,2026,3,服务次数\n", encoding="utf-8")
    lines = [
        ("ledger add 方案.csv --who 王某 --create", "台账.db：记入 2 条服务（S0001 至 S0002）。"),
        ("ledger set S0001 S0002 --state 已邀请 --who 王某", "S0002（李四，已邀请）：已改，现在是第 2 版。"),
        ("ledger set S0001 --state 已同意 --date 2026-11-20 --who 王某", "S0001（张三，已同意）"),
        (
            "ledger set S0001 --state 已评价 --rating 4.5 --hours 3 --field 参加人数=40 --who 李某",
            "S0001（张三，已完成）",
        ),
        ("ledger list --state 已评价", "共 1 条：已完成 1（其中已评价 1）。"),
        ("ledger list --candidate 李四 --need 清", "共 1 条：已邀请 1。"),
        ("ledger list --period 2025", "没有这样的服务。"),
        ("ledger history S0001", "李某"),
        ("ledger targets 指标.csv --who 王某", "记下 1 个目标值，台账里现有 1 个。"),
        ("ledger stats --out 汇总.xlsx", "服务场次  2026  全市  3     1     2"),
        ("ledger export 服务台账.xlsx", "已写出：服务台账.xlsx（2 条服务）"),
        ("ledger verify", "台账与变更记录一致：2 条服务。"),
    ]
    for line, told in lines:
        real = "--create" in line or "verify" in line
        ran = process(line.split(), tmp_path) if real else inside(line.split(), capsys)
        assert (ran.code, ran.err) == (0, ""), (line, ran.said)
        assert told in ran.out, (line, ran.out)
    assert sheet_names(tmp_path / "汇总.xlsx") == ["各场景的服务", "目标完成情况", "月度汇总"]
    assert sheet(tmp_path / "汇总.xlsx", "目标完成情况")[1][:6] == ["服务场次", "2026", "全市", 3, 1, 2]


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_what_is_exported_is_read_back(ending: str, capsys: pytest.CaptureFixture[str]) -> None:
    run("set S0001 --state 已同意 --date 2026-11-20 --who 王某", capsys)
    assert run(f"export 出.{ending}", capsys).code == 0
    people = pd.DataFrame({"专家编号": ["E1", "E2"], "姓名": ["张三", "李四"], "工作单位": ["西北大学", "长安大学"]})
    with Ledger.open("台账.db") as ledger:
        columns = list(ledger.engagements().columns)
        same = [em.read_pool(people, engagements=each).engagements[columns].to_numpy().tolist()
                for each in (f"出.{ending}", ledger.engagements().replace({"expert": "专家"}))]  # fmt: skip
        digest = ledger.digest()
    assert same[0] == same[1]
    again = run(f"add 出.{ending} --who 王某", capsys)
    assert (again.code, "2 条已在台账" in again.out) == (0, True)
    copy = run(f"import 出.{ending} --ledger 另一本.db --create --who 王某", capsys)
    assert copy.code == 0, copy.said
    with Ledger.open("另一本.db") as other:
        assert other.digest() == digest


@pytest.mark.usefixtures("filled")
def test_the_exported_targets_are_read_back(capsys: pytest.CaptureFixture[str]) -> None:
    Path("指标.csv").write_text(
        "指标,期间,目标值,区县,计量,服务状态\n场次,2026,3,周至县,服务次数,已完成；已同意\n", encoding="utf-8"
    )
    assert run("targets 指标.csv --who 王某", capsys).code == 0
    run("export 出.xlsx", capsys)
    assert "记下 0 个目标值，台账里现有 1 个" in run("targets 出.xlsx --sheet 指标 --who 王某", capsys).out


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("set S0001 --state 服务中 --who 王某", "“已推荐”不能改为“服务中”，可以改为：已邀请、已同意、已拒绝、已取消。"),
        ("set S001 --state 已邀请 --who 王某", "是否想写：S0001"),
        ("set S0001 --who 王某", "没有说改什么"),
        ("set S0001 --state 已邀请", "缺少 --who"),
        ("set S0001 --state 已邀请 --seen 2 --who 王某", "没有第 2 版"),
        ("set S0001 S0002 --state 已邀请 --seen 1 --who 王某", "--seen 一次只能对着一条服务"),
        ("set S0001 --field 人数=3 --who 王某", "是否想写：参加人数"),
        ("set S0001 --date 昨天 --who 王某", "“服务日期”不能是“昨天”"),
        ("list --state 办着", "可以是：已推荐、已邀请"),
        ("list --period 上月", "--period 不能是“上月”"),
        ("history S9", "没有名为“S9”的服务编号"),
        ("stats --period 上月", "period 不能是"),
        ("list --ledger 没有.db", "没有这个台账。 请检查路径；要新建"),
        ("list --ledger 方案.csv", "这不是台账文件"),
        ("add 方案.csv --who 王某 --ledger 没有.db", "没有这个台账"),
        ("add 没有.csv --who 王某", "没有这个文件"),
        ("add 方案.csv --state 办着 --who 王某", "可以是：已推荐、已邀请"),
        ("add 方案.csv --societies 方案.csv --who 王某", "请一并给出专家表"),
        ("export 台账.txt", "请写以 .xlsx、.csv 结尾的文件名"),
        ("export 方案.csv", "加 --force 覆盖"),
    ],
)
def test_what_is_typed_wrong_is_told_and_nothing_is_done(
    line: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with Ledger.open("台账.db") as ledger:
        before = ledger.digest()
    files = sorted(Path().iterdir())
    ran = run(line, capsys)
    assert ran.code == 2
    assert told in ran.err
    assert "Traceback" not in ran.err
    assert sorted(Path().iterdir()) == files
    with Ledger.open("台账.db") as ledger:
        assert ledger.digest() == before


def test_own_scenarios_and_tables_of_experts_hold_too(capsys: pytest.CaptureFixture[str]) -> None:
    Path("own.toml").write_text(OWN, encoding="utf-8")
    Path("两次.csv").write_text(
        "需求编号,专家编号,服务状态,服务日期\nN1,E1,已同意,2026-03\nN2,E1,已同意,2026-04\n", encoding="utf-8"
    )
    Path("专家.csv").write_text("专家编号,姓名,工作单位\nE1,张三,西北大学\n", encoding="utf-8")
    given = "--who 王某 --create --scenario own.toml --experts 专家.csv"
    ran = run(f"add 两次.csv {given}", capsys)
    assert ran.code == 2
    assert "两次.csv 第 2、3 行：超过定额“每人一年一次”：张三（E1） 2026 年已有 0 次，再加 2 次就是 2 次" in ran.err
    ran = run(f"import 两次.csv {given}", capsys)
    assert (ran.code, "[提醒]" in ran.out) == (0, True)


def test_the_sample_record_is_taken_over_once(capsys: pytest.CaptureFixture[str]) -> None:
    line = f"import {DATA / 'engagements.csv'} --who 王某 --create --experts {DATA / 'experts.csv'}"
    line += f" --societies {DATA / 'societies.csv'}"
    assert run(line, capsys).code == 0
    with Ledger.open("台账.db") as ledger:
        before = ledger.digest()
        assert len(ledger.services()) == len(pd.read_csv(DATA / "engagements.csv"))
    again = run(line, capsys)
    assert "没有新的服务；398 条已在台账" in again.out
    with Ledger.open("台账.db") as ledger:
        assert ledger.digest() == before
        assert ledger.verify() == []


@pytest.mark.usefixtures("filled")
def test_a_ledger_that_was_tampered_with_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    import sqlite3

    with sqlite3.connect("台账.db") as base:
        base.execute("UPDATE ledger_services SET state = '已完成' WHERE service_id = 'S0001'")
    base.close()
    ran = run("verify", capsys)
    assert (ran.code, "S0001：服务状态现在是“已完成”，变更记录是“已推荐”。" in ran.err) == (2, True)
