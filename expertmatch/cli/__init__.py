"""The batch command."""

from expertmatch.cli.app import main

__all__ = ["main"]
