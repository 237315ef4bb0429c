"""Sub-topics and who covers them: against loops over words and texts, on hand-made needs and on the sample."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
import sample_needs
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import PIECES, analyzer, experts_of, short_texts, small_rows

import expertmatch as em
from expertmatch.errors import SettingError
from expertmatch.index import ExpertIndex, Rows, Weights
from expertmatch.planning.covering import TOLD, coverage, covers, told
from expertmatch.planning.subtopics import DISCIPLINES, SubTopics, subtopics
from expertmatch.ranking.candidates import Candidates
from expertmatch.ranking.evidence import positions
from expertmatch.text import normalise

WORDS = [piece for piece in PIECES if piece.strip()] + ["大模型", "批记录", "锂", "——"]


def candidates_of(rows: Rows) -> Candidates:
    index = ExpertIndex.fit(rows, analyzer=analyzer(), weights=Weights())
    return Candidates(index=index, names={}, titles={key: key.lower() for key in rows.keys if key})


keywords = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map("".join)
needs_of_any_sort = st.lists(
    st.tuples(short_texts(), short_texts(), st.lists(keywords, max_size=8).map("；".join)),
    min_size=1, max_size=4,
).map(lambda rows: pd.DataFrame(rows, columns=["title", "text", "keywords"], dtype=object))  # fmt: skip
pools = small_rows()


def every_pair(needs: int, candidates: Candidates) -> tuple[np.ndarray, np.ndarray]:
    people = len(candidates.index.rows.expert_ids)
    return np.repeat(np.arange(needs), people), np.tile(np.arange(people), needs)


# the second way: loops over words


class Slow:
    """What a row must have, counted in the rows one by one."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        texts = zip(*rows.texts.values(), strict=True)
        self.terms = [{term for text in row for term in analyzer()(text)} for row in texts]

    def weight(self, term: str) -> float:
        count = sum(term in held for held in self.terms)
        idf = math.log((1 + len(self.terms)) / (1 + count)) + 1
        if not term.startswith("~"):
            return idf
        return 0.0 if len(term) == 2 and count > 0.1 * len(self.terms) else 0.8 * idf

    def asked(self, label: str) -> list[str]:
        terms = set(analyzer()(label))
        words = {term for term in terms if not term.startswith("~")}
        words -= {word for word in words for other in words if word != other and word in other}
        pairs = {term for term in terms - words if term.startswith("~") and len(term) == 3}
        pairs = {pair for pair in pairs if not all(any(char in word for word in words) for char in pair[1:])}
        return sorted(words | pairs or terms)

    def covers(self, label: str, expert: int) -> bool:
        weights = {term: self.weight(term) for term in self.asked(label)}
        return any(
            sum(w for term, w in weights.items() if held & {term, *analyzer().synonyms_of(term)})
            >= sum(weights.values()) / 2 - 1e-9
            for held, group in zip(self.terms, self.rows.group.tolist(), strict=True)
            if group == expert
        )


@settings(max_examples=120, deadline=None)
@given(pools, needs_of_any_sort)
def test_who_covers_what_is_what_loops_over_words_say(rows, needs):
    candidates, slow = candidates_of(rows), Slow(rows)
    sub = subtopics(candidates, needs)
    pairs = every_pair(len(needs), candidates)
    found = covers(sub, candidates, *pairs)
    for need, expert, covered in zip(*pairs, found.tolist(), strict=True):
        own = sub.of_need[need]
        assert covered[: len(own)] == [slow.covers(topic.label, expert) for topic in own]
        assert not any(covered[len(own) :])


@settings(max_examples=120, deadline=None)
@given(pools, needs_of_any_sort, st.integers(1, 7))
def test_weights_sum_to_one_and_words_are_of_the_need(rows, needs, most):
    sub = subtopics(candidates_of(rows), needs, most=most)
    assert sub.weights.shape == (len(needs), most)
    for own, weights, (_, need) in zip(sub.of_need, sub.weights, needs.iterrows(), strict=True):
        assert len(own) <= most
        assert weights.sum() == pytest.approx(1.0 if own else 0.0)
        assert (weights[: len(own)] > 0).all()
        given_words = [word for word in dict.fromkeys(need["keywords"].split("；")) if analyzer()(word)]
        labels = [topic.label for topic in own]
        if own and own[0].sort == "keyword":
            assert set(labels) <= set(given_words)
            assert len({topic.weight for topic in own}) == 1
        else:
            text = normalise(need["title"] + "\n" + need["text"])
            assert all(label in text for label in labels)
            assert not any(one in other for one in labels for other in labels if one != other)
            assert all(len(label) > 1 for label in labels)
            assert len(set(labels)) == len(labels)


