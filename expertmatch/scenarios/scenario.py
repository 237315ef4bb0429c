"""Scenario: one programme of the association, with its rules, as a value that is checked.

A scenario file is TOML; what each key means is said here and in ``parts.py``, what a rule can ask for in ``fields.py``.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import Field, model_validator

from expertmatch.errors import nearest_names
from expertmatch.scenarios.parts import (
    Composition,
    Item,
    Kind,
    Name,
    Part,
    Quota,
    Recusal,
    Role,
    Rule,
    SignalName,
    Term,
    Text,
)

if TYPE_CHECKING:  # they rest on this file
    from expertmatch.scenarios.composition import Check
    from expertmatch.tables.needs import Needs
    from expertmatch.tables.read import Source

_TEXT_ALONE: dict[SignalName, float] = {"text": 1.0}


class Scenario(Part):
    """One programme: who is eligible, which signals count how much, how lists are composed, which quotas hold.

    Parameters
    ----------
    name : str
        Latin short name; of a file, its own name.
    title : str
        The programme, as people call it.
    summary : str
        One sentence for results and lists.
    programmes : list of str
        The programmes of the association's work plan that it serves.
    need_kinds : list of str
        Kinds of need (需求类型) it takes; also what ``scenario="auto"`` goes by.
    candidates : list of {"expert", "society"}
        Who can be recommended.
    signals : dict of str to float
        Weight of each signal; text and discipline not both 0.
    measured : list of str
        Signals whose weight rests on judgments; the others are policy.
    capacity : int
        Services a year of a candidate who names none; a choice, not a rule.
    level : float
        From which probability a candidate is called suitable.
    roles, rules, recusal, composition, quotas, terms, sheet
        See their classes.

    Examples
    --------
    >>> scenario = Scenario.model_validate({"name": "own", "title": "自办活动", "summary": "示例。",
    ...     "need_kinds": ["自办"], "signals": {"text": 1},
    ...     "rules": [{"id": "title", "label": "副高以上", "field": "title_level", "at_least": "副高"}]})
    >>> scenario.rules[0].in_words
    '职称级别不低于副高'
    """

    name: Name
    title: Text
    summary: Text
    programmes: tuple[Text, ...] = ()
    need_kinds: tuple[Text, ...] = Field(min_length=1)
    candidates: tuple[Kind, ...] = Field(default=("expert",), min_length=1)
    signals: dict[SignalName, Annotated[float, Field(ge=0, allow_inf_nan=False)]] = Field(
        default_factory=lambda: _TEXT_ALONE.copy()
    )
    measured: tuple[SignalName, ...] = ("text",)
    capacity: int = Field(default=4, ge=1)
    level: float = Field(default=0.5, gt=0, lt=1)
    roles: tuple[Role, ...] = ()
    rules: tuple[Rule, ...] = ()
    recusal: tuple[Recusal, ...] = ()
    composition: Composition | None = None
    quotas: tuple[Quota, ...] = ()
    terms: tuple[Term, ...] = ()
    sheet: tuple[Item, ...] = ()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if not self.signals.get("text", 0) and not self.signals.get("discipline", 0):
            raise ValueError("signals 中 text 和 discipline 至少有一个大于 0。")
        for what, ids in (("规则", [rule.id for rule in self.rules]), ("角色", [role.id for role in self.roles])):
            twice = sorted({one for one in ids if ids.count(one) > 1})
            if twice:
                raise ValueError(f"{what}“{'、'.join(twice)}”写了两次。")
        grounds = [(recusal.ground, recusal.since, recusal.until) for recusal in self.recusal]
        if len(set(grounds)) < len(grounds):
            raise ValueError("同一回避事由写了两次；不同时期的请用 since、until 分开。")
        known = [role.id for role in self.roles]
        for rule in self.rules:
            for one in rule.roles:
                if one not in known:
                    near = nearest_names(one, known)
                    hint = f"是否想写：{'、'.join(near)}？" if near else f"角色有：{'、'.join(known) or '（没有）'}。"
                    raise ValueError(f"规则 {rule.id} 提到的角色“{one}”没有定义。{hint}")
        if self.sheet and abs(sum(item.points for item in self.sheet) - 100) > 1e-9:
            raise ValueError(f"评分表合计 {sum(item.points for item in self.sheet):g} 分，应为 100 分。")
        size = self.composition
        least = sum(role.least for role in self.roles)
        if size is not None and size.most is not None and least > size.most:
            raise ValueError(f"各角色至少共 {least} 人，超过总人数上限 {size.most}。")
        return self

    @property
    def pool_roles(self) -> tuple[Role, ...]:
        """The roles that candidates of the pool take; one without a name where none is written."""
        found = tuple(role for role in self.roles if role.come_from == "pool")
        return found or (Role(id="candidate", label="候选", kinds=self.candidates),)

    def check(
        self,
        people: Source,
        *,
        as_of: date | None = None,
        needs: Needs | Source | Sequence[str] | None = None,
        engagements: Source | None = None,
    ) -> Check:
        """Verify a list of people: size, roles, rules, limits, shares, spreads, quotas.

        Parameters
        ----------
        people, as_of, needs, engagements
            As :func:`expertmatch.scenarios.composition.check_composition` takes them.

        Returns
        -------
        Check
        """
        from expertmatch.scenarios.composition import check_composition

        return check_composition(self, people, as_of=as_of, needs=needs, engagements=engagements)

    def on(self, day: date) -> Scenario:
        """Return the scenario as it is on a day: rules, grounds, limits that are not in force left out.

        Parameters
        ----------
        day : date
            The day.

        Returns
        -------
        Scenario
        """

        def kept(parts: tuple[Any, ...]) -> tuple[Any, ...]:
            return tuple(part for part in parts if part.holds_on(day))

        names = ("rules", "recusal", "quotas", "terms")
        found: dict[str, Any] = {name: kept(getattr(self, name)) for name in names}
        if self.composition is not None:
            parts = {name: kept(getattr(self.composition, name)) for name in ("limits", "shares", "spreads")}
            found["composition"] = self.composition.model_copy(update=parts)
        return self.model_copy(update=found)
