"""Terms to vectors to nearest."""

from expertmatch.index.expert_index import ExpertIndex, Rows, Weights
from expertmatch.index.topk import merge_topk

__all__ = ["ExpertIndex", "Rows", "Weights", "merge_topk"]
