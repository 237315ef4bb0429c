"""Needs from tables, sentences and lists of sentences."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from expertmatch.errors import InputError, SettingError
from expertmatch.tables.joining.identity import made_id
from expertmatch.tables.needs import need_columns, read_needs

DAY = date(2024, 6, 1)


def table(header: str, *rows: str) -> pd.DataFrame:
    names = header.split("|")
    return pd.DataFrame([[cell.strip() for cell in row.split("|")] for row in rows], columns=names, dtype=object)


def codes(needs) -> set[str]:
    return {p.code for p in needs.problems if p.severity == "warning"}


def test_one_sentence_is_one_need():
    needs = read_needs("如何防治猕猴桃溃疡病", today=DAY)
    assert needs.frame[["need_id", "title"]].to_numpy().tolist() == [["N001", "如何防治猕猴桃溃疡病"]]
    assert len(needs) == 1
    assert repr(needs) == "<需求：1 条>"
    assert tuple(needs.frame.columns) == need_columns()


def test_a_list_of_sentences_keeps_its_order():
    needs = read_needs([f"第{i}个问题怎么解决" for i in range(1, 12)], today=DAY)
    assert needs.frame["need_id"].tolist() == [f"N{i:03d}" for i in range(1, 12)]
    assert needs.frame["title"][10] == "第11个问题怎么解决"


def test_the_same_sentence_twice_is_two_needs():
    assert len(read_needs(["苹果怎么贮藏", "苹果怎么贮藏"], today=DAY)) == 2


@pytest.mark.parametrize("source", ["", "  ", [], ["甲", ""], [1]])
def test_nothing_asked_is_refused(source):
    with pytest.raises(SettingError):
        read_needs(source, today=DAY)


@pytest.mark.parametrize("name", ["需求.xlsx", "没有的.csv", "表/需求.dat", "D:\\表\\需求.xls", "需求.et"])
def test_what_looks_like_a_file_is_one(name):
    with pytest.raises(InputError) as caught:
        read_needs(name, today=DAY)
    assert caught.value.problems[0].remedy


@pytest.mark.parametrize(
    "text",
    ["水/油分离", "PM2.5治理", "A/B两种工艺如何选择。", "提高1.5倍", "怎么办？\n第二行", "如何改造 http://x.cn 的网站"],
)
def test_what_does_not_is_a_need(text):
    assert len(read_needs(text, today=DAY)) == 1


def test_an_existing_file_is_read_whatever_its_name(tmp_path):
    path = tmp_path / "需求"
    path.write_text("需求编号,需求名称\nA1,变压器监测\n", encoding="utf-8")
    assert read_needs(str(path), today=DAY).frame["need_id"].tolist() == ["A1"]
    assert read_needs(path, today=DAY).frame["title"].tolist() == ["变压器监测"]


def test_id_is_made_from_title_and_requester():
    needs = read_needs(table("需求名称|企业名称|需求内容", "局部放电监测|甲电气公司|内容之一"), today=DAY)
    assert needs.frame["need_id"].tolist() == [made_id("N", "局部放电监测", "甲电气公司")]


def test_same_title_and_requester_with_another_text_is_another_need_and_said():
    needs = read_needs(
        table("需求名称|企业名称|需求内容", "技术难题|甲电气公司|局部放电", "技术难题|甲电气公司|绕组变形"), today=DAY
    )
    assert sorted(needs.frame["text"]) == ["局部放电", "绕组变形"]
    assert needs.frame["need_id"].is_unique
    (problem,) = [p for p in needs.problems if p.code == "same-title-needs"]
    assert (problem.severity, problem.row) == ("warning", 2)
    assert "第 1 行" in problem.message


def test_one_id_for_two_needs_is_an_error():
    with pytest.raises(InputError) as caught:
        read_needs(table("需求编号|需求名称", "1|局部放电", "1|绕组变形"), today=DAY)
    (error,) = [p for p in caught.value.problems if p.severity == "error"]
    assert (error.code, error.row, error.column, error.value) == ("one-id-two-needs", 2, "需求编号", "1")


def test_same_id_and_title_is_one_need_and_the_conflict_is_listed():
    needs = read_needs(table("需求编号|需求名称|行业", "1|局部放电|电力", "1|局部放电|机械"), today=DAY)
    assert needs.frame["industry"].tolist() == ["电力；机械"] or needs.frame["industry"].tolist() == ["机械；电力"]
    needs = read_needs(table("需求编号|需求名称|地点", "1|局部放电|宝鸡", "1|局部放电|西安"), today=DAY)
    assert "conflicting-rows" in codes(needs)


def test_repeated_rows_count_once():
    needs = read_needs(table("需求名称", "局部放电", "局部放电"), today=DAY)
    assert len(needs) == 1
    assert (needs.sources[0].rows_read, needs.sources[0].rows_used) == (2, 1)


def test_empty_rows_are_listed_and_left_out():
    needs = read_needs(table("需求名称|企业名称", "局部放电|甲公司", "|乙公司"), today=DAY)
    assert needs.frame["title"].tolist() == ["局部放电"]
    assert [p.row for p in needs.problems if p.code == "empty-need"] == [2]


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("企业名称|技术难题名称", "企业技术难题"),
        ("机构全称|需求名称", "企业技术难题"),
        ("所在村|问题内容|户数", "帮扶需求"),
        ("需求名称|需求内容", ""),
    ],
)
def test_kind_is_told_by_the_form_and_said(header, kind):
    needs = read_needs(table(header, "|".join(["某某内容"] * (header.count("|") + 1))), today=DAY)
    assert needs.frame["kind"].tolist() == [kind]
    assert ("kind-guessed" in {p.code for p in needs.problems}) == bool(kind)


def test_a_kind_that_is_given_stays():
    needs = read_needs(table("企业名称|需求名称|需求类型", "甲公司|怎么办|决策咨询", "乙公司|怎么做|"), today=DAY)
    assert sorted(needs.frame["kind"]) == ["", "决策咨询"]


def test_digest_does_not_see_the_order_of_rows():
    rows = ["局部放电|甲公司", "绕组变形|乙公司", "苹果贮藏|丙村"]
    assert read_needs(table("需求名称|需求单位", *rows), today=DAY) == read_needs(
        table("需求名称|需求单位", *reversed(rows)), today=DAY
    )
    assert read_needs("甲问题", today=DAY) != read_needs("乙问题", today=DAY)


_need = st.tuples(
    st.sampled_from(("", "", "A1", "A2")),
    st.sampled_from(("局部放电", "局部放电。", "绕组变形", "")),
    st.sampled_from(("", "内容甲", "内容乙")),
    st.sampled_from(("", "甲公司")),
    st.sampled_from(("", "2024-05", "2025")),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(_need, min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_row_order_never_matters(rows, random):
    header = ["需求编号", "需求名称", "需求内容", "企业名称", "截止时间"]

    def outcome(data):
        try:
            return read_needs(pd.DataFrame(data, columns=header, dtype=object), today=DAY).frame.to_csv()
        except InputError as error:
            return sorted({p.code for p in error.problems if p.severity == "error"})

    before = outcome(rows)
    random.shuffle(rows)
    assert outcome(rows) == before
