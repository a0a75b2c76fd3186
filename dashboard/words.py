"""Plain words for the codes of the marts; whatever has none is spelled out."""

import json
import re
from collections.abc import Mapping

STAGES = {
    "awaiting_confirmation": "Waiting for approval",
    "awaiting_receipt": "Waiting for the goods",
    "awaiting_inspection": "Waiting for inspection",
    "awaiting_posting": "Waiting for the credit memo",
    "awaiting_payout": "Waiting for the payout",
    "complete": "Complete",
    "declined": "Declined",
    "cancelled": "Cancelled",
}
STATUSES = {
    "not_started": "Not started",
    "in_progress": "In progress",
    "done": "Done",
    "failed": "Failed",
    "not_required": "Not required",
}
STEPS = {
    "confirmation": "Confirmation",
    "inspection": "Inspection",
    "posting": "Credit memo",
    "payout": "Payout",
}
DURATIONS = {
    "confirmation": "Request to approval",
    "receipt": "Approval to receipt",
    "inspection": "Receipt to inspection",
    "posting": "Inspection to credit memo",
    "payout": "Credit memo to refund",
    "whole": "Request to end, of complete cases",
}
KINDS = {
    "return": "Return",
    "refund_only": "Refund without a return",
    "erp_only": "ERP only, no storefront return",
}
LINKS = {
    "explicit": "by the return's own number on the ERP document",
    "order_lines": "by the order and its units",
    "order_reference": "by the order's number",
    "created_from": "by the document it was made from",
    "ambiguous": "unclear: more than one fits",
    "unlinked": "no counterpart in the ERP",
}
CAUSES = {
    "none": "No difference",
    "not_due": "Nothing refunded or credited yet",
    "currency_mismatch": "No common currency",
    "duplicate_credit_memo": "Credited more than once",
    "duplicate_refund": "Refunded more than once",
    "awaiting_credit_memo": "Credit memo expected, not late",
    "awaiting_refund": "Refund expected, not late",
    "missing_credit_memo": "Credit memo missing",
    "missing_refund": "Refund missing",
    "offsetting": "Errors that cancel out",
    "rounding": "Rounding",
    "quantity": "Units",
    "unit_price": "Unit price",
    "discount_allocation": "Discount allocation",
    "tax_code": "Other tax code",
    "tax_rate": "Tax rate",
    "shipping": "Shipping",
    "fee": "Return fee",
    "adjustment": "Adjustments",
}
COMPONENTS = {
    "quantity": "Units",
    "price": "Unit price",
    "discount": "Discount",
    "tax": "Tax",
    "shipping": "Shipping",
    "fee": "Fees",
    "adjustment": "Adjustments",
}
ACTIONS = {
    "publish_quote": "Tell the customer the amount",
    "quarantine": "Take off sale",
    "hold_for_inspection": "Hold for inspection",
    "restock": "Put back on sale",
    "write_off": "Write off",
    "issue_refund": "Pay the refund",
    "open_rma": "Open the return authorization",
    "publish_status": "Publish the status",
    "notify": "Notify the customer",
}
DECISIONS = {"ready": "Ready", "held": "Held", "done": "Done"}
REASONS = {
    "above_approval_limit": "Above the limit: a second person must approve",
    "already_refunded": "Already refunded, and the amounts differ",
    "before_go_live": "Requested before go-live: a person must release it",
    "credit_not_posted": "The credit memo is not posted in full",
    "currency_mismatch": "Storefront and ERP hold different currencies",
    "duplicate_credit_memo": "Credited more than once",
    "insufficient_available": "Not enough left in stock: already sold",
    "no_contact": "The customer left no address",
    "no_erp_figure": "The ERP has not stated an amount",
    "not_inspected": "Not inspected yet",
    "not_received": "Not received in full",
    "on_account": "Bought on account: no captured payment to refund",
    "paid_by_erp": "The ERP paid it by cash refund",
    "payout_failed": "The payout failed: a person must act",
    "reversal_mismatch": "The credit is not a precise reversal of the sale",
    "store_incomplete": "The store's data is incomplete",
    "unlinked": "No return authorization in the ERP",
}
EVENTS = {
    "requested": "Return requested",
    "approved": "Return approved",
    "declined": "Return declined",
    "cancelled": "Return cancelled",
    "closed": "Closed in the storefront",
    "rma_opened": "Return authorization opened",
    "received": "Goods received",
    "inspected": "Goods inspected",
    "restocked": "Put back on sale",
    "quarantined": "Taken off sale",
    "held": "Held for inspection",
    "written_off": "Written off",
    "credited": "Credit posted",
    "credit_voided": "Credit voided",
    "refunded": "Refund booked in the storefront",
    "refund_failed": "Refund failed",
    "settled": "Refund settled with the bank",
    "notified": "Customer notified",
}
SYSTEMS = {
    "storefront": "Storefront",
    "erp": "ERP",
    "processor": "Payment processor",
    "us": "This pipeline",
    "shopify": "Storefront (Shopify)",
    "netsuite": "ERP (NetSuite)",
    "ledger": "This pipeline",
}
DOCUMENTS = {
    "return": "Return",
    "return_authorization": "Return authorization",
    "item_receipt": "Item receipt",
    "inspection": "Inspection",
    "restock": "Stock movement",
    "action": "Action sent",
    "credit_memo": "Credit memo",
    "cash_refund": "Cash refund",
    "refund": "Refund",
    "settlement": "Settlement",
}
TEAMS = {
    "finance": "Finance",
    "integration": "Integration team",
    "payments": "Payments",
    "warehouse": "Warehouse",
    "data": "Data team",
    "tax": "Tax",
    "policy": "Policy",
    "controller": "Controller",
}
OWNERS = TEAMS | {"none": "Nobody"}
BREAKS = {
    "not_due": "Not due yet",
    "duplicate": "Refunded or credited twice",
    "paid_no_erp": "Refunded, no credit memo",
    "erp_no_paid": "Credited, not refunded",
    "refund_failed": "Refund failed at the bank",
    "no_reference": "ERP document names no order",
    "overwritten": "Our stock move was overwritten",
    "restock_against_grade": "On sale though it failed inspection",
    "restock_before_inspection": "On sale before inspection",
    "refund_before_receipt": "Refunded before receipt",
    "refund_without_return": "Refunded without a return",
    "received_unasked": "Received, but nobody asked",
    "inspection_unknown": "Inspection result unknown",
    "over_returned": "More returned than sold",
    "qty_mismatch": "Units differ",
    "currency_basis": "No common currency",
    "exchange_net": "Net of an exchange",
    "tax": "Tax",
    "shipping": "Shipping",
    "fee": "Return fee",
    "price": "Unit price",
    "discount": "Discount",
    "adjustment": "Adjustment",
    "offsetting": "Errors that cancel out",
    "rounding": "Rounding",
    "cutoff": "Two periods",
    "applied_elsewhere": "Credit on another invoice",
    "ambiguous": "More than one return fits",
    "unlinked": "Not linked",
    "unverified_line": "No sale known",
    "unexplained": "Unexplained",
}
STANDINGS = {
    "to_do": "To do",
    "open": "Open",
    "proposed": "Proposed",
    "snoozed": "Snoozed",
    "accepted": "Accepted",
    "resolved": "Said to be mended",
}
AGES = {
    "0-1": "0-1 days",
    "2-7": "2-7 days",
    "8-30": "8-30 days",
    "31-60": "31-60 days",
    "61-90": "61-90 days",
    "over 90": "Over 90 days",
    "not due": "Not due",
    "undated": "No date",
}
DECIDED = {
    "assign": "Assigned",
    "note": "Note",
    "snooze": "Snoozed",
    "propose_acceptance": "Acceptance proposed",
    "accept": "Accepted",
    "resolve": "Said to be mended",
    "reopen": "Opened again",
    "sign_off": "Period closed",
    "withdraw": "Close taken back",
}
CLOSE_VERDICTS = {
    "tied": "\N{CHECK MARK} Tied",
    "broken": "\N{MULTIPLICATION SIGN} Broken",
    "incomplete": "\N{HORIZONTAL ELLIPSIS} Incomplete",
}
MOVES = {"new": "New", "still_open": "Still there", "resolved": "Gone"}
CONTROLS = {
    "order_refund_totals": "Orders' own totals of refunds",
    "sales_agreements": "Sales ledger: what was taken back",
    "tender_transactions": "Tender: money that moved",
    "refunds": "Refunds, all in cases",
    "refund_transactions": "Refund payments, all in cases",
    "payouts": "Payouts and their entries",
    "settlements": "Payouts' summaries of refunds",
    "settled_payments": "Settled payments, all in cases",
    "credit_totals": "ERP's own count and sum of credits",
    "credits": "Credits, all in cases",
}
QUESTIONS = {
    "refunds_match": "Do refunds match in storefront, bank and ERP?",
    "stock_after_inspection": "Is stock restored only after inspection?",
    "stages_are_visible": "Is every stage known from linked documents?",
    "credits_are_precise": "Are credits precise reversals of the sale?",
    "flows_are_rehearsed": "Have the complex flows been rehearsed?",
    "flows_are_rehearsed_partial": "Have partial returns been rehearsed?",
    "flows_are_rehearsed_bundle": "Have bundles been rehearsed?",
    "flows_are_rehearsed_account_credit": "Have credits on account been rehearsed?",
    "flows_are_rehearsed_exchange": "Have exchanges been rehearsed?",
    "flows_are_rehearsed_multi_currency": "Have flows in two currencies been rehearsed?",
    "flows_are_rehearsed_tax_inclusive": "Have prices with tax inside been rehearsed?",
}
# The five questions as they are asked, the claim in short, and what a case says that answers no.
ASKED = {
    "refunds_match": "1. Do refunds match in storefront, bank and ERP?",
    "stock_after_inspection": "2. Is stock restored only after inspection?",
    "stages_are_visible": "3. Can support see every stage?",
    "credits_are_precise": "4. Are returns precise reversals of the sale?",
    "flows_are_rehearsed": "5. Have the complex flows been rehearsed?",
}
QUESTIONS_SHORT = {
    "refunds_match": "Refunds match",
    "refunds_match_promotional": "Promotional alone",
    "refunds_match_partial": "Partial alone",
    "stock_after_inspection": "Passed before sale",
    "stages_are_visible": "Linked",
    "completion_is_true": "Complete in both systems",
    "credits_are_precise": "Precise",
    "credits_keep_tax_codes": "Same tax codes",
    "credits_stay_on_invoice": "Same invoice",
    "flows_are_rehearsed": "Rehearsed",
    "flows_are_rehearsed_partial": "Partial",
    "flows_are_rehearsed_bundle": "Bundle",
    "flows_are_rehearsed_account_credit": "Credit on account",
    "flows_are_rehearsed_exchange": "Exchange",
    "flows_are_rehearsed_multi_currency": "Several currencies",
    "flows_are_rehearsed_tax_inclusive": "Tax inside the price",
}
NO = {
    "refunds_match": "Refunds that do not match",
    "refunds_match_promotional": "Promotional refunds that do not match",
    "refunds_match_partial": "Partial refunds that do not match",
    "stock_after_inspection": "Stock restored before inspection",
    "stages_are_visible": "Returns whose stages are not known",
    "completion_is_true": "Complete at the storefront alone",
    "credits_are_precise": "Credits that are no precise reversal",
    "credits_keep_tax_codes": "Credits with other tax codes",
    "credits_stay_on_invoice": "Credits on another invoice",
}
VERDICTS = {"good": "Good", "attention": "Needs attention", "bad": "Bad"}
# What a check may ask of any column of any model.
ASKED_OF_COLUMNS = {
    "not_null": "Never empty",
    "unique": "Never twice",
    "accepted_values": "Of the known values",
    "relationships": "Refers to what there is",
}
# A run that publishes is not over when it does.
RUN_STATES = {
    "started": "Was still running",
    "success": "Succeeded",
    "failure": "Failed",
    "canceled": "Cancelled",
}
SEVERITIES = {"error": "Blocks", "warn": "Warns"}


