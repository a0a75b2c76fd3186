with

taxes as (

    select * from {{ changed('stg_netsuite__tax_details') }}

),

lines as (

    select * from {{ changed('int_erp_document_lines') }}

),

signed_as_the_line as (

    select
        taxes.document_id,
        taxes.line_id,
        taxes.tax_code,
        sum(
            {{ to_minor('taxes.tax_amount', 'lines.currency') }}
            * case when lines.amount_minor < 0 then -1 else 1 end
        ) as tax_minor

    from taxes

    inner join lines
        on
            taxes.document_id = lines.document_id
            and taxes.line_id = lines.line_id

    group by taxes.document_id, taxes.line_id, taxes.tax_code

)

select * from signed_as_the_line
