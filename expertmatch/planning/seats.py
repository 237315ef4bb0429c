"""Who sits where during a draw: for good, or only pencilled in to show that the other places can still be filled."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Wall:
    """What stands in the way of a move: something that is used up, and the moves that use it.

    Parameters
    ----------
    kind : {"capacity", "clash", "limit"}
        The candidate's own services; another need at the same time, or the same need; a limit.
    what : int
        The limit's number; otherwise -1.
    by : tuple of int
        Moves; any one of them would have to give way.
    """

    kind: Literal["capacity", "clash", "limit"]
    what: int
    by: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a lot is put back.

    Parameters
    ----------
    short : tuple of int
        Groups of places that nobody else was found for.
    wall : Wall
        What would have had to give way.
    """

    short: tuple[int, ...]
    wall: Wall


class Seats:
    """Places in groups, moves that fill them, and what the moves use up.

    A move seats a candidate on a place of a group. Pencilled moves show at any time that as many places as before can
    still be filled; a move for good may push them aside only if those they leave find somebody else. They are found
    along augmenting paths (Ford and Fulkerson 1956): exact where only candidates' services run out; with limits and
    clashes a path is taken only if it breaks none, so that what is pencilled is always possible, but not always the
    most that is.

    Parameters
    ----------
    group, need, candidate : sequence of int
        Of each move.
    uses : sequence of sequence of int
        The limits each move counts against.
    demand : sequence of int
        Places of each group.
    services : sequence of int
        How often each candidate may serve.
    limits : sequence of int
        How many moves each limit allows.
    clashes : sequence of collection of int
        Of each need, those that nobody can serve beside it, itself among them.

    Examples
    --------
    >>> seats = Seats([0, 0, 1], [0, 0, 1], [0, 1, 0], [(), (), ()], [1, 1], [1, 1], [], [{0}, {1}])
    >>> seats.open({0: [0, 1], 1: [2]})
    >>> seats.take(0).short, seats.take(1)  # nobody but the first candidate can sit in the second group
    ((1,), None)
    """

    def __init__(
        self,
        group: Sequence[int],
        need: Sequence[int],
        candidate: Sequence[int],
        uses: Sequence[Sequence[int]],
        demand: Sequence[int],
        services: Sequence[int],
        limits: Sequence[int],
        clashes: Sequence[Iterable[int]],
    ) -> None:
        self.group, self.need, self.candidate, self.uses = group, need, candidate, uses
        self.demand, self.services, self.limits = demand, services, limits
        self.clashes = [frozenset(each) for each in clashes]
        self.seated: list[dict[int, None]] = [{} for _ in demand]
        self.fixed: set[int] = set()
        self._serving: list[dict[int, None]] = [{} for _ in services]
        self._counted: list[dict[int, None]] = [{} for _ in limits]
        self._listed: dict[int, list[int]] = {}
        self._done: list[tuple[int, bool]] = []
        self._number = 0

    def open(self, listed: dict[int, list[int]]) -> None:
        """Pencil in as much as can be for these groups, in their order; what was pencilled before is wiped out.

        Parameters
        ----------
        listed : dict of int to list of int
            Moves that may fill each group, those to be tried first in front.
        """
        for move in [one for seated in self.seated for one in seated if one not in self.fixed]:
            self._remove(move)
        self._listed = listed
        for group in listed:
            while len(self.seated[group]) < self.demand[group] and self._refill(group):
                pass
        self._done.clear()

    def walls(self, move: int, *, without: int = -1) -> list[Wall]:
        """Return what stands in the way of a move now.

        Parameters
        ----------
        move : int
            The move.
        without : int
            A move whose place is left, as if it were not seated.

        Returns
        -------
        list of Wall
        """
        who = self.candidate[move]
        mine = [one for one in self._serving[who] if one != without]
        found = []
        if len(mine) >= self.services[who]:
            found.append(Wall("capacity", -1, tuple(mine)))
        beside = self.clashes[self.need[move]]
        found += [Wall("clash", -1, (one,)) for one in mine if self.need[one] in beside]
        for limit in self.uses[move]:
            counted = self._counted[limit]
            if len(counted) - (without in counted) >= self.limits[limit]:
                found.append(Wall("limit", limit, tuple(one for one in counted if one != without)))
        return found

    def barred(self, move: int) -> Wall | None:
        """Return what bars a move for good: all that use it sit for good."""
        for wall in self.walls(move):
            if self.fixed.issuperset(wall.by):
                return wall
        return None

    def fix(self, move: int) -> bool:
        """Seat a locked move before anything is pencilled in; tell whether it was possible."""
        if len(self.seated[self.group[move]]) >= self.demand[self.group[move]] or self.walls(move):
            return False
        self._add(move)
        self.fixed.add(move)
        return True

    def unfix(self, move: int) -> None:
        """Take a locked move back."""
        self.fixed.discard(move)
        self._remove(move)

    def take(self, move: int) -> Refused | None:
        """Seat a move for good, or tell which places it would leave empty and change nothing.

        Parameters
        ----------
        move : int
            A move that is not barred, in a group with a place that nobody sits on for good.

        Returns
        -------
        Refused or None
        """
        group = self.group[move]
        if move in self.seated[group]:
            self.fixed.add(move)
            return None
        self._done.clear()
        before = self._number
        pushed: dict[int, Wall] = {}
        while walls := self.walls(move):
            out = self._who_gives_way(walls, group)
            pushed.setdefault(self.group[out], walls[0])
            self._remove(out)
        if len(self.seated[group]) >= self.demand[group]:
            self._remove([one for one in self.seated[group] if one not in self.fixed][-1])
        self._add(move)
        self.fixed.add(move)
        short = [one for one in pushed if not self._refilled(one)]
        if short and self._number < before:
            self.fixed.discard(move)
            self._undo(0)
            return Refused(tuple(short), pushed[short[0]])
        return None

    def _who_gives_way(self, walls: Sequence[Wall], group: int) -> int:
        """Return the pencilled move that makes most room: of the same group, then in most of the walls."""
        loose = [one for one in walls[0].by if one not in self.fixed]
        return max(loose, key=lambda one: (self.group[one] == group, sum(one in wall.by for wall in walls)))

    def _refilled(self, group: int) -> bool:
        while len(self.seated[group]) < self.demand[group]:
            if not self._refill(group):
                return False
        return True

    def _refill(self, start: int) -> bool:
        """Find somebody for a place of a group, moving pencilled ones along a shortest path."""
        came: dict[int, tuple[int, int, int]] = {}
        queue = [start]
        for group in queue:
            for move in self._listed.get(group, ()):
                if move in self.seated[group]:
                    continue
                walls = self.walls(move)
                if not walls:
                    if self._follow(came, group, move):
                        return True
                    continue
                for out in walls[0].by:
                    then = self.group[out]
                    if then == start or then in came or out in self.fixed:
                        continue
                    if all(out in wall.by for wall in walls[1:]):
                        came[then] = (group, move, out)
                        queue.append(then)
        return False

    def _follow(self, came: dict[int, tuple[int, int, int]], group: int, move: int) -> bool:
        steps = [(move, -1)]
        while group in came:
            group, move, out = came[group]
            steps.append((move, out))
        mark = len(self._done)
        for move, out in reversed(steps):
            if out >= 0:
                self._remove(out)
            if self.walls(move):
                self._undo(mark)
                return False
            self._add(move)
        return True

    def _add(self, move: int) -> None:
        self._put(move)
        self._done.append((move, True))

    def _remove(self, move: int) -> None:
        self._drop(move)
        self._done.append((move, False))

    def _undo(self, mark: int) -> None:
        while len(self._done) > mark:
            move, added = self._done.pop()
            (self._drop if added else self._put)(move)

    def _put(self, move: int) -> None:
        self._number += 1
        self.seated[self.group[move]][move] = None
        self._serving[self.candidate[move]][move] = None
        for limit in self.uses[move]:
            self._counted[limit][move] = None

    def _drop(self, move: int) -> None:
        self._number -= 1
        del self.seated[self.group[move]][move]
        del self._serving[self.candidate[move]][move]
        for limit in self.uses[move]:
            del self._counted[limit][move]
