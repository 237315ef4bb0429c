"""Judgments, measures, paired comparison."""

from expertmatch.evaluation.compare import Comparison, Difference, compare_runs, paired
from expertmatch.evaluation.judgments import GRADES, Agreement, Judgments, agreement, read_judgments
from expertmatch.evaluation.measures import MEASURES, Evaluation, evaluate
from expertmatch.evaluation.runs import read_run
from expertmatch.evaluation.tune import tune
from expertmatch.evaluation.tuned import Tuned

__all__ = [
    "GRADES",
    "MEASURES",
    "Agreement",
    "Comparison",
    "Difference",
    "Evaluation",
    "Judgments",
    "Tuned",
    "agreement",
    "compare_runs",
    "evaluate",
    "paired",
    "read_judgments",
    "read_run",
    "tune",
]
