"""Two states of a pool compared, the pools of several districts made one."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_helpers import inside, sheet, sheet_names
from tables_helpers import write

from expertmatch.tables.pool import read_pool

Capture = pytest.CaptureFixture[str]
OLD = """专家编号,姓名,工作单位,职称,所在地区,出生年月,所在学会
E1,张三,西安交通大学,副教授,西安市,1970-01,甲学会
E2,李四,西北农林科技大学,副教授,,,
E3,王五,陕西省农业科学院,研究员,,1965-02,
E9,周九,西安某研究所,工程师,,1980,
"""
NEW = """专家编号,姓名,工作单位,职称,所在地区,出生年月,所在学会
E1,张三,西安电子科技大学,教授,西安市雁塔区,1970-01,乙学会
E3,王五,陕西省农业科学院,研究员,,1965-02,
E4,郑一,西北大学,讲师,,,
E5,吴二,西北大学,讲师,,1990,
E6,吴二,西安石油大学,讲师,,1990,
E10,周九,西安某研究所,高级工程师,,1980,
"""


def _states(folder: Path) -> list[Path]:
    return [write(folder / "旧.csv", OLD), write(folder / "新.csv", NEW, "gb18030")]


def test_diff_says_and_writes_what_became_of_a_pool(tmp_path: Path, capsys: Capture) -> None:
    ran = inside(["diff", *_states(tmp_path), "--out", "变动.xlsx"], capsys, tmp_path)
    assert (ran.code, ran.err) == (0, "")
    for said in ("新增：3", "离开：1", "变动：6", "疑似重复：1", "西安电子科技大学", "已写出：变动.xlsx"):
        assert said in ran.out
    book = tmp_path / "变动.xlsx"
    assert sheet_names(book) == ["新增", "离开", "变动", "疑似重复"]
    assert [row[0] for row in sheet(book, "新增")] == ["专家编号", "E4", "E5", "E6"]
    assert sheet(book, "离开")[1][:2] == ["E2", "李四"]
    assert sheet(book, "变动") == [
        ["专家编号", "姓名", "变动项", "原来", "现在"],
        ["E1", "张三", "单位", "西安交通大学", "西安电子科技大学"],
        ["E1", "张三", "职称", "副教授", "教授"],
        ["E1", "张三", "地区", "陕西省西安市", "陕西省西安市雁塔区"],
        ["E1", "张三", "所在学会", "甲学会", "乙学会"],
        ["E10", "周九", "专家编号", "E9", "E10"],
        ["E10", "周九", "职称", "工程师", "高级工程师"],
    ]
    assert sheet(book, "疑似重复")[1][:3] == ["E5", "E6", "吴二"]


def test_diff_of_the_same_is_nothing(tmp_path: Path, capsys: Capture) -> None:
    old = _states(tmp_path)[0]
    ran = inside(["diff", old, old], capsys)
    assert (ran.code, ran.out) == (0, "原来 4 位，现在 4 位。\n新增：0\n离开：0\n变动：0\n疑似重复：0\n")


def test_diff_in_english(tmp_path: Path, capsys: Capture) -> None:
    out = inside(["diff", *_states(tmp_path), "--lang", "en", "--out", tmp_path / "d.xlsx"], capsys).out
    assert "Joined: 3" in out
    assert sheet_names(tmp_path / "d.xlsx") == ["Joined", "Left", "Changed", "Likely duplicates"]
    assert sheet(tmp_path / "d.xlsx", "Changed")[1][2] == "unit"


def test_diff_of_works_tables(tmp_path: Path, capsys: Capture) -> None:
    old = write(tmp_path / "旧.csv", "成果名称,完成人,工作单位\n甲,张三,西北大学\n")
    new = write(tmp_path / "新.csv", "成果名称,完成人,工作单位\n甲,张三,西北大学\n乙,李四,西安某厂\n")
    out = inside(["diff", old, new], capsys).out
    assert "新增：1" in out
    assert "离开：0" in out


def test_a_workbook_that_is_there_is_not_replaced(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "d.xlsx").write_text("x", encoding="utf-8")
    for command in (["diff", "无.csv", "无.csv"], ["merge", "无.csv"]):  # refused before the tables are looked for
        ran = inside([*command, "--out", tmp_path / "d.xlsx"], capsys)
        assert ran.code == 2
        assert "--force" in ran.err
        assert "overwrite" not in ran.err
    assert (tmp_path / "d.xlsx").read_text(encoding="utf-8") == "x"
    ran = inside(["diff", *_states(tmp_path), "--out", tmp_path / "d.xlsx", "--force"], capsys)
    assert ran.code == 0
    assert "新增" in sheet_names(tmp_path / "d.xlsx")


def _districts(folder: Path) -> list[Path]:
    yanta = "编号,姓名,单位,职称,研究方向\n001,张三,西北大学,教授,文物\n002,李四,西安某厂,工程师,焊接\n"
    zhouzhi = "编号,姓名,单位,职称,研究方向\n001,王五,周至县农技站,农艺师,猕猴桃\n002,李四,西安某厂,高级工程师,焊接\n"
    return [write(folder / "雁塔区.csv", yanta), write(folder / "周至县.csv", zhouzhi)]


def test_merge_makes_one_pool_that_can_be_read_again(tmp_path: Path, capsys: Capture) -> None:
    ran = inside(["merge", *_districts(tmp_path), "--out", "全市.xlsx"], capsys, tmp_path)
    assert (ran.code, ran.err) == (0, "")
    assert "合并 2 张表，共 3 位专家" in ran.out
    assert "编号 001 在各表中是不同的专家" in ran.out
    assert "“职称”前后不一" in ran.out
    pool = read_pool(tmp_path / "全市.xlsx")
    assert pool.experts["name"].tolist() == ["李四", "王五", "张三"]
    assert pool.experts["expert_id"].tolist() == ["002", "周至县-001", "雁塔区-001"]
    assert [p.column for p in pool.problems if p.code == "unknown-column"] == ["来源"]


def test_merge_in_any_order_writes_the_same(tmp_path: Path, capsys: Capture) -> None:
    files = _districts(tmp_path)
    assert inside(["merge", *files, "--out", tmp_path / "a.xlsx"], capsys).code == 0
    assert inside(["merge", *files[::-1], "--out", tmp_path / "b.xlsx"], capsys).code == 0
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_merge_keeps_what_is_exact_and_says_where_all_comes_from(tmp_path: Path, capsys: Capture) -> None:
    header = "编号,姓名,单位,出生年月,地区,研究方向,联系电话,备注,更新时间\n"
    one = "E1,张三,西北大学,1975-06,西安市雁塔区,果树学、植物病理学,13800138000,已核实,2020\n"
    two = "E1,张三,西北大学,1975,西安市,果树栽培、果树学,,,2024\n"
    two += "E2,李四,长安大学,1980,,,,,\n,李四,长安大学,1980-02,,,,,\n"
    files = [write(tmp_path / "周至县.csv", header + one), write(tmp_path / "周至县2.csv", header + two)]
    ran = inside(["merge", *files, "--out", tmp_path / "全市.xlsx"], capsys)
    assert ran.code == 0
    assert "周至县2：" not in ran.out
    assert "个人信息（联系电话，共 1 条）没有写入合并后的表" in ran.out
    assert "13800138000" not in ran.out
    assert sheet_names(tmp_path / "全市.xlsx") == ["专家", "冲突与提醒"]
    head, first, *_ = sheet(tmp_path / "全市.xlsx", "专家")
    found = dict(zip(head, first, strict=True))
    assert (found["出生年月"], found["所在地区"]) == ("1975-06", "陕西省西安市雁塔区")
    assert found["研究方向"] == "果树栽培；果树学；植物病理学"
    assert (found["来源"], found["备注"]) == ("周至县.csv；周至县2.csv", "已核实")
    rows = sheet(tmp_path / "全市.xlsx", "冲突与提醒")
    assert rows[0] == ["级别", "文件", "工作表", "行", "列", "问题", "处理建议"]
    assert not [row for row in rows if "出生年月" in row[5] or "所在地区" in row[5] or "研究方向" in row[5]]
    again = inside(["merge", tmp_path / "全市.xlsx", files[0], "--out", tmp_path / "再.xlsx"], capsys)
    assert again.code == 0
    head, first, *_ = sheet(tmp_path / "再.xlsx", "专家")
    assert dict(zip(head, first, strict=True))["来源"] == "周至县.csv；周至县2.csv；全市.xlsx"
    assert not [row for row in sheet(tmp_path / "再.xlsx", "冲突与提醒") if "“来源”前后不一" in row[5]]


def test_suspected_duplicates_of_districts_name_file_and_row(tmp_path: Path, capsys: Capture) -> None:
    files = [
        write(tmp_path / "雁塔区.csv", "编号,姓名,单位,出生年月\nA1,张三,西北大学,1970\n"),
        write(tmp_path / "周至县.csv", "编号,姓名,单位,出生年月\nB1,李四,长安大学,1980\nB2,张三,西北大学,1970\n"),
    ]
    out = inside(["merge", *files, "--out", tmp_path / "全市.xlsx"], capsys).out
    assert "雁塔区.csv 第 2 行：“张三”可能重复：A1（西北大学，第 2 行）与 B2（西北大学，周至县.csv 第 3 行）" in out
    assert "请把两行写成同一编号或删去一行；不是同一人请在备注说明。" in out
    listed = [row for row in sheet(tmp_path / "全市.xlsx", "冲突与提醒") if "可能重复" in row[5]]
    assert [row[:4] for row in listed] == [["提醒", "雁塔区.csv", "", "2"]]


def test_errors_of_a_table_write_nothing(tmp_path: Path, capsys: Capture) -> None:
    bad = write(tmp_path / "坏.csv", "编号,姓名\n1,张三\n1,李四\n")
    for command in (["diff", bad, bad], ["merge", bad]):
        ran = inside([*command, "--out", tmp_path / "x.xlsx"], capsys)
        assert ran.code == 2
        assert "编号 1 用于 2 个不同的人" in ran.err
        assert not (tmp_path / "x.xlsx").exists()


def test_diff_counts_both_states_and_names_every_field_in_chinese(tmp_path: Path, capsys: Capture) -> None:
    head = "专家编号,姓名,性别,研究方向,在岗状态\n"
    (tmp_path / "旧.csv").write_text(head + "E1,张三,男,果树,一线\nE2,李四,女,电机,一线\n", encoding="utf-8")
    (tmp_path / "新.csv").write_text(head + "E1,张三,女,果树病害,离职\n", encoding="utf-8")
    out = inside(["diff", str(tmp_path / "旧.csv"), str(tmp_path / "新.csv")], capsys).out
    assert "原来 2 位，现在 1 位。" in out
    for name in ("性别", "研究方向", "在岗状态"):
        assert name in out
    for raw in ("fields", "status", "sex"):
        assert raw not in out
