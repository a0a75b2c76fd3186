with

moved as (

    select * from {{ ref('int_overwritten_stock') }}

),

case_currencies as (

    select * from {{ ref('int_case_currencies') }}

),

originals as (

    select * from {{ ref('int_storefront_order_line_amounts') }}

),

final as (

    select
        moved.case_key,
        'action' as subject,
        moved.order_line_id,
        'overwritten' as break_type,
        'authorization' as opens,
        {{ from_minor(
            ratio('originals.net_minor', 'moved.moved_quantity', 'originals.ordered_quantity'),
            'case_currencies.currency'
        ) }} as amount,
        moved.last_confirmed_at as due_at

    from moved

    inner join case_currencies on moved.case_key = case_currencies.case_key

    left join originals
        on
            moved.store = originals.store
            and moved.order_line_id = originals.order_line_id
            and case_currencies.currency = originals.currency

)

select * from final
