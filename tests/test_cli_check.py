"""The command that checks tables: what it understands, what it finds, what it keeps to itself."""

from __future__ import annotations

import re
import sqlite3
from datetime import date
from pathlib import Path

import pytest
from cli_helpers import DATA, EXPERTS, inside, process, tables
from tables_helpers import GOOD, csv_text, workbook, write

from expertmatch.cli.console import in_words
from expertmatch.tables.pool import read_pool

Capture = pytest.CaptureFixture[str]


def test_the_messy_sample_as_an_office_sends_it(tmp_path: Path) -> None:
    book, works = DATA / "专家库（各单位汇总）.xlsx", DATA / "成果汇总_GB18030.csv"
    ran = process(["check", book, works, DATA / "needs_village.csv", "--as-of", "2026-11-01"], tmp_path)
    assert (ran.code, ran.err) == (0, "")
    for line in (
        "工作表“专家信息表”：专家表，",
        "工作表“成果”：成果表，",
        "工作表“学会任职”：任职表，",
        "成果汇总_GB18030.csv：成果表，",
        "按 GB18030 编码",
        "needs_village.csv：需求表，80 行",
        "检查完毕：错误 0 处",
    ):
        assert line in ran.out
    assert re.search(r"姓 名\*\s+姓名\s+读作“姓名”", ran.out)
    assert str(DATA) not in ran.out


def test_rows_with_the_same_finding_are_one_line(tmp_path: Path, capsys: Capture) -> None:
    given = tables(tmp_path)
    out = inside(["check", *given[1::2]], capsys).out
    line = next(line for line in out.splitlines() if "乡土人才" in line)
    assert "专家.csv 第 5、6 行 “职称”列：" in line
    assert "13800138000" not in out


def test_which_table_it_is_can_be_said(tmp_path: Path, capsys: Capture) -> None:
    file = write(tmp_path / "名单.csv", "姓名,成果名称\n张三,猕猴桃溃疡病\n")
    assert "专家表，1 行" in inside(["check", file, "--table", "专家"], capsys).out
    assert "成果表，1 行" in inside(["check", file, "--table", "成果表"], capsys).out
    assert "成果表，1 行" in inside(["check", file, "--table", "works"], capsys).out


def test_a_header_can_be_explained(tmp_path: Path, capsys: Capture) -> None:
    file = write(tmp_path / "名单.csv", "专家尊姓大名,研究方向\n张三,猕猴桃\n")
    ran = inside(["check", file, "--table", "专家"], capsys)
    assert ran.code == 2
    assert "--column 表头=含义" in ran.out
    ran = inside(["check", file, "--table", "专家", "--column", "专家尊姓大名=姓名"], capsys)
    assert ran.code == 0
    assert re.search(r"专家尊姓大名\s+姓名", ran.out)


def test_what_shows_only_when_tables_are_joined(tmp_path: Path, capsys: Capture) -> None:
    given = tables(tmp_path)
    alone = inside(["check", given[5]], capsys)
    assert "不在专家库中" not in alone.out
    both = inside(["check", given[3], given[5]], capsys)
    assert both.code == 0
    assert "成果.csv 第 5 行：完成人“孙八”不在专家库中" in both.out


def test_checking_finds_what_matching_finds(tmp_path: Path, capsys: Capture) -> None:
    book, works = DATA / "专家库（各单位汇总）.xlsx", DATA / "成果汇总_GB18030.csv"
    ran = inside(["check", book, works, "--as-of", "2026-11-01"], capsys, tmp_path)
    first = ran.out[ran.out.index("提醒 ") :].splitlines()[1]
    assert "成果表 1,667 行，采用 443 行；1,179 行的完成人不在专家库中，45 行待确认" in first
    listed = [line for line in ran.out.splitlines() if "不在专家库中，这条成果未采用" in line]
    assert len(listed) == 20
    (more,) = [line for line in ran.out.splitlines() if "行成果因同样原因未采用" in line]
    assert "“数据问题”表逐行列出" in more
    found = read_pool(book, works=works, today=date(2026, 11, 1)).problems
    warnings = [in_words(p) for p in found if p.severity == "warning"]
    assert f"提醒 {len(warnings)} 处" in ran.out
    assert all(f"  - {line}" in ran.out.splitlines() for line in warnings)


def test_all_files_of_a_table_are_joined(tmp_path: Path, capsys: Capture) -> None:
    experts = write(tmp_path / "专家.csv", "编号,姓名\nE1,张三\n")
    works = [
        write(tmp_path / f"{n}.csv", f"成果名称,完成人\n甲,{who}\n") for n, who in (("论文", "孙八"), ("专利", "周九"))
    ]
    out = inside(["check", experts, *works], capsys).out
    for name, who in (("论文", "孙八"), ("专利", "周九")):
        assert f"{name}.csv 第 2 行：完成人“{who}”不在专家库中" in out
        assert f"{name}.csv：成果表 1 行，采用 0 行；1 行的完成人不在专家库中" in out


