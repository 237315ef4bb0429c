"""What tables a command line gives, and how they are read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, cast, get_args

import pandas as pd

from expertmatch.cli.console import CommandError, Console, one_of
from expertmatch.errors import OutputError, nearest_names
from expertmatch.report.labels import Language
from expertmatch.tables.columns import TABLES
from expertmatch.tables.needs import Needs, read_needs
from expertmatch.tables.pool import Pool, read_pool
from expertmatch.tables.read import Source
from expertmatch.tables.write import Format

TABLE_ENDINGS = (".xlsx", ".csv", ".jsonl", ".parquet")
"""How files end that tables can be written to."""


@dataclass(frozen=True, kw_only=True)
class Given:
    """Tables as the command line gives them.

    Parameters
    ----------
    tables : dict of str to str or None
        Table (experts, works, societies, memberships, pending …) to file or database URL.
    sheets : dict of str to str
        Table to sheet, where it is not to be guessed.
    columns : dict of str to dict of str to str
        Table to header to column, for headers that are not known.
    as_of : date
        The date that years are judged by.
    ledger : str or None
        A service ledger in place of a table of engagements: a SQLite file, or the URL of a PostgreSQL database.
    """

    tables: Mapping[str, str | None] = field(default_factory=dict)
    sheets: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    as_of: date
    ledger: str | None = None

    @cached_property
    def ledger_state(self) -> tuple[pd.DataFrame, str] | None:
        """What the ledger holds, as engagements, and a hash of its state; ``None`` without one."""
        if self.ledger is None:
            return None
        from expertmatch.planning.ledger import Ledger

        with Ledger.open(self.ledger) as held:
            return held.engagements(), held.digest()

    @property
    def has_pool(self) -> bool:
        """Whether any table of a pool is given."""
        return any(self.tables.values())

    def check(self) -> None:
        """Refuse what makes no pool, before anything is read.

        Raises
        ------
        CommandError
            Neither experts nor works are given.
        """
        if not self.tables.get("experts") and not self.tables.get("works"):
            message = "没有给出专家。请用 --experts 给出专家表，或用 --works 给出成果表。"
            raise CommandError(message)

    def pool(self, console: Console) -> Pool:
        """Read the pool.

        Parameters
        ----------
        console : Console
            Shows that it is being read.

        Returns
        -------
        Pool

        Raises
        ------
        InputError
            Tables that cannot be used.
        CommandError
            Neither experts nor works, or a sheet of a table that is not given.
        """
        self.check()
        sources: dict[str, Any] = {table: source(text) for table, text in self.tables.items() if text}
        if self.ledger_state is not None:
            if "engagements" in sources:
                message = "--ledger 和 --engagements 说的是同一件事，只能给出一个。"
                raise CommandError(message)
            sources["engagements"] = self.ledger_state[0]
        sheets = {table: sheet for table, sheet in self.sheets.items() if table != "needs"}
        for table in sheets:
            if table not in sources:
                message = f"--sheet 指定了{TABLES[table].label}表的工作表，但没有给出{TABLES[table].label}表。"
                raise CommandError(message)
        experts = sources.pop("experts", None)
        with console.step("读入专家库", "reading the pool") as progress:
            return read_pool(
                experts, **sources, columns=self.columns, sheets=sheets, today=self.as_of, progress=progress
            )

    def needs(self, console: Console, text: str) -> Needs:
        """Read the needs.

        Parameters
        ----------
        console : Console
            Shows that they are being read.
        text : str
            File or database URL.

        Returns
        -------
        Needs

        Raises
        ------
        InputError
            Needs that cannot be used.
        """
        with console.step("读入需求", "reading the needs"):
            return read_needs(source(text), sheet=self.sheets.get("needs"), columns=self.columns, today=self.as_of)


def source(text: str) -> Source:
    """Return what a table is read from: a database URL stays as it is, all else is a path.

    Parameters
    ----------
    text : str
        As written on the command line.

    Returns
    -------
    str or Path
    """
    return text if "://" in text else Path(text)


def day_of(text: str | None) -> date:
    """Read ``--as-of``.

    Parameters
    ----------
    text : str or None
        Year-month-day; today without it.

    Returns
    -------
    date

    Raises
    ------
    CommandError
        Not a day.
    """
    if text is None:
        return date.today()
    try:
        return datetime.strptime(text.strip(), "%Y-%m-%d").date()
    except ValueError:
        message = f"--as-of 不能是“{text}”，请写成 年-月-日，例如 2026-11-01。"
        raise CommandError(message) from None


def count_of(option: str, text: str) -> int:
    """Read a whole number from 1.

    Parameters
    ----------
    option : str
        The option, for the message.
    text : str
        As written.

    Returns
    -------
    int

    Raises
    ------
    CommandError
        Not such a number.
    """
    try:
        number = int(text)
    except ValueError:
        number = 0
    if not 1 <= number < 2**31:
        message = f"{option} 不能是“{text}”，请写 1 以上的整数，例如 {option} 5。"
        raise CommandError(message)
    return number


def language_of(text: str) -> Language:
    """Read ``--lang``.

    Parameters
    ----------
    text : str
        As written.

    Returns
    -------
    {"zh", "en"}

    Raises
    ------
    CommandError
        Another language.
    """
    word = text.strip().lower()
    if word not in get_args(Language):
        raise one_of("--lang", text, get_args(Language))
    return cast("Language", word)


def formats_of(text: str) -> tuple[Format, ...]:
    """Read a list of formats such as ``xlsx,csv``.

    Parameters
    ----------
    text : str
        Names joined by commas.

    Returns
    -------
    tuple of str

    Raises
    ------
    CommandError
        A name that is no format, or none at all.
    """
    words = text.replace("，", ",").replace("、", ",").lower().split(",")
    names = tuple(dict.fromkeys(name.strip().lstrip(".") for name in words if name.strip()))
    known = get_args(Format)
    wrong = next((name for name in names if name not in known), None)
    if wrong is not None or not names:
        raise one_of("--format", text if wrong is None else wrong, known)
    return cast("tuple[Format, ...]", names)


def sheets_of(pairs: Sequence[str]) -> dict[str, str]:
    """Read ``--sheet 表=工作表``.

    Parameters
    ----------
    pairs : sequence of str
        As written.

    Returns
    -------
    dict of str to str
        Table to sheet.

    Raises
    ------
    CommandError
        No table, no sheet, or a table that does not exist.
    """
    return {_table("--sheet", left): right for left, right in (_pair("--sheet", pair, "专家=Sheet2") for pair in pairs)}


def columns_of(pairs: Sequence[str]) -> dict[str, dict[str, str]]:
    """Read ``--column 表头=含义``.

    Parameters
    ----------
    pairs : sequence of str
        As written; the meaning is a column's Chinese or canonical name, and goes for every table that has it.

    Returns
    -------
    dict of str to dict of str to str
        Table to header to column.

    Raises
    ------
    CommandError
        No header, no meaning, or one that no table has.
    """
    read: dict[str, dict[str, str]] = {}
    for pair in pairs:
        header, meaning = _pair("--column", pair, "负责领域=研究方向")
        found = [(table, column.name) for table, contract in TABLES.items() for column in contract.columns
                 if meaning in (column.name, column.label)]  # fmt: skip
        if not found:
            labels = list(dict.fromkeys(c.label for contract in TABLES.values() for c in contract.columns))
            near = nearest_names(meaning, labels)
            hint = f"是否想写：{'、'.join(near)}？" if near else "可以是：姓名、单位、职称、研究方向、需求名称等。"
            message = f"--column 里的“{meaning}”不是任何表的列。{hint}"
            raise CommandError(message)
        for table, name in found:
            read.setdefault(table, {}).setdefault(header, name)
    return read


def table_of(text: str | None, option: str = "--table") -> str | None:
    """Read ``--table``.

    Parameters
    ----------
    text : str or None
        A table's Chinese or canonical name.
    option : str, default "--table"
        How the person wrote it, for messages.

    Returns
    -------
    str or None
        The canonical name.

    Raises
    ------
    CommandError
        No such table.
    """
    return None if text is None else _table(option, text)


def _table(option: str, text: str) -> str:
    names = {word: name for name, table in TABLES.items() for word in (name, table.label, f"{table.label}表")}
    if text not in names:
        labels = [table.label for table in TABLES.values()]
        raise one_of(option, text, labels)
    return names[text]


def _pair(option: str, text: str, example: str) -> tuple[str, str]:
    left, equals, right = (part.strip() for part in text.replace("＝", "=").partition("="))
    if not (left and equals and right):
        message = f"{option} 不能是“{text}”，写法例如：{option} {example}。"
        raise CommandError(message)
    return left, right


def check_output(path: Path | None, option: str, endings: Sequence[str], *, force: bool) -> None:
    """Refuse a file to write before the work, not after it.

    Parameters
    ----------
    path : Path or None
        The file; ``None`` is not written.
    option : str
        The option that names it.
    endings : sequence of str
        How it may end.
    force : bool
        Whether it may be there already.

    Raises
    ------
    CommandError
        Another ending.
    OutputError
        It exists.
    """
    if path is None:
        return
    if path.suffix.lower() not in endings:
        message = f"{option} 不能是“{path}”，请写以 {'、'.join(endings)} 结尾的文件名。"
        raise CommandError(message)
    if path.exists() and not force:
        raise OutputError(path, "文件已经存在，没有改动它。", f"请用 {option} 换一个文件名，或加 --force 覆盖。")
