"""What the batches of a stream tell: which were readings of all that was due, and what is not."""

# ruff: noqa: S608 - names are declared in code, and literals are quoted by this room.

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby
from operator import attrgetter
from pathlib import Path

from orchestration.extract.streams import Stream, System
from orchestration.landing.manifest import Batch, Part, committed_batches
from orchestration.landing.sessions import connect
from orchestration.landing.sources import select_rejects

BEGINNING = datetime.min.replace(tzinfo=UTC)


def readings(batches: Iterable[Batch], stream: Stream) -> Iterator[Batch | Part]:
    """
    Yield the extractions, merged since or not, that tell of all that was due.

    Partial ones do not. Nor does a window that was not answered: a stream that the role or a
    setting did not show lands without an answer, one without changes with a page of none.
    """
    for batch in batches:
        yield from (one for one in batch.extracted if _tells_all(one, stream))


def telling(parts: Sequence[Part], stream: Stream) -> tuple[Part, ...]:
    """
    Return the few parts of a merged batch by which it answers whatever all of them would.

    Those are its first and its last extraction; of the readings of all that was due the last, the
    one that went furthest back, the ones with the newest changes, and each that went further back
    than all after it; and one of chosen records.
    """
    read = [one for one in parts if _tells_all(one, stream)]
    changed = [one for one in read if one.cursor_max is not None]
    chosen = [one for one in parts if one.is_partial and one.answers]
    kept = [parts[0], parts[-1], *read[-1:], *chosen[:1], *_reaching_back(read)]
    if read:
        kept.append(min(read, key=lambda one: one.since or BEGINNING))
    if changed:
        kept.append(max(changed, key=_changed_until))
        kept.append(max(changed, key=lambda one: min(_changed_until(one), one.extracted_at)))
    names = {one.batch_id for one in kept}
    return tuple(one for one in parts if one.batch_id in names)


def _changed_until(one: Part) -> datetime:
    return one.cursor_max or BEGINNING


def _reaching_back(read: Sequence[Part]) -> Iterator[Part]:
    """Yield each reading that went further back than all that the source dates later."""
    furthest = timedelta(0)
    timed = [(one.watermark, one) for one in read if one.watermark is not None]
    for watermark, one in sorted(timed, key=lambda pair: pair[0], reverse=True):
        went = watermark - one.since if one.since else timedelta.max
        if went > furthest:
            furthest = went
            yield one


def unsettled(batches: Sequence[Batch], stream: Stream) -> Iterator[Batch]:
    """
    Yield the batches of one source with rejects that were not read again, later, without any.

    Again means at least as far back as the oldest of its rejects. What is read by id or whole is
    read until it lands, so that there each later reading is one of all that is missing; and each
    choice of a stream's records names again what an earlier one rejected.
    """
    read_since: datetime | None = None
    was_chosen_again = False
    for batch in reversed(batches):
        if not batch.rejects:
            sinces = [one.since or BEGINNING for one in readings([batch], stream)]
            read_since = min([*sinces, *filter(None, [read_since])], default=None)
            was_chosen_again |= any(one.is_partial and one.answers for one in batch.extracted)
        elif batch.is_partial and was_chosen_again and stream.cursor:
            continue
        elif read_since is None or read_since > rejected_since(batch):
            yield batch


def rejected_since(batch: Batch) -> datetime:
    """Return from when on a batch with rejects has to be read again; BEGINNING for all of it."""
    return batch.rejects_since or batch.since or BEGINNING


def unsettled_batches(root: Path, stream: Stream) -> list[tuple[str, str]]:
    """Return source and id of each batch with rejects that was not read again without any."""
    return [
        (source, batch.batch_id)
        for source, batches in groupby(committed_batches(root, stream), attrgetter("source"))
        for batch in unsettled(list(batches), stream)
    ]


def rejected_ids(root: Path, stream: Stream, source: str) -> list[str]:
    """Return the ids among the unsettled rejects of what was read of a storefront by id."""
    batches = list(committed_batches(root, stream, source=source))
    chosen = [
        batch for batch in unsettled(batches, stream) if batch.is_partial or not stream.cursor
    ]
    if not chosen:
        return []
    query = f"""
        select distinct json_extract_string(record, '$.id') as id
        from (select if(json_valid(record), record, null) as record
              from ({select_rejects(root, stream, chosen)}))
        where regexp_matches(id, '^gid://shopify/[A-Za-z]+/[0-9]+$')
        order by id
    """
    with connect(reads=root) as connection:
        return [row[0] for row in connection.execute(query).fetchall()]


def _tells_all(one: Batch | Part, stream: Stream) -> bool:
    if one.is_partial:
        return False
    if stream.cursor is None:
        return True
    # Before batches were marked, those of chosen orders were told by having no newest change.
    is_unmarked = stream.system is System.SHOPIFY and not (one.since or one.cursor_max)
    return one.answers > 0 and not is_unmarked
