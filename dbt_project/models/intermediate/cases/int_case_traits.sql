-- What kind of goods a case brings back.
with

lines as (

    select
        lines.*,
        -- What is paid or credited twice does not come back twice, what nobody waits for any more does not at all.
        greatest(lines.due_quantity, lines.received_quantity) as back_quantity,
        case_currencies.currency

    from {{ changed('int_case_lines') }} as lines

    inner join {{ changed('int_case_currencies') }} as case_currencies on lines.case_key = case_currencies.case_key

),

order_contents as (

    select
        store,
        order_id,
        count(*) as line_count

    from {{ changed('int_storefront_order_lines') }}

    group by store, order_id

),

summed_to_case as (

    select
        lines.case_key,
        count(*) as line_count,
        sum(coalesce(stock.on_sale_quantity, 0)) as restocked_quantity,
        max(case when lines.bundle_id is not null then 1 else 0 end) = 1 as is_bundle,
        max(case when originals.discount_minor > 0 then 1 else 0 end) = 1 as is_promotional,
        sum(lines.back_quantity) as back_quantity,
        max(case when lines.back_quantity < lines.ordered_quantity then 1 else 0 end) = 1 as has_line_back_in_part,
        max(case when lines.credited_quantity < lines.ordered_quantity then 1 else 0 end) = 1
            as has_line_credited_in_part

    from lines

    left join {{ changed('int_storefront_order_line_amounts') }} as originals
        on
            lines.store = originals.store
            and lines.order_line_id = originals.order_line_id
            and lines.currency = originals.currency

    left join {{ changed('int_case_line_stock') }} as stock
        on
            lines.case_key = stock.case_key
            and lines.order_line_id = stock.order_line_id

    group by lines.case_key

),

final as (

    select
        cases.case_key,
        cast(coalesce(summed_to_case.restocked_quantity, 0) as integer) as restocked_quantity,
        coalesce(summed_to_case.is_bundle, false) as is_bundle,
        coalesce(summed_to_case.is_promotional, false) as is_promotional,
        -- A credit of no authorization is all that says what came back.
        case
            when summed_to_case.back_quantity > 0 then summed_to_case.has_line_back_in_part
            else coalesce(summed_to_case.has_line_credited_in_part, false)
        end
        or coalesce(summed_to_case.line_count, 0) < coalesce(order_contents.line_count, 0) as is_partial

    from {{ changed('int_cases') }} as cases

    left join summed_to_case on cases.case_key = summed_to_case.case_key

    left join order_contents
        on
            cases.store = order_contents.store
            and cases.order_id = order_contents.order_id

)

select * from final
