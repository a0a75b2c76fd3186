"""The records of a scenario file, amounts in minor units of their currency."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Line:
    """An order line: Q units at p, less D, taxed T by code, amounts in minor units."""

    order: str
    ref: str
    sku: str
    quantity: int
    price: int
    discount: int
    taxes: dict = field(hash=False)
    is_tax_included: bool
    bundle: str | None

    @property
    def tax(self):
        """T, over all codes."""
        return sum(self.taxes.values())


@dataclass(frozen=True)
class Order:
    """A storefront order; shipping is with its tax on top where prices exclude tax."""

    ref: str
    store: str
    name: str
    currency: str
    placed_at: datetime
    is_captured: bool
    is_tax_included: bool
    lines: dict = field(hash=False)
    shipping: int


@dataclass(frozen=True)
class Return:
    """A storefront return."""

    ref: str
    order: str
    name: str
    status: str
    requested_at: datetime
    approved_at: datetime | None
    closed_at: datetime | None
    units: dict = field(hash=False)
    fees: int
    exchanged: int
    has_exchanges: bool


@dataclass(frozen=True)
class RefundLine:
    """Units of an order line in one refund."""

    line: str
    quantity: int
    subtotal: int
    tax: int
    is_restocked: bool
    location: str


@dataclass(frozen=True)
class Payment:
    """A refund transaction; settled is None while the processor has taken nothing."""

    gateway: str
    amount: int
    status: str
    at: datetime
    settled: int | None
    settled_at: datetime | None


@dataclass(frozen=True)
class Refund:
    """A storefront refund."""

    ref: str
    order: str
    returned: str | None
    at: datetime
    lines: tuple
    shipping: int
    adjustment: int
    payments: tuple


@dataclass(frozen=True)
class Authorization:
    """An RMA with the order it leads to, if it leads to one."""

    ref: str
    number: str
    order: str | None
    returned: str | None
    status: str
    at: datetime
    units: dict = field(hash=False)
    source: str | None
    currency: str


@dataclass(frozen=True)
class CreditLine:
    """A line of an ERP credit, before it has met its order line."""

    ref: str
    quantity: int
    gross: int
    discount: int
    taxes: dict = field(hash=False)

    @property
    def total(self):
        """What the line credits."""
        return self.gross - self.discount + sum(self.taxes.values())


@dataclass(frozen=True)
class Credit:
    """A credit memo or cash refund."""

    ref: str
    number: str
    kind: str
    sources: tuple
    order: str | None
    applied_to: str | None
    at: datetime
    period: str
    lines: tuple
    shipping: int
    fee: int
    other: int
    currency: str


@dataclass(frozen=True)
class Event:
    """Units of a line at an instant: a receipt, an inspection, a disposition or an action."""

    kind: str
    owner: str
    line: str
    quantity: int
    at: datetime
    failed: int = 0
    location: str = "main"
