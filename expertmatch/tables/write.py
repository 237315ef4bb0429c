"""Frames to files that an official can open.

XLSX for reading, CSV for other programs, JSON Lines and Parquet for machines. Every file appears whole or not at
all, and no cell of it can run.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, Literal, get_args

import pandas as pd

from expertmatch.errors import MissingExtraError, OutputError, Problem, SettingError
from expertmatch.tables.writing.cells import cell_values, legal_text, plain_values, safe_cell, sheet_name
from expertmatch.tables.writing.marks import Mark
from expertmatch.tables.writing.whole import whole_file
from expertmatch.tables.writing.xlsx import write_workbook

__all__ = ["Format", "Mark", "Written", "safe_cell", "sheet_name", "whole_file", "write_frames"]

_DECIMALS = 4
_GENERAL = "General"
Format = Literal["xlsx", "csv", "jsonl", "parquet"]


@dataclass(frozen=True, slots=True)
class Written:
    """What was written.

    Parameters
    ----------
    paths
        The files, in the order of the frames.
    problems
        What could not be written as it was: cells cut, characters removed, sheets divided.
    """

    paths: tuple[Path, ...]
    problems: tuple[Problem, ...] = ()


def write_frames(
    frames: Mapping[str, pd.DataFrame],
    path: str | os.PathLike[str],
    *,
    format: Format | None = None,
    overwrite: bool = False,
    titles: Mapping[str, str] | None = None,
    number_formats: Mapping[str, str] | None = None,
    marks: Mapping[str, Sequence[Mark]] | None = None,
) -> Written:
    """Write frames to one workbook, or to one file each.

    Parameters
    ----------
    frames
        Sheet name -> frame; the index is not written.
    path
        The file. For formats other than XLSX several frames give ``结果_推荐.csv``, ``结果_理由.csv`` for ``结果.csv``.
    format
        ``"xlsx"``, ``"csv"``, ``"jsonl"`` or ``"parquet"``; by default as the path ends.
    overwrite
        Whether existing files may be replaced.
    titles
        Sheet name -> a line above the header, in XLSX only.
    number_formats
        Column -> how spreadsheets show its numbers, such as ``"0%"``; by default four decimals. In CSV, which has no
        formats, such a column is rounded to four decimals, other columns are not; JSON Lines and Parquet keep all.
    marks
        Sheet name -> which rows spreadsheets colour, in XLSX only.

    Returns
    -------
    Written
        The files, and what could not be written as it was.

    Raises
    ------
    SettingError
        For a format that is not known.
    OutputError
        A file exists, is open elsewhere, the folder is read-only, the disk is full. No file is half written.
    MissingExtraError
        For Parquet without pyarrow.

    Notes
    -----
    The same frames give the same bytes. In XLSX every text is a text cell; in CSV (UTF-8 with a byte order mark, as
    Excel wants it) text that begins like a formula has an apostrophe before it. Texts longer than 32,767 characters
    are cut in XLSX and reported.

    Examples
    --------
    >>> import tempfile
    >>> frame = pd.DataFrame({"专家": ["张三"], "得分": [0.5]})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     written = write_frames({"推荐": frame}, f"{folder}/结果.csv")
    ...     print(written.paths[0].read_text(encoding="utf-8-sig").strip())
    专家,得分
    张三,0.5
    """
    target = Path(path)
    kind = _format(format, target)
    if kind == "parquet":
        _need_parquet()
    if kind == "xlsx":
        with whole_file(target, overwrite=overwrite) as file:
            problems = write_workbook(
                frames, file, titles=titles or {}, number_formats=number_formats or {}, marks=marks or {}
            )
        return Written((target,), tuple(replace(problem, file=target.name) for problem in problems))
    paths = _paths(target, list(frames))
    with contextlib.ExitStack() as stack:  # all files are complete before the first takes its name
        files = [stack.enter_context(whole_file(each, overwrite=overwrite)) for each in paths]
        for frame, file in zip(frames.values(), files, strict=True):
            _WRITERS[kind](_rounded(frame, number_formats or {}) if kind == "csv" else frame, file)
    return Written(tuple(paths))


def _format(given: str | None, path: Path) -> str:
    kind = given or path.suffix.lower().lstrip(".")
    if kind not in get_args(Format):
        raise SettingError("format", kind or path.name, "xlsx、csv、jsonl、parquet，或以其为结尾的文件名")
    return kind


def _paths(target: Path, names: list[str]) -> list[Path]:
    if len(names) == 1:
        return [target]
    taken: list[str] = []
    for name in names:
        taken.append(sheet_name(name.replace("<", "_").replace(">", "_").replace("|", "_").replace('"', "_"), taken))
    return [target.with_name(f"{target.stem}_{name}{target.suffix}") for name in taken]


def _need_parquet() -> None:
    try:
        import pyarrow  # noqa: F401
    except ImportError as missing:
        raise MissingExtraError("写 Parquet 文件", "parquet") from missing


def _names(frame: pd.DataFrame) -> list[str]:
    """Return the columns' names, each once: a second 备注 becomes 备注_2."""
    names: dict[str, None] = {}
    for column in map(str, frame.columns):
        name, number = column, 1
        while name in names:
            number += 1
            name = f"{column}_{number}"
        names[name] = None
    return list(names)


def _rounded(frame: pd.DataFrame, formats: Mapping[str, str]) -> pd.DataFrame:
    """Return a table whose decimal columns with a format have the digits that people read."""
    shown = {
        name: frame[name].round(_DECIMALS)
        for name in frame.columns
        if formats.get(str(name), _GENERAL) != _GENERAL
        and isinstance(frame[name], pd.Series)
        and pd.api.types.is_float_dtype(frame[name])
    }
    return frame.assign(**shown) if shown else frame


def _write_csv(frame: pd.DataFrame, file: BinaryIO) -> None:
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([safe_cell(legal_text(str(column))) for column in frame.columns])
    columns = [map(_csv_cell, cell_values(frame.iloc[:, i])) for i in range(frame.shape[1])]
    writer.writerows(zip(*columns, strict=True))
    text.detach()


def _csv_cell(value: str | int | float | None) -> object:
    return safe_cell(legal_text(value)) if isinstance(value, str) else value


def _write_jsonl(frame: pd.DataFrame, file: BinaryIO) -> None:
    names = _names(frame)
    columns = [plain_values(frame.iloc[:, i]) for i in range(frame.shape[1])]
    for values in zip(*columns, strict=True):
        line = json.dumps(dict(zip(names, values, strict=True)), ensure_ascii=False)
        file.write(line.encode("utf-8", "replace") + b"\n")


def _write_parquet(frame: pd.DataFrame, file: BinaryIO) -> None:
    import pyarrow as pa

    plain = frame.reset_index(drop=True)
    plain.columns = pd.Index(_names(frame))
    try:
        plain.to_parquet(file, engine="pyarrow", index=False)
    except (pa.ArrowInvalid, pa.ArrowTypeError):  # a column of mixed kinds has no type there: all of it as text
        texts = {
            column: [None if cell is None else str(cell) for cell in cell_values(plain[column])]
            if pd.api.types.is_object_dtype(plain[column])
            else plain[column]
            for column in plain.columns
        }
        file.seek(0)
        file.truncate()
        pd.DataFrame(texts).to_parquet(file, engine="pyarrow", index=False)
    except ValueError as problem:
        raise OutputError("parquet", f"表不能写成 Parquet：{problem}。", "请改用 XLSX 或 CSV 格式。") from problem


_WRITERS = {"csv": _write_csv, "jsonl": _write_jsonl, "parquet": _write_parquet}
