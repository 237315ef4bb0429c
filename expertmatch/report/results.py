"""A ranking as the sheets an official opens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from expertmatch.errors import Problem
from expertmatch.ranking import Explanation, Ranking
from expertmatch.report.labels import COLUMNS, EXPERT, NEED, REST, SEVERITIES, SHEETS, Language, pick
from expertmatch.tables.write import Format, Written, write_frames

WORKBOOK = "推荐结果"
_REASON_PARTS = 6
"""Parts of a score that the reasons sheet names; the rest stands in one row, so that the parts add up."""


def result_frames(
    ranking: Ranking,
    *,
    experts: pd.DataFrame,
    problems: tuple[Problem, ...],
    pending: pd.DataFrame,
    settings: Mapping[str, Any],
    language: Language = "zh",
) -> dict[str, pd.DataFrame]:
    """Return the sheets of a result.

    Parameters
    ----------
    ranking : Ranking
        What was recommended.
    experts : DataFrame
        expert_id, name, unit, title.
    problems : tuple of Problem
        What was found in the tables.
    pending : DataFrame
        The questions to confirm, as the pool gives them.
    settings : dict
        What the run was made with.
    language : {"zh", "en"}, default "zh"
        Of sheet and column names.

    Returns
    -------
    dict of str to DataFrame
        Sheet name to table: recommended, reasons, unmatched, problems, pending, settings.
    """
    explanations = list(ranking.explanations())
    frames = {
        "recommended": _recommended(ranking, experts, explanations),
        "reasons": _reasons(explanations, pick(REST, language)),
        "unmatched": _unmatched(ranking, language),
        "problems": _problems(problems, language),
        "settings": pd.DataFrame(
            {"setting": list(settings), "value": [_shown(value) for value in settings.values()]}, dtype=object
        ),
    }
    sheets = {}
    for name, titles in SHEETS.items():
        if name == "pending":
            sheets[pick(titles, language)] = pending
        else:
            frame = frames[name]
            sheets[pick(titles, language)] = frame.rename(columns={c: pick(COLUMNS[str(c)], language) for c in frame})
    return sheets


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
    return [write_frames(frames, folder / f"{WORKBOOK}.{form}", format=form, overwrite=force) for form in formats]


def _recommended(ranking: Ranking, experts: pd.DataFrame, explanations: list[Explanation]) -> pd.DataFrame:
    columns = ["need_id", "title", "kind", "requester"]
    needs = ranking.needs.reindex(columns=columns).rename(columns={"title": "need"})
    people = experts.reindex(columns=["expert_id", "name", "unit", "title"])
    frame = ranking.frame[["need_id", "rank", "expert_id", "score"]]
    frame = frame.merge(needs, on="need_id", how="left", validate="m:1")
    frame = frame.merge(people, on="expert_id", how="left", validate="m:1")
    frame["reason"] = [why.sentence for why in explanations]
    order = ["need_id", "need", "kind", "requester", "rank", "expert_id", "name", "unit", "title", "score", "reason"]
    return frame[order].fillna("")


def _reasons(explanations: list[Explanation], rest: str) -> pd.DataFrame:
    rows: list[tuple[Any, ...]] = []
    for why in explanations:
        pair = (why.need_id, why.need, why.expert_id, why.expert)
        parts = why.summed("work_id", "work", "piece")
        rows.extend((*pair, *part) for part in parts[:_REASON_PARTS])
        if len(parts) > _REASON_PARTS:
            left, share = (sum(part[i] for part in parts[_REASON_PARTS:]) for i in (-2, -1))
            rows.append((*pair, "", "", rest, left, share))
    columns = ["need_id", "need", "expert_id", "name", "work_id", "work", "piece", "contribution", "share"]
    return pd.DataFrame(rows, columns=columns)


def _unmatched(ranking: Ranking, language: Language) -> pd.DataFrame:
    needs = ranking.unmatched.rename(columns={"need_id": "id", "title": "name"}).assign(what=pick(NEED, language))
    experts = ranking.unusable.rename(columns={"expert_id": "id"}).assign(what=pick(EXPERT, language))
    return pd.concat([needs, experts], ignore_index=True)[["what", "id", "name", "reason"]]


def _problems(problems: tuple[Problem, ...], language: Language) -> pd.DataFrame:
    columns = ["severity", "table", "file", "sheet", "row", "column", "value", "message", "remedy"]
    rows = [[pick(SEVERITIES[p.severity], language), *(getattr(p, name) for name in columns[1:])] for p in problems]
    frame = pd.DataFrame(rows, columns=columns, dtype=object)
    return frame.where(frame.notna(), "")


def _shown(value: Any) -> str:
    return "、".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
