"""Which column is which: people's headers to canonical columns.

The contracts themselves (columns, kinds, header names) are data in :mod:`expertmatch.tables.headers.contracts`;
this file reads headers by them and says how each was understood.
"""

from __future__ import annotations

import difflib
import functools
import re
from collections.abc import Mapping, Sequence

from expertmatch.tables.headers.contract import Column, Kind, TableContract
from expertmatch.tables.headers.contracts import ROW_NUMBERS, SENSITIVE, TABLES
from expertmatch.tables.headers.header_map import Explained, HeaderMap
from expertmatch.tables.headers.header_text import bare, normalise_header, squeeze

__all__ = [
    "TABLES",
    "Column",
    "Explained",
    "HeaderMap",
    "Kind",
    "TableContract",
    "derived_columns",
    "frame_columns",
    "guess_table",
    "is_header",
    "map_headers",
    "normalise_header",
]

#: Columns that checking adds, by the kind of the column they are read from; ``{}`` is its prefix.
_DERIVED: Mapping[str, tuple[str, ...]] = {
    "title": ("{}title_level", "{}academician", "{}post", "{}honours"),
    "region": ("{}province", "{}city", "{}county", "{}region_code"),
}


_MIXED = re.compile(r"[/\\\\、,;|·+&()\[\]【】\-]|及|和|与|或")
_MIXED_WORDS = frozenset({"职务职称", "职称职务"})
_COUNTER = re.compile(r"(?:[\d一二三四五]+|\.\d+)$")


@functools.cache
def _lookup(table: str) -> Mapping[str, Column]:
    """All accepted header spellings of a table; canonical names win over labels, labels over aliases."""
    found: dict[str, Column] = {}
    columns = TABLES[table].columns
    for words in (lambda c: (c.name,), lambda c: (c.label,), lambda c: c.aliases):
        for column in columns:
            for word in words(column):
                found.setdefault(squeeze(word), column)
    return found


def _candidates(header: str) -> list[str]:
    """Spellings of a header to look up, the most literal first."""
    whole = squeeze(header)
    tries = [whole, bare(whole)]
    if "/" in whole:  # two header rows joined, or 姓名/名称: the lower part says more
        parts = [bare(p) for p in whole.split("/") if p]
        tries += [parts[-1], parts[0]] if parts else []
    tries.append(whole.replace("_", ""))
    return [t for t in dict.fromkeys(tries) if t]


def _find(header: str, table: str) -> Column | None:
    words = _lookup(table)
    mixed = _title_and_post(header, table)
    if mixed is not None:
        return mixed
    tries = _candidates(header)
    for text in tries:
        if text in words:
            return words[text]
    for text in tries:  # 关键字1 … 关键字5, and the _2 that unique names get
        column = words.get(_COUNTER.sub("", text).rstrip("_-"))
        if column is not None and column.joins:
            return column
    return None


def _title_and_post(header: str, table: str) -> Column | None:
    """Return the column of titles if a header names titles and posts at once: 职务/职称, 职称（职务）.

    Its cells tell the two apart: 研究员/室主任 is a title and a post.
    """
    text = squeeze(header)
    if "职" not in text:
        return None
    words = _lookup(table)
    parts = [p for p in _MIXED.split(text) if p]
    if len(parts) == 1 and text in _MIXED_WORDS:
        return words.get("职称")
    found = [words.get(p) for p in parts if p not in _MIXED_WORDS]
    if len(parts) != 2 or len(found) != 2:
        return None
    kinds = {c.name.removeprefix("expert_"): c for c in found if c is not None}
    return kinds["title"] if kinds.keys() == {"title", "post"} and kinds["title"].kind == "title" else None


@functools.lru_cache(maxsize=4096)
def is_header(text: str, table: str) -> bool:
    """Say whether a text is a header of a table, or one that is left out on purpose.

    Parameters
    ----------
    text
        A cell.
    table
        Canonical table name.

    Returns
    -------
    bool

    Examples
    --------
    >>> is_header("工作单位：", "experts"), is_header("西安交通大学", "experts")
    (True, False)
    """
    return len(text) <= 60 and (_find(text, table) is not None or normalise_header(text) in ROW_NUMBERS)


