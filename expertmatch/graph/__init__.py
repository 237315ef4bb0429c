"""Societies and disciplines."""
