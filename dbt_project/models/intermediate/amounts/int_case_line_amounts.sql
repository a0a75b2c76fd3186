-- Both sides of a line as the same tax-exclusive triple, and why they differ.
with

reversals as (

    select * from {{ changed('int_case_line_reversals') }}

),

refund_lines as (

    select
        refunds.case_key,
        lines.order_line_id,
        lines.currency,
        sum(lines.subtotal_minor) as subtotal_minor,
        sum(lines.tax_minor) as tax_minor

    from {{ changed('int_storefront_refund_lines') }} as lines

    inner join {{ changed('int_case_refunds') }} as refunds
        on
            lines.store = refunds.store
            and lines.refund_id = refunds.refund_id

    group by refunds.case_key, lines.order_line_id, lines.currency

),

credit_lines as (

    select
        case_key,
        order_line_id,
        currency,
        sum(gross_minor) as gross_minor,
        sum(discount_minor) as discount_minor,
        sum(tax_minor) as tax_minor

    from {{ changed('int_case_credit_lines') }}

    where order_line_id is not null

    group by case_key, order_line_id, currency

),

sides as (

    select
        reversals.case_key,
        reversals.store,
        reversals.order_line_id,
        reversals.currency,
        {% for side in ['storefront', 'erp', 'authorized', 'expected'] %}
            reversals.{{ side }}_quantity,
            reversals.{{ side }}_total_minor as {{ side }}_reversal_minor,
            reversals.{{ side }}_gross_minor as {{ side }}_reversal_gross_minor,
            reversals.{{ side }}_discount_minor as {{ side }}_reversal_discount_minor,
            reversals.{{ side }}_tax_minor as {{ side }}_reversal_tax_minor,
        {% endfor %}
        coalesce(refund_lines.subtotal_minor, 0)
        + case when reversals.is_tax_included then 0 else coalesce(refund_lines.tax_minor, 0) end
            as storefront_total_minor,
        coalesce(refund_lines.tax_minor, 0) as storefront_tax_minor,
        case
            when refund_lines.case_key is null then 0
            else
                reversals.storefront_discount_minor
                + {{ ratio(
                    'reversals.storefront_quantity * reversals.unit_price_minor - refund_lines.subtotal_minor'
                    ~ ' - reversals.storefront_charged_discount_minor',
                    'reversals.untaxed_numerator',
                    'reversals.untaxed_divisor'
                ) }}
        end as storefront_discount_minor,
        coalesce(credit_lines.gross_minor, 0) as erp_gross_minor,
        coalesce(credit_lines.discount_minor, 0) as erp_discount_minor,
        coalesce(credit_lines.tax_minor, 0) as erp_tax_minor

    from reversals

    left join refund_lines
        on
            reversals.case_key = refund_lines.case_key
            and reversals.order_line_id = refund_lines.order_line_id
            and reversals.currency = refund_lines.currency

    left join credit_lines
        on
            reversals.case_key = credit_lines.case_key
            and reversals.order_line_id = credit_lines.order_line_id
            and reversals.currency = credit_lines.currency

),

triples as (

    select
        *,
        storefront_total_minor - storefront_tax_minor + storefront_discount_minor as storefront_gross_minor,
        erp_gross_minor - erp_discount_minor + erp_tax_minor as erp_total_minor

    from sides

),

final as (

    select
        case_key,
        order_line_id,
        currency,
        storefront_quantity,
        storefront_total_minor,
        storefront_gross_minor,
        storefront_discount_minor,
        storefront_tax_minor,
        erp_quantity,
        erp_total_minor,
        erp_gross_minor,
        erp_discount_minor,
        erp_tax_minor,
        authorized_quantity,
        authorized_reversal_minor,
        expected_reversal_minor,
        expected_reversal_gross_minor,
        expected_reversal_discount_minor,
        expected_reversal_tax_minor,
        storefront_reversal_minor - erp_reversal_minor as quantity_component_minor,
        (storefront_gross_minor - storefront_reversal_gross_minor)
        - (erp_gross_minor - erp_reversal_gross_minor) as price_component_minor,
        (erp_discount_minor - erp_reversal_discount_minor)
        - (storefront_discount_minor - storefront_reversal_discount_minor) as discount_component_minor,
        (storefront_tax_minor - storefront_reversal_tax_minor)
        - (erp_tax_minor - erp_reversal_tax_minor) as tax_component_minor

    from triples

)

select * from final