def test_districts_with_numbers_of_their_own_are_told_to_merge(tmp_path: Path, capsys: Capture) -> None:
    files = [
        write(tmp_path / f"{n}.csv", f"编号,姓名\n001,{who}\n") for n, who in (("雁塔区", "张三"), ("周至县", "李四"))
    ]
    ran = inside(["check", *files], capsys)
    assert ran.code == 0
    assert "编号 001 用于 2 个不同的人" in ran.out
    assert "expertmatch merge" in ran.out


def test_files_come_in_the_order_given(tmp_path: Path, capsys: Capture) -> None:
    bad = "姓名,职称\n张三,能人\n"
    files = [write(tmp_path / f"{name}.csv", bad) for name in "丙甲乙"]
    out = inside(["check", *files], capsys).out
    assert re.findall(r"- (.)\.csv 第 2 行.*能人", out) == ["丙", "甲", "乙"]


def test_rows_in_another_encoding_are_named(tmp_path: Path, capsys: Capture) -> None:
    rows = [b"".join(f"{name},{line}\n".encode(code) for name, line, code in (
        ("姓名", "简介", "gb18030"), ("张三", '"两行\n文字"', "gb18030"), ("李四", "猕猴桃栽培", "utf-8"),
        ("王五", "苹果", "gb18030"), ("赵六", "樱桃裂果怎么防", "utf-8")))]  # fmt: skip
    file = tmp_path / "名单.csv"
    file.write_bytes(b"".join(rows))
    ran = inside(["check", file], capsys)
    assert "名单.csv 第 3、5 行：文件里混有两种编码，有 2 行按另一种编码读出。" in ran.out


def test_nested_values_are_named_by_row(tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "名单.jsonl"
    file.write_text(
        '{"姓名": "张三"}\n\n{"姓名": "李四", "简介": {"a": 1}}\n{"姓名": "王五", "简介": {"a": 1}}\n', "utf-8"
    )
    assert "名单.jsonl 第 3、4 行 “简介”列：这一列有 2 处" in inside(["check", file], capsys).out


def test_english_lines(tmp_path: Path, capsys: Capture) -> None:
    file = write(tmp_path / "名单.csv", csv_text(GOOD))
    out = inside(["check", file, "--lang", "en"], capsys).out
    assert "名单.csv: experts, 3 rows" in out
    assert "Checked: 0 errors, 0 warnings." in out


def test_a_database(tmp_path: Path, capsys: Capture) -> None:
    with sqlite3.connect(tmp_path / "库.db") as connection:
        connection.execute("create table 专家 (姓名 text, 职称 text)")
        connection.execute("insert into 专家 values ('张三', '能人')")
    connection.close()
    ran = inside(["check", f"sqlite:///{tmp_path / '库.db'}::专家"], capsys)
    assert ran.code == 0
    assert "“职称”列：“能人”" in ran.out
    assert str(tmp_path) not in ran.out


def test_results_can_be_checked_like_any_workbook(tmp_path: Path, capsys: Capture) -> None:
    assert inside(["match", *tables(tmp_path), "--out", tmp_path / "r"], capsys).code == 0
    ran = inside(["check", tmp_path / "r" / "推荐结果.xlsx"], capsys)
    assert ran.code in (0, 2)
    assert "检查完毕" in ran.out


def test_several_sheets_are_all_checked(tmp_path: Path, capsys: Capture) -> None:
    rows = [line.split(",") for line in EXPERTS.splitlines()]
    book = write(tmp_path / "库.xlsx", workbook({"专家": rows, "填表说明": [["请于六月前填报"]]}))
    out = inside(["check", book], capsys).out
    assert "工作表“专家”：专家表，5 行" in out
    assert "填表说明”：" not in out


def test_a_file_is_what_column_says_of_its_headers_or_what_it_is_called(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "需求.csv").write_text("啥事,写清楚点\n苹果树不结果,开花少\n", encoding="utf-8")
    (tmp_path / "名单.csv").write_text("啥事,写清楚点\n苹果树不结果,开花少\n", encoding="utf-8")
    assert "需求.csv：需求表，1 行" in inside(["check", tmp_path / "需求.csv"], capsys).out
    ran = inside(["check", tmp_path / "名单.csv", "--column", "啥事=需求名称"], capsys)
    assert ran.code == 0, ran.said
    assert "名单.csv：需求表，1 行" in ran.out
    assert "请用 --sheet" not in inside(["check", DATA / "专家库（各单位汇总）.xlsx"], capsys).out


def test_rows_are_short_of_the_header_not_of_the_longest_row(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "专家.csv").write_text(
        "姓名,单位,研究方向\n张三,某校,苹果,多余\n李四,某所,桃\n王五,某所\n", encoding="utf-8"
    )
    out = inside(["check", tmp_path / "专家.csv"], capsys).out
    assert "第 4 行：这一行只有 2 格，表头有 3 列" in out
    assert "只有 3 格" not in out
