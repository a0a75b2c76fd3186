{{ config(meta={'kept_by': 'order_id'}) }}

-- A return may be booked by its own agreement or by its refund's; what an edit removed is booked by the edit, and the
-- refund that it made holds the same lines again.
with

sales as (

    select *

    from {{ changed('stg_shopify__sales') }}

    where
        happened_at <= {{ as_of() }}
        and (sale_action = 'return' or line_type in ('fee', 'adjustment'))

),

of_refunds_and_returns as (

    select
        sales.*,
        coalesce(
            case_refunds.case_key, {{ case_key('sales.store', "'return'", 'sales.return_id') }}
        ) as case_key

    from sales

    left join {{ changed('int_case_refunds') }} as case_refunds
        on
            sales.store = case_refunds.store
            and sales.refund_id = case_refunds.refund_id

    where sales.agreement_type in ('RefundAgreement', 'ReturnAgreement')

),

lines_removed as (

    select
        lines.store,
        lines.order_line_id,
        case_refunds.case_key,
        row_number() over (
            partition by lines.store, lines.order_line_id
            order by case_refunds.refunded_at, case_refunds.refund_id
        ) as removal_number

    from {{ changed('int_storefront_refund_lines') }} as lines

    inner join {{ changed('int_case_refunds') }} as case_refunds
        on
            lines.store = case_refunds.store
            and lines.refund_id = case_refunds.refund_id

    left join of_refunds_and_returns as booked
        on
            lines.store = booked.store
            and lines.refund_id = booked.refund_id
            and lines.order_line_id = booked.order_line_id

    where
        lines.is_shop_money
        and lines.cancelled_quantity > 0
        and booked.sale_id is null

),

of_edits as (

    select
        *,
        row_number() over (
            partition by store, order_line_id
            order by happened_at, sale_id
        ) as removal_number

    from sales

    where
        agreement_type = 'OrderEditAgreement'
        and sale_action = 'return'
        and order_line_id is not null

),

taken_back as (

    select
        store,
        order_id,
        case_key,
        total_set,
        happened_at

    from of_refunds_and_returns

    union all

    select
        of_edits.store,
        of_edits.order_id,
        lines_removed.case_key,
        of_edits.total_set,
        of_edits.happened_at

    from of_edits

    inner join lines_removed
        on
            of_edits.store = lines_removed.store
            and of_edits.order_line_id = lines_removed.order_line_id
            and of_edits.removal_number = lines_removed.removal_number

)

select * from taken_back
