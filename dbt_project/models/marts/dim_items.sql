with

lines as (

    select * from {{ ref('int_storefront_order_lines') }}

),

erp_items as (

    select
        sku,
        min(item_id) as item_id,
        min(item_type) as item_type,
        min(unit_cost_amount) as unit_cost_amount

    from {{ ref('stg_netsuite__items') }}

    group by sku

),

final as (

    select
        lines.store,
        lines.sku,
        min(lines.inventory_item_id) as inventory_item_id,
        cast(min(erp_items.item_id) as {{ text_type() }}) as erp_item_id,
        min(erp_items.item_type) as erp_item_type,
        cast(min(erp_items.unit_cost_amount) as decimal(18, 5)) as unit_cost_amount

    from lines

    left join erp_items on lines.sku = erp_items.sku

    where lines.sku is not null

    group by lines.store, lines.sku

)

select * from final
