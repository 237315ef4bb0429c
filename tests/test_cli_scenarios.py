"""The commands on scenarios, as people run them: list, show, new, check, and a list of people held against one."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pandas as pd
import pytest
from cli_helpers import Ran, inside, process

from expertmatch.scenarios import read_scenario, scenario_names
from expertmatch.scenarios.reading import scenario_text

WRONG = """name = "own"
titel = "自办"
summary = "示例。"
need_kinds = ["自办"]

[[rules]]
id = "title"
label = "副高以上"
field = "tittle_level"
at_least = "副高"

[composition]
[[composition.shares]]
label = "青年"
where = [{ field = "age", below = 40 }]
at_least = 1.4
"""
OWN = """name = "own"
title = "自办"
summary = "示例。"
need_kinds = ["自办"]

[[roles]]
id = "host"
label = "主持人"
least = 1
most = 1
source = "某通知"
since = 2020-01-01

[[rules]]
id = "title"
label = "副高以上"
field = "title_level"
at_least = "副高"
unknown = "ask"
source = "某通知第三条"
confirmed = true
when = [{ field = "academician", is = false }]

[[recusal]]
ground = "employment"
years = 3

[composition]
least = 1
most = 9
hard = true

[[composition.limits]]
label = "同一单位"
per = ["unit", "discipline"]
most = 2

[[composition.shares]]
label = "青年"
where = [{ field = "age", below = 40 }]
at_least = 0.25

[[composition.spreads]]
label = "跨学科"
of = "discipline"
at_least = 2

[[quotas]]
label = "每人每年"
per = "candidate"
most = 10

[[terms]]
label = "签协议"

