"""Generated texts of any number: words of jieba's dictionary, drawn so that they weigh on an index like real ones.

No text of a person is in it. Word frequencies follow Zipf and Mandelbrot, 1 / (rank + q) ** s, over dictionary
words in a random order; q and s are set so that 10,000 needs over 100,000 profiles weigh like lists of real people:
0.92 thousand million multiply-adds, 72 % of them in the hundred most frequent terms. A profile has some 460 bytes and
71 terms in jieba's search mode, a need 24 terms.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np
import pandas as pd

SEED = 20261101
VOCABULARY = 60_000
OFFSET, EXPONENT = 32.0, 1.06
CLAUSE = 6
"""Words between two commas."""
LINKS = "的和"
"""Characters between words that are no terms of their own."""
PROFILE_WORDS, NEED_WORDS, WORK_WORDS = 50, 17, 12


@cache
def words() -> np.ndarray:
    """Return dictionary words of two or three Chinese characters in a fixed random order."""
    import jieba

    with jieba.get_dict_file() as file:
        found = [line.decode("utf-8").split(" ")[0] for line in file]
    chinese = np.array(sorted(word for word in found if 2 <= len(word) <= 3 and all("一" <= c <= "鿿" for c in word)))
    return np.random.default_rng(SEED).permutation(chinese)[:VOCABULARY].astype(object)


@cache
def _cumulative() -> np.ndarray:
    weights = 1.0 / (np.arange(VOCABULARY) + OFFSET) ** EXPONENT
    return np.cumsum(weights / weights.sum())


def texts(count: int, length: int, *, seed: int) -> list[str]:
    """Return texts of about ``length`` words; the first of a longer list are those of a shorter one."""
    return [text for block in _blocks(count, length, seed) for text in block][:count]


def _blocks(count: int, length: int, seed: int, size: int = 10_000) -> Iterator[list[str]]:
    for number in range(-(-count // size)):
        random = np.random.default_rng([SEED, seed, number])
        lengths = random.integers(length - length // 4, length + length // 4 + 1, size)
        places = np.searchsorted(_cumulative(), random.random(int(lengths.sum())))
        drawn = words()[np.minimum(places, VOCABULARY - 1)].tolist()
        ends = np.cumsum(lengths).tolist()
        yield [_sentence(drawn[end - n : end]) for end, n in zip(ends, lengths.tolist(), strict=True)]


def _sentence(drawn: list[str]) -> str:
    clauses = (drawn[i : i + CLAUSE] for i in range(0, len(drawn), CLAUSE))
    return "，".join(LINKS[len(clause[0]) % 2].join(_in_pairs(clause)) for clause in clauses) + "。"


def _in_pairs(clause: list[str]) -> list[str]:
    return ["".join(clause[i : i + 2]) for i in range(0, CLAUSE, 2)]


def profiles(count: int) -> pd.DataFrame:
    """Return experts of one profile of some 460 bytes each, as a table."""
    return pd.DataFrame({"expert_id": ids(count), "bio": texts(count, PROFILE_WORDS, seed=1)})


def works(experts: int, each: int, length: int = WORK_WORDS) -> pd.DataFrame:
    """Return works, ``each`` of every expert."""
    count = experts * each
    return pd.DataFrame({
        "expert_id": np.repeat(np.array(ids(experts), dtype=object), each),
        "work_id": [f"W{i:08d}" for i in range(count)],
        "title": texts(count, length, seed=2),
    })  # fmt: skip


def needs(count: int) -> list[str]:
    """Return texts of needs."""
    return texts(count, NEED_WORDS, seed=3)


def ids(count: int) -> list[str]:
    """Return ids of as many generated experts."""
    return [f"E{i:07d}" for i in range(count)]
