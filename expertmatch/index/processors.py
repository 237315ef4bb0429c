"""How many processors there are to use."""

from __future__ import annotations

import os


def processors() -> int:
    """Return how many processors this process may use.

    Returns
    -------
    int
    """
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed is not None else os.cpu_count() or 1
