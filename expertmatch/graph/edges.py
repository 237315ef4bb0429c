"""What a pool says about who stands where, as two plain tables: nodes and edges.

A node has an id such as ``expert:E1``; an edge joins two nodes, has a kind, and a weight in (0, 1]. No edge and no
node carries anything of a person but the name and what the office does: no birth, no sex, no contact.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from types import MappingProxyType

import numpy as np
import pandas as pd

from expertmatch.errors import Problem
from expertmatch.graph.declared import expert_texts, read_declared
from expertmatch.graph.disciplines import DisciplineTree
from expertmatch.graph.linking import DECLARED, INFERRED, Linker
from expertmatch.tables.pool import Pool

LINK_COLUMNS = ("id", "code", "weight", "source")
NODE_COLUMNS = ("node", "kind", "key", "label", "level")
EDGE_COLUMNS = ("a", "b", "kind", "weight", "origin", "role", "count")

ROLE_WEIGHTS: Mapping[str, float] = MappingProxyType(
    {
        "理事长": 1.0, "副理事长": 0.9, "秘书长": 0.9, "监事长": 0.8, "主任委员": 0.8, "常务理事": 0.7,
        "副秘书长": 0.7, "副主任委员": 0.7, "理事": 0.5, "监事": 0.5, "委员": 0.4, "会员": 0.2,
    }
)  # fmt: skip
"""How much an office in a society counts, by the order of its bodies: congress, council, standing council,
president, secretary-general (全国学会组织通则). The order is the charter's, the numbers are the library's policy."""

OTHER_ROLE = 0.3
"""An office without a place in that order, or none given."""

_BIG_WORK = 50
"""A work of more people than this says nothing about who works with whom."""

_SECOND = 0.6
"""A further inferred discipline counts if its score is this share of the best one's."""


@dataclass(frozen=True, eq=False)
class Links:
    """Which disciplines experts and societies belong to.

    Parameters
    ----------
    experts, societies
        ``id``, ``code``, ``weight`` in (0, 1], ``source`` (``declared`` or ``inferred``).
    problems
        Warnings about names that are no discipline.
    """

    experts: pd.DataFrame
    societies: pd.DataFrame
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, eq=False)
class GraphTables:
    """A graph as two tables.

    Parameters
    ----------
    nodes
        ``node``, ``kind``, ``key``, ``label``, ``level``, sorted by ``node``.
    edges
        ``a``, ``b``, ``kind``, ``weight``, ``origin``, ``role``, ``count``; each pair of nodes once.
    """

    nodes: pd.DataFrame
    edges: pd.DataFrame


def pool_links(pool: Pool, tree: DisciplineTree, linker: Linker | None) -> Links:
    """Link a pool's experts and societies to disciplines.

    Parameters
    ----------
    pool
        The pool.
    tree
        The disciplines.
    linker
        Infers the disciplines of those who declare none, from what they write or from a society's name and scope;
        without it only what is declared counts.

    Returns
    -------
    Links
        Declared disciplines weigh 1, inferred ones their score.
    """
    experts, one = link_table(pool.experts["expert_id"], _cells(pool.experts, "disciplines"), expert_texts(pool),
                              tree, linker, "experts")  # fmt: skip
    names, scopes = _cells(pool.societies, "name"), _cells(pool.societies, "scope")
    texts = [f"{name}\n{scope}" for name, scope in zip(names, scopes, strict=True)]
    cells = _cells(pool.societies, "disciplines")
    societies, two = link_table(pool.societies["society_id"], cells, texts, tree, linker, "societies")
    return Links(experts, societies, (*one, *two))


def link_table(
    ids: Iterable[str], cells: Iterable[str], texts: Iterable[str], tree: DisciplineTree, linker: Linker | None,
    table: str,
) -> tuple[pd.DataFrame, tuple[Problem, ...]]:  # fmt: skip
    """Link things to disciplines: by what is declared, else by their text.

    Parameters
    ----------
    ids, cells, texts
        Of each: its id, its cell of disciplines, its text.
    tree, linker
        As for :func:`pool_links`.
    table
        Canonical name of the table, for the warnings.

    Returns
    -------
    DataFrame, tuple of Problem
        ``id``, ``code``, ``weight``, ``source``; and names that are no discipline.
    """
    every, read = list(ids), read_declared(cells, tree, table)
    rows = [(i, code, 1.0, DECLARED) for i, codes in zip(every, read.codes, strict=True) for code in codes]
    silent = [(i, text) for i, text, codes in zip(every, texts, read.codes, strict=True) if not codes and text.strip()]
    if linker is not None and silent:
        found = linker.link([text for _, text in silent], top=2)
        best = found.groupby("text_id")["score"].transform("max")
        found = found[(found["score"] > 0) & (found["score"] >= _SECOND * best)]
        for place, code, score in zip(found["text_id"], found["code"], found["score"], strict=True):
            rows.append((silent[int(place)][0], str(code), min(float(score), 1.0), INFERRED))
    return links_frame(rows), read.problems


