"""Scenario files that are wrong: each refused with the line and the nearest right name."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from expertmatch.errors import InputError, Problem, UnknownNameError
from expertmatch.scenarios import parse_scenario, read_scenario, reading, scenario_names

HEAD = """name = "own"
title = "自办活动"
summary = "示例。"
need_kinds = ["自办"]
"""
"""Four lines that are a scenario."""
MARK = "zz_mark"


def _problems(text: str) -> list[Problem]:
    with pytest.raises(InputError) as caught:
        parse_scenario(text, "own.toml")
    return list(caught.value.problems)


def _line_of(text: str, part: str) -> int:
    return next(i for i, line in enumerate(text.splitlines(), start=1) if part in line)


# what is wrong, on which line (by what stands there), and what must be said

WRONG = {
    "key": ('titel = "x"', "titel", ["titel", "title"]),
    "key far from all": ("qqqq = 1", "qqqq", ["qqqq", "可以写", "need_kinds"]),
    "table": ('[[rulse]]\nid = "a"', "rulse", ["rulse", "rules"]),
    "table of a table": ('[composition]\n[[composition.limit]]\nlabel = "a"', "limit]]", ["limit", "limits"]),
    "key of a rule": ('[[rules]]\nid = "a"\nlabel = "甲"\nfeild = "age"\nbelow = 9', "feild", ["feild", "field"]),
    "operator": ('[[rules]]\nid = "a"\nlabel = "甲"\nfield = "age"\nat_lest = 9', "at_lest", ["at_least"]),
    "key in the second rule": (
        '[[rules]]\nid = "a"\nlabel = "甲"\nfield = "age"\nbelow = 9\n'
        '[[rules]]\nid = "b"\nlabel = "乙"\nfield = "age"\nbelow = 9\nunknwon = "ask"',
        "unknwon",
        ["unknown"],
    ),
    "field": ('[[rules]]\nid = "a"\nlabel = "甲"\nfield = "tittle_level"\nat_least = "中级"', "field",
              ["tittle_level", "title_level"]),
    "field far from all": ('[[rules]]\nid = "a"\nlabel = "甲"\nfield = "qqqq"\nbelow = 1', "field",
                           ["可以是", "age"]),
    "field of when": (
        '[[rules]]\nid = "a"\nlabel = "甲"\nfield = "age"\nbelow = 1\nwhen = [{ field = "retierd", is = true }]',
        "when",
        ["retierd", "retired"],
    ),
    "operator that does not fit": ('[[rules]]\nid = "a"\nlabel = "甲"\nfield = "age"\nis = true', "[[rules]]",
                                   ["不能用 is", "at_least"]),
    "rule without a condition": ('[[rules]]\nid = "a"\nlabel = "甲"\nfield = "age"', "[[rules]]", ["没有写条件"]),
    "level": ('[[rules]]\nid = "a"\nlabel = "甲"\nfield = "title_level"\nat_least = "高级"', "[[rules]]",
              ["高级", "副高", "正高"]),
    "word for a number": ('[[rules]]\nid = "a"\nlabel = "甲"\nfield = "age"\nbelow = "六十"', "below", ["below", "数"]),
    "empty list": ('[[rules]]\nid = "a"\nlabel = "甲"\nfield = "status"\nany_of = []', "[[rules]]", ["any_of", "空"]),
    "unknown": ('[[rules]]\nid = "a"\nlabel = "甲"\nfield = "age"\nbelow = 1\nunknown = "alow"', "unknown",
                ["alow", "allow"]),
    "role": ('[[roles]]\nid = "expert"\nlabel = "甲"\n'
             '[[rules]]\nid = "a"\nlabel = "甲"\nroles = ["expart"]\nfield = "age"\nbelow = 1', None,
             ["expart", "expert"]),
    "signal": ("[signals]\ntextt = 1", "textt", ["textt", "text"]),
    "weight below 0": ("[signals]\ntext = -1", "text = -1", ["text", "-1", "不小于 0"]),
    "weight nan": ("[signals]\ntext = nan", "text = nan", ["signals.text"]),
    "no signal finds anybody": ("[signals]\nload = 1", None, ["text", "discipline"]),
    "ground": ('[[recusal]]\nground = "cowrok"', "ground", ["cowrok", "cowork"]),
    "window where there is none": ('[[recusal]]\nground = "kin"\nyears = 3', "[[recusal]]", ["kin", "years"]),
    "window of no length": ('[[recusal]]\nground = "cowork"\nyears = 0', "years", ["years", "大于 0"]),
    "ground twice": ('[[recusal]]\nground = "kin"\n[[recusal]]\nground = "kin"', None, ["两次", "since"]),
    "rule twice": ('[[rules]]\nid = "a"\nlabel = "甲"\nfield = "age"\nbelow = 9\n'
                   '[[rules]]\nid = "a"\nlabel = "乙"\nfield = "age"\nbelow = 8', None, ["规则", "a", "两次"]),
    "share above one": (
        '[composition]\n[[composition.shares]]\nlabel = "青年"\nwhere = [{ field = "age", below = 40 }]\n'
        "at_least = 1.2",
        "at_least = 1.2",
        ["at_least", "1.2", "不大于 1"],
    ),
    "share in percent": (
        '[composition]\n[[composition.shares]]\nlabel = "青年"\nwhere = [{ field = "age", below = 40 }]\nat_least = 33',
        "at_least = 33",
        ["at_least", "33", "不大于 1"],
    ),
    "share that cannot be": (
        '[composition]\n[[composition.shares]]\nlabel = "青年"\nwhere = [{ field = "age", below = 40 }]\n'
        "at_least = 0.6\nat_most = 0.5",
        "[[composition.shares]]",
        ["青年", "0.6", "0.5", "不可能"],
    ),
    "size that cannot be": ("[composition]\nleast = 9\nmost = 3", "[composition]", ["9", "3", "不可能"]),
    "roles above the size": ('[[roles]]\nid = "a"\nlabel = "甲"\nleast = 5\n[composition]\nmost = 3', None, ["5", "3"]),
    "limit of nobody": ('[composition]\n[[composition.limits]]\nlabel = "甲"\nper = ["unit"]\nmost = 0', "most = 0",
                        ["most", "不小于 1"]),
    "limit per what": ('[composition]\n[[composition.limits]]\nlabel = "甲"\nper = ["unitt"]\nmost = 1', "per",
                       ["unitt", "unit"]),
    "spread of one": ('[composition]\n[[composition.spreads]]\nlabel = "甲"\nof = "unit"\nat_least = 1', "at_least = 1",
                      ["不小于 2"]),
    "quota without a bound": ('[[quotas]]\nlabel = "甲"\nper = "candidate"', "[[quotas]]", ["甲", "least", "most"]),
    "quota that cannot be": ('[[quotas]]\nlabel = "甲"\nper = "unit"\nleast = 4\nmost = 2', "[[quotas]]", ["不可能"]),
    "sheet of ninety": ('[[sheet]]\nlabel = "甲"\npoints = 90', None, ["90", "100"]),
    "date": ('[[terms]]\nlabel = "甲"\nsince = "去年"', "since", ["since", "日期"]),
    "date that is none": ('[[terms]]\nlabel = "甲"\nsince = "2019-13-40"', "since", ["since", "日期"]),
    "yes as a word": ('[[terms]]\nlabel = "甲"\nconfirmed = "是"', "confirmed", ["confirmed", "true"]),
    "empty label": ('[[terms]]\nlabel = " "', "label", ["label", "空"]),
    "no label": ('[[terms]]\nsource = "甲"', "[[terms]]", ["label"]),
    "one table where several are asked": ('[terms]\nlabel = "甲"', "[terms]", ["terms", "列表"]),
    "word where a list is asked": ('candidates = "expert"', "candidates", ["candidates", "列表"]),
    "kind of candidate": ('candidates = ["experts"]', "candidates", ["experts", "expert"]),
    "capacity": ("capacity = 0", "capacity", ["capacity", "不小于 1"]),
    "level of suitable": ("level = 1.0", "level", ["level", "小于 1"]),
    "list for a number": ('[[rules]]\nid = "a"\nlabel = "甲"\nfield = "age"\nat_least = [1]', "at_least",
                          ["“rules.at_least”", "应是数"]),
    "number for a table": ("composition = 3", "composition", ["composition", "一个表"]),
    "half a person": ('[[roles]]\nid = "a"\nlabel = "甲"\nleast = 1.5', "least", ["least", "整数"]),
}  # fmt: skip


def test_the_head_alone_is_a_scenario() -> None:
    assert parse_scenario(HEAD, "own.toml").need_kinds == ("自办",)


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_said_with_its_line(case: str) -> None:
    wrong, at, said = WRONG[case]
    text = HEAD + wrong + "\n"
    line = None if at is None else _line_of(text, at)
    problems = _problems(text)
    told = [str(problem) for problem in problems if problem.row == line and problem.file == "own.toml"]
    assert any(all(word in one for word in said) for one in told), [str(problem) for problem in problems]


def test_all_problems_are_told_at_once_in_the_order_of_lines() -> None:
    text = (
        HEAD + 'titel = "x"\n[signals]\ntxet = 1\n[[rules]]\nid = "A"\nlabel = "甲"\nfield = "age"\nbelow = 9\nx = 1\n'
    )
    problems = _problems(text)
    assert [problem.row for problem in problems] == [5, 7, 9, 13]


@pytest.mark.parametrize("key", ["name", "title", "summary", "need_kinds"])
def test_a_key_that_must_be_there(key: str) -> None:
    text = "".join(line + "\n" for line in HEAD.splitlines() if not line.startswith(key))
    problem = _problems(text)[0]
    assert problem.code == "missing-key"
    assert key in problem.message


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (HEAD + "[signals\ntext = 1\n", 5),
        (HEAD + "programmes = [“甲”]\n", 5),
        (HEAD + 'title = "又一个"\n', 5),
        (HEAD + "[signals]\ntext = 1\n[signals]\nload = 1\n", 7),
        (HEAD + "名称 = 1\n", 5),
    ],
    ids=["bracket", "full-width quotes", "key twice", "table twice", "Chinese key"],
)
def test_what_is_no_toml(text: str, line: int) -> None:
    problem = _problems(text)[0]
    assert "TOML" in problem.message
    assert problem.row == line


def test_an_empty_file_lacks_everything() -> None:
    assert {problem.code for problem in _problems("")} == {"missing-key"}
    assert len(_problems("")) == 4


# files


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_bytes(b"\xef\xbb\xbf" + HEAD.encode())
    assert read_scenario(path) == read_scenario(str(path)) == parse_scenario(HEAD, "own.toml")


def test_windows_line_ends_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_bytes((HEAD + 'titel = "x"\n').replace("\n", "\r\n").encode())
    with pytest.raises(InputError) as caught:
        read_scenario(path)
    assert caught.value.problems[0].row == 5


def test_another_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_bytes(HEAD.encode("gb18030"))
    with pytest.raises(InputError, match="UTF-8"):
        read_scenario(path)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"own\.toml：没有这个文件"):
        read_scenario(tmp_path / "own.toml")


def test_a_name_that_is_not_there() -> None:
    with pytest.raises(UnknownNameError, match="relief"):
        read_scenario("releif")


# lines: the parser itself is the oracle


def _path_of_mark(data: Any, path: tuple[str | int, ...] = ()) -> tuple[str | int, ...] | None:
    pairs = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in pairs:
        if key == MARK:
            return (*path, key)
        found = _path_of_mark(value, (*path, key))
        if found:
            return found
    return None


def _marked(text: str) -> dict[int, tuple[str | int, ...]]:
    """Say, for each line with a key, where the parser puts a key that stands there instead."""
    lines = text.splitlines()
    found = {}
    for i, line in enumerate(lines):
        key, equals, rest = line.partition(" =")
        if equals and key.replace("_", "").isalnum():
            changed = [*lines[:i], f"{MARK} ={rest}", *lines[i + 1 :]]
            path = _path_of_mark(tomllib.loads("\n".join(changed)))
            assert path is not None
            found[i + 1] = (*path[:-1], key)
    return found


@pytest.mark.parametrize("name", scenario_names())
def test_lines_of_keys_are_where_the_parser_puts_them(name: str) -> None:
    text = reading.scenario_text(name)
    lines = reading.key_lines(text)
    marked = _marked(text)
    assert len(marked) > 20
    assert {line: lines.get(path) == line for line, path in marked.items()} == dict.fromkeys(marked, True)


_WORDS = st.text("abc_", min_size=1, max_size=3).filter(lambda word: word.strip("_"))
_VALUES = st.sampled_from(
    ["1", '"x = 1"', '["a", "b"]', "{ a = 1 }", '"""\nb = 2\n[[c]]\n"""', '[\n  "a",\n]'],
)


@st.composite
def documents(draw: st.DrawFn) -> str:
    parts = [f"{key} = {draw(_VALUES)}" for key in draw(st.lists(_WORDS, unique=True, max_size=3))]
    tables = [word + "t" for word in draw(st.lists(_WORDS, unique=True, max_size=3))]
    for table in tables:
        array = draw(st.booleans())
        for _ in range(draw(st.integers(1, 3)) if array else 1):
            parts += ["", f"[[{table}]]" if array else f"[{table}]"]
            parts += [f"{key} = {draw(_VALUES)}" for key in draw(st.lists(_WORDS, unique=True, max_size=3))]
            for _ in range(draw(st.integers(0, 2))):
                parts += [f"[[{table}.inner]]", *(f"{key} = {draw(_VALUES)} # y = 2" for key in draw(st.sets(_WORDS)))]
    return "\n".join(parts) + "\n"


@settings(deadline=None)
@given(documents())
def test_lines_of_keys_of_any_document(text: str) -> None:
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        assume(False)
    lines = reading.key_lines(text)
    plain = _without_texts(text)
    assert {line: lines.get(path) for line, path in _marked(plain).items()} == {line: line for line in _marked(plain)}


def _without_texts(text: str) -> str:
    """Return the document with what stands within texts of several lines made harmless, line by line."""
    kept, inside = [], False
    for line in text.splitlines():
        ends = line.count('"""') == 1
        kept.append(line if not inside or ends else "-")
        inside ^= ends
    return "\n".join(kept)


