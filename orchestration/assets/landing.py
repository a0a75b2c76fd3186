"""Where and as what one run lands what a source answered."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import dagster as dg

from orchestration.assets.clock import run_clock
from orchestration.extract.streams import Stream
from orchestration.landing import Batch, land, land_export, resume_at
from orchestration.landing.exports import Exporter
from orchestration.resources import Home

Answers = Iterable[bytes]

# What a source's search may show late: an index that lags, a clock that is off, a long write.
OVERLAP = timedelta(hours=1)


@dataclass(frozen=True)
class Landing:
    """Where and as what one run lands."""

    root: Path
    run_id: str
    extracted_at: datetime
    scratch: Path | None = None

    @classmethod
    def of(cls, context: dg.AssetExecutionContext, home: Home) -> "Landing":
        """Return the landing of the run that is going on."""
        clock = run_clock(context)
        return cls(home.landing, context.run.run_id, clock.extracted_at, home.scratch)

    def land(
        self,
        stream: Stream,
        answers: Answers,
        *,
        source: str,
        since: datetime | None,
        watermark: datetime | None = None,
        is_partial: bool = False,
    ) -> Batch:
        """
        Land one batch of this run; `watermark` is the source's own time before it was asked.

        A batch that does not tell of all that was due is partial: it stands for no reading.
        """
        return land(
            self.root,
            stream,
            answers,
            source=source,
            run_id=self.run_id,
            extracted_at=self.extracted_at,
            since=since,
            watermark=watermark,
            is_partial=is_partial,
            scratch=self.scratch,
        )

    def changed(self, stream: Stream, pages: Callable[..., Answers], *, source: str) -> Batch:
        """Land what changed since the newest landed change; a stream without a cursor, whole."""
        since = resume_at(self.root, stream, source, overlap=OVERLAP) if stream.cursor else None
        return self.land(stream, pages(stream, since=since), source=source, since=since)

    def is_first(self, stream: Stream, *, source: str) -> bool:
        """Whether nothing of a source has landed that a reading could go on from."""
        return resume_at(self.root, stream, source, overlap=OVERLAP) is None

    def exported(self, stream: Stream, exporter: Exporter, *, source: str) -> Batch:
        """Land everything, as a bulk operation gives it."""
        return land_export(
            self.root,
            stream,
            exporter,
            source=source,
            run_id=self.run_id,
            extracted_at=self.extracted_at,
            scratch=self.scratch,
        )
