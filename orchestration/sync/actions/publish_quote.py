"""Tells on the order what the customer gets: the ERP's own figure, and nothing before it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from orchestration.ledger import Intent, IntentRecord
from orchestration.sync.action import (
    Answer,
    Applied,
    CaseAction,
    Held,
    Remote,
    Repeat,
    Request,
    details_of,
    not_found,
)
from orchestration.sync.money import rounded
from orchestration.sync.told import read_told, set_told, setting


@dataclass(frozen=True)
class PublishQuote(CaseAction):
    """Written over what was read; what it says can be read back, so it is never said twice."""

    name: str = "publish_quote"

    def missing(self, intent: Intent) -> str:
        """Return what the intent lacks to be sent, as a hold reason."""
        if intent.amount is None or not intent.currency:
            return "no_amount"
        return "" if details_of(intent).get("order_id") else "no_order"

    def prepare(self, record: IntentRecord, remote: Remote) -> Request | Held:
        """Return the call on the metafield as it is now."""
        intent = record.intent
        return setting(intent, remote, merge=lambda told: {**told, "quote": _quote(intent)})

    def send(self, request: Request, _: Intent, remote: Remote) -> Answer:
        """Set the metafield."""
        return set_told(request, remote, reference=None)

    def read_back(self, intent: Intent, remote: Remote) -> str:
        """Return what the order tells now."""
        return str(dict(read_told(intent, remote).of(intent).get("quote") or {}))

    def resolve(self, record: IntentRecord, remote: Remote, *, now: datetime) -> Repeat | Answer:
        """See whether the order tells it."""
        if read_told(record.intent, remote).of(record.intent).get("quote") == _quote(
            record.intent
        ):
            return Applied("metafield", "the order tells it")
        return not_found(record, "the order does not tell it", now=now)


def _quote(intent: Intent) -> Mapping[str, Any]:
    currency = intent.currency or ""
    amount = rounded(intent.amount or Decimal(0), currency)
    return {"state": "stated by the ERP", "amount": str(amount), "currency": currency}


PUBLISH_QUOTE = PublishQuote()
