"""What a whole period's evidence is read with: in batches, since it is no page of rows."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from dashboard.decisions import Decided
from dashboard.marts.breaks import NEEDS, stood
from dashboard.marts.close import Period
from dashboard.marts.source import Parameter, Scope, batches
from dashboard.publication import Pointer

DECISIONS = pa.schema(
    [
        ("sequence", pa.int64()),
        ("at", pa.timestamp("us", tz="UTC")),
        ("who", pa.string()),
        ("topic", pa.string()),
        ("subject", pa.string()),
        ("verb", pa.string()),
        ("details", pa.string()),
        ("previous_hash", pa.string()),
        ("hash", pa.string()),
    ]
)


def breaks(
    pointer: Pointer, scope: Scope, period: Period, *, decided: Decided
) -> Iterator[pa.Table]:
    """Yield every break that arose by the period's end, however it stands, oldest first."""
    statement = f"""
        {stood(pointer)}
        select case_name, store, break_type, currency, amount, due_at, age_bucket, owner, standing,
            reason, note, proposed_by, decided_by, decided_at, document_number, break_key
        from stood
        where
            ($store is null or store = $store)
            and coalesce(arose_at < cast($ended_on as timestamptz), true)
        order by currency, due_at nulls last, case_name, break_key
    """  # noqa: S608
    parameters: dict[str, Parameter] = {"store": scope.store, "ended_on": str(period.ended_on)}
    yield from batches(pointer, statement, parameters, needs=NEEDS, decided=decided)


def file_sha256(path: str) -> str:
    """Return the digest of a publication's file, which never changes once it is there."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
