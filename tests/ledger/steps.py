"""An intent and the first steps of its life."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from orchestration.ledger import Intent

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
LATER = NOW + timedelta(minutes=6)
INTENT = Intent(
    intent_key="k1",
    action="restock",
    store="us",
    case_key="us/return/gid://shopify/Return/1",
    order_line_id="gid://shopify/LineItem/1",
    sku="MUG",
    quantity=2,
    amount=Decimal("12.50"),
    currency="USD",
)


def approved(ledger, intent=INTENT):
    ledger.plan(intent, at=NOW, run_id="run-1")
    ledger.approve(intent.intent_key, who="policy", at=NOW)
    return intent.intent_key


def sent(ledger, intent=INTENT, *, owner="run-1", at=NOW):
    claim = ledger.claim(approved(ledger, intent), owner, at)
    ledger.mark_sent(claim, request_hash="h", at=at)
    return claim
