"""What was measured: how far probabilities can be believed, and whether one setting is better than another."""

from __future__ import annotations

import math
from typing import Any

from expertmatch.evaluation.compare import Comparison
from expertmatch.evaluation.reliability import Reliability
from expertmatch.report.charts.style import BLUE, GREY, MUTED, ORANGE, figure, graph_objects, plain

_Z = 1.959963984540054
"""The normal distribution's 97.5 % point."""


def wilson(share: float, count: int) -> tuple[float, float]:
    """Return the 95 % interval of a share.

    Parameters
    ----------
    share : float
        From 0 to 1.
    count : int
        Of how many.

    Returns
    -------
    (float, float)
        By Wilson's score (Journal of the American Statistical Association, 1927), which holds near 0 and 1 and for
        few pairs too.

    Examples
    --------
    >>> [round(bound, 3) for bound in wilson(0.5, 10)]
    [0.237, 0.763]
    """
    middle = (share + _Z**2 / (2 * count)) / (1 + _Z**2 / count)
    half = _Z / (1 + _Z**2 / count) * math.sqrt(share * (1 - share) / count + _Z**2 / (4 * count**2))
    return min(max(middle - half, 0.0), share), max(min(middle + half, 1.0), share)


def reliability(found: Reliability) -> Any:
    """Draw stated probabilities against what happened; on the diagonal they can be believed.

    Parameters
    ----------
    found : Reliability
        As :func:`expertmatch.evaluation.reliability.reliability` gives it.

    Returns
    -------
    plotly.graph_objects.Figure
        A point a bin with its 95 % interval, larger with more pairs.

    Raises
    ------
    MissingExtraError
        plotly is not installed.

    Examples
    --------
    >>> from expertmatch.evaluation.reliability import reliability as measured
    >>> figure = reliability(measured([0.1, 0.1, 0.9, 0.9], [False, False, True, True], bins=2))
    >>> figure.data[1].y
    (0.0, 1.0)
    """
    go = graph_objects()
    rows = found.frame.to_dict("records")
    bounds = [wilson(row["observed"], row["pairs"]) for row in rows]
    most = max((row["pairs"] for row in rows), default=1)
    diagonal = go.Scatter(
        x=[0, 1], y=[0, 1], mode="lines", line={"color": MUTED, "dash": "dash"}, name="说多少就是多少", hoverinfo="skip"
    )
    points = go.Scatter(
        x=[row["predicted"] for row in rows],
        y=[row["observed"] for row in rows],
        mode="markers+lines",
        name="各档（竖线为 95% 区间）",
        line={"color": BLUE, "width": 1},
        marker={"color": BLUE, "size": [8 + 12 * math.sqrt(row["pairs"] / most) for row in rows]},
        error_y={
            "type": "data", "symmetric": False, "color": BLUE,
            "array": [high - row["observed"] for row, (_, high) in zip(rows, bounds, strict=True)],
            "arrayminus": [row["observed"] - low for row, (low, _) in zip(rows, bounds, strict=True)],
        },
        hovertext=[
            f"概率 {row['low']:.2f} 至 {row['high']:.2f}：{row['pairs']} 对<br>"
            f"平均概率 {row['predicted']:.3f}，实际合适 {row['observed']:.3f}"
            for row in rows
        ],
        hoverinfo="text",
    )  # fmt: skip
    return figure(
        [diagonal, points],
        f"概率可信吗：{found.pairs:,} 对，校准误差 {found.ece:.3f}",
        xaxis={"title": {"text": "给出的概率"}, "range": [0, 1], "tickformat": ".0%"},
        yaxis={"title": {"text": "实际合适的比例"}, "range": [0, 1.02], "tickformat": ".0%"},
        margin={"l": 16, "r": 16, "t": 84, "b": 40},
        height=460,
    )


def comparison(found: Comparison) -> Any:
    """Draw how much one setting is better than another, with intervals.

    Parameters
    ----------
    found : Comparison
        As :func:`expertmatch.compare_runs` gives it.

    Returns
    -------
    plotly.graph_objects.Figure
        A row a measure and group: the mean difference and its interval; blue where all of it is above 0, orange
        where all of it is below, grey where it is within the error.

    Raises
    ------
    MissingExtraError
        plotly is not installed.

    Examples
    --------
    >>> import pandas as pd
    >>> from expertmatch.evaluation import compare_runs
    >>> judged = pd.DataFrame({"need_id": ["N1", "N2"], "expert_id": ["E1", "E1"], "grade": [3, 3]})
    >>> ranks = {"need_id": ["N1", "N1", "N2", "N2"], "expert_id": ["E1", "E2"] * 2}
    >>> a, b = (pd.DataFrame(ranks | {"rank": order}) for order in ([1, 2, 1, 2], [2, 1, 1, 2]))
    >>> comparison(compare_runs(a, b, judged, measures=["MRR"], names=("新", "旧"))).layout.title.text
    '新 减 旧：各指标的差与 95% 区间'
    """
    go = graph_objects()
    rows = found.frame.to_dict("records")
    grouped = found.frame["group"].nunique() > 1
    names = [f"{row['measure']}（{row['group'] + '，' if grouped else ''}{row['needs']} 条）" for row in rows]
    colours = [BLUE if row["low"] > 0 else ORANGE if row["high"] < 0 else GREY for row in rows]
    traces = []
    for colour, called in ((BLUE, "更高"), (GREY, "在误差之内"), (ORANGE, "更低")):
        own = [i for i, one in enumerate(colours) if one == colour]
        if not own:
            continue
        mean = [float(rows[i]["difference"]) for i in own]
        traces.append(
            go.Scatter(
                x=mean,
                y=[plain(names[i]) for i in own],
                mode="markers",
                name=called,
                marker={"color": colour, "size": 11},
                error_x={
                    "type": "data", "symmetric": False, "color": colour,
                    "array": [_finite(rows[i]["high"] - at) for i, at in zip(own, mean, strict=True)],
                    "arrayminus": [_finite(at - rows[i]["low"]) for i, at in zip(own, mean, strict=True)],
                },
                hovertext=[
                    f"{plain(names[i])}<br>{rows[i]['a']:.4f} 对 {rows[i]['b']:.4f}，差 {rows[i]['difference']:+.4f} "
                    f"[{rows[i]['low']:+.4f}, {rows[i]['high']:+.4f}]<br>"
                    f"胜 {rows[i]['wins']}，平 {rows[i]['ties']}，负 {rows[i]['losses']}"
                    for i in own
                ],
                hoverinfo="text",
            )
        )  # fmt: skip
    return figure(
        traces,
        f"{plain(found.names[0])} 减 {plain(found.names[1])}：各指标的差与 {found.level:.0%} 区间",
        xaxis={"title": {"text": "平均差（大于 0：前者更高）"}, "zeroline": True, "zerolinewidth": 2},
        yaxis={
            "categoryorder": "array", "categoryarray": [plain(name) for name in reversed(names)],
            "range": [-0.6, len(names) - 0.4],
        },
        margin={"l": 16, "r": 16, "t": 84, "b": 40},
        height=190 + 34 * len(names),
    )  # fmt: skip


def _finite(length: float) -> float:
    return length if math.isfinite(length) else 0.0
