"""expertmatch: who suits each need, why, and which rules stand in the way."""

from expertmatch.errors import ExpertmatchError, InputError, Problem
from expertmatch.index import Weights
from expertmatch.matcher import Matcher
from expertmatch.ranking import Explanation, Ranking
from expertmatch.tables.needs import Needs, read_needs
from expertmatch.tables.pool import Pool, read_pool
from expertmatch.text import Analyzer, Synonyms

__version__ = "0.1.0"

__all__ = [
    "Analyzer",
    "ExpertmatchError",
    "Explanation",
    "InputError",
    "Matcher",
    "Needs",
    "Pool",
    "Problem",
    "Ranking",
    "Synonyms",
    "Weights",
    "read_needs",
    "read_pool",
]
