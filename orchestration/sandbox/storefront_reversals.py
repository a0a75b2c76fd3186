"""What a refund made now comes to: lines, shipping and the rest, in both currencies."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from orchestration.sandbox.scenario_values import amount
from orchestration.sandbox.storefront_wire import Record, minor_digits, money, rounded


@dataclass(frozen=True)
class Till:
    """An order's two currencies; amounts are handled in the customer's."""

    order: Record

    @property
    def presentment(self) -> str:
        """The customer's currency."""
        return str(self.order["presentmentCurrencyCode"])

    def bag(self, value: Decimal) -> Record:
        """Return an amount of the customer's currency in both, at the order's own rate."""
        total = self.order["totalPriceSet"]
        shop, paid = (amount(total[name]["amount"]) for name in ("shopMoney", "presentmentMoney"))
        in_shop = value * shop / paid if paid else value
        return {
            "shopMoney": money(in_shop, self.order["currencyCode"]),
            "presentmentMoney": money(value, self.presentment),
        }

    def paid(self, bag: Record) -> Decimal:
        """Return the customer's side of a bag."""
        return amount(bag["presentmentMoney"]["amount"])

    def received(self) -> Decimal:
        """Return what was captured less what was refunded, as far as either succeeded."""
        return sum((self._signed(moved) for moved in self.order["transactions"]), Decimal(0))

    def refundable(self, parent: Record) -> Decimal:
        """Return what is left of a captured transaction; a pending refund is spoken for."""
        spent = [
            self.paid(moved["amountSet"])
            for moved in self.order["transactions"]
            if moved["kind"] == "REFUND"
            and moved["status"] in {"SUCCESS", "PENDING"}
            and (moved["parentTransaction"] or {}).get("id") == parent["id"]
        ]
        return self.paid(parent["amountSet"]) - sum(spent, Decimal(0))

    def _signed(self, moved: Record) -> Decimal:
        sign = {"SALE": 1, "CAPTURE": 1, "REFUND": -1}.get(moved["kind"], 0)
        return sign * self.paid(moved["amountSet"]) if moved["status"] == "SUCCESS" else Decimal(0)


@dataclass(frozen=True)
class LineShare:
    """What some units of an order line were sold for, after those refunded before."""

    subtotal: Decimal
    tax: Decimal


def line_share(line: Record, units: int, *, till: Till) -> LineShare:
    """Return the share of the next units of a line; all shares of a line add up to it."""
    sold, earlier = int(line["quantity"]), int(line["quantity"]) - int(line["refundableQuantity"])

    def share(bag: Record) -> Decimal:
        whole = till.paid(bag)
        upto = [
            rounded(whole * part / sold, till.presentment) for part in (earlier, earlier + units)
        ]
        return upto[1] - upto[0]

    price = till.paid(line["originalUnitPriceSet"]) * units
    taxes = sum((share(tax["priceSet"]) for tax in line["taxLines"]), Decimal(0))
    return LineShare(price - share(line["totalDiscountSet"]), taxes)


def shipping_share(order: Record, value: Decimal, *, till: Till) -> LineShare:
    """Return a refund of shipping, tax inside, as the order taxes it."""
    (shipping,) = order["shippingLines"][:1] or [None]
    price = till.paid(shipping["discountedPriceSet"]) if shipping else Decimal(0)
    taxes = [till.paid(tax["priceSet"]) for tax in shipping["taxLines"]] if shipping else []
    tax, gross = sum(taxes, Decimal(0)), price
    if not order["taxesIncluded"]:
        gross += tax
    part = (value * tax / gross).quantize(_unit(till), ROUND_HALF_UP) if gross else Decimal(0)
    return LineShare(value if order["taxesIncluded"] else value - part, part)


def _unit(till: Till) -> Decimal:
    return Decimal(1).scaleb(-minor_digits(till.presentment))
