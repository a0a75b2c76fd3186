"""How the business behaves, and how often it goes wrong: such numbers are here only."""

# How often a sale or a return has this about it; nothing here is an error.
HABITS = {
    "b2b": 0.10,
    "gift": 0.45,  # of the orders of November and December
    "bundle": 0.12,
    "line_promotion": 0.22,
    "order_promotion": 0.12,
    "shipping_charged": 0.55,
    "cash_sale": 0.06,
    "refund_without_return": 0.04,
    "second_return": 0.14,
    "third_return": 0.30,  # of those that came back twice
    "declined": 0.02,
    "cancelled": 0.02,
    "late_approval": 0.40,
    "restocking_fee": 0.10,
    "exchange": 0.08,
    "shipping_refunded": 0.30,
    "authorization_without_reference": 0.08,
    "failed_inspection": 0.07,
    "restocked_by_refund": 0.15,
    "left_for_our_restock": 0.05,
    "other_gateway": 0.20,
}

# Share of all cases that carry this defect; a business of any size has one of each at least.
DEFECTS = {
    "duplicate_credit_memo": 0.006,
    "duplicate_refund": 0.006,
    "missing_credit_memo": 0.010,
    "missing_refund": 0.008,
    "offsetting": 0.004,
    "rounding": 0.012,
    "quantity": 0.006,
    "unit_price": 0.006,
    "discount_allocation": 0.010,
    "tax_code": 0.006,
    "tax_rate": 0.006,
    "shipping": 0.010,
    "fee": 0.006,
    "adjustment": 0.006,
    "currency_mismatch": 0.004,
    "wrong_on_both_sides": 0.004,
    "restocked_by_disposition": 0.010,
    "restocked_by_refund": 0.010,
    "failed_unit_on_sale": 0.006,
    "refunded_before_inspection": 0.010,
    "closed_before_receipt": 0.006,
    "payout_failed": 0.006,
    "credit_of_other_period": 0.006,
    "credit_applied_elsewhere": 0.004,
    "over_returned": 0.004,
    "unlinked": 0.004,
    "ambiguous": 0.004,
}

# Share of a year's orders by month, January first: gifts are bought in November and December.
SEASON = (6, 6, 7, 7, 7, 7, 6, 6, 8, 9, 14, 17)

# Hours between one step and the next: the quickest, the usual and the slowest.
LAGS = {
    "return_requested": (72, 240, 960),
    "gift_returned": (360, 720, 1200),
    "approved": (1, 24, 120),
    "authorized": (0.1, 0.5, 8),
    "received": (40, 130, 400),
    "inspected": (2, 30, 170),
    "restocked": (0.2, 3, 30),
    "credited": (1, 14, 70),
    "refunded": (0.5, 8, 50),
    "settled": (14, 30, 70),
    "closed": (0.1, 2, 20),
    "next_return": (48, 200, 700),
    "parcel_lost": (120, 300, 600),
}
