"""Walks on the graph: networkx is the oracle."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import sparse

from expertmatch.errors import SettingError
from expertmatch.graph.solver import reduce_system
from expertmatch.graph.walk import (
    WalkTable,
    personalised_pagerank,
    strongest_path,
    strongest_paths,
    transition,
    walk_tables,
)


@st.composite
def graphs(draw, most=24):
    """A weighted undirected graph: often disconnected, with isolated nodes, now and then self-loops."""
    size = draw(st.integers(2, most))
    edges = draw(st.lists(st.tuples(st.integers(0, size - 1), st.integers(0, size - 1), st.floats(1e-3, 1e3)),
                          max_size=3 * size))  # fmt: skip
    matrix = np.zeros((size, size))
    for a, b, weight in edges:
        matrix[a, b] = matrix[b, a] = weight
    return sparse.csr_array(matrix)


def hub_graph(seed, experts=60, hubs=6, teams=25):
    """A graph shaped like a pool's: many experts, few disciplines and societies, some teams."""
    rng = np.random.default_rng(seed)
    matrix = np.zeros((experts + hubs, experts + hubs))
    for a in range(experts):
        for b in rng.choice(hubs, size=rng.integers(0, 3), replace=False):
            matrix[a, experts + b] = rng.choice([1.0, 0.5, 0.2])
    for a, b in rng.integers(0, experts, size=(teams, 2)):
        if a != b:
            matrix[a, b] = rng.random()
    for a, b in rng.integers(experts, experts + hubs, size=(3, 2)):
        if a != b:
            matrix[a, b] = 5.0
    return sparse.csr_array(np.maximum(matrix, matrix.T))


def oracle(matrix, seed, damping=0.85):
    graph = nx.from_scipy_sparse_array(matrix)
    graph.add_edges_from([(n, n, {"weight": 1.0}) for n in list(nx.isolates(graph))])
    found = nx.pagerank(graph, alpha=damping, personalization=dict(enumerate(seed)), tol=1e-12, max_iter=10_000)
    return np.array([found[n] for n in range(matrix.shape[0])])


@settings(max_examples=80, deadline=None)
@given(graphs(), st.data())
def test_the_vectors_are_those_of_networkx_for_single_seeds_and_mixtures(matrix, data):
    size = matrix.shape[0]
    weights = data.draw(hnp.arrays(float, (2, size), elements=st.sampled_from([0.0, 0.0, 0.25, 1.0, 3.0])))
    seeds = np.vstack([np.eye(size)[data.draw(st.integers(0, size - 1))], weights[weights.sum(axis=1) > 0]])
    damping = data.draw(st.sampled_from([0.0, 0.5, 0.85]))
    found = personalised_pagerank(matrix, seeds, damping=damping)
    for seed, vector in zip(seeds, found, strict=True):
        assert np.abs(vector - oracle(matrix, seed, damping)).max() < 1e-9
    assert np.abs(found.sum(axis=1) - 1.0).max() < 1e-11
    assert (found >= 0).all()


@pytest.mark.parametrize("seed", range(6))
def test_the_vectors_are_those_of_networkx_on_a_graph_of_hubs_and_teams(seed):
    matrix = hub_graph(seed)
    nodes = np.arange(60, 66)
    for node, vector in zip(nodes, personalised_pagerank(matrix, np.eye(66)[nodes]), strict=True):
        assert np.abs(vector - oracle(matrix, np.eye(66)[node])).max() < 1e-9


@settings(max_examples=50, deadline=None)
@given(graphs(), st.data())
def test_a_mixture_of_seeds_gives_the_mixture_of_their_vectors(matrix, data):
    size = matrix.shape[0]
    p = data.draw(hnp.arrays(float, size, elements=st.floats(0, 1)).filter(lambda a: a.sum() > 0.1))
    p = p / p.sum()
    single = personalised_pagerank(matrix, np.eye(size))
    assert np.abs(personalised_pagerank(matrix, p[None, :])[0] - p @ single).max() < 1e-11


