"""Figures say what their values say, literally, alike every time, and so that it can be read."""

import json
import re
import sys

import networkx as nx
import pandas as pd
import pytest

import expertmatch as em
from expertmatch.errors import MissingExtraError, SettingError, UnknownNameError
from expertmatch.evaluation.reliability import reliability as measured
from expertmatch.ranking.surroundings import need_graph
from expertmatch.report import plots
from expertmatch.report.charts import style
from expertmatch.report.charts.coverage import STATE_COLOURS
from expertmatch.report.charts.measured import wilson
from expertmatch.report.charts.scores import score_bars

HOSTILE = "<img src=x onerror=alert(1)>猕猴桃<b>溃疡病</b>"

EXPERTS = pd.DataFrame(
    {
        "专家编号": ["E1", "E2", "E3", "E4"],
        "姓名": ["张三", "李四", "王五", "赵六"],
        "工作单位": ["甲大学", "乙研究所", "甲大学", "丙公司"],
        "学科": ["植物保护学", "植物保护学", "土木建筑工程", ""],
    }
)
WORKS = pd.DataFrame(
    {
        "expert_id": ["E1", "E1", "E2", "E3", "E4"],
        "title": ["猕猴桃溃疡病综合防控", "猕猴桃花粉检疫", "果树溃疡病菌抗药性", "混凝土裂缝修补", "变压器局部放电"],
    }
)
SOCIETIES = pd.DataFrame({"学会编号": ["S1"], "学会名称": ["西安市植保学会"], "学科": ["植物保护学"]})
MEMBERS = pd.DataFrame({"专家编号": ["E1", "E2"], "学会名称": ["西安市植保学会"] * 2, "学会职务": ["理事长", "理事"]})
NEEDS = pd.DataFrame(
    {
        "need_id": ["N1", "N2", "N3"],
        "title": [HOSTILE, "桥墩混凝土裂缝怎么补", "变压器局部放电监测"],
        "region": ["陕西省西安市周至县", "陕西省西安市碑林区", ""],
        "requester": ["甲村", "乙公司", "丙公司"],
    }
)


@pytest.fixture(scope="module")
def pool():
    return em.read_pool(EXPERTS, works=WORKS, societies=SOCIETIES, memberships=MEMBERS)


@pytest.fixture(scope="module")
def ranking(pool):
    return em.Matcher(signals={"text": 0.8, "discipline": 0.15, "standing": 0.05}).fit(pool).rank(NEEDS, top=3)


@pytest.fixture(scope="module")
def plan(ranking):
    return em.plan(ranking, wanted=2, capacity=1)


@pytest.fixture(scope="module")
def compared():
    judged = pd.DataFrame({"need_id": ["N1", "N2", "N3"], "expert_id": ["E1"] * 3, "grade": [3] * 3})
    ids = {"need_id": ["N1", "N1", "N2", "N2", "N3", "N3"], "expert_id": ["E1", "E2"] * 3}
    runs = [pd.DataFrame(ids | {"rank": order}) for order in ([1, 2, 1, 2, 1, 2], [2, 1, 2, 1, 1, 2])]
    return em.compare_runs(*runs, judged, measures=["MRR", "nDCG@10"], names=("<新>", "旧"))


@pytest.fixture(scope="module")
def figures(pool, ranking, plan, compared):
    return {
        "waterfall": plots.waterfall(ranking.explain("N1", "E1")),
        "heat_map": plots.heat_map(ranking),
        "load": plots.load(plan),
        "load_of_ranking": plots.load(ranking),
        "tree_map": plots.tree_map(em.coverage(pool, em.read_needs(NEEDS))),
        "network": plots.network(ranking, "N1"),
        "network_of_pool": plots.network(em.build_network(pool), "society:S1"),
        "sankey": plots.sankey(plan),
        "reliability": plots.reliability(measured([0.1, 0.2, 0.8, 0.9], [False, False, True, True], bins=2)),
        "comparison": plots.comparison(compared),
    }


def test_every_public_figure_is_drawn_here(figures):
    drawn = {name.split("_of_")[0] for name in figures}
    assert drawn == set(plots.__all__) - {"write_figure"}


