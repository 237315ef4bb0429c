"""Which disciplines have needs and nobody to turn to, and who connects two fields."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from expertmatch.display import html_table, text_table
from expertmatch.errors import Problem, SettingError, UnknownNameError
from expertmatch.graph.declared import need_texts
from expertmatch.graph.disciplines import DisciplineTree, own_tree
from expertmatch.graph.edges import Links, graph_tables, link_table
from expertmatch.graph.linking import DECLARED, INFERRED, Linker
from expertmatch.graph.network import links_of
from expertmatch.tables.needs import Needs
from expertmatch.tables.pool import Pool

NO_ONE = "有需求，无学会，无专家"
NO_SOCIETY = "有需求，无学会"
NO_EXPERT = "有学会，无活跃专家"
ONE_EXPERT = "有需求，仅一位专家"
COVERED = "已覆盖"
NO_NEED = "暂无需求"
EMPTY = "空白"
GAPS = (NO_ONE, NO_SOCIETY, NO_EXPERT, ONE_EXPERT)
"""States that call for something to be done, the gravest first."""

HEADERS = {
    "code": "学科代码", "name": "学科", "parent": "上级学科", "needs": "需求数", "societies": "学会数",
    "experts": "活跃专家数", "state": "状态", "carrier": "唯一的专家",
}  # fmt: skip
BRIDGE_COLUMNS = ("expert_id", "name", "unit", "score", "a", "b", "how_a", "how_b")

_GONE = ("离职", "停薪留职", "调离", "退出", "退库", "出库", "注销", "停用", "去世", "已故", "逝世", "未通过", "不通过")
_TOGETHER = 0.5


@dataclass(frozen=True, eq=False, repr=False)
class Coverage:
    """Needs, societies and active experts of every discipline at a level.

    Parameters
    ----------
    frame
        ``code``, ``name``, ``parent`` (name of the discipline above), ``needs``, ``societies``, ``experts``,
        ``state``, ``carrier`` (the expert, if there is only one), one row a discipline, in the order of the codes.
    level
        1 or 2.
    unplaced
        Ids of needs that belong to no discipline at that level.
    problems
        Warnings about names that are no discipline.
    """

    frame: pd.DataFrame
    level: int
    unplaced: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def gaps(self) -> pd.DataFrame:
        """The disciplines that call for something to be done: the gravest first, then those with most needs."""
        rank = self.frame["state"].map({state: i for i, state in enumerate(GAPS)})
        rows = self.frame.assign(_rank=rank, _less=-self.frame["needs"])[rank.notna()]
        return rows.sort_values(["_rank", "_less", "code"])[list(self.frame.columns)].reset_index(drop=True)

    def __repr__(self) -> str:
        """Return the gaps as a table for people."""
        headers, rows = self._table()
        table = text_table(headers, rows, align="lrrrll", width=100) if rows else "没有缺口。"
        return f"{self._head()}\n\n{table}"

    def _repr_html_(self) -> str:
        return html_table(*self._table(), caption=f"{self._head()}缺口：", align="lrrrll", max_rows=15)

    def _head(self) -> str:
        states = self.frame["state"].value_counts()
        counts = "、".join(
            f"{state} {states[state]} 个" for state in (*GAPS, COVERED, NO_NEED, EMPTY) if state in states
        )
        rest = f"；{len(self.unplaced)} 条需求归不进任何学科" if self.unplaced else ""
        return f"{len(self.frame)} 个学科：{counts}{rest}。"

    def _table(self) -> tuple[list[str], list[list[object]]]:
        shown = [name for name in HEADERS if name not in {"code", "parent"}]
        return [HEADERS[c] for c in shown], self.gaps[shown].to_numpy().tolist()


def coverage(
    pool: Pool,
    needs: Needs,
    *,
    level: int = 1,
    links: Links | None = None,
    tree: DisciplineTree | None = None,
    years: int = 10,
) -> Coverage:
    """Say which disciplines have needs and no society, societies and no active experts, or only one expert.

    Parameters
    ----------
    pool
        Experts, works, societies, memberships; missing tables count as nobody.
    needs
        Declared disciplines count, all of them; of the others the one that the text fits best.
    level
        1 for first-level disciplines, 2 for second-level ones: then what is declared at the first level only
        counts nowhere.
    links
        Disciplines of experts and societies, if they are not to be read from the pool.
    tree
        An own tree of disciplines.
    years
        Who has dated works, none of them of these last years, and holds no current office, is not active; nor is
        who has left. Who has no dated works is.

    Returns
    -------
    Coverage

    Raises
    ------
    SettingError
        The tree has no such level.

    Examples
    --------
    >>> from datetime import date
    >>> from expertmatch.tables.needs import read_needs
    >>> from expertmatch.tables.pool import read_pool
    >>> experts = pd.DataFrame({"姓名": ["张三"], "学科": ["园艺学"]})
    >>> found = coverage(read_pool(experts, today=date(2026, 1, 1)), read_needs(["猕猴桃溃疡病防治"]))
    >>> found.gaps[["name", "needs", "societies", "experts", "state"]].values.tolist()
    [['农学', 1, 0, 1, '有需求，无学会']]
    """
    chosen = tree or own_tree()
    linker = Linker.fit(tree=chosen, pool=pool, level=level)
    used = links_of(pool, links, None, chosen, linker)
    frame = needs.frame
    cells = frame["disciplines"].tolist() if "disciplines" in frame.columns else [""] * len(frame)
    wanted, problems = link_table(frame["need_id"], cells, need_texts(frame), chosen, linker, "needs")
    wanted = wanted[(wanted["source"] == DECLARED) | ~wanted.duplicated("id")]
    active = active_experts(pool, years)
    of_needs = _members(wanted, chosen, level, set(frame["need_id"]))
    of_societies = _members(used.societies, chosen, level, set(pool.societies["society_id"]))
    of_experts = _members(used.experts, chosen, level, active)
    names = dict(zip(pool.experts["expert_id"], pool.experts["name"], strict=True))
    rows = []
    for code, each in chosen.disciplines.items():
        if each.level != level:
            continue
        n, s, e = (found.get(code, set()) for found in (of_needs, of_societies, of_experts))
        above = chosen.disciplines[each.parent].name if each.parent else ""
        one = min(e) if len(e) == 1 else ""
        carrier = f"{names.get(one, '')}（{one}）" if one else ""
        rows.append((code, each.name, above, len(n), len(s), len(e), _state(len(n), len(s), len(e)), carrier))
    columns = list(zip(*rows, strict=True))
    table = pd.DataFrame({name: list(values) for name, values in zip(HEADERS, columns, strict=True)})
    placed = set().union(*of_needs.values()) if of_needs else set()
    unplaced = tuple(i for i in frame["need_id"] if i not in placed)
    return Coverage(table, level, unplaced, (*used.problems, *problems))


def _state(needs: int, societies: int, experts: int) -> str:
    if needs and not societies:
        return NO_SOCIETY if experts else NO_ONE
    if societies and not experts:
        return NO_EXPERT
    if needs and experts == 1:
        return ONE_EXPERT
    if needs:
        return COVERED
    return NO_NEED if societies or experts else EMPTY


def _members(links: pd.DataFrame, tree: DisciplineTree, level: int, known: set[str]) -> dict[str, set[str]]:
    """Return who belongs to each discipline at a level, through itself or what lies under it."""
    found: dict[str, set[str]] = {}
    for one, code in zip(links["id"], links["code"], strict=True):
        line = tree.lineage(code) if code in tree else ()
        for above in line:
            if one in known and above in tree and tree.level_of(above) == level:
                found.setdefault(above, set()).add(one)
    return found


def active_experts(pool: Pool, years: int = 10) -> set[str]:
    """Return the ids of the experts that can be counted on.

    Parameters
    ----------
    pool
        Status of the experts, dates of works, terms of offices.
    years
        As for :func:`coverage`.

    Returns
    -------
    set of str
    """
    if years < 1:
        raise SettingError("years", years, "1 以上的整数")
    day = pool.today
    latest: dict[str, int] = {}
    for expert, year in zip(pool.works["expert_id"], pool.works.get("year", []), strict=False):
        if str(year).isdigit():
            latest[expert] = max(latest.get(expert, 0), int(year))
    today = day.isoformat() if day else ""
    in_office = {
        expert
        for expert, until in zip(pool.memberships["expert_id"], pool.memberships["until"], strict=True)
        if not until or until >= today[: len(until)]
    }
    first = (day.year - years) if day else 0
    status = pool.experts["status"] if "status" in pool.experts else [""] * len(pool)
    return {
        expert
        for expert, word in zip(pool.experts["expert_id"], status, strict=True)
        if not any(gone in str(word) for gone in _GONE) and (latest.get(expert, 9999) >= first or expert in in_office)
    }


def bridges(
    pool: Pool, a: str, b: str, *, links: Links | None = None, tree: DisciplineTree | None = None, years: int = 10
) -> pd.DataFrame:
    """Return the people who connect two disciplines, for a meeting of both fields.

    Parameters
    ----------
    pool
        The pool.
    a, b
        Names or codes of two disciplines, neither of them part of the other; what lies under them counts.
    links, tree, years
        As for :func:`coverage`.

    Returns
    -------
    DataFrame
        ``expert_id``, ``name``, ``unit``, ``score``, ``a``, ``b`` (ties to either, in (0, 1]), ``how_a``, ``how_b``;
        best first, then by id. A tie is the strongest of: an own discipline (1 declared, else its score), an office
        in a society that covers it (weight of the office × of the coverage), common works with somebody of it (half
        of the work tie × that person's). The score is the square root of the product of both ties.

    Raises
    ------
    UnknownNameError
        No such discipline.
    SettingError
        One is part of the other.

    Examples
    --------
    >>> from datetime import date
    >>> from expertmatch.tables.pool import read_pool
    >>> experts = pd.DataFrame({"姓名": ["张三", "李四"], "学科": ["园艺学；护理学", "园艺学"]})
    >>> bridges(read_pool(experts, today=date(2026, 1, 1)), "农学", "临床医学")["name"].tolist()
    ['张三']
    """
    chosen = tree or own_tree()
    first, second = _code(chosen, a), _code(chosen, b)
    if first in chosen.lineage(second) or second in chosen.lineage(first):
        raise SettingError("b", b, f"与“{a}”互不包含的另一个学科")
    used = links_of(pool, links, None, chosen)
    edges = graph_tables(pool, used, chosen).edges
    one, other = _ties(edges, pool, chosen, first), _ties(edges, pool, chosen, second)
    who = zip(*(pool.experts[c] for c in ("expert_id", "name", "unit")), strict=True)
    people = {expert: (name, unit) for expert, name, unit in who}
    rows = []
    for expert in sorted(set(one) & set(other) & active_experts(pool, years)):
        (x, how_x), (y, how_y) = one[expert], other[expert]
        rows.append((expert, *people[expert], math.sqrt(x * y), x, y, how_x, how_y))
    rows.sort(key=lambda row: (-row[3], row[0]))
    columns = list(zip(*rows, strict=True)) or [()] * len(BRIDGE_COLUMNS)
    frame = pd.DataFrame({name: list(values) for name, values in zip(BRIDGE_COLUMNS, columns, strict=True)})
    return frame.astype({"score": np.float64, "a": np.float64, "b": np.float64})


def _code(tree: DisciplineTree, text: str) -> str:
    found = tree.find(text)
    if found is None:
        raise UnknownNameError("学科", text, [each.name for each in tree.disciplines.values()])
    return found


Tie = tuple[float, str]


def _ties(edges: pd.DataFrame, pool: Pool, tree: DisciplineTree, code: str) -> dict[str, Tie]:
    """Return every expert's strongest tie to a discipline and how it comes about."""
    under = {f"discipline:{c}" for c in tree.disciplines if code in tree.lineage(c)}
    societies = {
        f"society:{i}": name for i, name in zip(pool.societies["society_id"], pool.societies["name"], strict=True)
    }
    people = {f"expert:{i}": name for i, name in zip(pool.experts["expert_id"], pool.experts["name"], strict=True)}
    rows = list(edges[["a", "b", "kind", "weight", "origin", "role"]].itertuples(index=False, name=None))
    own: dict[str, Tie] = {}
    covers: dict[str, float] = {}
    for one, other, kind, weight, origin, _ in rows:
        if other in under and kind == "specialises_in":
            label = tree.disciplines[other.split(":", 1)[1]].name
            _best(own, one, weight, f"研究{label}" + ("（由成果推断）" if origin == INFERRED else ""))
        if other in under and kind == "covers":
            covers[one] = max(covers.get(one, 0.0), weight)
    found = dict(own)
    for one, other, kind, weight, _, role in rows:
        if kind == "member_of" and other in covers:
            _best(found, one, weight * covers[other], f"{societies[other]}{role or '会员'}")
        if kind == "co_works":
            for me, you in ((one, other), (other, one)):
                if you in own:
                    _best(found, me, _TOGETHER * weight * own[you][0], f"与{people[you]}共同完成成果")
    return {expert.split(":", 1)[1]: tie for expert, tie in found.items()}


def _best(ties: dict[str, Tie], expert: str, weight: float, how: str) -> None:
    if expert not in ties or (-weight, how) < (-ties[expert][0], ties[expert][1]):
        ties[expert] = (float(weight), how)
