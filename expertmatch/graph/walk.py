"""Walks from every discipline and society, computed once and mixed for each need.

PageRank is linear in its seed: a mixture of seeds gives the mixture of their vectors, so that ten thousand needs
cost no more walks than there are disciplines. A walk comes back most to those with many edges, whatever the
discipline; so each entry is divided by the root of the target's degree, which makes nearness the same seen from
either end: with A the weights and D the degrees, v / √degree is, up to a factor of the seed, its row of
(I - damping · D^-½ A D^-½)^-1. Of each vector the largest entries are kept, with its maximum and a bound on what
the cut loses.
Source: Haveliwala, "Topic-sensitive PageRank", WWW 2002; Jeh, Widom, "Scaling personalized web search", WWW 2003;
the root of the degrees: Zhou, Bousquet, Lal, Weston, Schölkopf, "Learning with local and global consistency",
NIPS 2003.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy import sparse

from expertmatch.errors import SettingError
from expertmatch.graph.pagerank import (
    BLOCK,
    DAMPING,
    TOLERANCE,
    Walks,
    blocks,
    checked_adjacency,
    checked_mixtures,
    personalised_pagerank,
    transition,
)
from expertmatch.graph.paths import Path, strongest_path, strongest_paths
from expertmatch.graph.solver import Floats, Ints

__all__ = [
    "KEEP",
    "LEAST",
    "Path",
    "WalkTable",
    "personalised_pagerank",
    "strongest_path",
    "strongest_paths",
    "transition",
    "walk_tables",
]

LEAST = 0.01
"""The smallest share of its maximum that a vector keeps: no signal loses more to the cut, unless KEEP bites."""

KEEP = 20_000
"""How many experts a vector keeps at most."""

_TIE = 1e-9


@dataclass(frozen=True, eq=False)
class WalkTable:
    """How near every target (expert, society) is to every seed (discipline, society), its largest entries only.

    Parameters
    ----------
    seeds, targets
        Their positions among the nodes of the graph.
    ratio
        Seeds × targets: the vector over the root of the targets' degrees, divided by its maximum, in (0, 1].
    maximum
        That maximum, per seed; 0 where no target is reached.
    lost
        The largest ratio left out by the cut, per seed; 0 if none was.
    """

    seeds: Ints
    targets: Ints
    ratio: sparse.csr_array
    maximum: Floats
    lost: Floats

    @classmethod
    def build(
        cls,
        adjacency: sparse.sparray,
        seed_nodes: Ints,
        target_nodes: Ints,
        *,
        keep: int = KEEP,
        least: float = LEAST,
        damping: float = DAMPING,
        tolerance: float = TOLERANCE,
        block: int = BLOCK,
        threads: int = 1,
    ) -> WalkTable:
        """Walk from every seed and keep the largest entries.

        Parameters
        ----------
        adjacency
            As for :func:`checked_adjacency`.
        seed_nodes, target_nodes
            Positions of nodes.
        keep
            Entries kept per seed at most. Those equal to the last one kept stay too: nobody is left out for their
            number.
        least
            The smallest ratio kept, from 0 to below 1.
        damping, tolerance, block
            As for :func:`personalised_pagerank`.
        threads
            Blocks computed side by side; each takes the memory of one.

        Returns
        -------
        WalkTable
            The same bytes whatever the block and the threads.

        Raises
        ------
        SettingError
            A graph or a setting that is not accepted.

        Examples
        --------
        >>> graph = sparse.csr_array(np.array([[0, 1, 2.0], [1, 0, 0], [2, 0, 0]]))
        >>> table = WalkTable.build(graph, np.array([0]), np.array([1, 2]))
        >>> table.ratio.toarray().round(3).tolist()
        [[0.707, 1.0]]
        """
        return walk_tables(adjacency, seed_nodes, {"": target_nodes}, keep=keep, least=least, damping=damping,
                           tolerance=tolerance, block=block, threads=threads)[""]  # fmt: skip

    def signal(self, mixtures: sparse.sparray | Floats) -> sparse.csr_array:
        """Return the signal of every need and target: the sum of p_d · u_d / max u_d, u_d = v_d / √degree.

        Parameters
        ----------
        mixtures
            Needs × seeds, each row not negative and adding up to 1 at most (to 0 for a need without a discipline).

        Returns
        -------
        csr_array of float64, needs × targets
            In [0, 1], indices sorted; a need's row does not depend on the other needs.

        Raises
        ------
        SettingError
            Mixtures that are not accepted.
        """
        given = self._mixtures(mixtures)
        found = given @ self.ratio
        # twice transposed: sorts the indices by counting, many times faster than sorting each row
        found = found.tocsc().tocsr() if found.nnz else sparse.csr_array(found)
        np.minimum(found.data, 1.0, out=found.data)
        return found

    def signal_blocks(
        self, mixtures: sparse.sparray | Floats, *, block: int = 512
    ) -> Iterator[tuple[slice, sparse.csr_array]]:
        """Yield the signals of a block of needs after the other, so that memory stays bounded.

        Parameters
        ----------
        mixtures
            As for :meth:`signal`.
        block
            Needs at once.

        Yields
        ------
        slice, csr_array
            Which needs, and their signals.
        """
        given = self._mixtures(mixtures)
        for part in blocks(given.shape[0], block):
            yield part, self.signal(given[part])

    def lost_by(self, mixtures: sparse.sparray | Floats) -> Floats:
        """Return how much of a need's signal the cut can have taken from any one target, at most.

        Parameters
        ----------
        mixtures
            As for :meth:`signal`.

        Returns
        -------
        ndarray of float64
            One bound per need.
        """
        bound: Floats = self._mixtures(mixtures) @ self.lost
        return bound

    def parts(self, mixture: sparse.sparray | Floats, target: int) -> tuple[Ints, Floats]:
        """Return what each seed contributes to one need's signal of one target.

        Parameters
        ----------
        mixture
            One row, as for :meth:`signal`.
        target
            Position among the targets.

        Returns
        -------
        ndarray of int64, ndarray of float64
            Positions among the seeds, ascending, and their contributions, which add up to the signal.
        """
        row = self._mixtures(mixture)
        near = self.ratio[row.indices][:, [target]].toarray()[:, 0]
        part = row.data * near
        return row.indices[part > 0].astype(np.int64), part[part > 0]

    def arrays(self) -> dict[str, Floats | Ints]:
        """Return the table as plain arrays, to be stored.

        Returns
        -------
        dict of str to ndarray
        """
        indices, indptr = self.ratio.indices.astype(np.int64), self.ratio.indptr.astype(np.int64)
        return {"seeds": self.seeds, "targets": self.targets, "maximum": self.maximum, "lost": self.lost,
                "data": self.ratio.data, "indices": indices, "indptr": indptr}  # fmt: skip

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Floats | Ints]) -> WalkTable:
        """Return the table that :meth:`arrays` came from.

        Parameters
        ----------
        arrays
            As :meth:`arrays` gives them.

        Returns
        -------
        WalkTable
        """
        seeds: Ints = np.asarray(arrays["seeds"], dtype=np.int64)
        targets: Ints = np.asarray(arrays["targets"], dtype=np.int64)
        shape = (len(seeds), len(targets))
        ratio = sparse.csr_array((arrays["data"], arrays["indices"], arrays["indptr"]), shape=shape)
        return cls(seeds, targets, ratio, np.asarray(arrays["maximum"]), np.asarray(arrays["lost"]))

    def _mixtures(self, mixtures: sparse.sparray | Floats) -> sparse.csr_array:
        given = checked_mixtures(np.atleast_2d(mixtures) if isinstance(mixtures, np.ndarray) else mixtures,
                                 len(self.seeds), "mixtures")  # fmt: skip
        total = np.asarray(given.sum(axis=1))
        if len(total) and total.max() > 1.0 + 1e-9:
            name, accepted = "mixtures", "每行之和不超过 1"
            raise SettingError(name, float(total.max()), accepted)
        return given


def walk_tables(
    adjacency: sparse.sparray,
    seed_nodes: Ints,
    targets: Mapping[str, Ints],
    *,
    keep: int = KEEP,
    least: float = LEAST,
    damping: float = DAMPING,
    tolerance: float = TOLERANCE,
    block: int = BLOCK,
    threads: int = 1,
) -> dict[str, WalkTable]:
    """Walk once from every seed, and make a table for each kind of target.

    Parameters
    ----------
    adjacency, seed_nodes, keep, least, damping, tolerance, block, threads
        As for :meth:`WalkTable.build`.
    targets
        Kind -> positions of its nodes.

    Returns
    -------
    dict of str to WalkTable
    """
    if keep < 1:
        name, accepted = "keep", "1 以上的整数"
        raise SettingError(name, keep, accepted)
    if not 0.0 <= least < 1.0:
        name, accepted = "least", "0 以上、1 以下（不含 1）的数"
        raise SettingError(name, least, accepted)
    start = np.asarray(seed_nodes, dtype=np.int64)
    count = len(start)
    one = sparse.csr_array((np.ones(count), start, np.arange(count + 1)), shape=(count, adjacency.shape[0]))
    walks = Walks.ready(adjacency, np.unique(start), damping, tolerance)
    ends = {kind: np.asarray(nodes, dtype=np.int64) for kind, nodes in targets.items()}
    root = np.sqrt(np.asarray(checked_adjacency(adjacency).sum(axis=1)))

    def run(part: slice) -> dict[str, list[_Cut]]:
        found = walks.run(one[part]).T
        return {k: [_cut(v, keep, least) for v in found[:, nodes] / root[nodes]] for k, nodes in ends.items()}

    cuts: dict[str, list[_Cut]] = {kind: [] for kind in ends}
    with ThreadPoolExecutor(max(1, threads)) as workers:
        for done in workers.map(run, blocks(count, block)):
            for kind in ends:
                cuts[kind] += done[kind]
    return {kind: _table(start, nodes, cuts[kind]) for kind, nodes in ends.items()}


class _Cut(NamedTuple):
    """What a vector keeps: positions and ratios, its maximum, the largest ratio left out."""

    where: Ints
    ratio: Floats
    most: float
    lost: float


def _cut(vector: Floats, keep: int, share: float) -> _Cut:
    most = float(vector.max()) if len(vector) else 0.0
    if most <= 0.0:
        return _Cut(np.empty(0, dtype=np.int64), np.empty(0), 0.0, 0.0)
    least = most * share
    if len(vector) > keep:
        last = float(np.partition(vector, len(vector) - keep)[len(vector) - keep]) * (1.0 - _TIE)
        least = max(least, last)
    stay = (vector >= least) & (vector > 0.0)
    gone = vector[~stay]
    return _Cut(np.flatnonzero(stay), vector[stay] / most, most, float(gone.max() / most) if len(gone) else 0.0)


def _table(seeds: Ints, targets: Ints, cuts: list[_Cut]) -> WalkTable:
    indptr = np.cumsum([0, *(len(cut.where) for cut in cuts)])
    indices = np.concatenate([cut.where for cut in cuts]) if cuts else np.empty(0, dtype=np.int64)
    data = np.concatenate([cut.ratio for cut in cuts]) if cuts else np.empty(0)
    ratio = sparse.csr_array((data, indices, indptr), shape=(len(seeds), len(targets)))
    return WalkTable(seeds, targets, ratio, np.array([cut.most for cut in cuts]), np.array([cut.lost for cut in cuts]))
