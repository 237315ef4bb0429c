"""The command ``expertmatch plan`` as people run it: what it writes, says and refuses."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import openpyxl
import pytest
from cli_helpers import contents, inside, process, sheet, sheet_names, tables

Capture = pytest.CaptureFixture[str]
EXPERTS = """专家编号,姓名,工作单位,职称,研究方向,年服务次数
E0,张一,单位甲,教授,猕猴桃溃疡病防治,2
E1,张二,单位乙,教授,猕猴桃授粉,2
E2,张三,单位丙,教授,猕猴桃冻害与溃疡病,2
E3,张四,单位丁,教授,变压器局部放电监测,2
E4,张五,单位戊,教授,变压器绝缘老化,2
E5,张六,单位己,教授,电力变压器检测,2
"""
WORKS = "专家编号,成果名称\nE0,猕猴桃溃疡病防控\nE3,局部放电特高频\n"
NEEDS = """需求编号,需求名称,问题内容,需求单位
N1,猕猴桃溃疡病怎么防,开春流胶,甲合作社
N2,变压器局部放电怎么监测,,乙公司
"""
SEED = "2026-11-20 王"
DAY = ("--as-of", "2026-11-01")


def given(folder: Path) -> list[str]:
    return tables(folder, experts=EXPERTS, works=WORKS, needs=NEEDS)


def placed(folder: Path) -> set[tuple[object, object]]:
    """Return need and candidate of every filled place, as the workbook has them."""
    rows = sheet(folder / "方案.xlsx", "方案")
    need, who = rows[0].index("需求编号"), rows[0].index("编号")
    return {(row[need], row[who]) for row in rows[1:] if row[who]}


def mark(book: Path, need: str, who: str, column: str, text: str) -> None:
    """Write a mark as a leader does, and save."""
    held = openpyxl.load_workbook(book)
    page = held["方案"]
    head = [cell.value for cell in page[1]]
    for row in page.iter_rows(min_row=2):
        if (row[head.index("需求编号")].value, row[head.index("编号")].value) == (need, who):
            row[head.index(column)].value = text
            held.save(book)
            return
    raise AssertionError((need, who))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the tables and a plan of two people a need, made by a process of its own."""
    folder = tmp_path_factory.mktemp("plan")
    ran = process(["plan", *given(folder), "--wanted", "2", *DAY, "--out", "方案"], folder)
    assert (ran.code, ran.err) == (0, "")
    assert "方案完整，已证明最优" in ran.out
    assert "没有问题" in ran.out
    return folder


@pytest.fixture
def again(made: Path, tmp_path: Path) -> Path:
    """A copy of that folder, to mark and write in."""
    shutil.copytree(made, tmp_path / "w")
    return tmp_path / "w"


def test_a_run_writes_the_plan_the_record_and_the_log(made: Path) -> None:
    out = made / "方案"
    assert {path.name for path in out.iterdir()} == {"方案.xlsx", "run.json", "run.log"}
    assert sheet_names(out / "方案.xlsx") == [
        "方案", "邀请名单", "未满足", "不合要求", "队伍", "专家负荷", "候补", "理由", "数据问题", "参数", "原方案",
    ]  # fmt: skip
    assert placed(out) == {("N1", "E0"), ("N1", "E2"), ("N2", "E3"), ("N2", "E5")}
    record = json.loads((out / "run.json").read_text(encoding="utf-8"))
    assert record["plan"]["status"] == "optimal"
    assert record["plan"]["settings"]["wanted"] == 2
    assert record["as_of"] == "2026-11-01"
    assert " s\n" in (out / "run.log").read_text(encoding="utf-8")


def test_the_same_input_gives_the_same_bytes(made: Path) -> None:
    ran = process(["plan", *given(made), "--wanted", "2", *DAY, "--out", "又一次"], made)
    assert ran.code == 0, ran.said
    assert contents(made / "又一次") == contents(made / "方案")


