"""Where candidates stand: what the graph of societies and disciplines says of them, ready for many needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from scipy import sparse

from expertmatch.errors import Problem
from expertmatch.graph.edges import OTHER_ROLE, ROLE_WEIGHTS, Links, graph_tables, pool_links
from expertmatch.graph.linking import Linker
from expertmatch.graph.mixtures import need_disciplines
from expertmatch.graph.network import WalkGraph, walk_graph
from expertmatch.graph.paths import strongest_path, strongest_paths
from expertmatch.graph.walk import WalkTable
from expertmatch.ranking.signals import Floats, Ints, pair_values
from expertmatch.tables.pool import Pool

_LEVEL = 2
"""Needs are linked to second-level disciplines, and to those above that experts declare; the graph leads on."""


TITLE_WEIGHTS: Mapping[str, float] = {"正高": 1.0, "副高": 0.7, "中级": 0.4, "初级": 0.2}
"""Level of the professional title."""

STANDING_SHARES: Mapping[str, float] = {"office": 0.5, "title": 0.3, "academy": 0.2}
"""What office, title and membership of an academy contribute; they sum to 1."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Standing:
    """What standing consists of, for every candidate.

    Parameters
    ----------
    office : csr_array, shape (disciplines, candidates)
        The weight of the highest office in a society that covers the discipline.
    title, academy : ndarray of float64, shape (candidates,)
        Weight of the title level; 1 for members of an academy.
    """

    office: sparse.csr_array
    title: Floats
    academy: Floats

    def of_pairs(self, mixture: sparse.csr_array, need: Ints, candidate: Ints) -> Floats:
        """Return the standing of pairs.

        Parameters
        ----------
        mixture : csr_array, shape (needs, disciplines)
            Rows sum to 1, or to 0 for needs without a discipline.
        need, candidate : ndarray of int64, shape (pairs,)
            Positions.

        Returns
        -------
        ndarray of float64, shape (pairs,)
            In [0, 1].
        """
        shares = STANDING_SHARES
        office = pair_values(sparse.csr_array(mixture @ self.office), need, candidate)
        return (
            shares["office"] * office
            + shares["title"] * self.title[candidate]
            + shares["academy"] * self.academy[candidate]
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class GraphSignals:
    """What the graph says of candidates.

    Parameters
    ----------
    linker : Linker
        Needs to disciplines.
    graph : WalkGraph
        The graph, for the paths that people are shown.
    nodes : ndarray of int64, shape (candidates,)
        The node of each candidate.
    walk : WalkTable
        How near each candidate is to each discipline.
    standing : Standing
        Title, academy and offices.
    candidate_codes : dict of (kind, id) to frozenset of str
        Disciplines of candidates, declared or inferred.
    problems : tuple of Problem
        Declared disciplines that are none.
    """

    linker: Linker
    graph: WalkGraph
    nodes: Ints
    walk: WalkTable
    standing: Standing
    candidate_codes: Mapping[tuple[str, str], frozenset[str]]
    problems: tuple[Problem, ...] = ()

    @classmethod
    def build(cls, pool: Pool, candidates: Sequence[tuple[str, str]], *, walk: WalkTable | None = None) -> GraphSignals:
        """Read the graph of a pool.

        Parameters
        ----------
        pool : Pool
            The checked tables.
        candidates : sequence of (kind, id)
            ``expert`` or ``society`` and the id, in the order of the index.
        walk : WalkTable, optional
            The walk of this pool, where it was stored.

        Returns
        -------
        GraphSignals
        """
        linker = Linker.fit(level=_LEVEL, pool=pool, as_declared=True)
        tree = linker.labels.tree
        links = pool_links(pool, tree, linker)
        graph = walk_graph(graph_tables(pool, links, tree))
        nodes = np.array([graph.place[f"{kind}:{key}"] for kind, key in candidates], dtype=np.int64)
        if walk is None:
            seeds = np.array([graph.place[f"discipline:{code}"] for code in tree.disciplines], dtype=np.int64)
            walk = WalkTable.build(graph.adjacency, seeds, nodes)
        standing = _standing(pool, links, candidates, list(tree.disciplines))
        return cls(
            linker=linker, graph=graph, nodes=nodes, walk=walk, standing=standing, problems=links.problems,
            candidate_codes=_codes(links),
        )  # fmt: skip

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """Codes of the disciplines, in the order of mixtures and walk."""
        return tuple(self.linker.labels.tree.disciplines)

    def mixture(self, needs: pd.DataFrame) -> sparse.csr_array:
        """Return the disciplines of needs, shape (needs, disciplines); declared ones win.

        Parameters
        ----------
        needs : DataFrame
            title, text, keywords, disciplines, as far as they are there.

        Returns
        -------
        csr_array
            Rows sum to 1, or are empty.
        """
        return need_disciplines(needs, self.linker).shares

    def codes_of(self, mixture: sparse.csr_array) -> tuple[frozenset[str], ...]:
        """Return the codes of each need's disciplines.

        Parameters
        ----------
        mixture : csr_array, shape (needs, disciplines)
            As :meth:`mixture` gives it.

        Returns
        -------
        tuple of frozenset of str
        """
        rows = zip(mixture.indptr[:-1].tolist(), mixture.indptr[1:].tolist(), strict=True)
        return tuple(frozenset(self.codes[i] for i in mixture.indices[first:last].tolist()) for first, last in rows)

    def discipline_parts(self, mixture: sparse.csr_array, candidate: int) -> list[tuple[str, str, float]]:
        """Take a discipline signal apart.

        Parameters
        ----------
        mixture : csr_array, shape (1, disciplines)
            The need's.
        candidate : int
            Position of the candidate.

        Returns
        -------
        list of (name, path, part)
            For each discipline its share of the signal and the strongest path to the candidate, largest first.
        """
        seeds, parts = self.walk.parts(mixture, candidate)
        found = []
        for seed, part in zip(seeds.tolist(), parts.tolist(), strict=True):
            source, target = int(self.walk.seeds[seed]), int(self.nodes[candidate])
            words = self.graph.in_words(strongest_path(self.graph.adjacency, source, target))
            found.append((self.linker.labels.tree.disciplines[self.codes[seed]].name, " → ".join(words), part))
        return sorted(found, key=lambda row: (-row[2], row[0]))

    def ways(self, mixture: sparse.csr_array, candidates: Sequence[int]) -> list[tuple[int, ...]]:
        """Return the strongest path to each candidate from the discipline that counts most for them.

        Parameters
        ----------
        mixture : csr_array, shape (1, disciplines)
            The need's.
        candidates : sequence of int
            Positions of candidates.

        Returns
        -------
        list of tuple of int
            Nodes of the graph, the discipline first; empty where no discipline counts.
        """
        best: dict[int, list[int]] = {}
        for i, candidate in enumerate(candidates):
            seeds, parts = self.walk.parts(mixture, candidate)
            if len(seeds):
                best.setdefault(int(seeds[np.argmax(parts)]), []).append(i)
        found: list[tuple[int, ...]] = [()] * len(candidates)
        for seed, places in best.items():
            targets = [int(self.nodes[candidates[i]]) for i in places]
            for i, way in zip(places, strongest_paths(self.graph.adjacency, int(self.walk.seeds[seed]), targets),
                              strict=True):  # fmt: skip
                found[i] = way.nodes
        return found

    def standing_parts(self, mixture: sparse.csr_array, candidate: int) -> list[tuple[str, str, float]]:
        """Take a standing apart.

        Parameters
        ----------
        mixture : csr_array, shape (1, disciplines)
            The need's.
        candidate : int
            Position of the candidate.

        Returns
        -------
        list of (what, how, part)
            Office, title and academy, as far as they count.
        """
        column = self.standing.office[:, [candidate]].toarray()[:, 0]
        rows = [
            (f"{self.linker.labels.tree.disciplines[self.codes[i]].name}的学会任职", "", float(share * column[i]))
            for i, share in zip(mixture.indices.tolist(), mixture.data.tolist(), strict=True)
            if column[i]
        ]
        shares = STANDING_SHARES
        parts = [(what, how, shares["office"] * part) for what, how, part in rows]
        parts.append(("职称级别", "", shares["title"] * float(self.standing.title[candidate])))
        parts.append(("院士", "", shares["academy"] * float(self.standing.academy[candidate])))
        return [row for row in parts if row[2] > 0]


def _codes(links: Links) -> dict[tuple[str, str], frozenset[str]]:
    found: dict[tuple[str, str], set[str]] = {}
    for kind, table in (("expert", links.experts), ("society", links.societies)):
        for key, code in zip(table["id"].astype(str), table["code"].astype(str), strict=True):
            found.setdefault((kind, key), set()).add(code)
    return {pair: frozenset(codes) for pair, codes in found.items()}


def _standing(pool: Pool, links: Links, candidates: Sequence[tuple[str, str]], codes: Sequence[str]) -> Standing:
    place = {pair: i for i, pair in enumerate(candidates)}
    experts = pool.experts.set_index("expert_id")
    title, academy = np.zeros(len(candidates)), np.zeros(len(candidates))
    for column, values, weight_of in (
        ("title_level", title, TITLE_WEIGHTS.get),
        ("academician", academy, lambda cell, _none: float(bool(cell))),
    ):
        if column in experts:
            for key, cell in experts[column].items():
                if ("expert", str(key)) in place:
                    values[place["expert", str(key)]] = weight_of(str(cell), 0.0)
    return Standing(office=_offices(pool, links, place, codes), title=title, academy=academy)


def _offices(pool: Pool, links: Links, place: Mapping[tuple[str, str], int], codes: Sequence[str]) -> sparse.csr_array:
    """Return the weight of the highest office of each candidate in societies that cover each discipline."""
    row = {code: i for i, code in enumerate(codes)}
    covers: dict[str, list[tuple[int, float]]] = {}
    for society, code, weight in zip(*(links.societies[c] for c in ("id", "code", "weight")), strict=True):
        if code in row:
            covers.setdefault(society, []).append((row[code], float(weight)))
    best: dict[tuple[int, int], float] = {}
    columns = (pool.memberships[c] for c in ("expert_id", "society_id", "role"))
    for expert, society, role in zip(*columns, strict=True):
        candidate = place.get(("expert", expert))
        if candidate is None:
            continue
        for discipline, weight in covers.get(society, ()):
            value = ROLE_WEIGHTS.get(role, OTHER_ROLE) * weight
            best[discipline, candidate] = max(best.get((discipline, candidate), 0.0), value)
    rows, columns_of = (np.array(axis, dtype=np.int64) for axis in zip(*best, strict=True)) if best else ([], [])
    data: Floats = np.fromiter(best.values(), dtype=np.float64, count=len(best))
    matrix = sparse.csr_array((data, (rows, columns_of)), shape=(len(codes), len(place)))
    matrix.sort_indices()
    return matrix
