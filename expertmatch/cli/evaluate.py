"""Command evaluate."""
