"""A draw: even, the same in any order of rows, within every rule, and no place left open that could be filled."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import replace

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from draw_pools import broken_rules, placed, pool_of, random_pool, shuffled
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import LinearConstraint, milp

from expertmatch.errors import SettingError
from expertmatch.planning.draw import Draw, draw
from expertmatch.planning.draw_pool import DrawPool, Limit
from expertmatch.planning.draw_verify import verify
from expertmatch.planning.lots import fingerprint, lot
from expertmatch.tables.write import write_frames

SEEDS = st.integers(0, 10**6)
POOLS = 150
"""Pools that are held against integer programming."""


def _outcomes(drawn: Draw, need: str) -> dict[str, str]:
    table = drawn.record.table
    own = table[table["需求"] == need]
    return dict(zip(own["候选"].str.removeprefix("expert:"), own["结果"], strict=True))


def _lot_order(seed: str, need: str, people: str) -> list[str]:
    return sorted(people.split(), key=lambda one: hashlib.sha256(f"{seed}\n{need}\nexpert:{one}".encode()).hexdigest())


# ---- the lots


def test_a_lot_is_the_hash_that_the_record_says_it_is() -> None:
    # printf '2024-06-15 王经办\nN001\nexpert:E001' | sha256sum
    assert lot("2024-06-15 王经办", "N001", "expert:E001") == (
        "d5f9a91854967ab1ea9f15001a5420d68bbf82137c687209b902bc9c51ac70f8"
    )


def _many_draws(people: str, places: int) -> Counter[tuple[str, ...]]:
    """Count who is drawn together in 2,000 draws: 20 seeds of 100 needs each, which share nobody's capacity."""
    ids = [f"N{i:03d}" for i in range(100)]
    pool = pool_of(
        [(need, places, places) for need in ids], dict.fromkeys(people.split(), (0, 100)), dict.fromkeys(ids, people)
    )
    drawn = [placed(draw(pool, seed=f"第 {i} 次", alternates=0, rotation=False)) for i in range(20)]
    return Counter(tuple(sorted(together)) for each in drawn for together in each.values())


def test_everybody_is_drawn_equally_often_over_many_seeds_and_needs() -> None:
    teams = _many_draws("A B C D E F G H I J", 3)
    counts: Counter[str] = Counter()
    for team, times in teams.items():
        counts.update(dict.fromkeys(team, times))
    assert sum(teams.values()) == 2000
    # each is drawn with 0.3; the counts of a draw sum to 3, which leaves 9 degrees of freedom
    chi = sum((counts[one] - 600) ** 2 for one in "ABCDEFGHIJ") / (2000 * 0.3 * 0.7 * 10 / 9)
    assert chi < 27.9  # passed by one in a thousand fair draws


def test_every_pair_is_drawn_equally_often_too() -> None:
    teams = _many_draws("A B C D E", 2)
    assert len(teams) == 10
    assert sum((times - 200) ** 2 / 200 for times in teams.values()) < 27.9


def test_those_drawn_are_the_first_in_the_order_of_their_hashes() -> None:
    pool = pool_of([("N1", 2, 2)], dict.fromkeys("ABCDE", (0, 1)), {"N1": "A B C D E"})
    drawn = draw(pool, seed="种子", alternates=2)
    order = _lot_order("种子", "N1", "A B C D E")
    assert placed(drawn)["N1"] == order[:2]
    assert list(drawn.alternates[drawn.alternates["place"] == 1]["candidate_id"]) == order[2:4]
    assert _outcomes(drawn, "N1") == dict(zip(order, ["入选", "入选", "备选", "备选", "未抽到"], strict=True))


@given(SEEDS, SEEDS)
@settings(max_examples=100, deadline=None)
def test_the_order_of_rows_has_no_part_in_it(seed: int, order: int) -> None:
    pool = random_pool(seed)
    one, other = draw(pool, seed="s"), draw(shuffled(pool, order), seed="s")
    pd.testing.assert_frame_equal(one.record.table, other.record.table)
    by = ["need_id", "place"]
    pd.testing.assert_frame_equal(*(each.frame.sort_values(by, ignore_index=True) for each in (one, other)))
    by.append("order")
    pd.testing.assert_frame_equal(*(each.alternates.sort_values(by, ignore_index=True) for each in (one, other)))
    assert one.record.fingerprint == other.record.fingerprint


# ---- what must hold


