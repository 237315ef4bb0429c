"""Sheets of a result: what stands in them, how a person sees them."""

from __future__ import annotations

import math
from pathlib import Path

import openpyxl
import pandas as pd
from strategies import analyzer

from expertmatch.errors import Problem
from expertmatch.matcher import Matcher
from expertmatch.ranking import Ranking
from expertmatch.report.labels import (
    COLUMNS,
    COVERAGE_COLUMNS,
    DIFF_COLUMNS,
    DIFF_SHEETS,
    FIELDS,
    SEVERITIES,
    SHEETS,
    pick,
)
from expertmatch.report.results import THIN, result_frames, thin_firsts, write_results
from expertmatch.tables.needs import read_needs
from expertmatch.tables.pool import Pool, read_pool

LONG = "猕猴桃溃疡病 变压器局部放电 焊接变形 苹果腐烂病 奶山羊胚胎移植 壁画修复 樱桃裂果 大气颗粒物监测"
PROBLEMS = (
    Problem(severity="warning", code="a", message="甲。", remedy="改。", table="experts", file="库.xlsx", sheet="专家",
            row=3, column="职称", value="能人", rows=(3, 5, 8)),
    Problem(severity="note", code="b", message="乙。", table="pending", file="表.csv"),
)  # fmt: skip
OPTIONAL = {"excluded", "loads", "coverage"}
SETTINGS = [("运行", "版本", "0.1.0"), ("设置", "人数", "10")]


def _made() -> tuple[Ranking, Pool]:
    titles = [*LONG.split(), LONG]
    works = pd.DataFrame(
        {
            "expert_id": ["E1"] * len(titles) + ["E2"],
            "title": [*titles, "猕猴桃贮藏"],
            "unit": ["某大学"] * (len(titles) + 1),
        }
    )
    experts = pd.DataFrame(
        {
            "expert_id": ["E1", "E2", "E3"],
            "name": ["张三", "=1+1", "王五"],
            "unit": ["某大学", "", "某所"],
            "title": ["教授", "", ""],
        }
    )
    pool = read_pool(experts, works=works)
    needs = read_needs(pd.DataFrame({"需求编号": ["N1", "N2"], "需求名称": [LONG, "月壤"], "需求单位": ["某公司", ""]}))
    return Matcher(analyzer=analyzer()).fit(pool).rank(needs), pool


def _frames(language: str = "zh", problems: tuple[Problem, ...] = PROBLEMS) -> dict[str, pd.DataFrame]:
    ranking, pool = _made()
    return result_frames(
        ranking, experts=pool.experts, problems=problems, pending=pool.pending, settings=SETTINGS, language=language,
    )  # type: ignore[arg-type]  # fmt: skip


def test_parts_add_up_although_only_the_largest_are_named() -> None:
    frames = _frames()
    for pair, parts in frames["理由"].groupby(["需求编号", "专家编号"]):
        score = frames["推荐"].set_index(["需求编号", "专家编号"]).loc[pair, "得分"]
        assert math.isclose(parts["得分构成"].sum(), score, abs_tol=1e-9)
        assert math.isclose(parts["占比"].sum(), 1, abs_tol=1e-9)
        assert len(parts) <= 7
    named = frames["理由"][frames["理由"]["专家编号"] == "E1"]
    assert named["共同的文字"].tolist()[-1] == "（其余）"
    assert named["姓名"].tolist() == ["张三"] * len(named)


def test_the_reason_does_not_repeat_what_stands_beside_it() -> None:
    row = _frames()["推荐"].iloc[0]
    assert row["姓名"] == "张三"
    assert "与需求都谈到" in row["理由"]
    assert row["姓名"] not in row["理由"]
    assert row["需求名称"] not in row["理由"].partition("与需求都谈到")[2]


def test_unmatched_needs_and_unusable_experts() -> None:
    rows = _frames()["未匹配"].to_numpy().tolist()
    assert [row[:2] for row in rows] == [["需求", "N2"], ["专家", "E3"]]


def test_a_problem_of_several_rows_is_a_line_for_each() -> None:
    frame = _frames()["数据问题"]
    assert frame["行"].tolist() == [3, 5, 8, ""]
    assert frame["内容"].tolist() == ["能人", "能人", "能人", ""]
    assert frame["表"].tolist() == ["专家", "专家", "专家", "待确认"]
    assert frame["级别"].tolist() == ["提醒", "提醒", "提醒", "说明"]


