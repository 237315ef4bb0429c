"""Matcher: tables in, the same ranking out of every way to it."""

from __future__ import annotations

import pickle
import random
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import analyzer, own_sentences, short_texts
from test_index_expert_index import assert_same_index

import expertmatch as em
from expertmatch.errors import InputError, NotFittedError, SettingError, StoreError, UnknownNameError
from expertmatch.index.counts import count_terms
from expertmatch.ranking import Ranking
from expertmatch.tables.pool import frames_digest

TODAY = date(2024, 6, 1)
EXPERTS = pd.DataFrame(
    {
        "expert_id": ["E3", "E1", "E2", "E4", "5"],
        "name": ["张三", "李四", "王五", "赵六", "钱七"],
        "unit": ["秦川大学", "", "渭北研究院", "甲公司", "乙公司"],
        "fields": ["猕猴桃栽培", "", "", "", "混凝土"],
        "bio": ["", "从事混凝土裂缝研究", "", "2018年", ""],
    }
)
WORKS = pd.DataFrame(
    {
        "expert_id": ["E3", "E3", "E1", "E2", "E4"],
        "title": ["猕猴桃溃疡病防治", "奇异果采后保鲜", "混凝土裂缝修补", "猕猴桃", "2018年"],
        "text": ["砧木与溃疡病", "", "", "猕猴桃溃疡病防治", "，"],
    }
)
NEEDS = ["猕猴桃溃疡病怎么防治", "混凝土裂缝", "区块链", "奇异果"]


def pool(experts: pd.DataFrame = EXPERTS, works: pd.DataFrame = WORKS) -> em.Pool:
    return em.read_pool(experts, works=works, today=TODAY)


def matcher(**settings_: Any) -> em.Matcher:
    return em.Matcher(analyzer=analyzer(), **settings_)


@pytest.fixture(scope="module")
def fitted() -> em.Matcher:
    return matcher().fit(pool())


def csv(ranking: Ranking) -> list[bytes]:
    """All that a ranking says, as bytes."""
    tables = (ranking.frame, ranking.needs, ranking.unmatched, ranking.unusable)
    numbers = [ranking.frame["score"].to_numpy().tobytes(), ranking.frame["rank"].to_numpy().tobytes()]
    reasons = [str(why).encode() + repr(why.entries).encode() for why in ranking.explanations()]
    return [*(table.to_csv(index=False).encode() for table in tables), *numbers, *reasons]


def assert_same_ranking(one: Ranking, other: Ranking) -> None:
    assert csv(one) == csv(other)
    for name in ("frame", "unmatched", "unusable", "needs"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name))


# tables in, ranking out


def test_a_pool_is_ranked_by_works_and_profiles(fitted: em.Matcher) -> None:
    ranking = fitted.rank(NEEDS, top=3)
    assert ranking.frame[["need_id", "rank", "expert_id"]].to_numpy().tolist() == [
        ["N001", 1, "E3"],
        ["N001", 2, "E2"],
        ["N002", 1, "E1"],
        ["N002", 2, "5"],
        ["N004", 1, "E3"],
        ["N004", 2, "E2"],
    ]
    assert ranking.unmatched["need_id"].tolist() == ["N003"]
    assert ranking.unusable["expert_id"].tolist() == ["E4"]
    assert ranking.explain("N002", "E1").candidate == "李四"
    assert ranking.explain("N002", "E3").candidate == "张三（秦川大学）"


def test_tables_pools_and_paths_are_fitted_alike(fitted: em.Matcher, tmp_path: Path) -> None:
    EXPERTS.to_csv(tmp_path / "专家.csv", index=False, encoding="gb18030")
    WORKS.to_csv(tmp_path / "成果.csv", index=False, encoding="utf-8-sig")
    expected = fitted.rank(NEEDS)
    assert_same_ranking(matcher().fit(EXPERTS, WORKS).rank(NEEDS), expected)
    assert_same_ranking(matcher().fit(tmp_path / "专家.csv", tmp_path / "成果.csv").rank(NEEDS), expected)
    assert_same_ranking(matcher().fit(EXPERTS, works=str(tmp_path / "成果.csv")).rank(NEEDS), expected)


def test_works_alone_make_a_pool() -> None:
    ranking = matcher().fit(works=WORKS).rank("混凝土")
    assert ranking.frame["expert_id"].tolist() == ["E1"]


