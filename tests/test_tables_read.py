"""Every kind of source gives the same cells, with the row numbers people see."""

from __future__ import annotations

import csv
import datetime
import io
import json
import random
import sqlite3
import string
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xlwt
from hypothesis import given, settings
from hypothesis import strategies as st
from tables_helpers import GOOD, HEADER, LI, WANG, ZHANG, csv_text, frame, load, workbook, write

from expertmatch.errors import InputError, SettingError
from expertmatch.tables.read import list_sheets, read_raw
from expertmatch.tables.reading.decode import decode
from expertmatch.tables.reading.grid import cell_text, column_letter
from expertmatch.tables.reading.html import read_html

TEXT = csv_text(GOOD)


def cells(source, table: str = "experts", **kw) -> list[list[str]]:
    raw = read_raw(source, table=table, **kw)
    return [list(raw.frame.columns), *raw.frame.to_numpy().tolist()]


# ---------------------------------------------------------------- text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encodings_delimiters_and_line_ends(tmp_path: Path, encoding: str, delimiter: str, end: str) -> None:
    text = csv_text(GOOD, delimiter, end)
    assert cells(write(tmp_path / "a.csv", text, encoding)) == GOOD


def test_encoding_and_delimiter_are_said(tmp_path: Path) -> None:
    raw = read_raw(write(tmp_path / "a.txt", csv_text(GOOD, "\t"), "gb18030"), table="experts")
    assert [p.message for p in raw.problems] == ["按 GB18030 编码、制表符分隔读取。"]


def test_two_characters_that_look_like_utf8(tmp_path: Path) -> None:
    assert decode("联通".encode("gb18030")).text == "联通"


_HAN = "科学技术猕猴桃果树专家教授陕西省西安市大学研究所工程师"


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.text(st.sampled_from(_HAN + string.ascii_letters + string.digits + " -"), max_size=12), min_size=1),
    st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]),
)
def test_decoding_gives_the_text_back(words: list[str], encoding: str) -> None:
    text = "姓名,单位\n" + "\n".join(words)
    assert decode(text.encode(encoding)).text.lstrip("\ufeff") == text


_EDGE = st.sampled_from(_HAN + 'ab1,;"')
_CELL = st.builds(
    lambda first, middle, last: first + middle + last,
    _EDGE,
    st.text(st.sampled_from(_HAN + 'ab1,;"\n \t'), max_size=6),
    _EDGE,
)


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.lists(_CELL, min_size=4, max_size=4), max_size=6),
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
def test_well_formed_csv_comes_back_as_it_was(tmp_path_factory, rows, delimiter: str, quoting: int) -> None:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, quoting=quoting).writerows([HEADER, *rows])
    path = write(tmp_path_factory.mktemp("csv") / "a.csv", out.getvalue())
    assert cells(path) == [HEADER, *rows]


@settings(max_examples=80, deadline=None)
@given(st.integers(min_value=0, max_value=10_000), st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
def test_one_stray_quote_harms_no_other_row(tmp_path_factory, place: int, quoting: int) -> None:
    rows = [[f"人{i}", f"单位{i}", "教授", f"方向{i}"] for i in range(12)]
    out = io.StringIO(newline="")
    csv.writer(out, quoting=quoting, lineterminator="\n").writerows([HEADER, *rows])
    text = out.getvalue()
    first = text.index("\n") + 1  # the header itself stays whole
    at = first + place % (len(text) - first)
    hit = text[:at].count("\n") - 1
    broken = text[:at] + '"' + text[at:]
    got = cells(write(tmp_path_factory.mktemp("quote") / "a.csv", broken))[1:]
    others = [r for i, r in enumerate(rows) if i not in {hit, hit - (text[at - 1] == "\n")}]
    assert [r[:4] for r in got if r[:4] in others] == others
    assert len(got) == len(rows)


def test_cells_with_line_breaks_count_as_one_row(tmp_path: Path) -> None:
    text = '姓名,简介\n张三,"第一行\n第二行"\n李四,乙\n'
    raw = read_raw(write(tmp_path / "a.csv", text), table="experts")
    assert raw.frame["简介"].tolist() == ["第一行\n第二行", "乙"]
    assert raw.rows.tolist() == [2, 3]


def test_sep_line_of_excel(tmp_path: Path) -> None:
    raw = read_raw(write(tmp_path / "a.csv", "sep=;\n" + csv_text(GOOD, ";")), table="experts")
    assert raw.frame["姓名"].tolist() == ["张三", "李四", "王五"]
    assert raw.rows.tolist() == [3, 4, 5]


def test_marks_that_force_text_are_dropped(tmp_path: Path) -> None:
    text = '专家编号,姓名\n\'001,张三\n"=""002""",李四\n’003,王五\n'
    raw = read_raw(write(tmp_path / "a.csv", text), table="experts")
    assert raw.frame["专家编号"].tolist() == ["001", "002", "003"]


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".json", ".jsonl", ".parquet", ".xls", ".html", ".txt"])
@pytest.mark.parametrize("seed", range(6))
def test_damaged_files_raise_nothing_but_input_errors(tmp_path: Path, suffix: str, seed: int) -> None:
    rng = random.Random(seed)
    data = bytearray(_sample(suffix))
    for _ in range(rng.randint(1, 40)):
        match rng.randrange(3):
            case 0:
                data[rng.randrange(len(data))] = rng.randrange(256)
            case 1:
                at = rng.randrange(len(data))
                del data[at : at + rng.randrange(1, 9)]
            case _:
                data.insert(rng.randrange(len(data)), rng.choice(b'"\n,\x00\xff<{['))
    path = write(tmp_path / f"a{suffix}", bytes(data))
    out = load(path)
    if out.checked is None:
        assert out.problems[-1].remedy
    else:
        assert all(isinstance(c, str) for c in out.checked.frame.to_numpy().ravel())


