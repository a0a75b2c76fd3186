"""Queries of the page that asks why the amounts differ; each is about one currency."""

from dataclasses import dataclass

import pyarrow as pa

from dashboard.marts.source import Listing, Parameter, Scope, rows
from dashboard.publication import Pointer

VARIANCE = "fct_refund_variance"
NEEDS = (VARIANCE,)
COMPONENTS = ("quantity", "price", "discount", "tax", "shipping", "fee", "adjustment")


JOINED = ("fct_return_lifecycle", "fct_return_lines")
# What the variance can be cut by, and the expression of each; months in UTC, by arithmetic.
CUTS = {
    "root_cause": "root_cause",
    "age": "coalesce(age_bucket, 'not due')",
    "month": "date_trunc('month', make_timestamp(epoch_us(greatest(refunded_at, credited_at))))",
    "store": "store",
    "channel": "channel",
    "promotion": "is_promotional",
    "sku": "sku",
}
NAMED = {
    "month": "strftime({}, '%Y-%m')",
    "promotion": "case when {} then 'promotional' else 'regular' end",
}
ORDERS = {
    "age": "min(coalesce(age_days, -1))",
    "month": "part desc nulls last",
}
OF_LIFECYCLE = ("month", "channel", "promotion")
_LARGEST = "gross_amount desc, cases desc, part"
_WITH_LIFECYCLE = """(
    select variances.*, cases.channel, cases.is_promotional, cases.refunded_at, cases.credited_at
    from marts.fct_refund_variance as variances
    inner join marts.fct_return_lifecycle as cases on variances.case_key = cases.case_key
)"""
_LINES = """
    select case_key, store, currency, sku, cast(null as varchar) as root_cause,
        storefront_gross_amount - storefront_discount_amount + storefront_tax_amount
            as storefront_amount,
        erp_gross_amount - erp_discount_amount + erp_tax_amount as erp_amount,
        storefront_amount - erp_amount as variance_amount
    from marts.fct_return_lines
"""
_LINES_WITH_CAUSES = f"""
    select lines.* exclude (root_cause), variances.root_cause
    from ({_LINES}) as lines
    inner join (select case_key, root_cause from marts.fct_refund_variance) as variances
        on lines.case_key = variances.case_key
"""  # noqa: S608


@dataclass(frozen=True)
class VarianceFilter:
    """What the cases are narrowed to: one cause, and only what is due on both sides."""

    cause: str | None = None
    is_due_only: bool = False


def totals(pointer: Pointer, scope: Scope, *, narrowed: VarianceFilter) -> dict[str, object]:
    """
    Return the amounts side by side, the variance net and gross, and the sum of each component.

    The bridge is over cases with a common currency: `storefront_bridge_amount` less the components
    is `erp_amount`.
    """
    components = ", ".join(
        f"coalesce(sum({name}_component), 0) as {name}_component" for name in COMPONENTS
    )
    statement = f"""
        select
            count(*) as cases,
            count(*) filter (variance_amount <> 0) as differing,
            count(*) filter (variance_amount is null) as incomparable,
            count(*) filter (variance_amount <> 0 and not {_IS_DUE}) as not_late,
            coalesce(sum(storefront_amount), 0) as storefront_amount,
            coalesce(sum(storefront_amount) filter (variance_amount is not null), 0)
                as storefront_bridge_amount,
            coalesce(sum(paid_amount), 0) as paid_amount,
            sum(settled_amount) as settled_amount,
            coalesce(sum(erp_amount), 0) as erp_amount,
            coalesce(sum(expected_amount) filter (reversal_variance_amount is not null), 0)
                as expected_amount,
            coalesce(sum(expected_amount) filter (reversal_variance_amount is null), 0)
                as uncredited_amount,
            coalesce(sum(storefront_amount) filter (variance_amount is null), 0)
                as incomparable_amount,
            coalesce(sum(variance_amount) filter (not {_IS_DUE}), 0) as not_due_amount,
            coalesce(sum(reversal_variance_amount), 0) as reversal_variance_amount,
            coalesce(sum(variance_amount), 0) as net_amount,
            coalesce(sum(abs(variance_amount)), 0) as gross_amount,
            {components}
        from marts.fct_refund_variance
        where {_FILTER}
    """  # noqa: S608
    found: dict[str, object] = rows(
        pointer, statement, _parameters(scope, narrowed), needs=NEEDS
    ).to_pylist()[0]
    return found


