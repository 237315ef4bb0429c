"""The parties to needs: who asks, from which legal person, and which experts of the pool they are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from expertmatch.scenarios.columns import texts
from expertmatch.tables.clean import clean_name, clean_unit, unit_parent
from expertmatch.tables.joining.identity import name_key

UMBRELLAS = (
    "中国科学院", "中国社会科学院", "中国农业科学院", "中国林业科学研究院", "中国医学科学院", "中国中医科学院",
    "中国工程物理研究院", "中国环境科学研究院", "中国水产科学研究院", "中国热带农业科学院",
    "中国航天科技集团", "中国航天科工集团", "中国航空工业集团", "中国兵器工业集团", "中国船舶集团",
    "中国电子科技集团", "国家电网", "国网", "中国石油", "中国石化", "中国铁路", "中国中铁", "中国铁建", "中国建筑",
)  # fmt: skip
"""Names many legal persons begin with: a shared one is said, but does not bar."""
BETWEEN = re.compile(r"[；;、]")
"""What stands between several names in a cell."""


def umbrella(unit: str) -> str:
    """Return the umbrella a unit's name begins with, or an empty text.

    Examples
    --------
    >>> umbrella("中国科学院地球环境研究所"), umbrella("中国科学院"), umbrella("西北大学")
    ('中国科学院', '', '')
    """
    return next((name for name in UMBRELLAS if unit.startswith(name) and unit != name), "")


def units_of(cell: str) -> dict[str, str]:
    """Return each unit of a cell with its legal person.

    Examples
    --------
    >>> units_of("西安交通大学电信学部、西北大学")
    {'西安交通大学电信学部': '西安交通大学', '西北大学': '西北大学'}
    """
    units = (clean_unit(part) for part in BETWEEN.split(cell))
    return {unit: unit_parent(unit) or unit for unit in units if unit}


@dataclass(frozen=True, eq=False, kw_only=True)
class Party:
    """Who stands behind a need.

    Parameters
    ----------
    need_id, title : str
        The need.
    units : dict of str to str
        Requesters and their legal persons.
    people : dict of str to str
        The requester's people: what their names are compared by, and their names.
    ids : frozenset of str
        Experts of the pool who are among these people: same name, same legal person; where no requester is
        written, all of that name.
    """

    need_id: str
    title: str
    units: Mapping[str, str]
    people: Mapping[str, str]
    ids: frozenset[str]

    @property
    def legal(self) -> frozenset[str]:
        """The legal persons of the requesters."""
        return frozenset(self.units.values())


def read_parties(needs: pd.DataFrame, named: Mapping[str, Iterable[tuple[str, frozenset[str]]]]) -> Sequence[Party]:
    """Read the parties of needs.

    Parameters
    ----------
    needs : DataFrame
        need_id, title, requester, requester_people, as far as they are there.
    named : dict of str to (id, legal persons)
        The pool's experts by what names are compared by.

    Returns
    -------
    sequence of Party
        In the order of the needs.
    """
    found = []
    columns = (texts(needs, name) for name in ("need_id", "title", "requester", "requester_people"))
    for need_id, title, requester, names in zip(*columns, strict=True):
        units = units_of(requester)
        people = {name_key(name): name for part in BETWEEN.split(names) if (name := clean_name(part))}
        here = set(units.values())
        ids = {key for name in people for key, legal in named.get(name, ()) if not here or legal & here}
        found.append(Party(need_id=need_id, title=title, units=units, people=people, ids=frozenset(ids)))
    return found
