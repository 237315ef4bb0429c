"""What the team of a need must hold, as rows: roles, limits, shares, spreads, newcomers, sub-topics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product

import numpy as np

from expertmatch.graph.disciplines import own_tree
from expertmatch.planning.covering import covers
from expertmatch.planning.drafts import Book, numbered
from expertmatch.planning.edges import Edges
from expertmatch.planning.settings import PerTeam
from expertmatch.planning.sides import Section, Sides
from expertmatch.planning.subtopics import SubTopics, subtopics
from expertmatch.scenarios.columns import Flags, Ints, texts
from expertmatch.scenarios.conditions import all_hold
from expertmatch.scenarios.grouping import Keys, keys_of
from expertmatch.scenarios.parts import Limit, Share, Spread

COVER = "cover"
"""The rule that a need's sub-topics are covered."""
NEWCOMERS, THERE = "newcomers", ":there"
PER = {"unit": "单位", "society": "学会", "county": "区县", "discipline": "学科"}
"""What groups of a limit are called."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Costs:
    """What breaking rules costs, in the unit of the total.

    Parameters
    ----------
    rule : float
        A place short of a rule that is no must: more than any exchange of people can bring.
    cover : float
        A need's sub-topics, all of them uncovered: so much score a team may lose to cover them.
    """

    rule: float
    cover: float


@dataclass(frozen=True, eq=False, kw_only=True)
class Groups:
    """Who belongs to what: units, societies, counties, disciplines of candidates.

    Parameters
    ----------
    sides : Sides
        Needs and candidates.
    """

    sides: Sides

    def of(self, what: str) -> Keys:
        """Return what each candidate belongs to, ``None`` where that is not known."""
        if what not in self._known:
            found = list(keys_of(self.sides.listed, what, own_tree()))
            self._known[what] = self._with_offices(found) if what == "society" else found
        return self._known[what]

    def codes(self, per: Sequence[str]) -> tuple[Ints, Ints, list[str]]:
        """Return candidates and the groups they certainly belong to, and what the groups are called.

        Parameters
        ----------
        per : sequence of str
            What members of a group agree in.

        Returns
        -------
        expert, group : ndarray of int64, shape (memberships,)
            Positions.
        names : list of str
            Of groups.
        """
        number: dict[tuple[str, ...], int] = {}
        expert, group = [], []
        for i, each in enumerate(zip(*(self.of(what) for what in per), strict=True)):
            known = [one for one in each if one is not None]
            if len(known) == len(per):
                for values in product(*(sorted(one) for one in known)):
                    expert.append(i)
                    group.append(number.setdefault(values, len(number)))
        names = ["、".join(self._called(what, value) for what, value in zip(per, values, strict=True))
                 for values in number]  # fmt: skip
        return np.array(expert, dtype=np.int64), np.array(group, dtype=np.int64), names

    def members(self, per: Sequence[str], experts: Ints) -> tuple[Ints, Ints, list[str]]:
        """Return the groups of given candidates: which of those given, which group, and what groups are called.

        Parameters
        ----------
        per : sequence of str
            What members of a group agree in.
        experts : ndarray of int64
            Candidates, also several times.

        Returns
        -------
        at, group : ndarray of int64, shape (memberships,)
            Positions in ``experts`` and among the groups.
        names : list of str
            Of groups.
        """
        expert, group, names = self.codes(per)
        starts = np.searchsorted(expert, np.arange(len(self.sides.people) + 1))
        sizes = np.diff(starts)[experts]
        at = np.repeat(np.arange(len(experts)), sizes)
        step = np.arange(len(at)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        return at, group[np.repeat(starts[experts], sizes) + step], names

    @staticmethod
    def _called(what: str, value: str) -> str:
        return own_tree().disciplines[value].name if what == "discipline" else value

    def _with_offices(self, found: list[frozenset[str] | None]) -> list[frozenset[str] | None]:
        """Add the societies that the table of memberships names."""
        pool = self.sides.pool
        called = dict(zip(texts(pool.societies, "society_id"), texts(pool.societies, "name"), strict=True))
        held: dict[str, set[str]] = {}
        columns = (texts(pool.memberships, "expert_id"), texts(pool.memberships, "society_id"))
        for expert, society in zip(*columns, strict=True):
            held.setdefault(expert, set()).add(called.get(society) or society)
        return [
            one if kind != "expert" or key not in held else (one or frozenset()) | frozenset(held[key])
            for (kind, key), one in zip(self.sides.people, found, strict=True)
        ]

    @cached_property
    def _known(self) -> dict[str, Keys]:
        return {}


@dataclass(frozen=True, eq=False)
class Topics:
    """The sub-topics of needs, found once for each scenario."""

    _known: dict[str, SubTopics] = field(default_factory=dict)
    _held: dict[str, tuple[Ints, Flags]] = field(default_factory=dict)

    def of(self, section: Section) -> SubTopics:
        """Return the sub-topics of a section's needs."""
        if section.name not in self._known:
            self._known[section.name] = subtopics(section.candidates, section.ranking.needs)
        return self._known[section.name]

    def covered(self, section: Section, need: Ints, expert: Ints) -> Flags:
        """Return which sub-topics of its need each pair covers; pairs that were asked before are looked up.

        Parameters
        ----------
        section : Section
            Of the needs.
        need : ndarray of int64
            Positions among the section's needs.
        expert : ndarray of int64
            Positions of candidates.

        Returns
        -------
        ndarray of bool, shape (pairs, subtopics)
        """
        topics, wide = self.of(section), len(section.candidates.kind_and_id)
        known, flags = self._held.get(
            section.name, (np.empty(0, dtype=np.int64), np.zeros((0, topics.most), dtype=bool))
        )
        keys = need * wide + expert
        new = np.setdiff1d(keys, known)
        if len(new):
            found = covers(topics, section.candidates, new // wide, new % wide)
            order = np.argsort(np.r_[known, new], kind="stable")
            known, flags = np.r_[known, new][order], np.concatenate([flags, found])[order]
            self._held[section.name] = known, flags
        return flags[np.searchsorted(known, keys)]


@dataclass(frozen=True, eq=False, kw_only=True)
class TeamRows:
    """Writes down what teams must hold.

    Parameters
    ----------
    sides : Sides
        Needs and candidates.
    edges : Edges
        Candidates in roles for needs.
    groups : Groups
        Who belongs to what.
    costs : Costs
        What breaking rules costs.
    topics : Topics
        The needs' sub-topics.
    every : bool
        Also rows that these edges alone could never break.
    """

    sides: Sides
    edges: Edges
    groups: Groups
    costs: Costs
    topics: Topics
    every: bool = False

    def write(self, book: Book) -> None:
        """Write down everything that single teams must hold."""
        settings = self.sides.settings
        everybody = np.arange(len(self.edges))
        for per, most in settings.limits.items():
            self._at_most(
                book, f"limits:{per}", f"同一{PER[per]}至多 {most} 人", (per,), most, everybody, None, "本次要求"
            )
        if settings.newcomers:
            self._newcomers(book, settings.newcomers)
        for i, section in enumerate(self.sides.sections):
            own = np.flatnonzero(self.sides.section_of[self.edges.need] == i)
            if len(own):
                self._of_section(book, section, own)
                if settings.cover:
                    self._cover(book, section, own)

    def _of_section(self, book: Book, section: Section, own: Ints) -> None:
        for k, role in enumerate(section.roles):
            taken = self.edges.role[own] == k
            if role.least or role.most is not None:
                needs = section.needs
                at = own[taken]
                book.add(
                    f"role:{role.id}", role.label, row=np.searchsorted(needs, self.edges.need[at]), column=at,
                    lower=float(role.least), upper=np.inf if role.most is None else float(role.most), need=needs,
                    source=role.source,
                )  # fmt: skip
        about = None if section.scenario is None else section.scenario.composition
        if about is None:
            return
        for place, limit in enumerate(about.limits, start=1):
            self._limit(book, f"limit:{place}", limit, own)
        for place, share in enumerate(about.shares, start=1):
            self._share(book, f"share:{place}", share, own)
        for place, spread in enumerate(about.spreads, start=1):
            self._spread(book, f"spread:{place}", spread, own)

    def _price(self, hard: bool) -> float | None:
        return None if hard else self.costs.rule

    def _limit(self, book: Book, rule: str, limit: Limit, own: Ints) -> None:
        per = tuple(one for one in limit.per if one != "requester")
        if len(per) == len(limit.per):  # one that speaks of the requester's own people binds nobody of the pool
            self._at_most(book, rule, limit.label, per, limit.most, own, self._price(limit.hard), limit.source)

    def _at_most(
        self, book: Book, rule: str, label: str, per: Sequence[PerTeam | str], most: int, own: Ints,
        price: float | None, source: str,
    ) -> None:  # fmt: skip
        """Write at most so many of one group in a team, for the groups that could have more."""
        at, group, names = self.groups.members(per, self.edges.expert[own])
        edge = own[at]
        if not len(edge):
            return
        found, row = numbered(self.edges.need[edge] * len(names) + group)
        person = self.edges.expert[edge]
        different = np.unique(np.column_stack([row, person]), axis=0)[:, 0]
        large = np.bincount(different, minlength=len(found)) > (0 if self.every else most)
        place = np.cumsum(large) - 1
        kept = large[row]
        keys = found[large]
        book.add(
            rule, label, row=place[row[kept]], column=edge[kept], upper=float(most), need=keys // len(names),
            subject=[names[one] for one in (keys % len(names)).tolist()], price=price, source=source,
        )  # fmt: skip

    def _newcomers(self, book: Book, least: int) -> None:
        fresh = self.sides.facts.column("services").data == 0
        needs, at = np.unique(self.edges.need), np.flatnonzero(fresh[self.edges.expert])
        book.add(
            NEWCOMERS, f"每队至少 {least} 名新人（台账里还没有服务过）", column=at,
            row=np.searchsorted(needs, self.edges.need[at]), lower=float(least), need=needs,
            price=self.costs.rule, source="本次要求",
        )  # fmt: skip

    def _share(self, book: Book, rule: str, share: Share, own: Ints) -> None:
        """Write a share of the people of a team; who is not known to count does not."""
        facts = self.sides.facts
        persons = np.array([kind == "expert" for kind, _ in self.sides.people], dtype=bool)
        counts = all_hold(share.where, facts.column) > 0
        at = own[persons[self.edges.expert[own]]]
        needs, row = numbered(self.edges.need[at])
        yes = counts[self.edges.expert[at]].astype(np.float64)
        price = self._price(share.hard)
        if share.at_least > 0:
            book.add(rule, share.label, row=row, column=at, entry=yes - share.at_least, lower=0.0, need=needs,
                     price=price, source=share.source)  # fmt: skip
        if share.at_most < 1:
            book.add(rule, share.label, row=row, column=at, entry=yes - share.at_most, upper=0.0, need=needs,
                     price=price, source=share.source)  # fmt: skip

    def _spread(self, book: Book, rule: str, spread: Spread, own: Ints) -> None:
        """Write how many different groups; a further variable says whether a team has anybody of a group."""
        at, group, names = self.groups.members((spread.of,), self.edges.expert[own])
        edge = own[at]
        needs = np.unique(self.edges.need[own])
        found, row = numbered(self.edges.need[edge] * max(1, len(names)) + group)
        there = book.more_variables(len(found))
        need_of = found // max(1, len(names))
        links = np.arange(len(found))
        book.add(
            f"{rule}{THERE}", spread.label, row=np.r_[row, links], column=np.r_[edge, there],
            entry=np.r_[-np.ones(len(edge)), np.ones(len(found))], upper=0.0, need=need_of,
            subject=[names[one] for one in (found % max(1, len(names))).tolist()], source=spread.source,
        )  # fmt: skip
        book.add(
            rule, spread.label, row=np.searchsorted(needs, need_of), column=there, lower=float(spread.at_least),
            need=needs, price=self._price(spread.hard), source=spread.source,
        )  # fmt: skip

    def _cover(self, book: Book, section: Section, own: Ints) -> None:
        """Write that each sub-topic of a need is covered by somebody, also where nobody could."""
        topics = self.topics.of(section)
        local = np.searchsorted(section.needs, self.edges.need[own])
        found = self.topics.covered(section, local, self.edges.expert[own])
        at, topic = np.nonzero(found)
        keys = np.flatnonzero((topics.weights > 0).ravel())
        keys = keys[np.isin(keys // max(1, topics.most), local)]
        row = np.searchsorted(keys, local[at] * topics.most + topic)
        of_need, of_topic = keys // max(1, topics.most), keys % max(1, topics.most)
        weight = topics.weights[of_need, of_topic]
        labels = [
            topics.of_need[i][k].label for i, k in zip(of_need.tolist(), of_topic.tolist(), strict=True)
        ]  # fmt: skip
        book.add(
            COVER, "所需方面有人能答", row=row, column=own[at], entry=weight[row], lower=weight,
            need=section.needs[of_need], subject=labels, price=self.costs.cover,
        )  # fmt: skip
