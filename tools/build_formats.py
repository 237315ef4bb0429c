"""Writes the guide's page on file formats from the contracts that the reader reads by.

Run as ``python tools/build_formats.py``; the tests hold that the committed page is what this writes.
"""

from __future__ import annotations

from pathlib import Path

from expertmatch.report.blank_tables import guide_rows
from expertmatch.tables.columns import TABLES

TARGET = Path(__file__).parents[1] / "docs" / "guide" / "formats.md"
_FILES = {
    "experts": '`--experts`；`em.read_pool("专家.xlsx")`',
    "works": "`--works`；`em.read_pool(works=…)`",
    "societies": "`--societies`；`em.read_pool(societies=…)`",
    "memberships": "`--memberships`；`em.read_pool(memberships=…)`",
    "needs": "`--needs`；`em.read_needs(…)`",
    "relations": "`--relations`；`em.read_pool(relations=…)`",
    "availability": "`--availability`；`em.read_pool(availability=…)`",
    "engagements": "`--engagements`；`expertmatch ledger import`",
    "targets": "`expertmatch ledger targets 指标.xlsx`",
    "judgments": "`--judgments`；`em.read_judgments(…)`",
    "contacts": "`--with-contacts`，只用于邀请名单",
}
_HEAD = """# 文件格式

不必照着模板改您的表：表头写法不同、上面有标题行、合并单元格、空行、GB18030，都照常读。先看一眼是怎样理解的：

```bash
expertmatch check data/experts.csv data/works.csv
```

认不出的表头，用 `--column 表头=含义` 说明，例如 `--column 负责领域=研究方向`；一个工作簿有几张表，用 `--sheet experts=工作表名` 指定。
要发给各单位填的，先写一张空白表，有下拉列表和填写说明：

```bash
expertmatch template experts --out 专家表.xlsx
```

## 能读的文件

| 文件 | 说明 |
|---|---|
| XLSX、XLS、ET、ODS | 工作簿；WPS 的 .et 直接读。有密码的先去掉密码 |
| CSV、TSV、TXT | UTF-8、GB18030、UTF-16 自动认；逗号、制表符、分号自动认 |
| JSON、JSONL | 一条一个对象 |
| Parquet | 要装 `expertmatch[parquet]` |
| 数据库 | `sqlite:///库.db::表名`，或 SQLAlchemy 认得的其他地址；`::` 后面也可以是一句 SELECT |

日期写 `2026-06-18`、`2026-06`、`2026` 都可以；几项写在一格里，用分号、顿号或换行隔开。有错的行不会悄悄丢掉：`check` 和“数据问题”表逐行列出。

## 各张表

人的表里只有“专家编号”和“姓名”之类要填的才必填，其余有就用，没有就不用。成果、任职用编号认人；没有编号，按姓名和单位认，拿不准的列在“待确认”。
"""


def page() -> str:
    """Return the page."""
    parts = [_HEAD]
    for name, contract in TABLES.items():
        parts.append(f"### {contract.label}（{name}）\n\n用在：{_FILES[name]}\n")
        rows = ["| 列 | 含义 | 填什么 | 也认的表头 |", "|---|---|---|---|"]
        for label, meaning, must, written, _, also in guide_rows(contract):
            need = "" if must == "可不填" else f"**{must}。**"
            rows.append("| " + " | ".join(_cell(text) for text in (label, need + meaning, written, also)) + " |")
        parts.append("\n".join(rows) + "\n")
    return "\n".join(parts)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


if __name__ == "__main__":
    TARGET.write_text(page(), encoding="utf-8")
