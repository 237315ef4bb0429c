"""A model as a linear program: edges, extra variables, breaches that cost, places that stay empty."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import sparse

from expertmatch.planning.highs import Program
from expertmatch.planning.model import Model
from expertmatch.scenarios.columns import Flags, Floats, Ints

Kind = Literal["need", "expert", "pair", "rows", "floor"]


@dataclass(frozen=True, eq=False, kw_only=True)
class Block:
    """Rows of one kind: which of them are there, and which columns take up what they lack or have too much.

    Parameters
    ----------
    kind : str
        What the rows are; ``number`` is the place among the model's rows where they are of them.
    kept : ndarray of int64
        Which needs, experts, pairs or rows; those that can never bind are left out.
    matrix, lower, upper
        Over edges and extra variables.
    price : float or None
        Of a unit of breach; ``None`` for what must hold.
    below, above : bool
        Whether a column takes up what is missing below, and what is too much above.
    """

    kind: Kind
    number: int
    kept: Ints
    matrix: sparse.csr_array
    lower: Floats
    upper: Floats
    price: float | None
    below: bool
    above: bool

    def slacks(self) -> tuple[Ints, Floats, Floats]:
        """Return row, sign and largest value of each column that takes up something."""
        rows, signs, most = [], [], []
        positive, negative = _sides(self.matrix)
        for wanted, bound, sign in ((self.below, self.lower, 1.0), (self.above, self.upper, -1.0)):
            if wanted:
                finite = np.flatnonzero(np.isfinite(bound))
                room = bound[finite] - negative[finite] if sign > 0 else positive[finite] - bound[finite]
                finite, room = finite[room > 0], room[room > 0]
                rows.append(finite)
                signs.append(np.full(len(finite), sign))
                most.append(room)
        if not rows:
            return np.empty(0, np.int64), np.empty(0), np.empty(0)
        return np.concatenate(rows), np.concatenate(signs), np.concatenate(most)


class Layout:
    """The blocks of a model, and the programs made of them.

    Parameters
    ----------
    model : Model
    targets : ndarray or None
        What each need's chosen edges must be worth at least; -inf where nothing is asked.
    elastic : bool
        Whether what is never passed may be passed too, to find out what stands in the way.
    """

    def __init__(self, model: Model, targets: Floats | None = None, *, elastic: bool = False) -> None:
        self.model = model
        self.blocks = tuple(_blocks(model, targets, elastic))
        self._taken = tuple(block.slacks() for block in self.blocks)
        self._matrix = self._stacked()

    @property
    def variables(self) -> int:
        """Edges and extra variables."""
        return self.model.edges + self.model.extra

    def program(
        self, goal: Literal["value", "shortfall", "any"], *, shortfall: float | None = 0.0, allowed: Flags | None = None
    ) -> Program:
        """Return what is to be solved.

        Parameters
        ----------
        goal : {"value", "shortfall", "any"}
            The largest value less what breaches cost, the fewest places that stay empty, or whatever is possible.
        shortfall : float or None
            How much may be missing in all; ``None`` for any.
        allowed : ndarray of bool or None
            Which edges may be used; all without it. Locked ones always.

        Returns
        -------
        Program
        """
        model, count = self.model, self.variables
        room = np.concatenate([np.ones(count), *[most for _, _, most in self._taken]])
        cost = [np.full(len(rows), 0.0 if b.price is None else b.price) for b, (rows, _, _) in self._each()]
        hard = [np.full(len(rows), b.price is None) for b, (rows, _, _) in self._each()]
        missing = np.concatenate([np.zeros(count, bool), *hard])
        gain = np.concatenate([model.value, np.zeros(model.extra), *[-one for one in cost]])
        if goal != "value":
            gain = -missing.astype(float) * (goal == "shortfall")
        least = np.zeros(len(room))
        least[: model.edges] = model.locked
        if allowed is not None:
            room[: model.edges] = allowed | model.locked
        if shortfall is not None and shortfall <= 0:
            room[missing] = 0.0
        matrix = self._matrix
        lower = np.concatenate([block.lower for block in self.blocks] or [np.empty(0)])
        upper = np.concatenate([block.upper for block in self.blocks] or [np.empty(0)])
        if shortfall is not None and shortfall > 0:
            total = sparse.csr_array(missing.astype(float)[None, :])
            matrix = sparse.vstack([matrix, total], format="csr")
            lower, upper = np.append(lower, -np.inf), np.append(upper, shortfall)
        whole = np.arange(len(room)) < count
        return Program(gain=gain, matrix=matrix, lower=lower, upper=upper, least=least, most=room, whole=whole)

    def missing(self, values: Floats) -> float:
        """Return how much is missing in all, by the columns of a solution."""
        total, at = 0.0, self.variables
        for block, (rows, _, _) in self._each():
            if block.price is None:
                total += float(values[at : at + len(rows)].sum())
            at += len(rows)
        return total

    def passed(self, values: Floats) -> list[tuple[Block, int, float, float]]:
        """Return rows whose bounds are not kept: the block, the row in it, 1 below or -1 above, and by how much."""
        found: list[tuple[Block, int, float, float]] = []
        at = self.variables
        for block, (rows, signs, _) in self._each():
            part = values[at : at + len(rows)]
            found += [(block, int(rows[i]), float(signs[i]), float(part[i])) for i in np.flatnonzero(part > 1e-6)]
            at += len(rows)
        return found

    def rows_of(self, kind: Kind) -> Ints:
        """Return the rows of the programs that are of a kind."""
        kinds = np.repeat([block.kind for block in self.blocks], [len(block.kept) for block in self.blocks])
        return np.flatnonzero(kinds == kind)

    def whole_numbers(self) -> bool:
        """Tell whether whatever is missing is a whole number in every solution."""
        return all(
            bool((block.matrix.data == np.round(block.matrix.data)).all())
            and bool((block.lower[np.isfinite(block.lower)] % 1 == 0).all())
            for block in self.blocks
            if block.price is None and block.below
        )

    def spread(self, price: Floats) -> dict[tuple[Kind, int], Floats]:
        """Return the prices of rows by kind and number, with 0 for rows left out."""
        sizes = {"need": len(self.model.least), "expert": len(self.model.capacity), "floor": len(self.model.least)}
        found: dict[tuple[Kind, int], Floats] = {}
        at = 0
        for block in self.blocks:
            part = price[at : at + len(block.kept)]
            at += len(block.kept)
            if block.kind == "pair":
                continue
            size = sizes.get(block.kind) or (len(self.model.rows[block.number]) if block.kind == "rows" else 0)
            every = np.zeros(size)
            every[block.kept] = part + 0.0
            found[block.kind, block.number] = every
        return found

    def _each(self) -> list[tuple[Block, tuple[Ints, Floats, Floats]]]:
        return list(zip(self.blocks, self._taken, strict=True))

    def _stacked(self) -> sparse.csr_array:
        parts = [block.matrix for block in self.blocks]
        height = sum(part.shape[0] for part in parts)
        if not parts:
            return sparse.csr_array((0, self.variables))
        body = sparse.vstack(parts, format="csr")
        rows, signs, start = [], [], 0
        for block, (at, sign, _) in self._each():
            rows.append(at + start)
            signs.append(sign)
            start += len(block.kept)
        row, sign = np.concatenate(rows), np.concatenate(signs)
        slack = sparse.csr_array((sign, (row, np.arange(len(row)))), shape=(height, len(row)))
        return sparse.hstack([body, slack], format="csr")


def _blocks(model: Model, targets: Floats | None, elastic: bool) -> list[Block]:
    edges = np.arange(model.edges)
    found = []

    def add(kind: Kind, of: Ints, lower: Floats, upper: Floats, *, binds: Flags, data: Floats | None = None) -> None:
        kept = np.flatnonzero(binds)
        place = np.full(len(binds), -1)
        place[kept] = np.arange(len(kept))
        used = binds[of]
        weight = np.ones(len(edges)) if data is None else data
        shape = (len(kept), model.edges + model.extra)
        matrix = sparse.csr_array((weight[used], (place[of[used]], edges[used])), shape=shape)
        found.append(
            Block(
                kind=kind, number=0, kept=kept, matrix=matrix, lower=lower[kept], upper=upper[kept],
                price=None, below=kind in {"need", "expert"}, above=elastic and kind != "floor",
            )
        )  # fmt: skip

    def bounds(of: Ints, least: Ints, most: Ints) -> tuple[Floats, Floats, Flags]:
        degree = np.bincount(of, minlength=len(least))
        lower = np.where(np.minimum(least, most) > 0, np.minimum(least, most), -np.inf)
        upper = np.where(degree > most, most, np.inf)
        return lower, upper, np.isfinite(lower) | np.isfinite(upper)

    lower, upper, binds = bounds(model.need, model.least, model.most)
    add("need", model.need, lower, upper, binds=binds)
    lower, upper, binds = bounds(model.expert, model.minimum, model.capacity)
    add("expert", model.expert, lower, upper, binds=binds)
    pair = model.pair
    twice = np.bincount(pair) > 1 if model.edges else np.empty(0, bool)
    if twice.any():
        add("pair", pair, np.full(len(twice), -np.inf), np.ones(len(twice)), binds=twice)
    for number, rule in enumerate(model.rows):
        binds = np.isfinite(rule.lower) | np.isfinite(rule.upper)
        soft = rule.price is not None
        found.append(
            Block(
                kind="rows", number=number, kept=np.flatnonzero(binds), matrix=rule.matrix[np.flatnonzero(binds)],
                lower=rule.lower[binds], upper=rule.upper[binds], price=rule.price, below=True, above=soft or elastic,
            )
        )  # fmt: skip
    if targets is not None:
        binds = np.isfinite(targets)
        add("floor", model.need, targets, np.full(len(targets), np.inf), binds=binds, data=model.value)
    return found


def _sides(matrix: sparse.csr_array) -> tuple[Floats, Floats]:
    """Return the largest and smallest value of each row with variables from 0 to 1."""
    above = sparse.csr_array((np.maximum(matrix.data, 0), matrix.indices, matrix.indptr), shape=matrix.shape)
    below = sparse.csr_array((np.minimum(matrix.data, 0), matrix.indices, matrix.indptr), shape=matrix.shape)
    ones = np.ones(matrix.shape[1])
    return above @ ones, below @ ones