def test_figures_are_the_same_again_and_small(figures, ranking, plan):
    for name, figure in figures.items():
        told = figure.to_json()
        assert "uid" not in told, name
        assert len(told) < 60_000, name
    assert plots.network(ranking, "N1").to_json() == figures["network"].to_json()
    assert plots.sankey(plan).to_json() == figures["sankey"].to_json()


def test_texts_of_tables_are_no_markup(figures):
    allowed = re.compile(r"<br>|<extra></extra>")
    for name, figure in figures.items():
        for text in _texts(json.loads(figure.to_json())):
            assert "<" not in allowed.sub("", text), (name, text)


def _texts(value):
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return [text for one in value for text in _texts(one)]
    return [value] if isinstance(value, str) else []


def test_plain_keeps_a_text_on_one_line():
    assert style.plain("甲\n\t乙\x00丙") == "甲 乙 丙"
    assert style.plain("一二三四五", 4) == "一二三…"
    assert style.plain("一二三四", 4) == "一二三四"


def _contrast(one, other):
    """Return the contrast of two colours (WCAG 2.2, definition of contrast ratio)."""

    def luminance(colour):
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("name", ["INK", "MUTED", "BLUE", "ORANGE", "GREEN", "PURPLE", "RED", "GREY", "BROWN", "TEAL"])
def test_marks_and_texts_stand_out_from_the_ground(name):
    assert _contrast(getattr(style, name), style.PAPER) >= 4.5


@pytest.mark.parametrize("state", list(STATE_COLOURS))
def test_names_can_be_read_on_the_colour_of_their_state(state):
    assert _contrast(*STATE_COLOURS[state]) >= 4.5


def test_labels_can_be_read_on_ribbons():
    for colour in (style.BLUE, style.ORANGE, style.GREEN, style.PURPLE, style.BROWN, style.TEAL, style.RED):
        red, green, blue, alpha = (float(part) for part in re.findall(r"[\d.]+", style.pale(colour)))
        mixed = [round(part * alpha + 255 * (1 - alpha)) for part in (red, green, blue)]
        assert _contrast("#" + "".join(f"{part:02x}" for part in mixed), style.INK) >= 4.5


def test_without_plotly_the_install_line_is_given(ranking, monkeypatch):
    monkeypatch.setitem(sys.modules, "plotly.graph_objects", None)
    with pytest.raises(MissingExtraError, match=r"expertmatch\[charts\]"):
        plots.heat_map(ranking)


def test_the_bars_of_a_score_add_up_to_it(ranking):
    why = ranking.explain("N1", "E1")
    for most in (1, 2, 3, 50):
        bars = score_bars(why, most)
        assert len(bars) <= most
        assert sum(bar.part for bar in bars) == pytest.approx(why.score, abs=1e-12)
        drawn = plots.waterfall(why, most=most).data[0]
        assert drawn.x[-1] == why.score
        assert len(set(drawn.y)) == len(drawn.y) == len(bars) + 1


def test_a_heat_map_shows_the_scores_of_the_frame(ranking):
    shown = plots.heat_map(ranking)
    cells = [score for row in shown.data[0].z for score in row if score is not None]
    assert sorted(cells) == sorted(ranking.frame["score"].tolist())
    few = plots.heat_map(ranking, needs=1, people=1)
    assert "前 1 条需求" in few.layout.title.text
    assert few.data[0].z == ([ranking.frame["score"].iloc[0]],)


def test_load_counts_what_each_would_take_and_what_the_plan_gives(ranking, plan):
    before, after = plots.load(plan).data[:2]
    own = plan.frame[plan.frame["candidate_kind"] == "expert"]
    assert sum(after.x) == len(own)
    assert max(after.x) == 1  # the capacity
    places = own.groupby("need_id").size()
    taken = sum(min(int(places.get(need, 0)), len(rows)) for need, rows in ranking.frame.groupby("need_id"))
    assert sum(before.x) == taken
    assert sum(plots.load(ranking, first=1).data[0].x) == ranking.frame["need_id"].nunique()


