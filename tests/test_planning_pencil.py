"""A plan's workbook marked by hand: read back as meant, or refused by cell."""

from __future__ import annotations

import csv
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plan_tables import SETTINGS, frame, needs, plan, pool

from expertmatch.errors import InputError, Problem
from expertmatch.planning.pencil.changes import changes
from expertmatch.planning.pencil.marks import Wishes, read_mark, read_wishes, settings_of
from expertmatch.planning.pencil.people import People
from expertmatch.planning.pencil.words import PLAN_COLUMNS
from expertmatch.planning.settings import PlanSettings
from expertmatch.report.plan_sheets import plan_frames, plan_titles, write_plan
from expertmatch.tables.write import write_frames

FIRST = 3
"""The row of the first seat: a title and the header stand above."""


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("plan")
    write_plan(plan_frames(plan(), settings=SETTINGS), plan_titles(plan()), folder, ["xlsx"], force=False)
    return folder / "方案.xlsx"


class Hand:
    """A hand in the workbook: cells of 方案 by row and header."""

    def __init__(self, book: openpyxl.Workbook) -> None:
        self.book, self.sheet = book, book["方案"]
        self.column = {cell.value: cell.column for cell in self.sheet[FIRST - 1] if cell.value}

    def __setitem__(self, at: tuple[int, str], value: Any) -> None:
        self.sheet.cell(at[0], self.column[at[1]]).value = value

    def __getitem__(self, at: tuple[int, str]) -> Any:
        return self.sheet.cell(at[0], self.column[at[1]]).value

    def row(self, at: int) -> list[Any]:
        return [cell.value for cell in self.sheet[at]]

    def put(self, at: int, values: list[Any]) -> None:
        for column, value in enumerate(values, start=1):
            self.sheet.cell(at, column).value = value


Edit = Callable[[Hand], None]


def edited(written: Path, folder: Path, edit: Edit) -> Path:
    book = openpyxl.load_workbook(written)
    edit(Hand(book))
    path = folder / "方案（已批）.xlsx"
    book.save(path)
    return path


def cells(*marks: tuple[int, str, Any]) -> Edit:
    def edit(hand: Hand) -> None:
        for row, column, value in marks:
            hand[row, column] = value

    return edit


def read(path: Any, **more: Any) -> Wishes:
    return read_wishes(path, needs=needs(), pool=pool(), **more)


def refused(path: Any, **more: Any) -> list[Problem]:
    with pytest.raises(InputError) as caught:
        read(path, **more)
    return [problem for problem in caught.value.problems if problem.severity == "error"]


def _insert(at: int, **values: Any) -> Edit:
    def edit(hand: Hand) -> None:
        hand.sheet.insert_rows(at)
        for column, value in values.items():
            hand[at, column] = value

    return edit


def _sorted_by_hand(hand: Hand) -> None:
    hand[3, "保留"] = "√"
    rows = [hand.row(at) for at in range(FIRST, FIRST + 7)]
    for at, values in enumerate(sorted(rows, key=lambda row: str(row[9])), start=FIRST):
        hand.put(at, values)


def _headers_with_blanks(hand: Hand) -> None:
    hand.sheet.cell(2, hand.column["保留"]).value = "保 留\n（打√）"
    hand.sheet.cell(2, hand.column["编号"]).value = " 编号* "
    hand[4, "保留"] = "√"


def _columns_moved(hand: Hand) -> None:
    """Put 保留 in front, behind a column of one's own."""
    marks = [hand.sheet.cell(at, hand.column["保留"]).value for at in range(1, 10)]
    hand.sheet.delete_cols(hand.column["保留"])
    hand.sheet.insert_cols(1, 2)
    hand.sheet.cell(2, 1).value = "领导意见"
    for at, mark in enumerate(marks, start=1):
        hand.sheet.cell(at, 2).value = mark
    hand.sheet.cell(5, 2).value = "√"


def _two_titles(hand: Hand) -> None:
    hand[3, "删除"] = "√"
    hand.sheet.insert_rows(1, 2)
    hand.sheet["A1"] = "市科协 2018 年服务方案（征求意见稿）"


def _signature(hand: Hand) -> None:
    hand[3, "删除"] = "√"
    hand.sheet["A12"] = "审批人签字：                    2018 年 6 月 1 日"


def _filtered(hand: Hand) -> None:
    hand[3, "删除"] = "√"
    hand.sheet.auto_filter.add_filter_column(0, ["N001"])
    for at in (6, 7, 8, 9):
        hand.sheet.row_dimensions[at].hidden = True


