"""What lies around a need: its disciplines, and the paths that lead from them to those who were recommended."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from expertmatch.errors import UnknownNameError
from expertmatch.graph.network import WalkGraph
from expertmatch.ranking.candidates import candidate_key
from expertmatch.ranking.rank import Ranking

if TYPE_CHECKING:
    import networkx as nx

_KINDS = {"member_of": "", "co_works": "共同完成成果", "covers": "覆盖", "specialises_in": "研究"}


def need_graph(ranking: Ranking, need_id: str, *, most: int = 8) -> nx.Graph[str]:
    """Return the graph around a need.

    Parameters
    ----------
    ranking : Ranking
        Candidates per need.
    need_id : str
        A need of it.
    most : int, default 8
        First candidates taken.

    Returns
    -------
    networkx.Graph
        Nodes ``need:<id>``, ``discipline:<code>``, ``society:<id>``, ``expert:<id>`` have ``kind`` (``field`` for
        first-level disciplines, ``via`` for experts on the way to others), ``label`` and ``told`` (in full); edges
        have ``kind`` (``text``: works share words with the need; ``asks``: the need's discipline; else as in
        :func:`expertmatch.build_network`) and ``told``. Each candidate is reached by the strongest path from the
        discipline that counts most for them; without discipline signals there are text edges alone.

    Raises
    ------
    UnknownNameError
        No such need; names the nearest.

    Examples
    --------
    >>> import expertmatch as em
    >>> import pandas as pd
    >>> works = pd.DataFrame({"expert_id": ["E1"], "title": ["猕猴桃溃疡病防治技术"]})
    >>> ranking = em.Matcher().fit(em.read_pool(works=works)).rank("猕猴桃溃疡病怎么防")
    >>> need_graph(ranking, "N001").edges["need:N001", "expert:E1"]["told"]
    '都谈到“猕猴桃溃疡病”'
    """
    own = ranking.needs[ranking.needs["need_id"] == need_id]
    if own.empty:
        raise UnknownNameError("需求编号", need_id, ranking.needs["need_id"])
    import networkx as nx

    graph: nx.Graph[str] = nx.Graph()
    need, title = f"need:{need_id}", str(own["title"].iloc[0]) or need_id
    graph.add_node(need, kind="need", label=title, told=title)
    first = ranking.frame[ranking.frame["need_id"] == need_id].head(most)
    people = list(zip(first["candidate_kind"], first["candidate_id"], strict=True))
    for (kind, key), rank in zip(people, first["rank"], strict=True):
        name = ranking.name_of(kind, key)
        graph.add_node(f"{kind}:{key}", kind=kind, label=name.split("（")[0], told=f"第 {rank} 位：{name}")
    part = ranking._part(need_id)
    view = part._view(need_id)  # one for all: it holds what was read of the need
    if part.candidates.graph is not None:
        places = [part._places[candidate_key(kind, key)] for kind, key in people]
        ways = part.candidates.graph.ways(view.asked.mixture, places)
        for way in ways:
            _add_way(graph, need, part.candidates.graph.graph, way)
    for kind, key in people:
        why = part._explained(view, part._places[candidate_key(kind, key)], text_only=True)
        if why.entries:
            pieces = "".join(f"“{piece}”" for piece, *_ in why.summed("piece")[:3])
            graph.add_edge(need, f"{kind}:{key}", kind="text", told=f"都谈到{pieces}")
    return graph


def _add_way(graph: nx.Graph[str], need: str, whole: WalkGraph, way: Sequence[int]) -> None:
    nodes = whole.tables.nodes
    names = [str(nodes["node"].iloc[at]) for at in way]
    for name, at in zip(names, way, strict=True):
        if name not in graph:
            kind, label = str(nodes["kind"].iloc[at]), str(nodes["label"].iloc[at])
            if kind == "discipline" and nodes["level"].iloc[at] == 1:
                kind = "field"
            graph.add_node(name, kind="via" if kind == "expert" else kind, label=label, told=label)
    if names:
        graph.add_edge(need, names[0], kind="asks", told="需求的学科")
    for (a, b), (one, other) in zip(pairwise(names), pairwise(way), strict=True):
        kind, role, _ = whole.tie(one, other)
        graph.add_edge(a, b, kind=kind, told=role or _KINDS.get(kind, ""))
