"""Candidates to a ranking with reasons."""

from expertmatch.ranking.candidates import Candidates
from expertmatch.ranking.explain import Explanation
from expertmatch.ranking.rank import Ranking, rank_needs

__all__ = ["Candidates", "Explanation", "Ranking", "rank_needs"]
