"""Names to experts: joined, asked or left out, and the answers read back."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from expertmatch.errors import InputError, Problem
from expertmatch.tables.clean import clean_name, split_names, unit_parent
from expertmatch.tables.joining.pending import NOT_IN_POOL, PENDING_COLUMNS, question_key
from expertmatch.tables.joining.resolve import People
from expertmatch.tables.pool import Pool, read_pool

DAY = date(2024, 6, 1)


def table(header: str, *rows: str) -> pd.DataFrame:
    names = header.split("|")
    return pd.DataFrame([[cell.strip() for cell in row.split("|")] for row in rows], columns=names, dtype=object)


EXPERTS = table(
    "编号|姓名|单位",
    "E1|张三|西安交通大学机械工程学院",
    "E2|张三|西北大学",
    "E3|李四|长安大学",
    "E4|王五|",
    "E5|赵六|西北大学",
    "E6|赵六|西北大学化工学院",
)


def works_of(*rows: str) -> pd.DataFrame:
    return table("成果名称|完成人|工作单位", *rows)


def read(works: pd.DataFrame, **more: object) -> Pool:
    return read_pool(EXPERTS, works=works, today=DAY, **more)  # type: ignore[arg-type]


def of_code(pool: Pool, code: str) -> list[Problem]:
    return [p for p in pool.problems if p.code == code]


# ---------------------------------------------------------------- the rule


@pytest.mark.parametrize(
    ("name", "unit", "joined", "asked"),
    [
        ("张三", "西安交通大学", "E1", None),  # branch of the unit and the unit: one legal person
        ("张三", "西北大学物理学院", "E2", None),
        ("张 三", "西北大学", "E2", None),
        ("张三", "", None, "有 2 位同名专家，此处没有写单位"),
        ("张三", "长安大学", None, "有 2 位同名专家，单位不同"),
        ("李四", "", "E3", None),  # the only one of that name
        ("李四", "长安大学", "E3", None),
        ("李四", "西北大学", None, "有 1 位同名专家，单位不同"),
        ("王五", "西北大学", "E4", None),  # the expert has no unit that could contradict
        ("赵六", "西北大学", None, "有 2 位同名同单位的专家"),
        ("钱七", "西北大学", None, None),
    ],
)
def test_who_is_meant(name, unit, joined, asked):
    pool = read(works_of(f"甲成果|{name}|{unit}"))
    assert pool.works["expert_id"].tolist() == ([joined] if joined else [])
    assert pool.pending["候选理由"].tolist() == ([asked] if asked else [])
    outside = joined is None and asked is None
    assert bool(of_code(pool, "work-without-expert")) == outside


def test_similar_units_come_first_among_the_candidates():
    experts = table("编号|姓名|单位", "A1|张三|渭南师范学院", "B2|张三|陕西省杂交油菜研究中心")
    pool = read_pool(experts, works=works_of("油菜育种|张三|杂交油菜研究中心"), today=DAY)
    assert pool.pending.loc[0, "候选专家"].startswith("B2 张三")
    assert "单位相近但不相同" in pool.pending.loc[0, "候选理由"]


def test_question_shows_all_that_helps_to_decide():
    pool = read(works_of("热误差建模|张三|"))
    assert tuple(pool.pending.columns) == PENDING_COLUMNS
    row = pool.pending.iloc[0]
    assert (row["表"], row["行"], row["姓名"], row["成果或学会"]) == ("成果", "1", "张三", "热误差建模")
    assert row["候选专家"] == "E1 张三（西安交通大学机械工程学院）；E2 张三（西北大学）"
    assert row["确认为"] == ""
    assert "待确认 1 处" in repr(pool)


def test_one_question_for_all_works_of_a_name_at_another_unit():
    pool = read(works_of(*(f"成果第{i}项|李四|西北大学" for i in range(5)), "成果第0项。|李 四|西北大学化学学院"))
    assert pool.unconfirmed == 1
    assert pool.pending.loc[0, "成果或学会"] == "成果第0项；成果第1项；成果第2项 等 5 项"
    answered = pool.pending.assign(确认为="E3")
    again = read(works_of("成果第0项|李四|西北大学", "成果第9项|李四|西北大学"), pending=answered)
    assert again.works["title"].tolist() == ["成果第0项", "成果第9项"]


def test_namesakes_at_one_unit_are_asked_about_work_by_work():
    assert read(works_of("甲成果|赵六|西北大学", "乙成果|赵六|西北大学")).unconfirmed == 2


def test_coauthors_outside_the_pool_are_counted():
    pool = read(works_of("甲成果|李四；钱七；孙八|", "乙成果|李四；钱七|"))
    assert len(pool.works) == 2
    (note,) = of_code(pool, "authors-not-in-pool")
    assert note.message.startswith("3 位合作者不在专家库中")


def test_names_joined_by_name_alone_are_counted():
    pool = read(works_of("甲成果|李四|", "乙成果|李四|长安大学"))
    (note,) = of_code(pool, "joined-by-name")
    assert note.message.startswith("1 处")


def test_work_of_nobody_in_the_pool_is_listed_with_its_place():
    pool = read(works_of("甲成果|钱七；孙八|"))
    (problem,) = of_code(pool, "work-without-expert")
    assert (problem.severity, problem.table, problem.row) == ("note", "works", 1)
    assert "“钱七、孙八”都不在专家库中" in problem.message


def test_id_decides_over_name_and_the_mismatch_is_said():
    works = table("成果名称|专家编号|负责人", "甲成果|E3|张三")
    pool = read(works)
    assert pool.works["expert_id"].tolist() == ["E3"]
    (problem,) = of_code(pool, "id-name-mismatch")
    assert (problem.row, problem.column, problem.value) == (1, "负责人", "张三")
    assert "李四" in problem.message


def test_coauthors_of_a_work_with_an_id_are_joined_too():
    works = table("成果名称|专家编号|完成人|工作单位", "甲成果|E1|张三；李四|长安大学")
    assert read(works).works["expert_id"].tolist() == ["E1", "E3"]


def test_memberships_relations_and_records_use_the_same_rule():
    pool = read_pool(
        EXPERTS,
        memberships=table(
            "姓名|工作单位|学会名称|学会职务",
            "张三|西北大学|陕西省化学会|理事",
            "张三||陕西省化学会|会员",
            "钱七||陕西省化学会|会员",
        ),
        relations=table("姓名|相关人|关系", "李四|张三|师生", "赵六|某公司|任职"),
        engagements=table("需求编号|专家姓名|服务状态", "N1|李四|已完成", "N2|钱七|已完成"),
        today=DAY,
    )
    assert pool.memberships["expert_id"].tolist() == ["E2"]
    assert pool.relations[["expert_id", "other"]].to_numpy().tolist() == [["E3", "张三"]]
    assert sorted(pool.pending["表"]) == ["任职", "关系"]
    assert {p.table: p.value for p in of_code(pool, "unknown-expert")} == {"memberships": "钱七", "engagements": "钱七"}
    assert pool.engagements["candidate_id"].tolist() == ["E3", ""]  # the record is kept whole


def test_unknown_id_is_listed_with_the_nearest():
    pool = read_pool(EXPERTS, relations=table("专家编号|相关单位", "E33|某公司"), today=DAY)
    (problem,) = of_code(pool, "unknown-expert")
    assert problem.value == "E33"
    assert "是否应为 E3？" in problem.remedy
    assert pool.relations.empty


def test_leading_zeros_that_a_spreadsheet_ate_are_recognised_in_the_remedy():
    pool = read_pool(
        table("编号|姓名", "001|张三", "002|李四"), works=table("专家编号|成果名称", "1|甲", "1|乙"), today=DAY
    )
    (problem,) = of_code(pool, "unknown-expert")  # one for all rows with this id
    assert (problem.row, problem.rows, problem.value) == (1, (1, 2), "1")
    assert "是否应为 001？" in problem.remedy


def test_a_filled_in_sheet_that_is_not_there_is_an_error():
    with pytest.raises(InputError) as caught:
        read(works_of("甲成果|李四|"), pending="没有的待确认.xlsx")
    assert [(p.table, p.code) for p in caught.value.problems if p.severity == "error"] == [("pending", "no-such-file")]


# ---------------------------------------------------------------- societies


SOCIETIES = table("学会编号|学会名称", "S1|陕西省机械工程学会", "S2|陕西省园艺学会", "S3|陕西省园艺学会苹果专业委员会")


def members_of(*rows: str) -> pd.DataFrame:
    return table("专家编号|学会名称|学会职务", *rows)


@pytest.mark.parametrize(
    ("society", "society_id", "branch"),
    [
        ("陕西省机械工程学会", "S1", ""),
        ("陕西省 机械工程学会", "S1", ""),
        ("陕西省机械工程学会焊接专业委员会", "S1", "陕西省机械工程学会焊接专业委员会"),
        ("陕西省园艺学会苹果专业委员会", "S3", ""),
    ],
)
def test_branches_belong_to_their_society(society, society_id, branch):
    pool = read_pool(EXPERTS, societies=SOCIETIES, memberships=members_of(f"E1|{society}|理事"), today=DAY)
    assert pool.memberships[["society_id", "branch"]].to_numpy().tolist() == [[society_id, branch]]
    assert pool.societies.set_index("society_id").loc["S3", "branch_of"] == "S2"


def test_a_society_that_the_table_lacks_is_added_and_said():
    pool = read_pool(
        EXPERTS, societies=SOCIETIES, memberships=members_of("E1|西安市公路学会桥梁专业委员会|理事"), today=DAY
    )
    (problem,) = of_code(pool, "unknown-society")
    assert (problem.row, problem.column) == (1, "学会名称")
    assert "西安市公路学会" in set(pool.societies["name"])
    assert pool.memberships["branch"].tolist() == ["西安市公路学会桥梁专业委员会"]


def test_without_a_societies_table_societies_come_from_the_memberships():
    pool = read_pool(EXPERTS, memberships=members_of("E1|西安市公路学会|理事"), today=DAY)
    assert pool.societies["name"].tolist() == ["西安市公路学会"]
    assert not of_code(pool, "unknown-society")


def test_two_spellings_are_one_society_and_two_ids_are_said():
    societies = table("学会编号|学会名称|业务范围", "S1|陕西省园艺学会|果树", "S9|陕西省 园艺学会|")
    pool = read_pool(
        EXPERTS, societies=societies, memberships=table("专家编号|学会编号|学会职务", "E1|S9|会长"), today=DAY
    )
    assert pool.societies[["society_id", "scope"]].to_numpy().tolist() == [["S1", "果树"]]
    assert pool.memberships[["society_id", "role"]].to_numpy().tolist() == [["S1", "理事长"]]
    (problem,) = of_code(pool, "two-ids-one-society")
    assert (problem.row, problem.value) == (2, "S9")


def test_one_society_id_for_two_names_is_an_error():
    with pytest.raises(InputError) as caught:
        read_pool(EXPERTS, societies=table("学会编号|学会名称", "S1|甲学会", "S1|乙学会"), today=DAY)
    (error,) = [p for p in caught.value.problems if p.severity == "error"]
    assert (error.code, error.row, error.column) == ("one-id-two-societies", 2, "学会编号")


@pytest.mark.parametrize(
    ("cell", "roles"),
    [
        ("会长", ["理事长"]),
        ("副会长兼秘书长", ["副理事长", "秘书长"]),
        ("常务理事、副秘书长", ["副秘书长", "常务理事"]),
        ("主委", ["主任委员"]),
        ("", [""]),
        ("首席顾问", ["首席顾问"]),
    ],
)
def test_offices_in_normal_words(cell, roles):
    pool = read_pool(EXPERTS, memberships=members_of(f"E1|甲学会|{cell}"), today=DAY)
    assert sorted(pool.memberships["role"]) == sorted(roles)


# ---------------------------------------------------------------- questions answered


def _asked() -> pd.DataFrame:
    pool = read(works_of("甲成果|张三|", "乙成果|赵六|西北大学"))
    assert pool.unconfirmed == 2
    return pool.pending.copy()


def _answered(*answers: str) -> pd.DataFrame:
    asked = _asked().sort_values("成果或学会", ascending=False, ignore_index=True)  # 甲成果, 乙成果
    asked["确认为"] = list(answers)
    return asked


WORKS = ("甲成果|张三|", "乙成果|赵六|西北大学")


def test_answers_take_effect():
    pool = read(works_of(*WORKS), pending=_answered("E2", NOT_IN_POOL))
    assert pool.works[["title", "expert_id"]].to_numpy().tolist() == [["甲成果", "E2"]]
    assert pool.unconfirmed == 0
    assert "待确认" not in repr(pool)


def test_rows_confirmed_to_be_of_nobody_are_counted_as_such():
    works = (*WORKS, "丙|孙八|")
    first = read(works_of(*works), pending=_answered(NOT_IN_POOL, "")).problems[0]
    assert first.code == "works-not-used"
    assert "采用 0 行；1 行的完成人不在专家库中，1 行待确认，1 行已确认不在库。" in first.message


def test_open_questions_stay_and_come_first():
    pool = read(works_of(*WORKS), pending=_answered("E2", ""))
    assert pool.pending["确认为"].tolist() == ["", "E2"]
    again = read(works_of(*WORKS), pending=pool.pending)
    assert again == pool
    pd.testing.assert_frame_equal(again.pending, pool.pending)


def test_answers_stay_valid_when_rows_move():
    answers = _answered("E2", "E5")
    moved = works_of("丙成果|李四|", *reversed(WORKS))
    assert sorted(read(moved, pending=answers).works["expert_id"]) == ["E2", "E3", "E5"]


def test_answers_are_read_from_the_sheet_of_a_workbook(tmp_path):
    path = tmp_path / "推荐结果.xlsx"
    with pd.ExcelWriter(path, engine="xlsxwriter") as writer:
        table("需求|专家", "N1|张三").to_excel(writer, sheet_name="推荐", index=False)
        _answered("E2", "E5").to_excel(writer, sheet_name="待确认", index=False)
    assert sorted(read(works_of(*WORKS), pending=path).works["expert_id"]) == ["E2", "E5"]


def test_answers_are_read_from_csv(tmp_path):
    path = tmp_path / "待确认.csv"
    _answered("E2", "E5").to_csv(path, index=False, encoding="utf-8-sig")
    assert sorted(read(works_of(*WORKS), pending=path).works["expert_id"]) == ["E2", "E5"]


def _errors(pending: pd.DataFrame) -> list[Problem]:
    with pytest.raises(InputError) as caught:
        read(works_of(*WORKS), pending=pending)
    return [p for p in caught.value.problems if p.severity == "error"]


def test_answer_that_is_no_id_is_an_error_with_the_candidates():
    (error,) = _errors(_answered("E99", ""))
    assert (error.code, error.table, error.row, error.column, error.value) == (
        "unknown-answer", "pending", 1, "确认为", "E99"
    )  # fmt: skip
    assert "E1、E2" in error.remedy
    assert NOT_IN_POOL in error.remedy


def test_contradicting_answers_are_an_error_that_names_both_cells():
    twice = pd.concat([_answered("E1", ""), _answered("E2", "")], ignore_index=True)
    (error,) = _errors(twice)
    assert (error.code, error.row, error.column, error.value) == ("conflicting-answers", 3, "确认为", "E2")
    assert "第 1 行“E1”" in error.message


def test_answer_without_its_key_is_an_error():
    broken = _answered("E1", "")
    broken.loc[0, "编号"] = ""
    (error,) = _errors(broken)
    assert (error.code, error.row, error.column) == ("answer-without-key", 1, "编号")


def test_table_without_the_columns_is_no_pending_sheet():
    (error,) = _errors(table("姓名|单位", "张三|西北大学"))
    assert error.code == "not-a-pending-table"
    assert "“编号”" in error.message
    assert "“确认为”" in error.message


def test_answer_to_a_question_that_no_longer_arises_is_listed():
    pool = read(works_of("乙成果|赵六|西北大学"), pending=_answered("E2", "E5"))
    (problem,) = of_code(pool, "stale-answer")
    assert (problem.severity, problem.row) == ("warning", 1)
    assert pool.works["expert_id"].tolist() == ["E5"]


def test_answer_with_another_name_is_followed_and_said_first():
    experts = pd.concat([EXPERTS, table("编号|姓名|单位|职称", "E0|陈一|长安大学|能人")], ignore_index=True).fillna("")
    pool = read_pool(experts, works=works_of(*WORKS, "丙|孙八|"), pending=_answered("e3", "E5"), today=DAY)
    first = pool.problems[0]
    assert (first.code, first.severity, first.row, first.value) == ("confirmed-other-name", "warning", 1, "e3")
    assert "“张三”（成果表第 1 行）确认为 E3，而此编号的专家叫“李四”" in first.message
    assert "E3" in set(pool.works["expert_id"])
    assert len(of_code(pool, "confirmed-other-name")) == 1


ZJ = table("编号|姓名|单位", "ZJ0278|任亚红|甲所", "ZJ0343|任亚红|乙所", "ZJ0400|Elin Sorvander|甲厂", "0012|孟九|丙所")


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("zj0278", "ZJ0278"),
        ("ZJ０２７８", "ZJ0278"),
        (" ＺＪ 0278 ", "ZJ0278"),
        ("ZJ0343 任亚红", "ZJ0343"),
        ("ZJ0343任亚红", "ZJ0343"),
        ("zj0343　任亚红（乙所，研究员，1981 年生）", "ZJ0343"),
        ("任亚红（ZJ0343）", "ZJ0343"),
        ("任亚红 ZJ0343", "ZJ0343"),
        *((word, NOT_IN_POOL) for word in ("不在库", "不在库。", "否", "无", "都不是", "不是本人", "不在", "（不在）")),
    ],
)
def test_answers_as_people_write_them(said, meant):
    works = works_of("甲|任亚红|丁所")
    asked = read_pool(ZJ, works=works, today=DAY).pending
    pool = read_pool(ZJ, works=works, pending=asked.assign(确认为=said), today=DAY)
    assert pool.works["expert_id"].tolist() == ([] if meant == NOT_IN_POOL else [meant])
    assert pool.pending["确认为"].tolist() == [meant]
    assert pool.unconfirmed == 0


@pytest.mark.parametrize(
    ("work", "said", "meant"),
    [
        ("甲|Elin Sorvander|丁所", "Elin Sorvander", "ZJ0400"),  # the only candidate of that name
        ("甲|Elin Sorvander|丁所", "ZJ0400 Elin Sorvander（甲厂）", "ZJ0400"),
        ("甲|孟九|丁所", "12", "0012"),  # a spreadsheet ate the zeros
    ],
)
def test_a_bare_name_or_number_is_enough_for_one_candidate(work, said, meant):
    asked = read_pool(ZJ, works=works_of(work), today=DAY).pending
    pool = read_pool(ZJ, works=works_of(work), pending=asked.assign(确认为=said), today=DAY)
    assert pool.works["expert_id"].tolist() == [meant]


@pytest.mark.parametrize("said", ["任亚红", "ZJ0400 任亚红", "ZJ9999", "待定"])
def test_answers_that_name_nobody_or_two_are_errors(said):
    works = works_of("甲|任亚红|丁所")
    asked = read_pool(ZJ, works=works, today=DAY).pending
    with pytest.raises(InputError) as caught:
        read_pool(ZJ, works=works, pending=asked.assign(确认为=said), today=DAY)
    (error,) = [p for p in caught.value.problems if p.severity == "error"]
    assert (error.code, error.value) == ("unknown-answer", said)
    assert ("不是同一人：ZJ0400 是“Elin Sorvander”" in error.message) == said.startswith("ZJ0400")


def test_two_spellings_of_one_answer_do_not_contradict():
    works = works_of("甲|任亚红|丁所")
    asked = read_pool(ZJ, works=works, today=DAY).pending
    twice = pd.concat([asked.assign(确认为="zj0343"), asked.assign(确认为="ZJ0343 任亚红")], ignore_index=True)
    assert read_pool(ZJ, works=works, pending=twice, today=DAY).works["expert_id"].tolist() == ["ZJ0343"]


def test_the_sheet_says_what_may_be_written_and_cuts_no_word():
    fields = "酶催化,连续流反应,绿色合成,不对称氢化与手性药物中间体"
    experts = ZJ.assign(研究方向=fields)
    pool = read_pool(experts, works=works_of("甲|任亚红|丁所", "乙|孟九|戊所"), today=DAY)
    assert set(pool.pending["备注"]) == {"填专家编号，或填：不在库"}
    shown = pool.pending["候选专家"].iloc[0]
    assert "酶催化,连续流反应,绿色合成…" in shown
    assert "不对" not in shown
    key = pool.pending["编号"].iloc[0]
    answered = pool.pending.assign(确认为=[NOT_IN_POOL if k == key else "" for k in pool.pending["编号"]])
    again = read_pool(experts, works=works_of("甲|任亚红|丁所", "乙|孟九|戊所"), pending=answered, today=DAY)
    assert again.pending["备注"].tolist() == ["填专家编号，或填：不在库", ""]


def test_key_of_a_question_depends_on_what_it_asks():
    key = question_key("works", "张三", "西北大学", "甲成果")
    assert key == question_key("works", "张 三", "西北大学", "甲成果。")
    others = [
        ("memberships", "张三", "西北大学", "甲成果"),
        ("works", "张三", "", "甲成果"),
        ("works", "张三", "西北大学", "乙"),
    ]
    assert len({key, *(question_key(*other) for other in others)}) == 4


# ---------------------------------------------------------------- against the obvious loop

_NAMES = ("张三", "李四", "王 五", "赵六")
_UNITS = ("", "西北大学", "西北大学化工学院", "长安大学", "西安交通大学")


def _obvious(experts: list[tuple[str, str]], works: list[tuple[str, str]]) -> tuple[set, set]:
    """Whom each named author is, by reading every expert for every author."""
    joined, asked = set(), set()
    for number, (authors, unit) in enumerate(works):
        for author in split_names(authors):
            namesakes = [i for i, (name, _) in enumerate(experts) if clean_name(name) == author]
            there = [i for i in namesakes if unit and experts[i][1] and unit_parent(experts[i][1]) == unit_parent(unit)]
            if len(there) == 1:
                joined.add((f"成果{number}号", f"E{there[0]}"))
            elif there:
                asked.add((f"成果{number}号", author))
            elif len(namesakes) == 1 and (not unit or not experts[namesakes[0]][1]):
                joined.add((f"成果{number}号", f"E{namesakes[0]}"))
            elif namesakes:
                asked.add((f"成果{number}号", author))
    return joined, asked


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.tuples(st.sampled_from(_NAMES), st.sampled_from(_UNITS)), min_size=1, max_size=8),
    st.lists(
        st.tuples(st.lists(st.sampled_from(_NAMES), min_size=1, max_size=3).map("；".join), st.sampled_from(_UNITS)),
        min_size=1,
        max_size=6,
    ),
)
def test_joining_agrees_with_the_obvious_loop(experts, works):
    frame = pd.DataFrame([(f"E{i}", *row) for i, row in enumerate(experts)], columns=["编号", "姓名", "单位"])
    rows = [(f"成果{i}号", *row) for i, row in enumerate(works)]
    pool = read_pool(frame, works=pd.DataFrame(rows, columns=["成果名称", "完成人", "工作单位"]), today=DAY)
    joined, asked = _obvious(experts, works)
    assert set(zip(pool.works["title"], pool.works["expert_id"], strict=True)) == joined
    shown = {
        (t, n) for ts, n in zip(pool.pending["成果或学会"], pool.pending["姓名"], strict=True) for t in ts.split("；")
    }
    assert {(t.partition(" 等")[0], n) for t, n in shown} <= asked
    assert {n for _, n in shown} == {n for _, n in asked}


def test_people_without_a_name_are_never_meant():
    people = People(pd.DataFrame({"expert_id": ["E1"], "name": [""], "unit": ["西北大学"], "unit_parent": [""]}))
    assert people.find("", "西北大学").expert_id == ""
    assert "E1" in people
