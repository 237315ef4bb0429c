"""What a terminal shows: how wide it is, and how far a step has come."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from expertmatch.report.labels import Language, pick

Progress = Callable[[int, int], None]
"""Told how much is done, and of how much."""

_WIDEST = 100
_USUAL = (80, 24)


def terminal_width() -> int:
    """Return how many columns lines may take: those of the terminal, 80 in a file or a pipe, 100 at most.

    Returns
    -------
    int

    Examples
    --------
    >>> 1 <= terminal_width() <= 100
    True
    """
    return max(1, min(shutil.get_terminal_size(_USUAL).columns, _WIDEST))


def time_in_words(seconds: float, language: Language = "zh") -> str:
    """Return a duration as people say it.

    Parameters
    ----------
    seconds : float
        The duration; counted up to a whole second.
    language : {"zh", "en"}, default "zh"
        Of the words.

    Returns
    -------
    str

    Examples
    --------
    >>> time_in_words(7.2), time_in_words(125), time_in_words(3720)
    ('8 秒', '2 分 5 秒', '1 小时 2 分')
    """
    whole = int(-(-max(seconds, 0) // 1))
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    if hours:
        return pick((f"{hours} 小时 {minutes} 分", f"{hours} h {minutes} min"), language)
    if minutes:
        return pick((f"{minutes} 分 {rest} 秒", f"{minutes} min {rest} s"), language)
    return pick((f"{rest} 秒", f"{rest} s"), language)


def progress_line(done: int, total: int | None, seconds: float, language: Language = "zh") -> str:
    """Return how far a step has come: how many of how many, and about how long it will still take.

    Parameters
    ----------
    done : int
        How much is done.
    total : int or None
        Of how much; ``None`` where that is not known.
    seconds : float
        Since the step began.
    language : {"zh", "en"}, default "zh"
        Of the words.

    Returns
    -------
    str

    Examples
    --------
    >>> progress_line(1_000, 4_000, 10)
    '1,000/4,000 还要约 30 秒'
    >>> progress_line(0, None, 3)
    '已用 3 秒'
    """
    if not total:
        return f"{pick(('已用', 'so far'), language)} {time_in_words(seconds, language)}"
    counts = f"{done:,}/{total:,}"
    if not 0 < done < total:
        return counts
    left = time_in_words(seconds / done * (total - done), language)
    return f"{counts} {pick(('还要约', 'left: about'), language)} {left}"


@contextmanager
def shown_progress(text: str, language: Language) -> Iterator[Progress]:
    """Show on a terminal's standard error what is being done and how far it has come; elsewhere nothing.

    Parameters
    ----------
    text : str
        What is being done.
    language : {"zh", "en"}
        Of the words.

    Yields
    ------
    callable
        To be told how much is done, and of how much; a step that does not say it shows the time it has taken.
    """
    if not sys.stderr.isatty():
        yield lambda done, total: None  # noqa: ARG005 - nobody looks
        return
    from rich.console import Console as RichConsole
    from rich.progress import BarColumn, ProgressColumn, SpinnerColumn, Task, TextColumn
    from rich.progress import Progress as RichProgress
    from rich.text import Text

    class Counts(ProgressColumn):
        """Counts and the time left."""

        def render(self, task: Task) -> Text:
            total = None if task.total is None else int(task.total)
            return Text(progress_line(int(task.completed), total, task.elapsed or 0.0, language))

    columns = (SpinnerColumn(), TextColumn("{task.description}…", markup=False), BarColumn(20), Counts())
    with RichProgress(*columns, console=RichConsole(stderr=True), transient=True) as bar:
        task = bar.add_task(text, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
