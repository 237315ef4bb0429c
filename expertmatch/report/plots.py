"""Figures are functions of values: ``em.plots.waterfall(explanation)`` returns a plotly figure.

plotly is an extra (``pip install "expertmatch[charts]"``), imported when the first figure is drawn.
"""

from expertmatch.report.charts.coverage import tree_map
from expertmatch.report.charts.measured import comparison, reliability
from expertmatch.report.charts.network import network
from expertmatch.report.charts.plans import load, sankey
from expertmatch.report.charts.scores import heat_map, waterfall
from expertmatch.report.charts.style import write_figure

__all__ = [
    "comparison",
    "heat_map",
    "load",
    "network",
    "reliability",
    "sankey",
    "tree_map",
    "waterfall",
    "write_figure",
]