def _merged(hand: Hand) -> None:
    hand.sheet.merge_cells("A3:A5")
    hand.sheet.merge_cells("B3:B5")
    hand[5, "删除"] = "√"


def _merged_marks(hand: Hand) -> None:
    letter = openpyxl.utils.get_column_letter(hand.column["保留"])
    hand[3, "保留"] = "√"
    hand.sheet.merge_cells(f"{letter}3:{letter}5")


def _renamed_sheet(hand: Hand) -> None:
    hand[3, "保留"] = "√"
    hand.sheet.title = "局长批改"


def _only_the_sheet(hand: Hand) -> None:
    hand[3, "保留"] = "√"
    for name in hand.book.sheetnames[1:]:
        del hand.book[name]


NOBODY: tuple[tuple[str, str], ...] = ()
E1, E2, E3, E4, E5 = (("N001", f"E00{i}") for i in range(1, 6))

MEANT: dict[str, tuple[Edit, tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]]] = {
    "nothing": (cells(), NOBODY, NOBODY),
    "ticks": (cells((3, "保留", "√"), (4, "保留", "是"), (5, "保留", 1)), (E1, E2, E3), NOBODY),
    "other ticks": (cells((3, "保留", "✓ "), (4, "保留", "ｙ"), (5, "保留", True)), (E1, E2, E3), NOBODY),
    "words": (cells((3, "保留", "保留"), (4, "删除", "删除"), (5, "删除", "对")), (E1,), (E2, E3)),
    "no marks": (cells((3, "保留", "否"), (4, "保留", 0), (5, "保留", "×"), (3, "删除", "否"), (4, "删除", 0),
                       (5, "替换", "×"), (4, "替换", "不换"), (5, "删除", "/"), (3, "替换", "无")), NOBODY, NOBODY),
    "dropped": (cells((3, "删除", "√"), (6, "删除", "Y")), NOBODY, (E1, ("N002", "XH2"))),
    "by a name": (cells((3, "替换", "赵六")), (E5,), (E1,)),
    "by a name with blanks": (cells((3, "替换", " 赵　六 ")), (E5,), (E1,)),
    "by name and unit": (cells((4, "替换", "张三（长安大学）"), (3, "删除", "√")), (E4,), (E2, E1)),
    "by name, unit, full width": (cells((4, "替换", "张三 (长安大学)")), (E4,), (E2,)),
    "by unit and name": (cells((4, "替换", "长安大学 张三")), (E4,), (E2,)),
    "by name, unit and title": (cells((4, "替换", "张三（长安大学，讲师）")), (E4,), (E2,)),
    "by an id": (cells((4, "替换", "e004")), (E4,), (E2,)),
    "by id and name": (cells((4, "替换", "E004 张三")), (E4,), (E2,)),
    "by an id that lost its noughts": (cells((4, "替换", 12)), (("N001", "0012"),), (E2,)),
    "with a title behind": (cells((4, "替换", "赵六教授")), (E5,), (E2,)),
    "in a sentence": (cells((4, "替换", "换成赵六（西北大学）")), (E5,), (E2,)),
    "dots in a name": (cells((4, "替换", "买买提艾力")), (("N001", "E006"),), (E2,)),
    "by a society": (cells((4, "替换", "西安市果业学会")), (("N001", "society:XH1"),), (E2,)),
    "by an id that two kinds share": (cells((4, "替换", "专家：XH1")), (("N001", "expert:XH1"),), (E2,)),
    "somebody else": (cells((3, "替换", "√"), (4, "替换", "另派"), (5, "替换", "换")), NOBODY, (E1, E2, E3)),
    "dropped and replaced": (cells((3, "删除", "√"), (3, "替换", "赵六")), (E5,), (E1,)),
    "a gap filled": (cells((7, "替换", "孙七")), (("N002", "E007"),), NOBODY),
    "a gap still open": (cells((7, "替换", "另派")), NOBODY, NOBODY),
    "a row more": (_insert(6, 需求编号="N001", 姓名="赵六", 保留="√"), (E5,), NOBODY),
    "a row more, by unit": (_insert(6, 需求编号="n001", 姓名="张三", 单位="长安大学", 保留="√"), (E4,), NOBODY),
    "a row more, by id": (_insert(10, 需求编号="N002", 编号="E007", 保留="√"), (("N002", "E007"),), NOBODY),
    "a row more, not wanted": (_insert(10, 需求编号="N002", 姓名="孙七", 删除="√"), NOBODY, (("N002", "E007"),)),
    "a row gone": (lambda hand: hand.sheet.delete_rows(4), NOBODY, NOBODY),
    "sorted": (_sorted_by_hand, (E1,), NOBODY),
    "an empty row": (lambda hand: (cells((3, "删除", "√"))(hand), hand.sheet.insert_rows(4)), NOBODY, (E1,)),
    "headers with blanks": (_headers_with_blanks, (E2,), NOBODY),
    "columns moved": (_columns_moved, (E3,), NOBODY),
    "more titles": (_two_titles, NOBODY, (E1,)),
    "a line for the signature": (_signature, NOBODY, (E1,)),
    "filtered": (_filtered, NOBODY, (E1,)),
    "needs merged": (_merged, NOBODY, (E3,)),
    "a tick across rows": (_merged_marks, (E1, E2, E3), NOBODY),
    "the sheet renamed": (_renamed_sheet, (E1,), NOBODY),
    "the sheet alone": (_only_the_sheet, (E1,), NOBODY),
    "a row copied": (lambda hand: (cells((3, "保留", "√"))(hand), hand.put(11, hand.row(3))), (E1,), NOBODY),
    "the need shortened": (cells((3, "需求名称", "溃疡病"), (3, "保留", "√")), (E1,), NOBODY),
    "same person, two needs": (cells((4, "删除", "√"), (9, "保留", "√")), (("N003", "E002"),), (E2,)),
}  # fmt: skip


