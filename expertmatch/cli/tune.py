"""Command tune: weights fitted on people's judgments, and whether they gain anything."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from expertmatch.cli.console import OK, CommandError, Console
from expertmatch.cli.given import Given
from expertmatch.cli.headers import check_headers, headers_of
from expertmatch.cli.terminal import Progress
from expertmatch.errors import OutputError
from expertmatch.evaluation import Judgments, read_judgments
from expertmatch.evaluation.feedback import feedback
from expertmatch.evaluation.tune import tune as fit_weights
from expertmatch.matcher import Matcher
from expertmatch.ranking.signals import checked_signals
from expertmatch.tables.needs import Needs, read_needs
from expertmatch.tables.pool import Pool
from expertmatch.tables.write import whole_file

_SCALE = 1e-6
"""Weight that makes a matcher compute a signal whose given weight is 0."""


def signals_of(pairs: Sequence[str]) -> dict[str, float]:
    """Read ``--signal 信号=权重``.

    Parameters
    ----------
    pairs : sequence of str
        As written; none is text alone.

    Returns
    -------
    dict of str to float
        Also signals of weight 0: those are tried.

    Raises
    ------
    CommandError
        No signal, no number.
    UnknownNameError
        A signal that does not exist.
    SettingError
        A weight below 0, or neither text nor discipline.

    Examples
    --------
    >>> signals_of(["text=1", "discipline=0"])
    {'text': 1.0, 'discipline': 0.0}
    """
    given = {}
    for pair in pairs:
        name, equals, weight = (part.strip() for part in pair.replace("＝", "=").partition("="))
        try:
            given[name] = float(weight if name and equals else "")
        except ValueError:
            message = f"--signal 不能是“{pair}”，请写成：--signal discipline=0.05。"
            raise CommandError(message) from None
    checked_signals(given or None)
    return given or {"text": 1.0}


def tune(
    console: Console,
    given: Given,
    *,
    needs: str,
    judgments: Path | None,
    signals: dict[str, float],
    out: Path | None,
    force: bool,
) -> int:
    """Fit weights on judged pairs and say whether they are better on needs not fitted on.

    Parameters
    ----------
    console : Console
        Where lines go.
    given : Given
        The tables of the pool.
    needs : str
        The needs that were judged.
    judgments : Path or None
        Graded pairs; the ledger's ratings are taken with them, or alone.
    signals : dict of str to float
        Given weight of each signal.
    out : Path or None
        A JSON file for the weights.
    force : bool
        Replace it when it is there.

    Returns
    -------
    int
        Exit code.
    """
    if judgments is None and not given.tables.get("engagements"):
        message = "没有给出评判。请用 --judgments 给出评判表，或用 --engagements 给出有满意度的服务台账。"
        raise CommandError(message)
    _check_free(out, force=force)
    given.check()
    pool = given.pool(console)
    asked = given.needs(console, needs)
    check_headers(given.columns, headers_of(pool, asked))
    graded = [] if judgments is None else [read_judgments(judgments)]
    if given.tables.get("engagements"):
        told = feedback(pool.engagements)
        console.say(told.sentence)
        graded.append(told.judgments)
        asked = _with_ledger(asked, told.needs)
    with console.step("建立索引", "indexing") as progress:
        matcher = _matcher(pool, signals, progress)
    with console.step("调权重", "tuning"):
        found = fit_weights(matcher, asked, _joined(graded), signals=signals)
    if found.left_out:
        console.say(f"有 {found.left_out:,} 对评判的需求或专家不在这些表里，不计。")
    console.say(str(found))
    if out is not None:
        text = json.dumps(found.to_dict(), ensure_ascii=False, indent=2, allow_nan=False) + "\n"
        with whole_file(out, overwrite=force) as file:
            file.write(text.encode())
        console.say(f"已写出：{out}", f"Written: {out}")
    return console.done(OK, **found.to_dict(), written=[] if out is None else [out])


def _matcher(pool: Pool, signals: dict[str, float], progress: Progress) -> Matcher:
    counted = {name: weight or _SCALE for name, weight in signals.items()}
    return Matcher(signals=counted).fit(pool, progress=progress)


def _joined(graded: Sequence[Judgments]) -> Judgments:
    if len(graded) == 1:
        return graded[0]
    frame = pd.concat([one.frame for one in graded], ignore_index=True)
    return replace(graded[0], frame=frame.sort_values(["need_id", "expert_id", "judge"], ignore_index=True))


def _with_ledger(asked: Needs, ledger: pd.DataFrame) -> Needs:
    """Add the needs that only the ledger knows, by their titles."""
    more = ledger[~ledger["need_id"].isin(set(asked.frame["need_id"]))]
    if more.empty:
        return asked
    return replace(asked, frame=pd.concat([asked.frame, read_needs(more).frame], ignore_index=True))


def _check_free(out: Path | None, *, force: bool) -> None:
    if out is None:
        return
    if out.suffix.lower() != ".json":
        message = f"--out 不能是“{out}”，请写以 .json 结尾的文件名。"
        raise CommandError(message)
    if out.exists() and not force:
        raise OutputError(out, "文件已经存在，没有改动它。", "请用 --out 换一个文件名，或加 --force 覆盖。")
