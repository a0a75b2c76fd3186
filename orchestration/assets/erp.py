"""How the ERP is read: its own time and totals, what changed, what stands under it, and again."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Protocol

from orchestration.assets.landing import OVERLAP, Answers, Landing
from orchestration.extract.streams import (
    NETSUITE_STREAMS,
    STREAMS,
    TRANSACTION_TYPES,
    Stream,
    System,
)
from orchestration.landing import (
    Batch,
    changed_document_ids,
    committed_batches,
    is_settled,
    lines_first_read_at,
    listed_at,
    may_be_deleted,
    missed_ids,
    resume_at,
)

SOURCE = str(System.NETSUITE)
CONTROL_TOTALS = STREAMS[System.NETSUITE, "control_totals"]
DOCUMENT_IDS = STREAMS[System.NETSUITE, "document_ids"]
INSPECTION_IDS = STREAMS[System.NETSUITE, "inspection_ids"]
# A list before what it names: what is listed and did not land is read by its id.
LISTED_BEFORE = {
    **dict.fromkeys(TRANSACTION_TYPES, DOCUMENT_IDS),
    "inspections": INSPECTION_IDS,
    "inventory_details": STREAMS[System.NETSUITE, "stock_move_ids"],
    # The deletion of any record with an inspection's id is a reason to list them.
    "inspection_ids": STREAMS[System.NETSUITE, "deleted_records"],
}
READ_IF_MISSED = (*TRANSACTION_TYPES, "inspections")
CHANGES = ("line_changes", "link_changes")
# Lines last: what landed of the others before them is of no version yet, whatever ends the run.
DETAILS = ("transaction_tax_details", "transaction_links", "transaction_lines")

# Once a day a window goes back so far, for what the ERP shows later than an hour: a long import.
DAILY_OVERLAP = timedelta(days=3)
LISTED_EVERY = timedelta(days=7)
# What moves while it is read is read again, and each time there is less of it.
MOST_ROUNDS = 3


class Client(Protocol):
    """The ERP, as far as this room uses it."""

    def pages(self, stream: Stream, *, since: datetime | None) -> Answers:
        """Yield every page of rows changed at or after `since`."""
        ...

    def records_by_id(self, stream: Stream, ids: Iterable[int]) -> Answers:
        """Yield every page of the rows of these documents."""
        ...

    def server_time(self) -> datetime:
        """Return the ERP's own time."""
        ...


def comes_before(stream: Stream) -> list[Stream]:
    """Return the streams that must have landed before this one; without any, the totals open."""
    headers = [STREAMS[System.NETSUITE, name] for name in TRANSACTION_TYPES]
    if stream is CONTROL_TOTALS:
        return [other for other in NETSUITE_STREAMS if other is not stream]
    if stream.name in DETAILS:
        return [*headers, *(STREAMS[System.NETSUITE, name] for name in CHANGES)]
    return [LISTED_BEFORE[stream.name]] if stream.name in LISTED_BEFORE else []


def land_totals(landing: Landing, client: Client) -> Batch:
    """Land what the ERP counts and sums, with its time before it did."""
    watermark = client.server_time()
    answers = client.pages(CONTROL_TOTALS, since=None)
    return landing.land(CONTROL_TOTALS, answers, source=SOURCE, since=None, watermark=watermark)


def land_stream(landing: Landing, stream: Stream, client: Client) -> list[Batch]:
    """Land what is due of a stream; a list of all records is due once a week."""
    now = _opened_at(landing) or client.server_time()
    if stream.is_census and not _is_list_due(landing, stream, now):
        return []
    since = _since(landing, stream, now=now)
    answers = _answers(landing, stream, client, since=since)
    return [landing.land(stream, answers, source=SOURCE, since=since, watermark=now)]


def settle(landing: Landing, client: Client) -> list[Batch]:
    """
    Land the closing totals; while they or a document moved, what changed is read and they again.

    The last round is short, so that a busy ERP too comes to a moment of which all was read.
    """
    batches = [land_totals(landing, client)]
    for _ in range(MOST_ROUNDS):
        if is_settled(landing.root, SOURCE, run_id=landing.run_id):
            break
        landing = replace(landing, extracted_at=datetime.now(UTC))
        for stream in _in_order():
            batches += land_stream(landing, stream, client)
        batches.append(land_totals(landing, client))
    return batches


def _in_order() -> list[Stream]:
    """Return what changes of itself, then what is read because of that."""
    changing = [one for one in NETSUITE_STREAMS if one is not CONTROL_TOTALS and not one.is_census]
    return sorted(changing, key=lambda stream: _turn(stream.name))


def _turn(name: str) -> int:
    return DETAILS.index(name) + 1 if name in DETAILS else 0


def _answers(
    landing: Landing, stream: Stream, client: Client, *, since: datetime | None
) -> Answers:
    if stream.name in DETAILS:
        ids = changed_document_ids(landing.root, SOURCE, at=landing.extracted_at)
        return (
            client.pages(stream, since=None) if ids is None else client.records_by_id(stream, ids)
        )
    pages = client.pages(stream, since=since)
    if stream.name in READ_IF_MISSED and since is not None:
        missed = missed_ids(landing.root, SOURCE, stream)
        return chain(pages, client.records_by_id(stream, missed))
    return pages


def _since(landing: Landing, stream: Stream, *, now: datetime) -> datetime | None:
    if stream.name in DETAILS or stream.is_census:
        return None
    since = resume_at(
        landing.root, stream, SOURCE, overlap=OVERLAP, daily_overlap=DAILY_OVERLAP, now=now
    )
    if since is None and stream.name in CHANGES:
        # The first lines and links are read whole: only later changes of them are looked for.
        return (lines_first_read_at(landing.root, SOURCE) or now) - OVERLAP
    return since


def _opened_at(landing: Landing) -> datetime | None:
    """Return the ERP's time when this run asked for its totals last."""
    readings: Sequence[Batch] = [
        batch
        for batch in committed_batches(landing.root, CONTROL_TOTALS, source=SOURCE)
        if batch.run_id == landing.run_id
    ]
    return readings[-1].watermark if readings else None


def _is_list_due(landing: Landing, census: Stream, now: datetime) -> bool:
    last = listed_at(landing.root, SOURCE, census)
    if last is None or now - last >= LISTED_EVERY:
        return True
    return census is INSPECTION_IDS and may_be_deleted(landing.root, SOURCE, since=last)
