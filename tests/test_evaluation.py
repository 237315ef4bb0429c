"""Judgments, measures and comparisons, each against a slow and obvious oracle."""

from __future__ import annotations

import math
import sys
from collections import Counter

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expertmatch.errors import InputError, MissingExtraError, SettingError, UnknownNameError
from expertmatch.evaluation import (
    GRADES,
    agreement,
    compare_runs,
    evaluate,
    paired,
    read_judgments,
    read_run,
)

EXPERTS = [f"E{i:02d}" for i in range(12)]
MEASURES = ["nDCG@3", "nDCG", "P@1", "P@5", "R@3", "R@10", "MRR", "MRR@2", "judged@4", "judged"]


def table(rows, *columns):
    return pd.DataFrame(rows, columns=list(columns))


def judged(*rows):
    return table(rows, "need_id", "expert_id", "grade")


def scored(*rows):
    return table(rows, "need_id", "expert_id", "score")


def codes(error):
    return Counter(problem.code for problem in error.value.problems if problem.severity == "error")


# judgments


def test_judgments_are_read_with_chinese_headers_and_words(tmp_path):
    path = tmp_path / "评判.csv"
    path.write_bytes("需求编号,专家编号,评分,评判人\nN1,E2,很合适,甲\nN1,E1,0,甲\nN2,E1,勉强,乙\n".encode("gb18030"))
    read = read_judgments(path)
    assert read.frame.to_numpy().tolist() == [["N1", "E1", 0, "甲"], ["N1", "E2", 3, "甲"], ["N2", "E1", 1, "乙"]]
    assert read.judges == ("乙", "甲")
    assert repr(read) == "<评判：3 条（0 分 1、1 分 1、3 分 1）；需求 2 条，评判人 2 位>"
    assert read_judgments(read) is read


def test_judgments_are_read_from_a_workbook(tmp_path):
    path = tmp_path / "评判.xlsx"
    table([("N1", "E1", 3), ("N1", "E2", 1)], "需求编号", "专家编号", "评分").to_excel(path, index=False)
    assert read_judgments(path).frame["grade"].tolist() == [3, 1]


def test_order_of_rows_does_not_matter_and_repeated_rows_count_once():
    rows = [("N2", "E1", 1), ("N1", "E2", 2), ("N1", "E1", 0), ("N1", "E2", 2)]
    first, second = read_judgments(judged(*rows)), read_judgments(judged(*rows[::-1]))
    pd.testing.assert_frame_equal(first.frame, second.frame)
    assert len(first) == 3


@pytest.mark.parametrize(
    ("rows", "code", "row"),
    [
        ([("N1", "E1", 2), ("N1", "E2", 7)], "bad-grade", 2),
        ([("N1", "E1", "尚可"), ("N1", "E2", 1)], "bad-grade", 1),
        ([("N1", "E1", ""), ("N1", "E2", 1)], "no-grade", 1),
        ([("N1", "E1", 1), ("", "E2", 1)], "no-need", 2),
        ([("N1", "E1", 1), ("N1", "", 1)], "no-expert", 2),
        ([("N1", "E1", 1), ("N1", "E2", 1), ("N1", "E1", 2)], "two-grades", 3),
    ],
)
def test_bad_judgments_are_named_by_row_with_a_remedy(rows, code, row):
    with pytest.raises(InputError) as error:
        read_judgments(judged(*rows))
    assert codes(error) == {code: 1}
    found = next(problem for problem in error.value.problems if problem.code == code)
    assert found.row == row
    assert found.remedy


def test_all_bad_judgments_are_told_at_once():
    with pytest.raises(InputError) as error:
        read_judgments(judged(("N1", "E1", 9), ("", "E2", 1), ("N2", "E3", "x")))
    assert codes(error) == {"bad-grade": 2, "no-need": 1}


def test_a_table_without_rows_is_an_error():
    with pytest.raises(InputError) as error:
        read_judgments(judged())
    assert sum(codes(error).values()) == 1


