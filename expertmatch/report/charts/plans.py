"""Plans: who carries how much, and what flows to whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from expertmatch.errors import SettingError
from expertmatch.planning.plan import Plan
from expertmatch.ranking import Ranking
from expertmatch.report.charts.style import (
    BLUE,
    BROWN,
    GREEN,
    GREY,
    INK,
    ORANGE,
    PURPLE,
    RED,
    TEAL,
    check_most,
    figure,
    graph_objects,
    pale,
    plain,
)

Left = Literal["need", "region", "requester", "kind", "scenario"]
Right = Literal["candidate", "unit"]
_LEFT: Mapping[Left, str] = {
    "need": "需求", "region": "地区", "requester": "提出单位", "kind": "需求类型", "scenario": "场景"
}  # fmt: skip
_RIGHT: Mapping[Right, str] = {"candidate": "人选", "unit": "人选的单位"}
_UNKNOWN = "（未写明）"
_LACKING = "还缺的人"
_RIBBONS = (BLUE, ORANGE, GREEN, PURPLE, BROWN, TEAL)

Who = tuple[str, str]


def load(value: Plan | Ranking, *, before: Ranking | None = None, first: int = 3, most: int = 30) -> Any:
    """Draw how often each person is asked: in a ranking, or before and after planning.

    Parameters
    ----------
    value : Plan or Ranking
        A plan is drawn beside what would be without it: every need takes its own best people, as many as the plan
        gave it. A ranking alone counts its first places.
    before : Ranking, optional
        The ranking that a plan is held against, if not those it was made from.
    first : int, default 3
        Places of a ranking alone that count.
    most : int, default 30
        People drawn at most: those asked most often.

    Returns
    -------
    plotly.graph_objects.Figure
        Engagements going on count in neither; a mark shows how many more the plan could have given.

    Raises
    ------
    MissingExtraError
        plotly is not installed.
    SettingError
        A number below 1.

    Examples
    --------
    >>> import expertmatch as em
    >>> works = pd.DataFrame({"expert_id": ["E1", "E1", "E2"], "title": ["猕猴桃溃疡病", "猕猴桃冻害", "猕猴桃花粉"]})
    >>> ranking = em.Matcher().fit(em.read_pool(works=works)).rank(["猕猴桃溃疡病", "猕猴桃冻害"])
    >>> figure = load(em.plan(ranking, wanted=1, capacity=1))
    >>> [(bar.name, bar.x) for bar in figure.data[:2]]
    [('各取所需', (2, 0)), ('统筹之后', (1, 1))]
    """
    check_most("first", first)
    check_most("most", most)
    if isinstance(value, Ranking):
        counts = _asked(value, {str(need): first for need in value.frame["need_id"]})
        called = {who: value.name_of(*who) for who in counts}
        return _load_figure({f"前 {first} 名": (counts, BLUE)}, called, {}, most)
    plan = value
    own = plan.frame[plan.frame["candidate_kind"] != "requester"]
    places = Counter(own["need_id"])
    ahead: Counter[Who] = Counter()
    names: dict[Who, str] = {}
    for ranking in plan.rankings if before is None else (before,):
        found = _asked(ranking, places)
        ahead += found
        names |= {who: ranking.name_of(*who) for who in found}
    after: Counter[Who] = Counter(zip(own["candidate_kind"], own["candidate_id"], strict=True))
    names |= dict(zip(zip(own["candidate_kind"], own["candidate_id"], strict=True), own["name"], strict=True))
    columns = (plan.loads[c] for c in ("candidate_kind", "candidate_id", "held", "capacity"))
    room = {(kind, key): int(capacity) - int(held) for kind, key, held, capacity in zip(*columns, strict=True)}
    return _load_figure({"各取所需": (ahead, ORANGE), "统筹之后": (after, BLUE)}, names, room, most)


def _asked(ranking: Ranking, places: Mapping[str, int]) -> Counter[Who]:
    """Count how often each candidate is among as many first places as each need has."""
    frame = ranking.frame
    few = frame["need_id"].map(lambda need: places.get(need, 0)).to_numpy(dtype=np.int64)
    own = frame[frame["rank"].to_numpy() <= few]
    return Counter(zip(own["candidate_kind"], own["candidate_id"], strict=True))


def _load_figure(
    sides: Mapping[str, tuple[Counter[Who], str]], names: Mapping[Who, str], room: Mapping[Who, int], most: int
) -> Any:
    go = graph_objects()
    people = sorted(
        {who for counts, _ in sides.values() for who in counts},
        key=lambda who: (-max(counts[who] for counts, _ in sides.values()), who),
    )
    shown = people[:most]
    labels = [f"{i}. {plain(names[who], 20)}" for i, who in enumerate(shown, 1)]
    traces = [
        go.Bar(
            orientation="h",
            name=called,
            x=[counts[who] for who in shown],
            y=labels,
            marker={"color": colour},
            hovertext=[f"{plain(names[who])}<br>{called}：{counts[who]} 次" for who in shown],
            hoverinfo="text",
        )
        for called, (counts, colour) in sides.items()
    ]
    if room:
        known = [i for i, who in enumerate(shown) if who in room]
        traces.append(
            go.Scatter(
                x=[room[shown[i]] for i in known],
                y=[labels[i] for i in known],
                mode="markers",
                name="还能承接",
                marker={"symbol": "line-ns-open", "size": 14, "color": INK, "line": {"width": 2}},
                hovertext=[f"{plain(names[shown[i]])}<br>还能承接 {room[shown[i]]} 次" for i in known],
                hoverinfo="text",
            )
        )
    told = "、".join(f"{called} {len(counts)} 位" for called, (counts, _) in sides.items())
    more = f"（画出最忙的 {len(shown)} 位）" if len(people) > len(shown) else ""
    return figure(
        traces,
        f"负担：用到{'的人，' if len(sides) > 1 else ' '}{told}{more}",
        barmode="group",
        xaxis={"title": {"text": "次数"}, "dtick": _step(sides, room, shown), "rangemode": "tozero"},
        yaxis={"range": [len(labels) - 0.4, -0.6], "categoryorder": "array", "categoryarray": labels},
        margin={"l": 16, "r": 16, "t": 84, "b": 40},
        height=170 + (26 if len(sides) > 1 else 20) * len(shown),
    )  # fmt: skip


def _step(sides: Mapping[str, tuple[Counter[Who], str]], room: Mapping[Who, int], shown: list[Who]) -> int | None:
    """Return 1 while every number has room on the axis."""
    counts = [counts[who] for counts, _ in sides.values() for who in shown]
    return 1 if max([*counts, *(room.get(who, 0) for who in shown)], default=0) <= 12 else None


def sankey(plan: Plan, *, left: Left | None = None, right: Right | None = None, most: int = 16) -> Any:
    """Draw what flows to whom in a plan.

    Parameters
    ----------
    plan : Plan
        Who serves what. The requester's own people are left out.
    left : {"need", "region", "requester", "kind", "scenario"}, optional
        What stands on the left; by default the needs if there are at most ``most``, else their regions, or who
        asked where no region is written.
    right : {"candidate", "unit"}, optional
        What stands on the right; by default the people if there are at most ``most``, else their units.
    most : int, default 16
        Entries of a side at most: the widest; the others are one entry, whose name says how many they are.

    Returns
    -------
    plotly.graph_objects.Figure
        A ribbon is as wide as people go that way; red ones are people still missing.

    Raises
    ------
    MissingExtraError
        plotly is not installed.
    SettingError
        A setting that is not accepted.

    Examples
    --------
    >>> import expertmatch as em
    >>> works = pd.DataFrame({"expert_id": ["E1", "E2"], "title": ["猕猴桃溃疡病", "猕猴桃冻害"]})
    >>> ranking = em.Matcher().fit(em.read_pool(works=works)).rank(["猕猴桃病害", "猕猴桃花粉"])
    >>> figure = sankey(em.plan(ranking, wanted=2, capacity=1))
    >>> figure.data[0].node.label[-1], figure.data[0].link.value
    ('还缺的人', (1, 1, 1, 1))
    """
    check_most("most", most)
    for name, given, known in (("left", left, get_args(Left)), ("right", right, get_args(Right))):
        if given is not None and given not in known:
            raise SettingError(name, given, "、".join(known))
    flows = _flows(plan)
    by = left or _left_of(flows, most)
    to: Right = right or ("candidate" if flows["candidate"].nunique() <= most else "unit")
    pairs = Counter(zip(_few(flows[by], most), _few(flows[to], most), strict=True))
    wide = Counter[str]()
    for (one, _), count in pairs.items():
        wide[one] += count
    lefts = sorted(wide, key=lambda one: (_last(one), -wide[one], one))
    into: dict[str, list[tuple[int, int]]] = {}
    for (one, other), count in pairs.items():
        into.setdefault(other, []).append((lefts.index(one), count))
    middle = {other: sum(at * n for at, n in rows) / sum(n for _, n in rows) for other, rows in into.items()}
    rights = sorted(into, key=lambda other: (_last(other), middle[other], other))
    return _sankey_figure(pairs, lefts, rights, f"方案：{_LEFT[by]} → {_RIGHT[to]}，宽窄为人次")


def _flows(plan: Plan) -> pd.DataFrame:
    """Return a row a filled or missing place: what it may be grouped by on either side."""
    needs = plan.needs.set_index("need_id")
    own = plan.frame[plan.frame["candidate_kind"] != "requester"]
    units = dict(zip(plan.pool.experts["expert_id"], plan.pool.experts["unit"], strict=True))
    rows = [
        (str(need), str(scenario), f"{name}", (units.get(key, "") if kind == "expert" else name) or _UNKNOWN)
        for need, scenario, kind, key, name in zip(
            *(own[c] for c in ("need_id", "scenario", "candidate_kind", "candidate_id", "name")), strict=True
        )
    ]
    scenario_of = dict(zip(plan.teams["need_id"], plan.teams["scenario"], strict=True))
    lacking = zip(plan.unserved["need_id"], plan.unserved["missing"], strict=True)
    rows += [(str(n), str(scenario_of.get(n, "")), _LACKING, _LACKING) for n, few in lacking for _ in range(int(few))]
    frame = pd.DataFrame(rows, columns=["need_id", "scenario", "candidate", "unit"], dtype=object)
    frame["need"] = [f"{need} {needs['title'][need]}" for need in frame["need_id"]]
    for column in ("region", "requester", "kind"):
        cells = needs[column] if column in needs else pd.Series("", index=needs.index)
        frame[column] = [str(cells[need] or "") or _UNKNOWN for need in frame["need_id"]]
    frame["region"] = _short(frame["region"].tolist())
    frame["scenario"] = [one or "（不分场景）" for one in frame["scenario"]]
    return frame


def _short(regions: list[str]) -> list[str]:
    """Leave out the province and the city where all regions share them."""
    above = {one[: max(one.rfind("省"), one.rfind("市")) + 1] for one in regions if one != _UNKNOWN}
    cut = len(above.pop()) if len(above) == 1 else 0
    return [one if one == _UNKNOWN else one[cut:] or one for one in regions]


def _left_of(flows: pd.DataFrame, most: int) -> Left:
    if flows["need_id"].nunique() <= most:
        return "need"
    return "region" if (flows["region"] != _UNKNOWN).mean() >= 0.5 else "requester"


def _few(values: pd.Series, most: int) -> list[str]:
    """Name the entries of a side, the rarest joined to one; missing people stay apart."""
    counts = Counter(one for one in values if one != _LACKING)
    order = sorted(counts, key=lambda one: (-counts[one], one))
    kept = set(order if len(order) <= most else order[: most - 1]) | {_LACKING}
    rest = f"其余 {len(counts) - most + 1} 个"
    return [one if one in kept else rest for one in values]


def _last(name: str) -> int:
    return 2 if name == _LACKING else int(name.startswith("其余 ") or name == _UNKNOWN)


def _sankey_figure(pairs: Counter[tuple[str, str]], lefts: list[str], rights: list[str], title: str) -> Any:
    go = graph_objects()
    place = {one: i for i, one in enumerate(lefts)}
    other_place = {other: len(lefts) + i for i, other in enumerate(rights)}
    links = sorted(pairs, key=lambda pair: (place[pair[0]], other_place[pair[1]]))
    ribbon = {one: GREY if _last(one) else _RIBBONS[i % len(_RIBBONS)] for i, one in enumerate(lefts)}
    colours = [ribbon[one] for one in lefts]
    colours += [RED if other == _LACKING else GREY if _last(other) else BLUE for other in rights]
    heights = [
        *_middles([sum(count for (one, _), count in pairs.items() if one == name) for name in lefts]),
        *_middles([sum(count for (_, other), count in pairs.items() if other == name) for name in rights]),
    ]
    trace = go.Sankey(
        arrangement="snap",
        node={
            "label": [plain(one, 18) for one in (*lefts, *rights)],
            "color": colours,
            "customdata": [plain(one) for one in (*lefts, *rights)],
            "hovertemplate": "%{customdata}<br>%{value:d} 人次<extra></extra>",
            "x": [*[0.001] * len(lefts), *[0.999] * len(rights)],
            "y": heights,
            "pad": 9,
            "thickness": 14,
            "line": {"width": 0},
        },
        link={
            "source": [place[one] for one, _ in links],
            "target": [other_place[other] for _, other in links],
            "value": [pairs[link] for link in links],
            "color": [pale(RED if other == _LACKING else ribbon[one]) for one, other in links],
            "customdata": [f"{plain(one)} → {plain(other)}" for one, other in links],
            "hovertemplate": "%{customdata}<br>%{value:d} 人次<extra></extra>",
        },
        textfont={"color": INK, "size": 12},
    )
    return figure([trace], title, height=140 + 28 * max(len(lefts), len(rights), 6))


def _middles(sizes: list[int]) -> list[float]:
    """Return the heights of the entries of a side, from above, as shares: in their order, as plotly keeps it."""
    total, above, found = sum(sizes), 0, []
    for size in sizes:
        found.append(min(max((above + size / 2) / total, 0.001), 0.999))
        above += size
    return found
