"""Command topics: the problems that companies share, and the salons they suggest."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from expertmatch.cli.console import OK, CommandError, Console
from expertmatch.cli.given import TABLE_ENDINGS, Given, check_output
from expertmatch.cli.headers import check_headers, headers_of
from expertmatch.planning.common_problems.topics import HEADERS, NO_TEXT, NOTHING_LIKE, Topics, find_topics
from expertmatch.report.labels import Language, pick
from expertmatch.tables.write import write_frames

_ENGLISH = {
    "topic_id": "Topic id", "rank": "Rank", "label": "Shared problem", "size": "Needs", "companies": "Companies",
    "tightness": "Tightness", "disciplines": "Disciplines", "salon": "Salon proposed", "need_id": "Need id",
    "title": "Title", "requester": "Requester", "nearness": "Nearness", "why": "Why",
}  # fmt: skip
_SHEETS = {
    "frame": ("共性难点", "Shared problems"),
    "members": ("所含需求", "Their needs"),
    "alone": ("未归入", "Left alone"),
}
_WHY = {NO_TEXT: "no usable text", NOTHING_LIKE: "no need is near enough"}
_YES = ("是", "yes")
_NEAREST = ("最有代表性的需求", "Most typical need")


def tightness_of(text: str) -> float:
    """Read ``--tightness``.

    Parameters
    ----------
    text : str
        As written.

    Returns
    -------
    float
        Above 0, up to 1.

    Raises
    ------
    CommandError
        Not such a number.
    """
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 < number <= 1:
        message = f"--tightness 不能是“{text}”，请写大于 0、至多为 1 的数，例如 0.28。"
        raise CommandError(message)
    return number


def topics(
    console: Console, given: Given, *, needs: str, min_companies: int, tightness: float, out: Path | None, force: bool
) -> int:
    """Say which problems several needs share, and about which of them a salon could be.

    Parameters
    ----------
    console : Console
        Where lines go.
    given : Given
        How tables are read.
    needs : str
        The needs.
    min_companies : int
        How many companies make a salon.
    tightness : float
        How alike the needs of a topic are at least.
    out : Path or None
        A file for the tables.
    force : bool
        Replace an existing file.

    Returns
    -------
    int
        Exit code.
    """
    check_output(out, "--out", TABLE_ENDINGS, force=force)
    read = given.needs(console, needs)
    check_headers(given.columns, headers_of(read))
    console.problems(read.problems, most=5)
    with console.step("归并共性难点", "grouping needs"):
        found = find_topics(read, tightness=tightness, min_companies=min_companies)
    _say(console, found)
    written: tuple[Path, ...] = ()
    if out is not None:
        frames = {
            pick(names, console.language): _named(getattr(found, part), console.language)
            for part, names in _SHEETS.items()
        }
        shown = {pick((HEADERS[c], _ENGLISH[c]), console.language): "0.00" for c in ("tightness", "nearness")}
        written = write_frames(frames, out, overwrite=force, number_formats=shown).paths
        for path in written:
            console.say(f"已写出：{path}", f"Written: {path}")
    elif len(found):
        console.say(
            "\n加上 --out 共性难点.xlsx，可以写出全部难点、各自包含的需求，以及未归入的需求。",
            "\nWith --out topics.xlsx all topics, their needs and the needs left alone are written.",
        )
    return console.done(
        OK, needs=len(found.needs), topics=found.frame, members=len(found.members), alone=len(found.alone),
        written=written,
    )  # fmt: skip


def _say(console: Console, found: Topics) -> None:
    salons, least = found.frame[found.frame["salon"]], found.min_companies
    console.say(
        f"{len(found.needs):,} 条需求中，{len(found.members):,} 条归成 {len(found):,} 个共性难点，"
        f"{len(found.alone):,} 条未归入。",
        f"{len(found.members):,} of {len(found.needs):,} needs share {len(found):,} problems; "
        f"{len(found.alone):,} are left alone.",
    )
    unnamed = int((found.needs.frame["requester"].astype(str) == "").sum())
    if unnamed:
        console.say(
            f"{unnamed:,} 条需求没有写单位，不计入企业数。",
            f"{unnamed:,} needs name no requester and do not count as companies.",
        )
    if not len(salons):
        console.say(f"没有至少 {least} 家企业共同提出的难点。", f"No problem is shared by {least} companies or more.")
        return
    console.say(
        f"其中 {len(salons):,} 个有至少 {least} 家企业提出，建议各办一场科技创新沙龙：",
        f"{len(salons):,} of them are shared by at least {least} companies; a salon is proposed for each:",
    )
    nearest = found.members.groupby("topic_id", sort=True)["title"].first()
    columns = ["topic_id", "label", "companies", "size", "disciplines"]
    rows = [
        [*row, nearest[row[0]]] for row in salons[columns].itertuples(index=False, name=None)
    ]  # fmt: skip
    heads = [pick((HEADERS[name], _ENGLISH[name]), console.language) for name in columns]
    heads.append(pick(_NEAREST, console.language))
    console.say("")
    console.table(heads, rows, align="llrrll")


def _named(frame: pd.DataFrame, language: Language) -> pd.DataFrame:
    """Return a table in words for people."""
    shown = frame.copy()
    if "salon" in shown:
        shown["salon"] = np.where(shown["salon"], pick(_YES, language), "")
    if "why" in shown and language == "en":
        shown["why"] = shown["why"].map(_WHY)
    return shown.rename(columns={name: pick((HEADERS[name], _ENGLISH[name]), language) for name in frame.columns})
