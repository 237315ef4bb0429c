"""Builds an offline bundle: a folder with all wheels for one platform, and what installs them without a network.

``python tools/bundle/build.py win-amd64 --out dist/bundle`` on any machine with a network; the folder is then copied
to the office. Platforms: win-amd64, linux-x86_64, linux-aarch64.

pip chooses wheels for the other platform, but reads conditions such as ``sys_platform == "win32"`` for the machine it
runs on. So what is still missing by the other platform's own conditions is worked out here and fetched after; the same
check then says whether the wheels are complete.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping, Sequence
from email.parser import Parser
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename
from packaging.version import Version

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
EXTRAS = "charts,papers"
_GLIBC = (34, 31, 28, 27, 24, 17)  # manylinux tags that pip takes on today's systems, the newest first
PLATFORMS: Mapping[str, tuple[str, ...]] = {
    "win-amd64": ("win_amd64",),
    "linux-x86_64": (*(f"manylinux_2_{n}_x86_64" for n in _GLIBC), "manylinux2014_x86_64"),
    "linux-aarch64": (*(f"manylinux_2_{n}_aarch64" for n in _GLIBC), "manylinux2014_aarch64"),
}
FILES: Mapping[str, tuple[str, ...]] = {
    "win": ("安装.bat", "打开命令行.bat", "install.py", "no-python.txt", "读我.txt"),
    "linux": ("安装.sh", "install.py", "读我.txt"),
}


def conditions(platform: str, python: str) -> dict[str, str]:
    """Return what the conditions of requirements are read by on another machine."""
    windows = platform.startswith("win")
    return {
        "os_name": "nt" if windows else "posix",
        "sys_platform": "win32" if windows else "linux",
        "platform_system": "Windows" if windows else "Linux",
        "platform_machine": "AMD64" if windows else platform.rpartition("-")[2],
        "python_version": python,
        "python_full_version": f"{python}.0",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
    }


def missing(wheels: Path, wanted: Sequence[str], platform: str, python: str) -> list[str]:
    """Return the requirements that the wheels of a folder do not meet on a platform, in order."""
    held: dict[str, list[tuple[Version, Path]]] = {}
    for path in sorted(wheels.glob("*.whl")):
        name, version, _, tags = parse_wheel_filename(path.name)
        if any(tag.interpreter[:2] == "py" or tag.abi == "abi3" or tag.interpreter == f"cp{python.replace('.', '')}"
               for tag in tags):  # fmt: skip
            held.setdefault(name, []).append((version, path))
    lacking: set[str] = set()
    seen: set[tuple[str, frozenset[str]]] = set()
    todo = [Requirement(text) for text in wanted]
    while todo:
        asked = todo.pop()
        name = canonicalize_name(asked.name)
        fits = [one for one in held.get(name, []) if asked.specifier.contains(one[0], prereleases=True)]
        if not fits:
            lacking.add(f"{asked.name}{asked.specifier}")
            continue
        key = (name, frozenset(asked.extras))
        if key in seen:
            continue
        seen.add(key)
        for text in _needs(max(fits)[1]):
            need = Requirement(text)
            extras = asked.extras or {""}
            if need.marker is None or any(
                need.marker.evaluate({**conditions(platform, python), "extra": extra}) for extra in extras
            ):
                todo.append(need)
    return sorted(lacking)


def _needs(wheel: Path) -> list[str]:
    return _metadata(wheel, "Requires-Dist")


def _metadata(wheel: Path, field: str) -> list[str]:
    with zipfile.ZipFile(wheel) as archive:
        name = next(one for one in archive.namelist() if one.endswith(".dist-info/METADATA"))
        return Parser().parsestr(archive.read(name).decode("utf-8")).get_all(field) or []


def fetch(wheels: Path, wanted: Sequence[str], platform: str, python: str) -> None:
    """Download wheels for a platform, and what they need there."""
    tags = [word for tag in PLATFORMS[platform] for word in ("--platform", tag)]
    version = python.replace(".", "")
    subprocess.run(
        [sys.executable, "-m", "pip", "download", "--quiet", "--only-binary=:all:", *tags, "--python-version", python,
         "--implementation", "cp", "--abi", f"cp{version}", "--abi", "abi3", "--abi", "none", "--find-links", wheels,
         "--dest", wheels, *wanted],
        check=True,
    )  # fmt: skip


def own_wheel(wheels: Path) -> Path:
    """Build the wheel of the library itself."""
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", wheels, ROOT], check=True
    )
    return next(iter(sorted(wheels.glob("expertmatch-*.whl"))))


def pins(wheels: Path) -> str:
    """Return the requirements of the bundle: every wheel by version and hash."""
    hashes: dict[tuple[str, str], list[str]] = {}
    for path in sorted(wheels.glob("*.whl")):
        name, version, _, _ = parse_wheel_filename(path.name)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        hashes.setdefault((name, str(version)), []).append(f"--hash=sha256:{digest}")
    return "".join(f"{name}=={version} {' '.join(marks)}\n" for (name, version), marks in sorted(hashes.items()))


def build(platform: str, pythons: Sequence[str], out: Path, installer: Path | None = None) -> Path:
    """Build a bundle.

    Parameters
    ----------
    platform
        One of ``PLATFORMS``.
    pythons
        Versions of Python that it is for.
    out
        Where to; the bundle is a new folder in it.
    installer
        An installer of Python for Windows, to be run where there is none.

    Returns
    -------
    Path
        The folder.
    """
    folder = out / f"expertmatch-{platform}"
    if folder.exists():
        sys.exit(f"{folder} 已经存在。请换一个 --out，或先移走它。")
    part = out / f".expertmatch-{platform}.part"
    shutil.rmtree(part, ignore_errors=True)
    wheels = part / "wheels"
    wheels.mkdir(parents=True)
    own = own_wheel(wheels)
    unknown = set(EXTRAS.split(",")) - set(_metadata(own, "Provides-Extra"))
    if unknown:
        sys.exit(f"pyproject.toml 里没有扩展 {'、'.join(sorted(unknown))}。")
    _, version, _, _ = parse_wheel_filename(own.name)
    wanted = [f"expertmatch[{EXTRAS}]=={version}"]
    for python in pythons:
        asked = [*wanted, *missing(wheels, wanted, platform, python)]
        for _ in range(5):  # each round may bring wheels with needs of their own
            fetch(wheels, asked, platform, python)
            asked = missing(wheels, wanted, platform, python)
            if not asked:
                break
        if asked:
            sys.exit(f"{platform} 上 Python {python} 还缺：{'、'.join(asked)}")
    (part / "requirements.txt").write_text(pins(wheels), encoding="utf-8", newline="\n")
    told = {"name": platform, "platform": platform.replace("-", "_"), "python": ",".join(pythons)}
    lines = "".join(f"{name}={value}\n" for name, value in told.items())
    (part / "bundle.txt").write_text(lines, encoding="utf-8", newline="\n")
    for name in FILES[platform.partition("-")[0]]:
        _copy(name, part / name, pythons)
    if installer is not None:
        shutil.copyfile(installer, part / "python-installer.exe")
    part.rename(folder)
    return folder


def _copy(name: str, target: Path, pythons: Sequence[str]) -> None:
    """Copy a file with the line ends its reader expects; what cmd.exe reads is ASCII, whatever the code page."""
    text = (HERE / name).read_text(encoding="utf-8").replace("@PYTHONS@", " ".join(pythons))
    windows = name.endswith((".bat", ".txt"))
    encoding = "ascii" if name.endswith(".bat") else "utf-8-sig" if name == "读我.txt" else "utf-8"
    target.write_text(text, encoding=encoding, newline="\r\n" if windows else "\n")
    if name.endswith(".sh"):
        target.chmod(0o755)


def main() -> None:
    """Read the command line and build."""
    asked = argparse.ArgumentParser(description="做一个不用联网就能安装的文件夹")
    asked.add_argument("platform", choices=list(PLATFORMS))
    asked.add_argument("--python", action="append", help="Python 版本，可写多次；默认 3.12")
    asked.add_argument("--out", type=Path, default=ROOT / "dist")
    asked.add_argument("--python-installer", type=Path, help="Windows 的 Python 安装程序（.exe），一并放入")
    given = asked.parse_args()
    folder = build(given.platform, given.python or ["3.12"], given.out, given.python_installer)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    sys.stdout.write(f"{folder}：{len(list((folder / 'wheels').iterdir()))} 个安装文件，{size / 1e6:.0f} MB\n")


if __name__ == "__main__":
    main()
