"""Periods as offices write them, as spans of months."""

from __future__ import annotations

import re
from dataclasses import dataclass

from expertmatch.tables.clean import clean_text

_HAN = {"一": 1, "二": 2, "三": 3, "四": 4}
_YEAR = r"(?P<year>(?:19|20)\d\d)年?(?:度)?"
_MONTH = re.compile(rf"{_YEAR}[-./]?(?P<month>0?[1-9]|1[0-2])月?(?:份)?$")
_QUARTER = re.compile(rf"{_YEAR}[-./]?(?:[Qq]([1-4])|第?([1-4一二三四])季度?)$")
_HALF = re.compile(rf"{_YEAR}[-./]?(上|下)半年$")
_YEARS = re.compile(r"((?:19|20)\d\d)年?(?:-|—|–|~|～|至|到)((?:19|20)\d\d)年?(?:度)?$")
_ONE_YEAR = re.compile(rf"{_YEAR}$")


@dataclass(frozen=True, slots=True)
class Period:
    """A span of months.

    Parameters
    ----------
    name : str
        How it is written: 2026, 2026-03, 2026年第1季度, 2026年上半年, 2024至2026年.
    first, last : str
        Its months, YYYY-MM.
    """

    name: str
    first: str
    last: str

    def holds(self, day: str) -> bool | None:
        """Say whether a date lies in it; None where the date is too coarse to tell.

        Parameters
        ----------
        day : str
            YYYY, YYYY-MM, YYYY-MM-DD, or nothing.

        Returns
        -------
        bool or None

        Examples
        --------
        >>> quarter = read_period("2026年第一季度")
        >>> [quarter.holds(day) for day in ("2026-03-31", "2026-04", "2026", "2025", "")]
        [True, False, None, False, None]
        """
        if not day:
            return None
        early, late = (day[:7], day[:7]) if len(day) >= 7 else (f"{day}-01", f"{day}-12")
        if late < self.first or early > self.last:
            return False
        return True if self.first <= early and late <= self.last else None


def read_period(text: object) -> Period | None:
    """Read a period; None for what is none.

    Parameters
    ----------
    text : object
        2026, 2026年度, 2026-03, 2026年3月, 2026Q1, 2026年第一季度, 2026年上半年, 2024至2026年.

    Returns
    -------
    Period or None

    Examples
    --------
    >>> read_period("2026 年 3 月"), read_period("上个月")
    (Period(name='2026-03', first='2026-03', last='2026-03'), None)
    """
    plain = re.sub(r"\s+", "", clean_text(text))
    if found := _YEARS.match(plain):
        if found[1] > found[2]:
            return None
        return Period(f"{found[1]}至{found[2]}年", f"{found[1]}-01", f"{found[2]}-12")
    if found := _ONE_YEAR.match(plain):
        return Period(found["year"], f"{found['year']}-01", f"{found['year']}-12")
    if found := _QUARTER.match(plain):
        said = found[2] or found[3]
        number = _HAN.get(said) or int(said)
        first, last = f"{3 * number - 2:02d}", f"{3 * number:02d}"
        return Period(f"{found['year']}年第{number}季度", f"{found['year']}-{first}", f"{found['year']}-{last}")
    if found := _HALF.match(plain):
        first, last = ("01", "06") if found[2] == "上" else ("07", "12")
        return Period(f"{found['year']}年{found[2]}半年", f"{found['year']}-{first}", f"{found['year']}-{last}")
    if found := _MONTH.match(plain):
        month = f"{found['year']}-{int(found['month']):02d}"
        return Period(month, month, month)
    return None
