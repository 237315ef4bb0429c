"""Titles (职称), academicians and what else stands in the same cell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .clean_basic import clean_text

Level = Literal["正高", "副高", "中级", "初级", ""]
Academician = Literal["中国科学院院士", "中国工程院院士", "外籍院士", "两院院士", "院士", ""]


@dataclass(frozen=True, slots=True)
class TitleReading:
    """What a title cell says."""

    title: str = ""
    level: Level = ""
    academician: Academician = ""
    posts: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    known: bool = False


def read_title(value: object) -> TitleReading:
    """Read a title cell (first version)."""
    text = clean_text(value)
    for words, level in ((("副教授", "副研究员", "高级工程师", "副高"), "副高"), (("教授", "研究员", "正高"), "正高")):
        for word in words:
            if word in text:
                return TitleReading(word, level, known=True)  # type: ignore[arg-type]
    return TitleReading(text)