@given(st.lists(st.sampled_from(GRADES), min_size=1, max_size=6))
@settings(max_examples=30, deadline=None)
def test_pooled_grade_is_the_lower_median(grades):
    rows = [("N1", "E1", grade, f"评判人{i}") for i, grade in enumerate(grades)]
    pooled = read_judgments(table(rows, "need_id", "expert_id", "grade", "judge")).pooled
    assert pooled["grade"].tolist() == [sorted(grades)[(len(grades) - 1) // 2]]


# agreement


@given(st.lists(st.tuples(st.sampled_from(GRADES), st.sampled_from(GRADES)), min_size=2, max_size=40))
@settings(max_examples=40, deadline=None)
def test_agreement_is_scikit_learns(pairs):
    from sklearn.metrics import cohen_kappa_score

    rows = [
        ("N1", f"E{i}", grade, judge) for i, both in enumerate(pairs) for judge, grade in zip("AB", both, strict=True)
    ]
    found = agreement(table(rows, "need_id", "expert_id", "grade", "judge"))
    first, second = zip(*pairs, strict=True)
    assert found.pairs == len(pairs) == found.confusion.to_numpy().sum()
    assert found.exact == pytest.approx(np.mean(np.equal(first, second)))
    if set(first) == set(second) and len(set(first)) == 1:
        assert math.isnan(found.kappa)
        assert math.isnan(found.quadratic)
        return
    for value, weights in ((found.kappa, None), (found.linear, "linear"), (found.quadratic, "quadratic")):
        expected = cohen_kappa_score(first, second, labels=list(GRADES), weights=weights)
        assert value == pytest.approx(expected, abs=1e-12)


def test_agreement_counts_only_pairs_that_both_graded():
    rows = [("N1", "E1", 3, "甲"), ("N1", "E1", 2, "乙"), ("N1", "E2", 0, "甲"), ("N2", "E1", 1, "乙")]
    found = agreement(table(rows, "need_id", "expert_id", "grade", "judge"), ("甲", "乙"))
    assert found.pairs == 1
    assert found.confusion.loc[3, 2] == 1
    assert "甲与乙共同评判 1 对：一致 0.0%" in repr(found)
    assert found.frame["measure"].tolist() == ["pairs", "exact", "kappa", "linear", "quadratic"]
    assert "<table" in found._repr_html_()


def test_agreement_needs_two_known_judges_with_shared_pairs():
    rows = [("N1", "E1", 3, "甲"), ("N1", "E2", 2, "乙"), ("N1", "E3", 2, "丙")]
    frame = table(rows, "need_id", "expert_id", "grade", "judge")
    with pytest.raises(SettingError):
        agreement(frame)
    with pytest.raises(SettingError, match="共同评判过"):
        agreement(frame, ("甲", "乙"))
    with pytest.raises(UnknownNameError):
        agreement(frame, ("甲", "丁"))


# runs


def test_ties_go_by_id_and_a_rank_goes_before_a_score():
    run = read_run(scored(("N1", "E3", 0.5), ("N1", "E1", 0.5), ("N1", "E2", 0.9)))
    assert run[["expert_id", "rank"]].to_numpy().tolist() == [["E2", 1], ["E1", 2], ["E3", 3]]
    ranked = scored(("N1", "E3", 0.5), ("N1", "E1", 0.5), ("N1", "E2", 0.9)).assign(rank=[1, 2, 2])
    assert read_run(ranked)["expert_id"].tolist() == ["E3", "E2", "E1"]


@pytest.mark.parametrize("ending", ["csv", "xlsx", "jsonl"])
def test_result_files_are_read_back(tmp_path, ending):
    frame = table(
        [("N1", 1, "E2", 0.9), ("N1", 2, "E1", 0.4), ("N2", 1, "E1", 0.2)], "需求编号", "名次", "专家编号", "得分"
    )
    path = tmp_path / f"推荐结果.{ending}"
    if ending == "csv":
        frame.to_csv(path, index=False, encoding="utf-8-sig")
    elif ending == "jsonl":
        frame.to_json(path, orient="records", lines=True, force_ascii=False)
    else:
        with pd.ExcelWriter(path) as book:
            frame.assign(成果="别的").to_excel(book, sheet_name="理由", index=False)
            frame.to_excel(book, sheet_name="推荐", index=False)
    assert read_run(path).to_numpy().tolist() == [["N1", "E2", 1], ["N1", "E1", 2], ["N2", "E1", 1]]


def test_a_value_with_a_frame_is_a_run():
    class Ranked:
        frame = scored(("N1", "E1", 1.0)).rename(columns={"expert_id": "candidate_id"})

    assert read_run(Ranked())["expert_id"].tolist() == ["E1"]


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        (table([("N1", 1.0)], "need_id", "score"), "missing-column"),
        (table([("N1", "E1")], "need_id", "expert_id"), "missing-column"),
        (scored(("N1", "E1", "高")), "bad-number"),
        (scored(("N1", "E1", float("nan"))), "bad-number"),
        (scored(("N1", "E1", 1.0), ("N1", "E1", 0.5)), "repeated-pair"),
    ],
)
def test_bad_runs_are_refused(frame, code):
    with pytest.raises(InputError) as error:
        read_run(frame)
    assert codes(error) == {code: 1}
    assert error.value.problems[0].remedy


