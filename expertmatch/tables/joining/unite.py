"""Several rows about one thing to one row, by rules that do not see the order of the rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date

import numpy as np
import pandas as pd

from expertmatch.errors import Problem
from expertmatch.tables.clean import mask_personal, read_date
from expertmatch.tables.joining.identity import mapped, name_key
from expertmatch.tables.joining.rows import Numbers, Stack, Texts, text_frame, texts

_SEPARATOR = "；"
#: Headers under which offices note when a row was last touched.
_UPDATED = re.compile(
    r"^(?:最后|最近|信息)?(?:更新|修改|变更|填表|填报|填写|登记|入库|采集)(?:时间|日期)$|^updated?(?:_?(?:at|on|date))?$"
)

#: Columns in which one value may say the same as another, only less exactly: 1975 and 1975-06, 西安市 and 西安市雁塔区.
_MORE_OR_LESS = frozenset({"birth", "date", "since", "until", "from", "to", "start", "end", "deadline", "region"})
_ITEMS = re.compile(r"[、，]|,(?!\d)")
_LONGEST_ITEM = 12
_LONGEST_SHOWN = 30
_MOST_SHOWN = 4


def tells_update(header: str) -> bool:
    """Say whether a column tells when its row was last touched.

    Examples
    --------
    >>> tells_update("更新时间"), tells_update("updated_at"), tells_update("出生日期")
    (True, True, False)
    """
    return bool(_UPDATED.match(header.strip().casefold()) or _UPDATED.match(name_key(header)))


def update_stamps(frame: pd.DataFrame, today: date) -> Texts:
    """Return when each row was last touched, from a column such as 更新时间; ``""`` if unknown.

    Parameters
    ----------
    frame
        Rows with any columns.
    today
        Last day accepted, for the year that can be.

    Returns
    -------
    array of str
        ISO dates, which sort by time. Several such columns: the latest of each row.
    """
    stamps = np.full(len(frame), "", dtype=object)
    for column in frame.columns:
        if tells_update(str(column)):
            dates = mapped(texts(frame, column), lambda v: read_date(v, today=today).iso)
            stamps = np.maximum(stamps, dates)
    return stamps


def content_order(frame: pd.DataFrame, ids: Texts, stamps: Sequence[Texts]) -> Numbers:
    """Return positions sorted by id and, within an id, best row first.

    The order depends on what the rows say, never on where they stand: later stamp first, then more filled
    cells first, then by the texts themselves, column by column, the greater first.

    Parameters
    ----------
    frame
        Rows.
    ids
        Their ids.
    stamps
        Texts per row, the most important first; the greater wins.

    Returns
    -------
    array of int
    """
    codes, uniques = pd.factorize(ids, sort=True)
    several = np.bincount(codes, minlength=len(uniques))[codes] > 1 if len(codes) else np.zeros(0, dtype=bool)
    rank = np.zeros(len(frame), dtype=np.int64)
    at = np.flatnonzero(several)
    if len(at):
        cells = {str(c): texts(frame, str(c))[at] for c in frame.columns}
        filled = np.sum([values != "" for values in cells.values()], axis=0) if cells else np.zeros(len(at))
        keys: list[np.ndarray] = [s[at] for s in stamps] + [filled, *cells.values()]
        order = np.lexsort([-pd.factorize(k, sort=True)[0] for k in reversed(keys)])
        rank[at[order]] = np.arange(len(at))
    return np.lexsort((rank, codes))


def unite(
    frame: pd.DataFrame, ids: Texts, order: Numbers, blocks: Iterable[Sequence[str]], lists: Iterable[str]
) -> tuple[Texts, pd.DataFrame, Mapping[str, Numbers]]:
    """Make one row per id: of each block of columns the best row's that has any of it, lists added together.

    Parameters
    ----------
    frame
        Rows.
    ids
        Their ids.
    order
        See :func:`content_order`.
    blocks
        Columns that only make sense together (a unit and its legal person) come from one row. Of dates and
        regions that agree the most exact is taken, whichever row has it.
    lists
        Columns with several values separated by ``；``: all rows' values, best row first. Of 研究方向 so are the
        items of free text.

    Returns
    -------
    ids, frame, dict
        Sorted by id; the dict says per column from which row each value was taken.
    """
    sorted_ids = ids[order]
    n = len(order)
    fresh = np.ones(n, dtype=bool)
    fresh[1:] = sorted_ids[1:] != sorted_ids[:-1]
    starts = np.flatnonzero(fresh)
    out: dict[str, Texts] = {}
    taken: dict[str, Numbers] = {}
    for block in blocks:
        cells = {c: texts(frame, c)[order] for c in block}
        filled = np.any([v != "" for v in cells.values()], axis=0)
        picks = np.minimum.reduceat(np.where(filled, np.arange(n), n), starts) if n else starts
        picks = np.where(picks == n, starts, picks)
        if block[0] in _MORE_OR_LESS:
            picks = _most_exact(cells[block[0]], picks, starts)
        for column, values in cells.items():
            out[column], taken[column] = values[picks], order[picks]
    ends = np.append(starts[1:], n)
    for column in lists:
        values = texts(frame, column)[order]
        first = values[starts]
        for g in np.flatnonzero(ends - starts > 1):
            join = joined_items if column == "fields" else joined_list
            first[g] = join(values[starts[g] : ends[g]])
        out[column] = first
    result = text_frame({str(c): out[str(c)] for c in frame.columns if str(c) in out})
    return sorted_ids[starts], result, taken


def vaguer(value: str, other: str) -> bool:
    """Say whether a date or a region says the same as another, only less exactly.

    Examples
    --------
    >>> vaguer("1975", "1975-06"), vaguer("陕西省西安市", "陕西省西安市雁塔区"), vaguer("1975-06", "1976")
    (True, True, False)
    """
    if not value or len(value) >= len(other) or not other.startswith(value):
        return False
    return other[len(value)] == "-" if value[-1].isdigit() else True


def _most_exact(values: Texts, picks: Numbers, starts: Numbers) -> Numbers:
    """Take, instead of the best row's value, that of the next row which says the same more exactly."""
    ends = np.append(starts[1:], len(values))
    picks = picks.copy()
    for g in np.flatnonzero(ends - starts > 1):
        for i in range(starts[g], ends[g]):
            if vaguer(values[picks[g]], values[i]):
                picks[g] = i
    return picks