@settings(max_examples=40, deadline=None)
@given(graphs(), st.integers(1, 7))
def test_the_block_changes_no_byte(matrix, block):
    size = matrix.shape[0]
    seeds = np.eye(size)[: size // 2 + 1]
    whole = personalised_pagerank(matrix, seeds, block=1000)
    assert personalised_pagerank(matrix, seeds, block=block).tobytes() == whole.tobytes()


@pytest.mark.parametrize(("block", "threads"), [(1, 1), (2, 2), (5, 1), (64, 3)])
def test_neither_blocks_nor_threads_change_a_byte_of_the_table(block, threads):
    matrix, seeds, targets = hub_graph(3), np.arange(60, 66), np.arange(60)
    one = WalkTable.build(matrix, seeds, targets, keep=10).arrays()
    other = WalkTable.build(matrix, seeds, targets, keep=10, block=block, threads=threads).arrays()
    assert {k: v.tobytes() for k, v in one.items()} == {k: v.tobytes() for k, v in other.items()}


def test_a_very_uneven_graph_is_still_exact():
    matrix = np.zeros((40, 40))
    for i in range(39):
        matrix[i, i + 1] = matrix[i + 1, i] = 10.0 ** (i % 13 - 6)
    found = personalised_pagerank(sparse.csr_array(matrix), np.eye(40)[:5])
    steps = matrix / matrix.sum(axis=1, keepdims=True)
    exact = 0.15 * np.linalg.inv(np.eye(40) - 0.85 * steps)[:5]
    assert np.abs(found - exact).sum(axis=1).max() < 1e-11


@settings(max_examples=50, deadline=None)
@given(graphs())
def test_removing_nodes_keeps_the_solution(matrix):
    steps = transition(matrix).T.tocsr() * 0.85
    steps.sort_indices()
    keep = np.zeros(matrix.shape[0], dtype=bool)
    keep[0] = True
    reduced = reduce_system(steps, keep)
    right = np.zeros((matrix.shape[0], 1))
    right[0] = 1.0
    small = np.linalg.solve(np.eye(len(reduced.kept)) - reduced.matrix.toarray(), right[reduced.kept])
    whole = np.linalg.solve(np.eye(matrix.shape[0]) - steps.toarray(), right)
    assert 0 in reduced.kept
    np.testing.assert_allclose(reduced.expand(small), whole, atol=1e-12)


def test_a_seed_of_zeros_gives_zeros():
    assert personalised_pagerank(hub_graph(0), np.zeros((1, 66))).sum() == 0.0


def mixtures_of(rng, count, size):
    p = rng.random((count, size)) * (rng.random((count, size)) < 0.5)
    total = p.sum(axis=1, keepdims=True)
    return np.divide(p, total, out=np.zeros_like(p), where=total > 0)


def rooted(matrix, vectors):
    """Divide by the root of the degrees; a node without edges has itself."""
    degree = matrix.toarray().sum(axis=1)
    return vectors / np.sqrt(np.where(degree > 0, degree, 1.0))


@settings(max_examples=60, deadline=None)
@given(graphs(), st.data())
def test_a_table_is_networkx_over_the_root_of_the_degrees(matrix, data):
    size = matrix.shape[0]
    seeds = np.array(data.draw(st.lists(st.integers(0, size - 1), min_size=1, max_size=3, unique=True)))
    table = WalkTable.build(matrix, seeds, np.arange(size), least=0.0)
    found = table.ratio.toarray() * table.maximum[:, None]
    vectors = np.vstack([oracle(matrix, np.eye(size)[seed]) for seed in seeds])
    # weights of the graphs go down to a thousandth, so a root of a degree divides by .03 at least
    assert np.abs(found - rooted(matrix, vectors)).max() < 1e-7


@settings(max_examples=60, deadline=None)
@given(graphs(most=14))
def test_nearness_is_the_same_from_either_end(matrix):
    size = matrix.shape[0]
    weights = matrix.toarray()
    weights += np.diag(weights.sum(axis=1) == 0)
    root = np.sqrt(weights.sum(axis=1))
    exact = 0.15 * np.linalg.inv(np.eye(size) - 0.85 * weights / np.outer(root, root))
    table = WalkTable.build(matrix, np.arange(size), np.arange(size), least=0.0)
    near = table.ratio.toarray() * table.maximum[:, None] * root[:, None]
    assert np.abs(near - exact).max() < 1e-7
    assert np.abs(near - near.T).max() < 1e-7


@pytest.mark.parametrize("office", [0.2, 0.5, 1.0])
def test_an_office_in_a_society_of_the_discipline_brings_nearer(office):
    weights = np.zeros(
        (42, 42)
    )  # 40 people of one discipline (40); some are members of the society (41) that covers it
    weights[:40, 40] = 1.0
    weights[20:30, 41] = 0.2
    weights[0, 41] = office
    weights[41, 40] = weights[:, 41].sum()
    table = WalkTable.build(sparse.csr_array(weights + weights.T), np.array([40]), np.arange(40), least=0.0)
    signal = table.signal(np.array([[1.0]])).toarray()[0]
    assert 1.0 < signal[0] / signal[1] < 1.3


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("keep", [1, 3, 10, 1000])
def test_the_cut_loses_no_more_than_its_bound(seed, keep):
    matrix, seeds, targets = hub_graph(seed), np.arange(60, 66), np.arange(60)
    table = WalkTable.build(matrix, seeds, targets, keep=keep, least=0.0)
    vectors = rooted(matrix, personalised_pagerank(matrix, np.eye(66)[seeds]))[:, targets]
    most = vectors.max(axis=1, keepdims=True)
    exact = np.divide(vectors, most, out=np.zeros_like(vectors), where=most > 0)
    p = mixtures_of(np.random.default_rng(seed), 20, 6)
    signal, bound = table.signal(p).toarray(), table.lost_by(p)
    assert ((p @ exact - signal) <= bound[:, None] + 1e-9).all()
    assert ((p @ exact - signal) >= -1e-9).all()
    assert (signal >= 0).all()
    assert (signal <= 1).all()
    np.testing.assert_allclose(table.maximum, most[:, 0], atol=1e-12)
    if keep >= 60:
        assert (table.lost == 0).all()
        assert np.abs(p @ exact - signal).max() < 1e-9


@pytest.mark.parametrize("least", [0.0, 0.01, 0.3])
def test_the_cut_by_share_loses_less_than_the_share(least):
    matrix, seeds, targets = hub_graph(7), np.arange(60, 66), np.arange(60)
    whole = WalkTable.build(matrix, seeds, targets, least=0.0).ratio.toarray()
    table = WalkTable.build(matrix, seeds, targets, least=least)
    assert (table.lost <= least).all()
    np.testing.assert_array_equal(table.ratio.toarray(), np.where(whole >= least, whole, 0.0))


def test_equals_of_the_last_one_kept_stay():
    matrix = np.zeros((6, 6))
    matrix[0, 1:] = matrix[1:, 0] = [3.0, 1.0, 1.0, 1.0, 0.5]
    table = WalkTable.build(sparse.csr_array(matrix), np.array([0]), np.arange(1, 6), keep=2)
    assert table.ratio.indices.tolist() == [0, 1, 2, 3]
    assert table.lost[0] == pytest.approx(np.sqrt(0.5 / 3))


def test_parts_add_up_to_the_signal():
    table = WalkTable.build(hub_graph(5), np.arange(60, 66), np.arange(60), keep=20)
    p = mixtures_of(np.random.default_rng(1), 10, 6)
    signal = table.signal(sparse.csr_array(p)).toarray()
    for need in range(10):
        for target in range(60):
            seeds, parts = table.parts(p[need], target)
            assert abs(parts.sum() - signal[need, target]) < 1e-12
            assert (np.diff(seeds) > 0).all()


def test_signals_in_blocks_are_the_signals():
    table = WalkTable.build(hub_graph(5), np.arange(60, 66), np.arange(60), keep=20)
    p = mixtures_of(np.random.default_rng(2), 11, 6)
    whole = table.signal(p)
    parts = [found for _, found in table.signal_blocks(p, block=3)]
    assert sparse.vstack(parts).toarray().tobytes() == whole.toarray().tobytes()
    assert whole.has_sorted_indices


def test_a_table_comes_back_from_its_arrays():
    table = WalkTable.build(hub_graph(5), np.arange(60, 66), np.arange(60), keep=20)
    again = WalkTable.from_arrays(table.arrays())
    p = mixtures_of(np.random.default_rng(2), 4, 6)
    assert again.signal(p).toarray().tobytes() == table.signal(p).toarray().tobytes()
    assert again.lost_by(p).tobytes() == table.lost_by(p).tobytes()


def test_kinds_of_targets_share_the_walks():
    matrix, seeds = hub_graph(2), np.arange(60, 64)
    both = walk_tables(matrix, seeds, {"expert": np.arange(60), "society": np.array([64, 65])}, keep=7)
    alone = WalkTable.build(matrix, seeds, np.array([64, 65]), keep=7)
    assert both["society"].ratio.toarray().tobytes() == alone.ratio.toarray().tobytes()


def test_where_nobody_is_reached_the_signal_is_nothing():
    matrix = sparse.csr_array(np.array([[0, 0, 0], [0, 0, 1.0], [0, 1.0, 0]]))
    table = WalkTable.build(matrix, np.array([0]), np.array([1, 2]))
    assert table.maximum.tolist() == [0.0]
    assert table.signal(np.array([[1.0]])).nnz == 0
    assert table.signal(np.zeros((0, 1))).shape == (0, 2)
    assert WalkTable.build(matrix, np.array([], dtype=int), np.array([1, 2])).ratio.shape == (0, 2)


@pytest.mark.parametrize(
    ("graph", "settings", "name"),
    [
        (np.array([[0, -1.0], [-1.0, 0]]), {}, "adjacency"),
        (np.array([[0, np.nan], [np.nan, 0]]), {}, "adjacency"),
        (np.array([[0, 1.0], [2.0, 0]]), {}, "adjacency"),
        (np.ones((2, 3)), {}, "adjacency"),
        (np.ones((2, 2)), {"damping": 1.0}, "damping"),
        (np.ones((2, 2)), {"tolerance": 0.0}, "tolerance"),
        (np.ones((2, 2)), {"block": 0}, "block"),
        (np.ones((2, 2)), {"keep": 0}, "keep"),
        (np.ones((2, 2)), {"least": 1.0}, "least"),
    ],
)
def test_what_is_not_accepted_is_named(graph, settings, name):
    with pytest.raises(SettingError) as found:
        WalkTable.build(sparse.csr_array(graph), np.array([0]), np.array([1]), **settings)
    assert found.value.name == name


@pytest.mark.parametrize("mixture", [[[0.7, 0.7]], [[-0.1, 0.5]], [[1.0]], [[np.nan, 0.0]]])
def test_mixtures_that_are_none_are_refused(mixture):
    table = WalkTable.build(sparse.csr_array(np.ones((3, 3))), np.array([0, 1]), np.array([2]))
    with pytest.raises(SettingError, match="mixtures"):
        table.signal(np.array(mixture))


@settings(max_examples=60, deadline=None)
@given(graphs(most=12), st.data())
def test_the_strongest_path_is_the_best_product(matrix, data):
    size = matrix.shape[0]
    source, target = data.draw(st.integers(0, size - 1)), data.draw(st.integers(0, size - 1))
    steps = transition(matrix)
    graph = nx.DiGraph()
    graph.add_nodes_from(range(size))
    rows, columns = steps.nonzero()
    for a, b in zip(rows.tolist(), columns.tolist(), strict=True):
        graph.add_edge(a, b, cost=max(0.0, -np.log(steps[a, b])))
    found = strongest_path(matrix, source, target)
    if not nx.has_path(graph, source, target):
        assert found == ((), 0.0)
        return
    best = np.exp(-nx.dijkstra_path_length(graph, source, target, weight="cost"))
    assert found.nodes[0] == source
    assert found.nodes[-1] == target
    product = np.prod([steps[a, b] for a, b in zip(found.nodes, found.nodes[1:], strict=False)])
    assert found.probability == pytest.approx(product, rel=1e-12)
    assert found.probability == pytest.approx(best, rel=1e-5)


def test_ties_of_paths_are_settled_by_steps_and_then_by_place():
    matrix = np.zeros((5, 5))
    for a, b in [(0, 1), (0, 2), (1, 3), (2, 3), (3, 4)]:
        matrix[a, b] = matrix[b, a] = 1.0
    assert strongest_paths(sparse.csr_array(matrix), 0, [3, 4])[1].nodes == (0, 1, 3, 4)
