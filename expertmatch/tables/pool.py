"""The checked tables as one value.

How it is put together: an id that a table gives is believed; without one, a person is told by name, unit and
year of birth, a society by its name, a work by its expert and title. With an experts table, that table decides
who is in the pool: works of others are listed and not used. Without one, experts are made from the works; the
work with the latest date says where somebody is now. The order of rows never matters.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from expertmatch.display import html_table
from expertmatch.errors import InputError, Problem, SettingError
from expertmatch.tables.joining.build import POOL_TABLES, Built, build, in_order, pool_columns
from expertmatch.tables.joining.duplicates import ORIGIN_COLUMNS
from expertmatch.tables.joining.intake import Columns, Sources, each_source, read_parts
from expertmatch.tables.joining.pending import PENDING_COLUMNS
from expertmatch.tables.joining.rows import Part, text_frame, texts

_CALLED = {
    "experts": "专家", "works": "成果", "societies": "学会", "memberships": "任职", "relations": "关系",
    "availability": "可服务时间", "engagements": "服务台账",
}  # fmt: skip
CONTACT_COLUMNS = ("expert_id", "kind", "value")


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """One sheet that was read.

    Parameters
    ----------
    table
        Canonical table name.
    file, sheet
        Where it was read.
    digest
        SHA-256 of what was read.
    rows_read, rows_used
        How many rows it has, and how many the pool or the needs rest on; the difference is listed row by row
        in the problems and in the 待确认 sheet.
    headers
        What its columns are called there.
    """

    table: str
    file: str | None
    sheet: str | None
    digest: str
    rows_read: int
    rows_used: int
    headers: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False, repr=False)
class Pool:
    """Experts, their works and their societies, checked and joined.

    All frames hold text only, ``""`` for missing, and are sorted; they are shared, so copy before changing one.
    Two pools are equal if their tables say the same, whatever the files and the order of rows they came from.

    Parameters
    ----------
    experts
        One row an expert, sorted by ``expert_id``.
    works
        One row an expert and work, sorted by expert, date, title, text.
    societies, memberships, relations, availability, engagements
        As far as they were given.
    pending
        The 待确认 sheet: open questions first, then those answered.
    contacts
        ``expert_id``, ``kind``, ``value``; in no display, no digest and no index.
    origins
        ``expert_id``, ``file``, ``sheet``, ``row``: the rows of the experts tables each expert stands in, for
        experts made from works those of their works.
    problems
        Everything found: errors, warnings, notes.
    sources
        What was read.
    parts
        The checked rows the pool was made of, for merging; may be empty.
    noticed
        The problems found while those rows were read, as opposed to while they were joined.
    today
        The day its dates were judged by.
    """

    experts: pd.DataFrame = field(default_factory=lambda: _empty(pool_columns("experts")))
    works: pd.DataFrame = field(default_factory=lambda: _empty(pool_columns("works")))
    societies: pd.DataFrame = field(default_factory=lambda: _empty(pool_columns("societies")))
    memberships: pd.DataFrame = field(default_factory=lambda: _empty(pool_columns("memberships")))
    relations: pd.DataFrame = field(default_factory=lambda: _empty(pool_columns("relations")))
    availability: pd.DataFrame = field(default_factory=lambda: _empty(pool_columns("availability")))
    engagements: pd.DataFrame = field(default_factory=lambda: _empty(pool_columns("engagements")))
    pending: pd.DataFrame = field(default_factory=lambda: _empty(PENDING_COLUMNS))
    contacts: pd.DataFrame = field(default_factory=lambda: _empty(CONTACT_COLUMNS))
    origins: pd.DataFrame = field(default_factory=lambda: _empty(ORIGIN_COLUMNS))
    problems: tuple[Problem, ...] = ()
    sources: tuple[SourceInfo, ...] = ()
    parts: tuple[Part, ...] = ()
    noticed: tuple[Problem, ...] = ()
    today: date | None = None

    def __len__(self) -> int:
        """Return the number of experts."""
        return len(self.experts)

    def __repr__(self) -> str:
        """Return one line for people."""
        parts = [f"{len(self.experts):,} 位专家", f"{len(self.works):,} 条成果"]
        parts += [f"{len(self.societies):,} 个学会"] if len(self.societies) else []
        parts += [f"{len(self.memberships):,} 条任职"] if len(self.memberships) else []
        rest = [f"待确认 {self.unconfirmed} 处"] if self.unconfirmed else []
        warnings = sum(p.severity == "warning" for p in self.problems)
        rest += [f"提醒 {warnings} 条"] if warnings else []
        return f"<专家库：{'、'.join(parts)}{'；' if rest else ''}{'，'.join(rest)}>"

    def _repr_html_(self) -> str:
        rows = [
            [_CALLED.get(one.table, one.table), " ".join(filter(None, [one.file, one.sheet])), one.rows_read,
             one.rows_used]
            for one in self.sources
        ]  # fmt: skip
        return html_table(
            ("表", "来源", "读入行数", "用上行数"), rows, caption=repr(self)[1:-1], align="llrr", max_rows=15
        )

    def __eq__(self, other: object) -> bool:
        """Say whether two pools' tables say the same."""
        return self.digest == other.digest if isinstance(other, Pool) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.digest)

    def without_contacts(self) -> Pool:
        """Return the same pool without contacts."""
        return replace(self, contacts=_empty(CONTACT_COLUMNS)) if len(self.contacts) else self

    @property
    def unconfirmed(self) -> int:
        """How many questions of the 待确认 sheet are still open."""
        return int((texts(self.pending, "确认为") == "").sum())

    @cached_property
    def digest(self) -> str:
        """SHA-256 of what the seven tables say: not of problems, sources, questions or contacts."""
        return frames_digest({table: getattr(self, table) for table in POOL_TABLES})


