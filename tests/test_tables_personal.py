"""Personal numbers: what is planted is found, what only looks like one is left."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expertmatch.tables.clean import find_personal, mask_personal

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
WIDE = str.maketrans("0123456789Xx@.", "０１２３４５６７８９Ｘｘ＠．")


def identity_number(place: str, born: date, number: int) -> str:
    """Make a number with the check digit as GB 11643 prints the rule: ISO 7064 MOD 11-2."""
    body = f"{place}{born:%Y%m%d}{number:03d}"
    rest = (12 - sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True)) % 11) % 11
    return body + ("X" if rest == 10 else str(rest))


PLACES = st.sampled_from(["610102", "110101", "320106", "650102", "440305"])
IDS = st.builds(identity_number, PLACES, st.dates(date(1930, 1, 1), date(2017, 12, 31)), st.integers(0, 999))
MOBILES = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)
LANDLINES = st.builds(
    "{}-{}".format, st.sampled_from(["029", "010", "0917", "0571"]), st.from_regex(r"[2-8][0-9]{7}", fullmatch=True)
)
MAILS = st.builds(
    "{}@{}".format,
    st.from_regex(r"[a-z][a-z0-9._]{0,12}[a-z0-9]", fullmatch=True),
    st.sampled_from(["163.com", "a.edu.cn"]),
)
AROUND = st.sampled_from(
    ["", "张三，", "联系方式：", "手机", "（", "）", "。", "项目于2017年立项", "\n", " ", "　", "；", "/"]
)


def split_id(number: str, sign: str) -> str:
    return f"{number[:6]}{sign}{number[6:14]}{sign}{number[14:]}"


def split_mobile(number: str, sign: str) -> str:
    return f"{number[:3]}{sign}{number[3:7]}{sign}{number[7:]}"


def check_planted(kind: str, before: str, planted: str, behind: str) -> None:
    text = f"{before}{planted}{behind}"
    found = find_personal(text)
    assert [(item.kind, text[slice(*item.span)]) for item in found] == [(kind, planted)]
    masked = mask_personal(text)
    assert find_personal(masked) == []
    assert len(masked) == len(text)
    assert masked.startswith(before)
    assert masked.endswith(behind)
    assert mask_personal(masked) == masked


@given(AROUND, IDS, st.sampled_from(["", " ", "-", "－", "　"]), st.booleans(), AROUND)
@settings(max_examples=150, deadline=None)
def test_identity_numbers(before: str, number: str, sign: str, wide: bool, behind: str) -> None:
    planted = split_id(number, sign)
    check_planted("id", before, planted.translate(WIDE) if wide else planted, behind)


@given(
    AROUND,
    MOBILES,
    st.sampled_from(["", " ", "-", "—"]),
    st.sampled_from(["", "+86", "86-", "0086 "]),
    st.booleans(),
    AROUND,
)
@settings(max_examples=150, deadline=None)
def test_mobiles(before: str, number: str, sign: str, country: str, wide: bool, behind: str) -> None:
    planted = country + split_mobile(number, sign)
    check_planted("mobile", before, planted.translate(WIDE) if wide else planted, behind)


@given(AROUND, LANDLINES, AROUND)
@settings(max_examples=100, deadline=None)
def test_landlines(before: str, planted: str, behind: str) -> None:
    check_planted("landline", before, planted, "；" if behind == "/" else behind)


@given(AROUND, MAILS, AROUND)
@settings(max_examples=100, deadline=None)
def test_mails(before: str, planted: str, behind: str) -> None:
    check_planted("mail", before, planted, behind)


@given(
    st.lists(st.one_of(IDS, MOBILES, LANDLINES, MAILS), max_size=5), st.sampled_from(["、", "，", "；", "\n", " 或 "])
)
@settings(max_examples=100, deadline=None)
def test_many_in_one_text(planted: list[str], between: str) -> None:
    text = between.join(planted)
    assert [text[slice(*item.span)] for item in find_personal(text)] == planted
    assert find_personal(mask_personal(text)) == []


@given(IDS)
@settings(max_examples=60, deadline=None)
def test_a_wrong_check_digit_counts_only_where_it_is_said(number: str) -> None:
    wrong = number[:17] + ("1" if number[17] != "1" else "2")
    assert find_personal(f"编号{wrong}") == []
    assert [item.kind for item in find_personal(f"身份证号：{wrong}")] == ["id"]


@pytest.mark.parametrize(
    ("text", "kind", "masked"),
    [
        ("610102640513001", "id", "610********3001"),
        ("tel13800138000", "mobile", "tel138****8000"),
        ("13800138000.0", "mobile", "138****8000.0"),
        ("（029）88886666", "landline", "（029）********"),
        ("(010)62345678转801", "landline", None),
        ("+86-29-88886666", "landline", None),
        ("029-88886666-8012", "landline", None),
        ("029-88886666/88887777", "landline", "029-********/********"),
        ("电话：02988886666", "landline", "电话：029********"),
        ("电话88886666", "landline", "电话********"),
        ("zhangsan ＠ 163．com", "mail", None),
        ("zhang(at)163.com", "mail", None),
        ("QQ：12345678", "im", "QQ：12******"),
        ("微信：zhangsan_88", "im", None),
        ("卡号 1234 5678 9012 345", "bank", None),
    ],
)
def test_other_forms(text: str, kind: str, masked: str | None) -> None:
    assert [item.kind for item in find_personal(text)] == [kind]
    if masked is not None:
        assert mask_personal(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        *("专利号 ZL201710123456.7", "ZL 2017 1 0123456.7", "公开号CN108123456A", "201710123456.7", "ZL98112345.6"),
        *("GB/T 13745-2009", "JB/T 13800-2012", "Q/610100-2017", "ISBN 978-7-135-12345-6", "ISSN 1000-1239"),
        *("2017YFC0123456", "2017ZDXM-GY-038", "合同号2017-13812345-01", "项目编号：20170630120000", "61772408"),
        *("91610131MA6TXXXX0X", "12345678901234567890", "13812345678.5", "0.13800138000", "XN13800138000"),
        *("2015-2016-2017-2018", "2015-03-01-2018-02-28", "34.2658,108.9541", "邮编710049", "DOI 10.13800/j.2017.0138"),
        *("1 2 3 4 5 6 7 8 9 10 11 12 13 14 15", "产量 138 万吨，面积 1234 亩，产值 5678 万元", "110101 199001 011234"),
        *("304不锈钢，Q235，PM2.5，5G", "型号 LS-029-8888", "温度 1380 ℃、压力 0138 MPa", ""),
    ],
)
def test_ordinary_long_numbers_are_left(text: str) -> None:
    assert find_personal(text) == []
    assert mask_personal(text) == text


def test_a_mail_name_of_one_letter_is_masked_whole() -> None:
    assert mask_personal("邮箱 a@example.com") == "邮箱 *@example.com"


@given(st.text(alphabet="0123456789-. @aX身份证电话", max_size=60))
@settings(max_examples=300, deadline=None)
def test_spans_are_in_order_and_masking_is_final(text: str) -> None:
    found = find_personal(text)
    ends = [0, *(item.span[1] for item in found)]
    assert all(start >= end for (start, _), end in zip((item.span for item in found), ends, strict=False))
    assert find_personal(mask_personal(text)) == []
    assert len(mask_personal(text)) == len(text)
