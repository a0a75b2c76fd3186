"""Landing made of fewer batches: what it comes to, and what is said of it."""

from datetime import datetime

from rich.console import Console

from orchestration.cli.locks import lone_lock
from orchestration.landing import compact
from orchestration.landing.store import sizes_below
from orchestration.resources.home import landing_of
from orchestration.resources.settings import environment, read_home


def compact_home(console: Console, *, now: datetime) -> None:
    """Merge the small old batches of every stream, and remove those merged a day ago."""
    settings = read_home(environment())
    landing = landing_of(settings)
    with lone_lock(settings.path):
        done = compact(landing, now=now, scratch=settings.scratch)
        bytes_ = sum(sizes_below(landing).values())
    console.print(
        f"{done.parts:,} extractions are in {done.made:,} batches now; {done.removed:,} batches"
        f" that were replaced before are removed; landing holds {bytes_ / 2**20:,.1f} MiB"
    )
    if done.made:
        console.print("What they replace is removed by a compaction a day from now, or later")
