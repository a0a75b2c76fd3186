"""Queries of the page that asks where every return is."""

import pyarrow as pa

from dashboard.marts.source import Listing, Scope, rows
from dashboard.publication import Pointer

LIFECYCLE = "fct_return_lifecycle"
NEEDS = (LIFECYCLE,)
# Whole seconds between two moments: DuckDB's own difference of zoned times asks a calendar.
_SECONDS = "(epoch_us(ended_at) - epoch_us(began_at)) // 1000000"
_TENTH = 8640


def stores(pointer: Pointer) -> list[str]:
    """Return the stores that have cases."""
    statement = "select distinct store from marts.fct_return_lifecycle order by store"
    return [str(row["store"]) for row in rows(pointer, statement, needs=NEEDS).to_pylist()]


def currencies(pointer: Pointer, scope: Scope) -> list[str]:
    """Return the currencies of cases, of a store or of all, the most frequent first."""
    statement = """
        select currency
        from marts.fct_return_lifecycle
        where currency is not null and ($store is null or store = $store)
        group by currency
        order by count(*) desc, currency
    """
    found = rows(pointer, statement, scope.of_store, needs=NEEDS).to_pylist()
    return [str(row["currency"]) for row in found]


def headline(pointer: Pointer, scope: Scope) -> dict[str, int]:
    """Return how many cases there are, are open, overdue, complete and falsely complete."""
    statement = """
        select
            count(*) as cases,
            count(*) filter (current_stage not in ('complete', 'declined', 'cancelled')) as open,
            count(*) filter (current_stage = 'complete') as complete,
            count(*) filter (is_overdue) as overdue,
            count(*) filter (is_falsely_complete) as falsely_complete,
            count(*) filter (is_refunded_before_inspection) as refunded_before_inspection,
            count(*) filter (
                payout_status = 'done' and posting_status not in ('done', 'not_required')
            ) as paid_uncredited
        from marts.fct_return_lifecycle
        where $store is null or store = $store
    """
    found: dict[str, int] = rows(pointer, statement, scope.of_store, needs=NEEDS).to_pylist()[0]
    return found


def statuses(pointer: Pointer, scope: Scope) -> pa.Table:
    """Return how many cases stand at each status of each stage, without those that ended early."""
    statement = """
        with cases as (
            select *
            from marts.fct_return_lifecycle
            where
                current_stage not in ('declined', 'cancelled')
                and ($store is null or store = $store)
        )

        select stage, status, count(*) as cases
        from (
            select 1 as place, 'confirmation' as stage, confirmation_status as status from cases
            union all
            select 2 as place, 'inspection' as stage, inspection_status as status from cases
            union all
            select 3 as place, 'posting' as stage, posting_status as status from cases
            union all
            select 4 as place, 'payout' as stage, payout_status as status from cases
        )
        group by place, stage, status
        order by place, status
    """
    return rows(pointer, statement, scope.of_store, needs=NEEDS)


def stage_counts(pointer: Pointer, scope: Scope) -> pa.Table:
    """Return cases by current stage, in the order of the stages, with the days spent there."""
    statement = """
        select
            current_stage,
            count(*) as cases,
            count(*) filter (is_overdue) as overdue,
            quantile_disc(days_in_stage, 0.5) filter (is_open) as median_days,
            quantile_disc(days_in_stage, 0.9) filter (is_open) as p90_days,
            max(days_in_stage) filter (is_open) as longest_days
        from (
            select *, current_stage not in ('complete', 'declined', 'cancelled') as is_open
            from marts.fct_return_lifecycle
            where $store is null or store = $store
        )
        group by current_stage
        order by list_position([
            'awaiting_confirmation', 'awaiting_receipt', 'awaiting_inspection',
            'awaiting_posting', 'awaiting_payout', 'complete', 'declined', 'cancelled'
        ], current_stage)
    """
    return rows(pointer, statement, scope.of_store, needs=NEEDS)


def durations(pointer: Pointer, scope: Scope) -> pa.Table:
    """
    Return the days each step took where both ends are known, and how often it ran backwards.

    Median and the 90 in a hundred are those of a case that there is, in tenths of a day: they are
    counted by tenths first, so that millions of cases are neither sorted nor kept.
    """
    statement = f"""
        with steps as (
            select 1 as place, 'confirmation' as step, requested_at as began_at,
                approved_at as ended_at, store
            from marts.fct_return_lifecycle
            union all
            select 2, 'receipt', coalesce(approved_at, requested_at), received_at, store
            from marts.fct_return_lifecycle
            union all
            select 3, 'inspection', received_at, inspected_at, store
            from marts.fct_return_lifecycle
            union all
            select 4, 'posting', inspected_at, credited_at, store
            from marts.fct_return_lifecycle
            union all
            select 5, 'payout', credited_at, refunded_at, store
            from marts.fct_return_lifecycle
            union all
            select 6, 'whole', requested_at, greatest(credited_at, refunded_at), store
            from marts.fct_return_lifecycle
            where current_stage = 'complete'
        ),

        tenths as (
            select
                place,
                step,
                {_SECONDS} < 0 as is_backwards,
                ({_SECONDS} * 2 + {_TENTH}) // ({_TENTH} * 2) as tenths,
                count(*) as cases
            from steps
            where
                began_at is not null and ended_at is not null
                and ($store is null or store = $store)
            group by all
        ),

        ranked as (
            select
                *,
                sum(cases) over (partition by step, is_backwards order by tenths) as up_to,
                sum(cases) over (partition by step, is_backwards) as all_cases
            from tenths
        )

        select
            step,
            cast(coalesce(sum(cases) filter (not is_backwards), 0) as bigint) as cases,
            min(tenths) filter (not is_backwards and up_to * 2 >= all_cases) / 10.0 as median_days,
            min(tenths) filter (not is_backwards and up_to * 10 >= all_cases * 9) / 10.0
                as p90_days,
            cast(coalesce(sum(cases) filter (is_backwards), 0) as bigint) as out_of_order
        from ranked
        group by place, step
        order by place
    """  # noqa: S608
    return rows(pointer, statement, scope.of_store, needs=NEEDS)


def overdue(pointer: Pointer, scope: Scope) -> Listing:
    """List the cases that stay too long where they are, the longest first."""
    statement = """
        select case_key, case_name, store, order_name, rma_number, current_stage, days_in_stage,
            requested_at, requested_quantity, received_quantity
        from marts.fct_return_lifecycle
        where is_overdue and ($store is null or store = $store)
        order by days_in_stage desc, case_name, case_key
    """
    return Listing(pointer, statement, scope.of_store, NEEDS)


def falsely_complete(pointer: Pointer, scope: Scope) -> Listing:
    """List the cases the storefront calls complete and the ERP does not."""
    statement = """
        select cases.case_key, cases.case_name, cases.store, cases.order_name, cases.rma_number,
            cases.inspection_status, cases.posting_status, cases.days_in_stage,
            cases.is_overdue, cases.refunded_at, cases.currency, variances.paid_amount,
            variances.erp_amount
        from marts.fct_return_lifecycle as cases
        left join marts.fct_refund_variance as variances on cases.case_key = variances.case_key
        where cases.is_falsely_complete and ($store is null or cases.store = $store)
        order by cases.days_in_stage desc, cases.case_name, cases.case_key
    """
    return Listing(pointer, statement, scope.of_store, (LIFECYCLE, "fct_refund_variance"))
