"""Where experts stand in the tables, and which of them may be one person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from expertmatch.errors import Problem
from expertmatch.tables.joining.identity import person_keys
from expertmatch.tables.joining.people import PersonRows, key_to_id
from expertmatch.tables.joining.rows import Part, Stack, text_frame, texts

ORIGIN_COLUMNS = ("expert_id", "file", "sheet", "row")
#: What to do about a suspected duplicate, by its reason.
_REMEDIES = {
    "姓名、单位、出生年份都相同": "若是同一人，请把两行写成同一编号或删去一行；不是同一人请在备注说明。",
    "姓名、单位相同，出生年份至少一方未写": "若是同一人，请写成同一编号或删去一行；不是同一人请补齐两人的出生年月。",
    "姓名相同，单位相近": "若是同一人，请把单位写成一样，或写成同一编号；不是同一人请补齐两人的出生年月。",
    "姓名、出生年份相同，单位不同": "若是同一人（如调动或兼职），请写成同一编号，只留现单位；不是同一人请在备注说明。",
}

_Place = tuple[str, str, int]


def find_origins(
    parts: Sequence[Part], people: PersonRows, works: Stack, pairs: Iterable[tuple[int, str]]
) -> pd.DataFrame:
    """Say in which rows each expert stands.

    Parameters
    ----------
    parts
        All rows that were read, repeated ones too.
    people
        The rows experts were made of.
    works
        Rows of works.
    pairs
        ``(position of the work's row, expert id)``.

    Returns
    -------
    DataFrame
        ``expert_id, file, sheet, row``: the rows of experts tables; of people who are in none, those of their works.
    """
    known = key_to_id(people)
    found: set[tuple[str, str, str, int]] = set()
    for part in parts:
        if part.table != "experts":
            continue
        given, keys = texts(part.frame, "expert_id"), person_keys(part.frame)
        ids = [g or known.get(k, "") for g, k in zip(given, keys, strict=True)]
        place = (part.file or "", part.sheet or "")
        found |= {(one, *place, int(row)) for one, row in zip(ids, part.rows, strict=True) if one}
    listed = {one for one, *_ in found}
    for i, one in pairs:
        if one not in listed:
            origin = works.parts[works.part[i]]
            found.add((one, origin.file or "", origin.sheet or "", int(works.row[i])))
    rows = sorted(found)
    return text_frame({c: np.array([str(r[k]) for r in rows], dtype=object) for k, c in enumerate(ORIGIN_COLUMNS)})


def duplicate_warnings(pairs: pd.DataFrame, origins: pd.DataFrame) -> list[Problem]:
    """Turn suspected duplicates into warnings that name the rows of both.

    Parameters
    ----------
    pairs
        See :func:`~expertmatch.tables.joining.identity.suspected_duplicates`.
    origins
        See :func:`find_origins`.

    Returns
    -------
    list of Problem
        Each with a remedy that fits its reason.
    """
    wanted = {*texts(pairs, "expert_id"), *texts(pairs, "other_id")}
    places: dict[str, _Place] = {}
    for one, file, sheet, row in zip(*(texts(origins, c) for c in ORIGIN_COLUMNS), strict=True):
        if one in wanted:
            places.setdefault(one, (file, sheet, int(row)))
    columns = ("expert_id", "other_id", "name", "unit", "other_unit", "reason")
    return [
        _warning(name, (a, unit_a, places.get(a)), (b, unit_b, places.get(b)), reason)
        for a, b, name, unit_a, unit_b, reason in zip(*(texts(pairs, c) for c in columns), strict=True)
    ]


_Person = tuple[str, str, "_Place | None"]


def _warning(name: str, left: _Person, right: _Person, reason: str) -> Problem:
    first, second = left[2], right[2]
    together = bool(first and second and first[:2] == second[:2])
    file, sheet, row = first or ("", "", 0)
    rows = tuple(sorted({row, second[2]})) if together and second else ()
    return Problem(
        severity="warning",
        code="suspected-duplicate",
        message=f"“{name}”可能重复：{_person(left, short=True)}与 {_person(right, short=together)}，{reason}。",
        remedy=_REMEDIES[reason],
        table="experts",
        file=file or None,
        sheet=sheet or None,
        row=min(rows or (row,)) or None,
        rows=rows if len(rows) > 1 else (),
        value=name,
    )


def _person(person: _Person, *, short: bool) -> str:
    """Return ``E1（西北大学，第 5 行）``, with file and sheet unless ``short``."""
    expert_id, unit, place = person
    facts = [unit or "未写单位"]
    if place:
        sheet = f"工作表“{place[1]}”" if place[1] else ""
        facts.append(" ".join(p for p in (*((place[0], sheet) if not short else ()), f"第 {place[2]} 行") if p))
    return f"{expert_id}（{'，'.join(facts)}）"
