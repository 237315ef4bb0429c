"""The workbooks opened by another program: LibreOffice saves them again, our own reader reads both."""

from __future__ import annotations

import csv
import shutil
import subprocess
from pathlib import Path

import openpyxl
import pytest

from expertmatch.tables.read import read_raw, sheet_names
from tests.cli_helpers import tables

HOSTILE = '=HYPERLINK("http://evil.example/","点我")'
RESULTS = ("推荐", "理由", "未匹配", "回避与排除", "专家负荷", "学科覆盖", "数据问题", "待确认", "参数")
PLAN = ("方案", "邀请名单", "未满足", "不合要求", "队伍", "专家负荷", "候补", "理由", "回避与排除", "数据问题", "参数")


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return both workbooks of a small run whose tables hold a formula."""
    folder = tmp_path_factory.mktemp("books")
    experts = (
        "专家编号,姓名,单位,职称,区县,研究方向\n"
        "E1,张三,西岭农业大学,教授,周至县,猕猴桃 溃疡病 防治\n"
        f'E2,李四,"{HOSTILE.replace(chr(34), chr(34) * 2)}",研究员,周至县,苹果 腐烂病 防治\n'
        "E3,王五,秦川果业,高级农艺师,眉县,猕猴桃 授粉 果园 管理\n"
    )
    needs = (
        "需求编号,需求名称,需求类型,需求单位,需求内容,区县\n"
        f'N1,猕猴桃溃疡病防治,科技帮扶,某村,"{HOSTILE.replace(chr(34), chr(34) * 2)}",周至县\n'
        "N2,苹果腐烂病防治,科技帮扶,某镇,果园管理,眉县\nN3,量子通信芯片,科技帮扶,某县,无,眉县\n"
    )
    given = tables(folder, experts=experts, works="成果编号,成果名称,专家编号\nW1,猕猴桃果园管理,E3\n", needs=needs)
    options = ["--scenario", "relief", "--as-of", "2026-11-01", "--force", "--out"]
    assert _run(["match", *given, *options, folder / "结果"]) == 0
    assert _run(["plan", *given, *options, folder / "方案"]) == 0
    return {"推荐结果": folder / "结果" / "推荐结果.xlsx", "方案": folder / "方案" / "方案.xlsx"}


def _run(arguments: list[str | Path]) -> int:
    from expertmatch.cli.app import run_arguments

    return run_arguments([str(one) for one in arguments])


@pytest.fixture(scope="module")
def saved(books: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return both as LibreOffice saves them, beside a sheet each as it shows it."""
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("没有安装 LibreOffice（soffice），没有核对它能否打开工作簿")
    out = tmp_path_factory.mktemp("saved")
    own = f"-env:UserInstallation=file://{out}/own"
    shown = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"  # every sheet, as shown
    for kind in ("xlsx", "pdf", shown):
        subprocess.run(
            [office, own, "--headless", "--convert-to", kind, "--outdir", str(out), *map(str, books.values())],
            check=True, capture_output=True, timeout=240,
        )  # fmt: skip
    return {name: out / f"{name}.xlsx" for name in books}


@pytest.mark.parametrize(("name", "sheets"), [("推荐结果", RESULTS), ("方案", PLAN)])
def test_a_sheet_per_question(name: str, sheets: tuple[str, ...], books: dict[str, Path]) -> None:
    found = sheet_names(books[name])
    assert set(found) - {"原方案", "抽取"} <= set(sheets)
    needed = [
        one for one in sheets if one not in ("待确认", "学科覆盖", "不合要求", "回避与排除", "未满足", "数据问题")
    ]
    assert [one for one in found if one in needed] == needed
    book = openpyxl.load_workbook(books[name])
    for sheet in book:
        if sheet.sheet_state == "visible" and sheet.title != "邀请名单" and sheet.max_row > 2:
            header = sheet.auto_filter.ref.split(":")[0]
            assert sheet.freeze_panes == f"A{int(header[1:]) + 1}", sheet.title
            widths = [sheet.column_dimensions[cell.column_letter].width for cell in sheet[int(header[1:])]]
            assert all(4 < width < 90 for width in widths), sheet.title


@pytest.mark.parametrize("name", ["推荐结果", "方案"])
def test_libreoffice_keeps_every_cell(name: str, books: dict[str, Path], saved: dict[str, Path]) -> None:
    assert sheet_names(saved[name]) == sheet_names(books[name])
    for sheet in sheet_names(books[name]):
        before, after = (read_raw(path, sheet=sheet, table="needs").frame for path in (books[name], saved[name]))
        assert list(before) == list(after)
        for column in before:
            for left, right in zip(before[column], after[column], strict=True):
                assert left == right or float(left) == pytest.approx(float(right), rel=1e-14)  # it keeps 15 digits
    assert saved[name].with_suffix(".pdf").read_bytes()[:5] == b"%PDF-"


@pytest.mark.parametrize("name", ["推荐结果", "方案"])
def test_libreoffice_keeps_what_an_office_sees(name: str, books: dict[str, Path], saved: dict[str, Path]) -> None:
    before, after = (openpyxl.load_workbook(path) for path in (books[name], saved[name]))
    for sheet in before:
        other = after[sheet.title]
        assert other.auto_filter.ref == sheet.auto_filter.ref
        assert other.sheet_state == sheet.sheet_state
        assert len(other.data_validations.dataValidation) >= min(1, len(sheet.data_validations.dataValidation))
        assert bool(other.conditional_formatting) == bool(sheet.conditional_formatting)


def test_a_formula_of_a_table_is_shown_as_text(saved: dict[str, Path]) -> None:
    shown = [cell for path in sorted(saved["方案"].parent.glob("*.csv")) for row in _rows(path) for cell in row]
    assert any("HYPERLINK" in cell for cell in shown)
    assert "点我" not in shown
    for name in saved:
        for sheet in openpyxl.load_workbook(saved[name]):
            for row in sheet.iter_rows():
                assert all(cell.data_type != "f" for cell in row), sheet.title


def test_scores_keep_their_places(saved: dict[str, Path]) -> None:
    page = openpyxl.load_workbook(saved["推荐结果"])["推荐"]
    at = [cell.value for cell in page[1]].index("得分")
    assert {row[at].number_format for row in page.iter_rows(min_row=2)} == {"0.000"}


def _rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.reader(lines))
