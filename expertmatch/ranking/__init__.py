"""Candidates to a ranking with reasons."""

from expertmatch.ranking.candidates import Candidates
from expertmatch.ranking.explain import Explanation
from expertmatch.ranking.rank import Ranking
from expertmatch.ranking.ranker import join_rankings, rank_needs

__all__ = ["Candidates", "Explanation", "Ranking", "join_rankings", "rank_needs"]
