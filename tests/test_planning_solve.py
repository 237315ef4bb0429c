"""The solver of plans agrees with looking at every choice, its bound is one, and its two ways agree with each other."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from planning_oracle import every_choice, small_model
from scipy import sparse

from expertmatch.errors import ConflictError, MissingExtraError, SettingError
from expertmatch.planning.solver.model import Model, Rows
from expertmatch.planning.solver.solving import Solution, solve

SEEDS = 2000
PARTS = 8
CLOSE = 1e-6


def missing_of(model: Model, solution: Solution) -> float:
    rows = zip(model.rows, solution.breach, strict=True)
    return float(
        solution.short.sum()
        + solution.idle.sum()
        + sum(float(one.sum()) for rule, one in rows if rule.price is None)
    )  # fmt: skip


def check_kept(model: Model, solution: Solution) -> None:
    """What is never passed is kept, and the sums are those of the edges chosen."""
    chosen = solution.chosen
    assert chosen[model.locked].all()
    assert (np.bincount(model.need[chosen], minlength=len(model.most)) <= model.most).all()
    assert (np.bincount(model.expert[chosen], minlength=len(model.capacity)) <= model.capacity).all()
    pairs = list(zip(model.need[chosen].tolist(), model.expert[chosen].tolist(), strict=True))
    assert len(pairs) == len(set(pairs))
    assert solution.total == pytest.approx(float(model.value[chosen].sum()), abs=1e-9)
    for rule, breach in zip(model.rows, solution.breach, strict=True):
        reached = rule.matrix @ np.r_[chosen.astype(float), solution.extra]
        beyond = np.maximum(rule.lower - reached, reached - rule.upper)
        assert breach == pytest.approx(np.maximum(beyond, 0), abs=CLOSE)
        if rule.price is None:
            assert (reached <= rule.upper + CLOSE).all()


def seeds(part: int) -> range:
    return range(part * SEEDS // PARTS, (part + 1) * SEEDS // PARTS)


@pytest.mark.parametrize("part", range(PARTS))
def test_total_equals_every_choice_looked_at(part):
    for seed in seeds(part):
        model = small_model(np.random.default_rng(seed))
        every = every_choice(model)
        if not len(every.choices):
            with pytest.raises(ConflictError):
                solve(model)
            continue
        found = solve(model)
        check_kept(model, found)
        assert missing_of(model, found) == pytest.approx(every.least, abs=CLOSE), seed
        assert found.total - found.penalty == pytest.approx(every.best(), abs=CLOSE), seed
        assert found.bound >= every.best() - 1e-9, seed
        assert found.gap <= CLOSE, seed
        assert found.prices is not None
        assert found.prices.bound >= every.best() - CLOSE, seed
        assert found.status == ("partial" if missing_of(model, found) else "optimal"), seed


@pytest.mark.parametrize("part", range(PARTS))
def test_fair_equals_every_choice_looked_at(part):
    for seed in seeds(part)[::4]:
        model = small_model(np.random.default_rng(seed), most_edges=8)
        every = every_choice(model)
        if not len(every.choices):
            continue
        found = solve(model, objective="fair")
        check_kept(model, found)
        good = every.missing <= every.least + 1e-9
        raised = every.worst[good].max()
        kept = np.ones(len(every.worst), bool) if math.isinf(raised) else every.worst >= raised
        assert missing_of(model, found) == pytest.approx(every.least, abs=CLOSE), seed
        assert found.total - found.penalty == pytest.approx(every.best(kept), abs=CLOSE), seed
        if not math.isinf(raised):
            assert found.worst == raised, seed


def own_best(model: Model) -> np.ndarray:
    """What each need's best edges are worth, as many as it wants at least."""
    best = np.zeros(len(model.least))
    for need, least in enumerate(model.least):
        values: dict[int, float] = {}
        for edge in np.flatnonzero(model.need == need):
            who = int(model.expert[edge])
            values[who] = max(values.get(who, -np.inf), float(model.value[edge]))
        best[need] = sum(sorted(values.values(), reverse=True)[:least])
    return best


