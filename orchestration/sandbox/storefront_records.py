"""What the storefronts recorded of a scenario, in the shapes their API answers with."""

from collections.abc import Iterator
from datetime import timedelta

from orchestration.sandbox.identity import gid
from orchestration.sandbox.scenario import Scenario
from orchestration.sandbox.scenario_values import Block, instant, stamp
from orchestration.sandbox.storefront_orders import buyers, line_record, order_record
from orchestration.sandbox.storefront_refunds import refund_record
from orchestration.sandbox.storefront_returns import return_record
from orchestration.sandbox.storefront_scope import OrderScope
from orchestration.sandbox.storefront_settlements import settlements, tender
from orchestration.sandbox.storefront_wire import (
    DEFAULT_LOCATION,
    Record,
    inventory_item,
    location,
    stock_level,
)

# What our confirmed actions did to the states that are not for sale.
MOVED = {
    "quarantine": {"quality_control": 1},
    "hold_for_inspection": {"quality_control": 1},
    "restock": {"quality_control": -1},
    "write_off": {"quality_control": -1, "damaged": 1},
}


def records_of(scenario: Scenario) -> Iterator[tuple[str, Record]]:
    """Yield every record of the file with its store; each has an id and a `__typename`."""
    for ref in scenario.orders:
        scope = OrderScope(scenario, ref)
        yield from ((scope.store, record) for record in _of_order(scope))
    for block in scenario.blocks("inventory"):
        yield from ((block["store"], record) for record in _stock(scenario, block))


def _of_order(scope: OrderScope) -> Iterator[Record]:
    order = order_record(scope)
    yield order
    yield from buyers(scope)
    yield from tender(order)
    # The same record again under its own id: its bank's reference is asked for by it.
    yield from order["transactions"]
    placed_at = stamp(scope.order["placed_at"])
    for line in scope.order["lines"]:
        yield line_record(scope, line)
        yield inventory_item(scope.store, line["sku"], at=placed_at)
    for ref in scope.returns:
        returned = return_record(scope, ref)
        yield returned
        # The same record again under its own id: its lines are paged by asking for its node.
        yield from returned["reverseFulfillmentOrders"]
    for block in scope.refunds:
        yield refund_record(scope, block)
        yield from settlements(scope, block)
    yield from (location(scope.store, name) for name in sorted(_places(scope)))


def _places(scope: OrderScope) -> set[str]:
    made = [disposition for ref in scope.returns for disposition in scope.dispositions(ref)]
    lines = [line for refund in scope.refunds for line in refund.get("lines") or []]
    named = {str(block["location"]) for block in (*made, *lines) if block.get("location")}
    return {DEFAULT_LOCATION, *named}


def _stock(scenario: Scenario, block: Block) -> Iterator[Record]:
    placed = [instant(order["placed_at"]) for order in scenario.orders.values()]
    known_at = min(placed) if placed else instant(scenario.body["as_of"]) - timedelta(days=1)
    store, name = block["store"], str(block.get("location", DEFAULT_LOCATION))
    item = inventory_item(store, block["sku"], at=stamp(known_at))
    yield location(store, name)
    yield item
    yield stock_level(
        item["id"],
        gid("Location", store, name),
        quantities={"available": int(block["available"]), **_moved(scenario, block, place=name)},
        at=stamp(known_at),
    )


def _moved(scenario: Scenario, block: Block, *, place: str) -> dict[str, int]:
    """Return the units that confirmed actions left in each state, at the place of a level."""
    units: dict[str, int] = {}
    for action in scenario.blocks("actions"):
        order = scenario.order_of_return(action["return"])
        is_here = str(action.get("location", DEFAULT_LOCATION)) == place
        is_of_store = scenario.orders[order]["store"] == block["store"]
        if is_here and is_of_store and scenario.line(order, action["line"])["sku"] == block["sku"]:
            for state, sign in MOVED[action["action"]].items():
                units[state] = units.get(state, 0) + sign * int(action["quantity"])
    return {state: max(quantity, 0) for state, quantity in units.items()}
