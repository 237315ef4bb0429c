"""Folders of plain files that appear whole, one generation after another.

A store is a folder with one file ``CURRENT`` that names the generation in force, and a folder for each
generation with ``.npy`` and JSON files and a ``manifest.json``: format version, and for every file its size and a
checksum for each block of 1 MB. A new generation is written beside the old one and comes into force when
``CURRENT`` is replaced, in one step; readers see the old or the new, never half.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import blake2b
from io import BytesIO
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from expertmatch.errors import OutputError, StoreError
from expertmatch.index.counts import CountTable
from expertmatch.index.deferred import Deferred
from expertmatch.index.expert_index import ExpertIndex, Rows
from expertmatch.index.processors import processors
from expertmatch.index.search import Search
from expertmatch.index.terms import Terms, Weights
from expertmatch.text import Analyzer

FORMAT_VERSION = 2
BLOCK = 1 << 20
_CURRENT = "CURRENT"
_MANIFEST = "manifest.json"
_GENERATION = re.compile(r"gen-[0-9]{6,}")
_OWN = re.compile(r"gen-[0-9]{6,}|CURRENT|\.(gen-[0-9]{6,}|CURRENT)-[0-9]+")
"""Names in the folder of a store; those with a dot are what a killed process left."""
_HEADER = 4096
"""More than the header of an array file takes."""
_REBUILD = "请用 expertmatch index build 重新建立。"


@dataclass(frozen=True)
class StoreInfo:
    """What a store holds.

    Parameters
    ----------
    path : str
        The folder.
    generation : str
        The generation in force.
    version : int
        Format version.
    experts, rows, terms : int
        How many.
    size : int
        Bytes of all files.
    about : dict
        What the writer said of itself.
    """

    path: str
    generation: str
    version: int
    experts: int
    rows: int
    terms: int
    size: int
    about: dict[str, Any]


def save_index(
    index: ExpertIndex,
    folder: str | Path,
    *,
    extra: Mapping[str, Any],
    about: Mapping[str, Any],
    tables: Sequence[str] = (),
) -> None:
    """Write an index as a new generation of a store and bring it into force.

    Parameters
    ----------
    index : ExpertIndex
        What to write.
    folder : str or Path
        The store; made when it is not there. Another kind of folder with files in it is refused.
    extra : dict of str to JSON value or ndarray
        Further parts, a file each: what belongs to the index but is not of it.
    about : dict of str to JSON value
        Shown by :func:`store_info`.
    tables : sequence of str, default ()
        Names of extra parts that are read only when asked for.

    Raises
    ------
    OutputError
        The folder cannot be written, or holds something else.
    """
    root = Path(folder)
    unfinished: Path | None = None
    try:
        if not _is_free(root):
            raise OutputError(root, "这里已有别的文件，不是索引文件夹。", "请换一个空文件夹。")
        root.mkdir(parents=True, exist_ok=True)
        target = root / f"gen-{1 + max(map(_number, os.listdir(root)), default=0):06d}"
        unfinished = root / f".{target.name}-{os.getpid()}"
        unfinished.mkdir()
        _write_parts(index, extra, tables, unfinished)
        _write_manifest(index, about, unfinished)
        unfinished = unfinished.rename(target)
        _replace(root / _CURRENT, target.name)
        unfinished = None
    except OSError as error:
        remedy = "请检查文件夹权限和磁盘空间；原有的索引没有改动。"
        raise OutputError(root, f"{error.strerror or error}。", remedy) from error
    finally:  # also when interrupted
        if unfinished is not None and _in_force(root) != unfinished.name:
            shutil.rmtree(unfinished, ignore_errors=True)
    for name in os.listdir(root):
        if _number(name) and name != target.name:
            shutil.rmtree(root / name, ignore_errors=True)


def _is_free(root: Path) -> bool:
    """Say whether a store may be written here: nothing there yet, a store, or a folder with nothing of others."""
    if not root.is_dir():
        return not root.exists()
    return bool(_number(_in_force(root))) or all(_OWN.fullmatch(name) for name in os.listdir(root))


def _in_force(root: Path) -> str:
    """Return what ``CURRENT`` names; an empty text when there is none to read."""
    try:
        return (root / _CURRENT).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def load_index(folder: str | Path) -> tuple[ExpertIndex, dict[str, Any], Mapping[str, Any]]:
    """Open the index of a store.

    Parameters
    ----------
    folder : str or Path
        The store.

    Returns
    -------
    (ExpertIndex, dict, mapping)
        The index, the further parts by name, and the tables, which are read when first asked for.

    Raises
    ------
    StoreError
        Not a store, a newer format, or a file that is missing or damaged.
    """
    store = Generation.current(folder)
    settings, told = store.json("settings"), store.json("rows")
    analyzer, weights = Analyzer.from_settings(settings["analyzer"]), Weights(**settings["weights"])
    terms = tuple(store.json("terms"))
    rows = Rows(
        expert_ids=tuple(told["expert_ids"]),
        group=store.array("group"),
        keys=tuple(told["keys"]),
        texts=Deferred(lambda: {name: tuple(column) for name, column in store.json("texts").items()}),
    )
    index = StoredIndex(
        rows=rows,
        counts=CountTable(terms, Deferred(lambda: {name: store.matrix(name, terms) for name in settings["fields"]})),
        analyzer=analyzer,
        weights=weights,
        store=store,
    )
    extra = {name: store.json(f"extra_{name}") for name in settings["extra"] if name not in settings["tables"]}
    extra |= {name: store.array(f"extra_{name}") for name in settings["arrays"]}
    return index, extra, Deferred(lambda: {name: store.json(f"extra_{name}") for name in settings["tables"]})


@dataclass(frozen=True, kw_only=True, eq=False)
class StoredIndex(ExpertIndex):
    """An index of a store: what searches need is mapped from its files, the rest is read when asked for.

    Parameters
    ----------
    store : Generation
        The files.
    """

    store: Generation

    @cached_property
    def terms(self) -> Terms:
        """The vocabulary, and what each term says."""
        return Terms(
            spelt=self.counts.terms,
            document_frequency=self.store.array("document_frequency"),
            term_weights=self.store.array("term_weights"),
            analyzer=self.analyzer,
            weights=self.weights,
        )

    @cached_property
    def usable(self) -> npt.NDArray[np.bool_]:
        """Whether each expert has a row with known terms, shape (experts,)."""
        return self.store.array("usable")

    @cached_property
    def search(self) -> Search:
        """Row vectors by term."""
        ptr, rows, weights, group = (self.store.array(f"search_{name}") for name in _SEARCH)
        experts, discount = len(self.rows.expert_ids), self.weights.works_discount
        return Search(
            term_ptr=ptr, term_rows=rows, term_weights=weights, row_group=group, groups=experts, discount=discount
        )

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle as an index in memory: files may be elsewhere, or gone."""
        counts = CountTable(self.counts.terms, dict(self.counts.fields))
        rows = replace(self.rows, texts=dict(self.rows.texts))
        return _in_memory, (rows, counts, self.analyzer, self.weights)