def _sample(suffix: str) -> bytes:
    out = io.BytesIO()
    match suffix:
        case ".xlsx":
            return workbook({"专家": GOOD})
        case ".xls":
            return _xls(GOOD)
        case ".json":
            return json.dumps(frame(GOOD).to_dict("records"), ensure_ascii=False).encode()
        case ".jsonl":
            return frame(GOOD).to_json(orient="records", lines=True, force_ascii=False).encode()
        case ".parquet":
            frame(GOOD).to_parquet(out)
            return out.getvalue()
        case ".html":
            return frame(GOOD).to_html(index=False).encode()
        case _:
            return TEXT.encode("gb18030")


# ---------------------------------------------------------------- workbooks


def _xls(rows, merges=()) -> bytes:
    book = xlwt.Workbook()
    sheet = book.add_sheet("专家")
    for i, row in enumerate(rows):
        for j, value in enumerate(row):
            sheet.write(i, j, value)
    for merge, text in merges:
        sheet.write_merge(*merge, text)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_xlsx_and_xls_give_the_same(tmp_path: Path) -> None:
    assert cells(write(tmp_path / "a.xlsx", workbook({"专家": GOOD}))) == GOOD
    assert cells(write(tmp_path / "a.xls", _xls(GOOD))) == GOOD


def test_kinds_of_cells(tmp_path: Path) -> None:
    row = ["张三", 3, 3.0, 2.5, True, datetime.date(1964, 5, 1), datetime.datetime(2020, 1, 2, 3, 4), "00123", None]
    data = workbook({"专家": [["姓名", *"abcdefgh"], row]})
    got = cells(write(tmp_path / "a.xlsx", data))[1]
    assert got == ["张三", "3", "3", "2.5", "是", "1964-05-01", "2020-01-02 03:04:00", "00123", ""]


def test_cells_that_start_away_from_the_corner_keep_their_row_numbers(tmp_path: Path) -> None:
    shifted = [[], [], *[["", "", *r] for r in GOOD]]
    raw = read_raw(write(tmp_path / "a.xlsx", workbook({"专家": shifted})), table="experts")
    assert raw.frame["姓名"].tolist() == ["张三", "李四", "王五"]
    assert raw.rows.tolist() == [4, 5, 6]


def test_header_over_two_merged_rows_is_joined(tmp_path: Path) -> None:
    rows = [
        ["附件1 需求征集表"],
        ["序号", "技术需求名称", "概述", "", "", "联系人", ""],
        ["", "", "主要问题", "技术关键", "预期目标", "姓名", "手机"],
        [1, "焊接变形控制", "变形大", "温度场", "小于1毫米", "赵六", "13900139000"],
    ]
    merges = ["A1:G1", "A2:A3", "B2:B3", "C2:E2", "F2:G2"]
    raw = read_raw(write(tmp_path / "a.xlsx", workbook({"表": rows}, {"表": merges})), table="needs")
    assert list(raw.frame.columns) == [
        "序号", "技术需求名称", "概述/主要问题", "概述/技术关键", "概述/预期目标", "联系人/姓名", "联系人/手机",
    ]  # fmt: skip
    assert raw.rows.tolist() == [4]


