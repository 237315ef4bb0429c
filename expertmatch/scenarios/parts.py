"""What scenario files are made of: conditions, rules, roles, recusal, composition, quotas, each checked by itself."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from expertmatch.errors import nearest_names
from expertmatch.scenarios.fields import FIELDS
from expertmatch.scenarios.fields import Field as RuleField

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Kind = Literal["expert", "society"]
SignalName = Literal["text", "discipline", "standing", "place", "record", "load", "recency", "balance"]
Unknown = Literal["allow", "hint", "ask", "exclude"]
GroundName = Literal[
    "own", "avoid_units", "same_unit", "kin", "adviser", "employment", "cowork", "earlier_part"
]  # fmt: skip
OPERATORS = ("at_least", "at_most", "above", "below", "any_of", "none_of", "is")
_ACCEPTED = {
    "number": ("at_least", "at_most", "above", "below"),
    "level": ("at_least", "at_most", "any_of", "none_of"),
    "flag": ("is",),
    "words": ("any_of", "none_of"),
    "text": ("any_of", "none_of"),
}


class Part(BaseModel):
    """Frozen, and closed to keys that are not known."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, strict=False)


def origin(source: str, confirmed: bool) -> str:
    """Return a source, with 待核实 where it is not confirmed; a scenario's own choice needs no confirmation.

    Examples
    --------
    >>> origin("某通知", False), origin("本场景的设定，可改", False)
    ('某通知（待核实）', '本场景的设定，可改')
    """
    return source if confirmed or not source or source.startswith("本场景的设定") else f"{source}（待核实）"


class Sourced(Part):
    """Something that rests on a rule: where it stands, from when to when, and whether that is sure.

    Parameters
    ----------
    source : str
        Document and place.
    confirmed : bool
        Whether the primary text or two independent sources were read; otherwise it is shown as 待核实.
    since, until : date or None
        From and to which day it holds.
    """

    source: str = ""
    confirmed: bool = False
    since: date | None = None
    until: date | None = None

    def holds_on(self, day: date) -> bool:
        """Say whether it is in force on a day."""
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


class Condition(Part):
    """A field and what it must be.

    Parameters
    ----------
    field : str
        One of :data:`expertmatch.scenarios.fields.FIELDS`.
    at_least, at_most, above, below : number or level
        For numbers and levels.
    any_of, none_of : list of str
        For words and levels whole; for texts, words that stand in it.
    is : bool
        For flags.
    """

    field: str
    at_least: float | str | None = None
    at_most: float | str | None = None
    above: float | None = None
    below: float | None = None
    any_of: tuple[Text, ...] | None = None
    none_of: tuple[Text, ...] | None = None
    is_: bool | None = Field(default=None, alias="is")

    @property
    def asked(self) -> dict[str, Any]:
        """The operators that are given, by their names in the file."""
        found = {name: getattr(self, "is_" if name == "is" else name) for name in OPERATORS}
        return {name: value for name, value in found.items() if value is not None}

    @property
    def about(self) -> RuleField:
        """The field."""
        return FIELDS[self.field]

    @field_validator("field")
    @classmethod
    def _known(cls, name: str) -> str:
        if name not in FIELDS:
            near = nearest_names(name, list(FIELDS))
            hint = f"是否想写：{'、'.join(near)}？" if near else f"可以是：{'、'.join(FIELDS)}。"
            raise ValueError(f"没有名为“{name}”的字段。{hint}")
        return name

    @model_validator(mode="after")
    def _fits(self) -> Self:
        field, asked = FIELDS[self.field], self.asked
        accepted = _ACCEPTED[field.type]
        wrong = [name for name in asked if name not in accepted]
        if wrong or not asked:
            given = f"不能用 {'、'.join(wrong)}" if wrong else "没有写条件"
            raise ValueError(f"字段 {self.field}（{field.label}）{given}；可以用：{'、'.join(accepted)}。")
        for name, value in asked.items():
            self._fitting(field, name, value)
        return self

    @staticmethod
    def _fitting(field: RuleField, name: str, value: Any) -> None:
        if field.type == "number" and isinstance(value, str):
            raise ValueError(f"字段 {field.name} 的 {name} 应是数，现在是“{value}”。")
        if field.type == "level":
            for level in value if isinstance(value, tuple) else (value,):
                if level not in field.levels:
                    raise ValueError(
                        f"字段 {field.name} 的 {name} 不能是“{level}”；可以是：{'、'.join(field.levels)}。"
                    )
        if isinstance(value, tuple) and not value:
            raise ValueError(f"字段 {field.name} 的 {name} 是空的。")

    @property
    def in_words(self) -> str:
        """The condition as people say it."""
        field = self.about
        told = []
        for name, value in self.asked.items():
            shown = f"{value:g}{field.unit}" if isinstance(value, float) else value
            if name == "is":
                told.append(f"{'' if value else '不是'}{field.label}" if field.name in ("academician", "local") else
                            f"{field.label}：{'是' if value else '否'}")  # fmt: skip
            elif name in ("any_of", "none_of"):
                told.append(f"{field.label}{'是' if name == 'any_of' else '不是'}{'、'.join(value)}")
            else:
                word = {"at_least": "不低于", "at_most": "不高于", "above": "高于", "below": "低于"}[name]
                told.append(f"{field.label}{word}{shown}")
        return "，".join(told)


