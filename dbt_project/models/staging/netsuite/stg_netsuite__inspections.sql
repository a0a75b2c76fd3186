with

newest as (

    {{ newest_version(source('netsuite', 'inspections'), ['id'], 'lastmodifieddate', of='receipt') }}

),

rules as (

    select * from {{ ref('inspection_rules') }}

    where kind = 'record'

),

-- The first rule that fits says what a finding means; without one it is unknown, never passed.
ranked as (

    select
        newest.*,
        rules.outcome,
        row_number() over (partition by newest.id order by rules.priority) as rule_rank

    from newest

    left join rules on {{ fits_rule('rules.value', 'newest.result', 'newest.result') }}

    where coalesce(newest.isinactive, 'F') = 'F'

),

renamed as (

    select
        id as inspection_id,
        receipt as receipt_id,
        receipt_line as receipt_line_id,
        coalesce(outcome, 'unknown') as outcome,
        cast(quantity as integer) as inspected_quantity,
        inspected as inspected_at

    from ranked

    where rule_rank = 1

)

select * from renamed
