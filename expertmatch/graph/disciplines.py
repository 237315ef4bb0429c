"""The tree of disciplines and the lexicon of each.

The tree that comes with the library is GB/T 13745-2009 学科分类与代码, its 62 first-level disciplines (three digits)
and its second-level ones (five digits); the words under each are the library's own. An own tree can be read instead.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib import resources
from io import StringIO
from pathlib import Path

import pandas as pd

from expertmatch.errors import InputError, Problem, UnknownNameError
from expertmatch.graph.rows import problem, read_rows, split_list

_MOVED = {"19035": "19030"}
"""The standard's one exception: 1903510 and its siblings belong to 19030, there is no 19035 (GB/T 13745-2009)."""

_CODE = re.compile(r"\d{3}(?:\.?\d{2}){0,2}")
_JOINTS = re.compile(r"[\s、，,·・;；/()（）\"“”]|与|和|及")
_ENDINGS = re.compile(r"(?:科学与技术|科学技术|学科|科学|技术|学|研究)$")
_SPLIT = re.compile(r"[;；\n|]+")
_FINER = re.compile(r"[、，,/]+")
_COLUMNS = ("code", "name", "parent", "terms")
_HEADERS = {
    "代码": "code",
    "学科代码": "code",
    "名称": "name",
    "学科名称": "name",
    "上级": "parent",
    "上级代码": "parent",
    "词": "terms",
    "术语": "terms",
    "参见": "see",
}


