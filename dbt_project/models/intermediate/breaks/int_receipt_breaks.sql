-- Money that went out for goods nobody received, and goods that came for which nobody asked.
with

lifecycle as (

    select * from {{ ref('fct_return_lifecycle') }}

),

variances as (

    select * from {{ ref('fct_refund_variance') }}

),

policy as (

    select * from {{ ref('currency_policy') }}

),

refunded_units as (

    select
        refunds.case_key,
        sum(lines.refunded_quantity - lines.cancelled_quantity) as returnable_quantity

    from {{ ref('int_storefront_refund_lines') }} as lines

    inner join {{ ref('int_case_refunds') }} as refunds
        on
            lines.store = refunds.store
            and lines.refund_id = refunds.refund_id

    where lines.is_shop_money

    group by refunds.case_key

),

-- Below the limit a customer may keep the goods.
paid_above_limit as (

    select
        lifecycle.case_key,
        lifecycle.kind,
        lifecycle.received_at,
        lifecycle.credited_at,
        lifecycle.inspection_status,
        lifecycle.refunded_at,
        variances.paid_amount,
        coalesce(refunded_units.returnable_quantity, 0) as returnable_quantity

    from lifecycle

    inner join variances on lifecycle.case_key = variances.case_key

    left join refunded_units on lifecycle.case_key = refunded_units.case_key

    left join policy on variances.currency = policy.currency

    where variances.paid_amount > coalesce(policy.keep_item_limit, 0)

),

unasked_lines as (

    select
        lines.case_key,
        lines.order_line_id,
        lines.received_quantity,
        lines.ordered_quantity,
        lifecycle.store,
        lifecycle.currency,
        lifecycle.received_at

    from {{ ref('int_case_lines') }} as lines

    inner join lifecycle on lines.case_key = lifecycle.case_key

    where
        lines.received_quantity > 0
        and lines.expected_quantity = 0

),

-- A received line that meets no order line is worth what nobody can say.
unmatched_receipts as (

    select
        case_key,
        min(received_at) as received_at

    from {{ ref('int_case_receipt_lines') }}

    where order_line_id is null

    group by case_key

),

hits as (

    select
        case_key,
        cast(null as {{ text_type() }}) as order_line_id,
        'refund_before_receipt' as break_type,
        'refund' as opens,
        paid_amount as amount,
        refunded_at as due_at

    from paid_above_limit

    where
        kind = 'return'
        and received_at is null
        and inspection_status <> 'not_required'

    union all

    select
        case_key,
        cast(null as {{ text_type() }}) as order_line_id,
        'refund_without_return' as break_type,
        'refund' as opens,
        paid_amount as amount,
        refunded_at as due_at

    from paid_above_limit

    where
        kind = 'refund_only'
        and returnable_quantity > 0
        -- The ERP's own credit says that it was meant.
        and credited_at is null

    union all

    select
        unasked_lines.case_key,
        unasked_lines.order_line_id,
        'received_unasked' as break_type,
        'receipt' as opens,
        {{ from_minor(
            ratio(
                'originals.net_minor + originals.tax_minor',
                'unasked_lines.received_quantity',
                'unasked_lines.ordered_quantity'
            ),
            'unasked_lines.currency'
        ) }} as amount,
        unasked_lines.received_at as due_at

    from unasked_lines

    left join {{ ref('int_storefront_order_line_amounts') }} as originals
        on
            unasked_lines.store = originals.store
            and unasked_lines.order_line_id = originals.order_line_id
            and unasked_lines.currency = originals.currency

    union all

    select
        case_key,
        cast(null as {{ text_type() }}) as order_line_id,
        'received_unasked' as break_type,
        'receipt' as opens,
        cast(null as decimal(18, 3)) as amount,
        received_at as due_at

    from unmatched_receipts

),

final as (

    select
        case_key,
        'receipt' as subject,
        order_line_id,
        break_type,
        opens,
        amount,
        due_at

    from hits

)

select * from final
