-- A kit that was sold as components is spread over them in proportion to what they were sold for, cumulatively in line
-- order, so that nothing of it is lost to rounding.
with

amounts as (

    select * from {{ changed('int_erp_credit_amounts') }}

),

units as (

    select * from {{ changed('int_erp_unit_lines') }}

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
        units.kit_line_id

    from amounts

    left join units
        on
            amounts.document_id = units.document_id
            and amounts.line_id = coalesce(units.kit_line_id, units.line_id)

),

components as (

    select
        claimed.*,
        greatest(coalesce(originals.net_minor + originals.tax_minor, 0), 0) as sold_minor

    from claimed

    inner join {{ changed('int_erp_documents_traced_to_orders') }} as documents
        on claimed.document_id = documents.document_id

    left join {{ changed('int_storefront_order_line_amounts') }} as originals
        on
            documents.store = originals.store
            and claimed.order_line_id = originals.order_line_id
            and claimed.currency = originals.currency

    where claimed.kit_line_id is not null

),

weighed as (

    select
        *,
        case
            when sum(sold_minor) over (partition by document_id, tax_line_id) = 0 then 1
            else sold_minor
        end as weight

    from components

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

-- What no kit stands over carries its whole amount.
carried as (

    select
        document_id,
        line_id,
        tax_line_id,
        currency,
        line_class,
        quantity,
        order_line_id,
        gross_minor,
        discount_minor,
        tax_minor

    from claimed

    where kit_line_id is null

    union all

    select
        document_id,
        line_id,
        tax_line_id,
        currency,
        line_class,
        quantity,
        order_line_id,
    {% for amount in ['gross', 'discount', 'tax'] %}
        {{ share(amount ~ '_minor', 'running_weight - weight', 'weight', 'whole_weight') }} as {{ amount }}_minor
        {{- ',' if not loop.last }}
    {% endfor %}

    from in_order

),

final as (

    select
        linked.case_key,
        carried.*

    from carried

    inner join {{ changed('int_credit_lines_linked_to_cases') }} as linked
        on
            carried.document_id = linked.document_id
            and carried.tax_line_id = linked.line_id

)

select * from final
