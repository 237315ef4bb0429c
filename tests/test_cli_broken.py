"""Every broken table through the command line: told with place and remedy, never a traceback, nothing half done."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_helpers import NEEDS, Ran, inside, process, sheet
from tables_helpers import Broken, csv_text, load, workbook, write
from test_broken_tables import CASES

from expertmatch.cli.console import in_words, on_the_command_line
from expertmatch.tables.columns import TABLES
from expertmatch.tables.read import Source

Capture = pytest.CaptureFixture[str]
NAMES = [case.name for case in CASES]
AS_OF = ["--as-of", "2024-06-01"]
#: A process of its own for one of each kind: missing, refused by its bytes, damaged text, bad rows, guessed.
AS_PROCESS = ["missing file", "workbook with a password", "undecodable byte in UTF-8", "no name and no id",
              "sheet guessed among several"]  # fmt: skip


def _never(ran: Ran) -> None:
    for word in ("Traceback", "Error:", "程序内部错误", "Posix", "nan", "None"):
        assert word not in ran.said, ran.said


def _options(case: Broken) -> list[str]:
    sheets = ["--sheet", f"{TABLES[case.table].label}={case.sheet}"] if case.sheet else []
    columns = [word for header, name in (case.columns or {}).items() for word in ("--column", f"{header}={name}")]
    return [*sheets, *columns]


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_check_tells_what_checking_finds(case: Broken, tmp_path: Path, capsys: Capture) -> None:
    given = str(case.make(tmp_path))
    ran = inside(["check", given, *AS_OF], capsys)  # which table it is, is guessed
    _never(ran)
    assert ran.code in (0, 2)
    if case.sheet or case.columns:
        return
    found = load(given, case.table).problems
    ran = inside(["check", given, "--table", TABLES[case.table].label, *AS_OF], capsys)
    _never(ran)
    assert ran.code == (2 if any(p.severity == "error" for p in found) else 0)
    for problem in found:
        # check reads every sheet: which one is meant is said to the commands that use it
        assert in_words(problem).replace("请用 --sheet", "在 match、plan 里用 --sheet") in ran.out
    assert f"错误 {sum(p.severity == 'error' for p in found)} 处" in ran.out or ran.code == 2
    assert str(tmp_path) not in ran.said


def _match(case: Broken, folder: Path) -> tuple[Source, list[str]]:
    """Return the broken table, and the arguments of a run in which it has its place."""
    (folder / "表").mkdir()
    source = case.make(folder / "表")
    needs = write(folder / "全部需求.csv", NEEDS + "N4,苹果矮化砧木选育,,\nN5,电力设备绝缘,,\n")
    experts = write(folder / "好专家.csv", "姓名,研究方向\n周九,苹果病害\n")
    option = {"experts": "--experts", "works": "--works", "needs": "--needs"}[case.table]
    rest = ["--experts", str(experts)] if case.table == "needs" else ["--needs", str(needs)]
    return source, ["match", option, str(source), *rest, *_options(case), *AS_OF, "--out", str(folder / "结果")]


MATCHED = [case for case in CASES if case.table in {"experts", "works", "needs"}]


@pytest.mark.parametrize("case", MATCHED, ids=[case.name for case in MATCHED])
def test_a_run_is_refused_whole_or_keeps_every_good_row(case: Broken, tmp_path: Path, capsys: Capture) -> None:
    source, arguments = _match(case, tmp_path)
    _holds(case, source, inside(arguments, capsys), tmp_path / "结果")


@pytest.mark.parametrize("name", AS_PROCESS)
def test_as_a_process(name: str, tmp_path: Path) -> None:
    case = CASES[NAMES.index(name)]
    source, arguments = _match(case, tmp_path)
    _holds(case, source, process(arguments, tmp_path), tmp_path / "结果")


def _holds(case: Broken, source: Source, ran: Ran, results: Path) -> None:
    _never(ran)
    if case.columns:
        assert ran.code == 2
        assert "nonsense" in ran.err
        return
    problems = [p for p in load(source, case.table, case.sheet).problems if p.code == case.code]
    if case.severity == "error":
        assert ran.code == 2
        assert ran.out == ""
        assert not results.exists()
        for problem in problems:
            assert in_words(problem) in ran.err
        return
    assert ran.code == 0, ran.said
    assert ran.err == ""
    rows = sheet(results / "推荐结果.xlsx", "数据问题")
    at = {str(name): i for i, name in enumerate(rows[0])}
    listed = {(row[at["文件"]], row[at["行"]], row[at["列"]], row[at["问题"]]) for row in rows[1:]}
    for p in problems:
        for row in p.rows or (p.row or "",):
            assert (p.file, row, p.column or "", on_the_command_line(p.message)) in listed
    record = json.loads((results / "run.json").read_text(encoding="utf-8"))
    kept = [text for text in case.keep or [] if text]
    if case.table != "works":
        assert record["counts"][case.table] == len(kept)
    used = next(info["rows_used"] for info in record["inputs"] if info["table"] == case.table)
    assert used >= len(kept) - (case.name == "work of nobody")


def test_check_lists_everything_of_all_files_at_once(tmp_path: Path, capsys: Capture) -> None:
    people = [["专家编号", "姓名", "职称", "所在地区"], ["E1", "张三", "能人", "高校"], ["", "", "教授", "西安市"],
              ["E1", "李四", "教授", "西安市"]]  # fmt: skip
    book = write(tmp_path / "专家库.xlsx", workbook({"专家": people}))
    works = write(
        tmp_path / "成果.csv", csv_text([["负责人编号", "项目名称", "立项时间"], ["E9", "甲", "0000"], ["E1", "", ""]])
    )
    needs = write(tmp_path / "需求.csv", "需求编号,需求名称\nN1,甲\nN1,乙\n")
    ran = inside(["check", book, works, needs, *AS_OF], capsys)
    assert ran.code == 2
    _never(ran)
    for place in (
        "专家库.xlsx 工作表“专家” 第 2 行 “职称”列：“能人”",
        "专家库.xlsx 工作表“专家” 第 2 行 “所在地区”列：认不出是哪个地区（“高校”",
        "专家库.xlsx 工作表“专家” 第 3 行",
        "成果.csv 第 2 行 “立项时间”列",
        "成果.csv 第 3 行 “项目名称”列",
        "需求.csv 第 3 行 “需求编号”列：需求编号 N1 用于 2 条不同的需求",
        "编号 E1 用于 2 个不同的人",
    ):
        assert place in ran.out, ran.out
    for how in ("专家库.xlsx 工作表“专家”：专家表，3 行", "成果.csv：成果表，2 行", "需求.csv：需求表，2 行", "理解为"):
        assert how in ran.out
    assert "检查完毕：错误" in ran.out
    assert "请先改正错误" in ran.out
