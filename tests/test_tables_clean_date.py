"""Dates: what is understood, what is only half, what cannot be."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expertmatch.tables.clean import read_date

TODAY = date(2018, 6, 1)


@pytest.mark.parametrize(
    ("cell", "iso"),
    [
        *(("1986-03", "1986-03"), ("1986.3.5", "1986-03-05"), ("1986年3月", "1986-03"), ("20170630", "2017-06-30")),
        *(("2017/6/30", "2017-06-30"), ("12-31-2016", "2016-12-31"), ("31/12/2016", "2016-12-31"), ("2017", "2017")),
        *(("42916", "2017-06-30"), ("42916.0", "2017-06-30"), ("42916.75", "2017-06-30"), ("201706", "2017-06")),
        *(("2017-06-30 00:00:00", "2017-06-30"), ("2017-06-30T08:00:00Z", "2017-06-30"), ("2014-11-00", "2014-11")),
        *(("二〇一七年六月", "2017-06"), ("二零一七年十二月二十日", "2017-12-20"), ("２０１７年６月", "2017-06")),
        *(
            ("Jun 2017", "2017-06"),
            ("30-Jun-2017", "2017-06-30"),
            ("June 30, 2017", "2017-06-30"),
            ("12/2016", "2016-12"),
        ),
        *(
            ("2017年上半年", "2017"),
            ("2017年度", "2017"),
            ("2017Q3", "2017"),
            ("2016年底", "2016"),
            ("2017年6月上旬", "2017-06"),
        ),
    ],
)
def test_date(cell: str, iso: str) -> None:
    reading = read_date(cell, today=TODAY)
    assert (reading.iso, reading.year, reading.known, reading.why) == (iso, int(iso[:4]), True, "")


@pytest.mark.parametrize(
    ("cell", "start", "end"),
    [
        *(("2015-2018", "2015", "2018"), ("2015—2018年", "2015", "2018"), ("2015-18", "2015", "2018")),
        *(("2015.3-2018.6", "2015-03", "2018-06"), ("2015年3月至2018年6月", "2015-03", "2018-06")),
        *(("2015-03-01~2018-02-28", "2015-03-01", "2018-02-28"), ("201503-201806", "2015-03", "2018-06")),
        *(
            ("2015.3-6", "2015-03", "2015-06"),
            ("2015年3月至6月", "2015-03", "2015-06"),
            ("2017-2018学年", "2017", "2018"),
        ),
        *(("2015年至今", "2015", "至今"), ("2015.3—今", "2015-03", "至今"), ("2015-", "2015", "至今")),
    ],
)
def test_span(cell: str, start: str, end: str) -> None:
    reading = read_date(cell, today=TODAY)
    assert (reading.iso, reading.end, reading.known, reading.why) == (start, end, True, "")


@pytest.mark.parametrize(
    ("cell", "iso", "says"),
    [
        *(
            ("0000", "", "没有填写"),
            ("0000-00-00", "", "没有填写"),
            ("0000-01-01", "", "没有年份"),
            ("无", "", "没有填写"),
        ),
        *(("6405", "", "1900—2038"), ("2999", "", "2999"), ("1850-01-01", "", "1850"), ("2039", "", "2039")),
        *(("2017-13-05", "2017", "13 月"), ("2017-06-31", "2017-06", "31 日"), ("2017-02-29", "2017-02", "29 日")),
        *(("3/4/2016", "2016", "次序不明"), ("1986.1", "1986-01", "10 月"), ("17年6月", "2017-06", "两位年份")),
        *(
            ("12月30日", "", "没有年份"),
            ("至今", "", "没有开始"),
            ("abc", "", "不是可以识别"),
            ("2018-2015", "2018", "早于"),
        ),
    ],
)
def test_doubtful_dates_say_why(cell: str, iso: str, says: str) -> None:
    reading = read_date(cell, today=TODAY)
    assert (reading.iso, reading.known) == (iso, bool(iso))
    assert says in reading.why


@pytest.mark.parametrize(
    ("cell", "iso"),
    [
        *(
            ("6405", "1964-05"),
            ("640513", "1964-05-13"),
            ("196405", "1964-05"),
            ("64年5月", "1964-05"),
            ("64.5", "1964-05"),
        ),
        *(("0012", "2000-12"), ("1964年5月生", "1964-05"), ("23500", "1964-05-03"), ("1964", "1964"), ("53岁", "1965")),
        *(("2020", ""), ("53", ""), ("6413", "")),
    ],
)
def test_birth(cell: str, iso: str) -> None:
    assert read_date(cell, today=TODAY, birth=True).iso == iso


def test_age_column() -> None:
    assert read_date("53", today=TODAY, birth=True, age=True).iso == "1965"
    assert read_date("1965-02", today=TODAY, birth=True, age=True).iso == "1965-02"


@given(
    st.dates(date(1927, 6, 1), date(2038, 12, 31)), st.sampled_from(["{0}-{1}-{2}", "{0}年{1}月{2}日", "{0}.{1}.{2}"])
)
@settings(max_examples=200, deadline=None)
def test_written_dates_come_back(day: date, pattern: str) -> None:
    assert read_date(pattern.format(day.year, day.month, day.day), today=TODAY).iso == day.isoformat()
    assert read_date(day.strftime("%Y%m%d"), today=TODAY).iso == day.isoformat()
    serial = (day - date(1899, 12, 30)) // timedelta(days=1)
    assert read_date(str(serial), today=TODAY).iso == day.isoformat()


@pytest.mark.parametrize(
    "behind",
    [
        " 上午", "上午", " 下午", "下午3点半", " 上午9:00", "（周三）", "（星期三）上午9:00-11:30", " 晚7点", " 全天",
        " 9点",
        " 上午 9:00—11:30", " 上午、下午", " AM", " 傍晚 18:30前",
    ],
)  # fmt: skip
def test_the_date_before_a_time_of_day_is_read(behind: str) -> None:
    for written in ("2026-08-12", "2026年8月12日", "2026/8/12"):
        reading = read_date(f"{written}{behind}", today=date(2026, 6, 1))
        assert (reading.iso, reading.end, reading.why) == ("2026-08-12", "", "")


def test_spans_with_times_of_day() -> None:
    for text in ("2026-08-12 上午至 2026-08-13 下午", "2026年8月12日上午至13日下午", "2026年8月12日至13日"):
        reading = read_date(text, today=date(2026, 6, 1))
        assert (reading.iso, reading.end, reading.why) == ("2026-08-12", "2026-08-13", "")
    assert not read_date("上午", today=date(2026, 6, 1)).known
