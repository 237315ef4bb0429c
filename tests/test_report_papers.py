"""Papers from a plan's workbook: what stands in them, what is refused, that they open elsewhere."""

from __future__ import annotations

import importlib
import io
import re
import shutil
import subprocess
import sys
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from cli_helpers import ROOT, Ran, inside

from expertmatch.errors import InputError, MissingExtraError, OutputError, UnknownNameError
from expertmatch.report.papers.book import PlanBook, read_book
from expertmatch.report.papers.facts import facts_of, in_words
from expertmatch.report.papers.names import BLANK, LISTED, PAPERS, TO_FILL
from expertmatch.report.papers.template import PaperTemplate, own_template
from expertmatch.report.papers.write import write_papers
from expertmatch.scenarios import read_scenario
from expertmatch.tables.needs import read_needs
from expertmatch.tables.pool import read_pool

docx = pytest.importorskip("docx", reason="没有安装 python-docx（扩展 papers）")
pytest.importorskip("docxtpl", reason="没有安装 docxtpl（扩展 papers）")

EXPERTS = """专家编号,姓名,工作单位,职务,职称,出生年月,性别,研究方向,联系电话,身份证号
E1,张三,渭川示例大学,系主任,教授,1975-06,男,猕猴桃溃疡病防治,13800138000,110101197506010012
E2,李四,秦岭示例研究所,,研究员,1980-01,女,猕猴桃溃疡病检测与植保,13900139000,
E3,王五,终南示例大学,院长,教授,1970-02,女,猕猴桃贮藏保鲜与溃疡病,,
E4,赵六,示例果业公司,,高级农艺师,1982-03,男,猕猴桃溃疡病田间管理,,
"""
NEEDS = """需求编号,需求类型,需求名称,需求内容,需求单位,需求方人员,开始时间,结束时间,地点,需要人数
N1,科技创新沙龙,猕猴桃溃疡病怎么防 & 怎么治,"开春流胶 {{7*7}} {% if %} <w:p/>，13700137000",合作社,钱七,2026-12-11,2026-12-12,会议室,3
N2,评审,猕猴桃贮藏/保鲜,,示例果业站,,2026-12,,,1
"""  # noqa: E501
NAMES = list(PAPERS)


