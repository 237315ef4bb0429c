"""Needs: from a table, from one sentence, from a list of sentences."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

import numpy as np
import pandas as pd

from expertmatch.errors import InputError, Problem, SettingError
from expertmatch.tables.columns import normalise_header
from expertmatch.tables.joining.build import in_order
from expertmatch.tables.joining.identity import made_id, mapped, name_key, title_key
from expertmatch.tables.joining.intake import Columns, columns_of, looks_like_file, read_part
from expertmatch.tables.joining.rows import Part, Stack, Texts, drop_repeats, known_columns, stack, text_frame, texts
from expertmatch.tables.joining.unite import content_order, disagreements, unite, update_stamps
from expertmatch.tables.pool import SourceInfo, frames_digest
from expertmatch.tables.read import Source
from expertmatch.tables.reading.data import is_url

#: Headers that only one sort of form has, and the kind of need it asks for.
_FORMS = (
    ("企业技术难题", re.compile(r"企业|公司|机构全称|统一社会信用代码|机构属性|技术难题|技术关键|技术需求")),
    ("帮扶需求", re.compile(r"村|户数|贫困|主导产业|病虫害|存栏|帮扶|乡镇|农户")),
)
_LISTS = ("keywords", "industry", "disciplines", "requester_people")


@dataclass(frozen=True, eq=False, repr=False)
class Needs:
    """What is asked for, checked.

    Parameters
    ----------
    frame
        One row a need, sorted by ``need_id``; text only, ``""`` for missing. Shared: copy before changing it.
    problems
        Everything found: warnings and notes.
    sources
        What was read.
    """

    frame: pd.DataFrame = field(default_factory=lambda: text_frame(dict.fromkeys(need_columns(), _NONE)))
    problems: tuple[Problem, ...] = ()
    sources: tuple[SourceInfo, ...] = ()

    def __len__(self) -> int:
        """Return the number of needs."""
        return len(self.frame)

    def __repr__(self) -> str:
        """Return one line for people."""
        kinds = pd.Series(texts(self.frame, "kind")).value_counts()
        named = sorted((k, n) for k, n in kinds.items() if k)
        told = "、".join(f"{k} {n}" for k, n in named[:4]) + ("等" if len(named) > 4 else "")
        warnings = sum(p.severity == "warning" for p in self.problems)
        rest = f"；提醒 {warnings} 条" if warnings else ""
        return f"<需求：{len(self):,} 条{f'（{told}）' if told else ''}{rest}>"

    def __eq__(self, other: object) -> bool:
        """Say whether two sets of needs say the same."""
        return self.digest == other.digest if isinstance(other, Needs) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.digest)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of what the needs say, independent of the order of rows."""
        return frames_digest({"needs": self.frame})


_NONE: Texts = np.zeros(0, dtype=object)


def need_columns() -> tuple[str, ...]:
    """Return the columns that the frame of needs always has, in order."""
    first = ("need_id", "title", "text", "keywords", "kind", "requester")
    return (*first, *(c for c in known_columns("needs") if c not in first))


def read_needs(
    source: Source | Sequence[str],
    *,
    sheet: str | None = None,
    columns: Columns | None = None,
    today: date | None = None,
) -> Needs:
    """Read needs.

    Parameters
    ----------
    source
        Path, database URL or DataFrame; or one sentence, which becomes need ``N001``; or a list of sentences,
        ``N001`` and on in this order. A text that looks like a file (an ending such as .xlsx, or a folder and
        an ending) is one.
    sheet
        Name of the sheet.
    columns
        Header -> canonical column, for headers that are not known.
    today
        The day dates are judged by; the present day by default.

    Returns
    -------
    Needs
        Without an id in the table, a need's is made from title and requester.

    Raises
    ------
    InputError
        If anything is an error; it carries all problems.
    SettingError
        If the source is of another type, or an empty text or list.

    Examples
    --------
    >>> read_needs("如何防治猕猴桃溃疡病").frame[["need_id", "title"]].values.tolist()
    [['N001', '如何防治猕猴桃溃疡病']]
    >>> read_needs(pd.DataFrame({"企业名称": ["某某电气公司"], "技术难题名称": ["变压器局部放电监测"]}))
    <需求：1 条（企业技术难题 1）>
    """
    day = today or date.today()
    if isinstance(source, str | os.PathLike) and not (looks_like_file(source) or is_url(source)):
        source = [str(source)]
    if isinstance(source, Sequence) and not isinstance(source, str):
        return _from_sentences(source, day)
    parts, problems = read_part(source, "needs", sheet, columns_of(columns, "needs"), day)
    return _make(parts, problems, day)


def _from_sentences(sentences: Sequence[str], today: date) -> Needs:
    if not len(sentences) or not all(isinstance(s, str) and s.strip() for s in sentences):
        name, accepted = "source", "非空的文字，或由非空文字组成的列表"
        raise SettingError(name, sentences, accepted)
    width = max(3, len(str(len(sentences))))
    ids = [f"N{i:0{width}d}" for i in range(1, len(sentences) + 1)]
    frame = pd.DataFrame({"need_id": ids, "title": list(sentences)})
    parts, problems = read_part(frame, "needs", None, {}, today)
    digest = hashlib.sha256("\x1f".join(sentences).encode("utf-8", "surrogatepass")).hexdigest()
    plain = [Part("needs", p.frame, p.rows, "文字", None, digest=digest, read=len(frame)) for p in parts]
    return _make(plain, [p for p in problems if p.severity != "note"], today)


