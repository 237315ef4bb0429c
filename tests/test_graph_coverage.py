"""Coverage of disciplines, people between two fields, and the command."""

from __future__ import annotations

import sys
from datetime import date

import pandas as pd
import pytest

from expertmatch.cli.app import run_arguments
from expertmatch.errors import MissingExtraError, OutputError, SettingError, UnknownNameError
from expertmatch.graph.coverage import (
    COVERED,
    EMPTY,
    NO_EXPERT,
    NO_NEED,
    NO_ONE,
    NO_SOCIETY,
    ONE_EXPERT,
    active_experts,
    bridges,
    coverage,
)
from expertmatch.graph.disciplines import DisciplineTree
from expertmatch.report.plots import tree_map, write_figure
from expertmatch.tables.needs import read_needs
from expertmatch.tables.pool import Pool, read_pool

DAY = date(2026, 1, 1)
NAMES = {"A": "农学", "B": "医学", "C": "化学", "D": "物理学", "E": "天文学", "F": "地质学", "G": "法学"}
TREE = DisciplineTree.read(
    pd.DataFrame(
        [(code, name, "", f"{name}词甲;{name}词乙") for code, name in NAMES.items()]
        + [("A1", "园艺学", "A", "猕猴桃;苹果"), ("A2", "植物保护学", "A", "溃疡病;病虫害")],
        columns=["code", "name", "parent", "terms"],
    )
)
EXPERTS = pd.DataFrame(
    [
        ("E1", "张三", "园艺学", ""), ("E2", "李四", "植物保护学；医学", ""), ("E3", "王五", "化学", ""),
        ("E4", "赵六", "物理学", "离职"), ("E5", "孙七", "农学", ""), ("E6", "周八", "医学", ""),
        ("E7", "吴九", "地质学", ""),
    ],
    columns=["专家编号", "姓名", "学科", "状态"],
)  # fmt: skip
SOCIETIES = pd.DataFrame(
    [
        ("S1", "果树学会", "园艺学"),
        ("S2", "物理学会", "物理学"),
        ("S3", "医学会", "医学"),
        ("S4", "地质学会", "地质学"),
    ],
    columns=["学会编号", "学会名称", "学科"],
)
NEEDS = pd.DataFrame(
    [("N1", "猕猴桃", "园艺学"), ("N2", "医", "医学"), ("N3", "化", "化学"), ("N4", "星", "天文学"),
     ("N5", "地", "地质学"), ("N6", "地", "地质学"), ("N7", "……", "")],
    columns=["需求编号", "需求名称", "学科"],
)  # fmt: skip


def pool_of(**tables):
    return read_pool(EXPERTS, societies=SOCIETIES, today=DAY, **tables)


@pytest.fixture(scope="module")
def found():
    return coverage(pool_of(), read_needs(NEEDS, today=DAY), tree=TREE)


def test_every_state(found):
    states = dict(zip(found.frame["code"], found.frame["state"], strict=True))
    assert states == {"A": COVERED, "B": COVERED, "C": NO_SOCIETY, "D": NO_EXPERT, "E": NO_ONE, "F": ONE_EXPERT,
                      "G": EMPTY}  # fmt: skip
    assert found.frame.set_index("code").loc["F", "carrier"] == "吴九（E7）"


def test_counts_include_what_lies_below_and_nobody_twice(found):
    row = found.frame.set_index("code").loc["A"]
    assert (row["needs"], row["societies"], row["experts"]) == (1, 1, 3)


def test_gaps_come_gravest_first_and_then_by_needs(found):
    assert found.gaps["code"].tolist() == ["E", "C", "D", "F"]
    assert "有需求，无学会，无专家 1 个" in repr(found)
    assert "天文学" in found._repr_html_()


def test_a_need_without_any_discipline_is_listed(found):
    assert found.unplaced == ("N7",)


def test_the_second_level_counts_by_itself():
    second = coverage(pool_of(), read_needs(NEEDS, today=DAY), tree=TREE, level=2)
    rows = second.frame.set_index("code")
    assert rows.index.tolist() == ["A1", "A2"]
    assert rows.loc["A1", ["needs", "societies", "experts"]].tolist() == [1, 1, 1]
    assert rows.loc["A1", "parent"] == "农学"
    assert rows.loc["A2", "state"] == NO_NEED
    with pytest.raises(SettingError):
        coverage(pool_of(), read_needs(NEEDS, today=DAY), tree=TREE, level=3)


def test_inferred_disciplines_count_where_none_is_declared():
    experts = pd.DataFrame({"专家编号": ["E1"], "姓名": ["张三"], "研究方向": ["苹果与猕猴桃"]})
    pool = read_pool(experts, today=DAY)
    result = coverage(pool, read_needs(["猕猴桃溃疡病"], today=DAY), tree=TREE)
    assert result.frame.set_index("code").loc["A", ["needs", "experts", "state"]].tolist() == [1, 1, NO_SOCIETY]


def test_no_tables_and_no_needs():
    nothing = coverage(Pool(), read_needs(NEEDS[:0].assign(需求名称=""), today=DAY), tree=TREE)
    assert set(nothing.frame["state"]) == {EMPTY}
    assert "没有缺口" in repr(nothing)
    assert len(nothing.gaps) == 0


