-- A kit that was sold as components is spread over them in proportion to what they were sold for, cumulatively in line
-- order, so that nothing of it is lost to rounding.
with

amounts as (

    select * from {{ changed('int_erp_credit_amounts') }}

),

units as (

    select * from {{ changed('int_erp_unit_lines') }}

),

originals as (

    select * from {{ changed('int_storefront_order_line_amounts') }}

),

claimed as (

    select
        amounts.document_id,
        amounts.line_id as tax_line_id,
        amounts.currency,
        amounts.line_class,
        amounts.gross_minor,
        amounts.discount_minor,
        amounts.tax_minor,
        coalesce(units.line_id, amounts.line_id) as line_id,
        coalesce(units.quantity, amounts.quantity) as quantity,
        units.order_line_id,
        units.line_number,
        greatest(coalesce(originals.net_minor + originals.tax_minor, 0), 0) as sold_minor

    from amounts

    left join units
        on
            amounts.document_id = units.document_id
            and amounts.line_id = coalesce(units.kit_line_id, units.line_id)

    left join originals
        on
            units.order_line_id = originals.order_line_id
            and amounts.currency = originals.currency

),

weighed as (

    select
        *,
        case
            when sum(sold_minor) over (partition by document_id, tax_line_id) = 0 then 1
            else sold_minor
        end as weight

    from claimed

),

in_order as (

    select
        *,
        sum(weight) over (partition by document_id, tax_line_id) as whole_weight,
        sum(weight) over (
            partition by document_id, tax_line_id
            order by line_number, line_id
            rows between unbounded preceding and current row
        ) as running_weight

    from weighed

),

final as (

    select
        linked.case_key,
        in_order.document_id,
        in_order.line_id,
        in_order.tax_line_id,
        in_order.currency,
        in_order.line_class,
        in_order.quantity,
        in_order.order_line_id,
    {% for amount in ['gross', 'discount', 'tax'] %}
        {{ share(
            'in_order.' ~ amount ~ '_minor',
            'in_order.running_weight - in_order.weight', 'in_order.weight', 'in_order.whole_weight'
        ) }}
            as {{ amount }}_minor
        {{- ',' if not loop.last }}
    {% endfor %}

    from in_order

    inner join {{ changed('int_credit_lines_linked_to_cases') }} as linked
        on
            in_order.document_id = linked.document_id
            and in_order.tax_line_id = linked.line_id

)

select * from final
