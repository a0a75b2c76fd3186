"""What a storefront recorded of a scenario, in the shapes its API answers with."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from orchestration.sandbox.identity import gid, number, tail
from orchestration.sandbox.scenario import Block, Scenario, amount, instant, stamp

Record = dict[str, Any]

MINOR_DIGITS = {"JPY": 0, "KRW": 0, "VND": 0, "KWD": 3, "BHD": 3, "JOD": 3, "OMR": 3, "TND": 3}
DEFAULT_LOCATION = "main"


def minor_digits(currency: str) -> int:
    """Return how many decimals an amount of a currency has (ISO 4217)."""
    return MINOR_DIGITS.get(currency, 2)


def rounded(value: Decimal, currency: str) -> Decimal:
    """Round half away from zero to the currency's minor unit."""
    return value.quantize(Decimal(1).scaleb(-minor_digits(currency)), ROUND_HALF_UP)


def money(value: object, currency: str) -> Record:
    """Return an amount as the wire writes it."""
    return {"amount": str(rounded(amount(value), currency)), "currencyCode": currency}


def reference(global_id: str) -> Record:
    """Return a pointer to another record of the same store."""
    return {"$ref": global_id}


def records_of(scenario: Scenario) -> Iterator[tuple[str, Record]]:
    """Yield every record of the file with its store; each has an id and a `__typename`."""
    for ref, order in scenario.orders.items():
        yield from ((order["store"], record) for record in _Order(scenario, ref, order).records())
    for block in scenario.blocks("inventory"):
        yield from ((block["store"], record) for record in _stock(scenario, block))


