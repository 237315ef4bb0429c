"""Topics: against slow and obvious ways, on needs whose topics are plain, and on whatever needs come."""

from __future__ import annotations

import re
import subprocess
import sys
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from cli_helpers import NORMAL, clean_environment
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import ROOT, short_texts

import expertmatch as em
from expertmatch.errors import SettingError
from expertmatch.graph.linking import Linker
from expertmatch.index.topk import SCALE
from expertmatch.planning.common_problems import clusters, topics
from expertmatch.planning.common_problems.labels import NeedTerms, stands
from expertmatch.planning.common_problems.vectors import need_vectors
from expertmatch.tables.needs import read_needs
from expertmatch.text import normalise
from expertmatch.text.words import stop_words

NEEDS = pd.DataFrame(
    [
        ("N1", "变压器局部放电监测", "夏天油色谱也异常", "甲电气公司", "张工", ""),
        ("N2", "互感器局部放电怎么定位", "", "乙电气公司", "李工；王工", ""),
        ("N3", "开关柜局部放电在线监测", "", "丙电气公司", "", ""),
        ("N4", "开关柜局部放电图谱识别", "", "丙电气公司", "王工", ""),
        ("N5", "钛合金薄壁件铣削变形", "", "丁机械公司", "", ""),
        ("N6", "薄壁件铣削变形怎么控制", "", "戊机械公司", "", ""),
        ("N7", "猕猴桃溃疡病防治", "", "己合作社", "", ""),
        ("N8", "……", "", "庚公司", "", ""),
    ],
    columns=["need_id", "title", "text", "requester", "requester_people", "disciplines"],
)


@pytest.fixture(scope="module")
def linker():
    return Linker.fit()


@pytest.fixture(scope="module")
def found():
    return em.find_topics(NEEDS)


@pytest.fixture(scope="module")
def sample():
    return em.find_topics(ROOT / "data" / "needs_enterprise.csv")


def told(result: em.Topics) -> list[list[object]]:
    return [part.to_numpy().tolist() for part in (result.frame, result.members, result.alone)]


def test_topics_members_and_who_stays_alone(found):
    assert found.frame[["topic_id", "rank", "size", "companies", "salon"]].to_numpy().tolist() == [
        ["T01", 1, 4, 3, True],
        ["T02", 2, 2, 2, False],
    ]
    groups = found.members.groupby("topic_id")["need_id"].agg(set).to_dict()
    assert groups == {"T01": {"N1", "N2", "N3", "N4"}, "T02": {"N5", "N6"}}
    assert found.alone[["need_id", "why"]].to_numpy().tolist() == [
        ["N7", topics.NOTHING_LIKE],
        ["N8", topics.NO_TEXT],
    ]
    assert "局部放电" in found.frame.loc[0, "label"].split("、")
    assert found.frame.loc[0, "disciplines"].startswith("动力与电气工程")
    assert len(found) == 2


def test_two_needs_of_one_company_share_nothing():
    one = NEEDS[NEEDS["need_id"].isin(["N3", "N4"])]
    result = em.find_topics(one, min_companies=2)
    assert result.frame[["size", "companies", "salon"]].to_numpy().tolist() == [[2, 1, False]]
    assert not len(result.needs_for_salons())


def test_companies_are_legal_persons_and_nobody_is_none():
    needs = NEEDS[:4].assign(requester=["西安某某大学电气学院", "西安某某大学材料学院", "", ""])
    result = em.find_topics(needs, min_companies=1)
    assert result.frame[["size", "companies", "salon"]].to_numpy().tolist() == [[4, 1, True]]
    assert em.find_topics(needs.assign(requester=""), min_companies=1).frame["salon"].tolist() == [False]


def test_declared_disciplines_win():
    needs = NEEDS[:4].assign(disciplines="材料科学")
    assert em.find_topics(needs).frame.loc[0, "disciplines"] == "材料科学"


def test_salons_become_needs_that_a_matcher_ranks(found):
    salons = found.needs_for_salons()
    row = salons.to_dict("records")[0]
    assert (row["need_id"], row["kind"]) == ("T01", "科技创新沙龙")
    assert row["title"] == found.frame.loc[0, "label"]
    assert set(row["text"].split("。")) == set(NEEDS["title"][:4])
    assert set(row["requester"].split("；")) == {"甲电气公司", "乙电气公司", "丙电气公司"}
    assert sorted(row["requester_people"].split("；")) == sorted({"张工", "李工", "王工"})
    works = pd.DataFrame({"expert_id": ["E1", "E2"], "title": ["局部放电特高频监测", "苹果矮化砧木"]})
    ranking = em.Matcher().fit(works=works).rank(salons)
    assert ranking.frame.loc[0, ["need_id", "expert_id"]].tolist() == ["T01", "E1"]


def test_the_order_of_rows_does_not_matter(found):
    for seed in range(5):
        shuffled = NEEDS.sample(frac=1, random_state=seed)
        assert told(em.find_topics(shuffled)) == told(found)


