"""The main command: what it writes, says and refuses."""

from __future__ import annotations

import csv
import io
import json
import math
import random
from pathlib import Path

import pandas as pd
import pytest
from cli_helpers import (
    DATA,
    EXPERTS,
    NEEDS,
    SHEETS,
    WORKS,
    contents,
    inside,
    process,
    records,
    sheet,
    sheet_names,
    tables,
)

import expertmatch
from expertmatch.tables.needs import read_needs
from expertmatch.tables.pool import read_pool
from expertmatch.tables.read import read_raw

Capture = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Results of the small tables, written by a process of its own."""
    folder = tmp_path_factory.mktemp("small")
    ran = process(["match", *tables(folder), "--out", "结果", "--as-of", "2024-06-01"], folder)
    assert (ran.code, ran.err) == (0, "")
    return folder / "结果"


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Results of the sample data."""
    folder = tmp_path_factory.mktemp("sample")
    ran = process(["demo"], folder)
    assert (ran.code, ran.err) == (0, "")
    assert "虚构示例" in ran.out
    return folder / "结果"


# ---------------------------------------------------------------- what is written


def test_all_files_are_written_and_nothing_else(small: Path) -> None:
    names = {f"推荐结果_{name}.{form}" for name in SHEETS for form in ("csv", "jsonl")}
    assert {path.name for path in small.iterdir()} == names | {"推荐结果.xlsx", "run.json", "run.log"}


def test_the_workbook_reads_back_with_other_programs_and_with_ours(small: Path) -> None:
    book = small / "推荐结果.xlsx"
    assert sheet_names(book) == SHEETS
    rows = sheet(book, "推荐")
    assert rows[0] == "需求编号 需求名称 需求类型 需求单位 名次 专家编号 姓名 单位 职称 得分 提示 理由".split()
    by_need = {str(row[0]): row for row in rows[1:] if row[4] == 1}
    assert by_need["N1"][5:9] == ["E2", "李四", "西北农林科技大学", "副教授"]
    assert by_need["N2"][5:7] == ["E1", "张三"]
    ours = read_raw(book, table="judgments", sheet="推荐").frame
    assert ours["专家编号"].tolist() == [row[5] for row in rows[1:]]


def test_the_parts_of_a_score_add_up_in_every_file(small: Path, sample: Path) -> None:
    for folder in (small, sample):
        scores = {(r["需求编号"], r["专家编号"]): r["得分"] for r in records(folder / "推荐结果_推荐.jsonl")}
        sums: dict[tuple[object, object], float] = {}
        shares: dict[tuple[object, object], float] = {}
        for row in records(folder / "推荐结果_理由.jsonl"):
            pair = row["需求编号"], row["专家编号"]
            sums[pair] = sums.get(pair, 0.0) + float(str(row["得分构成"]))
            shares[pair] = shares.get(pair, 0.0) + float(str(row["占比"]))
        assert sums.keys() == scores.keys()
        assert all(math.isclose(sums[pair], float(str(scores[pair])), abs_tol=1e-9) for pair in scores)
        assert all(math.isclose(share, 1.0, abs_tol=1e-9) for share in shares.values())
        for name in ("推荐", "理由"):
            column = "得分" if name == "推荐" else "得分构成"
            header, *rows = sheet(folder / "推荐结果.xlsx", name)
            in_workbook = sum(float(str(row[header.index(column)])) for row in rows)
            in_lines = sum(float(str(r[column])) for r in records(folder / f"推荐结果_{name}.jsonl"))
            assert math.isclose(in_workbook, in_lines, rel_tol=1e-12)


