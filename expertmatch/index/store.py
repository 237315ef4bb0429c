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
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from expertmatch.errors import OutputError, StoreError
from expertmatch.index.counts import CountTable
from expertmatch.index.expert_index import ExpertIndex, Rows
from expertmatch.index.terms import Weights
from expertmatch.text import Analyzer

FORMAT_VERSION = 1
BLOCK = 1 << 20
_CURRENT = "CURRENT"
_MANIFEST = "manifest.json"
_GENERATION = re.compile(r"gen-[0-9]{6,}")
_OWN = re.compile(r"gen-[0-9]{6,}|CURRENT|\.(gen-[0-9]{6,}|CURRENT)-[0-9]+")
"""Names in the folder of a store; those with a dot are what a killed process left."""
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
        _write_parts(index, extra, unfinished)
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


def load_index(folder: str | Path) -> tuple[ExpertIndex, dict[str, Any]]:
    """Open the index of a store.

    Parameters
    ----------
    folder : str or Path
        The store.

    Returns
    -------
    (ExpertIndex, dict)
        The index, and the further parts by name.

    Raises
    ------
    StoreError
        Not a store, a newer format, or a file that is missing or damaged.
    """
    store = _Generation.current(folder)
    settings = store.json("settings")
    rows_json = store.json("rows")
    terms = tuple(store.json("terms"))
    fields = {}
    for name in settings["fields"]:
        data, indices, indptr = (store.array(f"{name}_{part}") for part in ("data", "indices", "indptr"))
        fields[name] = sparse.csr_array((data, indices, indptr), shape=(len(indptr) - 1, len(terms)))
    index = ExpertIndex(
        rows=Rows(
            expert_ids=tuple(rows_json["expert_ids"]),
            group=store.array("group"),
            keys=tuple(rows_json["keys"]),
            texts={name: tuple(column) for name, column in rows_json["texts"].items()},
        ),
        counts=CountTable(terms, fields),
        analyzer=Analyzer.from_settings(settings["analyzer"]),
        weights=Weights(**settings["weights"]),
    )
    extra = {name: store.json(f"extra_{name}") for name in settings["extra"]}
    return index, extra | {name: store.array(f"extra_{name}") for name in settings["arrays"]}


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
    store = _Generation.current(folder)
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
    store = _Generation.current(folder)
    found = []
    for name in sorted(store.manifest["files"]):
        with suppress(StoreError):
            store.read(name)
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
class _Generation:
    path: Path
    manifest: dict[str, Any]

    @classmethod
    def current(cls, folder: str | Path) -> _Generation:
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
        if version > FORMAT_VERSION:
            raise StoreError(root, f"格式版本 {version} 比本程序认识的 {FORMAT_VERSION} 新。", "请升级 expertmatch。")
        return cls(path, manifest)

    def read(self, name: str) -> bytes:
        entry = self.manifest["files"].get(name)
        try:
            raw = (self.path / name).read_bytes() if entry else b""
        except OSError:
            entry = None
        if not entry or len(raw) != entry["size"] or _block_digests(raw) != entry["blocks"]:
            raise StoreError(self.path.parent, f"文件 {self.path.name}/{name} 缺失或已损坏。", _REBUILD)
        return raw

    def json(self, name: str) -> Any:
        return json.loads(self.read(f"{name}.json"))

    def array(self, name: str) -> npt.NDArray[Any]:
        from io import BytesIO

        array: npt.NDArray[Any] = np.load(BytesIO(self.read(f"{name}.npy")), allow_pickle=False)
        return array


def _write_parts(index: ExpertIndex, extra: Mapping[str, Any], folder: Path) -> None:
    rows = index.rows
    parts = {
        "settings": {
            "analyzer": index.analyzer.settings(),
            "weights": vars(index.weights),
            "fields": list(index.counts.fields),
            "extra": [name for name, value in extra.items() if not isinstance(value, np.ndarray)],
            "arrays": [name for name, value in extra.items() if isinstance(value, np.ndarray)],
        },
        "rows": {"expert_ids": rows.expert_ids, "keys": rows.keys, "texts": rows.texts},
        "terms": index.counts.terms,
        **{f"extra_{name}": value for name, value in extra.items() if not isinstance(value, np.ndarray)},
    }
    for name, value in parts.items():
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        _write(folder / f"{name}.json", text.encode("utf-8", "surrogatepass"))  # json.loads reads it so too
    arrays = {"group": rows.group}
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


def _digest(raw: bytes) -> str:
    return blake2b(raw, digest_size=16).hexdigest()


def _block_digests(raw: bytes) -> list[str]:
    return [_digest(raw[start : start + BLOCK]) for start in range(0, len(raw), BLOCK)]


def _number(name: str) -> int:
    """Return the number of a generation by its folder's name, 0 for any other name."""
    return int(name.removeprefix("gen-")) if _GENERATION.fullmatch(name) else 0
