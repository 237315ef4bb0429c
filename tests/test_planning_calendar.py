"""When needs take place: against half-days written out one by one, and every pair looked at."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expertmatch.planning.composing.calendar import NONE, cliques, events, overlaps

FIRST = date(2026, 12, 25)
HERE, THERE, TWIN = ("陕西省", "西安市", "周至县"), ("陕西省", "西安市", "长安区"), ("江苏省", "南京市", "鼓楼区")
PLACES = (HERE, THERE, TWIN, ("福建省", "福州市", "鼓楼区"), ("", "", "鼓楼区"), ("陕西省", "西安市", ""), ("", "", ""))


@st.composite
def written(draw: st.DrawFn) -> tuple[str, str, str, str, str]:
    start = FIRST + timedelta(days=draw(st.integers(0, 12)))
    end = start + timedelta(days=draw(st.integers(-1, 6)))
    cut = draw(st.sampled_from((10, 10, 10, 10, 7, 4, 0)))
    told = draw(st.sampled_from((end.isoformat(), end.isoformat(), "", end.isoformat()[:7], "年底")))
    return (start.isoformat()[:cut], told, *draw(st.sampled_from(PLACES)))


needs_of_any_sort = st.lists(written(), max_size=14).map(
    lambda rows: pd.DataFrame(rows, columns=["start", "end", "province", "city", "county"], dtype=object)
)


def days(row: pd.Series, longest: int) -> set[date]:
    """Return the days of an event, one by one."""
    start, end = row["start"], row["end"] or row["start"]
    if len(start) != 10 or len(end) != 10:
        return set()
    first, last = date.fromisoformat(start), date.fromisoformat(end)
    found = {first + timedelta(days=i) for i in range((last - first).days + 1)}
    return found if len(found) <= longest else set()


def certainly_elsewhere(one: pd.Series, other: pd.Series) -> bool:
    names = ("province", "city", "county")
    return bool(one["county"] and other["county"]) and any(
        one[name] and other[name] and one[name] != other[name] for name in names
    )


def conflict(one: pd.Series, other: pd.Series, longest: int, travel: bool) -> bool:
    """Say whether a person who serves one has a half-day too few for the other."""
    mine, theirs = ({(day, half) for day in days(row, longest) for half in "上下"} for row in (one, other))
    if mine & theirs:
        return True
    if not travel or not mine or not theirs or not certainly_elsewhere(one, other):
        return False
    earlier, later = sorted((mine, theirs), key=min)
    moment, free = max(earlier), 0
    while (moment := step(moment)) != min(later):
        free += 1
    return free == 0


def step(moment: tuple[date, str]) -> tuple[date, str]:
    day, half = moment
    return (day, "下") if half == "上" else (day + timedelta(days=1), "上")


def every_pair(needs: pd.DataFrame, longest: int, travel: bool) -> set[tuple[int, int]]:
    rows = [row for _, row in needs.iterrows()]
    return {(i, j) for i, j in combinations(range(len(rows)), 2) if conflict(rows[i], rows[j], longest, travel)}


@settings(max_examples=150)
@given(needs_of_any_sort, st.sampled_from((1, 3, 31)), st.booleans())
def test_pairs_and_groups_are_those_of_every_half_day_written_out(needs, longest, travel):
    expected = every_pair(needs, longest, travel)
    left, right = overlaps(needs, longest=longest, travel=travel)
    assert list(zip(left.tolist(), right.tolist(), strict=True)) == sorted(expected)
    groups = cliques(needs, longest=longest, travel=travel)
    assert {pair for group in groups for pair in combinations(group, 2)} == expected
    assert all(len(group) > 1 and list(group) == sorted(set(group)) for group in groups)
    assert not any(set(one) <= set(other) for one in groups for other in groups if one is not other)


@settings(max_examples=50)
@given(needs_of_any_sort, st.randoms(use_true_random=False))
def test_the_order_of_needs_does_not_matter(needs, random):
    order = list(range(len(needs)))
    random.shuffle(order)
    shuffled = cliques(needs.iloc[order].reset_index(drop=True), longest=31, travel=True)
    back = sorted(tuple(sorted(order[i] for i in group)) for group in shuffled)
    assert back == list(cliques(needs, longest=31, travel=True))


def frame(*rows: tuple[str, ...]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=["start", "end", "county"], dtype=object)


def pairs(needs: pd.DataFrame, *, longest: int = 31, travel: bool = False) -> list[tuple[int, int]]:
    return list(zip(*(axis.tolist() for axis in overlaps(needs, longest=longest, travel=travel)), strict=True))


def test_an_event_takes_whole_days_from_morning_to_evening():
    when = events(frame(("2026-11-03", "", ""), ("2026-11-03", "2026-11-05", "")), longest=31)
    assert (when.last - when.first).tolist() == [1, 5]
    assert when.first[0] == when.first[1] == 2 * date(2026, 11, 3).toordinal()
    assert when.first.dtype == when.last.dtype == np.int64


@pytest.mark.parametrize(
    ("start", "end"),
    [("2026-11", ""), ("2026", ""), ("", ""), ("2026-11-03", "2026-11"), ("2026-11", "2026-11-30"),
     ("2026-11-05", "2026-11-03"), ("2026-02-30", ""), ("十一月", ""), ("2026-11-01", "2026-12-02")],
)  # fmt: skip
def test_what_is_not_given_to_the_day_or_lasts_long_blocks_nobody(start, end):
    needs = frame((start, end, "周至县"), ("2026-11-03", "", "长安区"), ("2026-11-30", "", "长安区"))
    assert events(needs, longest=31).first[0] == NONE
    assert pairs(needs, travel=True) == []


def test_the_longest_event_is_a_setting():
    needs = frame(("2026-11-01", "2026-11-10", ""), ("2026-11-05", "", ""))
    assert pairs(needs, longest=10) == [(0, 1)]
    assert pairs(needs, longest=9) == []


def test_travel_needs_a_free_half_day_between_counties():
    needs = frame(("2026-11-03", "", "周至县"), ("2026-11-04", "", "长安区"), ("2026-11-05", "", "周至县"))
    assert pairs(needs) == []
    assert pairs(needs, travel=True) == [(0, 1), (1, 2)]
    assert cliques(needs, longest=31, travel=True) == ((0, 1), (1, 2))


@pytest.mark.parametrize("other", ["", "周至县"])
def test_one_county_or_an_unknown_one_needs_no_travel(other):
    assert pairs(frame(("2026-11-03", "", "周至县"), ("2026-11-04", "", other)), travel=True) == []


def test_without_columns_nothing_blocks():
    bare = pd.DataFrame({"title": ["甲", "乙"]})
    assert pairs(bare, travel=True) == []
    assert cliques(bare, longest=31, travel=True) == ()
    assert pairs(bare.iloc[:0], travel=True) == []


def test_groups_are_few_where_many_meet():
    week = frame(*[("2026-11-03", "", "周至县")] * 40, *[("2026-11-04", "", "长安区")] * 40)
    assert len(cliques(week, longest=31, travel=False)) == 2
    assert cliques(week, longest=31, travel=True) == (tuple(range(80)),)