# any key written wrong

_LINES = [
    (name, number, line)
    for name in scenario_names()
    for number, line in enumerate(reading.scenario_text(name).splitlines(), start=1)
    if reading._KEY.match(line) or reading._HEADER.match(line)
]


@settings(deadline=None)
@given(st.sampled_from(_LINES), st.data())
def test_any_key_written_wrong_is_refused_with_its_line(chosen: tuple[str, int, str], data: st.DataObject) -> None:
    name, number, line = chosen
    word = line.strip("[]").split(".")[-1] if line.startswith("[") else line.split(" =")[0]
    i = data.draw(st.integers(0, len(word) - 1))
    letter = data.draw(st.sampled_from("abcxyz_"))
    cut, put, other = word[:i] + word[i + 1 :], word[:i] + letter + word[i:], word[:i] + letter + word[i + 1 :]
    wrong = data.draw(st.sampled_from([cut, put, other]))
    every = {field.alias or key for model in reading._MODELS.values() for key, field in model.model_fields.items()}
    signals = {"text", "discipline", "standing", "place", "record", "load", "recency", "balance"}
    assume(wrong and wrong not in every | signals)
    lines = reading.scenario_text(name).splitlines()
    lines[number - 1] = line.replace(word, wrong, 1) if not line.startswith("[") else _last_replaced(line, word, wrong)
    problems = _problems("\n".join(lines))
    at = [problem for problem in problems if problem.row == number]
    assert at, [str(problem) for problem in problems]
    assert any(wrong in problem.message for problem in at)


def _last_replaced(line: str, word: str, wrong: str) -> str:
    head, _, tail = line.rpartition(word)
    return head + wrong + tail


def test_a_scenario_is_found_by_its_title() -> None:
    assert read_scenario("科技助力精准扶贫").name == "relief"
    with pytest.raises(UnknownNameError, match="relief"):
        read_scenario("帮扶")
