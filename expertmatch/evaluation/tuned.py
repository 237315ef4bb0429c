"""Tuned: weights fitted on judged pairs, beside the given ones, and whether they are better."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from expertmatch.display import html_table, text_table
from expertmatch.evaluation.compare import Difference
from expertmatch.index import Weights

CALLED = {
    "character_weight": "字的权重",
    "character_share": "常见字的界限",
    "synonym_weight": "近义词的权重",
    "length_slope": "短文折减的斜率",
    "works_discount": "后续成果的折扣",
    "title_weight": "题目的权重",
    "text_weight": "正文的权重",
    "keywords_weight": "关键词的权重",
    "text": "文字信号",
    "discipline": "学科信号",
    "standing": "任职等信号",
}
"""What settings are called; a signal that is not here goes by its own name."""


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Tuned:
    """Weights fitted on judged pairs.

    Parameters
    ----------
    weights : Weights
        How terms, fields and works should count: the fitted ones if a gain is claimed, else the given ones.
    signals : dict of str to float
        Signal weights, likewise.
    claimed : bool
        Whether the fitted weights are better beyond noise: the interval of the gain lies above 0.
    gain : Difference
        Measure under weights fitted without the need (``a``) minus under the given ones (``b``), with its 95 %
        interval; NaN where there were too few needs to fit.
    frame : DataFrame
        A row a setting: setting, given, fitted (on all needs), used, changed (how many of the fits of the
        cross-validation chose another value than the given one).
    per_need : DataFrame
        Index need_id; given, fitted: the measure under the given weights, and its mean over the fits that had not
        seen the need.
    measure : str
        What was compared.
    fits : int
        Fits of the cross-validation.
    least : int
        Needs that a fit asks for.
    left_out : int
        Judged pairs whose need or expert is not there.
    """

    weights: Weights
    signals: Mapping[str, float]
    claimed: bool
    gain: Difference
    frame: pd.DataFrame
    per_need: pd.DataFrame
    measure: str
    fits: int
    least: int
    left_out: int

    @property
    def sentence(self) -> str:
        """What was found, in Chinese."""
        gain = self.gain
        if not self.fits:
            return (
                f"评分有高有低的需求只有 {gain.needs:,} 条，至少要有 {self.least} 条才能调权重，"
                f"还差 {self.least - gain.needs:,} 条；保留原来的权重。"
            )
        head = (
            f"{gain.needs:,} 条需求，交叉验证 {self.fits} 次：{self.measure} 由 {gain.b:.4f} 变为 {gain.a:.4f}，"
            f"差 {gain.mean:+.4f}，95% 区间 [{gain.low:+.4f}, {gain.high:+.4f}]，"
            f"胜/平/负 {gain.wins}/{gain.ties}/{gain.losses}。"
        )
        if self.claimed:
            return f"{head}好于原来的权重，超出误差；建议采用调出的权重。"
        if gain.high < 0:
            return f"{head}调出的权重在没见过的需求上更差，保留原来的权重。"
        return f"{head}在误差之内，不能说更好，保留原来的权重。"

    def to_dict(self) -> dict[str, Any]:
        """Return what was found as plain values for JSON.

        Returns
        -------
        dict
        """
        return {
            "weights": asdict(self.weights),
            "signals": dict(self.signals),
            "claimed": self.claimed,
            "measure": self.measure,
            "gain": {name: None if value != value else value for name, value in asdict(self.gain).items()},
            "fits": self.fits,
            "left_out": self.left_out,
            "settings": self.frame.to_dict("records"),
        }

    def __repr__(self) -> str:
        """Return one line for people."""
        said = "有收益" if self.claimed else "保留原来的权重"
        return f"<调权重：{self.gain.needs:,} 条需求，{self.measure} 差 {self.gain.mean:+.4f}，{said}>"

    def __str__(self) -> str:
        """Return the sentence and the settings as text."""
        return f"{self.sentence}\n{text_table(*self._table(), align='lrrrr', max_rows=None)}"

    def _repr_html_(self) -> str:
        return html_table(*self._table(), caption=self.sentence, align="lrrrr")

    def _table(self) -> tuple[list[str], list[list[str]]]:
        rows = [
            [
                CALLED.get(str(row.setting), str(row.setting)),
                f"{row.given:g}",
                f"{row.fitted:g}",
                f"{row.used:g}",
                f"{row.changed}/{self.fits}",
            ]
            for row in self.frame.itertuples()
        ]
        return ["参数", "原来", "调出", "采用", "另选的次数"], rows
