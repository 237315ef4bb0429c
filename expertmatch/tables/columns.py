"""Which column is which: people's headers to canonical columns.

The contracts themselves (columns, kinds, header names) are data in :mod:`expertmatch.tables.contracts`;
this file reads headers by them and says how each was understood.
"""

from __future__ import annotations

import difflib
import functools
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from expertmatch.tables.contract import Column, Kind, TableContract
from expertmatch.tables.contracts import ROW_NUMBERS, SENSITIVE, TABLES

__all__ = [
    "TABLES",
    "Column",
    "Explained",
    "HeaderMap",
    "Kind",
    "TableContract",
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
_INVISIBLE = re.compile(r"[\s\u200b-\u200f\u2028-\u202e\u2060\ufeff\u00ad\x00-\x1f\x7f]+")
_MARKS = re.compile(r"[*★☆※'\"“”‘’`]+")
_BRACKETS = re.compile(r"[(\[【〔{<《][^()\[\]【】〔〕{}<>《》]*[)\]】〕}>》]")
_NUMBERING = re.compile(r"^(?:[(（]?(?:\d{1,2}|[一二三四五六七八九十]{1,3})[)、.．:]|\d{1,2}(?=[^\W\d_]))+")
_COUNTER = re.compile(r"(?:[\d一二三四五]+|\.\d+)$")


@dataclass(frozen=True, slots=True)
class Explained:
    """How one header was understood.

    Parameters
    ----------
    position
        Its place among the headers, from 0.
    header
        The header as written.
    canonical
        The column it was taken for, or None.
    label
        That column's Chinese name, or "".
    how
        One Chinese sentence for ``expertmatch check``.
    """

    position: int
    header: str
    canonical: str | None
    label: str
    how: str


@dataclass(frozen=True, slots=True)
class HeaderMap:
    """Headers of one table, understood.

    Parameters
    ----------
    table
        Canonical table name.
    headers
        The headers as written.
    mapping
        Position -> canonical column. Of an ambiguous column every candidate is in it.
    unknown
        Positions of headers that no column claims: kept under their own name.
    ignored
        Positions of headers left out on purpose (row numbers, sensitive particulars, empty columns).
    ambiguous
        ``(canonical, headers)`` where several headers claim a column that holds one value.
    assumed
        ``(header, canonical, sentence)`` for readings that rest on an assumption.
    missing
        Required groups of which no column is there.
    explained
        How each header was understood, in sheet order.
    """

    table: str
    headers: tuple[str, ...]
    mapping: Mapping[int, str]
    unknown: tuple[int, ...]
    ignored: tuple[int, ...]
    ambiguous: tuple[tuple[str, tuple[str, ...]], ...]
    assumed: tuple[tuple[str, str, str], ...]
    missing: tuple[tuple[str, ...], ...]
    explained: tuple[Explained, ...]

    def positions(self, canonical: str) -> list[int]:
        """Return the positions of all headers taken for one column.

        Parameters
        ----------
        canonical
            Canonical column name.

        Returns
        -------
        list of int
            Ascending, possibly empty.
        """
        return sorted(i for i, name in self.mapping.items() if name == canonical)


def normalise_header(text: object) -> str:
    r"""Return a header without what does not distinguish it.

    Full-width characters become half-width, blanks and line breaks, asterisks, quotes, remarks in brackets
    such as a unit, a leading number and a trailing colon go, Latin letters become lower case.

    Parameters
    ----------
    text
        The header as written; None and NaN count as empty.

    Returns
    -------
    str
        Possibly empty.

    Examples
    --------
    >>> normalise_header("* 资金需求总额\n（万元）")
    '资金需求总额'
    >>> normalise_header("３．姓　名：")
    '姓名'
    """
    return _bare(_squeeze(text))


def _squeeze(text: object) -> str:
    if text is None or text != text:
        return ""
    flat = unicodedata.normalize("NFKC", _INVISIBLE.sub("", str(text)))
    return _MARKS.sub("", _INVISIBLE.sub("", flat)).casefold().strip(":;,、。.-_/|")


def _bare(squeezed: str) -> str:
    text, before = squeezed, None
    while before != text:
        before, text = text, _BRACKETS.sub("", text)
    text = _NUMBERING.sub("", text).strip(":;,、。.-_/|") or text
    return text or squeezed


@functools.cache
def _lookup(table: str) -> Mapping[str, Column]:
    """All accepted header spellings of a table; canonical names win over labels, labels over aliases."""
    found: dict[str, Column] = {}
    columns = TABLES[table].columns
    for words in (lambda c: (c.name,), lambda c: (c.label,), lambda c: c.aliases):
        for column in columns:
            for word in words(column):
                found.setdefault(_squeeze(word), column)
    return found


def _candidates(header: str) -> list[str]:
    """Spellings of a header to look up, the most literal first."""
    whole = _squeeze(header)
    tries = [whole, _bare(whole)]
    if "/" in whole:  # two header rows joined, or 姓名/名称: the lower part says more
        parts = [_bare(p) for p in whole.split("/") if p]
        tries += [parts[-1], parts[0]] if parts else []
    tries.append(whole.replace("_", ""))
    return [t for t in dict.fromkeys(tries) if t]


def _find(header: str, table: str) -> Column | None:
    words = _lookup(table)
    tries = _candidates(header)
    for text in tries:
        if text in words:
            return words[text]
    for text in tries:  # 关键字1 … 关键字5, and the _2 that unique names get
        column = words.get(_COUNTER.sub("", text).rstrip("_-"))
        if column is not None and column.joins:
            return column
    return None


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
    forced = {_squeeze(k): v for k, v in (columns or {}).items()}
    taken = set(forced.values())
    mapping: dict[int, str] = {}
    notes: dict[int, str] = {}
    ignored: list[int] = []
    for i, header in enumerate(headers):
        key, bare = _squeeze(header), normalise_header(header)
        if key in forced:
            if forced[key]:
                mapping[i] = forced[key]
                notes[i] = f"按指定读作{_label(contract, forced[key])}。"
            else:
                ignored.append(i)
                notes[i] = "按指定不读取。"
        elif column := _find(header, table):
            if column.name in taken:
                notes[i] = f"“{column.label}”已另行指定，此列按原样保留。"
            else:
                mapping[i] = column.name
                notes[i] = f"读作{_label(contract, column.name)}。"
        elif key in ROW_NUMBERS or bare in ROW_NUMBERS:
            ignored.append(i)
            notes[i] = "行号不是编号，不读取。"
        elif bare in SENSITIVE:
            ignored.append(i)
            notes[i] = "与匹配无关的个人情况，不读取。"
    assumed = _take_over(contract, headers, mapping, notes)
    return _assemble(contract, headers, mapping, ignored, assumed, notes)


def _label(contract: TableContract, name: str) -> str:
    labels = {c.name: c.label for c in contract.columns}
    return f"“{labels.get(name, name)}”（{name}）"


def _take_over(
    contract: TableContract, headers: tuple[str, ...], mapping: dict[int, str], notes: dict[int, str]
) -> tuple[tuple[str, str, str], ...]:
    """Let a generic header stand in for a required column that nothing else provides."""
    for word, canonical in contract.takes_over:
        group = next(g for g in contract.required if canonical in g)
        if set(group) & set(mapping.values()):
            return ()
        for i in mapping:
            if _squeeze(headers[i]) == word:
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
        halved for every required group that is not there. 0 for all if the row is not a header row.

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
    return dict(sorted(scores.items(), key=lambda item: (-item[1], item[0])))


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
    names: list[str] = []
    derived: list[str] = []
    for column in TABLES[table].columns:
        if column.personal:
            continue
        names.append(column.name)
        prefix = "expert_" if column.name.startswith("expert_") else ""
        patterns = _DERIVED.get(column.kind, ())
        if column.kind == "unit" and column.name != "parent":
            patterns = (f"{column.name}_parent",)
        elif column.kind == "society":
            patterns = ("society_parent",)
        elif column.name == "date":
            patterns = ("year",)
        derived += [p.format(prefix) for p in patterns]
    return tuple(dict.fromkeys(names + derived))
