"""The disciplines of needs and of experts: declared where they are, inferred from the text where not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from expertmatch.errors import Problem
from expertmatch.graph.declared import expert_texts, need_texts, read_declared
from expertmatch.graph.linking import DECLARED, INFERRED, Linker
from expertmatch.tables.pool import Pool

_POWER = 2.0
"""Inferred shares go with the square of the score: the second-best discipline is a second thought."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Mixture:
    """Which disciplines each of many needs belongs to.

    Parameters
    ----------
    codes : tuple of str
        All codes of the tree, in its order: the columns.
    shares : csr_array, shape (needs, codes), float64
        Each row sums to 1, or is empty where nothing is known.
    declared : ndarray of bool, shape (needs,)
        Whether the row was declared.
    problems : tuple of Problem
        A warning for each declared name that means no discipline.
    """

    codes: tuple[str, ...]
    shares: sparse.csr_array
    declared: npt.NDArray[np.bool_]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, eq=False, kw_only=True)
class ExpertDisciplines:
    """Which disciplines each expert of a pool stands for.

    Parameters
    ----------
    frame : DataFrame
        ``expert_id``, ``code``, ``name``, ``score`` (1 when declared), ``source`` (``declared`` or ``inferred``);
        by expert, best first.
    problems : tuple of Problem
        A warning for each declared name that means no discipline.
    """

    frame: pd.DataFrame
    problems: tuple[Problem, ...]


def need_disciplines(needs: pd.DataFrame, linker: Linker, *, column: str = "disciplines", top: int = 3) -> Mixture:
    """Return the mixture of disciplines of each need.

    Parameters
    ----------
    needs : DataFrame
        With title, text, keywords, as far as they are there.
    linker : Linker
        Fitted to the disciplines of a tree (no crosswalk).
    column : str, default "disciplines"
        Declared disciplines, as names or codes joined by ；. They win, in equal shares; a column that is not
        there declares nothing.
    top : int, default 3
        How many disciplines are inferred at most.

    Returns
    -------
    Mixture

    Examples
    --------
    >>> needs = pd.DataFrame({"title": ["猕猴桃溃疡病防治", "桥梁"], "disciplines": ["", "园艺学；植物保护学"]})
    >>> mixture = need_disciplines(needs, Linker.fit(level=2), top=1)
    >>> mixture.declared.tolist(), mixture.shares.sum(axis=1).tolist()
    ([False, True], [1.0, 1.0])
    >>> [mixture.codes[i] for i in mixture.shares.indices]
    ['21060', '21040', '21060']
    """
    tree = linker.labels.tree
    codes = tuple(tree.disciplines)
    place = {code: i for i, code in enumerate(codes)}
    read = read_declared(needs[column] if column in needs.columns else [""] * len(needs), tree, "needs")
    said = np.array([bool(some) for some in read.codes], dtype=bool)
    pairs = [(i, place[code], 1.0 / len(some)) for i, some in enumerate(read.codes) for code in some]
    open_rows = np.flatnonzero(~said)
    links = linker.link(need_texts(needs.iloc[open_rows]), top=top)
    weight = links["score"].to_numpy() ** _POWER
    total = np.bincount(links["text_id"].to_numpy(dtype=np.int64), weights=weight, minlength=len(open_rows))
    found = zip(links["text_id"].tolist(), links["code"].tolist(), weight.tolist(), strict=True)
    pairs += [(int(open_rows[i]), place[code], value / total[i]) for i, code, value in found]
    rows, columns, data = (np.array(axis) for axis in zip(*pairs, strict=True)) if pairs else ([], [], [])
    shares = sparse.csr_array((data, (rows, columns)), shape=(len(needs), len(codes)), dtype=np.float64)
    shares.sort_indices()
    return Mixture(codes=codes, shares=shares, declared=said, problems=read.problems)


def expert_disciplines(pool: Pool, linker: Linker, *, top: int = 3) -> ExpertDisciplines:
    """Return the disciplines of each expert: declared, or inferred from what they write.

    Parameters
    ----------
    pool : Pool
        Experts and works.
    linker : Linker
        Fitted to the disciplines of a tree (no crosswalk).
    top : int, default 3
        How many disciplines are inferred at most for an expert who declares none.

    Returns
    -------
    ExpertDisciplines

    Examples
    --------
    >>> from expertmatch.tables.pool import read_pool
    >>> pool = read_pool(pd.DataFrame({"专家编号": ["E1", "E2"], "姓名": ["张三", "李四"],
    ...                                "学科分类": ["园艺学", ""], "研究方向": ["", "钢筋混凝土框架抗震"]}))
    >>> expert_disciplines(pool, Linker.fit(), top=1).frame[["code", "source"]].values.tolist()
    [['21040', 'declared'], ['560', 'inferred']]
    """
    tree = linker.labels.tree
    ids = pool.experts["expert_id"].astype(str).tolist()
    read = read_declared(pool.experts["disciplines"], tree, "experts")
    rows: list[tuple[int, int, str, float, str]] = []
    for i, some in enumerate(read.codes):
        rows.extend((i, rank, code, 1.0, DECLARED) for rank, code in enumerate(some))
    silent = [i for i, some in enumerate(read.codes) if not some]
    texts: Sequence[str] = expert_texts(pool).iloc[silent].tolist()
    links = linker.link(texts, top=top)
    for i, rank, code, score in links[["text_id", "rank", "code", "score"]].itertuples(index=False):
        rows.append((silent[int(i)], int(rank), str(code), float(score), INFERRED))
    rows.sort(key=lambda row: (row[0], row[1]))
    frame = pd.DataFrame(
        {
            "expert_id": [ids[row[0]] for row in rows],
            "code": [row[2] for row in rows],
            "name": [tree.disciplines[row[2]].name for row in rows],
            "score": np.array([row[3] for row in rows], dtype=np.float64),
            "source": [row[4] for row in rows],
        }
    )
    return ExpertDisciplines(frame=frame, problems=read.problems)
