"""The options of a run as its record keeps them: paths seen from the results' folder, no passwords."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from expertmatch.cli.console import CommandError

_SOURCES = (
    "needs", "experts", "works", "societies", "memberships", "relations", "availability", "engagements", "pending",
    "judgments", "judged-needs", "index", "ledger",
)  # fmt: skip
_HIDDEN = "***"
_SQLITE = "sqlite:///"


def kept(options: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Return options as a record keeps them.

    Parameters
    ----------
    options : dict of str to str or list
        As written on the command line, by name.
    folder : Path
        Of the results. Paths are kept as seen from it: results and tables may move together, and the same run
        elsewhere leaves the same record.

    Returns
    -------
    dict of str to str or list

    Examples
    --------
    >>> kept({"needs": "表/需求.xlsx", "ledger": "postgresql://kx:secret@host/tz"}, Path("结果"))
    {'needs': '../表/需求.xlsx', 'ledger': 'postgresql://kx:***@host/tz'}
    """
    return {name: _moved(name, text, lambda path: _seen_from(path, folder)) for name, text in options.items()}


def given_again(options: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Return options as they are to be read from here.

    Parameters
    ----------
    options : dict of str to str or list
        As :func:`kept` returns them.
    folder : Path
        Where the record stands.

    Returns
    -------
    dict of str to str or list

    Raises
    ------
    CommandError
        An address whose password was not kept.

    Examples
    --------
    >>> given_again({"needs": "../表/需求.xlsx", "top": "10"}, Path("结果"))
    {'needs': '表/需求.xlsx', 'top': '10'}
    """
    refuse_hidden(options)
    return {name: _moved(name, text, lambda path: _found_from(path, folder)) for name, text in options.items()}


def refuse_hidden(options: Mapping[str, Any]) -> None:
    """Refuse an address whose password was not kept.

    Parameters
    ----------
    options : dict of str to str or list
        Options by name.

    Raises
    ------
    CommandError
        Names the option.
    """
    for name, text in options.items():
        if isinstance(text, str) and "://" in text and f":{_HIDDEN}@" in text:
            message = f"--{name} 的数据库地址里有密码，记录里没有保存。请重新运行，并写明 --{name}。"
            raise CommandError(message)


def without_password(text: str) -> str:
    """Return an address without its password, and all other texts as they are.

    Parameters
    ----------
    text : str
        A path or an address, with a table behind ``::``.

    Returns
    -------
    str

    Examples
    --------
    >>> without_password("postgresql://kx:secret@host/db::专家")
    'postgresql://kx:***@host/db::专家'
    """
    if "://" not in text:
        return text
    import sqlalchemy as sa

    address, mark, what = text.partition("::")
    try:
        return sa.make_url(address).render_as_string(hide_password=True) + mark + what
    except sa.exc.ArgumentError:
        return text


def _moved(name: str, text: Any, move: Callable[[str], str]) -> Any:
    if not isinstance(text, str):
        return text
    if name == "scenario":
        return move(text) if text.endswith(".toml") else text
    if name not in _SOURCES:
        return text
    if text.startswith(_SQLITE):
        path, mark, what = text[len(_SQLITE) :].partition("::")
        return f"{_SQLITE}{move(path)}{mark}{what}"
    return without_password(text) if "://" in text else move(text)


def _seen_from(path: str, folder: Path) -> str:
    try:
        return Path(os.path.relpath(Path(path).absolute(), folder.absolute())).as_posix()
    except ValueError:  # another drive of Windows
        return Path(path).absolute().as_posix()


def _found_from(path: str, folder: Path) -> str:
    return Path(os.path.normpath(folder / path)).as_posix()
