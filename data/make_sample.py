"""Make the fictional sample tables from the hand-written banks in ``data/make``.

Run ``python data/make_sample.py`` to write them next to this file, ``--out FOLDER`` to write them elsewhere,
``--check`` to see whether the kept files are what this script gives (exit status 1 if not).
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from make import tables
from make.banks import load_banks
from make.people import make_people
from make.records import make_availability, make_engagements, make_relations
from make.societies import make_memberships, make_societies
from make.workbook import make_workbook
from make.works import Work, make_works

HERE = Path(__file__).resolve().parent
WORKBOOK = "专家库（各单位汇总）.xlsx"
SUMMARY = "成果汇总_GB18030.csv"


def _summary(works: list[Work]) -> bytes:
    """Return all works as another office lists them: by name, in GB18030, with other headers."""
    headers = "序号 成果名称 主要完成人 所在单位 内容简介 成果类别 完成日期 说明".split()
    rows = []
    for number, work in enumerate(sorted(works, key=lambda w: (w.authors[0].unit, w.id)), 1):
        year, month, _ = work.date
        rows.append(
            {
                "序号": str(number),
                "成果名称": work.title,
                "主要完成人": "；".join(a.name for a in work.authors),
                "所在单位": work.authors[0].unit,
                "内容简介": work.text,
                "成果类别": work.label,
                "完成日期": f"{year}年{month}月" if number % 3 else str(year),
            }
        )
    return tables.to_csv(headers, rows, encoding="gb18030", end="\r\n")


def build() -> dict[str, bytes]:
    """Return every generated file by name."""
    banks = load_banks()
    people = make_people(banks)
    works = make_works(banks, people)
    societies = make_societies(banks)
    memberships = make_memberships(societies, people)
    needs = tables.load_needs()
    # Whoever asks only in programmes.toml is no party of a relation.
    requesters = [need for name, group in needs.items() if name != "programmes" for need in group]
    files = {
        "experts.csv": tables.to_csv(tables.EXPERT_HEADERS, tables.expert_rows(people)),
        "works.csv": tables.to_csv(tables.WORK_HEADERS, tables.work_rows(works)),
        "societies.csv": tables.to_csv(tables.SOCIETY_HEADERS, tables.society_rows(societies)),
        "memberships.csv": tables.to_csv(tables.MEMBERSHIP_HEADERS, tables.membership_rows(memberships)),
        "engagements.csv": tables.to_csv(tables.ENGAGEMENT_HEADERS, make_engagements(people, societies)),
        "relations.csv": tables.to_csv(tables.RELATION_HEADERS, make_relations(people, works, requesters)),
        "availability.csv": tables.to_csv(tables.AVAILABILITY_HEADERS, make_availability(people)),
        WORKBOOK: make_workbook(people, works),
        SUMMARY: _summary(works),
    }
    for name, group in needs.items():
        files[f"needs_{name}.csv"] = tables.to_csv(*tables.need_table(name, group))
    files["experts_overseas.csv"] = tables.to_csv(*tables.people_table("overseas"))
    files["cadres.csv"] = tables.to_csv(*tables.people_table("cadres"))
    return files


def main(argv: list[str] | None = None) -> int:
    """Write or check the files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=HERE)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args(argv)
    stale = []
    for name, content in build().items():
        path = options.out / name
        if options.check:
            if not path.exists() or path.read_bytes() != content:
                stale.append(name)
            continue
        options.out.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    if stale:
        print("与生成结果不一致，请重新运行 python data/make_sample.py：", "、".join(stale))
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
