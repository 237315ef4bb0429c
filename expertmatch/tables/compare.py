"""Two states of a pool compared; the pools of several districts made one."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from expertmatch.errors import InputError, Problem, SettingError
from expertmatch.tables.joining.build import POOL_TABLES
from expertmatch.tables.joining.identity import mapped, name_key, suspected_duplicates
from expertmatch.tables.joining.rows import Part, Texts, text_frame, texts
from expertmatch.tables.joining.societies import society_key
from expertmatch.tables.joining.unite import vaguer
from expertmatch.tables.pool import Pool, make_pool

_SHOWN = ("expert_id", "name", "unit", "title", "post", "region")
_FIELDS = ("unit", "title", "post", "region", "society", "fields", "birth", "sex", "status")
_MADE = re.compile(r"(?:.+-)?E[0-9a-f]{12}")
#: Reasons of a suspected duplicate that make two ids one person when each fits only the other.
_STRONG = frozenset(
    ("姓名、单位、出生年份都相同", "姓名、单位相同，出生年份至少一方未写", "姓名、出生年份相同，单位不同")
)
_LABEL_JOIN = "-"


@dataclass(frozen=True, eq=False, repr=False)
class PoolDiff:
    """What became of a pool.

    Parameters
    ----------
    joined, left
        ``expert_id, name, unit, title, post, region`` of those who are new, and of those who are gone.
    changed
        ``expert_id, name, field, old, new``: one row per person and field, of ``unit``, ``title``, ``post``,
        ``region``, ``society``, ``fields``, ``birth``, ``sex``, ``status``; field ``expert_id`` where the person
        got another number. Ids that were made of name, unit and year of birth follow these and are not listed.
    duplicates
        Likely duplicates that are new: ``expert_id, other_id, name, unit, other_unit, birth, other_birth, reason,
        where`` (``新表内``, or ``新旧之间`` for one who may have left under one id and joined under another).
    known_duplicates
        Likely duplicates that were in the old state too, ``where`` is ``原有``.
    old_count, new_count
        How many people each state has.
    """

    joined: pd.DataFrame
    left: pd.DataFrame
    changed: pd.DataFrame
    duplicates: pd.DataFrame
    known_duplicates: pd.DataFrame
    old_count: int
    new_count: int

    def __bool__(self) -> bool:
        """Say whether anything changed."""
        return any(len(f) for f in (self.joined, self.left, self.changed))

    def __repr__(self) -> str:
        """Return one line for people."""
        return (
            f"<变动：原来 {self.old_count} 位，现在 {self.new_count} 位；新增 {len(self.joined)} 位，"
            f"离库 {len(self.left)} 位，变更 {len(self.changed)} 处，疑似重复 {len(self.duplicates)} 对>"
        )


def diff_pools(old: Pool, new: Pool) -> PoolDiff:
    """Compare two states of a pool.

    Parameters
    ----------
    old, new
        The earlier and the later state.

    Returns
    -------
    PoolDiff
        People are the same if their id is; also if one id is gone, one is new, and they are of the same name
        and unit, or of the same name and year of birth, and nobody else could be meant.

    Examples
    --------
    >>> from expertmatch.tables.pool import read_pool
    >>> old = read_pool(pd.DataFrame({"专家编号": ["E1", "E2"], "姓名": ["张三", "李四"], "职称": ["副教授", "教授"]}))
    >>> new = read_pool(pd.DataFrame({"专家编号": ["E1", "E3"], "姓名": ["张三", "王五"], "职称": ["教授", "讲师"]}))
    >>> diff_pools(old, new)
    <变动：原来 2 位，现在 2 位；新增 1 位，离库 1 位，变更 1 处，疑似重复 0 对>
    >>> diff_pools(old, new).changed.values.tolist()
    [['E1', '张三', 'title', '副教授', '教授']]
    """
    before, after = _by_id(old), _by_id(new)
    gone = old.experts[[i not in after.index for i in texts(old.experts, "expert_id")]]
    fresh = new.experts[[i not in before.index for i in texts(new.experts, "expert_id")]]
    pairs = suspected_duplicates(gone, fresh)
    moved = _certain(pairs)
    renamed = {new_id: old_id for old_id, new_id in moved.items()}
    within = suspected_duplicates(new.experts)
    between = pairs[[i not in moved for i in texts(pairs, "expert_id")]]
    was = _renamed_pairs(suspected_duplicates(old.experts), moved)
    known = np.array([pair in was for pair in _pair_list(within)], dtype=bool)
    within, standing = within[~known], within[known]
    duplicates = pd.concat([within.assign(where="新表内"), between.assign(where="新旧之间")], ignore_index=True)
    return PoolDiff(
        _shown(fresh, set(renamed)),
        _shown(gone, set(moved)),
        _changes(before, after, renamed),
        duplicates,
        standing.assign(where="原有").reset_index(drop=True),
        len(old),
        len(new),
    )


def _pair_list(pairs: pd.DataFrame) -> list[frozenset[str]]:
    return [frozenset(pair) for pair in zip(texts(pairs, "expert_id"), texts(pairs, "other_id"), strict=True)]


def _renamed_pairs(pairs: pd.DataFrame, moved: Mapping[str, str]) -> set[frozenset[str]]:
    """Return the pairs of the old state under the ids that people have in the new one."""
    return {frozenset(moved.get(one, one) for one in pair) for pair in _pair_list(pairs)}


def _by_id(pool: Pool) -> pd.DataFrame:
    told_by = (*_SHOWN, "fields", "birth", "sex", "status", "societies")
    frame = text_frame({c: texts(pool.experts, c) for c in told_by})
    held: dict[str, list[str]] = {}
    columns = [texts(pool.memberships, c) for c in ("expert_id", "society_name", "branch", "role")]
    for expert, society, branch, role in zip(*columns, strict=True):
        held.setdefault(expert, []).append(f"{branch or society}{f'（{role}）' if role else ''}")
    told = [
        "；".join(sorted(held[e])) if e in held else s
        for e, s in zip(frame["expert_id"], frame["societies"], strict=True)
    ]
    frame["society"] = told
    return frame.set_index("expert_id", drop=False)


def _certain(pairs: pd.DataFrame) -> dict[str, str]:
    """Return old id -> new id for pairs that are one person beyond reasonable doubt."""
    left, right = texts(pairs, "expert_id"), texts(pairs, "other_id")
    count_left, count_right = pd.Series(left).value_counts(), pd.Series(right).value_counts()
    return {
        a: b
        for a, b, reason in zip(left, right, texts(pairs, "reason"), strict=True)
        if reason in _STRONG and count_left[a] == 1 and count_right[b] == 1
    }


def _shown(experts: pd.DataFrame, without: set[str]) -> pd.DataFrame:
    keep = np.array([i not in without for i in texts(experts, "expert_id")], dtype=bool)
    return text_frame({c: texts(experts, c)[keep] for c in _SHOWN})


def _changes(before: pd.DataFrame, after: pd.DataFrame, renamed: Mapping[str, str]) -> pd.DataFrame:
    same = [(i, renamed.get(i, i)) for i in after.index if renamed.get(i, i) in before.index]
    now, then = after.loc[[a for a, _ in same]], before.loc[[b for _, b in same]]
    found: list[tuple[str, str, str, str, str]] = []
    for field in ("expert_id", *_FIELDS):
        new_values, old_values = texts(now, field), texts(then, field)
        for i in np.flatnonzero(new_values != old_values):
            if _means_the_same(field, old_values[i], new_values[i]):
                continue
            found.append((same[i][0], texts(now, "name")[i], field, old_values[i], new_values[i]))
    rank = {field: k for k, field in enumerate(("expert_id", *_FIELDS))}
    found.sort(key=lambda row: (row[0], rank[row[2]]))
    names = ("expert_id", "name", "field", "old", "new")
    return text_frame({c: np.array([row[k] for row in found], dtype=object) for k, c in enumerate(names)})


def _means_the_same(field: str, old: str, new: str) -> bool:
    """Say whether a difference is none: a made id, 研究方向 with other commas, a birth less exact than it was."""
    if field == "expert_id":
        return bool(_MADE.fullmatch(old) or _MADE.fullmatch(new))
    if field == "birth":
        return vaguer(new, old)
    return field == "fields" and _items(old) == _items(new)


def _items(fields: str) -> set[str]:
    return {name_key(item) for item in re.split(r"[；;、，,\n]", fields)} - {""}


def merge_pools(pools: Sequence[Pool], labels: Sequence[str] | None = None, today: date | None = None) -> Pool:
    """Make one pool of several, as if all their rows had stood in the same tables.

    Parameters
    ----------
    pools
        At least one.
    labels
        One distinct name per pool, e.g. of the district. It is put before the file names, and before every id
        that means different people (or societies) in different pools.
    today
        The day 更新时间 is judged by; by default the latest that any of the pools was read on.

    Returns
    -------
    Pool
        The same for any order of the pools. Merging a pool with itself changes nothing, and merging in steps
        gives what merging at once gives (with labels: while no ids have to be told apart).

    Raises
    ------
    InputError
        If an id means different people and no labels are given.
    SettingError
        If there is no pool, or labels that are not one distinct name each.

    Examples
    --------
    >>> from expertmatch.tables.pool import read_pool
    >>> a = read_pool(pd.DataFrame({"编号": ["001"], "姓名": ["张三"]}))
    >>> b = read_pool(pd.DataFrame({"编号": ["001"], "姓名": ["李四"]}))
    >>> merge_pools([a, b], labels=["雁塔区", "周至县"]).experts["expert_id"].tolist()
    ['周至县-001', '雁塔区-001']
    """
    if not pools:
        name, accepted = "pools", "至少一个专家库"
        raise SettingError(name, pools, accepted)
    if labels is not None and (len(set(labels)) != len(pools) or len(labels) != len(pools) or not all(labels)):
        name, accepted = "labels", f"{len(pools)} 个各不相同的名称，每库一个"
        raise SettingError(name, labels, accepted)
    if labels is not None:  # then the order of the pools shows nowhere, not even in messages
        labels, pools = zip(*sorted(zip(labels, pools, strict=True), key=lambda pair: pair[0]), strict=True)
    parts, problems = [list(_parts(p)) for p in pools], [list(p.noticed) for p in pools]
    found: list[Problem] = []
    if labels is not None:
        clashes = {
            kind: _clashing([getattr(p, table) for p in pools], kind, key)
            for kind, table, key in (("expert_id", "experts", name_key), ("society_id", "societies", society_key))
        }
        for kind, ids in clashes.items():
            found += [_prefixed(kind, one, names, labels) for one, names in sorted(ids.items())]
        for label, mine, noticed in zip(labels, parts, problems, strict=True):
            mine[:] = [_labelled(p, label, clashes) for p in mine]
            noticed[:] = [replace(p, file=_with_label(label, p.file)) for p in noticed]
    day = today or max((p.today for p in pools if p.today), default=date.today())
    try:
        return make_pool(_once(parts), [*found, *(p for ps in problems for p in ps)], day)
    except InputError as error:
        if labels is not None:
            raise
        raise InputError([_told_to_label(p) for p in error.problems]) from None


def _told_to_label(problem: Problem) -> Problem:
    if problem.code not in {"one-id-two-people", "one-id-two-societies"}:
        return problem
    remedy = "若各表的编号是各自编的，合并时请给出 labels=（如各区名称），相撞的编号会加上它；否则改正编号。"
    return replace(problem, remedy=remedy)


def _clashing(frames: Sequence[pd.DataFrame], kind: str, key: object) -> dict[str, list[str]]:
    """Return ids that carry different names in different pools, with these names."""
    names: dict[str, dict[str, str]] = {}
    for frame in frames:
        shown = texts(frame, "name")
        keys = mapped(shown, key)  # type: ignore[arg-type]
        for one, k, name in zip(texts(frame, kind), keys, shown, strict=True):
            if k:
                names.setdefault(one, {}).setdefault(k, name)
    return {one: list(found.values()) for one, found in names.items() if len(found) > 1}


def _prefixed(kind: str, one: str, names: Sequence[str], labels: Sequence[str]) -> Problem:
    what, table = ("专家", "experts") if kind == "expert_id" else ("学会", "societies")
    return Problem(
        severity="warning",
        code="id-prefixed",
        message=f"编号 {one} 在各表中是不同的{what}（{'、'.join(names)}），已改为“名称{_LABEL_JOIN}{one}”，"
        f"如 {labels[0]}{_LABEL_JOIN}{one}。",
        remedy="最好由各区统一编号。",
        table=table,
        value=one,
    )


def _labelled(part: Part, label: str, clashes: Mapping[str, Mapping[str, object]]) -> Part:
    """Put a label before a part's file name and before ids that clash."""
    frame = part.frame
    columns = {
        "expert_id": ("expert_id", "candidate_id", "other", "确认为"),
        "society_id": ("society_id", "candidate_id"),
    }
    for kind, names in columns.items():
        for column in names:
            if column in frame.columns and clashes[kind]:
                values = texts(frame, column)
                new = [f"{label}{_LABEL_JOIN}{v}" if v in clashes[kind] else v for v in values]
                frame = frame.assign(**{column: text_frame({"c": np.array(new, dtype=object)})["c"].to_numpy()})
    return replace(part, frame=frame, file=_with_label(label, part.file))


