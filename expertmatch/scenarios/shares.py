"""Whether a list holds its shares, who counts for which, and whom to exchange (delegates: 换届)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from pydantic import ValidationError

from expertmatch.display import html_table, text_table
from expertmatch.errors import SettingError
from expertmatch.graph.disciplines import DisciplineTree
from expertmatch.scenarios.counting import Counted, missing_facts
from expertmatch.scenarios.exchange import fewest_exchanges, worth_of
from expertmatch.scenarios.parts import Share
from expertmatch.scenarios.people import People, read_people, told_apart
from expertmatch.scenarios.reading import refused
from expertmatch.tables.read import Source

FRONT_LINE: tuple[Mapping[str, Any], ...] = (
    {
        "field": "post",
        "none_of": (
            "院长", "校长", "所长", "书记", "董事长", "总经理", "总裁", "局长", "厅长", "处长", "主席", "主任委员",
            "理事长", "会长",
        ),
    },
)  # fmt: skip
"""A reading of 一线 for ``where``: nobody whose post (职务) is a leading one, deputies (副院长 …) among them.

No document of the association says what 一线 means (DOMAIN: row 26); edit the words as the notice at hand has it.
"""

HEADERS = {
    "label": "项目", "count": "符合", "total": "人数", "share": "比例", "required": "要求", "result": "结果",
    "missing": "还差", "unknown": "不详",
}  # fmt: skip
COLUMNS = (
    "label", "count", "total", "share", "required", "needed", "most", "result", "missing", "unknown", "unknown_why",
    "who", "who_not", "who_unknown",
)  # fmt: skip
_RESULTS = {"ok": "达到", "broken": "未达到", "unknown": "说不准"}


@dataclass(frozen=True, slots=True)
class Exchange:
    """One person for another.

    Parameters
    ----------
    out, into : str
        Their ids.
    text : str
        In words.
    """

    out: str
    into: str
    text: str


@dataclass(frozen=True, eq=False, repr=False)
class SharesCheck:
    """What shares say of a list.

    Parameters
    ----------
    frame : DataFrame
        A row a share: label, count, total, share, required, needed and most (people), result (ok, broken, unknown),
        missing (how many, at the least, too few or too many), unknown, unknown_why, who, who_not, who_unknown.
    people : DataFrame
        id, name, unit, counts (for how many shares, less those they are in the way of), a column a share (yes, no,
        unknown); who counts for none first: those whom to exchange loses least.
    exchanges : tuple of Exchange or None
        The fewest exchanges with the reserves after which every share certainly holds; empty if that is so already,
        ``None`` without reserves, or if none will do.
    advice : str
        What to do, in words.
    notes : tuple of str
        How cells of the list were understood.
    """

    frame: pd.DataFrame
    people: pd.DataFrame
    exchanges: tuple[Exchange, ...] | None = None
    advice: str = ""
    notes: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether every share certainly holds."""
        return bool((self.frame["result"] == "ok").all())

    def __repr__(self) -> str:
        """Return one line for people."""
        told = zip(self.frame["label"], self.frame["result"], strict=True)
        return f"<比例核对：{len(self.people)} 人；{'，'.join(f'{label}{_RESULTS[result]}' for label, result in told)}>"

    def __str__(self) -> str:
        """Return the shares as a table, then who is not known, and what to do."""
        table = text_table(list(HEADERS.values()), self._rows, width=110, max_rows=None, align="lrrrllrr")
        return "\n".join([table, *self._rest])

    def _repr_html_(self) -> str:
        rest = html_table(["说明"], [[line] for line in self._rest]) if self._rest else ""
        return html_table(list(HEADERS.values()), self._rows, align="lrrrllrr", max_rows=None) + rest

    @property
    def _rows(self) -> list[list[Any]]:
        shown = self.frame.assign(
            share=[f"{share * 100:.4g}%" for share in self.frame["share"]],
            result=[_RESULTS[result] for result in self.frame["result"]],
        )
        return [list(row) for row in zip(*(shown[name].tolist() for name in HEADERS), strict=True)]

    @property
    def _rest(self) -> list[str]:
        columns = (self.frame[name].tolist() for name in ("label", "unknown_why", "who_unknown"))
        blank = [f"{label}：{why}（{who}）" for label, why, who in zip(*columns, strict=True) if why]
        return [*blank, *([self.advice] if self.advice else []), *(f"读法：{note}" for note in self.notes)]


