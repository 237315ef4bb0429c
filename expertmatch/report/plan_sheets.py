"""A plan as the sheets an official opens, marks and hands back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import pandas as pd

from expertmatch.planning.pencil.words import (
    BEFORE_COLUMNS,
    BEFORE_SHEET,
    GAP,
    KIND_NAMES,
    OWN_SHEETS,
    PLAN_COLUMNS,
    PLAN_SHEET,
    SETTINGS_COLUMNS,
    SETTINGS_SHEET,
)
from expertmatch.report.labels import Language, pick
from expertmatch.scenarios import Scenario
from expertmatch.tables.pool import Pool
from expertmatch.tables.write import Format, Written, write_frames

WORKBOOK = "方案"
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

_TICK = "√"
_UNSERVED = {
    "need_id": PLAN_COLUMNS["need_id"],
    "title": PLAN_COLUMNS["need"],
    "wanted": ("至少要", "At least"),
    "placed": ("已派", "Placed"),
    "missing": ("还缺", "Missing"),
    "reason": ("原因", "Reason"),
}
_BROKEN = {
    "need_id": PLAN_COLUMNS["need_id"],
    "need": PLAN_COLUMNS["need"],
    "label": ("要求", "Rule"),
    "required": ("应为", "Required"),
    "found": ("实为", "Found"),
    "price": ("代价", "Price"),
    "source": ("依据", "Source"),
}
_TEAMS = {
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
_LOADS = {
    "candidate_kind": PLAN_COLUMNS["candidate_kind"],
    "candidate_id": PLAN_COLUMNS["candidate_id"],
    "called": PLAN_COLUMNS["name"],
    "unit": PLAN_COLUMNS["unit"],
    "held": ("台账已有", "Held"),
    "planned": ("本次安排", "Planned"),
    "capacity": ("全年上限", "Capacity"),
    "left": ("还可安排", "Left"),
}
_RUNNERS = {
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


class PlanTables(Protocol):
    """Whatever has a plan's tables."""

    @property
    def frame(self) -> pd.DataFrame:
        """A row a filled place."""
        ...

    @property
    def unserved(self) -> pd.DataFrame:
        """Needs with fewer than they must have."""
        ...

    @property
    def runner_ups(self) -> pd.DataFrame:
        """Who could stand in for a place."""
        ...

    @property
    def broken(self) -> pd.DataFrame:
        """Soft rules not met."""
        ...

    @property
    def teams(self) -> pd.DataFrame:
        """Each need's team beside the individually best."""
        ...

    @property
    def loads(self) -> pd.DataFrame:
        """What each candidate carries."""
        ...

    @property
    def status(self) -> str:
        """``"optimal"``, ``"partial"`` or ``"time_limit"``."""
        ...

    @property
    def gap(self) -> float:
        """How far the total may be below the bound, as a share of it."""
        ...

    @property
    def needs(self) -> pd.DataFrame:
        """The needs."""
        ...

    @property
    def pool(self) -> Pool:
        """The pool."""
        ...

    @property
    def scenarios(self) -> Mapping[str, Scenario | None]:
        """Name -> scenario."""
        ...


def plan_frames(
    plan: PlanTables,
    *,
    settings: Sequence[tuple[str, str, str]],
    language: Language = "zh",
    notes: Mapping[tuple[str, int], str] | None = None,
) -> dict[str, pd.DataFrame]:
    """Return the sheets of a plan.

    Parameters
    ----------
    plan : Plan
        Or whatever has its tables.
    settings : sequence of (str, str, str)
        What the run was made with: group, name, value; ``settings_of`` reads name and value back.
    language : {"zh", "en"}, default "zh"
        Of sheet and column names.
    notes : dict of (need_id, place) to str, optional
        What a leader wrote under 备注, to stand there again; as ``Wishes.notes`` has it.

    Returns
    -------
    dict of str to DataFrame
        方案 (a row a place, with a row （缺） for each that is not filled, and the columns 保留, 删除, 替换, 备注 for
        the leader's pencil; locked pairs have their 保留 ticked), 未满足, 不合要求, 队伍, 专家负荷, 候补, 参数, and
        原方案, which the reader of the marks holds the sheet against.
    """
    people = _People(plan.pool)
    titles = dict(zip(plan.needs["need_id"], plan.needs["title"], strict=True))
    own = {
        "unserved": _named(plan.unserved, _UNSERVED, language),
        "broken": _named(_broken(plan.broken, titles, language), _BROKEN, language),
        "teams": _named(_teams(plan), _TEAMS, language),
        "loads": _named(_loads(plan.loads, people, language), _LOADS, language),
        "runner_ups": _named(_runners(plan, people, titles, language), _RUNNERS, language),
    }
    rows = pd.DataFrame(list(settings), columns=list(SETTINGS_COLUMNS), dtype=object)
    before = plan.frame.assign(candidate_kind=_kinds(plan.frame["candidate_kind"], language))
    return {
        pick(PLAN_SHEET, language): _plan(plan, people, notes or {}, language),
        **{pick(OWN_SHEETS[name], language): frame for name, frame in own.items()},
        pick(SETTINGS_SHEET, language): _named(rows, SETTINGS_COLUMNS, language),
        pick(BEFORE_SHEET, language): _named(before, BEFORE_COLUMNS, language),
    }


