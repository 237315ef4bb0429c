"""The best assignment from a table of scores, and why one is short."""
