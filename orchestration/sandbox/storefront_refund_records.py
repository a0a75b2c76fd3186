"""The records that a refund made now writes and changes."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from orchestration.sandbox.identity import gid, tail
from orchestration.sandbox.scenario_values import amount
from orchestration.sandbox.storefront_reversals import LineShare, Till, line_share, shipping_share
from orchestration.sandbox.storefront_settlements import tender
from orchestration.sandbox.storefront_wire import Record, money, reference

SETTLED_BY = "shopify_payments"
RESTOCKING = frozenset({"RETURN", "CANCEL"})
LineById = Callable[[str], Record]


@dataclass(frozen=True)
class Paid:
    """Money of the customer's currency that goes back through a captured transaction."""

    parent: str | None
    amount: Decimal


@dataclass(frozen=True)
class Refunded:
    """A refund as it was asked for; `units` by order line, `restock` its type and place."""

    order: Record
    units: Mapping[str, int]
    paid: Sequence[Paid]
    shipping: Decimal
    note: str | None
    returned: Record | None
    restock: Mapping[str, tuple[str | None, str | None]]


def processed_return(returned: Record, asked: Sequence[Record], *, now: datetime) -> Record:
    """Return the return after units of it were processed; with none left it is closed."""
    units = {each["id"]: int(each["quantity"]) for each in asked}
    lines = []
    for line in returned["returnLineItems"]:
        done = units.get(line["id"], 0)
        lines.append(
            {
                **line,
                "processedQuantity": line["processedQuantity"] + done,
                "unprocessedQuantity": line["unprocessedQuantity"] - done,
                "refundedQuantity": line["refundedQuantity"] + done,
                "refundableQuantity": line["refundableQuantity"] - done,
            }
        )
    is_closed = all(line["unprocessedQuantity"] == 0 for line in lines)
    closed = {"status": "CLOSED", "closedAt": stamp_of(now)} if is_closed else {}
    return {**returned, "returnLineItems": lines, **closed}


def changed_records(
    refunded: Refunded, *, own: str, now: datetime, line: LineById, store: str
) -> Iterator[Record]:
    """Yield the refund, and the order, lines, return, tender and settlements that it changes."""
    till = Till(refunded.order)
    lines = {line_id: line(line_id) for line_id in refunded.units}
    shares = {
        line_id: line_share(lines[line_id], units, till=till)
        for line_id, units in refunded.units.items()
    }
    payments = list(_payments(refunded, own=own, now=now, till=till))
    yield _refund(refunded, own=own, now=now, till=till, shares=shares, payments=payments)
    order = _order(refunded, own=own, now=now, till=till, payments=payments)
    yield order
    yield from tender(order)
    settled = (moved for moved in payments if moved["gateway"] == SETTLED_BY)
    yield from (_settlement(refunded, moved, store=store, now=now) for moved in settled)
    for line_id, units in refunded.units.items():
        left = lines[line_id]["refundableQuantity"] - units
        yield {**lines[line_id], "refundableQuantity": left, "currentQuantity": left}
    if refunded.returned is not None:
        named = [*refunded.returned["refunds"], reference(own)]
        yield {**refunded.returned, "refunds": named}