def test_marks_are_kept_and_told(again: Path, capsys: Capture) -> None:
    book = again / "方案" / "方案.xlsx"
    mark(book, "N1", "E2", "删除", "√")
    mark(book, "N1", "E0", "保留", "√")
    mark(book, "N2", "E5", "替换", "张五")
    mark(book, "N2", "E3", "备注", "请先电话联系")
    ran = inside(["plan", "--from", book, "--out", "方案二"], capsys, again)
    assert ran.code == 0, ran.said
    assert "与原方案相比变动 2 处" in ran.out
    assert "总分少" in ran.out
    assert placed(again / "方案二") == {("N1", "E0"), ("N1", "E1"), ("N2", "E3"), ("N2", "E4")}
    notes = [row[-1] for row in sheet(again / "方案二" / "方案.xlsx", "方案") if row[8] == "E3"]
    assert notes == ["请先电话联系"]
    settings = json.loads((again / "方案二" / "run.json").read_text(encoding="utf-8"))["plan"]["settings"]
    assert settings["wanted"] == 2
    assert ["N1", "E0"] in settings["locked"]


def test_marks_that_contradict_are_refused_by_cell(again: Path, capsys: Capture) -> None:
    book = again / "方案" / "方案.xlsx"
    mark(book, "N1", "E0", "保留", "√")
    mark(book, "N1", "E0", "删除", "√")
    ran = inside(["plan", "--from", book, "--out", "方案二"], capsys, again)
    assert ran.code == 2
    assert "保留" in ran.err
    assert "删除" in ran.err
    assert "Traceback" not in ran.said
    assert not (again / "方案二").exists()


def test_who_is_absent_is_replaced_and_nobody_else_moves(again: Path, capsys: Capture) -> None:
    ran = inside(["plan", "--from", "方案/方案.xlsx", "--absent", "E0", "--out", "方案二"], capsys, again)
    assert ran.code == 0, ran.said
    assert "变动 1 处" in ran.out
    assert placed(again / "方案二") == placed(again / "方案") - {("N1", "E0")} | {("N1", "E1")}


def test_a_partial_plan_says_so_and_strict_gives_1(tmp_path: Path, capsys: Capture) -> None:
    ran = inside(["plan", *given(tmp_path), "--wanted", "5", "--strict", "--out", "缺"], capsys, tmp_path)
    assert ran.code == 1
    assert "方案不完整：2 条需求还缺 4 人" in ran.out
    assert "缺口：" in ran.out
    assert ran.err == "方案不完整（--strict：退出码 1）。\n"
    assert len(sheet(tmp_path / "缺" / "方案.xlsx", "未满足")) == 3


def test_results_that_are_there_are_replaced_only_by_force(again: Path, capsys: Capture) -> None:
    before = contents(again / "方案")
    words = ["plan", *given(again), "--wanted", "1", *DAY, "--out", "方案"]
    ran = inside(words, capsys, again)
    assert ran.code == 2
    assert "--force" in ran.err
    assert contents(again / "方案") == before
    ran = inside([*words, "--force"], capsys, again)
    assert ran.code == 0, ran.said
    assert placed(again / "方案") == {("N1", "E0"), ("N2", "E3")}


def test_a_draw_is_recorded_and_gives_the_same_again(tmp_path: Path, capsys: Capture) -> None:
    words = ["plan", *given(tmp_path), "--wanted", "1", *DAY, "--select", "draw", "--seed", SEED]
    for out in ("一", "二"):
        ran = inside([*words, "--out", out], capsys, tmp_path)
        assert ran.code == 0, ran.said
    first = contents(tmp_path / "一")
    assert set(first) == {"方案.xlsx", "抽取记录.xlsx", "run.json"}
    assert contents(tmp_path / "二") == first
    head, *rows = sheet(tmp_path / "一" / "抽取记录.xlsx", "抽取记录")
    need, who, lot, result = (head.index(name) for name in ("需求", "候选", "签号", "结果"))
    cast = {
        (row[need], row[who]): hashlib.sha256(f"{SEED}\n{row[need]}\n{row[who]}".encode()).hexdigest() for row in rows
    }
    assert {(row[need], row[who]): row[lot] for row in rows} == {pair: text[:12] for pair, text in cast.items()}
    least = {one: min((pair for pair in cast if pair[0] == one), key=lambda pair: cast[pair]) for one in ("N1", "N2")}
    assert {(row[need], row[who]) for row in rows if row[result] == "入选"} == set(least.values())
    assert placed(tmp_path / "一") == {(one, str(pair[1]).removeprefix("expert:")) for one, pair in least.items()}


