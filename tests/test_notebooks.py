"""The notebooks run from a clean kernel, without a network, and show what they promise; none is stored with outputs."""

from __future__ import annotations

import ast
import os
import re
import shutil
import tempfile
from pathlib import Path

import nbformat
import pytest
from cli_helpers import DATA, ROOT
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat.v4 import new_code_cell, new_notebook
from traitlets.config import Config

import expertmatch as em
from expertmatch.report import plots

FOLDER = ROOT / "notebooks"
MOST_BYTES = 1_000_000
MOST_SECONDS = 240

#: What each one must have shown when it is through: figures, and the sentences that only a kept promise prints.
PROMISES = {
    "01_从两张表到推荐": (2, ["推荐与未匹配合起来正好是全部需求；重新算一遍，结果相同。", "相差不到十亿分之一： True"]),
    "02_学会与学科图": (2, ["得分 = 各信号按权重相加 = 理由里各部分相加。", "缺口不为空；先后由高到低。"]),
    "03_沙龙：从企业难题到嘉宾名单": (2, ["方案经独立核对无误；来不了的人不在新名单里；企业自己的人没有当嘉宾。"]),
    "04_院士工作站与规则": (0, ["推荐的都是院士；问清之后没有待问的；规定按日期生效；方案核对无误。"]),
    "05_科技帮扶：全市一盘棋": (2, ["四份方案都经独立核对无误；没有人超过次数"]),
    "06_评估与调权": (1, ["两半没有重叠；概率在 0 与 1 之间；没有证据就没有改权重。"]),
    "07_嵌入到网站": (0, ["与直接调用相同。", "同时问与逐条问，答案相同。", "次请求，中位"]),
}
OTHER_MODULES = {
    "asyncio",
    "datetime",
    "fastapi",
    "httpx",
    "pandas",
    "pathlib",
    "plotly",
    "pydantic",
    "statistics",
    "time",
}

NO_NETWORK = """
import socket, sys

def _refuse(event, arguments):
    if event in {"socket.getaddrinfo", "socket.sendto"} or (
        event == "socket.connect" and isinstance(arguments[1], tuple)
    ):
        raise PermissionError("no network here")

sys.addaudithook(_refuse)
try:
    socket.create_connection(("127.0.0.1", 9))
except PermissionError:
    pass
else:
    raise AssertionError("the network was not refused")
"""


def _read(name: str) -> nbformat.NotebookNode:
    return nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)


def _code(notebook: nbformat.NotebookNode) -> list[str]:
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


def _execute(notebook: nbformat.NotebookNode, folder: Path) -> nbformat.NotebookNode:
    """Run a notebook in a folder, in a kernel of its own that is reached by files and refuses the network."""
    notebook.cells.insert(0, new_code_cell(NO_NETWORK))
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))
    with tempfile.TemporaryDirectory() as sockets:  # short: a socket's path may have about 100 characters
        reached = {"transport": "ipc", "ip": f"{sockets}/kernel"}
        client = NotebookClient(
            notebook, kernel_name="python3", timeout=MOST_SECONDS, resources={"metadata": {"path": str(folder)}},
            config=Config({"AsyncKernelManager": reached, "KernelManager": reached}),
        )  # fmt: skip
        client.execute(env={**os.environ, "PYTHONPATH": path})
    return notebook


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the notebooks' folder beside a copy of the data, as in the repository."""
    shutil.copytree(DATA, tmp_path / "data", ignore=shutil.ignore_patterns("make", "__pycache__", "*.py"))
    (tmp_path / "notebooks").mkdir()
    return tmp_path / "notebooks"


def test_the_list_of_notebooks() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.ipynb")) == sorted(PROMISES)
    page = (ROOT / "docs" / "guide" / "notebooks.md").read_text(encoding="utf-8")
    assert [name for name in PROMISES if f"{name}.ipynb" not in page] == []


@pytest.mark.parametrize("name", PROMISES)
def test_it_is_stored_without_outputs(name: str) -> None:
    notebook = _read(name)
    nbformat.validate(notebook)
    assert set(notebook.metadata) <= {"kernelspec", "language_info"}
    assert set(notebook.metadata.language_info) == {"name"}
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.id for cell in code if cell.outputs or cell.execution_count is not None] == []
    assert {key for cell in notebook.cells for key in cell.metadata} <= {"tags"}
    first = notebook.cells[0]
    assert first.cell_type == "markdown"
    assert first.source.startswith(f"# {name[:2]} ")
    assert "**要回答的问题**" in first.source
    assert "虚构示例" in first.source


@pytest.mark.parametrize("name", PROMISES)
def test_it_uses_public_names_only(name: str) -> None:
    source = "\n".join(_code(_read(name)))
    tree = compile(source, name, "exec", flags=ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            assert {alias.name.split(".")[0] for alias in node.names} <= OTHER_MODULES | {"expertmatch"}
            assert all(alias.asname == "em" for alias in node.names if alias.name.startswith("expertmatch"))
        elif isinstance(node, ast.ImportFrom):
            assert str(node.module).split(".")[0] in OTHER_MODULES
        elif isinstance(node, ast.Attribute):
            assert not node.attr.startswith("_")
    assert set(re.findall(r"\bem\.([A-Za-z_]+)", source)) <= set(em.__all__)
    assert set(re.findall(r"\bem\.plots\.([a-z_]+)", source)) <= set(plots.__all__)


@pytest.mark.parametrize("name", PROMISES)
def test_it_runs_and_keeps_its_promises(name: str, folder: Path) -> None:
    before = sorted(folder.parent.rglob("*"))
    notebook = _execute(_read(name), folder)
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert "".join(o.text for o in outputs if o.output_type == "stream" and o.name == "stderr") == ""
    shown = [output.data for output in outputs if "data" in output]
    figures = [data for data in shown if "application/vnd.plotly.v1+json" in data]
    least_figures, sentences = PROMISES[name]
    assert len(figures) >= least_figures
    said = "".join(output.text for output in outputs if output.output_type == "stream")
    assert [sentence for sentence in sentences if sentence not in said] == []
    written = nbformat.writes(notebook)
    assert len(written.encode()) < MOST_BYTES
    pages = "".join("".join(data.get("text/html", "")) for data in shown)
    assert "<script" not in pages
    assert str(ROOT) not in written
    assert sorted(folder.parent.rglob("*")) == before, "a notebook writes nothing"


def test_an_error_and_a_request_to_the_network_are_noticed(folder: Path) -> None:
    asking = new_notebook(cells=[new_code_cell("import socket\nsocket.getaddrinfo('localhost', 80)")])
    with pytest.raises(CellExecutionError, match="no network here"):
        _execute(asking, folder)