def map_headers(headers: Sequence[str], table: str, columns: Mapping[str, str] | None = None) -> HeaderMap:
    """Say which column each header is.

    Parameters
    ----------
    headers
        The headers as written, in sheet order.
    table
        Canonical table name, a key of ``TABLES``.
    columns
        Header -> canonical name, overriding the lists of known headers; ``""`` leaves a column unread.
        Other headers of an overridden column are then kept as unknown columns.

    Returns
    -------
    HeaderMap

    Raises
    ------
    KeyError
        If there is no such table.

    Examples
    --------
    >>> found = map_headers(["序号", "姓 名", "*工作单位", "职称", "爱好"], "experts")
    >>> dict(found.mapping)
    {1: 'name', 2: 'unit', 3: 'title'}
    >>> [found.headers[i] for i in found.unknown]
    ['爱好']
    """
    contract = TABLES[table]
    headers = tuple(str(h) for h in headers)
    forced = {squeeze(k): v for k, v in (columns or {}).items()}
    taken = set(forced.values())
    mapping: dict[int, str] = {}
    notes: dict[int, str] = {}
    ignored: list[int] = []
    for i, header in enumerate(headers):
        key, plain = squeeze(header), normalise_header(header)
        if key in forced:
            if forced[key]:
                mapping[i] = forced[key]
                notes[i] = f"按指定读作{_label(contract, forced[key])}。"
            else:
                ignored.append(i)
                notes[i] = "按指定不读取。"
        elif column := _find(_base(header, headers), table):
            if column.name in taken:
                notes[i] = f"“{column.label}”已另行指定，此列按原样保留。"
            else:
                mapping[i] = column.name
                notes[i] = f"读作{_label(contract, column.name)}。"
        elif key in ROW_NUMBERS or plain in ROW_NUMBERS:
            ignored.append(i)
            notes[i] = "行号不是编号，不读取。"
        elif plain in SENSITIVE:
            ignored.append(i)
            notes[i] = "与匹配无关的个人情况，不读取。"
    _yield(contract, headers, mapping, notes)
    derived = set(frame_columns(table)) - {c.name for c in contract.columns}
    for i, header in enumerate(headers):  # an own result read back: it is worked out anew
        if i not in mapping and i not in notes and squeeze(header) in derived:
            ignored.append(i)
            notes[i] = "由其他列得出，不另读取。"
    assumed = _take_over(contract, headers, mapping, notes)
    return _assemble(contract, headers, mapping, ignored, assumed, notes)


def _label(contract: TableContract, name: str) -> str:
    labels = {c.name: c.label for c in contract.columns}
    return f"“{labels.get(name, name)}”（{name}）"


def _base(header: str, headers: Sequence[str]) -> str:
    """Return a header without the _2 that made it unique."""
    base, mark, number = header.rpartition("_")
    return base if mark and number.isdigit() and base in headers else header


def _yield(contract: TableContract, headers: tuple[str, ...], mapping: dict[int, str], notes: dict[int, str]) -> None:
    """Let general headers give way where a more exact one claims the same column."""
    kind = {c.name: c.kind for c in contract.columns}
    titles = {i: name for i, name in mapping.items() if kind.get(name) == "title"}
    mixed = [i for i in titles if _title_and_post(headers[i], contract.name)]
    if 0 < len(mixed) < len(titles):  # 职称 beside 职务/职称
        for i in mixed:
            mapping[i] = titles[i].replace("title", "post")
            notes[i] = f"已有“职称”列，此列读作{_label(contract, mapping[i])}。"
    for name, words, instead in contract.yields:
        claims = [i for i, canonical in mapping.items() if canonical == name]
        weak = [i for i in claims if normalise_header(headers[i]) in words]
        if len(claims) < 2 or not weak:
            continue
        strong = [i for i in claims if i not in weak] or weak[:1]
        for i in weak:
            if i in strong:
                continue
            if instead:
                mapping[i] = instead
                notes[i] = f"已有“{headers[strong[0]]}”列，此列读作{_label(contract, instead)}。"
            else:
                del mapping[i]
                notes[i] = f"已有“{headers[strong[0]]}”列，此列按原样保留，不参与匹配。"


def _take_over(
    contract: TableContract, headers: tuple[str, ...], mapping: dict[int, str], notes: dict[int, str]
) -> tuple[tuple[str, str, str], ...]:
    """Let a generic header stand in for a required column that nothing else provides."""
    for word, canonical in contract.takes_over:
        group = next(g for g in contract.required if canonical in g)
        if set(group) & set(mapping.values()):
            return ()
        for i in mapping:
            if squeeze(headers[i]) == word:
                mapping[i] = canonical
                text = (
                    f"表中没有{_group(contract, group)}，“{headers[i]}”列读作{_label(contract, canonical)}，"
                    f"即每个{headers[i]}各算一位专家。"
                )
                notes[i] = text
                return ((headers[i], canonical, text),)
    return ()


