"""The graph people see, and the same graph as arrays for the walk."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy import sparse

from expertmatch.errors import InputError, Problem, SettingError, UnknownNameError
from expertmatch.graph.disciplines import DisciplineTree, own_tree
from expertmatch.graph.edges import GraphTables, Links, graph_tables, links_frame, pool_links
from expertmatch.graph.linking import INFERRED, Linker
from expertmatch.graph.paths import Path as Way
from expertmatch.graph.solver import Floats, Ints
from expertmatch.tables.pool import Pool
from expertmatch.tables.write import whole_file

if TYPE_CHECKING:
    import networkx as nx

__all__ = ["FLOW_KINDS", "WalkGraph", "build_network", "read_network", "walk_graph", "write_network"]

FLOW_KINDS = ("branch_of", "co_works", "covers", "member_of", "see_also", "specialises_in", "subfield_of")
"""Kinds of edges a walk follows; a common unit or region says nothing about the subject."""

_SUBFIELD, _SEE_ALSO, _BRANCH = 0.25, 0.05, 0.5
_FORMAT = "expertmatch-network"
_VERSION = 1


def links_of(
    pool: Pool,
    links: Links | pd.DataFrame | None,
    covers: pd.DataFrame | None,
    tree: DisciplineTree,
    linker: Linker | None = None,
) -> Links:
    """Return the links to be used: those given, else those read from the pool.

    Parameters
    ----------
    pool
        The pool.
    links
        All links, or those of the experts (``id``, ``code``, ``weight``, ``source``).
    covers
        Those of the societies.
    tree
        The disciplines.
    linker
        Infers what is not declared; by default one of the first level that also knows what the pool's experts write.

    Returns
    -------
    Links
    """
    if isinstance(links, Links):
        return links
    nothing = links_frame([])
    if links is not None or covers is not None:
        return Links(nothing if links is None else links, nothing if covers is None else covers)
    return pool_links(pool, tree, linker or Linker.fit(tree=tree, pool=pool))


def build_network(
    pool: Pool,
    *,
    links: Links | pd.DataFrame | None = None,
    covers: pd.DataFrame | None = None,
    tree: DisciplineTree | None = None,
) -> nx.Graph[str]:
    """Return the graph of experts, societies, disciplines, units and regions.

    Parameters
    ----------
    pool
        The pool; any table may be missing, then its nodes and edges are.
    links, covers
        Disciplines of experts and of societies: ``id``, ``code``, ``weight`` in (0, 1], ``source``. By default what
        they declare, and for those who declare nothing what their texts say.
    tree
        An own tree of disciplines.

    Returns
    -------
    networkx.Graph
        Undirected, one edge between two nodes at most.

    Notes
    -----
    Nodes are ``expert:<id>``, ``society:<id>``, ``discipline:<code>``, ``unit:<name>``, ``region:<name>``, with

    ======== =========================================================================
    kind     expert, society, discipline, unit, region
    key      id, code or name
    label    name for people
    level    of a discipline 1 or 2; of a region 1 province, 2 city, 3 county; else 0
    ======== =========================================================================

    Edges have ``kind``, ``weight`` in (0, 1], ``origin`` (table, tree, declared, inferred), ``role``, ``count``:

    ================ ==================== =======================================================
    kind             between              weight
    ================ ==================== =======================================================
    member_of        expert, society      by role, see ``edges.ROLE_WEIGHTS``; a term that has
                                          ended counts as 会员, and its role reads 原…
    covers           society, discipline  1 declared, else the score of name and scope
    specialises_in   expert, discipline   1 declared, else the score of the texts
    subfield_of      two disciplines      1
    see_also         two disciplines      0.5
    branch_of        two societies        1
    co_works         two experts          sum over common works of 1 / (people - 1), at most 1;
                                          ``count`` is how many
    works_at         expert, unit         1; the legal person, not the department
    located_in       expert or society,   1; the county, or what is known above it
                     region
    part_of          two regions          1
    ================ ==================== =======================================================

    No birth, sex, phone, mail or identity number is in it.

    Examples
    --------
    >>> from datetime import date
    >>> from expertmatch.tables.pool import read_pool
    >>> experts = pd.DataFrame({"专家编号": ["E1"], "姓名": ["张三"], "学科": ["植物保护学"]})
    >>> members = pd.DataFrame({"专家编号": ["E1"], "学会名称": ["西安市植保学会"], "学会职务": ["副理事长"]})
    >>> graph = build_network(read_pool(experts, memberships=members, today=date(2026, 1, 1)))
    >>> sorted(edge["kind"] for _, _, edge in graph.edges("expert:E1", data=True))
    ['member_of', 'specialises_in']
    """
    chosen = tree or own_tree()
    return to_networkx(graph_tables(pool, links_of(pool, links, covers, chosen), chosen))


def to_networkx(tables: GraphTables) -> nx.Graph[str]:
    """Return a graph of tables of nodes and edges.

    Parameters
    ----------
    tables
        Nodes and edges.

    Returns
    -------
    networkx.Graph
    """
    import networkx as nx

    graph: nx.Graph[str] = nx.Graph()
    for row in tables.nodes.to_dict("records"):
        graph.add_node(str(row.pop("node")), **{str(k): v for k, v in row.items()})
    for row in tables.edges.to_dict("records"):
        graph.add_edge(str(row.pop("a")), str(row.pop("b")), **{str(k): v for k, v in row.items()})
    return graph


@dataclass(frozen=True, eq=False)
class WalkGraph:
    """The graph as the walk sees it.

    Parameters
    ----------
    tables
        Nodes and edges; a node's position is its row.
    adjacency
        Symmetric, over all nodes; units and regions are isolated in it.
    """

    tables: GraphTables
    adjacency: sparse.csr_array

    @cached_property
    def place(self) -> dict[str, int]:
        """Node id -> position."""
        return {node: i for i, node in enumerate(self.tables.nodes["node"])}

    def of_kind(self, kind: str) -> tuple[list[str], Ints]:
        """Return the keys of all nodes of a kind and their positions, in the order of the positions."""
        where = np.flatnonzero((self.tables.nodes["kind"] == kind).to_numpy())
        return self.tables.nodes["key"].iloc[where].tolist(), where.astype(np.int64)

    def in_words(self, way: Way | Sequence[int]) -> tuple[str, ...]:
        """Return a path as people read it: names, and between society and expert the office.

        Parameters
        ----------
        way
            A path, or its nodes.

        Returns
        -------
        tuple of str
            Such as 植物保护学、西安市植保学会、副理事长、张三.
        """
        nodes = list(way.nodes if isinstance(way, Way) else way)
        words: list[str] = []
        for i, node in enumerate(nodes):
            if i:
                kind, role, origin = self.tie(nodes[i - 1], node)
                words += [role or "会员"] if kind == "member_of" else []
                words += ["共同完成成果"] if kind == "co_works" else []
                words += ["由成果推断"] if kind == "specialises_in" and origin == INFERRED else []
            words.append(str(self.tables.nodes["label"].iloc[node]))
        return tuple(words)

    def tie(self, a: int, b: int) -> tuple[str, str, str]:
        """Return kind, role and origin of the edge between two nodes.

        Parameters
        ----------
        a, b
            Positions of nodes that an edge connects.

        Returns
        -------
        (str, str, str)
        """
        return self._edge[min(a, b), max(a, b)]

    @cached_property
    def _edge(self) -> dict[tuple[int, int], tuple[str, str, str]]:
        place, edges = self.place, self.tables.edges
        found = {}
        columns = (edges[c] for c in ("a", "b", "kind", "role", "origin"))
        for a, b, kind, role, origin in zip(*columns, strict=True):
            found[min(place[a], place[b]), max(place[a], place[b])] = (kind, role, origin)
        return found


def walk_graph(tables: GraphTables) -> WalkGraph:
    """Return the matrix the walk follows.

    Parameters
    ----------
    tables
        Nodes and edges.

    Returns
    -------
    WalkGraph

    Notes
    -----
    Edges between people and what they belong to keep their weight. Edges between institutions would vanish beside
    hundreds of people, so they weigh as much as the people behind them: covers · members of the society (divided
    by the disciplines it covers), 0.25 · people and societies of the lower discipline, 0.5 · members of the branch,
    0.05 · the smaller side of a reference; at least as for one person.
    """
    edges = tables.edges[tables.edges["kind"].isin(FLOW_KINDS)]
    place = pd.Index(tables.nodes["node"])
    size = len(place)
    a, b = place.get_indexer(edges["a"]), place.get_indexer(edges["b"])
    kind, weight = edges["kind"].to_numpy(dtype=object), edges["weight"].to_numpy(dtype=np.float64).copy()
    member, covers, special = kind == "member_of", kind == "covers", kind == "specialises_in"
    members: Floats = np.maximum(np.bincount(b[member], weight[member], minlength=size), 1.0)
    covered = np.bincount(a[covers], minlength=size)
    weight[covers] *= members[a[covers]] / covered[a[covers]]
    behind: Floats = np.bincount(b[special], weight[special], minlength=size).astype(np.float64)
    behind = np.maximum(behind + np.bincount(b[covers], weight[covers], minlength=size), 1.0)
    for name, share, mass in (
        ("subfield_of", _SUBFIELD, behind[a]),
        ("see_also", _SEE_ALSO, np.minimum(behind[a], behind[b])),
        ("branch_of", _BRANCH, members[a]),
    ):
        weight[kind == name] *= share * mass[kind == name]
    pairs = (np.concatenate([weight, weight]), (np.concatenate([a, b]), np.concatenate([b, a])))
    matrix = sparse.coo_array(pairs, shape=(size, size)).tocsr()
    matrix.sort_indices()
    return WalkGraph(tables, matrix)


def write_network(graph: nx.Graph[str], path: str | os.PathLike[str], *, overwrite: bool = False) -> Path:
    """Write a network for other programs.

    Parameters
    ----------
    graph
        As :func:`build_network` returns it.
    path
        ``.graphml`` (Gephi, Cytoscape, yEd) or ``.json``.
    overwrite
        Whether an existing file may be replaced.

    Returns
    -------
    Path
        The file; it appears whole or not at all, and the same graph gives the same bytes.

    Raises
    ------
    SettingError
        Another ending.
    OutputError
        The file exists or cannot be written.
    """
    import networkx as nx

    target = Path(path)
    ordered = _in_order(graph)
    if target.suffix.lower() == ".graphml":
        buffer = io.BytesIO()
        nx.write_graphml_xml(ordered, buffer, encoding="utf-8")
        data = buffer.getvalue()
    elif target.suffix.lower() == ".json":
        head = {"format": _FORMAT, "version": _VERSION}
        content = {**head, **nx.node_link_data(ordered, edges="edges")}
        data = json.dumps(content, ensure_ascii=False, indent=1).encode("utf-8")
    else:
        raise SettingError("path", target.name, "以 .graphml 或 .json 结尾的文件名")
    with whole_file(target, overwrite=overwrite) as file:
        file.write(data)
    return target


def read_network(path: str | os.PathLike[str]) -> nx.Graph[str]:
    """Read a network that :func:`write_network` wrote.

    Parameters
    ----------
    path
        ``.graphml`` or ``.json``.

    Returns
    -------
    networkx.Graph

    Raises
    ------
    InputError
        The file is missing, or no such network.
    """
    import networkx as nx

    source = Path(path)
    try:
        if source.suffix.lower() == ".graphml":
            return _in_order(nx.Graph(nx.read_graphml(source)))
        content: dict[str, Any] = json.loads(source.read_text(encoding="utf-8"))
        if content.get("format") != _FORMAT or content.get("version") != _VERSION:
            raise UnknownNameError("网络格式", str(content.get("format")), [_FORMAT])
        return nx.Graph(nx.node_link_graph(content, edges="edges"))
    except (OSError, ValueError, KeyError, AttributeError, SyntaxError, nx.NetworkXException) as bad:
        problem = Problem(
            severity="error",
            code="no-network",
            file=source.name,
            message="不是 write_network 写出的网络文件，或文件已损坏。",
            remedy="请用 write_network 重新写出（.graphml 或 .json）。",
        )
        raise InputError([problem]) from bad


def _in_order(graph: nx.Graph[str]) -> nx.Graph[str]:
    """Return the graph with nodes and edges sorted, so that equal graphs are written alike."""
    import networkx as nx

    ordered: nx.Graph[str] = nx.Graph()
    ordered.add_nodes_from(sorted(graph.nodes(data=True), key=lambda node: node[0]))
    ends = sorted((min(a, b), max(a, b)) for a, b in graph.edges())
    ordered.add_edges_from((a, b, graph.edges[a, b]) for a, b in ends)
    return ordered
