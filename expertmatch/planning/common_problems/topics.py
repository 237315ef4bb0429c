"""Problems that several needs share: what a salon (科技创新沙龙) can be about.

Needs that are alike on average form a topic (vectors.py, clusters.py); the others stay alone. A topic that enough
companies share is proposed as a salon, and can be ranked like a need.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from expertmatch.display import html_table, text_table
from expertmatch.errors import SettingError, check_number
from expertmatch.graph.disciplines import DisciplineTree
from expertmatch.graph.linking import Linker
from expertmatch.planning.common_problems.clusters import grouped, inner_likeness
from expertmatch.planning.common_problems.labels import NeedTerms
from expertmatch.planning.common_problems.vectors import Floats, Ints, NeedVectors, discipline_shares, need_vectors
from expertmatch.tables.needs import Needs, read_needs
from expertmatch.text import Analyzer

SALON = "科技创新沙龙"
"""Kind of the needs that proposed salons become."""

MOST_NEEDS = 20_000
"""All pairs are compared: so many needs take about 4 GB."""

NO_TEXT, NOTHING_LIKE = "没有可用的文字", "没有足够相近的难题"
"""Why a need stays alone."""

HEADERS = {
    "topic_id": "难点编号", "rank": "序", "label": "共性难点", "size": "需求数", "companies": "企业数",
    "tightness": "紧密程度", "disciplines": "学科", "salon": "建议沙龙", "need_id": "需求编号", "title": "需求名称",
    "requester": "需求单位", "nearness": "贴近程度", "why": "原因",
}  # fmt: skip
TOPIC_COLUMNS = ("topic_id", "rank", "label", "size", "companies", "tightness", "disciplines", "salon")
MEMBER_COLUMNS = ("topic_id", "need_id", "title", "requester", "nearness")
ALONE_COLUMNS = ("need_id", "title", "requester", "why")

_LEAST_SHARE = 0.2
"""Share of a topic from which one of its disciplines is named."""
_MOST_DISCIPLINES = 3
_CONTENT = ("title", "text", "keywords", "disciplines", "requester", "need_id")
_LISTED = "；"
_KINDS = {"rank": "int64", "size": "int64", "companies": "int64", "tightness": "float64", "salon": "bool"}


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Topics:
    """Topics that needs share, and needs that share none.

    Parameters
    ----------
    frame : DataFrame
        One row a topic: ``topic_id``, ``rank``, ``label`` (two to four terms), ``size`` (needs), ``companies`` (how
        many asked; who has the same parent counts once, needs without a requester do not count), ``tightness`` (mean
        likeness of all pairs of its needs, 0 to 1), ``disciplines`` (up to three names, the largest share first),
        ``salon`` (whether at least ``min_companies`` share it). Most companies first, then most needs, the tightest,
        the first need id.
    members : DataFrame
        ``topic_id``, ``need_id``, ``title``, ``requester``, ``nearness`` (mean likeness to the topic's other needs,
        0 to 1); by topic, the nearest first.
    alone : DataFrame
        ``need_id``, ``title``, ``requester``, ``why``: needs that fit nowhere.
    needs : Needs
        All of them.
    min_companies : int
        How many companies make a salon.
    """

    frame: pd.DataFrame
    members: pd.DataFrame
    alone: pd.DataFrame
    needs: Needs = field(default_factory=Needs)
    min_companies: int = 3

    def __len__(self) -> int:
        """Return the number of topics."""
        return len(self.frame)

    def needs_for_salons(self) -> pd.DataFrame:
        """Return the proposed salons as needs, which a matcher can rank.

        Returns
        -------
        DataFrame
            ``need_id`` (the topic's), ``title`` (its label), ``text`` (titles of its needs), ``keywords``, ``kind``,
            ``requester`` and ``requester_people`` (all of them, joined by ；), ``disciplines``; in the order of the
            topics.
        """
        own = self.needs.frame.set_index("need_id")
        rows = []
        for topic in self.frame[self.frame["salon"]].to_dict("records"):
            here = own.loc[self.members.loc[self.members["topic_id"] == topic["topic_id"], "need_id"]]
            rows.append({
                "need_id": topic["topic_id"], "title": topic["label"], "text": _joined(here["title"], "。"),
                "keywords": _joined(here["keywords"]), "kind": SALON, "requester": _joined(here["requester"]),
                "requester_people": _joined(here["requester_people"]), "disciplines": topic["disciplines"],
            })  # fmt: skip
        names = ["need_id", "title", "text", "keywords", "kind", "requester", "requester_people", "disciplines"]
        return pd.DataFrame(rows, columns=names, dtype=object)

    def __repr__(self) -> str:
        """Return the topics as a table for people."""
        return f"{self._head()}\n\n{self.text()}" if len(self.frame) else self._head()

    __str__ = __repr__

    def text(self, *, width: int = 100, max_rows: int | None = 20) -> str:
        """Return the table of the topics.

        Parameters
        ----------
        width : int, default 100
            Columns of the terminal.
        max_rows : int or None, default 20
            Topics shown; ``None`` for all.

        Returns
        -------
        str
        """
        return text_table(*self._table(), width=width, max_rows=max_rows, align="lrrrll")

    def _repr_html_(self) -> str:
        return html_table(*self._table(), caption=self._head(), align="lrrrll", max_rows=15)

    def _table(self) -> tuple[list[str], list[list[object]]]:
        shown = ["label", "size", "companies", "tightness", "disciplines", "salon"]
        rows = [
            [*row[:3], f"{row[3]:.2f}", row[4], "是" if row[5] else ""]
            for row in self.frame[shown].itertuples(index=False, name=None)
        ]
        return [HEADERS[name] for name in shown], rows

    def _head(self) -> str:
        salons = int(self.frame["salon"].sum())
        return (
            f"{len(self.needs):,} 条需求：{len(self.frame):,} 个共性难点，含 {len(self.members):,} 条；"
            f"{len(self.alone):,} 条未归入。"
            f"{salons:,} 个难点有至少 {self.min_companies} 家企业提出，建议办沙龙。"
        )


def find_topics(
    needs: Needs | pd.DataFrame | str | Path | Sequence[str],
    *,
    tightness: float = 0.28,
    nearness: float | None = None,
    discipline_weight: float = 0.3,
    min_companies: int = 3,
    analyzer: Analyzer | None = None,
    tree: DisciplineTree | None = None,
) -> Topics:
    """Group needs into the problems that they share.

    The result does not depend on the order of the needs. See docs/decisions/0010-topics.md for what was measured.

    Parameters
    ----------
    needs : Needs, DataFrame, path, str or list of str
        What is asked for.
    tightness : float, default 0.28
        How alike the needs of a topic are on average at least, above 0, up to 1 (vectors.py has the formula). The
        default suits companies' needs, where a topic is one concrete problem; towards 0.25 topics widen to
        disciplines, above 0.35 only needs in much the same words stay together.
    nearness : float or None, default None
        How alike every need of a topic is to its others on average at least, 0 to 1; ``None`` asks for as much as
        ``tightness``. More leaves more needs alone, at the edges of topics.
    discipline_weight : float, default 0.3
        How much the disciplines that needs are near to count against their words, 0 to 1.
    min_companies : int, default 3
        How many companies must share a topic for a salon.
    analyzer : Analyzer, optional
        Text to terms.
    tree : DisciplineTree, optional
        An own tree of disciplines.

    Returns
    -------
    Topics

    Raises
    ------
    InputError
        Needs that cannot be used.
    SettingError
        A setting out of range, or more than 20,000 needs.

    Examples
    --------
    >>> topics = find_topics(pd.DataFrame({
    ...     "need_id": ["N1", "N2", "N3", "N4"], "requester": ["甲公司", "乙公司", "丙公司", "丁公司"],
    ...     "title": ["变压器局部放电监测", "互感器局部放电定位", "开关柜局部放电在线监测", "猕猴桃溃疡病"]}))
    >>> topics.frame[["size", "companies", "salon"]].values.tolist(), topics.alone["need_id"].tolist()
    ([[3, 3, True]], ['N4'])
    >>> "局部放电" in topics.frame.loc[0, "label"]
    True
    """
    check_number("tightness", tightness, 1.0)
    if not tightness:
        raise SettingError("tightness", tightness, "大于 0、至多为 1 的数")
    near = tightness if nearness is None else nearness
    check_number("nearness", near, 1.0)
    check_number("discipline_weight", discipline_weight, 1.0)
    if isinstance(min_companies, bool) or not isinstance(min_companies, int | np.integer) or min_companies < 1:
        raise SettingError("min_companies", min_companies, "1 以上的整数")
    read = needs if isinstance(needs, Needs) else read_needs(needs)
    if len(read) > MOST_NEEDS:
        raise SettingError("needs", f"{len(read):,} 条需求", f"至多 {MOST_NEEDS:,} 条；更多的请按地区或行业分开")
    frame = read.frame.sort_values([name for name in _CONTENT if name in read.frame], ignore_index=True)
    linker = Linker.fit(tree=tree, analyzer=analyzer)
    vectors = need_vectors(frame, linker, weight=discipline_weight)
    groups = grouped(vectors, tightness, near)
    return _described(read, frame, vectors, groups, linker, int(min_companies))


def _described(
    read: Needs, frame: pd.DataFrame, vectors: NeedVectors, groups: list[Ints], linker: Linker, least: int
) -> Topics:
    terms, shares = NeedTerms(frame, linker.features), discipline_shares(vectors, frame, linker)
    company, ids = _companies(frame), frame["need_id"].astype(str).to_numpy()
    found = []
    for group in groups:
        tightness, nearness = inner_likeness(vectors, group)
        count = len({company[i] for i in group} - {""})
        order = np.lexsort((ids[group], -nearness))
        found.append((-count, -len(group), -tightness, min(ids[group]), group[order], nearness[order]))
    found.sort(key=lambda one: one[:4])
    width = max(2, len(str(len(found))))
    topics: list[tuple[object, ...]] = []
    members: list[tuple[object, ...]] = []
    for rank, (count, size, tightness, _, group, nearness) in enumerate(found, 1):
        topic = f"T{rank:0{width}d}"
        label = "、".join(terms.label(sorted(group.tolist()))) or frame["title"].iloc[group[0]]
        named = _disciplines(shares[group].sum(axis=0), linker.labels.names)
        topics.append((topic, rank, label, -size, -count, -tightness, named, -count >= least))
        own = frame[["need_id", "title", "requester"]].iloc[group].itertuples(index=False, name=None)
        members.extend((topic, *row, near) for row, near in zip(own, nearness.tolist(), strict=True))
    inside = np.zeros(len(frame), dtype=bool)
    inside[[place for group in groups for place in group.tolist()]] = True
    rest = frame.loc[~inside, ["need_id", "title", "requester"]]
    rest = rest.assign(why=np.where(vectors.usable[~inside], NOTHING_LIKE, NO_TEXT))
    return Topics(
        frame=_table(
            topics, TOPIC_COLUMNS, size="int64", rank="int64", companies="int64", tightness="float64", salon="bool"
        ),
        members=_table(members, MEMBER_COLUMNS, nearness="float64"),
        alone=rest.sort_values("need_id", ignore_index=True).astype(object),
        needs=read,
        min_companies=least,
    )


def _table(rows: list[tuple[object, ...]], columns: tuple[str, ...], **kinds: str) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(columns), dtype=object).astype(kinds)


def _companies(frame: pd.DataFrame) -> list[str]:
    """Return who asks: the legal person, else what stands there, ``""`` where nothing does."""
    own = frame["requester"].astype(str).tolist()
    above = frame["requester_parent"].astype(str).tolist() if "requester_parent" in frame else own
    return [parent or name for parent, name in zip(above, own, strict=True)]


def _disciplines(shares: Floats, names: Sequence[str]) -> str:
    """Name the disciplines with a fair share of a topic, the largest first."""
    total = float(shares.sum())
    order = np.lexsort((np.arange(len(shares)), -shares))[:_MOST_DISCIPLINES]
    return _LISTED.join(names[i] for i in order.tolist() if total > 0 and shares[i] >= _LEAST_SHARE * total)


def _joined(cells: pd.Series, mark: str = _LISTED) -> str:
    """Join cells and what they list, each once, in their order."""
    parts = [part for cell in cells for part in (str(cell).split(_LISTED) if mark == _LISTED else [str(cell)])]
    return mark.join(dict.fromkeys(part for part in parts if part))
