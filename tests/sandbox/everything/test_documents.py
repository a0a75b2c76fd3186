"""The storefront's wire: documents, search, pages, ids, versions, tokens and errors."""

import pytest
import yaml

from tests.sandbox.everything.calls import (
    CLIENT,
    EVERYTHING,
    SCENARIOS,
    ask,
    error_code,
    own_gid,
    post_document,
)

US_ORDERS = {
    order["name"]
    for file in (*SCENARIOS.glob("*.yaml"), EVERYTHING)
    for order in yaml.safe_load(file.read_text(encoding="utf-8"))["orders"]
    if order["store"] == "us"
}
NAMES = """query($first: Int, $after: String, $query: String, $reverse: Boolean) {
  orders(first: $first, after: $after, query: $query, sortKey: UPDATED_AT, reverse: $reverse) {
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    edges { cursor node { id } }
    nodes { id name updatedAt } } }"""


def found(environment, query):
    answer = ask(environment, NAMES, {"first": 250, "query": query})
    return {node["name"] for node in answer["orders"]["nodes"]}


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("updated_at:>='2026-03-22T08:00:00Z'", {"#9001"}),
        ("updated_at:>=2026-03-22T08:00:00Z", {"#9001"}),
        ('updated_at:>="2026-03-22T08:00:00Z"', {"#9001"}),
        ("updated_at:>'2026-03-22T08:00:00Z'", set()),
        ("updated_at:>='2026-03-22T09:00:00+01:00' updated_at:<'2026-03-23T00:00:00Z'", {"#9001"}),
        ("updated_at:>='2026-03-22' AND updated_at:<'2026-03-22T08:00:00Z'", set()),
        ("name:#9001", {"#9001"}),
        ("name:'9001'", {"#9001"}),
        (f"id:{own_gid('Order', 'o1').rpartition('/')[2]}", {"#9001"}),
    ],
)
def test_a_search_finds_orders_by_time_name_or_id(environment, query, names):
    assert found(environment, query) == names


@pytest.mark.parametrize("reverse", [False, True])
def test_pages_hold_every_order_once(environment, reverse):
    names, after = [], None
    while True:
        variables = {"first": 4, "after": after, "reverse": reverse}
        page = ask(environment, NAMES, variables)["orders"]
        assert [edge["node"]["id"] for edge in page["edges"]] == [n["id"] for n in page["nodes"]]
        names += [node["name"] for node in page["nodes"]]
        assert page["pageInfo"]["hasPreviousPage"] == (after is not None)
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break

    assert len(names) == len(set(names)) == len(US_ORDERS)


def test_a_cursor_outlives_the_record_it_was_made_of(environment):
    first = ask(environment, NAMES, {"first": 4})["orders"]
    cursor, last = first["pageInfo"]["endCursor"], first["nodes"][-1]
    later = {"query": f"updated_at:>'{last['updatedAt']}'", "after": cursor, "first": 1}

    assert last["name"] not in found(environment, later["query"])
    (following,) = ask(environment, NAMES, later)["orders"]["nodes"]
    assert following["updatedAt"] > last["updatedAt"]


@pytest.mark.parametrize("variables", [{"first": 251}, {}, {"first": 1, "after": "zzz"}])
def test_a_page_that_cannot_be_is_refused(environment, variables):
    answer = post_document(environment, NAMES, variables)

    assert (answer.status_code, error_code(answer)) == (200, "BAD_REQUEST")


def test_nodes_answer_in_the_order_of_the_ids_and_null_for_none(environment):
    ids = [own_gid("Return", "r1"), own_gid("Refund", "f1"), own_gid("Return", "none")]
    document = "query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }"

    first, second, third = ask(environment, document, {"ids": ids})["nodes"]

    assert (first["__typename"], second["__typename"], third) == ("Return", "Refund", None)


def test_a_reverse_fulfilment_order_can_be_read_by_its_id(environment):
    document = """query($id: ID!, $after: String) { node(id: $id) {
      ... on ReverseFulfillmentOrder { lineItems(first: 1, after: $after) {
        nodes { totalQuantity dispositions { type } } } } } }"""
    own = own_gid("ReverseFulfillmentOrder", "r1")

    (line,) = ask(environment, document, {"id": own})["node"]["lineItems"]["nodes"]

    assert line["totalQuantity"] == 2
    assert [each["type"] for each in line["dispositions"]] == ["RESTOCKED", "MISSING"]


@pytest.mark.parametrize("bad", ["17", "gid://shopify/Order/abc", "gid://other/Order/1"])
def test_an_id_of_another_shape_is_an_error_of_the_request(environment, bad):
    answer = post_document(environment, "query($id: ID!) { node(id: $id) { id } }", {"id": bad})

    assert error_code(answer) == "RESOURCE_NOT_FOUND"


def test_one_store_does_not_see_the_others_orders(environment):
    document = "query($id: ID!) { order(id: $id) { id } }"

    assert ask(environment, document, {"id": own_gid("Order", "o2")})["order"] is None
    assert ask(environment, document, {"id": own_gid("Order", "o2")}, store="uk")["order"]


def test_variables_that_do_not_fit_are_told(environment):
    assert error_code(post_document(environment, NAMES, {"first": "many"})) == "INVALID_VARIABLE"


def test_the_token_of_another_store_is_not_let_in(environment):
    headers = {"X-Shopify-Access-Token": environment["SHOPIFY_UK_ACCESS_TOKEN"]}

    assert post_document(environment, "{ shop { name } }", headers=headers).status_code == 401


@pytest.mark.parametrize("body", ["", "[]", '{"q": 1}', '{"query": 1}'])
def test_a_request_without_a_document_is_bad(environment, body):
    answer = CLIENT.post(
        f"{environment['SHOPIFY_US_URL']}/admin/api/2026-07/graphql.json",
        content=body,
        headers={"X-Shopify-Access-Token": environment["SHOPIFY_US_ACCESS_TOKEN"]},
    )

    assert answer.status_code == 400