@pytest.mark.parametrize("case", MEANT)
def test_read_back_as_meant(case: str, written: Path, tmp_path: Path) -> None:
    edit, locked, forbidden = MEANT[case]
    wishes = read(edited(written, tmp_path, edit))
    assert (set(wishes.locked), set(wishes.forbidden)) == (set(locked), set(forbidden))
    assert len(wishes.locked) == len(locked)


def _swap_two(hand: Hand) -> None:
    """Sort one column only: the names of two rows change places."""
    hand[3, "姓名"], hand[4, "姓名"] = hand[4, "姓名"], hand[3, "姓名"]


def _no_column(hand: Hand) -> None:
    hand.sheet.delete_cols(hand.column["替换"])


def _column_twice(hand: Hand) -> None:
    hand.sheet.cell(2, hand.column["备注"] + 1).value = "保留"


def _copied_sheet(hand: Hand) -> None:
    hand.book.copy_worksheet(hand.sheet).title = "方案 (2)"


def _no_sheet(hand: Hand) -> None:
    del hand.book["方案"]


def _another_run(hand: Hand) -> None:
    for at in range(3, 10):
        hand[at, "需求编号"] = f"X{at}"


def _changed_original(hand: Hand) -> None:
    hand.book["原方案"]["G3"] = "西北大学"
    hand.book["原方案"]["C3"] = "甲"


def _place_twice(hand: Hand) -> None:
    hand[4, "席位"] = 1


