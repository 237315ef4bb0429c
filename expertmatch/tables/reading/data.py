"""JSON, JSON Lines, Parquet, SQL and DataFrames to records."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from expertmatch.errors import InputError, MissingExtraError, nearest_names
from expertmatch.tables.reading.decode import decode
from expertmatch.tables.reading.grid import Report, cell_text

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection, Engine

_LISTS = ("data", "rows", "records", "items", "list", "result", "results")
_QUERY = re.compile(r"^\s*(?:select|with)\b", re.IGNORECASE)


class Records:
    """Rows by header, gathered one by one: headers appear in the order they are first seen."""

    def __init__(self) -> None:
        self.columns: dict[str, list[str]] = {}
        self.numbers: list[int] = []

    def add(self, record: Mapping[str, str], number: int) -> None:
        """Append a row with its number; absent cells are empty."""
        before = len(self.numbers)
        for key, value in record.items():
            column = self.columns.get(key)
            if column is None:
                column = self.columns[key] = [""] * before
            column.append(value)
        self.numbers.append(number)
        for column in self.columns.values():
            if len(column) <= before:
                column.append("")


def read_json(data: bytes, lines: bool, report: Report) -> Records:
    """Read JSON Lines, or JSON that is a list of objects or holds one under ``data``.

    Parameters
    ----------
    data
        The file's bytes.
    lines
        Whether the name says JSON Lines.
    report
        Receives lines that are no objects and nested values.

    Returns
    -------
    Records

    Raises
    ------
    InputError
        If the whole is no JSON, or no list of objects is found in it.
    """
    decoded = decode(data)
    text = decoded.text.lstrip("\ufeff")
    if decoded.encoding != "UTF-8":
        report.add("note", "text-format", f"按 {decoded.encoding} 编码读取。")
    if not lines:
        try:
            return _objects(json.loads(text), report)
        except json.JSONDecodeError as error:
            if not _looks_like_lines(text):
                problem = report.add(
                    "error",
                    "bad-json",
                    f"不是完整的 JSON：第 {error.lineno} 行第 {error.colno} 个字符处出错。",
                    "请重新导出该文件；每行一个对象的文件请用扩展名 .jsonl。",
                    row=error.lineno,
                )
                raise InputError([problem]) from None
    return _json_lines(text, report)


def _looks_like_lines(text: str) -> bool:
    first = next((line for line in text.split("\n") if line.strip()), "")
    try:
        return isinstance(json.loads(first), dict)
    except json.JSONDecodeError:
        return False


def _json_lines(text: str, report: Report) -> Records:
    records = Records()
    nested: dict[str, list[int]] = {}
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except json.JSONDecodeError as error:
            report.add(
                "error",
                "bad-json",
                f"这一行不是完整的 JSON（第 {error.colno} 个字符处出错）。",
                "请改正这一行，或重新导出该文件。",
                row=number,
            )
            continue
        if isinstance(value, dict):
            records.add(_flat(value, nested, number), number)
        else:
            report.add(
                "error",
                "json-not-object",
                "这一行不是对象（应为 {\"列名\": 内容, …}）。",
                "请改正这一行。",
                row=number,
            )  # fmt: skip
    _say_nested(nested, report)
    return records


def _is_list_of_objects(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(item, dict) for item in value)


def _objects(value: Any, report: Report) -> Records:
    if isinstance(value, dict):
        keys = [k for k in (*_LISTS, *value) if _is_list_of_objects(value.get(k))]
        keys = keys or [k for k in _LISTS if value.get(k) == []]
        value = value[keys[0]] if keys else [value]
    records = Records()
    nested: dict[str, list[int]] = {}
    good = value if isinstance(value, list) else []
    for number, item in enumerate(good, start=1):
        if isinstance(item, dict):
            records.add(_flat(item, nested, number), number)
        else:
            report.add(
                "error",
                "json-not-object",
                f"第 {number} 项不是对象（应为 {{\"列名\": 内容, …}}）。",
                "请改正这一项。",
                row=number,
            )  # fmt: skip
    if not good:
        problem = report.add(
            "error", "empty-table", "JSON 里没有对象的列表。", "应为 [{…}, {…}] 或 {\"data\": [{…}, {…}]}。"
        )  # fmt: skip
        raise InputError([problem])
    _say_nested(nested, report)
    return records


def _flat(record: Mapping[str, Any], nested: dict[str, list[int]], number: int) -> dict[str, str]:
    return {str(k): _scalar(str(k), v, nested, number) for k, v in record.items()}


def _scalar(key: str, value: Any, nested: dict[str, list[int]], number: int) -> str:
    if isinstance(value, list | tuple) and not any(isinstance(v, dict | list | tuple) for v in value):
        return "；".join(t for v in value if (t := cell_text(v)))
    if isinstance(value, dict | list | tuple):
        nested.setdefault(key, []).append(number)
        return json.dumps(value, ensure_ascii=False, default=str)
    return cell_text(value)


def _say_nested(nested: Mapping[str, list[int]], report: Report) -> None:
    for key, rows in nested.items():
        report.add(
            "warning",
            "nested-value",
            f"这一列有 {len(rows)} 处是嵌套的对象，已按原样作为文字保留。",
            "请在导出时把它拆成单独的列。",
            column=key,
            rows=rows,
        )


def read_parquet(data: bytes, report: Report) -> Records:
    """Read a Parquet file.

    Parameters
    ----------
    data
        The file's bytes.
    report
        Gives the place for messages.

    Returns
    -------
    Records

    Raises
    ------
    MissingExtraError
        If pyarrow is not installed.
    InputError
        If the file is damaged.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise MissingExtraError("读取 Parquet 文件", "parquet") from None
    try:
        frame = pq.read_table(io.BytesIO(data))
        columns = [column.to_pylist() for column in frame.columns]
    except (pa.ArrowException, OSError, ValueError) as error:  # ValueError: text that is no UTF-8
        problem = report.add(
            "error", "damaged-parquet", f"Parquet 文件已损坏（{type(error).__name__}）。", "请重新导出该文件。"
        )
        raise InputError([problem]) from None
    return records_of(list(frame.column_names), zip(*columns, strict=True), report)


