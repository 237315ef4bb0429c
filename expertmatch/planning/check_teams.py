"""Whether each team is composed as its programme and the settings ask: roles, limits, shares, spreads, newcomers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import cached_property

import numpy as np

from expertmatch.planning.check_book import Book
from expertmatch.planning.check_notes import Held, between, joined
from expertmatch.scenarios import Scenario, Share
from expertmatch.scenarios.conditions import Verdicts, all_hold
from expertmatch.scenarios.counting import Counted
from expertmatch.scenarios.grouping import Keys, could_exceed, keys_of, largest_groups, spread
from expertmatch.scenarios.parts import Composition, Limit, Spread, origin

PER = {"unit": "单位", "society": "学会", "county": "区县", "discipline": "一级学科"}


class Teams:
    """The teams of a plan, held against what is asked of each.

    Parameters
    ----------
    book : Book
        The plan and its tables.
    """

    def __init__(self, book: Book) -> None:
        self.book = book
        self._keys: dict[str, Keys] = {}
        self._counts: dict[Share, Verdicts] = {}

    def check(self) -> None:
        """Hold everything that is asked of a team against every team."""
        for name, ids in self.book.by_scenario.items():
            scenario = self.book.scenarios.get(name)
            if scenario is not None:
                self._roles(name, scenario, ids)
                if scenario.composition is not None:
                    self._composition(name, scenario.composition, [one for one in ids if self.book.listed[one]])
        self._limits()
        self._newcomers()

    def keys(self, what: str, places: Sequence[int]) -> Keys:
        """Return what some of the people of the plan belong to."""
        if what not in self._keys:
            self._keys[what] = keys_of(self.book.people, what, self.book.tree)
        every = self._keys[what]
        return [every[i] for i in places]

    def named(self, places: Sequence[int]) -> str:
        """Return who they are."""
        return joined([self._names[i] for i in places])

    @cached_property
    def _names(self) -> list[str]:
        facts, own = self.book.people.facts, self.book.people.own
        told = zip(facts.text("name"), facts.text("id"), own.tolist(), strict=True)
        return [name if mine else f"{name}（{one}）" for name, one, mine in told]

    def _roles(self, name: str, scenario: Scenario, ids: Sequence[str]) -> None:
        """Count who takes each role."""
        for role in scenario.roles:
            if not role.least and role.most is None:
                continue
            held = self.book.notes.rule(f"role:{role.id}", role.label, between(role.least, role.most), of=name,
                                        source=origin(role.source, role.confirmed))  # fmt: skip
            for need_id in ids:
                here = [one for one in self.book.everybody[need_id] if one.role == role.label]
                held.seen(need_id)
                if role.most is not None and len(here) > role.most:
                    who = joined([self.book.person(one) for one in here])
                    if role.come_from == "pool":
                        held.fails(f"{len(here)} 人", need_id=need_id, who=who)
                    else:  # whom the requester sends is not the plan's to say
                        self.book.notes.yields(held, f"{len(here)} 人", need_id=need_id, who=who)
                elif len(here) < role.least:
                    self.book.notes.yields(held, f"{len(here)} 人", need_id=need_id, short=True)

    def _composition(self, name: str, about: Composition, ids: Sequence[str]) -> None:
        notes, listed = self.book.notes, self.book.listed
        if about.least > 1 or about.most is not None:
            size = notes.rule("size", "总人数", between(about.least, about.most), of=name, hard=about.hard,
                              source=origin(about.source, about.confirmed))  # fmt: skip
            for need_id in ids:
                size.seen(need_id)
                count = len(listed[need_id])
                if count < about.least:
                    notes.yields(size, f"{count} 人", need_id=need_id, short=True)
                elif about.most is not None and count > about.most:
                    self._over(size, f"{count} 人", need_id, listed[need_id])
        parts: list[tuple[str, Limit | Share | Spread, Callable[[Held, str, list[int]], None]]] = [
            *((f"limit:{i}", one, self._limit(one.per, one.most)) for i, one in enumerate(about.limits, start=1)),
            *((f"share:{i}", one, self._share(one)) for i, one in enumerate(about.shares, start=1)),
            *((f"spread:{i}", one, self._spread(one)) for i, one in enumerate(about.spreads, start=1)),
        ]
        for rule, part, hold in parts:
            source = origin(part.source, part.confirmed)
            held = notes.rule(rule, part.label, of=name, hard=part.hard, source=source)
            for need_id in ids:
                held.seen(need_id)
                hold(held, need_id, listed[need_id])

    def _over(self, held: Held, found: str, need_id: str, who: Sequence[int], required: str | None = None) -> None:
        """Note that something is too much: nothing excuses it where it is a must and the plan put anybody there."""
        if held.hard and not self.book.people.own[np.array(who, dtype=np.int64)].all():
            held.fails(found, need_id=need_id, who=self.named(who), required=required)
        else:
            self.book.notes.yields(held, found, need_id=need_id, who=self.named(who), required=required)

    def _limit(self, per: Sequence[str], most: int) -> Callable[[Held, str, list[int]], None]:
        """At most so many who agree in everything named."""

        def hold(held: Held, need_id: str, here: list[int]) -> None:
            keys = [self.keys(what, here) for what in per]
            over = [group for group in largest_groups(keys) if len(group.members) > most]
            required = f"至多 {most} 人"
            for group in over:
                who = [here[i] for i in group.members]
                told = f"{'、'.join(map(self._word, group.values))} {len(who)} 人"
                self._over(held, told, need_id, who, required)
            if not over and could_exceed(keys, most):
                blank = [here[i] for i, each in enumerate(zip(*keys, strict=True)) if any(one is None for one in each)]
                told = "有人的归属不详，可能超过"
                held.fails(told, need_id=need_id, who=self.named(blank), required=required, result="unknown")

        return hold

    def _word(self, value: str) -> str:
        known = self.book.tree.disciplines
        return known[value].name if value in known else value

    def _share(self, share: Share) -> Callable[[Held, str, list[int]], None]:
        """Count a share of the people; societies are none."""

        def hold(held: Held, need_id: str, here: list[int]) -> None:
            facts = self.book.people.facts
            if share not in self._counts:
                self._counts[share] = all_hold(share.where, facts.column)
            persons = [i for i in here if facts.text("kind")[i] == "expert"]
            counted = Counted(share, self._counts[share][np.array(persons, dtype=np.int64)])
            told = f"{counted.total} 人中 {counted.yes} 人"
            told += f"，{counted.unknown} 人不详" if counted.unknown else ""
            if counted.result == "unknown":
                held.fails(told, need_id=need_id, required=counted.required, result="unknown")
            elif counted.yes > counted.bounds[1]:
                who = [i for i, verdict in zip(persons, counted.verdicts.tolist(), strict=True) if verdict > 0]
                self._over(held, told, need_id, who, counted.required)
            elif counted.result == "broken":
                self.book.notes.yields(held, told, need_id=need_id, required=counted.required, short=held.hard)

        return hold

    def _spread(self, about: Spread) -> Callable[[Held, str, list[int]], None]:
        """People must come from several of something."""

        def hold(held: Held, need_id: str, here: list[int]) -> None:
            count, result = spread(self.keys(about.of, here), about.of, about.at_least)
            required = f"至少 {about.at_least} 个"
            if result == "unknown":
                held.fails(f"{count} 个，有人不详", need_id=need_id, required=required, result="unknown")
            elif result == "broken":
                self.book.notes.yields(held, f"{count} 个", need_id=need_id, required=required, short=held.hard)

        return hold

    # what the settings ask of every team

    def _limits(self) -> None:
        """Count who is of one unit, society, county or discipline, the requester's own people left out."""
        for what, most in self.book.settings.limits.items():
            held = self.book.notes.rule(f"limits:{what}", f"同一{PER[what]}", f"至多 {most} 人")
            for need_id, team in self.book.team.items():
                held.seen(need_id)
                here = list(dict.fromkeys(self.book.row_of[one.who] for one in team))
                counts = Counter(value for known in self.keys(what, here) for value in known or ())
                for value, count in sorted(counts.items()):
                    if count > most:
                        keys = zip(here, self.keys(what, here), strict=True)
                        who = [i for i, known in keys if known is not None and value in known]
                        self._over(held, f"{self._word(value)} {count} 人", need_id, who)

    def _newcomers(self) -> None:
        """Count in each team who has never served, by the ledger."""
        least = self.book.settings.newcomers
        if not least:
            return
        held = self.book.notes.rule("newcomers", "新人", f"至少 {least} 人从未服务过")
        served = self.book.people.facts.column("services").data
        for need_id in (need_id for need_id, team in self.book.team.items() if team):
            held.seen(need_id)
            count = sum(
                served[i] == 0 for i in dict.fromkeys(self.book.row_of[one.who] for one in self.book.team[need_id])
            )
            if count < least:
                self.book.notes.yields(held, f"{count} 人", need_id=need_id, short=True)