def test_an_expert_without_a_name_goes_by_the_id() -> None:
    works = pd.DataFrame({"expert_id": ["E1", "E2"], "unit": ["秦川大学", ""], "title": ["混凝土裂缝", "混凝土"]})
    ranking = matcher().fit(works=works).rank("混凝土裂缝")
    assert [ranking.explain("N001", expert).candidate for expert in ("E1", "E2")] == ["E1（秦川大学）", "E2"]


@pytest.mark.parametrize("form", ["list", "tuple", "frame", "path", "needs"])
def test_needs_are_taken_in_any_form(fitted: em.Matcher, tmp_path: Path, form: str) -> None:
    frame = pd.DataFrame({"need_id": ["N001", "N002"], "title": NEEDS[:2]})
    path = tmp_path / "需求.csv"
    frame.to_csv(path, index=False, encoding="utf-8")
    given = {"list": NEEDS[:2], "tuple": tuple(NEEDS[:2]), "frame": frame, "path": path, "needs": em.read_needs(frame)}
    ranking = fitted.rank(given[form])
    pd.testing.assert_frame_equal(ranking.frame, fitted.rank(NEEDS[:2]).frame)


def test_one_sentence_is_one_need(fitted: em.Matcher) -> None:
    ranking = fitted.rank(NEEDS[0], top=1)
    assert ranking.frame["need_id"].tolist() == ["N001"]
    assert ranking.needs["title"].tolist() == [NEEDS[0]]


def test_more_than_the_pool_holds_returns_what_there_is(fitted: em.Matcher) -> None:
    assert_same_ranking(fitted.rank(NEEDS, top=10**9), fitted.rank(NEEDS, top=5))
    assert fitted.rank(NEEDS, top=np.int64(1)).frame["rank"].tolist() == [1, 1, 1]


@pytest.mark.parametrize("top", [0, -3, 1.0, "5", None, True])
def test_a_top_that_is_no_number_of_places_is_refused(fitted: em.Matcher, top: Any) -> None:
    with pytest.raises(SettingError, match="top"):
        fitted.rank(NEEDS, top=top)


def test_needs_without_rows_give_an_empty_ranking(fitted: em.Matcher) -> None:
    ranking = fitted.rank(pd.DataFrame({"need_id": [], "title": []}))
    assert (len(ranking), len(ranking.needs), len(ranking.unmatched)) == (0, 0, 0)


def test_bad_tables_are_refused_whole() -> None:
    with pytest.raises(InputError):
        matcher().fit(pd.DataFrame({"name": [None, "张三"], "unit": ["甲", "乙"]}), pd.DataFrame({"甲": ["乙"]}))


def test_an_expert_who_writes_much_of_little_does_not_pass_an_exact_one() -> None:
    subjects = (
        "分级 冷链 品牌 机械 果酒 种苗 电商 授粉 修剪 灌溉 套袋 贮藏 果干 包装 出口 认证 标准 土壤 肥料 气象".split()
    )
    weak = pd.DataFrame({"expert_id": "E1", "title": [f"猕猴桃{subject}" for subject in subjects]})
    exact = pd.DataFrame({"expert_id": ["E2"], "title": ["猕猴桃溃疡病防治"]})
    ranking = matcher().fit(works=pd.concat([weak, exact])).rank("猕猴桃溃疡病防治")
    assert ranking.frame["expert_id"].tolist() == ["E2", "E1"]


# pairs


def test_pairs_have_the_scores_of_the_ranking(fitted: em.Matcher) -> None:
    frame = fitted.rank(NEEDS, top=100).frame
    shuffled = frame.sample(frac=1, random_state=3).assign(grade=1)
    scored = fitted.score(shuffled[["need_id", "expert_id", "grade"]], needs=NEEDS)
    assert scored["score"].tolist() == shuffled["score"].tolist()
    assert scored["text"].tolist() == shuffled["text"].tolist()
    assert scored["grade"].tolist() == shuffled["grade"].tolist()
    assert scored.index.tolist() == shuffled.index.tolist()


def test_pairs_that_share_nothing_have_a_score_of_zero(fitted: em.Matcher) -> None:
    pairs = pd.DataFrame({"need_id": ["N003", "N001", "N001"], "expert_id": ["E1", "E4", "E3"]})
    scores = fitted.score(pairs, needs=NEEDS)["score"].tolist()
    assert scores[:2] == [0.0, 0.0]
    assert scores[2] > 0


