"""Shared inputs of the tests: texts, small pools and needs, one analyzer that is loaded once."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from expertmatch.index import Rows
from expertmatch.text import Analyzer

ROOT = Path(__file__).parents[1]
ABSTRACTS = ROOT.parent / "shared" / "datasets" / "csl" / "papers.jsonl"
"""Journal papers that only developers have; of each, tests read the abstract alone."""

HAN_RUN = re.compile("[\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")

PIECES = (
    *"猕猴桃 奇异果 kiwifruit 猕猴桃溃疡病 溃疡病菌 防治 苹果 苹果树腐烂病 锂电 锂离子电池 电池热管理 无人机".split(),
    *"UAV drones 3D打印 304不锈钢 混凝土 混凝土裂缝 砼 CO2-EOR 碳纤维 X射线 PM2.5 颗粒物 小麦条锈病".split(),
    *"量子通信 變壓器局部放電 变压器 𠮷野 深度学习 关于 推进 研究 的 ， 。 2018年 50次 A （".split(),
    *("carbon fiber", "deep learning", " ", "\n"),
)
"""What texts are made of: words, synonyms of each other, mixed terms, rare characters, what carries no meaning."""


@cache
def analyzer() -> Analyzer:
    """Return one analyzer for all tests that do not look at its settings; to load one takes a fifth of a second."""
    return Analyzer()


@cache
def own_sentences() -> tuple[str, ...]:
    """Return every distinct sentence and need text that the sample data was written from."""
    found: dict[str, None] = {}
    for path in sorted((ROOT / "data" / "make").glob("[bn]*/*.toml")):
        for text in _values(tomllib.loads(path.read_text(encoding="utf-8")), {"sentences", "text"}):
            found.setdefault(text)
    return tuple(found)


def _values(node: Any, keys: set[str], key: str = "") -> Iterator[str]:
    if isinstance(node, str):
        if key in keys:
            yield node
    elif isinstance(node, dict):
        for name, value in node.items():
            yield from _values(value, keys, name)
    elif isinstance(node, list):
        for value in node:
            yield from _values(value, keys, key)


def short_texts(most: int = 4) -> st.SearchStrategy[str]:
    """Texts of a few pieces; often empty of meaning, often sharing words."""
    return st.lists(st.sampled_from(PIECES), max_size=most).map("".join)


@st.composite
def row_tuples(draw: st.DrawFn, experts: int = 6, rows: int = 10) -> list[tuple[str, str, str, str]]:
    """Rows as ``Rows.build`` takes them: few experts, so that several rows share one."""
    ids = st.integers(0, experts - 1).map("E{:02d}".format)
    made = draw(st.lists(st.tuples(ids, short_texts(), short_texts()), max_size=rows))
    keys = [f"W{i:02d}" if draw(st.booleans()) else "" for i in range(len(made))]
    return [(expert, key, title, text) for key, (expert, title, text) in zip(keys, made, strict=True)]


def experts_of(experts: int = 6) -> list[str]:
    """Return the ids that :func:`row_tuples` draws from."""
    return [f"E{i:02d}" for i in range(experts)]


def small_rows(experts: int = 6, rows: int = 10) -> st.SearchStrategy[Rows]:
    """Rows of a small pool; some experts have none."""
    return row_tuples(experts, rows).map(lambda made: Rows.build(experts_of(experts), made))


def need_texts(most: int = 4) -> st.SearchStrategy[dict[str, list[str]]]:
    """One to a few needs, by field."""
    one = st.tuples(short_texts(), short_texts(), short_texts(2))
    return st.lists(one, min_size=1, max_size=most).map(
        lambda needs: {name: [need[i] for need in needs] for i, name in enumerate(("title", "text", "keywords"))}
    )
