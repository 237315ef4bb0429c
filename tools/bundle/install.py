"""Installs expertmatch from the wheels beside this file, without a network, and opens a first result.

Started by 安装.bat or 安装.sh with any Python that the bundle has wheels for; needs nothing but Python itself.
"""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

HERE = Path(__file__).resolve().parent


def home() -> Path:
    """Return where the program is put: the user's own folder, so that no administrator is needed."""
    if os.name == "nt":
        return Path(os.environ.get("LOCALAPPDATA", str(Path.home()))) / "expertmatch"
    return Path(os.environ.get("XDG_DATA_HOME", str(Path.home() / ".local" / "share"))) / "expertmatch"


def results() -> Path:
    """Return a folder for the first result that is not there yet."""
    documents = Path.home() / "Documents"
    base = documents if documents.is_dir() else Path.home()
    number, folder = 1, base / "专家匹配示例"
    while folder.exists():
        number += 1
        folder = base / f"专家匹配示例{number}"
    return folder


def fitting() -> str:
    """Say what is wrong with this Python or this machine; an empty text where nothing is."""
    told = {}
    for line in (HERE / "bundle.txt").read_text(encoding="utf-8").splitlines():
        name, _, value = line.partition("=")
        told[name] = value
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    accepted = told["python"].split(",")
    if version not in accepted:
        return f"这个安装包需要 Python {'、'.join(accepted)}，找到的是 {version}。请安装其中一个版本后再试。"
    platform = sysconfig.get_platform().replace("-", "_")
    if not any(platform.startswith(one) for one in told["platform"].split(",")):
        return f"这个安装包用于 {told['name']}，这台电脑是 {platform}。请换用对应的安装包。"
    return ""


def say(text: str) -> None:
    """Write a line; a terminal that cannot show Chinese gets question marks, not an error."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def run(*command: str | Path) -> bool:
    """Run a program; say whether it went well."""
    environment = {**os.environ, "PYTHONUTF8": "1", "PIP_NO_INDEX": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1",
                   "PIP_CONFIG_FILE": os.devnull}  # fmt: skip
    environment.pop("PIP_FIND_LINKS", None)
    return subprocess.run([str(part) for part in command], env=environment, check=False).returncode == 0


def main() -> int:
    """Install, run the demo, open the folder; return the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    wrong = fitting()
    if wrong:
        say(wrong)
        return 2
    target = home() / "venv"
    scripts = target / ("Scripts" if os.name == "nt" else "bin")
    python = scripts / ("python.exe" if os.name == "nt" else "python")
    say(f"一、准备运行环境：{target}")
    if not run(sys.executable, "-m", "venv", "--clear", target):
        say("运行环境没有建成。请关闭正在运行的 expertmatch 窗口，检查磁盘空间；Debian、Ubuntu 上请先装 python3-venv。")
        return 3
    say("二、安装（不联网）")
    wheels = ["--no-index", "--find-links", HERE / "wheels", "--require-hashes", "-r", HERE / "requirements.txt"]
    if not run(python, "-m", "pip", "install", "--quiet", "--no-warn-script-location", *wheels):
        say("没有装成。安装包可能没有复制完整，请重新复制整个文件夹再试。")
        return 3
    out = results()
    say(f"三、用自带的虚构示例运行一次，结果在：{out}")
    if not run(python, "-m", "expertmatch", "demo", "--out", out):
        say("示例没有运行成功，请把上面的输出发给维护者。")
        return 3
    if os.name == "nt":
        os.startfile(out)  # type: ignore[attr-defined, unused-ignore]
        say("装好了。以后双击“打开命令行.bat”使用，或输入 expertmatch --help 看用法。")
    else:
        say(f"装好了。使用：{scripts / 'expertmatch'} --help")
    return 0


if __name__ == "__main__":
    sys.exit(main())
