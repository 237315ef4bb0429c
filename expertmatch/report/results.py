"""A ranking as the sheets an official opens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from expertmatch.errors import Problem
from expertmatch.graph.coverage import Coverage
from expertmatch.index.counts import Progress
from expertmatch.ranking import Explanation, Ranking
from expertmatch.report import sheets
from expertmatch.report.labels import COLUMNS, EXPERT, KINDS, NEED, SHEETS, Language, pick
from expertmatch.report.sheets import NUMBERS, THIN
from expertmatch.tables.write import Format, Mark, Written, write_frames

WORKBOOK = "推荐结果"
NOBODY = "库中恐无合适人选"
_TOLD = 50
"""After so many explanations it is told how many there are."""


def result_frames(
    ranking: Ranking,
    *,
    experts: pd.DataFrame,
    problems: Sequence[Problem],
    pending: pd.DataFrame,
    settings: Sequence[tuple[str, str, str]],
    language: Language = "zh",
    loads: pd.DataFrame | None = None,
    coverage: Coverage | None = None,
    progress: Progress | None = None,
) -> dict[str, pd.DataFrame]:
    """Return the sheets of a result.

    Parameters
    ----------
    ranking : Ranking
        What was recommended.
    experts : DataFrame
        expert_id, name, unit, title.
    problems : sequence of Problem
        What was found in the tables.
    pending : DataFrame
        The questions to confirm, as the pool gives them.
    settings : sequence of (str, str, str)
        What the run was made with: group, name, value.
    language : {"zh", "en"}, default "zh"
        Of sheet and column names.
    loads : DataFrame, optional
        As :func:`expertmatch.report.sheets.loads` counts them.
    coverage : Coverage, optional
        Of the needs' disciplines.
    progress : callable, optional
        Told how many pairs are explained, and of how many.

    Returns
    -------
    dict of str to DataFrame
        Sheet name to table, a sheet a question: recommended, reasons, unmatched, problems (a line for each row of
        the tables), pending, settings; with a scenario also excluded: whom rules and recusal keep out; loads and
        coverage where they are given.
    """
    explanations = []
    for why in ranking.explanations():
        explanations.append(why)
        if progress is not None and len(explanations) % _TOLD == 0:
            progress(len(explanations), len(ranking.frame))
    pairs = list(zip(ranking.frame["candidate_kind"], explanations, strict=True))
    frames = {
        "recommended": _recommended(ranking, experts, explanations, language),
        "reasons": sheets.reasons(ranking, pairs, experts, language),
        "unmatched": _unmatched(ranking, language),
        "problems": sheets.problem_lines(problems, language),
        "settings": pd.DataFrame(list(settings), columns=["group", "setting", "value"], dtype=object),
    }
    if "scenario" in ranking.frame:
        frames["excluded"] = sheets.excluded(ranking, language)
    if loads is not None:
        kinds = [pick(KINDS[str(kind)], language) for kind in loads["candidate_kind"]]
        frames["loads"] = loads.assign(candidate_kind=kinds).rename(columns={"name": "called_name"})
    made = {pick(SHEETS[name], language): sheets.named(frame, language) for name, frame in frames.items()}
    made[pick(SHEETS["pending"], language)] = pending  # read back by its own headers, whatever the language
    if coverage is not None:
        made[pick(SHEETS["coverage"], language)] = sheets.coverage_sheet(coverage, language)
    return {title: made[title] for title in (pick(pair, language) for pair in SHEETS.values()) if title in made}


def result_marks(language: Language = "zh") -> dict[str, tuple[Mark, ...]]:
    """Return which rows are coloured: recommendations with a hint, needs with nobody, experts named too often.

    Parameters
    ----------
    language : {"zh", "en"}, default "zh"
        Of the sheets.

    Returns
    -------
    dict of str to tuple of Mark
        Sheet name -> marks, for ``write_frames(marks=...)``.
    """
    hint = (Mark(column=pick(COLUMNS["hint"], language)),)
    need = (Mark(column=pick(COLUMNS["what"], language), words=NEED, colour="stop"),)
    own = {"recommended": hint, "loads": hint, "unmatched": need}
    return {**{pick(SHEETS[name], language): marks for name, marks in own.items()}, **sheets.shared_marks(language)}


def thin_firsts(frames: Mapping[str, pd.DataFrame], language: Language = "zh") -> int:
    """Return how many needs have a first place that rests on little.

    Parameters
    ----------
    frames : dict of str to DataFrame
        As :func:`result_frames` gives them.
    language : {"zh", "en"}, default "zh"
        As given there.

    Returns
    -------
    int
    """
    frame = frames[pick(SHEETS["recommended"], language)]
    hints = frame.loc[frame[pick(COLUMNS["rank"], language)] == 1, pick(COLUMNS["hint"], language)]
    return sum(THIN in hint for hint in hints)


def write_results(
    frames: Mapping[str, pd.DataFrame],
    folder: Path,
    formats: Sequence[Format],
    *,
    force: bool,
    progress: Progress | None = None,
) -> list[Written]:
    """Write the sheets: one workbook, or a file for each sheet in the other formats.

    Parameters
    ----------
    frames : dict of str to DataFrame
        As :func:`result_frames` gives them.
    folder : Path
        Where to; made when it is not there.
    formats : sequence of {"xlsx", "csv", "jsonl", "parquet"}
        Which files.
    force : bool
        Whether files that are there may be replaced.
    progress : callable, optional
        Told how many formats are written, and of how many.

    Returns
    -------
    list of Written
        The files written, and what could not be written as it was.

    Raises
    ------
    OutputError
        A file is there already, or cannot be written.
    """
    marks = {**result_marks("zh"), **result_marks("en")}
    written = []
    for form in formats:
        path = folder / f"{WORKBOOK}.{form}"
        written.append(write_frames(frames, path, format=form, overwrite=force, number_formats=NUMBERS, marks=marks))
        if progress is not None:
            progress(len(written), len(formats))
    return written


def _recommended(
    ranking: Ranking, experts: pd.DataFrame, explanations: list[Explanation], language: Language
) -> pd.DataFrame:
    needs = ranking.needs.reindex(columns=["need_id", "title", "kind", "requester"]).rename(columns={"title": "need"})
    people = experts.reindex(columns=["expert_id", "name", "unit", "title", "status"])
    people = people.rename(columns={"expert_id": "candidate_id"}).assign(candidate_kind="expert")
    frame = ranking.frame.merge(needs, on="need_id", how="left", validate="m:1")
    frame = frame.merge(people, on=["candidate_kind", "candidate_id"], how="left", validate="m:1")
    hints: dict[tuple[str, ...], list[str]] = {}
    for need, kind, key, label, detail, _ in ranking.hints.itertuples(index=False):
        hints.setdefault((need, kind, key), []).append(f"{label}（{detail}）")
    nobody = set(unanswered(ranking)["need_id"])
    pairs = zip(frame["need_id"], frame["candidate_kind"], frame["candidate_id"], strict=True)
    frame["reason"] = [_in_short(why) for why in explanations]
    frame["hint"] = [
        sheets.hint(why, status, [*([NOBODY] if why.need_id in nobody else []), *hints.get(pair, [])])
        for why, status, pair in zip(explanations, frame["status"], pairs, strict=True)
    ]
    titles = {part.candidates.gate.scenario.name: part.candidates.gate.scenario.title
              for part in (ranking.parts or (ranking,)) if part.candidates.gate is not None}  # fmt: skip
    order = ["need_id", "need", "kind", "requester"]
    if "scenario" in frame:
        frame["scenario"] = frame["scenario"].map(titles)
        order += ["scenario", "role"]
    order.append("rank")
    if "expert_id" in ranking.frame:
        order += ["expert_id", "name"]
    else:
        frame["called_name"] = [
            name if isinstance(name, str) else ranking.name_of(kind, key)
            for name, kind, key in zip(frame["name"], frame["candidate_kind"], frame["candidate_id"], strict=True)
        ]
        frame["candidate_kind"] = [pick(KINDS[kind], language) for kind in frame["candidate_kind"]]
        order += ["candidate_kind", "candidate_id", "called_name"]
    known = ["probability"] if frame["probability"].notna().any() else []
    frame = frame[[*order, "unit", "title", "score", *known, "hint", "reason"]]
    texts = [name for name in frame if name not in ("rank", "score", "probability")]
    return frame.assign(**{str(name): frame[name].fillna("") for name in texts})


def _in_short(why: Explanation) -> str:
    """Return the reason without the names of need and expert, which stand in columns of their own."""
    return why.sentence.removeprefix(f"{why.candidate}：").replace(f"与需求“{why.need}”都谈到", "与需求都谈到", 1)


def _unmatched(ranking: Ranking, language: Language) -> pd.DataFrame:
    columns = ["what", "id", "called", "why"]
    needs = ranking.unmatched.set_axis(["id", "called", "why"], axis=1).assign(what=pick(NEED, language))
    experts = ranking.unusable.set_axis(["id", "called", "why"], axis=1).assign(what=pick(EXPERT, language))
    nobody = unanswered(ranking)[["need_id", "sentence"]].set_axis(["id", "why"], axis=1)
    titles = dict(zip(ranking.needs["need_id"], ranking.needs["title"], strict=True))
    nobody = nobody.assign(what=pick(NEED, language), called=nobody["id"].map(titles))
    return pd.concat([needs, nobody, experts], ignore_index=True)[columns]


def unanswered(ranking: Ranking) -> pd.DataFrame:
    """Return the answers of needs that have candidates, none of whom is called suitable.

    Parameters
    ----------
    ranking : Ranking
        Calibrated by judgments, or else without any.

    Returns
    -------
    DataFrame
        As ``ranking.answers``.
    """
    answers = ranking.answers
    none = set(ranking.unmatched["need_id"])
    held = answers["answered"].eq(False).fillna(False).astype(bool) & ~answers["need_id"].isin(none)
    return answers[held.to_numpy()]
