"""The front door: which names there are, and that the core needs none of the extras."""

from __future__ import annotations

import subprocess
import sys

import pytest

import expertmatch as em

HEAVY = ("pandas", "numpy", "scipy", "pydantic", "sqlalchemy", "plotly", "rjieba", "openpyxl")

NAMES = {
    "Analyzer",
    "Assignment",
    "Explanation",
    "ExpertmatchError",
    "Group",
    "GroupQuota",
    "InputError",
    "Ledger",
    "Matcher",
    "Needs",
    "Plan",
    "PlanSettings",
    "Pool",
    "Problem",
    "Ranking",
    "Scenario",
    "Synonyms",
    "Topics",
    "Weights",
    "__version__",
    "assign",
    "bridges",
    "build_network",
    "check_shares",
    "compare_runs",
    "coverage",
    "evaluate",
    "find_topics",
    "link_disciplines",
    "merge_topk",
    "plan",
    "plots",
    "rank_parquet",
    "read_judgments",
    "read_needs",
    "read_pool",
    "read_scenario",
    "scenario_names",
    "tune",
}

WITHOUT_EXTRAS = """
import sys
for name in ("pyarrow", "jieba", "ir_measures", "sklearn", "bm25s", "openpyxl"):
    sys.modules[name] = None
import pandas as pd
import expertmatch as em
pool = em.read_pool(works=pd.DataFrame({"expert_id": ["E1", "E2"], "title": ["猕猴桃溃疡病", "混凝土裂缝"]}))
ranking = em.Matcher().fit(pool).rank("猕猴桃病害")
assert ranking.frame["expert_id"].tolist() == ["E1"], ranking.frame
for extra, ask in {
    "evaluation": lambda: em.evaluate(ranking, pd.DataFrame({"need_id": ["N001"], "expert_id": ["E1"], "grade": [2]})),
    "jieba": lambda: em.Analyzer(engine="jieba")("猕猴桃"),
    "parquet": lambda: em.read_pool(works="works.parquet"),
}.items():
    try:
        ask()
    except em.ExpertmatchError as error:
        assert f"expertmatch[{extra}]" in str(error) or extra == "parquet", error
    else:
        raise AssertionError(extra)
"""


def test_the_list_of_public_names() -> None:
    assert set(em.__all__) == NAMES
    assert all(hasattr(em, name) for name in em.__all__)


def test_the_core_works_without_the_extras_and_names_the_install_line() -> None:
    run = subprocess.run([sys.executable, "-W", "error", "-c", WITHOUT_EXTRAS], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert run.stderr == ""


def test_every_public_name_is_where_it_is_said_to_be() -> None:
    for name in em.__all__:
        assert getattr(em, name) is not None
    assert set(em.__all__) <= set(dir(em))
    with pytest.raises(AttributeError, match="matcher_of"):
        em.matcher_of  # noqa: B018 - asking is the test


@pytest.mark.parametrize("start", ["import expertmatch", "from expertmatch.cli import main"])
def test_a_start_loads_nothing_heavy(start: str) -> None:
    code = f"import sys; {start}; print([name for name in {HEAVY!r} if name in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
