"""Tables as text and HTML."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from expertmatch.display import html_table, text_table

CELLS = st.one_of(st.none(), st.floats(), st.integers(), st.text(max_size=30))


def test_columns_line_up_with_wide_characters() -> None:
    shown = text_table(["专家", "单位", "得分"], [["张三", "西安交大", 0.5], ["欧阳明远", "MIT", 12]], align="llr")
    lines = shown.split("\n")
    assert [cell_len(line) for line in lines] == [cell_len(lines[0])] * 4
    assert lines[2:] == ["张三      西安交大   0.5", "欧阳明远  MIT         12"]


def test_long_cells_are_cut_and_rows_are_counted() -> None:
    shown = text_table(["专家", "说明"], [["张三", "很" * 100]] * 5, width=30, max_rows=2)
    lines = shown.split("\n")
    assert lines[-1] == "（另有 3 行未显示）"
    assert lines[2].endswith("…")
    assert max(map(cell_len, lines)) <= 30


def test_long_cells_wrap_when_lines_are_allowed() -> None:
    lines = text_table(["专家", "说明"], [["张三", "一二三四五六七八九十"]], width=20, max_lines=2).split("\n")
    assert lines[2:] == ["张三  一二三四五六七", "      八九十"]


def test_empty_tables_and_short_rows() -> None:
    assert text_table(["专家"], []) == "专家\n----"
    assert text_table(["专家", "得分"], [["张三"], [None, float("nan")]]).split("\n")[2:] == ["张三", ""]


@given(st.lists(st.lists(CELLS, max_size=4), max_size=6), st.integers(20, 100), st.integers(1, 4))
@settings(max_examples=150, deadline=None)
def test_no_line_is_wider_than_asked(rows: list[list[object]], width: int, lines: int) -> None:
    shown = text_table(["甲", "乙乙", "c"], rows, width=width, max_lines=lines)
    assert max(map(cell_len, shown.split("\n"))) <= max(width, 20)
    assert "\x1b" not in shown


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.text.append(data)


@given(st.text(max_size=40))
@settings(max_examples=150, deadline=None)
def test_html_cells_cannot_bring_tags(text: str) -> None:
    parser = _Text()
    parser.feed(html_table(["列<i>"], [[text]], caption="<script>"))
    own = {"div", "style", "table", "caption", "thead", "tbody", "tr", "th", "td", "br"}
    assert set(parser.tags) <= own
    assert parser.tags.count("style") == 1


def test_html_takes_the_colours_around_it() -> None:
    shown = html_table(["专家"], [["张三"]], caption="说明")
    assert not re.search(r"#[0-9a-f]{3,6}|(?<!-)color:(?!inherit)", shown)
    assert set(re.findall(r"rgba\([^)]*\)", shown)) == {"rgba(128,128,128,.45)", "rgba(128,128,128,.16)"}


def test_html_aligns_and_counts() -> None:
    shown = html_table(["专家", "得分"], [["张三", 0.123456]] * 3, max_rows=1, align="lr")
    assert '<td style="text-align:right">0.1235</td>' in shown
    assert "（另有 2 行未显示）" in shown
