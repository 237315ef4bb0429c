"""Whether a list of people holds what a scenario asks of it: size, roles, rules, limits, shares, spreads, quotas."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from expertmatch.display import html_table, text_table
from expertmatch.graph.disciplines import DisciplineTree, own_tree
from expertmatch.scenarios.columns import Ints
from expertmatch.scenarios.conditions import all_hold, rule_verdicts
from expertmatch.scenarios.counting import Counted, missing_facts
from expertmatch.scenarios.facts import NeedFacts
from expertmatch.scenarios.grouping import COLUMN_OF, could_exceed, keys_of, largest_groups, spread
from expertmatch.scenarios.pairs import PairFacts
from expertmatch.scenarios.parts import Composition, Limit, Rule, Share, Sourced, Spread, origin
from expertmatch.scenarios.people import People, read_ledger, read_people
from expertmatch.scenarios.quotas import Record, held
from expertmatch.scenarios.reading import read_scenario
from expertmatch.scenarios.scenario import Scenario
from expertmatch.scenarios.seats import all_roles, fits, rules_of, seats
from expertmatch.tables.needs import Needs, read_needs
from expertmatch.tables.read import Source

COLUMNS = ("rule", "label", "required", "found", "result", "hard", "who", "source", "confirmed")
RESULTS = {"ok": "合", "broken": "不合", "unknown": "说不准"}
_SHOWN = ("要求", "应当", "实际", "结果", "必须", "涉及", "出处")


@dataclass(frozen=True, eq=False, repr=False)
class Check:
    """What a scenario says of a list.

    Parameters
    ----------
    title : str
        The programme.
    size : int
        How many stand on the list.
    frame : DataFrame
        A row a requirement: rule, label, required, found, result (ok, broken, unknown), hard, who (whom it is about,
        joined by 、), source, confirmed.
    roles : DataFrame
        id, name, role: which role each was counted in.
    left_out : tuple of str
        What could not be held against the list, and what is missing for it.
    notes : tuple of str
        How cells of the list were understood.
    terms : tuple of str
        What must be agreed and no table can show.
    """

    title: str
    size: int
    frame: pd.DataFrame
    roles: pd.DataFrame
    left_out: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether nothing that is a must is broken or cannot be said."""
        return not bool((self.frame["hard"] & (self.frame["result"] != "ok")).any())

    @property
    def broken(self) -> bool:
        """Whether something that is a must is certainly broken."""
        return bool((self.frame["hard"] & (self.frame["result"] == "broken")).any())

    def __repr__(self) -> str:
        """Return one line for people."""
        return f"<名单核对：{self._summary}>"

    def __str__(self) -> str:
        """Return every requirement as a table, then their sources and what was not checked."""
        table = text_table(_SHOWN[:-1], [row[:-1] for row in self._rows], max_rows=None, max_lines=8)
        sources = [f"{_SHOWN[-1]}：{row[0]}：{row[-1]}" for row in self._rows if row[-1]]
        rest = [*sources, *self._rest]
        return "\n".join([f"{self._summary}。", "", table, *([""] if rest else []), *rest])

    def _repr_html_(self) -> str:
        rest = html_table(["说明"], [[line] for line in self._rest]) if self._rest else ""
        return html_table(_SHOWN, self._rows, caption=self._summary, max_rows=None) + rest

    @property
    def _summary(self) -> str:
        counts = self.frame["result"].value_counts()
        told = "，".join(f"{counts[one]} 项{word}" for one, word in RESULTS.items() if counts.get(one, 0))
        hard = "不符合" if self.broken else "符合" if self.ok else "还说不准是否符合"
        return f"{self.title}，{self.size} 人：{hard}必须的要求（{told or '没有要求'}）"

    @property
    def _rows(self) -> list[list[str]]:
        cells = zip(*(self.frame[name].tolist() for name in COLUMNS), strict=True)
        return [
            [label, required, found, RESULTS[result], "是" if hard else "", who,
             origin(source, confirmed)]
            for _, label, required, found, result, hard, who, source, confirmed in cells
        ]  # fmt: skip

    @property
    def _rest(self) -> list[str]:
        return [
            *(f"未核对：{one}" for one in self.left_out),
            *(f"读法：{one}" for one in self.notes),
            *(f"另须约定：{one}" for one in self.terms),
        ]


