"""What can be done to a plan by hand, for the tests of what is found then."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pandas as pd
from plan_case import Case, finished, needs, row, score

Edit = Callable[[Case], Case]


def put(at: int, **cells: Any) -> Edit:
    """Change cells of a row of the right plan; what it says of itself follows."""

    def edit(case: Case) -> Case:
        case.rows[at] = {**case.rows[at], **cells}
        return finished(case)

    return edit


def place(at: int, key: str, **cells: Any) -> Edit:
    """Put another candidate into a place, with name and score as they should be."""

    def edit(case: Case) -> Case:
        old = case.rows[at]
        kind = "society" if key.startswith("S") else "expert"
        case.rows[at] = {**row(old["need_id"], old["place"], old["role"], kind, key, locked=old["locked"]), **cells}
        return finished(case)

    return edit


def add(*rows: dict[str, Any]) -> Edit:
    return lambda case: finished(replace(case, rows=[*case.rows, *rows]))


def drop(at: int, **cells: Any) -> Edit:
    """Leave a place out; the later ones of the need move up."""

    def edit(case: Case) -> Case:
        gone = case.rows[at]
        rows = [
            {**one, "place": one["place"] - (one["need_id"] == gone["need_id"] and one["place"] > gone["place"])}
            for one in case.rows
            if one is not gone
        ]
        return finished(replace(case, rows=rows, **cells))

    return edit


def asked(**changes: Any) -> Edit:
    return lambda case: finished(case.asked(**changes))


def said(table: str, *rows: dict[str, Any]) -> Edit:
    return lambda case: replace(case, **{table: list(rows)})


def saying(table: str, at: int, **cells: Any) -> Edit:
    """Change what the plan says of a candidate or a need."""

    def edit(case: Case) -> Case:
        getattr(case, table)[at].update(cells)
        return case

    return edit


def under(**parts: Any) -> Edit:
    return lambda case: finished(case.under(**parts))


def given_more(**more: Any) -> Edit:
    return lambda case: replace(case, more=more)


def both(*edits: Edit) -> Edit:
    def edit(case: Case) -> Case:
        for one in edits:
            case = one(case)
        return case

    return edit


def composed(**parts: Any) -> Edit:
    return under(composition={"least": 2, "most": 5, "hard": True, **parts})


def refusing(pairs: pd.DataFrame) -> pd.DataFrame:
    return score(pairs).assign(eligible=pairs["candidate_id"] != "E03")


def needs_with(need_id: str, **cells: str) -> Edit:
    frame = needs().copy()
    for name, cell in cells.items():
        frame.loc[frame["need_id"] == need_id, name] = cell
    return given_more(needs=frame)


def needs_two_in_2027() -> dict[str, Any]:
    frame = needs().copy()
    frame.loc[frame["need_id"].isin(["N2", "N4"]), ["start", "end"]] = ["2027-02", "2027-03"]
    return {"needs": frame}


SHORT = {"title": "", "reason": "没有合适的人"}
FULL = {"need_id": "N1", "wanted": 3, "placed": 3, "missing": 0, **SHORT}
GAP = {"need_id": "N1", "wanted": 3, "placed": 2, "missing": 1, **SHORT}
