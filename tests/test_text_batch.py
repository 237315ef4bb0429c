"""Many texts at once: the counts are those that each text gives alone."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import PIECES, analyzer, own_sentences

from expertmatch.text import Analyzer, Synonyms, normalise
from expertmatch.text.batch import Batch, union_of
from expertmatch.text.normalise import normalise_all

WITH_OWN_WORDS = Analyzer(
    user_words=["碳纤维布", "PM 2.5", "条锈", "X"],
    stop_words=["的", "研究", "小麦", "锂电池", "防治技术", "碳"],
    synonyms=Synonyms((("猕猴桃", "奇异果", "kiwi fruit"), ("UAV", "无人机", "无人驾驶 飞行器"), ("砼", "混凝土"))),
)
NO_CHARACTERS = Analyzer(characters=False)


def counted(one: Analyzer, texts: list[str], *, few: int = 0) -> list[Counter[str]]:
    found = Batch(one, few=few).count(texts)
    terms = union_of([found]).terms()
    assert list(terms) == sorted(set(terms))
    rows = []
    for first, last in zip(found.indptr[:-1].tolist(), found.indptr[1:].tolist(), strict=True):
        places = found.terms[first:last]
        assert (np.diff(places) > 0).all()
        rows.append(
            Counter({terms[i]: n for i, n in zip(places.tolist(), found.counts[first:last].tolist(), strict=True)})
        )
    assert len(rows) == len(texts)
    return rows


def mixed_texts() -> st.SearchStrategy[list[str]]:
    odd = (
        "\x1f",
        "\n\n",
        "\r\n",
        "㈱①",
        "ｋｇ",
        "5000",
        "年产量",
        "3个",
        "々〇",
        "é",
        "e\u0301",
        "İ",
        "\ufeff",
        "𠮷",
        "12月研究",
        "～~",
    )
    text = st.lists(st.sampled_from((*PIECES, *odd)), max_size=9).map("".join)
    return st.lists(text | st.text(max_size=12), max_size=6)


@pytest.mark.parametrize("which", ["default", "own words", "no characters"])
@given(texts=mixed_texts())
@settings(max_examples=150, deadline=None)
def test_counts_are_those_of_each_text_alone(which: str, texts: list[str]) -> None:
    one = {"default": analyzer(), "own words": WITH_OWN_WORDS, "no characters": NO_CHARACTERS}[which]
    alone = [Counter(one(text)) for text in texts]
    assert counted(one, texts) == alone
    assert counted(one, texts, few=len(texts)) == alone


def test_counts_of_the_sample_are_those_of_each_text_alone() -> None:
    texts = list(own_sentences())
    assert len(texts) > 500
    assert counted(analyzer(), texts) == [Counter(analyzer()(text)) for text in texts]
    assert counted(WITH_OWN_WORDS, texts) == [Counter(WITH_OWN_WORDS(text)) for text in texts]


def test_the_slower_engine_counts_alike() -> None:
    jieba = Analyzer(engine="jieba")
    texts = list(own_sentences())[:60]
    assert counted(jieba, texts) == counted(analyzer(), texts)


@given(texts=st.lists(st.text(max_size=20), max_size=5))
def test_texts_normalised_together_are_each_normalised(texts: list[str]) -> None:
    assert normalise_all(texts) == [normalise(text) for text in texts]


def test_normalised_together_over_every_character() -> None:
    texts = [chr(code) + "国" for code in range(0x110000)]
    assert normalise_all(texts) == [normalise(text) for text in texts]


def test_no_texts_have_no_terms() -> None:
    assert counted(analyzer(), []) == []
    assert counted(analyzer(), ["", ""]) == [Counter(), Counter()]
