"""The network: its schema, its export, what is not in it, and the graph the walk sees."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import networkx as nx
import numpy as np
import pandas as pd
import pytest

from expertmatch.errors import InputError, OutputError, SettingError
from expertmatch.graph.disciplines import DisciplineTree
from expertmatch.graph.edges import ROLE_WEIGHTS, Links, graph_tables, links_frame, pool_links
from expertmatch.graph.network import build_network, read_network, to_networkx, walk_graph, write_network
from expertmatch.graph.walk import WalkTable, strongest_path, transition
from expertmatch.tables.headers.contracts import TABLES
from expertmatch.tables.pool import Pool, read_pool

TREE = DisciplineTree.read(
    pd.DataFrame(
        {
            "code": ["A", "A1", "A2", "B"],
            "name": ["农学", "园艺学", "植物保护学", "医学"],
            "parent": ["", "A", "A", ""],
            "terms": ["土壤;作物", "猕猴桃;苹果", "病虫害;溃疡病", "临床;护理"],
            "see": ["", "A2", "", ""],
        }
    )
)
EXPERTS = pd.DataFrame(
    {
        "专家编号": ["E1", "E2", "E3", "E4"],
        "姓名": ["张三", "李四", "王五", "赵六"],
        "出生年月": ["1966-05", "", "", ""],
        "性别": ["女", "男", "", ""],
        "工作单位": ["西安交通大学机械学院", "西安交通大学", "", ""],
        "所在地区": ["陕西省西安市周至县竹峪镇", "陕西省西安市", "", ""],
        "学科": ["园艺学", "植物保护学；医学", "", "炼丹学"],
        "手机": ["13812345678", "", "", ""],
        "身份证号": ["11010519491231002X", "", "", ""],
        "邮箱": ["zhang@example.com", "", "", ""],
        "研究方向": ["", "", "护理与临床", ""],
    }
)
SOCIETIES = pd.DataFrame(
    {
        "学会编号": ["S1", "S2", "S3"],
        "学会名称": ["西安市植保学会", "西安市植保学会果树专业委员会", "西安市钓鱼协会"],
        "学科": ["植物保护学", "", ""],
        "业务范围": ["", "猕猴桃与苹果", ""],
        "所在地区": ["西安市", "", ""],
    }
)
MEMBERS = pd.DataFrame(
    {
        "专家编号": ["E1", "E2", "E3", "E3"],
        "学会名称": ["西安市植保学会", "西安市植保学会", "西安市植保学会", "西安市钓鱼协会"],
        "学会职务": ["副理事长", "理事", "理事长", "鱼王"],
        "任职结束": ["2030", "", "2020-06", ""],
    }
)
WORKS = pd.DataFrame(
    {
        "成果编号": ["W1", "W2", "W3"],
        "成果名称": ["溃疡病", "套袋", "护理"],
        "完成人": ["张三；李四", "张三；李四；王五", "赵六"],
    }
)


def whole_pool():
    return read_pool(EXPERTS, works=WORKS, societies=SOCIETIES, memberships=MEMBERS, today=date(2026, 1, 1))


@pytest.fixture(scope="module")
def pool():
    return whole_pool()


@pytest.fixture(scope="module")
def graph(pool):
    return build_network(pool, tree=TREE)


def test_every_kind_of_node_is_there(graph):
    kinds = {node: data["kind"] for node, data in graph.nodes(data=True)}
    assert kinds["expert:E1"] == "expert"
    assert kinds["society:S1"] == "society"
    assert kinds["discipline:A1"] == "discipline"
    assert kinds["unit:西安交通大学"] == "unit"
    assert kinds["region:陕西省西安市周至县"] == "region"
    assert graph.nodes["region:陕西省西安市周至县"]["level"] == 3
    assert graph.nodes["region:陕西省西安市"]["level"] == 2
    assert all(node.split(":", 1) == [data["kind"], data["key"]] for node, data in graph.nodes(data=True))


def test_edges_have_kind_weight_and_origin(graph):
    def edge(a, b):
        return {k: v for k, v in graph.edges[a, b].items() if v not in ("", 0)}

    assert edge("expert:E1", "discipline:A1") == {"kind": "specialises_in", "weight": 1.0, "origin": "declared"}
    assert edge("society:S1", "discipline:A2") == {"kind": "covers", "weight": 1.0, "origin": "declared"}
    assert edge("expert:E1", "society:S1") == {
        "kind": "member_of",
        "weight": 0.9,
        "origin": "table",
        "role": "副理事长",
    }
    assert edge("discipline:A1", "discipline:A")["kind"] == "subfield_of"
    assert edge("discipline:A1", "discipline:A2")["kind"] == "see_also"
    assert edge("society:S2", "society:S1")["kind"] == "branch_of"
    assert edge("expert:E1", "unit:西安交通大学")["kind"] == "works_at"
    assert edge("expert:E1", "region:陕西省西安市周至县")["kind"] == "located_in"
    assert edge("region:陕西省西安市周至县", "region:陕西省西安市")["kind"] == "part_of"
    assert edge("expert:E1", "expert:E2") == {"kind": "co_works", "weight": 1.0, "origin": "table", "count": 2}
    assert edge("expert:E1", "expert:E3")["weight"] == 0.5
    inferred = edge("expert:E3", "discipline:B")
    assert inferred["origin"] == "inferred"
    assert 0 < inferred["weight"] <= 1
    assert all(0 < data["weight"] <= 1 for _, _, data in graph.edges(data=True))


def test_an_office_that_has_ended_counts_as_membership_and_says_so(graph):
    edge = graph.edges["expert:E3", "society:S1"]
    assert edge["weight"] == ROLE_WEIGHTS["会员"]
    assert edge["role"] == "原理事长"


def test_a_name_that_is_no_discipline_is_reported(pool):
    assert [p.value for p in pool_links(pool, TREE, None).problems] == ["炼丹学"]


def test_personal_fields_are_not_in_it(graph, tmp_path):
    personal = {c.name for c in TABLES["experts"].columns if c.personal} | {"birth", "sex", "age"}
    keys = {key for _, data in graph.nodes(data=True) for key in data} | {
        k for *_, d in graph.edges(data=True) for k in d
    }
    assert not keys & personal
    for name in ("g.graphml", "g.json"):
        text = write_network(graph, tmp_path / name).read_text(encoding="utf-8")
        for secret in ("13812345678", "11010519491231002X", "zhang@example.com", "1966", "竹峪镇"):
            assert secret not in text


@pytest.mark.parametrize("name", ["g.graphml", "g.json", "g.JSON"])
def test_export_comes_back_and_is_the_same_bytes_again(graph, tmp_path, name):
    path = write_network(graph, tmp_path / name)
    again = read_network(path)
    assert nx.utils.graphs_equal(again, graph)
    assert write_network(again, tmp_path / f"2{name}").read_bytes() == path.read_bytes()
    with pytest.raises(OutputError):
        write_network(graph, path)
    write_network(graph, path, overwrite=True)


def test_other_endings_and_other_files_are_refused(graph, tmp_path):
    with pytest.raises(SettingError):
        write_network(graph, tmp_path / "g.txt")
    for name, text in (("a.json", "{}"), ("b.json", "["), ("c.json", "[]"), ("d.graphml", "<x"), ("e.graphml", "<x/>")):
        (tmp_path / name).write_text(text, encoding="utf-8")
        with pytest.raises(InputError):
            read_network(tmp_path / name)
    with pytest.raises(InputError):
        read_network(tmp_path / "missing.json")


def test_the_order_of_rows_does_not_matter(tmp_path, graph):
    pool = read_pool(EXPERTS[::-1], works=WORKS[::-1], societies=SOCIETIES[::-1], memberships=MEMBERS[::-1],
                     today=date(2026, 1, 1))  # fmt: skip
    one, two = tmp_path / "1.json", tmp_path / "2.json"
    assert write_network(build_network(pool, tree=TREE), one).read_bytes() == write_network(graph, two).read_bytes()


@pytest.mark.parametrize("tables", [{}, {"works": WORKS}, {"memberships": MEMBERS}])
def test_missing_tables_leave_a_smaller_graph(tables):
    pool = read_pool(EXPERTS[["专家编号", "姓名"]], **tables, today=date(2026, 1, 1))
    graph = build_network(pool, tree=TREE)
    assert {"expert:E1", "discipline:A"} <= set(graph)
    assert walk_graph(graph_tables(pool, Links(links_frame([]), links_frame([])), TREE)).adjacency.shape[0] > 4


def test_an_empty_pool_gives_the_disciplines_alone():
    assert {data["kind"] for _, data in build_network(Pool(), tree=TREE).nodes(data=True)} == {"discipline"}


def test_given_links_are_used_and_unknown_codes_left_out(pool):
    links = links_frame([("E1", "B", 0.3, "inferred"), ("E1", "Z", 1.0, "declared"), ("E9", "B", 1.0, "declared")])
    graph = build_network(pool, links=links, tree=TREE)
    assert [n for n in graph["expert:E1"] if n.startswith("discipline")] == ["discipline:B"]
    assert not any(data["kind"] == "covers" for *_, data in graph.edges(data=True))


def test_the_walk_sees_neither_units_nor_regions_and_is_symmetric(pool):
    tables = graph_tables(pool, pool_links(pool, TREE, None), TREE)
    seen = walk_graph(tables)
    alone = tables.nodes["kind"].isin(["unit", "region"]).to_numpy()
    assert seen.adjacency[alone].nnz == 0
    assert abs(seen.adjacency - seen.adjacency.T).nnz == 0
    kinds = {data["kind"] for *_, data in to_networkx(tables).edges(data=True)}
    assert {"works_at", "located_in"} <= kinds


def test_a_society_weighs_as_much_as_its_members(pool):
    tables = graph_tables(pool, pool_links(pool, TREE, None), TREE)
    seen = walk_graph(tables)
    society, field = seen.place["society:S1"], seen.place["discipline:A2"]
    assert seen.adjacency[society, field] == pytest.approx(0.9 + 0.5 + 0.2)


def test_the_strongest_path_reads_as_people_say_it(pool):
    links = Links(links_frame([]), links_frame([("S1", "A2", 1.0, "declared")]))
    seen = walk_graph(graph_tables(pool, links, TREE))
    way = strongest_path(seen.adjacency, seen.place["discipline:A2"], seen.place["expert:E1"])
    assert seen.in_words(way) == ("植物保护学", "西安市植保学会", "副理事长", "张三")
    steps = transition(seen.adjacency)
    assert way.probability == pytest.approx(
        np.prod([steps[a, b] for a, b in zip(way.nodes, way.nodes[1:], strict=False)])
    )
    links = Links(links_frame([("E2", "A2", 0.4, "inferred")]), links_frame([]))
    seen = walk_graph(graph_tables(pool, links, TREE))
    way = strongest_path(seen.adjacency, seen.place["discipline:A2"], seen.place["expert:E1"])
    assert seen.in_words(way) == ("植物保护学", "由成果推断", "李四", "共同完成成果", "张三")


def test_the_office_holder_is_nearer_than_the_plain_member(pool):
    links = Links(links_frame([]), links_frame([("S1", "A2", 1.0, "declared")]))
    seen = walk_graph(graph_tables(pool, links, TREE))
    keys, experts = seen.of_kind("expert")
    table = WalkTable.build(seen.adjacency, np.array([seen.place["discipline:A2"]]), experts)
    signal = dict(zip(keys, table.signal(np.array([[1.0]])).toarray()[0], strict=True))
    assert signal["E1"] == 1.0
    assert signal["E1"] > signal["E2"] > 0
    assert signal["E4"] == 0


def test_many_disciplines_do_not_bring_nearer_to_each(pool):
    pairs = [("E1", "A2"), ("E2", "A2"), ("E2", "B"), ("E3", "B"), ("E4", "B")]
    links = Links(links_frame([(one, code, 1.0, "declared") for one, code in pairs]), links_frame([]))
    seen = walk_graph(graph_tables(replace(pool, works=Pool().works, memberships=Pool().memberships), links, TREE))
    keys, experts = seen.of_kind("expert")
    table = WalkTable.build(seen.adjacency, np.array([seen.place["discipline:A2"]]), experts)
    signal = dict(zip(keys, table.signal(np.array([[1.0]])).toarray()[0], strict=True))
    assert signal["E1"] == 1.0
    assert 0 < signal["E2"] < 0.95
