"""Word templates: checked before anything is filled in, filled in so that equal facts give equal bytes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping
from importlib import resources
from pathlib import Path
from typing import Any

from expertmatch.errors import InputError, MissingExtraError, Problem, nearest_names
from expertmatch.report.papers.names import Paper

_OLE = b"\xd0\xcf\x11\xe0"
_FIXED = (2000, 1, 1, 0, 0, 0)
_LOOPS = "表格的一行用 {%tr for 人 in 名单 %} 和 {%tr endfor %} 各占一行；段落用 {%p … %}，各占一段。"
_MARKUP = ("<w:", "w:t", "xml:space")


class PaperTemplate:
    """A template whose placeholders are all known.

    Parameters
    ----------
    data : bytes
        The Word file.
    name : str
        What it is called, for messages.
    paper : Paper
        What it is a template of.

    Raises
    ------
    InputError
        No Word file, a loop or condition that does not close, or placeholders that the paper does not have: all of
        them at once, each with the nearest that it has.
    MissingExtraError
        docxtpl is not installed.
    """

    def __init__(self, data: bytes, name: str, paper: Paper) -> None:
        self.data, self.name, self.paper = data, name, paper
        self._environment = _environment()
        self._check()

    def filled(self, facts: Mapping[str, Any]) -> bytes:
        """Return the paper.

        Parameters
        ----------
        facts : dict
            Every placeholder of the paper: texts, and lists of dicts of texts.

        Returns
        -------
        bytes
            Of a Word file; the same facts give the same bytes.

        Raises
        ------
        InputError
            The template cannot be filled in, which only filling in shows.
        """
        from jinja2 import TemplateError

        held = self._opened()
        try:
            held.render(dict(facts), self._environment, autoescape=True)
        except (TemplateError, SyntaxError, TypeError, ValueError) as bad:
            raise self._refused("template-broken", f"模板填不出来（{_plain(bad)}）。", _LOOPS) from bad
        made = io.BytesIO()
        held.save(made)
        return _steady(made.getvalue())

    def _opened(self) -> Any:
        from docxtpl import DocxTemplate

        held = DocxTemplate(io.BytesIO(self.data))
        held.init_docx()
        return held

    def _check(self) -> None:
        from jinja2 import TemplateError

        if self.data.startswith(_OLE):
            raise self._refused("old-word", "这是旧版 Word 或 WPS 文字的文件（.doc、.wps）。",
                                "请用 WPS 或 Word 打开，另存为 docx 后再试。")  # fmt: skip
        try:
            held = self._opened()
        except (zipfile.BadZipFile, KeyError, ValueError) as bad:
            raise self._refused("not-word", "这不是 Word 文件（.docx），或已损坏。",
                                "请用 WPS 或 Word 打开并另存为 docx 后再试。") from bad  # fmt: skip
        problems: dict[tuple[str, str], Problem] = {}
        for xml in _parts(held):
            try:
                patched = held.patch_xml(xml)
                tree = self._environment.parse(patched)
                self._environment.compile(patched)  # finds filters and tests that there are not
            except TemplateError as bad:
                raise self._refused("template-broken", f"模板里的写法看不懂（{_plain(bad)}）。", _LOOPS) from bad
            for code, written, known in _unknown(tree, self.paper):
                problems.setdefault((code, written), self._unknown(code, written, known))
        if problems:
            raise InputError(list(problems.values()))

    def _unknown(self, code: str, written: str, known: list[str]) -> Problem:
        of, _, last = written.rpartition(".")
        near = nearest_names(last, known, 1)
        hint = f"是否想写：{f'{of}.' if of else ''}{near[0]}？" if near else ""
        return self._problem(code, f"{self.paper.name}没有“{written}”这一项。", f"{hint}可以用：{'、'.join(known)}。",
                             written)  # fmt: skip

    def _refused(self, code: str, message: str, remedy: str) -> InputError:
        return InputError([self._problem(code, message, remedy)])

    def _problem(self, code: str, message: str, remedy: str, value: str | None = None) -> Problem:
        return Problem(severity="error", code=code, message=message, remedy=remedy, file=self.name, value=value)


def own_template(paper: Paper) -> bytes:
    """Return the template that comes with the library.

    Parameters
    ----------
    paper : Paper
        Which.

    Returns
    -------
    bytes
        Of a Word file.
    """
    return (resources.files("expertmatch.resources") / "papers" / f"{paper.name}.docx").read_bytes()


def read_template(path: Path, paper: Paper) -> PaperTemplate:
    """Read an office's own template.

    Parameters
    ----------
    path : Path
        The Word file.
    paper : Paper
        What it is a template of.

    Returns
    -------
    PaperTemplate

    Raises
    ------
    InputError
        It is not there, or :class:`PaperTemplate` refuses it.
    """
    try:
        data = path.read_bytes()
    except OSError as bad:
        why = "没有这个文件。" if isinstance(bad, FileNotFoundError) else "文件打不开。"
        problem = Problem(severity="error", code="no-such-file", message=why, remedy="请检查 --template 的文件名。",
                          file=path.name)  # fmt: skip
        raise InputError([problem]) from bad
    return PaperTemplate(data, path.name, paper)


def _environment() -> Any:
    """Return an environment in which a template can loop and choose, and nothing else."""
    try:
        import docxtpl  # noqa: F401
        from jinja2 import StrictUndefined
        from jinja2.sandbox import ImmutableSandboxedEnvironment
    except ImportError as missing:
        raise MissingExtraError("写公文（Word 文件）", "papers") from missing
    made = ImmutableSandboxedEnvironment(autoescape=True, undefined=StrictUndefined)
    made.globals.clear()
    return made


def _parts(held: Any) -> Iterator[str]:
    """Yield the XML of the body, headers, footers and footnotes."""
    yield held.get_xml()
    for uri in (held.HEADER_URI, held.FOOTER_URI):
        for _, part in held.get_headers_footers(uri):
            yield held.get_part_xml(part)
    for part in held.docx.part.package.iter_parts():
        if part.content_type.endswith("footnotes+xml"):
            yield part.blob.decode("utf-8")


def _unknown(tree: Any, paper: Paper) -> Iterator[tuple[str, str, list[str]]]:
    """Yield what a template asks for that a paper does not have, and what it could ask for there."""
    from jinja2 import nodes

    own = {name.name for name in tree.find_all(nodes.Name) if name.ctx == "store"}
    known = [*paper.texts, *paper.lists]

    def walk(node: Any, rows: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, str, list[str]]]:
        if isinstance(node, nodes.For) and isinstance(node.target, nodes.Name):
            yield from walk(node.iter, rows)
            source = node.iter.name if isinstance(node.iter, nodes.Name) else ""
            if source in paper.texts:
                yield "not-a-list", source, list(paper.lists)
            inside = {**rows, node.target.name: paper.lists[source]} if source in paper.lists else rows
            for part in (*node.body, *node.else_, *([node.test] if node.test else [])):
                yield from walk(part, inside)
            return
        if isinstance(node, nodes.Getattr) and isinstance(node.node, nodes.Name):
            of = node.node.name
            if of in rows and node.attr not in rows[of]:
                yield "unknown-placeholder", f"{of}.{node.attr}", list(rows[of])
            elif of not in rows and of in known:
                yield "unknown-placeholder", f"{of}.{node.attr}", known
        if isinstance(node, nodes.Name) and node.name not in own and node.name not in known and node.name != "loop":
            yield "unknown-placeholder", node.name, known
        for part in node.iter_child_nodes():
            yield from walk(part, rows)

    return walk(tree, {})


def _plain(bad: Exception) -> str:
    text = str(bad).splitlines()[0] if str(bad) else type(bad).__name__
    return type(bad).__name__ if any(mark in text for mark in _MARKUP) else text[:120]


def _steady(data: bytes) -> bytes:
    """Return the same archive without the time it was made."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            entry = zipfile.ZipInfo(item.filename, _FIXED)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            new.writestr(entry, old.read(item))
    return made.getvalue()
