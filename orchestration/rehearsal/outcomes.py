"""The record of a rehearsal: evidence in the landing of the home that asked for it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from orchestration.extract.streams import REHEARSAL_STREAMS
from orchestration.landing import Batch, land
from orchestration.rehearsal.comparison import Scenario, Verdict
from orchestration.rehearsal.kinds import kinds_of

OUTCOMES = REHEARSAL_STREAMS[0]


@dataclass(frozen=True)
class Rehearsal:
    """
    One run of a folder's scenario files, all of them (`is_whole`) or some.

    A verdict without a scenario is about rows that belong to no file.
    """

    folder: Path
    is_whole: bool
    rehearsed_at: datetime
    scenarios: Sequence[Scenario]
    verdicts: Sequence[Verdict]

    @property
    def pack(self) -> str:
        """The folder as seen from where the command runs: the same in every checkout."""
        folder, here = self.folder.resolve(), Path.cwd()
        return str(folder.relative_to(here) if folder.is_relative_to(here) else folder)


def land_outcomes(root: Path, rehearsal: Rehearsal, *, scratch: Path | None = None) -> Batch:
    """Land one row a verdict: whole or not at all, and never over an earlier rehearsal's."""
    rehearsal_id = uuid4().hex
    contents = {scenario.name: scenario.content for scenario in rehearsal.scenarios}
    outcomes = [
        _outcome(rehearsal, verdict, rehearsal_id=rehearsal_id, content=contents)
        for verdict in rehearsal.verdicts
    ]
    return land(
        root,
        OUTCOMES,
        [json.dumps({"outcomes": outcomes}).encode()],
        source=str(OUTCOMES.system),
        run_id=rehearsal_id,
        extracted_at=rehearsal.rehearsed_at,
        since=None,
        scratch=scratch,
    )


def _outcome(
    rehearsal: Rehearsal,
    verdict: Verdict,
    *,
    rehearsal_id: str,
    content: Mapping[str, Mapping[str, object]],
) -> dict[str, object]:
    return {
        "rehearsal_id": rehearsal_id,
        "rehearsed_at": rehearsal.rehearsed_at.astimezone(UTC).isoformat(),
        "pack": rehearsal.pack,
        "is_whole_pack": rehearsal.is_whole,
        "scenario": verdict.name,
        "kinds": kinds_of(content.get(verdict.name, {})),
        "difference_count": len(verdict.differences),
    }
