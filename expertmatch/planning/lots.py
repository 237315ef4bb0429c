"""How a lot is cast: a hash that anybody can work out again, and the mark of the list it was cast over."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

SHOWN = 12
"""How many of a lot's 64 hexadecimal digits a record shows."""

RULE = (
    "SHA-256（UTF-8）：种子、换行、需求编号、换行、候选，例如候选为 expert:E001；十六进制值小的在先。记录里写前 12 位"
)
"""The rule in words."""


def lot(seed: str, need_id: str, candidate: str) -> str:
    r"""Cast the lot of a candidate for a need.

    The hash of the text ``seed\nneed_id\nkind:id``: as good as random to everybody who does not choose the seed after
    seeing the lots, the same on every machine, and without regard to the order of rows. ``printf '…' | sha256sum``
    gives it too.

    Parameters
    ----------
    seed : str
        Of the draw.
    need_id : str
        The need.
    candidate : str
        Kind and id, ``expert:E001``.

    Returns
    -------
    str
        64 hexadecimal digits; the lowest is drawn first.

    Examples
    --------
    >>> lot("2024-06-15 王经办", "N001", "expert:E001")[:12]
    'd5f9a9185496'
    """
    return hashlib.sha256(f"{seed}\n{need_id}\n{candidate}".encode()).hexdigest()


def fingerprint(rows: Iterable[tuple[str, str, str, str, int, int]]) -> str:
    """Return the mark of the list a draw was held over; every change of the list changes it.

    Parameters
    ----------
    rows : iterable of (need_id, candidate, name, unit, served, capacity)
        Everybody who could be drawn, in any order; who is named twice counts once.

    Returns
    -------
    str
        SHA-256 of the sorted rows, a line each, fields divided by tabs.

    Examples
    --------
    >>> fingerprint([("N1", "expert:E1", "张三", "", 0, 2)])[:12]
    '8e51bf1a066f'
    """
    lines = sorted({"\t".join(map(str, row)) for row in rows})
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
