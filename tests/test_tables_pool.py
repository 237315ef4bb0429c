"""Pools: what rows become experts and works, which row wins, and that their order never matters."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from expertmatch.errors import InputError, Problem, SettingError
from expertmatch.tables.joining.build import POOL_TABLES, pool_columns
from expertmatch.tables.joining.identity import made_id, similar_units, suspected_duplicates
from expertmatch.tables.joining.records import split_items
from expertmatch.tables.pool import Pool, read_pool

DAY = date(2024, 6, 1)
_quick = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def table(header: str, *rows: str) -> pd.DataFrame:
    """A table from lines such as ``张三|西北大学``."""
    names = header.split("|")
    return pd.DataFrame([[cell.strip() for cell in row.split("|")] for row in rows], columns=names, dtype=object)


def of_code(pool: Pool, code: str) -> list[Problem]:
    return [p for p in pool.problems if p.code == code]


def errors_of(**tables: object) -> list[Problem]:
    with pytest.raises(InputError) as caught:
        read_pool(tables.pop("experts", None), today=DAY, **tables)  # type: ignore[arg-type]
    return [p for p in caught.value.problems if p.severity == "error"]


# ---------------------------------------------------------------- ids


def test_id_is_made_from_name_legal_person_and_birth_year():
    pool = read_pool(
        table("姓名|工作单位|出生年月", "张 三|西安交通大学机械工程学院|1965-03", "张三|西安交通大学|1970"), today=DAY
    )
    assert set(pool.experts["expert_id"]) == {
        made_id("E", "张三", "西安交通大学", "1965"),
        made_id("E", "张三", "西安交通大学", "1970"),
    }


def test_made_ids_are_short_and_stable():
    assert made_id("E", "张三", "西安交通大学", "1965") == "Eaadf052df257"
    assert made_id("E", "a", "bc") != made_id("E", "ab", "c")


def test_two_rows_with_the_same_made_id_are_one_person_and_the_conflict_is_listed():
    pool = read_pool(table("姓名|单位|职称|职务", "张三|西北大学|副教授|", "张三|西北大学|教授|院长"), today=DAY)
    assert pool.experts[["title", "post"]].to_numpy().tolist() == [["教授", "院长"]]  # the fuller row
    (problem,) = of_code(pool, "conflicting-rows")
    assert problem.severity == "warning"
    assert (problem.row, problem.column) == (2, "职称")
    assert "第 1 行“副教授”" in problem.message
    assert "本行“教授”" in problem.message


def test_the_row_updated_last_wins_and_gaps_are_filled_from_the_other():
    pool = read_pool(
        table(
            "编号|姓名|单位|职称|性别|更新时间",
            "E1|张三|西北大学|教授|男|2020-01-05",
            "E1|张三|长安大学|研究员||2023-05",
        ),
        today=DAY,
    )
    row = pool.experts.iloc[0]
    assert (row["unit"], row["unit_parent"], row["title"], row["sex"]) == ("长安大学", "长安大学", "研究员", "男")
    assert {p.column for p in of_code(pool, "changed-over-time")} == {"单位", "职称"}
    assert of_code(pool, "conflicting-rows") == []


@pytest.mark.parametrize(
    ("early", "late"),
    [
        ("2023-05-01 10:22:33", "2024-01-02 08:00:00"),
        ("2023年5月", "2023年11月"),
        ("", "2001"),
        ("2023/9/1", "2023/10/1"),
    ],
)
def test_dates_of_updates_as_people_write_them(early, late):
    rows = [f"E1|张三|甲大学|{late}", f"E1|张三|乙大学|{early}"]
    for data in (rows, rows[::-1]):
        assert read_pool(table("编号|姓名|单位|更新时间", *data), today=DAY).experts["unit"].tolist() == ["甲大学"]


@pytest.mark.parametrize(
    ("column", "exact", "vague", "kept"),
    [
        ("出生年月", "1975-06", "1975", "1975-06"),
        ("地区", "西安市雁塔区", "西安市", "陕西省西安市雁塔区"),
        ("地区", "西安市雁塔区", "陕西省", "陕西省西安市雁塔区"),
    ],
)
@pytest.mark.parametrize("stamps", [("2020", "2024"), ("2024", "2020"), ("", "")])
def test_a_vaguer_value_that_agrees_neither_wins_nor_conflicts(column, exact, vague, kept, stamps):
    experts = table(f"编号|姓名|{column}|更新时间", f"E1|张三|{exact}|{stamps[0]}", f"E1|张三|{vague}|{stamps[1]}")
    pool = read_pool(experts, today=DAY)
    canonical = "birth" if column == "出生年月" else "region"
    assert pool.experts[canonical].tolist() == [kept]
    assert pool.experts["county"].tolist() == (["雁塔区"] if canonical == "region" else [""])
    assert not of_code(pool, "conflicting-rows")
    assert not of_code(pool, "changed-over-time")


def test_of_two_exact_values_the_later_is_taken_and_the_other_listed():
    rows = ("E1|张三|西安市|2024", "E1|张三|西安市雁塔区|2023", "E1|张三|西安市碑林区|2022")
    pool = read_pool(table("编号|姓名|地区|更新时间", *rows), today=DAY)
    assert pool.experts["county"].tolist() == ["雁塔区"]
    (problem,) = of_code(pool, "changed-over-time")
    assert "碑林区" in problem.message


def test_date_of_a_work_is_as_exact_as_any_row_says():
    works = table("专家编号|成果名称|时间", "E1|甲|2017", "E1|甲|2017-06-30")
    pool = read_pool(table("编号|姓名", "E1|张三"), works=works, today=DAY)
    assert pool.works[["date", "year"]].to_numpy().tolist() == [["2017-06-30", "2017"]]
    assert not of_code(pool, "conflicting-rows")


def test_fields_of_several_rows_are_united():
    rows = (
        "E1|张三|果树学、植物病理学|2020",
        "E1|张三|植物病理学；果树栽培|2024",
        "E1|张三|研究经济林病害，兼及推广工作与培训。|2019",
    )
    pool = read_pool(table("编号|姓名|研究方向|更新时间", *rows), today=DAY)
    assert pool.experts["fields"].tolist() == ["植物病理学；果树栽培；果树学；研究经济林病害，兼及推广工作与培训。"]
    assert not of_code(pool, "conflicting-rows")
    assert read_pool(table("编号|姓名|研究方向", "E1|张三|甲、乙"), today=DAY).experts["fields"].tolist() == ["甲、乙"]


def test_region_and_its_parts_come_from_one_row():
    pool = read_pool(
        table("编号|姓名|地区|更新时间", "E1|张三|陕西省西安市周至县|2020", "E1|张三|四川省|2022"), today=DAY
    )
    assert pool.experts[["region", "province", "city", "county"]].to_numpy().tolist() == [["四川省", "四川省", "", ""]]


def test_lists_of_several_rows_are_added_together():
    pool = read_pool(table("编号|姓名|回避单位|更新时间", "E1|张三|甲公司|2020", "E1|张三|乙公司|2022"), today=DAY)
    assert pool.experts["avoid_units"].tolist() == ["乙公司；甲公司"]


def test_row_without_id_joins_the_one_given_id_of_the_same_person():
    pool = read_pool(table("编号|姓名|单位|职称", "E017|张三|西北大学|", "|张三|西北大学|教授"), today=DAY)
    assert pool.experts[["expert_id", "title"]].to_numpy().tolist() == [["E017", "教授"]]


def test_row_without_id_joins_nobody_if_two_given_ids_fit():
    pool = read_pool(table("编号|姓名|单位", "E1|张三|西北大学", "E2|张三|西北大学", "|张三|西北大学"), today=DAY)
    assert len(pool) == 3
    assert len(of_code(pool, "suspected-duplicate")) == 3


def test_one_id_for_two_people_is_an_error_that_names_both_rows():
    (error,) = errors_of(experts=table("编号|姓名", "1|张三", "2|王五", "1|李四"))
    assert error.code == "one-id-two-people"
    assert (error.row, error.column, error.value) == (3, "编号", "1")
    assert "第 1 行“张三”" in error.message
    assert "第 3 行“李四”" in error.message
    assert error.remedy


def test_blanks_in_a_name_do_not_make_two_people():
    pool = read_pool(table("编号|姓名", "1|张三", "1|张　三（组长）"), today=DAY)
    assert pool.experts["name"].tolist() == ["张三"]


def test_errors_of_all_tables_come_at_once(tmp_path):
    missing = tmp_path / "没有.csv"
    errors = errors_of(
        experts=table("编号|姓名", "1|张三", "1|李四"),
        works=table("编号|完成人", "W1|张三"),
        societies=str(missing),
    )
    assert {(e.table, e.code) for e in errors} == {
        ("experts", "one-id-two-people"),
        ("works", "missing-column"),
        ("societies", "no-such-file"),
    }


def test_repeated_rows_are_counted_once_and_listed():
    pool = read_pool(table("姓名|单位", "张三|西北大学", "李四|西北大学", "张三|西北大学"), today=DAY)
    (problem,) = of_code(pool, "repeated-row")
    assert (problem.severity, problem.row) == ("note", 3)
    assert "第 1 行" in problem.message
    assert (pool.sources[0].rows_read, pool.sources[0].rows_used) == (3, 2)


@pytest.mark.parametrize(
    ("left", "right", "reason"),
    [
        ("张三|西北大学|", "张三|西北大学|1970", "姓名、单位相同，出生年份至少一方未写"),
        ("张三|西安交通大学|", "张三|西安交通大学第一附属医院|", "姓名相同，单位相近"),
        ("张三|西北大学|1970", "张三|长安大学|1970-05", "姓名、出生年份相同，单位不同"),
        ("张三|西北大学|1970", "张三|西北大学|1971", None),
        ("张三|西北大学|", "张三|长安大学|", None),
        ("张三||", "张三||1970", None),
    ],
)
def test_suspected_duplicates_have_a_reason(left, right, reason):
    pool = read_pool(table("姓名|单位|出生年月", left, right), today=DAY)
    pairs = suspected_duplicates(pool.experts)
    assert pairs["reason"].tolist() == ([reason] if reason else [])
    assert len(of_code(pool, "suspected-duplicate")) == len(pairs)
    assert len(pool) == 2


def test_suspected_duplicates_name_both_rows_and_a_fitting_remedy():
    header = "编号|姓名|单位|出生年月|职称"
    rows = ("E1|张三|西北大学|1970|能人", "E2|张三|西北大学|1970|", "E3|李四|长安大学|1980|", "E4|李四|甲厂|1980|")
    pool = read_pool(table(header, *rows), today=DAY)
    two, other = of_code(pool, "suspected-duplicate")
    assert (two.file, two.row, two.rows) == ("DataFrame", 1, (1, 2))
    assert "E1（西北大学，第 1 行）与 E2（西北大学，第 2 行）" in two.message
    assert two.remedy == "若是同一人，请把两行写成同一编号或删去一行；不是同一人请在备注说明。"
    assert "调动或兼职" in other.remedy
    assert next(p.code for p in pool.problems if p.severity == "warning") == "unknown-title"  # others come first


def test_duplicates_made_from_works_name_the_rows_of_their_works():
    works = table("成果名称|完成人|单位", "甲|张三|西北大学化工学院", "乙|张三|西北大学校医院有限公司")
    pool = read_pool(works=works, today=DAY)
    assert set(pool.origins["row"]) == {"1", "2"}
    for problem in of_code(pool, "suspected-duplicate"):
        assert problem.file == "DataFrame"
        assert problem.row


def test_an_empty_unit_is_like_no_other():
    assert not similar_units("", "")
    assert not similar_units("", "西北大学")


# ---------------------------------------------------------------- experts made from works


def test_experts_are_made_from_works_and_the_latest_work_says_where_they_are():
    works = table(
        "负责人编号|项目名称|立项时间|专业职务|工作单位|所在省区市|学科分类",
        "P1|西部生态补偿研究|2005-06|副教授|西北大学|陕西|应用经济",
        "P1|碳市场机制研究|2015-07-01|教授|西安交通大学|陕西|管理学",
        "P2|方志整理|0000-01-01|研究员|陕西省社会科学院|陕西|中国历史",
    )
    pool = read_pool(works=works, today=DAY)
    rows = pool.experts.set_index("expert_id")
    assert rows.loc["P1", ["unit", "title", "title_level"]].tolist() == ["西安交通大学", "教授", "正高"]
    assert rows.loc["P1", "disciplines"] == "管理学；应用经济"
    assert rows.loc["P2", "province"] == "陕西省"
    assert pool.works["expert_id"].tolist() == ["P1", "P1", "P2"]
    changed = of_code(pool, "changed-over-time")
    assert {(p.row, p.column) for p in changed} == {(2, "专业职务"), (2, "工作单位")}


def test_works_of_one_date_that_disagree_are_a_conflict():
    works = table("负责人编号|项目名称|立项时间|专业职务", "P1|甲项目的研究|2015|教授", "P1|乙项目的研究|2015|副教授")
    pool = read_pool(works=works, today=DAY)
    (problem,) = of_code(pool, "conflicting-rows")
    assert "专业职务" in problem.message


def test_experts_are_made_from_names_in_works():
    works = table(
        "成果名称|完成人|工作单位|职称",
        "苹果腐烂病防治|张三|西北农林科技大学植保学院|教授",
        "猕猴桃溃疡病防治|张三；李四|西北农林科技大学|讲师",
        "樱桃保鲜|李四||",
    )
    pool = read_pool(works=works, today=DAY)
    people = pool.experts.set_index("name")
    assert sorted(people.index) == ["张三", "李四"]
    assert people.loc["张三", "title"] == "教授"
    assert people.loc["李四", "title"] == ""  # a row with two people does not say whose title it is
    assert sorted(pool.works.loc[pool.works["expert_id"] == people.loc["李四", "expert_id"], "title"]) == [
        "樱桃保鲜",
        "猕猴桃溃疡病防治",
    ]


def test_same_name_at_another_unit_is_another_person_when_made_from_works():
    works = table(
        "成果名称|完成人|工作单位", "甲成果名称|张三|西北大学", "乙成果名称|张三|长安大学", "丙成果名称|张三|"
    )
    pool = read_pool(works=works, today=DAY)
    assert len(pool) == 2
    assert pool.pending["成果或学会"].tolist() == ["丙成果名称"]  # which of the two is asked, not guessed


def test_works_without_person_or_title_are_listed_and_not_used():
    works = table("负责人编号|项目名称", "P1|甲项目", "|乙项目", "P2|")
    pool = read_pool(works=works, today=DAY)
    assert pool.works["title"].tolist() == ["甲项目"]
    assert pool.experts["expert_id"].tolist() == ["P1", "P2"]  # listed later as one without usable text
    assert {(p.code, p.row) for p in pool.problems if p.severity == "warning"} == {("no-expert", 2), ("no-title", 3)}


def test_one_work_twice_is_one_row_the_latest():
    works = table(
        "负责人编号|项目名称|立项时间|项目类别",
        "P1|甲项目的研究|2010|一般项目",
        "P1|甲项目的研究。|2012|重点项目",
    )
    pool = read_pool(works=works, today=DAY)
    assert pool.works[["date", "kind"]].to_numpy().tolist() == [["2012", "重点项目"]]
    assert {p.code for p in pool.problems} >= {"changed-over-time"}


def test_one_work_id_for_two_titles_keeps_both():
    works = table("负责人编号|批准号|项目名称", "P1|07BJL001|甲项目", "P1|07BJL001|乙项目")
    pool = read_pool(works=works, today=DAY)
    assert sorted(pool.works["title"]) == ["乙项目", "甲项目"]
    assert pool.works["work_id"].is_unique
    (problem,) = of_code(pool, "one-id-two-works")
    assert problem.value == "07BJL001"


def test_works_of_people_outside_a_given_experts_table_are_listed_and_not_used():
    pool = read_pool(
        table("编号|姓名", "E01|张三"),
        works=table("专家编号|成果名称", "E01|甲成果", "E02|乙成果"),
        today=DAY,
    )
    assert pool.works["title"].tolist() == ["甲成果"]
    (problem,) = of_code(pool, "unknown-expert")
    assert (problem.severity, problem.row, problem.value) == ("note", 2, "E02")
    assert "E01" in problem.remedy


# ---------------------------------------------------------------- works inside the experts table


@pytest.mark.parametrize(
    ("cell", "items"),
    [
        ("1.苹果腐烂病防治 2.樱桃保鲜技术", ["苹果腐烂病防治", "樱桃保鲜技术"]),
        ("（1）苹果腐烂病防治；（2）樱桃保鲜技术。", ["苹果腐烂病防治", "樱桃保鲜技术"]),
        ("①苹果腐烂病防治②樱桃保鲜技术", []),
        ("① 苹果腐烂病防治 ② 樱桃保鲜技术", ["苹果腐烂病防治", "樱桃保鲜技术"]),
        ("苹果腐烂病防治\n樱桃保鲜技术", ["苹果腐烂病防治", "樱桃保鲜技术"]),
        ("苹果腐烂病防治；樱桃保鲜技术", ["苹果腐烂病防治", "樱桃保鲜技术"]),
        ("苹果；樱桃", []),
        ("从事果树病害研究二十年，成果丰硕。", []),
        ("版本 2.0 的系统；另一个系统平台", ["版本 2.0 的系统", "另一个系统平台"]),
        ("", []),
    ],
)
def test_only_clear_lists_are_split(cell, items):
    assert split_items(cell) == items


def test_lists_in_the_experts_table_become_works_of_that_person():
    experts = table(
        "姓名|单位|代表性论文|获奖情况|简介",
        "张三|西北大学|1.秦岭植物区系研究 2.黄土高原植被恢复|2018年省科技进步奖|长期从事生态学研究",
        "李四|西北大学|||从事考古学研究",
    )
    pool = read_pool(experts, today=DAY)
    assert pool.works[["title", "kind"]].to_numpy().tolist() == [
        ["秦岭植物区系研究", "论文"],
        ["黄土高原植被恢复", "论文"],
    ]
    (row,) = [r for r in pool.experts.itertuples() if r.name == "张三"]
    assert set(pool.works["expert_id"]) == {row.expert_id}
    assert "秦岭" not in row.bio
    assert "2018年省科技进步奖" in row.bio
    assert "长期从事生态学研究" in row.bio
    assert of_code(pool, "works-from-experts")


def test_works_listed_in_a_row_without_id_follow_the_person_to_the_given_id():
    experts = table("编号|姓名|单位|代表性论文", "E7|张三|西北大学|", "|张三|西北大学|秦岭植物区系；黄土高原植被")
    pool = read_pool(experts, today=DAY)
    assert pool.experts["expert_id"].tolist() == ["E7"]
    assert set(pool.works["expert_id"]) == {"E7"}


# ---------------------------------------------------------------- the value


def _sample() -> dict[str, pd.DataFrame]:
    return {
        "experts": table(
            "编号|姓名|单位|职称|手机|爱好",
            "E1|张三|西北大学|教授|13912345678|书法",
            "E2|李四|长安大学|讲师|13812345678|",
        ),
        "works": table("完成人|成果名称|工作单位", "张三；李四|秦岭隧道研究|", "李四|沥青路面研究|长安大学"),
        "societies": table("学会名称", "陕西省公路学会"),
        "memberships": table("姓名|学会名称|学会职务", "李四|陕西省公路学会|理事"),
        "relations": table("姓名|相关人|关系", "张三|李四|师生"),
        "availability": table("专家编号|可服务起|可服务止", "E1|2024-01-01|2024-03-01"),
        "engagements": table("需求编号|专家编号|服务状态", "N1|E1|已完成"),
    }


def test_all_tables_are_joined():
    pool = read_pool(**_sample(), today=DAY)
    assert len(pool) == 2
    assert pool.works["expert_id"].tolist() == ["E1", "E2", "E2"]
    assert pool.memberships[["expert_id", "role"]].to_numpy().tolist() == [["E2", "理事"]]
    assert pool.relations[["expert_id", "other", "kind"]].to_numpy().tolist() == [["E1", "李四", "师生"]]
    assert pool.availability.to_numpy().tolist() == [["E1", "2024-01-01", "2024-03-01"]]
    assert pool.engagements["candidate_id"].tolist() == ["E1"]
    assert {s.table: s.rows_used for s in pool.sources} == {
        "experts": 2, "works": 2, "societies": 1, "memberships": 1, "relations": 1, "availability": 1,
        "engagements": 1,
    }  # fmt: skip


def test_frames_have_their_columns_even_without_tables():
    pool = read_pool(table("姓名", "张三"), today=DAY)
    for name in POOL_TABLES:
        frame = getattr(pool, name)
        assert tuple(frame.columns)[: len(pool_columns(name))] == pool_columns(name)
        assert all(isinstance(v, str) for v in frame.to_numpy().ravel())


def test_unknown_columns_stay_under_their_header():
    pool = read_pool(**_sample(), today=DAY)
    assert pool.experts["爱好"].tolist() == ["书法", ""]


def test_contacts_live_apart():
    tables = _sample()
    pool = read_pool(**tables, today=DAY)
    assert pool.contacts.to_numpy().tolist() == [["E1", "phone", "13912345678"], ["E2", "phone", "13812345678"]]
    shown = repr(pool) + "".join(map(repr, pool.problems)) + "".join(getattr(pool, t).to_csv() for t in POOL_TABLES)
    assert "13912345678" not in shown
    without = read_pool(**(tables | {"experts": tables["experts"].drop(columns="手机")}), today=DAY)
    assert without.digest == pool.digest


def test_repr_is_one_chinese_line():
    assert repr(read_pool(**_sample(), today=DAY)) == "<专家库：2 位专家、3 条成果、1 个学会、1 条任职>"


def test_digest_changes_with_any_cell():
    tables = _sample()
    pool = read_pool(**tables, today=DAY)
    tables["memberships"].loc[0, "学会职务"] = "常务理事"
    assert read_pool(**tables, today=DAY) != pool
    assert pool == read_pool(**_sample(), today=DAY)
    assert hash(pool) == hash(read_pool(**_sample(), today=DAY))


def test_neither_experts_nor_works_is_refused():
    with pytest.raises(SettingError, match="至少给出一个"):
        read_pool(societies=table("学会名称", "甲学会"))


def test_columns_for_one_table_or_for_all():
    experts = table("代号|大名|单位", "E1|张三|西北大学")
    works = table("代号|成果名称", "E1|甲成果")
    for columns in (
        {"代号": "expert_id", "大名": "name"},
        {"experts": {"代号": "expert_id", "大名": "name"}, "works": {"代号": "expert_id"}},
    ):
        pool = read_pool(experts, works=works, columns=columns, today=DAY)
        assert pool.works["expert_id"].tolist() == ["E1"]


@pytest.mark.parametrize(
    "columns", [{"代号": "expertid"}, {"experts": {"代号": "titel"}}, {"expert": {"代号": "name"}}]
)
def test_columns_that_do_not_exist_are_refused_with_the_nearest(columns):
    with pytest.raises(SettingError):
        read_pool(table("代号|姓名", "E1|张三"), columns=columns, today=DAY)


def _workbook(path, sheets: dict[str, pd.DataFrame]) -> None:
    with pd.ExcelWriter(path, engine="xlsxwriter") as writer:
        for name, frame in sheets.items():
            frame.to_excel(writer, sheet_name=name, index=False)


def test_further_sheets_of_the_experts_workbook_are_used_and_said(tmp_path):
    tables = _sample()
    path = tmp_path / "专家库.xlsx"
    _workbook(path, {"专家": tables["experts"], "成果": tables["works"], "任职": tables["memberships"]})
    pool = read_pool(path, today=DAY)
    assert (len(pool), len(pool.works), len(pool.memberships)) == (2, 3, 1)
    assert {(p.sheet, p.table) for p in of_code(pool, "sheet-used")} == {("成果", "works"), ("任职", "memberships")}
    assert {(s.sheet, s.table) for s in pool.sources} == {
        ("专家", "experts"), ("成果", "works"), ("任职", "memberships")
    }  # fmt: skip


def test_a_table_that_is_given_is_read_beside_the_sheet_of_the_workbook(tmp_path):
    tables = _sample()
    path, more = tmp_path / "专家库.xlsx", tmp_path / "成果.csv"
    _workbook(path, {"专家": tables["experts"], "成果": tables["works"], "任职": tables["memberships"]})
    repeated = str(tables["works"]["成果名称"].iloc[0])
    more.write_text(f"专家编号,成果名称\nE1,另一成果\nE1,{repeated}\n", encoding="utf-8")
    alone = read_pool(path, today=DAY)
    pool = read_pool(path, works=more, memberships=tables["memberships"], today=DAY)
    assert set(pool.works["title"]) == {"另一成果", *alone.works["title"]}
    assert len(pool.works) == len(alone.works) + 1  # the repeated one is united
    assert len(pool.memberships) == len(alone.memberships)
    (note,) = [p for p in of_code(pool, "sheet-used") if p.table == "works"]
    assert (note.severity, note.sheet) == ("note", "成果")
    assert "与另外给出的 成果.csv 合在一起" in note.message
    rows = {(s.table, s.file): (s.rows_read, s.rows_used) for s in pool.sources if s.table == "works"}
    assert rows["works", "成果.csv"] == (2, 2)
    assert rows["works", "专家库.xlsx"][0] == len(tables["works"])


def test_a_sheet_that_was_named_is_the_only_one_of_its_table(tmp_path):
    path = tmp_path / "专家库.xlsx"
    sheets = {"专家": _sample()["experts"], "成果": table("专家编号|成果名称", "E1|甲成果")}
    _workbook(path, sheets | {"成果2": table("专家编号|成果名称", "E1|乙成果")})
    assert read_pool(path, works=path, sheets={"works": "成果2"}, today=DAY).works["title"].tolist() == ["乙成果"]
    assert read_pool(path, today=DAY).works["title"].tolist() == ["乙成果", "甲成果"]


def test_several_files_of_a_table_are_one_table(tmp_path):
    experts = [table("编号|姓名|单位", "E1|张三|西北大学"), table("编号|姓名|单位", "E2|李四|长安大学")]
    works = [table("完成人|成果名称", "张三|甲"), table("完成人|成果名称", "李四|乙", "张三|甲")]
    pool = read_pool(experts, works=works, today=DAY)
    assert pool == read_pool(pd.concat(experts), works=pd.concat(works), today=DAY)
    assert [(s.table, s.rows_read) for s in pool.sources] == [
        ("experts", 1),
        ("experts", 1),
        ("works", 1),
        ("works", 2),
    ]
    path = tmp_path / "专家.xlsx"
    _workbook(path, {"甲": experts[0], "名单": experts[0]})
    named = read_pool([path, experts[1]], sheets={"experts": "名单"}, today=DAY)
    assert [s.sheet for s in named.sources] == ["名单", None]


def test_how_many_rows_of_works_are_used_is_one_warning_and_comes_first():
    works = table(
        "专家编号|成果名称|完成人|单位",
        "|甲|张三|西北大学", "|乙|孙八|某馆", "|丙|钱九|某馆", "|丙|钱九|某馆", "|丁|张三|长安大学",
        "E99|戊||", "||孙八|",
    )  # fmt: skip
    pool = read_pool(table("编号|姓名|单位|职称", "E1|张三|西北大学|能人"), works=works, today=DAY)
    first = pool.problems[0]
    assert (first.code, first.severity, first.table) == ("works-not-used", "warning", "works")
    assert "成果表 7 行，采用 1 行；" in first.message
    for part in ("3 行的完成人不在专家库中", "1 行的专家编号不在专家库中", "1 行待确认", "1 行与其他行重复"):
        assert part in first.message
    assert len(of_code(pool, "works-not-used")) == 1
    listed = [p for p in pool.problems if p.code in {"work-without-expert", "unknown-expert"}]
    assert {p.severity for p in listed} == {"note"}
    assert sorted(r for p in listed for r in p.rows or (p.row,)) == [2, 3, 6, 7]
    used = read_pool(table("编号|姓名|单位", "E1|张三|西北大学"), works=works.iloc[:1], today=DAY)
    assert not of_code(used, "works-not-used")


def test_two_sheets_of_works_are_both_used(tmp_path):
    path = tmp_path / "专家库.xlsx"
    _workbook(
        path,
        {
            "专家": _sample()["experts"],
            "论文": table("完成人|论文题目|发表时间", "张三|秦岭植物区系|2012"),
            "专利": table("发明人|专利名称|授权日期", "李四|一种沥青混合料|2015"),
        },
    )
    pool = read_pool(path, today=DAY)
    assert sorted(pool.works["title"]) == ["一种沥青混合料", "秦岭植物区系"]


# ---------------------------------------------------------------- order of rows

_NAMES = ("张三", "李四", "王五")
_UNITS = ("西北大学", "西北大学化工学院", "长安大学", "")
_expert = st.tuples(
    st.sampled_from(("", "", "X1", "X2")),
    st.sampled_from(_NAMES),
    st.sampled_from(_UNITS),
    st.sampled_from(("", "1965", "1970-05")),
    st.sampled_from(("", "教授", "讲师")),
    st.sampled_from(("陕西省", "西安市雁塔区", "")),
    st.sampled_from(("", "甲学会；乙学会", "乙学会")),
    st.sampled_from(("", "2020-01-01", "2021")),
)
_work = st.tuples(
    st.sampled_from(("", "", "X1", "X3")),
    st.sampled_from(("张三", "李 四；王五", "王五、赵六", "")),
    st.sampled_from(_UNITS),
    st.sampled_from(("苹果病害", "苹果病害。", "秦岭隧道", "")),
    st.sampled_from(("", "2019", "2020-05")),
    st.sampled_from(("", "教授", "讲师")),
)
_membership = st.tuples(
    st.sampled_from(_NAMES),
    st.sampled_from(_UNITS),
    st.sampled_from(("陕西省公路学会", "陕西省公路学会桥梁专业委员会", "西安市 园艺学会")),
    st.sampled_from(("会长", "理事、秘书长", "")),
)
_EXPERT_HEADER = ["编号", "姓名", "单位", "出生年月", "职称", "地区", "学会任职", "更新时间"]
_WORK_HEADER = ["专家编号", "完成人", "工作单位", "成果名称", "完成时间", "职称"]
_MEMBER_HEADER = ["姓名", "工作单位", "学会名称", "学会职务"]


def _outcome(experts, works, memberships):
    """Digest, questions and kinds of problems, or the kinds of errors."""
    frames = {
        "experts": pd.DataFrame(experts, columns=_EXPERT_HEADER, dtype=object) if experts else None,
        "works": pd.DataFrame(works, columns=_WORK_HEADER, dtype=object) if works else None,
        "memberships": pd.DataFrame(memberships, columns=_MEMBER_HEADER, dtype=object) if memberships else None,
    }
    try:
        pool = read_pool(**frames, today=DAY)
    except InputError as error:
        return sorted({p.code for p in error.problems if p.severity == "error"})
    frames_ = [getattr(pool, t) for t in POOL_TABLES]
    codes = sorted((p.severity, p.code) for p in pool.problems if p.code not in {"bad-date", "no-title", "no-expert"})
    return [f.to_csv(index=False) for f in frames_], pool.pending.drop(columns="行").to_csv(index=False), codes


@_quick
@given(
    st.lists(_expert, max_size=6),
    st.lists(_work, max_size=6),
    st.lists(_membership, max_size=4),
    st.randoms(use_true_random=False),
)
def test_row_order_never_matters(experts, works, memberships, random):
    if not experts and not works:
        return
    before = _outcome(experts, works, memberships)
    for rows in (experts, works, memberships):
        random.shuffle(rows)
    assert _outcome(experts, works, memberships) == before


def test_row_order_never_matters_on_a_larger_table():
    rng = np.random.default_rng(7)
    n = 400
    works = pd.DataFrame(
        {
            "负责人编号": [f"P{i}" for i in rng.integers(0, 150, n)],
            "项目名称": [f"第{i}号课题的研究" for i in rng.integers(0, 200, n)],
            "立项时间": [f"{y}" for y in rng.integers(1995, 2005, n)],
            "工作单位": [f"第{i}大学" for i in rng.integers(0, 20, n)],
            "专业职务": rng.choice(["教授", "副教授", "", "研究员"], n),
        }
    )
    first = read_pool(works=works, today=DAY)
    again = read_pool(works=works.sample(frac=1, random_state=3), today=DAY)
    assert first == again
    for name in POOL_TABLES:
        pd.testing.assert_frame_equal(getattr(first, name), getattr(again, name))
    assert sorted(p.code for p in first.problems) == sorted(p.code for p in again.problems)


def test_latest_work_wins_as_the_obvious_loop_says():
    rng = np.random.default_rng(11)
    rows = [
        (f"P{rng.integers(0, 30)}", f"课题之{i}", f"{rng.integers(1990, 2020)}", f"第{rng.integers(0, 9)}大学")
        for i in range(200)
    ]
    pool = read_pool(works=pd.DataFrame(rows, columns=["负责人编号", "项目名称", "立项时间", "工作单位"]), today=DAY)
    for person in {r[0] for r in rows}:
        mine = [r for r in rows if r[0] == person]
        latest = max(r[2] for r in mine)
        allowed = {r[3] for r in mine if r[2] == latest}
        assert pool.experts.set_index("expert_id").loc[person, "unit"] in allowed