def causes(pointer: Pointer, scope: Scope) -> list[str]:
    """Return the root causes there are, the most money first."""
    statement = """
        select root_cause
        from marts.fct_refund_variance
        where currency = $currency and ($store is null or store = $store)
        group by root_cause
        order by coalesce(sum(abs(variance_amount)), 0) desc, count(*) desc, root_cause
    """
    found = rows(pointer, statement, scope.parameters, needs=NEEDS).to_pylist()
    return [str(row["root_cause"]) for row in found]


def cut(pointer: Pointer, scope: Scope, *, narrowed: VarianceFilter, by: str) -> pa.Table:
    """
    Return count and money by one of CUTS, the largest gross first; at most 200 rows.

    By SKU the money is the lines': shipping, fees and adjustments belong to none.
    """
    is_by_line = by == "sku"
    statement = f"""
        select
            {NAMED.get(by, "{}").format(CUTS[by])} as part,
            {"count(distinct case_key)" if is_by_line else "count(*)"} as cases,
            coalesce(sum(storefront_amount), 0) as storefront_amount,
            coalesce(sum(erp_amount), 0) as erp_amount,
            coalesce(sum(variance_amount), 0) as net_amount,
            coalesce(sum(abs(variance_amount)), 0) as gross_amount
        from {_source(by, narrowed)}
        where {_FILTER}
        group by {CUTS[by]}
        order by {ORDERS.get(by, _LARGEST)}
        limit 200
    """  # noqa: S608
    return rows(pointer, statement, _parameters(scope, narrowed), needs=(*NEEDS, *JOINED))


def cases(
    pointer: Pointer, scope: Scope, *, narrowed: VarianceFilter, is_differing_only: bool
) -> Listing:
    """List the cases, the largest difference first."""
    statement = f"""
        select case_key, case_name, store, root_cause, storefront_amount, paid_amount,
            settled_amount, erp_amount, expected_amount, variance_amount,
            reversal_variance_amount, payout_variance_amount, settlement_variance_amount,
            age_days,
            list_filter([
                case when is_cutoff then 'cutoff' end,
                case when is_applied_elsewhere then 'applied_elsewhere' end
            ], lambda note: note is not null) as notes
        from marts.fct_refund_variance
        where {_FILTER} and (not $is_differing_only or {_DIFFERS})
        order by abs(variance_amount) desc nulls first, age_days desc nulls last, case_name,
            case_key
    """  # noqa: S608
    parameters = _parameters(scope, narrowed) | {"is_differing_only": is_differing_only}
    return Listing(pointer, statement, parameters, NEEDS)


def case_count(
    pointer: Pointer, scope: Scope, *, narrowed: VarianceFilter, is_differing_only: bool
) -> int:
    """Return how many cases the pages of `cases` have between them."""
    statement = f"""
        select count(*) as cases
        from marts.fct_refund_variance
        where {_FILTER} and (not $is_differing_only or {_DIFFERS})
    """  # noqa: S608
    parameters = _parameters(scope, narrowed) | {"is_differing_only": is_differing_only}
    return int(rows(pointer, statement, parameters, needs=NEEDS).to_pylist()[0]["cases"])


_IS_DUE = "root_cause not in ('not_due', 'awaiting_credit_memo', 'awaiting_refund')"
_FILTER = f"""currency = $currency
    and ($store is null or store = $store)
    and ($cause is null or root_cause = $cause)
    and (not $is_due_only or {_IS_DUE})"""
# What the customer's bank or a precise reversal contradicts differs too, whatever the ERP says.
_DIFFERS = """(
    variance_amount is null
    or variance_amount <> 0
    or coalesce(reversal_variance_amount, 0) <> 0
    or coalesce(payout_variance_amount, 0) <> 0
    or coalesce(settlement_variance_amount, 0) <> 0
    or root_cause = 'offsetting'
)"""


def _source(by: str, narrowed: VarianceFilter) -> str:
    """Return what a cut is taken of: no table is joined that nothing is asked of."""
    if by == "sku":
        is_narrowed = narrowed.cause is not None or narrowed.is_due_only
        return f"({_LINES_WITH_CAUSES if is_narrowed else _LINES})"
    return _WITH_LIFECYCLE if by in OF_LIFECYCLE else "marts.fct_refund_variance"


def _parameters(scope: Scope, narrowed: VarianceFilter) -> dict[str, Parameter]:
    return scope.parameters | {"cause": narrowed.cause, "is_due_only": narrowed.is_due_only}
