"""One spelling for titles, regions, dates, units, societies and names.

The front door of the cleaning: everything here is a pure function from one cell to one small frozen value,
and none raises on any text. Each subject has its own file beside this one.
"""

from __future__ import annotations

from expertmatch.tables.cleaning.basic import (
    as_text,
    clean_id,
    clean_int,
    clean_name,
    clean_person_sex,
    clean_text,
    clean_yesno,
    is_empty,
    split_names,
)
from expertmatch.tables.cleaning.date import DateReading, read_date
from expertmatch.tables.cleaning.personal import Personal, find_personal, mask_personal
from expertmatch.tables.cleaning.region import RegionReading, read_region
from expertmatch.tables.cleaning.title import TitleReading, read_title
from expertmatch.tables.cleaning.unit import clean_society, clean_unit, society_parent, unit_parent

__all__ = [
    "DateReading",
    "Personal",
    "RegionReading",
    "TitleReading",
    "as_text",
    "clean_id",
    "clean_int",
    "clean_name",
    "clean_person_sex",
    "clean_society",
    "clean_text",
    "clean_unit",
    "clean_yesno",
    "find_personal",
    "is_empty",
    "mask_personal",
    "read_date",
    "read_region",
    "read_title",
    "society_parent",
    "split_names",
    "unit_parent",
]
