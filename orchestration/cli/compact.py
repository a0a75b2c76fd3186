"""Landing made of fewer batches: what it comes to, and what is said of it."""

from datetime import datetime
from pathlib import Path

from rich.console import Console

from orchestration.cli.home import home_lock
from orchestration.landing import compact
from orchestration.resources.settings import environment, read_home


def compact_home(console: Console, *, now: datetime) -> None:
    """Merge the small old batches of every stream, and remove those merged a day ago."""
    home = read_home(environment()).path
    with home_lock(home):
        done = compact(home / "landing", now=now)
        bytes_ = _size(home / "landing")
    console.print(
        f"{done.parts:,} extractions are in {done.made:,} batches now; {done.removed:,} batches"
        f" that were replaced before are removed; landing holds {bytes_ / 2**20:,.1f} MiB"
    )
    if done.made:
        console.print("What they replace is removed by a compaction a day from now, or later")


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
