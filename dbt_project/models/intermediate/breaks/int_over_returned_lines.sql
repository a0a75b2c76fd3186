-- Order lines of which more units were refunded or credited, over all cases, than were sold.
with

lines as (

    select * from {{ ref('int_case_lines') }}

),

summed_to_order_line as (

    select
        store,
        order_line_id,
        min(case_key) as case_key,
        min(ordered_quantity) as ordered_quantity,
        sum(refunded_quantity) as refunded_quantity,
        sum(credited_quantity) as credited_quantity

    from lines

    group by store, order_line_id

)

select *
from summed_to_order_line
where greatest(refunded_quantity, credited_quantity) > ordered_quantity
