"""What people on a list have in common, and how many share it: limits and spreads in three values."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product

from expertmatch.graph.disciplines import DisciplineTree
from expertmatch.scenarios.people import People
from expertmatch.tables.clean import society_parent
from expertmatch.tables.columns import TABLES

Keys = Sequence[frozenset[str] | None]
"""What each person belongs to; ``None`` where that is not known."""

COLUMN_OF = {
    "unit": "工作单位", "discipline": "学科", "society": "学会任职", "county": "所在地区", "requester": "工作单位",
}  # fmt: skip
"""The column of a list that says what people belong to."""
_SEVERAL = ("discipline", "society")


@dataclass(frozen=True, slots=True)
class Group:
    """People who agree in everything a limit names.

    Parameters
    ----------
    values : tuple of str
        What they agree in.
    members : tuple of int
        Their places on the list.
    """

    values: tuple[str, ...]
    members: tuple[int, ...]


def keys_of(people: People, what: str, tree: DisciplineTree) -> Keys:
    """Return what each person belongs to.

    Parameters
    ----------
    people : People
        The list.
    what : {"unit", "discipline", "society", "county", "requester"}
        unit is the legal person, discipline the first-level ones of those declared; requester is the unit of the
        requester's own people, and nothing for the others.
    tree : DisciplineTree
        Where first-level disciplines are looked up.

    Returns
    -------
    list of frozenset of str or None
    """
    facts = people.facts
    units = [parent or unit for parent, unit in zip(facts.text("unit_parent"), facts.text("unit"), strict=True)]
    if what == "unit":
        return [frozenset({unit}) if unit else None for unit in units]
    if what == "requester":
        return [(frozenset({unit}) if unit else None) if own else frozenset()
                for unit, own in zip(units, people.own, strict=True)]  # fmt: skip
    if what == "county":
        places = zip(*(facts.text(part) for part in ("province", "city", "county")), strict=True)
        return [frozenset({"".join(dict.fromkeys(place))}) if place[2] else None for place in places]
    named = list(zip(facts.text("kind"), facts.text("id"), strict=True))
    if what == "discipline":
        codes = [facts.codes.get(pair, frozenset()) for pair in named]
        tops = [frozenset(top for code in each if (top := tree.at_level(code, 1))) for each in codes]
        return [found or None for found in tops]
    cells = zip(facts.text("kind"), facts.text("name"), facts.text("societies"), strict=True)
    return [(frozenset({name}) if kind == "society" else societies_in(cell)) or None for kind, name, cell in cells]


def societies_in(cell: str) -> frozenset[str]:
    """Return the societies that a cell of offices names; branches count as their society.

    Examples
    --------
    >>> societies_in("西安市果业协会理事；西安市果业协会猕猴桃专业委员会委员")
    frozenset({'西安市果业协会'})
    """
    names = (society_parent(_office().sub("", part)) for part in re.split(r"[；;、\n]", cell))
    return frozenset(name for name in names if name)


@cache
def _office() -> re.Pattern[str]:
    found = {word for pair in TABLES["memberships"].column("role").choices for word in pair}
    return re.compile("(?:兼|" + "|".join(sorted(found, key=lambda word: (-len(word), word))) + ")+$")


def largest_groups(keys: Sequence[Keys]) -> list[Group]:
    """Return the people who certainly agree in everything, the largest group first, then by what they agree in.

    Parameters
    ----------
    keys : sequence of keys
        One for each thing they must agree in.

    Returns
    -------
    list of Group

    Examples
    --------
    >>> largest_groups([[frozenset({"甲"}), frozenset({"甲"}), None]])
    [Group(values=('甲',), members=(0, 1))]
    """
    found: dict[tuple[str, ...], list[int]] = {}
    for i, each in enumerate(zip(*keys, strict=True)):
        known = [one for one in each if one is not None]
        if len(known) == len(keys):
            for values in product(*(sorted(one) for one in known)):
                found.setdefault(values, []).append(i)
    groups = [Group(values, tuple(members)) for values, members in found.items()]
    return sorted(groups, key=lambda group: (-len(group.members), group.values))


def could_exceed(keys: Sequence[Keys], most: int) -> bool:
    """Say whether more than so many could agree in everything, once what is not known were known.

    Parameters
    ----------
    keys : sequence of keys
        One for each thing they must agree in.
    most : int
        The limit.

    Returns
    -------
    bool

    Examples
    --------
    >>> could_exceed([[frozenset({"甲"}), None, frozenset({"乙"})]], 1)
    True
    """

    def deeper(depth: int, members: list[int]) -> bool:
        if len(members) <= most:
            return False
        if depth == len(keys):
            return True
        here = keys[depth]
        values: list[str | None] = [None, *sorted(set().union(*(here[i] or () for i in members)))]
        return any(deeper(depth + 1, [i for i in members if _may(here[i], value)]) for value in values)

    return deeper(0, list(range(len(keys[0]))))


def _may(known: frozenset[str] | None, value: str | None) -> bool:
    """Say whether somebody may belong to a value; ``None`` is one that nobody has named."""
    return known is None or (value is not None and value in known)


def spread(keys: Keys, what: str, least: int) -> tuple[int, str]:
    """Count how many different things people come from, and say whether that is enough.

    Parameters
    ----------
    keys : keys
        What each belongs to.
    what : {"unit", "discipline", "county", "society"}
        Of disciplines and societies one person may bring several.
    least : int
        How many it must be.

    Returns
    -------
    count : int
        Different ones that are known.
    result : {"ok", "broken", "unknown"}

    Examples
    --------
    >>> spread([frozenset({"210"}), None], "discipline", 2), spread([frozenset({"甲"}), None], "unit", 3)
    ((1, 'unknown'), (1, 'broken'))
    """
    known = set().union(*(one for one in keys if one is not None))
    missing = sum(one is None for one in keys)
    if len(known) >= least:
        return len(known), "ok"
    enough = missing > 0 and (what in _SEVERAL or len(known) + missing >= least)
    return len(known), "unknown" if enough else "broken"
