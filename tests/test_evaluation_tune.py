"""Tuning: scores and measure against the library's own, a planted gain found, noise not claimed, feedback read."""

from __future__ import annotations

import importlib
import json
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import analyzer

import expertmatch as em
from expertmatch.errors import InputError, SettingError, UnknownNameError
from expertmatch.evaluation import compare_runs, evaluate
from expertmatch.evaluation.feedback import feedback, grade_of
from expertmatch.evaluation.trial import Setting, ndcg
from expertmatch.evaluation.tune import GRID, LEAST_NEEDS
from expertmatch.index import ExpertIndex

tune_module = importlib.import_module("expertmatch.evaluation.tune")
WORDS = "猕猴桃 变压器 混凝土 奶山羊 锂电池 苹果树 传感器 地下水 大数据 食用菌 钛合金 小麦".split()
PARTS = "溃疡病 局部放电 裂缝 乳房炎 热管理 腐烂病 标定 污染 治理 栽培 加工 锈病".split()
SIGNALS = {"text": 0.8, "discipline": 0.15, "standing": 0.05}


def planted(needs: int = 40, seed: int = 0) -> tuple[em.Pool, pd.DataFrame, pd.DataFrame]:
    """Return a pool whose titles say what suits, and whose texts are about something else."""
    rng = np.random.default_rng(seed)
    works, asked, judged = [], [], []
    for i in range(needs):
        own, other = rng.choice(len(WORDS), 2, replace=False)
        asked.append((f"N{i:02d}", WORDS[own] + PARTS[own], WORDS[other] + PARTS[other]))
        for j in range(6):
            word = WORDS[own] if j < 2 else WORDS[rng.integers(len(WORDS))]
            far = WORDS[other] + PARTS[other] if j >= 2 else WORDS[rng.integers(len(WORDS))]
            works.append((f"E{i:02d}{j}", f"{word}{PARTS[rng.integers(len(PARTS))]}研究{i}", far * 2))
            judged.append((f"N{i:02d}", f"E{i:02d}{j}", 3 if j < 2 else 0))
    return (
        em.read_pool(works=pd.DataFrame(works, columns=["expert_id", "title", "text"])),
        pd.DataFrame(asked, columns=["need_id", "title", "text"]),
        pd.DataFrame(judged, columns=["need_id", "expert_id", "grade"]),
    )


def fitted(pool: em.Pool, **options: object) -> em.Matcher:
    return em.Matcher(analyzer=analyzer(), **options).fit(pool)  # type: ignore[arg-type]


# the measure and the scores


@settings(deadline=None, max_examples=60)
@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(0, 6), st.integers(0, 3), st.sampled_from([0.0, 0.25, 0.5, 1.0])),
        min_size=1, max_size=20, unique_by=lambda pair: pair[:2],
    ),
    st.integers(1, 5),
)  # fmt: skip
def test_ndcg_is_what_evaluate_says(pairs: list[tuple[int, int, int, float]], cut: int) -> None:
    need, expert, grade, score = (np.array(column) for column in zip(*pairs, strict=True))
    found = ndcg(need, score, expert, grade, 4, cut)
    frame = pd.DataFrame({"need_id": [f"N{i}" for i in need], "expert_id": [f"E{i}" for i in expert]})
    told = evaluate(frame.assign(score=score), frame.assign(grade=grade), measures=[f"nDCG@{cut}"]).per_need
    for name, value in told[f"nDCG@{cut}"].items():
        assert found[int(str(name)[1:])] == (0.0 if math.isnan(value) else pytest.approx(value, abs=1e-12))


def society_pool() -> em.Pool:
    pool, *_ = planted(12)
    experts = pd.DataFrame({"expert_id": sorted(set(pool.works["expert_id"]))})
    experts["name"] = experts["expert_id"] + "某"
    experts["title"] = ["教授" if i % 3 else "讲师" for i in range(len(experts))]
    experts["disciplines"] = ["植物保护学" if i % 2 else "电气工程" for i in range(len(experts))]
    societies = pd.DataFrame({"name": ["植保学会"], "disciplines": ["植物保护学"]})
    members = pd.DataFrame({"expert_id": experts["expert_id"].head(9), "society": "植保学会", "role": "理事长"})
    works = pool.works[["expert_id", "title", "text"]]
    return em.read_pool(experts, works=works, societies=societies, memberships=members)


