"""Regions to province, city, county and GB/T 2260 code."""

from __future__ import annotations

from dataclasses import dataclass

from .clean_basic import clean_text


@dataclass(frozen=True, slots=True)
class RegionReading:
    """What a region cell says."""

    province: str = ""
    city: str = ""
    county: str = ""
    code: str = ""
    rest: str = ""
    known: bool = False
    why: str = ""

    @property
    def full(self) -> str:
        """Province, city and county in one piece."""
        return self.province + self.city + self.county


def read_region(value: object) -> RegionReading:
    """Read a region (first version)."""
    return RegionReading(rest=clean_text(value))
