"""What a plan can be asked for, as one frozen model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, Self

from pydantic import Field, ValidationError, field_validator, model_validator

from expertmatch.errors import SettingError, UnknownNameError
from expertmatch.scenarios.parts import Condition, Part, Sourced, Text
from expertmatch.scenarios.reading import accepted_of

PerTeam = Literal["unit", "society", "county", "discipline"]
Pair = tuple[str, str]
"""A need and a candidate, by id; where an expert and a society share an id, ``expert:`` or ``society:`` before it."""


class GroupQuota(Sourced):
    """How many services of a whole plan go to candidates of a group.

    Parameters
    ----------
    label : str
        What people read.
    where : list of Condition
        Who is of the group: all of these certainly hold. Fields of candidates only.
    per : {"unit", "county", "society"} or None
        Instead of one group, each unit, county or society is one; ``county`` is where the candidate is.
    least, most : int or None
        The bounds.
    """

    label: Text
    where: tuple[Condition, ...] = ()
    per: Literal["unit", "county", "society"] | None = None
    least: int | None = Field(default=None, ge=0)
    most: int | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.least is None and self.most is None:
            raise ValueError(f"名额“{self.label}”没有写 least 或 most。")
        if self.least is not None and self.most is not None and self.least > self.most:
            raise ValueError(f"名额“{self.label}”至少 {self.least}、至多 {self.most}，不可能同时做到。")
        if self.per is None and not self.where:
            raise ValueError(f"名额“{self.label}”没有写是谁的：请写 where 或 per。")
        foreign = [one.field for one in self.where if one.about.scope != "candidate"]
        if foreign:
            raise ValueError(f"名额“{self.label}”只能问人本身，不能问 {'、'.join(foreign)}：它要对着需求才能说。")
        return self


class PlanSettings(Part):
    """What a plan is asked for.

    Parameters
    ----------
    wanted : int or (int, int), default 3
        How many each need wants, or at least and at most, where its own column 需要人数 says nothing.
    capacity : int or None
        Services of each candidate in place of the candidates' own and the scenario's; what the ledger holds counts.
    minimum : int, default 0
        How many services each candidate with any pair must get at least.
    objective : {"total", "fair"}, default "total"
        The largest total, or first the worst pair used as good as can be, then the largest total above it.
    floor : float or None
        Every need gets at least this share of its own best team.
    select : {"best", "draw"}, default "best"
        Chosen by score, or drawn by lot among the eligible.
    seed : str or None
        Of the draw: any text, such as the day and who drew; needed for it.
    alternates : int, default 2
        How many stand-ins each place, or each draw, is given.
    locked, forbidden : tuple of (need_id, candidate_id)
        Pairs that must be, and must not be.
    limits : dict of {"unit", "society", "county", "discipline"} to int
        At most so many of one unit, society, county or first-level discipline in a need.
    quotas : tuple of GroupQuota
        Bounds over the whole plan.
    newcomers : int, default 0
        How many in each team have never served, by the ledger, at least.
    travel : bool, default False
        Between needs in different counties half a day is needed.
    longest_event : int, default 31
        A need with its days given and at most so many days long is an event: nobody serves two at a time. Longer
        ones, and those with months or years only, go on beside others.
    cover : bool, default True
        Whether teams are composed so that they cover the need's sub-topics.
    pairs : int, default 20
        With how many candidates for a need the search begins; it is widened where that improves the plan.
    time_limit : float, default 60
        Seconds for the solver; what is found by then is given with its gap.
    solver : {"highs", "flow"}, default "highs"
        ``flow`` is ortools' min-cost flow: the same total, faster, for plans without further rules.
    """

    wanted: Annotated[int, Field(ge=1)] | tuple[Annotated[int, Field(ge=0)], Annotated[int, Field(ge=1)]] = 3
    capacity: int | None = Field(default=None, ge=0)
    minimum: int = Field(default=0, ge=0)
    objective: Literal["total", "fair"] = "total"
    floor: float | None = Field(default=None, gt=0, le=1)
    select: Literal["best", "draw"] = "best"
    seed: Text | None = None
    alternates: int = Field(default=2, ge=0)
    locked: tuple[Pair, ...] = ()
    forbidden: tuple[Pair, ...] = ()
    limits: dict[PerTeam, Annotated[int, Field(ge=1)]] = Field(default_factory=dict)
    quotas: tuple[GroupQuota, ...] = ()
    newcomers: int = Field(default=0, ge=0)
    travel: bool = False
    longest_event: int = Field(default=31, ge=1)
    cover: bool = True
    pairs: int = Field(default=20, ge=1)
    time_limit: float = Field(default=60.0, gt=0)
    solver: Literal["highs", "flow"] = "highs"

    def __init__(self, **given: Any) -> None:
        for name in given:
            if name not in type(self).model_fields:
                raise UnknownNameError("设置", name, list(type(self).model_fields))
        try:
            super().__init__(**given)
        except ValidationError as bad:
            raise _refused(bad.errors()[0], given) from None

    @field_validator("wanted")
    @classmethod
    def _ordered(cls, wanted: int | tuple[int, int]) -> int | tuple[int, int]:
        if isinstance(wanted, tuple) and wanted[0] > wanted[1]:
            raise ValueError(f"人数至少 {wanted[0]}、至多 {wanted[1]}，不可能同时做到。")
        return wanted

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        both = sorted(set(self.locked) & set(self.forbidden))
        if both:
            raise SettingError("forbidden", both, "没有写进 locked 的配对：同一对不能既要保留又要排除")
        if self.select == "draw" and self.seed is None:
            raise SettingError("seed", None, "任意文字，例如日期和经办人：抽取必须写，以后才能复核")
        return self

    def changed(self, changes: Mapping[str, Any]) -> PlanSettings:
        """Return the settings with changes, checked again.

        Parameters
        ----------
        changes : dict
            Names as above.

        Returns
        -------
        PlanSettings

        Raises
        ------
        UnknownNameError
            A name that is no setting.
        SettingError
            A value that is not accepted.
        """
        return type(self)(**{**dict(self), **changes})


_SHAPES = {
    "wanted": "1 以上的整数，或（至少, 至多）两个整数",
    "locked": "（需求编号, 候选编号）的列表",
    "forbidden": "（需求编号, 候选编号）的列表",
    "limits": "unit、society、county、discipline 各至多几人，例如 {'unit': 2}",
}
"""What is accepted, where a single error of pydantic's says only a part of it."""


