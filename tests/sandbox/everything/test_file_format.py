"""What a scenario file may leave out, and what is said of a file that cannot be served."""

import pytest
import yaml

from orchestration.sandbox.identity import gid, number
from orchestration.sandbox.scenario import ScenarioError, ledger_actions, read_scenarios
from orchestration.sandbox.storefront_records import records_of
from tests.sandbox.everything.calls import EVERYTHING, SCENARIOS

SMALLEST = {
    "as_of": "2026-03-20T00:00:00Z",
    "orders": [
        {
            "ref": "o1",
            "store": "us",
            "name": "#1",
            "currency": "USD",
            "placed_at": "2026-03-01",
            "lines": [{"ref": "a", "sku": "A", "quantity": 1, "unit_price": "1.00"}],
        }
    ],
}
RETURNED = {
    "ref": "r1",
    "order": "o1",
    "name": "#1-R1",
    "status": "open",
    "requested_at": "2026-03-02",
    "lines": [{"line": "a", "quantity": 1}],
}
AUTHORIZED = {
    "ref": "ra1",
    "status": "closed",
    "at": "2026-03-02",
    "lines": [{"line": "a", "quantity": 1}],
}


@pytest.fixture
def write(tmp_path):
    def written(content, name="flow.yaml"):
        file = tmp_path / name
        file.write_text(content if isinstance(content, str) else yaml.safe_dump(content))
        return file

    return written


def placed(value, *path):
    """Return the smallest file with one value put at a path."""
    content = yaml.safe_load(yaml.safe_dump(SMALLEST))
    place = content
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return content


def test_an_id_is_a_hash_of_kind_file_and_ref():
    assert number("Order", "clean_single_return", "o1") == 219812892474188
    assert gid("Location", "us", "main").startswith("gid://shopify/Location/")
    assert number("Order", "clean_single_return", "o1") < 2**48


def test_every_file_of_the_folder_can_be_read():
    files = [*sorted(SCENARIOS.glob("*.yaml")), EVERYTHING]

    assert len(read_scenarios(files)) == len(files)


def test_a_file_needs_no_more_than_an_order(write):
    (scenario,) = read_scenarios([write(SMALLEST)])

    assert scenario.erp == {}
    assert [record["__typename"] for _, record in records_of(scenario)] == [
        "Order",
        "Customer",
        "TenderTransaction",
        "OrderTransaction",
        "LineItem",
        "InventoryItem",
        "Location",
    ]


def test_dates_and_amounts_may_be_quoted_or_not(write):
    quoted = placed("2026-03-01T11:00:00+01:00", "orders", 0, "placed_at")
    bare = yaml.safe_dump(quoted).replace("'2026-03-01T11:00:00+01:00'", "2026-03-01T10:00:00Z")
    bare = bare.replace("'1.00'", "1.00")
    assert "'1.00'" not in bare

    (one,) = read_scenarios([write(quoted)])
    (other,) = read_scenarios([write(bare)])

    assert list(records_of(one)) == list(records_of(other))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (placed("x", "ordres"), ["unknown block ordres", "known are"]),
        (
            placed("x", "orders", 0, "lines", 0, "unit_prise"),
            ["orders[0].lines[0]", "'unit_prise'", "did you mean unit_price"],
        ),
        (placed("soon", "orders", 0, "placed_at"), ["orders[0].placed_at", "2026-03-01T10"]),
        (placed(1.5, "orders", 0, "lines", 0, "quantity"), ["quantity", "whole number"]),
        (placed(0, "orders", 0, "lines", 0, "quantity"), ["quantity", "1 or more"]),
        (placed("ten", "orders", 0, "lines", 0, "unit_price"), ["unit_price", "no amount"]),
        (placed("U.S.", "orders", 0, "store"), ["orders[0].store", "lower-case"]),
        (placed("dollar", "orders", 0, "currency"), ["orders[0].currency", "USD"]),
        (placed("shop", "orders", 0, "channel"), ["orders[0].channel", "d2c, b2b"]),
        (placed("yes", "orders", 0, "taxes_included"), ["taxes_included", "true nor false"]),
        (placed({"sku": "A"}, "orders"), ["orders", "no list of records"]),
        (placed([{"ref": "a"}], "orders", 0, "lines"), ["lines[0]", "sku is missing"]),
        (placed([RETURNED | {"order": "o9"}], "returns"), ["returns.order", "'o9'", "o1"]),
        (
            placed([RETURNED | {"lines": [{"line": "b", "quantity": 1}]}], "returns"),
            ["a line of returns", "'b'", "none of a"],
        ),
        (placed([RETURNED, RETURNED], "returns"), ["returns", "two records 'r1'", "rename"]),
        (placed([{"store": "us", "sku": "A"}], "inventory"), ["inventory", "lacks available"]),
        (
            placed({"return_authorizations": [AUTHORIZED | {"created_from": "so1"}]}, "erp"),
            ["erp.return_authorizations.created_from", "'so1'"],
        ),
        (
            placed({"return_authorizations": [AUTHORIZED | {"status": "done"}]}, "erp"),
            ["erp.return_authorizations[0].status", "pending_receipt"],
        ),
        (
            placed({"credits": [{"ref": "c", "kind": "refund", "at": "2026-03-02"}]}, "erp"),
            ["erp.credits[0].kind", "credit_memo, cash_refund"],
        ),
        ("a: [", ["flow.yaml", "YAML"]),
        ("as_of: 2026-02-30T00:00:00Z", ["flow.yaml", "does not exist"]),
        ("just words", ["flow.yaml", "no scenario"]),
    ],
)
def test_a_bad_file_is_named_with_the_place_and_the_remedy(write, content, words):
    with pytest.raises(ScenarioError) as refused:
        read_scenarios([write(content)])

    assert [word for word in ["flow", *words] if word not in str(refused.value)] == []


def test_a_key_of_the_authors_own_is_left_alone(write):
    (scenario,) = read_scenarios([write(placed("spring sale", "orders", 0, "campaign"))])

    assert [order["name"] for order in scenario.blocks("orders")] == ["#1"]


def test_two_stores_may_use_the_same_order_name(write):
    files = [write(SMALLEST, "one.yaml"), write(placed("uk", "orders", 0, "store"), "two.yaml")]

    assert len(read_scenarios(files)) == 2


def test_confirmed_actions_are_records_of_the_ledgers_stream():
    (action,) = ledger_actions(read_scenarios([EVERYTHING]))

    assert action == {
        "intent_key": "everything/0",
        "action": "quarantine",
        "store": "us",
        "case_key": f"us/return/{gid('Return', 'everything', 'r1')}",
        "order_line_id": gid("LineItem", "everything", "o1/cup"),
        "sku": "CUP-90",
        "quantity": 2,
        "amount": None,
        "currency": "USD",
        "location_id": gid("Location", "us", "north"),
        "reference": None,
        "run_id": "scenario",
        "sent_at": "2026-03-11T08:00:00Z",
        "confirmed_at": "2026-03-11T08:00:00Z",
    }
