"""What ``expertmatch match`` says of what it read and what came out."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from expertmatch.cli.console import Console
from expertmatch.errors import Problem
from expertmatch.matcher import Matcher
from expertmatch.ranking import Ranking
from expertmatch.scenarios import Scenario
from expertmatch.tables.needs import Needs
from expertmatch.tables.pool import Pool
from expertmatch.tables.write import Written

RECORD, LOG = "run.json", "run.log"


def say_what_was_read(
    console: Console, matcher: Matcher, needs: Needs, pool: Pool | None, problems: tuple[Problem, ...]
) -> None:
    """Say what was read, and what is wrong with it.

    Parameters
    ----------
    console : Console
        Where lines go.
    matcher, needs, pool
        What was read; no pool where a stored index took its place.
    problems : tuple of Problem
        What was found in the tables.
    """
    index = matcher.index_
    kinds = np.array([kind for kind, _ in matcher.programmes_.plain.kind_and_id], dtype=object)
    experts, usable = int((kinds == "expert").sum()), int((index.usable & (kinds == "expert")).sum())
    rows, societies = int((kinds[index.rows.group] == "expert").sum()), int((kinds == "society").sum())
    more, also = (f"、{societies:,} 个学会", f", {societies:,} societies") if societies else ("", "")
    people = f"{experts:,} 位专家（其中 {usable:,} 位有可用文字）"
    console.say(
        f"读入 {people}{more}、{rows:,} 条成果与简介、{len(needs):,} 条需求。",
        f"Read {experts:,} experts ({usable:,} with usable text){also}, {rows:,} works and profiles, "
        f"{len(needs):,} needs.",
    )
    warnings = sum(problem.severity == "warning" for problem in problems)
    if warnings:
        console.say(
            f"数据有 {warnings:,} 处提醒，逐行列在“数据问题”表中。先看几处：",
            f"{warnings:,} warnings about the tables, row by row in the sheet Data problems; the first of them:",
        )
        console.problems(problems, most=3)
    if pool is not None and pool.unconfirmed:
        console.say(
            f"有 {pool.unconfirmed:,} 处姓名对不上号，列在“待确认”表中；填好“确认为”一列，下次用 --pending 读回。",
            f"{pool.unconfirmed:,} names are doubtful: fill in the column 确认为 of the sheet To confirm, "
            "and read it back with --pending.",
        )


def say_results(
    console: Console, matcher: Matcher, ranking: Ranking, thin: int, written: list[Written], out: Path
) -> None:
    """Say what came out, and where it stands.

    Parameters
    ----------
    console : Console
        Where lines go.
    matcher, ranking
        What came out.
    thin : int
        Needs whose first place rests on little.
    written : list of Written
        The files.
    out : Path
        Their folder.
    """
    none, without_text = len(ranking.unmatched), len(ranking.unusable)
    matched = len(ranking.needs) - none
    console.say(
        f"{matched:,} 条需求有推荐，{none:,} 条没有候选；{without_text:,} 位专家没有可用文字，无法推荐。",
        f"{matched:,} needs have candidates, {none:,} have none; {without_text:,} experts have no usable text.",
    )
    if thin:
        console.say(
            f"其中 {thin:,} 条的首选依据薄弱（相同的文字不到两处），“提示”一列注明，请看理由再定。",
            f"In {thin:,} of them the first place rests on little (column Hint): read the reasons before deciding.",
        )
    _say_rules(console, matcher, ranking)
    _say_answers(console, matcher, ranking)
    first = ranking.frame[ranking.frame["rank"] == 1].head(5)
    titles = dict(zip(ranking.needs["need_id"], ranking.needs["title"], strict=True))
    rows = [
        [need, titles[need], ranking.name_of(kind, key), f"{score:.3f}"]
        for need, kind, key, score in first[["need_id", "candidate_kind", "candidate_id", "score"]].itertuples(
            index=False
        )
    ]
    who = "首选专家" if "expert_id" in first else "首选"
    headers = ("Need", "Title", "First", "Score") if console.language == "en" else ("需求", "名称", who, "得分")
    if rows:
        console.say("")
        console.table(headers, rows, align="lllr")
        left = matched - len(rows)
        if left:
            console.say(f"（另有 {left:,} 条，见结果）", f"({left:,} more in the results)")
        console.say("")
    console.say(f"结果在文件夹：{out}", f"Results are in: {out}")
    for file in written:
        console.say("  " + "、".join(path.name for path in file.paths))
        console.problems(file.problems)
    console.say(f"  {RECORD}（用了哪些文件、什么版本和参数）、{LOG}", f"  {RECORD}, {LOG}")


def _say_rules(console: Console, matcher: Matcher, ranking: Ranking) -> None:
    """Say by which scenarios was ranked, and whom their rules kept out."""
    if "scenario" not in ranking.frame:
        return
    parts = ranking.parts or (ranking,)
    used = [(part.candidates.gate.scenario, len(part.needs)) for part in parts if part.candidates.gate is not None]
    told = "、".join(f"{scenario.title} {count:,} 条" for scenario, count in used)
    named = ", ".join(f"{scenario.name} {count:,}" for scenario, count in used)
    console.say(f"按场景的规则推荐：{told}。", f"By the rules of the scenarios: {named}.")
    excluded = ranking.excluded
    people = excluded[["scenario", "candidate_kind", "candidate_id"]]
    asked = int((excluded["outcome"] == "ask").sum())
    of_needs = excluded["need_id"] != ""
    ruled, recused = len(people[~of_needs].drop_duplicates()), int(of_needs.sum())
    ask = f"；{asked:,} 处要先核实再定" if asked else ""
    console.say(
        f"按规则 {ruled:,} 位不在候选之列，本可入选而回避或不合条件的有 {recused:,} 对{ask}，见“回避与排除”表。",
        f"{ruled:,} are no candidates by rule, {recused:,} pairs are recused or do not fit, {asked:,} are to be asked "
        "about: see the sheet Recused and excluded.",
    )
    kinds = {kind for kind in ranking.needs["kind"] if kind} - {kind for one, _ in used for kind in one.need_kinds}
    if len(used) == 1 and kinds:
        shown = "、".join(sorted(kinds)[:4])
        console.say(
            f"注意：需求类型 {shown} 不在“{used[0][0].title}”受理之列，仍按它的规则推荐；"
            "几种需求混在一起的表请用 --scenario auto。",
            f"Note: kinds {shown} are not among those of {used[0][0].name}; use --scenario auto for mixed tables.",
        )
    _say_missing(console, [scenario for scenario, _ in used], matcher.pool_)


def _say_answers(console: Console, matcher: Matcher, ranking: Ranking) -> None:
    """Say how many needs somebody suits, or how many judgments there are still to make."""
    for name, calibration in matcher.calibrations_.items():
        scenario = matcher.programmes_.scenarios[name]
        title = "" if scenario is None else f"{scenario.title}："
        console.say(
            f"{title}{calibration.sentence}", f"{name or 'judgments'}: {calibration.judged:,} judged top results."
        )
    known = ranking.answers[ranking.answers["answered"].notna()]
    if len(known):
        yes = int(known["answered"].sum())
        console.say(
            f"{yes:,} 条需求有合适的人选，{len(known) - yes:,} 条库中没有合适的专家（见“未匹配”表，写明缺什么）。",
            f"Somebody probably suits {yes:,} needs; nobody suits {len(known) - yes:,} (see the sheet Unmatched).",
        )


def _say_missing(console: Console, scenarios: list[Scenario], pool: Pool) -> None:
    """Say which rules could not be judged for want of a table."""
    grounds = {recusal.ground for scenario in scenarios for recusal in scenario.recusal}
    counted = {signal for scenario in scenarios for signal in scenario.signals} & {"record", "load"}
    fields = {rule.field for scenario in scenarios for rule in scenario.rules}
    lacking = []
    if grounds & {"kin", "adviser", "employment", "cowork"} and not len(pool.relations):
        lacking.append("没有关系表（--relations），亲属、师生、任职关系的回避无从判断")
    if (counted or "earlier_part" in grounds) and not len(pool.engagements):
        lacking.append("没有服务台账（--engagements），在办项数、评价和以前的参与都按没有计")
    if "available" in fields and not len(pool.availability):
        lacking.append("没有可服务时间表（--availability），时间一律按合适计")
    for one in lacking:
        console.say(f"注意：{one}。", f"Note: {one}.")


def say_left(console: Console, before: list[Path], written: list[Written], out: Path) -> None:
    """Name files of an earlier run that this one has not replaced.

    Parameters
    ----------
    console : Console
        Where lines go.
    before : list of Path
        Files of the earlier run.
    written : list of Written
        Those of this one.
    out : Path
        The folder.
    """
    replaced = {path.name for file in written for path in file.paths} | {RECORD}
    left = [path.name for path in before if path.name not in replaced]
    if left:
        console.say(
            f"注意：{out} 里还有以前的结果，与这次无关：{'、'.join(left)}。",
            f"Note: {out} still holds files of an earlier run: {', '.join(left)}.",
        )
