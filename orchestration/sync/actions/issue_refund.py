"""
Pays the ERP's figure back to the customer, once; a paid refund cannot be taken back.

A return is processed and paid in one call that has no idempotency key: the number of the ERP's
credit is its note, and by that, its return and the processed units it is read back: a credit may
serve several returns of an order. Without a return the refund is created under a key.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from orchestration.ledger import Intent, IntentRecord
from orchestration.sync.action import (
    ORDER_GONE,
    Answer,
    Applied,
    CaseAction,
    Held,
    Remote,
    Repeat,
    Request,
    Unclear,
    details_of,
    idempotency_key,
    not_found,
)
from orchestration.sync.captured import Captured, Share
from orchestration.sync.codes import RETURNS, meaning_of_texts
from orchestration.sync.money import paid
from orchestration.sync.remote import storefront_document


@dataclass(frozen=True)
class IssueRefund(CaseAction):
    """Never more than was captured and is left, never more than the ERP credits."""

    name: str = "issue_refund"

    def missing(self, intent: Intent) -> str:
        """Return what the intent lacks to be sent, as a hold reason."""
        details = details_of(intent)
        if intent.amount is None or intent.amount <= 0:
            return "no_amount"
        if not details.get("order_id"):
            return "no_order"
        return "" if details.get("credits") else "no_credit_number"

    def prepare(self, record: IntentRecord, remote: Remote) -> Request | Held:
        """Return the call by what was captured and refunded up to now."""
        intent = record.intent
        details = details_of(intent)
        order = _order(intent, remote)
        if order is None:
            return Held(ORDER_GONE)
        captured = Captured(order)
        if _ours(intent, captured.order) or _bears_our_note_alone(intent, captured.order):
            return Held("refunded_meanwhile")
        if not captured.is_whole:
            return Held("order_too_long")
        amount = captured.converted(intent.amount or Decimal(0), intent.currency)
        if amount is None:
            return Held("currency_mismatch")
        shares = captured.spread(amount)
        if shares is None:
            return Held("above_captured")
        if details.get("return_id"):
            return self._processing(intent, remote, shares=shares, captured=captured)
        return self._creating(record, shares=shares, captured=captured)

    def send(self, request: Request, intent: Intent, remote: Remote) -> Answer:
        """Pay. The payload shows a return as it was before, so only its refunds are believed."""
        data = remote.storefront.execute(request.document, request.variables)
        result = data.get("returnProcess") or data.get("refundCreate") or {}
        if errors := result.get("userErrors") or []:
            has_codes = data.get("returnProcess") is not None
            return RETURNS.meaning(errors) if has_codes else meaning_of_texts(errors)
        if refund := result.get("refund"):
            return Applied(refund["id"], f"{refund['id']}: {intent.amount} {intent.currency}")
        found = _of_the_return(intent, result.get("return"))
        if found is None:
            return Unclear("the answer names no refund of this credit")
        return Applied(found["id"], f"{found['id']}: {intent.amount} {intent.currency}")

    def read_back(self, intent: Intent, remote: Remote) -> str:
        """Return what the storefront now says was refunded for the credit, and of the return."""
        order = _order(intent, remote)
        refund = _ours(intent, order) if order else None
        total = f"{paid(refund['totalRefundedSet'])}" if refund else "nothing"
        returned = _return(intent, remote)
        return f"refunded {total}" + (f", return {returned['status']}" if returned else "")

    def resolve(self, record: IntentRecord, remote: Remote, *, now: datetime) -> Repeat | Answer:
        """Look for the return's refund with the credit's number; units alone prove nothing."""
        intent = record.intent
        order = _order(intent, remote)
        if order is None:
            return Unclear("its order is gone from the storefront: ask the payments, and settle")
        refund = _ours(intent, order)
        if refund is not None:
            return Applied(refund["id"], f"{refund['id']}: found by its note")
        if _bears_our_note_alone(intent, order):
            return Unclear("a refund bears the credit's number and no return: compare, and settle")
        if not Captured(order).is_whole:
            return Unclear("the order has more refunds than can be read: compare, and settle")
        returned = _return(intent, remote)
        if returned is not None and any(
            line["processedQuantity"] for line in returned["returnLineItems"]["nodes"]
        ):
            return Unclear("units were processed and no refund bears the credit's number")
        return not_found(record, "no refund bears the credit's number", now=now)

    def _processing(
        self, intent: Intent, remote: Remote, *, shares: list[Share], captured: Captured
    ) -> Request | Held:
        returned = _return(intent, remote)
        if returned is None or returned["status"] != "OPEN":
            return Held("return_not_open")
        if returned["refunds"]["nodes"]:
            return Held("refunded_meanwhile")
        if _has_unsent_exchange(returned["exchangeLineItems"]):
            return Held("exchange_not_sent")
        lines = _lines(intent, returned)
        if lines is None:
            return Held("return_lines_changed")
        entry: dict[str, Any] = {
            "returnId": returned["id"],
            "returnLineItems": lines,
            "note": note_of(intent),
            "notifyCustomer": False,
            "financialTransfer": {
                "issueRefund": {
                    "orderTransactions": [
                        {
                            "parentId": share.parent_id,
                            "transactionAmount": _money(share.amount, captured),
                        }
                        for share in shares
                    ],
                    "allowOverRefunding": False,
                }
            },
        }
        if (shipping := _shipping(intent, captured)) > 0:
            entry["refundShipping"] = {"shippingRefundAmount": _money(shipping, captured)}
        return Request(storefront_document("return_process"), {"input": entry})

    def _creating(
        self, record: IntentRecord, *, shares: list[Share], captured: Captured
    ) -> Request:
        intent = record.intent
        order_id = captured.order["id"]
        entry = {
            "orderId": order_id,
            "currency": captured.currency,
            "note": note_of(intent),
            "notify": False,
            "allowOverRefunding": False,
            # A refund that says RETURN is restocked even where nothing was ever shipped.
            "refundLineItems": [
                {
                    "lineItemId": line["order_line_id"],
                    "quantity": line["quantity"],
                    "restockType": "NO_RESTOCK",
                }
                for line in details_of(intent).get("lines") or []
            ],
            "transactions": [
                {
                    "orderId": order_id,
                    "parentId": share.parent_id,
                    "gateway": share.gateway,
                    "kind": "REFUND",
                    "amount": str(share.amount),
                }
                for share in shares
            ],
        }
        variables = {"input": entry, "idempotencyKey": str(idempotency_key(record))}
        return Request(storefront_document("refund_create"), variables)


def note_of(intent: Intent) -> str:
    """Return the note that the refund bears: by it people and we find the ERP's credit."""
    return f"ERP credit {', '.join(details_of(intent).get('credits') or [])}"


