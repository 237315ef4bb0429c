"""How a command ended: its exit code, and what ``--json`` says of it."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import PurePath
from typing import Any, Self


class Outcome(int):
    """An exit code that also holds the facts of a command.

    Parameters
    ----------
    code : int
        The exit code.
    facts : dict
        What ``--json`` says; tables are lists of objects.

    Examples
    --------
    >>> Outcome(0, {"needs": 3}) == 0
    True
    """

    facts: Mapping[str, Any]

    def __new__(cls, code: int, facts: Mapping[str, Any]) -> Self:
        """Make an exit code with facts."""
        made = super().__new__(cls, code)
        made.facts = dict(facts)
        return made


def as_json(command: str, code: int, errors: Sequence[Mapping[str, Any]] = ()) -> str:
    """Return what ``--json`` writes: one object on one line.

    Parameters
    ----------
    command : str
        The command's name.
    code : int
        Its exit code, an :class:`Outcome` where there are facts.
    errors : sequence of dict
        Why it could not be done.

    Returns
    -------
    str
        Without characters that the terminal's encoding may lack.

    Examples
    --------
    >>> print(as_json("check", Outcome(0, {"rows": 2})))
    {"command": "check", "exit_code": 0, "errors": [], "rows": 2}
    """
    facts = code.facts if isinstance(code, Outcome) else {}
    told = {"command": command, "exit_code": int(code), "errors": list(errors), **facts}
    plain = (getattr(sys.stdout, "encoding", None) or "").lower().replace("-", "") != "utf8"
    return json.dumps(_plain(told), ensure_ascii=plain, allow_nan=False)


def _plain(value: Any) -> Any:
    """Return a value as JSON knows it; what is missing is null."""
    import numpy as np  # a command line that only asks for help needs neither
    import pandas as pd

    if isinstance(value, pd.DataFrame):
        columns = [str(name) for name in value.columns]
        return [dict(zip(columns, map(_plain, row), strict=True)) for row in value.itertuples(index=False, name=None)]
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(one) for one in value]
    if isinstance(value, np.generic):
        return _plain(value.item())
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and not math.isfinite(value)):
        return None
    if isinstance(value, PurePath | date):
        return str(value)
    if isinstance(value, str):  # half a character of a damaged file has no place in JSON
        return value.encode("utf-8", "replace").decode("utf-8")
    return value
