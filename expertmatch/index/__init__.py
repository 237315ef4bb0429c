"""Terms to vectors to nearest."""

from expertmatch.index.expert_index import ExpertIndex, Rows
from expertmatch.index.terms import Terms, Weights
from expertmatch.index.topk import merge_topk

__all__ = ["ExpertIndex", "Rows", "Terms", "Weights", "merge_topk"]
