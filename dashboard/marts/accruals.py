"""Queries of the page that asks what is owed for returns; money is one currency's."""

import pyarrow as pa

from dashboard.marts.source import (
    Listing,
    Parameter,
    Scope,
    month_of,
    months_to_now,
    rows,
)
from dashboard.publication import Pointer

TABLE = "fct_refund_liability"
NEEDS = (TABLE,)


def headline(pointer: Pointer, scope: Scope) -> dict[str, object]:
    """Return what is owed and what is coming back, as of the publication."""
    statement = f"""
        select
            count(*) filter (is_open) as returns,
            coalesce(sum(liability_amount), 0) as liability_amount,
            coalesce(sum(asset_amount), 0) as asset_amount,
            coalesce(sum(received_asset_amount), 0) as received_asset_amount,
            coalesce(sum(awaited_quantity), 0) as awaited_quantity,
            coalesce(sum(uncosted_quantity), 0) as uncosted_quantity,
            min(pass_rate) as lowest_pass_rate,
            max(pass_rate) as highest_pass_rate
        from marts.fct_refund_liability
        where {_SCOPE}
    """  # noqa: S608
    found: dict[str, object] = rows(pointer, statement, scope.parameters, needs=NEEDS).to_pylist()[
        0
    ]
    return found


def roll_forward(pointer: Pointer, scope: Scope) -> pa.Table:
    """
    Return the liability's roll-forward, a row a month in UTC, the newest first, none left out.

    Opening plus opened plus difference less credited is closing, month by month.
    """
    return rows(pointer, _ROLL_FORWARD, scope.parameters, needs=(*NEEDS, "ops.publication"))


def entries(pointer: Pointer, scope: Scope, *, ended_on: str) -> pa.Table:
    """
    Return what is owed and coming back at the end of a month, per store.

    Of what the ERP has credited or received since, the units of a return count whole.
    """
    statement = f"""
        select
            store,
            currency,
            count(*) filter (
                opened_at < end_at and (credited_at is null or credited_at >= end_at)
            ) as returns,
            sum(
                case when opened_at < end_at then opened_amount else 0 end
                + case
                    when credited_at < end_at then difference_amount - credited_amount else 0
                end
            ) as liability_amount,
            sum(case
                when
                    opened_at < end_at
                    and (received_at is null or received_at >= end_at)
                    and (credited_at is null or credited_at >= end_at)
                    then expected_cost_amount
                else 0
            end) as asset_amount
        from (
            select *, cast($ended_on as timestamptz) as end_at from marts.fct_refund_liability
        )
        where {_SCOPE}
        group by store, currency
        having liability_amount <> 0 or asset_amount <> 0
        order by store, currency
        limit 500
    """  # noqa: S608
    parameters: dict[str, Parameter] = {**scope.parameters, "ended_on": ended_on}
    return rows(pointer, statement, parameters, needs=NEEDS)


def open_returns(pointer: Pointer, scope: Scope) -> Listing:
    """List the returns something is owed for, the most money first."""
    statement = f"""
        select case_key, case_name, store, current_stage, opened_at, received_at, credited_at,
            liability_amount, remaining_quantity, awaited_quantity, asset_amount,
            received_asset_amount
        from marts.fct_refund_liability
        where is_open and {_SCOPE}
        order by liability_amount desc, opened_at, case_key
    """  # noqa: S608
    return Listing(pointer, statement, scope.parameters, NEEDS)


def estimates(pointer: Pointer, scope: Scope) -> pa.Table:
    """Return what is estimated to be still asked for, by month of sale, the newest first."""
    statement = f"""
        select period, store, sales_amount, expected_rate, opened_amount, estimated_amount
        from marts.rpt_expected_returns
        where {_SCOPE}
        order by period desc, store
        limit 120
    """  # noqa: S608
    return rows(pointer, statement, scope.parameters, needs=("rpt_expected_returns",))


_SCOPE = "currency = $currency and ($store is null or store = $store)"
_ROLL_FORWARD = f"""
    with moves as (
        select {month_of("opened_at")} as month, opened_amount, 0 as difference_amount,
            0 as credited_amount
        from marts.fct_refund_liability
        where {_SCOPE}
        union all
        select {month_of("credited_at")}, 0, difference_amount, credited_amount
        from marts.fct_refund_liability
        where credited_at is not null and {_SCOPE}
    ),

    months as (
        select
            month,
            sum(opened_amount) as opened_amount,
            sum(difference_amount) as difference_amount,
            sum(credited_amount) as credited_amount
        from (from moves union all select {months_to_now("moves")} as month, 0, 0, 0)
        group by month
    )

    select
        strftime(month, '%Y-%m') as period,
        closing_amount - opened_amount - difference_amount + credited_amount as opening_amount,
        opened_amount,
        difference_amount,
        -credited_amount as credited_amount,
        closing_amount
    from (
        select
            *,
            sum(opened_amount + difference_amount - credited_amount)
                over (order by month) as closing_amount
        from months
    )
    order by month desc
    limit 120
"""  # noqa: S608
