"""Stock at the storefront: what a change does, when it is done once, and what is refused."""

import itertools

import pytest

from orchestration.extract.streams import System, read_query
from orchestration.sandbox.identity import gid

ADJUST = read_query(System.SHOPIFY, "inventory_adjust.graphql")
MOVE = read_query(System.SHOPIFY, "inventory_move.graphql")
LEVEL = read_query(System.SHOPIFY, "inventory_level.graphql")
ITEM, PLACE = gid("InventoryItem", "us", "MUG-BLUE"), gid("Location", "us", "main")
INSPECTION = "gid://returns/Inspection/7"
KEYS = (f"key-{position}" for position in itertools.count())


def held(door):
    level = door.read(LEVEL, inventoryItemId=ITEM, locationId=PLACE)["inventoryItem"]
    quantities = (level["inventoryLevel"] or {}).get("quantities") or []
    return {one["name"]: one["quantity"] for one in quantities if one["quantity"]}


def adjustment(delta=1, *, name="available", reason="received", **change):
    document = {} if name == "available" else {"ledgerDocumentUri": INSPECTION}
    usual = {"inventoryItemId": ITEM, "locationId": PLACE, "delta": delta}
    usual |= {"changeFromQuantity": None} | document
    return {"name": name, "reason": reason, "changes": [usual | change]}


def movement(quantity=1, *, source=None, target=None):
    usual = {"locationId": PLACE, "changeFromQuantity": None}
    taken = usual | {"name": "quality_control", "ledgerDocumentUri": INSPECTION} | (source or {})
    put = usual | {"name": "available"} | (target or {})
    change = {"inventoryItemId": ITEM, "quantity": quantity, "from": taken, "to": put}
    return {"reason": "quality_control", "referenceDocumentUri": INSPECTION, "changes": [change]}


def send(door, document, content, *, key=None):
    answer = door.read(document, input=content, idempotencyKey=key or next(KEYS))
    (result,) = answer.values()
    return result


def codes(result):
    assert (result["inventoryAdjustmentGroup"] is None) == bool(result["userErrors"])
    return [error["code"] for error in result["userErrors"]]


@pytest.fixture
def door(served):
    """Return the store's door with three mugs for sale and two under inspection, no more."""
    store, _ = served
    found = held(store)
    for name, wanted in (("available", 3), ("quality_control", 2), ("damaged", 0)):
        delta = wanted - found.get(name, 0)
        assert codes(send(store, ADJUST, adjustment(delta, name=name))) == []
    return store


def test_an_adjustment_changes_one_state(door):
    result = send(door, ADJUST, adjustment(4, name="damaged"))
    assert codes(result) == []
    (change,) = result["inventoryAdjustmentGroup"]["changes"]
    assert (change["name"], change["delta"], change["item"]["id"]) == ("damaged", 4, ITEM)
    assert held(door) == {"available": 3, "quality_control": 2, "damaged": 4, "on_hand": 9}


def test_a_move_takes_from_one_state_and_puts_into_the_other(door):
    result = send(door, MOVE, movement(2))
    assert codes(result) == []
    deltas = [change["delta"] for change in result["inventoryAdjustmentGroup"]["changes"]]
    assert deltas == [-2, 2]
    assert held(door) == {"available": 5, "on_hand": 5}


def test_a_change_without_a_key_is_refused(door):
    bare = ADJUST.replace("@idempotent(key: $idempotencyKey)", "").replace(
        ", $idempotencyKey: String!", ""
    )
    answer = door.ask(bare, input=adjustment())
    assert answer["errors"][0]["extensions"]["code"] == "BAD_REQUEST"
    assert answer["data"] == {"inventoryAdjustQuantities": None}


def test_a_request_repeated_under_its_key_is_done_once(door):
    first = send(door, ADJUST, adjustment(1), key="once")
    assert send(door, ADJUST, adjustment(1), key="once") == first
    assert held(door)["available"] == 4