def check_composition(
    scenario: Scenario | str,
    people: Source,
    *,
    as_of: date | None = None,
    needs: Needs | Source | Sequence[str] | None = None,
    engagements: Source | None = None,
    tree: DisciplineTree | None = None,
) -> Check:
    """Verify a list of people against a scenario.

    Everything has three values: kept, broken, and not to be said where facts are missing that could decide it either
    way. A rule whose ``unknown`` is allow or hint lets such people pass.

    Parameters
    ----------
    scenario : Scenario, name or path
        The programme.
    people : DataFrame or path
        As :func:`expertmatch.scenarios.people.read_people` takes it: the columns of experts, and 角色, 类别, 来源.
    as_of : date, optional
        The day that ages, windows and rules are counted from; the present day by default.
    needs : Needs, DataFrame, path or sentences, optional
        What the list is to serve; without them rules that depend on needs are not held.
    engagements : DataFrame or path, optional
        The service record of the programme; without it quotas are not held, and nobody counts as having served.
    tree : DisciplineTree, optional
        An own tree of disciplines.

    Returns
    -------
    Check

    Raises
    ------
    InputError
        The list cannot be read, is empty, names somebody twice, or a role that the scenario does not have.

    Examples
    --------
    >>> people = pd.DataFrame({"姓名": ["张三", "李四"], "工作单位": ["西北大学", "长安大学"], "职称": ["教授", ""]})
    >>> check = check_composition("relief", people, as_of=date(2026, 11, 1))
    >>> check.frame.loc[check.frame["rule"] == "rule:title", ["found", "result", "who"]].values.tolist()
    [['1 人符合，1 人未填职称', 'unknown', '李四']]
    """
    day = as_of or date.today()
    one = read_scenario(scenario).on(day)
    chosen = tree or own_tree()
    listed = read_people(people, day, capacity=one.capacity, engagements=engagements, tree=chosen)
    asked = None if needs is None else (needs if isinstance(needs, Needs) else read_needs(needs, today=day)).frame
    work = _Work(one, listed, chosen, asked, seats(one, listed))
    rows = [*work.size(), *work.roles(), *work.rules()]
    if one.composition is not None:
        for place, limit in enumerate(one.composition.limits, start=1):
            rows.append(work.limit(f"limit:{place}", limit))
        for place, share in enumerate(one.composition.shares, start=1):
            rows.append(work.share(f"share:{place}", share))
        for place, of in enumerate(one.composition.spreads, start=1):
            rows.append(work.spread(f"spread:{place}", of))
    record = None if engagements is None else read_ledger(engagements, day)
    rows += work.quotas(record)
    roles = all_roles(one)
    taken = [roles[i].label if i >= 0 else "" for i in work.taken]
    return Check(
        title=one.title,
        size=len(listed),
        frame=pd.DataFrame(rows, columns=list(COLUMNS)).astype({"hard": bool, "confirmed": bool}),
        roles=pd.DataFrame({"id": listed.ids, "name": listed.facts.text("name"), "role": taken}),
        left_out=tuple(work.left_out),
        notes=(*listed.notes, *work.arranged()),
        terms=tuple(term.label for term in one.terms),
    )


_Row = tuple[str, str, str, str, str, bool, str, str, bool]


