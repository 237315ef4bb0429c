"""A plan by lot: who may be drawn for what, and the draw as a plan."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pandas as pd

from expertmatch.planning.composing.build import build, check_locked
from expertmatch.planning.composing.calendar import overlaps
from expertmatch.planning.composing.compose import Composed
from expertmatch.planning.composing.edges import Edges, Supply, ranks
from expertmatch.planning.composing.groups import Groups
from expertmatch.planning.composing.plan_rows import TIME
from expertmatch.planning.composing.sides import Section, Sides
from expertmatch.planning.composing.team_rows import COVER, THERE, Topics, groups_there
from expertmatch.planning.drawing.draw import Draw, draw
from expertmatch.planning.drawing.pool import DrawPool, Limit
from expertmatch.planning.solver.solving import account
from expertmatch.ranking.candidates import candidate_key
from expertmatch.scenarios.columns import Flags, Ints, texts

_NOT_COUNTED = ("role:", "share:", "spread:", "newcomers", COVER, TIME, "locked")
"""Rules that a draw does not hold, or holds by itself; those not held are told as broken where they are."""


def drawn(sides: Sides, *, kept: Ints | None = None) -> tuple[Composed, Draw]:
    """Draw everybody a plan needs.

    Lots are drawn among the ``settings.pairs`` best of each need; as many of those that follow are the reserve, who
    are asked only where the others are too few.

    Parameters
    ----------
    sides : Sides
        Needs, candidates, settings.
    kept : ndarray of int64, optional
        Keys of pairs of an earlier plan that stay without a lot.

    Returns
    -------
    Composed
        The draw as a plan; nothing about it is optimal.
    Draw
        With its record.

    Raises
    ------
    InputError, ConflictError, SettingError
        Pairs that must be are refused by the rules, or contradict each other.
    """
    check_locked(sides)
    settings = sides.settings
    supply, groups, topics = Supply.of(sides, deep=2 * settings.pairs), Groups(sides=sides), Topics()
    pairs = supply.first
    rank = np.empty(len(pairs.need), dtype=np.int64)
    place, order = ranks(pairs)
    rank[order] = place
    later = set(sides.key(pairs.need, pairs.expert)[rank >= settings.pairs].tolist())
    edges = Edges.of(sides, pairs)
    model = build(supply, edges, groups, topics)
    keys = edges.key(sides)
    must = np.union1d(sides.locked, np.empty(0, dtype=np.int64) if kept is None else kept)
    pool = DrawPool(
        needs=_needs(sides),
        candidates=_people(sides),
        need=edges.need,
        candidate=edges.expert,
        role=_role_places(sides, edges),
        roles=_roles(sides),
        score=edges.score,
        reserve=np.array([key in later for key in keys.tolist()], dtype=bool) & ~np.isin(keys, must),
        locked=np.isin(keys, must),
        conflicts=np.column_stack(overlaps(sides.needs, longest=settings.longest_event, travel=settings.travel)),
        limits=tuple(
            Limit(label=f"{rows.label}（{subject}）" if subject else rows.label, most=math.floor(upper),
                  edges=rows.matrix.indices[rows.matrix.indptr[i]:rows.matrix.indptr[i + 1]].astype(np.int64))
            for rows in model.rows
            if not rows.rule.startswith(_NOT_COUNTED) and not rows.rule.endswith(THERE)
            for i, (upper, subject) in enumerate(zip(rows.upper.tolist(), rows.subject, strict=True))
            if math.isfinite(upper)
        ),
        excluded=_excluded(sides),
    )  # fmt: skip
    found = draw(pool, seed=str(settings.seed), alternates=settings.alternates, matter=_matter(sides))
    chosen: Flags = np.zeros(len(edges), dtype=bool)
    chosen[found.edges] = True
    solution = account(model, chosen, groups_there(model, chosen))
    composed = Composed(
        supply=supply, edges=edges, model=model, solution=solution, bound=math.nan, kept=must,
        groups=groups, topics=topics,
    )  # fmt: skip
    return composed, found


def _needs(sides: Sides) -> pd.DataFrame:
    least, most = sides.wanted
    ids, titles = texts(sides.needs, "need_id"), texts(sides.needs, "title")
    return pd.DataFrame({"need_id": ids, "title": titles, "least": least, "most": most})


def _people(sides: Sides) -> pd.DataFrame:
    facts = sides.facts
    return pd.DataFrame({
        "kind": [kind for kind, _ in sides.people], "id": [key for _, key in sides.people],
        "name": [name or sides.names[i] for i, name in enumerate(facts.text("name"))], "unit": facts.text("unit"),
        "served": facts.column("served_this_year").data.astype(np.int64), "capacity": sides.capacity,
    })  # fmt: skip


def _roles(sides: Sides) -> pd.DataFrame:
    rows = [
        (need, role.label, role.least, len(sides.people) if role.most is None else role.most)
        for section in sides.sections
        for need in section.needs.tolist()
        for role in section.roles
    ]
    return pd.DataFrame(rows, columns=["need", "label", "least", "most"]).astype(
        {"need": int, "least": int, "most": int}
    )


def _role_places(sides: Sides, edges: Edges) -> Ints:
    """Return where the role of each edge stands in the table of roles; -1 where roles are not planned."""
    first: dict[int, int] = {}
    count = 0
    for section in sides.sections:
        for need in section.needs.tolist():
            if section.roles:
                first[need] = count
                count += len(section.roles)
    starts = np.array([first.get(need, -1) for need in range(len(sides.needs))], dtype=np.int64)
    return np.where(starts[edges.need] < 0, -1, starts[edges.need] + edges.role)


def _excluded(sides: Sides) -> pd.DataFrame:
    """Count who was kept out before, by reason: for all needs of a scenario alike, and for single needs."""
    counts: Counter[tuple[str, str]] = Counter()
    for section in sides.sections:
        excluded, passed = section.ranking.excluded, section.ranking.passed_over
        people = excluded.drop_duplicates(["need_id", "candidate_kind", "candidate_id", "label"])
        counts.update(zip(people["need_id"].astype(str), people["label"].astype(str), strict=True))
        for need, label, count in zip(passed["need_id"], passed["label"], passed["count"], strict=True):
            counts[str(need), str(label)] += int(count)
    rows = [(need, label, count) for (need, label), count in sorted(counts.items())]
    return pd.DataFrame(rows, columns=["need_id", "reason", "count"])


def _matter(sides: Sides) -> str:
    def title(section: Section) -> str:
        return section.name if section.scenario is None else section.scenario.title

    return "、".join(dict.fromkeys(title(section) for section in sides.sections if title(section))) or "专家抽取"


def verified(found: Draw, sides: Sides, kept: Ints | None, places: pd.DataFrame) -> list[str]:
    """Check a draw's record, that drawing again gives it, and that a plan has exactly those who were drawn.

    Parameters
    ----------
    found : Draw
        With its record.
    sides, kept
        As for :func:`drawn`.
    places : DataFrame
        The plan's places.

    Returns
    -------
    list of str
        What is wrong; none if nothing is.
    """
    problems = found.record.verify()
    if not drawn(sides, kept=kept)[1].record.table.equals(found.record.table):
        problems.append("按现在的表和种子重抽，与抽取记录不同。")
    own = found.frame[["need_id", "candidate_kind", "candidate_id"]]
    planned = places[places["candidate_kind"] != "requester"]
    here = set(zip(planned["need_id"], planned["candidate_kind"], planned["candidate_id"], strict=True))
    there = set(own.itertuples(index=False, name=None))
    for need, kind, key in sorted(here - there):
        problems.append(f"{need} 的 {candidate_key(kind, key)} 不是抽出来的。")
    for need, kind, key in sorted(there - here):
        problems.append(f"{need} 抽到的 {candidate_key(kind, key)} 不在方案里。")
    return problems
