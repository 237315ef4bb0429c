"""Crosswalks: other names for disciplines, as tables of code and label.

Three come with the library, by name: ``degree`` (the 一级学科 of 研究生教育学科专业目录 2022 that have a home in
GB/T 13745), ``degree_category`` (its 门类) and ``society_class`` (the classes 理、工、农、医、交叉 by which 中国科协
counts its societies). The tables are the library's own reading.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from io import StringIO
from pathlib import Path

import pandas as pd

from expertmatch.errors import InputError
from expertmatch.graph.disciplines import DisciplineTree, own_tree
from expertmatch.graph.rows import problem, read_rows

NAMES = ("degree", "degree_category", "society_class")
"""Crosswalks that come with the library."""

_HEADERS = {"代码": "code", "学科代码": "code", "标签": "label", "名称": "label", "类别": "label"}


@dataclass(frozen=True, eq=False)
class Crosswalk:
    """Labels of disciplines.

    Parameters
    ----------
    entries : dict of str to tuple of str
        Code to its labels; codes below one that stands here have its labels unless they have their own.
    tree : DisciplineTree
        The tree of the codes.

    Examples
    --------
    >>> degrees = read_crosswalk("degree")
    >>> degrees.labels("21040"), degrees.labels("21030"), degrees.labels("47040")
    (('园艺学',), ('作物学',), ('电气工程',))
    """

    entries: Mapping[str, tuple[str, ...]]
    tree: DisciplineTree

    def labels(self, code: str) -> tuple[str, ...]:
        """Return the labels of a code: its own or those of the nearest discipline above; possibly none."""
        return next((self.entries[each] for each in self.tree.lineage(code) if each in self.entries), ())

    def codes(self, label: str) -> tuple[str, ...]:
        """Return the codes that a label is written at."""
        return self._codes.get(label, ())

    @property
    def names(self) -> tuple[str, ...]:
        """All labels, sorted."""
        return tuple(sorted(self._codes))

    @cached_property
    def _codes(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {}
        for code, labels in self.entries.items():
            for label in labels:
                found.setdefault(label, []).append(code)
        return {label: tuple(sorted(codes)) for label, codes in found.items()}


def read_crosswalk(source: str | Path | pd.DataFrame | Crosswalk, tree: DisciplineTree | None = None) -> Crosswalk:
    """Read a crosswalk.

    Parameters
    ----------
    source : {"degree", "degree_category", "society_class"}, path, DataFrame or Crosswalk
        A table (CSV, UTF-8 or GB18030) has the columns ``code`` and ``label`` (代码、标签). A label may stand at
        several codes and a code have several labels, a row each.
    tree : DisciplineTree, optional
        The tree of the codes; the library's own by default.

    Returns
    -------
    Crosswalk

    Raises
    ------
    InputError
        A column is missing, a cell is empty, a code is not in the tree, or a row repeats another; all at once.

    Examples
    --------
    >>> own = read_crosswalk(pd.DataFrame({"code": ["210", "21040"], "label": ["种植", "果蔬"]}))
    >>> own.labels("21040"), own.labels("21060"), own.labels("110")
    (('果蔬',), ('种植',), ())
    """
    if isinstance(source, Crosswalk):
        return source
    tree = own_tree() if tree is None else tree
    if isinstance(source, str) and source in NAMES:
        text = resources.files("expertmatch.resources").joinpath("crosswalks", f"{source}.csv").read_text("utf-8")
        file: str | None = f"{source}.csv"
        rows = [{"_row": str(i), **row} for i, row in enumerate(csv.DictReader(StringIO(text)), 2)]
    else:
        file, rows = read_rows(source, _HEADERS)
    lacking = [name for name in ("code", "label") if not rows or name not in rows[0]]
    if lacking:
        message = f"对照表缺少列：{'、'.join(lacking)}。"
        raise InputError([problem("missing-column", file, "1", "", message, "需要的列：code、label。")])
    problems = []
    entries: dict[str, list[str]] = {}
    for row in rows:
        code, label, at = row["code"], row["label"], row["_row"]
        if not code or not label:
            problems.append(problem("empty-cell", file, at, code, "代码或标签是空的。", "请填写，或删去这一行。"))
        elif code not in tree:
            message = f"学科代码“{code}”不在学科表中。"
            problems.append(problem("unknown-code", file, at, code, message, "请改为表中有的代码。"))
        elif label in entries.get(code, []):
            message = f"代码“{code}”与标签“{label}”重复。"
            problems.append(problem("duplicate-row", file, at, label, message, "请删去一行。"))
        entries.setdefault(code, []).append(label)
    if problems:
        raise InputError(problems)
    return Crosswalk({code: tuple(labels) for code, labels in sorted(entries.items())}, tree)