def stamp_of(moment: datetime) -> str:
    """Return a time as the storefront writes it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _payments(refunded: Refunded, *, own: str, now: datetime, till: Till) -> Iterator[Record]:
    gateways = {moved["id"]: moved["gateway"] for moved in refunded.order["transactions"]}
    for position, paid in enumerate(refunded.paid):
        yield {
            "__typename": "OrderTransaction",
            "id": gid("OrderTransaction", own, str(position)),
            "kind": "REFUND",
            "status": "SUCCESS",
            "gateway": gateways[str(paid.parent)],
            "createdAt": stamp_of(now),
            "processedAt": stamp_of(now),
            "test": False,
            "amountSet": till.bag(paid.amount),
            "parentTransaction": {"id": paid.parent},
        }


def _refund(
    refunded: Refunded,
    *,
    own: str,
    now: datetime,
    till: Till,
    shares: Mapping[str, LineShare],
    payments: Sequence[Record],
) -> Record:
    order, returned, at = refunded.order, refunded.returned, stamp_of(now)
    total = sum((paid.amount for paid in refunded.paid), Decimal(0))
    shipping = shipping_share(order, refunded.shipping, till=till)
    parts = [*shares.values(), shipping]
    goods = sum((part.subtotal for part in parts), Decimal(0))
    if not order["taxesIncluded"]:
        goods += sum((part.tax for part in parts), Decimal(0))
    discrepancy = total - (goods - _fees(returned, till=till))
    return {
        "__typename": "Refund",
        "id": own,
        "legacyResourceId": tail(own),
        "createdAt": at,
        "updatedAt": at,
        "processedAt": at,
        "note": refunded.note,
        "order": reference(order["id"]),
        "return": reference(returned["id"]) if returned else None,
        "totalRefundedSet": till.bag(total),
        "refundLineItems": [
            _line(refunded, own, line_id=line_id, share=share, till=till)
            for line_id, share in shares.items()
        ],
        "refundShippingLines": [
            {
                "id": gid("RefundShippingLine", own, "shipping"),
                "subtotalAmountSet": till.bag(shipping.subtotal),
                "taxAmountSet": till.bag(shipping.tax),
            }
        ]
        if refunded.shipping
        else [],
        # A discrepancy of Shopify's is positive in the merchant's favour.
        "orderAdjustments": [
            {
                "id": gid("OrderAdjustment", own, "discrepancy"),
                "reason": "REFUND_DISCREPANCY",
                "amountSet": till.bag(-discrepancy),
                "taxAmountSet": till.bag(Decimal(0)),
            }
        ]
        if discrepancy
        else [],
        "duties": [],
        "transactions": list(payments),
    }


def _fees(returned: Record | None, *, till: Till) -> Decimal:
    """Return the fees and the exchanged goods that a return keeps back, at its first refund."""
    if returned is None or returned["refunds"]:
        return Decimal(0)
    fees = [line["restockingFee"] for line in returned["returnLineItems"]]
    kept = [fee["amountSet"] for fee in (*fees, *returned["returnShippingFees"]) if fee]
    kept += [
        line["originalTotalSet"]
        for item in returned["exchangeLineItems"]
        for line in item["lineItems"]
    ]
    return sum((till.paid(bag) for bag in kept), Decimal(0))


def _line(refunded: Refunded, own: str, *, line_id: str, share: LineShare, till: Till) -> Record:
    units = refunded.units[line_id]
    kind, place = refunded.restock.get(line_id, ("NO_RESTOCK", None))
    is_restocked = kind in RESTOCKING
    return {
        "id": gid("RefundLineItem", own, line_id),
        "quantity": units,
        "restockType": kind or "NO_RESTOCK",
        "restocked": is_restocked,
        "location": reference(place) if is_restocked and place else None,
        "lineItem": reference(line_id),
        "priceSet": till.bag(share.subtotal / units),
        "subtotalSet": till.bag(share.subtotal),
        "totalTaxSet": till.bag(share.tax),
    }


def _order(
    refunded: Refunded, *, own: str, now: datetime, till: Till, payments: Sequence[Record]
) -> Record:
    order = refunded.order
    before = till.paid(order["totalRefundedSet"])
    total = before + sum((paid.amount for paid in refunded.paid), Decimal(0))
    return {
        **order,
        "refunds": [*order["refunds"], reference(own)],
        "transactions": [*order["transactions"], *payments],
        "totalRefundedSet": till.bag(total),
        "updatedAt": stamp_of(now),
    }


def _settlement(refunded: Refunded, moved: Record, *, store: str, now: datetime) -> Record:
    """The processor takes it from the account at once, and pays the balance out later."""
    shop = moved["amountSet"]["shopMoney"]
    taken = money(-amount(shop["amount"]), shop["currencyCode"])
    return {
        "__typename": "ShopifyPaymentsBalanceTransaction",
        "id": gid("ShopifyPaymentsBalanceTransaction", store, moved["id"]),
        "type": "REFUND",
        "sourceType": "REFUND",
        "sourceId": tail(moved["id"]),
        "sourceOrderTransactionId": tail(moved["id"]),
        "transactionDate": stamp_of(now),
        "test": False,
        "amount": taken,
        "fee": money(0, shop["currencyCode"]),
        "net": taken,
        "associatedOrder": {"id": refunded.order["id"], "name": refunded.order["name"]},
        "associatedPayout": {"id": None, "status": "PENDING"},
    }
