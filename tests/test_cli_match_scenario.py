"""match --scenario: rules bind, whom they keep out is listed, what could not be judged is said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_helpers import DATA, inside, process, records, sheet, sheet_names, tables

OWN = """
name = "own"
title = "自办活动"
summary = "示例。"
need_kinds = ["自办"]
[signals]
text = 1.0
[[rules]]
id = "title"
label = "须有副高以上职称"
field = "title_level"
at_least = "副高"
source = "本会办法第三条"
confirmed = true
[[recusal]]
ground = "same_unit"
source = "本会办法第五条"
[[recusal]]
ground = "kin"
[[terms]]
label = "服务前签承诺书"
"""
EXPERTS = """专家编号,姓名,工作单位,职称,研究方向
E1,张三,西安交通大学,教授,变压器局部放电监测
E2,李四,某某电气公司,高级工程师,变压器局部放电在线监测
E3,王五,西北大学,讲师,变压器局部放电监测
E4,赵六,西北大学,,变压器局部放电监测与诊断
E5,钱七,长安大学,教授,变压器绝缘老化
"""
NEEDS = """需求编号,需求类型,需求名称,企业名称,联系人
N1,自办,变压器局部放电怎么监测,某某电气公司,周八
"""
RELATIONS = """专家编号,关系方,关系类型
E5,周八,亲属
"""


def run(folder: Path, capsys: pytest.CaptureFixture[str], *more: str, relations: str = RELATIONS) -> tuple[int, str]:
    given = tables(folder, experts=EXPERTS, needs=NEEDS, works="专家编号,成果名称\nE1,局部放电特高频法\n")
    (folder / "自办.toml").write_text(OWN, encoding="utf-8")
    words = ["match", *given, "--scenario", str(folder / "自办.toml"), "--out", str(folder / "r"), *more]
    if relations:
        (folder / "关系.csv").write_text(relations, encoding="utf-8")
        words += ["--relations", str(folder / "关系.csv")]
    ran = inside(words, capsys)
    return ran.code, ran.said


def test_rules_and_recusal_bind_and_are_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, said = run(tmp_path, capsys)
    assert code == 0, said
    rows = records(tmp_path / "r" / "推荐结果_推荐.jsonl")
    assert [row["专家编号"] for row in rows] == ["E1"]
    assert rows[0]["场景"] == "自办活动"
    kept_out = {
        str(row["候选编号"]): (row["结论"], row["规则或事由"], row["依据"])
        for row in records(tmp_path / "r" / "推荐结果_回避与排除.jsonl")
    }
    assert kept_out["E3"] == ("排除", "须有副高以上职称", "本会办法第三条")
    assert kept_out["E4"] == ("排除", "须有副高以上职称", "本会办法第三条")
    assert kept_out["E2"] == ("排除", "回避：与需求方同一法人单位", "本会办法第五条（待核实）")
    assert kept_out["E5"][:2] == ("排除", "回避：亲属关系")
    assert "回避与排除" in sheet_names(tmp_path / "r" / "推荐结果.xlsx")
    settings = sheet(tmp_path / "r" / "推荐结果.xlsx", "参数")
    assert any("服务前签承诺书" in map(str, row) for row in settings)
    record = json.loads((tmp_path / "r" / "run.json").read_text(encoding="utf-8"))
    assert record["scenarios"]["own"]["title"] == "自办活动"
    assert "按场景的规则推荐：自办活动 1 条" in said


def test_a_table_that_rules_need_and_that_is_missing_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, said = run(tmp_path, capsys, relations="")
    assert "没有关系表（--relations），亲属、师生、任职关系的回避无从判断" in said


def test_an_unknown_scenario_is_refused_with_the_nearest(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ran = inside(["match", *tables(tmp_path), "--scenario", "releif", "--out", tmp_path / "r"], capsys, tmp_path)
    assert ran.code == 2
    assert "relief" in ran.err
    assert "Traceback" not in ran.said
    assert not (tmp_path / "r").exists()


def test_a_wrong_scenario_file_is_refused_by_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "错.toml").write_text(OWN.replace('field = "title_level"', 'field = "title_levl"'), encoding="utf-8")
    ran = inside(
        ["match", *tables(tmp_path), "--scenario", tmp_path / "错.toml", "--out", tmp_path / "r"], capsys, tmp_path
    )
    assert ran.code == 2
    assert "第 11 行" in ran.err
    assert "title_level" in ran.err


def test_kinds_the_scenario_does_not_name_are_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = NEEDS.replace("自办", "讲座")
    given = tables(tmp_path, experts=EXPERTS, needs=other, works="专家编号,成果名称\nE1,局部放电特高频法\n")
    (tmp_path / "自办.toml").write_text(OWN, encoding="utf-8")
    ran = inside(["match", *given, "--scenario", tmp_path / "自办.toml", "--out", tmp_path / "r"], capsys)
    assert ran.code == 0
    assert "需求类型 讲座 不在“自办活动”受理之列" in ran.said


def test_an_index_is_used_under_any_scenario(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, said = run(tmp_path, capsys)
    assert code == 0, said
    pool = [f"--{name}={tmp_path / file}" for name, file in (("experts", "专家.csv"), ("works", "成果.csv"),
                                                             ("relations", "关系.csv"))]  # fmt: skip
    own = f"--scenario={tmp_path / '自办.toml'}"
    assert inside(["index", "build", *pool, "--out", tmp_path / "索引"], capsys).code == 0
    asked = ["match", "--needs", tmp_path / "需求.csv", "--index", tmp_path / "索引", own, "--out", tmp_path / "r2"]
    assert inside(asked, capsys).code == 0
    for name in ("推荐", "回避与排除"):
        first, second = (records(tmp_path / folder / f"推荐结果_{name}.jsonl") for folder in ("r", "r2"))
        assert first == second


def test_auto_takes_each_need_by_its_kind_as_a_real_process(tmp_path: Path) -> None:
    given = [
        w for name in ("experts", "works", "societies", "memberships") for w in (f"--{name}", DATA / f"{name}.csv")
    ]
    lines = (DATA / "needs_village.csv").read_text(encoding="utf-8-sig").splitlines(keepends=True)
    (tmp_path / "需求.csv").write_text("".join(lines[:16]), encoding="utf-8")
    needs = ["--needs", tmp_path / "需求.csv", "--scenario", "auto", "--as-of", "2026-11-01", "--top", "3"]
    ran = process(["match", *needs, *given, "--out", tmp_path / "r", "--format", "jsonl"], tmp_path)
    assert ran.code == 0, ran.err
    rows = records(tmp_path / "r" / "推荐结果_推荐.jsonl")
    assert {row["场景"] for row in rows} == {"科技助力精准扶贫"}
    assert {row["候选类型"] for row in rows} == {"专家", "学会"}
    assert all(row["姓名或名称"] for row in rows)