@pytest.mark.parametrize("name", SHEETS)
def test_workbook_csv_and_lines_say_the_same(small: Path, name: str) -> None:
    book = sheet(small / "推荐结果.xlsx", name)
    lines = list(csv.reader(io.StringIO((small / f"推荐结果_{name}.csv").read_text(encoding="utf-8-sig"))))
    jsonl = records(small / f"推荐结果_{name}.jsonl")
    assert book[0] == lines[0]
    assert len(book) == len(lines) == len(jsonl) + 1
    for row in (0, *range(1, len(book))):
        in_json = list(jsonl[row - 1].values()) if row else lines[0]
        assert all(map(_rounded, book[row], lines[row])), (book[row], lines[row])
        assert all(map(_same, book[row], in_json)), (book[row], in_json)


def _same(left: object, right: object) -> bool:
    """Workbooks keep 16 digits and know no integers, CSV knows only text."""
    if isinstance(left, float):
        return math.isclose(left, float(str(right)), rel_tol=1e-15)
    return left == ("" if right is None else str(right))


def _rounded(left: object, right: str) -> bool:
    """CSV is read by people: four decimals."""
    if isinstance(left, float) and not left.is_integer():
        return len(right.partition(".")[2]) <= 4 and abs(left - float(right)) <= 0.5000001e-4
    return _same(left, right)


def test_every_row_that_was_refused_or_repaired_is_listed(small: Path) -> None:
    rows = sheet(small / "推荐结果.xlsx", "数据问题")
    at = {name: i for i, name in enumerate(map(str, rows[0]))}
    found = {(str(r[at["表"]]), r[at["行"]], str(r[at["列"]]), str(r[at["内容"]])) for r in rows[1:]}
    assert ("专家", 5, "职称", "乡土人才") in found
    assert ("专家", 6, "职称", "乡土人才") in found
    assert any(table == "成果" and row == 5 for table, row, _, _ in found)
    assert all("、" not in str(r[at["行"]]) for r in rows[1:])


def test_needs_and_experts_that_matched_nobody_are_listed_with_the_reason(small: Path) -> None:
    rows = sheet(small / "推荐结果.xlsx", "未匹配")
    assert rows[0] == ["对象", "编号", "名称", "原因"]
    assert [row[:2] for row in rows[1:]] == [["需求", "N3"], ["专家", "E4"]]
    assert all(row[3] for row in rows[1:])


def test_personal_numbers_are_in_no_file(small: Path) -> None:
    for name, raw in contents(small).items():
        assert b"13800138000" not in raw, name
    for name in SHEETS:
        assert not any("13800138000" in str(cell) for row in sheet(small / "推荐结果.xlsx", name) for cell in row)


def test_settings_are_readable(small: Path) -> None:
    rows = sheet(small / "推荐结果.xlsx", "参数")
    assert rows[0] == ["类别", "参数", "内容"]
    said = {str(row[1]): str(row[2]) for row in rows[1:]}
    assert said["每条需求最多推荐几位"] == "10"
    assert said["判断年份的日期"] == "2024-06-01"
    assert said["专家表"].startswith("专家.csv：读入 5 行，采用 5 行")
    unnamed = [name for name in said if name.isascii()]
    assert set(unnamed) <= set(json.loads((small / "run.json").read_text(encoding="utf-8"))["libraries"])


