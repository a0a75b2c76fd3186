"""Where the next extraction of a stream begins: from what has landed, never from a clock."""

# ruff: noqa: S608 - names are declared in code.

from datetime import datetime, timedelta
from pathlib import Path

from orchestration.extract.streams import Stream
from orchestration.landing.ids import newest
from orchestration.landing.manifest import committed_batches
from orchestration.landing.reading import connect

# Money on its way: an entry is dated when it is made and paid out days later, a payout when it is
# issued. Neither moves its own date then, so the window goes back to the oldest that may change.
MAY_CHANGE = {
    "balance_transactions": (
        '"associatedPayout".status is null or "associatedPayout".status not in'
        " ('PAID', 'FAILED', 'CANCELED')"
    ),
    "payouts": "status not in ('PAID', 'FAILED', 'CANCELED')",
}
# As long as a processor holds a reserve; what is on its way for longer is not waited for.
ON_ITS_WAY = timedelta(days=180)


def resume_at(root: Path, stream: Stream, source: str, *, overlap: timedelta) -> datetime | None:
    """
    Return the newest landed change of a source less the overlap; None asks for everything.

    The overlap is for what a source's search shows late; what it repeats is harmless. Where
    records change without moving their date, the oldest that may still change comes first. What
    the last batch rejected is read again, until it fits: newer changes never pass over it.
    """
    batches = list(committed_batches(root, stream, source=source))
    changes = [batch.cursor_max for batch in batches if batch.cursor_max is not None]
    if not changes:
        return None
    last = max(changes)
    if batches[-1].rejects:
        rejected_since = batches[-1].rejects_since or batches[-1].since
        if rejected_since is None:
            return None
        last = min(last, rejected_since)
    open_since = _open_since(root, stream, source, after=last - ON_ITS_WAY)
    return min(last, open_since or last) - overlap


def _open_since(root: Path, stream: Stream, source: str, *, after: datetime) -> datetime | None:
    may_change = MAY_CHANGE.get(stream.name)
    if may_change is None:
        return None
    query = f"""
        select min("{stream.cursor}")
        from ({newest(root, source, stream)})
        where "{stream.cursor}" > $after and ({may_change})
    """
    with connect() as connection:
        row = connection.execute(query, {"after": after}).fetchone()
    return row[0] if row else None