@dataclass(frozen=True, slots=True)
class Discipline:
    """One node of the tree.

    Parameters
    ----------
    code, name : str
        As the standard has them.
    level : int
        1 for a first-level discipline, 2 for those under it; deeper only in an own tree.
    parent : str
        Code of the discipline above, ``""`` at level 1.
    see : tuple of str
        Codes of related disciplines elsewhere in the tree.
    terms : tuple of str
        What its papers, patents and problems talk about.
    """

    code: str
    name: str
    level: int
    parent: str = ""
    see: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class DisciplineTree:
    """Disciplines by code.

    Parameters
    ----------
    disciplines : dict of str to Discipline
        In the order of the codes.
    aliases : dict of str to str
        Further names and their codes.

    Examples
    --------
    >>> tree = own_tree()
    >>> tree.find("园艺学"), tree.find("210.40"), tree.at_level("21040", 1)
    ('21040', '21040', '210')
    >>> tree.parent("1903510")
    '19030'
    """

    disciplines: Mapping[str, Discipline]
    aliases: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, source: str | Path | pd.DataFrame) -> DisciplineTree:
        """Read an own tree.

        Parameters
        ----------
        source : path or DataFrame
            CSV (UTF-8 or GB18030) with the columns ``code``, ``name``, ``parent`` (empty for the first level),
            ``terms`` (joined by ``;``) and, if wanted, ``see``; 代码、名称、上级、词、参见 are read too.

        Returns
        -------
        DisciplineTree

        Raises
        ------
        InputError
            A column is missing, a code is empty or stands twice, a name is empty, a parent or reference does not
            exist, or parents run in a circle; all of it at once, with rows.

        Examples
        --------
        >>> DisciplineTree.read(pd.DataFrame({"代码": ["A", "A1"], "名称": ["农学", "果树"], "上级": ["", "A"],
        ...                                   "词": ["作物;土壤", "苹果;猕猴桃"]})).lexicon("A1")
        ('苹果', '猕猴桃')
        """
        file, rows = read_rows(source, _HEADERS)
        return _tree(rows, file)

    def __len__(self) -> int:
        return len(self.disciplines)

    def __contains__(self, code: object) -> bool:
        return code in self.disciplines

    def children(self, code: str) -> tuple[str, ...]:
        """Return the codes right under one; under ``""`` those of the first level."""
        return self._children.get(code, ())

    def parent(self, code: str) -> str:
        """Return the code above, ``""`` at the first level; a seven-digit code need not stand in the tree.

        Parameters
        ----------
        code : str
            Of three, five or seven digits; of an own tree, as it stands there.

        Returns
        -------
        str

        Raises
        ------
        UnknownNameError
            Neither the code nor the one above stands in the tree.
        """
        if code in self.disciplines:
            return self.disciplines[code].parent
        above = _MOVED.get(code[:-2], code[:-2])
        if code.isdigit() and len(code) == 7 and above in self.disciplines:
            return above
        raise UnknownNameError("学科代码", code, self.disciplines)

    def level_of(self, code: str) -> int:
        """Return the level of a code, 1 at the top."""
        above = self.parent(code)
        return self.disciplines[code].level if code in self.disciplines else self.disciplines[above].level + 1

    def at_level(self, code: str, level: int) -> str:
        """Return the code's ancestor (or itself) at a level, ``""`` if it stands above that level.

        Parameters
        ----------
        code : str
            Any code :meth:`parent` takes.
        level : int
            1 for the first level.

        Returns
        -------
        str
        """
        here = self.level_of(code)
        if here < level:
            return ""
        for _ in range(here - level):
            code = self.parent(code)
        return code

    def lineage(self, code: str) -> tuple[str, ...]:
        """Return the code and its ancestors, nearest first."""
        found = [code]
        while above := self.parent(found[-1]):
            found.append(above)
        return tuple(found)

    def lexicon(self, code: str) -> tuple[str, ...]:
        """Return the words of a discipline, without those of the ones under it."""
        if code not in self.disciplines:
            raise UnknownNameError("学科代码", code, self.disciplines)
        return self.disciplines[code].terms

    def find(self, text: str) -> str | None:
        """Return the code that a name or a code means.

        A code may have dots (110.1410, as the edition of 1992 wrote them) and seven digits; the nearest code in
        the tree answers. A name may differ in 与、和、、, in blanks and in its ending (植物保护 for 植物保护学); a
        name that is none is looked up among the words of the disciplines and answers when it stands under one of
        them only, or only within one first-level discipline. The higher level wins.

        Parameters
        ----------
        text : str
            A name, a code, or both.

        Returns
        -------
        str or None
            ``None`` if nothing is meant by it, or several.

        Examples
        --------
        >>> own_tree().find("植物保护"), own_tree().find("110.1410 演绎逻辑学"), own_tree().find("不存在的学科")
        ('21060', '11014', None)
        """
        plain = unicodedata.normalize("NFKC", text).strip()
        if plain in self.disciplines:
            return plain
        coded = _CODE.search(plain)
        if coded and not re.search(r"\d", plain[: coded.start()] + plain[coded.end() :]):
            digits = coded.group().replace(".", "")
            for code in (digits, _MOVED.get(digits[:5], digits[:5]), digits[:3]):
                if code in self.disciplines:
                    return code
        key = _key(plain)
        stem = _stem(key)
        return self._names.get(key) or self._names.get(stem) or self._terms.get(key) or self._terms.get(stem)

    def find_all(self, text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the codes of a cell with several names, and what in it means none.

        Parameters
        ----------
        text : str
            Names joined by ；, a line break, 、 or /; 航空、航天科学技术 is one name nevertheless.

        Returns
        -------
        codes, unknown : tuple of str
            In the order of the text, each once.

        Examples
        --------
        >>> own_tree().find_all("航空；航天科学技术；园艺学、魔法学")
        (('590', '21040'), ('魔法学',))
        """
        codes: list[str] = []
        unknown: list[str] = []
        parts = [part.strip() for part in _SPLIT.split(text) if part.strip()]
        while parts:
            # names of the standard hold 、 themselves, so the longest run of parts that is a name goes first
            most = next((n for n in range(len(parts), 1, -1) if _key("".join(parts[:n])) in self._names), 1)
            head, parts = parts[:most], parts[most:]
            found = self.find("".join(head))
            finer = [part for part in _FINER.split(head[0]) if part.strip()] if most == 1 and not found else []
            if found:
                codes.append(found)
            elif len(finer) > 1:
                inner = [self.find_all(part) for part in finer]
                codes.extend(code for some, _ in inner for code in some)
                unknown.extend(name for _, some in inner for name in some)
            else:
                unknown.append("、".join(head))
        return tuple(dict.fromkeys(codes)), tuple(dict.fromkeys(unknown))

    @cached_property
    def _children(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {}
        for each in self.disciplines.values():
            found.setdefault(each.parent, []).append(each.code)
        return {code: tuple(below) for code, below in found.items()}

    @cached_property
    def _names(self) -> dict[str, str]:
        by_level = sorted(self.disciplines.values(), key=lambda each: (each.level, each.code))
        exact: dict[str, str] = {}
        for each in by_level:
            exact.setdefault(_key(each.name), each.code)
        stems = Counter(_stem(_key(each.name)) for each in by_level)
        for each in by_level:
            stem = _stem(_key(each.name))
            if stems[stem] == 1 and len(stem) > 1:
                exact.setdefault(stem, each.code)
        for name, code in self.aliases.items():
            exact.setdefault(_key(name), code)
        return exact

    @cached_property
    def _terms(self) -> dict[str, str]:
        """Words that stand under one discipline, or within one first-level discipline only."""
        places: dict[str, list[str]] = {}
        for each in self.disciplines.values():
            for term in each.terms:
                places.setdefault(_key(term), []).append(each.code)
        found = {}
        for term, codes in places.items():
            tops = {self.at_level(code, 1) for code in codes}
            if len(tops) == 1:
                found[term] = codes[0] if len(set(codes)) == 1 else tops.pop()
        return found


@cache
def own_tree() -> DisciplineTree:
    """Return the tree that comes with the library: GB/T 13745-2009, first and second level.

    Returns
    -------
    DisciplineTree

    Examples
    --------
    >>> own_tree().disciplines["210"].name
    '农学'
    """
    folder = resources.files("expertmatch.resources").joinpath("disciplines")
    rows: list[dict[str, str]] = []
    for part in sorted(folder.iterdir(), key=lambda item: item.name):
        if part.name.endswith(".csv"):
            rows.extend(csv.DictReader(StringIO(part.read_text(encoding="utf-8"))))
    rows.sort(key=lambda row: row["code"])
    tree = _tree([{"_row": str(i), **row} for i, row in enumerate(rows, 2)], "disciplines")
    names = resources.files("expertmatch.resources").joinpath("discipline_aliases.csv").read_text(encoding="utf-8")
    aliases = {row["name"]: row["code"] for row in csv.DictReader(StringIO(names))}
    return DisciplineTree(tree.disciplines, aliases)


def _key(name: str) -> str:
    return _JOINTS.sub("", unicodedata.normalize("NFKC", name)).lower()


def _stem(key: str) -> str:
    return _ENDINGS.sub("", key)


def _tree(rows: list[dict[str, str]], file: str | None) -> DisciplineTree:
    lacking = [name for name in _COLUMNS[:3] if rows and name not in rows[0]]
    if not rows or lacking:
        message = f"学科表缺少列：{'、'.join(lacking or _COLUMNS[:3])}。"
        raise InputError([problem("missing-column", file, "1", "", message, "需要的列：code、name、parent、terms。")])
    problems = _row_problems(rows, file)
    parents = {row["code"]: row["parent"] for row in rows}
    levels = {code: _depth(code, parents) for code in parents}
    for row in rows:
        if row["code"] and not problems and levels[row["code"]] == 0:
            message = f"“{row['code']}”的上级绕成了圈。"
            problems.append(problem("circle", file, row["_row"], row["parent"], message, "请改正 parent 列。"))
    if problems:
        raise InputError(problems)
    made = (
        Discipline(
            code=row["code"],
            name=row["name"],
            level=levels[row["code"]],
            parent=row["parent"],
            see=split_list(row.get("see", "")),
            terms=split_list(row.get("terms", "")),
        )
        for row in rows
    )
    return DisciplineTree({each.code: each for each in made})


def _row_problems(rows: list[dict[str, str]], file: str | None) -> list[Problem]:
    problems: list[Problem] = []
    first: dict[str, str] = {}
    codes = {row["code"] for row in rows}
    for row in rows:
        code, at = row["code"], row["_row"]
        if not code or not row["name"]:
            what = "学科代码" if not code else "学科名称"
            problems.append(problem("empty-cell", file, at, code, f"{what}是空的。", "请填写，或删去这一行。"))
        elif code in first:
            message = f"学科代码“{code}”在第 {first[code]} 行已经出现过。"
            problems.append(problem("duplicate-code", file, at, code, message, "每个代码只写一行。"))
        first.setdefault(code, at)
        if row["parent"] and row["parent"] not in codes:
            message = f"上级“{row['parent']}”不在表中。"
            problems.append(problem("unknown-parent", file, at, row["parent"], message, "请补上它的行，或改正。"))
        for other in split_list(row.get("see", "")):
            if other not in codes:
                message = f"参见的“{other}”不在表中。"
                problems.append(problem("unknown-reference", file, at, other, message, "请改正 see 列。"))
    return problems


def _depth(code: str, parents: Mapping[str, str]) -> int:
    """Return the level of a code, 0 if its parents run in a circle."""
    level, seen = 1, {code}
    while above := parents.get(code, ""):
        if above in seen:
            return 0
        seen.add(above)
        code, level = above, level + 1
    return level
