"""Where the next extraction of a stream begins: from what has landed, never from a clock."""

# ruff: noqa: S608 - names are declared in code.

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from orchestration.extract.streams import Stream, System
from orchestration.landing.ids import newest
from orchestration.landing.manifest import Batch, Part, committed_batches
from orchestration.landing.readings import BEGINNING, readings, rejected_since, unsettled
from orchestration.landing.sessions import connect

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


DAY = timedelta(days=1)


def resume_at(
    root: Path,
    stream: Stream,
    source: str,
    *,
    overlap: timedelta,
    daily_overlap: timedelta | None = None,
    now: datetime | None = None,
) -> datetime | None:
    """
    Return where the next window of a source starts; None asks for everything.

    It starts the overlap before the source's time of the last extraction, where that is known,
    else before the newest landed change, or before the run that read it where that is earlier; the
    first window of a day may go back further. The overlap is for what a source shows late; what it
    repeats is harmless. `now` is the source's time. Where records change without moving their
    date, the oldest that may still change comes first. What was rejected is read again, until it
    fits: newer changes never pass over it. What was not answered was not read, however often it
    was asked for, and chosen records tell nothing of the others.
    """
    batches = list(committed_batches(root, stream, source=source))
    read = list(readings(batches, stream))
    last = _last_time(read, stream)
    if last is None:
        return None
    rejects = [rejected_since(one) for one in unsettled(batches, stream) if not one.is_partial]
    if BEGINNING in rejects:
        return None
    last = min([last, *rejects])
    # A source's clock that was put back has yet to reach the time it told.
    last = min(last, now) if now else last
    if daily_overlap and not _went_back(read, daily_overlap, after=(now or last) - DAY):
        overlap = daily_overlap
    open_since = _open_since(root, stream, source, after=last - ON_ITS_WAY)
    return min(last, open_since or last) - overlap


def _last_time(read: Sequence[Batch | Part], stream: Stream) -> datetime | None:
    if read and read[-1].watermark is not None:
        return read[-1].watermark
    changes = ((one.cursor_max, one.extracted_at) for one in read)
    # Of what is searched, a change after the run began was read by chance: a reading of hours met
    # it at one place, and had left another, or an index that lags, before it showed there.
    surely_read = (
        min(changed, began) if stream.system is System.SHOPIFY else changed
        for changed, began in changes
        if changed is not None
    )
    return max(surely_read, default=None)


def _went_back(read: Sequence[Batch | Part], overlap: timedelta, *, after: datetime) -> bool:
    """Whether an extraction after this time read so far back, or everything."""
    return any(
        one.since is None or one.watermark - one.since >= overlap
        for one in read
        if one.watermark is not None and one.watermark > after
    )


def _open_since(root: Path, stream: Stream, source: str, *, after: datetime) -> datetime | None:
    may_change = MAY_CHANGE.get(stream.name)
    if may_change is None:
        return None
    query = f"""
        select min("{stream.cursor}")
        from ({newest(root, source, stream)})
        where "{stream.cursor}" > $after and ({may_change})
    """
    with connect(reads=root) as connection:
        row = connection.execute(query, {"after": after}).fetchone()
    return row[0] if row else None