def _make(parts: Sequence[Part], problems: Sequence[Problem], today: date) -> Needs:
    """Make needs of checked rows."""
    rows, found = drop_repeats(stack(parts, "needs"))
    found = [*problems, *found]
    said = np.any([rows.texts(c) != "" for c in ("need_id", "title", "text", "keywords")], axis=0)
    rows = rows.take(said)  # the others were listed when they were checked
    guessed = [_guess_kind(p) for p in parts]
    rows = _with_kinds(rows, [kind for kind, _ in guessed])
    found += [note for _, note in guessed if note]
    ids, doubts = _need_ids(rows)
    stamps = (update_stamps(rows.frame, today),)
    single = [(str(c),) for c in rows.frame.columns if c not in {*_LISTS, "need_id"}]
    together = [("requester", "requester_parent"), ("region", "province", "city", "county", "region_code")]
    inside = {c for block in together for c in block}
    blocks = [*together, *(b for b in single if b[0] not in inside)]
    order = content_order(rows.frame, ids, stamps)
    need_ids, frame, taken = unite(rows.frame, ids, order, blocks, _LISTS)
    titles = rows.texts("title")
    found += doubts + disagreements(rows, ids, taken, blocks, stamps, lambda i: f"需求“{titles[i][:30] or ids[i]}”")
    frame["need_id"] = text_frame({"i": need_ids})["i"]
    extra = sorted(set(map(str, rows.frame.columns)) - set(need_columns()))
    ordered = in_order(found)
    if any(p.severity == "error" for p in ordered):
        raise InputError(ordered)
    used = np.bincount(rows.part, minlength=len(parts))
    sources = tuple(
        SourceInfo(p.table, p.file, p.sheet, p.digest, p.read or len(p.frame), int(n), p.names)
        for p, n in zip(parts, used, strict=True)
    )
    return Needs(frame[[*need_columns(), *extra]], ordered, sources)


def _guess_kind(part: Part) -> tuple[str, Problem | None]:
    """Tell a company's form from a village's by its headers."""
    if (texts(part.frame, "kind") != "").any():
        return "", None
    headers = [normalise_header(h) for h in (*part.headers.values(), *map(str, part.frame.columns))]
    written = [h for h in dict.fromkeys(headers) if h]
    counts = {kind: [h for h in written if pattern.search(h)] for kind, pattern in _FORMS}
    best = sorted(counts, key=lambda k: -len(counts[k]))
    if not counts[best[0]] or len(counts[best[0]]) == len(counts[best[1]]):
        return "", None
    kind = best[0]
    note = Problem(
        severity="note",
        code="kind-guessed",
        message=f"表中没有需求类型；有“{'”“'.join(counts[kind][:3])}”列，按“{kind}”处理。",
        remedy="如不对，请加一列“需求类型”。",
        table="needs",
        file=part.file,
        sheet=part.sheet,
    )
    return kind, note


def _with_kinds(rows: Stack, kinds: Sequence[str]) -> Stack:
    if not any(kinds) or not len(rows):
        return rows
    guessed = np.array(kinds, dtype=object)[rows.part]
    own = rows.texts("kind")
    frame = rows.frame.assign(kind=text_frame({"k": np.where(own != "", own, guessed)})["k"])
    return Stack(frame, rows.row, rows.part, rows.parts)


def _need_ids(rows: Stack) -> tuple[Texts, list[Problem]]:
    """Give every row its need's id.

    Needs without an id that share title and requester but say different things are different needs: their
    text then goes into the id too, and they are listed.
    """
    given, titles = rows.texts("need_id"), mapped(rows.texts("title"), title_key)
    requesters, bodies = mapped(rows.texts("requester"), name_key), mapped(rows.texts("text"), title_key)
    problems = _one_id_two_needs(rows, given, titles, bodies)
    groups: dict[tuple[str, str], dict[str, int]] = {}
    for i in np.flatnonzero(given == ""):
        groups.setdefault((titles[i], requesters[i]), {}).setdefault(bodies[i], int(i))
    ids = given.copy()
    for i in np.flatnonzero(given == ""):
        group = groups[titles[i], requesters[i]]
        extra = (bodies[i],) if not titles[i] or len(group) > 1 else ()
        ids[i] = made_id("N", titles[i], requesters[i], *extra)
    for (title, _), group in groups.items():
        if title and len(group) > 1:
            at = sorted(group.values())
            lines = "、".join(rows.where(i, at[-1]) for i in at[:-1])
            message = f"名称和单位与{lines}相同，内容不同，按 {len(at)} 条需求处理。"
            remedy = "若是同一需求，请合并为一行；若不是，请写上需求编号或把名称写得不同。"
            shown = rows.texts_at("title", [at[-1]])[0]
            problems.append(rows.problem(at[-1], "warning", "same-title-needs", message, remedy, "title", shown))
    return ids, problems


def _one_id_two_needs(rows: Stack, given: Texts, titles: Texts, bodies: Texts) -> list[Problem]:
    first: dict[str, dict[str, int]] = {}
    for i in np.flatnonzero(given != ""):
        said = titles[i] or bodies[i]
        if said:
            first.setdefault(given[i], {}).setdefault(said, int(i))
    problems = []
    for one, found in first.items():
        if len(found) > 1:
            at = sorted(found.values())
            said = "，".join(f"{rows.where(i, at[-1])}“{rows.texts_at('title', [i])[0][:30]}”" for i in at)
            message = f"需求编号 {one} 用于 {len(found)} 条不同的需求：{said}。"
            remedy = "改正编号；没有编号可以留空，由名称和单位生成。"
            problems.append(rows.problem(at[-1], "error", "one-id-two-needs", message, remedy, "need_id", one))
    return problems
