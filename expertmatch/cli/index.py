"""Commands on stored indexes."""

from __future__ import annotations

from pathlib import Path

from expertmatch.cli.console import BAD_INPUT, OK, Console, error
from expertmatch.cli.given import Given
from expertmatch.cli.headers import check_headers, headers_of
from expertmatch.errors import OutputError
from expertmatch.index.store import store_info, verify_store
from expertmatch.matcher import Matcher
from expertmatch.scenarios import AUTO, read_scenario
from expertmatch.tables.pool import Pool

_REST = "用 expertmatch check 查看全部"


def build(console: Console, given: Given, out: Path, *, scenario: str | None, processes: int) -> int:
    """Build an index from tables and store it.

    Parameters
    ----------
    console : Console
        Where lines go.
    given : Given
        The tables of the pool.
    out : Path
        The index folder.
    scenario : str or None
        What it is for: a name, a file, or ``auto``; it says whether societies are indexed too.
    processes : int
        How many processes analyse.

    Returns
    -------
    int
        Exit code.
    """
    given.check()
    if out.exists() and not out.is_dir():
        raise OutputError(out, "这里是一个文件，不是文件夹。", "请用 --out 给出一个文件夹。")
    programme = None if scenario is None else scenario if scenario == AUTO else read_scenario(scenario)
    pool = _pool(console, given)
    with console.step("建立索引", "indexing") as progress:
        matcher = Matcher(scenario=programme, processes=processes).fit(pool, progress=progress)
        matcher.save(out)
    return info(console, out)


def update(console: Console, folder: Path, given: Given) -> int:
    """Bring a stored index to a new state of the pool.

    Parameters
    ----------
    console : Console
        Where lines go.
    folder : Path
        The index folder.
    given : Given
        The tables of the pool: the whole new state.

    Returns
    -------
    int
        Exit code.
    """
    given.check()
    with console.step("打开索引", "opening the index"):
        matcher = Matcher.load(folder)
    before = set(matcher.index_.rows.digests())
    pool = _pool(console, given)
    with console.step("更新索引", "updating the index") as progress:
        matcher.update(pool, progress=progress)
        matcher.save(folder)
    after = set(matcher.index_.rows.digests())
    console.say(
        f"新增或改动 {len(after - before):,} 条文字，去掉 {len(before - after):,} 条，"
        f"其余 {len(after & before):,} 条没有变，未重新分析。",
        f"{len(after - before):,} texts new or changed, {len(before - after):,} gone, {len(after & before):,} kept.",
    )
    return info(console, folder, new=len(after - before), gone=len(before - after), kept=len(after & before))


def info(console: Console, folder: Path, **more: object) -> int:
    """Say what a stored index holds.

    Parameters
    ----------
    console : Console
        Where lines go.
    folder : Path
        The index folder.
    **more
        Further facts for ``--json``.

    Returns
    -------
    int
        Exit code.
    """
    held = store_info(folder)
    size = f"{held.size / 1e6:,.1f} MB" if held.size >= 1e6 else f"{held.size / 1e3:,.0f} KB"
    writer = held.about.get("expertmatch", "")
    console.say(
        f"索引 {held.path}（第 {held.generation.removeprefix('gen-').lstrip('0')} 代，格式版本 {held.version}）："
        f"{held.experts:,} 位专家，{held.rows:,} 条成果与简介，{held.terms:,} 个词项，{size}；"
        f"由 expertmatch {writer} 写出。",
        f"Index {held.path} ({held.generation}, format {held.version}): {held.experts:,} experts, "
        f"{held.rows:,} works and profiles, {held.terms:,} terms, {size}, written by expertmatch {writer}.",
    )
    return console.done(
        OK, index=held.path, generation=held.generation, format=held.version, experts=held.experts, rows=held.rows,
        terms=held.terms, bytes=held.size, **more,
    )  # fmt: skip


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
        error(f"索引 {folder} 不完整：")
        for line in found:
            error(f"  - {line}")
        error("请用 expertmatch index build 重新建立。")
        return console.done(BAD_INPUT, damaged=found)
    console.say("索引完好，每个字节都与校验码一致。", "The index is sound: every byte agrees with its checksum.")
    return console.done(OK, damaged=[])


def _pool(console: Console, given: Given) -> Pool:
    pool = given.pool(console)
    check_headers(given.columns, headers_of(pool))
    console.problems(pool.problems, most=10, rest=_REST)
    if pool.unconfirmed:
        console.say(
            f"有 {pool.unconfirmed:,} 处姓名对不上号，没有采用。用 expertmatch match 可得到“待确认”表，"
            "填好后在这里用 --pending 给出。",
            f"{pool.unconfirmed:,} names are doubtful and not used; "
            "expertmatch match lists them in the sheet To confirm.",
        )
    return pool