def _write(folder: Path) -> list[str]:
    (folder / "专家.csv").write_text(EXPERTS, encoding="utf-8")
    (folder / "需求.csv").write_text(NEEDS, encoding="utf-8")
    return ["--needs", str(folder / "需求.csv"), "--experts", str(folder / "专家.csv"), "--as-of", "2026-11-01"]


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a plan in 方案 and a drawn one in 抽取."""
    from expertmatch.cli import run_arguments

    folder = tmp_path_factory.mktemp("papers")
    given = _write(folder)
    best = ["--scenario", "auto", "--out", str(folder / "方案"), "--quiet"]
    lots = [
        "--scenario",
        "review",
        "--select",
        "draw",
        "--seed",
        "2026-11-20 王",
        "--out",
        str(folder / "抽取"),
        "--quiet",
    ]
    assert run_arguments(["plan", *given, *best]) == 0
    assert run_arguments(["plan", *given, *lots]) == 0
    return folder


@pytest.fixture(scope="module")
def book(planned: Path) -> PlanBook:
    return _book(planned, "方案")


def _book(folder: Path, name: str) -> PlanBook:
    record = folder / name / "抽取记录.xlsx"
    pool = read_pool(folder / "专家.csv")
    return read_book(folder / name / "方案.xlsx", needs=read_needs(folder / "需求.csv"), pool=pool,
                     record=record if record.exists() else None)  # fmt: skip


def _all_text(data: Path | bytes) -> str:
    """Return every text of a Word file, read by another program."""
    held = docx.Document(io.BytesIO(data) if isinstance(data, bytes) else str(data))
    parts = [line.text for line in held.paragraphs]
    parts += [cell.text for table in held.tables for row in table.rows for cell in row.cells]
    return "\n".join(parts)


def _table(path: Path, number: int = 0) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in docx.Document(str(path)).tables[number].rows]


def test_each_paper_is_written_and_nothing_of_the_template_is_left(
    planned: Path, book: PlanBook, tmp_path: Path
) -> None:
    files = write_papers(NAMES[:-1], book, tmp_path) + write_papers(["抽取记录"], _book(planned, "抽取"), tmp_path)
    assert sorted(tmp_path.iterdir()) == sorted(files)
    kinds = {path.name.split("_")[0].removesuffix(".docx") for path in files}
    assert kinds == set(NAMES)
    for path in files:
        text = _all_text(path).replace("{{7*7}} {% if %}", "")
        assert text.strip()
        assert not re.search(r"\{\{|\{%|\}\}|%\}", text), path.name


def test_a_salon_plan_says_what_the_plan_says(book: PlanBook, tmp_path: Path) -> None:
    path = next(
        p for p in write_papers(["沙龙方案"], book, tmp_path, given={"主办单位": "示例市科协"}) if "N1" in p.name
    )
    text = _all_text(path)
    for part in ("猕猴桃溃疡病怎么防 & 怎么治", "2026年12月11日至2026年12月12日", "会议室", "主办：示例市科协",
                 f"承办：{BLANK}", "合作社", "{{7*7}} {% if %} <w:p/>"):  # fmt: skip
        assert part in text
    seats = book.seats["N1"]
    shown = _table(path)[1:]
    assert [row[1] for row in shown] == [seat.line.text("name") for seat in seats if seat.state != "gap"]
    assert "讨论时间不少于一半" in text  # the scenario's own words, with their source
    assert "待核实" in text
    lacking = sum(seat.state == "gap" for seat in seats)
    assert ("尚缺人选" in text) == bool(lacking)


def test_an_invitation_is_to_one_person(book: PlanBook, tmp_path: Path) -> None:
    files = write_papers(["邀请函"], book, tmp_path)
    wanted = [(need, seat.who) for need, seats in book.seats.items() for seat in seats if seat.who]
    assert len(files) == len(wanted)
    for path, (need, who) in zip(files, wanted, strict=True):
        assert who is not None
        assert f"_{need}_" in path.name
        text = _all_text(path)
        assert text.split("\n")[1] == f"尊敬的{who.name}老师："
        others = {"张三", "李四", "王五", "赵六"} - {who.name}
        assert not [name for name in others if name in text]


def test_public_is_name_unit_and_title_alone(book: PlanBook, tmp_path: Path) -> None:
    (path,) = write_papers(["公示名单"], book, tmp_path)
    rows = _table(path)
    assert rows[0] == ["序号", "姓名或名称", "单位", "职称"]
    assert PAPERS["公示名单"].lists == {"名单": LISTED}
    serving = {seat.who.id: seat.who for seats in book.seats.values() for seat in seats if seat.who}
    told = {(who.name, who.unit, who.title) for who in serving.values()}
    assert {tuple(row[1:]) for row in rows[1:]} == told
    assert [row[0] for row in rows[1:]] == [str(i) for i in range(1, len(told) + 1)]
    text = _all_text(path)
    assert not [word for word in ("E1", "E2", "系主任", "院长", "钱七", "1975", "N1") if word in text]


def test_no_paper_has_a_phone_or_an_identity_number(planned: Path, book: PlanBook, tmp_path: Path) -> None:
    files = write_papers(NAMES[:-1], book, tmp_path) + write_papers(["抽取记录"], _book(planned, "抽取"), tmp_path)
    for path in files:
        with zipfile.ZipFile(path) as archive:
            whole = b"".join(archive.read(name) for name in archive.namelist()).decode("utf-8", "ignore")
        assert not re.search("13[789]00137000|1[389]00138000|13900139000|11010119750601", whole), path.name


def test_a_leaders_note_is_masked(planned: Path, tmp_path: Path) -> None:
    path = tmp_path / "方案.xlsx"
    _marked(planned / "方案" / "方案.xlsx", path, {"备注": "手机 13800138000"})
    held = read_book(path, needs=read_needs(planned / "需求.csv"), pool=read_pool(planned / "专家.csv"))
    facts = dict(facts_of(PAPERS["签到表"], held, {}))
    notes = [person["备注"] for one in facts.values() for person in one["名单"] if person["备注"]]
    assert notes
    assert "13800138000" not in "".join(notes)


def test_a_record_of_a_draw_is_checked_and_says_so(planned: Path, tmp_path: Path) -> None:
    held = _book(planned, "抽取")
    assert held.draw is not None
    assert held.draw.wrong == ()
    (path,) = write_papers(["抽取记录"], held, tmp_path)
    text = _all_text(path)
    assert "2026-11-20 王" in text
    assert "逐行相符" in text
    assert all(word in text for word in ("经办", "监督", "复核", "封存人", held.draw.head["名单指纹"]))
    drawn = {row[3] for row in _table(path)[1:]}
    assert drawn == {seat.line.text("name") for seats in held.seats.values() for seat in seats if seat.who}


def test_a_record_that_was_changed_is_called_so(planned: Path, tmp_path: Path) -> None:
    folder = tmp_path / "改过"
    shutil.copytree(planned / "抽取", folder)
    held = openpyxl.load_workbook(folder / "抽取记录.xlsx")
    sheet = held["抽取记录"]
    heads = {cell.value: cell.column for cell in sheet[1]}
    sheet.cell(2, heads["签号"], "000000000000")
    held.save(folder / "抽取记录.xlsx")
    read = read_book(folder / "方案.xlsx", needs=read_needs(planned / "需求.csv"), pool=read_pool(planned / "专家.csv"),
                     record=folder / "抽取记录.xlsx")  # fmt: skip
    (path,) = write_papers(["抽取记录"], read, tmp_path)
    assert "复核不符" in _all_text(path)
    assert "不能作为依据" in _all_text(path)


def test_the_same_plan_gives_the_same_bytes(planned: Path, book: PlanBook, tmp_path: Path) -> None:
    first = write_papers(NAMES[:-1], book, tmp_path / "一")
    second = write_papers(NAMES[:-1], _book(planned, "方案"), tmp_path / "二")
    assert [p.name for p in first] == [p.name for p in second]
    assert [p.read_bytes() for p in first] == [p.read_bytes() for p in second]


def test_files_are_whole_or_absent_and_not_overwritten(book: PlanBook, tmp_path: Path) -> None:
    kept = tmp_path / "公示名单.docx"
    kept.write_bytes(b"own")
    with pytest.raises(OutputError, match="已经存在"):
        write_papers(["签到表", "公示名单"], book, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["公示名单.docx"]
    assert kept.read_bytes() == b"own"
    write_papers(["公示名单"], book, tmp_path, overwrite=True)
    assert "公示" in _all_text(kept)


def test_when_one_cannot_be_written_none_is_left(
    book: PlanBook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from expertmatch.report.papers import write

    real, written = write.whole_file, []

    def failing(path: Path, *, overwrite: bool) -> Any:
        if written:
            raise OutputError(path, "磁盘已满。", "")
        written.append(path)
        return real(path, overwrite=overwrite)

    monkeypatch.setattr(write, "whole_file", failing)
    with pytest.raises(OutputError):
        write_papers(["签到表"], book, tmp_path)
    assert written
    assert list(tmp_path.iterdir()) == []


# ---------------------------------------------------------------- marks, needs, names


def _marked(source: Path, target: Path, cells: dict[str, str]) -> None:
    held = openpyxl.load_workbook(source)
    sheet = held["方案"]
    top = next(row for row in sheet.iter_rows(max_row=3) if any(cell.value == "保留" for cell in row))
    heads = {cell.value: cell.column for cell in top}
    for name, text in cells.items():
        sheet.cell(top[0].row + 1, heads[name], text)
    held.save(target)


@pytest.mark.parametrize("cells", [{"删除": "√"}, {"替换": "赵六"}])
def test_marks_that_were_not_planned_again_are_refused(planned: Path, tmp_path: Path, cells: dict[str, str]) -> None:
    path = tmp_path / "方案.xlsx"
    _marked(planned / "方案" / "方案.xlsx", path, cells)
    pool = read_pool(planned / "专家.csv")
    gone = {"替换": "换"} if "替换" in cells else cells
    _marked(planned / "方案" / "方案.xlsx", path, gone)
    with pytest.raises(InputError) as refused:
        read_book(path, needs=read_needs(planned / "需求.csv"), pool=pool)
    assert {p.code for p in refused.value.problems} == {"not-planned-again"}
    _marked(planned / "方案" / "方案.xlsx", path, {"保留": "√"})
    assert read_book(path, needs=read_needs(planned / "需求.csv"), pool=pool).seats


def test_a_deleted_row_is_refused(planned: Path, tmp_path: Path) -> None:
    held = openpyxl.load_workbook(planned / "方案" / "方案.xlsx")
    sheet = held["方案"]
    top = next(row[0].row for row in sheet.iter_rows(max_row=3) if any(cell.value == "保留" for cell in row))
    sheet.delete_rows(top + 1)
    held.save(tmp_path / "方案.xlsx")
    with pytest.raises(InputError) as refused:
        read_book(tmp_path / "方案.xlsx", needs=read_needs(planned / "需求.csv"), pool=read_pool(planned / "专家.csv"))
    assert [p.code for p in refused.value.problems] == ["rows-deleted"]


def test_only_some_needs_and_unknown_names(book: PlanBook, tmp_path: Path) -> None:
    assert all("N2" in path.name for path in write_papers(["签到表"], book, tmp_path, only=["N2"]))
    with pytest.raises(UnknownNameError, match="N1"):
        write_papers(["签到表"], book, tmp_path, only=["N11"])
    with pytest.raises(UnknownNameError, match="签到表"):
        write_papers(["签到"], book, tmp_path)
    with pytest.raises(UnknownNameError, match="主办单位"):
        write_papers(["签到表"], book, tmp_path, given={"主办": "科协"})
    with pytest.raises(InputError, match=r"抽取记录\.xlsx"):
        write_papers(["抽取记录"], book, tmp_path)


def test_names_of_files_are_fit_for_windows(book: PlanBook, tmp_path: Path) -> None:
    for path in write_papers(NAMES[:-1], book, tmp_path):
        assert not re.search(r'[\\/:*?"<>|]', path.name)
        assert len(path.name) <= 70


@pytest.mark.parametrize(("time", "said"), [
    ("2026-12-11 至 2026-12-12", "2026年12月11日至2026年12月12日"), ("2026-09", "2026年9月"), ("2026", "2026"),
    ("", ""),
])  # fmt: skip
def test_dates_in_words(time: str, said: str) -> None:
    assert in_words(time) == said


# ---------------------------------------------------------------- templates


def _template(*lines: str, rows: tuple[tuple[str, ...], ...] = ()) -> bytes:
    made = docx.Document()
    for line in lines:
        made.add_paragraph(line)
    if rows:
        table = made.add_table(rows=0, cols=len(rows[0]))
        for row in rows:
            for cell, text in zip(table.add_row().cells, row, strict=True):
                cell.text = text
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def _codes(data: bytes, paper: str = "签到表") -> list[tuple[str, str | None]]:
    with pytest.raises(InputError) as refused:
        PaperTemplate(data, "模板.docx", PAPERS[paper])
    return [(p.code, p.value) for p in refused.value.problems]


@pytest.mark.parametrize("name", NAMES)
def test_own_templates_are_what_the_script_builds_and_use_known_names(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    module = importlib.import_module("build_papers")
    held, built = own_template(PAPERS[name]), module.built(name)
    with zipfile.ZipFile(io.BytesIO(held)) as one, zipfile.ZipFile(io.BytesIO(built)) as other:
        for part in ("word/document.xml", "word/footer1.xml"):
            if part in one.namelist():
                assert one.read(part) == other.read(part)
    PaperTemplate(held, f"{name}.docx", PAPERS[name])


def test_an_office_template_is_used(book: PlanBook, tmp_path: Path) -> None:
    rows = (("姓名", "单位"), ("{%tr for 人 in 名单 %}", ""), ("{{人.姓名}}", "{{ 人.单位 }}"), ("{%tr endfor %}", ""))
    path = tmp_path / "我们的.docx"
    path.write_bytes(_template("{{需求名称}}签到", "{{主办单位}}", rows=rows))
    made = write_papers(["签到表"], book, tmp_path / "出", template=path, only=["N1"])
    assert "怎么治签到" in _all_text(made[0])
    assert [row[0] for row in _table(made[0])][1:] == [
        s.line.text("name") for s in book.seats["N1"] if s.state != "gap"
    ]


def test_unknown_placeholders_are_all_named_with_the_nearest() -> None:
    rows = (("{%tr for 人 in 名单 %}", ""), ("{{人.姓明}}", "{{人.手机}}"), ("{%tr endfor %}", ""))
    data = _template("{{需求名}}", "{{主办单位}}", "{% if 专家 %}{{ 专家 }}{% endif %}", rows=rows)
    assert _codes(data) == [("unknown-placeholder", name) for name in ("需求名", "专家", "人.姓明", "人.手机")]
    with pytest.raises(InputError) as refused:
        PaperTemplate(data, "模板.docx", PAPERS["签到表"])
    first, _, third, _ = refused.value.problems
    assert "需求名称" in first.remedy
    assert "是否想写：人.姓名" in third.remedy
    assert first.file == "模板.docx"


def test_placeholders_broken_over_runs_and_in_footers_are_seen() -> None:
    made = docx.Document()
    line = made.add_paragraph()
    for piece in ("{", "{需求", "名", "}}"):
        line.add_run(piece)
    made.sections[0].footer.paragraphs[0].text = "{{单位名}}"
    out = io.BytesIO()
    made.save(out)
    assert [value for _, value in _codes(out.getvalue())] == ["需求名", "单位名"]


def test_a_public_list_cannot_ask_for_more() -> None:
    rows = (("{%tr for 人 in 名单 %}",), ("{{人.姓名}}{{人.职务}}{{人.编号}}",), ("{%tr endfor %}",))
    assert _codes(_template("{{人数}}", rows=rows), "公示名单") == [
        ("unknown-placeholder", "人.职务"), ("unknown-placeholder", "人.编号"),
    ]  # fmt: skip


@pytest.mark.parametrize(("lines", "code"), [
    (("{% if 人数 %}",), "template-broken"),
    (("{{ 人数 | 加粗 }}",), "template-broken"),
    (("{{ 人数 ",), "template-broken"),
    (("{% for 人 in 人数 %}{{人}}{% endfor %}",), "not-a-list"),
    (("{{ range(10**9) }}",), "unknown-placeholder"),
    (("{{ 需求名称.__class__ }}",), "unknown-placeholder"),
])  # fmt: skip
def test_templates_that_cannot_be_used(lines: tuple[str, ...], code: str) -> None:
    assert code in [found for found, _ in _codes(_template(*lines))]


def test_what_only_filling_in_shows_is_told_too(book: PlanBook) -> None:
    held = PaperTemplate(_template("{% set 甲 = 名单[99] %}{{ 甲.姓名 }}"), "模板.docx", PAPERS["签到表"])
    facts = next(iter(facts_of(PAPERS["签到表"], book, {})))[1]
    with pytest.raises(InputError) as refused:
        held.filled(facts)
    assert [p.code for p in refused.value.problems] == ["template-broken"]


@pytest.mark.parametrize(("data", "code"), [
    (b"", "not-word"), (b"PK\x03\x04", "not-word"), ("文字".encode(), "not-word"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "old-word"),
])  # fmt: skip
def test_files_that_are_no_word_files(data: bytes, code: str) -> None:
    assert _codes(data) == [(code, None)]


def test_a_workbook_is_no_template(planned: Path) -> None:
    assert _codes((planned / "方案" / "方案.xlsx").read_bytes()) == [("not-word", None)]


def test_without_docxtpl_the_install_line_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "docxtpl", None)
    with pytest.raises(MissingExtraError, match=r"expertmatch\[papers\]"):
        PaperTemplate(b"", "模板.docx", PAPERS["签到表"])


def test_every_text_to_be_given_is_a_placeholder_of_every_paper() -> None:
    for paper in PAPERS.values():
        assert set(TO_FILL) <= set(paper.texts)


# ---------------------------------------------------------------- the command, and other programs


def _run(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> Ran:
    return inside(["papers", *arguments], capsys)


def test_the_command(planned: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ran = _run(
        capsys, "签到表", "公示名单", "--plan", planned / "方案", "--out", tmp_path, "--set", "主办单位=示例市科协"
    )
    assert ran.code == 0
    assert "写出 3 份公文" in ran.out
    assert "示例市科协" in _all_text(tmp_path / "公示名单.docx")
    again = _run(capsys, "公示名单", "--plan", planned / "方案" / "方案.xlsx", "--out", tmp_path)
    assert (again.code, "--force" in again.said) == (2, True)
    assert _run(capsys, "公示名单", "--plan", planned / "方案", "--out", tmp_path, "--force", "--quiet").out == ""


def test_the_command_refuses(planned: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = ["--out", tmp_path / "出"]
    plan = ["--plan", planned / "方案"]
    told = [
        (["签到", *plan, *out], "是否想写：签到表"),
        (["签到表", *out], "--plan"),
        (["签到表", *plan, "--set", "主办单位", *out], "--set"),
        (["签到表", *plan, "--set", "主办=甲", *out], "主办单位"),
        (["签到表", "邀请函", *plan, "--template", "a.docx", *out], "--template"),
        (["签到表", *plan, "--template", tmp_path / "没有.docx", *out], "没有这个文件"),
        (["签到表", "--plan", planned / "需求.csv", *out], "读不出批改"),
        (["抽取记录", *plan, *out], "抽取记录.xlsx"),
    ]
    for arguments, words in told:
        ran = _run(capsys, *arguments)
        assert (ran.code, words in ran.said) == (2, True), (arguments, ran.said)
    assert not (tmp_path / "出").exists()


def test_tables_that_moved_are_asked_for(planned: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    moved = tmp_path / "新处"
    shutil.copytree(planned / "方案", moved)
    kept = (planned / "专家.csv").read_bytes()
    (tmp_path / "专家.csv").write_bytes(kept)
    (planned / "专家.csv").unlink()
    try:
        ran = _run(capsys, "签到表", "--plan", moved, "--out", tmp_path / "出")
        assert (ran.code, "--experts" in ran.said) == (2, True)
        ran = _run(capsys, "签到表", "--plan", moved, "--out", tmp_path / "出", "--experts", tmp_path / "专家.csv")
        assert ran.code == 0
    finally:
        (planned / "专家.csv").write_bytes(kept)


def test_the_template_is_copied_to_be_edited(planned: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ran = _run(capsys, "派遣函", "--copy-template", "--out", tmp_path)
    assert ran.code == 0
    assert (tmp_path / "派遣函.docx").read_bytes() == own_template(PAPERS["派遣函"])
    assert "需求名称" in ran.out
    made = _run(
        capsys, "派遣函", "--plan", planned / "方案", "--template", tmp_path / "派遣函.docx", "--out", tmp_path / "出"
    )
    assert made.code == 0


def test_libreoffice_opens_them(planned: Path, book: PlanBook, tmp_path: Path) -> None:
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("没有安装 LibreOffice（soffice），没有核对它能否打开公文")
    files = write_papers(NAMES[:-1], book, tmp_path, only=["N1"])
    files += write_papers(["抽取记录"], _book(planned, "抽取"), tmp_path)
    subprocess.run(
        [office, f"-env:UserInstallation=file://{tmp_path}/own", "--headless",
         "--convert-to", "txt:Text (encoded):UTF8", "--outdir", str(tmp_path / "文"), *map(str, files)],
        check=True, capture_output=True, timeout=180,
    )  # fmt: skip
    for path in files:
        text = (tmp_path / "文" / f"{path.stem}.txt").read_text(encoding="utf-8-sig")
        for line in docx.Document(str(path)).paragraphs:
            assert line.text.strip().split("\n")[0] in text, path.name


def test_what_no_longer_holds_is_not_agreed(book: PlanBook, tmp_path: Path) -> None:
    relief = replace(book, scenarios=dict.fromkeys(book.scenarios, "relief"))
    terms = read_scenario("relief").terms
    past = [term for term in terms if not term.holds_on(date(2026, 11, 1))]
    assert past
    now = "\n".join(_all_text(path) for path in write_papers(["派遣函"], relief, tmp_path / "今"))
    assert not [term.label for term in past if term.label in now]
    assert "待核实" not in now
    then = replace(relief, as_of=date(2018, 1, 1))
    told = "\n".join(_all_text(path) for path in write_papers(["派遣函"], then, tmp_path / "昔"))
    assert [term.label for term in past if term.label in told]


def test_no_agenda_of_a_salon_for_another_programme(book: PlanBook, tmp_path: Path) -> None:
    assert [path.name.split("_")[1] for path in write_papers(["沙龙方案"], book, tmp_path / "一")] == ["N1"]
    for given in ({"only": ["N2"]}, {}):
        plan = book if given else replace(book, scenarios=dict.fromkeys(book.scenarios, "relief"))
        with pytest.raises(InputError, match="不是科技创新沙龙"):
            write_papers(["沙龙方案"], plan, tmp_path / "二", **given)
    assert not (tmp_path / "二").exists()
