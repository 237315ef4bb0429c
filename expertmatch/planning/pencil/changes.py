"""What changed from one plan to the next, as a person would tell it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import pandas as pd

from expertmatch.planning.pencil.marks import Wish, Wishes

CHANGE_COLUMNS = ("need_id", "title", "place", "role", "before", "after", "what", "why")
JOINED, REPLACED, LEFT, MOVED = "新增", "换人", "取消", "换角色"
FOLLOWED = "随之调整"
ABSENT = "来不了"
_WISHED = {"keep": "保留", "drop": "删除", "replace": "替换"}

_Row = Any
"""A row of a plan's frame, as itertuples gives it."""


def changes(
    before: pd.DataFrame,
    after: pd.DataFrame,
    needs: pd.DataFrame,
    *,
    wishes: Wishes | None = None,
    absent: Collection[tuple[str, str]] = (),
) -> pd.DataFrame:
    """Say who came, who went and who took whose place.

    Seats are numbered anew in every plan, so people are compared, not numbers: who is in both plans of a need stays
    and is not listed unless the role is another. Of the others, first the pair that a 替换 asks for, then those of
    the same role, then the rest are set against each other in the order of their seats.

    Parameters
    ----------
    before, after : DataFrame
        Frames of two plans of the same needs.
    needs : DataFrame
        need_id, title; in the order the changes are to be listed.
    wishes : Wishes, optional
        Why the second plan was made.
    absent : collection of (kind, id)
        Who cannot serve in the second plan.

    Returns
    -------
    DataFrame
        need_id, title, place (of the new seat, of the old one where there is no new), role, before, after (names,
        ``""`` for nobody), what (新增, 换人, 取消, 换角色), why (保留, 删除 or 替换 with the row of the wish,
        来不了, else 随之调整).

    Examples
    --------
    >>> def plan(*people):
    ...     return pd.DataFrame([("N1", i + 1, "", "expert", key, key) for i, key in enumerate(people)],
    ...                         columns=["need_id", "place", "role", "candidate_kind", "candidate_id", "name"])
    >>> needs = pd.DataFrame({"need_id": ["N1"], "title": ["果树修剪"]})
    >>> changes(plan("张三", "李四"), plan("李四", "王五"), needs)[["before", "after", "what"]].values.tolist()
    [['张三', '王五', '换人']]
    """
    rows: list[tuple[Any, ...]] = []
    old, new = _by_need(before), _by_need(after)
    titles = dict(zip(needs["need_id"].astype(str), needs["title"].astype(str), strict=True))
    gone = sorted((old.keys() | new.keys()) - titles.keys())
    for need in (*titles, *gone):
        mine = [wish for wish in (wishes.wishes if wishes else ()) if wish.need_id == need]
        pairs = _pairs(old.get(need, []), new.get(need, []), mine)
        found = [_change(left, right, mine, absent) for left, right in pairs]
        rows += [(need, titles.get(need, ""), *one) for one in sorted(found, key=lambda row: (row[0], row[2], row[3]))]
    frame = pd.DataFrame(rows, columns=list(CHANGE_COLUMNS), dtype=object)
    return frame.astype({"place": "int64"})


def _by_need(frame: pd.DataFrame) -> dict[str, list[_Row]]:
    columns = ["need_id", "place", "role", "candidate_kind", "candidate_id", "name"]
    found: dict[str, list[_Row]] = {}
    for row in frame[columns].sort_values(["need_id", "place"], kind="stable").itertuples(index=False, name="Seat"):
        found.setdefault(str(row.need_id), []).append(row)
    return found


def _who(row: _Row) -> tuple[str, str]:
    """Return who sits there; the requester's own people have no id, so they go by name."""
    return str(row.candidate_kind), str(row.candidate_id or row.name)


def _pairs(old: Sequence[_Row], new: Sequence[_Row], wishes: Sequence[Wish]) -> list[tuple[_Row | None, _Row | None]]:
    """Set who went against who came; who stayed in another role against themselves."""
    stays = {_who(row): row for row in old}
    pairs: list[tuple[_Row | None, _Row | None]] = [
        (stays[_who(row)], row) for row in new if _who(row) in stays and stays[_who(row)].role != row.role
    ]
    there = {_who(row) for row in new}
    left = [row for row in old if _who(row) not in there]
    joined = [row for row in new if _who(row) not in stays]
    wished = [(wish.out, wish.into) for wish in wishes if wish.kind == "replace" and wish.into]

    def alike(gone: _Row, come: _Row, by: str) -> bool:
        if by == "wish":
            return any(_is(gone, out) and _is(come, into) for out, into in wished)
        return by == "seat" or gone.role == come.role

    for by in ("wish", "role", "seat"):
        for gone in list(left):
            come = next((row for row in joined if alike(gone, row, by)), None)
            if come is not None:
                pairs.append((gone, come))
                left.remove(gone)
                joined.remove(come)
    return [*pairs, *((row, None) for row in left), *((None, row) for row in joined)]


def _is(row: _Row, candidate: str) -> bool:
    """Say whether a row is a candidate of a wish: by id, or with the kind before it."""
    return bool(candidate) and candidate in (str(row.candidate_id), f"{row.candidate_kind}:{row.candidate_id}")


def _change(
    left: _Row | None, right: _Row | None, wishes: Sequence[Wish], absent: Collection[tuple[str, str]]
) -> tuple[int, str, str, str, str, str]:
    row = right if right is not None else left
    what = JOINED if left is None else LEFT if right is None else REPLACED if _who(left) != _who(right) else MOVED
    came = [wish for wish in wishes if what != MOVED and right is not None and _is(right, wish.into)]
    went = [wish for wish in wishes if what != MOVED and left is not None and _is(left, wish.out)]
    asked = [*came, *went]
    told = dict.fromkeys(f"{_WISHED[wish.kind]}（{wish.cell.place}）" for wish in asked)
    other = ABSENT if left is not None and _who(left) in absent else FOLLOWED
    names = (str(one.name) if one is not None else "" for one in (left, right))
    return int(row.place), str(row.role), *names, what, "、".join(told) or other  # type: ignore[union-attr, return-value]
