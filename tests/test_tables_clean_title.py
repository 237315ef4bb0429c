"""Titles: level, academician, and what stands beside them."""

from __future__ import annotations

import pytest

from expertmatch.tables.clean import read_title
from expertmatch.tables.cleaning.title_words import title_words


@pytest.mark.parametrize(
    ("cell", "title", "level"),
    [
        ("教授、院长、博导", "教授", "正高"),
        ("正高级工程师（二级）/总工", "正高级工程师", "正高"),
        ("研究员级高工", "正高级工程师", "正高"),
        ("教授级高工", "正高级工程师", "正高"),
        ("副教授，硕导", "副教授", "副高"),
        ("高级农艺师", "高级农艺师", "副高"),
        ("农业技术推广研究员", "农业技术推广研究员", "正高"),
        ("主任医师", "主任医师", "正高"),
        ("副主任中药师", "副主任中药师", "副高"),
        ("主管护师", "主管护师", "中级"),
        ("主治医师", "主治医师", "中级"),
        ("医师", "医师", "初级"),
        ("助理研究员", "助理研究员", "中级"),
        ("正高", "正高级", "正高"),
        ("副高职", "副高级", "副高"),
        ("高级", "高级", "副高"),
        ("正高级（教授、研究员等）", "正高级", "正高"),
        ("正高级（教授）", "教授", "正高"),
        ("初级\n（在站博士后）", "初级", "初级"),
        ("副教授、主任医师", "主任医师", "正高"),
        ("高级经济师", "高级经济师", "副高"),
        ("正高级会计师", "正高级会计师", "正高"),
        ("编审", "编审", "正高"),
        ("副研究馆员", "副研究馆员", "副高"),
        ("馆员", "馆员", "中级"),
        ("国家一级美术师", "一级美术师", "正高"),
        ("文学创作（二级）", "二级文学创作", "副高"),
        ("二级教授", "教授", "正高"),
        ("小学高级教师", "一级教师", "中级"),
        ("中学高级教师", "高级教师", "副高"),
        ("主任法医师", "主任法医师", "正高"),
        ("高级电气工程师", "高级工程师", "副高"),
        ("机械学院院长 教授", "教授", "正高"),
        ("院长助理 研究员", "研究员", "正高"),
        ("Associate Professor", "副教授", "副高"),
        ("高级技师", "高级技师", ""),
        ("技师", "技师", ""),
        ("警务技术一级主管", "警务技术一级主管", ""),
    ],
)
def test_title_and_level(cell: str, title: str, level: str) -> None:
    reading = read_title(cell)
    assert (reading.title, reading.level, reading.known) == (title, level, True)
    assert reading.rest == ()


@pytest.mark.parametrize(
    "cell", ["特聘教授", "客座教授", "总工程师", "注册会计师", "软件工程师", "教授委员会主任", "院长"]
)
def test_appointments_offices_and_licences_are_no_titles(cell: str) -> None:
    reading = read_title(cell)
    assert (reading.title, reading.level) == ("", "")
    assert reading.posts or reading.labels


@pytest.mark.parametrize("cell", ["研究院", "教师", "干部", "abc", "某某", "师从张三院士", "院士后备"])
def test_unknown_titles_are_said_to_be(cell: str) -> None:
    assert not read_title(cell).known


def test_no_title_is_known_and_an_empty_cell_is_not() -> None:
    assert [read_title(cell).known for cell in ("无", "0", "/", "无职称", "")] == [True, True, True, True, False]


@pytest.mark.parametrize(
    ("cell", "kind"),
    [
        ("中国科学院院士", "中国科学院院士"),
        ("中科院院士/教授", "中国科学院院士"),
        ("中国科学院 院士", "中国科学院院士"),
        ("院士（中国科学院）", "中国科学院院士"),
        ("中国科学院资深院士", "中国科学院院士"),
        ("中国科学院学部委员", "中国科学院院士"),
        ("中国工程院院士", "中国工程院院士"),
        ("工程院院士", "中国工程院院士"),
        ("教授（中国工程院院士）", "中国工程院院士"),
        ("博导、中国工程院院士", "中国工程院院士"),
        ("中国工程院外籍院士", "外籍院士"),
        ("外籍院士", "外籍院士"),
        ("两院院士", "两院院士"),
        ("中国科学院院士、中国工程院院士", "两院院士"),
        ("中国科学院、中国工程院院士", "两院院士"),
        ("院士", "院士"),
        ("资深院士", "院士"),
        *(
            (cell, "")
            for cell in ("院士团队成员", "院士工作站站长", "院士助理", "院士后备", "院士候选人", "院士专家工作站专家")
        ),
        *((cell, "") for cell in ("中国科学院院士团队首席专家", "师从张三院士", "院士级专家", "社科院荣誉学部委员")),
        *(
            (cell, "")
            for cell in ("欧洲科学院院士", "俄罗斯工程院外籍院士", "国际宇航科学院院士", "加拿大工程院院士、教授")
        ),
    ],
)
def test_academicians(cell: str, kind: str) -> None:
    assert read_title(cell).academician == kind


def test_other_academies_are_labels() -> None:
    reading = read_title("俄罗斯工程院外籍院士、教授")
    assert reading.labels == ("俄罗斯工程院外籍院士",)
    assert reading.level == "正高"
    assert read_title("千人计划、教授").labels == ()


def test_every_word_of_the_list_is_read_as_itself() -> None:
    for word, (kept, grade) in title_words().titles.items():
        reading = read_title(word)
        assert (reading.title, reading.level, reading.rest) == (kept, grade, ()), word