def links_frame(rows: Iterable[tuple[str, str, float, str]]) -> pd.DataFrame:
    """Return a table of links of rows id, code, weight, source.

    Examples
    --------
    >>> links_frame([("E1", "210", 1.0, "declared")]).to_dict("list")
    {'id': ['E1'], 'code': ['210'], 'weight': [1.0], 'source': ['declared']}
    """
    columns = list(zip(*rows, strict=True)) or [()] * len(LINK_COLUMNS)
    frame = pd.DataFrame({name: list(values) for name, values in zip(LINK_COLUMNS, columns, strict=True)})
    return frame.astype({"weight": np.float64})


def graph_tables(pool: Pool, links: Links, tree: DisciplineTree) -> GraphTables:
    """Return the nodes and edges of a pool.

    Parameters
    ----------
    pool
        Any of its tables may be empty.
    links
        Disciplines of experts and societies; codes the tree does not have are left out.
    tree
        All of its disciplines become nodes, also those nobody belongs to.

    Returns
    -------
    GraphTables
    """
    nodes: dict[str, tuple[str, str, str, int]] = {}
    for key, name in zip(_cells(pool.experts, "expert_id"), _cells(pool.experts, "name"), strict=True):
        nodes[f"expert:{key}"] = ("expert", key, name or key, 0)
    for key, name in zip(_cells(pool.societies, "society_id"), _cells(pool.societies, "name"), strict=True):
        nodes[f"society:{key}"] = ("society", key, name or key, 0)
    for code, each in tree.disciplines.items():
        nodes[f"discipline:{code}"] = ("discipline", code, each.name, each.level)
    edges = [
        *_tree_edges(tree),
        *_link_edges(links.experts, "expert", "specialises_in"),
        *_link_edges(links.societies, "society", "covers"),
        *_member_edges(pool),
        *_branch_edges(pool),
        *_work_edges(pool),
        *_unit_edges(pool, nodes),
        *_region_edges(pool, nodes),
    ]
    return GraphTables(_nodes_frame(nodes), _edges_frame(edges, nodes))


Edge = tuple[str, str, str, float, str, str, int]


def _cells(frame: pd.DataFrame, column: str) -> list[str]:
    if column not in frame.columns:
        return [""] * len(frame)
    cells = frame[column]
    return ["" if missing else str(cell) for cell, missing in zip(cells.tolist(), cells.isna().tolist(), strict=True)]


def _tree_edges(tree: DisciplineTree) -> Iterable[Edge]:
    for code, each in tree.disciplines.items():
        if each.parent:
            yield f"discipline:{code}", f"discipline:{each.parent}", "subfield_of", 1.0, "tree", "", 0
        for other in each.see:
            yield f"discipline:{code}", f"discipline:{other}", "see_also", 0.5, "tree", "", 0


def _link_edges(links: pd.DataFrame, prefix: str, kind: str) -> Iterable[Edge]:
    for one, code, weight, source in zip(*(links[c].tolist() for c in LINK_COLUMNS), strict=True):
        yield f"{prefix}:{one}", f"discipline:{code}", kind, float(weight), str(source), "", 0


def _member_edges(pool: Pool) -> Iterable[Edge]:
    """Give every office its weight; one whose term has ended counts as membership."""
    table, day = pool.memberships, pool.today.isoformat() if pool.today else ""
    untils = _cells(table, "until")
    for expert, society, role, until in zip(
        _cells(table, "expert_id"), _cells(table, "society_id"), _cells(table, "role"), untils, strict=True
    ):
        ended = bool(until) and until < day[: len(until)]
        weight = ROLE_WEIGHTS["会员"] if ended else ROLE_WEIGHTS.get(role, OTHER_ROLE)
        yield f"expert:{expert}", f"society:{society}", "member_of", weight, "table", f"原{role}" if ended else role, 0


