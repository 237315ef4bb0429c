"""Commands on scenarios: list, show, new, check."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from expertmatch.cli.console import (
    BAD_INPUT,
    OK,
    UNMATCHED,
    CommandError,
    Console,
    in_words,
    on_the_command_line,
    problem_facts,
)
from expertmatch.cli.given import source
from expertmatch.errors import InputError, UnknownNameError
from expertmatch.report.scenario_words import kinds_in_words, scenario_in_words
from expertmatch.scenarios import Scenario, parse_scenario, read_scenario, read_scenarios, scenario_names
from expertmatch.scenarios.composition import check_composition
from expertmatch.scenarios.reading import scenario_template, scenario_text
from expertmatch.tables.write import whole_file

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_LONGEST_TITLE = 40
_TITLE = "自办活动"


def list_scenarios(console: Console) -> int:
    """List the scenarios that come with the library.

    Parameters
    ----------
    console : Console
        Where lines go.

    Returns
    -------
    int
        Exit code.
    """
    rows = [
        [one.name, one.title, "、".join(one.need_kinds), kinds_in_words(one.candidates)]
        for one in read_scenarios().values()
    ]
    headers = ["名称", "场景", "受理的需求类型", "推荐"]
    console.table(headers, rows, max_rows=None, max_lines=8)
    console.say("\n看一个场景的全部内容：expertmatch scenarios show 名称")
    told = [
        {"name": one.name, "title": one.title, "need_kinds": one.need_kinds, "candidates": one.candidates}
        for one in read_scenarios().values()
    ]
    return console.done(OK, scenarios=told)


def show(console: Console, name: str, *, toml: bool) -> int:
    """Show a scenario in words, or as its file.

    Parameters
    ----------
    console : Console
        Where lines go.
    name : str
        A name or a file.
    toml : bool
        Show the file.

    Returns
    -------
    int
        Exit code.
    """
    scenario = read_scenario(name)
    if not toml:
        console.say(scenario_in_words(scenario))
    elif name.endswith(".toml"):
        console.say(Path(name).read_text(encoding="utf-8-sig").rstrip("\n"))
    else:
        console.say(scenario_text(name).rstrip("\n"))
    return console.done(OK, scenario=scenario.model_dump(mode="json"))


def new(console: Console, name: str, *, title: str | None, out: Path | None, force: bool) -> int:
    """Write a commented template of an own scenario.

    Parameters
    ----------
    console : Console
        Where lines go.
    name : str
        Its short name.
    title : str or None
        What it is called.
    out : Path or None
        The file; the name and .toml without it.
    force : bool
        Replace an existing file.

    Returns
    -------
    int
        Exit code.

    Raises
    ------
    CommandError
        A name, title or file that a scenario cannot have.
    """
    if not _NAME.fullmatch(name):
        message = f"场景的名称不能是“{name}”：请用小写英文字母、数字和下划线，以字母开头，例如 my_forum。"
        raise CommandError(message)
    if name in scenario_names():
        message = (
            f"“{name}”是自带的场景，请换一个名称；要照着它改，用 expertmatch scenarios show {name} --toml 看原文。"
        )
        raise CommandError(message)
    path = out or Path(f"{name}.toml")
    if path.suffix != ".toml":
        message = f"--out 不能是“{path}”，请写以 .toml 结尾的文件名。"
        raise CommandError(message)
    text = scenario_template(name, _title(title))
    parse_scenario(text, path.name)  # a template that is refused is never written
    with whole_file(path, overwrite=force) as file:
        file.write(text.encode("utf-8"))
    console.say(f"已写出：{path}")
    console.say(f"改好后检查：expertmatch scenarios check {path}")
    return console.done(OK, written=[path])


def check(
    console: Console,
    names: Sequence[str],
    *,
    people: str | None,
    needs: str | None,
    engagements: str | None,
    as_of: date,
) -> int:
    """Check scenario files; with a list of people, verify the list.

    Parameters
    ----------
    console : Console
        Where lines go.
    names : sequence of str
        Files or names.
    people : str or None
        The list.
    needs, engagements : str or None
        What the list is to serve, and the service record.
    as_of : date
        The day.

    Returns
    -------
    int
        2 where a file has problems, 1 where the list breaks a must, else 0.

    Raises
    ------
    CommandError
        A list with several scenarios, or needs or a record without a list.
    """
    if people is not None and len(names) != 1:
        message = f"--people 一次只能对着一个场景核对，现在给了 {len(names)} 个。"
        raise CommandError(message)
    if people is None and (needs is not None or engagements is not None):
        message = "--needs、--engagements 要和 --people 一起用：它们是核对名单时看的。"
        raise CommandError(message)
    wrong: dict[str, list[dict[str, Any]]] = {}
    good = [one for name in names if (one := _checked(console, name, wrong, quiet=people is not None)) is not None]
    checked = [{"scenario": name, "problems": wrong.get(name, [])} for name in names]
    if len(good) < len(names):
        return console.done(BAD_INPUT, scenarios=checked)
    if people is None:
        return console.done(OK, scenarios=checked)
    found = check_composition(
        good[0],
        source(people),
        as_of=as_of,
        needs=None if needs is None else source(needs),
        engagements=None if engagements is None else source(engagements),
    )
    console.say(str(found))
    return console.done(UNMATCHED if found.broken else OK, scenarios=checked, findings=found.frame)


def _checked(console: Console, name: str, wrong: dict[str, list[dict[str, Any]]], *, quiet: bool) -> Scenario | None:
    """Read a scenario; say and note what is wrong with it, or that nothing is."""
    try:
        scenario = read_scenario(name)
    except InputError as bad:
        errors = [problem for problem in bad.problems if problem.severity == "error"]
        console.say(f"{name}：{len(errors)} 处错误")
        for problem in errors:
            console.say(f"  [错误] {in_words(problem)}")
        wrong[name] = [problem_facts(problem) for problem in errors]
        return None
    except UnknownNameError as bad:
        text = f"{on_the_command_line(str(bad))}自己的场景请写以 .toml 结尾的文件名。"
        console.say(f"{name}：{text}")
        wrong[name] = [{"message": text}]
        return None
    if not quiet:
        console.say(f"{name}：没有问题（{scenario.title}，{len(scenario.rules)} 条规则）")
    return scenario


def _title(given: str | None) -> str:
    title = _TITLE if given is None else given.strip()
    odd = [char for char in title if char in '"\\{}' or unicodedata.category(char).startswith("C")]
    if not title or odd or len(title) > _LONGEST_TITLE:
        message = f"--title 不能是“{given}”：请写 1 到 {_LONGEST_TITLE} 个字，不含英文引号、反斜线、花括号和换行。"
        raise CommandError(message)
    return title