@pytest.mark.parametrize("part", range(PARTS))
def test_floor_equals_every_choice_looked_at(part):
    reached = refused = 0
    for seed in seeds(part)[::5]:
        rng = np.random.default_rng(seed)
        model = small_model(rng, most_edges=8)
        every, best, floor = every_choice(model), own_best(model), float(rng.choice([0.5, 0.8, 0.95]))
        if not len(every.choices):
            continue
        asked = best > 0
        kept = (every.need_value[:, asked] >= floor * best[asked] - 1e-9).all(axis=1)
        if np.isinf(every.best(kept)):
            with pytest.raises(SettingError, match="不超过"):
                solve(model, floor=floor, best=best)
            refused += 1
            continue
        found = solve(model, floor=floor, best=best)
        check_kept(model, found)
        worth = found.total - found.penalty
        assert worth == pytest.approx(every.best(kept), abs=CLOSE), seed
        assert found.floor_cost == pytest.approx(every.best() - worth, abs=CLOSE), seed
        reached += 1
    assert reached > 5
    assert refused > 2


@pytest.mark.parametrize("objective", ["total", "fair"])
def test_flow_equals_highs_and_every_choice(objective):
    pytest.importorskip("ortools")
    for seed in range(200):
        model = small_model(np.random.default_rng(seed), plain=True)
        try:
            by_lp = solve(model, objective=objective)
        except ConflictError:
            with pytest.raises(ConflictError):
                solve(model, objective=objective, solver="flow")
            continue
        by_flow = solve(model, objective=objective, solver="flow")
        check_kept(model, by_flow)
        assert by_flow.total == pytest.approx(by_lp.total, abs=CLOSE), seed
        assert missing_of(model, by_flow) == missing_of(model, by_lp), seed
        every = every_choice(model)
        raised = every.worst[every.missing == every.least].max()
        if objective == "total":
            assert by_flow.total == pytest.approx(every.best(), abs=CLOSE), seed
        elif math.isfinite(raised):
            assert by_flow.worst == by_lp.worst == raised, seed


def plain_model(needs: int, experts: int, *, wanted: int = 3, capacity: int = 4, edges: int = 20) -> Model:
    """Return a larger model in which the sought-after experts are too few."""
    rng = np.random.default_rng(needs)
    popular = rng.beta(2, 5, experts)
    expert = np.vstack([np.sort(np.argsort(-(popular + 0.5) * rng.random(experts))[:edges]) for _ in range(needs)])
    value = 0.5 * popular[expert.ravel()] + 0.5 * rng.random(needs * edges)
    return Model(
        need=np.repeat(np.arange(needs), edges), expert=expert.ravel(), value=value, least=np.full(needs, wanted),
        most=np.full(needs, wanted), minimum=np.zeros(experts, np.int64), capacity=np.full(experts, capacity),
        locked=np.zeros(needs * edges, bool),
    )  # fmt: skip


def test_a_larger_plan_reaches_the_bound_its_prices_prove():
    model = plain_model(150, 300)
    found = solve(model)
    assert found.status == "optimal"
    assert found.gap <= CLOSE
    assert found.prices is not None
    assert found.prices.bound == pytest.approx(found.total, abs=CLOSE)
    taken = np.bincount(model.expert[found.chosen], minlength=300) == 4
    assert 0 < taken.sum() < 300
    assert (found.prices.expert[~taken] == 0).all()