class _Order:
    """One order with its returns and refunds."""

    def __init__(self, scenario: Scenario, ref: str, order: Block) -> None:
        self.scenario, self.ref, self.order = scenario, ref, order
        self.stem, self.store = scenario.stem, order["store"]
        self.currency = order["currency"]
        presentment = order.get("presentment") or {}
        self.presentment = presentment.get("currency", self.currency)
        self.rate = amount(presentment.get("rate", 1))
        self.id = gid("Order", self.stem, ref)
        self.returns = {
            key: block for key, block in scenario.returns.items() if block["order"] == ref
        }
        self.refunds = [block for block in scenario.blocks("refunds") if block["order"] == ref]

    def bag(self, value: object) -> Record:
        """Return an amount in the shop's and in the customer's currency."""
        return {
            "shopMoney": money(value, self.currency),
            "presentmentMoney": money(amount(value) * self.rate, self.presentment),
        }

    def records(self) -> Iterator[Record]:
        """Yield the order and everything that hangs under it."""
        yield self._order()
        for line in self.order["lines"]:
            yield self._line(line)
            item = gid("InventoryItem", self.store, line["sku"])
            yield self._item(item, line["sku"])
        for ref, block in self.returns.items():
            yield self._return(ref, block)
        for block in self.refunds:
            yield self._refund(block)
            yield from self._settlements(block)
        yield from (location(self.store, name) for name in self._location_names())

    def _location_names(self) -> set[str]:
        names = {DEFAULT_LOCATION}
        for block in self.scenario.blocks("dispositions"):
            if block["return"] in self.returns:
                names.add(str(block.get("location", DEFAULT_LOCATION)))
        for refund in self.refunds:
            names |= {
                str(line["location"]) for line in refund.get("lines") or [] if line.get("location")
            }
        return names

    def _order(self) -> Record:
        placed_at = stamp(self.order["placed_at"])
        goods = sum((self._net(line) for line in self.order["lines"]), Decimal(0))
        taxes = sum((_taxes(line) for line in self.order["lines"]), Decimal(0))
        shipping = self.order.get("shipping") or {}
        discounts = sum((amount(line.get("discount")) for line in self.order["lines"]), Decimal(0))
        on_top = Decimal(0) if self.order.get("taxes_included") else taxes + _taxes(shipping)
        total = goods + amount(shipping.get("price")) + on_top
        is_company = self.order.get("channel", "d2c") == "b2b"
        return {
            "__typename": "Order",
            "id": self.id,
            "legacyResourceId": tail(self.id),
            "name": self.order["name"],
            "number": int("".join(filter(str.isdigit, str(self.order["name"]))) or 0),
            "createdAt": placed_at,
            "processedAt": placed_at,
            "updatedAt": self._updated_at(),
            "cancelledAt": None,
            "closed": False,
            "closedAt": None,
            "test": False,
            "tags": [],
            "note": None,
            "sourceName": "web",
            "currencyCode": self.currency,
            "presentmentCurrencyCode": self.presentment,
            "taxesIncluded": bool(self.order.get("taxes_included", False)),
            "customer": {"id": gid("Customer", self.stem, self.ref)},
            "purchasingEntity": self._buyer(is_company=is_company),
            "paymentTerms": self._terms() if is_company else None,
            "totalPriceSet": self.bag(total),
            "subtotalPriceSet": self.bag(goods),
            "totalTaxSet": self.bag(taxes + _taxes(shipping)),
            "totalDiscountsSet": self.bag(discounts),
            "totalShippingPriceSet": self.bag(shipping.get("price")),
            "totalReceivedSet": self.bag(0 if is_company else total),
            "totalRefundedSet": self.bag(self._paid_back(self.refunds)),
            "lineItems": [reference(self._line_id(line["ref"])) for line in self.order["lines"]],
            "shippingLines": [self._shipping(shipping)] if shipping else [],
            "transactions": self._transactions(total, is_company=is_company),
            "refunds": [reference(self._refund_id(block)) for block in self.refunds],
            "returns": [reference(gid("Return", self.stem, ref)) for ref in self.returns],
            "returnStatus": self._return_status(),
        }

    def _updated_at(self) -> str:
        times = [self.order["placed_at"]]
        for ref, block in self.returns.items():
            times += [block.get(name) for name in ("requested_at", "approved_at", "closed_at")]
            times += [d["at"] for d in self.scenario.blocks("dispositions") if d["return"] == ref]
        for block in self.refunds:
            times.append(block["at"])
            times += [payment.get("at") for payment in block.get("payments") or []]
        return max(stamp(time) for time in times if time is not None)

    def _return_status(self) -> str:
        statuses = {block["status"] for block in self.returns.values()}
        for status, word in (
            ("requested", "RETURN_REQUESTED"),
            ("open", "IN_PROGRESS"),
            ("closed", "RETURNED"),
        ):
            if status in statuses:
                return word
        return "NO_RETURN"

    def _buyer(self, *, is_company: bool) -> Record:
        if is_company:
            return {
                "__typename": "PurchasingCompany",
                "company": {"id": gid("Company", self.stem, self.ref)},
            }
        return {"__typename": "Customer", "id": gid("Customer", self.stem, self.ref)}

    def _terms(self) -> Record:
        return {
            "id": gid("PaymentTerms", self.stem, self.ref),
            "paymentTermsName": "Net 30",
            "paymentTermsType": "NET",
        }

    def _transactions(self, total: Decimal, *, is_company: bool) -> list[Record]:
        sale = [] if is_company else [self._sale(total)]
        refunds = [payment for block in self.refunds for payment in self._payments(block)]
        return [*sale, *refunds]

    def _sale(self, total: Decimal) -> Record:
        gateways = [p["gateway"] for block in self.refunds for p in block.get("payments") or []]
        return self._transaction(
            "sale",
            kind="SALE",
            status="SUCCESS",
            gateway=gateways[0] if gateways else "shopify_payments",
            at=stamp(self.order["placed_at"]),
            value=total,
        )

    def _transaction(
        self, ref: str, *, kind: str, status: str, gateway: str, at: str, value: object
    ) -> Record:
        own = gid("OrderTransaction", self.stem, ref if "/" in ref else f"{self.ref}/{ref}")
        parent = gid("OrderTransaction", self.stem, f"{self.ref}/sale")
        return {
            "__typename": "OrderTransaction",
            "id": own,
            "kind": kind,
            "status": status,
            "gateway": gateway,
            "createdAt": at,
            "processedAt": at,
            "test": False,
            "amountSet": self.bag(value),
            "parentTransaction": {"id": parent} if kind == "REFUND" else None,
        }

    def _line_id(self, ref: str) -> str:
        return self.scenario.line_gid(self.ref, ref)

    def _net(self, line: Block) -> Decimal:
        return amount(line["unit_price"]) * int(line["quantity"]) - amount(line.get("discount"))

    def _line(self, line: Block) -> Record:
        quantity = int(line["quantity"])
        gross = amount(line["unit_price"]) * quantity
        discount = amount(line.get("discount"))
        group = line.get("bundle")
        refunded = sum(
            int(part["quantity"])
            for block in self.refunds
            for part in block.get("lines") or []
            if part["line"] == line["ref"]
        )
        return {
            "__typename": "LineItem",
            "id": self._line_id(line["ref"]),
            "sku": line["sku"],
            "name": line["sku"],
            "title": line["sku"],
            "quantity": quantity,
            "currentQuantity": max(quantity - refunded, 0),
            "refundableQuantity": max(quantity - refunded, 0),
            "variant": {
                "id": gid("ProductVariant", self.store, line["sku"]),
                "inventoryItem": reference(gid("InventoryItem", self.store, line["sku"])),
            },
            "lineItemGroup": self._group(group) if group else None,
            "originalUnitPriceSet": self.bag(line["unit_price"]),
            "originalTotalSet": self.bag(gross),
            "totalDiscountSet": self.bag(discount),
            "discountAllocations": [self._allocation(discount)] if discount else [],
            "taxLines": [self._tax(tax) for tax in line.get("taxes") or []],
        }

    def _group(self, name: str) -> Record:
        return {
            "id": gid("LineItemGroup", self.stem, f"{self.ref}/{name}"),
            "title": name,
            "quantity": 1,
        }

    def _allocation(self, discount: Decimal) -> Record:
        return {
            "allocatedAmountSet": self.bag(discount),
            "discountApplication": {
                "__typename": "AutomaticDiscountApplication",
                "index": 0,
                "allocationMethod": "ACROSS",
                "targetSelection": "ENTITLED",
                "targetType": "LINE_ITEM",
                "title": "Promotion",
            },
        }

    def _tax(self, tax: Block) -> Record:
        return {
            "title": str(tax["code"]),
            "rate": float(amount(tax.get("rate"))),
            "priceSet": self.bag(tax["amount"]),
        }

    def _shipping(self, shipping: Block) -> Record:
        return {
            "id": gid("ShippingLine", self.stem, self.ref),
            "isRemoved": False,
            "discountedPriceSet": self.bag(shipping.get("price")),
            "taxLines": [self._tax(tax) for tax in shipping.get("taxes") or []],
        }

    def _item(self, item: str, sku: str) -> Record:
        return {
            "__typename": "InventoryItem",
            "id": item,
            "sku": sku,
            "tracked": True,
            "updatedAt": stamp(self.order["placed_at"]),
        }

    def _return(self, ref: str, block: Block) -> Record:
        is_refused = block["status"] == "declined"
        own_refunds = [refund for refund in self.refunds if refund.get("return") == ref]
        return {
            "__typename": "Return",
            "id": gid("Return", self.stem, ref),
            "name": block["name"],
            "status": {"cancelled": "CANCELED"}.get(block["status"], block["status"].upper()),
            "createdAt": stamp(block["requested_at"]),
            "requestApprovedAt": stamp(block["approved_at"]) if block.get("approved_at") else None,
            "closedAt": stamp(block["closed_at"]) if block.get("closed_at") else None,
            "totalQuantity": sum(int(line["quantity"]) for line in block["lines"]),
            "decline": {"reason": "OTHER", "note": None} if is_refused else None,
            "order": reference(self.id),
            "returnShippingFees": self._shipping_fees(ref, block),
            "returnLineItems": [
                self._return_line(ref, line, own_refunds) for line in block["lines"]
            ],
            "exchangeLineItems": [
                self._exchange(ref, position, item)
                for position, item in enumerate(block.get("exchanges") or [])
            ],
            "reverseFulfillmentOrders": self._reverse_fulfillment(ref, block),
            "refunds": [reference(self._refund_id(refund)) for refund in own_refunds],
        }

    def _shipping_fees(self, ref: str, block: Block) -> list[Record]:
        if not block.get("shipping_fee"):
            return []
        own = gid("ReturnShippingFee", self.stem, ref)
        return [
            {
                "__typename": "ReturnShippingFee",
                "id": own,
                "amountSet": self.bag(block["shipping_fee"]),
            }
        ]

    def _return_line(self, ref: str, line: Block, refunds: Iterable[Block]) -> Record:
        quantity = int(line["quantity"])
        refunded = sum(
            int(part["quantity"])
            for refund in refunds
            for part in refund.get("lines") or []
            if part["line"] == line["line"]
        )
        reason = str(line.get("reason", "other"))
        fee = line.get("restocking_fee")
        return {
            "__typename": "ReturnLineItem",
            "id": gid("ReturnLineItem", self.stem, f"{ref}/{line['line']}"),
            "quantity": quantity,
            "processedQuantity": min(refunded, quantity),
            "unprocessedQuantity": max(quantity - refunded, 0),
            "refundableQuantity": max(quantity - refunded, 0),
            "refundedQuantity": min(refunded, quantity),
            "returnReasonDefinition": {
                "id": gid("ReturnReasonDefinition", "all", reason),
                "handle": reason,
                "name": reason.replace("_", " "),
                "deleted": False,
            },
            "returnReasonNote": "",
            "customerNote": None,
            "fulfillmentLineItem": self._fulfillment_line(line["line"]),
            "restockingFee": {
                "__typename": "RestockingFee",
                "id": gid("RestockingFee", self.stem, f"{ref}/{line['line']}"),
                "percentage": 0.0,
                "amountSet": self.bag(fee),
            }
            if fee
            else None,
        }

    def _fulfillment_line(self, line: str) -> Record:
        return {
            "id": gid("FulfillmentLineItem", self.stem, f"{self.ref}/{line}"),
            "lineItem": reference(self._line_id(line)),
        }

    def _exchange(self, ref: str, position: int, item: Block) -> Record:
        line = {
            "ref": f"{ref}/exchange/{position}",
            "sku": f"EXCHANGE-{position + 1}",
            "quantity": 1,
            "unit_price": item["amount"],
        }
        return {
            "id": gid("ExchangeLineItem", self.stem, f"{ref}/{position}"),
            "quantity": 1,
            "processedQuantity": 1,
            "unprocessedQuantity": 0,
            "lineItems": [self._line(line)],
        }

    def _reverse_fulfillment(self, ref: str, block: Block) -> list[Record]:
        if block["status"] in ("requested", "declined"):
            return []
        made = [d for d in self.scenario.blocks("dispositions") if d["return"] == ref]
        return [
            {
                "id": gid("ReverseFulfillmentOrder", self.stem, ref),
                "status": "CLOSED" if block["status"] == "closed" else "OPEN",
                "lineItems": [
                    {
                        "id": gid(
                            "ReverseFulfillmentOrderLineItem", self.stem, f"{ref}/{line['line']}"
                        ),
                        "totalQuantity": int(line["quantity"]),
                        "fulfillmentLineItem": self._fulfillment_line(line["line"]),
                        "dispositions": [
                            self._disposition(ref, position, item)
                            for position, item in enumerate(made)
                            if item["line"] == line["line"]
                        ],
                    }
                    for line in self._disposed_lines(block, made)
                ],
            }
        ]

    def _disposed_lines(self, block: Block, made: list[Block]) -> list[Block]:
        asked = {line["line"] for line in block["lines"]}
        unasked = {item["line"] for item in made} - asked
        return [*block["lines"], *({"line": line, "quantity": 0} for line in sorted(unasked))]

    def _disposition(self, ref: str, position: int, item: Block) -> Record:
        name = str(item.get("location", DEFAULT_LOCATION))
        return {
            "id": gid("ReverseFulfillmentOrderDisposition", self.stem, f"{ref}/{position}"),
            "type": item["type"].upper(),
            "quantity": int(item["quantity"]),
            "createdAt": stamp(item["at"]),
            "location": reference(gid("Location", self.store, name)),
        }

    def _refund_id(self, block: Block) -> str:
        return gid("Refund", self.stem, block["ref"])

    def _paid_back(self, refunds: Iterable[Block]) -> Decimal:
        payments = [payment for block in refunds for payment in block.get("payments") or []]
        return sum((amount(p["amount"]) for p in payments if p["status"] == "success"), Decimal(0))

    def _refund(self, block: Block) -> Record:
        made_at = stamp(block["at"])
        own = self._refund_id(block)
        linked = block.get("return")
        adjustment, shipping = amount(block.get("adjustment")), block.get("shipping")
        return {
            "__typename": "Refund",
            "id": own,
            "legacyResourceId": tail(own),
            "createdAt": made_at,
            "updatedAt": max([made_at, *(p["processedAt"] for p in self._payments(block))]),
            "processedAt": made_at,
            "note": None,
            "order": reference(self.id),
            "return": reference(gid("Return", self.stem, linked)) if linked else None,
            "totalRefundedSet": self.bag(self._paid_back([block])),
            "refundLineItems": [
                self._refund_line(block, position, line)
                for position, line in enumerate(block.get("lines") or [])
            ],
            "refundShippingLines": [self._refund_shipping(block, shipping)] if shipping else [],
            "orderAdjustments": [self._adjustment(block, adjustment)] if adjustment else [],
            "duties": [],
            "transactions": self._payments(block),
        }

    def _refund_line(self, block: Block, position: int, line: Block) -> Record:
        is_restocked = bool(line.get("restock", False))
        name = str(line.get("location", DEFAULT_LOCATION))
        return {
            "id": gid("RefundLineItem", self.stem, f"{block['ref']}/{position}"),
            "quantity": int(line["quantity"]),
            "restockType": "RETURN" if is_restocked else "NO_RESTOCK",
            "restocked": is_restocked,
            "location": reference(gid("Location", self.store, name)) if is_restocked else None,
            "lineItem": reference(self._line_id(line["line"])),
            "priceSet": self.bag(self.scenario.line(self.ref, line["line"])["unit_price"]),
            "subtotalSet": self.bag(line["subtotal"]),
            "totalTaxSet": self.bag(line.get("tax")),
        }

    def _refund_shipping(self, block: Block, shipping: Block) -> Record:
        return {
            "id": gid("RefundShippingLine", self.stem, block["ref"]),
            "subtotalAmountSet": self.bag(shipping.get("amount")),
            "taxAmountSet": self.bag(shipping.get("tax")),
        }

    def _adjustment(self, block: Block, adjustment: Decimal) -> Record:
        # A discrepancy of Shopify's is positive in the merchant's favour.
        return {
            "id": gid("OrderAdjustment", self.stem, block["ref"]),
            "reason": "REFUND_DISCREPANCY",
            "amountSet": self.bag(-adjustment),
            "taxAmountSet": self.bag(0),
        }

    def _payments(self, block: Block) -> list[Record]:
        return [
            self._transaction(
                f"{block['ref']}/payment/{position}",
                kind="REFUND",
                status=payment["status"].upper(),
                gateway=payment["gateway"],
                at=stamp(payment.get("at", block["at"])),
                value=payment["amount"],
            )
            for position, payment in enumerate(block.get("payments") or [])
        ]

    def _settlements(self, block: Block) -> Iterator[Record]:
        for position, payment in enumerate(block.get("payments") or []):
            settled = payment.get("settled")
            if not settled:
                continue
            ref = f"{block['ref']}/payment/{position}"
            taken = -amount(settled["amount"])
            yield {
                "__typename": "ShopifyPaymentsBalanceTransaction",
                "id": gid("ShopifyPaymentsBalanceTransaction", self.stem, ref),
                "type": "REFUND",
                "sourceType": "REFUND",
                "sourceId": str(number("Refund", self.stem, block["ref"])),
                "sourceOrderTransactionId": str(number("OrderTransaction", self.stem, ref)),
                "transactionDate": stamp(settled["at"]),
                "test": False,
                "amount": money(taken, self.currency),
                "fee": money(0, self.currency),
                "net": money(taken, self.currency),
                "associatedOrder": {"id": self.id, "name": self.order["name"]},
                "associatedPayout": {
                    "id": gid("ShopifyPaymentsPayout", self.store, stamp(settled["at"])[:10]),
                    "status": "PAID",
                },
            }


