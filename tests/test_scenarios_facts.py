"""Facts that rules are held against: ages, years, windows, nearness, distance, the ledger; logic in three values."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from expertmatch import read_needs, read_pool
from expertmatch.scenarios import Condition, Rule
from expertmatch.scenarios.columns import Column
from expertmatch.scenarios.conditions import all_hold, holds, rule_verdicts
from expertmatch.scenarios.facts import CandidateFacts, NeedFacts, age_on, years_between
from expertmatch.scenarios.pairs import PairFacts, discipline_distances
from expertmatch.scenarios.services import Services

DAY = date(2026, 11, 1)


def facts_of(experts: pd.DataFrame, **tables: pd.DataFrame) -> CandidateFacts:
    pool = read_pool(experts, **tables, today=DAY)
    return CandidateFacts.of_pool(pool, [("expert", one) for one in pool.experts["expert_id"]], DAY)


def pairs_of(facts: CandidateFacts, needs: pd.DataFrame, codes: tuple[frozenset[str], ...] = ()) -> PairFacts:
    return PairFacts(candidates=facts, needs=NeedFacts(frame=read_needs(needs, today=DAY).frame, codes=codes))


def at(column: Column) -> list[object]:
    """Return the values of a column, ``None`` where one is not known."""
    return [value if known else None for value, known in zip(column.data.tolist(), column.known.tolist(), strict=True)]


# ages and years


@pytest.mark.parametrize(
    ("birth", "day", "age"),
    [
        ("1986-11", date(2026, 10, 31), 39),
        ("1986-11", date(2026, 11, 1), 40),
        ("1986-12", date(2026, 12, 31), 40),
        ("1987-01", date(2026, 12, 31), 39),
        ("1987-01", date(2027, 1, 1), 40),
        ("1986", date(2026, 1, 1), 40),
        ("", date(2026, 1, 1), None),
    ],
)
def test_ages_at_the_borders_of_months(birth: str, day: date, age: float | None) -> None:
    assert age_on(birth, day) == age


@given(st.integers(1930, 2010), st.integers(1, 12), st.dates(date(2015, 1, 1), date(2040, 12, 31)))
def test_age_rises_by_one_in_the_month_of_birth_alone(year: int, month: int, day: date) -> None:
    months = (day.year - year) * 12 + day.month - month
    assert age_on(f"{year}-{month:02d}", day) == months // 12


@pytest.mark.parametrize(
    ("start", "end", "years"),
    [
        ("2027-01-01", "2029-12-31", Fraction(3)),
        ("2027-01", "2027-01", Fraction(1, 12)),
        ("2027", "2027", Fraction(1)),
        ("2027-03", "2029", Fraction(34, 12)),
        ("2027-01-20", "2027-02-10", Fraction(1, 12)),
        ("2027-01-10", "2027-01-20", Fraction(0)),
        ("2027-06-30", "2030-06-30", Fraction(3)),
        ("2027-07-01", "2030-06-30", Fraction(3)),
    ],
)
def test_years_between_dates_count_months(start: str, end: str, years: Fraction) -> None:
    assert years_between(start, end) == pytest.approx(float(years), abs=1e-12)
    assert years_between("", end) is None
    assert years_between(start, "") is None


@given(st.integers(2000, 2030), st.integers(1, 12), st.integers(0, 80))
def test_years_between_whole_months_is_their_number(year: int, month: int, more: int) -> None:
    last = year * 12 + month - 1 + more
    found = years_between(f"{year}-{month:02d}", f"{last // 12}-{last % 12 + 1:02d}")
    assert found == pytest.approx((more + 1) / 12)


# windows

SPANS = [
    ("2026-03-01", "2026-05-31", "2026-04-10", "2026-04-12", True),
    ("2026-03-01", "2026-05-31", "2026-05-31", "2026-05-31", True),
    ("2026-03-01", "2026-05-31", "2026-05-31", "2026-06-01", False),
    ("2026-03-01", "2026-05-31", "2026-02-28", "2026-03-02", False),
    ("2026-03", "2026-05", "2026-03-01", "2026-05-31", True),
    ("2026-03-15", "2026-05", "2026-03", "2026-04", True),  # a month is met by any day of it
    ("2026", "2026", "2026-12", "2026-12", True),
    ("2026", "2026", "2026-12", "2027-01", False),
    ("2026-03", "", "2030-01", "2030-02", True),
    ("", "2026-03", "2020", "2020", True),
]


@pytest.mark.parametrize(("since", "until", "start", "end", "free"), SPANS)
def test_windows_hold_the_time_of_the_need(since: str, until: str, start: str, end: str, free: bool) -> None:
    facts = facts_of(pd.DataFrame({"专家编号": ["E1", "E2"], "姓名": ["甲", "乙"]}))
    facts = CandidateFacts(frame=facts.frame, services=Services(), as_of=DAY, windows={"E1": ((since, until),)})
    frame = pd.DataFrame({"need_id": ["N1"], "start": [start], "end": [end]})
    pairs = PairFacts(candidates=facts, needs=NeedFacts(frame=frame))
    two = np.array([0, 0]), np.array([0, 1])
    assert at(pairs.column("available", *two)) == [float(free), None]


def test_one_of_several_windows_is_enough_and_a_day_stands_for_its_end() -> None:
    experts = pd.DataFrame({"专家编号": ["E1"], "姓名": ["甲"]})
    times = pd.DataFrame({"专家编号": ["E1", "E1"], "可服务起": ["2026-01", "2026-09-01"],
                          "可服务止": ["2026-02", "2026-09-30"]})  # fmt: skip
    needs = pd.DataFrame({"需求编号": list("abc"), "需求名称": list("甲乙丙"),
                          "开始时间": ["2026-09-10", "2026-02-10", ""],
                          "结束时间": ["", "2026-09-05", ""]})  # fmt: skip
    pairs = pairs_of(facts_of(experts, availability=times), needs)
    three = np.arange(3), np.zeros(3, dtype=np.int64)
    assert at(pairs.column("available", *three)) == [1.0, 0.0, None]


# places, languages, disciplines

NEAR = [
    ("陕西省西安市周至县", "陕西省西安市周至县", 3.0),
    ("陕西省西安市周至县", "陕西省西安市雁塔区", 2.0),
    ("陕西省西安市周至县", "陕西省宝鸡市眉县", 1.0),
    ("陕西省西安市周至县", "甘肃省兰州市城关区", 0.0),
    ("陕西省西安市周至县", "陕西省西安市", 2.0),
    ("陕西省西安市周至县", "陕西省", 1.0),
    ("陕西省西安市周至县", "", None),
    ("北京市海淀区", "北京市海淀区", 3.0),
    ("北京市海淀区", "北京市朝阳区", 2.0),
    ("湖北省仙桃市", "湖北省仙桃市", 3.0),  # right under the province
    ("湖北省仙桃市", "湖北省潜江市", 1.0),
]


@pytest.mark.parametrize(("need", "expert", "steps"), NEAR)
def test_nearness_is_the_lowest_common_region(need: str, expert: str, steps: float | None) -> None:
    facts = facts_of(pd.DataFrame({"专家编号": ["E1"], "姓名": ["甲"], "所在地区": [expert]}))
    pairs = pairs_of(facts, pd.DataFrame({"需求名称": ["剪枝"], "所在地区": [need]}))
    zero = np.zeros(1, dtype=np.int64)
    assert at(pairs.column("nearness", zero, zero)) == [steps]


def test_overseas_is_not_said_of_a_region_that_two_cities_have() -> None:
    regions = ["美国加州", "香港", "西安市", "新城区", "某某镇", ""]
    people = pd.DataFrame({"专家编号": list("abcdef"), "姓名": list("甲乙丙丁戊己"), "所在地区": regions})
    assert at(facts_of(people).column("overseas")) == [1.0, 1.0, 0.0, None, None, None]


def test_languages_are_asked_of_those_who_tell_them() -> None:
    people = pd.DataFrame({"专家编号": list("abc"), "姓名": list("甲乙丙"), "语种": ["英语；法语", "俄语", ""]})
    needs = pd.DataFrame({"需求编号": ["N1", "N2"], "需求名称": ["翻译", "剪枝"], "语种要求": ["英语、日语", ""]})
    pairs = pairs_of(facts_of(people), needs)
    need, who = np.repeat([0, 1], 3), np.tile([0, 1, 2], 2)
    assert at(pairs.column("speaks", need, who)) == [1.0, 0.0, None, 1.0, 1.0, 1.0]


CODES = st.sets(st.sampled_from(["110", "11014", "150", "210", "21040", "21060", "2104010", "310", "620", "910"]),
                max_size=3).map(frozenset)  # fmt: skip


def _slow_distance(a: str, b: str) -> float:
    """Walk up to where two codes meet: 5 digits, 3 digits, the category."""
    digits = min(len(a), len(b), 5)
    if a[:digits] == b[:digits]:
        return 0.0
    if a[:3] == b[:3]:
        return 1.0
    bounds = [(110, 190), (210, 240), (310, 360), (410, 630), (710, 910)]
    places = [next(i for i, (low, high) in enumerate(bounds) if low <= int(code[:3]) <= high) for code in (a, b)]
    return 2.0 if places[0] == places[1] else 3.0


@given(CODES, CODES)
def test_distance_of_disciplines_is_the_smallest_of_all_pairs(ours: frozenset[str], theirs: frozenset[str]) -> None:
    slow = min((_slow_distance(a, b) for a in ours for b in theirs), default=None)
    for one, other in ((ours, theirs), (theirs, ours)):
        assert at(discipline_distances([frozenset(), one], [other, frozenset()])) == [None, None, slow, None]


def test_distance_is_read_for_pairs_and_not_known_without_disciplines() -> None:
    people = pd.DataFrame({"专家编号": ["a", "b"], "姓名": ["甲", "乙"]})
    bare = facts_of(people)
    facts = CandidateFacts(frame=bare.frame, services=Services(), as_of=DAY,
                           codes={("expert", "a"): frozenset({"21060"})})  # fmt: skip
    pairs = pairs_of(facts, pd.DataFrame({"需求名称": ["剪枝"]}), (frozenset({"21040"}),))
    assert at(pairs.column("discipline_distance", np.array([0, 0]), np.array([0, 1]))) == [1.0, None]


# what is filled in, and what is not


def test_titles_flags_and_counts_say_where_they_are_not_known() -> None:
    people = pd.DataFrame({
        "专家编号": list("abcd"), "姓名": list("甲乙丙丁"), "职称": ["教授", "工程师", "", "土专家"],
        "在岗状态": ["退休", "一线", "", "停薪留职"], "院士": ["中国工程院院士", "", "", ""],
        "已建站数": [2, "", "", 0], "可承接数": [1, "", "", ""],
    })  # fmt: skip
    works = pd.DataFrame({"成果名称": ["甲的成果", "乙的成果"], "专家编号": ["a", "b"], "完成人": ["甲；赵；钱", "乙"]})
    facts = facts_of(people, works=works)
    assert at(facts.column("title_level")) == [3.0, 1.0, None, None]
    assert at(facts.column("retired")) == [1.0, 0.0, None, None]
    assert at(facts.column("academician")) == [1.0, 0.0, 0.0, 0.0]
    assert at(facts.column("stations"))[:3] == [2.0, None, None]
    assert at(facts.column("partners")) == [2.0, None, None, None]
    assert at(facts.column("free")) == [1.0, 4.0, 4.0, 4.0]
    assert at(facts.column("local")) == [0.0, 0.0, 0.0, 1.0]


@pytest.mark.parametrize(
    ("post", "local"),
    [("致富带头人", 1.0), ("学科带头人", 0.0), ("学术带头人", 0.0), ("乡土人才", 1.0), ("田秀才", 1.0), ("站长", 0.0)],
)
def test_a_leader_of_a_discipline_is_no_local_expert(post: str, local: float) -> None:
    assert at(facts_of(pd.DataFrame({"姓名": ["甲"], "职务": [post]})).column("local")) == [local]


# the ledger

LEDGER = pd.DataFrame(
    [
        ("E1", "服务中", "2026-03-01", "", "某企业建站"),
        ("E1", "已完成", "2026-05", "4", "剪枝"),
        ("E1", "已完成", "2025-12-31", "5", "剪枝"),
        ("E1", "已完成", "2026-11-02", "1", "将来的"),
        ("E1", "已完成", "2026", "", "只写了年"),
        ("E1", "已完成", "", "", "没写日期"),
        ("E1", "已拒绝", "2026-01-01", "", "没去"),
        ("E2", "已同意", "2026-12", "", "下个月"),
        ("E2", "已推荐", "2026-02", "3", "只是推荐"),
    ],
    columns=["candidate_id", "state", "date", "rating", "need_title"],
)


def test_the_ledger_is_counted_up_to_the_day() -> None:
    found = Services.read(LEDGER, DAY)
    assert found.open == {"E1": 1}
    assert found.served == {"E1": 4}
    assert found.this_year == {"E1": 3}
    assert found.stations == {"E1": 1}
    assert Services.read(LEDGER, date(2026, 12, 1)).open == {"E1": 1, "E2": 1}
    assert Services.read(LEDGER, date(2024, 1, 1)).served == {"E1": 1}  # the one without a date
    assert asdict(Services.read(pd.DataFrame(), DAY)) == asdict(Services())


def test_counts_do_not_depend_on_the_order_of_rows() -> None:
    assert asdict(Services.read(LEDGER.iloc[::-1], DAY)) == asdict(Services.read(LEDGER, DAY))


@pytest.mark.parametrize(
    ("ratings", "scaled"),
    [
        (["4", "5"], (0.8, 1.0)),
        (["4", "6"], (0.4, 0.6)),
        (["10", "9.5"], (0.95, 1.0)),
        (["95", "80"], (0.8, 0.95)),
        (["120", "60"], (0.5, 1.0)),
        (["-1", "5"], (0.0, 1.0)),
        (["0", "0"], (0.0, 0.0)),
    ],
)
def test_the_scale_of_ratings_is_the_smallest_that_holds_them(ratings: list[str], scaled: tuple[float, ...]) -> None:
    rows = [("E1", "已完成", "2026-01-01", rating, "") for rating in ratings]
    found = Services.read(pd.DataFrame(rows, columns=list(LEDGER.columns)), DAY)
    assert found.ratings["E1"] == pytest.approx(scaled)


# logic in three values

NUMBERS = st.one_of(st.none(), st.integers(20, 80))
COMPARE = {
    "at_least": lambda value, bound: value >= bound, "at_most": lambda value, bound: value <= bound,
    "above": lambda value, bound: value > bound, "below": lambda value, bound: value < bound,
}  # fmt: skip
FIELD_NAMES = ("age", "stations", "open")


@st.composite
def conditions(draw: st.DrawFn) -> dict[str, object]:
    names = draw(st.lists(st.sampled_from(sorted(COMPARE)), min_size=1, max_size=2, unique=True))
    return {"field": draw(st.sampled_from(FIELD_NAMES)), **{name: draw(st.integers(20, 80)) for name in names}}


def _worlds(values: dict[str, int | None], bounds: set[int]) -> list[dict[str, int]]:
    """Every way in which what is not known may turn out, as far as any condition can tell."""
    may_be = sorted({18, 82, *(bound + step for bound in bounds for step in (-1, 0, 1))})
    found: list[dict[str, int]] = [{}]
    for name, value in values.items():
        found = [{**world, name: each} for world in found for each in (may_be if value is None else [value])]
    return found


def _true(condition: dict[str, object], world: dict[str, int]) -> bool:
    value = world[str(condition["field"])]
    return all(COMPARE[name](value, bound) for name, bound in condition.items() if name != "field")


def _columns(values: dict[str, int | None]) -> dict[str, Column]:
    return {
        name: Column(np.array([0.0 if value is None else float(value)]), np.array([value is not None]))
        for name, value in values.items()
    }


VALUES = st.fixed_dictionaries(dict.fromkeys(FIELD_NAMES, NUMBERS))


@given(conditions(), st.lists(conditions(), max_size=2), VALUES)
def test_a_rule_says_what_is_true_however_the_unknown_turn_out(
    asked: dict[str, object], when: list[dict[str, object]], values: dict[str, int | None]
) -> None:
    """What is decided is true in every world; of conditions on different fields the converse holds too."""
    rule = Rule.model_validate({"id": "r", "label": "规则", **asked, "when": when})
    verdict = int(rule_verdicts(rule, _columns(values).__getitem__)[0])
    every = [asked, *when]
    names = [str(one["field"]) for one in every]
    bounds = {bound for one in every for bound in one.values() if isinstance(bound, int)}
    worlds = _worlds({name: values[name] for name in dict.fromkeys(names)}, bounds)
    truths = {not all(_true(one, world) for one in when) or _true(asked, world) for world in worlds}
    if verdict:
        assert truths == {verdict > 0}
    open_ones = [one for one in every if values[str(one["field"])] is None]
    either_way = all({_true(one, world) for world in worlds} == {True, False} for one in open_ones)
    if len(set(names)) == len(names) and either_way:
        assert (verdict == 0) == (len(truths) == 2)


@given(st.lists(st.sampled_from([-1, 0, 1]), min_size=1, max_size=4))
def test_several_conditions_are_kleenes_and(verdicts: list[int]) -> None:
    """False if one is false, else not known if one is not, else true (Kleene 1938)."""
    table = {1: (30.0, True), -1: (70.0, True), 0: (0.0, False)}
    fields = ["age", "stations", "open", "services"][: len(verdicts)]
    columns = {
        field: Column(np.array([table[verdict][0]]), np.array([table[verdict][1]]))
        for field, verdict in zip(fields, verdicts, strict=True)
    }
    asked = [Condition.model_validate({"field": field, "below": 40}) for field in fields]
    slow = -1 if -1 in verdicts else 0 if 0 in verdicts else 1
    assert all_hold(asked, columns.__getitem__).tolist() == [slow]


def test_words_are_compared_whole_and_texts_are_searched() -> None:
    words = Column(np.array([("英语", "法语"), ("法语区",), ()], dtype=object), np.array([True, True, False]))
    asked = Condition.model_validate({"field": "languages", "any_of": ["法语"]})
    assert holds(asked, words).tolist() == [1, -1, 0]
    texts = Column(np.array(["副院长", "教师", ""], dtype=object), np.array([True, True, False]))
    assert holds(Condition.model_validate({"field": "post", "none_of": ["院长"]}), texts).tolist() == [-1, 1, 0]
    levels = Column(np.array([0.0, 1.0, 3.0]), np.ones(3, dtype=bool))
    assert holds(Condition.model_validate({"field": "title_level", "at_least": "中级"}), levels).tolist() == [-1, 1, 1]
    assert holds(Condition.model_validate({"field": "title_level", "none_of": ["正高"]}), levels).tolist() == [1, 1, -1]
    flags = Column(np.array([1.0, 0.0, 0.0]), np.array([True, True, False]))
    assert holds(Condition.model_validate({"field": "retired", "is": False}), flags).tolist() == [-1, 1, 0]