[[sheet]]
label = "创新"
points = 100
"""


def _write(folder: Path, text: str = OWN, name: str = "own.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def _no_traceback(ran: Ran) -> None:
    assert "Traceback" not in ran.said
    assert "内部错误" not in ran.said


def test_list_names_every_scenario_in_a_real_process(tmp_path: Path) -> None:
    ran = process(["scenarios", "list"], tmp_path)
    assert (ran.code, ran.err) == (0, "")
    for name in scenario_names():
        one = read_scenario(name)
        assert f"{name} " in ran.out
        assert one.title[:8] in ran.out  # longer ones go on in the next line


def test_help_names_the_commands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ran = inside(["scenarios", "--help"], capsys, tmp_path)
    assert ran.code == 0
    assert all(command in ran.out for command in ("list", "show", "new", "check"))
    assert "scenarios" in inside(["--help"], capsys, tmp_path).out


@pytest.mark.parametrize("name", scenario_names())
def test_show_says_everything_in_words(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ran = inside(["scenarios", "show", name], capsys)
    one = read_scenario(name)
    assert ran.code == 0
    parts = [*one.roles, *one.rules, *one.quotas, *one.terms, *one.sheet]
    parts += [] if one.composition is None else [*one.composition.limits, *one.composition.shares]
    for part in parts:
        assert part.label in ran.out
        assert part.source in ran.out
    assert all(rule.in_words in ran.out for rule in one.rules)
    assert "[[rules]]" not in ran.out
    raw = inside(["scenarios", "show", name, "--toml"], capsys)
    assert tomllib.loads(raw.out) == tomllib.loads(scenario_text(name))


def test_show_an_own_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = _write(tmp_path)
    ran = inside(["scenarios", "show", path], capsys)
    for part in (
        "自办（own）", "主持人：从库里推荐的专家，1 个", "有效期：2020-01-01 起", "出处：某通知（待核实）",
        "不是院士的，须职称级别不低于副高；不清楚的先问清再推荐", "出处：某通知第三条\n", "任职关系，只看近 3 年",
        "文字 1（依据评判）",
        "至少 1 个，至多 9 个（必须）", "同一单位、同一一级学科的至多 2 个（不合只提示）", "年龄低于40岁的人占至少 25%",
        "至少 2 个不同的一级学科", "每位候选一年至多 10 次", "签协议", "创新：100 分",
    ):  # fmt: skip
        assert part in ran.out, part
    assert inside(["scenarios", "show", path, "--toml"], capsys).out == OWN


def test_show_of_what_is_not_there_names_the_nearest(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ran = inside(["scenarios", "show", "relif"], capsys, tmp_path)
    assert (ran.code, ran.out) == (2, "")
    assert "是否想写：relief" in ran.err
    gone = inside(["scenarios", "show", "没有.toml"], capsys, tmp_path)
    assert gone.code == 2
    assert "没有这个文件" in gone.err
    _no_traceback(gone)


def test_new_writes_a_template_that_check_accepts(tmp_path: Path) -> None:
    ran = process(["scenarios", "new", "my_forum", "--title", "专家论坛"], tmp_path)
    assert (ran.code, ran.err) == (0, "")
    one = read_scenario(tmp_path / "my_forum.toml")
    assert (one.name, one.title) == ("my_forum", "专家论坛")
    assert (tmp_path / "my_forum.toml").read_text(encoding="utf-8").count("#") > 10
    checked = process(["scenarios", "check", "my_forum.toml"], tmp_path)
    assert (checked.code, checked.err) == (0, "")
    assert "没有问题（专家论坛" in checked.out


def test_new_replaces_nothing_unless_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = _write(tmp_path)
    ran = inside(["scenarios", "new", "own", "--out", path], capsys)
    assert ran.code == 2
    assert "--force" in ran.err
    assert path.read_text(encoding="utf-8") == OWN
    assert inside(["scenarios", "new", "own", "--out", path, "--force"], capsys).code == 0
    assert read_scenario(path).name == "own"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["own.toml"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["Forum"], "小写英文字母"),
        (["论坛"], "小写英文字母"),
        (["relief"], "自带的场景"),
        (["own", "--title", '他说"好"'], "--title"),
        (["own", "--title", "{name}"], "--title"),
        (["own", "--title", " "], "--title"),
        (["own", "--out", "own.txt"], ".toml"),
    ],
)
def test_new_refuses_names_that_cannot_be(
    arguments: list[str], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = inside(["scenarios", "new", *arguments], capsys)
    assert ran.code == 2
    assert told in ran.err
    assert list(tmp_path.iterdir()) == []


def test_check_lists_all_problems_of_all_files_with_their_lines(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _write(tmp_path, WRONG, "wrong.toml")
    _write(tmp_path)
    ran = inside(["scenarios", "check", "wrong.toml", "own.toml", "没有.toml", "relif"], capsys, tmp_path)
    assert ran.code == 2
    _no_traceback(ran)
    for part in (
        "own.toml：没有问题",
        "没有名为“titel”的键",
        "是否想写：title",
        "title_level",
        "没有这个文件",
        "relief",
    ):
        assert part in ran.out, part
    lines = [line for line in ran.out.splitlines() if "[错误] wrong.toml" in line]
    at = dict(enumerate(WRONG.splitlines(), start=1))
    assert any("第 2 行" in line and "titel" in line for line in lines)
    field = next(number for number, text in at.items() if "tittle_level" in text)
    assert any(f"第 {field} 行" in line and "tittle_level" in line for line in lines)
    share = next(number for number, text in at.items() if text == "at_least = 1.4")
    assert any(f"第 {share} 行" in line and "不大于 1" in line for line in lines)


def test_check_of_a_broken_toml_names_the_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _write(tmp_path, 'name = "own"\ntitle = 自办\n')
    ran = inside(["scenarios", "check", "own.toml"], capsys, tmp_path)
    assert ran.code == 2
    assert "第 2 行" in ran.out
    _no_traceback(ran)


def _list(folder: Path, titles: list[str]) -> Path:
    path = folder / "名单.xlsx"
    people = {"姓名": list("甲乙丙丁")[: len(titles)], "工作单位": ["西北大学"] * len(titles), "职称": titles}
    pd.DataFrame(people).to_excel(path, index=False)
    return path


@pytest.mark.parametrize(
    ("titles", "code", "told"),
    [(["教授"], 0, "符合必须的要求"), (["讲师"], 1, "不符合"), ([""], 0, "还说不准"), (["教授", "教授"], 1, "不符合")],
)
def test_a_list_is_held_against_a_scenario(
    titles: list[str], code: int, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _write(tmp_path)
    _list(tmp_path, titles)
    ran = inside(["scenarios", "check", "own.toml", "--people", "名单.xlsx", "--as-of", "2026-11-01"], capsys, tmp_path)
    assert (ran.code, ran.err) == (code, "")
    assert told in ran.out
    assert "某通知第三条" in ran.out
    assert "每人每年（要看服务台账，这次没有给出）" in ran.out


def test_a_list_with_needs_and_a_record(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, people = _write(tmp_path), _list(tmp_path, ["教授"])
    ledger = tmp_path / "台账.csv"
    ledger.write_text(
        "需求名称,专家姓名,工作单位,服务状态,服务日期\n清园,甲,西北大学,已完成,2026-03-01\n", encoding="utf-8"
    )
    needs = tmp_path / "需求.csv"
    needs.write_text("需求名称,需求类型\n剪枝,自办\n", encoding="utf-8")
    given = ["--people", people, "--needs", needs, "--engagements", ledger, "--as-of", "2026-11-01"]
    ran = inside(["scenarios", "check", path, *given], capsys)
    assert ran.code == 0
    assert "今年 2 次，含这一次" in ran.out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["relief", "workstation", "--people", "名单.xlsx"], "一次只能"),
        (["relief", "--needs", "需求.csv"], "--people"),
        (["relief", "--people", "没有.xlsx"], "没有.xlsx"),
        (["relief", "--people", "名单.xlsx", "--as-of", "明天"], "--as-of"),
        ([], "缺少"),
    ],
)
def test_misuse_is_told_in_chinese(
    arguments: list[str], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ran = inside(["scenarios", "check", *arguments], capsys, tmp_path)
    assert ran.code == 2
    assert told in ran.err
    _no_traceback(ran)


def test_a_list_that_cannot_be_used_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "名单.csv"
    path.write_text("姓名,角色\n张三,主持\n李四,\n张三,\n", encoding="utf-8")
    ran = inside(["scenarios", "check", "relief", "--people", "名单.csv"], capsys, tmp_path)
    assert ran.code == 2
    assert "“张三”出现了 2 次" in ran.err
    path.write_text("姓名,角色\n张三,下派专加\n", encoding="utf-8")
    ran = inside(["scenarios", "check", "relief", "--people", "名单.csv"], capsys, tmp_path)
    assert ran.code == 2
    assert "是否想写：下派专家" in ran.err
