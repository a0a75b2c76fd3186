"""The sandbox, as clients meet it that were not written for it."""

from urllib.parse import urlsplit

import httpx
import pytest
from oauthlib.oauth1 import SIGNATURE_HMAC_SHA256, Client

from orchestration.sandbox.erp_account import Account
from orchestration.sandbox.server import serve
from tests.sandbox.conftest import SCENARIOS, Clock, Erp

SHOP_HOST = "us.myshopify.com"
ERP_HOST = "sandbox-sb1.suitetalk.api.netsuite.com"
NAME = "{ shop { name } }"


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """A sandbox of one return, with its clock at the return's day."""
    folder = tmp_path_factory.mktemp("others")
    with serve(folder, [SCENARIOS / "clean_single_return.yaml"], clock=Clock()) as running:
        yield running


@pytest.fixture(scope="module")
def shop(running):
    """Return a function that posts to the shop by its host, as though that name led here."""
    token = running.environment["SHOPIFY_US_ACCESS_TOKEN"]
    headers = {"Host": SHOP_HOST, "X-Shopify-Access-Token": token}
    path = "/admin/api/2026-07/graphql.json"
    with httpx.Client(base_url=running.url, headers=headers) as client:
        yield lambda **sent: client.request("POST", sent.pop("path", path), **sent)


@pytest.fixture(scope="module")
def records(running):
    """Return a function that reads the account's records."""
    erp = Erp(running.environment, Clock())
    root = running.environment["NETSUITE_URL"] + "/services/rest/record/v1"
    with httpx.Client(headers={"Authorization": f"Bearer {erp.token()}"}) as client:
        yield lambda path, **options: client.get(f"{root}/{path}", **options)


def asked(shop, document, **variables):
    return shop(json={"query": document, "variables": variables}).json()


def test_a_shop_is_known_by_its_host_where_the_path_names_none(shop):
    assert asked(shop, NAME)["data"]["shop"]["name"] == "us"


def test_the_account_admits_a_signature_of_its_own_host(running):
    pair = running.books.credentials.pair
    signer = Client(
        pair.consumer_key,
        pair.consumer_secret,
        pair.token_id,
        pair.token_secret,
        signature_method=SIGNATURE_HMAC_SHA256,
        realm=Account.account_id,
        # The sandbox's clock stands still.
        timestamp=str(int(Clock().now.timestamp())),
    )
    path = "/services/rest/query/v1/suiteql?limit=1"
    _, headers, _ = signer.sign(f"http://{ERP_HOST}{path}", http_method="POST")
    answer = httpx.post(
        running.url + path,
        json={"q": "SELECT id FROM transaction ORDER BY id"},
        headers={**headers, "Host": ERP_HOST, "Prefer": "transient"},
    )
    assert answer.status_code == httpx.codes.OK, answer.text
    assert urlsplit(answer.json()["links"][0]["href"]).hostname == ERP_HOST


def test_a_document_may_be_the_whole_body_and_every_answer_has_an_id(shop):
    answers = [
        shop(content=NAME, headers={"Content-Type": "application/graphql; charset=utf-8"})
        for _ in range(2)
    ]
    assert answers[0].json()["data"] == {"shop": {"name": "us"}}
    assert len({answer.headers["X-Request-ID"] for answer in answers}) == 2


def test_a_request_that_was_never_executed_is_answered_without_data(shop):
    document = "query ($n: Int!) { orders(first: $n) { nodes { id } } }"
    refused = asked(shop, document, n="many")
    assert list(refused) == ["errors"]
    (unknown,) = asked(shop, "{ shop { nickname } }")["errors"]
    assert unknown["message"] == "Field 'nickname' doesn't exist on type 'Shop'"


def test_a_token_is_granted_to_a_request_in_json(running, shop):
    app = running.books.credentials.app
    sent = {
        "grant_type": "client_credentials",
        "client_id": app.client_id,
        "client_secret": app.client_secret,
    }
    granted = shop(path="/admin/oauth/access_token", json=sent).json()["access_token"]
    answer = shop(json={"query": NAME}, headers={"X-Shopify-Access-Token": granted})
    assert answer.json()["data"] == {"shop": {"name": "us"}}


def test_a_bulk_operation_is_found_in_every_way_that_clients_look_for_it(shop):
    started = asked(
        shop,
        'mutation { bulkOperationRunQuery(query: "{orders{edges{node{id}}}}")'
        " { bulkOperation { id status } } }",
    )["data"]["bulkOperationRunQuery"]["bulkOperation"]
    assert started["status"] == "CREATED"
    seen = asked(
        shop,
        "query ($id: ID!) { currentBulkOperation { id status }"
        " node(id: $id) { ... on BulkOperation { id status } } }",
        id=started["id"],
    )["data"]
    completed = {"id": started["id"], "status": "COMPLETED"}
    assert seen == {"currentBulkOperation": completed, "node": completed}