# measures


def oracle(measure, ranked, grades, relevant):
    """Take one measure of one need the slow way; None where it is not defined."""
    kind, _, cut = measure.partition("@")
    top = ranked[: int(cut)] if cut else ranked
    good = {expert for expert, grade in grades.items() if grade >= relevant}
    if kind == "nDCG":

        def dcg(values):
            return sum((2**grade - 1) / math.log2(place + 2) for place, grade in enumerate(values))

        ideal = sorted(grades.values(), reverse=True)
        best = dcg(ideal[: int(cut)] if cut else ideal)
        return dcg([grades.get(expert, 0) for expert in top]) / best if best else None
    if kind == "P":
        return len(good & set(top)) / int(cut)
    if kind == "R":
        return len(good & set(top)) / len(good) if good else None
    if kind == "MRR":
        places = [place for place, expert in enumerate(top, 1) if expert in good]
        return (1 / places[0] if places else 0.0) if good else None
    return sum(expert in grades for expert in top) / len(top) if top else None


cases = st.fixed_dictionaries(
    {
        need: st.tuples(
            st.dictionaries(st.sampled_from(EXPERTS), st.sampled_from(GRADES), min_size=1),
            st.dictionaries(st.sampled_from(EXPERTS), st.sampled_from([0.1, 0.2, 0.2000001, 0.7]), min_size=1),
        )
        for need in ("N1", "N2")
    }
)


@given(cases, st.sampled_from(GRADES[1:]), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_measures_are_the_oracles_in_any_order_of_rows(needs, relevant, random):
    grades = [(need, expert, grade) for need, (judgments, _) in needs.items() for expert, grade in judgments.items()]
    scores = [(need, expert, score) for need, (_, run) in needs.items() for expert, score in run.items()]
    random.shuffle(grades)
    random.shuffle(scores)
    found = evaluate(scored(*scores), judged(*grades), measures=MEASURES, relevant=relevant)
    for need, (judgments, run) in needs.items():
        ranked = sorted(run, key=lambda expert: (-run[expert], expert))
        for measure in MEASURES:
            expected = oracle(measure, ranked, judgments, relevant)
            value = found.per_need.loc[need, measure]
            assert math.isnan(value) if expected is None else value == pytest.approx(expected, abs=1e-12), measure


def test_the_measure_library_cannot_break_ties_its_own_way():
    run = scored(*(("N1", expert, 1.0) for expert in EXPERTS))
    for expert, rank in (("E00", 1), ("E05", 6), ("E11", 12)):
        assert evaluate(run, judged(("N1", expert, 3)))["MRR"] == pytest.approx(1 / rank)


def test_needs_without_a_ranking_count_as_nothing_found_and_are_told():
    run = scored(("N1", "E1", 1.0), ("N9", "E1", 1.0))
    found = evaluate(
        run, judged(("N1", "E1", 3), ("N2", "E1", 3), ("N3", "E1", 0)), measures=["MRR", "P@1", "judged@1"]
    )
    assert found.unranked == ("N2", "N3")
    assert found.unjudged == ("N9",)
    assert found["mrr"] == 0.5
    assert found["P@1"] == pytest.approx(1 / 3)
    assert found.frame["needs"].tolist() == [2, 3, 1]
    assert "2 条没有推荐，按 0 计" in repr(found)
    assert "1 条需求没有评判" in found._repr_html_()


@pytest.mark.parametrize("measure", ["nDCG@0", "P", "R", "F1", "nDCG@-3", "", 3])
def test_measures_that_do_not_exist_are_refused(measure):
    with pytest.raises(SettingError, match="nDCG@k"):
        evaluate(scored(("N1", "E1", 1.0)), judged(("N1", "E1", 3)), measures=[measure])


def test_settings_of_evaluate_are_checked():
    run, grades = scored(("N1", "E1", 1.0)), judged(("N1", "E1", 3))
    with pytest.raises(SettingError):
        evaluate(run, grades, relevant=0)
    with pytest.raises(SettingError):
        evaluate(run, grades, measures=["MRR", "mrr"])
    with pytest.raises(InputError) as error:
        evaluate(run, judged(("N2", "E1", 3)))
    assert codes(error) == {"no-shared-need": 1}


def test_a_missing_measure_library_is_met_with_the_install_line(monkeypatch):
    monkeypatch.setitem(sys.modules, "ir_measures", None)
    with pytest.raises(MissingExtraError, match=r"expertmatch\[evaluation\]"):
        evaluate(scored(("N1", "E1", 1.0)), judged(("N1", "E1", 3)))


# comparison


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=3, max_size=30), st.sampled_from([0.9, 0.95]))
@settings(max_examples=40, deadline=None)
def test_paired_interval_is_scipys(pairs, level):
    from scipy.stats import ttest_rel

    a, b = (np.array(column) for column in zip(*pairs, strict=True))
    if np.std(a - b) < 1e-6:
        return
    found = paired(a, b, level=level)
    low, high = ttest_rel(a, b).confidence_interval(level)
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-9)
    assert found.mean == pytest.approx(found.a - found.b)
    assert found.wins + found.ties + found.losses == found.needs == len(pairs)
    assert found.wins == sum(x - y > 1e-9 for x, y in pairs)


