"""The command ``expertmatch papers``: letters and lists from a plan, as Word files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer

from expertmatch.cli.console import OK, CommandError, Console, one_of
from expertmatch.cli.options import (
    FILE,
    AsOfOption,
    ColumnOption,
    ExpertsOption,
    ForceOption,
    JsonOption,
    LangOption,
    MembershipsOption,
    PendingOption,
    QuietOption,
    SheetOption,
    SocietiesOption,
    WorksOption,
)
from expertmatch.report.papers.names import PAPERS

_TABLES = ("needs", "experts", "works", "societies", "memberships", "pending")
_NAMES = "、".join(PAPERS)


def papers_command(
    names: Annotated[list[str], typer.Argument(metavar="公文", help=f"{_NAMES}；可以几种。", show_default=False)],
    plan: Annotated[
        Path | None,
        typer.Option("--plan", metavar="方案.xlsx", help="expertmatch plan 写出的方案工作簿，或所在文件夹。"),
    ] = None,
    out: Annotated[Path, typer.Option("--out", metavar="文件夹", help="公文写到哪个文件夹。")] = Path("公文"),
    template: Annotated[
        Path | None,
        typer.Option("--template", metavar="模板.docx", help="用本单位自己改过的模板；一次只用于一种公文。"),
    ] = None,
    blank: Annotated[
        bool, typer.Option("--copy-template", help="不写公文，只把自带的模板复制到 --out，供修改。")
    ] = False,
    texts: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="名称=内容", help="表里没有的内容，例如 主办单位=西安市科学技术协会。可写多次。"),
    ] = None,
    need: Annotated[
        list[str] | None, typer.Option("--need", metavar="需求编号", help="只写这些需求的；不写则全部。可写多次。")
    ] = None,
    needs: Annotated[
        str | None, typer.Option("--needs", metavar=FILE, help="排方案时的需求表；不写则照方案里记的，以下同。")
    ] = None,
    experts: ExpertsOption = None,
    works: WorksOption = None,
    societies: SocietiesOption = None,
    memberships: MembershipsOption = None,
    pending: PendingOption = None,
    sheet: SheetOption = None,
    column: ColumnOption = None,
    as_of: AsOfOption = None,
    force: ForceOption = False,
    lang: LangOption = "zh",
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> int:
    """由方案写出公文（Word 文件）：沙龙方案、邀请函、签到表、公示名单、派遣函、抽取记录。

    人选以方案工作簿为准；还有没重排的批改，先用 expertmatch plan --from 重排。
    表里没有的内容留空，供手填，或用 --set 给出。

    模板是普通的 Word 文件，{{需求名称}} 这样的地方填入内容。
    先用 --copy-template 得到自带的模板，改好后用 --template 给出。

    例：
    expertmatch papers 邀请函 签到表 --plan 方案 --set 主办单位=市科协
    expertmatch papers 派遣函 --plan 方案/方案.xlsx --need E001 --out 派遣函
    expertmatch papers 派遣函 --copy-template --out 模板
    expertmatch papers 派遣函 --plan 方案 --template 模板/派遣函.docx --out 公文
    """  # noqa: D400
    from expertmatch.cli import given

    for name in names:
        if name not in PAPERS:
            raise one_of("公文", name, list(PAPERS))
    if template is not None and len(set(names)) > 1:
        message = "--template 一次只用于一种公文，请分几次写。"
        raise CommandError(message)
    console = Console(given.language_of(lang), quiet=quiet, json=as_json)
    if blank:
        return copy_templates(console, names, out=out, force=force)
    if plan is None:
        message = "没有给出方案。请用 --plan 给出 expertmatch plan 写出的方案工作簿，或它所在的文件夹。"
        raise CommandError(message)
    tables = {"needs": needs, "experts": experts, "works": works, "societies": societies,
              "memberships": memberships, "pending": pending}  # fmt: skip
    more = {"sheet": "；".join(sheet or ()), "column": "；".join(column or ()), "as-of": as_of}
    return papers(
        console,
        names,
        plan=plan,
        written={name: text for name, text in {**tables, **more}.items() if text},
        template=template,
        texts=texts_of(texts or ()),
        only=need or (),
        out=out,
        force=force,
    )


def papers(
    console: Console,
    names: Sequence[str],
    *,
    plan: Path,
    written: Mapping[str, str],
    template: Path | None,
    texts: Mapping[str, str],
    only: Sequence[str],
    out: Path,
    force: bool,
) -> int:
    """Write papers of a plan.

    Parameters
    ----------
    console : Console
        Where lines go.
    names : sequence of str
        Which papers.
    plan : Path
        The plan's workbook, or the folder it stands in.
    written : dict of str to str
        Tables and how they are read, where they are not those of the plan's own run.
    template : Path or None
        An office's own template.
    texts : dict of str to str
        Texts that no table holds.
    only : sequence of str
        The needs to write for; all where it is empty.
    out : Path
        Folder of the papers.
    force : bool
        Replace papers that are there.

    Returns
    -------
    int
        Exit code.
    """
    from expertmatch.cli import given as options
    from expertmatch.cli.given import Given
    from expertmatch.cli.match import read_tables
    from expertmatch.planning.pencil.marks import settings_of
    from expertmatch.planning.pencil.sheet import plan_sheet
    from expertmatch.report.papers.book import RECORD_FILE, read_book
    from expertmatch.report.papers.write import write_papers
    from expertmatch.report.plan_sheets import WORKBOOK

    book = plan / f"{WORKBOOK}.xlsx" if plan.is_dir() else plan
    plan_sheet(book)
    earlier = {name[2:]: text for name, text in settings_of(book).items() if name.startswith("--") and text}
    every = {**earlier, **written}
    _check_files(every, written)
    held = Given(
        tables={name: every.get(name) for name in _TABLES if name != "needs"},
        sheets=options.sheets_of([one for one in every.get("sheet", "").split("；") if one]),
        columns=options.columns_of([one for one in every.get("column", "").split("；") if one]),
        as_of=options.day_of(every.get("as-of")),
    )
    asked, pool = read_tables(console, held, every["needs"], with_pool=True)
    assert pool is not None
    record = book.with_name(RECORD_FILE)
    with console.step("写公文", "writing papers"):
        read = read_book(book, needs=asked, pool=pool, record=record if record.is_file() else None)
        files = write_papers(names, read, out, template=template, given=texts, only=only, overwrite=force)
    console.problems(read.problems)
    if read.draw is not None and read.draw.wrong:
        console.say(f"  [提醒] 抽取记录复核不符，共 {len(read.draw.wrong)} 处：{read.draw.wrong[0]}")
    console.say(f"写出 {len(files):,} 份公文，在文件夹：{out}", f"{len(files):,} papers in: {out}")
    for path in files[:10]:
        console.say(f"  {path.name}")
    if len(files) > 10:
        console.say(f"  …… 另有 {len(files) - 10:,} 份", f"  … and {len(files) - 10:,} more")
    return console.done(OK, out=out, written=files)


def copy_templates(console: Console, names: Sequence[str], *, out: Path, force: bool) -> int:
    """Copy the templates that come with the library to where they can be edited.

    Parameters
    ----------
    console : Console
        Where lines go.
    names : sequence of str
        Which papers.
    out : Path
        Folder of the templates.
    force : bool
        Replace templates that are there.

    Returns
    -------
    int
        Exit code.
    """
    from expertmatch.report.papers.template import own_template
    from expertmatch.tables.write import whole_file

    written = []
    for name in dict.fromkeys(names):
        paper = PAPERS[name]
        path = out / f"{name}.docx"
        with whole_file(path, overwrite=force) as file:
            file.write(own_template(paper))
        written.append(path)
        console.say(f"模板：{path}", f"Template: {path}")
        console.say(f"  可以填入：{'、'.join(paper.texts)}", f"  Texts: {', '.join(paper.texts)}")
        for one, fields in paper.lists.items():
            console.say(f"  {one}里的每一行：{'、'.join(fields)}", f"  {one}: {', '.join(fields)}")
    return console.done(OK, out=out, written=written)


def texts_of(pairs: Sequence[str]) -> dict[str, str]:
    """Read ``--set 名称=内容``.

    Parameters
    ----------
    pairs : sequence of str
        As written.

    Returns
    -------
    dict of str to str

    Raises
    ------
    CommandError
        No name or no content.

    Examples
    --------
    >>> texts_of(["主办单位=西安市科学技术协会"])
    {'主办单位': '西安市科学技术协会'}
    """
    found: dict[str, str] = {}
    for pair in pairs:
        name, equals, text = (part.strip() for part in pair.replace("＝", "=", 1).partition("="))
        if not (name and equals and text):
            message = f"--set 不能是“{pair}”，请写成：--set 主办单位=西安市科学技术协会。"
            raise CommandError(message)
        found[name] = text
    return found


def _check_files(every: Mapping[str, str], written: Mapping[str, str]) -> None:
    """Refuse a plan whose tables are not where they were, and say which option tells where they are now."""
    if "needs" not in every:
        message = "方案里没有记下需求表。请用 --needs、--experts 等给出排方案时的各张表。"
        raise CommandError(message)
    for name in _TABLES:
        text = every.get(name, "")
        if text and name not in written and "://" not in text and not Path(text).exists():
            message = (
                f"这份方案是用 {text} 排的，现在找不到这个文件。"
                f"请在排方案时的文件夹里运行，或用 --{name} 给出它现在的位置。"
            )
            raise CommandError(message)
