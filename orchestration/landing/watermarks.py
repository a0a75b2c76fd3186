"""Where the next extraction of a stream begins: from what has landed, never from a clock."""

from datetime import datetime, timedelta
from pathlib import Path

from orchestration.extract.streams import Stream
from orchestration.landing.manifest import committed_batches


def resume_at(root: Path, stream: Stream, source: str, *, overlap: timedelta) -> datetime | None:
    """
    Return the newest landed change of a source less the overlap; None asks for everything.

    The overlap is for what a source's search shows late; what it repeats is harmless.
    """
    changes = [
        batch.cursor_max
        for batch in committed_batches(root, stream, source=source)
        if batch.cursor_max is not None
    ]
    return max(changes) - overlap if changes else None
