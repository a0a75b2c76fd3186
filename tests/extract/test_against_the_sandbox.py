"""The clients against servers that speak the real wire formats, down to what lands."""

import json
from datetime import UTC, datetime, timedelta

import httpx
import pytest
import yaml

from orchestration.extract.errors import StopError
from orchestration.extract.netsuite import (
    ClientCredentials,
    Fields,
    NetSuiteClient,
    assertion_auth,
)
from orchestration.extract.shopify.customers import CustomerKeys
from orchestration.extract.streams import NETSUITE_STREAMS, SHOPIFY_STREAMS, STREAMS, System
from orchestration.landing import (
    bank_reference_ids_to_read,
    customer_ids_to_read,
    disposition_ids_to_read,
    land,
    refund_ids_to_read,
    resume_at,
    return_ids_to_read,
    sales_agreement_ids_to_read,
)
from orchestration.resources.netsuite import TOKEN_PATH, open_netsuite
from orchestration.resources.settings import read_netsuite, read_stores
from orchestration.resources.shopify import open_store
from orchestration.sandbox.server import serve
from tests.long_flow import SCENARIOS, long_flow

READ_AT = datetime(2026, 6, 1, tzinfo=UTC)
LONG = 60
BY_ID = {
    "returns": return_ids_to_read,
    "refunds": refund_ids_to_read,
    "dispositions": disposition_ids_to_read,
    "bank_references": bank_reference_ids_to_read,
    "sales_agreements": sales_agreement_ids_to_read,
    "customers": customer_ids_to_read,
}
KEYS = CustomerKeys("a secret of the test's own, long enough")


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sandbox")
    with serve(folder, sorted(SCENARIOS.glob("*.yaml"))) as running:
        yield running.environment


@pytest.fixture(scope="module")
def long_sandbox(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sandbox")
    flow = folder / "long_return.yaml"
    flow.write_text(yaml.safe_dump(long_flow(LONG)))
    with serve(folder / "books", [flow]) as running:
        yield running.environment


@pytest.fixture(scope="module")
def landed(sandbox, tmp_path_factory):
    """Return the batches of one whole extraction, by stream and source, and their root."""
    root = tmp_path_factory.mktemp("home") / "landing"
    options = {"run_id": "run-1", "extracted_at": READ_AT, "since": None}
    batches = {}
    for store in read_stores(sandbox):
        with open_store(store) as client:
            for stream in SHOPIFY_STREAMS:
                if stream.name == "deleted_orders":
                    continue  # what is gone has no pages: the sweep's own tests read it
                ids = BY_ID.get(stream.name)
                answers = (
                    client.pages(stream, since=None)
                    if ids is None
                    else client.records_by_id(stream, ids(root, store.key, run_id="run-1"))
                )
                if stream.name == "customers":
                    answers = [
                        KEYS.without_names(a, is_forgotten=set().__contains__) for a in answers
                    ]
                batch = land(root, stream, answers, source=store.key, **options)
                batches[stream.name, store.key] = batch
    with open_netsuite(read_netsuite(sandbox)) as client:
        for stream in NETSUITE_STREAMS:
            answers = client.pages(stream, since=None)
            batches[stream.name, "netsuite"] = land(
                root, stream, answers, source="netsuite", **options
            )
    return root, batches


def credentials_of(settings):
    return ClientCredentials(
        client_id=settings.client_id,
        certificate_id=settings.certificate_id,
        private_key=settings.private_key,
    )


def rows_of(pages):
    return [row for page in pages for row in json.loads(page)["items"]]


def test_everything_the_sources_answer_fits_the_declared_columns(landed):
    _, batches = landed

    assert {key: batch.rejects for key, batch in batches.items() if batch.rejects} == {}
    for name in set(BY_ID) | {"orders", "balance_transactions"}:
        assert batches[name, "us"].rows > 0
    for name in ("sales_orders", "transaction_lines", "transaction_links", "control_totals"):
        assert batches[name, "netsuite"].rows > 0


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("orders", ["lineItems"]),
        ("returns", ["returnLineItems"]),
        ("refunds", ["refundLineItems"]),
    ],
)
def test_no_line_is_lost_past_the_first_page(long_sandbox, name, path):
    orders = STREAMS[System.SHOPIFY, "orders"]
    (store,) = read_stores(long_sandbox)

    with open_store(store) as client:
        pages = list(client.pages(orders, since=None))
        stream = STREAMS[System.SHOPIFY, name]
        if stream is not orders:
            pages = client.records_by_id(stream, list(named(pages, name)))
        counts = [lines_at(record, path) for record in records_of(pages, stream)]

    assert max(counts) == LONG


def named(pages, name):
    """Return the ids that orders name, of refunds or of returns."""
    orders = STREAMS[System.SHOPIFY, "orders"]
    for order in records_of(pages, orders):
        found = order["refunds"] if name == "refunds" else order["returns"]["nodes"]
        yield from (reference["id"] for reference in found)


def records_of(pages, stream):
    for page in pages:
        value = json.loads(page)
        for step in stream.records:
            value = value[step]
        yield from value


def lines_at(record, path):
    records = [record]
    for step in path:
        records = [node for held in records for node in held[step]["nodes"]]
    return len({record["id"] for record in records})


def test_a_second_extraction_reads_only_what_changed_last(sandbox, landed):
    root, batches = landed
    stream = STREAMS[System.NETSUITE, "credit_memos"]
    since = resume_at(root, stream, "netsuite", overlap=timedelta(hours=1))

    with open_netsuite(read_netsuite(sandbox)) as client:
        changed = rows_of(client.pages(stream, since=since))

    assert 0 < len(changed) < batches["credit_memos", "netsuite"].rows
    assert min(row["lastmodifieddate"] for row in changed) >= since.isoformat()[:19]


@pytest.mark.parametrize(
    "stream",
    [stream for stream in NETSUITE_STREAMS if "after" in stream.parameters],
    ids=lambda stream: stream.name,
)
def test_small_pages_hold_what_one_large_page_holds(sandbox, landed, stream):
    _, batches = landed
    settings = read_netsuite(sandbox)
    auth = assertion_auth(credentials_of(settings), token_url=settings.url + TOKEN_PATH)

    with httpx.Client(base_url=settings.url, auth=auth) as http:
        client = NetSuiteClient(http, fields=Fields(), page_rows=7)
        found = rows_of(client.pages(stream, since=None))

    keys = {tuple(row[name] for name in stream.key) for row in found}
    assert len(found) == len(keys) == batches[stream.name, "netsuite"].rows


def test_a_token_that_the_store_does_not_know_stops(sandbox):
    env = sandbox | {"SHOPIFY_US_ACCESS_TOKEN": "shpat_of_another_store"}
    (store,) = (store for store in read_stores(env) if store.key == "us")

    with open_store(store) as client, pytest.raises(StopError, match="renew"):
        next(client.pages(STREAMS[System.SHOPIFY, "orders"], since=None))
