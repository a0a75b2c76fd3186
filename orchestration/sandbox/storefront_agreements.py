"""The sales ledger of an order, made of its records: what was agreed and what was reversed."""

from collections.abc import Callable, Iterator
from decimal import Decimal

from orchestration.sandbox.identity import gid, tail
from orchestration.sandbox.scenario_values import amount
from orchestration.sandbox.storefront_wire import Record, money

Find = Callable[[str], Record | None]
SIDES = ("shopMoney", "presentmentMoney")
# A line that is no product, by what its record says it was sold as.
SOLD_AS = {
    "tip": {"__typename": "TipSale", "lineType": "TIP"},
    "gift_card": {"__typename": "GiftCardSale", "lineType": "GIFT_CARD"},
}


def agreements(order: Record, find: Find) -> list[Record]:
    """
    Return the order's agreements, oldest first.

    A return is booked when it is processed, with its fees and exchange items; a refund books what
    no return did. Units that an edit took off the order are the edit's.
    """
    refunds = [refund for pointer in order["refunds"] if (refund := find(pointer["$ref"]))]
    refunds.sort(key=lambda refund: (refund["processedAt"], refund["id"]))
    charged: set[str] = set()
    made = [_placed(order, find)]
    for refund in refunds:
        lines = list(_reversed_lines(order, refund, find))
        edited = [sale for kind, sale in lines if kind == "CANCEL"]
        taken = [sale for kind, sale in lines if kind != "CANCEL"]
        pointer = refund["return"]
        if edited:
            made.append(_agreement(refund, "OrderEditAgreement", "ORDER_EDIT", edited))
        if pointer:
            returned = find(pointer["$ref"])
            if returned and returned["id"] not in charged:
                charged.add(returned["id"])
                taken += [*_fees(returned), *_exchanged(order, returned)]
            if taken:
                made.append(_agreement(refund, "ReturnAgreement", "RETURN", taken, named=pointer))
            taken = []
        sales = [*taken, *_shipping(order, refund), *_adjusted(refund)]
        pointer = {"$ref": refund["id"]}
        made.append(_agreement(refund, "RefundAgreement", "REFUND", sales, named=pointer))
    return made


def _agreement(
    source: Record, kind: str, reason: str, sales: list[Record], *, named: Record | None = None
) -> Record:
    field = {"RefundAgreement": "refund", "ReturnAgreement": "return"}.get(kind)
    return {
        "__typename": kind,
        "id": gid(kind, "agreements", source["id"]),
        "happenedAt": source["processedAt"],
        "reason": reason,
        "sales": sales,
        **({field: named} if field else {}),
    }


def _placed(order: Record, find: Find) -> Record:
    lines = [line for pointer in order["lineItems"] if (line := find(pointer["$ref"]))]
    sales = []
    for line in lines:
        bought, tax = _less(line["originalTotalSet"], line["totalDiscountSet"]), _taxes(line)
        total = _total(order, bought, tax)
        sales.append(_product(f"{order['id']}/{line['id']}", line["id"], line["quantity"], total))
    for line in order["shippingLines"]:
        total = _total(order, line["discountedPriceSet"], _taxes(line))
        sales.append(_sale("ShippingLineSale", "SHIPPING", line["id"], "ORDER", total))
    return {**_agreement(order, "OrderAgreement", "ORDER", sales), "order": {"$ref": order["id"]}}


def _reversed_lines(order: Record, refund: Record, find: Find) -> Iterator[tuple[str, Record]]:
    for line in refund["refundLineItems"]:
        total = _negative(_total(order, line["subtotalSet"], line["totalTaxSet"]))
        sale = _product(line["id"], line["lineItem"]["$ref"], -line["quantity"], total)
        sold = find(line["lineItem"]["$ref"]) or {}
        yield line["restockType"], {**sale, **SOLD_AS.get(str(sold.get("soldAs")), {})}


def _shipping(order: Record, refund: Record) -> Iterator[Record]:
    for line in refund["refundShippingLines"]:
        total = _negative(_total(order, line["subtotalAmountSet"], line["taxAmountSet"]))
        yield _sale("ShippingLineSale", "SHIPPING", line["id"], "RETURN", total)


def _adjusted(refund: Record) -> Iterator[Record]:
    """Yield what was paid less or more than the lines come to; positive in the shop's favour."""
    for adjustment in refund["orderAdjustments"]:
        total = _sum(adjustment["amountSet"], adjustment["taxAmountSet"])
        yield _sale("AdjustmentSale", "ADJUSTMENT", adjustment["id"], "RETURN", total)


def _fees(returned: Record) -> Iterator[Record]:
    fees = [line["restockingFee"] for line in returned["returnLineItems"]]
    for fee in [*filter(None, fees), *returned["returnShippingFees"]]:
        sale = _sale("FeeSale", "FEE", fee["id"], "ORDER", fee["amountSet"])
        yield {**sale, "fee": fee}


def _exchanged(order: Record, returned: Record) -> Iterator[Record]:
    for item in returned["exchangeLineItems"]:
        for line in item["lineItems"]:
            bought = _less(line["originalTotalSet"], line["totalDiscountSet"])
            total = _total(order, bought, _taxes(line))
            sale = _product(f"{item['id']}/{line['id']}", "", line["quantity"], total)
            yield {**sale, "lineItem": line}


def _product(own: str, line: str, quantity: int, total: Record) -> Record:
    action = "ORDER" if quantity > 0 else "RETURN"
    sale = _sale("ProductSale", "PRODUCT", own, action, total)
    return {**sale, "quantity": quantity, "lineItem": {"$ref": line}}


def _sale(kind: str, line_type: str, own: str, action: str, total: Record) -> Record:
    return {
        "__typename": kind,
        "id": gid(kind, "sales", f"{action}/{tail(own)}/{own}"),
        "actionType": action,
        "lineType": line_type,
        "quantity": None,
        "totalAmount": total,
    }


def _taxes(line: Record) -> Record:
    bags = [tax["priceSet"] for tax in line["taxLines"]]
    zero = line.get("originalTotalSet") or line["discountedPriceSet"]
    return _sum(*bags) if bags else _less(zero, zero)


def _total(order: Record, net: Record, tax: Record) -> Record:
    """Return an amount after tax, which a price may hold already."""
    return net if order["taxesIncluded"] else _sum(net, tax)


def _negative(bag: Record) -> Record:
    return {side: _money(bag, side, -amount(bag[side]["amount"])) for side in SIDES}


def _less(bag: Record, other: Record) -> Record:
    return _sum(bag, _negative(other))


def _sum(*bags: Record) -> Record:
    return {
        side: _money(bags[0], side, sum((amount(bag[side]["amount"]) for bag in bags), Decimal(0)))
        for side in SIDES
    }


def _money(bag: Record, side: str, value: Decimal) -> Record:
    return money(value, bag[side]["currencyCode"])