def test_the_same_header_from_csv_without_merges(tmp_path: Path) -> None:
    rows = [
        ["序号", "技术需求名称", "概述", "", "", ""],
        ["", "", "主要问题", "技术关键", "预期目标", "手机"],
        ["1", "焊接", "变形", "温度", "小", "1"],
    ]
    raw = read_raw(write(tmp_path / "a.csv", csv_text(rows)), table="needs")
    assert list(raw.frame.columns)[2:5] == ["概述/主要问题", "概述/技术关键", "概述/预期目标"]


def test_group_row_above_a_full_header_is_a_title(tmp_path: Path) -> None:
    rows = [["基本情况", "", "专业情况", ""], *GOOD]
    assert cells(write(tmp_path / "a.csv", csv_text(rows))) == GOOD


def test_merged_data_cells_are_filled_down_and_right(tmp_path: Path) -> None:
    rows = [["姓名", "工作单位", "论文", "年份"], ["张三", "甲校", "一", "2001"], ["", "", "二", ""]]
    data = workbook({"专家": rows}, {"专家": ["A2:A3", "B2:B3", "C3:D3"]})
    assert cells(write(tmp_path / "a.xlsx", data))[1:] == [["张三", "甲校", "一", "2001"], ["张三", "甲校", "二", "二"]]


def test_merged_cells_of_xls(tmp_path: Path) -> None:
    data = _xls([["姓名", "工作单位"], ["张三"], ["李四"]], [((1, 2, 1, 1), "甲校")])
    assert cells(write(tmp_path / "a.xls", data))[1:] == [["张三", "甲校"], ["李四", "甲校"]]


def test_the_fitting_sheet_is_found_by_headers_and_by_name(tmp_path: Path) -> None:
    members = [["姓名", "学会名称", "学会职务"], ["张三", "陕西省电机工程学会", "理事"]]
    works = [["成果名称", "完成人"], ["绝缘老化", "张三"]]
    path = write(tmp_path / "a.xlsx", workbook({"封面": [["说明"]], "名单": GOOD, "任职": members, "成果": works}))
    assert read_raw(path, table="experts").sheet == "名单"
    assert read_raw(path, table="memberships").sheet == "任职"
    assert read_raw(path, table="works").sheet == "成果"
    assert read_raw(path, table="experts", sheet=" 任职 ").sheet == "任职"
    assert [(g.name, g.table) for g in list_sheets(path)] == [
        ("封面", None), ("名单", "experts"), ("任职", "memberships"), ("成果", "works"),
    ]  # fmt: skip


def test_a_named_sheet_beats_a_like_one(tmp_path: Path) -> None:
    path = write(tmp_path / "a.xlsx", workbook({"专家": GOOD, "Sheet2": GOOD}))
    assert read_raw(path, table="experts").sheet == "专家"


def test_hidden_sheet_is_no_rival(tmp_path: Path) -> None:
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(workbook({"甲": GOOD, "乙": GOOD})))
    book["甲"].sheet_state = "hidden"
    book.save(tmp_path / "a.xlsx")
    assert read_raw(tmp_path / "a.xlsx", table="experts").sheet == "乙"


def test_html_spans_and_entities() -> None:
    page = """<table><tr><th rowspan=2>姓名</th><th colspan=2>联系方式</th></tr><tr><th>电话<th>邮箱</tr>
    <tr><td>张三&amp;李四<td>1<br>2<td>c</table>"""
    grid = read_html(page, "experts")
    assert grid is not None
    assert grid.rows == [["姓名", "联系方式", ""], ["", "电话", "邮箱"], ["张三&李四", "1\n2", "c"]]
    assert (0, 0, 1, 0) in grid.merges


# ---------------------------------------------------------------- records


def test_json_in_its_shapes(tmp_path: Path) -> None:
    records = frame(GOOD).to_dict("records")
    for name, value in (("a", records), ("b", {"data": records}), ("c", {"总数": 3, "结果": records})):
        assert cells(write(tmp_path / f"{name}.json", json.dumps(value, ensure_ascii=False))) == GOOD
    one = {"姓名": "张三", "研究方向": ["绝缘", "放电"], "可承接数": 3, "回避单位": None}
    raw = read_raw(write(tmp_path / "d.json", json.dumps(one)), table="experts")
    assert raw.frame.iloc[0].tolist() == ["张三", "绝缘；放电", "3", ""]


