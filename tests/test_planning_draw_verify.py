"""A record of a draw that was changed afterwards does not pass."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
from draw_pools import pool_of, random_pool
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from expertmatch.planning.draw import Draw, draw
from expertmatch.planning.draw_pool import DrawPool, Limit
from expertmatch.planning.draw_verify import verify
from expertmatch.planning.lots import lot

SEED = "2024-06-15 王经办"
Change = Callable[[pd.DataFrame], pd.DataFrame]


def _pool() -> DrawPool:
    """Two needs with everything: limits, a full one, one put back, the reserve, places beyond what must be."""
    people = {one: (i % 3, 2) for i, one in enumerate("ABCDEFGH")} | {"X": (0, 0), "Y": (0, 1), "Z": (0, 1)}
    pool = pool_of(
        [("N1", 2, 3), ("N2", 3, 3), ("N3", 1, 1), ("N4", 1, 1)],
        people,
        {"N1": "A B C D E F G H X", "N2": "A B D E X G H", "N3": "Y Z", "N4": "Y Z"},
    )
    ids = pool.needs["need_id"].to_numpy()[pool.need]
    one = pool.candidates["id"].to_numpy()[pool.candidate]
    return replace(
        pool,
        reserve=(ids == "N2") & np.isin(one, ["G", "H"]),
        limits=(
            Limit(
                label="同一单位（西北大学）",
                most=1,
                edges=np.flatnonzero((ids == "N2") & np.isin(one, ["A", "B", "D"])),
            ),
            Limit(label="同一学会（西安市力学学会）", most=0, edges=np.flatnonzero((ids == "N4") & (one == "Z"))),
        ),
    )


@cache
def _drawn() -> Draw:
    return draw(_pool(), seed=SEED)


def _verify(table: pd.DataFrame) -> list[str]:
    return verify(table, SEED, fingerprint=_drawn().record.fingerprint)


def _row(table: pd.DataFrame, outcome: str, nth: int = 0) -> int:
    return int(np.flatnonzero(table["结果"] == outcome)[nth])


def _renumbered(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(序号=range(1, len(table) + 1)).reset_index(drop=True)


def _with(table: pd.DataFrame, at: int, **cells: object) -> pd.DataFrame:
    changed = table.copy()
    for name, value in cells.items():
        changed.loc[at, name] = value
    return changed


def _outcomes_swapped(table: pd.DataFrame) -> pd.DataFrame:
    block = table.loc[_row(table, "备选"), "场次"]
    own = table[table["场次"] == block]
    one, other = int(own.index[own["结果"] == "入选"][0]), int(own.index[own["结果"] == "备选"][0])
    changed = _with(table, one, 结果="备选", 说明=table.loc[other, "说明"])
    return _with(changed, other, 结果="入选", 说明="")


def _rows_swapped(table: pd.DataFrame) -> pd.DataFrame:
    order = list(range(len(table)))
    order[0], order[1] = 1, 0
    return _renumbered(table.iloc[order])


def _inserted(table: pd.DataFrame) -> pd.DataFrame:
    """Add somebody with a lot of their own, where it belongs."""
    first = table.iloc[[0]].assign(
        候选="expert:Q", 姓名="赵六", 签号=lot(SEED, table.loc[0, "需求"], "expert:Q")[:12], 结果="未抽到", 说明=""
    )
    block = table[table["场次"] == 1]
    return _renumbered(pd.concat([block, first, table[table["场次"] != 1]]))


def _replaced(table: pd.DataFrame) -> pd.DataFrame:
    """Give a place to somebody else's name, hash and all."""
    at = _row(table, "入选")
    return _with(table, at, 候选="expert:Q", 姓名="赵六", 签号=lot(SEED, table.loc[at, "需求"], "expert:Q")[:12])


def _blocks_swapped(table: pd.DataFrame) -> pd.DataFrame:
    order = {1: 2, 2: 1}
    moved = table.assign(场次=[order.get(int(one), int(one)) for one in table["场次"]])
    return _renumbered(moved.sort_values("场次", kind="stable"))


