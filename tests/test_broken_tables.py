"""Ways a table can be broken: each is reported with its place and a remedy, and nothing good is lost.

These run reading and checking; the command line is tried on the same cases elsewhere.
"""

from __future__ import annotations

import gzip
import json
import sqlite3
from pathlib import Path

import pytest
from tables_helpers import GOOD, HEADER, LI, WANG, ZHANG, Broken, csv_text, load, workbook, write

from expertmatch.tables.reading.frame import EXCESS

TEXT = csv_text(GOOD)
LOCKED = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512) + "EncryptedPackage".encode("utf-16-le") + bytes(512)


def _csv(text: str | bytes, name: str = "专家.csv", encoding: str = "utf-8"):
    return lambda folder: write(folder / name, text, encoding)


def _xlsx(sheets, merges=None, name: str = "专家.xlsx"):
    return lambda folder: write(folder / name, workbook(sheets, merges))


def _folder(folder: Path) -> Path:
    (folder / "专家库").mkdir()
    return folder / "专家库"


def _database(folder: Path) -> str:
    with sqlite3.connect(folder / "库.db") as connection:
        connection.execute("create table 专家 (姓名 text)")
        connection.execute("insert into 专家 values ('张三')")
    connection.close()
    return f"sqlite:///{folder / '库.db'}::专加"


def _with(row: list[str], j: int, text: str) -> list[str]:
    return [text if k == j else c for k, c in enumerate(row)]