def test_who_is_active():
    experts = pd.DataFrame(
        [("E1", "甲", "去世"), ("E2", "乙", ""), ("E3", "丙", ""), ("E4", "丁", ""), ("E5", "戊", "")],
        columns=["专家编号", "姓名", "状态"],
    )
    works = pd.DataFrame(
        {"专家编号": ["E2", "E3", "E4"], "成果名称": ["a", "b", "c"], "时间": ["2001", "2020", "2001"]}
    )
    members = pd.DataFrame({"专家编号": ["E4"], "学会名称": ["果树学会"], "学会职务": ["理事"], "任职结束": ["2028"]})
    pool = read_pool(experts, works=works, memberships=members, today=DAY)
    assert active_experts(pool) == {"E3", "E4", "E5"}
    assert active_experts(pool, 30) == {"E2", "E3", "E4", "E5"}
    with pytest.raises(SettingError):
        active_experts(pool, 0)


def test_bridges_are_the_people_with_ties_to_both():
    works = pd.DataFrame({"成果名称": ["药食同源"], "完成人": ["孙七；周八"]})
    members = pd.DataFrame({"专家编号": ["E1", "E4"], "学会名称": ["医学会", "医学会"], "学会职务": ["理事", "理事长"]})
    pool = pool_of(works=works, memberships=members)
    people = bridges(pool, "农学", "B", tree=TREE)
    assert people["expert_id"].tolist() == ["E2", "E1", "E5", "E6"]
    assert people["score"].tolist() == pytest.approx([1.0, 0.5**0.5, 0.5**0.5, 0.5**0.5])
    ties = people.set_index("expert_id")
    assert ties.loc["E2", ["how_a", "how_b"]].tolist() == ["研究植物保护学", "研究医学"]
    assert ties.loc["E1", "how_b"] == "医学会理事"
    assert ties.loc["E5", "how_b"] == "与周八共同完成成果"
    swapped = bridges(pool, "医学", "农学", tree=TREE)
    assert swapped["expert_id"].tolist() == people["expert_id"].tolist()
    assert swapped["a"].tolist() == people["b"].tolist()


def test_bridges_refuse_what_is_no_discipline_or_no_pair():
    with pytest.raises(UnknownNameError):
        bridges(pool_of(), "炼丹学", "农学", tree=TREE)
    for pair in (("农学", "农学"), ("农学", "园艺学"), ("园艺学", "农学")):
        with pytest.raises(SettingError):
            bridges(pool_of(), *pair, tree=TREE)
    assert bridges(pool_of(), "天文学", "法学", tree=TREE).columns.tolist()[:3] == ["expert_id", "name", "unit"]


def test_the_chart_needs_no_network_and_is_the_same_again(found, tmp_path):
    one = write_figure(tree_map(found), tmp_path / "1.html").read_text(encoding="utf-8")
    assert "天文学" in one or "\\u5929\\u6587\\u5b66" in one
    assert "<script src=" not in one
    assert one == write_figure(tree_map(found), tmp_path / "2.html").read_text(encoding="utf-8")
    with pytest.raises(OutputError):
        write_figure(tree_map(found), tmp_path / "1.html")


def test_without_plotly_the_install_line_is_given(found, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "plotly.graph_objects", None)
    with pytest.raises(MissingExtraError, match=r"expertmatch\[charts\]"):
        write_figure(tree_map(found), tmp_path / "1.html")
    assert not list(tmp_path.iterdir())


@pytest.fixture
def files(tmp_path):
    for name, frame in (("专家", EXPERTS), ("学会", SOCIETIES), ("需求", NEEDS)):
        frame.to_csv(tmp_path / f"{name}.csv", index=False, encoding="utf-8")
    return ["coverage", "--needs", f"{tmp_path}/需求.csv", "--experts", f"{tmp_path}/专家.csv", "--societies",
            f"{tmp_path}/学会.csv", "--as-of", "2026-01-01"]  # fmt: skip


def test_the_command_says_and_writes_the_gaps(files, tmp_path, capsys):
    out = tmp_path / "覆盖.xlsx"
    assert run_arguments([*files, "--out", str(out)]) == 0
    said = capsys.readouterr().out
    assert "天文学" in said
    assert str(out) in said
    sheets = pd.read_excel(out, sheet_name=None, dtype=str, engine="openpyxl")
    assert list(sheets) == ["缺口", "学科覆盖", "未归入学科的需求"]
    assert "天文学" in sheets["缺口"]["学科"].tolist()
    assert len(sheets["学科覆盖"]) == 62
    assert run_arguments([*files, "--out", str(out)]) == 2
    assert run_arguments([*files, "--out", str(out), "--force", "--lang", "en", "--level", "2"]) == 0
    assert list(pd.read_excel(out, sheet_name=None, engine="openpyxl"))[:2] == ["Gaps", "Coverage"]


@pytest.mark.parametrize(
    "wrong", [["--level", "3"], ["--out", "x.doc"], ["--chart", "x.png"], ["--needs", "missing.csv"]]
)
def test_the_command_refuses_with_a_word(files, wrong, capsys):
    assert run_arguments([*files, *wrong]) == 2
    assert capsys.readouterr().err
