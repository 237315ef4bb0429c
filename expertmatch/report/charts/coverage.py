"""The disciplines of a coverage as a tree map."""

from __future__ import annotations

from typing import Any

from expertmatch.graph.coverage import COVERED, EMPTY, NO_EXPERT, NO_NEED, NO_ONE, NO_SOCIETY, ONE_EXPERT, Coverage
from expertmatch.report.charts.style import INK, PAPER, figure, graph_objects, plain

STATE_COLOURS = {
    NO_ONE: ("#8c1020", PAPER), NO_SOCIETY: ("#b35900", PAPER), NO_EXPERT: ("#f4a582", INK),
    ONE_EXPERT: ("#fddbc7", INK), COVERED: ("#0b61a4", PAPER), NO_NEED: ("#d1e5f0", INK), EMPTY: ("#eaeef2", INK),
}  # fmt: skip
"""State to its ground and its text."""
_LINE = 7
"""Characters of a line in a field."""


def tree_map(found: Coverage) -> Any:
    """Draw disciplines by state, as large as they have needs.

    Parameters
    ----------
    found : Coverage
        As :func:`expertmatch.coverage` gives it.

    Returns
    -------
    plotly.graph_objects.Figure
        An area is the number of needs plus one, so that a discipline without needs is still seen.

    Raises
    ------
    MissingExtraError
        plotly is not installed.

    Examples
    --------
    >>> import expertmatch as em
    >>> import pandas as pd
    >>> pool = em.read_pool(pd.DataFrame({"姓名": ["张三"], "学科": ["园艺学"]}))
    >>> figure = tree_map(em.coverage(pool, em.read_needs(["猕猴桃溃疡病防治"])))
    >>> [label for label in figure.data[0].labels if "农学" in label]
    ['农学']
    """
    go = graph_objects()
    frame = found.frame
    states = [state for state in STATE_COLOURS if (frame["state"] == state).any()]
    size = (frame["needs"] + 1).tolist()
    total = {state: sum(s for s, own in zip(size, frame["state"], strict=True) if own == state) for state in states}
    told = zip(*(frame[c] for c in ("code", "name", "needs", "societies", "experts", "carrier")), strict=True)
    hover = [
        f"{plain(name)}（{plain(code)}）<br>需求 {needs}　学会 {societies}　活跃专家 {experts}"
        + (f"<br>唯一的专家：{plain(carrier)}" if carrier else "")
        for code, name, needs, societies, experts, carrier in told
    ]
    counts = frame["state"].value_counts()
    of_node = [*states, *frame["state"]]
    trace = go.Treemap(
        ids=[*states, *frame["code"]],
        labels=[*(f"{state}（{counts[state]}）" for state in states), *(_folded(name) for name in frame["name"])],
        parents=[*[""] * len(states), *frame["state"]],
        values=[*(total[state] for state in states), *size],
        branchvalues="total",
        sort=True,
        marker={"colors": [STATE_COLOURS[state][0] for state in of_node], "line": {"color": PAPER, "width": 1}},
        textfont={"color": [STATE_COLOURS[state][1] for state in of_node]},
        hovertext=[*(f"{state}：{counts[state]} 个学科" for state in states), *hover],
        hoverinfo="text",
        textinfo="label",
        tiling={"pad": 2},
        pathbar={"visible": False},
    )
    return figure(
        [trace], "学科覆盖：面积为需求数加一，颜色为状态", height=560, uniformtext={"minsize": 10, "mode": "hide"}
    )


def _folded(name: str) -> str:
    """Break a name into lines, as Chinese has no blanks to break at."""
    lines = -(-len(name) // _LINE)
    step = -(-len(name) // lines) if lines else 1
    return "<br>".join(plain(name[i : i + step]) for i in range(0, len(name), step))