def _branch_edges(pool: Pool) -> Iterable[Edge]:
    for one, above in zip(_cells(pool.societies, "society_id"), _cells(pool.societies, "branch_of"), strict=True):
        if above:
            yield f"society:{one}", f"society:{above}", "branch_of", 1.0, "table", "", 0


def _work_edges(pool: Pool) -> Iterable[Edge]:
    """Tie each two of the k people of a work by 1 / (k - 1): Newman, Phys. Rev. E 64, 016132 (2001)."""
    teams: dict[tuple[str, ...], set[str]] = {}
    cells = zip(*(_cells(pool.works, c) for c in ("work_id", "authors", "title", "text", "date")), strict=True)
    for expert, (work, authors, *said) in zip(_cells(pool.works, "expert_id"), cells, strict=True):
        # an id that the table did not give is made for each person: then the same authors of the same work tell
        teams.setdefault((authors, *said) if "；" in authors else (work,), set()).add(expert)
    ties: dict[tuple[str, str], tuple[float, int]] = {}
    for team in teams.values():
        if 1 < len(team) <= _BIG_WORK:
            for pair in combinations(sorted(team), 2):
                weight, count = ties.get(pair, (0.0, 0))
                ties[pair] = weight + 1.0 / (len(team) - 1), count + 1
    for (one, other), (weight, count) in sorted(ties.items()):
        yield f"expert:{one}", f"expert:{other}", "co_works", min(weight, 1.0), "table", "", count


def _unit_edges(pool: Pool, nodes: dict[str, tuple[str, str, str, int]]) -> Iterable[Edge]:
    own, above = _cells(pool.experts, "unit"), _cells(pool.experts, "unit_parent")
    for expert, unit, parent in zip(_cells(pool.experts, "expert_id"), own, above, strict=True):
        name = parent or unit
        if name:
            nodes[f"unit:{name}"] = ("unit", name, name, 0)
            yield f"expert:{expert}", f"unit:{name}", "works_at", 1.0, "table", "", 0


def _region_edges(pool: Pool, nodes: dict[str, tuple[str, str, str, int]]) -> Iterable[Edge]:
    """Regions down to the county; anything finer says too much of a person."""
    for frame, kind, key in ((pool.experts, "expert", "expert_id"), (pool.societies, "society", "society_id")):
        parts = zip(*(_cells(frame, c) for c in ("province", "city", "county")), strict=True)
        for one, levels in zip(_cells(frame, key), parts, strict=True):
            below = f"{kind}:{one}"
            for level in (n for n in (3, 2, 1) if levels[n - 1]):
                name = "".join(levels[:level])
                relation = "located_in" if below.startswith(kind) else "part_of"
                nodes[f"region:{name}"] = ("region", name, name, level)
                yield below, f"region:{name}", relation, 1.0, "table", "", 0
                below = f"region:{name}"


def _nodes_frame(nodes: Mapping[str, tuple[str, str, str, int]]) -> pd.DataFrame:
    rows = [(node, *nodes[node]) for node in sorted(nodes)]
    columns = list(zip(*rows, strict=True)) or [()] * len(NODE_COLUMNS)
    return pd.DataFrame({name: list(values) for name, values in zip(NODE_COLUMNS, columns, strict=True)})


def _edges_frame(edges: Iterable[Edge], nodes: Mapping[str, object]) -> pd.DataFrame:
    """Keep the heaviest of a pair of nodes, and of the equally heavy the first by kind and role."""
    best: dict[tuple[str, str], Edge] = {}
    for edge in edges:
        a, b = edge[:2]
        if a == b or a not in nodes or b not in nodes or edge[3] <= 0:
            continue
        pair = (min(a, b), max(a, b))
        if pair not in best or _order(edge) < _order(best[pair]):
            best[pair] = edge
    rows = sorted(best.values())
    columns = list(zip(*rows, strict=True)) or [()] * len(EDGE_COLUMNS)
    frame = pd.DataFrame({name: list(values) for name, values in zip(EDGE_COLUMNS, columns, strict=True)})
    return frame.astype({"weight": np.float64, "count": np.int64})


def _order(edge: Edge) -> tuple[float, str, str, str, str]:
    return (-edge[3], edge[2], edge[5], edge[0], edge[1])
