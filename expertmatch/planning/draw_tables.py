"""What a draw gave, as tables."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pandas as pd

from expertmatch.planning.draw_pool import listed
from expertmatch.planning.draw_rounds import (
    ALTERNATE,
    DRAWN,
    KEPT,
    PASSED,
    PUT_BACK,
    SERVES,
    TOPPED_UP,
    UNDRAWN,
    Rounds,
    Row,
)
from expertmatch.planning.lots import RULE, SHOWN, fingerprint

Placed = list[tuple[int, Row]]
"""Who serves, with the place within the need; needs in the order of the pool."""

StandIns = list[tuple[int, Row, list[Row]]]
"""Who could stand in for each place, by their rows."""

_PLACES = (
    "need_id", "place", "role", "candidate_kind", "candidate_id", "name", "unit", "score", "locked", "topped_up",
)  # fmt: skip
_ALTERNATES = ("need_id", "place", "order", "candidate_kind", "candidate_id", "name", "unit", "score")
_SHORT = ("need_id", "title", "wanted", "placed", "missing", "reason")
_LOTS = (
    "序号", "场次", "轮次", "需求", "应抽", "名额", "签数", "角色", "候选", "姓名", "单位", "本年已服务",
    "本次已抽中", "本年还可", "签号", "结果", "说明",
)  # fmt: skip


def placed_rows(held: Rounds) -> Placed:
    """Return who serves, by need, role and the order of the draw.

    Parameters
    ----------
    held : Rounds
        The draw.

    Returns
    -------
    list of (place, Row)
    """
    of_need: list[list[Row]] = [[] for _ in held.ids]
    for row in held.rows:
        if row.outcome in SERVES:
            of_need[row.need].append(row)
    return [
        (place, row)
        for rows in of_need
        for place, row in enumerate(sorted(rows, key=lambda row: (row.role, row.number)), start=1)
    ]


def stand_ins(held: Rounds, placed: Placed, most: int) -> StandIns:
    """Find who could stand in for each place alone, with everybody else where they are.

    Parameters
    ----------
    held : Rounds
        The draw.
    placed : list of (place, Row)
        Who serves.
    most : int
        How many for a place.

    Returns
    -------
    list of (place, Row, list of Row)
        The first rows of those who could, in the order of the record; the reserve only where it was drawn from.
    """
    serving = {(row.need, row.candidate) for _, row in placed}
    waiting: list[dict[int, Row]] = [{} for _ in held.ids]
    for row in held.rows:
        if (row.need, row.candidate) not in serving:
            waiting[row.need].setdefault(row.candidate, row)
    found: StandIns = []
    for place, row in placed:
        able: list[Row] = []
        for other in waiting[row.need].values() if most else ():
            if (other.round != TOPPED_UP or row.outcome == TOPPED_UP) and held.could_replace(row.move, other.candidate):
                able.append(other)
                if len(able) == most:
                    break
        found.append((place, row, able))
    return found


def mark_stand_ins(held: Rounds, standing: StandIns) -> None:
    """Write into the rows who stands by, and for which places.

    Parameters
    ----------
    held : Rounds
        The draw; its rows change.
    standing : list of (place, Row, list of Row)
        Who could stand in.
    """
    places: dict[tuple[int, int], list[int]] = {}
    for place, row, able in standing:
        for other in able:
            places.setdefault((row.need, other.candidate), []).append(place)
    rows: dict[tuple[int, int], list[Row]] = {}
    for row in held.rows:
        if (row.need, row.candidate) in places:
            rows.setdefault((row.need, row.candidate), []).append(row)
    order: Counter[int] = Counter()
    for key, own in rows.items():
        order[key[0]] += 1
        marked = next((row for row in own if row.outcome == UNDRAWN), own[-1])
        says = f"备选第 {order[key[0]]}，可替第 {listed(places[key])} 位"
        if marked.outcome == UNDRAWN:
            marked.outcome, marked.note = ALTERNATE, says
        else:
            marked.note += f"；{says}"


def places_table(held: Rounds, placed: Placed) -> pd.DataFrame:
    """Return who serves, a row a place.

    Parameters
    ----------
    held : Rounds
        The draw.
    placed : list of (place, Row)
        Who serves.

    Returns
    -------
    DataFrame
    """
    rows = [
        (held.ids[row.need], place, _role(held, row), *held.people[row.candidate], _score(held, row.move),
         row.outcome == KEPT, row.outcome == TOPPED_UP)
        for place, row in placed
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(_PLACES))


def alternates_table(held: Rounds, standing: StandIns) -> pd.DataFrame:
    """Return who could stand in for each place, the first drawn first.

    Parameters
    ----------
    held : Rounds
        The draw.
    standing : list of (place, Row, list of Row)
        Who could stand in.

    Returns
    -------
    DataFrame
    """
    rows = [
        (held.ids[row.need], place, order, *held.people[other.candidate],
         _score(held, held.same_seat(row.move, other.candidate)))
        for place, row, able in standing
        for order, other in enumerate(able, start=1)
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(_ALTERNATES))


def short_table(held: Rounds) -> pd.DataFrame:
    """Return needs with places that must be filled and are not, and why.

    Parameters
    ----------
    held : Rounds
        The draw.

    Returns
    -------
    DataFrame
    """
    rows: list[tuple[Any, ...]] = []
    of_need: list[list[Row]] = [[] for _ in held.ids]
    for row in held.rows:
        of_need[row.need].append(row)
    for need, own in enumerate(held.of_need):
        needed = [g for g in own if not held.groups[g].further]
        wanted = sum(held.groups[g].demand for g in needed)
        missing = sum(held.open_places(g) for g in needed)
        if missing:
            open_ = [held.group_name(g) for g in needed if held.open_places(g)]
            reason = _reason(held, need, of_need[need], open_)
            title = str(held.pool.needs["title"].iloc[need])
            rows.append((held.ids[need], title, wanted, wanted - missing, missing, reason))
    return pd.DataFrame(rows, columns=list(_SHORT))


def _reason(held: Rounds, need: int, rows: list[Row], open_: list[str]) -> str:
    """Say how many could be drawn, what became of them, and who was kept out before."""
    last: dict[tuple[int, bool], Row] = {}
    for row in rows:
        key = (row.candidate, row.round == TOPPED_UP)
        if row.why or row.outcome in SERVES or key not in last:
            last[key] = row
    parts = []
    for reserve, label in ((False, "合格"), (True, "后备")):
        own = [row for (_, is_reserve), row in last.items() if is_reserve == reserve]
        if reserve and not own:
            continue
        drawn = sum(row.outcome in SERVES for row in own)
        why = Counter(row.why for row in own if row.why and row.outcome not in SERVES)
        told = "".join(f"，{reason} {why[reason]} 名" for reason in sorted(why))
        parts.append(f"{label} {len(own)} 名，入选 {drawn} 名{told}")
    kept_out = held.pool.excluded[held.pool.excluded["need_id"].astype(str) == held.ids[need]]
    if len(kept_out):
        said = "、".join(
            f"{reason} {count} 名" for reason, count in zip(kept_out["reason"], kept_out["count"], strict=True)
        )
        parts.append(f"此前未入围：{said}")
    where = [name for name in open_ if name != held.ids[need]]
    return "；".join([*([f"缺在{listed(where)}"] if where else []), *parts])


def lots_table(held: Rounds) -> pd.DataFrame:
    """Return every lot, in the order of the draw.

    Parameters
    ----------
    held : Rounds
        The draw.

    Returns
    -------
    DataFrame
    """
    cast = Counter(row.block for row in held.rows)
    rows = [
        (row.number, row.block, row.round, held.ids[row.need], held.needed[row.need], row.places, cast[row.block],
         _role(held, row), held.names[row.candidate], *held.people[row.candidate][2:], held.served[row.candidate],
         row.drawn, held.seats.services[row.candidate], row.lot[:SHOWN], row.outcome, row.note)
        for row in held.rows
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(_LOTS))


def list_mark(held: Rounds) -> str:
    """Return the mark of the list: everybody who could be drawn but for the reserve.

    Parameters
    ----------
    held : Rounds
        The draw.

    Returns
    -------
    str
    """
    return fingerprint(
        (held.ids[row.need], held.names[row.candidate], *held.people[row.candidate][2:],
         held.served[row.candidate], held.seats.services[row.candidate])
        for row in held.rows if row.round != TOPPED_UP
    )  # fmt: skip


def head_table(held: Rounds, *, matter: str, seed: str, rotation: bool, mark: str, missing: int) -> pd.DataFrame:
    """Return what stands above the lots.

    Parameters
    ----------
    held : Rounds
        The draw.
    matter, seed, mark : str
        What for; the seed; the mark of the list.
    rotation : bool
        Whether it was by rotation.
    missing : int
        Places that stay open.

    Returns
    -------
    DataFrame
    """
    counts = Counter(row.outcome for row in held.rows)
    places = sum(group.demand for group in held.groups if not group.further)
    further = sum(group.demand for group in held.groups if group.further)
    told = "、".join(
        f"{one} {counts[one]}" for one in (KEPT, DRAWN, TOPPED_UP, ALTERNATE, PASSED, PUT_BACK, UNDRAWN) if counts[one]
    )
    order = listed([held.ids[need] for need in held.order[:30]])
    more = f" 等 {len(held.order)} 项" if len(held.order) > 30 else ""
    rows = [
        ("事项", matter), ("需求", f"{order}{more}（按抽取次序）"), ("经办人", ""), ("时间", ""), ("种子", seed),
        ("签号", RULE),
        ("次序", "需求：可抽人数与名额之比小的在先，相同的按编号；需求之内：必须有的角色在先"),
        ("轮换", "本年服务（含本次已抽中）少的在先，次数相同的凭签号" if rotation else "不轮换，只凭签号"),
        ("放回", "若入选会使别的名额找不到人，放回并写明；本年已满、时间冲突、超过限额或已排除的，跳过并写明"),
        ("补充", "合格人选抽完仍不足时，从后备名单按同样办法补充，须经办、监督、复核三方签字"),
        ("名单指纹", mark),
        ("名额", f"必须 {places} 名" + (f"，可增补 {further} 名" if further else "")),
        ("结果", told + (f"；尚缺 {missing} 名，见需补充" if missing else "")),
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["项目", "内容"])


def _role(held: Rounds, row: Row) -> str:
    return "" if row.role < 0 else held.roles[row.role]


def _score(held: Rounds, move: int) -> float:
    return float(held.pool.score[held.edge[move]])
