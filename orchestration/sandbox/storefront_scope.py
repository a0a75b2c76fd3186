"""One order of a scenario and what hangs under it: the ids and currencies its records share."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property

from orchestration.sandbox.identity import gid, gids_in_order
from orchestration.sandbox.scenario import Scenario
from orchestration.sandbox.scenario_values import Block, amount, instant
from orchestration.sandbox.storefront_wire import Record, money, reference


@dataclass(frozen=True)
class OrderScope:
    """An order as its file says it, by its ref."""

    scenario: Scenario
    ref: str

    @cached_property
    def order(self) -> Block:
        """The order's own block."""
        return self.scenario.orders[self.ref]

    @property
    def stem(self) -> str:
        """The file's name, which every id of the file is made from."""
        return self.scenario.stem

    @property
    def store(self) -> str:
        """The store that took the order."""
        return str(self.order["store"])

    @property
    def currency(self) -> str:
        """The shop's currency."""
        return str(self.order["currency"])

    @property
    def presentment(self) -> str:
        """The currency the customer saw."""
        return str((self.order.get("presentment") or {}).get("currency", self.currency))

    @property
    def clock(self) -> datetime:
        """The file's own now."""
        return instant(self.scenario.body["as_of"])

    @property
    def id(self) -> str:
        """The order's global id."""
        return gid("Order", self.stem, self.ref)

    @cached_property
    def returns(self) -> dict[str, Block]:
        """The order's returns by ref."""
        found = self.scenario.grouped("returns", "order").get(self.ref, [])
        return {block["ref"]: block for block in found}

    @cached_property
    def refunds(self) -> list[Block]:
        """The order's refunds."""
        return self.scenario.grouped("refunds", "order").get(self.ref, [])

    def dispositions(self, return_ref: str) -> list[Block]:
        """Return what was done with the units of one return."""
        return self.scenario.grouped("dispositions", "return").get(return_ref, [])

    def bag(self, value: object) -> Record:
        """Return an amount in the shop's and in the customer's currency."""
        rate = amount((self.order.get("presentment") or {}).get("rate", 1))
        return {
            "shopMoney": money(value, self.currency),
            "presentmentMoney": money(amount(value) * rate, self.presentment),
        }

    def line_id(self, line: str) -> str:
        """Return the global id of one of the order's lines."""
        return self.scenario.line_gid(self.ref, line)

    def return_id(self, return_ref: str) -> str:
        """Return the global id of one of the order's returns."""
        return gid("Return", self.stem, return_ref)

    def refund_id(self, refund: Block) -> str:
        """Return the global id of a refund of the order; those of one instant sort as written."""
        at = instant(refund["at"])
        twins = [str(one["ref"]) for one in self.refunds if instant(one["at"]) == at]
        return gids_in_order("Refund", self.stem, twins)[str(refund["ref"])]

    def place(self, name: object) -> Record:
        """Return a pointer to a place of the store."""
        return reference(gid("Location", self.store, str(name)))


def refunded_units(refunds: Iterable[Block], line: str) -> int:
    """Return how many units of a line these refunds took back."""
    return sum(
        int(part["quantity"])
        for refund in refunds
        for part in refund.get("lines") or []
        if part["line"] == line
    )


def paid_back(refunds: Iterable[Block]) -> Decimal:
    """Return what reached the customer: a payment that is pending or failed did not."""
    payments = [payment for refund in refunds for payment in refund.get("payments") or []]
    return sum((amount(p["amount"]) for p in payments if p["status"] == "success"), Decimal(0))


def taxes_of(block: Block) -> Decimal:
    """Return the sum of a block's taxes."""
    return sum((amount(tax["amount"]) for tax in block.get("taxes") or []), Decimal(0))