# case -> edit, and for each error: code, row, column, words of the message, words of the remedy
REFUSED: dict[str, tuple[Edit, list[tuple[str, int | None, str | None, str, str]]]] = {
    "kept and dropped": (cells((3, "保留", "√"), (3, "删除", "√")), [("keep-and-drop", 3, "删除", "又打", "只留一个")]),
    "kept and replaced": (cells((3, "保留", "√"), (3, "替换", "赵六")),
                          [("keep-and-replace", 3, "替换", "替换", "清空“保留”")]),
    "a circle": (cells((3, "保留", "○")), [("unknown-mark", 3, "保留", "○", "打 √")]),
    "words in a mark": (cells((3, "删除", "再议")), [("unknown-mark", 3, "删除", "再议", "备注")]),
    "a cross under drop": (cells((3, "删除", "×")), [("unknown-mark", 3, "删除", "可以是要删，也可以是不删", "留空")]),
    "two of a name": (cells((5, "替换", "张三")),
                      [("ambiguous-candidate", 5, "替换", "张三（西北大学，E001）；张三（长安大学，E004）", "编号")]),
    "an id of two kinds": (cells((5, "替换", "XH1")), [("ambiguous-candidate", 5, "替换", "西安市果业学会", "编号")]),
    "nobody is called so": (cells((5, "替换", "买买提艾尔")), [("unknown-candidate", 5, "替换", "没", "买买提·艾力")]),
    "the second runner-up": (cells((5, "替换", 2)), [("unknown-candidate", 5, "替换", "没有“2”", "姓名")]),
    "another unit": (cells((5, "替换", "赵六（长安大学）")),
                     [("disagree-candidate", 5, "替换", "赵六（西北大学，E005）", "单位")]),
    "two people with units": (cells((5, "替换", "赵六（西北大学）；孙七（西北大学）")),
                              [("several-candidate", 5, "替换", "不止一人", "加一行")]),
    "two people in a cell": (cells((5, "替换", "赵六、孙七")), [("several-candidate", 5, "替换", "不止", "加一行")]),
    "by oneself": (cells((5, "替换", "王五")), [("replaced-by-self", 5, "替换", "就是现在的人", "保留")]),
    "by one who sits there": (cells((5, "替换", "李四")), [("placed-already", 5, "替换", "第 2 席", "第 4 行")]),
    "twice the same": (cells((4, "替换", "赵六"), (5, "替换", "E005")),
                       [("placed-twice", 5, "替换", "第 4 行“替换”列", "只留一处")]),
    "wanted and not": (cells((3, "替换", "李四"), (4, "替换", "另派")),
                       [("wanted-and-not", 4, "替换", "第 3 行“替换”列", "只留一种")]),
    "dropped and added": (lambda hand: (cells((3, "删除", "√"))(hand),
                                        _insert(10, 需求编号="N001", 编号="E001", 保留="√")(hand)),
                          [("wanted-and-not", 10, "保留", "第 3 行“删除”列", "只留一种")]),
    "an unknown need": (cells((3, "需求编号", "N01")), [("unknown-need", 3, "需求编号", "N01", "N001")]),
    "no need": (cells((3, "需求编号", None)), [("no-need-id", 3, "需求编号", "没有需求编号", "N001")]),
    "another need's id": (cells((3, "需求编号", "N002")),
                          [("need-disagrees", 3, "需求编号", "薄壁件铣削变形", "全部列")]),
    "a seat that is none": (cells((3, "席位", "首席")), [("bad-place", 3, "席位", "首席", "留空")]),
    "a seat twice": (_place_twice, [("candidate-overwritten", 4, "编号", "E001", "替换")]),
    "another name written over": (cells((3, "姓名", "赵六")), [("candidate-disagrees", 3, "姓名", "赵六", "“替换”列")]),
    "name and id written over": (cells((3, "姓名", "赵六"), (3, "编号", "E005")),
                                 [("candidate-overwritten", 3, "编号", "张三", "“替换”列")]),
    "the name emptied": (cells((3, "姓名", None)), [("candidate-emptied", 3, "姓名", "清空", "“删除”打 √")]),
    "name and id emptied": (cells((3, "姓名", None), (3, "编号", None)),
                            [("candidate-emptied", 3, "姓名", "清空", "“删除”打 √")]),
    "the id emptied": (cells((3, "编号", None)), [("candidate-overwritten", 3, "姓名", "没有编号", "E001")]),
    "a gap in place of a name": (cells((3, "姓名", "（缺）"), (3, "编号", None)),
                                 [("candidate-overwritten", 3, "姓名", "被改成了", "“删除”打 √")]),
    "a name over a gap": (cells((7, "姓名", "孙七")), [("added-unmarked", 7, "保留", "没有打“保留”", "保留")]),
    "an id that is gone": (cells((3, "编号", "E099")), [("unknown-candidate", 3, "编号", "E099", "整行删去")]),
    "one column sorted": (_swap_two, [("candidate-disagrees", 3, "姓名", "李四", "只排序了一列"),
                                      ("candidate-disagrees", 4, "姓名", "张三", "只排序了一列")]),
    "a gap kept": (cells((7, "保留", "√")), [("vacant-seat", 7, "保留", "空缺", "“替换”")]),
    "the requester's seat": (cells((8, "替换", "孙七")), [("requester-seat", 8, "替换", "需求方", "清空")]),
    "a row more without a tick": (_insert(6, 需求编号="N001", 姓名="赵六"),
                                  [("added-unmarked", 6, "保留", "没有打“保留”", "打 √")]),
    "a row more, two of the name": (_insert(6, 需求编号="N002", 姓名="张三", 保留="√"),
                                    [("ambiguous-candidate", 6, "姓名", "2 位", "编号")]),
    "a row more, whom": (_insert(6, 需求编号="N002", 保留="√"), [("added-nobody", 6, "姓名", "没有席位", "姓名")]),
    "a row more that replaces": (_insert(6, 需求编号="N002", 姓名="孙七", 替换="赵六"),
                                 [("added-replace", 6, "替换", "没有现任", "他那一行")]),
    "a column gone": (_no_column, [("missing-columns", None, None, "“替换”", "复制回来")]),
    "a column twice": (_column_twice, [("column-twice", None, "保留", "2 列", "只留一列")]),
    "a copy of the sheet": (_copied_sheet, [("two-plans", None, None, "方案 (2)", "只留下")]),
    "no such sheet": (_no_sheet, [("not-a-plan", None, None, "没有“方案”", "方案工作簿")]),
    "another run": (_another_run, [("other-needs", None, None, "X3", "需求表")]),
    "the original changed": (_changed_original, [("before-changed", 3, "席位", "甲", "复制回来")]),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_refused_by_cell(case: str, written: Path, tmp_path: Path) -> None:
    edit, expected = REFUSED[case]
    found = refused(edited(written, tmp_path, edit))
    assert [(p.code, p.row, p.column) for p in found] == [one[:3] for one in expected]
    for problem, (_, row, _, said, remedy) in zip(found, expected, strict=True):
        assert said in problem.message
        assert remedy in problem.remedy
        assert problem.file == "方案（已批）.xlsx"
        assert row is None or problem.sheet in ("方案", "原方案")


def test_all_that_is_wrong_is_said_at_once(written: Path, tmp_path: Path) -> None:
    marks = cells((3, "保留", "？"), (3, "删除", "或许"), (4, "替换", "张三"), (7, "保留", "√"), (9, "编号", "E9"))
    found = refused(edited(written, tmp_path, marks))
    assert [(p.row, p.column, p.value) for p in found] == [
        (3, "保留", "？"), (3, "删除", "或许"), (4, "替换", "张三"), (7, "保留", "√"), (9, "编号", "E9")]  # fmt: skip


def test_each_wish_knows_its_cell(written: Path, tmp_path: Path) -> None:
    marks = cells((3, "替换", "赵六"), (4, "删除", "√"), (5, "保留", "对"), (7, "替换", "孙七"), (9, "替换", "另派"))
    wishes = read(edited(written, tmp_path, marks))
    assert [(w.cell.row, w.cell.column, w.cell.text, w.sentence) for w in wishes.wishes] == [
        (3, "替换", "赵六", "N001 第 1 席：张三换成赵六"),
        (4, "删除", "√", "N001 第 2 席：不派李四"),
        (5, "保留", "对", "N001 第 3 席：保留王五"),
        (7, "替换", "孙七", "N002 第 2 席：空缺换成孙七"),
        (9, "替换", "另派", "N003 第 2 席：李四换下，另派他人"),
    ]
    assert {(w.cell.file, w.cell.sheet) for w in wishes.wishes} == {("方案（已批）.xlsx", "方案")}
    assert wishes.replaced == (("N001", 1, "E001", "E005"), ("N002", 2, "", "E007"), ("N003", 2, "E002", ""))
    PlanSettings(locked=wishes.locked, forbidden=wishes.forbidden)


def test_notes_are_kept_and_written_again(written: Path, tmp_path: Path) -> None:
    def edit(hand: Hand) -> None:
        cells((3, "备注", "请先电话联系"), (7, "备注", "问问农科院\n再定"))(hand)
        _insert(10, 需求编号="N002", 姓名="孙七", 保留="√", 备注="院里推荐")(hand)

    wishes = read(edited(written, tmp_path, edit))
    assert wishes.notes == {("N001", 1): "请先电话联系", ("N002", 2): "问问农科院\n再定", ("N002", 0): "院里推荐"}
    again = plan_frames(plan(), settings=SETTINGS, notes=wishes.notes)["方案"]
    assert again.loc[[0, 4], "备注"].tolist() == ["请先电话联系", "问问农科院\n再定"]


def test_deleted_rows_are_told_and_mean_nothing(written: Path, tmp_path: Path) -> None:
    wishes = read(edited(written, tmp_path, lambda hand: hand.sheet.delete_rows(3, 2)))
    assert not wishes.wishes
    [told] = [p for p in wishes.problems if p.code == "rows-deleted"]
    assert told.severity == "note"
    assert "N001 第 1 席张三（西北大学）、N001 第 2 席李四（长安大学）" in told.message


def test_a_cross_under_keep_is_told(written: Path, tmp_path: Path) -> None:
    wishes = read(edited(written, tmp_path, cells((3, "保留", "×"), (7, "替换", "换"))))
    assert [(p.code, p.row) for p in wishes.problems if p.row in (3, 7)] == [
        ("cross-under-keep", 3), ("still-vacant", 7)]  # fmt: skip


def test_the_requester_renamed_is_told(written: Path, tmp_path: Path) -> None:
    wishes = read(edited(written, tmp_path, cells((8, "姓名", "钱工"))))
    assert [(p.code, p.row, p.severity) for p in wishes.problems if p.row == 8] == [("requester-renamed", 8, "warning")]


def test_a_plan_read_without_marks_wishes_nothing(written: Path) -> None:
    wishes = read(written)
    assert wishes.wishes == ()
    assert wishes.notes == {}
    assert len(wishes.shown) == 5


def test_the_frame_that_is_given_counts(written: Path) -> None:
    other = plan().frame.assign(candidate_id=["E005", *plan().frame["candidate_id"][1:]])
    assert [(p.code, p.row) for p in refused(written, frame=other)] == [("candidate-overwritten", 3)]


def test_other_workbooks_are_refused(tmp_path: Path) -> None:
    result = {"推荐": pd.DataFrame({"需求编号": ["N001"], "名次": [1], "专家编号": ["E001"], "姓名": ["张三"]}),
              "参数": pd.DataFrame({"类别": ["运行"], "参数": ["版本"], "内容": ["1"]})}  # fmt: skip
    write_frames(result, tmp_path / "推荐结果.xlsx")
    [problem] = refused(tmp_path / "推荐结果.xlsx")
    assert problem.code == "not-a-plan"
    assert "这是推荐结果，不是方案" in problem.message
    with pytest.raises(InputError, match="没有这个文件"):
        read(tmp_path / "没有.xlsx")
    (tmp_path / "坏.xlsx").write_bytes(b"PK\x03\x04" + b"\0" * 200)
    with pytest.raises(InputError):
        read(tmp_path / "坏.xlsx")


def test_settings_need_their_sheet(written: Path, tmp_path: Path) -> None:
    def edit(hand: Hand) -> None:
        del hand.book["参数"]

    assert settings_of(written)["wanted"] == "3"
    with pytest.raises(InputError, match="没有“参数”工作表"):
        settings_of(edited(written, tmp_path, edit))


# --- CSV ---


def _csv(path: Path, rows: list[list[str]], encoding: str) -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def _csv_rows(folder: Path) -> list[list[str]]:
    write_plan(plan_frames(plan(), settings=SETTINGS), {}, folder, ["csv"], force=True)
    with (folder / "方案_方案.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8", "utf-8-sig", "utf-16"])
