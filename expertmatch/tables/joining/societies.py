"""Societies, their branches, and who holds which office in them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from expertmatch.errors import Problem, nearest_names
from expertmatch.tables.clean import clean_society, society_parent
from expertmatch.tables.columns import TABLES
from expertmatch.tables.joining.identity import made_id, mapped, name_key
from expertmatch.tables.joining.pending import Questions
from expertmatch.tables.joining.resolve import People, attach
from expertmatch.tables.joining.rows import Numbers, Stack, Texts, known_columns, text_frame, texts
from expertmatch.tables.joining.unite import content_order, disagreements, unite

_BRANCH = "branch_of"
_ROLES = re.compile(r"[；;、,，/\s]+|兼(?!职)")


@dataclass(frozen=True)
class Societies:
    """The societies of a pool and how others may call them.

    Parameters
    ----------
    frame
        One row a society.
    alias
        Every id given anywhere -> the id in ``frame``.
    by_name
        Key of a name -> id.
    """

    frame: pd.DataFrame
    alias: Mapping[str, str]
    by_name: Mapping[str, str]

    @property
    def ids(self) -> frozenset[str]:
        """All ids that mean a society."""
        return frozenset((*self.alias, *self.by_name.values()))


def society_key(name: str) -> str:
    """Return what the spellings of one society share.

    Examples
    --------
    >>> society_key("陕西省 机械工程学会") == society_key("陕西省机械工程学会")
    True
    """
    return name_key(clean_society(name))


def society_columns() -> tuple[str, ...]:
    """Return the columns of a pool's societies; ``branch_of`` is the id of the society a branch belongs to."""
    return (*known_columns("societies"), _BRANCH)


def membership_columns() -> tuple[str, ...]:
    """Return the columns of a pool's memberships; ``branch`` names the branch if only its society is listed."""
    return ("expert_id", "society_id", "society_name", "branch", "role", "since", "until")


def to_societies(rows: Stack) -> tuple[Societies, list[Problem]]:
    """Make one row per society.

    Parameters
    ----------
    rows
        Checked rows of societies.

    Returns
    -------
    Societies, list of Problem
        Two spellings of one name are one society, also under two ids (the smaller stays, and it is said); one
        id with two names is an error.
    """
    rows = rows.take((rows.texts("society_id") != "") | (rows.texts("name") != ""))
    given, keys = rows.texts("society_id"), mapped(rows.texts("name"), society_key)
    problems = _one_id_two_societies(rows, given, keys)
    names_of: dict[str, str] = {}
    for one, key in sorted(zip(given, keys, strict=True)):
        if one and key:
            names_of.setdefault(one, key)
    owner: dict[str, str] = {}
    for one, key in sorted(names_of.items()):
        owner.setdefault(key, one)
    alias = {one: owner.get(names_of.get(one, ""), one) for one in given if one}
    for i, one in enumerate(given):
        if one and alias[one] != one:
            message = f"“{rows.texts_at('name', [i])[0]}”有两个学会编号：{alias[one]} 和 {one}，合为一个学会。"
            remedy = f"编号统一为 {alias[one]}。"
            problems.append(rows.problem(i, "warning", "two-ids-one-society", message, remedy, "society_id", one))
    ids = np.array(
        [alias[one] if one else owner.get(key) or made_id("S", key) for one, key in zip(given, keys, strict=True)],
        dtype=object,
    )
    frame, found = _united(rows, ids)
    by_name = {k: i for k, i in zip(mapped(texts(frame, "name"), society_key), texts(frame, "society_id"), strict=True)
               if k}  # fmt: skip
    return Societies(frame, alias, by_name), problems + found


def _one_id_two_societies(rows: Stack, given: Texts, keys: Texts) -> list[Problem]:
    first: dict[str, dict[str, int]] = {}
    for i in np.flatnonzero((given != "") & (keys != "")):
        first.setdefault(given[i], {}).setdefault(keys[i], int(i))
    problems = []
    for one, found in first.items():
        if len(found) > 1:
            at = sorted(found.values())
            said = "，".join(f"{rows.where(i, at[-1])}“{rows.texts_at('name', [i])[0]}”" for i in at)
            message = f"学会编号 {one} 用于 {len(found)} 个不同的学会：{said}。"
            problems.append(
                rows.problem(
                    at[-1],
                    "error",
                    "one-id-two-societies",
                    message,
                    "改正编号；同一学会请写同一名称；没有编号可以留空，由名称生成。",
                    "society_id",
                    one,
                )
            )
    return problems


def _united(rows: Stack, ids: Texts) -> tuple[pd.DataFrame, list[Problem]]:
    together = (("region", "province", "city", "county", "region_code"),)
    single = [c for c in rows.frame.columns if c not in {*sum(together, ()), "society_id", "disciplines"}]
    blocks = [*together, *((c,) for c in single)]
    order = content_order(rows.frame, ids, ())
    society_ids, frame, taken = unite(rows.frame, ids, order, blocks, ("disciplines",))
    names = rows.texts("name")
    listed = [*together, *((c,) for c in single if c not in {"name", "society_parent"})]
    problems = disagreements(rows, ids, taken, listed, (), lambda i: f"学会“{names[i] or ids[i]}”")
    frame["society_id"] = text_frame({"society_id": society_ids})["society_id"]
    return frame[list(rows.frame.columns)], problems


