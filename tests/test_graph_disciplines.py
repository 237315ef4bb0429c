"""The tree of disciplines, its lexicon and its crosswalks."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

from expertmatch.errors import InputError, UnknownNameError
from expertmatch.graph.crosswalks import NAMES, Crosswalk, read_crosswalk
from expertmatch.graph.disciplines import DisciplineTree, own_tree
from expertmatch.tables.clean import clean_text

REFERENCE = Path(__file__).parents[2] / "shared" / "reference" / "gbt13745.csv"

FIRST_LEVEL = """110 120 130 140 150 160 170 180 190 210 220 230 240 310 320 330 340 350 360 410 413 416 420 430 440 450
460 470 480 490 510 520 530 535 540 550 560 570 580 590 610 620 630 710 720 730 740 750 760 770 780 790 810 820 830 840
850 860 870 880 890 910""".split()

DIFFERENCES: dict[str, tuple[str, str]] = {
    "73044": ("祆教", "祆 (示 beside 天) is Zoroastrianism; the reading has 袄, a jacket, which looks like it"),
    "85099": (
        "民族学与文化学其他学科",
        "named after its first-level discipline 民族学与文化学, as every other code in 99 is",
    ),
}
"""Code -> (published name, why it differs from the reading of the draft)."""

GAPS = ("苹果 猕猴桃 食用菌 奶山羊 中药材 大数据 区块链 机器学习 锂电 光伏 增材制造 无人机 石墨烯 北斗 冷链").split()
"""Words that the standard lacks and needs name."""


@pytest.fixture(scope="module")
def tree() -> DisciplineTree:
    return own_tree()


def is_other(code: str) -> bool:
    return len(code) == 5 and code.endswith("99")


def test_all_first_level_disciplines_are_there(tree):
    assert [d.code for d in tree.disciplines.values() if d.level == 1] == FIRST_LEVEL
    assert tree.children("") == tuple(FIRST_LEVEL)
    assert Counter(d.level for d in tree.disciplines.values())[2] >= 700


def test_codes_say_where_they_belong(tree):
    for code, each in tree.disciplines.items():
        assert code == each.code
        assert code.isdigit()
        assert len(code) == (3 if each.level == 1 else 5)
        assert each.parent == ("" if each.level == 1 else code[:3])
        assert each.parent == tree.parent(code)
        assert code in tree.children(each.parent)
    assert list(tree.disciplines) == sorted(tree.disciplines)


def test_names_equal_the_reference(tree):
    """The reference lies beside the project and is not part of it; without it there is nothing to compare with."""
    if not REFERENCE.exists():
        assert len(tree) == 800
        return
    with REFERENCE.open(encoding="utf-8-sig", newline="") as file:
        published = {row["code"]: row["name"] for row in csv.DictReader(file) if row["level"] in ("1", "2")}
    assert set(tree.disciplines) == set(published)
    found = {code: d.name for code, d in tree.disciplines.items() if d.name != published[code]}
    assert found == {code: name for code, (name, _) in DIFFERENCES.items()}
    assert all(reason for _, reason in DIFFERENCES.values())


def test_names_are_clean_and_told_apart(tree):
    names = [d.name for d in tree.disciplines.values()]
    assert all(name == clean_text(name) and " " not in name for name in names)
    twice = {name for name, count in Counter(names).items() if count > 1}
    assert not twice


def test_the_exception_of_the_standard(tree):
    for code in ("1903510", "1903520", "1903530", "1903540", "1903599"):
        assert tree.parent(code) == "19030"
        assert tree.find(code) == "19030"
        assert tree.at_level(code, 1) == "190"
        assert tree.level_of(code) == 3
    assert "19035" not in tree


def test_seven_digits_belong_to_five(tree):
    assert tree.parent("1101410") == "11014"
    assert tree.at_level("1101410", 2) == "11014"
    assert tree.at_level("110", 2) == ""
    assert tree.lineage("11014") == ("11014", "110")
    for wrong in ("9999999", "19035", "11", "x", ""):
        with pytest.raises(UnknownNameError):
            tree.parent(wrong)
    with pytest.raises(UnknownNameError):
        tree.lexicon("1101410")


def test_cross_references_resolve(tree):
    count = 0
    for each in tree.disciplines.values():
        for other in each.see:
            assert other in tree
            assert other != each.code
            assert other not in tree.lineage(each.code)
            count += 1
        assert len(set(each.see)) == len(each.see)
    assert count >= 50


def test_every_discipline_has_words(tree):
    few = {}
    for code, each in tree.disciplines.items():
        wanted = 40 if each.level == 1 else 0 if is_other(code) else 6
        if len(each.terms) < wanted:
            few[code] = len(each.terms)
        if is_other(code):
            assert each.terms == ()
    assert few == {}


def test_words_are_clean(tree):
    for each in tree.disciplines.values():
        assert len(set(each.terms)) == len(each.terms)
        for term in each.terms:
            assert term == term.strip()
            assert term
            assert not set(term) & set(";；、，,\t\n")


@pytest.mark.parametrize("word", GAPS)
def test_what_the_standard_lacks_has_a_home(tree, word):
    homes = [code for code, each in tree.disciplines.items() if word in each.terms]
    assert homes


def test_find_reads_names_as_people_write_them(tree):
    assert tree.find("园艺学") == "21040"
    assert tree.find(" 园艺 学 ") == "21040"
    assert tree.find("植物保护") == "21060"
    assert (
        tree.find("21040")
        == tree.find("210.40")
        == tree.find("21040 园艺学")
        == tree.find("园艺学（21040）")
        == "21040"
    )
    assert tree.find("２１０") == "210"
    assert tree.find("110.1410") == tree.find("1101410") == "11014"
    assert tree.find("航空航天科学技术") == tree.find("航空、航天科学技术") == "590"
    assert tree.find("计算机科学与技术") == "520"
    for nothing in ("", "  ", "其他", "0", "999", "不存在的学科", "第3类"):
        assert tree.find(nothing) is None


def test_every_name_and_code_is_found(tree):
    for code, each in tree.disciplines.items():
        assert tree.find(code) == code
        assert tree.find(each.name) == code
        assert tree.find_all(each.name) == ((code,), ())


def test_a_word_of_one_discipline_finds_it():
    tree = DisciplineTree.read(
        pd.DataFrame(
            {
                "code": ["A", "A1", "A2", "B"],
                "name": ["甲类", "甲一", "甲二", "乙类"],
                "parent": ["", "A", "A", ""],
                "terms": ["", "果树;共有;两处", "共有", "两处"],
            }
        )
    )
    assert tree.find("果树") == "A1"
    assert tree.find("共有") == "A"
    assert tree.find("两处") is None


def test_find_all_reads_cells(tree):
    assert tree.find_all("园艺学；植物保护学") == (("21040", "21060"), ())
    assert tree.find_all("园艺学、植物保护学/园艺学") == (("21040", "21060"), ())
    assert tree.find_all("航空；航天科学技术；园艺学") == (("590", "21040"), ())
    assert tree.find_all("飞行器仪表；设备") == (("59030",), ())
    assert tree.find_all("魔法学；园艺学") == (("21040",), ("魔法学",))
    assert tree.find_all("") == ((), ())


# own trees


GOOD = "code,name,parent,terms,see\nA,农,,土;水,B\nA1,果,A,苹果;猕猴桃,\nB,工,,机床,\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_an_own_tree_is_read(tmp_path, encoding):
    path = tmp_path / "树.csv"
    path.write_text(GOOD, encoding=encoding)
    tree = DisciplineTree.read(path)
    assert [(d.code, d.level, d.parent) for d in tree.disciplines.values()] == [
        ("A", 1, ""),
        ("A1", 2, "A"),
        ("B", 1, ""),
    ]
    assert tree.lexicon("A1") == ("苹果", "猕猴桃")
    assert tree.disciplines["A"].see == ("B",)
    assert tree.at_level("A1", 1) == "A"


def test_an_own_tree_is_refused_with_all_problems(tmp_path):
    path = tmp_path / "树.csv"
    path.write_text("code,name,parent,terms,see\nA,,,,\nA,农,,,Z\n,果,,,\nC,工,Q,,\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        DisciplineTree.read(path)
    problems = caught.value.problems
    assert Counter(p.code for p in problems) == {
        "empty-cell": 2,
        "duplicate-code": 1,
        "unknown-reference": 1,
        "unknown-parent": 1,
    }
    assert {p.row for p in problems} == {2, 3, 4, 5}
    assert all(p.file == "树.csv" and p.remedy for p in problems)


@pytest.mark.parametrize("parents", [["A"], ["B", "A"], ["B", "C", "A"]])
def test_parents_in_a_circle_are_refused(parents):
    codes = list("ABC")[: len(parents)]
    frame = pd.DataFrame({"code": codes, "name": codes, "parent": parents, "terms": ""})
    with pytest.raises(InputError) as caught:
        DisciplineTree.read(frame)
    assert {p.code for p in caught.value.problems} == {"circle"}


@pytest.mark.parametrize("text", ["", "code,name\n", "名,词\n甲,乙\n", "code,name\nA,农\n"])
def test_a_tree_without_its_columns_or_rows_is_refused(tmp_path, text):
    path = tmp_path / "树.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        DisciplineTree.read(path)
    assert [p.code for p in caught.value.problems] in (["missing-column"], ["empty-cell"])


def test_a_tree_that_is_not_there_is_an_input_error(tmp_path):
    with pytest.raises(InputError) as caught:
        DisciplineTree.read(tmp_path / "没有.csv")
    assert [p.code for p in caught.value.problems] == ["unreadable-file"]


# crosswalks


@pytest.mark.parametrize("name", NAMES)
def test_own_crosswalks_cover_the_tree(tree, name):
    crosswalk = read_crosswalk(name)
    lost = [code for code in tree.disciplines if not is_other(code) and not crosswalk.labels(code) and code != "416"]
    assert lost == []
    assert all(code in tree for code in crosswalk.entries)
    assert read_crosswalk(crosswalk) is crosswalk


def test_the_degree_catalogue(tree):
    degrees, categories = read_crosswalk("degree"), read_crosswalk("degree_category")
    assert len(categories.names) == 14
    assert len(degrees.names) >= 100
    assert degrees.labels("47040") == ("电气工程",)
    assert degrees.labels("47010") == ("动力工程及工程热物理",)
    assert degrees.labels("1101410") == ("数学",)
    assert categories.labels("21040") == ("农学",)
    assert set(read_crosswalk("society_class").names) == {"理科", "工科", "农科", "医科", "交叉学科"}


def test_a_crosswalk_can_be_a_table(tmp_path):
    frame = pd.DataFrame({"代码": ["210", "21040", "220", "220"], "标签": ["农", "果", "农", "林"]})
    path = tmp_path / "对照.csv"
    frame.to_csv(path, index=False, encoding="gb18030")
    for crosswalk in (read_crosswalk(frame), read_crosswalk(path)):
        assert isinstance(crosswalk, Crosswalk)
        assert crosswalk.labels("21040") == ("果",)
        assert crosswalk.labels("2104010") == ("果",)
        assert crosswalk.labels("21060") == ("农",)
        assert crosswalk.labels("22010") == ("农", "林")
        assert crosswalk.labels("110") == ()
        assert crosswalk.codes("农") == ("210", "220")
        assert crosswalk.names == tuple(sorted("农果林"))


def test_a_crosswalk_is_refused_with_all_problems():
    frame = pd.DataFrame({"code": ["210", "210", "", "999", "220"], "label": ["农", "农", "工", "x", None]})
    with pytest.raises(InputError) as caught:
        read_crosswalk(frame)
    assert [(p.code, p.row) for p in caught.value.problems] == [
        ("duplicate-row", 3),
        ("empty-cell", 4),
        ("unknown-code", 5),
        ("empty-cell", 6),
    ]
    with pytest.raises(InputError) as caught:
        read_crosswalk(pd.DataFrame({"code": ["210"]}))
    assert [p.code for p in caught.value.problems] == ["missing-column"]


def test_further_names_are_found(tree):
    assert len(tree.aliases) >= 200
    for name, code in tree.aliases.items():
        assert code in tree
        assert tree.find(name) == code
    assert tree.find("果树学") == "21040"
    assert tree.find("电力系统及其自动化") == "47040"
    assert tree.find("信息资源管理") == "870"
