"""Every document the project sends, with its variables, is what the vendor's schema takes."""

import re
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from graphql import (
    NoDeprecatedCustomRule,
    OperationDefinitionNode,
    parse,
    print_ast,
    specified_rules,
    validate,
)

from orchestration.extract.errors import SourceError
from orchestration.extract.http import Clock
from orchestration.extract.shopify import ShopifyClient
from orchestration.extract.shopify.customers import CustomerKeys
from orchestration.extract.shopify.probes import Look
from orchestration.extract.streams import SHOPIFY_STREAMS
from orchestration.landing import land
from orchestration.resources.settings import read_stores
from tests.contract.vendor_schema import VERSIONS, vendor_schema
from tests.contract.vendor_store import VendorStore
from tests.sync.recorded import recorded_requests

ROOT = Path(__file__).parents[2] / "orchestration"
DOCUMENTS = sorted((ROOT / "extract" / "shopify" / "queries").glob("*.graphql"))
RULES = [*specified_rules, NoDeprecatedCustomRule]
SINCE = datetime(2026, 3, 1, tzinfo=UTC)
API_VERSION = re.compile(r"""["']20\d\d-(?:01|04|07|10)["']""")
# A stream read by id asks for the records of these types.
TYPES_BY_ID = {
    "returns": "Return",
    "dispositions": "Return",
    "refunds": "Refund",
    "bank_references": "OrderTransaction",
    "sales_agreements": "Order",
    "customers": "Customer",
}
KEYS = CustomerKeys("a secret of the test's own, long enough")


def answers_of(client, stream):
    """Yield everything a client answers for a stream: a first extraction and a later one."""
    if stream.name in TYPES_BY_ID:
        ids = [f"gid://shopify/{TYPES_BY_ID[stream.name]}/{number}" for number in range(3)]
        for answer in client.records_by_id(stream, ids):
            is_kept = stream.name != "customers"
            yield (
                answer if is_kept else KEYS.without_names(answer, is_forgotten=set().__contains__)
            )
        return
    if stream.name == "deleted_orders":
        # What is gone has no answer: the client says which records are still there.
        assert client.there(stream, ["gid://shopify/Order/1"])
        yield b'{"deleted": [{"id": "gid://shopify/Order/2"}]}'
        return
    yield from client.pages(stream, since=None)
    yield from client.pages(stream, since=SINCE)
    if stream.name == "orders":
        list(client.records_by_id(stream.read_by_id("orders_by_id"), ["gid://shopify/Order/1"]))


def export_of(client, stream, folder):
    """Ask for a stream as a first reading of a large store does; made-up operations all fail."""
    if stream.bulk is None:
        return
    by_id = stream.read_by_id(stream.bulk.beside_document)
    list(client.records_by_id(by_id, ["gid://shopify/Order/1"]))
    assert client.prefers_export(stream)
    client.export(stream, folder / "objects")


@pytest.fixture(scope="module", params=VERSIONS)
def exchange(request, tmp_path_factory):
    """Return what the client asked for every stream and action, and what landed of the answers."""
    store = VendorStore(vendor_schema(request.param))
    root = tmp_path_factory.mktemp("landing")
    batches = {}
    http = httpx.Client(base_url="https://shop.example", transport=httpx.MockTransport(store))
    with http:
        client = ShopifyClient(http, api_version=request.param, files=http, bulk_from=1)
        for stream in SHOPIFY_STREAMS:
            # What the schema refuses is remembered with its request, and is a test of its own.
            with suppress(SourceError):
                answers = answers_of(client, stream)
                batches[stream.name] = land(
                    root, stream, answers, source="us", run_id="1", extracted_at=SINCE, since=None
                )
            with suppress(SourceError):
                export_of(client, stream, root)
        for document, variables in recorded_requests(root):
            with suppress(SourceError):
                client.execute(document, variables)
        look = Look(http, api_version=request.param, source="store us", clock=Clock())
        # What the schema makes up is no clock and no scope: a look asks all the same.
        list(look.findings())
    return store.asked, batches


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.stem)
def test_a_document_is_valid_and_asks_for_nothing_deprecated(real, document):
    assert validate(real, parse(document.read_text(encoding="utf-8")), RULES) == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.stem)
def test_a_document_is_valid_against_the_sandboxs_schema(ours, document):
    assert validate(ours, parse(document.read_text(encoding="utf-8"))) == []


def test_the_client_sends_every_document_that_is_kept_and_no_other(exchange):
    asked, _ = exchange
    kept = {print_ast(parse(path.read_text(encoding="utf-8"))): path.stem for path in DOCUMENTS}
    sent = {print_ast(parse(each.document)) for each in asked}
    # A bulk operation is sent the document that it is to run.
    inner = {
        print_ast(parse(each.variables["query"])) for each in asked if "BulkRun(" in each.document
    }

    assert {kept[text] for text in sent | inner} == set(kept.values())


def test_every_request_is_executed_by_the_vendors_schema_with_its_variables(exchange):
    asked, _ = exchange

    assert [(each.variables, each.errors) for each in asked if each.errors] == []


def test_no_variable_is_sent_that_its_document_does_not_declare(exchange):
    asked, _ = exchange

    for each in asked:
        (operation,) = (
            part
            for part in parse(each.document).definitions
            if isinstance(part, OperationDefinitionNode)
        )
        declared = {one.variable.name.value for one in operation.variable_definitions}
        assert set(each.variables) <= declared


def test_what_the_vendors_types_answer_fits_the_columns_that_land(exchange):
    _, batches = exchange

    rejects = {name: batch.rejects for name, batch in batches.items()}
    assert rejects == {stream.name: 0 for stream in SHOPIFY_STREAMS}
    assert {name for name, batch in batches.items() if not batch.rows} == set()


def test_the_api_version_is_one_setting():
    sources = [path for path in ROOT.rglob("*.py") if "sandbox" not in path.parts]
    naming = [path.name for path in sources if API_VERSION.search(path.read_text("utf-8"))]
    stores = {"SHOPIFY_STORES": "us", "SHOPIFY_US_URL": "https://shop.example"}
    (store,) = read_stores(stores | {"SHOPIFY_US_ACCESS_TOKEN": "token"})

    assert naming == ["stores.py"]
    assert store.api_version in VERSIONS
