"""Workbooks that would exhaust the memory while they are opened: told beforehand, so that they are only refused.

The reader trusts two things a damaged file may get wrong: the chains of sectors in the older format, which must
end, and the extent of a sheet, for which it takes memory cell by cell.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from itertools import islice

_MOST_CELLS = 20_000_000
_SPECIAL = 0xFFFFFFFA  # numbers from here on are marks, not sectors
_END_OF_CHAIN = 0xFFFFFFFE
_DIMENSION = re.compile(rb'<dimension ref="[A-Z]+\d+:([A-Z]+)(\d+)"')
_CELL = re.compile(rb'<c r="([A-Z]{1,3})(\d{1,7})"[^>/]*>\s*<(?:v|is|f)\b')


def chains_end(data: bytes) -> bool:
    """Say whether all chains of sectors of an OLE file end.

    Parameters
    ----------
    data
        The file's bytes.

    Returns
    -------
    bool
        False also if the file is too short for its own header.

    Examples
    --------
    >>> chains_end(b"too short")
    False
    """
    if len(data) < 512:
        return False
    shift = struct.unpack_from("<H", data, 30)[0]
    if shift not in (9, 12):
        return False
    size = 1 << shift
    first_mini, _, next_difat, _ = struct.unpack_from("<4I", data, 60)
    sectors = list(struct.unpack_from("<109I", data, 76))
    seen: set[int] = set()
    while next_difat < _SPECIAL:
        block = _sector(data, next_difat, size)
        if next_difat in seen or len(block) < size // 4:
            return False
        seen.add(next_difat)
        sectors += block[:-1]
        next_difat = block[-1]
    fat: list[int] = []
    for number in sectors:
        if number < _SPECIAL:
            block = _sector(data, number, size)
            if not block:
                return False
            fat += block
    if not _no_cycle(fat) or not _whole(data, struct.unpack_from("<I", data, 48)[0], fat, size):
        return False
    mini: list[int] = []
    while first_mini < len(fat):
        mini += _sector(data, first_mini, size)
        first_mini = fat[first_mini]
    return _no_cycle(mini)


def _sector(data: bytes, number: int, size: int) -> list[int]:
    piece = data[(number + 1) * size : (number + 2) * size]
    return list(struct.unpack(f"<{len(piece) // 4}I", piece[: len(piece) // 4 * 4]))


def _whole(data: bytes, number: int, fat: list[int], size: int) -> bool:
    """Say whether the directory is there, up to its last entry."""
    if number >= len(fat):
        return False
    while number != _END_OF_CHAIN:
        if number >= len(fat) or (number + 2) * size > len(data):
            return False
        number = fat[number]
    return True


def _no_cycle(following: list[int]) -> bool:
    done = bytearray(len(following))  # 1: on the way, 2: known to end
    for start in range(len(following)):
        path = []
        at = start
        while at < len(following) and not done[at]:
            done[at] = 1
            path.append(at)
            at = following[at]
        if at < len(following) and done[at] == 1:
            return False
        for node in path:
            done[node] = 2
    return True


def stray_cell(data: bytes) -> str:
    """Name a cell so far out that its sheet cannot be held in memory, ``""`` if there is none.

    Parameters
    ----------
    data
        Bytes of an XLSX file.

    Returns
    -------
    str
        Its name as the spreadsheet shows it, e.g. ``"XFD1048576"``.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in archive.namelist():
                if name.startswith("xl/worksheets/") and name.endswith(".xml"):
                    with archive.open(name) as file:
                        head = file.read(4096)
                        found = _DIMENSION.search(head)
                        if found and _area(found[1], int(found[2])) > _MOST_CELLS:
                            stray = _outermost(head + file.read())
                            if stray:
                                return stray
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, NotImplementedError, RuntimeError, EOFError):
        return ""  # the reader itself says what is wrong with the archive
    return ""


def _area(letters: bytes, row: int) -> int:
    column = 0
    for letter in letters:
        column = column * 26 + letter - 64
    return column * row


def _outermost(text: bytes) -> str:
    """Return the cell that makes the sheet too large; formatted empty cells do not count."""
    widest, lowest = (0, ""), (0, "")
    for match in islice(_CELL.finditer(text), 50_000_000):
        column = _area(match[1], 1)
        row = int(match[2])
        name = (match[1] + match[2]).decode("ascii")
        widest = max(widest, (column, name))
        lowest = max(lowest, (row, name))
    if widest[0] * lowest[0] <= _MOST_CELLS:
        return ""
    return lowest[1] if lowest[0] > 100_000 else widest[1]
