"""The storefront's endpoint: who is let in, what is refused, how pages and searches go."""

from pathlib import Path

import httpx
import pytest
from graphql import parse

from orchestration.extract.streams import System, read_query
from orchestration.sandbox.identity import gid

QUERIES = Path(__file__).parents[2] / "orchestration" / "extract" / "shopify" / "queries"
ORDERS = """
query Orders($first: Int, $last: Int, $after: String, $before: String, $query: String) {
  orders(first: $first, last: $last, after: $after, before: $before, query: $query,
      sortKey: UPDATED_AT) {
    pageInfo { hasNextPage hasPreviousPage endCursor startCursor }
    nodes { id name updatedAt }
  }
}
"""
NODES = "query Nodes($ids: [ID!]!) { nodes(ids: $ids) { id ... on Return { name } } }"
STEM = "clean_single_return"
RETURN_ID = gid("Return", STEM, "r1")
ORDER_ID = gid("Order", STEM, "o1")
REFUND_ID = gid("Refund", STEM, "f1")
FITTING = {
    "first": 5,
    "after": None,
    "before": None,
    "ids": [RETURN_ID, REFUND_ID],
    "query": "updated_at:>='2026-01-01T00:00:00Z'",
    "locationId": gid("Location", "us", "main"),
    "inventoryItemId": gid("InventoryItem", "us", "MUG-BLUE"),
    "orderId": ORDER_ID,
    "returnId": RETURN_ID,
    "namespace": "return_lifecycle",
    "key": "stages",
}
PARENTS = {
    "Order": ORDER_ID,
    "Return": RETURN_ID,
    "Refund": REFUND_ID,
    "ReverseFulfillmentOrder": gid("ReverseFulfillmentOrder", STEM, "r1"),
}
# What belongs to bulk operations is tried with one that runs.
READING = sorted(
    path.name
    for path in QUERIES.glob("*.graphql")
    if "mutation " not in path.read_text() and not path.name.startswith("bulk_")
)


@pytest.mark.parametrize("token", ["", "shpat_0000"])
def test_a_missing_or_wrong_token_is_unauthorized(storefront, token):
    answer = storefront.post("{ shop { name } }", token=token)
    assert answer.status_code == httpx.codes.UNAUTHORIZED
    assert "Invalid API key" in answer.json()["errors"]


def test_an_answer_names_the_version_that_gave_it(storefront):
    answer = storefront.post("{ shop { name } }", version="2026-10")
    assert answer.headers["X-Shopify-API-Version"] == "2026-10"
    assert answer.json()["extensions"]["cost"]["throttleStatus"]["restoreRate"] > 0


def test_a_retired_version_is_answered_in_the_oldest_and_says_so(storefront):
    answer = storefront.post("{ shop { name } }", version="2019-04")
    assert answer.json()["data"]
    assert answer.headers["X-Shopify-API-Version"] == "2026-04"


@pytest.mark.parametrize("version", ["2031-01", "2026-05", "yesterday"])
def test_an_unknown_version_is_not_found(storefront, version):
    assert storefront.post("{ shop { name } }", version=version).status_code == 404


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ("{ shop { nickname } }", "undefinedField"),
        ("{ shop(id: 1) { name } }", "argumentNotAccepted"),
        ("{ order { id } }", "missingRequiredArguments"),
    ],
)
def test_what_is_wrong_with_a_document_has_the_storefronts_own_name(storefront, document, code):
    (said,) = storefront.ask(document)["errors"]
    assert said["extensions"]["code"] == code


def test_a_body_without_a_query_is_refused(storefront):
    answer = httpx.post(
        f"{storefront.url}/admin/api/2026-07/graphql.json",
        content=b"[]",
        headers={"X-Shopify-Access-Token": storefront.token},
    )
    assert answer.status_code == httpx.codes.BAD_REQUEST


def test_an_unknown_field_is_an_error_of_the_document(storefront):
    answer = storefront.ask("{ shop { favouriteColour } }")
    assert "data" not in answer
    assert "favouriteColour" in answer["errors"][0]["message"]


def test_paging_visits_every_order_once_in_the_order_of_change(storefront):
    seen, after = [], None
    while True:
        page = storefront.read(ORDERS, first=3, after=after)["orders"]
        seen += page["nodes"]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    whole = storefront.read(ORDERS, first=250)["orders"]["nodes"]
    assert seen == whole == sorted(whole, key=lambda order: (order["updatedAt"], order["id"]))
    assert len({order["id"] for order in seen}) == len(seen) > 3


def test_pages_go_backwards_too(storefront):
    whole = storefront.read(ORDERS, first=250)["orders"]["nodes"]
    end = storefront.read(ORDERS, last=2)["orders"]
    assert end["nodes"] == whole[-2:]
    assert end["pageInfo"]["hasPreviousPage"]
    earlier = storefront.read(ORDERS, last=2, before=end["pageInfo"]["startCursor"])["orders"]
    assert earlier["nodes"] == whole[-4:-2]


@pytest.mark.parametrize(
    "arguments",
    [
        {"first": 251},
        {"first": -1},
        {},
        {"first": 2, "after": "bm9ib2R5"},
        {"first": 2, "after": "!"},
    ],
)
def test_a_page_that_cannot_be_is_refused(storefront, arguments):
    answer = storefront.ask(ORDERS, **arguments)
    assert answer["errors"][0]["extensions"]["code"] == "BAD_REQUEST"
    assert answer["data"] is None