@settings(max_examples=60, deadline=None)
@given(pools, needs_of_any_sort, st.randoms(use_true_random=False))
def test_neither_order_of_needs_nor_of_pairs_matters(rows, needs, random):
    candidates = candidates_of(rows)
    order = list(range(len(needs)))
    random.shuffle(order)
    sub, other = subtopics(candidates, needs), subtopics(candidates, needs.iloc[order])
    assert list(other.of_need) == [sub.of_need[i] for i in order]
    need, expert = every_pair(len(needs), candidates)
    mixed = list(range(len(need)))
    random.shuffle(mixed)
    found = covers(sub, candidates, need, expert)
    assert (covers(sub, candidates, need[mixed], expert[mixed]) == found[mixed]).all()
    assert (covers(other, candidates, np.argsort(order)[need], expert) == found).all()


@settings(max_examples=60, deadline=None)
@given(pools, needs_of_any_sort, st.data())
def test_more_people_never_cover_less(rows, needs, data):
    candidates = candidates_of(rows)
    sub = subtopics(candidates, needs)
    need, expert = every_pair(len(needs), candidates)
    found = covers(sub, candidates, need, expert)
    order = data.draw(st.permutations(range(len(need))))
    shares = [coverage(sub, need[order[:size]], found[order[:size]]) for size in range(len(order) + 1)]
    empty = np.array([not own for own in sub.of_need])
    assert all((np.isnan(share) == empty).all() for share in shares)
    assert not np.nansum(shares[0])
    for fewer, more in pairwise(shares):
        assert (fewer[~empty] <= more[~empty]).all()
    assert (shares[-1][~empty] <= 1).all()


# made by hand


def ranked(works: dict[str, list[str]], needs: dict[str, list[str]], **settings: object) -> em.Ranking:
    return em.Matcher(**settings).fit(em.read_pool(works=pd.DataFrame(works))).rank(pd.DataFrame(needs))


def labels(sub: SubTopics, need: int = 0) -> list[str]:
    return [topic.label for topic in sub.of_need[need]]


def test_a_part_of_a_word_is_not_the_word_and_a_synonym_is():
    works = {"expert_id": ["E1", "E2", "E3"], "title": ["预测模型的校准", "大模型的微调", "奇异果的贮藏"]}
    ranking = ranked(works, {"title": ["模型"], "keywords": ["大模型；猕猴桃"]})
    sub = subtopics(ranking.candidates, ranking.needs)
    found = covers(sub, ranking.candidates, np.zeros(3, dtype=np.int64), np.arange(3))
    assert labels(sub) == ["大模型", "猕猴桃"]
    assert found[:, :2].tolist() == [[False, False], [True, False], [False, True]]


def test_a_word_and_its_synonym_are_no_two_words():
    works = {"expert_id": ["E1", "E2"], "title": ["猕猴桃即奇异果", "猕猴桃溃疡病防治"]}
    ranking = ranked(works, {"title": ["果园"], "keywords": ["猕猴桃溃疡病防治"]})
    sub = subtopics(ranking.candidates, ranking.needs)
    assert covers(sub, ranking.candidates, np.zeros(2, dtype=np.int64), np.arange(2))[:, 0].tolist() == [False, True]


def test_one_of_two_words_that_weigh_alike_is_half():
    works = {"expert_id": ["E1", "E2", "E3"], "title": ["霜冻", "冰雹", "混凝土"]}
    ranking = ranked(works, {"title": ["果园"], "keywords": ["霜冻冰雹"]})
    sub = subtopics(ranking.candidates, ranking.needs)
    assert sub.of_need[0][0].words == {"冰雹": 0.5, "霜冻": 0.5}
    found = covers(sub, ranking.candidates, np.zeros(3, dtype=np.int64), np.arange(3))
    assert found[:, 0].tolist() == [True, True, False]


def test_one_work_must_show_it_and_two_halves_are_no_whole():
    works = {"expert_id": ["E1", "E1", "E2"], "title": ["钛合金", "铣削变形", "钛合金薄壁铣削变形"]}
    ranking = ranked(works, {"title": ["加工"], "keywords": ["钛合金薄壁铣削变形"]})
    sub = subtopics(ranking.candidates, ranking.needs)
    assert covers(sub, ranking.candidates, np.zeros(2, dtype=np.int64), np.arange(2))[:, 0].tolist() == [False, True]


def test_keywords_that_nobody_has_stay_and_those_that_say_nothing_go():
    ranking = ranked(
        {"expert_id": ["E1"], "title": ["霜冻"]}, {"title": ["霜冻"], "keywords": ["霜冻；区块链；的；——"]}
    )
    sub = subtopics(ranking.candidates, ranking.needs)
    assert labels(sub) == ["霜冻", "区块链"]
    assert coverage(sub, np.array([0]), covers(sub, ranking.candidates, np.array([0]), np.array([0]))) == [0.5]


def test_words_of_the_title_come_before_others_of_the_text():
    works = {"expert_id": ["E1"], "title": ["猕猴桃溃疡病，药店马上送货"]}
    ranking = ranked(works, {"title": ["猕猴桃得了溃疡病"], "text": ["药店马上关门"]})
    assert sorted(labels(subtopics(ranking.candidates, ranking.needs))) == ["溃疡病", "猕猴桃"]


