"""Queries of the page that asks whether a period can be closed."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa

from dashboard.decisions import Decided
from dashboard.marts.breaks import IS_OPEN, NEEDS, stood
from dashboard.marts.source import Listing, Parameter, Scope, has, rows
from dashboard.publication import Pointer

TIE_OUT = "fct_tie_out"
PREVIOUS = "previous.fct_reconciliation_breaks"
MOVES = ("new", "still_open", "resolved")


@dataclass(frozen=True)
class Period:
    """An accounting month, `2026-10`; it ends where the next one begins."""

    name: str
    ended_on: date

    @property
    def parameters(self) -> dict[str, Parameter]:
        """Return it by the names the queries use."""
        return {"period": self.name, "ended_on": self.ended_on.isoformat()}


def periods(pointer: Pointer) -> list[Period]:
    """Return the months that some control was taken for, the newest first."""
    statement = """
        select distinct
            period,
            cast(strptime(period || '-01', '%Y-%m-%d') + interval 1 month as date) as ended_on
        from marts.fct_tie_out
        where period not in ('all', 'none')
        order by period desc
    """
    found = rows(pointer, statement, needs=(TIE_OUT,)).to_pylist()
    return [Period(row["period"], row["ended_on"]) for row in found]


def controls(pointer: Pointer, scope: Scope, period: Period) -> pa.Table:
    """
    Return the controls of a period with both sides, of one currency or all, what is off first.

    Those without months stand for the whole of the books, and belong to every period.
    """
    statement = f"""
        select is_tied, system, control, store, currency, period, source_count, mart_count,
            source_amount, mart_amount, source_amount - mart_amount as difference_amount
        from marts.fct_tie_out
        where {_CONTROLS}
        order by is_tied, list_position(['storefront', 'processor', 'erp'], system), control,
            store, currency, period
        limit 500
    """  # noqa: S608
    return rows(pointer, statement, {**scope.parameters, "period": period.name}, needs=(TIE_OUT,))


def verdicts(pointer: Pointer, scope: Scope, period: Period) -> list[dict[str, Any]]:
    """Return how many controls there are and hold, per store, currency and system."""
    statement = f"""
        select store, currency, system, count(*) as controls,
            count(*) filter (is_tied) as tied
        from marts.fct_tie_out
        where {_CONTROLS}
        group by store, currency, system
        order by store = 'all', store, currency, system
        limit 500
    """  # noqa: S608
    parameters = {"store": scope.store, "period": period.name, "currency": None}
    found: list[dict[str, Any]] = rows(
        pointer, statement, parameters, needs=(TIE_OUT,)
    ).to_pylist()
    return found


def open_by_currency(
    pointer: Pointer, scope: Scope, period: Period, *, decided: Decided
) -> list[dict[str, object]]:
    """
    Return what is still to do that arose by the period's end, count and money by currency.

    Breaks of one case are often about the same money: of each case the most counts. `old_amount`
    is what has been due for more than 90 days.
    """
    statement = f"""
        {stood(pointer)}
        select currency, sum(breaks)::bigint as breaks, coalesce(sum(amount), 0) as amount,
            coalesce(sum(old_amount), 0) as old_amount
        from (
            select currency, case_key, count(*) as breaks, max(amount) as amount,
                max(amount) filter (age_bucket = 'over 90') as old_amount
            from stood
            where {IS_OPEN} and {_AROSE}
            group by currency, case_key
        )
        group by currency
        order by breaks desc, currency
    """  # noqa: S608
    parameters: dict[str, Parameter] = {"store": scope.store, "ended_on": str(period.ended_on)}
    found: list[dict[str, object]] = rows(
        pointer, statement, parameters, needs=NEEDS, decided=decided
    ).to_pylist()
    return found


def ageing(pointer: Pointer, scope: Scope, period: Period, *, decided: Decided) -> pa.Table:
    """Return the open breaks of one currency: a row a kind, a column an age, money in all."""
    statement = f"""
        {stood(pointer)}
        select
            break_type,
            any_value(team) as team,
            count(*) filter (age_bucket = '0-1') as age_0_1,
            count(*) filter (age_bucket = '2-7') as age_2_7,
            count(*) filter (age_bucket = '8-30') as age_8_30,
            count(*) filter (age_bucket = '31-60') as age_31_60,
            count(*) filter (age_bucket = '61-90') as age_61_90,
            count(*) filter (age_bucket = 'over 90') as age_over_90,
            count(*) filter (age_bucket is null) as undated,
            count(*) as breaks,
            coalesce(sum(amount), 0) as amount
        from stood
        where {IS_OPEN} and {_AROSE} and currency = $currency
        group by break_type
        order by amount desc, breaks desc, break_type
    """  # noqa: S608
    parameters = {**scope.parameters, "ended_on": str(period.ended_on)}
    return rows(pointer, statement, parameters, needs=NEEDS, decided=decided)


def ages(pointer: Pointer, scope: Scope, period: Period, *, decided: Decided) -> pa.Table:
    """Return count and money of the open breaks of one currency by age, the youngest first."""
    statement = f"""
        {stood(pointer)}
        select coalesce(age_bucket, 'undated') as age, count(*) as breaks,
            coalesce(sum(amount), 0) as amount
        from stood
        where {IS_OPEN} and {_AROSE} and currency = $currency
        group by age
        order by list_position(
            ['0-1', '2-7', '8-30', '31-60', '61-90', 'over 90', 'undated'], age
        )
    """  # noqa: S608
    parameters = {**scope.parameters, "ended_on": str(period.ended_on)}
    return rows(pointer, statement, parameters, needs=NEEDS, decided=decided)


def has_previous(pointer: Pointer) -> bool:
    """Return whether there is an earlier publication to compare with."""
    return has(pointer, PREVIOUS) and has(pointer, "previous.ops.publication")


def previous_as_of(pointer: Pointer) -> object:
    """Return the moment the publication before speaks of."""
    statement = "select as_of from previous.ops.publication limit 1"
    needs = ("previous.ops.publication",)
    return rows(pointer, statement, needs=needs).to_pylist()[0]["as_of"]


def moves(pointer: Pointer, scope: Scope) -> dict[str, dict[str, Any]]:
    """
    Return count and money of what is new, still there and gone since the last publication.

    Breaks of one case are often about the same money: of each case the most counts.
    """
    statement = f"""
        {_MOVED}
        select move, sum(breaks)::bigint as breaks, coalesce(sum(amount), 0) as amount
        from (
            select move, case_key, count(*) as breaks, max(amount) as amount
            from moved
            where {_SCOPE}
            group by move, case_key
        )
        group by move
    """  # noqa: S608
    found = rows(pointer, statement, scope.parameters, needs=(*NEEDS, PREVIOUS)).to_pylist()
    by_move = {row["move"]: row for row in found}
    nothing = {"breaks": 0, "amount": 0}
    return {move: {**nothing, **by_move.get(move, {})} for move in MOVES}


def moved(pointer: Pointer, scope: Scope, *, move: str) -> Listing:
    """List the breaks that moved in one way, the most money first."""
    statement = f"""
        {_MOVED}
        select case_key, case_name, store, break_type, team, amount, amount_before, due_at
        from moved
        where move = $move and {_SCOPE}
        order by amount desc nulls first, case_name, break_key
    """  # noqa: S608
    return Listing(pointer, statement, {**scope.parameters, "move": move}, (*NEEDS, PREVIOUS))


_CONTROLS = """period in ($period, 'all', 'none')
    and ($store is null or store in ($store, 'all'))
    and ($currency is null or currency = $currency)"""
_AROSE = """($store is null or store = $store)
    and coalesce(arose_at < cast($ended_on as timestamptz), true)"""
_SCOPE = "currency = $currency and ($store is null or store = $store)"
_MOVED = """with moved as (
    select
        coalesce(after.break_key, before.break_key) as break_key,
        case
            when before.break_key is null then 'new'
            when after.break_key is null then 'resolved'
            else 'still_open'
        end as move,
        coalesce(after.case_key, before.case_key) as case_key,
        coalesce(after.case_name, before.case_name) as case_name,
        coalesce(after.store, before.store) as store,
        coalesce(after.currency, before.currency) as currency,
        coalesce(after.break_type, before.break_type) as break_type,
        coalesce(after.owner_role, before.owner_role) as team,
        coalesce(after.amount, before.amount) as amount,
        before.amount as amount_before,
        coalesce(after.due_at, before.due_at) as due_at
    from (
        select * from marts.fct_reconciliation_breaks where owner_role <> 'none'
    ) as after
    full join (
        select * from previous.marts.fct_reconciliation_breaks where owner_role <> 'none'
    ) as before on after.break_key = before.break_key
)"""