def test_run_json_tells_how_the_results_were_made(small: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    import hashlib

    text = (small / "run.json").read_text(encoding="utf-8")
    record = json.loads(text)
    assert record["expertmatch"] == expertmatch.__version__
    assert record["as_of"] == "2024-06-01"
    assert record["settings"]["top"] == 10
    assert {"numpy", "pandas", "scipy", "rjieba"} <= record["libraries"].keys()
    digests = {info["file"]: info["sha256"] for info in record["inputs"]}
    for name in ("专家.csv", "成果.csv", "需求.csv"):
        assert digests[name] == hashlib.sha256((small.parent / name).read_bytes()).hexdigest()
    assert record["counts"]["unmatched_needs"] == 1
    assert str(tmp_path_factory.getbasetemp()) not in text
    assert "/" not in "".join(info["file"] for info in record["inputs"])
    assert "second" not in text
    assert " s\n" in (small / "run.log").read_text(encoding="utf-8")


def test_the_demo_is_what_the_library_gives(sample: Path) -> None:
    """The command adds nothing of its own to what the library ranks."""
    from datetime import date

    day = date(2026, 11, 1)
    given = {name: DATA / f"{name}.csv" for name in ("works", "societies", "memberships")}
    pool = read_pool(DATA / "experts.csv", **given, today=day)
    ranking = expertmatch.Matcher().fit(pool).rank(read_needs(DATA / "needs_enterprise.csv", today=day), top=10)
    rows = records(sample / "推荐结果_推荐.jsonl")
    assert [(r["需求编号"], r["名次"], r["专家编号"], r["得分"]) for r in rows] == list(
        ranking.frame[["need_id", "rank", "expert_id", "score"]].itertuples(index=False, name=None)
    )
    problems = records(sample / "推荐结果_数据问题.jsonl")
    assert len(problems) >= sum(max(1, len(p.rows)) for p in pool.problems)
    assert len(sheet(sample / "推荐结果.xlsx", "待确认")) - 1 == len(pool.pending)


def test_parquet(tmp_path: Path, capsys: Capture) -> None:
    given = tables(tmp_path)
    ran = inside(["match", *given, "--out", tmp_path / "结果", "--format", "parquet, CSV"], capsys)
    assert ran.code == 0
    assert not (tmp_path / "结果" / "推荐结果.xlsx").exists()
    frame = pd.read_parquet(tmp_path / "结果" / "推荐结果_推荐.parquet")
    lines = (tmp_path / "结果" / "推荐结果_推荐.csv").read_text(encoding="utf-8-sig").splitlines()
    assert len(frame) == len(lines) - 1
    assert frame["得分"].dtype == "float64"


# ---------------------------------------------------------------- the same again


def test_two_runs_and_shuffled_rows_write_the_same(small: Path, tmp_path: Path, capsys: Capture) -> None:
    given = tables(tmp_path)
    options = ["--as-of", "2024-06-01", "--out"]
    assert inside(["match", *given, *options, tmp_path / "again"], capsys).code == 0
    assert contents(tmp_path / "again") == contents(small)

    def shuffled(text: str) -> str:
        header, *rows = text.splitlines()
        random.Random(7).shuffle(rows)
        return "\n".join([header, *rows]) + "\n"

    (tmp_path / "s").mkdir()
    given = tables(tmp_path / "s", experts=shuffled(EXPERTS), works=shuffled(WORKS), needs=shuffled(NEEDS))
    assert inside(["match", *given, *options, tmp_path / "s" / "结果"], capsys).code == 0
    other = contents(tmp_path / "s" / "结果")
    for name in ("推荐", "理由", "未匹配"):
        for form in ("csv", "jsonl"):
            assert other[f"推荐结果_{name}.{form}"] == contents(small)[f"推荐结果_{name}.{form}"], name


def test_a_stored_index_recommends_the_same_bytes(small: Path, tmp_path: Path, capsys: Capture) -> None:
    given = tables(tmp_path)
    assert inside(["index", "build", *given[2:], "--out", tmp_path / "索引"], capsys).code == 0
    ran = inside(["match", *given[:2], "--index", tmp_path / "索引", "--out", tmp_path / "结果"], capsys)
    assert ran.code == 0
    for name in ("推荐", "理由", "未匹配"):
        for form in ("csv", "jsonl"):
            file = f"推荐结果_{name}.{form}"
            assert (tmp_path / "结果" / file).read_bytes() == (small / file).read_bytes(), name
    record = json.loads((tmp_path / "结果" / "run.json").read_text(encoding="utf-8"))
    assert len(record["index"]) == 64
    assert [info["table"] for info in record["inputs"]] == ["needs"]


# ---------------------------------------------------------------- options


def test_top_above_the_pool_gives_whom_there_is(tmp_path: Path, capsys: Capture) -> None:
    given = tables(tmp_path)
    for top in ("1", "999999"):
        assert inside(["match", *given, "--top", top, "--out", tmp_path / top], capsys).code == 0
    one, all_ = (records(tmp_path / top / "推荐结果_推荐.jsonl") for top in ("1", "999999"))
    assert [r["名次"] for r in one] == [1, 1]
    assert [r for r in all_ if r["名次"] == 1] == one
    assert len(all_) <= 3 * 5


def test_strict_tells_that_a_need_has_nobody(tmp_path: Path, capsys: Capture) -> None:
    given = tables(tmp_path)
    ran = inside(["match", *given, "--out", tmp_path / "a", "--strict", "--quiet"], capsys)
    assert ran.code == 1
    assert ran.out == ""
    assert "1 条需求没有候选" in ran.err
    assert (tmp_path / "a" / "推荐结果.xlsx").exists()
    given = tables(tmp_path, needs="\n".join(NEEDS.splitlines()[:3]) + "\n")
    assert inside(["match", *given, "--out", tmp_path / "b", "--strict"], capsys).code == 0


def test_english(tmp_path: Path, capsys: Capture) -> None:
    ran = inside(["match", *tables(tmp_path), "--out", tmp_path / "r", "--lang", "en"], capsys)
    assert ran.code == 0
    assert "Read 5 experts" in ran.out
    assert "Results are in" in ran.out
    book = tmp_path / "r" / "推荐结果.xlsx"
    assert sheet_names(book) == [
        "Recommended",
        "Reasons",
        "Unmatched",
        "Loads",
        "Data problems",
        "To confirm",
        "Settings",
    ]
    assert sheet(book, "Recommended")[0][:2] == ["Need id", "Need"]
    assert all(str(row[1]).isascii() for row in sheet(book, "Settings"))


def test_quiet_says_nothing(tmp_path: Path, capsys: Capture) -> None:
    ran = inside(["match", *tables(tmp_path), "--out", tmp_path / "r", "--quiet"], capsys)
    assert (ran.code, ran.said) == (0, "")


def test_force_and_its_absence(tmp_path: Path, capsys: Capture) -> None:
    given, out = tables(tmp_path), tmp_path / "r"
    assert inside(["match", *given, "--out", out, "--top", "1"], capsys).code == 0
    before = contents(out)
    # refused before any work: the tables are not even looked for
    ran = inside(["match", "--needs", "无.csv", "--experts", "无.csv", "--out", out, "--format", "parquet"], capsys)
    assert ran.code == 2
    assert "--force" in ran.err
    assert "无.csv" not in ran.err
    assert contents(out) == before
    ran = inside(["match", *given, "--out", out, "--force", "--format", "xlsx"], capsys)
    assert ran.code == 0
    assert "以前的结果" in ran.out
    assert "推荐结果_推荐.csv" in ran.out
    assert contents(out)["推荐结果.xlsx"] != before["推荐结果.xlsx"]


@pytest.mark.parametrize("kind", ["a file", "below a file", "where nobody may write", "read-only"])
def test_an_output_folder_that_cannot_be(kind: str, tmp_path: Path, capsys: Capture, monkeypatch) -> None:
    (tmp_path / "文件").write_text("x", encoding="utf-8")
    out = {"a file": tmp_path / "文件", "below a file": tmp_path / "文件" / "结果"}.get(kind, tmp_path / "结果")
    if kind == "where nobody may write":
        out = Path("/proc/结果")
    if kind == "read-only":
        monkeypatch.setattr("os.access", lambda path, mode: False)
    ran = inside(["match", *tables(tmp_path), "--out", out], capsys)
    assert ran.code == 2
    assert "无法写入" in ran.err
    assert "请" in ran.err
    assert (tmp_path / "文件").read_text(encoding="utf-8") == "x"


def test_a_database_by_its_address(tmp_path: Path, capsys: Capture) -> None:
    import sqlite3

    given = tables(tmp_path)
    with sqlite3.connect(tmp_path / "库.db") as connection:
        connection.execute("create table 专家 (专家编号 text, 姓名 text, 研究方向 text)")
        connection.execute("insert into 专家 values ('E2', '李四', '猕猴桃溃疡病防治')")
    connection.close()
    url = f"sqlite:///{tmp_path / '库.db'}::专家"
    ran = inside(["match", *given[:2], "--experts", url, "--out", tmp_path / "r"], capsys)
    assert ran.code == 0
    assert [r["专家编号"] for r in records(tmp_path / "r" / "推荐结果_推荐.jsonl")] == ["E2"]
    assert str(tmp_path) not in (tmp_path / "r" / "run.json").read_text(encoding="utf-8")


def test_sheets_and_headers_can_be_named(tmp_path: Path, capsys: Capture) -> None:
    from tables_helpers import workbook

    rows = [["姓名", "特长"], ["张三", "变压器局部放电"]]
    (tmp_path / "库.xlsx").write_bytes(workbook({"甲": rows, "乙": [["姓名", "特长"], ["李四", "猕猴桃溃疡病"]]}))
    (tmp_path / "需求.csv").write_text("需求名称\n猕猴桃溃疡病\n", encoding="utf-8")
    given = ["match", "--needs", tmp_path / "需求.csv", "--experts", tmp_path / "库.xlsx"]
    ran = inside([*given, "--out", tmp_path / "r"], capsys)
    assert ran.code == 2
    assert "--sheet 表=工作表" in ran.err
    ran = inside([*given, "--sheet", "专家=乙", "--column", "特长=研究方向", "--out", tmp_path / "r"], capsys)
    assert ran.code == 0
    assert [r["姓名"] for r in records(tmp_path / "r" / "推荐结果_推荐.jsonl")] == ["李四"]


# ---------------------------------------------------------------- 待确认


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_questions_are_written_answered_and_read_back(form: str, tmp_path: Path, capsys: Capture) -> None:
    import openpyxl

    given, first = tables(tmp_path), tmp_path / "一"
    assert "--pending" in inside(["match", *given, "--out", first], capsys).out
    assert not any(r["成果编号"] == "W5" for r in records(first / "推荐结果_理由.jsonl"))
    if form == "xlsx":
        answered = first / "推荐结果.xlsx"
        book = openpyxl.load_workbook(answered)
        page = book["待确认"]
        header = [cell.value for cell in page[1]]
        rows = [row for row in page.iter_rows(min_row=2) if row[header.index("姓名")].value == "张三"]
        rows[0][header.index("确认为")].value = "E1"
        book.save(answered)
    else:
        answered = first / "推荐结果_待确认.csv"
        frame = pd.read_csv(answered, encoding="utf-8-sig", dtype=str)
        frame.loc[frame["姓名"] == "张三", "确认为"] = "E1"
        frame.to_csv(answered, index=False, encoding="gb18030")  # as Excel saves it
    second = tmp_path / "二"
    needs = tmp_path / "果.csv"
    needs.write_text("需求名称\n猕猴桃贮藏保鲜\n", encoding="utf-8")
    options = ["--needs", needs, *given[2:], "--pending", answered]
    ran = inside(["match", *options, "--out", second], capsys)
    assert ran.code == 0
    assert {(r["专家编号"], r["成果编号"]) for r in records(second / "推荐结果_理由.jsonl")} >= {("E1", "W5")}
    questions = records(second / "推荐结果_待确认.jsonl")
    assert [q["确认为"] for q in questions if q["姓名"] == "张三"] == ["E1"]  # kept, so the newest sheet is enough


def test_column_may_name_the_header_of_what_is_kept_apart(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = tables(tmp_path, experts=EXPERTS.replace("联系电话", "怎么找他"))
    ran = inside(["match", *given, "--column", "怎么找他=联系电话", "--out", tmp_path / "结果"], capsys)
    assert ran.code == 0, ran.said
    assert "13800138000" not in ran.said
