"""The report of one run: on the terminal, as JSON and as Markdown, with what it ran on."""

import json
import os
import platform
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tests.benchmarks.measured import measure
from tests.benchmarks.table import Section, Value

OURS = ("dagster", "dbt-core", "dbt-duckdb", "duckdb", "httpx", "msgspec", "pyarrow")
PEERS = ("datacompy", "dlt", "duckdb", "pandas", "polars", "reladiff")


def machine(*, peers_python: Path) -> dict[str, str]:
    """Return what the figures depend on: the machine, Python, and the libraries."""
    theirs = measure("tests.benchmarks.report:versions", python=peers_python, names=PEERS).said
    return {
        "processor": f"{_processor()}, {os.cpu_count()} cores",
        "memory": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB",
        "load when it began": f"{os.getloadavg()[0]:.1f}",
        "system": platform.platform(),
        "Python": platform.python_version(),
        "this project's": ", ".join(versions(names=OURS)),
        "the peers'": ", ".join(theirs),
    }


def versions(*, names: Sequence[str]) -> list[str]:
    """Return libraries with the versions that are installed."""
    return [f"{name} {version(name)}" for name in names]


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def as_text(section: Section) -> str:
    """Return a section as a table with its bounds and notes."""
    rows = [tuple(map(str, section.columns)), *(tuple(map(_shown, row)) for row in section.rows)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(section.columns))]
    table = "\n".join(_line(row, widths, section.rows) for row in rows)
    said = [*map(str, section.requirements), *section.notes]
    return "\n".join([section.name, "", table, "", *said, ""])


def as_markdown(about: dict[str, str], sections: Sequence[Section], *, at: datetime) -> str:
    """Return the whole report."""
    lines = ["# Benchmarks", "", f"One run of `make bench`, {at:%Y-%m-%d %H:%M} UTC.", ""]
    lines += [f"- {name}: {value}" for name, value in about.items()]
    for section in sections:
        lines += ["", f"## {section.name}", "", *_markdown_table(section), ""]
        lines += [f"- {requirement}" for requirement in section.requirements]
        lines += [f"- {note}" for note in section.notes]
    return "\n".join(lines) + "\n"


def write(
    folder: Path, about: dict[str, str], sections: Sequence[Section], *, at: datetime
) -> None:
    """Write the report so far: a run that is stopped leaves the sections that it finished."""
    folder.mkdir(parents=True, exist_ok=True)
    content: dict[str, Any] = {"at": at.isoformat(), "about": about, "sections": []}
    for section in sections:
        verdicts = [requirement.is_met for requirement in section.requirements]
        content["sections"].append(asdict(section) | {"met": verdicts})
    text = json.dumps(content, indent=2, default=str)
    (folder / "benchmarks.json").write_text(text + "\n", encoding="utf-8")
    markdown = as_markdown(about, sections, at=at)
    (folder / "benchmarks.md").write_text(markdown, encoding="utf-8")


def _markdown_table(section: Section) -> Iterator[str]:
    yield "| " + " | ".join(section.columns) + " |"
    numeric = [_is_numeric(section.rows, place) for place in range(len(section.columns))]
    yield "|" + "|".join("---:" if is_number else "---" for is_number in numeric) + "|"
    for row in section.rows:
        yield "| " + " | ".join(map(_shown, row)) + " |"


def _line(row: Sequence[str], widths: Sequence[int], rows: Sequence[Sequence[Value]]) -> str:
    return "  ".join(
        text.rjust(width) if _is_numeric(rows, place) else text.ljust(width)
        for place, (text, width) in enumerate(zip(row, widths, strict=True))
    ).rstrip()


def _is_numeric(rows: Sequence[Sequence[Value]], place: int) -> bool:
    return all(isinstance(row[place], int | float | None) for row in rows)


def _shown(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:,.2f}"
    return f"{value:,}" if isinstance(value, int) else value
