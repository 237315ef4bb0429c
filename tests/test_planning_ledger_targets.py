"""Periods, targets reached, the monthly table: held against counts made by hand."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ledger_databases import rows

from expertmatch.errors import LedgerError, SettingError
from expertmatch.planning.ledger import Ledger
from expertmatch.planning.ledger.periods import read_period
from expertmatch.planning.ledger.targets import MEASURES

WHO = "王某"


@pytest.mark.parametrize(
    ("written", "name", "first", "last"),
    [
        ("2026", "2026", "2026-01", "2026-12"),
        ("2026 年度", "2026", "2026-01", "2026-12"),
        ("2026.3", "2026-03", "2026-03", "2026-03"),
        ("2026年12月", "2026-12", "2026-12", "2026-12"),
        ("2026Q2", "2026年第2季度", "2026-04", "2026-06"),
        ("2026年四季度", "2026年第4季度", "2026-10", "2026-12"),
        ("2026年下半年", "2026年下半年", "2026-07", "2026-12"),
        ("2024-2026年", "2024至2026年", "2024-01", "2026-12"),
    ],
)
def test_periods_as_offices_write_them(written: str, name: str, first: str, last: str) -> None:
    found = read_period(written)
    assert found is not None
    assert (found.name, found.first, found.last) == (name, first, last)
    assert read_period(found.name) == found


@pytest.mark.parametrize("written", ["", "去年", "2026-13", "2026Q5", "2026-2024", "26年", "2026年第零季度"])
def test_what_is_no_period(written: str) -> None:
    assert read_period(written) is None


@given(st.integers(2020, 2022), st.integers(0, 12), st.integers(0, 28), st.integers(2020, 2022), st.integers(1, 4))
def test_a_date_lies_in_a_quarter_where_all_its_days_do(year: int, month: int, day: int, of: int, quarter: int) -> None:
    text = f"{year}" + (f"-{month:02d}" if month else "") + (f"-{day:02d}" if month and day else "")
    period = read_period(f"{of}年第{quarter}季度")
    assert period is not None
    inside = {
        (year, one) in {(of, 3 * quarter - 2 + k) for k in range(3)} for one in ([month] if month else range(1, 13))
    }
    assert period.holds(text) == (inside.pop() if len(inside) == 1 else None)


SERVED = [
    ("N1", "E1", "已完成", "2026-03-02", "周至县", "2", "40", "review"),
    ("N1", "E2", "已完成", "2026-03", "周至县", "1.5", "", "review"),
    ("N2", "E1", "已完成", "2026-04-01", "蓝田县", "3", "10", "lecture"),
    ("N3", "E1", "已完成", "2026", "周至县", "4", "5", "lecture"),
    ("N4", "E3", "已完成", "", "", "1", "", ""),
    ("N5", "E3", "已同意", "2026-03", "周至县", "", "", "review"),
    ("N6", "E3", "已完成", "2025-12", "周至县", "8", "100", "review"),
]
NAMES = ["need_id", "candidate_id", "state", "date", "county", "hours", "headcount", "scenario"]


def filled(ledger: Ledger) -> Ledger:
    ledger.add(pd.DataFrame(SERVED, columns=NAMES), who=WHO)
    return ledger


def target(
    indicator: str, period: str, value: object, county: str = "", measure: str = "", **more: str
) -> dict[str, object]:
    return {"指标": indicator, "期间": period, "目标值": value, "区县": county, "计量": measure, **more}


def test_targets_are_reached_by_period_and_county(ledger: Ledger) -> None:
    aims = [
        target("场次", "2026", 5, measure="服务次数"),
        target("场次", "2026-03", 1),
        target("场次", "2026年", 9, county="周至县"),
        target("受众", "2026", "100", measure="参加人数"),
        target("讲座人数", "2026", 50, measure="参加人数", 场景="lecture"),
        target("同意的", "2026", 1, measure="专家人数", 服务状态="已同意；已完成"),
        target("县数", "2026", 2, measure="区县数"),
        target("时长", "2025至2026年", 20, measure="服务时长"),
    ]
    assert filled(ledger).set_targets(pd.DataFrame(aims), who=WHO) == 8
    told = ledger.stats().targets
    assert told[["指标", "期间", "区县", "目标", "完成", "差额"]].to_numpy().tolist() == [
        ["县数", "2026", "全市", 2, 2, 0],
        ["受众", "2026", "全市", 100, 55, 45],
        ["同意的", "2026", "全市", 1, 3, -2],
        ["场次", "2026", "全市", 5, 4, 1],
        ["场次", "2026", "周至县", 9, 3, 6],
        ["场次", "2026-03", "全市", 1, 2, -1],
        ["时长", "2025至2026年", "全市", 20, 18.5, 1.5],
        ["讲座人数", "2026", "全市", 50, 15, 35],
    ]
    notes = dict(zip(told["指标"] + told["期间"] + told["区县"], told["说明"], strict=True))
    assert notes["场次2026全市"] == "另有 1 次服务的日期不详或太粗，没有算入"  # no date
    assert notes["场次2026-03全市"] == "另有 2 次服务的日期不详或太粗，没有算入"  # and the one with its year alone
    assert notes["场次2026周至县"] == ""
    part = ledger.stats("2026年上半年", county="周至县")
    assert len(part.targets) == 0
    assert part.counts["合计"].tolist() == [3, 3]


def test_the_monthly_table_adds_up(ledger: Ledger) -> None:
    told = filled(ledger).stats().monthly
    assert told[["月份", "区县", "服务次数", "专家人数", "服务时长", "参加人数"]].to_numpy().tolist() == [
        ["2025-12", "周至县", 1, 1, 8, 100],
        ["2026-03", "周至县", 2, 2, 3.5, 40],
        ["2026-04", "蓝田县", 1, 1, 3, 10],
        ["未写月份", "周至县", 1, 1, 4, 5],
        ["未写月份", "未写区县", 1, 1, 1, 0],
        ["合计", "", 6, 3, 19.5, 155],
    ]
    counts = ledger.stats().counts
    assert counts["场景"].tolist() == ["未写场景", "科普讲座与宣讲", "评审、奖项评选、竞赛评委", "合计"]
    assert counts.iloc[-1][["已完成", "已同意", "合计"]].tolist() == [6, 1, 7]


def test_every_measure_can_be_asked_for(ledger: Ledger) -> None:
    ledger.set_targets(pd.DataFrame([target(name, "2026", 1, measure=name) for name in MEASURES]), who=WHO)
    assert (ledger.stats().targets["完成"] == 0).all()
    ledger.add(rows("N1 E1 已完成 2026-01", hours="1", county="周至县", **dict.fromkeys(
        ["headcount", "varieties", "techniques", "bases", "solved", "households", "poor_households", "income_gain",
         "incubated", "publicity"], "1")), who=WHO)  # fmt: skip
    done = ledger.stats().targets.set_index("指标")["完成"]
    assert done[done != 1].index.tolist() == ["学会数"]


def test_a_target_is_changed_and_taken_away_and_the_journal_keeps_what_it_was(ledger: Ledger) -> None:
    aim = [target("场次", "2026", 5, measure="服务次数")]
    assert [ledger.set_targets(pd.DataFrame(aim), who=WHO) for _ in range(2)] == [1, 0]
    ledger.set_targets(pd.DataFrame([target("场次", "2026年度", 8)]), who="李某")
    assert ledger.targets()[["value", "measure"]].to_numpy().tolist() == [["8", "服务次数"]]
    told = ledger.history("目标：场次｜2026｜全市")
    assert told[["who", "old", "new"]].to_numpy().tolist() == [[WHO, "", "5"], ["李某", "5", "8"]]
    assert ledger.set_targets(pd.DataFrame([target("场次", "2026", "")]), who=WHO) == 1
    assert len(ledger.targets()) == 0
    assert ledger.verify() == []


@pytest.mark.parametrize(
    ("aim", "told"),
    [
        (target("场次", "去年", 5, measure="服务次数"), "期间不能是“去年”"),
        (target("场次", "2026", "许多", measure="服务次数"), "目标值|一个数"),
        (target("场次", "2026", -5, measure="服务次数"), "目标值不能是“-5”"),
        (target("场次", "2026", 5, measure="服务次"), "是否想写：服务次数"),
        (target("场次", "2026", 5), "不知道指标“场次”数什么"),
        (target("场次", "2026", 5, measure="服务次数", 服务状态="办着"), "服务状态不能是“办着”"),
        (target("", "2026", 5, measure="服务次数"), "没有写指标|没有指标"),
        (target("场次", "2026", "", measure="服务次数"), "没有这个目标可以去掉"),
    ],
)
def test_targets_that_cannot_be_are_refused(aim: dict[str, object], told: str, ledger: Ledger) -> None:
    good = target("好的", "2026", 1, measure="服务次数")
    with pytest.raises(LedgerError, match=told):
        ledger.set_targets(pd.DataFrame([good, aim]), who=WHO)
    assert len(ledger.targets()) == 0


def test_two_rows_that_contradict_are_refused(ledger: Ledger) -> None:
    twice = [target("场次", "2026", 5, measure="服务次数"), target("场次", "2026年", 6)]
    with pytest.raises(LedgerError, match="与第 1 行是同一指标"):
        ledger.set_targets(pd.DataFrame(twice), who=WHO)
    other = [target("场次", "2026", 5, measure="服务次数"), target("场次", "2027", 5, measure="专家人数")]
    with pytest.raises(LedgerError, match="说得不一样"):
        ledger.set_targets(pd.DataFrame(other), who=WHO)


def test_a_period_of_statistics_that_is_none_is_refused(ledger: Ledger) -> None:
    with pytest.raises(SettingError, match="2026年第1季度"):
        ledger.stats("上个月")
