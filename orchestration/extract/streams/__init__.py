"""The streams: what is read from each system, its key, its cursor and the columns that land."""

from orchestration.extract.streams.netsuite import NETSUITE_STREAMS, TRANSACTION_TYPES
from orchestration.extract.streams.own import LEDGER_STREAMS, REHEARSAL_STREAMS
from orchestration.extract.streams.shopify import SHOPIFY_STREAMS
from orchestration.extract.streams.stream import TEXT, Bulk, Stream, System, read_query

STREAMS = {
    (stream.system, stream.name): stream
    for stream in (*SHOPIFY_STREAMS, *NETSUITE_STREAMS, *LEDGER_STREAMS, *REHEARSAL_STREAMS)
}

__all__ = [
    "LEDGER_STREAMS",
    "NETSUITE_STREAMS",
    "REHEARSAL_STREAMS",
    "SHOPIFY_STREAMS",
    "STREAMS",
    "TEXT",
    "TRANSACTION_TYPES",
    "Bulk",
    "Stream",
    "System",
    "read_query",
]
