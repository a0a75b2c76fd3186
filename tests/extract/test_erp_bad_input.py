"""Rows of the ERP that are not as declared: what fits lands, the rest is kept with its reason."""

from datetime import UTC, datetime

import duckdb
import httpx
import pytest
import zstandard

from orchestration.checks.landing_facts import no_rejects
from orchestration.extract.errors import UnreadableAnswerError
from orchestration.extract.netsuite import Fields, NetSuiteClient
from orchestration.extract.streams import STREAMS, System
from orchestration.landing import create_source_views, land

INVOICES = STREAMS[System.NETSUITE, "invoices"]
READ_AT = datetime(2026, 3, 20, 6, 0, tzinfo=UTC)
SOUND = b'{"links":[],"id":"1","type":"CustInvc","foreigntotal":"12.50"}'


@pytest.fixture
def landed(play, time, tmp_path):
    """Returns a function that lands what the ERP answers, and the root."""

    def make(*bodies):
        answers = [httpx.Response(200, content=body) for body in bodies]
        _, http = play(*answers)
        client = NetSuiteClient(http, fields=Fields(), clock=time.clock)
        return land(
            tmp_path,
            INVOICES,
            client.pages(INVOICES, since=None),
            source="netsuite",
            run_id="run",
            extracted_at=READ_AT,
            since=None,
        )

    make.root = tmp_path
    return make


def page(*rows):
    return b'{"hasMore":false,"items":[' + b",".join(rows) + b"]}"


@pytest.mark.parametrize(
    "row",
    [
        b'{"id":"2","foreigntotal":"twelve"}',
        b'{"id":"2","postingperiod":"1.5"}',
        b'{"id":"2","postingperiod":{"id":"7"}}',
        b'{"id":"2","lastmodifieddate":"3/5/2026"}',
        b'{"id":"2","tranid":"\xff\xfe"}',
        b'{"id":null}',
        b'{"id":"2","tranid":"INV2","tranid":"INV3"}',
        b'{"tranid":"INV2"}',
    ],
)
def test_a_row_that_does_not_fit_is_set_aside_and_its_page_lands(landed, row):
    body = page(SOUND, row)

    batch = landed(*[body] * 4)

    assert (batch.rows, batch.rejects) == (1, 1)
    with zstandard.open(batch.folder(landed.root) / "answers.jsonl.zst", "rb") as file:
        assert file.read() == body + b"\n"
    with duckdb.connect() as connection:
        create_source_views(connection, landed.root)
        assert not no_rejects(connection, landed.root, INVOICES, stores=()).passed


@pytest.mark.parametrize(
    "row",
    [
        b'{"id":"2"}',
        b'{"id":"2","foreigntotal":null}',
        b'{"id":"2","a_new_field":{"deep":[1,2]}}',
        b'{"id":2,"foreigntotal":12.5}',
        SOUND,
    ],
)
def test_a_row_with_more_or_less_than_was_asked_for_lands(landed, row):
    batch = landed(page(SOUND, row))

    assert (batch.rows, batch.rejects) == (2, 0)


@pytest.mark.parametrize(
    "body",
    [
        b"<html>Log in</html>",
        b'{"items":[{"id":"1"}',
        b'{"count":2,"items":[{"id":"1"}]}',
        b"",
        b"[]",
        b'{"hasMore":true,"items":[]}',
        b'{"items":["a row"]}',
    ],
)
def test_what_is_no_answer_lands_nothing_and_is_kept(landed, body):
    with pytest.raises(UnreadableAnswerError, match="the ERP"):
        landed(*[body] * 4)

    assert list(landed.root.glob("netsuite/invoices/*/*")) == []
    kept = [zstandard.decompress(path.read_bytes()) for path in landed.root.rglob("*.zst")]
    assert kept == ([body] if body else [])