def _in_memory(rows: Rows, counts: CountTable, analyzer: Analyzer, weights: Weights) -> ExpertIndex:
    return ExpertIndex(rows=rows, counts=counts, analyzer=analyzer, weights=weights)


_SEARCH = ("term_ptr", "term_rows", "term_weights", "row_group")


def store_info(folder: str | Path) -> StoreInfo:
    """Say what a store holds.

    Parameters
    ----------
    folder : str or Path
        The store.

    Returns
    -------
    StoreInfo

    Raises
    ------
    StoreError
        Not a store, or a newer format.
    """
    store = Generation.current(folder, mapped=False)
    held = store.manifest["holds"]
    size = sum(entry["size"] for entry in store.manifest["files"].values())
    return StoreInfo(
        str(folder), store.path.name, store.manifest["version"],
        held["experts"], held["rows"], held["terms"], size, store.manifest["about"],
    )  # fmt: skip


def verify_store(folder: str | Path) -> list[str]:
    """Read every byte of a store and compare it with its checksums.

    Parameters
    ----------
    folder : str or Path
        The store.

    Returns
    -------
    list of str
        A Chinese sentence for each damaged, missing or unknown file; empty when all is well.

    Raises
    ------
    StoreError
        Not a store, or a newer format.
    """
    store = Generation.current(folder, mapped=False)
    found = []
    for name, entry in sorted(store.manifest["files"].items()):
        with suppress(OSError):
            if _block_digests((store.path / name).read_bytes()) == entry["blocks"]:
                continue
        found.append(f"{store.path.name}/{name}：缺失或已损坏。")
    known = {*store.manifest["files"], _MANIFEST}
    found.extend(
        f"{store.path.name}/{path.name}：不属于索引的文件。"
        for path in sorted(store.path.iterdir())
        if path.name not in known
    )
    return found