def test_no_pairs_have_no_scores(fitted: em.Matcher) -> None:
    assert fitted.score(pd.DataFrame({"need_id": [], "expert_id": []}), needs=NEEDS)["score"].tolist() == []


def test_ids_that_are_numbers_are_the_ids_of_the_tables(fitted: em.Matcher) -> None:
    needs = pd.DataFrame({"need_id": [7, 8], "title": ["混凝土", "猕猴桃"]})
    expected = fitted.rank(needs).frame
    score = expected[(expected["need_id"] == "7") & (expected["expert_id"] == "5")]["score"].tolist()
    for number in (5, 5.0, "5"):
        pairs = pd.DataFrame({"need_id": [7], "expert_id": [number]})
        assert fitted.score(pairs, needs=needs)["score"].tolist() == score


@pytest.mark.parametrize(
    ("pair", "nearest"),
    [(("N001", "E11"), "E1"), (("N01", "E1"), "N001"), (("N001", None), None), (("N001", 99), None)],
)
def test_pairs_of_the_unknown_are_told_with_the_nearest(
    fitted: em.Matcher, pair: tuple[Any, Any], nearest: str | None
) -> None:
    with pytest.raises(UnknownNameError) as caught:
        fitted.score(pd.DataFrame({"need_id": [pair[0]], "expert_id": [pair[1]]}), needs=NEEDS)
    assert caught.value.nearest[:1] == ([nearest] if nearest else [])


@pytest.mark.parametrize("column", ["need_id", "expert_id"])
def test_pairs_without_a_column_are_told_which(fitted: em.Matcher, column: str) -> None:
    pairs = pd.DataFrame({"need_id": ["N001"], "expert_id": ["E1"]}).drop(columns=column)
    with pytest.raises(UnknownNameError, match=column):
        fitted.score(pairs, needs=NEEDS)


# settings


def test_it_works_with_scikit_learns_clone() -> None:
    from sklearn.base import clone

    own = em.Matcher(analyzer=em.Analyzer(user_words=["PM 2.5"]), weights=em.Weights(works_discount=0.2), processes=2)
    twin = clone(own.fit(EXPERTS, WORKS))
    assert twin is not own
    assert twin.get_params() == own.get_params()
    with pytest.raises(NotFittedError):
        twin.rank("x")


def test_settings_can_be_read_and_changed() -> None:
    own = em.Matcher()
    assert own.get_params(deep=False) == {
        "analyzer": None,
        "weights": None,
        "scenario": None,
        "candidates": None,
        "signals": None,
        "as_of": None,
        "processes": 1,
        "cluster": None,
    }
    weights = em.Weights(character_weight=0.0)
    assert own.set_params(weights=weights, processes=2) is own
    assert (own.weights, own.processes) == (weights, 2)
    assert own.set_params() is own
    assert em.Matcher(**own.get_params()).get_params() == own.get_params()


def test_an_unknown_setting_is_refused_with_the_nearest() -> None:
    own = em.Matcher()
    with pytest.raises(UnknownNameError) as caught:
        own.set_params(weight=em.Weights())
    assert caught.value.nearest[0] == "weights"
    assert not hasattr(own, "weight")


def test_one_unknown_setting_changes_none_of_the_others() -> None:
    own = em.Matcher()
    with pytest.raises(UnknownNameError):
        own.set_params(processes=2, proceses=3)
    assert own.processes == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("analyzer", str.split),
        ("weights", {"character_weight": 1}),
        ("processes", 0),
        ("processes", True),
        ("processes", 1.5),
    ],
)
def test_settings_are_checked_when_fitting(name: str, value: Any) -> None:
    own = em.Matcher(**{name: value})
    with pytest.raises(SettingError, match=name):
        own.fit(EXPERTS, WORKS)
    with pytest.raises(NotFittedError):
        own.rank("x")


def test_settings_are_checked_when_updating_too() -> None:
    own = matcher().fit(pool()).set_params(processes=0)
    with pytest.raises(SettingError, match="processes"):
        own.update(pool())


def test_settings_change_the_scores() -> None:
    base = matcher().fit(pool()).rank(NEEDS).frame
    for weights in (em.Weights(character_weight=0.0), em.Weights(works_discount=0.0), em.Weights(title_weight=5.0)):
        other = matcher(weights=weights).fit(pool()).rank(NEEDS).frame
        assert base["score"].tolist() != other["score"].tolist(), weights


