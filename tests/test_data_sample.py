"""The fictional sample: its size, its marks, its variety, and that the script gives the kept files."""

from __future__ import annotations

import csv
import io
import os
import re
import subprocess
import sys
import zipfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from python_calamine import CalamineWorkbook

if TYPE_CHECKING:
    from make.banks import Bank

DATA = Path(__file__).resolve().parents[1] / "data"
WORKBOOK = "专家库（各单位汇总）.xlsx"
SUMMARY = "成果汇总_GB18030.csv"
TABLES = (
    "experts works societies memberships engagements relations availability needs_enterprise needs_village needs_other "
    "needs_programmes experts_overseas cadres"
).split()
FICTION = "虚构示例"

REAL = (
    "西安交通大学 西安交大 西北工业大学 西安电子科技大学 西北农林科技大学 西北大学 陕西师范大学 西安建筑科技大学 "
    "西安理工大学 西安石油大学 西安科技大学 西安工业大学 西安工程大学 西安邮电大学 陕西科技大学 陕西中医药大学 "
    "延安大学 军医大学 西京医院 唐都医院 清华大学 北京大学 浙江大学 复旦大学 上海交通大学 同济大学 哈尔滨工业大学 "
    "中国农业大学 中国科学院大学 中国农业科学院 西北有色金属研究院 西安热工研究院 国家授时中心 西部超导 铂力特 "
    "炬光科技 隆基 陕鼓 陕汽 法士特 西电集团 中国西电 西飞 比亚迪 宁德时代 华为 中兴通讯 阿里巴巴 腾讯 百度公司 京东 "
    "三星 美光 大疆 极飞 国家电网 南方电网 中国中车 中国移动 中国石油 延长石油 陕煤 步长 杨森 力邦 银桥 海升 海尔 格力 "
    "美的集团 蔚来 吉利 长庆油田"
).split()


