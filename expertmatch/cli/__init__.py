"""The batch command."""

from expertmatch.cli.app import main, run_arguments

__all__ = ["main", "run_arguments"]
