"""The offline bundle: wheels complete by the other platform's own conditions, files that its shells can read."""

from __future__ import annotations

import hashlib
import importlib
import sys
import zipfile
from pathlib import Path
from types import ModuleType

import pytest
from cli_helpers import ROOT

BUNDLE = ROOT / "tools" / "bundle"


@pytest.fixture
def tool(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(BUNDLE))
    for name in ("build", "install"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    return importlib.import_module("build")


def _wheel(folder: Path, name: str, version: str, *needs: str, tag: str = "py3-none-any") -> Path:
    path = folder / f"{name}-{version}-{tag}.whl"
    lines = [f"Name: {name}", f"Version: {version}", *(f"Requires-Dist: {need}" for need in needs)]
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{name}-{version}.dist-info/METADATA", "\n".join(["Metadata-Version: 2.1", *lines, ""]))
    return path


def test_what_the_other_platform_needs_is_found_missing(tool: ModuleType, tmp_path: Path) -> None:
    _wheel(tmp_path, "own", "1.0", "click>=8", 'plotly>=5; extra == "charts"', "numpy>=2")
    _wheel(tmp_path, "click", "8.1", 'colorama; sys_platform == "win32"', 'uvloop; platform_system == "Linux"')
    _wheel(tmp_path, "numpy", "2.1", tag="cp312-cp312-win_amd64")
    assert tool.missing(tmp_path, ["own==1.0"], "win-amd64", "3.12") == ["colorama"]
    assert tool.missing(tmp_path, ["own==1.0"], "linux-aarch64", "3.12") == ["uvloop"]
    assert tool.missing(tmp_path, ["own[charts]==1.0"], "win-amd64", "3.12") == ["colorama", "plotly>=5"]
    assert tool.missing(tmp_path, ["own==1.0"], "win-amd64", "3.13") == ["colorama", "numpy>=2"]
    assert tool.missing(tmp_path, ["own==2.0"], "win-amd64", "3.12") == ["own==2.0"]
    _wheel(tmp_path, "colorama", "0.4")
    assert tool.missing(tmp_path, ["own==1.0"], "win-amd64", "3.12") == []


def test_an_old_version_does_not_do(tool: ModuleType, tmp_path: Path) -> None:
    _wheel(tmp_path, "own", "1.0", "click>=8")
    _wheel(tmp_path, "click", "7.0")
    assert tool.missing(tmp_path, ["own"], "win-amd64", "3.12") == ["click>=8"]


def test_every_wheel_is_pinned_by_hash(tool: ModuleType, tmp_path: Path) -> None:
    path = _wheel(tmp_path, "own", "1.0")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert tool.pins(tmp_path) == f"own==1.0 --hash=sha256:{digest}\n"


def test_what_cmd_reads_is_ascii_with_its_own_line_ends(tool: ModuleType, tmp_path: Path) -> None:
    for name in tool.FILES["win"]:
        tool._copy(name, tmp_path / name, ["3.12", "3.13"])
        data = (tmp_path / name).read_bytes()
        assert b"@PYTHONS@" not in data
        if name.endswith(".bat"):
            assert data.isascii()
        if name.endswith((".bat", ".txt")):
            assert data.count(b"\n") == data.count(b"\r\n") > 0
        for other in tool.FILES["win"]:  # what a file speaks of is there
            if other.isascii() and other.encode() in data:
                assert (BUNDLE / other).is_file()
    start = (tmp_path / "安装.bat").read_bytes()
    assert b"for %%V in (3.12 3.13) do" in start
    assert start.count(b'"%HERE%install.py"') == 3  # a folder with blanks stays one word
    assert (tmp_path / "读我.txt").read_bytes().startswith(b"\xef\xbb\xbf")


def test_the_shell_script_has_no_carriage_returns_and_runs_from_anywhere(tool: ModuleType, tmp_path: Path) -> None:
    target = tmp_path / "安 装.sh"
    tool._copy("安装.sh", target, ["3.11"])
    assert b"\r" not in target.read_bytes()
    assert target.stat().st_mode & 0o100


def test_the_installer_refuses_another_python_and_another_machine(
    tool: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del tool
    install = importlib.import_module("install")
    monkeypatch.setattr(install, "HERE", tmp_path)
    here = f"{sys.version_info[0]}.{sys.version_info[1]}"
    monkeypatch.setattr(install.sysconfig, "get_platform", lambda: "win-amd64")
    told = tmp_path / "bundle.txt"
    told.write_text(f"name=win-amd64\nplatform=win_amd64\npython={here},3.99\n", encoding="utf-8")
    assert install.fitting() == ""
    told.write_text("name=win-amd64\nplatform=win_amd64\npython=3.99\n", encoding="utf-8")
    assert "需要 Python 3.99" in install.fitting()
    told.write_text(f"name=linux-aarch64\nplatform=linux_aarch64\npython={here}\n", encoding="utf-8")
    assert "用于 linux-aarch64" in install.fitting()
    assert install.main() == 2


def test_the_first_result_takes_a_new_folder(tool: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    del tool
    install = importlib.import_module("install")
    monkeypatch.setattr(install.Path, "home", lambda: tmp_path)
    assert install.results() == tmp_path / "专家匹配示例"
    (tmp_path / "Documents" / "专家匹配示例").mkdir(parents=True)
    assert install.results() == tmp_path / "Documents" / "专家匹配示例2"
