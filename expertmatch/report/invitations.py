"""The invitation list: a row each invited person and need, as mail merge reads it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from expertmatch.report.labels import Language, pick
from expertmatch.tables.contacts import Contacts
from expertmatch.tables.pool import Pool
from expertmatch.tables.write import Written, write_frames

LIST = "邀请名单"
COLUMNS = {
    "name": ("姓名", "Name"),
    "address": ("称谓", "Form of address"),
    "unit": ("单位", "Unit"),
    "position": ("职务/职称", "Post and title"),
    "need": ("需求", "Need"),
    "time": ("时间", "Time"),
    "where": ("地点", "Place"),
    "role": ("角色", "Role"),
}
CONTACT_COLUMNS = {"phone": ("联系电话", "Phone"), "mail": ("电子邮箱", "Mail")}
KEYS = {
    "requester": ("需求方", "Requester"),
    "scenario": ("场景", "Scenario"),
    "need_id": ("需求编号", "Need id"),
    "candidate_id": ("编号", "Id"),
}
"""Columns that say which row is which."""

_ADDRESSES = (
    ("教授", "教授"),
    ("推广研究员", "研究员"),
    ("研究馆员", "研究馆员"),
    ("研究员", "研究员"),
    ("主任医师", "主任"),
    ("医师", "医生"),
    ("高级工程师", "高工"),
    ("工程师", "工程师"),
    ("农艺师", "农艺师"),
    ("讲师", "老师"),
    ("教师", "老师"),
    ("技师", "师傅"),
)
"""Word in a title -> how its holder is addressed, the first that fits; in address 副 and 助理 are left out."""
_BY_SEX = {"男": "先生", "女": "女士"}
_ANYBODY = "老师"
_TO = (" 至 ", " to ")


def form_of_address(title: str, academician: str = "", sex: str = "") -> str:
    """Return how a letter addresses somebody, behind the name.

    Parameters
    ----------
    title : str
        职称.
    academician : str
        院士; empty or 否 for none.
    sex : str
        性别.

    Returns
    -------
    str
        By academy, title, sex, else 老师, which suits anybody.

    Examples
    --------
    >>> [form_of_address(one) for one in ("副教授", "正高级工程师", "农业技术推广研究员", "")]
    ['教授', '高工', '研究员', '老师']
    >>> form_of_address("", sex="女"), form_of_address("教授", "中国工程院院士")
    ('女士', '院士')
    """
    if academician and academician not in ("否", "无", "no"):
        return "院士"
    for word, address in _ADDRESSES:
        if word in title:
            return address
    return _BY_SEX.get(sex, _ANYBODY)


def spoken_time(text: str, language: Language = "zh") -> str:
    """Return a time as letters write it.

    Parameters
    ----------
    text : str
        ISO days or months, two of them joined by 至.
    language : {"zh", "en"}, default "zh"
        English leaves it as it is.

    Returns
    -------
    str
        What is no such time stays as it is.

    Examples
    --------
    >>> spoken_time("2026-11-03"), spoken_time("2026-11-03 至 2026-11-05"), spoken_time("2026-11")
    ('2026年11月3日', '2026年11月3日至11月5日', '2026年11月')
    >>> spoken_time("11月到来年3月")
    '11月到来年3月'
    """
    if language == "en":
        return text
    start, _, end = text.partition(_TO[0])
    first, last = _parts(start), _parts(end)
    if not first or (end and not last):
        return text
    if end and first[0] == last[0]:
        last = ["", *last[1:]]
    told = [
        "".join(f"{part}{unit}" for part, unit in zip(day, "年月日", strict=False) if part) for day in (first, last)
    ]
    return "至".join(one for one in told if one)


def _parts(text: str) -> list[str]:
    parts = text.split("-")
    fits = len(parts) in (1, 2, 3) and all(part.isdecimal() for part in parts) and len(parts[0]) == 4
    return [str(int(part)) for part in parts] if fits else []


def invitations(
    sheet: pd.DataFrame, pool: Pool, *, contacts: Contacts | None = None, language: Language = "zh"
) -> pd.DataFrame:
    """Return the invitation list of a plan.

    Parameters
    ----------
    sheet : DataFrame
        A row a filled place: kind, name, unit, need, time, where, role and the columns of ``KEYS``, as
        :func:`expertmatch.report.plan_sheets.placed` gives them.
    pool : Pool
        Titles, posts and sexes.
    contacts : Contacts, optional
        How to reach them; without it the list has no such columns.
    language : {"zh", "en"}, default "zh"
        Of the columns.

    Returns
    -------
    DataFrame
        In the order of the plan. A society is addressed by its name alone, a requester's own people as 老师.
    """
    columns = {**COLUMNS, **(CONTACT_COLUMNS if contacts is not None else {}), **KEYS}
    about = pool.experts.reindex(
        columns=["expert_id", "post", "title", "academician", "sex"], fill_value=""
    ).set_index("expert_id")  # fmt: skip
    people: Mapping[str, Mapping[Any, str]] = about.fillna("").astype(str).to_dict("index")  # type: ignore[assignment]
    rows = []
    for row in sheet.to_dict("records"):
        who = people.get(row["candidate_id"], {}) if row["candidate_kind"] == "expert" else {}
        title = who.get("title", "")
        society = row["candidate_kind"] == "society"
        made = {**row,
            "address": "" if society else form_of_address(title, who.get("academician", ""), who.get("sex", "")),
            "position": "、".join(one for one in (who.get("post", ""), title) if one),
            "time": spoken_time(row["time"], language),
        }  # fmt: skip
        if contacts is not None:  # of societies and the requester's own people nothing is held
            own = row["candidate_kind"] == "expert"
            made.update(contacts.of(row["candidate_id"] if own else ""))
        rows.append([made[name] for name in columns])
    return pd.DataFrame(rows, columns=[pick(pair, language) for pair in columns.values()], dtype=object)


def write_invitations(frame: pd.DataFrame, folder: Path, *, force: bool) -> Written:
    """Write 邀请名单.xlsx, whose only sheet is the list, as mail merge wants it.

    Parameters
    ----------
    frame : DataFrame
        As :func:`invitations` gives it.
    folder : Path
        Where to.
    force : bool
        Whether a file that is there may be replaced.

    Returns
    -------
    Written

    Raises
    ------
    OutputError
        The file is there already, or cannot be written.
    """
    return write_frames({LIST: frame}, folder / f"{LIST}.xlsx", format="xlsx", overwrite=force)
