{#
  An order line of which all cases together refunded or credited more units than were sold. What one case alone took
  beyond its own limit is a duplicate, and said there: a case counts at most what it may carry.
#}
with

lines as (

    select * from {{ changed('int_case_lines') }}

),

milestones as (

    select * from {{ changed('int_case_milestones') }}

),

case_currencies as (

    select * from {{ changed('int_case_currencies') }}

),

originals as (

    select * from {{ changed('int_storefront_order_line_amounts') }}

),

counted as (

    select
        lines.case_key,
        lines.store,
        lines.order_line_id,
        lines.ordered_quantity,
        least(lines.refunded_quantity, lines.refund_limit_quantity) as refunded_quantity,
        least(lines.credited_quantity, lines.credit_limit_quantity) as credited_quantity,
        greatest(milestones.refunded_at, milestones.credited_at) as last_document_at

    from lines

    inner join milestones on lines.case_key = milestones.case_key

    where
        lines.refunded_quantity > 0
        or lines.credited_quantity > 0

),

totals as (

    select
        *,
        sum(refunded_quantity) over (partition by store, order_line_id) as all_refunded_quantity,
        sum(credited_quantity) over (partition by store, order_line_id) as all_credited_quantity,
        row_number() over (
            partition by store, order_line_id order by last_document_at desc, case_key desc
        ) as newest_rank

    from counted

),

exceeded as (

    select
        *,
        greatest(all_refunded_quantity, all_credited_quantity) - ordered_quantity as units_over

    from totals

    where
        newest_rank = 1
        and greatest(all_refunded_quantity, all_credited_quantity) > ordered_quantity

),

final as (

    select
        exceeded.case_key,
        'order_line' as subject,
        exceeded.order_line_id,
        'over_returned' as break_type,
        'order' as opens,
        {{ from_minor(
            ratio(
                'originals.net_minor + originals.tax_minor',
                'exceeded.units_over',
                'exceeded.ordered_quantity'
            ),
            'case_currencies.currency'
        ) }} as amount,
        exceeded.last_document_at as due_at

    from exceeded

    inner join case_currencies on exceeded.case_key = case_currencies.case_key

    left join originals
        on
            exceeded.store = originals.store
            and exceeded.order_line_id = originals.order_line_id
            and case_currencies.currency = originals.currency

)

select * from final
