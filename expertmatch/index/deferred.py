"""What is made when it is first asked for."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TypeVar

_V = TypeVar("_V")


class Deferred(Mapping[str, _V]):
    """A mapping that is made when it is first asked for.

    Parameters
    ----------
    make : callable
        Returns the mapping.

    Examples
    --------
    >>> names = Deferred(lambda: {"E1": "甲"})
    >>> names["E1"], len(names)
    ('甲', 1)
    """

    def __init__(self, make: Callable[[], Mapping[str, _V]]) -> None:
        self._make = make

    @cached_property
    def _made(self) -> Mapping[str, _V]:
        return self._make()

    def __getitem__(self, key: str) -> _V:
        """Return what a key stands for."""
        return self._made[key]

    def __iter__(self) -> Iterator[str]:
        """Iterate over the keys."""
        return iter(self._made)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._made)

    def __getstate__(self) -> dict[str, object]:
        """Leave out how it was made, which may not be pickled."""
        return {"_made": dict(self._made)}


class Places(Mapping[str, int]):
    """Where each of sorted texts stands, found by halving: nothing has to be built first.

    Parameters
    ----------
    texts : sequence of str
        Sorted, each once.

    Examples
    --------
    >>> places = Places(("桃", "梨", "苹果"))
    >>> places["梨"], places.get("杏"), "苹果" in places
    (1, None, True)
    """

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = texts

    def __getitem__(self, text: str) -> int:
        """Return the place of a text."""
        place = bisect_left(self.texts, text)
        if place == len(self.texts) or self.texts[place] != text:
            raise KeyError(text)
        return place

    def __iter__(self) -> Iterator[str]:
        """Iterate over the texts in order."""
        return iter(self.texts)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.texts)
