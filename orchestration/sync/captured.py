"""What an order's captured payments have left to give back, and how a refund is spread on them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from orchestration.sync.money import in_shop, paid, rounded

CAPTURED = frozenset({"CAPTURE", "SALE"})
# As many of an order's payments and refunds as refund_order.graphql asks for: these lists have no
# pages, and one that is full may go on.
MOST_LISTED = 100
# Of every other state money may have moved, or may move yet.
DID_NOT_MOVE = frozenset({"ERROR", "FAILURE"})


@dataclass(frozen=True)
class Share:
    """A part of a refund that goes back through one captured payment."""

    parent_id: str
    gateway: str
    amount: Decimal


@dataclass(frozen=True)
class Captured:
    """An order's payments as the storefront holds them; amounts in the customer's currency."""

    order: Mapping[str, Any]

    @property
    def is_whole(self) -> bool:
        """Whether all payments and refunds of the order are known."""
        lists = (self.order["transactions"], self.order["refunds"])
        return all(len(found) < MOST_LISTED for found in lists)

    @property
    def currency(self) -> str:
        """The customer's currency, in which every refund is made."""
        return str(self.order["presentmentCurrencyCode"])

    @property
    def left(self) -> Decimal:
        """What was captured less what was refunded or is about to be."""
        received = sum((paid(each["amountSet"]) for each in self._parents()), Decimal(0))
        return received - sum((paid(each["amountSet"]) for each in self._refunds()), Decimal(0))

    def converted(self, amount: Decimal, currency: str | None) -> Decimal | None:
        """
        Return an amount of the ERP in the customer's currency; None where there is no telling.

        From the shop's currency at the rate of the order's own payments, the one it was sold at.
        """
        if currency == self.currency:
            return rounded(amount, self.currency)
        parents = self._parents()
        shop = sum((in_shop(each["amountSet"]) for each in parents), Decimal(0))
        if currency != self.order["currencyCode"] or not shop:
            return None
        whole = sum((paid(each["amountSet"]) for each in parents), Decimal(0))
        return rounded(amount * whole / shop, self.currency)

    def spread(self, amount: Decimal) -> list[Share] | None:
        """Return the shares of a refund, first payment first; None where they do not suffice."""
        if amount > self.left:
            return None
        shares, rest = [], amount
        for parent in self._parents():
            share = min(rest, self._left_of(parent))
            if share > 0:
                shares.append(Share(parent["id"], parent["gateway"] or "", share))
                rest -= share
        return None if rest else shares

    def _parents(self) -> Sequence[Mapping[str, Any]]:
        found = (
            each
            for each in self.order["transactions"]
            if each["kind"] in CAPTURED and each["status"] == "SUCCESS"
        )
        return sorted(found, key=lambda each: (each["processedAt"] or "", each["id"]))

    def _refunds(self) -> list[Mapping[str, Any]]:
        return [
            each
            for each in self.order["transactions"]
            if each["kind"] == "REFUND" and each["status"] not in DID_NOT_MOVE
        ]

    def _left_of(self, parent: Mapping[str, Any]) -> Decimal:
        of_parent = (
            paid(each["amountSet"])
            for each in self._refunds()
            if (each["parentTransaction"] or {}).get("id") == parent["id"]
        )
        return paid(parent["amountSet"]) - sum(of_parent, Decimal(0))
