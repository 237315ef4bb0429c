"""Whom a cell names: experts and societies of a pool by id, by name and unit, by name alone."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from expertmatch.errors import nearest_names
from expertmatch.tables.clean import clean_name
from expertmatch.tables.joining.identity import alike, name_key
from expertmatch.tables.pool import Pool

Key = tuple[str, str]
"""Kind and id."""

_BETWEEN = re.compile(r"[()\[\]【】〔〕<>《》,;、/|\n]+")
_ASIDE = re.compile(r"[(\[【〔<《][^()\[\]【】〔〕<>《》]*[)\]】〕>》]")
_PREFIX = re.compile(r"(expert|society|专家|学会)\s*:\s*(.+)", re.IGNORECASE)
_ASKED = re.compile(r"^(?:请|改|替|更|另)?(?:换成|换为|换上|换|改成|改为|派|请|由)\s*")
_KINDS = {"expert": "expert", "专家": "expert", "society": "society", "学会": "society"}
_MOST_LISTED = 6


@dataclass(frozen=True, slots=True)
class Person:
    """An expert or a society."""

    kind: str
    id: str
    name: str
    unit: str
    title: str

    @property
    def key(self) -> Key:
        """Kind and id."""
        return self.kind, self.id

    @property
    def shown(self) -> str:
        """Name, unit and id, for people."""
        return f"{self.name or self.id}（{'，'.join(filter(None, (self.unit, self.id)))}）"


@dataclass(frozen=True, slots=True)
class Found:
    """Whom a text names.

    Parameters
    ----------
    people : tuple of Person
        One where it is clear; those it may be where it is not.
    why : {"", "unknown", "ambiguous", "disagree", "several"}
        What is wrong: nobody is called so; several are; its parts name different people; it names more than one.
    """

    people: tuple[Person, ...]
    why: str = ""

    @property
    def listed(self) -> str:
        """The people, for messages."""
        more = f"等 {len(self.people)} 位" if len(self.people) > _MOST_LISTED else ""
        return "；".join(one.shown for one in self.people[:_MOST_LISTED]) + more


class People:
    """All candidates of a pool, found by what people write.

    Parameters
    ----------
    pool : Pool
        Its experts and societies.

    Examples
    --------
    >>> import pandas as pd
    >>> from expertmatch.tables.pool import read_pool
    >>> people = People(read_pool(pd.DataFrame({
    ...     "专家编号": ["E1", "E2", "E3"], "姓名": ["张三", "张三", "李四"],
    ...     "工作单位": ["西北大学", "长安大学", "长安大学"]})))
    >>> people.find("李 四").people[0].id, people.find("张三(长安大学)").people[0].id, people.find("张三").why
    ('E3', 'E2', 'ambiguous')
    """

    def __init__(self, pool: Pool) -> None:
        experts = pool.experts.reindex(columns=["expert_id", "name", "unit", "title"], fill_value="")
        societies = pool.societies.reindex(columns=["society_id", "name"], fill_value="")
        self._all = {
            one.key: one
            for one in (
                *(Person("expert", *map(str, row)) for row in experts.itertuples(index=False)),
                *(Person("society", str(key), str(name), "", "") for key, name in societies.itertuples(index=False)),
            )
        }

    def __getitem__(self, key: Key) -> Person:
        """Return one by kind and id; an empty person of that id where there is none."""
        return self._all.get(key) or Person(*key, "", "", "")

    @cached_property
    def _ids(self) -> dict[str, list[Person]]:
        return _grouped((_plain(one.id), one) for one in self._all.values())

    @cached_property
    def _numbers(self) -> dict[str, list[Person]]:
        """Ids that are numbers, without the noughts that a spreadsheet drops."""
        return _grouped((one.id.lstrip("0"), one) for one in self._all.values() if one.id.isdigit())

    @cached_property
    def _names(self) -> dict[str, list[Person]]:
        return _grouped((name_key(one.name), one) for one in self._all.values() if one.name)

    def pair_id(self, key: Key) -> str:
        """Return the id as a pair of the settings has it: with the kind before it where two kinds share it."""
        kinds = {kind for kind in ("expert", "society") if (kind, key[1]) in self._all}
        return f"{key[0]}:{key[1]}" if len(kinds) > 1 else key[1]

    def by_id(self, text: str, kind: str = "") -> list[Person]:
        """Return who has an id, however it is spelt: exactly, else but for case, width and lost noughts.

        Parameters
        ----------
        text : str
            The id, also with ``expert:`` or ``society:`` before it.
        kind : str
            Only of this kind, if given.

        Returns
        -------
        list of Person
        """
        plain = _plain(text)
        told = _PREFIX.fullmatch(plain)
        if told and plain not in self._ids:
            return self.by_id(told[2], _KINDS[told[1]])
        hits = self._ids.get(plain, []) or self._numbers.get(plain.lstrip("0"), [])
        exact = [one for one in hits if one.id == text.strip()]
        return [one for one in exact or hits if not kind or one.kind == kind]

    def fits(self, one: Person, text: str) -> bool:
        """Say whether all that a text says is true of somebody: id, name, unit, title."""
        plain = unicodedata.normalize("NFKC", text)
        return self._says(one, plain) or all(self._says(one, part) for part in _parts(plain))

    def find(self, text: str) -> Found:
        """Say whom a text names.

        Parameters
        ----------
        text : str
            An id, a name, name and unit in any order and with any signs between, also with title or id.

        Returns
        -------
        Found
        """
        plain = unicodedata.normalize("NFKC", text).strip()
        found = self._find(plain)
        if found.why == "unknown" and (rest := _ASKED.sub("", plain)) != plain and rest:
            other = self._find(rest)
            return found if other.why == "unknown" else other
        return found

    def _find(self, text: str) -> Found:
        hits = self._exactly(text)
        if hits:
            return Found(hits, "ambiguous" if len(hits) > 1 else "")
        parts = _parts(text)
        named = {one.key: one for piece in self._pieces(parts) for one in self._hits(piece)}
        fitting = [one for one in named.values() if all(self._says(one, part) for part in parts)]
        if len(fitting) > 1:
            units = {name_key(part) for part in parts}
            exact = [one for one in fitting if name_key(one.unit) in units]
            fitting = exact if len(exact) == 1 else fitting
        if fitting:
            return Found(_sorted(fitting), "ambiguous" if len(fitting) > 1 else "")
        if not named:
            near = nearest_names(name_key(parts[0]) if parts else text, list(self._names))
            return Found(tuple(one for name in near for one in self._names[name]), "unknown")
        outside = self._pieces(_parts(_ASIDE.sub("", text)))
        apart = len(outside) > 1 and all(map(self._hits, outside))
        return Found(_sorted(named.values()), "several" if apart else "disagree")

    def _pieces(self, parts: Sequence[str]) -> list[str]:
        """Return the parts that are a name or an id, the others word by word."""
        return [piece for part in parts for piece in ([part] if self._hits(part) else part.split())]

    def _exactly(self, text: str) -> tuple[Person, ...]:
        """Return who has this id or this name."""
        return _sorted({one.key: one for one in (*self.by_id(text), *self._names.get(name_key(text), []))}.values())

    def _hits(self, text: str) -> tuple[Person, ...]:
        """Return the same, also without what stands behind names: 李四教授, 李四 同志."""
        return self._exactly(text) or _sorted(self._names.get(name_key(clean_name(text)), []))

    def _says(self, one: Person, part: str) -> bool:
        key = name_key(part)
        if key in {name_key(one.name), name_key(one.title), name_key(one.unit)} - {""}:
            return True
        if one in self.by_id(part) or name_key(clean_name(part)) == name_key(one.name) != "":
            return True
        words = part.split()
        return alike(key, name_key(one.unit)) or (len(words) > 1 and all(self._says(one, word) for word in words))


def _parts(text: str) -> list[str]:
    return [part.strip() for part in _BETWEEN.split(text) if name_key(part)]


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().casefold()


def _sorted(people: Iterable[Person]) -> tuple[Person, ...]:
    return tuple(sorted(people, key=lambda one: one.key))


def _grouped(pairs: Iterable[tuple[str, Person]]) -> dict[str, list[Person]]:
    found: dict[str, list[Person]] = {}
    for key, one in pairs:
        found.setdefault(key, []).append(one)
    return found