@dataclass(frozen=True)
class Generation:
    """The files of one generation; each is compared with its checksums when it is first touched.

    Parameters
    ----------
    path : Path
        Its folder.
    manifest : dict
        What belongs to it.
    files : dict of str to mmap or bytes
        The files' contents.
    checked : set of str
        Files that agree with their checksums.
    """

    path: Path
    manifest: dict[str, Any]
    files: dict[str, mmap | bytes] = field(default_factory=dict)
    checked: set[str] = field(default_factory=set)

    @classmethod
    def current(cls, folder: str | Path, *, mapped: bool = True) -> Generation:
        """Return the generation of a store that is in force.

        Parameters
        ----------
        folder : str or Path
            The store.
        mapped : bool, default True
            Also map its files, all of which must be there.

        Returns
        -------
        Generation

        Raises
        ------
        StoreError
            Not a store, another format, or a file that is missing.
        """
        root = Path(folder)
        if not root.is_dir():
            raise StoreError(root, "没有这个文件夹。", "请检查路径；还没有索引的，先用 expertmatch index build 建立。")
        name = _in_force(root)
        path = root / name
        if not _number(name):
            found = "已损坏" if (root / _CURRENT).is_file() else "不存在，这里没有索引"
            raise StoreError(root, f"文件 {_CURRENT} {found}。", _REBUILD)
        try:
            raw = (path / _MANIFEST).read_bytes()
            head, body = raw.split(b"\n", 1)
            if head.decode("ascii") != _digest(body):
                raise ValueError(name)
            manifest = json.loads(body)
            version = int(manifest["version"])
        except (OSError, ValueError, KeyError, TypeError):
            raise StoreError(root, f"清单 {name}/{_MANIFEST} 缺失或已损坏。", _REBUILD) from None
        if version < FORMAT_VERSION:
            raise StoreError(root, f"格式版本 {version} 是旧版程序写的，现在是 {FORMAT_VERSION}。", _REBUILD)
        if version > FORMAT_VERSION:
            raise StoreError(root, f"格式版本 {version} 比本程序认识的 {FORMAT_VERSION} 新。", "请升级 expertmatch。")
        store = cls(path, manifest)
        return store._mapped() if mapped else store

    def _mapped(self) -> Generation:
        """Map all files, so that they can be read when they have been replaced by a newer generation."""
        for name, entry in self.manifest["files"].items():
            try:
                with (self.path / name).open("rb") as file:
                    self.files[name] = mmap(file.fileno(), 0, access=ACCESS_READ) if entry["size"] else b""
            except (OSError, ValueError):  # a file that became empty cannot be mapped
                raise self._damaged(name) from None
            if len(self.files[name]) != entry["size"]:
                raise self._damaged(name)
        return self

    def read(self, name: str) -> memoryview:
        """Return a file's bytes, compared with its checksums the first time."""
        file = self.files.get(name)
        if file is None:
            raise self._damaged(name)
        raw = memoryview(file)
        if name not in self.checked:
            if _block_digests(raw) != self.manifest["files"][name]["blocks"]:
                raise self._damaged(name)
            self.checked.add(name)
        return raw

    def json(self, name: str) -> Any:
        """Return what a JSON file says."""
        return json.loads(bytes(self.read(f"{name}.json")))

    def array(self, name: str) -> npt.NDArray[Any]:
        """Return the array of a file, which stays in the file until it is touched."""
        raw = self.read(f"{name}.npy")
        header = BytesIO(bytes(raw[:_HEADER]))
        np.lib.format.read_magic(header)
        shape, _, dtype = np.lib.format.read_array_header_1_0(header)
        array: npt.NDArray[Any] = np.frombuffer(raw, dtype=dtype, offset=header.tell()).reshape(shape)
        return array

    def matrix(self, name: str, terms: Sequence[str]) -> sparse.csr_array:
        """Return the counts of a field."""
        data, indices, indptr = (self.array(f"{name}_{part}") for part in ("data", "indices", "indptr"))
        return sparse.csr_array((data, indices, indptr), shape=(len(indptr) - 1, len(terms)))

    def _damaged(self, name: str) -> StoreError:
        return StoreError(self.path.parent, f"文件 {self.path.name}/{name} 缺失或已损坏。", _REBUILD)