@given(SEEDS)
@settings(max_examples=100, deadline=None)
def test_no_rule_is_broken_and_the_record_is_true(seed: int) -> None:
    pool = random_pool(seed)
    drawn = draw(pool, seed=str(seed))
    assert broken_rules(pool, drawn.edges.tolist()) == []
    assert drawn.record.verify() == []
    for need, title, wanted, has, missing in drawn.short.drop(columns="reason").itertuples(index=False, name=None):
        assert wanted - has == missing > 0, (need, title)


@given(SEEDS)
@settings(max_examples=100, deadline=None)
def test_what_stays_open_nobody_of_the_pool_could_simply_take(seed: int) -> None:
    pool = random_pool(seed)
    drawn = draw(pool, seed=str(seed))
    edges = drawn.edges.tolist()
    least = {need: int(a) for need, a in enumerate(pool.needs["least"])}
    roles = {role: int(a) for role, a in enumerate(pool.roles["least"])}
    has = Counter(int(pool.role[e]) for e in edges)
    for edge in range(pool.edges):
        need, role = int(pool.need[edge]), int(pool.role[edge])
        number = sum(pool.need[e] == need for e in edges)
        lacks = has[role] < roles[role] if role >= 0 else number < least[need]
        if lacks:
            assert broken_rules(pool, [*edges, edge]), f"edge {edge}"


def _max_flow(pool: DrawPool) -> int:
    graph = nx.DiGraph()
    for one, capacity in enumerate(pool.candidates["capacity"]):
        graph.add_edge("from", ("candidate", one), capacity=int(capacity))
    for need, least in enumerate(pool.needs["least"]):
        graph.add_edge(("need", need), "to", capacity=int(least))
    for need, one in zip(pool.need.tolist(), pool.candidate.tolist(), strict=True):
        graph.add_edge(("candidate", one), ("need", need), capacity=1)
    return int(nx.maximum_flow_value(graph, "from", "to"))


@given(SEEDS)
@settings(max_examples=100, deadline=None)
def test_as_many_places_are_filled_as_a_maximum_flow_fills(seed: int) -> None:
    pool = random_pool(seed, plain=True)
    drawn = draw(pool, seed=str(seed))
    assert len(drawn.edges) == _max_flow(pool)
    assert drawn.record.verify() == []


def test_larger_pools_are_filled_to_the_maximum_flow_too() -> None:
    dice = np.random.default_rng(5)
    for density in (0.02, 0.04, 0.08):
        able = dice.random((60, 90)) < density
        need, candidate = (each.astype(np.int64) for each in np.nonzero(able))
        pool = DrawPool(
            needs=pd.DataFrame({"need_id": [f"N{i:02d}" for i in range(60)], "title": "", "least": 2, "most": 2}),
            candidates=pd.DataFrame({
                "kind": "expert", "id": [f"E{i:02d}" for i in range(90)], "name": "虚构示例", "unit": "",
                "served": dice.integers(0, 3, 90), "capacity": dice.integers(0, 3, 90),
            }),
            need=need, candidate=candidate,
        )  # fmt: skip
        drawn = draw(pool, seed="大")
        assert len(drawn.edges) == _max_flow(pool)
        assert drawn.record.verify() == []


def _most_places(pool: DrawPool) -> int:
    """Return how many places that must be filled the pool without its reserve can fill, by integer programming."""
    own = pool.roles["need"].to_numpy(dtype=np.int64)
    sums = {need: int(pool.roles["least"][own == need].sum()) for need in range(len(pool.needs))}
    seats: list[tuple[int, str]] = []  # an edge on a place of its role, or on one of any role
    for edge in np.flatnonzero(~pool.reserve & ~pool.forbidden).tolist():
        seats += [(edge, "role"), *([(edge, "rest")] if pool.role[edge] >= 0 else [])]
    rules: dict[tuple[object, ...], tuple[set[int], int]] = {}
    for i, (edge, kind) in enumerate(seats):
        need, one, role = int(pool.need[edge]), int(pool.candidate[edge]), int(pool.role[edge])
        least = int(pool.needs["least"].iloc[need])
        names: list[tuple[tuple[object, ...], int]] = [
            (("candidate", one), max(0, int(pool.candidates["capacity"].iloc[one]))), (("pair", need, one), 1),
        ]  # fmt: skip
        if kind == "rest":
            names.append((("rest", need), max(0, least - sums[need])))
            names.append((("more", role), int(pool.roles["most"].iloc[role] - pool.roles["least"].iloc[role])))
        else:
            names.append((("role", need, role), least if role < 0 else int(pool.roles["least"].iloc[role])))
        names += [(("clash", one, a, b), 1) for a, b in pool.conflicts.tolist() if need in (a, b)]
        names += [(("limit", k), max(0, each.most)) for k, each in enumerate(pool.limits) if edge in each.edges]
        for name, most in names:
            rules.setdefault(name, (set(), most))[0].add(i)
    if not seats:
        return 0
    matrix = np.array([[float(i in members) for i in range(len(seats))] for members, _ in rules.values()])
    most = [float(bound) for _, bound in rules.values()]
    found = milp(
        -np.ones(len(seats)), constraints=LinearConstraint(matrix, -np.inf, most), integrality=1, bounds=(0, 1)
    )
    return round(-found.fun)


