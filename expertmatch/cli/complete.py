"""Words that a shell can complete: names of scenarios, and the values that options accept."""

from __future__ import annotations

from collections.abc import Callable

SHELLS = ("bash", "zsh", "fish", "powershell", "pwsh")
VARIABLE = "_EXPERTMATCH_COMPLETE"
"""Set by the shell's script when it asks how to go on."""


def beginning(*words: str) -> Callable[[str], list[str]]:
    """Return what completes one of some words.

    Parameters
    ----------
    *words : str
        What an option accepts.

    Returns
    -------
    callable
        The beginning of a word to the words that begin so.

    Examples
    --------
    >>> beginning("xlsx", "csv")("x")
    ['xlsx']
    """

    def complete(incomplete: str) -> list[str]:
        return [word for word in words if word.startswith(incomplete)]

    return complete


def scenarios(incomplete: str) -> list[str]:
    """Complete the name of a scenario.

    Parameters
    ----------
    incomplete : str
        Its beginning.

    Returns
    -------
    list of str

    Examples
    --------
    >>> scenarios("rel")
    ['relief']
    """
    from expertmatch.scenarios import AUTO, scenario_names

    return beginning(AUTO, *scenario_names())(incomplete)


def several(*words: str) -> Callable[[str], list[str]]:
    """Return what completes the last of words joined by commas.

    Parameters
    ----------
    *words : str
        What an option accepts.

    Returns
    -------
    callable

    Examples
    --------
    >>> several("xlsx", "csv")("xlsx,c")
    ['xlsx,csv']
    """

    def complete(incomplete: str) -> list[str]:
        before, comma, last = incomplete.rpartition(",")
        return [f"{before}{comma}{word}" for word in words if word.startswith(last)]

    return complete


def script(shell: str) -> str:
    """Return what a shell must read to complete ``expertmatch``.

    Parameters
    ----------
    shell : str
        One of :data:`SHELLS`.

    Returns
    -------
    str
    """
    from typer.completion import get_completion_script  # type: ignore[attr-defined, unused-ignore]

    return str(get_completion_script(prog_name="expertmatch", complete_var=VARIABLE, shell=shell))


def prepare() -> None:
    """Let the library of commands answer a shell that asks how to go on."""
    from typer.completion import completion_init  # type: ignore[attr-defined, unused-ignore]

    completion_init()