CHANGES: dict[str, Change] = {
    "outcomes swapped": _outcomes_swapped,
    "rows reordered": _rows_swapped,
    "somebody inserted": _inserted,
    "somebody replaced": _replaced,
    "needs drawn in another order": _blocks_swapped,
    "somebody undrawn removed": lambda t: _renumbered(t.drop(index=_row(t, "未抽到"))),
    "somebody drawn removed": lambda t: _renumbered(t.drop(index=_row(t, "入选"))),
    "removed without renumbering": lambda t: t.drop(index=_row(t, "备选")).reset_index(drop=True),
    "a row twice": lambda t: _renumbered(pd.concat([t.iloc[[0]], t])),
    "a lot altered": lambda t: _with(t, 3, 签号="000000000000"),
    "a lot emptied": lambda t: _with(t, 3, 签号=""),
    "a class altered": lambda t: t.assign(本年已服务=t["本年已服务"].where(t["候选"] != "expert:C", 0)),
    "drawn before altered": lambda t: _with(t, _row(t, "未抽到"), 本次已抽中=5),
    "capacity altered": lambda t: t.assign(本年还可=t["本年还可"].where(t["候选"] != "expert:X", 2)),
    "a name altered": lambda t: t.assign(姓名=t["姓名"].where(t["候选"] != "expert:A", "赵六")),
    "a unit altered": lambda t: _with(t, 0, 单位="西北大学"),
    "places added": lambda t: t.assign(名额=t["名额"] + 1),
    "places taken": lambda t: t.assign(名额=t["名额"] - 1),
    "another need": lambda t: t.assign(需求=t["需求"].replace({"N1": "N9"})),
    "passed over without a reason": lambda t: _with(t, _row(t, "跳过"), 说明=""),
    "passed over for one who was not drawn": lambda t: _with(
        t, _row(t, "跳过"), 说明=f"限额：同一单位（西北大学），还可 1 名，见第 {_row(t, '跳过') + 1} 行"
    ),
    "said to be full": lambda t: _with(t, _row(t, "入选"), 结果="跳过", 说明="已满：本年还可 2 次，见第 1 行"),
    "said to be elsewhere": lambda t: _with(t, _row(t, "入选"), 结果="跳过", 说明="时间冲突：与 N3，见第 1 行"),
    "put back without a reason": lambda t: _with(t, _row(t, "入选"), 结果="放回", 说明="换人"),
    "put back for a need that has been drawn": lambda t: (
        _with(t, _row(t, "放回"), 说明="若入选，未能为 N3 另找到人（次数）")
        if t.loc[_row(t, "放回"), "需求"] != "N3"
        else _with(t, len(t) - 1, 结果="放回", 说明="若入选，未能为 N3 另找到人（次数）")
    ),
    "topped up without a reason": lambda t: _with(t, _row(t, "补充"), 说明=""),
    "top-up passed off as drawn": lambda t: t.assign(
        轮次=t["轮次"].replace({"补充": "首轮"}), 结果=t["结果"].replace({"补充": "入选"})
    ),
    "an alternate left out": lambda t: _with(t, _row(t, "备选"), 结果="未抽到", 说明=""),
    "an unknown outcome": lambda t: _with(t, 0, 结果="内定"),
    "an unknown round": lambda t: _with(t, 0, 轮次="内定"),
    "no number": lambda t: t.assign(序号="一"),
    "a column gone": lambda t: t.drop(columns="签号"),
    "the last rows gone": lambda t: t.iloc[:-2],
    "nothing left": lambda t: t.iloc[:0],
}


def test_the_record_that_is_tampered_with_has_every_outcome_and_is_true() -> None:
    table = _drawn().record.table
    assert set(table["结果"]) == {"入选", "备选", "跳过", "放回", "未抽到", "补充"}
    assert set(table["轮次"]) == {"首轮", "补充", "增补"}
    assert _verify(table) == []


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_change_is_found(change: Change) -> None:
    assert _verify(change(_drawn().record.table))


def test_another_seed_is_found() -> None:
    record = _drawn().record
    assert len(verify(record.table, "2024-06-16 王经办")) >= len(record.table)
    other = draw(_pool(), seed="2024-06-16 王经办").record  # drawn again until it pleased
    assert verify(other.table, SEED, fingerprint=record.fingerprint)


def test_another_way_of_ordering_is_found() -> None:
    record = draw(_pool(), seed=SEED, rotation=False).record
    assert record.verify() == []
    assert verify(record.table, SEED, fingerprint=record.fingerprint)


def test_each_problem_names_its_row() -> None:
    table = _with(_drawn().record.table, 3, 签号="0123456789ab")
    who, need = table.loc[3, "候选"], table.loc[3, "需求"]
    cast = lot(SEED, need, who)[:12]
    assert f"第 4 行：{who} 的签号应为 {cast}，写的是 0123456789ab。" in _verify(table)


OUTCOMES = ("入选", "备选", "跳过", "放回", "未抽到", "补充", "保留")
CELLS = ("结果", "签号", "候选", "序号", "场次", "本次已抽中")


@given(st.integers(0, 10**6), st.sampled_from(CELLS))
@settings(max_examples=150, deadline=None)
def test_any_single_cell_that_carries_the_draw_is_found(seed: int, column: str) -> None:
    dice = random.Random(seed)
    record = draw(random_pool(seed), seed=SEED).record
    assume(len(record.table))
    at = dice.randrange(len(record.table))
    was = record.table.loc[at, column]
    others = {
        "结果": [one for one in OUTCOMES if one != was],
        "签号": ["".join(dice.choices("0123456789abcdef", k=12))],
        "候选": ["expert:E99", "society:E00"],
    }.get(column) or [was + 1, was + 7]
    value = dice.choice([one for one in others if one != was])
    assert verify(_with(record.table, at, **{column: value}), SEED, fingerprint=record.fingerprint)
