"""Random orders of a store, and the clock and numbers of one flow."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction

from tests.oracle.money import digits, rounded, stamp, text
from tests.oracle.readers import order_of

STORES = {
    "us": ("USD", False),
    "uk": ("GBP", True),
    "eu": ("EUR", True),
    "jp": ("JPY", True),
    "kw": ("KWD", False),
}
RATES = ("0.0725", "0.08875", "0.05", "0.20", "0.19", "0.0825", "0.04", "0.10", "0.013")
GOODS = ("BOWL", "SCARF", "LAMP", "CHAIR", "BOOT", "KETTLE", "RACK", "CLOCK", "TOWEL", "DRUM")
# Far from the edges of prices that divide: odd amounts make shares that have to be rounded.
CHEAPEST, DEAREST = 101, 24_999
GRID_START = datetime(2026, 1, 1, tzinfo=UTC)


class Flow:
    """One file in the making: its random choices, numbers, clock and features."""

    def __init__(self, random, index, as_of):
        self.random, self.index, self.as_of = random, index, as_of
        self.store = random.choices(list(STORES), weights=(5, 3, 2, 2, 1))[0]
        self.currency, usually_included = STORES[self.store]
        self.is_included = usually_included if self.chance(0.8) else not usually_included
        self.is_clean = self.chance(0.25)
        self.is_coarse = self.chance(0.12)
        self.features, self.counts = [self.currency.lower()], {}
        if self.is_coarse:
            self.note("coinciding")
        self.orders, self.taken = {}, {}
        self.body = {
            "title": "",
            "as_of": stamp(as_of),
            "orders": [],
            "returns": [],
            "refunds": [],
            "dispositions": [],
            "inventory": [],
            "actions": [],
            "erp": {
                "currency": self.currency,
                "kits": [],
                "sales_orders": [],
                "invoices": [],
                "return_authorizations": [],
                "receipts": [],
                "inspections": [],
                "credits": [],
            },
        }

    def chance(self, probability):
        """Say yes so often."""
        return self.random.random() < probability

    def odd(self, probability, feature):
        """Say yes so often in a flow that is not clean, and remember what is odd about it."""
        if self.is_clean or not self.chance(probability):
            return False
        self.note(feature)
        return True

    def note(self, feature):
        """Name a feature of the file once."""
        if feature not in self.features:
            self.features.append(feature)

    def ref(self, kind):
        """Return the next ref of a kind: o1, o2, ..."""
        self.counts[kind] = self.counts.get(kind, 0) + 1
        return f"{kind}{self.counts[kind]}"

    def number(self, prefix, kind):
        """Return the next number of a kind, unique across a folder."""
        self.counts[prefix] = self.counts.get(prefix, 0) + 1
        return f"{prefix}{kind}{70_000 + 10 * self.index + self.counts[prefix]}"

    def later(self, moment, low, high):
        """Return a moment so many hours later; in some files on a grid, so that some coincide."""
        if self.is_coarse:
            grid = timedelta(hours=6)
            late = moment + timedelta(hours=self.random.randrange(low, high))
            return moment - (moment - GRID_START) % grid + max(1, (late - moment) // grid) * grid
        minutes = self.random.randrange(low * 60, high * 60)
        return moment + timedelta(minutes=minutes, seconds=self.random.randrange(1, 59))

    def text(self, units):
        """Return an amount as the file writes it."""
        return text(units, self.currency)

    def has_happened(self, moment):
        """Whether a moment is not after as_of."""
        return moment <= self.as_of

    def days_before(self, low, high):
        """Return a moment so many days before as_of."""
        return self.later(self.as_of - timedelta(days=high), 0, 24 * (high - low))


def add_order(flow, placed_at, *, skus=(), kits=0):
    """
    Add an order with its sales order and invoice; return its ref.

    With `kits`, the lines are those of so many kits; no other order has lines of these refs.
    """
    ref = flow.ref("o")
    count = flow.random.choice((2, 3) if kits else (1, 1, 2, 2, 3, 4))
    is_included = flow.is_included
    block = {
        "ref": ref,
        "store": flow.store,
        "name": flow.number("#", ""),
        "currency": flow.currency,
        "placed_at": stamp(placed_at),
        "channel": "b2b" if flow.odd(0.12, "b2b") else "d2c",
        "taxes_included": is_included,
        "lines": [],
    }
    bundle = f"SET-{flow.index}" if count > 1 and flow.odd(0.2, "bundle") else None
    for position in range(max(count, len(skus))):
        sku = skus[position] if position < len(skus) else _sku(flow, block["lines"])
        line = _line(flow, block, sku, bundle=bundle, kits=kits)
        block["lines"].append({**line, "ref": f"k{ref}{position}"} if kits else line)
    if flow.chance(0.4):
        block["shipping"] = _shipping(flow, is_included=is_included)
    flow.body["orders"].append(block)
    flow.orders[ref] = order_of(block)
    flow.taken[ref] = {}
    _add_sale(flow, ref, placed_at)
    return ref


def _sku(flow, lines):
    if lines and flow.odd(0.1, "sku_twice"):
        return lines[0]["sku"]
    word = flow.random.choice(GOODS)
    return flow.number(f"{word}-", "")


def _line(flow, order, sku, *, bundle, kits):
    quantity = flow.random.choice((1, 1, 1, 2, 2, 3, 4, 5, 7))
    if kits:
        quantity = kits * flow.random.choice((1, 1, 2))
    factor = {0: 1, 2: 1, 3: 7}[digits(flow.currency)]
    price = flow.random.randrange(CHEAPEST, DEAREST) * factor
    if flow.chance(0.15):
        price *= 6
    discount = 0
    if flow.chance(0.5):
        discount = flow.random.randrange(1, price * quantity * 4 // 10)
    if flow.odd(0.02, "free_line"):
        discount = price * quantity
    line = {
        "ref": f"l{len(order['lines']) + 1}",
        "sku": sku,
        "quantity": quantity,
        "unit_price": flow.text(price),
    }
    if discount:
        line["discount"] = flow.text(discount)
    if bundle:
        line["bundle"] = bundle
    taxes = _taxes(flow, price * quantity - discount, is_included=order["taxes_included"])
    return line | ({"taxes": taxes} if taxes else {})


def _taxes(flow, net, *, is_included):
    rates = flow.random.sample(RATES, flow.random.choice((0, 1, 1, 1, 2, 3)))
    base = Fraction(net) / (1 + sum(Fraction(r) for r in rates)) if is_included else net
    return [
        {
            "code": f"T{rate.removeprefix('0.')}",
            "rate": rate,
            "amount": flow.text(rounded(Fraction(rate) * base)),
        }
        for rate in rates
    ]


def _shipping(flow, *, is_included):
    price = flow.random.randrange(199, 2500)
    block = {"price": flow.text(price)}
    taxes = _taxes(flow, price, is_included=is_included)
    return block | ({"taxes": taxes} if taxes else {})


def _add_sale(flow, order, placed_at):
    name = flow.body["orders"][-1]["name"].removeprefix("#")
    sale, invoice = flow.ref("so"), flow.ref("inv")
    flow.body["erp"]["sales_orders"].append({"ref": sale, "order": order, "number": f"SO{name}"})
    block = {
        "ref": invoice,
        "sales_order": sale,
        "number": f"INV{name}",
        "at": placed_at.strftime("%Y-%m-%d"),
    }
    if flow.odd(0.1, "cash_sale"):
        block["kind"] = "cash_sale"
    flow.body["erp"]["invoices"].append(block)


def documents_of(flow, order):
    """Return the order's sales order and invoice."""
    erp = flow.body["erp"]
    sale = next(block for block in erp["sales_orders"] if block["order"] == order)
    invoice = next(b for b in erp["invoices"] if b["sales_order"] == sale["ref"])
    return sale, invoice


def split(lines):
    """Return lines with those of several units in two."""
    parts = []
    for line in lines:
        rest = line["quantity"] - 1
        parts.append({**line, "quantity": 1 if rest else line["quantity"]})
        if rest:
            parts.append({"line": line["line"], "quantity": rest})
    return parts