def disciplines() -> em.Ranking:
    pool = em.read_pool(
        pd.DataFrame({"expert_id": ["E1", "E2", "E3"], "name": ["甲", "乙", "丙"],
                      "disciplines": ["园艺学", "农学", "植物病理学"], "fields": ["猕猴桃", "猕猴桃", "溃疡病"]})
    )  # fmt: skip
    matcher = em.Matcher(signals={"text": 0.8, "discipline": 0.2}).fit(pool)
    return matcher.rank(
        pd.DataFrame({"need_id": ["N1", "N2"], "title": ["猕猴桃", ""], "keywords": ["猕猴桃", "……"],
                      "disciplines": ["园艺学；植物保护学", "农学"]})
    )  # fmt: skip


def test_disciplines_are_covered_by_those_who_stand_for_them_or_for_one_below():
    ranking = disciplines()
    sub = subtopics(ranking.candidates, ranking.needs)
    assert labels(sub) == ["猕猴桃", "园艺学", "植物保护学"]
    assert sub.weights[0, :3].tolist() == pytest.approx([1 - DISCIPLINES, DISCIPLINES / 2, DISCIPLINES / 2])
    found = covers(sub, ranking.candidates, np.zeros(3, dtype=np.int64), np.arange(3))
    assert found[:, :3].tolist() == [[True, True, False], [True, False, False], [False, False, True]]
    assert labels(sub, 1) == ["农学"]
    assert sub.weights[1].max() == 1.0
    assert covers(sub, ranking.candidates, np.ones(3, dtype=np.int64), np.arange(3))[:, 0].all()


def test_what_is_told_names_the_work_or_the_discipline_and_what_nobody_covers():
    ranking = disciplines()
    sub = subtopics(ranking.candidates, ranking.needs)
    rows = told(sub, ranking.candidates, np.array([0, 0]), np.array([1, 0]))
    assert tuple(rows.columns) == TOLD
    assert rows[["subtopic", "candidate_id", "name", "work", "words"]].to_numpy().tolist() == [
        ["猕猴桃", "E2", "乙", "（研究方向与简介）", "猕猴桃"],
        ["猕猴桃", "E1", "甲", "（研究方向与简介）", "猕猴桃"],
        ["园艺学", "E1", "甲", "", "园艺学"],
        ["植物保护学", "", "", "", ""],
    ]


def test_disciplines_take_a_third_of_the_places_at_most():
    ranking = disciplines()
    for most, expected in ((1, 0), (2, 0), (3, 1), (6, 2)):
        own = subtopics(ranking.candidates, ranking.needs, most=most).of_need[0]
        assert sum(topic.sort == "discipline" for topic in own) == expected


@pytest.mark.parametrize("most", [0, -1, 2.5, True, "6"])
def test_a_number_of_sub_topics_that_is_none_is_refused(most):
    ranking = ranked({"expert_id": ["E1"], "title": ["霜冻"]}, {"title": ["霜冻"]})
    with pytest.raises(SettingError, match="most"):
        subtopics(ranking.candidates, ranking.needs, most=most)


def test_nobody_and_nothing():
    candidates = candidates_of(Rows.build(experts_of(2), []))
    none = np.empty(0, dtype=np.int64)
    sub = subtopics(candidates, pd.DataFrame({"title": ["霜冻"], "keywords": ["霜冻"]}))
    assert covers(sub, candidates, none, none).shape == (0, 6)
    assert not covers(sub, candidates, np.array([0, 0]), np.array([0, 1])).any()
    assert told(sub, candidates, none, none).empty
    assert coverage(subtopics(candidates, pd.DataFrame({"title": []})), none, np.empty((0, 6), dtype=bool)).shape == (
        0,
    )


# on the sample


def test_on_the_sample_the_words_told_stand_in_the_work_told():
    seen = 0
    for part in sample_needs.ranking().parts:
        rows = part.candidates.index.rows
        of_need, candidate = positions(part)
        sub = subtopics(part.candidates, part.needs)
        covered = covers(sub, part.candidates, of_need, candidate)
        found = told(sub, part.candidates, of_need, candidate)
        assert (found["candidate_id"] != "").sum() == covered.sum()
        texts: dict[str, str] = {}
        for i, key in enumerate(rows.keys):
            told_text = normalise("\n".join(column[i] for column in rows.texts.values())).lower()
            name = key or rows.expert_ids[rows.group[i]].removeprefix("society:")
            texts[name] = texts.get(name, "") + told_text
        own = found[(found["candidate_id"] != "") & (found["sort"] != "discipline")]
        for row in own.itertuples():
            text = texts[row.work_id or row.candidate_id]
            for word in row.words.split("、"):
                assert any(one in text for one in (word, *analyzer().synonyms_of(word)))
                seen += 1
    assert seen > 1000


def test_on_the_sample_every_need_has_sub_topics():
    for part in sample_needs.ranking().parts:
        sub = subtopics(part.candidates, part.needs)
        assert sub.weights.sum(axis=1) == pytest.approx(1.0)
        assert all(topic.label for own in sub.of_need for topic in own)
