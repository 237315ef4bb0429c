"""Works that stand in the experts table: cells such as 代表性论文 that clearly are lists."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pandas as pd

from expertmatch.errors import Problem
from expertmatch.tables.clean import clean_text, mask_personal
from expertmatch.tables.columns import normalise_header
from expertmatch.tables.joining.build import PERSON
from expertmatch.tables.joining.identity import person_keys
from expertmatch.tables.joining.rows import Part, Texts, text_frame, texts

_KINDS = (("论文", "论文"), ("专利", "专利"), ("项目|课题", "项目"), ("著", "著作"), ("奖", "获奖"))
_RECORD = re.compile(r"论文|专利|项目|课题|著|成果|奖|代表作")
_NOT_RECORD = re.compile(r"数$|数量|类型|类别|时间|日期|编号|级别|金额|经费|简介")
_NUMBER = re.compile(r"(?:^|(?<=[\s；;。，,]))(?:[（(]?(\d{1,2})[)）.、．](?!\d)|([①-⑳]))\s*")
_SHORTEST, _LONGEST = 4, 200


def split_items(cell: str) -> list[str]:
    """Return the items of a cell that clearly is a list, nothing otherwise.

    Numbers (``1.``, ``(1)``, ``①``) that count up from 1 decide, then line breaks, then ``；``. It is no list if
    there are fewer than two items, or one is shorter than 4 or longer than 200 characters.

    Parameters
    ----------
    cell
        A cell's text.

    Returns
    -------
    list of str

    Examples
    --------
    >>> split_items("1.苹果腐烂病防治技术 2.猕猴桃溃疡病综合防控")
    ['苹果腐烂病防治技术', '猕猴桃溃疡病综合防控']
    >>> split_items("长期从事苹果栽培研究；成果显著")
    ['长期从事苹果栽培研究', '成果显著']
    >>> split_items("长期从事苹果栽培研究")
    []
    """
    marks = list(_NUMBER.finditer(cell))
    numbers = [int(m[1]) if m[1] else ord(m[2]) - ord("①") + 1 for m in marks]
    if len(marks) > 1 and numbers == list(range(1, len(marks) + 1)) and not cell[: marks[0].start()].strip():
        ends = [*(m.start() for m in marks[1:]), len(cell)]
        items = [cell[m.end() : end] for m, end in zip(marks, ends, strict=True)]
    else:
        items = cell.split("\n")
        if sum(bool(i.strip()) for i in items) < 2:
            items = re.split(r"[；;]", cell)
    items = [" ".join(_NUMBER.sub("", i.strip(), count=1).split()).strip("；;。， ") for i in items]
    items = list(dict.fromkeys(i for i in items if i))
    fits = len(items) > 1 and all(_SHORTEST <= len(i) <= _LONGEST for i in items)
    return items if fits else []


def record_kind(header: str) -> str | None:
    """Return the kind of works a column of the experts table lists, None if it lists none.

    Examples
    --------
    >>> record_kind("代表性论文"), record_kind("代表性论文/专利/项目"), record_kind("论文数"), record_kind("简历")
    ('论文', '成果', None, None)
    """
    text = normalise_header(header)
    if not _RECORD.search(text) or _NOT_RECORD.search(text):
        return None
    kinds = [kind for words, kind in _KINDS if re.search(words, text)]
    return kinds[0] if len(kinds) == 1 else "成果"


def split_records(experts: Part, cells: pd.DataFrame) -> tuple[Part, Part | None, list[Problem]]:
    """Take the works that are listed in an experts table out of it.

    Parameters
    ----------
    experts
        Its checked rows.
    cells
        The columns of the sheet that hold biographical text, as written, one row per row of ``experts``.

    Returns
    -------
    Part, Part or None, list of Problem
        The experts without the lists that became works, the works if there are any, and what was done.
    """
    bio = texts(experts.frame, "bio").copy()
    keys = person_keys(experts.frame)
    given = texts(experts.frame, "expert_id")
    found: list[tuple[int, str, str]] = []
    notes: list[Problem] = []
    for header in map(str, cells.columns):
        kind = record_kind(header)
        if kind is None:
            continue
        count = len(found)
        for i, cell in enumerate(texts(cells, header)):
            text = mask_personal(clean_text(cell))
            items = split_items(text) if given[i] or keys[i] else []
            found += [(i, item, kind) for item in items]
            if items:
                bio[i] = re.sub(r"\n{2,}", "\n", bio[i].replace(text, "")).strip("\n ")
        if len(found) > count:
            lines = sorted({int(experts.rows[i]) for i, _, _ in found[count:]})
            notes.append(
                Problem(
                    severity="note",
                    code="works-from-experts",
                    message=f"“{header}”列中写成列表的，拆成了 {len(found) - count} 条成果（类型“{kind}”）。",
                    remedy="若不应拆开，请把成果写成一段话。",
                    table="experts",
                    file=experts.file,
                    sheet=experts.sheet,
                    column=header,
                    row=lines[0],
                    rows=tuple(lines) if len(lines) > 1 else (),
                )
            )
    if not found:
        return experts, None, []
    at = np.array([i for i, _, _ in found], dtype=np.int64)

    def column(values: list[str]) -> Texts:
        return np.array(values, dtype=object)

    frame = text_frame(
        {
            "expert_id": given[at],
            "title": column([item for _, item, _ in found]),
            "kind": column([kind for _, _, kind in found]),
            PERSON: keys[at],
        }
    )
    works = Part("works", frame, experts.rows[at], experts.file, experts.sheet, listed=True)
    changed = experts.frame.assign(bio=bio) if "bio" in experts.frame.columns else experts.frame
    return replace(experts, frame=changed), works, notes
