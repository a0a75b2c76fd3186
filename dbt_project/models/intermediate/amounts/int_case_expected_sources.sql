-- The quantities that a precise reversal is of: one source for the whole case, the first that has any unit.
with

lines as (

    select
        *,
        least(credited_quantity, creditable_quantity) as countable_credited_quantity,
        least(received_quantity, creditable_quantity) as countable_received_quantity

    from {{ changed('int_case_lines') }}

),

sources as (

    select
        *,
        case
            when sum(countable_credited_quantity) over (partition by case_key) > 0 then 'credited'
            when sum(countable_received_quantity) over (partition by case_key) > 0 then 'received'
            when sum(authorized_quantity) over (partition by case_key) > 0 then 'authorized'
            when sum(requested_quantity) over (partition by case_key) > 0 then 'requested'
            else 'refunded'
        end as expected_source

    from lines

),

final as (

    select
        case_key,
        store,
        order_line_id,
        expected_source,
        case expected_source
            when 'credited' then countable_credited_quantity
            when 'received' then countable_received_quantity
            when 'authorized' then authorized_quantity
            when 'requested' then requested_quantity
            else refunded_quantity
        end as reversed_quantity

    from sources

)

select * from final
