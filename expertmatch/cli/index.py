"""Commands on stored indexes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from expertmatch.cli.console import BAD_INPUT, OK, Console, error
from expertmatch.cli.match import read_tables
from expertmatch.index.store import store_info, verify_store
from expertmatch.matcher import Matcher
from expertmatch.tables.pool import Pool


def build(console: Console, tables: Mapping[str, Path | None], out: Path, *, processes: int, as_of: date) -> int:
    """Build an index from tables and store it.

    Parameters
    ----------
    console : Console
        Where lines go.
    tables : dict of str to Path or None
        Files by name of the table.
    out : Path
        The index folder.
    processes : int
        How many processes analyse.
    as_of : date
        The date that years are judged by.

    Returns
    -------
    int
        Exit code.
    """
    pool = _pool(console, tables, as_of)
    with console.step("建立索引", "indexing"):
        matcher = Matcher(processes=processes).fit(pool)
        matcher.save(out)
    return info(console, out)


def update(console: Console, folder: Path, tables: Mapping[str, Path | None], *, as_of: date) -> int:
    """Bring a stored index to a new state of the pool.

    Parameters
    ----------
    console : Console
        Where lines go.
    folder : Path
        The index folder.
    tables : dict of str to Path or None
        Files by name of the table: the whole new state.
    as_of : date
        The date that years are judged by.

    Returns
    -------
    int
        Exit code.
    """
    with console.step("打开索引", "opening the index"):
        matcher = Matcher.load(folder)
    before = set(matcher.index_.rows.digests())
    pool = _pool(console, tables, as_of)
    with console.step("更新索引", "updating the index"):
        matcher.update(pool)
        matcher.save(folder)
    after = set(matcher.index_.rows.digests())
    console.say(
        f"新增或改动 {len(after - before):,} 条文字，去掉 {len(before - after):,} 条，"
        f"其余 {len(after & before):,} 条未重新分析。",
        f"{len(after - before):,} texts new or changed, {len(before - after):,} gone, {len(after & before):,} kept.",
    )
    return info(console, folder)


def info(console: Console, folder: Path) -> int:
    """Say what a stored index holds.

    Parameters
    ----------
    console : Console
        Where lines go.
    folder : Path
        The index folder.

    Returns
    -------
    int
        Exit code.
    """
    held = store_info(folder)
    size, writer = held.size / 1e6, held.about.get("expertmatch", "")
    console.say(
        f"索引 {held.path}（{held.generation}，格式版本 {held.version}）：{held.experts:,} 位专家，"
        f"{held.rows:,} 条成果与简介，{held.terms:,} 个词项，{size:.1f} MB；由 expertmatch {writer} 建立。",
        f"Index {held.path} ({held.generation}, format {held.version}): {held.experts:,} experts, "
        f"{held.rows:,} works and profiles, {held.terms:,} terms, {size:.1f} MB, built by expertmatch {writer}.",
    )
    return OK


def verify(console: Console, folder: Path) -> int:
    """Compare every byte of a stored index with its checksums.

    Parameters
    ----------
    console : Console
        Where lines go.
    folder : Path
        The index folder.

    Returns
    -------
    int
        Exit code: 2 when anything is damaged.
    """
    with console.step("检验索引", "verifying the index"):
        found = verify_store(folder)
    if found:
        for line in found:
            error(f"  - {line}")
        error("索引不完整。请用 expertmatch index build 重新建立。")
        return BAD_INPUT
    console.say("索引完好，每个字节都与校验和一致。", "The index is sound: every byte agrees with its checksum.")
    return OK


def _pool(console: Console, tables: Mapping[str, Path | None], as_of: date) -> Pool:
    with console.step("读入专家库", "reading the pool"):
        pool = read_tables(tables, as_of)
    console.problems(pool.problems)
    return pool
