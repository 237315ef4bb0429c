"""Personalised PageRank: arrays in, arrays out.

On an undirected graph with weights, a walker goes from a node to a neighbour with a probability in proportion to
the edge's weight, and with probability 1 - damping starts again at the seed; where it is found in the long run is
the vector. Source: Haveliwala, "Topic-sensitive PageRank", WWW 2002.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from expertmatch.errors import SettingError
from expertmatch.graph.solver import Floats, Ints, Reduced, reduce_system, solve

DAMPING = 0.85
TOLERANCE = 1e-12
BLOCK = 32
"""Vectors computed at once; memory is about four numbers a node and vector."""


def checked_adjacency(adjacency: sparse.sparray) -> sparse.csr_array:
    """Return a graph's matrix in the form the walk needs, or say what is wrong with it.

    Parameters
    ----------
    adjacency
        Square and symmetric; weights not negative, 0 is no edge.

    Returns
    -------
    csr_array of float64
        Indices sorted, no stored zeros; a node without any weight has a self-loop of 1.

    Raises
    ------
    SettingError
        Not square, not symmetric, or a weight that is negative or not a number.
    """
    matrix = sparse.csr_array(adjacency, dtype=np.float64, copy=True)
    if matrix.shape[0] != matrix.shape[1]:
        name, accepted = "adjacency", "方阵"
        raise SettingError(name, matrix.shape, accepted)
    matrix.sum_duplicates()
    matrix.eliminate_zeros()
    if not (np.isfinite(matrix.data) & (matrix.data > 0)).all():
        name, accepted = "adjacency", "边的权重须为正数"
        raise SettingError(name, float(np.min(matrix.data)), accepted)
    apart = abs(matrix - matrix.T)
    if apart.nnz and apart.max() > 1e-12 * matrix.max():
        name, accepted = "adjacency", "对称矩阵（无向图）"
        raise SettingError(name, float(apart.max()), accepted)
    alone = (np.diff(matrix.indptr) == 0).astype(np.float64)
    if alone.any():
        matrix = (matrix + sparse.diags_array(alone)).tocsr()
        matrix.eliminate_zeros()
    matrix.sort_indices()
    return matrix


def transition(adjacency: sparse.sparray) -> sparse.csr_array:
    """Return the probabilities of a walker's next step.

    Parameters
    ----------
    adjacency
        As for :func:`checked_adjacency`.

    Returns
    -------
    csr_array of float64
        Rows add up to 1; an isolated node keeps the walker.

    Examples
    --------
    >>> transition(sparse.csr_array(np.array([[0, 3, 1], [3, 0, 0], [1, 0, 0]]))).toarray().tolist()
    [[0.0, 0.75, 0.25], [1.0, 0.0, 0.0], [1.0, 0.0, 0.0]]
    """
    matrix = checked_adjacency(adjacency)
    degree = np.asarray(matrix.sum(axis=1))
    matrix.data /= np.repeat(degree, np.diff(matrix.indptr))
    return matrix


def checked_mixtures(mixtures: sparse.sparray | Floats, size: int, name: str) -> sparse.csr_array:
    """Return mixtures as sparse rows, or say what is wrong with them."""
    matrix = sparse.csr_array(mixtures, dtype=np.float64, copy=True)
    if matrix.shape[1] != size:
        raise SettingError(name, matrix.shape, f"{size} 列")
    matrix.sum_duplicates()
    if not (np.isfinite(matrix.data) & (matrix.data >= 0)).all():
        raise SettingError(name, float(np.min(matrix.data)), "不为负的数")
    matrix.eliminate_zeros()
    matrix.sort_indices()
    return matrix


@dataclass(frozen=True)
class Walks:
    """A graph made ready for walks from a set of nodes.

    Parameters
    ----------
    reduced
        The system to be solved.
    damping, tolerance
        As for :func:`personalised_pagerank`.
    """

    reduced: Reduced
    damping: float
    tolerance: float

    @classmethod
    def ready(cls, adjacency: sparse.sparray, start: Ints, damping: float, tolerance: float) -> Walks:
        """Check the settings and prepare a graph for walks that start at some of its nodes."""
        if not 0.0 <= damping < 1.0:
            name, accepted = "damping", "0 以上、1 以下（不含 1）的数"
            raise SettingError(name, damping, accepted)
        if not 1e-14 <= tolerance < 1.0:
            name, accepted = "tolerance", "1e-14 以上、1 以下的数"
            raise SettingError(name, tolerance, accepted)
        steps = transition(adjacency).T.tocsr()
        steps.sort_indices()
        steps.data *= damping
        keep = np.zeros(steps.shape[0], dtype=np.bool_)
        keep[start] = True
        return cls(reduce_system(steps, keep), damping, tolerance)

    def run(self, seeds: sparse.csr_array) -> Floats:
        """Return the vectors, nodes × seeds, of seeds whose rows add up to 1."""
        right = (1.0 - self.damping) * seeds[:, self.reduced.kept].toarray().T
        values = solve(self.reduced.matrix, np.ascontiguousarray(right), self.damping, self.tolerance)
        return self.reduced.expand(np.maximum(values, 0.0))


def personalised_pagerank(
    adjacency: sparse.sparray,
    seeds: sparse.sparray | Floats,
    *,
    damping: float = DAMPING,
    tolerance: float = TOLERANCE,
    block: int = BLOCK,
) -> Floats:
    """Return where a walker is found that starts again at its seed.

    Parameters
    ----------
    adjacency
        As for :func:`checked_adjacency`.
    seeds
        One row a vector, over the nodes; not negative, brought to the sum 1. A row of zeros gives zeros.
    damping
        Probability of a further step, from 0 to below 1.
    tolerance
        The absolute errors of a vector add up to less than this.
    block
        Vectors computed at once; changes memory and time, never a byte of the result.

    Returns
    -------
    ndarray of float64, shape (vectors, nodes)
        Not negative; rows add up to 1.

    Raises
    ------
    SettingError
        A graph, a seed or a setting that is not accepted.

    Examples
    --------
    >>> graph = sparse.csr_array(np.array([[0, 1, 1], [1, 0, 0], [1, 0, 0]]))
    >>> personalised_pagerank(graph, np.array([[1.0, 0, 0]])).round(3).tolist()
    [[0.541, 0.23, 0.23]]
    """
    given = _to_one(checked_mixtures(seeds, adjacency.shape[0], "seeds"))
    walks = Walks.ready(adjacency, np.unique(given.indices), damping, tolerance)
    found = np.zeros(given.shape)
    for part in blocks(given.shape[0], block):
        found[part] = walks.run(given[part]).T
    return found


def _to_one(seeds: sparse.csr_array) -> sparse.csr_array:
    total = np.asarray(seeds.sum(axis=1))
    seeds.data /= np.repeat(total, np.diff(seeds.indptr))
    return seeds


def blocks(size: int, block: int) -> Iterator[slice]:
    """Cut a length into blocks."""
    if block < 1:
        name, accepted = "block", "1 以上的整数"
        raise SettingError(name, block, accepted)
    for start in range(0, size, block):
        yield slice(start, min(start + block, size))
