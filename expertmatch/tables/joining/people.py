"""Rows about people to experts: from an experts table, or from the works where there is none.

An experts table decides over works. Among rows of the same kind the latest decides, by a column such as
更新时间 or the date of the work; without dates the fuller row does. What they disagree on is listed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd

from expertmatch.errors import Problem
from expertmatch.tables.joining.identity import give_ids, mapped, name_key, person_keys
from expertmatch.tables.joining.rows import (
    Numbers,
    Part,
    Stack,
    Texts,
    below,
    column_label,
    known_columns,
    text_frame,
)
from expertmatch.tables.joining.unite import content_order, disagreements, unite, update_stamps

#: Columns that only make sense together.
TOGETHER = (
    ("unit", "unit_parent"),
    ("title", "title_level"),
    ("region", "province", "city", "county", "region_code"),
)
#: Column under which merging notes the files a person came from.
SOURCE = "来源"
#: Columns whose values are added together, newest row first.
LISTS = ("fields", "disciplines", "societies", "languages", "avoid_units", SOURCE)


@dataclass(frozen=True)
class PersonRows:
    """Rows that say something about a person.

    Parameters
    ----------
    rows
        With the columns of ``experts``.
    given
        Ids as given, ``""`` where none was.
    rank
        ``"1"`` for rows of an experts table, ``"0"`` for rows of works.
    stamp
        ISO date that tells which row is later, ``""`` if unknown.
    """

    rows: Stack
    given: Texts
    rank: Texts
    stamp: Texts

    def __len__(self) -> int:
        return len(self.rows)

    def with_rows(self, other: PersonRows) -> PersonRows:
        """Return both, one below the other."""
        if not len(other):
            return self
        columns = list(dict.fromkeys([*self.rows.frame.columns, *other.rows.frame.columns]))
        known = [c for c in columns if c in known_columns("experts")]
        extra = sorted(set(columns) - set(known))
        return PersonRows(
            below(self.rows, other.rows, [*known, *extra]),
            np.concatenate([self.given, other.given]),
            np.concatenate([self.rank, other.rank]),
            np.concatenate([self.stamp, other.stamp]),
        )


def from_experts(experts: Stack, today: date) -> PersonRows:
    """Return the rows of experts tables.

    Parameters
    ----------
    experts
        Checked rows; those with neither id nor name are left out (checking has listed them).
    today
        Last day accepted for 更新时间.

    Returns
    -------
    PersonRows
    """
    rows = experts.take((experts.texts("expert_id") != "") | (experts.texts("name") != ""))
    return PersonRows(
        rows,
        rows.texts("expert_id"),
        np.full(len(rows), "1", dtype=object),
        update_stamps(rows.frame, today),
    )


def from_works(
    works: Stack, at: Sequence[int] | Numbers, ids: Sequence[str], names: Sequence[str], whole: Sequence[bool]
) -> PersonRows:
    """Return what rows of works say about people.

    Parameters
    ----------
    works
        Checked rows of works.
    at
        Positions in ``works``; a row that names several people may come several times.
    ids, names
        Per position, the person.
    whole
        Per position, whether the row's columns about a person are about this one; otherwise only the unit is.

    Returns
    -------
    PersonRows
    """
    index = np.asarray(at, dtype=np.int64)
    rows = works.take(index)
    mine = np.asarray(whole, dtype=bool)
    columns: dict[str, Texts] = {}
    for column in known_columns("experts"):
        values = rows.texts(f"expert_{column}")
        columns[column] = values if column in TOGETHER[0] else np.where(mine, values, "")
    columns["expert_id"] = np.array(list(ids), dtype=object)
    columns["name"] = np.array(list(names), dtype=object)
    parts = tuple(replace(p, headers=_person_headers(p)) for p in rows.parts)
    stack = Stack(text_frame(columns), rows.row, rows.part, parts)
    zeros = np.full(len(rows), "0", dtype=object)
    return PersonRows(stack, columns["expert_id"], zeros, rows.texts("date"))


def _person_headers(works: Part) -> dict[str, str]:
    """Return what a table of works calls the columns about people."""
    own = {c: works.headers.get(f"expert_{c}") or column_label("experts", c) for c in known_columns("experts")}
    return own | {"expert_id": works.headers.get("expert_id", "专家编号")}


def to_experts(people: PersonRows) -> tuple[pd.DataFrame, list[Problem]]:
    """Make one expert of all rows of a person.

    Parameters
    ----------
    people
        Rows of any origin.

    Returns
    -------
    DataFrame, list of Problem
        Sorted by ``expert_id``; ids that stand for two people are errors, disagreeing rows are listed.
    """
    rows = people.rows
    ids = give_ids(people.given, person_keys(rows.frame))
    keep = ids != ""
    if not keep.all():
        rows, ids = rows.take(keep), ids[keep]
        people = PersonRows(rows, people.given[keep], people.rank[keep], people.stamp[keep])
    problems = _one_id_two_people(rows, ids)
    stamps = (people.rank, people.stamp)
    single = [c for c in rows.frame.columns if c not in {*sum(TOGETHER, ()), *LISTS, "expert_id"}]
    blocks = [*TOGETHER, *((c,) for c in single)]
    order = content_order(rows.frame, ids, stamps)
    expert_ids, frame, taken = unite(rows.frame, ids, order, blocks, [c for c in LISTS if c in rows.frame])
    frame["expert_id"] = text_frame({"expert_id": expert_ids})["expert_id"]
    names = rows.texts("name")

    def who(i: int) -> str:
        return f"专家“{names[i]}”（{ids[i]}）" if names[i] else f"专家 {ids[i]} "

    listed = [*TOGETHER, *((c,) for c in single if c != "name")]
    problems += disagreements(rows, ids, taken, listed, stamps, who)
    return frame[list(rows.frame.columns)], problems


def _one_id_two_people(rows: Stack, ids: Texts) -> list[Problem]:
    """Find ids whose rows carry different names."""
    names = mapped(rows.texts("name"), name_key)
    first: dict[str, dict[str, int]] = {}
    codes, uniques = pd.factorize(ids)
    several = np.bincount(codes, minlength=len(uniques))[codes] > 1 if len(codes) else codes > 0
    for i in np.flatnonzero(several & (names != "")):
        first.setdefault(ids[i], {}).setdefault(names[i], int(i))
    problems = []
    for expert_id, found in first.items():
        if len(found) < 2:
            continue
        at = sorted(found.values())
        said = "，".join(f"{rows.where(i, at[-1])}“{rows.texts_at('name', [i])[0]}”" for i in at)
        problems.append(
            rows.problem(
                at[-1],
                "error",
                "one-id-two-people",
                f"编号 {expert_id} 用于 {len(found)} 个不同的人：{said}。一个编号只能是一个人。",
                "改正其中的编号；同一人的请把姓名写成一样；没有编号可以留空，由姓名、单位和出生年份生成。",
                "expert_id",
                expert_id,
            )
        )
    return problems


def key_to_id(people: PersonRows) -> dict[str, str]:
    """Return the ids of people whose rows give none, by their keys (see ``identity.person_keys``)."""
    keys = person_keys(people.rows.frame)
    ids = give_ids(people.given, keys)
    made = people.given == ""
    return dict(zip(keys[made], ids[made], strict=True))
