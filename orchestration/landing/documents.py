"""Which of the ERP's documents must be read by id, and whether they were read at one moment."""

# ruff: noqa: S608 - names are declared in code, and literals are quoted by this room.

from datetime import datetime
from pathlib import Path

from orchestration.extract.streams import STREAMS, TRANSACTION_TYPES, Stream, System
from orchestration.landing.manifest import committed_batches
from orchestration.landing.reading import quoted
from orchestration.landing.sessions import connect
from orchestration.landing.sources import select_rows

LINES = STREAMS[System.NETSUITE, "transaction_lines"]
# What stands under a document is read together: a line or link that is gone is gone from all.
DETAILS = (
    LINES,
    STREAMS[System.NETSUITE, "transaction_tax_details"],
    STREAMS[System.NETSUITE, "transaction_links"],
)
HEADERS = tuple(STREAMS[System.NETSUITE, name] for name in TRANSACTION_TYPES)
# By the document that each row of them concerns.
CHANGES = {
    STREAMS[System.NETSUITE, "line_changes"].name: "transaction",
    STREAMS[System.NETSUITE, "link_changes"].name: "nextdoc",
}
TOTALS = STREAMS[System.NETSUITE, "control_totals"]


def changed_document_ids(root: Path, source: str, *, at: datetime) -> list[int] | None:
    """
    Return the documents of which an extraction `at` this time reads lines, taxes and links.

    They are those that landed as changed since all three were last read, so that one of the
    three which failed brings all three back. None asks for every document.
    """
    read = [_last_read(root, stream, source, before=at) for stream in DETAILS]
    if None in read:
        return None
    since = min(filter(None, read))
    changed = [
        *(("id", stream) for stream in HEADERS),
        *((column, STREAMS[System.NETSUITE, name]) for name, column in CHANGES.items()),
    ]
    selects = " union ".join(
        f'select "{column}" as id from ({_rows(root, stream, source, after=since)})'
        for column, stream in changed
    )
    with connect(reads=root) as connection:
        return [row[0] for row in connection.execute(f"{selects} order by id").fetchall()]


def lines_first_read_at(root: Path, source: str) -> datetime | None:
    """Return the source's time when lines were first read, and with them whatever had changed."""
    first = next(committed_batches(root, LINES, source=source), None)
    return first.extracted[0].watermark if first else None


def is_settled(root: Path, source: str, *, run_id: str) -> bool:
    """
    Whether a run's last reading shows one moment of the ERP.

    Its totals did not move during that reading, and no document's lines are of another version
    than its header.
    """
    readings = [
        batch for batch in committed_batches(root, TOTALS, source=source) if batch.run_id == run_id
    ]
    if len(readings) < 2:
        return True
    columns = quoted(TOTALS.columns)
    before, after = (
        f"select {columns} from ({select_rows(root, TOTALS, [batch])})" for batch in readings[-2:]
    )
    moved = f"(({before}) except ({after})) union all (({after}) except ({before}))"
    torn = torn_documents(root, source, run_id=run_id)
    with connect(reads=root) as connection:
        # Counted, not limited: DuckDB 2.0 waits for ever on a limit over what is read twice.
        [(unsettled,)] = connection.execute(
            f"select (select count(*) from ({moved})) + (select count(*) from ({torn}))"
        ).fetchall()
    return not unsettled


def torn_documents(root: Path, source: str, *, run_id: str) -> str:
    """Return a select of the documents whose lines, as a run read them, are not their header's."""
    headers = " union all ".join(
        f"select id, lastmodifieddate, _extracted_at from ({_rows(root, stream, source)})"
        for stream in HEADERS
    )
    read = (
        batch for batch in committed_batches(root, LINES, source=source) if batch.run_id == run_id
    )
    newest = "row_number() over (partition by {} order by _extracted_at desc, {} desc) = 1"
    return f"""
        with lines as (
            select transaction, lastmodifieddate from ({select_rows(root, LINES, read)})
            qualify {newest.format("transaction", "lastmodifieddate")}
        ),
        headers as (
            select * from ({headers})
            where id in (select transaction from lines)
            qualify {newest.format("id", "lastmodifieddate")}
        )
        select lines.transaction as id
        from lines left join headers on lines.transaction = headers.id
        where lines.lastmodifieddate is distinct from headers.lastmodifieddate
    """


def _rows(root: Path, stream: Stream, source: str, *, after: datetime | None = None) -> str:
    batches = committed_batches(root, stream, source=source)
    return select_rows(
        root, stream, (one for one in batches if after is None or one.extracted_at > after)
    )


def _last_read(root: Path, stream: Stream, source: str, *, before: datetime) -> datetime | None:
    """What a batch rejected is read again, until it fits."""
    times = (
        batch.extracted_at
        for batch in committed_batches(root, stream, source=source)
        if not batch.rejects
    )
    return max((time for time in times if time < before), default=None)
