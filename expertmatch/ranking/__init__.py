"""Candidates to a ranking with reasons."""

from expertmatch.ranking.explain import Explanation
from expertmatch.ranking.rank import Candidates, Ranking, rank_needs

__all__ = ["Candidates", "Explanation", "Ranking", "rank_needs"]
