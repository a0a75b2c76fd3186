"""What a sandbox's books are loaded from: scenario files, or a business drawn from a seed."""

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from orchestration.sandbox.business import Drawn, Shape, Truth, draw_business
from orchestration.sandbox.scenario import Block, Scenario, checked, ledger_actions, read_scenarios

MARKER, TRUTH = "loaded.json", "truth.csv"


@runtime_checkable
class Source(Protocol):
    """Where the first records of the books come from."""

    @property
    def said(self) -> Mapping[str, Any]:
        """What tells it from another source."""
        ...

    def scenarios(self) -> list[Scenario]:
        """Return what was recorded; raises ScenarioError for what cannot be served."""
        ...

    def write_truth(self, directory: Path) -> None:
        """Write beside the books what is true of them, where that is known."""
        ...


@dataclass(frozen=True)
class FileSource:
    """A set of scenario files; what they expect is for a rehearsal to compare."""

    files: tuple[Path, ...]

    @property
    def said(self) -> Mapping[str, Any]:
        """The names of the files."""
        return {"files": [file.name for file in self.files]}

    def scenarios(self) -> list[Scenario]:
        """Read and check the files."""
        return read_scenarios(self.files)

    def write_truth(self, directory: Path) -> None:
        """Write nothing: files say themselves what they expect."""


@dataclass(frozen=True)
class BusinessSource:
    """So many returns of a business drawn from a seed; nothing in it is later than its clock."""

    returns: int
    seed: int
    clock: datetime
    shape: Shape = field(default_factory=Shape)

    @property
    def said(self) -> Mapping[str, Any]:
        """Its size and its seed."""
        return {"returns": self.returns, "seed": self.seed}

    def scenarios(self) -> list[Scenario]:
        """Draw the business."""
        return checked([Scenario(drawn.stem, drawn.body) for drawn in self._drawn])

    def write_truth(self, directory: Path) -> None:
        """Write `truth.csv`, a row a case, as `business.Truth` describes it."""
        with (directory / TRUTH).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, [column.name for column in fields(Truth)])
            writer.writeheader()
            writer.writerows(asdict(truth) for drawn in self._drawn for truth in drawn.truth)

    @cached_property
    def _drawn(self) -> list[Drawn]:
        return list(
            draw_business(self.returns, seed=self.seed, clock=self.clock, shape=self.shape)
        )


@dataclass(frozen=True)
class Loaded:
    """What the books of a folder were loaded from, and what our ledger is to hold of it."""

    said: Mapping[str, Any]
    clock: datetime | None
    actions: Sequence[Block]

    def __str__(self) -> str:
        """Return it as a person says it."""
        if "returns" in self.said:
            return f"{self.said['returns']:,} generated returns of seed {self.said['seed']}"
        files = len(self.said.get("files", ()))
        return f"{files} scenario file{'' if files == 1 else 's'}"


def read_loaded(directory: Path) -> Loaded | None:
    """Return what a folder's books were loaded from; None where they are still to be loaded."""
    marker = directory / MARKER
    if not marker.exists():
        return None
    content = json.loads(marker.read_text(encoding="utf-8"))
    clock = content.get("clock")
    return Loaded(
        # Books of an earlier version named their files only.
        content.get("source", content),
        datetime.fromisoformat(clock) if clock else None,
        content.get("actions", []),
    )


def write_loaded(directory: Path, source: Source, scenarios: Sequence[Scenario]) -> None:
    """Say that the books are whole: written last, in one piece."""
    clock = source.clock.isoformat() if isinstance(source, BusinessSource) else None
    content = {"source": source.said, "clock": clock, "actions": ledger_actions(scenarios)}
    making = directory / f".{MARKER}"
    making.write_text(json.dumps(content), encoding="utf-8")
    making.rename(directory / MARKER)
