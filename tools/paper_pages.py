"""Word pages written from top to bottom, for the templates that ``build_papers.py`` builds."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

BODY, HEAD, TITLE = "仿宋", "黑体", "宋体"


class Sheet:
    """A page that is written from top to bottom."""

    def __init__(self, *, lying: bool = False) -> None:
        self.document = Document()
        section = self.document.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.top_margin, section.bottom_margin = Mm(37), Mm(35)
        section.left_margin, section.right_margin = Mm(28), Mm(26)
        if lying:
            section.orientation = WD_ORIENT.LANDSCAPE
            section.page_width, section.page_height = Mm(297), Mm(210)
            section.top_margin = section.bottom_margin = section.left_margin = section.right_margin = Mm(20)
        self.width = section.page_width - section.left_margin - section.right_margin
        normal = self.document.styles["Normal"]
        normal.font.size = Pt(16)
        _font(normal.element.get_or_add_rPr(), BODY)
        core = self.document.core_properties
        core.author, core.comments, core.title, core.language = "", "", "", "zh-CN"
        core.created = core.modified = datetime.datetime(2000, 1, 1)
        self._page_number(section.footer.paragraphs[0])

    def title(self, text: str) -> None:
        """Write the title: 二号, in the middle."""
        line = self._line(text, TITLE, 22, bold=True)
        line.alignment = WD_ALIGN_PARAGRAPH.CENTER
        line.paragraph_format.space_after = Pt(14)
        line.paragraph_format.line_spacing = Pt(34)

    def head(self, text: str) -> None:
        """Write a heading of a part: 黑体."""
        line = self._line(text, HEAD, 16)
        line.paragraph_format.first_line_indent = Pt(32)
        line.paragraph_format.keep_with_next = True

    def text(self, text: str, *, indent: bool = True, size: float = 16, right: bool = False,
             keep: bool = False) -> None:  # fmt: skip
        """Write a paragraph."""
        line = self._line(text, BODY, size)
        if indent:
            line.paragraph_format.first_line_indent = Pt(2 * size)
        line.paragraph_format.keep_with_next = keep or None
        if right:
            line.alignment = WD_ALIGN_PARAGRAPH.RIGHT

    def tag(self, text: str) -> None:
        """Write a paragraph that only steers: it is gone from the paper."""
        self._line("{%p " + text + " %}", BODY, 9)

    def small(self, text: str) -> None:
        """Write a remark: 小四."""
        self.text(text, size=12)

    def table(self, heads: Sequence[str], cells: Sequence[str], widths: Sequence[float], *, loop: str = "",
              size: float = 12, tall: float = 0, empty: int = 0) -> None:  # fmt: skip
        """Write a table: a header that repeats on every page, and a row, repeated by ``loop``.

        Parameters
        ----------
        heads, cells
            What stands in the header and in the row.
        widths
            Of the columns, in any measure.
        loop
            ``人 in 名单``; without it the row stands once.
        size
            Of the letters, in points.
        tall
            Least height of a row in millimetres.
        empty
            How many empty rows follow.
        """
        marks = [f"{{%tr for {loop} %}}"] if loop else []
        table = self.document.add_table(rows=0, cols=len(heads))
        table.style = "Table Grid"
        table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
        self._columns(table, widths)
        row = self._row(table, heads, widths, HEAD, size, tall)
        mark = OxmlElement("w:tblHeader")
        row._tr.get_or_add_trPr().append(mark)
        for text in marks:
            self._row(table, [text, *[""] * (len(heads) - 1)], widths, BODY, size, 0)
        self._row(table, cells, widths, BODY, size, tall)
        if loop:
            self._row(table, ["{%tr endfor %}", *[""] * (len(heads) - 1)], widths, BODY, size, 0)
        for _ in range(empty):
            self._row(table, [""] * len(heads), widths, BODY, size, tall)
        self.gap()

    def form(self, rows: Sequence[Sequence[str]], widths: Sequence[float], *, tall: float = 9) -> None:
        """Write a table of labels and blanks to be filled in by hand."""
        table = self.document.add_table(rows=0, cols=len(widths))
        table.style = "Table Grid"
        table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
        self._columns(table, widths)
        for texts in rows:
            self._row(table, texts, widths, BODY, 12, tall)
        together(table)
        self.gap()

    def gap(self) -> None:
        """Leave a small space."""
        line = self._line("", BODY, 6)
        line.paragraph_format.line_spacing = Pt(8)

    def page(self) -> None:
        """Begin a new page."""
        self.document.add_page_break()

    def _line(self, text: str, font: str, size: float, *, bold: bool = False) -> Any:
        line = self.document.add_paragraph()
        line.paragraph_format.space_after = Pt(0)
        line.paragraph_format.line_spacing_rule = WD_LINE_SPACING.EXACTLY
        line.paragraph_format.line_spacing = Pt(28 if size >= 16 else size * 1.6)
        _run(line, text, font, size, bold=bold)
        return line

    def row(self, table: Any, texts: Sequence[str], widths: Sequence[float]) -> None:
        """Add a row to a table."""
        self._row(table, texts, widths, BODY, 12, 0)

    def _columns(self, table: Any, widths: Sequence[float]) -> None:
        for column, width in zip(table.columns, widths, strict=True):
            column.width = int(self.width * width / sum(widths))

    def _row(self, table: Any, texts: Sequence[str], widths: Sequence[float], font: str, size: float,
             tall: float) -> Any:  # fmt: skip
        row = table.add_row()
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        if tall:
            row.height = Mm(tall)
        for cell, text, width in zip(row.cells, texts, widths, strict=True):
            cell.width = int(self.width * width / sum(widths))
            line = cell.paragraphs[0]
            line.paragraph_format.space_after = Pt(0)
            _run(line, text, font, size)
            cell.vertical_alignment = 1
        return row

    def _page_number(self, line: Any) -> None:
        line.alignment = WD_ALIGN_PARAGRAPH.CENTER
        _run(line, "— ", TITLE, 12)
        run = line.add_run()
        for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
            if kind:
                part = OxmlElement("w:fldChar")
                part.set(qn("w:fldCharType"), kind)
            else:
                part = OxmlElement("w:instrText")
                part.text = text
            run._r.append(part)
        _run(line, " —", TITLE, 12)


def together(table: Any) -> None:
    """Keep a table on one page."""
    for row in table.rows[:-1]:
        for cell in row.cells:
            cell.paragraphs[0].paragraph_format.keep_with_next = True


def _run(line: Any, text: str, font: str, size: float, *, bold: bool = False) -> None:
    run = line.add_run(text)
    run.font.size, run.font.bold = Pt(size), bold or None
    _font(run._r.get_or_add_rPr(), font)


def _font(properties: Any, font: str) -> None:
    fonts = properties.get_or_add_rFonts()
    for kind in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
        fonts.set(qn(kind), font)