def plan_titles(plan: PlanTables, language: Language = "zh") -> dict[str, str]:
    """Return the lines above the headers: that a plan is not whole or not proven best, and what 原方案 is for.

    Parameters
    ----------
    plan : Plan
        Or whatever has its tables.
    language : {"zh", "en"}, default "zh"
        Of sheet names and lines.

    Returns
    -------
    dict of str to str
        Sheet name -> line, for ``write_frames(titles=...)``.
    """
    missing, needs = int(plan.unserved["missing"].sum()), len(plan.unserved)
    told = []
    if missing or plan.status == "partial":
        told.append(
            pick((f"不完整：{needs} 项需求还缺 {missing} 人，见“{OWN_SHEETS['unserved'][0]}”",
                  f"Incomplete: {needs} needs lack {missing} people, see {OWN_SHEETS['unserved'][1]}"), language)
        )  # fmt: skip
    if plan.status == "time_limit":
        told.append(
            pick((f"到时限为止所得，未证明最优：总分离上界至多差 {plan.gap:.2%}",
                  f"Found within the time limit, not proven best: at most {plan.gap:.2%} below the bound"), language)
        )  # fmt: skip
    keep = (
        "排定时的原样，读回批改时核对用，请勿改动",
        "The plan as made, to hold the marked sheet against: leave as it is",
    )
    lines = {pick(BEFORE_SHEET, language): pick(keep, language)}
    if told:
        lines[pick(PLAN_SHEET, language)] = pick(("；", "; "), language).join(told)
    return lines


def write_plan(
    frames: Mapping[str, pd.DataFrame],
    titles: Mapping[str, str],
    folder: Path,
    formats: Sequence[Format],
    *,
    force: bool,
) -> list[Written]:
    """Write the sheets: one workbook 方案.xlsx, or a file for each sheet in the other formats.

    Parameters
    ----------
    frames, titles : dict
        As :func:`plan_frames` and :func:`plan_titles` give them.
    folder : Path
        Where to; made when it is not there.
    formats : sequence of {"xlsx", "csv", "jsonl", "parquet"}
        Which files; only the workbook has the titles.
    force : bool
        Whether files that are there may be replaced.

    Returns
    -------
    list of Written

    Raises
    ------
    OutputError
        A file is there already, or cannot be written.
    """
    return [
        write_frames(frames, folder / f"{WORKBOOK}.{form}", format=form, overwrite=force, titles=titles,
                     number_formats=NUMBER_FORMATS)
        for form in formats
    ]  # fmt: skip


class _People:
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


def _plan(plan: PlanTables, people: _People, notes: Mapping[tuple[str, int], str], language: Language) -> pd.DataFrame:
    """Return 方案: filled places and gaps, need by need."""
    needs = plan.needs.reindex(
        columns=["need_id", "title", "requester", "start", "end", "place", "region"], fill_value=""
    )
    about = {
        need: (title, requester, _time(start, end, language), place or region)
        for need, title, requester, start, end, place, region in needs.itertuples(index=False)
    }
    several = bool((plan.frame["scenario"] != "").any())
    ranked = _stand_ins(plan.runner_ups)
    held: dict[str, list[Any]] = {}
    for row in plan.frame.sort_values("place", kind="stable").itertuples(index=False, name="Seat"):
        held.setdefault(str(row.need_id), []).append(row)
    missing = dict(zip(plan.unserved["need_id"], plan.unserved["missing"].astype(int), strict=True))
    rows: list[dict[str, Any]] = []
    for need, (title, requester, time, where) in about.items():
        seats = held.get(need, [])
        own = {"need_id": need, "need": title, "requester": requester, "time": time, "where": where}
        for seat in seats:
            name, unit = people.called(seat.candidate_kind, seat.candidate_id, seat.name)
            rows.append(own | {
                "scenario": _title(plan, seat.scenario), "place": int(seat.place), "role": seat.role,
                "candidate_kind": pick(KIND_NAMES[seat.candidate_kind], language), "candidate_id": seat.candidate_id,
                "name": name, "unit": unit, "score": seat.score,
                "runner_ups": ranked.get((need, int(seat.place)), ""), "keep": _TICK if seat.locked else "",
            })  # fmt: skip
        taken = {int(seat.place) for seat in seats}
        scenario = _title(plan, seats[0].scenario) if seats else ""
        free = (place for place in range(1, len(taken) + missing.get(need, 0) + 1) if place not in taken)
        gaps = [place for place, _ in zip(free, range(missing.get(need, 0)), strict=False)]
        rows += [own | {"scenario": scenario, "place": place, "name": pick(GAP, language), "score": float("nan"),
                        "runner_ups": ranked.get((need, place), "")} for place in gaps]  # fmt: skip
    columns = [name for name in PLAN_COLUMNS if name != "scenario" or several]
    frame = pd.DataFrame(rows, columns=columns)
    frame["note"] = [notes.get((n, int(p)), "") for n, p in zip(frame["need_id"], frame["place"], strict=True)]
    texts = [name for name in columns if name not in ("place", "score")]
    frame[texts] = frame[texts].astype(object).fillna("")
    return _named(frame.astype({"score": float}), {name: PLAN_COLUMNS[name] for name in columns}, language)