def test_prices_bound_what_edges_outside_the_model_could_add():
    """With the first 8 edges of each need in the model, the bound over all 20 holds, and often is the optimum."""
    every = plain_model(60, 80)
    inside = np.zeros(every.edges, bool)
    for need in range(60):
        at = np.flatnonzero(every.need == need)
        inside[at[np.argsort(-every.value[at])[:8]]] = True
    part = replace(
        every, need=every.need[inside], expert=every.expert[inside], value=every.value[inside],
        locked=every.locked[inside],
    )  # fmt: skip
    found, whole = solve(part), solve(every)
    assert found.status == whole.status == "optimal"
    assert found.prices is not None
    reduced = found.prices.reduced(every.need[~inside], every.expert[~inside], every.value[~inside])
    bound = found.prices.bound + np.maximum(reduced, 0).sum()
    assert found.total - CLOSE <= whole.total <= bound + CLOSE


def team_model(price: float | None) -> Model:
    """Return teams of 3 with crossing rules: a senior, a local, at most one of a unit."""
    model = plain_model(40, 60, edges=12)
    rng = np.random.default_rng(5)
    rows = []
    for label, members, lower, upper in (
        ("正高", rng.random(60) < 0.3, 1.0, np.inf),
        ("本地", rng.random(60) < 0.2, 1.0, np.inf),
        ("单位", rng.random(60) < 0.3, -np.inf, 1.0),
    ):
        inside = np.flatnonzero(members[model.expert])
        matrix = sparse.csr_array((np.ones(len(inside)), (model.need[inside], inside)), shape=(40, model.edges))
        rows.append(
            Rows(
                rule=label, label=label, matrix=matrix, lower=np.full(40, lower), upper=np.full(40, upper),
                need=np.arange(40), subject=("",) * 40, price=price,
            )
        )  # fmt: skip
    return replace(model, rows=tuple(rows))


@pytest.mark.parametrize("price", [None, 5.0])
def test_teams_are_proved_optimal(price):
    model = team_model(price)
    found = solve(model)
    check_kept(model, found)
    assert found.proven
    assert found.gap <= 1e-5
    assert found.prices is not None
    assert found.prices.bound >= found.total - found.penalty - CLOSE


def test_the_same_model_gives_the_same_pairs_and_stays_as_it_was():
    model = team_model(5.0)
    before = [array.copy() for array in (model.value, model.least, model.capacity, model.rows[0].matrix.data)]
    one, two = solve(model), solve(model)
    assert (one.chosen == two.chosen).all()
    after = (model.value, model.least, model.capacity, model.rows[0].matrix.data)
    assert all((a == b).all() for a, b in zip(before, after, strict=True))


def tiny(**changes) -> Model:
    """Return two needs and two experts, all four pairs."""
    facts = {
        "need": np.array([0, 0, 1, 1]), "expert": np.array([0, 1, 0, 1]), "value": np.array([0.9, 0.8, 0.7, 0.1]),
        "least": np.array([1, 1]), "most": np.array([1, 1]), "minimum": np.array([0, 0]),
        "capacity": np.array([1, 1]), "locked": np.zeros(4, bool),
    }  # fmt: skip
    return Model(**{**facts, **changes})


def test_locks_beyond_capacity_are_refused_by_name():
    with pytest.raises(ConflictError, match=r"第 1 位专家.*可承担的次数") as found:
        solve(tiny(locked=np.array([True, False, True, False])))
    assert (found.value.expert, found.value.accepted, found.value.found) == (0, 1, 2)
    assert "张三" in str(found.value.named(["甲", "乙"], ["张三", "李四"]))


def test_locks_beyond_what_a_need_can_have_are_refused_by_name():
    with pytest.raises(ConflictError, match=r"第 1 个需求.*人数上限") as found:
        solve(tiny(locked=np.array([True, True, False, False])))
    assert found.value.need == 0


def test_a_candidate_locked_in_two_roles_of_a_need_is_refused():
    model = tiny(
        expert=np.array([0, 0, 0, 1]), most=np.array([2, 1]), capacity=np.array([2, 2]),
        locked=np.array([True, True, False, False]),
    )  # fmt: skip
    with pytest.raises(ConflictError, match="只任一职"):
        solve(model)


