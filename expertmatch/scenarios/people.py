"""A list of people (名单) as it is handed in, read so that conditions can be held against it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import pandas as pd

from expertmatch.errors import InputError, Problem
from expertmatch.graph.disciplines import DisciplineTree, own_tree
from expertmatch.scenarios.columns import Flags, texts
from expertmatch.scenarios.facts import CandidateFacts
from expertmatch.scenarios.services import Services
from expertmatch.tables.columns import TABLES, normalise_header
from expertmatch.tables.joining.identity import give_ids, person_keys
from expertmatch.tables.joining.intake import read_part
from expertmatch.tables.joining.rows import Part, text_frame
from expertmatch.tables.joining.rows import texts as cells_of
from expertmatch.tables.read import Source

_ROLE = ("角色", "role", "承担角色", "担任角色")
_KIND = ("类别", "类型", "kind", "candidate_kind", "学会类型", "候选类型")
_FROM = ("来源", "come_from", "人员来源")
_OWN = ("requester", "需求方", "需求方人员", "需求单位")
_POOL = ("", "pool", "专家库")
_NO_POST = "无"


@dataclass(frozen=True, eq=False, kw_only=True)
class People:
    """People and societies on a list, sorted by id.

    Parameters
    ----------
    facts : CandidateFacts
        What the list says of each.
    roles : tuple of str
        The role (角色) each was given, as written; empty where none was.
    own : ndarray of bool
        Who is the requester's own (来源: 需求方), not a candidate of the pool.
    notes : tuple of str
        How cells were understood that could be read in two ways.
    """

    facts: CandidateFacts
    roles: tuple[str, ...]
    own: Flags
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.facts)

    @cached_property
    def ids(self) -> list[str]:
        """Their ids: given, or made from name, unit and year of birth."""
        return self.facts.text("id")

    @property
    def persons(self) -> Flags:
        """Who is a person, not a society."""
        return np.array([kind == "expert" for kind in self.facts.text("kind")], dtype=bool)

    @cached_property
    def names(self) -> list[str]:
        """What they are called: the name, with the unit where two share it."""
        return told_apart(self.facts.text("name"), self.facts.text("unit"), self.ids)

    def named(self, places: Sequence[int]) -> str:
        """Return names joined by 、."""
        names = self.names
        return "、".join(names[i] for i in places)


def told_apart(names: Sequence[str], units: Sequence[str], ids: Sequence[str]) -> list[str]:
    """Return names that tell people apart: with the unit where two share one, with the id where that does not help.

    Examples
    --------
    >>> told_apart(["张三", "李四", "张三"], ["西北大学", "", "长安大学"], ["E1", "E2", "E3"])
    ['张三（西北大学）', '李四', '张三（长安大学）']
    """
    plain = [name or one for name, one in zip(names, ids, strict=True)]
    whole = [f"{name}（{unit}）" if unit else name for name, unit in zip(plain, units, strict=True)]
    same, still = Counter(plain), Counter(whole)
    shown = []
    for name, full, one in zip(plain, whole, ids, strict=True):
        shown.append(name if same[name] == 1 else full if still[full] == 1 else f"{name}（{one}）")
    return shown


def read_people(
    source: Source,
    as_of: date,
    *,
    capacity: int = 4,
    engagements: Source | None = None,
    tree: DisciplineTree | None = None,
) -> People:
    """Read a list of people.

    Where anybody of the list has a post (职务), an empty cell in that column means no post; in a list without posts
    they are not known.

    Parameters
    ----------
    source : DataFrame or path
        The columns of experts, under their own or Chinese headers; also 角色, 类别 (学会, 农技协, 科普示范基地,
        海外团体 for societies) and 来源 (需求方 for the requester's own people).
    as_of : date
        The day ages are counted from.
    capacity : int, default 4
        Services a year of those who name none.
    engagements : DataFrame or path, optional
        The service record.
    tree : DisciplineTree, optional
        An own tree of disciplines.

    Returns
    -------
    People

    Raises
    ------
    InputError
        The list cannot be read, is empty, or somebody stands on it twice.
    """
    parts, problems = read_part(source, "experts", None, {}, as_of)
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors:
        raise InputError(errors)
    part = parts[0]
    if not len(part.frame):
        message, remedy = "名单是空的。", "请至少写一个人。"
        raise InputError([_problem(part, "empty-list", message, remedy)])
    frame, notes = _with_kinds(part)
    frame["id"] = give_ids(cells_of(frame, "expert_id"), person_keys(frame))
    _refuse_repeats(part, frame)
    own, said = _own(frame)
    frame, filled = _with_posts(frame, own)
    order = np.argsort(np.array(texts(frame, "id")), kind="stable")
    frame = frame.iloc[order].reset_index(drop=True)
    chosen = tree or own_tree()
    declared = zip(texts(frame, "kind"), texts(frame, "id"), texts(frame, "disciplines"), strict=True)
    codes = {(kind, one): frozenset(chosen.find_all(cell)[0]) for kind, one, cell in declared}
    ledger = read_ledger(engagements, as_of)
    facts = CandidateFacts(
        frame=frame,
        services=Services.read(ledger, as_of),
        as_of=as_of,
        capacity=capacity,
        codes={pair: found for pair, found in codes.items() if found},
    )
    roles = tuple(column_under(frame, _ROLE))
    return People(facts=facts, roles=roles, own=own[order], notes=(*notes, *said, *filled))


def read_ledger(source: Source | None, as_of: date) -> pd.DataFrame:
    """Read a service record; without ids its people are known by name and unit.

    Parameters
    ----------
    source : DataFrame, path or None
        The columns of engagements; ``None`` for no record.
    as_of : date
        The day dates are judged by.

    Returns
    -------
    DataFrame
        With candidate_id and candidate_unit_parent for every row.

    Raises
    ------
    InputError
        The table cannot be read.
    """
    if source is None:
        return pd.DataFrame()
    parts, problems = read_part(source, "engagements", None, {}, as_of)
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors:
        raise InputError(errors)
    frame = parts[0].frame
    unit = {name: cells_of(frame, f"candidate_{name}") for name in ("name", "unit", "unit_parent")}
    keys = person_keys(text_frame(unit))
    return frame.assign(candidate_id=give_ids(cells_of(frame, "candidate_id"), keys))


def column_under(frame: pd.DataFrame, headers: Sequence[str]) -> list[str]:
    """Return the first column under one of these headers, empty cells where there is none.

    Examples
    --------
    >>> column_under(pd.DataFrame({"角 色": ["主持人"]}), ("role", "角色"))
    ['主持人']
    """
    found = {normalise_header(str(column)): str(column) for column in reversed(frame.columns)}
    column = next((found[name] for name in map(normalise_header, headers) if name in found), "")
    return [cell.strip() for cell in texts(frame, column)]


def _with_kinds(part: Part) -> tuple[pd.DataFrame, list[str]]:
    """Tell societies from people; a society is its own unit."""
    kinds = dict(TABLES["societies"].column("kind").choices)
    society = [
        "学会" if cell == "society" else cell if cell in kinds.values() else kinds.get(cell, "")
        for cell in column_under(part.frame, _KIND)
    ]
    odd = sorted({cell for cell, kind in zip(column_under(part.frame, _KIND), society, strict=True)
                  if cell and not kind and cell not in ("expert", "专家", "个人", "人")})  # fmt: skip
    is_society = np.array([kind != "" for kind in society], dtype=bool)
    frame = part.frame.copy()
    frame["kind"] = np.where(is_society, "society", "expert").astype(object)
    frame["society_kind"] = np.array(society, dtype=object)
    for column in ("unit", "unit_parent"):
        frame[column] = np.where(is_society, frame["name"], frame[column]).astype(object)
    return frame, [f"类别“{'、'.join(odd)}”不是学会的类型，按个人算。"] if odd else []


def _own(frame: pd.DataFrame) -> tuple[Flags, list[str]]:
    cells = column_under(frame, _FROM)
    odd = sorted({cell for cell in cells if cell not in (*_OWN, *_POOL)})
    said = [f"来源“{'、'.join(odd)}”按专家库的人算；需求方自己的人请写“需求方”。"] if odd else []
    return np.array([cell in _OWN for cell in cells], dtype=bool), said


def _with_posts(frame: pd.DataFrame, own: Flags) -> tuple[pd.DataFrame, list[str]]:
    posts = np.array(texts(frame, "post"), dtype=object)
    bare = (posts == "") & ~own & np.array([kind == "expert" for kind in texts(frame, "kind")], dtype=bool)
    if not bare.any() or not (posts != "").any():
        return frame, []
    return frame.assign(post=np.where(bare, _NO_POST, posts)), [f"{bare.sum()} 人职务一栏空着，按没有职务算。"]


def _refuse_repeats(part: Part, frame: pd.DataFrame) -> None:
    ids = texts(frame, "id")
    counts = Counter(ids)
    problems = []
    for one in sorted(one for one, count in counts.items() if count > 1):
        at = [i for i, found in enumerate(ids) if found == one]
        message = f"名单里“{texts(frame, 'name')[at[0]] or one}”出现了 {len(at)} 次。"
        remedy = "同一人只留一行；若是同名的两个人，请补上专家编号或出生年月。"
        problems.append(_problem(part, "listed-twice", message, remedy, tuple(int(part.rows[i]) for i in at)))
    if problems:
        raise InputError(problems)


def _problem(part: Part, code: str, message: str, remedy: str, rows: tuple[int, ...] = ()) -> Problem:
    return Problem(
        severity="error", code=code, message=message, remedy=remedy, table="experts", file=part.file,
        sheet=part.sheet, row=rows[0] if rows else None, rows=rows,
    )  # fmt: skip
