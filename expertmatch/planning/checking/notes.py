"""What a check of a plan finds, collected rule by rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from expertmatch.scenarios.columns import texts

COLUMNS = ("rule", "label", "need_id", "who", "required", "found", "result", "hard", "source")


@dataclass(eq=False, kw_only=True)
class Held:
    """One rule, and where it was found not to hold.

    Parameters
    ----------
    rule, label, required, source : str
        Short name, what people read, what is asked, where that stands.
    hard : bool
        Whether it must hold.
    """

    rule: str
    label: str
    required: str = ""
    hard: bool = True
    source: str = ""
    times: int = 0
    needs: set[str] = field(default_factory=set)
    wrong: set[str] = field(default_factory=set)
    rows: list[tuple[object, ...]] = field(default_factory=list)

    def seen(self, need_id: str = "", times: int = 1) -> None:
        """Note that the rule was held against something."""
        self.times += times
        self.needs.add(need_id)

    def fails(
        self, found: str, *, need_id: str = "", who: str = "", required: str | None = None, result: str = "broken",
        hard: bool | None = None,
    ) -> None:  # fmt: skip
        """Note where it does not hold, or where that cannot be said (``result="unknown"``)."""
        asked = self.required if required is None else required
        must = self.hard if hard is None else hard
        self.rows.append((self.rule, self.label, need_id, who, asked, found, result, must, self.source))
        self.needs.add(need_id)
        self.wrong.add(need_id)


@dataclass(eq=False)
class Notes:
    """Every rule that was held against a plan.

    Parameters
    ----------
    broken, unserved : DataFrame
        What the plan itself says it does not meet.
    """

    broken: pd.DataFrame
    unserved: pd.DataFrame
    _held: dict[tuple[str, str], Held] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        need, rule, label = (texts(self.broken, name) for name in ("need_id", "rule", "label"))
        self._told = {*zip(need, rule, strict=True), *zip(need, label, strict=True)}
        self._short = frozenset(texts(self.unserved, "need_id"))

    def rule(
        self, rule: str, label: str, required: str = "", *, of: str = "", hard: bool = True, source: str = ""
    ) -> Held:
        """Return a rule, begun where it is not there yet; ``of`` tells those of several scenarios apart."""
        made = Held(rule=rule, label=label, required=required, hard=hard, source=source)
        return self._held.setdefault((of, rule), made)

    def yields(
        self, held: Held, found: str, *, need_id: str = "", who: str = "", required: str | None = None,
        short: bool = False,
    ) -> None:  # fmt: skip
        """Note that a rule which may give way is not met: in silence that is a fault of the plan.

        Parameters
        ----------
        held : Held
            The rule.
        found, need_id, who, required
            As :meth:`Held.fails` takes them.
        short : bool
            Whether it is enough that the need stands among those not fully served.
        """
        held.fails(found, need_id=need_id, who=who, required=required, hard=False)
        told = (need_id, held.rule) in self._told or (need_id, held.label) in self._told
        if not told and not (short and need_id in self._short):
            silent = self.rule("unsaid", "未说明", "没有做到的，方案里要写明")
            silent.fails(f"没有做到而方案未说明：{held.label}，{found}", need_id=need_id, who=who)

    def overstated(self) -> None:
        """Note what the plan says it does not meet, and does."""
        extra = self.rule("overstated", "多报的不足", "只列没有做到的", hard=False)
        columns = (texts(self.broken, name) for name in ("need_id", "rule", "label"))
        for need_id, rule, label in zip(*columns, strict=True):
            known = [h for h in self._held.values() if (h.rule == rule or h.label == label) and need_id in h.needs]
            extra.seen(need_id)
            if known and not any(need_id in held.wrong for held in known):
                extra.fails(f"方案说没有做到“{label or rule}”，核对下来做到了", need_id=need_id)

    def frame(self) -> pd.DataFrame:
        """Return a row for each place where a rule does not hold, and one for each rule that always does."""
        rows: list[tuple[object, ...]] = []
        for held in self._held.values():
            kept = f"核对 {held.times} 处，都符合"
            good = (held.rule, held.label, "", "", held.required, kept, "ok", held.hard, held.source)
            rows += held.rows or ([good] if held.times else [])
        return pd.DataFrame(rows, columns=list(COLUMNS)).astype({"hard": bool})


def joined(names: Sequence[str], most: int = 8) -> str:
    """Return names joined by 、, the first of them only where there are many.

    Examples
    --------
    >>> joined(["甲", "乙", "丙"], most=2)
    '甲、乙等 3 个'
    """
    return "、".join(names) if len(names) <= most else f"{'、'.join(names[:most])}等 {len(names)} 个"


def between(least: int, most: int | None, word: str = "人") -> str:
    """Return bounds in words.

    Examples
    --------
    >>> between(2, 4), between(0, 3), between(3, 3), between(1, None)
    ('2 至 4 人', '至多 3 人', '3 人', '至少 1 人')
    """
    if most is None:
        return f"至少 {least} {word}"
    return f"至多 {most} {word}" if not least else f"{least} {word}" if least == most else f"{least} 至 {most} {word}"


def by_key(table: pd.DataFrame, columns: Sequence[str]) -> Mapping[tuple[str, ...], list[int]]:
    """Return the places of each row by some of its columns, as texts."""
    found: dict[tuple[str, ...], list[int]] = {}
    for place, key in enumerate(zip(*(texts(table, name) for name in columns), strict=True)):
        found.setdefault(key, []).append(place)
    return found