def rule(matrix, lower, upper, price=None) -> Rows:
    dense = np.array([matrix], dtype=float)
    return Rows(
        rule="unit", label="同一单位", matrix=sparse.csr_array(dense), lower=np.array([lower]), upper=np.array([upper]),
        need=np.array([-1]), subject=("某大学",), price=price,
    )  # fmt: skip


def test_locks_beyond_a_rule_are_refused_by_its_label_and_subject():
    rows = (rule([1, 0, 0, 1], -np.inf, 1.0),)
    with pytest.raises(ConflictError, match=r"某大学.*同一单位"):
        solve(tiny(locked=np.array([True, False, False, True]), rows=rows))


def test_locks_that_cannot_be_balanced_are_refused_by_its_label():
    """The second expert would balance the first, but has no capacity."""
    rows = (rule([1, -1, 0, 0], -np.inf, 0.0),)
    model = tiny(
        most=np.array([2, 1]), capacity=np.array([1, 0]), locked=np.array([True, False, False, False]), rows=rows
    )
    with pytest.raises(ConflictError, match="同一单位"):
        solve(model)


def test_a_rule_whose_bounds_contradict_each_other_is_refused():
    with pytest.raises(ConflictError, match="无论怎样安排"):
        solve(tiny(rows=(rule([1, 1, 0, 0], 2.0, 1.0),)))


def test_minimum_above_capacity_is_idle_not_an_error():
    found = solve(tiny(minimum=np.array([2, 0])))
    assert found.idle.tolist() == [1, 0]
    assert found.status == "partial"
    assert found.total == pytest.approx(1.5)


def test_flow_refuses_what_is_no_flow():
    with pytest.raises(SettingError, match="flow"):
        solve(tiny(rows=(rule([1, 1, 0, 0], 1.0, 1.0),)), solver="flow")
    with pytest.raises(SettingError, match="flow"):
        solve(tiny(expert=np.array([0, 0, 0, 1])), solver="flow")
    with pytest.raises(SettingError, match="floor"):
        solve(tiny(), solver="flow", floor=0.5, best=np.array([0.9, 0.7]))


def test_flow_without_ortools_says_what_to_install(monkeypatch):
    def gone(name: str):
        raise ImportError(name)

    monkeypatch.setattr("expertmatch.planning.solver.flow.import_module", gone)
    with pytest.raises(MissingExtraError, match="flow"):
        solve(tiny(), solver="flow")


def test_an_unreachable_floor_names_the_largest_that_is_reached():
    """One expert is everybody's best; whoever does not get them has 8/9 or 1/7 of their best."""
    best = np.array([0.9, 0.7])
    with pytest.raises(SettingError, match=r"不超过 0.888 ") as found:
        solve(tiny(), floor=0.9, best=best)
    assert "0.888" in str(found.value)
    assert solve(tiny(), floor=0.888, best=best).total == pytest.approx(1.5)


def test_floor_needs_to_know_each_own_best():
    with pytest.raises(SettingError, match="best"):
        solve(tiny(), floor=0.9)


def test_scores_are_not_cut_to_whole_numbers():
    """Differences far below a thousandth decide, also in the flow."""
    model = tiny(value=np.array([0.5 + 2e-7, 0.5, 0.5, 0.5 - 1e-7]))
    assert solve(model).chosen.tolist() == [True, False, False, True]
    pytest.importorskip("ortools")
    assert solve(model, solver="flow").chosen.tolist() == [True, False, False, True]


@pytest.mark.parametrize("solver", ["highs", "flow"])
def test_nothing_to_choose_from_is_a_partial_plan(solver):
    if solver == "flow":
        pytest.importorskip("ortools")
    none = np.empty(0, np.int64)
    found = solve(tiny(need=none, expert=none, value=np.empty(0), locked=np.empty(0, bool)), solver=solver)
    assert found.short.tolist() == [1, 1]
    assert found.status == "partial"