def rows_of(name: str) -> list[dict[str, str]]:
    with (DATA / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def tables() -> dict[str, list[dict[str, str]]]:
    return {name: rows_of(name) for name in TABLES}


@pytest.fixture(scope="module")
def banks() -> list[Bank]:
    sys.path.insert(0, str(DATA))
    try:
        from make.banks import load_banks

        return load_banks()
    finally:
        sys.path.remove(str(DATA))


def sheet_parts(content: bytes) -> dict[str, bytes]:
    """The cells of a workbook, without what the writing library says about itself."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        return {n: book.read(n) for n in book.namelist() if n.startswith(("xl/worksheets/", "xl/sharedStrings"))}


def test_totals(tables):
    least = {
        "experts": 400,
        "works": 1500,
        "societies": 60,
        "memberships": 700,
        "engagements": 200,
        "relations": 80,
        "availability": 60,
        "needs_enterprise": 120,
        "needs_village": 80,
        "needs_other": 60,
        "needs_programmes": 147,
        "experts_overseas": 12,
        "cadres": 12,
    }
    assert {n: len(tables[n]) for n in least if len(tables[n]) < least[n]} == {}
    assert len({n["机构全称"] for n in tables["needs_enterprise"]}) == 30


def test_every_row_says_it_is_made_up(tables):
    for name, rows in tables.items():
        assert {row["说明"] for row in rows} == {FICTION}, name
    summary = (DATA / SUMMARY).read_bytes().decode("gb18030")
    assert all(row["说明"] == FICTION for row in csv.DictReader(io.StringIO(summary)))


def test_script_gives_the_kept_files_whatever_the_hash_seed(tmp_path):
    env = {**os.environ, "PYTHONHASHSEED": "4711", "PYTHONIOENCODING": "utf-8"}
    subprocess.run([sys.executable, str(DATA / "make_sample.py"), "--out", str(tmp_path)], check=True, env=env)
    made = {p.name: p.read_bytes() for p in tmp_path.iterdir()}
    assert set(made) == {*(f"{n}.csv" for n in TABLES), WORKBOOK, SUMMARY}
    for name, content in made.items():
        kept = (DATA / name).read_bytes()
        if name == WORKBOOK:
            assert sheet_parts(kept) == sheet_parts(content)
        else:
            assert kept == content, name


def test_a_quarter_of_the_disciplines_is_missing_or_wrong(tables):
    sys.path.insert(0, str(DATA))
    try:
        from make.banks import load_banks
        from make.people import make_people

        people = make_people(load_banks())
    finally:
        sys.path.remove(str(DATA))
    titled = [p for p in people if p.sort in ("usual", "academician")]
    states = Counter(p.discipline_state for p in titled)
    assert 0.2 <= (states["missing"] + states["wrong"]) / len(titled) <= 0.3
    assert min(states["missing"], states["wrong"]) > 0.08 * len(titled)
    written = {row["专家编号"]: row["学科分类"] for row in tables["experts"]}
    assert {p.id: p.disciplines for p in people} == written


def test_people_of_all_sorts(tables):
    experts = tables["experts"]
    named = [e for e in experts if "院士" in e["院士类别"] or re.search(r"院士(?!团队)", e["职称"])]
    assert 8 <= len(named) <= 12
    assert any("院士团队" in e["职称"] for e in experts)
    mixed = [e for e in experts if re.search(r"[、，/；（ ]", e["职称"])]
    assert len(mixed) >= 80
    silent = [e for e in experts if not (e["研究方向"] or e["个人简介"] or e["学科分类"])]
    assert 8 <= len(silent) <= 15
    assert {"退休", "返聘", "不详", ""} <= {e["在岗状态"] for e in experts}
    names = Counter(e["姓名"] for e in experts)
    assert sum(1 for n in names.values() if n > 1) >= 7
    assert len({e["专家编号"] for e in experts}) == len(experts)


def test_works_are_given_once_except_joint_ones(tables):
    works = tables["works"]
    by_title: dict[str, set[str]] = {}
    for row in works:
        by_title.setdefault(row["成果名称"], set()).add(row["成果编号"])
    assert all(len(ids) == 1 for ids in by_title.values())
    assert len(by_title) >= 1500
    seen = Counter((row["成果编号"], row["专家编号"]) for row in works)
    assert max(seen.values()) == 1
    assert max(Counter(row["成果编号"] for row in works).values()) <= 2
    ids = {e["专家编号"] for e in tables["experts"]}
    assert {row["专家编号"] for row in works} - ids == {""}
    assert all(row["专家编号"] or row["完成人"] for row in works)
    assert sum(1 for row in works if not row["专家编号"]) >= 60
    assert max(Counter(row["专家编号"] for row in works if row["专家编号"]).values()) <= 10


def test_texts_are_not_repeated(tables, banks):
    texts = {row["成果编号"]: row["摘要"] for row in tables["works"] if row["摘要"]}
    assert len(set(texts.values())) == len(texts)
    assert 0.55 <= len(texts) / len({row["成果编号"] for row in tables["works"]}) <= 0.66
    bios = [e["个人简介"] for e in tables["experts"] if e["个人简介"]]
    assert len(set(bios)) == len(bios) >= 200
    known = [s for bank in banks for topic in bank.topics for s in topic.sentences]
    assert len(set(known)) == len(known)
    joined = "\n".join(texts.values())
    uses = Counter({s: joined.count(s) for s in known})
    assert max(uses.values()) <= 3
    assert sum(1 for n in uses.values() if n) >= 2000


def test_vocabulary_is_varied(tables):
    texts = [row["摘要"] for row in tables["works"] if row["摘要"]]
    assert len({t[:3] for t in texts}) >= 0.6 * len(set(texts))
    sizes = sorted(len(t) for t in set(texts))
    assert sizes[len(sizes) // 10] + 30 < sizes[-len(sizes) // 10]
    titles = {row["成果名称"] for row in tables["works"]}
    assert max(Counter(t[:4] for t in titles if not t.startswith("一种")).values()) <= 12
    pairs = {t[i : i + 2] for t in titles for i in range(len(t) - 1)}
    assert len(pairs) >= 10_000


def test_no_real_names(tables):
    for path in [*DATA.glob("*.csv"), *(DATA / "make").rglob("*.toml")]:
        encoding = "gb18030" if path.name == SUMMARY else "utf-8"
        text = path.read_text(encoding=encoding)
        assert [name for name in REAL if name in text] == [], path.name
        assert not re.search(r"(?<!\d)1[3-9]\d{9}(?!\d)", text), path.name
        assert not re.search(r"[\w.]+@[\w]+\.[a-z]", text), path.name


def test_links_hold(tables):
    societies = {s["学会名称"] for s in tables["societies"]}
    assert len(societies) == len(tables["societies"])
    assert {m["学会名称"] for m in tables["memberships"]} <= societies
    branches = [s for s in tables["societies"] if s["上级学会"]]
    assert len(branches) >= 12
    assert all(s["上级学会"] in societies and s["学会名称"].startswith(s["上级学会"]) for s in branches)
    ids = {e["专家编号"] for e in tables["experts"]} | {s["学会编号"] for s in tables["societies"]}
    for name in ("engagements", "relations", "availability"):
        assert {row["专家编号"] for row in tables[name]} <= ids
    assert {"亲属", "师生", "任职", "合作"} == {row["关系类型"] for row in tables["relations"]}


def test_workbook_is_untidy_and_about_the_same_people(tables):
    book = CalamineWorkbook.from_path(str(DATA / WORKBOOK))
    assert book.sheet_names == ["专家信息表", "学会任职", "成果", "填表说明"]
    rows = book.get_sheet_by_name("专家信息表").to_python(skip_empty_area=False)
    header = [str(cell) for cell in rows[2]]
    assert FICTION in str(rows[0][0])
    assert any("\n" in cell for cell in header)
    assert any("*" in cell for cell in header)
    people = [row for row in rows[3:] if row[2]]
    assert 100 <= len(people) <= 140
    assert len(rows) > 3 + len(people)
    names = {e["专家编号"]: e["姓名"].replace("　", "") for e in tables["experts"]}
    for row in people:
        code = str(row[header.index("专家编号")]).lstrip("'")
        assert names[code] == str(row[2]).replace("　", "")
        assert row[header.index("备注")] == FICTION
    kinds = {type(row[4]).__name__ for row in people}
    assert {"str", "float", "date"} <= kinds | ({"date"} if "datetime" in kinds else set())
    titles = {row["成果名称"] for row in tables["works"]}
    listed = book.get_sheet_by_name("成果").to_python(skip_empty_area=False)
    assert {row[1] for row in listed[3:] if row[1]} <= titles


def test_bank_schema(banks):
    assert len(banks) >= 28
    for bank in banks:
        assert len(bank.units) >= 3, bank.id
        assert len(bank.topics) >= 5, bank.id
        for topic in bank.topics:
            assert len(topic.titles) >= 9, topic.key
            assert len(topic.sentences) >= 13, topic.key
            assert len(topic.bios) >= 2, topic.key