class Rule(Sourced, Condition):
    """A hard rule: who does not pass it is no candidate.

    Parameters
    ----------
    id, label : str
        Short name, and what people read.
    roles : list of str
        The roles it binds; all when not given.
    kinds : list of {"expert", "society"}
        The kinds of candidates it binds; both when not given.
    when : list of Condition
        It binds only where all of these hold.
    unknown : {"allow", "hint", "ask", "exclude"}
        When the fact is not known: pass, pass with a hint, hold back until it is asked for, or refuse.
    """

    id: Name
    label: Text
    roles: tuple[str, ...] = ()
    kinds: tuple[Kind, ...] = ("expert", "society")
    when: tuple[Condition, ...] = ()
    unknown: Unknown = "exclude"

    @property
    def scope(self) -> str:
        """Whether it can be decided for a candidate alone, or only with the need: ``candidate`` or ``pair``."""
        scopes = {self.about.scope, *(condition.about.scope for condition in self.when)}
        return "candidate" if scopes == {"candidate"} else "pair"


class Role(Sourced):
    """A place in what is composed.

    Parameters
    ----------
    id, label : str
        Short name, and what people read.
    kinds : list of {"expert", "society"}
        Who can take it.
    come_from : {"pool", "requester"}
        Candidates of the pool, or the requester's own people (需求方人员).
    least, most : int
        How many a composed list has.
    """

    id: Name
    label: Text
    kinds: tuple[Kind, ...] = ("expert",)
    come_from: Literal["pool", "requester"] = "pool"
    least: int = Field(default=0, ge=0)
    most: int | None = Field(default=None, ge=1)


class Recusal(Sourced):
    """A ground of recusal.

    Parameters
    ----------
    ground : str
        own, avoid_units, same_unit, kin, adviser, employment, cowork or earlier_part.
    years : float or None
        How far back it counts; without it, ever.
    """

    ground: GroundName
    years: float | None = Field(default=None, gt=0)

    @model_validator(mode="after")
    def _timed(self) -> Self:
        if self.years is not None and self.ground not in ("employment", "cowork", "adviser", "earlier_part"):
            raise ValueError(f"回避事由 {self.ground} 不分年限，请去掉 years。")
        return self


class Limit(Sourced):
    """At most so many people who agree in everything named.

    Parameters
    ----------
    label : str
        What people read.
    per : list of {"unit", "discipline", "society", "county", "requester"}
        What they agree in: unit is the legal person, discipline the first-level one.
    most : int
        How many.
    hard : bool
        Whether a list that breaks it is refused, or only told so.
    """

    label: Text
    per: tuple[Literal["unit", "discipline", "society", "county", "requester"], ...] = Field(min_length=1)
    most: int = Field(ge=1)
    hard: bool = False


