"""The front door: which names there are, and that the core needs none of the extras."""

from __future__ import annotations

import subprocess
import sys

import expertmatch as em

NAMES = {
    "Analyzer",
    "Explanation",
    "ExpertmatchError",
    "GroupQuota",
    "InputError",
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
    "bridges",
    "build_network",
    "check_shares",
    "compare_runs",
    "coverage",
    "evaluate",
    "find_topics",
    "link_disciplines",
    "plan",
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
