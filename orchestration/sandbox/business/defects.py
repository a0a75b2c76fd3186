"""What goes wrong in this business: where a defect can be planted, and what it changes."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from orchestration.sandbox.business import amount_defects as amounts
from orchestration.sandbox.business import document_defects as documents
from orchestration.sandbox.business import stock_defects as stock
from orchestration.sandbox.business.flow import Flow

Fits = Callable[[Flow], bool]
Plant = Callable[[Random, Flow], None]


@dataclass(frozen=True)
class Defect:
    """A defect: the flows it can strike, and what it does to one of them."""

    fits: Fits
    plant: Plant


DEFECTS: dict[str, Defect] = {
    "duplicate_credit_memo": Defect(documents.is_settled, documents.credit_twice),
    "duplicate_refund": Defect(documents.is_settled, documents.refund_twice),
    "missing_credit_memo": Defect(documents.is_old, documents.forget_credit),
    "missing_refund": Defect(documents.is_old, documents.forget_refund),
    "currency_mismatch": Defect(documents.is_settled, documents.credit_in_other_currency),
    "payout_failed": Defect(documents.is_paid, documents.fail_payout),
    "credit_of_other_period": Defect(documents.is_settled, documents.post_to_other_period),
    "credit_applied_elsewhere": Defect(documents.is_invoiced, documents.apply_elsewhere),
    "over_returned": Defect(documents.is_whole_line, documents.return_again),
    "unlinked": Defect(documents.is_lost_and_credited, documents.lose_source),
    "ambiguous": Defect(documents.is_plain, documents.authorize_twins),
    "offsetting": Defect(amounts.is_comparable, amounts.offset),
    "rounding": Defect(amounts.is_taxed, amounts.round_tax),
    "quantity": Defect(amounts.is_of_several, amounts.credit_fewer),
    "unit_price": Defect(amounts.is_comparable, amounts.credit_at_other_price),
    "discount_allocation": Defect(amounts.is_discounted, amounts.credit_at_list_price),
    "tax_code": Defect(amounts.is_taxed, amounts.credit_with_other_code),
    "tax_rate": Defect(amounts.is_taxed, amounts.credit_at_other_rate),
    "shipping": Defect(amounts.is_shipping_refunded, amounts.forget_shipping),
    "fee": Defect(amounts.is_with_fee, amounts.forget_fee),
    "adjustment": Defect(amounts.is_paid, amounts.add_goodwill),
    "wrong_on_both_sides": Defect(amounts.is_discounted_net, amounts.reverse_at_list_price),
    "restocked_by_disposition": Defect(stock.is_inspected, stock.restock_on_arrival),
    "restocked_by_refund": Defect(stock.is_inspected_and_paid, stock.refund_and_restock_at_once),
    "failed_unit_on_sale": Defect(stock.is_failed, stock.restock_failed_units),
    "closed_before_receipt": Defect(stock.is_on_its_way, stock.refund_at_once),
    "refunded_before_inspection": Defect(stock.is_inspected_and_paid, stock.refund_at_once),
}