def test_with_roles_limits_and_clashes_hardly_a_place_is_lost() -> None:
    could = did = 0
    for seed in range(POOLS):
        pool = random_pool(seed)
        table = draw(pool, seed=str(seed)).record.table
        drawn, most = int(((table["轮次"] == "首轮") & (table["结果"] == "入选")).sum()), _most_places(pool)
        assert drawn <= most
        did, could = did + drawn, could + most
    assert did >= 0.99 * could


def test_a_lot_that_would_leave_another_need_empty_is_put_back() -> None:
    pool = pool_of([("N1", 1, 1), ("N2", 1, 1)], {"A": (0, 1), "B": (0, 1), "C": (0, 1)}, {"N1": "A B", "N2": "A C"})
    pool = replace(pool, forbidden=np.array([False, False, False, True]))
    seed = next(f"s{i}" for i in range(99) if _lot_order(f"s{i}", "N1", "A B") == ["A", "B"])
    drawn = draw(pool, seed=seed)  # N2 has A alone and comes first
    assert placed(drawn) == {"N1": ["B"], "N2": ["A"]}
    roomy = pool_of([("N1", 1, 1), ("N2", 2, 2)], {"A": (0, 1), "B": (0, 1), "C": (0, 1)}, {"N1": "A B", "N2": "A C"})
    drawn = draw(roomy, seed=seed)
    assert placed(drawn)["N1"] == ["B"]
    tied = pool_of([("N1", 1, 1), ("N2", 1, 1), ("N3", 1, 1)], dict.fromkeys("AB", (0, 1)) | {"C": (9, 1)}, {
        "N1": "A B C", "N2": "A B", "N3": "A B",
    })  # fmt: skip
    drawn = draw(tied, seed=seed, rotation=False)
    assert placed(drawn)["N1"] == ["C"]
    crossed = pool_of([("N1", 1, 1), ("N2", 1, 1)], {"A": (0, 1), "B": (0, 1)}, {"N1": "A B", "N2": "A B"})
    crossed = replace(
        crossed, limits=(Limit(label="同一单位（西北大学）", most=0, edges=np.array([3])),)
    )  # B may not serve N2, which the order of the needs does not see
    drawn = draw(crossed, seed=seed)
    assert placed(drawn) == {"N1": ["B"], "N2": ["A"]}
    assert _outcomes(drawn, "N1") == {"A": "放回", "B": "入选"}
    assert drawn.record.table["说明"].iloc[0] == "若入选，未能为 N2 另找到人（次数）"
    assert drawn.record.verify() == []


def test_needs_come_by_how_few_can_be_drawn_for_a_place() -> None:
    pool = pool_of(
        [("N1", 1, 1), ("N2", 2, 2), ("N3", 1, 1), ("N0", 1, 1)],
        dict.fromkeys("ABCD", (0, 9)),
        {"N1": "A B C D", "N2": "A B C", "N3": "A B", "N0": "C D"},
    )
    order = list(dict.fromkeys(draw(pool, seed="s").record.table["需求"]))
    assert order == ["N2", "N0", "N3", "N1"]


# ---- rotation, limits, times, roles, locks


def test_those_who_served_less_come_first_and_lots_decide_among_equals() -> None:
    people = {"A": (2, 9), "B": (0, 9), "C": (1, 9), "D": (0, 9), "E": (1, 9)}
    pool = pool_of([("N1", 3, 3)], people, {"N1": "A B C D E"})
    drawn = draw(pool, seed="s")
    assert placed(drawn)["N1"] == [*_lot_order("s", "N1", "B D"), _lot_order("s", "N1", "C E")[0]]
    assert placed(draw(pool, seed="s", rotation=False))["N1"] == _lot_order("s", "N1", "A B C D E")[:3]


