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
    MORE_SHEETS,
    OWN_SHEETS,
    PLAN_COLUMNS,
    PLAN_SHEET,
    SETTINGS_COLUMNS,
    SETTINGS_SHEET,
)
from expertmatch.report.invitations import invitations
from expertmatch.report.labels import Language, pick
from expertmatch.report.plan_words import (
    ALL_NEEDS,
    BROKEN,
    CHANGES,
    COSTS,
    LOADS,
    NUMBER_FORMATS,
    RUNNERS,
    TEAMS,
    UNSERVED,
    People,
    plan_marks,
)
from expertmatch.report.sheets import NUMBERS
from expertmatch.scenarios import Scenario
from expertmatch.tables.pool import Pool
from expertmatch.tables.write import Format, Written, write_frames

WORKBOOK = "方案"
_TICK = "√"


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
    hints: Mapping[tuple[str, int], str] | None = None,
    more: Mapping[str, pd.DataFrame] | None = None,
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
    hints : dict of (need_id, place) to str, optional
        What to look at before one signs; without any, the sheet has no such column.
    more : dict of str to DataFrame, optional
        Further sheets with their columns named: reasons, excluded, coverage, problems.

    Returns
    -------
    dict of str to DataFrame
        方案 (a row a place, with a row （缺） for each that is not filled, and the columns 保留, 删除, 替换, 备注 for
        the leader's pencil; locked pairs have their 保留 ticked), 邀请名单, 未满足, 不合要求, 队伍, 专家负荷, 候补,
        what else is given, 参数, and 原方案, which the reader of the marks holds the sheet against.
    """
    people = People(plan.pool)
    titles = dict(zip(plan.needs["need_id"], plan.needs["title"], strict=True))
    own = {
        "unserved": _named(plan.unserved, UNSERVED, language),
        "broken": _named(_broken(plan.broken, titles, language), BROKEN, language),
        "teams": _named(_teams(plan), TEAMS, language),
        "loads": _named(_loads(plan.loads, people, language), LOADS, language),
        "runner_ups": _named(_runners(plan, people, titles, language), RUNNERS, language),
    }
    rows = pd.DataFrame(list(settings), columns=list(SETTINGS_COLUMNS), dtype=object)
    before = plan.frame.assign(candidate_kind=_kinds(plan.frame["candidate_kind"], language))
    places = _places(plan, people, language)
    others = {name: frame for name, frame in (more or {}).items() if name in MORE_SHEETS}
    return {
        pick(PLAN_SHEET, language): _plan(plan, places, notes or {}, hints or {}, language),
        pick(MORE_SHEETS["invitations"], language): invitations(_filled(places), plan.pool, language=language),
        **{pick(OWN_SHEETS[name], language): frame for name, frame in own.items()},
        **{pick(MORE_SHEETS[name], language): others[name] for name in MORE_SHEETS if name in others},
        pick(SETTINGS_SHEET, language): _named(rows, SETTINGS_COLUMNS, language),
        pick(BEFORE_SHEET, language): _named(before, BEFORE_COLUMNS, language),
    }


def change_sheets(
    changes: pd.DataFrame | None, costs: pd.DataFrame | None, language: Language = "zh"
) -> dict[str, pd.DataFrame]:
    """Return the sheets of a plan made again: what moved and why, and what each mark costs.

    Parameters
    ----------
    changes : DataFrame or None
        ``plan.changes``.
    costs : DataFrame or None
        As :func:`expertmatch.planning.wishes.with_wishes` gives them.
    language : {"zh", "en"}, default "zh"
        Of column names.

    Returns
    -------
    dict of str to DataFrame
        For ``plan_frames(more=...)``; without the tables that are None or, of costs, empty.
    """
    found = {}
    if changes is not None:
        found["changes"] = _named(changes, CHANGES, language)
    if costs is not None and len(costs):
        found["costs"] = _named(costs, COSTS, language)
    return found


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
                     number_formats={**NUMBERS, **NUMBER_FORMATS}, marks={**plan_marks("zh"), **plan_marks("en")})
        for form in formats
    ]  # fmt: skip


def placed(plan: PlanTables, language: Language = "zh") -> pd.DataFrame:
    """Return the filled places of a plan, for :func:`expertmatch.report.invitations.invitations`.

    Parameters
    ----------
    plan : Plan
        Or whatever has its tables.
    language : {"zh", "en"}, default "zh"
        Of times.

    Returns
    -------
    DataFrame
        need_id, need, requester, time, where, scenario, place, role, candidate_kind, candidate_id, name, unit.
    """
    return _filled(_places(plan, People(plan.pool), language))


def _filled(places: pd.DataFrame) -> pd.DataFrame:
    return places[places["candidate_kind"] != ""]


def _places(plan: PlanTables, people: People, language: Language) -> pd.DataFrame:
    """Return filled places and gaps, need by need; a gap has no kind."""
    needs = plan.needs.reindex(
        columns=["need_id", "title", "requester", "start", "end", "place", "region"], fill_value=""
    )
    about = {
        need: (title, requester, _time(start, end, language), place or region)
        for need, title, requester, start, end, place, region in needs.itertuples(index=False)
    }
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
                "candidate_kind": seat.candidate_kind, "candidate_id": seat.candidate_id, "name": name, "unit": unit,
                "score": seat.score, "runner_ups": ranked.get((need, int(seat.place)), ""),
                "keep": _TICK if seat.locked else "",
            })  # fmt: skip
        taken = {int(seat.place) for seat in seats}
        scenario = _title(plan, seats[0].scenario) if seats else ""
        free = (place for place in range(1, len(taken) + missing.get(need, 0) + 1) if place not in taken)
        gaps = [place for place, _ in zip(free, range(missing.get(need, 0)), strict=False)]
        rows += [own | {"scenario": scenario, "place": place, "name": pick(GAP, language), "score": float("nan"),
                        "runner_ups": ranked.get((need, place), "")} for place in gaps]  # fmt: skip
    frame = pd.DataFrame(rows, columns=list(PLAN_COLUMNS))
    texts = [name for name in PLAN_COLUMNS if name not in ("place", "score")]
    frame[texts] = frame[texts].astype(object).fillna("")
    return frame.astype({"score": float})


def _plan(
    plan: PlanTables,
    places: pd.DataFrame,
    notes: Mapping[tuple[str, int], str],
    hints: Mapping[tuple[str, int], str],
    language: Language,
) -> pd.DataFrame:
    """Return 方案."""
    keys = [(need, int(place)) for need, place in zip(places["need_id"], places["place"], strict=True)]
    kinds = [kind and pick(KIND_NAMES[kind], language) for kind in places["candidate_kind"]]
    frame = places.assign(candidate_kind=kinds, note=[notes.get(key, "") for key in keys],
                          hint=[hints.get(key, "") for key in keys])  # fmt: skip
    left_out = set() if (plan.frame["scenario"] != "").any() else {"scenario"}
    left_out |= set() if any(hints.values()) else {"hint"}
    return _named(frame, {name: pair for name, pair in PLAN_COLUMNS.items() if name not in left_out}, language)


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


def _called(frame: pd.DataFrame, people: People, language: Language) -> pd.DataFrame:
    """Return a table of candidates with names and units apart and kinds in words."""
    keys = zip(frame["candidate_kind"], frame["candidate_id"], frame["name"], strict=True)
    pairs = [people.called(str(kind), str(key), str(name)) for kind, key, name in keys]
    return frame.assign(called=[name for name, _ in pairs], unit=[unit for _, unit in pairs],
                        candidate_kind=_kinds(frame["candidate_kind"], language))  # fmt: skip


def _loads(loads: pd.DataFrame, people: People, language: Language) -> pd.DataFrame:
    frame = _called(loads, people, language)
    return frame.assign(left=frame["capacity"] - frame["held"] - frame["planned"])


def _runners(plan: PlanTables, people: People, titles: Mapping[str, str], language: Language) -> pd.DataFrame:
    seats = zip(plan.frame["need_id"], plan.frame["place"], plan.frame["name"], strict=True)
    placed = {(str(need), int(place)): str(name) for need, place, name in seats}
    frame = _called(plan.runner_ups, people, language)
    keys = [(str(need), int(place)) for need, place in zip(frame["need_id"], frame["place"], strict=True)]
    return frame.assign(need=[titles.get(need, "") for need, _ in keys],
                        placed=[placed.get(key, pick(GAP, language)) for key in keys])  # fmt: skip


def _named(frame: pd.DataFrame, columns: Mapping[str, tuple[str, str]], language: Language) -> pd.DataFrame:
    """Return the columns in order under the names people read."""
    return frame[list(columns)].set_axis([pick(pair, language) for pair in columns.values()], axis=1)
