"""Beyond one machine: experts in shards on the workers of a dask.distributed cluster, needs in blocks.

Everything a worker makes follows from a task, so what a lost worker held is made again; a result is the same bytes
whichever workers made it, and the bytes of one process.
"""

from __future__ import annotations

import json
import os
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from expertmatch.errors import InputError, MissingExtraError, OutputError, Problem, SettingError
from expertmatch.index import ExpertIndex, Rows, Weights, merge_topk
from expertmatch.index.counts import Progress, merge_counts
from expertmatch.index.expert_index import FIELDS
from expertmatch.index.shards import (
    Counted,
    ShardSearch,
    Whole,
    count_shard,
    join_counted,
    join_shards,
    search_shard,
    shard_lengths,
)
from expertmatch.index.terms import Terms
from expertmatch.index.topk import Scored, joined
from expertmatch.index.weights import pivot_of
from expertmatch.tables.needs import read_needs
from expertmatch.text import Analyzer
from expertmatch.version import __version__

_AHEAD = 8
"""Blocks of needs that are asked for before the first is waited for."""
_SHARD_ROWS = 16_384
"""Rows that travel inside a task; some MB of text."""
_MOST_ROWS = 1 << 18
"""Rows of a shard: every shard costs a need some work of its own, and a worker holds one at least."""
_RUN = "run.json"
_Columns = Mapping[str, Sequence[str]]


def client_of(cluster: Any) -> Any:
    """Return a client of a cluster.

    Parameters
    ----------
    cluster : str, cluster or Client
        Address of a scheduler such as ``"tcp://10.0.0.1:8786"``, a LocalCluster or another cluster object, or a
        client that is already there.

    Returns
    -------
    distributed.Client

    Raises
    ------
    MissingExtraError
        dask.distributed is not installed.
    SettingError
        Nobody answers there.
    """
    try:
        from distributed import Client
    except ImportError:
        raise MissingExtraError("多机匹配", "cluster") from None
    if isinstance(cluster, Client):
        return cluster
    try:
        return Client(cluster, timeout=10, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError, TypeError) as error:
        accepted = f"连得上的 Dask 调度器地址，如 tcp://10.0.0.1:8786，或 LocalCluster（{error}）"
        raise SettingError("cluster", cluster, accepted) from error


@contextmanager
def connected(cluster: Any) -> Iterator[Any]:
    """Open a client for as long as it is needed; one that was given stays open.

    Parameters
    ----------
    cluster : str, cluster or Client
        As for :func:`client_of`.

    Yields
    ------
    distributed.Client
    """
    client = client_of(cluster)
    try:
        yield client
    finally:
        if client is not cluster:
            client.close()


class Shards:
    """Experts on a cluster, ready to be searched.

    Parameters
    ----------
    client : distributed.Client
        The cluster.
    sources : sequence of Rows or str
        Rows, or the path of a Parquet file that every worker can read; no expert in two of them.
    analyzer : Analyzer
        Text to terms.
    weights : Weights
        How terms, fields and works count.
    """

    def __init__(self, client: Any, sources: Sequence[Rows | str], analyzer: Analyzer, weights: Weights) -> None:
        self.client = client
        self._parts = [client.submit(_counted, source, analyzer, pure=False) for source in sources]
        groups = _grouped([_size(source) for source in sources])
        self.counted = [client.submit(join_counted, [self._parts[i] for i in group], pure=False) for group in groups]
        self._told = [client.submit(Counted.told, one, pure=False) for one in self.counted]
        self.whole = client.submit(join_shards, self._told, analyzer, weights, pure=False)
        self.terms = client.submit(_terms_of, self.whole, pure=False)
        shares = [client.submit(_share_of, self.whole, i, pure=False) for i in range(len(groups))]
        pairs = list(zip(self.counted, shares, strict=True))
        lengths = [client.submit(shard_lengths, *pair, pure=False) for pair in pairs]
        pivot = client.submit(_pivot, lengths, pure=False)
        self.searches = [
            client.submit(search_shard, *pair, own, pivot, weights, pure=False)
            for pair, own in zip(pairs, lengths, strict=True)
        ]
        if len(self.searches) < 2 * sum(client.nthreads().values()):
            # few shards: every worker holds them all, and needs are what is spread
            client.replicate([*self.searches, self.terms])

    def twice(self) -> dict[str, list[int]]:
        """Return experts that stand in more than one source, and in which."""
        ids = [self.client.submit(_ids_of, part, pure=False) for part in self._parts]
        found: dict[str, list[int]] = self.client.submit(_twice, ids, pure=False).result()
        return found

    def top(self, blocks: Sequence[Any], k: int, *, skip: Sequence[bool] | None = None) -> Iterator[Scored | None]:
        """Yield the best experts of each block of needs, in order.

        Parameters
        ----------
        blocks : sequence of dict of str to list of str, or csr_array
            Texts of needs by field, or their vectors.
        k : int
            How many experts a need gets at most.
        skip : sequence of bool, optional
            Blocks that need not be done; None is yielded for them.

        Yields
        ------
        Scored or None
            Needs numbered within the block, experts by their position among all.
        """
        waiting: deque[Any] = deque()
        for i, block in enumerate(blocks):
            waiting.append(None if skip is not None and skip[i] else self._asked(block, k))
            if len(waiting) > _AHEAD:
                yield _answer(waiting.popleft())
        while waiting:
            yield _answer(waiting.popleft())

    def _asked(self, block: Any, k: int) -> Any:
        submit = partial(self.client.submit, pure=False)
        if len(self.searches) == 1:
            return submit(_answered, self.searches[0], self.terms, block, k)
        vectors = submit(_vectors, self.terms, block)
        parts = [submit(_top, search, vectors, k) for search in self.searches]
        return submit(merge_topk, parts, k)


