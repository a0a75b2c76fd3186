"""Refunds and the payments that carry them."""

from datetime import timedelta
from decimal import Decimal

from orchestration.sandbox.identity import gid, number, tail
from orchestration.sandbox.scenario_values import Block, amount, instant, stamp
from orchestration.sandbox.storefront_scope import OrderScope, paid_back
from orchestration.sandbox.storefront_wire import DEFAULT_LOCATION, Record, reference

# An acquirer tells its reference one to three days after the refund.
REFERENCE_COMES_AFTER = timedelta(days=2)


def refund_record(scope: OrderScope, block: Block) -> Record:
    """Return a refund; it is no proof that money moved."""
    made_at, own = stamp(block["at"]), scope.refund_id(block)
    linked, shipping = block.get("return"), block.get("shipping")
    adjustment, payments = amount(block.get("adjustment")), refund_payments(scope, block)
    return {
        "__typename": "Refund",
        "id": own,
        "legacyResourceId": tail(own),
        "createdAt": made_at,
        "updatedAt": max([made_at, *(payment["processedAt"] for payment in payments)]),
        "processedAt": made_at,
        "note": None,
        "order": reference(scope.id),
        "return": reference(scope.return_id(linked)) if linked else None,
        "totalRefundedSet": scope.bag(paid_back([block])),
        "refundLineItems": [
            _line(scope, block["ref"], position=position, line=line)
            for position, line in enumerate(block.get("lines") or [])
        ],
        "refundShippingLines": [_shipping(scope, block["ref"], shipping)] if shipping else [],
        "orderAdjustments": [_adjustment(scope, block, adjustment)] if adjustment else [],
        "duties": [],
        "transactions": payments,
    }


def refund_payments(scope: OrderScope, block: Block) -> list[Record]:
    """Return the transactions of a refund."""
    return [
        transaction(
            scope,
            payment_ref(block, position),
            kind="REFUND",
            status=payment["status"].upper(),
            gateway=payment["gateway"],
            at=stamp(payment.get("at", block["at"])),
            value=payment["amount"],
        )
        for position, payment in enumerate(block.get("payments") or [])
    ]


def transaction(
    scope: OrderScope,
    ref: str,
    *,
    kind: str,
    status: str,
    gateway: str,
    at: str,
    value: object,
) -> Record:
    """Return one movement of an order's money; a refund's parent is the order's sale."""
    parent = gid("OrderTransaction", scope.stem, f"{scope.ref}/sale")
    return {
        "__typename": "OrderTransaction",
        "id": gid("OrderTransaction", scope.stem, ref),
        "kind": kind,
        "status": status,
        "gateway": gateway,
        "createdAt": at,
        "processedAt": at,
        "test": False,
        "amountSet": scope.bag(value),
        "shopifyPaymentsSet": _bank_set(
            scope, ref, kind=kind, status=status, gateway=gateway, at=at
        ),
        "parentTransaction": {"id": parent} if kind == "REFUND" else None,
    }


def _bank_set(
    scope: OrderScope, ref: str, *, kind: str, status: str, gateway: str, at: str
) -> Record | None:
    """Return what the bank knows of a refund through the storefront's own processor."""
    if gateway != "shopify_payments":
        return None
    told_at = instant(at) + REFERENCE_COMES_AFTER
    is_told = kind == "REFUND" and status == "SUCCESS" and told_at <= scope.clock
    digits = str(number("AcquirerReference", scope.stem, ref)).zfill(22)
    return {"refundSet": {"acquirerReferenceNumber": f"7{digits}" if is_told else None}}


def payment_ref(block: Block, position: int) -> str:
    """Return the ref of a payment of a refund, by its place."""
    return f"{block['ref']}/payment/{position}"


def _line(scope: OrderScope, refund: str, *, position: int, line: Block) -> Record:
    is_restocked = bool(line.get("restock") or line.get("removed"))
    place = scope.place(line.get("location", DEFAULT_LOCATION))
    sold = scope.scenario.line(scope.ref, line["line"])
    return {
        "id": gid("RefundLineItem", scope.stem, f"{refund}/{position}"),
        "quantity": int(line["quantity"]),
        "restockType": _restock_type(line),
        "restocked": is_restocked,
        "location": place if is_restocked else None,
        "lineItem": reference(scope.line_id(line["line"])),
        "priceSet": scope.bag(sold["unit_price"]),
        "subtotalSet": scope.bag(line["subtotal"]),
        "totalTaxSet": scope.bag(line.get("tax")),
    }


def _restock_type(line: Block) -> str:
    """Units that an edit of the order removed were never shipped: they come back by cancelling."""
    if line.get("removed"):
        return "CANCEL"
    return "RETURN" if line.get("restock") else "NO_RESTOCK"


def _shipping(scope: OrderScope, refund: str, shipping: Block) -> Record:
    return {
        "id": gid("RefundShippingLine", scope.stem, refund),
        "subtotalAmountSet": scope.bag(shipping.get("amount")),
        "taxAmountSet": scope.bag(shipping.get("tax")),
    }


def _adjustment(scope: OrderScope, block: Block, adjustment: Decimal) -> Record:
    # A discrepancy of Shopify's is positive in the merchant's favour.
    return {
        "id": gid("OrderAdjustment", scope.stem, block["ref"]),
        "reason": "REFUND_DISCREPANCY",
        "amountSet": scope.bag(-adjustment),
        "taxAmountSet": scope.bag(0),
    }
