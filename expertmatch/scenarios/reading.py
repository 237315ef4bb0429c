"""Scenario files: found by name or path, read, checked; what is wrong is said with its line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from expertmatch.errors import InputError, Problem, UnknownNameError, nearest_names
from expertmatch.scenarios.parts import (
    Composition,
    Condition,
    Item,
    Limit,
    Quota,
    Recusal,
    Role,
    Rule,
    Share,
    Spread,
    Term,
)
from expertmatch.scenarios.scenario import Scenario

AUTO = "auto"
"""The name that takes, need by need, the scenario whose need kinds fit."""

_MODELS: Mapping[tuple[str, ...], type[BaseModel]] = {
    (): Scenario,
    ("rules",): Rule,
    ("rules", "when"): Condition,
    ("roles",): Role,
    ("recusal",): Recusal,
    ("composition",): Composition,
    ("composition", "limits"): Limit,
    ("composition", "shares"): Share,
    ("composition", "shares", "where"): Condition,
    ("composition", "spreads"): Spread,
    ("quotas",): Quota,
    ("terms",): Term,
    ("sheet",): Item,
}
_HEADER = re.compile(r"^\s*(\[\[?)\s*([A-Za-z0-9_.\-]+)\s*\]\]?")
_KEY = re.compile(r"^\s*([A-Za-z0-9_\-]+(?:\s*\.\s*[A-Za-z0-9_\-]+)*)\s*=")
_Path = tuple[str | int, ...]


def scenario_names() -> tuple[str, ...]:
    """Return the names of the scenarios that come with the library, sorted.

    Returns
    -------
    tuple of str

    Examples
    --------
    >>> "relief" in scenario_names()
    True
    """
    folder = files("expertmatch.scenarios")
    return tuple(sorted(file.name.removesuffix(".toml") for file in folder.iterdir() if file.name.endswith(".toml")))


def scenario_text(name: str) -> str:
    """Return the file of a scenario that comes with the library.

    Parameters
    ----------
    name : str
        Its name.

    Returns
    -------
    str

    Raises
    ------
    UnknownNameError
        No such scenario; names the nearest.
    """
    known = scenario_names()
    if name not in known:
        what = "场景"
        raise UnknownNameError(what, name, known, nearest=_like_title(name))
    return (files("expertmatch.scenarios") / f"{name}.toml").read_text(encoding="utf-8")


def _like_title(title: str) -> list[str]:
    """Return the names of the scenarios that are called nearly so."""
    if title.isascii():
        return []
    scenarios = read_scenarios()
    titled = {one.title: name for name, one in scenarios.items()}
    part = [name for name, one in scenarios.items() if any(title in full for full in (one.title, *one.need_kinds))]
    return part or [titled[full] for full in nearest_names(title, list(titled))]


def scenario_template(name: str, title: str) -> str:
    """Return a commented file for an own scenario, which is accepted as it is.

    Parameters
    ----------
    name, title : str
        Its short name, and what people call it.

    Returns
    -------
    str
    """
    text = (files("expertmatch.scenarios") / "template.txt").read_text(encoding="utf-8")
    return text.replace("{name}", name).replace("{title}", title)


def read_scenario(source: str | Path | Scenario) -> Scenario:
    """Read a scenario by name or from a file of one's own.

    Parameters
    ----------
    source : str, Path or Scenario
        A name of :func:`scenario_names` or its title, or a path (it ends in .toml); scenarios are returned as they
        are.

    Returns
    -------
    Scenario

    Raises
    ------
    UnknownNameError
        No such scenario.
    InputError
        A file that is not there, no TOML, or has unknown keys, fields or impossible values: all at once, by line.

    Examples
    --------
    >>> read_scenario("workstation").title
    '院士工作站'
    """
    if isinstance(source, Scenario):
        return source
    if isinstance(source, str) and not source.endswith(".toml"):
        titled = [] if source.isascii() else [one for one in read_scenarios().values() if one.title == source]
        if titled:
            return titled[0]
        return parse_scenario(scenario_text(source), f"{source}.toml")
    path = Path(source)
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as bad:
        why = "没有这个文件" if isinstance(bad, FileNotFoundError) else f"打不开：{bad.strerror or bad}"
        raise InputError([_problem(path.name, None, f"{why}。", "请核对路径。")]) from None
    except UnicodeDecodeError:
        remedy = "请另存为 UTF-8 编码。"
        raise InputError([_problem(path.name, None, "不是 UTF-8 编码的文本。", remedy)]) from None
    return parse_scenario(text, path.name)


def read_scenarios() -> dict[str, Scenario]:
    """Return all scenarios that come with the library, by name.

    Returns
    -------
    dict of str to Scenario
    """
    return {name: read_scenario(name) for name in scenario_names()}


def parse_scenario(text: str, file: str) -> Scenario:
    """Check the text of a scenario file.

    Parameters
    ----------
    text : str
        TOML.
    file : str
        What to call it in messages.

    Returns
    -------
    Scenario

    Raises
    ------
    InputError
        Every problem, by line.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as bad:
        line = getattr(bad, "lineno", None) or _line_in(str(bad))
        message = f"不是正确的 TOML：{bad}。"
        raise InputError([_problem(file, line, message, "常见原因：少了引号、逗号或方括号。")]) from None
    try:
        return Scenario.model_validate(data)
    except ValidationError as bad:
        raise refused(bad, key_lines(text), file) from None


