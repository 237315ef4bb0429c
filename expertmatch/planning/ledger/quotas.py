"""Quotas held inside the transaction: what the batch adds is counted on top of all that stands."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from expertmatch.planning.ledger.fields import COUNTED, FACTS
from expertmatch.planning.ledger.schema import Tables
from expertmatch.planning.ledger.services import Fields
from expertmatch.scenarios import Scenario, read_scenarios
from expertmatch.scenarios.columns import Column
from expertmatch.scenarios.conditions import all_hold
from expertmatch.scenarios.facts import CandidateFacts
from expertmatch.scenarios.fields import FIELDS
from expertmatch.scenarios.parts import Quota
from expertmatch.tables.pool import Pool

if TYPE_CHECKING:
    from sqlalchemy import Connection

_COLUMN = {"candidate": "who", "unit": "unit_key", "county": "county", "programme": ""}
_FIELD = {"unit": "工作单位", "county": "区县"}
_HELD = "stations_held"


@dataclass(frozen=True, kw_only=True)
class Touched:
    """A service before and after, with what is derived from its fields; nothing where it is new.

    Parameters
    ----------
    service_id : str
        Which.
    before : dict of str to str or None
        As it was.
    after : dict of str to str
        As it is to be.
    """

    service_id: str
    before: Fields | None
    after: Fields


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """A quota that a batch would pass, or that cannot be counted.

    Parameters
    ----------
    code : str
        Short stable name.
    message, remedy : str
        For people.
    service_ids : tuple of str
        The services of the batch it is about.
    """

    code: str
    message: str
    remedy: str
    service_ids: tuple[str, ...]


def programmes(given: Scenario | Iterable[Scenario] | None) -> tuple[Scenario, ...]:
    """Return the scenarios whose quotas hold: those given, then those that come with the library.

    Parameters
    ----------
    given : Scenario, iterable of Scenario or None
        Own ones; they stand in for those of the same name.

    Returns
    -------
    tuple of Scenario
    """
    own = (given,) if isinstance(given, Scenario) else tuple(given or ())
    shipped = read_scenarios()
    return (*own, *(one for name, one in shipped.items() if name not in {each.name for each in own}))


def known_facts(
    services: Sequence[Fields], pool: Pool, scenarios: Sequence[Scenario], day: date
) -> dict[tuple[str, str], str]:
    """Read from the pool what quotas ask about candidates.

    Parameters
    ----------
    services : sequence of dict
        Their candidates are asked about.
    pool : Pool
        The checked tables.
    scenarios : sequence of Scenario
        Their quotas say what is asked.
    day : date
        The day ages are counted from.

    Returns
    -------
    dict of (kind, id) to str
        JSON, for the candidates of the pool.
    """
    asked = sorted({one.field for each in scenarios for quota in each.quotas for one in quota.when})
    known = {("expert", one) for one in pool.experts["expert_id"]} | {
        ("society", one) for one in pool.societies["society_id"]
    }
    wanted = sorted({(one["candidate_kind"], one["candidate_id"]) for one in services} & known)
    if not wanted:
        return {}
    facts = CandidateFacts.of_pool(pool, wanted, day)
    columns = {name: facts.column(name) for name in asked}
    held = facts.text(_HELD)
    found = {}
    for place, pair in enumerate(wanted):
        values = {name: _plain(column, place) for name, column in columns.items()}
        said = {**values, _HELD: float(held[place]) if held[place] else None}
        found[pair] = json.dumps({k: v for k, v in said.items() if v is not None}, ensure_ascii=False, sort_keys=True)
    return found


def _plain(column: Column, place: int) -> Any:
    value = column.data[place]
    if not column.known[place]:
        return None
    return (
        float(value) if isinstance(value, float | np.floating) else list(value) if isinstance(value, tuple) else value
    )


def passed(
    connection: Connection, tables: Tables, touched: Sequence[Touched], scenarios: Sequence[Scenario], day: date
) -> list[Refusal]:
    """Say which quotas a batch passes that is written already, but not committed.

    A quota that was passed before, by records taken over, refuses nothing that does not add to it.

    Parameters
    ----------
    connection : Connection
        The transaction.
    tables : Tables
        The ledger's.
    touched : sequence of Touched
        The services of the batch.
    scenarios : sequence of Scenario
        Whose quotas hold.
    day : date
        The day of the change.

    Returns
    -------
    list of Refusal
        In the order of the services.
    """
    by_name = {one.name: one for one in scenarios}
    refusals: list[Refusal] = []
    counts: dict[tuple[str, int, str, str], _Count] = {}
    for one in touched:
        scenario = by_name.get(one.after["programme"])
        for place, quota in enumerate(scenario.quotas if scenario else ()):
            if quota.most is None or one.after["state"] not in COUNTED[quota.period]:
                continue
            lacking = _lacking(quota, one)
            if lacking:
                refusals.append(lacking)
                continue
            key = _key(quota, place, one.after)
            if key is not None and _binds(quota, one.after, day):
                counts.setdefault(key, _Count(quota, key, [])).services.append(one)
    earlier = _earlier(touched, by_name)
    for count in counts.values():
        count.before = earlier.get(count.key, 0)
        found = _refusal(count, _total(connection, tables, count))
        refusals += [found] if found else []
    return refusals


@dataclass(eq=False)
class _Count:
    quota: Quota
    key: tuple[str, int, str, str]
    services: list[Touched]
    before: int = 0

    @property
    def gained(self) -> int:
        return len(self.services) - self.before


def _lacking(quota: Quota, one: Touched) -> Refusal | None:
    """Refuse what a quota cannot place: no date, unit or county."""
    wanted = {"date": "服务日期"} if quota.period == "year" else {}
    wanted |= {_COLUMN[quota.per]: _FIELD[quota.per]} if quota.per in _FIELD else {}
    missing = [label for column, label in wanted.items() if not one.after[column]]
    same = one.before is not None and all(
        one.before[name] == one.after[name] for name in ("state", "date", "county", "unit_key", "programme")
    )
    if not missing or same:  # taken over as it was: it is not made worse
        return None
    return Refusal(
        code="quota-unplaced",
        message=f"没有写{'、'.join(missing)}，数不清定额“{quota.label}”。",
        remedy=f"请写上{'、'.join(missing)}。",
        service_ids=(one.service_id,),
    )


def _key(quota: Quota, place: int, fields: Fields) -> tuple[str, int, str, str] | None:
    """Return what a service counts towards: programme, quota, whose, which year."""
    if fields["state"] not in COUNTED[quota.period]:
        return None
    column = _COLUMN[quota.per]
    year = fields["date"][:4] if quota.period == "year" else ""
    if (column and not fields[column]) or (quota.period == "year" and not year):
        return None
    return fields["programme"], place, fields[column] if column else "", year


def _earlier(touched: Sequence[Touched], by_name: Mapping[str, Scenario]) -> Counter[tuple[str, int, str, str]]:
    """Count what the services of the batch counted towards before it."""
    found: Counter[tuple[str, int, str, str]] = Counter()
    for one in touched:
        scenario = None if one.before is None else by_name.get(one.before["programme"])
        for place, quota in enumerate(scenario.quotas if scenario else ()):
            key = None if one.before is None else _key(quota, place, one.before)
            found.update([key] if key is not None else [])
    return found


def _binds(quota: Quota, fields: Fields, day: date) -> bool:
    """Say whether a quota is in force: on the day of the service, or of the change for what is open."""
    if quota.period == "open" or not fields["date"]:
        return quota.holds_on(day)
    parts = [int(part) for part in fields["date"].split("-")]
    last = [*parts, *(12, 28)[len(parts) - 1 :]]
    return quota.holds_on(date(last[0], last[1], last[2]))


def _total(connection: Connection, tables: Tables, count: _Count) -> int:
    import sqlalchemy as sa

    programme, _, value, year = count.key
    held = tables.services.c
    asked = [held.programme == programme, held.state.in_(COUNTED[count.quota.period])]
    column = _COLUMN[count.quota.per]
    asked += [held[column] == value] if column else []
    asked += [held.date.startswith(year, autoescape=True)] if year else []
    return int(connection.execute(sa.select(sa.func.count()).where(*asked)).scalar_one())


def _refusal(count: _Count, total: int) -> Refusal | None:
    quota, most = count.quota, count.quota.most or 0
    if count.gained <= 0:
        return None
    verdict, besides, unknown = _of_candidate(quota, count.services[-1].after)
    found = total + int(besides or 0)
    sure = found > most and verdict > 0 and besides is not None
    maybe = verdict >= 0 and (found > most or besides is None)
    if not maybe:
        return None
    whose = _called(count) + (f" {count.key[3]} 年" if count.key[3] else "")
    told = f"{whose}已有 {found - count.gained} 次，再加 {count.gained} 次就是 {found} 次"
    if sure or not unknown:
        message, remedy = f"超过定额“{quota.label}”：{told}。", "请换人，或先办结、取消别的服务。"
    else:
        message = f"说不清会不会超过定额“{quota.label}”：{told}，而{'、'.join(unknown)}不详。"
        remedy = "请给出填好这些的专家表（pool，命令行 --experts）。"
    return Refusal(
        code="quota-passed" if sure else "quota-unknown", message=message, remedy=remedy,
        service_ids=tuple(one.service_id for one in count.services),
    )  # fmt: skip


def _of_candidate(quota: Quota, fields: Fields) -> tuple[int, float | None, list[str]]:
    """Return whether a quota binds a candidate (1, 0, -1), what they hold besides, and what is not known."""
    if not quota.when and not quota.besides:
        return 1, 0.0, []
    known: dict[str, Any] = json.loads(fields[FACTS]) if fields[FACTS] else {}
    verdict = int(all_hold(quota.when, _columns(known))[0]) if quota.when else 1
    besides = known.get(_HELD) if quota.besides else 0.0
    unknown = [FIELDS[one.field].label for one in quota.when if one.field not in known]
    return verdict, besides, unknown + (["已建站数"] if besides is None else [])


def _columns(known: Mapping[str, Any]) -> Callable[[str], Column]:
    def column(name: str) -> Column:
        value = known.get(name)
        plain = tuple(value) if isinstance(value, list) else value
        if isinstance(plain, float | int) or plain is None:
            return Column(np.array([float(plain or 0.0)]), np.array([plain is not None]))
        data = np.empty(1, dtype=object)
        data[0] = plain
        return Column(data, np.array([True]))

    return column


def _called(count: _Count) -> str:
    fields = count.services[-1].after
    name, one = fields["candidate_name"], fields["candidate_id"]
    if count.quota.per == "candidate":
        return f"{name}（{one}）" if name and one else name or one
    return {"unit": fields["candidate_unit"] or name, "county": fields["county"], "programme": "全部"}[count.quota.per]