def test_rotation_counts_what_this_draw_gave() -> None:
    pool = pool_of([(f"N{i}", 1, 1) for i in range(4)], dict.fromkeys("ABCD", (0, 9)), dict.fromkeys(
        ("N0", "N1", "N2", "N3"), "A B C D"))  # fmt: skip
    drawn = draw(pool, seed="s")
    assert sorted(drawn.frame["candidate_id"]) == ["A", "B", "C", "D"]


def test_limits_and_times_are_passed_over_with_the_rows_in_the_way() -> None:
    pool = pool_of([("N1", 2, 2)], dict.fromkeys("ABC", (0, 1)), {"N1": "A B C"})
    first, second, third = _lot_order("s", "N1", "A B C")
    same = np.array(["ABC".index(first), "ABC".index(second)])
    drawn = draw(replace(pool, limits=(Limit(label="同一单位（西北大学）", most=1, edges=same),)), seed="s")
    assert placed(drawn)["N1"] == [first, third]
    assert list(drawn.record.table["结果"]) == ["入选", "跳过", "入选"]
    assert list(drawn.record.table["说明"])[1] == (
        "限额：同一单位（西北大学），还可 1 名，见第 1 行；备选第 1，可替第 1 位"
    )
    assert drawn.alternates[["place", "candidate_id"]].to_numpy().tolist() == [[1, second]]
    busy = pool_of([("N1", 1, 1), ("N2", 1, 1)], {"A": (0, 9)}, {"N1": "A", "N2": "A"})
    drawn = draw(replace(busy, conflicts=np.array([[0, 1]])), seed="s")
    assert placed(drawn) == {"N1": ["A"]}
    assert list(drawn.record.table["说明"])[1] == "时间冲突：与 N1，见第 1 行"
    assert drawn.short.to_numpy().tolist() == [["N2", "题目N2", 1, 0, 1, "合格 1 名，入选 0 名，时间冲突 1 名"]]


def _panel_pool() -> DrawPool:
    needs = pd.DataFrame({"need_id": ["N1"], "title": ["评审会"], "least": [3], "most": [3]})
    people = pd.DataFrame({
        "kind": "expert", "id": list("ABCD"), "name": list("ABCD"), "unit": "", "served": 0, "capacity": 1,
    })  # fmt: skip
    roles = pd.DataFrame({"need": [0, 0], "label": ["主持人", "成员"], "least": [1, 1], "most": [1, 2]})
    return DrawPool(
        needs=needs, candidates=people, roles=roles, need=np.zeros(6, dtype=np.int64),
        candidate=np.array([0, 0, 1, 1, 2, 3]), role=np.array([0, 1, 0, 1, 1, 1]),
    )  # fmt: skip


def test_roles_are_drawn_one_after_the_other() -> None:
    for seed in map(str, range(20)):
        drawn = draw(_panel_pool(), seed=seed)
        assert list(drawn.frame["role"]) == ["主持人", "成员", "成员"]
        assert drawn.frame["candidate_id"].iloc[0] == _lot_order(seed, "N1", "A B")[0]
        others = [one for one in _lot_order(seed, "N1", "A B C D") if one != drawn.frame["candidate_id"].iloc[0]]
        assert list(drawn.frame["candidate_id"])[1:] == others[:2]
        assert drawn.record.verify() == []


def test_who_alone_can_take_a_role_is_kept_for_it() -> None:
    pool = _panel_pool()
    only = replace(pool, forbidden=np.array([False, False, True, False, False, False]))  # A alone can preside
    roles = only.roles.assign(least=[1, 2]).iloc[[1, 0]].reset_index(drop=True)
    turned = replace(only, roles=roles, role=1 - only.role)
    for seed in map(str, range(20)):
        for each in (only, turned):
            drawn = draw(each, seed=seed)
            assert drawn.frame.set_index("role").loc["主持人", "candidate_id"] == "A"
            assert len(drawn.short) == 0


def test_locked_ones_serve_without_a_lot_and_leave_the_rest_to_it() -> None:
    pool = _panel_pool()
    for seed in map(str, range(10)):
        drawn = draw(replace(pool, locked=pool.candidate == 1), seed=seed)  # B in either role
        assert drawn.frame.set_index("candidate_id").loc["B", "locked"]
        assert len(drawn.frame) == 3
        assert drawn.record.table["轮次"].iloc[0] == "保留"
        assert drawn.record.verify() == []


