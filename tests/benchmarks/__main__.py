"""Run the benchmarks: `python -m tests.benchmarks --size small --only extraction`."""

import argparse
import sys
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

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
    begun = datetime.now(UTC)
    about = machine(peers_python=PEERS)
    done: list[Section] = []
    for name, value in about.items():
        sys.stdout.write(f"{name}: {value}\n")
    with TemporaryDirectory(prefix="benchmarks-") as work:
        for name in names:
            scratch = Path(work) / name
            scratch.mkdir()
            for section in import_module(SECTIONS[name]).sections(size, scratch):
                done.append(section)
                sys.stdout.write(f"\n{as_text(section)}")
                sys.stdout.flush()
                write(folder, about, done, at=begun)
    sys.stdout.write(f"\nwritten to {folder}\n")


if __name__ == "__main__":
    main()
