"""Confidence: evidence against a slow oracle, the fit against its optimality, what is refused, who answers nobody."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit
from sklearn.linear_model import LogisticRegression
from strategies import analyzer, need_texts, short_texts

import expertmatch as em
from expertmatch.errors import CalibrationError, SettingError, UnknownNameError
from expertmatch.evaluation.reliability import brier_skill, ece
from expertmatch.index.digest import index_digest
from expertmatch.ranking.answers import NOBODY, apply
from expertmatch.ranking.calibrate import LEAST, Calibration, calibrate, fit_logistic, judged_pairs
from expertmatch.ranking.evidence import EVIDENCE, evidence
from expertmatch.ranking.explain import shared_pieces
from expertmatch.ranking.missing import missing_words
from expertmatch.text import CHARACTER_MARK, normalise

DATA = Path(__file__).parents[1] / "data"
FIELDS = ("猕猴桃溃疡病", "变压器局部放电", "混凝土裂缝", "奶山羊乳房炎", "锂电池热管理")


def made(needs: int = 30, **settings: object) -> em.Ranking:
    """Return a ranking of six works on each of five fields for needs in turn about them."""
    works = [
        (f"E{i:02d}", f"{field}{'监测防治' if i % 2 else '防治技术研究'}{i}")
        for i, field in enumerate(field for field in FIELDS for _ in range(6))
    ]
    pool = em.read_pool(works=pd.DataFrame(works, columns=["expert_id", "title"]))
    asked = pd.DataFrame(
        {"need_id": [f"N{i:03d}" for i in range(needs)], "title": [f"{FIELDS[i % 5]}怎样监测" for i in range(needs)]}
    )
    return em.Matcher(analyzer=analyzer(), **settings).fit(pool).rank(asked, top=12)  # type: ignore[arg-type]


def judged(ranking: em.Ranking, pairs: int, *, first: int = 10) -> pd.DataFrame:
    """Judge so many top results: suitable are those in the first three places."""
    top = ranking.frame[ranking.frame["rank"] <= first].head(pairs)
    return pd.DataFrame(
        {"need_id": top["need_id"], "expert_id": top["expert_id"], "grade": np.where(top["rank"] <= 3, 3, 0)}
    )


# evidence


def slow_evidence(ranking: em.Ranking, need_id: str, expert_id: str) -> tuple[float, float]:
    """Pieces and coverage of one pair, term by term."""
    index = ranking.candidates.index
    need = ranking.needs[ranking.needs["need_id"] == need_id].iloc[0]
    texts = {name: [str(need[name])] for name in ("title", "text", "keywords")}
    query = index.vectors(texts).toarray()[0].astype(int)
    expert = index.rows.expert_ids.index(expert_id)
    mine = [row for row in range(len(index.rows)) if index.rows.group[row] == expert]
    vectors = {row: index.row_vectors[[row]].toarray()[0].astype(int) for row in mine}
    best = max(mine, key=lambda row: (sum(query * vectors[row]), -row))
    shared = [i for i in range(len(query)) if query[i] * vectors[best][i]]
    words = {index.counts.terms[i].removeprefix(CHARACTER_MARK) for i in shared}
    words = {word for word in words if len(word) > 1}
    asked = normalise("\n".join(text[0] for text in texts.values()))
    work = normalise("\n".join(column[best] for column in index.rows.texts.values())).lower()
    pieces = [piece for piece in shared_pieces(asked, work) if any(word in piece.lower() for word in words)]
    return float(len(pieces)), sum(query[i] ** 2 for i in shared) / sum(value**2 for value in query)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 3), short_texts(), short_texts()), min_size=1, max_size=8), need_texts())
def test_evidence_is_what_a_slow_reading_says(rows: list[tuple[int, str, str]], needs: dict[str, list[str]]) -> None:
    frame = pd.DataFrame(
        [(f"E{i}", title or "空", text) for i, title, text in rows], columns=["expert_id", "title", "text"]
    )
    pool = em.read_pool(works=frame.drop_duplicates())
    asked = pd.DataFrame({**needs, "need_id": [f"N{i}" for i in range(len(needs["title"]))]})
    asked["title"] = [title if title.strip() else "无题" for title in asked["title"]]
    ranking = em.Matcher(analyzer=analyzer()).fit(pool).rank(asked)
    found = evidence(ranking)
    assert tuple(found.columns) == EVIDENCE
    assert found["score"].tolist() == ranking.frame["score"].tolist()
    for i, (need, expert) in enumerate(zip(ranking.frame["need_id"], ranking.frame["expert_id"], strict=True)):
        pieces, coverage = slow_evidence(ranking, need, expert)
        assert np.expm1(found["pieces"].iloc[i]) == pytest.approx(pieces, abs=1e-9)
        assert found["coverage"].iloc[i] == pytest.approx(coverage, abs=1e-12)


def test_candidates_without_a_shared_term_have_no_pieces() -> None:
    pool = em.read_pool(
        pd.DataFrame({"expert_id": ["E1", "E2"], "name": ["甲", "乙"], "disciplines": ["植物保护学", ""]}),
        works=pd.DataFrame({"expert_id": ["E2"], "title": ["苹果病害防治"]}),
    )
    matcher = em.Matcher(analyzer=analyzer(), signals={"text": 0.5, "discipline": 0.5}).fit(pool)
    ranking = matcher.rank(pd.DataFrame({"need_id": ["N1"], "title": ["病害防治"], "disciplines": ["植物保护学"]}))
    assert "E1" in set(ranking.frame["expert_id"])
    found = evidence(ranking)[(ranking.frame["expert_id"] == "E1").to_numpy()]
    assert found[["pieces", "coverage"]].to_numpy().tolist() == [[0.0, 0.0]]


def test_an_empty_ranking_has_no_evidence_and_nobody_answers() -> None:
    pool = em.read_pool(works=pd.DataFrame({"expert_id": ["E1"], "title": ["猕猴桃"]}))
    ranking = em.Matcher(analyzer=analyzer()).fit(pool).rank(["量子通信"])
    assert len(evidence(ranking)) == 0
    calibration = Calibration(
        features=("score",), means=(0.1,), scales=(0.1,), coefficients=(1.0,), judged=100, suitable=50, first=10,
        index=index_digest(ranking.candidates.index), signals={"text": 1.0}, scenario="",
    )  # fmt: skip
    _, answers = apply(ranking, calibration)
    assert answers["answered"].tolist() == [False]
    assert answers["missing"].tolist() == ["量子通信"]
    assert answers["sentence"].tolist() == [f"{NOBODY}：没有人提到“量子通信”。"]


# the fit


@st.composite
def fits(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, float]:
    rows, columns = draw(st.integers(4, 40)), draw(st.integers(1, 3))
    rng = np.random.default_rng(draw(st.integers(0, 2**31)))
    inputs = rng.normal(size=(rows, columns))
    suitable = rng.random(rows) < expit(inputs @ rng.normal(size=columns))
    suitable[:2] = [True, False]
    return inputs, suitable, draw(st.sampled_from([0.1, 1.0, 10.0]))


@settings(deadline=None)
@given(fits())
def test_no_step_from_the_fit_is_downhill(fit: tuple[np.ndarray, np.ndarray, float]) -> None:
    inputs, suitable, ridge = fit
    slopes, intercept = fit_logistic(inputs, suitable, ridge=ridge)
    wrong = expit(inputs @ slopes + intercept) - suitable
    gradient = inputs.T @ wrong + ridge * slopes
    assert (slopes >= 0).all()
    assert abs(wrong.sum()) < 1e-4
    assert (np.abs(gradient[slopes > 0]) < 1e-4).all()
    assert (gradient[slopes == 0] > -1e-4).all()


@settings(deadline=None)
@given(fits())
def test_the_fit_is_scikit_learns_where_no_slope_is_below_0(fit: tuple[np.ndarray, np.ndarray, float]) -> None:
    inputs, suitable, ridge = fit
    other = LogisticRegression(C=1 / ridge, tol=1e-10, max_iter=10_000).fit(inputs, suitable)
    slopes, intercept = fit_logistic(inputs, suitable, ridge=ridge)
    if (other.coef_ > 1e-3).all():
        assert slopes == pytest.approx(other.coef_[0], abs=1e-3)
        assert intercept == pytest.approx(other.intercept_[0], abs=1e-3)
    assert (slopes[other.coef_[0] > 0] >= 0).all()


@given(
    st.lists(st.floats(0, 5), min_size=3, max_size=3), st.floats(-3, 3),
    st.lists(st.floats(0, 3), min_size=3, max_size=3), st.integers(0, 2), st.floats(0, 2),
)  # fmt: skip
def test_more_evidence_never_lowers_the_probability(
    slopes: list[float], intercept: float, row: list[float], which: int, more: float
) -> None:
    calibration = Calibration(
        features=EVIDENCE, means=(0.1, 1.0, 0.3), scales=(0.1, 0.5, 0.2), coefficients=tuple(slopes),
        intercept=intercept, judged=100, suitable=50, first=10, index="", signals={}, scenario="",
    )  # fmt: skip
    rows = pd.DataFrame([row, row], columns=list(EVIDENCE))
    rows.iloc[1, which] += more
    low, high = calibration.of_evidence(rows)
    assert 0 <= low <= high <= 1


# what is enough, and where it holds


def test_below_100_judgments_nothing_is_said_but_how_many_are_missing() -> None:
    ranking = made()
    short = calibrate(ranking, judged(ranking, LEAST - 1))
    assert not short.enough
    assert "评判过 99 对" in short.sentence
    assert "还差 1 对" in short.sentence
    probability, answers = apply(ranking, short)
    assert np.isnan(probability).all()
    assert len(probability) == len(ranking.frame)
    assert answers["answered"].isna().all()
    assert (answers[["missing", "sentence"]] == "").all(axis=None)
    assert calibrate(ranking, judged(ranking, LEAST)).enough


def test_one_kind_alone_is_not_enough() -> None:
    ranking = made()
    pairs = judged(ranking, 150)
    for grade, kind in ((0, "合适"), (3, "不合适")):
        found = calibrate(ranking, pairs.assign(grade=grade))
        assert not found.enough
        assert f"，{kind}的至少要有 10 对才给出概率，还差 10 对" in found.sentence


def test_only_top_results_count() -> None:
    ranking = made()
    far = ranking.frame[ranking.frame["rank"] > 10]
    elsewhere = pd.DataFrame({"need_id": "N000", "expert_id": [f"X{i}" for i in range(50)], "grade": 3})
    below = pd.DataFrame({"need_id": far["need_id"], "expert_id": far["expert_id"], "grade": 3})
    assert len(below) > 0
    only = calibrate(ranking, judged(ranking, 150))
    assert calibrate(ranking, pd.concat([judged(ranking, 150), elsewhere, below])) == only
    probability = only.probabilities(ranking)
    assert np.isnan(probability[(ranking.frame["rank"] > 10).to_numpy()]).all()
    assert not np.isnan(probability[(ranking.frame["rank"] <= 10).to_numpy()]).any()


def test_the_ranking_stays_as_it_is_and_the_order_of_judgments_does_not_matter() -> None:
    ranking, before = made(), made().frame
    pairs = judged(ranking, 200)
    one, two = calibrate(ranking, pairs), calibrate(ranking, pairs.sample(frac=1, random_state=1))
    assert one == two
    apply(ranking, one)
    pd.testing.assert_frame_equal(ranking.frame, before)


def test_it_holds_for_its_index_its_weights_and_its_scenario_alone() -> None:
    ranking = made()
    found = calibrate(ranking, judged(ranking, 150), scenario="salon")
    assert apply(ranking, found, scenario="salon")[1]["answered"].notna().all()
    with pytest.raises(CalibrationError, match="属于场景“salon”，现在的场景是“relief”"):
        apply(ranking, found, scenario="relief")
    with pytest.raises(CalibrationError, match="现在的场景是“（无）”"):
        found.probabilities(ranking)
    with pytest.raises(CalibrationError, match="另一个索引"):
        apply(made(weights=em.Weights(length_slope=1.0)), found, scenario="salon")
    with pytest.raises(CalibrationError, match=r"信号权重是 text 1，现在是 text 0\.9、discipline 0\.1"):
        apply(made(signals={"text": 0.9, "discipline": 0.1}), found, scenario="salon")


def test_a_calibration_comes_back_from_json() -> None:
    ranking = made()
    found = calibrate(ranking, judged(ranking, 150), scenario="salon")
    again = Calibration.from_dict(json.loads(json.dumps(found.to_dict())))
    assert again == found
    assert str(again) == found.sentence
    assert (
        again.probabilities(ranking, scenario="salon").tobytes()
        == found.probabilities(ranking, scenario="salon").tobytes()
    )
    for broken in ({}, {**found.to_dict(), "format": 2}, {**found.to_dict(), "more": 1}):
        with pytest.raises(CalibrationError, match="不是概率标定"):
            Calibration.from_dict(broken)


def test_an_index_has_the_digest_of_what_it_says() -> None:
    one, same = made().candidates.index, made(needs=3).candidates.index
    assert index_digest(one) == index_digest(same)
    others = [
        made(weights=em.Weights(title_weight=2.0)).candidates.index,
        em.Matcher(analyzer=em.Analyzer(characters=False)).fit(em.read_pool(
            works=pd.DataFrame({"expert_id": ["E1"], "title": ["猕猴桃"]}))).index_,
        em.Matcher(analyzer=analyzer()).fit(em.read_pool(
            works=pd.DataFrame({"expert_id": ["E2"], "title": ["猕猴桃"]}))).index_,
        em.Matcher(analyzer=analyzer()).fit(em.read_pool(
            works=pd.DataFrame({"expert_id": ["E1"], "title": ["猕猴桃"]}))).index_,
    ]  # fmt: skip
    digests = [index_digest(one), *map(index_digest, others)]
    assert len(set(digests)) == len(digests)


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"features": ("scores",)}, UnknownNameError),
        ({"features": ()}, SettingError),
        ({"features": ("score", "score")}, SettingError),
        ({"first": 0}, SettingError),
        ({"ridge": -1.0}, SettingError),
    ],
)
def test_settings_are_checked(options: dict[str, object], error: type[Exception]) -> None:
    ranking = made(needs=2)
    with pytest.raises(error):
        calibrate(ranking, judged(ranking, 10), **options)  # type: ignore[arg-type]


def test_judgments_must_be_one_a_pair() -> None:
    ranking = made(needs=2)
    pairs = judged(ranking, 4)
    with pytest.raises(SettingError, match="read_judgments"):
        calibrate(ranking, pd.concat([pairs, pairs]))
    with pytest.raises(UnknownNameError, match="grade"):
        calibrate(ranking, pairs.drop(columns="grade"))
    read = em.read_judgments(pairs)
    assert judged_pairs(ranking, read).tolist()[:4] == judged_pairs(ranking, pairs).tolist()[:4] == [3, 3, 3, 0]
    with pytest.raises(SettingError, match="level"):
        apply(ranking, calibrate(ranking, pairs), level=1.5)


# who answers, and what was missing


def test_a_need_is_answered_where_one_of_the_first_reaches_the_level() -> None:
    ranking = made()
    found = calibrate(ranking, judged(ranking, 200))
    for level in (0.2, 0.5, 0.9, 1.0):
        probability, answers = apply(ranking, found, level=level)
        for need, answered, best, sentence in zip(
            answers["need_id"], answers["answered"], answers["p_best"], answers["sentence"], strict=True
        ):
            own = probability[(ranking.frame["need_id"] == need).to_numpy()]
            assert best == np.nanmax(own)
            assert answered == (best >= level)
            assert (sentence == "") == answered
            assert answered or sentence.startswith(NOBODY)
    assert answers["need_id"].tolist() == ranking.needs["need_id"].tolist()


def test_missing_words_are_those_that_stand_in_no_text_of_the_first() -> None:
    works = pd.DataFrame({"expert_id": ["E1", "E1", "E2"], "title": ["苹果园防霜", "果树冻害", "苹果树腐烂病"]})
    pool = em.read_pool(works=works)
    needs = pd.DataFrame({
        "need_id": ["N1", "N2", "N3", "N4"],
        "title": ["苹果园霜冻预警", "苹果树怎么管", "苹果", "苹果"],
        "text": ["", "", "石墨烯", ""],
        "keywords": ["", "腐烂病；巴克豪森噪声；磨削", "", "SerDes接口；苹果园"],
    })  # fmt: skip
    ranking = em.Matcher(analyzer=analyzer()).fit(pool).rank(needs)
    found = missing_words(ranking, ["N1", "N2", "N3", "N4"])
    assert set(found["N1"]) == {"霜冻", "预警"}
    assert set(found["N2"]) == {"巴克豪森噪声", "磨削"}
    assert found["N3"] == ()  # the title speaks; words of the text are not looked at
    assert "苹果园" not in found["N4"]
    assert any(word.startswith("SerDes") for word in found["N4"])
    assert "防霜" in missing_words(ranking, ["N1"], first=1)["N1"] or ranking.frame["expert_id"].iloc[0] == "E1"


@settings(deadline=None, max_examples=40)
@given(st.lists(short_texts(), min_size=1, max_size=6), short_texts(), st.integers(1, 3))
def test_no_missing_word_stands_in_a_text_of_the_first(titles: list[str], need: str, first: int) -> None:
    works = pd.DataFrame({"expert_id": [f"E{i}" for i in range(len(titles))], "title": [t or "空" for t in titles]})
    need = need if need.strip() else "无题"
    ranking = em.Matcher(analyzer=analyzer()).fit(em.read_pool(works=works)).rank([need])
    words = missing_words(ranking, ["N001"], first=first)["N001"]
    listed = ranking.frame[ranking.frame["rank"] <= first]["expert_id"]
    said = [normalise(str(title)).lower() for title in works.loc[works["expert_id"].isin(listed), "title"]]
    asked = normalise(need).lower()
    for word in words:
        assert word.lower() in asked
        assert not any(word.lower() in text for text in said)


def test_what_the_first_one_lacks_is_said_where_the_others_have_all() -> None:
    works = pd.DataFrame({"expert_id": ["E1", "E2"], "title": ["苹果园防霜苹果园防霜", "霜冻预警"]})
    ranking = em.Matcher(analyzer=analyzer()).fit(em.read_pool(works=works)).rank(["苹果园防霜苹果园霜冻"])
    assert ranking.frame["expert_id"].tolist() == ["E1", "E2"]
    sure = Calibration(
        features=("score",), means=(0.0,), scales=(1.0,), coefficients=(0.0,), intercept=-3.0, judged=100,
        suitable=50, first=10, index=index_digest(ranking.candidates.index), signals={"text": 1.0}, scenario="",
    )  # fmt: skip
    answers = apply(ranking, sure)[1]
    assert answers["missing"].tolist() == [""]
    assert answers["sentence"].tolist() == [
        f"{NOBODY}：排在最前的人合适的概率只有 5%，首选的成果和简介没有提到“霜冻”。"
    ]


# the sample


def test_probabilities_hold_on_needs_they_were_not_fitted_on() -> None:
    tables = [em.read_needs(DATA / f"needs_{kind}.csv").frame for kind in ("enterprise", "village", "other")]
    needs = pd.concat(tables, ignore_index=True)
    pool = em.read_pool(DATA / "experts.csv", works=DATA / "works.csv")
    ranking = em.Matcher(analyzer=analyzer()).fit(pool).rank(needs)
    pooled = em.read_judgments(DATA / "judgments.csv").pooled
    half = set(needs["need_id"].iloc[np.random.default_rng(0).permutation(len(needs))[: len(needs) // 2]])
    found = calibrate(ranking, pooled[pooled["need_id"].isin(half)])
    probability, answers = apply(ranking, found)
    rest = ~ranking.frame["need_id"].isin(half).to_numpy()
    grades = judged_pairs(ranking, pooled)
    held = rest & ~np.isnan(grades)
    suitable = grades[held] >= 2
    assert held.sum() > 400
    assert ece(probability[held], suitable) < 0.08  # .045 on average when written; perfect ones would show .040
    assert brier_skill(probability[held], suitable) > 0.3
    assert suitable[probability[held] >= 0.5].mean() > 0.7
    nobody = set(pooled.groupby("need_id")["grade"].max().loc[lambda best: best < 2].index) - half
    said = answers.set_index("need_id")["answered"]
    assert said[sorted(nobody)].mean() < 0.3 < said[sorted(set(needs["need_id"]) - half - nobody)].mean()