def refused(bad: ValidationError, lines: Mapping[_Path, int], file: str, place: _Path = ()) -> InputError:
    """Return the error that says in Chinese, by line, what a model does not accept.

    Parameters
    ----------
    bad : ValidationError
        Of a scenario, or of the part of one at ``place``.
    lines : dict of tuple to int
        As :func:`key_lines` gives it; may be empty.
    file : str
        What to call the source.
    place : tuple, default ()
        Where in a scenario the part stands, such as ``("composition", "shares", 0)``.

    Returns
    -------
    InputError
    """
    errors = [{**error, "loc": (*place, *error["loc"])} for error in bad.errors(include_url=False)]
    found = [_told(error, lines, file) for error in errors]
    return InputError(sorted(found, key=lambda problem: (problem.row or 0, problem.message)))


def key_lines(text: str) -> dict[_Path, int]:
    r"""Return the line of every table and key of a TOML text.

    Parameters
    ----------
    text : str
        TOML that parses; keys inside inline tables are found at the key that holds them.

    Returns
    -------
    dict of tuple to int
        Path (with positions in arrays) to line, from 1.

    Examples
    --------
    >>> key_lines('name = "a"\n[[rules]]\nid = "x"\n')[("rules", 0, "id")]
    3
    """
    lines: dict[_Path, int] = {}
    here: _Path = ()
    counts: dict[_Path, int] = {}
    quoted = False
    for number, line in enumerate(text.splitlines(), start=1):
        if not quoted:
            header, key = _HEADER.match(line), _KEY.match(line)
            if header:
                here = _entered(header.group(2).split("."), header.group(1) == "[[", counts)
                lines.setdefault(here, number)
                if isinstance(here[-1], int):  # of a name that is no array's, the error knows no position
                    lines.setdefault(here[:-1], number)
            elif key:
                lines.setdefault((*here, *re.split(r"\s*\.\s*", key.group(1))), number)
        quoted ^= (line.count('"""') + line.count("'''")) % 2 == 1
    return lines


def _entered(words: list[str], array: bool, counts: dict[_Path, int]) -> _Path:
    path: _Path = ()
    for i, word in enumerate(words):
        path = (*path, word)
        last = i == len(words) - 1
        if last and array:
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = (*path, counts[path])
    return path


def _told(error: Any, lines: Mapping[_Path, int], file: str) -> Problem:
    path = tuple(error["loc"])
    line = next((lines[path[:n]] for n in range(len(path), 0, -1) if path[:n] in lines), None)
    model = _MODELS.get(tuple(key for key in path[:-1] if isinstance(key, str)), Scenario)
    known = [field.alias or name for name, field in model.model_fields.items()]
    key, kind, context = (path[-1] if path else ""), error["type"], error.get("ctx", {})
    if kind == "extra_forbidden":
        near = nearest_names(str(key), known)
        hint = f"是否想写：{'、'.join(near)}？" if near else f"可以写：{'、'.join(known)}。"
        return _problem(file, line, f"没有名为“{key}”的键。", hint, "unknown-key")
    if kind == "missing":
        return _problem(file, line, f"缺少“{key}”。", f"请补上：{key} = …", "missing-key")
    if kind == "value_error":
        return _problem(file, line, str(context["error"]), "请照此修改。", "wrong-value")
    return _problem(file, line, *_wrong_value(path, kind, error["input"], context), code="wrong-value")


def accepted_of(kind: str, context: Mapping[str, Any]) -> str:
    """Return in Chinese what a model would have accepted in place of what it refused.

    Parameters
    ----------
    kind : str
        The type of a pydantic error.
    context : dict
        Its facts (``ctx``).

    Returns
    -------
    str

    Examples
    --------
    >>> accepted_of("greater_than_equal", {"ge": 1}), accepted_of("int_parsing", {})
    ('不小于 1', '整数')
    """
    if kind == "literal_error":
        return "、".join(re.findall(r"'([^']*)'", str(context["expected"])))
    bounds = {"greater_than_equal": ("ge", "不小于"), "greater_than": ("gt", "大于"),
              "less_than_equal": ("le", "不大于"), "less_than": ("lt", "小于")}  # fmt: skip
    if kind in bounds:
        which, word = bounds[kind]
        return f"{word} {context[which]:g}"
    if kind == "string_pattern_mismatch":
        return "由小写英文字母、数字和下划线组成，以字母开头"
    kinds = {"string": "文字（写在引号里）", "int": "整数", "float": "数", "bool": "true 或 false",
             "date": "日期，例如 2019-06-11", "tuple": "列表，例如 [\"甲\", \"乙\"]",
             "dict": "一个表", "model": "一个表"}  # fmt: skip
    return next((told for start, told in kinds.items() if kind.startswith(start)), "合乎格式的值")


def _wrong_value(path: _Path, kind: str, given: Any, context: Mapping[str, Any]) -> tuple[str, str]:
    words = [key for key in path if isinstance(key, str) and key not in ("[key]", "float", "str")]
    name = ".".join(words)
    if kind == "literal_error":
        known = accepted_of(kind, context).split("、")
        near = nearest_names(str(given), known)
        hint = f"是否想写：{'、'.join(near)}？" if near else f"可以是：{'、'.join(known)}。"
        return f"“{name}”不能是“{given}”。", hint
    accepted = accepted_of(kind, context)
    if kind.startswith(("greater", "less")):
        return f"“{name}”不能是 {given}。", f"应{accepted}。"
    if kind == "string_pattern_mismatch":
        return f"“{name}”不能是“{given}”。", f"应{accepted}。"
    if kind.endswith("too_short"):
        return f"“{name}”是空的。", "请写上内容，或去掉这一行。"
    return f"“{name}”不能是 {given!r}。", f"应是{accepted}。"


def _line_in(message: str) -> int | None:
    found = re.search(r"line (\d+)", message)
    return int(found.group(1)) if found else None


def _problem(file: str, line: int | None, message: str, remedy: str, code: str = "bad-scenario") -> Problem:
    return Problem(severity="error", code=code, message=message, remedy=remedy, file=file, row=line)