def test_csv_in_any_encoding(encoding: str, tmp_path: Path) -> None:
    rows = _csv_rows(tmp_path)
    head = rows[0]
    rows[1][head.index("替换")] = "赵六"
    rows[2][head.index("保留")] = "√"
    rows[3][head.index("删除")] = "1"
    rows[3][head.index("备注")] = "另有任务，不去"
    wishes = read(_csv(tmp_path / "批改.csv", rows, encoding))
    assert set(wishes.locked) == {E5, E2}
    assert set(wishes.forbidden) == {E1, E3}
    assert wishes.notes == {("N001", 3): "另有任务，不去"}
    assert [(w.cell.row, w.cell.sheet) for w in wishes.wishes] == [(2, None), (3, None), (4, None)]
    assert settings_of(tmp_path / "方案_参数.csv") == {"wanted": "3", "capacity": "4", "资格规则": "甲\n乙"}


def test_csv_has_no_original_but_gaps_in_the_seats_are_told(tmp_path: Path) -> None:
    rows = _csv_rows(tmp_path)
    del rows[2]
    wishes = read(_csv(tmp_path / "批改.csv", rows, "gb18030"))
    [told] = [p for p in wishes.problems if p.code == "rows-deleted"]
    assert "N001 第 2 席" in told.message


