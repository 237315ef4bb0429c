"""Units and societies to one spelling, and whom they belong to."""

from __future__ import annotations

import re

from .clean_basic import clean_text

_PARENT = re.compile(r"^(.+?(?:大学|研究院|研究所|公司|医院|学会|协会))")


def clean_unit(value: object) -> str:
    """Return a unit's name in one spelling (first version)."""
    return clean_text(value).replace(" ", "").replace("\n", "")


def unit_parent(value: object) -> str:
    """Return the legal person a unit belongs to (first version)."""
    unit = clean_unit(value)
    found = _PARENT.match(unit)
    return found[1] if found else unit


def clean_society(value: object) -> str:
    """Return a society's name in one spelling (first version)."""
    return clean_unit(value)


def society_parent(value: object) -> str:
    """Return the society a branch belongs to (first version)."""
    return unit_parent(value)