def spoken(code: object, words: Mapping[str, str] | None = None) -> str:
    """Return the words for a code, or the code without its underscores; nothing stays empty."""
    if code is None:
        return ""
    known = (words or {}).get(str(code))
    if known is not None:
        return known
    spelled = str(code).replace("_", " ")
    return spelled[:1].upper() + spelled[1:]


def verbatim(text: str) -> str:
    """
    Return somebody's own text on one line as code, for what is shown as Markdown.

    A name from a store may hold stars or dollars: as code they are no emphasis and no formula.
    """
    line = " ".join(text.split())
    longest = max((len(ticks) for ticks in re.findall("`+", line)), default=0)
    fence = "`" * (longest + 1)
    return f"{fence} {line} {fence}"


def spoken_check(name: str, asset: str) -> str:
    """Return what a check holds, in words; what every column may be asked names the column."""
    model = asset.rsplit("/", maxsplit=1)[-1]
    for test, said in ASKED_OF_COLUMNS.items():
        of_column = name.removeprefix(f"{test}_{model}_")
        if of_column != name:
            return f"{said}: {spoken(of_column.partition('__')[0]).lower()}"
    return spoken(name)


def most_money(shown: int, *, of: int) -> str:
    """Say in which order bars stand, and that some are left to the table where they are."""
    return "the most money first" if shown == of else f"the {shown} of {of:,} with the most money"


def spoken_facts(text: str | None) -> str:
    """Return what a check found, kept as JSON, as words; what is no JSON stays as it is."""
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return str(text)
    if not isinstance(found, dict):
        return str(found)
    return "; ".join(
        f"{spoken(name)}: {_spoken_fact(value)}"
        for name, value in found.items()
        if value or value == 0
    )


def _spoken_fact(value: object) -> str:
    """What was found of several stores or streams is kept under the name of each."""
    if isinstance(value, dict):
        return ", ".join(f"{name} ({_spoken_fact(fact)})" for name, fact in value.items())
    if isinstance(value, list):
        return ", ".join(_spoken_fact(fact) for fact in value)
    return str(value)