def test_locks_that_cannot_be_kept_are_refused() -> None:
    pool = pool_of([("N1", 1, 1), ("N2", 1, 1)], {"A": (0, 1), "B": (0, 1)}, {"N1": "A B", "N2": "A"})
    with pytest.raises(SettingError, match="需求 N2 保留 expert:A"):
        draw(replace(pool, locked=np.array([True, False, True])), seed="s")
    with pytest.raises(SettingError, match="需求 N1 保留 expert:A、expert:B"):
        draw(replace(pool, locked=np.array([True, True, False])), seed="s")


@given(SEEDS)
@settings(max_examples=100, deadline=None)
def test_what_one_draw_gave_can_be_locked_in_the_next(seed: int) -> None:
    pool = random_pool(seed)
    edges = draw(pool, seed="一").edges
    some = np.zeros(pool.edges, dtype=bool)
    some[edges[::2]] = True
    drawn = draw(replace(pool, locked=some), seed="二")
    assert set(edges[::2].tolist()) <= set(drawn.edges.tolist())
    assert broken_rules(pool, drawn.edges.tolist()) == []
    assert drawn.record.verify() == []


@given(SEEDS)
@settings(max_examples=100, deadline=None)
def test_every_alternate_could_stand_in_and_nobody_before_them_was_left_out(seed: int) -> None:
    pool = random_pool(seed)
    drawn = draw(pool, seed=str(seed), alternates=2)
    table = drawn.record.table
    edges = drawn.edges.tolist()
    who = (pool.candidates["kind"] + ":" + pool.candidates["id"]).tolist()
    ids = pool.needs["need_id"].tolist()
    for i, row in enumerate(drawn.frame.itertuples(index=False)):
        own = table[(table["需求"] == row.need_id) & (row.topped_up | (table["轮次"] != "补充"))]
        serving = {int(pool.candidate[e]) for e in edges if pool.need[e] == ids.index(row.need_id)}
        able = []
        for name in dict.fromkeys(own["候选"]):
            one = who.index(name)
            role = pool.role[edges[i]]
            same = np.flatnonzero(
                (pool.need == pool.need[edges[i]]) & (pool.candidate == one) & (pool.role == role)
            ).tolist()
            if one not in serving and same and not broken_rules(pool, [*edges[:i], *edges[i + 1 :], same[0]]):
                able.append(name)
        found = drawn.alternates[
            (drawn.alternates["need_id"] == row.need_id) & (drawn.alternates["place"] == row.place)
        ]
        assert (found["candidate_kind"] + ":" + found["candidate_id"]).tolist() == able[:2]


# ---- too few


def test_the_reserve_fills_what_the_eligible_cannot_and_the_record_says_so() -> None:
    pool = pool_of([("N1", 3, 3)], dict.fromkeys("ABCD", (0, 1)), {"N1": "A B C D"})
    pool = replace(pool, reserve=np.array([False, False, True, True]))
    drawn = draw(pool, seed="s")
    order = _lot_order("s", "N1", "C D")
    assert placed(drawn)["N1"] == [*_lot_order("s", "N1", "A B"), order[0]]
    assert list(drawn.frame["topped_up"]) == [False, False, True]
    row = drawn.record.table.iloc[2]
    assert (row["轮次"], row["结果"], row["说明"]) == ("补充", "补充", "合格人选不足，缺 1 名，由后备名单补充")
    assert list(drawn.alternates["place"]) == [3]
    assert list(drawn.alternates["candidate_id"]) == [order[1]]


def test_the_reserve_is_not_asked_where_the_eligible_do() -> None:
    pool = pool_of([("N1", 2, 3)], dict.fromkeys("ABC", (0, 1)), {"N1": "A B C"})
    drawn = draw(replace(pool, reserve=np.array([False, False, True])), seed="s")
    assert sorted(placed(drawn)["N1"]) == ["A", "B"]
    assert "补充" not in set(drawn.record.table["轮次"])
    assert len(drawn.short) == 0


