"""How long the best assignment takes: 10,000 needs, 50,000 experts, 50 candidates a need, 3 per need, 4 per expert.

    python benchmarks/planning.py

Popular experts are candidates of many needs, so that capacities bind. The totals of the three solvers' ways are printed
beside each other: the two that maximise the total must agree.
"""

from __future__ import annotations

import platform
import resource
import time

import numpy as np
import scipy
from scipy import sparse

import expertmatch as em

NEEDS, EXPERTS, CANDIDATES, WANTED, CAPACITY = 10_000, 50_000, 50, 3, 4


def instance(seed: int) -> sparse.csr_array:
    """Draw candidates by popularity (Beta(2, 5)), without replacement, and their scores."""
    rng = np.random.default_rng(seed)
    popularity = rng.beta(2, 5, EXPERTS)
    columns, scores = [], []
    for _ in range(NEEDS):
        keys = 6 * popularity + rng.gumbel(size=EXPERTS)
        chosen = np.sort(np.argpartition(-keys, CANDIDATES)[:CANDIDATES])
        columns.append(chosen)
        score = 0.55 * popularity[chosen] / popularity.max() + 0.45 * rng.random(CANDIDATES)
        scores.append(np.clip(score, 0, 1))
    rows = np.repeat(np.arange(NEEDS), CANDIDATES)
    return sparse.csr_array((np.concatenate(scores), (rows, np.concatenate(columns))), shape=(NEEDS, EXPERTS))


def main() -> None:
    scores = instance(1)
    print(
        f"python {platform.python_version()}, numpy {np.__version__}, scipy {scipy.__version__}, {platform.machine()}"
    )
    for settings in ({"solver": "highs"}, {"solver": "flow"}, {"objective": "fair"}):
        taken = []
        for _ in range(3):
            start = time.perf_counter()
            found = em.assign(scores, wanted=WANTED, capacity=CAPACITY, **settings)
            taken.append(time.perf_counter() - start)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        print(f"{settings}: median {np.median(taken):.2f} s, total {found.total:.4f}, bound {found.bound:.4f}, "
              f"{found.status}, peak so far {peak:.2f} GB", flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
