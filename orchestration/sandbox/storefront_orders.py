"""Orders and their lines, as the storefront's API answers with them."""

from collections.abc import Iterator
from decimal import Decimal

from orchestration.sandbox.identity import gid, tail
from orchestration.sandbox.scenario_values import Block, amount, stamp
from orchestration.sandbox.storefront_refunds import refund_payments, transaction
from orchestration.sandbox.storefront_scope import (
    OrderScope,
    paid_back,
    refunded_units,
    taxes_of,
)
from orchestration.sandbox.storefront_wire import Record, reference, return_status


def order_record(scope: OrderScope) -> Record:
    """Return the order; its lines, returns and refunds are records of their own."""
    order = scope.order
    placed_at = stamp(order["placed_at"])
    shipping = order.get("shipping") or {}
    return {
        "__typename": "Order",
        "id": scope.id,
        "legacyResourceId": tail(scope.id),
        "name": order["name"],
        "number": int("".join(filter(str.isdigit, str(order["name"]))) or 0),
        "createdAt": placed_at,
        "processedAt": placed_at,
        "updatedAt": _updated_at(scope),
        "cancelledAt": None,
        "closed": False,
        "closedAt": None,
        "test": False,
        "tags": [],
        "note": None,
        "sourceName": "web",
        "currencyCode": scope.currency,
        "presentmentCurrencyCode": scope.presentment,
        "taxesIncluded": bool(order.get("taxes_included", False)),
        "lineItems": [reference(scope.line_id(line["ref"])) for line in order["lines"]],
        "shippingLines": [_shipping(scope, shipping)] if shipping else [],
        "refunds": [reference(scope.refund_id(block)) for block in scope.refunds],
        "returns": [reference(scope.return_id(ref)) for ref in scope.returns],
        "returnStatus": return_status(block["status"].upper() for block in scope.returns.values()),
        **_buyer(scope),
        **_totals(scope, shipping),
    }


def _totals(scope: OrderScope, shipping: Block) -> Record:
    lines = scope.order["lines"]
    goods = sum((_net(line) for line in lines), Decimal(0))
    taxes = sum((taxes_of(line) for line in lines), Decimal(0))
    discounts = sum((amount(line.get("discount")) for line in lines), Decimal(0))
    on_top = Decimal(0) if scope.order.get("taxes_included") else taxes + taxes_of(shipping)
    total = goods + amount(shipping.get("price")) + on_top
    received = Decimal(0) if _is_company(scope) else total
    return {
        "totalPriceSet": scope.bag(total),
        "subtotalPriceSet": scope.bag(goods),
        "totalTaxSet": scope.bag(taxes + taxes_of(shipping)),
        "totalDiscountsSet": scope.bag(discounts),
        "totalShippingPriceSet": scope.bag(shipping.get("price")),
        "totalReceivedSet": scope.bag(received),
        "totalRefundedSet": scope.bag(paid_back(scope.refunds)),
        "transactions": _transactions(scope, total),
    }


def _transactions(scope: OrderScope, total: Decimal) -> list[Record]:
    refunds = [payment for block in scope.refunds for payment in refund_payments(scope, block)]
    if _is_company(scope):
        return refunds
    gateways = [p["gateway"] for block in scope.refunds for p in block.get("payments") or []]
    sale = transaction(
        scope,
        f"{scope.ref}/sale",
        kind="SALE",
        status="SUCCESS",
        gateway=gateways[0] if gateways else "shopify_payments",
        at=stamp(scope.order["placed_at"]),
        value=total,
    )
    return [sale, *refunds]


def _updated_at(scope: OrderScope) -> str:
    times = [scope.order["placed_at"]]
    for ref, block in scope.returns.items():
        times += [block.get(name) for name in ("requested_at", "approved_at", "closed_at")]
        times += [disposition["at"] for disposition in scope.dispositions(ref)]
    for block in scope.refunds:
        times.append(block["at"])
        times += [payment.get("at") for payment in block.get("payments") or []]
    return max(stamp(time) for time in times if time is not None)


def _is_company(scope: OrderScope) -> bool:
    return bool(scope.order.get("channel", "d2c") == "b2b")


