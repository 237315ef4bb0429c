"""Checking: cells cleaned by kind, personal data split off, findings with all their rows."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tables_helpers import GOOD, TODAY, Outcome, csv_text, frame, load, write

from expertmatch.tables.cells import map_distinct, reader
from expertmatch.tables.check import check_table
from expertmatch.tables.columns import TABLES, frame_columns
from expertmatch.tables.read import read_raw

MOBILE = "13800138000"
ID_NO = "11010519491231002X"  # the example number of GB 11643


def expert(**cells: str) -> Outcome:
    return load(pd.DataFrame([{"姓名": "张三", **cells}]))


def one(column: str, **cells: str) -> str:
    return expert(**cells).values(column)[0]


@pytest.mark.parametrize("table", TABLES)
def test_the_frame_has_the_same_columns_whatever_came(table: str) -> None:
    contract = TABLES[table]
    first = {group[0]: ["1"] for group in contract.required}
    out = load(pd.DataFrame(first), table)
    assert out.checked is not None
    assert list(out.checked.frame.columns) == list(frame_columns(table))
    assert not [p for p in out.problems if p.code == "missing-column"]
    assert all(isinstance(c, str) for c in out.checked.frame.to_numpy().ravel())


@pytest.mark.parametrize("table", TABLES)
def test_an_empty_table_is_checked_too(table: str) -> None:
    columns = [c.label for c in TABLES[table].columns if not c.personal]
    out = load(pd.DataFrame(columns=columns), table)
    assert out.codes() == ["no-rows"]
    assert len(out.checked) == 0


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(sorted(TABLES)), st.data())
def test_no_text_makes_checking_raise_and_no_row_is_lost(table: str, data) -> None:
    columns = [c.name for c in TABLES[table].columns]
    chosen = data.draw(st.lists(st.sampled_from(columns), min_size=1, max_size=6, unique=True))
    texts = st.text(max_size=20) | st.sampled_from(
        ["0000", "6405", "教授、院长", "是", "西安市", "1e9", MOBILE, "张三;李四"]
    )
    rows = data.draw(st.lists(st.lists(texts, min_size=len(chosen), max_size=len(chosen)), max_size=5))
    source = pd.DataFrame(rows, columns=chosen)
    raw = read_raw(source, table=table)
    checked = check_table(raw, today=TODAY)
    assert len(checked) == len(raw) == len(checked.frame)
    assert all(isinstance(c, str) for c in checked.frame.to_numpy().ravel())


# ---------------------------------------------------------------- one column and another


def test_title_cell_gives_level_academician_and_post() -> None:
    out = expert(职称="教授、院长、中国工程院院士")
    assert out.values("title") == ["教授"]
    assert out.values("title_level") == ["正高"]
    assert out.values("academician") == ["中国工程院院士"]
    assert "院长" in out.values("post")[0]


def test_columns_of_their_own_win_over_what_a_title_says() -> None:
    assert one("title_level", 职称="教授", 职称级别="副高") == "副高"
    assert one("post", 职称="教授、院长", 职务="校长") == "校长"
    assert one("title_level", 职称="教授", 职称级别="") == "正高"
    assert one("title_level", 职称级别="正高级") == "正高"


@pytest.mark.parametrize(
    ("cell", "kind"), [("是", "院士"), ("否", ""), ("", ""), ("中国科学院院士", "中国科学院院士"), ("无", "")]
)
def test_academician_column(cell: str, kind: str) -> None:
    assert one("academician", 是否院士=cell) == kind


def test_region_in_one_column_or_several() -> None:
    for out in (expert(所在地区="西安周至县"), expert(省="陕西省", 市="西安市", 区县="周至县")):
        assert out.values("region") == ["陕西省西安市周至县"]
        assert out.values("region_code") == ["610124"]
        assert (out.values("province"), out.values("city"), out.values("county")) == (
            ["陕西省"],
            ["西安市"],
            ["周至县"],
        )
    assert one("region", 所在地区="高校") == "高校"


def test_dates_keep_their_precision_and_spans_their_ends() -> None:
    works = pd.DataFrame(
        {"作者": ["张三"] * 4, "题名": list("甲乙丙丁"), "时间": ["2017/6/30", "2015-2018", "42916", "0000"]}
    )
    out = load(works, "works")
    assert out.values("date") == ["2017-06-30", "2018", "2017-06-30", ""]
    assert out.values("year") == ["2017", "2018", "2017", ""]
    needs = load(
        pd.DataFrame({"需求名称": ["甲"], "服务时间": ["2024.3-2024.5"], "需求时限": ["2024-2026年"]}), "needs"
    )
    assert (needs.values("start"), needs.values("end")) == (["2024-03"], ["2024-05"])
    assert needs.values("deadline") == ["2026"]


def test_births_are_kept_to_the_month_and_ages_are_read() -> None:
    assert one("birth", 出生日期="1964-05-13") == "1964-05"
    assert one("birth", 出生年月="6405") == "1964-05"
    assert one("birth", 年龄="60") == "1964"


def test_several_headers_are_joined_in_sheet_order() -> None:
    needs = pd.DataFrame(
        {
            "需求名称": ["甲"],
            "主要问题": ["一"],
            "预期目标": ["二"],
            "技术关键": [""],
            "关键字1": ["A"],
            "关键字2": ["B"],
        }
    )
    out = load(needs, "needs")
    assert out.values("text") == ["一\n二"]
    assert out.values("keywords") == ["A；B"]


def test_columns_that_agree_are_one_and_gaps_are_filled() -> None:
    out = load(pd.DataFrame({"姓名": ["张三", "李四"], "单位": ["甲校", ""], "工作单位": ["甲校", "乙所"]}))
    assert out.values("unit") == ["甲校", "乙所"]
    assert out.find("same-columns")
    assert not out.codes("error")


def test_ambiguity_names_the_headers_and_goes_away_when_settled() -> None:
    data = pd.DataFrame({"姓名": ["张三"], "单位": ["甲校"], "工作单位": ["乙所"]})
    problem = load(data).find("ambiguous-column")[0]
    assert "“单位”" in problem.message
    assert "“工作单位”" in problem.message
    settled = load(data, columns={"工作单位": "unit"})
    assert not settled.codes("error")
    assert settled.values("unit") == ["乙所"]
    assert settled.values("单位") == ["甲校"]


def test_lists_names_and_roles_have_one_spelling() -> None:
    out = load(
        pd.DataFrame({"完成人": ["张 三、李四;王五 等"], "题名": ["甲"], "关键词": ["猕猴桃,溃疡病；猕猴桃"]}), "works"
    )
    assert out.values("authors") == ["张三；李四；王五"]
    assert out.values("keywords") == ["猕猴桃；溃疡病"]
    member = {"姓名": ["甲某", "乙某"], "学会名称": ["陕西省电机工程学会"] * 2, "学会职务": ["会长", "副会长兼秘书长"]}
    assert load(pd.DataFrame(member), "memberships").values("role") == ["理事长", "副理事长、秘书长"]


def test_branch_and_parent() -> None:
    member = {"姓名": ["甲某"], "学会名称": ["陕西省电机工程学会高电压专业委员会"]}
    assert load(pd.DataFrame(member), "memberships").values("society_parent") == ["陕西省电机工程学会"]


@pytest.mark.parametrize(("cell", "value"), [("3人", "3"), ("０", "0"), ("三", "3"), ("-1", ""), ("", ""), ("无", "")])
def test_whole_numbers(cell: str, value: str) -> None:
    assert one("capacity", 可承接数=cell) == value


def test_words_of_a_closed_list() -> None:
    grades = load(
        pd.DataFrame({"需求编号": list("abc"), "专家编号": list("abc"), "评分": ["3", "不合适", "很合适"]}), "judgments"
    )
    assert grades.values("grade") == ["3", "0", "3"]
    assert one("retired", 退休="是") == "yes"
    assert one("retired", 在岗状态="一线") == "no"


# ---------------------------------------------------------------- findings


def test_equal_cells_are_one_finding_with_all_rows() -> None:
    data = pd.DataFrame({"姓名": [f"人{i}某" for i in range(30)], "所在地区": ["高校"] * 29 + ["西安市"]})
    found = load(data).find("unknown-region")
    assert len(found) == 1
    assert found[0].row == 1
    assert found[0].value == "高校"
    assert found[0].rows == tuple(range(1, 30))
    assert "等 29 行" in found[0].place


def test_notes_do_not_stop_and_every_header_is_explained() -> None:
    out = load(pd.DataFrame({"姓名": ["张三"], "爱好": ["书法"], "序号": ["1"]}))
    assert out.checked is not None
    assert out.checked.extra == ("爱好",)
    assert out.values("爱好") == ["书法"]
    assert "序号" not in out.checked.frame
    assert [e.header for e in out.checked.header_map.explained] == ["姓名", "爱好", "序号"]
    assert all(e.how for e in out.checked.header_map.explained)


def test_a_table_of_another_kind_says_what_is_missing() -> None:
    problem = load(frame(GOOD), "judgments").find("missing-column")[0]
    assert "姓名、工作单位" in problem.message
    assert "columns=" in problem.remedy


# ---------------------------------------------------------------- personal data


def test_contacts_are_apart_and_nowhere_else(tmp_path: Path) -> None:
    text = csv_text(
        [
            ["姓名", "手机", "固定电话", "邮箱", "身份证号", "简介", "备用", "职称"],
            [
                "张三",
                MOBILE,
                "029-88888888",
                "zhang@example.cn",
                ID_NO,
                f"请打{MOBILE}，证号{ID_NO}",
                MOBILE,
                f"教授{MOBILE}",
            ],
            ["李四", "无", "", "", "", "甲", "", "副教授"],
        ]
    )
    out = load(write(tmp_path / "a.csv", text))
    checked = out.checked
    assert checked is not None
    assert checked.contacts.to_dict("list") == {
        "row": [0, 0, 0, 0],
        "kind": ["phone", "phone", "mail", "id_no"],
        "value": [MOBILE, "029-88888888", "zhang@example.cn", ID_NO],
    }
    shown = checked.frame.to_csv() + "".join(map(str, out.problems)) + repr(checked)
    for secret in (MOBILE, "88888888", "zhang@", ID_NO):
        assert secret not in shown
    assert {p.column for p in out.find("personal-in-text")} == {"简介", "备用", "职称"}


def test_an_id_number_as_expert_id_is_not_quoted_in_messages() -> None:
    out = load(pd.DataFrame({"专家编号": [ID_NO], "姓名": ["张三"], "职称": [f"大拿{MOBILE}"]}))
    assert not any(MOBILE in str(p) or ID_NO in str(p) or ID_NO in (p.value or "") for p in out.problems)


# ---------------------------------------------------------------- speed by design, and the raw table


def test_each_distinct_text_is_read_once() -> None:
    calls: list[str] = []

    def slow(text: str) -> int:
        calls.append(text)
        return len(text)

    assert map_distinct(["甲", "乙乙"] * 50, slow) == [1, 2] * 50
    assert calls == ["甲", "乙乙"]


@pytest.mark.parametrize("table", TABLES)
def test_every_kind_has_a_reader_with_its_derived_texts(table: str) -> None:
    from expertmatch.tables.columns import derived_columns

    for column in TABLES[table].columns:
        for text in ("", "张三", "2017", "无"):
            cell = reader(column, today=TODAY)(text)
            if text:
                assert len(cell.derived) >= len(derived_columns(column)) or not derived_columns(column)


def test_checking_changes_nothing_of_the_raw_table() -> None:
    raw = read_raw(frame(GOOD), table="experts")
    before = raw.frame.copy(deep=True)
    check_table(raw, today=TODAY)
    pd.testing.assert_frame_equal(raw.frame, before)


MIXED_HEADERS = (
    "职称/职务 职务/职称 职务职称 职称职务 职务（职称） 职称(职务) 职称、职务 职务及职称 职务和职称 *职务／技术职称 "
    "专业技术职务/行政职务 职务|职称 行政职务（专业技术职称）"
)


@pytest.mark.parametrize("header", MIXED_HEADERS.split())
def test_a_column_of_titles_and_posts_is_read_by_its_values(header: str) -> None:
    cells = ["研究员/室主任", "高级工程师", "主任医师", "处长", "院长、教授", "无/科长", ""]
    out = load(pd.DataFrame({"姓名": [f"张{i}" for i in range(len(cells))], header: cells}))
    assert out.values("title") == ["研究员", "高级工程师", "主任医师", "", "教授", "", ""]
    assert out.values("title_level") == ["正高", "副高", "正高", "", "正高", "", ""]
    assert out.values("post") == ["室主任", "", "", "处长", "院长", "科长", ""]
    assert not out.codes("warning", "error")


def test_a_column_of_titles_and_posts_gives_way_to_columns_of_their_own() -> None:
    out = load(pd.DataFrame({"姓名": ["张三"], "职务/职称": ["室主任"], "职称": ["研究员"]}))
    assert (out.values("title"), out.values("post")) == (["研究员"], ["室主任"])
    assert not out.codes("warning", "error")
    works = load(pd.DataFrame({"成果名称": ["甲"], "完成人": ["张三"], "职务/职称": ["研究员/室主任"]}), "works")
    assert (works.values("expert_title"), works.values("expert_post")) == (["研究员"], ["室主任"])
    two = load(pd.DataFrame([["张三", "室主任", "研究员"]], columns=["姓名", "职务职称/职务", "职务职称/职称"]))
    assert (two.values("title"), two.values("post")) == (["研究员"], ["室主任"])


def test_who_has_left_is_said_and_kept_in_the_status() -> None:
    out = load(pd.DataFrame({"姓名": ["张三", "李四"], "在岗状态": ["去世", "退休"]}))
    assert out.values("retired") == ["unknown", "yes"]
    assert out.values("status") == ["去世", ""]
    assert [p.row for p in out.find("expert-left")] == [1]


def test_the_warning_names_who_has_left() -> None:
    rows = [
        ["E1", "张三", "离职"],
        ["E2", "李四", "在岗"],
        ["E3", "王五", "去世"],
        ["", "赵六", "离职"],
        ["E5", "", "去世"],
    ]
    out = load(pd.DataFrame(rows, columns=["编号", "姓名", "在岗状态"]))
    said = {p.value: p.message for p in out.find("expert-left")}
    assert said == {
        "离职": "张三（E1）、赵六在岗状态为“离职”，仍在库中。",
        "去世": "王五（E3）、E5在岗状态为“去世”，仍在库中。",
    }
    many = load(pd.DataFrame({"姓名": [f"张{i}" for i in range(12)], "在岗状态": ["调离"] * 12}))
    (problem,) = many.find("expert-left")
    assert "张9等 12 位在岗状态为“调离”" in problem.message
    assert len(problem.rows) == 12


def test_a_number_in_the_wrong_column_is_not_quoted() -> None:
    out = expert(出生年月=MOBILE, 所在地区=MOBILE)
    assert out.codes("warning")
    assert not any(MOBILE in f"{p}{p.value}" for p in out.problems)


def test_a_closed_list_is_shown_in_chinese() -> None:
    assert expert(退休="或许").find("unknown-word")[0].remedy == "可以是：是、否、未知。"