def test_a_sankey_carries_every_place_and_every_missing_one(plan):
    missing = int(plan.unserved["missing"].sum())
    assert missing > 0
    for left in ("need", "region", "requester", "kind", "scenario"):
        for right in ("candidate", "unit"):
            trace = plots.sankey(plan, left=left, right=right, most=2).data[0]
            assert sum(trace.link.value) == len(plan.frame) + missing
            lacking = len(trace.node.label) - 1
            assert trace.node.label[lacking] == "还缺的人"
            pairs = zip(trace.link.target, trace.link.value, strict=True)
            assert sum(value for target, value in pairs if target == lacking) == missing


def test_regions_are_told_without_what_they_share(plan):
    labels = plots.sankey(plan, left="region").data[0].node.label
    assert {"周至县", "碑林区", "（未写明）"} <= set(labels)


def test_the_tree_map_is_as_large_as_the_needs(pool):
    found = em.coverage(pool, em.read_needs(NEEDS))
    trace = plots.tree_map(found).data[0]
    size = dict(zip(trace.ids, trace.values, strict=True))
    for code, needs in zip(found.frame["code"], found.frame["needs"], strict=True):
        assert size[code] == needs + 1
    states = [state for state, parent in zip(trace.ids, trace.parents, strict=True) if not parent]
    assert sum(size[state] for state in states) == int((found.frame["needs"] + 1).sum())


def test_the_graph_around_a_need_leads_to_everybody_recommended(ranking):
    graph = need_graph(ranking, "N1")
    listed = ranking.frame[ranking.frame["need_id"] == "N1"]
    for key in listed["candidate_id"]:
        assert nx.has_path(graph, "need:N1", f"expert:{key}")
        why = ranking.explain("N1", key)
        assert graph.has_edge("need:N1", f"expert:{key}") == bool(why.entries)
    assert {kind for _, kind in graph.nodes(data="kind")} >= {"need", "discipline", "expert"}
    first = need_graph(ranking, "N1", most=1)
    assert [n for n, kind in first.nodes(data="kind") if kind == "expert"] == [
        f"expert:{listed['candidate_id'].iloc[0]}"
    ]


def test_nodes_of_a_column_do_not_lie_on_each_other(figures):
    for name in ("network", "network_of_pool"):
        at = [(note.x, note.y) for note in figures[name].layout.annotations]
        assert len(set(at)) == len(at)


def test_unknown_names_and_settings_are_refused(pool, ranking, plan):
    with pytest.raises(UnknownNameError, match="N1"):
        plots.network(ranking, "N11")
    with pytest.raises(UnknownNameError, match="society:S1"):
        plots.network(em.build_network(pool), "society:S2")
    for call in (
        lambda: plots.sankey(plan, left="县"),
        lambda: plots.sankey(plan, right="县"),
        lambda: plots.sankey(plan, most=0),
        lambda: plots.load(plan, most=True),
        lambda: plots.heat_map(ranking, people=0),
        lambda: plots.waterfall(ranking.explain("N1", "E1"), most=0),
    ):
        with pytest.raises(SettingError):
            call()


def test_an_interval_of_a_share_holds_it():
    for count in (1, 2, 7, 40):
        for true in range(count + 1):
            low, high = wilson(true / count, count)
            assert 0 <= low <= true / count <= high <= 1


def test_a_comparison_shows_the_intervals_of_the_frame(compared):
    drawn = {}
    for trace in plots.comparison(compared).data:
        for name, x, up, down in zip(trace.y, trace.x, trace.error_x.array, trace.error_x.arrayminus, strict=True):
            drawn[name] = (x - down, x, x + up)
    for row in compared.frame.to_dict("records"):
        found = drawn[f"{row['measure']}（{row['needs']} 条）"]
        assert found == pytest.approx((row["low"], row["difference"], row["high"]))


def test_a_page_is_whole_and_written_once(figures, tmp_path):
    page = plots.write_figure(figures["sankey"], tmp_path / "图.html").read_text(encoding="utf-8")
    assert '<html lang="zh-CN">' in page
    assert "<script src=" not in page