def buyers(scope: OrderScope) -> Iterator[Record]:
    """Yield who bought: a person, and the company that the person bought for."""
    yield {
        "__typename": "Customer",
        "id": gid("Customer", scope.store, _buyer_ref(scope)),
        "tags": [],
        "defaultEmailAddress": {
            "emailAddress": _email(scope),
            "marketingState": "NOT_SUBSCRIBED",
            "validFormat": True,
        },
    }
    if _is_company(scope):
        own = gid("Company", scope.store, _buyer_ref(scope))
        yield {"__typename": "Company", "id": own, "externalId": f"C{tail(own)[:6]}"}


def _email(scope: OrderScope) -> str:
    return str(scope.order.get("email") or f"{_buyer_ref(scope)}@example.com".replace("/", "."))


def _buyer_ref(scope: OrderScope) -> str:
    """Return what tells a buyer from another: what the file says, else its order."""
    named = scope.order.get("customer") or scope.order.get("email")
    return str(named or f"{scope.stem}/{scope.ref}")


def _buyer(scope: OrderScope) -> Record:
    person, *company = (reference(buyer["id"]) for buyer in buyers(scope))
    if not company:
        return {
            "customer": person,
            "email": _email(scope),
            "purchasingEntity": person,
            "paymentTerms": None,
        }
    return {
        "customer": person,
        "email": _email(scope),
        "purchasingEntity": {"__typename": "PurchasingCompany", "company": company[0]},
        "paymentTerms": {
            "id": gid("PaymentTerms", scope.stem, scope.ref),
            "paymentTermsName": "Net 30",
            "paymentTermsType": "NET",
        },
    }


def line_record(scope: OrderScope, line: Block) -> Record:
    """Return a line; its discount and taxes keep the units that came back, as the real ones do."""
    quantity, discount = int(line["quantity"]), amount(line.get("discount"))
    left = max(quantity - refunded_units(scope.refunds, line["ref"]), 0)
    item = gid("InventoryItem", scope.store, line["sku"])
    return {
        "__typename": "LineItem",
        "id": scope.line_id(line["ref"]),
        "sku": line["sku"],
        "name": line["sku"],
        "title": line["sku"],
        "quantity": quantity,
        "currentQuantity": left,
        "refundableQuantity": left,
        "variant": {
            "id": gid("ProductVariant", scope.store, line["sku"]),
            "inventoryItem": reference(item),
        },
        "lineItemGroup": _group(scope, line.get("bundle")),
        "originalUnitPriceSet": scope.bag(line["unit_price"]),
        "originalTotalSet": scope.bag(amount(line["unit_price"]) * quantity),
        "totalDiscountSet": scope.bag(discount),
        "discountAllocations": [_allocation(scope, discount)] if discount else [],
        "taxLines": [_tax(scope, tax) for tax in line.get("taxes") or []],
    }


def _net(line: Block) -> Decimal:
    return amount(line["unit_price"]) * int(line["quantity"]) - amount(line.get("discount"))


def _group(scope: OrderScope, bundle: str | None) -> Record | None:
    if not bundle:
        return None
    own = gid("LineItemGroup", scope.stem, f"{scope.ref}/{bundle}")
    return {"id": own, "title": bundle, "quantity": 1}


def _allocation(scope: OrderScope, discount: Decimal) -> Record:
    return {
        "allocatedAmountSet": scope.bag(discount),
        "discountApplication": {
            "__typename": "AutomaticDiscountApplication",
            "index": 0,
            "allocationMethod": "ACROSS",
            "targetSelection": "ENTITLED",
            "targetType": "LINE_ITEM",
            "title": "Promotion",
        },
    }


def _tax(scope: OrderScope, tax: Block) -> Record:
    return {
        "title": str(tax["code"]),
        "rate": float(amount(tax.get("rate"))),
        "priceSet": scope.bag(tax["amount"]),
    }


def _shipping(scope: OrderScope, shipping: Block) -> Record:
    return {
        "id": gid("ShippingLine", scope.stem, scope.ref),
        "isRemoved": False,
        "discountedPriceSet": scope.bag(shipping.get("price")),
        "taxLines": [_tax(scope, tax) for tax in shipping.get("taxes") or []],
    }
