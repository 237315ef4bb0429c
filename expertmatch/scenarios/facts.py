"""What is known of candidates and of needs, as columns that rules are held against."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

import numpy as np
import pandas as pd

from expertmatch.scenarios.columns import Column, Distinct, Floats, Ints, all_known, numbers, objects, texts, words
from expertmatch.scenarios.conditions import Verdicts, holds
from expertmatch.scenarios.fields import FIELDS, TITLE_LEVELS
from expertmatch.scenarios.parts import Condition
from expertmatch.scenarios.services import Services
from expertmatch.tables.pool import Pool

_LOCAL = re.compile(r"土专家|乡土人才|田秀才|土秀才|(?<!学科)(?<!学术)带头人")
_OUTSIDE = ("71", "81", "82")
_ABROAD = re.compile(
    r"海外|国外|境外|港澳台|香港|澳门|台湾|[亚欧非美]洲|大洋洲|美国|英国|法国|德国|日本|韩国|朝鲜|俄罗斯|加拿大|澳大利亚|新西兰|"
    r"新加坡|马来西亚|泰国|印度|印尼|越南|菲律宾|巴基斯坦|孟加拉|斯里兰卡|尼泊尔|缅甸|老挝|柬埔寨|蒙古国|哈萨克|乌兹别克|吉尔吉斯|"
    r"塔吉克|土库曼|伊朗|伊拉克|以色列|土耳其|沙特|阿联酋|卡塔尔|埃及|南非|肯尼亚|尼日利亚|埃塞俄比亚|摩洛哥|意大利|西班牙|葡萄牙|"
    r"荷兰|比利时|卢森堡|瑞士|瑞典|挪威|丹麦|芬兰|冰岛|奥地利|波兰|捷克|匈牙利|罗马尼亚|保加利亚|塞尔维亚|希腊|乌克兰|白俄罗斯|"
    r"爱尔兰|墨西哥|巴西|阿根廷|智利|秘鲁|古巴|^[A-Za-z][A-Za-z .,'()-]+$"
)
"""Regions outside the mainland as people write them; a name that is none of these and has no code is not known."""


@dataclass(frozen=True, eq=False, kw_only=True)
class CandidateFacts:
    """What is known of candidates on a day.

    Parameters
    ----------
    frame : DataFrame
        A row a candidate: kind, id, name and the columns of experts and societies, ``""`` for missing.
    services : Services
        The service record.
    as_of : date
        The day ages and years are counted from.
    capacity : int
        Services a year of those who name none.
    partners : dict of str to int
        Expert id to the number of people named beside them in works; where nobody is, that is not known.
    windows : dict of str to tuple of (from, to)
        Expert id to the times they can serve.
    codes : dict of (kind, id) to frozenset of str
        Codes of disciplines; those of whom none is known are left out.
    """

    frame: pd.DataFrame
    services: Services
    as_of: date
    capacity: int = 4
    partners: Mapping[str, int] = field(default_factory=dict)
    windows: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    codes: Mapping[tuple[str, str], frozenset[str]] = field(default_factory=dict)

    @classmethod
    def of_pool(
        cls,
        pool: Pool,
        candidates: Sequence[tuple[str, str]],
        as_of: date,
        *,
        capacity: int = 4,
        codes: Mapping[tuple[str, str], frozenset[str]] | None = None,
    ) -> CandidateFacts:
        """Read the facts of a pool's candidates.

        Parameters
        ----------
        pool : Pool
            The checked tables.
        candidates : sequence of (kind, id)
            ``expert`` or ``society`` and the id.
        as_of : date
            The day.
        capacity : int, default 4
            Services a year of those who name none.
        codes : dict of (kind, id) to frozenset of str, optional
            Codes of their disciplines.

        Returns
        -------
        CandidateFacts
        """
        experts = pool.experts.set_index("expert_id", drop=False)
        societies = pool.societies.rename(columns={"kind": "society_kind"}).set_index("society_id", drop=False)
        societies = societies.assign(unit=societies["name"])
        tables = {"expert": experts, "society": societies}
        known = [table.set_axis([f"{kind}:{key}" for key in table.index]) for kind, table in tables.items()]
        kinds, ids = [kind for kind, _ in candidates], [key for _, key in candidates]
        places = [f"{kind}:{key}" for kind, key in candidates]
        frame = pd.concat(known).reindex(places).fillna("").reset_index(drop=True).assign(kind=kinds, id=ids)
        return cls(
            frame=frame,
            services=Services.read(pool.engagements, as_of),
            as_of=as_of,
            capacity=capacity,
            partners=_partners(pool),
            windows=_windows(pool),
            codes=codes or {},
        )

    def __len__(self) -> int:
        """Return the number of candidates."""
        return len(self.frame)

    def column(self, name: str) -> Column:
        """Return a field of candidates.

        Parameters
        ----------
        name : str
            A field with scope ``candidate``.

        Returns
        -------
        Column
        """
        if name not in self._made:
            self._made[name] = self._make(name)
        return self._made[name]

    def text(self, name: str) -> list[str]:
        """Return a column of the frame, empty where it is not there; shared, so copy before changing it."""
        if name not in self._texts:
            self._texts[name] = texts(self.frame, name)
        return self._texts[name]

    def verdicts(self, condition: Condition) -> Verdicts:
        """Hold a condition with scope ``candidate`` against all candidates."""
        if condition not in self._held:
            self._held[condition] = holds(condition, self.column(condition.field))
        return self._held[condition]

    def count(self, counts: Mapping[str, int]) -> Floats:
        """Return a count of the services for every candidate."""
        return np.array([float(counts.get(key, 0)) for key in self.text("id")])

    @cached_property
    def capacities(self) -> Floats:
        """How much each candidate can take on."""
        given = self.text("capacity")
        return np.array([float(cell) if cell else float(self.capacity) for cell in given])

    @cached_property
    def ages(self) -> Column:
        """Age on the day; with the year of birth alone, the age reached in that year."""
        return numbers([age_on(cell, self.as_of) for cell in self.text("birth")])

    @cached_property
    def regions(self) -> Mapping[str, tuple[dict[str, int], Ints]]:
        """Of province, city and county the names there are, numbered, and each candidate's number; -1 for none."""
        found = {}
        for part in ("province", "city", "county"):
            cells = region_part(self, part)
            number = {name: i for i, name in enumerate(sorted({*cells} - {""}))}
            found[part] = number, np.array([number.get(name, -1) for name in cells], dtype=np.int64)
        return found

    @cached_property
    def times(self) -> Distinct[tuple[tuple[str, str], ...]]:
        """When each candidate can serve."""
        return Distinct.of([self.windows.get(key, ()) for key in self.text("id")])

    @cached_property
    def spoken(self) -> Distinct[frozenset[str]]:
        """Which languages each candidate speaks."""
        return Distinct.of([frozenset(words(cell)) for cell in self.text("languages")])

    @cached_property
    def disciplines(self) -> Distinct[frozenset[str]]:
        """Codes of each candidate's disciplines."""
        named = zip(self.text("kind"), self.text("id"), strict=True)
        return Distinct.of([self.codes.get(pair, frozenset()) for pair in named])

    @cached_property
    def _made(self) -> dict[str, Column]:
        return {}

    @cached_property
    def _texts(self) -> dict[str, list[str]]:
        return {}

    @cached_property
    def _held(self) -> dict[Condition, Verdicts]:
        return {}

    def _make(self, name: str) -> Column:
        about = FIELDS[name]
        counted = {
            "open": self.services.open, "services": self.services.served, "served_this_year": self.services.this_year,
        }  # fmt: skip
        if name in counted:
            return all_known(self.count(counted[name]))
        if name == "free":
            return all_known(self.capacities - self.count(self.services.open))
        if name == "age":
            return self.ages
        if name == "stations":
            held = numbers([float(cell) if cell else None for cell in self.text("stations_held")])
            return Column(held.data + self.count(self.services.stations), held.known)
        if name == "partners":
            return numbers([self.partners.get(key) for key in self.text("id")])
        if name in ("academician", "local", "retired", "overseas"):
            return self._flag(name)
        cells = self.text(name)
        known = np.array([cell != "" for cell in cells], dtype=bool)
        if about.type == "level":
            place = {level: float(i) for i, level in enumerate(TITLE_LEVELS)}
            return Column(np.array([place.get(cell, -1.0) for cell in cells]), known)
        return Column(objects([words(cell) if about.type == "words" else cell for cell in cells]), known)

    def _flag(self, name: str) -> Column:
        if name == "academician":
            return all_known(np.array([float(bool(cell)) for cell in self.text(name)]))
        if name == "retired":
            cells = self.text(name)
            known = np.array([cell in ("yes", "no") for cell in cells], dtype=bool)
            return Column(np.array([float(cell == "yes") for cell in cells]), known)
        if name == "overseas":
            regions, codes = self.text("region"), self.text("region_code")
            return numbers([_is_outside(region, code) for region, code in zip(regions, codes, strict=True)])
        said = zip(*(self.text(part) for part in ("title", "post", "honours")), strict=True)
        return all_known(np.array([float(bool(_LOCAL.search(" ".join(parts)))) for parts in said]))


