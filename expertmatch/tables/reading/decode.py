"""Bytes to text, when nobody says which encoding it is.

Offices send UTF-8 with and without a mark, GB18030 from Excel and older systems, UTF-16 from "Unicode text"
exports, files joined from two of them, and files with a few damaged bytes. The encoding is told from the bytes;
a line that does not fit it is tried in the other one, and what is left is replaced, never dropped.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CJK = re.compile(r"[\u3400-\u9fff\u3000-\u303f\uff01-\uff5e]")
_ODD = re.compile(r"[\u0080-\u07ff\ue000-\uf8ff\ufffd]")


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text and how it was read.

    Parameters
    ----------
    text
        The text; bytes that fit no encoding are U+FFFD.
    encoding
        Name for people, e.g. ``"GB18030"``.
    mixed
        Where lines begin in the text that were in another encoding than the rest.
    """

    text: str
    encoding: str
    mixed: tuple[int, ...] = ()


def decode(data: bytes) -> Decoded:
    """Decode bytes of unknown encoding.

    Parameters
    ----------
    data
        The whole file.

    Returns
    -------
    Decoded

    Examples
    --------
    >>> decode("姓名,单位".encode("gb18030")).encoding
    'GB18030'
    >>> decode("姓名,单位".encode("utf-16-le")).text
    '姓名,单位'
    """
    for bom, name in _BOMS:
        if data.startswith(bom):
            rest = data[len(bom) :]
            if name == "utf-8":
                text, mixed = _by_line(rest, "utf-8", "gb18030")
                return Decoded(text, "UTF-8", mixed)
            return Decoded(rest.decode(name, errors="replace"), name.upper()[:6])
    if wide := _utf16_without_mark(data):
        return Decoded(data.decode(wide, errors="replace"), "UTF-16")
    return _narrow(data)


def _narrow(data: bytes) -> Decoded:
    as_utf8 = data.decode("utf-8", errors="replace")
    if as_utf8.isascii():
        return Decoded(as_utf8, "UTF-8")
    bad = as_utf8.count("\ufffd") - data.count(b"\xef\xbf\xbd")
    if not bad:
        # two GB18030 bytes can look like one UTF-8 letter of another script ("联通")
        if not _CJK.search(as_utf8):
            as_gb = data.decode("gb18030", errors="replace")
            if _CJK.search(as_gb) and "\ufffd" not in as_gb:
                return Decoded(as_gb, "GB18030")
        return Decoded(as_utf8, "UTF-8")
    sample = _sample(data)
    utf8_cjk, utf8_odd = _counts(sample.decode("utf-8", errors="replace"))
    gb_cjk, gb_odd = _counts(sample.decode("gb18030", errors="replace"))
    # wrongly read, most characters are odd or damaged; a few damaged bytes leave the rest in order
    if utf8_odd * 5 < utf8_cjk or utf8_cjk - 2 * utf8_odd > gb_cjk - 2 * gb_odd:
        text, mixed = _by_line(data, "utf-8", "gb18030")
        return Decoded(text, "UTF-8", mixed)
    text, mixed = _by_line(data, "gb18030", "utf-8")
    return Decoded(text, "GB18030", mixed)


def _sample(data: bytes) -> bytes:
    """Return the lines that are not plain ASCII, enough of them to judge by."""
    lines: list[bytes] = []
    size = 0
    for line in data.split(b"\n"):
        if not line.isascii():
            lines.append(line)
            size += len(line)
            if size > 1 << 17:
                break
    return b"\n".join(lines)


def _counts(text: str) -> tuple[int, int]:
    return len(_CJK.findall(text)), len(_ODD.findall(text))


def _by_line(data: bytes, encoding: str, other: str) -> tuple[str, tuple[int, ...]]:
    """Decode, giving lines that do not fit a second chance in the other encoding."""
    if encoding == "utf-8":
        try:
            return data.decode(encoding), ()
        except UnicodeDecodeError:
            pass
    lines: list[str] = []
    mixed: list[int] = []
    begin = 0
    for line in data.split(b"\n"):
        begin += len(lines[-1]) + 1 if lines else 0
        if line.isascii():
            lines.append(line.decode("ascii"))
            continue
        # most UTF-8 is well-formed GB18030 too, but hardly any GB18030 is well-formed UTF-8
        text = _well_formed(line, "utf-8")
        if text and (encoding == "utf-8" or _CJK.search(text)):
            mixed += [begin] * (encoding != "utf-8")
            lines.append(text)
            continue
        damaged = line.decode(encoding, errors="replace")
        second = _well_formed(line, other) if encoding == "utf-8" else ""
        # another encoding damages most of a line; one stray byte does not
        if second and not _ODD.search(second) and damaged.count("\ufffd") * 3 > len(_CJK.findall(second)):
            lines.append(second)
            mixed.append(begin)
        else:
            lines.append(damaged)
    return "\n".join(lines), tuple(mixed)


def _well_formed(line: bytes, encoding: str) -> str:
    try:
        return line.decode(encoding)
    except UnicodeDecodeError:
        return ""


def _utf16_without_mark(data: bytes) -> str:
    """Tell UTF-16 by where its NUL bytes are: beside every comma and line end, always on the same side."""
    sample = data[: 1 << 16]
    if len(sample) < 4 or b"\x00" not in sample:
        return ""
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    for name, mine, other in (("utf-16-le", odd, even), ("utf-16-be", even, odd)):
        if mine > 8 * other and mine * 100 >= len(sample):
            text = sample[: len(sample) // 2 * 2].decode(name, errors="replace")
            if text.count("\ufffd") * 50 <= len(text) and "\x00" not in text:
                return name
    return ""
