"""The credit of the ERP and the refund of the storefront: precise reversals of the sale."""

from datetime import datetime
from decimal import Decimal

from orchestration.sandbox.business.flow import Case
from orchestration.sandbox.business.money import amount
from orchestration.sandbox.scenario_values import Block


def credit_of(case: Case, at: datetime) -> Block:
    """Return the ERP's credit of a case: net of tax, made from its authorization or its sale."""
    order = case.order
    source = case.authorization["ref"] if case.authorization else order.invoice_ref
    block: Block = {
        "ref": f"{case.ref}-credit-{len(case.credits) + 1}",
        "kind": "cash_refund" if order.is_cash_sale else "credit_memo",
        "created_from": source,
        "at": at,
        "period": f"{at:%Y-%m}",
        "lines": [
            {
                "line": line,
                "quantity": case.units[line],
                "gross": amount(part.gross),
                "discount": amount(part.discount),
                "taxes": [
                    {"code": code, "amount": amount(tax)} for code, tax in part.taxes.items()
                ],
            }
            for line, part in case.reversals().items()
        ],
        "fee": fees_of(case),
    }
    if not order.is_cash_sale:
        block["applied_to"] = order.invoice_ref
    if case.is_shipping_refunded:
        tax = sum(order.shipping_taxes.values())
        inside = tax if order.store.is_tax_included else 0
        block["shipping"] = {"amount": amount(order.shipping - inside), "tax": amount(tax)}
    return block


def refund_of(case: Case, at: datetime, *, gateway: str, settled_at: datetime | None) -> Block:
    """Return the storefront's refund of a case; an order on account is credited, not paid."""
    order = case.order
    block: Block = {
        "ref": f"{case.ref}-refund-{len(case.refunds) + 1}",
        "order": order.ref,
        "at": at,
        "lines": [
            {
                "line": line,
                "quantity": case.units[line],
                "subtotal": amount(part.subtotal),
                "tax": amount(part.tax),
                "restock": case.is_restocked_by_refund,
            }
            for line, part in case.reversals().items()
        ],
    }
    if case.returned is not None:
        block["return"] = case.ref
    if case.is_shipping_refunded:
        tax = sum(order.shipping_taxes.values())
        block["shipping"] = {"amount": amount(order.shipping), "tax": amount(tax)}
    if not order.is_b2b:
        paid = money_of(case)
        payment: Block = {"gateway": gateway, "amount": paid, "status": "success", "at": at}
        if gateway == "shopify_payments" and settled_at is not None:
            payment["settled"] = {"amount": paid, "at": settled_at}
        block["payments"] = [payment]
    return block


def fees_of(case: Case) -> Decimal:
    """Return what is kept back of a return."""
    lines = case.returned["lines"] if case.returned else []
    return sum((line.get("restocking_fee", Decimal(0)) for line in lines), Decimal(0))


def money_of(case: Case) -> Decimal:
    """Return what the customer is owed in money: goods and shipping, less fees and exchanges."""
    goods = sum(part.total for part in case.reversals().values())
    order = case.order
    shipping = 0
    if case.is_shipping_refunded:
        on_top = 0 if order.store.is_tax_included else sum(order.shipping_taxes.values())
        shipping = order.shipping + on_top
    exchanges = (case.returned or {}).get("exchanges") or []
    taken = sum((item["amount"] for item in exchanges), Decimal(0))
    return amount(goods + shipping) - fees_of(case) - taken