def test_nothing_at_all_has_its_columns() -> None:
    matcher = Matcher(analyzer=analyzer()).fit(read_pool(pd.DataFrame({"姓名": ["张三"]})))
    ranking = matcher.rank("月壤")
    frames = result_frames(ranking, experts=matcher.experts_, problems=(), pending=Pool().pending, settings=())
    assert list(frames) == [zh for name, (zh, _) in SHEETS.items() if name not in OPTIONAL]
    assert [len(frame) for frame in frames.values()] == [0, 0, 2, 0, 0, 0]
    assert list(frames["推荐"].columns)[-3:] == ["得分", "提示", "理由"]
    assert frames["数据问题"].columns[0] == "级别"


def test_the_workbook_is_pleasant_to_open(tmp_path: Path) -> None:
    write_results(_frames(), tmp_path, ["xlsx"], force=False)
    book = openpyxl.load_workbook(tmp_path / "推荐结果.xlsx")
    for sheet in book:
        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref is not None
        assert all(cell.font.bold for cell in sheet[1])
        widths = [sheet.column_dimensions[cell.column_letter].width for cell in sheet[1]]
        assert all(6 <= width <= 61 for width in widths)
    recommended, reasons = book["推荐"], book["理由"]
    header = {cell.value: cell.column_letter for cell in recommended[1]}
    assert recommended[f"{header['得分']}2"].number_format == "0.000"
    assert recommended[f"{header['名次']}2"].number_format == "General"
    assert recommended[f"{header['理由']}2"].alignment.wrap_text
    widths = {name: recommended.column_dimensions[letter].width for name, letter in header.items()}
    assert "理由" in sorted(widths, key=lambda name: widths[name])[-2:]
    header = {cell.value: cell.column_letter for cell in reasons[1]}
    assert reasons[f"{header['得分构成']}2"].number_format == "0.0000"
    assert reasons[f"{header['占比']}2"].number_format == "0%"


def test_no_cell_runs(tmp_path: Path) -> None:
    write_results(_frames(), tmp_path, ["xlsx", "csv"], force=False)
    sheet = openpyxl.load_workbook(tmp_path / "推荐结果.xlsx")["推荐"]
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value == "=1+1"]
    assert cells
    assert all(cell.data_type == "s" for cell in cells)
    assert "'=1+1" in (tmp_path / "推荐结果_推荐.csv").read_text(encoding="utf-8-sig")


def test_english_sheets_keep_the_questions_readable_by_the_library() -> None:
    frames = _frames("en")
    assert list(frames) == [en for name, (_, en) in SHEETS.items() if name not in OPTIONAL]
    assert frames["To confirm"].columns[0] == "编号"
    assert frames["Data problems"]["Table"].tolist() == ["experts"] * 3 + ["pending"]
    assert all(str(name).isascii() for title, frame in frames.items() if title != "To confirm" for name in frame)


def test_every_name_is_there_in_both_languages() -> None:
    for names in (SHEETS, COLUMNS, COVERAGE_COLUMNS, DIFF_COLUMNS, DIFF_SHEETS, FIELDS, SEVERITIES):
        for pair in names.values():
            assert not pick(pair, "zh").isascii()
            assert pick(pair, "en").isascii()
    assert len({pair[0] for pair in SHEETS.values()}) == len(SHEETS)


def test_hints_name_thin_reasons_and_people_who_have_left() -> None:
    experts = pd.DataFrame(
        {
            "专家编号": ["E1", "E2"],
            "姓名": ["张三", "李四"],
            "在岗状态": ["离职", "一线"],
            "研究方向": ["面板", "古筝 音色 面板"],
        }
    )
    matcher = Matcher().fit(read_pool(experts))
    ranking = matcher.rank(["古筝面板的音色"])
    frames = result_frames(ranking, experts=matcher.experts_, problems=(), pending=Pool().pending, settings=())
    hints = dict(zip(frames["推荐"]["姓名"], frames["推荐"]["提示"], strict=True))
    assert hints == {"张三": f"{THIN}；在岗状态：离职", "李四": ""}
    assert thin_firsts(frames) == 0
