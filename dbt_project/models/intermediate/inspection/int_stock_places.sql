-- What the place means where units stand, by the first rule that fits. A move speaks of what it moves alone: a status
-- change of the status, a bin transfer of the bin.
{% set parts = {
    'status': ('status_id', 'status_name'),
    'bin': ('bin_id', 'bin_name'),
    'location': ('location_id', 'location_name'),
} %}
with

details as (

    select * from {{ ref('stg_netsuite__inventory_details') }}

    where created_at <= {{ as_of() }}

),

rules as (

    select * from {{ ref('inspection_rules') }}

),

parts as (

    {% for kind, (id, name) in parts.items() %}
        select
            document_id,
            line_id,
            lot_id,
            status_id,
            bin_id,
            '{{ kind }}' as kind,
            {{ id }} as part_id,
            {{ name }} as part_name,
            case when document_role = 'receipt' or quantity < 0 then 'receipt' else 'move' end as document
        from details
        where
            {{ id }} > 0
            and (document_role in ('receipt', '{{ kind }}') or quantity < 0)
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

ranked as (

    select
        parts.*,
        rules.outcome,
        row_number() over (
            partition by parts.document_id, parts.line_id, parts.lot_id, parts.status_id, parts.bin_id
            order by case when rules.priority is null then 1 else 0 end, rules.priority
        ) as rule_rank

    from parts

    left join rules
        on
            parts.kind = rules.kind
            and rules.document in ('any', parts.document)
            and {{ fits_rule('rules.value', 'parts.part_id', 'parts.part_name') }}

),

final as (

    select
        details.document_id,
        details.line_id,
        details.document_role,
        details.item_id,
        details.lot_id,
        details.status_id,
        details.bin_id,
        details.location_id,
        details.quantity,
        details.created_at,
        coalesce(ranked.outcome, 'unknown') as outcome

    from details

    inner join ranked
        on
            details.document_id = ranked.document_id
            and details.line_id = ranked.line_id
            and details.lot_id = ranked.lot_id
            and details.status_id = ranked.status_id
            and details.bin_id = ranked.bin_id
            and ranked.rule_rank = 1

)

select * from final
