"""Seeded choices that give the same answer on every machine and Python version."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """Choices drawn from one named stream.

    Only ``random.Random.random`` is used: the standard library promises its sequence for a given seed, which
    it does not promise for ``choice`` or ``shuffle``. Each purpose has its own stream, so that a new bank does
    not change what was drawn for the others.
    """

    def __init__(self, *key: object) -> None:
        self._random = random.Random(":".join(str(part) for part in key))

    def unit(self) -> float:
        """Return a number in [0, 1)."""
        return self._random.random()

    def below(self, n: int) -> int:
        """Return an integer in ``0 .. n-1``."""
        return int(self._random.random() * n)

    def between(self, low: int, high: int) -> int:
        """Return an integer in ``low .. high``, both ends included."""
        return low + self.below(high - low + 1)

    def chance(self, share: float) -> bool:
        """Return True in about ``share`` of the calls."""
        return self._random.random() < share

    def pick(self, items: Sequence[T]) -> T:
        """Return one of the items."""
        return items[self.below(len(items))]

    def weigh(self, items: Sequence[T], weights: Sequence[float]) -> T:
        """Return one of the items, drawn by weight."""
        left = self._random.random() * sum(weights)
        for item, weight in zip(items, weights, strict=True):
            left -= weight
            if left < 0:
                return item
        return items[-1]

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """Return the items in another order."""
        out = list(items)
        for i in range(len(out) - 1, 0, -1):
            j = self.below(i + 1)
            out[i], out[j] = out[j], out[i]
        return out

    def sample(self, items: Sequence[T], k: int) -> list[T]:
        """Return at most ``k`` different items."""
        return self.shuffled(items)[:k]
