"""The page's charts as JSON, and plotly's own script as text that runs only when one is opened."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from expertmatch.errors import MissingExtraError


class Charts(NamedTuple):
    """Charts of a page.

    Parameters
    ----------
    figures : dict of str to dict
        Name to what plotly draws: data and layout.
    missing : str
        Why there are none; empty where there are.
    """

    figures: dict[str, dict[str, Any]]
    missing: str


def charts(makers: Mapping[str, Callable[[], Any]]) -> Charts:
    """Make the figures.

    Parameters
    ----------
    makers : dict of str to callable
        Name to what returns a plotly figure, or ``None`` where there is nothing to draw.

    Returns
    -------
    Charts
        Without figures where plotly is not installed.
    """
    made: dict[str, dict[str, Any]] = {}
    for name, make in makers.items():
        try:
            figure = make()
        except MissingExtraError as missing:
            return Charts({}, f"{missing}")
        if figure is not None:
            made[name] = _bare(figure)
    return Charts(made, "")


def _bare(figure: Any) -> dict[str, Any]:
    """Return data and layout without the template, which repeats in every figure and says nothing of its own."""
    held: dict[str, Any] = json.loads(figure.to_json())
    held.get("layout", {}).pop("template", None)
    return held


def plotly_script() -> str:
    """Return plotly's script as it is installed.

    Returns
    -------
    str

    Raises
    ------
    MissingExtraError
        plotly is not installed.
    """
    try:
        from plotly.offline import get_plotlyjs
    except ImportError as missing:
        purpose, extra = "画图", "charts"
        raise MissingExtraError(purpose, extra) from missing
    return str(get_plotlyjs())


def packed(text: str) -> str:
    """Return a long text in the fewest characters that HTML leaves alone: zlib, then base64.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str

    Examples
    --------
    >>> zlib.decompress(base64.b64decode(packed("画图"))).decode()
    '画图'
    """
    return base64.b64encode(zlib.compress(text.encode("utf-8"), 9)).decode("ascii")