def to_memberships(
    rows: Stack, people: People, societies: Societies, questions: Questions, listed: bool
) -> tuple[pd.DataFrame, Numbers, Societies, list[Problem]]:
    """Join memberships to experts and societies.

    Parameters
    ----------
    rows
        Checked rows of memberships.
    people
        The experts.
    societies
        The societies so far.
    questions
        Answers so far; new questions are added.
    listed
        Whether a societies table was given: then a society it lacks is worth a warning.

    Returns
    -------
    DataFrame, array of int, Societies, list of Problem
        The memberships; for each, which row it stood in. A branch that is not listed itself counts for its
        society, which is added if need be. Several offices in one cell become several rows.
    """
    society_ids, branches, societies, problems = _societies_of(rows, societies, listed)
    subjects = np.where(rows.texts("society_name") != "", rows.texts("society_name"), rows.texts("society_id"))
    expert_ids, found = attach(rows, people, questions, subjects)
    names = dict(zip(texts(societies.frame, "society_id"), texts(societies.frame, "name"), strict=True))
    at, roles = [], []
    for i, (cell, e, s) in enumerate(zip(rows.texts("role"), expert_ids, society_ids, strict=True)):
        if e and s:
            for role in _split_roles(cell):
                at.append(i)
                roles.append(role)
    index = np.array(at, dtype=np.int64)
    columns = {c: rows.texts(c)[index] for c in ("since", "until")}
    extra = [c for c in rows.frame.columns if c not in known_columns("memberships")]
    frame = text_frame(
        {
            "expert_id": expert_ids[index],
            "society_id": society_ids[index],
            "society_name": np.array([names.get(s, "") for s in society_ids[index]], dtype=object),
            "branch": branches[index],
            "role": np.array(roles, dtype=object),
            **columns,
            **{c: rows.texts(c)[index] for c in extra},
        }
    )
    return frame, index, societies, problems + found


def _split_roles(cell: str) -> list[str]:
    """Return the offices in a cell such as 副会长兼秘书长, in their normal words; one empty one if none."""
    choices = dict(TABLES["memberships"].column("role").choices)
    if cell in choices:
        return [choices[cell]]
    return list(dict.fromkeys(choices.get(r, r) for r in _ROLES.split(cell) if r)) or [""]


def _societies_of(rows: Stack, societies: Societies, listed: bool) -> tuple[Texts, Texts, Societies, list[Problem]]:
    """Find every row's society; those not there yet are added."""
    given, names = rows.texts("society_id"), rows.texts("society_name")
    ids, branches = np.full(len(rows), "", dtype=object), np.full(len(rows), "", dtype=object)
    problems: list[Problem] = []
    new: dict[str, str] = {}
    known = societies.ids
    for i, (one, name) in enumerate(zip(given, names, strict=True)):
        if one in known:
            ids[i] = societies.alias.get(one, one)
            continue
        if not name:
            problems += [_no_society(rows, i, one, societies)] if one else []
            continue
        parent = society_parent(name) or name
        key, above = society_key(name), society_key(parent)
        if key in societies.by_name:
            ids[i] = societies.by_name[key]
            continue
        if above != key:
            branches[i] = name
        if above in societies.by_name:
            ids[i] = societies.by_name[above]
            continue
        ids[i] = made_id("S", above)
        if ids[i] not in new and listed:
            message = f"学会表中没有“{parent}”，已按名称补入。"
            remedy = "若只是写法不同，请改成学会表中的名称；否则把它补入学会表。"
            problems.append(rows.problem(i, "warning", "unknown-society", message, remedy, "society_name", name))
        new[ids[i]] = max(new.get(ids[i], ""), clean_society(parent))
    return ids, branches, _with_new(societies, new), problems


def _no_society(rows: Stack, i: int, one: str, societies: Societies) -> Problem:
    near = nearest_names(one, list(societies.alias), 1)
    hint = f"是否应为 {near[0]}？" if near else ""
    message = f"学会表中没有编号 {one}，这一行也没有写学会名称，未采用。"
    return rows.problem(
        i, "warning", "unknown-society", message, f"{hint}核对编号，或补上学会名称。", "society_id", one
    )


def _with_new(societies: Societies, new: Mapping[str, str]) -> Societies:
    if not new:
        return societies
    ids = sorted(new)
    added = {c: np.full(len(ids), "", dtype=object) for c in societies.frame.columns}
    added["society_id"], added["name"] = np.array(ids, dtype=object), np.array([new[i] for i in ids], dtype=object)
    added["society_parent"] = added["name"].copy()
    frame = text_frame({c: np.concatenate([texts(societies.frame, c), added[c]]) for c in societies.frame.columns})
    by_name = {**societies.by_name, **{society_key(new[i]): i for i in ids}}
    return Societies(frame, societies.alias, by_name)


def with_branches(societies: Societies) -> pd.DataFrame:
    """Return the societies sorted by id, each branch with the id of its society if that is listed.

    Parameters
    ----------
    societies
        All societies.

    Returns
    -------
    DataFrame
    """
    frame = societies.frame
    names = texts(frame, "name")
    parents = mapped(mapped(names, society_parent), society_key)
    own = mapped(names, society_key)
    above = [societies.by_name.get(p, "") if p != o else "" for p, o in zip(parents, own, strict=True)]
    columns = {c: texts(frame, c) for c in frame.columns}
    columns[_BRANCH] = np.array(above, dtype=object)
    order: Numbers = np.argsort(columns["society_id"], kind="stable")
    known = society_columns()
    names_in_order = [*known, *(c for c in columns if c not in known)]
    return text_frame({c: columns[c][order] for c in names_in_order})