@dataclass(frozen=True, eq=False, kw_only=True)
class NeedFacts:
    """What is known of needs.

    Parameters
    ----------
    frame : DataFrame
        As :func:`expertmatch.read_needs` gives it.
    codes : tuple of frozenset of str
        Codes of each need's disciplines, or none.
    """

    frame: pd.DataFrame
    codes: tuple[frozenset[str], ...] = ()

    def text(self, name: str) -> list[str]:
        """Return a column of the needs, empty where it is not there."""
        return texts(self.frame, name)

    def column(self, name: str) -> Column:
        """Return a field of needs.

        Parameters
        ----------
        name : str
            A field with scope ``need``.

        Returns
        -------
        Column
        """
        if name == "need_years":
            spans = zip(self.text("start"), self.text("end"), strict=True)
            return numbers([years_between(start, end) for start, end in spans])
        cells = self.text(name.removeprefix("need_"))
        known = np.array([cell != "" for cell in cells], dtype=bool)
        words = FIELDS[name].type == "words"
        return Column(objects([(cell,) if words else cell for cell in cells]), known)


def age_on(birth: str, day: date) -> float | None:
    """Return an age in full years, ``None`` where the birth is not known.

    Examples
    --------
    >>> age_on("1986-12", date(2026, 11, 1)), age_on("1986", date(2026, 11, 1))
    (39.0, 40.0)
    """
    if not birth:
        return None
    years = day.year - int(birth[:4])
    later = len(birth) >= 7 and int(birth[5:7]) > day.month
    return float(years - later)