# fitting


def test_fit_returns_itself_and_twice_is_once(fitted: em.Matcher) -> None:
    own = matcher()
    assert own.fit(pool(works=WORKS.head(1))) is own
    assert own.fit(pool()) is own
    assert_same_ranking(own.rank(NEEDS), fitted.rank(NEEDS))
    assert_same_index(own.index_, fitted.index_)


def test_a_failed_fit_keeps_what_was_fitted(fitted: em.Matcher) -> None:
    own = matcher().fit(pool())
    with pytest.raises(InputError):
        own.fit(pd.DataFrame({"name": [None], "unit": ["甲"]}))
    assert_same_ranking(own.rank(NEEDS), fitted.rank(NEEDS))


@pytest.mark.parametrize("work", ["rank", "score", "update", "save"])
def test_before_fit_everything_says_so(work: str, tmp_path: Path) -> None:
    calls = {
        "rank": lambda own: own.rank(NEEDS),
        "score": lambda own: own.score(pd.DataFrame({"need_id": ["N001"], "expert_id": ["E1"]}), needs=NEEDS),
        "update": lambda own: own.update(EXPERTS, WORKS),
        "save": lambda own: own.save(tmp_path / "i"),
    }
    with pytest.raises(NotFittedError, match="fit"):
        calls[work](matcher())
    assert not (tmp_path / "i").exists()


def test_inputs_are_not_modified() -> None:
    experts, works, needs = EXPERTS.copy(deep=True), WORKS.copy(deep=True), pd.DataFrame({"title": NEEDS})
    pairs = pd.DataFrame({"need_id": ["N001"], "expert_id": ["E1"]})
    made = pool(experts, works)
    digest, tables_before = made.digest, frames_digest({"experts": made.experts, "works": made.works})
    own = matcher().fit(made)
    own.rank(needs)
    own.score(pairs, needs=NEEDS)
    own.update(made)
    pd.testing.assert_frame_equal(experts, EXPERTS)
    pd.testing.assert_frame_equal(works, WORKS)
    pd.testing.assert_frame_equal(needs, pd.DataFrame({"title": NEEDS}))
    assert list(pairs.columns) == ["need_id", "expert_id"]
    assert pool(experts, works).digest == digest
    assert frames_digest({"experts": made.experts, "works": made.works}) == tables_before


def test_a_fitted_matcher_can_be_pickled(fitted: em.Matcher) -> None:
    assert_same_ranking(pickle.loads(pickle.dumps(fitted)).rank(NEEDS), fitted.rank(NEEDS))


# the same bytes however it came about


@st.composite
def tables(draw: st.DrawFn) -> tuple[pd.DataFrame, pd.DataFrame]:
    size = draw(st.integers(1, 5))
    ids = [f"E{i}" for i in range(size)]
    experts = {
        "expert_id": ids,
        "name": [f"专家{'甲乙丙丁戊'[i]}" for i in range(size)],
        "fields": [draw(short_texts(2)) for _ in ids],
        "bio": [draw(short_texts()) for _ in ids],
    }
    works = draw(st.lists(st.tuples(st.sampled_from(ids), short_texts(), short_texts()), max_size=8))
    columns = {name: [work[i] for work in works] for i, name in enumerate(("expert_id", "title", "text"))}
    return pd.DataFrame(experts, dtype=object), pd.DataFrame(columns, dtype=object)


QUESTIONS = ["猕猴桃溃疡病防治", "UAV与3D打印", "锂电热管理，CO2-EOR", "碳纤维、混凝土的研究", "PM2.5"]


def read(experts: pd.DataFrame, works: pd.DataFrame) -> em.Pool:
    return em.read_pool(experts, works=works if len(works) else None, today=TODAY)


@settings(deadline=None, max_examples=12)
@given(tables(), tables(), st.randoms(use_true_random=False))
def test_shuffled_updated_and_fresh_pools_rank_alike(
    one: tuple[pd.DataFrame, pd.DataFrame], other: tuple[pd.DataFrame, pd.DataFrame], shuffler: random.Random
) -> None:
    fresh = matcher().fit(read(*one))
    expected = fresh.rank(QUESTIONS, top=3)
    mixed = [table.iloc[shuffler.sample(range(len(table)), len(table))].reset_index(drop=True) for table in one]
    assert_same_ranking(matcher().fit(read(*mixed)).rank(QUESTIONS, top=3), expected)
    updated = matcher().fit(read(*other)).update(read(*one))
    assert_same_index(updated.index_, fresh.index_)
    assert_same_ranking(updated.rank(QUESTIONS, top=3), expected)
    pairs = expected.frame[["need_id", "expert_id"]]
    assert fresh.score(pairs, needs=QUESTIONS)["score"].tolist() == expected.frame["score"].tolist()


