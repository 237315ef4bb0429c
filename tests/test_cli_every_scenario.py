"""Every scenario runs from the command line on the sample data, and its rules hold in what is written."""

from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd
import pytest
from cli_helpers import DATA, inside, records
from sample_needs import NEEDS, TABLES, needs

from expertmatch.scenarios import read_scenario, scenario_names

OWN_PEOPLE = {"contact": "cadres.csv", "overseas": "experts_overseas.csv"}
"""Scenarios whose candidates are not the pool's experts."""


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the index of every third expert of the sample, built once for all scenarios."""
    from expertmatch.cli import run_arguments

    folder = tmp_path_factory.mktemp("sample") / "索引"
    files = {name: DATA / f"{name}.csv" for name in ("experts", *TABLES)}
    for name in ("experts", "works"):
        frame = pd.read_csv(files[name], dtype=str, keep_default_na=False)
        files[name] = folder.parent / f"{name}.csv"
        frame[frame["专家编号"].str.endswith(("1", "4", "7"))].to_csv(files[name], index=False)
    given = [f"--{name}={file}" for name, file in files.items()]
    assert run_arguments(["index", "build", "--scenario", "auto", "--as-of", "2026-11-01", "--quiet", *given,
                          "--out", str(folder)]) == 0  # fmt: skip
    return folder


def needs_of(name: str, folder: Path) -> tuple[Path, set[str]]:
    """Write the sample needs of a scenario as the sample has them; return the file and the ids."""
    kinds = read_scenario(name).need_kinds
    chosen = []
    for source in NEEDS:
        with (DATA / f"needs_{source}.csv").open(encoding="utf-8-sig", newline="") as file:
            rows = [row for row in csv.DictReader(file) if {row.get("需求类型"), row.get("申请类型")} & set(kinds)]
        chosen += [rows[:12]] if rows else []
    path = folder / "需求.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(chosen[0][0]))
        writer.writeheader()
        writer.writerows(chosen[0])
    return path, {row["需求编号"] for row in chosen[0]}


@pytest.mark.parametrize("name", scenario_names())
def test_it_runs_on_the_sample(name: str, index: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, ids = needs_of(name, tmp_path)
    pool = ["--index", index]
    if name in OWN_PEOPLE:
        pool = ["--experts", DATA / OWN_PEOPLE[name], "--societies", DATA / "societies.csv"]
    asked = ["match", "--scenario", name, "--needs", path, *pool, "--as-of", "2026-11-01"]
    ran = inside([*asked, "--out", tmp_path / "r", "--format", "jsonl"], capsys)
    assert ran.code == 0, ran.said
    rows = records(tmp_path / "r" / "推荐结果_推荐.jsonl")
    scenario = read_scenario(name)
    assert rows
    assert {row["需求编号"] for row in rows} <= ids
    assert {row["场景"] for row in rows} == {scenario.title}
    assert {row["角色"] for row in rows} <= {role.label for role in scenario.pool_roles}
    kept_out = {(row["需求编号"], row["候选编号"]) for row in records(tmp_path / "r" / "推荐结果_回避与排除.jsonl")}
    for row in rows:
        who = row.get("专家编号") or row.get("候选编号")
        assert (row["需求编号"], who) not in kept_out
        assert ("", who) not in kept_out


def test_every_kind_of_the_sample_has_a_scenario() -> None:
    taken = {kind for name in scenario_names() for kind in read_scenario(name).need_kinds}
    assert set(needs()["kind"]) <= taken