def _stand_ins(runners: pd.DataFrame) -> dict[tuple[str, int], str]:
    """Return the runner-ups of each place in one text; with the id where a name stands for several."""
    ids = runners.drop_duplicates(["candidate_kind", "candidate_id"])["name"].value_counts()
    found: dict[tuple[str, int], list[str]] = {}
    columns = runners.sort_values("order", kind="stable")[["need_id", "place", "candidate_id", "name"]]
    for need, place, key, name in columns.itertuples(index=False):
        found.setdefault((str(need), int(place)), []).append(f"{key} {name}" if ids[name] > 1 else str(name))
    return {key: "；".join(names) for key, names in found.items()}


def _title(plan: PlanTables, scenario: str) -> str:
    found = plan.scenarios.get(scenario)
    return found.title if found is not None else scenario


def _time(start: str, end: str, language: Language) -> str:
    if not start or not end or start == end:
        return start or end
    return f"{start}{pick((' 至 ', ' to '), language)}{end}"


def _kinds(kinds: pd.Series[Any], language: Language) -> list[str]:
    return [pick(KIND_NAMES[str(kind)], language) for kind in kinds]


def _broken(broken: pd.DataFrame, titles: Mapping[str, str], language: Language) -> pd.DataFrame:
    """Return broken rules with the needs' titles; one about the whole plan says so."""
    ids = broken["need_id"].astype(str)
    return broken.assign(need=[titles.get(need, "") if need else pick(ALL_NEEDS, language) for need in ids])


def _teams(plan: PlanTables) -> pd.DataFrame:
    return plan.teams.assign(scenario=[_title(plan, str(name)) for name in plan.teams["scenario"]])


def _called(frame: pd.DataFrame, people: _People, language: Language) -> pd.DataFrame:
    """Return a table of candidates with names and units apart and kinds in words."""
    keys = zip(frame["candidate_kind"], frame["candidate_id"], frame["name"], strict=True)
    pairs = [people.called(str(kind), str(key), str(name)) for kind, key, name in keys]
    return frame.assign(called=[name for name, _ in pairs], unit=[unit for _, unit in pairs],
                        candidate_kind=_kinds(frame["candidate_kind"], language))  # fmt: skip


def _loads(loads: pd.DataFrame, people: _People, language: Language) -> pd.DataFrame:
    frame = _called(loads, people, language)
    return frame.assign(left=frame["capacity"] - frame["held"] - frame["planned"])


def _runners(plan: PlanTables, people: _People, titles: Mapping[str, str], language: Language) -> pd.DataFrame:
    seats = zip(plan.frame["need_id"], plan.frame["place"], plan.frame["name"], strict=True)
    placed = {(str(need), int(place)): str(name) for need, place, name in seats}
    frame = _called(plan.runner_ups, people, language)
    keys = [(str(need), int(place)) for need, place in zip(frame["need_id"], frame["place"], strict=True)]
    return frame.assign(need=[titles.get(need, "") for need, _ in keys],
                        placed=[placed.get(key, pick(GAP, language)) for key in keys])  # fmt: skip


def _named(frame: pd.DataFrame, columns: Mapping[str, tuple[str, str]], language: Language) -> pd.DataFrame:
    """Return the columns in order under the names people read."""
    return frame[list(columns)].set_axis([pick(pair, language) for pair in columns.values()], axis=1)