def test_a_seat_twice_in_a_csv(tmp_path: Path) -> None:
    rows = _csv_rows(tmp_path)
    rows[2][rows[0].index("席位")] = "1"
    [problem] = refused(_csv(tmp_path / "批改.csv", rows, "gb18030"))
    assert (problem.code, problem.row, problem.column) == ("place-twice", 3, "席位")


def test_a_failed_formula_is_no_empty_cell(tmp_path: Path) -> None:
    rows = _csv_rows(tmp_path)
    rows[2][rows[0].index("保留")] = "#REF!"
    rows[3][rows[0].index("单位")] = "#N/A"
    [problem] = refused(_csv(tmp_path / "批改.csv", rows, "gb18030"))
    assert (problem.code, problem.row, problem.column, problem.value) == ("formula-error", 3, "保留", "#REF!")


def test_short_rows_of_a_csv_lose_no_marks(tmp_path: Path) -> None:
    """Some programs drop the empty cells at the end of a row."""
    rows = _csv_rows(tmp_path)
    rows[2][rows[0].index("保留")] = "√"
    short = [rows[0], *([*row[: max(i for i, cell in enumerate(row) if cell) + 1]] for row in rows[1:])]
    assert read(_csv(tmp_path / "批改.csv", short, "gb18030")).locked == (E2,)


