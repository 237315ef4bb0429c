"""Counts: the same table however the rows were cut, merged or spread over processes."""

from __future__ import annotations

import random
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import analyzer, own_sentences, short_texts

from expertmatch.index.counts import CountTable, count_terms, merge_counts

TEXTS = st.lists(st.tuples(short_texts(), short_texts()), max_size=12).map(
    lambda rows: {"title": [row[0] for row in rows], "text": [row[1] for row in rows]}
)


def assert_same(one: CountTable, other: CountTable) -> None:
    """Equal in every byte of every array."""
    assert one.terms == other.terms
    assert list(one.fields) == list(other.fields)
    for name, matrix in one.fields.items():
        twin = other.fields[name]
        assert matrix.shape == twin.shape
        for part in ("data", "indices", "indptr"):
            mine, theirs = getattr(matrix, part), getattr(twin, part)
            assert mine.dtype == theirs.dtype, (name, part)
            assert mine.tobytes() == theirs.tobytes(), (name, part)


def as_counters(table: CountTable, field: str) -> list[Counter[str]]:
    rows: list[Counter[str]] = [Counter() for _ in range(table.rows)]
    matrix = table.fields[field].tocoo()
    for row, column, count in zip(matrix.row, matrix.col, matrix.data, strict=True):
        rows[row][table.terms[column]] += int(count)
    return rows


@settings(deadline=None, max_examples=60)
@given(TEXTS)
def test_counts_are_what_a_counter_counts(texts: dict[str, list[str]]) -> None:
    table = count_terms(texts, analyzer())
    for name, column in texts.items():
        assert as_counters(table, name) == [Counter(analyzer()(text)) for text in column]
        assert table.fields[name].dtype == np.int32
        assert table.fields[name].has_sorted_indices
    assert list(table.terms) == sorted(
        {term for column in texts.values() for text in column for term in analyzer()(text)}
    )


@settings(deadline=None, max_examples=60)
@given(TEXTS, st.integers(1, 5))
def test_the_size_of_a_chunk_does_not_matter(texts: dict[str, list[str]], chunk: int) -> None:
    assert_same(count_terms(texts, analyzer()), count_terms(texts, analyzer(), chunk=chunk))


@settings(deadline=None, max_examples=60)
@given(TEXTS, st.data())
def test_any_cut_merged_in_any_order_of_steps_gives_the_same_table(
    texts: dict[str, list[str]], data: st.DataObject
) -> None:
    size = len(texts["title"])
    cuts = sorted(data.draw(st.lists(st.integers(0, size), max_size=4)))
    bounds = list(zip([0, *cuts], [*cuts, size], strict=True))
    tables = [count_terms({n: column[a:b] for n, column in texts.items()}, analyzer()) for a, b in bounds]
    while len(tables) > 1:
        at = data.draw(st.integers(0, len(tables) - 2))
        tables[at : at + 2] = [merge_counts(tables[at : at + 2])]
    assert_same(merge_counts(tables), count_terms(texts, analyzer()))


@settings(deadline=None, max_examples=60)
@given(TEXTS, st.data())
def test_taken_rows_are_the_table_of_those_rows(texts: dict[str, list[str]], data: st.DataObject) -> None:
    size = len(texts["title"])
    rows = data.draw(st.lists(st.integers(0, size - 1), max_size=8)) if size else []
    taken = count_terms(texts, analyzer()).take(np.array(rows, dtype=np.int64))
    assert_same(taken, count_terms({name: [column[i] for i in rows] for name, column in texts.items()}, analyzer()))


def test_parts_merged_the_other_way_round_hold_the_same_rows_in_that_order() -> None:
    one = count_terms({"title": ["猕猴桃", ""], "text": ["病害", "量子"]}, analyzer())
    other = count_terms({"title": ["混凝土"], "text": ["猕猴桃"]}, analyzer())
    there, back = merge_counts([one, other]), merge_counts([other, one])
    assert_same(there.take(np.array([2, 0, 1])), back)


def test_two_processes_count_like_one() -> None:
    sentences = list(own_sentences()[:120])
    random.Random(7).shuffle(sentences)
    texts = {"title": sentences[:60], "text": sentences[60:]}
    assert_same(count_terms(texts, analyzer()), count_terms(texts, analyzer(), processes=2, chunk=7))


def test_a_script_that_starts_itself_again_is_told_what_to_write(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    lines = (
        "from expertmatch.index.counts import count_terms",
        "count_terms({'title': ['苹果', '梨']}, str.split, processes=2, chunk=1)",
    )
    script.write_text("\n".join(lines), "utf-8")
    ran = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, encoding="utf-8")
    assert ran.returncode == 1
    assert "SettingError" in ran.stderr.splitlines()[-1]
    assert "if __name__ == '__main__':" in ran.stderr.splitlines()[-1]


def test_no_rows_and_rows_without_terms_are_tables_too() -> None:
    none = count_terms({"title": [], "text": []}, analyzer())
    assert (none.rows, none.terms) == (0, ())
    blank = count_terms({"title": ["", "，"], "text": ["2018年", ""]}, analyzer())
    assert (blank.rows, blank.terms, blank.total().nnz) == (2, (), 0)
    assert_same(merge_counts([none, blank]), blank)
    assert_same(merge_counts([blank, none]), blank)
    assert_same(blank.take(np.array([], dtype=np.int64)), none)


def test_the_total_adds_the_fields() -> None:
    table = count_terms({"title": ["苹果 梨", ""], "text": ["苹果", "桃"], "keywords": ["苹果", ""]}, str.split)
    assert table.terms == ("桃", "梨", "苹果")
    assert table.total().toarray().tolist() == [[0, 1, 3], [1, 0, 0]]
