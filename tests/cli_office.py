"""The examples of the help pages, and an office in which they run."""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import typer
from cli_helpers import DATA, Ran, inside

from expertmatch.cli import run_arguments
from expertmatch.cli.app import app

NEEDS = 6


def _walk(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    yield path, command
    for name, one in getattr(command, "commands", {}).items():
        yield from _walk(one, (*path, name))


COMMANDS = dict(_walk(typer.main.get_command(app)))


def examples_of(command: Any) -> list[str]:
    return [line.strip() for line in command.help.partition("例：")[2].strip().splitlines()]


EXAMPLES = list(dict.fromkeys(line for command in COMMANDS.values() for line in examples_of(command)))


SAMPLE = "示例数据"
"""What ``demo`` reads in the office: a whole one takes long, and is run where its results are looked at."""


def write_sample(folder: Path, needs: pd.DataFrame, people: pd.DataFrame, works: pd.DataFrame) -> None:
    """Write tables of the sample's names, for ``demo``."""
    folder.mkdir()
    for name, table in (("needs_enterprise", needs), ("experts", people), ("works", works)):
        table.to_csv(folder / f"{name}.csv", index=False)
    for name in ("societies", "memberships"):
        shutil.copy(DATA / f"{name}.csv", folder)


def write_tables(folder: Path) -> None:
    """Write the tables that examples name: a part of the sample data."""
    names = ("needs_enterprise", "experts", "works", "judgments", "engagements")
    read = {name: pd.read_csv(DATA / f"{name}.csv", dtype=str, keep_default_na=False) for name in names}
    needs = read["needs_enterprise"].head(NEEDS)
    judged = read["judgments"][read["judgments"]["需求编号"].isin(set(needs["需求编号"]))]
    people = read["experts"][read["experts"]["专家编号"].isin({*judged["专家编号"], "ZJ0012"})]
    works = read["works"][read["works"]["专家编号"].isin(set(people["专家编号"]))]
    for name in ("需求.xlsx", "企业技术需求.xlsx"):
        needs.to_excel(folder / name, index=False)
    with pd.ExcelWriter(folder / "专家库.xlsx") as book:
        people.to_excel(book, sheet_name="专家", index=False)
        works.to_excel(book, sheet_name="成果", index=False)
    works.to_csv(folder / "成果.csv", index=False)
    judged.to_csv(folder / "评判.csv", index=False)
    read["engagements"].head(20).to_csv(folder / "往年台账.csv", index=False)
    write_sample(folder / SAMPLE, needs, people, works)
    half = len(people) // 2
    tables = {"雁塔区": people[:half], "周至县": people[half:], "专家库2025": people[5:], "专家库2026": people[:-5],
              "名单": people[people["在岗状态"] == ""].head(6)}  # fmt: skip
    for name, table in tables.items():
        table.to_excel(folder / f"{name}.xlsx", index=False)
    people.head(40)[["专家编号", "姓名"]].assign(联系电话="02900000000（虚构）").to_excel(
        folder / "通讯录.xlsx", index=False
    )
    pd.DataFrame({"指标": ["沙龙"], "期间": ["2026"], "目标值": [20], "计量": ["服务次数"]}).to_excel(
        folder / "指标.xlsx", index=False
    )


FIRST = (
    "expertmatch match --needs 需求.xlsx --experts 专家库.xlsx",
    "expertmatch plan --needs 需求.xlsx --experts 专家库.xlsx --scenario relief",
    "expertmatch index build --experts 专家库.xlsx --works 成果.csv --out 索引",
    "expertmatch scenarios new my_forum --title 专家论坛",
    "expertmatch ledger add 方案/方案.xlsx --needs 需求.xlsx --who 王某 --create",
)
"""What other examples start from."""
BEFORE = {
    "--template 模板": ("expertmatch papers 派遣函 --copy-template --out 模板 --force",),
    "--state 已评价": ("expertmatch ledger set S0001 --state 已同意 --date 2026-11-20 --who 王某",),
    "参加人数=40": (
        "expertmatch ledger set S0001 --state 已同意 --date 2026-11-20 --who 王某",
        "expertmatch ledger set S0001 --state 已评价 --rating 4.5 --who 王某",
    ),
}
"""What must have happened before some examples."""


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_office(tmp_path_factory.mktemp("office"))


def make_office(folder: Path) -> Path:
    """Return a folder with all that examples name: tables, and what earlier commands have written."""
    write_tables(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for line in FIRST:
            assert run_arguments([*shlex.split(line)[1:], "--quiet"]) == 0, line
    shutil.copy(folder / "方案" / "方案.xlsx", folder / "方案.xlsx")
    return folder


def run_example(line: str, office: Path, folder: Path, capsys: pytest.CaptureFixture[str], *more: str) -> Ran:
    """Run an example in its own copy of the office, where what it writes is not there yet."""
    shutil.copytree(office, folder)
    words = shlex.split(line)
    outputs = [folder / name for name in written_by(words)]
    for path in outputs:
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setattr("expertmatch.cli.match.sample_folder", lambda: folder / SAMPLE)
        for part, lines in BEFORE.items():
            for earlier in lines if part in line else ():
                assert inside(shlex.split(earlier)[1:], capsys).code == 0
        ran = inside([*words[1:], *more], capsys)
    assert [path for path in outputs if not path.exists()] == [], ran.said
    return ran


def written_by(words: list[str]) -> list[str]:
    """Return what an example writes that must not be there before."""
    command = words[1]
    default = {"match": "结果", "demo": "结果", "plan": "方案", "papers": "公文", "template": "填报模板"}.get(command)
    if command == "report":
        return [f"{words[2]}/报告.html"]
    given = [words[i + 1] for i, word in enumerate(words) if word == "--out"]
    made = {"new": f"{words[-1]}.toml" if len(words) == 4 else "my_forum.toml", "export": words[-1]}
    found = given or ([default] if default and "--from" not in words else [])
    found += [made[words[2]]] if len(words) > 2 and words[2] in made else []
    return found + (["台账.db"] if "--create" in words else [])