WRONG = {
    "wanted": (["--wanted", "x"], "--wanted 不能是“x”"),
    "wanted order": (["--wanted", "3-1"], "至少 3、至多 1"),
    "objective": (["--objective", "foo"], "total、fair"),
    "limit": (["--limit", "城=2"], "可以限制：单位、学会、区县、学科"),
    "lock": (["--lock", "bad"], "需求编号=专家编号"),
    "lock need": (["--lock", "N9=E0"], "N1"),
    "quotas": (["--quotas", "无.toml"], "没有这个文件"),
    "quotas folder": (["--quotas", "."], "--quotas"),
    "quotas key": (["--quotas", "错.toml"], "[[quotas]]"),
    "capacity": (["--capacity", "-1"], "0 以上的整数"),
    "floor": (["--floor", "2"], "floor"),
    "time": (["--time-limit", "inf"], "--time-limit 不能是“inf”"),
    "no seed": (["--select", "draw"], "--seed"),
    "absent alone": (["--absent", "E0"], "--from"),
    "from nothing": (["--from", "无.xlsx"], "没有这个文件"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_options_are_refused_in_a_sentence(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                 capsys: Capture) -> None:  # fmt: skip
    words, told = WRONG[name]
    monkeypatch.chdir(tmp_path)
    (tmp_path / "错.toml").write_text("quota = 3\n", encoding="utf-8")
    ran = inside(["plan", *given(tmp_path), *words, "--out", "r"], capsys)
    assert ran.code == 2, ran.said
    assert told in ran.err
    assert any("一" <= letter <= "鿿" for letter in ran.err)
    assert "Traceback" not in ran.said
    assert not (tmp_path / "r").exists()


@pytest.mark.parametrize("words", [["--wanted", "x"], []], ids=["wrong", "no needs"])
def test_a_process_refuses_likewise(words: list[str], tmp_path: Path) -> None:
    ran = process(["plan", *words, *(given(tmp_path) if words else []), "--out", "r"], tmp_path)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.count("\n") == 1
    assert ("--wanted" if words else "没有给出需求表") in ran.err
    assert not (tmp_path / "r").exists()


@pytest.mark.parametrize("with_tables", [True, False])
def test_recommendations_are_no_plan(with_tables: bool, tmp_path: Path, capsys: Capture) -> None:
    words = given(tmp_path)
    assert inside(["match", *words, "--out", tmp_path / "m"], capsys).code == 0
    more = words if with_tables else []
    ran = inside(["plan", *more, "--from", tmp_path / "m" / "推荐结果.xlsx", "--out", tmp_path / "r"], capsys)
    assert ran.code == 2
    assert "这是推荐结果，不是方案" in ran.err
    assert not (tmp_path / "r").exists()


def test_who_is_absent_may_be_named_and_the_book_tells_what_moved(again: Path, capsys: Capture) -> None:
    book = again / "方案" / "方案.xlsx"
    mark(book, "N2", "E5", "删除", "√")
    ran = inside(["plan", "--from", book, "--absent", "张三", "--out", again / "三"], capsys, again)
    assert ran.code == 0, ran.said
    head, *rows = sheet(again / "三" / "方案.xlsx", "变动")
    why = {row[head.index("需求编号")]: row[head.index("原因")] for row in rows}
    assert why["N1"] == "来不了"
    assert why["N2"].startswith("删除（")
    assert len(sheet(again / "三" / "方案.xlsx", "批改的代价")) == 2


def test_a_name_that_nobody_in_the_plan_has_is_refused(again: Path, capsys: Capture) -> None:
    ran = inside(["plan", "--from", again / "方案" / "方案.xlsx", "--absent", "张十", "--out", again / "三"], capsys)
    assert ran.code == 2
    assert "候选编号或方案中的姓名" in ran.err
