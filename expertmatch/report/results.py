"""A ranking as the sheets an official opens."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from expertmatch.errors import Problem
from expertmatch.ranking import Explanation, Ranking
from expertmatch.report.labels import COLUMNS, EXPERT, KINDS, NEED, OUTCOMES, REST, SEVERITIES, SHEETS, Language, pick
from expertmatch.tables.columns import TABLES
from expertmatch.tables.write import Format, Written, write_frames

WORKBOOK = "推荐结果"
THIN = "依据薄弱：相同的文字不到两处"
_AWAY = ("离职", "去世", "停薪留职")
_REASON_PARTS = 6
"""Parts of a score that the reasons sheet names; the rest stands in one row, so that the parts add up."""

_NUMBER_FORMATS = {"score": "0.000", "contribution": "0.0000", "share": "0%", "probability": "0%"}


def result_frames(
    ranking: Ranking,
    *,
    experts: pd.DataFrame,
    problems: Sequence[Problem],
    pending: pd.DataFrame,
    settings: Sequence[tuple[str, str, str]],
    language: Language = "zh",
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

    Returns
    -------
    dict of str to DataFrame
        Sheet name to table: recommended, reasons, unmatched, problems (a line for each row of the tables),
        pending, settings; with a scenario also excluded: whom rules and recusal keep out.
    """
    explanations = list(ranking.explanations())
    called = dict(zip(experts["expert_id"], experts["name"], strict=True))
    frames = {
        "recommended": _recommended(ranking, experts, explanations, language),
        "reasons": _reasons(ranking, explanations, called, pick(REST, language)),
        "unmatched": _unmatched(ranking, language),
        "problems": _problems(problems, language),
        "settings": pd.DataFrame(list(settings), columns=["group", "setting", "value"], dtype=object),
    }
    if "scenario" in ranking.frame:
        frames["excluded"] = _excluded(ranking, language)
    sheets = {}
    for name, titles in SHEETS.items():
        if name not in frames and name != "pending":
            continue
        if name == "pending":  # read back by its own headers, whatever the language
            sheets[pick(titles, language)] = pending
        else:
            frame = frames[name]
            sheets[pick(titles, language)] = frame.rename(columns={c: pick(COLUMNS[str(c)], language) for c in frame})
    return sheets


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
    frames: Mapping[str, pd.DataFrame], folder: Path, formats: Sequence[Format], *, force: bool
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

    Returns
    -------
    list of Written
        The files written, and what could not be written as it was.

    Raises
    ------
    OutputError
        A file is there already, or cannot be written.
    """
    shown = {title: code for name, code in _NUMBER_FORMATS.items() for title in COLUMNS[name]}
    return [
        write_frames(frames, folder / f"{WORKBOOK}.{form}", format=form, overwrite=force, number_formats=shown)
        for form in formats
    ]


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
    pairs = zip(frame["need_id"], frame["candidate_kind"], frame["candidate_id"], strict=True)
    frame["reason"] = [_in_short(why) for why in explanations]
    frame["hint"] = [
        _hint(why, status, hints.get(pair, []))
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


def _excluded(ranking: Ranking, language: Language) -> pd.DataFrame:
    """List whom rules and recusal keep out, then how many more a need."""
    titles = dict(zip(ranking.needs["need_id"], ranking.needs["title"], strict=True))
    columns = ["need_id", "need", "outcome", "candidate_id", "called_name", "label", "detail", "source"]
    rows = [
        (row.need_id, titles.get(row.need_id, ""), pick(OUTCOMES[str(row.outcome)], language), row.candidate_id,
         row.name, row.label, row.detail, row.source)
        for row in ranking.excluded.itertuples(index=False)
    ]  # fmt: skip
    rows += [
        (row.need_id, titles[row.need_id], pick(OUTCOMES["more"], language), "", f"{row.count:,}", row.label, "", "")
        for row in ranking.passed_over[["need_id", "label", "count"]].itertuples(index=False, name="Row")
    ]
    return pd.DataFrame(rows, columns=columns, dtype=object)


def _hint(why: Explanation, status: object, more: list[str]) -> str:
    """Say what to look at before one signs: little in common, or somebody who may not serve."""
    hints = [THIN] if why.thin else []
    hints += [f"在岗状态：{status}"] if status in _AWAY else []
    return "；".join([*hints, *more])


def _in_short(why: Explanation) -> str:
    """Return the reason without the names of need and expert, which stand in columns of their own."""
    return why.sentence.removeprefix(f"{why.candidate}：").replace(f"与需求“{why.need}”都谈到", "与需求都谈到", 1)


def _reasons(ranking: Ranking, explanations: list[Explanation], called: Mapping[str, str], rest: str) -> pd.DataFrame:
    rows: list[tuple[Any, ...]] = []
    people = "expert_id" in ranking.frame
    for why, kind in zip(explanations, ranking.frame["candidate_kind"], strict=True):
        name = called.get(why.candidate_id, "") if kind == "expert" else ranking.name_of(kind, why.candidate_id)
        pair = (why.need_id, why.need, why.candidate_id, name)
        parts = why.summed("work_id", "work", "piece")
        rows.extend((*pair, *part) for part in parts[:_REASON_PARTS])
        if len(parts) > _REASON_PARTS:
            left, share = (sum(part[i] for part in parts[_REASON_PARTS:]) for i in (-2, -1))
            rows.append((*pair, "", "", rest, left, share))
        rows.extend(
            (*pair, "", part.how, part.what, part.contribution, part.contribution / why.score) for part in why.others
        )
    who = ["expert_id", "name"] if people else ["candidate_id", "called_name"]
    columns = ["need_id", "need", *who, "work_id", "work", "piece", "contribution", "share"]
    return pd.DataFrame(rows, columns=columns)


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


def _problems(problems: Sequence[Problem], language: Language) -> pd.DataFrame:
    columns = ["severity", "table", "file", "sheet", "row", "column", "value", "message", "remedy"]
    rows = [line for problem in problems for line in _lines(problem, language)]
    frame = pd.DataFrame(rows, columns=columns, dtype=object)
    return frame.where(frame.notna(), "")


def _lines(problem: Problem, language: Language) -> Iterator[tuple[Any, ...]]:
    """Return a line for each row that a problem stands for."""
    table = problem.table or ""
    labels = {name: contract.label for name, contract in TABLES.items()} | {"pending": SHEETS["pending"][0]}
    label = labels.get(table, table) if language == "zh" else table
    for row in problem.rows or (problem.row,):
        yield (
            pick(SEVERITIES[problem.severity], language),
            label,
            problem.file,
            problem.sheet,
            row,
            problem.column,
            problem.value,
            problem.message,
            problem.remedy,
        )
