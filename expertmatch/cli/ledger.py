"""Commands on the service ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import pandas as pd

from expertmatch.cli.console import BAD_INPUT, OK, CommandError, Console, error, problem_facts
from expertmatch.cli.given import check_output, count_of, source
from expertmatch.cli.ledger_given import Asked, Wanted, field_of
from expertmatch.errors import UnknownNameError
from expertmatch.planning.ledger import Added, Change, Ledger
from expertmatch.planning.ledger.fields import DONE, KIND_LABELS, LABELS, OUTCOMES, RATED
from expertmatch.planning.ledger.services import read_value
from expertmatch.tables.write import write_frames

_LIST = ("service_id", "version", "need_id", "need_title", "candidate_name", "candidate_unit", "county", "state",
         "date", "rating")  # fmt: skip
_HISTORY = {
    "at": "时间",
    "who": "经办人",
    "act": "做了什么",
    "field": "项目",
    "old": "原来",
    "new": "改为",
    "reason": "理由",
}
_TARGETS = {"indicator": "指标", "period": "期间", "value": "目标值", "county": "区县", "measure": "计量",
            "states": "服务状态", "scenarios": "场景", "need_kinds": "需求类型"}  # fmt: skip


def add(console: Console, where: str, table: str, who: str, asked: Asked, *, state: str, create: bool) -> int:
    """Add services of a table.

    Parameters
    ----------
    console : Console
        Where lines go.
    where, table, who : str
        The ledger, the table, the person.
    asked : Asked
        What is given beside.
    state : str
        Of a table without a column for it.
    create : bool
        Make a ledger where there is none.

    Returns
    -------
    int
        Exit code.
    """
    given = asked.of_rows()
    word, trouble = read_value("state", state, date.today())
    if trouble:
        raise CommandError(f"--state：{trouble}")
    with Ledger.open(where, create=create) as ledger:
        return _added(console, ledger, ledger.add(source(table), who=who, state=word, **given))


def import_past(console: Console, where: str, table: str, who: str, asked: Asked, *, create: bool) -> int:
    """Take over past records.

    Parameters
    ----------
    console : Console
        Where lines go.
    where, table, who : str
        The ledger, the table, the person.
    asked : Asked
        What is given beside.
    create : bool
        Make a ledger where there is none.

    Returns
    -------
    int
        Exit code.
    """
    given = asked.of_rows()
    with Ledger.open(where, create=create) as ledger:
        return _added(console, ledger, ledger.import_past(source(table), who=who, **given))


def change(
    console: Console,
    where: str,
    services: Sequence[str],
    who: str,
    asked: Asked,
    *,
    fields: Mapping[str, str],
    more: Sequence[str],
    reason: str,
    seen: str | None,
) -> int:
    """Change services.

    Parameters
    ----------
    console : Console
        Where lines go.
    where : str
        The ledger.
    services : sequence of str
        Which.
    who : str
        The person.
    asked : Asked
        What is given beside.
    fields : dict of str to str
        New values.
    more : sequence of str
        Others, as ``项目=内容``.
    reason : str
        Of a correction.
    seen : str or None
        The version that was seen.

    Returns
    -------
    int
        Exit code.
    """
    values = {**fields, **dict(field_of(pair) for pair in more)}
    if not values:
        message = "没有说改什么。请写 --state、--date、--hours、--rating、--note 或 --field 项目=内容。"
        raise CommandError(message)
    if seen is not None and len(services) > 1:
        message = "--seen 一次只能对着一条服务。"
        raise CommandError(message)
    known = asked.known()
    with Ledger.open(where) as ledger:
        before = _by_id(ledger)
        for one in services:
            if one not in before:
                raise UnknownNameError("服务编号", one, list(before))
        changes = [
            Change(service_id=one, seen=count_of("--seen", seen) if seen else int(before[one]["version"]),
                   fields=values, reason=reason)
            for one in services
        ]  # fmt: skip
        versions = ledger.change(changes, who=who, **known)
        after = _by_id(ledger)
    for one, version in versions.items():
        name, state = after[one]["candidate_name"] or after[one]["candidate_id"], after[one]["state"]
        told = "没有变化" if str(version) == before[one]["version"] else f"已改，现在是第 {version} 版"
        console.say(f"{one}（{name}，{state}）：{told}。")
    changed = [
        {"service_id": one, "version": version, "changed": str(version) != before[one]["version"]}
        for one, version in versions.items()
    ]
    return console.done(OK, services=changed)


def show_list(console: Console, where: str, wanted: Wanted, *, most: int) -> int:
    """List services.

    Parameters
    ----------
    console : Console
        Where lines go.
    where : str
        The ledger.
    wanted : Wanted
        Which.
    most : int
        How many at most.

    Returns
    -------
    int
        Exit code.
    """
    with Ledger.open(where) as ledger:
        frame = wanted.of(ledger.services())
    if not len(frame):
        console.say("没有这样的服务。")
        return console.done(OK, services=[])
    names = [name for name in _LIST if (frame[name].astype(str) != "").any()]
    cells = frame[names].to_numpy(dtype=object).tolist()
    console.table([LABELS[name] for name in names], cells, max_rows=most)
    rated = int(((frame["state"] == DONE) & (frame["rating"] != "")).sum())
    states = frame["state"].value_counts(sort=False)
    told = "，".join(f"{state} {count}" for state, count in states.items())
    console.say(f"共 {len(frame)} 条：{told}{f'（其中{RATED} {rated}）' if rated else ''}。")
    return console.done(OK, services=frame.head(most))


def history(console: Console, where: str, service: str) -> int:
    """Show the journal of a service.

    Parameters
    ----------
    console : Console
        Where lines go.
    where, service : str
        The ledger, and which service.

    Returns
    -------
    int
        Exit code.
    """
    with Ledger.open(where) as ledger:
        frame = ledger.history(service)
    names = [name for name in _HISTORY if (frame[name] != "").any()]
    cells = frame[names].to_numpy(dtype=object).tolist()
    console.table([_HISTORY[name] for name in names], cells, max_rows=None)
    return console.done(OK, entries=frame)


def targets(console: Console, where: str, table: str, who: str, *, sheet: str | None, create: bool) -> int:
    """Write targets.

    Parameters
    ----------
    console : Console
        Where lines go.
    where, table, who : str
        The ledger, the table, the person.
    sheet : str or None
        The sheet.
    create : bool
        Make a ledger where there is none.

    Returns
    -------
    int
        Exit code.
    """
    with Ledger.open(where, create=create) as ledger:
        count = ledger.set_targets(source(table), who=who, sheet=sheet)
        held = len(ledger.targets())
    console.say(f"记下 {count} 个目标值，台账里现有 {held} 个。")
    return console.done(OK, set=count, targets=held)


def stats(
    console: Console, where: str, *, period: str | None, county: str | None, out: Path | None, force: bool
) -> int:
    """Add up a ledger.

    Parameters
    ----------
    console : Console
        Where lines go.
    where : str
        The ledger.
    period, county : str or None
        Only what is of them.
    out : Path or None
        A workbook.
    force : bool
        Replace it.

    Returns
    -------
    int
        Exit code.
    """
    check_output(out, "--out", (".xlsx",), force=force)
    with Ledger.open(where) as ledger:
        found = ledger.stats(period, county=county)
    console.say(str(found) or "台账里没有这样的服务和目标。")
    if out is not None:
        frames = {"各场景的服务": found.counts, "目标完成情况": found.targets, "月度汇总": found.monthly}
        write_frames(frames, out, overwrite=force, number_formats=_plain_numbers(frames))
        console.say(f"已写出：{out}")
    return console.done(
        OK, counts=found.counts, targets=found.targets, monthly=found.monthly, written=[] if out is None else [out]
    )


def export(console: Console, where: str, out: Path, *, force: bool) -> int:
    """Write a ledger to a file.

    Parameters
    ----------
    console : Console
        Where lines go.
    where : str
        The ledger.
    out : Path
        The file.
    force : bool
        Replace it.

    Returns
    -------
    int
        Exit code.
    """
    check_output(out, "导出的文件", (".xlsx", ".csv"), force=force)
    with Ledger.open(where) as ledger:
        services, journal, aims = ledger.services(), ledger.history(), ledger.targets()
    frames = {"服务台账": _readable(services)}
    if out.suffix.lower() == ".xlsx":
        labels = {"entry": "序号", "service_id": "对象", "version": "版本", **_HISTORY}
        frames["变更记录"] = journal[list(labels)].rename(columns=labels)
        values = [_number(cell) for cell in aims["value"]]
        frames["指标"] = aims.assign(value=pd.Series(values, dtype=object))[list(_TARGETS)].rename(columns=_TARGETS)
    write_frames(frames, out, overwrite=force, number_formats=_plain_numbers(frames))
    console.say(f"已写出：{out}（{len(services)} 条服务）")
    return console.done(OK, services=len(services), written=[out])


def verify(console: Console, where: str) -> int:
    """Hold a ledger against its journal.

    Parameters
    ----------
    console : Console
        Where lines go.
    where : str
        The ledger.

    Returns
    -------
    int
        Exit code: 2 where they differ.
    """
    with Ledger.open(where) as ledger:
        found, count = ledger.verify(), len(ledger.services())
    for line in found:
        error(line)
    if not found:
        console.say(f"台账与变更记录一致：{count} 条服务。")
    return console.done(BAD_INPUT if found else OK, services=count, differences=found)


def _added(console: Console, ledger: Ledger, added: Added) -> int:
    console.problems(added.problems)
    console.say(f"{ledger.name}：{added}")
    return console.done(
        OK, added=added.service_ids, already=added.already, problems=[problem_facts(p) for p in added.problems]
    )


def _by_id(ledger: Ledger) -> dict[str, dict[str, str]]:
    rows = ledger.services().to_dict("records")
    return {str(row["service_id"]): {str(name): str(cell) for name, cell in row.items()} for row in rows}


def _readable(services: pd.DataFrame) -> pd.DataFrame:
    """Return services under the headers of the table of engagements, numbers as numbers."""
    frame = services.assign(candidate_kind=[KIND_LABELS.get(kind, kind) for kind in services["candidate_kind"]])
    for name in OUTCOMES:
        frame[name] = pd.Series([_number(cell) for cell in frame[name]], index=frame.index, dtype=object)
    return frame.rename(columns=LABELS)


def _number(cell: str) -> int | float | None:
    if not cell:
        return None
    value = float(cell)
    return int(value) if value.is_integer() else value


def _plain_numbers(frames: Mapping[str, pd.DataFrame]) -> dict[str, str]:
    return {str(name): "General" for frame in frames.values() for name in frame.columns}
