"""Cells, workbooks and files that appear whole."""
