"""The table of GB/T 2260 regions, made ready for look-ups by name.

The table is ``resources/regions.csv`` (where it comes from: docs/decisions/0002-regions.md); names that people use
and the standard does not have, such as renamed counties, are in ``resources/region_aliases.csv``.
"""

from __future__ import annotations

import csv
import functools
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources

MUNICIPALITIES = frozenset({"110000", "120000", "310000", "500000"})


@dataclass(frozen=True, slots=True)
class RegionIndex:
    """Regions by code and by name.

    Parameters
    ----------
    names
        Code -> name as in the standard.
    full
        Name as in the standard, or a full form of it (甘南州) -> codes that bear it.
    short
        Name without its last word (西安, 周至) -> codes that bear it.
    aliases
        Name that the standard lacks -> code and a note for the user.
    longest
        Number of characters of the longest name.
    """

    names: dict[str, str]
    full: dict[str, tuple[str, ...]]
    short: dict[str, tuple[str, ...]]
    aliases: dict[str, tuple[str, str]]
    longest: int


def parents(code: str) -> Iterator[str]:
    """Yield the codes above ``code``, nearest first: the city's, then the province's."""
    if code[4:] != "00":
        yield code[:4] + "00"
    if code[2:] != "0000":
        yield code[:2] + "0000"


def level(code: str) -> int:
    """Return 1 for a province, 2 for a city, 3 for a county."""
    return 1 if code[2:] == "0000" else 2 if code[4:] == "00" else 3


def is_below(code: str, above: str) -> bool:
    """Say whether region ``code`` lies in region ``above`` (and is not it)."""
    return code != above and above in parents(code)


def _rows(name: str) -> Iterator[list[str]]:
    text = resources.files("expertmatch.resources").joinpath(name).read_text(encoding="utf-8")
    rows = csv.reader(text.splitlines())
    next(rows)
    yield from rows


@functools.cache
def region_index() -> RegionIndex:
    """Read the packaged tables, once.

    Returns
    -------
    RegionIndex
        The same value at every call.
    """
    names: dict[str, str] = {}
    full: dict[str, list[str]] = defaultdict(list)
    short: dict[str, list[str]] = defaultdict(list)
    for code, name, stem in _rows("regions.csv"):
        names[code] = name
        full[name].append(code)
        if stem:
            short[stem].append(code)
            for word, tail in (("自治州", "州"), ("自治县", "县"), ("自治旗", "旗")):  # 甘南州, 元江县
                if name.endswith(word):
                    full[stem + tail].append(code)
    aliases = {alias: (code, note) for alias, code, note in _rows("region_aliases.csv")}
    longest = max(map(len, (*full, *aliases)))
    return RegionIndex(
        names,
        {name: tuple(codes) for name, codes in full.items()},
        {name: tuple(codes) for name, codes in short.items()},
        aliases,
        longest,
    )