def test_bootstrap_is_seeded_and_near_t():
    rng = np.random.default_rng(3)
    a, b = rng.random(80), rng.random(80)
    first, again = paired(a, b, method="bootstrap"), paired(a, b, method="bootstrap")
    assert first == again
    assert first != paired(a, b, method="bootstrap", random_state=1)
    t = paired(a, b)
    assert (first.low, first.high) == pytest.approx((t.low, t.high), abs=0.02)


def test_few_pairs_have_no_interval():
    assert math.isnan(paired([1.0], [0.5]).low)
    empty = paired([], [])
    assert empty.needs == 0
    assert math.isnan(empty.mean)
    with pytest.raises(SettingError):
        paired([1.0], [1.0, 2.0])


def two_runs():
    grades = judged(*((f"N{i}", "E1", 3) for i in range(6)), ("N9", "E1", 0))
    places = {"a": [1, 2, 3, 1, 1, 2], "b": [2, 2, 1, 3, 2, 1]}
    runs = []
    for chosen in places.values():
        rows = [(f"N{i}", "E1", 10.0 - 2 * place) for i, place in enumerate(chosen)]
        others = [(f"N{i}", f"X{rank}", 9.0 - 2 * rank) for i in range(6) for rank in (1, 2, 3)]
        runs.append(scored(*rows, *others))
    return runs[0], runs[1], grades


def test_comparison_tells_differences_groups_and_worst_needs():
    a, b, grades = two_runs()
    groups = {f"N{i}": "少" if i < 3 else "多" for i in range(6)}
    found = compare_runs(a, b, grades, measures=["MRR", "P@1"], names=("新", "旧"), groups=groups)
    expected = [1 / p - 1 / q for p, q in zip([1, 2, 3, 1, 1, 2], [2, 2, 1, 3, 2, 1], strict=True)]
    row = found.frame[(found.frame["measure"] == "MRR") & (found.frame["group"] == "全部")].iloc[0]
    assert row["difference"] == pytest.approx(np.mean(expected))
    assert (row["wins"], row["ties"], row["losses"]) == (3, 1, 2)
    assert found.frame["group"].tolist() == ["全部", "多", "少"] * 2
    part = found.frame[(found.frame["measure"] == "MRR") & (found.frame["group"] == "少")].iloc[0]
    assert part["difference"] == pytest.approx(np.mean(expected[:3]))
    worst = found.worst("mrr", 5)
    assert worst["need_id"].tolist() == ["N2", "N5"]
    assert worst["difference"].tolist() == pytest.approx([1 / 3 - 1, 1 / 2 - 1])
    assert "新 减 旧，95% 区间（配对 t）" in repr(found)
    assert "3/1/2" in found._repr_html_()
    with pytest.raises(UnknownNameError):
        found.worst("R@5")


def test_evaluations_compare_like_their_runs_and_swapping_turns_the_sign():
    a, b, grades = two_runs()
    straight = compare_runs(a, b, grades, measures=["MRR"])
    by_evaluations = compare_runs(evaluate(a, grades, measures=["MRR"]), evaluate(b, grades, measures=["MRR"]))
    pd.testing.assert_frame_equal(straight.frame, by_evaluations.frame)
    swapped = compare_runs(b, a, grades, measures=["MRR"]).frame.iloc[0]
    row = straight.frame.iloc[0]
    assert (swapped["low"], swapped["high"]) == pytest.approx((-row["high"], -row["low"]))


def test_settings_of_compare_are_checked():
    a, b, grades = two_runs()
    for wrong in ({"level": 1.0}, {"method": "z"}):
        with pytest.raises(SettingError):
            compare_runs(a, b, grades, **wrong)
    with pytest.raises(SettingError, match="judgments"):
        compare_runs(a, b)
    with pytest.raises(SettingError, match="共同需求"):
        compare_runs(evaluate(a, grades, measures=["MRR"]), evaluate(a, grades, measures=["P@1"]))
