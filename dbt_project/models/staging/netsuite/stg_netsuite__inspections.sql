with

newest as (

    {{ newest_version(source('netsuite', 'inspections'), ['id'], 'lastmodifieddate') }}

),

outcomes as (

    select * from {{ ref('inspection_results') }}

),

renamed as (

    select
        newest.id as inspection_id,
        newest.receipt as receipt_id,
        newest.receipt_line as receipt_line_id,
        coalesce(outcomes.outcome, 'unknown') as outcome,
        cast(newest.quantity as integer) as inspected_quantity,
        newest.inspected as inspected_at

    from newest

    left join outcomes on newest.result = outcomes.result

    where coalesce(newest.isinactive, 'F') = 'F'

)

select * from renamed
