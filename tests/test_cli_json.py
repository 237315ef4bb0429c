"""``--json`` and ``--quiet``: one object or nothing on standard output, for every command."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from cli_helpers import NORMAL, ROOT, inside, process, tables
from cli_office import COMMANDS, examples_of, run_example
from hypothesis import given
from hypothesis import strategies as st

from expertmatch.cli.outcome import Outcome, as_json

Capture = pytest.CaptureFixture[str]
EVERY = {"command", "exit_code", "errors"}
ROW = re.compile(r"^\| (`[^|]*) \| (.*) \|$", re.MULTILINE)
LEAVES = [path for path, command in COMMANDS.items() if not hasattr(command, "commands")]
ALONE = {" ".join(path): examples_of(COMMANDS[path])[-1] for path in LEAVES}
"""The last example of each command."""


def _documented() -> dict[str, set[str]]:
    page = (ROOT / "docs" / "guide" / "command-line.md").read_text(encoding="utf-8")
    rows = [(re.findall(r"`([^`]+)`", left), right) for left, right in ROW.findall(page.partition("做成了，另有")[2])]
    return {name: set(re.findall(r"`([a-z_]+)`", right)) for names, right in rows for name in names}


KEYS = _documented()


def _only(out: str) -> dict[str, Any]:
    assert out.endswith("\n")
    assert out.count("\n") == 1
    found = json.loads(out, parse_constant=pytest.fail)  # no NaN
    assert isinstance(found, dict)
    assert set(found) >= EVERY
    return found


def test_every_command_takes_both_options_and_its_keys_are_documented() -> None:
    assert set(KEYS) == set(ALONE)
    for path in LEAVES:
        assert {"--json", "--quiet"} <= {name for one in COMMANDS[path].params for name in one.opts}, path


@pytest.mark.parametrize("command", ALONE)
def test_json_is_one_object_with_the_documented_keys(
    command: str, office: Path, tmp_path: Path, capsys: Capture
) -> None:
    ran = run_example(ALONE[command], office, tmp_path / "office", capsys, "--json")
    assert (ran.code, ran.err) == (0, "")
    found = _only(ran.out)
    assert (found["command"], found["exit_code"], found["errors"]) == (command, 0, [])
    assert set(found) == EVERY | KEYS[command]
    for path in found.get("written", []):
        assert (tmp_path / "office" / path).is_file()


@pytest.mark.parametrize("command", [name for name in ALONE if name not in {"demo", "tune"}])
def test_quiet_says_nothing(command: str, office: Path, tmp_path: Path, capsys: Capture) -> None:
    ran = run_example(ALONE[command], office, tmp_path / "office", capsys, "--quiet")
    assert (ran.code, ran.out, ran.err) == (0, "", "")


def test_what_it_says_is_what_was_written(tmp_path: Path) -> None:
    ran = process(["match", *tables(tmp_path), "--out", "结果", "--strict", "--json"], tmp_path)
    found = _only(ran.out)
    assert (ran.code, found["exit_code"]) == (1, 1)
    with (tmp_path / "结果" / "推荐结果_推荐.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert found["pairs"] == len(rows) > 0
    assert found["matched_needs"] == len({row["需求编号"] for row in rows})
    assert found["needs_without_candidate"] == ["N3"]
    assert found["matched_needs"] + found["unmatched_needs"] == found["needs"] == 3
    record = json.loads((tmp_path / "结果" / "run.json").read_text(encoding="utf-8"))
    assert {name: found[name] for name in record["counts"] if name != "problems"} == {
        name: count for name, count in record["counts"].items() if name != "problems"
    }
    written = {Path(name).name for name in found["written"]}
    assert written == {path.name for path in (tmp_path / "结果").iterdir()}


def test_errors_of_tables_are_told_with_their_place(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "专家.csv").write_text("编号,姓名\n1,张三\n1,李四\n", encoding="utf-8")
    (tmp_path / "需求.csv").write_text("需求名称\n苹果\n", encoding="utf-8")
    ran = inside(["match", "--needs", "需求.csv", "--experts", "专家.csv", "--json"], capsys, tmp_path)
    found = _only(ran.out)
    assert (ran.code, found["command"], found["exit_code"]) == (2, "match", 2)
    assert [(one["code"], one["file"], one["row"]) for one in found["errors"]] == [("one-id-two-people", "专家.csv", 3)]
    assert found["errors"][0]["message"] in ran.err


@pytest.mark.parametrize(
    ("arguments", "command", "said"),
    [
        (["mach", "--json"], "mach", "match"),
        (["index", "info", "没有", "--json"], "index info", "没有"),
        (["match", "--json"], "match", "--needs"),
        (["topics", "--needs", "没有.csv", "--json"], "topics", "没有.csv"),
        (["ledger", "list", "--json"], "ledger list", "台账.db"),
        (["scenarios", "show", "relif", "--json"], "scenarios show", "relief"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_what_could_not_be_done_is_an_object_too(
    arguments: list[str], command: str, said: str, tmp_path: Path, monkeypatch, capsys: Capture
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = inside(arguments, capsys)
    found = _only(ran.out)
    assert (ran.code, found["command"], found["exit_code"]) == (2, command, 2)
    assert said in json.dumps(found["errors"], ensure_ascii=False)
    assert said in ran.err


def test_help_stays_help(capsys: Capture) -> None:
    assert inside(["match", "--json", "--help"], capsys).out.startswith("用法")


def test_any_encoding_can_carry_it(tmp_path: Path, capsys: Capture) -> None:
    given_tables = ["check", *tables(tmp_path)[1::2], "--json"]
    plain = _only(inside(given_tables, capsys, tmp_path).out)
    for encoding in ("gbk", "ascii"):
        ran = process(given_tables, tmp_path, {**NORMAL, "PYTHONIOENCODING": encoding}, encoding)
        assert ran.out.isascii()
        assert _only(ran.out) == plain


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=8)


@given(st.recursive(SCALARS, lambda one: st.lists(one, max_size=3) | st.dictionaries(st.text(max_size=3), one)))
def test_whatever_a_command_says_is_json(value: Any) -> None:
    text = as_json("x", Outcome(0, {"value": value}))
    assert "\n" not in text
    json.loads(text, parse_constant=pytest.fail)


def test_tables_and_numbers_of_arrays_are_plain() -> None:
    frame = pd.DataFrame({"a": np.array([1.5, np.nan]), "b": ["甲", None], "c": [np.int64(3), 4]})
    found = json.loads(as_json("x", Outcome(0, {"frame": frame, "path": Path("甲/乙"), "flag": np.bool_(True)})))
    assert found["frame"] == [{"a": 1.5, "b": "甲", "c": 3}, {"a": None, "b": None, "c": 4}]
    assert (found["path"], found["flag"]) == (str(Path("甲/乙")), True)