def _write_parts(index: ExpertIndex, extra: Mapping[str, Any], tables: Sequence[str], folder: Path) -> None:
    rows = index.rows
    parts = {
        "settings": {
            "analyzer": index.analyzer.settings(),
            "weights": vars(index.weights),
            "fields": list(index.counts.fields),
            "extra": [name for name, value in extra.items() if not isinstance(value, np.ndarray)],
            "tables": list(tables),
            "arrays": [name for name, value in extra.items() if isinstance(value, np.ndarray)],
        },
        "rows": {"expert_ids": rows.expert_ids, "keys": rows.keys},
        "texts": dict(rows.texts),
        "terms": index.counts.terms,
        **{f"extra_{name}": value for name, value in extra.items() if not isinstance(value, np.ndarray)},
    }
    for name, value in parts.items():
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        _write(folder / f"{name}.json", text.encode("utf-8", "surrogatepass"))  # json.loads reads it so too
    search = {f"search_{name}": getattr(index.search, name) for name in _SEARCH}
    arrays = {"group": rows.group, "usable": index.usable, "document_frequency": index.document_frequency, **search}
    arrays["term_weights"] = index.term_weights
    arrays |= {f"extra_{name}": value for name, value in extra.items() if isinstance(value, np.ndarray)}
    for name, matrix in index.counts.fields.items():
        arrays |= {f"{name}_{part}": getattr(matrix, part) for part in ("data", "indices", "indptr")}
    for name, array in arrays.items():
        with (folder / f"{name}.npy").open("wb") as file:
            np.save(file, array, allow_pickle=False)
            file.flush()
            os.fsync(file.fileno())


def _write_manifest(index: ExpertIndex, about: Mapping[str, Any], folder: Path) -> None:
    files = {}
    for path in sorted(folder.iterdir()):
        raw = path.read_bytes()
        files[path.name] = {"size": len(raw), "blocks": _block_digests(raw)}
    manifest = {
        "version": FORMAT_VERSION,
        "about": dict(about),
        "holds": {
            "experts": len(index.rows.expert_ids),
            "rows": len(index.rows),
            "terms": len(index.counts.terms),
        },
        "files": files,
    }
    body = json.dumps(manifest, ensure_ascii=False, indent=1).encode("utf-8")
    _write(folder / _MANIFEST, _digest(body).encode("ascii") + b"\n" + body)


def _write(path: Path, raw: bytes) -> None:
    with path.open("wb") as file:
        file.write(raw)
        file.flush()
        os.fsync(file.fileno())


def _replace(path: Path, text: str) -> None:
    temporary = path.with_name(f".{path.name}-{os.getpid()}")
    try:
        _write(temporary, text.encode("utf-8"))
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _digest(raw: bytes | memoryview) -> str:
    return blake2b(raw, digest_size=16).hexdigest()


def _block_digests(raw: bytes | memoryview) -> list[str]:
    blocks = (raw[start : start + BLOCK] for start in range(0, len(raw), BLOCK))
    if len(raw) < 8 * BLOCK:
        return list(map(_digest, blocks))
    with ThreadPoolExecutor(processors()) as pool:  # hashing leaves the interpreter to others
        return list(pool.map(_digest, blocks))


def _number(name: str) -> int:
    """Return the number of a generation by its folder's name, 0 for any other name."""
    return int(name.removeprefix("gen-")) if _GENERATION.fullmatch(name) else 0