def _with_label(label: str, file: str | None) -> str:
    """Put a label before a file's name unless that begins with it: 周至县：名单.xlsx, but 周至县2.xlsx."""
    return f"{label}：{file}" if file and Path(file).stem != label else file or label


def _once(groups: Sequence[Sequence[Part]]) -> list[Part]:
    """Leave out sheets that are in several pools."""
    seen: dict[object, Part] = {}
    for part in (p for group in groups for p in group):
        same = (part.table, part.file, part.sheet, part.digest, part.listed) if part.digest else id(part)
        seen.setdefault(same, part)
    return list(seen.values())


def _parts(pool: Pool) -> tuple[Part, ...]:
    """Return the rows a pool was made of; of a pool that does not know them, its frames."""
    if pool.parts:
        return pool.parts
    found = []
    for table in POOL_TABLES:
        frame: pd.DataFrame = getattr(pool, table)
        if table == "memberships" and len(frame):  # a branch is found again by its name
            branch = texts(frame, "branch")
            columns: dict[str, Texts] = {str(c): texts(frame, str(c)) for c in frame.columns if c != "branch"}
            columns["society_name"] = np.where(branch != "", branch, columns["society_name"])
            columns["society_id"] = np.where(branch != "", "", columns["society_id"])
            frame = text_frame(columns)
        if table == "societies":
            frame = frame.drop(columns="branch_of", errors="ignore")
        if len(frame):
            found.append(Part(table, frame, np.arange(1, len(frame) + 1), "专家库", joined=True))
    return tuple(found)