def test_ids_that_lost_their_noughts(tmp_path: Path) -> None:
    made = frame(("N001", 1, "", "expert", "0012"))
    sheet = plan_frames(type(plan())(**{**vars(plan()), "frame": made}), settings=())["方案"]
    sheet["编号"] = sheet["编号"].str.lstrip("0")
    sheet.loc[0, "删除"] = "√"
    assert read(sheet.astype(str)).forbidden == (("N001", "0012"),)


# --- properties ---

MARKS = {
    "保留": ["", "√", "是", "Y", "1", "否", "0", " ✓", "×"],
    "删除": ["", "√", "删除", "y", "1", "否", "0"],
    "替换": ["", "换", "另派", "孙七", "E007", "周八", "0012", "不换"],
}
NAMED = {"孙七": "E007", "E007": "E007", "周八": "E008", "0012": "0012"}


def _oracle(marks: list[tuple[str, str, str]]) -> tuple[set[tuple[str, str]], set[tuple[str, str]]] | None:
    """Read marks the slow way; None where a rule of the sheet is broken."""
    people = ["E001", "E002", "E003"]
    locked, forbidden, comers = set(), set(), []
    for who, (keep, drop, new) in zip(people, marks, strict=True):
        kept = keep.strip() in ("√", "是", "Y", "1", "✓")
        dropped = drop in ("√", "删除", "y", "1")
        other = new not in ("", "不换")
        if kept and (dropped or other):
            return None
        if kept:
            locked.add(("N001", who))
        if dropped or other:
            forbidden.add(("N001", who))
        if new in NAMED:
            locked.add(("N001", NAMED[new]))
            comers.append(NAMED[new])
    return None if len(comers) != len(set(comers)) else (locked, forbidden)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(*map(st.sampled_from, MARKS.values())), min_size=3, max_size=3), st.permutations(range(3)))
def test_random_marks(marks: list[tuple[str, str, str]], order: list[int]) -> None:
    sheet = plan_frames(plan(), settings=SETTINGS)["方案"].iloc[:3].astype(str)
    for i, row in enumerate(marks):
        sheet.loc[i, list(MARKS)] = row
    sheet = sheet.iloc[order]
    expected = _oracle(marks)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "方案.xlsx"
        write_frames({"方案": sheet}, path, titles={"方案": "不完整"})
        if expected is None:
            assert refused(path)
        else:
            wishes = read(path)
            assert (set(wishes.locked), set(wishes.forbidden)) == expected


@settings(max_examples=100, deadline=None)
@given(
    st.text(max_size=6).filter(lambda text: not text.strip().startswith(("'", "’", "="))),
    st.sampled_from(["keep", "drop"]),
)
def test_a_mark_is_known_or_refused(text: str, column: Any) -> None:
    sheet = plan_frames(plan(), settings=SETTINGS)["方案"].iloc[:1].astype(str)
    sheet[PLAN_COLUMNS[column][0]] = text
    mark = read_mark(text.strip(), column)
    if mark is None:
        assert {problem.column for problem in refused(sheet)} == {PLAN_COLUMNS[column][0]}
    else:
        assert bool(read(sheet).wishes) == mark


@given(st.text(max_size=12))
def test_finding_people_never_fails(text: str) -> None:
    found = People(pool()).find(text)
    assert found.why or len(found.people) == 1


def test_who_is_named() -> None:
    people = People(pool())
    assert people.find("周八").people[0].id == "E008"
    assert people.find("society:XH1").people[0].kind == "society"
    assert people.find("张三（E004）").people[0].id == "E004"
    assert people.find("张三（E002）").why == "disagree"
    assert people.find("").why == "unknown"
    assert people.find("赵六 孙七").why == "several"
    assert people.pair_id(("society", "XH2")) == "XH2"
    assert people[("expert", "无")].shown == "无（无）"


# --- what changed ---


def test_earlier_pairs_and_new_wishes(written: Path, tmp_path: Path) -> None:
    wishes = read(edited(written, tmp_path, cells((3, "保留", "√"), (4, "删除", "√"), (7, "替换", "孙七"))))
    earlier = [E1, E2, E3, ("N002", "E005")]
    bans = [("N002", "E007"), ("N003", "E003")]
    locked, forbidden = wishes.added_to(earlier, bans)
    assert set(locked) == {E1, ("N002", "E005"), ("N002", "E007")}  # E3's row has no tick any more
    assert set(forbidden) == {E2, ("N003", "E003")}
    PlanSettings(locked=locked, forbidden=forbidden)


