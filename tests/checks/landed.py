"""What has landed when a fact is asked: answers of both systems, written by hand."""

import json
from datetime import UTC, datetime

from orchestration.landing import land

NOON = datetime(2026, 3, 20, 12, tzinfo=UTC)


def batch(root, stream, *answers, source, at=NOON, run_id="run", since=None, **marked):
    """Land the answers of one reading of a source."""
    land(
        root, stream, answers, source=source, run_id=run_id, extracted_at=at, since=since, **marked
    )


def rows(*records):
    """Return an answer of the ERP."""
    return json.dumps({"items": list(records)}).encode()


def credit(number, at="2026-03-20T10:00:00Z"):
    """Return the header of a credit memo."""
    return {"id": number, "type": "CustCred", "lastmodifieddate": at}
