"""Command coverage: which disciplines have needs and nobody to turn to."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from expertmatch.cli.console import OK, CommandError, Console
from expertmatch.cli.given import TABLE_ENDINGS, Given, check_output
from expertmatch.cli.headers import check_headers, headers_of
from expertmatch.graph.coverage import GAPS, Coverage
from expertmatch.graph.coverage import coverage as find_coverage
from expertmatch.report.labels import COVERAGE_COLUMNS, pick
from expertmatch.tables.write import write_frames

_SHEETS = {
    "gaps": ("缺口", "Gaps"),
    "all": ("学科覆盖", "Coverage"),
    "unplaced": ("未归入学科的需求", "Unplaced needs"),
}


def level_of(text: str) -> int:
    """Read ``--level``.

    Parameters
    ----------
    text : str
        As written.

    Returns
    -------
    int
        1 or 2.

    Raises
    ------
    CommandError
        Another level.
    """
    if text.strip() not in {"1", "2"}:
        message = f"--level 不能是“{text}”，请写 1（一级学科）或 2（二级学科）。"
        raise CommandError(message)
    return int(text)


def coverage(
    console: Console, given: Given, *, needs: str, level: int, out: Path | None, chart: Path | None, force: bool
) -> int:
    """Say which disciplines have needs and no society, societies and nobody active, or one expert alone.

    Parameters
    ----------
    console : Console
        Where lines go.
    given : Given
        The tables of the pool.
    needs : str
        The needs.
    level : int
        1 or 2.
    out : Path or None
        A file for the table.
    chart : Path or None
        A page for the tree map.
    force : bool
        Replace existing files.

    Returns
    -------
    int
        Exit code.
    """
    check_output(out, "--out", TABLE_ENDINGS, force=force)
    check_output(chart, "--chart", (".html",), force=force)
    given.check()
    pool = given.pool(console)
    read = given.needs(console, needs)
    check_headers(given.columns, headers_of(pool, read))
    with console.step("归入学科", "linking disciplines"):
        found = find_coverage(pool, read, level=level)
    _say(console, found)
    written: list[Path] = []
    if out is not None:
        frames = {"gaps": found.gaps, "all": found.frame}
        if found.unplaced:
            frames["unplaced"] = pd.DataFrame({"need_id": list(found.unplaced)})
        named = {pick(_SHEETS[k], console.language): _named(frame, console) for k, frame in frames.items()}
        written += write_frames(named, out, overwrite=force).paths
    if chart is not None:
        from expertmatch.report.plots import tree_map, write_figure

        written.append(write_figure(tree_map(found), chart, overwrite=force))
    for path in written:
        console.say(f"已写出：{path}", f"Written: {path}")
    return console.done(
        OK, level=level, disciplines=len(found.frame), gaps=found.gaps, unplaced=found.unplaced, written=written
    )


def _say(console: Console, found: Coverage) -> None:
    console.problems(found.problems, most=5)
    gaps, counts = found.gaps, found.frame["state"].value_counts()
    said = "、".join(f"{state} {counts[state]} 个" for state in GAPS if state in counts)
    console.say(
        f"{len(found.frame)} 个学科，{len(gaps)} 个有缺口{f'：{said}' if said else ''}。",
        f"{len(found.frame)} disciplines, {len(gaps)} with gaps.",
    )
    if found.unplaced:
        console.say(f"{len(found.unplaced)} 条需求归不进任何学科。", f"{len(found.unplaced)} needs fit no discipline.")
    if len(gaps):
        shown = _named(gaps.drop(columns=["code", "parent"]), console)
        rows = shown.to_numpy().tolist()
        console.say("")
        console.table(list(shown.columns), rows, align="lrrrll")


def _named(frame: pd.DataFrame, console: Console) -> pd.DataFrame:
    names = {name: pick(pair, console.language) for name, pair in COVERAGE_COLUMNS.items()}
    return frame.rename(columns={**names, "need_id": pick(("需求编号", "Need id"), console.language)})