def test_a_bulk_query_is_refused_in_the_words_that_a_query_is(shop):
    refused = asked(
        shop,
        'mutation { bulkOperationRunQuery(query: "{orders{edges{node{id colour}}}}")'
        " { userErrors { message } } }",
    )["data"]["bulkOperationRunQuery"]["userErrors"]
    assert refused == [
        {"message": "Invalid bulk query: Field 'colour' doesn't exist on type 'Order'"}
    ]


def test_connectors_learn_whose_token_they_have_before_they_ask_in_graphql(running):
    token = {"X-Shopify-Access-Token": running.environment["SHOPIFY_US_ACCESS_TOKEN"]}
    for path, said in (
        ("/us/admin/api/2026-07/shop.json", "us.myshopify.com"),
        ("/us/admin/oauth/access_scopes.json", "read_orders"),
    ):
        assert httpx.get(running.url + path).status_code == httpx.codes.UNAUTHORIZED
        assert said in httpx.get(running.url + path, headers=token).text


def test_what_is_not_there_is_said_in_the_words_of_the_system_that_was_asked(running):
    shop = httpx.get(f"{running.url}/us/admin/api/2026-07/products.json")
    assert (shop.status_code, shop.json()) == (404, {"errors": "Not Found"})
    erp = httpx.get(f"{running.url}/services/rest/query/v1/suiteql")
    (problem,) = erp.json()["o:errorDetails"]
    assert (erp.status_code, problem["o:errorCode"]) == (405, "METHOD_NOT_ALLOWED")
    assert erp.headers["Content-Type"] == "application/vnd.oracle.resource+json; type=error"


@pytest.mark.parametrize(
    ("said", "is_found"),
    [
        ('lastModifiedDate AFTER "1/1/2026" AND lastModifiedDate BEFORE "1/1/2027"', True),
        ('lastmodifieddate AFTER "1/1/2027"', False),
        ('tranid START_WITH_NOT "rma" OR memo EMPTY', True),
        ("id ANY_OF [1, 2] AND id GREATER 0", False),
        ("(id ANY_OF [1, 2] OR id BETWEEN_NOT [1, 2]) AND externalid EMPTY", True),
    ],
)
def test_a_list_holds_what_its_filter_lets_through(records, said, is_found):
    answer = records("returnauthorization", params={"q": said})
    assert answer.status_code == httpx.codes.OK, answer.text
    assert (answer.json()["count"] > 0) is is_found


@pytest.mark.parametrize(
    "said",
    [
        'lastModifiedDate AFTER "2026-01-01"',
        "nothing IS 1",
        "total GREATER 5",
        "memo AFTER 5",
        "id EQUAL many",
        "id EQUAL",
        "id EQUAL 1 AND",
        "id EQUAL 1 id EQUAL 2",
        "(id EQUAL 1",
        "id BETWEEN [1]",
        ") OR (id EQUAL 1",
    ],
)
def test_a_filter_that_cannot_be_read_is_refused_and_never_ignored(records, said):
    answer = records("returnAuthorization", params={"q": said})
    assert answer.status_code == httpx.codes.BAD_REQUEST, answer.text
    (problem,) = answer.json()["o:errorDetails"]
    assert problem["o:errorCode"] == "INVALID_PARAMETER"


def test_the_catalog_names_every_record_and_every_field_of_one(records):
    names = [record["name"] for record in records("metadata-catalog/").json()["items"]]
    assert "returnAuthorization" in names
    schema = records("metadata-catalog/returnauthorization").json()
    listed = records("returnauthorization", params={"limit": 1}).json()["items"]
    shown = records(f"returnAuthorization/{listed[0]['id']}").json()
    assert set(shown) <= set(schema["properties"])
    linked = schema["properties"]["links"]["items"]["$ref"].rpartition("/v1/")[2]
    assert set(records(linked).json()["properties"]) == {"rel", "href"}
    assert records("metadata-catalog/nothing").status_code == httpx.codes.NOT_FOUND


def test_a_record_is_shown_by_the_fields_and_the_line_that_are_asked_for(records):
    own = records("returnauthorization", params={"limit": 1}).json()["items"][0]["id"]
    shown = records(f"returnauthorization/{own}", params={"fields": "tranId, currency"}).json()
    assert set(shown) == {"links", "tranId", "currency"}
    (line, *_) = records(f"returnAuthorization/{own}/item").json()["items"]
    assert records(f"returnAuthorization/{own}/item/{line['line']}").json() == line
    assert records(f"returnAuthorization/{own}/item/999").status_code == httpx.codes.NOT_FOUND