def changed(storefront, query):
    return storefront.read(ORDERS, first=250, query=query)["orders"]["nodes"]


def test_a_search_keeps_orders_changed_between_two_times(storefront):
    times = sorted({order["updatedAt"] for order in changed(storefront, None)})
    low, high = times[1], times[-1]
    found = {
        order["updatedAt"]
        for order in changed(storefront, f"updated_at:>='{low}' updated_at:<'{high}'")
    }
    assert found == set(times[1:-1])


def test_a_search_takes_quoted_and_bare_times(storefront):
    times = sorted({order["updatedAt"] for order in changed(storefront, None)})
    quoted = changed(storefront, f"updated_at:>='{times[2]}'")
    assert quoted == changed(storefront, f'updated_at:>="{times[2]}"')
    assert quoted == changed(storefront, f"updated_at:>={times[2]}")
    assert {order["updatedAt"] for order in quoted} == set(times[2:])


@pytest.mark.parametrize("query", ["colour:blue", "-colour:blue"])
def test_an_unknown_name_in_a_search_finds_everything_and_is_told(storefront, query):
    answer = storefront.ask(ORDERS, first=250, query=query)

    assert answer["data"]["orders"]["nodes"] == changed(storefront, None)
    (said,) = answer["extensions"]["search"]
    assert (said["path"], said["query"]) == (["orders"], query)
    assert [(each["field"], each["code"]) for each in said["warnings"]] == [
        ("colour", "invalid_field")
    ]


def test_a_search_that_is_understood_is_told_nothing_of(storefront):
    answer = storefront.ask(ORDERS, first=1, query="updated_at:>='2026-01-01T00:00:00Z'")

    assert set(answer["extensions"]) == {"cost"}


def test_a_search_keeps_what_meets_any_of_its_alternatives(storefront):
    def ids(query):
        return {order["id"] for order in changed(storefront, query)}

    parts = [ids(f"return_status:{word}") for word in ("in_progress", "returned")]

    assert all(parts)
    assert parts[0].isdisjoint(parts[1])
    assert ids("return_status:in_progress OR return_status:returned") == parts[0] | parts[1]
    assert ids("-return_status:returned") == ids(None) - parts[1]
    assert ids("NOT return_status:returned status:open") == ids(None) - parts[1]
    assert ids("status:closed") == ids("test:true") == ids("tag:vip") == set()


def test_a_search_for_no_time_at_all_is_refused(storefront):
    answer = storefront.ask(ORDERS, first=1, query="updated_at:>=yesterday")
    assert "yesterday" in answer["errors"][0]["message"]


def test_nodes_are_answered_in_place_and_an_unknown_one_is_null(storefront):
    nobody = "gid://shopify/Return/1"
    found = storefront.read(NODES, ids=[nobody, RETURN_ID])["nodes"]
    assert found == [None, {"id": RETURN_ID, "name": "#1001-R1"}]


def test_more_ids_than_a_list_may_have_are_refused(storefront):
    found = storefront.read(NODES, ids=[RETURN_ID] * 250)["nodes"]
    refused = storefront.ask(NODES, ids=[RETURN_ID] * 251)

    assert len(found) == 250
    assert refused["errors"][0]["extensions"]["code"] == "MAX_INPUT_SIZE_EXCEEDED"
    assert refused["data"] is None


def test_a_malformed_id_is_an_error_of_the_whole_request(storefront):
    answer = storefront.ask(NODES, ids=["1001"])
    assert answer["errors"][0]["extensions"]["code"] == "RESOURCE_NOT_FOUND"
    assert answer["data"] is None


def test_stores_do_not_see_each_others_records(books):
    stores = books[0]["SHOPIFY_STORES"].split(",")
    assert len(stores) > 1
    other = next(store for store in stores if store != "us").upper()
    answer = httpx.post(
        f"{books[0][f'SHOPIFY_{other}_URL']}/admin/api/2026-07/graphql.json",
        json={"query": NODES, "variables": {"ids": [RETURN_ID]}},
        headers={"X-Shopify-Access-Token": books[0][f"SHOPIFY_{other}_ACCESS_TOKEN"]},
    )
    assert answer.json()["data"]["nodes"] == [None]


@pytest.mark.parametrize("name", READING)
def test_a_document_of_the_extraction_is_answered(storefront, name):
    text = read_query(System.SHOPIFY, name)
    parents = [parent for kind, parent in PARENTS.items() if f"... on {kind} {{" in text]
    variables = parse(text).definitions[0].variable_definitions
    wanted = [one.variable.name.value for one in variables if one.default_value is None]
    possible = FITTING | {"id": parents[0] if parents else None}
    data = storefront.read(text, **{name: possible[name] for name in wanted})
    assert data
    assert all(data.values())


def test_the_lines_of_a_reverse_fulfilment_order_are_found_by_its_own_id(storefront):
    text = (QUERIES / "page_fulfillment_order_lines.graphql").read_text()
    parent = PARENTS["ReverseFulfillmentOrder"]
    lines = storefront.read(text, id=parent, first=5)["node"]["connection"]["nodes"]
    assert [made["type"] for line in lines for made in line["dispositions"]] == ["RESTOCKED"]