def _order(intent: Intent, remote: Remote) -> Mapping[str, Any] | None:
    """Return the order; None where it was deleted, or is no longer ours to read."""
    asked = {"orderId": details_of(intent)["order_id"]}
    order: Mapping[str, Any] | None = remote.storefront.ask(
        storefront_document("refund_order"), asked
    )["order"]
    return order


def _return(intent: Intent, remote: Remote) -> Mapping[str, Any] | None:
    return_id = details_of(intent).get("return_id")
    if not return_id:
        return None
    asked = {"returnId": return_id}
    returned: Mapping[str, Any] | None = remote.storefront.ask(
        storefront_document("refund_return"), asked
    )["return"]
    return returned


def _ours(intent: Intent, order: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the order's refund of this credit for this return; of any, where it has none."""
    own = details_of(intent).get("return_id")
    of_credit = _with_our_note(intent, order["refunds"])
    return next((each for each in of_credit if own in (None, _return_of(each))), None)


def _bears_our_note_alone(intent: Intent, order: Mapping[str, Any]) -> bool:
    """Whether a refund of this credit names no return: it may be for this one, or for another."""
    return any(_return_of(each) is None for each in _with_our_note(intent, order["refunds"]))


def _of_the_return(intent: Intent, returned: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    refunds = ((returned or {}).get("refunds") or {}).get("nodes") or []
    return next(iter(_with_our_note(intent, refunds)), None)


def _with_our_note(
    intent: Intent, refunds: Sequence[Mapping[str, Any]]
) -> list[Mapping[str, Any]]:
    return [refund for refund in refunds if refund["note"] == note_of(intent)]


def _return_of(refund: Mapping[str, Any]) -> str | None:
    own: str | None = (refund["return"] or {}).get("id")
    return own


def _lines(intent: Intent, returned: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    """Return the units to process, as credited; None where the return no longer has them."""
    if returned["returnLineItems"]["pageInfo"]["hasNextPage"]:
        return None
    lines = []
    for credited in details_of(intent).get("lines") or []:
        wanted = int(credited["quantity"])
        for line in returned["returnLineItems"]["nodes"]:
            sold = (line.get("fulfillmentLineItem") or {}).get("lineItem") or {}
            if sold.get("id") == credited["order_line_id"]:
                units = min(wanted, line["unprocessedQuantity"], line["refundableQuantity"])
                wanted -= units
                lines += [{"id": line["id"], "quantity": units}] if units else []
        if wanted:
            return None
    return lines


def _has_unsent_exchange(items: Mapping[str, Any]) -> bool:
    """What is past the first page is not known to have been sent."""
    is_cut = items["pageInfo"]["hasNextPage"]
    return is_cut or any(item["unprocessedQuantity"] for item in items["nodes"])


def _shipping(intent: Intent, captured: Captured) -> Decimal:
    said = Decimal(details_of(intent).get("shipping") or 0)
    return captured.converted(said, intent.currency) or Decimal(0)


def _money(amount: Decimal, captured: Captured) -> dict[str, str]:
    return {"amount": str(amount), "currencyCode": captured.currency}


ISSUE_REFUND = IssueRefund()
