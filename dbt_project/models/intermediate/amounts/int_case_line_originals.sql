-- Apart from the mart of lines: a join holds what it looks up, and all of the mart's at once would not fit in memory.
with

lines as (

    select
        lines.case_key,
        lines.store,
        lines.order_line_id,
        case_currencies.currency

    from {{ changed('int_case_lines') }} as lines

    inner join {{ changed('int_case_currencies') }} as case_currencies on lines.case_key = case_currencies.case_key

),

amounts as (

    select * from {{ changed('int_storefront_order_line_amounts') }}

),

tax_codes as (

    select
        store,
        order_line_id,
        {{ joined_distinct('tax_code', ', ') }} as tax_codes

    from {{ changed('int_storefront_order_line_taxes') }}

    group by store, order_line_id

),

credited_tax_codes as (

    select
        credit_lines.case_key,
        credit_lines.order_line_id,
        {{ joined_distinct('taxes.tax_code', ', ') }} as tax_codes

    from {{ changed('int_case_credit_lines') }} as credit_lines

    inner join {{ changed('int_erp_line_taxes') }} as taxes
        on
            credit_lines.document_id = taxes.document_id
            and credit_lines.tax_line_id = taxes.line_id

    where credit_lines.order_line_id is not null

    group by credit_lines.case_key, credit_lines.order_line_id

),

final as (

    select
        lines.case_key,
        lines.order_line_id,
        amounts.net_minor + amounts.untaxed_discount_minor as gross_minor,
        amounts.untaxed_discount_minor as discount_minor,
        amounts.tax_minor,
        tax_codes.tax_codes,
        credited_tax_codes.tax_codes as credited_tax_codes

    from lines

    left join amounts
        on
            lines.store = amounts.store
            and lines.order_line_id = amounts.order_line_id
            and lines.currency = amounts.currency

    left join tax_codes
        on
            lines.store = tax_codes.store
            and lines.order_line_id = tax_codes.order_line_id

    left join credited_tax_codes
        on
            lines.case_key = credited_tax_codes.case_key
            and lines.order_line_id = credited_tax_codes.order_line_id

)

select * from final