class Share(Sourced):
    """A share of the people that must fulfil something.

    Parameters
    ----------
    label : str
        What people read.
    where : list of Condition
        Who counts: all of these hold.
    at_least, at_most : float
        Shares from 0 to 1.
    hard : bool
        Whether a list that breaks it is refused, or only told so.
    """

    label: Text
    where: tuple[Condition, ...] = Field(min_length=1)
    at_least: float = Field(default=0.0, ge=0.0, le=1.0)
    at_most: float = Field(default=1.0, ge=0.0, le=1.0)
    hard: bool = False

    @model_validator(mode="after")
    def _possible(self) -> Self:
        foreign = [one.field for one in self.where if one.about.scope != "candidate"]
        if foreign:
            raise ValueError(f"比例“{self.label}”只能问人本身，不能问 {'、'.join(foreign)}：它要对着需求才能说。")
        if self.at_least > self.at_most:
            raise ValueError(f"比例“{self.label}”至少 {self.at_least:g}、至多 {self.at_most:g}，不可能同时做到。")
        return self


class Spread(Sourced):
    """People must come from several of something.

    Parameters
    ----------
    label : str
        What people read.
    of : {"unit", "discipline", "county", "society"}
        Of what.
    at_least : int
        How many different ones.
    hard : bool
        Whether a list that breaks it is refused, or only told so.
    """

    label: Text
    of: Literal["unit", "discipline", "county", "society"]
    at_least: int = Field(ge=2)
    hard: bool = False


class Composition(Part):
    """How many and who with whom; composing is planning's, here it is verified.

    Parameters
    ----------
    least, most : int
        People in all.
    hard : bool
        Whether the size is a must.
    source : str
        Where the size stands.
    confirmed : bool
        See :class:`Sourced`.
    limits, shares, spreads : lists
        What the list as a whole must hold.
    """

    least: int = Field(default=1, ge=0)
    most: int | None = Field(default=None, ge=1)
    hard: bool = False
    source: str = ""
    confirmed: bool = False
    limits: tuple[Limit, ...] = ()
    shares: tuple[Share, ...] = ()
    spreads: tuple[Spread, ...] = ()

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.most is not None and self.least > self.most:
            raise ValueError(f"人数至少 {self.least}、至多 {self.most}，不可能同时做到。")
        return self


class Quota(Sourced):
    """At most (or at least) so many services a person, place or period has, over the whole programme.

    Parameters
    ----------
    label : str
        What people read.
    per : {"candidate", "unit", "county", "programme"}
        Whose count.
    period : {"year", "ever", "open"}
        Within what; ``open`` counts what goes on at the same time.
    when : list of Condition
        It binds only candidates of whom all of these hold; for quotas per candidate.
    besides : {"", "stations_held"}
        Column of experts with what each holds open beside the service record.
    least, most : int or None
        The bounds.
    """

    label: Text
    per: Literal["candidate", "unit", "county", "programme"]
    period: Literal["year", "ever", "open"] = "year"
    when: tuple[Condition, ...] = ()
    besides: Literal["", "stations_held"] = ""
    least: int | None = Field(default=None, ge=0)
    most: int | None = Field(default=None, ge=1)

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.least is None and self.most is None:
            raise ValueError(f"定额“{self.label}”没有写 least 或 most。")
        if self.least is not None and self.most is not None and self.least > self.most:
            raise ValueError(f"定额“{self.label}”至少 {self.least}、至多 {self.most}，不可能同时做到。")
        if self.when and self.per != "candidate":
            raise ValueError(f"定额“{self.label}”的 when 说的是候选，per 要写 candidate。")
        if self.besides and (self.per, self.period) != ("candidate", "open"):
            raise ValueError(f"定额“{self.label}”写了 besides，per 要写 candidate，period 要写 open。")
        foreign = [one.field for one in self.when if one.about.scope != "candidate"]
        if foreign:
            raise ValueError(
                f"定额“{self.label}”的 when 只能问人本身，不能问 {'、'.join(foreign)}：它要对着需求才能说。"
            )
        return self


class Term(Sourced):
    """Something that must be agreed or kept, and that no table can show: it stands on the results.

    Parameters
    ----------
    label : str
        What people read.
    """

    label: Text


class Item(Sourced):
    """A line of a 100-point sheet.

    Parameters
    ----------
    label : str
        What is scored.
    points : float
        The most it can get.
    """

    label: Text
    points: float = Field(gt=0)
