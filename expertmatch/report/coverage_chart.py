"""A page with the tree map of a coverage: it needs no network and runs in any browser."""

from __future__ import annotations

import html
import os
from pathlib import Path

from expertmatch.errors import MissingExtraError
from expertmatch.graph.coverage import COVERED, EMPTY, NO_EXPERT, NO_NEED, NO_ONE, NO_SOCIETY, ONE_EXPERT, Coverage
from expertmatch.tables.write import whole_file

_COLOURS = {
    NO_ONE: "#b2182b", NO_SOCIETY: "#ef8a62", NO_EXPERT: "#d6604d", ONE_EXPERT: "#fddbc7", COVERED: "#67a9cf",
    NO_NEED: "#d1e5f0", EMPTY: "#f0f0f0",
}  # fmt: skip


def write_coverage_chart(found: Coverage, path: str | os.PathLike[str], *, overwrite: bool = False) -> Path:
    """Write a tree map: states, in them the disciplines, as large as they have needs.

    Parameters
    ----------
    found
        A coverage.
    path
        An HTML file; everything it needs is in it.
    overwrite
        Whether an existing file may be replaced.

    Returns
    -------
    Path

    Raises
    ------
    MissingExtraError
        plotly is not installed.
    OutputError
        The file exists or cannot be written.
    """
    try:
        import plotly.graph_objects as go
    except ImportError as missing:
        purpose, extra = "画学科覆盖图", "charts"
        raise MissingExtraError(purpose, extra) from missing
    frame = found.frame
    states = [state for state in _COLOURS if (frame["state"] == state).any()]
    size = (frame["needs"] + 1).tolist()  # a discipline without needs is still seen
    total = {state: sum(s for s, own in zip(size, frame["state"], strict=True) if own == state) for state in states}
    hover = [
        f"{html.escape(str(name))}（{code}）<br>需求 {n}　学会 {s}　活跃专家 {e}"
        for code, name, n, s, e in zip(
            *(frame[c] for c in ("code", "name", "needs", "societies", "experts")), strict=True
        )
    ]
    figure = go.Figure(
        go.Treemap(
            ids=[*states, *frame["code"]],
            labels=[*states, *(html.escape(str(name)) for name in frame["name"])],
            parents=[*[""] * len(states), *frame["state"]],
            values=[*(total[state] for state in states), *size],
            branchvalues="total",
            sort=True,
            marker={"colors": [*(_COLOURS[s] for s in states), *(_COLOURS[s] for s in frame["state"])]},
            hovertext=[*states, *hover],
            hoverinfo="text",
        )
    )
    figure.update_layout(
        title="学科覆盖：面积为需求数加一，颜色为状态", font={"family": "Microsoft YaHei, SimHei, sans-serif"}
    )
    page = figure.to_html(full_html=True, include_plotlyjs=True, div_id="coverage")
    with whole_file(path, overwrite=overwrite) as file:
        file.write(page.encode("utf-8"))
    return Path(path)