CASES = [
    # files that cannot be read at all
    Broken("missing file", lambda f: f / "没有.csv", "no-such-file", "error", None),
    Broken("missing folder", lambda f: f / "没有" / "专家.csv", "no-such-file", "error", None),
    Broken("a folder", _folder, "is-directory", "error", None),
    Broken("an empty file", _csv(b""), "empty-file", "error", None),
    Broken("only blanks and a mark", _csv(b"\xef\xbb\xbf \r\n\r\n"), "empty-file", "error", None),
    Broken("lock file of an open workbook", _csv(b"x", "~$专家.xlsx"), "lock-file", "error", None),
    Broken("workbook with a password", _csv(LOCKED, "专家.xlsx"), "password", "error", None),
    Broken("truncated workbook", _csv(workbook({"专家": GOOD})[:3000], "专家.xlsx"), "damaged-workbook", "error", None),
    Broken("WPS spreadsheet", _csv(LOCKED[:520], "专家.et"), "unsupported-kind", "error", None),
    Broken("WPS spreadsheet of its own kind", _csv(b"ET\x00\x01" * 300, "专家.et"), "unsupported-kind", "error", None),
    Broken("WPS spreadsheet, truncated", _csv(workbook({"专家": GOOD})[:3000], "专家.et"), "unsupported-kind", "error",
           None),
    Broken("WPS spreadsheet with a password", _csv(LOCKED, "专家.et"), "password", "error", None),
    Broken("Word document", _csv(b"PK\x03\x04....word/document.xml", "专家.docx"), "unsupported-kind", "error", None),
    Broken("PDF named as workbook", _csv(b"%PDF-1.7 ...", "专家.xlsx"), "unsupported-kind", "error", None),
    Broken("picture named as table", _csv(b"\x89PNG\r\n\x1a\n", "专家.csv"), "unsupported-kind", "error", None),
    Broken("ZIP with a table inside", _csv(b"PK\x03\x04....table.csv", "专家.zip"), "unsupported-kind", "error", None),
    Broken("gzip", _csv(gzip.compress(TEXT.encode()), "专家.csv"), "unsupported-kind", "error", None),
    Broken("random bytes", _csv(bytes(range(1, 9)) * 50, "专家.csv"), "not-a-table", "error", None),
    Broken("login page saved as workbook", _csv("<html><body>请登录</body></html>", "专家.xls"),
           "html-without-table", "error", None),
    Broken("truncated JSON", _csv('[{"姓名": "张三"}, {"姓名":', "专家.json"), "bad-json", "error", None, row=1),
    Broken("JSON without objects", _csv("[]", "专家.json"), "empty-table", "error", None),
    Broken("damaged Parquet", _csv(b"PAR1xxxxPAR1", "专家.parquet"), "damaged-parquet", "error", None),
    Broken("no such database table", _database, "no-such-sheet", "error", None),
    Broken("no such database", lambda f: f"sqlite:///{f / '无.db'}::专家", "no-such-file", "error", None),
    Broken("spreadsheet XML of 2003",
           _csv('<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>', "专家.xls"),
           "unsupported-kind", "error", None),
    # which sheet
    Broken("no such sheet", _xlsx({"专家": GOOD}), "no-such-sheet", "error", None, sheet="专家库"),
    Broken("two sheets that fit alike", _xlsx({"碑林": GOOD, "雁塔": GOOD}), "ambiguous-sheet", "error", None),
    Broken("no sheet that fits", _xlsx({"甲": [["天气", "气温"], ["晴", 20]], "乙": [["a", "b"], [1, 2]]}),
           "no-fitting-sheet", "error", None),
    Broken("workbook without cells", _xlsx({"Sheet1": []}), "empty-table", "error", None),
    Broken("sheet guessed among several", _xlsx({"说明": [["本表由各学会填报"]], "Sheet2": GOOD}),
           "sheet-guessed", "note", in_sheet="Sheet2"),
    # headers
    Broken("no header at all", _csv(csv_text(GOOD[1:])), "missing-column", "error", ["", ""]),
    Broken("header without the name", _csv(csv_text([["工作单位", "职称"], ["某大学", "教授"]])),
           "missing-column", "error", [""]),
    Broken("header only", _csv(csv_text([HEADER])), "no-rows", "warning", []),
    Broken("title rows above",
           _xlsx({"专家": [["西安市专家库"], ["填报单位：", "某学会"], *GOOD]}, {"专家": ["A1:D1"]}),
           "title-rows", "note", row=3, in_sheet="专家", remedy=False),
    Broken("header over two rows", _xlsx({"专家": [
        ["姓名", "工作单位", "职称", "联系方式", ""], ["", "", "", "手机", "邮箱"],
        *[[*r[:3], "13800138000", "a@b.cn"] for r in GOOD[1:]]]}, {"专家": ["A1:A2", "B1:B2", "C1:C2", "D1:E1"]}),
        "header-two-rows", "note", row=1, in_sheet="专家", remedy=False),
    Broken("empty header over data", _csv(csv_text([["姓名", "", "职称"], *[[r[0], "甲", r[2]] for r in GOOD[1:]]])),
           "empty-header", "warning", row=1, column="B列（无表头）"),
    Broken("one column twice, unlike", _csv(csv_text([["姓名", "单位", "工作单位"], ["张三", "甲校", "乙校"],
                                                     ["李四", "丙所", "丙所"], ["王五", "", "丁院"]])),
           "ambiguous-column", "error", row=2, column="单位"),
    Broken("header twice, unlike", _csv(csv_text([["姓名", "职称", "职称"], ["张三", "教授", "工程师"],
                                                 ["李四", "教授", "教授"], ["王五", "", ""]])),
           "ambiguous-column", "error", row=2, column="职称"),
    Broken("header again among the data", _csv(csv_text([HEADER, ZHANG, HEADER, LI, WANG])),
           "repeated-header", "note", row=3, remedy=False),
    Broken("unknown column", _csv(csv_text([[*HEADER, "爱好"], *[[*r, "书法"] for r in GOOD[1:]]])),
           "unknown-column", "note", column="爱好", remedy=False),
    Broken("columns= names no column", _csv(TEXT.replace("研究方向", "甲")), "bad-columns", "error",
           columns={"甲": "nonsense"}, column="甲"),
    Broken("a form for one person instead of a list",
           _xlsx({"表": [["专家登记表"], ["姓名", "张三", "性别", "男"], ["工作单位", "某大学"], ["职称", "教授"],
                        ["研究方向", "绝缘"]]}), "form-layout", "error", ["工作单位", "职称", "研究方向"], row=3),
    # bytes
    Broken("undecodable byte in UTF-8",
           _csv(TEXT.encode().replace("副教授".encode(), b"\xe5\x89\xff" + "教授".encode())),
           "damaged-text", "warning", row=3, column="职称"),
    Broken("undecodable byte in GB18030",
           _csv(TEXT.encode("gb18030").replace("溃疡".encode("gb18030"), b"\xff\xc0\xa3")),
           "damaged-text", "warning", row=3, column="研究方向"),
    Broken("two encodings in one file",
           _csv(csv_text(GOOD[:3]).encode("gb18030") + csv_text([WANG]).encode("utf-8")),
           "mixed-encoding", "warning"),
    Broken("NUL bytes", _csv(TEXT.replace("教授,电力", "教\x00授\x00,电力")),
           "nul-characters", "warning", row=2, column="职称"),
    # shape of the rows
    Broken("row too short", _csv(csv_text([HEADER, ZHANG, LI[:2], WANG])), "row-too-short", "warning", row=3),
    Broken("row too long", _csv(csv_text([HEADER, ZHANG, [*LI, "又一格"], WANG])), "row-too-long", "warning", row=3),
    Broken("quote never closed", _csv(TEXT.replace("李四", '"李四')), "unclosed-quote", "warning", row=3),
    Broken("quote never closed in quoted file",
           _csv("".join(",".join(f'"{c}"' for c in r) + "\n" for r in GOOD).replace('"副教授"', '"副教授')),
           "quote-damage", "warning", ["张三", "李四", "王五"], row=3),
    Broken("quotes inside a quoted cell", _csv(TEXT.replace("苹果矮化砧木", '"矮化"砧木"的选育"')),
           "quote-damage", "warning", row=4),
    Broken("bare line break inside a cell", _csv(csv_text(GOOD, end="\r\n").replace("副教授", "副教授\n博导")),
           "broken-line", "warning", row=3),
    Broken("totals and remarks below",
           _csv(csv_text([["序号", *HEADER], *[[str(i), *r] for i, r in enumerate(GOOD[1:], 1)],
                                                      ["注：数据截至六月", "", "", "", ""]])),
           "remark-row", "note", row=5),
    Broken("section rows across merged cells",
           _xlsx({"专家": [HEADER, ["一、高校"], ZHANG, LI, ["二、院所"], WANG]}, {"专家": ["A2:D2", "A5:D5"]}),
           "remark-row", "note", row=2, in_sheet="专家"),
    Broken("merged data cells", _xlsx({"专家": [HEADER, ZHANG, ["李四", "", *LI[2:]], WANG]}, {"专家": ["B2:B3"]}),
           "merged-cells", "note", in_sheet="专家", remedy=False),
    Broken("empty rows", _csv(csv_text([HEADER, ZHANG, [""] * 4, LI, WANG, [""] * 4])),
           "empty-rows", "note", remedy=False),
    # cells
    Broken("no name and no id", _csv(csv_text([["专家编号", *HEADER], ["E1", *ZHANG], ["E2", *LI], ["E3", *WANG],
                                               ["", "", "某大学", "教授", ""]])),
           "no-name-no-id", "error", ["张三", "李四", "王五", ""], row=5, column="专家编号"),
    Broken("unknown title", _csv(csv_text([HEADER, ZHANG, _with(LI, 2, "村里的能人"), WANG])),
           "unknown-title", "warning", row=3, column="职称"),
    Broken("impossible year", _csv("姓名,出生年月\n张三,1964-05\n李四,3012-01\n王五,1970\n"),
           "bad-birth", "warning", row=3, column="出生年月"),
    Broken("date of zeros", _csv("负责人编号,项目名称,立项时间\nP1,甲,2001-01-01\nP2,乙,0000-00-00\n"),
           "bad-date", "warning", ["甲", "乙"], "title", row=3, column="立项时间", table="works"),
    Broken("region that is none", _csv("姓名,所在地区\n张三,西安市雁塔区\n李四,高校\n王五,陕西\n"),
           "unknown-region", "warning", row=3, column="所在地区"),
    Broken("number that is none", _csv("姓名,可承接数\n张三,3\n李四,很多\n王五,2项\n"),
           "bad-number", "warning", row=3, column="可承接数"),
    Broken("formula that failed", _csv("姓名,工作单位\n张三,#REF!\n李四,甲\n王五,乙\n"),
           "formula-error", "warning", row=2, column="工作单位"),
    Broken("long id turned into a power of ten", _csv("专家编号,姓名\n6.1E+17,张三\nE2,李四\nE3,王五\n"),
           "number-damaged", "warning", row=2, column="专家编号"),
    Broken("phone number in a text", _csv("姓名,简介\n张三,电话13800138000\n李四,甲\n王五,乙\n"),
           "personal-in-text", "warning", row=2, column="简介"),
    Broken("work without a title", _csv("负责人编号,项目名称\nP1,甲\nP2,\nP3,丙\n"),
           "no-title", "warning", ["甲", "", "丙"], "title", row=3, column="项目名称", table="works"),
    Broken("work of nobody", _csv("负责人,项目名称\n张三,甲\n,乙\n"),
           "no-expert", "warning", ["甲", "乙"], "title", row=3, table="works"),
    Broken("works without people", _csv("id,title\n1,甲\n2,乙\n"), "assumed-column", "warning", ["甲", "乙"], "title",
           column="id", table="works"),
    Broken("need without a title", _csv("需求名称,问题内容\n,苹果树腐烂病怎么防\n焊接变形,控制\n"),
           "title-from-text", "warning", ["苹果树腐烂病怎么防", "焊接变形"], "title", row=2, table="needs"),
    Broken("empty need", _csv("需求名称,问题内容,所在村\n,,甲村\n焊接变形,控制,\n"),
           "empty-need", "warning", ["", "焊接变形"], "title", row=2, table="needs"),
    Broken("recusal without a person", _csv("专家姓名,关系方,关系类型\n张三,甲公司,任职\n,乙公司,任职\n"),
           "no-expert", "error", ["张三", ""], "expert_name", row=3, table="relations"),
    Broken("relation of an unknown kind", _csv("专家姓名,关系方,关系类型\n张三,甲公司,同乡\n"),
           "unknown-word", "warning", ["张三"], "expert_name", row=2, column="关系类型", table="relations"),
    # JSON
    Broken("JSON line that is none", _csv('{"姓名": "张三"}\n{"姓名": "李四"\n{"姓名": "王五"}\n', "专家.jsonl"),
           "bad-json", "error", ["张三", "王五"], row=2),
    Broken("JSON line that is no object", _csv('{"姓名": "张三"}\n["李四"]\n', "专家.jsonl"),
           "json-not-object", "error", ["张三"], row=2),
    Broken("nested JSON", _csv(json.dumps([{"姓名": "张三", "简介": {"学历": "博士"}}]), "专家.json"),
           "nested-value", "warning", ["张三"], column="简介"),
    # the wrong extension
    Broken("workbook named .csv", _xlsx({"专家": GOOD}, name="专家.csv"), "kind-by-content", "note"),
    Broken("text named .xls", _csv(TEXT, "专家.xls"), "kind-by-content", "note"),
    Broken("HTML table named .xls",
           _csv("<html><table><tr><td>姓名<td>职称</tr><tr><td>张三</td><td>教授</table></html>",
                                         "专家.xls"), "kind-by-content", "note", ["张三"]),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=[c.name for c in CASES])
