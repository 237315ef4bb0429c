"""The record of a draw (抽取记录): what is signed, and what anybody can check."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from expertmatch.display import html_table, text_table
from expertmatch.planning.draw_verify import verify

LOTS, HEAD, SHORT, EXCLUDED, SIGNED = "抽取记录", "抽取说明", "需补充", "未入围", "签字"
"""The sheets."""


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class DrawRecord:
    """A draw as it is filed.

    Parameters
    ----------
    head : DataFrame
        项目, 内容: what was drawn, with which seed, how lots are cast, over which list.
    table : DataFrame
        Every lot in the order of the draw: 序号, 场次 (lots cast together), 轮次 (保留, 首轮, 补充, 增补), 需求,
        应抽 (places of the need that lots must fill), 名额 (of these lots), 签数 (how many they are), 角色,
        候选 (as it is hashed), 姓名, 单位, 本年已服务, 本次已抽中 (before these lots), 本年还可, 签号, 结果, 说明.
    short : DataFrame
        需求, 名称, 应有, 已有, 缺, 原因: places that stay open.
    excluded : DataFrame
        需求, 原因, 人数: who was kept out before the draw.
    signatures : DataFrame
        经办, 监督 and 复核, to be filled in by hand.
    seed, fingerprint : str
        Of the draw, and the mark of its list.
    rotation : bool
        Whether those who served less often came first.
    """

    head: pd.DataFrame
    table: pd.DataFrame
    short: pd.DataFrame
    excluded: pd.DataFrame
    signatures: pd.DataFrame
    seed: str
    fingerprint: str
    rotation: bool

    def frames(self) -> dict[str, pd.DataFrame]:
        """Return the sheets of the record, ready for :func:`expertmatch.tables.write.write_frames`.

        Returns
        -------
        dict of str to DataFrame
        """
        return {
            HEAD: self.head, LOTS: self.table, SHORT: self.short, EXCLUDED: self.excluded, SIGNED: self.signatures,
        }  # fmt: skip

    def verify(self) -> list[str]:
        """Check the table, see :func:`expertmatch.planning.draw_verify.verify`.

        Returns
        -------
        list of str
            What is wrong; empty where all is as it should be.
        """
        return verify(self.table, self.seed, fingerprint=self.fingerprint, rotation=self.rotation)

    def __repr__(self) -> str:
        """Return the record as text."""
        return self.text()

    __str__ = __repr__

    def text(self, *, width: int = 120, max_rows: int | None = 40) -> str:
        """Return the record as text.

        Parameters
        ----------
        width : int, default 120
            Columns of the terminal.
        max_rows : int or None, default 40
            Lots shown; ``None`` for all.

        Returns
        -------
        str
        """
        head = [f"{item}：{value}" for item, value in self.head.itertuples(index=False, name=None)]
        parts = ["\n".join(head), _text(self.table, width, max_rows)]
        for title, frame in ((SHORT, self.short), (EXCLUDED, self.excluded)):
            if len(frame):
                parts.append(f"{title}：\n{_text(frame, width, max_rows)}")
        parts.append("　　".join(f"{one}：＿＿＿＿＿＿" for one in self.signatures["签字人"]))
        return "\n\n".join(parts)

    def _repr_html_(self) -> str:
        heads = [html_table(list(self.head.columns), self.head.itertuples(index=False, name=None), caption=HEAD)]
        return "".join([*heads, html_table(list(self.table.columns), self.table.itertuples(index=False, name=None))])


def _text(frame: pd.DataFrame, width: int, max_rows: int | None) -> str:
    return text_table(list(frame.columns), frame.itertuples(index=False, name=None), width=width, max_rows=max_rows)