def test_topics_of_the_sample_do_not_depend_on_order_or_process(sample):
    needs = pd.read_csv(ROOT / "data" / "needs_enterprise.csv", dtype=str, keep_default_na=False)
    assert told(em.find_topics(needs.sample(frac=1, random_state=1))) == told(sample)
    code = (
        "import hashlib, expertmatch as em; t = em.find_topics('data/needs_enterprise.csv');"
        "parts = [part.to_numpy().tolist() for part in (t.frame, t.members, t.alone)];"
        "print(hashlib.sha256(repr(parts).encode()).hexdigest())"
    )
    digests = set()
    for seed, threads in (("0", "1"), ("1", "2")):
        env = clean_environment({**NORMAL, "PYTHONHASHSEED": seed, "OPENBLAS_NUM_THREADS": threads})
        run = subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, check=True, timeout=120
        )
        digests.add(run.stdout)
    assert len(digests) == 1


def test_labels_are_terms_of_at_least_two_members_first(sample):
    needs = sample.needs.frame.set_index("need_id")
    for topic, label in zip(sample.frame["topic_id"], sample.frame["label"], strict=True):
        ids = sample.members.loc[sample.members["topic_id"] == topic, "need_id"]
        rows = needs.loc[ids, ["title", "text", "keywords"]].itertuples(index=False)
        texts = [normalise("\n".join(row).replace("；", "\n")).lower() for row in rows]
        terms = label.lower().split("、")
        assert 2 <= len(terms) <= 4
        assert len(set(terms)) == len(terms)
        counts = [sum(stands(term, text) for text in texts) for term in terms]
        assert min(counts) >= 1
        shared = [count > 1 for count in counts]
        assert shared == sorted(shared, reverse=True)
        assert len(terms) == 2 or all(shared)
        assert not set(terms) & stop_words()
        assert not any(len(term) < 2 or re.fullmatch(r"[\d.]+", term) for term in terms)


def test_a_piece_of_longer_words_is_no_term(linker):
    frame = pd.DataFrame({"title": ["电子式互感器漂移", "失超电流传感器"], "text": "", "keywords": ""})
    assert "感器" in set(linker.features(frame["title"][0]))
    label = NeedTerms(frame, linker.features).label([0, 1])
    assert "感器" not in label
    assert len(label) == 2


def test_latin_terms_are_written_as_they_stand(linker):
    frame = pd.DataFrame({"title": ["AOI 误报太多", "AOI 误报停线", "培训 training"], "text": "", "keywords": ""})
    assert set(NeedTerms(frame, linker.features).label([0, 1])) == {"AOI", "误报"}


def test_the_companies_of_the_sample_share_concrete_problems(sample):
    titles = sample.members.groupby("topic_id")["title"].agg("".join)
    for word, least in (("薄壁", 3), ("焊", 3), ("绝缘", 2)):
        assert max(text.count(word) for text in titles) >= least
    assert sample.frame["size"].max() <= 6  # not whole disciplines
    assert sample.frame["salon"].sum() >= 8


# vectors and clusters, the slow way


def slow_groups(alike: np.ndarray, tightness: float) -> set[frozenset[int]]:
    """Join, one by one, the two groups with the largest mean likeness, until none reaches the tightness."""
    groups = [frozenset([i]) for i in range(len(alike))]
    while len(groups) > 1:
        means = {pair: np.mean([alike[i, j] for i in pair[0] for j in pair[1]]) for pair in combinations(groups, 2)}
        best = max(means, key=means.__getitem__)
        if means[best] < tightness - 1e-12:
            break
        groups = [group for group in groups if group not in best] + [best[0] | best[1]]
    return {group for group in groups if len(group) > 1}


def slow_edge(alike: np.ndarray, group: frozenset[int], nearness: float) -> frozenset[int]:
    """Send away the farthest member until all are near enough."""
    while len(group) > 1:
        mean = {i: np.mean([alike[i, j] for j in group if j != i]) for i in group}
        worst = min(mean, key=mean.__getitem__)
        if mean[worst] >= nearness - 1e-12:
            break
        group = group - {worst}
    return group


def test_distances_are_those_of_the_joined_vectors(linker):
    vectors = need_vectors(NEEDS, linker, weight=0.3)
    joined = vectors.joined().toarray()
    pairs = [1 - joined[i] @ joined[j] for i, j in combinations(range(len(NEEDS)), 2)]
    assert vectors.distances().tolist() == pytest.approx(pairs)
    assert vectors.usable.tolist() == [True] * 7 + [False]
    text, near = (part.toarray().astype(np.int64) for part in (vectors.text, vectors.disciplines))
    exact = [1 - (0.7 * (text[i] @ text[j]) + 0.3 * (near[i] @ near[j])) * SCALE for i, j in combinations(range(8), 2)]
    assert vectors.distances().tolist() == exact


