"""New ledgers by copying one: making the schema takes a second, and tests need hundreds."""

import shutil
import tempfile
from functools import cache
from pathlib import Path

from orchestration.ledger import Ledger


@cache
def _made():
    folder = tempfile.TemporaryDirectory()
    file = Path(folder.name) / "ledger.sqlite"
    Ledger(f"sqlite:///{file}").close()
    return file, folder


def fresh_ledger_file(path):
    """Put an empty ledger at a path, and return its URL."""
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(_made()[0], path)
    return f"sqlite:///{path}"