CHANGES = [
    {"title_weight": 4.0, "character_weight": 0.4},
    {"length_slope": 1.0, "works_discount": 0.0},
    {"synonym_weight": 0.0, "character_share": 0.0, "keywords_weight": 2.0},
]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("signals", [{"text": 1.0}, SIGNALS, {"text": 0.7, "discipline": 0.0, "standing": 0.3}])
def test_scores_under_other_weights_are_those_of_a_matcher_with_them(
    change: dict[str, float], signals: dict[str, float]
) -> None:
    pool = society_pool()
    _, asked, judged = planted(12)
    asked["disciplines"] = ["植物保护学" if i % 2 else "" for i in range(len(asked))]
    whole = fitted(pool, signals={name: weight or 0.1 for name, weight in signals.items()})
    needs = em.read_needs(asked)
    pairs, _ = tune_module._known_pairs(whole.index_, needs, judged)
    scored = whole.score(pairs[["need_id", "expert_id"]], needs=needs)
    bench = tune_module.Bench.build(whole.index_, needs, pairs, scored, 10)
    other = Setting(em.Weights(**change), tuple(signals.items()))
    direct = fitted(pool, weights=em.Weights(**change), signals=signals).score(
        pairs[["need_id", "expert_id"]], needs=needs
    )
    assert bench.scores(other) == pytest.approx(direct["score"].to_numpy(), abs=1e-12)
    own = Setting(whole.index_.weights, tuple(whole.signals.items()))  # type: ignore[union-attr]
    assert bench.scores(own) == pytest.approx(scored["score"].to_numpy(), abs=1e-12)


# what is claimed


def test_a_planted_gain_is_found_and_the_weights_bring_it() -> None:
    pool, needs, judged = planted()
    start = em.Weights(title_weight=0.5, text_weight=2.0)
    before = fitted(pool, weights=start)
    found = em.tune(before, needs, judged)
    assert found.claimed
    assert found.gain.low > 0.05
    assert found.weights.title_weight / found.weights.text_weight > 1
    assert "建议采用" in found.sentence
    after = fitted(pool, weights=found.weights, signals=dict(found.signals))
    pairs = judged[["need_id", "expert_id"]]
    runs = [matcher.score(pairs, needs=needs)[["need_id", "expert_id", "score"]] for matcher in (after, before)]
    direct = compare_runs(*runs, judged, measures=["nDCG@10"]).frame.iloc[0]
    assert found.gain.b == pytest.approx(direct["b"])
    assert direct["difference"] > found.gain.mean - 0.02  # fitted on all needs, no worse than on half of them


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_noise_is_not_claimed_and_the_given_weights_stay(seed: int) -> None:
    pool, needs, judged = planted(30)
    judged["grade"] = np.random.default_rng(seed).integers(0, 4, len(judged))
    start = em.Weights(length_slope=0.85)
    found = em.tune(fitted(pool, weights=start), needs, judged)
    assert not found.claimed
    assert found.weights == start
    assert found.signals == {"text": 1.0}
    assert (found.frame["used"] == found.frame["given"]).all()
    assert "保留原来的权重" in found.sentence
    assert found.gain.needs == len(found.per_need)


def test_no_need_is_measured_under_weights_that_saw_it(monkeypatch: pytest.MonkeyPatch) -> None:
    pool, needs, judged = planted(24)
    seen: list[set[int]] = []
    settings_given = [em.Weights(title_weight=2 + i / 100) for i in range(99)]

    def fit(bench: object, given: Setting, axes: object, rows: np.ndarray) -> Setting:
        seen.append(set(rows.tolist()))
        return Setting(settings_given[len(seen)], given.signals)

    def values(bench: object, setting: Setting) -> np.ndarray:
        which = settings_given.index(setting.weights) - 1 if setting.weights in settings_given else None
        saw = set() if which is None else seen[which]
        return np.array([float(i in saw) for i in range(24)])

    monkeypatch.setattr(tune_module, "_fit", fit)
    monkeypatch.setattr(tune_module.Bench, "values", values)
    found = em.tune(fitted(pool), needs, judged, folds=3, repeats=4)
    assert found.fits == 12
    assert len(seen) == 13
    assert {len(rows) for rows in seen[:12]} == {16}
    assert (found.per_need["fitted"] == 0).all()


def test_signals_are_tuned_and_one_of_weight_0_is_tried() -> None:
    pool = society_pool()
    _, asked, _ = planted(30)
    asked["disciplines"] = ["植物保护学" if i % 2 else "电气工程" for i in range(len(asked))]
    matcher = fitted(pool, signals={"text": 1.0, "discipline": 0.1})
    right = dict(zip(pool.experts["expert_id"], pool.experts["disciplines"], strict=True))
    rows = [
        (need, expert, 3 if right[expert] == declared else 0)
        for need, declared in zip(asked["need_id"], asked["disciplines"], strict=True)
        for expert in sorted(right)[:14]
    ]
    judged = pd.DataFrame(rows, columns=["need_id", "expert_id", "grade"])
    found = em.tune(matcher, asked, judged, signals={"text": 1.0, "discipline": 0.0}, grid={}, repeats=1)
    assert found.claimed
    assert found.signals["text"] == 1.0
    assert found.signals["discipline"] > 0
    assert found.weights == em.Weights()