def years_between(start: str, end: str) -> float | None:
    """Return the years from one date to another, each YYYY, YYYY-MM or YYYY-MM-DD, to the nearest month.

    Examples
    --------
    >>> years_between("2027-01", "2029-12"), years_between("2027", "2029"), years_between("2027-01-16", "2030-01-15")
    (3.0, 3.0, 3.0)
    """
    if not start or not end:
        return None
    return round(_months(end, late=True) - _months(start, late=False)) / 12.0


def _months(text: str, *, late: bool) -> float:
    """Return the months from year 0 to the morning a date begins, or the evening it ends."""
    year, month = int(text[:4]), int(text[5:7]) if len(text) >= 7 else (12 if late else 1)
    if len(text) < 10:
        return year * 12 + month - 1.0 + late
    return year * 12 + month - 1.0 + (int(text[8:10]) - 1 + late) / monthrange(year, month)[1]


def region_part(facts: CandidateFacts | NeedFacts, part: str) -> list[str]:
    """Return province, city or county; a county right under a province (仙桃市, 济源市) is its own city."""
    names = facts.text(part)
    if part != "city":
        return names
    return [city or county for city, county in zip(names, facts.text("county"), strict=True)]


def _is_outside(region: str, code: str) -> float | None:
    """Say whether a region is none of the mainland's; not known where it is no region that can be told."""
    if code:
        return float(code[:2] in _OUTSIDE)
    return 1.0 if _ABROAD.search(region) else None


def _partners(pool: Pool) -> dict[str, int]:
    """Count the others named in works; tables that name nobody else say nothing of a team."""
    own = dict(zip(texts(pool.experts, "expert_id"), texts(pool.experts, "name"), strict=True))
    found: dict[str, set[str]] = {}
    for expert, authors in zip(texts(pool.works, "expert_id"), texts(pool.works, "authors"), strict=True):
        others = {name for name in authors.split("；") if name and name != own.get(expert)}
        if others:
            found.setdefault(expert, set()).update(others)
    return {expert: len(names) for expert, names in found.items()}


def _windows(pool: Pool) -> dict[str, tuple[tuple[str, str], ...]]:
    found: dict[str, list[tuple[str, str]]] = {}
    columns = (texts(pool.availability, name) for name in ("expert_id", "from", "to"))
    for expert, since, until in zip(*columns, strict=True):
        found.setdefault(expert, []).append((since, until))
    return {expert: tuple(sorted(each)) for expert, each in found.items()}