def test_broken_table_is_reported_with_place_and_remedy_and_nothing_is_lost(case: Broken, tmp_path: Path) -> None:
    out = load(case.make(tmp_path), case.table, case.sheet, case.columns)
    found = [p for p in out.find(case.code) if p.severity == case.severity]
    assert found, [str(p) for p in out.problems]
    problem = found[0]
    assert problem.file
    assert problem.message.endswith(("。", "？"))
    assert problem.remedy or not case.remedy
    assert problem.row == case.row or case.row is None
    assert problem.column == case.column or case.column is None
    assert problem.sheet == case.in_sheet or case.in_sheet is None
    assert str(tmp_path) not in str(problem)
    if case.keep is None:
        assert out.checked is None
    else:
        assert out.values(case.key) == case.keep
    if case.severity != "error":
        assert not out.codes("error")


def test_there_are_at_least_forty_ways() -> None:
    assert len(CASES) >= 40


def test_what_does_not_fit_the_header_is_kept(tmp_path: Path) -> None:
    out = load(write(tmp_path / "a.csv", csv_text([HEADER, ZHANG, [*LI, "又一格"], WANG])))
    assert out.values(EXCESS) == ["", "又一格", ""]


def test_all_errors_of_a_table_come_at_once(tmp_path: Path) -> None:
    text = "姓名,单位,工作单位,出生年月\n张三,甲校,乙校,1970\n,丙,丙,3000\n,丁,丁,1980\n"
    out = load(write(tmp_path / "a.csv", text))
    assert [(p.code, p.row) for p in out.problems if p.severity == "error"] == [
        ("ambiguous-column", 2),
        ("no-name-no-id", 3),
        ("no-name-no-id", 4),
    ]
    assert [p.row for p in out.find("bad-birth")] == [3]
