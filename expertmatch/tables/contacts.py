"""The table of contacts: read for an invitation list alone, kept apart from the pool, never indexed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import pandas as pd

from expertmatch.errors import InputError, Problem
from expertmatch.tables.check import CheckedTable, check_table
from expertmatch.tables.joining.identity import name_key
from expertmatch.tables.joining.resolve import People
from expertmatch.tables.read import Source, read_raw

KINDS = ("phone", "mail")
"""What an invitation needs. Numbers of identity cards are of no use for it and are not given out."""


@dataclass(frozen=True, eq=False, slots=True)
class Contacts:
    """How experts of a pool can be reached.

    Parameters
    ----------
    frame : DataFrame
        expert_id, phone, mail; several of a kind joined by ``；``. A row an expert, by id.
    problems : tuple of Problem
        Rows that could not be given to an expert for certain; no phone or address stands in them.
    """

    frame: pd.DataFrame = field(repr=False)
    problems: tuple[Problem, ...] = ()

    def of(self, expert_id: str) -> dict[str, str]:
        """Return what is known of an expert.

        Parameters
        ----------
        expert_id : str
            Any id.

        Returns
        -------
        dict of str to str
            Kind -> text, ``""`` for what is not known.
        """
        row = self.frame[self.frame["expert_id"] == expert_id]
        return {kind: str(row[kind].iloc[0]) if len(row) else "" for kind in KINDS}


def read_contacts(
    source: Source, experts: pd.DataFrame, *, sheet: str | None = None, today: date | None = None
) -> Contacts:
    """Read contacts and give each to the expert meant, by id, else by name and unit.

    Parameters
    ----------
    source : path, URL or DataFrame
        Columns 专家编号 or 姓名 (with 工作单位 where a name is shared), 联系电话, 电子邮箱.
    experts : DataFrame
        The pool's: expert_id, name, unit, unit_parent.
    sheet : str, optional
        Of a workbook.
    today : date, optional
        For the readers.

    Returns
    -------
    Contacts

    Raises
    ------
    InputError
        Not a table of contacts: neither id nor name, or neither phone nor mail in any row.

    Notes
    -----
    A row whose id and name are those of two experts is given to neither, as a letter to the wrong person gives away
    who was chosen (个人信息保护法 art. 6: for the purpose alone, and no more than it needs).

    Examples
    --------
    >>> from expertmatch.tables.pool import read_pool
    >>> pool = read_pool(pd.DataFrame({"专家编号": ["E1", "E2"], "姓名": ["张三", "李四"]}))
    >>> table = pd.DataFrame({"姓名": ["李四"], "联系电话": ["13000000000"]})
    >>> read_contacts(table, pool.experts).of("E2")
    {'phone': '13000000000', 'mail': ''}
    """
    checked = check_table(read_raw(source, table="contacts", sheet=sheet), today=today)
    errors = [problem for problem in checked.problems if problem.severity == "error" and problem.row is None]
    found = checked.contacts[checked.contacts["kind"].isin(KINDS)]
    if not errors and not len(found):
        message = "联系方式表里没有电话，也没有邮箱。"
        remedy = "请给出有“联系电话”或“电子邮箱”列的表。"
        errors = [_problem(checked, None, "error", "no-contacts", message, remedy)]
    if errors:
        raise InputError(errors)
    people = People(experts)
    held: dict[str, dict[str, list[str]]] = {}
    problems: list[Problem] = []
    for position, cells in found.groupby("row", sort=True):
        expert, why = _meant(checked.frame.iloc[int(str(position))], people)
        if not expert:
            remedy = "请补上专家编号；不在专家库的人可以不管。"
            problems.append(_problem(checked, int(str(position)), "warning", "contact-of-nobody", why, remedy))
            continue
        for kind, value in zip(cells["kind"], cells["value"], strict=True):
            texts = held.setdefault(expert, {}).setdefault(kind, [])
            texts += [value] if value not in texts else []
    rows = [(expert, *("；".join(held[expert].get(kind, [])) for kind in KINDS)) for expert in sorted(held)]
    return Contacts(pd.DataFrame(rows, columns=["expert_id", *KINDS], dtype=object), tuple(problems))


def _meant(row: pd.Series[Any], people: People) -> tuple[str, str]:
    """Return whom a row is about, or why that is not certain."""
    key, name = str(row["expert_id"]), str(row["expert_name"])
    if key:
        if key not in people:
            return "", f"专家库里没有编号 {key}。"
        if name and people.names[key] != name_key(name):
            return "", f"编号 {key} 在专家库里是{people.shown[key]}，此处写的是{name}，未采用。"
        return key, ""
    unit = str(row["expert_unit_parent"] or row["expert_unit"])
    verdict = people.find(name_key(name), name_key(unit))
    return verdict.expert_id, f"{name}：{verdict.reason or '专家库里没有这个姓名'}，未采用。"


def _problem(
    checked: CheckedTable, position: int | None, severity: Any, code: str, message: str, remedy: str
) -> Problem:
    row = None if position is None else int(checked.rows[position])
    made = Problem(severity=severity, code=code, message=message, remedy=remedy, table="contacts", row=row)
    return replace(made, file=checked.raw.source, sheet=checked.raw.sheet)
