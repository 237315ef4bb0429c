"""Scores: what one is made of, and those of many needs at a glance."""

from __future__ import annotations

from typing import Any, NamedTuple

from expertmatch.ranking import Explanation, Ranking
from expertmatch.ranking.candidates import SIGNAL_LABELS
from expertmatch.ranking.explain import LOOSE
from expertmatch.report.charts.style import BLUE, GREEN, INK, PAPER, check_most, figure, graph_objects, plain

_WIDE = 26
"""Characters of a label beside an axis."""
_BLUES = ((0.0, "#e6f0f8"), (0.5, "#6aaed6"), (1.0, "#08427a"))


class Bar(NamedTuple):
    """A part of a score as a bar: what it is called short and in full, and how much it adds."""

    label: str
    told: str
    part: float


def score_bars(explanation: Explanation, most: int = 12) -> list[Bar]:
    """Return the largest parts of a score; they add up to it.

    Parameters
    ----------
    explanation : Explanation
        A score with its parts.
    most : int, default 12
        Bars at most; what is smaller is one bar.

    Returns
    -------
    list of Bar
        Largest first, then by name; the rest last.
    """
    bars = [
        Bar(f"{piece if piece == LOOSE else f'“{piece}”'}　{work}", f"共同的文字：{piece}；成果：{work}", float(part))
        for work, piece, part, _ in explanation.summed("work", "piece")
    ]
    bars += [
        Bar(
            SIGNAL_LABELS[other.signal] + ("" if other.what == SIGNAL_LABELS[other.signal] else f"：{other.what}"),
            f"{other.what}{'：' if other.how else ''}{other.how}",
            float(other.contribution),
        )
        for other in explanation.others
    ]
    bars.sort(key=lambda bar: (-bar.part, bar.label, bar.told))
    if len(bars) <= most:
        return bars
    kept, small = bars[: most - 1], bars[most - 1 :]
    return [*kept, Bar(f"其余 {len(small)} 部分", "各部分都更小", explanation.score - sum(bar.part for bar in kept))]


def waterfall(explanation: Explanation, *, most: int = 12) -> Any:
    """Draw how the parts of a score add up to it.

    Parameters
    ----------
    explanation : Explanation
        As ``ranking.explain(need, candidate)`` gives it.
    most : int, default 12
        Parts drawn at most; what is smaller is one bar.

    Returns
    -------
    plotly.graph_objects.Figure
        The last bar is the score.

    Raises
    ------
    MissingExtraError
        plotly is not installed.
    SettingError
        ``most`` below 1.

    Examples
    --------
    >>> import expertmatch as em
    >>> import pandas as pd
    >>> pool = em.read_pool(works=pd.DataFrame({"expert_id": ["E1"], "title": ["猕猴桃溃疡病防治技术"]}))
    >>> why = em.Matcher().fit(pool).rank("猕猴桃溃疡病怎么防").explain("N001", "E1")
    >>> bars = waterfall(why).data[0]
    >>> abs(sum(bars.x[:-1]) - why.score) < 1e-9
    True
    """
    check_most("most", most)
    go = graph_objects()
    bars = score_bars(explanation, most)
    names = [*(f"{i}. {plain(bar.label, _WIDE)}" for i, bar in enumerate(bars, 1)), "得分"]
    trace = go.Waterfall(
        orientation="h",
        measure=[*["relative"] * len(bars), "total"],
        x=[*(bar.part for bar in bars), explanation.score],
        y=names,
        text=[*(f"{bar.part:.4f}" for bar in bars), f"{explanation.score:.4f}"],
        textposition="outside",
        cliponaxis=False,
        hovertext=[*(f"{plain(bar.told)}<br>{bar.part:.4f}" for bar in bars), f"合计 {explanation.score:.4f}"],
        hoverinfo="text",
        increasing={"marker": {"color": BLUE}},
        totals={"marker": {"color": GREEN}},
        connector={"line": {"color": "#8c959f", "width": 1}},
    )
    return figure(
        [trace],
        f"{plain(explanation.candidate, 30)} 的得分从哪里来",
        xaxis={"title": {"text": f"对需求“{plain(explanation.need, 24)}”的得分"},
               "range": [0, explanation.score * 1.12 or 1]},
        yaxis={"autorange": "reversed", "categoryorder": "array", "categoryarray": names},
        showlegend=False,
        height=150 + 30 * len(names),
    )  # fmt: skip


