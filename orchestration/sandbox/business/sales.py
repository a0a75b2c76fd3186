"""Orders: what was bought, for how much, and what a return of some of it is worth."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from orchestration.sandbox.business.catalogue import (
    BUNDLES,
    BY_SKU,
    ITEMS,
    STORE_WEIGHTS,
    STORES,
    Item,
    Store,
)
from orchestration.sandbox.business.money import amount, of_rate, rounded, share, spread
from orchestration.sandbox.business.rates import HABITS
from orchestration.sandbox.business.shape import AS_SHOPS_KNOW_THEM, Shape
from orchestration.sandbox.scenario_values import Block

Taxes = dict[str, int]
QUANTITIES = (1, 1, 1, 1, 1, 2, 2, 3, 4)
WHOLESALE = (5, 6, 10, 12, 20)
PROMOTIONS = ("0.10", "0.15", "0.20", "0.25")


@dataclass(frozen=True)
class Reversal:
    """What units of a line were sold for: the storefront's figures, and the ERP's net of tax."""

    subtotal: int
    gross: int
    discount: int
    taxes: Taxes

    @property
    def tax(self) -> int:
        """All its taxes."""
        return sum(self.taxes.values())

    @property
    def total(self) -> int:
        """What the customer gets back for it."""
        return self.gross - self.discount + self.tax


@dataclass
class Line:
    """A line of an order; amounts are for all its units, in minor units."""

    ref: str
    item: Item
    quantity: int
    price: int
    bundle: str | None = None
    discount: int = 0
    rates: tuple[tuple[str, str], ...] = ()
    is_tax_included: bool = False

    @property
    def net(self) -> int:
        """What was charged: less the discount, with the tax where prices include it."""
        return self.price * self.quantity - self.discount

    @property
    def taxes(self) -> Taxes:
        """The tax by code."""
        return _taxes(self.net, self.rates, is_included=self.is_tax_included)

    def reversal(self, units: int, *, taken: int) -> Reversal:
        """Return what `units` are worth once `taken` others came back (definitions, section 3)."""
        taxes = {code: self._share(tax, units, taken) for code, tax in self.taxes.items()}
        subtotal = units * self.price - self._share(self.discount, units, taken)
        discount = self._share(self._net_discount, units, taken)
        inside = sum(taxes.values()) if self.is_tax_included else 0
        return Reversal(subtotal, subtotal - inside + discount, discount, taxes)

    @property
    def _net_discount(self) -> int:
        if not self.is_tax_included or self.net <= 0:
            return self.discount
        return rounded(self.discount * (self.net - sum(self.taxes.values())), self.net)

    def _share(self, value: int, units: int, taken: int) -> int:
        return share(value, taken=taken, units=units, of=self.quantity)

    def block(self) -> Block:
        """Return the line as a scenario says it."""
        rates = dict(self.rates)
        taxes = [
            {"code": code, "rate": rates[code], "amount": amount(tax)}
            for code, tax in self.taxes.items()
        ]
        return {
            "ref": self.ref,
            "sku": self.item.sku,
            "quantity": self.quantity,
            "unit_price": amount(self.price),
            "discount": amount(self.discount),
            "taxes": taxes,
            "bundle": self.bundle,
        }


@dataclass
class Order:
    """An order with its sale in the ERP."""

    ref: str
    store: Store
    placed_at: datetime
    lines: dict[str, Line]
    is_b2b: bool = False
    is_cash_sale: bool = False
    shipping: int = 0
    shipping_rates: tuple[tuple[str, str], ...] = ()
    name: str = ""
    taken: dict[str, int] = field(default_factory=dict)
    is_shipping_refunded: bool = False

    @property
    def invoice_ref(self) -> str:
        """The ref of the document that billed it."""
        return f"{self.ref}-invoice"

    @property
    def shipping_taxes(self) -> Taxes:
        """The tax of shipping by code."""
        return _taxes(self.shipping, self.shipping_rates, is_included=self.store.is_tax_included)

    def block(self) -> Block:
        """Return the order as a scenario says it."""
        shipping_taxes = [
            {"code": code, "amount": amount(tax)} for code, tax in self.shipping_taxes.items()
        ]
        shipping = {"price": amount(self.shipping), "taxes": shipping_taxes}
        return {
            "ref": self.ref,
            "store": self.store.name,
            "name": self.name,
            "currency": self.store.currency,
            "placed_at": self.placed_at,
            "channel": "b2b" if self.is_b2b else "d2c",
            "taxes_included": self.store.is_tax_included,
            "lines": [line.block() for line in self.lines.values()],
            "shipping": shipping if self.shipping else None,
        }

    def sale_blocks(self) -> tuple[Block, Block]:
        """Return its sales order and its invoice or cash sale."""
        number = self.name.removeprefix("#")
        sale = {"ref": f"{self.ref}-sale", "order": self.ref, "number": f"SO{number}"}
        kind = "cash_sale" if self.is_cash_sale else "invoice"
        return sale, {
            "ref": self.invoice_ref,
            "sales_order": sale["ref"],
            "kind": kind,
            "number": f"{'CS' if self.is_cash_sale else 'INV'}{number}",
            "at": self.placed_at + timedelta(hours=20),
        }


def draw_order(
    random: Random,
    placed_at: datetime,
    *,
    ref: str = "o1",
    shape: Shape = AS_SHOPS_KNOW_THEM,
) -> Order:
    """Draw an order: a basket or a bundle, of a consumer or, wholesale, of a company."""
    store = random.choices(STORES, STORE_WEIGHTS)[0]
    is_b2b = random.random() < HABITS["b2b"]
    rates = random.choice(store.jurisdictions)
    bundle, items = _basket(random, shape, is_b2b=is_b2b)
    bundled = BUNDLES[bundle][0] if bundle else ()
    lines = [
        Line(
            f"l{position}",
            item,
            1 if item.sku in bundled else random.choice(WHOLESALE if is_b2b else QUANTITIES),
            item.price * 6 // 10 if is_b2b else item.price,
            bundle=bundle if item.sku in bundled else None,
            rates=() if item.is_zero_rated and store.is_tax_included else rates,
            is_tax_included=store.is_tax_included,
        )
        for position, item in enumerate(items, start=1)
    ]
    _discount(random, [line for line in lines if line.bundle] or lines, bundle=bundle)
    order = Order(ref, store, placed_at, {line.ref: line for line in lines}, is_b2b=is_b2b)
    if random.random() < HABITS["shipping_charged"]:
        order.shipping = random.choice(store.shipping)
        order.shipping_rates = rates if store.is_tax_included else ()
    order.is_cash_sale = not is_b2b and random.random() < HABITS["cash_sale"]
    return order


def _basket(random: Random, shape: Shape, *, is_b2b: bool) -> tuple[str | None, list[Item]]:
    """Draw what is bought: items, or a bundle with further items where more lines are wanted."""
    if is_b2b or random.random() >= HABITS["bundle"]:
        return None, random.sample(ITEMS, shape.draw_order_lines(random))
    bundle = random.choice(sorted(BUNDLES))
    items = [BY_SKU[sku] for sku in BUNDLES[bundle][0]]
    further = max((shape.order_lines or 0) - len(items), 0)
    others = [item for item in ITEMS if item not in items]
    return bundle, items + random.sample(others, further)


def _discount(random: Random, lines: list[Line], *, bundle: str | None) -> None:
    """A bundle's discount and an order's are spread over the lines; a promotion is one line's."""
    prices = [line.price * line.quantity for line in lines]
    whole = BUNDLES[bundle][1] if bundle else None
    if whole is None and random.random() < HABITS["order_promotion"]:
        whole = "0.10"
    if whole is not None:
        for line, part in zip(lines, spread(of_rate(sum(prices), whole), prices), strict=True):
            line.discount = part
    elif random.random() < HABITS["line_promotion"]:
        line = random.choice(lines)
        line.discount = of_rate(line.price * line.quantity, random.choice(PROMOTIONS))


def _taxes(value: int, rates: tuple[tuple[str, str], ...], *, is_included: bool) -> Taxes:
    """Return each tax of an amount that is net of them, or that includes the one there is."""
    if not is_included:
        return {code: of_rate(value, rate) for code, rate in rates}
    per_mille = {code: int(rate.replace("0.", "").ljust(3, "0")) for code, rate in rates}
    whole = 1000 + sum(per_mille.values())
    return {code: rounded(value * part, whole) for code, part in per_mille.items()}
