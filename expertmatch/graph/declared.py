"""What people declare: the disciplines of experts, of societies and of needs, read from cells.

And what they write, as one text a person, for experts who declare none.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from expertmatch.errors import Problem
from expertmatch.graph.disciplines import DisciplineTree
from expertmatch.tables.pool import Pool


@dataclass(frozen=True, eq=False)
class DeclaredCells:
    """Cells of disciplines, read.

    Parameters
    ----------
    codes : tuple of tuple of str
        The codes of each cell.
    problems : tuple of Problem
        A warning for each name that means no discipline, or several.
    """

    codes: tuple[tuple[str, ...], ...]
    problems: tuple[Problem, ...]


def read_declared(cells: Iterable[object], tree: DisciplineTree, table: str) -> DeclaredCells:
    """Read cells of disciplines.

    Parameters
    ----------
    cells : iterable
        Names or codes joined by ；; missing values are none.
    tree : DisciplineTree
        The tree.
    table : str
        Canonical name of the table, for the warnings.

    Returns
    -------
    DeclaredCells

    Examples
    --------
    >>> from expertmatch.graph.disciplines import own_tree
    >>> read = read_declared(["园艺学；魔法学", "", None], own_tree(), "experts")
    >>> read.codes, [problem.value for problem in read.problems]
    ((('21040',), (), ()), ['魔法学'])
    """
    known: dict[str, tuple[str, ...]] = {}
    missing: dict[str, int] = {}
    lost: dict[str, tuple[str, ...]] = {}
    codes = []
    for cell in cells:
        text = cell if isinstance(cell, str) else ""
        if text not in known:
            known[text], lost[text] = tree.find_all(text)
        codes.append(known[text])
        for name in lost[text]:
            missing[name] = missing.get(name, 0) + 1
    problems = tuple(
        Problem(
            severity="warning",
            code="unknown-discipline",
            table=table,
            value=name,
            message=f"“{name}”不是学科表中的名称或代码，或不能确定是哪一个（{count} 处）；未采用。",
            remedy="请改为 GB/T 13745 的名称或代码，或者留空。",
        )
        for name, count in sorted(missing.items())
    )
    return DeclaredCells(tuple(codes), problems)


def expert_texts(pool: Pool) -> pd.Series:
    """Return what each expert of a pool writes and says of themselves, as one text.

    Parameters
    ----------
    pool : Pool
        Experts and works.

    Returns
    -------
    Series of str
        By expert id, in the order of the experts; fields of research, what stands
        under disciplines, and bio first, then works.
    """
    own = _joined(pool.experts, ("fields", "disciplines", "bio"))
    own.index = pd.Index(pool.experts["expert_id"].astype(str))
    works = _joined(pool.works, ("title", "text", "keywords"))
    written = works.groupby(pool.works["expert_id"].astype(str).to_numpy(), sort=True).agg("\n".join)
    both = own.str.cat(written.reindex(own.index).fillna(""), sep="\n")
    return both.str.strip()


def need_texts(frame: pd.DataFrame) -> list[str]:
    """Return title, text, keywords and what stands under disciplines of each need as one text."""
    return _joined(frame, ("title", "text", "keywords", "disciplines")).tolist()


def _joined(frame: pd.DataFrame, columns: tuple[str, ...]) -> pd.Series:
    total = pd.Series([""] * len(frame), dtype=object)
    for name in columns:
        if name in frame.columns:
            cells = pd.Series(["" if pd.isna(cell) else str(cell) for cell in frame[name]], dtype=object)
            total = total + "\n" + cells
    return total.str.strip() if len(total) else total
