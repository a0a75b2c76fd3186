"""What moved because of an order's payments: tender, the processor's entries, and payouts."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from orchestration.sandbox.identity import gid, number, tail
from orchestration.sandbox.scenario_values import Block, amount, instant, stamp
from orchestration.sandbox.storefront_refunds import payment_ref
from orchestration.sandbox.storefront_scope import OrderScope
from orchestration.sandbox.storefront_wire import Record, money, reference

# A gift card or store credit changes what a store owes; no money passes.
WITHOUT_MONEY = ("gift_card", "shopify_store_credit")
MOVES = {"SALE": 1, "CAPTURE": 1, "REFUND": -1}
# What the summary of a payout calls the entries of each type.
SUMMED_AS = {"CHARGE": "charges", "REFUND": "refunds"}


def tender(order: Record) -> Iterator[Record]:
    """Yield the money that an order's transactions moved; one that did not succeed moved none."""
    for payment in order["transactions"]:
        paid = payment["amountSet"]["presentmentMoney"]
        sign = MOVES.get(payment["kind"], 0)
        moved = sign * amount(paid["amount"])
        if moved and payment["status"] == "SUCCESS" and payment["gateway"] not in WITHOUT_MONEY:
            own = tail(payment["id"])
            yield {
                "__typename": "TenderTransaction",
                "id": gid("TenderTransaction", order["id"], own),
                "processedAt": payment["processedAt"],
                "test": False,
                "paymentMethod": "credit_card",
                "remoteReference": f"pi_{own}",
                "amount": money(moved, paid["currencyCode"]),
                "order": reference(order["id"]),
            }


def settlements(scope: OrderScope, block: Block) -> Iterator[Record]:
    """Yield the processor's entries of a refund; they name its payment by the tail of its id."""
    for position, payment in enumerate(block.get("payments") or []):
        settled = payment.get("settled")
        if settled:
            yield _settlement(scope, block, ref=payment_ref(block, position), settled=settled)


def payouts(entries: Iterable[Record]) -> list[Record]:
    """Return a store's payouts: one for the entries of each day and currency, summed up."""
    paid_out: dict[str, list[Record]] = {}
    for entry in entries:
        named = entry["associatedPayout"]["id"]
        if named:
            paid_out.setdefault(named, []).append(entry)
    return [_payout(named, found) for named, found in paid_out.items()]


def _payout(named: str, entries: list[Record]) -> Record:
    currency = entries[0]["net"]["currencyCode"]
    net = _sum(entries, "net")
    return {
        "__typename": "ShopifyPaymentsPayout",
        "id": named,
        "issuedAt": stamp(_issued_at(instant(entries[0]["transactionDate"]))),
        "status": "PAID",
        "transactionType": "DEPOSIT" if net >= 0 else "WITHDRAWAL",
        "net": money(net, currency),
        "summary": _summary(entries, currency),
    }


def _summary(entries: list[Record], currency: str) -> Mapping[str, Record]:
    by_kind: dict[str, list[Record]] = {"charges": [], "refunds": [], "adjustments": []}
    for entry in entries:
        by_kind[SUMMED_AS.get(entry["type"], "adjustments")].append(entry)
    summed = {}
    for kind, found in by_kind.items():
        gross = "refundsFeeGross" if kind == "refunds" else f"{kind}Gross"
        summed[gross] = money(_sum(found, "amount"), currency)
        summed[f"{kind}Fee"] = money(_sum(found, "fee"), currency)
    return summed


def _sum(entries: list[Record], name: str) -> Decimal:
    return sum((amount(entry[name]["amount"]) for entry in entries), Decimal(0))


def _issued_at(settled_at: datetime) -> datetime:
    """Return when a day's entries are paid out: at its end."""
    return settled_at.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)


def _settlement(scope: OrderScope, block: Block, *, ref: str, settled: Block) -> Record:
    at, taken = instant(settled["at"]), -amount(settled["amount"])
    is_paid_out = _issued_at(at) <= instant(scope.scenario.body["as_of"])
    day = f"{at:%Y-%m-%d}/{scope.currency}"
    return {
        "__typename": "ShopifyPaymentsBalanceTransaction",
        "id": gid("ShopifyPaymentsBalanceTransaction", scope.stem, ref),
        "type": "REFUND",
        "sourceType": "REFUND",
        "sourceId": tail(scope.refund_id(block)),
        "sourceOrderTransactionId": str(number("OrderTransaction", scope.stem, ref)),
        "transactionDate": stamp(at),
        "test": False,
        "amount": money(taken, scope.currency),
        "fee": money(0, scope.currency),
        "net": money(taken, scope.currency),
        "associatedOrder": {"id": scope.id, "name": scope.order["name"]},
        "associatedPayout": {
            "id": gid("ShopifyPaymentsPayout", scope.store, day) if is_paid_out else None,
            "status": "PAID" if is_paid_out else "PENDING",
        },
    }
