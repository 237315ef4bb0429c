"""Calibration error, Brier score and skill, each against a slow and obvious oracle."""

from __future__ import annotations

from itertools import product
from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import brier_score_loss

from expertmatch.errors import SettingError
from expertmatch.evaluation.reliability import (
    brier,
    brier_skill,
    ece,
    equal_mass_bins,
    expected_ece,
    reliability,
)

PAIRS = st.lists(
    st.tuples(st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.7, 0.9, 1.0]) | st.floats(0, 1), st.booleans()), min_size=1
)


def slow_ece(pairs, bins):
    """Sort; give each pair the bin of the first that has its probability; compare means."""
    ordered = sorted(p for p, _ in pairs)
    members = {}
    for p, y in pairs:
        members.setdefault(ordered.index(p) * bins // len(pairs), []).append((p, y))
    gaps = [abs(sum(p for p, _ in held) / len(held) - sum(y for _, y in held) / len(held)) * len(held)
            for held in members.values()]  # fmt: skip
    return sum(gaps) / len(pairs)


@given(PAIRS, st.integers(1, 12))
def test_ece_is_what_a_slow_count_says(pairs, bins):
    chance, true = zip(*pairs, strict=True)
    assert ece(chance, true, bins=bins) == pytest.approx(slow_ece(pairs, bins), abs=1e-12)


@given(PAIRS, st.integers(1, 12), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(pairs, bins, random):
    shuffled = list(pairs)
    random.shuffle(shuffled)
    found = []
    for rows in (pairs, shuffled):
        chance, true = zip(*rows, strict=True)
        found.append((ece(chance, true, bins=bins), brier(chance, true)))
    assert found[0] == pytest.approx(found[1], abs=1e-12)


@given(PAIRS)
def test_brier_is_scikit_learns_and_skill_is_over_the_base_rate(pairs):
    chance, true = (np.array(column, dtype=float) for column in zip(*pairs, strict=True))
    assert brier(chance, true) == pytest.approx(brier_score_loss(true, chance), abs=1e-12)
    base = np.full(len(true), true.mean())
    if 0 < true.mean() < 1:
        assert brier_skill(chance, true) == pytest.approx(1 - brier(chance, true) / brier(base, true), abs=1e-9)
        assert brier_skill(base, true) == pytest.approx(0, abs=1e-12)
        assert brier_skill(true, true) == 1
    else:
        assert np.isnan(brier_skill(chance, true))


@given(PAIRS, st.integers(1, 12))
def test_the_table_holds_every_pair_and_explains_the_error(pairs, bins):
    chance, true = zip(*pairs, strict=True)
    found = reliability(chance, true, bins=bins)
    frame = found.frame
    assert frame["pairs"].sum() == len(pairs) == found.pairs
    gap = ((frame["predicted"] - frame["observed"]).abs() * frame["pairs"]).sum() / len(pairs)
    assert found.ece == pytest.approx(gap, abs=1e-12)
    assert (frame["low"].iloc[1:].to_numpy() > frame["high"].iloc[:-1].to_numpy()).all()
    assert "校准误差" in repr(found)
    assert "<table" in found._repr_html_()


def test_bins_have_equal_mass_where_nothing_is_tied():
    rng = np.random.default_rng(0)
    assert np.bincount(equal_mass_bins(rng.random(95), 10)).tolist() == [10, 9, 10, 9, 10, 9, 10, 9, 10, 9]


def test_the_error_of_perfect_probabilities_is_the_binomials_mean_deviation():
    n, p = 12, 0.3
    exact = sum(comb(n, k) * p**k * (1 - p) ** (n - k) * abs(k / n - p) for k in range(n + 1))
    assert expected_ece([p] * n, bins=10, draws=20_000) == pytest.approx(exact, abs=0.003)


def test_the_error_of_perfect_probabilities_equals_an_enumeration_of_all_outcomes():
    chance = [0.2, 0.2, 0.6, 0.9]
    exact = 0.0
    for outcome in product([0, 1], repeat=4):
        weight = np.prod([p if y else 1 - p for p, y in zip(chance, outcome, strict=True)])
        exact += weight * slow_ece(list(zip(chance, outcome, strict=True)), 2)
    assert expected_ece(chance, bins=2, draws=20_000) == pytest.approx(exact, abs=0.005)
    assert expected_ece(chance, bins=2) == expected_ece(chance, bins=2)


@pytest.mark.parametrize(
    ("chance", "true", "bins", "name"),
    [
        ([], [], 10, "probabilities"),
        ([1.1], [True], 10, "probabilities"),
        ([float("nan")], [True], 10, "probabilities"),
        ([0.5], [True, False], 10, "outcomes"),
        ([0.5], [0.5], 10, "outcomes"),
        ([0.5], [True], 0, "bins"),
    ],
)
def test_what_is_no_probability_is_refused(chance, true, bins, name):
    with pytest.raises(SettingError) as error:
        reliability(chance, true, bins=bins)
    assert error.value.name == name
