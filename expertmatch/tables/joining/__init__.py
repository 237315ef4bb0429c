"""Checked rows of several tables to one pool."""
