"""The graph around a need, or around a node of the network, in columns from left to right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import networkx as nx

from expertmatch.errors import UnknownNameError
from expertmatch.ranking import Ranking
from expertmatch.ranking.surroundings import need_graph
from expertmatch.report.charts.style import (
    BLUE,
    BROWN,
    GREEN,
    GREY,
    INK,
    ORANGE,
    PURPLE,
    check_most,
    figure,
    graph_objects,
    plain,
)

_AROUND_NEED = ("need", "discipline", "field", "society", "via", "expert")
_AROUND_NODE = ("field", "discipline", "society", "expert", "unit", "region")
_LABELS: Mapping[str, tuple[str, str, str]] = {
    "need": ("需求", ORANGE, "diamond"), "field": ("上级学科", PURPLE, "square-open"),
    "discipline": ("学科", PURPLE, "square"), "society": ("学会", GREEN, "hexagon"),
    "via": ("中间人", GREY, "circle-open"), "expert": ("专家", BLUE, "circle"),
    "unit": ("单位", BROWN, "triangle-up"), "region": ("地区", GREY, "triangle-down"),
}  # fmt: skip
_LINES = "#8c959f"
_SHORT = 13
"""Characters of a label; the whole of it shows when the pointer is over the mark."""


def network(value: Ranking | nx.Graph[str], around: str, *, most: int = 8) -> Any:
    """Draw what lies around a need, or around a node of the network.

    Parameters
    ----------
    value : Ranking or networkx.Graph
        A ranking, or what :func:`expertmatch.build_network` gives.
    around : str
        A need of the ranking, or a node of the graph, such as ``discipline:21060`` or ``society:XH01``.
    most : int, default 8
        Of a ranking, how many of the first candidates are drawn; of a graph, how many neighbours of each kind: those
        with the strongest ties.

    Returns
    -------
    plotly.graph_objects.Figure
        Of a ranking: the need, its disciplines, the strongest path from them to each candidate, and dashed where
        works share words with the need. Positions depend on the graph alone.

    Raises
    ------
    MissingExtraError
        plotly is not installed.
    UnknownNameError
        No such need or node; names the nearest.
    SettingError
        ``most`` below 1.

    Examples
    --------
    >>> import expertmatch as em
    >>> import pandas as pd
    >>> works = pd.DataFrame({"expert_id": ["E1"], "title": ["猕猴桃溃疡病防治技术"]})
    >>> ranking = em.Matcher().fit(em.read_pool(works=works)).rank("猕猴桃溃疡病怎么防")
    >>> [trace.name for trace in network(ranking, "N001").data if trace.name]
    ['成果对口', '需求', '专家']
    """
    check_most("most", most)
    if isinstance(value, Ranking):
        graph = need_graph(value, around, most=most)
        return _drawn(graph, _AROUND_NEED, f"需求周围：{plain(graph.nodes[f'need:{around}']['label'], 30)}")
    if around not in value:
        raise UnknownNameError("图中的节点", around, value.nodes)
    return _drawn(_near(value, around, most), _AROUND_NODE, f"{plain(value.nodes[around]['label'], 30)} 周围")


def _near(whole: nx.Graph[str], around: str, most: int) -> nx.Graph[str]:
    """Return a node with its neighbours, of each kind those with the strongest ties, and the ties among them."""
    kinds: dict[str, list[tuple[float, str]]] = {}
    for other, tie in whole.adj[around].items():
        kinds.setdefault(str(whole.nodes[other]["kind"]), []).append((-float(tie["weight"]), other))
    kept = [around, *(other for found in kinds.values() for _, other in sorted(found)[:most])]
    graph: nx.Graph[str] = nx.Graph()
    for name in kept:
        node = whole.nodes[name]
        field = node["kind"] == "discipline" and node["level"] == 1 and name != around
        graph.add_node(name, kind="field" if field else node["kind"], label=node["label"], told=node["label"])
    for a, b, tie in whole.subgraph(kept).edges(data=True):
        graph.add_edge(a, b, kind=tie["kind"], told=str(tie["role"] or ""))
    return graph


def _places(graph: nx.Graph[str], kinds: Sequence[str]) -> dict[str, tuple[float, float]]:
    """Place nodes in columns by kind; within one by the mean height of their neighbours."""
    columns = [[n for n in sorted(graph) if graph.nodes[n]["kind"] == kind] for kind in kinds]
    columns = [column for column in columns if column]
    height = {n: _spread(i, len(column)) for column in columns for i, n in enumerate(column)}
    at = {n: x for x, column in enumerate(columns) for n in column}
    for step in (1, -1, 1, -1):
        for column in columns[::step]:
            middle = {
                n: sum(near) / len(near) if (near := [height[m] for m in graph[n] if at[m] != at[n]]) else height[n]
                for n in column
            }
            column.sort(key=lambda n: (middle[n], n))
            height |= {n: _spread(i, len(column)) for i, n in enumerate(column)}
    return {n: (float(at[n]), height[n]) for n in sorted(graph)}


def _spread(i: int, count: int) -> float:
    return (i + 0.5) / count


def _drawn(graph: nx.Graph[str], kinds: Sequence[str], title: str) -> Any:
    go = graph_objects()
    places = _places(graph, kinds)
    ties = sorted((min(a, b), max(a, b), tie["kind"], tie["told"]) for a, b, tie in graph.edges(data=True))
    graphed = [(a, b) for a, b, kind, _ in ties if kind != "text"]
    texts = [(a, b) for a, b, kind, _ in ties if kind == "text"]
    traces = [_lines(go, places, graphed, "学科、学会与任职", _LINES, "solid")] if graphed else []
    traces += [_lines(go, places, texts, "成果对口", ORANGE, "dot")] if texts else []
    for kind, (called, colour, symbol) in _LABELS.items():
        own = [n for n in places if graph.nodes[n]["kind"] == kind]
        if own:
            told = [plain(graph.nodes[n]["told"]) for n in own]
            mark = {"color": colour, "symbol": symbol, "size": 15, "opacity": 1, "line": {"color": colour, "width": 2}}
            traces.append(_marks(go, [places[n] for n in own], told, name=called, marker=mark))
    spoken = [(a, b, told) for a, b, _, told in ties if told]
    if spoken:
        halfway = [((places[a][0] + places[b][0]) / 2, (places[a][1] + places[b][1]) / 2) for a, b, _ in spoken]
        told = [plain(text) for *_, text in spoken]
        traces.append(_marks(go, halfway, told, marker={"size": 14, "opacity": 0}, showlegend=False))
    columns = int(max(x for x, _ in places.values()))
    tallest = max(sum(x == column for x, _ in places.values()) for column in range(columns + 1))
    bare = {"showgrid": False, "zeroline": False, "showticklabels": False, "showline": False, "ticks": ""}
    return figure(
        traces,
        title,
        annotations=[_label(graph.nodes[n]["label"], x, y) for n, (x, y) in places.items()],
        xaxis={**bare, "range": [-0.45, columns + 0.45]},
        yaxis={**bare, "range": [1.04, 0.0]},
        margin={"l": 16, "r": 16, "t": 96, "b": 24},
        hovermode="closest",
        height=170 + 58 * max(tallest, 3),
    )


def _label(text: str, x: float, y: float) -> dict[str, Any]:
    """Return a label under a mark, on a ground of its own, so that lines do not run through it."""
    return {
        "x": x, "y": y, "yshift": -19, "text": plain(text, _SHORT), "showarrow": False, "borderpad": 1,
        "font": {"size": 12, "color": INK}, "bgcolor": "rgba(255,255,255,0.88)",
    }  # fmt: skip


def _marks(go: Any, at: Sequence[tuple[float, float]], told: Sequence[str], **look: Any) -> Any:
    x, y = [x for x, _ in at], [y for _, y in at]
    return go.Scatter(x=x, y=y, mode="markers", hovertext=list(told), hoverinfo="text", cliponaxis=False, **look)


def _lines(
    go: Any, places: Mapping[str, tuple[float, float]], ties: list[tuple[str, str]], called: str, colour: str, dash: str
) -> Any:
    """Return lines as one trace; one within a column bends, so that it does not run through other nodes."""
    x: list[float | None] = []
    y: list[float | None] = []
    for a, b in ties:
        (x0, y0), (x1, y1) = places[a], places[b]
        bend = [x0 - 0.18] if x0 == x1 else []
        x += [x0, *bend, x1, None]
        y += [y0, *([(y0 + y1) / 2] if bend else []), y1, None]
    line = {"color": colour, "width": 1.4, "dash": dash, "shape": "spline"}
    return go.Scatter(x=x, y=y, mode="lines", name=called, line=line, hoverinfo="skip")
