"""Facts of many candidates, needs or pairs as columns."""

from __future__ import annotations

import re
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
_V = TypeVar("_V", bound=Hashable)

_SPLIT = re.compile(r"[；;、，,/\s]+")
_BRACKETS = re.compile(r"[（(][^）)]*[）)]")


@dataclass(frozen=True, eq=False)
class Column:
    """One fact of many.

    Parameters
    ----------
    data : ndarray of float64 or object
        Numbers, levels by position, flags as 0 and 1; tuples of words; texts.
    known : ndarray of bool
        Where the fact is known.
    """

    data: npt.NDArray[np.float64] | npt.NDArray[np.object_]
    known: Flags

    def take(self, places: Ints) -> Column:
        """Return the column at given places."""
        return Column(self.data[places], self.known[places])


@dataclass(frozen=True, eq=False)
class Distinct(Generic[_V]):
    """Values of many, each different one once.

    Parameters
    ----------
    values : list
        The different ones.
    places : ndarray of int64
        Where in ``values`` each of the many stands.
    """

    values: list[_V]
    places: Ints

    @classmethod
    def of(cls, every: Sequence[_V]) -> Distinct[_V]:
        """Read the values of many."""
        number = {value: i for i, value in enumerate(dict.fromkeys(every))}
        return cls(list(number), np.array([number[value] for value in every], dtype=np.int64))


def texts(frame: pd.DataFrame, name: str) -> list[str]:
    """Return a column as texts, empty where it is not there."""
    if name not in frame:
        return [""] * len(frame)
    return ["" if pd.isna(cell) else str(cell) for cell in frame[name]]


def words(cell: str) -> tuple[str, ...]:
    """Return the words of a list in a cell, without what stands in brackets."""
    return tuple(word for word in _SPLIT.split(_BRACKETS.sub("", cell)) if word)


def numbers(values: Sequence[float | None]) -> Column:
    """Return numbers, ``None`` where one is not known."""
    known = np.array([value is not None for value in values], dtype=bool)
    return Column(np.array([0.0 if value is None else value for value in values], dtype=np.float64), known)


def all_known(values: Floats) -> Column:
    """Return values that are all known."""
    return Column(values.astype(np.float64), np.ones(len(values), dtype=bool))


def objects(values: Sequence[object]) -> npt.NDArray[np.object_]:
    """Return an array of values as they are, tuples too."""
    made = np.empty(len(values), dtype=object)
    for i, value in enumerate(values):
        made[i] = value
    return made
