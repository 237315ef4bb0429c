"""Headers to columns: the lists do not contradict each other, and people's spellings are understood."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expertmatch.tables.columns import (
    TABLES,
    frame_columns,
    guess_table,
    is_header,
    map_headers,
    normalise_header,
)
from expertmatch.tables.headers.contracts import ROW_NUMBERS, SENSITIVE
from expertmatch.tables.headers.header_text import squeeze


def mapped(headers: list[str], table: str, **settings) -> dict[str, str]:
    found = map_headers(headers, table, **settings)
    return {headers[i]: name for i, name in found.mapping.items()}


@pytest.mark.parametrize("table", TABLES)
def test_no_header_means_two_columns(table: str) -> None:
    seen: dict[str, str] = {}
    for column in TABLES[table].columns:
        for word in {squeeze(w) for w in (column.name, column.label, *column.aliases)}:
            assert seen.setdefault(word, column.name) == column.name, word
            assert word not in ROW_NUMBERS | SENSITIVE


@pytest.mark.parametrize("table", TABLES)
def test_canonical_names_labels_and_aliases_are_accepted(table: str) -> None:
    for column in TABLES[table].columns:
        for word in (column.name, column.name.upper(), column.label, *column.aliases):
            found = map_headers([word], table).mapping
            takes_over = dict(TABLES[table].takes_over)
            assert found == {0: takes_over.get(word, column.name)}, word


@pytest.mark.parametrize("table", TABLES)
def test_required_and_yielding_columns_exist(table: str) -> None:
    contract = TABLES[table]
    names = {c.name for c in contract.columns}
    assert {n for group in contract.required for n in group} <= names
    for name, words, instead in contract.yields:
        assert name in names
        assert not instead or instead in names
        for word in words:
            assert is_header(word, table), word
    assert len(frame_columns(table)) == len(set(frame_columns(table)))


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("　姓　名　", "姓名"),
        ("姓\n名", "姓名"),
        ("*工作单位", "工作单位"),
        ("工作单位（必填）", "工作单位"),
        ("资金需求总额(万元)：", "资金需求总额"),
        ("３．职称", "职称"),
        ("（一）基本情况", "基本情况"),
        ("Expert_ID", "expert_id"),
        ("E－mail", "e-mail"),
        ("5G技术", "5g技术"),
        ("①主要问题", "主要问题"),
        ("", ""),
        (None, ""),
        (float("nan"), ""),
        ("（万元）", "(万元)"),
    ],
)
def test_normalise_header(written: object, plain: str) -> None:
    assert normalise_header(written) == plain


@given(st.text(max_size=30))
def test_no_header_raises(text: str) -> None:
    assert not set(normalise_header(text)) & set(" \n\t\u3000*")
    map_headers([text, text + "_2"], "experts")


def test_the_social_fund_table() -> None:
    headers = "负责人编号,项目类别,学科分类,项目名称,立项时间,专业职务,工作单位,单位类别,所在省区市,所属系统".split(",")
    assert mapped(headers, "works") == {
        "负责人编号": "expert_id",
        "项目类别": "kind",
        "学科分类": "expert_disciplines",
        "项目名称": "title",
        "立项时间": "date",
        "专业职务": "expert_title",
        "工作单位": "expert_unit",
        "所在省区市": "expert_region",
    }
    assert next(iter(guess_table(headers))) == "works"


def test_the_hebei_form_joins_its_text_columns_and_keywords() -> None:
    headers = (
        "机构全称* 归口管理部门 通讯地址* 所在地域* 电子信箱* 法人代表* 联系人* 手机* 技术需求名称* 需求时限 "
        "概述/①主要问题 概述/②技术关键(含指标) 概述/③预期目标 关键字1 关键字2 应用行业 学科分类"
    ).split()
    found = map_headers(headers, "needs")
    assert [headers[i] for i in found.positions("text")] == headers[10:13]
    assert [headers[i] for i in found.positions("keywords")] == ["关键字1", "关键字2"]
    assert found.mapping[headers.index("技术需求名称*")] == "title"
    assert found.mapping[headers.index("机构全称*")] == "requester"
    assert found.positions("region") == [headers.index("所在地域*")]  # an address only where nothing is better
    assert not found.ambiguous
    assert not found.missing


def test_row_numbers_and_sensitive_particulars_are_left_out_and_said() -> None:
    found = map_headers(["序号", "姓名", "民族", "爱好"], "experts")
    assert found.ignored == (0, 2)
    assert found.unknown == (3,)
    assert "行号" in found.explained[0].how
    assert found.explained[1].canonical == "name"


def test_given_columns_win_and_the_usual_header_stays_as_it_is() -> None:
    found = map_headers(["姓名", "曾用名", "单位"], "experts", {"曾用名": "name", "单位": ""})
    assert dict(found.mapping) == {1: "name"}
    assert found.unknown == (0,)
    assert found.ignored == (2,)


def test_two_headers_for_one_value_are_ambiguous_for_several_values_not() -> None:
    found = map_headers(["姓名", "单位", "工作单位", "研究方向", "专业特长"], "experts")
    assert found.ambiguous == (("unit", ("单位", "工作单位")),)


def test_a_header_made_unique_is_still_itself() -> None:
    assert map_headers(["姓名", "职称", "职称_2"], "experts").ambiguous == (("title", ("职称", "职称_2")),)


def test_an_id_alone_makes_each_work_an_expert_and_that_is_said() -> None:
    found = map_headers(["id", "title"], "works")
    assert dict(found.mapping) == {0: "expert_id", 1: "title"}
    assert found.assumed[0][:2] == ("id", "expert_id")
    assert dict(map_headers(["id", "title", "作者"], "works").mapping)[0] == "work_id"


def test_general_headers_give_way() -> None:
    assert mapped(["需求名称", "需求"], "needs") == {"需求名称": "title", "需求": "text"}
    assert mapped(["需求"], "needs") == {"需求": "title"}
    assert mapped(["姓名", "出生年月", "年龄"], "experts") == {"姓名": "name", "出生年月": "birth"}
    assert mapped(["作者", "题名", "立项时间", "完成时间"], "works")["完成时间"] == "date"


def test_results_read_back_are_worked_out_anew() -> None:
    found = map_headers(["name", "region", "province", "region_code"], "experts")
    assert found.ignored == (2, 3)


@pytest.mark.parametrize(
    ("headers", "table"),
    [
        (["姓名", "性别", "出生年月", "工作单位", "职称", "研究方向"], "experts"),
        (["成果名称", "完成人", "完成单位", "成果类型"], "works"),
        (["专家姓名", "学会名称", "学会职务", "任职开始"], "memberships"),
        (["学会名称", "挂靠单位", "业务范围"], "societies"),
        (["需求编号", "需求名称", "需求单位", "需求内容"], "needs"),
        (["专家姓名", "关系方", "关系类型"], "relations"),
        (["需求编号", "专家编号", "评分"], "judgments"),
        (["指标", "期间", "目标值"], "targets"),
    ],
)
def test_guess_table(headers: list[str], table: str) -> None:
    assert next(iter(guess_table(headers))) == table
    assert not any(guess_table(["晴", "20"]).values())
    assert not any(guess_table(["", ""]).values())


def test_a_list_of_numbers_and_names_is_one_of_experts() -> None:
    assert next(iter(guess_table(["编号", "姓名"]))) == "experts"