@pytest.fixture(scope="module")
def larger() -> tuple[em.Pool, list[str]]:
    """A pool of own sentences: sixty experts, three hundred works, and twenty needs."""
    sentences = own_sentences()
    works = pd.DataFrame(
        {
            "expert_id": [f"E{i % 60:03d}" for i in range(300)],
            "title": sentences[:300],
            "text": sentences[300:600],
        }
    )
    return em.read_pool(works=works, today=TODAY), list(sentences[600:620])


def test_two_runs_and_two_processes_give_the_same_bytes(larger: tuple[em.Pool, list[str]]) -> None:
    made, needs = larger
    once = matcher().fit(made)
    expected = once.rank(needs)
    assert len(expected) > 100
    assert_same_ranking(matcher().fit(made).rank(needs), expected)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(count_terms.__kwdefaults__, "chunk", 64)
        twice = matcher(processes=2).fit(made)
    assert_same_index(twice.index_, once.index_)
    assert_same_ranking(twice.rank(needs), expected)


def test_saved_and_loaded_gives_the_same_bytes(larger: tuple[em.Pool, list[str]], tmp_path: Path) -> None:
    made, needs = larger
    own = matcher(weights=em.Weights(works_discount=0.25)).fit(made)
    own.save(tmp_path / "i")
    loaded = em.Matcher.load(str(tmp_path / "i"))
    assert_same_ranking(loaded.rank(needs), own.rank(needs))
    assert (loaded.analyzer, loaded.weights) == (own.analyzer, own.weights)
    pd.testing.assert_frame_equal(loaded.experts_, own.experts_)
    pd.testing.assert_frame_equal(loaded.works_, own.works_)
    loaded.save(tmp_path / "j")
    for path in (tmp_path / "i" / "gen-000001").iterdir():
        assert path.read_bytes() == (tmp_path / "j" / "gen-000001" / path.name).read_bytes(), path.name


def test_a_loaded_matcher_updates_like_a_fresh_one(fitted: em.Matcher, tmp_path: Path) -> None:
    matcher().fit(pool(EXPERTS.head(3), WORKS.head(2))).save(tmp_path / "i")
    updated = em.Matcher.load(tmp_path / "i").update(pool())
    assert_same_ranking(updated.rank(NEEDS), fitted.rank(NEEDS))
    assert_same_index(updated.index_, fitted.index_)


def test_explanations_after_loading_are_the_same(fitted: em.Matcher, tmp_path: Path) -> None:
    fitted.save(tmp_path / "i")
    one, other = fitted.rank(NEEDS), em.Matcher.load(tmp_path / "i").rank(NEEDS)
    for need in one.needs["need_id"]:
        for expert in fitted.index_.rows.expert_ids:
            assert one.explain(need, expert).entries == other.explain(need, expert).entries
            assert one.why_not(need, expert) == other.why_not(need, expert)


def test_what_cannot_be_loaded_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="CURRENT"):
        em.Matcher.load(tmp_path)
    matcher().fit(pool()).save(tmp_path / "i")
    (tmp_path / "i" / "gen-000001" / "extra_experts.json").unlink()
    with pytest.raises(StoreError, match=r"extra_experts\.json"):
        em.Matcher.load(tmp_path / "i")


def test_contacts_are_neither_indexed_nor_stored(tmp_path: Path) -> None:
    phone, mail, number = "13912345678", "zhangsan@example.cn", "11010519491231002X"
    experts = EXPERTS.assign(
        手机=[phone, "", "", "", ""],
        邮箱=[mail, "", "", "", ""],
        bio=[f"混凝土，电话{phone}，身份证{number}", "", "", "", ""],
    )
    own = matcher().fit(em.read_pool(experts, today=TODAY))
    own.save(tmp_path / "i")
    stored = b"".join(path.read_bytes() for path in (tmp_path / "i").rglob("*") if path.is_file())
    for secret in (phone, mail, number):
        assert secret.encode() not in stored
        assert own.rank(secret).frame.empty
    assert not own.rank("混凝土").frame.empty
