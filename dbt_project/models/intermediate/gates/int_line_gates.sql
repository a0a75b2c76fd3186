-- What may be done with the units of each line and where, and what has to wait. Where units are sold and how many are
-- left there is the storefront's to say, and no record of a return tells when it changes.
with

quarantine_split as (

    select
        lines.case_key,
        lines.order_line_id,
        lines.store,
        lines.sku,
        lines.inventory_item_id,
        coalesce(stock.restored_location_id, stock.any_location_id) as location_id,
        stock.quarantined_quantity,
        splits.open_quantity,
        splits.ready_quantity

    from {{ ref('int_quarantine_splits') }} as splits

    inner join {{ ref('int_case_lines') }} as lines
        on
            splits.case_key = lines.case_key
            and splits.order_line_id = lines.order_line_id

    inner join {{ ref('int_case_line_stock') }} as stock
        on
            splits.case_key = stock.case_key
            and splits.order_line_id = stock.order_line_id

),

quarantines as (

    {% for quantity, reason in {
        'ready_quantity': "cast(null as " ~ text_type() ~ ")",
        'open_quantity - ready_quantity': "'insufficient_available'",
    }.items() %}
        select
            case_key,
            order_line_id,
            store,
            sku,
            inventory_item_id,
            location_id,
            'quarantine' as action,
            cast({{ quantity }} as integer) as quantity,
            {{ reason }} as hold_reason,
            'states' as inventory_method,
            quarantined_quantity as moved_before_quantity
        from quarantine_split
        where {{ quantity }} > 0
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

gates as (

    select * from quarantines

    union all

    select
        case_key,
        order_line_id,
        store,
        sku,
        inventory_item_id,
        location_id,
        action,
        quantity,
        hold_reason,
        inventory_method,
        moved_before_quantity

    from {{ ref('int_line_decisions') }}

),

default_locations as (

    select
        store,
        min(location_id) as location_id

    from {{ ref('stg_shopify__locations') }}

    where is_active

    group by store

),

item_locations as (

    select
        store,
        inventory_item_id,
        min(location_id) as location_id

    from {{ ref('int_storefront_stock') }}

    group by store, inventory_item_id

),

final as (

    select
        gates.case_key,
        gates.order_line_id,
        gates.sku,
        gates.inventory_item_id,
        coalesce(gates.location_id, item_locations.location_id, default_locations.location_id) as location_id,
        gates.action,
        gates.quantity,
        gates.hold_reason,
        gates.inventory_method,
        gates.moved_before_quantity

    from gates

    left join item_locations
        on
            gates.store = item_locations.store
            and gates.inventory_item_id = item_locations.inventory_item_id

    left join default_locations on gates.store = default_locations.store

)

select * from final
