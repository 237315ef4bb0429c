"""The sheets of a plan: what stands in them, and that a plan with gaps shows itself."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from plan_tables import SETTINGS, StandIn, frame, plan, pool

from expertmatch.planning.pencil.marks import frame_of, settings_of
from expertmatch.planning.pencil.words import KIND_NAMES, PLAN_COLUMNS
from expertmatch.report.labels import COLUMNS, KINDS, SHEETS
from expertmatch.report.plan_sheets import NUMBER_FORMATS, plan_frames, plan_titles, write_plan
from expertmatch.scenarios import Scenario
from expertmatch.tables.write import write_frames

SHEET_NAMES = ["方案", "邀请名单", "未满足", "不合要求", "队伍", "专家负荷", "候补", "参数", "原方案"]


def _frames(made: StandIn | None = None, **more: object) -> dict[str, pd.DataFrame]:
    return plan_frames(made or plan(), settings=SETTINGS, **more)  # type: ignore[arg-type]


def test_a_row_a_seat_and_a_row_a_gap() -> None:
    sheet = _frames()["方案"]
    assert list(sheet) == [
        *"需求编号 需求名称 需求方 时间 地点 席位 角色 类别 编号 姓名 单位 得分 候补 保留 删除 替换 备注".split()
    ]
    told = sheet[["需求编号", "席位", "类别", "编号", "姓名", "单位"]].to_numpy().tolist()
    assert told == [
        ["N001", 1, "专家", "E001", "张三", "西北大学"],
        ["N001", 2, "专家", "E002", "李四", "长安大学"],
        ["N001", 3, "专家", "E003", "王五", "西安某研究院"],
        ["N002", 1, "学会", "XH2", "西安市力学学会", ""],
        ["N002", 2, "", "", "（缺）", ""],
        ["N003", 1, "需求方", "", "郭工", "眉县某果业公司"],
        ["N003", 2, "专家", "E002", "李四", "长安大学"],
    ]
    first = sheet.iloc[0]
    assert (first["需求方"], first["时间"], first["地点"]) == ("周至某合作社", "2018-09-01 至 2018-09-03", "楼南村")
    assert first["候补"] == "赵六（西北大学）；西安市果业学会"
    assert sheet.loc[3, "时间"] == "2018-09"
    assert "雁塔" in sheet.loc[3, "地点"]
    assert sheet["得分"].isna().tolist() == [False, False, False, False, True, True, False]
    assert not sheet[["保留", "删除", "替换", "备注"]].to_numpy().any()


def test_a_gap_takes_the_number_that_is_free() -> None:
    seats = frame(("N002", 2, "", "society", "XH2"))
    sheet = _frames(dataclasses.replace(plan(), frame=seats))["方案"]
    mine = sheet[sheet["需求编号"] == "N002"]
    assert sorted(zip(mine["席位"], mine["姓名"], strict=True)) == [(1, "（缺）"), (2, "西安市力学学会")]


def test_a_need_with_nobody_is_all_gaps() -> None:
    made = plan()
    nobody = pd.DataFrame([("N003", "果园水肥一体化", 2, 0, 2, "无人")], columns=made.unserved.columns)
    made = dataclasses.replace(made, frame=made.frame[made.frame["need_id"] == "N001"], unserved=nobody)
    sheet = _frames(made)["方案"]
    assert sheet["需求编号"].tolist() == ["N001"] * 3 + ["N003"] * 2
    assert sheet["姓名"].tolist()[3:] == ["（缺）", "（缺）"]


def test_locked_pairs_are_ticked_and_notes_stand_again() -> None:
    made = dataclasses.replace(plan(), frame=plan().frame.assign(locked=[False, True, *[False] * 4]))
    sheet = _frames(made, notes={("N001", 3): "请先打电话", ("N002", 2): "再找人", ("N009", 1): "没有这一席"})["方案"]
    assert sheet["保留"].tolist() == ["", "√", "", "", "", "", ""]
    assert sheet["备注"].tolist() == ["", "", "请先打电话", "", "再找人", "", ""]


def test_scenarios_are_called_by_their_titles() -> None:
    titled = Scenario.model_construct(name="salon", title="科技创新沙龙")
    made = dataclasses.replace(plan(), frame=plan().frame.assign(scenario="salon"), scenarios={"salon": titled})
    sheet = _frames(made)["方案"]
    assert set(sheet["场景"]) == {"科技创新沙龙"}


def test_the_other_sheets() -> None:
    frames = _frames()
    assert list(frames) == SHEET_NAMES
    assert frames["未满足"].to_numpy().tolist() == [["N002", "薄壁件铣削变形", 2, 1, 1, "能用的候选都已排满"]]
    assert frames["不合要求"][["需求编号", "需求名称", "要求"]].to_numpy().tolist() == [
        ["N001", "猕猴桃溃疡病防治", "40 岁以下的至少三分之一"],
        ["", "（全部需求）", "新人不少于一成"],
    ]
    assert frames["队伍"].loc[0, ["队伍得分", "最强个人组合的得分", "覆盖", "最强个人组合的覆盖"]].tolist() == [
        2.1, 2.4, 0.8, 0.6]  # fmt: skip
    assert frames["专家负荷"].iloc[0].tolist() == ["专家", "E001", "张三", "西北大学", 1, 1, 4, 2]
    assert frames["候补"].iloc[1].tolist() == [
        "N001", "猕猴桃溃疡病防治", 1, "张三（西北大学）", 2, "学会", "XH1", "西安市果业学会", "", 0.4]  # fmt: skip


def test_names_that_stand_for_several_come_with_the_id() -> None:
    rows = [
        ("N001", 1, 1, "expert", "A1", "张三（某大学）", 0.5),
        ("N001", 1, 2, "expert", "A2", "张三（某大学）", 0.4),
    ]
    made = dataclasses.replace(plan(), runner_ups=pd.DataFrame(rows, columns=plan().runner_ups.columns))
    assert _frames(made)["方案"].loc[0, "候补"] == "A1 张三（某大学）；A2 张三（某大学）"


def test_titles_say_what_is_missing_and_what_is_not_proven() -> None:
    made = plan()
    assert plan_titles(made)["方案"] == "不完整：1 项需求还缺 1 人，见“未满足”"
    whole = dataclasses.replace(made, unserved=made.unserved.iloc[:0], status="optimal")
    assert "方案" not in plan_titles(whole)
    late = dataclasses.replace(whole, status="time_limit", gap=0.0123)
    assert plan_titles(late)["方案"] == "到时限为止所得，未证明最优：总分离上界至多差 1.23%"
    both = dataclasses.replace(made, status="time_limit", gap=0.5)
    assert "不完整" in plan_titles(both)["方案"]
    assert "50.00%" in plan_titles(both)["方案"]
    assert plan_titles(made, "en")["Plan"] == "Incomplete: 1 needs lack 1 people, see Unserved"


def test_the_workbook_says_it_above_the_header(tmp_path: Path) -> None:
    [written] = write_plan(_frames(), plan_titles(plan()), tmp_path, ["xlsx"], force=False)
    assert [path.name for path in written.paths] == ["方案.xlsx"]
    assert written.problems == ()
    book = openpyxl.load_workbook(written.paths[0])
    assert book.sheetnames == SHEET_NAMES
    rows = list(book["方案"].iter_rows(values_only=True))
    assert rows[0][0].startswith("不完整")
    assert rows[1][0] == "需求编号"
    assert sum(row[9] == "（缺）" for row in rows) == 1


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_plan_as_made_and_the_settings_come_back(tmp_path: Path, language: str) -> None:
    made = dataclasses.replace(plan(), frame=plan().frame.assign(locked=[True, *[False] * 5]))
    frames = _frames(made, language=language)
    path = tmp_path / "方案.xlsx"
    write_frames(frames, path, titles=plan_titles(made, language), number_formats=NUMBER_FORMATS)  # type: ignore[arg-type]
    back = frame_of(path)
    assert back is not None
    assert list(back) == list(made.frame)
    exact = back.drop(columns="score").to_numpy() == made.frame.drop(columns="score").to_numpy()
    assert exact.all()
    # a workbook keeps 16 digits of a number
    assert np.allclose(back["score"], made.frame["score"], rtol=1e-15, atol=0, equal_nan=True)
    assert settings_of(path) == {"wanted": "3", "capacity": "4", "资格规则": "甲\n乙"}


def test_an_empty_plan_has_all_its_sheets(tmp_path: Path) -> None:
    made = plan()
    empty = {name: getattr(made, name).iloc[:0] for name in
             ("frame", "unserved", "runner_ups", "broken", "teams", "loads")}  # fmt: skip
    made = StandIn(**empty, status="optimal")
    frames = _frames(made)
    assert list(frames) == SHEET_NAMES
    assert len(frames["方案"]) == 0
    write_plan(frames, plan_titles(made), tmp_path, ["xlsx", "csv"], force=False)
    back = frame_of(tmp_path / "方案.xlsx")
    assert back is not None
    assert len(back) == 0


def test_words_are_those_of_the_other_results() -> None:
    shared = ("need_id", "need", "scenario", "role", "name", "unit", "score")
    assert [PLAN_COLUMNS[name] for name in shared] == [COLUMNS[name] for name in shared]
    assert PLAN_COLUMNS["candidate_id"][0] == COLUMNS["id"][0]
    assert {kind: KIND_NAMES[kind] for kind in KINDS} == KINDS
    assert SHEETS["settings"][0] in _frames()


def test_number_formats_are_of_columns_that_exist() -> None:
    named = {str(name) for language in ("zh", "en") for sheet in _frames(language=language).values() for name in sheet}
    assert set(NUMBER_FORMATS) <= named


def test_the_pool_of_the_tests_has_two_of_a_name() -> None:
    assert pool().experts["name"].tolist().count("张三") == 2