def _size(source: Rows | str) -> int:
    if isinstance(source, Rows):
        return len(source)
    import pyarrow.parquet as pq

    return int(pq.read_metadata(source).num_rows)


def _grouped(sizes: Sequence[int]) -> list[list[int]]:
    """Put neighbouring sources into shards of about equal size, none above the limit where sources allow it."""
    shards = max(1, min(len(sizes), -(-sum(sizes) // _MOST_ROWS)))
    ends = np.cumsum(sizes) / max(1, sum(sizes))
    place = np.minimum((np.r_[0.0, ends[:-1]] * shards).astype(np.int64), shards - 1)
    return [group.tolist() for i in range(shards) if len(group := np.flatnonzero(place == i))]


def _answer(future: Any) -> Scored | None:
    return None if future is None else future.result()


@dataclass(frozen=True, kw_only=True, eq=False)
class SharedIndex(ExpertIndex):
    """An index whose searches run on a cluster.

    Parameters
    ----------
    shards : Shards
        The same rows on the cluster.
    """

    shards: Shards

    def top(
        self,
        vectors: sparse.csr_array,
        k: int,
        *,
        allowed: npt.NDArray[np.bool_] | None = None,
        barred: Sequence[npt.NDArray[np.int64]] | None = None,
        threads: int | None = None,
    ) -> Scored:
        """Return the best k experts of each need under the total order; rules are held against them here.

        Parameters
        ----------
        vectors, k, allowed, barred, threads
            As for :meth:`ExpertIndex.top`.

        Returns
        -------
        Scored
        """
        if allowed is not None or barred is not None or not len(self.rows):
            return super().top(vectors, k, allowed=allowed, barred=barred, threads=threads)
        cuts = list(range(0, vectors.shape[0], _BLOCK)) or [0]
        found = self.shards.top([vectors[i : i + _BLOCK] for i in cuts], k)
        return joined(
            Scored(one.need + i, one.group, one.score) for i, one in zip(cuts, found, strict=True) if one is not None
        )


_BLOCK = 1024
"""Needs of a block."""


def fit_on(client: Any, rows: Rows, *, analyzer: Analyzer, weights: Weights) -> SharedIndex:
    """Analyse rows on a cluster and keep them there for searching.

    Parameters
    ----------
    client : distributed.Client
        The cluster; it must stay open as long as the index is asked.
    rows : Rows
        What to index.
    analyzer : Analyzer
        Text to terms.
    weights : Weights
        How terms, fields and works count.

    Returns
    -------
    SharedIndex
        Equal to ``ExpertIndex.fit(rows)`` in every number; counts are held here too, for reasons and further signals.
    """
    shards = Shards(client, _cut(rows), analyzer, weights)
    counts = merge_counts([one.counts for one in client.gather(shards.counted)])
    return SharedIndex(rows=rows, counts=counts, analyzer=analyzer, weights=weights, shards=shards)


def _cut(rows: Rows) -> list[Rows]:
    """Cut rows into shards of whole experts."""
    begins = np.searchsorted(rows.group, np.arange(len(rows.expert_ids) + 1))
    wanted = np.searchsorted(begins, np.arange(0, len(rows) + 1, _SHARD_ROWS))
    cuts = np.unique(np.r_[wanted, len(rows.expert_ids)] if len(rows) else np.array([0, len(rows.expert_ids)]))
    if len(cuts) < 2:
        return [rows]
    return [
        Rows(
            expert_ids=rows.expert_ids[i:j],
            group=rows.group[begins[i] : begins[j]] - i,
            keys=rows.keys[begins[i] : begins[j]],
            texts={name: column[begins[i] : begins[j]] for name, column in rows.texts.items()},
        )
        for i, j in zip(cuts[:-1].tolist(), cuts[1:].tolist(), strict=True)
    ]


def rank_parquet(
    experts: str | Path,
    needs: Any,
    out: str | Path,
    *,
    cluster: Any,
    top: int = 10,
    block: int = 1024,
    analyzer: Analyzer | None = None,
    weights: Weights | None = None,
    progress: Progress | None = None,
) -> int:
    """Rank experts of partitioned Parquet files by text, and write the result as partitioned Parquet.

    Each file is a shard: rows of text with the columns expert_id, title, text, keywords and work_id (all but the
    first may be missing), all rows of an expert in one file. Results are files ``part-00000.parquet`` and on, one
    for each block of needs, with need_id, rank, expert_id and score. A run that was stopped goes on where it was:
    blocks that are there are not done again, unless data or settings are others, which is refused.

    Parameters
    ----------
    experts : str or Path
        Folder of Parquet files that every worker can read.
    needs : path, DataFrame, Needs or list of str
        As for :func:`expertmatch.read_needs`.
    out : str or Path
        Folder of the results; made when it is not there.
    cluster : str, cluster or Client
        As for :func:`client_of`.
    top : int, default 10
        How many experts a need gets at most.
    block : int, default 1024
        Needs of a block.
    analyzer : Analyzer or None, default None
        Text to terms.
    weights : Weights or None, default None
        How terms, fields and works count.
    progress : callable, optional
        Told how many needs are done, and of how many.

    Returns
    -------
    int
        How many blocks were done now.

    Raises
    ------
    InputError
        No files, a file without expert_id, an expert in two files, needs that cannot be read.
    OutputError
        The folder holds another run.
    SettingError
        A setting that is not accepted, or nobody answers at the address.
    MissingExtraError
        dask.distributed or pyarrow is not installed.
    """
    for name, value in (("top", top), ("block", block)):
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise SettingError(name, value, "1 以上的整数")
    files = _files(Path(experts))
    frame = needs.frame if hasattr(needs, "frame") else read_needs(needs).frame
    chosen, how = analyzer or Analyzer(), weights or Weights()
    cuts = list(range(0, len(frame), block))
    folder, targets = Path(out), [Path(out) / f"part-{i:05d}.parquet" for i in range(len(cuts))]
    run = {
        "expertmatch": __version__, "top": top, "block": block, "weights": vars(how), "analyzer": chosen.settings(),
        "needs": _digest(frame), "experts": {path.name: _digest(path) for path in files},
    }  # fmt: skip
    _check_run(folder, run)
    done = [target.exists() for target in targets]
    blocks = [_texts(frame.iloc[i : i + block]) for i in cuts]
    with connected(cluster) as client:
        shards = Shards(client, [str(path.resolve()) for path in files], chosen, how)
        _check_once(shards.twice(), files)
        ids = np.array(client.submit(_ids_of, shards.whole, pure=False).result(), dtype=object)
        for i, found in enumerate(shards.top(blocks, top, skip=done)):
            if found is not None:
                own = frame["need_id"].iloc[cuts[i] : cuts[i] + block].to_numpy(dtype=object)
                _write(_table(found, own, ids), targets[i])
            if progress is not None:
                progress(min(len(frame), cuts[i] + block), len(frame))
    return done.count(False)


# what runs on workers


def _counted(source: Rows | str, analyzer: Analyzer) -> Counted:
    return count_shard(source if isinstance(source, Rows) else _read(Path(source)), analyzer)


def _read(path: Path) -> Rows:
    import pyarrow.parquet as pq

    file = pq.ParquetFile(path)
    names = ("expert_id", "work_id", *FIELDS)
    table = file.read(columns=[name for name in names if name in file.schema_arrow.names])
    columns = {name: table.column(name).to_pylist() for name in table.column_names}
    blank = [""] * table.num_rows
    told = [["" if cell is None else str(cell) for cell in columns.get(name, blank)] for name in names]
    return Rows.build(told[0], zip(*told, strict=True))


def _terms_of(whole: Whole) -> Terms:
    return whole.terms


def _share_of(whole: Whole, shard: int) -> Any:
    return whole.shares[shard]


def _ids_of(held: Whole | Counted) -> tuple[str, ...]:
    return held.expert_ids


def _pivot(lengths: Sequence[npt.NDArray[np.float64]]) -> float:
    return pivot_of(np.concatenate(list(lengths)))


def _vectors(terms: Terms, block: Any) -> sparse.csr_array:
    return terms.vectors(block) if isinstance(block, dict) else block


def _top(search: ShardSearch, vectors: sparse.csr_array, k: int) -> Scored:
    return search.top(vectors, k)


def _answered(search: ShardSearch, terms: Terms, block: Any, k: int) -> Scored:
    return search.top(_vectors(terms, block), k)


def _twice(ids: Sequence[Sequence[str]]) -> dict[str, list[int]]:
    every = pd.Series([expert for one in ids for expert in one], dtype=object)
    source = np.repeat(np.arange(len(ids)), [len(one) for one in ids])
    doubled = every.duplicated(keep=False).to_numpy()
    found: dict[str, list[int]] = {}
    for expert, place in zip(every[doubled], source[doubled].tolist(), strict=True):
        found.setdefault(expert, []).append(place)
    return found


# files


def _files(folder: Path) -> list[Path]:
    files = sorted(path for path in folder.glob("*.parquet") if path.is_file()) if folder.is_dir() else []
    if not files:
        raise InputError([_problem("no-parquet", "文件夹中没有 Parquet 文件（*.parquet）。", folder)])
    try:
        import pyarrow.parquet as pq
    except ImportError:
        raise MissingExtraError("读取 Parquet 文件", "parquet") from None
    problems = []
    for path in files:
        try:
            names = pq.read_schema(path).names
        except (OSError, ValueError) as error:
            problems.append(_problem("damaged-parquet", f"Parquet 文件已损坏（{type(error).__name__}）。", path))
            continue
        if "expert_id" not in names:
            problems.append(_problem("missing-column", f"没有 expert_id 列；现有：{'、'.join(names)}。", path))
        elif not set(FIELDS) & set(names):
            problems.append(_problem("missing-column", f"没有文字列，{'、'.join(FIELDS)} 至少要有一列。", path))
    if problems:
        raise InputError(problems)
    return files


def _problem(code: str, message: str, path: Path) -> Problem:
    remedy = "请检查路径，或按指南“多机匹配”一页重新导出。"
    return Problem(severity="error", code=code, message=message, remedy=remedy, table="experts", file=str(path.name))


def _check_once(twice: Mapping[str, Sequence[int]], files: Sequence[Path]) -> None:
    if twice:
        first = sorted(twice)[:5]
        told = "；".join(f"{expert} 在 {'、'.join(files[i].name for i in twice[expert])}" for expert in first)
        message = f"有 {len(twice)} 名专家的行分在几个文件里：{told}。"
        remedy = "请按 expert_id 分区，同一专家的行放进同一个文件。"
        raise InputError([Problem(severity="error", code="expert-in-two-files", message=message, remedy=remedy)])


def _check_run(folder: Path, run: Mapping[str, Any]) -> None:
    """Refuse a folder with another run's results; mark an empty one as this run's."""
    mark = folder / _RUN
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if mark.exists():
            if json.loads(mark.read_text(encoding="utf-8")) != json.loads(json.dumps(run)):
                message = "这里是另一次运行的结果，数据或设置不同。"
                raise OutputError(folder, message, "请换一个文件夹，或删去这里的结果再运行。")
        elif any(folder.iterdir()):
            raise OutputError(folder, "文件夹里有别的文件。", "请换一个空文件夹。")
        else:
            _replaced(mark, lambda path: path.write_text(json.dumps(run, ensure_ascii=False, indent=1), "utf-8"))
    except ValueError:
        raise OutputError(folder, f"{_RUN} 已损坏。", "请换一个文件夹，或删去这里的结果再运行。") from None
    except OSError as error:
        raise OutputError(folder, f"{error.strerror or error}。", "请检查文件夹权限和磁盘空间。") from error


def _digest(source: Path | pd.DataFrame) -> str:
    whole = blake2b(digest_size=16)
    if isinstance(source, Path):
        with source.open("rb") as file:
            while piece := file.read(1 << 20):
                whole.update(piece)
    else:
        columns = [column for column in ("need_id", *FIELDS) if column in source]
        whole.update(json.dumps(source[columns].astype(str).to_numpy().tolist(), ensure_ascii=False).encode())
    return whole.hexdigest()


def _texts(frame: pd.DataFrame) -> _Columns:
    return {
        name: ["" if pd.isna(text) else str(text) for text in frame[name]] if name in frame else [""] * len(frame)
        for name in FIELDS
    }


def _table(found: Scored, need_ids: npt.NDArray[np.object_], expert_ids: npt.NDArray[np.object_]) -> pd.DataFrame:
    first = np.searchsorted(found.need, found.need)
    return pd.DataFrame(
        {
            "need_id": need_ids[found.need],
            "rank": np.arange(len(found.need)) - first + 1,
            "expert_id": expert_ids[found.group],
            "score": found.score,
        }
    )


def _write(table: pd.DataFrame, path: Path) -> None:
    try:
        _replaced(path, lambda target: table.to_parquet(target, index=False))
    except OSError as error:
        raise OutputError(
            path, f"{error.strerror or error}。", "请检查文件夹权限和磁盘空间；再次运行会接着做。"
        ) from error


def _replaced(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file beside its place and bring it there in one step."""
    temporary = path.with_name(f".{path.name}-{os.getpid()}")
    try:
        write(temporary)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