def joined_items(cells: Iterable[str]) -> str:
    """Return all items of cells of free text, each once, in order; sentences stay whole.

    Examples
    --------
    >>> joined_items(["果树学、植物病理学", "植物病理学；果树栽培", "研究秦岭地区经济林的病害，兼及推广。"])
    '果树学；植物病理学；果树栽培；研究秦岭地区经济林的病害，兼及推广。'
    """
    distinct = dict.fromkeys(cell for cell in cells if cell)
    if len(distinct) < 2:
        return next(iter(distinct), "")
    found: dict[str, str] = {}
    for cell in distinct:
        for piece in re.split(r"[；;\n]", cell):
            items = [i.strip() for i in _ITEMS.split(piece)]
            listed = all(len(i) <= _LONGEST_ITEM and "。" not in i for i in items)
            for item in items if listed else [piece.strip()]:
                if item:
                    found.setdefault(name_key(item) or item, item)
    return _SEPARATOR.join(found.values())


def joined_list(cells: Iterable[str]) -> str:
    """Return all values of cells such as ``甲；乙``, each once, in order.

    Examples
    --------
    >>> joined_list(["果树学；植物病理学", "植物病理学", ""])
    '果树学；植物病理学'
    """
    distinct = dict.fromkeys(cells)
    if len(distinct) < 2:
        return next(iter(distinct), "")
    values = (v.strip() for cell in distinct for v in re.split(r"[；;\n]", cell))
    return _SEPARATOR.join(dict.fromkeys(v for v in values if v))


def disagreements(
    rows: Stack,
    ids: Texts,
    taken: Mapping[str, Numbers],
    blocks: Iterable[Sequence[str]],
    stamps: Sequence[Texts],
    who: Callable[[int], str],
) -> list[Problem]:
    """List where rows of one thing say different things, and which was taken.

    Parameters
    ----------
    rows
        The rows that were united.
    ids
        Their ids.
    taken
        Third result of :func:`unite`.
    blocks
        Columns that were taken together; of each only the first that differs is listed.
    stamps
        As in :func:`content_order`.
    who
        What to call the thing of a row.

    Returns
    -------
    list of Problem
        One per thing and block, at the row that was taken: a note ``changed-over-time`` where a later date
        decided, else a warning ``conflicting-rows``.
    """
    codes, uniques = pd.factorize(ids, sort=True)
    if len(uniques) == len(ids):
        return []
    problems: list[Problem] = []
    for block in blocks:
        listed = np.zeros(len(ids), dtype=bool)
        if block[0] in _MORE_OR_LESS:
            said, kept = rows.texts(block[0]), taken[block[0]][codes]
            listed = np.array([vaguer(v, said[k]) for v, k in zip(said, kept, strict=True)], dtype=bool)
        for column in block:
            if tells_update(column):
                continue
            values, source = rows.texts(column), taken[column][codes]
            differs = (values != "") & (values != values[source]) & ~listed
            listed |= differs
            by_thing: dict[int, list[int]] = {}
            for i in np.flatnonzero(differs):
                by_thing.setdefault(int(source[i]), []).append(int(i))
            problems += [_disagreement(rows, at, i, column, stamps, who(at)) for at, i in by_thing.items()]
    return problems


def _disagreement(rows: Stack, kept: int, others: list[int], column: str, stamps: Sequence[Texts], who: str) -> Problem:
    values = rows.texts_at(column, [kept, *others])
    shown = [f"{rows.where(i, kept)}“{_short(v)}”" for i, v in zip(others, values[1:], strict=True)]
    more = f"等 {len(shown)} 行" if len(shown) > _MOST_SHOWN else ""
    said = f"本行“{_short(values[0])}”，{'，'.join(shown[:_MOST_SHOWN])}{more}"
    told = f"{who}的“{rows.header(kept, column)}”前后不一：{said}"
    if all(any(s[kept] > s[i] for s in stamps) for i in others):
        return rows.problem(kept, "note", "changed-over-time", f"{told}；采用最新的，即本行。", column=column)
    remedy = "若本行不是最新的，请改正，或加一列“更新时间”。"
    return rows.problem(kept, "warning", "conflicting-rows", f"{told}；采用本行。", remedy, column, _short(values[0]))


def _short(value: str) -> str:
    flat = " ".join(mask_personal(value).split())
    return flat if len(flat) <= _LONGEST_SHOWN else flat[:_LONGEST_SHOWN] + "…"
