"""Cleaning: what people write in cells, and what it means."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expertmatch.tables import clean
from expertmatch.tables.clean import (
    clean_id,
    clean_int,
    clean_name,
    clean_person_sex,
    clean_society,
    clean_text,
    clean_unit,
    clean_yesno,
    is_empty,
    read_date,
    read_region,
    read_title,
    society_parent,
    split_names,
    unit_parent,
)

TODAY = date(2018, 6, 1)


FUNCTIONS = [
    *(clean.as_text, clean_text, clean_name, split_names, clean_person_sex, clean_yesno, clean_int, clean_id, is_empty),
    *(read_title, read_region, clean_unit, unit_parent, clean_society, society_parent),
    *(clean.find_personal, clean.mask_personal),
    lambda cell: read_date(cell, today=TODAY),
    lambda cell: read_date(cell, today=TODAY, birth=True),
    lambda cell: read_date(cell, today=TODAY, age=True),
]
PIECES = st.lists(
    st.sampled_from(
        [
            *(
                "教授",
                "院士",
                "副",
                "高级",
                "工程师",
                "（",
                "）",
                "、",
                "/",
                " ",
                "\n",
                "中国科学院",
                "学部委员",
                "二级",
            ),
            *(
                "陕西",
                "省",
                "西安市",
                "鼓楼区",
                "县",
                "北京",
                "0",
                "6405",
                "-",
                "至今",
                "年",
                "月",
                "2017",
                ".",
                "１２",
            ),
            *("大学", "学会", "专业委员会", "公司", "十", "@", "138", "00138000", "\ud800", "\x00", "无", "等"),
        ]
    ),
    max_size=8,
).map("".join)


@pytest.mark.parametrize("function", FUNCTIONS, ids=range(len(FUNCTIONS)))
def test_no_text_raises_and_the_answer_is_the_same_twice(function) -> None:
    @given(st.one_of(st.text(max_size=40), PIECES))
    @settings(max_examples=60, deadline=None)
    def check(cell: str) -> None:
        assert function(cell) == function(cell)

    check()
    for missing in (None, float("nan"), ""):
        assert not function(missing) or function is clean_yesno or not getattr(function(missing), "known", False)


@pytest.mark.parametrize("function", [clean_text, clean_name, clean_id, clean_unit, clean_society])
def test_cleaning_twice_is_cleaning_once(function) -> None:
    @given(st.text(max_size=40))
    @settings(max_examples=100, deadline=None)
    def check(cell: str) -> None:
        assert function(function(cell)) == function(cell)

    check()


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("　Ｑ２３５ 钢材​（焊接）\r\n", "Q235 钢材（焊接）"),
        ("甲\r\n\r\n\r\n\r\n乙", "甲\n\n乙"),
        ("甲_x000D_\n乙", "甲\n乙"),
        ("⽯墨烯", "石墨烯"),  # the first character is a radical, as PDF copies have it
        ("甲\x07\x00乙", "甲乙"),
        ("，。；：？！（）", "，。；：？！（）"),
        (12.0, "12"),
        (True, "True"),
    ],
)
def test_text(cell: object, expected: str) -> None:
    assert clean_text(cell) == expected


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("张 三", "张三"),
        ("张　三（组长）", "张三"),
        ("买买提•艾力", "买买提·艾力"),
        ("张三等", "张三"),
        ("张三 教授", "张三"),
        ("John  Smith", "John Smith"),
        ("无", ""),
    ],
)
def test_name(cell: str, expected: str) -> None:
    assert clean_name(cell) == expected


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("张三；李四、王五 等", ["张三", "李四", "王五"]),
        ("张 三 李四", ["张三", "李四"]),
        ("欧阳锋 张三", ["欧阳锋", "张三"]),
        ("张三,李四,张三", ["张三", "李四"]),
        ("John Smith; Li Ming", ["John Smith", "Li Ming"]),
        ("张三（西安交通大学）、李四（西北大学、兼）", ["张三", "李四"]),
        ("张三\n李四", ["张三", "李四"]),
        ("", []),
    ],
)
def test_names(cell: str, expected: list[str]) -> None:
    assert split_names(cell) == expected


def test_small_cells() -> None:
    assert [clean_person_sex(c) for c in ("男", " 女性", "F", "不详")] == ["男", "女", "女", ""]
    assert [clean_yesno(c) for c in ("是", "否", "√", "未退休", "退休", "", "也许")] == [
        *("yes", "no", "yes", "no", "yes", "unknown", "unknown")
    ]
    assert clean_int("十十") is None  # no numeral, and no traceback
    assert [clean_int(c) for c in ("３ 人", "约1,200户", "十二", "3-5", "2.5", "1.2万元", "多")] == [
        *(3, 1200, 12, None, None, 12000, None)
    ]
    assert [clean_id(c) for c in ("'Ｅ００１ ", 1024.0, "007", "0", "无")] == ["E001", "1024", "007", "0", ""]


@pytest.mark.parametrize(
    ("cell", "unit", "parent"),
    [
        ("西安交大 机械学院", "西安交通大学机械学院", "西安交通大学"),
        ("中国地质大学 (武汉)　经济学院", "中国地质大学（武汉）经济学院", "中国地质大学（武汉）"),
        ("北京大学光华管理学院（退休）", "北京大学光华管理学院", "北京大学"),
        ("北大荒集团有限公司", "北大荒集团有限公司", "北大荒集团有限公司"),
        ("清华同方股份有限公司", "清华同方股份有限公司", "清华同方股份有限公司"),
        ("郑州大学城市经济研究所", "郑州大学城市经济研究所", "郑州大学"),
        ("河北社科院", "河北社会科学院", "河北社会科学院"),
        ("陕西省社会科学院农村所", "陕西省社会科学院农村所", "陕西省社会科学院"),
        ("中科院西安光机所", "中国科学院西安光机所", "中国科学院"),
        ("西安光机所", "中国科学院西安光学精密机械研究所", "中国科学院西安光学精密机械研究所"),
        ("西安交通大学第一附属医院骨科", "西安交通大学第一附属医院骨科", "西安交通大学第一附属医院"),
        ("西安市第一医院心内科", "西安市第一医院心内科", "西安市第一医院"),
        ("中共陕西省委党校法学教研室", "中共陕西省委党校法学教研室", "中共陕西省委党校"),
        ("某某集团有限公司西安分公司", "某某集团有限公司西安分公司", "某某集团有限公司"),
        ("某某集团有限公司某某矿业有限公司", "某某集团有限公司某某矿业有限公司", "某某集团有限公司某某矿业有限公司"),
        ("西安交通大学出版社", "西安交通大学出版社", "西安交通大学出版社"),
        ("财政部公共支出司", "财政部公共支出司", "财政部"),
        ("石河子大学\n塔里木大学", "石河子大学、塔里木大学", "石河子大学"),
        ("MIT Media Lab", "MIT Media Lab", "MIT Media Lab"),
        ("无", "", ""),
    ],
)
def test_unit(cell: str, unit: str, parent: str) -> None:
    assert (clean_unit(cell), unit_parent(cell)) == (unit, parent)


@pytest.mark.parametrize(
    ("cell", "parent"),
    [
        ("陕西省计算机学会人工智能专业委员会", "陕西省计算机学会"),
        ("中华医学会心血管病学分会", "中华医学会"),
        ("中国化学会", "中国化学会"),
        ("陕西省科学技术协会学会部", "陕西省科学技术协会"),
        ("中国电子学会青年工作委员会", "中国电子学会"),
        ("西安市农学会（果树分会）", "西安市农学会"),
        ("中国企业联合会", "中国企业联合会"),
        ("周至县猕猴桃协会联合会", "周至县猕猴桃协会联合会"),
        ("西安 市果业协会 秘书处", "西安市果业协会"),
        ("", ""),
    ],
)
def test_society(cell: str, parent: str) -> None:
    assert society_parent(cell) == parent
    assert society_parent(parent) == parent
