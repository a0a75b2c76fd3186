"""What the ERP's lists of all its records say: when they were taken, and what they alone name."""

# ruff: noqa: S608 - names are declared in code, and literals are quoted by this room.

from datetime import datetime
from pathlib import Path

from orchestration.extract.streams import STREAMS, Stream, System
from orchestration.landing.manifest import committed_batches
from orchestration.landing.reading import literal
from orchestration.landing.sessions import connect
from orchestration.landing.sources import select_rows

DOCUMENT_IDS = STREAMS[System.NETSUITE, "document_ids"]
INSPECTIONS = STREAMS[System.NETSUITE, "inspections"]
INSPECTION_IDS = STREAMS[System.NETSUITE, "inspection_ids"]
DELETED_RECORDS = STREAMS[System.NETSUITE, "deleted_records"]


def missed_ids(root: Path, source: str, stream: Stream) -> list[int]:
    """Return the records that the last list of all names and none of the stream's batches has."""
    census = INSPECTION_IDS if stream is INSPECTIONS else DOCUMENT_IDS
    batches = [one for one in committed_batches(root, census, source=source) if one.rows]
    if not batches:
        return []
    kind = stream.parameters.get("type")
    is_of_kind = "true" if kind is None else f"type = {literal(kind)}"
    query = f"""
        select id from ({select_rows(root, census, batches[-1:])})
        where {is_of_kind} and id not in (select id from ({_rows(root, stream, source)}))
        order by id
    """
    with connect(reads=root) as connection:
        return [row[0] for row in connection.execute(query).fetchall()]


def listed_at(root: Path, source: str, census: Stream) -> datetime | None:
    """
    Return the source's time when every record was listed last, or was left out as not to be asked.

    A list that names nothing is none: a role that sees no record any more gets one.
    """
    batches = list(committed_batches(root, census, source=source))
    told = (batch for batch in reversed(batches) if batch.rows or not batch.answers)
    last = next(told, None)
    return last.watermark if last else None


def may_be_deleted(root: Path, source: str, *, since: datetime) -> bool:
    """
    Whether an inspection may be among the records whose deletion the ERP recorded since.

    It names the records of an account's own by a type that nobody knows before: that an inspection
    has the id is a reason to list them all, and not yet a deletion.
    """
    query = f"""
        select count(*) from ({_rows(root, DELETED_RECORDS, source)})
        where
            deleteddate >= $since
            and recordid in (select id from ({_rows(root, INSPECTIONS, source)}))
    """
    with connect(reads=root) as connection:
        [(found,)] = connection.execute(query, {"since": since}).fetchall()
    return bool(found)


def _rows(root: Path, stream: Stream, source: str) -> str:
    return select_rows(root, stream, committed_batches(root, stream, source=source))
