"""Returns, what came back physically, and what was sent in exchange."""

from collections import Counter
from collections.abc import Iterator, Sequence

from orchestration.sandbox.identity import gid
from orchestration.sandbox.scenario_values import Block, stamp
from orchestration.sandbox.storefront_orders import line_record
from orchestration.sandbox.storefront_scope import OrderScope, refunded_units
from orchestration.sandbox.storefront_wire import DEFAULT_LOCATION, Record, reference

# A return that was not approved has no reverse fulfilment order, unless units came back unasked.
UNAPPROVED = frozenset({"requested", "declined"})


def return_record(scope: OrderScope, ref: str) -> Record:
    """Return a return with its lines; it has no time of change, as the real one has none."""
    block = scope.returns[ref]
    refunds = [refund for refund in scope.refunds if refund.get("return") == ref]
    is_refused = block["status"] == "declined"
    return {
        "__typename": "Return",
        "id": scope.return_id(ref),
        "name": block["name"],
        "status": {"cancelled": "CANCELED"}.get(block["status"], block["status"].upper()),
        "createdAt": stamp(block["requested_at"]),
        "requestApprovedAt": stamp(block["approved_at"]) if block.get("approved_at") else None,
        "closedAt": stamp(block["closed_at"]) if block.get("closed_at") else None,
        "totalQuantity": sum(int(line["quantity"]) for line in block["lines"]),
        "decline": {"reason": "OTHER", "note": None} if is_refused else None,
        "order": reference(scope.id),
        "returnShippingFees": _shipping_fees(scope, ref, fee=block.get("shipping_fee")),
        "returnLineItems": [
            _line(scope, own, line=line, refunds=refunds)
            for own, line in _named(ref, block["lines"])
        ],
        "exchangeLineItems": [
            _exchange(scope, ref, position=position, item=item)
            for position, item in enumerate(block.get("exchanges") or [])
        ],
        "reverseFulfillmentOrders": _reverse_fulfillment(scope, ref, block=block),
        "refunds": [reference(scope.refund_id(refund)) for refund in refunds],
    }


def _shipping_fees(scope: OrderScope, ref: str, *, fee: object) -> list[Record]:
    if not fee:
        return []
    own = gid("ReturnShippingFee", scope.stem, ref)
    return [{"__typename": "ReturnShippingFee", "id": own, "amountSet": scope.bag(fee)}]


def _named(ref: str, lines: Sequence[Block]) -> Iterator[tuple[str, Block]]:
    """Yield each line with what its id is made of; one order line may stand on several."""
    seen: Counter[str] = Counter()
    for line in lines:
        name = str(line["line"])
        yield f"{ref}/{name}/{seen[name]}" if seen[name] else f"{ref}/{name}", line
        seen[name] += 1


def _line(scope: OrderScope, own: str, *, line: Block, refunds: Sequence[Block]) -> Record:
    quantity = int(line["quantity"])
    refunded = refunded_units(refunds, line["line"])
    reason = str(line.get("reason", "other"))
    return {
        "__typename": "ReturnLineItem",
        "id": gid("ReturnLineItem", scope.stem, own),
        "quantity": quantity,
        "processedQuantity": min(refunded, quantity),
        "unprocessedQuantity": max(quantity - refunded, 0),
        "refundableQuantity": max(quantity - refunded, 0),
        "refundedQuantity": min(refunded, quantity),
        "returnReasonDefinition": {
            "id": gid("ReturnReasonDefinition", "all", reason),
            "handle": reason,
            "name": reason.replace("_", " "),
            "deleted": False,
        },
        "returnReasonNote": "",
        "customerNote": None,
        "fulfillmentLineItem": _fulfillment_line(scope, line["line"]),
        "restockingFee": _restocking_fee(scope, own, line=line),
    }


def _restocking_fee(scope: OrderScope, own: str, *, line: Block) -> Record | None:
    fee = line.get("restocking_fee")
    if not fee:
        return None
    return {
        "__typename": "RestockingFee",
        "id": gid("RestockingFee", scope.stem, own),
        "percentage": 0.0,
        "amountSet": scope.bag(fee),
    }


def _fulfillment_line(scope: OrderScope, line: str) -> Record:
    return {
        "id": gid("FulfillmentLineItem", scope.stem, f"{scope.ref}/{line}"),
        "lineItem": reference(scope.line_id(line)),
    }


def _exchange(scope: OrderScope, ref: str, *, position: int, item: Block) -> Record:
    line = {
        "ref": f"{ref}/exchange/{position}",
        "sku": f"EXCHANGE-{position + 1}",
        "quantity": 1,
        "unit_price": item["amount"],
    }
    return {
        "id": gid("ExchangeLineItem", scope.stem, f"{ref}/{position}"),
        "quantity": 1,
        "processedQuantity": 1,
        "unprocessedQuantity": 0,
        "lineItems": [line_record(scope, line)],
    }


def _reverse_fulfillment(scope: OrderScope, ref: str, *, block: Block) -> list[Record]:
    made = scope.dispositions(ref)
    if block["status"] in UNAPPROVED and not made:
        return []
    # One order line is one line here, though the return may name it twice. What came back unasked
    # is on no line of the return; it hangs under a line of no units.
    asked: Counter[str] = Counter()
    for line in block["lines"]:
        asked[line["line"]] += int(line["quantity"])
    lines = [
        *asked.items(),
        *((line, 0) for line in sorted({item["line"] for item in made} - {*asked})),
    ]
    return [
        {
            "__typename": "ReverseFulfillmentOrder",
            "id": gid("ReverseFulfillmentOrder", scope.stem, ref),
            "status": "CLOSED" if block["status"] == "closed" else "OPEN",
            "lineItems": [
                _reverse_line(scope, ref, line=line, units=units, made=made)
                for line, units in lines
            ],
        }
    ]


def _reverse_line(
    scope: OrderScope, ref: str, *, line: str, units: int, made: Sequence[Block]
) -> Record:
    return {
        "id": gid("ReverseFulfillmentOrderLineItem", scope.stem, f"{ref}/{line}"),
        "totalQuantity": units,
        "fulfillmentLineItem": _fulfillment_line(scope, line),
        "dispositions": [
            _disposition(scope, ref, position=position, item=item)
            for position, item in enumerate(made)
            if item["line"] == line
        ],
    }


def _disposition(scope: OrderScope, ref: str, *, position: int, item: Block) -> Record:
    return {
        "id": gid("ReverseFulfillmentOrderDisposition", scope.stem, f"{ref}/{position}"),
        "type": item["type"].upper(),
        "quantity": int(item["quantity"]),
        "createdAt": stamp(item["at"]),
        "location": scope.place(item.get("location", DEFAULT_LOCATION)),
    }
