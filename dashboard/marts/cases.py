"""Queries of the page that shows one return."""

import pyarrow as pa

from dashboard.marts.source import MissingTableError, has, rows
from dashboard.publication import Pointer

MOST_FOUND = 50
NEEDS = ("fct_return_lifecycle", "fct_refund_variance")
EVENTS = "fct_return_stage_events"
CUSTOMERS = "dim_customers"
ORDERS = "dim_orders"
GATES = "fct_sync_gates"
BREAKS = "fct_reconciliation_breaks"

Case = dict[str, object]


def search(pointer: Pointer, text: str) -> list[Case]:
    """
    Return the cases whose order, return, RMA or ERP document has this number; at most 50.

    Whole numbers match, with or without `#`, in either case; ids match with or without what stands
    before their digits; the key of a case matches itself.
    """
    parameters = {"case_key": text.strip()} | _spellings(text)
    by_document = "false"
    try:
        rows(pointer, f"select 1 from marts.{EVENTS} limit 0", needs=(EVENTS,))  # noqa: S608
        by_document = f"""case_key in (
            select case_key from marts.{EVENTS} where document_number in {_IN}
        )"""  # noqa: S608
    except MissingTableError:
        pass
    statement = f"""
        select case_key, case_name, store, order_name, rma_number, current_stage, requested_at
        from marts.fct_return_lifecycle
        where
            case_key = $case_key
            or case_name in {_IN}
            or order_name in {_IN}
            or return_name in {_IN}
            or rma_number in {_IN}
            or order_id in ($as_typed, 'gid://shopify/Order/' || $as_typed)
            or return_id in ($as_typed, 'gid://shopify/Return/' || $as_typed)
            or {by_document}
        order by requested_at desc, case_key
        limit {MOST_FOUND}
    """  # noqa: S608
    found: list[Case] = rows(pointer, statement, parameters, needs=NEEDS).to_pylist()
    return found


def containing(pointer: Pointer, text: str) -> list[Case]:
    """Return the cases whose return, order or RMA has this text in its number; at most 50."""
    statement = f"""
        select case_key, case_name, store, order_name, rma_number, current_stage, requested_at
        from marts.fct_return_lifecycle
        where contains(lower(concat_ws(' ', case_name, order_name, rma_number)), $part)
        order by requested_at desc, case_key
        limit {MOST_FOUND}
    """  # noqa: S608
    parameters = {"part": str(_spellings(text)["as_typed"]).lower()}
    found: list[Case] = rows(pointer, statement, parameters, needs=NEEDS).to_pylist()
    return found


def has_order(pointer: Pointer, text: str) -> bool:
    """Return whether there is an order of this number, whatever came back of it."""
    if not has(pointer, ORDERS):
        return False
    statement = f"select 1 from marts.dim_orders where order_name in {_IN} limit 1"  # noqa: S608
    return bool(rows(pointer, statement, _spellings(text), needs=(ORDERS,)).num_rows)


def of_customer(pointer: Pointer, customer_key: str) -> list[Case]:
    """Return the cases of a customer, the newest first; at most 50."""
    statement = f"""
        select case_key, case_name, store, order_name, rma_number, current_stage, requested_at
        from marts.fct_return_lifecycle
        where customer_key = $customer_key
        order by requested_at desc, case_key
        limit {MOST_FOUND}
    """  # noqa: S608
    parameters = {"customer_key": customer_key}
    found: list[Case] = rows(pointer, statement, parameters, needs=NEEDS).to_pylist()
    return found


def examples(pointer: Pointer) -> pa.Table:
    """Return a few cases worth opening: those that wait longest."""
    statement = """
        select case_key, case_name, store, order_name, rma_number, current_stage, days_in_stage,
            requested_at
        from marts.fct_return_lifecycle
        where current_stage not in ('complete', 'declined', 'cancelled')
        order by days_in_stage desc, case_key
        limit 10
    """
    return rows(pointer, statement, needs=NEEDS)


def case(pointer: Pointer, case_key: str) -> Case | None:
    """
    Return a case with its amounts, or nothing.

    `gate_decision`, `gate_amount` and `hold_reasons` are those of paying its refund; `sent_at` is
    when that was paid, as far as it is known; `is_settled_otherwise` says that the processor took
    another amount than it paid out, which what went to a gift card is no part of. A publication
    may lack each of the tables that these come from.
    """
    is_settled_otherwise = _IS_SETTLED_OTHERWISE if has(pointer, BREAKS) else _IS_UNSETTLED
    statement = f"""
        select cases.*, variances.* exclude (case_key, case_name, kind, store, currency),
            gates.decision as gate_decision, gates.amount as gate_amount, gates.hold_reasons,
            {_SENT_AT} as sent_at,
            {is_settled_otherwise} as is_settled_otherwise
        from marts.fct_return_lifecycle as cases
        inner join marts.fct_refund_variance as variances on cases.case_key = variances.case_key
        left join ({_GATE if has(pointer, GATES) else _NO_GATE}) as gates
            on cases.case_key = gates.case_key
        left join ({_PAYOUTS if has(pointer, EVENTS) else _NO_PAYOUTS}) as payouts
            on cases.case_key = payouts.case_key
        where cases.case_key = $case_key
    """  # noqa: S608
    found = rows(pointer, statement, {"case_key": case_key}, needs=NEEDS).to_pylist()
    return found[0] if found else None


