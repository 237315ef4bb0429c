"""Texts linked to disciplines."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from expertmatch.errors import SettingError
from expertmatch.graph.declared import expert_texts, read_declared
from expertmatch.graph.disciplines import DisciplineTree, own_tree
from expertmatch.graph.features import Features
from expertmatch.graph.linking import Linker, link_disciplines
from expertmatch.graph.mixtures import expert_disciplines, need_disciplines
from expertmatch.graph.prototypes import LinkWeights, blended, certainty, evened, memberships, sharpened
from expertmatch.tables.pool import Pool, read_pool
from expertmatch.text import Analyzer, normalise

COLUMNS = ["text_id", "rank", "code", "name", "score", "terms", "source"]

TEXTS = {
    "猕猴桃溃疡病的综合防治技术": "210",
    "奶山羊乳房炎的诊断与兽药残留": "230",
    "110kV变压器局部放电在线监测与绝缘老化": "470",
    "基于深度学习的图像语义分割卷积神经网络": "520",
    "胃癌根治术后患者化疗的随机对照临床试验": "320",
    "唐代诗歌的意象与文学批评": "750",
    "商周青铜器墓葬发掘报告": "780",
    "拓扑空间上的同调群与紧流形": "110",
    "中药复方黄芪汤对气虚证的疗效": "360",
    "钢筋混凝土框架结构的抗震设计": "560",
    "高校思想政治教育与马克思主义理论教学": "710",
    "棉纤维染色与印花工艺": "540",
}


@pytest.fixture(scope="module")
def linker() -> Linker:
    return Linker.fit()


@pytest.fixture(scope="module")
def second() -> Linker:
    return Linker.fit(level=2)


@pytest.fixture(scope="module")
def pool() -> Pool:
    experts = pd.DataFrame(
        {
            "专家编号": ["E1", "E2", "E3", "E4"],
            "姓名": list("甲乙丙丁"),
            "学科分类": ["园艺学", "电气工程；魔法学", "", None],
            "研究方向": ["", "", "混凝土结构", ""],
        }
    )
    works = pd.DataFrame(
        {
            "专家编号": ["E1", "E1", "E2", "E2"],
            "成果名称": ["蓝光补光对幼苗的影响", "蓝光补光设备", "杂散电流偏磁", "直流偏磁抑制"],
        }
    )
    return read_pool(experts, works=works)


def own(**terms: str) -> DisciplineTree:
    rows = [{"code": code, "name": f"{code}名", "parent": code[:-1], "terms": words} for code, words in terms.items()]
    return DisciplineTree.read(pd.DataFrame(rows))


def test_plain_texts_find_their_discipline(linker):
    links = linker.link(list(TEXTS), top=1)
    assert links["code"].tolist() == list(TEXTS.values())


def test_the_frame(linker):
    links = linker.link(list(TEXTS))
    assert list(links.columns) == COLUMNS
    assert set(links["source"]) == {"inferred"}
    assert links["score"].between(0, 1, inclusive="right").all()
    for text_id, part in links.groupby("text_id"):
        assert part["rank"].tolist() == list(range(1, len(part) + 1))
        assert part["score"].is_monotonic_decreasing
        assert part["code"].is_unique
        assert 0 <= text_id < len(TEXTS)
    assert [own_tree().disciplines[code].name for code in links["code"]] == links["name"].tolist()


@pytest.mark.parametrize("level", [1, 2])
def test_terms_stand_in_the_text(level):
    texts = [*TEXTS, "ＰＣＲ检测 Deep Learning 與電磁兼容", "蓝牙5.0"]
    links = link_disciplines(texts, level=level)
    for text_id, terms in zip(links["text_id"], links["terms"], strict=True):
        assert terms
        for term in terms.split("、"):
            assert term in normalise(texts[text_id]).lower()


def test_the_second_level(second):
    links = second.link(["猕猴桃溃疡病的综合防治", "变压器局部放电"], top=1)
    assert links["code"].tolist() == ["21060", "47040"]
    assert not any(code.endswith("99") for code in second.link(list(TEXTS), top=50)["code"])


@settings(max_examples=40, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(list(TEXTS)), st.text(max_size=40)), max_size=4), st.integers(1, 5))
def test_any_texts(texts, top):
    linker = Linker.fit()
    links = linker.link(texts, top=top)
    assert list(links.columns) == COLUMNS
    assert links["score"].between(0, 1, inclusive="right").all()
    assert links.groupby("text_id").size().le(top).all()
    scores = linker.scores(texts)
    assert scores.shape == (len(texts), 62)
    for i, text in enumerate(texts):  # the others do not matter
        assert np.array_equal(linker.scores([text])[0], scores[i])
    refined = linker.scores(texts, refine=True)
    assert ((refined >= 0) & (refined <= 1)).all()


def test_the_same_twice(linker):
    first, again = (link_disciplines(list(TEXTS), refine=refine) for refine in (False, False))
    pd.testing.assert_frame_equal(first, again)
    refined, once_more = (link_disciplines(list(TEXTS) * 3, refine=True) for _ in range(2))
    pd.testing.assert_frame_equal(refined, once_more)
    pd.testing.assert_frame_equal(first, linker.link(list(TEXTS)))


def test_one_text_a_series_and_none():
    assert link_disciplines("苹果树腐烂病", top=1)["text_id"].tolist() == [0]
    series = pd.Series(["苹果树腐烂病", None], index=["N7", "N8"])
    assert link_disciplines(series, top=1)["text_id"].tolist() == ["N7"]
    for nothing in ([], [""], ["。"], [None]):
        empty = link_disciplines(nothing)
        assert list(empty.columns) == COLUMNS
        assert len(empty) == 0


def test_declared_wins_and_is_marked(linker):
    texts = ["猕猴桃溃疡病的综合防治技术", "猕猴桃溃疡病的综合防治技术", "。"]
    links = linker.link(texts, declared=["软件工程；数学", "", "考古学"])
    first = links[links["text_id"] == 0]
    assert first["code"].tolist()[:2] == ["520", "110"]
    assert first["source"].tolist() == ["declared", "declared", "inferred"]
    assert first["score"].tolist()[:2] == [1.0, 1.0]
    assert set(links[links["text_id"] == 1]["source"]) == {"inferred"}
    assert links[links["text_id"] == 2][["code", "source"]].to_numpy().tolist() == [["780", "declared"]]
    assert linker.link(texts, declared=["魔法学", None, ""])["source"].eq("inferred").all()


def test_settings_that_are_refused(linker):
    for top in (0, -1, 1.5, True, "3"):
        with pytest.raises(SettingError):
            linker.link(["苹果"], top=top)
    for level in (0, 3, -1):
        with pytest.raises(SettingError):
            Linker.fit(level=level)
    with pytest.raises(SettingError):
        linker.link(["苹果", "梨"], declared=[""])
    for wrong in ({"inherit": 1.1}, {"phrase_weight": -1}, {"length_slope": None}, {"text_weight": "1"}):
        with pytest.raises(SettingError):
            LinkWeights(**wrong)


def test_a_crosswalk_names_and_merges(linker):
    table = pd.DataFrame({"code": ["210", "220", "21040", "470"], "label": ["农林", "农林", "果蔬", "能源动力"]})
    links = link_disciplines(list(TEXTS), crosswalk=table, top=3)
    assert set(links["name"]) <= {"农林", "果蔬", "能源动力"}
    assert dict(zip(links["name"], links["code"], strict=True))["农林"] == "210;220"
    assert set(links.iloc[:2]["name"]) == {"农林", "果蔬"}
    declared = link_disciplines(["桥"], crosswalk=table, declared=["园艺学"], top=1)
    assert declared[["name", "source"]].to_numpy().tolist() == [["果蔬", "declared"]]
    degrees = link_disciplines(["变压器局部放电", "柴油机燃烧室"], crosswalk="degree", top=1)
    assert degrees["name"].tolist() == ["电气工程", "动力工程及工程热物理"]


def test_an_own_tree():
    tree = own(A="土;水", A1="苹果;猕猴桃", A2="小麦;玉米", B="机床", B1="车刀;铣刀")
    links = link_disciplines(["苹果与猕猴桃", "铣刀磨损"], tree=tree, level=2, top=1)
    assert links["code"].tolist() == ["A1", "B1"]
    assert links["terms"].tolist() == ["猕猴桃、苹果", "铣刀"]


def test_a_word_of_few_disciplines_says_more():
    tree = own(A="大豆;检测", B="钢轨;检测", C="检测;诗")
    links = link_disciplines(["大豆检测"], tree=tree)
    assert links["code"].tolist()[0] == "A"
    assert links["score"].iloc[1:].max() < links["score"].iloc[0] / 20  # what all have says next to nothing


def test_words_of_a_branch_count_for_its_own_label():
    tree = own(A="变压器;锅炉", A1="变压器", A2="锅炉")
    table = pd.DataFrame({"code": ["A", "A1"], "label": ["动力", "电气"]})
    assert link_disciplines(["变压器"], tree=tree, crosswalk=table, top=1)["name"].tolist() == ["电气"]
    assert link_disciplines(["锅炉"], tree=tree, crosswalk=table, top=1)["name"].tolist() == ["动力"]


def test_a_pool_adds_what_its_experts_write(pool):
    table = pd.DataFrame({"code": ["210", "470", "760"], "label": ["农", "电", "艺"]})
    tree = own_tree()
    alone = Linker.fit(tree=tree, crosswalk=table).scores(["蓝光补光", "直流偏磁"])
    helped = Linker.fit(tree=tree, crosswalk=table, pool=pool)
    names = helped.labels.names
    scores = helped.scores(["蓝光补光", "直流偏磁"])
    assert scores[0, names.index("农")] > alone[0, names.index("农")]
    assert scores[1].argmax() == names.index("电")
    assert ((scores >= 0) & (scores <= 1)).all()
    links = helped.link(["蓝光补光"], top=3).set_index("name")
    assert "蓝光" in links.loc["农", "terms"]


def test_disciplines_that_experts_declare_above_the_level_are_labels_too(pool):
    pool = replace(pool, experts=pool.experts.assign(disciplines=["21040", "动力与电气工程", "", ""]))
    without, own_labels = Linker.fit(level=2, pool=pool), Linker.fit(level=2, pool=pool, as_declared=True)
    assert own_labels.labels.codes == (*without.labels.codes, "470")
    near = own_labels.scores(["偏磁"])[0]
    assert near[-1] >= own_labels.weights.text_weight * near.max() > 0  # nothing but E2's works has the word
    assert own_labels.declared("47040；470") == tuple(own_labels.labels.codes.index(code) for code in ("47040", "470"))
    assert without.declared("470") == ()
    assert Linker.fit(level=2, pool=Pool(), as_declared=True).labels.codes == without.labels.codes


def test_refining_reads_what_the_lexicon_does_not_know():
    tree = own(A="苹果;梨树", B="铣刀;车床", C="诗歌;小说")
    known = ["苹果果锈", "梨树果锈", "铣刀颤振", "车床颤振", "诗歌韵脚", "小说韵脚"] * 2
    linker = Linker.fit(tree=tree)
    texts = [*known, "颤振", "果锈"]
    assert linker.scores(texts)[-2].tolist() == [0, 0, 0]
    assert linker.scores(texts, refine=True)[-2:].argmax(axis=1).tolist() == [1, 0]
    lexicon = linker.scores(known)
    refined = Linker.fit(tree=tree, weights=LinkWeights(text_weight=0.0)).scores(known, refine=True)
    assert np.array_equal(refined.argmax(axis=1), lexicon.argmax(axis=1))


def test_texts_of_many_experts(pool):
    texts = expert_texts(pool)
    assert texts.index.tolist() == ["E1", "E2", "E3", "E4"]
    assert "蓝光补光设备" in texts["E1"]
    assert texts["E3"] == "混凝土结构"
    assert texts["E4"] == ""
    assert len(expert_texts(Pool())) == 0


def test_disciplines_of_experts(pool, linker):
    found = expert_disciplines(pool, linker, top=2)
    frame = found.frame
    assert frame[frame["source"] == "declared"][["expert_id", "code", "score"]].to_numpy().tolist() == [
        ["E1", "21040", 1.0],
        ["E2", "47040", 1.0],
    ]
    inferred = frame[frame["source"] == "inferred"]
    assert set(inferred["expert_id"]) == {"E3"}
    assert inferred["code"].iloc[0] == "560"
    assert [p.value for p in found.problems] == ["魔法学"]
    assert len(expert_disciplines(Pool(), linker).frame) == 0


def test_mixtures_of_needs(linker):
    needs = pd.DataFrame(
        {
            "title": ["猕猴桃溃疡病", "甲", "。", "变压器"],
            "text": ["", None, "", "局部放电"],
            "disciplines": ["", "园艺学；21060；魔法学", None, "不知道"],
        }
    )
    mixture = need_disciplines(needs, linker, top=2)
    sums = mixture.shares.sum(axis=1)
    assert sums.tolist() == pytest.approx([1, 1, 0, 1], abs=1e-12)
    assert mixture.declared.tolist() == [False, True, False, False]
    assert [mixture.codes[i] for i in mixture.shares[[1]].indices] == ["21040", "21060"]
    assert mixture.shares[[1]].data.tolist() == [0.5, 0.5]
    assert mixture.codes[int(mixture.shares[[0]].toarray().argmax())] == "210"
    assert mixture.shares.shape == (4, len(own_tree()))
    assert {p.value for p in mixture.problems} == {"魔法学", "不知道"}
    without = need_disciplines(needs.drop(columns="disciplines"), linker)
    assert not without.declared.any()
    assert need_disciplines(needs.iloc[:0], linker).shares.shape == (0, len(own_tree()))


def test_names_nobody_knows_are_listed_once():
    read = read_declared(["魔法学", "魔法学；园艺学", float("nan"), "飞毯"], own_tree(), "needs")
    assert read.codes == ((), ("21040",), (), ())
    assert [(p.value, p.severity, p.table) for p in read.problems] == [
        ("飞毯", "warning", "needs"),
        ("魔法学", "warning", "needs"),
    ]
    assert "2 处" in read.problems[1].message


# arrays


def test_features_find_whole_words_longest_first():
    features = Features(["碳纤维", "碳纤维布", "PCR"], Analyzer(characters=False))
    assert [f for f in features("碳纤维布与碳纤维，ＰＣＲ") if f.startswith("=")] == ["=碳纤维布", "=碳纤维", "=pcr"]
    assert Features([], Analyzer())("") == []


def test_memberships_go_up():
    members = memberships([(), (0,), (1,), (1,)], [-1, 0, 0, 2], 0.5, 2)
    assert members.toarray().tolist() == [[0.5, 0.5], [1, 0], [0, 1], [0, 1]]
    assert memberships([(0,), (0,)], [-1, 0], 0.0, 1).toarray().tolist() == [[1], [1]]
    assert memberships([], [], 0.5, 3).shape == (0, 3)


def test_certainty():
    table = sparse.csr_array(np.array([[3, 1, 1, 0], [0, 1, 0, 0], [0, 2, 3, 0]], dtype=float))
    found = certainty(table)
    assert found[0] == 1
    assert 0 < found[1] < found[2] < 1
    assert ((found >= 0) & (found <= 1)).all()
    assert np.allclose(certainty(sparse.csr_array(np.ones((4, 2)))), 0)
    assert certainty(sparse.csr_array(np.ones((1, 2)))).tolist() == [1, 1]


def test_evened_scores():
    rng = np.random.default_rng(1)
    near = rng.random((400, 3)) * np.array([1.0, 0.1, 0.5])
    even = evened(near)
    assert np.allclose(even.max(axis=1), near.max(axis=1))
    assert np.bincount(even.argmax(axis=1), minlength=3)[0] < np.bincount(near.argmax(axis=1), minlength=3)[0]
    assert evened(np.zeros((2, 3))).tolist() == [[0, 0, 0], [0, 0, 0]]
    assert evened(np.zeros((0, 3))).shape == (0, 3)


def test_sharpened_rows():
    nearness = np.array([[0.2, 0.1, 0.0], [0.0, 0.0, 0.0]])
    shares = sharpened(nearness, 2.0)
    assert shares[1].tolist() == [0, 0, 0]
    assert shares[0].argmax() == 0
    assert 0 < shares[0].sum() <= 1
    assert np.allclose(shares[0] / shares[0].sum(), sharpened(nearness * 7, 2.0)[0] / shares[0].sum())


def test_blended_scores_stay_in_range():
    rng = np.random.default_rng(0)
    words, texts = rng.random((5, 4)), rng.random((5, 4))
    words[0], texts[1] = 0.0, 0.0
    both = blended(words, texts, 0.4)
    assert ((both >= 0) & (both <= 1)).all()
    assert np.allclose(blended(words, texts, 0.0)[2:].argmax(axis=1), words[2:].argmax(axis=1))
    assert sparse.issparse(sparse.csr_array(both))