def check_shares(
    people: Source,
    shares: Sequence[Share | Mapping[str, Any]],
    *,
    reserves: Source | None = None,
    as_of: date | None = None,
    tree: DisciplineTree | None = None,
) -> SharesCheck:
    """Say whether a list holds its shares, and who would change it.

    A share holds only if it holds whatever the facts that are missing turn out to be. How large a share must be is
    always the caller's: the work points of 2018 say 扩大比例 and no figure (《西安市科学技术协会2018年工作要点》五).

    Parameters
    ----------
    people : DataFrame or path
        The list: the columns of experts, canonical or Chinese; societies on it are not counted.
    shares : list of Share or dict
        As in scenario files: label, where, at_least, at_most.
    reserves : DataFrame or path, optional
        People who could come instead; those already on the list are left out.
    as_of : date, optional
        The day ages are counted from; the present day by default.
    tree : DisciplineTree, optional
        An own tree of disciplines.

    Returns
    -------
    SharesCheck

    Raises
    ------
    InputError
        A list that cannot be read, is empty or names somebody twice; a share that is not possible.
    SettingError
        No shares.

    Examples
    --------
    >>> people = pd.DataFrame({"姓名": ["张三", "王五"], "出生年月": ["1995-03", "1970-01"], "职务": ["", "院长"]})
    >>> reserves = pd.DataFrame({"姓名": ["赵六", "孙七"], "出生年月": ["1996", "1960"], "职务": ["", "车间主任"]})
    >>> young = {"label": "青年", "where": [{"field": "age", "below": 40}], "at_least": 0.6}
    >>> front = {"label": "一线", "where": FRONT_LINE, "at_least": 0.5}
    >>> check = check_shares(people, [young, front], reserves=reserves, as_of=date(2026, 11, 1))
    >>> check
    <比例核对：2 人；青年未达到，一线达到>
    >>> check.exchanges[0].text
    '换下 王五（不计入任何一项），换上 赵六（青年、一线）'
    """
    asked = _shares(shares)
    day = as_of or date.today()
    listed = _persons(read_people(people, day, tree=tree))
    others = None if reserves is None else _persons(read_people(reserves, day, tree=tree))
    counted = [Counted.of(share, listed.people.facts, listed.places) for share in asked]
    votes = np.array([one.verdicts for one in counted], dtype=np.int8).T
    exchanges, advice = None, ""
    if others is not None:
        known = set(listed.ids)
        new = [k for k, one in enumerate(others.ids) if one not in known]
        spare = [Counted.of(share, others.people.facts, others.places).verdicts[new] for share in asked]
        exchanges, advice = _exchanged(listed, votes, _Side(others.people, others.places[new]), spare, counted)
    notes = [*listed.people.notes, *(f"后备名单：{note}" for note in (others.people.notes if others else ()))]
    return SharesCheck(
        frame=pd.DataFrame([_row(one, listed) for one in counted], columns=list(COLUMNS)),
        people=_contributions(listed, votes, counted),
        exchanges=exchanges,
        advice=advice,
        notes=tuple(notes),
    )


@dataclass(frozen=True, eq=False)
class _Side:
    """The persons of a list."""

    people: People
    places: np.ndarray

    @cached_property
    def ids(self) -> list[str]:
        return self.text("id")

    def text(self, name: str) -> list[str]:
        cells = self.people.facts.text(name)
        return [cells[i] for i in self.places]


def _persons(people: People) -> _Side:
    return _Side(people, np.flatnonzero(people.persons))


def _shares(given: Sequence[Share | Mapping[str, Any]]) -> list[Share]:
    name, accepted = "shares", "一个列表，至少写一项比例，各项的 label 不同，也不叫 id、name、unit、counts"
    found: list[Share] = []
    for place, one in enumerate(given):
        try:
            found.append(one if isinstance(one, Share) else Share.model_validate(one))
        except ValidationError as bad:
            raise refused(bad, {}, f"shares[{place}]", ("composition", "shares", place)) from None
    labels = [share.label for share in found]
    if not found or len({*labels, "id", "name", "unit", "counts"}) < len(labels) + 4:
        raise SettingError(name, labels, accepted)
    return found