def test_json_lines_have_their_line_numbers_and_all_columns(tmp_path: Path) -> None:
    text = '{"id": 1, "title": "甲"}\n\n{"id": 2, "text": "乙"}\n'
    raw = read_raw(write(tmp_path / "a.jsonl", text), table="needs")
    assert raw.rows.tolist() == [1, 3]
    assert raw.frame.to_numpy().tolist() == [["1", "甲", ""], ["2", "", "乙"]]


def test_json_lines_named_json(tmp_path: Path) -> None:
    assert len(read_raw(write(tmp_path / "a.json", '{"title": "甲"}\n{"title": "乙"}\n'), table="needs")) == 2


def test_parquet(tmp_path: Path) -> None:
    frame(GOOD).to_parquet(tmp_path / "a.parquet")
    assert cells(tmp_path / "a.parquet") == GOOD


def test_sql_table_query_and_single_table(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "库.db") as connection:
        frame(GOOD).to_sql("专家 表", connection, index=False)
    connection.close()
    url = f"sqlite:///{tmp_path / '库.db'}"
    assert cells(f"{url}::专家 表") == GOOD
    assert cells(url) == GOOD
    assert cells(f"{url}::select 姓名 from '专家 表' where 职称 = '教授'") == [["姓名"], ["张三"]]
    raw = read_raw(f"{url}::专家 表", table="experts")
    assert (raw.source, raw.sheet) == ("库.db", "专家 表")


def test_a_wrong_query_names_the_reason_and_no_password(tmp_path: Path) -> None:
    (tmp_path / "a.db").touch()
    with pytest.raises(InputError) as caught:
        read_raw(f"sqlite:///{tmp_path / 'a.db'}::select 无 from 无", table="experts")
    assert caught.value.problems[0].code == "database"
    with pytest.raises(InputError) as caught:
        read_raw("nosuch+driver://u:geheim@h/d::t", table="experts")
    assert "geheim" not in str(caught.value)


def test_frames_with_odd_columns_are_read_and_not_changed() -> None:
    data = pd.DataFrame(
        {
            "姓名": pd.Categorical(["张三", "李四"]),
            "出生年月": pd.to_datetime(["1964-05-01", None]),
            "可承接数": [3.0, np.nan],
            "研究方向": [["甲", "乙"], None],
        },
        index=pd.Index(["E1", "E2"], name="专家编号"),
    )
    before = data.copy(deep=True)
    raw = read_raw(data, table="experts")
    assert raw.frame.to_numpy().tolist() == [["E1", "张三", "1964-05-01", "3", "甲；乙"], ["E2", "李四", "", "", ""]]
    pd.testing.assert_frame_equal(data, before)
    assert read_raw(pd.DataFrame([["a", "b"]], columns=["姓名", "姓名"]), table="experts").frame.shape == (1, 2)
    two = pd.DataFrame([["张三"]], columns=pd.MultiIndex.from_tuples([("基本", "姓名")]))
    assert list(read_raw(two, table="experts").frame.columns) == ["基本/姓名"]


def test_the_same_file_has_the_same_digest_and_another_has_not(tmp_path: Path) -> None:
    a = read_raw(write(tmp_path / "a.csv", TEXT), table="experts").digest
    b = read_raw(write(tmp_path / "b.csv", TEXT), table="experts").digest
    c = read_raw(write(tmp_path / "c.csv", TEXT + "赵六,,,\n"), table="experts").digest
    assert a == b != c
    assert read_raw(frame(GOOD), table="experts").digest == read_raw(frame(GOOD), table="experts").digest
    assert read_raw(frame(GOOD), table="experts").digest != read_raw(frame(GOOD[:3]), table="experts").digest


def test_settings_are_checked() -> None:
    with pytest.raises(SettingError, match="experts"):
        read_raw(frame(GOOD), table="expert")
    with pytest.raises(SettingError):
        read_raw(3, table="experts")  # type: ignore[arg-type]


def test_a_near_file_name_is_proposed(tmp_path: Path) -> None:
    write(tmp_path / "专家库.xlsx", b"x")
    with pytest.raises(InputError, match=r"是否想用 专家库\.xlsx"):
        read_raw(tmp_path / "专家库.xls", table="experts")


def test_personal_data_in_a_missing_header_row_are_not_quoted(tmp_path: Path) -> None:
    raw = read_raw(write(tmp_path / "a.csv", "张三,13800138000\n李四,13900139000\n"), table="experts")
    assert not any("13800138000" in c for c in raw.frame.columns)


