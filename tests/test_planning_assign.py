"""Assignments from a table of scores: kinds of tables and settings, what is refused, shortages."""

from __future__ import annotations

import itertools
import re

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

import expertmatch as em
from expertmatch.errors import ConflictError, SettingError, UnknownNameError
from expertmatch.planning.assigning.assign import Group

NEEDS, EXPERTS = ["甲村", "乙村", "丙村"], ["张三", "李四", "王五"]
TABLE = pd.DataFrame([[0.9, 0.8, np.nan], [0.7, 0.1, 0.3], [0.6, 0.55, 0.0]], index=NEEDS, columns=EXPERTS)


def best(table: np.ndarray) -> float:
    """Return the largest total of one expert each, every order looked at."""
    orders = itertools.permutations(range(table.shape[1]), table.shape[0])
    return max(total for order in orders if not np.isnan(total := sum(table[at, one] for at, one in enumerate(order))))


def who(found) -> set:
    return set(zip(found.pairs["need"], found.pairs["expert"], strict=True))


def test_kinds_of_tables_agree_and_stay_as_they_were():
    dense = TABLE.to_numpy().copy()
    rows, columns = np.nonzero(~np.isnan(dense))
    stored = sparse.csr_array((dense[rows, columns], (rows, columns)), shape=dense.shape)
    assert stored.nnz == 8
    frame, before = TABLE.copy(), stored.copy()
    found = [em.assign(given) for given in (dense, stored, frame)]
    assert [one.total for one in found] == pytest.approx([best(dense)] * 3)
    assert who(found[0]) == who(found[1]) == {(NEEDS.index(n), EXPERTS.index(e)) for n, e in who(found[2])}
    pd.testing.assert_frame_equal(frame, TABLE)
    np.testing.assert_array_equal(dense, TABLE.to_numpy())
    assert (stored.data == before.data).all()
    assert (stored.indices == before.indices).all()


def test_a_stored_zero_is_a_candidate_and_an_empty_cell_is_none():
    stored = sparse.csr_array((np.array([0.0]), (np.array([0]), np.array([1]))), shape=(1, 2))
    assert who(em.assign(stored)) == {(0, 1)}
    assert not em.assign(sparse.csr_array((1, 2))).complete


def test_numbers_of_places_and_services_one_each_or_for_all():
    found = em.assign(TABLE, wanted=([1, 0, 1], [2, 1, 1]), capacity=[2, 1, 1])
    counts = found.pairs["need"].value_counts()
    assert counts["甲村"] == 2
    assert found.total == pytest.approx(0.9 + 0.8 + 0.3 + 0.6)
    assert em.assign(TABLE, minimum=[0, 0, 1]).pairs["expert"].eq("王五").any()


@pytest.mark.parametrize("matrix", [False, True])
@pytest.mark.parametrize("setting", ["forbidden", "locked"])
def test_pairs_given_one_by_one_or_as_a_table(setting, matrix):
    pair = ("甲村", "张三") if setting == "forbidden" else ("乙村", "李四")
    given: object = [pair]
    if matrix:
        given = pd.DataFrame(False, index=NEEDS, columns=EXPERTS)
        given.loc[pair] = True
    assert (pair in who(em.assign(TABLE))) == (setting == "forbidden")
    assert (pair in who(em.assign(TABLE, **{setting: given}))) == (setting == "locked")


def test_groups_hold_for_each_need_and_for_all_together():
    each = em.assign(TABLE, wanted=1, capacity=3, groups=[Group(label="外请", members=["李四"], least=1)])
    assert set(each.pairs["expert"]) == {"李四"}
    whole = em.assign(TABLE, capacity=3, groups=[Group(label="外请", members=["李四"], least=1, most=1, whole=True)])
    assert who(whole) == {("甲村", "张三"), ("乙村", "张三"), ("丙村", "李四")}


def test_fair_raises_the_worst_pair_and_a_floor_each_share():
    scores = np.array([[1.0, 0.6], [0.5, 0.2]])
    assert em.assign(scores).solution.worst == pytest.approx(0.2)
    fair = em.assign(scores, objective="fair")
    assert fair.solution.worst == pytest.approx(0.5)
    floored = em.assign(scores, floor=0.5)
    assert floored.floor_cost == pytest.approx(1.2 - 1.1)
    assert who(floored) == {(0, 1), (1, 0)}


@pytest.mark.parametrize(
    ("settings", "error", "name"),
    [
        ({"objective": "fiar"}, SettingError, "fair"),
        ({"solver": "flows"}, SettingError, "flow"),
        ({"floor": 0}, SettingError, "floor"),
        ({"floor": 1.5}, SettingError, "floor"),
        ({"time_limit": 0}, SettingError, "time_limit"),
        ({"wanted": -1}, SettingError, "wanted"),
        ({"wanted": (2, 1)}, SettingError, "wanted"),
        ({"capacity": [1, 2]}, SettingError, "capacity"),
        ({"minimum": 2}, SettingError, "minimum"),
        ({"locked": [("甲村", "王五")]}, SettingError, "甲村与王五"),
        ({"locked": [("甲村", "张三")], "forbidden": [("甲村", "张三")]}, SettingError, "forbidden"),
        ({"forbidden": [("甲村", "张二")]}, UnknownNameError, "张二"),
        ({"groups": [Group(label="外请", members=["张三"], least=2, most=1)]}, SettingError, "外请"),
        ({"locked": [("甲村", "张三"), ("乙村", "张三")]}, ConflictError, "张三"),
    ],
)
def test_wrong_settings_are_refused_by_name(settings, error, name):
    with pytest.raises(error, match=re.escape(name)):
        em.assign(TABLE, **settings)


def test_a_shortage_comes_first_and_its_relaxation_helps():
    scores = pd.DataFrame([[0.9], [0.8]], index=["甲村", "乙村"], columns=["张三"])
    found = em.assign(scores)
    assert str(found).startswith("不完整的分配")
    assert not found.complete
    row = found.shortage.iloc[0]
    assert row["sentence"] == "甲村、乙村一共要 2 人次，能承担的只有张三，合计最多 1 人次，缺 1。"
    told = re.search("给张三加 (\\d+) 次", row["relaxation"])
    assert told is not None
    more = int(told[1])
    assert em.assign(scores, capacity=1 + more).complete
    assert not em.assign(scores, capacity=more).complete
    assert "乙村少要 1 人" in row["relaxation"]
    assert em.assign(scores, wanted=[1, 0]).complete