class _Work:
    """One run of :func:`check_composition`."""

    def __init__(
        self, scenario: Scenario, people: People, tree: DisciplineTree, needs: pd.DataFrame | None, taken: Ints
    ) -> None:
        self.scenario, self.people, self.tree, self.needs, self.taken = scenario, people, tree, needs, taken
        self.left_out: list[str] = []
        if scenario.recusal:
            self.left_out.append("回避（推荐时核对；单看名单看不出与需求方的关系）")

    def row(
        self, rule: str, label: str, required: str, found: str, result: str, hard: bool, who: Sequence[int],
        origin: Sourced | Composition | None = None,
    ) -> _Row:  # fmt: skip
        source, confirmed = (origin.source, origin.confirmed) if origin is not None else ("", False)
        return rule, label, required, found, result, hard, self.people.named(who), source, confirmed

    def size(self) -> list[_Row]:
        """How many stand on the list."""
        about = self.scenario.composition
        if about is None or (about.least <= 1 and about.most is None):  # nothing is asked
            return []
        count, societies = len(self.people), int((~self.people.persons).sum())
        found = f"{count} 人" if not societies else f"{count} 个，其中学会等团体 {societies} 个"
        return [self.row("size", "人数", _between(about.least, about.most), found,
                         _within(count, about.least, about.most), about.hard, (), about)]  # fmt: skip

    def roles(self) -> list[_Row]:
        """Whether everybody has a role that is open to them, and every role enough people."""
        roles = all_roles(self.scenario)
        open_to = fits(roles, self.people)
        places = np.arange(len(self.people))
        astray = [int(i) for i in places if self.taken[i] < 0 or not open_to[self.taken[i], i]]
        rows = []
        if astray:
            label, required = "角色", "类别、来源与角色相符"
            rows.append(self.row("role", label, required, f"{len(astray)} 人不符", "broken", True, astray))
        for i, role in enumerate(roles):
            at = np.flatnonzero(self.taken == i)
            if role.least or role.most is not None:
                rows.append(self.row(f"role:{role.id}", role.label, _between(role.least, role.most), f"{len(at)} 人",
                                     _within(len(at), role.least, role.most), True, at.tolist(), role))  # fmt: skip
        return rows

    def arranged(self) -> list[str]:
        """Say for how many a role was chosen, where there was a choice."""
        blank = sum(not role and taken >= 0 for role, taken in zip(self.people.roles, self.taken, strict=True))
        if not blank or len(all_roles(self.scenario)) < 2:
            return []
        return [f"{blank} 人没有写角色，按能担任的安排；要指定，请加一列“角色”。"]

    def rules(self) -> list[_Row]:
        """Every rule, for those in the roles it binds."""
        roles = all_roles(self.scenario)
        bound = {role.id: {rule.id for rule in rules_of(self.scenario, role)} for role in roles}
        kinds = self.people.facts.text("kind")
        rows = []
        for rule in self.scenario.rules:
            if rule.scope == "pair" and self.needs is None:
                self.left_out.append(f"{rule.label}（要对着需求看，这次没有给出需求）")
                continue
            at = [i for i, role in enumerate(self.taken)
                  if role >= 0 and rule.id in bound[roles[role].id] and kinds[i] in rule.kinds]  # fmt: skip
            rows.append(self._rule(rule, at))
        return rows

    def _rule(self, rule: Rule, at: list[int]) -> _Row:
        verdicts = self._verdicts(rule, at)
        broken = [i for i, verdict in zip(at, verdicts, strict=True) if verdict < 0]
        unsure = [i for i, verdict in zip(at, verdicts, strict=True) if verdict == 0]
        passes = rule.unknown in ("allow", "hint")
        free = self._unbound(rule, at)
        kept = len(at) - len(broken) - len(unsure) - free
        told = [f"{kept} 人符合"] if kept else []
        told += [f"{free} 人不归它管"] if free else []
        told += [f"{len(broken)} 人不符合"] if broken else []
        if unsure:
            blank = self._missing(rule, unsure)
            told.append(f"{blank}{'，按规则放过' if passes else ''}")
        result = "broken" if broken else "unknown" if unsure and not passes else "ok"
        required = "；".join([*(f"限{condition.in_words}的" for condition in rule.when), rule.in_words])
        found = "，".join(told) if at else "没有人归它管"
        who = broken or ([] if rule.unknown == "allow" else unsure)
        return self.row(f"rule:{rule.id}", rule.label, required, found, result, True, who, rule)

    def _unbound(self, rule: Rule, at: list[int]) -> int:
        """Count those whom the conditions of a rule about candidates certainly let go."""
        if not rule.when or rule.scope == "pair" or not at:
            return 0
        return int((all_hold(rule.when, self.people.facts.column)[at] < 0).sum())

    def _missing(self, rule: Rule, places: list[int]) -> str:
        if rule.scope == "pair":
            return f"{len(places)} 人{rule.about.label}不详"
        return missing_facts([rule, *rule.when], self.people.facts, places)

    def _verdicts(self, rule: Rule, at: list[int]) -> list[int]:
        """Return what a rule says of people: with needs the gravest of all of them."""
        if rule.scope == "candidate":
            return [int(one) for one in rule_verdicts(rule, self.people.facts.column)[at]]
        facts, count = self._pairs, 0 if self.needs is None else len(self.needs)
        need, who = np.repeat(np.arange(count), len(at)), np.tile(np.array(at, dtype=np.int64), count)
        verdicts = rule_verdicts(rule, lambda name: facts.column(name, need, who)).reshape(count, len(at))
        return [int(one) for one in verdicts.min(axis=0, initial=1)]

    @property
    def _pairs(self) -> PairFacts:
        needs = pd.DataFrame() if self.needs is None else self.needs
        cells = needs["disciplines"].tolist() if "disciplines" in needs else [""] * len(needs)
        codes = tuple(frozenset(self.tree.find_all(cell)[0]) for cell in cells)
        return PairFacts(candidates=self.people.facts, needs=NeedFacts(frame=needs, codes=codes))

    def limit(self, rule: str, limit: Limit) -> _Row:
        """At most so many who agree in everything named."""
        keys = [keys_of(self.people, what, self.tree) for what in limit.per]
        groups = largest_groups(keys)
        over = [group for group in groups if len(group.members) > limit.most]
        blank = [i for i, each in enumerate(zip(*keys, strict=True)) if any(one is None for one in each)]
        found = "没有相同的"
        if groups:
            shown = over or groups[:1]
            told = [f"{self._called(limit.per, g.values)} {len(g.members)} 人" for g in shown[:3]]
            found = ("" if over else "最多的是") + "、".join(told) + ("等" if len(shown) > 3 else "")
        result = "broken" if over else "unknown" if could_exceed(keys, limit.most) else "ok"
        who = sorted({i for group in over for i in group.members})
        if result == "unknown":
            found, who = f"{found}；{self._blank(limit.per, keys)}，可能超过", blank
        return self.row(rule, limit.label, f"至多 {limit.most} 人", found, result, limit.hard, who, limit)

    def _called(self, per: Sequence[str], values: Sequence[str]) -> str:
        known = self.tree.disciplines
        return "、".join(
            known[value].name if what == "discipline" else value for what, value in zip(per, values, strict=True)
        )

    def _blank(self, per: Sequence[str], keys: Sequence[Sequence[frozenset[str] | None]]) -> str:
        counts = {COLUMN_OF[what]: sum(one is None for one in each) for what, each in zip(per, keys, strict=True)}
        return "，".join(f"{count} 人未填{name}" for name, count in counts.items() if count)

    def share(self, rule: str, share: Share) -> _Row:
        """Count a share of the people on the list; societies are none."""
        places = np.flatnonzero(self.people.persons)
        counted = Counted.of(share, self.people.facts, places)
        unsure = places[counted.verdicts == 0]
        part = f"（{counted.yes / counted.total * 100:.4g}%）" if counted.total else ""
        found = f"{counted.total} 人中 {counted.yes} 人{part}"
        if len(unsure):
            found += f"；{missing_facts(share.where, self.people.facts, unsure)}"
        who = unsure if counted.result == "unknown" else places[counted.verdicts > 0]
        return self.row(rule, share.label, counted.required, found, counted.result, share.hard, who.tolist(), share)

    def spread(self, rule: str, about: Spread) -> _Row:
        """People must come from several of something."""
        keys = keys_of(self.people, about.of, self.tree)
        count, result = spread(keys, about.of, about.at_least)
        blank = [i for i, one in enumerate(keys) if one is None]
        found = f"{count} 个" + (f"；{self._blank([about.of], [keys])}" if blank else "")
        who = blank if result == "unknown" else []
        return self.row(rule, about.label, f"至少 {about.at_least} 个", found, result, about.hard, who, about)

    def quotas(self, ledger: pd.DataFrame | None) -> list[_Row]:
        """Every quota, with the list on top of the record."""
        if ledger is None:
            self.left_out += [f"{quota.label}（要看服务台账，这次没有给出）" for quota in self.scenario.quotas]
            return []
        needs = pd.DataFrame() if self.needs is None else self.needs
        record = Record.of(ledger, needs, self.scenario.need_kinds, self.people)
        rows = []
        for place, quota in enumerate(self.scenario.quotas, start=1):
            found = held(quota, record, self.people)
            if found is None:
                self.left_out.append(f"{quota.label}（不知在哪个区县服务，请给出写明地区的需求）")
                continue
            required = _between(quota.least or 0, quota.most, "次")
            rows.append(self.row(f"quota:{place}", quota.label, required, found.found, found.result, found.hard,
                                 found.who, quota))  # fmt: skip
        return rows


def _between(least: int, most: int | None, word: str = "人") -> str:
    if most is None:
        return f"至少 {least} {word}"
    return f"至多 {most} {word}" if not least else f"{least} {word}" if least == most else f"{least} 至 {most} {word}"


def _within(count: int, least: int, most: int | None) -> str:
    return "ok" if least <= count and (most is None or count <= most) else "broken"
