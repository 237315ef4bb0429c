"""Figures of values, one file a kind of value; expertmatch/report/plots.py is the way in."""
