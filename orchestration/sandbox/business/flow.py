"""One flow: orders and what came back of them, as blocks of a scenario with their truth beside."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from orchestration.sandbox.business.sales import Order, Reversal
from orchestration.sandbox.scenario_values import Block

Units = dict[str, int]


@dataclass
class Case:
    """
    One return, refund without a return, or ERP document without either.

    Its blocks hold what was recorded until the clock; what a defect changes, it changes there.
    """

    kind: str
    ref: str
    order: Order
    units: Units
    taken: Units
    is_shipping_refunded: bool = False
    is_restocked_by_refund: bool = False
    returned: Block | None = None
    authorization: Block | None = None
    receipts: list[Block] = field(default_factory=list)
    inspections: list[Block] = field(default_factory=list)
    dispositions: list[Block] = field(default_factory=list)
    credits: list[Block] = field(default_factory=list)
    refunds: list[Block] = field(default_factory=list)
    # What the marts are to say of it, where its documents alone do not tell.
    root_cause: str = "none"
    link_method: str | None = None
    is_applied_elsewhere: bool = False
    is_wrong_on_both_sides: bool = False
    is_over_returned: bool = False
    exposed_quantity: int = 0
    failed_on_sale: int = 0
    name: str = ""

    def reversals(self) -> dict[str, Reversal]:
        """Return what its units were sold for, by line."""
        return {
            ref: self.order.lines[ref].reversal(units, taken=self.taken.get(ref, 0))
            for ref, units in self.units.items()
        }

    @property
    def is_refunded(self) -> bool:
        """Whether the storefront has refunded."""
        return bool(self.refunds)

    @property
    def is_credited(self) -> bool:
        """Whether the ERP has credited."""
        return bool(self.credits)

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to happen."""
        is_closed = self.returned is None or self.returned["status"] == "closed"
        return is_closed and self.is_refunded and self.is_credited

    @property
    def inspected_at(self) -> datetime | None:
        """When the last unit was inspected."""
        return max((block["at"] for block in self.inspections), default=None)


@dataclass
class Flow:
    """Orders of one customer, and their cases in the order in which they were asked for."""

    clock: datetime
    orders: list[Order]
    cases: list[Case] = field(default_factory=list)
    erp_currency: str | None = None
    defect: str | None = None

    @property
    def struck(self) -> Case:
        """The case that a defect strikes: the last one, so that nothing comes after it."""
        return self.cases[-1]

    @property
    def is_single(self) -> bool:
        """Whether one case is all there is."""
        return len(self.cases) == 1

    def has_happened(self, moment: datetime) -> bool:
        """Whether a moment is not after the clock."""
        return moment <= self.clock

    def body(self) -> Block:
        """Return the flow as a scenario's content."""
        sales = [order.sale_blocks() for order in self.orders]
        erp = {
            "currency": self.erp_currency or self.orders[0].store.currency,
            "sales_orders": [sale for sale, _ in sales],
            "invoices": [invoice for _, invoice in sales if self.has_happened(invoice["at"])],
            "return_authorizations": self._all("authorization"),
            "receipts": self._all("receipts"),
            "inspections": self._all("inspections"),
            "credits": self._all("credits"),
        }
        return {
            "as_of": self.clock,
            "orders": [order.block() for order in self.orders],
            "returns": self._all("returned"),
            "refunds": self._all("refunds"),
            "dispositions": self._all("dispositions"),
            "erp": erp,
        }

    def _all(self, part: str) -> list[Block]:
        found: list[Any] = [getattr(case, part) for case in self.cases]
        lists = [said if isinstance(said, list) else [said] for said in found if said]
        return [block for blocks in lists for block in blocks]
