"""How a draw goes: locked ones first, then place after place by lot, then the reserve, then places that need not be."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from expertmatch.errors import SettingError
from expertmatch.planning.draw_pool import DrawPool, listed, who
from expertmatch.planning.lots import lot
from expertmatch.planning.seats import Refused, Seats, Wall

KEPT, NEEDED, TOPPED_UP, FURTHER = "保留", "首轮", "补充", "增补"
"""Rounds, in their order: locked; places that must be filled; the same from the reserve; places that may be filled."""

DRAWN, ALTERNATE, PASSED, PUT_BACK, UNDRAWN = "入选", "备选", "跳过", "放回", "未抽到"
"""What becomes of a lot; who is kept or tops up is called as the round."""

SERVES = (KEPT, DRAWN, TOPPED_UP)
"""What those who serve are marked with."""


@dataclass(kw_only=True)
class Row:
    """One candidate's lot for some places of a need."""

    number: int
    block: int
    round: str
    need: int
    places: int
    candidate: int
    moves: list[int]
    drawn: int
    lot: str
    role: int
    move: int = -1
    outcome: str = UNDRAWN
    note: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Places of a need that the same people can fill: of one role, or of any (``None``) that has room."""

    need: int
    role: int | None
    demand: int
    further: bool


class Rounds:
    """A draw, held when it is made; afterwards ``rows`` has every lot in the order of the draw.

    Parameters
    ----------
    pool : DrawPool
        Over whom.
    seed : str
        Of the lots.
    rotation : bool
        Who served less often comes first.
    """

    def __init__(self, pool: DrawPool, seed: str, rotation: bool) -> None:
        self.pool, self._seed, self._rotation = pool, seed, rotation
        self.rows: list[Row] = []
        self.names = list(who(pool.candidates))
        self.people = [
            tuple(map(str, one))
            for one in pool.candidates[["kind", "id", "name", "unit"]].itertuples(index=False, name=None)
        ]
        self.roles = [str(one) for one in pool.roles["label"]]
        self.ids = [str(one) for one in pool.needs["need_id"]]
        self.served = [int(one) for one in pool.candidates["served"]]
        self._drawn: Counter[int] = Counter()
        self._row_of: dict[int, Row] = {}
        self._serving: set[tuple[int, int]] = set()
        self._asked: set[tuple[int, int]] = set()
        self._block = 0
        self.needed = [0] * len(self.ids)
        self._lots: dict[tuple[int, int], str] = {}
        self.groups = _groups(pool)
        self.of_need: list[list[int]] = [[] for _ in self.ids]
        for number, group in enumerate(self.groups):
            self.of_need[group.need].append(number)
        self._prepare()
        self._keep()
        self.order = self._order()
        self._hold()

    def _prepare(self) -> None:
        """Give every edge a move in each group it can fill, in an order that rows have no part in."""
        pool = self.pool
        order = sorted(range(pool.edges), key=lambda e: (self._key(e), pool.role[e]))
        uses: dict[int, list[int]] = {}
        for number, limit in enumerate(pool.limits):
            for edge in np.unique(limit.edges):
                uses.setdefault(int(edge), []).append(number)
        rooms = [max(0, limit.most) for limit in pool.limits]
        surplus = {}
        for role, (least, most) in enumerate(zip(pool.roles["least"], pool.roles["most"], strict=True)):
            surplus[role] = len(rooms)
            rooms.append(int(most - least))
        self.edge: list[int] = []
        self._seat_of: dict[tuple[int, int, int], int] = {}
        group_of, used = [], []
        self._moves: list[list[int]] = [[] for _ in self.groups]
        for edge in order:
            role = int(pool.role[edge])
            for g in self.of_need[int(pool.need[edge])]:
                group = self.groups[g]
                if group.role is not None and group.role != role:
                    continue
                extra = [surplus[role]] if group.role is None and role >= 0 else []
                if not pool.forbidden[edge]:
                    self._seat_of[g, int(pool.candidate[edge]), role] = len(self.edge)
                self._moves[g].append(len(self.edge))
                self.edge.append(edge)
                group_of.append(g)
                used.append(tuple(uses.get(edge, ())) + tuple(extra))
        clashes = [{n} for n in range(len(pool.needs))]
        for one, other in pool.conflicts.tolist():
            clashes[one].add(other)
            clashes[other].add(one)
        self.seats = Seats(
            group_of,
            [int(pool.need[e]) for e in self.edge],
            [int(pool.candidate[e]) for e in self.edge],
            used,
            [group.demand for group in self.groups],
            [max(0, int(one)) for one in pool.candidates["capacity"]],
            rooms,
            clashes,
        )

    def _key(self, edge: int) -> tuple[str, int, str, str]:
        """Sort lots: by need, then as they are drawn."""
        need, candidate = int(self.pool.need[edge]), int(self.pool.candidate[edge])
        return (self.ids[need], self._class(candidate), self._lot(need, candidate), self.names[candidate])

    def _lot(self, need: int, candidate: int) -> str:
        key = (need, candidate)
        if key not in self._lots:
            self._lots[key] = lot(self._seed, self.ids[need], self.names[candidate])
        return self._lots[key]

    def _class(self, candidate: int) -> int:
        return self.served[candidate] + self._drawn[candidate] if self._rotation else 0

    def _keep(self) -> None:
        """Seat the locked, on places of a role before any others."""
        pool, seats = self.pool, self.seats
        options: dict[int, dict[int, list[int]]] = {}
        for moves in self._moves:
            for move in moves:
                if pool.locked[self.edge[move]]:
                    options.setdefault(seats.need[move], {}).setdefault(seats.candidate[move], []).append(move)
        locked = {(int(pool.need[e]), int(pool.candidate[e])) for e in np.flatnonzero(pool.locked)}
        for need in sorted({need for need, _ in locked}, key=self.ids.__getitem__):
            people = sorted((c for n, c in locked if n == need), key=self.names.__getitem__)
            chosen = _seated(seats, [options.get(need, {}).get(one, []) for one in people])
            if chosen is None:
                found = f"需求 {self.ids[need]} 保留 {listed([self.names[one] for one in people])}"
                raise SettingError("locked", found, "名额、角色、本年可承担的次数、时间和各项限额都容得下的保留")
            taken = dict(zip(people, chosen, strict=True))
            for row in self._new_block(KEPT, need, [[move] for move in chosen], len(chosen)):
                self._serve(row, taken[row.candidate], KEPT, "方案设置保留，不经抽签")

    def _order(self) -> list[int]:
        """Sort needs: the fewest who can be drawn for each open place first, then by id."""
        pool = self.pool
        counted = (~pool.reserve & ~pool.forbidden).tolist()
        pairs = {(self.seats.need[m], self.seats.candidate[m]) for m, edge in enumerate(self.edge) if counted[edge]}
        able = Counter(need for need, _ in pairs - self._serving)
        keys = []
        for need, own in enumerate(self.of_need):
            places = self.needed[need] = sum(self.open_places(g) for g in own if not self.groups[g].further)
            keys.append((not places, Fraction(able[need], max(1, places)), self.ids[need]))
        return sorted(range(len(keys)), key=keys.__getitem__)

    def open_places(self, group: int) -> int:
        """Tell how many places of a group nobody has for good."""
        return self.groups[group].demand - sum(move in self.seats.fixed for move in self.seats.seated[group])

    def _in_order(self) -> list[int]:
        """Sort groups: by need; within it roles by the fewest who can fill each place, then places of any role."""
        found = []
        for need in self.order:
            found += sorted(self.of_need[need], key=lambda g: (self.groups[g].role is None, self._scarce(g), g))
        return found

    def _scarce(self, group: int) -> Fraction:
        return Fraction(len(self._able(group, reserve=False)), max(1, self.groups[group].demand))

    def _able(self, group: int, *, reserve: bool) -> list[int]:
        """Return the moves of those in the pool, or in its reserve, in the order of their lots."""
        pool = self.pool
        own = [move for move in self._moves[group] if bool(pool.reserve[self.edge[move]]) == reserve]
        return [move for move in own if not pool.forbidden[self.edge[move]]]

    def _hold(self) -> None:
        order = self._in_order()
        needed = [g for g in order if not self.groups[g].further]
        self.seats.open({g: self._able(g, reserve=False) for g in needed})
        for group in needed:
            self._draw(group, NEEDED)
        self.seats.open({g: self._able(g, reserve=True) for g in needed})
        for group in needed:
            if self._able(group, reserve=True):
                self._draw(group, TOPPED_UP)
        self.seats.open({})
        for group in order:
            if self.groups[group].further:
                self._draw(group, FURTHER)
        for need in self.order:
            self._list_others(need)

    def _draw(self, group: int, round_: str) -> None:
        """Draw for the places of a group."""
        places = self.open_places(group)
        if not places:
            return
        reserve = round_ == TOPPED_UP
        moves: dict[int, list[int]] = {}
        for move in self._moves[group]:
            if bool(self.pool.reserve[self.edge[move]]) == reserve:
                moves.setdefault(self.seats.candidate[move], []).append(move)
        need = self.groups[group].need
        rows = self._new_block(round_, need, list(moves.values()), places)
        says = f"合格人选不足，缺 {places} 名，由后备名单补充" if reserve else ""
        outcome = TOPPED_UP if reserve else DRAWN
        for row in rows:
            if row.moves and self.open_places(group):
                self._try(row, outcome, says)
        for row in rows:  # what was put back is asked again rather than leave a place open
            if row.outcome == PUT_BACK and self.open_places(group):
                self._try(row, outcome, "；".join([*([says] if says else []), "先放回，名额未满再取"]))

    def _try(self, row: Row, outcome: str, says: str) -> None:
        bars: Wall | None = None
        refused: Refused | None = None
        for move in row.moves:
            if bar := self.seats.barred(move):
                bars = bars or bar
            elif refusal := self.seats.take(move):
                refused = refused or refusal
            else:
                self._serve(row, move, outcome, says)
                return
        if row.outcome == PUT_BACK:
            return
        if refused:
            row.outcome, row.note, row.why = PUT_BACK, self._put_back(refused), "放回"
        elif bars:
            row.outcome, (row.note, row.why) = PASSED, self._passed(bars, row)

    def _serve(self, row: Row, move: int, outcome: str, says: str) -> None:
        row.move, row.outcome, row.note, row.why = move, outcome, says, ""
        row.role = int(self.pool.role[self.edge[move]])
        self._drawn[row.candidate] += 1
        self._serving.add((row.need, row.candidate))
        self._row_of[move] = row

    def _new_block(self, round_: str, need: int, people: list[list[int]], places: int) -> list[Row]:
        """Cast lots among people who do not serve the need yet, each with the moves that could be made."""
        asked = [moves for moves in people if (need, self.seats.candidate[moves[0]]) not in self._serving]
        asked.sort(key=lambda moves: self._key(self.edge[moves[0]]))
        self._block += bool(asked)
        rows: list[Row] = []
        for moves in asked:
            candidate = self.seats.candidate[moves[0]]
            rows.append(
                Row(
                    number=len(self.rows) + len(rows) + 1,
                    block=self._block,
                    round=round_,
                    need=need,
                    places=places,
                    candidate=candidate,
                    moves=moves,
                    drawn=self._drawn[candidate],
                    lot=self._lot(need, candidate),
                    role=int(self.pool.role[self.edge[moves[0]]]),
                )
            )
        for row in rows:
            row.moves = [move for move in row.moves if not self.pool.forbidden[self.edge[move]]]
            if not row.moves:
                row.outcome, row.note, row.why = PASSED, "排除：方案设置已排除", "方案设置排除"
        self.rows += rows
        self._asked.update((need, row.candidate) for row in rows)
        return rows

    def _list_others(self, need: int) -> None:
        """List who could be drawn by the pool, but for whose roles there was no place to draw for."""
        moves: dict[int, list[int]] = {}
        for g in self.of_need[need]:
            for move in self._moves[g]:
                who_ = self.seats.candidate[move]
                if not self.pool.reserve[self.edge[move]] and (need, who_) not in self._asked:
                    moves.setdefault(who_, []).append(move)
        for row in self._new_block(FURTHER, need, list(moves.values()), 0):
            row.note = row.note or "没有可抽的名额"

    def _passed(self, wall: Wall, row: Row) -> tuple[str, str]:
        """Say what bars a candidate, with the rows of those in the way."""
        rows = sorted(self._row_of[move].number for move in wall.by)
        seen = f"，见第 {listed(rows)} 行" if rows else ""
        if wall.kind == "capacity":
            return f"已满：本年还可 {self.seats.services[row.candidate]} 次{seen}", "本年已满"
        if wall.kind == "clash":
            other = self.ids[self.seats.need[wall.by[0]]]
            return f"时间冲突：与 {other}{seen}", "时间冲突"
        return f"限额：{self._limit(wall.what)}，还可 {self.seats.limits[wall.what]} 名{seen}", "限额已满"

    def _limit(self, number: int) -> str:
        if number < len(self.pool.limits):
            return self.pool.limits[number].label
        return f"角色“{self.roles[number - len(self.pool.limits)]}”"

    def _put_back(self, refused: Refused) -> str:
        needs = listed([self.group_name(g) for g in refused.short])
        wall = refused.wall
        way = {"capacity": "次数", "clash": "时间冲突或同一需求"}.get(wall.kind) or f"限额：{self._limit(wall.what)}"
        return f"若入选，未能为 {needs} 另找到人（{way}）"

    def same_seat(self, move: int, candidate: int) -> int:
        """Return the move that seats a candidate where a move does, -1 where they may not be."""
        role = self.pool.role[self.edge[move]]
        return self._seat_of.get((self.seats.group[move], candidate, int(role)), -1)

    def could_replace(self, move: int, candidate: int) -> bool:
        """Tell whether a candidate could stand in for a move alone."""
        other = self.same_seat(move, candidate)
        return other >= 0 and not self.seats.walls(other, without=move)

    def group_name(self, group: int) -> str:
        """Call a group of places: the need, with the role where it has one."""
        one = self.groups[group]
        role = "" if one.role is None or one.role < 0 else f"“{self.roles[one.role]}”"
        return f"{self.ids[one.need]}{role}"


def _groups(pool: DrawPool) -> list[Group]:
    """Divide the places of each need: those a role must have, those it must have beside them, those that may be."""
    found = []
    whose = pool.roles["need"].to_numpy(dtype=np.int64)
    for need, (least, most) in enumerate(zip(pool.needs["least"], pool.needs["most"], strict=True)):
        own = np.flatnonzero(whose == need).tolist()
        sure = 0
        for role in own:
            demand = int(pool.roles["least"].iloc[role])
            sure += demand
            if demand:
                found.append(Group(need, role, demand, False))
        if not own:
            found.append(Group(need, -1, int(least), False))
            sure = int(least)
        elif least > sure:
            found.append(Group(need, None, int(least) - sure, False))
            sure = int(least)
        if most > sure:
            found.append(Group(need, None, int(most) - sure, True))
    return found


def _seated(seats: Seats, options: list[list[int]]) -> list[int] | None:
    """Seat each of some locked ones on one of their moves, trying the first moves first."""
    if not options:
        return []
    for move in options[0]:
        if seats.fix(move):
            rest = _seated(seats, options[1:])
            if rest is not None:
                return [move, *rest]
            seats.unfix(move)
    return None