def _group(contract: TableContract, group: tuple[str, ...]) -> str:
    return "或".join(f"“{contract.column(name).label}”" for name in group)


def _assemble(
    contract: TableContract,
    headers: tuple[str, ...],
    mapping: dict[int, str],
    ignored: list[int],
    assumed: tuple[tuple[str, str, str], ...],
    notes: dict[int, str],
) -> HeaderMap:
    joins = {c.name for c in contract.columns if c.joins}
    claims: dict[str, list[int]] = {}
    for i, name in sorted(mapping.items()):
        claims.setdefault(name, []).append(i)
    several = {n: at for n, at in claims.items() if len(at) > 1}
    for name in several:
        if name in joins:
            for i in several[name]:
                notes[i] = f"与其他{len(several[name]) - 1}列一并{notes[i]}"
    ambiguous = tuple((name, tuple(headers[i] for i in at)) for name, at in several.items() if name not in joins)
    known = list(_lookup(contract.name))
    unknown = tuple(i for i in range(len(headers)) if i not in mapping and i not in ignored)
    for i in unknown:
        near = difflib.get_close_matches(normalise_header(headers[i]), known, n=1, cutoff=0.75)
        hint = f"是否为“{near[0]}”？若是请改表头。" if near else ""
        notes.setdefault(i, f"不认识的列，按原样保留，不参与匹配。{hint}")
    labels = {c.name: c.label for c in contract.columns}
    explained = tuple(
        Explained(i, h, mapping.get(i), labels.get(mapping.get(i, ""), ""), notes[i]) for i, h in enumerate(headers)
    )
    present = set(mapping.values())
    missing = tuple(g for g in contract.required if not set(g) & present)
    return HeaderMap(contract.name, headers, mapping, unknown, tuple(ignored), ambiguous, assumed, missing, explained)


def guess_table(headers: Sequence[str]) -> dict[str, float]:
    """Score how well a row of headers fits each table.

    Parameters
    ----------
    headers
        One row of cells.

    Returns
    -------
    dict of str to float
        Table -> score in [0, 1], best first: the share of the non-empty cells that are headers of the table,
        halved for every required group that is not there. 0 for all if the row is not a header row. Of equal
        scores the more common table comes first: a list of numbers and names is one of experts.

    Examples
    --------
    >>> next(iter(guess_table(["学会名称", "挂靠单位", "业务范围"])))
    'societies'
    """
    filled = [h for h in headers if normalise_header(h)]
    scores: dict[str, float] = {}
    for name, contract in TABLES.items():
        found = [column.name for h in filled if (column := _find(h, name))]
        distinct = len(set(found))
        absent = sum(not set(group) & set(found) for group in contract.required)
        scores[name] = round(distinct / len(filled) * 0.5**absent, 6) if filled else 0.0
    return dict(sorted(scores.items(), key=lambda item: -item[1]))  # keeps the order of TABLES


def frame_columns(table: str) -> tuple[str, ...]:
    """Return the columns a checked frame of this table always has, in order.

    These are the contract's own columns without the personal ones, then the derived ones: level, academician
    kind, post and honours read from a title cell, the parts of a region, the legal person of a unit
    (``unit_parent``), the parent of a society (``society_parent``) and the ``year`` of a date.

    Parameters
    ----------
    table
        Canonical table name.

    Returns
    -------
    tuple of str

    Examples
    --------
    >>> "title_level" in frame_columns("experts"), "phone" in frame_columns("experts")
    (True, False)
    """
    own = [c for c in TABLES[table].columns if not c.personal]
    derived = [name for c in own for name in derived_columns(c)]
    return tuple(dict.fromkeys([*(c.name for c in own), *derived]))


def derived_columns(column: Column) -> tuple[str, ...]:
    """Return the columns that are read from a column beside itself.

    Parameters
    ----------
    column
        Any column of a contract.

    Returns
    -------
    tuple of str

    Examples
    --------
    >>> derived_columns(TABLES["works"].column("expert_unit"))
    ('expert_unit_parent',)
    """
    prefix = "expert_" if column.name.startswith("expert_") else ""
    if column.kind == "unit" and column.name != "parent":
        return (f"{column.name}_parent",)
    if column.kind == "society":
        return ("society_parent",)
    if column.name == "date":
        return ("year",)
    return tuple(p.format(prefix) for p in _DERIVED.get(column.kind, ()))
