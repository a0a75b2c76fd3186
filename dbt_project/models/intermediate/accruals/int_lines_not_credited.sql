-- What of each returned line the ERP has not credited yet, and its worth by the sale.
with

lines as (

    select
        *,
        case when requested_quantity > 0 then requested_quantity else authorized_quantity end as expected_quantity

    from {{ changed('fct_return_lines') }}

),

taken as (

    select
        case_key,
        order_line_id,
        taken_quantity,
        due_quantity,
        due_quantity < expected_quantity as is_short,
        sum(due_quantity) over (partition by case_key) as due_of_case_quantity

    from {{ changed('int_case_lines') }}

),

cases as (

    select
        case_key,
        order_id

    from {{ changed('int_cases') }}

),

-- The ERP keeps cost in its base currency; a sale's rate brings it into the sale's own.
rates as (

    select
        sales.store,
        sales.order_id,
        max(documents.exchange_rate) as exchange_rate

    from {{ changed('int_sales_orders_linked_to_orders') }} as sales

    inner join {{ changed('int_erp_documents') }} as documents on sales.document_id = documents.document_id

    group by sales.store, sales.order_id

),

remaining as (

    select
        lines.*,
        taken.taken_quantity + lines.credited_quantity as counted_quantity,
        coalesce(rates.exchange_rate, 1) as exchange_rate,
        -- The wait for what is short is over. Where nothing came at all, what was paid is to be credited all the same.
        greatest(
            case
                when taken.is_short and taken.due_of_case_quantity > 0 then taken.due_quantity
                else lines.expected_quantity
            end
            - lines.credited_quantity,
            0
        ) as remaining_quantity,
        case
            when taken.is_short then 0
            else greatest(lines.expected_quantity - lines.received_quantity, 0)
        end as unreceived_quantity

    from lines

    inner join taken
        on
            lines.case_key = taken.case_key
            and lines.order_line_id = taken.order_line_id

    inner join cases on lines.case_key = cases.case_key

    left join rates
        on
            lines.store = rates.store
            and cases.order_id = rates.order_id

    where lines.ordered_quantity > 0

),

in_minor as (

    select
        case_key,
        order_line_id,
        store,
        sku,
        currency,
        expected_quantity,
        remaining_quantity,
        ordered_quantity,
        counted_quantity,
        least(remaining_quantity, unreceived_quantity) as awaited_quantity,
        least(remaining_quantity - least(remaining_quantity, unreceived_quantity), received_quantity)
            as arrived_quantity,
        {% for part in ['gross', 'discount', 'tax'] %}
            {{ to_minor('original_' ~ part ~ '_amount', 'currency') }} as original_{{ part }}_minor,
        {% endfor %}
        exchange_rate

    from remaining

),

shares as (

    select
        {% for part in ['gross', 'discount', 'tax'] %}
            {{ share(
                'original_' ~ part ~ '_minor', 'counted_quantity', 'remaining_quantity', 'ordered_quantity'
            ) }} as {{ part }}_minor,
        {% endfor %}
        *

    from in_minor

),

final as (

    select
        case_key,
        order_line_id,
        store,
        sku,
        currency,
        exchange_rate,
        expected_quantity,
        remaining_quantity,
        awaited_quantity,
        arrived_quantity,
        gross_minor - discount_minor + tax_minor as remaining_minor

    from shares

)

select * from final