def test_what_stays_open_is_said_with_how_many_and_why() -> None:
    people = {"A": (0, 1), "B": (3, 0), "C": (0, 1)}
    pool = pool_of([("N1", 3, 3), ("N2", 1, 1)], people, {"N1": "A B C", "N2": "C"})
    pool = replace(pool, excluded=pd.DataFrame({"need_id": ["N1", "N1"], "reason": ["资格", "回避"], "count": [12, 3]}))
    drawn = draw(replace(pool, forbidden=np.array([True, False, False, False])), seed="s")
    assert drawn.short.iloc[0].tolist()[:5] == ["N1", "题目N1", 3, 1, 2]
    assert drawn.short["reason"].iloc[0] == (
        "合格 3 名，入选 1 名，方案设置排除 1 名，本年已满 1 名；此前未入围：资格 12 名、回避 3 名"
    )
    assert "尚缺 3 名，见需补充" in str(drawn.record)


def test_what_may_be_filled_comes_after_what_must() -> None:
    pool = pool_of([("N1", 1, 2), ("N2", 1, 1)], dict.fromkeys("AB", (0, 1)), {"N1": "A B", "N2": "A B"})
    assert {need: len(own) for need, own in placed(draw(pool, seed="s")).items()} == {"N1": 1, "N2": 1}
    more = pool_of([("N1", 1, 2), ("N2", 1, 1)], dict.fromkeys("ABC", (0, 1)), {"N1": "A B C", "N2": "A B C"})
    drawn = draw(more, seed="s")
    assert {need: len(own) for need, own in placed(drawn).items()} == {"N1": 2, "N2": 1}
    assert list(dict.fromkeys(drawn.record.table["轮次"])) == ["首轮", "增补"]


# ---- what is asked wrongly


@pytest.mark.parametrize("seed", ["", "  ", "一行\n又一行"])
def test_a_seed_is_one_line(seed: str) -> None:
    with pytest.raises(SettingError, match="seed"):
        draw(pool_of([("N1", 1, 1)], {"A": (0, 1)}, {"N1": "A"}), seed=seed)


def test_pools_that_contradict_themselves_are_refused() -> None:
    pool = _panel_pool()
    yes = np.ones(6, dtype=bool)
    for changes in (
        {"locked": yes, "forbidden": yes},
        {"reserve": np.array([True, False, False, False, False, False])},
        {"role": np.array([0, 0, 0, 1, 1, 1])},
        {"role": np.array([0, -1, 0, 1, 1, 1])},
        {"candidate": np.array([0, 0, 1, 1, 2, 4])},
        {"needs": pool.needs.drop(columns="most")},
        {"needs": pool.needs.assign(most=2)},
        {"roles": pool.roles.assign(least=[2, 2])},
        {"candidates": pool.candidates.assign(id=["A", "A", "B", "C"])},
        {"candidates": pool.candidates.assign(id=["A", "A\n", "B", "C"])},
        {"score": np.zeros(5)},
        {"limits": (Limit(label="某", most=1, edges=np.array([6])),)},
    ):
        with pytest.raises(SettingError):
            replace(pool, **changes)


# ---- the record


def test_the_record_has_what_is_signed_and_can_be_written() -> None:
    pool = pool_of([("N1", 1, 1)], dict.fromkeys("AB", (0, 1)), {"N1": "A B"})
    drawn = draw(pool, seed="2024-06-15 王经办", matter="项目评审")
    head = dict(drawn.record.head.itertuples(index=False, name=None))
    assert (head["事项"], head["经办人"], head["时间"]) == ("项目评审", "", "")
    assert head["种子"] == "2024-06-15 王经办"
    assert head["名单指纹"] == fingerprint([("N1", f"expert:{a}", f"专家{a}", "", 0, 1) for a in "BA"])
    assert list(drawn.record.signatures["签字人"]) == ["经办", "监督", "复核"]
    text = str(drawn.record)
    assert "经办：＿" in text
    assert "复核：＿" in text
    assert "<td>入选</td>" in drawn.record._repr_html_()


def test_a_record_read_back_from_a_workbook_is_still_true(tmp_path: object) -> None:
    pool = random_pool(11)
    drawn = draw(pool, seed="s")
    assert len(drawn.record.table) > 5
    path = f"{tmp_path}/抽取.xlsx"
    write_frames(drawn.record.frames(), path)
    sheets = pd.read_excel(path, sheet_name=None, engine="calamine", dtype=str)
    assert list(sheets) == ["抽取说明", "抽取记录", "需补充", "未入围", "签字"]
    assert verify(sheets["抽取记录"], "s", fingerprint=drawn.record.fingerprint) == []
