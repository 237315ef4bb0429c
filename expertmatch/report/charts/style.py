"""What all figures share: colours that keep their contrast, Chinese fonts, texts that cannot be markup."""

from __future__ import annotations

import html
import os
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from expertmatch.errors import MissingExtraError, SettingError
from expertmatch.tables.write import whole_file

FONT = "Microsoft YaHei, PingFang SC, Hiragino Sans GB, Noto Sans CJK SC, Noto Sans SC, SimHei, sans-serif"
"""Chinese fonts of Windows, macOS and Linux."""
INK, MUTED, GRID, PAPER = "#1f2328", "#57606a", "#d0d7de", "#ffffff"
"""Text, quiet text, lines, ground. Figures bring their own ground, so that dark notebooks show them alike."""
BLUE, ORANGE, GREEN, PURPLE, RED, GREY, BROWN, TEAL = (
    "#0b61a4", "#b35900", "#1a7f37", "#6f42c1", "#b2182b", "#6e7781", "#7d4e00", "#00706b",
)  # fmt: skip
"""Marks; each has a contrast of 4.5 or more with the ground (WCAG 2.2, 1.4.3), so text may have them too."""


def graph_objects() -> Any:
    """Return plotly's graph objects, imported when the first figure is drawn.

    Raises
    ------
    MissingExtraError
        plotly is not installed.
    """
    try:
        return import_module("plotly.graph_objects")
    except ImportError as missing:
        purpose, extra = "画图", "charts"
        raise MissingExtraError(purpose, extra) from missing


def plain(text: object, most: int | None = None) -> str:
    """Return a text of a table as plotly shows it literally: one line, no markup, cut to a length.

    Parameters
    ----------
    text
        From a table.
    most
        Characters kept; a cut text ends in ``…``.

    Returns
    -------
    str

    Examples
    --------
    >>> plain("<b>猕猴桃</b>溃疡病", 8)
    '&lt;b&gt;猕猴桃&lt;…'
    """
    whole = " ".join("".join(char if char.isprintable() else " " for char in str(text)).split())
    cut = whole if most is None or len(whole) <= most else whole[: most - 1] + "…"
    return html.escape(cut)


def pale(colour: str) -> str:
    """Return a colour as the ground of a ribbon, through which text stays readable.

    Examples
    --------
    >>> pale("#0b61a4")
    'rgba(11,97,164,0.32)'
    """
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.32)"


def figure(traces: Any, title: str, **layout: Any) -> Any:
    """Return a figure in the common style; its JSON has nothing random in it.

    Parameters
    ----------
    traces
        plotly traces.
    title
        One line above, in words that say what is seen; not escaped.
    **layout
        What else plotly's layout takes.

    Returns
    -------
    plotly.graph_objects.Figure
    """
    go = graph_objects()
    axis = {
        "automargin": True, "gridcolor": GRID, "zerolinecolor": MUTED, "linecolor": MUTED, "tickfont": {"color": INK}
    }  # fmt: skip
    look = {
        "template": go.layout.Template(),
        "title": {"text": title, "x": 0.01, "xanchor": "left", "font": {"size": 16}},
        "font": {"family": FONT, "size": 13, "color": INK},
        "paper_bgcolor": PAPER,
        "plot_bgcolor": PAPER,
        "margin": {"l": 16, "r": 16, "t": 56, "b": 40},
        "hoverlabel": {"font": {"family": FONT, "color": INK}, "bgcolor": PAPER, "bordercolor": MUTED, "align": "left"},
        "legend": {"orientation": "h", "x": 0, "y": 1.0, "yanchor": "bottom"},
        "xaxis": axis,
        "yaxis": axis,
    }
    return go.Figure(traces, layout=_merged(look, layout))  # in one go: plotly checks every change of a figure again


def _merged(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """Return one with what the other has, which goes before; parts of both are merged likewise."""
    both = dict(one)
    for name, value in other.items():
        held = both.get(name)
        both[name] = _merged(held, value) if isinstance(held, Mapping) and isinstance(value, Mapping) else value
    return both


def check_most(name: str, value: object) -> None:
    """Raise SettingError unless a value is a whole number above 0."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise SettingError(name, value, "1 以上的整数")


def write_figure(made: Any, path: str | os.PathLike[str], *, overwrite: bool = False) -> Path:
    """Write a figure as a page that needs no network.

    Parameters
    ----------
    made
        A figure, as the functions of ``em.plots`` return it.
    path
        An HTML file; everything it needs is in it.
    overwrite
        Whether an existing file may be replaced.

    Returns
    -------
    Path
        The same figure gives the same bytes.

    Raises
    ------
    OutputError
        The file exists or cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_figure(figure([], "空图"), f"{folder}/图.html").stat().st_size > 1_000_000
    True
    """
    page = made.to_html(full_html=True, include_plotlyjs=True, div_id="figure")
    page = page.replace("<html>", '<html lang="zh-CN">', 1)
    with whole_file(path, overwrite=overwrite) as file:
        file.write(page.encode("utf-8"))
    return Path(path)
