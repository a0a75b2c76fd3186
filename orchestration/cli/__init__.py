"""The command `returns`."""

from orchestration.cli import decision_commands
from orchestration.cli.commands import app

__all__ = ["app", "decision_commands"]
