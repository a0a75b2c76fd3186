"""The command `returns`."""

from orchestration.cli.commands import app

__all__ = ["app"]