def location(store: str, name: str) -> Record:
    """Return a place that holds stock."""
    return {
        "__typename": "Location",
        "id": gid("Location", store, name),
        "name": name,
        "isActive": True,
        "createdAt": "2020-01-01T00:00:00Z",
        "updatedAt": "2020-01-01T00:00:00Z",
    }


def stock_level(item: str, place: str, *, quantities: dict[str, int], at: str) -> Record:
    """Return an item's stock by state at one place."""
    return {
        "__typename": "InventoryLevel",
        "id": f"{place.replace('Location', 'InventoryLevel')}?inventory_item_id={tail(item)}",
        "isActive": True,
        "createdAt": at,
        "updatedAt": at,
        "item": reference(item),
        "location": reference(place),
        "quantities": quantities,
    }


def _stock(scenario: Scenario, block: Block) -> Iterator[Record]:
    placed = [instant(order["placed_at"]) for order in scenario.orders.values()]
    known_at = min(placed) if placed else instant(scenario.body["as_of"]) - timedelta(days=1)
    name = str(block.get("location", DEFAULT_LOCATION))
    item = gid("InventoryItem", block["store"], block["sku"])
    yield location(block["store"], name)
    yield {
        "__typename": "InventoryItem",
        "id": item,
        "sku": block["sku"],
        "tracked": True,
        "updatedAt": stamp(known_at),
    }
    yield stock_level(
        item,
        gid("Location", block["store"], name),
        quantities={"available": int(block["available"])},
        at=stamp(known_at),
    )


def _taxes(block: Block) -> Decimal:
    return sum((amount(tax["amount"]) for tax in block.get("taxes") or []), Decimal(0))
