with

newest as (

    {{ newest_version(source('netsuite', 'inspections'), ['id'], 'lastmodifieddate', of='receipt') }}

),

-- A record that was deleted says nothing any more, of whatever time: the ERP names its kind by no type known before, so
-- that the list alone tells.
listed as (

    {{ last_list(source('netsuite', 'inspection_ids')) }}

),

lists as (

    select max(listed_at) as listed_at from listed

),

existing as (

    select newest.*

    from newest

    cross join lists

    left join listed on newest.id = listed.id

    where not coalesce(listed.id is null and newest._extracted_at < lists.listed_at, false)

),

rules as (

    select * from {{ ref('inspection_rules') }}

    where kind = 'record'

),

-- The first rule that fits says what a finding means; without one it is unknown, never passed.
ranked as (

    select
        existing.*,
        rules.outcome,
        row_number() over (partition by existing.id order by rules.priority) as rule_rank

    from existing

    left join rules on {{ fits_rule('rules.value', 'existing.result', 'existing.result') }}

    where coalesce(existing.isinactive, 'F') = 'F'

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
