"""The peers' own solver cases, through `em.assign`: only the four that no largest total can reproduce may differ."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest

from expertmatch.errors import ExpertmatchError
from expertmatch.planning.assigning.assign import Group, assign

DIFFER = {"FairSequence", "FairFlow", "FairIR"}
MOST_DIFFERENT = 4
PREFERRED = 1000.0


def reference() -> Path | None:
    """Find shared/reference beside the repository, or beside a folder that holds it."""
    for parent in Path(__file__).resolve().parents:
        found = parent / "shared" / "reference"
        if (found / "assignment_cases.json").exists():
            return found
    return None


FOLDER = reference()
pytestmark = pytest.mark.skipif(
    FOLDER is None, reason="shared/reference/assignment_cases.json is not beside the repository"
)


def checker():
    assert FOLDER is not None
    spec = importlib.util.spec_from_file_location("check_assignment_cases", FOLDER / "check_assignment_cases.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def usable(case) -> np.ndarray:
    """Which pairs are candidates: a score of exactly 0 is unknown there, unless allowed or all are 0."""
    score, constraint = np.array(case["score"], dtype=float), np.array(case["constraint"])
    free = np.ones(score.shape, bool)
    if not case["allow_zero_score"] and score.any():
        free = (score != 0) | (constraint > 0)
    return free


def minimums(case) -> np.ndarray:
    """Minimum loads: waived where an expert has no usable scored pair."""
    lowest = np.array(case["minimums"])
    if not case["allow_zero_score"]:
        scored = (np.array(case["score"]) != 0) & (np.array(case["constraint"]) == 0)
        lowest = np.where(scored.any(axis=0), lowest, 0)
    return lowest


def groups(case, locked: np.ndarray) -> list[Group]:
    """Attribute rules, loosened by the locks of a need as the peer does."""
    found = []
    for rule in case.get("attribute_constraints", []):
        members, bound, sign = rule["members"], rule["bound"], rule["comparator"]
        for need, demand in enumerate(case["demands"]):
            locks = int(locked[need].sum())
            least = min(bound, demand - locks) if sign in {">=", "=="} else 0
            most = None if sign == ">=" else max(bound, locks) if sign == "<=" else min(bound, demand - locks)
            found.append(Group(label=rule["name"], members=members, needs=[need], least=max(least, 0), most=most))
    return found


def answer(case):
    """Give one case to `assign` in the meaning of the solver it was written for."""
    score, constraint = np.array(case["score"], dtype=float), np.array(case["constraint"])
    locked, forbidden = np.zeros(score.shape, bool), constraint < 0
    if case["solver"] == "FairIR":
        locked = constraint > 0
    elif case["solver"] == "MinMax":
        score = score + PREFERRED * (constraint > 0)
    else:
        forbidden = constraint != 0
    table = np.where(usable(case), score, np.nan)
    found = assign(
        table, wanted=case["demands"], capacity=case["maximums"], minimum=minimums(case), forbidden=forbidden,
        locked=locked & usable(case), groups=groups(case, locked),
    )  # fmt: skip
    matrix = np.zeros(score.shape, int)
    matrix[found.pairs["need"], found.pairs["expert"]] = 1
    if not found.complete:
        assert "不完整" in repr(found)
        assert found.shortage["label"].str.len().gt(0).all()
        assert len(found.shortage) > 0
        return {"solved": False, "matrix": np.zeros(score.shape, int).tolist()}
    return {"solved": True, "matrix": matrix.tolist()}


def answered(case):
    """Like `answer`, with settings that are refused told as the checker wants it."""
    try:
        return answer(case)
    except ExpertmatchError as refused:
        return {"error": str(refused)}


def test_the_peers_cases():
    assert FOLDER is not None
    cases = json.loads((FOLDER / "assignment_cases.json").read_text(encoding="utf-8"))["cases"]
    seen = [case for case in cases if case["kind"] == "deterministic"]
    assert len(seen) == 105
    check = checker().check
    failed = []
    for case in seen:
        given = answered(case)
        failed += [case["id"]] if any(check(case, one, given) is False for one in case["expect"]) else []
    assert len(failed) <= MOST_DIFFERENT, failed
    assert {name.split("/")[0] for name in failed} <= DIFFER, failed


@pytest.mark.parametrize("solver", ["highs", "flow"])
def test_totals_equal_the_independent_optimum(solver):
    """Where the case has a recorded optimum and no preference is folded into the scores."""
    if solver == "flow":
        pytest.importorskip("ortools")
    assert FOLDER is not None
    compared = 0
    for case in json.loads((FOLDER / "assignment_cases.json").read_text(encoding="utf-8"))["cases"]:
        known, constraint = case["oracle_highs"], np.array(case["constraint"])
        if case["kind"] != "deterministic" or not known["feasible"] or (constraint > 0).any():
            continue
        if case.get("attribute_constraints") or not np.array(case["score"]).any():
            continue
        table = np.where(usable(case), np.array(case["score"], dtype=float), np.nan)
        found = assign(
            table, wanted=case["demands"], capacity=case["maximums"], minimum=minimums(case), forbidden=constraint != 0,
            solver=solver,
        )  # fmt: skip
        assert found.complete, case["id"]
        assert found.total == pytest.approx(known["max_total"], abs=1e-6), case["id"]
        compared += 1
    assert compared > 30
