"""Spreadsheets of WPS (.et, .ett): read where they are built like those of Excel, refused by name where not."""

from __future__ import annotations

from pathlib import Path

import pytest
import xlwt
from tables_helpers import workbook

from expertmatch.errors import InputError
from expertmatch.tables.read import read_raw, sheet_names


def _biff(folder: Path, name: str) -> Path:
    """Write an OLE workbook, as XLS is one, under another name."""
    book = xlwt.Workbook()
    sheet = book.add_sheet("专家")
    for i, row in enumerate([["姓名", "工作单位"], ["张三", "西北大学"], ["李四", "长安大学"]]):
        for j, text in enumerate(row):
            sheet.write(i, j, text)
    book.save(str(folder / "旧.xls"))
    path = folder / name
    path.write_bytes((folder / "旧.xls").read_bytes())
    return path


@pytest.mark.parametrize("name", ["专家.et", "专家.ETT"])
def test_a_spreadsheet_of_wps_that_is_built_like_xls_is_read(tmp_path: Path, name: str) -> None:
    raw = read_raw(_biff(tmp_path, name), table="experts")
    assert raw.frame["姓名"].tolist() == ["张三", "李四"]
    assert [p.code for p in raw.problems] == ["wps-workbook"]
    assert sheet_names(tmp_path / name) == ["专家"]


def test_a_spreadsheet_of_wps_that_is_built_like_xlsx_is_read(tmp_path: Path) -> None:
    path = tmp_path / "专家.et"
    path.write_bytes(workbook({"专家": [["姓名", "工作单位"], ["张三", "西北大学"]]}))
    assert read_raw(path, table="experts").frame["工作单位"].tolist() == ["西北大学"]


def test_a_spreadsheet_of_wps_whose_inside_is_another_is_refused_by_name(tmp_path: Path) -> None:
    """An OLE file with sound chains but no workbook in it, as WPS writes documents."""
    data = _biff(tmp_path, "专家.et").read_bytes()
    name = "Workbook".encode("utf-16-le")
    assert name in data
    path = tmp_path / "别的.et"
    path.write_bytes(data.replace(name, "EtWorkBk".encode("utf-16-le")))
    with pytest.raises(InputError) as refused:
        read_raw(path, table="experts")
    problem = refused.value.problems[-1]
    assert (problem.code, "另存为 xlsx" in problem.remedy, "（.et）" in problem.message) == (
        "unsupported-kind",
        True,
        True,
    )