class DeferredPool(Pool):
    """A pool whose tables are read when one of them is first asked for.

    Parameters
    ----------
    read : callable
        Returns the pool.
    today : date or None
        The day its dates were judged by, known before.
    """

    def __init__(self, read: Callable[[], Pool], *, today: date | None) -> None:
        self.__dict__.update(_read=read, today=today)

    def __getattr__(self, name: str) -> Any:
        """Read the pool: none of its tables is here yet."""
        if name.startswith("__") or "_read" not in self.__dict__:
            raise AttributeError(name)
        self.__dict__.update(vars(self.__dict__.pop("_read")()))
        return getattr(self, name)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the tables themselves."""
        return Pool, tuple(getattr(self, one.name) for one in fields(Pool))

    def without_contacts(self) -> Pool:
        """Return itself: contacts are not stored."""
        return self


def _empty(columns: Sequence[str]) -> pd.DataFrame:
    return text_frame({c: np.zeros(0, dtype=object) for c in columns})


def frames_digest(frames: Mapping[str, pd.DataFrame]) -> str:
    """Return the SHA-256 of tables of text, independent of the order of rows and columns.

    Parameters
    ----------
    frames
        Table -> frame; a column of empty texts counts as absent.

    Returns
    -------
    str
        64 hexadecimal digits.
    """
    total = hashlib.sha256()
    for table in sorted(frames):
        frame = frames[table]
        columns = {c: texts(frame, c) for c in sorted(map(str, frame.columns))}
        columns = {c: v for c, v in columns.items() if (v != "").any()}
        codes = [pd.factorize(v, sort=True)[0] for v in columns.values()]
        order = np.lexsort(codes) if codes else np.zeros(0, dtype=np.int64)
        total.update(f"{table}\x1d{len(frame)}\x1d{len(columns)}\x1d".encode())
        for name, values in columns.items():
            cells = list(values[order])
            total.update(np.array([len(name), *map(len, cells)], dtype="<i8").tobytes())
            total.update("".join([name, *cells]).encode("utf-8", "surrogatepass"))
    return total.hexdigest()


def read_pool(
    experts: Sources | None = None,
    *,
    works: Sources | None = None,
    societies: Sources | None = None,
    memberships: Sources | None = None,
    relations: Sources | None = None,
    availability: Sources | None = None,
    engagements: Sources | None = None,
    pending: Sources | None = None,
    columns: Columns | None = None,
    sheets: str | Mapping[str, str] | None = None,
    today: date | None = None,
    progress: Callable[[int, int], object] | None = None,
) -> Pool:
    """Read the tables of a pool as they are, check them, join them.

    Parameters
    ----------
    experts
        Path, database URL or DataFrame, or a list of them, whose rows are read as those of one table. Further
        sheets of a workbook that hold works, societies, memberships and so on are read too, also beside such
        tables that are given (which is noted); not if ``sheets`` names another sheet of that workbook.
    works, societies, memberships, relations, availability, engagements
        Likewise; at least one of experts and works. Without experts they are made from the works.
    pending
        A 待确认 sheet, or a workbook with one, in which 确认为 was filled in: an expert id or 不在库.
    columns
        Header -> canonical column, for headers that are not known; or table -> such a mapping.
    sheets
        Table -> name of the sheet; a single name is that of the experts. Of several files of a table, it is taken
        from those that have it.
    today
        The day dates are judged by (a year far ahead is impossible); the present day by default.
    progress
        Told how many files are read, and of how many; joining them counts as one more.

    Returns
    -------
    Pool

    Raises
    ------
    InputError
        If anything in any of the tables is an error; it carries all problems of all of them.
    SettingError
        If neither experts nor works are given, or ``columns`` or ``sheets`` name what does not exist.

    Examples
    --------
    >>> experts = pd.DataFrame({"姓名": ["张三", "李四"], "工作单位": ["西安交通大学", "西北大学"]})
    >>> works = pd.DataFrame({"成果名称": ["猕猴桃溃疡病综合防控"], "完成人": ["张三；王五"],
    ...                       "工作单位": ["西安交通大学"]})
    >>> pool = read_pool(experts, works=works, today=date(2024, 1, 1))
    >>> pool
    <专家库：2 位专家、1 条成果>
    >>> [p.message for p in pool.problems if p.code == "authors-not-in-pool"]
    ['1 位合作者不在专家库中，其成果已记在库内的完成人名下。']
    """
    if experts is None and works is None:
        name, accepted = "experts", "专家表或成果表，至少给出一个"
        raise SettingError(name, None, accepted)
    day = today or date.today()
    given = {
        "experts": experts,
        "works": works,
        "societies": societies,
        "memberships": memberships,
        "relations": relations,
        "availability": availability,
        "engagements": engagements,
        "pending": pending,
    }
    sources = {table: source for table, source in given.items() if source is not None}
    parts, problems = read_parts(sources, columns, sheets, day, progress)
    pool = make_pool(parts, problems, day)
    if progress is not None:
        whole = 1 + sum(len(each_source(source)) for source in sources.values())
        progress(whole, whole)
    return pool


def make_pool(parts: Sequence[Part], problems: Sequence[Problem], today: date) -> Pool:
    """Make a pool of checked rows.

    Parameters
    ----------
    parts
        The rows.
    problems
        What was found while they were read.
    today
        The day dates are judged by.

    Returns
    -------
    Pool

    Raises
    ------
    InputError
        If there is any error.
    """
    built: Built = build(parts, today)
    found = in_order([*problems, *built.problems])
    if any(p.severity == "error" for p in found):
        raise InputError(found)
    sources = tuple(
        SourceInfo(p.table, p.file, p.sheet, p.digest, p.read or len(p.frame), n, p.names)
        for p, n in zip(parts, built.used, strict=True)
    )
    return Pool(
        **built.frames,
        pending=built.pending,
        contacts=built.contacts,
        origins=built.origins,
        problems=found,
        sources=sources,
        parts=tuple(parts),
        noticed=tuple(problems),
        today=today,
    )
