"""Two states of a pool compared; the pools of several districts made one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from expertmatch.errors import InputError, SettingError
from expertmatch.tables.compare import diff_pools, merge_pools
from expertmatch.tables.pool import Pool, read_pool

DAY = date(2024, 6, 1)


def table(header: str, *rows: str) -> pd.DataFrame:
    names = header.split("|")
    return pd.DataFrame([[cell.strip() for cell in row.split("|")] for row in rows], columns=names, dtype=object)


def pool_of(*rows: str, header: str = "编号|姓名|单位|职称|职务|地区|出生年月", **more: object) -> Pool:
    return read_pool(table(header, *rows), today=DAY, **more)  # type: ignore[arg-type]


# ---------------------------------------------------------------- diff


def test_joined_left_and_changed():
    old = pool_of("E1|张三|西北大学|副教授||陕西省|", "E2|李四|长安大学|讲师|||")
    new = pool_of("E1|张三|长安大学|教授|院长|陕西省西安市|", "E3|王五|西北大学||||")
    diff = diff_pools(old, new)
    assert diff.joined["expert_id"].tolist() == ["E3"]
    assert diff.left["name"].tolist() == ["李四"]
    assert diff.changed.to_numpy().tolist() == [
        ["E1", "张三", "unit", "西北大学", "长安大学"],
        ["E1", "张三", "title", "副教授", "教授"],
        ["E1", "张三", "post", "", "院长"],
        ["E1", "张三", "region", "陕西省", "陕西省西安市"],
    ]
    assert repr(diff) == "<变动：原来 2 位，现在 2 位；新增 1 位，离库 1 位，变更 4 处，疑似重复 0 对>"
    assert diff


def test_nothing_changed():
    old = pool_of("E1|张三|西北大学|副教授||陕西省|", "E2|李四|长安大学|讲师|||")
    new = pool_of("E2|李四|长安大学|讲师|||", "E1|张 三|西北大学|副教授||陕西|")
    assert not diff_pools(old, new)


def test_change_of_office_in_a_society():
    people = "E1|张三|||||"
    old = pool_of(people, memberships=table("专家编号|学会名称|学会职务", "E1|陕西省化学会|理事"))
    new = pool_of(people, memberships=table("专家编号|学会名称|学会职务", "E1|陕西省化学会|会长"))
    assert diff_pools(old, new).changed.to_numpy().tolist() == [
        ["E1", "张三", "society", "陕西省化学会（理事）", "陕西省化学会（理事长）"]
    ]


def test_who_moved_without_an_id_has_changed_unit_not_left_and_joined():
    header = "姓名|单位|出生年月"
    old = pool_of("张三|西北大学|1970-05", header=header)
    new = pool_of("张三|长安大学|1970", header=header)
    diff = diff_pools(old, new)
    assert diff.joined.empty
    assert diff.left.empty
    assert diff.changed[["field", "old", "new"]].to_numpy().tolist() == [
        ["unit", "西北大学", "长安大学"],
    ]


def test_who_may_have_moved_is_suspected_only():
    header = "姓名|单位|出生年月"
    diff = diff_pools(
        pool_of("张三|西安交通大学|", header=header), pool_of("张三|西安交通大学第一附属医院|", header=header)
    )
    assert (len(diff.joined), len(diff.left)) == (1, 1)
    assert diff.duplicates[["reason", "where"]].to_numpy().tolist() == [["姓名相同，单位相近", "新旧之间"]]


def test_two_who_could_be_meant_are_not_matched():
    header = "姓名|单位|出生年月"
    old = pool_of("张三|西北大学|1970", header=header)
    new = pool_of("张三|长安大学|1970", "张三|西安理工大学|1970", header=header)
    diff = diff_pools(old, new)
    assert (len(diff.joined), len(diff.left)) == (2, 1)
    assert diff.duplicates["where"].tolist() == ["新表内", "新旧之间", "新旧之间"]


HEADER = "编号|姓名|单位|研究方向|出生年月|性别|状态"


def test_fields_birth_sex_and_status_are_compared_too():
    old = pool_of("E1|张三|西北大学|果树、林学|1970|男|", "E2|李四||甲、乙|1980-02||", header=HEADER)
    new = pool_of("E1|张三|西北大学|果树|1970-05|女|离职", "E2|李四||乙；甲|1980||", header=HEADER)
    diff = diff_pools(old, new)
    assert diff.changed.to_numpy().tolist() == [
        ["E1", "张三", "fields", "果树、林学", "果树"],
        ["E1", "张三", "birth", "1970", "1970-05"],
        ["E1", "张三", "sex", old.experts["sex"][0], new.experts["sex"][0]],
        ["E1", "张三", "status", "", "离职"],
    ]
    assert (diff.old_count, diff.new_count) == (2, 2)


def test_a_new_number_is_a_change_but_a_made_id_is_none():
    header = "编号|姓名|单位|出生年月"
    numbered = diff_pools(pool_of("E1|张三|甲厂|1970", header=header), pool_of("E7|张三|甲厂|1970", header=header))
    assert numbered.changed["field"].tolist() == ["expert_id"]
    for old, new in (("|张三|甲厂|1970", "|张三|乙厂|1970"), ("|张三|甲厂|1970", "E7|张三|甲厂|1970")):
        diff = diff_pools(pool_of(old, header=header), pool_of(new, header=header))
        assert "expert_id" not in diff.changed["field"].tolist()
        assert diff.joined.empty
        assert diff.left.empty


def test_duplicates_that_were_there_before_are_not_new():
    header = "编号|姓名|单位|出生年月"
    old = pool_of("E1|张三|西北大学|1970", "E2|张三|西北大学|1970", "|李四|长安大学|1980", header=header)
    new = pool_of(
        "E1|张三|西北大学|1970",
        "E7|张三|西北大学|1970",
        "E3|李四|长安大学|1980",
        "E4|李四|长安大学|1980",
        header=header,
    )
    for later in (old, new):
        diff = diff_pools(old, later)
        assert "E1" not in set(diff.duplicates["expert_id"])
    assert diff_pools(old, old).known_duplicates[["expert_id", "other_id", "where"]].to_numpy().tolist() == [
        ["E1", "E2", "原有"]
    ]
    assert ["E3", "E4"] in diff.duplicates[["expert_id", "other_id"]].to_numpy().tolist()


def test_duplicates_within_the_new_state():
    new = pool_of("E1|张三|西北大学||||1970", "E2|张三|西北大学||||1970-03")
    diff = diff_pools(pool_of("E1|张三|西北大学||||1970"), new)
    assert diff.duplicates[["expert_id", "other_id", "reason"]].to_numpy().tolist() == [
        ["E1", "E2", "姓名、单位、出生年份都相同"]
    ]
    assert diff.joined["expert_id"].tolist() == ["E2"]


# ---------------------------------------------------------------- merge


def test_same_person_in_two_districts_is_one_and_conflicts_are_listed():
    header = "姓名|单位|出生年月|职称|更新时间"
    a = pool_of("张三|西北大学|1970|副教授|2020", header=header)
    b = pool_of("张三|西北大学化工学院|1970-05|教授|2022", "李四|长安大学|||", header=header)
    both = merge_pools([a, b], labels=["雁塔区", "周至县"])
    assert both.experts[["name", "title"]].sort_values("name").to_numpy().tolist() == [["张三", "教授"], ["李四", ""]]
    changed = [p for p in both.problems if p.code == "changed-over-time" and p.column == "职称"]
    assert changed[0].file == "周至县：DataFrame"
    assert "雁塔区：DataFrame 第 1 行“副教授”" in changed[0].message
    assert {s.file for s in both.sources} == {"雁塔区：DataFrame", "周至县：DataFrame"}


def test_order_of_labelled_pools_shows_nowhere():
    a, b = (
        pool_of("001|张三|西北大学||||", "002|李四|长安大学||||"),
        pool_of("001|王五|甲所||||", "002|李四|长安大学||||"),
    )
    one = merge_pools([a, b], labels=["雁塔区", "周至县"])
    other = merge_pools([b, a], labels=["周至县", "雁塔区"])
    assert one == other
    assert one.problems == other.problems


def test_a_file_called_like_its_district_is_named_once(tmp_path):
    for name in ("周至县2", "名单"):
        (tmp_path / f"{name}.csv").write_text(f"姓名,单位\n张三,{name}厂\n", encoding="utf-8")
    pools = [read_pool(tmp_path / f"{name}.csv") for name in ("周至县2", "名单")]
    merged = merge_pools(pools, labels=["周至县2", "雁塔区"])
    assert {s.file for s in merged.sources} == {"周至县2.csv", "雁塔区：名单.csv"}
    assert {p.file for p in merged.problems if p.file} == {"周至县2.csv", "雁塔区：名单.csv"}
    assert sorted(merged.origins["file"]) == ["周至县2.csv", "雁塔区：名单.csv"]


def test_works_of_one_district_find_their_experts_in_another():
    a = pool_of("E1|张三|西北大学||||")
    b = pool_of("E2|李四|长安大学||||", works=table("成果名称|完成人", "秦岭隧道研究|李四；张三"))
    assert b.works["expert_id"].tolist() == ["E2"]
    assert merge_pools([a, b]).works["expert_id"].tolist() == ["E1", "E2"]


def test_experts_made_from_works_stay_beside_a_district_with_a_table():
    a = pool_of("E1|张三|西北大学|教授|||")
    b = read_pool(
        works=table("成果名称|完成人|工作单位|职称", "甲成果|张三|西北大学|讲师", "乙成果|王五|长安大学|"), today=DAY
    )
    both = merge_pools([a, b])
    assert sorted(both.experts["name"]) == ["张三", "王五"]
    row = both.experts.set_index("name").loc["张三"]
    assert (row["expert_id"], row["title"]) == ("E1", "教授")  # the table decides over a work


def test_an_id_that_means_two_people_needs_labels():
    a, b = pool_of("001|张三|西北大学||||"), pool_of("001|李四|长安大学||||")
    with pytest.raises(InputError) as caught:
        merge_pools([a, b])
    (error,) = [p for p in caught.value.problems if p.severity == "error"]
    assert error.code == "one-id-two-people"
    assert "labels=" in error.remedy


def test_labels_keep_apart_ids_that_clash_and_what_refers_to_them():
    works = table("专家编号|成果名称", "001|甲成果名称", "002|乙成果名称")
    a = pool_of("001|张三|||||", "002|王五|||||", works=works, societies=table("学会编号|学会名称", "S1|甲学会"))
    b = pool_of(
        "001|李四|||||",
        works=table("专家编号|成果名称", "001|丙成果名称"),
        societies=table("学会编号|学会名称", "S1|乙学会"),
        relations=table("专家编号|相关人", "001|某公司"),
    )
    both = merge_pools([a, b], labels=["雁塔区", "周至县"])
    assert both.experts["expert_id"].tolist() == ["002", "周至县-001", "雁塔区-001"]
    assert dict(zip(both.works["title"], both.works["expert_id"], strict=True)) == {
        "甲成果名称": "雁塔区-001",
        "乙成果名称": "002",
        "丙成果名称": "周至县-001",
    }
    assert both.relations["expert_id"].tolist() == ["周至县-001"]
    assert both.societies["society_id"].tolist() == ["周至县-S1", "雁塔区-S1"]
    assert [p.value for p in both.problems if p.code == "id-prefixed"] == ["001", "S1"]


@pytest.mark.parametrize("labels", [["甲"], ["甲", "甲"], ["甲", ""]])
def test_labels_must_be_one_distinct_name_each(labels):
    a = pool_of("E1|张三|||||")
    with pytest.raises(SettingError, match="各不相同"):
        merge_pools([a, a], labels=labels)


def test_nothing_to_merge_is_refused():
    with pytest.raises(SettingError):
        merge_pools([])


def test_answers_and_contacts_are_kept():
    experts = table("编号|姓名|单位|手机", "E1|张三|西北大学|13912345678", "E2|张三|长安大学|")
    works = table("成果名称|完成人", "甲成果|张三")
    asked = read_pool(experts, works=works, today=DAY).pending.assign(确认为="E2")
    answered = read_pool(experts, works=works, pending=asked, today=DAY)
    both = merge_pools([answered, pool_of("E9|李四|||||")])
    assert both.works["expert_id"].tolist() == ["E2"]
    assert both.contacts["value"].tolist() == ["13912345678"]


_NAMES = ("张三", "李四", "王五")
_expert = st.tuples(
    st.sampled_from(("", "", "X1", "X2")),
    st.sampled_from(_NAMES),
    st.sampled_from(("西北大学", "西北大学化工学院", "长安大学", "")),
    st.sampled_from(("", "1965", "1970-05")),
    st.sampled_from(("", "教授", "讲师")),
    st.sampled_from(("", "2020-01-01", "2021")),
)
_work = st.tuples(
    st.sampled_from(("张三", "李四；王五", "王五、赵六")),
    st.sampled_from(("西北大学", "长安大学", "")),
    st.sampled_from(("苹果病害", "苹果病害。", "秦岭隧道")),
    st.sampled_from(("", "2019", "2020-05")),
)


@st.composite
def _pools(draw):
    """A pool with an experts table, or one made from works; ids always mean the same name."""
    rows = [(f"{i}{n}" if i else "", n, *rest) for i, n, *rest in draw(st.lists(_expert, max_size=4))]
    works = draw(st.lists(_work, min_size=0 if rows else 1, max_size=4))
    header = ["编号", "姓名", "单位", "出生年月", "职称", "更新时间"]
    return read_pool(
        pd.DataFrame(rows, columns=header, dtype=object) if rows else None,
        works=pd.DataFrame(works, columns=["完成人", "工作单位", "成果名称", "完成时间"]) if works else None,
        today=DAY,
    )


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_pools(), _pools(), _pools())
def test_merging_is_associative_commutative_and_idempotent(a, b, c):
    at_once = merge_pools([a, b, c])
    assert merge_pools([merge_pools([a, b]), c]) == at_once
    assert merge_pools([a, merge_pools([b, c])]) == at_once
    assert merge_pools([c, b, a]) == at_once
    assert merge_pools([a, a]) == a
    assert merge_pools([a]) == a
    assert merge_pools([at_once, b]) == at_once


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_pools())
def test_a_pool_that_forgot_its_rows_is_still_merged_from_its_frames(pool):
    bare = replace(pool, parts=(), noticed=())
    assert merge_pools([bare]) == pool
    assert merge_pools([bare, bare]) == pool


def test_merging_is_reading_all_rows_at_once():
    one = ("E1|张三|西北大学|副教授||陕西省|", "|李四|长安大学|讲师|||1970")
    two = ("E1|张三|西北大学|教授|||", "|李四|长安大学公路学院||||1970-02", "E5|王五|||||")
    assert merge_pools([pool_of(*one), pool_of(*two)]) == pool_of(*one, *two)
