"""Regions: names of all kinds to codes, and doubts that are said."""

from __future__ import annotations

import csv
from collections import Counter
from importlib import resources

import pytest

from expertmatch.tables.clean import read_region
from expertmatch.tables.cleaning.region_index import is_below, level, parents, region_index


@pytest.mark.parametrize(
    ("cell", "full", "code", "rest"),
    [
        ("陕西", "陕西省", "610000", ""),
        ("西安", "陕西省西安市", "610100", ""),
        ("周至", "陕西省西安市周至县", "610124", ""),
        ("雁塔区", "陕西省西安市雁塔区", "610113", ""),
        ("陕西省西安市", "陕西省西安市", "610100", ""),
        ("陕西省西安市周至县竹峪镇X村", "陕西省西安市周至县", "610124", "竹峪镇X村"),
        ("浙江省 杭州市/余杭区", "浙江省杭州市余杭区", "330110", ""),
        ("西安市长安区", "陕西省西安市长安区", "610116", ""),
        ("鼓楼区（南京）", "江苏省南京市鼓楼区", "320106", ""),
        ("户县", "陕西省西安市鄠邑区", "610118", ""),
        ("西安市高陵县", "陕西省西安市高陵区", "610117", ""),
        ("长安县", "陕西省西安市长安区", "610116", ""),
        ("吴江市", "江苏省苏州市吴江区", "320509", ""),
        ("广西省", "广西壮族自治区", "450000", ""),
        ("内蒙", "内蒙古自治区", "150000", ""),
        ("吉林吉林", "吉林省吉林市", "220200", ""),
        ("江苏镇江", "江苏省镇江市", "321100", ""),
        ("贵阳贵州", "贵州省贵阳市", "520100", ""),
        ("北京海淀", "北京市海淀区", "110108", ""),
        ("重庆市县忠县", "重庆市忠县", "500233", ""),
        ("济源市", "河南省济源市", "419001", ""),
        ("元江县", "云南省玉溪市元江哈尼族彝族傣族自治县", "530428", ""),
        ("甘南州", "甘肃省甘南藏族自治州", "623000", ""),
        ("海南", "海南省", "460000", ""),
        ("西安高新区", "陕西省西安市", "610100", "高新区"),
        ("西安市新城街道", "陕西省西安市", "610100", "新城街道"),
        ("610113", "陕西省西安市雁塔区", "610113", ""),
        ("兵团", "新疆维吾尔自治区", "650000", ""),
        ("杨凌示范区", "陕西省咸阳市杨陵区", "610403", ""),
    ],
)
def test_region(cell: str, full: str, code: str, rest: str) -> None:
    reading = read_region(cell)
    assert (reading.full, reading.code, reading.rest, reading.known) == (full, code, rest, True)


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ("鼓楼区", "有 4 处"),
        ("长安区", "有 2 处"),
        ("新城区", "呼和浩特市"),
        ("城关区", "兰州市"),
        ("朝阳", "北京市朝阳区"),
        ("甘肃临夏临夏", "临夏市、甘肃省临夏回族自治州临夏县，请写出全名"),
        ("江苏宜昌", "湖北省宜昌市"),
        ("宁夏西宁", "请核对"),
        ("西安市鼓楼区", "西安市没有"),
        ("北京、上海", "多个地区"),
        *(
            (cell, "不是可以识别的地区")
            for cell in ("高校", "机关", "教育部", "中国社会科学院", "长沙路", "西安交通大学")
        ),
        ("999999", "不在国标表中"),
    ],
)
def test_doubtful_regions_have_no_code_and_say_why(cell: str, says: str) -> None:
    reading = read_region(cell)
    assert not reading.known
    assert reading.code == ""
    assert says in reading.why


# Short forms that stand for two places of one city, or that run into the word 市.
SAID_SHORT_IN_DOUBT = {
    *("甘肃临夏临夏", "新疆和田和田", "新疆伊犁伊宁", "山东济南市中", "山东青岛市南", "山东青岛市北"),
    *("山东枣庄市中", "四川内江市中", "四川乐山市中"),
}


def test_every_region_is_read_from_its_path_and_its_code() -> None:
    index = region_index()
    short = {code: stem for stem, codes in index.short.items() for code in codes}
    for code, name in index.names.items():
        path = [index.names[c] for c in (code, *parents(code)) if c in index.names][::-1]
        for cell in ("".join(path), " ".join(path), code):
            reading = read_region(cell)
            assert (reading.code, reading.rest) == (code, ""), cell
        backwards = [short.get(c, index.names[c]) for c in (code, *parents(code)) if c in index.names]
        spoken = "".join(backwards[::-1])
        if spoken not in SAID_SHORT_IN_DOUBT:
            assert read_region(spoken).code == code, spoken
        alone = read_region(name)
        assert alone.code == code if len(index.full[name]) == 1 else not alone.known, name


def test_region_table_is_well_formed() -> None:
    index = region_index()
    assert Counter(map(level, index.names)) == {1: 34, 2: 333, 3: len(index.names) - 367}
    for code in index.names:
        assert len(code) == 6
        assert all(above in index.names for above in parents(code) if level(above) == 1)
    for alias, (code, _) in index.aliases.items():
        assert code in index.names, alias
    assert is_below("610124", "610100")
    assert not is_below("610100", "610100")
    text = resources.files("expertmatch.resources").joinpath("region_aliases.csv").read_text(encoding="utf-8")
    names = [row[0] for row in csv.reader(text.splitlines())]
    assert len(names) == len(set(names))