def test_the_result_is_the_same_every_time_and_shows_itself() -> None:
    pool, needs, judged = planted(24)
    matcher = fitted(pool, weights=em.Weights(title_weight=0.5))
    one = em.tune(matcher, needs, judged, repeats=2)
    two = em.tune(matcher, needs.iloc[::-1], judged.sample(frac=1, random_state=3), repeats=2)
    assert json.dumps(one.to_dict()) == json.dumps(two.to_dict())
    pd.testing.assert_frame_equal(one.per_need, two.per_need)
    assert one.frame["setting"].tolist() == [*GRID, "text"]
    assert "题目的权重" in str(one)
    assert "题目的权重" in one._repr_html_()
    assert "nDCG@10" in repr(one)


def test_few_needs_are_refused_in_words() -> None:
    pool, needs, judged = planted(30)
    alike = judged["need_id"].isin([f"N{i:02d}" for i in range(LEAST_NEEDS - 1, 30)])
    judged.loc[alike, "grade"] = 2
    found = em.tune(fitted(pool), needs, judged)
    assert (found.fits, found.claimed, found.weights) == (0, False, em.Weights())
    assert f"只有 {LEAST_NEEDS - 1} 条" in found.sentence
    assert "还差 1 条" in found.sentence
    assert found.to_dict()["gain"]["mean"] is None
    assert str(LEAST_NEEDS - 1) in repr(found)


def test_pairs_that_are_not_there_are_counted_and_all_of_them_refused() -> None:
    pool, needs, judged = planted(24)
    more = pd.DataFrame({"need_id": ["N00", "X1"], "expert_id": ["离开的人", "E000"], "grade": [3, 1]})
    assert em.tune(fitted(pool), needs, pd.concat([judged, more]), repeats=1, grid={}).left_out == 2
    with pytest.raises(SettingError, match="编号写法"):
        em.tune(fitted(pool), needs, more)


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"folds": 1}, SettingError),
        ({"repeats": 0}, SettingError),
        ({"cut": True}, SettingError),
        ({"grid": {"titel_weight": (1.0,)}}, UnknownNameError),
        ({"signals": {"text": 1.0, "standing": 0.1}}, UnknownNameError),
        ({"signals": {"text": -1.0}}, SettingError),
        ({"signals": {"text": 0.0}}, SettingError),
    ],
)
def test_settings_are_checked(options: dict[str, object], error: type[Exception]) -> None:
    pool, needs, judged = planted(24)
    with pytest.raises(error):
        em.tune(fitted(pool), needs, judged, **options)  # type: ignore[arg-type]


# feedback


LEDGER = [
    ("N1", "猕猴桃", "E1", "已完成", "4.5"),
    ("N1", "猕猴桃", "E2", "已完成", "3"),
    ("N1", "猕猴桃", "E3", "已拒绝", ""),
    ("N2", "混凝土", "E1", "已完成", "4"),
    ("N2", "混凝土", "E1", "已完成", "2"),
    ("N2", "混凝土", "E1", "已完成", "5"),
    ("N3", "", "E1", "已完成", ""),
    ("N4", "", "E1", "服务中", "5"),
    ("", "苹果", "E1", "已完成", "5"),
]
COLUMNS = ["need_id", "need_title", "candidate_id", "state", "rating"]


def test_ratings_of_services_that_took_place_are_grades() -> None:
    found = feedback(pd.DataFrame(LEDGER, columns=COLUMNS))
    assert found.judgments.pooled.to_numpy().tolist() == [["N1", "E1", 3], ["N1", "E2", 1], ["N2", "E1", 2]]
    assert found.judgments.judges == ("服务台账",)
    assert found.needs.to_numpy().tolist() == [["N1", "猕猴桃"], ["N2", "混凝土"]]
    assert (found.unrated, found.others) == (1, 3)
    assert "3 对有满意度" in found.sentence


@given(st.floats(0, 5))
def test_the_grade_of_a_rating_is_the_documented_one(rating: float) -> None:
    expected = 0
    for least, grade in ((3, 1), (4, 2), (4.5, 3)):
        if rating >= least:
            expected = grade
    assert grade_of(rating) == expected


@pytest.mark.parametrize("rating", ["5.5", "-1", "满意"])
def test_ratings_on_another_scale_are_refused_with_their_place(rating: str) -> None:
    with pytest.raises(InputError, match=f"需求 N1 与专家 E1 的满意度“{rating}”不是 0 到 5 的数"):
        feedback(pd.DataFrame([("N1", "", "E1", "已完成", rating)], columns=COLUMNS))


def test_a_ledger_without_ratings_is_refused() -> None:
    with pytest.raises(SettingError, match="rating"):
        feedback(pd.DataFrame(LEDGER, columns=COLUMNS).drop(columns="rating"))


def test_the_index_is_reweighted_not_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    pool, needs, judged = planted(24)
    matcher = fitted(pool)
    monkeypatch.setattr(ExpertIndex, "fit", None)
    assert em.tune(matcher, needs, judged, repeats=1, grid={"title_weight": (1.0, 2.0)}).fits == 2
