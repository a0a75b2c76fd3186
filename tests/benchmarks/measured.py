"""One thing measured: a function in a process of its own, its seconds, CPU seconds and memory."""

import json
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PEERS = ROOT / ".venv" / "peers" / "bin" / "python"
LONGEST_SECONDS = 1500.0


@dataclass(frozen=True)
class Measured:
    """
    What a function took, its imports left out, and what it returned.

    `peak_mib` is of the whole process with its imports; `cpu_seconds` counts what it waited for.
    """

    said: Any
    seconds: float
    cpu_seconds: float
    peak_mib: float


def measure(action: str, /, *, python: Path | str = sys.executable, **arguments: Any) -> Measured:
    """
    Run `module:function` with keyword arguments in a new process.

    Raises RuntimeError with the end of what the process said where it fails.
    """
    with tempfile.TemporaryDirectory() as folder:
        outcome = Path(folder) / "outcome.json"
        command = [str(python), "-m", "tests.benchmarks.measured", action, str(outcome)]
        done = subprocess.run(  # noqa: S603 - our own module
            [*command, json.dumps(arguments, default=str)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=LONGEST_SECONDS,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{action} failed: {done.stdout[-1000:]}{done.stderr[-3000:]}")
        return Measured(**json.loads(outcome.read_text(encoding="utf-8")))


def cpu_seconds() -> float:
    """Return the CPU seconds of this process and of those that it waited for."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def peak_mib() -> float:
    """
    Return the most memory that this process has held.

    Linux counts it anew for each program; what the portable call says begins with the memory of
    the process that started this one.
    """
    status = Path("/proc/self/status")
    if status.exists():
        lines = status.read_text(encoding="utf-8").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 2**10
    unit = 1 if sys.platform == "darwin" else 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20


def main(action: str, outcome: str, arguments: str) -> None:
    """Run the action and write what it took."""
    module, _, name = action.partition(":")
    function = getattr(import_module(module), name)
    given = json.loads(arguments)
    wall, cpu = time.perf_counter(), cpu_seconds()
    said = function(**given)
    seconds, used = time.perf_counter() - wall, cpu_seconds() - cpu
    took = {"said": said, "seconds": seconds, "cpu_seconds": used, "peak_mib": peak_mib()}
    Path(outcome).write_text(json.dumps(took), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