def customer(pointer: Pointer, case: Case) -> str | None:
    """Return what may be shown of a case's customer, nothing where none is known."""
    if not has(pointer, CUSTOMERS):
        return None
    statement = """
        select display_name from marts.dim_customers
        where store = $store and customer_key = $customer_key
        limit 1
    """
    parameters = {name: str(case.get(name) or "") for name in ("store", "customer_key")}
    found = rows(pointer, statement, parameters, needs=(CUSTOMERS,)).to_pylist()
    return found[0]["display_name"] if found else None


def events(pointer: Pointer, case_key: str) -> pa.Table:
    """Return what happened to a case in every system, in time."""
    statement = f"""
        select occurred_at, stage, event, system, document_type, document_number, quantity,
            {_COMMON_AMOUNT} as amount
        from marts.fct_return_stage_events
        where case_key = $case_key
        order by occurred_at, list_position(
            ['confirmation', 'inspection', 'posting', 'payout'], stage
        ), list_position(
            ['requested', 'approved', 'rma_opened', 'received', 'refunded'], event
        ) nulls last, event, document_number
        limit 500
    """  # noqa: S608
    return rows(pointer, statement, {"case_key": case_key}, needs=(EVENTS, *NEEDS))


def documents(pointer: Pointer, case_key: str) -> pa.Table:
    """Return the documents of a case in every system, each once, in time."""
    statement = f"""
        select system, document_type, document_number, min(occurred_at) as occurred_at,
            max({_COMMON_AMOUNT}) as amount
        from marts.fct_return_stage_events
        where case_key = $case_key and document_number is not null
        group by system, document_type, document_number
        order by occurred_at, document_type, document_number
        limit 200
    """  # noqa: S608
    return rows(pointer, statement, {"case_key": case_key}, needs=(EVENTS, *NEEDS))


def lines(pointer: Pointer, case_key: str) -> pa.Table:
    """Return the lines of a case: units, and what each side says they are worth."""
    statement = """
        select sku, return_reason, requested_quantity, received_quantity, passed_quantity,
            failed_quantity, refunded_quantity, credited_quantity,
            storefront_gross_amount - storefront_discount_amount + storefront_tax_amount
                as storefront_line_amount,
            erp_gross_amount - erp_discount_amount + erp_tax_amount as erp_line_amount,
            expected_gross_amount - expected_discount_amount + expected_tax_amount
                as expected_line_amount,
            storefront_gross_amount - erp_gross_amount as gross_difference_amount,
            erp_discount_amount - storefront_discount_amount as discount_difference_amount,
            storefront_tax_amount - erp_tax_amount as tax_difference_amount,
            original_tax_codes, tax_codes
        from marts.fct_return_lines
        where case_key = $case_key
        order by sku, order_line_id
        limit 200
    """
    return rows(pointer, statement, {"case_key": case_key}, needs=("fct_return_lines",))


_GATE = """
    select case_key, decision, amount, hold_reasons
    from marts.fct_sync_gates
    where case_key = $case_key and action = 'issue_refund'
"""
_NO_GATE = """
    select cast(null as varchar) as case_key, null as decision, null as amount,
        null as hold_reasons
    where false
"""
_PAYOUTS = """
    select
        case_key,
        bool_or(event = 'refund_failed') as has_failed,
        max(occurred_at) filter (event = 'refund_failed') as failed_at,
        max(occurred_at) filter (event = 'refunded') as last_refunded_at
    from marts.fct_return_stage_events
    where case_key = $case_key and stage = 'payout'
    group by case_key
"""
_NO_PAYOUTS = """
    select cast(null as varchar) as case_key, false as has_failed,
        cast(null as timestamptz) as failed_at, cast(null as timestamptz) as last_refunded_at
    where false
"""
_IS_SETTLED_OTHERWISE = """exists (
    select 1
    from marts.fct_reconciliation_breaks as breaks
    where breaks.case_key = $case_key and breaks.subject = 'settlement'
)"""
_IS_UNSETTLED = "coalesce(variances.settlement_variance_amount <> 0, false)"
# A payment that failed was not sent when its refund was booked; the day of a later try is only
# known where it was booked anew.
_SENT_AT = """case
    when not coalesce(payouts.has_failed, false) then cases.refunded_at
    when payouts.last_refunded_at > payouts.failed_at then payouts.last_refunded_at
end"""
# Without a common currency the ERP's amounts are in another than the case's.
_COMMON_AMOUNT = """case
    when system = 'erp' and case_key in (
        select case_key from marts.fct_refund_variance
        where case_key = $case_key and root_cause = 'currency_mismatch'
    ) then null
    else amount
end"""
_IN = "($as_typed, $as_upper, $with_hash, $upper_with_hash)"


def _spellings(text: str) -> dict[str, str | int | None]:
    bare = text.strip().removeprefix("#").strip()
    return {
        "as_typed": bare,
        "as_upper": bare.upper(),
        "with_hash": f"#{bare}",
        "upper_with_hash": f"#{bare.upper()}",
    }