def heat_map(ranking: Ranking, *, needs: int = 30, people: int = 40) -> Any:
    """Draw who was recommended for what, and with which score.

    Parameters
    ----------
    ranking : Ranking
        Candidates per need.
    needs : int, default 30
        Needs drawn at most: the first.
    people : int, default 40
        Candidates drawn at most: those with the highest sum of scores over these needs.

    Returns
    -------
    plotly.graph_objects.Figure
        A field is blank where somebody is not among the recommended. The title says what was left out.

    Raises
    ------
    MissingExtraError
        plotly is not installed.
    SettingError
        A number below 1.

    Examples
    --------
    >>> import expertmatch as em
    >>> import pandas as pd
    >>> works = pd.DataFrame({"expert_id": ["E1", "E2"], "title": ["猕猴桃溃疡病", "混凝土裂缝"]})
    >>> ranking = em.Matcher().fit(em.read_pool(works=works)).rank(["猕猴桃病害", "混凝土开裂"])
    >>> [[score is not None for score in row] for row in heat_map(ranking).data[0].z]
    [[True, False], [False, True]]
    """
    check_most("needs", needs)
    check_most("people", people)
    go = graph_objects()
    titles = dict(zip(ranking.needs["need_id"], ranking.needs["title"], strict=True))
    every = list(dict.fromkeys(ranking.frame["need_id"]))
    shown = every[:needs]
    columns = (ranking.frame[c] for c in ("need_id", "candidate_kind", "candidate_id", "score", "rank"))
    pairs = {
        (need, (kind, key)): (float(score), int(rank)) for need, kind, key, score, rank in zip(*columns, strict=True)
    }
    totals: dict[tuple[str, str], float] = {}
    for (need, who), (score, _) in pairs.items():
        if need in set(shown):
            totals[who] = totals.get(who, 0.0) + score
    everyone = sorted(totals, key=lambda who: (-totals[who], who))
    place = {need: i for i, need in enumerate(shown)}
    chosen, middle = set(everyone[:people]), dict.fromkeys(everyone, 0.0)
    for (need, who), (score, _) in pairs.items():
        if need in place:
            middle[who] += place[need] * score / totals[who]
    crowd = sorted(chosen, key=lambda who: (middle[who], who))  # neighbours in needs are neighbours in people
    names = [ranking.name_of(*who) for who in crowd]
    cells = [[pairs.get((need, who)) for who in crowd] for need in shown]
    trace = go.Heatmap(
        x=list(range(len(crowd))),
        y=list(range(len(shown))),
        z=[[None if cell is None else cell[0] for cell in row] for row in cells],
        hovertext=[
            [
                "" if cell is None else f"{plain(titles[need])}<br>{plain(name)}<br>第 {cell[1]} 位，得分 {cell[0]:.3f}"
                for cell, name in zip(row, names, strict=True)
            ]
            for need, row in zip(shown, cells, strict=True)
        ],
        hoverinfo="text",
        hoverongaps=False,
        xgap=1,
        ygap=1,
        colorscale=[list(step) for step in _BLUES],
        colorbar={"title": {"text": "得分"}, "thickness": 14, "outlinewidth": 0},
    )
    left_out = [f"前 {len(shown)} 条需求，共 {len(every)} 条"] if len(every) > len(shown) else []
    left_out += [f"得分合计最高的 {len(crowd)} 位，共 {len(everyone)} 位"] if len(everyone) > len(crowd) else []
    return figure(
        [trace],
        f"推荐一览：谁被推荐给哪条需求{'（' + '；'.join(left_out) + '）' if left_out else ''}",
        xaxis={"tickvals": list(range(len(crowd))), "ticktext": [plain(name.split("（")[0], 10) for name in names],
               "tickangle": -60, "showgrid": False, "zeroline": False},
        yaxis={"tickvals": list(range(len(shown))), "autorange": "reversed", "showgrid": False, "zeroline": False,
               "ticktext": [f"{plain(need, 10)} {plain(titles[need], 16)}" for need in shown]},
        plot_bgcolor=PAPER,
        font={"color": INK, "size": 12},
        height=200 + 22 * len(shown),
    )  # fmt: skip
