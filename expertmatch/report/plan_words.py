"""What the columns of a plan's sheets are called, how their numbers and rows show, what its people are called."""

from __future__ import annotations

from expertmatch.planning.pencil.words import GAP, OWN_SHEETS, PLAN_COLUMNS, PLAN_SHEET
from expertmatch.report.labels import Language, pick
from expertmatch.report.sheets import shared_marks
from expertmatch.tables.pool import Pool
from expertmatch.tables.write import Mark

ALL_NEEDS = ("（全部需求）", "(all needs)")
NUMBER_FORMATS = {
    **dict.fromkeys(
        ("得分", "Score", "队伍得分", "Team score", "最强个人组合的得分", "Best individuals' score"), "0.000"
    ),
    **dict.fromkeys(("相当于最强个人组合", "Share of best"), "0%"),
    **dict.fromkeys(("覆盖", "Coverage", "最强个人组合的覆盖", "Best individuals' coverage"), "0%"),
    **dict.fromkeys(("代价", "Price"), "0.000"),
}
"""How spreadsheets show the numbers of these columns."""

UNSERVED = {
    "need_id": PLAN_COLUMNS["need_id"],
    "title": PLAN_COLUMNS["need"],
    "wanted": ("至少要", "At least"),
    "placed": ("已派", "Placed"),
    "missing": ("还缺", "Missing"),
    "reason": ("原因", "Reason"),
}
CHANGES = {
    "need_id": PLAN_COLUMNS["need_id"],
    "title": PLAN_COLUMNS["need"],
    "before": ("原来", "Before"),
    "after": ("现在", "Now"),
    "what": ("变动", "Change"),
    "why": ("原因", "Why"),
}
COSTS = {"wish": ("批改", "Mark"), "cost": ("总分少", "Cost"), "missing": ("多缺人数", "More missing")}
BROKEN = {
    "need_id": PLAN_COLUMNS["need_id"],
    "need": PLAN_COLUMNS["need"],
    "label": ("要求", "Rule"),
    "required": ("应为", "Required"),
    "found": ("实为", "Found"),
    "price": ("代价", "Price"),
    "source": ("依据", "Source"),
}
TEAMS = {
    "need_id": PLAN_COLUMNS["need_id"],
    "title": PLAN_COLUMNS["need"],
    "scenario": PLAN_COLUMNS["scenario"],
    "wanted": ("需要人数", "Wanted"),
    "placed": ("已派", "Placed"),
    "score": ("队伍得分", "Team score"),
    "best": ("最强个人组合的得分", "Best individuals' score"),
    "share": ("相当于最强个人组合", "Share of best"),
    "coverage": ("覆盖", "Coverage"),
    "best_coverage": ("最强个人组合的覆盖", "Best individuals' coverage"),
    "broken": ("不合要求", "Rules broken"),
    "best_broken": ("最强个人组合的不合要求", "Best individuals' rules broken"),
}
LOADS = {
    "candidate_kind": PLAN_COLUMNS["candidate_kind"],
    "candidate_id": PLAN_COLUMNS["candidate_id"],
    "called": PLAN_COLUMNS["name"],
    "unit": PLAN_COLUMNS["unit"],
    "held": ("台账已有", "Held"),
    "planned": ("本次安排", "Planned"),
    "capacity": ("全年上限", "Capacity"),
    "left": ("还可安排", "Left"),
}
RUNNERS = {
    "need_id": PLAN_COLUMNS["need_id"],
    "need": PLAN_COLUMNS["need"],
    "place": PLAN_COLUMNS["place"],
    "placed": ("现排", "Placed"),
    "order": ("候补次序", "Order"),
    "candidate_kind": PLAN_COLUMNS["candidate_kind"],
    "candidate_id": PLAN_COLUMNS["candidate_id"],
    "called": PLAN_COLUMNS["name"],
    "unit": PLAN_COLUMNS["unit"],
    "score": PLAN_COLUMNS["score"],
}


def plan_marks(language: Language = "zh") -> dict[str, tuple[Mark, ...]]:
    """Return which rows are coloured: vacant places, places with a hint, people who can take on no more.

    Parameters
    ----------
    language : {"zh", "en"}, default "zh"
        Of the sheets.

    Returns
    -------
    dict of str to tuple of Mark
        Sheet name -> marks, for ``write_frames(marks=...)``.
    """
    vacant = Mark(column=pick(PLAN_COLUMNS["name"], language), words=GAP, colour="stop")
    hint = Mark(column=pick(PLAN_COLUMNS["hint"], language))
    full = Mark(column=pick(LOADS["left"], language), at_most=0)
    own = {pick(PLAN_SHEET, language): (vacant, hint), pick(OWN_SHEETS["loads"], language): (full,)}
    return {**own, **shared_marks(language)}


class People:
    """Names and units of the pool's candidates."""

    def __init__(self, pool: Pool) -> None:
        experts = pool.experts.reindex(columns=["expert_id", "name", "unit"], fill_value="")
        societies = pool.societies.reindex(columns=["society_id", "name"], fill_value="")
        self._all = {("expert", key): (name or key, unit) for key, name, unit in experts.itertuples(index=False)}
        self._all |= {("society", key): (name or key, "") for key, name in societies.itertuples(index=False)}

    def called(self, kind: str, key: str, name: str) -> tuple[str, str]:
        """Return name and unit; of the requester's own people as their name in the plan gives them."""
        found = self._all.get((kind, key))
        if found is not None:
            return found
        head, mark, unit = name.removesuffix("）").partition("（")
        return (head, unit) if mark and name.endswith("）") else (name or key, "")
