"""Stored indexes from the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_helpers import EXPERTS, WORKS, contents, inside, process, tables

Capture = pytest.CaptureFixture[str]


def test_build_info_verify_as_processes(tmp_path: Path) -> None:
    given = tables(tmp_path)
    ran = process(["index", "build", *given[2:], "--out", "索引"], tmp_path)
    assert (ran.code, ran.err) == (0, "")
    assert "索引 索引（第 1 代" in ran.out
    assert "5 位专家，7 条成果与简介" in ran.out
    ran = process(["index", "verify", "索引"], tmp_path)
    assert (ran.code, ran.out, ran.err) == (0, "索引完好，每个字节都与校验码一致。\n", "")


def test_update_equals_a_fresh_build(tmp_path: Path, capsys: Capture) -> None:
    given = tables(tmp_path)
    assert inside(["index", "build", *given[2:], "--out", tmp_path / "a"], capsys).code == 0
    works = WORKS.replace("苹果腐烂病防治", "苹果腐烂病综合防治") + "W6,樱桃裂果,王五,陕西省农业科学院\n"
    tables(tmp_path, works=works, experts=EXPERTS.replace("E5,钱七,西北大学,乡土人才,文物保护,\n", ""))
    ran = inside(["index", "update", tmp_path / "a", *given[2:]], capsys)
    assert ran.code == 0
    assert "新增或改动 2 条文字，去掉 2 条，其余 5 条没有变" in ran.out
    assert "第 2 代" in ran.out
    assert inside(["index", "build", *given[2:], "--out", tmp_path / "b", "--processes", "2"], capsys).code == 0
    for name in "ab":
        out = tmp_path / f"结果{name}"
        assert inside(["match", *given[:2], "--index", tmp_path / name, "--out", out], capsys).code == 0
    left, right = (contents(tmp_path / f"结果{name}") for name in "ab")
    assert left.pop("run.json").replace(b'"../a"', b'"../b"') == right.pop("run.json")
    assert left == right


def test_answers_of_the_pending_sheet_go_into_the_index(tmp_path: Path, capsys: Capture) -> None:
    given = tables(tmp_path)
    ran = inside(["index", "build", *given[2:], "--out", tmp_path / "a"], capsys)
    assert "1 处姓名对不上号" in ran.out
    assert inside(["match", *given, "--out", tmp_path / "r"], capsys).code == 0
    sheet = tmp_path / "r" / "推荐结果_待确认.csv"
    lines = sheet.read_text(encoding="utf-8-sig").splitlines()
    cells = lines[1].split(",")
    cells[lines[0].split(",").index("确认为")] = "E1"
    sheet.write_text("\n".join([lines[0], ",".join(cells)]), encoding="utf-8")
    ran = inside(["index", "build", *given[2:], "--pending", sheet, "--out", tmp_path / "b"], capsys)
    assert ran.code == 0
    assert "对不上号" not in ran.out
    assert "8 条成果与简介" in ran.out


def test_damage_is_named(tmp_path: Path, capsys: Capture) -> None:
    assert inside(["index", "build", *tables(tmp_path)[2:], "--out", tmp_path / "a"], capsys).code == 0
    damaged = next((tmp_path / "a").glob("gen-*/terms.json"))
    raw = bytearray(damaged.read_bytes())
    raw[len(raw) // 2] ^= 1
    damaged.write_bytes(raw)
    ran = inside(["index", "verify", tmp_path / "a"], capsys)
    assert (ran.code, ran.out) == (2, "")
    assert "terms.json：缺失或已损坏" in ran.err
    ran = inside(["match", *tables(tmp_path)[:2], "--index", tmp_path / "a", "--out", tmp_path / "r"], capsys)
    assert ran.code == 2
    assert "terms.json" in ran.err
    assert not (tmp_path / "r").exists()


def test_what_is_no_index_is_left_alone(tmp_path: Path, capsys: Capture) -> None:
    given = tables(tmp_path)[2:]
    (tmp_path / "文件").write_text("x", encoding="utf-8")
    assert "不是文件夹" in inside(["index", "build", *given, "--out", tmp_path / "文件"], capsys).err
    (tmp_path / "别的").mkdir()
    (tmp_path / "别的" / "重要.txt").write_text("x", encoding="utf-8")
    ran = inside(["index", "build", *given, "--out", tmp_path / "别的"], capsys)
    assert ran.code == 2
    assert [path.name for path in (tmp_path / "别的").iterdir()] == ["重要.txt"]
    for command in (["info"], ["verify"], ["update"]):
        options = given if command == ["update"] else []
        ran = inside(["index", *command, tmp_path / "别的", *options], capsys)
        assert ran.code == 2
        assert "没有索引" in ran.err


def test_broken_tables_build_nothing(tmp_path: Path, capsys: Capture) -> None:
    given = tables(tmp_path, experts="专家编号,姓名\nE1,张三\nE1,李四\n")[2:]
    ran = inside(["index", "build", *given, "--out", tmp_path / "a"], capsys)
    assert ran.code == 2
    assert "编号 E1 用于 2 个不同的人" in ran.err
    assert not (tmp_path / "a").exists()


def test_english_and_quiet(tmp_path: Path, capsys: Capture) -> None:
    given = tables(tmp_path)[2:]
    ran = inside(["index", "build", *given, "--out", tmp_path / "a", "--lang", "en"], capsys)
    assert "Index" in ran.out
    assert "5 experts" in ran.out
    ran = inside(["index", "update", tmp_path / "a", *given, "--quiet"], capsys)
    assert (ran.code, ran.said) == (0, "")
