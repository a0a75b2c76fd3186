"""Run the benchmarks: `python -m tests.benchmarks --size small --only extraction`."""

import argparse
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock

from tests.benchmarks.measured import PEERS, ROOT
from tests.benchmarks.report import as_text, machine, write
from tests.benchmarks.sizes import SIZES, Size
from tests.benchmarks.table import Section

# Each is imported when its turn comes: what one needs does not weigh on another.
SECTIONS = {
    "extraction": "tests.benchmarks.extraction",
    "variance": "tests.benchmarks.variance",
    "build": "tests.benchmarks.build",
    "run": "tests.benchmarks.run",
    "dashboard": "tests.benchmarks.dashboard",
}
# The second shows the home that the first left.
FOLLOWING = ("run", "dashboard")


def main() -> None:
    """Run the chosen sections, one after another, and write the report after each."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--size", choices=SIZES, default="full")
    parser.add_argument("--only", default=",".join(SECTIONS), help="sections, with commas between")
    parser.add_argument("--out", type=Path, help="folder of the report")
    chosen = parser.parse_args()
    names = chosen.only.split(",")
    if unknown := sorted(set(names) - set(SECTIONS)):
        parser.error(f"no section {unknown}: choose from {', '.join(SECTIONS)}")
    if not PEERS.exists():
        parser.error("the peers are not installed: start this by `make bench`")
    size = SIZES[chosen.size]
    folder = chosen.out or ROOT / "data" / "benchmarks" / size.name
    run(size, names, folder)


def run(size: Size, names: list[str], folder: Path) -> None:
    """Run the sections into a folder; the dashboard shows the home that the runs left."""
    report = Report(folder)
    with TemporaryDirectory(prefix="benchmarks-") as work:

        def do(some: Sequence[str]) -> None:
            for name in some:
                scratch = Path(work) / name
                scratch.mkdir()
                for section in import_module(SECTIONS[name]).sections(size, scratch):
                    report.add(name, section)

        if size.is_judged:
            do(names)
        else:
            # No figure counts at this size: that it ends is what is to be seen, and soon.
            chains = [[name] for name in names if name not in FOLLOWING]
            chains.append([name for name in names if name in FOLLOWING])
            with ThreadPoolExecutor(len(chains)) as workers:
                list(workers.map(do, chains))
    sys.stdout.write(f"\nwritten to {folder}\n")


class Report:
    """What is known so far of a run: told section by section, and written after each."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._begun = datetime.now(UTC)
        self._about = machine(peers_python=PEERS)
        self._found: dict[str, list[Section]] = {name: [] for name in SECTIONS}
        self._lock = Lock()
        for name, value in self._about.items():
            sys.stdout.write(f"{name}: {value}\n")

    def add(self, name: str, section: Section) -> None:
        """Tell a table of a section, and write it after those of the sections before."""
        with self._lock:
            self._found[name].append(section)
            sys.stdout.write(f"\n{as_text(section)}")
            sys.stdout.flush()
            tables = [table for tables in self._found.values() for table in tables]
            write(self._folder, self._about, tables, at=self._begun)


if __name__ == "__main__":
    main()
