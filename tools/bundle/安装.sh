#!/bin/sh
# Finds a Python that the bundle has wheels for and lets install.py do the rest.
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd) || exit 3
for version in @PYTHONS@; do
    for python in "python$version" python3 python; do
        if "$python" -c "import sys; sys.exit('$version' != '%d.%d' % sys.version_info[:2])" 2>/dev/null; then
            exec "$python" "$here/install.py"
        fi
    done
done
echo "没有找到 Python @PYTHONS@。请先安装其中一个版本（Debian、Ubuntu：python3 和 python3-venv），再运行一次。" >&2
exit 2
