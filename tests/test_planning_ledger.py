"""The ledger on SQLite and on PostgreSQL: what is added, changed, refused, counted, and read back."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy as sa
from ledger_databases import Where, codes, rows

import expertmatch as em
from expertmatch.errors import LedgerError, MissingExtraError, SettingError, UnknownNameError
from expertmatch.planning.ledger import NEXT_STATES, STATES, Change, Ledger
from expertmatch.scenarios import Scenario
from expertmatch.scenarios.services import Services
from expertmatch.tables.columns import TABLES

WHO = "王某"


def own(**parts: object) -> Scenario:
    base = {"name": "own", "title": "自办活动", "summary": "示例。", "need_kinds": ["自办"]}
    return Scenario.model_validate(base | parts)


def quota(per: str = "candidate", period: str = "year", most: int = 1, **parts: object) -> Scenario:
    return own(quotas=[{"label": "定额", "per": per, "period": period, "most": most, **parts}])


def state_of(ledger: Ledger, one: str) -> dict[str, str]:
    frame = ledger.services().set_index("service_id")
    return {str(name): str(cell) for name, cell in frame.loc[one].items()}


# a service from proposal to rating


def test_a_service_goes_from_proposed_to_rated_and_every_step_is_kept(ledger: Ledger) -> None:
    assert ledger.add(rows("N1 E1"), who=WHO).service_ids == ("S0001",)
    steps = [{"state": "已邀请"}, {"state": "同意", "date": "2026年11月20日"}, {"state": "服务中"},
             {"state": "已完成", "hours": 3, "headcount": "40"}, {"state": "已评价", "rating": 4.5}]  # fmt: skip
    for seen, step in enumerate(steps, start=1):
        assert ledger.set("S0001", seen=seen, who=f"第{seen}人", **step) == seen + 1
    found = state_of(ledger, "S0001")
    assert [found[name] for name in ("state", "date", "hours", "headcount", "rating", "version")] == [
        "已完成", "2026-11-20", "3", "40", "4.5", "6",
    ]  # fmt: skip
    told = ledger.history("S0001")
    states = told[told["field"] == "服务状态"]
    assert states[["old", "new", "who"]].to_numpy().tolist() == [
        ["", "已推荐", WHO],
        ["已推荐", "已邀请", "第1人"],
        ["已邀请", "已同意", "第2人"],
        ["已同意", "服务中", "第3人"],
        ["服务中", "已完成", "第4人"],
    ]  # fmt: skip
    assert told["entry"].is_monotonic_increasing
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d", at) for at in told["at"])
    assert ledger.verify() == []


def test_the_states_are_those_of_the_table_of_engagements() -> None:
    assert set(STATES) == {normal for _, normal in TABLES["engagements"].column("state").choices}
    assert all(after in NEXT_STATES for follows in NEXT_STATES.values() for after in follows)


@pytest.mark.parametrize("old", STATES)
@pytest.mark.parametrize("new", STATES)
def test_a_state_that_does_not_follow_is_refused_with_what_does(old: str, new: str, tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "台账.db", create=True) as ledger:
        ledger.add(rows(f"N1 E1 {old} 2026-03"), who=WHO)
        if new == old or new in NEXT_STATES[old]:
            ledger.set("S0001", seen=1, who=WHO, state=new)
        else:
            with pytest.raises(LedgerError, match=f"“{old}”不能改为“{new}”") as refused:
                ledger.set("S0001", seen=1, who=WHO, state=new)
            assert all(after in str(refused.value) for after in NEXT_STATES[old])
            assert state_of(ledger, "S0001")["state"] == old
            ledger.set("S0001", seen=1, who=WHO, state=new, reason="记错了")
            assert ledger.history("S0001").iloc[-1][["act", "reason"]].tolist() == ["更正", "记错了"]
        assert state_of(ledger, "S0001")["state"] == new


def test_what_service_it_is_and_what_a_finished_one_holds_is_only_corrected(ledger: Ledger) -> None:
    ledger.add(rows("N1 E1 已完成 2026-03"), who=WHO)
    ledger.set("S0001", seen=1, who=WHO, hours="2")  # filling a gap is no correction
    for fields, code in (
        ({"candidate_id": "E2"}, "identity"),
        ({"hours": "3"}, "finished"),
        ({"date": ""}, "finished"),
    ):
        with pytest.raises(LedgerError) as refused:
            ledger.set("S0001", seen=2, who=WHO, **fields)
        assert codes(refused.value) == [code]
    ledger.set("S0001", seen=2, who=WHO, hours="3", reason="签到表上是 3 小时")
    assert state_of(ledger, "S0001")["hours"] == "3"


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"state": "好"}, "可以是：已推荐、已邀请"),
        ({"date": "明天"}, "请写成 2017-06-30"),
        ({"hours": "三天"}, "应为一个数"),
        ({"hours": "-1"}, "不能是负数"),
        ({"rating": "5"}, "服务完成以后才能评价"),
        ({"state": "已评价"}, "没有写满意度"),
        ({"headcount": "30"}, "还没有服务"),
        ({"stat": "已邀请"}, "是否想写：state"),
        ({"state": ""}, "不能是空的"),
    ],
)
def test_values_that_cannot_be_are_refused(fields: dict[str, str], told: str, tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "台账.db", create=True) as ledger:
        ledger.add(rows("N1 E1"), who=WHO)
        before = ledger.digest()
        with pytest.raises(LedgerError, match=told):
            ledger.set("S0001", seen=1, who=WHO, **fields)
        assert ledger.digest() == before


# batches, versions


def test_all_problems_of_a_batch_are_told_and_nothing_of_it_is_done(ledger: Ledger) -> None:
    ledger.add(rows("N1 E1", "N2 E2", "N3 E3"), who=WHO)
    before = ledger.digest(), len(ledger.history())
    changes = [
        Change(service_id="S0001", seen=1, fields={"state": "已邀请"}),
        Change(service_id="S0002", seen=1, fields={"state": "服务中"}),
        Change(service_id="S0003", seen=2, fields={"state": "已邀请"}),
        Change(service_id="S0009", seen=1, fields={"state": "已邀请"}),
    ]
    with pytest.raises(LedgerError) as refused:
        ledger.change(changes, who=WHO)
    assert codes(refused.value) == ["forbidden-state", "no-version", "unknown-service"]
    assert (ledger.digest(), len(ledger.history())) == before
    table = pd.DataFrame(
        {"需求编号": ["N4", "", "N5"], "专家编号": ["E1", "E1", "E1"], "服务状态": ["已推荐", "已推荐", "好"]}
    )
    with pytest.raises(LedgerError) as refused:
        ledger.add(table, who=WHO)
    assert [problem.row for problem in refused.value.problems] == [2, 3]
    assert (ledger.digest(), len(ledger.history())) == before


def test_a_change_of_what_somebody_changed_meanwhile_is_refused(ledger: Ledger) -> None:
    ledger.add(rows("N1 E1"), who=WHO)
    ledger.set("S0001", seen=1, who="李某", state="已邀请")
    with pytest.raises(LedgerError, match=r"第 1 版，李某已在 .* 改到第 2 版（现在已邀请）"):
        ledger.set("S0001", seen=1, who=WHO, state="已拒绝")
    with pytest.raises(LedgerError, match="不止一次"):
        ledger.change([Change(service_id="S0001", seen=2, fields={})] * 2, who=WHO)


def test_a_batch_sent_twice_adds_nothing_and_one_that_contradicts_is_refused(ledger: Ledger) -> None:
    batch = rows("N1 E1", "N1 E2")
    ledger.add(batch, who=WHO)
    again = ledger.add(batch, who=WHO)
    assert (again.service_ids, again.already) == ((), ("S0001", "S0002"))
    assert "已在台账" in str(again)
    with pytest.raises(LedgerError, match="S0001"):
        ledger.add(rows("N1 E1 已同意 2026-03"), who=WHO)
    with pytest.raises(LedgerError, match="不止一行"):
        ledger.add(rows("N2 E1 已推荐", "N2 E1 已同意"), who=WHO)
    ledger.set("S0001", seen=1, who=WHO, state="已拒绝")
    assert ledger.add(rows("N1 E1"), who=WHO).service_ids == ("S0003",)  # who declined can be asked again


# quotas


def agree(ledger: Ledger, one: str, scenario: Scenario, date: str = "2026-03", **more: object) -> None:
    ledger.set(one, seen=1, who=WHO, quotas=scenario, state="已同意", date=date, **more)


def test_a_yearly_quota_counts_who_agreed_and_served(ledger: Ledger) -> None:
    limited = quota(most=2)
    ledger.add(rows(*(f"N{i} E1" for i in range(5)), need_kind="自办"), who=WHO, quotas=limited)  # proposals are free
    agree(ledger, "S0001", limited)
    agree(ledger, "S0002", limited)
    with pytest.raises(LedgerError, match=r"虚构（E1） 2026 年已有 2 次，再加 1 次就是 3 次") as refused:
        agree(ledger, "S0003", limited)
    assert codes(refused.value) == ["quota-passed"]
    agree(ledger, "S0003", limited, date="2027-01")
    ledger.set("S0001", seen=2, who=WHO, quotas=limited, state="已完成")  # it counts as before
    with pytest.raises(LedgerError):
        ledger.set("S0003", seen=2, who=WHO, quotas=limited, date="2026-12-31")
    ledger.set("S0002", seen=2, who=WHO, quotas=limited, state="已取消")
    ledger.set("S0003", seen=2, who=WHO, quotas=limited, date="2026-12-31")
    with pytest.raises(LedgerError, match="服务日期"):
        ledger.set("S0004", seen=1, who=WHO, quotas=limited, state="已同意")


@pytest.mark.parametrize(("per", "same"), [("unit", {"candidate_unit": "西北大学"}), ("county", {"county": "周至县"}),
                                           ("programme", {})])  # fmt: skip
def test_quotas_of_units_counties_and_programmes(per: str, same: dict[str, str], ledger: Ledger) -> None:
    limited = quota(per, "ever", most=2)
    done = rows("N1 E1 已完成 2020", "N2 E2 已同意 2026", "N3 E3 已完成 2026", need_kind="自办", **same)
    with pytest.raises(LedgerError, match="定额"):
        ledger.add(done, who=WHO, quotas=limited)
    assert len(ledger.services()) == 0
    ledger.add(done[:2], who=WHO, quotas=limited)
    ledger.add(done[2:].assign(need_kind="别的"), who=WHO, quotas=limited)  # another programme
    if same:
        column = next(iter(same))
        with pytest.raises(LedgerError, match="数不清"):
            ledger.add(rows("N4 E4 已完成 2026", need_kind="自办"), who=WHO, quotas=limited)
        ledger.add(rows("N4 E4 已完成 2026", need_kind="自办", **{column: "别处"}), who=WHO, quotas=limited)


def test_the_quotas_of_the_library_hold_without_being_given(ledger: Ledger) -> None:
    reviews = rows(*(f"N{i} E1 已完成 2026-05" for i in range(11)), scenario="review")
    with pytest.raises(LedgerError, match="每位专家每年至多 10 次"):
        ledger.add(reviews, who=WHO)
    ledger.add(reviews[:10], who=WHO)
    with pytest.raises(LedgerError, match="没有名为“revue”的场景。 是否想写：review"):
        ledger.add(rows("N99 E2", scenario="revue"), who=WHO)


PEOPLE = pd.DataFrame({
    "专家编号": ["A1", "A2", "A3", "A4"], "姓名": ["甲", "乙", "丙", "丁"],
    "职称": ["中国科学院院士", "中国工程院院士", "中国工程院院士", "教授"], "工作单位": "某研究所",
    "在岗状态": ["在岗", "退休", "", "在岗"], "已建站数": ["0", "1", "0", "0"],
})  # fmt: skip


def test_station_caps_count_what_is_open_and_what_the_table_of_experts_says(ledger: Ledger) -> None:
    pool = em.read_pool(PEOPLE)
    stations = [f"{need}{who} {who}" for need in "NMK" for who in ("A1", "A2", "A3", "A4")]
    ledger.add(rows(*stations, need_kind="院士工作站建站"), who=WHO, pool=pool)
    by_pair = {row["need_id"]: row["service_id"] for _, row in ledger.services().iterrows()}
    one = own(name="workstation", need_kinds=["院士工作站建站"], quotas=[
        quota.model_dump(by_alias=True) for quota in em.read_scenario("workstation").quotas if quota.period == "open"
    ])  # fmt: skip

    def asked(need: str) -> list[str]:
        try:
            agree(ledger, by_pair[need], one)
        except LedgerError as refused:
            return codes(refused)
        return []

    assert (asked("NA1"), asked("MA1")) == ([], ["quota-passed"])  # in post: one
    assert (asked("NA2"), asked("MA2"), asked("KA2")) == ([], [], ["quota-passed"])  # retired, one elsewhere: three
    assert (asked("NA3"), asked("MA3")) == ([], ["quota-unknown"])  # nobody knows whether retired
    assert (asked("NA4"), asked("MA4"), asked("KA4")) == ([], [], [])  # no academician
    ledger.set(by_pair["NA1"], seen=2, who=WHO, state="已完成")
    assert asked("MA1") == []  # a place is free again
    retired = em.read_pool(PEOPLE.assign(在岗状态="退休"))
    agree(ledger, by_pair["MA3"], one, pool=retired)
    ledger.add(rows("N9 A9", need_kind="院士工作站建站"), who=WHO)
    with pytest.raises(LedgerError, match=r"院士、退休、已建站数不详.*--experts"):
        agree(ledger, "S0013", one)


def test_a_quota_that_past_records_passed_refuses_only_what_adds_to_it(ledger: Ledger) -> None:
    limited = quota(most=1)
    past = rows("N1 E1 已完成 2026-01", "N2 E1 已同意 2026-02", need_kind="自办")
    told = ledger.import_past(past, who=WHO, quotas=limited)
    assert [problem.code for problem in told.problems if problem.severity == "warning"] == ["quota-passed"]
    ledger.set("S0002", seen=1, who=WHO, quotas=limited, state="已完成")
    with pytest.raises(LedgerError):
        ledger.add(rows("N3 E1 已同意 2026-03", need_kind="自办"), who=WHO, quotas=limited)


# past records


PAST = """需求编号,需求名称,专家姓名,工作单位,服务状态,服务日期,服务时长,满意度,参加人数,备注
2023-1,修剪,张三,西北大学,已办结,2023年5月,3,4.5,40,电话13800138000
2023-1,修剪,张三,西北大学,已办结,2023年5月,3,4.5,40,电话13800138000
2023-2,清园,李四,西北大学,谢绝,2023-06,,,,
"""


def test_past_records_in_gb18030_are_taken_over_once(ledger: Ledger, tmp_path: Path) -> None:
    path = tmp_path / "往年.csv"
    path.write_bytes(PAST.encode("gb18030"))
    told = ledger.import_past(path, who=WHO, scenario="lecture")
    assert told.service_ids == ("S0001", "S0002")
    assert [(p.code, p.row) for p in told.problems] == [("personal-in-text", 2), ("repeated-row", 3)]
    found = state_of(ledger, "S0001")
    assert (found["state"], found["date"], found["scenario"]) == ("已完成", "2023-05", "lecture")
    assert "13800138000" not in str(ledger.history()["new"].tolist())
    again = ledger.import_past(path, who=WHO, scenario="lecture")
    assert (again.service_ids, again.already) == ((), ("S0001", "S0002"))
    path.write_bytes(
        (PAST + "2023-2,清园,李四,西北大学,已办结,2023-06,,,,\n2023-3,浇水,李四,,已办结,,,,,\n").encode("gb18030")
    )
    more = ledger.import_past(path, who=WHO, scenario="lecture")
    assert more.service_ids == ("S0003",)  # what contradicts the ledger is told and left out
    assert [(p.code, p.row) for p in more.problems[1:]] == [("repeated-row", 3), ("already-there", 5)]


def test_past_records_that_say_too_little_are_refused_by_row(ledger: Ledger) -> None:
    table = pd.DataFrame({"需求编号": ["N1", "N2", "N3"], "专家编号": ["E1", "", "E1"],
                          "服务状态": ["已完成", "已完成", "办着呢"],
                          "服务日期": ["2023", "2023", "没定"]})  # fmt: skip
    with pytest.raises(LedgerError) as refused:
        ledger.import_past(table, who=WHO)
    assert sorted((p.row, p.code) for p in refused.value.problems) == [
        (2, "empty-required"), (3, "bad-date"), (3, "unknown-word"),
    ]  # fmt: skip
    assert len(ledger.services()) == 0


# plans


PLAN = pd.DataFrame({
    "need_id": ["N1", "N1", "N1"], "scenario": ["relief"] * 3, "place": [1, 2, 3], "role": ["", "组长", ""],
    "candidate_kind": ["expert", "society", "requester"], "candidate_id": ["E1", "X1", ""],
    "name": ["张三（西北大学）", "某学会", "自己人"], "score": [0.5, 0.4, float("nan")], "locked": [False] * 3,
})  # fmt: skip
NEEDS = pd.DataFrame({"需求编号": ["N1"], "需求名称": ["剪枝"], "需求类型": ["帮扶需求"], "所在地区": ["西安市周至县"],
                      "开始时间": ["2026-12-01"]})  # fmt: skip


def test_a_plan_is_added_as_proposed_with_what_the_needs_say(ledger: Ledger) -> None:
    ledger.add_plan(PLAN, who=WHO, needs=em.read_needs(NEEDS))
    names = ["candidate_kind", "candidate_id", "candidate_name", "candidate_unit", "role", "state", "date", "county",
             "need_kind", "need_title", "scenario"]  # fmt: skip
    same = ["已推荐", "2026-12-01", "周至县", "帮扶需求", "剪枝", "relief"]
    assert ledger.services()[names].to_numpy().tolist() == [
        ["expert", "E1", "张三", "西北大学", "", *same], ["society", "X1", "某学会", "", "组长", *same],
    ]  # fmt: skip
    with pytest.raises(LedgerError, match="没有编号为“N9”的需求"):
        ledger.add_plan(PLAN.assign(need_id="N9"), who=WHO, needs=em.read_needs(NEEDS))
    with pytest.raises(LedgerError, match="没有编号为“E1”的专家"):
        ledger.add_plan(PLAN, who=WHO, pool=em.read_pool(PEOPLE))
    with pytest.raises(SettingError, match="role"):
        ledger.add_plan(PLAN.drop(columns="role"), who=WHO)


def test_a_sheet_of_a_plan_is_added_and_one_with_open_marks_is_refused(ledger: Ledger, tmp_path: Path) -> None:
    sheet = pd.DataFrame({
        "需求编号": ["N1", "N1", "N1"], "需求名称": "剪枝", "场景": "科技助力精准扶贫", "席位": [1, 2, 3],
        "类别": ["专家", "需求方", "专家"], "编号": ["E1", "", ""], "姓名": ["张三", "自己人", "（缺）"],
        "单位": ["西北大学", "", ""],
        "候补": ["李四", "", ""], "保留": "", "删除": "", "替换": "", "备注": "",
    })  # fmt: skip
    path = tmp_path / "方案.xlsx"
    with pd.ExcelWriter(path) as book:
        pd.DataFrame({"需求编号": ["N1"], "编号": ["E9"], "姓名": ["候"]}).to_excel(
            book, sheet_name="候补", index=False
        )
        sheet.to_excel(book, sheet_name="方案", index=False)
    assert len(ledger.add(path, who=WHO).service_ids) == 1
    found = state_of(ledger, "S0001")
    assert [found[name] for name in ("candidate_id", "candidate_name", "candidate_unit", "state")] == [
        "E1", "张三", "西北大学", "已推荐",
    ]  # fmt: skip
    with pytest.raises(LedgerError, match="“删除”列还有没落实的批改"):
        ledger.add(sheet.assign(删除=["√", "", ""]), who=WHO)


# what is read back


def test_engagements_are_what_matching_counts(ledger: Ledger) -> None:
    served = rows("N1 A1 已同意 2026-03", "N2 A1 已推荐", "N3 A2 已完成 2026-01").drop(columns="candidate_name")
    ledger.add(served, who=WHO, pool=em.read_pool(PEOPLE))
    frame = ledger.engagements()
    assert list(frame.columns) == [c.name for c in TABLES["engagements"].columns if not c.personal]
    pool = em.read_pool(PEOPLE, engagements=frame)
    assert not [p for p in pool.problems if p.table == "engagements" and p.severity != "note"]
    counted = Services.read(pool.engagements, pd.Timestamp("2026-12-31").date())
    assert (counted.open, counted.this_year) == ({"A1": 1}, {"A1": 1, "A2": 1})


def test_the_digest_says_what_is_there_whatever_led_there(where: Where, tmp_path: Path) -> None:
    with Ledger.open(where(), create=True) as one, Ledger.open(tmp_path / "另一本.db", create=True) as other:
        assert one.digest() == other.digest()
        one.add(rows("N1 E1 已同意 2026-03"), who=WHO)
        other.add(rows("N1 E1"), who="李某")
        assert one.digest() != other.digest()
        other.set("S0001", seen=1, who="李某", state="已同意", date="2026-03")
        assert one.digest() == other.digest()


def test_history_of_what_is_not_there_names_the_nearest(ledger: Ledger) -> None:
    ledger.add(rows("N1 E1"), who=WHO)
    with pytest.raises(UnknownNameError, match="S0001"):
        ledger.history("S001")


# what keeps it


@pytest.mark.parametrize("statement", [
    "UPDATE ledger_journal SET who = '别人'", "DELETE FROM ledger_journal",
    "INSERT OR REPLACE INTO ledger_journal SELECT * FROM ledger_journal", "TRUNCATE ledger_journal",
])  # fmt: skip
def test_the_database_itself_refuses_to_change_the_journal(statement: str, ledger: Ledger) -> None:
    ledger.add(rows("N1 E1"), who=WHO)
    engine = ledger._store.engine
    if ("OR REPLACE" in statement) != (engine.dialect.name == "sqlite") and statement.startswith(
        ("INSERT", "TRUNCATE")
    ):
        statement = "DELETE FROM ledger_journal"
    before = ledger.history()
    with pytest.raises(sa.exc.DBAPIError), engine.begin() as connection:
        connection.exec_driver_sql(statement)
    pd.testing.assert_frame_equal(ledger.history(), before)


def test_verify_finds_what_was_changed_behind_the_journals_back(ledger: Ledger) -> None:
    ledger.add(rows("N1 E1", "N2 E1"), who=WHO)
    with ledger._store.engine.begin() as connection:
        connection.execute(sa.text("UPDATE ledger_services SET state = '已完成' WHERE service_id = 'S0001'"))
        connection.execute(sa.text("DELETE FROM ledger_services WHERE service_id = 'S0002'"))
    assert [text.split("：")[0] for text in ledger.verify()] == ["S0001", "S0002"]


def test_the_view_can_be_read_as_a_table(where: Where) -> None:
    at = where()
    with Ledger.open(at, create=True) as ledger:
        ledger.add(rows("N1 A1 已同意 2026-03"), who=WHO)
    url = at.replace("://", "+psycopg://") if "://" in at else f"sqlite:///{at}"
    assert len(em.read_pool(PEOPLE, engagements=f"{url}::ledger_engagements").engagements) == 1


# opening


def test_what_is_no_ledger_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    missing = tmp_path / "没有.db"
    with pytest.raises(LedgerError, match="没有这个台账"):
        Ledger.open(missing)
    assert not missing.exists()
    (tmp_path / "表.csv").write_text("姓名,单位\n张三,某大学\n" * 200, encoding="utf-8")
    (tmp_path / "空.db").touch()
    cases = {"表.csv": "不是台账文件", "空.db": "没有服务台账", "无/台账.db": "文件夹 无 不存在"}
    for name, told in cases.items():
        with pytest.raises(LedgerError, match=told):
            Ledger.open(tmp_path / name)
    with pytest.raises(LedgerError, match="这是文件夹"):
        Ledger.open(tmp_path)
    with pytest.raises(LedgerError, match="别的地址不行"):
        Ledger.open("mysql://甲@乙/丙")
    with Ledger.open(tmp_path / "空.db", create=True) as ledger, ledger._store.engine.begin() as connection:
        connection.execute(sa.text("UPDATE ledger_about SET value = '9'"))
    with pytest.raises(LedgerError, match="格式版本是 9"):
        Ledger.open(tmp_path / "空.db", create=True)
    monkeypatch.setitem(__import__("sys").modules, "psycopg", None)
    with pytest.raises(MissingExtraError, match=r"expertmatch\[postgresql\]"):
        Ledger.open("postgresql://甲@乙/丙")


def test_a_server_that_does_not_answer_is_told_without_the_password() -> None:
    with pytest.raises(LedgerError, match="数据库报告") as refused:
        Ledger.open("postgresql://u:geheim@/x?host=/nowhere")
    assert "geheim" not in str(refused.value)


@pytest.mark.parametrize("who", ["", "  "])
def test_nobody_changes_a_ledger_without_a_name(who: str, tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "台账.db", create=True) as ledger, pytest.raises(SettingError, match="经办人"):
        ledger.add(rows("N1 E1"), who=who)
