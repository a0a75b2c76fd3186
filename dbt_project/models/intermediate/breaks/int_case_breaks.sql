-- Every reason to look at a case; which one stands for it is decided by rank.
with

variances as (

    select * from {{ ref('fct_refund_variance') }}

),

lifecycle as (

    select * from {{ ref('fct_return_lifecycle') }}

),

exposures_summed_to_case as (

    select
        case_key,
        cast(sum(open_amount) as decimal(38, 3)) as open_amount,
        sum(failed_quantity) as failed_quantity,
        min(first_exposed_at) as first_exposed_at

    from {{ ref('fct_restock_exposure') }}

    where open_quantity > 0

    group by case_key

),

unasked_cases as (

    select distinct lines.case_key

    from {{ ref('int_case_lines') }} as lines

    inner join {{ ref('int_cases') }} as cases on lines.case_key = cases.case_key

    where
        lines.received_quantity > 0
        and lines.expected_quantity = 0

),

facts as (

    select
        variances.*,
        lifecycle.link_method,
        lifecycle.order_id,
        lifecycle.payout_status,
        lifecycle.requested_at,
        lifecycle.refunded_at,
        lifecycle.is_refunded_before_inspection,
        exposures_summed_to_case.case_key is not null as is_exposed,
        coalesce(exposures_summed_to_case.failed_quantity, 0) as known_bad_quantity,
        exposures_summed_to_case.open_amount,
        exposures_summed_to_case.first_exposed_at,
        unasked_cases.case_key is not null as is_received_unasked

    from variances

    inner join lifecycle on variances.case_key = lifecycle.case_key

    left join exposures_summed_to_case on variances.case_key = exposures_summed_to_case.case_key

    left join unasked_cases on variances.case_key = unasked_cases.case_key

),

{% set breaks = {
    'duplicate': "root_cause in ('duplicate_credit_memo', 'duplicate_refund')",
    'paid_no_erp': "root_cause = 'missing_credit_memo'",
    'erp_no_paid': "root_cause = 'missing_refund'",
    'refund_failed': "payout_status = 'failed'",
    'no_reference': "order_id is null",
    'received_unasked': "is_received_unasked",
    'refund_without_return': "kind = 'refund_only' and link_method = 'unlinked' and root_cause = 'missing_credit_memo'",
    'qty_mismatch': "root_cause = 'quantity'",
    'currency_basis': "root_cause = 'currency_mismatch'",
    'exchange_net': "exchange_amount <> 0 and abs(variance_amount) = exchange_amount",
    'tax': "root_cause in ('tax_code', 'tax_rate')",
    'shipping': "root_cause = 'shipping'",
    'fee': "root_cause = 'fee'",
    'rounding': "root_cause = 'rounding'",
    'cutoff': "is_cutoff",
    'applied_elsewhere': "is_applied_elsewhere",
    'ambiguous': "link_method = 'ambiguous'",
    'not_due': "root_cause in ('awaiting_credit_memo', 'awaiting_refund')",
    'unexplained': "root_cause in ('unit_price', 'discount_allocation', 'adjustment', 'offsetting')",
} %}

found as (

    select
        case_key,
        'restock_against_grade' as break_type,
        open_amount as amount,
        first_exposed_at as due_at
    from facts
    where is_exposed and known_bad_quantity > 0

    union all

    select
        case_key,
        'restock_before_inspection' as break_type,
        open_amount as amount,
        first_exposed_at as due_at
    from facts
    where is_exposed and known_bad_quantity = 0

    union all

    select
        case_key,
        'refund_before_receipt' as break_type,
        paid_amount as amount,
        refunded_at as due_at
    from facts
    where is_refunded_before_inspection and kind = 'return'
    {% for break_type, condition in breaks.items() %}
        union all

        select
            case_key,
            '{{ break_type }}' as break_type,
            coalesce(variance_amount, storefront_amount) as amount,
            coalesce(due_at, requested_at) as due_at
        from facts
        where {{ condition }}
    {% endfor %}

)

select * from found
