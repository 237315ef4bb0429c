"""What a file is, from its first bytes; and the kinds that are refused, with the way out."""

from __future__ import annotations

import re
from typing import Literal

from expertmatch.errors import InputError
from expertmatch.tables.reading.decode import decode
from expertmatch.tables.reading.grid import Report

FileKind = Literal["workbook", "html", "parquet", "json", "jsonl", "text", "other"]

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = b"PK\x03\x04"
_SAVE_AS = "请用 WPS 或 Excel 打开，另存为 xlsx 后再试。"
#: WPS's own spreadsheets. Older ones are built like XLS, newer ones like XLSX, and such are read; others are not.
ET = {".et": "WPS 表格（.et）", ".ett": "WPS 表格模板（.ett）"}
#: Refused by extension.
_BY_SUFFIX = {
    ".wps": "WPS 文字（.wps）",
    ".doc": "Word 文档（.doc）",
    ".docx": "Word 文档（.docx）",
    ".numbers": "Numbers 表格",
}
_BY_BYTES: tuple[tuple[bytes, str, str], ...] = (
    (b"%PDF", "PDF 文件", "请向提供者索取原来的表格，或把表格转成 xlsx。"),
    (b"\x89PNG", "图片", "请把图片里的表格录入或识别成 xlsx。"),
    (b"\xff\xd8\xff", "图片", "请把图片里的表格录入或识别成 xlsx。"),
    (b"Rar!", "RAR 压缩包", "请先解压，再给出其中的表格文件。"),
    (b"7z\xbc\xaf", "7z 压缩包", "请先解压，再给出其中的表格文件。"),
    (b"\x1f\x8b", "gzip 压缩包", "请先解压，再给出其中的表格文件。"),
    (b"SQLite format 3\x00", "SQLite 数据库", "请用地址 sqlite:///文件名::表名 读取。"),
    (b"{\\rtf", "RTF 文档", _SAVE_AS),
    (b"MIME-Version:", "网页归档（mht）", _SAVE_AS),
)
_HTML = re.compile(
    rb"^\s*(?:<\?xml[^>]*\?>\s*)?(?:<!--.*?-->\s*)*"
    rb"<(?:!doctype\s+html|html|table|head|body|meta|style|div)\b",
    re.IGNORECASE | re.DOTALL,
)


def sniff(data: bytes, suffix: str) -> FileKind:
    """Say what a file is.

    Parameters
    ----------
    data
        The file's bytes.
    suffix
        The file's extension with its dot, used only where the bytes leave it open.

    Returns
    -------
    str
        ``"other"`` for what :func:`refuse` refuses.

    Examples
    --------
    >>> sniff("姓名,单位".encode(), ".xls")
    'text'
    """
    suffix = suffix.lower()
    if suffix in _BY_SUFFIX or any(data.startswith(mark) for mark, _, _ in _BY_BYTES):
        return "other"
    if suffix in ET:
        return "workbook" if data.startswith(_OLE) or (data.startswith(_ZIP) and b"xl/" in data) else "other"
    if data.startswith(_OLE):
        return "workbook"
    if data.startswith(_ZIP):
        inside = b"xl/" in data or b"opendocument.spreadsheet" in data or suffix.startswith(".xls")
        return "workbook" if inside else "other"
    if data.startswith(b"PAR1"):
        return "parquet"
    head = data[:4096].removeprefix(b"\xef\xbb\xbf")
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        head = data[2:4096].replace(b"\x00", b"")
    if b"urn:schemas-microsoft-com:office:spreadsheet" in head and b"<?xml" in head[:100]:
        return "other"
    if _HTML.match(head):
        return "html"
    if suffix in {".jsonl", ".ndjson"}:
        return "jsonl"
    if suffix == ".json" or re.match(rb'\s*(?:\[\s*)?\{\s*"', head):
        return "json"
    return "text"


def refuse(kind: FileKind, data: bytes, suffix: str, report: Report) -> None:
    """Refuse a file that is no table, saying what it is and what to do.

    Parameters
    ----------
    kind
        What :func:`sniff` said.
    data, suffix
        The same file.
    report
        Gives the place for the message.

    Raises
    ------
    InputError
        If the kind is ``"other"``, or the file is text by its bytes but holds almost no text.
    """
    if kind == "text" and _looks_binary(data):
        problem = report.add("error", "not-a-table", "这不是表格文件：里面是二进制内容。", "请给出 CSV 或 xlsx 文件。")
        raise InputError([problem])
    if kind != "other":
        return
    suffix = suffix.lower()
    what, remedy = (ET | _BY_SUFFIX).get(suffix, ""), _SAVE_AS
    if suffix in {".doc", ".docx", ".wps"}:
        remedy = "请把文档里的表格复制到 WPS 或 Excel，另存为 xlsx 后再试。"
    if not what:
        for mark, name, way in _BY_BYTES:
            if data.startswith(mark):
                what, remedy = name, way
    if not what and data.startswith(_ZIP):
        word = b"word/" in data
        what = "Word 文档" if word else "ZIP 压缩包"
        remedy = (
            "请把文档里的表格复制到 WPS 或 Excel，另存为 xlsx 后再试。" if word else "请先解压，再给出其中的表格文件。"
        )
    what = what or "XML 表格（2003 版）"
    problem = report.add("error", "unsupported-kind", f"这是{what}，不能直接读取。", remedy)
    raise InputError([problem])


def refuse_et(suffix: str, report: Report) -> None:
    """Refuse a spreadsheet of WPS whose inside is neither that of XLS nor that of XLSX.

    Parameters
    ----------
    suffix
        The file's extension with its dot.
    report
        Gives the place for the message.

    Raises
    ------
    InputError
        Always, where the extension is one of WPS's own.
    """
    what = ET.get(suffix.lower())
    if what:
        raise InputError([report.add("error", "unsupported-kind", f"这是{what}，里面的内容读不出来。", _SAVE_AS)])


def _looks_binary(data: bytes) -> bool:
    text = decode(data[:65536]).text
    controls = sum(text.count(chr(c)) for c in range(1, 32) if c not in (9, 10, 11, 12, 13, 26, 27))
    return controls * 20 > len(text)