@pytest.mark.parametrize(
    ("tightness", "nearness"),
    [(0.05, 0.05), (0.15, 0.0), (0.15, 0.2), (0.24, 0.3), (0.28, 0.28), (0.4, 0.4), (0.9, 0.9)],
)
def test_groups_are_those_of_joining_one_by_one(linker, tightness, nearness):
    frame = read_needs(ROOT / "data" / "needs_enterprise.csv").frame[:40]
    vectors = need_vectors(frame, linker, weight=0.3)
    joined = vectors.joined().toarray()
    alike = joined @ joined.T
    expected = {slow_edge(alike, group, nearness) for group in slow_groups(alike, tightness)}
    groups = {frozenset(group.tolist()) for group in clusters.grouped(vectors, tightness, nearness)}
    assert groups == {group for group in expected if len(group) > 1}


def test_tightness_and_nearness_are_means_of_pairs(found, linker):
    vectors = need_vectors(NEEDS, linker, weight=0.3)
    joined = vectors.joined().toarray()
    alike = pd.DataFrame(joined @ joined.T, index=NEEDS["need_id"], columns=NEEDS["need_id"])
    for topic, tightness in zip(found.frame["topic_id"], found.frame["tightness"], strict=True):
        own = found.members[found.members["topic_id"] == topic]
        ids = own["need_id"].tolist()
        assert tightness == pytest.approx(np.mean([alike.loc[a, b] for a, b in combinations(ids, 2)]))
        for one, nearness in zip(ids, own["nearness"], strict=True):
            assert nearness == pytest.approx(np.mean([alike.loc[one, other] for other in ids if other != one]))


# whatever comes


@st.composite
def some_needs(draw):
    rows = draw(
        st.lists(
            st.tuples(short_texts(), short_texts(), st.sampled_from(["甲公司", "乙公司", "丙公司", ""])), max_size=8
        )
    )
    frame = pd.DataFrame(rows, columns=["title", "text", "requester"], dtype=object)
    return frame.assign(
        need_id=[f"N{i}" for i in range(len(frame))],
        title=frame["title"] + [f"需求{i}" if i % 3 == 0 else "" for i in range(len(frame))],
    )


@settings(deadline=None, max_examples=25)
@given(frame=some_needs(), seed=st.integers(0, 5), tightness=st.sampled_from([0.1, 0.28, 0.6]))
def test_what_holds_of_any_needs(frame, seed, tightness):
    needs = read_needs(frame)
    result = em.find_topics(needs, tightness=tightness, min_companies=2)
    inside, outside = result.members["need_id"].tolist(), result.alone["need_id"].tolist()
    assert sorted([*inside, *outside]) == sorted(needs.frame["need_id"])
    assert (
        result.frame["size"].tolist()
        == result.members.groupby("topic_id").size().reindex(result.frame["topic_id"]).tolist()
    )
    assert (result.frame["size"] >= 2).all()
    assert (result.frame["tightness"] >= tightness - 1e-9).all()
    assert result.members["nearness"].between(tightness - 1e-9, 1).all()
    assert result.frame["tightness"].between(0, 1).all()
    assert result.frame["salon"].tolist() == (result.frame["companies"] >= 2).tolist()
    assert (result.frame["companies"] <= result.frame["size"]).all()
    assert (result.frame["label"] != "").all()
    assert len(result.needs_for_salons()) == result.frame["salon"].sum()
    shuffled = em.find_topics(frame.sample(frac=1, random_state=seed), tightness=tightness, min_companies=2)
    assert told(shuffled) == told(result)


def test_no_need_one_need_and_needs_without_text():
    nothing = em.find_topics(em.Needs())
    assert (len(nothing.frame), len(nothing.members), len(nothing.alone)) == (0, 0, 0)
    assert nothing.frame.columns.tolist() == list(topics.TOPIC_COLUMNS)
    assert not len(nothing.needs_for_salons())
    one = em.find_topics("变压器局部放电")
    assert one.alone["why"].tolist() == [topics.NOTHING_LIKE]
    silent = em.find_topics(["……", "的"])
    assert silent.alone["why"].tolist() == [topics.NO_TEXT] * 2
    same = em.find_topics(["局部放电"] * 3)
    assert same.frame["size"].tolist() == [3]
    assert same.frame["tightness"].tolist() == pytest.approx([1.0], abs=1e-3)


def test_settings_out_of_range_are_refused(monkeypatch):
    for wrong in ({"tightness": 0}, {"tightness": 1.1}, {"tightness": "0.3"}, {"discipline_weight": -1},
                  {"nearness": 2}, {"min_companies": 0}, {"min_companies": True}, {"min_companies": 2.5}):  # fmt: skip
        with pytest.raises(SettingError):
            em.find_topics(NEEDS, **wrong)
    monkeypatch.setattr(topics, "MOST_NEEDS", 3)
    with pytest.raises(SettingError, match="至多 3 条"):
        em.find_topics(NEEDS)


def test_topics_show_themselves(found):
    assert repr(found) == str(found)
    assert "8 条需求：2 个共性难点，含 6 条；2 条未归入" in repr(found)
    assert "1 个难点有至少 3 家企业提出" in repr(found)
    assert "局部放电" in repr(found)
    assert "<table" in found._repr_html_()
    assert "0 个共性难点" in repr(em.find_topics("变压器"))
