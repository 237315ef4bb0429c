"""Sheets that the books of results and of plans share: reasons, who is kept out, loads, coverage, problems."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd

from expertmatch.errors import Problem
from expertmatch.graph.coverage import GAPS, NO_ONE, Coverage
from expertmatch.ranking import Explanation, Ranking
from expertmatch.report.labels import (
    COLUMNS,
    COVERAGE_COLUMNS,
    OUTCOMES,
    REST,
    SEVERITIES,
    SHEETS,
    Language,
    pick,
)
from expertmatch.scenarios import Scenario
from expertmatch.scenarios.facts import CandidateFacts
from expertmatch.tables.columns import TABLES
from expertmatch.tables.pool import Pool
from expertmatch.tables.write import Mark

THIN = "依据薄弱：相同的文字不到两处"
_NUMBER_FORMATS = {"score": "0.000", "contribution": "0.0000", "share": "0%", "probability": "0%"}
NUMBERS = {title: code for name, code in _NUMBER_FORMATS.items() for title in COLUMNS[name]}
"""Column as people read it -> how spreadsheets show its numbers."""

_AWAY = ("离职", "去世", "停薪留职")
_REASON_PARTS = 6
"""Parts of a score that the reasons sheet names; the rest stands in one row, so that the parts add up."""
_GAP_ORDER = {state: place for place, state in enumerate(GAPS)}


def named(frame: pd.DataFrame, language: Language) -> pd.DataFrame:
    """Return a sheet with the columns' names that people read.

    Parameters
    ----------
    frame : DataFrame
        Columns of ``labels.COLUMNS``.
    language : {"zh", "en"}
        Which.

    Returns
    -------
    DataFrame
    """
    return frame.rename(columns={c: pick(COLUMNS[str(c)], language) for c in frame})


def reasons(
    ranking: Ranking, explained: Iterable[tuple[str, Explanation]], experts: pd.DataFrame, language: Language
) -> pd.DataFrame:
    """List what scores are made of, a row a part; the parts of a pair add up to its score.

    Parameters
    ----------
    ranking : Ranking
        What the pairs are of.
    explained : iterable of (kind, Explanation)
        The pairs, each with the kind of its candidate.
    experts : DataFrame
        expert_id, name.
    language : {"zh", "en"}
        Of the word for the rest.

    Returns
    -------
    DataFrame
    """
    called = dict(zip(experts["expert_id"], experts["name"], strict=True))
    rows: list[tuple[Any, ...]] = []
    for kind, why in explained:
        name = called.get(why.candidate_id, "") if kind == "expert" else ranking.name_of(kind, why.candidate_id)
        pair = (why.need_id, why.need, why.candidate_id, name)
        parts = why.summed("work_id", "work", "piece")
        rows.extend((*pair, *part) for part in parts[:_REASON_PARTS])
        if len(parts) > _REASON_PARTS:
            left, share = (sum(part[i] for part in parts[_REASON_PARTS:]) for i in (-2, -1))
            rows.append((*pair, "", "", pick(REST, language), left, share))
        rows.extend(
            (*pair, "", part.how, part.what, part.contribution, part.contribution / why.score) for part in why.others
        )
    who = ["expert_id", "name"] if "expert_id" in ranking.frame else ["candidate_id", "called_name"]
    columns = ["need_id", "need", *who, "work_id", "work", "piece", "contribution", "share"]
    return pd.DataFrame(rows, columns=columns)


def hint(why: Explanation, status: object, more: Sequence[str] = ()) -> str:
    """Say what to look at before one signs: little in common, somebody who may not serve, what rules remark.

    Parameters
    ----------
    why : Explanation
        The pair.
    status : str
        The expert's 在岗状态, ``""`` where it is not known.
    more : sequence of str
        What rules remark.

    Returns
    -------
    str
        ``""`` where there is nothing.
    """
    hints = [THIN] if why.thin else []
    hints += [f"在岗状态：{status}"] if status in _AWAY else []
    return "；".join([*hints, *more])


def excluded(ranking: Ranking, language: Language) -> pd.DataFrame:
    """List whom rules and recusal keep out, then how many more a need.

    Parameters
    ----------
    ranking : Ranking
        By a scenario.
    language : {"zh", "en"}
        Of the outcomes.

    Returns
    -------
    DataFrame
    """
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


def loads(ranking: Ranking, pool: Pool, as_of: date) -> pd.DataFrame:
    """Count how often each recommended candidate is recommended, beside what they can still take on.

    Parameters
    ----------
    ranking : Ranking
        What was recommended.
    pool : Pool
        Its ``engagements`` say what is under way, ``capacity`` of the experts how much each takes on.
    as_of : date
        The day it is counted on.

    Returns
    -------
    DataFrame
        candidate_kind, candidate_id, name (with unit), times, firsts, held, capacity, left, hint; most often first
        at the top. Held and capacity as plans count them: what is agreed or going on, and the candidate's own
        number, else the largest of the scenarios'.
    """
    frame = ranking.frame
    columns = ["candidate_kind", "candidate_id"]
    counts = frame.assign(first=frame["rank"] == 1).groupby(columns, sort=False)["first"].agg(["size", "sum"])
    people = [(str(kind), str(key)) for kind, key in counts.index]
    gates = [part.candidates.gate for part in (ranking.parts or (ranking,))]
    usual = max([Scenario.model_fields["capacity"].default if gate is None else gate.scenario.capacity
                 for gate in gates])  # fmt: skip
    facts = CandidateFacts.of_pool(pool, people, as_of, capacity=usual)
    found = pd.DataFrame(people, columns=columns).assign(
        name=[ranking.name_of(*one) for one in people],
        times=counts["size"].to_numpy(dtype=int),
        firsts=counts["sum"].to_numpy(dtype=int),
        held=facts.count(facts.services.open).astype(int),
        capacity=facts.capacities.astype(int),
    )
    left = (found["capacity"] - found["held"]).clip(lower=0)
    pairs = zip(found["firsts"], left, strict=True)
    hints = [f"首选 {first} 次，还可安排 {free} 次：请统筹（expertmatch plan）" if first > free else ""
             for first, free in pairs]  # fmt: skip
    by, falling = ["firsts", "times", *columns], [False, False, True, True]
    return found.assign(left=left, hint=hints).sort_values(by, ascending=falling, kind="stable", ignore_index=True)


def coverage_sheet(coverage: Coverage, language: Language) -> pd.DataFrame:
    """List disciplines with their needs, societies and active experts: gaps first, the gravest at the top.

    Parameters
    ----------
    coverage : Coverage
        As :func:`expertmatch.graph.coverage.coverage` finds it.
    language : {"zh", "en"}
        Of the columns.

    Returns
    -------
    DataFrame
    """
    rest = coverage.frame[~coverage.frame["state"].isin(_GAP_ORDER)]
    frame = pd.concat([coverage.gaps, rest], ignore_index=True)
    return frame.rename(columns={name: pick(pair, language) for name, pair in COVERAGE_COLUMNS.items()})


def problem_lines(problems: Sequence[Problem], language: Language) -> pd.DataFrame:
    """List what was found in the tables, a line for each row that a problem stands for.

    Parameters
    ----------
    problems : sequence of Problem
        As the readers give them.
    language : {"zh", "en"}
        Of severities and tables.

    Returns
    -------
    DataFrame
    """
    columns = ["severity", "table", "file", "sheet", "row", "column", "value", "message", "remedy"]
    rows = [line for problem in problems for line in _lines(problem, language)]
    frame = pd.DataFrame(rows, columns=columns, dtype=object)
    return frame.where(frame.notna(), "")


def _lines(problem: Problem, language: Language) -> Iterator[tuple[Any, ...]]:
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


def shared_marks(language: Language) -> Mapping[str, tuple[Mark, ...]]:
    """Return which rows of these sheets are coloured: what somebody should look at, in words of a column.

    Parameters
    ----------
    language : {"zh", "en"}
        Of the sheets.

    Returns
    -------
    dict of str to tuple of Mark
        Sheet name -> marks.
    """
    state, severity = pick(COVERAGE_COLUMNS["state"], language), pick(COLUMNS["severity"], language)
    marks = {
        "excluded": (Mark(column=pick(COLUMNS["outcome"], language), words=OUTCOMES["ask"]),),
        "coverage": (
            Mark(column=state, words=(NO_ONE,), colour="stop"),
            Mark(column=state, words=tuple(one for one in GAPS if one != NO_ONE)),
        ),
        "problems": (
            Mark(column=severity, words=SEVERITIES["error"], colour="stop"),
            Mark(column=severity, words=SEVERITIES["warning"]),
        ),
    }
    return {pick(SHEETS[name], language): of for name, of in marks.items()}
