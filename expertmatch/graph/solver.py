"""Solving x = Bx + f for many right sides at once: nodes with few neighbours are removed, the rest is iterated.

``B`` is a transition matrix times the damping, so its eigenvalues lie in [-damping, damping] and its columns add
up to the damping at most. Both stay so when nodes are removed (a Schur complement), which is what makes
Chebyshev's iteration and the bound on its error valid for the reduced system too.
Source: Golub, Varga, "Chebyshev semi-iterative methods", Numerische Mathematik 3 (1961).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_MOST_NEIGHBOURS = 12
_MOST_ROUNDS = 12
_LEAST_GONE = 0.01
_CYCLES = 3


@dataclass(frozen=True)
class Step:
    """One round of removal.

    Parameters
    ----------
    kept, gone
        Positions among the nodes before the round.
    back
        Values of the nodes gone = ``back`` @ values of the nodes kept.
    """

    kept: Ints
    gone: Ints
    back: sparse.csr_array


@dataclass(frozen=True)
class Reduced:
    """A system without the nodes that could be removed.

    Parameters
    ----------
    matrix
        ``B`` over the nodes kept.
    kept
        Their positions among all nodes.
    steps
        How the others follow from them, first round first.
    """

    matrix: sparse.csr_array
    kept: Ints
    steps: tuple[Step, ...]

    def expand(self, values: Floats) -> Floats:
        """Return the values of all nodes.

        Parameters
        ----------
        values
            Nodes kept × right sides.

        Returns
        -------
        ndarray of float64
            All nodes × right sides.
        """
        for step in reversed(self.steps):
            wide = np.empty((len(step.kept) + len(step.gone), values.shape[1]))
            wide[step.kept] = values
            wide[step.gone] = step.back @ values
            values = wide
        return values


def reduce_system(matrix: sparse.csr_array, keep: Flags) -> Reduced:
    """Remove nodes with few neighbours, round after round, as long as that is cheap.

    Parameters
    ----------
    matrix
        ``B``: square, its pattern symmetric.
    keep
        Nodes that must stay: all those where a right side is not 0.

    Returns
    -------
    Reduced
    """
    kept, steps = np.arange(matrix.shape[0]), []
    for _ in range(_MOST_ROUNDS):
        out = _independent(matrix, ~keep & (np.diff(matrix.indptr) <= _MOST_NEIGHBOURS))
        if out.sum() <= _LEAST_GONE * len(out):
            break
        stay, gone = np.flatnonzero(~out), np.flatnonzero(out)
        upper, lower = matrix[stay], matrix[gone]
        scale = sparse.diags_array(1.0 / (1.0 - matrix.diagonal()[gone]))
        back = (scale @ lower[:, stay]).tocsr()
        matrix = (upper[:, stay] + upper[:, gone] @ back).tocsr()
        matrix.sort_indices()
        steps.append(Step(stay, gone, back))
        kept, keep = kept[stay], keep[stay]
    return Reduced(matrix, kept, tuple(steps))


def _independent(matrix: sparse.csr_array, able: Flags) -> Flags:
    """Choose nodes of which no two are neighbours: those that come before all their neighbours, fewest first."""
    size = matrix.shape[0]
    degree = np.diff(matrix.indptr)
    row = np.repeat(np.arange(size), degree)
    apart = row != matrix.indices
    row, column = row[apart], matrix.indices[apart].astype(np.int64)
    place = np.empty(size, dtype=np.int64)
    place[np.lexsort((np.arange(size), degree))] = np.arange(size)
    chosen, able = np.zeros(size, dtype=np.bool_), able.copy()
    for _ in range(3):
        now = np.where(able, place, size)
        nearest = np.full(size, size)
        np.minimum.at(nearest, row, now[column])
        new = able & (now < nearest)
        if not new.any():
            break
        chosen |= new
        able &= ~new
        able[row[new[column]]] = False
    return chosen


def solve(matrix: sparse.csr_array, right: Floats, damping: float, tolerance: float) -> Floats:
    """Solve x = matrix @ x + right, every column for itself.

    Parameters
    ----------
    matrix
        Eigenvalues in [-damping, damping], columns adding up to the damping at most.
    right
        Nodes × right sides.
    damping
        From 0 to below 1.
    tolerance
        The sum of the absolute errors of a column stays below it.

    Returns
    -------
    ndarray of float64
        The same bytes for a column whatever columns stand beside it.
    """
    good = tolerance * (1.0 - damping) / (1.0 + damping)
    found = np.zeros_like(right)
    left, rest = np.arange(right.shape[1]), right
    for _ in range(_CYCLES):  # each further one mends what rounding and unequal degrees have left
        found[:, left] += _chebyshev(matrix, rest, damping, _steps(damping, good))
        rest, left = _residual(matrix, found, right, left, good)
        if not len(left):
            return found
    for _ in range(math.ceil(math.log(good) / math.log(damping)) if damping > 0.0 else 1):
        found[:, left] += rest  # plain steps: slow, and sure to shrink the sum of the residual
        rest, left = _residual(matrix, found, right, left, good)
        if not len(left):
            break
    return found


def _steps(damping: float, good: float) -> int:
    if damping == 0.0:
        return 1
    rate = damping / (1.0 + math.sqrt(1.0 - damping * damping))
    return max(2, math.ceil(math.log(good / 4.0) / math.log(rate)))


def _chebyshev(matrix: sparse.csr_array, right: Floats, damping: float, steps: int) -> Floats:
    before, now, weight = np.zeros_like(right), right.copy(), 2.0
    for _ in range(steps):
        weight = 1.0 / (1.0 - damping * damping * weight / 4.0)
        after = matrix @ now
        after += right
        after -= before
        after *= weight
        after += before
        before, now = now, after
    return now


def _residual(matrix: sparse.csr_array, found: Floats, right: Floats, left: Ints, good: float) -> tuple[Floats, Ints]:
    """Return what is still wrong with the columns left, and which of them are not good yet."""
    part = np.ascontiguousarray(found[:, left])
    wrong = matrix @ part
    wrong += right[:, left]
    wrong -= part
    # one column after the other, so that the order of a sum does not depend on how many there are
    size = np.ascontiguousarray(np.abs(wrong).T).sum(axis=1)
    bad = np.flatnonzero(size > good)
    return np.ascontiguousarray(wrong[:, bad]), left[bad]
