"""The papers of a plan as files: all of them, or none."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from expertmatch.errors import InputError, OutputError, Problem, UnknownNameError
from expertmatch.report.papers.book import RECORD_FILE, PlanBook
from expertmatch.report.papers.facts import facts_of
from expertmatch.report.papers.names import PAPERS, REPLACED, TO_FILL
from expertmatch.report.papers.template import PaperTemplate, own_template, read_template
from expertmatch.scenarios import read_scenario, scenario_names
from expertmatch.tables.write import whole_file

_ILLEGAL = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f]')
_LONGEST = 60
_SALON = "salon"


def write_papers(
    names: Sequence[str],
    book: PlanBook,
    folder: Path,
    *,
    template: Path | None = None,
    given: Mapping[str, str] | None = None,
    only: Sequence[str] = (),
    overwrite: bool = False,
) -> list[Path]:
    """Write papers of a plan.

    Parameters
    ----------
    names : sequence of str
        Of 沙龙方案, 邀请函, 签到表, 公示名单, 派遣函, 抽取记录.
    book : PlanBook
        The plan, as :func:`expertmatch.report.papers.book.read_book` gives it.
    folder : Path
        Where to; made when it is not there.
    template : Path, optional
        An office's own template, for one paper; by default the one that comes with the library.
    given : dict of str to str, optional
        Texts that no table holds, such as 主办单位; 时间 and 地点 replace those of all needs.
    only : sequence of str, optional
        The needs to write for; by default all.
    overwrite : bool, default False
        Whether files that are there may be replaced.

    Returns
    -------
    list of Path
        The files, in order.

    Raises
    ------
    UnknownNameError
        A paper, a text or a need that there is not.
    InputError
        A template that cannot be used, a draw's record that is asked for and is not there, or nobody to write to.
    OutputError
        A file is there already, or cannot be written; then none is written.

    Notes
    -----
    The same plan, template and texts give the same bytes.
    """
    texts = dict(given or {})
    for name in texts:
        if name not in (*TO_FILL, *REPLACED):
            raise UnknownNameError("公文内容", name, [*TO_FILL, *REPLACED])
    chosen = _chosen(book, only)
    made: dict[Path, bytes] = {}
    for name in dict.fromkeys(names):
        if name not in PAPERS:
            raise UnknownNameError("公文", name, PAPERS)
        paper = PAPERS[name]
        if "抽取" in paper.lists and book.draw is None:
            raise InputError([_nothing(name, f"旁边没有“{RECORD_FILE}”：这份方案不是抽取产生的，或记录被移走了。",
                                       "请给出 --select draw 排出的方案所在的文件夹。")])  # fmt: skip
        held = PaperTemplate(own_template(paper), f"{name}.docx", paper) if template is None else (
            read_template(template, paper))  # fmt: skip
        files: dict[Path, bytes] = {}
        for stem, facts in facts_of(paper, _salons(chosen, only) if name == "沙龙方案" else chosen, texts):
            if paper.lists.get("名单") and not facts["名单"]:
                continue
            files[_free(folder, stem, [*made, *files])] = held.filled(facts)
        if not files:
            raise InputError([_nothing(name, "方案里没有一位人选，写不出来。", "请换一份有人选的方案。")])
        made |= files
    _write(made, overwrite=overwrite)
    return list(made)


def _chosen(book: PlanBook, only: Sequence[str]) -> PlanBook:
    if not only:
        return book
    ids = list(map(str, book.needs["need_id"]))
    for need in only:
        if need not in ids:
            raise UnknownNameError("需求编号", need, ids)
    return replace(book, needs=book.needs[book.needs["need_id"].isin(list(only))].reset_index(drop=True))


def _salons(book: PlanBook, only: Sequence[str]) -> PlanBook:
    """Return the needs that may be salons: no agenda of one is written for another programme that is known."""
    ids = list(map(str, book.needs["need_id"]))
    other = [key for key in ids if book.scenarios.get(key, "") in (set(scenario_names()) - {_SALON})]
    if other and (only or len(other) == len(ids)):
        title = read_scenario(book.scenarios[other[0]]).title
        message = f"需求 {other[0]} 属于“{title}”，不是科技创新沙龙。"
        raise InputError([_nothing("沙龙方案", message, "请写派遣函、邀请函，或用 --need 选出沙龙的需求。")])
    return _chosen(book, [key for key in ids if key not in other]) if other else book


def _nothing(name: str, message: str, remedy: str) -> Problem:
    return Problem(severity="error", code="no-paper", message=f"{name}：{message}", remedy=remedy)


def _free(folder: Path, stem: str, taken: Sequence[Path]) -> Path:
    """Return a file's name that Windows takes and no other file of the run has."""
    base = _ILLEGAL.sub("_", stem).strip(" .")[:_LONGEST].rstrip(" .")
    names = {path.name.lower() for path in taken}
    fresh, number = base, 1
    while f"{fresh}.docx".lower() in names:
        number += 1
        fresh = f"{base}_{number}"
    return folder / f"{fresh}.docx"


def _write(made: Mapping[Path, bytes], *, overwrite: bool) -> None:
    there = [path for path in made if path.exists()]
    if there and not overwrite:
        more = f"等 {len(there)} 个文件" if len(there) > 1 else ""
        raise OutputError(there[0], f"已经存在{more}，没有改动。", "请用 --out 换一个文件夹，或加 --force 覆盖。")
    new: list[Path] = []
    try:
        for path, data in made.items():
            fresh = not path.exists()
            with whole_file(path, overwrite=overwrite) as file:
                file.write(data)
            new += [path] if fresh else []
    except BaseException:  # also an interruption: what this run began goes
        for path in new:
            path.unlink(missing_ok=True)
        raise
