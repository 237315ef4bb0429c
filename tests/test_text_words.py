"""Word lists: stop words, synonyms and their file, and one pattern for many phrases."""

from __future__ import annotations

import re
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expertmatch.errors import InputError
from expertmatch.text import Analyzer, Synonyms, normalise, stop_words
from expertmatch.text.phrases import phrase_pattern
from expertmatch.text.words import MEASURES, UNITS, english_stop_words, own_synonyms

# the library's own lists


def test_stop_words_are_in_the_form_that_the_analyzer_compares() -> None:
    for words in (stop_words(), english_stop_words()):
        assert words
        for word in words:
            assert word == normalise(word).strip().lower(), word
            assert not any(char.isspace() for char in word)
    assert {"关于", "推进", "工作", "项目", "研究", "技术", "及其", "产业化"} <= stop_words()
    assert not {"猕猴桃", "社会", "经济", "机制", "质量"} & stop_words()
    assert all("a" <= char <= "z" for word in english_stop_words() for char in word)


def test_measures_are_single_characters_and_units_hold_no_blanks() -> None:
    assert all(len(char) == 1 for char in MEASURES)
    assert {"年", "次"} <= MEASURES
    assert {"mm", "ppm"} <= UNITS
    assert "kV" not in UNITS


def test_own_synonyms_are_groups_of_distinct_words_none_of_them_a_stop_word() -> None:
    groups = own_synonyms().groups
    for group in groups:
        assert len(group) == len(set(group)) >= 2
        for word in group:
            assert word == normalise(word).strip().lower(), word
            assert word not in stop_words() | english_stop_words()
    for one, other in combinations(groups, 2):
        assert not set(one) & set(other)
    for pair in (("猕猴桃", "奇异果"), ("锂电", "锂离子电池"), ("无人机", "uav")):
        assert any(set(pair) <= set(group) for group in groups)


# a synonyms file


def write(folder: Path, text: str | bytes) -> Path:
    path = folder / "同义词.txt"
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    return path


@pytest.mark.parametrize("head", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_synonyms_file_is_read_with_comments_blanks_and_any_line_ends(tmp_path: Path, head: str, end: str) -> None:
    lines = ["# 果树", "猕猴桃 = 奇异果=  kiwi fruit  # 一组", "", "   ", "锂电= 锂离子电池", ""]
    assert Synonyms.read(write(tmp_path, head + end.join(lines))).groups == (
        ("猕猴桃", "奇异果", "kiwi fruit"),
        ("锂电", "锂离子电池"),
    )


def test_a_file_of_comments_has_no_groups(tmp_path: Path) -> None:
    assert Synonyms.read(write(tmp_path, "# 空\n")) == Synonyms()


def test_all_errors_of_a_file_are_told_at_once_with_line_and_remedy(tmp_path: Path) -> None:
    text = "# 头\n猕猴桃 = 奇异果\n孤单\n锂电 = 锂离子电池\n= \n樱桃 = 猕猴桃\n苹果 = 苹果\n"
    with pytest.raises(InputError) as caught:
        Synonyms.read(str(write(tmp_path, text)))
    found = [(p.code, p.row, p.value) for p in caught.value.problems]
    assert found == [
        ("short-synonym-group", 3, "孤单"),
        ("short-synonym-group", 5, ""),
        ("repeated-synonym", 6, "猕猴桃"),
        ("repeated-synonym", 7, "苹果"),
    ]
    assert "4 处" in str(caught.value)
    for problem in caught.value.problems:
        assert problem.severity == "error"
        assert problem.file == "同义词.txt"
        assert problem.remedy
        assert f"同义词.txt 第 {problem.row} 行" in str(caught.value)
    assert "第 2 行" in caught.value.problems[2].message


@pytest.mark.parametrize("broken", ["missing", "folder", "gb18030"])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, broken: str) -> None:
    path = tmp_path / "同义词.txt"
    if broken == "folder":
        path.mkdir()
    if broken == "gb18030":
        write(tmp_path, "猕猴桃 = 奇异果".encode("gb18030"))
    with pytest.raises(InputError, match=r"同义词\.txt") as caught:
        Synonyms.read(path)
    (problem,) = caught.value.problems
    assert problem.code == "unreadable-file"
    assert "UTF-8" in problem.message + problem.remedy
    assert str(tmp_path) not in str(caught.value)


def test_groups_given_directly_are_checked_too() -> None:
    with pytest.raises(InputError) as caught:
        Synonyms((("猕猴桃",), ("苹果", "apple"), ("梨", "apple")))
    assert [(p.code, p.row) for p in caught.value.problems] == [("short-synonym-group", 1), ("repeated-synonym", 3)]


def test_groups_that_share_a_word_in_another_writing_lose_none_of_their_words() -> None:
    groups = (("无人机", "UAV", "drone"), ("飞行器", "ｕａｖ"), ("四旋翼", "drones"), ("變壓器", "变压器"))
    analyzer = Analyzer(synonyms=Synonyms(groups))
    assert set(analyzer.synonyms_of("uav")) == {"无人机", "drone", "飞行器"}
    assert set(analyzer.synonyms_of("drone")) == {"无人机", "uav", "四旋翼"}
    assert analyzer.synonyms_of("变压器") == ()


# many phrases, one pattern


def oracle(phrases: list[str], text: str) -> list[tuple[int, str]]:
    """Leftmost, longest, not overlapping; a Latin edge only where no Latin letter or digit adjoins."""

    def latin(char: str) -> bool:
        return re.fullmatch("[A-Za-z0-9]", char) is not None

    def stands(phrase: str, at: int) -> bool:
        end = at + len(phrase)
        if not text.startswith(phrase, at):
            return False
        if latin(phrase[0]) and at > 0 and latin(text[at - 1]):
            return False
        return not (latin(phrase[-1]) and end < len(text) and latin(text[end]))

    found, at = [], 0
    while at < len(text):
        longest = max((p for p in phrases if p and stands(p, at)), key=len, default="")
        if longest:
            found.append((at, longest))
        at += len(longest) or 1
    return found


ALPHABET = "ab1 .*[甲乙\\|)^"


@settings(deadline=None, max_examples=400)
@given(st.lists(st.text(ALPHABET, max_size=5), max_size=6), st.text(ALPHABET, max_size=25))
def test_the_pattern_finds_what_a_slow_search_finds(phrases: list[str], text: str) -> None:
    pattern = phrase_pattern(phrases)
    assert (pattern is None) == (not any(phrases))
    found = [] if pattern is None else [(one.start(), one.group()) for one in pattern.finditer(text)]
    assert found == oracle(phrases, text)


@settings(deadline=None, max_examples=200)
@given(st.lists(st.text(ALPHABET, min_size=1, max_size=4), min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_the_pattern_does_not_depend_on_the_order_of_phrases(phrases: list[str], random: object) -> None:
    shuffled = list(phrases) * 2
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = phrase_pattern(phrases), phrase_pattern(shuffled)
    assert one is not None
    assert other is not None
    assert one.pattern == other.pattern


def test_very_many_and_very_long_phrases_compile() -> None:
    phrases = [f"词{i}" for i in range(5000)] + ["长" * 200]
    pattern = phrase_pattern(phrases)
    assert pattern is not None
    assert pattern.findall("词4999和" + "长" * 201) == ["词4999", "长" * 200]
