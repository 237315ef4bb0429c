"""Dates as people write them, to ISO."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from .clean_basic import clean_text, is_empty


@dataclass(frozen=True, slots=True)
class DateReading:
    """What a date cell says: ``iso`` is YYYY, YYYY-MM, YYYY-MM-DD or ``""``."""

    iso: str = ""
    year: int | None = None
    known: bool = False
    why: str = ""
    end: str = ""


def read_date(value: object, *, today: date, birth: bool = False) -> DateReading:
    """Read a date (first version)."""
    if is_empty(value):
        return DateReading()
    found = re.match(r"(\d{4})\D?(\d{1,2})?\D?(\d{1,2})?", clean_text(value))
    if not found or not 1900 <= int(found[1]) <= today.year + 20:
        return DateReading(why="不是可以识别的日期")
    parts = [found[1]] + [f"{int(p):02d}" for p in found.groups()[1:] if p and int(p)]
    return DateReading("-".join(parts), int(found[1]), known=True)
