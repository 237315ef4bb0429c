"""A draw by lot (抽取) among all who are eligible, and the record of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from expertmatch.errors import SettingError
from expertmatch.planning.draw_pool import DrawPool
from expertmatch.planning.draw_record import DrawRecord
from expertmatch.planning.draw_rounds import Rounds
from expertmatch.planning.draw_tables import (
    alternates_table,
    head_table,
    list_mark,
    lots_table,
    mark_stand_ins,
    placed_rows,
    places_table,
    short_table,
    stand_ins,
)
from expertmatch.scenarios.columns import Ints


@dataclass(frozen=True, eq=False, kw_only=True)
class Draw:
    """Who was drawn, who stands by, what stays open.

    Parameters
    ----------
    frame : DataFrame
        ``need_id``, ``place`` (1.. within the need, by role, then as drawn), ``role``, ``candidate_kind``,
        ``candidate_id``, ``name``, ``unit``, ``score``, ``locked``, ``topped_up``; needs in the order of the pool.
    edges : ndarray of int64
        The edge of each row of ``frame``.
    alternates : DataFrame
        ``need_id``, ``place``, ``order`` (1..), ``candidate_kind``, ``candidate_id``, ``name``, ``unit``, ``score``:
        who could stand in for that place alone, in the order of the lots.
    short : DataFrame
        ``need_id``, ``title``, ``wanted``, ``placed``, ``missing``, ``reason``: needs with fewer than they must have.
    record : DrawRecord
        For signature.
    """

    frame: pd.DataFrame
    edges: Ints
    alternates: pd.DataFrame
    short: pd.DataFrame
    record: DrawRecord


def draw(pool: DrawPool, *, seed: str, alternates: int = 2, rotation: bool = True, matter: str = "专家抽取") -> Draw:
    """Draw by lot among those who are eligible.

    The lot of a candidate for a need is a hash of seed, need and candidate (:func:`expertmatch.planning.lots.lot`),
    the lowest first. Needs come in the order of how few can be drawn for each of their places, ties by id; within a
    need the roles that must be filled. A lot that would leave another place without anybody is put back (放回); who
    has no service left, serves another need at that time or is over a limit is passed over (跳过). Places that then
    stay open are filled from the reserve (补充); what may be filled beyond that comes last (增补).

    Parameters
    ----------
    pool : DrawPool
        Over whom.
    seed : str
        Any text that nobody can choose after seeing the lots, such as the day and who drew.
    alternates : int, default 2
        How many stand-ins each place is given.
    rotation : bool, default True
        Whether those who served less often this year, this draw included, are drawn before others (轮换, 青岛 2017);
        lots decide among those who served equally often.
    matter : str
        What is drawn for, for the head of the record.

    Returns
    -------
    Draw

    Raises
    ------
    SettingError
        No seed, or one of several lines; locked pairs that places, services, times or limits do not allow.

    Notes
    -----
    As many places that must be filled are filled as can be where only candidates' services are scarce; the earlier
    need goes first where not all can. With limits and clashes a lot may be put back although a longer search would
    have found a way, but none ever breaks one. Top-up is documented by three parties
    (贵州科技专家库管理办法): the record has a line for each.

    Examples
    --------
    >>> needs = pd.DataFrame({"need_id": ["N1"], "title": ["猕猴桃溃疡病"], "least": [2], "most": [2]})
    >>> people = pd.DataFrame({"kind": "expert", "id": ["E1", "E2", "E3"], "name": ["张三", "李四", "王五"],
    ...                        "unit": "", "served": [0, 0, 1], "capacity": 2})
    >>> pool = DrawPool(needs=needs, candidates=people, need=np.zeros(3, dtype=np.int64), candidate=np.arange(3))
    >>> drawn = draw(pool, seed="2024-06-15")
    >>> sorted(drawn.frame["name"]), list(drawn.alternates["name"]), drawn.record.verify()
    (['张三', '李四'], ['王五', '王五'], [])
    """
    if not seed.strip() or len(seed.splitlines()) > 1:
        raise SettingError("seed", seed, "一行文字，例如日期和经办人")
    held = Rounds(pool, seed, rotation)
    placed = placed_rows(held)
    standing = stand_ins(held, placed, alternates)
    mark_stand_ins(held, standing)
    short = short_table(held)
    mark = list_mark(held)
    record = DrawRecord(
        head=head_table(
            held, matter=matter, seed=seed, rotation=rotation, mark=mark, missing=int(short["missing"].sum())
        ),
        table=lots_table(held),
        short=short.set_axis(["需求", "名称", "应有", "已有", "缺", "原因"], axis=1),
        excluded=pool.excluded[["need_id", "reason", "count"]].set_axis(["需求", "原因", "人数"], axis=1),
        signatures=pd.DataFrame({"签字人": ["经办", "监督", "复核"], "姓名": "", "签字": "", "日期": ""}),
        seed=seed,
        fingerprint=mark,
        rotation=rotation,
    )
    return Draw(
        frame=places_table(held, placed),
        edges=np.array([held.edge[row.move] for _, row in placed], dtype=np.int64),
        alternates=alternates_table(held, standing),
        short=short,
        record=record,
    )
