"""Services as values: what is asked for, how a cell is read, what follows from the fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from expertmatch.errors import Problem
from expertmatch.planning.ledger.fields import DONE, FIELDS, LABELS, OUTCOMES, RATED, SERVING, STATES
from expertmatch.scenarios import Scenario
from expertmatch.tables.cells import reader
from expertmatch.tables.clean import clean_text, mask_personal
from expertmatch.tables.columns import TABLES
from expertmatch.tables.joining.identity import made_id, name_key, title_key

Fields = Mapping[str, str]
"""Values of a service by field; every field is there, ``""`` where there is nothing."""
_MOST_RATING = 100.0
_MASKED = ("note", "need_title", "role", "county")
_NUMBERS = frozenset(OUTCOMES)


@dataclass(frozen=True, kw_only=True)
class Change:
    """A change of a service.

    Parameters
    ----------
    service_id : str
        Which.
    seen : int
        The version that was seen; the change is refused where somebody has changed the service since.
    fields : dict of str to str
        New values, by field; ``""`` empties one.
    reason : str
        Why, for a correction: a state that does not follow, another need or candidate, what a finished service holds.
    """

    service_id: str
    seen: int
    fields: Mapping[str, object]
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Added:
    """What a batch added.

    Parameters
    ----------
    service_ids : tuple of str
        Of the services that are new, in the order of the rows.
    already : tuple of str
        Of those that were there and were left as they are.
    problems : tuple of Problem
        Warnings and notes.
    """

    service_ids: tuple[str, ...]
    already: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()

    def __str__(self) -> str:
        """Return one line for people."""
        there = f"；{len(self.already)} 条已在台账，没有重复记入" if self.already else ""
        if not self.service_ids:
            return f"没有新的服务{there}。"
        span = self.service_ids[0] + (f" 至 {self.service_ids[-1]}" if len(self.service_ids) > 1 else "")
        return f"记入 {len(self.service_ids)} 条服务（{span}）{there}。"


@dataclass(frozen=True, kw_only=True)
class Row:
    """A row that asks to be a service.

    Parameters
    ----------
    fields : dict of str to str
        Its values.
    file, sheet : str or None
        Where it stands.
    row : int or None
        Its number there.
    rated : bool
        The state is written as 已评价.
    key : str
        What tells a past record from others, that it is taken over once.
    """

    fields: Fields
    file: str | None = None
    sheet: str | None = None
    row: int | None = None
    rated: bool = False
    key: str = ""

    def problem(self, code: str, message: str, remedy: str = "", *, warning: bool = False) -> Problem:
        """Return a problem of this row."""
        return Problem(
            severity="warning" if warning else "error", code=code, message=message, remedy=remedy, table="engagements",
            file=self.file, sheet=self.sheet, row=self.row,
        )  # fmt: skip


def read_value(name: str, value: object, today: date) -> tuple[str, str]:
    """Read one value of a field as it is typed in.

    Parameters
    ----------
    name : str
        The field.
    value : object
        A text or a number.
    today : date
        The day that bounds possible years.

    Returns
    -------
    value, trouble : str
        As it is kept, and what is wrong with it, ``""`` where nothing is.

    Examples
    --------
    >>> read_value("date", "2026年11月20日", date(2026, 11, 1)), read_value("hours", "三天", date(2026, 11, 1))
    (('2026-11-20', ''), ('', '“服务时长”不能是“三天”：应为一个数。请只填一个数，如 4.5。'))
    """
    text = clean_text("" if value is None else value)
    if not text:
        return "", ""
    cell = reader(TABLES["engagements"].column(name), today=today)(text)
    if cell.code or not cell.value:
        why = cell.message.replace("，按空白处理", "").replace("，按原文保留", "") or "读不出内容。"
        return "", f"“{LABELS[name]}”不能是“{text}”：{why}{cell.remedy}"
    if name in _NUMBERS and float(cell.value) < 0:
        return "", f"“{LABELS[name]}”不能是负数 {cell.value}。"
    if name == "rating" and float(cell.value) > _MOST_RATING:
        return "", f"“{LABELS[name]}”不能大于 {_MOST_RATING:g}，现在是 {cell.value}。"
    return mask_personal(cell.value) if name in _MASKED else cell.value, ""


def is_rated_word(text: object) -> bool:
    """Say whether a state is written as rated.

    Examples
    --------
    >>> is_rated_word("已评价"), is_rated_word("已完成")
    (True, False)
    """
    return clean_text(text).casefold() in (RATED, "rated")


def whole(fields: Mapping[str, str]) -> dict[str, str]:
    """Return fields with the missing ones empty."""
    return {name: fields.get(name, "") for name in FIELDS}


def derived(fields: Fields, programmes: Sequence[Scenario]) -> dict[str, str]:
    """Return what follows from the fields and is kept beside them, to be found by.

    Parameters
    ----------
    fields : dict of str to str
        Of a service.
    programmes : sequence of Scenario
        Those that are known.

    Returns
    -------
    dict of str to str
        programme, need_key, who, unit_key.
    """
    kind, unit = fields["candidate_kind"], fields["candidate_unit"]
    parent = reader(TABLES["engagements"].column("candidate_unit"), today=date.today())(unit).derived if unit else ()
    legal = name_key(next((one for one in parent if one), unit))
    if kind == "society":
        legal = name_key(fields["candidate_name"])
    known = fields["candidate_id"] or made_id("E", name_key(fields["candidate_name"]), legal, "")
    need = fields["need_id"] or made_id("N", title_key(fields["need_title"]))
    return {
        "programme": programme_of(fields, programmes),
        "need_key": need,
        "who": f"{kind}:{known}",
        "unit_key": legal,
    }


def programme_of(fields: Fields, programmes: Sequence[Scenario]) -> str:
    """Return the programme a service belongs to: as it says, or by its kind of need; ``""`` where that is not known.

    Parameters
    ----------
    fields : dict of str to str
        Of a service.
    programmes : sequence of Scenario
        Those that are known.

    Returns
    -------
    str
        Its name.
    """
    said = fields["scenario"]
    if said:
        return next((one.name for one in programmes if said in (one.name, one.title)), "")
    kind = fields["need_kind"]
    return next((one.name for one in programmes if kind in one.need_kinds), "") if kind else ""


def inconsistent(fields: Fields, *, rated: bool = False) -> list[str]:
    """Say what in a service does not go together.

    Parameters
    ----------
    fields : dict of str to str
        Of the service.
    rated : bool
        It is said to be rated.

    Returns
    -------
    list of str
        Sentences; empty where all is well.
    """
    found = []
    if not (fields["need_id"] or fields["need_title"]):
        found.append("没有写是哪条需求（需求编号或需求名称）。")
    if not (fields["candidate_id"] or fields["candidate_name"]):
        found.append("没有写是谁（候选编号或姓名）。")
    if fields["state"] not in STATES:
        found.append(f"没有写服务状态，可以是：{'、'.join(STATES)}。")
        return found
    if rated and not fields["rating"]:
        found.append("写了已评价，没有写满意度。")
    if fields["rating"] and fields["state"] != DONE:
        found.append(f"写了满意度，状态却是{fields['state']}：服务完成以后才能评价。")
    early = [name for name in OUTCOMES if name != "rating" and fields[name] not in ("", "0")]
    if early and fields["state"] not in (SERVING, DONE):
        found.append(f"写了{'、'.join(LABELS[name] for name in early)}，状态却是{fields['state']}：还没有服务。")
    return found