def test_a_key_used_for_another_request_is_refused(door):
    send(door, ADJUST, adjustment(1), key="mine")
    for document, content in ((ADJUST, adjustment(2)), (MOVE, movement(1))):
        result = send(door, document, content, key="mine")
        assert codes(result) == ["IDEMPOTENCY_KEY_PARAMETER_MISMATCH"]
    assert held(door)["available"] == 4


def test_a_key_is_forgotten_after_a_day(door, served):
    clock = served[1]
    send(door, ADJUST, adjustment(1), key="daily")
    clock.pass_by(hours=23, minutes=59)
    send(door, ADJUST, adjustment(1), key="daily")
    assert held(door)["available"] == 4
    clock.pass_by(minutes=1)
    send(door, ADJUST, adjustment(1), key="daily")
    assert held(door)["available"] == 5


def test_a_refused_request_leaves_its_key_unused(door):
    assert codes(send(door, ADJUST, adjustment(-9), key="again")) == ["ADJUST_QUANTITIES_FAILED"]
    assert codes(send(door, ADJUST, adjustment(1), key="again")) == []


def test_the_quantity_compared_with_must_be_named(door):
    content = adjustment()
    del content["changes"][0]["changeFromQuantity"]
    answer = door.ask(ADJUST, input=content, idempotencyKey=next(KEYS))
    assert answer["errors"][0]["extensions"]["code"] == "INVALID_FIELD_ARGUMENTS"


def test_a_change_from_a_quantity_that_has_moved_on_is_refused(door):
    stale = send(door, ADJUST, adjustment(1, changeFromQuantity=2))
    assert codes(stale) == ["CHANGE_FROM_QUANTITY_STALE"]
    assert codes(send(door, ADJUST, adjustment(1, changeFromQuantity=3))) == []
    assert held(door)["available"] == 4


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (adjustment(name="on_hand"), "INVALID_QUANTITY_NAME"),
        (adjustment(reason="because"), "INVALID_REASON"),
        (adjustment(inventoryItemId="gid://shopify/InventoryItem/1"), "INVALID_INVENTORY_ITEM"),
        (adjustment(locationId="gid://shopify/Location/1"), "INVALID_LOCATION"),
        (adjustment(ledgerDocumentUri=INSPECTION), "INVALID_AVAILABLE_DOCUMENT"),
        (adjustment(name="damaged", ledgerDocumentUri=None), "INVALID_QUANTITY_DOCUMENT"),
        (adjustment(name="damaged", ledgerDocumentUri="7"), "INVALID_LEDGER_DOCUMENT"),
        (
            adjustment(name="damaged", ledgerDocumentUri="gid://shopify/Return/7"),
            "INTERNAL_LEDGER_DOCUMENT",
        ),
        (adjustment(-4), "ADJUST_QUANTITIES_FAILED"),
    ],
)
def test_an_adjustment_that_cannot_be_says_why_and_changes_nothing(door, content, code):
    before = held(door)
    assert codes(send(door, ADJUST, content)) == [code]
    assert held(door) == before


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (movement(3), "INVALID_QUANTITY_NEGATIVE"),
        (movement(target={"locationId": "gid://shopify/Location/1"}), "DIFFERENT_LOCATIONS"),
        (
            movement(target={"name": "quality_control", "ledgerDocumentUri": INSPECTION}),
            "SAME_QUANTITY_NAME",
        ),
        (movement(source={"changeFromQuantity": 9}), "CHANGE_FROM_QUANTITY_STALE"),
        (movement(target={"ledgerDocumentUri": INSPECTION}), "INVALID_AVAILABLE_DOCUMENT"),
        (movement(target={"name": "committed"}), "INVALID_QUANTITY_NAME"),
    ],
)
def test_a_move_that_cannot_be_says_why_and_changes_nothing(door, content, code):
    before = held(door)
    assert code in codes(send(door, MOVE, content))
    assert held(door) == before


def test_a_change_of_several_lines_is_done_whole_or_not_at_all(door):
    content = adjustment(1)
    content["changes"] += adjustment(-9)["changes"]
    assert codes(send(door, ADJUST, content)) == ["ADJUST_QUANTITIES_FAILED"]
    assert held(door)["available"] == 3