def _row(one: Counted, side: _Side) -> tuple[Any, ...]:
    least, most = one.bounds
    facts = side.people.facts
    unsure = side.places[one.verdicts == 0]
    who = [side.people.named(side.places[one.verdicts == value].tolist()) for value in (1, -1, 0)]
    missing = max(least - one.yes, one.yes - most, 0)
    why = missing_facts(one.share.where, facts, unsure)
    part = one.yes / one.total if one.total else 0.0
    counts = (one.yes, one.total, part, one.required, least, most, one.result, missing, one.unknown, why)
    return (one.share.label, *counts, *who)


def _worth(counted: Sequence[Counted]) -> list[int]:
    return [1 if one.share.at_least > 0 else -1 for one in counted]


def _contributions(side: _Side, votes: np.ndarray, counted: Sequence[Counted]) -> pd.DataFrame:
    words = {1: "yes", -1: "no", 0: "unknown"}
    frame = pd.DataFrame({
        "id": side.ids,
        "name": side.text("name"),
        "unit": side.text("unit"),
        "counts": [worth_of(row, _worth(counted)) for row in votes.tolist()],
        **{one.share.label: [words[int(vote)] for vote in one.verdicts] for one in counted},
    })  # fmt: skip
    return frame.sort_values(["counts", "id"], kind="stable", ignore_index=True)


def _exchanged(
    listed: _Side, votes: np.ndarray, others: _Side, spare: Sequence[np.ndarray], counted: Sequence[Counted]
) -> tuple[tuple[Exchange, ...] | None, str]:
    """Return the fewest exchanges, and what is to be done in words."""
    least, most = zip(*(one.bounds for one in counted), strict=True)
    reserve = np.array(spare, dtype=np.int8).reshape(len(counted), len(others.places)).T
    found = fewest_exchanges(votes, reserve, least, most, _worth(counted))
    if found is None:
        return None, _impossible(votes, reserve, counted)
    if not found[0]:
        return (), "各项比例都已达到，不用换人。"
    both = ((listed, votes, found[0]), (others, reserve, found[1]))
    ids = _chosen(both, "id")
    names, units = (_chosen(both, name) for name in ("name", "unit"))
    labels = [one.share.label for one in counted]
    kinds = [_counts_for(rows[i], labels) for _, rows, chosen in both for i in chosen]
    told = [f"{name}（{kind}）" for name, kind in zip(told_apart(names, units, ids), kinds, strict=True)]
    half = len(found[0])
    pairs = zip(ids[:half], ids[half:], told[:half], told[half:], strict=True)
    exchanges = tuple(Exchange(out, into, f"换下 {left}，换上 {right}") for out, into, left, right in pairs)
    lines = "\n".join(f"  {one.text}" for one in exchanges)
    return exchanges, f"最少换 {half} 人，各项比例都能确定达到：\n{lines}"


def _chosen(both: Iterable[tuple[_Side, np.ndarray, Sequence[int]]], name: str) -> list[str]:
    return [cells[i] for side, _, chosen in both for cells in [side.text(name)] for i in chosen]


def _counts_for(row: np.ndarray, labels: Sequence[str]) -> str:
    counts = [label for label, vote in zip(labels, row.tolist(), strict=True) if vote > 0]
    unsure = [f"{label}不详" for label, vote in zip(labels, row.tolist(), strict=True) if vote == 0]
    return "、".join([*counts, *unsure]) or "不计入任何一项"


def _impossible(votes: np.ndarray, reserve: np.ndarray, counted: Sequence[Counted]) -> str:
    """Say which share no exchange can bring about, or that they stand in each other's way."""
    told = []
    for s, one in enumerate(counted):
        least, most = one.bounds
        reach = min(one.total, int((votes[:, s] > 0).sum()) + min(int((reserve[:, s] > 0).sum()), one.total))
        floor = max(0, int((votes[:, s] >= 0).sum()) - int((reserve[:, s] < 0).sum()))
        if reach < least:
            told.append(f"{one.share.label}最多 {reach} 人，要 {least} 人")
        if floor > most:
            told.append(f"{one.share.label}最少 {floor} 人，只能 {most} 人")
    why = "；".join(told) or "各项单独都能达到，合在一起不能"
    return f"用这份后备名单换人，也不能让各项比例都确定达到：{why}。"
