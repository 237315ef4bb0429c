"""Settings chosen on one half of the needs, reported on the other: what tuning really buys.

Every split cuts the needs in two halves by a seed; the settings with the best headline measure on one half are
used on the other, and the other way round. So each need gets, in each split, a value under settings that were
chosen without it; the mean over splits is compared, need by need, with the defaults and with the peers.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

Settings = tuple[tuple[str, float], ...]

GRIDS: Mapping[str, Mapping[str, tuple[float, ...]]] = {
    "techtransfer": {
        "character_weight": (0.4, 0.8, 1.0),
        "character_share": (0.0, 0.1),
        "length_slope": (0.7, 1.0),
        "title_weight": (1.0, 2.0),
    },
    "fund": {
        "character_weight": (0.4, 0.8, 1.0),
        "character_share": (0.0, 0.1),
        "works_discount": (0.0, 0.5),
    },
}
"""Weights tried for each task; the others keep their defaults."""


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """What the splits gave.

    Parameters
    ----------
    per_need : DataFrame
        Index need_id, a column per measure: mean over splits of the values under settings chosen without it.
    picks : dict of Settings to int
        How often settings were chosen, most often first.
    """

    per_need: pd.DataFrame
    picks: dict[Settings, int]


def settings_of(task: str, *, smoke: bool = False) -> list[Settings]:
    """Return all settings of a task's grid; of a smoke run, the first and the last."""
    grid = GRIDS[task]
    every = [tuple(zip(grid, values, strict=True)) for values in itertools.product(*grid.values())]
    return [every[0], every[-1]] if smoke else every


def choose(values: Mapping[Settings, pd.DataFrame], headline: str, splits: int) -> Chosen:
    """Choose settings on halves and report the other halves.

    Parameters
    ----------
    values : dict of Settings to DataFrame
        Per-need values of every setting, all with the same index and columns.
    headline : str
        The measure to choose by; ties go to the settings declared first.
    splits : int
        How many splits, with the seeds 0, 1, 2 and so on.

    Returns
    -------
    Chosen
    """
    settings = list(values)
    table = np.stack([values[setting].to_numpy(dtype=np.float64) for setting in settings])
    first = values[settings[0]]
    column = list(first.columns).index(headline)
    needs = len(first)
    total = np.zeros(table.shape[1:])
    picks: Counter[Settings] = Counter()
    for seed in range(splits):
        order = np.random.default_rng(seed).permutation(needs)
        halves = order[: needs // 2], order[needs // 2 :]
        for train, test in (halves, halves[::-1]):
            best = int(np.argmax(table[:, train, column].mean(axis=1)))
            total[test] += table[best][test]
            picks[settings[best]] += 1
    per_need = pd.DataFrame(total / splits, index=first.index, columns=first.columns)
    return Chosen(per_need=per_need, picks=dict(picks.most_common()))