@pytest.mark.parametrize(
    ("value", "text"),
    [(1.0, "1"), (0.1, "0.1"), (float("nan"), ""), (None, ""), (pd.NaT, ""), (pd.NA, ""), (np.int64(3), "3"),
     (np.float64(2), "2"), (False, "否"), (np.True_, "是"), ("  a ", "  a "), (b"\xe5\xbc\xa0", "张"),
     (datetime.datetime(2020, 1, 1), "2020-01-01"), (pd.Timestamp("2020-01-01 12:00"), "2020-01-01 12:00:00")],
)  # fmt: skip
def test_cell_text(value: object, text: str) -> None:
    assert cell_text(value) == text


def test_column_letters() -> None:
    assert [column_letter(i) for i in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


def test_rows_of_good_tables_are_numbered_as_shown() -> None:
    assert read_raw(frame([HEADER, ZHANG, LI, WANG]), table="experts").rows.tolist() == [1, 2, 3]


# ---------------------------------------------------------------- files that would exhaust the memory


def test_chains_of_sectors_that_never_end_are_refused(tmp_path: Path) -> None:
    data = bytearray(_xls(GOOD))
    fat = (int.from_bytes(data[76:80], "little") + 1) * 512
    data[fat : fat + 4] = (0).to_bytes(4, "little")  # the first sector follows itself
    out = load(write(tmp_path / "a.xls", bytes(data)))
    assert out.codes() == ["damaged-workbook"]


def test_a_stray_cell_far_out_is_named(tmp_path: Path) -> None:
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(workbook({"专家": GOOD})))
    book["专家"]["XFD1048576"] = "x"
    book.save(tmp_path / "a.xlsx")
    out = load(tmp_path / "a.xlsx")
    assert out.codes() == ["sheet-too-large"]
    assert "XFD1048576" in out.problems[0].message


def test_a_large_dimension_alone_is_no_reason(tmp_path: Path) -> None:
    import zipfile

    with zipfile.ZipFile(io.BytesIO(workbook({"专家": GOOD}))) as old, zipfile.ZipFile(tmp_path / "a.xlsx", "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b'ref="A1:D4"', b'ref="A1:XFD1048576"'))
    assert cells(tmp_path / "a.xlsx") == GOOD


def test_rows_alike_are_no_repeated_header_where_none_is_known(tmp_path: Path) -> None:
    text = "甲1,乙,丙,丁\n甲2,乙,丙,丁\n甲3,乙,丙,丁\n"
    assert len(read_raw(write(tmp_path / "a.csv", text), table="experts")) == 2


def test_a_sheet_damaged_inside_a_sound_archive(tmp_path: Path) -> None:
    import zipfile

    with zipfile.ZipFile(io.BytesIO(workbook({"专家": GOOD}))) as old, zipfile.ZipFile(tmp_path / "a.xlsx", "w") as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, data[: len(data) // 2] if "worksheets/sheet1" in name else data)
    out = load(tmp_path / "a.xlsx")
    assert out.codes("error") == ["damaged-workbook"]
    with pytest.raises(InputError):
        list_sheets(tmp_path / "a.xlsx")


def test_header_cell_with_line_break_does_not_shift_the_columns(tmp_path: Path) -> None:
    file = tmp_path / "需求.csv"
    file.write_text(
        '需求编号,机构全称,"技术关键\n（含指标）",预期目标,关键字\nN1,某厂,"一、\n二、",降本,铸造\nN2,某社,略,增产,苹果\n',
        encoding="utf-8",
    )
    raw = read_raw(file, table="needs")
    assert [p.code for p in raw.problems if p.severity != "note"] == []
    assert raw.frame.iloc[:, 3].tolist() == ["降本", "增产"]
    assert raw.frame.iloc[:, 4].tolist() == ["铸造", "苹果"]


def test_line_breaks_in_header_and_cells_of_a_file_with_all_cells_quoted(tmp_path: Path) -> None:
    rows = [
        ["需求\n编号", "技术关键\n（含指标）", "预期目标", "关键字"],
        ["N1", "一\n,二", "降\n本", "铸造"],
        ["N2", "略", "增产", "果"],
    ]
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows(rows)
    raw = read_raw(write(tmp_path / "a.csv", out.getvalue()), table="needs")
    assert raw.frame.to_numpy().tolist() == rows[1:]
    assert [p.code for p in raw.problems] == ["text-format"]


def test_a_quote_never_closed_in_the_header_swallows_nothing(tmp_path: Path) -> None:
    raw = read_raw(write(tmp_path / "a.csv", TEXT.replace("工作单位", '"工作单位')), table="experts")
    assert [list(raw.frame.columns), *raw.frame.to_numpy().tolist()] == GOOD
    assert [p.code for p in raw.problems] == ["text-format", "unclosed-quote"]
