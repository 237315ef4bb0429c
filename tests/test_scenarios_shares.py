"""Shares of a list, who counts, and the fewest exchanges, against trying them all."""

from __future__ import annotations

from datetime import date
from itertools import combinations, product
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import expertmatch as em
from expertmatch.errors import InputError, SettingError
from expertmatch.scenarios import FRONT_LINE, Share
from expertmatch.scenarios.counting import Counted, bounds
from expertmatch.scenarios.exchange import fewest_exchanges, worth_of

DAY = date(2026, 11, 1)
YOUNG = {"label": "青年", "where": [{"field": "age", "below": 40}], "at_least": 0.5}
FRONT = {"label": "一线", "where": FRONT_LINE, "at_least": 0.5}


def people(rows: list[tuple[str, str, str]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["姓名", "出生年月", "职务"])


LISTED = people(
    [("张三", "1995-01", "院长"), ("李四", "1960", "副校长"), ("王五", "1961", "党委书记"), ("赵六", "", "教师")]
)
RESERVES = people(
    [("孙七", "1996-01", ""), ("周八", "1955", "教师"), ("吴九", "1990-02", "处长"), ("张三", "1995-01", "院长")]
)


def test_each_share_says_who_counts_and_what_is_missing() -> None:
    check = em.check_shares(LISTED, [YOUNG, FRONT], as_of=DAY)
    young, front = check.frame.to_dict("records")
    assert (young["count"], young["needed"], young["missing"], young["unknown"], young["result"]) == (
        1,
        2,
        1,
        1,
        "unknown",
    )
    assert (young["who"], young["who_unknown"], young["unknown_why"]) == ("张三", "赵六", "1 人未填出生年月")
    assert set(young["who_not"].split("、")) == {"李四", "王五"}
    assert (front["count"], front["missing"], front["result"], front["who"]) == (1, 1, "broken", "赵六")
    assert not check.ok
    assert check.exchanges is None
    assert check.people["counts"].tolist() == [0, 0, 1, 1]
    assert set(check.people["name"][:2]) == {"李四", "王五"}  # who count for nothing come first
    assert "青年说不准，一线未达到" in repr(check)
    assert "1 人未填出生年月（赵六）" in str(check)
    assert "青年" in check._repr_html_()


def test_the_fewest_exchanges_make_all_shares_hold() -> None:
    check = em.check_shares(LISTED, [YOUNG, FRONT], reserves=RESERVES, as_of=DAY)
    assert check.exchanges is not None
    assert len(check.exchanges) == 1  # 孙七 is young and has no post
    assert check.exchanges[0].text in {
        "换下 李四（不计入任何一项），换上 孙七（青年、一线）",
        "换下 王五（不计入任何一项），换上 孙七（青年、一线）",
    }
    assert "最少换 1 人" in str(check)
    held = em.check_shares(RESERVES.iloc[:2], [YOUNG, FRONT], reserves=LISTED, as_of=DAY)
    assert held.ok
    assert held.exchanges == ()


def test_what_no_exchange_can_do_is_said_with_the_reason() -> None:
    check = em.check_shares(LISTED, [{**YOUNG, "at_least": 1.0}], reserves=RESERVES, as_of=DAY)
    assert check.exchanges is None
    assert "青年最多 3 人，要 4 人" in check.advice
    few = em.check_shares(LISTED, [{**YOUNG, "at_least": 0.0, "at_most": 0.0}], reserves=RESERVES.iloc[:1], as_of=DAY)
    assert "青年最少 2 人，只能 0 人" in few.advice


def test_shares_are_given_as_in_files_and_wrong_ones_are_refused() -> None:
    given = [Share.model_validate(YOUNG), FRONT]
    assert em.check_shares(LISTED, given, as_of=DAY).frame["label"].tolist() == ["青年", "一线"]
    for wrong, told in (
        ({**YOUNG, "at_lest": 0.5}, "at_least"),
        ({**YOUNG, "at_least": 1.5}, "不大于 1"),
        ({**YOUNG, "at_least": 0.5, "at_most": 0.4}, "不可能同时做到"),
        ({"label": "青年", "where": [{"field": "agee", "below": 40}]}, "age"),
        ({"label": "近", "where": [{"field": "nearness", "at_least": "同市"}]}, "只能问人本身"),
    ):
        with pytest.raises(InputError, match=told):
            em.check_shares(LISTED, [wrong], as_of=DAY)
    for shares in ([], [YOUNG, YOUNG], [{**YOUNG, "label": "name"}]):
        with pytest.raises(SettingError, match="label 不同"):
            em.check_shares(LISTED, shares, as_of=DAY)


SIZES = [(0.07, 100, 7), (0.1, 30, 3), (0.3, 10, 3), (1 / 3, 30, 10), (0.3333, 30, 10), (0.2, 6, 2), (0.0, 9, 0)]


@pytest.mark.parametrize(("at_least", "total", "least"), SIZES)
def test_how_many_a_share_asks_for_has_no_rounding_error(at_least: float, total: int, least: int) -> None:
    assert bounds(Share.model_validate({**YOUNG, "at_least": at_least}), total)[0] == least


VOTES = st.sampled_from([-1, 0, 1])


@given(st.lists(VOTES, min_size=1, max_size=7), st.integers(0, 10), st.integers(0, 10))
def test_a_share_is_decided_exactly_if_every_world_decides_it_alike(votes: list[int], low: int, high: int) -> None:
    low, high = sorted((low, high))
    share = Share.model_validate({**YOUNG, "at_least": low / 10, "at_most": high / 10})
    blank, yes, total = votes.count(0), votes.count(1), len(votes)
    worlds = {low * total <= 10 * (yes + more) <= high * total for more in range(blank + 1)}
    expected = "unknown" if len(worlds) == 2 else "ok" if worlds == {True} else "broken"
    found = Counted(share, np.array(votes, dtype=np.int8)).result
    # several shares apart, "broken" is said only if too few or too many for certain
    surely = 10 * (yes + blank) < low * total or 10 * yes > high * total
    assert found == (expected if expected != "broken" or surely else "unknown")


@st.composite
def problems(draw: st.DrawFn) -> dict[str, Any]:
    shares = draw(st.integers(1, 3))
    rows = st.lists(st.lists(VOTES, min_size=shares, max_size=shares), max_size=5)
    listed = draw(rows.filter(bool))
    total = len(listed)
    spans = [sorted((draw(st.integers(0, total)), draw(st.integers(0, total)))) for _ in range(shares)]
    return {"listed": listed, "reserves": draw(rows), "spans": spans,
            "worth": [draw(st.sampled_from([1, -1])) for _ in range(shares)]}  # fmt: skip


def _holds(rows: list[list[int]], spans: list[list[int]]) -> bool:
    return all(
        sum(row[s] > 0 for row in rows) >= low and sum(row[s] >= 0 for row in rows) <= high
        for s, (low, high) in enumerate(spans)
    )


def _tried(listed: list[list[int]], reserves: list[list[int]], spans: list[list[int]]) -> list[tuple[Any, Any]]:
    """Every exchange of the smallest size that will do, by trying them all."""
    for size in range(min(len(listed), len(reserves)) + 1):
        found = [
            (out, into)
            for out, into in product(combinations(range(len(listed)), size), combinations(range(len(reserves)), size))
            if _holds([row for i, row in enumerate(listed) if i not in out] + [reserves[j] for j in into], spans)
        ]
        if found:
            return found
    return []


@given(problems())
@settings(max_examples=150, deadline=None)
def test_the_fewest_exchanges_equal_those_found_by_trying_all(given: dict[str, Any]) -> None:
    listed, reserves, spans, worth = (given[name] for name in ("listed", "reserves", "spans", "worth"))
    least, most = zip(*spans, strict=True)
    width = len(worth)
    found = fewest_exchanges(
        np.array(listed, dtype=np.int8).reshape(-1, width), np.array(reserves, dtype=np.int8).reshape(-1, width),
        least, most, worth,
    )  # fmt: skip
    tried = _tried(listed, reserves, spans)
    if not tried:
        assert found is None
        return
    assert found is not None
    assert (tuple(sorted(found[0])), tuple(sorted(found[1]))) in tried

    def order(one: tuple[Any, Any]) -> Any:
        """Who is worth least goes first, who is worth most comes first: as many of each sort as can be, in order."""
        out, into = one
        going = sorted({tuple(row) for row in listed}, key=lambda row: (worth_of(row, worth), row))
        coming = sorted({tuple(row) for row in reserves}, key=lambda row: (-worth_of(row, worth), row))
        return (
            [-sum(tuple(listed[i]) == sort for i in out) for sort in going],
            [-sum(tuple(reserves[j]) == sort for j in into) for sort in coming],
            out,
            into,
        )

    assert (tuple(sorted(found[0])), tuple(sorted(found[1]))) == min(tried, key=order)


@given(st.permutations(range(4)), st.permutations(range(4)))
@settings(max_examples=10, deadline=None)
def test_the_order_of_rows_does_not_matter(listed: list[int], reserves: list[int]) -> None:
    one = em.check_shares(LISTED, [YOUNG, FRONT], reserves=RESERVES, as_of=DAY)
    two = em.check_shares(LISTED.iloc[listed], [YOUNG, FRONT], reserves=RESERVES.iloc[reserves], as_of=DAY)
    assert one.exchanges == two.exchanges
    pd.testing.assert_frame_equal(one.frame, two.frame)
    pd.testing.assert_frame_equal(one.people, two.people)


def test_a_long_list_is_exact_too() -> None:
    listed = people([(f"甲{i}", "1960", "院长") for i in range(300)])
    reserves = people([(f"乙{i}", "1995", "") for i in range(100)] + [("乙长", "1960", "院长")])
    check = em.check_shares(
        listed, [{**YOUNG, "at_least": 0.2}, {**FRONT, "at_least": 0.25}], reserves=reserves, as_of=DAY
    )
    assert check.exchanges is not None
    assert len(check.exchanges) == 75
    assert len({one.out for one in check.exchanges}) == len({one.into for one in check.exchanges}) == 75