def _refused(error: Any, changes: Mapping[str, Any]) -> Exception:
    """Return the error that says in Chinese what is not accepted, and what would be."""
    path, kind, context = list(error["loc"]), str(error["type"]), error.get("ctx", {})
    if isinstance(context.get("error"), SettingError):
        told: SettingError = context["error"]
        return told
    name = str(path[0])
    given = changes.get(name, error["input"])
    if kind == "value_error":
        return SettingError(name, given, f"改正后的值（{str(context['error']).rstrip('。')}）")
    if name in _SHAPES:
        return SettingError(name, given, _SHAPES[name])
    if kind == "extra_forbidden":
        model = Condition if "where" in path else GroupQuota
        return UnknownNameError(f"键（{_place(path[:-1])}）", str(path[-1]), [*model.model_fields])
    if kind == "missing":
        return SettingError(_place(path[:-1]), error["input"], f"写明 {path[-1]} 的一个表")
    return SettingError(_place(path), error["input"], accepted_of(kind, context))


def _place(path: Sequence[str | int]) -> str:
    """Return where a value stands: ``quotas 第 1 项的 most``."""
    words = [f" 第 {part + 1} 项" if isinstance(part, int) else f"的 {part}" for part in path[1:]]
    return str(path[0]) + "".join(words)
