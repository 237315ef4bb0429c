"""What the team of a need must hold, as rows: roles, limits, shares, spreads, newcomers, sub-topics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from expertmatch.planning.composing.covering import covers
from expertmatch.planning.composing.drafts import Book, numbered
from expertmatch.planning.composing.edges import Edges
from expertmatch.planning.composing.groups import Groups
from expertmatch.planning.composing.sides import Section, Sides
from expertmatch.planning.composing.subtopics import SubTopics, subtopics
from expertmatch.planning.settings import PerTeam
from expertmatch.planning.solver.model import Model
from expertmatch.scenarios.columns import Flags, Floats, Ints
from expertmatch.scenarios.conditions import all_hold
from expertmatch.scenarios.parts import Limit, Share, Spread

COVER = "cover"
"""The rule that a need's sub-topics are covered."""
NEWCOMERS, THERE = "newcomers", ":there"
_NOISE = 1e-9
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


@dataclass(frozen=True, eq=False)
class Topics:
    """The sub-topics of needs, found once for each scenario."""

    _known: dict[int, SubTopics] = field(default_factory=dict)
    _held: dict[int, tuple[Ints, Flags]] = field(default_factory=dict)

    def of(self, section: Section) -> SubTopics:
        """Return the sub-topics of a section's needs."""
        first = int(section.needs[0])
        if first not in self._known:
            self._known[first] = subtopics(section.candidates, section.ranking.needs)
        return self._known[first]

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
        first, none = int(section.needs[0]), (np.array([-1]), np.zeros((1, topics.most), dtype=bool))
        known, flags = self._held.get(first, none)  # a key that is none stands first, so that no look-up is empty
        keys = need * wide + expert
        place = np.minimum(np.searchsorted(known, keys), len(known) - 1)
        new = np.unique(keys[known[place] != keys])
        if len(new):
            found = covers(topics, section.candidates, new // wide, new % wide)
            at = np.searchsorted(known, new)
            known, flags = np.insert(known, at, new), np.insert(flags, at, found, axis=0)
            self._held[first] = known, flags
        return np.asarray(flags[np.searchsorted(known, keys)])


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
            self._of_section(book, section, own)
            if settings.cover and len(own):
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
            self._limit(book, f"limit:{place}", limit, own, section)
        for place, share in enumerate(about.shares, start=1):
            self._share(book, f"share:{place}", share, own, section)
        for place, spread in enumerate(about.spreads, start=1):
            self._spread(book, f"spread:{place}", spread, own, section)

    def _price(self, hard: bool) -> float | None:
        return None if hard else self.costs.rule

    def _limit(self, book: Book, rule: str, limit: Limit, own: Ints, section: Section) -> None:
        per = tuple(one for one in limit.per if one != "requester")
        if len(per) == len(limit.per):  # one that speaks of the requester's own people binds nobody of the pool
            price, beside = self._price(limit.hard), self.groups.own(per, section.needs)
            self._at_most(book, rule, limit.label, per, limit.most, own, price, limit.source, beside)

    def _at_most(
        self, book: Book, rule: str, label: str, per: Sequence[PerTeam | str], most: int, own: Ints,
        price: float | None, source: str, beside: tuple[Ints, Ints] | None = None,
    ) -> None:  # fmt: skip
        """Write at most so many of one group in a team, for the groups that could have more.

        ``beside`` are needs and groups of people who are there in any case.
        """
        at, group, names = self.groups.members(per, self.edges.expert[own])
        edge = own[at]
        if not len(edge):
            return
        found, row = numbered(self.edges.need[edge] * len(names) + group)
        person = self.edges.expert[edge]
        different = np.unique(np.column_stack([row, person]), axis=0)[:, 0]
        left = np.full(len(found), most)
        if beside is not None:
            there = (beside[0] * len(names) + beside[1])[beside[1] < len(names)]
            left -= np.bincount(np.searchsorted(found, there[np.isin(there, found)]), minlength=len(found))
        large = np.bincount(different, minlength=len(found)) > (0 if self.every else left)
        place = np.cumsum(large) - 1
        kept = large[row]
        keys = found[large]
        upper = np.maximum(left[large], 0).astype(np.float64)
        book.add(
            rule, label, row=place[row[kept]], column=edge[kept], upper=upper, need=keys // len(names),
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

    def _share(self, book: Book, rule: str, share: Share, own: Ints, section: Section) -> None:
        """Write a share of the people of a team; who is not known to count does not.

        Of the requester's own people those are counted of whom it is known whether they do. Where they pass by
        themselves what must hold, nobody who counts is added.
        """
        persons = np.array([kind == "expert" for kind, _ in self.sides.people], dtype=bool)
        counts = all_hold(share.where, self.sides.facts.column) > 0
        at = own[persons[self.edges.expert[own]]]
        yes, price = counts[self.edges.expert[at]].astype(np.float64), self._price(share.hard)
        verdicts, there = self.sides.own.verdicts(share.where), self._own_of(section)
        there = there[verdicts[there] != 0]
        beside = self.sides.own.need[there]
        needs = np.unique(np.r_[self.edges.need[at], beside])
        row, place = np.searchsorted(needs, self.edges.need[at]), np.searchsorted(needs, beside)

        def held(part: float) -> Floats:
            found = np.bincount(place, weights=(verdicts[there] > 0) - part, minlength=len(needs))
            return found.astype(np.float64)

        if share.at_least > 0:
            book.add(rule, share.label, row=row, column=at, entry=yes - share.at_least, lower=-held(share.at_least),
                     need=needs, price=price, source=share.source)  # fmt: skip
        if share.at_most < 1:
            left = -held(share.at_most)
            over = (left < -_NOISE) & (price is None)
            entry = yes - np.where(over[row], 0.0, share.at_most)
            book.add(rule, share.label, row=row, column=at, entry=entry, upper=np.where(over, 0.0, left), need=needs,
                     price=price, source=share.source)  # fmt: skip

    def _spread(self, book: Book, rule: str, spread: Spread, own: Ints, section: Section) -> None:
        """Write how many different groups; a further variable says whether a team has anybody of a group.

        Of groups that the requester's own people bring, nothing holds the variable down.
        """
        at, group, names = self.groups.members((spread.of,), self.edges.expert[own])
        edge, many = own[at], max(1, len(names))
        bring, beside = self.edges.need[edge] * many + group, self.groups.own((spread.of,), section.needs)
        new = ~np.isin(bring, (beside[0] * many + beside[1])[beside[1] < len(names)])
        found, row = numbered(bring[new])
        need_of, need_beside = found // many, np.unique(np.array(beside), axis=1)[0]
        there, theirs = book.more_variables(len(found)), book.more_variables(len(need_beside))
        needs = np.unique(np.r_[self.edges.need[own], self.sides.own.need[self._own_of(section)]])
        book.add(
            f"{rule}{THERE}", spread.label, row=np.r_[row, np.arange(len(found))], column=np.r_[edge[new], there],
            entry=np.r_[-np.ones(int(new.sum())), np.ones(len(found))], upper=0.0, need=need_of,
            subject=[names[one] for one in (found % many).tolist()], source=spread.source,
        )  # fmt: skip
        book.add(
            rule, spread.label, row=np.r_[np.searchsorted(needs, need_of), np.searchsorted(needs, need_beside)],
            column=np.r_[there, theirs], lower=float(spread.at_least), need=needs, price=self._price(spread.hard),
            source=spread.source,
        )  # fmt: skip

    def _own_of(self, section: Section) -> Ints:
        """Return which of the requesters' own people are of a section's needs."""
        return np.flatnonzero(np.isin(self.sides.own.need, section.needs))

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


def groups_there(model: Model, chosen: Flags) -> Floats:
    """Return the extra variables of a model as large as a choice of edges lets them be.

    Parameters
    ----------
    model : Model
        With rows that say which groups a team has anybody of.
    chosen : ndarray of bool
        Of its edges.

    Returns
    -------
    ndarray of float64, shape (extra,)
    """
    extra = np.ones(model.extra)
    for rows in model.rows:
        if rows.rule.endswith(THERE):
            part = rows.matrix[:, : model.edges] @ chosen.astype(np.float64)
            place = rows.matrix[:, model.edges :].tocoo()
            extra[place.col] = np.minimum(1.0, -part[place.row])
    return extra
