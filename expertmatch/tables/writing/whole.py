"""Files that appear whole or not at all, and say in Chinese why they could not."""

from __future__ import annotations

import contextlib
import errno
import itertools
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from expertmatch.errors import OutputError

_MOST_TRIED = 100


@contextlib.contextmanager
def whole_file(path: str | os.PathLike[str], *, overwrite: bool = False) -> Iterator[BinaryIO]:
    """Open a file for writing that takes its name only when everything is in it.

    The bytes go to a hidden file in the same folder, reach the disk, and are then renamed. If anything goes wrong in
    between, the hidden file is removed and what stood under the name stays as it was.

    Parameters
    ----------
    path
        The file; its folder is made if it is missing.
    overwrite
        Whether a file of that name may be replaced.

    Yields
    ------
    BinaryIO
        To write bytes to.

    Raises
    ------
    OutputError
        The file exists, is open elsewhere, the folder is read-only, the disk is full.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with whole_file(f"{folder}/结果.txt") as file:
    ...         _ = file.write("完".encode())
    ...     print(Path(folder, "结果.txt").read_text(encoding="utf-8"))
    完
    """
    target = Path(path)
    _refuse(target, overwrite=overwrite)
    made: list[Path] = []  # names stand here before the files do, so that Ctrl-C in between leaves none
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with _part(target, made) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        _refuse(target, overwrite=overwrite)
        os.replace(made[0], target)
        _sync_folder(target.parent)
    except OSError as problem:
        raise _explained(target, problem) from problem
    finally:
        for part in made:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)


def _refuse(target: Path, *, overwrite: bool) -> None:
    if target.is_dir():
        raise OutputError(target, "这是一个文件夹，不是文件。", "请写出文件名。")
    if target.exists() and not overwrite:
        raise OutputError(target, "文件已经存在，没有改动它。", "请换一个文件名，或用 overwrite=True 允许覆盖。")


def _part(target: Path, made: list[Path]) -> BinaryIO:
    """Open a new hidden file beside the target, with the rights an ordinary new file has, and note its name."""
    for number in itertools.count():
        part = target.with_name(f".{target.name[:40]}.{os.getpid()}-{number}.part")
        if part.exists() and number <= _MOST_TRIED:
            continue
        made.append(part)
        try:
            return part.open("xb")
        except FileExistsError:
            made.clear()  # another's
            if number > _MOST_TRIED:
                raise
    raise AssertionError  # pragma: no cover


def _sync_folder(folder: Path) -> None:
    """Make the new name survive a power cut, where the system can."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _explained(target: Path, problem: OSError) -> OutputError:
    code = problem.errno
    if code in {errno.ENOSPC, errno.EDQUOT}:
        return OutputError(target, "磁盘已满，文件没有写出。", "请清出空间，或换一个磁盘，再运行一次。")
    if code == errno.EROFS:
        return OutputError(target, "所在磁盘是只读的。", "请换一个可以写的文件夹。")
    if isinstance(problem, PermissionError):
        if target.exists():
            message = "文件正被其他程序（如 Excel、WPS）打开，或没有写的权限。"
            return OutputError(target, message, "请关闭打开它的程序，或换一个文件名，再运行一次。")
        return OutputError(target, "没有在这个文件夹里写文件的权限。", "请换一个可以写的文件夹，例如“文档”。")
    if code in {errno.ENAMETOOLONG, errno.EINVAL}:
        return OutputError(target, "文件名过长，或含有系统不接受的字符。", "请换一个较短的文件名。")
    if isinstance(problem, FileExistsError | NotADirectoryError):
        return OutputError(target, "路径中有一段是文件，不是文件夹。", "请检查路径。")
    return OutputError(target, f"系统报告：{problem.strerror or problem}。", "请检查路径和磁盘，再运行一次。")
