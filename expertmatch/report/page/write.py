"""The page as one file: template, style, script, values, and plotly as text."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Mapping
from hashlib import sha256
from importlib import resources
from pathlib import Path
from typing import Any

from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup

from expertmatch.report.page.charts import packed, plotly_script
from expertmatch.tables.write import whole_file

PAGE = "报告.html"
_INERT = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"})


def write_page(view: Mapping[str, Any], path: str | os.PathLike[str], *, overwrite: bool = False) -> Path:
    """Write a page that needs nothing but itself.

    Parameters
    ----------
    view : dict
        As :func:`page_view` gives it.
    path : path
        An HTML file.
    overwrite : bool, default False
        Whether an existing file may be replaced.

    Returns
    -------
    Path

    Raises
    ------
    OutputError
        The file exists or cannot be written.
    """
    page = page_text(view)
    with whole_file(path, overwrite=overwrite) as file:
        file.write(page.encode("utf-8", "replace"))
    return Path(path)


def page_text(view: Mapping[str, Any]) -> str:
    """Return the page.

    Parameters
    ----------
    view : dict
        As :func:`page_view` gives it.

    Returns
    -------
    str
        HTML. No script runs but the page's own and, once a chart is opened, plotly's: both are named by their
        hashes in the page's content security policy, which also forbids every request.
    """
    script, style = _resource("page.js"), _resource("page.css")
    plotly = plotly_script() if view["charts"] else ""
    allowed = [_hash(text) for text in (script, plotly) if text]
    environment = Environment(
        loader=DictLoader({name: _resource(name) for name in ("page.html.j2", "parts.html.j2")}),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html.j2").render(
        **view,
        policy="; ".join([
            "default-src 'none'", f"script-src {' '.join(allowed)}", "style-src 'unsafe-inline'",
            "img-src data: blob:", "base-uri 'none'", "form-action 'none'",
        ]),
        style=Markup(style),
        script=Markup(script),
        data=Markup(inert(view["details"])),
        plotly=Markup(packed(plotly)) if plotly else "",
    )  # fmt: skip


def inert(value: Any) -> str:
    r"""Return JSON that may stand in a script element: nothing in it ends the element or starts another.

    Parameters
    ----------
    value : JSON value
        What to write.

    Returns
    -------
    str

    Examples
    --------
    >>> inert("</script>")
    '"\\u003c/script\\u003e"'
    """
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).translate(_INERT)


def _hash(script: str) -> str:
    return f"'sha256-{base64.b64encode(sha256(script.encode('utf-8')).digest()).decode('ascii')}'"


def _resource(name: str) -> str:
    return resources.files("expertmatch.report.page").joinpath("templates", name).read_text(encoding="utf-8")
