"""Who is who: keys, made ids, likely duplicates.

An id that a table gives is believed. Without one, a person is told by name, legal person of the unit and
year of birth; the id is made from these three and is the same wherever and whenever they are read.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable
from operator import add

import numpy as np
import pandas as pd

from expertmatch.tables.joining.rows import Texts, text_frame, texts

_LOOSE = re.compile(r"[^\w]+|_")


def made_id(prefix: str, *parts: str) -> str:
    """Return an id made from what tells a thing from others.

    Parameters
    ----------
    prefix
        ``"E"`` for experts, ``"W"`` works, ``"S"`` societies, ``"N"`` needs, ``"Q"`` open questions.
    parts
        Normalised texts; their order matters.

    Returns
    -------
    str
        The prefix and the first 12 hexadecimal digits of the SHA-256 of the parts. Among a million things the
        odds that any two share an id are below one in two thousand.

    Examples
    --------
    >>> made_id("E", "张三", "西安交通大学", "1965")
    'Eaadf052df257'
    """
    text = "\x1f".join(parts)
    return prefix + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def name_key(name: str) -> str:
    """Return what two spellings of one name share: no dots, blanks or case.

    Examples
    --------
    >>> name_key("买买提·艾力") == name_key("买买提 艾力")
    True
    """
    return _LOOSE.sub("", unicodedata.normalize("NFKC", name)).casefold()


def title_key(title: str) -> str:
    """Return what two spellings of one title share: letters, digits and characters only.

    Examples
    --------
    >>> title_key("猕猴桃溃疡病（PSA）的防治。") == title_key("猕猴桃溃疡病(psa)的防治")
    True
    """
    return name_key(title)


def person_keys(frame: pd.DataFrame) -> Texts:
    """Return name, legal person and year of birth in one text a row; ``""`` where there is no name.

    Parameters
    ----------
    frame
        Rows with ``name``, ``unit``, ``unit_parent`` and ``birth``.

    Returns
    -------
    array of str
    """
    names = mapped(texts(frame, "name"), name_key)
    units = mapped(np.where(*_parent_or_unit(frame)), name_key)
    years = [b[:4] for b in texts(frame, "birth")]
    keys = [f"{n}\x1f{u}\x1f{y}" if n else "" for n, u, y in zip(names, units, years, strict=True)]
    return np.array(keys, dtype=object)


def _parent_or_unit(frame: pd.DataFrame) -> tuple[np.ndarray, Texts, Texts]:
    parents, units = texts(frame, "unit_parent"), texts(frame, "unit")
    return parents != "", parents, units


def mapped(values: Texts, function: Callable[[str], str]) -> Texts:
    """Apply a function of text to every value, once per distinct value."""
    codes, uniques = pd.factorize(values)
    done = np.empty(len(uniques), dtype=object)
    done[:] = [function(u) for u in uniques]
    return done[codes] if len(codes) else values


def give_ids(given: Texts, keys: Texts) -> Texts:
    """Return the id of every row: given, that of the one given person with the same key, or made.

    Parameters
    ----------
    given
        Ids as the table gives them, ``""`` where it gives none.
    keys
        See :func:`person_keys`.

    Returns
    -------
    array of str
        ``""`` for rows with neither id nor key. Rows whose key several given ids share keep their made id.
    """
    owners: dict[str, str] = {}
    for key, owner in zip(keys[given != ""], given[given != ""], strict=True):
        if key:
            owners[key] = owner if owners.get(key, owner) == owner else ""

    def choose(key: str) -> str:
        return (owners.get(key) or made_id("E", *key.split("\x1f"))) if key else ""

    return np.where(given != "", given, mapped(keys, choose))


def similar_units(left: str, right: str) -> bool:
    """Say whether two units may be one: one name contains the other, or they share most pairs of characters.

    Parameters
    ----------
    left, right
        Names of units; an empty one is like none.

    Returns
    -------
    bool
        True where the shorter, of four characters or more, stands in the longer, or twice the shared pairs
        of neighbouring characters are at least 0.75 of all.

    Examples
    --------
    >>> similar_units("西安交通大学", "西安交通大学第一附属医院")
    True
    >>> similar_units("西北大学", "西北农林科技大学")
    False
    """
    return alike(name_key(left), name_key(right))


def alike(left: str, right: str) -> bool:
    """Say the same of names that :func:`name_key` has made."""
    a, b = (left, right) if len(left) <= len(right) else (right, left)
    if not a:
        return False
    if a == b or (len(a) >= 4 and a in b):
        return True
    pairs_a, pairs_b = set(map(add, a, a[1:])), set(map(add, b, b[1:]))
    return bool(pairs_a) and 2 * len(pairs_a & pairs_b) >= 0.75 * (len(pairs_a) + len(pairs_b))


def suspected_duplicates(experts: pd.DataFrame, others: pd.DataFrame | None = None) -> pd.DataFrame:
    """List pairs of experts who may be one person.

    Same name, years of birth that do not contradict each other, and either units that may be one
    (:func:`similar_units`), or the same year of birth.

    Parameters
    ----------
    experts
        Experts with ``expert_id``, ``name``, ``unit``, ``unit_parent``, ``birth``.
    others
        Another such table to compare with; without it, the first with itself.

    Returns
    -------
    DataFrame
        ``expert_id, other_id, name, unit, other_unit, birth, other_birth, reason``, sorted by the ids; within
        one table the smaller id comes first.

    Examples
    --------
    >>> import pandas as pd
    >>> experts = pd.DataFrame({"expert_id": ["E1", "E2"], "name": ["张三", "张三"],
    ...                         "unit": ["西北大学", "西北大学化工学院"], "birth": ["", "1970"]})
    >>> suspected_duplicates(experts)["reason"].tolist()
    ['姓名相同，单位相近']
    """
    left = _persons(experts)
    right = left if others is None else _persons(others)
    found = []
    for key, mine in left.items():
        theirs = right.get(key, [])
        for i, a in enumerate(mine):
            for b in mine[i + 1 :] if others is None else theirs:
                reason = _same_person(a, b)
                if reason:
                    found.append((a[0], b[0], a[1], a[2], b[2], a[4], b[4], reason))
    columns = ["expert_id", "other_id", "name", "unit", "other_unit", "birth", "other_birth", "reason"]
    rows = sorted(found)
    return text_frame({c: np.array([r[k] for r in rows], dtype=object) for k, c in enumerate(columns)})


_Person = tuple[str, str, str, str, str]


def _persons(experts: pd.DataFrame) -> dict[str, list[_Person]]:
    columns = [texts(experts, c) for c in ("expert_id", "name", "unit", "unit_parent", "birth")]
    keys = mapped(columns[1], name_key)
    groups: dict[str, list[_Person]] = {}
    for key, person in sorted(zip(keys, zip(*columns, strict=True), strict=True)):
        if key:
            groups.setdefault(key, []).append(person)
    return groups


def _same_person(a: _Person, b: _Person) -> str:
    year_a, year_b = a[4][:4], b[4][:4]
    if a[0] == b[0] or (year_a and year_b and year_a != year_b):
        return ""
    unit_a, unit_b = a[3] or a[2], b[3] or b[2]
    same_unit = bool(unit_a) and name_key(unit_a) == name_key(unit_b)
    if same_unit and year_a and year_b:
        return "姓名、单位、出生年份都相同"
    if same_unit:
        return "姓名、单位相同，出生年份至少一方未写"
    if similar_units(unit_a, unit_b) or similar_units(a[2], b[2]):
        return "姓名相同，单位相近"
    return "姓名、出生年份相同，单位不同" if year_a and year_b else ""
