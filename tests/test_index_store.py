"""Stores: the same index back, damage told, old or new but never half."""

from __future__ import annotations

import json
import os
import pickle
import shutil
from collections.abc import Mapping
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from strategies import need_texts, small_rows
from test_index_expert_index import as_bytes, assert_same_index, build, fit

from expertmatch.errors import OutputError, StoreError
from expertmatch.index import ExpertIndex, Rows, Weights
from expertmatch.index.store import BLOCK, FORMAT_VERSION, load_index, save_index, store_info, verify_store
from expertmatch.text import Analyzer, Synonyms

EXTRA: dict[str, Any] = {"experts": {"expert_id": ["E1", "E2"], "name": ["张三", None]}}
PLAIN = Analyzer(stop_words=["研究"], user_words=["PM 2.5"], synonyms=Synonyms((("猕猴桃", "奇异果"),)))
OLD = ("E1", "猕猴桃溃疡病", "砧木"), ("E2", "混凝土裂缝", "")
NEW = ("E1", "量子通信", ""), ("E3", "猕猴桃", "PM 2.5")


def index_of(*rows: tuple[str, str, str]) -> ExpertIndex:
    return ExpertIndex.fit(build(*rows), analyzer=PLAIN, weights=Weights(works_discount=0.3))


def save(index: ExpertIndex, folder: Path) -> None:
    save_index(index, folder, extra=EXTRA, about={"expertmatch": "0.1.0"})


@pytest.fixture
def store(tmp_path: Path) -> Path:
    save(index_of(*OLD), tmp_path / "索引")
    return tmp_path / "索引"


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def generation(folder: Path) -> Path:
    (one,) = folder.glob("gen-*")
    return one


# there and back


