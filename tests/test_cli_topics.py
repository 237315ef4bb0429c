"""The command topics: a real process, and what it refuses."""

from __future__ import annotations

import pandas as pd
import pytest
from cli_helpers import DATA, inside, records, sheet, sheet_names

NEEDS = """需求编号,企业名称,技术需求名称
N1,甲电气公司,变压器局部放电监测
N2,乙电气公司,互感器局部放电定位
N3,丙电气公司,开关柜局部放电在线监测
N4,丁公司,猕猴桃溃疡病防治
N5,,……
"""


@pytest.fixture
def needs(tmp_path):
    path = tmp_path / "需求.csv"
    path.write_text(NEEDS, encoding="utf-8")
    return path


def test_the_command_proposes_salons_and_writes_the_sheets(tmp_path, capsys):
    out = tmp_path / "共性难点.xlsx"
    ran = inside(["topics", "--needs", DATA / "needs_enterprise.csv", "--out", out], capsys, tmp_path)
    assert ran.code == 0, ran.err
    assert "120 条需求中" in ran.out
    assert "建议各办一场科技创新沙龙" in ran.out
    assert "薄壁" in ran.out
    assert sheet_names(out) == ["共性难点", "所含需求", "未归入"]
    topics, members, alone = (sheet(out, name) for name in sheet_names(out))
    assert topics[0] == ["难点编号", "序", "共性难点", "需求数", "企业数", "紧密程度", "学科", "建议沙龙"]
    assert members[0] == ["难点编号", "需求编号", "需求名称", "需求单位", "贴近程度"]
    assert alone[0] == ["需求编号", "需求名称", "需求单位", "原因"]
    assert len(members) + len(alone) - 2 == 120
    assert {row[7] for row in topics[1:]} == {"是", ""}
    assert all((row[7] == "是") == (row[4] >= 3) for row in topics[1:])


def test_a_small_table_in_every_format(needs, tmp_path, capsys):
    ran = inside(["topics", "--needs", needs], capsys)
    assert ran.code == 0
    assert "5 条需求中，3 条归成 1 个共性难点，2 条未归入" in ran.out
    assert "1 条需求没有写单位" in ran.out
    assert "局部放电" in ran.out
    assert "--out" in ran.out
    for ending, read in (("csv", pd.read_csv), ("parquet", pd.read_parquet)):
        assert inside(["topics", "--needs", needs, "--out", tmp_path / f"难点.{ending}", "--quiet"], capsys).out == ""
        assert read(tmp_path / f"难点_共性难点.{ending}")["企业数"].tolist() == [3]
    assert inside(["topics", "--needs", needs, "--out", tmp_path / "难点.jsonl"], capsys).code == 0
    assert [row["需求编号"] for row in records(tmp_path / "难点_未归入.jsonl")] == ["N4", "N5"]


def test_how_many_companies_and_how_tight(needs, capsys):
    assert "没有至少 4 家企业共同提出的难点" in inside(["topics", "--needs", needs, "--min-companies", "4"], capsys).out
    assert "0 条归成 0 个共性难点" in inside(["topics", "--needs", needs, "--tightness", "0.95"], capsys).out


def test_in_english(needs, tmp_path, capsys):
    out = tmp_path / "topics.xlsx"
    ran = inside(["topics", "--needs", needs, "--lang", "en", "--out", out], capsys)
    assert ran.code == 0
    assert "3 of 5 needs share 1 problems" in ran.out
    assert sheet_names(out) == ["Shared problems", "Their needs", "Left alone"]
    assert [row[3] for row in sheet(out, "Left alone")] == ["Why", "no need is near enough", "no usable text"]


def test_headers_and_sheets_can_be_named(tmp_path, capsys):
    path = tmp_path / "汇总.xlsx"
    frame = pd.DataFrame({"难处": ["变压器局部放电", "互感器局部放电"], "企业名称": ["甲公司", "乙公司"]})
    with pd.ExcelWriter(path, engine="openpyxl") as book:
        pd.DataFrame({"说明": ["x"]}).to_excel(book, sheet_name="封面", index=False)
        frame.to_excel(book, sheet_name="二", index=False)
    given = ["topics", "--needs", path, "--sheet", "需求=二", "--column", "难处=需求名称", "--as-of", "2026-01-01"]
    assert "2 条归成 1 个共性难点" in inside(given, capsys).out


@pytest.mark.parametrize(
    "wrong",
    [
        ["--out", "x.doc"],
        ["--tightness", "2"],
        ["--tightness", "很紧"],
        ["--min-companies", "0"],
        ["--needs", "无.csv"],
    ],
)
def test_the_command_refuses_with_a_word(needs, wrong, capsys):
    ran = inside(["topics", "--needs", needs, *wrong], capsys)
    assert ran.code == 2
    assert ran.err


def test_files_are_not_replaced_unless_asked(needs, tmp_path, capsys):
    out = tmp_path / "难点.xlsx"
    out.write_text("原来的", encoding="utf-8")
    given = ["topics", "--needs", needs, "--out", out]
    assert inside(given, capsys).code == 2
    assert out.read_text(encoding="utf-8") == "原来的"
    assert inside([*given, "--force"], capsys).code == 0
    assert sheet_names(out)[0] == "共性难点"