def test_what_changed_and_why(written: Path, tmp_path: Path) -> None:
    wishes = read(edited(written, tmp_path, cells((4, "替换", "赵六"), (5, "删除", "√"), (7, "替换", "孙七"))))
    after = frame(
        ("N001", 1, "主持人", "expert", "E005"),
        ("N001", 2, "", "expert", "E001"),
        ("N001", 3, "", "expert", "E008"),
        ("N002", 1, "", "expert", "E007"),
        ("N002", 2, "", "society", "XH2"),
        ("N003", 1, "企业科技工作者", "requester", "郭工（眉县某果业公司）"),
    )
    found = changes(plan().frame, after, needs().frame, wishes=wishes)
    assert found.drop(columns=["title", "place"]).to_numpy().tolist() == [
        ["N001", "主持人", "李四（长安大学）", "赵六（西北大学）", "换人", "替换（第 4 行“替换”列）"],
        ["N001", "", "张三（西北大学）", "张三（西北大学）", "换角色", "随之调整"],
        ["N001", "", "王五（西安某研究院）", "周八", "换人", "删除（第 5 行“删除”列）"],
        ["N002", "", "", "孙七（西北大学）", "新增", "替换（第 7 行“替换”列）"],
        ["N003", "", "李四（长安大学）", "", "取消", "随之调整"],
    ]
    assert found["title"].tolist()[-1] == "果园水肥一体化"
    assert found["place"].tolist() == [1, 2, 3, 1, 2]


def test_nothing_changed() -> None:
    found = changes(plan().frame, plan().frame, needs().frame)
    assert len(found) == 0
    assert list(found) == ["need_id", "title", "place", "role", "before", "after", "what", "why"]


PEOPLE = ("E001", "E002", "E003", "E005", "E007", "E008")
TEAMS = st.lists(
    st.tuples(st.sampled_from(PEOPLE), st.sampled_from(["", "主持人"])), max_size=5, unique_by=lambda x: x[0]
)


@settings(max_examples=100, deadline=None)
@given(TEAMS, TEAMS)
def test_changes_lead_from_one_plan_to_the_other(old: list[tuple[str, str]], new: list[tuple[str, str]]) -> None:
    before, after = (
        frame(*(("N001", i + 1, role, "expert", key) for i, (key, role) in enumerate(team))) for team in (old, new)
    )
    found = changes(before, after, needs().frame)
    moved = found[found["what"] == "换角色"]
    others = found[found["what"] != "换角色"]
    gone, come = set(before["name"]) - set(after["name"]), set(after["name"]) - set(before["name"])
    assert set(others["before"]) - {""} == gone
    assert set(others["after"]) - {""} == come
    assert len(others) == max(len(gone), len(come))
    assert (moved["before"] == moved["after"]).all()
    assert len(moved) == sum(dict(old).get(key, role) != role for key, role in new)


# --- another program ---


def test_saved_by_libreoffice(written: Path, tmp_path: Path) -> None:
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        pytest.skip("没有装 LibreOffice：不试它另存的工作簿")
    path = edited(written, tmp_path, cells((3, "替换", "赵六"), (4, "保留", "√"), (5, "备注", "再议")))
    out = tmp_path / "另存"
    for kind, name in (("ods", "方案（已批）.ods"), ("xls", "方案（已批）.xls"), ("xlsx", "方案（已批）.xlsx")):
        command = [program, f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", kind,
                   "--outdir", str(out), str(path)]  # fmt: skip
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        wishes = read(out / name)
        assert (set(wishes.locked), set(wishes.forbidden)) == ({E5, E2}, {E1})
        assert wishes.notes == {("N001", 3): "再议"}


def test_saved_as_xls_by_another_writer(tmp_path: Path) -> None:
    """The older format that WPS still offers: no filter, no styles, all numbers as floats."""
    xlwt = pytest.importorskip("xlwt")
    book = xlwt.Workbook()
    for name, sheet in plan_frames(plan(), settings=SETTINGS).items():
        page = book.add_sheet(name)
        for j, header in enumerate(sheet):
            page.write(1, j, header)
            for i, value in enumerate(sheet[header].tolist()):
                if value == value and value != "":
                    page.write(i + 2, j, value)
        if name == "方案":
            page.write(0, 0, "不完整")
            page.write(2, list(sheet).index("删除"), 1)
    book.save(str(tmp_path / "方案.xls"))
    assert read(tmp_path / "方案.xls").forbidden == (E1,)