def records_of(names: Sequence[object], rows: Iterable[Sequence[object]], report: Report) -> Records:
    """Gather rows of values under given names; names are made unique.

    Parameters
    ----------
    names
        Column names.
    rows
        Rows of values in the same order.
    report
        Receives nested values.

    Returns
    -------
    Records
    """
    unique: list[str] = []
    for name in names:
        text, n = str(name), 2
        while text in unique:
            text, n = f"{name}_{n}", n + 1
        unique.append(text)
    nested: dict[str, list[int]] = {}
    cells: list[list[str]] = [[] for _ in unique]
    count = 0
    for row in rows:
        count += 1
        for j, value in enumerate(row):
            cells[j].append(value if isinstance(value, str) else _scalar(unique[j], value, nested, count))
    records = Records()
    records.columns = dict(zip(unique, cells, strict=True))
    records.numbers = list(range(1, count + 1))
    _say_nested(nested, report)
    return records


def read_dataframe(frame: pd.DataFrame, report: Report) -> Records:
    """Read a DataFrame; a named index becomes columns, the frame itself is not changed.

    Parameters
    ----------
    frame
        Any DataFrame.
    report
        Receives nested values.

    Returns
    -------
    Records
    """
    if any(name is not None for name in frame.index.names):
        names = [n for n in frame.index.names if n is not None]
        if not set(names) & set(frame.columns):
            frame = frame.reset_index(level=names)
    names = ["/".join(map(str, c)) if isinstance(c, tuple) else c for c in frame.columns]
    columns = [frame.iloc[:, j].astype(object).tolist() for j in range(frame.shape[1])]
    return records_of(names, zip(*columns, strict=True), report)


def is_url(source: object) -> bool:
    """Say whether a source is a database URL.

    Parameters
    ----------
    source
        Anything.

    Returns
    -------
    bool

    Examples
    --------
    >>> is_url("sqlite:///专家.db::experts"), is_url("专家.csv")
    (True, False)
    """
    return isinstance(source, str) and re.match(r"^[a-z][a-z0-9+_]*://", source) is not None


def read_sql(source: str, report: Report) -> Records:
    """Read a table or a query from a database.

    Parameters
    ----------
    source
        ``URL::table`` or ``URL::SELECT …``; the part behind ``::`` may be left out if there is one table.
    report
        Gives the place for messages; its ``file`` is set to the URL without the password.

    Returns
    -------
    Records

    Raises
    ------
    InputError
        If the database, the table or the query cannot be read.
    """
    import sqlalchemy as sa  # loaded where a database is read at all

    address, _, what = source.partition("::")
    try:
        url = sa.make_url(address)
    except sa.exc.ArgumentError:
        problem = report.add("error", "bad-url", "数据库地址写法不对。", "应如 sqlite:///专家.db::专家表。")
        raise InputError([problem]) from None
    report.file = Path(url.database).name if url.drivername.startswith("sqlite") and url.database else (
        url.render_as_string(hide_password=True)
    )  # fmt: skip
    on_disk = url.drivername.startswith("sqlite") and url.database not in (None, "", ":memory:")
    if on_disk and not Path(str(url.database)).is_file():  # connecting would create an empty file
        problem = report.add("error", "no-such-file", "没有这个数据库文件。", "请检查路径和文件名。")
        raise InputError([problem])
    engine: Engine | None = None
    try:
        engine = sa.create_engine(url)
        with engine.connect() as connection:
            return _select(connection, what.strip(), report)
    except (sa.exc.SQLAlchemyError, ImportError) as error:
        reason = str(getattr(error, "orig", None) or type(error).__name__)
        problem = report.add(
            "error", "database", f"数据库读取失败（{reason}）。", "请检查地址、表名、查询语句和访问权限。"
        )
        raise InputError([problem]) from None
    finally:
        if engine is not None:
            engine.dispose()


def _select(connection: Connection, what: str, report: Report) -> Records:
    import sqlalchemy as sa

    if _QUERY.match(what):
        result = connection.execute(sa.text(what))
    else:
        inspector = sa.inspect(connection)
        names = [*inspector.get_table_names(), *inspector.get_view_names()]
        name = what or (names[0] if len(names) == 1 else "")
        if name not in names:
            near = nearest_names(name, names, most=1)
            hint = f"是否想用“{near[0]}”？" if near else ""
            said = f"没有名为“{name}”的数据表" if name else "没有说明读取哪个数据表"
            problem = report.add(
                "error",
                "no-such-sheet",
                f"{said}；现有：{'、'.join(names) or '无'}。",
                f"{hint}请在地址后面写 ::表名，或 ::SELECT 查询语句。",
            )
            raise InputError([problem])
        report.sheet = name
        result = connection.execute(sa.select(sa.text("*")).select_from(sa.table(name)))
    return records_of(list(result.keys()), (tuple(row) for row in result), report)