@settings(deadline=None, max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(small_rows(), need_texts())
def test_what_is_loaded_equals_what_was_saved(tmp_path: Path, rows: Rows, needs: dict[str, list[str]]) -> None:
    index = fit(rows)
    save(index, tmp_path / "i")
    loaded, extra, _ = load_index(tmp_path / "i")
    assert_same_index(loaded, index)
    assert (loaded.analyzer, loaded.weights, extra) == (index.analyzer, index.weights, EXTRA)
    assert as_bytes(loaded.top(loaded.vectors(needs), 4)) == as_bytes(index.top(index.vectors(needs), 4))


def test_settings_come_back(store: Path) -> None:
    loaded, _, _ = load_index(str(store))
    assert loaded.weights == Weights(works_discount=0.3)
    assert loaded.analyzer == PLAIN
    assert loaded.analyzer("PM 2.5研究")[0] == "pm 2.5"


def test_an_updated_store_equals_a_fresh_one(store: Path, tmp_path: Path) -> None:
    loaded, _, _ = load_index(store)
    save(loaded.update(build(*NEW)), store)
    save(index_of(*NEW), tmp_path / "fresh")
    once, twice = (files_of(generation(folder)) for folder in (tmp_path / "fresh", store))
    assert once == twice


def test_equal_indexes_are_stored_as_equal_bytes(store: Path, tmp_path: Path) -> None:
    save(index_of(*reversed(OLD)), tmp_path / "twin")
    # a row's key is its place in the list given, so the twin is saved from rows with the keys of the first
    twin = ExpertIndex.fit(build(*OLD), analyzer=PLAIN, weights=Weights(works_discount=0.3))
    save(twin, tmp_path / "same")
    assert files_of(tmp_path / "same") == files_of(store)


def test_no_file_is_a_pickle_and_text_is_readable_utf8(store: Path) -> None:
    for name in files_of(store):
        assert name.endswith((".json", ".npy", "CURRENT")), name
        if name.endswith(".npy"):
            np.load(store / name, allow_pickle=False)
    assert "猕猴桃溃疡病" in (generation(store) / "texts.json").read_text(encoding="utf-8")


def test_info_says_what_is_held(store: Path) -> None:
    info = store_info(store)
    assert (info.experts, info.rows, info.version, info.generation) == (2, 2, FORMAT_VERSION, "gen-000001")
    assert info.terms == len(index_of(*OLD).counts.terms)
    assert info.about == {"expertmatch": "0.1.0"}
    assert info.size == sum(
        len(raw) for name, raw in files_of(store).items() if not name.endswith(("CURRENT", "manifest.json"))
    )
    assert verify_store(store) == []


def test_broken_halves_of_characters_are_stored_too(tmp_path: Path) -> None:
    index = index_of(("E1", "猕猴桃\ud842", ""))
    save(index, tmp_path / "i")
    assert_same_index(load_index(tmp_path / "i")[0], index)


def test_a_store_that_was_opened_is_read_when_a_newer_one_has_replaced_it(store: Path) -> None:
    loaded, _, _ = load_index(store)
    save(index_of(*NEW), store)
    assert store_info(store).generation == "gen-000002"
    assert not generation(store).with_name("gen-000001").exists()
    assert_same_index(loaded, index_of(*OLD))
    assert_same_index(load_index(store)[0], index_of(*NEW))


def test_searching_reads_neither_texts_nor_counts(store: Path) -> None:
    for name in ("texts.json", "text_data.npy", "title_indices.npy"):
        path = generation(store) / name
        path.write_bytes(bytes(len(path.read_bytes())))
    loaded, _, _ = load_index(store)
    assert len(loaded.top(loaded.vectors({"title": ["猕猴桃"]}), 3).group)
    with pytest.raises(StoreError, match=r"texts\.json"):
        dict(loaded.rows.texts)
    with pytest.raises(StoreError, match=r"title_indices\.npy|text_data\.npy"):
        dict(loaded.counts.fields)


def test_a_stored_index_travels_to_other_processes(store: Path) -> None:
    assert_same_index(pickle.loads(pickle.dumps(load_index(store)[0])), index_of(*OLD))


# damage


def read_all(store: Path) -> None:
    """Touch every part, as each is compared with its checksums only then."""
    loaded, _, tables = load_index(store)
    for part in (loaded.rows.texts, loaded.counts.fields, tables, loaded.terms, loaded.usable, loaded.search):
        dict(part) if isinstance(part, Mapping) else part


def assert_damage_is_told(store: Path, name: str, *, verify: bool = True) -> None:
    head = name in ("CURRENT", "manifest.json")
    told = ("CURRENT", "manifest.json") if head else (name,)
    with pytest.raises(StoreError) as caught:
        read_all(store)
    assert caught.value.path == str(store)
    assert caught.value.remedy
    assert any(one in str(caught.value) for one in told), (name, str(caught.value))
    if head:
        with pytest.raises(StoreError):
            verify_store(store)
    elif verify:
        assert any(name in line for line in verify_store(store)), name


def test_a_flipped_byte_anywhere_is_told(store: Path) -> None:
    for path in sorted(path for path in store.rglob("*") if path.is_file()):
        raw = path.read_bytes()
        step = max(1, len(raw) // 60) if len(raw) > 250 else 1
        for place in {*range(0, len(raw), step), len(raw) - 1}:
            flipped = bytearray(raw)
            flipped[place] ^= 1 << (place % 8)
            path.write_bytes(flipped)
            assert_damage_is_told(store, path.name, verify=place % 16 == 0)
        path.write_bytes(raw)
    load_index(store)
    assert verify_store(store) == []


@pytest.mark.parametrize("change", ["missing", "cut", "longer", "empty", "folder"])
def test_a_file_that_is_not_whole_is_told(store: Path, change: str) -> None:
    names = [path.relative_to(store) for path in store.rglob("*") if path.is_file()]
    for name in names:
        path, raw = store / name, (store / name).read_bytes()
        path.unlink()
        if change == "folder":
            path.mkdir()
        elif change != "missing":
            path.write_bytes({"cut": raw[:-1], "longer": raw + b"\0", "empty": b""}[change])
        assert_damage_is_told(store, name.name)
        path.rmdir() if change == "folder" else path.unlink(missing_ok=True)
        path.write_bytes(raw)
    load_index(store)


def test_files_swapped_for_each_other_are_told(store: Path) -> None:
    one, other = generation(store) / "title_data.npy", generation(store) / "text_data.npy"
    raw = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(raw)
    with pytest.raises(StoreError, match=r"t(itle|ext)_data\.npy"):
        read_all(store)
    assert len(verify_store(store)) == 2


def test_damage_in_a_later_block_of_a_large_file_is_told(tmp_path: Path) -> None:
    save_index(index_of(*OLD), tmp_path / "i", extra={"large": "长" * BLOCK}, about={})
    path = generation(tmp_path / "i") / "extra_large.json"
    raw = bytearray(path.read_bytes())
    assert len(raw) > 3 * BLOCK
    raw[2 * BLOCK + 5] ^= 1
    path.write_bytes(raw)
    assert_damage_is_told(tmp_path / "i", "extra_large.json")


def test_an_unknown_file_is_reported_and_does_no_harm(store: Path) -> None:
    (generation(store) / "说明.txt").write_text("x", encoding="utf-8")
    assert [line for line in verify_store(store) if "说明.txt" in line] == verify_store(store) != []
    load_index(store)


def rewrite_manifest(store: Path, **changes: Any) -> None:
    path = generation(store) / "manifest.json"
    manifest = json.loads(path.read_bytes().split(b"\n", 1)[1])
    body = json.dumps({**manifest, **changes}, ensure_ascii=False).encode("utf-8")
    path.write_bytes(blake2b(body, digest_size=16).hexdigest().encode("ascii") + b"\n" + body)


@pytest.mark.parametrize("work", [load_index, store_info, verify_store])
def test_a_newer_format_is_refused_with_both_versions(store: Path, work: Any) -> None:
    rewrite_manifest(store, version=FORMAT_VERSION + 1)
    with pytest.raises(StoreError, match=f"{FORMAT_VERSION + 1}.*{FORMAT_VERSION}.*升级"):
        work(store)


@pytest.mark.parametrize("version", ["一", None, []])
def test_a_manifest_without_a_version_is_damaged(store: Path, version: object) -> None:
    rewrite_manifest(store, version=version)
    with pytest.raises(StoreError, match=r"manifest\.json"):
        load_index(store)


@pytest.mark.parametrize("work", [load_index, store_info, verify_store])
@pytest.mark.parametrize("place", ["nowhere", "empty", "file", "other", "outside"])
def test_what_is_no_store_is_refused(tmp_path: Path, work: Any, place: str) -> None:
    path = tmp_path / "p"
    if place in ("empty", "other", "outside"):
        path.mkdir()
    if place == "file":
        path.write_text("x", encoding="utf-8")
    if place == "other":
        (path / "专家库.xlsx").write_bytes(b"x")
    if place == "outside":
        save(index_of(*OLD), tmp_path / "q")
        (path / "CURRENT").write_text("../q/gen-000001", encoding="utf-8")
    with pytest.raises(StoreError) as caught:
        work(path)
    assert str(path) in str(caught.value)
    assert "CURRENT" in str(caught.value) or "没有这个文件夹" in str(caught.value)


# writing


def test_saving_again_replaces_the_whole(store: Path) -> None:
    save(index_of(*NEW), store)
    assert [path.name for path in sorted(store.iterdir())] == ["CURRENT", "gen-000002"]
    assert_same_index(load_index(store)[0], index_of(*NEW))
    assert verify_store(store) == []


@pytest.mark.parametrize("name", ["专家库.xlsx", "gen-notes", "MANIFEST-000001"])
def test_a_folder_with_other_files_is_refused_and_left_alone(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("原有", encoding="utf-8")
    (tmp_path / "CURRENT").write_text("MANIFEST-000001\n", encoding="utf-8")
    before = files_of(tmp_path)
    with pytest.raises(OutputError, match="空文件夹"):
        save(index_of(*NEW), tmp_path)
    assert files_of(tmp_path) == before


def test_other_files_put_into_a_store_stay(store: Path) -> None:
    (store / "gen-笔记").mkdir()
    (store / "gen-笔记" / "说明.txt").write_text("原有", encoding="utf-8")
    save(index_of(*NEW), store)
    assert (store / "gen-笔记" / "说明.txt").read_text(encoding="utf-8") == "原有"


def test_a_file_in_the_place_of_the_folder_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "索引"
    path.write_text("原有", encoding="utf-8")
    for place in (path, path / "下"):
        with pytest.raises(OutputError) as caught:
            save(index_of(*NEW), place)
        assert str(place) in str(caught.value)
    assert path.read_text(encoding="utf-8") == "原有"


def test_an_empty_folder_and_folders_not_there_are_taken(tmp_path: Path) -> None:
    save(index_of(*OLD), tmp_path)
    save(index_of(*OLD), tmp_path / "a" / "b")
    assert files_of(tmp_path / "a" / "b")["CURRENT"] == b"gen-000001"


def break_at(patch: pytest.MonkeyPatch, owner: Any, name: str, turn: int, error: BaseException) -> None:
    """Let a function fail when it is called for the given turn."""
    real, calls = getattr(owner, name), []

    def failing(*arguments: Any, **named: Any) -> Any:
        calls.append(1)
        if len(calls) == turn:
            raise error
        return real(*arguments, **named)

    patch.setattr(owner, name, failing)


FULL = OSError(28, "No space left on device")


@pytest.mark.parametrize("first", [False, True])
@pytest.mark.parametrize(
    ("owner", "name", "turn"),
    [
        *((os, "fsync", turn) for turn in (1, 3, 12, 13)),  # the 12th is the manifest's, the 13th that of CURRENT
        *((Path, "rename", 1), (Path, "replace", 1), (Path, "mkdir", 2), (np, "save", 2)),
    ],
)
@pytest.mark.parametrize("error", [FULL, KeyboardInterrupt()])
def test_a_failure_while_writing_leaves_the_old_state_and_nothing_else(
    tmp_path: Path, owner: Any, name: str, turn: int, error: BaseException, first: bool
) -> None:
    store = tmp_path / "i"
    store.mkdir()
    if not first:
        save(index_of(*OLD), store)
    before = files_of(tmp_path)
    with pytest.MonkeyPatch.context() as patch:
        break_at(patch, owner, name, turn, error)
        with pytest.raises(OutputError if error is FULL else KeyboardInterrupt) as caught:
            save(index_of(*NEW), store)
    if error is FULL:
        assert "No space left on device" in str(caught.value)
    assert files_of(tmp_path) == before
    assert [path.name for path in store.iterdir() if path.is_dir()] == ([] if first else ["gen-000001"])
    if not first:
        assert_same_index(load_index(store)[0], index_of(*OLD))
    save(index_of(*NEW), store)
    assert_same_index(load_index(store)[0], index_of(*NEW))


def test_what_a_killed_process_left_is_no_obstacle(tmp_path: Path) -> None:
    save(index_of(*OLD), tmp_path / "done")
    left = tmp_path / "i" / ".gen-000001-4711"
    left.parent.mkdir()
    shutil.copytree(generation(tmp_path / "done"), left)
    save(index_of(*NEW), tmp_path / "i")
    assert_same_index(load_index(tmp_path / "i")[0], index_of(*NEW))


def test_a_generation_that_never_came_into_force_is_not_read(store: Path) -> None:
    save(index_of(*NEW), store.parent / "other")
    shutil.copytree(generation(store.parent / "other"), store / "gen-000007")
    assert_same_index(load_index(store)[0], index_of(*OLD))
    save(index_of(*NEW), store)
    assert [path.name for path in sorted(store.iterdir())] == ["CURRENT", "gen-000008"]


def test_a_damaged_store_can_be_written_anew(store: Path) -> None:
    (store / "CURRENT").write_bytes(b"gen-00000q")
    save(index_of(*NEW), store)
    assert_same_index(load_index(store)[0], index_of(*NEW))


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        break_at(patch, Path, "mkdir", 1, PermissionError(13, "Permission denied"))
        with pytest.raises(OutputError, match="Permission denied"):
            save(index_of(*OLD), tmp_path / "i")
